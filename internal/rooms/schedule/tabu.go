package schedule

import (
	"context"
	"math/rand/v2"
)

// search is a graph with what a tabu search (Glover 1989, "Tabu search, part I")
// needs. Nothing is allocated while it runs.
type search struct {
	*graph
	ctx  context.Context
	dice *rand.Rand
	left int64 // iterations that may still be done
	made int64 // iterations done

	floor int32   // no plan is shorter
	width int32   // entries of forbid for each operation
	index []int32 // place of an operation among those of its machine, as the problem lists them
	// forbid[u×width+index[x]] is the iteration until which u may not be put
	// before x again.
	forbid       []int32
	tenure, span int32 // iterations that a prohibition lasts: from tenure, below tenure+span
	clock        int32 // the iteration, as prohibitions count it

	goal Goal
	path []int32
	best []int32 // the best order of the run

	// for the tardiness
	swaps        []move
	heads0, end0 []int32
}

func newSearch(ctx context.Context, g *graph, o Options) *search {
	s := &search{graph: g, ctx: ctx, dice: rand.New(rand.NewPCG(o.Seed, 0x5eed)), left: o.Iterations, goal: o.Goal}
	s.index, s.path, s.best = make([]int32, g.n+1), make([]int32, g.n), make([]int32, g.n)
	s.heads0, s.end0, s.swaps = make([]int32, g.n+1), make([]int32, g.n+1), make([]move, 0, 2*g.n)
	count := make([]int32, len(g.cal))
	for v := range g.n {
		s.index[v] = count[g.mach[v]]
		count[g.mach[v]]++
	}
	for _, c := range count {
		s.width = max(s.width, c)
	}
	s.forbid = make([]int32, (g.n+1)*s.width)
	s.floor = g.bound()
	s.lengths()
	return s
}

// lengths sets how long a move is forbidden, as Zhang, Li, Rao and Guan 2008 ("A
// very fast TS/SA algorithm for the job shop scheduling problem") found it good:
// 10 + jobs ÷ machines, and up to 1.4 times that, 1.5 times with many jobs.
func (s *search) lengths() {
	jobs, machines := int32(len(s.problem.Jobs)), int32(max(1, len(s.cal)))
	s.tenure = 10 + jobs/machines
	s.span = max(1, s.tenure*4/10)
	if jobs > 2*machines {
		s.span = max(1, s.tenure/2)
	}
}

// over tells whether the search must stop. The context is asked now and then, and
// each time where an iteration may take long.
func (s *search) over() bool {
	return s.left <= 0 || (s.made&127 == 0 || !s.plain || s.goal == Tardiness) && s.ctx.Err() != nil
}

// shorten runs a tabu search on the makespan from the graph as it stands, until
// patience iterations in a row found nothing better, and leaves the best order in
// best. It gives its makespan.
func (s *search) shorten(patience int32) int32 {
	shortest := s.makespan
	copy(s.best, s.order)
	for until := s.begin() + patience; s.clock <= until && shortest > s.floor && !s.over(); s.clock++ {
		s.left--
		s.made++
		m, ok := s.pick(s.clock, shortest)
		if !ok || !s.apply(m.move) {
			break
		}
		s.forget(m, s.clock)
		if s.makespan < shortest {
			shortest, until = s.makespan, s.clock+patience
			copy(s.best, s.order)
			if !s.plain {
				s.count()
			}
		}
	}
	return shortest
}

// begin starts a run with nothing forbidden: it goes on to a time at which all
// prohibitions have ended, which is cheaper than to clear them.
func (s *search) begin() int32 {
	s.clock += s.tenure + s.span + 1
	if s.clock > limit {
		clear(s.forbid)
		s.clock = 1
	}
	return s.clock
}

// choice collects the moves of one iteration.
type choice struct {
	move, any move
	length    int32 // of move
	ties, all int32 // moves as good as move; moves seen
}

// pick chooses the move with the best estimate that is not forbidden, or that
// promises a new best; a random one when all are forbidden. It gives false when
// the critical way leaves nothing to move.
func (s *search) pick(now, shortest int32) (chosen, bool) {
	c := choice{length: limit * 2}
	way := s.critical()
	for i := 0; i < len(way); {
		j := i + 1
		for j < len(way) && way[j] == s.ms[way[j-1]] {
			j++
		}
		if j-i > 1 {
			s.block(&c, way[i:j], now, shortest, i == 0, j == len(way))
		}
		i = j
	}
	if c.ties > 0 {
		return chosen{c.move, s.ms[c.move.u], s.mp[c.move.v]}, true
	}
	return chosen{c.any, s.ms[c.any.u], s.mp[c.any.v]}, c.all > 0
}

// chosen is a move with the neighbours of its operations before it is made.
type chosen struct {
	move
	next, previous int32
}

// block offers the moves of one block of the critical way: the neighbourhood N7
// of Zhang, Li, Guan and Rao 2007 ("A tabu search algorithm with a new
// neighborhood structure for the job shop scheduling problem"), which is N6 of
// Balas and Vazacopoulos – each operation behind the last or before the first –
// and the first and the last into the block. What only changes the beginning of
// the first block or the end of the last cannot help where nothing is released
// later.
func (s *search) block(c *choice, b []int32, now, shortest int32, first, last bool) {
	first, last = first && s.free, last && s.free
	k := len(b) - 1
	if s.setups[s.mach[b[0]]] != nil {
		s.inside(c, b, now, shortest)
	}
	if !last {
		for _, u := range b[:k] {
			s.offer(c, move{u, b[k], false}, now, shortest)
		}
		for i := 1; i < k-1; i++ {
			s.offer(c, move{b[i], b[k], true}, now, shortest)
		}
	}
	if !first {
		from := 1
		if k == 1 && !last {
			from = 2 // the same as the swap above
		}
		for i := from; i <= k; i++ {
			s.offer(c, move{b[0], b[i], true}, now, shortest)
		}
		for i := 2; i < k; i++ {
			s.offer(c, move{b[0], b[i], false}, now, shortest)
		}
	}
}

