package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/sim"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
)

// house is the sample company with a fortnight of trade behind the web door,
// and somebody of each role.
type house struct {
	t      testing.TB
	h      http.Handler
	office *flow.Office
	cookie map[string]string // per role
	user   map[string]int64
	ahead  *atomic.Int64 // how far its clock is before the real one; nil when it cannot be moved
}

// houseTime is what the clocks of houses show: an afternoon in the middle of a
// week, so that tests meet the same trade on each day of the year.
func houseTime() time.Time {
	return time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC).Add(time.Since(testsBegan))
}

var testsBegan = time.Now()

func openHouse(t testing.TB, dsn string) *house { return openHouseOf(t, dsn, 14) }

// names are the people of the house.
var names = map[string]string{"service": "Katrin Moll", "planner": "Jens Ahrens", "warehouse": "Tomasz Nowak", "billing": "Lena Fischer", "receivables": "Jonas Peters", "credit": "Anna Weber", "controller": "Marie Lindqvist", "admin": "Ben Okafor", "head": "Ruth Hallmoor"}

// openHouseOf is a house with so many days of trade.
func openHouseOf(t testing.TB, dsn string, days int) *house {
	t.Helper()
	ctx := context.Background()
	opt := sim.Options{Days: days, End: houseTime()}
	clock := sim.NewClock(opt)
	d := dbtest.Open(t, dsn, db.Options{Clock: clock.Now})
	o := flow.Open(d)
	if _, err := sim.Run(ctx, o, clock, opt, func(int, int, day.Day) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := event.Sequence(ctx, d); err != nil {
		t.Fatal(err)
	}
	k := houseOn(t, d)
	for _, r := range access.Roles {
		k.write(func(tx *db.Tx) error {
			user, err := access.Invite(tx, names[r.Code], r.Code+"@example.com", r.Code)
			if err != nil {
				return err
			}
			k.user[r.Code] = user
			k.cookie[r.Code], err = access.SignIn(tx, user, "test")
			return err
		})
	}
	return k
}

// houseOn opens the doors of a company that is there.
func houseOn(t testing.TB, d *db.DB) *house {
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	o := flow.Open(d)
	return &house{t: t, h: Handler(o, Options{Done: done}), office: o, cookie: map[string]string{}, user: map[string]int64{}}
}

func (k *house) write(f func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.office.DB.Write(context.Background(), db.Actor{ID: access.System}, f); err != nil {
		k.t.Fatal(err)
	}
}

// ask sends a request as somebody of a role; "" is nobody.
func (k *house) ask(role, method, path string, form url.Values, head ...string) *httptest.ResponseRecorder {
	k.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c := k.cookie[role]; c != "" {
		r.AddCookie(&http.Cookie{Name: "kontor", Value: c})
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	if path == "/live" { // a stream that ends when its reader goes
		ctx, cancel := context.WithTimeout(r.Context(), 50*time.Millisecond)
		defer cancel()
		r = r.WithContext(ctx)
	}
	w := httptest.NewRecorder()
	k.h.ServeHTTP(w, r)
	return w
}

var hrefs = regexp.MustCompile(`href="(/[^"#]*)"`)

// pattern is which route answers for a path.
func pattern(mux *http.ServeMux, path string) string {
	_, p := mux.Handler(httptest.NewRequest("GET", path, nil))
	return p
}

// TestEveryLinkLeadsSomewhere walks from each role's home through all links,
// some of each kind: no page fails, none offers what the role may not do.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		mux := http.NewServeMux()
		for _, r := range routes() {
			mux.HandleFunc(r.Method+" "+r.Path, func(http.ResponseWriter, *http.Request) {})
		}
		for _, role := range access.Roles {
			seen, kinds := map[string]bool{"/": true}, map[string]int{}
			todo := []string{"/"}
			for len(todo) > 0 {
				path := todo[0]
				todo = todo[1:]
				w := k.ask(role.Code, "GET", path, nil)
				text := w.Body.String()
				if w.Code != 200 {
					t.Fatalf("%s: GET %s: %d\n%s", role.Code, path, w.Code, tail(text))
				}
				if strings.Contains(text, "style=") || strings.Contains(text, "onclick") || strings.Contains(text, "<style") {
					t.Errorf("%s has what the policy forbids", path)
				}
				for _, m := range hrefs.FindAllStringSubmatch(text, -1) {
					to := strings.ReplaceAll(m[1], "&amp;", "&")
					if strings.HasPrefix(to, "/static/") || seen[to] {
						continue
					}
					seen[to] = true
					if p := pattern(mux, to); kinds[p] < 6 {
						kinds[p]++
						todo = append(todo, to)
					}
				}
			}
			if len(kinds) < 4 && role.Code != "admin" {
				t.Errorf("%s reaches only %v", role.Code, kinds)
			}
		}
	})
}

