package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// hot are the ten statements that took most of the server's time in a bench with
// 64 gathered clients, by pg_stat_statements over three runs, the hottest first.
// Inserts of a plain list are left out, they look nothing up. Bench's own
// --statements does not tell it: of several statements that are sent together,
// the first waits for all. A part must stand in exactly one statement of the
// chain; who rewrites that changes the part.
var hot = []struct{ name, part string }{
	{"Note what was billed", "UPDATE billable SET billed="},
	{"Count what became of order lines", "UPDATE order_line SET cancelled="},
	{"Change the heads of orders", "UPDATE sales_order SET decision=a.d"},
	{"Find and lock what is to be billed", lockDue},
	{"Change the lines of shipments", "UPDATE shipment_line SET planned="},
	{"Lock pots", "FROM a JOIN stock_pot p ON p.id=a.id"},
	{"Move goods in and out of pots", "UPDATE stock_pot SET on_hand="},
	{"Find and lock pots by warehouse and product", "FROM a JOIN stock_pot p ON p.warehouse_id=a.w"},
	{"Reserve stock", "UPDATE stock_pot SET reserved=stock_pot.reserved+"},
	{"Change what is reserved and released for order lines", "UPDATE order_schedule SET qty="},
}

// A table of more rows is one that nobody may walk through.
const manyRows = 1000

// The plans that writing connections make at 100,000 order lines: those of the
// ten hottest statements are kept in docs/plans.md, and no statement of the
// chain walks through a table.
func TestPlans(t *testing.T) {
	server := os.Getenv(dbtest.Variable)
	if err := Reachable(t.Context(), server); err != nil {
		t.Fatal(err)
	}
	chain := heard(t, server)
	x := newExplainer(t, filled(t, server, Catalog{Products: 10_000, Customers: 2000}, 100_000))
	for _, sql := range chain {
		if at := x.walked(t, sql); len(at) > 0 {
			t.Errorf("this statement %s; is an index missing?\n%s\n\n%s", strings.Join(at, " and "), oneSpaced(sql), x.text(t, sql))
		}
	}
	t.Logf("%d statements", len(chain))
	page, err := x.page(t, chain)
	if err != nil {
		t.Error(err)
	} else {
		goldenPlans(t, x.version, page)
	}
	t.Run("a lost index is noticed", func(t *testing.T) {
		sql, err := only(chain, lockDue)
		if err != nil {
			t.Fatal(err)
		}
		command(t, x.c, "DROP INDEX billable_order")
		if at := x.walked(t, sql); len(at) == 0 {
			t.Errorf("not noticed:\n%s", x.text(t, sql))
		}
	})
}

// lockDue stands in the statement that needs the index billable_order.
const lockDue = "FROM a JOIN billable b ON b.order_id=a.id WHERE b.qty-b.billed>0 AND b.bill_on<="

// page prints the plans of the hot statements.
func (x *explainer) page(t *testing.T, chain []string) (string, error) {
	t.Helper()
	var faults []error
	var page strings.Builder
	fmt.Fprintf(&page, plansHead, x.version)
	for _, s := range hot {
		sql, err := only(chain, s.part)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.name, err))
			continue
		}
		fmt.Fprintf(&page, "\n## %s\n\n`%s`\n\n```\n%s\n```\n", s.name, s.part, x.text(t, sql))
	}
	return page.String(), errors.Join(faults...)
}

const plansHead = `# Plans

Printed by a test: the plans that PostgreSQL %s makes on the writing connections at 100,000 order lines,
for the ten statements that took most of the server's time, inserts of a plain list left out. The test
also looks at all other statements of the chain: none may walk through a table of more than 1,000 rows.

A list is the CTE a; its ` + "`Limit`" + ` is explained in internal/tools/db/stmt.go, the settings in
[decision 10](adr/0010-generic-plans.md).
`

// goldenPlans compares the plans with docs/plans.md, or rewrites it. Another
// version of PostgreSQL may spell them otherwise: then they are not compared.
func goldenPlans(t *testing.T, version, text string) {
	t.Helper()
	const path = "../../docs/plans.md"
	if os.Getenv("KONTOR_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		t.Fatal(err)
	case string(old) == text:
	case err == nil && !strings.Contains(string(old), "PostgreSQL "+version+" makes"):
		t.Logf("docs/plans.md is not compared: it was printed by another version of PostgreSQL than %s", version)
	default:
		t.Errorf("docs/plans.md is not how PostgreSQL runs the statements now; run make golden and read the difference:\n%s", text)
	}
}

