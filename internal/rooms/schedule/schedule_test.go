package schedule

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"
)

var everything = shopSize{machines: 5, jobs: 8, steps: 6, minutes: 12, setups: true, closed: true, trees: true, releases: true, splits: true, zeros: true}

// TestAThousandRandomShopsAreFeasible plans shops with families, closed times,
// releases, assembly and split operations by every rule and by both searches,
// and asks both Check and the walk through the minutes.
func TestAThousandRandomShopsAreFeasible(t *testing.T) {
	plans, sizes := 0, 0
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := randomProblem(r, everything)
		sizes += operations(p)
		judge := func(what string, plan Plan, err error) {
			t.Helper()
			plans++
			if err == nil {
				err = Check(p, plan)
			}
			ok, makespan, tardiness := works(p, plan)
			if v := p.Value(plan); err != nil || !ok || v.Makespan != makespan || v.Tardiness != tardiness {
				t.Fatalf("seed %d, %s: %v; the minutes say %v, %d, %d, the plan %+v", seed, what, err, ok, makespan, tardiness, v)
			}
		}
		for rule := EarliestDue; rule <= MostWorkRemaining; rule++ {
			for _, style := range []Style{Active, NonDelay} {
				plan, err := Dispatch(p, rule, style)
				judge("dispatch", plan, err)
			}
		}
		for _, goal := range []Goal{Makespan, Tardiness} {
			r, err := Improve(context.Background(), p, Options{Goal: goal, Seed: seed, Iterations: 300})
			judge("improve", r.Plan, err)
			if r.Value.Makespan < r.Bound {
				t.Fatalf("seed %d: makespan %d below the bound %d", seed, r.Value.Makespan, r.Bound)
			}
		}
	}
	t.Logf("%d feasible plans of 1000 shops with %d operations", plans, sizes)
}

// TestCheckAgreesWithTheMinutes shakes good plans and compares the verdicts.
func TestCheckAgreesWithTheMinutes(t *testing.T) {
	good, bad := 0, 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 2))
		p := randomProblem(r, everything)
		plan, err := Dispatch(p, Rule(r.IntN(5)), Style(r.IntN(2)))
		if err != nil {
			t.Fatal(err)
		}
		for range r.IntN(3) {
			j := r.IntN(len(p.Jobs))
			o := r.IntN(len(p.Jobs[j].Operations))
			plan.Start[j][o] = max(0, plan.Start[j][o]+r.Int64N(9)-4)
		}
		ok, _, _ := works(p, plan)
		if err := Check(p, plan); (err == nil) != ok {
			t.Fatalf("seed %d: Check says %v, the minutes %v", seed, err, ok)
		}
		if ok {
			good++
		} else {
			bad++
		}
	}
	t.Logf("%d plans can be worked, %d cannot", good, bad)
	if good < 400 || bad < 400 {
		t.Errorf("the cases are one-sided")
	}
}

// TestSmallShopsAreSolved compares with every possible order.
func TestSmallShopsAreSolved(t *testing.T) {
	for _, c := range []struct {
		name string
		size shopSize
	}{
		{"classic", shopSize{machines: 3, jobs: 3, steps: 3, minutes: 9, zeros: true}},
		{"everything", shopSize{machines: 2, jobs: 3, steps: 2, minutes: 7, setups: true, closed: true, trees: true, releases: true, splits: true, zeros: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			shops, missed, missedLate := 0, 0, 0
			for seed := range uint64(150) {
				r := rand.New(rand.NewPCG(seed, 3))
				p := randomProblem(r, c.size)
				if operations(p) > 6 {
					continue
				}
				shops++
				makespan, tardiness := best(p)
				a, err := Improve(context.Background(), p, Options{Seed: seed, Iterations: 2000})
				if err != nil || a.Value.Makespan < makespan || a.Bound > makespan {
					t.Fatalf("seed %d: %v, makespan %d and bound %d, best %d", seed, err, a.Value.Makespan, a.Bound, makespan)
				}
				b, err := Improve(context.Background(), p, Options{Goal: Tardiness, Seed: seed, Iterations: 2000})
				if err != nil || b.Value.Tardiness < tardiness {
					t.Fatalf("seed %d: %v, tardiness %d, best %d", seed, err, b.Value.Tardiness, tardiness)
				}
				if a.Value.Makespan > makespan {
					missed++
				}
				if b.Value.Tardiness > tardiness {
					missedLate++
				}
			}
			t.Logf("of %d shops the least makespan was missed in %d, the least tardiness in %d", shops, missed, missedLate)
			if 20*missed > shops || 20*missedLate > shops {
				t.Errorf("more than one in twenty missed")
			}
		})
	}
}

func TestSameSeedSamePlan(t *testing.T) {
	p := randomProblem(rand.New(rand.NewPCG(7, 4)), shopSize{machines: 6, jobs: 12, steps: 8, minutes: 40, setups: true, closed: true, releases: true})
	for _, goal := range []Goal{Makespan, Tardiness} {
		o := Options{Goal: goal, Seed: 5, Iterations: 3000}
		a, err := Improve(context.Background(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := Improve(context.Background(), p, o); !reflect.DeepEqual(a, b) {
			t.Errorf("goal %d: %+v and %+v", goal, a.Value, b.Value)
		}
	}
}
