// Package dbtest gives tests a fresh database of either engine: a SQLite file
// in the test's directory, or a schema of its own in the PostgreSQL that the
// test script has started. For tests only; nothing is mocked and nothing is
// skipped when a server is missing.
package dbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kontor/internal/tools/db"
	"kontor/internal/tools/schema"
)

// Variable names the environment variable with the address of the test server.
const Variable = "KONTOR_TEST_POSTGRES"

// SQLite gives the address of a file that does not exist yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "kontor.db")
}

// Postgres gives the address of a new, empty schema, which goes with the test.
func Postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		t.Fatal(Variable + " is not set: run make test, or eval $(make -s postgres)")
	}
	var random [6]byte
	_, _ = rand.Read(random[:])
	name := "t_" + hex.EncodeToString(random[:])
	admin(t, server, "CREATE SCHEMA "+name)
	t.Cleanup(func() { admin(t, server, "DROP SCHEMA "+name+" CASCADE") })
	return With(server, "search_path="+name)
}

// With adds an option to an address.
func With(dsn, option string) string {
	if strings.Contains(dsn, "?") {
		return dsn + "&" + option
	}
	return dsn + "?" + option
}

func admin(t testing.TB, dsn, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("cannot reach the server of %s: %v", Variable, err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// Open brings the database behind dsn to the newest schema and opens it with a
// node of its own; it is closed with the test.
func Open(t testing.TB, dsn string, o db.Options) *db.DB {
	t.Helper()
	ctx := context.Background()
	if _, err := schema.Migrate(ctx, dsn); err != nil {
		t.Fatal(err)
	}
	o.Doubt = true
	d, err := db.Open(ctx, dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	if err := d.Lease(ctx); err != nil {
		t.Fatal(err)
	}
	return d
}

// Each runs f on both engines, on an open database with all tables.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachOptions(t, db.Options{}, f)
}

// EachOptions is Each with options, such as a seeded clock.
func EachOptions(t *testing.T, o db.Options, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachDSN(t, func(t *testing.T, dsn string) { f(t, Open(t, dsn, o)) })
}

// EachDSN runs f on both engines with the address of an empty database. Open
// fills it, and opens it a second time for a test of two processes.
func EachDSN(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}
