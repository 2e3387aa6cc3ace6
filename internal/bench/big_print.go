package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

const bigRow = "%-8s  %-54s  %9s %-8s  %4s  %9s  %9s  %s\n"

// WriteBigHead prints the head of the table of cases.
func WriteBigHead(w io.Writer) {
	fmt.Fprintf(w, bigRow, "engine", "what", "size", "", "runs", "median ms", "target ms", "met")
}

// WriteCase prints one case, with the statements of its last run below when
// they were asked for.
func WriteCase(w io.Writer, c Case) {
	target, met := "-", "-"
	if c.Target > 0 {
		target, met = text(&c.Target), "no"
		if c.Met {
			met = "yes"
		}
	}
	fmt.Fprintf(w, bigRow, c.Engine, c.What, strconv.Itoa(c.Size), c.Of, strconv.Itoa(c.Runs), text(&c.Median), target, met)
	for _, s := range c.Statements {
		fmt.Fprintf(w, "  %9.2f ms %7d calls  %s\n", float64(s.Took.Nanoseconds())/1e6, s.Calls, oneLine(s.SQL))
	}
}

// WriteCases prints the cases as one object.
func WriteCases(w io.Writer, cases []Case) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Cases []Case `json:"cases"`
	}{cases})
}
