package shipping

import (
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Plan writes shipments with their lines.
func Plan(tx *db.Tx, list []*Shipment) {
	heads, lines := db.NewList(len(list)), db.NewList(4*len(list))
	for _, s := range list {
		heads.Add(int64(s.ID), s.Direction, int64(s.Warehouse), int64(s.Customer), int64(s.ShipTo), s.Carrier, string(s.PlannedOn), s.Transit)
		for _, l := range s.Lines {
			lines.Add(int64(l.ID), int64(s.ID), l.No, int64(l.Order), int64(l.OrderLine), int64(l.Schedule), int64(l.Product), int64(l.Pot), l.Planned, l.Reserved)
		}
	}
	tx.Put(`WITH {a: id BIGINT, dir TEXT, wh BIGINT, cus BIGINT, st BIGINT, car TEXT, p TEXT, tr BIGINT}
		INSERT INTO shipment(id, number, direction, warehouse_id, customer_id, ship_to_id, carrier, decision, hold_mask, planned_on, shipped_on, delivered_on, transit, tracking, weight_g, version, tx_id)
		SELECT a.id, '', a.dir, a.wh, a.cus, a.st, a.car, 'planned', 0, a.p, '', '', a.tr, '', 0, 1, $1 FROM a`, heads, tx.ID())
	tx.Put(`WITH {a: id BIGINT, s BIGINT, no BIGINT, o BIGINT, ol BIGINT, sch BIGINT, p BIGINT, pot BIGINT, plan BIGINT, res BIGINT}
		INSERT INTO shipment_line(id, shipment_id, line_no, order_id, order_line_id, schedule_id, product_id, pot_id, planned, reserved, tx_id)
		SELECT a.id, a.s, a.no, a.o, a.ol, a.sch, a.p, a.pot, a.plan, a.res, $1 FROM a`, lines, tx.ID())
}

const headColumns = `s.id, s.number, s.direction, s.warehouse_id, s.customer_id, s.ship_to_id, s.carrier, s.decision, s.hold_mask, s.planned_on, s.shipped_on, s.delivered_on, s.transit, s.tracking, s.weight_g, s.version`
const lineColumns = `l.id, l.shipment_id, l.line_no, l.order_id, l.order_line_id, l.schedule_id, l.product_id, l.pot_id, l.planned, l.reserved, l.picked, l.packed, l.shipped, l.delivered, l.refused, l.returned, l.cost_amt, l.returned_cost, l.short_reason`

func scanLine(r *db.Rows) (*Line, error) {
	l := &Line{}
	err := r.Scan((*int64)(&l.ID), (*int64)(&l.Shipment), &l.No, (*int64)(&l.Order), (*int64)(&l.OrderLine), (*int64)(&l.Schedule), (*int64)(&l.Product), (*int64)(&l.Pot),
		&l.Planned, &l.Reserved, &l.Picked, &l.Packed, &l.Shipped, &l.Delivered, &l.Refused, &l.Returned, &l.Cost, &l.ReturnedCost, &l.ShortReason)
	return l, err
}

// Lock locks shipments in ascending order and reads them with their lines; q
// belongs to a Tx.
func Lock(q db.Querier, ids []id.Shipment) (map[id.Shipment]*Shipment, error) {
	return load(q, ids, `{lock s}`)
}

// Read reads shipments with their lines.
func Read(q db.Querier, ids []id.Shipment) (map[id.Shipment]*Shipment, error) {
	return load(q, ids, ``)
}

func load(q db.Querier, ids []id.Shipment, lock string) (map[id.Shipment]*Shipment, error) {
	sorted := make([]id.Shipment, 0, len(ids))
	seen := map[id.Shipment]bool{}
	for _, s := range ids {
		if s != 0 && !seen[s] {
			seen[s] = true
			sorted = append(sorted, s)
		}
	}
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	out := make(map[id.Shipment]*Shipment, len(sorted))
	err := q.Each(`WITH {a: id BIGINT} SELECT `+headColumns+` FROM a JOIN shipment s ON s.id=a.id ORDER BY s.id `+lock, db.Ints(sorted), nil, func(r *db.Rows) error {
		s := &Shipment{}
		err := r.Scan((*int64)(&s.ID), &s.Number, &s.Direction, (*int64)(&s.Warehouse), (*int64)(&s.Customer), (*int64)(&s.ShipTo), &s.Carrier, &s.Decision, &s.HoldMask,
			(*string)(&s.PlannedOn), (*string)(&s.ShippedOn), (*string)(&s.DeliveredOn), &s.Transit, &s.Tracking, &s.WeightG, &s.Version)
		out[s.ID] = s
		return err
	})
	if err != nil {
		return out, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT `+lineColumns+` FROM a JOIN shipment_line l ON l.shipment_id=a.id ORDER BY l.shipment_id, l.line_no`, db.Ints(sorted), nil, func(r *db.Rows) error {
		l, err := scanLine(r)
		if s := out[l.Shipment]; s != nil {
			s.Lines = append(s.Lines, l)
		}
		return err
	})
	return out, err
}

// OrdersOf gives, without locking, the orders of shipments.
func OrdersOf(q db.Querier, ids []id.Shipment) ([]id.Order, error) {
	seen := map[id.Order]bool{}
	var out []id.Order
	err := q.Each(`WITH {a: id BIGINT} SELECT DISTINCT l.order_id FROM a JOIN shipment_line l ON l.shipment_id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		var o id.Order
		err := r.Scan((*int64)(&o))
		if !seen[o] {
			seen[o] = true
			out = append(out, o)
		}
		return err
	})
	return out, err
}

