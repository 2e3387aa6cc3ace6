package bench

import (
	"context"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"strconv"

	"kontor/internal/rooms/access"
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
	"kontor/internal/words/id"
)

// Catalog is how many products and customers the orders choose from.
type Catalog struct{ Products, Customers int }

// seed makes the orders of every run the same.
const seed = 20260302

// trader is the company whose orders are played.
type trader struct {
	*flow.Office
	Catalog
	who db.Actor
}

func productCode(i int) string  { return fmt.Sprintf("P-%05d", i) }
func customerCode(i int) string { return fmt.Sprintf("C-%04d", i) }

// pick is skewed like 1/n, in whole numbers: every octave of ranks (1, 2–3,
// 4–7, …) is as likely as the others, and within it every rank.
func pick(r *rand.Rand, n int) int {
	for {
		octave := r.IntN(bits.Len(uint(n)))
		if i := 1<<octave + r.IntN(1<<octave) - 1; i < n {
			return i
		}
	}
}

// basket is a generated order, before anybody prices it.
type basket struct {
	customer int
	products [LinesPerOrder]int
	qty      [LinesPerOrder]int64
}

// basket gives order number i, always the same.
func (c Catalog) basket(i int) basket {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	b := basket{customer: pick(r, c.Customers)}
	for k := range b.products {
		for again := true; again; {
			b.products[k], again = pick(r, c.Products), false
			for _, p := range b.products[:k] {
				again = again || p == b.products[k]
			}
		}
		b.qty[k] = 1 + int64(r.IntN(9))
	}
	return b
}

// cents is the list price of a product.
func cents(product int) int64 { return 250 + int64(product*37%9000) }

// draft is what the customer of basket i sends.
func (c Catalog) draft(i int) flow.Draft {
	b := c.basket(i)
	d := flow.Draft{Customer: customerCode(b.customer), PONumber: "PO-" + strconv.Itoa(i)}
	for k, p := range b.products {
		d.Lines = append(d.Lines, flow.DraftLine{SKU: productCode(p), Qty: strconv.FormatInt(b.qty[k], 10)})
	}
	return d
}

// Per batch of master data; stock is plenty for a million lines on ten products.
const (
	perBatch = 500
	plenty   = "10000000"
)

// found makes the company with its products, customers and stock.
func found(ctx context.Context, d *db.DB, c Catalog) (*trader, error) {
	t := &trader{Office: flow.Open(d), Catalog: c, who: db.Actor{ID: access.System}}
	var list id.PriceList
	var std id.Terms
	err := t.Maintain(ctx, t.who, func(tx *db.Tx) error {
		var err error
		list, std, err = basics(tx)
		return err
	})
	for from := 0; err == nil && from < c.Products; from += perBatch {
		err = t.addProducts(ctx, list, from, min(from+perBatch, c.Products))
	}
	for from := 0; err == nil && from < c.Customers; from += perBatch {
		err = t.addCustomers(ctx, std, from, min(from+perBatch, c.Customers))
	}
	return t, err
}

// basics are company, tax, terms, warehouse and price list.
func basics(tx *db.Tx) (id.PriceList, id.Terms, error) {
	co := &company.Company{Name: "Bench GmbH", Currency: "EUR", Country: "DE", VATID: "DE123456789", Zone: "Europe/Berlin", Chart: "SKR04"}
	if err := flow.SaveCompany(tx, co); err != nil {
		return 0, 0, err
	}
	if err := flow.SaveTax(tx, []tax.Rate{{Code: "DE19", Category: "S", Percent: "19"}}, []tax.Rule{{Code: "DE19"}}); err != nil {
		return 0, 0, err
	}
	rule, err := terms.Parse(`{"kind":"net","days":30}`)
	if err != nil {
		return 0, 0, err
	}
	ts, err := flow.AddTerms(tx, []terms.Terms{{ID: id.Terms(tx.NewID()), Code: "NET30", Rule: rule}})
	if err != nil {
		return 0, 0, err
	}
	if _, err := flow.AddWarehouses(tx, []stock.Warehouse{{ID: id.Warehouse(tx.NewID()), Code: "MAIN", Name: "Main", Country: "DE"}}); err != nil {
		return 0, 0, err
	}
	ls, err := pricing.AddLists(tx, []pricing.List{{ID: id.PriceList(tx.NewID()), Code: "LIST", Currency: "EUR", ValidFrom: "2020-01-01"}})
	return ls["LIST"], ts["NET30"], err
}

func (t *trader) addProducts(ctx context.Context, list id.PriceList, from, to int) error {
	in := flow.GoodsIn{Kind: "opening", Reference: "OPEN-" + strconv.Itoa(from)}
	err := t.Maintain(ctx, t.who, func(tx *db.Tx) error {
		var products []catalog.Product
		for i := from; i < to; i++ {
			products = append(products, catalog.Product{ID: id.Product(tx.NewID()), SKU: productCode(i), Name: fmt.Sprintf("Bench product %d", i), Sellable: true})
		}
		ids, _, err := flow.AddProducts(tx, products)
		if err != nil {
			return err
		}
		var prices []pricing.Price
		in.Lines = nil
		for i := from; i < to; i++ {
			prices = append(prices, pricing.Price{List: list, Product: ids[productCode(i)], Unit: "C62", Price: fmt.Sprintf("%d.%02d", cents(i)/100, cents(i)%100), ValidFrom: "2020-01-01"})
			in.Lines = append(in.Lines, flow.GoodsLine{SKU: productCode(i), Qty: plenty, Cost: "1.50"})
		}
		_, err = flow.AddPrices(tx, prices)
		return err
	})
	if err == nil {
		_, err = t.GoodsIn.Alone(ctx, t.who, in)
	}
	return err
}

// limit is never reached: credit is watched, not tested here.
const limit = 1e15

func (t *trader) addCustomers(ctx context.Context, std id.Terms, from, to int) error {
	return t.Maintain(ctx, t.who, func(tx *db.Tx) error {
		var accounts []credit.Account
		for i := from; i < to; i++ {
			accounts = append(accounts, credit.Account{ID: id.Credit(tx.NewID()), Code: customerCode(i), Currency: "EUR", Limit: limit})
		}
		limits, err := credit.Add(tx, accounts)
		if err != nil {
			return err
		}
		var customers []customer.Customer
		var sites []customer.Site
		for i := from; i < to; i++ {
			c := customer.Customer{ID: id.Customer(tx.NewID()), Code: customerCode(i), Name: fmt.Sprintf("Bench customer %d", i), Currency: "EUR", Terms: std, TaxStatus: "business", Credit: limits[customerCode(i)]}
			customers = append(customers, c)
			sites = append(sites, customer.Site{ID: id.Site(tx.NewID()), Customer: c.ID, Code: "HQ", Name: c.Name, Street: "Hafenstr. 1", City: "Hamburg", Postcode: "20457", Country: "DE"})
		}
		_, _, err = flow.AddCustomers(tx, customers, sites)
		return err
	})
}
