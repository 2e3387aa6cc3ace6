package flow

import (
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/number"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Return asks to authorise the way back for goods of an order.
type Return struct {
	Order  id.Order     `json:"order"`
	Reason string       `json:"reason" minLength:"1"`
	Lines  []ReturnLine `json:"lines" minItems:"1"`
}

// ReturnLine names goods of one shipment line, in base steps.
type ReturnLine struct {
	Line   id.ShipLine `json:"line"`
	Qty    int64       `json:"qty" minimum:"1" doc:"base steps"`
	Reason string      `json:"reason,omitempty"`
}

// TakeBack records that authorised goods came in.
type TakeBack struct {
	Return id.Return      `json:"return"`
	On     day.Day        `json:"on,omitempty"`
	Status string         `json:"status,omitempty" enum:"sellable,quality,blocked,returned" doc:"where they go; returned when empty"`
	Lines  []TakeBackLine `json:"lines,omitempty" doc:"all that is authorised when empty"`
}

// TakeBackLine is what came in of one return line, in base steps.
type TakeBackLine struct {
	Line id.ReturnLine `json:"line"`
	Qty  int64         `json:"qty" minimum:"1"`
}

// Returned is a return as a flow leaves it.
type Returned struct {
	Return   id.Return      `json:"return"`
	Number   string         `json:"number"`
	Decision string         `json:"decision"`
	Lines    []ReturnedLine `json:"lines"`
	Value    string         `json:"value,omitempty" doc:"cost that came back, company currency"`
}

// ReturnedLine is one line's counters, in base steps.
type ReturnedLine struct {
	Line       id.ReturnLine `json:"line"`
	ShipLine   id.ShipLine   `json:"shipment_line"`
	Authorised int64         `json:"authorised"`
	Received   int64         `json:"received"`
}

func returnedView(x *order.Return) Returned {
	v := Returned{Return: x.ID, Number: x.Number, Decision: x.Decision}
	for _, l := range x.Lines {
		v.Lines = append(v.Lines, ReturnedLine{l.ID, l.ShipLine, l.Authorised, l.Received})
	}
	return v
}

func (o *Office) authorise(tx *db.Tx, cmds []Return) ([]Result[Returned], error) {
	ids := orderIDs(cmds, func(c Return) id.Order { return c.Order })
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	names, err := shipping.OfOrders(tx, ids)
	if err != nil {
		return nil, err
	}
	var all []id.Shipment
	for _, s := range names {
		all = append(all, s...)
	}
	shipments, err := shipping.Read(tx, all)
	if err != nil {
		return nil, err
	}
	pending, err := order.PendingReturns(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Returned], len(cmds))
	var made []*order.Return
	var events []event.Event
	for i, c := range cmds {
		x := orders[c.Order]
		if x == nil {
			out[i].Fault = unknownOrder(c.Order)
			continue
		}
		r := &order.Return{ID: id.Return(tx.NewID()), Customer: x.Customer, Order: x.ID, Decision: "authorised", Reason: c.Reason}
		var errs []error
		for n, l := range c.Lines {
			rl, err := returnLine(tx, x, l, names[x.ID], shipments, pending)
			errs = append(errs, fault.At(err, "lines[%d]", n))
			r.Lines = append(r.Lines, rl)
		}
		if err := fault.All(errs...); err != nil {
			out[i].Fault = err
			continue
		}
		made = append(made, r)
		events = append(events, event.Event{Type: "return.authorised", Subject: event.About("return", int64(r.ID)), Refs: []event.Ref{{Type: "order", ID: int64(x.ID), Qualifier: "of"}}, Reason: c.Reason})
		out[i].Value = returnedView(r)
	}
	if len(made) > 0 {
		first, err := number.Draw(tx, "RMA", "", len(made))
		if err != nil {
			return nil, err
		}
		at := map[id.Return]string{}
		for i, r := range made {
			r.Number = number.Text("RMA", "", first+int64(i))
			at[r.ID] = r.Number
		}
		for i := range out {
			out[i].Value.Number = at[out[i].Value.Return]
		}
	}
	order.AddReturns(tx, made)
	return out, event.Record(tx, events...)
}

