package flow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// raceCaptured places n orders of one line in one go.
func (s *shop) raceCaptured(n int, line flow.DraftLine) []id.Order {
	s.t.Helper()
	drafts := make([]flow.Draft, n)
	for i := range drafts {
		drafts[i] = flow.Draft{Customer: "MUELLER", Lines: []flow.DraftLine{line}}
	}
	rs, err := s.Capture.Many(s.ctx, s.who, drafts)
	s.must(err)
	out := make([]id.Order, n)
	for i, r := range rs {
		s.must(r.Fault)
		out[i] = r.Value.Order
	}
	return out
}

// raceShipped places n orders and brings them to the point where they are due to be billed.
func (s *shop) raceShipped(n int, line flow.DraftLine) []id.Order {
	s.t.Helper()
	orders := s.raceCaptured(n, line)
	confirm, release := make([]flow.Confirm, n), make([]flow.Release, n)
	for i, o := range orders {
		confirm[i].Order, release[i].Order = o, o
	}
	cs, err := s.Confirm.Many(s.ctx, s.who, confirm)
	s.must(err)
	rs, err := s.Release.Many(s.ctx, s.who, release)
	s.must(err)
	ship := make([]flow.Ship, n)
	for i := range orders {
		s.must(cs[i].Fault)
		s.must(rs[i].Fault)
		ship[i].Shipment = rs[i].Value.Shipment
	}
	ss, err := s.Ship.Many(s.ctx, s.who, ship)
	s.must(err)
	for _, r := range ss {
		s.must(r.Fault)
	}
	return orders
}

// raceOrders reads orders as they stand.
func (s *shop) raceOrders(ids []id.Order) map[id.Order]*order.Order {
	s.t.Helper()
	var out map[id.Order]*order.Order
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		var err error
		out, err = order.Read(r, ids)
		return err
	}))
	return out
}

// racePot reads the pot of a product in the main warehouse.
func (s *shop) racePot(o *order.Order) *stock.Pot {
	s.t.Helper()
	spot := stock.Spot{Warehouse: o.Warehouse, Product: o.Lines[0].Product, Status: stock.Sellable}
	var p *stock.Pot
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		pots, err := stock.Find(r, []stock.Spot{spot})
		p = pots[spot]
		return err
	}))
	return p
}

// TestTenUnitsGoToTenOfFourThousandRequests: 200 buyers ask 20 times each, for
// four orders of one unit: a confirmation and four further tries to reserve. Four
// of the ten units come in while they ask.
func TestTenUnitsGoToTenOfFourThousandRequests(t *testing.T) {
	const buyers, perBuyer = 200, 4
	eachRace(t, shopRules{}, func(s *shop, jobs func(string, int, int, []id.Order) []raceJob) {
		s.stock("BOLT", "6", "4.00")
		orders := s.raceCaptured(buyers*perBuyer, flow.DraftLine{SKU: "BOLT", Qty: "1"})
		r := raced(s.t, s.DB, jobs("reserve", buyers, 4, orders)...)
		if r.Count["confirm"] != 800 || r.Count["reserve"] != 3200 || len(r.Count) != 2 {
			s.t.Errorf("answers: %v", r.Count)
		}
		reserved := int64(0)
		found := s.raceOrders(orders)
		for _, x := range found {
			reserved += x.Lines[0].Schedules[0].Reserved
		}
		p := s.racePot(found[orders[0]])
		if reserved != 10 || p.Reserved != 10 || p.OnHand != 10 {
			s.t.Errorf("%d reserved for orders, %d in the pot of %d", reserved, p.Reserved, p.OnHand)
		}
		s.verified()
	})
}

func raceReserve(r *racer) {
	per := len(r.Orders) / r.Callers
	r.each(func(caller int, o *flow.Office) {
		for k, x := range r.Orders[caller*per : (caller+1)*per] {
			if caller == 0 && k == 0 && r.Process == 0 { // his own four orders would take all four
				if _, err := o.GoodsIn.One(r.ctx, r.who, flow.GoodsIn{Reference: "late", Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "4", Cost: "4.00"}}}); err != nil {
					r.fail("goods in: " + err.Error())
				}
			}
			_, err := o.Confirm.One(r.ctx, r.who, flow.Confirm{Order: x})
			r.got("confirm", err)
			for range r.Rounds {
				_, err := o.Reserve.One(r.ctx, r.who, flow.Reserve{Order: x})
				r.got("reserve", err)
			}
		}
	})
}

