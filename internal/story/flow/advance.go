package flow

import (
	"context"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/outbox"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Advanced says which steps Advance ran for an order.
type Advanced struct {
	Order  id.Order       `json:"order"`
	Steps  []string       `json:"steps"`
	Waits  string         `json:"waits,omitempty" doc:"what it waits for now"`
	Faults []*fault.Fault `json:"faults,omitempty"`
}

// Facts are what Next looks at.
type Facts struct {
	Order    *order.Order
	Billable bool // something is due to be billed today
	Unpaid   bool
	Free     bool // unreserved demand meets free stock
	Tried    map[string]bool
}

// Next says which step of an order is due, "" when none. It is pure; running a
// step that is due and asking again ends, since each step changes the facts or
// stands in Tried.
func Next(f Facts) (step, waits string) {
	x := f.Order
	switch {
	case x.Decision == order.Cancelled || x.Decision == order.Closed:
		return "", ""
	case x.HoldMask&hold.OnConfirm != 0 && x.Decision == order.Captured:
		return "", "a person: the order is on hold"
	case x.Decision == order.Captured:
		return due(f, "confirm"), "confirmation"
	case f.Free && !f.Tried["reserve"]:
		return "reserve", ""
	case reserved(x) > 0 && x.HoldMask&hold.OnRelease == 0 && !f.Tried["release"]:
		return "release", ""
	case f.Billable && x.HoldMask&hold.OnBill == 0 && !f.Tried["bill"]:
		return "bill", ""
	case x.Final() && !f.Billable && !f.Unpaid && !f.Tried["close"]:
		return "close", ""
	case x.HoldMask != 0:
		return "", "a person: the order is on hold"
	case !x.Final() && reserved(x) == 0 && x.Derive().Status == "short":
		return "", "stock"
	case !x.Final():
		return "", "the warehouse"
	case f.Unpaid:
		return "", "the customer's money"
	}
	return "", ""
}

func due(f Facts, step string) string {
	if f.Tried[step] {
		return ""
	}
	return step
}

func reserved(x *order.Order) (n int64) {
	for _, l := range x.Lines {
		for _, s := range l.Schedules {
			n += s.Reserved
		}
	}
	return n
}

// Advance runs what is due for orders until only a person, the warehouse or
// the customer can go on. Running it twice does nothing the second time.
func (o *Office) Advance(ctx context.Context, who db.Actor, ids []id.Order) ([]Advanced, error) {
	out := make([]Advanced, len(ids))
	tried := make([]map[string]bool, len(ids))
	for i, x := range ids {
		out[i].Order = x
		tried[i] = map[string]bool{}
	}
	for {
		facts, err := o.stand(ctx, ids)
		if err != nil {
			return nil, err
		}
		todo := map[string][]int{}
		for i, x := range ids {
			f, ok := facts[x]
			if !ok {
				out[i].Faults = []*fault.Fault{order.ErrUnknown.Because("there is no order %s", x)}
				continue
			}
			f.Tried = tried[i]
			step, waits := Next(f)
			out[i].Waits = waits
			if step != "" {
				tried[i][step] = true
				todo[step] = append(todo[step], i)
			}
		}
		if len(todo) == 0 {
			return out, nil
		}
		for _, step := range []string{"confirm", "reserve", "release", "bill", "close"} {
			if err := o.advance(ctx, who, step, ids, todo[step], out); err != nil {
				return nil, err
			}
		}
	}
}

// advance runs one step for the orders at the given places.
func (o *Office) advance(ctx context.Context, who db.Actor, step string, ids []id.Order, at []int, out []Advanced) error {
	if len(at) == 0 {
		return nil
	}
	did := func(k int, f error) {
		if ft, ok := fault.Of(f); ok {
			out[at[k]].Faults = append(out[at[k]].Faults, ft)
			return
		}
		out[at[k]].Steps = append(out[at[k]].Steps, step)
	}
	due := idsAt(ids, at)
	switch step {
	case "confirm":
		return runFor(ctx, who, o.Confirm, due, func(x id.Order) Confirm { return Confirm{Order: x} }, did)
	case "reserve":
		return runFor(ctx, who, o.Reserve, due, func(x id.Order) Reserve { return Reserve{Order: x} }, did)
	case "release":
		return runFor(ctx, who, o.Release, due, func(x id.Order) Release { return Release{Order: x} }, did)
	case "bill":
		return runFor(ctx, who, o.Bill, due, func(x id.Order) Bill { return Bill{Order: x} }, did)
	}
	closed, err := o.CloseOrders(ctx, who, due)
	for k, i := range at {
		if closed[ids[i]] {
			did(k, nil)
		}
	}
	return err
}

// runFor runs one step for orders and tells did of each answer.
func runFor[C, T any](ctx context.Context, who db.Actor, s *Step[C, T], ids []id.Order, cmd func(id.Order) C, did func(int, error)) error {
	cmds := make([]C, len(ids))
	for k, x := range ids {
		cmds[k] = cmd(x)
	}
	rs, err := s.Many(ctx, who, cmds)
	for k, r := range rs {
		did(k, r.Fault)
	}
	return err
}

func idsAt(ids []id.Order, at []int) []id.Order {
	out := make([]id.Order, len(at))
	for k, i := range at {
		out[k] = ids[i]
	}
	return out
}

// CloseOrders ends those of the orders of which nothing is left to ship, bill or collect.
func (o *Office) CloseOrders(ctx context.Context, who db.Actor, ids []id.Order) (map[id.Order]bool, error) {
	var closed map[id.Order]bool
	err := o.DB.Write(ctx, who, func(tx *db.Tx) error {
		orders, err := order.Lock(tx, ids)
		if err != nil {
			return err
		}
		done, events, err := closeOrders(tx, listOf(orders))
		if err != nil {
			return err
		}
		closed = done
		return event.Record(tx, events...)
	})
	return closed, err
}

// stand reads the facts of orders.
func (o *Office) stand(ctx context.Context, ids []id.Order) (map[id.Order]Facts, error) {
	out := map[id.Order]Facts{}
	err := o.DB.Read(ctx, func(r *db.Reader) error {
		orders, err := order.Read(r, ids)
		if err != nil {
			return err
		}
		c, err := today(r)
		if err != nil {
			return err
		}
		waiting, err := invoice.OfOrders(r, ids, c)
		if err != nil {
			return err
		}
		due := map[id.Order]bool{}
		for _, b := range waiting {
			if b.OriginalLine != 0 || b.Sign > 0 {
				due[b.Order] = true
			}
		}
		open, err := unpaid(r, ids)
		if err != nil {
			return err
		}
		free, err := meets(r, orders)
		for i, x := range orders {
			out[i] = Facts{Order: x, Billable: due[i], Unpaid: open[i], Free: free[i]}
		}
		return err
	})
	return out, err
}

// today is the company's civil day.
func today(q db.Querier) (day.Day, error) {
	c, err := company.Load(q)
	if err != nil {
		return "", err
	}
	return c.Day(q.Now()), nil
}

// meets tells which orders have demand without reservation for which there is free stock.
func meets(q db.Querier, orders map[id.Order]*order.Order) (map[id.Order]bool, error) {
	var spots []stock.Spot
	for _, x := range orders {
		for _, l := range x.Lines {
			for _, s := range l.Schedules {
				spots = append(spots, stock.Spot{Warehouse: s.Warehouse, Product: s.Product, Status: stock.Sellable})
			}
		}
	}
	pots, err := stock.Find(q, spots)
	out := map[id.Order]bool{}
	for _, x := range orders {
		for _, l := range x.Lines {
			for _, s := range l.Schedules {
				p := pots[stock.Spot{Warehouse: s.Warehouse, Product: s.Product, Status: stock.Sellable}]
				if p != nil && x.Decision == order.Confirmed && p.Free() > 0 && s.Qty > s.Reserved+s.Released {
					out[x.ID] = true
				}
			}
		}
	}
	return out, err
}

// Follow calls Advance for every order that the event log names behind the
// subscriber "advance", and tells how many events it read.
func (o *Office) Follow(ctx context.Context, who db.Actor) (int, error) {
	return outbox.Follow(ctx, o.DB, "advance", 500, func(events []outbox.Logged) error {
		seen := map[id.Order]bool{}
		var ids []id.Order
		for _, e := range events {
			if e.SubjectType == "order" && e.Type != "order.closed" && e.Type != "order.cancelled" && !seen[id.Order(e.SubjectID)] {
				seen[id.Order(e.SubjectID)] = true
				ids = append(ids, id.Order(e.SubjectID))
			}
		}
		_, err := o.Advance(ctx, who, ids)
		return err
	})
}
