package report

import (
	"slices"

	"kontor/internal/rooms/terms"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// CashView is the money that should come in over the next weeks.
//
// Each amount has a due day; each customer pays later or earlier than that by
// days that were measured on his settled invoices, or on all customers' where he
// has too few. Of these delays the nine deciles are kept. With each decile every
// amount falls into a week: nine forecasts. A week shows the least, the middle
// and the most of them. All of it is counted in whole numbers.
type CashView struct {
	On       day.Day        `json:"on"`
	Currency money.Currency `json:"currency" doc:"the company's"`
	Weeks    []CashWeek     `json:"weeks"`
	Later    string         `json:"later" doc:"by the median, after the last week"`
	Items    string         `json:"items" doc:"open items in it, less credits and money on account"`
	Unbilled string         `json:"unbilled" doc:"shipped or ordered and not billed yet"`
	Settled  int            `json:"settled" doc:"invoices on which delays were measured"`
	Delay    int            `json:"delay" doc:"median of all of them, in days after the due day"`
	Rows     []CashRow      `json:"rows" doc:"by the day of the median, oldest first"`
}

// CashWeek is one week of the forecast.
type CashWeek struct {
	From day.Day `json:"from" doc:"a Monday, or today"`
	P10  string  `json:"p10"`
	P50  string  `json:"p50"`
	P90  string  `json:"p90"`

	all [9]int64
}

// Cents gives the three amounts in minor units.
func (w CashWeek) Cents() (p10, p50, p90 int64) {
	return slices.Min(w.all[:]), w.all[4], slices.Max(w.all[:])
}

// CashRow is one amount of the forecast.
type CashRow struct {
	Document DocRef  `json:"document"`
	Customer Party   `json:"customer"`
	Kind     string  `json:"kind" enum:"invoice,unbilled"`
	DueOn    day.Day `json:"due_on"`
	Expected day.Day `json:"expected" doc:"by the median delay, today at the earliest"`
	Week     int     `json:"week" doc:"0 is this one; -1 is after the last"`
	Amount   string  `json:"amount" doc:"in the company's currency"`

	kind          string
	doc, customer int64
	amount        int64
}

const (
	cashWeeks   = 13
	cashHistory = 730 // days of settled invoices
	cashEnough  = 8   // settled invoices that make a distribution
)

// deciles are the 10th to the 90th percentile of delays in days.
type deciles [9]int

func decilesOf(days []int) deciles {
	var out deciles
	slices.Sort(days)
	for k := range out {
		if len(days) > 0 { // the nearest rank
			out[k] = days[min(len(days)-1, ((k+1)*len(days)+9)/10-1)]
		}
	}
	return out
}

// Cash forecasts 13 weeks.
func Cash(q db.Querier) (CashView, error) {
	c, on, err := today(q)
	if err != nil {
		return CashView{}, err
	}
	v := CashView{On: on, Currency: c.Currency}
	all, by, err := delays(q, on)
	if err != nil {
		return v, err
	}
	usual := decilesOf(all)
	v.Settled, v.Delay = len(all), usual[4]
	v.Rows, err = expected(q, on, &v)
	if err != nil {
		return v, err
	}
	v.Weeks = make([]CashWeek, cashWeeks)
	monday := on.AddDays(-(int(on.Weekday()) + 6) % 7)
	for i := range v.Weeks {
		v.Weeks[i].From = max(on, monday.AddDays(7*i))
	}
	later := int64(0)
	known := map[int64]deciles{}
	for i := range v.Rows {
		r := &v.Rows[i]
		d, ok := known[r.customer]
		if !ok {
			if d = usual; len(by[r.customer]) >= cashEnough {
				d = decilesOf(by[r.customer])
			}
			known[r.customer] = d
		}
		for k, days := range d {
			w := max(0, monday.DaysUntil(r.DueOn.AddDays(days))/7)
			if k == 4 {
				r.Expected, r.Week = max(on, r.DueOn.AddDays(days)), w
			}
			if w < cashWeeks {
				v.Weeks[w].all[k] = money.Add(v.Weeks[w].all[k], r.amount)
			} else if k == 4 {
				r.Week, later = -1, money.Add(later, r.amount)
			}
		}
	}
	for i := range v.Weeks {
		w := &v.Weeks[i]
		lo, mid, hi := w.Cents()
		w.P10, w.P50, w.P90 = money.Format(lo, c.Currency), money.Format(mid, c.Currency), money.Format(hi, c.Currency)
	}
	v.Later = money.Format(later, c.Currency)
	slices.SortStableFunc(v.Rows, func(a, b CashRow) int { return cmpText(a.Expected, b.Expected) })
	return v, v.name(q)
}

// delays measures how many days after its due day each invoice was settled.
func delays(q db.Querier, on day.Day) (all []int, by map[int64][]int, err error) {
	by = map[int64][]int{}
	from := on.AddDays(-cashHistory)
	err = q.Each(`SELECT i.customer_id, i.due_on, MAX(x.applied_on) FROM open_item i JOIN allocation x ON x.debit_item_id=i.id
		WHERE i.id>=$1 AND i.kind='invoice' AND i.open=0 AND i.due_on>=$2 AND x.kind='principal' AND x.reverses_id=0 AND x.credit_item_id<>0 GROUP BY i.id, i.customer_id, i.due_on`,
		nil, []any{since(from, on), string(from)}, func(r *db.Rows) error {
			var who int64
			var due, paid day.Day
			err := r.Scan(&who, &due, &paid)
			if err == nil {
				n := due.DaysUntil(paid)
				all, by[who] = append(all, n), append(by[who], n)
			}
			return err
		})
	return all, by, err
}

// expected reads every amount that should come in. What stands to a customer's
// credit is taken off his earliest amounts.
func expected(q db.Querier, on day.Day, v *CashView) ([]CashRow, error) {
	rows, err := collect(q, `SELECT i.doc_type, i.doc_id, i.customer_id, CASE WHEN i.due_on='' THEN i.dated_on ELSE i.due_on END, i.sign*i.open_fc FROM open_item i WHERE i.open>0 AND i.noted=0 ORDER BY 4, i.id`, nil, nil,
		func(r *db.Rows, x *CashRow) error {
			x.Kind = "invoice"
			return r.Scan(&x.kind, &x.doc, &x.customer, &x.DueOn, &x.amount)
		})
	if err != nil {
		return nil, err
	}
	waiting, err := unbilled(q, on)
	if err != nil {
		return nil, err
	}
	var sums [2]int64
	for i, list := range [][]CashRow{rows, waiting} {
		for _, r := range list {
			sums[i] = money.Add(sums[i], r.amount)
		}
	}
	v.Items, v.Unbilled = money.Format(sums[0], v.Currency), money.Format(sums[1], v.Currency)
	return offset(append(rows, waiting...)), nil
}

// offset takes credits off the earliest amounts of their customer; rows are
// sorted by due day within their kind.
func offset(rows []CashRow) []CashRow {
	credit := map[int64]int64{}
	for _, r := range rows {
		if r.amount < 0 {
			credit[r.customer] -= r.amount
		}
	}
	out := []CashRow{}
	for _, r := range rows {
		if r.amount <= 0 {
			continue
		}
		n := min(r.amount, credit[r.customer])
		credit[r.customer] -= n
		if r.amount -= n; r.amount > 0 {
			out = append(out, r)
		}
	}
	return out
}

// unbilled reads what will be invoiced, due by the terms of its order; what
// waits for a proof of delivery is taken to be billed today.
func unbilled(q db.Querier, on day.Day) ([]CashRow, error) {
	book, err := terms.Load(q)
	if err != nil {
		return nil, err
	}
	c, _, err := today(q)
	if err != nil {
		return nil, err
	}
	x := converter{company: c}
	return collect(q, `SELECT b.order_id, b.payer_id, b.bill_on, o.terms_id, b.sign, b.exposed_amt, b.net_amt, b.qty-b.billed, b.qty, b.currency, o.fx_rate
		FROM billable b JOIN sales_order o ON o.id=b.order_id WHERE b.billed<b.qty ORDER BY b.bill_on, b.id`, nil, nil, func(r *db.Rows, v *CashRow) error {
		var term, sign, exposed, net, part, whole int64
		var cur money.Currency
		var rate string
		err := r.Scan(&v.doc, &v.customer, &v.DueOn, &term, &sign, &exposed, &net, &part, &whole, &cur, &rate)
		if err != nil {
			return err
		}
		v.kind, v.Kind = "order", "unbilled"
		if v.amount = money.Share(exposed, part, whole); exposed == 0 {
			v.amount, err = x.convert(money.Share(net, part, whole), cur, rate)
		}
		v.amount *= sign
		if v.DueOn < on || v.DueOn > on.AddDays(366) {
			v.DueOn = on
		}
		if t, ok := book.ByID[id.Terms(term)]; ok {
			v.DueOn = t.Rule.Due(v.DueOn, book.Holidays(t.Calendar))
		}
		return err
	})
}

func (v *CashView) name(q db.Querier) error {
	var nums numbers
	var who ids[id.Customer]
	for _, r := range v.Rows {
		nums.add(r.kind, r.doc)
		who.add(id.Customer(r.customer))
	}
	if err := nums.load(q); err != nil {
		return err
	}
	names, err := parties(q, who.list)
	for i := range v.Rows {
		r := &v.Rows[i]
		r.Document, r.Customer, r.Amount = nums.ref(r.kind, r.doc), names[id.Customer(r.customer)], money.Format(r.amount, v.Currency)
	}
	return err
}
