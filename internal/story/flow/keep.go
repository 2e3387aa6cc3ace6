package flow

import (
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Keep says that somebody has looked at money and leaves it on account: it is
// no longer asked for what it pays. Nothing is booked; it can settle something
// at any time.
type Keep struct {
	Receipt id.Receipt `json:"receipt"`
	Reason  string     `json:"reason" minLength:"1"`
}

// Kept is money that stands on account by a decision.
type Kept struct {
	Receipt id.Receipt `json:"receipt"`
	Left    string     `json:"left"`
}

// keep writes the decision into the event journal and nothing else.
func (o *Office) keep(tx *db.Tx, cmds []Keep) ([]Result[Kept], error) {
	ids, docs := make([]id.Receipt, len(cmds)), make([]int64, len(cmds))
	for i, c := range cmds {
		ids[i], docs[i] = c.Receipt, int64(c.Receipt)
	}
	receipts, err := payment.Receipts(tx, ids)
	if err != nil {
		return nil, err
	}
	own, err := receivable.OfDocs(tx, docs)
	if err != nil {
		return nil, err
	}
	var events []event.Event
	out, err := eachOf(cmds, func(c Keep) (Kept, error) {
		r, items := receipts[c.Receipt], own[int64(c.Receipt)]
		if err := mayKeep(r, items, c); err != nil {
			return Kept{}, err
		}
		left := money.Format(items[0].Open, r.Currency)
		events = append(events, event.Event{Type: "receipt.kept", Subject: event.About("receipt", int64(r.ID)), Reason: c.Reason, Body: map[string]string{"amount": left, "currency": string(r.Currency)}})
		return Kept{r.ID, left}, nil
	})
	if err != nil {
		return nil, err
	}
	return out, event.Record(tx, events...)
}

func mayKeep(r *payment.Receipt, items []*receivable.Item, c Keep) *fault.Fault {
	switch {
	case r == nil || len(items) == 0:
		return payment.ErrUnknown.Because("there is no receipt %s", c.Receipt).At("receipt")
	case r.Customer == 0:
		return payment.ErrPayer.Because("cannot keep %s %s on account: nobody knows yet whose money it is; choose the items that it pays, or send it back", money.Format(r.Amount, r.Currency), r.Currency).At("receipt")
	case items[0].Open == 0:
		return payment.ErrSpent.Because("nothing of this receipt is left: it settled all that it could, or went back").At("receipt")
	}
	return nil
}
