package bench

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
)

// Growth is what became of the chain while one database grew.
type Growth struct {
	Engine    db.Engine `json:"engine"`
	Mode      string    `json:"mode"`
	Processes int       `json:"processes,omitempty"` // servers beside this process
	Clients   int       `json:"clients"`
	Hot       bool      `json:"hot"`
	Windows   []Window  `json:"windows"`
	CPURatio  *float64  `json:"cpu_ratio"` // CPU per line of the last window over that of the first
}

// Window is the stretch between two marks.
type Window struct {
	Lines          int      `json:"lines"`        // in the database at its end
	Played         int      `json:"played_lines"` // of them in this window
	LinesPerSecond float64  `json:"lines_per_second"`
	CPU            *float64 `json:"cpu_us_per_line"`
	ServerCPU      *float64 `json:"server_cpu_us_per_line,omitempty"`
	P50            float64  `json:"p50_ms"`
	P99            float64  `json:"p99_ms"`
	BytesPerLine   float64  `json:"bytes_per_line"` // what the data grew by since before the first order, over all lines
}

// firstMark is how many lines there are at the first row.
const firstMark = 10000

// marks are the numbers of lines at which a row is printed: 1, 2, 5, 10, …
// times the first, and the end.
func marks(first, end int) []int {
	var out []int
	for at, k := first, 0; at < end; k++ {
		out = append(out, at)
		if k%3 == 1 {
			at = at / 2 * 5
		} else {
			at *= 2
		}
	}
	return append(out, end)
}

// atATime is how many lines are played before the events get their places in
// the log. Nobody else does that here, and a million lines of events at once
// would be more than one transaction may take.
const atATime = 50000

// Grow plays the chain on one fresh database per engine, mode and number of
// clients until so many lines exist, with the same connections from the first
// to the last. shown hears of each window as it comes. A broken invariant at
// the end voids the figures.
func Grow(ctx context.Context, o Options, lines int, say func(string), shown func(Growth, Window)) ([]Growth, error) {
	o = o.withCatalog()
	var out []Growth
	for _, e := range o.Engines {
		for _, w := range o.ways() {
			say(fmt.Sprintf("%s, %s, up to %d lines", e, w, lines))
			g, err := o.grow(ctx, e, w, marks(o.firstMark(), lines), shown)
			if err != nil {
				return out, fmt.Errorf("%s, %s: %w", e, w, err)
			}
			out = append(out, g)
		}
	}
	return out, nil
}

func (o Options) firstMark() int {
	if o.mark > 0 {
		return o.mark
	}
	return firstMark
}

// grow plays one database from mark to mark.
func (o Options) grow(ctx context.Context, e db.Engine, w way, marks []int, shown func(Growth, Window)) (Growth, error) {
	g := Growth{Engine: e, Mode: w.mode, Processes: w.processes, Clients: w.clients, Hot: o.Hot}
	s, err := o.stage(ctx, e, w)
	if err != nil {
		return g, err
	}
	defer s.close()
	empty, err := s.size(ctx)
	if err == nil {
		err = s.warmUp(ctx, w.clients)
	}
	if err != nil {
		return g, err
	}
	for _, mark := range marks {
		v, err := s.window(ctx, w.clients, mark, empty)
		if err != nil {
			return g, fmt.Errorf("on the way to %d lines: %w", mark, err)
		}
		g.Windows = append(g.Windows, v)
		shown(g, v)
	}
	if first, last := g.Windows[0].CPU, g.Windows[len(g.Windows)-1].CPU; first != nil && last != nil {
		g.CPURatio = few(*last / *first)
	}
	return g, s.verified(ctx)
}

// window plays until there are so many lines. Between its stretches the events
// are put into the log, off the clock.
func (s *stage) window(ctx context.Context, clients, mark int, empty int64) (Window, error) {
	from := s.work.next * LinesPerOrder
	s.work.waits = nil
	m := measured{spent: spent{known: true}}
	for there := from; there < mark; there = s.work.next * LinesPerOrder {
		orders := (min(atATime, mark-there) + LinesPerOrder - 1) / LinesPerOrder
		more, err := s.measure(ctx, func() error { return s.work.play(ctx, clients, orders) })
		if err != nil {
			return Window{}, err
		}
		m = m.add(more)
		if _, err := event.Sequence(ctx, s.db); err != nil {
			return Window{}, err
		}
	}
	there := s.work.next * LinesPerOrder
	v := Window{Lines: there, Played: there - from, LinesPerSecond: *few(float64(there-from) / m.took.Seconds())}
	v.CPU, v.ServerCPU = m.perLine(v.Played)
	v.P50, v.P99, _ = s.work.percentiles()
	size, err := s.size(ctx)
	v.BytesPerLine = *few(float64(size-empty) / float64(there))
	return v, err
}

const growthRow = "%-8s  %-12s  %7s  %8s  %8s  %8s  %8s  %8s  %8s\n"

// WriteGrowthHead prints the head of the table of windows.
func WriteGrowthHead(w io.Writer) {
	fmt.Fprintf(w, growthRow, "engine", "mode", "clients", "lines", "lines/s", "CPU µs/l", "p50 ms", "p99 ms", "bytes/l")
}

// WriteWindow prints one window.
func WriteWindow(w io.Writer, g Growth, v Window) {
	fmt.Fprintf(w, growthRow, g.Engine, modeText(g.Mode, g.Processes, g.Hot), strconv.Itoa(g.Clients), strconv.Itoa(v.Lines), text(&v.LinesPerSecond), text(v.CPU), text(&v.P50), text(&v.P99), text(&v.BytesPerLine))
}

// WriteGrowth prints what became of a line's CPU.
func WriteGrowth(w io.Writer, g Growth) {
	last := g.Windows[len(g.Windows)-1].Lines
	fmt.Fprintf(w, "%s, %s, %d clients: at %d lines a line takes %s times the CPU that it took up to %d\n",
		g.Engine, modeText(g.Mode, g.Processes, g.Hot), g.Clients, last, text(g.CPURatio), g.Windows[0].Lines)
}
