package report

import (
	"cmp"
	"slices"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/hold"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/money"
)

// SummaryView is the company at a glance.
type SummaryView struct {
	Company     string              `json:"company"`
	Currency    money.Currency      `json:"currency" doc:"the company's"`
	On          day.Day             `json:"on"`
	Customers   int64               `json:"customers"`
	Products    int64               `json:"products"`
	Orders      []OrderCount        `json:"orders" doc:"per status and currency"`
	Lines       LineCount           `json:"lines"`
	Shipments   []StateCount        `json:"shipments" doc:"per decision"`
	Stock       StockSum            `json:"stock"`
	Receivables []ReceivableSum     `json:"receivables" doc:"per currency of the documents"`
	Owed        ReceivableSum       `json:"owed" doc:"all of them in the company's currency"`
	Bank        string              `json:"bank" doc:"balance of the bank accounts in the ledger"`
	BankBy      []Amount            `json:"bank_by_currency"`
	Papers      []PaperCount        `json:"papers" doc:"invoices and credit notes, per kind and currency"`
	Holds       []StateCount        `json:"holds" doc:"open holds, per kind"`
	Intakes     int64               `json:"intakes" doc:"what arrived and has not become a document"`
	Ledger      SummaryTrialBalance `json:"ledger"`
}

// OrderCount is the orders of one status and currency.
type OrderCount struct {
	Status   string         `json:"status"`
	Count    int64          `json:"count"`
	Currency money.Currency `json:"currency"`
	Net      string         `json:"net"`
}

// LineCount counts goods lines of live orders.
type LineCount struct {
	Open  int64 `json:"open" doc:"something is still to ship"`
	Late  int64 `json:"late" doc:"open, and the promised day, else the requested one, is past"`
	Short int64 `json:"short" doc:"open, and stock is missing for a promise"`
}

// StateCount counts things of one state.
type StateCount struct {
	State string `json:"state"`
	Count int64  `json:"count"`
}

// StockSum is all stock.
type StockSum struct {
	Pots     int64  `json:"pots" doc:"with something in them"`
	Units    string `json:"units" doc:"base units of all kinds together"`
	Reserved string `json:"reserved"`
	Value    string `json:"value"`
}

// ReceivableSum is what is owed in one currency.
type ReceivableSum struct {
	Currency  money.Currency `json:"currency"`
	Open      string         `json:"open" doc:"invoices less credit notes"`
	Overdue   string         `json:"overdue"`
	Unapplied string         `json:"unapplied" doc:"money that is not applied yet"`
}

// PaperCount is the papers of one kind and currency.
type PaperCount struct {
	Kind     string         `json:"kind"`
	Currency money.Currency `json:"currency"`
	Count    int64          `json:"count"`
	Net      string         `json:"net"`
	Tax      string         `json:"tax"`
	Gross    string         `json:"gross"`
}

// SummaryTrialBalance is the sums of the books.
type SummaryTrialBalance struct {
	Entries  int64  `json:"entries"`
	Debit    string `json:"debit"`
	Credit   string `json:"credit"`
	Balanced bool   `json:"balanced"`
}

