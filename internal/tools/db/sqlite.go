package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// sqliteBackend holds one writing connection and several that may only look.
// Connections are the driver's own; database/sql adds nothing here.
type sqliteBackend struct {
	write   chan *sqliteConn
	readers chan *sqliteConn
	all     []*sqliteConn
	closed  chan struct{}
}

var errClosed = errors.New("the database is closed")

// chunks are the list sizes with a prepared text of their own.
var chunks = []int{128, 32, 8, 1}

func openSQLite(path string, o Options) (*sqliteBackend, error) {
	path, query, _ := strings.Cut(path, "?")
	params, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("cannot read the options of the SQLite database: %w", err)
	}
	sync := strings.ToLower(params.Get("synchronous"))
	switch sync {
	case "", "full", "2", "extra", "3":
	default:
		return nil, fmt.Errorf("SQLite with synchronous=%s would lose acknowledged work in a power cut; use synchronous=full (the default)", sync)
	}
	b := &sqliteBackend{write: make(chan *sqliteConn, 1), readers: make(chan *sqliteConn, o.Readers), closed: make(chan struct{})}
	w, err := newSQLiteConn(path, false)
	if err != nil {
		return nil, err
	}
	b.all = append(b.all, w)
	b.write <- w
	for range o.Readers {
		r, err := newSQLiteConn(path, true)
		if err != nil {
			b.close()
			return nil, err
		}
		b.all = append(b.all, r)
		b.readers <- r
	}
	return b, nil
}

