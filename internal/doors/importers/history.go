package importers

import (
	"fmt"
	"maps"
	"slices"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// today is what happened on one day.
type today struct {
	supply          []flow.GoodsIn
	take, send, pay []*job
}

func (h *history) today(on day.Day) *today {
	t := h.days[on]
	if t == nil {
		t = &today{}
		h.days[on] = t
	}
	return t
}

// play walks through the days: what came in, what was ordered, what was
// shipped and billed, what the bank said.
func (h *history) play() error {
	h.days = map[day.Day]*today{}
	last := day.Day("")
	for _, j := range h.jobs {
		if j.status == "closed" || j.status == refused || j.status == held {
			h.done += int64(j.lines)
		} else {
			on := j.draft.OrderedOn
			ship := later(j.shipOn, on)
			for _, x := range []struct {
				on   day.Day
				list func(*today) *[]*job
			}{{on, func(t *today) *[]*job { return &t.take }}, {ship, func(t *today) *[]*job { return &t.send }}, {ship.AddDays(awDays), func(t *today) *[]*job { return &t.pay }}} {
				list := x.list(h.today(x.on))
				*list = append(*list, j)
			}
		}
		last = later(last, j.shipOn)
	}
	if len(h.jobs) == 0 {
		return nil
	}
	if err := h.supply(last); err != nil {
		return err
	}
	if err := h.opened(); err != nil {
		return err
	}
	days := make([]day.Day, 0, len(h.days))
	for d := range h.days {
		days = append(days, d)
	}
	slices.Sort(days)
	w := newWorks()
	var taken [][]*job
	for _, d := range days {
		taken = append(taken, chunks(h.days[d].take)...)
	}
	captured := w.ahead(taken, func(b []*job) error {
		if err := h.capture(b); err != nil {
			return err
		}
		return h.pause(0)
	})
	money := w.lane()
	w.fail(h.walk(w, days, captured, money))
	close(money.todo)
	w.wg.Wait()
	return w.err
}

// walk moves the goods, day by day. Orders are captured ahead of it, and billed
// and paid behind it, each in the sequence of the days: neither touches the
// stock, so that it comes out the same however fast they are.
func (h *history) walk(w *works, days []day.Day, captured <-chan []*job, money *lane) error {
	var waiting []flow.GoodsIn
	lines := 0
	for _, d := range days {
		t := h.days[d]
		for _, g := range t.supply {
			waiting = append(waiting, g)
			lines += len(g.Lines)
		}
		if lines >= 2*batchLines || len(t.take)+len(t.send) > 0 {
			if err := h.stocked(waiting); err != nil {
				return err
			}
			waiting, lines = nil, 0
		}
		for range chunks(t.take) {
			batch, ok := <-captured
			if !ok {
				return nil // failed
			}
			if err := h.confirm(batch); err != nil {
				return err
			}
		}
		for _, batch := range chunks(t.send) {
			if err := h.ship(batch); err != nil {
				return err
			}
			money.add(func() error {
				if err := h.bill(batch); err != nil {
					return err
				}
				n := 0
				for _, j := range batch {
					n += j.lines
				}
				return h.pause(n)
			})
		}
		if len(t.pay) > 0 {
			money.add(func() error { return h.pay(d, in(t.pay, "billed")) })
		}
		if w.failed() {
			return nil
		}
		if err := h.pause(0); err != nil {
			return err
		}
	}
	return h.stocked(waiting)
}

func (h *history) ship(batch []*job) error {
	for _, j := range batch {
		j.fresh = false // goods came in since it was confirmed
	}
	if err := h.cover(batch, h.receipt); err != nil {
		return err
	}
	return h.dispatch(batch)
}

// opened gives the bank account the balance of its newest statement.
func (h *history) opened() error {
	return h.DB.Read(h.ctx, func(r *db.Reader) error {
		accounts, err := payment.Accounts(r)
		if err != nil {
			return err
		}
		h.balance, err = payment.LastClosing(r, accounts["BANK"].ID)
		return err
	})
}

// pay plays the bank statement of a day: the money of the invoices that were
// due comes in, naming them, is applied and reconciled, and the orders end.
func (h *history) pay(on day.Day, jobs []*job) error {
	if len(jobs) == 0 {
		return nil
	}
	s, err := h.statement(on, jobs)
	if err != nil || len(s.Entries) == 0 {
		return err
	}
	got, err := h.Receive.One(h.ctx, h.who, s)
	if err != nil {
		return fmt.Errorf("bank statement %s: %w", s.Number, err)
	}
	if got.Known { // an earlier run had it: the balance is that of the newest
		if err := h.opened(); err != nil {
			return err
		}
	}
	items, err := h.unapplied(got.Statement)
	if err != nil {
		return err
	}
	cmds := make([]flow.Apply, len(items))
	for i, it := range items {
		cmds[i] = flow.Apply{Credit: it, On: on}
	}
	applied, err := h.Apply.Many(h.ctx, h.who, cmds)
	if err != nil {
		return err
	}
	for _, r := range applied {
		if r.Fault != nil {
			return fmt.Errorf("bank statement %s: %w", s.Number, r.Fault)
		}
	}
	tied, err := h.Reconcile.One(h.ctx, h.who, flow.Reconcile{Statement: got.Statement})
	if err != nil {
		return fmt.Errorf("bank statement %s: %w", s.Number, err)
	}
	if len(tied.Left) > 0 {
		return fmt.Errorf("bank statement %s: %d lines are not explained", s.Number, len(tied.Left))
	}
	return h.pause(0)
}

// statement writes what the bank would have: one entry per invoice, paid in full.
func (h *history) statement(on day.Day, jobs []*job) (flow.Statement, error) {
	f := func(v int64) string { return money.Format(v, awCurrency) }
	s := flow.Statement{Account: "BANK", Number: "AW-" + string(on), From: on, To: on, Opening: f(h.balance)}
	orders := make([]id.Order, len(jobs))
	for i, j := range jobs {
		orders[i] = j.order
	}
	err := h.DB.Read(h.ctx, func(r *db.Reader) error {
		of, err := invoice.PapersOf(r, orders)
		if err != nil {
			return err
		}
		var ids []id.Invoice
		for _, list := range of {
			for _, p := range list {
				ids = append(ids, id.Invoice(p))
			}
		}
		papers, err := invoice.Read(r, ids)
		for _, j := range jobs {
			for _, p := range of[j.order] {
				x := papers[id.Invoice(p)]
				if x == nil || x.Payable <= 0 {
					continue
				}
				h.balance += x.Payable
				s.Entries = append(s.Entries, flow.BankEntry{Key: "AW-" + x.Number, BookedOn: on, Amount: f(x.Payable), PayerName: j.draft.Customer, Text: x.Number + " " + x.PONumber})
			}
		}
		return err
	})
	s.Closing = f(h.balance)
	return s, err
}

// unapplied gives the money of a statement that is not applied yet.
func (h *history) unapplied(s id.Statement) ([]id.Item, error) {
	var out []id.Item
	err := h.DB.Read(h.ctx, func(r *db.Reader) error {
		receipts, err := payment.ReceiptsOf(r, []id.Statement{s})
		if err != nil {
			return err
		}
		var docs []int64
		for _, x := range slices.Sorted(maps.Keys(receipts)) {
			docs = append(docs, int64(x))
		}
		items, err := receivable.OfDocs(r, docs)
		for _, d := range docs {
			for _, it := range items[d] {
				if it.Open > 0 {
					out = append(out, it.ID)
				}
			}
		}
		return err
	})
	return out, err
}
