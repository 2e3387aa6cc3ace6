package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// entrance is the page where people sign in.
type entrance struct {
	Email, Next string
	Fault       *faults
	Link        string // secret of a link that waits to be used
}

func signInPage(v *visit) (page, error) {
	if v.who != nil {
		return onward{path: "/"}, nil
	}
	return draw(signInView(v, entrance{Next: v.ask("next")})), nil
}

// signIn sends somebody who is not signed in to the door, and back after it.
func (v *visit) signIn() page {
	next := ""
	if v.Method == http.MethodGet && v.URL.Path != "/" {
		next = v.URL.RequestURI()
	}
	return onward{path: "/sign-in" + query("next", next)}
}

// signInNow compares the password outside of any transaction: that takes a
// tenth of a second on purpose.
func signInNow(v *visit) (page, error) {
	e := entrance{Email: v.PostForm.Get("email"), Next: v.PostForm.Get("next")}
	var proof access.Proof
	err := v.read(func(q *db.Reader) (err error) {
		proof, err = access.Lookup(q, e.Email)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = v.hashing(func() error { return proof.Fits(v.PostForm.Get("password"), v.site.clock().UnixMicro()) })
	if err != nil {
		if f, ok := fault.Of(err); ok && f.Code == access.ErrSignIn.Code && proof.User != 0 {
			if err := v.write(func(tx *db.Tx) error { access.Failed(tx, proof.User); return nil }); err != nil {
				return nil, err
			}
		}
		return v.refusedAtDoor(e, err)
	}
	var secret string
	err = v.write(func(tx *db.Tx) (err error) {
		if err = access.Proved(tx, proof); err == nil {
			secret, err = access.SignIn(tx, proof.User, v.UserAgent())
		}
		return err
	})
	if f, ok := fault.Of(err); ok {
		return v.refusedAtDoor(e, f)
	}
	if err != nil {
		return nil, err
	}
	v.site.keep(v.w, secret, access.Stay)
	return onward{path: inside(e.Next)}, nil
}

// refusedAtDoor shows the door again, with the reason.
func (v *visit) refusedAtDoor(e entrance, err error) (page, error) {
	f, status := v.faultOf(err)
	f.Title = "You are not signed in"
	e.Fault = &f
	return drawing{status, signInView(v, e)}, nil
}

// hashing lets one password be hashed at a time: each takes 64 MiB.
func (v *visit) hashing(f func() error) error {
	select {
	case v.site.hashing <- struct{}{}:
	case <-v.Context().Done():
		return v.Context().Err()
	}
	defer func() { <-v.site.hashing }()
	return f()
}

// inside keeps a way back within this site.
func inside(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}

// enterPage asks before it uses a link: programs that look at links in mails
// must not use them up.
func enterPage(v *visit) (page, error) {
	return draw(signInView(v, entrance{Link: v.PathValue("secret")})), nil
}

func enterNow(v *visit) (page, error) {
	var secret string
	err := v.write(func(tx *db.Tx) (err error) {
		secret, err = access.UseLink(tx, v.PathValue("secret"), v.UserAgent())
		return err
	})
	if f, ok := fault.Of(err); ok {
		return v.refusedAtDoor(entrance{}, f)
	}
	if err != nil {
		return nil, err
	}
	v.site.keep(v.w, secret, access.Stay)
	return onward{path: "/"}, nil
}

func signOutNow(v *visit) (page, error) {
	err := v.write(func(tx *db.Tx) error { access.SignOut(tx, v.who.User, v.who.Session); return nil })
	v.site.keep(v.w, "", 0)
	return onward{path: "/sign-in"}, err
}

// account is what a person sees of himself.
type account struct {
	Sessions []access.SessionView
	Fault    *faults
}

func accountPage(v *visit) (page, error) {
	s, err := access.Sessions(v.q, v.who.User, v.q.Now())
	return draw(accountView(v, account{Sessions: s})), err
}

var errCurrent = fault.Rule{Kind: fault.Invalid, Code: "web.current-password"}

func passwordNow(v *visit) (page, error) {
	var proof access.Proof
	err := v.read(func(q *db.Reader) (err error) {
		proof, err = access.Lookup(q, v.who.Email)
		return err
	})
	if err != nil {
		return nil, err
	}
	var hash string
	err = v.hashing(func() (err error) {
		if proof.User != 0 { // a session that somebody left open must not be enough
			if err := proof.Fits(v.PostForm.Get("current"), v.site.clock().UnixMicro()); err != nil {
				return errCurrent.Because("this is not your password of now").At("current")
			}
		}
		hash, err = access.NewPassword(v.PostForm.Get("password"))
		return err
	})
	if err == nil {
		err = v.write(func(tx *db.Tx) error { access.SetPassword(tx, v.who.User, v.who.Session, hash); return nil })
	}
	if err == nil {
		return onward{"/account", "The new password holds, and you are signed out elsewhere"}, nil
	}
	f, status := v.faultOf(err)
	var a account
	if err := v.read(func(q *db.Reader) (err error) {
		a.Sessions, err = access.Sessions(q, v.who.User, q.Now())
		return err
	}); err != nil {
		return nil, err
	}
	a.Fault = &f
	return drawing{status, accountView(v, a)}, nil
}

func endSessionNow(v *visit) (page, error) {
	n, err := strconv.ParseInt(v.PathValue("id"), 10, 64)
	if err != nil {
		return nil, errNoPage
	}
	err = v.write(func(tx *db.Tx) error { access.SignOut(tx, v.who.User, n); return nil })
	return onward{"/account", "You are signed out there"}, err
}

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
	Fault       *faults
	Link        string // where he gets in, shown once
}

func invitePage(v *visit) (page, error) { return draw(inviteView(v, invitation{})), nil }

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

func personPage(v *visit) (page, error) {
	p, err := v.personOf(v.q)
	if err != nil {
		return nil, err
	}
	return draw(personView(v, p)), nil
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

var errLastAdmin = fault.Rule{Kind: fault.Refused, Code: "access.last-admin"}

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
			return errLastAdmin.Because("you cannot take the role Admin from yourself: another admin can")
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
	if err != nil {
		return nil, err
	}
	return onward{"/people/" + itoa(p.User), "The roles of " + p.Name + " are set"}, nil
}

func hasRole(p *access.Person, code string) bool {
	for _, r := range p.Roles {
		if r.Code == code {
			return true
		}
	}
	return false
}

func inviteTitle(i invitation) string {
	if i.Link != "" {
		return "A link for " + i.Name
	}
	return "Invite a person"
}
