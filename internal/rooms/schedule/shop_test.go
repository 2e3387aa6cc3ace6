package schedule

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"kontor/internal/words/fault"
)

// dayShop draws a shop that works by day: closed at night and for a service now
// and then, five setup families, due times that not all can be kept.
func dayShop(seed uint64, jobs, machines int) *Problem {
	r := rand.New(rand.NewPCG(seed, 9))
	p := &Problem{}
	for m := range machines {
		one := randomMachine(r, shopSize{minutes: 60}, m)
		one.Setup = make([][]int64, 5)
		for a := range one.Setup {
			one.Setup[a] = make([]int64, 5)
			for b := range one.Setup[a] {
				if a != b {
					one.Setup[a][b] = 10 + r.Int64N(60)
				}
			}
		}
		for d := range int64(60) {
			one.Closed = append(one.Closed, Interval{d*1440 + 960, d*1440 + 1440})
			if (d+int64(m))%3 == 0 {
				one.Closed = append(one.Closed, Interval{d*1440 + 400, d*1440 + 430 + r.Int64N(100)})
			}
		}
		p.Machines = append(p.Machines, one)
	}
	for range jobs {
		job := Job{Release: r.Int64N(2000), Weight: 1 + r.Int64N(5)}
		work := int64(0)
		for _, m := range r.Perm(machines) {
			op := Operation{Machine: m, Minutes: 10 + r.Int64N(180), Family: r.IntN(5), Split: r.IntN(4) == 0}
			work += op.Minutes
			job.Operations = append(job.Operations, op)
		}
		job.Due = job.Release + work*(2+r.Int64N(3))
		p.Jobs = append(p.Jobs, job)
	}
	return p
}

// TestTheSearchesBeatTheRules prints what each rule makes of some shops and what
// the searches add.
func TestTheSearchesBeatTheRules(t *testing.T) {
	names := [...]string{"earliest due date", "critical ratio", "least setup", "shortest processing", "most work remaining"}
	ruled, searched := [len(names)]Value{}, [2]Value{}
	add := func(sum *Value, p *Problem, plan Plan) {
		if err := Check(p, plan); err != nil {
			t.Fatal(err)
		}
		v := p.Value(plan)
		sum.Makespan, sum.Tardiness, sum.Late = sum.Makespan+v.Makespan, sum.Tardiness+v.Tardiness, sum.Late+v.Late
	}
	for seed := range uint64(4) {
		p := dayShop(seed, 20, 8)
		for rule := range names {
			plan, err := Dispatch(p, Rule(rule), NonDelay)
			if err != nil {
				t.Fatal(err)
			}
			add(&ruled[rule], p, plan)
		}
		for goal, iterations := range []int64{10_000, 3_000} {
			r, err := Improve(context.Background(), p, Options{Goal: Goal(goal), Seed: seed, Iterations: iterations})
			if err != nil {
				t.Fatal(err)
			}
			add(&searched[goal], p, r.Plan)
		}
	}
	for rule, v := range ruled {
		t.Logf("%-20s makespans %6d, weighted tardiness %7d, %2d late of 80", names[rule], v.Makespan, v.Tardiness, v.Late)
		if searched[Makespan].Makespan >= v.Makespan || searched[Tardiness].Tardiness >= v.Tardiness {
			t.Errorf("no search beats the rule %s", names[rule])
		}
	}
	for goal, v := range searched {
		t.Logf("%-20s makespans %6d, weighted tardiness %7d, %2d late of 80", [...]string{"search for makespan", "search for tardiness"}[goal], v.Makespan, v.Tardiness, v.Late)
	}
}

// bench is a small shop with one reason for each fault.
func bench() (*Problem, Plan) {
	p := &Problem{
		Machines: []Machine{{Name: "saw", Closed: []Interval{{100, 120}}, Setup: [][]int64{{0, 5}, {5, 0}}}, {Name: "press"}},
		Jobs: []Job{
			{Name: "A", Release: 10, Operations: []Operation{{Machine: 0, Minutes: 20}, {Machine: 1, Minutes: 30}}},
			{Name: "B", Operations: []Operation{{Machine: 0, Minutes: 40, Family: 1}}},
		},
	}
	return p, Plan{[][]int64{{10, 30}, {35}}}
}

