package flow

import (
	"encoding/json"

	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Deliver records what the receiver took (proof of delivery).
type Deliver struct {
	Shipment id.Shipment   `json:"shipment"`
	On       day.Day       `json:"on,omitempty" doc:"day of delivery; today when empty"`
	Signer   string        `json:"signer,omitempty"`
	Lines    []DeliverLine `json:"lines,omitempty" doc:"lines of which something was refused; all else was delivered"`
}

// DeliverLine says what the receiver refused of a line, in base steps.
type DeliverLine struct {
	Line    id.ShipLine `json:"line"`
	Refused int64       `json:"refused" minimum:"0" doc:"base steps"`
	Reason  string      `json:"reason,omitempty"`
}

// deliver ends shipments: what was taken is delivered; what was refused comes
// back at once, at the cost it left with. Goods on the road leave the books
// when control passes, here.
func (o *Office) deliver(tx *db.Tx, cmds []Deliver) ([]Result[Shipped], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Shipment, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Shipment
	}
	orders, shipments, err := lockShipments(tx, ids)
	if err != nil {
		return nil, err
	}
	w := &delivering{books: b, tx: tx, today: b.Day(tx.Now()), orders: orders, hit: map[id.Order]bool{}}
	if err := w.lock(shipments); err != nil {
		return nil, err
	}
	out := make([]Result[Shipped], len(cmds))
	seen := once[id.Shipment]{}
	for i, c := range cmds {
		s := shipments[c.Shipment]
		if err := mayMove(s, c.Shipment, shipping.Delivered); err != nil {
			out[i].Fault = err
			continue
		}
		if seen.again(c.Shipment) {
			out[i].Fault = twice("shipment " + s.Number)
			continue
		}
		if err := w.one(s, c); err != nil {
			out[i].Fault = err
			continue
		}
		out[i].Value = shippedView(s)
	}
	return out, w.write()
}

type delivering struct {
	*books
	tx       *db.Tx
	today    day.Day
	orders   map[id.Order]*order.Order
	pots     map[stock.Spot]*stock.Pot
	billed   map[int64][]*invoice.Billable // by shipment line
	ahead    map[int64][]*invoice.Billable // by order line, of lines billed ahead
	calendar *ledger.Calendar

	hit       map[id.Order]bool
	ships     []*shipping.Shipment
	pods      []shipping.POD
	lines     []*shipping.Line
	moves     []stock.Move
	counts    []order.Counts
	billables []*invoice.Billable
	exposure  []credit.Move
	entries   []ledger.Entry
	events    []event.Event
}

func (w *delivering) lock(shipments map[id.Shipment]*shipping.Shipment) error {
	var spots []stock.Spot
	var lines []int64
	var accounts []id.Credit
	for _, s := range shipments {
		for _, l := range s.Lines {
			spots = append(spots, stock.Spot{Warehouse: s.Warehouse, Product: l.Product, Status: stock.Returned})
			if s.Transit {
				spots = append(spots, stock.Spot{Warehouse: s.Warehouse, Product: l.Product, Status: stock.Transit})
			}
			lines = append(lines, int64(l.ID))
			accounts = append(accounts, w.orders[l.Order].Credit)
		}
	}
	var err error
	if w.calendar, err = ledger.LoadCalendar(w.tx); err != nil {
		return err
	}
	if w.billed, err = invoice.BySource(w.tx, "delivery", lines); err != nil {
		return err
	}
	if err := w.loadAhead(); err != nil {
		return err
	}
	if w.pots, err = stock.LockSpots(w.tx, spots); err != nil {
		return err
	}
	credit.Hold(w.tx, accounts)
	return nil
}

// loadAhead reads what lines billed with their order had made billable.
func (w *delivering) loadAhead() error {
	var lines []int64
	for _, x := range w.orders {
		for _, l := range x.Lines {
			if l.BillPolicy == "order" && l.Goods() {
				lines = append(lines, int64(l.ID))
			}
		}
	}
	var err error
	w.ahead, err = invoice.BySource(w.tx, "order", lines)
	return err
}

func (w *delivering) one(s *shipping.Shipment, c Deliver) error {
	refused, reasons := map[id.ShipLine]int64{}, map[id.ShipLine]string{}
	for _, d := range c.Lines {
		l := s.Line(d.Line)
		if l == nil {
			return shipping.ErrLine.Because("shipment %s has no line %s", s.Number, d.Line)
		}
		if d.Refused > l.Shipped-l.Returned || d.Refused < 0 {
			return shipping.ErrQty.Because("cannot refuse %d of line %d: %d were shipped and %d came back", d.Refused, l.No, l.Shipped, l.Returned)
		}
		refused[d.Line], reasons[d.Line] = d.Refused, d.Reason
	}
	on := or(c.On, w.today)
	posted := w.calendar.Open(ledger.Stock, on)
	s.Decision, s.DeliveredOn = shipping.Delivered, on
	e := ledger.Entry{Journal: "stock", Kind: "delivery", DocType: "shipment", Doc: int64(s.ID), Step: "deliver", PostedOn: posted, DocumentOn: on}
	body, refs := []any{}, []event.Ref{}
	for _, l := range s.Lines {
		x := w.orders[l.Order]
		w.line(s, l, x, refused[l.ID], reasons[l.ID], on, posted, &e)
		body = append(body, []any{l.No, l.Delivered, l.Refused})
		refs = append(refs, event.Ref{Type: "order", ID: int64(x.ID), Qualifier: "fulfils"})
		w.hit[x.ID] = true
	}
	if s.Transit {
		var ids []id.Order
		for _, r := range refs {
			ids = append(ids, id.Order(r.ID))
		}
		invoice.Arrived(w.tx, credit.Sorted(ids), s.ID, on)
	}
	w.ships = append(w.ships, s)
	w.entries = append(w.entries, e)
	w.events = append(w.events, event.Event{Type: "shipment.delivered", Subject: event.About("shipment", int64(s.ID)), Refs: refs, Body: map[string]any{"lines": body, "on": on}})
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.pods = append(w.pods, shipping.POD{Shipment: s.ID, Signer: c.Signer, Lines: string(text)})
	return nil
}

