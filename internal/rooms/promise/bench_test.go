package promise

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// plant is a world of a size that occurs: products of three levels, each pool
// with lots and promises, work centres half full, 180 days.
func plant(sites, products int, expiring bool) World {
	r := dice{rand.New(rand.NewPCG(1, 9))}
	today := day.Must("2026-11-25")
	w := World{Today: today, Minute: 10 * 60, Days: 180, TransitCents: 100, AgeCents: 10,
		Destinations: []Destination{{Code: "A", Calendar: Weekdays(today.AddDays(30), today.AddDays(31))}}}
	parts := products + 40
	for p := range parts + 60 {
		w.Products = append(w.Products, Product{ID: id.Product(p + 1), Code: fmt.Sprint("P", p+1)})
	}
	for p := range products {
		w.Products[p].Substitutes = []Substitute{{id.Product((p+1)%products + 1), 1, 1}}
	}
	for s := range sites {
		at := id.Warehouse(s + 1)
		w.Sites = append(w.Sites, Site{ID: at, Code: fmt.Sprint("S", s+1), Calendar: Weekdays(), Cutoff: 14 * 60})
		w.Lanes = append(w.Lanes, Lane{Site: at, To: "A", Transit: 1 + s%4, Carrier: Weekdays(), PerShipment: int64(2000 + 500*r.IntN(8)), PerUnit: int64(r.IntN(20))})
		for c := range 8 {
			x := Centre{Site: at, Code: fmt.Sprint("W", c), Minutes: 960}
			for d := range 60 {
				x.Booked = append(x.Booked, Load{today.AddDays(d), r.some(960)})
			}
			w.Centres = append(w.Centres, x)
		}
		for p := range w.Products {
			r.stocked(&w, at, p, expiring)
			if p < parts {
				w.Recipes = append(w.Recipes, r.made(at, p, products, parts))
			}
		}
	}
	return w
}

func (r dice) stocked(w *World, s id.Warehouse, p int, expiring bool) {
	x := Pool{Site: s, Product: id.Product(p + 1)}
	for n := range 8 {
		l := Lot{Ref: fmt.Sprint("L", n), Qty: r.some(60)}
		if n > 1 {
			l.On = w.Today.AddDays(7 * n)
		}
		if expiring {
			l.Expires = w.Today.AddDays(30 + 20*n)
		}
		x.Lots = append(x.Lots, l)
	}
	for range 25 {
		x.Promised = append(x.Promised, Promised{On: w.Today.AddDays(r.IntN(90)), Qty: r.some(15)})
	}
	w.Pools = append(w.Pools, x)
}

// made gives end products four assemblies, and assemblies three parts.
func (r dice) made(s id.Warehouse, p, products, parts int) Recipe {
	x := Recipe{Site: s, Product: id.Product(p + 1), Lead: 1 + r.IntN(3), Batch: 5, Ahead: 5}
	from, to, n := products, parts, 4
	if p >= products {
		from, to, n = parts, parts+60, 3
	}
	for range n {
		x.Components = append(x.Components, Component{Product: id.Product(from + r.IntN(to-from) + 1), Per: 1 + r.some(2), PerOf: 1, Scrap: 200})
	}
	for range 2 {
		x.Operations = append(x.Operations, Operation{Centre: fmt.Sprint("W", r.IntN(8)), Setup: 30, Run: 1 + r.some(6), RunOf: 1})
	}
	return x
}

func BenchmarkOrderOf100Lines(b *testing.B) {
	for _, kind := range []struct {
		name               string
		sites              int
		expiring, complete bool
	}{{"3 sites", 3, false, false}, {"3 sites, lots expire", 3, true, false}, {"3 sites, complete", 3, false, true}} {
		b.Run(kind.name, func(b *testing.B) {
			book, err := New(plant(kind.sites, 100, kind.expiring))
			if err != nil {
				b.Fatal(err)
			}
			q := Request{To: "A", Complete: kind.complete}
			for p := range 100 {
				qty := int64(10 + p%60)
				if kind.complete {
					qty = int64(5 + p%10)
				}
				q.Lines = append(q.Lines, Line{Product: id.Product(p + 1), Qty: qty, Wish: day.Must("2026-12-07"), SplitTime: p%2 == 0, SplitSites: p%3 == 0, Make: true, Remaining: 5})
			}
			measure(b, book, q)
		})
	}
}

func BenchmarkNew(b *testing.B) {
	w := plant(3, 100, false)
	for b.Loop() {
		if _, err := New(w); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLineWith20Sites(b *testing.B) {
	for _, qty := range []int64{20, 900, 5000} {
		b.Run(fmt.Sprint(qty, " pieces"), func(b *testing.B) {
			book, err := New(plant(20, 5, false))
			if err != nil {
				b.Fatal(err)
			}
			measure(b, book, Request{To: "A", Lines: []Line{{Product: 1, Qty: qty, Wish: day.Must("2026-12-07"), SplitTime: true, SplitSites: true, Make: true, Substitutes: true}}})
		})
	}
}

func measure(b *testing.B, book *Book, q Request) {
	var a Answer
	for b.Loop() {
		var err error
		if a, err = book.Promise(q); err != nil {
			b.Fatal(err)
		}
	}
	parts, open, limits := 0, 0, 0
	for _, l := range a.Lines {
		parts += len(l.Confirmed)
		if l.Open > 0 {
			open++
		}
		if l.Limit != nil {
			limits++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/request")
	b.ReportMetric(float64(parts), "parts")
	b.ReportMetric(float64(open), "open")
	b.ReportMetric(float64(limits), "limits")
}
