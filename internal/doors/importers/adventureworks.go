package importers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"

	"kontor/internal/formats/adventureworks"
	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

const (
	awSource   = "adventureworks"
	awCurrency = money.Currency("USD")
	awTerms    = "NET30"
	awDays     = 30 // from the invoice to the money
)

// AdventureWorks imports a folder of Microsoft's sample data: master data,
// supply, and the orders of the stores from their purchase order to reconciled
// bank money. Seconds and memory are for the caller to measure.
func AdventureWorks(ctx context.Context, o *flow.Office, dir string, progress Progress) (*AdventureWorksReport, error) {
	set, err := adventureworks.Open(dir)
	if err != nil {
		return nil, err
	}
	h := &history{player: newPlayer(ctx, o, awSource, progress), set: set}
	if err := h.master(); err != nil {
		return nil, err
	}
	if err := h.orders(); err != nil {
		return nil, err
	}
	if err := h.play(); err != nil {
		return nil, err
	}
	return h.report()
}

// history is the state of one run.
type history struct {
	*player
	set     *adventureworks.Set
	numbers map[string]int // article number → product
	jobs    []*job
	days    map[day.Day]*today
	balance int64 // of the bank account
}

// master makes the company and all that orders name. What is there stays.
func (h *history) master() error {
	return h.Maintain(h.ctx, h.who, func(tx *db.Tx) error {
		ts, err := found(tx, company.Company{Name: "AdventureWorks", Currency: awCurrency, Country: "US", Zone: "UTC", Chart: "US"}, awTerms, awDays)
		if err != nil {
			return err
		}
		if err := h.stores(tx, ts); err != nil {
			return err
		}
		products, err := h.products(tx)
		if err != nil {
			return err
		}
		if err := h.prices(tx, products); err != nil {
			return err
		}
		return h.boms(tx, products)
	})
}

// found makes the company, its terms and its warehouse, unless they are there.
func found(tx *db.Tx, c company.Company, code string, days int) (id.Terms, error) {
	old, err := company.Load(tx)
	switch {
	case errors.Is(err, company.ErrMissing):
		err = flow.SaveCompany(tx, &c)
	case err == nil && old.Currency != c.Currency:
		err = errCompany.Because("this database keeps the books of %s in %s; the import is in %s: give it a database of its own", old.Name, old.Currency, c.Currency)
	}
	if err != nil {
		return 0, err
	}
	ts, err := flow.AddTerms(tx, []terms.Terms{{ID: id.Terms(tx.NewID()), Code: code, Rule: terms.Rule{Kind: terms.Net, Days: days}}})
	if err != nil {
		return 0, err
	}
	_, err = flow.AddWarehouses(tx, []stock.Warehouse{{ID: id.Warehouse(tx.NewID()), Code: "MAIN", Name: "Main warehouse", Country: c.Country}})
	return ts[code], err
}

// stores makes the customers, with a site for each address that they use.
func (h *history) stores(tx *db.Tx, t id.Terms) error {
	var list []customer.Customer
	used := map[int]map[int]bool{} // customer → addresses
	for _, s := range h.set.Stores {
		list = append(list, customer.Customer{ID: id.Customer(tx.NewID()), Code: s.AccountNumber, Name: s.Name, Currency: awCurrency, Terms: t, TaxStatus: "resale"})
		used[s.CustomerID] = map[int]bool{}
	}
	for _, o := range h.set.Orders() {
		used[o.CustomerID][o.BillToID], used[o.CustomerID][o.ShipToID] = true, true
	}
	ids, _, err := flow.AddCustomers(tx, list, nil)
	if err != nil {
		return err
	}
	var sites []customer.Site
	for _, s := range h.set.Stores {
		addresses := []int{}
		for a := range used[s.CustomerID] {
			if a != s.AddressID {
				addresses = append(addresses, a)
			}
		}
		sort.Ints(addresses)
		if _, ok := h.set.Addresses[s.AddressID]; ok { // the main office comes first
			addresses = slices.Insert(addresses, 0, s.AddressID)
		}
		for _, n := range addresses {
			a := h.set.Addresses[n]
			street := a.Line1
			if a.Line2 != "" {
				street += ", " + a.Line2
			}
			sites = append(sites, customer.Site{ID: id.Site(tx.NewID()), Customer: ids[s.AccountNumber], Code: strconv.Itoa(n), Name: s.Name, Street: street,
				City: a.City, Postcode: a.PostalCode, Region: a.State, Country: a.Country})
		}
	}
	return customer.AddSites(tx, sites)
}

