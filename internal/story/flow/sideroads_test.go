package flow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

func bolts(n string) flow.Draft {
	return flow.Draft{Lines: []flow.DraftLine{{SKU: "BOLT", Qty: n}}}
}

// refused wants a fault of a rule, with words in its sentence.
func (s *shop) refused(err error, rule fault.Rule, words ...string) {
	s.t.Helper()
	if !errors.Is(err, rule) {
		s.t.Errorf("want %s, got %v", rule.Code, err)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			s.t.Errorf("%q does not say %q", err, w)
		}
	}
}

// counts gives the number of rows of every table.
func (s *shop) counts() map[string]int64 {
	out := map[string]int64{}
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		for _, table := range []string{"sales_order", "order_line", "order_schedule", "hold", "stock_move", "stock_doc", "shipment", "billable", "invoice", "open_item", "application", "bank_line", "exposure_move", "ledger_entry", "event", "number_range", "idem"} {
			var n int64
			if _, err := r.One(`SELECT COUNT(*) FROM `+table, nil, &n); err != nil {
				return err
			}
			out[table] = n
		}
		return nil
	}))
	return out
}

// shipped takes an order up to the shipment.
func (s *shop) shipped(d flow.Draft) (flow.Placed, flow.Shipped) {
	s.t.Helper()
	p := s.order(d)
	c, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
	s.must(err)
	if c.Held != "" {
		s.t.Fatal(c.Held)
	}
	r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
	s.must(err)
	sh, err := s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
	s.must(err)
	return p, sh
}

func (s *shop) billed(d flow.Draft) (flow.Placed, flow.Issued) {
	s.t.Helper()
	p, _ := s.shipped(d)
	b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
	s.must(err)
	return p, b.Invoices[0]
}

func TestACustomersOrderNumberCountsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		first := bolts("1")
		first.PONumber = "PO-9"
		p := s.order(first)
		rs, err := s.Capture.Many(s.ctx, s.who, []flow.Draft{{Customer: "MUELLER", PONumber: "PO-9", Lines: first.Lines}, {Customer: "MUELLER", PONumber: "PO-10", Lines: first.Lines}})
		s.must(err)
		s.refused(rs[0].Fault, order.ErrDuplicate, "PO-9", p.Number)
		s.must(rs[1].Fault)
		first.POSeq = 1
		s.order(first)
		s.verified()
	})
}

func TestTheSameWishTwiceInAWeekWaitsForAPerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{customer: func(c *customer.Customer) { c.Ship.DuplicateDays = 7 }})
		wish := func(po string, on day.Day, skus ...string) flow.Placed {
			x := flow.Draft{PONumber: po, OrderedOn: on}
			for _, sku := range skus {
				x.Lines = append(x.Lines, flow.DraftLine{SKU: sku, Qty: "3"})
			}
			return s.order(x)
		}
		if p := wish("A", "2026-03-02", "BOLT", "NUT"); len(p.Holds) > 0 {
			t.Error(p.Holds)
		}
		if p := wish("B", "2026-03-06", "NUT", "BOLT"); len(p.Holds) != 1 || !strings.Contains(p.Holds[0], "same products") {
			t.Errorf("the twin was not held: %v", p.Holds)
		}
		if p := wish("C", "2026-03-20", "NUT", "BOLT"); len(p.Holds) > 0 {
			t.Errorf("two weeks later: %v", p.Holds)
		}
		s.verified()
	})
}

func TestBadDraftsNameTheirFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		before := s.counts()
		for _, c := range []struct {
			edit func(*flow.Draft)
			path string
			code string
		}{
			{func(d *flow.Draft) { d.Customer = "NOBODY" }, "customer", "customer.unknown"},
			{func(d *flow.Draft) { d.Lines[0].SKU = "NONE" }, "lines[0].sku", "product.unknown"},
			{func(d *flow.Draft) { d.Lines[0].Qty = "1,5" }, "lines[0].qty", "decimal.invalid"},
			{func(d *flow.Draft) { d.Lines[0].Qty = "0" }, "lines[0].qty", "order.invalid"},
			{func(d *flow.Draft) { d.Lines[0].Qty = "1.5" }, "lines[0].qty", "qty.inexact"},
			{func(d *flow.Draft) { d.Lines[0].Unit = "BX" }, "lines[0].unit", "product.unit-unknown"},
			{func(d *flow.Draft) { d.Lines[0].Price = "-1" }, "lines[0].price", "price.invalid"},
			{func(d *flow.Draft) { d.Discount = "101" }, "discount", "price.invalid"},
			{func(d *flow.Draft) { d.RequestedOn = "2026-02-30" }, "requested_on", "day.invalid"},
			{func(d *flow.Draft) { d.Currency = "EURO" }, "currency", "money.currency"},
			{func(d *flow.Draft) { d.ShipTo = "MOON" }, "ship_to", "customer.site-unknown"},
			{func(d *flow.Draft) { d.Charges = []flow.DraftCharge{{Role: "freight", Amount: "1.234"}} }, "charges[0].amount", "money.invalid"},
		} {
			x := flow.Draft{Customer: "MUELLER", Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "1"}}}
			c.edit(&x)
			_, err := s.Capture.One(s.ctx, s.who, x)
			f, ok := fault.Of(err)
			if !ok || f.Path != c.path || f.Code != c.code {
				t.Errorf("want %s at %s, got %v", c.code, c.path, err)
			}
		}
		after := s.counts()
		for k, v := range before {
			if after[k] != v && k != "number_range" {
				t.Errorf("%s: %d rows before, %d after", k, v, after[k])
			}
		}
	})
}

func TestWhatAPersonMustDecideIsHeld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 5000})
		s.stock("BOLT", "100", "1")
		p := s.order(flow.Draft{Lines: []flow.DraftLine{{SKU: "BOOK", Qty: "1"}}}) // no price
		if len(p.Holds) != 1 || !strings.Contains(p.Holds[0], "no price list") {
			t.Errorf("holds %v", p.Holds)
		}
		_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.refused(err, hold.ErrHeld, p.Number)

		big := s.order(bolts("6")) // 71.40 against 50.00
		c, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: big.Order})
		s.must(err)
		if c.Decision != "captured" || !strings.Contains(c.Held, "50.00") {
			t.Errorf("%+v", c)
		}
		var h id.Hold
		s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
			found, err := hold.Of(r, []int64{int64(big.Order)})
			h = found[int64(big.Order)][0].ID
			return err
		}))
		u, err := s.Unhold.One(s.ctx, s.who, flow.Unhold{Hold: h, Reason: "known customer", Until: "2999-12-31"})
		s.must(err)
		if u.HoldMask != 0 {
			t.Errorf("%+v", u)
		}
		_, err = s.Unhold.One(s.ctx, s.who, flow.Unhold{Hold: h, Reason: "again"})
		s.refused(err, hold.ErrReleased)
		c, err = s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: big.Order}) // the release covers it
		s.must(err)
		if c.Decision != "confirmed" {
			t.Errorf("%+v", c)
		}
		other := s.order(bolts("1")) // nothing is free any more
		c, err = s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: other.Order})
		s.must(err)
		if c.Held == "" {
			t.Error("an order above the limit was confirmed")
		}
		s.verified()
	})
}

// TestWhatWasAllowedIsTakenBack: who holds an order again for the rule that
// somebody let it pass ends that, and holds end with their order.
func TestWhatWasAllowedIsTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 5000})
		s.stock("BOLT", "100", "1")
		big := s.order(bolts("6")) // 71.40 against 50.00
		confirm := func() string {
			c, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: big.Order})
			s.must(err)
			return c.Decision
		}
		confirm()
		_, err := s.Unhold.One(s.ctx, s.who, flow.Unhold{Hold: s.openHold(big.Order), Reason: "known customer", Until: "2999-12-31"})
		s.must(err)
		again, err := s.Hold.One(s.ctx, s.who, flow.Hold{Order: big.Order, Scopes: []string{"confirm"}, Kind: hold.Credit, Reason: "not yet"})
		s.must(err)
		_, err = s.Unhold.One(s.ctx, s.who, flow.Unhold{Hold: again.Hold, Reason: "look again", Until: "2026-01-01"})
		s.must(err)
		if got := confirm(); got != "captured" {
			t.Errorf("a release that was taken back still covers: %s", got)
		}
		if s.openHold(big.Order) == 0 {
			t.Error("nothing holds it")
		}
		_, err = s.Cancel.One(s.ctx, s.who, flow.Cancel{Order: big.Order, Reason: "they do not want it"})
		s.must(err)
		if h := s.openHold(big.Order); h != 0 {
			t.Errorf("%s stands on a cancelled order", h)
		}
		s.verified()
	})
}

func TestALineIsNotChangedToNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "10", "1")
		p := s.order(bolts("2"))
		_, err := s.Change.One(s.ctx, s.who, flow.Change{Order: p.Order, Lines: []flow.ChangeLine{{Line: p.Lines[0], Qty: "0"}}, Reason: "none"})
		s.refused(err, order.ErrQty, "cancel the line")
	})
}

func TestAHoldStopsItsStepAndNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "10", "1")
		p := s.order(bolts("2"))
		_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		h, err := s.Hold.One(s.ctx, s.who, flow.Hold{Order: p.Order, Scopes: []string{"ship"}, Reason: "waits for papers"})
		s.must(err)
		r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
		s.must(err)
		_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
		s.refused(err, hold.ErrHeld)
		_, err = s.Unhold.One(s.ctx, s.who, flow.Unhold{Hold: h.Hold, Reason: "came"})
		s.must(err)
		_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
		s.must(err)
		s.verified()
	})
}

func TestToleranceEndsWhereItWasAgreed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{customer: func(c *customer.Customer) { c.Ship = customer.ShipRules{OverBP: 500, UnderBP: 500} }})
		s.stock("BOLT", "300", "1")
		ship := func(n int64) error {
			p := s.order(bolts("100"))
			_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
			s.must(err)
			r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
			s.must(err)
			_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment, Lines: []flow.PickLine{{Line: r.Lines[0], Qty: n}}})
			if err == nil && n < 100 {
				s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
					found, err := order.Read(q, []id.Order{p.Order})
					if l := found[p.Order].Lines[0]; (l.Open() == 0) != (n >= 95) {
						t.Errorf("shipped %d of 100: %d are open", n, l.Open())
					}
					return err
				}))
			} else {
				_, _ = s.Unplan.One(s.ctx, s.who, flow.Unplan{Shipment: r.Shipment})
				_, _ = s.Cancel.One(s.ctx, s.who, flow.Cancel{Order: p.Order, Reason: "test"})
			}
			return err
		}
		s.refused(ship(106), shipping.ErrQty, "105")
		s.must(ship(105))
		s.must(ship(95))
		s.must(ship(94))
		s.verified()
	})
}

func TestShipCompleteWaitsForAllOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "3", "1")
		x := bolts("5")
		x.DeliveryRule = "complete"
		p := s.order(x)
		_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order, All: true})
		s.refused(err, stock.ErrShort, "only 3 free")
		_, err = s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		_, err = s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
		s.refused(err, stock.ErrShort, "complete")
		s.stock("BOLT", "9", "1")
		adv, err := s.Advance(s.ctx, s.who, []id.Order{p.Order})
		s.must(err)
		if fmt.Sprint(adv[0].Steps) != "[reserve release]" {
			t.Errorf("%+v", adv)
		}
		before := s.counts()
		again, err := s.Advance(s.ctx, s.who, []id.Order{p.Order})
		s.must(err)
		if len(again[0].Steps) != 0 || fmt.Sprint(before) != fmt.Sprint(s.counts()) {
			t.Errorf("the second Advance did something: %+v", again)
		}
		s.verified()
	})
}

func TestPartialCreditsAddUpToTheInvoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 10000000})
		s.stock("NUT", "100", "1")
		s.stock("BOLT", "100", "1")
		_, inv := s.billed(flow.Draft{Discount: "3", Lines: []flow.DraftLine{{SKU: "NUT", Qty: "7", Price: "1.07"}, {SKU: "BOLT", Qty: "3", Price: "0.99"}, {SKU: "NUT", Qty: "3", Price: "11.11", TaxCode: "DE7"}}, Charges: []flow.DraftCharge{{Role: "freight", Amount: "4.99"}}})
		lines := s.paper(inv.Invoice).Lines
		for range 3 {
			_, err := s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: inv.Invoice, Reason: "damaged", Lines: []flow.CreditLine{{Line: lines[0].ID, Qty: 2}}})
			s.must(err)
		}
		_, err := s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: inv.Invoice, Reason: "damaged", Lines: []flow.CreditLine{{Line: lines[0].ID, Qty: 2}}})
		s.refused(err, invoice.ErrCredit, "1 are left")
		_, err = s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: inv.Invoice, Reason: "price", Lines: []flow.CreditLine{{Line: lines[2].ID, Net: "10.00"}}})
		s.must(err)
		_, err = s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: inv.Invoice, Reason: "the rest", Full: true})
		s.must(err)
		_, err = s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: inv.Invoice, Reason: "more", Full: true})
		s.refused(err, invoice.ErrCredit, "in full already")
		sums := map[string]int64{}
		s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
			return r.Each(`SELECT t.tax_code, i.kind, SUM(t.tax_amt) FROM invoice_tax t JOIN invoice i ON i.id=t.invoice_id GROUP BY t.tax_code, i.kind`, nil, nil, func(x *db.Rows) error {
				var code, kind string
				var v int64
				err := x.Scan(&code, &kind, &v)
				sums[code+" "+kind] = v
				return err
			})
		}))
		for _, code := range []string{"DE19", "DE7"} {
			if sums[code+" invoice"] != sums[code+" credit_note"] {
				t.Errorf("%s: %v", code, sums)
			}
		}
		s.verified()
	})
}

