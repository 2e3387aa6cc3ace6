package bench

import (
	"context"
	"runtime"
	"time"
)

// spent is processor time up to a moment.
type spent struct {
	own    time.Duration // of this process and all its children
	server time.Duration // of the database server
	known  bool          // could all of them be seen?
}

// spent adds up everybody who works for the run.
func (h *house) spent(ctx context.Context) (spent, error) {
	server, known, err := h.serverCPU(ctx)
	live, seen := liveCPU(h.workers)
	return spent{ownCPU() + live, server, known && seen}, err
}

// liveCPU is the processor time of child processes that still run, which
// rusage does not count before they have ended; seen is false when one is not there.
func liveCPU(pids []int) (total time.Duration, seen bool) {
	ticks := int64(0)
	for _, pid := range pids {
		p, ok := processOf(pid)
		if !ok {
			return 0, false
		}
		ticks += p.own + p.ended
	}
	return time.Duration(ticks) * time.Second / clockTicks, true
}

// measured is the outcome of one stretch of work.
type measured struct {
	took time.Duration
	spent
}

// add joins two stretches.
func (m measured) add(n measured) measured {
	return measured{m.took + n.took, spent{m.own + n.own, m.server + n.server, m.known && n.known}}
}

// perLine gives CPU microseconds per line, of all and of the server.
func (m measured) perLine(lines int) (all, server *float64) {
	if !m.known {
		return nil, nil
	}
	per := func(d time.Duration) *float64 { return few(float64(d.Nanoseconds()) / 1e3 / float64(lines)) }
	if m.server > 0 {
		server = per(m.server)
	}
	return per(m.own + m.server), server
}

// measure runs f between two looks at clock and processors.
func (h *house) measure(ctx context.Context, f func() error) (measured, error) {
	runtime.GC()
	before, err := h.spent(ctx)
	if err != nil {
		return measured{}, err
	}
	start := time.Now()
	if err := f(); err != nil {
		return measured{}, err
	}
	took := time.Since(start)
	after, err := h.spent(ctx)
	return measured{took, spent{after.own - before.own, after.server - before.server, before.known && after.known}}, err
}
