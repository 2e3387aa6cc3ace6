package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"sync"
	"testing"

	"kontor/internal/tools/dbtest"
)

// pair is two `kontor serve` processes on one PostgreSQL; callers meet both in turn.
type pair struct {
	t    *testing.T
	urls [2]string
}

// call sends one request to process n%2; an answer that is no success and no fault fails the test.
func (p *pair) call(n int, method, path, key, body string) (int, string) {
	req, err := http.NewRequest(method, p.urls[n%2]+path, strings.NewReader(body))
	if err != nil {
		p.t.Error(err)
		return 0, ""
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Errorf("%s %s: %v", method, path, err)
		return 0, ""
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 500 {
		p.t.Errorf("%s %s: %d %s %v", method, path, res.StatusCode, text, err)
	}
	return res.StatusCode, string(text)
}

// must is call for a request that has to succeed, read into a map.
func (p *pair) must(n int, method, path, body string) map[string]any {
	status, text := p.call(n, method, path, "", body)
	if status >= 300 {
		p.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		p.t.Fatalf("%s %s: %s: %v", method, path, text, err)
	}
	return out
}

// together runs f for 0 … n−1 at once, at most 64 at a time.
func together(n int, f func(int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			slots <- struct{}{}
			f(i)
			<-slots
		}()
	}
	wg.Wait()
}

// orders captures n orders of one unit and gives their ids.
func (p *pair) orders(n int, customer, sku string) []string {
	var drafts []string
	for range n {
		drafts = append(drafts, fmt.Sprintf(`{"customer":%q,"lines":[{"sku":%q,"qty":"1"}]}`, customer, sku))
	}
	status, text := p.call(0, "POST", "/v1/orders/batch", "", `[`+strings.Join(drafts, ",")+`]`)
	if status >= 300 {
		p.t.Fatalf("batch: %d %s", status, text)
	}
	var ids []string
	for _, part := range strings.Split(text, `"order":"`)[1:] {
		ids = append(ids, part[:strings.IndexByte(part, '"')])
	}
	if len(ids) != n {
		p.t.Fatalf("%d orders of %d: %s", len(ids), n, text[:min(len(text), 400)])
	}
	return ids
}

// TestTwoServersOnOneDatabase races callers against two real processes: the
// guards in the statements carry the safety, not the gatherer of one process.
func TestTwoServersOnOneDatabase(t *testing.T) {
	program := build(t)
	dsn := dbtest.Postgres(t)
	p := &pair{t: t}
	for i := range p.urls {
		p.urls[i] = serve(t, program, dsn)
	}
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64
	p.must(0, "PUT", "/v1/company", `{"name":"Muster GmbH","currency":"EUR","country":"DE","zone":"UTC","chart":"SKR04","policy":{}}`)
	p.must(0, "POST", "/v1/tax", `{"rates":[{"code":"Z0","category":"Z","percent":"0","valid_from":"2020-01-01"}],"rules":[{"code":"Z0"}]}`)
	p.must(0, "POST", "/v1/terms", `{"code":"N30","rule":{"kind":"net","days":30}}`)
	p.must(0, "POST", "/v1/warehouses", `{"code":"MAIN","name":"Main","country":"DE"}`)
	p.must(0, "POST", "/v1/price-lists", `{"code":"BASE","currency":"EUR","valid_from":"2020-01-01"}`)
	p.must(0, "POST", "/v1/credit-accounts", `{"code":"SMALL","limit":"500.00"}`)
	for _, sku := range []string{"RARE", "MANY"} {
		p.must(0, "POST", "/v1/products", fmt.Sprintf(`{"sku":%q,"name":%q}`, sku, sku))
		p.must(0, "POST", "/v1/prices", fmt.Sprintf(`{"prices":[{"list":"BASE","sku":%q,"price":"10.00","valid_from":"2020-01-01"}]}`, sku))
	}
	for code, credit := range map[string]string{"FREE": "", "LIMITED": `"credit_account":"SMALL",`} {
		p.must(0, "POST", "/v1/customers", fmt.Sprintf(`{"code":%q,"name":%q,"currency":"EUR","terms":"N30",%s"tax_status":"business","sites":[{"code":"HQ","name":"x","street":"x","city":"x","postcode":"1","country":"DE"}]}`, code, code, credit))
	}
	p.must(0, "POST", "/v1/goods-receipts", `{"reference":"GR-1","lines":[{"sku":"RARE","qty":"10","cost":"4.00"},{"sku":"MANY","qty":"1000","cost":"4.00"}]}`)

	t.Run("200 buyers ask 20 times for 10 units", p.lastUnits)
	t.Run("100 orders of 10.00 meet a limit of 500.00", p.limit)
	t.Run("64 posters draw from one series", p.series)
	t.Run("one key comes 16 times", p.oneKey)
}

