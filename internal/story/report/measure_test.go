package report_test

import (
	"context"
	"testing"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// TestMeasures: each question runs on both engines, and a small company gives
// the figures that one can count by hand.
func TestMeasures(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		err := d.Read(context.Background(), func(q *db.Reader) error {
			for _, x := range []struct {
				name  string
				count int
				sum   string
			}{{"waits", 2, "0.00"}, {"late", 1, "105.00"}, {"overdue", 1, "11.90"}, {"due", 0, "0.00"}, {"on-account", 1, "10.00"}, {"billable", 0, "0.00"}, {"blocked", 0, "0.00"},
				{"captured", 1, "0.00"}, {"risk", 0, "0.00"}, {"credit-holds", 0, "0.00"}, {"bank-lines", 0, "0.00"}, {"disputed", 0, "0.00"}, {"limits", 0, "0.00"},
				{"orders-in", 0, "0.00"}, {"goods-out", 0, "0.00"}, {"late-out", 0, "0.00"}, {"invoiced", 0, "0.00"}, {"received", 0, "0.00"}, {"to-release", 0, "0.00"}, {"last-run", 1, "-1.19"}} {
				v, err := report.Measure(q, x.name, "", "")
				if err != nil {
					t.Errorf("%s: %v", x.name, err)
					continue
				}
				if len(v.Rows) != x.count || v.Sum != x.sum {
					t.Errorf("%s: %d rows, %s; not %d, %s", x.name, len(v.Rows), v.Sum, x.count, x.sum)
				}
			}
			month := func(name string) string {
				v, err := report.Measure(q, name, "2026-11-01", "2026-11-30")
				if err != nil {
					t.Error(err)
				}
				return v.Sum
			}
			for name, want := range map[string]string{"orders-in": "105.00", "goods-out": "40.00", "invoiced": "39.00", "received": "30.00", "late-out": "0.00"} {
				if got := month(name); got != want {
					t.Errorf("%s in November: %s, not %s", name, got, want)
				}
			}
			_, err := report.Measure(q, "nothing", "", "")
			if f, ok := fault.Of(err); !ok || f.Code != "report.measure" {
				t.Errorf("a number that is not there: %v", err)
			}
			if _, err := report.Measure(q, "orders-in", "2026-13-01", ""); err == nil {
				t.Error("a day that is none was taken")
			}
			k, err := report.KPIs(q, nil)
			if err != nil {
				return err
			}
			m := k.Months[11]
			if m.OrdersIn != "105.00" || m.Invoiced != "39.00" || m.Received != "30.00" || m.Shipments != 1 || m.OnTime() != 100 {
				t.Errorf("the month is %+v", m)
			}
			dso, err := report.DSO(q)
			if err != nil {
				return err
			}
			sum := dso.Was
			for _, c := range dso.Causes {
				sum += c.Days
			}
			if sum != dso.Is {
				t.Errorf("the causes make %d, not %d", sum, dso.Is)
			}
			stages, err := report.StageFlow(q)
			if err != nil {
				return err
			}
			n := int64(0)
			for _, s := range stages {
				n += s.Count
			}
			if n != 2 || stages[0].Held != 1 {
				t.Errorf("the stages are %+v", stages)
			}
			short, err := report.Shortages(q)
			if err != nil {
				return err
			}
			if len(short) != 1 || short[0].SKU != "OIL" || short[0].Projected != "-1.5" || short[0].State != "short" {
				t.Errorf("shortages: %+v", short)
			}
			if _, err := report.Failed(q); err != nil {
				return err
			}
			_, err = report.AccessEvents(q, 7)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestCash: with nothing to learn from, amounts come on their due day, the late
// ones this week; credits and money on account are taken off.
func TestCash(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		err := d.Read(context.Background(), func(q *db.Reader) error {
			v, err := report.Cash(q)
			if err != nil {
				return err
			}
			if v.Items != "28.31" { // 27.60 + 11.90 - 1.19 - 10.00
				t.Errorf("items %s", v.Items)
			}
			if len(v.Weeks) != 13 || v.Weeks[0].P50 != "10.71" || v.Settled != 0 {
				t.Errorf("this week: %+v, measured on %d", v.Weeks[0], v.Settled)
			}
			sum := 0
			for _, r := range v.Rows {
				if r.Week >= 0 {
					sum++
				}
			}
			if sum != 2 || v.Later != "0.00" {
				t.Errorf("%d rows in the weeks, later %s: %+v", sum, v.Later, v.Rows)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
