package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/hold"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ErrMeasure says that there is no such question.
var ErrMeasure = fault.Rule{Kind: fault.NotFound, Code: "report.measure"}

// MeasureView is one number of a home page with the rows that make it: the
// number is never counted in another way than its rows.
type MeasureView struct {
	Name     string         `json:"name"`
	Currency money.Currency `json:"currency" doc:"the company's"`
	Sum      string         `json:"sum" doc:"of the rows, in the company's currency"`
	Rows     []MeasureRow   `json:"rows" doc:"the oldest first"`

	sum int64
}

// MeasureRow is a document with what of it counts.
type MeasureRow struct {
	Document DocRef         `json:"document"`
	Customer *Party         `json:"customer,omitempty"`
	On       day.Day        `json:"on,omitempty" doc:"the day that the question is about"`
	State    string         `json:"state" doc:"code of a state, or of the reason"`
	Why      string         `json:"why,omitempty"`
	Currency money.Currency `json:"currency,omitempty"`
	Amount   string         `json:"amount,omitempty" doc:"in the document's currency"`
	Company  string         `json:"company_amount" doc:"the same in the company's"`

	kind, number  string
	doc, customer int64
	amount, fc    int64
}

// measure is a statement with the columns: kind and id of the document, its
// number where no table knows it, customer, day, instant (where there is no
// day), state, why, currency, amount, what part of how much of it counts (0, 0 =
// all), rate into the company's currency ("" = fc holds the amount in it), fc.
// {today}, {from} and {to} are days, {since} is an id before all that is dated
// from {from} on. A merged one has a row a document, with the sum of its parts.
type measure struct {
	sql    string
	merged bool
	rates  bool // amounts have no rate of their own: the newest is taken
}

const openLine = `o.decision IN ('captured','confirmed') AND l.role IN ('item','free') AND l.ordered-l.cancelled-l.shipped>0`

const itemSum = `SELECT i.doc_type, i.doc_id, i.number, i.customer_id, CASE WHEN i.due_on='' THEN i.dated_on ELSE i.due_on END, 0, i.kind, '', i.currency, i.open, 0, 0, '', i.open_fc FROM open_item i WHERE i.open>0 AND i.noted=0 AND `

// billableSum reads what is not billed yet; the hold that stops it says why.
const billableSum = `SELECT 'order', b.order_id, '', b.customer_id, b.bill_on, 0, CASE WHEN b.hold_mask<>0 THEN 'held' WHEN b.bill_on>{today} THEN 'planned' ELSE 'billable' END,
	COALESCE((SELECT MIN(h.sentence) FROM hold h WHERE b.hold_mask<>0 AND h.subject_id=b.order_id AND h.released_at=0), ''), b.currency, b.sign*b.net_amt, b.qty-b.billed, b.qty, o.fx_rate, 0
	FROM billable b JOIN sales_order o ON o.id=b.order_id WHERE b.billed<b.qty AND `

// firstOfKind leaves of the open holds of a document one of each kind, as the
// order desk shows them.
const firstOfKind = `h.released_at=0 AND h.scope<>{retain} AND NOT EXISTS (SELECT 1 FROM hold y WHERE y.subject_id=h.subject_id AND y.released_at=0 AND y.kind=h.kind AND y.scope<>{retain} AND y.id<h.id)`

