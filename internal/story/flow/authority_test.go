package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/payment"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// staffed is a shop with somebody of each role, and a second one of credit.
func staffed(t *testing.T, d *db.DB, r shopRules) (*shop, map[string]db.Actor) {
	t.Helper()
	s := openShop(t, d, r)
	people := map[string]db.Actor{}
	for _, x := range access.Roles {
		people[x.Code] = s.person(x.Name, x.Code)
	}
	people["colleague"] = s.person("Colleague", "credit")
	people["rep"] = s.person("Rep", "service")
	return s, people
}

func (s *shop) person(name, role string) db.Actor {
	s.t.Helper()
	var user int64
	s.must(s.DB.Write(s.ctx, s.who, func(tx *db.Tx) (err error) {
		user, err = access.Invite(tx, name, fmt.Sprintf("%s-%s@example.com", role, name), role)
		return err
	}))
	return db.Actor{ID: user}
}

// asks turns a refusal into a request and gives it.
func (s *shop) asks(who db.Actor, err error) id.Approval {
	s.t.Helper()
	var second *flow.Second
	if !errors.As(err, &second) {
		s.t.Fatalf("nobody is asked: %v", err)
	}
	a := second.Request
	a.Reason = "agreed with the customer"
	got, err := s.Ask.One(s.ctx, who, a)
	s.must(err)
	return got.Approval
}

func (s *shop) decides(who db.Actor, a id.Approval, decision string) error {
	_, err := s.Decide.One(s.ctx, who, flow.Decide{Approval: a, Decision: decision, Reason: "seen"})
	return err
}

// owed bills orders of so many bolts at 10 and gives their items.
func (s *shop) owed(quantities ...string) []id.Item {
	s.t.Helper()
	s.stock("BOLT", "10000", "1")
	var out []id.Item
	for _, n := range quantities {
		p, _ := s.shipped(bolts(n))
		b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
		s.must(err)
		out = append(out, b.Invoices[0].Items[0])
	}
	return out
}

// TestSmallWriteOffsComeToALargeOne: what one gives up of a customer in a month
// adds up; above his authority a second person decides, and what he grants is
// done once. A program has no limit but its token's.
func TestSmallWriteOffsComeToALargeOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, who := staffed(t, d, shopRules{})
		items := s.owed("2", "3", "200") // 23.80, 35.70, 2,261.00
		clerk := who["receivables"]
		_, err := s.WriteOff.One(s.ctx, clerk, flow.WriteOff{Item: items[0], Reason: "rest"})
		s.must(err)
		_, err = s.WriteOff.One(s.ctx, clerk, flow.WriteOff{Item: items[1], Reason: "rest"})
		s.refused(err, approval.ErrSecond, "second person", "59.50", "up to 50.00")
		a := s.asks(clerk, err)
		_, err = s.WriteOff.One(s.ctx, clerk, flow.WriteOff{Item: items[1], Reason: "rest"})
		var second *flow.Second
		if errors.As(err, &second) {
			again := second.Request
			again.Reason = "once more"
			_, err = s.Ask.One(s.ctx, clerk, again)
		}
		s.refused(err, approval.ErrAsked)
		s.refused(s.decides(clerk, a, "granted"), approval.ErrOwn)
		s.refused(s.decides(who["billing"], a, "granted"), approval.ErrAuthority)
		s.refused(s.decides(s.who, a, "granted"), approval.ErrAuthority) // a program grants nothing
		s.must(s.decides(who["controller"], a, "granted"))
		s.refused(s.decides(who["head"], a, "granted"), approval.ErrDecided, "granted already")
		_, err = s.WriteOff.One(s.ctx, s.who, flow.WriteOff{Item: items[2], Reason: "a program"})
		s.must(err)
		s.verified()
	})
}

