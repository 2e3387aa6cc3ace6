// Package adventureworks reads a folder of Microsoft's AdventureWorks sample
// data (a bicycle maker that sells to stores) into plain structs: products and
// their prices, stores, sales orders, and the supply that covers them.
//
// The folder holds tab-separated tables without header (their columns are in
// columns.csv), Store.csv (commas, quoted) and gzipped CSV files with header.
// Numbers with decimals stay the file's decimal text, days are YYYY-MM-DD,
// ids are the file's ids. Encodings are forgiven (byte order marks, UTF-16,
// Latin-1); a line that cannot be understood is not: the fault Malformed names
// file, line and column.
//
// It does not compute: no line nets, no taxes, no stock levels, no rounding.
// It does not read persons, employees, bills of material, routings or the
// single-customer web shop. Only the addresses, currency rates and customers
// that the sales orders name are kept.
package adventureworks

import (
	"cmp"
	"slices"
	"sort"
)

// Product is one row of Product.csv: sold goods, their components and the
// material they are made of.
type Product struct {
	ID             int
	Number         string // the article number: FR-M94B-48
	Name           string
	Made           bool   // made in house; else bought
	Finished       bool   // for sale; else a component
	Color          string // may be empty
	StandardCost   string // US dollars, decimal text; the cost of today, see Costs
	ListPrice      string // US dollars, decimal text; 0.0 for what is not sold
	Size           string // 48, M …; may be empty
	SizeUnit       string // CM or empty
	Weight         string // decimal text or empty
	WeightUnit     string // LB, G or empty
	Subcategory    string // Mountain Frames; empty for components
	Category       string // Components, Bikes, Clothing, Accessories; empty for components
	SafetyStock    int64  // units
	ReorderPoint   int64  // units
	DaysToMake     int64  // days of manufacture, 0 for bought goods
	SellFrom       string // first day of sale
	SellUntil      string // last day of sale, empty when open
	DiscontinuedOn string // day or empty
}

// Price is a list price or a standard cost of a product over a span of days.
type Price struct {
	ProductID int
	From      string // first day
	Until     string // last day, empty when open
	Amount    string // US dollars per unit, decimal text
}

// Stock is what ProductInventory.csv counts of a product, summed over all
// locations, shelves and bins. The file's count is of August 2014, after all
// orders; it is used as what was there at the beginning.
type Stock struct {
	ProductID int
	Qty       int64 // units
}

// Component is a line of a bill of material: PerAssembly of a component go into
// one assembly from From to Until.
type Component struct {
	ID          int
	AssemblyID  int
	ComponentID int
	PerAssembly string // decimal text; units, ounces or inches as Unit says
	Unit        string // EA, OZ, IN
	Level       int    // 1 = directly in something that is sold
	From        string // first day
	Until       string // last day; empty when open
}

// Address is a postal address.
type Address struct {
	ID         int
	Line1      string
	Line2      string // may be empty
	City       string
	PostalCode string
	State      string // code of the state or province: WA, 93; unique in its country
	StateName  string
	Country    string // ISO 3166 alpha-2: US, CA, FR, DE, AU, GB
}

// Store is a customer: a shop that buys for resale. Only stores that at least
// one sales order names are read.
type Store struct {
	CustomerID    int
	StoreID       int
	Name          string
	AccountNumber string // AW00029734; the orders carry another one, see Order
	TerritoryID   int
	Territory     string // Northwest, France …
	Country       string // of the territory, ISO 3166 alpha-2
	AddressID     int    // main office; 0 when the set names none. See Set.Addresses
}

// Offer is a special offer: a discount for a quantity, a season or a product.
type Offer struct {
	ID          int
	Description string
	Fraction    string // 0.15 is 15 per cent
	Type        string // No Discount, Volume Discount, Seasonal Discount …
	Category    string // Reseller, Customer, No Discount
	From        string // first day
	Until       string // last day
	MinQty      int64  // units
	MaxQty      int64  // units, 0 when open
}

// ShipMethod is a way of carriage with its tariff (which the orders do not follow).
type ShipMethod struct {
	ID   int
	Name string
	Base string // US dollars per shipment, decimal text
	Rate string // US dollars per unit of weight, decimal text
}

// Territory is a sales region.
type Territory struct {
	ID      int
	Name    string
	Country string // ISO 3166 alpha-2
	Group   string // North America, Europe, Pacific
}

