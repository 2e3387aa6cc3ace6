package sim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"kontor/internal/sim"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/story/verify"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/event"
)

var noon = time.Date(2026, 11, 10, 13, 0, 0, 0, time.UTC)

// play simulates a company and gives what a reader sees of it.
func play(t *testing.T, dsn string, o sim.Options) (string, *db.DB) {
	t.Helper()
	clock := sim.NewClock(o)
	d := dbtest.Open(t, dsn, db.Options{Clock: clock.Now})
	ctx := context.Background()
	stats, err := sim.Run(ctx, flow.Open(d), clock, o, nil)
	if err != nil {
		t.Fatalf("seed %d: %v (%+v)", o.Seed, err, stats)
	}
	if _, err := event.Sequence(ctx, d); err != nil {
		t.Fatal(err)
	}
	var seen string
	if err := d.Read(ctx, func(r *db.Reader) error {
		s, err := report.Summary(r)
		if err != nil {
			return err
		}
		a, err := report.Ageing(r, s.On, "due")
		if err != nil {
			return err
		}
		digest, err := report.InvoiceDigest(r)
		if err != nil {
			return err
		}
		for i := range a.Rows {
			a.Rows[i].Customer.ID = 0
		}
		b, err := json.Marshal([]any{s, a, digest, stats})
		seen = string(b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return seen, d
}

func verified(t *testing.T, d *db.DB, what string) {
	t.Helper()
	rep, err := verify.Run(context.Background(), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rep.Bad() {
		t.Errorf("%s: %s %s: %d bad: %v", what, c.ID, c.Title, c.Bad, c.First)
	}
}

func small(seed uint64) sim.Options {
	return sim.Options{Seed: seed, End: noon, Days: 20, Customers: 14, Products: 30, OrdersPerDay: 9}
}

// TestTheCompanyKeepsItsInvariants plays three weeks with several seeds on both engines.
func TestTheCompanyKeepsItsInvariants(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) {
			var first string
			dbtest.EachDSN(t, func(t *testing.T, dsn string) {
				o := small(seed)
				seen, d := play(t, dsn, o)
				verified(t, d, fmt.Sprint("seed ", seed))
				if first == "" {
					first = seen
				}
				if seen != first {
					t.Errorf("the engines differ:\n%s\n%s", first, seen)
				}
			})
		})
	}
}

// TestTheSameSeedIsTheSameCompany plays twice, with other ids and at another hour.
func TestTheSameSeedIsTheSameCompany(t *testing.T) {
	o := small(7)
	a, _ := play(t, dbtest.SQLite(t), o)
	o.End = noon.Add(3 * time.Hour)
	b, _ := play(t, dbtest.SQLite(t), o)
	if a != b {
		t.Errorf("two companies:\n%s\n%s", a, b)
	}
	o.Seed = 8
	if c, _ := play(t, dbtest.SQLite(t), o); a == c {
		t.Error("another seed made the same company")
	}
}
