package promise

import (
	"errors"
	"strings"
	"testing"

	"kontor/internal/words/day"
)

// yard is two sites that make pumps of a casing and two seals.
func yard() World {
	today := day.Must("2026-11-25") // a Wednesday
	return World{Today: today, Minute: 14*60 + 5, Days: 60,
		Sites:        []Site{{ID: 1, Code: "Kiel", Calendar: Weekdays(), Cutoff: 14 * 60}, {ID: 2, Code: "Ulm", Calendar: Weekdays(), Cutoff: 16 * 60}},
		Destinations: []Destination{{Code: "Bern", Calendar: Weekdays("2026-12-08")}},
		Lanes: []Lane{{Site: 1, To: "Bern", Transit: 2, Carrier: Weekdays(), PerShipment: 9000, PerUnit: 10},
			{Site: 2, To: "Bern", Transit: 1, Carrier: Weekdays(), PerShipment: 5000, PerUnit: 10}},
		Products: []Product{{ID: 1, Code: "PUMP", Substitutes: []Substitute{{4, 1, 1}}}, {ID: 2, Code: "CASING"}, {ID: 3, Code: "SEAL"}, {ID: 4, Code: "PUMP-X"}},
		Centres:  []Centre{{Site: 1, Code: "SAW", Minutes: 480}},
	}
}

// TestSentences prints what people read, and checks figures and kinds.
func TestSentences(t *testing.T) {
	pump := func(qty int64) Request {
		return Request{To: "Bern", Group: "DEALER", Lines: []Line{{Product: 1, Qty: qty}}}
	}
	recipe := Recipe{Site: 1, Product: 1, Lead: 2, Components: []Component{{2, 1, 1, 0}, {3, 2, 1, 0}}, Operations: []Operation{{"SAW", 60, 12, 1}}}
	for _, c := range []struct {
		name    string
		set     func(*World, *Request)
		kind    LimitKind
		says    []string
		arrives day.Day
	}{
		{"a receipt", func(w *World, r *Request) {
			w.Pools = []Pool{{Site: 1, Product: 1, Lots: []Lot{{Ref: "L1", Qty: 15}, {Ref: "PO-12", On: "2026-12-02", Qty: 20}}, Promised: []Promised{{On: "2026-12-01", Qty: 10}}}}
		}, LimitReceipt, []string{"5 of 20", "PO-12 of 20 arrives on 2026-12-02"}, "2026-12-04"},
		{"the cut-off", func(w *World, r *Request) {
			w.Pools = []Pool{{Site: 1, Product: 1, Lots: []Lot{{Ref: "L1", Qty: 50}}}}
		}, LimitCutoff, []string{"14:00 at Kiel has passed"}, "2026-11-30"},
		{"a full work centre", func(w *World, r *Request) {
			w.Recipes = []Recipe{recipe}
			w.Pools = []Pool{{Site: 1, Product: 2, Lots: []Lot{{Qty: 90}}}, {Site: 1, Product: 3, Lots: []Lot{{Qty: 90}}}}
			for d := range 14 {
				w.Centres[0].Booked = append(w.Centres[0].Booked, Load{w.Today.AddDays(d), 480})
			}
			r.Lines[0].Make = true
		}, LimitCapacity, []string{"SAW at Kiel has 0 of the 300 minutes", "free again on 2026-12-09"}, "2026-12-14"},
		{"a component", func(w *World, r *Request) {
			w.Recipes = []Recipe{recipe}
			w.Pools = []Pool{{Site: 1, Product: 2, Lots: []Lot{{Qty: 90}}}, {Site: 1, Product: 3, Lots: []Lot{{Qty: 30}, {Ref: "PO-7", On: "2026-12-05", Qty: 100}}}}
			r.Lines[0].Make = true
		}, LimitComponent, []string{"SEAL: 30 of the 40 needed", "PO-7 of 100 comes on 2026-12-05"}, "2026-12-11"},
		{"a quota", func(w *World, r *Request) {
			w.Pools = []Pool{{Site: 2, Product: 1, Lots: []Lot{{Qty: 50}}}}
			w.Quotas = []Quota{{"DEALER", 1, "2026-11", 100, 100}}
		}, LimitQuota, []string{"DEALER of PUMP for 2026-11 is used: 100 of 100"}, "2026-12-01"},
		{"shelf life", func(w *World, r *Request) {
			w.Pools = []Pool{{Site: 2, Product: 1, Lots: []Lot{{Ref: "OLD", Qty: 50, Expires: "2026-12-20"}, {Ref: "NEW", Qty: 50, On: "2026-12-03", Expires: "2027-12-01"}}}}
			r.Lines[0].Remaining = 30
		}, LimitShelf, []string{"OLD of PUMP at Ulm expires on 2026-12-20", "30 days"}, "2026-12-04"},
		{"the destination", func(w *World, r *Request) {
			w.Pools = []Pool{{Site: 2, Product: 1, Lots: []Lot{{Qty: 50}}}}
			r.Lines[0].Wish = "2026-12-08"
		}, LimitClosed, []string{"Bern does not receive on 2026-12-08"}, "2026-12-09"},
	} {
		w, q := yard(), pump(20)
		c.set(&w, &q)
		b, err := New(w)
		if err != nil {
			t.Fatal(err)
		}
		a, err := b.Promise(q)
		if err != nil {
			t.Fatal(err)
		}
		l := a.Lines[0]
		if l.Limit == nil || l.Open > 0 || l.Limit.Kind != c.kind || lastOf(&l) != c.arrives {
			t.Errorf("%s: %+v %+v", c.name, l, l.Limit)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(l.Limit.Sentence, s) {
				t.Errorf("%s: %q does not say %q", c.name, l.Limit.Sentence, s)
			}
		}
		t.Logf("%s: all by %s: %s", c.name, lastOf(&l), l.Limit.Sentence)
	}
}

