// Package sim is the simulated company: it founds a mid-size manufacturer and
// distributor of drives and lets it trade day by day, by asking the real flows
// for every step that a person, a warehouse, a customer or a bank would cause.
//
// What the company is stands in tables (products.go, customers.go). What
// happens is decided by seeded dice, in integers only, and nothing else: the
// same options give the same company, on both engines. The world around it is
// a Clock that the simulation sets; ids and instants of all rows come from it.
//
// A day is told in day.go. Its last one stops half-way, so that a company just
// simulated has work lying open: orders to confirm, shipments to pick, amounts
// to bill, money to apply.
package sim

import (
	"context"
	"fmt"
	"sync"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Name of the simulated company.
const Name = "Hallmoor Antriebstechnik GmbH"

// Zone is the company's.
const Zone = "Europe/Berlin"

// Options say what to simulate; the zero value of each but End is usual.
type Options struct {
	Seed         uint64    // 0 = 7
	End          time.Time // the last moment; the trade ends on its civil day
	Days         int       // civil days up to End; 0 = 90; from 60 on the trade grows and has seasons
	Customers    int       // how many of the table; 0 = all
	Products     int       // how many of the table; 0 = all
	OrdersPerDay int       // on a usual working day; 0 = 18

	Refused func(on day.Day, f *fault.Fault) // told of every command that a rule refused; may be nil
}

func (o Options) filled() Options {
	if o.Seed == 0 {
		o.Seed = 7
	}
	if o.Days == 0 {
		o.Days = 90
	}
	if o.Customers == 0 || o.Customers > len(partners) {
		o.Customers = len(partners)
	}
	if o.Products == 0 {
		o.Products = 1000
	}
	if o.OrdersPerDay == 0 {
		o.OrdersPerDay = 18
	}
	return o
}

// zone is read once: it is asked for with every day.
var zone = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation(Zone)
	if err != nil {
		return time.UTC
	}
	return loc
})

// last is the civil day on which the trade ends.
func (o Options) last() day.Day { return day.Of(o.End, zone()) }

// first is the civil day on which it begins.
func (o Options) first() day.Day { return o.last().AddDays(1 - o.Days) }

// begin is the evening before the first day, when the company is founded.
func (o Options) begin() time.Time { return midnight(o.first()).Add(-6 * time.Hour) }

func midnight(d day.Day) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone())
}

// Stats counts what was done.
type Stats struct {
	WorkingDays int            `json:"working_days"`
	Orders      int            `json:"orders"`
	Lines       int            `json:"lines"`
	Shipments   int            `json:"shipments"`
	Papers      int            `json:"papers" doc:"invoices and credit notes that customers saw"`
	Receipts    int            `json:"receipts"`
	Steps       int            `json:"steps" doc:"commands given to flows"`
	Refused     map[string]int `json:"refused" doc:"commands that a rule refused, by its code"`
}

// Progress is told after each civil day.
type Progress func(done, total int, on day.Day)

// Run founds the company and plays its history through the office, whose
// database must have been opened with the clock and hold no company yet.
func Run(ctx context.Context, o *flow.Office, c *Clock, opt Options, tell Progress) (Stats, error) {
	opt = opt.filled()
	s := &sim{ctx: ctx, office: o, clock: c, opt: opt, refused: map[string]int{}, deals: map[id.Order]*deal{}, customers: map[id.Customer]*party{},
		agenda: newAgenda(), seen: map[id.Item]bool{}, ordered: map[stockKey]int64{}, lacking: map[stockKey]int64{}, asked: map[stockKey]int64{}, missing: map[string]bool{}}
	s.luck.orders, s.luck.stock, s.luck.money = newDice(opt.Seed, "orders"), newDice(opt.Seed, "stock"), newDice(opt.Seed, "money")
	if err := s.found(); err != nil {
		return s.stats, fmt.Errorf("found the company: %w", err)
	}
	s.days = s.plan()
	for i, d := range s.days {
		if err := ctx.Err(); err != nil {
			return s.stats, err
		}
		if d.works {
			if err := s.live(i, d); err != nil {
				return s.stats, fmt.Errorf("%s: %w", d.on, err)
			}
			s.stats.WorkingDays++
		}
		if tell != nil {
			tell(i+1, len(s.days), d.on)
		}
	}
	s.clock.set(opt.End)
	s.stats.Refused = s.refused
	return s.stats, nil
}

