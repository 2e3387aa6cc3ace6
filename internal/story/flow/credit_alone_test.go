package flow_test

import (
	"context"
	"fmt"
	"testing"

	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/invoice"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// sold ships and bills an order for bolts and gives its shipment line and invoice line.
func (s *shop) sold(po, n string) (id.ShipLine, id.InvoiceLine) {
	s.t.Helper()
	p := s.order(flow.Draft{PONumber: po, Lines: []flow.DraftLine{{SKU: "BOLT", Qty: n, Price: "3.33"}}})
	_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
	s.must(err)
	r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: p.Order})
	s.must(err)
	_, err = s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment})
	s.must(err)
	b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
	s.must(err)
	var line id.InvoiceLine
	s.must(s.DB.Read(context.Background(), func(q *db.Reader) error {
		found, err := invoice.Read(q, []id.Invoice{b.Invoices[0].Invoice})
		line = found[b.Invoices[0].Invoice].Lines[0].ID
		return err
	}))
	return r.Lines[0], line
}

// TestACreditNoteOfItsOwn gives back goods of two deliveries, an amount of an
// invoice and what no invoice is known for, on one paper.
func TestACreditNoteOfItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 1000000})
		s.stock("BOLT", "40", "1.00")
		one, oneLine := s.sold("PO-1", "10")
		two, twoLine := s.sold("PO-2", "7")
		note := flow.CreditAlone{Customer: "MUELLER", Reason: "goods back", Reference: "RMA 9", Lines: []flow.CreditAloneLine{
			{Shipped: one, Qty: 3}, {Shipped: one, Qty: 7}, {Shipped: two, Qty: 1, Net: "3.00"}, {Line: twoLine, Qty: 2, Net: "5.01", Price: "2.505"}, {SKU: "NUT", Qty: 4, Net: "9.99", Price: "2.50"}},
			Goods: &flow.GoodsIn{Reference: "RMA 9", Lines: []flow.GoodsLine{{SKU: "NUT", Qty: "4"}}}}
		b, err := s.CreditAlone.One(s.ctx, s.who, note)
		s.must(err)
		if v := b.Invoices[0]; len(b.Invoices) != 1 || v.Kind != "credit_note" || v.Net != "51.30" || v.Tax != "9.75" { // 33.30 + 3.00 + 5.01 + 9.99; 6.33 + 1.52 + 1.90
			t.Errorf("%+v", b)
		}
		s.verified()
		for want, lines := range map[string][]flow.CreditAloneLine{
			"return.qty":                {{Shipped: one, Qty: 1}},
			"credit-note.exceeds":       {{Line: oneLine, Qty: 1}},
			"credit-note.mixed":         {{Line: twoLine, SKU: "NUT", Qty: 1}},
			"product.unknown":           {{SKU: "NO", Qty: 1, Net: "1"}},
			"shipment.line-unknown":     {{Shipped: 1, Qty: 1}},
			"invoice.line-unknown":      {{Line: 1, Qty: 1}},
			"money.invalid":             {{SKU: "NUT", Qty: 1, Net: "1.234"}},
			"credit-note.exceeds again": {{Shipped: two, Qty: 1, Net: "3.34"}},
		} {
			_, err := s.CreditAlone.One(s.ctx, s.who, flow.CreditAlone{Customer: "MUELLER", Reason: "no", Lines: lines})
			f, ok := fault.Of(err)
			if !ok || fmt.Sprintf("%.16s", f.Code) != fmt.Sprintf("%.16s", want) {
				t.Errorf("%s: %v", want, err)
			}
		}
		s.verified()
		s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
			c := customer.Customer{ID: id.Customer(tx.NewID()), Code: "OTHER", Name: "Other", Currency: "EUR"}
			_, _, err := flow.AddCustomers(tx, []customer.Customer{c}, []customer.Site{{ID: id.Site(tx.NewID()), Customer: c.ID, Code: "HQ", Name: "Other", Country: "DE"}})
			return err
		}))
		if _, err := s.CreditAlone.One(s.ctx, s.who, flow.CreditAlone{Customer: "OTHER", Reason: "not theirs", Lines: []flow.CreditAloneLine{{Shipped: two, Qty: 1}}}); err == nil {
			t.Error("goods of one customer were credited to another")
		}
		s.verified()
	})
}
