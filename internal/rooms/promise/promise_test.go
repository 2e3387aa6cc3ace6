package promise

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"kontor/internal/words/day"
)

// tally counts what the cases showed.
type tally map[string]int

func (t tally) add(ok bool, kind string) {
	if ok {
		t[kind]++
	}
}

func (t tally) see(w *World, r *Request, b *Book, a *Answer) {
	kinds := map[string]bool{"late promise moved": len(b.Late()) > 0, "complete": r.Complete}
	for _, s := range w.Sites {
		kinds["cut-off passed"] = kinds["cut-off passed"] || s.Cutoff > 0 && w.Minute >= s.Cutoff
		kinds["site blocked"] = kinds["site blocked"] || s.Blocked
	}
	for _, p := range w.Pools {
		for _, l := range p.Lots {
			kinds["lots expire"] = kinds["lots expire"] || l.Expires != ""
		}
	}
	for i, l := range a.Lines {
		ask := r.Lines[i]
		kinds["group"] = kinds["group"] || ask.Together > 0
		kinds["quota"] = kinds["quota"] || r.Group != "" && len(w.Quotas) > 0
		kinds["not promised"] = kinds["not promised"] || l.Open == ask.Qty
		kinds["promised in part"] = kinds["promised in part"] || l.Open > 0 && l.Open < ask.Qty
		days, sites := map[string]bool{}, map[string]bool{}
		for _, c := range l.Confirmed {
			days[string(c.Arrives)], sites[c.Site.String()] = true, true
			kinds["from "+string(c.Source)] = true
			if c.Source == FromMake {
				for _, s := range b.recipes[place{b.siteAt[c.Site], b.products[c.Product]}].stages {
					kinds["made, several levels"] = kinds["made, several levels"] || len(s.parts) > 0 && s.product != b.products[c.Product]
				}
			}
		}
		kinds["split in time"] = kinds["split in time"] || len(days) > 1
		kinds["split over sites"] = kinds["split over sites"] || len(sites) > 1
	}
	for k, ok := range kinds {
		t.add(ok, k)
	}
}

func TestTenThousandRequestsEqualTheOracle(t *testing.T) {
	seen := tally{}
	for seed := range uint64(10_000) {
		r := dice{rand.New(rand.NewPCG(seed, 2))}
		w := r.world()
		b, err := New(w)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		o := newOracle(&w)
		for n := range 2 { // what the first request took the second does not get
			q := r.request(&w)
			a, err := b.Keep(q)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			want := o.answer(&q)
			for i, l := range a.Lines {
				if x, y := plain(b, l.Confirmed), plainGot(want[i]); !slices.Equal(x, y) {
					t.Fatalf("seed %d, request %d, line %d %+v:\n promised %v\n oracle   %v", seed, n, i, q.Lines[i], x, y)
				}
				if l.Open != q.Lines[i].Qty-count(want[i]) {
					t.Fatalf("seed %d, request %d, line %d: %d open", seed, n, i, l.Open)
				}
			}
			seen.see(&w, &q, b, &a)
			explained(t, seed, w.Today, &q, &a)
			seen["sites compared, none dominates"] += chosen(t, seed, &q, &a)
			seen["requests"]++
			seen["lines"] += len(q.Lines)
		}
	}
	var kinds []string
	for k := range seen {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		t.Log(fmt.Sprintf("%7d  %s", seen[k], k))
	}
	t.Log("seeds 0 to 9999, two requests each")
}

// explained fails when an answer cannot be worked out again from its trace, its
// lots do not add up, or a late line does not say what holds it up.
func explained(t *testing.T, seed uint64, today day.Day, q *Request, a *Answer) {
	t.Helper()
	for i, l := range a.Lines {
		if err := l.Trace.Recompute(); err != nil {
			t.Fatalf("seed %d, line %d: %v", seed, i, err)
		}
		if l.Trace.Value != q.Lines[i].Qty-l.Open {
			t.Fatalf("seed %d, line %d: trace says %d of %d with %d open", seed, i, l.Trace.Value, q.Lines[i].Qty, l.Open)
		}
		for _, c := range l.Confirmed {
			lots := int64(0)
			for _, p := range c.Lots {
				lots += p.Qty
			}
			if len(c.Lots) > 0 && lots != c.Taken || len(c.Lots) == 0 && c.Source != FromMake && c.Source != FromBuy {
				t.Fatalf("seed %d, line %d: lots of %+v", seed, i, c)
			}
			if c.Arrives > max(q.Lines[i].Wish, today) && (l.Limit == nil || l.Limit.Sentence == "") {
				t.Fatalf("seed %d, line %d: late, and nothing says why: %+v", seed, i, l)
			}
		}
		if l.Open > 0 && l.Limit == nil {
			t.Fatalf("seed %d, line %d: %d open, and nothing says why", seed, i, l.Open)
		}
	}
}

// chosen fails when the sites chosen do not give what is confirmed, or one that
// was not chosen is better in one thing and no worse in any. It counts the pairs.
func chosen(t *testing.T, seed uint64, q *Request, a *Answer) int {
	pairs := 0
	for i, l := range a.Lines {
		gives := int64(0)
		for _, c := range l.Choices {
			gives += c.Gives
			for _, o := range l.Choices {
				if ask := q.Lines[i]; c.Gives == 0 || o.Gives > 0 || o.On != c.On || ask.SplitTime || ask.SplitSites || ask.Substitutes {
					continue
				}
				pairs++
				if o.Freight <= c.Freight && o.Transit <= c.Transit && o.Age >= c.Age && (o.Freight < c.Freight || o.Transit < c.Transit || o.Age > c.Age) {
					t.Fatalf("seed %d, line %d: %+v was chosen, %+v is better", seed, i, c, o)
				}
			}
		}
		if gives != q.Lines[i].Qty-l.Open {
			t.Fatalf("seed %d, line %d: the sites chosen give %d, %d are open: %+v", seed, i, gives, l.Open, l)
		}
	}
	return pairs
}
