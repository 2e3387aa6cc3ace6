package flow

import (
	"context"
	"fmt"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/number"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// Draft is an order as somebody states it.
type Draft struct {
	Customer       string        `json:"customer" doc:"customer code" minLength:"1"`
	PONumber       string        `json:"po_number,omitempty" doc:"the customer's order number, BT-13"`
	PODate         day.Day       `json:"po_date,omitempty" doc:"the customer's own order date; its year belongs to the PO number"`
	POSeq          int64         `json:"po_seq,omitempty" minimum:"0" doc:"raise it when a PO number returns on purpose: release number of a call-off"`
	Kind           string        `json:"kind,omitempty" enum:"standard,free,gift" doc:"free: samples; gift: given away, taxed on cost"`
	OrderedOn      day.Day       `json:"ordered_on,omitempty" doc:"today when empty"`
	RequestedOn    day.Day       `json:"requested_on,omitempty" doc:"as soon as possible when empty"`
	ShipTo         string        `json:"ship_to,omitempty" doc:"site code; the customer's first site when empty"`
	BillTo         string        `json:"bill_to,omitempty" doc:"site code; ship_to when empty"`
	Warehouse      string        `json:"warehouse,omitempty" doc:"warehouse code; the first when empty"`
	Currency       string        `json:"currency,omitempty" doc:"the customer's when empty"`
	Terms          string        `json:"terms,omitempty" doc:"code of payment terms; the customer's when empty"`
	Incoterm       string        `json:"incoterm,omitempty" doc:"such as EXW, FCA, DAP; the customer's when empty"`
	DeliveryRule   string        `json:"delivery_rule,omitempty" enum:"partial,complete"`
	BillPolicy     string        `json:"bill_policy,omitempty" enum:"delivery,order" doc:"what becomes billable; the customer's when empty"`
	BuyerReference string        `json:"buyer_reference,omitempty" doc:"BT-10"`
	Note           string        `json:"note,omitempty"`
	Discount       string        `json:"discount,omitempty" doc:"percent on the goods, becomes a document allowance (BG-20)"`
	GivenTax       string        `json:"given_tax,omitempty" doc:"tax as charged on a migrated document; computed when empty"`
	FxRate         string        `json:"fx_rate,omitempty" doc:"company currency per unit; the day's rate when empty"`
	Lines          []DraftLine   `json:"lines" minItems:"1" maxItems:"10000"`
	Charges        []DraftCharge `json:"charges,omitempty" doc:"freight and charges, follow the goods over partial invoices (BG-21)"`
	Hold           string        `json:"hold,omitempty" doc:"a sentence: the order waits for a person"`
	Intake         id.Intake     `json:"-"`
}

// DraftLine is one wished position.
type DraftLine struct {
	SKU         string  `json:"sku" minLength:"1"`
	Qty         string  `json:"qty" doc:"decimal, in the unit"`
	Unit        string  `json:"unit,omitempty" doc:"the product's base unit when empty"`
	Price       string  `json:"price,omitempty" doc:"agreed price per unit; the price list's when empty"`
	Discount    string  `json:"discount,omitempty" doc:"percent; the price list's when empty and no price is given"`
	RequestedOn day.Day `json:"requested_on,omitempty"`
	Free        bool    `json:"free,omitempty" doc:"free of charge with the sale"`
	BuyerPart   string  `json:"buyer_part,omitempty" doc:"the customer's number, BT-156"`
	TaxCode     string  `json:"tax_code,omitempty" doc:"overrides the tax rules"`
}

// DraftCharge is freight or another charge on the document.
type DraftCharge struct {
	Role    string `json:"role" enum:"freight,charge"`
	Amount  string `json:"amount"`
	Text    string `json:"text,omitempty"`
	TaxCode string `json:"tax_code,omitempty" doc:"that of the first goods line when empty"`
}

// Placed is a captured order.
type Placed struct {
	Order    id.Order  `json:"order"`
	Number   string    `json:"number"`
	Decision string    `json:"decision"`
	Currency string    `json:"currency"`
	Net      string    `json:"net"`
	Tax      string    `json:"tax"`
	Gross    string    `json:"gross"`
	Holds    []string  `json:"holds,omitempty" doc:"why a person must look at it"`
	Lines    []id.Line `json:"lines" doc:"ids of the lines, in the order sent; charges and allowances behind them"`
}

// takeOrderNumbers makes sure that PostgreSQL has order numbers ahead.
func (o *Office) takeOrderNumbers(ctx context.Context, n int) error {
	if o.DB.Engine() == db.SQLite {
		return nil
	}
	o.orderNumbers.mu.Lock()
	have := len(o.orderNumbers.free)
	o.orderNumbers.mu.Unlock()
	if have >= n {
		return nil
	}
	want := n + 32
	var first int64
	// a context of its own: a caller that simulates must not roll this back
	err := o.DB.Write(context.Background(), db.Actor{}, func(tx *db.Tx) error {
		var err error
		first, err = number.Draw(tx, "SO", "", want)
		return err
	})
	if err == nil {
		o.orderNumbers.add(first, want)
	}
	return err
}

func (o *Office) numbers(tx *db.Tx, n int) ([]int64, error) {
	if got := o.orderNumbers.take(n, db.IsSimulated(tx.Context())); got != nil {
		return got, nil
	}
	first, err := number.Draw(tx, "SO", "", n)
	out := make([]int64, n)
	for i := range out {
		out[i] = first + int64(i)
	}
	return out, err
}

// facts is the master data that a batch of drafts names.
type facts struct {
	*books
	tx         *db.Tx
	today      day.Day
	customers  map[string]*customer.Customer
	sites      map[id.Customer][]customer.Site
	products   map[string]*catalog.Product
	warehouses []stock.Warehouse
	prices     *pricing.Book
	rates      map[rateKey]dec.D
}

type rateKey struct {
	cur money.Currency
	on  day.Day
}

func (f *facts) rate(cur money.Currency, on day.Day) (dec.D, error) {
	k := rateKey{cur, on}
	if r, ok := f.rates[k]; ok {
		return r, nil
	}
	r, err := ledger.Rate(f.tx, cur, f.Currency, on)
	if err == nil {
		f.rates[k] = r
	}
	return r, err
}

func (o *Office) facts(tx *db.Tx, drafts []Draft) (*facts, error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	f := &facts{books: b, tx: tx, today: b.Day(tx.Now()), rates: map[rateKey]dec.D{}}
	var codes, skus []string
	seen := map[string]bool{}
	for _, d := range drafts {
		if !seen["c"+d.Customer] {
			seen["c"+d.Customer] = true
			codes = append(codes, d.Customer)
		}
		for _, l := range d.Lines {
			if !seen["p"+l.SKU] {
				seen["p"+l.SKU] = true
				skus = append(skus, l.SKU)
			}
		}
	}
	if f.customers, err = customer.ByCode(tx, codes); err != nil {
		return nil, err
	}
	ids := make([]id.Customer, 0, len(f.customers))
	for _, c := range f.customers {
		ids = append(ids, c.ID)
	}
	if f.sites, err = customer.Sites(tx, ids); err != nil {
		return nil, err
	}
	if f.products, err = catalog.BySKU(tx, skus); err != nil {
		return nil, err
	}
	if f.warehouses, err = stock.Warehouses(tx); err != nil {
		return nil, err
	}
	var asks []pricing.Ask
	for _, d := range drafts {
		c := f.customers[d.Customer]
		for _, l := range d.Lines {
			if p := f.products[l.SKU]; p != nil && c != nil && l.Price == "" {
				asks = append(asks, pricing.Ask{Product: p.ID, Customer: c.ID})
			}
		}
	}
	f.prices, err = pricing.Open(tx, asks)
	return f, err
}

// capture validates, prices and taxes drafts and places them. What cannot be
// understood is a fault; what a person must decide is a hold.
func (o *Office) capture(tx *db.Tx, drafts []Draft) ([]Result[Placed], error) {
	f, err := o.facts(tx, drafts)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Placed], len(drafts))
	orders := make([]*order.Order, len(drafts))
	holds := make([][]hold.Hold, len(drafts))
	var good []*order.Order
	for i := range drafts {
		orders[i], holds[i], err = f.build(&drafts[i])
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i].Fault = err
			orders[i] = nil
			continue
		}
		good = append(good, orders[i])
	}
	if err := f.twins(good, holds, orders); err != nil {
		return nil, err
	}
	nums, err := o.numbers(tx, len(good))
	if err != nil {
		return nil, err
	}
	for i, x := range good {
		x.Number = number.Text("SO", "", nums[i])
	}
	placed, holder, err := order.Place(tx, good)
	if err != nil {
		return nil, err
	}
	names, err := numbersOf(tx, holder)
	if err != nil {
		return nil, err
	}
	var events []event.Event
	var opened []hold.Hold
	understood := map[id.Intake]int64{}
	for i, x := range orders {
		if x == nil {
			continue
		}
		if !placed[x.ID] {
			out[i].Fault = order.ErrDuplicate.Because("PO number %s of %d from customer %s is order %s already; send po_seq 1 or higher if this is a new order",
				x.PONumber, x.POYear, drafts[i].Customer, names[holder[x.ID]]).At("po_number").With("order", holder[x.ID].String())
			continue
		}
		events = append(events, event.Event{Type: "order.captured", Subject: event.About("order", int64(x.ID)),
			Refs: []event.Ref{{Type: "intake", ID: int64(drafts[i].Intake), Qualifier: "from"}},
			Body: map[string]any{"number": x.Number, "po": x.PONumber, "lines": len(x.Lines), "gross": money.Format(x.Gross(), x.Currency), "currency": x.Currency}})
		if drafts[i].Intake != 0 {
			understood[drafts[i].Intake] = int64(x.ID)
		}
		for _, h := range holds[i] {
			opened = append(opened, h)
			out[i].Value.Holds = append(out[i].Value.Holds, h.Sentence)
		}
		v := &out[i].Value
		v.Order, v.Number, v.Decision, v.Currency = x.ID, x.Number, x.Decision, string(x.Currency)
		v.Net, v.Tax, v.Gross = money.Format(x.Net, x.Currency), money.Format(x.Tax, x.Currency), money.Format(x.Gross(), x.Currency)
		for _, l := range x.Lines {
			v.Lines = append(v.Lines, l.ID)
		}
	}
	order.UnderstandIntakes(tx, "order", understood)
	hold.Open(tx, opened)
	for _, h := range opened {
		events = append(events, heldEvent(h))
	}
	return out, event.Record(tx, events...)
}

