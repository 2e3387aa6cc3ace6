package flow

import (
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Apply asks to settle items with money or a credit note. Without lines the
// papers that the payer named, or amounts that fit exactly, are proposed and
// taken; nothing is guessed.
type Apply struct {
	Credit id.Item     `json:"credit" doc:"the item of a receipt or credit note"`
	On     day.Day     `json:"on,omitempty" doc:"posting day; today when empty"`
	Lines  []ApplyLine `json:"lines,omitempty" doc:"empty: match by what the payer wrote"`
}

// ApplyLine settles one item, with typed differences.
type ApplyLine struct {
	Item         id.Item `json:"item"`
	Amount       string  `json:"amount,omitempty" doc:"of the money, in the item's currency; as much as both sides have when empty"`
	CreditAmount string  `json:"credit_amount,omitempty" doc:"what leaves the credit, in its own currency, when the currencies differ"`
	Discount     bool    `json:"discount,omitempty" doc:"take the cash discount whose window holds on the value day; refused when late"`
	DiscountAmt  string  `json:"discount_amount,omitempty" doc:"a discount agreed by hand, with tax"`
	Tolerance    bool    `json:"tolerance,omitempty" doc:"write the rest off as a small difference, within the company's tolerance"`
	BankCharge   string  `json:"bank_charge,omitempty" doc:"kept by a bank on the way and borne by us"`
	Disputed     string  `json:"disputed,omitempty" doc:"mark this part of what stays open as disputed"`
	Reason       string  `json:"reason,omitempty"`
}

// Applied is one settlement.
type Applied struct {
	Application id.Application `json:"application"`
	Settled     []SettledItem  `json:"settled"`
	CreditLeft  string         `json:"credit_left" doc:"what stays on the money or note"`
	Why         string         `json:"why,omitempty" doc:"how the items were found"`
}

// SettledItem is what became of one item.
type SettledItem struct {
	Item       id.Item `json:"item"`
	Number     string  `json:"number"`
	Paid       string  `json:"paid"`
	Discount   string  `json:"discount,omitempty"`
	Difference string  `json:"difference,omitempty" doc:"tolerance, charges"`
	Open       string  `json:"open"`
}

// apply settles: the control accounts are released by what the items carry,
// each difference is a typed row with its account, exchange differences fall
// where they arise.
func (o *Office) apply(tx *db.Tx, cmds []Apply) ([]Result[Applied], error) {
	w, err := o.settling(tx)
	if err != nil {
		return nil, err
	}
	why, err := w.propose(cmds)
	if err != nil {
		return nil, err
	}
	if err := w.lock(cmds); err != nil {
		return nil, err
	}
	out, err := eachOf(cmds, w.one)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Fault == nil {
			out[i].Value.Why = why[i]
		}
	}
	return out, w.write()
}

// settling starts a batch of settlements.
func (o *Office) settling(tx *db.Tx) (*applying, error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	return &applying{books: b, tx: tx, today: b.Day(tx.Now()), settle: map[id.Item][2]int64{}}, nil
}

type applying struct {
	*books
	tx       *db.Tx
	today    day.Day
	items    map[id.Item]*receivable.Item
	taxes    map[id.Invoice]*invoice.Invoice
	calendar *ledger.Calendar

	settle   map[id.Item][2]int64
	disputes map[id.Item]int64
	apps     []*receivable.Application
	reversed []id.Application
	exposure []credit.Move
	entries  []ledger.Entry
	events   []event.Event
}

