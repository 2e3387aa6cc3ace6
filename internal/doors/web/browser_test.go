package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kontor/internal/tools/event"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// browser is one Chromium in front of the sample company. Each tab has its own
// cookies, as people on different machines have.
type browser struct {
	*house
	ctx context.Context
	url string
}

func openBrowser(t *testing.T, k *house) *browser {
	t.Helper()
	found := false
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		_, err := exec.LookPath(name)
		found = found || err == nil
	}
	if !found {
		t.Fatal("Chromium is missing: make test installs it where it may, elsewhere install the package chromium")
	}
	s := httptest.NewServer(k.h)
	t.Cleanup(s.Close)
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("no-sandbox", os.Getuid() == 0), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), o...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return &browser{k, ctx, s.URL}
}

// tab is a place where one person works.
type tab struct {
	t    *testing.T
	b    *browser
	ctx  context.Context
	role string
}

// as opens a tab for somebody who is signed in; "" is nobody.
func (b *browser) as(t *testing.T, role string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	p := &tab{t, b, ctx, role}
	p.do(chromedp.EmulateViewport(1440, 900))
	if role != "" {
		p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "kontor", Value: b.cookie[role], URL: b.url})
			return err
		}))
	}
	return p
}

func (p *tab) do(a ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, a...); err != nil {
		p.t.Fatalf("%s at %s: %v\n%s", p.role, p.at(), err, p.text())
	}
}

func value[T any](p *tab, script string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.role, script, err)
	}
	return v
}

func (p *tab) at() string {
	v, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("location.pathname + location.search"))
	return v
}

func (p *tab) text() string {
	v, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	return v
}

func (p *tab) open(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.b.url + path))
}

// waits until a condition of the page holds.
func (p *tab) until(what, script string) {
	p.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!!("+script+")")); err == nil && ok {
			return
		}
	}
	p.t.Fatalf("%s waited in vain for %s at %s:\n%s", p.role, what, p.at(), p.text())
}

// sees waits until the page, or the sheet on it, says something.
func (p *tab) sees(text string) {
	p.t.Helper()
	b, _ := json.Marshal(text)
	p.until(fmt.Sprintf("%q", text), "document.body.innerText.includes("+string(b)+")")
}

// ready waits until the page's script has run: a person is slower than that.
func (p *tab) ready() {
	p.t.Helper()
	p.until("the script", `"ready" in document.documentElement.dataset`)
}

// follows clicks the link or button with this word; in a sheet, when one is open.
func (p *tab) follows(word string) {
	p.t.Helper()
	p.ready()
	b, _ := json.Marshal(word)
	find := `[...(document.querySelector("dialog[open]") ?? document).querySelectorAll("a, button")].find(e => e.innerText.trim().replace(/\s+/g, " ") === ` + string(b) + `)`
	p.until("the button "+word, find)
	value[bool](p, "("+find+".click(), true)")
}

func (p *tab) types(field, text string) {
	p.t.Helper()
	p.until("the field "+field, fmt.Sprintf(`document.querySelector("[name='%s']:not([type=hidden])")`, field))
	at := fmt.Sprintf("[name='%s']:not([type=hidden])", field)
	value[bool](p, fmt.Sprintf("(document.querySelector(%q).value = '', true)", at))
	p.do(chromedp.SendKeys(chromedp.CSS(at), text))
}

func (p *tab) keys(text string, o ...chromedp.KeyOption) {
	p.t.Helper()
	p.ready()
	p.do(chromedp.KeyEvent(text, o...))
}

// sheet opens a step, reads what it would do and does it.
func (p *tab) sheet(open, say, verb, done string) {
	p.t.Helper()
	p.follows(open)
	p.until("the sheet", `document.querySelector("dialog#sheet[open] form")`)
	if say != "" {
		p.sees(say)
	}
	p.follows(verb)
	p.sees(done)
}