var measures = map[string]measure{
	"waits": {sql: `SELECT h.subject_type, h.subject_id, '', COALESCE(o.customer_id, 0), '', h.opened_at, h.kind, h.sentence, COALESCE(o.currency, ''), COALESCE(o.net_amt, 0), 0, 0, COALESCE(o.fx_rate, ''), 0
		FROM hold h LEFT JOIN sales_order o ON o.id=h.subject_id WHERE ` + firstOfKind + `
		UNION ALL SELECT 'order', o.id, '', o.customer_id, '', 0, 'short', '', o.currency, o.net_amt, 0, 0, o.fx_rate, 0 FROM sales_order o
			WHERE o.id IN (SELECT l.order_id FROM shipment s JOIN shipment_line l ON l.shipment_id=s.id WHERE s.decision='planned' AND l.short_reason<>'')
		UNION ALL SELECT 'intake', k.id, k.source||' '||k.source_key, 0, '', 0, 'intake', '', '', 0, 0, 0, '', 0 FROM intake k WHERE k.state IN ('received','refused')`},
	"credit-holds": {sql: `SELECT h.subject_type, h.subject_id, '', COALESCE(o.customer_id, 0), '', h.opened_at, h.kind, h.sentence, COALESCE(o.currency, ''), COALESCE(o.gross_amt, 0), 0, 0, COALESCE(o.fx_rate, ''), 0
		FROM hold h LEFT JOIN sales_order o ON o.id=h.subject_id WHERE h.kind='credit' AND ` + firstOfKind},
	"late": {sql: `SELECT 'order', o.id, '', o.customer_id, t.due_on, 0, 'late', '', o.currency, o.net_amt, 0, 0, o.fx_rate, 0
		FROM (SELECT x.order_id, MIN(x.due_on) AS due_on FROM (SELECT l.order_id, COALESCE(NULLIF(MAX(s.promised_on), ''), NULLIF(l.requested_on, ''), o.requested_on) AS due_on
				FROM sales_order o JOIN order_line l ON l.order_id=o.id LEFT JOIN order_schedule s ON s.line_id=l.id WHERE ` + openLine + ` GROUP BY l.id, l.order_id, l.requested_on, o.requested_on) x
			WHERE x.due_on<>'' AND x.due_on<{today} GROUP BY x.order_id) t JOIN sales_order o ON o.id=t.order_id`},
	"risk": {sql: `SELECT 'order', o.id, '', o.customer_id, s.promised_on, 0, 'short', a.sku||' '||a.name, o.currency, l.net_amt, s.qty-s.reserved-s.released, l.ordered, o.fx_rate, 0
		FROM sales_order o JOIN order_line l ON l.order_id=o.id JOIN order_schedule s ON s.line_id=l.id JOIN product a ON a.id=l.product_id
		WHERE ` + openLine + ` AND l.decision='open' AND s.promised_on>={from} AND s.promised_on<={to} AND s.qty>s.reserved+s.released`},
	"to-release": {sql: `SELECT 'order', o.id, '', o.customer_id, o.requested_on, 0, o.status, '', o.currency, o.net_amt, 0, 0, o.fx_rate, 0 FROM sales_order o WHERE o.decision IN ('captured','confirmed') AND o.status='reserved'`},
	"billable":   {merged: true, sql: billableSum + `b.bill_on<={today} AND b.hold_mask=0`},
	"blocked":    {merged: true, sql: billableSum + `(b.bill_on>{today} OR b.hold_mask<>0)`},
	"last-run": {sql: `SELECT 'invoice', x.id, x.number, x.customer_id, x.issued_on, 0, x.kind, '', x.currency, CASE WHEN x.kind='credit_note' THEN -x.gross_amt ELSE x.gross_amt END, 0, 0, x.fx_rate, 0
		FROM invoice x WHERE x.issued_on=(SELECT MAX(z.issued_on) FROM invoice z WHERE z.id>={since} AND z.issued_on<={today}) AND x.id>={since}`},
	"bank-lines": {rates: true, sql: `SELECT 'bank_line', b.id, b.payer_name, 0, b.booked_on, 0, b.state, b.text, b.currency, b.amount, 0, 0, '', 0 FROM bank_line b WHERE b.state IN ('new','matched') AND b.state='new'`},
	"overdue":    {sql: itemSum + `i.kind<>'receipt' AND i.sign=1 AND i.due_on<>'' AND i.due_on<{today}`},
	"due":        {sql: itemSum + `i.kind<>'receipt' AND i.sign=1 AND i.due_on>={from} AND i.due_on<={to}`},
	"on-account": {sql: itemSum + `i.kind='receipt'`},
	"disputed":   {sql: `SELECT i.doc_type, i.doc_id, i.number, i.customer_id, i.due_on, 0, i.kind, '', i.currency, i.open, i.disputed, i.open, '', i.open_fc FROM open_item i WHERE i.open>0 AND i.noted=0 AND i.disputed>0`},
	"limits": {rates: true, sql: `SELECT 'credit_account', a.id, a.code, COALESCE((SELECT MIN(c.id) FROM customer c WHERE c.code=a.code), 0), '', 0, CASE WHEN a.used>a.lim THEN 'over' ELSE 'near' END, '', a.currency, a.used, 0, 0, '', 0
		FROM (SELECT x.id, x.code, x.currency, x.order_open+x.shipped_open+x.item_open-x.credit_open AS used, CASE WHEN x.temp_until>={today} AND x.temp_limit>x.limit_amt THEN x.temp_limit ELSE x.limit_amt END+x.secured_amt AS lim FROM credit_account x) a
		WHERE a.used>0 AND a.used*5>=a.lim*4`},
	"orders-in": {sql: `SELECT 'order', o.id, '', o.customer_id, o.ordered_on, 0, o.status, o.po_number, o.currency, o.net_amt, 0, 0, o.fx_rate, 0 FROM sales_order o
		WHERE o.id>={since} AND o.ordered_on>={from} AND o.ordered_on<={to} AND o.decision<>'cancelled'`},
	"goods-out": {merged: true, sql: shippedSum},
	"late-out":  {merged: true, sql: shippedSum + ` AND p.promised_on<>'' AND p.promised_on<s.shipped_on`},
	"invoiced": {merged: true, sql: `SELECT 'invoice', x.id, x.number, x.customer_id, x.issued_on, 0, x.kind, '', x.currency, 0, 0, 0, '', CASE WHEN x.kind='credit_note' THEN -t.base_acc ELSE t.base_acc END
		FROM invoice x JOIN invoice_tax t ON t.invoice_id=x.id WHERE x.id>={since} AND x.issued_on>={from} AND x.issued_on<={to}`},
	"received": {sql: `SELECT 'receipt', x.id, '', x.customer_id, x.received_on, 0, 'paid', '', x.currency, x.amount, 0, 0, '', i.original_fc
		FROM receipt x JOIN open_item i ON i.doc_id=x.id AND i.kind='receipt' WHERE x.id>={since} AND x.received_on>={from} AND x.received_on<={to} AND x.bounced=0`},
	"captured": stageOf("'captured','held'"), "promised": stageOf("'promised'"), "short": stageOf("'short'"), "reserved": stageOf("'reserved'"),
	"released": stageOf("'released'"), "shipped": stageOf("'shipped'"), "billed": stageOf("'billed'"),
}

