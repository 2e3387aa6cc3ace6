package tour_test

import (
	"context"
	"testing"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/tour"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// TestAStepCountsOnce: two clicks are one step; who leaves finds his place again.
func TestAStepCountsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var user int64
		do := func(f func(tx *db.Tx)) tour.Progress {
			t.Helper()
			var p tour.Progress
			err := d.Write(ctx, db.Actor{ID: user}, func(tx *db.Tx) error { f(tx); return nil })
			if err == nil {
				err = d.Read(ctx, func(q *db.Reader) (err error) { p, err = tour.Of(q, user); return err })
			}
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if err := d.Write(ctx, db.Actor{ID: access.System}, func(tx *db.Tx) error {
			u, err := access.User(tx, "Anna", "person")
			user = int64(u)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if p := do(tour.Begin); !p.On() || p.Step != 0 {
			t.Fatalf("begun: %+v", p)
		}
		for range 2 {
			if p := do(func(tx *db.Tx) { tour.Advance(tx, 0, 1) }); p.Step != 1 || !p.On() {
				t.Errorf("one step: %+v", p)
			}
		}
		if p := do(tour.Leave); p.On() || p.Step != 1 {
			t.Errorf("left: %+v", p)
		}
		if p := do(tour.Resume); !p.On() || p.Step != 1 {
			t.Errorf("resumed: %+v", p)
		}
		if p := do(func(tx *db.Tx) { tour.Advance(tx, 1, 1) }); p.On() || p.EndedAt == 0 || p.Step != 2 {
			t.Errorf("at the end: %+v", p)
		}
		if p := do(tour.Begin); !p.On() || p.Step != 0 {
			t.Errorf("again: %+v", p)
		}
	})
}
