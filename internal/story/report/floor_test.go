package report_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// TestMeantAndFloor: codes lead to what they stand for, and the floor tells
// what each planned shipment waits for.
func TestMeantAndFloor(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(q *db.Reader) error {
			var sku, number string
			if _, err := q.One(`SELECT p.sku FROM product p ORDER BY p.id LIMIT 1`, nil, &sku); err != nil {
				return err
			}
			if _, err := q.One(`SELECT number FROM sales_order WHERE id=$1`, []any{int64(s.order)}, &number); err != nil {
				return err
			}
			for code, want := range map[string][2]string{sku: {"item", sku}, "]C1" + strings.ToLower(sku): {"item", sku}, number: {"order", number}, s.shipment.String(): {"shipment", s.shipment.String()}} {
				v, err := report.Scanned(q, code)
				if err != nil || v.Kind != want[0] || v.Ref != want[1] {
					t.Errorf("%s: %s %s, %v", code, v.Kind, v.Ref, err)
				}
			}
			if _, err := report.Scanned(q, "NOTHING-7"); !errors.Is(err, report.ErrUnknownCode) || !strings.Contains(err.Error(), "NOTHING-7") {
				t.Errorf("an unknown code: %v", err)
			}
			_, err := report.Floor(q)
			return err
		})
	})
}

// TestACartonIsFoundByItsGTIN: written with or without leading zeros, and one
// read of it stands for what is in it.
func TestACartonIsFoundByItsGTIN(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		var sku string
		err := d.Write(context.Background(), db.Actor{ID: 3}, func(tx *db.Tx) error {
			var p int64
			if _, err := tx.One(`SELECT id, sku FROM product WHERE qty_scale=0 ORDER BY id LIMIT 1`, nil, &p, &sku); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE product SET gtin='4006381333931' WHERE id=$1`, nil, p); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO product_unit(product_id, unit, num, den, gtin, role) VALUES ($1, 'XCT', 12, 1, '09521234543213', 'pack')`, nil, p)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		read(t, d, func(q *db.Reader) error {
			for code, each := range map[string]int64{"4006381333931": 1, "04006381333931": 1, "]C10104006381333931" + "10L7": 1, "(01)09521234543213(10)L7": 12} {
				v, err := report.Scanned(q, code)
				if err != nil || v.Ref != sku || v.Each != each || strings.Contains(code, "L7") != (v.Lot == "L7") {
					t.Errorf("%s: %+v, %v", code, v, err)
				}
			}
			return nil
		})
	})
}