func (s *shop) paper(i id.Invoice) *invoice.Invoice {
	var out *invoice.Invoice
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		found, err := invoice.Read(r, []id.Invoice{i})
		out = found[i]
		return err
	}))
	return out
}

func TestACancelledInvoiceCanBeBilledAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 10000000})
		s.stock("BOLT", "100", "1")
		p, inv := s.billed(flow.Draft{Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "4"}}, Charges: []flow.DraftCharge{{Role: "freight", Amount: "5.00"}}})
		_, err := s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: inv.Invoice, Reason: "wrong address", Cancel: true, Rebill: true})
		s.must(err)
		s.verified()
		b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
		s.must(err)
		if b.Invoices[0].Gross != inv.Gross || b.Invoices[0].Number == inv.Number {
			t.Errorf("%+v, first %+v", b.Invoices[0], inv)
		}
		_, err = s.Credit.One(s.ctx, s.who, flow.Credit{Invoice: inv.Invoice, Reason: "again", Cancel: true})
		s.refused(err, invoice.ErrReversed)
		s.verified()
	})
}

func TestABouncedPaymentOpensItsInvoiceAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 10000000, terms: twoPercent})
		s.stock("BOLT", "100", "1")
		_, inv := s.billed(bolts("10"))
		st, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: "BANK", Number: "1", Opening: "0", Closing: "116.62", Entries: []flow.BankEntry{{BookedOn: inv.IssuedOn, Amount: "116.62", Text: inv.Number}}})
		s.must(err)
		_, err = s.Apply.One(s.ctx, s.who, flow.Apply{Credit: st.Receipts[0].Item})
		s.must(err)
		s.verified()
		st2, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: "BANK", Number: "2", Opening: "116.62", Closing: "-4.50", Entries: []flow.BankEntry{{BookedOn: inv.IssuedOn, Amount: "-121.12", Text: "returned"}}})
		s.must(err)
		b, err := s.Bounce.One(s.ctx, s.who, flow.Bounce{Receipt: st.Receipts[0].Receipt, BankLine: st2.Debits[0], Fee: "4.50", Reason: "no cover"})
		s.must(err)
		if b.Reopened[0].Open != "119.00" {
			t.Errorf("%+v", b)
		}
		_, err = s.Bounce.One(s.ctx, s.who, flow.Bounce{Receipt: st.Receipts[0].Receipt, Reason: "again"})
		s.refused(err, payment.ErrBounced)
		r, err := s.Reconcile.One(s.ctx, s.who, flow.Reconcile{Statement: st2.Statement})
		s.must(err)
		if r.Decision != "reconciled" {
			t.Errorf("%+v", r)
		}
		s.verified()
	})
}

// TestARefusedBounceLeavesItsSettlementsAlone: part of the money was refunded, so it cannot go back whole.
func TestARefusedBounceLeavesItsSettlementsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 10000000})
		s.stock("BOLT", "100", "1")
		_, inv := s.billed(bolts("10"))
		st, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: "BANK", Number: "1", Opening: "0", Closing: "129.00", Entries: []flow.BankEntry{{BookedOn: inv.IssuedOn, Amount: "129.00", Text: inv.Number}}})
		s.must(err)
		a, err := s.Apply.One(s.ctx, s.who, flow.Apply{Credit: st.Receipts[0].Item})
		s.must(err)
		_, err = s.Refund.One(s.ctx, s.who, flow.Refund{Item: st.Receipts[0].Item, Reference: "RF-1"})
		s.must(err)
		_, err = s.Bounce.One(s.ctx, s.who, flow.Bounce{Receipt: st.Receipts[0].Receipt, Reason: "no cover"})
		if _, ok := fault.Of(err); !ok {
			t.Fatalf("a receipt that was refunded in part bounced: %v", err)
		}
		s.verified()
		_, err = s.Unapply.One(s.ctx, s.who, flow.Unapply{Application: a.Application, Reason: "it still stands"})
		s.must(err)
		s.verified()
	})
}

