package db

import (
	"context"
	"errors"
	"fmt"
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

type postgresConn struct {
	c     *pgxpool.Conn
	tx    pgx.Tx
	watch Watch
}

func (c *postgresConn) begin(ctx context.Context, readOnly bool) error {
	o := pgx.TxOptions{IsoLevel: pgx.ReadCommitted}
	if readOnly {
		o = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	}
	tx, err := c.c.BeginTx(ctx, o)
	c.tx = tx
	return err
}

func (c *postgresConn) commit(ctx context.Context) error {
	defer c.watch.begin(commit)()
	err := c.tx.Commit(ctx)
	if err == nil {
		c.tx = nil
	}
	return err
}

func (c *postgresConn) rollback() {
	if c.tx != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = c.tx.Rollback(ctx)
		c.tx = nil
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
	tag, err := c.tx.Exec(ctx, st.pg, pgArgs(st, l, args)...)
	return tag.RowsAffected(), err
}

func (c *postgresConn) query(ctx context.Context, st *stmt, l *List, args []any) (*Rows, error) {
	if len(st.cols) > 0 && l != nil && l.n == 0 {
		return &Rows{}, nil
	}
	end := c.watch.begin(st)
	rows, err := c.tx.Query(ctx, st.pg, pgArgs(st, l, args)...)
	if err != nil {
		return nil, err
	}
	return &Rows{pg: rows, end: end}, nil
}

func (c *postgresConn) flush(ctx context.Context, q []queued) error {
	if len(q) == 1 {
		n, err := c.exec(ctx, q[0].st, q[0].list, q[0].args)
		return counted(q[0], n, err)
	}
	b := &pgx.Batch{}
	for _, w := range q {
		b.Queue(w.st.pg, pgArgs(w.st, w.list, w.args)...)
	}
	res := c.tx.SendBatch(ctx, b)
	var first error
	for _, w := range q {
		end := c.watch.begin(w.st)
		tag, err := res.Exec()
		end()
		if err := counted(w, tag.RowsAffected(), err); err != nil && first == nil {
			first = err
		}
		if err != nil {
			break
		}
	}
	if err := res.Close(); err != nil && first == nil {
		first = err
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
