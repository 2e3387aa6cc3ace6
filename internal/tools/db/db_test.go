package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/schema"
)

var (
	ctx    = context.Background()
	nobody = db.Actor{}
)

// thing is a table that only these tests know.
const thing = `CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT UNIQUE, n BIGINT NOT NULL DEFAULT 0 CHECK (n >= 0))`

// each runs f on both engines with the table thing, which is empty.
func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			tx.Do(thing, nil)
			return nil
		})
		f(t, d)
	})
}

func write(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(ctx, nobody, f); err != nil {
		t.Fatal(err)
	}
}

// put inserts rows (id, "name id", n).
func put(t *testing.T, d *db.DB, n int64, ids ...int64) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error {
		l := db.NewList(len(ids))
		for _, id := range ids {
			l.Add(id, fmt.Sprintf("name %d", id), n)
		}
		tx.Put(`WITH {a: id BIGINT, name TEXT, n BIGINT} INSERT INTO thing(id,name,n) SELECT id,name,n FROM a`, l)
		return nil
	})
}

// number reads one number.
func number(t *testing.T, d *db.DB, sql string, args ...any) int64 {
	t.Helper()
	var n int64
	err := d.Read(ctx, func(r *db.Reader) error {
		_, err := r.One(sql, args, &n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// panics gives what f panics with, nil when it does not.
func panics(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// Statements

func TestScalars(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1, 2, 3)
		write(t, d, func(tx *db.Tx) error {
			// One scalar used twice, one before the list, one behind it.
			tx.Want(2, `WITH p AS (SELECT CAST($1 AS BIGINT) AS plus), {a: id BIGINT}
				UPDATE thing SET n=thing.n+p.plus+$1, name=$2||thing.name||$2 FROM a, p WHERE thing.id=a.id AND thing.n<$3`,
				db.Ints([]int64{1, 3}), 10, "-", 5)
			return nil
		})
		want(t, "n of 1", number(t, d, `SELECT n FROM thing WHERE id=1`), 21)
		want(t, "n of 2", number(t, d, `SELECT n FROM thing WHERE id=2`), 1)
		want(t, "name of 3", number(t, d, `SELECT COUNT(*) FROM thing WHERE name=$1`, "-name 3-"), 1)

		// More than nine, in another order than they stand.
		got := ""
		err := d.Read(ctx, func(r *db.Reader) error {
			cast := func(n int) string { return fmt.Sprintf("CAST($%d AS TEXT)", n) }
			_, err := r.One(`SELECT `+cast(11)+`||`+cast(1)+`||`+cast(10)+`||`+cast(2)+`||`+cast(11)+
				`||`+cast(3)+cast4to9(cast), []any{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}, &got)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "eleven scalars", got, "kajbkcdefghi")
	})
}

func cast4to9(cast func(int) string) string {
	s := ""
	for n := 4; n <= 9; n++ {
		s += "||" + cast(n)
	}
	return s
}

func TestQuotes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		var lit, arg string
		err := d.Read(ctx, func(r *db.Reader) error {
			_, err := r.One(`SELECT 'it''s $2 {a: no list} {lock o}', CAST($1 AS TEXT)`, []any{"$2 'x' {b: y}"}, &lit, &arg)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "literal", lit, "it's $2 {a: no list} {lock o}")
		want(t, "argument", arg, "$2 'x' {b: y}")
	})
}

func TestMalformedStatements(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		one := db.Ints([]int64{1})
		for _, c := range []struct {
			name, sql string
			list      *db.List
			args      []any
		}{
			{"unclosed", `WITH {a: id BIGINT SELECT 1`, one, nil},
			{"two lists", `WITH {a: id BIGINT}, {b: id BIGINT} SELECT 1 FROM a, b`, one, nil},
			{"unknown type", `WITH {a: id INT} SELECT 1 FROM a`, one, nil},
			{"no columns", `WITH {a} SELECT 1 FROM a`, one, nil},
			{"too few arguments", `SELECT $1+$2`, nil, []any{1}},
			{"too many arguments", `SELECT CAST($1 AS BIGINT)`, nil, []any{1, 2}},
			{"unknown argument type", `SELECT CAST($1 AS BIGINT)`, nil, []any{1.5}},
			{"list of another width", `WITH {a: id BIGINT, n BIGINT} SELECT id FROM a`, one, nil},
			{"list of another type", `WITH {a: id TEXT} SELECT id FROM a`, one, nil},
		} {
			p := panics(func() {
				_ = d.Read(ctx, func(r *db.Reader) error {
					_, err := r.Query(c.sql, c.list, c.args...)
					return err
				})
			})
			if s, ok := p.(string); !ok || !strings.HasPrefix(s, "db: ") {
				t.Errorf("%s: panicked with %v", c.name, p)
			}
		}
		want(t, "still usable", number(t, d, `SELECT COUNT(*) FROM thing`), 0)
	})
}

func TestListRows(t *testing.T) {
	for name, f := range map[string]func(){
		"width": func() { l := db.NewList(2); l.Add(int64(1)); l.Add(int64(1), "x") },
		"mixed": func() { l := db.NewList(2); l.Add(int64(1)); l.Add("x") },
		"mixd2": func() { l := db.NewList(2); l.Add("x"); l.Add(int64(1)) },
		"float": func() { db.NewList(1).Add(1.5) },
		"null":  func() { db.NewList(1).Add(nil) },
	} {
		if panics(f) == nil {
			t.Errorf("%s: a list that cannot work was accepted", name)
		}
	}
}

