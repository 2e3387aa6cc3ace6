// Package workplace owns how people work with the system: what each of them
// likes to see (preferences), the views of lists that they keep, notes on
// documents with the colleagues they name, whose a document is, and notices:
// what one person should know. It does not own people (access) nor documents;
// it names both by id.
package workplace

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kontor/internal/words/fault"
)

// Rules of the room.
var (
	ErrView    = fault.Rule{Kind: fault.Invalid, Code: "workplace.view"}
	ErrTaken   = fault.Rule{Kind: fault.Conflict, Code: "workplace.view-taken"}
	ErrNoView  = fault.Rule{Kind: fault.NotFound, Code: "workplace.view-unknown"}
	ErrNote    = fault.Rule{Kind: fault.Invalid, Code: "workplace.note"}
	ErrMention = fault.Rule{Kind: fault.Invalid, Code: "workplace.mention"}
	ErrNoNote  = fault.Rule{Kind: fault.Conflict, Code: "workplace.note-gone"}
	ErrAssign  = fault.Rule{Kind: fault.Conflict, Code: "workplace.assigned-again"}
	ErrSetting = fault.Rule{Kind: fault.Invalid, Code: "workplace.preference"}
)

// Kinds of notice.
const (
	Mention  = "mention"  // a note names the person
	Assigned = "assigned" // a document became the person's
	Decided  = "decided"  // somebody decided what the person had asked for
)

// Limits of texts, in characters.
const (
	longestNote  = 4000
	longestName  = 60
	longestQuery = 2000
)

// View is a list as somebody likes to see it.
type View struct {
	ID      int64
	List    string // name of the list
	Owner   int64  // user
	Shared  bool   // everybody sees it; only its owner changes it
	Name    string
	Params  string // of the address, encoded
	Columns string // heads in their order, with | between; "" = all
}

// Check tells what is wrong with a view, at the fields name and params.
func (v *View) Check() error {
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	switch n := utf8.RuneCountInString(v.Name); {
	case n == 0:
		return ErrView.Because("the view has no name: write what it shows, for example Large orders").At("name")
	case n > longestName:
		return ErrView.Because("the name has %d characters: use at most %d", n, longestName).At("name")
	case len(v.Params) > longestQuery || len(v.Columns) > longestQuery:
		return ErrView.Because("the view has too many filters to keep: take some away").At("name")
	}
	return nil
}

// Note is what somebody wrote on a document.
type Note struct {
	ID      int64
	Type    string // of the document
	Subject int64
	Text    string
}

// CheckNote gives the text without blanks around it, or what is wrong with it.
func CheckNote(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", ErrNote.Because("the note is empty: write what colleagues should know").At("text")
	case n > longestNote:
		return "", ErrNote.Because("the note has %d characters: write at most %d, or attach a document", n, longestNote).At("text")
	}
	return text, nil
}

// Notice is what one person should know.
type Notice struct {
	User    int64
	Kind    string
	Cause   int64 // id of the note, assignment or hold
	Type    string
	Subject int64
	From    int64 // who did it
	Say     string
}

// Assignment asks to make a document somebody's.
type Assignment struct {
	Type    string // of the document
	Subject int64
	User    int64 // whose it becomes; 0 = nobody's
	Was     int64 // whose it must be now: 0 = nobody's, -1 = anybody's
}

// Colleague is somebody whom a note may name.
type Colleague struct {
	User        int64
	Name, Email string
}

// Mentioned finds the colleagues that a text names: @ and a whole name, or a
// first name, or the part of the e-mail address before the @, where that is one
// person's. A name that is nobody's, or several people's, is a fault at text. An
// @ within a word, as in an address, names nobody.
func Mentioned(text string, people []Colleague) ([]int64, error) {
	var out []int64
	for i, r := range text {
		if r != '@' {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(text[:i]); i > 0 && (unicode.IsLetter(before) || unicode.IsDigit(before) || before == '.' || before == '_' || before == '-') {
			continue
		}
		rest := text[i+1:]
		if first, _ := utf8.DecodeRuneInString(rest); !unicode.IsLetter(first) {
			continue
		}
		user, err := meant(rest, people)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, user) {
			out = append(out, user)
		}
	}
	return out, nil
}

// meant finds whom the text behind an @ begins with.
func meant(rest string, people []Colleague) (int64, error) {
	low := strings.ToLower(rest)
	best, length := int64(0), 0
	for _, p := range people { // the longest whole name wins: Anna Weber before Anna Web
		name := strings.ToLower(p.Name)
		if after, ok := strings.CutPrefix(low, name); ok && len(name) > length && !beginsWord(after) {
			best, length = p.User, len(name)
		}
	}
	if best != 0 {
		return best, nil
	}
	word := low[:wordEnd(low)]
	var found []Colleague
	for _, p := range people {
		first, _, _ := strings.Cut(strings.ToLower(p.Name), " ")
		local, _, _ := strings.Cut(strings.ToLower(p.Email), "@")
		if word == first || word == local {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return 0, ErrMention.Because("there is no colleague @%s: write @ and a name as the page People has it, or leave the @ out", rest[:wordEnd(rest)]).At("text")
	case 1:
		return found[0].User, nil
	}
	return 0, ErrMention.Because("@%s could be %s or %s: write the whole name", rest[:wordEnd(rest)], found[0].Name, found[1].Name).At("text")
}

func wordEnd(s string) int {
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' && r != '.' {
			return i
		}
		if r == '.' && !beginsWord(s[i+1:]) { // the end of a sentence
			return i
		}
	}
	return len(s)
}

func beginsWord(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
