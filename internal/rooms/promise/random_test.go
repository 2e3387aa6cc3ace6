package promise

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// dice makes small worlds in which much goes wrong.
type dice struct{ *rand.Rand }

func (r dice) in(low, high int) int  { return low + r.IntN(high-low+1) }
func (r dice) one(n int) bool        { return r.IntN(n) == 0 }
func (r dice) some(high int) int64   { return int64(r.IntN(high + 1)) }
func (r dice) cents(high int) int64  { return int64(r.IntN(high+1)) * 100 }
func (r dice) pick(n int) id.Product { return id.Product(1 + r.IntN(n)) }

func (r dice) calendar(today day.Day) Calendar {
	switch r.IntN(4) {
	case 0, 3:
		return Calendar{}
	case 1:
		return Weekdays(today.AddDays(r.in(0, 8)))
	}
	c := Calendar{Closed: map[day.Day]bool{}}
	for range 3 {
		c.Closed[today.AddDays(r.in(0, 9))] = true
	}
	return c
}

const theProducts = 6 // 1 and 2 are sold, 3 to 6 go into them

func (r dice) world() World { return r.worldOf(r.in(1, 3)) }

func (r dice) worldOf(sites int) World {
	w := World{Today: day.Must("2026-11-01").AddDays(r.in(0, 40)), Minute: r.in(0, 1439), Days: r.in(6, 11), TransitCents: r.cents(3), AgeCents: r.cents(1)}
	w.Destinations = []Destination{{Code: "A", Calendar: r.calendar(w.Today)}}
	for i := range sites {
		s := Site{ID: id.Warehouse(i + 1), Code: fmt.Sprint("S", i+1), Calendar: r.calendar(w.Today), Blocked: r.one(20)}
		if r.one(2) {
			s.Cutoff = 14 * 60
		}
		w.Sites = append(w.Sites, s)
		if !r.one(10) {
			w.Lanes = append(w.Lanes, Lane{Site: s.ID, To: "A", Transit: r.in(0, 2), Carrier: r.calendar(w.Today), PerShipment: r.cents(4), PerUnit: r.cents(2)})
		}
	}
	for p := range theProducts {
		x := Product{ID: id.Product(p + 1), Code: fmt.Sprint("P", p+1)}
		if r.one(4) {
			x.Shelf = r.in(2, 9)
		}
		w.Products = append(w.Products, x)
	}
	for p := range 2 {
		for _, x := range r.Perm(4)[:r.IntN(3)] {
			if x != p {
				w.Products[p].Substitutes = append(w.Products[p].Substitutes, Substitute{Product: id.Product(x + 1), Num: 1 + r.some(1), Den: 1 + r.some(1)})
			}
		}
	}
	for _, s := range w.Sites {
		r.pools(&w, s.ID)
		r.recipes(&w, s.ID)
	}
	for range r.IntN(4) {
		w.Quotas = append(w.Quotas, Quota{Group: "G", Product: r.pick(3), Month: w.Today.AddDays(r.in(0, 9)).Month(), Limit: r.some(9), Used: r.some(3)})
	}
	return w
}

func (r dice) pools(w *World, s id.Warehouse) {
	mortal, rich := r.one(2), r.one(2)
	for p := range theProducts {
		if r.one(4) {
			continue
		}
		x := Pool{Site: s, Product: id.Product(p + 1)}
		lots := r.IntN(4)
		if p < 2 && r.one(2) {
			lots = 0 // what is sold is made
		}
		for n := range lots {
			l := Lot{Ref: fmt.Sprint("L", n), Qty: r.some(5)}
			if rich {
				l.Qty += 3
			}
			if r.one(2) {
				l.On = w.Today.AddDays(r.in(-1, 12))
			} else if r.one(2) {
				l.Since = w.Today.AddDays(-r.in(0, 9))
			}
			if mortal && !r.one(3) {
				l.Expires = w.Today.AddDays(r.in(0, 12))
			}
			x.Lots = append(x.Lots, l)
		}
		for n := range r.IntN(3) {
			if rich && !r.one(4) {
				continue
			}
			d := Promised{Ref: fmt.Sprint("D", n), On: w.Today.AddDays(r.in(-1, 13)), Qty: r.some(2)}
			if r.one(3) {
				d.Until = d.On.AddDays(r.in(-1, 4))
			}
			x.Promised = append(x.Promised, d)
		}
		w.Pools = append(w.Pools, x)
	}
}

