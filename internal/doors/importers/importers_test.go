package importers_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kontor/internal/doors/importers"
	"kontor/internal/story/flow"
	"kontor/internal/story/verify"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

const shared = "../../../../shared/data/"

// outside gives the path of data that no one here wrote; without it the test
// is skipped, and says so.
func outside(t *testing.T, name string) string {
	t.Helper()
	if _, err := os.Stat(shared + name); err != nil {
		t.Skipf("%s is not there: %v", shared+name, err)
	}
	return shared + name
}

// counts gives the number of rows of every table.
func counts(t *testing.T, d *db.DB) map[string]int64 {
	t.Helper()
	tables := `SELECT name FROM sqlite_master WHERE type='table'`
	if d.Engine() == db.Postgres {
		tables = `SELECT table_name::text FROM information_schema.tables WHERE table_schema=current_schema()`
	}
	out := map[string]int64{}
	err := d.Read(context.Background(), func(r *db.Reader) error {
		var names []string
		err := r.Each(tables, nil, nil, func(r *db.Rows) error {
			var n string
			err := r.Scan(&n)
			names = append(names, n)
			return err
		})
		for _, n := range names {
			var c int64
			if _, err := r.One(`SELECT COUNT(*) FROM `+n, nil, &c); err != nil {
				return err
			}
			out[n] = c
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unchanged(t *testing.T, before, after map[string]int64) {
	t.Helper()
	if !maps.Equal(before, after) {
		for k, v := range after {
			if before[k] != v {
				t.Errorf("%s had %d rows before the second run, and %d after it", k, before[k], v)
			}
		}
	}
}

func verified(t *testing.T, d *db.DB) {
	t.Helper()
	rep, err := verify.Run(context.Background(), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rep.Checks {
		if c.Bad > 0 {
			t.Errorf("%s: %s: %d bad: %v", c.ID, c.Title, c.Bad, c.First)
		}
	}
}

func adventureWorks(t *testing.T, d *db.DB, dir string) *importers.AdventureWorksReport {
	t.Helper()
	rep, err := importers.AdventureWorks(context.Background(), flow.Open(d), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Orders != 2089 || rep.Lines != 32318 || rep.Units != 110726 || rep.Net != "46877540.88" || rep.Tax != "4562758.35" || rep.Freight != "1425861.70" || rep.Invoices != 2089 ||
		rep.ReceivableOpen != "0.00" || rep.TrialBalance != "0.00" || rep.Held != 0 || rep.Lost != 0 || rep.Wrong() {
		t.Errorf("%+v", rep)
	}
	return rep
}

// TestAdventureWorks imports everything, on PostgreSQL in one go, on SQLite
// killed and stopped again and again: the totals are the file's and the papers
// are the same to the letter. A second run changes nothing.
func TestAdventureWorks(t *testing.T) {
	dir := outside(t, "adventureworks")
	digests := map[string]bool{}
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		lite := strings.HasPrefix(dsn, "sqlite:")
		if lite {
			for _, batches := range []int{1, 40, 90} {
				stop(t, dsn, dir, batches)
			}
			for _, after := range []time.Duration{700, 1300, 1900} {
				kill(t, dsn, dir, after*time.Millisecond)
			}
		}
		d := dbtest.Open(t, dsn, db.Options{})
		rep := adventureWorks(t, d, dir)
		digests[rep.Digest] = true
		verified(t, d)
		explosionsAreRight(t, d, dir)
		before := counts(t, d)
		if again := adventureWorks(t, d, dir); again.Digest != rep.Digest || again.MigrationReceipts != rep.MigrationReceipts {
			t.Errorf("the second run says %+v, the first %+v", again, rep)
		}
		unchanged(t, before, counts(t, d))
	})
	if len(digests) > 1 {
		t.Errorf("the papers differ: %v", digests)
	}
}

// stop imports and asks to stop after some batches.
func stop(t *testing.T, dsn, dir string, batches int) {
	t.Helper()
	d := dbtest.Open(t, dsn, db.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := importers.AdventureWorks(ctx, flow.Open(d), dir, func(_, _ int64) {
		if batches--; batches == 0 {
			cancel()
		}
	})
	if !errors.Is(err, importers.ErrStopped) {
		t.Fatalf("a cancelled run ended with %v", err)
	}
}

// kill imports in a process of its own and kills it.
func kill(t *testing.T, dsn, dir string, after time.Duration) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestKilledImport$")
	c.Env = append(os.Environ(), "KONTOR_KILLED_IMPORT="+dsn, "KONTOR_KILLED_DIR="+dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = c.Process.Kill()
	_ = c.Wait()
}

// TestKilledImport is the process that kill kills.
func TestKilledImport(t *testing.T) {
	dsn := os.Getenv("KONTOR_KILLED_IMPORT")
	if dsn == "" {
		t.Skip("only the child of another test runs this")
	}
	d := dbtest.Open(t, dsn, db.Options{})
	_, _ = importers.AdventureWorks(context.Background(), flow.Open(d), os.Getenv("KONTOR_KILLED_DIR"), nil)
}

// TestAnotherCompanyIsNotTouched refuses to mix the books of two companies.
func TestAnotherCompanyIsNotTouched(t *testing.T) {
	dir := outside(t, "adventureworks")
	d := dbtest.Open(t, dbtest.SQLite(t), db.Options{})
	retail(t, d, "A1", rows("536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"))
	if _, err := importers.AdventureWorks(context.Background(), flow.Open(d), dir, nil); err == nil || err.Error() == "" {
		t.Error("dollars were imported into books in pounds")
	}
}
