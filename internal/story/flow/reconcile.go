package flow

import (
	"maps"
	"slices"
	"strings"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Reconcile asks to tie a statement: every line must be explained by a
// receipt, a refund, a bounce, or by being the bank's own charge.
type Reconcile struct {
	Statement id.Statement  `json:"statement"`
	Charges   []id.BankLine `json:"charges,omitempty" doc:"debits that are the bank's own charges"`
}

// Reconciled is what tying a statement did.
type Reconciled struct {
	Statement id.Statement  `json:"statement"`
	Decision  string        `json:"decision"`
	Lines     int           `json:"lines"`
	Refunds   int           `json:"refunds,omitempty"`
	Left      []id.BankLine `json:"left,omitempty" doc:"lines that nothing explains yet"`
	Closed    []id.Order    `json:"closed,omitempty" doc:"orders that ended with it"`
}

// reconcile ties statements to what was booked and closes the orders whose
// money is complete.
func (o *Office) reconcile(tx *db.Tx, cmds []Reconcile) ([]Result[Reconciled], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Statement, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Statement
	}
	w := &reconciling{books: b, tx: tx}
	if err := w.load(ids); err != nil {
		return nil, err
	}
	out := make([]Result[Reconciled], len(cmds))
	for i, c := range cmds {
		out[i].Value, err = w.one(c)
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i] = Result[Reconciled]{Fault: err}
		}
	}
	if err := w.write(); err != nil {
		return nil, err
	}
	for i := range cmds {
		for _, x := range w.closable[ids[i]] {
			if w.closed[x] {
				out[i].Value.Closed = append(out[i].Value.Closed, x)
			}
		}
	}
	return out, nil
}

type reconciling struct {
	*books
	tx       *db.Tx
	orders   map[id.Order]*order.Order
	closable map[id.Statement][]id.Order
	stats    map[id.Statement]*payment.Statement
	lines    map[id.Statement][]*payment.Line
	refunds  []*payment.Refund
	calendar *ledger.Calendar

	closed  map[id.Order]bool
	ties    []*payment.Line
	matched []*payment.Line
	done    []*payment.Statement
	entries []ledger.Entry
	events  []event.Event
}

// load locks the orders that may end, then the statements.
func (w *reconciling) load(ids []id.Statement) error {
	var err error
	if w.closable, err = paidOrders(w.tx, ids); err != nil {
		return err
	}
	var all []id.Order
	for _, list := range w.closable {
		all = append(all, list...)
	}
	if w.orders, err = order.Lock(w.tx, all); err != nil {
		return err
	}
	ask := w.tx.Together()
	w.stats, w.lines, _ = payment.LockStatements(ask, ids)
	w.calendar, _ = ledger.LoadCalendar(ask)
	if err := ask.Go(); err != nil {
		return err
	}
	if w.unexplained() {
		w.refunds, err = payment.OpenRefunds(w.tx)
	}
	return err
}

// unexplained tells whether a line of the statements may show a refund.
func (w *reconciling) unexplained() bool {
	for _, list := range w.lines {
		if slices.ContainsFunc(list, func(l *payment.Line) bool { return l.State == "new" }) {
			return true
		}
	}
	return false
}

// paidOrders gives, per statement, the orders of the invoices that its money paid.
func paidOrders(tx *db.Tx, ids []id.Statement) (map[id.Statement][]id.Order, error) {
	receipts, err := payment.ReceiptsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	var docs []int64
	for _, r := range slices.Sorted(maps.Keys(receipts)) {
		docs = append(docs, int64(r))
	}
	papers, err := receivable.PaidBy(tx, docs)
	if err != nil {
		return nil, err
	}
	out := map[id.Statement][]id.Order{}
	var invoices []int64
	for _, list := range papers {
		invoices = append(invoices, list...)
	}
	orders, err := invoice.OrdersOf(tx, invoices)
	if err != nil {
		return nil, err
	}
	for _, r := range docs {
		for _, inv := range papers[r] {
			s := receipts[id.Receipt(r)]
			out[s] = append(out[s], orders[inv]...)
		}
	}
	return out, nil
}

func (w *reconciling) one(c Reconcile) (Reconciled, error) {
	s := w.stats[c.Statement]
	if s == nil {
		return Reconciled{}, payment.ErrLine.Because("there is no statement %s", c.Statement).At("statement")
	}
	v := Reconciled{Statement: s.ID, Decision: s.Decision, Lines: len(w.lines[s.ID])}
	charge := map[id.BankLine]bool{}
	for _, l := range c.Charges {
		charge[l] = true
	}
	for _, l := range w.lines[s.ID] {
		switch {
		case l.State == "reconciled" || l.State == "excluded":
			continue
		case l.State == "matched":
		case charge[l.ID] && l.Amount < 0:
			if err := w.bankCharge(l); err != nil {
				return v, err
			}
		default:
			ok, err := w.refund(l)
			if err != nil {
				return v, err
			}
			if !ok {
				v.Left = append(v.Left, l.ID)
				continue
			}
			v.Refunds++
		}
		w.ties = append(w.ties, l)
	}
	if len(v.Left) == 0 && s.Decision != "reconciled" {
		v.Decision = "reconciled"
		w.done = append(w.done, s)
		w.events = append(w.events, event.Event{Type: "reconciliation.passed", Subject: event.About("statement", int64(s.ID)), Body: map[string]any{"number": s.Number, "lines": v.Lines}})
	}
	return v, nil
}