func (p *pair) lastUnits(t *testing.T) {
	ids := p.orders(200, "FREE", "RARE")
	together(200*20, func(n int) {
		step := "reserve"
		if n < 200 {
			step = "confirm"
		}
		if status, text := p.call(n, "POST", "/v1/orders/"+ids[n%200]+"/"+step, "", `{}`); status != 200 && status != 409 {
			t.Errorf("%s: %d %s", step, status, text)
		}
	})
	_, text := p.call(0, "GET", "/v1/stock?sku=RARE", "", "")
	if !strings.Contains(text, `"reserved":"10"`) || !strings.Contains(text, `"free":"0"`) {
		t.Errorf("after the race: %s", text)
	}
}

func (p *pair) limit(t *testing.T) {
	ids := p.orders(100, "LIMITED", "MANY")
	var mu sync.Mutex
	confirmed, held := 0, 0
	together(100, func(n int) {
		_, text := p.call(n, "POST", "/v1/orders/"+ids[n]+"/confirm", "", `{}`)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case strings.Contains(text, `"decision":"confirmed"`):
			confirmed++
		case strings.Contains(text, `"held":`) && strings.Contains(text, "500.00"):
			held++
		default:
			t.Errorf("neither confirmed nor held: %s", text)
		}
	})
	if confirmed != 50 || held != 50 {
		t.Errorf("%d confirmed, %d held", confirmed, held)
	}
}

func (p *pair) series(t *testing.T) {
	ids := p.orders(64, "FREE", "MANY")
	together(64, func(n int) {
		p.call(n, "POST", "/v1/orders/"+ids[n]+"/confirm", "", `{}`)
		_, text := p.call(n, "POST", "/v1/orders/"+ids[n]+"/release", "", `{}`)
		at := strings.Index(text, `"shipment":"`)
		if at < 0 {
			t.Errorf("release: %s", text)
			return
		}
		p.call(n, "POST", "/v1/shipments/"+text[at+12:at+12+17]+"/ship", "", `{}`)
	})
	var mu sync.Mutex
	var numbers []string
	together(64, func(n int) {
		_, text := p.call(n, "POST", "/v1/orders/"+ids[n]+"/bill", "", `{}`)
		at := strings.Index(text, `"number":"INV-`)
		if at < 0 {
			t.Errorf("bill: %s", text)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		numbers = append(numbers, text[at+10:at+10+15])
	})
	sort.Strings(numbers)
	for i, n := range numbers {
		if !strings.HasSuffix(n, fmt.Sprintf("-%06d", i+1)) {
			t.Fatalf("number %d of %d is %s", i+1, len(numbers), n)
		}
	}
	if len(numbers) != 64 {
		t.Errorf("%d invoices", len(numbers))
	}
}

func (p *pair) oneKey(t *testing.T) {
	body := `{"customer":"FREE","po_number":"ONCE","lines":[{"sku":"MANY","qty":"1"}]}`
	var mu sync.Mutex
	answers := map[string]int{}
	together(16, func(n int) {
		status, text := p.call(n, "POST", "/v1/orders", "key-1", body)
		mu.Lock()
		defer mu.Unlock()
		answers[fmt.Sprint(status, text)]++
	})
	if len(answers) != 1 {
		t.Errorf("%d different answers: %v", len(answers), answers)
	}
	if status, text := p.call(1, "POST", "/v1/orders", "key-1", strings.Replace(body, `"1"`, `"2"`, 1)); status != 422 || !strings.Contains(text, "idempotency.other-body") {
		t.Errorf("another body: %d %s", status, text)
	}
}
