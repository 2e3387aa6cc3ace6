package web

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// TestSortedListsTurnTheirPages: whatever a list is sorted by, its parts behind
// one another are the whole list, in order, once; and the way back is the same.
func TestSortedListsTurnTheirPages(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		for _, sort := range []string{"", "ordered", "-ordered", "wished", "-wished", "net", "-net", "customer", "-customer"} {
			f := report.OrderFilter{Open: true}
			var there, back []string
			var values []report.OrderRow
			err := k.office.DB.Read(t.Context(), func(q *db.Reader) error {
				n, err := report.CountOrders(q, f)
				if err != nil {
					return err
				}
				p := report.Page{Limit: 7, Sort: sort}
				for {
					l, err := report.Orders(q, f, p)
					if err != nil {
						return err
					}
					for _, o := range l.Items {
						there = append(there, o.Number)
						values = append(values, o)
					}
					if l.Next == "" {
						p.Before = l.Prev
						back = append(numbersOf(l.Items), back...)
						break
					}
					p.After = l.Next
				}
				for p.After = ""; p.Before != ""; {
					l, err := report.Orders(q, f, p)
					if err != nil {
						return err
					}
					back = append(numbersOf(l.Items), back...)
					p.Before = l.Prev
				}
				if int64(len(there)) != n || n < 20 {
					t.Errorf("%q: %d orders in parts, %d counted", sort, len(there), n)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(there, back) {
				t.Errorf("%q: there %v\nback %v", sort, there, back)
			}
			seen := map[string]bool{}
			for i, o := range values {
				if seen[o.Number] {
					t.Errorf("%q shows %s twice", sort, o.Number)
				}
				seen[o.Number] = true
				if i == 0 {
					continue
				}
				b := values[i-1]
				if sort == "wished" && b.RequestedOn > o.RequestedOn || sort == "-wished" && b.RequestedOn < o.RequestedOn || sort == "-net" && b.Currency == o.Currency && thousandths(b.Net) < thousandths(o.Net) {
					t.Errorf("%q: %s stands before %s", sort, b.Number, o.Number)
				}
			}
		}
		for _, bad := range []string{"/customers?sort=drop", "/orders?after=ord_0000000000001.xx", "/orders?status=open&sort=net&after=ord_0000000000001", "/orders?status=open&sort=net&after=ord_0000000000001.W10"} {
			if w := k.ask("service", "GET", bad, nil); w.Code != 422 {
				t.Errorf("%s: %d", bad, w.Code)
			}
		}
	})
}

func numbersOf(rows []report.OrderRow) (out []string) {
	for _, o := range rows {
		out = append(out, o.Number)
	}
	return out
}

// TestColumnsAreKeptAndTheCSVHasThem: what a person chooses is there next time,
// for that person alone, on the page and in the file; a view has its own.
func TestColumnsAreKeptAndTheCSVHasThem(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	head := func(role, path string) string {
		text, _, _ := strings.Cut(k.ask(role, "GET", path, nil).Body.String(), "\n")
		return strings.TrimRight(strings.TrimPrefix(text, "\ufeff"), "\r")
	}
	w := k.ask("service", "POST", "/lists/orders/columns", url.Values{"col": {"Order, PO", "Net", "State"}, "up": {"State"}, "query": {"status=open"}})
	if w.Code != 303 || w.Header().Get("Location") != "/orders?status=open" {
		t.Fatalf("choosing: %d %s", w.Code, w.Header().Get("Location"))
	}
	if got := head("service", "/orders?format=csv"); got != `"Order, PO",State,Net` {
		t.Errorf("my file has %s", got)
	}
	if got := head("head", "/orders?format=csv"); !strings.HasSuffix(got, "Wished") {
		t.Errorf("the file of another has %s", got)
	}
	w = k.ask("service", "POST", "/lists/orders/views/new", url.Values{"name": {"Large"}, "query": {"status=open&sort=-net&after=x"}, "cols": {"Order, PO|Net"}, "key": {"once"}})
	at := w.Header().Get("Location")
	if again := k.ask("service", "POST", "/lists/orders/views/new", url.Values{"name": {"Large"}, "query": {"status=open&sort=-net&after=x"}, "cols": {"Order, PO|Net"}, "key": {"once"}}); w.Code != 303 || again.Header().Get("Location") != at {
		t.Fatalf("saved twice by one form: %d %s, %d %s", w.Code, at, again.Code, again.Header().Get("Location"))
	}
	if !strings.HasPrefix(at, "/orders?sort=-net&status=open&saved=") {
		t.Errorf("the view is at %s", at)
	}
	if got := head("service", at+"&format=csv"); got != `"Order, PO",Net` {
		t.Errorf("the view's file has %s", got)
	}
	if w := k.ask("service", "POST", "/lists/orders/views/new", url.Values{"name": {"LARGE"}}); w.Code != 409 || !strings.Contains(w.Body.String(), "choose another name") {
		t.Errorf("a name that is taken: %d", w.Code)
	}
	if text := k.ask("service", "GET", at, nil).Body.String(); strings.Contains(text, ">Reset<") || !strings.Contains(text, "Delete view") {
		t.Error("the view as it was saved")
	}
	if text := k.ask("service", "GET", strings.Replace(at, "open", "short", 1), nil).Body.String(); !strings.Contains(text, ">Reset<") {
		t.Error("the view is changed and does not say so")
	}
}

// TestALongListSaysWhereOneIs: rows, of how many, and the way back.
func TestALongListSaysWhereOneIs(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	text := k.ask("service", "GET", "/orders", nil).Body.String()
	total := regexp.MustCompile(`1–50 of ([0-9,]+)`).FindStringSubmatch(text)
	next := regexp.MustCompile(`rel="next" data-key="]" href="([^"]+)"`).FindStringSubmatch(text)
	if total == nil || next == nil {
		t.Fatalf("the first part: %v %v", total, next)
	}
	text = k.ask("service", "GET", strings.ReplaceAll(next[1], "&amp;", "&"), nil).Body.String()
	if !strings.Contains(text, "51–") || !strings.Contains(text, " of "+total[1]) {
		t.Errorf("the second part does not say where it is: %s", regexp.MustCompile(`[0-9]+–[0-9]+ of [0-9,]+`).FindString(text))
	}
	back := regexp.MustCompile(`rel="prev" data-key="\[" href="([^"]+)"`).FindStringSubmatch(text)
	if text = k.ask("service", "GET", strings.ReplaceAll(back[1], "&amp;", "&"), nil).Body.String(); !strings.Contains(text, "1–50 of "+total[1]) {
		t.Error("the way back leads elsewhere")
	}
}

// TestNumbersAsAPersonWritesThem: output and input by locale; what can be read
// in two ways is asked for again.
func TestNumbersAsAPersonWritesThem(t *testing.T) {
	for code, want := range map[string][2]string{"en": {"−1,234,567.80", "€1,234.50"}, "de": {"−1.234.567,80", "1.234,50\u00a0€"}, "fr": {"−1\u202f234\u202f567,80", "1\u202f234,50\u00a0€"}, "de-CH": {"−1’234’567.80", "€\u00a01’234.50"}, "sv": {"−1\u00a0234\u00a0567,80", "1\u00a0234,50\u00a0€"}} {
		l := localeOf(code)
		if got := l.amount("-1234567.80"); got != want[0] {
			t.Errorf("%s writes %q, not %q", code, got, want[0])
		}
		if got := l.money("1234.50", "EUR"); got != want[1] {
			t.Errorf("%s writes %q, not %q", code, got, want[1])
		}
		for _, s := range []string{"1234567.80", "-0.05", "7", "12.5"} {
			if got, err := l.read(l.amount(s), "qty"); err != nil || got != s {
				t.Errorf("%s reads its own %q as %q, %v", code, l.amount(s), got, err)
			}
		}
	}
	for _, x := range [][3]string{{"de", "1.000", ""}, {"de", "1.000,5", "1000.5"}, {"de", "1,5", "1.5"}, {"de", "1,000", "1.000"}, {"en", "1,000", ""}, {"sv", "1 000,5", "1000.5"}, {"de-CH", "1'000.5", "1000.5"}, {"de-CH", "1,000", ""}, {"fr", "1.5", "1.5"}} {
		if got, err := localeOf(x[0]).read(x[1], "qty"); got != x[2] || (err == nil) != (x[2] != "") {
			t.Errorf("%s reads %s as %q, %v", x[0], x[1], got, err)
		}
	}
	v := &visit{numbers: localeOf("de")}
	for _, x := range []struct {
		c    cell
		want string
	}{{cash("1234.50"), "1.234,50"}, {cell{Text: inMoney("1234.50", "USD"), Raw: "1234.50"}, "1.234,50\u00a0$"}, {cell{Text: inMoney("1234.50", "SEK"), Raw: "1234.50"}, "1.234,50\u00a0SEK"}, {pieces("12.50", "C62"), "12,5"}, {text("1,234.50"), "1,234.50"}} {
		if got := v.written(x.c); got != x.want {
			t.Errorf("%+v is written %q", x.c, got)
		}
	}
	k := openHouse(t, dbtest.SQLite(t))
	if w := k.ask("service", "POST", "/account/preferences", url.Values{"locale": {"xx"}}); w.Code != 422 {
		t.Errorf("a locale that is none: %d", w.Code)
	}
	k.ask("service", "POST", "/account/preferences", url.Values{"locale": {"de"}, "density": {"compact"}, "keys": {"off"}})
	text := k.ask("service", "GET", "/orders?status=open&sort=-net", nil).Body.String()
	if !regexp.MustCompile(`>[0-9]{1,3}\.[0-9]{3},[0-9]{2}<`).MatchString(text) || !strings.Contains(text, `data-density="compact" data-keys="off"`) {
		t.Error("the list is not as the person wants it")
	}
	if csv := k.ask("service", "GET", "/orders?format=csv", nil).Body.String(); strings.Contains(csv, ",00\"") {
		t.Error("the file follows the person's locale: it must not")
	}
}

// TestTheDeskStandsInOrder: what weighs most is first, over all its parts, and
// what a person takes on is in his view.
func TestTheDeskStandsInOrder(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		var rows []report.DeskRow
		if err := k.office.DB.Read(t.Context(), func(q *db.Reader) (err error) { rows, err = report.Desk(q); return err }); err != nil || len(rows) < 3 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		weight := func(r report.DeskRow) int64 {
			return (r.AgeHours + 1 + 24*int64(r.DaysLate)) * max(1, thousandths(r.Value.Amount)/1000)
		}
		for i, r := range rows[1:] {
			b := rows[i]
			if b.Value.Currency == r.Value.Currency && b.Value.Currency == "EUR" && weight(b)+r.AgeHours+25 < weight(r)-(r.AgeHours+25)*2 {
				t.Errorf("%s (%d) stands before %s (%d)", b.Document.Number, weight(b), r.Document.Number, weight(r))
			}
		}
		order := ""
		for _, r := range rows {
			if strings.HasPrefix(r.Document.ID, "ord_") {
				order = r.Document.ID
				break
			}
		}
		me := fmt.Sprint(k.user["service"])
		if w := k.ask("head", "POST", "/assign/"+order+"/to/"+me, url.Values{}); w.Code != 303 {
			t.Fatalf("assign: %d\n%s", w.Code, tail(w.Body.String()))
		}
		if text := k.ask("service", "GET", "/desk?view=mine", nil).Body.String(); !strings.Contains(text, order) {
			t.Error("it is not among mine")
		}
		if text := k.ask("service", "GET", "/notices", nil).Body.String(); !strings.Contains(text, "Ruth Hallmoor gave order") {
			t.Error("nobody told me")
		}
		if text := k.ask("head", "GET", "/notices", nil).Body.String(); strings.Contains(text, "gave order") {
			t.Error("it was told to another")
		}
		if w := k.ask("head", "POST", "/assign/"+order+"/to/0?was="+fmt.Sprint(k.user["head"]), url.Values{}); w.Code != 409 {
			t.Errorf("taken from somebody whose it is not: %d", w.Code)
		}
	})
}

