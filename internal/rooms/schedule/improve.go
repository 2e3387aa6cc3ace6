package schedule

import (
	"cmp"
	"context"
	"slices"
)

// Goal says what a search makes small.
type Goal int

const (
	// Makespan is the end of the last job.
	Makespan Goal = iota
	// Tardiness is Σ weight × minutes late, then the makespan.
	Tardiness
)

// Options bound a search.
type Options struct {
	Goal       Goal
	Seed       uint64
	Iterations int64 // moves that are made at most; 0: until the context ends
}

// Result is a plan and how it was found.
type Result struct {
	Plan       Plan
	Value      Value
	Bound      int64 // no plan has a makespan below
	Iterations int64 // moves made
}

// Improve plans by all rules and searches from the best for a better plan, until
// the iterations are done, the context ends or, for the makespan, the plan is
// proven the best. Same problem, options and no end by the context give the same
// plan. The end of the context is no error: what was found is given. It refuses
// a problem that Validate refuses.
func Improve(ctx context.Context, p *Problem, o Options) (Result, error) {
	if err := p.Validate(); err != nil {
		return Result{}, err
	}
	g := newGraph(p)
	if o.Iterations <= 0 {
		o.Iterations = 1<<63 - 1
	}
	s := newSearch(ctx, g, o)
	starts := g.first(o.Goal)
	if s.width > 1 { // else there is no order to search for
		s.evolve(starts)
	}
	plan := g.plan()
	return Result{Plan: plan, Value: p.Value(plan), Bound: int64(s.floor), Iterations: s.made}, nil
}

// ruled is a plan of a rule.
type ruled struct {
	order []int32
	value Value
}

// first leaves the graph on the best plan of all rules and gives all their
// orders, the best first.
func (g *graph) first(goal Goal) [][]int32 {
	var all []ruled
	for rule := EarliestDue; rule <= MostWorkRemaining; rule++ {
		for _, style := range []Style{Active, NonDelay} {
			order := g.dispatch(rule, style)
			g.load(order)
			all = append(all, ruled{order, g.problem.Value(g.plan())})
		}
	}
	slices.SortStableFunc(all, func(a, b ruled) int { return goal.compare(a.value, b.value) })
	orders := make([][]int32, len(all))
	for i := range all {
		orders[i] = all[i].order
	}
	g.load(orders[0])
	return orders
}

func (goal Goal) compare(a, b Value) int {
	if c := cmp.Compare(a.Tardiness, b.Tardiness); goal == Tardiness && c != 0 {
		return c
	}
	return cmp.Compare(a.Makespan, b.Makespan)
}
