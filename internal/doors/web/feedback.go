package web

import (
	"context"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/feedback"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// feedbackRoutes are how a note is sent, and the queue where it lands.
func feedbackRoutes() []route {
	table := []route{
		{Method: "GET", Path: "/feedback/send", Right: signedIn, do: sendFeedbackPage, free: true},
		post("/feedback/send", signedIn, sendFeedbackNow),
		get("/feedback", access.Administer, listing("feedback", feedbackList)),
		get("/feedback/{id}", access.Administer, feedbackPage),
	}
	return append(table, steps("/feedback/{id}", "/feedback/{id}", &takeFeedback, &closeFeedback, &reopenFeedback)...)
}

// version is what was built, by its commit.
var version = sync.OnceValue(func() string {
	out := "unversioned"
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			switch {
			case s.Key == "vcs.revision" && len(s.Value) >= 12:
				out = s.Value[:12]
			case s.Key == "vcs.modified" && s.Value == "true":
				out += ", changed"
			}
		}
	}
	return out
})

var sendFeedback = step{Name: "send", Title: "Say what is good or bad here", Verb: "Send note", Right: signedIn, Blind: true,
	Say: "An admin reads it, with the page, the version and your role. Nobody else sees it.",
	Fields: []field{{Name: "note", Label: "Note", Help: "What you wanted to do, and what happened instead", Kind: "long"},
		{Name: "path", Label: "Page", Help: "Where it was", Optional: true, Auto: "off"},
		{Name: "fault", Label: "Code of the fault", Help: "The small grey word under its sentence", Optional: true, Short: true, Auto: "off"}},
	Run: func(ctx context.Context, v *visit, _ string, f url.Values) (string, error) {
		err := v.site.office.DB.Write(ctx, v.actor(), func(tx *db.Tx) error {
			_, err := feedback.Send(tx, feedback.Note{Key: f.Get("key"), Text: f.Get("note"), Path: f.Get("path"), Version: version(), Role: roleNames(v.who), Fault: f.Get("fault")})
			return err
		})
		return "The note is sent. An admin sees to it", err
	}}

func sendFeedbackPage(v *visit) (page, error) {
	return opened(&sendFeedback, inside(v.ask("path")))(v)
}

func sendFeedbackNow(v *visit) (page, error) {
	return done(&sendFeedback, inside(v.PostForm.Get("path")))(v)
}

// feedbackLink is where a note about this page is written; code names a fault.
func (v *visit) feedbackLink(code string) string {
	at := v.URL.RequestURI()
	if strings.HasPrefix(at, "/feedback/send") {
		at = inside(v.FormValue("path"))
	}
	return "/feedback/send" + query("path", at, "fault", code)
}

// feedbackList is the queue: what nobody has taken stands there by name.
func feedbackList(v *visit, p report.Page) (list, error) {
	state := v.ask("state")
	switch state {
	case "":
		state = feedback.Open
	case "all":
		state = ""
	}
	rows, err := report.Feedbacks(v.q, state, p)
	l := list{Title: "Feedback", Lead: "What people say about the product, where they stood when they said it", Next: rows.Next, Empty: "No note is open. The button Send feedback on each page sends one here.",
		Views: v.tabs("state", [2]string{"", "Open"}, [2]string{"new", "Nobody yet"}, [2]string{"done", "Done"}, [2]string{"all", "All"})}
	l.Table = table{Caption: "Feedback", Columns: []column{{"Note", false, "first"}, {"From", false, "whole"}, {"Page", false, "whole"}, {"Fault", false, "up"}, {"Version", false, "up"}, {"State", false, "whole"}, {"Sent", true, "amount"}}}
	for _, x := range rows.Items {
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID.String(), Cells: []cell{{Text: firstWords(x.Note), Raw: x.Note, Href: "/feedback/" + x.ID.String()}, text(x.By).and(x.Role), v.pageCell(x.Path), text(orDash(x.Fault)), coded(x.Version, ""),
			ownedCell(x), {Text: v.instantText(x.SentAt), Raw: x.SentAt}}})
	}
	return l, err
}

