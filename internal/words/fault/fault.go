// Package fault holds the errors that a person can act on.
//
// A Rule is declared once, beside the code that enforces it; a Fault is one
// violation of it, with a sentence that says what could not be done, to which
// thing, why, and what would help. Codes are "room.reason", are listed in
// docs/faults.md by a test and are never renamed. Everything that is not a
// Fault is a failure of ours: it is logged and shown as such.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of answer a fault is; doors map it to their own codes
// (HTTP: Invalid 422, NotFound 404, Conflict 409, Refused 409, Forbidden 403,
// Stale 412, Busy 503).
type Kind string

const (
	Invalid   Kind = "invalid"   // the request cannot be understood or breaks a rule by itself
	NotFound  Kind = "not-found" // the thing named does not exist
	Conflict  Kind = "conflict"  // the thing is in a state that does not allow the step
	Refused   Kind = "refused"   // a rule of the business says no: stock, credit, limits
	Forbidden Kind = "forbidden" // the caller may not
	Stale     Kind = "stale"     // somebody else changed it first
	Busy      Kind = "busy"      // try again later
)

// Rule is a kind with a stable code, such as stock.short.
type Rule struct {
	Kind Kind   `json:"kind"`
	Code string `json:"code"`
}

// Because makes the fault, with the sentence.
func (r Rule) Because(format string, args ...any) *Fault {
	return &Fault{Rule: r, Sentence: fmt.Sprintf(format, args...)}
}

// Error lets a Rule be used as the target of errors.Is.
func (r Rule) Error() string { return r.Code }

// Fault is one violation of a Rule.
type Fault struct {
	Rule
	Sentence string            `json:"detail"`
	Path     string            `json:"path,omitempty"`    // the field, as a JSON path: lines[2].qty
	Figures  map[string]string `json:"figures,omitempty"` // the numbers behind the sentence
	Also     []*Fault          `json:"also,omitempty"`    // further faults of the same request
}

// Error gives the sentence.
func (f *Fault) Error() string {
	if f.Path != "" {
		return f.Path + ": " + f.Sentence
	}
	return f.Sentence
}

// Is makes errors.Is(err, someRule) true for faults of that rule.
func (f *Fault) Is(target error) bool {
	r, ok := target.(Rule)
	return ok && r.Code == f.Code
}

// At returns the fault with the path put in front of what it had.
func (f *Fault) At(path string) *Fault {
	g := *f
	switch {
	case f.Path == "":
		g.Path = path
	case strings.HasPrefix(f.Path, "["):
		g.Path = path + f.Path
	default:
		g.Path = path + "." + f.Path
	}
	return &g
}

// With adds a figure.
func (f *Fault) With(name, value string) *Fault {
	g := *f
	g.Figures = make(map[string]string, len(f.Figures)+1)
	for k, v := range f.Figures {
		g.Figures[k] = v
	}
	g.Figures[name] = value
	return &g
}

// Of finds the fault in an error chain.
func Of(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// At puts a path in front of err when it is a fault; other errors stay as they are.
func At(err error, format string, args ...any) error {
	if f, ok := Of(err); ok {
		return f.At(fmt.Sprintf(format, args...))
	}
	return err
}

// All joins faults into one: the first carries the others in Also. No faults
// give nil; an error that is not a fault wins over all.
func All(errs ...error) error {
	var first *Fault
	for _, err := range errs {
		if err == nil {
			continue
		}
		f, ok := Of(err)
		if !ok {
			return err
		}
		if first == nil {
			g := *f
			first = &g
			continue
		}
		first.Also = append(first.Also, f)
	}
	if first == nil {
		return nil
	}
	return first
}
