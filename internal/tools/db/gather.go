package db

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// Gatherer lets concurrent callers of one flow share a transaction: while one
// batch commits, the next callers wait together, up to max, and go as one.
// There is no timer: a lone caller never waits. Guards and locks in the
// statements carry the safety; gathering only carries the speed.
type Gatherer[C, R any] struct {
	max  int
	lane func(C) string // callers of different lanes never share a batch
	run  func(ctx context.Context, batch []C) []R

	mu      sync.Mutex
	pending []waiting[C, R]
	running bool
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
// of a batch at its place.
func NewGatherer[C, R any](max int, lane func(C) string, run func(context.Context, []C) []R) *Gatherer[C, R] {
	return &Gatherer[C, R]{max: max, lane: lane, run: run}
}

// Do hands in one command and waits for its answer. When ctx ends first, the
// command may still take effect; idempotency keys make asking again safe. A
// batch runs with the values of its first caller's context; those who simulate
// never share one with those who do not. When a batch panics, so does Do.
func (g *Gatherer[C, R]) Do(ctx context.Context, c C) (R, error) {
	w := waiting[C, R]{ctx, c, g.lane(c), make(chan answer[R], 1)}
	g.mu.Lock()
	g.pending = append(g.pending, w)
	if !g.running {
		g.running = true
		go g.loop()
	}
	g.mu.Unlock()
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

func (g *Gatherer[C, R]) loop() {
	for {
		batch := g.take()
		if batch == nil {
			return
		}
		ended := make(chan struct{})
		go func() { // of its own, since run may panic or leave its goroutine
			defer close(ended)
			g.answer(batch)
		}()
		<-ended
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

// take removes the next batch: the first caller and all of its lane behind it.
func (g *Gatherer[C, R]) take() []waiting[C, R] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.pending) == 0 {
		g.running = false
		return nil
	}
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
