package flow

import (
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

func decOf(text string) dec.D { return dec.Must(text) }

// Unapply asks to take a settlement back, exactly.
type Unapply struct {
	Application id.Application `json:"application"`
	On          day.Day        `json:"on,omitempty" doc:"today when empty; a closed month gives the first open day"`
	Reason      string         `json:"reason" minLength:"1"`
}

// unapply writes every row with the opposite sign: items, discount, tax and
// exchange difference stand as before; the tax point is today.
func (o *Office) unapply(tx *db.Tx, cmds []Unapply) ([]Result[Applied], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &applying{books: b, tx: tx, today: b.Day(tx.Now()), settle: map[id.Item][2]int64{}}
	ids := make([]id.Application, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Application
	}
	old, err := w.lockApplications(ids)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Applied], len(cmds))
	for i, c := range cmds {
		a := old.apps[c.Application]
		if err := mayUnapply(a, c.Application); err != nil {
			out[i].Fault = err
			continue
		}
		out[i].Value = w.reverse(a, old.entries[int64(a.ID)], or(c.On, w.today), c.Reason)
	}
	return out, w.write()
}

func mayUnapply(a *receivable.Application, want id.Application) error {
	switch {
	case a == nil:
		return receivable.ErrApplied.Because("there is no application %s", want)
	case a.Reverses != 0:
		return receivable.ErrReversed.Because("application %s takes another one back; apply again instead", want)
	case a.Reversed:
		return receivable.ErrReversed.Because("application %s was taken back already", want)
	case a.Kind == "refund" || a.Kind == "bounce":
		return receivable.ErrReversed.Because("application %s is a %s: its money has left; record what comes in as a new receipt", want, a.Kind)
	case a.Kind == "write_off":
		return receivable.ErrReversed.Because("application %s is a write-off: when money comes after all, it is a recovery", want)
	}
	return nil
}

// settled is what settlements had written.
type settled struct {
	apps    map[id.Application]*receivable.Application
	entries map[int64][]ledger.Entry
}

// lockApplications locks the items that settlements touched and reads their rows and entries.
func (w *applying) lockApplications(ids []id.Application) (*settled, error) {
	apps, err := receivable.Applications(w.tx, ids)
	if err != nil {
		return nil, err
	}
	var cmds []Apply
	docs := make([]int64, 0, len(ids))
	for _, a := range apps {
		docs = append(docs, int64(a.ID))
		for _, r := range a.Rows {
			cmds = append(cmds, Apply{Credit: r.CreditItem, Lines: []ApplyLine{{Item: r.Debit}}})
		}
	}
	if err := w.lock(cmds); err != nil {
		return nil, err
	}
	if apps, err = receivable.Applications(w.tx, ids); err != nil { // again, under the items' lock
		return nil, err
	}
	entries, err := ledger.Of(w.tx, docs)
	return &settled{apps, entries}, err
}

// reverse takes one settlement back.
func (w *applying) reverse(a *receivable.Application, entries []ledger.Entry, on day.Day, reason string) Applied {
	posted := w.calendar.Open(ledger.Receivables, on)
	r := &receivable.Application{ID: id.Application(w.tx.NewID()), Kind: a.Kind, On: on, Reverses: a.ID}
	v := Applied{Application: r.ID}
	refs := []event.Ref{{Type: "application", ID: int64(a.ID), Qualifier: "reverses"}}
	touched := once[id.Item]{}
	for _, x := range a.Rows {
		n := x
		n.Reverses, n.Amount, n.CreditAmount, n.AmountFC, n.CreditFC, n.TaxPart, n.Reason = x.ID, -x.Amount, -x.CreditAmount, -x.AmountFC, -x.CreditFC, -x.TaxPart, reason
		r.Rows = append(r.Rows, n)
		w.back(w.items[x.Debit], r.ID, x.Amount, x.AmountFC)
		w.back(w.items[x.CreditItem], r.ID, x.CreditAmount, x.CreditFC)
		for _, it := range []*receivable.Item{w.items[x.Debit], w.items[x.CreditItem]} {
			if it != nil && !touched.again(it.ID) {
				refs = append(refs, event.Ref{Type: "item", ID: int64(it.ID), Qualifier: "reopens"}, event.Ref{Type: it.DocType, ID: it.Doc, Qualifier: "reopens"})
			}
		}
	}
	for _, x := range a.Rows {
		if it := w.items[x.Debit]; it != nil {
			v.Settled = append(v.Settled, SettledItem{Item: it.ID, Number: it.Number, Paid: money.Format(-x.Amount, it.Currency), Open: money.Format(it.Open, it.Currency)})
		}
		if it := w.items[x.CreditItem]; it != nil {
			v.CreditLeft = money.Format(it.Open, it.Currency)
		}
	}
	for _, e := range entries {
		if e.Step == "apply" {
			w.entries = append(w.entries, ledger.Entry{Journal: e.Journal, Kind: e.Kind + "-reversal", DocType: "application", Doc: int64(r.ID), Step: "apply", PostedOn: posted, DocumentOn: on, FxRate: e.FxRate,
				Reverses: e.ID, Lines: ledger.Inverse(e.Lines, posted)})
		}
	}
	receivable.MarkReversed(w.tx, a.ID)
	w.apps = append(w.apps, r)
	w.events = append(w.events, event.Event{Type: "application.reversed", Subject: event.About("application", int64(r.ID)), Refs: refs, Reason: reason})
	return v
}

