// Package verify proves the twenty invariants of a company's database: it
// recomputes every counter, balance and total from the journals and says which
// documents disagree, by how much. It reads one snapshot and writes nothing.
//
// It trusts neither the CHECKs of the schema nor the flows. What sums can
// decide is one aggregating statement per check; where rounding is a matter of
// the words (tax, exposure, derived states), rows are streamed in order.
package verify

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
)

// Report is the outcome of all checks, in the order of their ids.
type Report struct {
	Checks []Check       `json:"checks"`
	Took   time.Duration `json:"took_ns"`
}

// Check is the outcome of one.
type Check struct {
	ID       string        `json:"id" doc:"such as INV-03.pot-equals-moves"`
	Title    string        `json:"title" doc:"what holds, of the things that are counted"`
	Count    int64         `json:"count" doc:"how many things were looked at"`
	Bad      int64         `json:"bad" doc:"how many break the rule"`
	First    []string      `json:"first,omitempty" doc:"the first of them, with the figures"`
	Warned   int64         `json:"warned,omitempty" doc:"how many are odd, though not wrong"`
	Warnings []string      `json:"warnings,omitempty" doc:"the first of those"`
	Took     time.Duration `json:"took_ns"`
}

// OK tells that nothing broke the rule; warnings do not count.
func (c Check) OK() bool { return c.Bad == 0 }

// OK tells that no check found anything wrong.
func (r Report) OK() bool {
	for _, c := range r.Checks {
		if !c.OK() {
			return false
		}
	}
	return true
}

// Bad gives the checks that found something wrong.
func (r Report) Bad() []Check {
	var out []Check
	for _, c := range r.Checks {
		if !c.OK() {
			out = append(out, c)
		}
	}
	return out
}

// firsts is how many offenders a check names.
const firsts = 5

// Run makes all checks on one snapshot. progress, when given, is called before
// the first check and after each. An error means that a check could not be
// made; what a check finds is in the report.
func Run(ctx context.Context, d *db.DB, progress func(done, total int)) (Report, error) {
	var out Report
	err := d.Read(ctx, func(r *db.Reader) error {
		var err error
		out, err = on(r, d.Now, progress)
		return err
	})
	return out, err
}

// on makes all checks on what a reader sees.
func on(r *db.Reader, now func() time.Time, progress func(done, total int)) (Report, error) {
	if progress == nil {
		progress = func(int, int) {}
	}
	out, start := Report{}, now()
	co, err := company.Load(r)
	if err != nil {
		if !missing(err) {
			return out, err
		}
		co = &company.Company{}
	}
	list := all()
	progress(0, len(list))
	for i, c := range list {
		if err := r.Context().Err(); err != nil {
			return out, err
		}
		began := now()
		w := &work{r: r, company: co, Check: Check{ID: c.id, Title: c.title}}
		if err := c.make(w); err != nil {
			return out, fmt.Errorf("check %s: %w", c.id, err)
		}
		w.Took = max(0, now().Sub(began))
		out.Checks = append(out.Checks, w.Check)
		progress(i+1, len(list))
	}
	out.Took = max(0, now().Sub(start))
	return out, nil
}

// Write prints a line per check, its offenders below it, and a last line.
func Write(w io.Writer, r Report) error {
	b := bufio.NewWriter(w)
	width := 0
	for _, c := range r.Checks {
		width = max(width, len(c.ID))
	}
	things, bad, warned := int64(0), 0, 0
	for _, c := range r.Checks {
		things += c.Count
		word := "ok"
		switch {
		case c.Bad > 0:
			word = "BAD"
			bad++
		case c.Warned > 0:
			word = "warn"
			warned++
		}
		fmt.Fprintf(b, "%-4s %-*s   %s %s", word, width, c.ID, thousands(c.Count), lower(c.Title))
		if c.Bad > 0 {
			fmt.Fprintf(b, ": not so for %s", thousands(c.Bad))
		}
		if c.Warned > 0 {
			fmt.Fprintf(b, ": odd for %s", thousands(c.Warned))
		}
		fmt.Fprintln(b)
		named(b, c.First, c.Bad)
		named(b, c.Warnings, c.Warned)
	}
	fmt.Fprintf(b, "%s checks of %s things in %s: ", thousands(int64(len(r.Checks))), thousands(things), r.Took.Round(time.Millisecond))
	switch {
	case bad > 0:
		fmt.Fprintf(b, "%d found something wrong\n", bad)
	case warned > 0:
		fmt.Fprintf(b, "all hold, %d with a warning\n", warned)
	default:
		fmt.Fprintln(b, "all hold")
	}
	return b.Flush()
}

func named(b io.Writer, lines []string, of int64) {
	for _, l := range lines {
		fmt.Fprintf(b, "       %s\n", l)
	}
	if more := of - int64(len(lines)); more > 0 {
		fmt.Fprintf(b, "       and %s more\n", thousands(more))
	}
}

// thousands writes a count with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func lower(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToLower(string(r)) + s[n:]
}