// inside offers as many random moves within a block as it is long: where setups
// count, an operation may best go to others of its family, in the middle.
func (s *search) inside(c *choice, b []int32, now, shortest int32) {
	n := int32(len(b))
	for range n - 2 {
		i := s.dice.Int32N(n - 1)
		j := i + 1 + s.dice.Int32N(n-1-i)
		s.offer(c, move{b[i], b[j], s.dice.Uint64()&1 == 0}, now, shortest)
	}
}

func (s *search) offer(c *choice, m move, now, shortest int32) {
	if !s.safe(m) {
		return
	}
	c.all++
	if s.dice.Int32N(c.all) == 0 {
		c.any = m
	}
	length := s.estimate(m, c.length)
	if length > c.length || length >= shortest && s.forbidden(m, now) {
		return
	}
	if length < c.length {
		c.length, c.ties = length, 0
	}
	c.ties++
	if s.dice.Int32N(c.ties) == 0 {
		c.move = m
	}
}

// forbidden tells whether a move would bring back an order that was given up a
// short while ago.
func (s *search) forbidden(m move, now int32) bool {
	if m.back {
		row := s.forbid[m.v*s.width:]
		for x := m.u; x != m.v; x = s.ms[x] {
			if row[s.index[x]] >= now {
				return true
			}
		}
		return false
	}
	for x := m.v; x != m.u; x = s.mp[x] {
		if s.forbid[x*s.width+s.index[m.u]] >= now {
			return true
		}
	}
	return false
}

// forget forbids, after a move, to bring back the orders that it gave up.
func (s *search) forget(m chosen, now int32) {
	until := now + s.tenure + s.dice.Int32N(s.span)
	if m.back { // now v u … previous
		for x := m.u; ; x = s.ms[x] {
			s.forbid[x*s.width+s.index[m.v]] = until
			if x == m.previous {
				return
			}
		}
	}
	for x := m.next; x != m.u; x = s.ms[x] { // now next … v u
		s.forbid[m.u*s.width+s.index[x]] = until
	}
}

// critical follows a longest way back from the end of all, at random where
// several operations are as late.
func (s *search) critical() []int32 {
	v, ties := s.n, int32(0)
	for _, x := range s.sinks {
		if s.end[x] == s.makespan {
			if ties++; s.dice.Int32N(ties) == 0 {
				v = x
			}
		}
	}
	at := len(s.path)
	for v != s.n {
		at--
		s.path[at] = v
		if s.plain {
			v = s.binding(v)
		} else {
			v = s.fullBinding(v)
		}
	}
	return s.path[at:]
}

// binding is an operation whose end is the start of v, n when the release is.
func (s *search) binding(v int32) int32 {
	a, b, h := s.mp[v], s.jp[v], s.head[v]
	onMachine, inJob := a != s.n && s.end[a] == h, b != s.n && s.end[b] == h
	switch {
	case onMachine && inJob:
		if s.dice.Uint64()&1 == 0 {
			return a
		}
		return b
	case onMachine:
		return a
	case inJob:
		return b
	}
	return s.n
}

// fullBinding is the operation that lets v start last, with its setup.
func (s *search) fullBinding(v int32) int32 {
	found, ties, latest := s.n, int32(0), s.rel[v]
	consider := func(x, ready int32) {
		if ready > latest {
			latest, ties = ready, 0
		}
		if ready == latest {
			if ties++; s.dice.Int32N(ties) == 0 {
				found = x
			}
		}
	}
	consider(s.mp[v], s.readyAfter(s.mp[v], v, s.end[s.mp[v]]))
	for _, b := range s.pre[v] {
		consider(b, s.end[b])
	}
	return found
}

// bound is a makespan that no plan can be below: the work of a machine with the
// shortest ways to it and from it, and every job alone.
func (g *graph) bound() int32 {
	before, behind := make([]int32, g.n+1), make([]int32, g.n+1)
	var floor int32
	for j := range g.problem.Jobs {
		g.alone(j, before, behind)
	}
	work, first, last := make([]int32, len(g.cal)), make([]int32, len(g.cal)), make([]int32, len(g.cal))
	for m := range first {
		first[m], last[m] = limit, limit
	}
	for v := range g.n {
		m := g.mach[v]
		work[m] += g.p[v]
		first[m], last[m] = min(first[m], before[v]), min(last[m], behind[v])
		floor = max(floor, g.cal[m].finish(before[v], g.p[v], g.split[v])+behind[v])
	}
	for m := range work {
		if work[m] > 0 {
			floor = max(floor, g.cal[m].advance(first[m], work[m])+last[m])
		}
	}
	return floor
}

// alone computes the shortest ways to and from the operations of one job.
func (g *graph) alone(j int, before, behind []int32) {
	base := int32(0)
	for i := range j {
		base += int32(len(g.problem.Jobs[i].Operations))
	}
	sequence := g.problem.Jobs[j].sequence()
	for _, o := range sequence {
		v := base + int32(o)
		before[v] = g.rel[v]
		for _, b := range g.pre[v] {
			before[v] = max(before[v], g.cal[g.mach[b]].finish(before[b], g.p[b], g.split[b]))
		}
		before[v] = g.cal[g.mach[v]].start(before[v], g.p[v], g.split[v])
	}
	for i := len(sequence) - 1; i >= 0; i-- {
		v := base + int32(sequence[i])
		for _, s := range g.post[v] {
			behind[v] = max(behind[v], g.p[s]+behind[s])
		}
	}
}
