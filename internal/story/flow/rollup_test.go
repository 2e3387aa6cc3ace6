package flow_test

import (
	"errors"
	"testing"
	"time"

	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// TestRollUpsAddUpToTheirJournals: twice behind a moving clock, nothing is lost and nothing counted twice.
func TestRollUpsAddUpToTheirJournals(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		now := monday
		d := dbtest.Open(t, dsn, db.Options{Clock: func() time.Time { return now }})
		s := openShop(t, d, shopRules{})
		for n := range 3 {
			s.stock("BOLT", "10", []string{"1", "2", "3"}[n])
			_, _ = s.billed(bolts("4"))
			now = now.Add(10 * time.Minute)
			for range 2 {
				s.must(errors.Join(stock.RollUp(s.ctx, d, s.who), ledger.RollUp(s.ctx, d, s.who)))
			}
			s.must(d.Read(s.ctx, func(r *db.Reader) error {
				var a, b, c, e int64
				if _, err := r.One(`SELECT SUM(value_in-value_out) FROM stock_day`, nil, &a); err != nil {
					return err
				}
				if _, err := r.One(`SELECT SUM(value_amt) FROM stock_move`, nil, &b); err != nil {
					return err
				}
				if _, err := r.One(`SELECT SUM(debit) FROM account_day`, nil, &c); err != nil {
					return err
				}
				_, err := r.One(`SELECT SUM(amount) FROM ledger_line WHERE amount>0`, nil, &e)
				if a != b || c != e {
					t.Errorf("round %d: stock %d of %d, ledger %d of %d", n, a, b, c, e)
				}
				return err
			}))
		}
	})
}