// Summary looks at the whole company.
func Summary(q db.Querier) (SummaryView, error) {
	c, on, err := today(q)
	if err != nil {
		return SummaryView{}, err
	}
	v := SummaryView{Company: c.Name, Currency: c.Currency, On: on}
	for _, f := range []func(db.Querier, *company.Company) error{v.counts, v.orders, v.stock, v.owed, v.papers, v.books} {
		if err := f(q, c); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (v *SummaryView) counts(q db.Querier, _ *company.Company) error {
	for _, x := range []struct {
		sql  string
		into *int64
	}{
		{`SELECT COUNT(*) FROM customer`, &v.Customers},
		{`SELECT COUNT(*) FROM product`, &v.Products},
		{`SELECT COUNT(*) FROM intake WHERE state IN ('received','refused')`, &v.Intakes},
	} {
		if _, err := q.One(x.sql, nil, x.into); err != nil {
			return err
		}
	}
	var err error
	if v.Shipments, err = stateCounts(q, `SELECT decision, COUNT(*) FROM shipment GROUP BY decision`); err != nil {
		return err
	}
	v.Holds, err = stateCounts(q, `SELECT h.kind, COUNT(*) FROM hold h WHERE h.released_at=0 AND h.scope<>$1 GROUP BY h.kind`, int64(hold.OnRetain))
	return err
}

func stateCounts(q db.Querier, sql string, args ...any) ([]StateCount, error) {
	out, err := collect(q, sql, nil, args, func(r *db.Rows, s *StateCount) error { return r.Scan(&s.State, &s.Count) })
	slices.SortFunc(out, func(a, b StateCount) int { return cmp.Compare(a.State, b.State) })
	return out, err
}

func (v *SummaryView) orders(q db.Querier, _ *company.Company) error {
	var err error
	v.Orders, err = collect(q, `SELECT status, currency, COUNT(*), CAST(SUM(net_amt) AS BIGINT) FROM sales_order GROUP BY status, currency`, nil, nil, func(r *db.Rows, o *OrderCount) error {
		var net int64
		err := r.Scan(&o.Status, &o.Currency, &o.Count, &net)
		if err == nil {
			o.Net = money.Format(net, o.Currency)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(v.Orders, func(a, b OrderCount) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Currency, b.Currency))
	})
	// The same counting as order.Line.Open and Stage do for one line.
	_, err = q.One(`SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN t.due_on<>'' AND t.due_on<$1 THEN 1 ELSE 0 END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN t.promised>0 AND t.held<t.rest THEN 1 ELSE 0 END), 0) AS BIGINT)
		FROM (SELECT COALESCE(NULLIF(MAX(s.promised_on), ''), NULLIF(l.requested_on, ''), o.requested_on) AS due_on, l.ordered-l.cancelled-l.shipped AS rest,
				COALESCE(SUM(s.reserved), 0)+COALESCE(SUM(s.released), 0)-l.shipped AS held, COALESCE(SUM(s.qty), 0) AS promised
			FROM sales_order o CROSS JOIN order_line l LEFT JOIN order_schedule s ON s.line_id=l.id
			WHERE l.order_id=o.id AND o.decision IN ('captured','confirmed') AND o.ship_state<>'full' AND l.role IN ('item','free') AND l.ordered-l.cancelled-l.shipped>0
			GROUP BY l.id, l.requested_on, o.requested_on, l.ordered, l.cancelled, l.shipped) t`, []any{string(v.On)}, &v.Lines.Open, &v.Lines.Late, &v.Lines.Short)
	return err
}

func (v *SummaryView) stock(q db.Querier, c *company.Company) error {
	var units, reserved dec.D
	var value int64
	err := q.Each(`SELECT a.qty_scale, COUNT(*), CAST(SUM(p.on_hand) AS BIGINT), CAST(SUM(p.reserved) AS BIGINT), CAST(SUM(p.value_amt) AS BIGINT)
		FROM stock_pot p JOIN product a ON a.id=p.product_id WHERE p.on_hand<>0 GROUP BY a.qty_scale`, nil, nil, func(r *db.Rows) error {
		var scale int
		var pots, onHand, res, val int64
		if err := r.Scan(&scale, &pots, &onHand, &res, &val); err != nil {
			return err
		}
		v.Stock.Pots += pots
		value += val
		units, reserved = units.Add(dec.FromUnits(onHand, scale)), reserved.Add(dec.FromUnits(res, scale))
		return nil
	})
	v.Stock.Units, v.Stock.Reserved, v.Stock.Value = units.String(), reserved.String(), money.Format(value, c.Currency)
	return err
}

func (v *SummaryView) owed(q db.Querier, c *company.Company) error {
	const overdue = `i.kind<>'receipt' AND i.sign=1 AND i.due_on<>'' AND i.due_on<$1`
	var all [3]int64
	var err error
	v.Receivables, err = collect(q, `SELECT i.currency,
			CAST(SUM(CASE WHEN i.kind<>'receipt' THEN i.sign*i.open ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN `+overdue+` THEN i.open ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN i.kind='receipt' THEN i.open ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN i.kind<>'receipt' THEN i.sign*i.open_fc ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN `+overdue+` THEN i.open_fc ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN i.kind='receipt' THEN i.open_fc ELSE 0 END) AS BIGINT)
		FROM open_item i WHERE i.open>0 AND i.noted=0 GROUP BY i.currency`, nil, []any{string(v.On)}, func(r *db.Rows, s *ReceivableSum) error {
		var doc, fc [3]int64
		if err := r.Scan(&s.Currency, &doc[0], &doc[1], &doc[2], &fc[0], &fc[1], &fc[2]); err != nil {
			return err
		}
		*s = receivableSum(s.Currency, doc)
		for i := range fc {
			all[i] += fc[i]
		}
		return nil
	})
	slices.SortFunc(v.Receivables, func(a, b ReceivableSum) int { return cmpText(a.Currency, b.Currency) })
	v.Owed = receivableSum(c.Currency, all)
	return err
}

func receivableSum(c money.Currency, n [3]int64) ReceivableSum {
	return ReceivableSum{Currency: c, Open: money.Format(n[0], c), Overdue: money.Format(n[1], c), Unapplied: money.Format(n[2], c)}
}

func (v *SummaryView) papers(q db.Querier, _ *company.Company) error {
	var err error
	v.Papers, err = collect(q, `SELECT kind, currency, COUNT(*), CAST(SUM(net_amt) AS BIGINT), CAST(SUM(tax_amt) AS BIGINT), CAST(SUM(gross_amt) AS BIGINT) FROM invoice GROUP BY kind, currency`, nil, nil,
		func(r *db.Rows, p *PaperCount) error {
			var net, tax, gross int64
			err := r.Scan(&p.Kind, &p.Currency, &p.Count, &net, &tax, &gross)
			if err == nil {
				p.Net, p.Tax, p.Gross = money.Format(net, p.Currency), money.Format(tax, p.Currency), money.Format(gross, p.Currency)
			}
			return err
		})
	slices.SortFunc(v.Papers, func(a, b PaperCount) int {
		return cmp.Or(-cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Currency, b.Currency))
	})
	return err
}

func (v *SummaryView) books(q db.Querier, c *company.Company) error {
	if _, err := q.One(`SELECT COUNT(*) FROM ledger_entry`, nil, &v.Ledger.Entries); err != nil {
		return err
	}
	var debit, credit, bank int64
	v.BankBy = []Amount{}
	err := q.Each(`SELECT role, currency_doc, CAST(SUM(CASE WHEN amount>0 THEN amount ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN amount<0 THEN -amount ELSE 0 END) AS BIGINT), CAST(SUM(amount_doc) AS BIGINT)
		FROM ledger_line GROUP BY role, currency_doc`, nil, nil, func(r *db.Rows) error {
		var role string
		var cur money.Currency
		var d, k, doc int64
		if err := r.Scan(&role, &cur, &d, &k, &doc); err != nil {
			return err
		}
		debit, credit = debit+d, credit+k
		if role == "bank" {
			bank += d - k
			v.BankBy = append(v.BankBy, Amount{cur, money.Format(doc, cur)})
		}
		return nil
	})
	slices.SortFunc(v.BankBy, func(a, b Amount) int { return cmpText(a.Currency, b.Currency) })
	v.Bank = money.Format(bank, c.Currency)
	v.Ledger.Debit, v.Ledger.Credit, v.Ledger.Balanced = money.Format(debit, c.Currency), money.Format(credit, c.Currency), debit == credit
	return err
}

// StageCount is how many live orders stand in a stage, and how many of them are held.
type StageCount struct {
	Count int64 `json:"count"`
	Held  int64 `json:"held"`
}

// GlanceView is what a home page counts: what waits, and what is owed.
type GlanceView struct {
	WaitView
	Late      int64          `json:"late" doc:"orders with lines that should have left"`
	Currency  money.Currency `json:"currency"`
	Open      string         `json:"open"`
	Overdue   string         `json:"overdue"`
	Unapplied string         `json:"unapplied"`
}

// WaitView is what waits for people, by who does it.
type WaitView struct {
	Waiting   int64 `json:"waiting" doc:"documents by kind of reason, intakes and short picks that wait for a person"`
	ToPick    int64 `json:"to_pick" doc:"shipments that are planned"`
	Billable  int64 `json:"billable" doc:"orders with something due to be billed"`
	BankLines int64 `json:"bank_lines" doc:"without a match"`
}

// Waiting counts what waits for people, as far as it is asked for. Each question
// is answered by an index over what is open, so that it costs the same in the tenth
// year; the plus keeps SQLite from walking the index of what it counts instead.
func Waiting(q db.Querier, on day.Day, desk, pick, bill, bank bool) (WaitView, error) {
	var v WaitView
	for _, x := range []struct {
		asked bool
		sql   string
		into  *int64
		args  []any
	}{
		{desk, `SELECT (SELECT COUNT(*) FROM (SELECT DISTINCT h.subject_id, h.kind FROM hold h WHERE h.released_at=0 AND h.scope<>$1) w)+(SELECT COUNT(*) FROM intake WHERE state IN ('received','refused'))
			+(SELECT COUNT(DISTINCT +l.order_id) FROM shipment s JOIN shipment_line l ON l.shipment_id=s.id WHERE s.decision='planned' AND l.short_reason<>'')`, &v.Waiting, []any{int64(hold.OnRetain)}},
		{pick, `SELECT COUNT(*) FROM shipment WHERE decision='planned'`, &v.ToPick, nil},
		{bill, `SELECT COUNT(DISTINCT +order_id) FROM billable WHERE billed<qty AND bill_on<=$1 AND hold_mask=0`, &v.Billable, []any{string(on)}},
		{bank, `SELECT COUNT(*) FROM bank_line WHERE state IN ('new','matched') AND state='new'`, &v.BankLines, nil},
	} {
		if !x.asked {
			continue
		}
		if _, err := q.One(x.sql, x.args, x.into); err != nil {
			return v, err
		}
	}
	return v, nil
}