func (h *history) products(tx *db.Tx) (map[string]id.Product, error) {
	var list []catalog.Product
	h.numbers = map[string]int{}
	for _, p := range h.set.Products {
		h.numbers[p.Number] = p.ID
		x := piece(tx, p.Number, p.Name)
		x.WeightG = grams(p.Weight, p.WeightUnit)
		list = append(list, x)
	}
	ids, _, err := flow.AddProducts(tx, list)
	return ids, err
}

// grams reads a weight; 0 when it is not known.
func grams(weight, unit string) int64 {
	per := map[string]string{"LB": "453.59237", "G": "1", "KG": "1000"}[unit]
	w, err := dec.Parse(weight)
	if err != nil || per == "" {
		return 0
	}
	g, _ := w.Mul(dec.Must(per)).Round(0)
	return g
}

// prices makes the list of list prices with their validities. A list that is
// there already was written whole.
func (h *history) prices(tx *db.Tx, products map[string]id.Product) error {
	lists, err := pricing.Lists(tx)
	if err != nil || slices.ContainsFunc(lists, func(l pricing.List) bool { return l.Code == "LIST" }) {
		return err
	}
	made, err := pricing.AddLists(tx, []pricing.List{{ID: id.PriceList(tx.NewID()), Code: "LIST", Currency: awCurrency, ValidFrom: "2000-01-01"}})
	if err != nil {
		return err
	}
	var prices []pricing.Price
	for _, x := range h.set.ListPrices {
		p, ok := h.set.Product(x.ProductID)
		if !ok {
			continue
		}
		prices = append(prices, pricing.Price{List: made["LIST"], Product: products[p.Number], Unit: "C62", Price: x.Amount, ValidFrom: day.Day(x.From), ValidTo: day.Day(x.Until)})
	}
	_, err = flow.AddPrices(tx, prices)
	return err
}

// orders makes a job of every order, in the sequence in which they were placed,
// and recalls what an earlier run has done.
func (h *history) orders() error {
	accounts := map[int]string{}
	for _, s := range h.set.Stores {
		accounts[s.CustomerID] = s.AccountNumber
	}
	carriers := map[int]string{}
	for _, m := range h.set.ShipMethods {
		carriers[m.ID] = m.Name
	}
	type po struct{ customer, year, number string }
	again := map[po]int64{}
	for _, o := range h.set.Chronological() {
		j, err := h.job(&o, accounts[o.CustomerID])
		if err != nil {
			return err
		}
		k := po{j.draft.Customer, o.OrderedOn[:4], o.PONumber}
		j.draft.POSeq = again[k] // a number that a customer used twice in a year is an order of its own
		again[k]++
		j.carrier = carriers[o.ShipMethodID]
		h.jobs = append(h.jobs, j)
		h.total += int64(j.lines)
	}
	return h.DB.Read(h.ctx, func(r *db.Reader) error { return h.recall(r, h.jobs) })
}

func (h *history) job(o *adventureworks.Order, account string) (*job, error) {
	original, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	j := &job{key: strconv.Itoa(o.ID), original: string(original), shipOn: day.Day(o.ShippedOn), tracking: o.Lines[0].Tracking, lines: len(o.Lines)}
	charged, err := cents(o.Tax)
	if err != nil {
		return nil, err
	}
	freight, err := cents(o.Freight)
	if err != nil {
		return nil, err
	}
	j.draft = flow.Draft{Customer: account, PONumber: o.PONumber, OrderedOn: day.Day(o.OrderedOn), RequestedOn: day.Day(o.DueOn), ShipTo: strconv.Itoa(o.ShipToID), BillTo: strconv.Itoa(o.BillToID),
		BuyerReference: o.AccountNumber, GivenTax: charged}
	if freight != "0.00" {
		j.draft.Charges = []flow.DraftCharge{{Role: "freight", Amount: freight}}
	}
	if r, ok := h.set.CurrencyRates[o.CurrencyRateID]; ok && o.CurrencyRateID != 0 {
		j.draft.Note = fmt.Sprintf("Rate of %s: 1 %s = %s %s", r.Day, r.From, r.Average, r.To)
	}
	for _, l := range o.Lines {
		p, _ := h.set.Product(l.ProductID)
		off, err := dec.Parse(l.Discount)
		if err != nil {
			return nil, err
		}
		j.draft.Lines = append(j.draft.Lines, flow.DraftLine{SKU: p.Number, Qty: strconv.FormatInt(l.Qty, 10), Price: l.UnitPrice, Discount: off.Mul(dec.FromInt(100)).String(), TaxCode: tax.Given})
	}
	return j, nil
}

// cents rounds an amount with four decimals, half away from zero.
func cents(text string) (string, error) {
	d, err := dec.Parse(text)
	if err != nil {
		return "", err
	}
	n, ok := d.Round(awCurrency.Decimals())
	if !ok {
		return "", money.Overflow.Because("the amount %s is too large", text)
	}
	return money.Format(n, awCurrency), nil
}
