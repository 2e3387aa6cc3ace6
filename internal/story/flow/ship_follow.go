package flow

import (
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// deemed taxes goods given away on their cost (VAT Directive Art. 16 and 74).
func (w *dispatching) deemed(x *order.Order, ol *order.Line, cost int64, e *ledger.Entry) {
	rate, err := w.tax.On(ol.TaxCode, e.DocumentOn)
	if err != nil || rate.DeemedCode == "" {
		return
	}
	due := money.Tax(cost, rate.Rate())
	e.Lines = append(e.Lines, ledger.Line{Role: "samples_promotion", Amount: due, Doc: due, Currency: w.Currency, Customer: x.Customer},
		ledger.Line{Role: "output_vat", Amount: -due, Doc: -due, Currency: w.Currency, Customer: x.Customer, TaxCode: rate.DeemedCode, TaxBase: -cost, TaxPointOn: e.DocumentOn})
}

// follow lets freight, charges and allowances follow the goods.
func (w *dispatching) follow(s *shipping.Shipment, x *order.Order, on day.Day, e *ledger.Entry) {
	for _, l := range x.Lines {
		if !l.Follows() || l.BillPolicy == "never" {
			continue
		}
		due := x.Follow(l, func(g *order.Line) int64 { return min(g.Ordered, g.Shipped+g.Cancelled) }) - l.Cancelled - l.Shipped
		if due <= 0 {
			continue
		}
		before, from := exposedFC(w.books, x, l), l.Shipped
		c := order.Counts{Line: l.ID, Shipped: due}
		l.Apply(c)
		w.counts = append(w.counts, c)
		if l.BillPolicy == "order" {
			if l.Product == 0 { // a service was revenue when it was billed
				w.earn(x, l, from, on, e)
			}
			continue
		}
		w.bill(s, x, l, int64(l.ID), "freight", due, l.NetBetween(from, from+due), 0, given(x, l.TaxBetween(from, from+due)), before-exposedFC(w.books, x, l), on)
	}
}

// underTolerance closes lines whose open rest is within tolerance when nothing
// more is planned, and tells whether there was one. What follows the goods is
// cancelled with them, unless it is billed already.
func (w *dispatching) underTolerance(x *order.Order) (some bool) {
	for _, l := range x.Lines {
		rest := l.Open()
		if !l.Goods() || rest == 0 || rest > l.MinClose || planned(l) > 0 {
			continue
		}
		some = true
		w.giveUp(x, l, rest)
		w.events = append(w.events, event.Event{Type: "order.remainder_cancelled", Subject: event.About("order", int64(x.ID)), Reason: "tolerance", Body: map[string]any{"line": l.No, "qty": rest}})
		for _, sch := range l.Schedules {
			take := min(rest, sch.Qty-sch.Released)
			if take <= 0 {
				continue
			}
			free := min(sch.Reserved, max(0, take-(sch.Qty-sch.Released-sch.Reserved)))
			w.giveBack[sch.Pot] += free
			sch.Qty, sch.Reserved = sch.Qty-take, sch.Reserved-free
			w.commits = append(w.commits, order.Commit{Schedule: sch.ID, Qty: -take, Reserved: -free})
			rest -= take
		}
	}
	for _, l := range x.Lines {
		if !some || !l.Follows() || l.BillPolicy != "delivery" {
			continue
		}
		if due := x.Follow(l, func(g *order.Line) int64 { return min(g.Ordered, g.Shipped+g.Cancelled) }) - l.Cancelled - l.Shipped; due > 0 {
			w.giveUp(x, l, due)
		}
	}
	return some
}

// giveUp cancels n of a line and frees its exposure.
func (w *dispatching) giveUp(x *order.Order, l *order.Line, n int64) {
	before := exposedFC(w.books, x, l)
	c := order.Counts{Line: l.ID, Cancelled: n}
	l.Apply(c)
	w.counts = append(w.counts, c)
	w.exposure = append(w.exposure, credit.Move{Account: x.Credit, DocType: "order", Doc: int64(x.ID), Order: exposedFC(w.books, x, l) - before, Cause: "tolerance"})
}

// earn turns what was billed ahead into revenue when the goods go: a share of
// the contract liability as it was booked (it keeps its rate), and of the tax
// that waited for the supply.
func (w *dispatching) earn(x *order.Order, l *order.Line, from int64, on day.Day, e *ledger.Entry) {
	a, z := min(l.Billed, from), min(l.Billed, l.Shipped)
	if a == z {
		return
	}
	booked := w.liability[l.ID]
	before := l.NetBetween(0, a) - (l.Net - booked.doc) // of the liability: released until now
	net := l.NetBetween(a, z)
	fc := int64(0)
	if booked.doc != 0 {
		fc = money.Share(booked.fc, before+net, booked.doc) - money.Share(booked.fc, before, booked.doc)
	}
	line := func(role string, doc, fc int64) ledger.Line {
		return ledger.Line{Role: role, Amount: fc, Doc: doc, Currency: x.Currency, Customer: x.Customer, TaxCode: l.TaxCode}
	}
	liability := line("contract_liability", net, fc)
	liability.Sub = int64(l.ID)
	e.Lines = append(e.Lines, liability, line(revenueRole(l), -net, -fc))
	if w.Policy.VATChargeableOn != "supply" {
		return
	}
	for _, b := range w.ahead[int64(l.ID)] {
		if b.Billed == 0 || b.Qty == 0 {
			continue
		}
		due := money.Share(b.Tax, z, b.Qty) - money.Share(b.Tax, a, b.Qty)
		dueFC := waitFC(w.books, b.Tax, a, b.Qty, x.Currency, booked.rate) - waitFC(w.books, b.Tax, z, b.Qty, x.Currency, booked.rate)
		wait, owed := line("vat_not_due", due, dueFC), line("output_vat", -due, -dueFC)
		wait.TaxBase, owed.TaxBase = net, -net
		wait.TaxPointOn, owed.TaxPointOn = on, on
		e.Lines = append(e.Lines, wait, owed)
	}
}

// bookedAhead is the contract liability of a line as its invoice booked it.
type bookedAhead struct {
	doc, fc int64
	rate    string
}

// loadLiabilities reads what the invoices of lines billed ahead had booked.
func (w *dispatching) loadLiabilities() error {
	w.liability = map[id.Line]bookedAhead{}
	var papers []id.InvoiceLine
	for _, list := range w.ahead {
		for _, b := range list {
			if b.InvoiceLine != 0 {
				papers = append(papers, b.InvoiceLine)
			}
		}
	}
	extras, err := invoice.PapersOfExtras(w.tx, w.ahead)
	if err != nil || len(papers)+len(extras) == 0 {
		return err
	}
	of, err := invoice.OfLines(w.tx, papers)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	var docs []int64
	for _, i := range append(extras, valuesOf(of)...) {
		if !seen[int64(i)] {
			seen[int64(i)] = true
			docs = append(docs, int64(i))
		}
	}
	entries, err := ledger.Of(w.tx, docs)
	for _, list := range entries {
		for _, e := range list {
			for _, l := range e.Lines {
				if l.Role == "contract_liability" && e.Step == "issue" {
					b := w.liability[id.Line(l.Sub)]
					w.liability[id.Line(l.Sub)] = bookedAhead{b.doc - l.Doc, b.fc - l.Amount, e.FxRate}
				}
			}
		}
	}
	return err
}

func valuesOf(m map[id.InvoiceLine]id.Invoice) []id.Invoice {
	out := make([]id.Invoice, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	return out
}
