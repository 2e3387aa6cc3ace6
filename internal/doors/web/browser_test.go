package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kontor/internal/tools/event"

	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is one Chromium. Each tab has its own cookies, as people on different
// machines have.
type browser struct{ ctx context.Context }

func openBrowser(t *testing.T) *browser {
	t.Helper()
	found := false
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		_, err := exec.LookPath(name)
		found = found || err == nil
	}
	if !found {
		t.Fatal("Chromium is missing: make test installs it where it may, elsewhere install the package chromium")
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("no-sandbox", os.Getuid() == 0), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), o...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return &browser{ctx}
}

// serve puts a house where the browser finds it; what fails there is told.
func (b *browser) serve(t testing.TB, k *house, keyboard bool) *play {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.h.ServeHTTP(statusWriter{w, func(status int) {
			if status >= 500 {
				t.Errorf("%s %s: %d", r.Method, r.URL, status)
			}
		}}, r)
	}))
	t.Cleanup(s.CloseClientConnections)
	return &play{house: k, t: t, ctx: b.ctx, url: strings.Replace(s.URL, "127.0.0.1", "localhost", 1), keyboard: keyboard}
}

// statusWriter tells the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	tell func(int)
}

func (w statusWriter) WriteHeader(status int)      { w.tell(status); w.ResponseWriter.WriteHeader(status) }
func (w statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// play is one house in front of a browser, and how its people use it.
type play struct {
	*house
	t        testing.TB
	ctx      context.Context
	url      string
	keyboard bool // nobody touches a pointer: Tab, Enter, Space and arrows do it all
	refusals int  // steps that went wrong on purpose, with a sentence that helps
}

// tab is a place where one person works.
type tab struct {
	t    testing.TB
	b    *play
	ctx  context.Context
	role string
}

// as opens a tab for somebody who is signed in; "" is nobody.
func (b *play) as(role string) *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	b.t.Cleanup(cancel)
	p := &tab{b.t, b, ctx, role}
	p.wide()
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdp.AddScriptToEvaluateOnNewDocument, cdp.AddScriptToEvaluateOnNewDocumentParams{Source: leaving})
		return err
	}))
	if role != "" {
		p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "kontor", Value: b.cookie[role], URL: b.url})
			return err
		}))
	}
	return p
}

// phone makes the tab a phone, wide a desk.
func (p *tab) phone() { p.do(chromedp.EmulateViewport(390, 800)) }
func (p *tab) wide()  { p.do(chromedp.EmulateViewport(1440, 900)) }

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

// leaving marks a page that is being left, until the next one stands there; a
// download leaves nothing.
const leaving = `addEventListener("beforeunload", () => { const root = document.documentElement; root.dataset.leaving = ""; setTimeout(() => delete root.dataset.leaving, 3000) })`

// settled tells that the page is all there, its script has run, and nothing that was asked for is on its way.
const settled = `(d => "ready" in d && !("leaving" in d))(document.documentElement.dataset) && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added, [aria-busy=true]")`

// until waits until a condition holds on a page that is all there.
func (p *tab) until(what, script string) {
	p.t.Helper()
	script = settled + " && (" + script + ")"
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!!("+script+")")); err == nil && ok {
			return
		}
	}
	if at, _ := chromedp.Run(p.ctx, chromedp.Evaluate[bool](settled)); !at {
		what += ", on a page that does not come to rest,"
	}
	p.t.Fatalf("%s waited in vain for %s at %s:\n%s", p.role, what, p.at(), p.text())
}

// sees waits until the page, or the sheet on it, says something.
func (p *tab) sees(text string) {
	p.t.Helper()
	b, _ := json.Marshal(text)
	p.until(fmt.Sprintf("%q", text), "document.body.innerText.includes("+string(b)+")")
}

// ready waits until what was asked for stands there: a person is slower than that.
func (p *tab) ready() {
	p.t.Helper()
	p.until("the page", "true")
}

// goes presses Tab until an element has the focus, as somebody without a pointer does.
func (p *tab) goes(what, find string) {
	p.t.Helper()
	for range 600 {
		if value[bool](p, "document.activeElement === "+find) {
			return
		}
		p.do(chromedp.KeyEvent("\t"))
	}
	p.t.Fatalf("%s cannot reach %s by Tab at %s:\n%s", p.role, what, p.at(), p.text())
}

// uses clicks an element, or reaches it and presses Enter.
func (p *tab) uses(what, find string) {
	p.t.Helper()
	p.ready()
	p.until(what, find)
	if p.b.keyboard {
		p.goes(what, find)
		p.do(chromedp.KeyEvent("\r"))
		return
	}
	value[bool](p, "("+find+".click(), true)")
}

