package flow

import (
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/shipping"
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

// Pack reports that all that was picked is in boxes.
type Pack struct {
	Shipment id.Shipment `json:"shipment"`
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

func (o *Office) pick(tx *db.Tx, cmds []Pick) ([]Result[Shipped], error) {
	ids := make([]id.Shipment, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Shipment
	}
	return onFloor(tx, ids, hold.OnPick, "pick", func(i int, s *shipping.Shipment) (event.Event, error) {
		short, body := false, []any{}
		for _, p := range cmds[i].Lines {
			l := s.Line(p.Line)
			if l == nil {
				return event.Event{}, shipping.ErrLine.Because("shipment %s has no line %s", s.ID, p.Line)
			}
			if p.Qty > l.Planned {
				return event.Event{}, shipping.ErrQty.Because("cannot pick %d of line %d: only %d planned; change the order or release more", p.Qty, l.No, l.Planned)
			}
			if p.Qty < l.Packed {
				return event.Event{}, shipping.ErrQty.Because("cannot set the pick of line %d to %d: %d are packed already", l.No, p.Qty, l.Packed)
			}
			l.Picked, l.ShortReason = p.Qty, p.Reason
			short = short || p.Reason != ""
			body = append(body, []any{l.No, p.Qty})
		}
		e := event.Event{Type: "pick.finished", Body: map[string]any{"lines": body}}
		if short {
			e.Type = "pick.short"
		}
		return e, nil
	})
}

func (o *Office) pack(tx *db.Tx, cmds []Pack) ([]Result[Shipped], error) {
	ids := make([]id.Shipment, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Shipment
	}
	return onFloor(tx, ids, hold.OnPick, "pack", func(_ int, s *shipping.Shipment) (event.Event, error) {
		n := int64(0)
		for _, l := range s.Lines {
			l.Packed = l.Picked
			n += l.Packed
		}
		if n == 0 {
			return event.Event{}, shipping.ErrPacked.Because("nothing of this shipment is picked yet: there is nothing to pack")
		}
		return event.Event{Type: "shipment.packed"}, nil
	})
}

// onFloor runs a warehouse step on planned shipments.
func onFloor(tx *db.Tx, ids []id.Shipment, scope int64, verb string, f func(int, *shipping.Shipment) (event.Event, error)) ([]Result[Shipped], error) {
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
		e, err := f(i, s)
		if err != nil {
			out[i].Fault = err
			continue
		}
		e.Subject, e.Refs = event.About("shipment", int64(s.ID)), refs
		events = append(events, e)
		lines = append(lines, s.Lines...)
		out[i].Value = shippedView(s)
	}
	shipping.SaveLines(tx, lines)
	return out, event.Record(tx, events...)
}