// Every size around the chunks goes through an insert, an update and a join.
func TestListSizes(t *testing.T) {
	for _, n := range []int{1, 7, 8, 127, 128, 129, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			each(t, func(t *testing.T, d *db.DB) {
				ids := make([]int64, n)
				plus := db.NewList(n)
				var names []string
				sum := int64(0)
				for i := range ids {
					ids[i] = int64(n - i) // falling
					plus.Add(ids[i], i)
					names = append(names, fmt.Sprintf("name %d", ids[i]))
					sum += 5 + int64(i)
				}
				put(t, d, 5, ids...)
				write(t, d, func(tx *db.Tx) error {
					tx.Want(n, `WITH {a: id BIGINT, plus BIGINT} UPDATE thing SET n=n+a.plus FROM a WHERE thing.id=a.id`, plus)
					tx.Want(n, `WITH {a: name TEXT} UPDATE thing SET n=n+1 FROM a WHERE thing.name=a.name`, db.Texts(names))
					tx.Want(n, `WITH {a: id BIGINT} UPDATE thing SET n=n-1 FROM a WHERE thing.id=a.id AND n>=$1`, db.Ints(ids), 1)
					return nil
				})
				seen := map[int64]int64{}
				err := d.Read(ctx, func(r *db.Reader) error {
					return r.Each(`WITH {a: id BIGINT, plus BIGINT} SELECT thing.id, thing.n-a.plus, thing.name FROM a JOIN thing ON thing.id=a.id`,
						plus, nil, func(rows *db.Rows) error {
							var id, base int64
							var name string
							if err := rows.Scan(&id, &base, &name); err != nil {
								return err
							}
							if want := fmt.Sprintf("name %d", id); name != want {
								t.Errorf("row %d: name %q", id, name)
							}
							seen[id] = base
							return nil
						})
				})
				if err != nil {
					t.Fatal(err)
				}
				want(t, "rows", len(seen), n)
				for id, base := range seen {
					if base != 5 {
						t.Fatalf("row %d: base %d", id, base)
					}
				}
				want(t, "sum", number(t, d, `SELECT CAST(SUM(n) AS BIGINT) FROM thing`), sum)
			})
		})
	}
}

// A statement may return what it wrote, for each row of the list.
func TestReturning(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 5, 1, 2, 3)
		var got []int64
		write(t, d, func(tx *db.Tx) error {
			got = nil
			return tx.Each(`WITH {a: id BIGINT} UPDATE thing SET n=n+1 FROM a WHERE thing.id=a.id RETURNING thing.id*10+n`,
				db.Ints([]int64{1, 3, 4}), nil, func(rows *db.Rows) error {
					var v int64
					err := rows.Scan(&v)
					got = append(got, v)
					return err
				})
		})
		slices.Sort(got)
		if !slices.Equal(got, []int64{16, 36}) {
			t.Error(got)
		}
	})
}

func TestEmptyLists(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for name, empty := range map[string]*db.List{"made": db.NewList(0), "ints": db.Ints[int64](nil)} {
			write(t, d, func(tx *db.Tx) error {
				tx.Put(`WITH {a: id BIGINT} INSERT INTO thing(id) SELECT id FROM a`, empty)
				tx.Want(5, `WITH {a: id BIGINT} DELETE FROM thing WHERE id IN (SELECT id FROM a)`, empty)
				n, err := tx.Exec(`WITH {a: id BIGINT} DELETE FROM thing WHERE id IN (SELECT id FROM a)`, empty)
				want(t, "rows", n, 0)
				return err
			})
			err := d.Read(ctx, func(r *db.Reader) error {
				return r.Each(`WITH {a: id BIGINT} SELECT a.id FROM a`, empty, nil, func(*db.Rows) error {
					return errors.New("a row of an empty list")
				})
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

type amount int64
type code string

func TestNullAndTypes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 7, 1, 2)
		write(t, d, func(tx *db.Tx) error {
			tx.Want(1, `INSERT INTO thing(id,name,n) VALUES ($1,$2,$3)`, nil, 3, nil, true)
			return nil
		})
		err := d.Read(ctx, func(r *db.Reader) error {
			id, name, n, c, yes := int64(9), "full", 9, code("full"), true
			if _, err := r.One(`SELECT id, name, n, name, name IS NOT NULL FROM thing WHERE id=3`, nil, &id, &name, &n, &c, &yes); err != nil {
				return err
			}
			want(t, "id", id, 3)
			want(t, "NULL", name, "")
			want(t, "true as number", n, 1)
			want(t, "NULL code", c, "")
			want(t, "bool", yes, false)

			var a amount
			var sum, count, empty int64
			if _, err := r.One(`SELECT n, name, id=1, CAST(n AS INTEGER), SUM(n) OVER (), COUNT(*) OVER ()
				FROM thing ORDER BY id`, nil, &a, &c, &yes, &n, &sum, &count); err != nil {
				return err
			}
			want(t, "named number", a, 7)
			want(t, "named text", c, "name 1")
			want(t, "bool", yes, true)
			want(t, "INTEGER", n, 7)
			want(t, "SUM", sum, 15)
			want(t, "COUNT", count, 3)

			// SUM is NUMERIC on PostgreSQL; it still scans into a named number.
			if _, err := r.One(`SELECT SUM(n), SUM(n)-SUM(n)-1000000 FROM thing`, nil, &a, &sum); err != nil {
				return err
			}
			want(t, "SUM as amount", a, 15)
			want(t, "negative SUM", sum, -1000000)
			if _, err := r.One(`SELECT SUM(n) FROM thing WHERE id>99`, nil, &empty); err != nil {
				return err
			}
			want(t, "SUM of none", empty, 0)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []int64{0, -1, 1<<63 - 1, -1 << 63} {
			want(t, "number there and back", number(t, d, `SELECT CAST($1 AS BIGINT)`, v), v)
		}
		err = d.Read(ctx, func(r *db.Reader) error {
			for _, v := range []string{"", "ä€😀", `a'b"c\d`, "line\nline"} {
				var got string
				if _, err := r.One(`SELECT CAST($1 AS TEXT)`, []any{v}, &got); err != nil {
					return err
				}
				want(t, "text there and back", got, v)
			}
			found, err := r.One(`SELECT n FROM thing WHERE id=99`, nil, new(int64))
			want(t, "One without a row", found, false)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(r *db.Reader) error {
			_, err := r.One(`SELECT name FROM thing WHERE id=1`, nil, new(int64))
			return err
		})
		if err == nil {
			t.Error("a text was scanned into a number")
		}
	})
}

func TestLockWaits(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1)
		locked, second := make(chan bool), make(chan error)
		var once sync.Once
		go func() {
			<-locked
			second <- d.Write(ctx, nobody, func(tx *db.Tx) error {
				var n int64
				if _, err := tx.One(`SELECT n FROM thing o WHERE id=$1 {lock o}`, []any{1}, &n); err != nil {
					return err
				}
				if n != 100 {
					return fmt.Errorf("read %d past a lock", n)
				}
				tx.Want(1, `UPDATE thing SET n=n+1 WHERE id=1`, nil)
				return nil
			})
		}()
		write(t, d, func(tx *db.Tx) error {
			var n int64
			if _, err := tx.One(`SELECT n FROM thing o WHERE id=$1 ORDER BY o.id {lock o}`, []any{1}, &n); err != nil {
				return err
			}
			once.Do(func() { close(locked) })
			time.Sleep(100 * time.Millisecond)
			tx.Want(1, `UPDATE thing SET n=100 WHERE id=1`, nil)
			return nil
		})
		if err := <-second; err != nil {
			t.Fatal(err)
		}
		want(t, "n", number(t, d, `SELECT n FROM thing`), 101)
	})
}