// shippedSum reads what left, by shipment: the share of each line's net amount.
const shippedSum = `SELECT 'shipment', s.id, s.number, s.customer_id, s.shipped_on, 0, CASE WHEN p.promised_on<>'' AND p.promised_on<s.shipped_on THEN 'late' ELSE s.decision END, '', o.currency, l.net_amt, x.shipped, l.ordered, o.fx_rate, 0
	FROM shipment s JOIN shipment_line x ON x.shipment_id=s.id JOIN order_line l ON l.id=x.order_line_id JOIN sales_order o ON o.id=x.order_id LEFT JOIN order_schedule p ON p.id=x.schedule_id
	WHERE s.id>={since} AND s.direction='out' AND s.decision IN ('shipped','delivered','returned_to_sender') AND s.shipped_on>={from} AND s.shipped_on<={to} AND x.shipped>0`

// stageOf reads the live orders of a stage; what is held before it was confirmed stands in the first.
func stageOf(status string) measure {
	return measure{sql: `SELECT 'order', o.id, '', o.customer_id, o.ordered_on, 0, CASE WHEN o.hold_mask<>0 THEN 'held' ELSE o.status END, o.po_number, o.currency, o.net_amt, 0, 0, o.fx_rate, 0
		FROM sales_order o WHERE o.decision IN ('captured','confirmed') AND o.status IN (` + status + `)`}
}

// Measure answers one question with its rows. from and to bound the days of
// questions that are about days; others do not look at them.
func Measure(q db.Querier, name string, from, to day.Day) (MeasureView, error) {
	v, err := Measured(q, name, from, to)
	if err != nil {
		return v, err
	}
	return v, v.name(q)
}

// Measured is Measure without what its documents and customers are called.
func Measured(q db.Querier, name string, from, to day.Day) (MeasureView, error) {
	m, ok := measures[name]
	if !ok {
		return MeasureView{}, ErrMeasure.Because("there is no number called %.40q: open it from a home page", name)
	}
	for _, d := range []day.Day{from, to} {
		if d != "" && !d.Valid() {
			return MeasureView{}, ErrMeasure.Because("%.40q is no day: write one such as 2026-11-25", d)
		}
	}
	c, on, err := today(q)
	if err != nil {
		return MeasureView{}, err
	}
	v := MeasureView{Name: name, Currency: c.Currency}
	if from == "" {
		from = on
	}
	if to == "" {
		to = on
	}
	x := converter{company: c}
	if m.rates {
		if x.newest, err = newestRates(q, c.Currency); err != nil {
			return v, err
		}
	}
	sql, args := m.ask(on, from, to)
	v.Rows, err = collect(q, sql, nil, args, func(r *db.Rows, row *MeasureRow) error { return x.scan(r, row) })
	if err != nil {
		return v, err
	}
	if m.merged {
		v.Rows = merged(v.Rows)
	}
	slices.SortFunc(v.Rows, func(a, b MeasureRow) int {
		return cmp.Or(cmpText(a.On, b.On), cmp.Compare(b.fc, a.fc), cmp.Compare(a.doc, b.doc))
	})
	for _, r := range v.Rows {
		v.sum = money.Add(v.sum, r.fc)
	}
	v.Sum = money.Format(v.sum, c.Currency)
	return v, nil
}

