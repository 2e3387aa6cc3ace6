package event_test

import (
	"context"
	"testing"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/event"
)

func record(t *testing.T, d *db.DB, n int) {
	t.Helper()
	err := d.Write(t.Context(), db.Actor{ID: 1}, func(tx *db.Tx) error {
		for i := range n {
			if err := event.Record(tx, event.Event{Type: "order.captured", Subject: event.About("order", int64(i+1))}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func unplaced(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	err := d.Read(t.Context(), func(r *db.Reader) error {
		_, err := r.One(`SELECT COUNT(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM log_leaf l WHERE l.event_id=e.id)`, nil, &n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Each process places its own events at once, also of a transaction that others
// overtook; what a process left that ended is found by a thorough pass.
func TestSequencer(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d, other := dbtest.Open(t, dsn, db.Options{}), dbtest.Open(t, dsn, db.Options{})
		s := event.NewSequencer(d)
		pass := func(want int64) {
			t.Helper()
			if n, err := s.Pass(t.Context()); err != nil || n != want {
				t.Errorf("placed %d, want %d (%v)", n, want, err)
			}
		}
		record(t, d, 3)
		pass(3)
		record(t, d, 2)
		pass(2)
		pass(0)

		if d.Engine() == db.Postgres { // a slow transaction commits behind a quick one
			begun, committed := make(chan bool), make(chan error)
			finish := make(chan bool)
			go func() {
				committed <- d.Write(context.Background(), db.Actor{ID: 1}, func(tx *db.Tx) error {
					err := event.Record(tx, event.Event{Type: "order.captured", Subject: event.About("order", 9)})
					close(begun)
					<-finish
					return err
				})
			}()
			<-begun
			record(t, d, 1)
			pass(1)
			close(finish)
			if err := <-committed; err != nil {
				t.Fatal(err)
			}
			pass(1)
		}

		record(t, other, 4) // by a process whose sequencer does not run
		record(t, d, 1)
		for _, s := range []*event.Sequencer{s, event.NewSequencer(d)} {
			if _, err := s.Pass(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if n := unplaced(t, d); n != 0 {
			t.Errorf("%d events have no place", n)
		}
	})
}
