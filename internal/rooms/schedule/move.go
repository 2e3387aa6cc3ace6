package schedule

// move takes u and v of one machine, u before v, and puts u right after v, or,
// when it goes back, v right before u.
type move struct {
	u, v int32
	back bool
}

// inverse is the move that undoes m; it is asked for before m is made.
func (g *graph) inverse(m move) move {
	if m.back {
		return move{m.v, g.mp[m.v], false}
	}
	return move{g.ms[m.u], m.u, true}
}

// safe tells whether a move is sure to make no ring (after Balas and Vazacopoulos
// 1998, "Guided local search with shifting bottleneck for job shop scheduling",
// propositions 2.2 and 2.3, a little sharper: the successor's own time counts).
// A way from a successor of u to v would make the tail of the successor at least
// its own time longer than v's.
func (g *graph) safe(m move) bool {
	if g.plain {
		if m.back {
			b := g.jp[m.v]
			return b != m.u && g.head[b] < g.end[m.u]
		}
		s := g.js[m.u]
		return s != m.v && g.tail[s] < g.tail[m.v]+g.p[s]
	}
	if m.back {
		for _, b := range g.pre[m.v] {
			if b == m.u || g.head[b] >= g.end[m.u] {
				return false
			}
		}
		return true
	}
	for _, s := range g.post[m.u] {
		if s == m.v || g.tail[s] >= g.tail[m.v]+g.p[s] {
			return false
		}
	}
	return true
}

// relink changes the neighbours on the machine and notes whose head and tail
// depend on it.
func (g *graph) relink(m move) {
	u, v := m.u, m.v
	if m.back {
		u, v = v, u
	}
	// take u out
	a, b := g.mp[u], g.ms[u]
	g.ms[a], g.mp[b] = b, a
	if m.back { // and in before v
		c := g.mp[v]
		g.ms[c], g.mp[u], g.ms[u], g.mp[v] = u, c, v, u
	} else { // or after v
		c := g.ms[v]
		g.mp[c], g.ms[u], g.mp[u], g.ms[v] = u, c, v, u
	}
	g.mp[g.n], g.ms[g.n] = g.n, g.n
	g.newHead[u], g.newHead[b], g.newHead[g.ms[u]] = true, true, true
	g.newTail[u], g.newTail[a], g.newTail[g.mp[u]] = true, true, true
}

// apply makes a move and computes the graph anew where it changes. A move that
// would make a ring is not made.
func (g *graph) apply(m move) bool {
	lo, hi, ok := g.shift(m)
	if !ok {
		return false
	}
	g.heads(lo)
	g.tails(hi)
	return true
}

// shift makes a move and mends the topological order between the two
// operations; it gives the first and the last place that changed. A move that
// would make a ring is not made.
func (g *graph) shift(m move) (lo, hi int32, ok bool) {
	undo := g.inverse(m)
	g.relink(m)
	lo, hi = g.pos[m.u], g.pos[m.v]
	g.stamp++
	if m.back {
		ok = g.shiftBack(m, lo, hi)
	} else {
		ok = g.shiftOn(m, lo, hi)
	}
	if !ok {
		g.relink(undo)
	}
	return lo, hi, ok
}

// shiftOn puts u and what follows it behind the rest, up to v.
func (g *graph) shiftOn(m move, lo, hi int32) bool {
	g.mark[m.u] = g.stamp
	for _, x := range g.order[lo+1 : hi+1] {
		if g.mark[g.mp[x]] == g.stamp || g.mark[g.jp[x]] == g.stamp || !g.plain && g.marked(g.pre[x]) {
			if x == m.v {
				return false
			}
			g.mark[x] = g.stamp
		}
	}
	moved, w := 0, lo
	for _, x := range g.order[lo : hi+1] {
		if g.mark[x] == g.stamp {
			g.buf[moved] = x
			moved++
			continue
		}
		g.order[w], g.pos[x] = x, w
		w++
	}
	for _, x := range g.buf[:moved] {
		g.order[w], g.pos[x] = x, w
		w++
	}
	return true
}

// shiftBack puts v and what it follows in front of the rest, down to u.
func (g *graph) shiftBack(m move, lo, hi int32) bool {
	g.mark[m.v] = g.stamp
	for i := hi - 1; i >= lo; i-- {
		x := g.order[i]
		if g.mark[g.ms[x]] == g.stamp || g.mark[g.js[x]] == g.stamp || !g.plain && g.marked(g.post[x]) {
			if x == m.u {
				return false
			}
			g.mark[x] = g.stamp
		}
	}
	moved, w := 0, hi
	for i := hi; i >= lo; i-- {
		x := g.order[i]
		if g.mark[x] == g.stamp {
			g.buf[moved] = x
			moved++
			continue
		}
		g.order[w], g.pos[x] = x, w
		w--
	}
	for _, x := range g.buf[:moved] {
		g.order[w], g.pos[x] = x, w
		w--
	}
	return true
}

