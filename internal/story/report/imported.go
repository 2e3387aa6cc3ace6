package report

import (
	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ImportedOrders is what the orders of one source became, read from the papers.
type ImportedOrders struct {
	Currency                   money.Currency
	Orders, Lines, Units       int64
	Net, Freight, Tax, Gross   int64 // minor units; net is that of the lines
	Invoices                   int64
	First, Last                string // numbers
	Refused, Held              int64  // intakes, and orders that a hold stops
	Open, TrialBalance         int64  // of the whole company
	Migrations, MigrationUnits int64  // receipts that brought what no supply covered
}

// Imported adds up what the orders of a source of intakes became.
func Imported(q db.Querier, source string) (*ImportedOrders, error) {
	c, err := company.Load(q)
	if err != nil {
		return nil, err
	}
	v := &ImportedOrders{Currency: c.Currency}
	const papers = ` FROM invoice v WHERE v.kind='invoice' AND v.order_id IN (SELECT doc_id FROM intake WHERE source=$1 AND doc_type='order')`
	for _, x := range []struct {
		sql  string
		args []any
		into []any
	}{
		{`SELECT CAST(COALESCE(SUM(CASE WHEN i.doc_type='order' THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN i.state='refused' THEN 1 ELSE 0 END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN o.hold_mask<>0 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM intake i LEFT JOIN sales_order o ON o.id=i.doc_id WHERE i.source=$1`, []any{source}, []any{&v.Orders, &v.Refused, &v.Held}},
		{`SELECT COUNT(*), CAST(COALESCE(SUM(v.line_amt), 0) AS BIGINT), CAST(COALESCE(SUM(v.charge_amt), 0) AS BIGINT), CAST(COALESCE(SUM(v.tax_amt), 0) AS BIGINT), CAST(COALESCE(SUM(v.gross_amt), 0) AS BIGINT)` + papers,
			[]any{source}, []any{&v.Invoices, &v.Net, &v.Freight, &v.Tax, &v.Gross}},
		{`SELECT COUNT(*), CAST(COALESCE(SUM(l.qty), 0) AS BIGINT) FROM invoice_line l JOIN (SELECT v.id` + papers + `) p ON p.id=l.invoice_id`, []any{source}, []any{&v.Lines, &v.Units}},
		{`SELECT v.number` + papers + ` ORDER BY v.scope, v.seq LIMIT 1`, []any{source}, []any{&v.First}},
		{`SELECT v.number` + papers + ` ORDER BY v.scope DESC, v.seq DESC LIMIT 1`, []any{source}, []any{&v.Last}},
		{`SELECT CAST(COALESCE(SUM(sign*open), 0) AS BIGINT) FROM open_item WHERE kind<>'receipt' AND noted=0`, nil, []any{&v.Open}},
		{`SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_line`, nil, []any{&v.TrialBalance}},
		{`SELECT COUNT(*) FROM stock_doc WHERE migration=1`, nil, []any{&v.Migrations}},
		{`SELECT CAST(COALESCE(SUM(m.qty), 0) AS BIGINT) FROM stock_doc d JOIN stock_move m ON m.doc_id=d.id WHERE d.migration=1`, nil, []any{&v.MigrationUnits}},
	} {
		if _, err := q.One(x.sql, x.args, x.into...); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// ImportedDoc is where one intake of a source stands.
type ImportedDoc struct {
	Key, State, Reason, Findings string
	DocType                      string
	Lines                        int64 // of the order, or of the credit note
	Billed                       int64 // of the order's lines
	HoldMask                     int64
}

// ImportedDocs walks through the intakes of a source.
func ImportedDocs(q db.Querier, source string, f func(ImportedDoc) error) error {
	return q.Each(`SELECT i.source_key, i.state, i.reason_code, i.findings, i.doc_type, COALESCE(l.n, p.n, 0), COALESCE(b.n, 0), COALESCE(o.hold_mask, 0) FROM intake i
		LEFT JOIN sales_order o ON o.id=i.doc_id
		LEFT JOIN (SELECT order_id, COUNT(*) AS n FROM order_line WHERE role='item' GROUP BY order_id) l ON l.order_id=i.doc_id
		LEFT JOIN (SELECT order_id, COUNT(*) AS n FROM billable WHERE kind='delivery' AND billed=qty GROUP BY order_id) b ON b.order_id=i.doc_id
		LEFT JOIN (SELECT invoice_id, COUNT(*) AS n FROM invoice_line GROUP BY invoice_id) p ON p.invoice_id=i.doc_id
		WHERE i.source=$1`, nil, []any{source}, func(r *db.Rows) error {
		var d ImportedDoc
		if err := r.Scan(&d.Key, &d.State, &d.Reason, &d.Findings, &d.DocType, &d.Lines, &d.Billed, &d.HoldMask); err != nil {
			return err
		}
		return f(d)
	})
}

// RevenueByMonth gives invoices less credit notes, net, per month of issue.
func RevenueByMonth(q db.Querier) (map[string]int64, error) {
	out := map[string]int64{}
	err := q.Each(`SELECT substr(issued_on, 1, 7), CAST(SUM(CASE WHEN kind='credit_note' THEN -net_amt ELSE net_amt END) AS BIGINT) FROM invoice GROUP BY substr(issued_on, 1, 7)`, nil, nil, func(r *db.Rows) error {
		var m string
		var v int64
		err := r.Scan(&m, &v)
		out[m] = v
		return err
	})
	return out, err
}

// Sale is an invoiced line of a delivery that a credit note may correct.
type Sale struct {
	Customer                           id.Customer
	Product                            id.Product
	PONumber, Site                     string
	Line                               id.InvoiceLine
	Shipped                            id.ShipLine
	Qty, Net, CreditedQty, CreditedNet int64
	Returned                           int64
}

// Sales walks through the invoiced deliveries of orders, oldest first within an order.
func Sales(q db.Querier, orders []id.Order, f func(Sale)) error {
	return q.Each(`WITH {a: id BIGINT} SELECT i.customer_id, l.product_id, i.po_number, t.code, l.id, b.source_id, l.qty, l.net_amt, l.credited_qty, l.credited_net, s.returned
		FROM a JOIN billable b ON b.order_id=a.id JOIN invoice_line l ON l.id=b.invoice_line_id JOIN invoice i ON i.id=l.invoice_id JOIN shipment_line s ON s.id=b.source_id JOIN site t ON t.id=i.bill_to_id
		WHERE b.kind='delivery' AND i.kind='invoice' AND i.decision='issued' ORDER BY b.id`, db.Ints(orders), nil, func(r *db.Rows) error {
		var s Sale
		err := r.Scan(&s.Customer, &s.Product, &s.PONumber, &s.Site, &s.Line, &s.Shipped, &s.Qty, &s.Net, &s.CreditedQty, &s.CreditedNet, &s.Returned)
		f(s)
		return err
	})
}

// OrdersFrom names the orders that a source of intakes became, oldest first.
func OrdersFrom(q db.Querier, source string) ([]id.Order, error) {
	return collect(q, `SELECT doc_id FROM intake WHERE source=$1 AND doc_type='order' ORDER BY doc_id`, nil, []any{source}, func(r *db.Rows, o *id.Order) error { return r.Scan(o) })
}
