package report

import (
	"kontor/internal/rooms/invoice"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/money"
)

// FirstMonth is the month in which the books begin; "" when nothing is posted.
func FirstMonth(q db.Querier) (day.Month, error) {
	var first, summed string
	if _, err := q.One(`SELECT e.posted_on FROM ledger_entry e ORDER BY e.id LIMIT 1`, nil, &first); err != nil || first == "" {
		return "", err
	}
	if _, err := q.One(`SELECT COALESCE(MIN(d.day), '') FROM account_day d`, nil, &summed); err != nil {
		return "", err
	}
	if summed != "" && summed < first {
		first = summed
	}
	return day.Day(first).Month(), nil
}

// MonthCheck is one thing to look at before a month is closed.
type MonthCheck struct {
	Code    string   `json:"code" enum:"planned,unbilled,proof,money,out,statements,customers,ledger"`
	Count   int64    `json:"count" doc:"how many are open; 0 = nothing to do"`
	Amounts []Amount `json:"amounts,omitempty"`
}

// What is open of a month that ends on day $1, by currency where it is money.
var monthChecks = []struct {
	code, sql string
	later     bool // takes the day of amounts that wait for a delivery, $2
}{
	{"planned", `SELECT '', COUNT(*), 0 FROM shipment WHERE decision='planned' AND planned_on<=$1`, false},
	{"unbilled", `SELECT b.currency, COUNT(DISTINCT b.order_id), CAST(SUM(b.sign*b.net_amt) AS BIGINT) FROM billable b WHERE b.billed<b.qty AND b.bill_on<=$1 AND b.kind<>'order' GROUP BY b.currency ORDER BY b.currency`, false},
	{"proof", `SELECT b.currency, COUNT(DISTINCT b.order_id), CAST(SUM(b.sign*b.net_amt) AS BIGINT) FROM billable b WHERE b.billed<b.qty AND b.bill_on=$2 AND b.supplied_on<=$1 GROUP BY b.currency ORDER BY b.currency`, true},
	{"money", `SELECT i.currency, COUNT(*), CAST(SUM(i.open) AS BIGINT) FROM open_item i WHERE i.open>0 AND i.kind='receipt' AND i.dated_on<=$1 GROUP BY i.currency ORDER BY i.currency`, false},
	{"out", `SELECT b.currency, COUNT(*), CAST(SUM(b.amount) AS BIGINT) FROM bank_line b WHERE b.state IN ('new','matched') AND b.state='new' AND b.booked_on<=$1 GROUP BY b.currency ORDER BY b.currency`, false},
	{"statements", `SELECT '', COUNT(*), 0 FROM statement s WHERE s.decision='imported' AND s.to_on<=$1`, false},
}

// MonthChecks says what is open of a month, thing by thing, each also when
// nothing is: a list that is done is read with pleasure.
func MonthChecks(q db.Querier, m day.Month) ([]MonthCheck, error) {
	var out []MonthCheck
	for _, c := range monthChecks {
		v := MonthCheck{Code: c.code}
		args := []any{string(m.Last())}
		if c.later {
			args = append(args, invoice.Later)
		}
		err := q.Each(c.sql, nil, args, func(r *db.Rows) error {
			var cur money.Currency
			var n, sum int64
			err := r.Scan(&cur, &n, &sum)
			v.Count += n
			if cur != "" && n > 0 {
				v.Amounts = append(v.Amounts, Amount{cur, money.Format(sum, cur)})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return agreeing(q, m, out)
}

// agreeing adds whether the books of the month agree with what is behind them.
func agreeing(q db.Querier, m day.Month, out []MonthCheck) ([]MonthCheck, error) {
	a, err := Ageing(q, m.Last(), "due")
	if err != nil {
		return nil, err
	}
	b, err := TrialBalance(q, m.Last())
	if err != nil {
		return nil, err
	}
	customers, ledger := MonthCheck{Code: "customers"}, MonthCheck{Code: "ledger"}
	if n, err := money.Parse(a.Difference, a.Currency); err != nil || n != 0 {
		customers.Count, customers.Amounts = 1, []Amount{{a.Currency, a.Difference}}
	}
	if !b.Balanced {
		ledger.Count = 1
	}
	return append(out, customers, ledger), nil
}
