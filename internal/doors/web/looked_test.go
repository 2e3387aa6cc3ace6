package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"

	"github.com/chromedp/chromedp"
)

// looked are pages of each kind, with a role that sees much of them.
var looked = [][2]string{
	{"", "/sign-in"}, {"service", "/"}, {"service", "/desk"}, {"service", "/orders"}, {"service", "/orders/{order}"}, {"service", "/orders/{order}/hold"}, {"service", "/orders/{order}/change"}, {"service", "/orders/new"},
	{"service", "/orders/new?as=text"}, {"service", "/drafts"}, {"service", "/drafts/{draft}"}, {"service", "/customers"}, {"service", "/customers/{customer}"}, {"service", "/search?q=a"}, {"service", "/products"}, {"service", "/products/{sku}"}, {"planner", "/products/GM-063-05/needs?qty=50"}, {"service", "/products/{sku}/promise?qty=5000&split=1"}, {"service", "/products/{sku}/promise?qty=x"},
	{"warehouse", "/"}, {"warehouse", "/stock"}, {"warehouse", "/picking"}, {"warehouse", "/stock/receive"}, {"warehouse", "/shipments"}, {"billing", "/billing"}, {"billing", "/invoices"}, {"receivables", "/"},
	{"receivables", "/items"}, {"receivables", "/ageing"}, {"receivables", "/bank"}, {"receivables", "/bank/import"}, {"receivables", "/receipts"}, {"credit", "/credit"}, {"controller", "/close"}, {"controller", "/ledger"},
	{"admin", "/"}, {"admin", "/people"}, {"admin", "/people/new"}, {"admin", "/authority"}, {"admin", "/authority/new/set"}, {"admin", "/review"}, {"head", "/approvals"}, {"head", "/approvals?view=decided"},
	{"credit", "/credit/{account}"}, {"credit", "/credit/{account}/limit"}, {"controller", "/bank/accounts"}, {"head", "/account"}, {"head", "/nothing"}, {"", "/styleguide"}, {"admin", "/people/{person}"}, {"head", "/account/app"},
	{"head", "/account/passkeys/new"}, {"warehouse", "/packing"}, {"warehouse", "/scan?scan=NOTHING"}, {"warehouse", "{pick}/pick"}, {"warehouse", "{pick}/pick?scan=NOTHING"}, {"warehouse", "{pick}/short?line={line}&qty=0&why=empty"}, {"warehouse", "{pick}/pack"}, {"warehouse", "{pick}/pick-list"},
	{"warehouse", "{pick}/packing-list"}, {"warehouse", "/receive?line={sku}|3|&sku={sku}&qty=2"}, {"warehouse", "/receive?line={sku}|3|"}, {"warehouse", "/count?sku={sku}"}, {"warehouse", "/count?sku={sku}&counted=2&first=2"}, {"warehouse", "/move?from=HB&to=UL&sku={sku}&qty=1"}, {"head", "/"}, {"controller", "/"},
	{"planner", "/"}, {"billing", "/"}, {"credit", "/"}, {"head", "/rows/orders-in"}, {"receivables", "/rows/overdue"}, {"planner", "/shortages"}, {"controller", "/cash"}, {"controller", "/cash?week=1"},
	{"controller", "/dso"}, {"controller", "/checks"}, {"admin", "/health?view=access"}, {"admin", "/feedback"}, {"service", "/feedback/send"}, {"service", "/help?of=/orders"}, {"service", "/glossary"}, {"service", "/tour"},
	{"receivables", "/matching"}, {"receivables", "/matching?tab=out"}, {"receivables", "/statements"}, {"receivables", "/items?on=2026-01-31"}, {"receivables", "/ageing?by=parent&currency=EUR"}, {"receivables", "/customers/{customer}/statement"}, {"billing", "/billing?tab=splits"}, {"billing", "/billing?tab=blocked"},
	{"billing", "/billing?tab=last"}, {"billing", "{invoice}"}, {"billing", "{invoice}/credit-lines"}, {"receivables", "{receipt}"}, {"receivables", "{receipt}/bounce"}, {"controller", "{month}"}, {"controller", "{month}/general"}, {"credit", "/notices"},
	{"service", "/orders?status=open&sort=-net"}, {"service", "/customers/{customer}?tab=money"}, {"service", "/customers/{customer}?tab=prices"}, {"service", "/lists/orders/views/new"},
	{"warehouse", "{pick}"}, {"receivables", "/statements/{statement}"}, {"receivables", "/statements/{statement}/reconcile"}, {"service", "/orders/{order}/confirm"}, {"service", "/orders/{order}/reserve"}, {"service", "/orders/{order}/release"},
	{"billing", "/orders/{order}/bill"}, {"service", "/orders/{order}/cancel"}, {"service", "/orders/{order}/lines/{oln}/cancel"}, {"warehouse", "{pick}/ship"}, {"warehouse", "{pick}/deliver"}, {"warehouse", "{pick}/unplan"},
	{"billing", "{invoice}/credit"}, {"receivables", "{receipt}/apply"}, {"receivables", "{receipt}/keep"}, {"receivables", "{receipt}/refund"}, {"receivables", "{receipt}/allocate"}, {"receivables", "/matching/{rcp}/keep"},
	{"receivables", "/matching/{rcp}/refund"}, {"receivables", "/applications/{application}/unapply"}, {"receivables", "/lines/{bank}/charge"}, {"admin", "/people/{person}/second-step"}, {"admin", "/people/{person}/passkeys"}, {"admin", "/people/{person}/company"},
	{"admin", "/people/{person}/sessions"}, {"warehouse", "/stock/count"}, {"warehouse", "/stock/move"}, {"warehouse", "/stock/scrap"}, {"service", "/holds/{hold}/release"}, {"head", "/approvals/{approval}"},
	{"head", "/approvals/{approval}/grant"}, {"head", "/approvals/{approval}/deny"}, {"credit", "/approvals/{approval}/withdraw"}, {"admin", "/review/{person}/done"}, {"", "/sign-in/code"}, {"", "/enter/none"},
	{"service", "/drafts/{draft}/capture"}, {"service", "/drafts/{draft}/discard"}, {"admin", "/feedback/{note}"}, {"admin", "/feedback/{note}/take"}, {"admin", "/feedback/{note}/close"}, {"admin", "/feedback/{note}/reopen"},
	{"controller", "{invoice}/write-off"}, {"controller", "{month}/stock"}, {"controller", "{month}/receivables"}, {"controller", "/bank/accounts/{account2}/change"},
	{"billing", "{run}"}, {"service", "/assign/{ord}/new"}, {"service", "/orders/bulk/confirm?pick={ord}"}, {"service", "/orders/bulk/release?pick={ord}"}, {"service", "/orders/bulk/mine?pick={ord}"}}

