package flow_test

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
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
	chaosSteps    = 100 // per worker; bounds the race by work, not by time
)

// TestNoDeadlockReachesACaller: two processes with eight workers each do random
// steps, alone and in unsorted lists, on the same sixty orders over ten hot
// products and five credit accounts.
func TestNoDeadlockReachesACaller(t *testing.T) {
	eachRace(t, shopRules{}, func(s *shop, jobs func(string, int, int, []id.Order) []raceJob) {
		r := raced(s.t, s.DB, jobs("chaos", chaosWorkers, chaosSteps, s.raceChaosOrders())...)
		s.verified()
		for _, done := range []string{"confirm", "release", "ship", "bill", "receive", "apply", "unapply", "cancel", "change", "return", "take-back"} {
			if r.Count[done] == 0 {
				s.t.Errorf("no %s succeeded: the race does not test it", done)
			}
		}
		s.t.Log(r.Count)
	})
}

// raceChaosOrders adds hot products and tight credit accounts, and captures orders over both.
func (s *shop) raceChaosOrders() []id.Order {
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
		chaosMany(w, "confirm", w.Confirm, chaosOf(w, func(o id.Order) flow.Confirm { return flow.Confirm{Order: o} }))
	case k < 20:
		chaosMany(w, "reserve", w.Reserve, chaosOf(w, func(o id.Order) flow.Reserve { return flow.Reserve{Order: o} }))
	case k < 30:
		chaosMany(w, "release", w.Release, chaosOf(w, func(o id.Order) flow.Release { return flow.Release{Order: o} }))
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
		chaosMany(w, "bill", w.Bill, chaosOf(w, func(o id.Order) flow.Bill { return flow.Bill{Order: o, Collect: collect} }))
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
		_, err := w.Advance(w.ctx, w.who, w.some())
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

func (w *chaotic) sku() string { return fmt.Sprintf("HOT%d", w.rnd.IntN(chaosProducts)) }

// some picks one order, or a few in any sequence.
func (w *chaotic) some() []id.Order {
	n := 1
	if w.rnd.IntN(3) == 0 {
		n = 2 + w.rnd.IntN(6)
	}
	var out []id.Order
	for _, i := range w.rnd.Perm(len(w.Orders))[:n] {
		out = append(out, w.Orders[i])
	}
	return out
}

// chaosOf makes commands for some orders.
func chaosOf[C any](w *chaotic, f func(id.Order) C) []C {
	var out []C
	for _, o := range w.some() {
		out = append(out, f(o))
	}
	return out
}

// look reads what a step is chosen from; by the time it is asked for, others
// may have changed it.
func (w *chaotic) look(f func(r *db.Reader) error) {
	if err := w.db.Read(w.ctx, f); err != nil {
		w.fail("read: " + err.Error())
	}
}

func (w *chaotic) shipments(decision string) (out []*shipping.Shipment) {
	w.look(func(r *db.Reader) error {
		of, err := shipping.OfOrders(r, w.some())
		if err != nil {
			return err
		}
		var ids []id.Shipment
		for _, list := range of {
			ids = append(ids, list...)
		}
		found, err := shipping.Read(r, ids)
		for _, s := range found {
			if s.Decision == decision {
				out = append(out, s)
			}
		}
		return err
	})
	return out
}

// papers gives the open items of a random customer: what he owes, and his credits.
func (w *chaotic) papers() (owed, credits []*receivable.Item) {
	code := fmt.Sprintf("C%d", w.rnd.IntN(chaosAccounts))
	w.look(func(r *db.Reader) error {
		found, err := customer.ByCode(r, []string{code})
		if err != nil {
			return err
		}
		open, err := receivable.OpenOf(r, []id.Customer{found[code].ID})
		for _, it := range open[found[code].ID] {
			if it.Sign > 0 {
				owed = append(owed, it)
			} else {
				credits = append(credits, it)
			}
		}
		return err
	})
	w.rnd.Shuffle(len(owed), func(i, j int) { owed[i], owed[j] = owed[j], owed[i] })
	return owed, credits
}

func (w *chaotic) applyMoney() {
	owed, credits := w.papers()
	if len(credits) == 0 {
		return
	}
	c := flow.Apply{Credit: credits[w.rnd.IntN(len(credits))].ID}
	for _, it := range owed[:min(len(owed), w.rnd.IntN(4))] { // none: the matcher looks for one
		c.Lines = append(c.Lines, flow.ApplyLine{Item: it.ID})
	}
	if n := len(c.Lines); n > 1 {
		for i := range c.Lines[:n-1] {
			c.Lines[i].Amount = "0.50"
		}
	}
	_, err := w.Apply.One(w.ctx, w.who, c)
	w.got("apply", err)
}

func (w *chaotic) unapplyMoney() {
	var cmds []flow.Unapply
	owed, credits := w.papers()
	var ids []id.Item
	for _, it := range append(owed, credits...) {
		ids = append(ids, it.ID)
	}
	w.look(func(r *db.Reader) error {
		apps, err := receivable.Touching(r, ids)
		for _, a := range apps[:min(len(apps), 2)] {
			cmds = append(cmds, flow.Unapply{Application: a, Reason: "chaos"})
		}
		return err
	})
	chaosMany(w, "unapply", w.Unapply, cmds)
}

// orders reads some orders as they stand.
func (w *chaotic) orders() (out []*order.Order) {
	w.look(func(r *db.Reader) error {
		found, err := order.Read(r, w.some())
		for _, x := range found {
			out = append(out, x)
		}
		return err
	})
	return out
}

func (w *chaotic) cancels() []flow.Cancel {
	var out []flow.Cancel
	for _, x := range w.orders() {
		c := flow.Cancel{Order: x.ID, Reason: "chaos"}
		if w.rnd.IntN(5) > 0 {
			c.Lines = []flow.PlanLine{{Line: x.Lines[w.rnd.IntN(3)].ID, Qty: 1}}
		}
		out = append(out, c)
	}
	return out
}

func (w *chaotic) changeOrder() {
	var cmds []flow.Change
	for _, x := range w.orders() {
		c := flow.Change{Order: x.ID, Reason: "chaos"}
		switch l := x.Lines[w.rnd.IntN(3)]; w.rnd.IntN(4) {
		case 0:
			c.Add = []flow.DraftLine{{SKU: w.sku(), Qty: "1", Price: "1.23"}}
		case 1:
			c.Lines = []flow.ChangeLine{{Line: l.ID, Price: fmt.Sprintf("%d.25", 5+w.rnd.IntN(5))}}
		default:
			c.Lines = []flow.ChangeLine{{Line: l.ID, Qty: fmt.Sprint(1 + w.rnd.IntN(7))}}
		}
		cmds = append(cmds, c)
	}
	chaosMany(w, "change", w.Change, cmds)
}

func (w *chaotic) returnGoods() {
	for _, s := range w.shipments(shipping.Shipped) {
		l := s.Lines[w.rnd.IntN(len(s.Lines))]
		v, err := w.Return.One(w.ctx, w.who, flow.Return{Order: l.Order, Reason: "chaos", Lines: []flow.ReturnLine{{Line: l.ID, Qty: 1}}})
		w.got("return", err)
		if err == nil {
			back := flow.TakeBack{Return: v.Return}
			if w.rnd.IntN(2) == 0 {
				back.Status = "sellable"
			}
			_, err = w.TakeBack.One(w.ctx, w.who, back)
			w.got("take-back", err)
		}
	}
}

func (w *chaotic) hold() {
	o := w.Orders[w.rnd.IntN(len(w.Orders))]
	h, err := w.Hold.One(w.ctx, w.who, flow.Hold{Order: o, Scopes: []string{"bill", "ship"}, Reason: "chaos"})
	w.got("hold", err)
	if err == nil {
		_, err = w.Unhold.One(w.ctx, w.who, flow.Unhold{Hold: h.Hold, Reason: "chaos"})
		w.got("unhold", err)
	}
}

func (w *chaotic) creditInvoice() {
	owed, _ := w.papers()
	var found map[id.Invoice]*invoice.Invoice
	w.look(func(r *db.Reader) (err error) {
		var ids []id.Invoice
		for _, it := range owed[:min(len(owed), 2)] {
			ids = append(ids, id.Invoice(it.Doc))
		}
		found, err = invoice.Read(r, ids)
		return err
	})
	for _, x := range found {
		c := flow.Credit{Invoice: x.ID, Reason: "chaos", Full: len(x.Lines) == 0 || w.rnd.IntN(4) == 0}
		if !c.Full {
			c.Lines = []flow.CreditLine{{Line: x.Lines[w.rnd.IntN(len(x.Lines))].ID, Net: "0.70"}}
		}
		_, err := w.Credit.One(w.ctx, w.who, c)
		w.got("credit", err)
	}
}