func returnLine(tx *db.Tx, x *order.Order, c ReturnLine, own []id.Shipment, shipments map[id.Shipment]*shipping.Shipment, pending map[id.ShipLine]int64) (*order.ReturnLine, error) {
	for _, s := range own {
		l := shipments[s].Line(c.Line)
		if l == nil || l.Order != x.ID {
			continue
		}
		if sh := shipments[s]; sh.Transit && sh.Decision == shipping.Shipped {
			return nil, order.ErrReturnMove.Because("shipment %s is still on the road and still ours; record its delivery, and what was refused there comes back at once", sh.Number).At("line")
		}
		if left := l.Shipped - l.Returned - pending[l.ID]; c.Qty > left || c.Qty <= 0 {
			return nil, order.ErrReturnQty.Because("cannot authorise a return of %d: %d were shipped, %d came back and %d are authorised already", c.Qty, l.Shipped, l.Returned, pending[l.ID]).At("qty")
		}
		pending[l.ID] += c.Qty
		return &order.ReturnLine{ID: id.ReturnLine(tx.NewID()), ShipLine: l.ID, Line: l.OrderLine, Reason: c.Reason, Authorised: c.Qty}, nil
	}
	return nil, shipping.ErrLine.Because("order %s has no shipment line %s", x.Number, c.Line).At("line")
}

// takeBack books returned goods in at the cost they left with and makes the
// negative amount: goods not billed yet net in their invoice, others become a
// credit note with the next billing.
func (o *Office) takeBack(tx *db.Tx, cmds []TakeBack) ([]Result[Returned], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &delivering{books: b, tx: tx, today: b.Day(tx.Now()), hit: map[id.Order]bool{}}
	returns, shipments, err := w.lockReturns(cmds)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Returned], len(cmds))
	var counted []order.ReturnLine
	seen := once[id.Return]{}
	for i, c := range cmds {
		x := returns[c.Return]
		switch {
		case x == nil:
			out[i].Fault = order.ErrReturn.Because("there is no return %s", c.Return)
			continue
		case seen.again(c.Return):
			out[i].Fault = twice("return " + x.Number)
			continue
		case x.Decision != "authorised":
			out[i].Fault = order.ErrReturnMove.Because("return %s is %s: nothing more can come in on it", x.Number, x.Decision)
			continue
		}
		rows, value, err := w.takeIn(x, c, shipments)
		if err != nil {
			out[i].Fault = err
			continue
		}
		counted = append(counted, rows...)
		out[i].Value = returnedView(x)
		out[i].Value.Value = money.Format(value, b.Currency)
	}
	order.CountReturn(tx, counted)
	return out, w.write()
}

// lockReturns locks orders, returns and shipments of commands, in the ladder's order.
func (w *delivering) lockReturns(cmds []TakeBack) (map[id.Return]*order.Return, map[id.ShipLine]*shipping.Line, error) {
	ids := make([]id.Return, len(cmds))
	status := map[id.Return]string{}
	for i, c := range cmds {
		ids[i] = c.Return
		status[c.Return] = or(c.Status, stock.Returned)
	}
	peek, err := order.ReadReturns(w.tx, ids)
	if err != nil {
		return nil, nil, err
	}
	var orders []id.Order
	var lines []id.ShipLine
	for _, x := range peek {
		orders = append(orders, x.Order)
		for _, l := range x.Lines {
			lines = append(lines, l.ShipLine)
		}
	}
	if w.orders, err = order.Lock(w.tx, orders); err != nil {
		return nil, nil, err
	}
	returns, err := order.LockReturns(w.tx, ids)
	if err != nil {
		return nil, nil, err
	}
	found, err := shipping.LinesByID(w.tx, lines)
	if err != nil {
		return nil, nil, err
	}
	var sources []int64
	var spots []stock.Spot
	var accounts []id.Credit
	for _, x := range returns {
		accounts = append(accounts, w.orders[x.Order].Credit)
		for _, l := range x.Lines {
			sources = append(sources, int64(l.ShipLine))
			spots = append(spots, stock.Spot{Warehouse: w.orders[x.Order].Warehouse, Product: found[l.ShipLine].Product, Status: status[x.ID]})
		}
	}
	if w.calendar, err = ledger.LoadCalendar(w.tx); err != nil {
		return nil, nil, err
	}
	if w.billed, err = invoice.BySource(w.tx, "delivery", credit.Sorted(sources)); err != nil {
		return nil, nil, err
	}
	if err := w.loadAhead(); err != nil {
		return nil, nil, err
	}
	if w.pots, err = stock.LockSpots(w.tx, spots); err != nil {
		return nil, nil, err
	}
	credit.Hold(w.tx, accounts)
	return returns, found, nil
}

