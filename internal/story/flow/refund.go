package flow

import (
	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Refund asks to send money back: what is left of a receipt or a credit note.
type Refund struct {
	Item      id.Item `json:"item"`
	Amount    string  `json:"amount,omitempty" doc:"all that is left when empty"`
	Reference string  `json:"reference" minLength:"1" doc:"unique; goes into the bank order and is found again on the statement"`
	On        day.Day `json:"on,omitempty"`
	signed    bool
}

// Refunded is a refund on its way.
type Refunded struct {
	Refund      id.Refund      `json:"refund"`
	Application id.Application `json:"application"`
	Amount      string         `json:"amount"`
	Left        string         `json:"left"`
}

// refund books money on its way back: D receivable or unapplied, C cash in transit.
func (o *Office) refund(tx *db.Tx, cmds []Refund) ([]Result[Refunded], error) {
	w, err := o.settling(tx)
	if err != nil {
		return nil, err
	}
	list := make([]Apply, len(cmds))
	for i, c := range cmds {
		list[i] = Apply{Credit: c.Item}
	}
	if err := w.lock(list); err != nil {
		return nil, err
	}
	p, err := powersOf(tx, w.Currency)
	if err != nil {
		return nil, err
	}
	out, err := eachOf(cmds, func(c Refund) (Refunded, error) { return w.refundOne(c, p) })
	if err != nil {
		return nil, err
	}
	return out, w.write()
}

func (w *applying) refundOne(c Refund, p *powers) (Refunded, error) {
	it := w.items[c.Item]
	if it == nil {
		return Refunded{}, receivable.ErrUnknown.Because("there is no item %s", c.Item).At("item")
	}
	if it.Sign > 0 {
		return Refunded{}, receivable.ErrSide.Because("%s is owed to us: there is nothing to refund", it.Number).At("item")
	}
	amount := it.Open
	if c.Amount != "" {
		var err error
		if amount, err = money.Parse(c.Amount, it.Currency); err != nil {
			return Refunded{}, fault.At(err, "amount")
		}
	}
	if amount <= 0 || amount > it.Open {
		return Refunded{}, payment.ErrRefund.Because("cannot refund %s of %s: %s %s are left", money.Format(amount, it.Currency), it.Number, money.Format(it.Open, it.Currency), it.Currency).At("amount")
	}
	on := or(c.On, w.today)
	fc := money.Share(it.OpenFC, amount, it.Open)
	if !c.signed {
		if err := p.second(approval.Refund, fc, paperOf(it), c, "send "+money.Format(amount, it.Currency)+" "+string(it.Currency)+" of "+it.Number+" back"); err != nil {
			return Refunded{}, err
		}
	}
	x := &payment.Refund{ID: id.Refund(w.tx.NewID()), Item: it.ID, Customer: it.Customer, Amount: amount, Currency: it.Currency, AmountFC: fc, On: on, Reference: c.Reference}
	if err := payment.AddRefund(w.tx, x); err != nil {
		return Refunded{}, err
	}
	it.Release(amount)
	w.took(it, amount, fc)
	a := &receivable.Application{ID: id.Application(w.tx.NewID()), Kind: "refund", On: on,
		Rows: []receivable.Allocation{{Kind: "principal", CreditItem: it.ID, CreditAmount: amount, CreditFC: fc, Reason: c.Reference}}}
	line := func(role string, sub, doc, fc int64) ledger.Line {
		return ledger.Line{Role: role, Sub: sub, Doc: doc, Amount: fc, Currency: it.Currency, Customer: it.Customer}
	}
	w.apps = append(w.apps, a)
	w.exposure = append(w.exposure, itemExposure(it, a.ID, -fc))
	w.entries = append(w.entries, ledger.Entry{Journal: "cash", Kind: "refund", DocType: "application", Doc: int64(a.ID), Step: "apply", PostedOn: w.calendar.Open(ledger.Receivables, on), DocumentOn: on,
		Lines: []ledger.Line{line(it.Control(), int64(it.ID), amount, fc), line("cash_in_transit", 0, -amount, -fc)}})
	w.events = append(w.events, event.Event{Type: "receipt.refunded", Subject: event.About("refund", int64(x.ID)), Reason: c.Reference,
		Refs: []event.Ref{{Type: "item", ID: int64(it.ID), Qualifier: "debit"}, {Type: it.DocType, ID: it.Doc, Qualifier: "debit"}}, Body: map[string]string{"amount": money.Format(amount, it.Currency)}})
	return Refunded{x.ID, a.ID, money.Format(amount, it.Currency), money.Format(it.Open, it.Currency)}, nil
}

// WriteOff asks to give an item up. With relief the tax in it is taken back,
// per rate in proportion; without, the loss is gross.
type WriteOff struct {
	Item   id.Item `json:"item"`
	Amount string  `json:"amount,omitempty" doc:"all that is open when empty"`
	Relief bool    `json:"relief,omitempty" doc:"the country's test for tax relief is met"`
	Reason string  `json:"reason" minLength:"1"`
	On     day.Day `json:"on,omitempty"`
	signed bool
}

// writeOff books D bad debt (and tax with relief), C receivable.
func (o *Office) writeOff(tx *db.Tx, cmds []WriteOff) ([]Result[Applied], error) {
	w, err := o.settling(tx)
	if err != nil {
		return nil, err
	}
	list := make([]Apply, len(cmds))
	for i, c := range cmds {
		list[i] = Apply{Credit: c.Item}
	}
	if err := w.lock(list); err != nil {
		return nil, err
	}
	p, err := powersOf(tx, w.Currency)
	if err != nil {
		return nil, err
	}
	u, err := w.givenUpBefore(p, cmds)
	if err != nil {
		return nil, err
	}
	out, err := eachOf(cmds, func(c WriteOff) (Applied, error) {
		if err := u.alone(w, c); err != nil {
			return Applied{}, err
		}
		return w.writeOffOne(c)
	})
	u.write(w)
	if err != nil {
		return nil, err
	}
	return out, w.write()
}

// usage is what a person gave up of customers in the month, which many small
// write-offs must not bring above his limit of authority.
type usage struct {
	*powers
	before, now map[id.Customer]int64
}

// givenUpBefore locks the sums of the customers that a person's commands name.
func (w *applying) givenUpBefore(p *powers, cmds []WriteOff) (*usage, error) {
	u := &usage{powers: p, now: map[id.Customer]int64{}}
	if !p.person {
		return u, nil
	}
	var of []id.Customer
	for _, c := range cmds {
		if it := w.items[c.Item]; it != nil && !c.signed {
			of = append(of, it.Customer)
		}
	}
	var err error
	u.before, err = approval.Used(w.tx, approval.WriteOff, w.month(), credit.Sorted(of))
	return u, err
}

func (w *applying) month() string { return string(w.today)[:7] }

// alone counts a write-off, or refuses it where it takes a second person.
func (u *usage) alone(w *applying, c WriteOff) error {
	if !u.person || c.signed {
		return nil
	}
	it, amount, err := w.givenUp(c)
	if err != nil {
		return err
	}
	fc := money.Share(it.OpenFC, amount, it.Open)
	sum := u.before[it.Customer] + u.now[it.Customer] + fc
	err = u.second(approval.WriteOff, sum, paperOf(it), c, "give up "+money.Format(amount, it.Currency)+" "+string(it.Currency)+" of "+it.Number+", with what was given up of this customer in the month")
	if err == nil {
		u.now[it.Customer] += fc
	}
	return err
}

func (u *usage) write(w *applying) {
	approval.Use(w.tx, approval.WriteOff, w.month(), u.powers.alone(approval.WriteOff), u.now)
}

// givenUp is how much of which item a write-off takes.
func (w *applying) givenUp(c WriteOff) (*receivable.Item, int64, error) {
	it := w.items[c.Item]
	if it == nil || it.Sign < 0 {
		return nil, 0, receivable.ErrUnknown.Because("there is no item %s that is owed", c.Item).At("item")
	}
	amount := it.Open
	var err error
	if c.Amount != "" {
		if amount, err = money.Parse(c.Amount, it.Currency); err != nil {
			return nil, 0, fault.At(err, "amount")
		}
	}
	if amount <= 0 || amount > it.Open {
		return nil, 0, receivable.ErrExceeds.Because("cannot write off %s of %s: %s %s are open", money.Format(amount, it.Currency), it.Number, money.Format(it.Open, it.Currency), it.Currency).At("amount")
	}
	return it, amount, nil
}

func (w *applying) writeOffOne(c WriteOff) (Applied, error) {
	it, amount, err := w.givenUp(c)
	if err != nil {
		return Applied{}, err
	}
	parts := []discountPart{{amount: amount}}
	if c.Relief {
		if parts, err = w.splitDiscount(it, amount); err != nil {
			return Applied{}, err
		}
	}
	on := or(c.On, w.today)
	posted := w.calendar.Open(ledger.Receivables, on)
	a := &receivable.Application{ID: id.Application(w.tx.NewID()), Kind: "write_off", On: on}
	e := ledger.Entry{Journal: "allocation", Kind: "allocation", DocType: "application", Doc: int64(a.ID), Step: "apply", PostedOn: posted, DocumentOn: on}
	fc := it.Release(amount)
	w.took(it, amount, fc)
	done := int64(0)
	line := func(role, code string, sub, doc, fc int64) ledger.Line {
		return ledger.Line{Role: role, TaxCode: code, Sub: sub, Doc: doc, Amount: fc, Currency: it.Currency, Customer: it.Customer}
	}
	for _, p := range parts {
		part := money.Share(fc, done+p.amount, amount) - money.Share(fc, done, amount)
		done += p.amount
		taxFC := money.Share(part, p.tax, p.amount)
		a.Rows = append(a.Rows, receivable.Allocation{Kind: "write_off", Debit: it.ID, Amount: p.amount, AmountFC: part, TaxCode: p.code, TaxPart: p.tax, Reason: c.Reason})
		e.Lines = append(e.Lines, line("bad_debt", p.code, 0, p.amount-p.tax, part-taxFC))
		if p.tax != 0 {
			l := line("output_vat", p.code, 0, p.tax, taxFC)
			l.TaxBase, l.TaxPointOn = p.amount-p.tax, posted
			e.Lines = append(e.Lines, l)
		}
	}
	e.Lines = append(e.Lines, line("receivable", "", int64(it.ID), -amount, -fc))
	w.apps, w.entries = append(w.apps, a), append(w.entries, e)
	w.exposure = append(w.exposure, itemExposure(it, a.ID, -fc))
	w.events = append(w.events, event.Event{Type: "writeoff.posted", Subject: event.About("application", int64(a.ID)), Reason: c.Reason,
		Refs: []event.Ref{{Type: "item", ID: int64(it.ID), Qualifier: "debit"}, {Type: it.DocType, ID: it.Doc, Qualifier: "debit"}}, Body: map[string]string{"amount": money.Format(amount, it.Currency)}})
	return Applied{Application: a.ID, CreditLeft: "0", Settled: []SettledItem{{Item: it.ID, Number: it.Number, Paid: "0", Difference: money.Format(amount, it.Currency), Open: money.Format(it.Open, it.Currency)}}}, nil
}

// paperOf is the document behind an item, which people know; the item where there is none.
func paperOf(it *receivable.Item) Subject {
	if it.Doc != 0 {
		return Subject{it.DocType, it.Doc}
	}
	return Subject{"item", int64(it.ID)}
}
