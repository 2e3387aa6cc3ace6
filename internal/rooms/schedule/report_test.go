package schedule_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"kontor/internal/formats/jobshop"
	"kontor/internal/rooms/schedule"
)

const sharedDir = "../../../../shared/data/job-shop/"

// published is an instance with what is known of it.
type published struct {
	jobshop.Instance
	lower, best int64
}

// library reads the published instances.
func library(t testing.TB) []published {
	t.Helper()
	f, err := os.Open(sharedDir + "instances_orlib.txt")
	if err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	defer f.Close()
	all, err := jobshop.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(sharedDir + "best_known.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][2]int64{}
	for _, r := range rows[1:] {
		lower, _ := strconv.ParseInt(r[3], 10, 64)
		best, _ := strconv.ParseInt(r[4], 10, 64)
		known[r[0]] = [2]int64{lower, best}
	}
	var out []published
	for _, one := range all {
		k, ok := known[one.Name]
		if !ok {
			t.Fatalf("nothing is known of %s", one.Name)
		}
		out = append(out, published{one, k[0], k[1]})
	}
	return out
}

// problem makes the classic problem of an instance.
func (one published) problem() *schedule.Problem {
	p := &schedule.Problem{Machines: make([]schedule.Machine, one.Machines)}
	for m := range p.Machines {
		p.Machines[m].Name = fmt.Sprint("M", m)
	}
	for j, route := range one.Jobs {
		job := schedule.Job{Name: fmt.Sprint("J", j)}
		for _, s := range route {
			job.Operations = append(job.Operations, schedule.Operation{Machine: s.Machine, Minutes: s.Minutes})
		}
		p.Jobs = append(p.Jobs, job)
	}
	return p
}

func TestScheduleReport(t *testing.T) {
	text := os.Getenv("KONTOR_SCHEDULE")
	if text == "" {
		t.Skip("make schedule-report plays it")
	}
	each, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	only := os.Getenv("KONTOR_SCHEDULE_ONLY")
	var sum, n float64
	for _, one := range library(t) {
		if only != "" && !strings.Contains(","+only+",", ","+one.Name+",") {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), each)
		p := one.problem()
		began := time.Now()
		r, err := schedule.Improve(ctx, p, schedule.Options{Seed: 1})
		took := time.Since(began)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if err := schedule.Check(p, r.Plan); err != nil {
			t.Fatal(err)
		}
		gap := 100 * float64(r.Value.Makespan-one.best) / float64(one.best)
		sum += gap
		n++
		fmt.Printf("%-6s %2dx%-2d %5d %5d %6.2f %% %8d moves %6.0f/s\n", one.Name, len(one.Jobs), one.Machines, one.best, r.Value.Makespan, gap, r.Iterations, float64(r.Iterations)/took.Seconds())
	}
	fmt.Printf("mean %.3f\n", sum/n)
}
