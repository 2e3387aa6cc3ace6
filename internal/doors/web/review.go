package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// due is how long a review of what somebody may do holds.
const due = 90 * 24 * time.Hour

func reviewRoutes() []route {
	out := []route{get("/review", access.Administer, listing("access-review", reviewList))}
	return append(out, steps("/review/{id}", "/review", &reviewStep)...)
}

// reviewList is the access review: who may do what, what clashes, whether he
// was here, and when somebody last looked at it.
func reviewList(v *visit, _ report.Page) (list, error) {
	people, err := access.People(v.q)
	if err != nil {
		return list{}, err
	}
	last, err := access.Reviews(v.q)
	l := list{Title: "Access review", Empty: "Nobody may sign in yet."}
	l.Table = table{Caption: "Access review", Columns: []column{{"Person", false, "first"}, {"May do", false, "whole"}, {"Conflicts", false, "whole"}, {"Last seen", true, "amount"}, {"Reviewed", false, "whole"}, {"Next step", false, "whole act"}}}
	now, late := v.q.Now(), int64(0)
	for _, p := range people {
		x, ok := last[p.User]
		state, by := state{"good", "circle-check", "Reviewed"}, "by "+x.By+", "+v.clockText(time.UnixMicro(x.At))
		switch {
		case !ok:
			state.tone, state.icon, state.word, by = "warn", "clock", "Due", "never"
		case now.Sub(time.UnixMicro(x.At)) > due:
			state.tone, state.icon, state.word = "warn", "clock", "Due"
		case x.Roles != strings.Join(codes(p.Roles), " "):
			state.tone, state.icon, state.word = "warn", "triangle-alert", "Changed since"
		}
		if state.word != "Reviewed" {
			late++
		}
		seen, clash := "never", cell{Text: "none"}
		if p.SeenAt > 0 {
			seen = v.clockText(time.UnixMicro(p.SeenAt))
		}
		if c := p.Conflicts(); len(c) > 0 {
			s := stateOf("conflict")
			s.word = count(int64(len(c)), "conflict", "conflicts")
			clash = cell{State: &s, Sub: sentence(c[0].Risk)}
		}
		next := cell{Text: "—"}
		if p.User != v.who.User {
			next = cell{Act: &link{Word: "Review…", Href: "/review/" + itoa(p.User) + "/done", Sheet: true}}
		}
		l.Table.Rows = append(l.Table.Rows, row{ID: "review-" + itoa(p.User), Cells: []cell{linked(p.Name, "/people/"+itoa(p.User)).and(roleNames(&p.Person)), text(strings.Join(rightsOf(p.Roles), ", ")), clash, text(seen), {State: &state, Sub: by, Raw: state.word}, next}})
	}
	l.Lead = "Every 90 days somebody looks at what each person may do. " + count(late, "review is", "reviews are") + " due."
	return l, err
}

func codes(roles []access.Role) []string {
	var out []string
	for _, r := range roles {
		out = append(out, r.Code)
	}
	slices.Sort(out)
	return out
}

// rightWords are the rights as an admin says them.
var rightWords = map[access.Right]string{
	access.SeeOrders: "see orders", access.SeeMoney: "see money", access.SeePrices: "see prices", access.SeeCosts: "see what stock is worth", access.Enter: "enter orders", access.Confirm: "confirm orders", access.Pick: "ship goods", access.Keep: "keep stock",
	access.Bill: "bill", access.Collect: "collect", access.GiveCredit: "decide credit", access.Close: "close the books", access.Administer: "manage people",
}

func rightsOf(roles []access.Role) []string {
	var out []string
	for _, r := range roles {
		for _, x := range r.Rights {
			if w := rightWords[x]; !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

var reviewStep = step{Name: "done", Word: "Review", Title: "Let these roles stand", Verb: "Let them stand", Right: access.Administer,
	Say:    "You looked at what this person may do, and it fits the job. Roles that do not fit are taken on the person's page.",
	Fields: []field{{Name: "note", Label: "Note", Help: "What an auditor should know.", Optional: true}},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		user, err := strconv.ParseInt(ref, 10, 64)
		if err != nil {
			return "", errNoPage
		}
		var p access.PersonView
		err = v.site.office.Maintain(ctx, v.actor(), func(tx *db.Tx) error {
			if p, err = v.personOf(tx); err != nil {
				return err
			}
			return access.Reviewed(tx, user, strings.TrimSpace(form.Get("note")))
		})
		return p.Name + " is reviewed", err
	}}
