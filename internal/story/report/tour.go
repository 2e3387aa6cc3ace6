package report

import (
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// TourView is what somebody has made in the guided tour, as far as it goes: the
// first order that he captured since it began, and what came of it.
type TourView struct {
	Customer  string // code of one with room under his limit, to order for
	SKU       string // of an item that he buys and that lies there
	Order     string // number
	Decision  string // of the order
	Shipment  string // id
	Left      string // decision of the shipment
	Picked    bool
	Invoice   string // number
	Open      string // of the invoice, in the order's currency
	Currency  money.Currency
	Receipt   string // id
	Statement string // id of the bank statement with the payment
	Tied      bool   // that statement is reconciled
}

// Tour looks up what a person has made since an instant (µs).
func Tour(q db.Querier, user, began int64) (TourView, error) {
	var v TourView
	from := id.At(time.UnixMicro(began))
	var order int64
	if _, err := q.One(`SELECT o.id, o.number, o.decision, o.currency FROM event e JOIN sales_order o ON o.id=e.subject_id WHERE e.id>=$1 AND e.at>=$2 AND e.type='order.captured' AND e.actor_id=$3 AND o.decision<>'cancelled' ORDER BY e.id LIMIT 1`,
		[]any{from, began, user}, &order, &v.Order, &v.Decision, &v.Currency); err != nil {
		return v, err
	}
	if order == 0 {
		return v, v.suggest(q)
	}
	var shipment, picked, invoice, open, receipt, statement int64
	if _, err := q.One(`SELECT s.id, s.decision, CAST(SUM(x.picked) AS BIGINT) FROM shipment_line x JOIN shipment s ON s.id=x.shipment_id WHERE x.order_id=$1 AND s.decision<>'void' GROUP BY s.id, s.decision ORDER BY s.id LIMIT 1`,
		[]any{order}, &shipment, &v.Left, &picked); err != nil {
		return v, err
	}
	if _, err := q.One(`SELECT x.id, x.number FROM billable b JOIN invoice_line l ON l.id=b.invoice_line_id JOIN invoice x ON x.id=l.invoice_id WHERE b.order_id=$1 AND x.kind='invoice' ORDER BY x.id LIMIT 1`,
		[]any{order}, &invoice, &v.Invoice); err != nil {
		return v, err
	}
	v.Shipment, v.Picked = id.Text("shp", shipment), picked > 0
	if invoice == 0 {
		return v, nil
	}
	if _, err := q.One(`SELECT CAST(SUM(i.open) AS BIGINT) FROM open_item i WHERE i.doc_id=$1`, []any{invoice}, &open); err != nil {
		return v, err
	}
	v.Open = money.Format(open, v.Currency)
	_, err := q.One(`SELECT COALESCE(r.id, 0), b.statement_id, CASE WHEN s.decision='reconciled' THEN 1 ELSE 0 END FROM bank_line b JOIN statement s ON s.id=b.statement_id LEFT JOIN receipt r ON r.bank_line_id=b.id
		WHERE b.id>=$1 AND b.text=$2 ORDER BY b.id LIMIT 1`, []any{from, v.Invoice}, &receipt, &statement, &v.Tied)
	v.Receipt, v.Statement = id.Text("rcp", receipt), id.Text("stm", statement)
	return v, err
}

// suggest finds a customer who bought lately, has room under his limit and is
// stopped by nothing, and an item of his that lies there.
func (v *TourView) suggest(q db.Querier) error {
	c, on, err := today(q)
	if err != nil {
		return err
	}
	_, err = q.One(`SELECT c.code, a.sku FROM sales_order o JOIN customer c ON c.id=o.customer_id JOIN credit_account k ON k.id=o.credit_account_id JOIN order_line l ON l.order_id=o.id JOIN product a ON a.id=l.product_id
			JOIN stock_pot p ON p.product_id=a.id AND p.warehouse_id=o.warehouse_id AND p.status='sellable'
		WHERE o.id>=$1 AND o.decision IN ('confirmed','closed') AND o.hold_mask=0 AND c.hold_mask=0 AND o.currency=$2 AND c.currency=$2 AND l.role='item' AND l.bill_policy='delivery' AND a.track='none' AND a.sellable=1
			AND p.on_hand-p.reserved>=100 AND o.delivery_rule='partial' AND c.payer_id IN (0, c.id)
			AND k.limit_amt>4*(k.order_open+k.shipped_open+k.item_open-k.credit_open)
		ORDER BY k.limit_amt-(k.order_open+k.shipped_open+k.item_open-k.credit_open) DESC, p.on_hand-p.reserved DESC, o.id DESC LIMIT 1`, []any{since(on, on), string(c.Currency)}, &v.Customer, &v.SKU)
	return err
}
