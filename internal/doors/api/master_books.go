package api

import (
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// NewPriceList is a dated list of prices.
type NewPriceList struct {
	Code      string         `json:"code" minLength:"1" maxLength:"64"`
	Currency  money.Currency `json:"currency"`
	Group     string         `json:"price_group,omitempty" doc:"only customers of this group; empty = all"`
	ValidFrom day.Day        `json:"valid_from"`
	ValidTo   day.Day        `json:"valid_to,omitempty" doc:"last day; empty = open"`
}

func addPriceList(tx *db.Tx, n *NewPriceList) (pricing.List, error) {
	l := pricing.List{ID: id.PriceList(tx.NewID()), Code: n.Code, Currency: n.Currency, Group: n.Group, ValidFrom: n.ValidFrom, ValidTo: n.ValidTo, Version: 1}
	if err := fault.All(currency(n.Currency, "currency"), days("valid_from", n.ValidFrom, "valid_to", n.ValidTo)); err != nil {
		return l, err
	}
	ids, err := pricing.AddLists(tx, []pricing.List{l})
	if err == nil && ids[n.Code] != l.ID {
		err = pricing.ErrListCode.Because("there is a price list %q already", n.Code).At("code")
	}
	return l, err
}

// NewPrice is one price of a list.
type NewPrice struct {
	List      string  `json:"list" doc:"code of the price list"`
	SKU       string  `json:"sku"`
	Customer  string  `json:"customer,omitempty" doc:"code: only for this customer"`
	Unit      string  `json:"unit,omitempty" doc:"the product's base unit when empty"`
	MinQty    string  `json:"min_qty,omitempty" doc:"from this quantity on, in the base unit"`
	Price     string  `json:"price" doc:"decimal, per unit"`
	Discount  string  `json:"discount,omitempty" doc:"percent"`
	ValidFrom day.Day `json:"valid_from"`
	ValidTo   day.Day `json:"valid_to,omitempty" doc:"last day; empty = open"`
}

// NewPrices is several prices; all of them are taken or none.
type NewPrices struct {
	Prices []NewPrice `json:"prices" minItems:"1" maxItems:"1000"`
}

// Added says how many there were.
type Added struct {
	Added int `json:"added"`
}

func addPrices(tx *db.Tx, n *NewPrices) (Added, error) {
	list := make([]pricing.Price, len(n.Prices))
	var errs []error
	for i := range n.Prices {
		p, err := n.Prices[i].resolve(tx)
		list[i] = p
		errs = append(errs, fault.At(err, "prices[%d]", i))
	}
	if err := fault.All(errs...); err != nil {
		return Added{}, err
	}
	at, err := flow.AddPrices(tx, list)
	if at >= 0 {
		err = fault.At(err, "prices[%d]", at)
	}
	return Added{len(list)}, err
}

func (n *NewPrice) resolve(tx *db.Tx) (pricing.Price, error) {
	p := pricing.Price{Unit: n.Unit, Price: n.Price, Discount: n.Discount, ValidFrom: n.ValidFrom, ValidTo: n.ValidTo}
	if err := fault.All(refer(tx, report.FindPriceList, or(n.List, "?"), "list", &p.List), refer(tx, report.FindProduct, or(n.SKU, "?"), "sku", &p.Product),
		refer(tx, report.FindCustomer, n.Customer, "customer", &p.Customer), days("valid_from", n.ValidFrom, "valid_to", n.ValidTo), percent(n.Discount, "discount")); err != nil {
		return p, err
	}
	of, err := report.Product(tx, p.Product)
	if err != nil {
		return p, err
	}
	known := n.Unit == "" || n.Unit == of.Unit
	for _, u := range of.Units {
		known = known || u.Unit == n.Unit
	}
	if !known {
		return p, ErrRequest.Because("%s is not sold by %.20q", of.SKU, n.Unit).At("unit")
	}
	p.Unit = or(n.Unit, of.Unit)
	if n.MinQty != "" {
		p.MinQty, err = qty.Parse(n.MinQty, int(of.Scale))
	}
	return p, fault.At(err, "min_qty")
}

// NewTax is rates and rules; what exists with the same key is brought to it.
type NewTax struct {
	Rates []tax.Rate `json:"rates,omitempty" maxItems:"1000"`
	Rules []tax.Rule `json:"rules,omitempty" maxItems:"1000"`
}

func addTax(tx *db.Tx, n *NewTax) (report.TaxView, error) {
	var errs []error
	for i, r := range n.Rates {
		errs = append(errs, fault.At(days("valid_from", r.ValidFrom, "valid_to", r.ValidTo), "rates[%d]", i), fault.At((&r).Check(), "rates[%d]", i))
	}
	if err := fault.All(errs...); err != nil {
		return report.TaxView{}, err
	}
	if err := flow.SaveTax(tx, n.Rates, n.Rules); err != nil {
		return report.TaxView{}, err
	}
	return report.Taxes(tx)
}

func showTax(q db.Querier, _ *Nothing) (report.TaxView, error) { return report.Taxes(q) }

// NewTerms is a named rule of payment.
type NewTerms struct {
	Code     string     `json:"code" minLength:"1" maxLength:"64"`
	Rule     terms.Rule `json:"rule"`
	Calendar string     `json:"calendar,omitempty" doc:"whose holidays are no business days"`
}

func addTerms(tx *db.Tx, n *NewTerms) (report.TermsView, error) {
	t := terms.Terms{ID: id.Terms(tx.NewID()), Code: n.Code, Rule: n.Rule, Calendar: n.Calendar}
	ids, err := flow.AddTerms(tx, []terms.Terms{t})
	if err == nil && ids[n.Code] != t.ID {
		err = terms.ErrTaken.Because("there are terms %q already; papers rest on them, so take another code", n.Code).At("code")
	}
	return report.TermsView{ID: t.ID, Code: t.Code, Rule: t.Rule, Calendar: t.Calendar}, fault.At(err, "rule")
}

// NewHolidays is days on which no business is done.
type NewHolidays struct {
	Calendar string       `json:"calendar" minLength:"1"`
	Days     []HolidayDay `json:"days" minItems:"1" maxItems:"1000"`
}

// HolidayDay is one of them.
type HolidayDay struct {
	Day  day.Day `json:"day"`
	Name string  `json:"name"`
}

func addHolidays(tx *db.Tx, n *NewHolidays) (report.List[terms.Holiday], error) {
	m := map[day.Day]string{}
	for i, d := range n.Days {
		if _, err := day.Parse(string(d.Day)); err != nil {
			return report.List[terms.Holiday]{}, fault.At(err, "days[%d].day", i)
		}
		m[d.Day] = d.Name
	}
	terms.AddHolidays(tx, n.Calendar, m)
	all, err := terms.HolidaysOf(tx, n.Calendar)
	return report.List[terms.Holiday]{Items: all}, err
}

// NewWarehouse is a place with stock.
type NewWarehouse struct {
	Code    string `json:"code" minLength:"1" maxLength:"64"`
	Name    string `json:"name" minLength:"1"`
	GLN     string `json:"gln,omitempty"`
	Country string `json:"country" pattern:"^[A-Z]{2}$" doc:"ISO 3166-1 alpha-2"`
	Kind    string `json:"kind,omitempty" enum:"own,consignment,transit,supplier"`
}

var errWarehouseTaken = fault.Rule{Kind: fault.Conflict, Code: "warehouse.code-taken"}

func addWarehouse(tx *db.Tx, n *NewWarehouse) (stock.Warehouse, error) {
	w := stock.Warehouse{ID: id.Warehouse(tx.NewID()), Code: n.Code, Name: n.Name, GLN: n.GLN, Country: n.Country, Kind: or(n.Kind, "own")}
	ids, err := flow.AddWarehouses(tx, []stock.Warehouse{w})
	if err == nil && ids[n.Code] != w.ID {
		err = errWarehouseTaken.Because("there is a warehouse %q already", n.Code).At("code")
	}
	return w, err
}

// NewBankAccount is an account of the company.
type NewBankAccount struct {
	Code     string         `json:"code" minLength:"1" maxLength:"64"`
	Name     string         `json:"name" minLength:"1"`
	IBAN     string         `json:"iban,omitempty" maxLength:"34"`
	Currency money.Currency `json:"currency"`
}

func addBankAccount(tx *db.Tx, n *NewBankAccount) (payment.Account, error) {
	a := payment.Account{ID: id.BankAccount(tx.NewID()), Code: n.Code, Name: n.Name, IBAN: n.IBAN, Currency: n.Currency}
	if err := currency(n.Currency, "currency"); err != nil {
		return a, err
	}
	all, err := payment.AddAccounts(tx, []payment.Account{a})
	if err == nil && all[n.Code].ID != a.ID {
		err = payment.ErrTaken.Because("there is a bank account %q already", n.Code).At("code")
	}
	return a, err
}

// CreditLimit is what customers may owe, in the company's currency.
type CreditLimit struct {
	Limit     string  `json:"limit" doc:"orders beyond it are held"`
	TempLimit string  `json:"temp_limit,omitempty" doc:"instead of the limit, for a while"`
	TempUntil day.Day `json:"temp_until,omitempty" doc:"last day of the temporary one"`
}

// NewCredit is a credit account.
type NewCredit struct {
	Code string `json:"code" minLength:"1" maxLength:"64"`
	CreditLimit
}

// amounts reads the limits.
func (l *CreditLimit) amounts(c money.Currency) (limit, temp int64, err error) {
	limit, e1 := amount(l.Limit, c, "limit")
	var e2, e3 error
	if l.TempLimit != "" || l.TempUntil != "" {
		temp, e2 = amount(l.TempLimit, c, "temp_limit")
		e3 = days("temp_until", l.TempUntil, "temp_until", l.TempUntil)
	}
	return limit, temp, fault.All(e1, e2, e3)
}

func addCredit(tx *db.Tx, n *NewCredit) (report.CreditView, error) {
	c, err := company.Load(tx)
	if err != nil {
		return report.CreditView{}, err
	}
	limit, temp, err := n.amounts(c.Currency)
	if err != nil {
		return report.CreditView{}, err
	}
	a := credit.Account{ID: id.Credit(tx.NewID()), Code: n.Code, Currency: c.Currency} // what it may owe comes by SetLimit
	ids, err := credit.Add(tx, []credit.Account{a})
	if err == nil && ids[n.Code] != a.ID {
		err = credit.ErrTaken.Because("there is a credit account %q already", n.Code).At("code")
	}
	if err == nil {
		err = flow.SetLimit(tx, &credit.Account{ID: a.ID, Code: a.Code, Currency: a.Currency}, limit, temp, string(n.TempUntil))
	}
	if err != nil {
		return report.CreditView{}, err
	}
	return report.Credit(tx, a.ID)
}

func setLimit(tx *db.Tx, ref string, version int64, l *CreditLimit) (report.CreditView, error) {
	a, err := report.FindCredit(tx, ref)
	if err != nil {
		return report.CreditView{}, err
	}
	locked, err := credit.Lock(tx, []id.Credit{a})
	if err != nil {
		return report.CreditView{}, err
	}
	if version != 0 && version != locked[a].Version {
		return report.CreditView{}, errStale.Because("credit account %s was changed meanwhile; read it again", locked[a].Code)
	}
	limit, temp, err := l.amounts(locked[a].Currency)
	if err != nil {
		return report.CreditView{}, err
	}
	if err := flow.SetLimit(tx, locked[a], limit, temp, string(l.TempUntil)); err != nil {
		return report.CreditView{}, err
	}
	return report.Credit(tx, a)
}

// FxRate is a day's rate of exchange.
type FxRate struct {
	On   day.Day        `json:"on"`
	From money.Currency `json:"from"`
	To   money.Currency `json:"to,omitempty" doc:"the company's when empty"`
	Rate string         `json:"rate" doc:"units of to per unit of from"`
}

func saveRate(tx *db.Tx, n *FxRate) (FxRate, error) {
	c, err := company.Load(tx)
	if err != nil {
		return *n, err
	}
	v := *n
	v.To = or(v.To, c.Currency)
	rate, err := dec.Parse(n.Rate)
	if err == nil && rate.Sign() <= 0 {
		err = ErrRequest.Because("a rate of exchange must be above zero, not %s", n.Rate)
	}
	if err := fault.All(fault.At(err, "rate"), days("on", v.On, "on", v.On), currency(v.From, "from"), currency(v.To, "to")); err != nil {
		return v, err
	}
	flow.SaveRate(tx, v.On, v.From, v.To, rate)
	return v, nil
}

func currency(c money.Currency, path string) error {
	_, err := money.ParseCurrency(string(c))
	return fault.At(err, "%s", path)
}

// days checks the first and the last day of a time; the last may be open.
func days(from string, first day.Day, to string, last day.Day) error {
	if _, err := day.Parse(string(first)); err != nil {
		return fault.At(err, "%s", from)
	}
	if last == "" {
		return nil
	}
	if _, err := day.Parse(string(last)); err != nil {
		return fault.At(err, "%s", to)
	}
	if last < first {
		return ErrRequest.Because("%s ends before it begins on %s", last, first).At(to)
	}
	return nil
}

func amount(text string, c money.Currency, path string) (int64, error) {
	n, err := money.Parse(text, c)
	if err == nil && n < 0 {
		err = ErrRequest.Because("%s is below zero", text)
	}
	return n, fault.At(err, "%s", path)
}

func percent(text, path string) error {
	if text == "" {
		return nil
	}
	p, err := dec.Parse(text)
	if err == nil && (p.Sign() < 0 || p.Cmp(dec.FromInt(100)) > 0) {
		err = ErrRequest.Because("a discount is between 0 and 100 percent, not %s", text)
	}
	return fault.At(err, "%s", path)
}
