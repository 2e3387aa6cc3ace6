package flow

import (
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// Release asks to send what is reserved for an order to the warehouse.
type Release struct {
	Order id.Order   `json:"order"`
	On    day.Day    `json:"on,omitempty" doc:"planned day; today when empty"`
	Lines []PlanLine `json:"lines,omitempty" doc:"only these; everything reserved when empty"`
}

// PlanLine names a quantity of a line, in base steps.
type PlanLine struct {
	Line id.Line `json:"line"`
	Qty  int64   `json:"qty" minimum:"1" doc:"base steps"`
}

// Released is the shipment that was planned.
type Released struct {
	Order    id.Order      `json:"order"`
	Shipment id.Shipment   `json:"shipment"`
	Lines    []id.ShipLine `json:"lines"`
}

// Unplan asks to take a planned shipment back: its reservation returns to the schedules.
type Unplan struct {
	Shipment id.Shipment `json:"shipment"`
	Reason   string      `json:"reason,omitempty"`
}

// release turns reservations into planned shipments. The reservation changes
// its holder, the pot is not touched.
func (o *Office) release(tx *db.Tx, cmds []Release) ([]Result[Released], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	today := b.Day(tx.Now())
	orders, err := order.Lock(tx, orderIDs(cmds, func(c Release) id.Order { return c.Order }))
	if err != nil {
		return nil, err
	}
	out := make([]Result[Released], len(cmds))
	seen := once[id.Order]{}
	var plans []*shipping.Shipment
	var commits []order.Commit
	var decided []*order.Order
	var events []event.Event
	for i, c := range cmds {
		x := orders[c.Order]
		if x == nil {
			out[i].Fault = unknownOrder(c.Order)
			continue
		}
		if seen.again(c.Order) {
			out[i].Fault = twice("order " + x.Number)
			continue
		}
		s, changes, err := planShipment(tx, x, c, today)
		if err != nil {
			out[i].Fault = err
			continue
		}
		plans, commits, decided = append(plans, s), append(commits, changes...), append(decided, x)
		v := &out[i].Value
		v.Order, v.Shipment = x.ID, s.ID
		body := []any{}
		for _, l := range s.Lines {
			v.Lines = append(v.Lines, l.ID)
			body = append(body, []any{l.No, l.Planned})
		}
		events = append(events, event.Event{Type: "shipment.planned", Subject: event.About("shipment", int64(s.ID)), Refs: []event.Ref{{Type: "order", ID: int64(x.ID), Qualifier: "for"}},
			Body: map[string]any{"lines": body, "planned_on": s.PlannedOn}})
	}
	order.AddCommits(tx, commits)
	shipping.Plan(tx, plans)
	order.Decide(tx, decided)
	return out, event.Record(tx, events...)
}

// planShipment decides what of an order goes to the warehouse.
func planShipment(tx *db.Tx, x *order.Order, c Release, today day.Day) (*shipping.Shipment, []order.Commit, error) {
	if x.Decision != order.Confirmed {
		return nil, nil, order.ErrMove.Because("order %s is %s; only a confirmed order can be released", x.Number, x.Decision)
	}
	if x.HoldMask&hold.OnRelease != 0 {
		return nil, nil, hold.Refuse("release", "order "+x.Number, x.HoldMask)
	}
	want := map[id.Line]int64{}
	for _, l := range c.Lines {
		want[l.Line] += l.Qty
	}
	s := &shipping.Shipment{ID: id.Shipment(tx.NewID()), Direction: "out", Warehouse: x.Warehouse, Customer: x.Customer, ShipTo: x.ShipTo, PlannedOn: or(c.On, today), Transit: atDelivery(x.Incoterm)}
	var commits []order.Commit
	for _, l := range x.Lines {
		if !l.Goods() {
			continue
		}
		left, limited := want[l.ID], len(c.Lines) > 0
		reserved := int64(0)
		for _, sch := range l.Schedules {
			reserved += sch.Reserved
			n := sch.Reserved
			if limited {
				n = min(n, left)
			}
			if n <= 0 {
				continue
			}
			left -= n
			s.Lines = append(s.Lines, &shipping.Line{ID: id.ShipLine(tx.NewID()), Shipment: s.ID, No: int64(len(s.Lines) + 1), Order: x.ID, OrderLine: l.ID, Schedule: sch.ID, Product: sch.Product,
				Pot: sch.Pot, Planned: n, Reserved: n})
			commits = append(commits, order.Commit{Schedule: sch.ID, Reserved: -n, Released: n})
			sch.Reserved -= n
			sch.Released += n
		}
		if left > 0 {
			return nil, nil, stock.ErrShort.Because("cannot release %d of line %d of order %s: only %d reserved", want[l.ID], l.No, x.Number, reserved)
		}
		if x.Rule == "complete" && l.Open() > 0 && planned(l) < l.Open() {
			return nil, nil, stock.ErrShort.Because("order %s ships complete or not at all: %d of line %d are not reserved yet", x.Number, l.Open()-planned(l), l.No)
		}
	}
	if len(s.Lines) == 0 {
		return nil, nil, order.ErrNothing.Because("nothing of order %s is reserved: there is nothing to release", x.Number)
	}
	return s, commits, nil
}

// planned is what the schedules have released and not shipped yet.
func planned(l *order.Line) int64 {
	n := int64(0)
	for _, s := range l.Schedules {
		n += s.Released
	}
	return n - min(n, l.Shipped)
}

// atDelivery tells Incoterms 2020 under which the seller bears the goods until delivery.
func atDelivery(incoterm string) bool {
	switch incoterm {
	case "DAP", "DPU", "DDP":
		return true
	}
	return false
}

// unplan voids planned shipments.
func (o *Office) unplan(tx *db.Tx, cmds []Unplan) ([]Result[Shipped], error) {
	ids := make([]id.Shipment, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Shipment
	}
	orders, shipments, err := lockShipments(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Shipped], len(cmds))
	v := voiding{orders: orders}
	for i, c := range cmds {
		s := shipments[c.Shipment]
		if err := mayMove(s, c.Shipment, shipping.Void); err != nil {
			out[i].Fault = err
			continue
		}
		v.void(s, c.Reason)
		out[i].Value = shippedView(s)
	}
	v.write(tx)
	order.Decide(tx, v.touched())
	return out, event.Record(tx, v.events...)
}

