package schedule

import "slices"

// graph is a problem with an order of the operations on each machine: the
// disjunctive graph of Roy and Sussmann 1964 ("Les problèmes d'ordonnancement
// avec contraintes disjonctives") with all its edges directed. Operations are
// numbered job by job; n is a sentinel that is finished at 0 and that nothing
// follows, so that the loops need no branches for the ends of chains.
type graph struct {
	problem *Problem
	n       int32
	plain   bool // chains only, no setups and no closed times: the fast loops serve
	free    bool // plain, and everything is released at 0

	// what never changes, by operation
	p, rel, mach, job []int32
	jp, js            []int32   // before and after in the job; the first of them when there are more
	pre, post         [][]int32 // all of them
	fam               []int32
	split             []bool
	firstAt           []int32 // earliest start when first on its machine: the setup from what is mounted

	cal    []*calendar // by machine
	setups [][]int32   // by machine: families² minutes; nil: none
	fams   []int32     // by machine: families in setups
	sinks  []int32     // operations that nothing follows in their job
	ends   [][]int32   // the same by job

	// the directed graph
	mp, ms     []int32 // before and after on the machine
	order, pos []int32 // a topological order, and where each stands in it
	head, end  []int32 // earliest start and finish
	tail       []int32 // longest way from the operation's start to the end of all
	makespan   int32

	// what fullHeads and fullTails must compute anew, and what the tails of a graph
	// with closed times count back from
	newHead, newTail []bool
	horizon          int32

	// scratch
	mark  []int64
	stamp int64
	buf   []int32
	last  []int32 // by machine
}

// newGraph compiles a valid problem.
func newGraph(p *Problem) *graph {
	g := &graph{problem: p, plain: true, free: true}
	for _, j := range p.Jobs {
		g.n += int32(len(j.Operations))
	}
	for _, list := range []*[]int32{&g.p, &g.rel, &g.mach, &g.job, &g.jp, &g.js, &g.fam, &g.firstAt,
		&g.mp, &g.ms, &g.order, &g.pos, &g.head, &g.end, &g.tail, &g.buf} {
		*list = make([]int32, g.n+1)
	}
	g.pre, g.post, g.split = make([][]int32, g.n+1), make([][]int32, g.n+1), make([]bool, g.n+1)
	g.order, g.mark = g.order[:g.n], make([]int64, g.n+1)
	g.newHead, g.newTail = make([]bool, g.n+1), make([]bool, g.n+1)
	g.last = make([]int32, len(p.Machines))
	for m := range p.Machines {
		g.addMachine(&p.Machines[m])
	}
	base := int32(0)
	for j := range p.Jobs {
		g.addJob(int32(j), base)
		base += int32(len(p.Jobs[j].Operations))
	}
	g.jp[g.n], g.js[g.n], g.mp[g.n], g.ms[g.n], g.mach[g.n] = g.n, g.n, g.n, g.n, -1
	return g
}

func (g *graph) addMachine(m *Machine) {
	c := newCalendar(m.closed())
	g.cal = append(g.cal, c)
	families := len(m.Setup)
	for _, row := range m.Setup {
		families = max(families, len(row))
	}
	var flat []int32
	if families > 0 {
		families++ // the last one stands for all beyond
		flat = make([]int32, families*families)
		for a := range families {
			for b := range families {
				flat[a*families+b] = int32(m.setup(a, b))
			}
		}
	}
	g.setups, g.fams = append(g.setups, flat), append(g.fams, int32(families))
	if families > 0 || len(c.from.at) > 0 {
		g.plain, g.free = false, false
	}
}

func (g *graph) addJob(j, base int32) {
	job := &g.problem.Jobs[j]
	for o := range job.Operations {
		g.addOperation(job, base+int32(o), o)
		g.job[base+int32(o)] = j
		for _, b := range job.before(o) {
			g.pre[base+int32(o)] = append(g.pre[base+int32(o)], base+int32(b))
			g.post[base+int32(b)] = append(g.post[base+int32(b)], base+int32(o))
		}
	}
	g.free = g.free && job.Release == 0
	first := len(g.sinks)
	for v := base; v < base+int32(len(job.Operations)); v++ {
		g.jp[v], g.js[v] = g.n, g.n
		if len(g.pre[v]) > 0 {
			g.jp[v] = g.pre[v][0]
		}
		if len(g.post[v]) > 0 {
			g.js[v] = g.post[v][0]
		} else {
			g.sinks = append(g.sinks, v)
		}
		if len(g.pre[v]) > 1 || len(g.post[v]) > 1 {
			g.plain, g.free = false, false
		}
	}
	g.ends = append(g.ends, slices.Clone(g.sinks[first:]))
}

func (g *graph) addOperation(job *Job, v int32, o int) {
	op := &job.Operations[o]
	m := &g.problem.Machines[op.Machine]
	g.p[v], g.rel[v], g.mach[v], g.split[v] = int32(op.Minutes), int32(job.Release), int32(op.Machine), op.Split
	g.fam[v] = min(int32(min(op.Family, limit)), max(g.fams[op.Machine]-1, 0))
	g.firstAt[v] = g.cal[op.Machine].advance(0, int32(m.setup(m.Mounted, op.Family)))
}

