package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Statement is what one statement text took over a run.
type Statement struct {
	SQL   string        `json:"sql"`
	Calls int           `json:"calls"`
	Took  time.Duration `json:"took_ns"` // by the clock, of all its calls; the caller's work on the rows included
}

// watcher adds up statements while it is on.
type watcher struct {
	mu  sync.Mutex
	on  bool
	all map[string]*Statement
}

func (w *watcher) hear(sql string, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.on {
		return
	}
	s := w.all[sql]
	if s == nil {
		s = &Statement{SQL: sql}
		w.all[sql] = s
	}
	s.Calls++
	s.Took += took
}

// set switches it on or off.
func (w *watcher) set(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on = on
	if on {
		w.all = map[string]*Statement{}
	}
}

// top gives the n that took longest.
func (w *watcher) top(n int) []Statement {
	var out []Statement
	for _, s := range w.all {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Statement) int { return int(b.Took - a.Took) })
	return out[:min(n, len(out))]
}

// writeStatements prints them with their time per line.
func writeStatements(w io.Writer, r Result) {
	for _, s := range r.Statements {
		per := float64(s.Took.Nanoseconds()) / 1e3
		fmt.Fprintf(w, "  %8.2f µs/l %7d calls %8.1f µs a call  %s\n", per/float64(r.Lines), s.Calls, per/float64(s.Calls), oneLine(s.SQL))
	}
}

func oneLine(sql string) string {
	s := []rune(strings.Join(strings.Fields(sql), " "))
	if len(s) > 160 {
		s = append(s[:159], '…')
	}
	return string(s)
}
