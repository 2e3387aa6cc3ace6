package web

import (
	escape "html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/dbtest"
)

// amountSeen finds amounts of money as pages and files write them.
var amountSeen = regexp.MustCompile(`[€$£¥]\s?[0-9][0-9,.]*|\b[0-9]{1,3}(?:,[0-9]{3})*\.[0-9]{2}\b`)

var scripts = regexp.MustCompile(`(?s)<(script|style|svg)\b.*?</(?:script|style|svg)>|<[^>]*>`)

// TestAmountsAreKeptFromWhomTheyDoNotConcern: on no page, in no CSV file and in
// no sheet that a role without the right for prices may open stands an amount.
func TestAmountsAreKeptFromWhomTheyDoNotConcern(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	names := k.placeNames()
	var paths []string
	for _, x := range looked {
		paths = append(paths, names.Replace(x[1]))
	}
	for name := range questions {
		paths = append(paths, "/rows/"+name)
	}
	for _, r := range routes() {
		if r.Method == "GET" {
			path := names.Replace(strings.NewReplacer("{$}", "", "/orders/{id}", "/orders/{order}", "/shipments/{id}", "{pick}", "/products/{id}", "/products/{sku}", "/customers/{id}", "/customers/{customer}").Replace(r.Path))
			if !strings.Contains(path, "{") {
				paths = append(paths, path)
			}
		}
	}
	for _, o := range csvRows(k.ask("service", "GET", "/orders?status=held&format=csv", nil).Body.String()) {
		paths = append(paths, "/orders/"+o[0])
	}
	known := map[string]bool{} // what an amount without the sign of a currency is told by
	for path, at := range map[string]int{"/rows/orders-in": 4, "/rows/goods-out": 4, "/orders": 3, "/stock": 6} {
		for _, r := range csvRows(k.ask("head", "GET", path+"?format=csv", nil).Body.String()) {
			known[amount(r[at])] = len(r[at]) > 5 // shorter ones are quantities elsewhere
		}
	}
	for _, role := range access.Roles {
		person := &access.Person{Roles: []access.Role{role}}
		seen := map[string]bool{}
		opened, amounts := 0, 0
		for _, path := range paths {
			for _, p := range []string{path, withQuery(path, "format=csv")} {
				if seen[p] || strings.HasPrefix(path, "/styleguide") || path == "/account" || strings.HasPrefix(path, "/live") { // an example of how numbers are written
					continue
				}
				seen[p] = true
				w := k.ask(role.Code, "GET", p, nil)
				if w.Code != 200 {
					continue
				}
				opened++
				text := escape.UnescapeString(scripts.ReplaceAllString(w.Body.String(), " "))
				found := slices.DeleteFunc(amountSeen.FindAllString(text, -1), func(s string) bool { return s[0] >= '0' && s[0] <= '9' && !known[s] })
				if len(found) > 0 {
					amounts++
					if !person.May(access.SeePrices) {
						t.Errorf("%s sees %q at %s", role.Code, found[:min(3, len(found))], p)
					}
				}
			}
		}
		if person.May(access.SeePrices) != (amounts > 0) {
			t.Errorf("%s: %d of %d pages have amounts", role.Code, amounts, opened)
		}
	}
}

func withQuery(path, q string) string {
	if strings.Contains(path, "?") {
		return path + "&" + q
	}
	return path + "?" + q
}
