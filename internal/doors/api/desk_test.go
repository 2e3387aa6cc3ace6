package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"kontor/internal/doors/api"
	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/verify"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
)

// desk is a small company behind the API, and somebody who calls it.
type desk struct {
	t     testing.TB
	h     http.Handler
	db    *db.DB
	token string
}

// reply is an answer with its JSON taken apart.
type reply struct {
	status int
	header http.Header
	text   string
	json   any
}

func openDesk(t testing.TB, d *db.DB) *desk {
	t.Helper()
	k := &desk{t: t, h: api.Handler(flow.Open(d), api.Limits{}), db: d}
	k.token = k.grant("tester", access.Full)
	return k
}

// grant makes a user with a token.
func (k *desk) grant(name, scope string) string {
	k.t.Helper()
	token := access.NewToken()
	err := k.db.Write(context.Background(), db.Actor{ID: access.System}, func(tx *db.Tx) error {
		u, err := access.User(tx, name, "person")
		if err == nil {
			access.Grant(tx, u, token, scope, "")
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return token
}

// do sends one request; headers come as name, value.
func (k *desk) do(method, path, body string, headers ...string) reply {
	k.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+k.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	k.h.ServeHTTP(w, r)
	out := reply{status: w.Code, header: w.Header(), text: w.Body.String()}
	if strings.Contains(w.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &out.json); err != nil {
			k.t.Fatalf("%s %s: %d is no JSON: %v\n%s", method, path, w.Code, err, out.text)
		}
	}
	return out
}

// ok sends one request that must succeed.
func (k *desk) ok(method, path, body string, headers ...string) reply {
	k.t.Helper()
	r := k.do(method, path, body, headers...)
	if r.status/100 != 2 {
		k.t.Fatalf("%s %s %s\n→ %d %s", method, path, body, r.status, r.text)
	}
	return r
}

// no sends one request that must be refused with a status and a code.
func (k *desk) no(status int, code, method, path, body string, headers ...string) reply {
	k.t.Helper()
	r := k.do(method, path, body, headers...)
	if r.status != status || r.get("code") != code {
		k.t.Errorf("%s %s %s\n→ %d %s\nwant %d %s", method, path, body, r.status, r.text, status, code)
	}
	if ct := r.header.Get("Content-Type"); ct != "application/problem+json" {
		k.t.Errorf("%s %s: a problem as %q", method, path, ct)
	}
	return r
}

// get reads a value by its path, such as lines.0.id; "" when there is none.
func (r reply) get(path string) string {
	v := r.json
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(x) {
				return ""
			}
			v = x[i]
		default:
			return ""
		}
	}
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// want checks values of an answer, given as path, value.
func (k *desk) want(r reply, pairs ...string) {
	k.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if got := r.get(pairs[i]); got != pairs[i+1] {
			k.t.Errorf("%s is %q, want %q, in %s", pairs[i], got, pairs[i+1], r.text)
		}
	}
}