func (g *graph) marked(list []int32) bool {
	for _, x := range list {
		if g.mark[x] == g.stamp {
			return true
		}
	}
	return false
}

// estimate foretells the longest way through the operations that a move
// touches, from the heads before and the tails behind them as they are: a bound
// of the new makespan that is right most times (Taillard 1994, "Parallel taboo
// search techniques for the job shop scheduling problem"; for moves over several
// operations Balas and Vazacopoulos 1998). It stops early above the given bound.
func (g *graph) estimate(m move, bound int32) int32 {
	switch {
	case !g.plain && m.back:
		return g.fullBack(m.u, m.v)
	case !g.plain:
		return g.fullOn(m.u, m.v)
	case m.back:
		return g.plainBack(m.u, m.v, bound)
	}
	return g.plainOn(m.u, m.v, bound)
}

// plainOn: u goes behind v. New heads forward into buf, new tails on the way back.
func (g *graph) plainOn(u, v, bound int32) int32 {
	p, rel, jp, js, mp, ms, end, tail, buf := g.p, g.rel, g.jp, g.js, g.mp, g.ms, g.end, g.tail, g.buf
	done, k, x := end[mp[u]], 0, ms[u]
	for {
		h := max(end[jp[x]], done, rel[x])
		buf[k] = h
		done = h + p[x]
		if x == v {
			break
		}
		x = ms[x]
		k++
	}
	t := max(tail[js[u]], tail[ms[v]]) + p[u]
	longest := max(end[jp[u]], done, rel[u]) + t
	for ; k >= 0 && longest <= bound; k-- {
		t = max(tail[js[x]], t) + p[x]
		longest = max(longest, buf[k]+t)
		x = mp[x]
	}
	return longest
}

// plainBack: v goes before u. New tails backward into buf, new heads on the way forth.
func (g *graph) plainBack(u, v, bound int32) int32 {
	p, rel, jp, js, mp, ms, end, tail, buf := g.p, g.rel, g.jp, g.js, g.mp, g.ms, g.end, g.tail, g.buf
	t, k, x := tail[ms[v]], 0, mp[v]
	for {
		t = max(tail[js[x]], t) + p[x]
		buf[k] = t
		if x == u {
			break
		}
		x = mp[x]
		k++
	}
	h := max(end[jp[v]], end[mp[u]], rel[v])
	longest := h + max(tail[js[v]], t) + p[v]
	done := h + p[v]
	for ; k >= 0 && longest <= bound; k-- {
		h = max(end[jp[x]], done, rel[x])
		longest = max(longest, h+buf[k])
		done = h + p[x]
		x = ms[x]
	}
	return longest
}

// fullOn and fullBack do the same with setups and closed times; a tail here says
// how long before the end of all the operation must have begun.
func (g *graph) fullOn(u, v int32) int32 {
	before, done, k, x := g.mp[u], g.end[g.mp[u]], 0, g.ms[u]
	for {
		h := g.startAfter(before, x, done)
		g.buf[k] = h
		before, done = x, g.cal[g.mach[x]].finish(h, g.p[x], g.split[x])
		if x == v {
			break
		}
		x = g.ms[x]
		k++
	}
	t := g.tailBefore(u, g.ms[v], g.tail[g.ms[v]])
	longest := g.startAfter(v, u, done) + t
	for behind := u; k >= 0; k-- {
		t = g.tailBefore(x, behind, t)
		longest = max(longest, g.buf[k]+t)
		behind, x = x, g.mp[x]
	}
	return longest
}

func (g *graph) fullBack(u, v int32) int32 {
	behind, t, k, x := g.ms[v], g.tail[g.ms[v]], 0, g.mp[v]
	for {
		t = g.tailBefore(x, behind, t)
		g.buf[k] = t
		behind = x
		if x == u {
			break
		}
		x = g.mp[x]
		k++
	}
	h := g.startAfter(g.mp[u], v, g.end[g.mp[u]])
	longest := h + g.tailBefore(v, u, t)
	before, done := v, g.cal[g.mach[v]].finish(h, g.p[v], g.split[v])
	for ; k >= 0; k-- {
		h = g.startAfter(before, x, done)
		longest = max(longest, h+g.buf[k])
		before, done = x, g.cal[g.mach[x]].finish(h, g.p[x], g.split[x])
		x = g.ms[x]
	}
	return longest
}