func tail(s string) string { return s[max(0, len(s)-2000):] }

// TestRights asks every route as every role and as nobody, and prints the table.
// A new route changes the table, so that somebody looks at who may use it.
func TestRights(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	var b strings.Builder
	b.WriteString("<!-- made from internal/doors/web/routes.go by its test; make golden rewrites it -->\n\n# Pages and who may use them\n\nWhat stands in no line is not there. A dot says that the role may; everybody else gets 403, and who is not\nsigned in is sent to the door. Which hold somebody may release depends on its kind besides.\n\n| | |")
	for _, r := range access.Roles {
		b.WriteString(" " + r.Code + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat(":-:|", len(access.Roles)) + "\n")
	for _, r := range routes() {
		path := strings.NewReplacer("{$}", "", "{id}", "SO-none", "{secret}", "none").Replace(r.Path)
		var form url.Values
		if r.Method == "POST" {
			form = url.Values{}
			if w := k.ask("head", "POST", path, form, "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
				t.Errorf("POST %s from another site: %d", path, w.Code)
			}
		}
		w := k.ask("", r.Method, path, form)
		sent := w.Code == 303 && strings.HasPrefix(w.Header().Get("Location"), "/sign-in")
		if open := r.Right == anybody; open == sent {
			t.Errorf("%s %s as nobody: %d %s", r.Method, path, w.Code, w.Header().Get("Location"))
		}
		fmt.Fprintf(&b, "| %s | `%s` |", r.Method, r.Path)
		for _, role := range access.Roles {
			person := &access.Person{Roles: []access.Role{role}}
			may := allowed(person, r.Right)
			if path != "/sign-out" { // would end the session of the role
				w := k.ask(role.Code, r.Method, path, form)
				if w.Code >= 500 {
					t.Errorf("%s %s as %s: %d\n%s", r.Method, path, role.Code, w.Code, tail(w.Body.String()))
				}
				if got := w.Code != 403; got != may {
					t.Errorf("%s %s as %s: %d", r.Method, path, role.Code, w.Code)
				}
			}
			if may {
				b.WriteString(" • |")
			} else {
				b.WriteString(" |")
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n## Fields\n\nOn pages that a role may open, these figures are left out for whom no dot stands, in lists, files, sheets and\ntimelines alike.\n\n| |")
	for _, r := range access.Roles {
		b.WriteString(" " + r.Code + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat(":-:|", len(access.Roles)) + "\n")
	for _, f := range access.Fields {
		b.WriteString("| " + f.What + " |")
		for _, role := range access.Roles {
			if slices.Contains(role.Rights, f.Right) {
				b.WriteString(" • |")
			} else {
				b.WriteString(" |")
			}
		}
		b.WriteByte('\n')
	}
	golden(t, "../../../docs/pages.md", b.String())
	for path, want := range map[string]int{"/nothing": 303, "/orders/": 303} {
		if w := k.ask("", "GET", path, nil); w.Code != want && w.Code != 404 {
			t.Errorf("GET %s as nobody: %d", path, w.Code)
		}
	}
}

func golden(t *testing.T, file, text string) {
	t.Helper()
	if os.Getenv("KONTOR_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(file)
	if err != nil || string(old) != text {
		t.Errorf("%s is not what the routes say (%v): look at who may what, then make golden", file, err)
	}
}

// TestSigningIn: right and wrong passwords, a pause after ten, links that work
// once, sessions that end.
func TestSigningIn(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		const password = "correct horse battery staple"
		hash, err := access.NewPassword(password)
		if err != nil {
			t.Fatal(err)
		}
		var once, again string
		k.write(func(tx *db.Tx) error {
			access.SetPassword(tx, k.user["billing"], 0, hash)
			once, again = access.Link(tx, k.user["service"], access.ForInvite, time.Hour), access.Link(tx, k.user["service"], access.ForDemo, time.Hour)
			return nil
		})
		in := func(email, password string) *httptest.ResponseRecorder {
			return k.ask("", "POST", "/sign-in", url.Values{"email": {email}, "password": {password}, "next": {"/orders?status=short"}})
		}
		if w := k.ask("billing", "GET", "/", nil); w.Code != 303 {
			t.Errorf("a session from before the password was set: %d", w.Code)
		}
		w := in(" Billing@Example.com", password)
		if w.Code != 303 || w.Header().Get("Location") != "/orders?status=short" {
			t.Fatalf("the right password: %d %s", w.Code, w.Header().Get("Location"))
		}
		c := w.Result().Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("the cookie is %+v", c)
		}
		k.cookie["billing"] = c.Value
		if w := k.ask("billing", "GET", "/", nil); w.Code != 200 {
			t.Errorf("signed in: %d", w.Code)
		}
		if w := k.ask("billing", "POST", "/account/password", url.Values{"password": {"long enough to be good"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "not your password of now") {
			t.Errorf("without the password of now: %d", w.Code)
		}
		if w := k.ask("billing", "POST", "/account/password", url.Values{"current": {password}, "password": {"short"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "at least 15") {
			t.Errorf("a short password: %d", w.Code)
		}
		unknown, wrong := in("nobody@example.com", password), in("billing@example.com", "wrong wrong wrong")
		if unknown.Code != 422 || wrong.Code != 422 || !strings.Contains(wrong.Body.String(), "do not belong together") || !strings.Contains(unknown.Body.String(), "do not belong together") {
			t.Errorf("unknown %d, wrong %d", unknown.Code, wrong.Code)
		}
		for range 9 {
			wrong = in("billing@example.com", "wrong wrong wrong")
		}
		if w := in("billing@example.com", password); w.Code != 409 || !strings.Contains(w.Body.String(), "try again in") {
			t.Errorf("after ten wrong ones: %d", w.Code)
		}
		if w := k.ask("billing", "POST", "/sign-out", url.Values{}); w.Code != 303 {
			t.Errorf("sign out: %d", w.Code)
		}
		if w := k.ask("billing", "GET", "/", nil); w.Code != 303 {
			t.Errorf("after signing out: %d", w.Code)
		}
		for i, want := range []int{303, 422} {
			if w := k.ask("", "POST", "/enter/"+once, url.Values{}); w.Code != want {
				t.Errorf("a link, use %d: %d", i+1, w.Code)
			}
			if w := k.ask("", "POST", "/enter/"+again, url.Values{}); w.Code != 303 {
				t.Errorf("a demo link, use %d: %d", i+1, w.Code)
			}
		}
		if w := k.ask("", "POST", "/sign-in", url.Values{"email": {"x"}, "next": {"//evil.example"}}); strings.Contains(w.Header().Get("Location"), "evil") {
			t.Error("the way back leaves the site")
		}
	})
}

// TestManyWhoGuessAtATimeAreNotHeard: a proof that was read before the person
// was locked, or before the password was changed, signs nobody in.
func TestManyWhoGuessAtATimeAreNotHeard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var user int64
		var proof access.Proof
		step := func(f func(tx *db.Tx) error) error { return d.Write(ctx, db.Actor{ID: access.System}, f) }
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		set := func(hash string) func(tx *db.Tx) error {
			return func(tx *db.Tx) (err error) {
				user, err = access.Invite(tx, "Anna", "anna@example.com", "head")
				access.SetPassword(tx, user, 0, hash)
				return err
			}
		}
		look := func() {
			must(d.Read(ctx, func(q *db.Reader) (err error) {
				proof, err = access.Lookup(q, "anna@example.com")
				return err
			}))
		}
		proved := func() error { return step(func(tx *db.Tx) error { return access.Proved(tx, proof) }) }
		must(step(set("a hash")))
		look()
		must(proved())
		must(step(set("another hash")))
		if proved() == nil {
			t.Error("a password that was changed meanwhile signs in")
		}
		look()
		for range 10 {
			must(step(func(tx *db.Tx) error { access.Failed(tx, user); return nil }))
		}
		if proved() == nil {
			t.Error("somebody who was locked meanwhile signs in")
		}
	})
}

// TestAStepIsShownThenDoneOnce: an order is checked, captured, confirmed and
// sent to the warehouse; each sheet says what will happen, and a form that is
// sent twice counts once.
func TestAStepIsShownThenDoneOnce(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		customer, sku := k.trade()
		form := url.Values{"customer": {customer}, "po": {"WEB-1"}, "lines": {sku + "\t2\n"}, "do": {"check"}}
		w := k.ask("service", "POST", "/orders/new", form)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "This will happen") {
			t.Fatalf("check: %d\n%s", w.Code, tail(w.Body.String()))
		}
		form.Set("do", "capture")
		form.Set("key", "first")
		w = k.ask("service", "POST", "/orders/new", form)
		at := w.Header().Get("Location")
		if w.Code != 303 || !strings.HasPrefix(at, "/orders/SO-") {
			t.Fatalf("capture: %d %s\n%s", w.Code, at, tail(w.Body.String()))
		}
		if w := k.ask("service", "POST", "/orders/new", form); w.Header().Get("Location") != at {
			t.Errorf("sent twice: %d %s", w.Code, w.Header().Get("Location"))
		}
		w = k.ask("service", "GET", at+"/confirm", nil, "HX-Request", "true")
		text := w.Body.String()
		if w.Code != 200 || strings.Contains(text, "<html") || !strings.Contains(text, "Confirm order") {
			t.Fatalf("the sheet: %d\n%s", w.Code, tail(text))
		}
		key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(text)[1]
		for range 2 {
			if w := k.ask("service", "POST", at+"/confirm", url.Values{"key": {key}}); w.Code != 303 {
				t.Fatalf("confirm: %d\n%s", w.Code, tail(w.Body.String()))
			}
		}
		w = k.ask("service", "GET", at, nil)
		if !strings.Contains(w.Body.String(), "was confirmed") || strings.Count(w.Body.String(), "was confirmed with") != 1 {
			t.Errorf("the timeline does not tell it once")
		}
		if w := k.ask("service", "POST", at+"/hold", url.Values{}); w.Code != 422 || !strings.Contains(w.Body.String(), "Reason is missing") {
			t.Errorf("a hold without a reason: %d", w.Code)
		}
	})
}

// trade finds a customer who is billed at once, in euros, and an item in stock.
func (k *house) trade() (customer, sku string) {
	k.t.Helper()
	for _, p := range csvRows(k.ask("service", "GET", "/stock?format=csv", nil).Body.String()) {
		if p[2] == "sellable" && len(p[5]) > 2 && p[5][0] != '-' {
			sku = p[0]
			break
		}
	}
	buys := map[string]bool{}
	for _, o := range csvRows(k.ask("service", "GET", "/orders?status=reserved&format=csv", nil).Body.String()) {
		buys[o[1]] = true
	}
	for _, c := range csvRows(k.ask("service", "GET", "/customers?format=csv", nil).Body.String()) {
		if buys[c[0]] && c[2] == "N30" && c[4] == "EUR" && c[6] == "Active" {
			return c[1], sku
		}
	}
	k.t.Fatal("no customer orders, is billed at once and pays in euros")
	return "", ""
}

func csvRows(text string) [][]string {
	var out [][]string
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if i > 0 {
			out = append(out, strings.Split(strings.TrimRight(line, "\r"), ","))
		}
	}
	return out
}