// CurrencyRate is a rate that a sales order names: 1 From = Average To. All
// amounts of the orders are in US dollars all the same; it is only a note.
type CurrencyRate struct {
	ID       int
	Day      string
	From     string // always USD
	To       string // ISO 4217
	Average  string // decimal text
	EndOfDay string // decimal text
}

// Set is the master data and the sales orders of one folder. It is read only
// and safe for concurrent readers. Slices are sorted by id, Orders excepted.
type Set struct {
	Products      []Product
	ListPrices    []Price     // by product and first day
	Costs         []Price     // by product and first day
	Stock         []Stock     // products that were counted, by id
	Components    []Component // by assembly, then first day; what is sold by itself has no line
	Stores        []Store     // stores with orders, by customer id
	Offers        []Offer
	ShipMethods   []ShipMethod
	Territories   []Territory
	Addresses     map[int]Address      // main offices and the orders' bill-to and ship-to
	CurrencyRates map[int]CurrencyRate // those that orders name

	dir    string
	layout map[string]map[string]int
	orders []Order
}

// Open reads the master data and the sales orders of a folder. It gives the
// faults Missing and Malformed, or an error of the file system. Two thousand
// orders of 32,000 lines take about 0.2 s and 15 MB; work orders and purchase
// orders are left for WorkOrders and PurchaseReceipts, which stream.
func Open(dir string) (*Set, error) {
	s := &Set{dir: dir, Addresses: map[int]Address{}, CurrencyRates: map[int]CurrencyRate{}}
	var err error
	if s.layout, err = columns(dir); err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		s.readOrders, s.readProducts, s.readPrices, s.readStock, s.readComponents, s.readOffers,
		s.readShipMethods, s.readTerritories, s.readStores, s.readAddresses,
		s.readCurrencyRates, s.checkOrders,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Product gives the product with that id.
func (s *Set) Product(id int) (Product, bool) {
	i, ok := sort.Find(len(s.Products), func(i int) int { return cmp.Compare(id, s.Products[i].ID) })
	if !ok {
		return Product{}, false
	}
	return s.Products[i], true
}

// ListPriceOn gives the list price of a product on a day: of the last span
// that began on or before it, even if that has ended: three lines of the
// shared half are sold a day after, at prices of their own; all others at list
// price × (0.6 − the line's discount). False when there was none yet.
func (s *Set) ListPriceOn(product int, day string) (Price, bool) {
	return on(s.ListPrices, product, day)
}

// CostOn gives the standard cost of a product on a day, by the rule of ListPriceOn.
func (s *Set) CostOn(product int, day string) (Price, bool) {
	return on(s.Costs, product, day)
}

// on finds the last price of a product that began on or before the day.
func on(prices []Price, product int, day string) (Price, bool) {
	i := sort.Search(len(prices), func(i int) bool {
		p := prices[i]
		return p.ProductID > product || p.ProductID == product && p.From > day
	})
	if i == 0 || prices[i-1].ProductID != product {
		return Price{}, false
	}
	return prices[i-1], true
}

// each reads all rows of a table; a row that is wrong stops it.
func (s *Set) each(table string, row func(*record)) error {
	for r, err := range s.rows(table) {
		if err != nil {
			return err
		}
		if row(r); r.err != nil {
			return r.err
		}
	}
	return nil
}

func (s *Set) readProducts() error {
	type sub struct {
		name     string
		category int
	}
	categories, subs := map[int]string{}, map[int]sub{}
	err := s.each("ProductCategory", func(r *record) { categories[r.id("ProductCategoryId")] = r.text("Name") })
	if err != nil {
		return err
	}
	err = s.each("ProductSubcategory", func(r *record) {
		subs[r.id("ProductSubcategoryId")] = sub{r.text("Name"), r.id("ProductCategoryId")}
	})
	if err != nil {
		return err
	}
	seen := map[int]bool{}
	err = s.each("Product", func(r *record) {
		p := Product{
			ID:             r.id("ProductId"),
			Number:         r.text("ProductNumber"),
			Name:           r.text("Name"),
			Made:           r.flag("MakeFlag"),
			Finished:       r.flag("FinishedGoodsFlag"),
			Color:          r.text("Color"),
			StandardCost:   r.amount("StandardCost"),
			ListPrice:      r.amount("ListPrice"),
			Size:           r.text("Size"),
			SizeUnit:       r.text("SizeUnitMeasureCode"),
			Weight:         r.text("Weight"),
			WeightUnit:     r.text("WeightUnitMeasureCode"),
			SafetyStock:    r.whole("SafetyStockLevel"),
			ReorderPoint:   r.whole("ReorderPoint"),
			DaysToMake:     r.whole("DaysToManufacture"),
			SellFrom:       r.day("SellStartDate"),
			SellUntil:      r.optionalDay("SellEndDate"),
			DiscontinuedOn: r.optionalDay("DiscontinuedDate"),
		}
		if p.Number == "" {
			r.fail("ProductNumber", "the number is missing")
		}
		if p.Weight != "" && !isDecimal(p.Weight) {
			r.fail("Weight", "%q is not a decimal number", p.Weight)
		}
		if seen[p.ID] {
			r.fail("ProductId", "product %d is there twice", p.ID)
		}
		seen[p.ID] = true
		if id := r.optionalID("ProductSubcategoryId"); id != 0 {
			sc, ok := subs[id]
			if !ok {
				r.fail("ProductSubcategoryId", "subcategory %d is not in ProductSubcategory.csv", id)
			}
			p.Subcategory, p.Category = sc.name, categories[sc.category]
		}
		s.Products = append(s.Products, p)
	})
	slices.SortFunc(s.Products, func(a, b Product) int { return cmp.Compare(a.ID, b.ID) })
	return err
}

func (s *Set) readPrices() error {
	read := func(table, column string) ([]Price, error) {
		var prices []Price
		err := s.each(table, func(r *record) {
			prices = append(prices, Price{r.id("ProductId"), r.day("StartDate"), r.optionalDay("EndDate"), r.amount(column)})
		})
		slices.SortStableFunc(prices, func(a, b Price) int {
			return cmp.Or(cmp.Compare(a.ProductID, b.ProductID), cmp.Compare(a.From, b.From))
		})
		return prices, err
	}
	var err error
	if s.ListPrices, err = read("ProductListPriceHistory", "ListPrice"); err != nil {
		return err
	}
	s.Costs, err = read("ProductCostHistory", "StandardCost")
	return err
}

func (s *Set) readStock() error {
	sums := map[int]int64{}
	err := s.each("ProductInventory", func(r *record) {
		q := r.whole("Quantity")
		if q < 0 {
			r.fail("Quantity", "%d is negative", q)
		}
		sums[r.id("ProductId")] += q
	})
	for id, qty := range sums {
		s.Stock = append(s.Stock, Stock{id, qty})
	}
	slices.SortFunc(s.Stock, func(a, b Stock) int { return cmp.Compare(a.ProductID, b.ProductID) })
	return err
}

func (s *Set) readComponents() error {
	err := s.each("BillOfMaterials", func(r *record) {
		if r.text("ProductAssemblyId") == "" { // what is sold goes into nothing
			return
		}
		c := Component{ID: r.id("BillOfMaterialsId"), AssemblyID: r.id("ProductAssemblyId"), ComponentID: r.id("ComponentId"), PerAssembly: r.decimal("PerAssemblyQty"),
			Unit: r.text("UnitMeasureCode"), Level: int(r.whole("BOMLevel")), From: r.day("StartDate"), Until: r.optionalDay("EndDate")}
		if c.Until != "" && c.Until < c.From {
			r.fail("EndDate", "%s is before the first day %s", c.Until, c.From)
		}
		s.Components = append(s.Components, c)
	})
	slices.SortFunc(s.Components, func(a, b Component) int {
		return cmp.Or(cmp.Compare(a.AssemblyID, b.AssemblyID), cmp.Compare(a.From, b.From), cmp.Compare(a.ID, b.ID))
	})
	return err
}

func (s *Set) readOffers() error {
	err := s.each("SpecialOffer", func(r *record) {
		s.Offers = append(s.Offers, Offer{
			ID:          r.id("SpecialOfferId"),
			Description: r.text("Description"),
			Fraction:    r.amount("DiscountPct"),
			Type:        r.text("Type"),
			Category:    r.text("Category"),
			From:        r.day("StartDate"),
			Until:       r.day("EndDate"),
			MinQty:      r.optionalWhole("MinQty"),
			MaxQty:      r.optionalWhole("MaxQty"),
		})
	})
	slices.SortFunc(s.Offers, func(a, b Offer) int { return cmp.Compare(a.ID, b.ID) })
	return err
}

func (s *Set) readShipMethods() error {
	err := s.each("ShipMethod", func(r *record) {
		s.ShipMethods = append(s.ShipMethods, ShipMethod{r.id("ShipMethodId"), r.text("Name"), r.amount("ShipBase"), r.amount("ShipRate")})
	})
	slices.SortFunc(s.ShipMethods, func(a, b ShipMethod) int { return cmp.Compare(a.ID, b.ID) })
	return err
}

func (s *Set) readTerritories() error {
	err := s.each("SalesTerritory", func(r *record) {
		s.Territories = append(s.Territories, Territory{r.id("TerritoryId"), r.text("Name"), r.text("CountryRegionCode"), r.text("Group")})
	})
	slices.SortFunc(s.Territories, func(a, b Territory) int { return cmp.Compare(a.ID, b.ID) })
	return err
}

func (s *Set) readStores() error {
	wanted := map[int]bool{}
	for i := range s.orders {
		wanted[s.orders[i].CustomerID] = true
	}
	territories := map[int]Territory{}
	for _, t := range s.Territories {
		territories[t.ID] = t
	}
	byStore := map[int][]int{} // a store may be several customers
	err := s.each("Customer", func(r *record) {
		id := r.id("CustomerId")
		store := r.optionalID("StoreId")
		if !wanted[id] || store == 0 {
			return
		}
		t, ok := territories[r.optionalID("TerritoryId")]
		if !ok {
			r.fail("TerritoryId", "%q is not in SalesTerritory.csv", r.text("TerritoryId"))
		}
		byStore[store] = append(byStore[store], len(s.Stores))
		s.Stores = append(s.Stores, Store{CustomerID: id, StoreID: store, AccountNumber: r.text("AccountNumber"), TerritoryID: t.ID, Territory: t.Name, Country: t.Country})
	})
	if err != nil {
		return err
	}
	err = s.each("Store", func(r *record) {
		id, name := r.id("BusinessEntityId"), r.text("Name")
		for _, i := range byStore[id] {
			s.Stores[i].Name = name
		}
	})
	if err != nil {
		return err
	}
	const mainOffice = 3 // AddressType.csv
	err = s.each("BusinessEntityAddress", func(r *record) {
		kind, address := r.id("AddressTypeId"), r.id("AddressId")
		for _, i := range byStore[r.id("BusinessEntityId")] {
			if s.Stores[i].AddressID == 0 || kind == mainOffice {
				s.Stores[i].AddressID = address
			}
		}
	})
	slices.SortFunc(s.Stores, func(a, b Store) int { return cmp.Compare(a.CustomerID, b.CustomerID) })
	return err
}

func (s *Set) readAddresses() error {
	wanted := map[int]bool{}
	for i := range s.orders {
		wanted[s.orders[i].BillToID], wanted[s.orders[i].ShipToID] = true, true
	}
	for i := range s.Stores {
		wanted[s.Stores[i].AddressID] = true
	}
	type state struct{ code, name, country string }
	states := map[int]state{}
	err := s.each("StateProvince", func(r *record) {
		states[r.id("StateProvinceId")] = state{r.text("StateProvinceCode"), r.text("Name"), r.text("CountryRegionCode")}
	})
	if err != nil {
		return err
	}
	return s.each("Address", func(r *record) {
		id := r.id("AddressId")
		if !wanted[id] {
			return
		}
		st, ok := states[r.id("StateProvinceId")]
		if !ok {
			r.fail("StateProvinceId", "%q is not in StateProvince.csv", r.text("StateProvinceId"))
		}
		s.Addresses[id] = Address{id, r.text("AddressLine1"), r.text("AddressLine2"), r.text("City"), r.text("PostalCode"), st.code, st.name, st.country}
	})
}

func (s *Set) readCurrencyRates() error {
	wanted := map[int]bool{}
	for i := range s.orders {
		wanted[s.orders[i].CurrencyRateID] = true
	}
	return s.each("CurrencyRate", func(r *record) {
		id := r.id("CurrencyRateId")
		if !wanted[id] {
			return
		}
		s.CurrencyRates[id] = CurrencyRate{id, r.day("CurrencyRateDate"), r.text("FromCurrencyCode"), r.text("ToCurrencyCode"), r.decimal("AverageRate"), r.decimal("EndOfDayRate")}
	})
}
