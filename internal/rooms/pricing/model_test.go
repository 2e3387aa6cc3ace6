package pricing

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// naive finds a price the slow way: it filters, ranks and sorts all prices.
func naive(lists map[id.PriceList]*List, prices []Price, a Ask) string {
	best, key := "", ""
	for _, p := range prices {
		l := lists[p.List]
		if p.Product != a.Product || p.Customer != 0 && p.Customer != a.Customer || l.Currency != a.Currency || p.Unit != a.Unit || p.MinQty > a.Qty ||
			a.On < p.ValidFrom || p.ValidTo != "" && a.On > p.ValidTo || a.On < l.ValidFrom || l.ValidTo != "" && a.On > l.ValidTo || l.Group != "" && l.Group != a.Group {
			continue
		}
		rank := 0
		if l.Group != "" {
			rank = 1
		}
		if p.Customer != 0 {
			rank = 2
		}
		if k := fmt.Sprintf("%d %08d %s %08d", rank, p.MinQty, p.ValidFrom, p.ID); k > key {
			best, key = p.Price, k
		}
	}
	return best
}

func TestAThousandPricesEqualANaiveSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lists := map[id.PriceList]*List{1: {ID: 1, Code: "BASE", Currency: "EUR", ValidFrom: "2020-01-01"}, 2: {ID: 2, Code: "KEY", Currency: "EUR", Group: "key", ValidFrom: "2020-01-01", ValidTo: "2026-06-30"},
		3: {ID: 3, Code: "USD", Currency: "USD", ValidFrom: "2020-01-01"}}
	var prices []Price
	for n := range 600 {
		p := Price{ID: int64(n + 1), List: id.PriceList(1 + r.IntN(3)), Product: id.Product(1 + r.IntN(8)), Unit: []string{"C62", "BX"}[r.IntN(2)], MinQty: []int64{0, 10, 100}[r.IntN(3)], Price: fmt.Sprint(n),
			ValidFrom: day.Day("2026-01-01").AddDays(r.IntN(200))}
		if r.IntN(2) == 0 {
			p.ValidTo = p.ValidFrom.AddDays(r.IntN(120))
		}
		if r.IntN(3) == 0 {
			p.Customer = id.Customer(1 + r.IntN(4))
		}
		prices = append(prices, p)
	}
	b := &Book{lists: lists, prices: map[key][]Price{}}
	for _, p := range prices {
		k := key{p.Product, p.Customer}
		b.prices[k] = append(b.prices[k], p)
	}
	found := 0
	for range 1000 {
		a := Ask{Product: id.Product(1 + r.IntN(8)), Customer: id.Customer(1 + r.IntN(4)), Group: []string{"", "key"}[r.IntN(2)], Currency: "EUR", Unit: []string{"C62", "BX"}[r.IntN(2)], Qty: r.Int64N(150),
			On: day.Day("2026-01-01").AddDays(r.IntN(300))}
		got, ok := b.Find(a)
		if want := naive(lists, prices, a); got.Price != want {
			t.Fatalf("%+v: found %q, want %q", a, got.Price, want)
		}
		if ok {
			found++
			if again, _ := b.Find(a); again != got {
				t.Fatal("asking twice gives two answers")
			}
		}
	}
	if found < 300 {
		t.Errorf("only %d questions had an answer", found)
	}
}