// TestWhatIsTypedWrongIsToldAndKept: each fault is a sentence at its field, and
// what was typed stands there still.
func TestWhatIsTypedWrongIsToldAndKept(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	for _, x := range []struct {
		form url.Values
		say  string
	}{
		{url.Values{"customer": {"D1008"}, "lines": {""}}, "lines are missing"},
		{url.Values{"customer": {"D1008"}, "lines": {"ABC"}}, "has no quantity"},
		{url.Values{"customer": {""}, "lines": {"ABC 2"}}, "customer is missing"},
		{url.Values{"customer": {"D1008"}, "lines": {"NO-SUCH-ITEM 2"}}, "NO-SUCH-ITEM"},
		{url.Values{"customer": {"NOBODY"}, "lines": {"ABC 2"}}, "NOBODY"},
		{url.Values{"customer": {"D1008"}, "wished": {"31.02."}, "lines": {"ABC 2"}}, "31.02."},
	} {
		x.form.Set("do", "capture")
		w := k.ask("service", "POST", "/orders/new", x.form)
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(strings.ToLower(w.Body.String()), strings.ToLower(x.say)) || !strings.Contains(w.Body.String(), x.form.Get("lines")) {
			t.Errorf("%v: %d\n%s", x.form, w.Code, tail(w.Body.String()))
		}
	}
	if w := k.ask("service", "GET", "/orders/SO-999999", nil); w.Code != 404 || !strings.Contains(w.Body.String(), "Not found") {
		t.Errorf("an order that is not there: %d", w.Code)
	}
	if w := k.ask("service", "HEAD", "/orders", nil); w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
	for _, method := range []string{"PUT", "DELETE", "PATCH"} {
		if w := k.ask("service", method, "/orders", nil); w.Code != 404 && w.Code != 405 {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
	if w := k.ask("service", "GET", "/orders?after=garbage", nil); w.Code != 422 {
		t.Errorf("a bad cursor: %d", w.Code)
	}
	if w := k.ask("service", "GET", "/ageing?on=yesterday", nil); w.Code != 422 {
		t.Errorf("a bad day: %d", w.Code)
	}
}

// TestGarbage sends every form of every route nonsense: it is refused with a
// sentence, never with a failure.
func TestGarbage(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		order := csvRows(k.ask("service", "GET", "/orders?status=reserved&format=csv", nil).Body.String())[0][0]
		nonsense := []string{"", "-1", "0", "1e999", "99999999999999999999999", "\x00", "'; DROP TABLE sales_order; --", "<script>", "2026-13-45", strings.Repeat("x", 5000), "\xff\xfe", "٣", "1,5", "ord_0000000000001"}
		fields := []string{"reason", "qty", "price", "sku", "reference", "warehouse", "from", "to", "cost", "carrier", "tracking", "signer", "invoice", "amount", "on", "name", "email", "role", "password", "current", "customer", "po", "wished", "lines", "note", "do", "key", "add", "next", "code", "credential", "despite", "state", "error", "item", "line", "by", "rest", "disputed", "fee", "relief"}
		for _, r := range routes() {
			if r.Method != "POST" || r.Path == "/sign-out" {
				continue
			}
			for i, s := range nonsense {
				form := url.Values{}
				for n, f := range fields {
					form.Set(f, nonsense[(i+n)%len(nonsense)])
				}
				path := strings.NewReplacer("{id}", map[bool]string{true: order, false: url.PathEscape(s)}[i%2 == 0 || strings.ContainsAny(s, "\x00\xff")], "{secret}", "none").Replace(r.Path)
				role := "admin"
				for _, x := range access.Roles {
					if slices.Contains(x.Rights, r.Right) {
						role = x.Code
					}
				}
				if w := k.ask(role, "POST", path, form); w.Code >= 500 {
					t.Errorf("POST %s with %q: %d\n%s", path, s, w.Code, tail(w.Body.String()))
				}
			}
		}
	})
}

