package flow_test

import (
	"testing"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/id"
)

// TestAnOrderBecomesCash plays one order through all eight steps, with a
// partial shipment, a short payment, a credit note, un-apply and apply again.
func TestAnOrderBecomesCash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 100000})
		s.stock("BOLT", "8", "4.00")
		p := s.order(flow.Draft{PONumber: "PO-77", Discount: "5", Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "10"}, {SKU: "NUT", Qty: "3"}}, Charges: []flow.DraftCharge{{Role: "freight", Amount: "12.50"}}})
		if len(p.Holds) > 0 {
			t.Fatal(p.Holds)
		}
		if p.Net != "114.19" || p.Tax != "21.70" { // 100.00 + 7.04 (7.035) − 5.35 + 12.50
			t.Fatalf("net %s tax %s", p.Net, p.Tax)
		}
		c, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		if c.Lines[0].Reserved != 8 || c.Lines[1].Reserved != 0 {
			t.Fatalf("reserved %+v", c.Lines)
		}
		s.verified()
		r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
		s.must(err)
		s.verified()
		sh, err := s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
		s.must(err)
		if sh.Cost != "32.00" {
			t.Errorf("cost %s", sh.Cost)
		}
		s.verified()
		b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
		s.must(err)
		inv := b.Invoices[0]
		s.verified()
		s.stock("BOLT", "2", "5.00")
		s.stock("NUT", "5", "1.00")
		adv, err := s.Advance(s.ctx, s.who, []id.Order{p.Order})
		s.must(err)
		if len(adv[0].Steps) != 2 { // reserve, release
			t.Errorf("advance %+v", adv)
		}
		s.verified()
		st, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: "BANK", Number: "1", Opening: "0", Closing: "50.00", Entries: []flow.BankEntry{{BookedOn: "2026-03-20", Amount: "50.00", Text: "part of " + inv.Number}}})
		s.must(err)
		a, err := s.Apply.One(s.ctx, s.who, flow.Apply{Credit: st.Receipts[0].Item})
		s.must(err)
		if a.Settled[0].Paid != "50.00" {
			t.Errorf("%+v", a)
		}
		s.verified()
		u, err := s.Unapply.One(s.ctx, s.who, flow.Unapply{Application: a.Application, Reason: "wrong invoice"})
		s.must(err)
		if u.CreditLeft != "50.00" {
			t.Errorf("%+v", u)
		}
		s.verified()
		_, err = s.Apply.One(s.ctx, s.who, flow.Apply{Credit: st.Receipts[0].Item})
		s.must(err)
		_, err = s.Reconcile.One(s.ctx, s.who, flow.Reconcile{Statement: st.Statement})
		s.must(err)
		again, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: "BANK", Number: "1", Opening: "0", Closing: "50.00", Entries: []flow.BankEntry{{BookedOn: "2026-03-20", Amount: "50.00", Text: "part of " + inv.Number}}})
		s.must(err)
		if !again.Known || again.Statement != st.Statement {
			t.Error("the second import of a statement was not recognised")
		}
		s.verified()
	})
}
