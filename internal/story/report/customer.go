package report

import (
	"slices"

	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// CustomerRow is a customer in a list.
type CustomerRow struct {
	ID         id.Customer    `json:"id"`
	Code       string         `json:"code" doc:"BT-46"`
	Name       string         `json:"name" doc:"BT-44"`
	Currency   money.Currency `json:"currency"`
	TermsCode  string         `json:"terms_code,omitempty"`
	PriceGroup string         `json:"price_group,omitempty"`
	TaxStatus  string         `json:"tax_status"`
	VATID      string         `json:"vat_id,omitempty" doc:"BT-48"`
	Language   string         `json:"language"`
	Held       bool           `json:"held"`
	Version    int64          `json:"version"`
}

// CustomerFilter says which customers; empty fields match all.
type CustomerFilter struct {
	Code string
	Name string // part of the name, in any case
}

const customerColumns = `SELECT c.id, c.code, c.name, c.currency, COALESCE(t.code, ''), c.price_group, c.tax_status, c.vat_id, c.language, c.hold_mask, c.version
	FROM customer c LEFT JOIN terms t ON t.id=c.terms_id`

func scanCustomer(r *db.Rows) (CustomerRow, int64, error) {
	var v CustomerRow
	var mask int64
	err := r.Scan(&v.ID, &v.Code, &v.Name, &v.Currency, &v.TermsCode, &v.PriceGroup, &v.TaxStatus, &v.VATID, &v.Language, &mask, &v.Version)
	v.Held = mask != 0
	return v, int64(v.ID), err
}

func (f CustomerFilter) where() (w where) {
	if f.Code != "" {
		w.and("c.code=?", f.Code)
	}
	if f.Name != "" {
		w.and("LOWER(c.name) LIKE '%' || LOWER(?) || '%'", f.Name)
	}
	return w
}

var customerSortings = sortings{"name": {{expr: "c.name"}}, "code": {{expr: "c.code"}}, "since": {}}

// Customers lists customers, oldest first, or as Page.Sort says: name, code, since.
func Customers(q db.Querier, f CustomerFilter, p Page) (List[CustomerRow], error) {
	return pagedBy(q, p, customerSortings, "cus", customerColumns, "c.id", oldest, f.where(), scanCustomer)
}

// CountCustomers counts the customers of a filter, MostCounted + 1 at most.
func CountCustomers(q db.Querier, f CustomerFilter) (int64, error) {
	return counted(q, "customer c", f.where())
}

// CustomerView is a customer with its sites and its credit.
type CustomerView struct {
	CustomerRow
	Parent        *Party             `json:"parent,omitempty" doc:"head office"`
	Payer         *Party             `json:"payer,omitempty" doc:"who pays, when that is another"`
	Terms         id.Terms           `json:"terms,omitempty"`
	Incoterm      string             `json:"incoterm,omitempty"`
	ShipRules     customer.ShipRules `json:"ship_rules"`
	BillRules     customer.BillRules `json:"bill_rules"`
	Sites         []customer.Site    `json:"sites"`
	CreditAccount *CreditView        `json:"credit_account,omitempty" doc:"none: no limit is watched"`
	Open          []Amount           `json:"open" doc:"what is owed less credits and money on account, per currency"`
	Holds         []HoldView         `json:"holds" doc:"open holds"`
}

// CreditView is a limit and what stands under it, in the company's currency.
type CreditView struct {
	ID        id.Credit      `json:"id"`
	Code      string         `json:"code"`
	Currency  money.Currency `json:"currency"`
	Limit     string         `json:"limit" doc:"of today: the temporary one while it runs"`
	BaseLimit string         `json:"base_limit"`
	TempLimit string         `json:"temp_limit,omitempty"`
	TempUntil day.Day        `json:"temp_until,omitempty"`
	Ordered   string         `json:"ordered" doc:"confirmed, not shipped"`
	Shipped   string         `json:"shipped" doc:"shipped, not billed"`
	Items     string         `json:"items" doc:"billed, not paid"`
	Credits   string         `json:"credits" doc:"open credit notes"`
	Secured   string         `json:"secured"`
	Exposure  string         `json:"exposure" doc:"ordered + shipped + items - credits - secured"`
	Free      string         `json:"free" doc:"limit - exposure"`
	Version   int64          `json:"version"`
}

// Customer shows one customer.
func Customer(q db.Querier, c id.Customer) (CustomerView, error) {
	var v CustomerView
	found, err := customer.ByID(q, []id.Customer{c})
	if err != nil {
		return v, err
	}
	x := found[c]
	if x == nil {
		return v, customer.ErrUnknown.Because("there is no customer %s: look for it by its code or name", c)
	}
	err = q.Each(customerColumns+` WHERE c.id=$1`, nil, []any{int64(c)}, func(r *db.Rows) error {
		var err error
		v.CustomerRow, _, err = scanCustomer(r)
		return err
	})
	if err != nil {
		return v, err
	}
	v.Terms, v.Incoterm, v.ShipRules, v.BillRules = x.Terms, x.Incoterm, x.Ship, x.Bill
	who, err := parties(q, []id.Customer{x.Parent, x.Payer})
	if err != nil {
		return v, err
	}
	if p, ok := who[x.Parent]; ok {
		v.Parent = &p
	}
	if p, ok := who[x.Payer]; ok && x.Payer != c {
		v.Payer = &p
	}
	sites, err := customer.Sites(q, []id.Customer{c})
	if err != nil {
		return v, err
	}
	v.Sites = append([]customer.Site{}, sites[c]...)
	if x.Credit != 0 {
		a, err := Credit(q, x.Credit)
		if err != nil {
			return v, err
		}
		v.CreditAccount = &a
	}
	v.Open, err = collect(q, `SELECT i.currency, CAST(SUM(i.sign*i.open) AS BIGINT) FROM open_item i WHERE i.customer_id=$1 AND i.open>0 AND i.noted=0 GROUP BY i.currency`, nil, []any{int64(x.ID)},
		func(r *db.Rows, a *Amount) error {
			var n int64
			err := r.Scan(&a.Currency, &n)
			if err == nil {
				a.Amount = money.Format(n, a.Currency)
			}
			return err
		})
	if err != nil {
		return v, err
	}
	slices.SortFunc(v.Open, func(a, b Amount) int { return cmpText(a.Currency, b.Currency) })
	v.Holds, err = holdsOf(q, int64(c))
	return v, err
}

// Credit shows one credit account.
func Credit(q db.Querier, c id.Credit) (CreditView, error) {
	found, err := credit.ByID(q, []id.Credit{c})
	if err != nil {
		return CreditView{}, err
	}
	if found[c] == nil {
		return CreditView{}, credit.ErrUnknown.Because("there is no credit account %s", c)
	}
	_, on, err := today(q)
	return creditView(found[c], on), err
}

func creditView(a *credit.Account, on day.Day) CreditView {
	f := func(n int64) string { return money.Format(n, a.Currency) }
	v := CreditView{ID: a.ID, Code: a.Code, Currency: a.Currency, Limit: f(a.LimitOn(string(on))), BaseLimit: f(a.Limit), Ordered: f(a.OrderOpen), Shipped: f(a.ShipOpen), Items: f(a.ItemOpen),
		Credits: f(a.CreditOpen), Secured: f(a.Secured), Exposure: f(a.Exposure()), Free: f(a.Free(string(on))), Version: a.Version}
	if a.TempUntil != "" {
		v.TempLimit, v.TempUntil = f(a.TempLimit), day.Day(a.TempUntil)
	}
	return v
}

// Credits lists credit accounts, oldest first.
func Credits(q db.Querier, p Page) (List[CreditView], error) {
	_, on, err := today(q)
	if err != nil {
		return List[CreditView]{}, err
	}
	return paged(q, p, "cra", `SELECT c.id, c.code, c.currency, c.limit_amt, c.temp_limit, c.temp_until, c.secured_amt, c.order_open, c.shipped_open, c.item_open, c.credit_open, c.version FROM credit_account c`,
		"c.id", oldest, where{}, func(r *db.Rows) (CreditView, int64, error) {
			var a credit.Account
			err := r.Scan(&a.ID, &a.Code, &a.Currency, &a.Limit, &a.TempLimit, &a.TempUntil, &a.Secured, &a.OrderOpen, &a.ShipOpen, &a.ItemOpen, &a.CreditOpen, &a.Version)
			if err != nil {
				return CreditView{}, 0, err
			}
			return creditView(&a, on), int64(a.ID), nil
		})
}
