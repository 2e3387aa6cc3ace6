package crash_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
	"time"

	"kontor/internal/crash"
	"kontor/internal/tools/dbtest"
)

// childVariable makes the test binary a process that is to be killed.
const childVariable = "KONTOR_CRASH_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := crash.Child(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child() *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), childVariable+"=1")
	return c
}

// number reads a variable that is a whole number.
func number(t *testing.T, variable string, or uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return or
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// options are for one engine: KONTOR_CRASH_KILLS says how often to kill,
// KONTOR_CRASH_SEED repeats the moments of an earlier run.
func options(t *testing.T, server *dbtest.Server) crash.Options {
	o := crash.Options{Kills: int(number(t, "KONTOR_CRASH_KILLS", 200)), Seed: number(t, "KONTOR_CRASH_SEED", uint64(time.Now().UnixNano())), Child: child, Log: t.Logf}
	t.Logf("KONTOR_CRASH_SEED=%d", o.Seed)
	n := 0
	o.Database = func() (string, error) {
		n++
		if server == nil {
			return "sqlite:" + t.TempDir() + "/kontor.db", nil
		}
		return dbtest.With(server.DSN, fmt.Sprintf("search_path=crash_%d", n)), nil
	}
	if server != nil {
		o.Server = server
		o.Window = 300 * time.Millisecond // a new connection has to prepare its statements first
	}
	return o
}

// settings let a killed server come back soon: it need not sync each of its
// files one by one, since the system has not stopped.
func settings() map[string]string {
	if runtime.GOOS == "linux" {
		return map[string]string{"recovery_init_sync_method": "syncfs"}
	}
	return nil
}

// engines runs f for SQLite and, beside it, for a PostgreSQL server of its own.
func engines(t *testing.T, f func(t *testing.T, o crash.Options)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, options(t, nil))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, options(t, dbtest.NewServer(t, settings())))
	})
}

func TestNoAcknowledgedStepIsLostInAKill(t *testing.T) {
	engines(t, func(t *testing.T, o crash.Options) {
		r, err := crash.Run(context.Background(), o)
		t.Log(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range [][]string{r.Lost, r.Broken, r.Failed} {
			for i, s := range list {
				if i == 10 {
					t.Errorf("… and %d more", len(list)-i)
					break
				}
				t.Error(s)
			}
		}
		if r.Kills != o.Kills || r.Acks < r.Kills || o.Kills >= 100 && (r.Recalled == 0 || r.Opening == 0) {
			t.Errorf("the rig did not do its work: %s", r)
		}
	})
}

// TestAChildThatLiesIsCaught: acknowledging before the commit must be found out.
func TestAChildThatLiesIsCaught(t *testing.T) {
	engines(t, func(t *testing.T, o crash.Options) {
		o.Kills, o.Early = 100, true
		r, err := crash.Run(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Lost) == 0 {
			t.Errorf("nothing was found in %s", r)
			return
		}
		t.Logf("found after %d kills: %s", r.Kills, r.Lost[0])
	})
}