func mayMove(s *shipping.Shipment, want id.Shipment, to string) error {
	if s == nil {
		return shipping.ErrUnknown.Because("there is no shipment %s", want)
	}
	return s.Move(to)
}

// lockShipments locks the orders of shipments, then the shipments.
func lockShipments(tx *db.Tx, ids []id.Shipment) (map[id.Order]*order.Order, map[id.Shipment]*shipping.Shipment, error) {
	names, err := shipping.OrdersOf(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	orders, err := order.Lock(tx, names)
	if err != nil {
		return nil, nil, err
	}
	ask := tx.Together()
	shipments, _ := shipping.Lock(ask, ids)
	return orders, shipments, ask.Go()
}

// voiding collects what taking planned shipments back changes.
type voiding struct {
	orders  map[id.Order]*order.Order
	hit     map[id.Order]bool
	ships   []*shipping.Shipment
	lines   []*shipping.Line
	commits []order.Commit
	events  []event.Event
}

func (v *voiding) void(s *shipping.Shipment, reason string) {
	if v.hit == nil {
		v.hit = map[id.Order]bool{}
	}
	refs := []event.Ref{}
	for _, l := range s.Lines {
		x := v.orders[l.Order]
		for _, sch := range x.Line(l.OrderLine).Schedules {
			if sch.ID == l.Schedule {
				sch.Reserved += l.Reserved
				sch.Released -= l.Planned
			}
		}
		v.commits = append(v.commits, order.Commit{Schedule: l.Schedule, Reserved: l.Reserved, Released: -l.Planned})
		l.Reserved, l.Picked, l.Packed = 0, 0, 0
		v.lines = append(v.lines, l)
		v.hit[l.Order] = true
		refs = append(refs, event.Ref{Type: "order", ID: int64(l.Order), Qualifier: "for"})
	}
	s.Decision = shipping.Void
	v.ships = append(v.ships, s)
	v.events = append(v.events, event.Event{Type: "shipment.unplanned", Subject: event.About("shipment", int64(s.ID)), Refs: refs, Reason: reason})
}

func (v *voiding) write(tx *db.Tx) {
	order.AddCommits(tx, v.commits)
	shipping.SaveLines(tx, v.lines)
	shipping.Decide(tx, v.ships)
}

func (v *voiding) touched() []*order.Order {
	var out []*order.Order
	for o := range v.hit {
		out = append(out, v.orders[o])
	}
	return out
}