// load directs the graph after a linear order of all operations, in which each
// stands after all that it follows, and computes it.
func (g *graph) load(order []int32) {
	copy(g.order, order)
	for m := range g.last {
		g.last[m] = g.n
	}
	for i, v := range g.order {
		g.pos[v] = int32(i)
		before := g.last[g.mach[v]]
		g.mp[v], g.ms[v] = before, g.n
		if before != g.n {
			g.ms[before] = v
		}
		g.last[g.mach[v]] = v
	}
	for v := range g.newHead {
		g.newHead[v] = true
	}
	g.heads(0)
	g.count()
}

// count sets what tails count back from to the makespan and computes them all.
func (g *graph) count() {
	g.horizon = g.makespan - 1
	for v := range g.newTail {
		g.newTail[v] = true
	}
	g.tails(g.n - 1)
}

// heads computes heads, ends and the makespan from a place in the order on.
func (g *graph) heads(from int32) {
	if g.plain {
		g.plainHeads(from)
	} else {
		g.fullHeads(from)
	}
	g.makespan = 0
	for _, v := range g.sinks {
		g.makespan = max(g.makespan, g.end[v])
	}
}

func (g *graph) plainHeads(from int32) {
	p, rel, jp, mp, head, end := g.p, g.rel, g.jp, g.mp, g.head, g.end
	for _, v := range g.order[from:] {
		h := max(rel[v], end[jp[v]], end[mp[v]])
		head[v], end[v] = h, h+p[v]
	}
}

// fullHeads computes what a change reached and goes no further.
func (g *graph) fullHeads(from int32) {
	for _, v := range g.order[from:] {
		if !g.newHead[v] {
			continue
		}
		g.newHead[v] = false
		was := g.end[v]
		g.head[v] = g.startAfter(g.mp[v], v, g.end[g.mp[v]])
		g.end[v] = g.cal[g.mach[v]].finish(g.head[v], g.p[v], g.split[v])
		if g.end[v] == was {
			continue
		}
		g.newHead[g.ms[v]] = true
		for _, w := range g.post[v] {
			g.newHead[w] = true
		}
	}
}

// tails computes tails from a place in the order back. With closed times, where
// a tail depends on the clock, they count back from the horizon: horizon − tail
// is the last minute at which an operation can start if all is to end by then.
func (g *graph) tails(from int32) {
	if !g.plain {
		g.fullTails(from)
		return
	}
	p, js, ms, tail := g.p, g.js, g.ms, g.tail
	for i := from; i >= 0; i-- {
		v := g.order[i]
		tail[v] = max(tail[js[v]], tail[ms[v]]) + p[v]
	}
}

func (g *graph) fullTails(from int32) {
	for i := from; i >= 0; i-- {
		v := g.order[i]
		if !g.newTail[v] {
			continue
		}
		g.newTail[v] = false
		was := g.tail[v]
		g.tail[v] = g.tailBefore(v, g.ms[v], g.tail[g.ms[v]])
		if g.tail[v] == was {
			continue
		}
		g.newTail[g.mp[v]] = true
		for _, w := range g.pre[v] {
			g.newTail[w] = true
		}
	}
}

// setup is the minutes between two operations of a machine.
func (g *graph) setup(u, v int32) int32 {
	m := g.mach[v]
	if g.setups[m] == nil {
		return 0
	}
	return g.setups[m][g.fam[u]*g.fams[m]+g.fam[v]]
}

// readyAfter is when the machine is set up for v after u, which ends at end.
func (g *graph) readyAfter(u, v, end int32) int32 {
	if u == g.n {
		return g.firstAt[v]
	}
	return g.cal[g.mach[v]].advance(end, g.setup(u, v))
}

// startAfter is the earliest start of v when u, which ends at end, is before it
// on the machine.
func (g *graph) startAfter(u, v, end int32) int32 {
	t := max(g.rel[v], g.readyAfter(u, v, end))
	for _, b := range g.pre[v] {
		t = max(t, g.end[b])
	}
	return g.cal[g.mach[v]].start(t, g.p[v], g.split[v])
}

// tailBefore is the tail of v when w, which has the given tail, comes after it
// on the machine.
func (g *graph) tailBefore(v, w, tail int32) int32 {
	c := g.cal[g.mach[v]]
	end := g.horizon
	if w != g.n {
		end = c.retreat(g.horizon-tail, g.setup(v, w))
	}
	for _, s := range g.post[v] {
		end = min(end, g.horizon-g.tail[s])
	}
	return g.horizon - c.latest(end, g.p[v], g.split[v])
}

// plan writes the earliest starts.
func (g *graph) plan() Plan {
	plan := Plan{make([][]int64, len(g.problem.Jobs))}
	v := 0
	for j, job := range g.problem.Jobs {
		plan.Start[j] = make([]int64, len(job.Operations))
		for o := range job.Operations {
			plan.Start[j][o] = int64(g.head[v])
			v++
		}
	}
	return plan
}
