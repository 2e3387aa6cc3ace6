package web

import (
	"encoding/csv"
	escape "html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/dbtest"
)

var (
	aTile  = regexp.MustCompile(`<a class="card tile" href="([^"]+)" title="([^"]*)"`)
	aStage = regexp.MustCompile(`<a href="(/rows/[^"]+)" title="([^"]+)"`)
)

// TestEachTileIsItsRows: behind every number of every home stand rows that make
// it, to the cent.
func TestEachTileIsItsRows(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		states := []string{"/close", "/checks"} // say how things stand, and count nothing
		tested := map[string]bool{}
		for _, role := range access.Roles {
			text := k.ask(role.Code, "GET", "/", nil).Body.String()
			tiles := aTile.FindAllStringSubmatch(text, -1)
			if len(tiles) < 2 && role.Code != "warehouse" { // whose home is the scan field and the kinds of work
				t.Errorf("%s has %d tiles", role.Code, len(tiles))
			}
			for _, m := range append(tiles, aStage.FindAllStringSubmatch(text, -1)...) {
				at, says := escape.UnescapeString(m[1]), escape.UnescapeString(m[2])
				if slices.Contains(states, at) {
					continue
				}
				sep := "?"
				if strings.Contains(at, "?") {
					sep = "&"
				}
				w := k.ask(role.Code, "GET", at+sep+"format=csv", nil)
				if w.Code != 200 {
					t.Fatalf("%s: %s: %d", role.Code, at, w.Code)
				}
				if got := added(t, w.Body.String(), says, at); got != says {
					t.Errorf("%s: %s says %s, its rows %s", role.Code, at, says, got)
				}
				tested[at] = true
			}
		}
		if len(tested) < 25 {
			t.Errorf("only %d tiles were added up: %v", len(tested), tested)
		}
	})
}

// added counts a list and adds it up, in the words of the tile.
func added(t *testing.T, text, says, at string) string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v\n%s", at, err, text)
	}
	rows, sum, like := all[1:], int64(0), "0.00"
	column := slices.IndexFunc(all[0], func(h string) bool {
		return strings.HasPrefix(h, "In ") || h == "Expected (p50)" || h == "Days"
	})
	for i, r := range rows {
		if column >= 0 && (at != "/cash" || i < 4) {
			sum, like = sum+thousandths(r[column]), r[column]
		}
	}
	switch n := int64(len(rows)); {
	case strings.HasSuffix(says, " days"):
		return amount(decimalLike(sum, "0.0")) + " days"
	case strings.HasPrefix(says, "€"):
		return inMoney(decimalLike(sum, like), "EUR")
	case strings.Contains(says, "€"):
		return exactly(n, decimalLike(sum, "0.00"), "EUR")
	default:
		return count(n, "row", "rows")
	}
}

// TestEveryPageIsTwoClicksAway from the home of each role that may see it; the
// sidebar counts.
func TestEveryPageIsTwoClicksAway(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	mux := http.NewServeMux()
	for _, r := range routes() {
		if r.Method == "GET" {
			mux.HandleFunc("GET "+r.Path, func(http.ResponseWriter, *http.Request) {})
		}
	}
	nothing := []string{"/sign-in", "/enter", "/suggest", "/live", "/styleguide", "/tour", "/scan", "/notices/count", "/orders/bulk"}
	for _, role := range access.Roles {
		seen := map[string]bool{"GET /{$}": true}
		look := func(path string) []string {
			var to []string
			for _, m := range hrefs.FindAllStringSubmatch(k.ask(role.Code, "GET", path, nil).Body.String(), -1) {
				h := escape.UnescapeString(m[1])
				if p := pattern(mux, h); p != "" && !strings.HasPrefix(h, "/static") && !seen[p] {
					seen[p] = true
					to = append(to, h)
				}
			}
			return to
		}
		for _, h := range look("/") {
			look(h)
		}
		for _, r := range routes() {
			if r.Method != "GET" || strings.Contains(r.Path, "{") || slices.ContainsFunc(nothing, func(s string) bool { return strings.HasPrefix(r.Path, s) }) || !allowed(&access.Person{Roles: []access.Role{role}}, r.Right) {
				continue
			}
			if !seen["GET "+r.Path] {
				t.Errorf("%s does not reach %s in two clicks", role.Code, r.Path)
			}
		}
	}
}

// TestTheBooksAreChecked from the page: it says what holds, and when.
func TestTheBooksAreChecked(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	if w := k.ask("head", "POST", "/checks", url.Values{}); w.Code != 403 {
		t.Errorf("the head begins a check: %d", w.Code)
	}
	if w := k.ask("controller", "POST", "/checks", url.Values{}); w.Code != 303 {
		t.Fatalf("check: %d", w.Code)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		text := k.ask("controller", "GET", "/checks", nil).Body.String()
		if strings.Contains(text, "INV-01") {
			if strings.Contains(text, "Broken") || !strings.Contains(k.ask("controller", "GET", "/", nil).Body.String(), " hold<") {
				t.Errorf("%s", tail(text))
			}
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no check in a minute\n%s", tail(text))
		}
	}
}

// TestTheTourIsForTheSampleCompany: elsewhere it says so and writes nothing; who
// lacks a right is told where to go.
func TestTheTourIsForTheSampleCompany(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	if w := k.ask("service", "POST", "/tour/begin", url.Values{}); w.Code != 409 || !strings.Contains(w.Body.String(), "sample company only") {
		t.Errorf("begun in a real company: %d", w.Code)
	}
	k.h = Handler(k.office, Options{Tour: "/enter/guest"})
	if w := k.ask("service", "POST", "/tour/begin", url.Values{}); w.Code != 409 || !strings.Contains(w.Body.String(), "guest") {
		t.Errorf("begun without the rights: %d", w.Code)
	}
	if w := k.ask("service", "GET", "/tour", nil); !strings.Contains(w.Body.String(), `href="/enter/guest"`) {
		t.Errorf("no way to become the guest\n%s", tail(w.Body.String()))
	}
}
