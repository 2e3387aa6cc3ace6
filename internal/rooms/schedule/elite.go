package schedule

import (
	"cmp"
	"slices"
)

// elite is a good order of all operations, sorted by their starts.
type elite struct {
	order []int32
	cost
}

// pool is the set of elites from which new starts are made, after Peng, Lü and
// Cheng 2015 ("A tabu search/path relinking algorithm to solve the job shop
// scheduling problem"): two elites are joined to an order that lies between
// them, a tabu search improves it, and it takes the place of the worst. Other
// than there the way between two elites leads over linear orders, so that no
// order on it has a ring.
type pool struct {
	*search
	all      []elite
	size     int
	patience int32
	idle     int // children without a change of the pool
	champ    elite
	child    []int32
	trial    []int32
}

// The sizes were found by trying on published instances: small pools soon give
// good plans, larger ones and longer searches better plans later.
const (
	firstPool     = 6      // elites of the first pool
	morePool      = 4      // more of each later one
	patience      = 6_000  // iterations of a long search without gain, at first
	mostPatience  = 12_000 // later
	shortPatience = 500    // of a search that only compares starts
	trials        = 4      // starts that are compared
	nearChampion  = 10     // chance in a hundred of a random order against the best
	ruleStarts    = 4      // members of the first pool that begin with a plan of a rule
	idleLimit     = 12     // generations without change until a new pool is begun
)

// evolve searches until the context or the iterations end, or until a plan is as
// short as the bound. The graph is left on the best order.
func (s *search) evolve(starts [][]int32) {
	o := &pool{search: s, size: firstPool, patience: patience, child: make([]int32, s.n), trial: make([]int32, s.n)}
	o.champ = elite{slices.Clone(s.order), s.cost()}
	starts = starts[:min(len(starts), ruleStarts)]
	for !o.done() {
		o.fill(starts)
		starts = nil
		for o.idle = 0; o.idle < idleLimit && !o.done(); {
			o.generation()
		}
		o.size += morePool
		o.patience = min(2*o.patience, mostPatience)
	}
	s.load(o.champ.order)
}

func (o *pool) done() bool { return o.over() || o.champ.late == 0 && o.champ.end <= o.floor }

// fill begins the pool: first with plans of rules, the best before others, later
// with the best so far; then with random orders. Where a long search from a random
// order comes nowhere near a good plan – with setups, closed times, many due times –
// they are drawn near the best.
func (o *pool) fill(starts [][]int32) {
	o.all = o.all[:0]
	for i := 0; i < o.size && !o.done(); i++ {
		switch {
		case i < len(starts):
			o.load(starts[i])
		case i == 0:
			o.load(o.champ.order)
		default:
			o.randomOrder(o.child)
			if !o.plain || o.goal == Tardiness {
				copy(o.trial, o.child)
				o.between(o.champ.order, o.trial, nearChampion)
			}
			o.load(o.child)
		}
		o.long()
		o.keep()
	}
}

// long improves the graph as it stands and leaves it on the best order found.
func (o *pool) long() {
	o.run(o.patience)
	o.load(o.best)
	o.sort()
	if c := o.cost(); c.less(o.champ.cost) {
		o.champ = elite{slices.Clone(o.order), c}
	}
}

// sort puts the order of the graph by starts; what takes no time stays before what
// starts with it.
func (o *pool) sort() {
	slices.SortFunc(o.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(o.head[a], o.head[b]), cmp.Compare(o.pos[a], o.pos[b]))
	})
	for i, v := range o.order {
		o.pos[v] = int32(i)
	}
}

// keep takes the graph's order into the pool, when there is room or in place of
// the worst. One that is there already changes nothing.
func (o *pool) keep() {
	worst, c := 0, o.cost()
	for i, e := range o.all {
		if e.cost == c && o.same(e.order) {
			o.idle++
			return
		}
		if o.all[worst].less(e.cost) {
			worst = i
		}
	}
	fresh := elite{slices.Clone(o.order), c}
	switch {
	case len(o.all) < o.size:
		o.all = append(o.all, fresh)
	case c.less(o.all[worst].cost):
		o.all[worst], o.idle = fresh, 0
	default:
		o.idle++
	}
}

// same tells whether a linear order gives the machines of the graph their order.
func (o *pool) same(order []int32) bool {
	for i, v := range order {
		o.trial[v] = int32(i)
	}
	for v := range o.n {
		if w := o.ms[v]; w != o.n && o.trial[w] < o.trial[v] {
			return false
		}
	}
	return true
}

// generation joins two elites both ways.
func (o *pool) generation() {
	if len(o.all) < 2 {
		o.idle++
		return
	}
	i := o.dice.IntN(len(o.all))
	j := o.dice.IntN(len(o.all) - 1)
	if j >= i {
		j++
	}
	a, b := o.all[i], o.all[j]
	o.join(a, b)
	o.join(b, a)
}

// join makes a few orders between two elites, compares them by short searches
// and takes the best for a long one.
func (o *pool) join(a, b elite) {
	best := cost{end: limit * 2, late: 1 << 62}
	for range trials {
		if o.done() {
			return
		}
		o.between(a.order, b.order, 30+o.dice.IntN(41))
		o.load(o.child)
		if c := o.run(shortPatience); c.less(best) {
			best = c
			copy(o.trial, o.best)
		}
	}
	o.load(o.trial)
	o.long()
	o.keep()
}

// between merges two linear orders into child: again and again the next of a
// or, with the given chance in a hundred, of b. What both put before something
// else stays before it, so that the order is one of the problem, too.
func (o *pool) between(a, b []int32, chance int) {
	o.stamp++
	i, j := 0, 0
	for k := range o.child {
		list, at := a, &i
		if o.dice.IntN(100) < chance {
			list, at = b, &j
		}
		for o.mark[list[*at]] == o.stamp {
			*at++
		}
		o.child[k] = list[*at]
		o.mark[list[*at]] = o.stamp
	}
}

// randomOrder draws a linear order of the problem.
func (o *pool) randomOrder(out []int32) {
	open := make([]int32, o.n)
	var now []int32
	for v := range o.n {
		if open[v] = int32(len(o.pre[v])); open[v] == 0 {
			now = append(now, v)
		}
	}
	for k := range out {
		i := o.dice.IntN(len(now))
		v := now[i]
		now[i] = now[len(now)-1]
		now = now[:len(now)-1]
		out[k] = v
		for _, w := range o.post[v] {
			if open[w]--; open[w] == 0 {
				now = append(now, w)
			}
		}
	}
}
