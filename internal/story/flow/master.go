package flow

import (
	"context"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Maintain runs a change of master data in one transaction.
func (o *Office) Maintain(ctx context.Context, who db.Actor, f func(tx *db.Tx) error) error {
	return o.DB.Write(ctx, who, func(tx *db.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return tell(ctx, tx)
	})
}

// SaveCompany creates or changes the company. A new one gets its chart and the bank account "BANK".
func SaveCompany(tx *db.Tx, c *company.Company) error {
	fresh := c.Version == 0
	if err := company.Save(tx, c); err != nil {
		return err
	}
	if fresh {
		ledger.Seed(tx, c.Chart)
		if _, err := payment.AddAccounts(tx, []payment.Account{{ID: id.BankAccount(tx.NewID()), Code: "BANK", Name: "Main bank account", Currency: c.Currency}}); err != nil {
			return err
		}
	}
	return event.Record(tx, event.Event{Type: "customer.changed", Subject: event.About("company", 1), Body: map[string]any{"name": c.Name}})
}

// AddCustomers creates customers with their sites; codes that exist stay.
func AddCustomers(tx *db.Tx, list []customer.Customer, sites []customer.Site) (map[string]id.Customer, map[string]bool, error) {
	ids, fresh, err := customer.Add(tx, list, sites)
	if err != nil {
		return nil, nil, err
	}
	var events []event.Event
	for _, c := range list {
		if fresh[c.Code] {
			events = append(events, event.Event{Type: "customer.created", Subject: event.About("customer", int64(c.ID)), Body: map[string]string{"code": c.Code}})
		}
	}
	return ids, fresh, event.Record(tx, events...)
}

// ChangeCustomer changes a customer that has not been changed since it was read.
func ChangeCustomer(tx *db.Tx, c *customer.Customer) error {
	if err := customer.Update(tx, c); err != nil {
		return err
	}
	return event.Record(tx, event.Event{Type: "customer.changed", Subject: event.About("customer", int64(c.ID)), Body: map[string]string{"code": c.Code}})
}

// AddProducts creates products; SKUs that exist stay.
func AddProducts(tx *db.Tx, list []catalog.Product) (map[string]id.Product, map[string]bool, error) {
	ids, fresh, err := catalog.Add(tx, list)
	if err != nil {
		return nil, nil, err
	}
	var events []event.Event
	for _, p := range list {
		if fresh[p.SKU] {
			events = append(events, event.Event{Type: "product.changed", Subject: event.About("product", int64(p.ID)), Body: map[string]string{"sku": p.SKU}})
		}
	}
	return ids, fresh, event.Record(tx, events...)
}

// ChangeProduct changes a product that has not been changed since it was read.
func ChangeProduct(tx *db.Tx, p *catalog.Product) error {
	if err := catalog.Update(tx, p); err != nil {
		return err
	}
	return event.Record(tx, event.Event{Type: "product.changed", Subject: event.About("product", int64(p.ID)), Body: map[string]string{"sku": p.SKU}})
}

// AddPrices saves prices into lists.
func AddPrices(tx *db.Tx, prices []pricing.Price) (refused int, err error) {
	if refused, err = pricing.Add(tx, prices); err != nil {
		return refused, err
	}
	seen := map[id.PriceList]int{}
	for _, p := range prices {
		seen[p.List]++
	}
	var events []event.Event
	for l, n := range seen {
		events = append(events, event.Event{Type: "price.changed", Subject: event.About("price_list", int64(l)), Body: map[string]int{"prices": n}})
	}
	return -1, event.Record(tx, events...)
}

// SaveTax adds tax rates and rules.
func SaveTax(tx *db.Tx, rates []tax.Rate, rules []tax.Rule) error { return tax.Save(tx, rates, rules) }

// AddTerms creates terms of payment.
func AddTerms(tx *db.Tx, list []terms.Terms) (map[string]id.Terms, error) { return terms.Add(tx, list) }

// AddWarehouses creates warehouses.
func AddWarehouses(tx *db.Tx, list []stock.Warehouse) (map[string]id.Warehouse, error) {
	return stock.AddWarehouses(tx, list)
}

// SaveRate stores a day's rate of exchange: company currency per unit of from.
func SaveRate(tx *db.Tx, on day.Day, from, to money.Currency, rate dec.D) {
	ledger.SaveRate(tx, on, from, to, rate)
}
