package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/workplace"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// noteRoutes are notes on documents, whose a document is, and what a person should know.
func noteRoutes() []route {
	return append([]route{
		post("/notes", access.SeeOrders, noteNow),
		post("/notes/{id}/remove", access.SeeOrders, unnoteNow),
		get("/notices", signedIn, noticesPage),
		get("/notices/count", signedIn, bellPage),
		post("/notices/read", signedIn, readAllNow),
		{Method: "GET", Path: "/notices/{id}", Right: signedIn, do: openNotice, free: true},
		post("/notices/{id}/seen", signedIn, turnNotice(true)),
		post("/notices/{id}/unseen", signedIn, turnNotice(false)),
		post("/assign/{id}/to/{user}", access.SeeOrders, assignNow),
	}, steps("/assign/{id}", "/desk", &assignStep)...)
}

// noteNow writes a note and goes back to the document; a note that is refused
// stands on a page of its own with the reason.
func noteNow(v *visit) (page, error) {
	on := v.URL.Query().Get("on")
	n, err := v.site.office.Note.One(flow.WithKey(v.Context(), v.key()), v.actor(), flow.Note{On: on, Text: v.PostForm.Get("text")})
	if err != nil {
		f, status := v.faultOf(err)
		s := sheet{Title: "Write a note", Verb: "Add note", Path: v.URL.RequestURI(), Back: v.placed(on), Fault: &f, Hidden: map[string]string{"key": newKey()},
			Fields: []field{{Name: "text", Label: "Note", Help: "@name tells a colleague.", Kind: "long", Value: v.PostForm.Get("text"), Fault: f.of("text")}}}
		return drawing{status, sheetPage(v, s)}, nil
	}
	v.undoBy("/notes/" + n.Note + "/remove")
	done := "The note is written"
	if len(n.Told) > 0 {
		done += ", and " + strings.Join(n.Told, ", ") + " is told"
	}
	return onward{cmpPath(v.came(), v.placed(on)), done}, nil
}

// cmpPath takes the page that somebody came from, if it is one of a document, else the other.
func cmpPath(came, otherwise string) string {
	if came == "" || strings.HasPrefix(came, "/notes") {
		return otherwise
	}
	path, _, _ := strings.Cut(came, "#")
	return path
}

// placed is the page of a document by its id.
func (v *visit) placed(ref string) string {
	if at := placeOf(report.DocRef{ID: ref}); at != "" {
		return at
	}
	return "/"
}

func unnoteNow(v *visit) (page, error) {
	n, err := v.site.office.Unnote.One(flow.WithKey(v.Context(), v.key()), v.actor(), flow.Unnote{Note: v.PathValue("id")})
	if err != nil {
		return nil, err
	}
	return v.afterwards("The note is taken back", v.placed(n.Document.ID)), nil
}

// noticeRow is a notice as it is drawn.
type noticeRow struct {
	ID, Icon, Title, Say, When, At string
	Turn, TurnWord                 string
	Read                           bool
}

var noticeIcons = map[string]string{workplace.Mention: "message-square", workplace.Assigned: "circle-user", workplace.Decided: "circle-check"}

func noticesPage(v *visit) (page, error) {
	l, err := report.Notices(v.q, v.who.User, v.ask("view") == "unread", report.Page{After: v.ask("after")})
	if err != nil {
		return nil, err
	}
	var out []noticeRow
	for _, n := range l.Items {
		name := strings.TrimSpace(plain(words(n.Document.Type)) + " " + n.Document.Number)
		r := noticeRow{ID: n.ID, Icon: noticeIcons[n.Kind], Say: n.Say, When: v.instantText(n.At), At: n.At, Read: n.Read, Turn: "seen", TurnWord: "Mark as read"}
		switch n.Kind {
		case workplace.Mention:
			r.Title = n.From + " wrote to you on " + name
		case workplace.Assigned:
			r.Title = n.From + " gave " + name + " to you"
		default:
			r.Title = n.From + " released the hold on " + name
		}
		if n.Read {
			r.Turn, r.TurnWord = "unseen", "Mark as unread"
		}
		out = append(out, r)
	}
	return draw(noticesView(v, out, l.Next)), nil
}

func bellPage(v *visit) (page, error) { return draw(bell(v)), nil }

func (v *visit) noticeID() int64 {
	n, _ := id.Parse("ntc", v.PathValue("id"))
	return n
}

