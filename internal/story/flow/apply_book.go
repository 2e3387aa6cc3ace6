package flow

import (
	"encoding/json"

	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/receivable"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// paper reads the invoice behind an item, for its tax breakdown.
func (w *applying) paper(it *receivable.Item) (*invoice.Invoice, error) {
	if it.DocType != "invoice" {
		return nil, nil
	}
	k := id.Invoice(it.Doc)
	if inv, ok := w.taxes[k]; ok {
		return inv, nil
	}
	if err := w.readPapers([]*receivable.Item{it}); err != nil {
		return nil, err
	}
	return w.taxes[k], nil
}

// readPapers reads the invoices behind items together, for their tax breakdown.
func (w *applying) readPapers(items []*receivable.Item) error {
	if w.taxes == nil {
		w.taxes = map[id.Invoice]*invoice.Invoice{}
	}
	var ids []id.Invoice
	for _, it := range items {
		if _, known := w.taxes[id.Invoice(it.Doc)]; it.DocType == "invoice" && !known {
			ids = append(ids, id.Invoice(it.Doc))
		}
	}
	found, err := invoice.Read(w.tx, credit.Sorted(ids))
	for i, inv := range found {
		w.taxes[i] = inv
	}
	return err
}

// discountBases are, per tax code, the amounts a percentage is taken of: gross
// where the tax falls with the price, net where the law leaves the tax alone.
func (w *applying) discountBases(inv *invoice.Invoice) (codes []tax.Rate, bases []int64, whole int64, err error) {
	for _, t := range inv.Taxes {
		r, err := w.tax.On(t.Code, inv.SuppliedTo)
		if err != nil {
			return nil, nil, 0, err
		}
		base := t.Base
		if r.DiscountTax == "correct" {
			base += t.Tax
		}
		codes, bases, whole = append(codes, r), append(bases, max(0, base)), whole+max(0, base)
	}
	return codes, bases, whole, nil
}

// discountOn is what may be taken off an item when money came on a value day.
func (w *applying) discountOn(it *receivable.Item, valueOn day.Day) (int64, error) {
	var tiers []terms.Tier
	if err := json.Unmarshal([]byte(it.Tiers), &tiers); err != nil || len(tiers) == 0 {
		return 0, err
	}
	tier, ok := terms.TierOn(tiers, valueOn, w.Policy.GraceDays)
	if !ok {
		return 0, nil
	}
	inv, err := w.paper(it)
	if err != nil || inv == nil {
		return 0, err
	}
	_, _, whole, err := w.discountBases(inv)
	if err != nil || inv.Payable == 0 {
		return 0, err
	}
	return money.Tax(money.Share(whole, it.Original, inv.Payable), decOf(tier.Percent)), nil
}

// discountPart is the share of a discount in one tax code.
type discountPart struct {
	code   string
	amount int64
	tax    int64
}

// splitDiscount spreads a discount over the tax codes by largest remainder and
// takes the tax out of each part where it falls with the price.
func (w *applying) splitDiscount(it *receivable.Item, amount int64) ([]discountPart, error) {
	inv, err := w.paper(it)
	if err != nil {
		return nil, err
	}
	if inv == nil {
		return []discountPart{{amount: amount}}, nil
	}
	codes, bases, _, err := w.discountBases(inv)
	if err != nil {
		return nil, err
	}
	var out []discountPart
	for i, v := range money.Split(amount, bases) {
		p := discountPart{code: codes[i].Code, amount: v}
		if codes[i].DiscountTax == "correct" {
			p.tax = money.InnerTax(v, codes[i].Rate())
		}
		if v != 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

// book writes one settlement: items, rows, entry, exposure, event.
func (w *applying) book(c Apply, cr *receivable.Item, shares []share) (Applied, error) {
	on := or(c.On, w.today)
	a := &receivable.Application{ID: id.Application(w.tx.NewID()), Kind: "receipt", On: on}
	if cr.Kind == "credit_note" {
		a.Kind = "netting"
	}
	posted := w.calendar.Open(ledger.Receivables, on)
	e := ledger.Entry{Journal: "allocation", Kind: "allocation", DocType: "application", Doc: int64(a.ID), Step: "apply", PostedOn: posted, DocumentOn: on, ValueOn: cr.DueOn}
	v := Applied{Application: a.ID}
	refs := []event.Ref{{Type: "item", ID: int64(cr.ID), Qualifier: "credit"}, {Type: cr.DocType, ID: cr.Doc, Qualifier: "credit"}}
	body := []any{}
	for _, s := range shares {
		it := s.item
		w.bookShare(a, &e, cr, s, posted)
		x := SettledItem{Item: it.ID, Number: it.Number, Paid: money.Format(s.paid, it.Currency), Open: money.Format(it.Open, it.Currency)}
		if s.discount > 0 {
			x.Discount = money.Format(s.discount, it.Currency)
		}
		if d := s.tolerance + s.charge; d > 0 {
			x.Difference = money.Format(d, it.Currency)
		}
		v.Settled = append(v.Settled, x)
		refs = append(refs, event.Ref{Type: "item", ID: int64(it.ID), Qualifier: "debit"}, event.Ref{Type: it.DocType, ID: it.Doc, Qualifier: "debit"})
		body = append(body, map[string]string{"item": it.Number, "paid": x.Paid, "discount": x.Discount, "difference": x.Difference, "open": x.Open})
		if s.disputed > 0 {
			if w.disputes == nil {
				w.disputes = map[id.Item]int64{}
			}
			w.disputes[it.ID] = s.disputed
		}
	}
	v.CreditLeft = money.Format(cr.Open, cr.Currency)
	w.apps = append(w.apps, a)
	w.entries = append(w.entries, e)
	w.events = append(w.events, event.Event{Type: "application.posted", Subject: event.About("application", int64(a.ID)), Refs: refs, Body: map[string]any{"rows": body, "left": v.CreditLeft, "currency": cr.Currency}})
	return v, nil
}

func (w *applying) bookShare(a *receivable.Application, e *ledger.Entry, cr *receivable.Item, s share, on day.Day) {
	it := s.item
	total := s.total()
	fcDebit := it.Release(total)
	fcCredit := cr.Release(s.creditPaid)
	w.took(it, total, fcDebit)
	w.took(cr, s.creditPaid, fcCredit)
	add := func(role, code string, sub, doc, fc int64, cur money.Currency) *ledger.Line {
		e.Lines = append(e.Lines, ledger.Line{Role: role, TaxCode: code, Sub: sub, Doc: doc, Amount: fc, Currency: cur, Customer: it.Customer})
		return &e.Lines[len(e.Lines)-1]
	}
	add(cr.Control(), "", int64(cr.ID), s.creditPaid, fcCredit, cr.Currency)
	if cr.Currency != it.Currency {
		add("fx_bridge", "", 0, -s.creditPaid, -fcCredit, cr.Currency)
		add("fx_bridge", "", 0, s.paid, fcCredit, it.Currency)
	}
	done := int64(0) // of the debit item, in document currency
	part := func(doc int64) int64 {
		fc := money.Share(fcDebit, done+doc, total) - money.Share(fcDebit, done, total)
		done += doc
		return fc
	}
	row := func(kind, code string, doc, fc, tax int64) {
		a.Rows = append(a.Rows, receivable.Allocation{Kind: kind, Debit: it.ID, Amount: doc, AmountFC: fc, TaxCode: code, TaxPart: tax, Reason: s.reason})
	}
	principal := part(s.paid)
	a.Rows = append(a.Rows, receivable.Allocation{Kind: "principal", Debit: it.ID, CreditItem: cr.ID, Amount: s.paid, CreditAmount: s.creditPaid, AmountFC: principal, CreditFC: fcCredit, Reason: s.reason})
	if diff := fcCredit - principal; diff != 0 {
		role := "fx_gain"
		if diff < 0 {
			role = "fx_loss"
		}
		add(role, "", 0, 0, -diff, it.Currency)
	}
	for _, p := range s.parts {
		fc := part(p.amount)
		taxFC := money.Share(fc, p.tax, p.amount)
		row("discount", p.code, p.amount, fc, p.tax)
		add("sales_discount", p.code, 0, p.amount-p.tax, fc-taxFC, it.Currency)
		if p.tax != 0 {
			l := add("output_vat", p.code, 0, p.tax, taxFC, it.Currency)
			l.TaxBase, l.TaxPointOn = p.amount-p.tax, on
		}
	}
	if s.tolerance > 0 {
		fc := part(s.tolerance)
		row("tolerance", "", s.tolerance, fc, 0)
		add("small_difference", "", 0, s.tolerance, fc, it.Currency)
	}
	if s.charge > 0 {
		fc := part(s.charge)
		row("bank_charge", "", s.charge, fc, 0)
		add("bank_charges", "", 0, s.charge, fc, it.Currency)
	}
	add(it.Control(), "", int64(it.ID), -total, -fcDebit, it.Currency)
	w.exposure = append(w.exposure, itemExposure(it, a.ID, -fcDebit), itemExposure(cr, a.ID, -fcCredit))
}

func (w *applying) took(it *receivable.Item, doc, fc int64) {
	s := w.settle[it.ID]
	w.settle[it.ID] = [2]int64{s[0] + doc, s[1] + fc}
}

// itemExposure is the change of exposure when an item's open amount changes:
// receipts count nothing, credit notes count against.
func itemExposure(it *receivable.Item, a id.Application, fc int64) credit.Move {
	m := credit.Move{Account: it.Credit, DocType: "application", Doc: int64(a), Cause: "apply"}
	switch {
	case it.Sign > 0:
		m.Item = fc
	case it.Kind == "credit_note":
		m.Credit = fc
	}
	return m
}

func (w *applying) write() error {
	receivable.Settle(w.tx, w.settle)
	receivable.Add(w.tx, w.apps)
	receivable.MarkReversed(w.tx, w.reversed)
	for i, amount := range w.disputes {
		receivable.Dispute(w.tx, i, amount)
	}
	credit.Shift(w.tx, w.exposure)
	ledger.Post(w.tx, w.chart, w.entries)
	return event.Record(w.tx, w.events...)
}
