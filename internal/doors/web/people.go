package web

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// peopleList is everybody who may sign in, with what his roles clash over.
func peopleList(v *visit, _ report.Page) (list, error) {
	all, err := access.People(v.q)
	l := list{Title: "People", Lead: "Who may sign in, and what for", Empty: "Nobody yet.", Acts: []link{{Word: "Invite a person", Href: "/people/new", Icon: "plus", Primary: true}}}
	l.Table = table{Caption: "People", Columns: []column{{"Person", false, "first"}, {"Roles", false, "whole"}, {"Conflicts", false, "whole"}, {"Last seen", true, "amount"}}}
	for _, p := range all {
		seen, clash := cell{Text: "never"}, cell{Text: "none"}
		if p.SeenAt > 0 {
			seen = cell{Text: v.clockText(time.UnixMicro(p.SeenAt))}
		}
		if c := p.Conflicts(); len(c) > 0 {
			s := state{"warn", "triangle-alert", count(int64(len(c)), "conflict", "conflicts")}
			clash = cell{State: &s, Sub: sentence(c[0].Risk)}
		}
		l.Table.Rows = append(l.Table.Rows, row{ID: "person-" + itoa(p.User), Cells: []cell{linked(p.Name, "/people/"+itoa(p.User)).and(p.Email), text(roleNames(&p.Person)), clash, seen}})
	}
	return l, err
}

// invitation is the form for a new person.
type invitation struct {
	Name, Email string
	Roles       []string
	Conflicts   []access.Conflict // of the roles, while nobody said that they are meant
	Fault       *faults
	Link        string // where he gets in, shown once
}

func invitePage(v *visit) (page, error) { return draw(inviteView(v, invitation{})), nil }

var errApart = fault.Rule{Kind: fault.Refused, Code: "web.roles-apart"}

// conflictsOf are what roles clash over together.
func conflictsOf(roles []string) []access.Conflict {
	p := access.Person{}
	for _, code := range roles {
		if r, ok := access.RoleOf(code); ok {
			p.Roles = append(p.Roles, r)
		}
	}
	return p.Conflicts()
}

func roleWords(codes []string) string {
	var out []string
	for _, code := range codes {
		if r, ok := access.RoleOf(code); ok {
			out = append(out, r.Name)
		}
	}
	if n := len(out) - 1; n > 0 {
		return strings.Join(out[:n], ", ") + " and " + out[n]
	}
	return strings.Join(out, "")
}

var errInvite = fault.Rule{Kind: fault.Invalid, Code: "web.invite"}

func inviteNow(v *visit) (page, error) {
	i := invitation{Name: strings.TrimSpace(v.PostForm.Get("name")), Email: strings.TrimSpace(v.PostForm.Get("email")), Roles: v.PostForm["role"]}
	var secret string
	err := func() error {
		if i.Name == "" {
			return errInvite.Because("a name is missing: write how colleagues know the person").At("name")
		}
		if at := strings.IndexByte(i.Email, '@'); at < 1 || at == len(i.Email)-1 || strings.ContainsAny(i.Email, " ,;") {
			return errInvite.Because("%q is no e-mail address: write one such as anna@example.com", i.Email).At("email")
		}
		if len(i.Roles) == 0 {
			return errInvite.Because("choose at least one role: without one the person sees nothing").At("role")
		}
		for _, r := range i.Roles {
			if _, ok := access.RoleOf(r); !ok {
				return errInvite.Because("there is no role %q", r).At("role")
			}
		}
		if i.Conflicts = conflictsOf(i.Roles); len(i.Conflicts) > 0 && v.PostForm.Get("despite") == "" {
			return errApart.Because("%s together should be apart: choose fewer roles, or say below that they are meant", roleWords(i.Roles)).At("role")
		}
		return v.write(func(tx *db.Tx) error {
			user, err := access.Invite(tx, i.Name, i.Email, i.Roles...)
			if err == nil {
				secret = access.Link(tx, user, access.ForInvite, 7*24*time.Hour)
			}
			return err
		})
	}()
	if err != nil {
		if _, ok := fault.Of(err); !ok {
			return nil, err
		}
		f, status := v.faultOf(err)
		i.Fault = &f
		return drawing{status, inviteView(v, i)}, nil
	}
	i.Link = v.base() + "/enter/" + secret
	return draw(inviteView(v, i)), nil
}

// base is this site as the browser sees it.
func (v *visit) base() string {
	if v.site.Site != "" {
		return v.site.Site
	}
	if v.site.Secure {
		return "https://" + v.Host
	}
	return "http://" + v.Host
}

func (v *visit) personOf(q db.Querier) (access.PersonView, error) {
	n, _ := strconv.ParseInt(v.PathValue("id"), 10, 64)
	all, err := access.People(q)
	for _, p := range all {
		if p.User == n {
			return p, err
		}
	}
	if err == nil {
		err = access.ErrUser.Because("there is no person of this number")
	}
	return access.PersonView{}, err
}

// personPaper is a person with the ways in that he has.
type personPaper struct {
	access.PersonView
	Ways  []way
	Fault *faults
}

// way is one way in, and what an admin can do about it.
type way struct {
	Name, Value string
	Act         *link
}

func (v *visit) paperOf(q db.Querier) (p personPaper, err error) {
	if p.PersonView, err = v.personOf(q); err != nil {
		return p, err
	}
	proof, err := access.Lookup(q, p.Email)
	if err != nil {
		return p, err
	}
	a, err := accountOf(q, p.User)
	p.Ways = v.waysOf(p.User, proof.User != 0, a)
	return p, err
}

