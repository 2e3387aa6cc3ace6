package flow

import (
	"context"

	"kontor/internal/rooms/invoice"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// RunReport is what a billing run did.
type RunReport struct {
	Invoices int            `json:"invoices"`
	Refused  []*fault.Fault `json:"refused,omitempty"`
}

// runBatch is how many waiting amounts a billing run looks at together.
const runBatch = 2000

// BillRun bills everything due up to a day, in batches. It ends when the
// unlocked list of waiting amounts is read to its end; a second run creates
// nothing. Orders that share an invoice share a batch as far as its size goes.
func (o *Office) BillRun(ctx context.Context, who db.Actor, on day.Day, progress func(invoices int)) (RunReport, error) {
	var rep RunReport
	err := o.BillEach(ctx, who, on, func(list []BilledOrder) {
		rep.add(list)
		if progress != nil {
			progress(rep.Invoices)
		}
	})
	return rep, err
}

// BilledOrder is what a billing run did for one order, or why it did not.
type BilledOrder struct {
	Order id.Order
	Billed
	Fault error
}

// BillEach is a billing run that tells, after each of its transactions, what
// became of the orders in it. In a simulated context it is a dry run: each
// batch is billed by the same rules and rolled back.
func (o *Office) BillEach(ctx context.Context, who db.Actor, on day.Day, tell func([]BilledOrder)) error {
	done := map[id.Order]bool{}
	for place := (invoice.Place{}); ; {
		var todo []Bill
		read := 0
		err := o.DB.Read(ctx, func(r *db.Reader) error {
			orders, last, err := invoice.Due(r, on, place, runBatch)
			place, read = last, len(orders)
			for _, x := range orders {
				if !done[x] {
					done[x] = true
					todo = append(todo, Bill{Order: x, On: on, Collect: true})
				}
			}
			return err
		})
		if err != nil || read == 0 {
			return err
		}
		results, err := o.Bill.Many(ctx, who, todo)
		if err != nil {
			return err
		}
		list := make([]BilledOrder, len(results))
		for i, x := range results {
			list[i] = BilledOrder{todo[i].Order, x.Value, x.Fault}
		}
		tell(list)
	}
}

func (r *RunReport) add(list []BilledOrder) {
	docs := map[id.Invoice]bool{}
	for _, x := range list {
		if f, ok := fault.Of(x.Fault); ok {
			r.Refused = append(r.Refused, f)
		}
		for _, d := range x.Invoices {
			docs[d.Invoice] = true
		}
	}
	r.Invoices += len(docs)
}