// openNotice marks a notice as read and leads to what it is about.
func openNotice(v *visit) (page, error) {
	to := "/notices"
	err := v.write(func(tx *db.Tx) error {
		kind, subject, err := workplace.Place(tx, v.who.User, v.noticeID())
		if err != nil || subject == 0 {
			return err
		}
		workplace.Read(tx, v.who.User, v.noticeID())
		if at := v.placed(report.External(kind, subject)); at != "/" {
			to = at
		}
		return nil
	})
	return onward{path: to}, err
}

func readAllNow(v *visit) (page, error) {
	err := v.write(func(tx *db.Tx) error { workplace.Read(tx, v.who.User, 0); return nil })
	return onward{path: "/notices"}, err
}

func turnNotice(read bool) func(v *visit) (page, error) {
	return func(v *visit) (page, error) {
		n := v.noticeID()
		if n == 0 {
			return nil, errNoPage
		}
		err := v.write(func(tx *db.Tx) error {
			if read {
				workplace.Read(tx, v.who.User, n)
			} else {
				workplace.Unsee(tx, v.who.User, n)
			}
			return nil
		})
		return onward{path: "/notices"}, err
	}
}

// userID is how events name the person.
func userID(v *visit) string { return id.Text("usr", v.who.User) }

func bellWord(v *visit) string {
	if v.unread == 0 {
		return "Notices"
	}
	return "Notices, " + v.count(v.unread) + " unread"
}

// assignStep makes a document somebody's.
var assignStep = step{Name: "new", Word: "Assign", Title: "Who takes care of it?", Verb: "Assign", Right: access.SeeOrders, Blind: true,
	Say:    "The colleague gets a notice, and it stands in the view Mine of the order desk.",
	Fields: []field{{Name: "to", Label: "Colleague", Help: "Choose a colleague.", Kind: "choice", List: (*visit).colleagues}, {Name: "was", Kind: "hidden", Optional: true}},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		to, err := strconv.ParseInt(form.Get("to"), 10, 64)
		if err != nil {
			return "", access.ErrUser.Because("%.40q is no colleague: choose one from the list", form.Get("to")).At("to")
		}
		return v.assign(ctx, ref, to, -1)
	}}

// assign makes a document a person's and says so, with the way back.
func (v *visit) assign(ctx context.Context, ref string, to, was int64) (string, error) {
	before := int64(0)
	doc, err := id.Parse("ord", ref)
	if err == nil {
		err = v.read(func(q *db.Reader) error {
			whose, err := workplace.Assignees(q, []int64{doc})
			before = whose[doc]
			return err
		})
		if err != nil {
			return "", err
		}
	}
	a, err := v.site.office.Assign.One(ctx, v.actor(), flow.Assign{On: ref, To: to, Was: was})
	if err != nil {
		return "", err
	}
	v.undoBy("/assign/" + ref + "/to/" + itoa(before) + query("was", itoa(to)))
	v.then = v.came()
	if a.To == "" {
		return "Nobody takes care of " + a.Document.Number + " now", nil
	}
	return a.To + " takes care of " + a.Document.Number, nil
}

// assignNow is one click: to the person himself, or back to whose it was.
func assignNow(v *visit) (page, error) {
	to, err := strconv.ParseInt(v.PathValue("user"), 10, 64)
	if err != nil || to < 0 {
		return nil, errNoPage
	}
	was := int64(-1)
	if s := v.URL.Query().Get("was"); s != "" {
		if was, err = strconv.ParseInt(s, 10, 64); err != nil {
			return nil, errNoPage
		}
	}
	done, err := v.assign(flow.WithKey(v.Context(), v.key()), v.PathValue("id"), to, was)
	if err != nil {
		return nil, err
	}
	back := v.then
	if back == "" {
		back = "/desk"
	}
	return onward{back, done}, nil
}

// colleagues are those to whom a document can be given, the person first.
func (v *visit) colleagues() ([][2]string, error) {
	out := [][2]string{{itoa(v.who.User), "Me"}}
	err := v.read(func(q *db.Reader) error {
		all, err := access.People(q)
		for _, p := range all {
			if p.User != v.who.User && p.May(access.SeeOrders) {
				out = append(out, [2]string{itoa(p.User), p.Name + ", " + roleNames(&p.Person)})
			}
		}
		return err
	})
	return append(out, [2]string{"0", "Nobody"}), err
}