// propose fills in the lines of commands that name none.
func (w *applying) propose(cmds []Apply) ([]string, error) {
	why := make([]string, len(cmds))
	var ids []id.Item
	for _, c := range cmds {
		if len(c.Lines) == 0 {
			ids = append(ids, c.Credit)
		}
	}
	if len(ids) == 0 {
		return why, nil
	}
	credits, err := receivable.ByID(w.tx, ids)
	if err != nil {
		return nil, err
	}
	var customers []id.Customer
	var receipts []int64
	for _, it := range credits {
		customers = append(customers, it.Customer)
		if it.DocType == "receipt" {
			receipts = append(receipts, it.Doc)
		}
	}
	ask := w.tx.Together()
	texts, _ := payment.Texts(ask, receipts)
	open, _ := receivable.OpenOf(ask, credit.Sorted(customers))
	if err := ask.Go(); err != nil {
		return nil, err
	}
	var tiered []*receivable.Item
	for _, list := range open {
		for _, it := range list {
			if it.Sign > 0 && it.Tiers != "[]" {
				tiered = append(tiered, it)
			}
		}
	}
	if err := w.readPapers(tiered); err != nil {
		return nil, err
	}
	used := map[id.Item]int64{}
	for i := range cmds {
		c := credits[cmds[i].Credit]
		if len(cmds[i].Lines) > 0 || c == nil {
			continue
		}
		var list []payment.Candidate
		for _, it := range open[c.Customer] {
			if it.Sign > 0 && it.Currency == c.Currency && it.Open > used[it.ID] && c.Customer != 0 {
				d, err := w.discountOn(it, c.DueOn)
				if err != nil {
					return nil, err
				}
				list = append(list, payment.Candidate{Item: it.ID, Customer: it.Customer, Number: it.Number, Open: it.Open - used[it.ID], Discount: d, DueOn: it.DueOn})
			}
		}
		shares, reason := payment.Match(c.Open, texts[c.Doc], list)
		why[i] = reason
		for _, s := range shares {
			used[s.Item] += s.Amount
			l := ApplyLine{Item: s.Item, Discount: s.TakeDiscount}
			if !s.TakeDiscount {
				l.Amount = money.Format(s.Amount, c.Currency)
			}
			cmds[i].Lines = append(cmds[i].Lines, l)
		}
	}
	return why, nil
}

// lock locks all items that commands name, and their credit accounts.
func (w *applying) lock(cmds []Apply) error {
	var ids []id.Item
	for _, c := range cmds {
		ids = append(ids, c.Credit)
		for _, l := range c.Lines {
			ids = append(ids, l.Item)
		}
	}
	ask := w.tx.Together()
	w.calendar, _ = ledger.LoadCalendar(ask)
	w.items, _ = receivable.Lock(ask, ids)
	if err := ask.Go(); err != nil {
		return err
	}
	var accounts []id.Credit
	for _, it := range w.items {
		accounts = append(accounts, it.Credit)
	}
	credit.Hold(w.tx, accounts)
	var discounted []*receivable.Item
	for _, c := range cmds {
		for _, l := range c.Lines {
			if it := w.items[l.Item]; it != nil && (l.Discount || l.DiscountAmt != "") {
				discounted = append(discounted, it)
			}
		}
	}
	return w.readPapers(discounted)
}

// share is one line with all its amounts decided, before anything is changed.
type share struct {
	item                        *receivable.Item
	paid, creditPaid            int64
	discount, tolerance, charge int64
	parts                       []discountPart
	disputed                    int64
	reason                      string
}

func (s share) total() int64 { return s.paid + s.discount + s.tolerance + s.charge }

func (w *applying) one(c Apply) (Applied, error) {
	cr := w.items[c.Credit]
	switch {
	case cr == nil:
		return Applied{}, receivable.ErrUnknown.Because("there is no item %s", c.Credit).At("credit")
	case cr.Sign > 0:
		return Applied{}, receivable.ErrSide.Because("item %s is owed to us; only money or a credit note can settle something", cr.Number).At("credit")
	case cr.Open == 0:
		return Applied{}, receivable.ErrExceeds.Because("nothing is left on %s: it is applied already", cr.Number).At("credit")
	case len(c.Lines) == 0:
		return Applied{}, receivable.ErrSum.Because("no open item fits this money: neither is a paper named nor is there one of exactly the amount; say which items it pays").At("lines")
	}
	shares, err := w.decide(c, cr)
	if err != nil {
		return Applied{}, err
	}
	return w.book(c, cr, shares)
}

