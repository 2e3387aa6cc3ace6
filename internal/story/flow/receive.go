package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Statement is what a bank says; sent twice, it changes nothing the second time.
type Statement struct {
	Account string      `json:"account" doc:"code of the bank account" minLength:"1"`
	Number  string      `json:"number" doc:"the bank's number of the statement" minLength:"1"`
	From    day.Day     `json:"from,omitempty"`
	To      day.Day     `json:"to,omitempty"`
	Opening string      `json:"opening" doc:"balance before"`
	Closing string      `json:"closing" doc:"balance after; opening + entries must give it"`
	Entries []BankEntry `json:"entries"`
}

// BankEntry is one line of a statement.
type BankEntry struct {
	Key          string  `json:"key,omitempty" doc:"the bank's own reference; made of the entry and its place among equals when empty"`
	BookedOn     day.Day `json:"booked_on"`
	ValueOn      day.Day `json:"value_on,omitempty" doc:"booked_on when empty"`
	Amount       string  `json:"amount" doc:"signed; money in is positive"`
	Charge       string  `json:"charge,omitempty" doc:"kept by the bank on the way, beside the amount"`
	PayerName    string  `json:"payer_name,omitempty"`
	PayerAccount string  `json:"payer_account,omitempty"`
	Text         string  `json:"text,omitempty" doc:"remittance information"`
	Customer     string  `json:"customer,omitempty" doc:"customer code, when known; found by the papers named in the text when empty"`
}

// Received is what a statement became.
type Received struct {
	Statement id.Statement   `json:"statement"`
	Known     bool           `json:"known,omitempty" doc:"it was imported before: nothing changed"`
	Receipts  []ReceiptTaken `json:"receipts,omitempty"`
	Debits    []id.BankLine  `json:"debits,omitempty" doc:"money that went out, to be explained"`
	Skipped   int            `json:"skipped,omitempty" doc:"entries that another statement had brought"`
}

// ReceiptTaken is money recognised as a customer's.
type ReceiptTaken struct {
	Receipt  id.Receipt  `json:"receipt"`
	Item     id.Item     `json:"item" doc:"the open item to apply"`
	Customer id.Customer `json:"customer,omitempty"`
	Amount   string      `json:"amount"`
	Currency string      `json:"currency"`
	Line     id.BankLine `json:"bank_line"`
}

// receive records statements: bank lines once each, a receipt per credit.
func (o *Office) receive(tx *db.Tx, cmds []Statement) ([]Result[Received], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &receiving{books: b, tx: tx, rates: map[rateKey]dec.D{}}
	out := make([]Result[Received], len(cmds))
	stats := make([]*payment.Statement, len(cmds))
	lines := make([][]*payment.Line, len(cmds))
	var all []*payment.Statement
	for i := range cmds {
		s, ls, err := w.parse(&cmds[i])
		if err != nil {
			out[i].Fault = err
			continue
		}
		stats[i], lines[i] = s, ls
		all = append(all, s)
	}
	fresh, err := payment.AddStatements(tx, all)
	if err != nil {
		return nil, err
	}
	var old []*payment.Statement
	for _, s := range all {
		if !fresh[s.ID] {
			old = append(old, s)
		}
	}
	known, err := payment.Known(tx, old)
	if err != nil {
		return nil, err
	}
	var put []*payment.Line
	for i, s := range stats {
		if s == nil {
			continue
		}
		out[i].Value.Statement, out[i].Value.Known = s.ID, !fresh[s.ID]
		if v, ok := known[s]; ok {
			out[i].Value.Statement = v
		}
		if fresh[s.ID] {
			put = append(put, lines[i]...)
		}
	}
	added, err := payment.AddLines(tx, put)
	if err != nil {
		return nil, err
	}
	if err := w.findPayers(cmds, stats, lines, added); err != nil {
		return nil, err
	}
	for i, s := range stats {
		if s == nil || !fresh[s.ID] {
			continue
		}
		for k, l := range lines[i] {
			if !added[l.ID] {
				out[i].Value.Skipped++
				continue
			}
			if l.Amount <= 0 {
				out[i].Value.Debits = append(out[i].Value.Debits, l.ID)
				continue
			}
			r, err := w.receipt(l, cmds[i].Entries[k])
			if err != nil {
				return nil, err
			}
			out[i].Value.Receipts = append(out[i].Value.Receipts, r)
		}
		w.events = append(w.events, event.Event{Type: "bank_statement.imported", Subject: event.About("statement", int64(s.ID)), Body: map[string]any{"number": s.Number, "entries": len(lines[i]),
			"opening": cmds[i].Opening, "closing": cmds[i].Closing}})
	}
	return out, w.write()
}