// ask puts the arguments where the statement names them.
func (m measure) ask(on, from, to day.Day) (string, []any) {
	sql, args := strings.ReplaceAll(m.sql, "{retain}", strconv.Itoa(hold.OnRetain)), []any(nil)
	for _, x := range []struct {
		name string
		arg  any
	}{{"{today}", string(on)}, {"{from}", string(from)}, {"{to}", string(to)}, {"{since}", since(from, on)}} {
		if strings.Contains(sql, x.name) {
			args = append(args, x.arg)
			sql = strings.ReplaceAll(sql, x.name, "$"+strconv.Itoa(len(args)))
		}
	}
	return sql, args
}

func newestRates(q db.Querier, to money.Currency) (map[money.Currency]dec.D, error) {
	list, err := Rates(q)
	out := map[money.Currency]dec.D{}
	for _, r := range list {
		if r.To == to && err == nil {
			out[r.From], err = dec.Parse(r.Rate)
		}
	}
	return out, err
}

// converter brings amounts into the company's currency: at the document's rate,
// or at the newest one where the document has none.
type converter struct {
	company *company.Company
	newest  map[money.Currency]dec.D
}

func (x *converter) scan(r *db.Rows, v *MeasureRow) error {
	var at, part, whole int64
	var rate string
	err := r.Scan(&v.kind, &v.doc, &v.number, &v.customer, &v.On, &at, &v.State, &v.Why, &v.Currency, &v.amount, &part, &whole, &rate, &v.fc)
	if err != nil {
		return err
	}
	if v.On == "" && at > 0 {
		v.On = x.company.Day(time.UnixMicro(at))
	}
	if whole > 0 {
		v.amount, v.fc = money.Share(v.amount, part, whole), money.Share(v.fc, part, whole)
	}
	if v.fc == 0 && v.amount != 0 {
		v.fc, err = x.convert(v.amount, v.Currency, rate)
	}
	return err
}

func (x *converter) convert(amount int64, from money.Currency, rate string) (int64, error) {
	if from == x.company.Currency || from == "" {
		return amount, nil
	}
	if rate != "" {
		d, err := dec.Parse(rate)
		return money.Convert(amount, from, x.company.Currency, d), err
	}
	return money.Convert(amount, from, x.company.Currency, x.newest[from]), nil
}

// merged makes one row of all that are about one document.
func merged(rows []MeasureRow) []MeasureRow {
	at := map[int64]int{}
	out := []MeasureRow{}
	for _, r := range rows {
		i, ok := at[r.doc]
		if !ok {
			at[r.doc] = len(out)
			out = append(out, r)
			continue
		}
		o := &out[i]
		o.amount, o.fc, o.On = o.amount+r.amount, o.fc+r.fc, min(o.On, r.On)
		if r.State == "late" || r.State == "held" {
			o.State, o.Why = r.State, r.Why
		}
	}
	return out
}

// name fills in numbers, customers and amounts.
func (v *MeasureView) name(q db.Querier) error {
	var nums numbers
	var who ids[id.Customer]
	for _, r := range v.Rows {
		if r.number == "" {
			nums.add(r.kind, r.doc)
		}
		who.add(id.Customer(r.customer))
	}
	if err := nums.load(q); err != nil {
		return err
	}
	names, err := parties(q, who.list)
	if err != nil {
		return err
	}
	for i := range v.Rows {
		r := &v.Rows[i]
		r.Document = nums.ref(r.kind, r.doc)
		if r.number != "" {
			r.Document.Number = r.number
		}
		if p, ok := names[id.Customer(r.customer)]; ok {
			r.Customer = &p
		}
		r.Company = money.Format(r.fc, v.Currency)
		if r.amount != 0 && r.Currency != "" {
			r.Amount = money.Format(r.amount, r.Currency)
		}
	}
	return nil
}

// Cents is the amount in minor units of the company's currency.
func (r MeasureRow) Cents() int64 { return r.fc }
