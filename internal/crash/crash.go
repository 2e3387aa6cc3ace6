// Package crash kills a loaded Kontor and looks for lost work. A child process
// takes orders all the way to cash and tells its parent each step once the
// step's call has returned; the parent kills it with SIGKILL at a random
// moment, opens the database again and asks: is everything there that was
// acknowledged, and does every invariant hold? The next child resumes what was
// left, under the same idempotency keys, so a step that was committed and not
// acknowledged is answered from the first time and has no second effect. On
// PostgreSQL the whole server is killed now and then, while the child goes on.
//
// It owns the rig and the load. A kill cannot show what a power cut would lose;
// db.Open refuses the settings that would.
package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"sort"
	"time"

	"kontor/internal/tools/db"
)

// Server is a database server of the rig's own.
type Server interface {
	Kill() error  // all of its processes, at once
	Start() error // again; it recovers
}

// Options of a run.
type Options struct {
	Kills       int
	Seed        uint64
	Database    func() (dsn string, err error) // makes a fresh, empty database
	PerDatabase int                            // kills before a fresh one is taken, so that it stays small; 0 = 200
	VerifyEvery int                            // kills between full verifications; 0 = 25
	Window      time.Duration                  // the longest that a child's load lasts; 0 = 150 ms
	Child       func() *exec.Cmd               // a process that calls Child with its standard input and output
	Server      Server                         // nil on SQLite
	ServerEvery int                            // kills between those of the server; 0 = 20
	Early       bool                           // the canary: children acknowledge before the commit; ends at the first loss
	Log         func(format string, args ...any)
}

// Report is what a run saw. Lost and Broken must be empty.
type Report struct {
	Kills       int // of the process
	Opening     int // of them while it was opening the database
	ServerKills int
	Databases   int
	Chains      int
	Acks        int
	Recalled    int // steps committed by a killed process and not acknowledged, found by asking again
	Checks      int
	Verified    int
	Lost        []string // acknowledged steps that are not there, or happened twice
	Broken      []string // invariants
	Failed      []string // what a caller saw that he must not see
	Took        time.Duration
}

// OK tells that nothing was found.
func (r *Report) OK() bool { return len(r.Lost)+len(r.Broken)+len(r.Failed) == 0 }

func (r *Report) String() string {
	return fmt.Sprintf("%d kills (%d while opening) and %d of the server in %s, %.1f a second; %d databases, %d chains, %d steps acknowledged, %d of them only when asked again; %d checks, %d full verifications: %d lost, %d invariants broken, %d failures",
		r.Kills, r.Opening, r.ServerKills, r.Took.Round(time.Millisecond), float64(r.Kills)/r.Took.Seconds(), r.Databases, r.Chains, r.Acks, r.Recalled, r.Checks, r.Verified, len(r.Lost), len(r.Broken), len(r.Failed))
}

// Run kills as often as it is told to and reports what was found.
func Run(ctx context.Context, o Options) (*Report, error) {
	for _, d := range []struct {
		value *int
		or    int
	}{{&o.PerDatabase, 200}, {&o.VerifyEvery, 25}, {&o.ServerEvery, 20}} {
		if *d.value == 0 {
			*d.value = d.or
		}
	}
	if o.Window == 0 {
		o.Window = 150 * time.Millisecond
	}
	g := &rig{Options: o, Report: &Report{}, rnd: rand.New(rand.NewPCG(o.Seed, 0)), began: time.Now()}
	defer g.dismiss()
	var err error
	for err == nil && g.Report.Kills < o.Kills && !(o.Early && len(g.Lost) > 0) {
		err = g.database(ctx)
	}
	g.Took = time.Since(g.began)
	return g.Report, err
}

// workers is how many chains a child has under way.
const workers = 6

// rig is a run under way.
type rig struct {
	Options
	*Report
	rnd   *rand.Rand
	began time.Time
	next  *process // started ahead, since starting takes longer than most kills

	dsn    string
	chains map[int64]*Chain // of this database, as acknowledged last
	fresh  map[int64]bool   // acknowledged since the last check
}

// database kills a series of children on one fresh database, lets the last one
// finish all chains, and counts.
func (g *rig) database(ctx context.Context) error {
	var err error
	if g.dsn, err = g.Database(); err != nil {
		return err
	}
	if err := Found(ctx, g.dsn); err != nil {
		return fmt.Errorf("found the shop: %w", err)
	}
	g.Databases++
	g.chains, g.fresh = map[int64]*Chain{}, map[int64]bool{}
	for n := 1; n <= g.PerDatabase && g.Report.Kills < g.Options.Kills; n++ {
		if err := g.kill(n); err != nil {
			return err
		}
		full := n%g.VerifyEvery == 0
		if !g.Early && !full && g.rnd.IntN(4) == 0 {
			continue // the next child is the one that recovers
		}
		if err := g.check(ctx, full); err != nil {
			return err
		}
		if g.Early && len(g.Lost) > 0 {
			return nil
		}
	}
	return g.drain(ctx)
}

