package report

import (
	"slices"

	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// AgeingView is what customers owed at the end of a day, by age.
type AgeingView struct {
	On         day.Day        `json:"on"`
	By         string         `json:"by" enum:"due,document" doc:"age counts from the due day, or from the day of the document"`
	Currency   money.Currency `json:"currency" doc:"of all columns but those of documents: the company's"`
	Rows       []AgeingRow    `json:"rows" doc:"one per customer, by code"`
	Total      AgeingRow      `json:"total"`
	Receivable string         `json:"ledger_receivable" doc:"balance of the control account on that day"`
	Unapplied  string         `json:"ledger_unapplied" doc:"balance of the account for money on account, as a credit"`
	Difference string         `json:"difference" doc:"total less what the ledger says; 0 when the books agree"`
}

// AgeingRow is one customer, or all.
type AgeingRow struct {
	Customer  *Party   `json:"customer,omitempty"`
	NotDue    string   `json:"not_due"`
	Days30    string   `json:"days_1_30"`
	Days60    string   `json:"days_31_60"`
	Days90    string   `json:"days_61_90"`
	Over90    string   `json:"over_90"`
	Credits   string   `json:"credits" doc:"open credit notes"`
	Unapplied string   `json:"unapplied" doc:"money that is not applied yet"`
	Total     string   `json:"total" doc:"all ages less credits and unapplied money"`
	Overdue   string   `json:"overdue" doc:"all ages beyond not due"`
	Documents []Amount `json:"documents" doc:"the total in the currencies of the documents"`
}

// bucket indexes: five ages, then what stands to the customer's credit.
const (
	notDue = iota
	days30
	days60
	days90
	over90
	credits
	unapplied
	buckets
)

// aged gathers one customer.
type aged struct {
	fc  [buckets]int64
	doc map[money.Currency]int64
}

func (a *aged) add(bucket int, cur money.Currency, sign, amount, fc int64) {
	a.fc[bucket] += fc
	if a.doc == nil {
		a.doc = map[money.Currency]int64{}
	}
	a.doc[cur] += sign * amount
}

func (a *aged) merge(b *aged) {
	for i, v := range b.fc {
		a.fc[i] += v
	}
	for c, v := range b.doc {
		if a.doc == nil {
			a.doc = map[money.Currency]int64{}
		}
		a.doc[c] += v
	}
}

func (a *aged) overdue() int64 { return a.fc[days30] + a.fc[days60] + a.fc[days90] + a.fc[over90] }
func (a *aged) total() int64   { return a.fc[notDue] + a.overdue() - a.fc[credits] - a.fc[unapplied] }

func (a *aged) row(cur money.Currency) AgeingRow {
	f := func(n int64) string { return money.Format(n, cur) }
	v := AgeingRow{NotDue: f(a.fc[notDue]), Days30: f(a.fc[days30]), Days60: f(a.fc[days60]), Days90: f(a.fc[days90]), Over90: f(a.fc[over90]),
		Credits: f(a.fc[credits]), Unapplied: f(a.fc[unapplied]), Total: f(a.total()), Overdue: f(a.overdue()), Documents: []Amount{}}
	for c, n := range a.doc {
		if n != 0 {
			v.Documents = append(v.Documents, Amount{c, money.Format(n, c)})
		}
	}
	slices.SortFunc(v.Documents, func(a, b Amount) int { return cmpText(a.Currency, b.Currency) })
	return v
}

// The rows of an ageing: what is open now, and what was settled after the day
// and so was still open on it. Ages add up over both; no item needs its own sum.
var ageingParts = []string{
	`SELECT i.customer_id, i.kind, i.sign, i.currency, i.dated_on, i.due_on, i.open, i.open_fc FROM open_item i WHERE i.open>0 AND i.noted=0 AND i.dated_on<=$1`,
	`SELECT i.customer_id, i.kind, i.sign, i.currency, i.dated_on, i.due_on, x.amount, x.amount_fc FROM allocation x JOIN open_item i ON i.id=x.debit_item_id
		WHERE x.id>=$2 AND x.applied_on>$1 AND i.noted=0 AND i.dated_on<=$1`,
	`SELECT i.customer_id, i.kind, i.sign, i.currency, i.dated_on, i.due_on, x.credit_amount, x.credit_fc FROM allocation x JOIN open_item i ON i.id=x.credit_item_id
		WHERE x.id>=$2 AND x.applied_on>$1 AND i.noted=0 AND i.dated_on<=$1`,
}

// Ageing sums what was open at the end of a day, per customer and age. by is
// "due" or "document". Any past day can be asked for: settlements after it are
// undone. For today nothing is to undo and only the open items are read.
func Ageing(q db.Querier, on day.Day, by string) (AgeingView, error) {
	v := AgeingView{On: on, By: by, Rows: []AgeingRow{}}
	if by != "due" && by != "document" {
		return v, ErrAsk.Because("cannot age by %.40q: choose due or document", by).At("by")
	}
	if err := mustBeDay(on); err != nil {
		return v, err
	}
	c, now, err := today(q)
	if err != nil {
		return v, err
	}
	v.Currency = c.Currency
	per := map[id.Customer]*aged{}
	for i, sql := range ageingParts {
		args := []any{string(on)}
		if i > 0 {
			args = append(args, since(on, now))
		}
		err := q.Each(sql, nil, args, func(r *db.Rows) error {
			var who id.Customer
			var kind string
			var cur money.Currency
			var dated, due day.Day
			var sign, amount, fc int64
			if err := r.Scan(&who, &kind, &sign, &cur, &dated, &due, &amount, &fc); err != nil {
				return err
			}
			a := per[who]
			if a == nil {
				a = &aged{}
				per[who] = a
			}
			from := due
			if by == "document" || due == "" {
				from = dated
			}
			a.add(bucketOf(kind, sign, from, on), cur, sign, amount, fc)
			return nil
		})
		if err != nil {
			return v, err
		}
	}
	total, err := v.fill(q, per)
	if err != nil {
		return v, err
	}
	return v, v.compare(q, total)
}

func bucketOf(kind string, sign int64, from, on day.Day) int {
	switch {
	case kind == "receipt":
		return unapplied
	case sign < 0:
		return credits
	case from >= on:
		return notDue
	}
	switch n := from.DaysUntil(on); {
	case n <= 30:
		return days30
	case n <= 60:
		return days60
	case n <= 90:
		return days90
	}
	return over90
}

// fill makes the rows, by customer code, and the total.
func (v *AgeingView) fill(q db.Querier, per map[id.Customer]*aged) (*aged, error) {
	total := &aged{}
	who := make([]id.Customer, 0, len(per))
	for c, a := range per {
		if a.fc == [buckets]int64{} && a.empty() {
			continue // all that was open is back where it was
		}
		who = append(who, c)
		total.merge(a)
	}
	names, err := parties(q, who)
	if err != nil {
		return nil, err
	}
	for _, c := range who {
		row := per[c].row(v.Currency)
		p := names[c]
		row.Customer = &p
		v.Rows = append(v.Rows, row)
	}
	slices.SortFunc(v.Rows, func(a, b AgeingRow) int { return cmpText(a.Customer.Code, b.Customer.Code) })
	v.Total = total.row(v.Currency)
	return total, nil
}

func (a *aged) empty() bool {
	for _, n := range a.doc {
		if n != 0 {
			return false
		}
	}
	return true
}

// compare puts the ledger beside it.
func (v *AgeingView) compare(q db.Querier, total *aged) error {
	var receivable, cash int64
	err := q.Each(`SELECT l.role, CAST(SUM(l.amount) AS BIGINT) FROM ledger_line l JOIN ledger_entry e ON e.id=l.entry_id
		WHERE l.role IN ('receivable','unapplied') AND e.posted_on<=$1 GROUP BY l.role`, nil, []any{string(v.On)}, func(r *db.Rows) error {
		var role string
		var n int64
		err := r.Scan(&role, &n)
		if role == "receivable" {
			receivable = n
		} else {
			cash = -n
		}
		return err
	})
	v.Receivable, v.Unapplied = money.Format(receivable, v.Currency), money.Format(cash, v.Currency)
	v.Difference = money.Format(total.total()-(receivable-cash), v.Currency)
	return err
}