// twins holds orders that ask for the same as another one of the same customer
// a few days ago, where the customer's rules say that this needs a person.
func (f *facts) twins(good []*order.Order, holds [][]hold.Hold, all []*order.Order) error {
	days := map[id.Customer]int{}
	for _, c := range f.customers {
		days[c.ID] = c.Ship.DuplicateDays
	}
	var customers []id.Customer
	var nets []int64
	var from, to []day.Day
	for _, x := range good {
		if n := days[x.Customer]; n > 0 {
			customers, nets = append(customers, x.Customer), append(nets, x.Net)
			from, to = append(from, x.OrderedOn.AddDays(-n)), append(to, x.OrderedOn.AddDays(n))
		}
	}
	if len(customers) == 0 {
		return nil
	}
	ids, err := order.Resembling(f.tx, customers, nets, from, to)
	if err != nil {
		return err
	}
	old, err := order.Read(f.tx, uniqueOrders(ids))
	if err != nil {
		return err
	}
	known := map[string]string{}
	for _, x := range old {
		known[fmt.Sprint(x.Customer, x.Signature())] = x.Number
	}
	for i, x := range all {
		if x == nil || days[x.Customer] == 0 {
			continue
		}
		k := fmt.Sprint(x.Customer, x.Signature())
		if twin, ok := known[k]; ok {
			e := order.ErrTwin.Because("order %s of this customer asks for the same products and quantities; release the hold if this is a new order, or cancel it", twin)
			holds[i] = append(holds[i], hold.Hold{SubjectType: "order", Subject: int64(x.ID), Scope: hold.OnConfirm, Kind: hold.Duplicate, Code: e.Code, Sentence: e.Sentence})
			x.HoldMask |= hold.OnConfirm
		}
		known[k] = "before this one"
	}
	return nil
}

