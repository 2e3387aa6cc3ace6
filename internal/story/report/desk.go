package report

import (
	"cmp"
	"slices"

	"kontor/internal/rooms/workplace"
	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// DeskRow is a document that waits for a person for one kind of reason.
type DeskRow struct {
	QueueRow
	Value    Amount // net of the order; empty for what is none
	DaysLate int    // of the order's earliest missed promise
	Again    int    // further open reasons of the same kind
	Assigned int64  // user; 0 = nobody's
	Assignee string

	weight int64
}

// deskMost is how many open reasons the desk sorts; a house with more has other worries.
const deskMost = 20_000

// Desk lists all that waits for a person, what costs most to leave alone first:
// the hours it has waited, and a day for each day that the order is late, times
// its value in the company's currency.
func Desk(q db.Querier) ([]DeskRow, error) {
	rows, err := queueHolds(q, 0, deskMost)
	if err != nil {
		return nil, err
	}
	arrived, err := queueIntakes(q, 0, deskMost)
	if err != nil {
		return nil, err
	}
	short, err := queueShort(q, 0, deskMost)
	if err != nil {
		return nil, err
	}
	if rows, err = describe(q, slices.Concat(rows, arrived, short)); err != nil {
		return nil, err
	}
	var out []DeskRow
	at := map[[2]string]int{}
	for _, r := range rows {
		k := [2]string{r.Document.ID, r.Kind}
		if i, again := at[k]; again {
			out[i].Again++
			continue
		}
		at[k] = len(out)
		out = append(out, DeskRow{QueueRow: r})
	}
	if err := weigh(q, out); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b DeskRow) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.key, b.key))
	})
	return out, nil
}

// weigh finds out the value, lateness and person of each row, and how much it weighs.
func weigh(q db.Querier, rows []DeskRow) error {
	late, err := LateOrders(q, deskMost)
	if err != nil {
		return err
	}
	days := map[id.Order]int{}
	for _, o := range late {
		days[o.Order] = o.Days
	}
	var orders ids[int64]
	for _, r := range rows {
		orders.add(r.subject)
	}
	slices.Sort(orders.list)
	worth := map[int64]Amount{}
	units := map[int64]int64{} // whole units of the company's currency: a weight, no sum that is booked
	err = q.Each(`WITH {a: id BIGINT} SELECT o.id, o.currency, o.net_amt, o.fx_rate FROM a JOIN sales_order o ON o.id=a.id`, db.Ints(orders.list), nil, func(r *db.Rows) error {
		var o, net int64
		var rate string
		var a Amount
		if err := r.Scan(&o, &a.Currency, &net, &rate); err != nil {
			return err
		}
		a.Amount = money.Format(net, a.Currency)
		worth[o] = a
		x, err := dec.Parse(rate)
		if err != nil {
			return err
		}
		units[o], _ = dec.Must(a.Amount).Mul(x).Round(0)
		return nil
	})
	if err != nil {
		return err
	}
	whose, err := workplace.Assignees(q, orders.list)
	if err != nil {
		return err
	}
	var who ids[int64]
	for _, u := range whose {
		who.add(u)
	}
	slices.Sort(who.list)
	names, err := actors(q, who.list)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		r.Value, r.DaysLate, r.Assigned = worth[r.subject], days[id.Order(r.subject)], whose[r.subject]
		if r.Assigned != 0 {
			r.Assignee = names[r.Assigned]
		}
		r.weight = (r.AgeHours + 1 + 24*int64(r.DaysLate)) * max(1, units[r.subject])
	}
	return nil
}
