package flow_test

import (
	"maps"
	"testing"
	"time"

	"kontor/internal/rooms/payment"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// TestMoneyIsProposedKeptAndBilledDry: proposals are ready to be applied and
// write nothing; money may be left on account once somebody knows whose it is;
// a dry run of billing gives papers and leaves none.
func TestMoneyIsProposedKeptAndBilledDry(t *testing.T) {
	dbtest.EachOptions(t, db.Options{Clock: func() time.Time { return monday }}, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{terms: `{"kind":"net","days":30,"discounts":[{"percent":"2","days":10}]}`})
		s.stock("BOLT", "100", "4")
		s.shipped(bolts("10"))
		before := s.counts()
		var dry []flow.BilledOrder
		s.must(s.BillEach(db.Simulated(s.ctx), s.who, "2026-03-02", func(list []flow.BilledOrder) { dry = append(dry, list...) }))
		if len(dry) != 1 || len(dry[0].Invoices) != 1 || dry[0].Invoices[0].Gross != "119.00" {
			t.Fatalf("the dry run: %+v", dry)
		}
		if now := s.counts(); !maps.Equal(before, now) {
			t.Errorf("it wrote something: %v, then %v", before, now)
		}
		var wet []flow.BilledOrder
		s.must(s.BillEach(s.ctx, s.who, "2026-03-02", func(list []flow.BilledOrder) { wet = append(wet, list...) }))
		inv := wet[0].Invoices[0]

		take := func(number, amount, text string) flow.ReceiptTaken {
			st, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: "BANK", Number: number, Opening: "0", Closing: amount, Entries: []flow.BankEntry{{BookedOn: day.Day("2026-03-05"), Amount: amount, PayerName: "MÜLLER KG", Text: text}}})
			s.must(err)
			return st.Receipts[0]
		}
		known, unknown := take("1", "116.62", "paper "+inv.Number+" less 2 %"), take("2", "119.00", "thank you")
		before = s.counts()
		all, err := s.Propose(s.ctx, s.who, []id.Item{known.Item, unknown.Item})
		s.must(err)
		if now := s.counts(); !maps.Equal(before, now) {
			t.Errorf("it wrote something: %v, then %v", before, now)
		}
		p := all[known.Item]
		if !flow.Sure(p) || p[0].Items[0].Number != inv.Number || p[0].Items[0].Discount != "2.38" || p[0].Items[0].Pays != "116.62" || p[0].Items[0].Customer.Code != "MUELLER" {
			t.Fatalf("with a discount: %+v", p)
		}
		if u := all[unknown.Item]; len(u) != 1 || flow.Sure(u) || u[0].Score >= payment.Sure {
			t.Errorf("of nobody: %+v", u)
		}
		_, err = s.Keep.One(s.ctx, s.who, flow.Keep{Receipt: unknown.Receipt, Reason: "later"})
		s.refused(err, payment.ErrPayer, "nobody knows yet whose money it is")
		kept, err := s.Keep.One(s.ctx, s.who, flow.Keep{Receipt: known.Receipt, Reason: "asked the customer"})
		s.must(err)
		if kept.Left != "116.62" {
			t.Errorf("kept: %+v", kept)
		}
		a, err := s.Apply.One(s.ctx, s.who, flow.Apply{Credit: known.Item, Lines: p[0].Lines()})
		s.must(err)
		if a.CreditLeft != "0.00" || a.Settled[0].Open != "0.00" {
			t.Errorf("applied as proposed: %+v", a)
		}
		_, err = s.Keep.One(s.ctx, s.who, flow.Keep{Receipt: known.Receipt, Reason: "again"})
		s.refused(err, payment.ErrSpent)
		_, err = s.Keep.One(s.ctx, s.who, flow.Keep{Receipt: 42, Reason: "nothing"})
		s.refused(err, payment.ErrUnknown)
		s.verified()
	})
}