func uniqueOrders(ids []id.Order) []id.Order {
	return orderIDs(ids, func(o id.Order) id.Order { return o })
}

func heldEvent(h hold.Hold) event.Event {
	return event.Event{Type: "hold.opened", Subject: event.About("hold", int64(h.ID)), Refs: []event.Ref{{Type: h.SubjectType, ID: h.Subject, Qualifier: "blocks"}},
		Reason: h.Sentence, Body: map[string]any{"kind": h.Kind, "scope": h.Scope, "code": h.Code, "figures": h.Detail}}
}

func numbersOf(tx *db.Tx, holder map[id.Order]id.Order) (map[id.Order]string, error) {
	out := map[id.Order]string{}
	ids := make([]id.Order, 0, len(holder))
	for _, o := range holder {
		ids = append(ids, o)
	}
	found, err := order.Read(tx, ids)
	for _, o := range found {
		out[o.ID] = o.Number
	}
	return out, err
}

// build makes one order of a draft.
func (f *facts) build(d *Draft) (*order.Order, []hold.Hold, error) {
	c := f.customers[d.Customer]
	if c == nil {
		return nil, nil, customer.ErrUnknown.Because("there is no customer %q; create it first", d.Customer).At("customer")
	}
	x := &order.Order{ID: id.Order(f.tx.NewID()), Customer: c.ID, Payer: c.PayerID(), Credit: c.Credit, PONumber: d.PONumber, POSeq: d.POSeq,
		Kind: or(d.Kind, "standard"), OrderedOn: or(d.OrderedOn, f.today), Terms: c.Terms, Incoterm: or(d.Incoterm, c.Incoterm), Rule: d.DeliveryRule,
		SourceType: "api", BuyerReference: d.BuyerReference, Note: d.Note, TaxSource: "computed", Decision: order.Captured, Currency: c.Currency}
	if d.Intake != 0 {
		x.SourceType, x.Source = "intake", int64(d.Intake)
	}
	x.RequestedOn = or(d.RequestedOn, x.OrderedOn)
	x.POYear = int64(or(d.PODate, x.OrderedOn).Year())
	if d.PONumber == "" {
		x.POSeq = int64(x.ID)
	}
	if x.Rule == "" {
		x.Rule = "partial"
		if c.Ship.Complete {
			x.Rule = "complete"
		}
	}
	if err := f.head(x, c, d); err != nil {
		return nil, nil, err
	}
	var holds []hold.Hold
	stop := func(kind string, err error) {
		ft, _ := fault.Of(err)
		holds = append(holds, hold.Hold{SubjectType: "order", Subject: int64(x.ID), Scope: hold.OnConfirm, Kind: kind, Code: ft.Code, Sentence: ft.Error(), Detail: ft.Figures})
		x.HoldMask |= hold.OnConfirm
	}
	place := f.place(x, c)
	policy := or(d.BillPolicy, c.Bill.Policy)
	var errs []error
	for i := range d.Lines {
		l, held, err := f.line(x, c, &d.Lines[i], place, policy)
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, nil, err
			}
			errs = append(errs, fault.At(err, "lines[%d]", i))
			continue
		}
		l.No = int64(len(x.Lines) + 1)
		x.Lines = append(x.Lines, l)
		for _, h := range held {
			stop(h.kind, fault.At(h.err, "lines[%d]", i))
		}
	}
	if err := fault.All(errs...); err != nil {
		return nil, nil, err
	}
	if err := f.extras(x, d, policy); err != nil {
		return nil, nil, err
	}
	if d.Hold != "" {
		stop(hold.Manual, hold.ErrHeld.Because("%s", d.Hold))
	}
	if c.HoldMask&hold.OnConfirm != 0 {
		stop(hold.Customer, hold.ErrHeld.Because("customer %s is blocked for new orders", c.Code))
	}
	return x, holds, f.total(x, d.GivenTax)
}