// TestManyDecideAtOnce: of many who grant one request one does it; of many small
// write-offs at a time only as many pass as the limit holds.
func TestManyDecideAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, who := staffed(t, d, shopRules{})
		items := s.owed("2", "2", "2", "2", "2", "2", "100")
		var wait sync.WaitGroup
		var mu sync.Mutex
		passed, granted := 0, 0
		for _, it := range items[:6] {
			wait.Go(func() {
				_, err := s.WriteOff.One(s.ctx, who["receivables"], flow.WriteOff{Item: it, Reason: "rest"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					passed++
				} else {
					s.refused(err, approval.ErrSecond)
				}
			})
		}
		wait.Wait()
		if passed != 2 { // 2 × 23.80 fit under 50
			t.Errorf("%d write-offs passed", passed)
		}
		_, err := s.WriteOff.One(s.ctx, who["receivables"], flow.WriteOff{Item: items[6], Reason: "insolvent"})
		a := s.asks(who["receivables"], err)
		for range 6 {
			wait.Go(func() {
				err := s.decides(who["head"], a, "granted")
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					granted++
				} else if !errors.Is(err, approval.ErrDecided) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if granted != 1 {
			t.Errorf("granted %d times", granted)
		}
		s.verified()
	})
}

// TestALimitIsRaisedByTwo: lowering takes one; raising takes another with
// authority, who is not who asked; an integration of a person cannot pass it by.
func TestALimitIsRaisedByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, who := staffed(t, d, shopRules{limit: 1000_00})
		account := s.account()
		_, err := s.Limit.One(s.ctx, who["credit"], flow.Limit{Account: account, Limit: "900", Reason: "pays late"})
		s.must(err)
		ask := flow.Limit{Account: account, Limit: "40000", Reason: "grows"}
		_, err = s.Limit.One(s.ctx, who["credit"], ask)
		s.refused(err, approval.ErrSecond, "from 900.00 to 40000.00 EUR")
		a := s.asks(who["credit"], err)
		s.refused(s.decides(who["credit"], a, "granted"), approval.ErrOwn)
		s.refused(s.decides(who["controller"], a, "granted"), approval.ErrAuthority)
		_, err = s.Decide.One(s.ctx, who["colleague"], flow.Decide{Approval: a, Decision: "denied"})
		s.refused(err, approval.ErrReason)
		s.must(s.decides(who["colleague"], a, "denied"))
		_, err = s.Limit.One(s.ctx, who["credit"], ask)
		a = s.asks(who["credit"], err)
		s.must(s.decides(who["colleague"], a, "granted"))
		_, err = s.Limit.One(s.ctx, who["credit"], flow.Limit{Account: account, Limit: "40000", TempLimit: "100000", TempUntil: "2026-04-01", Reason: "fair"})
		a = s.asks(who["credit"], err)
		s.refused(s.decides(who["colleague"], a, "granted"), approval.ErrAuthority, "60000.00")
		s.refused(s.decides(who["head"], a, "withdrawn"), approval.ErrOwn)
		s.must(s.decides(who["credit"], a, "withdrawn"))
		_, err = s.Limit.One(s.ctx, who["credit"], flow.Limit{Account: account, Limit: "-1", Reason: "typing"})
		s.refused(err, fault.Rule{Kind: fault.Invalid, Code: "credit.amount"})
		_, err = s.Limit.One(s.ctx, s.who, flow.Limit{Account: account, Limit: "50000", Reason: "a program"})
		s.must(err)
	})
}

func (s *shop) account() id.Credit {
	s.t.Helper()
	var a id.Credit
	s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
		_, err := q.One(`SELECT id FROM credit_account`, nil, (*int64)(&a))
		return err
	}))
	return a
}