func (v *visit) waysOf(user int64, password bool, a account) []way {
	at := "/people/" + itoa(user)
	act := func(has bool, s *step) *link {
		if !has {
			return nil
		}
		l := s.button(at, false)
		return &l
	}
	word, app, keys, company := "none", "off", "none", "not tied"
	if password {
		word = "set"
	}
	if a.Factor.On {
		app = "on, " + count(a.Factor.Left, "recovery code left", "recovery codes left")
	}
	if n := int64(len(a.Passkeys)); n > 0 {
		keys = itoa(n)
	}
	if a.Company > 0 {
		company = "tied since " + v.moment(a.Company)
	}
	signed := count(int64(len(a.Sessions)), "place", "places")
	return []way{{"Password", word, nil}, {"Second step", app, act(a.Factor.On, takeFactor)}, {"Passkeys", keys, act(len(a.Passkeys) > 0, takePasskeys)},
		{"Company sign-in", company, act(a.Company > 0, untie)}, {"Signed in at", signed, act(len(a.Sessions) > 0, endSessions)}}
}

func personPage(v *visit) (page, error) {
	p, err := v.paperOf(v.q)
	if err != nil {
		return nil, err
	}
	return draw(personView(v, p)), nil
}

func personSteps() []*step { return []*step{takeFactor, takePasskeys, untie, endSessions} }

// Of somebody who lost the phone, left, or signed in where he should not have.
var (
	takeFactor = personStep("second-step", "Take away", "Take the second step away",
		"No code is asked for behind the password any more, until the person sets up an app again. All sessions of the person end. Make sure that it is this person who asks you.", "Take second step away", "The second step is taken away", func(tx *db.Tx, user int64) error { return access.EndFactor(tx, user, 0) })
	takePasskeys = personStep("passkeys", "Take away", "Take all passkeys away",
		"The person signs in by password from now on, or by a link that you make. All sessions of the person end.", "Take passkeys away", "The passkeys are taken away", func(tx *db.Tx, user int64) error { return access.RemovePasskeys(tx, user, 0, 0) })
	untie = personStep("company", "Untie", "Untie the company sign-in",
		"The next time the company sign-in names this person's e-mail address, it is tied again. All sessions of the person end.", "Untie company sign-in", "The company sign-in is untied", access.Untie)
	endSessions = personStep("sessions", "Sign out", "Sign this person out everywhere",
		"All sessions of the person end, on every device. The person can sign in again: take the roles away to keep somebody out.", "Sign out everywhere", "The person is signed out everywhere", func(tx *db.Tx, user int64) error { return access.EndSessions(tx, user, 0) })
)

// personStep is a step about how a person gets in; all of them end his sessions.
func personStep(name, word, title, say, verb, done string, f func(tx *db.Tx, user int64) error) *step {
	return &step{Name: name, Word: word, Title: title, Say: say, Verb: verb, Right: access.Administer, Blind: true, // what it does is no document's change: the words say it all
		Run: func(ctx context.Context, v *visit, _ string, _ url.Values) (string, error) {
			return done, v.site.office.DB.Write(ctx, v.actor(), func(tx *db.Tx) error {
				p, err := v.personOf(tx)
				if err != nil {
					return err
				}
				return f(tx, p.User)
			})
		}}
}

// linkNow lets somebody in who forgot his password.
func linkNow(v *visit) (page, error) {
	var p access.PersonView
	var secret string
	err := v.write(func(tx *db.Tx) (err error) {
		if p, err = v.personOf(tx); err == nil {
			secret = access.Link(tx, p.User, access.ForReset, 7*24*time.Hour)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return draw(inviteView(v, invitation{Name: p.Name, Link: v.base() + "/enter/" + secret})), nil
}

// rolesNow sets the roles of a person; the last admin cannot take his own away.
func rolesNow(v *visit) (page, error) {
	wants := map[string]bool{}
	for _, r := range v.PostForm["role"] {
		wants[r] = true
	}
	var p access.PersonView
	err := v.write(func(tx *db.Tx) error {
		var err error
		if p, err = v.personOf(tx); err != nil {
			return err
		}
		if p.User == v.who.User && !wants["admin"] {
			return access.ErrLastAdmin.Because("you cannot take the role Admin from yourself: another admin can")
		}
		var give, take []string
		for _, r := range access.Roles {
			if wants[r.Code] {
				give = append(give, r.Code)
			} else {
				take = append(take, r.Code)
			}
		}
		return errors.Join(access.Give(tx, p.User, give...), access.Take(tx, p.User, take...))
	})
	if f, ok := fault.Of(err); ok && p.User != 0 {
		return v.refusedAtPerson(f)
	}
	if err != nil {
		return nil, err
	}
	return onward{"/people/" + itoa(p.User), "The roles of " + p.Name + " are set"}, nil
}

// refusedAtPerson shows the person again, with the reason.
func (v *visit) refusedAtPerson(err error) (page, error) {
	f, status := v.faultOf(err)
	var p personPaper
	if err := v.read(func(q *db.Reader) (err error) {
		p, err = v.paperOf(q)
		return err
	}); err != nil {
		return nil, err
	}
	p.Fault = &f
	return drawing{status, personView(v, p)}, nil
}

func hasRole(p *access.Person, code string) bool {
	for _, r := range p.Roles {
		if r.Code == code {
			return true
		}
	}
	return false
}

// at gives the sentence for a field.
func (i invitation) at(name string) string { return i.Fault.at(name) }

func inviteTitle(i invitation) string {
	if i.Link != "" {
		return "A link for " + i.Name
	}
	return "Invite a person"
}