// noPages are addresses that answer with a part of a page, a file, or the way to another.
var noPages = []string{"/suggest/customers", "/suggest/items", "/live", "/drafts/{id}/items", "/tour/statement", "/notices/count", "/notices/{id}", "/sign-in/company", "/sign-in/company/back"}

// TestEveryPageIsLookedAt: a page that a route draws and nobody looks at fails.
func TestEveryPageIsLookedAt(t *testing.T) {
	mux, pages := http.NewServeMux(), map[string]bool{}
	for _, r := range routes() {
		if r.Method == "GET" {
			mux.HandleFunc("GET "+r.Path, func(http.ResponseWriter, *http.Request) {})
			pages["GET "+r.Path] = !slices.Contains(noPages, r.Path)
		}
	}
	shape := strings.NewReplacer("{pick}", "/shipments/x", "{invoice}", "/invoices/x", "{receipt}", "/receipts/x", "{month}", "/close/x", "{run}", "/billing/runs/x", "{", "x", "}", "", "|", "x")
	for _, x := range looked {
		_, p := mux.Handler(httptest.NewRequest("GET", shape.Replace(x[1]), nil))
		delete(pages, p)
	}
	for p, page := range pages {
		if page {
			t.Errorf("%s is not looked at", p)
		}
	}
}

// TestAccessibleAndWithinTheScreen: axe finds nothing on any page (WCAG 2.2 AA
// and best practice), light and dark, wide and narrow; no page scrolls sideways.
func TestAccessibleAndWithinTheScreen(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	b := openBrowser(t).serve(t, k, false)
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	names := k.placeNames()
	for _, x := range looked {
		t.Run(x[0]+" "+x[1], func(t *testing.T) { // a tab of its own, which goes with it
			t.Parallel()
			mine := *b
			mine.t = t
			mine.as(x[0]).lookedAt(names.Replace(x[1]), string(axe))
		})
	}
}

