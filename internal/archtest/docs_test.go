package archtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
)

// golden compares a printed document with the one in docs/, or rewrites it.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if os.Getenv("KONTOR_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(path)
	if err != nil || string(old) != text {
		t.Errorf("docs/%s is not what the code says; run make golden and read the difference (%v)", name, err)
	}
}

// TestFaultCodesAreListed prints every fault code. A code that vanishes from
// the list was renamed, which breaks callers.
func TestFaultCodesAreListed(t *testing.T) {
	type row struct{ code, kind, where string }
	var rows []row
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			kind, code := "", ""
			for _, e := range lit.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					return true
				}
				switch k, _ := kv.Key.(*ast.Ident); {
				case k == nil:
				case k.Name == "Kind":
					if s, ok := kv.Value.(*ast.SelectorExpr); ok {
						kind = s.Sel.Name
					}
				case k.Name == "Code":
					if s, ok := kv.Value.(*ast.BasicLit); ok {
						code = strings.Trim(s.Value, `"`)
					}
				}
			}
			if kind != "" && code != "" {
				rows = append(rows, row{code, kind, filepath.ToSlash(filepath.Dir(strings.TrimPrefix(path, "../")))})
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Slice(rows, func(i, j int) bool {
		if rows[i].code != rows[j].code {
			return rows[i].code < rows[j].code
		}
		return rows[i].where < rows[j].where
	})
	var b strings.Builder
	b.WriteString("# Faults\n\nEvery error that a person can act on has a stable code; the sentence beside it says what would help.\nHTTP: Invalid 422, NotFound 404, Conflict and Refused 409, Forbidden 403, Stale 412, Busy 503.\n\n| code | kind | declared in |\n|---|---|---|\n")
	seen := map[row]bool{}
	for _, r := range rows {
		if !seen[r] {
			seen[r] = true
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.code, r.kind, r.where)
		}
	}
	golden(t, "faults.md", b.String())
}

// TestStateTablesArePrinted prints what may become what.
func TestStateTablesArePrinted(t *testing.T) {
	var b strings.Builder
	b.WriteString("# States\n\nWhat a person decides goes through these tables; what follows from counting (partly shipped, fully\nbilled, open, overdue) is derived and never decided.\n")
	for _, x := range []struct {
		name  string
		moves map[string][]string
	}{{"Order", order.Moves}, {"Shipment", shipping.Moves}, {"Invoice", invoice.Moves}, {"Return", order.ReturnMoves}} {
		fmt.Fprintf(&b, "\n## %s\n\n| from | may become |\n|---|---|\n", x.name)
		var from []string
		for f := range x.moves {
			from = append(from, f)
		}
		sort.Strings(from)
		for _, f := range from {
			to := strings.Join(x.moves[f], ", ")
			if to == "" {
				to = "– (final)"
			}
			fmt.Fprintf(&b, "| %s | %s |\n", f, to)
		}
	}
	golden(t, "states.md", b.String())
}
