package promise

import (
	"slices"
	"time"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// place is a product at a site, by their positions in the World.
type place struct{ site, product int }

// Book is a World made ready for requests. It changes by Keep alone, and is not
// safe for concurrent use.
type Book struct {
	world    World
	days     []day.Day
	sites    []site
	siteAt   map[id.Warehouse]int
	products map[id.Product]int
	pools    map[place]*pool
	recipes  map[place]*recipe
	quotas   map[quotaKey]*quota
	ways     map[string][]way // by destination, one for each site
	ships    map[ship]bool    // of the request at hand
	journal  []entry
	surplus  []surplus
	late     []Late
}

// Late is a promise that its lots cannot cover on its day.
type Late struct {
	Site    id.Warehouse
	Product id.Product
	Ref     string
	Was     day.Day
	Now     day.Day // first day on which it can be covered; "" = by nothing known
	Qty     int64   // base steps
}

// Late lists the promises of the World that cannot be kept as they are.
func (b *Book) Late() []Late { return b.late }

type site struct {
	Site
	open    []bool // by day
	work    []int  // working days
	rank    []int  // by day: how many working days are not after it
	centres map[string]*centre
}

type centre struct {
	code string
	free []int64 // minutes by day
}

type quotaKey struct {
	group   string
	product int
	month   day.Month
}

type quota struct{ limit, used int64 }

// way is a lane with its calendar worked out.
type way struct {
	Lane
	ok    bool
	leave []int // by day of arrival: the latest departure that arrives then, or -1
}

type ship struct{ site, leave int }

// New checks a World and makes it ready.
func New(w World) (*Book, error) {
	if w.Days < 1 || w.Days > 3660 || !w.Today.Valid() {
		return nil, ErrWorld.Because("a promise needs a valid today and a horizon of 1 to 3,660 days, not %q and %d", string(w.Today), w.Days)
	}
	b := &Book{world: w, siteAt: map[id.Warehouse]int{}, products: map[id.Product]int{}, pools: map[place]*pool{}, recipes: map[place]*recipe{},
		quotas: map[quotaKey]*quota{}, ways: map[string][]way{}, ships: map[ship]bool{}}
	for d, n := w.Today, 0; n < w.Days; n++ {
		b.days = append(b.days, d)
		d = d.AddDays(1)
	}
	b.index()
	err := fault.All(b.readProducts(), b.readRecipes(), b.readPools(), b.readLanes(), b.readQuotas())
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (b *Book) index() {
	for i, p := range b.world.Products {
		b.products[p.ID] = i
	}
	for i, s := range b.world.Sites {
		b.siteAt[s.ID] = i
		x := site{Site: s, open: make([]bool, len(b.days)), rank: make([]int, len(b.days)), centres: map[string]*centre{}}
		for d, on := range b.days {
			if x.open[d] = s.Calendar.Works(on); x.open[d] {
				x.work = append(x.work, d)
			}
			x.rank[d] = len(x.work)
		}
		b.sites = append(b.sites, x)
	}
}

func (b *Book) readProducts() error {
	for _, p := range b.world.Products {
		seen := map[id.Product]bool{p.ID: true}
		for _, s := range p.Substitutes {
			if _, ok := b.products[s.Product]; !ok || seen[s.Product] || s.Num <= 0 || s.Den <= 0 {
				return ErrWorld.Because("%s has a substitute that is unknown, stands twice, is itself or has a ratio that is not above 0", p.Code)
			}
			seen[s.Product] = true
		}
	}
	return nil
}

// at counts a day from today; days may lie outside the horizon.
func (b *Book) at(d day.Day) int {
	return int(d.Time().Sub(b.world.Today.Time()) / (24 * time.Hour))
}

// on is the day of a count.
func (b *Book) on(n int) day.Day {
	if n >= 0 && n < len(b.days) {
		return b.days[n]
	}
	return b.world.Today.AddDays(n)
}

// find gives the place of a site and a product that a row of the World names.
func (b *Book) find(s id.Warehouse, p id.Product, what string, n int) (place, error) {
	x, ok := b.siteAt[s]
	y, known := b.products[p]
	if !ok || !known {
		return place{}, ErrWorld.Because("%s %d names a site or product that is not in the world", what, n)
	}
	return place{x, y}, nil
}

// pool gives the pool of a place, empty when the World has none.
func (b *Book) pool(at place) *pool {
	p := b.pools[at]
	if p == nil {
		p = &pool{expiring: b.recipes[at] != nil && b.world.Products[at.product].Shelf > 0}
		b.pools[at] = p
	}
	return p
}

func (b *Book) readPools() error {
	seen := map[place]bool{}
	for i, w := range b.world.Pools {
		at, err := b.find(w.Site, w.Product, "pool", i)
		if err != nil {
			return err
		}
		if seen[at] {
			return ErrWorld.Because("pool %d stands twice in the world", i)
		}
		seen[at] = true
		p := b.pool(at)
		for _, l := range w.Lots {
			p.expiring = p.expiring || l.Expires != ""
		}
		if err := b.fill(p, w); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) fill(p *pool, w Pool) error {
	for _, l := range w.Lots {
		if l.Qty < 0 || l.Qty > most/10000 {
			return ErrWorld.Because("lot %s has %d; a lot cannot be less than nothing, or beyond counting", l.Ref, l.Qty)
		}
		x := lot{ref: l.Ref, expires: never, qty: l.Qty}
		if l.On != "" {
			x.day = max(0, b.at(l.On))
		} else if l.Since != "" && l.Qty > 0 {
			p.age = max(p.age, -b.at(l.Since))
		}
		if l.Expires != "" {
			x.expires = b.at(l.Expires)
		}
		p.addLot(x)
	}
	promised := slices.Clone(w.Promised)
	slices.SortStableFunc(promised, func(x, y Promised) int { return max(0, b.at(x.On)) - max(0, b.at(y.On)) })
	for _, d := range promised {
		if d.Qty < 0 || d.Qty > most/10000 {
			return ErrWorld.Because("promise %s has %d; a promise cannot be less than nothing, or beyond counting", d.Ref, d.Qty)
		}
		b.cover(p, w, d)
	}
	return nil
}

// cover puts a promise on the first days on which it can be covered.
func (b *Book) cover(p *pool, w Pool, d Promised) {
	was := max(0, b.at(d.On))
	until := was
	if d.Until != "" {
		until = b.at(d.Until)
	}
	days := []int{was}
	for _, l := range p.lots {
		if l.day > was {
			days = append(days, l.day)
		}
	}
	slices.Sort(days)
	left := d.Qty
	for _, on := range slices.Compact(days) {
		n := min(left, p.free(on, max(until, on)))
		if n == 0 {
			continue
		}
		p.demand(on, max(until, on), n)
		left -= n
		if on != was {
			b.late = append(b.late, Late{w.Site, w.Product, d.Ref, d.On, b.on(on), n})
		}
	}
	if left > 0 {
		b.late = append(b.late, Late{w.Site, w.Product, d.Ref, d.On, "", left})
	}
}

func (b *Book) readQuotas() error {
	for i, q := range b.world.Quotas {
		p, ok := b.products[q.Product]
		if !ok || q.Limit < 0 || q.Used < 0 {
			return ErrWorld.Because("quota %d names an unknown product or is less than nothing", i)
		}
		b.quotas[quotaKey{q.Group, p, q.Month}] = &quota{q.Limit, q.Used}
	}
	return nil
}

func (b *Book) readLanes() error {
	for _, to := range b.world.Destinations {
		b.ways[to.Code] = make([]way, len(b.sites))
	}
	for i, l := range b.world.Lanes {
		s, ok := b.siteAt[l.Site]
		ways, known := b.ways[l.To]
		if !ok || !known || l.Transit < 0 || l.PerShipment < 0 || l.PerUnit < 0 {
			return ErrWorld.Because("lane %d names an unknown site or destination, or is less than nothing", i)
		}
		ways[s] = b.way(s, l)
	}
	return nil
}

// way works out which departure each day of arrival means.
func (b *Book) way(s int, l Lane) way {
	w := way{Lane: l, ok: !b.sites[s].Blocked, leave: make([]int, len(b.days))}
	for d := range w.leave {
		w.leave[d] = -1
	}
	receives := b.receives(l.To)
	for _, d := range b.sites[s].work {
		if d == 0 && b.cutoff(s) {
			continue
		}
		a := d
		for n := 0; n < l.Transit && a < len(b.days); {
			if a++; l.Carrier.Works(b.on(a)) {
				n++
			}
		}
		for a < len(b.days) && !receives[a] {
			a++
		}
		if a < len(b.days) {
			w.leave[a] = d
		}
	}
	return w
}

func (b *Book) cutoff(s int) bool {
	c := b.sites[s].Cutoff
	return c > 0 && b.world.Minute >= c
}

func (b *Book) receives(to string) []bool {
	out := make([]bool, len(b.days))
	for _, x := range b.world.Destinations {
		if x.Code == to {
			for d, on := range b.days {
				out[d] = x.Calendar.Works(on)
			}
		}
	}
	return out
}

// entry is something to take back: a demand, minutes, a quota, a lot, a work
// order that can be no larger, or a shipment.
type entry struct {
	spent      map[[2]int]bool
	order      [2]int
	pool       *pool
	centre     *centre
	quota      *quota
	lot        *lot
	ship       ship
	day, until int
	qty        int64
}

type surplus struct {
	pool *pool
	lot
}

type mark struct{ journal, surplus int }

func (b *Book) mark() mark { return mark{len(b.journal), len(b.surplus)} }

// undo takes back what was booked since the mark.
func (b *Book) undo(m mark) {
	for i := len(b.journal) - 1; i >= m.journal; i-- {
		switch e := b.journal[i]; {
		case e.lot != nil:
			e.pool.dropLot(*e.lot)
		case e.pool != nil:
			e.pool.demand(e.day, e.until, -e.qty)
		case e.centre != nil:
			e.centre.free[e.day] += e.qty
		case e.quota != nil:
			e.quota.used -= e.qty
		case e.spent != nil:
			delete(e.spent, e.order)
		default:
			delete(b.ships, e.ship)
		}
	}
	b.journal = b.journal[:m.journal]
	b.surplus = b.surplus[:m.surplus]
}

func (b *Book) takePool(p *pool, day, until int, qty int64) {
	if qty > 0 {
		p.demand(day, until, qty)
		b.journal = append(b.journal, entry{pool: p, day: day, until: until, qty: qty})
	}
}

// offerSurplus makes stock of what batches made too much.
func (b *Book) offerSurplus() {
	for _, s := range b.surplus {
		l := s.lot
		s.pool.addLot(l)
		b.journal = append(b.journal, entry{pool: s.pool, lot: &l})
	}
	b.surplus = b.surplus[:0]
}
