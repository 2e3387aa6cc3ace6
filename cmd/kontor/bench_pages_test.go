package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"kontor/internal/tools/db"
)

// TestPagesAreSmall asks for a page of every kind, as everybody who sees it. Its
// times are told by kontor bench --pages; here only bytes count, which are the
// same on every machine.
func TestPagesAreSmall(t *testing.T) {
	list, err := speedOf(context.Background(), db.SQLite, "sqlite:"+filepath.Join(t.TempDir(), "pages.db"), 14, pace{rounds: 1, kinds: 1})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range list {
		if seen[k.Page] = true; k.large() {
			t.Errorf("%s has %d bytes at first and %d later, gzipped", k.Page, k.First, k.Later)
		}
		if !k.File && k.First < k.Later+50_000 {
			t.Errorf("%s loads %d bytes at first: where are its sheets and scripts?", k.Page, k.First)
		}
	}
	for _, page := range []string{"/{$}", "/desk", "/orders/{id}", "/orders/{id}/change", "/customers/{id}", "/invoices/{id}", "/shipments/{id}", "/stock?format=csv", "/people"} {
		if !seen[page] {
			t.Errorf("no link led to %s", page)
		}
	}
	var out strings.Builder
	writePages(&out, list)
	if !strings.Contains(out.String(), "| `/desk` |") || !strings.Contains(out.String(), " 0 with more than 200 kB") {
		t.Error(out.String())
	}
}