// TestPricesByHandWaitForAnother: what a person agrees below the list is held,
// at once or by a change; he does not let it stand himself.
func TestPricesByHandWaitForAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, who := staffed(t, d, shopRules{})
		s.stock("BOLT", "1000", "1")
		place := func(l flow.DraftLine) flow.Placed {
			p, err := s.Capture.One(s.ctx, who["service"], flow.Draft{Customer: "MUELLER", Lines: []flow.DraftLine{l}})
			s.must(err)
			return p
		}
		for _, l := range []flow.DraftLine{{SKU: "BOLT", Qty: "5"}, {SKU: "BOLT", Qty: "5", Price: "10"}, {SKU: "BOLT", Qty: "5", Price: "12", Discount: "10"}} {
			if p := place(l); len(p.Holds) != 0 {
				t.Errorf("%+v is held: %v", l, p.Holds)
			}
		}
		for _, l := range []flow.DraftLine{{SKU: "BOLT", Qty: "5", Price: "9.99"}, {SKU: "BOLT", Qty: "5", Discount: "1"}, {SKU: "BOLT", Qty: "5", Free: true}, {SKU: "BOOK", Qty: "1", Price: "3"}} {
			if p := place(l); len(p.Holds) != 1 {
				t.Errorf("%+v is not held: %v", l, p.Holds)
			}
		}
		p := place(flow.DraftLine{SKU: "BOLT", Qty: "50", Price: "8"})
		h := s.openHold(p.Order)
		_, err := s.Unhold.One(s.ctx, who["service"], flow.Unhold{Hold: h, Reason: "I said so"})
		s.refused(err, approval.ErrOwn)
		_, err = s.Unhold.One(s.ctx, who["warehouse"], flow.Unhold{Hold: h, Reason: "why not"})
		s.refused(err, approval.ErrAuthority)
		_, err = s.Unhold.One(s.ctx, who["rep"], flow.Unhold{Hold: h, Reason: "a fair price", Cap: "0"})
		s.must(err)
		c, err := s.Confirm.One(s.ctx, who["service"], flow.Confirm{Order: p.Order})
		s.must(err)
		if c.Held != "" {
			t.Errorf("still held: %s", c.Held)
		}
		_, err = s.Change.One(s.ctx, who["service"], flow.Change{Order: p.Order, Lines: []flow.ChangeLine{{Line: p.Lines[0], Price: "7"}}, Reason: "asked for more"})
		s.must(err)
		_, err = s.Release.One(s.ctx, who["service"], flow.Release{Order: p.Order})
		s.refused(err, hold.ErrHeld)
		_, err = s.Unhold.One(s.ctx, who["head"], flow.Unhold{Hold: s.openHold(p.Order), Reason: "fine"})
		s.must(err)
		_, err = s.Release.One(s.ctx, who["service"], flow.Release{Order: p.Order})
		s.must(err)
		s.verified()
	})
}

func (s *shop) openHold(o id.Order) id.Hold {
	s.t.Helper()
	var h id.Hold
	s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
		open, err := hold.Of(q, []int64{int64(o)})
		if err == nil && len(open[int64(o)]) > 0 {
			h = open[int64(o)][0].ID
		}
		return err
	}))
	return h
}

// TestCreditIsReleasedWithinAuthority: not by who brought the order, alone up to
// a limit, above it by two; what was granted lets the order pass.
func TestCreditIsReleasedWithinAuthority(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, who := staffed(t, d, shopRules{limit: 1000_00})
		s.stock("BOLT", "100000", "1")
		held := func(n string) (flow.Placed, id.Hold) {
			p, err := s.Capture.One(s.ctx, who["service"], flow.Draft{Customer: "MUELLER", Lines: []flow.DraftLine{{SKU: "BOLT", Qty: n}}})
			s.must(err)
			_, err = s.Confirm.One(s.ctx, who["service"], flow.Confirm{Order: p.Order})
			s.must(err)
			return p, s.openHold(p.Order)
		}
		_, small := held("200")
		_, err := s.Unhold.One(s.ctx, who["credit"], flow.Unhold{Hold: small, Reason: "pays on Friday"})
		s.must(err)
		p, large := held("3000")
		_, err = s.Unhold.One(s.ctx, who["service"], flow.Unhold{Hold: large, Reason: "a good customer"})
		s.refused(err, approval.ErrOwn)
		_, err = s.Unhold.One(s.ctx, who["credit"], flow.Unhold{Hold: large, Reason: "pays on Friday"})
		s.refused(err, approval.ErrSecond, p.Number, "25000.00")
		a := s.asks(who["credit"], err)
		s.refused(s.decides(who["colleague"], a, "granted"), approval.ErrAuthority)
		s.must(s.decides(who["head"], a, "granted"))
		c, err := s.Confirm.One(s.ctx, who["service"], flow.Confirm{Order: p.Order})
		s.must(err)
		if c.Held != "" {
			t.Error(c.Held)
		}
		s.verified()
	})
}