func or[T ~string](a, b T) T {
	if a != "" {
		return a
	}
	return b
}

// head fills currency, rate, terms, sites and warehouse.
func (f *facts) head(x *order.Order, c *customer.Customer, d *Draft) error {
	for _, v := range []struct {
		path string
		day  day.Day
	}{{"ordered_on", x.OrderedOn}, {"requested_on", x.RequestedOn}, {"po_date", or(d.PODate, x.OrderedOn)}} {
		if _, err := day.Parse(string(v.day)); err != nil {
			return fault.At(err, "%s", v.path)
		}
	}
	if d.Currency != "" {
		cur, err := money.ParseCurrency(d.Currency)
		if err != nil {
			return fault.At(err, "currency")
		}
		x.Currency = cur
	}
	rate, err := dec.FromInt(1), error(nil)
	if d.FxRate != "" {
		rate, err = dec.Parse(d.FxRate)
		if err == nil && rate.Sign() <= 0 {
			err = order.ErrInvalid.Because("a rate of exchange must be above zero, not %s", d.FxRate)
		}
	} else {
		rate, err = f.rate(x.Currency, x.OrderedOn)
	}
	if err != nil {
		return fault.At(err, "fx_rate")
	}
	x.FxRate = rate.String()
	if d.Terms != "" {
		t, ok := f.terms.ByCode[d.Terms]
		if !ok {
			return fault.Rule{Kind: fault.NotFound, Code: "terms.unknown"}.Because("there are no payment terms %q", d.Terms).At("terms")
		}
		x.Terms = t.ID
	}
	sites := f.sites[c.ID]
	if len(sites) == 0 {
		return customer.ErrSite.Because("customer %s has no site to ship to; add one", c.Code).At("ship_to")
	}
	find := func(code, path string) (customer.Site, error) {
		for _, s := range sites {
			if s.Code == code {
				return s, nil
			}
		}
		return customer.Site{}, customer.ErrSite.Because("customer %s has no site %q", c.Code, code).At(path)
	}
	ship, err := find(or(d.ShipTo, sites[0].Code), "ship_to")
	if err != nil {
		return err
	}
	bill, err := find(or(d.BillTo, ship.Code), "bill_to")
	if err != nil {
		return err
	}
	x.ShipTo, x.BillTo = ship.ID, bill.ID
	if len(f.warehouses) == 0 {
		return stock.ErrWarehouse.Because("there is no warehouse yet; create one").At("warehouse")
	}
	x.Warehouse = f.warehouses[0].ID
	if d.Warehouse != "" {
		w, ok := f.warehouse(d.Warehouse)
		if !ok {
			return stock.ErrWarehouse.Because("there is no warehouse %q", d.Warehouse).At("warehouse")
		}
		x.Warehouse = w.ID
	}
	return nil
}

