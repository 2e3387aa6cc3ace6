package report

import (
	"encoding/json"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ItemView is one amount owed, or to a customer's credit.
type ItemView struct {
	ID              id.Item         `json:"id"`
	Customer        Party           `json:"customer" doc:"who pays"`
	Kind            string          `json:"kind" enum:"invoice,credit_note,deposit,receipt,fee,interest,chargeback,recovery,opening"`
	Number          string          `json:"number,omitempty" doc:"of the paper"`
	Document        DocRef          `json:"document"`
	PartNo          int64           `json:"part_no" doc:"instalment"`
	Side            string          `json:"side" enum:"debit,credit" doc:"debit: the customer owes it"`
	Noted           bool            `json:"noted,omitempty" doc:"listed, but outside the control account"`
	Currency        money.Currency  `json:"currency"`
	Original        string          `json:"original"`
	Open            string          `json:"open"`
	Disputed        string          `json:"disputed"`
	CompanyCurrency money.Currency  `json:"company_currency"`
	CompanyOriginal string          `json:"company_original"`
	CompanyOpen     string          `json:"company_open"`
	DatedOn         day.Day         `json:"dated_on"`
	DueOn           day.Day         `json:"due_on,omitempty"`
	OverdueDays     int             `json:"overdue_days,omitempty" doc:"days since it was due, while open"`
	State           string          `json:"state" enum:"open,part,closed"`
	Tiers           json.RawMessage `json:"tiers" doc:"discounts for paying early"`
	DunLevel        int64           `json:"dun_level,omitempty"`
}

// ItemFilter says which items; empty fields match all.
type ItemFilter struct {
	Customer string // code or id
	OnlyOpen bool
	Kind     string
	Number   string // of the paper; only together with a customer is it fast
}

const itemColumns = `SELECT i.id, i.customer_id, COALESCE(c.code, ''), COALESCE(c.name, ''), i.kind, i.number, i.doc_type, i.doc_id, i.part_no, i.sign, i.noted, i.currency, i.original, i.open, i.disputed, i.original_fc, i.open_fc,
	i.dated_on, i.due_on, i.tiers, i.dun_level FROM open_item i LEFT JOIN customer c ON c.id=i.customer_id`

// itemScan scans items as they look today.
func itemScan(c *company.Company, today day.Day) func(*db.Rows) (ItemView, int64, error) {
	return func(r *db.Rows) (ItemView, int64, error) {
		v := ItemView{CompanyCurrency: c.Currency, Side: "debit", State: "open"}
		var docType, tiers string
		var doc, sign, original, open, disputed, originalFC, openFC int64
		err := r.Scan(&v.ID, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.Kind, &v.Number, &docType, &doc, &v.PartNo, &sign, &v.Noted, &v.Currency, &original, &open, &disputed, &originalFC, &openFC,
			&v.DatedOn, &v.DueOn, &tiers, &v.DunLevel)
		if err != nil {
			return v, 0, err
		}
		v.Document = DocRef{Type: docType, ID: external(docType, doc), Number: v.Number}
		v.Original, v.Open, v.Disputed = money.Format(original, v.Currency), money.Format(open, v.Currency), money.Format(disputed, v.Currency)
		v.CompanyOriginal, v.CompanyOpen = money.Format(originalFC, c.Currency), money.Format(openFC, c.Currency)
		v.Tiers = json.RawMessage(tiers)
		if !json.Valid(v.Tiers) {
			v.Tiers = json.RawMessage("[]")
		}
		if sign < 0 {
			v.Side = "credit"
		}
		switch {
		case open == 0:
			v.State = "closed"
		case open < original:
			v.State = "part"
		}
		if open > 0 && sign > 0 && v.DueOn != "" && v.DueOn < today {
			v.OverdueDays = v.DueOn.DaysUntil(today)
		}
		return v, int64(v.ID), nil
	}
}

// Items lists items, newest first.
func Items(q db.Querier, f ItemFilter, p Page) (List[ItemView], error) {
	c, on, err := today(q)
	if err != nil {
		return List[ItemView]{}, err
	}
	var w where
	if f.Customer != "" {
		v, err := FindCustomer(q, f.Customer)
		if err != nil {
			return List[ItemView]{}, err
		}
		w.and("i.customer_id=?", int64(v))
	}
	if f.OnlyOpen {
		w.and("i.open>0")
	}
	if f.Kind != "" {
		w.and("i.kind=?", f.Kind)
	}
	if f.Number != "" {
		w.and("i.number=?", f.Number)
	}
	return paged(q, p, "itm", itemColumns, "i.id", newest, w, itemScan(c, on))
}

// Item shows one item.
func Item(q db.Querier, i id.Item) (ItemView, error) {
	list, err := itemRows(q, ` WHERE i.id=$1`, int64(i))
	if err == nil && len(list) == 0 {
		return ItemView{}, receivable.ErrUnknown.Because("there is no item %s: look for it on its customer or its invoice", i)
	}
	if err != nil {
		return ItemView{}, err
	}
	return list[0], nil
}

func itemsOf(q db.Querier, doc int64) ([]ItemView, error) {
	return itemRows(q, ` WHERE i.doc_id=$1 ORDER BY i.part_no`, doc)
}

func itemRows(q db.Querier, cond string, arg int64) ([]ItemView, error) {
	c, on, err := today(q)
	if err != nil {
		return nil, err
	}
	scan := itemScan(c, on)
	return collect(q, itemColumns+cond, nil, []any{arg}, func(r *db.Rows, v *ItemView) error {
		var err error
		*v, _, err = scan(r)
		return err
	})
}

// ApplicationView is one settlement with its rows.
type ApplicationView struct {
	ID        id.Application   `json:"id"`
	Kind      string           `json:"kind" enum:"receipt,netting,deposit,write_off,refund,bounce"`
	AppliedOn day.Day          `json:"applied_on"`
	Actor     string           `json:"actor"`
	Reverses  id.Application   `json:"reverses,omitempty" doc:"the settlement that this one takes back"`
	Reversed  bool             `json:"reversed" doc:"it was taken back"`
	Rows      []AllocationView `json:"rows"`
}

// AllocationView is one row of a settlement; a row that takes back has negative amounts.
type AllocationView struct {
	Kind            string         `json:"kind" enum:"principal,discount,tolerance,deduction,bank_charge,fx,write_off,tax_correction"`
	Debit           *DocRef        `json:"debit,omitempty" doc:"the item that is settled"`
	Credit          *DocRef        `json:"credit,omitempty" doc:"the item that settles; none for differences"`
	Currency        money.Currency `json:"currency"`
	Amount          string         `json:"amount" doc:"taken from the debit item"`
	CreditCurrency  money.Currency `json:"credit_currency,omitempty"`
	CreditAmount    string         `json:"credit_amount,omitempty" doc:"taken from the credit item"`
	CompanyCurrency money.Currency `json:"company_currency"`
	CompanyAmount   string         `json:"company_amount" doc:"released on the debit item"`
	CompanyCredit   string         `json:"company_credit" doc:"released on the credit item"`
	TaxCode         string         `json:"tax_code,omitempty"`
	TaxPart         string         `json:"tax_part,omitempty" doc:"the tax in a discount"`
	Reason          string         `json:"reason,omitempty"`
}

// Application shows one settlement.
func Application(q db.Querier, a id.Application) (ApplicationView, error) {
	list, err := applications(q, []id.Application{a})
	if err == nil && len(list) == 0 {
		return ApplicationView{}, receivable.ErrApplied.Because("there is no application %s: look for it on the item or receipt that it settled", a)
	}
	if err != nil {
		return ApplicationView{}, err
	}
	return list[0], nil
}

// ApplicationsOf lists the settlements of an item, oldest first.
func ApplicationsOf(q db.Querier, i id.Item) ([]ApplicationView, error) {
	var found ids[id.Application]
	for _, sql := range []string{
		`SELECT application_id FROM allocation WHERE debit_item_id=$1 ORDER BY id`,
		`SELECT application_id FROM allocation WHERE credit_item_id=$1 ORDER BY id`,
	} {
		err := q.Each(sql, nil, []any{int64(i)}, func(r *db.Rows) error {
			var a id.Application
			err := r.Scan(&a)
			found.add(a)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return applications(q, found.list)
}