type receiving struct {
	*books
	tx *db.Tx

	payers   map[id.BankLine]*customer.Customer
	rates    map[rateKey]dec.D
	calendar *ledger.Calendar

	receipts []*payment.Receipt
	items    []*receivable.Item
	entries  []ledger.Entry
	events   []event.Event
}

func (w *receiving) parse(c *Statement) (*payment.Statement, []*payment.Line, error) {
	a, ok := w.accounts[c.Account]
	if !ok {
		return nil, nil, payment.ErrAccount.Because("there is no bank account %q", c.Account).At("account")
	}
	s := &payment.Statement{ID: id.Statement(w.tx.NewID()), Account: a.ID, Number: c.Number, From: c.From, To: c.To}
	var e1, e2 error
	s.Opening, e1 = money.Parse(c.Opening, a.Currency)
	s.Closing, e2 = money.Parse(c.Closing, a.Currency)
	if err := fault.All(fault.At(e1, "opening"), fault.At(e2, "closing")); err != nil {
		return nil, nil, err
	}
	var lines []*payment.Line
	sum := int64(0)
	keys := map[string]bool{}
	for i := range c.Entries {
		l, err := w.entry(a, s, &c.Entries[i], keys)
		if err != nil {
			return nil, nil, fault.At(err, "entries[%d]", i)
		}
		sum += l.Amount
		lines = append(lines, l)
		if s.From == "" || l.BookedOn < s.From {
			s.From = l.BookedOn
		}
		s.To = max(s.To, l.BookedOn)
	}
	if s.Opening+sum != s.Closing {
		f := func(v int64) string { return money.Format(v, a.Currency) }
		return nil, nil, payment.ErrStatement.Because("statement %s does not add up: opening %s and entries of %s give %s, but it closes with %s", c.Number, f(s.Opening), f(sum), f(s.Opening+sum), f(s.Closing)).At("closing")
	}
	return s, lines, nil
}

func (w *receiving) entry(a payment.Account, s *payment.Statement, e *BankEntry, keys map[string]bool) (*payment.Line, error) {
	amount, err := money.Parse(e.Amount, a.Currency)
	if err != nil {
		return nil, fault.At(err, "amount")
	}
	charge := int64(0)
	if e.Charge != "" {
		if charge, err = money.Parse(e.Charge, a.Currency); err != nil {
			return nil, fault.At(err, "charge")
		}
		if charge < 0 {
			return nil, fault.At(payment.ErrStatement.Because("a charge is what the bank kept: it cannot be negative"), "charge")
		}
	}
	if _, err := day.Parse(string(e.BookedOn)); err != nil {
		return nil, fault.At(err, "booked_on")
	}
	if e.ValueOn == "" {
		e.ValueOn = e.BookedOn
	} else if _, err := day.Parse(string(e.ValueOn)); err != nil {
		return nil, fault.At(err, "value_on")
	}
	key := e.Key
	for n := 0; key == "" || e.Key == "" && keys[key]; n++ {
		h := sha256.Sum256([]byte(strings.Join([]string{string(e.BookedOn), string(e.ValueOn), e.Amount, e.PayerName, e.PayerAccount, e.Text}, "\x1f")))
		key = fmt.Sprintf("sha256:%s:%d", hex.EncodeToString(h[:]), n)
	}
	if keys[key] {
		return nil, fault.At(payment.ErrStatement.Because("the key %q stands twice in this statement", key), "key")
	}
	keys[key] = true
	state := "new"
	if amount > 0 {
		state = "matched"
	}
	return &payment.Line{ID: id.BankLine(w.tx.NewID()), Account: a.ID, Statement: s.ID, Key: key, Amount: amount, Charge: charge, Currency: a.Currency, BookedOn: e.BookedOn, ValueOn: e.ValueOn,
		PayerName: e.PayerName, PayerAccount: e.PayerAccount, Text: e.Text, State: state}, nil
}

var paperNumber = regexp.MustCompile(`\b(?:INV|CN)-\d{4}-\d{6,}\b`)

