// Package feedback owns what people say about the product: a note with the page,
// the version and the role it was written in, and who sees to it. A note is open
// until its owner closes it, with an answer.
package feedback

import (
	"strings"
	"unicode/utf8"

	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Rules of notes.
var (
	ErrNote    = fault.Rule{Kind: fault.Invalid, Code: "feedback.note"}
	ErrUnknown = fault.Rule{Kind: fault.NotFound, Code: "feedback.unknown"}
	ErrState   = fault.Rule{Kind: fault.Conflict, Code: "feedback.state"}
)

// States of a note.
const (
	Open = "open"
	Done = "done"
)

// longest is how many characters a note or an answer may have.
const longest = 4000

// Note is what somebody says. Key makes sending it twice one note.
type Note struct {
	ID      id.Feedback
	Key     string
	Text    string
	Path    string // of the page, as the address had it
	Version string // of the program
	Role    string // names of the writer's roles
	Fault   string // code of the fault that he saw last; "" = none
}

// check refuses what says nothing, or more than anybody reads.
func (n *Note) check() error {
	n.Text = strings.TrimSpace(n.Text)
	switch {
	case n.Text == "":
		return ErrNote.Because("the note is empty: write what you wanted to do and what happened instead").At("note")
	case utf8.RuneCountInString(n.Text) > longest:
		return ErrNote.Because("the note has more than %d characters: say the main thing, an admin will ask for the rest", longest).At("note")
	}
	n.Path, n.Fault = clip(n.Path, 500), clip(n.Fault, 80)
	return nil
}

func clip(s string, most int) string {
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
