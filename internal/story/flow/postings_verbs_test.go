package flow_test

import (
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/rooms/shipping"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Verbs of single cases.

func moneyCur(s string) money.Currency { return money.Currency(s) }

// paperOf gives the invoice behind an item's name.
func (s *stage) paperOf(ref string) int64 {
	var doc int64
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		found, err := receivable.ByID(r, []id.Item{id.Item(s.subs[ref])})
		doc = found[id.Item(s.subs[ref])].Doc
		return err
	}))
	return doc
}

func (s *stage) firstLine(ref string) id.InvoiceLine {
	var l id.InvoiceLine
	doc := id.Invoice(s.paperOf(ref))
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		found, err := invoice.Read(r, []id.Invoice{doc})
		l = found[doc].Lines[0].ID
		return err
	}))
	return l
}

func (s *stage) readOrder(name string) *order.Order {
	o := id.Order(s.subs[name])
	var x *order.Order
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		found, err := order.Read(r, []id.Order{o})
		x = found[o]
		return err
	}))
	return x
}

// closeMarch closes the month before the un-apply, so that it lands in April.
func closeMarch(s *stage, _ day.Day) {
	for _, l := range []string{"stock", "receivables", "general"} {
		_, err := s.ClosePeriod(s.ctx, s.who, l, "2025-03")
		s.must(err)
	}
}

// unapplyIn asks for a day of the closed month: it lands on the first open day, which the case names.
func unapplyIn(ref, of string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) { unapply(ref, of)(s, on) }
}

func refund(ref, of string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		r, err := s.Refund.One(s.ctx, s.who, flow.Refund{Item: id.Item(s.subs[of]), Reference: ref, On: on})
		s.must(err)
		s.docs[ref] = []int64{int64(r.Application)}
	}
}

// bankOut imports a statement with a debit and reconciles it.
func bankOut(ref, amount, text string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		st, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: "BANK", Number: ref, Opening: "0", Closing: amount, Entries: []flow.BankEntry{{BookedOn: on, Amount: amount, Text: text}}})
		s.must(err)
		r, err := s.Reconcile.One(s.ctx, s.who, flow.Reconcile{Statement: st.Statement})
		s.must(err)
		if r.Decision != "reconciled" {
			s.t.Errorf("statement %s is %s: %v", ref, r.Decision, r.Left)
		}
		for _, l := range st.Debits {
			s.docs[ref] = append(s.docs[ref], int64(l))
		}
	}
}

func billOf(ref, order string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) { s.bill(id.Order(s.subs[order]), on, ref) }
}

// giveBack authorises and takes back n of the first line of an order.
func giveBack(ref, order string, n int64, status string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		o := id.Order(s.subs[order])
		var l id.ShipLine
		s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
			names, err := shipping.OfOrders(r, []id.Order{o})
			if err != nil {
				return err
			}
			found, err := shipping.Read(r, names[o])
			for _, sh := range found {
				l = sh.Lines[0].ID
			}
			return err
		}))
		a, err := s.Return.One(s.ctx, s.who, flow.Return{Order: o, Reason: "wrong size", Lines: []flow.ReturnLine{{Line: l, Qty: n}}})
		s.must(err)
		_, err = s.TakeBack.One(s.ctx, s.who, flow.TakeBack{Return: a.Return, On: on, Status: status})
		s.must(err)
		s.docs[ref] = s.docsOfKind("return")
	}
}

func (s *stage) docsOfKind(kind string) []int64 {
	var out []int64
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		return r.Each(`SELECT doc_id FROM ledger_entry WHERE kind=$1`, nil, []any{kind}, func(x *db.Rows) error {
			var d int64
			err := x.Scan(&d)
			out = append(out, d)
			return err
		})
	}))
	return out
}

func opening(ref, sku, n, cost string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		g, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: ref, Kind: "opening", On: on, Lines: []flow.GoodsLine{{SKU: sku, Qty: n, Cost: cost}}})
		s.must(err)
		s.docs[ref] = []int64{int64(g.Doc)}
	}
}

// valued brings one unit in at a cost that the case presupposes.
func valued(sku, cost string) func(*stage, day.Day) { return valued2(sku, "1", cost) }

func valued2(sku, n, cost string) func(*stage, day.Day) {
	return func(s *stage, _ day.Day) {
		_, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "BEFORE-" + id.Text("x", s.DB.NewID()), Kind: "opening", On: "2025-01-01", Lines: []flow.GoodsLine{{SKU: sku, Qty: n, Cost: cost}}})
		s.must(err)
	}
}

func scrapped(ref, sku, n, status string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		g, err := s.Scrap.One(s.ctx, s.who, flow.Scrap{Reference: ref, SKU: sku, Qty: n, Status: status, On: on, Reason: "damaged"})
		s.must(err)
		s.docs[ref] = []int64{int64(g.Doc)}
	}
}

func delivered(ref string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		d, err := s.Deliver.One(s.ctx, s.who, flow.Deliver{Shipment: id.Shipment(s.subs[ref]), On: on})
		s.must(err)
		s.docs[ref] = []int64{int64(d.Shipment)}
	}
}

// nameLine gives the first line of an order the cookbook's name.
func nameLine(name, order string) func(*stage, day.Day) {
	return func(s *stage, _ day.Day) { s.subs[name] = int64(s.readOrder(order).Lines[0].ID) }
}

func billedAhead(s *stage, on day.Day) {
	valued("BOLT", "250.00")(s, on)
	p := s.order(flow.Draft{OrderedOn: on, Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "1", Price: "400.00", TaxCode: "DE19"}}})
	s.subs["SO-1 order"], s.subs["SO-1"] = int64(p.Order), int64(p.Lines[0])
	_, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order, On: on})
	s.must(err)
	s.bill(p.Order, on, "INV-1")
}

func shipAhead(s *stage, on day.Day) { s.ship(id.Order(s.subs["SO-1 order"]), on, "SHP-1") }

func soldWithOneFree(s *stage, on day.Day) {
	valued2("BOLT", "21", "7.00")(s, on)
	p := s.order(flow.Draft{OrderedOn: on, Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "10", Price: "12.00", TaxCode: "DE19"}, {SKU: "BOLT", Qty: "1", Free: true, TaxCode: "DE19"}}})
	s.subs["SO-1"] = int64(p.Order)
	s.dispatch(p.Order, on, "SHP-1")
}

func gift(s *stage, on day.Day) {
	p := s.order(flow.Draft{OrderedOn: on, Kind: "gift", Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "10", TaxCode: "DE19"}}})
	s.dispatch(p.Order, on, "SHP-2")
}

func moved(ref, part string, m flow.Move) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		m.Reference, m.On = ref+"-"+part, on
		g, err := s.Move.One(s.ctx, s.who, m)
		s.must(err)
		s.docs[ref] = []int64{int64(g.Doc)}
	}
}
