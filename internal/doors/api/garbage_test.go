package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// writes lists all routes that change something, from openapi.json.
func (k *desk) writes() (out [][2]string) {
	k.t.Helper()
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(k.ok("GET", "/openapi.json", "").text), &doc); err != nil {
		k.t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for m := range methods {
			if m != "get" {
				out = append(out, [2]string{strings.ToUpper(m), path})
			}
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[1]+a[0], b[1]+b[0]) })
	return out
}

// TestGarbageIsRefusedWhole posts nonsense to every route that writes: each
// time a problem with a code, and no table has another row.
func TestGarbageIsRefusedWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d).furnish()
		order, shipment, invoice := k.sell()
		real := map[string]string{"orders": order, "shipments": shipment, "invoices": invoice, "customers": "MUELLER", "products": "BOLT", "credit-accounts": "MUELLER"}
		before := k.rows()
		all := k.writes()
		if len(all) < 45 {
			t.Fatalf("only %d routes that write", len(all))
		}
		for _, w := range all {
			thing := real[strings.Split(w[1], "/")[2]]
			for _, id := range []string{"nonsense", "ord_0000000000001", "%00", "../../x", thing} {
				path := strings.NewReplacer("{id}", id, "{month}", id).Replace(w[1])
				for _, body := range []string{"", "{", "[]", `"text"`, "42", `{"no_such_field":1}`, `{"lines":"x"}`, `[{"sku":{}}]`} {
					if id == thing && (body == "" || strings.HasSuffix(path, "/advance")) {
						continue // many steps need no more than the document
					}
					r := k.do(w[0], path, body)
					if r.status < 400 || r.status >= 500 || r.get("code") == "" || r.get("detail") == "" {
						t.Errorf("%s %s %s → %d %s", w[0], path, body, r.status, r.text)
					}
				}
			}
		}
		k.unchanged(before, "garbage")
		k.verified()
	})
}

// bodies that are right in form: what changes in them must never break the program.
var seeds = []string{
	tenBolts,
	`{"customer":"MUELLER","po_number":"1","discount":"5","lines":[{"sku":"BOLT","qty":"1.5","unit":"BX","price":"3.333","discount":"100"}],"charges":[{"role":"freight","amount":"9.99"}]}`,
	`{"customer":"MUELLER","currency":"USD","fx_rate":"1e3","ordered_on":"2026-02-30","kind":"gift","lines":[{"sku":"SETUP","qty":"99999999999999999999"}]}`,
	`{"reason":"x","lines":[{"line":"oln_0000000000001","qty":"-1"}],"add":[{"sku":"NUT","qty":"3"}]}`,
	`{"reason":"x","full":true}`, `{"reason":"x","cancel":true,"rebill":true}`, `{"scopes":["all"],"reason":"x"}`, `{"on":"2026-01-01","all":true,"version":-1}`,
	`{"account":"BANK","number":"1","opening":"0","closing":"5","entries":[{"booked_on":"2026-03-01","amount":"5"}]}`,
	`{"reference":"R","lines":[{"sku":"BOLT","qty":"1","cost":"0.001","value":"9"}]}`, `{"reference":"R","sku":"BOLT","qty":"1","counted":"0","reason":"x"}`,
	`{"reference":"R","sku":"BOLT","qty":"1","from":"W1","to":"W2","to_status":"transit"}`,
	`{"code":"C","name":"N","currency":"EUR","terms":"N30","sites":[{"code":"A","name":"B","country":"DE"}],"limit":"1e9"}`,
	`{"code":"C","currency":"JPY","valid_from":"2020-01-01","rule":{"kind":"nth","nth":31,"months":-1}}`,
	`{"sku":"S","name":"N","qty_scale":6,"units":[{"unit":"BX","num":9223372036854775807,"den":1}]}`,
	`{"prices":[{"list":"BASE","sku":"BOLT","price":"1","min_qty":"0.5","valid_from":"9999-12-31"}]}`,
	`{"rates":[{"code":"X","category":"S","percent":"1000000","valid_from":"2020-01-01"}],"rules":[{"code":"X"}]}`,
	`{"name":"Muster GmbH","currency":"EUR","country":"DE","zone":"Local","chart":"SKR04","policy":{"tolerance_minor":-5}}`,
	`{"on":"2026-01-01","from":"USD","to":"EUR","rate":"0.0000000000000001"}`, `{"calendar":"X","days":[{"day":"2026-02-29","name":""}]}`,
	`{"ledger":"stock"}`, `{"dry_run":true}`, `{"credit":"itm_0000000000001","lines":[{"item":"itm_0000000000001","amount":"NaN"}]}`, `{"order":"ord_0000000000001","reason":"x","lines":[{"line":"sln_0000000000001","qty":1}]}`,
	`null`, `{"lines":null}`, "\xff\xfe",
}

// FuzzRequests sends any JSON to any route that writes: there is never a 5xx,
// and the books agree afterwards.
func FuzzRequests(f *testing.F) {
	k := openDesk(f, dbtest.Open(f, dbtest.SQLite(f), db.Options{})).furnish()
	order, shipment, invoice := k.sell()
	money := k.receive("S1", "50.00", "part of "+invoice)
	real := map[string]string{"orders": order, "shipments": shipment, "invoices": invoice, "customers": "MUELLER", "products": "BOLT", "credit-accounts": "MUELLER",
		"receipts": money.get("results.0.result.receipts.0.receipt"), "statements": money.get("results.0.result.statement"), "month": "2020-01"}
	all := k.writes()
	for i := range all {
		for _, s := range seeds {
			f.Add(uint(i), s, false)
		}
	}
	f.Cleanup(func() {
		k.t = f
		k.verified()
	})
	f.Fuzz(func(t *testing.T, n uint, body string, simulate bool) {
		k.t = t
		w := all[n%uint(len(all))]
		thing := real[strings.Split(w[1], "/")[2]]
		path := strings.NewReplacer("{id}", thing, "{month}", real["month"]).Replace(w[1])
		if simulate {
			path += "?simulate=true"
		}
		r := k.do(w[0], path, body)
		if r.status >= 500 {
			t.Fatalf("%s %s %s → %d %s", w[0], path, body, r.status, r.text)
		}
		if r.status >= 400 && (r.get("code") == "" || r.get("detail") == "") {
			t.Fatalf("%s %s %s → %d %s", w[0], path, body, r.status, r.text)
		}
	})
}
