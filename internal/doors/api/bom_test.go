package api_test

import (
	"testing"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// TestWhatProductsAreMadeOf: a bill of material is saved, shown from both ends,
// taken apart, and refused with the field that is wrong.
func TestWhatProductsAreMadeOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d).furnish()
		k.ok("POST", "/v1/products", `{"sku":"SET","name":"Set of bolts"}`)
		k.ok("POST", "/v1/products", `{"sku":"WIRE","name":"Wire","base_unit":"KGM","qty_scale":3}`)
		k.want(k.ok("PUT", "/v1/products/SET/bom", `{"yield":"0.98","lines":[{"sku":"BOLT","qty":"10","valid_from":"2026-01-01"},{"sku":"NUT","qty":"10","scrap":"0.5","valid_from":"2026-01-01"}]}`), "version", "1", "lines.1.scrap", "0.5")
		k.ok("PUT", "/v1/products/BOLT/bom", `{"lines":[{"sku":"WIRE","qty":"0.025","per":"2","valid_from":"2026-01-01","valid_to":"2026-12-31"}]}`)
		k.want(k.ok("GET", "/v1/products/SET/bom", ""), "yield", "0.98", "lines.0.sku", "BOLT", "lines.0.per", "1", "used_in", "[]")
		k.want(k.ok("GET", "/v1/products/BOLT/bom", ""), "lines.0.qty", "0.025", "lines.0.per", "2", "used_in.0.sku", "SET", "used_in.0.qty", "10")
		x := k.ok("GET", "/v1/products/SET/explosion?qty=49&on=2026-06-01", "")
		k.want(x, "needs.0.qty", "49", "needs.1.sku", "BOLT", "needs.1.qty", "500", "needs.2.sku", "NUT", "needs.2.qty", "1000", "needs.3.sku", "WIRE", "needs.3.qty", "6.25", "needs.3.level", "2")
		k.want(k.ok("GET", "/v1/products/SET/explosion?qty=49&on=2027-06-01", ""), "needs.1.made", "false")
		k.no(404, "bom.none", "GET", "/v1/products/NUT/explosion", "")
		k.want(k.no(404, "product.unknown", "PUT", "/v1/products/SET/bom", `{"lines":[{"sku":"GHOST","qty":"1","valid_from":"2026-01-01"}]}`), "path", "lines[0].sku")
		k.want(k.no(422, "bom.overlap", "PUT", "/v1/products/SET/bom", `{"lines":[{"sku":"BOLT","qty":"1","valid_from":"2026-01-01"},{"sku":"BOLT","qty":"2","valid_from":"2026-05-01"}]}`), "path", "lines[1]")
		k.want(k.no(422, "request.invalid", "PUT", "/v1/products/SET/bom", `{"yield":"98","lines":[]}`), "path", "yield")
		k.no(409, "bom.cycle", "PUT", "/v1/products/WIRE/bom", `{"lines":[{"sku":"SET","qty":"1","valid_from":"2026-01-01"}]}`)
		k.no(412, "bom.stale", "PUT", "/v1/products/SET/bom", `{"lines":[]}`, "If-Match", `"7"`)
		k.want(k.ok("GET", "/v1/products/BOLT/promise?qty=1000", ""), "parts.0.qty", "1000", "open", "0")
		k.want(k.ok("GET", "/v1/products/BOLT/promise?qty=1001&split=true", ""), "parts.0.qty", "1000", "open", "1", "limit.kind", "stock")
		k.want(k.ok("PUT", "/v1/products/SET/bom", `{"lines":[]}`, "If-Match", `"1"`), "version", "2", "lines", "[]")
		k.verified()
	})
}
