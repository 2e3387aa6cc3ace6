package report

import (
	"strings"

	"kontor/internal/formats/gs1"
	"kontor/internal/rooms/catalog"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// ErrUnknownCode says that nothing here bears what was scanned.
var ErrUnknownCode = fault.Rule{Kind: fault.NotFound, Code: "scan.unknown"}

// MeantView is what a scanned or typed code stands for.
type MeantView struct {
	Kind     string      `json:"kind" enum:"item,place,order,shipment"`
	Ref      string      `json:"ref" doc:"SKU, code of the warehouse, number of the order, id of the shipment"`
	Name     string      `json:"name,omitempty"`
	Product  ProductView `json:"product"`
	Each     int64       `json:"each" doc:"base steps that one read stands for: more than one for a carton's code"`
	Lot      string      `json:"lot,omitempty"`
	Serial   string      `json:"serial,omitempty"`
	Expires  day.Day     `json:"expires,omitempty"`
	Shipment id.Shipment `json:"-"`
}

// Scanned tells what a code stands for: an item by its code or GTIN, a place, an
// order, a shipment. Of a GS1 element string it tells lot, serial number and
// expiry as well. What nothing bears is ErrUnknownCode.
func Scanned(q db.Querier, raw string) (MeantView, error) {
	_, on, err := today(q)
	if err != nil {
		return MeantView{}, err
	}
	c := gs1.Read(raw, on.Year())
	v := MeantView{Lot: c.Lot, Serial: c.Serial, Expires: c.Expires}
	for _, find := range []func(db.Querier, gs1.Code) (bool, error){v.item, v.carton, v.place, v.document} {
		if ok, err := find(q, c); ok || err != nil {
			return v, err
		}
	}
	return v, ErrUnknownCode.Because("%.60q is no item, place, order or shipment here: scan the label again, or type its number", c.Text)
}

// item finds an article by its code, typed in small letters, too.
func (v *MeantView) item(q db.Querier, c gs1.Code) (bool, error) {
	var p id.Product
	ok, err := q.One(`SELECT id FROM product WHERE sku IN ($1, $2) ORDER BY id LIMIT 1`, []any{c.Text, strings.ToUpper(c.Text)}, (*int64)(&p))
	if !ok || err != nil {
		return false, err
	}
	return true, v.of(q, p, 1, 1)
}

// carton finds an article, or a unit of it, by its GTIN, however many zeros
// somebody has written before it.
func (v *MeantView) carton(q db.Querier, c gs1.Code) (bool, error) {
	if c.GTIN == "" {
		return false, nil
	}
	var p id.Product
	var num, den int64
	err := q.Each(`WITH {a: x TEXT} SELECT p.id, 1, 1 FROM a JOIN product p ON p.gtin=a.x AND p.gtin<>''
		UNION ALL SELECT u.product_id, u.num, u.den FROM a JOIN product_unit u ON u.gtin=a.x AND u.gtin<>''`, db.Texts(gtins(c.GTIN)), nil, func(r *db.Rows) error {
		return r.Scan((*int64)(&p), &num, &den)
	})
	if p == 0 || err != nil {
		return false, err
	}
	return true, v.of(q, p, num, den)
}

func (v *MeantView) of(q db.Querier, p id.Product, num, den int64) error {
	found, err := catalog.ByID(q, []id.Product{p})
	if err != nil {
		return err
	}
	v.Kind, v.Product = "item", productView(found[p])
	v.Ref, v.Name, v.Each = v.Product.SKU, v.Product.Name, num
	for range v.Product.Scale {
		v.Each *= 10
	}
	if v.Each%den == 0 {
		v.Each /= den
	}
	return nil
}

func (v *MeantView) place(q db.Querier, c gs1.Code) (bool, error) {
	ok, err := q.One(`SELECT code, name FROM warehouse WHERE code IN ($1, $2) ORDER BY id LIMIT 1`, []any{c.Text, strings.ToUpper(c.Text)}, &v.Ref, &v.Name)
	if ok {
		v.Kind = "place"
	}
	return ok, err
}

// document finds an order or a shipment; a shipment that has no number yet is
// known by its id, which stands on the pick list.
func (v *MeantView) document(q db.Querier, c gs1.Code) (bool, error) {
	ok, err := q.One(`SELECT o.number, c.name FROM sales_order o JOIN customer c ON c.id=o.customer_id WHERE o.number IN ($1, $2) AND o.number<>''`, []any{c.Text, strings.ToUpper(c.Text)}, &v.Ref, &v.Name)
	if ok || err != nil {
		v.Kind = "order"
		return ok, err
	}
	known := int64(0)
	if n, err := id.Parse("shp", strings.ToLower(c.Text)); err == nil {
		known = n
	}
	ok, err = q.One(`SELECT s.id, c.name FROM shipment s JOIN customer c ON c.id=s.customer_id WHERE s.id=$1 OR (s.number IN ($2, $3) AND s.number<>'') LIMIT 1`,
		[]any{known, c.Text, strings.ToUpper(c.Text)}, (*int64)(&v.Shipment), &v.Name)
	v.Kind, v.Ref = "shipment", v.Shipment.String()
	return ok, err
}