// TestFiftyOfAHundredOrdersFitTheLimit: orders of 10.00 gross against a limit of 500.00.
func TestFiftyOfAHundredOrdersFitTheLimit(t *testing.T) {
	eachRace(t, shopRules{limit: 50000}, func(s *shop, jobs func(string, int, int, []id.Order) []raceJob) {
		s.stock("BOLT", "100", "4.00")
		orders := s.raceCaptured(100, flow.DraftLine{SKU: "BOLT", Qty: "1", Price: "8.40"}) // 8.40 + 1.60 of tax
		r := raced(s.t, s.DB, jobs("confirm", 100, 1, orders)...)
		if r.Count["confirmed"] != 50 || r.Count["held"] != 50 || len(r.Count) != 2 {
			s.t.Errorf("answers: %v", r.Count)
		}
		var holds map[int64][]hold.Hold
		subjects := make([]int64, len(orders))
		for i, o := range orders {
			subjects[i] = int64(o)
		}
		s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
			var err error
			holds, err = hold.Of(r, subjects)
			return err
		}))
		confirmed, held := 0, 0
		for _, x := range s.raceOrders(orders) {
			if x.Gross() != 1000 {
				s.t.Fatalf("order %s is of %d", x.Number, x.Gross())
			}
			hs := holds[int64(x.ID)]
			switch {
			case x.Decision == order.Confirmed && len(hs) == 0:
				confirmed++
			case x.Decision == order.Captured && len(hs) == 1:
				held++
				if h := hs[0]; h.Kind != hold.Credit || !strings.Contains(h.Sentence, "500.00") || !strings.Contains(h.Sentence, "10.00") || len(h.Detail) == 0 {
					s.t.Errorf("a hold without the figures: %+v", h)
				} else if held == 1 {
					s.t.Logf("hold: %s %v", h.Sentence, h.Detail)
				}
			default:
				s.t.Errorf("order %s is %s with %d holds", x.Number, x.Decision, len(hs))
			}
		}
		if confirmed != 50 || held != 50 {
			s.t.Errorf("%d confirmed, %d held", confirmed, held)
		}
		s.verified()
	})
}

func raceConfirm(r *racer) {
	per := len(r.Orders) / r.Callers
	r.each(func(caller int, o *flow.Office) {
		for _, x := range r.Orders[caller*per : (caller+1)*per] {
			c, err := o.Confirm.One(r.ctx, r.who, flow.Confirm{Order: x})
			what := c.Decision
			if c.Held != "" {
				what = "held"
			}
			r.got(what, err)
		}
	})
}

// TestSixtyFourPostersLeaveNoGap: each bills three orders, asks a second time
// for each, which must not use up a number, and simulates in between.
func TestSixtyFourPostersLeaveNoGap(t *testing.T) {
	const posters, each = 64, 3
	eachRace(t, shopRules{}, func(s *shop, jobs func(string, int, int, []id.Order) []raceJob) {
		s.stock("BOLT", "200", "4.00")
		orders := s.raceShipped(posters*each, flow.DraftLine{SKU: "BOLT", Qty: "1"})
		r := raced(s.t, s.DB, jobs("bill", posters, each, orders)...)
		if r.Count["billed"] != posters*each || r.Count[invoice.ErrNothing.Code] != posters*each || len(r.Count) != 2 {
			s.t.Errorf("answers: %v", r.Count)
		}
		seen := map[string]bool{}
		for _, n := range r.Answer {
			seen[n] = true
		}
		year := string(s.raceDay())[:4]
		for i := range posters * each {
			if n := fmt.Sprintf("INV-%s-%06d", year, i+1); !seen[n] {
				s.t.Errorf("%s is missing", n)
			}
		}
		if len(seen) != posters*each {
			s.t.Errorf("%d numbers for %d invoices", len(seen), posters*each)
		}
		s.verified()
	})
}

func (s *shop) raceDay() (on string) {
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		_, err := r.One(`SELECT MAX(issued_on) FROM invoice`, nil, &on)
		return err
	}))
	return on
}

func raceBill(r *racer) {
	per := len(r.Orders) / r.Callers
	r.each(func(caller int, o *flow.Office) {
		for _, x := range r.Orders[caller*per : (caller+1)*per] {
			if caller%8 == 0 {
				if _, err := flow.Simulate(r.ctx, func(ctx context.Context) error {
					_, err := o.Bill.One(ctx, r.who, flow.Bill{Order: x})
					return err
				}); err != nil {
					r.fail("simulate: " + err.Error())
				}
			}
			b, err := o.Bill.One(r.ctx, r.who, flow.Bill{Order: x})
			r.got("billed", err)
			if err == nil {
				r.answer(x.String(), b.Invoices[0].Number)
			}
			_, err = o.Bill.One(r.ctx, r.who, flow.Bill{Order: x})
			r.got("billed twice", err)
		}
	})
}

