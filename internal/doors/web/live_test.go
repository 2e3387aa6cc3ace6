package web

import (
	"strings"
	"testing"
)

// TestAnOpenPageFetchesOnlyWhatItShows: not its frame, and not what was just
// told to the page that a form went on to.
func TestAnOpenPageFetchesOnlyWhatItShows(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	both := "kontor=" + k.cookie["service"] + "; " + flashCookie + "=" + encode("The order is held")
	whole := k.ask("service", "GET", "/orders", nil, "Cookie", both)
	part := k.ask("service", "GET", "/orders", nil, "X-Live", "1", "Cookie", both)
	if w := whole.Body.String(); !strings.Contains(w, "<nav") || !strings.Contains(w, `<main id="main"`) {
		t.Errorf("the whole page: %s", w)
	}
	text := part.Body.String()
	if !strings.HasPrefix(strings.TrimSpace(text), `<main id="main"`) || strings.Contains(text, "Order desk</span>") || !strings.Contains(text, "/orders/SO-") {
		t.Errorf("the part: %.300s", text)
	}
	for _, c := range part.Result().Cookies() {
		if c.Name == flashCookie {
			t.Error("it took what another page is to tell")
		}
	}
}

// TestClosingListsNoMonthBeforeTheFirstEntry: a young company has few months.
func TestClosingListsNoMonthBeforeTheFirstEntry(t *testing.T) {
	k := openHouse(t, sqliteHouse(t))
	text := k.ask("controller", "GET", "/close", nil).Body.String()
	for n := 14; n < 400; n++ { // the company began 14 days ago, its opening stock the evening before
		d := k.office.DB.Now().AddDate(0, 0, -n-32)
		if strings.Contains(text, d.Format("January 2006")) {
			t.Fatalf("it lists %s", d.Format("January 2006"))
		}
	}
	if !strings.Contains(text, k.office.DB.Now().Format("January 2006")) {
		t.Error("it does not list this month")
	}
}
