package bench

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// counted installs triggers that count rows per table and kind of write.
func counted(t *testing.T, h *house) func() map[string]int64 {
	t.Helper()
	c, err := sql.Open("sqlite", "file:"+h.file+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	exec := func(q string) {
		if _, err := c.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
	rows, err := c.Query(`SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, n)
	}
	exec(`CREATE TABLE row_count (what TEXT PRIMARY KEY, n INTEGER NOT NULL)`)
	for _, n := range tables {
		for _, op := range []string{"insert", "update"} {
			exec(fmt.Sprintf(`INSERT INTO row_count VALUES ('%s %s', 0)`, n, op))
			exec(fmt.Sprintf(`CREATE TRIGGER count_%s_%s AFTER %s ON %s BEGIN UPDATE row_count SET n=n+1 WHERE what='%s %s'; END`, n, op, op, n, n, op))
		}
	}
	return func() map[string]int64 {
		out := map[string]int64{}
		rows, err := c.Query(`SELECT what, n FROM row_count WHERE n>0`)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var k string
			var n int64
			if err := rows.Scan(&k, &n); err != nil {
				t.Fatal(err)
			}
			out[k] = n
		}
		return out
	}
}

func many[C, T any](t *testing.T, s *flow.Step[C, T], who db.Actor, cmds []C) []T {
	t.Helper()
	rs, err := s.Many(t.Context(), who, cmds)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]T, len(rs))
	for i, r := range rs {
		if r.Fault != nil {
			t.Fatal(r.Fault)
		}
		out[i] = r.Value
	}
	return out
}

// batch plays orders through the chain, step by step for all of them.
func batch(t *testing.T, o *trader, from, n int) {
	drafts := make([]flow.Draft, n)
	for i := range drafts {
		drafts[i] = o.draft(from + i)
	}
	var confirms []flow.Confirm
	var releases []flow.Release
	var ships []flow.Ship
	var bills []flow.Bill
	for _, p := range many(t, o.Capture, o.who, drafts) {
		confirms = append(confirms, flow.Confirm{Order: p.Order})
		releases = append(releases, flow.Release{Order: p.Order})
		bills = append(bills, flow.Bill{Order: p.Order})
	}
	many(t, o.Confirm, o.who, confirms)
	for _, r := range many(t, o.Release, o.who, releases) {
		ships = append(ships, flow.Ship{Shipment: r.Shipment})
	}
	many(t, o.Ship, o.who, ships)
	var stats []flow.Statement
	for i, b := range many(t, o.Bill, o.who, bills) {
		p := b.Invoices[0]
		stats = append(stats, flow.Statement{Account: "BANK", Number: fmt.Sprint(from + i), Opening: "0.00", Closing: p.Payable,
			Entries: []flow.BankEntry{{BookedOn: p.IssuedOn, Amount: p.Payable, Text: "invoice " + p.Number}}})
	}
	var applies []flow.Apply
	var ties []flow.Reconcile
	for _, r := range many(t, o.Receive, o.who, stats) {
		applies = append(applies, flow.Apply{Credit: r.Receipts[0].Item})
		ties = append(ties, flow.Reconcile{Statement: r.Statement})
	}
	many(t, o.Apply, o.who, applies)
	many(t, o.Reconcile, o.who, ties)
}

// The yardstick is only worth something while it writes what the chain
// writes: per table the same number of inserts and updates.
func TestYardstickWritesTheSameRows(t *testing.T) {
	catalog := Catalog{Products: 300, Customers: 40}
	chain := rowsOf(t, catalog, func(h *house, o *trader) func(from int) {
		return func(from int) { batch(t, o, from, perTransaction) }
	})
	bare := rowsOf(t, catalog, func(h *house, o *trader) func(from int) {
		y, err := newYard(t.Context(), h, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(y.bare.close)
		return func(from int) {
			if err := y.play(from, perTransaction); err != nil {
				t.Fatal(err)
			}
		}
	})
	total := int64(0)
	for what, n := range chain {
		total += n
		if bare[what] != n {
			t.Errorf("%s: the chain writes %d rows per %d orders, the yardstick %d", what, n, perTransaction, bare[what])
		}
	}
	for what, n := range bare {
		if chain[what] == 0 {
			t.Errorf("%s: the yardstick writes %d rows, the chain none", what, n)
		}
	}
	t.Logf("%.1f rows a line", float64(total)/perTransaction/LinesPerOrder)
}

// rowsOf counts what the second hundred of orders writes on a fresh SQLite file.
func rowsOf(t *testing.T, c Catalog, prepare func(*house, *trader) func(from int)) map[string]int64 {
	t.Helper()
	h, err := Options{Dir: t.TempDir()}.open(t.Context(), db.SQLite)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	o, err := found(t.Context(), h.db, c)
	if err != nil {
		t.Fatal(err)
	}
	play := prepare(h, o)
	play(0)
	count := counted(t, h)
	play(perTransaction)
	return count()
}

// A tiny bench on both engines fills its figures, and the invariants hold.
func TestRun(t *testing.T) {
	server := os.Getenv(dbtest.Variable)
	if err := Reachable(t.Context(), server); err != nil {
		t.Fatal(err)
	}
	o := Options{Engines: []db.Engine{db.SQLite, db.Postgres}, Modes: []string{Gathered, PerDocument}, Clients: []int{4}, Lines: 200, Dir: t.TempDir(), Postgres: server,
		Catalog: Catalog{Products: 200, Customers: 20}}
	shown := 0
	results, err := Run(t.Context(), o, func(string) {}, func(Result) { shown++ })
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 4 || shown != 4 {
		t.Fatalf("%d results, %d shown", len(results), shown)
	}
	for _, r := range results {
		if r.Lines != 200 || r.LinesPerSecond <= 0 || r.P50 <= 0 || r.P99 < r.P50 || r.BytesPerLine <= 0 || len(r.Steps) != len(steps) {
			t.Errorf("%+v", r)
		}
		if r.Engine == db.SQLite && (r.CPU == nil || *r.CPU <= 0 || r.YardstickCPU == nil || r.Ratio == nil || *r.Ratio <= 0) {
			t.Errorf("no CPU: %+v", r)
		}
	}
}

func TestCompare(t *testing.T) {
	cpu := func(v float64) []Result { return []Result{{Engine: db.SQLite, Mode: Gathered, Clients: 64, CPU: &v}} }
	for _, c := range []struct {
		before, now float64
		want        int
	}{{100, 114, 0}, {100, 116, 1}, {100, 50, 0}} {
		if got, n := Compare(cpu(c.before), cpu(c.now)); len(got) != c.want || n != 1 {
			t.Errorf("%v: %v", c, got)
		}
	}
	if got, n := Compare(nil, cpu(1)); len(got) != 0 || n != 0 {
		t.Error("compared with nothing")
	}
}

// The choice is skewed: the first rank comes about as often as the next two
// together, and every rank can come.
func TestPick(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var n [15]int
	for range 40000 {
		n[pick(r, 15)]++
	}
	if n[0] < 9500 || n[0] > 10500 || n[1]+n[2] < 9500 || n[1]+n[2] > 10500 || n[14] < 1000 {
		t.Error(n)
	}
}
