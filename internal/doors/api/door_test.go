package api_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/internal/doors/api"
	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/event"
)

func onSQLite(t *testing.T) *desk {
	return openDesk(t, dbtest.Open(t, dbtest.SQLite(t), db.Options{}))
}

func TestWhoMayCall(t *testing.T) {
	k := onSQLite(t)
	k.no(401, "access.token-missing", "GET", "/v1/orders", "", "Authorization", "")
	k.no(401, "access.token-missing", "GET", "/v1/orders", "", "Authorization", "Basic eDp5")
	r := k.no(401, "access.token", "GET", "/v1/orders", "", "Authorization", "Bearer kt_nobody")
	if r.header.Get("WWW-Authenticate") == "" || r.header.Get("X-Request-Id") == "" {
		t.Errorf("headers of a 401: %v", r.header)
	}
	reader := []string{"Authorization", "Bearer " + k.grant("auditor", access.Read)}
	k.ok("GET", "/v1/orders", "", reader...)
	k.no(403, "access.read-only", "POST", "/v1/orders", tenBolts, reader...)
	k.no(403, "access.read-only", "POST", "/v1/orders?simulate=true", tenBolts, reader...)
	for _, open := range []string{"/healthz", "/openapi.json", "/docs", "/docs.js", "/docs.css"} {
		k.ok("GET", open, "", "Authorization", "")
	}
}

// TestACrowdIsServedOrToldToComeAgain sends 200 orders at once through a gate
// that is four wide; each is sent until it was taken, and none twice.
func TestACrowdIsServedOrToldToComeAgain(t *testing.T) {
	k := onSQLite(t).furnish()
	k.h = api.Handler(flow.Open(k.db), api.Limits{Writes: 4})
	var refused atomic.Int64
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			r := k.do("POST", "/v1/orders", tenBolts, "Idempotency-Key", fmt.Sprint(i))
			for r.status == 503 && r.get("code") == "request.too-many" && r.header.Get("Retry-After") == "1" {
				refused.Add(1)
				time.Sleep(20 * time.Millisecond)
				r = k.do("POST", "/v1/orders", tenBolts, "Idempotency-Key", fmt.Sprint(i))
			}
			if r.status != 201 {
				t.Errorf("order %d: %d %v %s", i, r.status, r.header, r.text)
			}
		})
	}
	all.Wait()
	if refused.Load() == 0 || k.rows()["sales_order"] != 200 {
		t.Errorf("%d refused, rows: %v", refused.Load(), k.rows())
	}
}

func TestARevokedTokenStopsWithinASecond(t *testing.T) {
	k := onSQLite(t)
	k.ok("GET", "/v1/orders", "")
	err := k.db.Write(context.Background(), db.Actor{ID: access.System}, func(tx *db.Tx) error {
		c, err := access.Find(tx, k.token)
		if err != nil {
			return err
		}
		return access.Revoke(tx, c.Token)
	})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1200 * time.Millisecond)
	k.no(401, "access.token", "GET", "/v1/orders", "")
}

