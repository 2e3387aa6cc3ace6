package sim

import (
	"fmt"
	"strings"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/payment"
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
	"kontor/internal/words/qty"
)

// always is the day from which master data is valid.
const always = day.Day("2020-01-01")

// payable are the company's terms of payment.
var payable = [][2]string{
	{"N30-2", `{"kind":"net","days":30,"discounts":[{"percent":"2","days":10}]}`},
	{"N30", `{"kind":"net","days":30}`},
	{"N14", `{"kind":"net","days":14}`},
	{"N45", `{"kind":"net","days":45}`},
	{"N60", `{"kind":"net","days":60,"convention":"following"}`},
	{"EOM15", `{"kind":"eom","days":15}`},
	{"INST3", `{"kind":"net","days":10,"instalments":[{"percent":"40","days":0},{"percent":"30","days":30},{"percent":"30","days":60}]}`},
	{"PRE", `{"kind":"net","days":7}`},
}

var rates = []tax.Rate{
	{Code: "DE19", Category: "S", Percent: "19", Country: "DE", DeemedCode: "DE19U"},
	{Code: "DE19U", Category: "S", Percent: "19", Country: "DE"},
	{Code: "DE7", Category: "S", Percent: "7", Country: "DE"},
	{Code: "EUK", Category: "K", Percent: "0", Reason: "Intra-community supply, Art. 138 VAT Directive"},
	{Code: "EXP", Category: "G", Percent: "0", Reason: "Export outside the EU, Art. 146 VAT Directive"},
}

// supplies are the tax rules. Deliveries inside the EU need a buyer with a VAT
// number; who has none is a case for a person.
var supplies = []tax.Rule{
	{ToPlace: "DE", Code: "DE19"}, {ToPlace: "DE", TaxClass: "reduced", Code: "DE7"},
	{ToPlace: "AT", PartyStatus: "business-eu", Code: "EUK"}, {ToPlace: "FR", PartyStatus: "business-eu", Code: "EUK"},
	{ToPlace: "US", Code: "EXP"}, {ToPlace: "GB", Code: "EXP"},
}

// account is one bank account with its balance, as the bank keeps it.
type account struct {
	code    string
	cur     money.Currency
	balance int64
	today   []*movement // not on a statement yet
	charged day.Month   // for which the bank has taken its fee
}

// found makes the company: books, people, places, partners, goods, prices.
func (s *sim) found() error {
	s.houses = []string{"HB", "UL"}
	s.goods = articles(s.opt.Products)
	err := s.office.Maintain(s.ctx, db.Actor{ID: 3}, func(tx *db.Tx) error {
		c := &company.Company{Name: Name, Currency: "EUR", Country: "DE", VATID: "DE299000015", Zone: Zone, Chart: "SKR04",
			Policy: company.Policy{VATChargeableOn: "supply", TaxMode: "document", ToleranceAmt: 500, ToleranceBP: 50, GraceDays: 3}}
		if err := flow.SaveCompany(tx, c); err != nil {
			return err
		}
		var err error
		if s.staff, err = newStaff(tx); err != nil {
			return err
		}
		s.accounts = []*account{{code: "BANK", cur: "EUR"}, {code: "BANK-USD", cur: "USD"}, {code: "BANK-GBP", cur: "GBP"}}
		if _, err := payment.AddAccounts(tx, []payment.Account{
			{ID: id.BankAccount(tx.NewID()), Code: "BANK-USD", Name: "Dollar account", Currency: "USD"},
			{ID: id.BankAccount(tx.NewID()), Code: "BANK-GBP", Name: "Sterling account", Currency: "GBP"}}); err != nil {
			return err
		}
		if err := flow.SaveTax(tx, rates, supplies); err != nil {
			return err
		}
		if _, err := flow.AddWarehouses(tx, []stock.Warehouse{{ID: id.Warehouse(tx.NewID()), Code: "HB", Name: "Bremen, main warehouse", Country: "DE"},
			{ID: id.Warehouse(tx.NewID()), Code: "UL", Name: "Ulm, warehouse south", Country: "DE"}}); err != nil {
			return err
		}
		s.exchange(tx)
		if err := s.befriend(tx); err != nil {
			return err
		}
		return s.shelve(tx)
	})
	if err != nil {
		return err
	}
	return s.stockUp()
}

// exchange walks the rates of foreign currencies day by day, in ten-thousandths.
func (s *sim) exchange(tx *db.Tx) {
	d := newDice(s.opt.Seed, "exchange")
	usd, gbp := int64(9150), int64(11640)
	for on := s.opt.first().AddDays(-1); on <= s.opt.last(); on = on.AddDays(1) {
		if w := on.Weekday(); w != 0 && w != 6 {
			usd += int64(d.between(-38, 38)) + (9150-usd)/40
			gbp += int64(d.between(-41, 41)) + (11640-gbp)/40
		}
		flow.SaveRate(tx, on, "USD", "EUR", dec.FromUnits(usd, 4))
		flow.SaveRate(tx, on, "GBP", "EUR", dec.FromUnits(gbp, 4))
	}
}

