// Package soak keeps a real `kontor serve` under load for as long as one likes
// and watches it from outside. Clients play orders from capture to
// reconciliation over HTTP; then ten times as many come at once. In the end it
// says whether memory and file handles stayed level, whether those who were let
// in under overload were served about as fast as before, whether the others
// were told to come again, and whether the books agree.
//
// It owns the load, the watch and the verdict. The shop and its orders are
// those of package crash.
package soak

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"kontor/internal/crash"
)

// Options of a run.
type Options struct {
	Database string                         // address of a fresh, empty database
	Program  func(args ...string) *exec.Cmd // kontor
	Steady   time.Duration                  // of the normal load; the overload lasts a fifth of it, see overload
	Clients  int                            // of the normal load; 0 = 32
	Times    int                            // clients under overload, as a multiple; 0 = 10
	Short    bool                           // too short or too crowded a place to judge what needs quiet and time
	Out      io.Writer                      // a row for each interval
}

// settles is how long heap and page caches may take to reach their size.
const settles = 5 * time.Minute

// overload is how long ten times the clients come.
func (o Options) overload() time.Duration {
	return min(max(o.Steady/5, 3*time.Second), 3*time.Minute)
}

// every is the interval between two samples.
func (o Options) every() time.Duration {
	return min(max(o.Steady/60, time.Second), 10*time.Second)
}

// Run starts the program on a fresh shop, loads it and gives the verdict. An
// error means that it could not be run to its end.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Clients == 0 {
		o.Clients = 32
	}
	if o.Times == 0 {
		o.Times = 10
	}
	if err := crash.Found(ctx, o.Database); err != nil {
		return nil, fmt.Errorf("found the shop: %w", err)
	}
	s, err := start(o)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	g := &rig{Options: o, server: s, http: connections(o.Clients * o.Times), report: &Report{short: o.Short, settled: o.Steady >= settles}, began: time.Now()}
	g.play(ctx)
	g.http.CloseIdleConnections()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.report.judge()
	err = s.end()
	g.report.check(err == nil, "the end of kontor serve: %v", result(err, nil))
	out, err := g.Program("verify", "--database", g.Database).CombinedOutput()
	g.report.check(err == nil, "kontor verify on the database: %v", result(err, out))
	return g.report, nil
}

// result is what a program said, when it found something wrong.
func result(err error, out []byte) string {
	if err == nil {
		return "nothing is wrong"
	}
	return fmt.Sprintf("%v\n%s", err, out)
}

// connections keeps one open for each client.
func connections(n int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConns: n, MaxIdleConnsPerHost: n, DisableCompression: true}, Timeout: time.Minute}
}

// rig is a run under way.
type rig struct {
	Options
	server *server
	http   *http.Client
	began  time.Time
	chains atomic.Int64 // begun
	report *Report
}

// phase is a stretch of the run with one kind of load.
type phase struct {
	name  string
	over  atomic.Bool
	tally tally // since its begin
	last  tally // since the last sample
}

// play runs the stretches, each with its clients and its samples.
func (g *rig) play(ctx context.Context) {
	g.head()
	g.stretch(ctx, "warm-up", g.Clients, min(g.Steady/5, 10*time.Second)) // the first plans, pages and connections say nothing about the rest
	g.report.Steady = g.stretch(ctx, "steady", g.Clients, g.Steady)
	g.report.Overload = g.stretch(ctx, "overload", g.Clients*g.Times, g.overload())
	g.report.After = g.stretch(ctx, "after", g.Clients, g.overload())
}

// stretch lets n clients play for so long and gives what was counted.
func (g *rig) stretch(ctx context.Context, name string, n int, long time.Duration) *tally {
	p := &phase{name: name}
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	var all sync.WaitGroup
	for range n {
		all.Go(func() { (&client{rig: g, phase: p}).work() })
	}
	began := time.Now()
	g.sample(ctx, p)
	p.over.Store(true)
	all.Wait()
	p.tally.took = time.Since(began)
	return &p.tally
}
