package bom_test

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"kontor/internal/rooms/bom"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// naive adds up what a product takes path by path, as one would on paper.
func naive(b bom.Book, p id.Product, n *big.Rat, on day.Day, sum map[id.Product]*big.Rat) {
	if sum[p] == nil {
		sum[p] = new(big.Rat)
	}
	sum[p].Add(sum[p], n)
	if b[p] == nil {
		return
	}
	for _, l := range b[p].Lines {
		if l.Role == bom.Component && l.From <= on && (l.To == "" || on <= l.To) {
			m := new(big.Rat).Mul(n, big.NewRat(l.Take, l.Per))
			m.Quo(m, big.NewRat(b[p].Yield, 1_000_000))
			m.Quo(m, big.NewRat(1_000_000-l.Scrap, 1_000_000))
			naive(b, l.Component, m, on, sum)
		}
	}
}

// randomBook has products 1…n of which each is made of larger ones.
func randomBook(rng *rand.Rand, n int) bom.Book {
	b := bom.Book{}
	for p := 1; p < n; p++ {
		x := &bom.Bill{Product: id.Product(p), Yield: []int64{0, 1_000_000, 950_000, 333_333}[rng.IntN(4)], Phantom: rng.IntN(4) == 0}
		for c := p + 1; c <= n; c++ {
			if rng.IntN(n) > 3 {
				continue
			}
			l := bom.Line{Component: id.Product(c), Take: 1 + rng.Int64N(9), Per: 1 + rng.Int64N(4), Scrap: []int64{0, 0, 20_000}[rng.IntN(3)], From: day.Day("2026-01-01").AddDays(rng.IntN(100))}
			if rng.IntN(2) == 0 {
				l.To = l.From.AddDays(rng.IntN(100))
			}
			if rng.IntN(8) == 0 {
				l.Role = bom.CoProduct
			}
			x.Lines = append(x.Lines, l)
		}
		if len(x.Lines) > 0 {
			b[x.Product] = x
		}
	}
	return b
}

func TestExplosionIsWhatOneWouldAddUpByHand(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	rows := 0
	for range 2000 {
		b := randomBook(rng, 2+rng.IntN(14))
		for _, x := range b {
			if err := x.Check(); err != nil {
				t.Fatal(err)
			}
		}
		on, n := day.Day("2026-01-01").AddDays(rng.IntN(220)), 1+rng.Int64N(500)
		got, err := b.Explode(1, n, on)
		if err != nil {
			t.Fatal(err)
		}
		want := map[id.Product]*big.Rat{}
		naive(b, 1, big.NewRat(n, 1), on, want)
		if len(got) != len(want) {
			t.Fatalf("%d products, by hand %d", len(got), len(want))
		}
		for i, x := range got {
			if want[x.Product] == nil || x.Exact.Cmp(want[x.Product]) != 0 {
				t.Fatalf("%s: %s, by hand %s", x.Product, x.Exact, want[x.Product])
			}
			if up := new(big.Rat).SetInt64(x.Steps); up.Cmp(x.Exact) < 0 || up.Sub(up, big.NewRat(1, 1)).Cmp(x.Exact) >= 0 {
				t.Fatalf("%s is not rounded up to %d", x.Exact, x.Steps)
			}
			if i > 0 && got[i-1].Level > x.Level {
				t.Fatal("a component stands before what it goes into")
			}
			rows++
		}
	}
	t.Logf("2000 random bills, %d rows", rows)
}

func TestWhatCannotBeMadeIsRefused(t *testing.T) {
	line := func(c id.Product, from, to day.Day) bom.Line {
		return bom.Line{Component: c, Role: bom.Component, Take: 1, Per: 1, From: from, To: to}
	}
	for name, x := range map[string]struct {
		bill bom.Bill
		want fault.Rule
	}{
		"itself":         {bom.Bill{Product: 1, Lines: []bom.Line{line(1, "2026-01-01", "")}}, bom.ErrCycle},
		"twice":          {bom.Bill{Product: 1, Lines: []bom.Line{line(2, "2026-01-01", "2026-02-01"), line(2, "2026-02-01", "")}}, bom.ErrOverlap},
		"no quantity":    {bom.Bill{Product: 1, Lines: []bom.Line{{Component: 2, Per: 1, From: "2026-01-01"}}}, bom.ErrInvalid},
		"no day":         {bom.Bill{Product: 1, Lines: []bom.Line{line(2, "", "")}}, bom.ErrInvalid},
		"ends before":    {bom.Bill{Product: 1, Lines: []bom.Line{line(2, "2026-02-01", "2026-01-01")}}, bom.ErrInvalid},
		"all is scrap":   {bom.Bill{Product: 1, Lines: []bom.Line{{Component: 2, Take: 1, Per: 1, Scrap: 1_000_000, From: "2026-01-01"}}}, bom.ErrInvalid},
		"more than made": {bom.Bill{Product: 1, Yield: 1_000_001}, bom.ErrInvalid},
		"a role":         {bom.Bill{Product: 1, Lines: []bom.Line{{Component: 2, Take: 1, Per: 1, Role: "glue", From: "2026-01-01"}}}, bom.ErrInvalid},
	} {
		if err := x.bill.Check(); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	one := bom.Bill{Product: 1, Lines: []bom.Line{line(2, "2026-01-01", "2026-01-31"), line(2, "2026-02-01", "")}}
	if err := one.Check(); err != nil {
		t.Errorf("one after the other: %v", err)
	}
	b := bom.Book{1: {Product: 1, Yield: 1, Lines: []bom.Line{line(2, "2026-01-01", "")}}, 2: {Product: 2, Yield: 1, Lines: []bom.Line{line(3, "2026-01-01", "")}}, 3: {Product: 3, Yield: 1, Lines: []bom.Line{line(1, "2027-01-01", "")}}}
	if way := b.Cycle(); !slices.Equal(way, []id.Product{1, 2, 3, 1}) {
		t.Errorf("the way around is %v", way)
	}
	if _, err := b.Explode(1, 1, "2026-06-01"); err != nil {
		t.Errorf("on that day there is no cycle: %v", err)
	}
	if _, err := b.Explode(1, 1, "2027-06-01"); !errors.Is(err, bom.ErrCycle) {
		t.Errorf("a cycle explodes: %v", err)
	}
}
