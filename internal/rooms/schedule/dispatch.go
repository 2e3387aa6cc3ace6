package schedule

import (
	"cmp"
	"slices"
)

// Rule says which of the operations that compete for a machine goes first.
type Rule int

// The rules of the shop floor. Ties go to the earlier due date, then to the
// earlier job.
const (
	EarliestDue        Rule = iota // the job that is due first
	CriticalRatio                  // least time left for each minute of work left
	LeastSetup                     // same family, or the shortest setup
	ShortestProcessing             // the shortest operation
	MostWorkRemaining              // the job with most minutes left
)

// Style says what competes.
type Style int

const (
	// Active lets compete what could start before the operation that could
	// finish first is finished (Giffler and Thompson 1960, "Algorithms for solving
	// production-scheduling problems"): no operation of the plan could be earlier
	// without another being later.
	Active Style = iota
	// NonDelay lets compete only what could start first: no machine waits while
	// it has something to do.
	NonDelay
)

// Dispatch plans operation by operation, with one rule. It refuses a problem that
// Validate refuses.
func Dispatch(p *Problem, rule Rule, style Style) (Plan, error) {
	if err := p.Validate(); err != nil {
		return Plan{}, err
	}
	g := newGraph(p)
	g.load(g.dispatch(rule, style))
	return g.plan(), nil
}

// shop is the state of a floor on which some operations are planned.
type shop struct {
	*graph
	rule Rule
	open []int32 // by operation: predecessors that are not planned
	now  []int32 // operations that could be next
	left []int64 // minutes of work left, by job
	done []int32 // last operation, by machine
}

// dispatch gives a linear order of all operations.
func (g *graph) dispatch(rule Rule, style Style) []int32 {
	s := &shop{graph: g, rule: rule, open: make([]int32, g.n), left: make([]int64, len(g.problem.Jobs)), done: make([]int32, len(g.cal))}
	for m := range s.done {
		s.done[m] = g.n
	}
	for v := range g.n {
		s.open[v] = int32(len(g.pre[v]))
		s.left[g.job[v]] += int64(g.p[v])
	}
	for v := range g.n {
		if s.open[v] == 0 {
			s.admit(v)
		}
	}
	order := make([]int32, 0, g.n)
	for len(s.now) > 0 {
		v := s.choose(style)
		s.take(v)
		order = append(order, v)
	}
	return order
}

// choose finds the machine that is decided on and, by the rule, its operation.
func (s *shop) choose(style Style) int32 {
	first := s.now[0]
	for _, v := range s.now {
		if style == Active && s.end[v] < s.end[first] || style == NonDelay && s.head[v] < s.head[first] {
			first = v
		}
	}
	best := first
	for _, v := range s.now {
		competes := style == Active && s.head[v] < s.end[first] || s.head[v] == s.head[first]
		if s.mach[v] == s.mach[first] && competes && s.better(v, best) {
			best = v
		}
	}
	return best
}

// better tells whether the rule puts a before b.
func (s *shop) better(a, b int32) bool {
	ja, jb := &s.problem.Jobs[s.job[a]], &s.problem.Jobs[s.job[b]]
	due := cmp.Compare(uint64(ja.Due-1), uint64(jb.Due-1)) // none comes last
	var c int
	switch s.rule {
	case CriticalRatio:
		c = s.ratio(a, b)
	case LeastSetup:
		c = cmp.Compare(s.setupNow(a), s.setupNow(b))
	case ShortestProcessing:
		c = cmp.Compare(s.p[a], s.p[b])
	case MostWorkRemaining:
		c = cmp.Compare(s.left[s.job[b]], s.left[s.job[a]])
	}
	return cmp.Or(c, due, cmp.Compare(a, b)) < 0
}

// ratio compares (due − start) ÷ work left, without dividing.
func (s *shop) ratio(a, b int32) int {
	da, db := s.problem.Jobs[s.job[a]].Due, s.problem.Jobs[s.job[b]].Due
	if da == 0 || db == 0 {
		return cmp.Compare(uint64(da-1), uint64(db-1))
	}
	return cmp.Compare((da-int64(s.head[a]))*s.left[s.job[b]], (db-int64(s.head[b]))*s.left[s.job[a]])
}

// setupNow is the setup that the machine would need for v.
func (s *shop) setupNow(v int32) int32 {
	u := s.done[s.mach[v]]
	if u == s.n {
		return s.firstAt[v]
	}
	return s.setup(u, v)
}

// admit lets v compete.
func (s *shop) admit(v int32) {
	s.now = append(s.now, v)
	s.time(v)
}

// time is when v could start and finish as the floor stands.
func (s *shop) time(v int32) {
	before := s.done[s.mach[v]]
	s.head[v] = s.startAfter(before, v, s.end[before])
	s.end[v] = s.cal[s.mach[v]].finish(s.head[v], s.p[v], s.split[v])
}

// take plans v and lets in what waited for it.
func (s *shop) take(v int32) {
	i := slices.Index(s.now, v)
	s.now = slices.Delete(s.now, i, i+1)
	s.left[s.job[v]] -= int64(s.p[v])
	s.done[s.mach[v]] = v
	for _, x := range s.now {
		if s.mach[x] == s.mach[v] {
			s.time(x)
		}
	}
	for _, w := range s.post[v] {
		if s.open[w]--; s.open[w] == 0 {
			s.admit(w)
		}
	}
}
