// Package bench measures what an order line costs from order to cash. It plays
// the full chain – capture, confirm, release, ship, bill, receive, apply,
// reconcile – for generated orders through the real flows, each run on a
// database of its own, and sets beside it a yardstick: a loop of bare SQL that
// writes the same rows without any business. After each run the invariants are
// verified; a run that breaks one has no figures.
//
// It owns no business rule and keeps nothing. Decimals are for printing only.
package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"

	"kontor/internal/story/verify"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
)

// LinesPerOrder is the size of every generated order.
const LinesPerOrder = 5

// The ways in which a client asks for a step.
const (
	Gathered    = "gathered"     // through the gatherer, which lets concurrent callers share a transaction
	PerDocument = "per-document" // each step of each document in a transaction of its own
	HTTP        = "http"         // a request to the real API, gathered behind it; the server's workers run
)

// Options say what to measure.
type Options struct {
	Engines []db.Engine
	Modes   []string
	Clients []int
	// Processes asks for runs by HTTP against so many server processes on one
	// PostgreSQL, beside the modes. A number may come again.
	Processes []int
	Doors     Doors // opens the API, for HTTP
	Lines     int   // per run; 0 = by the number of clients, see linesFor
	Hot       bool
	Quick     bool
	Dir       string // where SQLite files are made; "" = the system's place for temporary files
	Postgres  string // address of the server, in which schemas are made and dropped
	Profile   string // file for CPU profiles, "" = none
	Top       int    // how many of the statements that took longest to report; 0 = none, and no clock runs
	Catalog   Catalog

	mark int // lines at the first row of Grow; 0 = 10,000
}

// Result is one run. CPU figures are nil where the server runs elsewhere.
type Result struct {
	Engine         db.Engine       `json:"engine"`
	Mode           string          `json:"mode"`
	Processes      int             `json:"processes,omitempty"` // servers beside this process
	Clients        int             `json:"clients"`
	Hot            bool            `json:"hot"`
	Lines          int             `json:"lines"`
	LinesPerSecond float64         `json:"lines_per_second"`
	CPU            *float64        `json:"cpu_us_per_line"`
	ServerCPU      *float64        `json:"server_cpu_us_per_line,omitempty"`
	P50            float64         `json:"p50_ms"`
	P99            float64         `json:"p99_ms"`
	BytesPerLine   float64         `json:"bytes_per_line"`
	YardstickCPU   *float64        `json:"yardstick_cpu_us_per_line"`
	Ratio          *float64        `json:"ratio"`
	Steps          map[string]Step `json:"steps"`
	Statements     []Statement     `json:"statements,omitempty"`
}

// Step is how long callers waited for one step.
type Step struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

// warmUp is how many orders go ahead of the clock, so that statements are
// prepared, and warmClients how many clients play them at least.
const (
	warmUp      = 128
	warmClients = 8
)

// linesFor is how long a run is when nobody says: a lone client waits for a
// flush per step, so his run is shorter.
func (o Options) linesFor(clients int) int {
	n := o.Lines
	if n == 0 {
		n = 20000
		if o.Quick {
			n = 4000
		}
		if clients == 1 {
			n /= 5
		}
	}
	return max(1, n/LinesPerOrder) * LinesPerOrder
}

// Run measures every engine × mode × clients; done hears of each result as it
// comes, say of what is going on.
func Run(ctx context.Context, o Options, say func(string), done func(Result)) ([]Result, error) {
	o = o.withCatalog()
	var out []Result
	for _, e := range o.Engines {
		say(fmt.Sprintf("%s: yardstick", e))
		yard, err := o.yardstick(ctx, e)
		if err != nil {
			return out, fmt.Errorf("yardstick on %s: %w", e, err)
		}
		for _, w := range o.ways() {
			say(fmt.Sprintf("%s, %s", e, w))
			r, err := o.run(ctx, e, w)
			if err != nil {
				return out, fmt.Errorf("%s, %s: %w", e, w, err)
			}
			if r.YardstickCPU = yard; yard != nil && r.CPU != nil {
				r.Ratio = few(*r.CPU / *yard)
			}
			out = append(out, r)
			if done != nil {
				done(r)
			}
		}
	}
	return out, nil
}

// withCatalog fills in what the orders choose from.
func (o Options) withCatalog() Options {
	if o.Catalog == (Catalog{}) {
		o.Catalog = Catalog{Products: 10000, Customers: 1000}
	}
	if o.Hot {
		o.Catalog = Catalog{Products: 10, Customers: 1}
	}
	return o
}

// run measures one combination on a database of its own.
func (o Options) run(ctx context.Context, e db.Engine, w way) (Result, error) {
	r := Result{Engine: e, Mode: w.mode, Processes: w.processes, Clients: w.clients, Hot: o.Hot, Lines: o.linesFor(w.clients)}
	s, err := o.stage(ctx, e, w)
	if err != nil {
		return r, err
	}
	defer s.close()
	if err := s.warmUp(ctx, w.clients); err != nil {
		return r, err
	}
	orders := r.Lines / LinesPerOrder
	size, err := s.size(ctx)
	if err != nil {
		return r, err
	}
	stop, err := o.profile(w.label(e))
	if err != nil {
		return r, err
	}
	s.work.waits = nil
	s.watch.set(true)
	m, err := s.measure(ctx, func() error { return s.work.play(ctx, w.clients, orders) })
	stop()
	s.watch.set(false)
	if err != nil {
		return r, err
	}
	grown, err := s.size(ctx)
	if err != nil {
		return r, err
	}
	lines := float64(r.Lines)
	r.LinesPerSecond = *few(lines / m.took.Seconds())
	r.CPU, r.ServerCPU = m.perLine(r.Lines)
	r.BytesPerLine = *few(float64(grown-size) / lines)
	r.P50, r.P99, r.Steps = s.work.percentiles()
	r.Statements = s.watch.top(o.Top)
	return r, s.verified(ctx)
}

// profile starts a CPU profile; several runs get a file each.
func (o Options) profile(label string) (stop func(), err error) {
	if o.Profile == "" {
		return func() {}, nil
	}
	name := o.Profile
	if len(o.Engines)*len(o.ways()) > 1 {
		name += "." + label
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		f.Close()
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}, nil
}

// verified fails when an invariant does not hold.
func verified(ctx context.Context, d *db.DB) error {
	if _, err := event.Sequence(ctx, d); err != nil {
		return err
	}
	rep, err := verify.Run(ctx, d, nil)
	if err != nil || rep.OK() {
		return err
	}
	var bad []string
	for _, c := range rep.Bad() {
		bad = append(bad, fmt.Sprintf("%s: %s: %d of %d: %s", c.ID, c.Title, c.Bad, c.Count, strings.Join(c.First, "; ")))
	}
	return errors.New("the figures are void, an invariant is broken: " + strings.Join(bad, "; "))
}