func TestAProblemNamesTheRuleAndTheField(t *testing.T) {
	k := onSQLite(t).furnish()
	k.no(400, "request.malformed", "POST", "/v1/orders", `{"customer":`)
	k.no(400, "request.malformed", "POST", "/v1/orders", `{"customer":"A\u0000B","lines":[{"sku":"BOLT","qty":"1"}]}`)
	k.no(415, "request.media-type", "POST", "/v1/orders", tenBolts, "Content-Type", "text/plain")
	k.no(404, "request.unknown-path", "GET", "/v1/nothing", "")
	k.no(404, "request.unknown-path", "GET", "/v2/orders", "")
	r := k.no(405, "request.unknown-method", "DELETE", "/v1/orders/SO-000001", "")
	if r.header.Get("Allow") != "GET" {
		t.Errorf("Allow: %q", r.header.Get("Allow"))
	}
	k.want(k.no(422, "request.invalid", "GET", "/v1/orders?limit=0", ""), "path", "query.limit")
	k.want(k.no(422, "request.invalid", "GET", "/v1/orders?colour=red", ""), "path", "query.colour")
	k.want(k.no(422, "page.cursor", "GET", "/v1/orders?after=nonsense", ""), "path", "after")
	k.want(k.no(422, "request.invalid", "POST", "/v1/orders", `{"customer":"MUELLER","lines":[{"sku":"BOLT"}]}`), "path", "lines[0].qty")
	k.want(k.no(422, "request.invalid", "POST", "/v1/orders", `{"customer":"MUELLER","lines":[{"sku":"BOLT","qty":1}]}`), "path", "lines[0].qty")
	r = k.no(422, "request.invalid", "POST", "/v1/orders", `{"customer":"MUELLER","colour":"red"}`)
	if n := strings.Count(r.get("errors"), `"code"`); n != 2 {
		t.Errorf("two faults, but %s", r.text)
	}
	k.want(k.no(404, "product.unknown", "POST", "/v1/orders", `{"customer":"MUELLER","lines":[{"sku":"BOLT","qty":"1"},{"sku":"SCREW","qty":"1"}]}`), "path", "lines[1].sku", "status", "404")
	k.no(404, "product.unknown", "POST", "/v1/goods-receipts", `{"reference":"R-404","lines":[{"sku":"SCREW","qty":"1","cost":"1"}]}`)
	k.no(404, "product.unknown", "POST", "/v1/counts", `{"reference":"C-404","sku":"SCREW","counted":"1"}`)
	k.no(404, "order.unknown", "GET", "/v1/orders/SO-999999", "")
	k.no(404, "order.unknown", "POST", "/v1/orders/SO-999999/confirm", "")
	k.no(404, "request.unknown-id", "POST", "/v1/receipts/SO-999999/bounce", `{"reason":"x"}`)
	big := k.do("POST", "/v1/orders", `"`+strings.Repeat("x", 33<<20)+`"`)
	k.want(big, "status", "413", "code", "request.too-large")
	k.no(422, "bank.balance", "POST", "/v1/bank-statements", "H,BANK,1,EUR,0.00,5.00,2026-03-02,2026-03-02\nE,2026-03-02,,4.00,,,,,", "Content-Type", "text/csv")
	k.want(k.no(422, "request.invalid", "POST", "/v1/bank-statements", `{"account":"BANK"}`), "errors.0.path", "closing")
}

func TestASimulationLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := openDesk(t, d).furnish()
		order := k.place()
		before := k.rows()
		r := k.ok("POST", "/v1/orders?simulate=true", tenBolts)
		k.want(r, "result.gross", "119.00", "consequences.events.0.type", "order.captured")
		if r.status != 200 {
			t.Errorf("simulated creation: %d", r.status)
		}
		k.ok("POST", "/v1/orders/batch?simulate=true", "["+tenBolts+","+tenBolts+"]")
		k.want(k.ok("POST", "/v1/orders/"+order+"/release?simulate=true", ""), "consequences.documents.0.state", "planned")
		k.want(k.ok("POST", "/v1/products?simulate=true", `{"sku":"X","name":"X"}`), "result.sku", "X", "consequences.events.0.type", "product.changed")
		k.ok("POST", "/v1/orders/"+order+"/advance?simulate=true", "")
		k.ok("POST", "/v1/billing-runs?simulate=true", "{}")
		k.ok("POST", "/v1/periods/2020-01/close?simulate=true", `{"ledger":"stock"}`)
		k.ok("POST", "/v1/goods-receipts?simulate=true", `{"reference":"GR-9","lines":[{"sku":"NUT","qty":"1","cost":"1"}]}`, "Idempotency-Key", "not-used-up")
		k.unchanged(before, "simulations")
		k.want(k.ok("POST", "/v1/orders", tenBolts), "number", "SO-000002")
	})
}

func TestStaleVersionsAreRefused(t *testing.T) {
	k := onSQLite(t).furnish()
	o := k.ok("POST", "/v1/orders", tenBolts).get("order")
	tag := k.ok("GET", "/v1/orders/"+o, "").header.Get("ETag")
	line := k.ok("GET", "/v1/orders/"+o, "").get("lines.0.id")
	change := fmt.Sprintf(`{"reason":"more","lines":[{"line":%q,"qty":"12"}]}`, line)
	k.ok("POST", "/v1/orders/"+o+"/change", change, "If-Match", tag)
	k.no(412, "order.stale", "POST", "/v1/orders/"+o+"/change", change, "If-Match", tag)
	k.no(412, "order.stale", "POST", "/v1/orders/"+o+"/confirm", "", "If-Match", tag)
	k.no(412, "order.stale", "POST", "/v1/orders/"+o+"/cancel", `{"reason":"no"}`, "If-Match", tag)
	k.no(412, "request.if-match", "POST", "/v1/orders/"+o+"/confirm", "", "If-Match", `"abc"`)
	tag = k.ok("GET", "/v1/customers/MUELLER", "").header.Get("ETag")
	body := `{"name":"Müller & Sohn","terms":"N30"}`
	if again := k.ok("PUT", "/v1/customers/MUELLER", body, "If-Match", tag).header.Get("ETag"); again == tag || again == "" {
		t.Errorf("the ETag of the changed customer is %q", again)
	}
	k.no(412, "customer.stale", "PUT", "/v1/customers/MUELLER", body, "If-Match", tag)
	k.no(412, "product.stale", "PUT", "/v1/products/BOLT", `{"name":"Bolt"}`, "If-Match", `"9"`)
	k.ok("PUT", "/v1/products/BOLT", `{"name":"Bolt M8 zinc"}`)
	k.no(412, "request.if-match", "PUT", "/v1/credit-accounts/MUELLER", `{"limit":"1"}`, "If-Match", `"99"`)
	k.want(k.ok("PUT", "/v1/credit-accounts/MUELLER", `{"limit":"500.00"}`), "limit", "500.00")
	k.no(409, "company.exists", "PUT", "/v1/company", `{"name":"Other","currency":"EUR","country":"DE","zone":"UTC","chart":"SKR04","policy":{}}`)
}