// befriend creates the customers with terms, limits and sites.
func (s *sim) befriend(tx *db.Tx) error {
	var list []terms.Terms
	for _, p := range payable {
		r, err := terms.Parse(p[1])
		if err != nil {
			return err
		}
		list = append(list, terms.Terms{ID: id.Terms(tx.NewID()), Code: p[0], Rule: r, Calendar: "DE"})
	}
	due, err := flow.AddTerms(tx, list)
	if err != nil {
		return err
	}
	terms.AddHolidays(tx, "DE", holidays(s.opt.first().Year(), s.opt.last().Year()+1))
	var accounts []credit.Account
	for i := range s.opt.Customers {
		if p := &partners[i]; p.limit > 0 {
			accounts = append(accounts, credit.Account{ID: id.Credit(tx.NewID()), Code: p.code, Currency: "EUR", Limit: p.limit * 100000})
		}
	}
	limits, err := credit.Add(tx, accounts)
	if err != nil {
		return err
	}
	by := map[string]*party{}
	var customers []customer.Customer
	var sites []customer.Site
	for i := range s.opt.Customers {
		p := &party{partner: &partners[i], id: id.Customer(tx.NewID()), po: 1000 + i*37}
		p.payer = p
		c := p.record(i, due[p.terms], limits[p.code])
		if head := by[p.parent]; head != nil {
			p.payer, c.Parent, c.Payer, c.Credit = head, head.id, head.id, limits[head.code]
		}
		by[p.code], s.customers[p.id] = p, p
		s.parties, customers = append(s.parties, p), append(customers, c)
		own := p.addresses(tx)
		for _, x := range own {
			p.sites = append(p.sites, x.Code)
		}
		sites = append(sites, own...)
	}
	_, _, err = flow.AddCustomers(tx, customers, sites)
	return err
}

// record is what the customer's master data say.
func (p *party) record(n int, t id.Terms, limit id.Credit) customer.Customer {
	c := customer.Customer{ID: p.id, Code: p.code, Name: p.name, Currency: money.Currency(p.currency()), Terms: t, Credit: limit, TaxStatus: "business", Language: "en", Incoterm: "FCA",
		Ship: customer.ShipRules{Complete: p.is("complete")}, Bill: customer.BillRules{Policy: "delivery", GroupBy: "order"}}
	switch {
	case p.is("novat"):
	case p.country == "DE":
		c.TaxStatus, c.VATID, c.Language = "business", fmt.Sprintf("DE299%06d", 1000+n), "de"
	case p.country == "AT":
		c.TaxStatus, c.VATID, c.Language = "business-eu", fmt.Sprintf("ATU299%05d", 100+n), "de"
	case p.country == "FR":
		c.TaxStatus, c.VATID, c.Language = "business-eu", fmt.Sprintf("FR00299%06d", 1000+n), "fr"
	}
	if p.is("dap") {
		c.Incoterm = "DAP"
	}
	if p.is("oem") {
		c.PriceGroup = "OEM"
	}
	if p.is("tolerance") {
		c.Ship.OverBP, c.Ship.UnderBP = 500, 500
	}
	if p.is("collective") {
		c.Bill.GroupBy = "customer"
	}
	if p.is("ahead") {
		c.Bill.Policy = "order"
	}
	return c
}

// addresses gives the office, and a second place for those that order often.
func (p *party) addresses(tx *db.Tx) []customer.Site {
	out := []customer.Site{{ID: id.Site(tx.NewID()), Customer: p.id, Code: "MAIN", Name: p.name, Street: p.street, Postcode: p.postcode, City: p.city, Region: region[p.postcode], Country: p.country}}
	if p.weight >= 5 {
		second := out[0]
		second.ID, second.Code, second.Name, second.Street = id.Site(tx.NewID()), "GATE2", p.name+", goods in, gate 2", strings.TrimSpace(p.street)+", gate 2"
		out = append(out, second)
	}
	return out
}

// articles takes n of the range, from all families in turn.
func articles(n int) []*good {
	var out []*good
	for row := 0; len(out) < n; row++ {
		some := false
		for f := range families {
			if fam := &families[f]; row < len(fam.list) && len(out) < n {
				out, some = append(out, &good{article: fam.list[row], family: fam}), true
			}
		}
		if !some {
			break
		}
	}
	return out
}

