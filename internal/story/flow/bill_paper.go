package flow

import (
	"encoding/json"

	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// issue makes one paper of a group.
func (w *billing) issue(g *group) error {
	if g.original != 0 {
		return w.creditReturn(g)
	}
	first := w.orders[g.parts[0].Order]
	doc := &invoice.Invoice{ID: id.Invoice(w.tx.NewID()), Kind: "invoice", TypeCode: "380", Series: invoice.SeriesInvoice, Customer: first.Customer, BillTo: first.BillTo, Payer: first.Payer,
		Order: first.ID, Currency: first.Currency, IssuedOn: g.on, SuppliedFrom: "9999-12-31", BuyerReference: first.BuyerReference, PONumber: first.PONumber, TaxSource: first.TaxSource}
	rate, err := w.rate(first, g.on)
	if err != nil {
		return err
	}
	doc.FxRate = rate.String()
	for _, b := range g.parts {
		if err := w.position(doc, b); err != nil {
			return err
		}
		if b.Order != doc.Order {
			doc.Order = 0
			if w.orders[b.Order].PONumber != doc.PONumber {
				doc.PONumber = ""
			}
		}
	}
	doc.Total(w.Policy.TaxMode == "line", w.Policy.CashRounding)
	if doc.Gross < 0 {
		return invoice.ErrNegative.Because("what is due for order %s is negative (%s %s): it waits until new deliveries outweigh the returns, or make a credit note", first.Number, money.Format(doc.Gross, doc.Currency), doc.Currency)
	}
	w.convert(doc)
	w.open(doc, first)
	doc.Parties = w.parties(first)
	w.post(doc, g)
	w.docs, w.owner = append(w.docs, doc), append(w.owner, g.cmds)
	return nil
}

// rate of a document on a day: the order's own for migrated ones.
func (w *billing) rate(x *order.Order, on day.Day) (dec.D, error) {
	if x.Currency == w.Currency {
		return dec.FromInt(1), nil
	}
	if x.TaxSource == "given" {
		return dec.Parse(x.FxRate)
	}
	k := rateKey{x.Currency, on}
	if r, ok := w.rates[k]; ok {
		return r, nil
	}
	r, err := ledger.Rate(w.tx, x.Currency, w.Currency, on)
	w.rates[k] = r
	return r, err
}

// position adds one billable as a line, or as a charge or allowance of the document.
func (w *billing) position(doc *invoice.Invoice, b *invoice.Billable) error {
	x := w.orders[b.Order]
	l := x.Line(b.Line)
	rate, err := w.tax.On(b.TaxCode, b.SuppliedOn)
	if err != nil {
		return err
	}
	doc.SuppliedFrom, doc.SuppliedTo = min(doc.SuppliedFrom, b.SuppliedOn), max(doc.SuppliedTo, b.SuppliedOn)
	if l.Follows() && l.Product == 0 {
		sign, amount := int64(1), b.Net
		if l.Role == order.Allowance {
			sign, amount = -1, -b.Net
		}
		e := &invoice.Extra{ID: w.tx.NewID(), No: int64(len(doc.Extras) + 1), Sign: sign, Billable: b.ID, OrderLine: l.ID, Role: l.Role, Amount: amount, Tax: b.Tax, TaxCode: b.TaxCode,
			Category: rate.Category, Rate: rate.Percent, Reason: b.Text, ReasonCode: reasonCode(l.Role)}
		if sign < 0 {
			e.Tax = -b.Tax
		}
		doc.Extras = append(doc.Extras, e)
		return nil
	}
	line := &invoice.Line{ID: id.InvoiceLine(w.tx.NewID()), No: int64(len(doc.Lines) + 1), Billable: b.ID, Order: x.ID, OrderLine: l.ID, Shipment: b.Shipment, Product: l.Product, Qty: b.Qty,
		Unit: l.EnteredUnit, EnteredQty: w.entered(l, b), Price: b.Price, Net: b.Net, Allowance: b.Allowance, TaxCode: b.TaxCode, Category: rate.Category, Rate: rate.Percent, Tax: b.Tax, Text: b.Text}
	b.InvoiceLine = line.ID
	doc.Lines = append(doc.Lines, line)
	return nil
}

// reasonCode gives the code of an allowance (UNTDID 5189) or charge (UNTDID 7161).
func reasonCode(role string) string {
	switch role {
	case order.Freight:
		return "FC"
	case order.Allowance:
		return "95"
	}
	return "ABL"
}

// entered prints a quantity in the unit the line was ordered in.
func (w *billing) entered(l *order.Line, b *invoice.Billable) string {
	if l.Follows() {
		return l.EnteredQty
	}
	scale := 0
	if p := w.products[l.Product]; p != nil {
		scale = int(p.Scale)
	}
	n := b.Qty * b.Sign
	if d, ok := qty.FromSteps(n, qty.Ratio{Num: l.Num, Den: l.Den}, scale); ok {
		return d.String()
	}
	return qty.Format(n, scale)
}

// convert gives the breakdown in company currency.
func (w *billing) convert(doc *invoice.Invoice) {
	rate := dec.Must(doc.FxRate)
	for _, t := range doc.Taxes {
		t.BaseAcc, t.TaxAcc = money.Convert(t.Base, doc.Currency, w.Currency, rate), money.Convert(t.Tax, doc.Currency, w.Currency, rate)
		if r, err := w.tax.On(t.Code, doc.SuppliedTo); err == nil {
			t.Reason = r.Reason
		}
	}
}

// open makes the items of an invoice, one per instalment.
func (w *billing) open(doc *invoice.Invoice, x *order.Order) {
	t := w.terms.ByID[x.Terms]
	parts := t.Rule.Parts(doc.Payable, doc.IssuedOn, w.terms.Holidays(t.Calendar))
	weights := make([]int64, len(parts))
	for i, p := range parts {
		weights[i] = p.Amount
		doc.DueOn = max(doc.DueOn, p.DueOn)
	}
	doc.Terms = t.Rule.Text()
	fc := money.Convert(doc.Payable, doc.Currency, w.Currency, dec.Must(doc.FxRate))
	if doc.Payable == 0 {
		return
	}
	split := money.Split(fc, weights)
	for i, p := range parts {
		tiers, err := json.Marshal(p.Tiers)
		if err != nil || p.Tiers == nil {
			tiers = []byte("[]")
		}
		w.items[doc.ID] = append(w.items[doc.ID], &receivable.Item{ID: id.Item(w.tx.NewID()), Customer: doc.Payer, Credit: x.Credit, Kind: "invoice", DocType: "invoice", Doc: int64(doc.ID), PartNo: int64(i + 1),
			Currency: doc.Currency, Sign: 1, Original: p.Amount, Open: p.Amount, OriginalFC: split[i], OpenFC: split[i], DatedOn: doc.IssuedOn, DueOn: p.DueOn, Tiers: string(tiers)})
	}
}

// parties prints names and addresses as they stand today, for ever.
func (w *billing) parties(x *order.Order) string {
	c, bill, ship := w.customers[x.Customer], w.sites[x.BillTo], w.sites[x.ShipTo]
	address := func(s customer.Site) map[string]string {
		return map[string]string{"name": s.Name, "street": s.Street, "city": s.City, "postcode": s.Postcode, "region": s.Region, "country": s.Country}
	}
	p := map[string]any{"seller": map[string]string{"name": w.Name, "vat_id": w.VATID, "country": w.Country},
		"buyer": map[string]any{"code": c.Code, "name": c.Name, "vat_id": c.VATID, "address": address(bill)}, "deliver_to": address(ship)}
	b, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// post counts, moves exposure and books one invoice.
func (w *billing) post(doc *invoice.Invoice, g *group) {
	e := ledger.Entry{Journal: "sales", Kind: "invoice", DocType: "invoice", Doc: int64(doc.ID), Step: "issue", PostedOn: w.calendar.Open(ledger.Receivables, doc.IssuedOn), DocumentOn: doc.IssuedOn, FxRate: doc.FxRate}
	p := &posting{books: w.books, doc: doc, entry: &e, point: doc.SuppliedTo}
	if w.Policy.VATChargeableOn == "invoice" {
		p.point = doc.IssuedOn
	}
	taxOf := map[id.Billable]int64{}
	for _, l := range doc.Lines {
		taxOf[l.Billable] = l.Tax
	}
	for _, x := range doc.Extras {
		taxOf[x.Billable] = x.Sign * x.Tax
	}
	refs := []event.Ref{}
	for _, b := range g.parts {
		x := w.orders[b.Order]
		l := x.Line(b.Line)
		before := exposedFC(w.books, x, l)
		from := l.Billed
		performed := l.BillPolicy == "order" && l.Follows() && !hasGoods(x) // services and their charges
		p.part(b, l, taxOf[b.ID], from, performed)
		c := order.Counts{Line: l.ID}
		if b.Sign > 0 {
			c.Billed = b.Qty
			if performed {
				c.Shipped = b.Qty
			}
		} else {
			c.Credited, c.Billed = 0, 0
		}
		w.net(b, l, &c)
		l.Apply(c)
		w.counts = append(w.counts, c)
		w.hit[x.ID] = true
		b.Tax = taxOf[b.ID]
		w.taken = append(w.taken, b)
		w.exposure = append(w.exposure, credit.Move{Account: x.Credit, DocType: "invoice", Doc: int64(doc.ID), Order: exposedFC(w.books, x, l) - before, Shipped: -b.Exposed, Cause: "bill"})
		refs = append(refs, event.Ref{Type: "order", ID: int64(x.ID), Qualifier: "bills"}, event.Ref{Type: "shipment", ID: int64(b.Shipment), Qualifier: "bills"})
	}
	p.finish(w.items[doc.ID])
	for _, it := range w.items[doc.ID] {
		w.exposure = append(w.exposure, credit.Move{Account: it.Credit, DocType: "invoice", Doc: int64(doc.ID), Item: it.OriginalFC, Cause: "bill"})
	}
	w.entries = append(w.entries, e)
	w.events = append(w.events, event.Event{Type: "invoice.posted", Subject: event.About("invoice", int64(doc.ID)), Refs: refs,
		Body: &papers{doc: doc}})
}

// net nets goods that came back before they were billed: billed and credited
// rise together, so that neither the goods nor the return is due any more.
func (w *billing) net(b *invoice.Billable, l *order.Line, c *order.Counts) {
	if b.Sign < 0 {
		c.Credited = b.Qty
	}
}

func hasGoods(x *order.Order) bool {
	for _, l := range x.Lines {
		if l.Goods() {
			return true
		}
	}
	return false
}

// papers is the body of an event about a paper; the number is known when it is written.
type papers struct{ doc *invoice.Invoice }

// MarshalJSON prints number, totals and due day.
func (p *papers) MarshalJSON() ([]byte, error) {
	d := p.doc
	return json.Marshal(map[string]any{"number": d.Number, "net": money.Format(d.Net, d.Currency), "tax": money.Format(d.Tax, d.Currency), "gross": money.Format(d.Gross, d.Currency),
		"currency": d.Currency, "due_on": d.DueOn, "reason": d.Reason})
}
