package flow

import (
	"context"
	"fmt"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/pricing"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/number"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
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
	tx        *db.Tx
	today     day.Day
	customers map[string]*customer.Customer
	sites     map[id.Customer][]customer.Site
	products  map[string]*catalog.Product
	prices    *pricing.Book
	rates     map[rateKey]dec.D
	watched   bool // a person agreed prices: another lets those below the lists stand
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
	first := tx.Together()
	f.customers, _ = customer.ByCode(first, codes)
	f.products, _ = catalog.BySKU(first, skus)
	if err := first.Go(); err != nil {
		return nil, err
	}
	ids := make([]id.Customer, 0, len(f.customers))
	for _, c := range f.customers {
		ids = append(ids, c.ID)
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
	if f.watched, err = handPriced(tx, b.Currency, drafts); err != nil {
		return nil, err
	}
	if f.watched {
		asks = asks[:0]
		for _, d := range drafts {
			for _, l := range d.Lines {
				if p, c := f.products[l.SKU], f.customers[d.Customer]; p != nil && c != nil {
					asks = append(asks, pricing.Ask{Product: p.ID, Customer: c.ID})
				}
			}
		}
	}
	then := tx.Together()
	f.sites, _ = customer.Sites(then, ids)
	f.prices, _ = pricing.Open(then, f.lists, asks)
	return f, then.Go()
}

// handPriced tells whether a person agreed prices in these drafts: then they are
// compared to the lists, since another has to let lower ones stand.
func handPriced(tx *db.Tx, cur money.Currency, drafts []Draft) (bool, error) {
	byHand := false
	for _, d := range drafts {
		byHand = byHand || d.Discount != ""
		for _, l := range d.Lines {
			byHand = byHand || l.Price != "" || l.Discount != "" || l.Free
		}
	}
	if !byHand {
		return false, nil
	}
	p, err := powersOf(tx, cur)
	return err == nil && p.person, err
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
