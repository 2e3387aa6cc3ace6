package flow

import (
	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Credit asks for a credit note against an invoice: the whole (full), the
// whole as a mistake (cancel), or lines by quantity, net or gross amount.
type Credit struct {
	Invoice id.Invoice   `json:"invoice"`
	On      day.Day      `json:"on,omitempty" doc:"issue date; today when empty"`
	Reason  string       `json:"reason" minLength:"1" doc:"printed on the note"`
	Full    bool         `json:"full,omitempty" doc:"all that is not credited yet"`
	Cancel  bool         `json:"cancel,omitempty" doc:"the invoice was wrong: its revenue is taken back in full"`
	Rebill  bool         `json:"rebill,omitempty" doc:"with cancel: what it billed becomes due again"`
	Lines   []CreditLine `json:"lines,omitempty"`
	signed  bool
}

// CreditLine names what of an invoice line is credited: exactly one of the three.
type CreditLine struct {
	Line  id.InvoiceLine `json:"line"`
	Qty   int64          `json:"qty,omitempty" minimum:"0" doc:"base steps; the price follows"`
	Net   string         `json:"net,omitempty" doc:"amount without tax"`
	Gross string         `json:"gross,omitempty" doc:"amount with tax"`
}

// taking is what a credit note takes back of one invoice line or extra.
type taking struct {
	line     *invoice.Line
	extra    *invoice.Extra
	qty, net int64
	billable *invoice.Billable
	price    string // printed instead of the line's
}

func (o *Office) credit(tx *db.Tx, cmds []Credit) ([]Result[Billed], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &billing{books: b, tx: tx, today: b.Day(tx.Now()), items: map[id.Invoice][]*receivable.Item{}, hit: map[id.Order]bool{}, credited: map[int64]invoice.Credited{}, extras: map[int64]invoice.Credited{}}
	ids := make([]id.Invoice, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Invoice
	}
	if err := w.lockPapers(ids); err != nil {
		return nil, err
	}
	p, err := powersOf(tx, b.Currency)
	if err != nil {
		return nil, err
	}
	var cancelled []int64
	for _, c := range cmds {
		if inv := w.originals[c.Invoice]; inv != nil && c.Cancel {
			cancelled = append(cancelled, int64(inv.ID))
		}
	}
	if w.posted, err = ledger.Of(tx, cancelled); err != nil {
		return nil, err
	}
	out := make([]Result[Billed], len(cmds))
	seen := once[id.Invoice]{}
	for i, c := range cmds {
		inv := w.originals[c.Invoice]
		err := mayCredit(inv, c)
		if err == nil && seen.again(c.Invoice) {
			err = twice("invoice " + inv.Number)
		}
		if err == nil {
			err = w.creditOne(inv, c, i, p)
		}
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i].Fault = err
		}
	}
	if err := w.number(); err != nil {
		return nil, err
	}
	for k, doc := range w.docs {
		i := w.owner[k][0]
		out[i].Value.Invoices = append(out[i].Value.Invoices, issuedView(doc, w.items[doc.ID]))
	}
	return out, w.write()
}

// lockPapers locks the orders behind invoices, the invoices with their items, and the credit accounts.
func (w *billing) lockPapers(ids []id.Invoice) error {
	papers, err := invoice.Read(w.tx, credit.Sorted(ids))
	if err != nil {
		return err
	}
	var orders []id.Order
	for _, p := range papers {
		for _, l := range p.Lines {
			orders = append(orders, l.Order)
		}
	}
	if w.orders, err = order.Lock(w.tx, credit.Sorted(orders)); err != nil {
		return err
	}
	if err := w.lockOriginals(ids); err != nil {
		return err
	}
	if w.calendar, err = ledger.LoadCalendar(w.tx); err != nil {
		return err
	}
	var accounts []id.Credit
	for _, x := range w.orders {
		accounts = append(accounts, x.Credit)
	}
	credit.Hold(w.tx, accounts)
	return nil
}

