package flow

import (
	"cmp"
	"slices"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/workplace"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Note asks to write a note on a document. @name in it tells that colleague.
type Note struct {
	On   string `json:"on" doc:"id of the document"`
	Text string `json:"text" minLength:"1"`
}

// Unnote asks to take a note of one's own back.
type Unnote struct {
	Note string `json:"note"`
}

// Noted is a note as a flow leaves it.
type Noted struct {
	Note     string        `json:"note"`
	Document report.DocRef `json:"document"`
	Told     []string      `json:"told,omitempty" doc:"names of the colleagues who were told"`
}

// Assign asks to make a document somebody's.
type Assign struct {
	On  string `json:"on" doc:"id of the document"`
	To  int64  `json:"to" doc:"user; 0 = nobody"`
	Was int64  `json:"was" doc:"whose it must be now for this to happen; 0 = nobody's, -1 = anybody's"`
}

// Assigned is a document with the person whose it is.
type Assigned struct {
	Document report.DocRef `json:"document"`
	To       string        `json:"to,omitempty" doc:"name; empty = nobody's"`
}

var errNoDocument = fault.Rule{Kind: fault.NotFound, Code: "document.unknown"}

// colleagues are the people who may be told something.
func colleagues(tx *db.Tx) ([]workplace.Colleague, error) {
	all, err := access.People(tx)
	var out []workplace.Colleague
	for _, p := range all {
		out = append(out, workplace.Colleague{User: p.User, Name: p.Name, Email: p.Email})
	}
	return out, err
}

func noteID(n int64) string { return id.Text("nte", n) }

// note writes notes, and a notice for each colleague whom one names.
func (o *Office) note(tx *db.Tx, cmds []Note) ([]Result[Noted], error) {
	people, err := colleagues(tx)
	if err != nil {
		return nil, err
	}
	var refs []string
	for _, c := range cmds {
		refs = append(refs, c.On)
	}
	docs, err := report.Documents(tx, refs)
	if err != nil {
		return nil, err
	}
	var notes []workplace.Note
	var notices []workplace.Notice
	var events []event.Event
	out, err := eachOf(cmds, func(c Note) (Noted, error) {
		d, ok := docs[c.On]
		if !ok {
			return Noted{}, errNoDocument.Because("there is no document %.40s to write on", c.On).At("on")
		}
		text, err := workplace.CheckNote(c.Text)
		if err != nil {
			return Noted{}, err
		}
		named, err := workplace.Mentioned(text, people)
		if err != nil {
			return Noted{}, err
		}
		n := workplace.Note{ID: tx.NewID(), Type: d.Type, Subject: d.Number64, Text: text}
		v := Noted{Note: noteID(n.ID), Document: d.DocRef}
		var to []string
		for _, p := range people {
			if slices.Contains(named, p.User) && p.User != tx.Who().ID {
				notices = append(notices, workplace.Notice{User: p.User, Kind: workplace.Mention, Cause: n.ID, Type: n.Type, Subject: n.Subject, From: tx.Who().ID, Say: text})
				to, v.Told = append(to, id.Text("usr", p.User)), append(v.Told, p.Name)
			}
		}
		notes = append(notes, n)
		events = append(events, event.Event{Type: "note.written", Subject: event.About(n.Type, n.Subject), Refs: aboutCustomer(n.Type, d.Customer), Body: map[string]any{"note": v.Note, "to": to}})
		return v, nil
	})
	if err != nil {
		return nil, err
	}
	workplace.Write(tx, notes)
	workplace.Tell(tx, notices)
	return out, event.Record(tx, events...)
}

// aboutCustomer lets the customer's timeline tell it, too.
func aboutCustomer(kind string, c id.Customer) []event.Ref {
	if kind == "customer" {
		return nil
	}
	return []event.Ref{{Type: "customer", ID: int64(c), Qualifier: "of"}}
}

// unnote takes notes back, and what they told.
func (o *Office) unnote(tx *db.Tx, cmds []Unnote) ([]Result[Noted], error) {
	var ids []int64
	for _, c := range cmds {
		if n, err := id.Parse("nte", c.Note); err == nil {
			ids = append(ids, n)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	told, err := workplace.Told(tx, ids)
	if err != nil {
		return nil, err
	}
	gone, err := workplace.TakeBack(tx, ids)
	if err != nil {
		return nil, err
	}
	met := map[string]report.Place{}
	var refs []string
	for _, n := range gone {
		refs = append(refs, report.External(n.Type, n.Subject))
	}
	docs, err := report.Documents(tx, refs)
	if err != nil {
		return nil, err
	}
	var events []event.Event
	for i, n := range gone {
		d := docs[refs[i]]
		met[noteID(n.ID)] = d
		var to []string
		for _, u := range told[n.ID] {
			to = append(to, id.Text("usr", u))
		}
		events = append(events, event.Event{Type: "note.removed", Subject: event.About(n.Type, n.Subject), Refs: aboutCustomer(n.Type, d.Customer), Body: map[string]any{"note": noteID(n.ID), "to": to}})
	}
	out, err := eachOf(cmds, func(c Unnote) (Noted, error) {
		d, ok := met[c.Note]
		if !ok {
			return Noted{}, workplace.ErrNoNote.Because("this note cannot be taken back: it is gone already, or somebody else wrote it")
		}
		return Noted{Note: c.Note, Document: d.DocRef}, nil
	})
	if err != nil {
		return nil, err
	}
	return out, event.Record(tx, events...)
}

// assign makes documents people's; whose each must be now is asked in the statement that does it.
func (o *Office) assign(tx *db.Tx, cmds []Assign) ([]Result[Assigned], error) {
	people, err := colleagues(tx)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{0: ""}
	for _, p := range people {
		names[p.User] = p.Name
	}
	var refs []string
	for _, c := range cmds {
		refs = append(refs, c.On)
	}
	docs, err := report.Documents(tx, refs)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Assigned], len(cmds))
	var wanted []workplace.Assignment
	for i, c := range cmds {
		d, ok := docs[c.On]
		name, known := names[c.To]
		switch {
		case !ok:
			out[i].Fault = errNoDocument.Because("there is no document %.40s to give to anybody", c.On).At("on")
		case !known:
			out[i].Fault = access.ErrUser.Because("there is no such colleague to give %s to", d.Number).At("to")
		default:
			wanted = append(wanted, workplace.Assignment{Type: d.Type, Subject: d.Number64, User: c.To, Was: c.Was})
			out[i].Value = Assigned{Document: d.DocRef, To: name}
		}
	}
	// One batch says a thing once: the last word counts.
	slices.SortStableFunc(wanted, func(a, b workplace.Assignment) int { return cmp.Compare(a.Subject, b.Subject) })
	slices.Reverse(wanted)
	wanted = slices.CompactFunc(wanted, func(a, b workplace.Assignment) bool { return a.Subject == b.Subject })
	slices.Reverse(wanted)
	taken, err := workplace.Assign(tx, wanted)
	if err != nil {
		return nil, err
	}
	var notices []workplace.Notice
	var events []event.Event
	for i, c := range cmds {
		d := docs[c.On]
		switch cause, done := taken[d.Number64]; {
		case out[i].Fault != nil:
		case !done:
			out[i] = Result[Assigned]{Fault: workplace.ErrAssign.Because("somebody else has taken %s on meanwhile: look who it is before you change it", d.Number)}
		default:
			var to []string
			if c.To != 0 && c.To != tx.Who().ID {
				notices = append(notices, workplace.Notice{User: c.To, Kind: workplace.Assigned, Cause: cause, Type: d.Type, Subject: d.Number64, From: tx.Who().ID})
				to = append(to, id.Text("usr", c.To))
			}
			what := "work.assigned"
			if c.To == 0 {
				what = "work.freed"
			}
			events = append(events, event.Event{Type: what, Subject: event.About(d.Type, d.Number64), Body: map[string]any{"to": to, "name": out[i].Value.To}})
		}
	}
	workplace.Tell(tx, notices)
	return out, event.Record(tx, events...)
}
