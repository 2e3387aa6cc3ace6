package flow_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// TestRandomEditsKeepTheInvariants plays random sequences of changes, partial
// cancellations, releases, shipments, invoices and returns on orders. Rules may
// say no; nothing else may fail, and every invariant holds after each sequence.
func TestRandomEditsKeepTheInvariants(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{limit: 500000000, customer: func(c *customer.Customer) { c.Ship = customer.ShipRules{OverBP: 500, UnderBP: 200} }})
		sequences := 100
		if d.Engine() == db.Postgres {
			sequences = 100
		}
		for n := range sequences {
			e := &editing{shop: s, rng: rand.New(rand.NewPCG(uint64(n), 7))}
			e.play(n)
			if n%10 == 9 {
				s.verified()
			}
			if t.Failed() {
				t.Fatalf("sequence %d: %s", n, strings.Join(e.said, "; "))
			}
		}
	})
}

type editing struct {
	*shop
	rng  *rand.Rand
	said []string
}

func (e *editing) did(what string, err error) {
	e.said = append(e.said, fmt.Sprintf("%s: %v", what, err))
	if _, ok := fault.Of(err); err != nil && !ok {
		e.t.Errorf("%s: %v", what, err)
	}
}

func (e *editing) play(n int) {
	e.stock("BOLT", fmt.Sprint(20+e.rng.IntN(60)), fmt.Sprintf("%d.%02d", 3+n%3, n%100))
	d := flow.Draft{Lines: []flow.DraftLine{{SKU: "BOLT", Qty: fmt.Sprint(5 + e.rng.IntN(60))}, {SKU: "NUT", Qty: fmt.Sprint(1 + e.rng.IntN(20))}}}
	if e.rng.IntN(2) == 0 {
		d.Discount = "3.5"
		d.Charges = []flow.DraftCharge{{Role: "freight", Amount: "19.99"}}
	}
	if e.rng.IntN(4) == 0 {
		d.BillPolicy = "order"
	}
	if e.rng.IntN(5) == 0 {
		d.Incoterm = "DAP"
	}
	p := e.order(d)
	if e.rng.IntN(5) > 0 {
		_, err := e.Confirm.One(e.ctx, e.who, flow.Confirm{Order: p.Order})
		e.did("confirm", err)
	}
	for range 8 + e.rng.IntN(20) {
		e.step(p.Order)
	}
}

func (e *editing) look(o id.Order) (x *order.Order, ships []*shipping.Shipment) {
	e.must(e.DB.Read(e.ctx, func(r *db.Reader) error {
		found, err := order.Read(r, []id.Order{o})
		if err != nil {
			return err
		}
		x = found[o]
		names, err := shipping.OfOrders(r, []id.Order{o})
		if err != nil {
			return err
		}
		all, err := shipping.Read(r, names[o])
		for _, n := range names[o] {
			ships = append(ships, all[n])
		}
		return err
	}))
	return x, ships
}

func (e *editing) step(o id.Order) {
	x, ships := e.look(o)
	line := x.Lines[e.rng.IntN(2)]
	switch e.rng.IntN(18) {
	case 0, 1:
		_, err := e.Confirm.One(e.ctx, e.who, flow.Confirm{Order: o})
		e.did("confirm", err)
	case 2:
		_, err := e.Change.One(e.ctx, e.who, flow.Change{Order: o, Reason: "edit", Lines: []flow.ChangeLine{{Line: line.ID, Qty: fmt.Sprint(1 + e.rng.IntN(80))}}})
		e.did("change qty", err)
	case 3:
		_, err := e.Change.One(e.ctx, e.who, flow.Change{Order: o, Reason: "edit", Lines: []flow.ChangeLine{{Line: line.ID, Price: fmt.Sprintf("%d.%03d", 1+e.rng.IntN(12), e.rng.IntN(1000))}},
			Add: []flow.DraftLine{{SKU: "BOLT", Qty: fmt.Sprint(1 + e.rng.IntN(5))}}})
		e.did("change price, add", err)
	case 4:
		_, err := e.Cancel.One(e.ctx, e.who, flow.Cancel{Order: o, Reason: "edit", Lines: []flow.PlanLine{{Line: line.ID, Qty: int64(1 + e.rng.IntN(15))}}})
		e.did("cancel part", err)
	case 5:
		if e.rng.IntN(8) == 0 {
			_, err := e.Cancel.One(e.ctx, e.who, flow.Cancel{Order: o, Reason: "edit"})
			e.did("cancel rest", err)
		}
	case 6, 7:
		r := flow.Release{Order: o}
		if e.rng.IntN(2) == 0 {
			r.Lines = []flow.PlanLine{{Line: line.ID, Qty: int64(1 + e.rng.IntN(10))}}
		}
		_, err := e.Release.One(e.ctx, e.who, r)
		e.did("release", err)
	case 8:
		_, err := e.Reserve.One(e.ctx, e.who, flow.Reserve{Order: o})
		e.did("reserve", err)
	case 9:
		_, err := e.Bill.One(e.ctx, e.who, flow.Bill{Order: o})
		e.did("bill", err)
	default:
		if len(ships) > 0 {
			e.onShipment(x, ships[e.rng.IntN(len(ships))])
		}
	}
}

func (e *editing) onShipment(x *order.Order, s *shipping.Shipment) {
	l := s.Lines[0]
	switch {
	case s.Decision == shipping.Planned && e.rng.IntN(6) == 0:
		_, err := e.Unplan.One(e.ctx, e.who, flow.Unplan{Shipment: s.ID})
		e.did("unplan", err)
	case s.Decision == shipping.Planned:
		c := flow.Ship{Shipment: s.ID}
		switch e.rng.IntN(4) {
		case 0:
			c.Lines = []flow.PickLine{{Line: l.ID, Qty: max(0, l.Planned-1), Reason: "damaged"}}
		case 1:
			c.Lines = []flow.PickLine{{Line: l.ID, Qty: max(0, l.Planned-int64(e.rng.IntN(3)))}}
		case 2:
			c.Lines = []flow.PickLine{{Line: l.ID, Qty: l.Planned + 1}}
		}
		_, err := e.Ship.One(e.ctx, e.who, c)
		e.did("ship", err)
	case s.Decision == shipping.Shipped && e.rng.IntN(2) == 0:
		_, err := e.Deliver.One(e.ctx, e.who, flow.Deliver{Shipment: s.ID, Lines: []flow.DeliverLine{{Line: l.ID, Refused: int64(e.rng.IntN(2))}}})
		e.did("deliver", err)
	default:
		r, err := e.Return.One(e.ctx, e.who, flow.Return{Order: x.ID, Reason: "edit", Lines: []flow.ReturnLine{{Line: l.ID, Qty: 1}}})
		e.did("return", err)
		if err == nil {
			_, err = e.TakeBack.One(e.ctx, e.who, flow.TakeBack{Return: r.Return, Status: "sellable"})
			e.did("take back", err)
		}
	}
}
