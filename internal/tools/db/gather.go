package db

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Gatherer lets concurrent callers of one flow share a transaction: while
// others' batches commit, the callers wait together, up to max, and go as one.
// There is no timer: a lone caller never waits. Guards and locks in the
// statements carry the safety; gathering only carries the speed.
type Gatherer[C, R any] struct {
	turns *Turns
	max   int
	lane  func(C) string // callers of different lanes never share a batch
	run   func(ctx context.Context, batch []C) []R

	pending []waiting[C, R] // under the mutex of turns
	running bool
}

// Turns decides whose batch is next where several gatherers work on one
// database. Only so many batches run at a time: a further one would wait for
// the writer or for locks, and those who came meanwhile could not join it any
// more. The turn goes to the gatherer with the most callers, and more so with
// every turn that it was passed over, at last twice as much each time. So crowds
// form – callers who were answered together come back together – and a lone
// caller beside them waits a dozen turns at most.
type Turns struct {
	mu    sync.Mutex
	free  int
	queue []*place

	jobs    chan func() // of the turns that were given and not begun
	workers int
}

// place is a gatherer's place in the queue for a turn.
type place struct {
	callers func() int
	start   func()
	passed  int // turns that went to others meanwhile
}

// NewTurns lets n batches run at a time.
func NewTurns(n int) *Turns { return &Turns{free: n, jobs: make(chan func(), n)} }

// idle is how long a worker waits for another batch before he goes home.
const idle = 2 * time.Second

// run hands a batch to a worker; the mutex is held. Workers stay for the next
// batch: a fresh goroutine would grow its stack to what SQLite needs each time.
func (t *Turns) run(job func()) {
	t.jobs <- job // there is room: one for each turn
	if t.workers < cap(t.jobs) {
		t.workers++
		go t.work()
	}
}

func (t *Turns) work() {
	defer t.leave()
	bored := time.NewTimer(idle)
	defer bored.Stop()
	for {
		select {
		case job := <-t.jobs:
			job()
			bored.Reset(idle)
		case <-bored.C:
			return
		}
	}
}

// leave ends a worker, also one whose batch left its goroutine; jobs that came
// meanwhile get another.
func (t *Turns) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.workers--
	if len(t.jobs) > 0 {
		t.workers++
		go t.work()
	}
}

// next starts batches while there are turns; the mutex is held.
func (t *Turns) next() {
	for t.free > 0 && len(t.queue) > 0 {
		best, weight := 0, 0
		for i, p := range t.queue {
			if w := p.callers() * (p.passed + 1) << max(0, p.passed-8); w > weight {
				best, weight = i, w
			}
			p.passed++
		}
		p := t.queue[best]
		t.queue = slices.Delete(t.queue, best, best+1)
		t.free--
		p.start()
	}
}

type waiting[C, R any] struct {
	ctx  context.Context
	c    C
	lane string
	done chan answer[R]
}

// answer is what a caller gets, or the panic that his batch ended in.
type answer[R any] struct {
	r     R
	panic string
}

// NewGatherer returns a gatherer in front of run, which answers each command
// of a batch at its place. It takes its turns with the others of t.
func NewGatherer[C, R any](t *Turns, max int, lane func(C) string, run func(context.Context, []C) []R) *Gatherer[C, R] {
	return &Gatherer[C, R]{turns: t, max: max, lane: lane, run: run}
}

// Do hands in one command and waits for its answer. When ctx ends first, the
// command may still take effect; idempotency keys make asking again safe. A
// batch runs with the values of its first caller's context; those who simulate
// never share one with those who do not. When a batch panics, so does Do.
func (g *Gatherer[C, R]) Do(ctx context.Context, c C) (R, error) {
	w := waiting[C, R]{ctx, c, g.lane(c), make(chan answer[R], 1)}
	g.turns.mu.Lock()
	g.pending = append(g.pending, w)
	if len(g.pending) == 1 && !g.running {
		g.line()
	}
	g.turns.mu.Unlock()
	select {
	case a := <-w.done:
		if a.panic != "" {
			panic(a.panic)
		}
		return a.r, nil
	case <-ctx.Done():
		var zero R
		return zero, ctx.Err()
	}
}

// line joins the queue for a turn; the mutex is held.
func (g *Gatherer[C, R]) line() {
	t := g.turns
	t.queue = append(t.queue, &place{callers: func() int { return min(len(g.pending), g.max) }, start: g.start})
	t.next()
}

// start runs the next batch; the mutex is held.
func (g *Gatherer[C, R]) start() {
	batch := g.take()
	g.running = true
	g.turns.run(func() {
		defer g.end() // also when run panics or leaves its goroutine
		g.answer(batch)
	})
}

// end gives the turn back.
func (g *Gatherer[C, R]) end() {
	g.turns.mu.Lock()
	defer g.turns.mu.Unlock()
	g.running = false
	g.turns.free++
	if len(g.pending) > 0 {
		g.line()
	} else {
		g.turns.next()
	}
}

// answer runs a batch and answers all its callers, whatever happens.
func (g *Gatherer[C, R]) answer(batch []waiting[C, R]) {
	var rs []R
	failed := "db: the batch ended without an answer"
	defer func() {
		if p := recover(); p != nil {
			failed = fmt.Sprintf("%v\n\nin a gathered batch of %d:\n%s", p, len(batch), debug.Stack())
		}
		for i, w := range batch {
			if failed == "" {
				w.done <- answer[R]{r: rs[i]}
			} else {
				w.done <- answer[R]{panic: failed}
			}
		}
	}()
	cs := make([]C, len(batch))
	for i, w := range batch {
		cs[i] = w.c
	}
	rs = g.run(context.WithoutCancel(batch[0].ctx), cs)
	if len(rs) == len(cs) {
		failed = ""
	}
}

// take removes the next batch: the first caller and all of its lane behind him.
func (g *Gatherer[C, R]) take() []waiting[C, R] {
	first := g.pending[0]
	simulated := IsSimulated(first.ctx)
	var batch, rest []waiting[C, R]
	for _, w := range g.pending {
		if len(batch) < g.max && w.lane == first.lane && IsSimulated(w.ctx) == simulated {
			batch = append(batch, w)
		} else {
			rest = append(rest, w)
		}
	}
	g.pending = rest
	return batch
}