// TestNotesRefundsAndBankDetailsTakeTwo: two small notes on one invoice come to
// a large one; money goes back, and to another account, by two.
func TestNotesRefundsAndBankDetailsTakeTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, who := staffed(t, d, shopRules{})
		s.stock("BOLT", "1000", "1")
		p, _ := s.shipped(bolts("150")) // 1,425.00 net
		b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: p.Order})
		s.must(err)
		inv := b.Invoices[0]
		note := flow.Credit{Invoice: inv.Invoice, Reason: "scratched", Lines: []flow.CreditLine{{Line: s.invoiceLine(inv.Invoice), Net: "600"}}}
		n, err := s.Credit.One(s.ctx, who["billing"], note)
		s.must(err)
		_, err = s.Credit.One(s.ctx, who["billing"], note)
		s.refused(err, approval.ErrSecond, "1200.00", "1000.00")
		s.must(s.decides(who["controller"], s.asks(who["billing"], err), "granted"))

		refund := flow.Refund{Item: n.Invoices[0].Items[0], Reference: "RF-1"}
		_, err = s.Refund.One(s.ctx, who["receivables"], refund)
		s.refused(err, approval.ErrSecond, "back")
		s.must(s.decides(who["controller"], s.asks(who["receivables"], err), "granted"))

		var bank id.BankAccount
		s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
			all, err := payment.Accounts(q)
			bank = all["BANK"].ID
			return err
		}))
		_, err = s.Bank.One(s.ctx, who["controller"], flow.Bank{Account: bank, Name: "Main", IBAN: "DE89 3704 0044 0532 0130 01", Reason: "new bank"})
		s.refused(err, payment.ErrIBAN, "check digits")
		_, err = s.Bank.One(s.ctx, who["controller"], flow.Bank{Account: bank, Name: "Main", IBAN: "DE89 3704 0044 0532 0130 00", Reason: "new bank"})
		a := s.asks(who["controller"], err)
		s.refused(s.decides(who["controller"], a, "granted"), approval.ErrOwn)
		s.must(s.decides(who["head"], a, "granted"))
		s.verified()
	})
}

func (s *shop) invoiceLine(v id.Invoice) id.InvoiceLine {
	s.t.Helper()
	var l id.InvoiceLine
	s.must(s.DB.Read(s.ctx, func(q *db.Reader) error {
		_, err := q.One(`SELECT id FROM invoice_line WHERE invoice_id=$1 ORDER BY id`, []any{int64(v)}, (*int64)(&l))
		return err
	}))
	return l
}

// TestNobodyDecidesForHimselfInTheTable: the rule stands in the table, too.
func TestNobodyDecidesForHimselfInTheTable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, who := staffed(t, d, shopRules{limit: 1000_00})
		_, err := s.Limit.One(s.ctx, who["credit"], flow.Limit{Account: s.account(), Limit: "2000", Reason: "grows"})
		a := s.asks(who["credit"], err)
		err = s.DB.Write(s.ctx, who["credit"], func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE approval SET decision='granted', decided_by=asked_by WHERE id=$1`, nil, int64(a))
			return err
		})
		if err == nil {
			t.Error("one person asked and granted")
		}
	})
}
