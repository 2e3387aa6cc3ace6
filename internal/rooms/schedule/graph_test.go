package schedule

import (
	"context"
	"math/rand/v2"
	"testing"
)

// arcs lists who must be finished before whom, from the problem and the machines'
// orders only.
func arcs(g *graph) [][]int32 {
	out := make([][]int32, g.n)
	for v := range g.n {
		out[v] = append(out[v], g.post[v]...)
		if g.ms[v] != g.n {
			out[v] = append(out[v], g.ms[v])
		}
	}
	return out
}

// reaches walks.
func reaches(a [][]int32, from, to int32, seen []bool) bool {
	for _, x := range a[from] {
		if x == to || !seen[x] && func() bool { seen[x] = true; return reaches(a, x, to, seen) }() {
			return true
		}
	}
	return false
}

// heads and tails by going round until nothing changes, for plain problems.
func longest(g *graph) (head, tail []int32) {
	head, tail = make([]int32, g.n), make([]int32, g.n)
	a := arcs(g)
	for v := range g.n {
		head[v], tail[v] = g.rel[v], g.p[v]
	}
	for again := true; again; {
		again = false
		for v := range g.n {
			for _, w := range a[v] {
				if h := head[v] + g.p[v]; h > head[w] {
					head[w], again = h, true
				}
				if t := tail[w] + g.p[v]; t > tail[v] {
					tail[v], again = t, true
				}
			}
		}
	}
	return head, tail
}

// sequence reads the order of u's machine.
func sequence(g *graph, u int32) []int32 {
	for g.mp[u] != g.n {
		u = g.mp[u]
	}
	var out []int32
	for ; u != g.n; u = g.ms[u] {
		out = append(out, u)
	}
	return out
}

// TestMovesKeepTheGraphTrue makes random moves, near and far, and compares with
// the graph walked naively: rings are found and nothing else is refused, a move
// called safe makes none, heads and tails are right, and a move is undone exactly.
func TestMovesKeepTheGraphTrue(t *testing.T) {
	var made, rings, unsafe int
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 5))
		size := shopSize{machines: 4, jobs: 7, steps: 6, minutes: 20, releases: seed%2 == 0, zeros: seed%5 == 0}
		if seed%3 == 0 {
			size = everything
		}
		g := newGraph(randomProblem(r, size))
		g.load(g.dispatch(ShortestProcessing, Active))
		for range 60 {
			u := r.Int32N(g.n)
			list := sequence(g, u)
			if len(list) < 2 {
				continue
			}
			i := r.IntN(len(list) - 1)
			j := i + 1 + r.IntN(len(list)-i-1)
			m := move{list[i], list[j], r.IntN(2) == 0}
			safe := g.safe(m)
			undo := g.inverse(m)
			g.relink(m)
			a := arcs(g)
			at := m.u
			if m.back {
				at = m.v
			}
			ring := reaches(a, at, at, make([]bool, g.n))
			g.relink(undo)
			if got := sequence(g, u); !equal(got, list) {
				t.Fatalf("seed %d: undone %v, before %v", seed, got, list)
			}
			if safe && ring {
				t.Fatalf("seed %d: %+v is called safe and makes a ring", seed, m)
			}
			if ok := g.apply(m); ok == ring {
				t.Fatalf("seed %d: %+v made: %v, ring: %v", seed, m, ok, ring)
			}
			if ring {
				rings++
				continue
			}
			made++
			if !safe {
				unsafe++
			}
			compare(t, g, seed)
		}
	}
	t.Logf("%d moves made, %d of them not called safe, %d rings refused", made, unsafe, rings)
	if made < 1000 || rings < 100 {
		t.Error("the cases are one-sided")
	}
}

