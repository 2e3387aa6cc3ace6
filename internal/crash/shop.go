package crash

import (
	"context"
	"fmt"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/schema"
	"kontor/internal/words/id"
)

const (
	products  = 12
	customers = 6
	accounts  = 3 // of credit, shared by the customers, so that chains meet
)

// clerk is who writes.
var clerk = db.Actor{ID: 7}

// Found makes a small shop with plenty of stock and credit in a new database.
func Found(ctx context.Context, dsn string) error {
	if _, err := schema.Migrate(ctx, dsn); err != nil {
		return err
	}
	d, err := db.Open(ctx, dsn, db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Lease(ctx); err != nil {
		return err
	}
	o := flow.Open(d)
	if err := o.Maintain(ctx, clerk, master); err != nil {
		return err
	}
	g := flow.GoodsIn{Reference: "opening", Kind: "opening"}
	for i := range products {
		g.Lines = append(g.Lines, flow.GoodsLine{SKU: sku(i), Qty: "10000000", Cost: "3.21"})
	}
	_, err = o.GoodsIn.One(ctx, clerk, g)
	return err
}

func sku(i int) string          { return fmt.Sprintf("P%d", i%products) }
func customerCode(i int) string { return fmt.Sprintf("C%d", i%customers) }

// master writes the company, its customers, products and prices.
func master(tx *db.Tx) error {
	if err := flow.SaveCompany(tx, &company.Company{Name: "Crash Ltd", Currency: "EUR", Country: "DE", VATID: "DE123456789", Zone: "Europe/Berlin", Chart: "SKR04"}); err != nil {
		return err
	}
	if err := flow.SaveTax(tx, []tax.Rate{{Code: "DE19", Category: "S", Percent: "19"}}, []tax.Rule{{ToPlace: "DE", Code: "DE19"}}); err != nil {
		return err
	}
	rule, err := terms.Parse(`{"kind":"net","days":30}`)
	if err != nil {
		return err
	}
	ts, err := flow.AddTerms(tx, []terms.Terms{{ID: id.Terms(tx.NewID()), Code: "STD", Rule: rule}})
	if err != nil {
		return err
	}
	if _, err := flow.AddWarehouses(tx, []stock.Warehouse{{ID: id.Warehouse(tx.NewID()), Code: "W1", Name: "Main", Country: "DE"}}); err != nil {
		return err
	}
	var limits []credit.Account
	for i := range accounts {
		limits = append(limits, credit.Account{ID: id.Credit(tx.NewID()), Code: fmt.Sprintf("A%d", i), Currency: "EUR", Limit: 1e12})
	}
	credits, err := credit.Add(tx, limits)
	if err != nil {
		return err
	}
	var buyers []customer.Customer
	var sites []customer.Site
	for i := range customers {
		c := customer.Customer{ID: id.Customer(tx.NewID()), Code: customerCode(i), Name: "Customer " + customerCode(i), Currency: "EUR", Terms: ts["STD"], TaxStatus: "business",
			Credit: credits[fmt.Sprintf("A%d", i%accounts)]}
		buyers = append(buyers, c)
		sites = append(sites, customer.Site{ID: id.Site(tx.NewID()), Customer: c.ID, Code: "HQ", Name: c.Name, City: "Hamburg", Country: "DE"})
	}
	if _, _, err := flow.AddCustomers(tx, buyers, sites); err != nil {
		return err
	}
	var goods []catalog.Product
	for i := range products {
		goods = append(goods, catalog.Product{ID: id.Product(tx.NewID()), SKU: sku(i), Name: "Product " + sku(i), Sellable: true})
	}
	ids, _, err := flow.AddProducts(tx, goods)
	if err != nil {
		return err
	}
	ls, err := pricing.AddLists(tx, []pricing.List{{ID: id.PriceList(tx.NewID()), Code: "BASE", Currency: "EUR", ValidFrom: "2020-01-01"}})
	if err != nil {
		return err
	}
	var prices []pricing.Price
	for i := range products {
		prices = append(prices, pricing.Price{List: ls["BASE"], Product: ids[sku(i)], Unit: "C62", Price: fmt.Sprintf("%d.37", 5+i), ValidFrom: "2020-01-01"})
	}
	_, err = flow.AddPrices(tx, prices)
	return err
}
