package flow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"testing"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/rooms/shipping"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

const (
	chaosProducts = 10
	chaosAccounts = 5
	chaosOrders   = 60
	chaosWorkers  = 16
	chaosSteps    = 130 // per worker; bounds the race by work, not by time
)

// TestNoDeadlockReachesACaller: two processes with eight workers each do random
// steps, alone and in unsorted lists, on the same sixty orders over ten hot
// products and five credit accounts.
func TestNoDeadlockReachesACaller(t *testing.T) {
	eachRace(t, shopRules{}, func(s *shop, jobs func(string, int, int, []id.Order) []raceJob) {
		r := raced(s.t, s.DB, jobs("chaos", chaosWorkers, chaosSteps, s.chaos())...)
		s.verified()
		for _, done := range []string{"confirm", "release", "ship", "bill", "receive", "apply", "unapply", "cancel", "change", "return", "take-back"} {
			if r.Count[done] == 0 {
				s.t.Errorf("no %s succeeded: the race does not test it", done)
			}
		}
		s.t.Log(r.Count)
	})
}

// chaos adds hot products and tight credit accounts, and captures orders over both.
func (s *shop) chaos() []id.Order {
	s.t.Helper()
	s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
		var products []catalog.Product
		for i := range chaosProducts {
			products = append(products, catalog.Product{ID: id.Product(tx.NewID()), SKU: fmt.Sprintf("HOT%d", i), Name: "Hot", Sellable: true})
		}
		if _, _, err := flow.AddProducts(tx, products); err != nil {
			return err
		}
		old, err := customer.ByCode(tx, []string{"MUELLER"})
		if err != nil {
			return err
		}
		for i := range chaosAccounts {
			code := fmt.Sprintf("C%d", i)
			ids, err := credit.Add(tx, []credit.Account{{ID: id.Credit(tx.NewID()), Code: code, Currency: "EUR", Limit: 60000}})
			if err != nil {
				return err
			}
			c := customer.Customer{ID: id.Customer(tx.NewID()), Code: code, Name: code, Currency: "EUR", Terms: old["MUELLER"].Terms, TaxStatus: "business", Credit: ids[code]}
			if i%2 == 0 {
				c.Bill.GroupBy = "customer"
			}
			if _, _, err := flow.AddCustomers(tx, []customer.Customer{c}, []customer.Site{{ID: id.Site(tx.NewID()), Customer: c.ID, Code: "HQ", Name: code, City: "Hamburg", Country: "DE"}}); err != nil {
				return err
			}
		}
		return nil
	}))
	for i := range chaosProducts {
		s.stock(fmt.Sprintf("HOT%d", i), "40", "3.33")
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	var out []id.Order
	for i := range chaosOrders {
		d := flow.Draft{Customer: fmt.Sprintf("C%d", i%chaosAccounts), Charges: []flow.DraftCharge{{Role: "freight", Amount: "4.90"}}}
		for _, p := range rnd.Perm(chaosProducts)[:3] {
			d.Lines = append(d.Lines, flow.DraftLine{SKU: fmt.Sprintf("HOT%d", p), Qty: fmt.Sprint(1 + rnd.IntN(5)), Price: "7.77"})
		}
		out = append(out, s.order(d).Order)
	}
	return out
}

// chaotic is one worker.
type chaotic struct {
	*racer
	*flow.Office
	rnd  *rand.Rand
	name string
	n    int
}

func raceChaos(r *racer) {
	r.each(func(caller int, o *flow.Office) {
		w := &chaotic{racer: r, Office: o, rnd: rand.New(rand.NewPCG(r.Seed, uint64(caller))), name: fmt.Sprintf("%d.%d", r.Process, caller)}
		for w.n = range r.Rounds {
			w.step()
		}
	})
}

