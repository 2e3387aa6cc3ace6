// Package schema owns the tables' definitions and brings a database to the
// newest one. One text serves both engines: for SQLite a few substitutions are
// made while the files are read. Migrations are append-only; there is no way
// down, a backup is the way back.
package schema

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // goose speaks database/sql
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	_ "modernc.org/sqlite"

	"kontor/internal/tools/db"
)

//go:embed sql/*.sql
var files embed.FS

// Migrate brings the database behind dsn to the newest schema and tells how
// many steps it ran. It is safe to call at every start, also by several
// processes at once: each step is one transaction, so whoever comes second
// fails, looks again and goes on from where the first has got to.
func Migrate(ctx context.Context, dsn string) (int, error) {
	total, at := 0, int64(-1)
	for try := 1; ; try++ {
		n, now, err := migrate(ctx, dsn)
		total += n
		if err == nil || try == 50 || ctx.Err() != nil || (now <= at && !db.Again(err)) {
			return total, err
		}
		at = now
		time.Sleep(20 * time.Millisecond)
	}
}

// migrate makes one attempt; it tells how many steps it ran and where the
// database stands after a failure, -1 when that cannot be said.
func migrate(ctx context.Context, dsn string) (steps int, version int64, err error) {
	conn, dialect, source, err := open(ctx, dsn)
	if err != nil {
		return 0, -1, err
	}
	defer conn.Close()
	p, err := goose.NewProvider(dialect, conn, source)
	if err != nil {
		return 0, -1, fmt.Errorf("read migrations: %w", err)
	}
	done, err := p.Up(ctx)
	if err == nil {
		return len(done), 0, nil
	}
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		steps = len(partial.Applied)
	}
	version, failed := p.GetDBVersion(ctx)
	if failed != nil {
		version = -1
	}
	return steps, version, fmt.Errorf("migrate: %w", err)
}

func open(ctx context.Context, dsn string) (*sql.DB, database.Dialect, fs.FS, error) {
	sub, err := fs.Sub(files, "sql")
	if err != nil {
		return nil, "", nil, err
	}
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		path, _, _ = strings.Cut(path, "?")
		name := "file:" + (&url.URL{Path: path}).EscapedPath() +
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
		conn, err := sql.Open("sqlite", name)
		return conn, database.DialectSQLite3, liteFS{sub}, err
	}
	if err := makeSchema(ctx, dsn); err != nil {
		return nil, "", nil, err
	}
	conn, err := sql.Open("pgx", dsn)
	return conn, database.DialectPostgres, sub, err
}

// makeSchema creates the company's PostgreSQL schema when the address names one.
func makeSchema(ctx context.Context, dsn string) error {
	name := db.Schema(dsn)
	if name == "public" {
		return nil
	}
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("cannot reach PostgreSQL: %w", err)
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{name}.Sanitize())
	return err
}

// liteFS serves the migrations with SQLite's spelling: the row id keeps a
// BIGINT PRIMARY KEY from growing a second tree, tables with a composite key
// are stored by that key, a choice of literals is checked without a table of
// them, and lines marked /*postgres*/ are left out.
type liteFS struct{ fs.FS }

func (l liteFS) Open(name string) (fs.File, error) {
	f, err := l.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	text = bytes.ReplaceAll(text, []byte("BIGINT PRIMARY KEY"), []byte("INTEGER PRIMARY KEY"))
	text = bytes.ReplaceAll(text, []byte("/*clustered*/"), []byte("WITHOUT ROWID"))
	text = oneOf.ReplaceAllFunc(text, alternatives)
	text = onlyPostgres.ReplaceAll(text, nil)
	info, err := f.Stat()
	return &liteFile{bytes.NewReader(text), sized{info, int64(len(text))}}, err
}

// onlyPostgres is a line for PostgreSQL alone: how it stores, never what.
var onlyPostgres = regexp.MustCompile(`(?m)^/\*postgres\*/.*$`)

// oneOf is a rule that a column holds one of a few literals.
var oneOf = regexp.MustCompile(`CHECK \((\w+) IN \(([^()]*)\)\)`)

// alternatives spells such a rule with OR. For IN, SQLite builds a table of the
// literals in every run of every statement that checks it: half the time of an
// insert.
func alternatives(rule []byte) []byte {
	m := oneOf.FindSubmatch(rule)
	var or []string
	for _, literal := range strings.Split(string(m[2]), ",") {
		or = append(or, string(m[1])+" = "+strings.TrimSpace(literal))
	}
	return []byte("CHECK (" + strings.Join(or, " OR ") + ")")
}

type liteFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *liteFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *liteFile) Close() error               { return nil }

type sized struct {
	fs.FileInfo
	size int64
}

func (s sized) Size() int64 { return s.size }
