package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"kontor/internal/rooms/company"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
)

// Big says how large the cases of RunBig are.
type Big struct {
	Lines     int // of one order
	Invoices  int // of one customer, paid by one receipt
	Billables int // that wait for one billing run
	Items     int // open at a time
	Moves     int // of stock, in the table
	Catalog   Catalog
}

// BigAt gives the sizes at a percentage of the full ones.
func BigAt(percent int) Big {
	of := func(full, least int) int { return max(full*percent/100, least) }
	return Big{Lines: of(1000, 10), Invoices: of(5000, 10), Billables: of(100_000, 100), Items: of(100_000, 100), Moves: of(3_000_000, 1000),
		Catalog: Catalog{Products: of(10_000, 200), Customers: of(1000, 20)}}
}

// Case is one measured case: how long a caller waits for one answer.
type Case struct {
	Engine     db.Engine   `json:"engine"`
	What       string      `json:"what"`
	Size       int         `json:"size"`
	Of         string      `json:"of"`
	Runs       int         `json:"runs"`
	Median     float64     `json:"median_ms"`
	Target     float64     `json:"target_ms,omitempty"` // 0 = none
	Met        bool        `json:"met"`
	Statements []Statement `json:"statements,omitempty"`
}

// RunBig measures, on a fresh database per engine, single steps and reports
// that are large or stand on much data. done hears of each case as it comes,
// say of what is going on. At the end the invariants are verified.
func RunBig(ctx context.Context, o Options, size Big, say func(string), done func(Case)) ([]Case, error) {
	var out []Case
	for _, e := range o.Engines {
		b := &big{ctx: ctx, options: o, engine: e, size: size, say: say, done: func(c Case) {
			out = append(out, c)
			if done != nil {
				done(c)
			}
		}}
		if err := b.run(); err != nil {
			return out, fmt.Errorf("%s: %w", e, err)
		}
	}
	return out, nil
}

// big is the run on one engine.
type big struct {
	ctx     context.Context
	options Options
	engine  db.Engine
	size    Big
	house   *house
	company *trader
	today   day.Day
	filler  filler
	say     func(string)
	done    func(Case)
}

// run makes the database with a year of stock moves in it, warms up as the
// ordinary runs do, and takes the cases one after the other.
func (b *big) run() error {
	defer b.close()
	if err := b.open(); err != nil {
		return err
	}
	stop, err := b.options.profile(string(b.engine) + "-big")
	if err != nil {
		return err
	}
	defer stop()
	for _, part := range []func() error{b.fillMoves, b.warmUp, b.balances, b.orders, b.receipts, b.billing, b.ages} {
		if err := part(); err != nil {
			return err
		}
	}
	b.tell("verifying")
	return verified(b.ctx, b.house.db)
}

// open makes the database and its company.
func (b *big) open() error {
	var err error
	if b.house, err = b.options.open(b.ctx, b.engine); err != nil {
		return err
	}
	if b.filler, err = b.house.filler(); err != nil {
		return err
	}
	b.tell("company of %d products", b.size.Catalog.Products)
	if b.company, err = found(b.ctx, b.house.db, b.size.Catalog); err != nil {
		return err
	}
	return b.readToday()
}

func (b *big) close() {
	b.filler.close()
	if b.house != nil {
		b.house.close()
	}
}

func (b *big) tell(format string, args ...any) {
	b.say(string(b.engine) + ": " + fmt.Sprintf(format, args...))
}

func (b *big) readToday() error {
	return b.house.db.Read(b.ctx, func(r *db.Reader) error {
		c, err := company.Load(r)
		if err == nil {
			b.today = c.Day(r.Now())
		}
		return err
	})
}

// firstBig is the number of the first order after those that warm up.
const firstBig = warmUp

func (b *big) warmUp() error {
	w := &work{company: b.company, steps: func(int) Steps { return inside{office: b.company.Office, who: b.company.who} }}
	return w.play(b.ctx, 8, min(warmUp, b.size.Billables))
}

// measure runs a case, once more ahead when it runs several times, and tells
// the median. f says itself how long it took: what prepares a run does not count.
func (b *big) measure(c Case, f func(run int) (time.Duration, error)) error {
	c.Engine = b.engine
	first := 0
	if c.Runs > 1 {
		first = -1
	}
	var took []time.Duration
	for i := first; i < c.Runs; i++ {
		runtime.GC()
		b.house.watch.set(i == c.Runs-1)
		t, err := f(i)
		if err != nil {
			return fmt.Errorf("%s: %w", c.What, err)
		}
		if i >= 0 {
			took = append(took, t)
		}
	}
	c.Statements = b.house.watch.top(b.options.Top)
	b.house.watch.set(false)
	slices.Sort(took)
	c.Median = ms(took, 50)
	c.Met = c.Target == 0 || c.Median <= c.Target
	b.done(c)
	return nil
}

// timed tells how long f took.
func timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}

// all runs a step for a list of commands, none of which may be refused.
func all[C, T any](b *big, s *flow.Step[C, T], cmds []C) ([]T, error) {
	results, err := s.Many(b.ctx, b.company.who, cmds)
	if err != nil {
		return nil, err
	}
	out := make([]T, len(results))
	for i, r := range results {
		if r.Fault != nil {
			return nil, r.Fault
		}
		out[i] = r.Value
	}
	return out, nil
}

// ship takes drafts to the dispatch of their goods, in batches, and hands the
// commands that bill the orders to next.
func (b *big) ship(n int, draft func(i int) flow.Draft, next func([]flow.Bill) error) error {
	for from := 0; from < n; from += perBatch {
		var drafts []flow.Draft
		for i := from; i < min(from+perBatch, n); i++ {
			drafts = append(drafts, draft(i))
		}
		bills, err := b.shipBatch(drafts)
		if err != nil {
			return err
		}
		if err := next(bills); err != nil {
			return err
		}
	}
	return nil
}

func (b *big) shipBatch(drafts []flow.Draft) ([]flow.Bill, error) {
	placed, err := all(b, b.company.Capture, drafts)
	if err != nil {
		return nil, err
	}
	var confirms []flow.Confirm
	var releases []flow.Release
	var bills []flow.Bill
	for _, p := range placed {
		if len(p.Holds) > 0 {
			return nil, errors.New("held: " + p.Holds[0])
		}
		confirms = append(confirms, flow.Confirm{Order: p.Order, All: true})
		releases = append(releases, flow.Release{Order: p.Order})
		bills = append(bills, flow.Bill{Order: p.Order})
	}
	if _, err := all(b, b.company.Confirm, confirms); err != nil {
		return nil, err
	}
	released, err := all(b, b.company.Release, releases)
	if err != nil {
		return nil, err
	}
	var ships []flow.Ship
	for _, r := range released {
		ships = append(ships, flow.Ship{Shipment: r.Shipment})
	}
	_, err = all(b, b.company.Ship, ships)
	return bills, err
}