// heard plays some orders and gives the statements of the chain, sorted. The
// database doubts what memory keeps, so that what another process would read is
// read, too.
func heard(t *testing.T, server string) []string {
	t.Helper()
	h, err := Options{Postgres: server}.open(t.Context(), db.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	co, err := found(t.Context(), h.db, Catalog{Products: 200, Customers: 20})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), h.dsn, db.Options{Watch: h.watch.hear, Doubt: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	if err := d.Lease(t.Context()); err != nil {
		t.Fatal(err)
	}
	co.Office = flow.Open(d)
	h.watch.set(true)
	for i, alone := range []bool{false, true} {
		w := &work{company: co, next: i * 40, steps: func(int) Steps { return inside{co.Office, co.who, alone} }}
		if err := w.play(t.Context(), 8, 40); err != nil {
			t.Fatal(err)
		}
	}
	h.watch.set(false)
	delete(h.watch.all, "COMMIT")
	return slices.Sorted(maps.Keys(h.watch.all))
}

// only gives the one statement that a part stands in; white space does not count.
func only(chain []string, part string) (string, error) {
	var in []string
	for _, sql := range chain {
		if strings.Contains(oneSpaced(sql), part) {
			in = append(in, sql)
		}
	}
	switch len(in) {
	case 0:
		return "", fmt.Errorf("%q stands in no statement of the chain; if it was rewritten, change the part in plans_test.go", part)
	case 1:
		return in[0], nil
	}
	return "", fmt.Errorf("%q stands in %d statements of the chain; choose a part of one in plans_test.go:\n%s", part, len(in), strings.Join(in, "\n"))
}

func oneSpaced(sql string) string { return strings.Join(strings.Fields(sql), " ") }

// explainer is a connection that plans as the writing ones do.
type explainer struct {
	c       *pgx.Conn
	version string           // of PostgreSQL, the major one
	rows    map[string]int64 // of each table
}

func newExplainer(t *testing.T, h *house) *explainer {
	t.Helper()
	cfg, err := pgx.ParseConfig(h.dsn)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(cfg.RuntimeParams, db.WriteSettings())
	c, err := pgx.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	x := &explainer{c: c, rows: map[string]int64{}}
	x.version, _, _ = strings.Cut(texts(t, c, "SHOW server_version")[0], ".")
	found, err := c.Query(t.Context(), `SELECT relname, reltuples::bigint FROM pg_class WHERE relnamespace=$1::regnamespace AND relkind='r'`, h.schema)
	if err != nil {
		t.Fatal(err)
	}
	var table string
	var n int64
	if _, err := pgx.ForEachRow(found, []any{&table, &n}, func() error { x.rows[table] = n; return nil }); err != nil {
		t.Fatal(err)
	}
	return x
}

// explain prepares a statement and gives the plan that is made for any values.
func (x *explainer) explain(t *testing.T, format, sql string) []string {
	t.Helper()
	const name = "explained"
	st, err := x.c.Prepare(t.Context(), name, db.PostgresText(sql))
	if err != nil {
		t.Fatalf("%v in: %s", err, sql)
	}
	args := ""
	if n := len(st.ParamOIDs); n > 0 {
		args = "(" + strings.TrimSuffix(strings.Repeat("NULL,", n), ",") + ")"
	}
	out := texts(t, x.c, "EXPLAIN (COSTS OFF, FORMAT "+format+") EXECUTE "+name+args, pgx.QueryExecModeSimpleProtocol)
	if err := x.c.Deallocate(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return out
}

// text gives a plan to read.
func (x *explainer) text(t *testing.T, sql string) string {
	t.Helper()
	return strings.Join(x.explain(t, "TEXT", sql), "\n")
}

// plan is a node of a plan.
type plan struct {
	Node  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Index string `json:"Index Name"`
	Cond  string `json:"Index Cond"`
	Plans []plan
}

func (x *explainer) plan(t *testing.T, sql string) plan {
	t.Helper()
	var p []struct{ Plan plan }
	if err := json.Unmarshal([]byte(strings.Join(x.explain(t, "JSON", sql), "")), &p); err != nil || len(p) != 1 {
		t.Fatalf("%d plans, %v, for: %s", len(p), err, sql)
	}
	return p[0].Plan
}

// walked tells where the plan of a statement goes through a large table.
func (x *explainer) walked(t *testing.T, sql string) []string {
	t.Helper()
	return walked(x.plan(t, sql), "", x.rows)
}

// given is what an index condition compares with when it looks something up: a
// parameter, or a column of another table.
var given = regexp.MustCompile(`\$\d|[\w)]\.[a-z_]`)

// walked tells where a plan goes through a large table from end to end: row by
// row, or along an index without a condition or with constants only.
func walked(p plan, table string, rows map[string]int64) []string {
	if p.Table != "" {
		table = p.Table
	}
	var at []string
	switch large := rows[table] > manyRows; {
	case large && p.Node == "Seq Scan":
		at = append(at, "reads all of "+table)
	case large && p.Index != "" && !given.MatchString(p.Cond):
		at = append(at, "walks along "+p.Index)
	}
	for _, q := range p.Plans {
		at = append(at, walked(q, table, rows)...)
	}
	return at
}

func TestWalked(t *testing.T) {
	rows := map[string]int64{"hold": 50_000, "terms": 3}
	for _, c := range []struct {
		p    plan
		want bool
	}{
		{plan{Node: "Seq Scan", Table: "hold"}, true},
		{plan{Node: "Seq Scan", Table: "terms"}, false},
		{plan{Node: "Function Scan"}, false},
		{plan{Node: "Index Scan", Table: "hold", Index: "hold_open", Cond: "(subject_id = a.id)"}, false},
		{plan{Node: "Index Scan", Table: "hold", Index: "hold_open", Cond: "(subject_id = $1)"}, false},
		{plan{Node: "Index Only Scan", Table: "hold", Index: "hold_open"}, true},
		{plan{Node: "Index Scan", Table: "hold", Index: "hold_queue", Cond: "(owner_id = 0)"}, true},
		{plan{Node: "Sort", Plans: []plan{{Node: "Bitmap Heap Scan", Table: "hold", Plans: []plan{{Node: "Bitmap Index Scan", Index: "hold_open"}}}}}, true},
	} {
		if got := walked(c.p, "", rows); (len(got) > 0) != c.want {
			t.Errorf("%+v: %v", c.p, got)
		}
	}
}
