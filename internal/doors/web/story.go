package web

import (
	"strings"

	"kontor/internal/story/report"
)

// told is a line of a timeline.
type told struct {
	Icon, Say, When string
	Day             string // the head it stands under
	At              string // the instant, RFC 3339
	Href            string // of the document, when it is another's page
	Note            string // what somebody wrote
	Mine            string // id of the note, when the person may take it back
	Times           int    // how often the same happened in a row
}

// storyFilters are what a timeline can be narrowed to.
var storyFilters = [][2]string{{"", "All"}, {"people", "People"}, {"system", "System"}, {"money", "Money"}}

// customerFilters are those of a customer's timeline.
var customerFilters = [][2]string{{"", "All"}, {"people", "People"}, {"orders", "Orders"}, {"money", "Money"}}

// ofMoney are the subjects of events about money.
var ofMoney = map[string]bool{"invoice": true, "credit_note": true, "item": true, "open_item": true, "receipt": true, "application": true, "refund": true, "credit": true, "credit_account": true, "billable": true, "statement": true, "bank_statement": true, "bank_line": true}

// tells whether an event belongs to what the timeline is narrowed to.
func (v *visit) tells(e report.EventView) bool {
	switch v.ask("told") {
	case "people":
		return !e.Machine()
	case "system":
		return e.Machine()
	case "money":
		return ofMoney[e.Subject.Type]
	}
	return true
}

// longest is how many lines a document's timeline has; a customer's has parts.
const longest = 60

// storyOf reads the timeline of a document, the newest first.
func (v *visit) storyOf(ref string) ([]told, error) {
	events, err := report.Timeline(v.q, ref)
	if err != nil {
		return nil, err
	}
	var out []told
	left := int64(0)
	for i := len(events) - 1; i >= 0; i-- {
		if !v.tells(events[i]) {
			continue
		}
		if len(out) == longest {
			left++
			continue
		}
		out = v.toldOf(out, events[i], ref)
	}
	if left > 0 {
		out = append(out, told{Icon: "clock", Say: "and " + count(left, "event", "events") + " before"})
	}
	return out, nil
}

// toldOf adds a line to a timeline; what a machine repeats is one line with how often.
func (v *visit) toldOf(out []told, e report.EventView, on string) []told {
	icon := eventIcons[e.Subject.Type]
	if icon == "" {
		icon = "circle-dot"
	}
	at := v.instant(e.At)
	t := told{Icon: icon, Say: v.sentenceOf(e), When: at.Format("15:04") + ", " + e.Actor, Day: sentence(dayText(v.company.Day(at), v.today)), At: e.At, Times: 1}
	if e.Note != nil {
		t.Icon, t.Note = "message-square", e.Note.Text
		if e.Note.Author == v.who.User {
			t.Mine = e.Note.ID
		}
	} else if strings.HasPrefix(e.Type, "note.") {
		t.Icon, t.Say = "message-square", "A note was taken back"
	}
	if e.Subject.ID != on {
		t.Href = v.placeOf(e.Subject)
	}
	if n := len(out); n > 0 && e.Machine() && out[n-1].Say == t.Say && out[n-1].Day == t.Day && t.Note == "" {
		out[n-1].Times++
		return out
	}
	return append(out, t)
}

// toldDay is a day of a timeline.
type toldDay struct {
	Day  string
	Told []told
}

// byDay puts lines under their days.
func byDay(story []told) []toldDay {
	var out []toldDay
	for _, t := range story {
		if len(out) == 0 || out[len(out)-1].Day != t.Day {
			out = append(out, toldDay{Day: t.Day})
		}
		d := &out[len(out)-1]
		d.Told = append(d.Told, t)
	}
	return out
}

// notable tells whether people can write on a document.
func notable(ref string) bool {
	prefix, _, _ := strings.Cut(ref, "_")
	return places[prefix] != "" && prefix != "prd" && prefix != "stm"
}
