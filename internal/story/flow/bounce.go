package flow

import (
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

// Bounce records that the bank took a receipt's money back (returned direct
// debit, cheque without cover).
type Bounce struct {
	Receipt  id.Receipt  `json:"receipt"`
	BankLine id.BankLine `json:"bank_line,omitempty" doc:"the debit on the statement, when it is imported already"`
	Fee      string      `json:"fee,omitempty" doc:"the bank's charge for it"`
	On       day.Day     `json:"on,omitempty"`
	Reason   string      `json:"reason" minLength:"1"`
}

// Bounced says what a bounce took back.
type Bounced struct {
	Receipt  id.Receipt       `json:"receipt"`
	Reversed []id.Application `json:"reversed,omitempty"`
	Reopened []SettledItem    `json:"reopened,omitempty"`
}

// bounce un-applies what the receipt had settled and books the money out: D
// unapplied and bank charges, C bank. Items are open again with their first due date.
func (o *Office) bounce(tx *db.Tx, cmds []Bounce) ([]Result[Bounced], error) {
	// Rare, and each touches items of its own: one after the other.
	return eachOf(cmds, func(c Bounce) (Bounced, error) { return o.bounceOne(tx, c) })
}

func (o *Office) bounceOne(tx *db.Tx, c Bounce) (Bounced, error) {
	b, err := o.read(tx)
	if err != nil {
		return Bounced{}, err
	}
	receipts, err := payment.Receipts(tx, []id.Receipt{c.Receipt})
	if err != nil {
		return Bounced{}, err
	}
	r := receipts[c.Receipt]
	if r == nil {
		return Bounced{}, payment.ErrUnknown.Because("there is no receipt %s", c.Receipt).At("receipt")
	}
	if r.Bounced {
		return Bounced{}, payment.ErrBounced.Because("this receipt has bounced already")
	}
	fee := int64(0)
	if c.Fee != "" {
		if fee, err = money.Parse(c.Fee, r.Currency); err != nil {
			return Bounced{}, fault.At(err, "fee")
		}
	}
	own, err := receivable.OfDocs(tx, []int64{int64(r.ID)})
	if err != nil {
		return Bounced{}, err
	}
	it := own[int64(r.ID)][0]
	apps, err := receivable.Touching(tx, []id.Item{it.ID})
	if err != nil {
		return Bounced{}, err
	}
	w := &applying{books: b, tx: tx, today: b.Day(tx.Now()), settle: map[id.Item][2]int64{}}
	old, err := w.lockApplications(apps)
	if err != nil {
		return Bounced{}, err
	}
	if w.items[it.ID] == nil {
		if w.items, err = receivable.Lock(tx, []id.Item{it.ID}); err != nil {
			return Bounced{}, err
		}
	}
	it = w.items[it.ID]
	for _, x := range old.apps {
		if err := mayUnapply(x, x.ID); err != nil {
			return Bounced{}, payment.ErrBounced.Because("part of this receipt was refunded, that money has left: %s of %s %s can still be applied; settle the rest with the customer",
				money.Format(it.Open, it.Currency), money.Format(it.Original, it.Currency), it.Currency)
		}
	}
	v := Bounced{Receipt: r.ID}
	on := or(c.On, w.today)
	for _, a := range apps {
		x := w.reverse(old.apps[a], old.entries[int64(a)], on, c.Reason)
		v.Reversed = append(v.Reversed, a)
		v.Reopened = append(v.Reopened, x.Settled...)
	}
	if err := w.moneyBack(r, it, c, fee, on); err != nil {
		return Bounced{}, err
	}
	payment.Bounce(tx, r)
	return v, w.write()
}

// moneyBack settles the receipt's own item with the bank.
func (w *applying) moneyBack(r *payment.Receipt, it *receivable.Item, c Bounce, fee int64, on day.Day) error {
	a := &receivable.Application{ID: id.Application(w.tx.NewID()), Kind: "bounce", On: on}
	doc := it.Open
	fc := it.Release(doc)
	w.took(it, doc, fc)
	a.Rows = []receivable.Allocation{{Kind: "principal", CreditItem: it.ID, CreditAmount: doc, CreditFC: fc, Reason: c.Reason}}
	line := func(role string, sub, doc, fc int64) ledger.Line {
		return ledger.Line{Role: role, Sub: sub, Doc: doc, Amount: fc, Currency: r.Currency, Customer: r.Customer}
	}
	feeFC := money.Share(fc, fee, doc)
	w.apps = append(w.apps, a)
	w.entries = append(w.entries, ledger.Entry{Journal: "cash", Kind: "bounce", DocType: "application", Doc: int64(a.ID), Step: "apply", PostedOn: w.calendar.Open(ledger.Receivables, on), DocumentOn: on,
		Lines: []ledger.Line{line("unapplied", int64(it.ID), doc, fc), line("bank_charges", 0, fee, feeFC), line("bank", 0, -doc-fee, -fc-feeFC)}})
	w.events = append(w.events, event.Event{Type: "receipt.bounced", Subject: event.About("receipt", int64(r.ID)), Reason: c.Reason, Refs: []event.Ref{{Type: "bank_line", ID: int64(c.BankLine), Qualifier: "from"}},
		Body: map[string]string{"amount": money.Format(doc, r.Currency), "fee": money.Format(fee, r.Currency)}})
	if c.BankLine == 0 {
		return nil
	}
	lines, err := payment.Lines(w.tx, []id.BankLine{c.BankLine})
	if err != nil {
		return err
	}
	l := lines[c.BankLine]
	if l == nil {
		return payment.ErrLine.Because("there is no bank line %s", c.BankLine).At("bank_line")
	}
	if l.Amount != -doc-fee {
		return payment.ErrLine.Because("the bank line shows %s; the receipt and its fee are %s", money.Format(l.Amount, l.Currency), money.Format(-doc-fee, l.Currency)).At("bank_line")
	}
	payment.MoveLines(w.tx, []*payment.Line{l}, "matched")
	return nil
}
