package crash

import (
	"context"
	"fmt"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/rooms/shipping"
	"kontor/internal/story/verify"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/outbox"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// stand is what the database knows of the things that chains name.
type stand struct {
	orders       map[id.Order]*order.Order
	shipments    map[id.Shipment]*shipping.Shipment
	returns      map[id.Return]*order.Return
	papers       map[id.Invoice]*invoice.Invoice
	receipts     map[id.Receipt]*payment.Receipt
	bank         map[id.Statement][]id.BankLine
	lines        map[id.BankLine]*payment.Line
	applications map[id.Application]*receivable.Application
}

// lost tells which acknowledged facts of chains the database does not have.
func lost(ctx context.Context, d *db.DB, chains []*Chain) ([]string, error) {
	var out []string
	err := d.Read(ctx, func(r *db.Reader) error {
		s, err := read(r, chains)
		if err != nil {
			return err
		}
		for _, c := range chains {
			miss := func(format string, args ...any) {
				out = append(out, fmt.Sprintf("chain %d (%d steps acknowledged): ", c.ID, c.Done)+fmt.Sprintf(format, args...))
			}
			s.goods(c, miss)
			s.money(c, miss)
		}
		return nil
	})
	return out, err
}

// read looks everything up that chains name.
func read(r *db.Reader, chains []*Chain) (s stand, err error) {
	var orders []id.Order
	var shipments []id.Shipment
	var returns []id.Return
	var papers []id.Invoice
	var receipts []id.Receipt
	var statements []id.Statement
	var applications []id.Application
	for _, c := range chains {
		if c.Order != 0 {
			orders = append(orders, c.Order)
		}
		for _, x := range c.Shipments {
			shipments = append(shipments, x.ID)
		}
		if c.Return != 0 {
			returns = append(returns, c.Return)
		}
		for _, x := range c.Papers {
			papers = append(papers, x.ID)
		}
		if c.Receipt != 0 {
			receipts, statements = append(receipts, c.Receipt), append(statements, c.Statement)
		}
		for _, x := range c.Applied {
			applications = append(applications, x.ID)
		}
	}
	var bank []id.BankLine
	for _, f := range []func() error{
		func() error { s.orders, err = order.Read(r, orders); return err },
		func() error { s.shipments, err = shipping.Read(r, shipments); return err },
		func() error { s.returns, err = order.ReadReturns(r, returns); return err },
		func() error { s.papers, err = invoice.Read(r, papers); return err },
		func() error { s.receipts, err = payment.Receipts(r, receipts); return err },
		func() error { s.bank, err = payment.LinesOf(r, statements); return err },
		func() error {
			for _, list := range s.bank {
				bank = append(bank, list...)
			}
			s.lines, err = payment.Lines(r, bank)
			return err
		},
		func() error { s.applications, err = receivable.Applications(r, applications); return err },
	} {
		if err := f(); err != nil {
			return s, err
		}
	}
	return s, nil
}

// goods checks a chain's order, shipments and return. What is due next may be
// there already: it was under way when the process was killed.
func (s stand) goods(c *Chain, miss func(string, ...any)) {
	if c.Order == 0 {
		return
	}
	x := s.orders[c.Order]
	switch {
	case x == nil:
		miss("order %s (%s) is not there", c.Number, c.Order)
		return
	case x.Number != c.Number || money.Format(x.Gross(), x.Currency) != c.Gross:
		miss("order %s over %s is %s over %s", c.Number, c.Gross, x.Number, money.Format(x.Gross(), x.Currency))
	case c.Cancelled && x.Decision != order.Cancelled,
		c.Closed && x.Decision != order.Closed,
		c.Confirmed && x.Decision == order.Captured,
		c.Confirmed && !c.Cancelled && x.Decision == order.Cancelled && c.next() != "cancel":
		miss("order %s is %s (acknowledged: confirmed %v, cancelled %v, closed %v)", c.Number, x.Decision, c.Confirmed, c.Cancelled, c.Closed)
	}
	reserved := int64(0)
	for _, l := range x.Lines {
		for _, sch := range l.Schedules {
			reserved += sch.Reserved + sch.Released
		}
	}
	if c.Confirmed && x.Decision != order.Cancelled && reserved < c.Reserved {
		miss("order %s: %d reserved or released of %d", c.Number, reserved, c.Reserved)
	}
	for _, a := range c.Shipments {
		y := s.shipments[a.ID]
		if y == nil {
			miss("shipment %s is not there", a.ID)
			continue
		}
		cost := int64(0)
		for _, l := range y.Lines {
			cost += l.Cost
		}
		switch {
		case len(y.Lines) != len(a.Lines):
			miss("shipment %s has %d lines instead of %d", a.ID, len(y.Lines), len(a.Lines))
		case a.Shipped && (y.Decision != shipping.Shipped || a.Number != "" && (y.Number != a.Number || money.Format(cost, "EUR") != a.Cost)):
			miss("shipment %s %s at %s is %s %s at %s", a.ID, a.Number, a.Cost, y.Decision, y.Number, money.Format(cost, "EUR"))
		case !a.Shipped && !c.Cancelled && y.Decision == shipping.Void && c.next() != "cancel":
			miss("shipment %s is void", a.ID)
		}
	}
	if c.Return != 0 {
		if y := s.returns[c.Return]; y == nil || y.Number != c.ReturnNumber || c.TakenBack && y.Decision != "closed" {
			miss("return %s: %+v", c.ReturnNumber, y)
		}
	}
}

// money checks a chain's papers, receipt, statement and settlements.
func (s stand) money(c *Chain, miss func(string, ...any)) {
	for _, p := range c.Papers {
		y := s.papers[p.ID]
		if y == nil {
			miss("%s %s is not there", p.Kind, p.Number)
			continue
		}
		f := func(v int64) string { return money.Format(v, y.Currency) }
		if is := (Paper{p.ID, p.Item, y.Number, y.Kind, f(y.Net), f(y.Tax), f(y.Gross), f(y.Payable)}); is != p {
			miss("%s %s was acknowledged as %+v and is %+v", p.Kind, p.Number, p, is)
		}
	}
	if c.Receipt != 0 {
		if y := s.receipts[c.Receipt]; y == nil || money.Format(y.Amount, y.Currency) != c.Amount {
			miss("receipt %s over %s: %+v", c.Receipt, c.Amount, y)
		}
		lines := s.bank[c.Statement]
		if len(lines) != 1 || s.lines[lines[0]] == nil || c.Reconciled && s.lines[lines[0]].State != "reconciled" {
			miss("statement %s has %d lines, or is not reconciled (acknowledged: %v)", c.Statement, len(lines), c.Reconciled)
		}
	}
	for i, a := range c.Applied {
		y := s.applications[a.ID]
		switch {
		case y == nil || len(y.Rows) == 0:
			miss("settlement %s is not there", a.ID)
		case a.Back && !y.Reversed, !a.Back && y.Reversed && !(c.next() == "unapply" && i == len(c.Applied)-1):
			miss("settlement %s: taken back %v, acknowledged %v", a.ID, y.Reversed, a.Back)
		}
	}
}

// broken runs the full verification and gives a sentence for each broken invariant.
func broken(ctx context.Context, d *db.DB) ([]string, error) {
	rep, err := verify.Run(ctx, d, nil)
	var out []string
	for _, c := range rep.Bad() {
		out = append(out, fmt.Sprintf("%s: %s: not so for %d: %v", c.ID, c.Title, c.Bad, c.First))
	}
	return out, err
}

// counted compares, when every chain has ended, how often each thing happened
// with how often it was acknowledged: a step that had an effect twice shows here.
func counted(ctx context.Context, d *db.DB, chains map[int64]*Chain) ([]string, error) {
	if _, err := event.Sequence(ctx, d); err != nil {
		return nil, err
	}
	want, is := expected(chains), map[string]int{}
	err := d.Read(ctx, func(r *db.Reader) error {
		for last := int64(0); ; {
			events, err := outbox.After(r, last, 5000)
			for _, e := range events {
				is[e.Type]++
				if last++; e.Seq != last {
					return fmt.Errorf("the event log has %d after %d", e.Seq, last-1)
				}
			}
			if err != nil || len(events) == 0 {
				return err
			}
		}
	})
	var out []string
	for k, n := range want {
		if is[k] != n {
			out = append(out, fmt.Sprintf("%s happened %d times and was acknowledged %d times", k, is[k], n))
		}
	}
	return out, err
}

func expected(chains map[int64]*Chain) map[string]int {
	n := map[string]int{}
	add := func(what string, yes bool) {
		if yes {
			n[what]++
		}
	}
	for _, c := range chains {
		add("order.captured", c.Order != 0)
		add("order.confirmed", c.Confirmed)
		add("order.cancelled", c.Cancelled)
		for _, s := range c.Shipments {
			add("shipment.planned", true)
			add("shipment.dispatched", s.Shipped)
		}
		for _, p := range c.Papers {
			add("invoice.posted", p.Kind == "invoice")
			add("credit_note.posted", p.Kind != "invoice")
		}
		add("return.authorised", c.Return != 0)
		add("return.received", c.TakenBack)
		add("bank_statement.imported", c.Statement != 0)
		add("receipt.recorded", c.Receipt != 0)
		add("reconciliation.passed", c.Reconciled)
		undone := 0
		for _, a := range c.Applied {
			add("application.reversed", a.Back)
			if a.Back {
				undone++ // the settlement that takes it back stands in Applied as well
			}
		}
		n["application.posted"] += len(c.Applied) - undone
	}
	return n
}