// step does one random thing; what a rule refuses is counted and forgotten.
func (w *chaotic) step() {
	defer func() {
		if p := recover(); p != nil {
			w.fail(fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	switch k := w.rnd.IntN(100); {
	case k < 14:
		chaosMany(w, "confirm", w.Confirm, w.some(func(o id.Order) flow.Confirm { return flow.Confirm{Order: o} }))
	case k < 20:
		chaosMany(w, "reserve", w.Reserve, w.some(func(o id.Order) flow.Reserve { return flow.Reserve{Order: o} }))
	case k < 30:
		chaosMany(w, "release", w.Release, w.some(func(o id.Order) flow.Release { return flow.Release{Order: o} }))
	case k < 42:
		var cmds []flow.Ship
		for _, s := range w.shipments(shipping.Planned) {
			cmds = append(cmds, flow.Ship{Shipment: s.ID})
		}
		chaosMany(w, "ship", w.Ship, cmds)
	case k < 45:
		var cmds []flow.Unplan
		for _, s := range w.shipments(shipping.Planned) {
			cmds = append(cmds, flow.Unplan{Shipment: s.ID, Reason: "chaos"})
		}
		chaosMany(w, "unplan", w.Unplan, cmds)
	case k < 55:
		collect := w.rnd.IntN(2) == 0
		chaosMany(w, "bill", w.Bill, w.some(func(o id.Order) flow.Bill { return flow.Bill{Order: o, Collect: collect} }))
	case k < 62:
		amount := fmt.Sprintf("%d.%02d", 1+w.rnd.IntN(60), w.rnd.IntN(100))
		_, err := w.Receive.One(w.ctx, w.who, flow.Statement{Account: "BANK", Number: fmt.Sprintf("%s-%d", w.name, w.n), Opening: "0", Closing: amount,
			Entries: []flow.BankEntry{{Key: fmt.Sprintf("%s-%d", w.name, w.n), BookedOn: "2026-03-20", Amount: amount, Customer: fmt.Sprintf("C%d", w.rnd.IntN(chaosAccounts))}}})
		w.got("receive", err)
	case k < 72:
		w.applyMoney()
	case k < 76:
		w.unapplyMoney()
	case k < 80:
		chaosMany(w, "cancel", w.Cancel, w.cancels())
	case k < 85:
		w.changeOrder()
	case k < 90:
		w.returnGoods()
	case k < 92:
		w.hold()
	case k < 95:
		w.creditInvoice()
	case k < 97:
		_, err := w.GoodsIn.One(w.ctx, w.who, flow.GoodsIn{Reference: fmt.Sprintf("%s-%d", w.name, w.n), Lines: []flow.GoodsLine{{SKU: w.sku(), Qty: "3", Cost: "3.21"}, {SKU: w.sku(), Qty: "2", Cost: "4.5"}}})
		w.got("goods-in", err)
	case k < 98:
		_, err := w.Scrap.One(w.ctx, w.who, flow.Scrap{Reference: fmt.Sprintf("%s-%d", w.name, w.n), SKU: w.sku(), Qty: "1", Reason: "broken"})
		w.got("scrap", err)
	default:
		_, err := w.Advance(w.ctx, w.who, w.some2())
		w.got("advance", err)
	}
}

// chaosMany hands in a list: alone through the gatherer, several at once without it.
func chaosMany[C, T any](w *chaotic, what string, s *flow.Step[C, T], cmds []C) {
	rs, err := s.Many(w.ctx, w.who, cmds)
	if err != nil {
		w.got(what, err)
		return
	}
	for _, r := range rs {
		w.got(what, r.Fault)
	}
}

func (w *chaotic) sku() string     { return fmt.Sprintf("HOT%d", w.rnd.IntN(chaosProducts)) }
func (w *chaotic) order() id.Order { return w.Orders[w.rnd.IntN(len(w.Orders))] }
func (w *chaotic) some2() []id.Order {
	var out []id.Order
	for _, i := range w.rnd.Perm(len(w.Orders))[:1+w.rnd.IntN(4)] {
		out = append(out, w.Orders[i])
	}
	return out
}

// some makes commands for one order, or for a few in any order.
func chaosOf[C any](w *chaotic, f func(id.Order) C) []C {
	n := 1
	if w.rnd.IntN(3) == 0 {
		n = 2 + w.rnd.IntN(6)
	}
	var out []C
	for _, i := range w.rnd.Perm(len(w.Orders))[:n] {
		out = append(out, f(w.Orders[i]))
	}
	return out
}

var _ = context.Background
var _ sync.Mutex
var _ = invoice.ErrNothing
var _ = order.Captured
var _ = receivable.ErrSide
