package importers_test

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"kontor/internal/formats/adventureworks"
	"kontor/internal/rooms/bom"
	"kontor/internal/rooms/catalog"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// byHand adds up what one of a product takes, row by row of the file.
func byHand(rows map[int][]adventureworks.Component, product int, n int64, on string, sum map[int]int64) {
	sum[product] += n
	for _, c := range rows[product] {
		if c.From <= on && (c.Until == "" || on <= c.Until) {
			per, _ := strconv.ParseFloat(c.PerAssembly, 64) // whole numbers in this set
			byHand(rows, c.ComponentID, n*int64(per), on, sum)
		}
	}
}

// explosionsAreRight takes every finished good of the set apart on each day on
// which a bill changes, and compares with the file.
func explosionsAreRight(t *testing.T, d *db.DB, dir string) {
	t.Helper()
	set, err := adventureworks.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	rows, days := map[int][]adventureworks.Component{}, map[string]bool{"2010-01-01": true, "2012-02-29": true, "2014-06-30": true}
	for _, c := range set.Components {
		rows[c.AssemblyID] = append(rows[c.AssemblyID], c)
		days[c.From] = true
		if c.Until != "" {
			days[string(day.Day(c.Until).AddDays(1))] = true
		}
	}
	numbers, finished := map[string]int{}, []string{}
	for _, p := range set.Products {
		if numbers[p.Number] = p.ID; p.Finished {
			finished = append(finished, p.Number)
		}
	}
	err = d.Read(context.Background(), func(r *db.Reader) error {
		known, err := catalog.BySKU(r, finished)
		if err != nil {
			return err
		}
		sku := map[id.Product]string{}
		var ids []id.Product
		for _, p := range known {
			ids = append(ids, p.ID)
		}
		book, err := bom.Under(r, ids)
		if err != nil {
			return err
		}
		all, made, deepest := 0, map[string]bool{}, 0
		for on := range days {
			for _, number := range finished {
				want := map[int]int64{}
				byHand(rows, numbers[number], 1, on, want)
				needs, err := book.Explode(known[number].ID, 1, day.Day(on))
				if err != nil {
					return err
				}
				if len(needs) != len(want) {
					t.Errorf("%s on %s: %d products, in the file %d", number, on, len(needs), len(want))
				}
				for _, n := range needs {
					if sku[n.Product] == "" {
						x, err := catalog.ByID(r, []id.Product{n.Product})
						if err != nil {
							return err
						}
						sku[n.Product] = x[n.Product].SKU
					}
					if n.Steps != want[numbers[sku[n.Product]]] {
						t.Errorf("%s on %s takes %d of %s, in the file %d", number, on, n.Steps, sku[n.Product], want[numbers[sku[n.Product]]])
					}
					deepest = max(deepest, n.Level)
				}
				if all++; len(needs) > 1 {
					made[number] = true
				}
			}
		}
		v, err := report.Explosion(r, known["BK-M82B-42"].ID, "10", "2013-01-15")
		if err != nil || len(v.Needs) < 20 || v.Needs[0].Qty != "10" || !slices.ContainsFunc(v.Needs, func(n report.NeedView) bool { return n.Level == 4 }) {
			t.Errorf("10 of BK-M82B-42: %+v %v", v, err)
		}
		t.Logf("%d explosions on %d days, %d of %d finished goods are made here, down to level %d", all, len(days), len(made), len(finished), deepest)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