// placeNames puts documents of the house into the paths of looked.
func (k *house) placeNames() *strings.Replacer {
	k.t.Helper()
	customer, sku := k.trade()
	order := csvRows(k.ask("service", "GET", "/orders?status=reserved&format=csv", nil).Body.String())[0][0]
	account := csvRows(k.ask("credit", "GET", "/credit?format=csv", nil).Body.String())[0][0]
	draft := k.someDraft(customer, sku)
	pick, line := k.aPick()
	first := func(role, list, begins string) string {
		for _, m := range hrefs.FindAllStringSubmatch(k.ask(role, "GET", list, nil).Body.String(), -1) {
			if strings.HasPrefix(m[1], begins) {
				return m[1]
			}
		}
		k.t.Fatalf("%s has no link to %s…", list, begins)
		return ""
	}
	invoice, receipt, month := first("billing", "/invoices", "/invoices/INV-"), first("receivables", "/receipts", "/receipts/rcp_"), first("controller", "/close", "/close/2")
	k.ask("credit", "POST", "/credit/"+account+"/limit", url.Values{"limit": {"900000"}, "reason": {"grows"}, "ask": {"1"}, "key": {"looked-at-1"}})
	k.ask("service", "POST", "/feedback/send", url.Values{"note": {"The list does not show who captured an order."}, "path": {"/orders"}, "key": {"looked-at-2"}})
	k.ask("billing", "POST", "/billing", url.Values{"key": {"looked-at-3"}})
	one := func(prefix, sql string) string {
		var n int64
		k.read(func(q *db.Reader) error {
			ok, err := q.One(sql, nil, &n)
			if err == nil && !ok {
				k.t.Fatalf("%s gives none", sql)
			}
			return err
		})
		return id.Text(prefix, n)
	}
	return strings.NewReplacer("{run}", "/billing/runs/"+itoa(k.user["billing"])+"-looked-at-3", "{approval}", one("apv", `SELECT MAX(id) FROM approval`), "{note}", one("fbk", `SELECT MAX(id) FROM feedback`), "{hold}", one("hld", `SELECT MAX(id) FROM hold WHERE released_at=0`),
		"{account2}", one("bac", `SELECT MIN(id) FROM bank_account`), "{statement}", one("stm", `SELECT MAX(statement_id) FROM bank_line`), "{bank}", one("bln", `SELECT MAX(id) FROM bank_line`), "{application}", one("app", `SELECT MAX(application_id) FROM allocation`),
		"{ord}", one("ord", `SELECT MAX(id) FROM sales_order`), "{oln}", one("oln", `SELECT MAX(l.id) FROM order_line l JOIN sales_order o ON o.id=l.order_id WHERE o.number='`+order+`'`), "{rcp}", strings.TrimPrefix(receipt, "/receipts/"), "{order}", order, "{customer}", customer, "{sku}", url.PathEscape(sku), "{account}", account, "{person}", itoa(k.user["head"]), "{draft}", draft, "{pick}", pick, "{line}", line,
		"{invoice}", invoice, "{receipt}", receipt, "{month}", month)
}

// lookedAt shows a page wide and narrow, light and dark, and asks axe.
func (p *tab) lookedAt(path, axe string) {
	p.t.Helper()
	p.open(path)
	for _, view := range []struct {
		width int64
		theme string
		axe   bool
	}{{1440, "light", true}, {840, "light", false}, {390, "dark", true}, {320, "dark", false}} {
		p.do(chromedp.EmulateViewport(view.width, 900))
		value[bool](p, fmt.Sprintf("(document.documentElement.dataset.theme = %q, true)", view.theme))
		if w := value[int64](p, "document.documentElement.scrollWidth"); w > view.width {
			p.t.Errorf("%s scrolls sideways at %d: %d", path, view.width, w)
		}
		if view.axe {
			time.Sleep(200 * time.Millisecond) // colours change over a moment
			found := p.violations(axe)
			if len(found) > 0 { // on a busy machine the moment is longer
				time.Sleep(time.Second)
				found = p.violations(axe)
			}
			for _, v := range found {
				p.t.Errorf("%s at %d, %s: %s", path, view.width, view.theme, v)
			}
		}
	}
}

// violations asks axe.
func (p *tab) violations(axe string) []string {
	p.t.Helper()
	value[bool](p, "(() => {"+axe+"\n})(), true")
	_, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}).then(r => {
		window.found = r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.slice(0, 2).map(n => n.html.slice(0, 160)).join(" | ")); return true })`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return value[[]string](p, "window.found")
}
