package schedule

// cost is what a search makes small: Σ weight × minutes late, 0 when the goal is
// the makespan, and the makespan.
type cost struct {
	late int64
	end  int32
}

func (c cost) less(d cost) bool { return c.late < d.late || c.late == d.late && c.end < d.end }

// cost judges the graph as it stands.
func (s *search) cost() cost {
	c := cost{end: s.makespan}
	if s.goal == Tardiness {
		for _, v := range s.sinks {
			c.late += s.lateness(v)
		}
	}
	return c
}

// lateness is what the end of a job costs; of several ends the last counts, which
// is why only it answers.
func (s *search) lateness(v int32) int64 {
	job := &s.problem.Jobs[s.job[v]]
	late := int64(s.end[v]) - job.Due
	if late <= 0 || job.Due == 0 || job.Weight == 0 || !s.lastOfJob(v) {
		return 0
	}
	return late * job.Weight
}

// lastOfJob tells whether v is the one of its job's ends that is finished last;
// of equal ones the one with the highest number.
func (s *search) lastOfJob(v int32) bool {
	for _, x := range s.ends[s.job[v]] {
		if s.end[x] > s.end[v] || s.end[x] == s.end[v] && x > v {
			return false
		}
	}
	return true
}

// run searches for the goal, until patience iterations brought nothing; the best
// order is in best.
func (s *search) run(patience int32) cost {
	if s.goal == Tardiness {
		return s.hasten(max(1, patience/slower))
	}
	return cost{end: s.shorten(patience)}
}

// tries is how many moves an iteration for the tardiness makes to choose from.
const tries = 24

// slower divides the patience, since an iteration for the tardiness takes longer.
const slower = 5

// hasten is the tabu search for the tardiness. Its moves change a
// way that makes a late job late – only they can help – and some of them, drawn
// anew each time, are tried out, since one estimate does not tell the ends of all
// jobs (compare
// Mati, Dauzère-Pérès and Lahlou 2011, "A general approach for optimizing regular
// criteria in the job-shop scheduling problem").
func (s *search) hasten(patience int32) cost {
	least := s.cost()
	copy(s.best, s.order)
	for until := s.begin() + patience; s.clock <= until && !s.over(); s.clock++ {
		s.left--
		s.made++
		s.causes()
		m, ok := s.try(s.clock, least)
		if !ok {
			break
		}
		c := chosen{m, s.ms[m.u], s.mp[m.v]}
		lo, _, _ := s.shift(m)
		s.heads(lo)
		s.forget(c, s.clock)
		if got := s.cost(); got.less(least) {
			least, until = got, s.clock+patience
			copy(s.best, s.order)
		}
	}
	return least
}

// causes collects the moves: on every way that a late job, or when none is late
// the last one, waits for, each pair of neighbours of a machine, and a move of
// one of them over more than the other.
func (s *search) causes() {
	s.swaps = s.swaps[:0]
	s.stamp++
	stack := s.culprits(s.path[:0])
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if u := s.mp[v]; u != s.n && s.binds(v, s.readyAfter(u, v, s.end[u])) {
			s.swaps = append(s.swaps, move{u, v, false}, s.far(u, v))
			stack = s.visit(stack, u)
		}
		for _, u := range s.pre[v] {
			if s.binds(v, s.end[u]) {
				stack = s.visit(stack, u)
			}
		}
	}
}

// culprits are the ends of the late jobs, or of the last ones.
func (s *search) culprits(stack []int32) []int32 {
	for _, v := range s.sinks {
		if s.lateness(v) > 0 {
			stack = s.visit(stack, v)
		}
	}
	if len(stack) > 0 {
		return stack
	}
	for _, v := range s.sinks {
		if s.end[v] == s.makespan {
			stack = s.visit(stack, v)
		}
	}
	return stack
}

// far is a move over more than u or v: v goes to a random place further to the
// front, or u further back.
func (s *search) far(u, v int32) move {
	back := s.dice.Uint64()&1 == 0
	for s.dice.Uint64()&3 != 0 {
		switch {
		case back && s.mp[u] != s.n:
			u = s.mp[u]
		case !back && s.ms[v] != s.n:
			v = s.ms[v]
		}
	}
	return move{u, v, back}
}

// binds tells whether v could not start earlier than after a time.
func (s *search) binds(v, ready int32) bool {
	if s.plain {
		return ready == s.head[v]
	}
	return s.cal[s.mach[v]].start(ready, s.p[v], s.split[v]) == s.head[v]
}

func (s *search) visit(stack []int32, v int32) []int32 {
	if s.mark[v] == s.stamp {
		return stack
	}
	s.mark[v] = s.stamp
	return append(stack, v)
}

// try makes some of the moves, judges them and takes them back; it gives the best
// that is not forbidden or is better than all before, else a random one.
func (s *search) try(now int32, least cost) (move, bool) {
	copy(s.heads0, s.head)
	copy(s.end0, s.end)
	var best, any move
	var value cost
	ties, all := int32(0), int32(0)
	for i := range min(tries, len(s.swaps)) {
		k := i + s.dice.IntN(len(s.swaps)-i)
		s.swaps[i], s.swaps[k] = s.swaps[k], s.swaps[i]
		m := s.swaps[i]
		forbidden := s.forbidden(m, now)
		c, ok := s.taste(m)
		if !ok {
			continue
		}
		if all++; s.dice.Int32N(all) == 0 {
			any = m
		}
		if forbidden && !c.less(least) || ties > 0 && value.less(c) {
			continue
		}
		if ties == 0 || c.less(value) {
			value, ties = c, 0
		}
		if ties++; s.dice.Int32N(ties) == 0 {
			best = m
		}
	}
	if ties > 0 {
		return best, true
	}
	return any, all > 0
}

// taste is the cost after a move; it leaves the graph as it was kept in heads0
// and end0.
func (s *search) taste(m move) (cost, bool) {
	undo, makespan := s.inverse(m), s.makespan
	lo, _, ok := s.shift(m)
	if !ok {
		return cost{}, false
	}
	s.heads(lo)
	c := s.cost()
	s.shift(undo)
	copy(s.head, s.heads0)
	copy(s.end, s.end0)
	s.makespan = makespan
	return c, true
}
