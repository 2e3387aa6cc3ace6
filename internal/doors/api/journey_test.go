package api_test

import (
	"fmt"
	"testing"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// TestEveryRoadCanBeWalked goes through the routes that the transcript does not
// need: changes, cancellations, holds, returns, refunds, bounces, write-offs,
// stock papers, closes; afterwards every invariant holds.
func TestEveryRoadCanBeWalked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d).furnish()

		t.Log("change, hold, release, cancel")
		o := k.ok("POST", "/v1/orders", tenBolts).get("order")
		line := k.ok("GET", "/v1/orders/"+o, "").get("lines.0.id")
		k.want(k.ok("POST", "/v1/orders/"+o+"/change", fmt.Sprintf(`{"reason":"more","lines":[{"line":%q,"qty":"12"}],"add":[{"sku":"NUT","qty":"4"}]}`, line)), "net", "130.00", "revision", "1")
		held := k.ok("POST", "/v1/orders/"+o+"/hold", `{"scopes":["confirm"],"reason":"call them"}`)
		k.want(held, "status", "held")
		k.want(k.ok("GET", "/v1/queue", ""), "items.0.document.id", o, "counts.0.count", "1")
		k.no(409, "hold.held", "POST", "/v1/orders/"+o+"/confirm", "")
		k.ok("POST", "/v1/holds/"+held.get("hold")+"/release", `{"reason":"called"}`)
		k.want(k.ok("POST", "/v1/orders/SO-000001/confirm", ""), "decision", "confirmed")
		k.ok("POST", "/v1/orders/SO-000001/reserve", "")
		k.want(k.ok("POST", "/v1/orders/SO-000001/cancel", `{"reason":"no longer"}`), "decision", "cancelled")

		t.Log("pick short, pack, ship, deliver with a refusal")
		o = k.place()
		r := k.ok("POST", "/v1/orders/"+o+"/release", "")
		sh, sl := r.get("shipment"), r.get("lines.0")
		k.ok("POST", "/v1/shipments/"+sh+"/unplan", `{"reason":"wait"}`)
		r = k.ok("POST", "/v1/orders/"+o+"/release", "")
		sh, sl = r.get("shipment"), r.get("lines.0")
		k.ok("POST", "/v1/shipments/"+sh+"/pick", fmt.Sprintf(`{"lines":[{"line":%q,"qty":9,"reason":"one is bent"}]}`, sl))
		k.ok("POST", "/v1/shipments/"+sh+"/pack", "")
		k.want(k.ok("POST", "/v1/shipments/"+sh+"/ship", ""), "lines.0.shipped", "9")
		k.want(k.ok("POST", "/v1/shipments/SHP-000001/deliver", fmt.Sprintf(`{"signer":"M","lines":[{"line":%q,"refused":1,"reason":"scratched"}]}`, sl)), "lines.0.refused", "1")
		k.ok("GET", "/v1/shipments/SHP-000001/timeline", "")
		k.want(k.ok("GET", "/v1/shipments?order="+o+"&state=delivered", ""), "items.0.number", "SHP-000001")
		k.want(k.ok("POST", "/v1/billing-runs", `{"dry_run":true}`), "due.0", o)
		k.want(k.ok("POST", "/v1/billing-runs", `{}`), "invoices", "1")
		k.want(k.ok("POST", "/v1/billing-runs", `{}`), "invoices", "0")

		t.Log("a return, its credit note, the money back")
		o, sh, inv := k.sell()
		k.ok("POST", "/v1/orders/"+o+"/advance", "")
		sl = k.ok("GET", "/v1/shipments/"+sh, "").get("lines.0.id")
		ret := k.ok("POST", "/v1/returns", fmt.Sprintf(`{"order":%q,"reason":"too long","lines":[{"line":%q,"qty":2}]}`, o, sl))
		k.want(k.ok("POST", "/v1/returns/"+ret.get("number")+"/receive", `{"status":"sellable"}`), "lines.0.received", "2")
		k.want(k.ok("GET", "/v1/returns?order="+o, ""), "items.0.number", ret.get("number"))
		note := k.ok("POST", "/v1/orders/"+o+"/bill", "")
		k.want(note, "invoices.0.kind", "credit_note", "invoices.0.gross", "23.80")
		k.want(k.ok("POST", "/v1/refunds", fmt.Sprintf(`{"item":%q,"amount":"3.80","reference":"RF-1"}`, note.get("invoices.0.items.0"))), "left", "20.00")

		t.Log("money that bounces")
		in := k.receive("S1", "119.00", "for "+inv)
		money, receipt := in.get("results.0.result.receipts.0.item"), in.get("results.0.result.receipts.0.receipt")
		app := k.ok("POST", "/v1/applications", fmt.Sprintf(`{"credit":%q}`, money)).get("application")
		k.want(k.ok("GET", "/v1/applications/"+app, ""), "kind", "receipt", "rows.0.amount", "119.00")
		k.want(k.ok("GET", "/v1/items/"+money+"/applications", ""), "items.0.id", app)
		k.want(k.ok("GET", "/v1/receipts/"+receipt, ""), "state", "applied")
		k.want(k.ok("POST", "/v1/receipts/"+receipt+"/bounce", `{"reason":"no cover","fee":"3.00"}`), "reopened.0.open", "119.00")
		k.want(k.ok("GET", "/v1/receipts?unapplied=true", ""), "items", "[]")

		t.Log("giving an item up")
		item := k.ok("GET", "/v1/items?customer=MUELLER&open=true&number="+inv, "").get("items.0.id")
		k.want(k.ok("POST", "/v1/write-offs", fmt.Sprintf(`{"item":%q,"relief":true,"reason":"insolvent"}`, item)), "settled.0.open", "0.00")
		k.want(k.ok("GET", "/v1/invoices/"+inv, ""), "payment_state", "paid")
		k.ok("GET", "/v1/invoices/"+inv+"/timeline", "")
		k.want(k.ok("GET", "/v1/journal/"+k.ok("GET", "/v1/invoices/"+inv, "").get("id"), ""), "items.0.lines.0.role", "receivable")

		t.Log("stock papers")
		k.want(k.ok("POST", "/v1/scraps", `{"reference":"SC-1","sku":"NUT","qty":"10","reason":"rust"}`), "lines.0.on_hand", "990")
		k.want(k.ok("POST", "/v1/counts", `{"reference":"CO-1","sku":"NUT","counted":"1000"}`), "lines.0.qty", "10")
		k.ok("POST", "/v1/moves", `{"reference":"MO-1","sku":"NUT","qty":"100","from":"W1","to":"W2"}`)
		k.want(k.ok("GET", "/v1/stock?sku=NUT&warehouse=W2", ""), "items.0.on_hand", "100")
		k.ok("GET", "/v1/stock/NUT", "")
		k.ok("GET", "/v1/stock/NUT?on=2026-01-01", "")

		t.Log("the rest of what can be asked")
		for _, path := range []string{"/v1/company", "/v1/customers?name=m%C3%BCl", "/v1/customers/MUELLER", "/v1/customers/MUELLER/timeline", "/v1/products?sku=BOLT", "/v1/products/BOLT", "/v1/price-lists",
			"/v1/prices?list=BASE&sku=BOLT", "/v1/tax", "/v1/terms", "/v1/holidays?calendar=DE", "/v1/warehouses", "/v1/bank-accounts", "/v1/credit-accounts", "/v1/credit-accounts/MUELLER",
			"/v1/bank-statements?account=BANK", "/v1/bank-statements/" + in.get("results.0.result.statement"), "/v1/bank-lines?state=matched", "/v1/summary", "/v1/timeline/" + o, "/v1/orders/" + o + "/timeline",
			"/v1/invoices?kind=credit_note&order=" + o, "/v1/returns/" + ret.get("number"), "/v1/items/" + item} {
			k.ok("GET", path, "")
		}
		k.ok("POST", "/v1/customers", `{"code":"BRANCH","name":"Müller Süd","currency":"EUR","terms":"N30","parent":"MUELLER","payer":"MUELLER"}`)
		k.ok("POST", "/v1/customers/BRANCH/sites", `{"code":"S","name":"Süd","country":"AT"}`)
		k.no(409, "customer.site-taken", "POST", "/v1/customers/BRANCH/sites", `{"code":"S","name":"Süd","country":"AT"}`)
		k.ok("POST", "/v1/bank-accounts", `{"code":"USD","name":"Dollars","currency":"USD"}`)
		for path, body := range map[string]string{"/v1/customers": `{"code":"BRANCH","name":"X","currency":"EUR","terms":"N30"}`, "/v1/products": `{"sku":"BOLT","name":"X"}`, "/v1/warehouses": `{"code":"W1","name":"X","country":"DE"}`,
			"/v1/terms": `{"code":"N30","rule":{"kind":"net","days":1}}`, "/v1/price-lists": `{"code":"BASE","currency":"EUR","valid_from":"2020-01-01"}`, "/v1/bank-accounts": `{"code":"BANK","name":"X","currency":"EUR"}`,
			"/v1/credit-accounts": `{"code":"MUELLER","limit":"1"}`, "/v1/prices": `{"prices":[{"list":"BASE","sku":"BOLT","price":"1","valid_from":"2025-01-01"}]}`} {
			if r := k.do("POST", path, body); r.status != 409 {
				t.Errorf("a second %s: %d %s", path, r.status, r.text)
			}
		}
		k.verified()
	})
}