// pageCell links to a page of this site; what else stands there is text.
func (v *visit) pageCell(path string) cell {
	if path == "" || inside(path) != path {
		return text(orDash(path))
	}
	return linked(path, path)
}

func ownedCell(x report.FeedbackView) cell {
	s := state{"warn", "circle-dot", "Nobody yet"}
	switch {
	case x.State == feedback.Done:
		s = state{"good", "circle-check", "Done"}
	case x.Owner != "":
		s = state{"busy", "circle-user", "Taken"}
	}
	return cell{State: &s, Sub: x.Owner}
}

// firstWords is the beginning of a text, in one line.
func firstWords(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 90 {
		return string(r[:88]) + "…"
	}
	return s
}

func feedbackPage(v *visit) (page, error) {
	x, err := report.Feedback(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	at := "/feedback/" + x.ID.String()
	d := document{ID: x.ID.String(), Title: firstWords(x.Note), States: []state{*ownedCell(x).State}, Lead: []link{{Word: x.By}, {Word: x.Role}, {Word: "sent " + v.instantText(x.SentAt)}}}
	isOpen, mine := x.State == feedback.Open, x.OwnerID == v.who.User
	d.Acts = v.buttons(at, when(isOpen && mine, &closeFeedback), when(isOpen && x.OwnerID == 0, &takeFeedback), when(!isOpen, &reopenFeedback))
	path := fact{Name: "Page", Value: orDash(x.Path)}
	if c := v.pageCell(x.Path); c.Href != "" {
		path.Href = c.Href
	}
	d.Sections = []section{{Title: "Note", Draw: prose(x.Note)}}
	if x.Answer != "" {
		d.Sections = append(d.Sections, section{Title: "Answer", Draw: prose(x.Answer)})
	}
	d.Sections = append(d.Sections, section{Title: "Where it was", Pairs: []fact{path, {Name: "Fault", Value: orDash(x.Fault)}, {Name: "Version", Value: x.Version}, {Name: "Owner", Value: orDash(x.Owner)}}})
	d.Story, err = v.storyOf(x.ID.String())
	return draw(documentPage(v, d)), err
}

func feedbackStep(f func(tx *db.Tx, n id.Feedback, form url.Values) error, said string) func(context.Context, *visit, string, url.Values) (string, error) {
	return func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		n, err := id.Parse("fbk", ref)
		if err != nil {
			return "", feedback.ErrUnknown.Because("there is no note %.40q: look for it in the queue", ref)
		}
		return said, v.site.office.DB.Write(ctx, v.actor(), func(tx *db.Tx) error { return f(tx, id.Feedback(n), form) })
	}
}

var takeFeedback = step{Name: "take", Word: "Take note", Title: "See to this note", Verb: "Take note", Right: access.Administer, Blind: true, Say: "Others then see that you are at it.",
	Run: feedbackStep(func(tx *db.Tx, n id.Feedback, _ url.Values) error { return feedback.Take(tx, n) }, "You see to this note")}

var closeFeedback = step{Name: "close", Word: "Close note", Title: "Close this note", Verb: "Close note", Right: access.Administer, Blind: true,
	Fields: []field{{Name: "answer", Label: "Answer", Help: "What was done about it, or why nothing will be", Kind: "long"}},
	Run:    feedbackStep(func(tx *db.Tx, n id.Feedback, f url.Values) error { return feedback.Close(tx, n, f.Get("answer")) }, "The note is closed")}

var reopenFeedback = step{Name: "reopen", Word: "Open again", Title: "Open this note again", Verb: "Open again", Right: access.Administer, Blind: true, Say: "It is yours then.",
	Run: feedbackStep(func(tx *db.Tx, n id.Feedback, _ url.Values) error { return feedback.Reopen(tx, n) }, "The note is open again")}
