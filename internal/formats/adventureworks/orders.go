package adventureworks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ordersFile holds the lines of all business-to-business sales orders.
const ordersFile = "reseller_sales_order_lines.csv"

// Order is one sales order with its lines. All amounts are US dollars as
// decimal text with four decimals, as charged: nothing is rounded here.
type Order struct {
	ID             int    // sales_order_id
	OrderedOn      string // day of the order
	DueOn          string // day on which the customer wants it
	ShippedOn      string // day on which all of it was shipped
	CustomerID     int    // see Set.Stores
	SalesPersonID  int    // 0 when none
	TerritoryID    int
	BillToID       int    // see Set.Addresses
	ShipToID       int    // see Set.Addresses
	ShipMethodID   int    // see Set.ShipMethods
	CurrencyRateID int    // 0 when none; see Set.CurrencyRates; a note only
	PONumber       string // the customer's own number of the order
	AccountNumber  string // 10-4020-000442: the account under which the seller keeps the customer
	SubTotal       string // as charged: Σ LineTotal, give or take 0.0001s
	Tax            string // as charged
	Freight        string // as charged
	Total          string // as charged: SubTotal + Tax + Freight
	Lines          []Line // in the file's order
	FileLine       int    // line of the file where the order begins
}

// Line is one line of an Order.
type Line struct {
	DetailID  int    // sales_order_detail_id, unique in the set
	ProductID int    // see Set.Products
	Qty       int64  // units, > 0
	UnitPrice string // US dollars, decimal text with four decimals
	Discount  string // fraction: 0.0200 is 2 per cent off UnitPrice
	OfferID   int    // see Set.Offers
	LineTotal string // the file's own Qty × UnitPrice × (1 − Discount), rounded to four decimals
	Tracking  string // the carrier's number
	FileLine  int    // line of the file
}

// Orders gives all sales orders in the order in which the file first names
// them, which is neither that of their ids nor that of their days. The slice
// is the set's own: do not change it.
func (s *Set) Orders() []Order { return s.orders }

// readOrders groups the lines of the file to orders. The lines of an order
// need not stand together; its header columns must be the same in all of them.
func (s *Set) readOrders() error {
	at := map[int]int{}         // order id → position
	details := map[int]int{}    // detail id → line of the file
	first := map[int]string{}   // order id → its header columns as written
	kept := map[string]string{} // few values, many lines
	for r, err := range withHeader(s.dir, ordersFile) {
		if err != nil {
			return err
		}
		l := Line{
			DetailID:  r.id("sales_order_detail_id"),
			ProductID: r.id("product_id"),
			Qty:       r.whole("order_qty"),
			UnitPrice: keep(kept, r.amount("unit_price")),
			Discount:  keep(kept, r.amount("unit_price_discount")),
			OfferID:   r.id("special_offer_id"),
			LineTotal: keep(kept, r.decimal("line_total")),
			Tracking:  keep(kept, r.text("carrier_tracking_number")),
			FileLine:  r.line,
		}
		if l.Qty <= 0 {
			r.fail("order_qty", "%d is not a quantity of a sale", l.Qty)
		}
		if before, twice := details[l.DetailID]; twice {
			r.fail("sales_order_detail_id", "%d is there twice, first on line %d", l.DetailID, before)
		}
		details[l.DetailID] = r.line
		id := r.id("sales_order_id")
		i, known := at[id]
		if !known {
			o := Order{
				ID:             id,
				OrderedOn:      r.day("order_date_key"),
				DueOn:          r.day("due_date_key"),
				ShippedOn:      r.day("ship_date_key"),
				CustomerID:     r.id("customer_id"),
				SalesPersonID:  r.optionalID("sales_person_id"),
				TerritoryID:    r.id("territory_id"),
				BillToID:       r.id("bill_to_address_id"),
				ShipToID:       r.id("ship_to_address_id"),
				ShipMethodID:   r.id("ship_method_id"),
				CurrencyRateID: r.optionalID("currency_rate_id"),
				PONumber:       r.text("purchase_order_number"),
				AccountNumber:  keep(kept, r.text("account_number")),
				SubTotal:       r.amount("order_sub_total"),
				Tax:            r.amount("order_tax_amount"),
				Freight:        r.amount("order_freight_amount"),
				Total:          r.amount("order_total_due"),
				FileLine:       r.line,
			}
			i = len(s.orders)
			at[id] = i
			s.orders = append(s.orders, o)
			first[id] = header(r)
		} else if now := header(r); now != first[id] {
			r.fail(different(first[id], now), "differs from line %d of the same order %d", s.orders[i].FileLine, id)
		}
		if r.err != nil {
			return r.err
		}
		s.orders[i].Lines = append(s.orders[i].Lines, l)
	}
	for i := range s.orders {
		s.orders[i].Lines = slices.Clip(s.orders[i].Lines)
	}
	return nil
}