// TestOrderToCashInTheBrowser is the main journey: from an empty form to the
// reconciled bank statement, each step by whom it belongs to, each first done
// wrong once where a person would.
func TestOrderToCashInTheBrowser(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	b := openBrowser(t, k)
	customer, sku := k.trade()

	service := b.as(t, "service")
	service.open("/")
	service.sees("Good")
	service.keys("n") // the key that the button shows
	service.sees("Paste the rows")
	service.types("customer", customer[:len(customer)-1])
	service.until("a customer to choose", fmt.Sprintf(`[...document.querySelector("[name=customer]").list.options].some(o => o.value === %q)`, customer))
	service.types("customer", customer)
	service.types("po", "BROWSER-1")
	service.types("lines", sku)
	service.follows("Check and price")
	service.sees("has no quantity")
	service.types("lines", sku+" 3")
	service.follows("Check and price")
	service.sees("This will happen")
	service.follows("Capture order")
	service.sees("is captured")
	order := service.at()
	service.sheet("Hold…", "", "Leave it", "BROWSER-1")
	service.sheet("Confirm order…", "This will happen", "Confirm order", "is confirmed")
	service.sheet("Send to the warehouse…", "This will happen", "Send to the warehouse", "The warehouse has it")

	warehouse := b.as(t, "warehouse")
	warehouse.do(chromedp.EmulateViewport(390, 800))
	warehouse.open(order)
	warehouse.until("the shipment", `document.querySelector("a[href^='/shipments/']")`)
	value[bool](warehouse, `(document.querySelector(".chain a[href^='/shipments/']").click(), true)`)
	warehouse.follows("Pick")
	warehouse.sees("Take these")
	warehouse.ready()
	field := `document.querySelector(".stepvalue")`
	warehouse.do(chromedp.SendKeys(chromedp.CSS("[data-act=scan]"), "]C1WRONG-CODE\r"))
	warehouse.sees("WRONG-CODE is not on this list")
	warehouse.do(chromedp.SendKeys(chromedp.CSS("[data-act=scan]"), sku+"\r"))
	warehouse.sees("Right item, 1 of 3")
	value[bool](warehouse, `(document.querySelector("[data-act=more]").click(), true)`)
	if v := value[string](warehouse, field+".value"); v != "2" {
		t.Errorf("scanned once and one more: %s", v)
	}
	value[bool](warehouse, `(document.querySelector("[data-act=more]").click(), true)`)
	warehouse.follows("Take these")
	warehouse.sees("It is picked")
	warehouse.sheet("Ship…", "This will happen", "Ship goods", "has left")
	warehouse.sheet("Delivered…", "This will happen", "Record delivery", "is delivered")

	service.open(order)
	service.sees("Delivered")
	if strings.Contains(service.text(), "Bill…") {
		t.Error("customer service may bill")
	}
	billing := b.as(t, "billing")
	billing.open(order)
	billing.sheet("Bill…", "Postings", "Issue invoice", "is issued")
	invoice := value[string](billing, `document.querySelector(".chain a[href^='/invoices/']").innerText`)

	money := b.as(t, "receivables")
	money.open("/invoices/" + invoice)
	gross := strings.NewReplacer("€", "", ",", "").Replace(value[string](money, `[...document.querySelectorAll(".facts div")].find(e => e.innerText.startsWith("To pay")).querySelector("dd").innerText.split("\n")[0].trim()`))
	account, opening, on := k.bank()
	file := filepath.Join(t.TempDir(), "bank.csv")
	closing := plus(opening, gross)
	text := fmt.Sprintf("H,%s,WEB-1,EUR,%s,%s,%s,%s\nE,%[5]s,,%[7]s,Payer,,,%[8]s,\n", account, opening, closing, on, on, "", gross, invoice)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	money.open("/bank/import")
	money.do(chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{file}))
	money.follows("Take statement in")
	money.sees("1 statement is taken in with 1 receipt")
	value[bool](money, `(document.querySelector("tbody a[href^='/receipts/']").click(), true)`)
	money.sees("What the customer owes")
	money.follows("Settle invoices…")
	money.types("invoice", "INV-0")
	money.follows("Settle invoices")
	money.sees("has no open invoice")
	money.types("invoice", invoice)
	money.follows("Settle invoices")
	money.sees("1 item is settled")
	money.open("/bank")
	value[bool](money, `(document.querySelector("tbody a[href^='/statements/']").click(), true)`)
	money.sheet("Reconcile…", "", "Reconcile statement", "is reconciled")
	service.open(order)
	service.sees("Paid")
}

// TestWhatOthersDoIsSeenLive: an order that somebody holds turns held on another's
// screen within two seconds, in the list and on its page, without a reload; in
// a form that somebody is at, nothing moves.
func TestWhatOthersDoIsSeenLive(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	sequencer := event.NewSequencer(k.office.DB)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go func() {
		for ctx.Err() == nil {
			_, _ = sequencer.Pass(ctx)
			time.Sleep(100 * time.Millisecond)
		}
	}()
	b := openBrowser(t, k)
	orders := csvRows(k.ask("service", "GET", "/orders?status=captured&format=csv", nil).Body.String())
	list, page, typing := b.as(t, "head"), b.as(t, "credit"), b.as(t, "service")
	list.open("/orders")
	page.open("/orders/" + orders[0][0])
	typing.open("/orders?status=captured")
	for _, p := range []*tab{list, page, typing} {
		p.until("the live dot", `document.querySelector("#live").dataset.state === "live"`)
	}
	typing.do(chromedp.SendKeys(chromedp.CSS("[name=q]"), "abc"))
	time.Sleep(time.Second) // the hub has found the end of the log
	if w := k.ask("service", "POST", "/orders/"+orders[0][0]+"/hold", url.Values{"reason": {"seen live"}}); w.Code != 303 {
		t.Fatalf("hold: %d", w.Code)
	}
	began := time.Now()
	page.sees("seen live")
	list.until("the row", fmt.Sprintf(`[...document.querySelectorAll("#list tr")].some(r => r.innerText.includes(%q) && r.innerText.includes("On hold"))`, orders[0][0]))
	if took := time.Since(began); took > 4*time.Second { // two on a quiet machine
		t.Errorf("it took %v", took)
	}
	typing.sees("This was changed, show")
	if value[string](typing, `document.querySelector("[name=q]").value`) != "abc" {
		t.Error("what was typed is gone")
	}
	typing.follows("This was changed, show")
	typing.until("the list without it", fmt.Sprintf(`!document.querySelector("#list").innerText.includes(%q)`, orders[0][0]))
}

