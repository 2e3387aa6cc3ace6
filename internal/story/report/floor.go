package report

import (
	"kontor/internal/rooms/hold"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// What a shipment waits for on the floor.
const (
	ToPick  = "pick"    // nobody has been at its shelves
	Picking = "picking" // some of its lines are picked or said to be missing
	ToPack  = "pack"    // all lines are told, not all that was picked is in boxes
	ToShip  = "ship"    // all is in boxes
)

// FloorTask is a planned shipment as the warehouse sees it.
type FloorTask struct {
	ID        id.Shipment `json:"id"`
	Customer  string      `json:"customer" doc:"name"`
	Warehouse string      `json:"warehouse" doc:"code"`
	PlannedOn day.Day     `json:"planned_on"`
	Waits     string      `json:"waits" enum:"pick,picking,pack,ship"`
	Held      bool        `json:"held" doc:"a hold on it, or on an order of it, stops picking"`
	Lines     int64       `json:"lines"`
	Told      int64       `json:"told" doc:"lines that are picked or said to be missing"`
	By        int64       `json:"by,omitempty" doc:"user who picked last"`
	ByName    string      `json:"by_name,omitempty"`
}

// Floor lists all planned shipments, the earliest plan first.
func Floor(q db.Querier) ([]FloorTask, error) {
	return collect(q, `SELECT s.id, c.name, w.code, s.planned_on, s.hold_mask, t.held, t.n, t.told, t.picked, t.packed, COALESCE(e.actor_id, 0), COALESCE(u.name, '')
		FROM shipment s JOIN customer c ON c.id=s.customer_id JOIN warehouse w ON w.id=s.warehouse_id
		JOIN (SELECT l.shipment_id, COUNT(*) AS n, CAST(SUM(CASE WHEN l.picked>0 OR l.short_reason<>'' THEN 1 ELSE 0 END) AS BIGINT) AS told,
				CAST(SUM(l.picked) AS BIGINT) AS picked, CAST(SUM(l.packed) AS BIGINT) AS packed, MAX(o.hold_mask & $1) AS held
			FROM shipment x JOIN shipment_line l ON l.shipment_id=x.id JOIN sales_order o ON o.id=l.order_id WHERE x.decision='planned' GROUP BY l.shipment_id) t ON t.shipment_id=s.id
		LEFT JOIN event e ON e.id=(SELECT MAX(v.id) FROM event v WHERE v.subject_id=s.id AND v.type IN ('pick.taken','pick.short','pick.finished'))
		LEFT JOIN app_user u ON u.id=e.actor_id
		WHERE s.decision='planned' AND s.direction='out' ORDER BY s.planned_on, s.id`, nil, []any{int64(hold.OnPick)}, func(r *db.Rows, v *FloorTask) error {
		var mask, held, picked, packed int64
		err := r.Scan(&v.ID, &v.Customer, &v.Warehouse, &v.PlannedOn, &mask, &held, &v.Lines, &v.Told, &picked, &packed, &v.By, &v.ByName)
		v.Held = mask&hold.OnPick != 0 || held != 0
		switch {
		case v.Told == 0:
			v.Waits = ToPick
		case v.Told < v.Lines:
			v.Waits = Picking
		case packed < picked || picked == 0:
			v.Waits = ToPack
		default:
			v.Waits = ToShip
		}
		return err
	})
}