func (f *facts) warehouse(code string) (stock.Warehouse, bool) {
	for _, w := range f.warehouses {
		if w.Code == code {
			return w, true
		}
	}
	return stock.Warehouse{}, false
}

// place says from where to where the order's goods go.
func (f *facts) place(x *order.Order, c *customer.Customer) [2]string {
	var p [2]string
	for _, w := range f.warehouses {
		if w.ID == x.Warehouse {
			p[0] = w.Country
		}
	}
	for _, s := range f.sites[c.ID] {
		if s.ID == x.ShipTo {
			p[1] = s.Place()
		}
	}
	return p
}

type held struct {
	kind string
	err  error
}

// line makes one line: units, price, tax code. Amounts of tax come with the total.
func (f *facts) line(x *order.Order, c *customer.Customer, d *DraftLine, place [2]string, policy string) (*order.Line, []held, error) {
	p := f.products[d.SKU]
	if p == nil {
		return nil, nil, catalog.ErrUnknown.Because("there is no product %q", d.SKU).At("sku")
	}
	var stops []held
	if !p.Sellable {
		stops = append(stops, held{hold.Data, catalog.ErrBlocked.Because("product %s is not sold any more", p.SKU).At("sku")})
	}
	ratio, err := p.Ratio(d.Unit)
	if err != nil {
		return nil, nil, fault.At(err, "unit")
	}
	entered, err := dec.Parse(d.Qty)
	if err != nil {
		return nil, nil, fault.At(err, "qty")
	}
	if entered.Sign() <= 0 {
		return nil, nil, order.ErrInvalid.Because("an order line needs a quantity above zero, not %s", d.Qty).At("qty")
	}
	steps, err := qty.ToSteps(entered, ratio, int(p.Scale))
	if err != nil {
		return nil, nil, fault.At(err, "qty")
	}
	l := &order.Line{ID: id.Line(f.tx.NewID()), Order: x.ID, Role: order.Item, Product: p.ID, Text: p.Name, BuyerPart: d.BuyerPart, EnteredQty: entered.String(),
		EnteredUnit: or(d.Unit, p.Unit), Num: ratio.Num, Den: ratio.Den, Ordered: steps, Decision: "open", BillPolicy: policy, RequestedOn: or(d.RequestedOn, x.RequestedOn)}
	if p.Kind == "service" {
		l.Role, l.BillPolicy = order.Charge, "order"
	}
	tolerate(l, c.Ship)
	if d.Free || x.Kind != "standard" {
		l.Role, l.Price, l.Discount, l.Trace = order.Free, "0", "0", "free of charge"
		if x.Kind != "standard" {
			l.BillPolicy = "never"
		}
	} else if stop, err := f.price(x, c, p, l, d.Price, d.Discount); err != nil {
		return nil, nil, err
	} else if stop != nil {
		stops = append(stops, *stop)
	}
	if l.Follows() { // counts its own amount
		l.Ordered = l.Net
		l.MaxShip, l.MinClose = l.Ordered, 0
	}
	l.TaxCode = d.TaxCode
	if l.TaxCode == "" {
		if l.TaxCode, err = f.tax.Find(place[0], place[1], c.TaxStatus, p.TaxClass); err != nil {
			stops = append(stops, held{hold.Tax, err})
			l.TaxCode = "NONE"
		}
	}
	return l, stops, nil
}