// findPayers tells whose money it is: the customer that was named, or the payer of a paper named in the text.
func (w *receiving) findPayers(cmds []Statement, stats []*payment.Statement, lines [][]*payment.Line, added map[id.BankLine]bool) error {
	w.payers = map[id.BankLine]*customer.Customer{}
	var codes, numbers []string
	first := map[id.BankLine]string{}
	for i := range cmds {
		for k, l := range lines[i] {
			if !added[l.ID] || l.Amount <= 0 {
				continue
			}
			if c := cmds[i].Entries[k].Customer; c != "" {
				codes = append(codes, c)
			} else if n := paperNumber.FindString(strings.ToUpper(l.Text)); n != "" {
				numbers = append(numbers, n)
				first[l.ID] = n
			}
		}
	}
	ask := w.tx.Together()
	byCode, _ := customer.ByCode(ask, uniqueText(codes))
	docs, _ := invoice.PayersOf(ask, uniqueText(numbers))
	w.calendar, _ = ledger.LoadCalendar(ask)
	if err := ask.Go(); err != nil {
		return err
	}
	var payers []id.Customer
	for _, p := range docs {
		payers = append(payers, p)
	}
	byID, err := customer.ByID(w.tx, payers)
	if err != nil {
		return err
	}
	for i := range cmds {
		for k, l := range lines[i] {
			if c := byCode[cmds[i].Entries[k].Customer]; c != nil {
				w.payers[l.ID] = c
			} else if n := first[l.ID]; n != "" {
				w.payers[l.ID] = byID[docs[n]]
			}
		}
	}
	return nil
}

func uniqueText(list []string) []string {
	seen := map[string]bool{}
	out := list[:0:0]
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// receipt recognises one credit: D bank (and bank charges), C unapplied.
func (w *receiving) receipt(l *payment.Line, e BankEntry) (ReceiptTaken, error) {
	k := rateKey{l.Currency, l.BookedOn}
	rate, ok := w.rates[k]
	if !ok {
		var err error
		if rate, err = ledger.Rate(w.tx, l.Currency, w.Currency, l.BookedOn); err != nil {
			return ReceiptTaken{}, err
		}
		w.rates[k] = rate
	}
	amount := l.Amount + l.Charge
	fc := money.Convert(amount, l.Currency, w.Currency, rate)
	chargeFC := money.Convert(l.Charge, l.Currency, w.Currency, rate)
	r := &payment.Receipt{ID: id.Receipt(w.tx.NewID()), BankLine: l.ID, Amount: amount, Currency: l.Currency, ReceivedOn: l.BookedOn}
	it := &receivable.Item{ID: id.Item(w.tx.NewID()), Kind: "receipt", DocType: "receipt", Doc: int64(r.ID), PartNo: 1, Number: l.Key, Currency: l.Currency, Sign: -1, Original: amount, Open: amount, OriginalFC: fc,
		OpenFC: fc, DatedOn: l.BookedOn, DueOn: l.ValueOn}
	if c := w.payers[l.ID]; c != nil {
		r.Customer, it.Customer, it.Credit = c.ID, c.ID, c.Credit
	}
	line := func(role string, sub, doc, fc int64) ledger.Line {
		return ledger.Line{Role: role, Sub: sub, Doc: doc, Amount: fc, Currency: l.Currency, Customer: r.Customer}
	}
	w.receipts, w.items = append(w.receipts, r), append(w.items, it)
	w.entries = append(w.entries, ledger.Entry{Journal: "cash", Kind: "receipt", DocType: "receipt", Doc: int64(r.ID), Step: "receive", PostedOn: w.calendar.Open(ledger.Receivables, l.BookedOn), DocumentOn: l.BookedOn,
		ValueOn: l.ValueOn, FxRate: rate.String(), Lines: []ledger.Line{line("bank", 0, l.Amount, fc-chargeFC), line("bank_charges", 0, l.Charge, chargeFC), line("unapplied", int64(it.ID), -amount, -fc)}})
	w.events = append(w.events, event.Event{Type: "receipt.recorded", Subject: event.About("receipt", int64(r.ID)), Refs: []event.Ref{{Type: "bank_line", ID: int64(l.ID), Qualifier: "from"}, {Type: "item", ID: int64(it.ID), Qualifier: "opens"}},
		Body: map[string]any{"amount": money.Format(amount, l.Currency), "currency": l.Currency, "key": l.Key}})
	return ReceiptTaken{r.ID, it.ID, r.Customer, money.Format(amount, l.Currency), string(l.Currency), l.ID}, nil
}

func (w *receiving) write() error {
	payment.AddReceipts(w.tx, w.receipts)
	receivable.Open(w.tx, w.items)
	ledger.Post(w.tx, w.chart, w.entries)
	return event.Record(w.tx, w.events...)
}
