package report

import (
	"cmp"
	"slices"

	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// ShortageView is an item of which there is too little; quantities are in its
// base unit, over all warehouses.
type ShortageView struct {
	Product   id.Product `json:"product"`
	SKU       string     `json:"sku"`
	Name      string     `json:"name"`
	Unit      string     `json:"unit"`
	State     string     `json:"state" enum:"short,low"`
	OnHand    string     `json:"on_hand" doc:"that may be sold"`
	Reserved  string     `json:"reserved"`
	Missing   string     `json:"missing" doc:"promised, and neither reserved nor released"`
	Projected string     `json:"projected" doc:"on hand less reserved and missing"`
	Safety    string     `json:"safety" doc:"what leaves in seven days, by the last 90"`
	Orders    int64      `json:"orders" doc:"that wait for it"`
	First     day.Day    `json:"first,omitempty" doc:"the first promise that is not covered"`

	projected, safety int64
}

const (
	usageDays  = 90
	safetyDays = 7
)

// Shortages lists items with less than nothing left, then those below their
// safety stock, the scarcest first.
func Shortages(q db.Querier) ([]ShortageView, error) {
	_, on, err := today(q)
	if err != nil {
		return nil, err
	}
	all, err := collect(q, `SELECT a.id, a.sku, a.name, a.base_unit, a.qty_scale, COALESCE(p.on_hand, 0), COALESCE(p.reserved, 0), COALESCE(w.missing, 0), COALESCE(w.orders, 0), COALESCE(w.first_on, ''), COALESCE(x.out, 0)
		FROM product a
		LEFT JOIN (SELECT z.product_id, CAST(SUM(z.on_hand) AS BIGINT) AS on_hand, CAST(SUM(z.reserved) AS BIGINT) AS reserved FROM stock_pot z WHERE z.status='sellable' GROUP BY z.product_id) p ON p.product_id=a.id
		LEFT JOIN (SELECT s.product_id, CAST(SUM(s.qty-s.reserved-s.released) AS BIGINT) AS missing, COUNT(DISTINCT o.id) AS orders, MIN(s.promised_on) AS first_on
			FROM sales_order o JOIN order_line l ON l.order_id=o.id JOIN order_schedule s ON s.line_id=l.id
			WHERE o.decision IN ('captured','confirmed') AND l.decision='open' AND l.ordered-l.cancelled-l.shipped>0 AND s.qty>s.reserved+s.released GROUP BY s.product_id) w ON w.product_id=a.id
		LEFT JOIN (SELECT z.product_id, CAST(SUM(d.qty_out) AS BIGINT) AS out FROM stock_day d JOIN stock_pot z ON z.id=d.pot_id WHERE d.day>$1 AND z.status='sellable' GROUP BY z.product_id) x ON x.product_id=a.id
		WHERE a.kind='goods' AND a.sellable=1`, nil, []any{string(on.AddDays(-usageDays))}, scanShortage)
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(all, func(v ShortageView) bool { return v.State == "" })
	slices.SortFunc(out, func(a, b ShortageView) int {
		return cmp.Or(cmp.Compare(b.State, a.State), cmpText(a.First, b.First), cmp.Compare(a.projected, b.projected), cmpText(a.SKU, b.SKU))
	})
	return out, nil
}

func scanShortage(r *db.Rows, v *ShortageView) error {
	var a article
	var hand, reserved, missing, used int64
	err := r.Scan(&v.Product, &v.SKU, &v.Name, &v.Unit, &a.Scale, &hand, &reserved, &missing, &v.Orders, &v.First, &used)
	if err != nil {
		return err
	}
	v.projected, v.safety = hand-reserved-missing, (max(0, used)*safetyDays+usageDays-1)/usageDays
	switch {
	case v.projected < 0:
		v.State = "short"
	case v.projected < v.safety:
		v.State = "low"
	}
	v.OnHand, v.Reserved, v.Missing, v.Projected, v.Safety = a.qty(hand), a.qty(reserved), a.qty(missing), a.qty(v.projected), a.qty(v.safety)
	return nil
}
