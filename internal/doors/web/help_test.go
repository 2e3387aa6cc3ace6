package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"kontor/internal/tools/dbtest"
)

// TestEveryPageHasHelp: who stands on a page finds out what it is for. Doors,
// streams and what answers while somebody types are no pages.
func TestEveryPageHasHelp(t *testing.T) {
	nothing := []string{"/sign-in", "/enter", "/suggest", "/live", "/feedback/send", "/notices/count"}
	for _, r := range routes() {
		if r.Method != "GET" || slices.ContainsFunc(nothing, func(s string) bool { return strings.HasPrefix(r.Path, s) }) {
			continue
		}
		if _, ok := helpOf(r.Path); !ok {
			t.Errorf("%s has no help: add what it is for to helps in help.go", r.Path)
		}
	}
	for at, h := range helps {
		if h.Is == "" || at != "/styleguide" && len(h.How) == 0 {
			t.Errorf("the help of %s says too little", at)
		}
		if len(meaning(h.Words...)) != len(h.Words) {
			t.Errorf("the help of %s uses a word that the glossary does not know: %v", at, h.Words)
		}
	}
	if !slices.IsSortedFunc(glossary, func(a, b term) int { return strings.Compare(strings.ToLower(a.Word), strings.ToLower(b.Word)) }) {
		t.Error("the glossary is not sorted")
	}
}

// TestANoteWorksWithoutScript: it lands in the queue once, with page and role,
// and the writer is back where he was.
func TestANoteWorksWithoutScript(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		k := openHouse(t, dsn)
		form := url.Values{"note": {"=1+1 is odd"}, "path": {"/orders?status=short"}, "fault": {"web.number"}, "key": {"k1"}}
		for range 2 {
			if w := k.ask("service", "POST", "/feedback/send", form); w.Code != 303 || w.Header().Get("Location") != "/orders?status=short" {
				t.Fatalf("send: %d %s\n%s", w.Code, w.Header().Get("Location"), tail(w.Body.String()))
			}
		}
		rows := csvRows(k.ask("admin", "GET", "/feedback?format=csv", nil).Body.String())
		if len(rows) != 1 || rows[0][0] != "'=1+1 is odd" || rows[0][2] != "/orders?status=short" || rows[0][3] != "web.number" {
			t.Fatalf("the queue: %v", rows)
		}
		page := k.ask("service", "GET", "/help?of=/orders", nil, "HX-Request", "true").Body.String()
		if !strings.Contains(page, "All orders, the newest first") || strings.Contains(page, "<html") {
			t.Errorf("the panel: %s", page)
		}
		if w := k.ask("service", "POST", "/feedback/send", url.Values{"note": {"x"}, "path": {"//evil.example"}, "key": {"k2"}}); w.Header().Get("Location") != "/" {
			t.Errorf("the way back leaves the site: %s", w.Header().Get("Location"))
		}
	})
}