// refund finds the refund that a debit shows: its reference in the text and its amount.
func (w *reconciling) refund(l *payment.Line) (bool, error) {
	for i, r := range w.refunds {
		if r != nil && r.Currency == l.Currency && r.Amount == -l.Amount && strings.Contains(strings.ToUpper(l.Text), strings.ToUpper(r.Reference)) {
			w.refunds[i] = nil
			payment.ConfirmRefund(w.tx, r, l.ID)
			return true, w.out(l, "cash_in_transit", r.AmountFC)
		}
	}
	return false, nil
}

// bankCharge books the bank's own charge.
func (w *reconciling) bankCharge(l *payment.Line) error {
	rate, err := ledger.Rate(w.tx, l.Currency, w.Currency, l.BookedOn)
	if err != nil {
		return err
	}
	return w.out(l, "bank_charges", money.Convert(-l.Amount, l.Currency, w.Currency, rate))
}

// out books money that left: D role, C bank; what the rate moved since falls into the exchange difference.
func (w *reconciling) out(l *payment.Line, role string, fc int64) error {
	rate, err := ledger.Rate(w.tx, l.Currency, w.Currency, l.BookedOn)
	if err != nil {
		return err
	}
	bank := money.Convert(l.Amount, l.Currency, w.Currency, rate)
	line := func(role string, doc, fc int64) ledger.Line {
		return ledger.Line{Role: role, Doc: doc, Amount: fc, Currency: l.Currency}
	}
	lines := []ledger.Line{line(role, -l.Amount, fc), line("bank", l.Amount, bank)}
	if diff := fc + bank; diff > 0 {
		lines = append(lines, line("fx_gain", 0, -diff))
	} else if diff < 0 {
		lines = append(lines, line("fx_loss", 0, -diff))
	}
	w.entries = append(w.entries, ledger.Entry{Journal: "cash", Kind: "bank-line", DocType: "bank_line", Doc: int64(l.ID), Step: "reconcile", PostedOn: w.calendar.Open(ledger.Receivables, l.BookedOn),
		DocumentOn: l.BookedOn, ValueOn: l.ValueOn, FxRate: rate.String(), Lines: lines})
	w.matched = append(w.matched, l)
	return nil
}

func (w *reconciling) write() error {
	payment.MoveLines(w.tx, w.matched, "matched")
	payment.MoveLines(w.tx, w.ties, "reconciled")
	payment.Reconcile(w.tx, w.done)
	ledger.Post(w.tx, w.chart, w.entries)
	var candidates []*order.Order
	for _, x := range w.orders {
		candidates = append(candidates, x)
	}
	closed, events, err := closeOrders(w.tx, candidates)
	if err != nil {
		return err
	}
	w.closed = closed
	return event.Record(w.tx, append(w.events, events...)...)
}

// closeOrders ends confirmed orders of which nothing is left to ship, bill or
// collect. The orders are locked.
func closeOrders(tx *db.Tx, list []*order.Order) (map[id.Order]bool, []event.Event, error) {
	var final []*order.Order
	var ids []id.Order
	for _, x := range list {
		if x.Decision == order.Confirmed && x.Final() {
			final = append(final, x)
			ids = append(ids, x.ID)
		}
	}
	waiting, err := unpaid(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	closed := map[id.Order]bool{}
	var events []event.Event
	var decided []*order.Order
	for _, x := range final {
		if waiting[x.ID] {
			continue
		}
		x.Decision = order.Closed
		closed[x.ID] = true
		decided = append(decided, x)
		events = append(events, event.Event{Type: "order.closed", Subject: event.About("order", int64(x.ID)), Body: map[string]string{"number": x.Number}})
	}
	order.Decide(tx, decided)
	return closed, events, nil
}

// unpaid tells which orders still wait for money: an item of one of their
// papers is open, or something waits for an invoice.
func unpaid(q db.Asker, orders []id.Order) (map[id.Order]bool, error) {
	out := map[id.Order]bool{}
	ask := q.Together()
	papers, _ := invoice.PapersOf(ask, orders)
	_ = invoice.Waiting(ask, orders, func(o id.Order) { out[o] = true })
	if err := ask.Go(); err != nil {
		return nil, err
	}
	var docs []int64
	for _, p := range papers {
		docs = append(docs, p...)
	}
	open, err := receivable.StillOpen(q, docs)
	if err != nil {
		return nil, err
	}
	for o, list := range papers {
		for _, p := range list {
			out[o] = out[o] || open[p]
		}
	}
	return out, nil
}
