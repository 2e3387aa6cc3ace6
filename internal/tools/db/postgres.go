package db

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type postgresBackend struct {
	write *pgxpool.Pool
	read  *pgxpool.Pool
	watch Watch
}

// Writing statements all drive from a list into a primary key. These settings
// keep that plan from the first row of a fresh table on: a plan cached while
// the tables were empty would otherwise scan them for ever.
var writeSettings = map[string]string{
	"plan_cache_mode":                     "force_generic_plan",
	"enable_hashjoin":                     "off",
	"enable_mergejoin":                    "off",
	"enable_seqscan":                      "off",
	"jit":                                 "off",
	"statement_timeout":                   "60000",
	"idle_in_transaction_session_timeout": "60000",
}

// WriteSettings are the settings of PostgreSQL's writing connections, for
// whoever wants to see the plans that they make.
func WriteSettings() map[string]string { return maps.Clone(writeSettings) }

func openPostgres(ctx context.Context, dsn string, o Options) (*postgresBackend, error) {
	write, err := postgresPool(ctx, dsn, o.Writers, writeSettings)
	if err != nil {
		return nil, err
	}
	read, err := postgresPool(ctx, dsn, o.Readers, map[string]string{"default_transaction_read_only": "on", "jit": "off"})
	if err != nil {
		write.Close()
		return nil, err
	}
	b := &postgresBackend{write: write, read: read, watch: o.Watch}
	for _, s := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var v string
		if err := read.QueryRow(ctx, "SELECT current_setting($1)", s).Scan(&v); err != nil {
			b.close()
			return nil, fmt.Errorf("cannot ask PostgreSQL for %s: %w", s, err)
		}
		if v == "off" {
			b.close()
			return nil, fmt.Errorf("PostgreSQL runs with %s=off and would lose acknowledged work in a crash; switch it on", s)
		}
	}
	return b, nil
}

func postgresPool(ctx context.Context, dsn string, size int, settings map[string]string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("cannot read the PostgreSQL address: %w", err)
	}
	cfg.MaxConns = int32(size)
	cfg.ConnConfig.StatementCacheCapacity = 1024
	for k, v := range settings {
		cfg.ConnConfig.RuntimeParams[k] = v
	}
	cfg.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		registerLists(c.TypeMap())
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("cannot reach PostgreSQL at %s: %w", redact(dsn), err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("cannot reach PostgreSQL at %s: %w", redact(dsn), err)
	}
	return pool, nil
}

func (b *postgresBackend) writer(ctx context.Context) (conn, error) {
	c, err := b.write.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresConn{c: c, watch: b.watch}, nil
}

func (b *postgresBackend) release(c conn, _ bool) { c.(*postgresConn).c.Release() }

func (b *postgresBackend) reader(ctx context.Context) (conn, error) {
	c, err := b.read.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresConn{c: c, watch: b.watch}, nil
}

func (b *postgresBackend) releaseReader(c conn) { c.(*postgresConn).c.Release() }

func (b *postgresBackend) close() {
	b.write.Close()
	b.read.Close()
}

