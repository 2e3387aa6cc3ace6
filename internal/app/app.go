// Package app wires the parts into a running program: configuration, the
// database brought to its newest schema, the office of flows, the background
// workers, and an orderly end. It stands above the doors and holds no rules.
package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/idem"
	"kontor/internal/tools/schema"
)

// DefaultDatabase is what a newcomer gets: one file in the working directory.
const DefaultDatabase = "sqlite:kontor.db"

// Database chooses the address: the flag, else KONTOR_DATABASE, else the default.
func Database(flag string) string {
	if flag != "" {
		return flag
	}
	if v := os.Getenv("KONTOR_DATABASE"); v != "" {
		return v
	}
	return DefaultDatabase
}

// Memory lets the heap grow further between two collections of garbage than Go
// does by itself: what lives is small, a few dozen MiB, and collecting at every
// doubling of it took an eighth of the processor. The limit keeps that from
// going on for ever: near 256 MiB it collects as often as it must, which leaves
// room below half a GiB for what is outside of the heap, such as SQLite's
// pages. GOGC and GOMEMLIMIT have the last word.
func Memory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(256 << 20)
	}
}

// App is one company's database with everything that works on it.
type App struct {
	DB     *db.DB
	Office *flow.Office

	stop context.CancelFunc
	done sync.WaitGroup
}

// Open brings the database to the newest schema and opens the office.
func Open(ctx context.Context, dsn string, o db.Options) (*App, error) {
	if _, err := schema.Migrate(ctx, dsn); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, dsn, o)
	if err != nil {
		return nil, err
	}
	if err := d.Lease(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return &App{DB: d, Office: flow.Open(d)}, nil
}

// keepKeys is how long the answer to an idempotency key is remembered.
const keepKeys = 30 * 24 * time.Hour

// Work starts the background workers: the sequencer that gives events their
// place in the log, and, with advance, the job that runs what is due.
func (a *App) Work(ctx context.Context, advance bool) {
	ctx, a.stop = context.WithCancel(ctx)
	sequencer := event.NewSequencer(a.DB)
	a.every(ctx, 200*time.Millisecond, "sequencer", func() error {
		_, err := sequencer.Pass(ctx)
		return err
	})
	a.every(ctx, 30*time.Second, "roll-up", func() error {
		who := db.Actor{ID: access.System}
		return errors.Join(stock.RollUp(ctx, a.DB, who), ledger.RollUp(ctx, a.DB, who))
	})
	a.every(ctx, time.Hour, "prune idempotency keys", func() error {
		return a.DB.Write(ctx, db.Actor{ID: access.System}, func(tx *db.Tx) error {
			idem.Prune(tx, tx.Now().Add(-keepKeys).UnixMicro())
			return nil
		})
	})
	if advance {
		a.every(ctx, time.Second, "advance", func() error {
			_, err := a.Office.Follow(ctx, db.Actor{ID: access.System})
			return err
		})
	}
}

func (a *App) every(ctx context.Context, pause time.Duration, name string, f func() error) {
	a.done.Add(1)
	go func() {
		defer a.done.Done()
		t := time.NewTicker(pause)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				if err := f(); err != nil && !errors.Is(err, context.Canceled) {
					slog.Error("background work failed", "worker", name, "error", err)
				}
			}
		}
	}()
}

// Close ends the workers and the connections.
func (a *App) Close() {
	if a.stop != nil {
		a.stop()
	}
	a.done.Wait()
	a.DB.Close()
}
