package sim

import (
	"fmt"
	"sort"
	"time"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/receivable"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// receipt is money that came in, with what the simulation knows of it.
type receipt struct {
	*movement
	flow.ReceiptTaken
}

// mystery is money that a clerk will find the purpose of.
type mystery struct {
	item  id.Item
	items []id.Item
}

// redo is a settlement that turns out wrong.
type redo struct {
	application id.Application
	credit      id.Item
	items       []id.Item
}

// back is money that we will send back.
type back struct {
	item  id.Item
	party *party
	cur   money.Currency
}

// dispute is a part of an item that the customer does not want to pay.
type dispute struct {
	item  id.Item
	party *party
}

// applyAll settles items with what came in. On the last day half of it is
// still to be done.
func (s *sim) applyAll(got []*receipt) error {
	var cmds []flow.Apply
	var of []*receipt
	for _, r := range got {
		switch {
		case r.kind == nameless:
			if len(r.items) > 0 && s.luck.money.chance(700) {
				in(s, s.agenda.explain, s.luck.money.between(4, 18), mystery{r.Item, r.items})
			}
			continue
		case s.ends && s.luck.money.chance(500):
			continue
		}
		cmds, of = append(cmds, flow.Apply{Credit: r.Item, Lines: r.lines}), append(of, r)
	}
	return ask(s, s.office.Apply, s.staff.money, cmds, func(i int, v flow.Applied) error {
		r, d := of[i], s.luck.money
		switch {
		case r.kind == over && d.chance(600):
			in(s, s.agenda.refund, d.between(4, 12), back{r.Item, r.party, money.Currency(r.Currency)})
		case r.kind == short:
			in(s, s.agenda.settle, d.between(8, 28), dispute{r.items[0], r.party})
		case r.kind == debit:
			amount, err := money.Parse(r.Amount, money.Currency(r.Currency))
			if err != nil {
				return err
			}
			b := bounced{r.Receipt, amount, money.Currency(r.Currency), r.party, r.items}
			if s.debited = &b; d.chance(70) {
				s.debited = nil // each comes back once
				in(s, s.agenda.bounce, d.between(2, 5), b)
			}
		case r.kind == plain && d.chance(10):
			in(s, s.agenda.redo, 1, redo{v.Application, r.Item, r.items})
		}
		return nil
	})
}

// settleOpen is what a clerk clears up in the morning: money without a
// purpose, settlements that were wrong, refunds, disputes, and on Fridays
// small rests.
func (s *sim) settleOpen() error {
	var cmds []flow.Apply
	for _, m := range due(s, s.agenda.explain) {
		cmds = append(cmds, flow.Apply{Credit: m.item, Lines: linesFor(m.items, "found by the payer's advice")})
	}
	var wrong []flow.Unapply
	again := due(s, s.agenda.redo)
	for _, r := range again {
		wrong = append(wrong, flow.Unapply{Application: r.application, Reason: "The customer meant other invoices"})
	}
	if err := ask(s, s.office.Unapply, s.staff.money, wrong, func(i int, _ flow.Applied) error {
		cmds = append(cmds, flow.Apply{Credit: again[i].credit, Lines: linesFor(again[i].items, "as the customer explained")})
		return nil
	}); err != nil {
		return err
	}
	if err := ask(s, s.office.Apply, s.staff.money, cmds, nil); err != nil {
		return err
	}
	if err := s.sendBack(); err != nil {
		return err
	}
	if err := s.settleDisputes(); err != nil {
		return err
	}
	if s.today.Weekday() == time.Friday {
		return s.writeOff()
	}
	return nil
}

func linesFor(items []id.Item, reason string) []flow.ApplyLine {
	out := make([]flow.ApplyLine, len(items))
	for i, it := range items {
		out[i] = flow.ApplyLine{Item: it, Reason: reason}
	}
	return out
}

// sendBack refunds what customers have to their credit.
func (s *sim) sendBack() error {
	list := due(s, s.agenda.refund)
	var cmds []flow.Refund
	for range list {
		s.number++
		cmds = append(cmds, flow.Refund{Reference: fmt.Sprintf("RF-%05d", s.number)})
	}
	for i := range list {
		cmds[i].Item = list[i].item
	}
	return ask(s, s.office.Refund, s.staff.money, cmds, func(i int, v flow.Refunded) error {
		amount, err := money.Parse(v.Amount, list[i].cur)
		if err != nil {
			return err
		}
		a := s.accountOf(list[i].cur)
		a.today = append(a.today, &movement{kind: sent, amount: -amount, party: list[i].party, text: "Refund " + cmds[i].Reference + " to " + list[i].party.name, on: s.today})
		return nil
	})
}

// settleDisputes ends some with a credit note; in the others the customer pays
// after all.
func (s *sim) settleDisputes() error {
	list := due(s, s.agenda.settle)
	ids := make([]id.Item, len(list))
	for i, x := range list {
		ids[i] = x.item
	}
	items, err := s.items(ids)
	if err != nil {
		return err
	}
	var papers []id.Invoice
	for _, it := range ids {
		if x := items[it]; x != nil {
			papers = append(papers, id.Invoice(x.Doc))
		}
	}
	found, err := s.invoices(papers)
	if err != nil {
		return err
	}
	var cmds []flow.Credit
	asked := map[id.Invoice]bool{}
	for _, x := range list {
		it := items[x.item]
		if it == nil || it.Open <= 0 {
			continue
		}
		inv := found[id.Invoice(it.Doc)]
		if inv == nil || asked[inv.ID] || s.luck.money.chance(450) {
			in(s, s.agenda.pay, s.luck.money.between(3, 12), intent{item: it.ID, party: x.party, again: true})
			continue
		}
		asked[inv.ID] = true
		best := inv.Lines[0]
		for _, l := range inv.Lines {
			if l.Net-l.CreditedNet > best.Net-best.CreditedNet {
				best = l
			}
		}
		cmds = append(cmds, flow.Credit{Invoice: inv.ID, Reason: "Agreed after the complaint", Lines: []flow.CreditLine{{Line: best.ID, Gross: money.Format(it.Open, it.Currency)}}})
	}
	return ask(s, s.office.Credit, s.staff.billing, cmds, nil)
}

// writeOff gives up small rests and what is hopelessly late.
func (s *sim) writeOff() error {
	open, err := s.openItems()
	if err != nil {
		return err
	}
	var cmds []flow.WriteOff
	for _, it := range open {
		switch {
		case it.Kind != "invoice":
		case it.Open*50 <= it.Original+50 && it.Disputed == 0 && it.Open < 6000 && s.luck.money.chance(600):
			cmds = append(cmds, flow.WriteOff{Item: it.ID, Reason: "Small rest, not worth a letter"})
		case it.DueOn.DaysUntil(s.today) > 45 && it.Open < 500000 && s.luck.money.chance(60):
			cmds = append(cmds, flow.WriteOff{Item: it.ID, Relief: true, Reason: "Insolvency proceedings opened"})
		}
	}
	return ask(s, s.office.WriteOff, s.staff.money, cmds, nil)
}

// openItems reads what is open of everybody, the oldest first.
func (s *sim) openItems() ([]*receivable.Item, error) {
	var out []*receivable.Item
	err := s.read(func(r *db.Reader) error {
		ids := make([]id.Customer, len(s.parties))
		for i, p := range s.parties {
			ids[i] = p.id
		}
		found, err := receivable.OpenOf(r, ids)
		for _, p := range s.parties {
			out = append(out, found[p.id]...)
		}
		return err
	})
	sort.SliceStable(out, func(a, b int) bool { return out[a].ID < out[b].ID })
	return out, err
}

// expect looks at items that were not open yesterday: customers plan to pay or
// to complain, a clerk nets credit notes.
func (s *sim) expect() error {
	open, err := s.openItems()
	if err != nil {
		return err
	}
	papers := map[int64]bool{}
	var notes []*receivable.Item
	for _, it := range open {
		if s.seen[it.ID] {
			continue
		}
		s.seen[it.ID] = true
		p := s.customers[it.Customer]
		if it.DocType == "invoice" && !papers[it.Doc] {
			papers[it.Doc] = true
			s.stats.Papers++
		}
		switch it.Kind {
		case "invoice":
			s.intend(it, p)
			if it.PartNo == 1 && s.luck.money.chance(30) {
				in(s, s.agenda.complain, s.luck.money.between(1, 12), complaint{id.Invoice(it.Doc), p})
			}
		case "credit_note":
			notes = append(notes, it)
		}
	}
	return s.net(notes, open)
}

// net settles credit notes: against the invoice they correct while it is open,
// else against another, or the customer gets the money back.
func (s *sim) net(notes, open []*receivable.Item) error {
	ids := make([]id.Invoice, len(notes))
	for i, n := range notes {
		ids[i] = id.Invoice(n.Doc)
	}
	found, err := s.invoices(ids)
	if err != nil {
		return err
	}
	d := s.luck.money
	var cmds []flow.Apply
	for _, n := range notes {
		own := s.against(n, found[id.Invoice(n.Doc)], open)
		switch {
		case len(own) > 0:
			cmds = append(cmds, flow.Apply{Credit: n.ID, Lines: linesFor(own, "netted")})
		case d.chance(450):
			in(s, s.agenda.refund, d.between(3, 10), back{n.ID, s.customers[n.Customer], n.Currency})
		case d.chance(600):
			for _, it := range open {
				if it.Customer == n.Customer && it.Kind == "invoice" && it.Currency == n.Currency {
					cmds = append(cmds, flow.Apply{Credit: n.ID, Lines: linesFor([]id.Item{it.ID}, "netted with another invoice")})
					break
				}
			}
		}
	}
	return ask(s, s.office.Apply, s.staff.money, cmds, nil)
}

// against names the open items of the invoice that a note corrects, as far as
// the note goes.
func (s *sim) against(n *receivable.Item, note *invoice.Invoice, open []*receivable.Item) []id.Item {
	if note == nil {
		return nil
	}
	var out []id.Item
	left := n.Open
	for _, it := range open {
		if left > 0 && it.Kind == "invoice" && it.Doc == int64(note.Original) {
			out = append(out, it.ID)
			left -= it.Open
		}
	}
	return out
}
