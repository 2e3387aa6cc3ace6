package flow

import (
	"kontor/internal/rooms/access"
	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/workplace"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Hold asks to stop steps of an order until a person lets it go.
type Hold struct {
	Order  id.Order `json:"order"`
	Scopes []string `json:"scopes" minItems:"1" doc:"confirm, release, pick, ship, bill, dun, refund, or all"`
	Kind   string   `json:"kind,omitempty" doc:"manual when empty"`
	Reason string   `json:"reason" minLength:"1"`
}

// Unhold asks to release a hold.
type Unhold struct {
	Hold   id.Hold `json:"hold"`
	Reason string  `json:"reason" minLength:"1"`
	Until  day.Day `json:"until,omitempty" doc:"the rule does not stop the order again until this day; today when empty"`
	Cap    string  `json:"cap,omitempty" doc:"… and up to this amount, company currency; the order's gross when empty"`
	signed bool
}

// Held is a hold as a flow leaves it.
type Held struct {
	Hold     id.Hold  `json:"hold"`
	Order    id.Order `json:"order"`
	HoldMask int64    `json:"hold_mask"`
	Status   string   `json:"status"`
}

var scopes = map[string]int64{"confirm": hold.OnConfirm, "release": hold.OnRelease, "pick": hold.OnPick, "ship": hold.OnShip, "bill": hold.OnBill, "dun": hold.OnDun, "refund": hold.OnRefund, "all": hold.OnAll}

var errScope = fault.Rule{Kind: fault.Invalid, Code: "hold.scope"}

func (o *Office) hold(tx *db.Tx, cmds []Hold) ([]Result[Held], error) {
	orders, err := order.Lock(tx, orderIDs(cmds, func(c Hold) id.Order { return c.Order }))
	if err != nil {
		return nil, err
	}
	out := make([]Result[Held], len(cmds))
	var holds []hold.Hold
	var events []event.Event
	touched := map[id.Order]*order.Order{}
	for i, c := range cmds {
		x := orders[c.Order]
		if x == nil {
			out[i].Fault = unknownOrder(c.Order)
			continue
		}
		if x.Decision == order.Cancelled {
			out[i].Fault = order.ErrMove.Because("order %s is cancelled: there is nothing to hold", x.Number)
			continue
		}
		mask := int64(0)
		for n, s := range c.Scopes {
			if scopes[s] == 0 {
				out[i].Fault = fault.At(errScope.Because("%q is no step that can be held; use confirm, release, pick, ship, bill, dun, refund or all", s), "scopes[%d]", n)
			}
			mask |= scopes[s]
		}
		if out[i].Fault != nil {
			continue
		}
		h := hold.Hold{ID: id.Hold(tx.NewID()), SubjectType: "order", Subject: int64(x.ID), Scope: mask, Kind: or(c.Kind, hold.Manual), Code: "hold.held", Sentence: c.Reason}
		x.HoldMask |= mask
		holds = append(holds, h)
		touched[x.ID] = x
		events = append(events, heldEvent(h))
		out[i].Value = Held{h.ID, x.ID, x.HoldMask, x.Derive().Status}
	}
	hold.Uncover(tx, holds) // who holds an order again for a rule takes back what was allowed
	hold.Open(tx, holds)
	order.Decide(tx, listOf(touched))
	return out, event.Record(tx, events...)
}

func listOf(m map[id.Order]*order.Order) []*order.Order {
	out := make([]*order.Order, 0, len(m))
	for _, x := range m {
		out = append(out, x)
	}
	return out
}

// mayRelease refuses a person who would let a rule about money go alone: one for
// a price belongs to another than who agreed it, one for credit to another than
// whose order it is, above one's own limit to two.
func (p *powers) mayRelease(h hold.Hold, x *order.Order, amount int64, c Unhold, who int64) error {
	switch {
	case !p.person || h.Kind != hold.Price && h.Kind != hold.Credit:
		return nil
	case h.OpenedBy == who:
		return approval.ErrOwn.Because("you brought order %s here yourself: somebody else releases its hold for %s", x.Number, h.Kind)
	case h.Kind == hold.Price && !p.grants(approval.PriceRelease, amount):
		return approval.ErrAuthority.Because("order %s is worth %s %s, above the prices that you may let stand: somebody with a higher limit of authority releases it", x.Number, money.Format(amount, p.currency), p.currency)
	case h.Kind == hold.Credit:
		return p.second(approval.CreditRelease, amount, Subject{"order", int64(x.ID)}, c, "release order "+x.Number+" past the credit limit")
	}
	return nil
}

// unhold releases holds; the order's mask is what the others still stop.
func (o *Office) unhold(tx *db.Tx, cmds []Unhold) ([]Result[Held], error) {
	b, p, err := o.empowered(tx)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Held], len(cmds))
	found := make([]hold.Hold, len(cmds))
	var ids []id.Order
	asked := make([]id.Hold, len(cmds))
	for i, c := range cmds {
		asked[i] = c.Hold
	}
	known, err := hold.ByID(tx, asked)
	if err != nil {
		return nil, err
	}
	for i, c := range cmds {
		h, ok := known[c.Hold]
		if !ok {
			out[i].Fault = hold.ErrUnknown.Because("there is no hold %s", c.Hold)
			continue
		}
		found[i], ids = h, append(ids, id.Order(h.Subject))
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	var events []event.Event
	var notices []workplace.Notice
	touched := map[id.Order]*order.Order{}
	var subjects []int64
	for i, c := range cmds {
		if out[i].Fault != nil {
			continue
		}
		x := orders[id.Order(found[i].Subject)]
		upTo := int64(0)
		if x != nil {
			upTo = toFC(b, x.Gross(), x.Currency, x.FxRate)
		}
		if c.Cap != "" {
			if upTo, err = money.Parse(c.Cap, b.Currency); err != nil {
				out[i].Fault = fault.At(err, "cap")
				continue
			}
		}
		if x != nil && !c.signed {
			if out[i].Fault = p.mayRelease(found[i], x, upTo, c, tx.Who().ID); out[i].Fault != nil {
				continue
			}
		}
		if err := hold.Release(tx, c.Hold, c.Reason, string(or(c.Until, b.Day(tx.Now()))), upTo); err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i].Fault = err
			continue
		}
		touched[x.ID] = x
		subjects = append(subjects, int64(x.ID))
		// Whoever opened it – by a step that met the rule, too – hears what a colleague decided.
		var to []string
		if by := found[i].OpenedBy; by != tx.Who().ID && by > access.Demo {
			notices = append(notices, workplace.Notice{User: by, Kind: workplace.Decided, Cause: int64(c.Hold), Type: "order", Subject: int64(x.ID), From: tx.Who().ID, Say: c.Reason})
			to = append(to, id.Text("usr", by))
		}
		events = append(events, event.Event{Type: "hold.released", Subject: event.About("hold", int64(c.Hold)), Refs: []event.Ref{{Type: "order", ID: int64(x.ID), Qualifier: "blocks"}}, Reason: c.Reason,
			Body: map[string]any{"kind": found[i].Kind, "until": c.Until, "cap": money.Format(upTo, b.Currency), "to": to}})
		out[i].Value = Held{Hold: c.Hold, Order: x.ID}
	}
	open, err := hold.Of(tx, subjects)
	if err != nil {
		return nil, err
	}
	for _, x := range touched {
		x.HoldMask = 0
		for _, h := range open[int64(x.ID)] {
			x.HoldMask |= h.Scope
		}
	}
	for i := range out {
		if x := touched[out[i].Value.Order]; x != nil {
			out[i].Value.HoldMask, out[i].Value.Status = x.HoldMask, x.Derive().Status
		}
	}
	order.Decide(tx, listOf(touched))
	workplace.Tell(tx, notices)
	return out, event.Record(tx, events...)
}
