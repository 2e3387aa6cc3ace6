package flow_test

import (
	"fmt"
	"sync"
	"testing"

	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/id"
)

// released takes an order into the warehouse.
func (s *shop) released(d flow.Draft) (flow.Placed, flow.Released) {
	s.t.Helper()
	p := s.order(d)
	_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
	s.must(err)
	r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
	s.must(err)
	return p, r
}

func (s *shop) pots() map[string]report.PotView {
	out := map[string]report.PotView{}
	s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
		l, err := report.Stock(q, report.StockFilter{}, report.Page{})
		for _, p := range l.Items {
			out[p.SKU+" "+p.Warehouse] = p
		}
		return err
	}))
	return out
}

// TestAShortPickIsToldAtOnceAndCanBeCounted: the missing part loses its
// reservation when it is missed, the order's story tells it, the shelf is counted
// without what stands on the floor, and the rest of the order stays open.
func TestAShortPickIsToldAtOnceAndCanBeCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "10", "2")
		p, r := s.released(bolts("8"))
		count := flow.Count{Reference: "C-1", SKU: "BOLT", Counted: "1", Shelf: true, Reason: "empty"}
		_, err := s.Count.One(s.ctx, s.who, count)
		s.refused(err, stock.ErrReserved, "8")

		_, err = s.Pick.One(s.ctx, s.who, flow.Pick{Shipment: r.Shipment, Lines: []flow.PickLine{{Line: r.Lines[0], Qty: 5, Reason: "empty"}}})
		s.must(err)
		if got := s.pots()["BOLT W1"]; got.Reserved != "5" || got.OnHand != "10" {
			t.Errorf("after the pick: %+v", got)
		}
		s.tells(p.Order, "Stock is missing for line 1: empty")
		s.tells(p.Order, "Less was found than planned: empty")
		s.verified()

		count.Reference = "C-2"
		v, err := s.Count.One(s.ctx, s.who, count)
		s.must(err)
		if v.Lines[0].Qty != "-4" || v.Lines[0].OnHand != "6" {
			t.Errorf("1 on the shelf and 5 on the floor: %+v", v.Lines)
		}
		_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
		s.must(err)
		if got := s.pots()["BOLT W1"]; got.Reserved != "0" || got.OnHand != "1" {
			t.Errorf("after the shipment: %+v", got)
		}
		s.verified()
		s.stock("BOLT", "20", "2")
		_, err = s.Reserve.One(s.ctx, s.who, flow.Reserve{Order: p.Order})
		s.must(err)
		if got := s.pots()["BOLT W1"]; got.Reserved != "3" {
			t.Errorf("the rest is reserved again: %+v", got)
		}
		s.verified()
	})
}

// tells wants a sentence in the story of an order.
func (s *shop) tells(o id.Order, want string) {
	s.t.Helper()
	s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
		events, err := report.Timeline(q, o.String())
		for _, e := range events {
			if e.Sentence == want {
				return err
			}
		}
		s.t.Errorf("the story of %s does not tell %q", o, want)
		return err
	}))
}

// TestShortPicksAtATimeGiveBackWhatIsMissing: many pickers find less of one
// item at the same time; the pot holds in the end what they have in hand.
func TestShortPicksAtATimeGiveBackWhatIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "100", "1")
		s.stock("NUT", "100", "1")
		var all []flow.Released
		for i := range 8 {
			x := flow.Draft{PONumber: fmt.Sprint("P", i), Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "10"}, {SKU: "NUT", Qty: "10"}}}
			if i%2 == 1 {
				x.Lines[0], x.Lines[1] = x.Lines[1], x.Lines[0]
			}
			_, r := s.released(x)
			all = append(all, r)
		}
		var wg sync.WaitGroup
		for _, r := range all {
			wg.Go(func() {
				_, err := s.Pick.One(s.ctx, s.who, flow.Pick{Shipment: r.Shipment, Lines: []flow.PickLine{{Line: r.Lines[0], Qty: 4, Reason: "damaged"}, {Line: r.Lines[1], Qty: 3, Reason: "empty"}}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := s.pots(); got["BOLT W1"].Reserved != "28" || got["NUT W1"].Reserved != "28" {
			t.Errorf("reserved: %+v", got)
		}
		s.verified()
	})
}

// TestBoxesHoldWhatWasPicked: who counts into boxes must have all of it; the weight is kept.
func TestBoxesHoldWhatWasPicked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "10", "2")
		s.stock("NUT", "10", "2")
		_, r := s.released(flow.Draft{Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "4"}, {SKU: "NUT", Qty: "2"}}})
		pick := func(line int, n int64) {
			_, err := s.Pick.One(s.ctx, s.who, flow.Pick{Shipment: r.Shipment, Lines: []flow.PickLine{{Line: r.Lines[line], Qty: n}}})
			s.must(err)
		}
		pack := func(bolts, nuts int64) error {
			_, err := s.Pack.One(s.ctx, s.who, flow.Pack{Shipment: r.Shipment, WeightG: 1250, Lines: []flow.PickLine{{Line: r.Lines[0], Qty: bolts}, {Line: r.Lines[1], Qty: nuts}}})
			return err
		}
		s.refused(pack(0, 0), shipping.ErrPacked)
		pick(0, 4)
		pick(1, 2)
		s.refused(pack(4, 1), shipping.ErrCounted, "line 2 has 2 picked and 1 counted")
		s.refused(pack(5, 2), shipping.ErrCounted)
		s.must(pack(4, 2))
		s.must(pack(4, 2)) // again: a heavier box
		s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
			v, err := report.Shipment(q, r.Shipment)
			if v.WeightG != 1250 || v.Lines[1].Packed != "2" {
				t.Errorf("%+v", v)
			}
			return err
		}))
		_, err := s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
		s.must(err)
		s.verified()
	})
}

// TestWhatComesInWithoutACostIsWorthTheAverage, and is refused where nothing lies to tell it.
func TestWhatComesInWithoutACostIsWorthTheAverage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "3", "3.35")
		in := flow.GoodsIn{Reference: "DN-1", Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "6", Average: true}, {SKU: "BOLT", Qty: "1", Average: true}}}
		v, err := s.GoodsIn.One(s.ctx, s.who, in)
		s.must(err)
		if v.Lines[0].Value != "20.10" || v.Lines[1].Value != "3.35" {
			t.Errorf("%+v", v.Lines)
		}
		_, err = s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "DN-2", Lines: []flow.GoodsLine{{SKU: "NUT", Qty: "6", Average: true}}})
		s.refused(err, stock.ErrCost, "NUT")
		s.verified()
	})
}
