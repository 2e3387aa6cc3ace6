package flow

import (
	"sort"

	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// blank makes the maps that a batch of notes fills.
func (w *billing) blank() {
	w.items, w.hit, w.rates = map[id.Invoice][]*receivable.Item{}, map[id.Order]bool{}, map[rateKey]dec.D{}
	w.credited, w.extras = map[int64]invoice.Credited{}, map[int64]invoice.Credited{}
}

// claim is what the lines of one note took of an invoice line so far.
type claim struct{ qty, net int64 }

// part says what a line of a note takes of an invoice.
func (n *noting) part(c *CreditAlone, l *CreditAloneLine, taken map[id.InvoiceLine]claim) (taking, id.Invoice, error) {
	name := l.Line
	var b *invoice.Billable
	if l.Shipped != 0 {
		if b = n.waiting(l); b == nil {
			return taking{}, 0, invoice.ErrNothing.Because("the goods of shipment line %s are not billed yet: take them back with a return, and they net with their invoice", l.Shipped).At("shipment_line")
		}
		name = b.OriginalLine
	}
	inv := n.originals[n.origin[name]]
	if inv == nil || inv.Kind != "invoice" || inv.Customer != n.buyers[c.Customer].ID {
		return taking{}, 0, invoice.ErrLine.Because("customer %s has no invoice line %s", c.Customer, name)
	}
	if inv.Decision != "issued" {
		return taking{}, 0, invoice.ErrReversed.Because("invoice %s is %s already", inv.Number, inv.Decision)
	}
	line := lineOf(inv, name)
	before := taken[name]
	q, left := line.CreditedQty+before.qty, min(line.Net-line.CreditedNet-before.net, leftOf(inv, line.TaxCode))
	net := money.Share(line.Net, min(q+l.Qty, line.Qty), line.Qty) - money.Share(line.Net, min(q, line.Qty), line.Qty)
	most := left
	if b != nil {
		net, most = -b.Net, min(left, -b.Net)
	}
	net = min(net, most)
	if l.Net != "" {
		var err error
		if net, err = money.Parse(l.Net, inv.Currency); err != nil {
			return taking{}, 0, err
		}
	}
	if q+l.Qty > line.Qty || net > most {
		return taking{}, 0, invoice.ErrCredit.Because("cannot credit %d pieces and %s %s of line %d of invoice %s: %d and %s are left", l.Qty, money.Format(net, inv.Currency), inv.Currency, line.No, inv.Number,
			line.Qty-q, money.Format(most, inv.Currency))
	}
	taken[name] = claim{before.qty + l.Qty, before.net + net}
	if b != nil {
		n.count(b)
	}
	return taking{line: line, qty: l.Qty, net: net, billable: b, price: l.Price}, inv.ID, nil
}

// waiting finds the amount that the goods of a line made due when they came back.
func (n *noting) waiting(l *CreditAloneLine) *invoice.Billable {
	list := n.back[l.Shipped]
	for k, b := range list {
		if b.Qty == l.Qty {
			n.back[l.Shipped] = append(list[:k:k], list[k+1:]...)
			return b
		}
	}
	return nil
}

// count raises what was credited of an order line.
func (n *noting) count(b *invoice.Billable) {
	x := n.orders[b.Order]
	ol := x.Line(b.Line)
	c := order.Counts{Line: ol.ID, Credited: b.Qty}
	ol.Apply(c)
	n.counts = append(n.counts, c)
	n.hit[x.ID] = true
	n.taken = append(n.taken, b)
}

// standing adds a line that no invoice is known for.
func (n *noting) standing(doc *invoice.Invoice, c *CreditAlone, l *CreditAloneLine, on day.Day) error {
	p, buyer := n.articles[l.SKU], n.buyers[c.Customer]
	code := l.TaxCode
	if code == "" {
		site, _ := n.site(c)
		from := n.Country
		if len(n.houses) > 0 {
			from = n.houses[0].Country
		}
		var err error
		if code, err = n.tax.Find(from, site.Place(), buyer.TaxStatus, p.TaxClass); err != nil {
			return err
		}
	}
	rate, err := n.tax.On(code, on)
	if err != nil {
		return err
	}
	net, err := money.Parse(l.Net, doc.Currency)
	doc.Lines = append(doc.Lines, &invoice.Line{ID: id.InvoiceLine(n.tx.NewID()), Product: p.ID, Qty: l.Qty, Unit: p.Unit, EnteredQty: qty.Format(l.Qty, int(p.Scale)), Price: or(l.Price, "0"), Net: net,
		TaxCode: code, Category: rate.Category, Rate: rate.Percent, Text: p.Name})
	return err
}

// join makes one paper of the parts of a note. What is common to all of them
// it says itself: the invoice it corrects, the order, the purchase order.
func (n *noting) join(c *CreditAlone, subs []*invoice.Invoice, on day.Day) (*invoice.Invoice, error) {
	buyer := n.buyers[c.Customer]
	site, _ := n.site(c)
	first := subs[0]
	doc := &invoice.Invoice{ID: id.Invoice(n.tx.NewID()), Kind: "credit_note", TypeCode: "381", Series: invoice.SeriesCredit, Customer: buyer.ID, BillTo: site.ID, Payer: buyer.PayerID(), Order: first.Order,
		Currency: first.Currency, FxRate: first.FxRate, IssuedOn: on, SuppliedFrom: first.SuppliedFrom, SuppliedTo: first.SuppliedTo, DueOn: on, BuyerReference: c.Reference, PONumber: first.PONumber,
		Original: first.Original, Reason: c.Reason, TaxSource: first.TaxSource}
	taxes := map[string]*invoice.Tax{}
	var refs []event.Ref
	for _, s := range subs {
		if s.Original != 0 && (s.BillTo != doc.BillTo || s.Payer != doc.Payer) || s.Currency != doc.Currency || s.FxRate != doc.FxRate || s.TaxSource != doc.TaxSource {
			return nil, invoice.ErrMixed.Because("the lines of one credit note must belong to invoices with the same payer, address, currency, rate and kind of tax")
		}
		if s.Original != doc.Original {
			doc.Original = 0
		}
		if s.Order != doc.Order {
			doc.Order = 0
		}
		if s.PONumber != doc.PONumber {
			doc.PONumber = ""
		}
		doc.SuppliedFrom, doc.SuppliedTo = min(doc.SuppliedFrom, s.SuppliedFrom), max(doc.SuppliedTo, s.SuppliedTo)
		add(doc, s, taxes)
		if s.Original != 0 {
			refs = append(refs, noteRefs(n.originals[s.Original])...)
		}
	}
	sort.Slice(doc.Taxes, func(i, j int) bool { return doc.Taxes[i].Code < doc.Taxes[j].Code })
	if doc.Payable <= 0 {
		return nil, invoice.ErrCredit.Because("this credit comes to %s %s: nothing would be given back", money.Format(doc.Payable, doc.Currency), doc.Currency)
	}
	n.convert(doc)
	n.customers, n.sites = map[id.Customer]*customer.Customer{buyer.ID: buyer}, map[id.Site]customer.Site{site.ID: site}
	doc.Parties = n.parties(&order.Order{Customer: buyer.ID, BillTo: site.ID, ShipTo: site.ID})
	n.openNote(doc, buyer.Credit, refs)
	return doc, nil
}

// add puts lines and sums of one part on the paper.
func add(doc, s *invoice.Invoice, taxes map[string]*invoice.Tax) {
	for _, l := range s.Lines {
		l.No = int64(len(doc.Lines) + 1)
		doc.Lines = append(doc.Lines, l)
	}
	for _, x := range s.Extras {
		x.No = int64(len(doc.Extras) + 1)
		doc.Extras = append(doc.Extras, x)
	}
	for _, t := range s.Taxes {
		sum := taxes[t.Code]
		if sum == nil {
			sum = &invoice.Tax{Code: t.Code, Category: t.Category, Rate: t.Rate}
			taxes[t.Code] = sum
			doc.Taxes = append(doc.Taxes, sum)
		}
		sum.Base, sum.Tax = sum.Base+t.Base, sum.Tax+t.Tax
	}
	doc.LineAmt, doc.AllowanceAmt, doc.ChargeAmt = doc.LineAmt+s.LineAmt, doc.AllowanceAmt+s.AllowanceAmt, doc.ChargeAmt+s.ChargeAmt
	doc.Net, doc.Tax, doc.Gross, doc.Payable = doc.Net+s.Net, doc.Tax+s.Tax, doc.Gross+s.Gross, doc.Payable+s.Payable
}