// TestANoteIsWrittenOnceAndTold: a form that is sent twice is one note and one
// notice, on the order and on its customer; only its author takes it back.
func TestANoteIsWrittenOnceAndTold(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		text := k.ask("service", "GET", "/orders?status=reserved", nil).Body.String()
		m := regexp.MustCompile(`id="(ord_[0-9a-z]{13})"`).FindStringSubmatch(text)
		customer := regexp.MustCompile(`href="(/customers/[^"]+)"`).FindStringSubmatch(text)[1]
		form := url.Values{"text": {"@anna this one waits for its papers"}, "key": {"a-note"}}
		var note string
		for range 2 {
			if w := k.ask("service", "POST", "/notes?on="+m[1], form); w.Code != 303 {
				t.Fatalf("note: %d\n%s", w.Code, tail(w.Body.String()))
			}
		}
		for _, path := range []string{"/orders/" + m[1], customer} {
			text := k.ask("service", "GET", path, nil).Body.String()
			if n := strings.Count(text, "waits for its papers"); n != 1 {
				t.Errorf("%s tells it %d times", path, n)
			}
			note = regexp.MustCompile(`/notes/(nte_[0-9a-z]+)/remove`).FindStringSubmatch(text)[1]
			if strings.Contains(k.ask("head", "GET", path, nil).Body.String(), "/remove") {
				t.Errorf("%s offers it to another", path)
			}
		}
		if text := k.ask("credit", "GET", "/notices?view=unread", nil).Body.String(); strings.Count(text, "wrote to you on order") != 1 {
			t.Error("Anna is not told once")
		}
		if w := k.ask("head", "POST", "/notes/"+note+"/remove", url.Values{}); w.Code != 409 {
			t.Errorf("another takes it back: %d", w.Code)
		}
		if w := k.ask("service", "POST", "/notes/"+note+"/remove", url.Values{}); w.Code != 303 {
			t.Errorf("its author takes it back: %d", w.Code)
		}
		if strings.Contains(k.ask("service", "GET", customer, nil).Body.String(), "waits for its papers") || strings.Contains(k.ask("credit", "GET", "/notices", nil).Body.String(), "wrote to you on") {
			t.Error("it is still there")
		}
		for _, bad := range []string{"", "@nobody", strings.Repeat("x", 5000)} {
			if w := k.ask("service", "POST", "/notes?on="+m[1], url.Values{"text": {bad}}); w.Code != 422 {
				t.Errorf("%.10q: %d", bad, w.Code)
			}
		}
		err := k.office.DB.Read(t.Context(), func(q *db.Reader) error {
			c, err := report.FindCustomer(q, strings.TrimPrefix(customer, "/customers/"))
			if err != nil {
				return err
			}
			all, err := report.CustomerStory(q, c, "", report.Page{Limit: 500})
			var parts []report.EventView
			for p := (report.Page{Limit: 3}); err == nil; {
				var l report.List[report.EventView]
				if l, err = report.CustomerStory(q, c, "", p); err != nil {
					return err
				}
				if parts = append(parts, l.Items...); l.Next == "" {
					break
				}
				p.After = l.Next
			}
			if len(parts) != len(all.Items) || len(parts) < 6 {
				t.Errorf("the story has %d lines in parts, %d at once", len(parts), len(all.Items))
			}
			for i := range parts {
				if parts[i].ID != all.Items[i].ID {
					t.Errorf("line %d differs", i)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
