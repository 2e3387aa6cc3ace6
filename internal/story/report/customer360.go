package report

import (
	"slices"

	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// StandingView is how a customer does: what was sold, what is due, how fast it is paid.
type StandingView struct {
	Currency money.Currency
	Sales    string   // net of the last 12 months, company currency
	Months   []string // the same per month, the oldest first
	Overdue  string   // of open invoices, company currency
	Paid     int      // how many of the last invoices are paid: what Late is a median of
	Late     int      // days after the due day, less than 0 = before
	year     map[string]dec.D
}

// paidLast is over how many of the last invoices a customer's habit is judged.
const paidLast = 60

// Standing tells how a customer does. It looks at the invoices of one year and at
// the last 60, by indexes: old histories cost nothing.
func Standing(q db.Querier, c id.Customer) (StandingView, error) {
	co, on, err := today(q)
	if err != nil {
		return StandingView{}, err
	}
	v := StandingView{Currency: co.Currency, year: map[string]dec.D{}}
	if err := v.sold(q, c, on); err != nil {
		return v, err
	}
	var overdue int64
	if _, err := q.One(`SELECT CAST(COALESCE(SUM(i.open_fc), 0) AS BIGINT) FROM open_item i WHERE i.customer_id=$1 AND i.open>0 AND i.noted=0 AND i.kind<>'receipt' AND i.sign=1 AND i.due_on<>'' AND i.due_on<$2`, []any{int64(c), string(on)}, &overdue); err != nil {
		return v, err
	}
	v.Overdue = money.Format(overdue, co.Currency)
	return v, v.pays(q, c)
}

// sold sums invoices less credit notes by month, at the rate of each.
func (v *StandingView) sold(q db.Querier, c id.Customer, on day.Day) error {
	first := day.Day(on.Time().AddDate(0, -11, 0).Format("2006-01"))
	err := q.Each(`SELECT SUBSTR(i.issued_on, 1, 7), i.kind, i.currency, i.fx_rate, CAST(SUM(i.net_amt) AS BIGINT) FROM invoice i
		WHERE i.customer_id=$1 AND i.id>=$2 AND i.issued_on>=$3 AND i.kind<>'deposit' GROUP BY SUBSTR(i.issued_on, 1, 7), i.kind, i.currency, i.fx_rate`, nil,
		[]any{int64(c), id.At(day.Day(string(first) + "-01").AddDays(-lookBack).Time()), string(first)}, func(r *db.Rows) error {
			var month, kind, rate string
			var cur money.Currency
			var net int64
			if err := r.Scan(&month, &kind, &cur, &rate, &net); err != nil {
				return err
			}
			x, err := dec.Parse(rate)
			if err != nil {
				return err
			}
			sum := dec.Must(money.Format(net, cur)).Mul(x)
			if kind == "credit_note" {
				sum = sum.Neg()
			}
			v.year[month] = v.year[month].Add(sum)
			return nil
		})
	var all dec.D
	for m := 11; m >= 0; m-- {
		t := on.Time().AddDate(0, 0, 1-on.Time().Day()).AddDate(0, -m, 0)
		sum := v.year[t.Format("2006-01")]
		all = all.Add(sum)
		v.Months = append(v.Months, rounded(sum, v.Currency))
	}
	v.Sales = rounded(all, v.Currency)
	return err
}

func rounded(d dec.D, c money.Currency) string {
	n, _ := d.Round(c.Decimals())
	return money.Format(n, c)
}

// pays finds the median of days between due day and last settlement.
func (v *StandingView) pays(q db.Querier, c id.Customer) error {
	var days []int
	err := q.Each(`SELECT i.due_on, MAX(x.applied_on) FROM (SELECT v.id FROM invoice v WHERE v.customer_id=$1 AND v.kind='invoice' ORDER BY v.id DESC LIMIT $2) n
		JOIN open_item i ON i.doc_id=n.id JOIN allocation x ON x.debit_item_id=i.id WHERE i.open=0 AND i.due_on<>'' GROUP BY i.id, i.due_on`, nil, []any{int64(c), paidLast}, func(r *db.Rows) error {
		var due, paid day.Day
		err := r.Scan(&due, &paid)
		if err == nil && due.Valid() && paid.Valid() {
			days = append(days, due.DaysUntil(paid))
		}
		return err
	})
	slices.Sort(days)
	if v.Paid = len(days); v.Paid > 0 {
		v.Late = days[v.Paid/2]
	}
	return err
}

// storyStreams give, by a part of the timeline, the newest things of a customer
// that are older than one: each walks an index backwards. An event of the
// customer's own stands for itself, of a document the event that it began with.
var storyStreams = map[string][]string{
	"people": {`SELECT e.id FROM event e WHERE e.subject_id=$1 AND e.id<$2 ORDER BY e.id DESC LIMIT $3`, `SELECT r.event_id FROM event_ref r WHERE r.object_id=$1 AND r.event_id<$2 ORDER BY r.event_id DESC LIMIT $3`},
	"orders": {`SELECT o.id FROM sales_order o WHERE o.customer_id=$1 AND o.id<$2 ORDER BY o.id DESC LIMIT $3`, `SELECT s.id FROM shipment s WHERE s.customer_id=$1 AND s.id<$2 ORDER BY s.id DESC LIMIT $3`,
		`SELECT h.id FROM (SELECT o.id FROM sales_order o WHERE o.customer_id=$1 ORDER BY o.id DESC LIMIT 200) o JOIN hold h ON h.subject_id=o.id AND h.released_at=0 WHERE h.id<$2 ORDER BY h.id DESC LIMIT $3`},
	"money": {`SELECT v.id FROM invoice v WHERE v.customer_id=$1 AND v.id<$2 ORDER BY v.id DESC LIMIT $3`, `SELECT p.id FROM receipt p WHERE p.customer_id=$1 AND p.id<$2 ORDER BY p.id DESC LIMIT $3`},
}

// CustomerStory lists what happened with a customer, the newest first: notes,
// orders, shipments, open holds, invoices, money. part narrows it to people,
// orders or money. It costs the same however long the history is.
func CustomerStory(q db.Querier, c id.Customer, part string, p Page) (List[EventView], error) {
	out := List[EventView]{Items: []EventView{}}
	before := int64(1<<63 - 1)
	if p.After != "" {
		_, n, err := id.Split(p.After)
		if err != nil {
			return out, badCursor(p.After)
		}
		before = n
	}
	n := p.limit()
	var found ids[int64]
	for _, name := range []string{"people", "orders", "money"} {
		if part != "" && part != name {
			continue
		}
		for _, sql := range storyStreams[name] {
			err := q.Each(sql, nil, []any{int64(c), before, n + 1}, func(r *db.Rows) error {
				var v int64
				err := r.Scan(&v)
				found.add(v)
				return err
			})
			if err != nil {
				return out, err
			}
		}
	}
	slices.Sort(found.list)
	slices.Reverse(found.list)
	list := found.list
	if len(list) > n {
		list = list[:n]
		out.Next = id.Text("evt", list[n-1])
	}
	return out, tellStory(q, list, &out)
}

// tellStory reads the events that a list of events and documents stands for.
func tellStory(q db.Querier, list []int64, out *List[EventView]) error {
	by := map[int64]EventView{}
	sorted := slices.Sorted(slices.Values(list))
	for _, sql := range []string{
		`WITH {a: id BIGINT} SELECT ` + eventColumns + `, e.id FROM a JOIN event e ON e.id=a.id`,
		`WITH {a: id BIGINT} SELECT ` + eventColumns + `, a.id FROM a JOIN event e ON e.subject_id=a.id WHERE e.type IN ('order.captured','shipment.planned','hold.opened','invoice.posted','credit_note.posted','deposit.requested','receipt.recorded')`,
	} {
		err := q.Each(sql, db.Ints(sorted), nil, func(r *db.Rows) error {
			var v EventView
			var at, key int64
			var body string
			err := r.Scan(&v.ID, &at, &v.Type, &v.actor, &v.kind, &v.subject, &v.Reason, &body, &key)
			v.At, v.Body = instant(at), []byte(body)
			by[key] = v
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, k := range list {
		if v, ok := by[k]; ok {
			out.Items = append(out.Items, v)
		}
	}
	return tell(q, out.Items)
}
