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
	starts := s.first()
	if s.width > 1 { // else there is no order to search for
		s.evolve(starts)
	}
	plan := g.plan()
	return Result{Plan: plan, Value: p.Value(plan), Bound: int64(s.floor), Iterations: s.made}, nil
}

// first leaves the graph on the best plan of the rules and gives the orders of
// all, the best first. When the context ends it does with the rules tried by then,
// which is why those that mostly suit the goal are tried first.
func (s *search) first() [][]int32 {
	var all []elite
	rules := []Rule{EarliestDue, CriticalRatio, LeastSetup, ShortestProcessing, MostWorkRemaining}
	if s.goal == Makespan {
		slices.Reverse(rules)
	}
	for _, rule := range rules {
		for _, style := range []Style{Active, NonDelay} {
			if len(all) > 0 && s.ctx.Err() != nil {
				break
			}
			order := s.dispatch(rule, style)
			s.load(order)
			all = append(all, elite{order, s.cost()})
		}
	}
	slices.SortStableFunc(all, func(a, b elite) int { return cmp.Or(cmp.Compare(a.late, b.late), cmp.Compare(a.end, b.end)) })
	orders := make([][]int32, len(all))
	for i := range all {
		orders[i] = all[i].order
	}
	s.load(orders[0])
	return orders
}