// decide turns the lines into amounts and checks them against the locked figures.
func (w *applying) decide(c Apply, cr *receivable.Item) ([]share, error) {
	left := cr.Open
	seen := once[id.Item]{}
	var out []share
	for i, l := range c.Lines {
		it := w.items[l.Item]
		s := share{item: it, reason: l.Reason}
		err := func() error {
			switch {
			case it == nil:
				return receivable.ErrUnknown.Because("there is no item %s", l.Item).At("item")
			case it.Sign < 0:
				return receivable.ErrSide.Because("%s is a credit; only items that are owed can be settled", it.Number).At("item")
			case seen.again(l.Item):
				return twice("item " + it.Number)
			}
			return w.amounts(&s, l, cr, left)
		}()
		if err != nil {
			return nil, fault.At(err, "lines[%d]", i)
		}
		if left -= s.creditPaid; left < 0 {
			return nil, fault.At(receivable.ErrSum.Because("the lines ask for more than the %s %s that are left", money.Format(cr.Open, cr.Currency), cr.Currency), "lines[%d].amount", i)
		}
		out = append(out, s)
	}
	return out, nil
}

func (w *applying) amounts(s *share, l ApplyLine, cr *receivable.Item, left int64) error {
	it := s.item
	var err error
	parse := func(text, path string, into *int64) {
		if text == "" || err != nil {
			return
		}
		*into, err = money.Parse(text, it.Currency)
		if err == nil && *into < 0 {
			err = receivable.ErrSum.Because("an amount cannot be negative")
		}
		err = fault.At(err, "%s", path)
	}
	parse(l.BankCharge, "bank_charge", &s.charge)
	parse(l.DiscountAmt, "discount_amount", &s.discount)
	parse(l.Disputed, "disputed", &s.disputed)
	if err != nil {
		return err
	}
	if l.Discount {
		if s.discount, err = w.discountOn(it, cr.DueOn); err != nil {
			return err
		}
		if s.discount == 0 {
			return receivable.ErrDiscount.Because("no cash discount of %s is open on %s: its window has passed or none was agreed", it.Number, cr.DueOn).At("discount")
		}
	}
	same := it.Currency == cr.Currency
	switch {
	case l.Amount != "":
		parse(l.Amount, "amount", &s.paid)
	case same:
		s.paid = min(left, it.Open-s.discount-s.charge)
	default:
		s.paid = it.Open - s.discount - s.charge
	}
	if err != nil {
		return err
	}
	s.creditPaid = s.paid
	if !same {
		if l.CreditAmount == "" {
			return receivable.ErrSum.Because("%s is in %s and the money in %s: say with credit_amount how much of the money it takes", it.Number, it.Currency, cr.Currency).At("credit_amount")
		}
		if s.creditPaid, err = money.Parse(l.CreditAmount, cr.Currency); err != nil {
			return fault.At(err, "credit_amount")
		}
	}
	if s.paid <= 0 || s.creditPaid <= 0 {
		return receivable.ErrSum.Because("nothing would be paid on %s", it.Number).At("amount")
	}
	if l.Tolerance {
		if err := w.tolerate(s); err != nil {
			return err
		}
	}
	if s.total() > it.Open {
		return receivable.ErrExceeds.Because("cannot settle %s of %s: only %s %s are open", money.Format(s.total(), it.Currency), it.Number, money.Format(it.Open, it.Currency), it.Currency).At("amount")
	}
	if l.Discount && s.total() < it.Open {
		return receivable.ErrDiscount.Because("the cash discount of %s needs the rest of %s paid in full: %s %s would stay open", it.Number, money.Format(it.Open-s.discount, it.Currency),
			money.Format(it.Open-s.total(), it.Currency), it.Currency).At("discount")
	}
	if s.disputed > it.Open-s.total() {
		return receivable.ErrExceeds.Because("cannot dispute more of %s than stays open", it.Number).At("disputed")
	}
	if s.discount > 0 {
		s.parts, err = w.splitDiscount(it, s.discount)
	}
	return err
}

// tolerate takes the rest of an item as a small difference when it is within
// both limits of the company.
func (w *applying) tolerate(s *share) error {
	rest := s.item.Open - s.total()
	limit := min(w.Policy.ToleranceAmt, s.item.Original*w.Policy.ToleranceBP/10000)
	if rest > limit {
		return receivable.ErrTol.Because("a difference of %s %s on %s is above the tolerance of %s", money.Format(rest, s.item.Currency), s.item.Currency, s.item.Number, money.Format(limit, s.item.Currency)).At("tolerance")
	}
	s.tolerance = rest
	return nil
}