func mayCredit(inv *invoice.Invoice, c Credit) error {
	switch {
	case inv == nil:
		return invoice.ErrUnknown.Because("there is no invoice %s", c.Invoice)
	case inv.Kind != "invoice":
		return invoice.ErrReversed.Because("%s is a credit note; only an invoice can be credited", inv.Number)
	case inv.Decision != "issued":
		return invoice.ErrReversed.Because("invoice %s is %s already", inv.Number, inv.Decision)
	case c.Full == false && c.Cancel == false && len(c.Lines) == 0:
		return invoice.ErrMixed.Because("say what to credit: full, cancel, or lines").At("lines")
	case (c.Full || c.Cancel) && len(c.Lines) > 0 || c.Full && c.Cancel:
		return invoice.ErrMixed.Because("full, cancel and lines exclude each other").At("lines")
	case c.Rebill && !c.Cancel:
		return invoice.ErrMixed.Because("rebill goes with cancel only").At("rebill")
	}
	return nil
}

func (w *billing) creditOne(inv *invoice.Invoice, c Credit, cmd int, p *powers) error {
	var parts []taking
	var err error
	if c.Full || c.Cancel {
		parts, err = w.all(inv, c.Cancel)
	} else {
		parts, err = named(inv, c.Lines)
	}
	if err != nil {
		return err
	}
	if c.Rebill && hasReturns(inv) {
		return invoice.ErrMixed.Because("invoice %s nets a return: cancel it without rebill and bill the rest anew", inv.Number).At("rebill")
	}
	if c.Cancel && w.earned(inv) {
		return invoice.ErrMixed.Because("goods of invoice %s, which was billed ahead, are delivered: its revenue is earned; credit it with full instead of cancel", inv.Number).At("cancel")
	}
	if !c.signed {
		net := w.takenBack(inv, parts)
		if err := p.second(approval.CreditNote, net, Subject{"invoice", int64(inv.ID)}, c, "take "+money.Format(net, w.Currency)+" "+string(w.Currency)+" without tax back from invoice "+inv.Number); err != nil {
			return err
		}
	}
	doc, err := w.note(inv, parts, or(c.On, w.today), c.Reason, !c.Cancel)
	if err != nil {
		return err
	}
	if c.Cancel {
		w.takeBackPosting(doc, inv)
		invoice.Reverse(w.tx, inv)
		if c.Rebill {
			w.rebill(inv)
		}
	} else {
		w.postNote(doc)
	}
	w.docs, w.owner = append(w.docs, doc), append(w.owner, []int{cmd})
	return nil
}

// takenBack is the net of all that is credited of an invoice, these parts
// included, in the company's currency: two small notes come to a large one.
func (w *billing) takenBack(inv *invoice.Invoice, parts []taking) int64 {
	net := int64(0)
	for _, l := range inv.Lines {
		net += l.CreditedNet
	}
	for _, x := range inv.Extras {
		net += x.Sign * x.CreditedNet
	}
	for _, t := range parts {
		if t.extra != nil {
			net += t.extra.Sign * t.net
		} else {
			net += t.net
		}
	}
	return toFC(w.books, max(net, -net), inv.Currency, inv.FxRate)
}

// earned tells that something an invoice billed ahead was delivered since.
func (w *billing) earned(inv *invoice.Invoice) bool {
	for _, l := range inv.Lines {
		if x := w.orders[l.Order]; x != nil {
			if ol := x.Line(l.OrderLine); ol != nil && ol.BillPolicy == "order" && ol.Goods() && ol.Shipped > 0 {
				return true
			}
		}
	}
	return false
}

func hasReturns(inv *invoice.Invoice) bool {
	for _, l := range inv.Lines {
		if l.Net < 0 {
			return true
		}
	}
	return false
}

// all takes what is left of every line, charge and allowance.
func (w *billing) all(inv *invoice.Invoice, whole bool) ([]taking, error) {
	var parts []taking
	for _, l := range inv.Lines {
		if whole && l.CreditedNet != 0 {
			return nil, invoice.ErrCredit.Because("invoice %s is credited in part already; credit the rest with full instead of cancel", inv.Number)
		}
		parts = append(parts, taking{line: l, qty: l.Qty - l.CreditedQty, net: l.Net - l.CreditedNet})
	}
	for _, x := range inv.Extras {
		parts = append(parts, taking{extra: x, net: x.Amount - x.CreditedNet})
	}
	left := int64(0)
	for _, p := range parts {
		left += abs(p.net)
	}
	if left == 0 {
		return nil, invoice.ErrCredit.Because("invoice %s is credited in full already", inv.Number)
	}
	return parts, nil
}

