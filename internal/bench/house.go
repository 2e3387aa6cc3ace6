package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"kontor/internal/tools/db"
	"kontor/internal/tools/schema"
)

// house is a database made for one run, and the means to look at it from outside.
type house struct {
	db     *db.DB
	dsn    string
	schema string // PostgreSQL
	admin  *pgx.Conn
	server int // process id of the PostgreSQL server, 0 when it runs elsewhere
	file   string
	dir    string
	watch  watcher

	options db.Options
	workers []int // ids of the child processes that work for the run
}

// open makes a fresh database with all tables.
func (o Options) open(ctx context.Context, e db.Engine) (*house, error) {
	h := &house{}
	var err error
	if e == db.SQLite {
		err = h.makeFile(o.Dir)
	} else {
		err = h.makeSchema(ctx, o.Postgres)
	}
	if err == nil {
		_, err = schema.Migrate(ctx, h.dsn)
	}
	if err == nil {
		if o.Top > 0 {
			h.options.Watch = h.watch.hear
		}
		h.db, err = db.Open(ctx, h.dsn, h.options)
	}
	if err == nil {
		err = h.db.Lease(ctx)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// Fresh gives the address of a new, empty database, which it removes afterwards.
func Fresh(ctx context.Context, o Options, e db.Engine, use func(dsn string) error) error {
	h := &house{}
	defer h.close()
	var err error
	if e == db.SQLite {
		err = h.makeFile(o.Dir)
	} else {
		err = h.makeSchema(ctx, o.Postgres)
	}
	if err != nil {
		return err
	}
	return use(h.dsn)
}

func (h *house) makeFile(dir string) error {
	var err error
	if h.dir, err = os.MkdirTemp(dir, "kontor-bench-"); err != nil {
		return err
	}
	h.file = filepath.Join(h.dir, "bench.db")
	h.dsn = "sqlite:" + h.file
	return nil
}

func (h *house) makeSchema(ctx context.Context, server string) error {
	var random [6]byte
	_, _ = rand.Read(random[:])
	h.schema = "bench_" + hex.EncodeToString(random[:])
	u, err := url.Parse(server)
	if err != nil {
		return fmt.Errorf("cannot read the PostgreSQL address: %w", err)
	}
	q := u.Query()
	q.Set("search_path", h.schema)
	u.RawQuery = q.Encode()
	h.dsn = u.String()
	if h.admin, err = pgx.Connect(ctx, h.dsn); err != nil {
		return fmt.Errorf("cannot reach PostgreSQL: %w", err)
	}
	h.server, err = postmaster(ctx, h.admin)
	return err
}

// Reachable tells whether a PostgreSQL server answers, and if not what to do.
func Reachable(ctx context.Context, dsn string) error {
	if dsn == "" {
		return errors.New("no PostgreSQL server is named: set KONTOR_BENCH_POSTGRES=postgres://…, or eval $(make -s postgres)")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("the PostgreSQL server does not answer; check KONTOR_BENCH_POSTGRES, or eval $(make -s postgres): %w", err)
	}
	return c.Close(ctx)
}

// close removes the database, also after an interrupt.
func (h *house) close() {
	if h.db != nil {
		h.db.Close()
	}
	if h.admin != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, _ = h.admin.Exec(ctx, "DROP SCHEMA IF EXISTS "+h.schema+" CASCADE")
		_ = h.admin.Close(ctx)
	}
	if h.dir != "" {
		_ = os.RemoveAll(h.dir)
	}
}

// size is what the data takes on disk: the file after a checkpoint with what
// is left of its write-ahead log, or all relations of the schema.
func (h *house) size(ctx context.Context) (int64, error) {
	if h.admin != nil {
		var n int64
		err := h.admin.QueryRow(ctx, `SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
			JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname=$1 AND c.relkind='r'`, h.schema).Scan(&n)
		return n, err
	}
	c, err := sql.Open("sqlite", "file:"+(&url.URL{Path: h.file}).EscapedPath()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return 0, err
	}
	total := int64(0)
	for _, f := range []string{h.file, h.file + "-wal"} {
		if s, err := os.Stat(f); err == nil {
			total += s.Size()
		}
	}
	return total, nil
}

// ownCPU is the processor time of this process and of its children.
func ownCPU() time.Duration {
	total := time.Duration(0)
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			total += time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
	}
	return total
}

// postmaster finds the process of the server behind a connection: the parent
// of its backend. It is 0 when no such process is visible here.
func postmaster(ctx context.Context, c *pgx.Conn) (int, error) {
	var backend int
	var database string
	if err := c.QueryRow(ctx, "SELECT pg_backend_pid(), current_database()").Scan(&backend, &database); err != nil {
		return 0, err
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", backend))
	if err != nil || !bytes.HasPrefix(line, []byte("postgres:")) || !bytes.Contains(line, []byte(database)) {
		return 0, nil
	}
	s, ok := processOf(backend)
	if !ok {
		return 0, nil
	}
	return s.parent, nil
}

// serverCPU is the processor time of all processes of the server, also of those
// that have ended; known is false when it runs on another machine.
func (h *house) serverCPU(context.Context) (total time.Duration, known bool, err error) {
	if h.admin == nil {
		return 0, true, nil
	}
	if h.server == 0 {
		return 0, false, nil
	}
	list, err := os.ReadDir("/proc")
	if err != nil {
		return 0, false, err
	}
	ticks := int64(0)
	for _, e := range list {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		s, ok := processOf(pid)
		switch {
		case ok && pid == h.server:
			ticks += s.own + s.ended
		case ok && s.parent == h.server:
			ticks += s.own
		}
	}
	return time.Duration(ticks) * time.Second / clockTicks, true, nil
}

// clockTicks is the unit of /proc/PID/stat; Linux has it at 100 a second on every platform.
const clockTicks = 100

// process is what /proc/PID/stat tells, in clock ticks.
type process struct {
	parent     int
	own, ended int64 // CPU of itself, of its children that ended
}

func processOf(pid int) (process, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, false
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])) // from the third field on
	if len(f) < 15 {
		return process{}, false
	}
	n := func(field int) int64 {
		v, _ := strconv.ParseInt(f[field-3], 10, 64)
		return v
	}
	return process{parent: int(n(4)), own: n(14) + n(15), ended: n(16) + n(17)}, true
}