// takeIn books what came in on one return.
func (w *delivering) takeIn(x *order.Return, c TakeBack, shipped map[id.ShipLine]*shipping.Line) ([]order.ReturnLine, int64, error) {
	came := map[id.ReturnLine]int64{}
	for _, l := range c.Lines {
		came[l.Line] += l.Qty
	}
	on := or(c.On, w.today)
	posted := w.calendar.Open(ledger.Stock, on)
	o := w.orders[x.Order]
	for _, l := range x.Lines {
		if len(c.Lines) == 0 {
			came[l.ID] = l.Authorised - l.Received
		}
		sl := shipped[l.ShipLine]
		if n := came[l.ID]; n > l.Authorised-l.Received || n > sl.Shipped-sl.Returned {
			return nil, 0, order.ErrReturnQty.Because("cannot take %d back: %d are authorised and %d came in already", n, l.Authorised, l.Received)
		}
	}
	step := "return " + id.Text("tx", w.tx.ID()) // goods may come in several times
	e := ledger.Entry{Journal: "stock", Kind: "return", DocType: "return", Doc: int64(x.ID), Step: step, PostedOn: posted, DocumentOn: on}
	var rows []order.ReturnLine
	total, open := int64(0), int64(0)
	for _, l := range x.Lines {
		n := came[l.ID]
		open += l.Authorised - l.Received - n
		if n == 0 {
			continue
		}
		sl := shipped[l.ShipLine]
		ol := o.Line(l.Line)
		back := money.Share(sl.Cost, sl.Returned+n, sl.Shipped) - sl.ReturnedCost
		pot := w.pots[stock.Spot{Warehouse: o.Warehouse, Product: sl.Product, Status: or(c.Status, stock.Returned)}]
		pot.Receive(n, back)
		w.moves = append(w.moves, stock.Move{Pot: pot.ID, Kind: stock.Return, Qty: n, Value: back, DocType: "return", Doc: int64(x.ID), DocLine: int64(l.ID), ValidOn: posted})
		e.Lines = append(e.Lines, ledger.Line{Role: "inventory", Amount: back, Doc: back, Currency: w.Currency, Customer: x.Customer}, ledger.Line{Role: "cogs", Amount: -back, Doc: -back, Currency: w.Currency, Customer: x.Customer})
		w.unbill(o, ol, sl, n, on)
		sl.Returned, sl.ReturnedCost = sl.Returned+n, sl.ReturnedCost+back
		w.lines = append(w.lines, sl)
		cnt := order.Counts{Line: ol.ID, Returned: n}
		ol.Apply(cnt)
		w.counts = append(w.counts, cnt)
		l.Received += n
		rows = append(rows, order.ReturnLine{ID: l.ID, Received: n, Accepted: n})
		total += back
	}
	if len(rows) == 0 {
		return nil, 0, order.ErrReturnQty.Because("nothing came in on return %s", x.Number)
	}
	if open == 0 {
		if err := order.DecideReturn(w.tx, x, "closed"); err != nil {
			return nil, 0, err
		}
	}
	if o.Decision == order.Closed {
		o.Decision = order.Confirmed
		w.events = append(w.events, event.Event{Type: "order.reopened", Subject: event.About("order", int64(o.ID)), Reason: "return"})
	}
	w.hit[o.ID] = true
	w.entries = append(w.entries, e)
	w.events = append(w.events, event.Event{Type: "return.received", Subject: event.About("return", int64(x.ID)), Refs: []event.Ref{{Type: "order", ID: int64(o.ID), Qualifier: "of"}}, Body: map[string]any{"value": money.Format(total, w.Currency)}})
	return rows, total, nil
}
