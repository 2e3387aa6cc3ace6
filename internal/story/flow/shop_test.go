package flow_test

import (
	"context"
	"testing"
	"time"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/story/flow"
	"kontor/internal/story/verify"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// shop is a small company to play with: one warehouse, a few customers and products.
type shop struct {
	*flow.Office
	t   *testing.T
	ctx context.Context
	who db.Actor
}

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

type shopRules struct {
	currency money.Currency
	country  string
	policy   company.Policy
	customer func(*customer.Customer)
	limit    int64 // 0 = no credit account
	terms    string
}

func openShop(t *testing.T, d *db.DB, r shopRules) *shop {
	t.Helper()
	s := &shop{flow.Open(d), t, context.Background(), db.Actor{ID: 7}}
	if r.currency == "" {
		r.currency = "EUR"
	}
	if r.country == "" {
		r.country = "DE"
	}
	if r.terms == "" {
		r.terms = `{"kind":"net","days":30}`
	}
	rule, err := terms.Parse(r.terms)
	s.must(err)
	s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
		c := &company.Company{Name: "Muster GmbH", Currency: r.currency, Country: r.country, VATID: "DE123456789", Zone: "Europe/Berlin", Chart: "SKR04", Policy: r.policy}
		if err := flow.SaveCompany(tx, c); err != nil {
			return err
		}
		rates := []tax.Rate{{Code: "DE19", Category: "S", Percent: "19", DeemedCode: "DE19U"}, {Code: "DE7", Category: "S", Percent: "7"}, {Code: "EXP0", Category: "G", Percent: "0", Reason: "Export"},
			{Code: "USX1", Category: "S", Percent: "8.25", DiscountTax: "leave"}, {Code: "USX2", Category: "S", Percent: "8.25"}, {Code: "CH81", Category: "S", Percent: "8.1"}, {Code: "GB20", Category: "S", Percent: "20"}}
		if err := flow.SaveTax(tx, rates, []tax.Rule{{ToPlace: "DE", Code: "DE19"}, {ToPlace: "DE", TaxClass: "reduced", Code: "DE7"}, {Code: "EXP0"}}); err != nil {
			return err
		}
		ts, err := flow.AddTerms(tx, []terms.Terms{{ID: id.Terms(tx.NewID()), Code: "STD", Rule: rule}})
		if err != nil {
			return err
		}
		if _, err := flow.AddWarehouses(tx, []stock.Warehouse{{ID: id.Warehouse(tx.NewID()), Code: "W1", Name: "Main", Country: r.country}, {ID: id.Warehouse(tx.NewID()), Code: "W2", Name: "North", Country: r.country}}); err != nil {
			return err
		}
		cr := id.Credit(0)
		if r.limit > 0 {
			ids, err := credit.Add(tx, []credit.Account{{ID: id.Credit(tx.NewID()), Code: "MUELLER", Currency: r.currency, Limit: r.limit}})
			if err != nil {
				return err
			}
			cr = ids["MUELLER"]
		}
		cu := customer.Customer{ID: id.Customer(tx.NewID()), Code: "MUELLER", Name: "Müller KG", Currency: r.currency, Terms: ts["STD"], TaxStatus: "business", Credit: cr}
		if r.customer != nil {
			r.customer(&cu)
		}
		if _, _, err := flow.AddCustomers(tx, []customer.Customer{cu}, []customer.Site{{ID: id.Site(tx.NewID()), Customer: cu.ID, Code: "HQ", Name: "Müller KG", Street: "Hafenstr. 1", City: "Hamburg", Postcode: "20457", Country: "DE"}}); err != nil {
			return err
		}
		products := []catalog.Product{{SKU: "BOLT", Name: "Bolt M8"}, {SKU: "NUT", Name: "Nut M8"}, {SKU: "BOOK", Name: "Catalogue", TaxClass: "reduced"}, {SKU: "SETUP", Name: "Set-up", Kind: "service"}}
		for i := range products {
			products[i].ID, products[i].Sellable = id.Product(tx.NewID()), true
		}
		pids, _, err := flow.AddProducts(tx, products)
		if err != nil {
			return err
		}
		ls, err := pricing.AddLists(tx, []pricing.List{{ID: id.PriceList(tx.NewID()), Code: "BASE", Currency: r.currency, ValidFrom: "2020-01-01"}})
		if err != nil {
			return err
		}
		_, err = flow.AddPrices(tx, []pricing.Price{{List: ls["BASE"], Product: pids["BOLT"], Unit: "C62", Price: "10", ValidFrom: "2020-01-01"},
			{List: ls["BASE"], Product: pids["BOLT"], Unit: "C62", MinQty: 100, Price: "9.5", ValidFrom: "2020-01-01"}, {List: ls["BASE"], Product: pids["NUT"], Unit: "C62", Price: "2.345", ValidFrom: "2020-01-01"}})
		return err
	}))
	return s
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) stock(sku, n, cost string) {
	s.t.Helper()
	_, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "GR-" + sku + n + cost, Lines: []flow.GoodsLine{{SKU: sku, Qty: n, Cost: cost}}})
	s.must(err)
}

func (s *shop) rate(on day.Day, from money.Currency, rate string) {
	s.t.Helper()
	s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
		c, err := company.Load(tx)
		if err != nil {
			return err
		}
		flow.SaveRate(tx, on, from, c.Currency, dec.Must(rate))
		return nil
	}))
}

func (s *shop) order(d flow.Draft) flow.Placed {
	s.t.Helper()
	if d.Customer == "" {
		d.Customer = "MUELLER"
	}
	p, err := s.Capture.One(s.ctx, s.who, d)
	s.must(err)
	return p
}

// verified fails the test when an invariant is broken.
func (s *shop) verified() {
	s.t.Helper()
	rep, err := verify.Run(s.ctx, s.DB, nil)
	s.must(err)
	for _, c := range rep.Checks {
		if c.Bad > 0 {
			s.t.Errorf("%s: %s: %d bad: %v", c.ID, c.Title, c.Bad, c.First)
		}
	}
}