// TestByKeyboardAlone: the palette finds and opens, rows are walked, a sheet
// gives the focus back to where it came from.
func TestByKeyboardAlone(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	p := openBrowser(t, k).as(t, "service")
	p.open("/")
	p.keys("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.until("the palette", `document.querySelector("#palette[open] input") === document.activeElement`)
	p.keys("ord")
	p.until("a hit", `document.querySelector("#hits [aria-selected=true]")?.innerText.includes("Order desk")`)
	p.keys("\r")
	p.sees("need a person")
	p.keys("go")
	p.until("the orders", `location.pathname === "/orders"`)
	p.keys("jj\r")
	p.until("an order", `location.pathname.startsWith("/orders/SO-")`)
	p.open("/orders?status=captured")
	p.keys("j\r")
	p.until("a captured order", `location.pathname.startsWith("/orders/SO-")`)
	for range 60 { // Tab to the button, as somebody without a mouse would
		p.keys("\t")
		if value[string](p, `document.activeElement.innerText.trim()`) == "Hold…" {
			break
		}
	}
	p.keys("\r")
	p.until("the sheet's field", `document.querySelector("#sheet[open] [name=reason]") === document.activeElement`)
	p.keys("The customer calls back")
	p.keys("\u001b")
	p.until("the button again", `!document.querySelector("#sheet[open]") && document.activeElement.innerText.trim() === "Hold…"`)
	p.keys("\r")
	p.until("the sheet's field", `document.querySelector("#sheet[open] [name=reason]") === document.activeElement`)
	p.keys("\r")
	p.sees("Reason is missing")
	p.types("reason", "The customer calls back")
	p.keys("\r")
	p.sees("The order is held")
	p.keys("?")
	p.sees("search, or jump to a page")
}

// looked are pages of each kind, with a role that sees much of them.
var looked = [][2]string{{"", "/sign-in"}, {"service", "/"}, {"service", "/desk"}, {"service", "/orders"}, {"service", "/orders/{order}"}, {"service", "/orders/{order}/hold"}, {"service", "/orders/{order}/change"}, {"service", "/orders/new"}, {"service", "/customers"}, {"service", "/customers/{customer}"},
	{"service", "/search?q=a"}, {"service", "/products"}, {"service", "/products/{sku}"}, {"warehouse", "/"}, {"warehouse", "/stock"}, {"warehouse", "/picking"}, {"warehouse", "/stock/receive"}, {"warehouse", "/shipments"}, {"billing", "/billing"}, {"billing", "/invoices"},
	{"receivables", "/"}, {"receivables", "/items"}, {"receivables", "/ageing"}, {"receivables", "/bank"}, {"receivables", "/bank/import"}, {"receivables", "/receipts"}, {"credit", "/credit"}, {"controller", "/close"}, {"controller", "/ledger"}, {"admin", "/"}, {"admin", "/people"}, {"admin", "/people/new"}, {"head", "/account"}, {"head", "/nothing"}, {"", "/styleguide"}}

// TestAccessibleAndWithinTheScreen: axe finds nothing on any page (WCAG 2.2 AA
// and best practice), light and dark, wide and narrow; no page scrolls sideways.
func TestAccessibleAndWithinTheScreen(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	b := openBrowser(t, k)
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	customer, sku := k.trade()
	order := csvRows(k.ask("service", "GET", "/orders?status=reserved&format=csv", nil).Body.String())[0][0]
	tabs := map[string]*tab{}
	for _, x := range looked {
		p := tabs[x[0]]
		if p == nil {
			p = b.as(t, x[0])
			tabs[x[0]] = p
		}
		path := strings.NewReplacer("{order}", order, "{customer}", customer, "{sku}", url.PathEscape(sku)).Replace(x[1])
		p.open(path)
		for _, view := range []struct {
			width int64
			theme string
			axe   bool
		}{{1440, "light", true}, {840, "light", false}, {390, "dark", true}, {320, "dark", false}} {
			p.do(chromedp.EmulateViewport(view.width, 900))
			value[bool](p, fmt.Sprintf("(document.documentElement.dataset.theme = %q, true)", view.theme))
			if w := value[int64](p, "document.documentElement.scrollWidth"); w > view.width {
				t.Errorf("%s scrolls sideways at %d: %d", path, view.width, w)
			}
			if view.axe {
				time.Sleep(200 * time.Millisecond) // colours change over a moment
				for _, v := range p.violations(string(axe)) {
					t.Errorf("%s at %d, %s: %s", path, view.width, view.theme, v)
				}
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
