// Package archtest holds the house's rules as one test that reads the source:
// which package may import which, and where SQL, HTTP, the clock and floats may
// stand. The rules are the data at the top of this file; a package that no
// floor names fails until someone gives it one.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "kontor"

// A floor is a set of packages and what they may import of our own. "x/*" names
// every directory below x as a unit with all that lies in it; packages of one
// unit may import each other, units of one floor only what peers or sees says.
type floor struct {
	name  string
	units []string
	sees  []string // floors, by name
	peers bool     // may its units import each other?
}

// The floors from low to high. A new package is added here.
var floors = []floor{
	{name: "words", units: []string{"internal/words/*"}, peers: true},
	{name: "tools", units: []string{"internal/tools/*"}, sees: []string{"words"}, peers: true},
	{name: "formats", units: []string{"internal/formats/*"}, sees: []string{"words"}},
	{name: "rooms", units: []string{"internal/rooms/*"}, sees: []string{"words", "tools"}},
	{name: "story", units: []string{"internal/story/*"}, sees: []string{"words", "tools", "rooms", "formats"}},
	{name: "doors", units: []string{"internal/doors/*", "internal/sim", "internal/bench", "internal/crash", "internal/soak"},
		sees: []string{"words", "tools", "rooms", "formats", "story"}},
	{name: "app", units: []string{"internal/app"}, sees: []string{"words", "tools", "rooms", "formats", "story", "doors"}},
	{name: "cmd", units: []string{"cmd/*"}, sees: []string{"words", "tools", "rooms", "formats", "story", "doors", "app"}},
	{name: "checks", units: []string{"internal/archtest"}},
}

// sees adds single imports inside one floor.
var sees = map[string][]string{
	"internal/story/flow": {"internal/story/report"},
	"internal/bench":      {"internal/sim"},
	"internal/doors/web":  {"internal/sim"}, // its tests: the sample company
	"internal/crash":      {"internal/sim"},
	"internal/soak":       {"internal/crash"},
}

// external lists what a floor may import of others beside the standard library;
// a floor that is not here may import anything that noWhereElse leaves it.
var external = map[string][]string{
	"words": {"github.com/cockroachdb/apd/v3"},
}

// noWhereElse lists imports with the only places where they may stand.
var noWhereElse = map[string][]string{
	"net/http":                        {"internal/doors/*", "internal/soak", "internal/app", "cmd/*"},
	"database/sql":                    {"internal/tools/db", "internal/tools/schema", "internal/bench"},
	"github.com/jackc/pgx/v5":         {"internal/tools/*", "internal/bench"},
	"modernc.org/sqlite":              {"internal/tools/*", "internal/bench"},
	"modernc.org/libc":                {"internal/tools/db"},
	"github.com/pressly/goose/":       {"internal/tools/schema"},
	module + "/internal/tools/dbtest": {}, // tests only
}

// SQL may stand in these packages, and in a room's store.go or *_store.go.
var sqlIn = []string{"internal/story/report", "internal/story/verify", "internal/tools/*", "internal/bench"}

