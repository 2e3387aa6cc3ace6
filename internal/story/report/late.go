package report

import (
	"cmp"
	"slices"

	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// LateOrder is an order of which goods should have left already.
type LateOrder struct {
	Order    id.Order       `json:"order"`
	Number   string         `json:"number"`
	Customer Party          `json:"customer"`
	Status   string         `json:"status"`
	DueOn    day.Day        `json:"due_on" doc:"the earliest promise, else wish, that was missed"`
	Days     int            `json:"days"`
	Lines    int64          `json:"lines" doc:"that are late"`
	Currency money.Currency `json:"currency"`
	Net      string         `json:"net" doc:"of the whole order"`

	net int64
}

// lateLines are, within a statement, the open lines of live orders with the day
// on which they should have left. CROSS JOIN keeps SQLite from walking through
// all lines there ever were: live orders are few, and of most all is shipped.
const lateLines = `SELECT l.order_id, COALESCE(NULLIF(MAX(s.promised_on), ''), NULLIF(l.requested_on, ''), o.requested_on) AS due_on
	FROM sales_order o CROSS JOIN order_line l LEFT JOIN order_schedule s ON s.line_id=l.id
	WHERE l.order_id=o.id AND o.decision IN ('captured','confirmed') AND o.ship_state<>'full' AND l.role IN ('item','free') AND l.ordered-l.cancelled-l.shipped>0
	GROUP BY l.id, l.order_id, l.requested_on, o.requested_on`

// CountLate counts the orders that LateOrders lists.
func CountLate(q db.Querier) (int64, error) {
	_, on, err := today(q)
	if err != nil {
		return 0, err
	}
	var n int64
	_, err = q.One(`SELECT COUNT(DISTINCT x.order_id) FROM (`+lateLines+`) x WHERE x.due_on<>'' AND x.due_on<$1`, []any{string(on)}, &n)
	return n, err
}

// LateOrders lists up to n orders with late lines, the longest late first and
// of one day the largest; what is late is counted as Summary does.
func LateOrders(q db.Querier, n int) ([]LateOrder, error) {
	_, on, err := today(q)
	if err != nil {
		return nil, err
	}
	out, err := collect(q, `SELECT o.id, o.number, c.id, c.code, c.name, o.status, t.due_on, t.n, o.currency, o.net_amt
		FROM (SELECT x.order_id, MIN(x.due_on) AS due_on, CAST(COUNT(*) AS BIGINT) AS n
			FROM (`+lateLines+`) x
			WHERE x.due_on<>'' AND x.due_on<$1 GROUP BY x.order_id) t
		JOIN sales_order o ON o.id=t.order_id JOIN customer c ON c.id=o.customer_id`, nil, []any{string(on)}, func(r *db.Rows, v *LateOrder) error {
		err := r.Scan(&v.Order, &v.Number, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.Status, &v.DueOn, &v.Lines, &v.Currency, &v.net)
		if err == nil {
			v.Net, v.Days = money.Format(v.net, v.Currency), v.DueOn.DaysUntil(on)
		}
		return err
	})
	slices.SortFunc(out, func(a, b LateOrder) int {
		return cmp.Or(cmpText(a.DueOn, b.DueOn), cmp.Compare(b.net, a.net), cmp.Compare(a.Order, b.Order))
	})
	return out[:min(n, len(out))], err
}