func (r dice) recipes(w *World, s id.Warehouse) {
	for n := range 2 {
		c := Centre{Site: s, Code: fmt.Sprint("W", n), Minutes: r.some(30)}
		for range r.IntN(3) {
			c.Booked = append(c.Booked, Load{w.Today.AddDays(r.in(-1, 10)), r.some(8) - 1})
		}
		w.Centres = append(w.Centres, c)
	}
	order := r.Perm(theProducts - 2) // which goes into which
	for p := range theProducts {
		if r.one(4) {
			continue
		}
		x := Recipe{Site: s, Product: id.Product(p + 1), Phantom: p > 1 && r.one(5), Lead: r.in(0, 2), Batch: r.some(4), Ahead: r.in(0, 3)}
		for c := 2; c < theProducts; c++ {
			if (p < 2 || order[c-2] > order[p-2]) && r.one(2) {
				x.Components = append(x.Components, Component{Product: id.Product(c + 1), Per: 1 + r.some(1), PerOf: 1 + r.some(2), Scrap: r.some(1) * 1000})
			}
		}
		for range r.IntN(3) {
			x.Operations = append(x.Operations, Operation{Centre: fmt.Sprint("W", r.IntN(2)), Setup: r.some(3), Run: r.some(3), RunOf: 1 + r.some(1)})
		}
		w.Recipes = append(w.Recipes, x)
	}
}

func (r dice) request(w *World) Request {
	q := Request{To: "A", Group: []string{"", "G"}[r.IntN(2)], Complete: r.one(8)}
	for range r.in(1, 3) {
		l := Line{Product: r.pick(3), Qty: 1 + r.some(8), SplitTime: !r.one(3), SplitSites: !r.one(3), Substitutes: r.one(2), Make: !r.one(3)}
		if r.one(2) {
			l.Wish = w.Today.AddDays(r.in(-1, 6))
		}
		if r.one(3) {
			l.Remaining = r.in(1, 4)
		}
		if r.one(6) {
			l.Together = r.in(1, 2)
		}
		q.Lines = append(q.Lines, l)
	}
	if r.one(3) { // lines that compete for one day
		q.Complete = true
		for i := range q.Lines {
			l := &q.Lines[i]
			l.Product, l.Qty, l.Make, l.Remaining = r.pick(2), 1+r.some(4), true, 0
		}
	}
	return q
}

// plain writes what a line gets in one form for both sides.
func plain(b *Book, cs []Confirmation) []string {
	var out []got
	for _, c := range cs {
		g := got{site: c.Site, leave: b.at(c.Leaves), arrive: b.at(c.Arrives), product: c.Product, made: c.Source == FromMake || c.Source == FromBuy, qty: c.Qty, taken: c.Taken}
		if g.made {
			g.ready = b.at(c.Ready)
		}
		out = append(out, g)
	}
	return plainGot(out)
}

// plainGot adds up parts of one departure, as they may come from several lots.
func plainGot(gs []got) []string {
	sum := map[got]got{}
	for _, g := range gs {
		k := g
		k.qty, k.taken = 0, 0
		x := k
		x.qty, x.taken = sum[k].qty+g.qty, sum[k].taken+g.taken
		sum[k] = x
	}
	var out []string
	for _, g := range sum {
		out = append(out, fmt.Sprint(g))
	}
	slices.Sort(out)
	return out
}
