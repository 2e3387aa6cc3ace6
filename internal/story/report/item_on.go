package report

import (
	"encoding/json"
	"slices"
	"strings"

	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ItemAsk asks for what was open at the end of a day; empty fields match all.
type ItemAsk struct {
	On       day.Day
	Customer string // code or id
	Family   bool   // with all whose head office the customer is
	Unknown  bool   // money whose payer nobody knows
	Currency string
	Kind     string
	Age      string // "", or a bucket of the ageing: not-due, 1-30, 31-60, 61-90, over-90
	Most     int    // rows; 0 = all
}

// Ages are the buckets by which items can be asked for, youngest first.
var Ages = []string{"not-due", "1-30", "31-60", "61-90", "over-90"}

// ageOf is the bucket of an item on a day: by its due day, else its own.
func ageOf(v ItemView, on day.Day) int {
	from := v.DueOn
	if from == "" {
		from = v.DatedOn
	}
	switch late := from.DaysUntil(on); {
	case late <= 0:
		return notDue
	case late <= 30:
		return days30
	case late <= 60:
		return days60
	case late <= 90:
		return days90
	}
	return over90
}

// laterSettled is what was settled after day $1 of items that were open on it; $2 is from since.
const laterSettled = `LEFT JOIN (SELECT t.item, CAST(SUM(t.amt) AS BIGINT) AS amt, CAST(SUM(t.fc) AS BIGINT) AS fc FROM (
		SELECT debit_item_id AS item, amount AS amt, amount_fc AS fc FROM allocation WHERE id>=$2 AND applied_on>$1 AND debit_item_id<>0
		UNION ALL SELECT credit_item_id, credit_amount, credit_fc FROM allocation WHERE id>=$2 AND applied_on>$1 AND credit_item_id<>0) t GROUP BY t.item) z ON z.item=i.id`

// ItemsOn lists what was open at the end of a day, as it stood then, by
// customer and due day. It adds up to the ageing of that day.
func ItemsOn(q db.Querier, a ItemAsk) ([]ItemView, error) {
	if err := mustBeDay(a.On); err != nil {
		return nil, err
	}
	c, now, err := today(q)
	if err != nil {
		return nil, err
	}
	w, err := a.where(q, now)
	if err != nil {
		return nil, err
	}
	sel := strings.Replace(itemColumns, " FROM open_item i", ", i.open+COALESCE(z.amt, 0), i.open_fc+COALESCE(z.fc, 0) FROM open_item i", 1) + " " + laterSettled
	out := []ItemView{}
	err = q.Each(sel+w.sql()+` ORDER BY COALESCE(c.code, ''), i.due_on, i.id`, nil, w.args, func(r *db.Rows) error {
		v, err := scanItemOn(r, c, a.On)
		if err != nil || a.Age != "" && (v.Side == "credit" || Ages[ageOf(v, a.On)] != a.Age) || a.Most > 0 && len(out) >= a.Most {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

func (a ItemAsk) where(q db.Querier, now day.Day) (where, error) {
	w := where{args: []any{string(a.On), since(a.On, now)}}
	w.and("i.noted=0 AND i.dated_on<=$1 AND (i.open>0 OR z.amt IS NOT NULL) AND i.open+COALESCE(z.amt, 0)>0")
	if a.Age != "" && !slices.Contains(Ages, a.Age) {
		return w, ErrAsk.Because("there is no age %.20q: choose one of %s", a.Age, strings.Join(Ages, ", ")).At("age")
	}
	if a.Customer != "" {
		x, err := FindCustomer(q, a.Customer)
		if err != nil {
			return w, err
		}
		if a.Family {
			w.and("i.customer_id IN (WITH RECURSIVE f(id) AS (SELECT CAST(? AS BIGINT) UNION SELECT k.id FROM customer k JOIN f ON k.parent_id=f.id) SELECT id FROM f)", int64(x))
		} else {
			w.and("i.customer_id=?", int64(x))
		}
	}
	if a.Unknown {
		w.and("i.customer_id=0")
	}
	if a.Currency != "" {
		w.and("i.currency=?", a.Currency)
	}
	if a.Kind != "" {
		w.and("i.kind=?", a.Kind)
	}
	return w, nil
}

// scanItemOn scans an item with what was open of it on a day.
func scanItemOn(r *db.Rows, c *company.Company, on day.Day) (ItemView, error) {
	v := ItemView{CompanyCurrency: c.Currency, Side: "debit", State: "open"}
	var docType, tiers string
	var doc, sign, original, open, disputed, originalFC, openFC, then, thenFC int64
	err := r.Scan(&v.ID, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.Kind, &v.Number, &docType, &doc, &v.PartNo, &sign, &v.Noted, &v.Currency, &original, &open, &disputed, &originalFC, &openFC,
		&v.DatedOn, &v.DueOn, &tiers, &v.DunLevel, &then, &thenFC)
	if err != nil {
		return v, err
	}
	v.Document = DocRef{Type: docType, ID: external(docType, doc), Number: v.Number}
	v.Original, v.Open, v.Disputed = money.Format(original, v.Currency), money.Format(then, v.Currency), money.Format(min(disputed, then), v.Currency)
	v.CompanyOriginal, v.CompanyOpen = money.Format(originalFC, c.Currency), money.Format(thenFC, c.Currency)
	if v.Tiers = json.RawMessage(tiers); !json.Valid(v.Tiers) {
		v.Tiers = json.RawMessage("[]")
	}
	if sign < 0 {
		v.Side = "credit"
	}
	if then < original {
		v.State = "part"
	}
	if sign > 0 && v.DueOn != "" && v.DueOn < on {
		v.OverdueDays = v.DueOn.DaysUntil(on)
	}
	return v, nil
}

// AccountStatement is what a customer owes at the end of a day, item by item.
type AccountStatement struct {
	Customer CustomerView   `json:"customer"`
	On       day.Day        `json:"on"`
	Items    []ItemView     `json:"items"`
	Sums     []StatementSum `json:"sums" doc:"per currency of the documents"`
}

// StatementSum is a statement in one currency.
type StatementSum struct {
	Currency money.Currency `json:"currency"`
	Ages     []string       `json:"ages" doc:"what is owed: not due, 1-30, 31-60, 61-90, over 90 days"`
	Credits  string         `json:"credits" doc:"credit notes and money on account"`
	Total    string         `json:"total"`
}

// StatementOf is the statement of account of one customer.
func StatementOf(q db.Querier, x id.Customer, on day.Day) (AccountStatement, error) {
	v := AccountStatement{On: on, Sums: []StatementSum{}}
	var err error
	if v.Customer, err = Customer(q, x); err != nil {
		return v, err
	}
	if v.Items, err = ItemsOn(q, ItemAsk{On: on, Customer: v.Customer.ID.String()}); err != nil {
		return v, err
	}
	per := map[money.Currency]*[buckets]int64{}
	var order []money.Currency
	for _, it := range v.Items {
		n, err := money.Parse(it.Open, it.Currency)
		if err != nil {
			return v, err
		}
		s := per[it.Currency]
		if s == nil {
			s = &[buckets]int64{}
			per[it.Currency], order = s, append(order, it.Currency)
		}
		if it.Side == "credit" {
			s[credits] += n
		} else {
			s[ageOf(it, on)] += n
		}
	}
	slices.Sort(order)
	for _, c := range order {
		s := StatementSum{Currency: c, Credits: money.Format(per[c][credits], c)}
		total := -per[c][credits]
		for i := notDue; i <= over90; i++ {
			s.Ages = append(s.Ages, money.Format(per[c][i], c))
			total += per[c][i]
		}
		s.Total = money.Format(total, c)
		v.Sums = append(v.Sums, s)
	}
	return v, nil
}
