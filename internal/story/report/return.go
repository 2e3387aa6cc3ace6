package report

import (
	"kontor/internal/rooms/order"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// ReturnRow is a return in a list.
type ReturnRow struct {
	ID          id.Return `json:"id"`
	Number      string    `json:"number"`
	Customer    Party     `json:"customer"`
	Order       id.Order  `json:"order"`
	OrderNumber string    `json:"order_number"`
	Decision    string    `json:"decision" enum:"authorised,closed,refused"`
	Reason      string    `json:"reason"`
	Version     int64     `json:"version"`
}

// ReturnFilter says which returns; empty fields match all.
type ReturnFilter struct {
	State    string // decision
	Customer string // code or id
	Order    id.Order
}

const returnColumns = `SELECT x.id, x.number, c.id, c.code, c.name, o.id, o.number, x.decision, x.reason, x.version
	FROM return_order x JOIN customer c ON c.id=x.customer_id JOIN sales_order o ON o.id=x.order_id`

func scanReturn(r *db.Rows) (ReturnRow, int64, error) {
	var v ReturnRow
	err := r.Scan(&v.ID, &v.Number, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.Order, &v.OrderNumber, &v.Decision, &v.Reason, &v.Version)
	return v, int64(v.ID), err
}

// Returns lists returns, newest first.
func Returns(q db.Querier, f ReturnFilter, p Page) (List[ReturnRow], error) {
	var w where
	if f.State != "" {
		w.and("x.decision=?", f.State)
	}
	if f.Customer != "" {
		c, err := FindCustomer(q, f.Customer)
		if err != nil {
			return List[ReturnRow]{}, err
		}
		w.and("x.customer_id=?", int64(c))
	}
	if f.Order != 0 {
		w.and("x.order_id=?", int64(f.Order))
	}
	return paged(q, p, "ret", returnColumns, "x.id", newest, w, scanReturn)
}

// ReturnView is a return with its lines.
type ReturnView struct {
	ReturnRow
	Lines []ReturnLineView `json:"lines"`
}

// ReturnLineView counts what comes back of one shipment line, in the product's base unit.
type ReturnLineView struct {
	ID           id.ReturnLine `json:"id"`
	ShipmentLine id.ShipLine   `json:"shipment_line"`
	OrderLine    id.Line       `json:"order_line"`
	SKU          string        `json:"sku"`
	Name         string        `json:"name"`
	Unit         string        `json:"unit"`
	Reason       string        `json:"reason"`
	Authorised   string        `json:"authorised"`
	Received     string        `json:"received"`
	Accepted     string        `json:"accepted" doc:"back in stock"`
	Scrapped     string        `json:"scrapped"`
}

// Return shows one return.
func Return(q db.Querier, x id.Return) (ReturnView, error) {
	var v ReturnView
	err := q.Each(returnColumns+` WHERE x.id=$1`, nil, []any{int64(x)}, func(r *db.Rows) error {
		var err error
		v.ReturnRow, _, err = scanReturn(r)
		return err
	})
	if err != nil {
		return v, err
	}
	if v.ID == 0 {
		return v, order.ErrReturn.Because("there is no return %s: look for it by its number or on its order", x)
	}
	v.Lines, err = collect(q, `SELECT l.id, l.shipment_line_id, l.order_line_id, p.sku, p.name, p.base_unit, p.qty_scale, l.reason, l.authorised, l.received, l.accepted, l.scrapped
		FROM return_line l JOIN order_line ol ON ol.id=l.order_line_id JOIN product p ON p.id=ol.product_id WHERE l.return_id=$1 ORDER BY l.id`, nil, []any{int64(x)}, func(r *db.Rows, l *ReturnLineView) error {
		var a article
		var n [4]int64
		err := r.Scan(&l.ID, &l.ShipmentLine, &l.OrderLine, &l.SKU, &l.Name, &l.Unit, &a.Scale, &l.Reason, &n[0], &n[1], &n[2], &n[3])
		l.Authorised, l.Received, l.Accepted, l.Scrapped = a.qty(n[0]), a.qty(n[1]), a.qty(n[2]), a.qty(n[3])
		return err
	})
	return v, err
}