// TestSegregation: no role of the house holds two rights that should be apart,
// and there are enough pairs to speak of.
func TestSegregation(t *testing.T) {
	if len(access.Conflicts) < 15 {
		t.Errorf("only %d pairs", len(access.Conflicts))
	}
	for _, r := range access.Roles {
		if c := (&access.Person{Roles: []access.Role{r}}).Conflicts(); len(c) > 0 {
			t.Errorf("%s holds %v", r.Code, c)
		}
	}
	both := &access.Person{Roles: []access.Role{access.Roles[0], access.Roles[3]}}
	if !slices.ContainsFunc(both.Conflicts(), func(c access.Conflict) bool { return c.A == access.Enter && c.B == access.Bill }) {
		t.Errorf("service and billing together: %v", both.Conflicts())
	}
}

// TestAnAdminInvitesAndSetsRoles: the link is shown once, roles follow, and the
// admin cannot lock himself out.
func TestAnAdminInvitesAndSetsRoles(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		w := k.ask("admin", "POST", "/people/new", url.Values{"name": {"New Colleague"}, "email": {"new@example.com"}, "role": {"billing"}})
		link := regexp.MustCompile(`/enter/[A-Za-z0-9_-]+`).FindString(w.Body.String())
		if w.Code != 200 || link == "" {
			t.Fatalf("invite: %d\n%s", w.Code, tail(w.Body.String()))
		}
		w = k.ask("", "POST", link, url.Values{})
		k.cookie["new"] = w.Result().Cookies()[0].Value
		if w := k.ask("new", "GET", "/billing", nil); w.Code != 200 {
			t.Errorf("the new colleague's billing: %d", w.Code)
		}
		var user string
		for _, m := range regexp.MustCompile(`href="/people/([0-9]+)">New Colleague`).FindAllStringSubmatch(k.ask("admin", "GET", "/people", nil).Body.String(), 1) {
			user = m[1]
		}
		if w := k.ask("admin", "POST", "/people/"+user+"/roles", url.Values{"role": {"service", "receivables"}}); w.Code != 303 {
			t.Fatalf("roles: %d\n%s", w.Code, tail(w.Body.String()))
		}
		if w := k.ask("new", "GET", "/billing", nil); w.Code != 403 {
			t.Errorf("billing after the role was taken: %d", w.Code)
		}
		if w := k.ask("admin", "GET", "/people/"+user, nil); !strings.Contains(w.Body.String(), "hide that it was never paid") {
			t.Errorf("the conflict is not shown")
		}
		w = k.ask("admin", "POST", "/people/"+user+"/link", url.Values{})
		link = regexp.MustCompile(`/enter/[A-Za-z0-9_-]+`).FindString(w.Body.String())
		if w = k.ask("", "POST", link, url.Values{}); w.Code != 303 {
			t.Fatalf("a link for who forgot the password: %d", w.Code)
		}
		k.cookie["new"] = w.Result().Cookies()[0].Value
		if w := k.ask("new", "POST", "/account/password", url.Values{"password": {"a new one of four words"}}); w.Code != 303 {
			t.Errorf("a new password after the link: %d\n%s", w.Code, tail(w.Body.String()))
		}
		mine := fmt.Sprint(k.user["admin"])
		if w := k.ask("admin", "POST", "/people/"+mine+"/roles", url.Values{"role": {"head"}}); w.Code != 409 {
			t.Errorf("an admin takes his own role: %d", w.Code)
		}
		w = k.ask("admin", "POST", "/people/new", url.Values{"name": {"New Colleague"}, "email": {"another@example.com"}, "role": {"head"}})
		if w.Code != 409 || !strings.Contains(w.Body.String(), "tells the two apart") || !strings.Contains(k.ask("admin", "GET", "/people", nil).Body.String(), "new@example.com") {
			t.Errorf("a second person of one name: %d", w.Code)
		}
		for _, bad := range []url.Values{{"name": {""}, "email": {"a@b.c"}, "role": {"head"}}, {"name": {"A"}, "email": {"nothing"}, "role": {"head"}}, {"name": {"A"}, "email": {"a@b.c"}}, {"name": {"A"}, "email": {"a@b.c"}, "role": {"king"}}} {
			if w := k.ask("admin", "POST", "/people/new", bad); w.Code != 422 {
				t.Errorf("%v: %d", bad, w.Code)
			}
		}
	})
}

