package sim

import (
	"encoding/json"
	"fmt"
	"strings"

	"kontor/internal/rooms/receivable"
	"kontor/internal/rooms/terms"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// intent is a customer who means to pay an item on some day.
type intent struct {
	item  id.Item
	party *party
	again bool // after a first attempt that failed: plainly, by transfer
}

// The kinds of movement on a bank account.
const (
	plain    = "plain"
	short    = "short"    // less than owed, with a reason: a dispute
	over     = "over"     // more than owed
	nameless = "nameless" // nobody can tell what it is for
	cents    = "cents"    // a small difference
	debit    = "debit"    // collected by direct debit, may come back
	fee      = "fee"      // the bank's own charge
	sent     = "sent"     // our refund
	came     = "came"     // a direct debit that came back
)

// movement is one entry that a statement will show.
type movement struct {
	kind    string
	amount  int64
	charge  int64
	party   *party
	text    string
	items   []id.Item
	lines   []flow.ApplyLine // how a clerk applies it; nil = by what the text says
	receipt id.Receipt       // that came back
	on      day.Day
	reason  string
}

func (s *sim) accountOf(cur money.Currency) *account {
	for _, a := range s.accounts {
		if a.cur == cur {
			return a
		}
	}
	return s.accounts[0]
}

// intend plans when an item will be paid, by the customer's habit.
func (s *sim) intend(it *receivable.Item, p *party) {
	d := s.luck.money
	if d.chance(12) {
		return // forgotten, or insolvent
	}
	on := it.DueOn
	switch tiers := tiersOf(it); {
	case p.is("debit"):
	case p.pays == prompt && len(tiers) > 0 && d.chance(900):
		on = it.DatedOn.AddDays(d.between(4, 10))
	case p.pays == prompt:
		on = on.AddDays(d.between(-3, 0))
	case p.pays == punctual:
		on = on.AddDays(d.between(-2, 4))
	case p.pays == late:
		on = on.AddDays(d.between(4, 28))
	default:
		on = on.AddDays(d.between(30, 70))
	}
	if !p.is("debit") && p.weight >= 5 { // large customers pay once a week
		for on.Weekday() != 4 {
			on = on.AddDays(1)
		}
	}
	in(s, s.agenda.pay, max(1, s.today.DaysUntil(on)), intent{item: it.ID, party: p})
}

func tiersOf(it *receivable.Item) []terms.Tier {
	var tiers []terms.Tier
	_ = json.Unmarshal([]byte(it.Tiers), &tiers) // what is no list has no tiers
	return tiers
}

// pay is the customers' transfers of today; the statement of tomorrow shows them.
func (s *sim) pay() error {
	intents := due(s, s.agenda.pay)
	ids := make([]id.Item, len(intents))
	for i, x := range intents {
		ids[i] = x.item
	}
	items, err := s.items(ids)
	if err != nil {
		return err
	}
	joint := map[string]*movement{} // several items in one transfer
	paid := map[id.Item]bool{}
	for _, x := range intents {
		it := items[x.item]
		if it == nil || it.Open <= 0 || paid[it.ID] {
			continue
		}
		paid[it.ID] = true
		m := s.remit(x, it)
		key := x.party.code + string(it.Currency)
		if j := joint[key]; m.kind == plain && j != nil {
			j.amount += m.amount
			j.charge = 0
			j.items = append(j.items, it.ID)
			j.text += ", " + it.Number
			continue
		}
		if m.kind == plain {
			joint[key] = m
		}
		a := s.accountOf(it.Currency)
		a.today = append(a.today, m)
	}
	s.bankFees()
	s.comeBack()
	if s.eve {
		s.oddities()
	}
	return nil
}

// bankFees is what the bank takes once a month.
func (s *sim) bankFees() {
	for _, a := range s.accounts {
		if m := s.today.Month(); a.charged != m && s.today > m.First().AddDays(20) {
			a.charged = m
			a.today = append(a.today, &movement{kind: fee, amount: -int64(s.luck.money.between(890, 2450)), text: "Account fee " + string(m), on: s.today})
		}
	}
}

// bounced is a direct debit that the customer's bank will send back.
type bounced struct {
	receipt id.Receipt
	amount  int64
	cur     money.Currency
	party   *party
	items   []id.Item
}

func (s *sim) comeBack() {
	for _, b := range due(s, s.agenda.bounce) {
		a := s.accountOf(b.cur)
		a.today = append(a.today, &movement{kind: came, amount: -b.amount - 350, text: "RETURN OF DIRECT DEBIT " + b.party.code + ", AM04", receipt: b.receipt, party: b.party, items: b.items, on: s.today})
	}
}

// oddities stand on the statement that waits on the last morning: what a clerk
// has to explain beside what customers paid.
func (s *sim) oddities() {
	a := s.accounts[0]
	a.today = append(a.today, &movement{kind: fee, amount: -1480, text: "Fee for payments abroad", on: s.today})
	if s.debited != nil {
		in(s, s.agenda.bounce, 0, *s.debited)
	}
	s.comeBack()
}

// remit decides how much an intent becomes, and what stands in its text.
func (s *sim) remit(x intent, it *receivable.Item) *movement {
	d, p := s.luck.money, x.party
	m := &movement{kind: plain, amount: it.Open, party: p, items: []id.Item{it.ID}, on: s.today, text: "Invoice " + it.Number}
	switch {
	case x.again:
		return m
	case p.is("debit"):
		m.kind, m.text = debit, "Direct debit "+it.Number
		return m
	}
	if t, ok := terms.TierOn(tiersOf(it), s.today, 0); ok && p.pays == prompt {
		m.amount -= money.Tax(it.Original, dec.Must(t.Percent))
	} else if p.pays == prompt && len(tiersOf(it)) > 0 && d.chance(60) {
		m.amount -= money.Tax(it.Original, dec.Must("2")) // takes it late all the same
	}
	if m.amount <= 0 {
		m.amount = it.Open
	}
	whole := m.amount == it.Open
	switch k := d.between(1, 1000); {
	case k <= 22 && whole && it.Open > 10000:
		off := it.Open * int64(d.between(3, 18)) / 100
		m.kind, m.amount, m.reason = short, it.Open-off, pick(d, []string{"2 pieces damaged in transit", "Price differs from the order", "Freight was agreed as free", "One carton missing"})
		m.text += ", less " + money.Format(off, it.Currency) + ": " + m.reason
		m.lines = []flow.ApplyLine{{Item: it.ID, Amount: money.Format(m.amount, it.Currency), Disputed: money.Format(off, it.Currency), Reason: m.reason}}
	case k <= 34 && whole:
		m.kind, m.amount = over, it.Open+int64(d.between(900, 90000))
	case k <= 48:
		m.kind, m.text = nameless, pick(d, []string{"payment", "as agreed", "see advice by mail", "Zahlung", "Lieferung Oktober"})
	case k <= 62 && whole && it.Open > 50000:
		off := int64(d.between(1, 199))
		m.kind, m.amount = cents, it.Open-off
		m.lines = []flow.ApplyLine{{Item: it.ID, Amount: money.Format(m.amount, it.Currency), Tolerance: true, Reason: "small difference"}}
	case it.Currency != "EUR" && k <= 450 && m.amount > 20000:
		m.charge = int64(d.between(8, 30)) * 100
	}
	return m
}

// bankMorning imports the statements of the last banking day, applies what can
// be told, answers what came back, and ties the statements up.
func (s *sim) bankMorning() error {
	var cmds []flow.Statement
	var moves [][]*movement
	for _, a := range s.accounts {
		if len(a.today) == 0 {
			continue
		}
		cmds, moves = append(cmds, s.statement(a)), append(moves, a.today)
		a.today = nil
	}
	var taken []flow.Received
	if err := ask(s, s.office.Receive, s.staff.money, cmds, func(_ int, v flow.Received) error {
		taken = append(taken, v)
		s.stats.Receipts += len(v.Receipts)
		return nil
	}); err != nil {
		return err
	}
	if len(taken) != len(cmds) {
		return fmt.Errorf("the bank's statements were refused: %v", s.refused)
	}
	var ties []flow.Reconcile
	var got []*receipt
	var back []flow.Bounce
	var backOf []*movement
	for i, v := range taken {
		tie := flow.Reconcile{Statement: v.Statement}
		in, out := 0, 0
		for _, m := range moves[i] {
			if m.amount > 0 {
				got = append(got, &receipt{m, v.Receipts[in]})
				in++
				continue
			}
			line := v.Debits[out]
			out++
			switch m.kind {
			case fee:
				tie.Charges = append(tie.Charges, line)
			case came:
				back, backOf = append(back, flow.Bounce{Receipt: m.receipt, BankLine: line, Fee: "3.50", Reason: "Account without cover"}), append(backOf, m)
			}
		}
		ties = append(ties, tie)
	}
	if err := s.applyAll(got); err != nil {
		return err
	}
	if s.ends {
		return nil // what the bank sent back, took and was sent is still to be explained
	}
	if err := ask(s, s.office.Bounce, s.staff.money, back, func(i int, _ flow.Bounced) error {
		for _, it := range backOf[i].items {
			in(s, s.agenda.pay, s.luck.money.between(5, 14), intent{item: it, party: backOf[i].party, again: true})
		}
		return nil
	}); err != nil {
		return err
	}
	return ask(s, s.office.Reconcile, s.staff.money, ties, nil)
}

// statement makes the paper of a bank for its last day.
func (s *sim) statement(a *account) flow.Statement {
	s.number++
	st := flow.Statement{Account: a.code, Number: fmt.Sprintf("%d-%05d", s.today.Year(), s.number), From: a.today[0].on, To: a.today[0].on, Opening: money.Format(a.balance, a.cur)}
	for i, m := range a.today {
		m.amount -= m.charge
		a.balance += m.amount
		e := flow.BankEntry{Key: fmt.Sprintf("%s-%05d-%d", a.cur, s.number, i+1), BookedOn: m.on, Amount: money.Format(m.amount, a.cur), Text: m.text}
		if m.charge > 0 {
			e.Charge = money.Format(m.charge, a.cur)
		}
		if m.party != nil && m.amount > 0 {
			e.PayerName, e.PayerAccount = strings.ToUpper(m.party.name), "XX00"+m.party.code
			if m.kind != nameless && s.luck.money.chance(500) {
				e.Customer = m.party.code // the bank account is known
			}
		}
		st.Entries = append(st.Entries, e)
	}
	st.Closing = money.Format(a.balance, a.cur)
	return st
}

// items reads open items.
func (s *sim) items(ids []id.Item) (map[id.Item]*receivable.Item, error) {
	var out map[id.Item]*receivable.Item
	err := s.read(func(r *db.Reader) error {
		var err error
		out, err = receivable.ByID(r, ids)
		return err
	})
	return out, err
}
