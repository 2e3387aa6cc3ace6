package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kontor/internal/tools/dbtest"
	"kontor/internal/words/id"
)

// someDraft is a draft with rows that were read well, badly, and are still asked about.
func (k *house) someDraft(customer, sku string) string {
	k.t.Helper()
	d := id.Draft(k.office.DB.NewID()).String()
	k.says("/drafts/"+d+"/head", url.Values{"customer": {customer}, "po": {"DRAFT-1"}, "v": {"1"}}, "With tax")
	k.says("/drafts/"+d+"/lines/1", url.Values{"item": {sku}, "qty": {"1.000,5"}, "v": {"1"}, "pos": {"1"}}, sku)
	k.says("/drafts/"+d+"/lines/2", url.Values{"item": {sku}, "qty": {"99999"}, "wished": {"+5d"}, "v": {"1"}, "pos": {"2"}}, "short")
	k.says("/drafts/"+d+"/paste", url.Values{"text": {sku + "\t3\n" + sku[:len(sku)-1] + "Z\t4\nsee the drawing\t"}, "key": {"p1"}}, "3 rows: item, quantity. 1 understood, 2 not.")
	return d
}

// says posts into a draft and wants to read something in the answer.
func (k *house) says(path string, form url.Values, want string) string {
	k.t.Helper()
	w := k.ask("service", "POST", path, form)
	text := w.Body.String()
	if w.Code != 200 && want != "" && !strings.Contains(text, want) || !strings.Contains(text, want) {
		k.t.Errorf("POST %s: %d without %q\n%s", path, w.Code, want, tail(text))
	}
	return text
}

var rowsSent = regexp.MustCompile(`<tr role="row"`)

// TestTheGridAnswersWithWhatChanged: a row is answered by that row and the
// totals; what is pasted twice stands there once; columns can be chosen anew and
// rows taken back; nothing that was pasted is lost.
func TestTheGridAnswersWithWhatChanged(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		customer, sku := k.trade()
		d := "/drafts/" + k.someDraft(customer, sku)
		if text := k.says(d+"/lines/1", url.Values{"item": {sku}, "qty": {"7"}, "price": {"1,000"}, "v": {"2"}, "pos": {"1"}}, "can be read in two ways"); len(rowsSent.FindAllString(text, -1)) != 1 {
			t.Errorf("one row was sent, and not one came back:\n%s", text)
		}
		k.says(d+"/lines/1", url.Values{"item": {sku}, "qty": {"7"}, "price": {"1.000,00"}, "v": {"3"}, "pos": {"1"}}, "7,000.00")
		text := k.says(d+"/lines/1", url.Values{"item": {sku}, "qty": {"8"}, "v": {"2"}, "pos": {"1"}}, "data-stale")
		if !strings.Contains(text, "7,000.00") {
			t.Error("an older row was written over a younger one")
		}
		again := url.Values{"text": {sku + "\t3\n" + sku[:len(sku)-1] + "Z\t4\nsee the drawing\t"}, "key": {"p1"}}
		k.says(d+"/paste", again, "3 rows: item, quantity")
		page := k.ask("service", "GET", d, nil).Body.String()
		if n := strings.Count(page, "see the drawing"); n == 0 || len(rowsSent.FindAllString(page, -1)) != 5+1+1 { // the head row and the empty one
			t.Errorf("pasting twice under one key: %d rows", len(rowsSent.FindAllString(page, -1)))
		}
		k.says(d+"/meaning", url.Values{"do": {"again"}, "m0": {"qty"}, "m1": {""}}, "o column is taken for the item")
		k.says(d+"/meaning", url.Values{"do": {"again"}, "m0": {"item"}, "m1": {"item"}}, "wo columns are taken for the item")
		k.says(d+"/meaning", url.Values{"do": {"again"}, "m0": {"item"}, "m1": {"price"}}, "3 rows: item, price. 0 understood, 3 not.")
		k.says(d+"/meaning", url.Values{"do": {"again"}, "m0": {"item"}, "m1": {"qty"}}, "3 rows: item, quantity. 1 understood, 2 not.")
		k.says(d+"/add", url.Values{"code": {"NOSUCH-1 24 pcs"}, "key": {"a1"}}, "NOSUCH-1")
		k.says(d+"/add", url.Values{"code": {"]C1NOSUCH"}, "key": {"a2"}}, "No item has the code NOSUCH")
		k.says(d+"/meaning", url.Values{"do": {"back"}}, "data-gone")
		page = k.ask("service", "GET", d, nil).Body.String()
		if strings.Contains(page, "see the drawing") || len(rowsSent.FindAllString(page, -1)) != 3+1+1 {
			t.Error("pasted rows are not taken back")
		}
		if w := k.ask("service", "GET", d+"/items?q="+url.QueryEscape(strings.ToLower(sku[:3]))+"&customer="+customer, nil); !strings.Contains(w.Body.String(), `role="option"`) {
			t.Errorf("nothing is proposed: %s", w.Body)
		}
		if w := k.ask("service", "GET", "/drafts?format=csv", nil); !strings.Contains(w.Body.String(), "DRAFT-1") {
			t.Errorf("the draft is not in the list: %s", w.Body)
		}
		w := k.ask("service", "POST", d+"/discard", url.Values{"key": {"d1"}})
		if w.Code != 303 || k.ask("service", "GET", d, nil).Header().Get("Location") != "/orders/new" {
			t.Errorf("discarding: %d", w.Code)
		}
		k.says(d+"/lines/1", url.Values{"item": {sku}, "v": {"9"}}, "was discarded meanwhile")
		k.says(d+"/paste", url.Values{"text": {" "}}, "othing was pasted")
		k.says("/drafts/none/lines/1", url.Values{"item": {sku}, "v": {"9"}}, "no page at this address")
	})
}

// long is an order of 300 lines.
func (k *house) long(customer string) string {
	k.t.Helper()
	var rows []string
	goods := k.wares(60)
	for i := range 300 {
		rows = append(rows, goods[i%len(goods)].SKU+fmt.Sprintf(" %d", 1+i%9))
	}
	w := k.ask("service", "POST", "/orders/new", url.Values{"customer": {customer}, "po": {"LONG-300"}, "lines": {strings.Join(rows, "\n")}, "do": {"capture"}})
	if w.Code != 303 {
		k.t.Fatalf("300 lines: %d\n%s", w.Code, tail(w.Body.String()))
	}
	return w.Header().Get("Location")
}

var tags = regexp.MustCompile(`<[a-z]`)

// TestALongOrderIsALightPage: 300 lines, captured and reserved, are fewer than
// 4,000 elements and 60 kB over the wire.
func TestALongOrderIsALightPage(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	customer, _ := k.trade()
	order := k.long(customer)
	for _, state := range []string{"captured", "confirmed"} {
		if state == "confirmed" {
			k.ask("service", "POST", order+"/confirm", url.Values{"key": {"c"}})
		}
		page := k.ask("service", "GET", order, nil).Body.String()
		zipped := k.ask("service", "GET", order, nil, "Accept-Encoding", "gzip").Body.Len()
		n := len(tags.FindAllString(page, -1))
		if lines := strings.Count(page, `id="oln_`); lines != 300 || n >= 4000 || zipped >= 60<<10 {
			t.Errorf("%s: %d lines, %d elements, %d bytes over the wire", state, lines, n, zipped)
		}
		t.Logf("%s: %d elements, %d bytes over the wire, %d without compression", state, n, zipped, len(page))
	}
}
