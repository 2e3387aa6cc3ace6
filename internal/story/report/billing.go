package report

import (
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// BillingOrder is what a billing run looks at of one order.
type BillingOrder struct {
	Order      id.Order       `json:"order"`
	Number     string         `json:"number"`
	PONumber   string         `json:"po_number,omitempty"`
	Customer   Party          `json:"customer" doc:"who pays"`
	BillTo     string         `json:"bill_to" doc:"name of the address on the invoice"`
	Terms      string         `json:"terms"`
	Currency   money.Currency `json:"currency"`
	Lines      int64          `json:"lines" doc:"amounts that are due"`
	Deliveries int64          `json:"deliveries" doc:"shipments they come from"`
	Groups     int64          `json:"groups" doc:"group keys among them"`
	Shares     string         `json:"shares" enum:"order,shipment,customer" doc:"what may share an invoice"`
	Net        string         `json:"net"`
}

// sharing are the words for the first letter of a group key.
var sharing = map[string]string{"o": "order", "s": "shipment", "c": "customer"}

// BillingOrders describes what is due of orders on a day.
func BillingOrders(q db.Querier, orders []id.Order, on day.Day) (map[id.Order]BillingOrder, error) {
	out := make(map[id.Order]BillingOrder, len(orders))
	err := q.Each(`WITH {a: id BIGINT} SELECT o.id, o.number, o.po_number, c.id, c.code, c.name, COALESCE(s.name, ''), COALESCE(t.code, ''), o.currency, COUNT(*), COUNT(DISTINCT CASE WHEN b.shipment_id<>0 THEN b.shipment_id END),
			COUNT(DISTINCT b.group_key), MIN(SUBSTR(b.group_key, 1, 1)), CAST(SUM(b.sign*b.net_amt) AS BIGINT)
		FROM a JOIN billable b ON b.order_id=a.id JOIN sales_order o ON o.id=a.id JOIN customer c ON c.id=b.payer_id LEFT JOIN site s ON s.id=b.bill_to_id LEFT JOIN terms t ON t.id=o.terms_id
		WHERE b.qty-b.billed>0 AND b.bill_on<=$1 GROUP BY o.id, o.number, o.po_number, c.id, c.code, c.name, s.name, t.code, o.currency`, db.Ints(orders), []any{string(on)}, func(r *db.Rows) error {
		var v BillingOrder
		var net int64
		var first string
		err := r.Scan(&v.Order, &v.Number, &v.PONumber, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.BillTo, &v.Terms, &v.Currency, &v.Lines, &v.Deliveries, &v.Groups, &first, &net)
		v.Net, v.Shares = money.Format(net, v.Currency), sharing[first]
		out[v.Order] = v
		return err
	})
	return out, err
}

// BlockedView is something that could be billed if nothing stood in its way.
type BlockedView struct {
	Order    id.Order       `json:"order"`
	Number   string         `json:"number"`
	Customer Party          `json:"customer"`
	Currency money.Currency `json:"currency"`
	Net      string         `json:"net"`
	Why      string         `json:"why" enum:"hold,proof"`
	Sentence string         `json:"sentence,omitempty" doc:"of the hold"`
	Kind     string         `json:"kind,omitempty" doc:"of the hold"`
	Hold     id.Hold        `json:"hold,omitempty"`
	Shipment id.Shipment    `json:"shipment,omitempty" doc:"whose delivery is not reported"`
	Delivery string         `json:"shipment_number,omitempty"`
	Since    day.Day        `json:"since,omitempty" doc:"since when the goods are on the road"`
}

// Blocked lists up to n amounts that cannot be billed on a day: of orders on
// hold, and of customers who are billed when the goods have arrived.
func Blocked(q db.Querier, on day.Day, n int) ([]BlockedView, error) {
	held, err := collect(q, `SELECT t.order_id, o.number, c.id, c.code, c.name, o.currency, t.net, h.id, h.kind, h.sentence
		FROM (SELECT b.order_id, CAST(SUM(b.sign*b.net_amt) AS BIGINT) AS net FROM billable b WHERE b.billed<b.qty AND b.bill_on<=$1 GROUP BY b.order_id) t
		JOIN sales_order o ON o.id=t.order_id JOIN customer c ON c.id=o.customer_id JOIN hold h ON h.subject_id=o.id AND h.released_at=0 AND (h.scope & $2)<>0
		WHERE (o.hold_mask & $2)<>0 ORDER BY o.id, h.id LIMIT $3`, nil, []any{string(on), int64(hold.OnBill), n}, func(r *db.Rows, v *BlockedView) error {
		var net int64
		err := r.Scan(&v.Order, &v.Number, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.Currency, &net, &v.Hold, &v.Kind, &v.Sentence)
		v.Net, v.Why = money.Format(net, v.Currency), "hold"
		return err
	})
	if err != nil {
		return nil, err
	}
	road, err := collect(q, `SELECT t.order_id, o.number, c.id, c.code, c.name, o.currency, t.net, t.shipment_id, s.number, t.since
		FROM (SELECT b.order_id, b.shipment_id, CAST(SUM(b.sign*b.net_amt) AS BIGINT) AS net, MIN(b.supplied_on) AS since FROM billable b
			WHERE b.billed<b.qty AND b.bill_on=$1 GROUP BY b.order_id, b.shipment_id ORDER BY MIN(b.supplied_on), b.order_id LIMIT $2) t
		JOIN sales_order o ON o.id=t.order_id JOIN customer c ON c.id=o.customer_id JOIN shipment s ON s.id=t.shipment_id ORDER BY t.since, t.order_id, t.shipment_id`, nil, []any{invoice.Later, n}, func(r *db.Rows, v *BlockedView) error {
		var net int64
		err := r.Scan(&v.Order, &v.Number, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.Currency, &net, &v.Shipment, &v.Delivery, &v.Since)
		v.Net, v.Why = money.Format(net, v.Currency), "proof"
		return err
	})
	return append(held, road...), err
}
