package flow

import (
	"sort"

	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// note makes the paper of a credit: tax at the original rates, base × rate per
// code; the note that takes the last of a code takes the rest of its tax. A
// cash discount that was taken is given back as what it was: the customer gets
// what he paid.
func (w *billing) note(inv *invoice.Invoice, parts []taking, on day.Day, reason string, discounts bool) (*invoice.Invoice, error) {
	doc, err := w.draftNote(inv, parts, on, reason, discounts)
	if err != nil {
		return nil, err
	}
	account := id.Credit(0)
	for _, l := range inv.Lines {
		if x := w.orders[l.Order]; x != nil {
			account = x.Credit
		}
	}
	w.openNote(doc, account, noteRefs(inv))
	return doc, nil
}

// draftNote takes parts of an invoice into a note, and counts them there.
func (w *billing) draftNote(inv *invoice.Invoice, parts []taking, on day.Day, reason string, discounts bool) (*invoice.Invoice, error) {
	doc := &invoice.Invoice{ID: id.Invoice(w.tx.NewID()), Kind: "credit_note", TypeCode: "381", Series: invoice.SeriesCredit, Customer: inv.Customer, BillTo: inv.BillTo, Payer: inv.Payer, Order: inv.Order,
		Currency: inv.Currency, FxRate: inv.FxRate, IssuedOn: on, SuppliedFrom: inv.SuppliedFrom, SuppliedTo: inv.SuppliedTo, DueOn: on, BuyerReference: inv.BuyerReference, PONumber: inv.PONumber,
		Original: inv.ID, Reason: reason, TaxSource: inv.TaxSource, Parties: inv.Parties}
	origin := map[*invoice.Extra]*invoice.Extra{}
	for _, p := range parts {
		if x := w.takePart(doc, inv, p); x != nil {
			origin[x] = p.extra
		}
	}
	if discounts {
		w.giveBackDiscount(doc, inv)
	}
	doc.Total(w.Policy.TaxMode == "line", 0)
	w.lastTakesRest(doc, inv)
	if doc.Payable <= 0 { // nothing was marked as credited yet
		return nil, invoice.ErrCredit.Because("this credit of invoice %s comes to %s %s: nothing would be given back", inv.Number, money.Format(doc.Payable, doc.Currency), doc.Currency)
	}
	w.convert(doc)
	w.mark(doc, inv, origin)
	return doc, nil
}

// openNote makes the item of a note, and its exposure and event.
func (w *billing) openNote(doc *invoice.Invoice, account id.Credit, refs []event.Ref) {
	fc := money.Convert(doc.Payable, doc.Currency, w.Currency, dec.Must(doc.FxRate))
	w.items[doc.ID] = []*receivable.Item{{ID: id.Item(w.tx.NewID()), Customer: doc.Payer, Credit: account, Kind: "credit_note", DocType: "invoice", Doc: int64(doc.ID), PartNo: 1, Currency: doc.Currency, Sign: -1,
		Original: doc.Payable, Open: doc.Payable, OriginalFC: fc, OpenFC: fc, DatedOn: doc.IssuedOn, DueOn: doc.IssuedOn}}
	w.exposure = append(w.exposure, credit.Move{Account: account, DocType: "invoice", Doc: int64(doc.ID), Credit: fc, Cause: "credit"})
	w.events = append(w.events, event.Event{Type: "credit_note.posted", Subject: event.About("invoice", int64(doc.ID)), Reason: doc.Reason, Refs: refs, Body: &papers{doc: doc}})
}

func noteRefs(inv *invoice.Invoice) []event.Ref {
	refs := []event.Ref{{Type: "invoice", ID: int64(inv.ID), Qualifier: "corrects"}}
	for _, l := range inv.Lines {
		refs = append(refs, event.Ref{Type: "order", ID: int64(l.Order), Qualifier: "bills"})
	}
	return refs
}

// mark counts what a note credits on the invoice's lines and extras, also on
// the locked copy, for a second note of the batch.
func (w *billing) mark(doc, inv *invoice.Invoice, origin map[*invoice.Extra]*invoice.Extra) {
	for _, l := range doc.Lines {
		c := w.credited[int64(l.Original)]
		w.credited[int64(l.Original)] = invoice.Credited{ID: int64(l.Original), Qty: c.Qty + l.Qty, Net: c.Net + l.Net, Tax: c.Tax + l.Tax}
		if o := lineOf(inv, l.Original); o != nil {
			o.CreditedQty, o.CreditedNet, o.CreditedTax = o.CreditedQty+l.Qty, o.CreditedNet+l.Net, o.CreditedTax+l.Tax
		}
	}
	for _, x := range doc.Extras {
		if o := origin[x]; o != nil {
			c := w.extras[o.ID]
			w.extras[o.ID] = invoice.Credited{ID: o.ID, Net: c.Net + x.Amount, Tax: c.Tax + x.Tax}
			o.CreditedNet, o.CreditedTax = o.CreditedNet+x.Amount, o.CreditedTax+x.Tax
		}
	}
}

// takePart puts one part on a note; it gives the extra that it made, if any.
func (w *billing) takePart(doc, inv *invoice.Invoice, p taking) *invoice.Extra {
	if p.extra != nil {
		if p.net == 0 {
			return nil
		}
		x := *p.extra
		x.ID, x.No, x.Amount, x.Billable = w.tx.NewID(), int64(len(doc.Extras)+1), p.net, 0
		x.Tax = p.extra.Tax - p.extra.CreditedTax
		x.CreditedNet, x.CreditedTax = 0, 0
		doc.Extras = append(doc.Extras, &x)
		return &x
	}
	if p.net == 0 && p.qty == 0 {
		return nil
	}
	l := *p.line
	l.ID, l.No, l.Original, l.Qty, l.Net, l.Billable = id.InvoiceLine(w.tx.NewID()), int64(len(doc.Lines)+1), p.line.ID, p.qty, p.net, 0
	l.Allowance, l.CreditedQty, l.CreditedNet, l.CreditedTax = 0, 0, 0, 0
	l.Price = or(p.price, l.Price)
	if p.qty != 0 && p.qty != p.line.Qty { // printed as the share it is
		if q, ok := dec.Must(p.line.EnteredQty).Mul(dec.FromInt(p.qty)).Quo(dec.FromInt(p.line.Qty)); ok {
			l.EnteredQty = q.String()
		}
	}
	if inv.TaxSource == "given" {
		l.Tax = money.Share(p.line.Tax, p.line.CreditedNet+p.net, p.line.Net) - p.line.CreditedTax
	}
	if p.billable != nil {
		l.Billable = p.billable.ID
		p.billable.InvoiceLine = l.ID
	}
	doc.Lines = append(doc.Lines, &l)
	return nil
}

// giveBackDiscount adds, per tax code, the share of the cash discount that the
// credited part had taken.
func (w *billing) giveBackDiscount(doc, inv *invoice.Invoice) {
	taken := w.discounts[inv.ID]
	whole, before, now := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, l := range inv.Lines {
		whole[l.TaxCode] += l.Net
		before[l.TaxCode] += l.CreditedNet
	}
	for _, l := range doc.Lines {
		now[l.TaxCode] += l.Net
	}
	codes := make([]string, 0, len(taken))
	for c := range taken {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	for _, c := range codes {
		if whole[c] == 0 {
			continue
		}
		back := money.Share(taken[c], before[c]+now[c], whole[c]) - money.Share(taken[c], before[c], whole[c])
		for _, t := range inv.Taxes {
			if t.Code == c && back > 0 {
				doc.Extras = append(doc.Extras, &invoice.Extra{ID: w.tx.NewID(), No: int64(len(doc.Extras) + 1), Sign: -1, Role: "discount", Amount: back, TaxCode: c, Category: t.Category, Rate: t.Rate,
					Reason: "Cash discount taken", ReasonCode: "95"})
			}
		}
	}
}

// lastTakesRest makes Σ of all credits equal the original tax per code.
func (w *billing) lastTakesRest(doc, inv *invoice.Invoice) {
	if inv.TaxSource == "given" {
		return
	}
	for _, t := range doc.Taxes {
		net, tax := leftOf(inv, t.Code), int64(0) // what is left of the code before this note
		for _, l := range inv.Lines {
			if l.TaxCode == t.Code {
				tax += l.Tax - l.CreditedTax
			}
		}
		for _, x := range inv.Extras {
			if x.TaxCode == t.Code {
				tax += x.Sign * (x.Tax - x.CreditedTax)
			}
		}
		plain, discount := t.Base, int64(0)
		for _, x := range doc.Extras {
			if x.TaxCode == t.Code && x.Role == "discount" {
				plain += x.Amount
				discount += x.Tax
			}
		}
		if plain != net {
			continue
		}
		diff := tax - discount - t.Tax // a part of a cent from each note before
		if diff == 0 {
			continue
		}
		t.Tax += diff
		doc.Tax += diff
		doc.Gross += diff
		doc.Payable += diff
		w.shareOf(doc, t.Code, diff)
	}
}

// shareOf gives the first line of a tax code, or its first charge or allowance, a difference of tax to carry.
func (w *billing) shareOf(doc *invoice.Invoice, code string, diff int64) {
	for _, l := range doc.Lines {
		if l.TaxCode == code {
			l.Tax += diff
			return
		}
	}
	for _, x := range doc.Extras {
		if x.TaxCode == code && x.Role != "discount" {
			x.Tax += x.Sign * diff
			return
		}
	}
}

// postNote books a credit note: it lowers revenue as an allowance, and tax.
func (w *billing) postNote(doc *invoice.Invoice) {
	e := w.noteEntry(doc)
	p := &posting{books: w.books, doc: doc, entry: &e, point: doc.IssuedOn}
	for _, l := range doc.Lines {
		p.add("sales_allowance", l.TaxCode, 0, l.Net)
	}
	for _, x := range doc.Extras {
		role := "sales_allowance"
		if x.Role == "discount" {
			role = "sales_discount"
		}
		p.add(role, x.TaxCode, 0, x.Sign*x.Amount)
	}
	p.finish(w.items[doc.ID])
	w.entries = append(w.entries, e)
}

func (w *billing) noteEntry(doc *invoice.Invoice) ledger.Entry {
	return ledger.Entry{Journal: "sales", Kind: "credit-note", DocType: "invoice", Doc: int64(doc.ID), Step: "issue", PostedOn: w.calendar.Open(ledger.Receivables, doc.IssuedOn), DocumentOn: doc.IssuedOn, FxRate: doc.FxRate}
}

// takeBackPosting books a cancellation: the exact inverse of the invoice's
// entry, with the note's own item in the control account.
func (w *billing) takeBackPosting(doc, inv *invoice.Invoice) {
	e := w.noteEntry(doc)
	it := w.items[doc.ID][0]
	fc := int64(0)
	for _, old := range w.posted[int64(inv.ID)] {
		if old.Step != "issue" {
			continue
		}
		for _, l := range ledger.Inverse(old.Lines, doc.IssuedOn) {
			if l.Role == "receivable" {
				fc -= l.Amount
				continue
			}
			e.Lines = append(e.Lines, l)
		}
		e.Corrects = old.ID
	}
	w.exposure[len(w.exposure)-1].Credit = fc
	it.OriginalFC, it.OpenFC = fc, fc
	if inv.Rounding != 0 {
		doc.Rounding, doc.Payable = inv.Rounding, doc.Gross+inv.Rounding
		it.Original, it.Open = doc.Payable, doc.Payable
	}
	e.Lines = append(e.Lines, ledger.Line{Role: "receivable", Sub: int64(it.ID), Doc: -it.Original, Amount: -fc, Currency: doc.Currency, Customer: doc.Customer})
	w.entries = append(w.entries, e)
}

// rebill makes what a cancelled invoice had billed due again.
func (w *billing) rebill(inv *invoice.Invoice) {
	for _, l := range inv.Lines {
		x := w.orders[l.Order]
		if x == nil || l.Net < 0 {
			continue
		}
		ol := x.Line(l.OrderLine)
		before := exposedFC(w.books, x, ol)
		c := order.Counts{Line: ol.ID, Credited: l.Qty}
		ol.Apply(c)
		w.counts = append(w.counts, c)
		w.hit[x.ID] = true
		w.again(inv, x, ol, l.Qty, l.Net, l.Allowance, l.Tax, l.TaxCode, l.Price, l.Text, l.Shipment, exposedFC(w.books, x, ol)-before)
	}
	for _, e := range inv.Extras {
		for _, x := range w.orders {
			if ol := x.Line(e.OrderLine); ol != nil {
				c := order.Counts{Line: ol.ID, Credited: e.Amount}
				ol.Apply(c)
				w.counts = append(w.counts, c)
				w.again(inv, x, ol, e.Amount, e.Sign*e.Amount, 0, e.Sign*e.Tax, e.TaxCode, ol.Price, ol.Text, 0, 0)
			}
		}
	}
}

func (w *billing) again(inv *invoice.Invoice, x *order.Order, ol *order.Line, n, net, allowance, tax int64, code, price, text string, s id.Shipment, _ int64) {
	kind := "delivery"
	if ol.BillPolicy == "order" {
		kind = "order"
	} else if ol.Follows() {
		kind = "freight"
	}
	exposed := int64(0)
	if kind != "order" {
		exposed = toFC(w.books, net+tax, inv.Currency, inv.FxRate)
		w.exposure = append(w.exposure, credit.Move{Account: x.Credit, DocType: "order", Doc: int64(x.ID), Shipped: exposed, Cause: "rebill"})
	}
	w.fresh = append(w.fresh, &invoice.Billable{ID: id.Billable(w.tx.NewID()), Kind: kind, Source: int64(inv.ID), SourceNo: int64(len(w.fresh) + 1), Order: x.ID, Line: ol.ID, Shipment: s, Customer: x.Customer,
		BillTo: x.BillTo, Payer: x.Payer, Credit: x.Credit, Currency: inv.Currency, GroupKey: "o" + x.ID.String(), BillOn: inv.IssuedOn, SuppliedOn: inv.SuppliedTo, Sign: 1, Qty: n, Net: net, Allowance: allowance,
		TaxGiven: inv.TaxSource == "given", Tax: tax, Exposed: exposed, TaxCode: code, Price: price, Text: text})
}

// creditReturn makes the credit note for returned goods that were billed.
func (w *billing) creditReturn(g *group) error {
	inv := w.originals[g.original]
	var parts []taking
	refs := []*invoice.Billable{}
	takenQty, takenNet := map[id.InvoiceLine]int64{}, map[id.InvoiceLine]int64{} // a line may have come back in parts
	left := map[string]int64{}
	for _, l := range inv.Lines {
		left[l.TaxCode] = leftOf(inv, l.TaxCode)
	}
	for _, b := range g.parts {
		l := lineOf(inv, b.OriginalLine)
		net := max(0, min(-b.Net, l.Net-l.CreditedNet-takenNet[l.ID], left[l.TaxCode]))
		qty := min(b.Qty, l.Qty-l.CreditedQty-takenQty[l.ID])
		if qty == 0 {
			return invoice.ErrCredit.Because("line %d of invoice %s is credited in full already; the return has nothing to take back", l.No, inv.Number)
		}
		takenQty[l.ID], takenNet[l.ID], left[l.TaxCode] = takenQty[l.ID]+qty, takenNet[l.ID]+net, left[l.TaxCode]-net
		parts = append(parts, taking{line: l, qty: qty, net: net, billable: b})
		refs = append(refs, b)
	}
	doc, err := w.note(inv, parts, g.on, "Return of goods", true)
	if err != nil {
		return err
	}
	w.postNote(doc)
	for _, b := range refs {
		x := w.orders[b.Order]
		l := x.Line(b.Line)
		c := order.Counts{Line: l.ID, Credited: b.Qty}
		l.Apply(c)
		w.counts = append(w.counts, c)
		w.hit[x.ID] = true
		w.taken = append(w.taken, b)
	}
	w.docs, w.owner = append(w.docs, doc), append(w.owner, g.cmds)
	return nil
}
