package flow

import (
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/money"
)

// posting books one invoice or credit note. side is 1 for an invoice, −1 for a
// credit note: documents carry positive amounts, the side comes from the kind.
//
// In company currency the gross is converted once and the tax once per code;
// the revenue lines share the rest, so that conversion leaves no cent over.
type posting struct {
	*books
	doc   *invoice.Invoice
	entry *ledger.Entry
	point day.Day // tax point
	lines []ledger.Line
	ahead map[string]waiting
}

// waiting is tax of one code that waits for the supply.
type waiting struct{ tax, fc, base int64 }

func (p *posting) add(role, code string, sub, doc int64) {
	if doc == 0 {
		return
	}
	p.lines = append(p.lines, ledger.Line{Role: role, TaxCode: code, Sub: sub, Doc: doc, Currency: p.doc.Currency, Customer: p.doc.Customer})
}

// revenueRole is where a line's revenue is booked.
func revenueRole(l *order.Line) string {
	if l.Role == order.Freight {
		return "revenue_freight"
	}
	return "revenue"
}

// part books the revenue side of one billable of an invoice. Of a line billed
// ahead, what is not delivered yet is a contract liability, and its tax waits
// for the supply where the law says so. What is performed with its invoice, as
// all of an order without goods is, waits for nothing.
func (p *posting) part(b *invoice.Billable, l *order.Line, tax, from int64, performed bool) {
	switch {
	case b.Sign < 0:
		p.add("sales_allowance", b.TaxCode, 0, -b.Net)
	case b.Kind == "order" && !performed && !(l.Follows() && l.Product != 0):
		now := l.NetBetween(min(from, l.Shipped), min(from+b.Qty, l.Shipped))
		p.add(revenueRole(l), b.TaxCode, 0, -now)
		p.add("contract_liability", b.TaxCode, int64(l.ID), -(b.Net - now))
		if p.Policy.VATChargeableOn == "supply" {
			if p.ahead == nil {
				p.ahead = map[string]waiting{}
			}
			delivered := max(0, min(l.Shipped-from, b.Qty))
			wait := tax - money.Share(tax, delivered, b.Qty)
			x := p.ahead[b.TaxCode]
			p.ahead[b.TaxCode] = waiting{x.tax + wait, x.fc + waitFC(p.books, tax, delivered, b.Qty, p.doc.Currency, p.doc.FxRate), x.base + b.Net - now}
		}
	default:
		p.add(revenueRole(l), b.TaxCode, 0, -b.Net)
	}
}

// waitFC is the tax of a line billed ahead that still waits when done of qty is
// delivered, in company currency at the invoice's rate: converted once, then shared.
func waitFC(b *books, tax, done, qty int64, cur money.Currency, rate string) int64 {
	fc := toFC(b, tax, cur, rate)
	return fc - money.Share(fc, done, qty)
}

// finish adds receivable, tax and rounding and brings all to company currency.
func (p *posting) finish(items []*receivable.Item) {
	d := p.doc
	rate := dec.Must(d.FxRate)
	var fixed []ledger.Line
	gross := int64(0)
	for _, it := range items {
		fixed = append(fixed, ledger.Line{Role: "receivable", Sub: int64(it.ID), Doc: it.Sign * it.Original, Amount: it.Sign * it.OriginalFC, Currency: d.Currency, Customer: d.Customer})
		gross += it.Sign * it.OriginalFC
	}
	side := int64(1)
	if d.Kind == "credit_note" {
		side = -1
	}
	for _, t := range d.Taxes {
		wait, waitFC, base := p.ahead[t.Code].tax, p.ahead[t.Code].fc, p.ahead[t.Code].base
		if wait != 0 || base != 0 {
			fixed = append(fixed, ledger.Line{Role: "vat_not_due", TaxCode: t.Code, Doc: -wait, Amount: -waitFC, TaxBase: -base, TaxPointOn: p.point, Currency: d.Currency, Customer: d.Customer})
		}
		if t.Base != base || t.Tax != wait {
			fixed = append(fixed, ledger.Line{Role: "output_vat", TaxCode: t.Code, Doc: -side * (t.Tax - wait), Amount: -side * (t.TaxAcc - waitFC), TaxBase: -side * (t.Base - base), TaxPointOn: p.point,
				Currency: d.Currency, Customer: d.Customer})
		}
	}
	if d.Rounding != 0 {
		fixed = append(fixed, ledger.Line{Role: "rounding", Doc: -side * d.Rounding, Amount: -side * money.Convert(d.Rounding, d.Currency, p.Currency, rate), Currency: d.Currency, Customer: d.Customer})
	}
	rest := int64(0)
	for _, l := range fixed {
		rest -= l.Amount
	}
	p.entry.Lines = append(fixed, p.share(rest, rate)...)
}

// share converts the revenue lines; what rounding leaves goes to the largest.
func (p *posting) share(rest int64, rate dec.D) []ledger.Line {
	lines := ledger.Compact(p.lines)
	largest := -1
	for i := range lines {
		l := &lines[i]
		l.Amount = money.Convert(l.Doc, l.Currency, p.Currency, rate)
		rest -= l.Amount
		if largest < 0 || abs(l.Doc) > abs(lines[largest].Doc) {
			largest = i
		}
	}
	if largest >= 0 {
		lines[largest].Amount += rest
	}
	return lines
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}
