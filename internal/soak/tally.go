package soak

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"
)

// tally counts what clients saw.
type tally struct {
	mu       sync.Mutex
	Lines    int // order lines that went all the way to cash
	Admitted int
	Refused  int // told to come again
	Failed   []string
	failures int
	took     time.Duration
	waits    waits
	reads    waits
}

func (t *tally) admit(read bool, took time.Duration) {
	t.Admitted++
	if read {
		t.reads.add(took)
	} else {
		t.waits.add(took)
	}
}

// fail keeps the first few.
func (t *tally) fail(s string) {
	if t.failures++; len(t.Failed) < 5 {
		t.Failed = append(t.Failed, s)
	}
}

// count notes something in the phase's tally and in that of the interval.
func (p *phase) count(f func(*tally)) {
	for _, t := range []*tally{&p.tally, &p.last} {
		t.mu.Lock()
		f(t)
		t.mu.Unlock()
	}
}

// waits counts waiting times in steps of 2 %, so that half an hour of them
// takes no more room than a second.
type waits [1024]int

const perDoubling = 35

func (w *waits) add(took time.Duration) {
	step := int(perDoubling * math.Log2(max(1, float64(took.Microseconds()))))
	w[min(max(step, 0), len(w)-1)]++
}

// at gives a percentile; 0 when nothing was counted.
func (w *waits) at(percent float64) time.Duration {
	all := 0
	for _, n := range w {
		all += n
	}
	left := int(math.Ceil(float64(all) * percent / 100))
	for step, n := range w {
		if left -= n; n > 0 && left <= 0 {
			return time.Duration(math.Exp2((float64(step)+0.5)/perDoubling)) * time.Microsecond
		}
	}
	return 0
}

// sample prints a row in each interval until ctx ends.
func (g *rig) sample(ctx context.Context, p *phase) {
	tick := time.NewTicker(g.every())
	defer tick.Stop()
	last, before := time.Now(), g.server.look()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s := g.server.look()
		p.last.mu.Lock()
		g.row(p, s, time.Since(last), s.CPU-before.CPU)
		p.last.Lines, p.last.Admitted, p.last.Refused, p.last.waits, p.last.reads = 0, 0, 0, waits{}, waits{}
		p.last.mu.Unlock()
		last, before = time.Now(), s
		g.report.note(p.name, s)
	}
}

func (g *rig) head() {
	fmt.Fprintf(g.Out, "%7s  %-8s %8s %9s %9s %8s %8s %8s %6s %8s %8s %6s\n", "s", "load", "lines/s", "answers/s", "refused/s", "p50 ms", "p99 ms", "read p99", "CPU %", "RSS MiB", "threads", "files")
}

func (g *rig) row(p *phase, s state, took, cpu time.Duration) {
	t, each := &p.last, func(n int) float64 { return float64(n) / took.Seconds() }
	fmt.Fprintf(g.Out, "%7.0f  %-8s %8.0f %9.0f %9.0f %8.1f %8.1f %8.1f %6.0f %8d %8d %6d\n", time.Since(g.began).Seconds(), p.name, each(t.Lines), each(t.Admitted), each(t.Refused),
		ms(t.waits.at(50)), ms(t.waits.at(99)), ms(t.reads.at(99)), 100*cpu.Seconds()/took.Seconds(), s.RSS, s.Threads, s.Files)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
