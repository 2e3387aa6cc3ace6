package flow

import (
	"maps"
	"slices"

	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/id"
)

// Pick reports what was taken from the shelf.
type Pick struct {
	Shipment id.Shipment `json:"shipment"`
	Lines    []PickLine  `json:"lines" minItems:"1"`
}

// PickLine is one pick, in base steps; a reason says why less was found.
type PickLine struct {
	Line   id.ShipLine `json:"line"`
	Qty    int64       `json:"qty" minimum:"0" doc:"base steps picked in total"`
	Reason string      `json:"reason,omitempty" doc:"why it is short: damaged, not found …"`
}

// Pack reports that all that was picked is in boxes. Who counts into the boxes
// tells what he counted: it must be what was picked.
type Pack struct {
	Shipment id.Shipment `json:"shipment"`
	Lines    []PickLine  `json:"lines,omitempty" doc:"what was counted into boxes, when it was counted: all lines of the shipment"`
	WeightG  int64       `json:"weight_g,omitempty" minimum:"0" doc:"of the whole shipment with its boxes, grams"`
}

// Shipped is a shipment as a flow leaves it.
type Shipped struct {
	Shipment id.Shipment   `json:"shipment"`
	Number   string        `json:"number,omitempty"`
	Decision string        `json:"decision"`
	Lines    []ShippedLine `json:"lines"`
	Cost     string        `json:"cost,omitempty" doc:"of the goods, company currency"`
}

// ShippedLine is one line's counters, in base steps.
type ShippedLine struct {
	Line      id.ShipLine `json:"line"`
	OrderLine id.Line     `json:"order_line"`
	Planned   int64       `json:"planned"`
	Picked    int64       `json:"picked"`
	Packed    int64       `json:"packed"`
	Shipped   int64       `json:"shipped"`
	Delivered int64       `json:"delivered"`
	Refused   int64       `json:"refused"`
}

func shippedView(s *shipping.Shipment) Shipped {
	v := Shipped{Shipment: s.ID, Number: s.Number, Decision: s.Decision}
	for _, l := range s.Lines {
		v.Lines = append(v.Lines, ShippedLine{l.ID, l.OrderLine, l.Planned, l.Picked, l.Packed, l.Shipped, l.Delivered, l.Refused})
	}
	return v
}

// pick writes what was taken. What is said to be missing, with a reason, loses
// its reservation at once, so that the order desk hears of it before the rest leaves.
func (o *Office) pick(tx *db.Tx, cmds []Pick) ([]Result[Shipped], error) {
	ids := make([]id.Shipment, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Shipment
	}
	missing := map[id.Pot]int64{}
	out, err := onFloor(tx, ids, hold.OnPick, "pick", func(i int, s *shipping.Shipment, orders map[id.Order]*order.Order) ([]event.Event, error) {
		if err := mayPick(s, cmds[i].Lines); err != nil {
			return nil, err
		}
		return picked(s, cmds[i].Lines, orders, missing), nil
	})
	if err != nil || len(missing) == 0 {
		return out, err
	}
	if _, err := stock.Lock(tx, slices.Collect(maps.Keys(missing))); err != nil {
		return nil, err
	}
	stock.Unreserve(tx, missing)
	return out, nil
}

// mayPick checks all lines before anything is changed.
func mayPick(s *shipping.Shipment, lines []PickLine) error {
	for _, p := range lines {
		l := s.Line(p.Line)
		switch {
		case l == nil:
			return shipping.ErrLine.Because("shipment %s has no line %s", s.ID, p.Line)
		case p.Qty > l.Planned:
			return shipping.ErrQty.Because("cannot pick %d of line %d: only %d planned; change the order or release more", p.Qty, l.No, l.Planned)
		case p.Qty < l.Packed:
			return shipping.ErrQty.Because("cannot set the pick of line %d to %d: %d are packed already", l.No, p.Qty, l.Packed)
		}
	}
	return nil
}

