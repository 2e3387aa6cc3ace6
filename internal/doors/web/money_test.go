package web

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kontor/internal/rooms/approval"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// TestMoneyGoesAllItsWays: each step with money shows what would happen, does it
// once, and says why when it cannot: sent back, taken back by the bank, settled
// and taken back, a charge, a loss.
func TestMoneyGoesAllItsWays(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		x := k.owed(60)
		k.write(func(tx *db.Tx) error { // that sheets ask for a second person is shown elsewhere
			return errors.Join(flow.SetAuthority(tx, approval.Limit{Role: "receivables", Kind: approval.Refund, Alone: 1000}), flow.SetAuthority(tx, approval.Limit{Role: "controller", Kind: approval.WriteOff, Alone: 100000}))
		})
		account, opening, on := k.bank()
		in := func(amount, text string) flow.BankEntry {
			return flow.BankEntry{BookedOn: on, Amount: amount, PayerName: "Somebody", Text: text}
		}
		got, err := k.office.Receive.One(context.Background(), db.Actor{ID: k.user["receivables"]}, flow.Statement{Account: account, Number: "WAYS", Opening: opening, Closing: plus(opening, "140.00"),
			Entries: []flow.BankEntry{in("50.00", x[0].number), in("60.00", x[1].number), in("40.00", "nobody knows"), in("-10.00", "account fee")}})
		if err != nil {
			t.Fatal(err)
		}
		at := func(i int) string { return "/receipts/" + got.Receipts[i].Receipt.String() }
		shows := func(role, path string, want ...string) {
			t.Helper()
			w := k.ask(role, "GET", path, nil)
			for _, s := range want {
				if w.Code != 200 || !strings.Contains(w.Body.String(), s) {
					t.Errorf("GET %s: %d without %q\n%s", path, w.Code, s, tail(w.Body.String()))
				}
			}
		}
		does := func(role, path string, code int, form url.Values, want ...string) *httptest.ResponseRecorder {
			t.Helper()
			w := k.ask(role, "POST", path, form)
			if w.Code != code {
				t.Errorf("POST %s: %d\n%s", path, w.Code, tail(w.Body.String()))
			}
			for _, s := range want {
				if !strings.Contains(w.Body.String(), s) {
					t.Errorf("POST %s without %q\n%s", path, s, tail(w.Body.String()))
				}
			}
			return w
		}
		shows("receivables", "/matching", "3 receipts are left", "Number in the text")
		shows("receivables", at(0)+"/refund", "This will happen", "50.00")
		shows("receivables", at(2)+"/keep", "nobody knows yet whose money it is")
		does("receivables", at(0)+"/refund", 422, url.Values{"reference": {""}}, "Reference is missing")
		does("receivables", at(0)+"/refund", 200, url.Values{"reference": {"BACK-1"}, "amount": {"20"}, "do": {"look"}}, "This will happen")
		does("receivables", at(0)+"/refund", 409, url.Values{"reference": {"BACK-1"}, "amount": {"50.01"}}, "50.00 EUR are left")
		does("receivables", at(0)+"/refund", 303, url.Values{"reference": {"BACK-1"}, "amount": {"20"}, "key": {"a"}})
		does("receivables", at(0)+"/refund", 409, url.Values{"reference": {"BACK-1"}, "amount": {"5"}}, "exists already")
		does("receivables", at(0)+"/bounce", 409, url.Values{"reason": {"no cover"}}, "was refunded")

		shows("receivables", at(1)+"/apply", "This will happen")
		does("receivables", at(1)+"/apply", 409, url.Values{"rest": {"tolerance"}}, "number of the invoice is missing")
		does("receivables", at(1)+"/apply", 303, url.Values{"invoice": {x[1].number}, "disputed": {"1"}})
		shows("receivables", at(1), "Take back…", "Applied")
		app := regexp.MustCompile(`/applications/app_[a-z0-9]+/unapply`).FindString(k.ask("receivables", "GET", at(1), nil).Body.String())
		shows("receivables", app, "This will happen")
		does("receivables", app, 303, url.Values{"reason": {"wrong invoice"}})
		does("receivables", app, 409, url.Values{"reason": {"wrong invoice"}}, "taken back already")
		shows("receivables", at(1)+"/bounce", "This will happen", "-10.00 EUR"[1:])
		does("receivables", at(1)+"/bounce", 303, url.Values{"reason": {"no cover"}, "fee": {"3.50"}})
		does("receivables", at(1)+"/bounce", 409, url.Values{"reason": {"again"}}, "has bounced already")

		shows("receivables", at(2)+"/allocate?customer="+x[2].customer, x[2].number, "Left to place")
		does("receivables", at(2)+"/allocate", 422, url.Values{"customer": {x[2].customer}}, "No amount is placed", x[2].number)
		shows("receivables", "/matching?tab=out", "account fee")
		charge := regexp.MustCompile(`/lines/bln_[a-z0-9]+/charge`).FindString(k.ask("receivables", "GET", "/matching?tab=out", nil).Body.String())
		shows("receivables", charge, "This will happen")
		does("receivables", charge, 303, url.Values{})
		if strings.Contains(k.ask("receivables", "GET", "/matching?tab=out", nil).Body.String(), charge) {
			t.Error("the fee is explained and still asks for it")
		}

		shows("controller", "/invoices/"+x[2].number, "Write off…")
		shows("controller", "/invoices/"+x[2].number+"/write-off", "This will happen")
		does("controller", "/invoices/"+x[2].number+"/write-off", 409, url.Values{"reason": {"lost"}, "amount": {"99999999"}}, "are open")
		does("controller", "/invoices/"+x[2].number+"/write-off", 303, url.Values{"reason": {"lost"}, "relief": {"yes"}})
		does("controller", "/invoices/"+x[2].number+"/write-off", 409, url.Values{"reason": {"lost"}}, "nothing to write off")
	})
}