// TestOneKeyHasOneEffect: the same request sixteen times at once, then another
// request under the same key; and two requests that race for one key.
func TestOneKeyHasOneEffect(t *testing.T) {
	eachRace(t, shopRules{}, func(s *shop, jobs func(string, int, int, []id.Order) []raceJob) {
		const keys = 5
		r := raced(s.t, s.DB, jobs("same-key", 16, keys, nil)...)
		other := "idempotency.other-body"
		if r.Count["same"] != 16*keys || r.Count[other] != 16*keys+8*keys || r.Count["contested"] != 8*keys || len(r.Count) != 3 {
			s.t.Errorf("answers: %v", r.Count)
		}
		answers := map[string]map[string]bool{}
		for k, v := range r.Answer {
			key, _, _ := strings.Cut(k, "/")
			if answers[key] == nil {
				answers[key] = map[string]bool{}
			}
			answers[key][v] = true
		}
		if len(answers) != 2*keys {
			s.t.Errorf("%d keys were answered", len(answers))
		}
		for key, all := range answers {
			if len(all) != 1 {
				s.t.Errorf("key %s was answered in %d ways: %v", key, len(all), all)
			}
		}
		var n int64
		s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
			_, err := r.One(`SELECT COUNT(*) FROM sales_order`, nil, &n)
			return err
		}))
		if n != 2*keys {
			s.t.Errorf("%d orders for %d keys", n, 2*keys)
		}
		s.verified()
	})
}

func raceSameKey(r *racer) {
	draft := func(qty string) flow.Draft {
		return flow.Draft{Customer: "MUELLER", Lines: []flow.DraftLine{{SKU: "BOLT", Qty: qty}}}
	}
	r.each(func(caller int, o *flow.Office) {
		for k := range r.Rounds {
			key := fmt.Sprintf("same-%d", k)
			p, err := o.Capture.One(withKey(r.ctx, key, "one"), r.who, draft("1"))
			r.got("same", err)
			r.answer(fmt.Sprintf("%s/%d.%d", key, r.Process, caller), fmt.Sprintf("%+v", p))
			_, err = o.Capture.One(withKey(r.ctx, key, "two"), r.who, draft("2"))
			r.got("taken with another body", err)

			key = fmt.Sprintf("contested-%d", k)
			body := fmt.Sprint(caller % 2)
			p, err = o.Capture.One(withKey(r.ctx, key, body), r.who, draft("3"))
			r.got("contested", err)
			if err == nil {
				r.answer(fmt.Sprintf("%s/%d.%d", key, r.Process, caller), fmt.Sprintf("%+v", p))
			}
		}
	})
}

// TestAPaperSentBySeveralHasOneEffect: what names itself from outside (a bank
// statement, a delivery note, a purchase order) comes from sixteen at once.
func TestAPaperSentBySeveralHasOneEffect(t *testing.T) {
	eachRace(t, shopRules{}, func(s *shop, jobs func(string, int, int, []id.Order) []raceJob) {
		const papers = 5
		r := raced(s.t, s.DB, jobs("same-paper", 16, papers, nil)...)
		for what, n := range map[string]int{"statement": papers, "statement known": 15 * papers, "delivery": papers, "delivery known": 15 * papers, "order": papers, order.ErrDuplicate.Code: 15 * papers} {
			if r.Count[what] != n {
				s.t.Errorf("%d × %s instead of %d: %v", r.Count[what], what, n, r.Count)
			}
		}
		for table, n := range map[string]int64{"statement": papers, "receipt": papers, "stock_doc": papers, "stock_move": papers, "sales_order": papers} {
			var is int64
			s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
				_, err := r.One(`SELECT COUNT(*) FROM `+table, nil, &is)
				return err
			}))
			if is != n {
				s.t.Errorf("%d rows of %s instead of %d", is, table, n)
			}
		}
		s.verified()
	})
}

func raceSamePaper(r *racer) {
	r.each(func(caller int, o *flow.Office) {
		known := func(what string, k bool) string {
			if k {
				return what + " known"
			}
			return what
		}
		for k := range r.Rounds {
			st, err := o.Receive.One(r.ctx, r.who, flow.Statement{Account: "BANK", Number: fmt.Sprint(k), Opening: "0", Closing: "5.00", Entries: []flow.BankEntry{{BookedOn: "2026-03-20", Amount: "5.00", Text: fmt.Sprint("payment ", k)}}})
			r.got(known("statement", st.Known), err)
			g, err := o.GoodsIn.One(r.ctx, r.who, flow.GoodsIn{Reference: fmt.Sprint("DN-", k), Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "3", Cost: "4.00"}}})
			r.got(known("delivery", g.Known), err)
			_, err = o.Capture.One(r.ctx, r.who, flow.Draft{Customer: "MUELLER", PONumber: fmt.Sprint("PO-", k), Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "1"}}})
			r.got("order", err)
		}
	})
}