// OfOrders gives the shipments of orders, per order, oldest first.
func OfOrders(q db.Querier, orders []id.Order) (map[id.Order][]id.Shipment, error) {
	out := map[id.Order][]id.Shipment{}
	err := q.Each(`WITH {a: id BIGINT} SELECT DISTINCT l.order_id, l.shipment_id FROM a JOIN shipment_line l ON l.order_id=a.id ORDER BY l.order_id, l.shipment_id`, db.Ints(orders), nil, func(r *db.Rows) error {
		var o id.Order
		var s id.Shipment
		err := r.Scan((*int64)(&o), (*int64)(&s))
		out[o] = append(out[o], s)
		return err
	})
	return out, err
}

// LinesByID reads shipment lines.
func LinesByID(q db.Querier, ids []id.ShipLine) (map[id.ShipLine]*Line, error) {
	out := map[id.ShipLine]*Line{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+lineColumns+` FROM a JOIN shipment_line l ON l.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		l, err := scanLine(r)
		out[l.ID] = l
		return err
	})
	return out, err
}

// Decide writes the decision, number and days of shipments still at their version.
func Decide(tx *db.Tx, list []*Shipment) {
	l := db.NewList(len(list))
	for _, s := range list {
		l.Add(int64(s.ID), s.Version, s.Decision, s.Number, string(s.ShippedOn), string(s.DeliveredOn), s.Carrier, s.Tracking)
		s.Version++
	}
	tx.Put(`WITH {a: id BIGINT, v BIGINT, d TEXT, n TEXT, s TEXT, del TEXT, car TEXT, tr TEXT} UPDATE shipment SET decision=a.d, number=a.n, shipped_on=a.s, delivered_on=a.del,
		carrier=a.car, tracking=a.tr, version=shipment.version+1, tx_id=$1 FROM a WHERE shipment.id=a.id AND shipment.version=a.v`, l, tx.ID())
}

// Weigh writes the weights of shipments still at their version.
func Weigh(tx *db.Tx, list []*Shipment) {
	l := db.NewList(len(list))
	for _, s := range list {
		l.Add(int64(s.ID), s.Version, s.WeightG)
		s.Version++
	}
	tx.Put(`WITH {a: id BIGINT, v BIGINT, w BIGINT} UPDATE shipment SET weight_g=a.w, version=shipment.version+1, tx_id=$1
		FROM a WHERE shipment.id=a.id AND shipment.version=a.v`, l, tx.ID())
}

// InHand gives, per pot, what was picked and has not left: it stands on the
// floor and lies on no shelf, though the pot still has it.
func InHand(q db.Querier) (map[id.Pot]int64, error) {
	out := map[id.Pot]int64{}
	err := q.Each(`SELECT l.pot_id, CAST(SUM(l.picked) AS BIGINT) FROM shipment s JOIN shipment_line l ON l.shipment_id=s.id
		WHERE s.decision='planned' AND l.picked>0 GROUP BY l.pot_id`, nil, nil, func(r *db.Rows) error {
		var p id.Pot
		var n int64
		err := r.Scan((*int64)(&p), &n)
		out[p] = n
		return err
	})
	return out, err
}

// SaveLines writes the counters of lines of locked shipments.
func SaveLines(tx *db.Tx, lines []*Line) {
	l := db.NewList(len(lines))
	seen := make(map[id.ShipLine]bool, len(lines))
	for _, x := range lines {
		if seen[x.ID] { // came back twice: the locked copy has both
			continue
		}
		seen[x.ID] = true
		l.Add(int64(x.ID), x.Planned, x.Reserved, x.Picked, x.Packed, x.Shipped, x.Delivered, x.Refused, x.Returned, x.Cost, x.ReturnedCost, x.ShortReason)
	}
	tx.Put(`WITH {a: id BIGINT, plan BIGINT, res BIGINT, pick BIGINT, pack BIGINT, shp BIGINT, del BIGINT, ref BIGINT, ret BIGINT, cost BIGINT, rc BIGINT, sr TEXT}
		UPDATE shipment_line SET planned=a.plan, reserved=a.res, picked=a.pick, packed=a.pack, shipped=a.shp, delivered=a.del, refused=a.ref, returned=a.ret, cost_amt=a.cost,
			returned_cost=a.rc, short_reason=a.sr, tx_id=$1 FROM a WHERE shipment_line.id=a.id`, l, tx.ID())
}

// POD is what a receiver signed: lines as JSON, [line, delivered, refused].
type POD struct {
	Shipment      id.Shipment
	Signer, Lines string
}

// AddPODs keeps proofs of delivery.
func AddPODs(tx *db.Tx, list []POD) {
	l := db.NewList(len(list))
	for _, p := range list {
		l.Add(tx.NewID(), int64(p.Shipment), p.Signer, p.Lines)
	}
	tx.Put(`WITH {a: id BIGINT, s BIGINT, signer TEXT, lines TEXT} INSERT INTO pod(id, shipment_id, at, signer, blob_hash, lines, tx_id)
		SELECT a.id, a.s, $1, a.signer, '', a.lines, $2 FROM a`, l, tx.Stamp(), tx.ID())
}
