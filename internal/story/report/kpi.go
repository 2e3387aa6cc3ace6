package report

import (
	"slices"

	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/money"
)

// KPIView is five numbers of the company by month.
type KPIView struct {
	Currency money.Currency `json:"currency"`
	Months   []KPIMonth     `json:"months" doc:"twelve, the oldest first; the last one runs"`
}

// KPIMonth is one month. Amounts are in the company's currency.
type KPIMonth struct {
	Month     day.Month `json:"month"`
	OrdersIn  string    `json:"orders_in" doc:"net amounts of the orders of the month that were not cancelled"`
	Invoiced  string    `json:"invoiced" doc:"net, less credit notes"`
	Received  string    `json:"received" doc:"customers' money"`
	Shipments int64     `json:"shipments"`
	LateOut   int64     `json:"late_out" doc:"shipments with something that left after its promised day"`
	DSO       int64     `json:"dso" doc:"days sales outstanding at the end of the month, or today; -1 = nothing was invoiced"`

	in, invoiced, received int64
}

// OnTime is the share of shipments that left in time, in percent; -1 = none left.
func (m KPIMonth) OnTime() int64 {
	if m.Shipments == 0 {
		return -1
	}
	return (100*(m.Shipments-m.LateOut) + m.Shipments/2) / m.Shipments
}

// Cents gives the three amounts in minor units.
func (m KPIMonth) Cents() (in, invoiced, received int64) { return m.in, m.invoiced, m.received }

// KPIs counts the last twelve months. past are the eleven before the one that
// runs, when they were counted a moment ago; else they are counted, too.
func KPIs(q db.Querier, past []KPIMonth) (KPIView, error) {
	c, on, err := today(q)
	if err != nil {
		return KPIView{}, err
	}
	v := KPIView{Currency: c.Currency}
	at := map[day.Month]int{}
	first := on.Month().First().AddMonths(-11).Month()
	if len(past) == 11 && past[0].Month == first {
		v.Months, first = slices.Clone(past), on.Month()
	}
	counted := len(v.Months)
	for m := first; len(v.Months) < 12; m = m.Next() {
		at[m] = len(v.Months)
		v.Months = append(v.Months, KPIMonth{Month: m, DSO: -1})
	}
	from := first.First()
	of := func(m string) *KPIMonth {
		if i, ok := at[day.Month(m)]; ok {
			return &v.Months[i]
		}
		return &KPIMonth{}
	}
	for _, f := range []func() error{
		func() error { return ordersByMonth(q, c, from, on, of) },
		func() error { return moneyByMonth(q, from, on, of) },
		func() error { return shipmentsByMonth(q, from, on, of) },
		func() error { return dsoByMonth(q, v.Months[counted:], from, on) },
	} {
		if err := f(); err != nil {
			return v, err
		}
	}
	for i := range v.Months {
		m := &v.Months[i]
		m.OrdersIn, m.Invoiced, m.Received = money.Format(m.in, c.Currency), money.Format(m.invoiced, c.Currency), money.Format(m.received, c.Currency)
	}
	return v, nil
}

// ordersByMonth adds orders of the company's currency up in the database, and
// converts the others one by one, as their rows are.
func ordersByMonth(q db.Querier, c *company.Company, from, on day.Day, of func(string) *KPIMonth) error {
	x := converter{company: c}
	return q.Each(`SELECT substr(o.ordered_on, 1, 7), o.currency, o.fx_rate, CAST(SUM(o.net_amt) AS BIGINT) FROM sales_order o
		WHERE o.id>=$1 AND o.ordered_on>=$2 AND o.ordered_on<=$4 AND o.decision<>'cancelled' GROUP BY substr(o.ordered_on, 1, 7), o.currency, o.fx_rate, CASE WHEN o.currency=$3 THEN 0 ELSE o.id END`, nil,
		[]any{since(from, on), string(from), string(c.Currency), string(on)}, func(r *db.Rows) error {
			var month, rate string
			var cur money.Currency
			var n int64
			if err := r.Scan(&month, &cur, &rate, &n); err != nil {
				return err
			}
			n, err := x.convert(n, cur, rate)
			of(month).in += n
			return err
		})
}

