package report

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// PotView is a quantity that may be promised together; quantities are in the
// product's base unit, the value is in the company's currency.
type PotView struct {
	ID        id.Pot         `json:"id"`
	Warehouse string         `json:"warehouse" doc:"code"`
	Product   id.Product     `json:"product"`
	SKU       string         `json:"sku"`
	Name      string         `json:"name"`
	Status    string         `json:"status" enum:"sellable,quality,blocked,returned,transit"`
	Unit      string         `json:"unit"`
	OnHand    string         `json:"on_hand"`
	Reserved  string         `json:"reserved"`
	Free      string         `json:"free" doc:"on hand - reserved"`
	Currency  money.Currency `json:"currency"`
	Value     string         `json:"value"`
}

// StockFilter says which pots; empty fields match all.
type StockFilter struct {
	SKU       string // or id
	Warehouse string // code or id
}

func (f StockFilter) where(q db.Querier) (w where, err error) {
	if f.SKU != "" {
		p, err := FindProduct(q, f.SKU)
		if err != nil {
			return w, err
		}
		w.and("p.product_id=?", int64(p))
	}
	if f.Warehouse != "" {
		h, err := FindWarehouse(q, f.Warehouse)
		if err != nil {
			return w, err
		}
		w.and("p.warehouse_id=?", int64(h))
	}
	return w, nil
}

// Stock lists pots, oldest first.
func Stock(q db.Querier, f StockFilter, p Page) (List[PotView], error) {
	c, _, err := today(q)
	if err != nil {
		return List[PotView]{}, err
	}
	w, err := f.where(q)
	if err != nil {
		return List[PotView]{}, err
	}
	return paged(q, p, "pot", `SELECT p.id, w.code, a.id, a.sku, a.name, a.base_unit, a.qty_scale, p.status, p.on_hand, p.reserved, p.value_amt
		FROM stock_pot p JOIN warehouse w ON w.id=p.warehouse_id JOIN product a ON a.id=p.product_id`, "p.id", oldest, w, func(r *db.Rows) (PotView, int64, error) {
		v := PotView{Currency: c.Currency}
		var a article
		var onHand, reserved, value int64
		err := r.Scan(&v.ID, &v.Warehouse, &v.Product, &v.SKU, &v.Name, &v.Unit, &a.Scale, &v.Status, &onHand, &reserved, &value)
		v.OnHand, v.Reserved, v.Free, v.Value = a.qty(onHand), a.qty(reserved), a.qty(onHand-reserved), money.Format(value, c.Currency)
		return v, int64(v.ID), err
	})
}

// StockOnView is what lay in a pot at the end of a day.
type StockOnView struct {
	Pot       id.Pot         `json:"pot"`
	Warehouse string         `json:"warehouse" doc:"code"`
	SKU       string         `json:"sku"`
	Status    string         `json:"status"`
	On        day.Day        `json:"on"`
	Unit      string         `json:"unit"`
	OnHand    string         `json:"on_hand"`
	Currency  money.Currency `json:"currency"`
	Value     string         `json:"value"`
}

// StockOn shows a product's stock at the end of a day: what is there now, less
// the moves that are valid after that day. Those come from the sums per day,
// and from the journal where it is not rolled up yet.
func StockOn(q db.Querier, sku string, on day.Day) ([]StockOnView, error) {
	c, now, err := today(q)
	if err != nil {
		return nil, err
	}
	if err := mustBeDay(on); err != nil {
		return nil, err
	}
	p, err := FindProduct(q, sku)
	if err != nil {
		return nil, err
	}
	young, err := rolledUp(q, "stock_day")
	if err != nil {
		return nil, err
	}
	// IS TRUE makes PostgreSQL look the pots up once, not for each young move.
	return collect(q, `SELECT p.id, w.code, a.sku, p.status, a.base_unit, a.qty_scale, p.on_hand-COALESCE(d.q, 0)-COALESCE(m.q, 0), p.value_amt-COALESCE(d.v, 0)-COALESCE(m.v, 0)
		FROM stock_pot p JOIN warehouse w ON w.id=p.warehouse_id JOIN product a ON a.id=p.product_id
		LEFT JOIN (SELECT x.pot_id, CAST(SUM(x.qty_in-x.qty_out) AS BIGINT) AS q, CAST(SUM(x.value_in-x.value_out) AS BIGINT) AS v FROM stock_pot z JOIN stock_day x ON x.pot_id=z.id
			WHERE z.product_id=$1 AND x.day>$3 GROUP BY x.pot_id) d ON d.pot_id=p.id
		LEFT JOIN (SELECT x.pot_id, CAST(SUM(x.qty) AS BIGINT) AS q, CAST(SUM(x.value_amt) AS BIGINT) AS v FROM stock_move x
			WHERE x.id>=$2 AND x.id>=`+rolledTo("stock_day")+` AND x.valid_on>$3 AND (x.pot_id IN (SELECT z.id FROM stock_pot z WHERE z.product_id=$1)) IS TRUE GROUP BY x.pot_id) m ON m.pot_id=p.id
		WHERE p.product_id=$1 ORDER BY p.id`, nil, []any{int64(p), max(young, since(on, now)), string(on)}, func(r *db.Rows, v *StockOnView) error {
		var a article
		var qty, value int64
		err := r.Scan(&v.Pot, &v.Warehouse, &v.SKU, &v.Status, &v.Unit, &a.Scale, &qty, &value)
		v.On, v.OnHand, v.Currency, v.Value = on, a.qty(qty), c.Currency, money.Format(value, c.Currency)
		return err
	})
}

// mustBeDay refuses what is no day before it is counted with.
func mustBeDay(on day.Day) error {
	_, err := day.Parse(string(on))
	return err
}
