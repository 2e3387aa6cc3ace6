package soak_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"kontor/internal/soak"
	"kontor/internal/tools/dbtest"
)

// build makes the program that is to be loaded.
func build(t *testing.T) func(args ...string) *exec.Cmd {
	t.Helper()
	program := filepath.Join(t.TempDir(), "kontor")
	cmd := exec.Command("go", "build", "-o", program, "./cmd/kontor")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return func(args ...string) *exec.Cmd { return exec.Command(program, args...) }
}

// TestAServerUnderLoadStaysLevel takes some 12 seconds on SQLite, which shows
// that the rig works and that nothing fails. KONTOR_SOAK=30m is long enough for
// all that it judges; below a minute it only prints the waits, and below five
// the growth of memory. KONTOR_SOAK_ENGINE names the engine.
func TestAServerUnderLoadStaysLevel(t *testing.T) {
	o := soak.Options{Steady: 5 * time.Second, Short: true, Program: build(t), Out: os.Stdout}
	if text := os.Getenv("KONTOR_SOAK"); text != "" {
		var err error
		if o.Steady, err = time.ParseDuration(text); err != nil || o.Steady < time.Second {
			t.Fatalf("KONTOR_SOAK is a duration such as 30m, not %q", text)
		}
		o.Short = o.Steady < time.Minute
	}
	switch e := os.Getenv("KONTOR_SOAK_ENGINE"); e {
	case "", "sqlite":
		o.Database = dbtest.SQLite(t)
	case "postgres":
		o.Database = dbtest.Postgres(t)
	default:
		t.Fatalf("KONTOR_SOAK_ENGINE is sqlite or postgres, not %q", e)
	}
	r, err := soak.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", r)
	if !r.OK() {
		t.Error("something is wrong")
	}
}