func moneyByMonth(q db.Querier, from, on day.Day, of func(string) *KPIMonth) error {
	args := []any{since(from, on), string(from), string(on)}
	err := q.Each(`SELECT substr(x.issued_on, 1, 7), CAST(SUM(CASE WHEN x.kind='credit_note' THEN -t.base_acc ELSE t.base_acc END) AS BIGINT) FROM invoice x JOIN invoice_tax t ON t.invoice_id=x.id
		WHERE x.id>=$1 AND x.issued_on>=$2 AND x.issued_on<=$3 GROUP BY substr(x.issued_on, 1, 7)`, nil, args, func(r *db.Rows) error {
		var month string
		var n int64
		err := r.Scan(&month, &n)
		of(month).invoiced = n
		return err
	})
	if err != nil {
		return err
	}
	return q.Each(`SELECT substr(x.received_on, 1, 7), CAST(SUM(i.original_fc) AS BIGINT) FROM receipt x JOIN open_item i ON i.doc_id=x.id AND i.kind='receipt'
		WHERE x.id>=$1 AND x.received_on>=$2 AND x.received_on<=$3 AND x.bounced=0 GROUP BY substr(x.received_on, 1, 7)`, nil, args, func(r *db.Rows) error {
		var month string
		var n int64
		err := r.Scan(&month, &n)
		of(month).received = n
		return err
	})
}

func shipmentsByMonth(q db.Querier, from, on day.Day, of func(string) *KPIMonth) error {
	return q.Each(`SELECT t.month, COUNT(*), CAST(SUM(t.late) AS BIGINT) FROM (SELECT substr(s.shipped_on, 1, 7) AS month, MAX(CASE WHEN p.promised_on<>'' AND p.promised_on<s.shipped_on THEN 1 ELSE 0 END) AS late
			FROM shipment s JOIN shipment_line x ON x.shipment_id=s.id LEFT JOIN order_schedule p ON p.id=x.schedule_id
			WHERE s.id>=$1 AND s.direction='out' AND s.decision IN ('shipped','delivered','returned_to_sender') AND s.shipped_on>=$2 AND s.shipped_on<=$3 AND x.shipped>0 GROUP BY s.id, s.shipped_on) t GROUP BY t.month`,
		nil, []any{since(from, on), string(from), string(on)}, func(r *db.Rows) error {
			var month string
			var n, late int64
			err := r.Scan(&month, &n, &late)
			m := of(month)
			m.Shipments, m.LateOut = n, late
			return err
		})
}

// dsoDays is how long invoices count as recent sales.
const dsoDays = 90

// dsoByMonth divides what was owed at each month's end by what was invoiced in
// the 90 days before it.
func dsoByMonth(q db.Querier, months []KPIMonth, from, on day.Day) error {
	b, err := readBalances(q, from.AddDays(-dsoDays), on)
	if err != nil {
		return err
	}
	for i := range months {
		m := &months[i]
		m.DSO = dsoOf(b.owed(min(on, m.Month.Last())), b.sales(min(on, m.Month.Last())))
	}
	return nil
}

func dsoOf(owed, sales int64) int64 {
	if sales <= 0 {
		return -1
	}
	return (owed*dsoDays + sales/2) / sales
}

// balances are what customers owed at the end of days, and what was invoiced, by day.
type balances struct {
	days  []day.Day // with a change, sorted
	total []int64   // owed at its end, less money on account
	gross map[day.Day]int64
}

func readBalances(q db.Querier, from, on day.Day) (balances, error) {
	b := balances{gross: map[day.Day]int64{}}
	young, err := rolledUp(q, "account_day")
	if err != nil {
		return b, err
	}
	at := map[day.Day]int64{}
	err = q.Each(`SELECT t.day, CAST(SUM(t.debit-t.credit) AS BIGINT) FROM `+postedByDay+` t WHERE t.role IN ('receivable','unapplied') GROUP BY t.day`, nil, []any{string(on), young}, func(r *db.Rows) error {
		var d day.Day
		var n int64
		err := r.Scan(&d, &n)
		at[d] += n
		return err
	})
	if err != nil {
		return b, err
	}
	for d := range at {
		b.days = append(b.days, d)
	}
	slices.Sort(b.days)
	sum := int64(0)
	for _, d := range b.days {
		sum += at[d]
		b.total = append(b.total, sum)
	}
	return b, q.Each(`SELECT x.issued_on, CAST(SUM(CASE WHEN x.kind='credit_note' THEN -t.base_acc-t.tax_acc ELSE t.base_acc+t.tax_acc END) AS BIGINT) FROM invoice x JOIN invoice_tax t ON t.invoice_id=x.id
		WHERE x.id>=$1 AND x.issued_on>=$2 AND x.issued_on<=$3 GROUP BY x.issued_on`, nil, []any{since(from, on), string(from), string(on)}, func(r *db.Rows) error {
		var d day.Day
		var n int64
		err := r.Scan(&d, &n)
		b.gross[d] = n
		return err
	})
}

