package bench

import (
	"slices"
	"testing"

	"kontor/internal/tools/db"
)

func TestMarks(t *testing.T) {
	for _, c := range []struct {
		end  int
		want []int
	}{
		{5000, []int{5000}},
		{10000, []int{10000}},
		{30000, []int{10000, 20000, 30000}},
		{1000000, []int{10000, 20000, 50000, 100000, 200000, 500000, 1000000}},
		{1500000, []int{10000, 20000, 50000, 100000, 200000, 500000, 1000000, 1500000}},
	} {
		if got := marks(firstMark, c.end); !slices.Equal(got, c.want) {
			t.Errorf("%d: %v", c.end, got)
		}
	}
}

// Two windows are as long as they should be, and the invariants hold.
// PostgreSQL has its turn in cmd/kontor, with server processes.
func TestGrow(t *testing.T) {
	o := Options{Engines: []db.Engine{db.SQLite}, Modes: []string{Gathered}, Clients: []int{8}, Dir: t.TempDir(), Catalog: Catalog{Products: 50, Customers: 5}, mark: 700}
	shown := 0
	all, err := Grow(t.Context(), o, 800, func(string) {}, func(Growth, Window) { shown++ })
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || shown != 2 {
		t.Fatalf("%d databases, %d windows shown", len(all), shown)
	}
	g := all[0]
	if len(g.Windows) != 2 || g.Windows[0].Lines != 700 || g.Windows[0].Played != 700-warmUp*LinesPerOrder || g.Windows[1].Lines != 800 || g.Windows[1].Played != 100 || g.CPURatio == nil {
		t.Errorf("%+v", g)
	}
	for _, v := range g.Windows {
		if v.LinesPerSecond <= 0 || v.P50 <= 0 || v.P99 < v.P50 || v.BytesPerLine <= 0 || v.CPU == nil || *v.CPU <= 0 {
			t.Errorf("%+v", v)
		}
	}
}