func (b *postgresBackend) waitForOlder(ctx context.Context, limit time.Duration) error {
	until := time.Now().Add(limit)
	var start time.Time
	if err := b.read.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&start); err != nil {
		return err
	}
	for {
		var open int64
		err := b.read.QueryRow(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname=current_database()
			AND backend_type='client backend' AND pid<>pg_backend_pid() AND xact_start IS NOT NULL AND xact_start<$1`, start).Scan(&open)
		if err != nil {
			return err
		}
		if open == 0 {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("%d transactions that began before are still open after %s", open, limit)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// postgresConn begins its transaction with the first statement, in one round
// trip.
type postgresConn struct {
	c     *pgxpool.Conn
	start string // what begins the transaction, "" once it was sent
	open  bool
	watch Watch
	seen  int64 // epoch when a writing transaction began
}

const (
	startWrite = "begin isolation level read committed"
	startRead  = "begin isolation level repeatable read read only"
)

func (c *postgresConn) begin(_ context.Context, readOnly bool) error {
	c.start = startWrite
	if readOnly {
		c.start = startRead
	}
	return nil
}

// send sends statements in one round trip, behind the beginning of the
// transaction when that was not sent yet.
func (c *postgresConn) send(ctx context.Context, b *pgx.Batch) (pgx.BatchResults, error) {
	if c.start == "" {
		return c.c.SendBatch(ctx, b), nil
	}
	writing := c.start == startWrite
	first := &pgx.Batch{}
	first.Queue(c.start)
	if writing {
		first.Queue(readEpoch.pg)
	}
	first.QueuedQueries = append(first.QueuedQueries, b.QueuedQueries...)
	c.start, c.open = "", true
	res := c.c.SendBatch(ctx, first)
	_, err := res.Exec()
	if err == nil && writing {
		err = res.QueryRow().Scan(&c.seen)
	}
	if err != nil {
		_ = res.Close()
		return nil, err
	}
	return res, nil
}

// epoch is what the transaction saw when it began: what it reads later is at
// least as new.
func (c *postgresConn) epoch(ctx context.Context) (int64, error) {
	if c.start != "" {
		res, err := c.send(ctx, &pgx.Batch{})
		if err != nil {
			return 0, err
		}
		if err := res.Close(); err != nil {
			return 0, err
		}
	}
	return c.seen, nil
}

func (c *postgresConn) commit(ctx context.Context) error {
	defer c.watch.begin(commit)()
	if !c.open {
		return nil // nothing was asked
	}
	tag, err := c.c.Exec(ctx, "commit")
	if err == nil && tag.String() == "ROLLBACK" {
		err = errors.New("the transaction had failed before its commit")
	}
	c.open = err != nil
	return err
}

func (c *postgresConn) rollback() {
	if c.open {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_, _ = c.c.Exec(ctx, "rollback")
		c.open = false
	}
}

func pgArgs(st *stmt, l *List, args []any) []any {
	st.check(args)
	out := make([]any, 0, len(args)+len(st.cols)+1)
	for _, a := range args {
		out = append(out, scalar(a))
	}
	if len(st.cols) > 0 {
		l.check(st)
		for i := range l.cols {
			if l.cols[i].ints != nil {
				out = append(out, l.cols[i].ints)
			} else {
				out = append(out, l.cols[i].strs)
			}
		}
		out = append(out, int64(l.n))
	}
	return out
}

func (c *postgresConn) exec(ctx context.Context, st *stmt, l *List, args []any) (int64, error) {
	defer c.watch.begin(st)()
	if c.start == "" {
		tag, err := c.c.Exec(ctx, st.pg, pgArgs(st, l, args)...)
		return tag.RowsAffected(), err
	}
	b := &pgx.Batch{}
	b.Queue(st.pg, pgArgs(st, l, args)...)
	res, err := c.send(ctx, b)
	if err != nil {
		return 0, err
	}
	tag, err := res.Exec()
	if e := res.Close(); err == nil {
		err = e
	}
	return tag.RowsAffected(), err
}

func (c *postgresConn) query(ctx context.Context, st *stmt, l *List, args []any) (*Rows, error) {
	if len(st.cols) > 0 && l != nil && l.n == 0 {
		return &Rows{}, nil
	}
	end := c.watch.begin(st)
	if c.start == "" {
		rows, err := c.c.Query(ctx, st.pg, pgArgs(st, l, args)...)
		if err != nil {
			return nil, err
		}
		return &Rows{pg: rows, end: end}, nil
	}
	b := &pgx.Batch{}
	b.Queue(st.pg, pgArgs(st, l, args)...)
	res, err := c.send(ctx, b)
	if err != nil {
		return nil, err
	}
	rows, err := res.Query()
	if err != nil {
		_ = res.Close()
		return nil, err
	}
	return &Rows{pg: rows, batch: res, end: end}, nil
}

// flush sends writes and questions as one round trip and looks at the answers
// in their order.
func (c *postgresConn) flush(ctx context.Context, writes []queued, asks []asked) error {
	if len(writes) == 1 && len(asks) == 0 {
		n, err := c.exec(ctx, writes[0].st, writes[0].list, writes[0].args)
		return counted(writes[0], n, err)
	}
	b := &pgx.Batch{}
	for _, w := range writes {
		b.Queue(w.st.pg, pgArgs(w.st, w.list, w.args)...)
	}
	for _, a := range asks {
		b.Queue(a.st.pg, pgArgs(a.st, a.list, a.args)...)
	}
	res, err := c.send(ctx, b)
	if err != nil {
		return err
	}
	first := c.answers(res, writes, asks)
	if err := res.Close(); err != nil && first == nil {
		first = err
	}
	return first
}

// answers gives the first thing that went wrong. A count that differs does not
// keep the next answers from being read: an error of the database behind it may
// be the reason to try again.
func (c *postgresConn) answers(res pgx.BatchResults, writes []queued, asks []asked) (first error) {
	for _, w := range writes {
		end := c.watch.begin(w.st)
		tag, err := res.Exec()
		end()
		if err := counted(w, tag.RowsAffected(), err); err != nil && first == nil {
			first = err
		}
		if err != nil {
			return first
		}
	}
	for _, a := range asks {
		rows, err := res.Query()
		if err == nil {
			err = each(&Rows{pg: rows, end: c.watch.begin(a.st)}, a.f)
		}
		if err != nil {
			if first == nil {
				first = fmt.Errorf("%w in: %s", err, brief(a.st.text))
			}
			return first
		}
	}
	return first
}

func counted(w queued, n int64, err error) error {
	if err != nil {
		return fmt.Errorf("%w in: %s", err, brief(w.st.text))
	}
	if w.want >= 0 && n != w.want {
		return fmt.Errorf("%w: %d instead of %d in: %s", ErrCount, n, w.want, brief(w.st.text))
	}
	return nil
}

func postgresCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func isPostgresPassing(err error) bool {
	switch postgresCode(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return false
}

func isPostgresDuplicate(err error) bool { return postgresCode(err) == "23505" }
func isPostgresCheck(err error) bool     { return postgresCode(err) == "23514" }

// Schema gives the schema that a connection string names by search_path, "public" without one.
func Schema(dsn string) string {
	_, q, _ := strings.Cut(dsn, "search_path=")
	s, _, _ := strings.Cut(q, "&")
	if s == "" {
		return "public"
	}
	return s
}