// Transactions

func TestWantRollsBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1, 2)
		guard := `UPDATE thing SET n=n-1 WHERE n>=$1`
		for name, f := range map[string]func(tx *db.Tx) error{
			"alone": func(tx *db.Tx) error { tx.Want(1, guard, nil, 1); return nil },
			"first of three": func(tx *db.Tx) error {
				tx.Want(1, guard, nil, 1)
				tx.Do(`DELETE FROM thing WHERE id=1`, nil)
				tx.Want(1, `DELETE FROM thing WHERE id=2`, nil)
				return nil
			},
			"last of three": func(tx *db.Tx) error {
				tx.Want(1, `UPDATE thing SET n=9 WHERE id=1`, nil)
				tx.Do(`DELETE FROM thing WHERE id=2`, nil)
				tx.Want(2, guard, nil, 1)
				return nil
			},
			"before a query": func(tx *db.Tx) error {
				tx.Do(`DELETE FROM thing WHERE id=2`, nil)
				tx.Want(7, guard, nil, 1)
				_, err := tx.One(`SELECT n FROM thing`, nil, new(int64))
				return err
			},
			"list": func(tx *db.Tx) error {
				tx.Want(3, `WITH {a: id BIGINT} UPDATE thing SET n=5 FROM a WHERE thing.id=a.id`, db.Ints([]int64{1, 2, 3}))
				return nil
			},
		} {
			runs := 0
			err := d.Write(ctx, nobody, func(tx *db.Tx) error { runs++; return f(tx) })
			if !errors.Is(err, db.ErrCount) || !db.Again(err) {
				t.Errorf("%s: %v", name, err)
			}
			want(t, name+": runs", runs, 1)
			want(t, name+": rows", number(t, d, `SELECT COUNT(*) FROM thing WHERE n=1`), 2)
		}
	})
}

func TestConstraints(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1)
		for name, c := range map[string]struct {
			sql string
			is  func(error) bool
		}{
			"primary key": {`INSERT INTO thing(id) VALUES (1)`, db.IsDuplicate},
			"unique":      {`INSERT INTO thing(id,name) VALUES (2,'name 1')`, db.IsDuplicate},
			"check":       {`UPDATE thing SET n=n-2`, db.IsCheck},
		} {
			err := d.Write(ctx, nobody, func(tx *db.Tx) error {
				tx.Do(`INSERT INTO thing(id) VALUES (50)`, nil)
				tx.Do(c.sql, nil)
				return nil
			})
			if !c.is(err) || !db.Again(err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := d.Write(ctx, nobody, func(tx *db.Tx) error {
			tx.Do(`UPDATE nothing SET n=1`, nil)
			return nil
		})
		if err == nil || db.Again(err) || db.IsCheck(err) || db.IsDuplicate(err) {
			t.Errorf("unknown table: %v", err)
		}
		want(t, "rows", number(t, d, `SELECT COUNT(*) FROM thing`), 1)
		// A conflict that is to be passed over counts no row.
		write(t, d, func(tx *db.Tx) error {
			for _, c := range []struct{ id, rows int64 }{{2, 1}, {2, 0}, {1, 0}} {
				n, err := tx.Exec(`INSERT INTO thing(id) VALUES ($1) ON CONFLICT DO NOTHING`, nil, c.id)
				if err != nil {
					return err
				}
				want(t, "rows inserted", n, c.rows)
			}
			return nil
		})
	})
}