// furnish makes the master data, all of it by the API.
func (k *desk) furnish() *desk {
	k.t.Helper()
	for _, c := range []string{
		`PUT /v1/company {"name":"Muster GmbH","currency":"EUR","country":"DE","vat_id":"DE123456789","zone":"Europe/Berlin","chart":"SKR04","policy":{}}`,
		`POST /v1/tax {"rates":[{"code":"DE19","category":"S","percent":"19","valid_from":"2020-01-01","deemed_code":"DE19U"},{"code":"EXP0","category":"G","percent":"0","valid_from":"2020-01-01","reason":"Export"}],"rules":[{"to_place":"DE","code":"DE19"},{"code":"EXP0"}]}`,
		`POST /v1/holidays {"calendar":"DE","days":[{"day":"2026-12-25","name":"Christmas"}]}`,
		`POST /v1/terms {"code":"N30","rule":{"kind":"net","days":30},"calendar":"DE"}`,
		`POST /v1/warehouses {"code":"W1","name":"Main","country":"DE"}`,
		`POST /v1/warehouses {"code":"W2","name":"North","country":"DE"}`,
		`POST /v1/price-lists {"code":"BASE","currency":"EUR","valid_from":"2020-01-01"}`,
		`POST /v1/products {"sku":"BOLT","name":"Bolt M8","units":[{"unit":"BX","num":100,"den":1}]}`,
		`POST /v1/products {"sku":"NUT","name":"Nut M8"}`,
		`POST /v1/products {"sku":"SETUP","name":"Set-up","kind":"service"}`,
		`POST /v1/prices {"prices":[{"list":"BASE","sku":"BOLT","price":"10","valid_from":"2020-01-01"},{"list":"BASE","sku":"BOLT","price":"9.5","min_qty":"100","valid_from":"2020-01-01"},{"list":"BASE","sku":"NUT","price":"2.50","valid_from":"2020-01-01"}]}`,
		`POST /v1/credit-accounts {"code":"MUELLER","limit":"10000.00"}`,
		`POST /v1/customers {"code":"MUELLER","name":"Müller KG","currency":"EUR","terms":"N30","credit_account":"MUELLER","tax_status":"business","sites":[{"code":"HQ","name":"Müller KG","city":"Hamburg","country":"DE"}]}`,
		`POST /v1/fx-rates {"on":"2026-01-02","from":"USD","rate":"0.92"}`,
		`POST /v1/goods-receipts {"reference":"GR-1","lines":[{"sku":"BOLT","qty":"1000","cost":"4.00"},{"sku":"NUT","qty":"1000","cost":"0.80"}]}`,
	} {
		method, rest, _ := strings.Cut(c, " ")
		path, body, _ := strings.Cut(rest, " ")
		k.ok(method, path, body)
	}
	return k
}

const tenBolts = `{"customer":"MUELLER","lines":[{"sku":"BOLT","qty":"10"}]}`

// place captures and confirms an order of ten bolts: 119.00.
func (k *desk) place() string {
	k.t.Helper()
	o := k.ok("POST", "/v1/orders", tenBolts).get("order")
	k.want(k.ok("POST", "/v1/orders/"+o+"/confirm", ""), "decision", "confirmed")
	return o
}

// sell ships and bills it.
func (k *desk) sell() (order, shipment, invoice string) {
	k.t.Helper()
	order = k.place()
	shipment = k.ok("POST", "/v1/orders/"+order+"/release", "").get("shipment")
	k.ok("POST", "/v1/shipments/"+shipment+"/ship", "")
	invoice = k.ok("POST", "/v1/orders/"+order+"/bill", "").get("invoices.0.number")
	return order, shipment, invoice
}

// receive imports a statement with one payment and gives the receipt.
func (k *desk) receive(number, amount, text string) reply {
	k.t.Helper()
	return k.ok("POST", "/v1/bank-statements", fmt.Sprintf(`{"account":"BANK","number":%q,"opening":"0","closing":%q,"entries":[{"booked_on":"2026-03-02","amount":%q,"text":%q}]}`, number, amount, amount, text))
}

// verified fails the test when an invariant is broken.
func (k *desk) verified() {
	k.t.Helper()
	if _, err := event.Sequence(context.Background(), k.db); err != nil {
		k.t.Fatal(err)
	}
	rep, err := verify.Run(context.Background(), k.db, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, c := range rep.Checks {
		if c.Bad > 0 {
			k.t.Errorf("%s: %s: %d bad: %v", c.ID, c.Title, c.Bad, c.First)
		}
	}
}

// rows counts the rows of every table.
func (k *desk) rows() map[string]int64 {
	k.t.Helper()
	out := map[string]int64{}
	err := k.db.Read(context.Background(), func(r *db.Reader) error {
		list := `SELECT table_name FROM information_schema.tables WHERE table_schema=current_schema()`
		if k.db.Engine() == db.SQLite {
			list = `SELECT name FROM sqlite_master WHERE type='table'`
		}
		var tables []string
		err := r.Each(list, nil, nil, func(rows *db.Rows) error {
			var name string
			err := rows.Scan(&name)
			tables = append(tables, name)
			return err
		})
		for _, name := range tables {
			var n int64
			if _, err := r.One(`SELECT COUNT(*) FROM `+name, nil, &n); err != nil {
				return err
			}
			out[name] = n
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

// unchanged fails the test when the number of rows of a table differs.
func (k *desk) unchanged(before map[string]int64, after string) {
	k.t.Helper()
	for name, n := range k.rows() {
		if n != before[name] {
			k.t.Errorf("after %s the table %s has %d rows, before %d", after, name, n, before[name])
		}
	}
}