// tolerate sets what over- and under-delivery allow, rounded down.
func tolerate(l *order.Line, r customer.ShipRules) {
	l.MaxShip = l.Ordered + l.Ordered*r.OverBP/10000
	l.MinClose = l.Ordered * r.UnderBP / 10000
}

// price sets price, discount and net of a goods line. A missing price is a reason to hold, not to refuse.
func (f *facts) price(x *order.Order, c *customer.Customer, p *catalog.Product, l *order.Line, given, discount string) (*held, error) {
	var stop *held
	l.Price, l.Discount, l.Trace = given, discount, "agreed with the order"
	if given == "" {
		found, ok := f.prices.Find(pricing.Ask{Product: p.ID, Customer: c.ID, Group: c.PriceGroup, Currency: x.Currency, Unit: l.EnteredUnit, Qty: l.Ordered, On: x.OrderedOn})
		if !ok {
			stop = &held{hold.Price, pricing.ErrMissing.Because("no price list has %s per %s in %s on %s for customer %s; add a price or agree one on the line", p.SKU, l.EnteredUnit, x.Currency, x.OrderedOn, c.Code).At("price")}
			found.Price, found.Trace = "0", "no price found"
		}
		l.Price, l.Trace = found.Price, found.Trace
		if discount == "" {
			l.Discount = found.Discount
		}
	}
	if l.Discount == "" {
		l.Discount = "0"
	}
	return stop, reprice(l, x.Currency)
}

// reprice computes net and allowance: quantity × price × (1 − discount), rounded once.
func reprice(l *order.Line, cur money.Currency) error {
	q, err := dec.Parse(l.EnteredQty)
	if err != nil {
		return fault.At(err, "qty")
	}
	price, err := dec.Parse(l.Price)
	if err != nil {
		return fault.At(err, "price")
	}
	if price.Sign() < 0 {
		return pricing.ErrInvalid.Because("a price cannot be negative; use a credit note or a discount").At("price")
	}
	disc, err := dec.Parse(l.Discount)
	if err != nil {
		return fault.At(err, "discount")
	}
	if disc.Sign() < 0 || disc.Cmp(dec.FromInt(100)) > 0 {
		return pricing.ErrInvalid.Because("a discount is between 0 and 100 percent, not %s", l.Discount).At("discount")
	}
	l.Price, l.Discount = price.String(), disc.String()
	l.Net, l.AllowanceAmt, err = money.LineNet(q, price, disc, cur)
	return err
}

