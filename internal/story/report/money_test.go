package report_test

import (
	"errors"
	"testing"

	"kontor/internal/rooms/customer"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// TestItemsOfADayAddUpToItsAgeing: what was settled later is open again, and
// each customer's items make the total of the ageing.
func TestItemsOfADayAddUpToItsAgeing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			for on, open := range map[day.Day][]string{"2026-11-22": {"27.60", "10.00", "11.90", "1.19"}, "2026-11-15": {"47.60", "30.00", "11.90", "1.19"}, "2026-11-11": {"47.60", "11.90"}, "2026-07-31": {}} {
				list, err := report.ItemsOn(r, report.ItemAsk{On: on})
				if err != nil {
					return err
				}
				got := []string{}
				for _, x := range list {
					got = append(got, x.Open)
				}
				if len(got) == 4 { // C1: the receipt is due before the invoice
					got[0], got[1] = got[1], got[0]
				}
				want(t, "open on "+string(on), got, open)
			}
			old, err := report.ItemsOn(r, report.ItemAsk{On: "2026-11-22", Age: "61-90"})
			if err != nil {
				return err
			}
			want(t, "by age", []any{len(old), old[0].Number, old[0].OverdueDays}, []any{1, "INV-2026-000002", 83})
			one, err := report.ItemsOn(r, report.ItemAsk{On: "2026-11-22", Customer: "C1", Family: true, Kind: "invoice", Currency: "EUR", Most: 1})
			if err != nil {
				return err
			}
			want(t, "of a family", []any{len(one), one[0].Number, one[0].State}, []any{1, "INV-2026-000001", "part"})
			nobody, err := report.ItemsOn(r, report.ItemAsk{On: "2026-11-22", Unknown: true})
			want(t, "of nobody", len(nobody), 0)
			if _, err := report.ItemsOn(r, report.ItemAsk{On: "2026-11-22", Age: "young"}); !errors.Is(err, report.ErrAsk) {
				t.Errorf("an unknown age: %v", err)
			}
			if _, err := report.ItemsOn(r, report.ItemAsk{On: "2026-11-22", Customer: "nobody"}); !errors.Is(err, customer.ErrUnknown) {
				t.Errorf("an unknown customer: %v", err)
			}
			return err
		})
	})
}

func TestAStatementOfAccount(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			c, err := report.FindCustomer(r, "C1")
			if err != nil {
				return err
			}
			v, err := report.StatementOf(r, c, "2026-11-22")
			if err != nil {
				return err
			}
			want(t, "statement", []any{v.Customer.Name, len(v.Items), v.Sums}, []any{"Alpha AG", 2, []report.StatementSum{{Currency: "EUR", Ages: []string{"27.60", "0.00", "0.00", "0.00", "0.00"}, Credits: "10.00", Total: "17.60"}}})
			_, err = report.StatementOf(r, 42, "2026-11-22")
			if !errors.Is(err, customer.ErrUnknown) {
				t.Errorf("a statement of nobody: %v", err)
			}
			return nil
		})
	})
}

// TestAgeingUnderHeadOfficesAndInOneCurrency: the head office stands for its
// branch; one currency has the amounts of its documents.
func TestAgeingUnderHeadOfficesAndInOneCurrency(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		err := d.Write(t.Context(), db.Actor{ID: 3}, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE customer SET parent_id=(SELECT h.id FROM customer h WHERE h.code='C2') WHERE code='C1'`, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		read(t, d, func(r *db.Reader) error {
			v, err := report.AgeingOf(r, report.AgeingAsk{On: "2026-11-22", By: "due", Parent: true})
			if err != nil {
				return err
			}
			want(t, "under the head", []any{len(v.Rows), v.Rows[0].Customer.Code, v.Total.Total, v.Difference}, []any{1, "C2", "28.31", "0.00"})
			list, err := report.ItemsOn(r, report.ItemAsk{On: "2026-11-22", Customer: "C2", Family: true})
			if err != nil {
				return err
			}
			want(t, "drilled", len(list), 4)
			e, err := report.AgeingOf(r, report.AgeingAsk{On: "2026-11-22", By: "due", Currency: "EUR"})
			if err != nil {
				return err
			}
			want(t, "in euros", []any{len(e.Rows), e.Total.Total, e.Total.Unapplied, e.Total.Credits, e.Difference}, []any{2, "28.31", "10.00", "1.19", ""})
			u, err := report.AgeingOf(r, report.AgeingAsk{On: "2026-11-22", By: "due", Currency: "USD"})
			want(t, "in dollars", len(u.Rows), 0)
			if _, err := report.AgeingOf(r, report.AgeingAsk{On: "2026-11-22", By: "due", Currency: "euro"}); err == nil {
				t.Error("a currency that is none")
			}
			return err
		})
	})
}

// TestMoneyThatIsLeft: what nobody decided about stands in the list, with what
// the payer wrote; hints say whose it may be.
func TestMoneyThatIsLeft(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			list, err := report.Unmatched(r, false, report.Page{})
			if err != nil {
				return err
			}
			want(t, "left", []any{len(list.Items), list.Items[0].ID, list.Items[0].Text, list.Items[0].Unapplied, list.Items[0].State}, []any{1, s.receipt, "INV-2026-000001", "10.00", "part_applied"})
			kept, err := report.Unmatched(r, true, report.Page{})
			if err != nil {
				return err
			}
			want(t, "kept", len(kept.Items), 0)
			left, err := report.Left(r)
			if err != nil {
				return err
			}
			want(t, "counts", left, report.LeftView{In: 1, InBy: []report.Amount{{Currency: "EUR", Amount: "10.00"}}, Lines: 1})
			one, err := report.MoneyOf(r, s.receipt)
			if err != nil {
				return err
			}
			want(t, "one", []any{one.Text, one.Customer.Code, one.Kept}, []any{"INV-2026-000001", "C1", false})
			if _, err := report.MoneyOf(r, id.Receipt(42)); err == nil {
				t.Error("money that is not there")
			}
			_, err = report.PayerHints(r, []int64{int64(s.receipt)})
			return err
		})
	})
}

func TestWhatIsOpenOfAMonth(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			first, err := report.FirstMonth(r)
			if err != nil {
				return err
			}
			want(t, "first", first, "2026-11") // by the first entry: the sums per day are not made yet
			list, err := report.MonthChecks(r, "2026-11")
			if err != nil {
				return err
			}
			got := map[string]int64{}
			for _, c := range list {
				got[c.Code] = c.Count
			}
			want(t, "checks", got, map[string]int64{"planned": 0, "unbilled": 0, "proof": 0, "money": 1, "out": 0, "statements": 1, "customers": 0, "ledger": 0})
			blocked, err := report.Blocked(r, "2026-11-22", 10)
			if err != nil {
				return err
			}
			want(t, "blocked", len(blocked), 0)
			due, err := report.BillingOrders(r, []id.Order{s.order, s.held}, "2026-11-22")
			want(t, "due", len(due), 0)
			return err
		})
	})
}