var (
	sqlText   = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s`)
	storeFile = regexp.MustCompile(`^(store|[a-z0-9_]+_store)\.go$`)
)

// time.Now may be read here; everybody else asks the transaction.
var clockIn = []string{"internal/tools/db", "internal/tools/dbtest", "internal/tools/gate", "internal/app", "cmd/*",
	"internal/bench", "internal/crash", "internal/soak", "internal/doors/jobs"}

// Money and quantities are not floats: these floors do without them.
var noFloats = []string{"words", "rooms", "story"}

// floatsAllowed names the files that need one all the same, with the reason.
var floatsAllowed = map[string]string{
	"internal/rooms/machine/alarm.go":   whatMachinesSay,
	"internal/rooms/machine/classic.go": whatMachinesSay,
	"internal/rooms/machine/explain.go": whatMachinesSay,
	"internal/rooms/machine/learner.go": whatMachinesSay,
	"internal/rooms/machine/level.go":   whatMachinesSay,
	"internal/rooms/machine/milling.go": whatMachinesSay,
	"internal/rooms/machine/model.go":   whatMachinesSay,
	"internal/rooms/machine/risk.go":    whatMachinesSay,
	"internal/rooms/machine/season.go":  whatMachinesSay,
	"internal/rooms/machine/tree.go":    whatMachinesSay,
	"internal/rooms/machine/window.go":  whatMachinesSay,
}

const whatMachinesSay = "statistics of measurements, neither money nor quantity"

// file is one Go file: its path from the root, with slashes.
type file struct{ path, source string }

func TestHouse(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var files []file
	err = filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() {
			if p != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") ||
				slices.Contains([]string{"testdata", "node_modules", "vendor", "bin"}, name)) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		source, err := os.ReadFile(p)
		files = append(files, file{filepath.ToSlash(rel), string(source)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d files found under %s", len(files), root)
	}
	for _, fault := range check(files) {
		t.Error(fault)
	}
}

// check gives one sentence for each broken rule.
func check(files []file) []string {
	var faults []string
	documented := map[string]bool{} // package directory → has a comment
	set := token.NewFileSet()
	for _, f := range files {
		dir := path.Dir(f.path)
		tree, err := parser.ParseFile(set, f.path, f.source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		test := strings.HasSuffix(f.path, "_test.go")
		if test && strings.HasSuffix(tree.Name.Name, "_test") {
			continue // looks at its package from outside, as it likes
		}
		c := checker{set: set, file: f, dir: dir, test: test}
		c.imports(tree)
		if !test {
			documented[dir] = documented[dir] || tree.Doc.Text() != ""
			c.code(tree)
		}
		faults = append(faults, c.faults...)
	}
	for dir, ok := range documented {
		if !ok {
			faults = append(faults, fmt.Sprintf("%s: the package has no comment; say in a sentence what it owns", dir))
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

type checker struct {
	set    *token.FileSet
	file   file
	dir    string
	test   bool
	faults []string
}

func (c *checker) fault(at token.Pos, format string, args ...any) {
	p := c.set.Position(at)
	c.faults = append(c.faults, fmt.Sprintf("%s:%d: %s", p.Filename, p.Line, fmt.Sprintf(format, args...)))
}

func (c *checker) imports(tree *ast.File) {
	own, unit := home(c.dir)
	if own == nil {
		c.faults = append(c.faults, fmt.Sprintf("%s: the package has no floor; give it one in floors, internal/archtest/archtest_test.go", c.dir))
		return
	}
	for _, spec := range tree.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		if !c.test {
			for limited, places := range noWhereElse {
				if under(p, limited) && !in(c.dir, places) {
					c.fault(spec.Pos(), "%s may not import %s; see noWhereElse", c.dir, p)
				}
			}
		}
		theirs, isOurs := strings.CutPrefix(p, module+"/")
		if !isOurs {
			allowed, limited := external[own.name]
			if limited && !c.test && strings.Contains(strings.Split(p, "/")[0], ".") &&
				!slices.ContainsFunc(allowed, func(a string) bool { return under(p, a) }) {
				c.fault(spec.Pos(), "the floor %s may not import %s; see external", own.name, p)
			}
			continue
		}
		floor, other := home(theirs)
		switch {
		case floor == nil:
			c.fault(spec.Pos(), "imports %s, which has no floor", p)
		case other == unit, slices.Contains(own.sees, floor.name), slices.Contains(sees[unit], other):
		case floor.name == own.name && own.peers:
		case floor.name == own.name:
			c.fault(spec.Pos(), "%s may not import its neighbour %s on the floor %s", unit, other, own.name)
		default:
			c.fault(spec.Pos(), "the floor %s may not import the floor %s: %s", own.name, floor.name, p)
		}
	}
}

func (c *checker) code(tree *ast.File) {
	own, _ := home(c.dir)
	sql := in(c.dir, sqlIn) || own != nil && own.name == "rooms" && storeFile.MatchString(path.Base(c.file.path))
	clock := in(c.dir, clockIn)
	floats := own == nil || !slices.Contains(noFloats, own.name) || floatsAllowed[c.file.path] != ""
	timeName := importName(tree, "time")
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				c.fault(n.Pos(), "func init is not used here: build the value where it is declared, or wire it in app")
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); !sql && n.Kind == token.STRING && err == nil && sqlText.MatchString(text) {
				c.fault(n.Pos(), "SQL stands in a room's store.go or *_store.go, in report or in verify")
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); !clock && ok && timeName != "" && x.Name == timeName && n.Sel.Name == "Now" {
				c.fault(n.Pos(), "time.Now is not read here: take the transaction's Now")
			}
		case *ast.Ident:
			if !floats && (n.Name == "float32" || n.Name == "float64") {
				c.fault(n.Pos(), "%s on the floor %s: money and quantities are whole numbers, rates are decimals", n.Name, own.name)
			}
		}
		return true
	})
}

// importName gives the name that a file calls an import by, "" when it does not import it.
func importName(tree *ast.File, p string) string {
	for _, spec := range tree.Imports {
		if spec.Path.Value == strconv.Quote(p) {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return path.Base(p)
		}
	}
	return ""
}

// home gives the floor of a package and the unit that it belongs to.
func home(dir string) (*floor, string) {
	for i := range floors {
		for _, u := range floors[i].units {
			if unit, ok := match(dir, u); ok {
				return &floors[i], unit
			}
		}
	}
	return nil, ""
}

// match tells whether dir lies in a place, and in which unit of it.
func match(dir, place string) (string, bool) {
	above, star := strings.CutSuffix(place, "/*")
	if !star {
		return place, under(dir, place)
	}
	rest, ok := strings.CutPrefix(dir, above+"/")
	first, _, _ := strings.Cut(rest, "/")
	return above + "/" + first, ok
}

func in(dir string, places []string) bool {
	return slices.ContainsFunc(places, func(p string) bool { _, ok := match(dir, p); return ok })
}

// under tells whether p is above or lies in it.
func under(p, above string) bool {
	above = strings.TrimSuffix(above, "/")
	return p == above || strings.HasPrefix(p, above+"/")
}

// Each rule can fail, and does not when it should not.
func TestRulesBite(t *testing.T) {
	const ok = ""
	for _, c := range []struct{ path, body, want string }{
		{"internal/words/money/a.go", `import "kontor/internal/words/dec"`, ok},
		{"internal/words/money/a.go", `import "github.com/cockroachdb/apd/v3"`, ok},
		{"internal/words/money/a.go", `import "github.com/shopspring/decimal"`, "see external"},
		{"internal/words/money/a.go", `import "kontor/internal/tools/db"`, "may not import the floor tools"},
		{"internal/words/money/a_test.go", `import "pgregory.net/rapid"`, ok},
		{"internal/tools/number/a.go", `import "kontor/internal/tools/db"`, ok},
		{"internal/tools/number/a.go", `import "kontor/internal/rooms/order"`, "may not import the floor rooms"},
		{"internal/tools/number/a.go", `import "kontor/internal/tools/dbtest"`, "see noWhereElse"},
		{"internal/tools/number/a_test.go", `import "kontor/internal/tools/dbtest"`, ok},
		{"internal/formats/ubl/a.go", `import "kontor/internal/tools/db"`, "may not import the floor tools"},
		{"internal/formats/ubl/a.go", `import "kontor/internal/formats/cii"`, "neighbour"},
		{"internal/formats/ubl/a.go", `import "github.com/beevik/etree"`, ok},
		{"internal/rooms/order/a.go", `import "kontor/internal/rooms/stock"`, "neighbour"},
		{"internal/rooms/order/a_test.go", `import "kontor/internal/rooms/stock"`, "neighbour"},
		{"internal/rooms/order/a.go", `import "kontor/internal/formats/ubl"`, "may not import the floor formats"},
		{"internal/rooms/order/a.go", `import "net/http"`, "see noWhereElse"},
		{"internal/rooms/order/a.go", `import "net/http/httptest"`, "see noWhereElse"},
		{"internal/rooms/order/a.go", `import "database/sql"`, "see noWhereElse"},
		{"internal/rooms/order/a.go", `import "github.com/jackc/pgx/v5/pgconn"`, "see noWhereElse"},
		{"internal/rooms/order/a.go", "const q = `\n SELECT 1`", "SQL stands"},
		{"internal/rooms/order/a.go", `const q = "WITH a AS (SELECT 1) SELECT * FROM a"`, "SQL stands"},
		{"internal/rooms/order/a.go", `const q = "Select a customer"; const r = "UPDATED"`, ok},
		{"internal/rooms/order/store.go", `const q = "SELECT 1"`, ok},
		{"internal/rooms/order/line_store.go", `const q = "DELETE FROM x"`, ok},
		{"internal/rooms/order/restore.go", `const q = "DELETE FROM x"`, "SQL stands"},
		{"internal/rooms/order/a_test.go", `const q = "SELECT 1"; var x float64`, ok},
		{"internal/rooms/order/a.go", `import "time"; var x = time.Now`, "time.Now is not read"},
		{"internal/rooms/order/a.go", `import clock "time"; var x = clock.Now()`, "time.Now is not read"},
		{"internal/rooms/order/a.go", `import "time"; var x = time.Hour`, ok},
		{"internal/rooms/order/a.go", `func init() {}`, "func init"},
		{"internal/rooms/order/a.go", `type t struct{}; func (t) init() {}`, ok},
		{"internal/rooms/order/a.go", `func f(x float64) {}`, "float64 on the floor"},
		{"internal/story/flow/store.go", `const q = "SELECT 1"`, "SQL stands"},
		{"internal/story/flow/a.go", `import "kontor/internal/story/report"`, ok},
		{"internal/story/flow/a.go", `import "kontor/internal/formats/ubl"`, ok},
		{"internal/story/report/a.go", `import "kontor/internal/story/flow"`, "neighbour"},
		{"internal/story/report/a.go", `const q = "SELECT 1"`, ok},
		{"internal/story/verify/a.go", `import "kontor/internal/story/flow"`, "neighbour"},
		{"internal/story/flow/a.go", `import "kontor/internal/doors/web"`, "may not import the floor doors"},
		{"internal/doors/web/a.go", `import "net/http"; import "kontor/internal/doors/web/page"`, ok},
		{"internal/doors/web/a.go", `import "kontor/internal/doors/api"`, "neighbour"},
		{"internal/doors/api/a.go", `import "kontor/internal/sim"`, "neighbour"},
		{"internal/doors/web/a.go", `const q = "SELECT 1"`, "SQL stands"},
		{"internal/doors/web/a.go", `import "kontor/internal/app"`, "may not import the floor app"},
		{"internal/doors/jobs/a.go", `import "time"; var x = time.Now`, ok},
		{"internal/sim/a.go", `import "net/http"`, "see noWhereElse"},
		{"internal/bench/a.go", `import "kontor/internal/sim"; const q = "SELECT 1"`, ok},
		{"internal/app/a.go", `import "time"; import "kontor/internal/doors/web"; var x = time.Now`, ok},
		{"cmd/kontor/main.go", `import "kontor/internal/app"; import "kontor/internal/bench"`, ok},
		{"internal/misc/a.go", ``, "the package has no floor"},
		{"internal/app/a.go", `import "kontor/internal/misc"`, "has no floor"},
		{"internal/app/a_test.go", `import "kontor/internal/misc"`, "has no floor"},
	} {
		got := check([]file{{c.path, "// Package p is a sample.\npackage p\n" + c.body}})
		switch {
		case c.want == ok && len(got) > 0:
			t.Errorf("%s: %s: %v", c.path, c.body, got)
		case c.want != ok && (len(got) == 0 || !strings.Contains(got[0], c.want)):
			t.Errorf("%s: %s: got %v, want %q", c.path, c.body, got, c.want)
		}
	}
	if got := check([]file{{"internal/app/a.go", "package app"}}); len(got) != 1 || !strings.Contains(got[0], "no comment") {
		t.Errorf("a package without a comment: %v", got)
	}
	if got := check([]file{{"internal/app/a_test.go", "package app_test\nimport \"kontor/internal/misc\""}}); len(got) != 0 {
		t.Errorf("a test from outside: %v", got)
	}
}