// within is where a person looks: the topmost dialog, else the page.
const within = `[...[...document.querySelectorAll("dialog[open]")].slice(-1), document][0]`

// follows uses the link or button with this word; in a sheet, when one is open.
func (p *tab) follows(word string) {
	p.t.Helper()
	b, _ := json.Marshal(word)
	p.uses("the button "+word, `[...`+within+`.querySelectorAll("a, button, summary")].find(e => [e.innerText.trim().replace(/\s+/g, " "), e.getAttribute("aria-label")].includes(`+string(b)+`))`)
}

// clicks uses the first element that a selector names.
func (p *tab) clicks(selector string) {
	p.t.Helper()
	p.uses(selector, fmt.Sprintf("document.querySelector(%q)", selector))
}

func fieldOfName(name string) string {
	return fmt.Sprintf("%s.querySelector(%q)", within, "[name='"+name+"']:not([type=hidden])")
}

// types writes into a field what stands there then.
func (p *tab) types(field, text string) {
	p.t.Helper()
	p.typesInto("the field "+field, fieldOfName(field), text)
}

func (p *tab) typesInto(what, find, text string) {
	p.t.Helper()
	p.ready()
	p.until(what, find)
	if p.b.keyboard {
		p.goes(what, find)
	} else {
		value[bool](p, "("+find+".focus(), true)")
	}
	if value[bool](p, "'value' in document.activeElement && document.activeElement.value !== ''") {
		p.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("\b"))
	}
	p.do(chromedp.KeyEvent(text))
}

