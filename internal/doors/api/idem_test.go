package api_test

import (
	"fmt"
	"sync"
	"testing"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// sixteen sends the same request with the same key at once and gives all answers.
func (k *desk) sixteen(method, path, body, key string) []reply {
	out := make([]reply, 16)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range out {
		all.Add(1)
		go func() {
			defer all.Done()
			<-start
			out[i] = k.do(method, path, body, "Idempotency-Key", key)
		}()
	}
	close(start)
	all.Wait()
	return out
}

// TestOneKeyOneEffect sends each kind of write sixteen times at once: one
// effect, the same answer to the byte; another request under the key is refused.
func TestOneKeyOneEffect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d).furnish()
		order, shipment, _ := k.sell()
		due := k.place()
		k.ok("POST", "/v1/orders/"+due+"/advance", "")
		for i, c := range []struct{ method, path, body, other string }{
			{"POST", "/v1/orders", tenBolts, `{"customer":"MUELLER","lines":[{"sku":"BOLT","qty":"11"}]}`},
			{"POST", "/v1/orders/batch", "[" + tenBolts + "," + tenBolts + "]", "[" + tenBolts + "]"},
			{"POST", "/v1/orders/" + order + "/hold", `{"scopes":["bill"],"reason":"ask first"}`, `{"scopes":["bill"],"reason":"another"}`},
			{"POST", "/v1/shipments/" + shipment + "/deliver", `{"signer":"M. Müller"}`, `{"signer":"Meier"}`},
			{"POST", "/v1/products", `{"sku":"WASHER","name":"Washer"}`, `{"sku":"WASHER2","name":"Washer"}`},
			{"PUT", "/v1/customers/MUELLER", `{"name":"Müller AG","terms":"N30"}`, `{"name":"Müller SE","terms":"N30"}`},
			{"POST", "/v1/orders/" + order + "/confirm", "", `{"all":true}`}, // a fault is an answer too
			{"POST", "/v1/bank-statements", `{"account":"BANK","number":"7","opening":"0","closing":"5.00","entries":[{"booked_on":"2026-03-02","amount":"5.00"}]}`, `{"account":"BANK","number":"8","opening":"0","closing":"0","entries":[]}`},
			{"POST", "/v1/goods-receipts", `{"reference":"GR-16","lines":[{"sku":"NUT","qty":"1","cost":"1"}]}`, `{"reference":"GR-17","lines":[{"sku":"NUT","qty":"1","cost":"1"}]}`},
			{"POST", "/v1/billing-runs", `{}`, `{"on":"2026-01-01"}`},
			{"POST", "/v1/orders/" + due + "/advance", ``, `{"x":1}`},
			{"POST", "/v1/periods/2020-01/close", `{"ledger":"stock"}`, `{"ledger":"general"}`},
		} {
			key := fmt.Sprintf("key-%d", i)
			answers := k.sixteen(c.method, c.path, c.body, key)
			before := k.rows()
			for _, a := range append(answers, k.do(c.method, c.path, c.body, "Idempotency-Key", key)) {
				if a.status != answers[0].status || a.text != answers[0].text {
					t.Errorf("%s %s: a twin got %d %s, not %d %s", c.method, c.path, a.status, a.text, answers[0].status, answers[0].text)
					break
				}
			}
			if answers[0].status >= 500 {
				t.Errorf("%s %s: %d %s", c.method, c.path, answers[0].status, answers[0].text)
			}
			k.no(422, "idempotency.other-body", c.method, c.path, c.other, "Idempotency-Key", key)
			k.unchanged(before, c.path+" again")
		}
		k.want(k.ok("GET", "/v1/orders?limit=1", ""), "items.0.number", "SO-000005") // 2 + 1 + 2
		k.want(k.ok("GET", "/v1/stock?sku=NUT", ""), "items.0.on_hand", "1001")
		other := k.grant("somebody else", "full")
		if r := k.ok("POST", "/v1/orders", tenBolts, "Idempotency-Key", "key-0", "Authorization", "Bearer "+other); r.get("number") != "SO-000006" {
			t.Errorf("the key of another client: %s", r.text)
		}
		k.no(422, "request.invalid", "POST", "/v1/orders", tenBolts, "Idempotency-Key", string(make([]byte, 201)))
		k.verified()
	})
}