func sqliteHouse(t *testing.T) string { return dbtest.SQLite(t) }

// bank gives a bank account in euros, its last balance and a day for the next statement.
func (k *house) bank() (account, opening string, on day.Day) {
	k.t.Helper()
	err := k.office.DB.Read(context.Background(), func(q *db.Reader) error {
		all, err := report.BankAccounts(q)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Currency == "EUR" {
				account = a.Code
			}
		}
		s, err := report.Statements(q, account, report.Page{Limit: 1})
		if err == nil {
			opening, on = s.Items[0].Closing, s.Items[0].ToOn
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return account, opening, on
}

// plus adds two amounts of decimal text.
func plus(a, b string) string {
	return money2(thousandths(a) + thousandths(b))
}

func money2(n int64) string { return fmt.Sprintf("%d.%02d", n/1000, n%1000/10) }

// TestTwoChangeOneOrder: what only one of them changed merges by itself and is
// told; what both changed waits for a choice, and nothing that was typed is lost.
func TestTwoChangeOneOrder(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		customer, sku := k.trade()
		w := k.ask("service", "POST", "/orders/new", url.Values{"customer": {customer}, "lines": {sku + " 2\n" + sku + " 5"}, "do": {"capture"}})
		at := w.Header().Get("Location")
		page := k.ask("service", "GET", at+"/change", nil).Body.String()
		names := regexp.MustCompile(`name="((?:qty|price|wished)-oln_[^"]+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1)
		if len(names) != 6 {
			t.Fatalf("%d fields\n%s", len(names), tail(page))
		}
		form := func(reason string, changed map[int]string) url.Values {
			f := url.Values{"reason": {reason}, "do": {"save"}}
			for i, n := range names {
				f.Set("base-"+n[1], n[2])
				f.Set(n[1], n[2])
				if s, ok := changed[i]; ok {
					f.Set(n[1], s)
				}
			}
			return f
		}
		if w := k.ask("service", "POST", at+"/change", form("tom", map[int]string{0: "3", 3: "6"})); w.Code != 303 {
			t.Fatalf("the first: %d\n%s", w.Code, tail(w.Body.String()))
		}
		mine := form("anna", map[int]string{0: "4", 1: "9.99"})
		w = k.ask("service", "POST", at+"/change", mine)
		text := w.Body.String()
		if w.Code != 409 || !strings.Contains(text, "Choose which to keep") || !strings.Contains(text, `value="9.99"`) || !strings.Contains(text, "it is kept: quantity of "+plain(sku)) && !strings.Contains(text, "it is kept") {
			t.Fatalf("the clash: %d\n%s", w.Code, tail(text))
		}
		mine.Set("pick-"+names[0][1], "yours")
		w = k.ask("service", "POST", at+"/change", mine)
		if w.Code != 303 {
			t.Fatalf("with a choice: %d\n%s", w.Code, tail(w.Body.String()))
		}
		page = k.ask("service", "GET", at+"/change", nil).Body.String()
		var got []string
		for _, m := range regexp.MustCompile(`name="(?:qty|price)-oln_[^"]+" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			got = append(got, m[1])
		}
		if len(got) != 4 || got[0] != "4" || got[1] != "9.99" || got[2] != "6" {
			t.Errorf("in the end: %v", got)
		}
		for _, bad := range []url.Values{form("", map[int]string{0: "7"}), form("nothing", map[int]string{0: "4"}), form("wrong", map[int]string{0: "many"}), form("wrong", map[int]string{2: "31.02."})} {
			bad.Set("base-"+names[0][1], "4")
			if w := k.ask("service", "POST", at+"/change", bad); w.Code < 400 || w.Code >= 500 {
				t.Errorf("%v: %d", bad, w.Code)
			}
		}
		if w := k.ask("service", "POST", at+"/change", url.Values{"do": {"check"}, "reason": {"x"}, "add": {sku + " 1"}}); w.Code != 200 || !strings.Contains(w.Body.String(), "This will happen") {
			t.Errorf("show: %d", w.Code)
		}
	})
}
