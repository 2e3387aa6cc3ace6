//go:build report

package schedule_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"kontor/internal/rooms/schedule"
)

// TestScheduleReport gives every published instance the time that KONTOR_SCHEDULE
// says, such as 60s, on one core, and prints what it found beside the best known.
// From 60s on it judges: 2 percent in the mean on 10×10 and smaller, 6 on all.
func TestScheduleReport(t *testing.T) {
	text := os.Getenv("KONTOR_SCHEDULE")
	each, err := time.ParseDuration(text)
	if err != nil || each <= 0 {
		t.Fatalf("KONTOR_SCHEDULE is a duration such as 60s, not %q", text)
	}
	fmt.Printf("%-6s %-7s %7s %7s %9s\n", "name", "size", "known", "found", "gap")
	classes := map[string][]float64{}
	for _, one := range library(t) {
		ctx, cancel := context.WithTimeout(context.Background(), each)
		f := solve(ctx, t, one, schedule.Options{Seed: 1})
		cancel()
		fmt.Println(f)
		size := fmt.Sprintf("%2d×%d", len(one.Jobs), one.Machines)
		classes[size] = append(classes[size], f.gap)
		classes["all"] = append(classes["all"], f.gap)
		if small(one) {
			classes["10×10 and smaller"] = append(classes["10×10 and smaller"], f.gap)
		}
	}
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		fmt.Printf("mean of %2d, %-18s %6.2f %%, most %6.2f %%\n", len(classes[c]), c, mean(classes[c]), slices.Max(classes[c]))
	}
	if s, a := mean(classes["10×10 and smaller"]), mean(classes["all"]); each >= time.Minute && (s > 2 || a > 6) {
		t.Errorf("%.2f %% on 10×10 and smaller, %.2f %% on all", s, a)
	}
}