func newSQLiteConn(path string, readOnly bool) (*sqliteConn, error) {
	dc, err := (&sqlite.Driver{}).Open("file:" + (&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return nil, fmt.Errorf("cannot open SQLite file %s: %w", path, err)
	}
	c := &sqliteConn{dc: dc, stmts: map[key]driver.Stmt{}}
	pragmas := []string{"PRAGMA busy_timeout=10000", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
		"PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-32768", "PRAGMA wal_autocheckpoint=4000"}
	if readOnly {
		pragmas = append(pragmas, "PRAGMA query_only=ON")
	}
	for _, p := range pragmas {
		if err := c.simple(p); err != nil {
			_ = dc.Close()
			return nil, fmt.Errorf("cannot open SQLite file %s: %w", path, err)
		}
	}
	return c, nil
}

func (b *sqliteBackend) writer(ctx context.Context) (conn, error) {
	select {
	case c := <-b.write:
		return c, nil
	case <-b.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *sqliteBackend) release(c conn, _ bool) { b.write <- c.(*sqliteConn) }

func (b *sqliteBackend) reader(ctx context.Context) (conn, error) {
	select {
	case c := <-b.readers:
		return c, nil
	case <-b.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *sqliteBackend) releaseReader(c conn) { b.readers <- c.(*sqliteConn) }

// close waits for running work, as the pools of PostgreSQL do.
func (b *sqliteBackend) close() {
	close(b.closed)
	for range b.all {
		var c *sqliteConn
		select {
		case c = <-b.write:
		case c = <-b.readers:
		}
		c.finish()
		_ = c.dc.Close()
	}
}

// waitForOlder: there is one writer, so an empty write transaction has waited for all before it.
func (b *sqliteBackend) waitForOlder(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c, err := b.writer(ctx)
	if err != nil {
		return err
	}
	defer b.release(c, false)
	if err := c.begin(ctx, false); err != nil {
		return err
	}
	return c.commit(ctx)
}

type key struct {
	st *stmt
	n  int
}

type sqliteConn struct {
	dc    driver.Conn
	stmts map[key]driver.Stmt
	open  bool
	args  []driver.NamedValue

	reading *Rows // not yet read to their end nor closed
}

// free refuses what PostgreSQL would refuse: a statement while the rows of
// another are still being read.
func (c *sqliteConn) free() error {
	if c.reading != nil {
		return errors.New("the rows of the query before are still open")
	}
	return nil
}

func (c *sqliteConn) simple(sql string) error {
	st, err := c.dc.Prepare(sql)
	if err != nil {
		return err
	}
	defer st.Close()
	_, err = st.(driver.StmtExecContext).ExecContext(context.Background(), nil)
	return err
}

// finish frees the prepared statements.
func (c *sqliteConn) finish() {
	for _, ds := range c.stmts {
		_ = ds.Close()
	}
}

func (c *sqliteConn) fixed(st *stmt) error {
	ds, err := c.prepared(st, 0)
	if err != nil {
		return err
	}
	_, err = ds.(driver.StmtExecContext).ExecContext(context.Background(), nil)
	return err
}

var (
	beginWrite = &stmt{parts: []part{{lit: "BEGIN IMMEDIATE"}}}
	beginRead  = &stmt{parts: []part{{lit: "BEGIN DEFERRED"}}}
	commit     = &stmt{parts: []part{{lit: "COMMIT"}}}
	rollback   = &stmt{parts: []part{{lit: "ROLLBACK"}}}
)

func (c *sqliteConn) begin(_ context.Context, readOnly bool) error {
	st := beginWrite
	if readOnly {
		st = beginRead
	}
	err := c.fixed(st)
	c.open = err == nil
	return err
}

func (c *sqliteConn) commit(context.Context) error {
	if err := c.free(); err != nil {
		return err
	}
	err := c.fixed(commit)
	if err == nil {
		c.open = false
	}
	return err
}

func (c *sqliteConn) rollback() {
	if c.reading != nil {
		c.reading.Close()
	}
	if c.open {
		_ = c.fixed(rollback)
		c.open = false
	}
}

func (c *sqliteConn) prepared(st *stmt, n int) (driver.Stmt, error) {
	k := key{st, n}
	if ds, ok := c.stmts[k]; ok {
		return ds, nil
	}
	ds, err := c.dc.Prepare(st.sqlite(n))
	if err != nil {
		return nil, err
	}
	c.stmts[k] = ds
	return ds, nil
}

// bind fills the arguments for list rows from … from+n.
func (c *sqliteConn) bind(st *stmt, l *List, from, n int, args []any) []driver.NamedValue {
	st.check(args)
	out := c.args[:0]
	add := func(v driver.Value) {
		out = append(out, driver.NamedValue{Ordinal: len(out) + 1, Value: v})
	}
	for _, p := range st.parts {
		switch {
		case p.list:
			for i := from; i < from+n; i++ {
				for k := range l.cols {
					if l.cols[k].ints != nil {
						add(l.cols[k].ints[i])
					} else {
						add(l.cols[k].strs[i])
					}
				}
			}
		case p.scalar > 0:
			add(scalar(args[p.scalar-1]))
		}
	}
	c.args = out
	return out
}

// scalar brings an argument to the types both drivers take.
func scalar(v any) driver.Value {
	switch x := v.(type) {
	case int:
		return int64(x)
	case bool:
		if x {
			return int64(1)
		}
		return int64(0)
	case int64, string, []byte, nil:
		return x
	default:
		panic(fmt.Sprintf("db: argument of type %T", v))
	}
}

// runs calls f for each chunk of the list, or once without one.
func runs(st *stmt, l *List, f func(from, n int) error) error {
	if len(st.cols) == 0 {
		return f(0, 0)
	}
	l.check(st)
	for from := 0; from < l.n; {
		for _, n := range chunks {
			if from+n <= l.n {
				if err := f(from, n); err != nil {
					return err
				}
				from += n
				break
			}
		}
	}
	return nil
}

func (c *sqliteConn) exec(ctx context.Context, st *stmt, l *List, args []any) (int64, error) {
	if err := c.free(); err != nil {
		return 0, err
	}
	total := int64(0)
	err := runs(st, l, func(from, n int) error {
		ds, err := c.prepared(st, n)
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		res, err := ds.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(st, l, from, n, args))
		if err != nil {
			return err
		}
		k, err := res.RowsAffected()
		total += k
		return err
	})
	return total, err
}

func (c *sqliteConn) query(ctx context.Context, st *stmt, l *List, args []any) (*Rows, error) {
	if err := c.free(); err != nil {
		return nil, err
	}
	r := &Rows{}
	err := runs(st, l, func(from, n int) error {
		ds, err := c.prepared(st, n)
		if err != nil {
			return err
		}
		if len(st.cols) == 0 && !strings.Contains(st.text, "RETURNING") {
			// Stream: reports may be long.
			dr, err := ds.(driver.StmtQueryContext).QueryContext(context.Background(), c.bind(st, l, from, n, args))
			if err != nil {
				return err
			}
			r.lite, r.vals = dr, make([]driver.Value, len(dr.Columns()))
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		dr, err := ds.(driver.StmtQueryContext).QueryContext(context.Background(), c.bind(st, l, from, n, args))
		if err != nil {
			return err
		}
		defer dr.Close()
		cols := len(dr.Columns())
		r.width = cols
		if r.kept == nil {
			r.kept = make([]driver.Value, 0, cols*(l.size()+1))
		}
		for {
			at := len(r.kept)
			r.kept = slices.Grow(r.kept, cols)[:at+cols]
			err := dr.Next(r.kept[at:])
			if err == io.EOF {
				r.kept = r.kept[:at]
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	if err != nil {
		r.Close()
		return nil, err
	}
	c.reading, r.c = r, c
	return r, nil
}

func (c *sqliteConn) flush(ctx context.Context, q []queued) error {
	for _, w := range q {
		n, err := c.exec(ctx, w.st, w.list, w.args)
		if err != nil {
			return fmt.Errorf("%w in: %s", err, brief(w.st.text))
		}
		if w.want >= 0 && n != w.want {
			return fmt.Errorf("%w: %d instead of %d in: %s", ErrCount, n, w.want, brief(w.st.text))
		}
	}
	return nil
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func isSQLiteBusy(err error) bool {
	c := sqliteCode(err) & 0xff
	return c == 5 || c == 6 // SQLITE_BUSY, SQLITE_LOCKED
}

func isSQLiteDuplicate(err error) bool {
	c := sqliteCode(err)
	return c == 2067 || c == 1555 // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY
}

func isSQLiteCheck(err error) bool { return sqliteCode(err) == 275 }
