package sim_test

import (
	"context"
	"testing"
	"time"

	"kontor/internal/rooms/invoice"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
)

func TestBug(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	d, err := db.Open(context.Background(), "sqlite:/tmp/bug.db", db.Options{Clock: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	o := flow.Open(d)
	_ = d.Read(context.Background(), func(r *db.Reader) error {
		orders, _, err := invoice.Due(r, "2026-11-24", invoice.Place{}, 100000)
		t.Log(len(orders), err)
		for _, x := range orders {
			_, err := o.Bill.One(context.Background(), db.Actor{ID: 3}, flow.Bill{Order: x})
			if err != nil {
				t.Log(int64(x), err)
			}
		}
		return nil
	})
}
