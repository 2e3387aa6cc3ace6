package promise

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// naiveShare looks at every set of offers, whatever its size.
func naiveShare(offers []offer, want int64) (size int, worth []int64) {
	size = len(offers) + 1
	for mask := range uint(1) << len(offers) {
		var set []int
		for i := range offers {
			if mask>>i&1 == 1 {
				set = append(set, i)
			}
		}
		v := costOf(offers, set, want)
		if n := bits.OnesCount(mask); v != nil && (n < size || n == size && slices.Compare(v, worth) < 0) {
			size, worth = n, v
		}
	}
	return size, worth
}

// costOf gives out unit by unit to the cheapest of the set; nil when it is too little.
func costOf(offers []offer, set []int, want int64) []int64 {
	left := map[int]int64{}
	cost, freight, transit, age := int64(0), int64(0), int64(0), int64(0)
	for _, i := range set {
		o := offers[i]
		left[i] = o.most
		freight, cost, transit, age = freight+o.fixed, cost+o.other, transit+o.transit, age+o.age
	}
	for range want {
		cheapest := -1
		for _, i := range set {
			if left[i] > 0 && (cheapest < 0 || offers[i].unit < offers[cheapest].unit) {
				cheapest = i
			}
		}
		if cheapest < 0 {
			return nil
		}
		left[cheapest]--
		freight += offers[cheapest].unit
	}
	return []int64{cost + freight, freight, transit, -age}
}

func (r dice) offers(n, most int) []offer {
	var out []offer
	for i := range n {
		o := offer{site: i, most: 1 + r.some(most), fixed: r.some(30), unit: r.some(4), transit: r.some(5), age: r.some(9)}
		o.other = 3*o.transit - o.age
		out = append(out, o)
	}
	return out
}

func used(shares []int64) []int {
	var out []int
	for i, n := range shares {
		if n > 0 {
			out = append(out, i)
		}
	}
	return out
}

func TestSitesEqualASearchOfAllSets(t *testing.T) {
	sizes := map[int]int{}
	for seed := range uint64(3_000) {
		r := dice{rand.New(rand.NewPCG(seed, 3))}
		offers := r.offers(r.in(1, 9), 8)
		sum := int64(0)
		for _, o := range offers {
			sum += o.most
		}
		want := 1 + r.some(int(sum)-1)
		shares := share(offers, want)
		size, worth := naiveShare(offers, want)
		got := used(shares)
		if v := value(offers, got, want); len(got) != size || !slices.Equal(v, worth) {
			t.Fatalf("seed %d: %v from %+v: %v worth %v, but %d sites can be worth %v", seed, want, offers, shares, v, size, worth)
		}
		sizes[size]++
	}
	t.Log("sets by size:", sizes)
}

// Where there are too many sets, no site that is used can be exchanged for a
// better one.
func TestNoSiteIsDominated(t *testing.T) {
	many := 0
	for seed := range uint64(40) {
		r := dice{rand.New(rand.NewPCG(seed, 4))}
		offers := r.offers(r.in(15, 40), 50)
		sum := int64(0)
		for _, o := range offers {
			sum += o.most
		}
		want := sum * int64(r.in(20, 80)) / 100
		got := used(share(offers, want))
		if choices(len(offers), len(got)) > sets {
			many++
		}
		for at, x := range got {
			for y, o := range offers {
				p := offers[x]
				if slices.Contains(got, y) || o.most < p.most || o.fixed > p.fixed || o.unit > p.unit || o.transit > p.transit || o.age < p.age {
					continue
				}
				next := slices.Clone(got)
				next[at] = y
				slices.Sort(next)
				if slices.Compare(costOf(offers, next, want), costOf(offers, got, want)) < 0 {
					t.Fatalf("seed %d: offer %d %+v is used, %d %+v is better", seed, x, p, y, o)
				}
			}
		}
	}
	t.Logf("40 cases, %d by exchange", many)
}

// One site of twenty: the oracle's, and none that could have given it is better.
func TestOneOfTwentySites(t *testing.T) {
	pairs, lines := 0, 0
	for seed := range uint64(300) {
		r := dice{rand.New(rand.NewPCG(seed, 5))}
		w := r.worldOf(20)
		q := r.request(&w)
		for i := range q.Lines {
			l := &q.Lines[i]
			l.Qty, l.SplitSites, l.SplitTime, l.Substitutes = 1+r.some(4), false, false, false
		}
		b, err := New(w)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := b.Promise(q)
		want := newOracle(&w).answer(&q)
		for i, l := range a.Lines {
			if x, y := plain(b, l.Confirmed), plainGot(want[i]); !slices.Equal(x, y) {
				t.Fatalf("seed %d, line %d: promised %v, oracle %v", seed, i, x, y)
			}
			lines++
		}
		explained(t, seed, w.Today, &q, &a)
		pairs += chosen(t, seed, &q, &a)
	}
	t.Logf("%d lines, %d sites not chosen, none better than the one chosen", lines, pairs)
}
