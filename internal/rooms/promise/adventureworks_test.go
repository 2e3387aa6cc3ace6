package promise_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kontor/internal/rooms/promise"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// rows reads a file of the set: tab-separated, without a header.
func rows(t testing.TB, name string) [][]string {
	b, err := os.ReadFile(filepath.Join("../../../../shared/data/adventureworks", name+".csv"))
	if err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	var out [][]string
	for _, l := range strings.Split(strings.TrimSpace(strings.ReplaceAll(string(b), "\r", "")), "\n") {
		out = append(out, strings.Split(l, "\t"))
	}
	return out
}

func number(t testing.TB, s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// hundredths reads "0.8" as 80.
func hundredths(t testing.TB, s string) int64 {
	whole, part, _ := strings.Cut(s, ".")
	return number(t, whole)*100 + number(t, (part + "00")[:2])
}

const buyDays = 5

// bicycles is the manufacturer of the set: its bills of materials as they stand
// now, days of manufacture, and five days to buy what it does not make.
func bicycles(t testing.TB) (w promise.World, parts map[id.Product][]id.Product, sold []id.Product) {
	w = promise.World{Today: "2026-11-25", Days: 200, Sites: []promise.Site{{ID: 1, Code: "AW", Calendar: promise.Weekdays()}},
		Destinations: []promise.Destination{{Code: "here"}}, Lanes: []promise.Lane{{Site: 1, To: "here"}}}
	parts = map[id.Product][]id.Product{}
	recipes := map[id.Product]*promise.Recipe{}
	for _, r := range rows(t, "Product") {
		p := id.Product(number(t, r[0]))
		w.Products = append(w.Products, promise.Product{ID: p, Code: r[2]})
		x := &promise.Recipe{Site: 1, Product: p, Lead: buyDays}
		if r[3] == "1" {
			x.Lead = int(number(t, r[14]))
			if r[4] == "1" {
				sold = append(sold, p)
			}
		}
		recipes[p] = x
	}
	for _, r := range rows(t, "BillOfMaterials") {
		if r[1] == "" || r[4] != "" { // a top level, or no longer in force
			continue
		}
		p, c := id.Product(hundredths(t, r[1])/100), id.Product(number(t, r[2])) // the file writes assemblies as 749.0
		recipes[p].Components = append(recipes[p].Components, promise.Component{Product: c, Per: hundredths(t, r[7]), PerOf: 100})
		parts[p] = append(parts[p], c)
	}
	for _, p := range w.Products {
		w.Recipes = append(w.Recipes, *recipes[p.ID])
	}
	return w, parts, sold
}

func stocked(t testing.TB, w *promise.World) {
	sum := map[id.Product]int64{}
	for _, r := range rows(t, "ProductInventory") {
		sum[id.Product(number(t, r[0]))] += number(t, r[4])
	}
	for p, n := range sum {
		w.Pools = append(w.Pools, promise.Pool{Site: 1, Product: p, Lots: []promise.Lot{{Ref: "inventory", Qty: n}}})
	}
}

// With nothing in stock a product is ready after the longest way through its
// bill of materials, worked out here by recursion.
func TestBicyclesTakeTheLongestWay(t *testing.T) {
	w, parts, sold := bicycles(t)
	lead := map[id.Product]int{}
	for _, r := range w.Recipes {
		lead[r.Product] = r.Lead
	}
	var way func(p id.Product) (days, levels int)
	way = func(p id.Product) (int, int) {
		days, levels := 0, 0
		for _, c := range parts[p] {
			d, l := way(c)
			days, levels = max(days, d), max(levels, l)
		}
		return days + lead[p], levels + 1
	}
	b, err := promise.New(w)
	if err != nil {
		t.Fatal(err)
	}
	deepest, checked := map[int]int{}, 0
	for _, p := range sold {
		a, err := b.Promise(promise.Request{To: "here", Lines: []promise.Line{{Product: p, Qty: 7, Make: true}}})
		if err != nil {
			t.Fatal(err)
		}
		days, levels := way(p)
		on := w.Today
		for n := days; n > 0; {
			if on = on.AddDays(1); promise.Weekdays().Works(on) {
				n--
			}
		}
		if l := a.Lines[0]; l.Open > 0 || l.Confirmed[0].Arrives != on {
			t.Errorf("product %v: %+v, want %s", p, l.Confirmed, on)
		}
		deepest[levels]++
		checked++
	}
	t.Log(checked, "products by levels:", deepest)
}

// An order of 100 lines on the real bills of materials and inventory.
func TestBicyclesInStock(t *testing.T) {
	w, _, sold := bicycles(t)
	stocked(t, &w)
	b, err := promise.New(w)
	if err != nil {
		t.Fatal(err)
	}
	q := request(sold)
	var took []time.Duration
	var a promise.Answer
	for range 5 {
		start := time.Now()
		if a, err = b.Promise(q); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	from, arrives := map[promise.Source]int64{}, map[day.Day]int64{}
	for i, l := range a.Lines {
		if err := l.Trace.Recompute(); err != nil || l.Open > 0 {
			t.Errorf("line %d: %d open, %v", i, l.Open, err)
		}
		for _, c := range l.Confirmed {
			from[c.Source] += c.Qty
			arrives[c.Arrives] += c.Qty
		}
	}
	slices.Sort(took)
	t.Log("pieces by source:", from, "by day:", fmt.Sprint(arrives), "fastest of five:", took[0])
}

func request(sold []id.Product) promise.Request {
	q := promise.Request{To: "here"}
	for i := range 100 {
		q.Lines = append(q.Lines, promise.Line{Product: sold[i*len(sold)/100], Qty: int64(20 + 7*i), Make: true, SplitTime: true})
	}
	return q
}

func BenchmarkBicyclesOrderOf100Lines(b *testing.B) {
	w, _, sold := bicycles(b)
	stocked(b, &w)
	book, err := promise.New(w)
	if err != nil {
		b.Fatal(err)
	}
	q := request(sold)
	for b.Loop() {
		if _, err := book.Promise(q); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/request")
}
