package bom

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Save brings bills to what is given; one without lines stands for a product
// that is not made any more. The lock of Touch is held until the end, so that
// nobody else changes bills while the caller looks for cycles.
func Save(tx *db.Tx, bills []Bill) error {
	tx.Touch()
	if err := fresh(tx, bills); err != nil {
		return err
	}
	heads, lines := db.NewList(len(bills)), db.NewList(0)
	ids := make([]id.Product, 0, len(bills))
	for i := range bills {
		b := &bills[i]
		if err := b.Check(); err != nil {
			return err
		}
		ids = append(ids, b.Product)
		heads.Add(int64(b.Product), b.Yield, b.Phantom)
		for n, l := range b.Lines {
			lines.Add(tx.NewID(), int64(b.Product), n+1, int64(l.Component), l.Role, l.Take, l.Per, l.Scrap, string(l.From), string(l.To))
		}
	}
	tx.Put(`WITH {a: p BIGINT, y BIGINT, ph BIGINT} INSERT INTO bom(product_id, yield_ppm, phantom, version, tx_id) SELECT a.p, a.y, a.ph, 1, $1 FROM a WHERE true
		ON CONFLICT (product_id) DO UPDATE SET yield_ppm=excluded.yield_ppm, phantom=excluded.phantom, version=bom.version+1, tx_id=excluded.tx_id`, heads, tx.ID())
	tx.Do(`WITH {a: id BIGINT} DELETE FROM bom_line WHERE assembly_id IN (SELECT a.id FROM a)`, db.Ints(ids))
	tx.Put(`WITH {a: id BIGINT, p BIGINT, n BIGINT, c BIGINT, role TEXT, take BIGINT, per BIGINT, scrap BIGINT, f TEXT, t TEXT}
		INSERT INTO bom_line(id, assembly_id, line_no, component_id, role, take, per, scrap_ppm, valid_from, valid_to, tx_id)
		SELECT a.id, a.p, a.n, a.c, a.role, a.take, a.per, a.scrap, a.f, a.t, $1 FROM a`, lines, tx.ID())
	return nil
}

// fresh refuses to replace what somebody else has changed meanwhile.
func fresh(tx *db.Tx, bills []Bill) error {
	ids := make([]id.Product, len(bills))
	for i, b := range bills {
		ids[i] = b.Product
	}
	now, err := Of(tx, ids)
	for i, b := range bills {
		if x := now[b.Product]; err == nil && b.Version != 0 && (x == nil || x.Version != b.Version) {
			err = fault.At(ErrStale.Because("this bill of material was changed meanwhile: read it again, and save what you want on top of it"), "[%d]", i)
		}
	}
	return err
}

const read = `SELECT b.product_id, b.yield_ppm, b.phantom, b.version, COALESCE(l.id, 0), COALESCE(l.component_id, 0), COALESCE(l.role, ''), COALESCE(l.take, 0), COALESCE(l.per, 0), COALESCE(l.scrap_ppm, 0), COALESCE(l.valid_from, ''), COALESCE(l.valid_to, '')
	FROM bom b LEFT JOIN bom_line l ON l.assembly_id=b.product_id`

// Under reads the bills of products and of all that stands under them.
func Under(q db.Querier, products []id.Product) (Book, error) {
	return book(q, `WITH {a: id BIGINT} `+read+` WHERE b.product_id IN (WITH RECURSIVE f(id) AS (SELECT a.id FROM a UNION SELECT k.component_id FROM bom_line k JOIN f ON k.assembly_id=f.id) SELECT f.id FROM f) ORDER BY l.id`, products)
}

// Of reads the bills of products alone.
func Of(q db.Querier, products []id.Product) (Book, error) {
	return book(q, `WITH {a: id BIGINT} `+read+` JOIN a ON a.id=b.product_id ORDER BY l.id`, products)
}

// With reads the lines that take a product, by assembly.
func With(q db.Querier, component id.Product) (Book, error) {
	return book(q, `WITH {a: id BIGINT} `+read+` JOIN a ON a.id=l.component_id ORDER BY l.id`, []id.Product{component})
}

func book(q db.Querier, sql string, products []id.Product) (Book, error) {
	out := Book{}
	seen := map[id.BOMLine]bool{}
	err := q.Each(sql, db.Ints(products), nil, func(r *db.Rows) error {
		var b Bill
		var l Line
		err := r.Scan((*int64)(&b.Product), &b.Yield, &b.Phantom, &b.Version, (*int64)(&l.ID), (*int64)(&l.Component), &l.Role, &l.Take, &l.Per, &l.Scrap, (*string)(&l.From), (*string)(&l.To))
		if out[b.Product] == nil {
			out[b.Product] = &b
		}
		if l.ID != 0 && !seen[l.ID] { // a list may come in parts that share what stands under them
			seen[l.ID] = true
			out[b.Product].Lines = append(out[b.Product].Lines, l)
		}
		return err
	})
	return out, err
}