// headerColumns are those that all lines of an order share.
var headerColumns = strings.Fields("order_date_key due_date_key ship_date_key customer_id sales_person_id territory_id bill_to_address_id ship_to_address_id ship_method_id currency_rate_id purchase_order_number account_number order_sub_total order_tax_amount order_freight_amount order_total_due")

// header joins the columns of a row that belong to the order.
func header(r *record) string {
	var b strings.Builder
	for i, c := range headerColumns {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(r.text(c))
	}
	return b.String()
}

// different names the first column in which two headers differ.
func different(a, b string) string {
	x, y := strings.Split(a, "\t"), strings.Split(b, "\t")
	for i, c := range headerColumns {
		if i >= len(x) || i >= len(y) || x[i] != y[i] {
			return c
		}
	}
	return headerColumns[0]
}

// keep gives the one kept copy of a string.
func keep(kept map[string]string, v string) string {
	if k, ok := kept[v]; ok {
		return k
	}
	kept[v] = v
	return v
}

// checkOrders looks that all that orders refer to is in the set.
func (s *Set) checkOrders() error {
	stores := map[int]bool{}
	for _, c := range s.Stores {
		if c.Name == "" {
			return Malformed.Because("store %d of customer %d is not there, or has no name", c.StoreID, c.CustomerID).At("Store.csv")
		}
		stores[c.CustomerID] = true
	}
	ships := map[int]bool{}
	for _, m := range s.ShipMethods {
		ships[m.ID] = true
	}
	offers := map[int]bool{}
	for _, o := range s.Offers {
		offers[o.ID] = true
	}
	for i := range s.orders {
		o := &s.orders[i]
		bad := func(line int, column, file string, id int) error {
			return Malformed.Because("%d is not in %s", id, file).At(fmt.Sprintf("%s line %d: %s", ordersFile, line, column))
		}
		if !stores[o.CustomerID] {
			return bad(o.FileLine, "customer_id", "Customer.csv as a store", o.CustomerID)
		}
		if _, ok := s.Addresses[o.BillToID]; !ok {
			return bad(o.FileLine, "bill_to_address_id", "Address.csv", o.BillToID)
		}
		if _, ok := s.Addresses[o.ShipToID]; !ok {
			return bad(o.FileLine, "ship_to_address_id", "Address.csv", o.ShipToID)
		}
		if !ships[o.ShipMethodID] {
			return bad(o.FileLine, "ship_method_id", "ShipMethod.csv", o.ShipMethodID)
		}
		if _, ok := s.CurrencyRates[o.CurrencyRateID]; o.CurrencyRateID != 0 && !ok {
			return bad(o.FileLine, "currency_rate_id", "CurrencyRate.csv", o.CurrencyRateID)
		}
		for _, l := range o.Lines {
			if _, ok := s.Product(l.ProductID); !ok {
				return bad(l.FileLine, "product_id", "Product.csv", l.ProductID)
			}
			if !offers[l.OfferID] {
				return bad(l.FileLine, "special_offer_id", "SpecialOffer.csv", l.OfferID)
			}
		}
	}
	return nil
}

// Chronological gives the orders by day of order, then id: the sequence in
// which they were placed. It is a copy of the headers; the lines are shared.
func (s *Set) Chronological() []Order {
	sorted := slices.Clone(s.orders)
	slices.SortFunc(sorted, func(a, b Order) int {
		return cmp.Or(cmp.Compare(a.OrderedOn, b.OrderedOn), cmp.Compare(a.ID, b.ID))
	})
	return sorted
}