func equal(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// compare proves the graph's figures: by the naive walk when it is plain, by the
// minutes when it is not.
func compare(t *testing.T, g *graph, seed uint64) {
	t.Helper()
	for i, v := range g.order {
		if g.pos[v] != int32(i) {
			t.Fatalf("seed %d: the place of %d is wrong", seed, v)
		}
	}
	if !g.plain {
		ok, makespan, _ := works(g.problem, g.plan())
		if !ok || makespan != int64(g.makespan) {
			t.Fatalf("seed %d: feasible %v, ends at %d, the graph says %d", seed, ok, makespan, g.makespan)
		}
		for v := range g.n { // no head can be later than the horizon less the tail allows
			if g.makespan <= g.horizon && g.head[v]+g.tail[v] > g.horizon {
				t.Fatalf("seed %d: head %d and tail %d of %d pass %d", seed, g.head[v], g.tail[v], v, g.horizon)
			}
		}
		fresh := newGraph(g.problem)
		fresh.load(g.order)
		fresh.horizon = g.horizon
		for v := range fresh.newTail {
			fresh.newTail[v] = true
		}
		fresh.tails(g.n - 1)
		for v := range g.n {
			if g.head[v] != fresh.head[v] || g.tail[v] != fresh.tail[v] {
				t.Fatalf("seed %d: operation %d has head %d and tail %d, computed anew %d and %d", seed, v, g.head[v], g.tail[v], fresh.head[v], fresh.tail[v])
			}
		}
		return
	}
	head, tail := longest(g)
	for v := range g.n {
		if g.head[v] != head[v] || g.tail[v] != tail[v] {
			t.Fatalf("seed %d: operation %d has head %d and tail %d, naively %d and %d", seed, v, g.head[v], g.tail[v], head[v], tail[v])
		}
	}
}

// TestTheSearchCountsWhatTheMinutesCount compares the cost of random orders with the
// walk through the minutes, weights and jobs with several ends included.
func TestTheSearchCountsWhatTheMinutesCount(t *testing.T) {
	late := 0
	for seed := range uint64(300) {
		g := newGraph(randomProblem(rand.New(rand.NewPCG(seed, 8)), everything))
		s := newSearch(context.Background(), g, Options{Goal: Tardiness, Seed: seed})
		o := &pool{search: s}
		order := make([]int32, g.n)
		o.randomOrder(order)
		g.load(order)
		ok, makespan, tardiness := works(g.problem, g.plan())
		if c := s.cost(); !ok || int64(c.end) != makespan || c.late != tardiness {
			t.Fatalf("seed %d: cost %+v, the minutes say %v, %d, %d", seed, c, ok, makespan, tardiness)
		}
		if tardiness > 0 {
			late++
		}
	}
	t.Logf("%d of 300 random orders are late", late)
}

// TestEstimatesAreNearTheTruth compares the estimate of each move of the critical
// way with the makespan after it. A swap's estimate is the longest way through its
// two operations, never above the truth.
func TestEstimatesAreNearTheTruth(t *testing.T) {
	for _, c := range []struct {
		name string
		size shopSize
	}{
		{"plain", shopSize{machines: 8, jobs: 12, steps: 8, minutes: 30, releases: true, full: true, routes: true}},
		{"setups", shopSize{machines: 8, jobs: 12, steps: 8, minutes: 30, releases: true, setups: true, full: true, routes: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var seen, exact, above int
			for seed := range uint64(100) {
				r := rand.New(rand.NewPCG(seed, 6))
				g := newGraph(randomProblem(r, c.size))
				s := newSearch(context.Background(), g, Options{Seed: seed, Iterations: 1})
				g.load(g.dispatch(EarliestDue, NonDelay))
				way := append([]int32(nil), s.critical()...)
				for i, u := range way {
					for _, v := range way[i+1:] {
						if g.mach[u] != g.mach[v] {
							break
						}
						for _, m := range []move{{u, v, false}, {u, v, true}} {
							if !g.safe(m) {
								continue
							}
							foretold := g.estimate(m, 2*limit)
							swap := g.ms[u] == v
							undo := g.inverse(m)
							g.apply(m)
							seen++
							switch {
							case foretold == g.makespan:
								exact++
							case foretold > g.makespan:
								above++
								if swap && g.plain {
									t.Fatalf("seed %d: %+v foretold %d, is %d", seed, m, foretold, g.makespan)
								}
							}
							g.apply(undo)
						}
					}
				}
			}
			t.Logf("%d moves, foretold exactly %d, too long %d, the others pass elsewhere", seen, exact, above)
			if 10*exact < 8*seen {
				t.Error("less than eight of ten foretold exactly")
			}
		})
	}
}

// TestCalendarsCountMinutes compares each answer with a walk minute by minute.
func TestCalendarsCountMinutes(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		m := randomMachine(r, shopSize{minutes: 5, closed: true}, 0)
		c := newCalendar(m.closed())
		for range 30 {
			at, w, split := int32(r.IntN(170)), 1+int32(r.IntN(9)), r.IntN(2) == 0
			op := Operation{Minutes: int64(w), Split: split}
			if got, want := c.start(at, w, split), firstStart(m, op, int64(at)); got != want {
				t.Fatalf("seed %d: %d minutes from %d on start at %d, not %d (%v, split %v)", seed, w, at, got, want, m.Closed, split)
			} else if end, list := c.finish(got, w, split), minutesOf(m, op, int64(got)); int64(end) != list[len(list)-1]+1 {
				t.Fatalf("seed %d: from %d finished at %d, worked %v", seed, got, end, list)
			}
			latest := int64(at)
			for ; ; latest-- {
				if list := minutesOf(m, op, latest); list != nil && list[len(list)-1] < int64(at) {
					break
				}
			}
			if got := c.latest(at, w, split); int64(got) != latest {
				t.Fatalf("seed %d: %d minutes until %d start at %d, not %d (%v, split %v)", seed, w, at, got, latest, m.Closed, split)
			}
			if got, want := c.advance(at, w), step(m, int64(at), w, 1); int64(got) != want {
				t.Fatalf("seed %d: %d minutes after %d is %d, not %d (%v)", seed, w, at, got, want, m.Closed)
			}
			if got := c.retreat(at, w); openMinutes(m.closed(), int64(got), int64(at)) != int64(w) || shut(m, int64(got)) {
				t.Fatalf("seed %d: %d minutes before %d is %d (%v)", seed, w, at, got, m.Closed)
			}
		}
	}
}

func firstStart(m Machine, op Operation, t int64) int32 {
	for minutesOf(m, op, t) == nil {
		t++
	}
	return int32(t)
}

// step goes on until w open minutes have passed.
func step(m Machine, t int64, w int32, by int64) int64 {
	for ; w > 0; t += by {
		if !shut(m, t) {
			w--
		}
	}
	return t
}