// kill starts the load and ends it at a random moment.
func (g *rig) kill(n int) error {
	p, err := g.start(g.orders())
	if err != nil {
		return err
	}
	server := g.Server != nil && n%g.ServerEvery == 0
	opening := !server && g.rnd.IntN(8) == 0
	wait := time.Duration(g.rnd.Int64N(int64(g.Window)))
	if opening { // already while it opens the database and takes its node
		wait /= 20
	} else {
		select {
		case <-p.begun:
		case <-p.done:
		case <-time.After(60 * time.Second):
			p.end()
			return fmt.Errorf("the child did not begin within a minute: %s", p.stderr.String())
		}
	}
	time.Sleep(wait)
	if server {
		g.ServerKills++
		if err := g.Server.Kill(); err == nil {
			err = g.Server.Start()
		}
		if err != nil {
			p.end()
			return fmt.Errorf("kill the server: %w", err)
		}
		time.Sleep(time.Duration(g.rnd.IntN(100)) * time.Millisecond) // the child goes on with the new one
	}
	select {
	case <-p.begun:
	default:
		g.Opening++
	}
	died := p.end()
	g.Report.Kills++
	if !died && !server {
		g.Failed = append(g.Failed, "a child ended by itself: "+p.stderr.String())
	}
	g.read(p, server)
	return nil
}

// orders for the next child.
func (g *rig) orders() orders {
	o := orders{DSN: g.dsn, Workers: workers, Next: 1, Early: g.Early}
	for _, c := range g.chains {
		if o.Next = max(o.Next, c.ID+1); c.next() != "" {
			o.Chains = append(o.Chains, *c)
		}
	}
	sort.Slice(o.Chains, func(i, j int) bool { return o.Chains[i].ID < o.Chains[j].ID })
	return o
}

// read takes in what a child told.
func (g *rig) read(p *process, server bool) {
	for _, l := range p.lines {
		switch {
		case l.Start != 0 && g.chains[l.Start] == nil:
			g.chains[l.Start] = &Chain{ID: l.Start}
			g.Chains++
		case l.Ack != nil:
			g.Acks++
			if l.Recalled {
				g.Recalled++
			}
			g.chains[l.Ack.ID], g.fresh[l.Ack.ID] = l.Ack, true
		case l.Fault != "":
			g.Failed = append(g.Failed, l.Fault)
		case l.Error != "" && !server:
			g.Failed = append(g.Failed, l.Error)
		}
	}
}

// check opens the database as the next process would and looks for what was
// acknowledged since the last time; a full check looks for all of it and
// verifies every invariant.
func (g *rig) check(ctx context.Context, full bool) error {
	d, err := db.Open(ctx, g.dsn, db.Options{Readers: 1})
	if err != nil {
		return fmt.Errorf("open after kill %d: %w", g.Report.Kills, err)
	}
	defer d.Close()
	var list []*Chain
	for k, c := range g.chains {
		if full || g.fresh[k] {
			list = append(list, c)
		}
	}
	g.fresh = map[int64]bool{}
	g.Checks++
	missing, err := lost(ctx, d, list)
	g.add(&g.Lost, missing)
	if err == nil && full {
		g.Verified++
		var bad []string
		bad, err = broken(ctx, d)
		g.add(&g.Broken, bad)
	}
	if g.Took = time.Since(g.began); g.Log != nil && full {
		g.Log("%s", g.Report)
	}
	return err
}

func (g *rig) add(to *[]string, list []string) {
	for _, s := range list {
		*to = append(*to, fmt.Sprintf("after kill %d of seed %d: %s", g.Report.Kills, g.Seed, s))
	}
}

// drain lets a child finish every chain, then checks all and counts.
func (g *rig) drain(ctx context.Context) error {
	o := g.orders()
	o.Drain = true
	p, err := g.start(o)
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-time.After(60 * time.Second):
		g.Failed = append(g.Failed, "the unfinished chains could not be finished within a minute")
	}
	p.end()
	g.read(p, false)
	for _, c := range g.chains {
		if c.next() != "" {
			g.Failed = append(g.Failed, fmt.Sprintf("chain %d stands before %s for ever: %s", c.ID, c.next(), p.stderr.String()))
		}
	}
	if err := g.check(ctx, true); err != nil {
		return err
	}
	d, err := db.Open(ctx, g.dsn, db.Options{Readers: 1})
	if err != nil {
		return err
	}
	defer d.Close()
	twice, err := counted(ctx, d, g.chains)
	g.add(&g.Lost, twice)
	return err
}
