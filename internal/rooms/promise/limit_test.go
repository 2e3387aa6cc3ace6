package promise

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"kontor/internal/words/day"
)

// relax lifts the constraint that a limit names, and nothing else.
func relax(w *World, q *Request, l *Limit) {
	for i := range w.Sites {
		if s := &w.Sites[i]; s.ID == l.Site {
			switch {
			case l.Kind == LimitCutoff:
				s.Cutoff = 0
			case l.Kind == LimitClosed && l.Ref == "":
				s.Calendar = Calendar{}
			}
		}
	}
	for i := range w.Lanes {
		if l.Kind == LimitTransit && w.Lanes[i].Site == l.Site {
			w.Lanes[i].Transit = 0
		}
	}
	for i := range w.Products {
		if l.Kind == LimitShelf && w.Products[i].ID == l.Product {
			w.Products[i].Shelf = 0
		}
	}
	for i := range w.Centres {
		if c := &w.Centres[i]; l.Kind == LimitCapacity && c.Site == l.Site && c.Code == l.Ref {
			c.Minutes, c.Booked = 1_000_000, nil
		}
	}
	for i := range w.Recipes {
		if r := &w.Recipes[i]; l.Kind == LimitLead && r.Site == l.Site && r.Product == l.Product {
			r.Lead = 0
		}
	}
	for i := range w.Quotas {
		if l.Kind == LimitQuota && w.Quotas[i].Product == l.Product {
			w.Quotas[i].Limit += 1000
		}
	}
	switch l.Kind {
	case LimitClosed:
		if l.Ref != "" {
			w.Destinations[0].Calendar = Calendar{}
		}
	case LimitRule:
		q.Lines[0].SplitTime = false
	}
	relaxPools(w, l)
}

func relaxPools(w *World, l *Limit) {
	at := slices.IndexFunc(w.Pools, func(p Pool) bool { return p.Site == l.Site && p.Product == l.Product })
	if at < 0 {
		w.Pools = append(w.Pools, Pool{Site: l.Site, Product: l.Product})
		at = len(w.Pools) - 1
	}
	p := &w.Pools[at]
	switch l.Kind {
	case LimitStock, LimitComponent:
		p.Lots = append(p.Lots, Lot{Ref: "more", Qty: 1000})
	case LimitReceipt, LimitShelf:
		for i := range p.Lots {
			if l.Kind == LimitShelf {
				p.Lots[i].Expires = ""
			} else if p.Lots[i].Ref == l.Ref {
				p.Lots[i].On = ""
			}
		}
	}
}

// A limit is the one that binds: with it lifted the line comes sooner or gets
// more, or something else is named.
func TestALimitThatIsLiftedBindsNoMore(t *testing.T) {
	lifted, sooner := map[LimitKind]int{}, map[LimitKind]int{}
	for seed := range uint64(6_000) {
		r := dice{rand.New(rand.NewPCG(seed, 7))}
		w := r.world()
		q := r.request(&w)
		q.Lines, q.Complete = q.Lines[:1], false
		q.Lines[0].Together = 0
		b, _ := New(w)
		a, _ := b.Promise(q)
		l := a.Lines[0].Limit
		if l == nil || l.Kind == LimitLane || l.Kind == LimitHorizon {
			continue
		}
		x := q
		x.Lines = slices.Clone(q.Lines)
		relax(&w, &x, l)
		b, err := New(w)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := b.Promise(x)
		lifted[l.Kind]++
		now := c.Lines[0]
		switch {
		case ahead(&now, &a.Lines[0]):
			sooner[l.Kind]++
		case now.Limit != nil && fmt.Sprint(now.Limit.Kind, now.Limit.Site, now.Limit.Product, now.Limit.Ref) == fmt.Sprint(l.Kind, l.Site, l.Product, l.Ref):
			t.Errorf("seed %d: %+v\n %s\nis lifted, and still: %s\n%+v", seed, q.Lines[0], l.Sentence, now.Limit.Sentence, now.Confirmed)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(lifted)) {
		t.Logf("%-11s lifted %5d times: sooner or more %5d, another limit %5d", k, lifted[k], sooner[k], lifted[k]-sooner[k])
	}
}

// ahead reports whether x has less open than y, or is complete before it.
func ahead(x, y *Answered) bool {
	if x.Open != y.Open {
		return x.Open < y.Open
	}
	return lastOf(x) < lastOf(y)
}

// What an option tells is what the request gets with that change.
func TestAnOptionIsWhatTheChangeGives(t *testing.T) {
	told := map[Change]int{}
	for seed := range uint64(6_000) {
		r := dice{rand.New(rand.NewPCG(seed, 8))}
		w := r.world()
		q := r.request(&w)
		q.Complete = false
		for i := range q.Lines {
			q.Lines[i].Together = 0
		}
		b, _ := New(w)
		a, _ := b.Promise(q)
		for i, l := range a.Lines {
			for _, o := range l.Better {
				x := q
				x.Lines = slices.Clone(q.Lines[:i+1])
				change(&x.Lines[i], o.Change)
				c, _ := b.Promise(x)
				if got := c.Lines[i]; got.Open != o.Open || first(&got) != o.First || o.Open == 0 && lastOf(&got) != o.Done {
					t.Fatalf("seed %d, line %d: %q, but %+v", seed, i, o.Sentence, got)
				}
				if sooner := first(&c.Lines[i]) < first(&l) || len(l.Confirmed) == 0; !sooner && !ahead(&c.Lines[i], &l) {
					t.Fatalf("seed %d, line %d: %q is no better than %+v", seed, i, o.Sentence, l)
				}
				told[o.Change]++
			}
		}
	}
	t.Log(told)
}

func change(l *Line, c Change) {
	switch c {
	case ChangeMake:
		l.Make = true
	case ChangeSubstitutes:
		l.Substitutes = true
	case ChangeSites:
		l.SplitSites = true
	case ChangeTime:
		l.SplitTime = true
	case ChangeWhole:
		l.SplitTime = false
	}
}

func first(a *Answered) day.Day {
	d := day.Day("9999-12-31")
	for _, c := range a.Confirmed {
		d = min(d, c.Arrives)
	}
	return d
}

func lastOf(a *Answered) day.Day {
	var d day.Day
	for _, c := range a.Confirmed {
		d = max(d, c.Arrives)
	}
	return d
}
