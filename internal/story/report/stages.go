package report

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/money"
)

// StageView is the live orders of one stage of their life.
type StageView struct {
	Stage    string         `json:"stage"`
	Count    int64          `json:"count"`
	Held     int64          `json:"held"`
	Late     int64          `json:"late" doc:"not held, and something should have left already"`
	Currency money.Currency `json:"currency" doc:"the company's"`
	Value    string         `json:"value" doc:"net"`
	Oldest   day.Day        `json:"oldest,omitempty" doc:"day of the oldest order"`
}

// StageNames are the stages in the order of an order's life; each is a measure, too.
var StageNames = []string{"captured", "promised", "short", "reserved", "released", "shipped", "billed"}

// StageFlow counts live orders by stage, with their value and what stands still.
func StageFlow(q db.Querier) ([]StageView, error) {
	c, on, err := today(q)
	if err != nil {
		return nil, err
	}
	out := make([]StageView, len(StageNames))
	at := map[string]int{"held": 0}
	for i, s := range StageNames {
		out[i], at[s] = StageView{Stage: s, Currency: c.Currency}, i
	}
	sums := make([]int64, len(out))
	x := converter{company: c}
	err = q.Each(`SELECT o.status, o.currency, o.fx_rate, CAST(SUM(o.net_amt) AS BIGINT), COUNT(*), CAST(SUM(CASE WHEN o.hold_mask<>0 THEN 1 ELSE 0 END) AS BIGINT), MIN(o.ordered_on) FROM sales_order o
		WHERE o.decision IN ('captured','confirmed') GROUP BY o.status, o.currency, o.fx_rate, CASE WHEN o.currency=$1 THEN 0 ELSE o.id END`, nil, []any{string(c.Currency)}, func(r *db.Rows) error {
		var status, rate string
		var cur money.Currency
		var net, n, held int64
		var oldest day.Day
		if err := r.Scan(&status, &cur, &rate, &net, &n, &held, &oldest); err != nil {
			return err
		}
		i, ok := at[status]
		if !ok {
			return nil
		}
		net, err := x.convert(net, cur, rate)
		s := &out[i]
		s.Count, s.Held, sums[i] = s.Count+n, s.Held+held, sums[i]+net
		if s.Oldest == "" || oldest < s.Oldest {
			s.Oldest = oldest
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Value = money.Format(sums[i], c.Currency)
	}
	return out, lateByStage(q, on, func(status string, n int64) {
		if i, ok := at[status]; ok {
			out[i].Late += n
		}
	})
}

func lateByStage(q db.Querier, on day.Day, f func(status string, n int64)) error {
	return q.Each(`SELECT o.status, COUNT(*) FROM sales_order o WHERE o.decision IN ('captured','confirmed') AND o.hold_mask=0 AND EXISTS (SELECT 1 FROM order_line l WHERE l.order_id=o.id AND l.role IN ('item','free') AND l.ordered-l.cancelled-l.shipped>0
			AND COALESCE((SELECT NULLIF(MAX(s.promised_on), '') FROM order_schedule s WHERE s.line_id=l.id), NULLIF(l.requested_on, ''), NULLIF(o.requested_on, ''), '9999')<$1) GROUP BY o.status`, nil, []any{string(on)}, func(r *db.Rows) error {
		var status string
		var n int64
		err := r.Scan(&status, &n)
		f(status, n)
		return err
	})
}