// shelve creates the products and their prices.
func (s *sim) shelve(tx *db.Tx) error {
	var products []catalog.Product
	s.place = map[id.Product]int{}
	for i, g := range s.goods {
		g.id = id.Product(tx.NewID())
		s.place[g.id] = i + 1
		p := catalog.Product{ID: g.id, SKU: g.sku, Name: g.article.name, Kind: g.kind, Unit: g.unit, Scale: int64(g.scale), TaxClass: g.class, WeightG: g.grams, Sellable: true}
		if g.stocked() {
			p.GTIN = gtin(100 + i)
		}
		for k, u := range g.packs {
			p.Units = append(p.Units, catalog.Unit{Unit: u.unit, Num: u.num, Den: u.den, GTIN: gtin(100000 + i*10 + k), Role: "pack"})
		}
		products = append(products, p)
	}
	if _, _, err := flow.AddProducts(tx, products); err != nil {
		return err
	}
	lists, err := pricing.AddLists(tx, []pricing.List{{ID: id.PriceList(tx.NewID()), Code: "EUR", Currency: "EUR", ValidFrom: always}, {ID: id.PriceList(tx.NewID()), Code: "USD", Currency: "USD", ValidFrom: always},
		{ID: id.PriceList(tx.NewID()), Code: "GBP", Currency: "GBP", ValidFrom: always}, {ID: id.PriceList(tx.NewID()), Code: "EUR-OEM", Currency: "EUR", Group: "OEM", ValidFrom: always},
		{ID: id.PriceList(tx.NewID()), Code: "USD-OEM", Currency: "USD", Group: "OEM", ValidFrom: always}})
	if err != nil {
		return err
	}
	var prices []pricing.Price
	for _, g := range s.goods {
		for _, l := range []struct {
			code    string
			perCent int64
			oem     bool
		}{{"EUR", 100, false}, {"USD", 114, false}, {"GBP", 91, false}, {"EUR-OEM", 100, true}, {"USD-OEM", 114, true}} {
			if l.perCent == 100 || !unpriced[g.sku] {
				prices = append(prices, g.prices(lists[l.code], l.perCent, l.oem)...)
			}
		}
	}
	for i, p := range s.parties {
		if p.is("own") { // a few things that it buys for years
			for k := range min(6, len(s.goods)) {
				g := s.goods[(i*7+k*5)%len(s.goods)]
				prices = append(prices, pricing.Price{List: lists["EUR"], Product: g.id, Customer: p.id, Unit: g.unit, Price: money.Format(g.price*87/100, "EUR"), ValidFrom: always})
			}
		}
	}
	if refused, err := flow.AddPrices(tx, prices); err != nil || refused >= 0 {
		return fmt.Errorf("price %d of %d: %w", refused, len(prices), err)
	}
	return s.bills(tx)
}

// prices gives an article's rows in a list: per unit and per pack, with two
// quantity breaks; the group gets eight per cent off.
func (g *good) prices(l id.PriceList, perCent int64, oem bool) []pricing.Price {
	one := int64(1)
	for range g.scale {
		one *= 10
	}
	discount := ""
	if oem {
		discount = "8"
	}
	price := g.price * perCent / 100
	at := func(unit string, cents, from int64) pricing.Price {
		return pricing.Price{List: l, Product: g.id, Unit: unit, MinQty: from, Price: money.Format(cents, "EUR"), Discount: discount, ValidFrom: always}
	}
	out := []pricing.Price{at(g.unit, price, 0)}
	if g.stocked() {
		out = append(out, at(g.unit, price*95/100, g.lot*10*one), at(g.unit, price*91/100, g.lot*40*one))
	}
	for _, u := range g.packs {
		out = append(out, at(u.unit, price*u.num*93/(100*u.den), 0))
	}
	return out
}

// stockUp posts the opening stock, by what is usually sold.
func (s *sim) stockUp() error {
	var cmds []flow.GoodsIn
	for n, h := range s.houses {
		c := flow.GoodsIn{Reference: "OPENING-" + h, Kind: "opening", Warehouse: h, On: s.opt.first().AddDays(-1)}
		for i, g := range s.goods {
			if g.stocked() {
				c.Lines = append(c.Lines, flow.GoodsLine{SKU: g.sku, Qty: fmt.Sprint(s.usual(i, n) * 14), Cost: money.Format(max(1, g.price*g.cost/100), "EUR")})
			}
		}
		cmds = append(cmds, c)
	}
	return ask(s, s.office.GoodsIn, s.staff.buying, cmds, nil)
}

// usual is about what leaves a warehouse of an article in two working days, in
// base units: those in front of the list sell most, the south a third.
func (s *sim) usual(i, house int) int64 {
	n := len(s.goods)
	share := int64(3)
	if house == 1 {
		share = 1
	}
	lines := int64(s.opt.OrdersPerDay) * 12 // two days' lines, about
	perMille := int64(300 + 2400*(n-i)/n)   // of an even share
	return max(s.goods[i].lot, s.goods[i].lot*lines*perMille*share/(int64(n)*4000))
}

// text writes base units times 10^scale, as quantities of documents are.
func (g *good) text(steps int64) string { return qty.Format(steps, g.scale) }