// extras adds freight, charges and the document allowance as lines that follow the goods.
func (f *facts) extras(x *order.Order, d *Draft, policy string) error {
	first := ""
	nets := map[string]int64{}
	var codes []string
	for _, l := range x.Lines {
		if first == "" {
			first = l.TaxCode
		}
		if _, ok := nets[l.TaxCode]; !ok {
			codes = append(codes, l.TaxCode)
		}
		nets[l.TaxCode] += l.Net
	}
	add := func(role, text, code, percent string, amount int64) {
		if amount == 0 {
			return
		}
		n := amount
		if n < 0 {
			n = -n
		}
		x.Lines = append(x.Lines, &order.Line{ID: id.Line(f.tx.NewID()), Order: x.ID, No: int64(len(x.Lines) + 1), Role: role, Text: text, EnteredQty: "1", EnteredUnit: "C62", Num: 1, Den: 1,
			Ordered: n, MaxShip: n, Decision: "open", BillPolicy: policy, Price: money.Format(n, x.Currency), Discount: percent, Trace: "as agreed", Net: amount, TaxCode: code, RequestedOn: x.RequestedOn})
	}
	if d.Discount != "" && d.Discount != "0" {
		pc, err := dec.Parse(d.Discount)
		if err != nil {
			return fault.At(err, "discount")
		}
		if pc.Sign() < 0 || pc.Cmp(dec.FromInt(100)) > 0 {
			return pricing.ErrInvalid.Because("a discount is between 0 and 100 percent, not %s", d.Discount).At("discount")
		}
		for _, code := range codes {
			add(order.Allowance, "Discount "+pc.String()+" %", code, pc.String(), -money.Tax(nets[code], pc))
		}
	}
	for i, ch := range d.Charges {
		amount, err := money.Parse(ch.Amount, x.Currency)
		if err != nil {
			return fault.At(err, "charges[%d].amount", i)
		}
		if amount < 0 {
			return order.ErrInvalid.Because("a charge cannot be negative; use a discount").At(fmt.Sprintf("charges[%d].amount", i))
		}
		text := "Freight"
		if ch.Role == order.Charge {
			text = "Charge"
		}
		add(ch.Role, or(ch.Text, text), or(ch.TaxCode, first), "0", amount)
	}
	return nil
}

// total sums the order and spreads its tax over the lines, as an invoice for
// all of it would; tax as charged is spread by the nets.
func (f *facts) total(x *order.Order, given string) error {
	x.Net, x.Tax = 0, 0
	for _, l := range x.Lines {
		x.Net += l.Net
	}
	if given != "" {
		amount, err := money.Parse(given, x.Currency)
		if err != nil {
			return fault.At(err, "given_tax")
		}
		x.TaxSource = "given"
		return spreadGiven(x, amount)
	}
	return taxOrder(x, f.tax)
}

func spreadGiven(x *order.Order, amount int64) error {
	var goods []*order.Line
	var weights []int64
	for _, l := range x.Lines {
		l.TaxCode, l.Tax = tax.Given, 0
		if l.Goods() {
			goods = append(goods, l)
			weights = append(weights, l.Net)
		}
	}
	for i, v := range money.Split(amount, weights) {
		goods[i].Tax = v
	}
	x.Tax = amount
	return nil
}

// taxOrder computes the tax of an order from its lines.
func taxOrder(x *order.Order, book *tax.Book) error {
	inv := &invoice.Invoice{}
	parts := map[*order.Line]*int64{}
	for _, l := range x.Lines {
		rate, err := book.On(l.TaxCode, x.OrderedOn)
		if err != nil {
			rate = tax.Rate{Code: l.TaxCode, Category: "S", Percent: "0"} // held already, or found when billed
		}
		il := &invoice.Line{Net: l.Net, TaxCode: l.TaxCode, Category: rate.Category, Rate: rate.Percent}
		inv.Lines = append(inv.Lines, il)
		parts[l] = &il.Tax
	}
	inv.Total(false, 0)
	for l, t := range parts {
		l.Tax = *t
	}
	x.Tax = inv.Tax
	return nil
}