// Two processes on one database: nobody is turned away and nothing is lost.
func TestTwoWriters(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		ds := []*db.DB{dbtest.Open(t, dsn, db.Options{}), dbtest.Open(t, dsn, db.Options{})}
		write(t, ds[0], func(tx *db.Tx) error { tx.Do(thing, nil); return nil })
		put(t, ds[1], 0, 1)
		const callers, times = 4, 15
		var wg sync.WaitGroup
		for _, d := range ds {
			for range callers {
				wg.Go(func() {
					for range times {
						err := d.Write(ctx, nobody, func(tx *db.Tx) error {
							var n int64
							if _, err := tx.One(`SELECT n FROM thing o WHERE id=1 {lock o}`, nil, &n); err != nil {
								return err
							}
							tx.Want(1, `UPDATE thing SET n=$1 WHERE id=1`, nil, n+1)
							tx.Want(1, `INSERT INTO thing(id) VALUES ($1)`, nil, tx.ID())
							return nil
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		want(t, "n", number(t, ds[0], `SELECT n FROM thing WHERE id=1`), 2*callers*times)
		want(t, "rows", number(t, ds[1], `SELECT COUNT(*) FROM thing`), 2*callers*times+1)
	})
}

// A real "database is locked" makes the transaction run again; an error of the
// closure's own does not.
func TestBusyIsRetried(t *testing.T) {
	dsn := dbtest.SQLite(t)
	d := dbtest.Open(t, dsn, db.Options{})
	write(t, d, func(tx *db.Tx) error { tx.Do(thing, nil); return nil })
	other, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	runs := 0
	write(t, d, func(tx *db.Tx) error {
		runs++
		tx.Want(1, `INSERT INTO thing(id) VALUES ($1)`, nil, runs)
		if err := tx.Flush(); err != nil {
			return err
		}
		if runs < 4 {
			_, err := other.Exec(`INSERT INTO thing(id) VALUES (99)`)
			if err == nil || !db.Again(err) {
				t.Errorf("two writers at once: %v", err)
			}
			return err
		}
		return nil
	})
	want(t, "runs", runs, 4)
	want(t, "rows", number(t, d, `SELECT COUNT(*) FROM thing`), 1)
	want(t, "row", number(t, d, `SELECT id FROM thing`), 4)

	runs = 0
	own := errors.New("no")
	if err := d.Write(ctx, nobody, func(tx *db.Tx) error { runs++; return own }); err != own {
		t.Error(err)
	}
	want(t, "runs", runs, 1)
}

func TestDeadlockIsRetried(t *testing.T) {
	dsn := dbtest.Postgres(t) // SQLite has one writer and cannot deadlock
	d := dbtest.Open(t, dsn, db.Options{})
	write(t, d, func(tx *db.Tx) error { tx.Do(thing, nil); return nil })
	put(t, d, 0, 1, 2)
	var met sync.WaitGroup
	met.Add(2)
	var runs atomic.Int64
	cross := func(first, second int64) error {
		alone := false
		return d.Write(ctx, nobody, func(tx *db.Tx) error {
			runs.Add(1)
			if _, err := tx.Exec(`UPDATE thing SET n=n+1 WHERE id=$1`, nil, first); err != nil {
				return err
			}
			if !alone {
				alone = true
				met.Done()
				met.Wait()
			}
			tx.Want(1, `UPDATE thing SET n=n+10 WHERE id=$1`, nil, second)
			return nil
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- cross(1, 2) }()
	go func() { errs <- cross(2, 1) }()
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if runs.Load() < 3 {
		t.Errorf("%d runs: the two did not deadlock", runs.Load())
	}
	want(t, "n of both", number(t, d, `SELECT COUNT(*) FROM thing WHERE n=11`), 2)
}

func TestSimulated(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1)
		sim := db.Simulated(ctx)
		if db.IsSimulated(ctx) || !db.IsSimulated(sim) {
			t.Error("IsSimulated")
		}
		seen := int64(0)
		err := d.Write(sim, nobody, func(tx *db.Tx) error {
			tx.Want(1, `INSERT INTO thing(id) VALUES (2)`, nil)
			tx.Do(`UPDATE thing SET n=50`, nil)
			_, err := tx.One(`SELECT CAST(SUM(n) AS BIGINT) FROM thing`, nil, &seen)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "inside", seen, 100)
		want(t, "after", number(t, d, `SELECT CAST(SUM(n) AS BIGINT) FROM thing`), 1)
		// What would fail fails in simulation too.
		err = d.Write(sim, nobody, func(tx *db.Tx) error { tx.Want(5, `UPDATE thing SET n=2`, nil); return nil })
		if !errors.Is(err, db.ErrCount) {
			t.Error(err)
		}
		put(t, d, 1, 2)
	})
}

func TestPanicRollsBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1, 2, 3)
		for i := range 20 { // more than there are connections
			p := panics(func() {
				_ = d.Write(ctx, nobody, func(tx *db.Tx) error {
					if _, err := tx.Exec(`UPDATE thing SET n=n+1`, nil); err != nil {
						return err
					}
					rows, err := tx.Query(`SELECT id FROM thing ORDER BY id`, nil)
					if err != nil || !rows.Next() {
						return fmt.Errorf("no row: %v", err)
					}
					if i%2 == 0 {
						rows.Close()
					}
					panic("unbalanced")
				})
			})
			want(t, "panic", p, any("unbalanced"))
			p = panics(func() {
				_ = d.Read(ctx, func(r *db.Reader) error {
					rows, err := r.Query(`SELECT id FROM thing ORDER BY id`, nil)
					if err != nil || !rows.Next() {
						return fmt.Errorf("no row: %v", err)
					}
					panic("report")
				})
			})
			want(t, "panic", p, any("report"))
		}
		// The same statement text starts from its first row again.
		write(t, d, func(tx *db.Tx) error {
			var ids []int64
			err := tx.Each(`SELECT id FROM thing ORDER BY id`, nil, nil, func(r *db.Rows) error {
				var id int64
				err := r.Scan(&id)
				ids = append(ids, id)
				return err
			})
			if !slices.Equal(ids, []int64{1, 2, 3}) {
				t.Errorf("rows after a panic: %v", ids)
			}
			tx.Want(3, `UPDATE thing SET n=n+1`, nil)
			return err
		})
		want(t, "n", number(t, d, `SELECT CAST(SUM(n) AS BIGINT) FROM thing`), 6)
	})
}

// Rows left open by an early return do not hold the connection either.
func TestRowsLeftOpen(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1, 2, 3)
		for range 20 {
			stop := errors.New("enough")
			err := d.Read(ctx, func(r *db.Reader) error {
				return r.Each(`SELECT id FROM thing`, nil, nil, func(*db.Rows) error { return stop })
			})
			if err != stop {
				t.Fatal(err)
			}
			err = d.Write(ctx, nobody, func(tx *db.Tx) error {
				if _, err := tx.Query(`SELECT id FROM thing`, nil); err != nil {
					return err
				}
				return stop
			})
			if err != stop {
				t.Fatal(err)
			}
		}
		put(t, d, 1, 4)
		want(t, "rows", number(t, d, `SELECT COUNT(*) FROM thing`), 4)
	})
}

func TestReadCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1)
		for _, sql := range []string{
			`INSERT INTO thing(id) VALUES (2)`,
			`UPDATE thing SET n=2 RETURNING id`,
			`DELETE FROM thing`,
			`CREATE TABLE other (id BIGINT)`,
		} {
			err := d.Read(ctx, func(r *db.Reader) error {
				return r.Each(sql, nil, nil, func(*db.Rows) error { return nil })
			})
			if err == nil {
				t.Errorf("Read could run: %s", sql)
			}
		}
		want(t, "rows", number(t, d, `SELECT COUNT(*) FROM thing WHERE n=1`), 1)
	})
}

func TestReadSeesOneMoment(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		put(t, d, 1, 1)
		err := d.Read(ctx, func(r *db.Reader) error {
			var before, after int64
			if _, err := r.One(`SELECT COUNT(*) FROM thing`, nil, &before); err != nil {
				return err
			}
			put(t, d, 1, 2)
			if _, err := r.One(`SELECT COUNT(*) FROM thing`, nil, &after); err != nil {
				return err
			}
			want(t, "rows in one Read", after, before)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "rows", number(t, d, `SELECT COUNT(*) FROM thing`), 2)
	})
}

func TestQueuedWritesAreSeenByQueries(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			for i := range 5 {
				tx.Want(1, `INSERT INTO thing(id) VALUES ($1)`, nil, i)
			}
			r, err := tx.Look()
			if err != nil {
				return err
			}
			var n int64
			_, err = r.One(`SELECT COUNT(*) FROM thing`, nil, &n)
			want(t, "rows", n, 5)
			return err
		})
	})
}

func TestCancelledWrite(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		c, cancel := context.WithCancel(ctx)
		err := d.Write(c, nobody, func(tx *db.Tx) error {
			if _, err := tx.Exec(`INSERT INTO thing(id) VALUES (1)`, nil); err != nil {
				return err
			}
			cancel()
			_, err := tx.Exec(`INSERT INTO thing(id) VALUES (2)`, nil)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		want(t, "rows", number(t, d, `SELECT COUNT(*) FROM thing`), 0)
		put(t, d, 1, 1)
	})
}

