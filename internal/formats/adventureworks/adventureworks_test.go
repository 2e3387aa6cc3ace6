package adventureworks

import (
	"compress/gzip"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"kontor/internal/words/fault"
)

const sharedDir = "../../../../shared/data/adventureworks"

func shared(t testing.TB) *Set {
	t.Helper()
	if _, err := os.Stat(sharedDir); err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	s, err := Open(sharedDir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rat reads decimal text.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("not a number: " + s)
	}
	return r
}

// cents rounds to cents, half away from zero.
func cents(r *big.Rat) int64 {
	x := new(big.Rat).Mul(r, big.NewRat(100, 1))
	n, d := new(big.Int).Mul(x.Num(), big.NewInt(2)), new(big.Int).Mul(x.Denom(), big.NewInt(2))
	half := new(big.Int).Set(x.Denom())
	if x.Sign() < 0 {
		half.Neg(half)
	}
	return new(big.Int).Quo(n.Add(n, half), d).Int64()
}

func decimal(c int64) string { return fmt.Sprintf("%d.%02d", c/100, c%100) }

// The totals that issue 2 states for the shared half.
func TestSharedTotals(t *testing.T) {
	s := shared(t)
	var lines, most int
	var units, net, tax, freight int64
	sub, lineTotals := new(big.Rat), new(big.Rat)
	po, customers, products := map[string]bool{}, map[int]bool{}, map[int]bool{}
	apart, rates := 0, 0
	first, last := "9999-12-31", ""
	for _, o := range s.Orders() {
		lines += len(o.Lines)
		most = max(most, len(o.Lines))
		tax += cents(rat(o.Tax))
		freight += cents(rat(o.Freight))
		sub.Add(sub, rat(o.SubTotal))
		po[fmt.Sprint(o.CustomerID, " ", o.PONumber)] = true
		customers[o.CustomerID] = true
		first, last = min(first, o.OrderedOn), max(last, o.ShippedOn)
		if o.BillToID != o.ShipToID {
			apart++
		}
		if o.CurrencyRateID != 0 {
			rates++
		}
		if o.ShippedOn < o.OrderedOn || o.DueOn < o.ShippedOn {
			t.Errorf("order %d: %s shipped %s due %s", o.ID, o.OrderedOn, o.ShippedOn, o.DueOn)
		}
		total := new(big.Rat).Add(rat(o.SubTotal), new(big.Rat).Add(rat(o.Tax), rat(o.Freight)))
		if total.Cmp(rat(o.Total)) != 0 {
			t.Errorf("order %d: total %s", o.ID, o.Total)
		}
		for _, l := range o.Lines {
			units += l.Qty
			products[l.ProductID] = true
			exact := new(big.Rat).Mul(new(big.Rat).SetInt64(l.Qty), rat(l.UnitPrice))
			exact.Mul(exact, new(big.Rat).Sub(big.NewRat(1, 1), rat(l.Discount)))
			net += cents(exact)
			lineTotals.Add(lineTotals, rat(l.LineTotal))
		}
	}
	for _, c := range []struct {
		what string
		got  any
		want any
	}{
		{"orders", len(s.Orders()), 2089}, {"lines", lines, 32318}, {"units", units, int64(110726)},
		{"net", decimal(net), "46877540.88"}, {"tax", decimal(tax), "4562758.35"}, {"freight", decimal(freight), "1425861.70"},
		{"most lines", most, 71}, {"customer + PO", len(po), 2089}, {"customers", len(customers), 463}, {"stores", len(s.Stores), 463},
		{"sold products", len(products), 248}, {"first day", first, "2011-05-31"}, {"last day", last, "2013-06-06"},
		{"bill-to apart from ship-to", apart, 47}, {"orders with a currency rate", rates, 523},
		{"sub-totals", sub.FloatString(4), "46877535.7571"}, {"line totals", lineTotals.FloatString(4), "46877535.7665"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

func TestSharedMasterData(t *testing.T) {
	s := shared(t)
	t.Logf("products %d, list prices %d, costs %d, counted %d, offers %d, ship methods %d, addresses %d, rates %d",
		len(s.Products), len(s.ListPrices), len(s.Costs), len(s.Stock), len(s.Offers), len(s.ShipMethods), len(s.Addresses), len(s.CurrencyRates))
	for _, c := range s.Stores {
		a, ok := s.Addresses[c.AddressID]
		if !ok || a.City == "" || len(a.Country) != 2 || c.Name == "" || c.AccountNumber == "" || a.Country != c.Country {
			t.Errorf("customer %+v lives at %+v", c, a)
		}
		if strings.ContainsAny(c.Name, "^\"") {
			t.Errorf("name %q", c.Name)
		}
	}
	i := slices.IndexFunc(s.Stores, func(c Store) bool { return strings.Contains(c.Name, ",") })
	if i < 0 {
		t.Error("no store with a comma in its name: the quotes of Store.csv were not read")
	}
	if p, ok := s.Product(745); !ok || p.Number != "FR-M94B-48" || !p.Made || !p.Finished || p.Subcategory != "Mountain Frames" || p.Category != "Components" || p.SellUntil != "2012-05-29" {
		t.Errorf("product 745: %+v %v", p, ok)
	}
	if _, ok := s.Product(1 << 20); ok {
		t.Error("a product that is not there was found")
	}
	if len(s.Products) != 504 || len(s.Offers) != 16 || len(s.ShipMethods) != 5 {
		t.Error("master data is not whole")
	}
}

// unit price = list price on the day × (0.6 − discount), to four decimals, and
// the line takes the discount off once more. The exception are the lines sold
// after the end of the product's last list price.
func TestSharedPrices(t *testing.T) {
	s := shared(t)
	ended := 0
	for _, o := range s.Orders() {
		for _, l := range o.Lines {
			p, ok := s.ListPriceOn(l.ProductID, o.OrderedOn)
			if !ok {
				t.Fatalf("no list price of %d on %s", l.ProductID, o.OrderedOn)
			}
			if p.Until != "" && p.Until < o.OrderedOn {
				ended++
				continue
			}
			want := new(big.Rat).Sub(big.NewRat(6, 10), rat(l.Discount))
			want.Mul(want, rat(p.Amount))
			if want.Sub(want, rat(l.UnitPrice)).Abs(want).Cmp(big.NewRat(5, 100000)) > 0 {
				t.Errorf("line %d: price %s of list %s less %s", l.DetailID, l.UnitPrice, p.Amount, l.Discount)
			}
		}
	}
	if ended != 3 {
		t.Errorf("%d lines after the end of the price, want 3", ended)
	}
}

// Supply by its dates against shipments by theirs, per product.
func TestSharedSupply(t *testing.T) {
	s := shared(t)
	type move struct {
		day string
		qty int64
	}
	moves := map[int][]move{}
	for _, k := range s.Stock {
		moves[k.ProductID] = append(moves[k.ProductID], move{"", k.Qty})
	}
	works, receipts, others := 0, 0, 0
	for w, err := range s.WorkOrders() {
		if err != nil {
			t.Fatal(err)
		}
		works++
		if w.EndedOn != "" {
			moves[w.ProductID] = append(moves[w.ProductID], move{w.EndedOn, w.StockedQty})
		}
	}
	for p, err := range s.PurchaseReceipts() {
		if err != nil {
			t.Fatal(err)
		}
		receipts++
		if p.Status != 4 {
			others++
		}
		moves[p.ProductID] = append(moves[p.ProductID], move{p.DueOn, p.StockedQty})
	}
	for _, o := range s.Orders() {
		for _, l := range o.Lines {
			moves[l.ProductID] = append(moves[l.ProductID], move{o.ShippedOn, -l.Qty})
		}
	}
	var short, made int64
	lines, days, products := 0, map[string]bool{}, map[int]bool{}
	for id, ms := range moves {
		slices.SortStableFunc(ms, func(a, b move) int { return strings.Compare(a.day+sign(a.qty), b.day+sign(b.qty)) })
		var have int64
		for _, m := range ms {
			if have += m.qty; have < 0 {
				short -= have
				if p, _ := s.Product(id); p.Made {
					made -= have
				}
				have = 0
				lines++
				products[id] = true
				days[fmt.Sprint(id, m.day)] = true
			}
		}
	}
	t.Logf("%d work orders, %d receipts (%d of orders not complete): short %d units (%d of made goods), %d lines, %d products, %d product-days",
		works, receipts, others, short, made, lines, len(products), len(days))
	if works != 72591 || receipts == 0 || short == 0 || short > 110726/2 {
		t.Error("supply is not as known")
	}
}

// sign sorts receipts of a day before its shipments.
func sign(q int64) string {
	if q < 0 {
		return "1"
	}
	return "0"
}

func TestSharedMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := shared(t)
	runtime.GC()
	runtime.ReadMemStats(&after)
	kept := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("kept %d KiB, taken from the system %d MiB", kept>>10, after.Sys>>20)
	if kept > 40<<20 {
		t.Errorf("the set keeps %d MiB", kept>>20)
	}
	runtime.KeepAlive(s)
}

// small writes a tiny set of our own and gives its folder.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	const m = "\t2020-01-01 00:00:00"
	const g = "\tguid" + m
	for name, text := range map[string]string{
		"Address.csv":                 "7\t1 Quay\t\tLübeck\t3\t23552\tE61" + g + "\n8\t2 Far St\t\tOslo\t3\t1\tE61" + g + "\n",
		"BusinessEntityAddress.csv":   "50\t7\t3" + g + "\n",
		"CurrencyRate.csv":            "1\t2020-01-01 00:00:00\tUSD\tEUR\t0.9\t0.91" + m + "\n",
		"Customer.csv":                "9\t\t50.0\t1\tAW9" + g + "\n10\t4.0\t\t1\tAW10" + g + "\n",
		"Product.csv":                 "1\tLamp\tLA-1\t1\t1\t\t10\t5\t2.5\t4.0\t\t\t\t\t1\t\t\t\t2.0\t\t2020-01-01 00:00:00\t\t" + m + g[:0] + "\tguid\n",
		"ProductCategory.csv":         "1\tLight" + g + "\n",
		"ProductSubcategory.csv":      "2\t1\tLamps" + g + "\n",
		"ProductCostHistory.csv":      "1\t2020-01-01 00:00:00\t\t2.5" + m + "\n",
		"ProductListPriceHistory.csv": "1\t2020-03-01 00:00:00\t\t4.5" + m + "\n1\t2020-01-01 00:00:00\t2020-02-28 00:00:00\t4.0" + m + "\n",
		"BillOfMaterials.csv":         "2\t1\t1\t2020-02-01 00:00:00\t\tOZ\t1\t8.0" + m + "\n1\t1\t1\t2020-01-01 00:00:00\t2020-01-31 00:00:00\tEA\t1\t2.0" + m + "\n3\t\t1\t2020-01-01 00:00:00\t\tEA\t0\t1.0" + m + "\n",
		"ProductInventory.csv":        "1\t1\tA\t1\t3" + g + "\n1\t2\tA\t1\t4" + g + "\n",
		"PurchaseOrderHeader.csv":     "1\t4\t4\t1\t1\t1\t2020-01-01 00:00:00\t2020-01-05 00:00:00\t1\t1\t1\t3" + m + "\n",
		"PurchaseOrderDetail.csv":     "1\t1\t2020-01-09 00:00:00\t4\t1\t2.5\t10\t4.0\t1.0\t3.0" + m + "\n1\t2\t2020-01-09 00:00:00\t4\t1\t2.5\t10\t0.0\t0.0\t0.0" + m + "\n",
		"SalesTerritory.csv":          "1\tNorth\tDE\tEurope\t1\t1\t0\t0" + g + "\n",
		"ShipMethod.csv":              "5\tBARGE\t1\t2" + g + "\n",
		"SpecialOffer.csv":            "1\tNone\t0.0\tNo Discount\tNo Discount\t2020-01-01 00:00:00\t2030-01-01 00:00:00\t0\t" + g + "\n",
		"StateProvince.csv":           "3\tSH \tDE\t0\tHolstein\t1" + g + "\n",
		"Store.csv":                   "50,^Lamps, Inc.^,1,\"<a b=\"\"c\"\">\nsecond line</a>\",guid,2020-01-01 00:00:00\n",
	} {
		write(t, dir, name, text)
	}
	write(t, dir, ordersFile+".gz", orderHead+
		"1,100,20200201,20200213,20200208,9,1,2,1,7,7,5,1,,,,PO1,10-9,8,5,T1,,,2,2.4000,0.0000,4.8000,7.2000,0.5000,0.1000,7.8000\r\n"+
		"3,101,20200201,20200213,20200208,9,1,,1,7,8,5,1,,1,,PO2,10-9,8,5,T2,,,1,2.4000,0.0000,2.4000,2.4000,0.5000,0.1000,3.0000\r\n"+
		"2,100,20200201,20200213,20200208,9,1,2,1,7,7,5,1,,,,PO1,10-9,8,5,T1,,,1,2.4000,0.0000,2.4000,7.2000,0.5000,0.1000,7.8000\r\n")
	write(t, dir, "work_orders.csv.gz", "work_order_id,start_date_key,end_date_key,product_id,order_qty,stocked_qty,scrapped_qty\n1,20200101,20200110,1,9,,2\n2,20200101,,1,9,8,1\n")
	return dir
}

const orderHead = "sales_order_detail_id,sales_order_id,order_date_key,due_date_key,ship_date_key,customer_id,product_id,sales_person_id,territory_id,bill_to_address_id,ship_to_address_id,ship_method_id,special_offer_id,credit_card_id,currency_rate_id,sales_order_number,purchase_order_number,account_number,revision_number,status_code,carrier_tracking_number,credit_card_approval_code,comment,order_qty,unit_price,unit_price_discount,line_total,order_sub_total,order_tax_amount,order_freight_amount,order_total_due\r\n"

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	data := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var b strings.Builder
		z := gzip.NewWriter(&b)
		if _, err := z.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		data = []byte(b.String())
	}
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSmallSet(t *testing.T) {
	s, err := Open(small(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Orders()) != 2 || len(s.Orders()[0].Lines) != 2 || s.Orders()[0].Lines[1].DetailID != 2 {
		t.Errorf("lines of an order that do not stand together were not joined: %+v", s.Orders())
	}
	if o := s.Orders()[1]; o.OrderedOn != "2020-02-01" || o.DueOn != "2020-02-13" || o.ShippedOn != "2020-02-08" || o.CurrencyRateID != 1 || o.ShipToID != 8 {
		t.Errorf("order: %+v", o)
	}
	if len(s.Stores) != 1 || s.Stores[0].Name != "Lamps, Inc." || s.Addresses[7].City != "Lübeck" || s.Addresses[7].State != "SH" {
		t.Errorf("stores %+v, addresses %+v", s.Stores, s.Addresses)
	}
	if p, ok := s.ListPriceOn(1, "2020-02-29"); !ok || p.Amount != "4.0" {
		t.Errorf("price %+v", p)
	}
	if _, ok := s.ListPriceOn(1, "2019-12-31"); ok {
		t.Error("a price before the first")
	}
	if len(s.Stock) != 1 || s.Stock[0].Qty != 7 {
		t.Errorf("stock %+v", s.Stock)
	}
	if len(s.Components) != 2 || s.Components[0].ID != 1 || s.Components[0].Until != "2020-01-31" || s.Components[1].Unit != "OZ" || s.Components[1].PerAssembly != "8.0" {
		t.Errorf("components %+v", s.Components)
	}
	var made, bought int64
	for w, err := range s.WorkOrders() {
		if err != nil {
			t.Fatal(err)
		}
		made += w.StockedQty
	}
	for p, err := range s.PurchaseReceipts() {
		if err != nil {
			t.Fatal(err)
		}
		bought += p.StockedQty
	}
	if made != 15 || bought != 3 {
		t.Errorf("made %d, bought %d", made, bought)
	}
	if c := s.Chronological(); len(c) != 2 || c[0].ID != 100 {
		t.Errorf("chronological %+v", c)
	}
}

// Encodings and ways to write a flag that exports of this data are known for.
func TestOddFiles(t *testing.T) {
	t.Run("utf-16", func(t *testing.T) {
		dir := small(t)
		for _, little := range []bool{true, false} {
			data := []byte{}
			for _, u := range utf16.Encode([]rune("\ufeff7\t1 Quay\t\tLübeck 🚲\t3\t23552\tE61\tguid\t2020-01-01 00:00:00\r\n8\t2 Far St\t\tOslo\t3\t1\tE61\tguid\t2020-01-01 00:00:00\r\n")) {
				if little {
					data = append(data, byte(u), byte(u>>8))
				} else {
					data = append(data, byte(u>>8), byte(u))
				}
			}
			write(t, dir, "Address.csv", string(data))
			s, err := Open(dir)
			if err != nil || s.Addresses[7].City != "Lübeck 🚲" || s.Addresses[8].City != "Oslo" {
				t.Errorf("%v %+v", err, s)
			}
		}
	})
	t.Run("latin-1, mark and flags", func(t *testing.T) {
		dir := small(t)
		write(t, dir, "Address.csv", "\xef\xbb\xbf7\t1 Quay\t\tL\xfcbeck\t3\t23552\tE61\tguid\t2020-01-01 00:00:00\n8\t2 Far St\t\tOslo\t3\t1\tE61\tguid\t2020-01-01 00:00:00")
		write(t, dir, "Product.csv", "1\tLamp\tLA-1\t\x01\tFalse\t\t10\t5\t2.5\t4.0\t\t\t\t\t1\t\t\t\t2.0\t\t2020-01-01 00:00:00\t\t\tguid\t2020-01-01 00:00:00\n")
		s, err := Open(dir)
		if err != nil || s.Addresses[7].City != "Lübeck" || !s.Products[0].Made || s.Products[0].Finished {
			t.Errorf("%v %+v", err, s)
		}
	})
	t.Run("columns.csv moves a column", func(t *testing.T) {
		dir := small(t)
		write(t, dir, "columns.csv", "table,position,column,type\nShipMethod,1,Name,X\nShipMethod,2,ShipMethodId,X\nShipMethod,3,ShipBase,X\nShipMethod,4,ShipRate,X\n")
		write(t, dir, "ShipMethod.csv", "BARGE\t5\t1\t2\n")
		s, err := Open(dir)
		if err != nil || s.ShipMethods[0].Name != "BARGE" {
			t.Errorf("%v %+v", err, s)
		}
	})
}

func TestBrokenFiles(t *testing.T) {
	for _, c := range []struct{ file, text, path, says string }{
		{"ShipMethod.csv", "x\tBARGE\t1\t2\tg\tm\n", "ShipMethod.csv line 1: ShipMethodId", "not a whole number"},
		{"ShipMethod.csv", "5\tBARGE\t1\t2\tg\tm\n6\tB\n", "ShipMethod.csv line 2", "2 columns, 6 expected"},
		{"ShipMethod.csv", "5\tBARGE\t-1\t2\tg\tm\n", "ShipMethod.csv line 1: ShipBase", "negative"},
		{"ProductCostHistory.csv", "1\t2020-13-01 00:00:00\t\t2.5\tm\n", "ProductCostHistory.csv line 1: StartDate", "not a day"},
		{"Store.csv", "50,^Lamps, Inc.,1,x,guid,m\n", "Store.csv line 1", "not closed"},
		{"Store.csv", "51,Other,1,x,guid,m\n", "Store.csv", "store 50"},
		{"Customer.csv", "10\t4.0\t\t1\tAW10\tg\tm\n", "reseller_sales_order_lines.csv line 2: customer_id", "9 is not in"},
		{"BillOfMaterials.csv", "1\t1\t1\t2020-02-01 00:00:00\t2020-01-01 00:00:00\tEA\t1\t2.0\t2020-01-01 00:00:00\n", "BillOfMaterials.csv line 1: EndDate", "before the first day"},
		{"Product.csv", "", "reseller_sales_order_lines.csv line 2: product_id", "1 is not in Product.csv"},
		{"StateProvince.csv", "", "Address.csv line 1: StateProvinceId", "not in StateProvince.csv"},
		{ordersFile + ".gz", "", "reseller_sales_order_lines.csv", "empty"},
		{ordersFile + ".gz", strings.Replace(orderHead, "order_qty", "qty", 1) + strings.Repeat(",", 30) + "\n", "reseller_sales_order_lines.csv line 2: sales_order_detail_id", "missing"},
		{ordersFile + ".gz", orderHead +
			"1,100,20200201,20200213,20200208,9,1,2,1,7,7,5,1,,,,PO1,10-9,8,5,T1,,,2,2.4000,0.0000,4.8000,7.2000,0.5000,0.1000,7.8000\n" +
			"2,100,20200201,20200213,20200208,9,1,2,1,7,7,5,1,,,,PO9,10-9,8,5,T1,,,1,2.4000,0.0000,2.4000,7.2000,0.5000,0.1000,7.8000\n",
			"reseller_sales_order_lines.csv line 3: purchase_order_number", "differs from line 2"},
		{ordersFile + ".gz", orderHead +
			"1,100,20200201,20200213,20200208,9,1,2,1,7,7,5,1,,,,PO1,10-9,8,5,T1,,,0,2.4000,0.0000,4.8000,7.2000,0.5000,0.1000,7.8000\n",
			"reseller_sales_order_lines.csv line 2: order_qty", "not a quantity"},
	} {
		t.Run(c.path+" "+c.says, func(t *testing.T) {
			dir := small(t)
			write(t, dir, c.file, c.text)
			_, err := Open(dir)
			f, ok := fault.Of(err)
			if !ok || !errors.Is(err, Malformed) || f.Path != c.path || !strings.Contains(f.Sentence, c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		if _, err := Open(t.TempDir()); !errors.Is(err, Missing) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cut gzip", func(t *testing.T) {
		dir := small(t)
		b, err := os.ReadFile(filepath.Join(dir, ordersFile+".gz"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, ordersFile, string(b[:len(b)-20]))
		if _, err := Open(dir); !errors.Is(err, Malformed) {
			t.Errorf("got %v", err)
		}
	})
}

func FuzzSplitQuoted(f *testing.F) {
	f.Add("50,^Lamps, Inc.^,1,\"a \"\"b\"\"\"")
	f.Add("^")
	f.Fuzz(func(t *testing.T, text string) {
		fields, whole := splitQuoted(nil, text)
		if whole && len(fields) == 0 {
			t.Error("no field")
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		shared(b)
	}
}