// back gives an item what a settlement had taken.
func (w *applying) back(it *receivable.Item, a id.Application, doc, fc int64) {
	if it == nil || doc == 0 && fc == 0 {
		return
	}
	it.Open += doc
	it.OpenFC += fc
	w.took(it, -doc, -fc)
	w.exposure = append(w.exposure, itemExposure(it, a, fc))
}

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
	out := make([]Result[Bounced], len(cmds))
	for i, c := range cmds { // rare, and each touches items of its own: one after the other
		v, err := o.bounceOne(tx, c)
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i].Fault = err
			continue
		}
		out[i].Value = v
	}
	return out, nil
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
	v := Bounced{Receipt: r.ID}
	on := or(c.On, w.today)
	for _, a := range apps {
		x := w.reverse(old.apps[a], old.entries[int64(a)], on, c.Reason)
		v.Reversed = append(v.Reversed, a)
		v.Reopened = append(v.Reopened, x.Settled...)
	}
	if it.Open != it.Original {
		return Bounced{}, payment.ErrBounced.Because("part of this receipt was refunded: %s of %s %s are left to take back", money.Format(it.Open, it.Currency), money.Format(it.Original, it.Currency), it.Currency)
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

// Refund asks to send money back: what is left of a receipt or a credit note.
type Refund struct {
	Item      id.Item `json:"item"`
	Amount    string  `json:"amount,omitempty" doc:"all that is left when empty"`
	Reference string  `json:"reference" minLength:"1" doc:"unique; goes into the bank order and is found again on the statement"`
	On        day.Day `json:"on,omitempty"`
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
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &applying{books: b, tx: tx, today: b.Day(tx.Now()), settle: map[id.Item][2]int64{}}
	list := make([]Apply, len(cmds))
	for i, c := range cmds {
		list[i] = Apply{Credit: c.Item}
	}
	if err := w.lock(list); err != nil {
		return nil, err
	}
	out := make([]Result[Refunded], len(cmds))
	for i, c := range cmds {
		out[i].Value, err = w.refundOne(c)
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i] = Result[Refunded]{Fault: err}
		}
	}
	return out, w.write()
}

func (w *applying) refundOne(c Refund) (Refunded, error) {
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
}

// writeOff books D bad debt (and tax with relief), C receivable.
func (o *Office) writeOff(tx *db.Tx, cmds []WriteOff) ([]Result[Applied], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &applying{books: b, tx: tx, today: b.Day(tx.Now()), settle: map[id.Item][2]int64{}}
	list := make([]Apply, len(cmds))
	for i, c := range cmds {
		list[i] = Apply{Credit: c.Item}
	}
	if err := w.lock(list); err != nil {
		return nil, err
	}
	out := make([]Result[Applied], len(cmds))
	for i, c := range cmds {
		out[i].Value, err = w.writeOffOne(c)
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i] = Result[Applied]{Fault: err}
		}
	}
	return out, w.write()
}

func (w *applying) writeOffOne(c WriteOff) (Applied, error) {
	it := w.items[c.Item]
	if it == nil || it.Sign < 0 {
		return Applied{}, receivable.ErrUnknown.Because("there is no item %s that is owed", c.Item).At("item")
	}
	amount := it.Open
	var err error
	if c.Amount != "" {
		if amount, err = money.Parse(c.Amount, it.Currency); err != nil {
			return Applied{}, fault.At(err, "amount")
		}
	}
	if amount <= 0 || amount > it.Open {
		return Applied{}, receivable.ErrExceeds.Because("cannot write off %s of %s: %s %s are open", money.Format(amount, it.Currency), it.Number, money.Format(it.Open, it.Currency), it.Currency).At("amount")
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
