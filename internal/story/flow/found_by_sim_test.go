package flow_test

import (
	"testing"

	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/id"
)

// TestServicesWaitForNothing: what the simulation found about services in one
// order with goods, freight and a discount.
func TestServicesWaitForNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 10000000})
		s.stock("BOLT", "50", "4")
		p := s.order(flow.Draft{Discount: "2", Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "1"}, {SKU: "SETUP", Qty: "2", Price: "960"}}, Charges: []flow.DraftCharge{{Role: "freight", Amount: "9.00"}}})
		if p.Net != "1938.80" { // 10.00 − 0.20 + 1,920.00 + 9.00: the discount is on the goods
			t.Errorf("net %s", p.Net)
		}
		_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		_, err = s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order}) // the service
		s.must(err)
		r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
		s.must(err)
		_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
		s.must(err)
		s.verified()
		_, err = s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order}) // goods, freight, discount
		s.must(err)
		s.verified()
		only := s.order(flow.Draft{BillPolicy: "order", Lines: []flow.DraftLine{{SKU: "SETUP", Qty: "1", Price: "45"}}, Charges: []flow.DraftCharge{{Role: "freight", Amount: "55.40"}}})
		_, err = s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: only.Order})
		s.must(err)
		_, err = s.Bill.One(s.ctx, s.who, flow.Bill{Order: only.Order})
		s.must(err)
		s.verified()
	})
}

// TestAToleranceClosesWhatFollowsTheGoods: freight and discount of a rest that
// is within tolerance end with it, so that the order can close.
func TestAToleranceClosesWhatFollowsTheGoods(t *testing.T) {
	for _, policy := range []string{"delivery", "order"} {
		t.Run(policy, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := openShop(t, d, shopRules{limit: 10000000, customer: func(c *customer.Customer) { c.Ship.UnderBP = 500 }})
				s.stock("BOLT", "100", "4")
				p := s.order(flow.Draft{BillPolicy: policy, Discount: "3", Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "100"}}, Charges: []flow.DraftCharge{{Role: "freight", Amount: "33.33"}}})
				_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
				s.must(err)
				r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
				s.must(err)
				if policy == "order" {
					_, err = s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
					s.must(err)
				}
				_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment, Lines: []flow.PickLine{{Line: r.Lines[0], Qty: 97, Reason: "not found"}}})
				s.must(err)
				s.verified()
				v, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
				if policy == "order" {
					return // billed in full; the rest is a credit note that a person makes
				}
				s.must(err)
				if len(v.Invoices) != 1 {
					t.Fatalf("%+v", v)
				}
				for _, l := range orderOf(s, p.Order).Lines {
					if l.Open() != 0 || l.DueToBill() != 0 {
						t.Errorf("line %d (%s): %d open, %d to bill", l.No, l.Role, l.Open(), l.DueToBill())
					}
				}
				s.verified()
			})
		})
	}
}

// TestARefusedRebillLeavesNoTrace: the refusal comes before anything is counted.
func TestARefusedRebillLeavesNoTrace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 10000000})
		s.stock("BOLT", "20", "4")
		p := s.order(flow.Draft{Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "10"}}})
		_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
		s.must(err)
		_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
		s.must(err)
		_, err = s.Deliver.One(s.ctx, s.who, flow.Deliver{Shipment: r.Shipment, Lines: []flow.DeliverLine{{Line: r.Lines[0], Refused: 2}}})
		s.must(err)
		b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
		s.must(err)
		if _, err = s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: b.Invoices[0].Invoice, Reason: "wrong", Cancel: true, Rebill: true}); err == nil {
			t.Error("an invoice that nets a return was billed anew")
		}
		s.verified()
	})
}

func orderOf(s *shop, o id.Order) *order.Order {
	s.t.Helper()
	var x *order.Order
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		found, err := order.Read(r, []id.Order{o})
		x = found[o]
		return err
	}))
	return x
}
