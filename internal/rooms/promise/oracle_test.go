package promise

import (
	"slices"

	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// The oracle follows the package's definition unit by unit. It shares the World
// and the Request with the engine, nothing else.

type unit struct{ day, last int }    // of supply: from day on, up to last
type wanted struct{ day, until int } // a unit of demand

type shelfPlace struct {
	site    id.Warehouse
	product id.Product
}

// heap is the units of a product at a site, each demand with a unit of its own.
type heap struct {
	units   []unit
	demands []wanted
	owner   []int // by unit: the demand it covers, or -1
}

// add takes in a unit of demand if then still every demand can be covered.
func (h *heap) add(w wanted) bool {
	h.demands = append(h.demands, w)
	if h.augment(len(h.demands)-1, make([]bool, len(h.units))) {
		return true
	}
	h.demands = h.demands[:len(h.demands)-1]
	return false
}

func (h *heap) augment(d int, seen []bool) bool {
	for u, x := range h.units {
		if seen[u] || x.day > h.demands[d].day || x.last < h.demands[d].until {
			continue
		}
		seen[u] = true
		if h.owner[u] < 0 || h.augment(h.owner[u], seen) {
			h.owner[u] = d
			return true
		}
	}
	return false
}

func (h *heap) supply(n int64, u unit) {
	for range n {
		h.units = append(h.units, u)
		h.owner = append(h.owner, -1)
	}
}

type oracle struct {
	w       *World
	r       *Request
	heaps   map[shelfPlace]*heap
	minutes map[string][]int64
	quota   map[string]int64 // what is left
	ships   map[string]bool
	later   []func(*oracle)
}

func (o *oracle) clone() *oracle {
	c := &oracle{w: o.w, r: o.r, heaps: map[shelfPlace]*heap{}, minutes: map[string][]int64{}, quota: map[string]int64{}, ships: map[string]bool{}, later: slices.Clone(o.later)}
	for k, h := range o.heaps {
		c.heaps[k] = &heap{slices.Clone(h.units), slices.Clone(h.demands), slices.Clone(h.owner)}
	}
	for k, m := range o.minutes {
		c.minutes[k] = slices.Clone(m)
	}
	for k, q := range o.quota {
		c.quota[k] = q
	}
	for k := range o.ships {
		c.ships[k] = true
	}
	return c
}

func (o *oracle) days(d day.Day) int {
	n := 0
	for x := o.w.Today; x < d; x = x.AddDays(1) {
		n++
	}
	for x := o.w.Today; x > d; x = x.AddDays(-1) {
		n--
	}
	return n
}

func newOracle(w *World) *oracle {
	o := &oracle{w: w, heaps: map[shelfPlace]*heap{}, minutes: map[string][]int64{}, quota: map[string]int64{}, ships: map[string]bool{}}
	for _, s := range w.Sites {
		for _, p := range w.Products {
			o.heaps[shelfPlace{s.ID, p.ID}] = &heap{}
		}
	}
	for _, p := range w.Pools {
		h := o.heaps[shelfPlace{p.Site, p.Product}]
		for _, l := range p.Lots {
			u := unit{0, 9999}
			if l.On > w.Today {
				u.day = o.days(l.On)
			}
			if l.Expires != "" {
				u.last = o.days(l.Expires)
			}
			h.supply(l.Qty, u)
		}
		owed := slices.Clone(p.Promised)
		slices.SortStableFunc(owed, func(a, b Promised) int { return max(0, o.days(a.On)) - max(0, o.days(b.On)) })
		for _, d := range owed {
			for range d.Qty {
				for on := max(0, o.days(d.On)); on < 60; on++ {
					until := on
					if d.Until != "" {
						until = max(until, o.days(d.Until))
					}
					if h.add(wanted{on, until}) {
						break
					}
				}
			}
		}
	}
	for _, c := range w.Centres {
		m := make([]int64, w.Days)
		for d := range m {
			if o.works(o.site(c.Site), d) {
				m[d] = c.Minutes
				for _, l := range c.Booked {
					if o.days(l.On) == d {
						m[d] -= l.Minutes
					}
				}
				m[d] = max(0, m[d])
			}
		}
		o.minutes[c.Site.String()+c.Code] = m
	}
	for _, q := range w.Quotas {
		o.quota[q.Group+q.Product.String()+string(q.Month)] = max(0, q.Limit-q.Used)
	}
	return o
}

func (o *oracle) site(s id.Warehouse) *Site {
	for i := range o.w.Sites {
		if o.w.Sites[i].ID == s {
			return &o.w.Sites[i]
		}
	}
	return nil
}

func (o *oracle) works(s *Site, d int) bool { return s.Calendar.Works(o.w.Today.AddDays(d)) }

func (o *oracle) lane(s *Site) *Lane {
	for i := range o.w.Lanes {
		if l := &o.w.Lanes[i]; l.Site == s.ID && l.To == o.r.To {
			return l
		}
	}
	return nil
}

// arrives is the day on which a departure arrives; -1 when nothing departs.
func (o *oracle) arrives(s *Site, d int) int {
	l := o.lane(s)
	if s.Blocked || l == nil || !o.works(s, d) || d == 0 && s.Cutoff > 0 && o.w.Minute >= s.Cutoff {
		return -1
	}
	a := d
	for n := l.Transit; n > 0; {
		a++
		if l.Carrier.Works(o.w.Today.AddDays(a)) {
			n--
		}
	}
	for _, t := range o.w.Destinations {
		for t.Code == o.r.To && !t.Calendar.Works(o.w.Today.AddDays(a)) {
			a++
		}
	}
	return a
}

// leaves is the latest departure that arrives on a day, or -1.
func (o *oracle) leaves(s *Site, on int) int {
	for d := on; d >= 0; d-- {
		if o.arrives(s, d) == on {
			return d
		}
	}
	return -1
}

// got is a quantity that a line gets.
type got struct {
	site          id.Warehouse
	leave, arrive int
	product       id.Product
	made          bool
	ready         int
	qty, taken    int64
}

func count(gs []got) int64 {
	n := int64(0)
	for _, g := range gs {
		n += g.qty
	}
	return n
}

// own gives up to want of the product from one site.
func (o *oracle) own(l Line, s *Site, on int, want int64) []got {
	leave := o.leaves(s, on)
	if leave < 0 || want <= 0 {
		return nil
	}
	var out []got
	n := int64(0)
	for n < want && o.heaps[shelfPlace{s.ID, l.Product}].add(wanted{leave, on + l.Remaining}) {
		n++
	}
	if n > 0 {
		out = append(out, got{site: s.ID, leave: leave, arrive: on, product: l.Product, qty: n, taken: n})
	}
	r := o.recipe(s.ID, l.Product)
	if !l.Make || r == nil {
		return out
	}
	for ahead := 0; ahead <= r.Ahead; ahead++ {
		ready := o.back(s, leave, ahead)
		if shelf := o.product(l.Product).Shelf; ready < 0 || shelf > 0 && ready+shelf < on+l.Remaining {
			break
		}
		for q := want - n; q > 0; q-- {
			if try := o.clone(); try.build(s, l.Product, ready, q) {
				*o = *try
				out = append(out, got{site: s.ID, leave: leave, arrive: on, product: l.Product, made: true, ready: ready, qty: q, taken: q})
				n += q
				break
			}
		}
	}
	return out
}

func (o *oracle) other(l Line, s *Site, on int, sub Substitute, want int64) []got {
	leave := o.leaves(s, on)
	if leave < 0 {
		return nil
	}
	for q := want; q > 0; q-- {
		if q*sub.Num%sub.Den != 0 {
			continue
		}
		try := o.clone()
		taken := q * sub.Num / sub.Den
		ok := true
		for range taken {
			ok = ok && try.heaps[shelfPlace{s.ID, sub.Product}].add(wanted{leave, on + l.Remaining})
		}
		if ok {
			*o = *try
			return []got{{site: s.ID, leave: leave, arrive: on, product: sub.Product, qty: q, taken: taken}}
		}
	}
	return nil
}

func (o *oracle) quotaKey(p id.Product, on int) string {
	return o.r.Group + p.String() + string(o.w.Today.AddDays(on).Month())
}

func (o *oracle) left(p id.Product, on int) int64 {
	if q, ok := o.quota[o.quotaKey(p, on)]; ok {
		return q
	}
	return 1 << 40
}

func (o *oracle) note(gs []got) []got {
	for _, g := range gs {
		if k := o.quotaKey(g.product, g.arrive); o.quota[k] > 0 {
			o.quota[k] -= g.taken
		}
		o.ships[shipKey(g.site, g.leave)] = true
	}
	return gs
}
