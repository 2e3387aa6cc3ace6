package report

import (
	"fmt"
	"slices"
	"strings"

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

func (a *aged) merge(b *aged) {
	for i, v := range b.fc {
		a.fc[i] += v
	}
	for c, v := range b.doc {
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

// The parts of an ageing: what is open now, and what was settled after the day
// and so was still open on it. Ages add up over both; no item needs its own sum.
// $1 is the day, $2 … $4 are the days 30, 60 and 90 before it.
var ageingParts = []string{
	`SELECT i.customer_id, {bucket}, i.currency, CAST(SUM(i.sign*i.open) AS BIGINT), CAST(SUM(i.open_fc) AS BIGINT) FROM open_item i
		WHERE i.open>0 AND i.noted=0 AND i.dated_on<=$1 GROUP BY 1, 2, 3`,
	`SELECT i.customer_id, {bucket}, i.currency, CAST(SUM(i.sign*x.amount) AS BIGINT), CAST(SUM(x.amount_fc) AS BIGINT) FROM allocation x JOIN open_item i ON i.id=x.debit_item_id
		WHERE x.id>=$5 AND x.applied_on>$1 AND i.noted=0 AND i.dated_on<=$1 GROUP BY 1, 2, 3`,
	`SELECT i.customer_id, {bucket}, i.currency, CAST(SUM(i.sign*x.credit_amount) AS BIGINT), CAST(SUM(x.credit_fc) AS BIGINT) FROM allocation x JOIN open_item i ON i.id=x.credit_item_id
		WHERE x.id>=$5 AND x.applied_on>$1 AND i.noted=0 AND i.dated_on<=$1 GROUP BY 1, 2, 3`,
}

// bucketOf is, within a statement, the index of the bucket of an item i whose
// age counts from a day.
func bucketOf(from string) string {
	return fmt.Sprintf(`CASE WHEN i.kind='receipt' THEN %d WHEN i.sign<0 THEN %d WHEN %[3]s>=$1 THEN %[4]d WHEN %[3]s>=$2 THEN %[5]d WHEN %[3]s>=$3 THEN %[6]d WHEN %[3]s>=$4 THEN %[7]d ELSE %[8]d END`,
		unapplied, credits, from, notDue, days30, days60, days90, over90)
}

// agesFrom is the day from which age counts.
var agesFrom = map[string]string{
	"due":      `CASE WHEN i.due_on='' THEN i.dated_on ELSE i.due_on END`,
	"document": `i.dated_on`,
}

// Ageing sums what was open at the end of a day, per customer and age. by is
// "due" or "document". Any past day can be asked for: settlements after it are
// undone. For today nothing is to undo and only the open items are read.
func Ageing(q db.Querier, on day.Day, by string) (AgeingView, error) {
	return AgeingOf(q, AgeingAsk{On: on, By: by})
}

// AgeingAsk asks for an ageing.
type AgeingAsk struct {
	On       day.Day
	By       string         // due or document
	Parent   bool           // customers stand under their head office
	Currency money.Currency // only documents in it, in its own amounts; "" = all, in the company's
}

// AgeingOf is an ageing that may stand under head offices, or in one currency
// of the documents; the ledger is in the company's currency, so that the latter
// has nothing to compare with.
func AgeingOf(q db.Querier, a AgeingAsk) (AgeingView, error) {
	on, by := a.On, a.By
	v := AgeingView{On: on, By: by, Rows: []AgeingRow{}}
	if agesFrom[by] == "" {
		return v, ErrAsk.Because("cannot age by %.40q: choose due or document", by).At("by")
	}
	if err := mustBeDay(on); err != nil {
		return v, err
	}
	if a.Currency != "" {
		if _, err := money.ParseCurrency(string(a.Currency)); err != nil {
			return v, err
		}
	}
	c, now, err := today(q)
	if err != nil {
		return v, err
	}
	v.Currency = c.Currency
	per := map[id.Customer]*aged{}
	for i, sql := range ageingParts {
		args := []any{string(on), string(on.AddDays(-30)), string(on.AddDays(-60)), string(on.AddDays(-90))}
		if i > 0 {
			args = append(args, since(on, now))
		}
		if err := addAges(q, strings.Replace(sql, "{bucket}", bucketOf(agesFrom[by]), 1), args, a.Currency, per); err != nil {
			return v, err
		}
	}
	if a.Parent {
		if err := underHeads(q, per); err != nil {
			return v, err
		}
	}
	if a.Currency != "" {
		v.Currency = a.Currency
		_, err := v.fill(q, per)
		return v, err
	}
	total, err := v.fill(q, per)
	if err != nil {
		return v, err
	}
	return v, v.compare(q, total)
}

// underHeads adds what customers owe to their head offices.
func underHeads(q db.Querier, per map[id.Customer]*aged) error {
	head := map[id.Customer]id.Customer{}
	err := q.Each(`SELECT id, parent_id FROM customer WHERE parent_id<>0`, nil, nil, func(r *db.Rows) error {
		var c, p id.Customer
		err := r.Scan(&c, &p)
		head[c] = p
		return err
	})
	for c, a := range per {
		top := c
		for steps := 0; head[top] != 0 && steps < len(head); steps++ { // a circle ends, too
			top = head[top]
		}
		if top == c {
			continue
		}
		if per[top] == nil {
			per[top] = &aged{doc: map[money.Currency]int64{}}
		}
		per[top].merge(a)
		delete(per, c)
	}
	return err
}

func addAges(q db.Querier, sql string, args []any, only money.Currency, per map[id.Customer]*aged) error {
	return q.Each(sql, nil, args, func(r *db.Rows) error {
		var who id.Customer
		var bucket int
		var cur money.Currency
		var amount, fc int64
		if err := r.Scan(&who, &bucket, &cur, &amount, &fc); err != nil {
			return err
		}
		if only != "" {
			if cur != only {
				return nil
			}
			if fc = amount; bucket >= credits {
				fc = -amount
			}
		}
		if per[who] == nil {
			per[who] = &aged{doc: map[money.Currency]int64{}}
		}
		per[who].fc[bucket] += fc
		per[who].doc[cur] += amount
		return nil
	})
}

// fill makes the rows, by customer code, and the total.
func (v *AgeingView) fill(q db.Querier, per map[id.Customer]*aged) (*aged, error) {
	total := &aged{doc: map[money.Currency]int64{}}
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
	young, err := rolledUp(q, "account_day")
	if err != nil {
		return err
	}
	var receivable, cash int64
	err = q.Each(`SELECT t.role, CAST(SUM(t.debit-t.credit) AS BIGINT) FROM `+posted+` t WHERE t.role IN ('receivable','unapplied') GROUP BY t.role`, nil, []any{string(v.On), young}, func(r *db.Rows) error {
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