// chooses takes a choice of a field by the beginning of its words.
func (p *tab) chooses(field, words string) {
	p.t.Helper()
	p.ready()
	find := fieldOfName(field)
	p.until("the field "+field, find)
	b, _ := json.Marshal(words)
	if !p.b.keyboard {
		value[bool](p, fmt.Sprintf(`(f => { const o = [...f.options].find(o => o.text.trim().startsWith(%s)); f.value = o.value; f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})); return true })(%s)`, b, find))
		return
	}
	p.goes("the field "+field, find)
	p.do(chromedp.KeyEvent(kb.Home))
	for range 200 {
		if value[bool](p, fmt.Sprintf("%s.selectedOptions[0].text.trim().startsWith(%s)", find, b)) {
			return
		}
		p.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	p.t.Fatalf("%s finds no choice %q in %s at %s", p.role, words, field, p.at())
}

// ticks sets a box, or takes one of several, by the beginning of its label.
func (p *tab) ticks(label string) {
	p.t.Helper()
	p.ready()
	b, _ := json.Marshal(label)
	find := `[...` + within + `.querySelectorAll("input[type=checkbox], input[type=radio]")].find(e => (e.labels[0]?.innerText ?? e.getAttribute("aria-label") ?? "").trim().startsWith(` + string(b) + `))`
	p.until("the box "+label, find)
	if !p.b.keyboard {
		value[bool](p, "("+find+".click(), true)")
		return
	}
	if value[string](p, find+".type") == "checkbox" {
		p.goes("the box "+label, find)
		p.do(chromedp.KeyEvent(" "))
		return
	}
	p.goes("one of the group of "+label, `((x, a) => a.type === "radio" && a.name === x.name ? a : x)(`+find+`, document.activeElement)`)
	for range 30 { // arrows choose within a group
		if value[bool](p, find+".checked") {
			return
		}
		p.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	p.t.Fatalf("%s cannot choose %q by arrows at %s", p.role, label, p.at())
}

// scans is what a scanner does: it types a code and ends it with Enter.
func (p *tab) scans(code string) {
	p.t.Helper()
	p.typesInto("the scan field", `document.querySelector("[data-act=scan], [data-add]")`, code+"\r")
}

// cell types into a cell of the entry grid, and leaves it being edited; rows are
// counted from 0. Without a pointer the grid is one stop, and arrows do the rest.
func (p *tab) cell(row int, field, text string) {
	p.t.Helper()
	p.ready()
	find := fmt.Sprintf(`document.querySelector("#rows").rows[%d].querySelector("[data-f=%s]")`, row, field)
	p.until("the cell "+field, find)
	if !p.b.keyboard {
		value[bool](p, "("+find+".click(), true)")
	} else {
		if !value[bool](p, `document.activeElement.matches("#rows td")`) {
			p.goes("the grid", `document.querySelector("#rows td[tabindex='0']")`)
		}
		way := value[[]int](p, fmt.Sprintf(`((a, b) => [b.parentElement.sectionRowIndex - a.parentElement.sectionRowIndex, b.cellIndex - a.cellIndex])(document.activeElement, %s)`, find))
		p.presses(way[0], kb.ArrowDown, kb.ArrowUp)
		p.presses(way[1], kb.ArrowRight, kb.ArrowLeft)
		p.until("the focus in the cell "+field, "document.activeElement === "+find)
	}
	p.do(chromedp.KeyEvent(text))
}

func (p *tab) presses(n int, forth, back string) {
	p.t.Helper()
	for ; n > 0; n-- {
		p.do(chromedp.KeyEvent(forth))
	}
	for ; n < 0; n++ {
		p.do(chromedp.KeyEvent(back))
	}
}

// pastes gives the place that has the focus what the clipboard would hold.
func (p *tab) pastes(text string) {
	p.t.Helper()
	p.ready()
	b, _ := json.Marshal(text)
	value[bool](p, `(t => { const d = new DataTransfer(); d.setData("text/plain", t); document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true})); return true })(`+string(b)+`)`)
}

// kept waits until all that was typed into the grid is on the server.
func (p *tab) kept() {
	p.t.Helper()
	p.until("the server to have it all", `!document.querySelector("#rows .flying, #rows .lost") && location.pathname.startsWith("/drafts/")`)
}

// refused tells that a step went wrong on purpose, and that the page says why.
func (p *tab) refused(sentence string) {
	p.t.Helper()
	p.sees(sentence)
	p.b.refusals++
}

// gives chooses a file for a field.
func (p *tab) gives(field, file string) {
	p.t.Helper()
	var err error
	for range 5 { // the page may be drawn anew between finding the field and filling it
		p.ready()
		if err = chromedp.Do(p.ctx, chromedp.SetUploadFiles(chromedp.CSS("[name="+field+"]"), []string{file})); err == nil {
			return
		}
	}
	p.t.Fatalf("%s gives no file at %s: %v", p.role, p.at(), err)
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

// sheetDoes presses the button of the open sheet and waits until it is done.
func (p *tab) sheetDoes(verb, done string) {
	p.t.Helper()
	p.follows(verb)
	p.sees(done)
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
	b := openBrowser(t).serve(t, k, false)
	orders := csvRows(k.ask("service", "GET", "/orders?status=captured&format=csv", nil).Body.String())
	list, page, typing := b.as("head"), b.as("credit"), b.as("service")
	list.open("/orders")
	page.open("/orders/" + orders[0][0])
	typing.open("/orders?status=captured")
	for _, p := range []*tab{list, page, typing} {
		p.until("the live dot", `document.querySelector("#live").dataset.state === "live"`)
	}
	typing.do(chromedp.SendKeys(chromedp.CSS("[name=q]"), "abc"))
	took := k.seenAfter(list, orders[0][0])
	page.sees("seen live")
	for i := 1; took > 2*time.Second && i < len(orders) && i < 4; i++ { // a machine that was busy with something else
		took = k.seenAfter(list, orders[i][0])
	}
	if took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	typing.sees("This was changed, show")
	if value[string](typing, `document.querySelector("[name=q]").value`) != "abc" {
		t.Error("what was typed is gone")
	}
	typing.follows("This was changed, show")
	typing.until("the list without it", fmt.Sprintf(`!document.querySelector("#list").innerText.includes(%q)`, orders[0][0]))
}

// seenAfter holds an order and tells how long after that it turned held on a
// list that somebody has open, by the list's own clock.
func (k *house) seenAfter(list *tab, order string) time.Duration {
	k.t.Helper()
	held := fmt.Sprintf(`[...document.querySelectorAll("#list tr")].some(r => r.innerText.includes(%q) && r.innerText.includes("On hold"))`, order)
	value[bool](list, `(window.seenAt = 0, new MutationObserver((_, o) => { if (`+held+`) { window.seenAt = Date.now(); o.disconnect() } }).observe(document.querySelector("main"), {subtree: true, childList: true, characterData: true}), true)`)
	if w := k.ask("service", "POST", "/orders/"+order+"/hold", url.Values{"reason": {"seen live"}}); w.Code != 303 {
		k.t.Fatalf("hold: %d", w.Code)
	}
	committed := time.Now().UnixMilli()
	list.until("the row", "window.seenAt > 0")
	return time.Duration(value[int64](list, "window.seenAt")-committed) * time.Millisecond
}

// TestByKeyboardAlone: the palette finds and opens, rows are walked, a sheet
// gives the focus back to where it came from.
func TestByKeyboardAlone(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	p := openBrowser(t).serve(t, k, false).as("service")
	p.open("/")
	p.keys("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.until("the palette", `document.querySelector("#palette[open] input") === document.activeElement`)
	p.keys("ord")
	p.until("a hit", `document.querySelector("#hits [aria-selected=true]")?.innerText.includes("Order desk")`)
	p.keys("\r")
	p.sees("a person")
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
