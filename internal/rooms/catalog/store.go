package catalog

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Add creates products with their units. SKUs that exist stay as they are.
func Add(tx *db.Tx, products []Product) (ids map[string]id.Product, fresh map[string]bool, err error) {
	ids, fresh = map[string]id.Product{}, map[string]bool{}
	if len(products) == 0 {
		return
	}
	l := db.NewList(len(products))
	skus := make([]string, 0, len(products))
	for i := range products {
		p := &products[i]
		if err = p.Check(); err != nil {
			return
		}
		skus = append(skus, p.SKU)
		l.Add(int64(p.ID), p.SKU, p.Name, p.Kind, p.Unit, p.Scale, p.Track, p.TaxClass, p.GTIN, p.WeightG, p.Sellable)
	}
	tx.Touch()
	err = tx.Each(`WITH {a: id BIGINT, sku TEXT, name TEXT, kind TEXT, unit TEXT, scale BIGINT, track TEXT, tc TEXT, gtin TEXT, w BIGINT, s BIGINT}
		INSERT INTO product(id, sku, name, kind, base_unit, qty_scale, track, tax_class, gtin, weight_g, sellable, version, tx_id)
		SELECT a.id, a.sku, a.name, a.kind, a.unit, a.scale, a.track, a.tc, a.gtin, a.w, a.s, 1, $1 FROM a WHERE true ORDER BY a.sku
		ON CONFLICT (sku) DO NOTHING RETURNING product.sku`, l, []any{tx.ID()}, func(r *db.Rows) error {
		var sku string
		err := r.Scan(&sku)
		fresh[sku] = true
		return err
	})
	if err != nil {
		return
	}
	units := db.NewList(0)
	for _, p := range products {
		for _, u := range p.Units {
			if fresh[p.SKU] {
				units.Add(int64(p.ID), u.Unit, u.Num, u.Den, u.GTIN, u.Role)
			}
		}
	}
	insertUnits(tx, units)
	found, err := BySKU(tx, skus)
	for sku, p := range found {
		ids[sku] = p.ID
	}
	return ids, fresh, err
}

func insertUnits(tx *db.Tx, units *db.List) {
	tx.Put(`WITH {a: p BIGINT, u TEXT, num BIGINT, den BIGINT, gtin TEXT, role TEXT}
		INSERT INTO product_unit(product_id, unit, num, den, gtin, role) SELECT a.p, a.u, a.num, a.den, a.gtin, a.role FROM a`, units)
}

// Update changes a product's master data; base unit, scale and units stay, since quantities rest on them.
func Update(tx *db.Tx, p *Product) error {
	if err := p.Check(); err != nil {
		return err
	}
	tx.Touch()
	n, err := tx.Exec(`UPDATE product SET name=$3, tax_class=$4, gtin=$5, weight_g=$6, sellable=$7, version=version+1, tx_id=$8
		WHERE id=$1 AND version=$2`, nil, int64(p.ID), p.Version, p.Name, p.TaxClass, p.GTIN, p.WeightG, p.Sellable, tx.ID())
	if err == nil && n == 0 {
		return ErrStale.Because("product %s was changed meanwhile; read it again", p.SKU)
	}
	p.Version++
	return err
}

const columns = `p.id, p.sku, p.name, p.kind, p.base_unit, p.qty_scale, p.track, p.tax_class, p.gtin, p.weight_g, p.sellable, p.version`

func scan(r *db.Rows) (*Product, error) {
	p := &Product{}
	err := r.Scan((*int64)(&p.ID), &p.SKU, &p.Name, &p.Kind, &p.Unit, &p.Scale, &p.Track, &p.TaxClass, &p.GTIN, &p.WeightG, &p.Sellable, &p.Version)
	return p, err
}

// ByID reads products with their units.
func ByID(q db.Querier, ids []id.Product) (map[id.Product]*Product, error) {
	out := make(map[id.Product]*Product, len(ids))
	ids = db.Known(q, ids, out, db.Copied)
	err := q.Each(`WITH {a: id BIGINT} SELECT `+columns+` FROM a JOIN product p ON p.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		p, err := scan(r)
		out[p.ID] = p
		return err
	})
	if err != nil {
		return nil, err
	}
	err = units(q, `WITH {a: id BIGINT} SELECT `+unitColumns+` FROM a JOIN product_unit u ON u.product_id=a.id ORDER BY u.product_id, u.unit`, db.Ints(ids), out)
	if err == nil {
		db.Learn(q, ids, out, db.Copied)
	}
	return out, err
}

// BySKU reads products with their units by SKU.
func BySKU(q db.Querier, skus []string) (map[string]*Product, error) {
	byID, out := map[id.Product]*Product{}, make(map[string]*Product, len(skus))
	skus = db.Known(q, skus, out, db.Copied)
	err := q.Each(`WITH {a: sku TEXT} SELECT `+columns+` FROM a JOIN product p ON p.sku=a.sku`, db.Texts(skus), nil, func(r *db.Rows) error {
		p, err := scan(r)
		byID[p.ID], out[p.SKU] = p, p
		return err
	})
	if err != nil {
		return nil, err
	}
	err = units(q, `WITH {a: sku TEXT} SELECT `+unitColumns+` FROM a JOIN product p ON p.sku=a.sku JOIN product_unit u ON u.product_id=p.id ORDER BY u.product_id, u.unit`,
		db.Texts(skus), byID)
	if err == nil {
		db.Learn(q, skus, out, db.Copied)
	}
	return out, err
}

const unitColumns = `u.product_id, u.unit, u.num, u.den, u.gtin, u.role`

// units asks by what the products were asked by, so that both can be asked together.
func units(q db.Querier, sql string, l *db.List, products map[id.Product]*Product) error {
	return q.Each(sql, l, nil, func(r *db.Rows) error {
		var pid id.Product
		var u Unit
		err := r.Scan((*int64)(&pid), &u.Unit, &u.Num, &u.Den, &u.GTIN, &u.Role)
		if p := products[pid]; p != nil {
			p.Units = append(p.Units, u)
		}
		return err
	})
}