// picked sets the lines and says what happened: to the shipment, and to each
// order that gets less. What no shelf holds is added to missing.
func picked(s *shipping.Shipment, lines []PickLine, orders map[id.Order]*order.Order, missing map[id.Pot]int64) []event.Event {
	body, why := []any{}, ""
	var shorts []event.Event
	for _, p := range lines {
		l := s.Line(p.Line)
		l.Picked, l.ShortReason = p.Qty, p.Reason
		body = append(body, []any{l.No, p.Qty})
		if p.Reason == "" {
			continue
		}
		why = p.Reason
		if rest := l.Reserved - p.Qty; rest > 0 {
			l.Reserved -= rest
			missing[l.Pot] += rest
			shorts = append(shorts, event.Event{Type: "order_line.short", Subject: event.About("order", int64(l.Order)), Reason: p.Reason, Body: map[string]any{"line": orders[l.Order].Line(l.OrderLine).No, "qty": rest}})
		}
	}
	e := event.Event{Type: "pick.finished", Body: map[string]any{"lines": body}, Reason: why}
	if why != "" {
		e.Type = "pick.short"
	} else if !s.Gathered() {
		e.Type = "pick.taken"
	}
	return append([]event.Event{e}, shorts...)
}

// pack closes the boxes.
func (o *Office) pack(tx *db.Tx, cmds []Pack) ([]Result[Shipped], error) {
	ids := make([]id.Shipment, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Shipment
	}
	var weighed []*shipping.Shipment
	out, err := onFloor(tx, ids, hold.OnPick, "pack", func(i int, s *shipping.Shipment, _ map[id.Order]*order.Order) ([]event.Event, error) {
		if err := mayPack(s, cmds[i]); err != nil {
			return nil, err
		}
		for _, l := range s.Lines {
			l.Packed = l.Picked
		}
		if cmds[i].WeightG > 0 {
			s.WeightG = cmds[i].WeightG
			weighed = append(weighed, s)
		}
		return []event.Event{{Type: "shipment.packed"}}, nil
	})
	if err == nil {
		shipping.Weigh(tx, weighed)
	}
	return out, err
}

// mayPack refuses boxes with nothing in them, and boxes in which lies something
// else than what was picked.
func mayPack(s *shipping.Shipment, c Pack) error {
	n, counted := int64(0), map[id.ShipLine]int64{}
	for _, p := range c.Lines {
		if s.Line(p.Line) == nil {
			return shipping.ErrLine.Because("shipment %s has no line %s", s.ID, p.Line)
		}
		counted[p.Line] += p.Qty
	}
	for _, l := range s.Lines {
		n += l.Picked
		if len(c.Lines) > 0 && counted[l.ID] != l.Picked {
			return shipping.ErrCounted.Because("line %d has %d picked and %d counted into boxes: scan what is missing, or correct what was picked", l.No, l.Picked, counted[l.ID])
		}
	}
	if n == 0 {
		return shipping.ErrPacked.Because("nothing of this shipment is picked yet: there is nothing to pack")
	}
	return nil
}

// onFloor runs a warehouse step on planned shipments; the first event that f
// gives is about the shipment.
func onFloor(tx *db.Tx, ids []id.Shipment, scope int64, verb string, f func(int, *shipping.Shipment, map[id.Order]*order.Order) ([]event.Event, error)) ([]Result[Shipped], error) {
	orders, shipments, err := lockShipments(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Shipped], len(ids))
	seen := once[id.Shipment]{}
	var lines []*shipping.Line
	var events []event.Event
	for i, want := range ids {
		s := shipments[want]
		switch {
		case s == nil:
			out[i].Fault = shipping.ErrUnknown.Because("there is no shipment %s", want)
			continue
		case seen.again(want):
			out[i].Fault = twice("shipment " + want.String())
			continue
		case s.Decision != shipping.Planned:
			out[i].Fault = shipping.ErrMove.Because("shipment %s is %s; only a planned one can be worked on", want, s.Decision)
			continue
		}
		mask := s.HoldMask
		var refs []event.Ref
		for _, l := range s.Lines {
			mask |= orders[l.Order].HoldMask
			refs = append(refs, event.Ref{Type: "order", ID: int64(l.Order), Qualifier: "for"})
		}
		if mask&scope != 0 {
			out[i].Fault = hold.Refuse(verb, "shipment "+want.String(), mask)
			continue
		}
		es, err := f(i, s, orders)
		if err != nil {
			out[i].Fault = err
			continue
		}
		es[0].Subject, es[0].Refs = event.About("shipment", int64(s.ID)), refs
		events = append(events, es...)
		lines = append(lines, s.Lines...)
		out[i].Value = shippedView(s)
	}
	shipping.SaveLines(tx, lines)
	return out, event.Record(tx, events...)
}