func (w *delivering) line(s *shipping.Shipment, l *shipping.Line, x *order.Order, refused int64, reason string, on, posted day.Day, e *ledger.Entry) {
	ol := x.Line(l.OrderLine)
	taken := l.Shipped - l.Returned - refused
	back := money.Share(l.Cost, l.Returned+refused, l.Shipped) - l.ReturnedCost
	spot := stock.Spot{Warehouse: s.Warehouse, Product: l.Product, Status: stock.Returned}
	add := func(role string, amount int64) {
		e.Lines = append(e.Lines, ledger.Line{Role: role, Amount: amount, Doc: amount, Currency: w.Currency, Customer: x.Customer})
	}
	move := func(pot *stock.Pot, kind string, q, v int64) {
		pot.Receive(q, v)
		w.moves = append(w.moves, stock.Move{Pot: pot.ID, Kind: kind, Qty: q, Value: v, DocType: "shipment", Doc: int64(s.ID), DocLine: int64(l.ID), ValidOn: posted})
	}
	if s.Transit {
		road := w.pots[stock.Spot{Warehouse: s.Warehouse, Product: l.Product, Status: stock.Transit}]
		cost := l.Cost - l.ReturnedCost - back
		if taken > 0 {
			move(road, stock.Issue, -taken, -cost)
			add("cogs", cost)
			add("stock_in_transit", -cost)
		}
		if refused > 0 {
			move(road, stock.TransferOut, -refused, -back)
			add("stock_in_transit", -back)
		}
	} else if refused > 0 {
		add("cogs", -back)
	}
	c := order.Counts{Line: ol.ID, Delivered: taken, Refused: refused, Returned: refused}
	if refused > 0 {
		move(w.pots[spot], stock.Return, refused, back)
		add("inventory", back)
		w.unbill(x, ol, l, refused, on)
	}
	l.Delivered, l.Refused, l.Returned, l.ReturnedCost = taken, refused, l.Returned+refused, l.ReturnedCost+back
	if reason != "" {
		l.ShortReason = reason
	}
	ol.Apply(c)
	w.lines = append(w.lines, l)
	w.counts = append(w.counts, c)
}

// unbill makes the negative amount for goods that came back.
func (w *delivering) unbill(x *order.Order, ol *order.Line, l *shipping.Line, n int64, on day.Day) {
	list, before := w.billed[int64(l.ID)], l.Returned
	if ol.BillPolicy == "order" {
		list, before = w.ahead[int64(ol.ID)], ol.Returned
	}
	for _, b := range list {
		r := returnBillable(w.tx, b, l, before, n, on)
		w.billables = append(w.billables, r)
		w.exposure = append(w.exposure, credit.Move{Account: x.Credit, DocType: "shipment", Doc: int64(l.Shipment), Shipped: r.Exposed, Cause: "return"})
	}
}

// returnBillable is the negative share of what a delivery made billable. Goods
// already billed become a credit note of their own; others net in their group.
func returnBillable(tx *db.Tx, b *invoice.Billable, l *shipping.Line, before, n int64, on day.Day) *invoice.Billable {
	share := func(amount int64) int64 {
		return money.Share(amount, before, b.Qty) - money.Share(amount, before+n, b.Qty)
	}
	r := *b
	r.ID, r.Kind, r.Source, r.SourceNo, r.Sign, r.Qty, r.Billed = id.Billable(tx.NewID()), "return", int64(l.ID), l.Returned+n, -1, n, 0
	r.Net, r.Allowance, r.Exposed, r.BillOn, r.InvoiceLine = share(b.Net), share(b.Allowance), share(b.Exposed), on, 0
	r.Tax = 0
	if b.TaxGiven {
		r.Tax = share(b.Tax)
	}
	if b.Billed == b.Qty {
		r.Exposed, r.OriginalLine = 0, b.InvoiceLine
	}
	return &r
}

func (w *delivering) write() error {
	var decided []*order.Order
	for o := range w.hit {
		decided = append(decided, w.orders[o])
	}
	shipping.SaveLines(w.tx, w.lines)
	shipping.Decide(w.tx, w.ships)
	shipping.AddPODs(w.tx, w.pods)
	order.AddCounts(w.tx, sumCounts(w.counts))
	order.Decide(w.tx, decided)
	stock.Book(w.tx, w.moves)
	invoice.AddBillables(w.tx, w.billables)
	credit.Shift(w.tx, w.exposure)
	ledger.Post(w.tx, w.chart, w.entries)
	return event.Record(w.tx, w.events...)
}
