package flow

import (
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Cancel asks to cancel what is not shipped yet: the whole rest of an order,
// or quantities of lines. What was planned is taken back from the warehouse;
// what was shipped or billed needs a return or a credit note.
type Cancel struct {
	Order   id.Order   `json:"order"`
	Version int64      `json:"version,omitempty"`
	Reason  string     `json:"reason" minLength:"1"`
	Lines   []PlanLine `json:"lines,omitempty" doc:"base steps per line; everything open when empty"`
}

func (o *Office) cancel(tx *db.Tx, cmds []Cancel) ([]Result[Changed], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	ids := orderIDs(cmds, func(c Cancel) id.Order { return c.Order })
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	w := &cancelling{changing: changing{books: b, tx: tx, today: b.Day(tx.Now()), reserve: map[id.Pot]int64{}, unreserve: map[id.Pot]int64{}}}
	if err := w.lock(ids, orders); err != nil {
		return nil, err
	}
	out := make([]Result[Changed], len(cmds))
	seen := once[id.Order]{}
	for i, c := range cmds {
		x := orders[c.Order]
		if err := mayChange(x, c.Order, c.Version, seen); err != nil {
			out[i].Fault = err
			continue
		}
		if out[i].Value, err = w.one(x, c); err != nil {
			out[i] = Result[Changed]{Fault: err}
		}
	}
	return out, w.write()
}

type cancelling struct {
	changing
	planned map[id.Order][]*shipping.Shipment
	ahead   map[int64][]*invoice.Billable
	voids   voiding
	counts  []order.Counts
	shrunk  []*invoice.Billable
	dead    []int64 // orders that are cancelled in full, with open holds
}

// lock locks the planned shipments of the orders and reads what was to be billed ahead.
func (w *cancelling) lock(ids []id.Order, orders map[id.Order]*order.Order) error {
	names, err := shipping.OfOrders(w.tx, ids)
	if err != nil {
		return err
	}
	var all []id.Shipment
	for _, s := range names {
		all = append(all, s...)
	}
	shipments, err := shipping.Lock(w.tx, all)
	if err != nil {
		return err
	}
	w.planned, w.voids.orders = map[id.Order][]*shipping.Shipment{}, orders
	for o, list := range names {
		for _, s := range list {
			if shipments[s].Decision == shipping.Planned {
				w.planned[o] = append(w.planned[o], shipments[s])
			}
		}
	}
	var ahead []int64
	var pots []id.Pot
	var accounts []id.Credit
	for _, x := range orders {
		accounts = append(accounts, x.Credit)
		for _, l := range x.Lines {
			if l.BillPolicy == "order" {
				ahead = append(ahead, int64(l.ID))
			}
			for _, s := range l.Schedules {
				pots = append(pots, s.Pot)
			}
		}
	}
	if w.ahead, err = invoice.BySource(w.tx, "order", ahead); err != nil {
		return err
	}
	if _, err = stock.Lock(w.tx, pots); err != nil {
		return err
	}
	credit.Hold(w.tx, accounts)
	return nil
}

func (w *cancelling) one(x *order.Order, c Cancel) (Changed, error) {
	want, err := cancelWanted(x, c)
	if err != nil {
		return Changed{}, err
	}
	var voided []id.Shipment
	for l, n := range want { // what is in the warehouse comes back first
		free := int64(0)
		for _, s := range l.Schedules {
			free += s.Qty - s.Released
		}
		if x.Decision == order.Confirmed && l.Goods() && free < n {
			for _, s := range w.planned[x.ID] {
				w.voids.void(s, c.Reason)
				voided = append(voided, s.ID)
			}
			w.planned[x.ID] = nil
		}
	}
	exposed := func() (v int64) {
		for _, l := range x.Lines {
			v += exposedFC(w.books, x, l)
		}
		return v
	}
	before := exposed()
	body := []any{}
	for _, l := range x.Lines {
		if n := want[l]; n > 0 && l.Goods() {
			w.line(x, l, n)
			body = append(body, []any{l.No, n})
		}
	}
	for _, l := range x.Lines {
		if l.Follows() {
			due := x.Follow(l, func(g *order.Line) int64 { return min(g.Ordered, g.Shipped+g.Cancelled) }) - l.Shipped - l.Cancelled
			if !hasGoods(x) {
				due = l.Ordered - l.Shipped - l.Cancelled
			}
			if due > 0 {
				w.line(x, l, due)
			}
		}
	}
	if x.Decision == order.Confirmed {
		w.down = append(w.down, credit.Move{Account: x.Credit, DocType: "order", Doc: int64(x.ID), Order: exposed() - before, Cause: "cancel"})
	}
	e := event.Event{Type: "order.remainder_cancelled", Subject: event.About("order", int64(x.ID)), Reason: c.Reason, Body: map[string]any{"lines": body}}
	if untouched(x) {
		x.Decision = order.Cancelled
		if x.HoldMask != 0 { // nothing is left that could be stopped
			x.HoldMask &= hold.OnRetain
			w.dead = append(w.dead, int64(x.ID))
		}
		e.Type = "order.cancelled"
	}
	w.decided = append(w.decided, x)
	w.events = append(w.events, e)
	v := changedView(x)
	v.Voided = voided
	return v, nil
}

// cancelWanted says how much of each goods line goes.
func cancelWanted(x *order.Order, c Cancel) (map[*order.Line]int64, error) {
	want := map[*order.Line]int64{}
	for _, p := range c.Lines {
		l := x.Line(p.Line)
		if l == nil || !l.Goods() {
			return nil, order.ErrUnknown.Because("order %s has no goods line %s", x.Number, p.Line).At("lines")
		}
		if want[l] += p.Qty; want[l] > l.Open() {
			return nil, order.ErrQty.Because("cannot cancel %d of line %d: only %d are open; what was shipped needs a return", want[l], l.No, l.Open()).At("lines")
		}
	}
	for _, l := range x.Lines {
		if len(c.Lines) == 0 && l.Goods() && l.Open() > 0 {
			want[l] = l.Open()
		}
	}
	if len(want) == 0 && hasGoods(x) {
		return nil, order.ErrNothing.Because("nothing of order %s is open: there is nothing to cancel", x.Number)
	}
	for l, n := range want {
		if l.BillPolicy == "order" && l.Billed > l.Ordered-l.Cancelled-n {
			return nil, order.ErrQty.Because("line %d of order %s is billed already: credit the invoice first", l.No, x.Number)
		}
	}
	return want, nil
}

// line cancels n of a line.
func (w *cancelling) line(x *order.Order, l *order.Line, n int64) {
	for _, b := range w.ahead[int64(l.ID)] {
		if b.Billed == 0 && b.Qty >= n {
			net, allowance, tax := money.Share(b.Net, b.Qty-n, b.Qty), money.Share(b.Allowance, b.Qty-n, b.Qty), money.Share(b.Tax, b.Qty-n, b.Qty)
			b.Qty, b.Net, b.Allowance, b.Tax = b.Qty-n, net, allowance, tax
			w.shrunk = append(w.shrunk, b)
		}
	}
	w.shrink(l, n, nil)
	c := order.Counts{Line: l.ID, Cancelled: n}
	l.Apply(c)
	w.counts = append(w.counts, c)
}

// untouched tells that nothing of an order was shipped or billed and nothing is left.
func untouched(x *order.Order) bool {
	for _, l := range x.Lines {
		if l.Shipped > 0 || l.Billed > 0 || l.Open() > 0 && l.Role != order.Text {
			return false
		}
	}
	return true
}

func (w *cancelling) write() error {
	w.voids.write(w.tx)
	order.AddCounts(w.tx, sumCounts(w.counts))
	invoice.Shrink(w.tx, w.shrunk)
	hold.Lapse(w.tx, w.dead, "the order is cancelled")
	w.events = append(w.events, w.voids.events...)
	return w.changing.write()
}
