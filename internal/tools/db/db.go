// Package db is the page Kontor writes on. It hides what differs between
// embedded SQLite (modernc.org/sqlite, one writer, several readers) and
// PostgreSQL (native pgx): list parameters, locks, prepared statements,
// pipelining, retries. One SQL text serves both.
//
// It owns connections, transactions, statement texts and the node number that
// goes into ids. It does not own any business table.
//
// Writing: Write opens one transaction and hands a *Tx to the closure, which
// may be run more than once (serialization failures, deadlocks, a busy file)
// and therefore has no side effects outside the database. Writes made with
// Tx.Want and Tx.Put are queued and go out together, as one round trip on
// PostgreSQL; a query or the commit sends what is queued first. Nothing but
// SQL happens inside a transaction.
package db

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"kontor/internal/words/id"
)

// Engine names the database behind a DB.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Actor is who writes: a user, a token, or a machine of ours.
type Actor struct {
	ID int64 // id of the user or token; small numbers are machines, see access
}

// Options of Open; the zero value is right for production.
type Options struct {
	Clock   func() time.Time // nil = time.Now; seeded in demos and tests
	Readers int              // connections for reading; 0 = 4
	Writers int              // connections for writing on PostgreSQL; 0 = 8
	Batches int              // gathered batches at a time on PostgreSQL; 0 = one for two processors
	Watch   Watch            // hears how long each statement took; nil = nobody
	Draft   bool             // of SQLite: nothing is promised to anybody before the whole file is complete, so commits are not flushed
	Doubt   bool             // compare what memory keeps to what is stored, see Tx.Doubts; for tests
}

// Watch hears of a statement that ended: its text and how long it took from
// being asked to its last row, the caller's own work on the rows included. It is
// called from many goroutines.
type Watch func(sql string, took time.Duration)

// begin starts a clock; the function it gives stops it.
func (w Watch) begin(st *stmt) (end func()) {
	if w == nil {
		return func() {}
	}
	start := time.Now()
	return func() { w(st.text, time.Since(start)) }
}

// DB is one company's database: a SQLite file or a PostgreSQL schema.
type DB struct {
	engine Engine
	dsn    string
	be     backend
	ids    *id.Maker
	clock  func() time.Time
	node   atomic.Int64 // leased; 0 = none
	turns  *Turns
	memory memory
	shelf  atomic.Pointer[Shelf]
	news   news
	bell   bell
	doubts bool
	stop   chan struct{}
}

// backend is what an engine must do. Both live in this package.
type backend interface {
	writer(ctx context.Context) (conn, error)
	release(c conn, broken bool)
	reader(ctx context.Context) (conn, error)
	releaseReader(c conn)
	close()
	waitForOlder(ctx context.Context, limit time.Duration) error
}

// conn is one connection.
type conn interface {
	begin(ctx context.Context, readOnly bool) error
	commit(ctx context.Context) error
	epoch(ctx context.Context) (int64, error)
	rollback()
	exec(ctx context.Context, st *stmt, l *List, args []any) (int64, error)
	query(ctx context.Context, st *stmt, l *List, args []any) (*Rows, error)
	flush(ctx context.Context, writes []queued, asks []asked) error
}

// ErrCount says that a guarded write met other rows than the transaction had
// decided on. The batch is rolled back and its documents are run one by one.
var ErrCount = errors.New("a guarded write touched another number of rows than expected")

// Open connects to "sqlite:path" or "postgres://…". It refuses databases that
// would lose acknowledged work in a power cut: SQLite below synchronous=FULL,
// PostgreSQL with fsync, full_page_writes or synchronous_commit off.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Writers == 0 {
		o.Writers = 8
	}
	if o.Batches == 0 {
		o.Batches = min(o.Writers, max(1, runtime.GOMAXPROCS(0)/2))
	}
	d := &DB{dsn: dsn, ids: id.NewMaker(0), clock: o.Clock, doubts: o.Doubt, stop: make(chan struct{})}
	var err error
	switch {
	case strings.HasPrefix(dsn, "sqlite:"):
		d.engine = SQLite
		d.turns = NewTurns(1) // there is one writer
		d.be, err = openSQLite(strings.TrimPrefix(dsn, "sqlite:"), o)
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		d.engine = Postgres
		d.turns = NewTurns(o.Batches)
		d.be, err = openPostgres(ctx, dsn, o)
	default:
		err = fmt.Errorf("cannot open database %q: it must start with sqlite: or postgres://", redact(dsn))
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Close gives the node number back and ends all connections.
func (d *DB) Close() {
	close(d.stop)
	if n := d.node.Load(); n != 0 {
		_ = d.Write(context.Background(), Actor{}, func(tx *Tx) error {
			tx.Do(`UPDATE node SET lease_until=0 WHERE id=$1`, nil, n)
			return nil
		})
	}
	d.be.close()
}

// Engine tells which database is behind.
func (d *DB) Engine() Engine { return d.engine }

// DSN gives what Open was called with.
func (d *DB) DSN() string { return d.dsn }

// Turns are what the gatherers in front of this database take.
func (d *DB) Turns() *Turns { return d.turns }

// Now is the database's clock: every instant in a row comes from it.
func (d *DB) Now() time.Time { return d.clock() }

// WaitForOlder returns when no transaction that began before the call is open
// any more. A period close uses it, so that nothing slips into a closed month
// and no lock lies on the posting path.
func (d *DB) WaitForOlder(ctx context.Context) error {
	return d.be.waitForOlder(ctx, 60*time.Second)
}

// redact takes the password out of a connection string, and its options, where
// another one may stand.
func redact(dsn string) string {
	dsn, _, _ = strings.Cut(dsn, "?")
	at := strings.LastIndex(dsn, "@")
	scheme := strings.Index(dsn, "://")
	if at < 0 || scheme < 0 {
		return dsn
	}
	user, _, _ := strings.Cut(dsn[scheme+3:at], ":")
	return dsn[:scheme+3] + user + ":…" + dsn[at:]
}