// named reads the lines of a command; each names one of quantity, net, gross.
func named(inv *invoice.Invoice, lines []CreditLine) ([]taking, error) {
	var parts []taking
	seen := once[id.InvoiceLine]{}
	taken := map[string]int64{} // net per tax code
	for i, c := range lines {
		l := lineOf(inv, c.Line)
		if l == nil {
			return nil, fault.At(invoice.ErrLine.Because("invoice %s has no line %s", inv.Number, c.Line), "lines[%d].line", i)
		}
		if seen.again(c.Line) {
			return nil, fault.At(twice("line "+c.Line.String()), "lines[%d].line", i)
		}
		p, err := amountOf(inv, l, c)
		if err != nil {
			return nil, fault.At(err, "lines[%d]", i)
		}
		if p.net > l.Net-l.CreditedNet || p.qty > l.Qty-l.CreditedQty {
			return nil, fault.At(invoice.ErrCredit.Because("cannot credit %s of line %d: %s of %s %s are left", money.Format(p.net, inv.Currency), l.No, money.Format(l.Net-l.CreditedNet, inv.Currency),
				money.Format(l.Net, inv.Currency), inv.Currency), "lines[%d]", i)
		}
		if taken[l.TaxCode] += p.net; taken[l.TaxCode] > leftOf(inv, l.TaxCode) {
			return nil, fault.At(invoice.ErrCredit.Because("cannot credit %s of invoice %s: with its allowances, returns and earlier credits only %s %s are left at tax code %s", money.Format(taken[l.TaxCode], inv.Currency),
				inv.Number, money.Format(leftOf(inv, l.TaxCode), inv.Currency), inv.Currency, l.TaxCode), "lines[%d]", i)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// leftOf is the net of a tax code that no credit note has taken back yet; lines
// may be negative, for goods that came back before the invoice.
func leftOf(inv *invoice.Invoice, code string) (net int64) {
	for _, l := range inv.Lines {
		if l.TaxCode == code {
			net += l.Net - l.CreditedNet
		}
	}
	for _, x := range inv.Extras {
		if x.TaxCode == code {
			net += x.Sign * (x.Amount - x.CreditedNet)
		}
	}
	return net
}

func lineOf(inv *invoice.Invoice, l id.InvoiceLine) *invoice.Line {
	for _, x := range inv.Lines {
		if x.ID == l {
			return x
		}
	}
	return nil
}

func amountOf(inv *invoice.Invoice, l *invoice.Line, c CreditLine) (taking, error) {
	given := 0
	for _, set := range []bool{c.Qty > 0, c.Net != "", c.Gross != ""} {
		if set {
			given++
		}
	}
	if given != 1 {
		return taking{}, invoice.ErrMixed.Because("give exactly one of qty, net and gross for line %d", l.No)
	}
	p := taking{line: l, qty: c.Qty}
	var err error
	switch {
	case c.Qty > 0:
		if c.Qty > l.Qty-l.CreditedQty {
			return p, invoice.ErrCredit.Because("cannot credit %d of line %d: %d are left", c.Qty, l.No, l.Qty-l.CreditedQty)
		}
		p.net = money.Share(l.Net, l.CreditedQty+c.Qty, l.Qty) - money.Share(l.Net, l.CreditedQty, l.Qty)
		p.net = min(p.net, l.Net-l.CreditedNet)
	case c.Net != "":
		p.net, err = money.Parse(c.Net, inv.Currency)
	default:
		var gross int64
		if gross, err = money.Parse(c.Gross, inv.Currency); err == nil {
			p.net = gross - money.InnerTax(gross, dec.Must(l.Rate))
		}
	}
	if err == nil && p.net <= 0 {
		err = invoice.ErrCredit.Because("a credit must be above zero")
	}
	return p, err
}