// TestABillingRunIsBegunOnce: a form that is sent twice begins one run, and while
// one goes on no other begins; each part of the preview is a CSV file, too.
func TestABillingRunIsBegunOnce(t *testing.T) {
	k := openHouse(t, dbtest.SQLite(t))
	for tab, head := range map[string]string{"": "Customer,From,Paper", "splits": "Customer,Papers", "blocked": "Order,Customer,Why"} {
		if w := k.ask("billing", "GET", "/billing?format=csv&tab="+tab, nil); w.Code != 200 || !strings.Contains(w.Body.String(), head) || len(csvRows(w.Body.String())) == 0 {
			t.Errorf("CSV of %q: %d %s", tab, w.Code, w.Body.String())
		}
	}
	papers := func() int { return len(csvRows(k.ask("billing", "GET", "/invoices?format=csv", nil).Body.String())) }
	due, before := len(csvRows(k.ask("billing", "GET", "/billing?format=csv", nil).Body.String())), papers()
	for range 2 {
		if w := k.ask("billing", "POST", "/billing", url.Values{"key": {"once"}}); w.Code != 303 {
			t.Fatalf("run: %d", w.Code)
		}
	}
	for end := time.Now().Add(20 * time.Second); !strings.Contains(k.ask("billing", "GET", "/billing?tab=last", nil).Body.String(), "Begun") && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	if n := papers(); n != before+due {
		t.Errorf("%d papers were due, %d are issued", due, n-before)
	}
	var r billRuns
	first := &billRun{id: "a", began: time.Now()}
	if _, fresh, err := r.begin(first); !fresh || err != nil {
		t.Fatal(err)
	}
	if x, fresh, err := r.begin(&billRun{id: "a"}); x != first || fresh || err != nil {
		t.Error("a form sent twice begins twice")
	}
	if _, _, err := r.begin(&billRun{id: "b"}); !errors.Is(err, errRunning) {
		t.Errorf("two at a time: %v", err)
	}
	first.left = time.Now()
	if _, fresh, err := r.begin(&billRun{id: "b"}); !fresh || err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
}