func TestListsGoOnWhereTheyEnded(t *testing.T) {
	k := onSQLite(t).furnish()
	k.ok("POST", "/v1/orders/batch", "["+strings.Repeat(tenBolts+",", 6)+tenBolts+"]")
	seen, after, pages := map[string]bool{}, "", 0
	for {
		r := k.ok("GET", "/v1/orders?limit=3&after="+after, "")
		for i := range 3 {
			if n := r.get(fmt.Sprintf("items.%d.number", i)); n != "" {
				seen[n] = true
			}
		}
		pages++
		if after = r.get("next"); after == "" {
			break
		}
	}
	if len(seen) != 7 || pages != 3 {
		t.Errorf("%d orders on %d pages", len(seen), pages)
	}
	k.want(k.ok("GET", "/v1/orders?customer=MUELLER&status=captured&limit=1", ""), "items.0.number", "SO-000007")
}

func TestABatchAnswersForEach(t *testing.T) {
	k := onSQLite(t).furnish()
	r := k.ok("POST", "/v1/orders/batch", "["+tenBolts+`,{"customer":"NOBODY","lines":[{"sku":"BOLT","qty":"1"}]},`+tenBolts+"]", "Idempotency-Key", "batch-1")
	k.want(r, "results.0.result.gross", "119.00", "results.1.problem.code", "customer.unknown", "results.1.problem.status", "404", "results.2.result.number", "SO-000002")
	again := k.ok("POST", "/v1/orders/batch", "["+tenBolts+`,{"customer":"NOBODY","lines":[{"sku":"BOLT","qty":"1"}]},`+tenBolts+"]", "Idempotency-Key", "batch-1")
	if again.text != r.text {
		t.Errorf("the twin got\n%s, not\n%s", again.text, r.text)
	}
	k.no(422, "request.invalid", "POST", "/v1/orders/batch", "[]")
	k.no(422, "request.invalid", "POST", "/v1/orders/batch", "["+strings.Repeat(tenBolts+",", 500)+tenBolts+"]")
}

func TestTheEventLogIsAFeed(t *testing.T) {
	k := onSQLite(t).furnish()
	k.place()
	if _, err := event.Sequence(context.Background(), k.db); err != nil {
		t.Fatal(err)
	}
	next, n := "", 0
	for {
		r := k.ok("GET", "/v1/events?limit=3&after="+next, "")
		if r.get("items.0.seq") == "" {
			break
		}
		k.want(r, "items.0.seq", fmt.Sprint(n+1))
		for i := range 3 {
			if r.get(fmt.Sprintf("items.%d.sentence", i)) != "" {
				n++
			}
		}
		next = r.get("next")
	}
	if n < 8 {
		t.Errorf("only %d events", n)
	}
	k.no(422, "page.cursor", "GET", "/v1/events?after=x", "")
}

func TestReportsAlsoComeAsRows(t *testing.T) {
	k := onSQLite(t).furnish()
	k.sell()
	for _, r := range []reply{
		k.ok("GET", "/v1/ageing?format=csv", ""), k.ok("GET", "/v1/ageing", "", "Accept", "text/csv"), k.ok("GET", "/v1/trial-balance?format=csv&on=2099-01-01", ""),
	} {
		if !strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(r.text, "\ufeff") || strings.Count(r.text, "\n") < 3 {
			t.Errorf("%v %q", r.header, r.text)
		}
	}
	k.want(k.ok("GET", "/v1/ageing", ""), "total.total", "119.00", "rows.0.customer.code", "MUELLER", "difference", "0.00")
	k.want(k.ok("GET", "/v1/trial-balance", ""), "balanced", "true")
	k.want(k.no(422, "day.invalid", "GET", "/v1/ageing?on=yesterday", ""), "path", "query.on")
	k.no(422, "request.invalid", "GET", "/v1/ageing?by=colour", "")
}