// An order that waits is told what would bring it sooner.
func TestBetter(t *testing.T) {
	w := yard()
	w.Pools = []Pool{{Site: 1, Product: 1, Lots: []Lot{{Qty: 12}, {Ref: "PO-9", On: "2026-12-07", Qty: 30}}}, {Site: 2, Product: 1, Lots: []Lot{{Qty: 9}}}, {Site: 2, Product: 4, Lots: []Lot{{Qty: 99}}}}
	b, _ := New(w)
	a, _ := b.Promise(Request{To: "Bern", Lines: []Line{{Product: 1, Qty: 20}}})
	l := a.Lines[0]
	if lastOf(&l) != "2026-12-09" || len(l.Better) != 3 {
		t.Fatalf("%+v", l)
	}
	t.Logf("all by %s: %s", lastOf(&l), l.Limit.Sentence)
	for i, want := range []Option{{Change: ChangeSubstitutes, Done: "2026-11-26"}, {Change: ChangeSites, Done: "2026-11-30"}, {Change: ChangeTime, First: "2026-11-30"}} {
		o := l.Better[i]
		if o.Change != want.Change || want.Done != "" && o.Done != want.Done || want.First != "" && o.First != want.First {
			t.Errorf("option %d is %+v", i, o)
		}
		t.Log(o.Sentence)
	}
	if a.Freight != 9000+20*10 {
		t.Errorf("freight %d", a.Freight)
	}
}

func TestAWorldThatCannotBeIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*World)
		want error
	}{
		"no horizon":          {func(w *World) { w.Days = 0 }, ErrWorld},
		"unknown site":        {func(w *World) { w.Pools = []Pool{{Site: 9, Product: 1}} }, ErrWorld},
		"a pool twice":        {func(w *World) { w.Pools = []Pool{{Site: 1, Product: 1}, {Site: 1, Product: 1}} }, ErrWorld},
		"a lot below nothing": {func(w *World) { w.Pools = []Pool{{Site: 1, Product: 1, Lots: []Lot{{Qty: -1}}}} }, ErrWorld},
		"a product of itself": {func(w *World) {
			w.Recipes = []Recipe{{Site: 1, Product: 1, Components: []Component{{2, 1, 1, 0}}}, {Site: 1, Product: 2, Components: []Component{{1, 1, 1, 0}}}}
		}, ErrCycle},
		"a substitute of itself": {func(w *World) { w.Products[0].Substitutes = []Substitute{{1, 1, 1}} }, ErrWorld},
		"no such work centre":    {func(w *World) { w.Recipes = []Recipe{{Site: 2, Product: 1, Operations: []Operation{{"SAW", 1, 1, 1}}}} }, ErrWorld},
	} {
		w := yard()
		c.set(&w)
		if _, err := New(w); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b, _ := New(yard())
	for _, r := range []Request{{To: "Rome"}, {To: "Bern", Lines: []Line{{Product: 77, Qty: 1}}}, {To: "Bern", Lines: []Line{{Product: 1}}}} {
		if _, err := b.Promise(r); !errors.Is(err, ErrRequest) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// A line that alone would be one short of a whole substitute is not when another
// line has used the quota: then all of it comes as substitutes.
func TestALineMayDoBetterAfterAnother(t *testing.T) {
	w := World{Today: "2026-11-25", Days: 9, Sites: []Site{{ID: 1}}, Destinations: []Destination{{Code: "Bern"}}, Lanes: []Lane{{Site: 1, To: "Bern"}},
		Products: []Product{{ID: 1, Substitutes: []Substitute{{2, 1, 2}}}, {ID: 2}},
		Pools:    []Pool{{Site: 1, Product: 1, Lots: []Lot{{Qty: 20}}}, {Site: 1, Product: 2, Lots: []Lot{{Qty: 3, On: "2026-11-27"}}}},
		Quotas:   []Quota{{"DEALER", 1, "2026-11", 5, 0}}}
	b, err := New(w)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := b.Promise(Request{To: "Bern", Group: "DEALER", Complete: true, Lines: []Line{{Product: 1, Qty: 5}, {Product: 1, Qty: 6, Substitutes: true}}})
	for i, l := range a.Lines {
		if l.Open > 0 || lastOf(&l) != "2026-11-27" {
			t.Errorf("line %d: %+v", i, l)
		}
	}
}