func TestFaultsOfPlansAreNamed(t *testing.T) {
	p, plan := bench()
	if err := Check(p, plan); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule  fault.Rule
		says  string
		spoil func(p *Problem, plan *Plan)
	}{
		{ErrShape, "has 1 jobs and the problem 2", func(_ *Problem, plan *Plan) { plan.Start = plan.Start[:1] }},
		{ErrShape, "job B, which has 1", func(_ *Problem, plan *Plan) { plan.Start[1] = nil }},
		{ErrShape, "minute -1", func(_ *Problem, plan *Plan) { plan.Start[1][0] = -1 }},
		{ErrRelease, "released at 10", func(_ *Problem, plan *Plan) { plan.Start[0][0] = 9 }},
		{ErrPrecedence, "operation 0 is finished at 30", func(_ *Problem, plan *Plan) { plan.Start[0][1] = 29 }},
		{ErrOverlap, "one at a time", func(_ *Problem, plan *Plan) { plan.Start[1][0] = 29 }},
		{ErrSetup, "takes 5", func(_ *Problem, plan *Plan) { plan.Start[1][0] = 34 }},
		{ErrClosed, "closed from 100 to 120", func(_ *Problem, plan *Plan) { plan.Start[1][0] = 61 }},
		{ErrClosed, "closed from 100 to 120", func(p *Problem, plan *Plan) { plan.Start[1][0], p.Jobs[1].Operations[0].Split = 119, true }},
		{ErrProblem, "closed from 5 to 5", func(p *Problem, _ *Plan) { p.Machines[0].Closed[0] = Interval{5, 5} }},
		{ErrProblem, "setup of -1", func(p *Problem, _ *Plan) { p.Machines[0].Setup[1][0] = -1 }},
		{ErrProblem, "family -2", func(p *Problem, _ *Plan) { p.Machines[1].Mounted = -2 }},
		{ErrProblem, "due time -5", func(p *Problem, _ *Plan) { p.Jobs[0].Due = -5 }},
		{ErrProblem, "takes no time on machine saw", func(p *Problem, _ *Plan) { p.Jobs[1].Operations[0].Minutes = 0 }},
		{ErrProblem, "machine 2", func(p *Problem, _ *Plan) { p.Jobs[1].Operations[0].Machine = 2 }},
		{ErrProblem, "which does not exist", func(p *Problem, _ *Plan) { p.Jobs[0].Operations[0].After = []int{2} }},
		{ErrProblem, "ring", func(p *Problem, _ *Plan) { p.Jobs[0].Operations[0].After = []int{1} }},
		{ErrProblem, "smaller ones", func(p *Problem, _ *Plan) {
			for range 20 {
				p.Jobs = append(p.Jobs, Job{Weight: limit - 1})
			}
		}},
		{ErrTooLong, "shorter stretch", func(p *Problem, _ *Plan) { p.Jobs[1].Operations[0].Minutes = limit - 1 }},
	} {
		p, plan := bench()
		c.spoil(p, &plan)
		if err := Check(p, plan); !errors.Is(err, c.rule) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("want %s with %q, got %v", c.rule, c.says, err)
		}
	}
}

func TestASplitOperationPausesOverClosedTime(t *testing.T) {
	p, plan := bench()
	p.Jobs[1].Operations[0].Split = true
	plan.Start[1][0] = 90
	if end := p.Finish(plan, 1, 0); end != 150 {
		t.Errorf("40 minutes from 90 on, closed from 100 to 120, end at %d", end)
	}
	if err := Check(p, plan); err != nil {
		t.Error(err)
	}
}

func TestAShopWithoutWorkHasAPlan(t *testing.T) {
	for _, p := range []*Problem{{}, {Machines: make([]Machine, 2)}, {Jobs: []Job{{Name: "empty", Release: 4}}}} {
		for _, goal := range []Goal{Makespan, Tardiness} {
			r, err := Improve(context.Background(), p, Options{Goal: goal})
			if err == nil {
				err = Check(p, r.Plan)
			}
			if err != nil || r.Value.Makespan != 0 {
				t.Errorf("%v, %+v", err, r)
			}
		}
	}
}

// TestNothingToDecideEndsAtOnce: with one operation a machine there is no order to
// search for, and a caller with a long deadline does not wait for it.
func TestNothingToDecideEndsAtOnce(t *testing.T) {
	p, _ := bench()
	p.Jobs = p.Jobs[:1]
	r, err := Improve(context.Background(), p, Options{})
	if err == nil {
		err = Check(p, r.Plan)
	}
	if err != nil || r.Value.Makespan != 60 || r.Iterations != 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestTheEndOfTheContextGivesWhatIsFound: a search that is told to end at once
// still has a plan of a rule.
func TestTheEndOfTheContextGivesWhatIsFound(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := dayShop(1, 10, 5)
	for _, goal := range []Goal{Makespan, Tardiness} {
		r, err := Improve(ctx, p, Options{Goal: goal})
		if err == nil {
			err = Check(p, r.Plan)
		}
		if err != nil || r.Iterations != 0 {
			t.Errorf("%v after %d iterations", err, r.Iterations)
		}
	}
}