func TestAnOrderIsCancelledByCompensation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 10000000})
		s.stock("BOLT", "10", "1")
		p := s.order(flow.Draft{Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "8"}}, Charges: []flow.DraftCharge{{Role: "freight", Amount: "9.99"}}})
		_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
		s.must(err)
		_, err = s.Pick.One(s.ctx, s.who, flow.Pick{Shipment: r.Shipment, Lines: []flow.PickLine{{Line: r.Lines[0], Qty: 5}}})
		s.must(err)
		c, err := s.Cancel.One(s.ctx, s.who, flow.Cancel{Order: p.Order, Reason: "customer withdrew"})
		s.must(err)
		if c.Decision != "cancelled" || len(c.Voided) != 1 {
			t.Errorf("%+v", c)
		}
		_, err = s.Cancel.One(s.ctx, s.who, flow.Cancel{Order: p.Order, Reason: "again"})
		s.refused(err, order.ErrMove)
		s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
			var reserved int64
			_, err := q.One(`SELECT SUM(reserved) FROM stock_pot`, nil, &reserved)
			if reserved != 0 {
				t.Errorf("%d are still reserved", reserved)
			}
			return err
		}))
		s.verified()
	})
}

func TestASimulationLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "10", "4")
		p := s.order(bolts("2"))
		_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
		s.must(err)
		before := s.counts()
		changes, err := flow.Simulate(s.ctx, func(ctx context.Context) error {
			v, err := s.Ship.One(ctx, s.who, flow.Ship{Shipment: r.Shipment})
			if v.Cost != "8.00" {
				t.Errorf("%+v", v)
			}
			return err
		})
		s.must(err)
		if len(changes.Entries) != 1 || fmt.Sprint(before) != fmt.Sprint(s.counts()) {
			t.Errorf("%+v", changes)
		}
		s.verified()
	})
}

func TestMonthsCloseInOrderAndStayClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{policy: company.Policy{}})
		_, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "JAN", On: "2026-01-10", Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "5", Cost: "2"}}})
		s.must(err)
		_, err = s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "FEB", On: "2026-02-10", Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "5", Cost: "2"}}})
		s.must(err)
		_, err = s.ClosePeriod(s.ctx, s.who, ledger.Receivables, "2026-01")
		s.refused(err, ledger.ErrMonth, "stock")
		_, err = s.ClosePeriod(s.ctx, s.who, ledger.Stock, "2026-02")
		s.refused(err, ledger.ErrMonth, "2026-01")
		_, err = s.ClosePeriod(s.ctx, s.who, ledger.Stock, "2026-01")
		s.must(err)
		_, err = s.ClosePeriod(s.ctx, s.who, ledger.Stock, "2026-01")
		s.refused(err, ledger.ErrMonth, "already")
		g, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "LATE", On: "2026-01-20", Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "1", Cost: "2"}}})
		s.must(err)
		s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
			found, err := ledger.Of(r, []int64{int64(g.Doc)})
			if e := found[int64(g.Doc)][0]; e.PostedOn != "2026-02-01" || e.DocumentOn != "2026-01-20" {
				t.Errorf("posted on %s, document of %s", e.PostedOn, e.DocumentOn)
			}
			return err
		}))
		s.verified()
	})
}

func TestPricesOfOneKeyDoNotOverlap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		err := s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
			lists, err := pricing.Lists(tx)
			if err != nil {
				return err
			}
			var p id.Product
			if _, err := tx.One(`SELECT id FROM product WHERE sku='BOLT'`, nil, (*int64)(&p)); err != nil {
				return err
			}
			_, err = flow.AddPrices(tx, []pricing.Price{{List: lists[0].ID, Product: p, Unit: "C62", Price: "11", ValidFrom: "2026-01-01"}})
			return err
		})
		s.refused(err, pricing.ErrOverlap)
	})
}
