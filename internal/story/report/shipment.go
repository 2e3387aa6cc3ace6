package report

import (
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/shipping"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ShipmentRow is a shipment in a list.
type ShipmentRow struct {
	ID            id.Shipment  `json:"id"`
	Number        string       `json:"number,omitempty" doc:"drawn at dispatch; BT-16"`
	Direction     string       `json:"direction" enum:"out,in"`
	Customer      Party        `json:"customer"`
	ShipTo        id.Site      `json:"ship_to"`
	Warehouse     id.Warehouse `json:"warehouse"`
	WarehouseCode string       `json:"warehouse_code"`
	Decision      string       `json:"decision" enum:"planned,shipped,delivered,void,returned_to_sender"`
	Held          bool         `json:"held"`
	PlannedOn     day.Day      `json:"planned_on,omitempty"`
	ShippedOn     day.Day      `json:"shipped_on,omitempty"`
	DeliveredOn   day.Day      `json:"delivered_on,omitempty" doc:"BT-72"`
	Carrier       string       `json:"carrier,omitempty"`
	Tracking      string       `json:"tracking,omitempty"`
	Version       int64        `json:"version"`
}

// ShipmentFilter says which shipments; empty fields match all.
type ShipmentFilter struct {
	State     string // decision
	Warehouse string // code or id
	Customer  string // code or id
	Order     id.Order
	Number    string
}

const shipmentColumns = `SELECT s.id, s.number, s.direction, c.id, c.code, c.name, s.ship_to_id, s.warehouse_id, w.code, s.decision, s.hold_mask, s.planned_on, s.shipped_on, s.delivered_on, s.carrier, s.tracking, s.version
	FROM shipment s JOIN customer c ON c.id=s.customer_id JOIN warehouse w ON w.id=s.warehouse_id`

func scanShipment(r *db.Rows) (ShipmentRow, int64, error) {
	var s ShipmentRow
	var mask int64
	err := r.Scan(&s.ID, &s.Number, &s.Direction, &s.Customer.ID, &s.Customer.Code, &s.Customer.Name, &s.ShipTo, &s.Warehouse, &s.WarehouseCode, &s.Decision, &mask, &s.PlannedOn, &s.ShippedOn,
		&s.DeliveredOn, &s.Carrier, &s.Tracking, &s.Version)
	s.Held = mask&hold.OnAll != 0
	return s, int64(s.ID), err
}

// Shipments lists shipments, newest first.
func Shipments(q db.Querier, f ShipmentFilter, p Page) (List[ShipmentRow], error) {
	var w where
	if f.State != "" {
		w.and("s.decision=?", f.State)
		if f.State == shipping.Planned {
			w.and("s.decision='planned'") // lets the partial index serve
		}
	}
	if f.Warehouse != "" {
		v, err := FindWarehouse(q, f.Warehouse)
		if err != nil {
			return List[ShipmentRow]{}, err
		}
		w.and("s.warehouse_id=?", int64(v))
	}
	if f.Customer != "" {
		v, err := FindCustomer(q, f.Customer)
		if err != nil {
			return List[ShipmentRow]{}, err
		}
		w.and("s.customer_id=?", int64(v))
	}
	if f.Order != 0 {
		w.and("s.id IN (SELECT l.shipment_id FROM shipment_line l WHERE l.order_id=?)", int64(f.Order))
	}
	if f.Number != "" {
		w.and("s.number=?", f.Number)
	}
	return paged(q, p, "shp", shipmentColumns, "s.id", newest, w, scanShipment)
}

// ShipmentView is a shipment with its lines.
type ShipmentView struct {
	ShipmentRow
	ShipToName string             `json:"ship_to_name" doc:"BT-70"`
	Transit    bool               `json:"transit" doc:"control passes at delivery: the goods stay ours on the road"`
	WeightG    int64              `json:"weight_g"`
	Currency   money.Currency     `json:"currency" doc:"of the costs: the company's"`
	Cost       string             `json:"cost" doc:"of all that was shipped"`
	Proofs     []ProofView        `json:"proofs,omitempty" doc:"proofs of delivery"`
	Holds      []HoldView         `json:"holds" doc:"open holds"`
	Lines      []ShipmentLineView `json:"lines"`
}

// ProofView is what the receiver signed.
type ProofView struct {
	At     string `json:"at" doc:"RFC 3339, UTC"`
	Signer string `json:"signer"`
}

// ShipmentLineView is one pick line; quantities are in the product's base unit.
type ShipmentLineView struct {
	ID          id.ShipLine `json:"id"`
	No          int64       `json:"no"`
	Order       id.Order    `json:"order"`
	OrderNumber string      `json:"order_number"`
	OrderLine   id.Line     `json:"order_line"`
	Product     id.Product  `json:"product"`
	SKU         string      `json:"sku"`
	Name        string      `json:"name"`
	Unit        string      `json:"unit"`
	Planned     string      `json:"planned"`
	Reserved    string      `json:"reserved"`
	Picked      string      `json:"picked"`
	Packed      string      `json:"packed"`
	Shipped     string      `json:"shipped"`
	Delivered   string      `json:"delivered"`
	Refused     string      `json:"refused"`
	Returned    string      `json:"returned"`
	Cost        string      `json:"cost" doc:"company currency"`
	ShortReason string      `json:"short_reason,omitempty"`
}

// Shipment shows one shipment.
func Shipment(q db.Querier, s id.Shipment) (ShipmentView, error) {
	var v ShipmentView
	found, err := shipping.Read(q, []id.Shipment{s})
	if err != nil {
		return v, err
	}
	x := found[s]
	if x == nil {
		return v, shipping.ErrUnknown.Because("there is no shipment %s: look for it by its number or on its order", s)
	}
	err = q.Each(shipmentColumns+` WHERE s.id=$1`, nil, []any{int64(s)}, func(r *db.Rows) error {
		var err error
		v.ShipmentRow, _, err = scanShipment(r)
		return err
	})
	if err != nil {
		return v, err
	}
	c, _, err := today(q)
	if err != nil {
		return v, err
	}
	v.Transit, v.WeightG, v.Currency = x.Transit, x.WeightG, c.Currency
	if _, err := q.One(`SELECT name FROM site WHERE id=$1`, []any{int64(x.ShipTo)}, &v.ShipToName); err != nil {
		return v, err
	}
	v.Proofs, err = collect(q, `SELECT at, signer FROM pod WHERE shipment_id=$1 ORDER BY id`, nil, []any{int64(s)}, func(r *db.Rows, p *ProofView) error {
		var at int64
		err := r.Scan(&at, &p.Signer)
		p.At = instant(at)
		return err
	})
	if err != nil {
		return v, err
	}
	if v.Holds, err = holdsOf(q, int64(s)); err != nil {
		return v, err
	}
	return v, v.lines(q, x)
}

func (v *ShipmentView) lines(q db.Querier, x *shipping.Shipment) error {
	var goods ids[id.Product]
	var nums numbers
	for _, l := range x.Lines {
		goods.add(l.Product)
		nums.add("order", int64(l.Order))
	}
	arts, err := articles(q, goods.list)
	if err != nil {
		return err
	}
	if err := nums.load(q); err != nil {
		return err
	}
	v.Lines = make([]ShipmentLineView, 0, len(x.Lines))
	cost := int64(0)
	for _, l := range x.Lines {
		a := arts[l.Product]
		cost += l.Cost
		v.Lines = append(v.Lines, ShipmentLineView{ID: l.ID, No: l.No, Order: l.Order, OrderNumber: nums.found[int64(l.Order)].Number, OrderLine: l.OrderLine, Product: l.Product,
			SKU: a.SKU, Name: a.Name, Unit: a.Unit, Planned: a.qty(l.Planned), Reserved: a.qty(l.Reserved), Picked: a.qty(l.Picked), Packed: a.qty(l.Packed), Shipped: a.qty(l.Shipped),
			Delivered: a.qty(l.Delivered), Refused: a.qty(l.Refused), Returned: a.qty(l.Returned), Cost: money.Format(l.Cost, v.Currency), ShortReason: l.ShortReason})
	}
	v.Cost = money.Format(cost, v.Currency)
	return nil
}
