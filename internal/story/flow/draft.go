package flow

import (
	"fmt"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

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
	x.POYear = int64(or(d.PODate, x.OrderedOn).Year())
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
	if f.watched && !isZero(d.Discount) {
		stop(hold.Price, pricing.ErrBelow.Because("%s %% off the whole order was agreed by hand: somebody else lets it stand", d.Discount).At("discount"))
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
	if p.Kind == "service" && (d.Free || x.Kind != "standard") {
		return nil, nil, order.ErrInvalid.Because("%s is a service: it cannot stand in an order as free goods; leave the line out", p.SKU).At("free")
	}
	if p.Kind == "service" {
		l.Role, l.BillPolicy = order.Charge, "order"
	}
	tolerate(l, c.Ship)
	if d.Free || x.Kind != "standard" {
		l.Role, l.Price, l.Discount, l.Trace = order.Free, "0", "0", "free of charge"
		if x.Kind != "standard" {
			l.BillPolicy = "never"
		}
		if f.watched {
			stops = append(stops, held{hold.Price, pricing.ErrBelow.Because("%s is to be free of charge: somebody else lets it stand", p.SKU).At("free")})
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
	err := reprice(l, x.Currency)
	if err == nil && stop == nil && (given != "" || discount != "") {
		stop, err = f.belowList(x, c, p, l)
	}
	return stop, err
}

// belowList holds what a person agreed below the price lists, or what no list
// has: another lets it stand.
func (f *facts) belowList(x *order.Order, c *customer.Customer, p *catalog.Product, l *order.Line) (*held, error) {
	if !f.watched {
		return nil, nil
	}
	found, ok := f.prices.Find(pricing.Ask{Product: p.ID, Customer: c.ID, Group: c.PriceGroup, Currency: x.Currency, Unit: l.EnteredUnit, Qty: l.Ordered, On: x.OrderedOn})
	if !ok {
		return &held{hold.Price, pricing.ErrBelow.Because("%s is agreed at %s %s, and no price list has it to compare: somebody else lets it stand", p.SKU, l.Price, x.Currency).At("price")}, nil
	}
	list := *l
	list.Price, list.Discount = found.Price, or(found.Discount, "0")
	if err := reprice(&list, x.Currency); err != nil || l.Net >= list.Net {
		return nil, err
	}
	return &held{hold.Price, pricing.ErrBelow.Because("%s is agreed at %s, below the list at %s %s (%s): somebody else lets it stand",
		p.SKU, priceText(l), priceText(&list), x.Currency, found.Trace).At("price").With("list", list.Price).With("price", l.Price)}, nil
}

func priceText(l *order.Line) string {
	if isZero(l.Discount) {
		return l.Price
	}
	return l.Price + " less " + l.Discount + " %"
}

func isZero(s string) bool {
	d, err := dec.Parse(s)
	return s == "" || err == nil && d.Sign() == 0
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
		if l.Goods() { // a service is billed ahead of them and has its own discount
			nets[l.TaxCode] += l.Net
		}
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