func TestWaitForOlder(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		open, goOn, done := make(chan bool), make(chan bool), make(chan error, 1)
		go func() {
			done <- d.Write(ctx, nobody, func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO thing(id) VALUES (1)`, nil)
				close(open)
				<-goOn
				return err
			})
		}()
		<-open
		waited := make(chan error, 1)
		go func() { waited <- d.WaitForOlder(ctx) }()
		select {
		case err := <-waited:
			t.Errorf("did not wait: %v", err)
		case <-time.After(150 * time.Millisecond):
		}
		close(goOn)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := <-waited; err != nil {
			t.Error(err)
		}
	})
}

// Close lets running work end and turns later work away.
func TestCloseWaits(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := dbtest.Open(t, dsn, db.Options{})
		write(t, d, func(tx *db.Tx) error { tx.Do(thing, nil); return nil })
		second, err := db.Open(ctx, dsn, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		started := make(chan bool, 2)
		wg.Go(func() {
			err := second.Write(ctx, nobody, func(tx *db.Tx) error {
				started <- true
				time.Sleep(100 * time.Millisecond)
				tx.Want(1, `INSERT INTO thing(id) VALUES (1)`, nil)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			err := second.Read(ctx, func(r *db.Reader) error {
				started <- true
				time.Sleep(100 * time.Millisecond)
				_, err := r.One(`SELECT COUNT(*) FROM thing`, nil, new(int64))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-started
		<-started
		second.Close()
		wg.Wait()
		want(t, "rows", number(t, d, `SELECT COUNT(*) FROM thing`), 1)
		c, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if err := second.Write(c, nobody, func(*db.Tx) error { return nil }); err == nil {
			t.Error("a closed database took a write")
		}
		if err := second.Read(c, func(*db.Reader) error { return nil }); err == nil {
			t.Error("a closed database took a read")
		}
	})
}

// Ids and nodes

func nodeOf(id int64) int64 { return id >> 12 & 511 }

func TestIDsRise(t *testing.T) {
	still := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	dbtest.EachOptions(t, db.Options{Clock: func() time.Time { return still }}, func(t *testing.T, d *db.DB) {
		last := d.NewID()
		next := func(id int64) {
			t.Helper()
			if id <= last {
				t.Fatalf("id %d after %d", id, last)
			}
			last = id
		}
		for range 3 {
			write(t, d, func(tx *db.Tx) error {
				next(tx.ID())
				for range 5000 { // more than one millisecond has
					next(tx.NewID())
				}
				want(t, "instant", tx.Stamp(), still.UnixMicro())
				return nil
			})
		}
		write(t, d, func(tx *db.Tx) error {
			ahead := tx.ID() + 1<<40 // another process's clock
			tx.Saw(ahead)
			if tx.NewID() <= ahead {
				t.Error("an id below one that was seen")
			}
			return nil
		})
		last = 0
		var mu sync.Mutex
		seen := map[int64]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 1000 {
					id := d.NewID()
					mu.Lock()
					if seen[id] {
						t.Errorf("id %d twice", id)
					}
					seen[id] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	})
}

func TestLease(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		a := dbtest.Open(t, dsn, db.Options{})
		b := dbtest.Open(t, dsn, db.Options{})
		na, nb := nodeOf(a.NewID()), nodeOf(b.NewID())
		if na == 0 || nb == 0 || na == nb {
			t.Errorf("nodes %d and %d", na, nb)
		}
		before := b.NewID()
		if err := b.Lease(ctx); err != nil { // a second one; ids still rise
			t.Fatal(err)
		}
		if b.NewID()>>21 < before>>21 {
			t.Error("ids fell with a new node")
		}
		c, err := db.Open(ctx, dsn, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Lease(ctx); err != nil {
			t.Fatal(err)
		}
		nc := nodeOf(c.NewID())
		c.Close()
		again := dbtest.Open(t, dsn, db.Options{})
		want(t, "node after Close", nodeOf(again.NewID()), nc)

		var wg sync.WaitGroup
		nodes := make([]int64, 6)
		for i := range nodes {
			d, err := db.Open(ctx, dsn, db.Options{Readers: 1, Writers: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(d.Close)
			wg.Go(func() {
				if err := d.Lease(ctx); err != nil {
					t.Error(err)
				}
				nodes[i] = nodeOf(d.NewID())
			})
		}
		wg.Wait()
		slices.Sort(nodes)
		want(t, "different nodes at once", len(slices.Compact(nodes)), 6)
	})
}

// Gatherer

func TestGatherer(t *testing.T) {
	const callers, most, lanes = 500, 32, 3
	var batches, widest atomic.Int64
	lane := func(c int) string { return fmt.Sprint(c % lanes) }
	g := db.NewGatherer(db.NewTurns(1), most, lane, func(_ context.Context, cs []int) []int {
		batches.Add(1)
		widest.Store(max(widest.Load(), int64(len(cs))))
		if len(cs) > most {
			t.Errorf("a batch of %d", len(cs))
		}
		out := make([]int, len(cs))
		for i, c := range cs {
			if lane(c) != lane(cs[0]) {
				t.Errorf("lanes %s and %s in one batch", lane(c), lane(cs[0]))
			}
			out[i] = c * 2
		}
		time.Sleep(time.Millisecond) // the commit
		return out
	})
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			got, err := g.Do(ctx, c)
			if err != nil || got != c*2 {
				t.Errorf("caller %d got %d, %v", c, got, err)
			}
		})
	}
	wg.Wait()
	if batches.Load() > callers/4 || widest.Load() < 8 {
		t.Errorf("%d batches, the widest %d: nothing was gathered", batches.Load(), widest.Load())
	}
	got, err := g.Do(ctx, 1000)
	if err != nil || got != 2000 {
		t.Error(got, err)
	}
}

// A caller who leaves gets his context's error; the others are not disturbed.
func TestGathererCancelled(t *testing.T) {
	goOn := make(chan bool)
	g := db.NewGatherer(db.NewTurns(1), 10, func(int) string { return "" }, func(c context.Context, cs []int) []int {
		<-goOn
		if c.Err() != nil {
			t.Error("the batch runs in a context that a caller has ended")
		}
		return cs
	})
	c, cancel := context.WithCancel(ctx)
	left := make(chan error)
	go func() {
		_, err := g.Do(c, 1)
		left <- err
	}()
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(goOn)
	if got, err := g.Do(ctx, 2); got != 2 || err != nil {
		t.Error(got, err)
	}
}

// What one caller only simulates must not make another's work vanish.
func TestGathererKeepsSimulationsApart(t *testing.T) {
	var mixed atomic.Int64
	g := db.NewGatherer(db.NewTurns(1), 100, func(int) string { return "" }, func(c context.Context, cs []int) []int {
		time.Sleep(time.Millisecond)
		for _, v := range cs {
			if db.IsSimulated(c) != (v < 0) {
				mixed.Add(1)
			}
		}
		return cs
	})
	var wg sync.WaitGroup
	for i := 1; i <= 50; i++ {
		wg.Go(func() { _, _ = g.Do(db.Simulated(ctx), -i) })
		wg.Go(func() { _, _ = g.Do(ctx, i) })
	}
	wg.Wait()
	want(t, "commands run in the wrong mode", mixed.Load(), 0)
}

// A bug in a batch is the callers' panic, not the end of the process, and the
// gatherer goes on.
func TestGathererPanic(t *testing.T) {
	g := db.NewGatherer(db.NewTurns(1), 100, func(int) string { return "" }, func(_ context.Context, cs []int) []int {
		if slices.Contains(cs, 13) {
			panic("unbalanced")
		}
		if slices.Contains(cs, 14) {
			runtime.Goexit() // what t.Fatal does
		}
		if slices.Contains(cs, 15) {
			return nil
		}
		return cs
	})
	if p := panics(func() { _, _ = g.Do(ctx, 13) }); p == nil || !strings.Contains(fmt.Sprint(p), "unbalanced") {
		t.Errorf("panic %v", p)
	}
	for _, c := range []int{14, 15} {
		if panics(func() { _, _ = g.Do(ctx, c) }) == nil {
			t.Errorf("%d: a caller without an answer was not told", c)
		}
	}
	if got, err := g.Do(ctx, 1); got != 1 || err != nil {
		t.Error(got, err)
	}
}

// Gatherers that share a turn: the one with more callers goes first, and the
// one with few is not forgotten.
func TestTurns(t *testing.T) {
	turns := db.NewTurns(1)
	var order []string
	gatherer := func(name string) *db.Gatherer[int, int] {
		return db.NewGatherer(turns, 4, func(int) string { return "" }, func(_ context.Context, cs []int) []int {
			order = append(order, fmt.Sprint(name, len(cs)))
			return cs
		})
	}
	few, many := gatherer("few"), gatherer("many")
	goOn := make(chan bool)
	first := db.NewGatherer(turns, 1, func(int) string { return "" }, func(_ context.Context, cs []int) []int {
		<-goOn
		return cs
	})
	var wg sync.WaitGroup
	ask := func(g *db.Gatherer[int, int]) { wg.Go(func() { _, _ = g.Do(ctx, 1) }) }
	ask(first)
	time.Sleep(20 * time.Millisecond)
	ask(few)
	for range 20 {
		ask(many)
	}
	time.Sleep(100 * time.Millisecond) // all wait in line now
	close(goOn)
	wg.Wait()
	want(t, "batches in turn", fmt.Sprint(order), "[many4 many4 many4 few1 many4 many4]")
}

// A plan made while a table was empty must not walk through the table when it
// is not, although a constant beside the list's columns makes that look cheap.
func TestListDrives(t *testing.T) {
	const rows, asked = 5000, 20
	const query = `WITH {a: h BIGINT, p BIGINT} SELECT s.id FROM a JOIN spot s ON s.house=a.h AND s.product=a.p AND s.owner=0`
	d := dbtest.Open(t, dbtest.Postgres(t), db.Options{Writers: 1}) // one connection, one cache of plans
	ask := func(tx *db.Tx, f func(*db.Rows) error) error {
		l := db.NewList(asked)
		for i := range asked {
			l.Add(1, i*100)
		}
		return tx.Each(query, l, nil, f)
	}
	write(t, d, func(tx *db.Tx) error {
		tx.Do(`CREATE TABLE spot (id BIGINT PRIMARY KEY, house BIGINT NOT NULL, product BIGINT NOT NULL, owner BIGINT NOT NULL, UNIQUE (house, product, owner))`, nil)
		return nil
	})
	write(t, d, func(tx *db.Tx) error {
		if err := ask(tx, func(*db.Rows) error { return errors.New("a row of an empty table") }); err != nil {
			return err
		}
		l := db.NewList(rows)
		for i := range rows {
			l.Add(i)
		}
		tx.Put(`WITH {a: n BIGINT} INSERT INTO spot(id, house, product, owner) SELECT a.n, 1, a.n, 0 FROM a`, l)
		return nil
	})
	write(t, d, func(tx *db.Tx) error {
		n, read := 0, int64(0)
		if err := ask(tx, func(*db.Rows) error { n++; return nil }); err != nil {
			return err
		}
		want(t, "rows found", n, asked)
		_, err := tx.One(`SELECT COALESCE(idx_tup_fetch, 0) + COALESCE(seq_tup_read, 0) FROM pg_stat_xact_user_tables WHERE relname='spot'`, nil, &read)
		want(t, "rows read to find them", read, asked)
		return err
	})
}

// Opening

func TestOpenRefusesSQLite(t *testing.T) {
	for _, v := range []string{"normal", "NORMAL", "off", "0", "1", "nonsense"} {
		dsn := dbtest.SQLite(t) + "?synchronous=" + v
		if d, err := db.Open(ctx, dsn, db.Options{}); err == nil {
			d.Close()
			t.Errorf("%s was opened", dsn)
		} else if !strings.Contains(err.Error(), "synchronous") {
			t.Error(err)
		}
	}
	for _, v := range []string{"", "?synchronous=full", "?synchronous=EXTRA"} {
		d, err := db.Open(ctx, dbtest.SQLite(t)+v, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]int64{"synchronous": 2, "foreign_keys": 1} {
			if got := number(t, d, "PRAGMA "+name); got != want {
				t.Errorf("%q: %s=%d", v, name, got)
			}
		}
		d.Close()
	}
	for _, dsn := range []string{"", "kontor.db", "mysql://x", "sqlite:/no/such/directory/kontor.db"} {
		if d, err := db.Open(ctx, dsn, db.Options{}); err == nil {
			d.Close()
			t.Errorf("%q was opened", dsn)
		}
	}
}

func TestOpenRefusesPostgres(t *testing.T) {
	t.Run("synchronous_commit", func(t *testing.T) {
		dsn := dbtest.Postgres(t)
		refused(t, dbtest.With(dsn, "synchronous_commit=off"), "synchronous_commit")
		d, err := db.Open(ctx, dsn, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		d.Close()
	})
	for _, setting := range []string{"fsync", "full_page_writes"} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			refused(t, dbtest.Cluster(t, map[string]string{setting: "off"}), setting)
		})
	}
	t.Run("no server", func(t *testing.T) {
		_, err := db.Open(ctx, "postgres://me:hidden@127.0.0.1:1/x?sslmode=disable&password=hidden", db.Options{})
		if err == nil || strings.Contains(err.Error(), "hidden") {
			t.Error(err)
		}
	})
}

func refused(t *testing.T, dsn, setting string) {
	t.Helper()
	d, err := db.Open(ctx, dsn, db.Options{})
	if err == nil {
		d.Close()
		t.Fatalf("a server with %s=off was accepted", setting)
	}
	if !strings.Contains(err.Error(), setting+"=off") {
		t.Error(err)
	}
}

// Schema

func TestMigrateTwice(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		first, err := schema.Migrate(ctx, dsn)
		if err != nil || first == 0 {
			t.Fatal(first, err)
		}
		second, err := schema.Migrate(ctx, dsn)
		if err != nil || second != 0 {
			t.Fatal(second, err)
		}
	})
}

// Several processes may start at once on a new database.
func TestMigrateAtOnce(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := schema.Migrate(ctx, dsn); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, err := schema.Migrate(ctx, dsn); n != 0 || err != nil {
			t.Error(n, err)
		}
	})
}

func TestSchemasAgree(t *testing.T) {
	const lite = `SELECT m.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'BIGINT' ELSE c.type END
			|| CASE WHEN c."notnull"=1 OR c.pk>0 THEN ' NOT NULL' ELSE '' END
			|| CASE WHEN c.dflt_value IS NULL THEN '' ELSE ' DEFAULT' END
		FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type='table' AND m.name NOT LIKE 'sqlite%' AND m.name<>'goose_db_version'
		UNION ALL SELECT 'index ' || name FROM sqlite_master WHERE type='index' AND sql IS NOT NULL`
	const pg = `SELECT CAST(table_name || '.' || column_name || ' ' || upper(data_type)
			|| CASE WHEN is_nullable='NO' THEN ' NOT NULL' ELSE '' END
			|| CASE WHEN column_default IS NULL THEN '' ELSE ' DEFAULT' END AS TEXT)
		FROM information_schema.columns WHERE table_schema=current_schema() AND table_name<>'goose_db_version'
		UNION ALL SELECT CAST('index ' || c.relname AS TEXT) FROM pg_index i JOIN pg_class c ON c.oid=i.indexrelid
			JOIN pg_namespace n ON n.oid=c.relnamespace
		WHERE n.nspname=current_schema() AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid=i.indexrelid)`
	found := map[string][]string{}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		sql := lite
		if d.Engine() == db.Postgres {
			sql = pg
		}
		var all []string
		err := d.Read(ctx, func(r *db.Reader) error {
			return r.Each(sql, nil, nil, func(rows *db.Rows) error {
				var s string
				err := rows.Scan(&s)
				all = append(all, s)
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		found[string(d.Engine())] = all
	})
	a, b := found["sqlite"], found["postgres"]
	if len(a) < 100 {
		t.Fatalf("only %d columns found", len(a))
	}
	for _, s := range a {
		if !slices.Contains(b, s) {
			t.Errorf("only in SQLite: %s", s)
		}
	}
	for _, s := range b {
		if !slices.Contains(a, s) {
			t.Errorf("only in PostgreSQL: %s", s)
		}
	}
}

// Only what was committed is kept: not what was rolled back, simulated, or
// failed at the commit.
func TestKeepAfterCommit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		recall := func(key, mark int64) (v any) {
			write(t, d, func(tx *db.Tx) error { v = tx.Recall(key, mark); return nil })
			return v
		}
		mark := int64(0)
		keep := func(ctx context.Context, end error) {
			_ = d.Write(ctx, db.Actor{}, func(tx *db.Tx) error {
				mark = tx.ID()
				tx.Keep(1, 1, "kept")
				return end
			})
		}
		keep(t.Context(), errors.New("no"))
		want(t, "after a rollback", recall(1, mark), nil)
		keep(db.Simulated(t.Context()), nil)
		want(t, "after a simulation", recall(1, mark), nil)
		keep(t.Context(), nil)
		want(t, "after a commit", recall(1, mark), any("kept"))
	})
}