func (b balances) owed(on day.Day) int64 {
	i, found := slices.BinarySearch(b.days, on)
	if !found {
		i--
	}
	if i < 0 {
		return 0
	}
	return b.total[i]
}

// sales sums what was invoiced in the 90 days that end with a day.
func (b balances) sales(on day.Day) int64 {
	sum, from := int64(0), on.AddDays(-dsoDays)
	for d, n := range b.gross {
		if d > from && d <= on {
			sum += n
		}
	}
	return sum
}

// DSOView is why days sales outstanding moved. Days are in tenths.
type DSOView struct {
	On       day.Day        `json:"on"`
	Before   day.Day        `json:"before"`
	Currency money.Currency `json:"currency"`
	Was      int64          `json:"was" doc:"tenths of days"`
	Is       int64          `json:"is" doc:"tenths of days"`
	Causes   []DSOCause     `json:"causes" doc:"their days and Was make Is"`
}

// DSOCause is one part of the way.
type DSOCause struct {
	Name   string `json:"name" enum:"not_due,overdue,credits,sales"`
	Days   int64  `json:"days" doc:"tenths of days, with a sign"`
	Before string `json:"before_amount"`
	Now    string `json:"now_amount"`
}

// DSO compares today with 30 days ago: what each age of the debt adds at the
// sales of then, and what other sales make of it.
func DSO(q db.Querier) (DSOView, error) {
	c, on, err := today(q)
	if err != nil {
		return DSOView{}, err
	}
	v := DSOView{On: on, Before: on.AddDays(-30), Currency: c.Currency}
	b, err := readBalances(q, v.Before.AddDays(-dsoDays), on)
	if err != nil {
		return v, err
	}
	then, err := Ageing(q, v.Before, "due")
	if err != nil {
		return v, err
	}
	now, err := Ageing(q, on, "due")
	if err != nil {
		return v, err
	}
	cents := func(s string) int64 { n, _ := money.Parse(s, c.Currency); return n }
	sales := [2]int64{b.sales(v.Before), b.sales(on)}
	parts := func(a AgeingRow) [3]int64 {
		return [3]int64{cents(a.NotDue), cents(a.Overdue), -cents(a.Credits) - cents(a.Unapplied)}
	}
	x, y := parts(then.Total), parts(now.Total)
	v.Was, v.Is = tenths(x[0]+x[1]+x[2], sales[0]), tenths(y[0]+y[1]+y[2], sales[1])
	rest := v.Is - v.Was
	for i, name := range []string{"not_due", "overdue", "credits"} {
		d := tenths(y[i], sales[0]) - tenths(x[i], sales[0])
		rest -= d
		v.Causes = append(v.Causes, DSOCause{name, d, money.Format(x[i], c.Currency), money.Format(y[i], c.Currency)})
	}
	v.Causes = append(v.Causes, DSOCause{"sales", rest, money.Format(sales[0], c.Currency), money.Format(sales[1], c.Currency)})
	return v, nil
}

// tenths is days sales outstanding in tenths of a day; 0 when nothing was sold.
func tenths(owed, sales int64) int64 {
	if sales <= 0 {
		return 0
	}
	n := owed * dsoDays * 10
	if n < 0 {
		return -((-n + sales/2) / sales)
	}
	return (n + sales/2) / sales
}

// postedByDay is posted with its days.
var postedByDay = `(SELECT d.day, d.role, d.debit, d.credit FROM account_day d WHERE d.day<=$1
	UNION ALL SELECT e.posted_on, l.role, CASE WHEN l.amount>0 THEN l.amount ELSE 0 END, CASE WHEN l.amount<0 THEN -l.amount ELSE 0 END
		FROM ledger_entry e JOIN ledger_line l ON l.entry_id=e.id WHERE e.id>=$2 AND e.id>=` + rolledTo("account_day") + ` AND e.posted_on<=$1)`
