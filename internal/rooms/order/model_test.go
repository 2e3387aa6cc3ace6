package order

import "testing"

// lines enumerates every line of up to four units whose counters satisfy the CHECKs.
func lines(policy string, f func(*Line)) {
	for ordered := int64(1); ordered <= 4; ordered++ {
		for cancelled := int64(0); cancelled <= ordered; cancelled++ {
			for shipped := int64(0); shipped+cancelled <= ordered; shipped++ {
				for returned := int64(0); returned <= shipped; returned++ {
					for billed := int64(0); billed <= ordered; billed++ {
						for credited := int64(0); credited <= billed; credited++ {
							if policy != "order" && billed-credited > shipped {
								continue
							}
							f(&Line{Role: Item, Ordered: ordered, MaxShip: ordered, Cancelled: cancelled, Shipped: shipped, Returned: returned, Billed: billed, Credited: credited, BillPolicy: policy, Net: 1000})
						}
					}
				}
			}
		}
	}
}

// TestEveryStateIsDerivedConsistently explores the counters of a line.
func TestEveryStateIsDerivedConsistently(t *testing.T) {
	stages := map[string]bool{"cancelled": true, "short": true, "promised": true, "reserved": true, "released": true, "shipped": true, "billed": true}
	for _, policy := range []string{"delivery", "order"} {
		n := 0
		lines(policy, func(l *Line) {
			n++
			o := &Order{Decision: Confirmed, Lines: []*Line{l}}
			s := o.Derive()
			if !stages[l.Stage()] {
				t.Fatalf("stage %q of %+v", l.Stage(), l)
			}
			if l.Final() != (l.Open() == 0 && l.DueToBill() == 0) {
				t.Fatalf("final of %+v", l)
			}
			if s.Ship == "full" && l.Shipped == 0 || s.Ship == "full" && l.Open() > 0 {
				t.Fatalf("ship state %q of %+v", s.Ship, l)
			}
			if l.Cancelled == l.Ordered && s.Ship != "nothing_due" {
				t.Fatalf("0 of 0 reads as %q: %+v", s.Ship, l)
			}
			if s.Bill == "full" && l.Billed-l.Credited == 0 {
				t.Fatalf("bill state %q of %+v", s.Bill, l)
			}
		})
		if n < 100 {
			t.Errorf("only %d lines explored", n)
		}
	}
}

func TestEveryMoveIsAllowedOrRefused(t *testing.T) {
	all := []string{Captured, Confirmed, Cancelled, Closed}
	for _, from := range all {
		for _, to := range all {
			want := false
			for _, ok := range Moves[from] {
				want = want || ok == to
			}
			err := (&Order{Number: "SO-1", Decision: from}).Move(to)
			if (err == nil) != want {
				t.Errorf("%s → %s: %v", from, to, err)
			}
		}
	}
}

// TestHoldsStandBesideStates: a hold shows in the status and leaves the decision alone.
func TestHoldsStandBesideStates(t *testing.T) {
	o := &Order{Decision: Captured, HoldMask: 1, Lines: []*Line{{Role: Item, Ordered: 1}}}
	if s := o.Derive(); s.Status != "held" || o.Decision != Captured {
		t.Errorf("%+v", s)
	}
	o.HoldMask = 128 // retain stops nothing
	if s := o.Derive(); s.Status != Captured {
		t.Errorf("%+v", s)
	}
}

// TestSharesTelescope: partial shipments in any split give the whole amount.
func TestSharesTelescope(t *testing.T) {
	l := &Line{Role: Item, Ordered: 7, Net: 1000, Tax: 191}
	for a := int64(0); a <= 7; a++ {
		for b := a; b <= 7; b++ {
			if got := l.NetBetween(0, a) + l.NetBetween(a, b) + l.NetBetween(b, 7); got != 1000 {
				t.Fatalf("split at %d and %d gives %d", a, b, got)
			}
		}
	}
}

// TestFreightFollowsTheGoods: it is due in proportion to the net that is shipped or cancelled.
func TestFreightFollowsTheGoods(t *testing.T) {
	a := &Line{Role: Item, Ordered: 3, Net: 3000}
	b := &Line{Role: Item, Ordered: 1, Net: 1000}
	f := &Line{Role: Freight, Ordered: 999, Net: 999}
	o := &Order{Lines: []*Line{a, b, f}}
	for _, c := range []struct{ a, b, want int64 }{{0, 0, 0}, {1, 0, 250}, {3, 0, 749}, {3, 1, 999}, {0, 1, 250}} {
		a.Shipped, b.Shipped = c.a, c.b
		if got := o.Follow(f, func(g *Line) int64 { return g.Shipped }); got != c.want {
			t.Errorf("shipped %d and %d: freight %d, want %d", c.a, c.b, got, c.want)
		}
	}
	free := &Order{Lines: []*Line{{Role: Free, Ordered: 2}, f}}
	free.Lines[0].Shipped = 1
	if got := free.Follow(f, func(g *Line) int64 { return g.Shipped }); got != 999 {
		t.Errorf("with free goods only: freight %d", got)
	}
}