// sim is the world as the simulation knows it: who trades, what is on the way,
// who intends to do what on which day. Documents themselves are in the database.
type sim struct {
	ctx    context.Context
	office *flow.Office
	clock  *Clock
	opt    Options
	luck   struct{ orders, stock, money dice }

	today day.Day
	days  []civil
	index int  // of today among the civil days
	ends  bool // today is the last working day
	eve   bool // tomorrow is
	tick  time.Duration
	close time.Time

	staff     staff
	parties   []*party
	customers map[id.Customer]*party
	goods     []*good
	place     map[id.Product]int // of a good in the list, from 1 on
	houses    []string

	deals   map[id.Order]*deal
	open    []id.Order // deals that are not over, in their order
	agenda  agenda
	floor   []*parcel          // planned shipments
	ordered map[stockKey]int64 // of suppliers, base units
	lacking map[stockKey]int64 // for orders that wait
	asked   map[stockKey]int64 // by customers, falling by a twentieth every working day
	missing map[string]bool    // what a short pick found missing: to be counted

	accounts []*account
	seen     map[id.Item]bool
	debited  *bounced // the last direct debit that was taken
	number   int      // of references that the simulation makes

	refused map[string]int
	stats   Stats
}

// staff are the people who work here.
type staff struct{ sales, stock, billing, money, buying db.Actor }

// newStaff gives the people names in the audit trail.
func newStaff(tx *db.Tx) (staff, error) {
	var s staff
	for _, x := range []struct {
		name string
		who  *db.Actor
	}{{"Jana Petersen, sales", &s.sales}, {"Murat Aydin, warehouse", &s.stock}, {"Greta Lindqvist, billing", &s.billing}, {"Piet Oltmanns, receivables", &s.money}, {"Sofia Marini, purchasing", &s.buying}} {
		u, err := access.User(tx, x.name, "person")
		if err != nil {
			return s, err
		}
		x.who.ID = int64(u)
	}
	return s, nil
}

// party is a customer at work.
type party struct {
	*partner
	id    id.Customer
	sites []string
	payer *party
	po    int // its own order numbers
}

// good is an article at work.
type good struct {
	article
	*family
	id id.Product
}

func (g *good) stocked() bool { return g.kind == "" }

// pass lets a moment of the working day go by.
func (s *sim) pass() {
	if t := s.clock.Now().Add(s.tick); t.Before(s.close) {
		s.clock.set(t)
	}
}

// batch is how many commands go in one transaction.
const batch = 250

// ask gives commands to a flow, a batch at a time, and calls then for each
// that was done. What a rule refuses is counted and is nobody's problem.
func ask[C, T any](s *sim, step *flow.Step[C, T], who db.Actor, cmds []C, then func(i int, v T) error) error {
	for from := 0; from < len(cmds); from += batch {
		part := cmds[from:min(from+batch, len(cmds))]
		s.pass()
		s.stats.Steps += len(part)
		results, err := step.Many(s.ctx, who, part)
		if err != nil {
			return err
		}
		for i, r := range results {
			if r.Fault != nil {
				f, ok := fault.Of(r.Fault)
				if !ok {
					return r.Fault
				}
				s.refused[f.Code]++
				if s.opt.Refused != nil {
					s.opt.Refused(s.today, f)
				}
				continue
			}
			if then != nil {
				if err := then(from+i, r.Value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// read looks at the database.
func (s *sim) read(f func(r *db.Reader) error) error { return s.office.DB.Read(s.ctx, f) }
