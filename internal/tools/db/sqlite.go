package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// sqliteBackend holds one writing connection and several that may only look.
type sqliteBackend struct {
	write   chan *sqliteConn
	readers chan *sqliteConn
	all     []*sqliteConn
	closed  chan struct{}
}

var errClosed = errors.New("the database is closed")

// chunks are the list sizes with a prepared text of their own.
var chunks = []int{128, 64, 32, 16, 8, 4, 2, 1}

// smallest is the number of rows from which on an insert takes them as a list:
// below, a run for each row is cheaper than setting up the list.
const smallest = 4

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
	w, err := newSQLiteConn(path, false, o.Watch)
	if err != nil {
		return nil, err
	}
	if o.Draft {
		if err := w.simple("PRAGMA synchronous=OFF"); err != nil {
			w.close()
			return nil, err
		}
	}
	b.all = append(b.all, w)
	b.write <- w
	for range o.Readers {
		r, err := newSQLiteConn(path, true, o.Watch)
		if err != nil {
			b.close()
			return nil, err
		}
		b.all = append(b.all, r)
		b.readers <- r
	}
	return b, nil
}

func newSQLiteConn(path string, readOnly bool, watch Watch) (*sqliteConn, error) {
	l, err := openLite("file:" + (&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return nil, fmt.Errorf("cannot open SQLite file %s: %w", path, err)
	}
	c := &sqliteConn{lite: l, watch: watch, stmts: map[key]*liteStmt{}}
	pragmas := []string{"PRAGMA busy_timeout=10000", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
		"PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-32768", "PRAGMA wal_autocheckpoint=4000"}
	if readOnly {
		pragmas = append(pragmas, "PRAGMA query_only=ON", "PRAGMA cache_size=-8192") // there are several, outside of Go's heap
	}
	for _, p := range pragmas {
		if err := c.simple(p); err != nil {
			c.close()
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

// key is a prepared text: for how many rows of the list, oneRow for the form
// that takes its columns as parameters.
type key struct {
	st *stmt
	n  int
}

const oneRow = -1

type sqliteConn struct {
	*lite
	watch Watch
	stmts map[key]*liteStmt
	open  bool

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
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	defer c.finalize(s)
	return c.run(s)
}

// finish frees the prepared statements and ends the connection.
func (c *sqliteConn) finish() {
	for _, s := range c.stmts {
		c.finalize(s)
	}
	c.close()
}

func (c *sqliteConn) fixed(st *stmt) error {
	defer c.watch.begin(st)()
	s, err := c.prepared(st, 0)
	if err != nil {
		return err
	}
	return c.run(s)
}

var (
	beginWrite = &stmt{text: "BEGIN IMMEDIATE", parts: []part{{lit: "BEGIN IMMEDIATE"}}}
	beginRead  = &stmt{text: "BEGIN DEFERRED", parts: []part{{lit: "BEGIN DEFERRED"}}}
	commit     = &stmt{text: "COMMIT", parts: []part{{lit: "COMMIT"}}}
	rollback   = &stmt{text: "ROLLBACK", parts: []part{{lit: "ROLLBACK"}}}
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

var readEpoch = &stmt{text: "SELECT n FROM epoch WHERE id=1", parts: []part{{lit: "SELECT n FROM epoch WHERE id=1"}}, pg: "SELECT n FROM epoch WHERE id=1"}

// epoch reads it now: the transaction sees one moment.
func (c *sqliteConn) epoch(ctx context.Context) (n int64, err error) {
	rows, err := c.query(ctx, readEpoch, nil, nil)
	if err != nil {
		return 0, err
	}
	_, err = one(rows, []any{&n})
	return n, err
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

func (c *sqliteConn) prepared(st *stmt, n int) (*liteStmt, error) {
	k := key{st, n}
	if s, ok := c.stmts[k]; ok {
		return s, nil
	}
	s, err := c.prepare(st.sqlite(n))
	if err != nil {
		return nil, err
	}
	c.stmts[k] = s
	return s, nil
}

// bind fills the parameters for list rows from … from+n.
func (c *sqliteConn) bind(s *liteStmt, st *stmt, l *List, from, n int, args []any, one bool) error {
	st.check(args)
	c.room(texts(l, from, n, args))
	b := binder{c: c.lite, s: s}
	if one {
		b.list(l, from, 1)
		for _, a := range args {
			b.scalar(a)
		}
		return b.err
	}
	for _, p := range st.parts {
		switch {
		case p.list:
			b.list(l, from, n)
		case p.scalar > 0:
			b.scalar(args[p.scalar-1])
		}
	}
	return b.err
}

// texts is how many bytes the texts of some rows and arguments take.
func texts(l *List, from, n int, args []any) int {
	total := 0
	if l != nil {
		for k := range l.cols {
			if l.cols[k].strs != nil {
				for _, s := range l.cols[k].strs[from : from+n] {
					total += len(s)
				}
			}
		}
	}
	for _, a := range args {
		if s, ok := a.(string); ok {
			total += len(s)
		}
	}
	return total
}

// binder binds one parameter after the other.
type binder struct {
	c    *lite
	s    *liteStmt
	i    int
	used int // bytes of text
	err  error
}

func (b *binder) keep(err error) {
	if err != nil && b.err == nil {
		b.err = err
	}
}

func (b *binder) text(v string) {
	var err error
	b.i++
	b.used, err = b.c.bindText(b.s, b.i, v, b.used)
	b.keep(err)
}

func (b *binder) int(v int64) {
	b.i++
	b.keep(b.c.bindInt(b.s, b.i, v))
}

func (b *binder) list(l *List, from, n int) {
	for i := from; i < from+n; i++ {
		for k := range l.cols {
			if col := &l.cols[k]; col.ints != nil {
				b.int(col.ints[i])
			} else {
				b.text(col.strs[i])
			}
		}
	}
}

func (b *binder) scalar(v any) {
	switch x := scalar(v).(type) {
	case int64:
		b.int(x)
	case string:
		b.text(x)
	default:
		b.i++
		b.keep(b.c.bindNull(b.s, b.i))
	}
}

// scalar brings an argument to the types both drivers take.
func scalar(v any) any {
	switch x := v.(type) {
	case int:
		return int64(x)
	case bool:
		if x {
			return int64(1)
		}
		return int64(0)
	case int64, string, nil:
		return x
	default:
		panic(fmt.Sprintf("db: argument of type %T", v))
	}
}

// chunk is how many rows of the list the next run takes from row from on, and
// the text it takes them with.
func chunk(st *stmt, l *List, from int) (n, text int) {
	left := l.n - from
	if st.row != "" && (st.update || left < smallest) {
		return 1, oneRow
	}
	for _, n := range chunks {
		if n <= left {
			return n, n
		}
	}
	panic("db: no chunk")
}

// start binds the statement for the list's rows from row from on, as many as a
// chunk takes.
func (c *sqliteConn) start(ctx context.Context, st *stmt, l *List, from int, args []any) (s *liteStmt, n int, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	text := 0
	if len(st.cols) > 0 {
		n, text = chunk(st, l, from)
	}
	s, err = c.prepared(st, text)
	if err == nil {
		err = c.bind(s, st, l, from, n, args, text == oneRow)
	}
	return s, n, err
}

func (c *sqliteConn) exec(ctx context.Context, st *stmt, l *List, args []any) (int64, error) {
	if err := c.free(); err != nil {
		return 0, err
	}
	if len(st.cols) > 0 {
		l.check(st)
		if l.n == 0 {
			return 0, nil
		}
	}
	defer c.watch.begin(st)()
	total := int64(0)
	for from := 0; ; {
		s, n, err := c.start(ctx, st, l, from, args)
		if err == nil {
			err = c.run(s)
		}
		if err != nil {
			return total, err
		}
		total += c.changes()
		if from += n; from >= l.size() {
			return total, nil
		}
	}
}

func (c *sqliteConn) query(ctx context.Context, st *stmt, l *List, args []any) (*Rows, error) {
	if err := c.free(); err != nil {
		return nil, err
	}
	r := &Rows{}
	if len(st.cols) > 0 {
		l.check(st)
		if l.n == 0 {
			return r, nil
		}
	}
	q := &liteRows{c: c, ctx: ctx, st: st, l: l, args: args}
	c.reading, r.lite, r.end = r, q, c.watch.begin(st)
	q.waiting = r.step() // here, so that a refusal is this call's
	if r.err != nil {
		return nil, r.err
	}
	return r, nil
}

func (c *sqliteConn) flush(ctx context.Context, writes []queued, asks []asked) error {
	for _, w := range writes {
		n, err := c.exec(ctx, w.st, w.list, w.args)
		if err != nil {
			return fmt.Errorf("%w in: %s", err, brief(w.st.text))
		}
		if w.want >= 0 && n != w.want {
			return fmt.Errorf("%w: %d instead of %d in: %s", ErrCount, n, w.want, brief(w.st.text))
		}
	}
	for _, a := range asks {
		rows, err := c.query(ctx, a.st, a.list, a.args)
		if err == nil {
			err = each(rows, a.f)
		}
		if err != nil {
			return fmt.Errorf("%w in: %s", err, brief(a.st.text))
		}
	}
	return nil
}

func sqliteCode(err error) int {
	var e interface{ Code() int } // our own, and that of the driver for database/sql
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
