package flow

import (
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
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
	w.reversed = append(w.reversed, a.ID)
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
