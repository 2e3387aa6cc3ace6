package bench

import (
	"slices"
	"strings"
	"testing"

	"kontor/internal/tools/db"
)

func TestScale(t *testing.T) {
	run := func(processes int, speed float64) Result {
		return Result{Engine: db.Postgres, Mode: HTTP, Clients: 64, Processes: processes, LinesPerSecond: speed}
	}
	got := Scale([]Result{{Mode: HTTP, Clients: 64, LinesPerSecond: 9}, run(2, 900), run(1, 1000), run(1, 2000), run(2, 700), run(1, 1100)})
	want := []Scaled{{Clients: 64, Processes: 1, Runs: 3, LinesPerSecond: 1100, Ratio: 1}, {Clients: 64, Processes: 2, Runs: 2, LinesPerSecond: 800, Ratio: 0.727}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if got := Scale([]Result{run(2, 5), run(2, 6)}); got != nil {
		t.Errorf("nothing to compare, but %+v", got)
	}
	var out strings.Builder
	WriteScaling(&out, want)
	if !strings.Contains(out.String(), "2 serve processes: 800 lines/s, the median of 2 runs, 0.727 ×") {
		t.Error(out.String())
	}
}
