package sim

import (
	"time"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// bill issues what was shipped until yesterday; collective customers get their
// invoice on Fridays. On the last day it is still to be done.
func (s *sim) bill() error {
	if s.ends {
		return nil
	}
	if s.today.Weekday() == time.Friday {
		s.pass()
		rep, err := s.office.BillRun(s.ctx, s.staff.billing, s.today, nil)
		for _, f := range rep.Refused {
			s.refused[f.Code]++
			if s.opt.Refused != nil {
				s.opt.Refused(s.today, f)
			}
		}
		s.stats.Steps += rep.Invoices
		return err
	}
	var cmds []flow.Bill
	err := s.read(func(r *db.Reader) error {
		orders, _, err := invoice.Due(r, s.today, invoice.Place{}, 100000)
		seen := map[id.Order]bool{}
		for _, o := range orders {
			if d := s.deals[o]; !seen[o] && d != nil && !d.party.is("collective") {
				seen[o] = true
				cmds = append(cmds, flow.Bill{Order: o})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return ask(s, s.office.Bill, s.staff.billing, cmds, nil)
}

// complaint is a customer who finds an invoice wrong.
type complaint struct {
	invoice id.Invoice
	party   *party
}

// correct answers complaints: with a credit for a price or a quantity, for all
// of an invoice, or with a new one in its place.
func (s *sim) correct() error {
	list := due(s, s.agenda.complain)
	ids := make([]id.Invoice, len(list))
	for i, c := range list {
		ids[i] = c.invoice
	}
	papers, err := s.invoices(ids)
	if err != nil {
		return err
	}
	d := s.luck.money
	var cmds []flow.Credit
	for _, c := range list {
		x := papers[c.invoice]
		if x == nil || x.Kind != "invoice" || x.Decision != "issued" || len(x.Lines) == 0 {
			continue
		}
		l := x.Lines[d.r.IntN(len(x.Lines))]
		if l.Net-l.CreditedNet <= 0 {
			continue
		}
		n := flow.Credit{Invoice: x.ID}
		switch k := d.between(1, 100); {
		case k <= 60:
			n.Reason = "The price was agreed lower"
			n.Lines = []flow.CreditLine{{Line: l.ID, Net: money.Format(max(1, l.Net*int64(d.between(3, 15))/100), x.Currency)}}
		case k <= 85:
			n.Reason = "Fewer pieces arrived than were invoiced"
			n.Lines = []flow.CreditLine{{Line: l.ID, Qty: max(1, l.Qty*int64(d.between(5, 40))/100)}}
		case k <= 93 || c.party.is("ahead"):
			n.Reason, n.Full = "Goodwill after a machine stood still", true
		default:
			n.Reason, n.Cancel, n.Rebill = "Sent to the wrong department: billed anew", true, true
		}
		cmds = append(cmds, n)
	}
	return ask(s, s.office.Credit, s.staff.billing, cmds, nil)
}

func (s *sim) invoices(ids []id.Invoice) (map[id.Invoice]*invoice.Invoice, error) {
	var out map[id.Invoice]*invoice.Invoice
	err := s.read(func(r *db.Reader) error {
		var err error
		out, err = invoice.Read(r, ids)
		return err
	})
	return out, err
}

// closeMonths closes a month a few days after it ended. The last one is left to
// whoever looks at the company.
func (s *sim) closeMonths() error {
	m := s.today.Month().First().AddDays(-1).Month()
	if m < s.opt.first().Month() || m.Next() == s.opt.last().Month() || !s.closable(m) {
		return nil
	}
	for _, l := range []string{ledger.Stock, ledger.Receivables, ledger.General} {
		s.pass()
		s.stats.Steps++
		if _, err := s.office.ClosePeriod(s.ctx, s.staff.money, l, m); err != nil {
			return err
		}
	}
	return nil
}

// stopBill holds back the invoices of an order now and then: a customer's
// accounts refuse papers without a number that only its buyer knows.
func (s *sim) stopBill() error {
	d := s.luck.money
	var cmds []flow.Hold
	for _, o := range s.open {
		if x := s.deals[o]; x.confirmed && x.ready == s.index && x.usual() && d.chance(30) {
			cmds = append(cmds, flow.Hold{Order: o, Scopes: []string{"bill"}, Reason: pick(d, []string{"The customer's accounts ask for a cost centre on the invoice", "The price of the second line is being agreed again", "An invoice address was announced and is not here yet"})})
		}
	}
	return ask(s, s.office.Hold, s.staff.billing, cmds, func(_ int, v flow.Held) error {
		in(s, s.agenda.letBill, d.between(6, 20), v.Hold)
		return nil
	})
}

// letBill ends such holds.
func (s *sim) letBill() error {
	var cmds []flow.Unhold
	for _, h := range due(s, s.agenda.letBill) {
		cmds = append(cmds, flow.Unhold{Hold: h, Reason: "The customer has answered"})
	}
	return ask(s, s.office.Unhold, s.staff.billing, cmds, nil)
}

// closable tells the fourth working day after a month's end.
func (s *sim) closable(m day.Month) bool {
	n := 0
	for _, d := range s.days {
		if d.works && d.on > m.Last() && d.on <= s.today {
			n++
		}
	}
	return n == 4
}
