package soak

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is what a run saw and what is to be thought of it.
type Report struct {
	Steady, Overload, After *tally
	Checks                  []Check

	short   bool
	settled bool    // the load lasted long enough for heap and caches to reach their size
	steady  []state // samples
	peak    state
}

// Check is one thing that must hold, with its figures.
type Check struct {
	OK       bool
	Sentence string
}

const (
	mostMemory = 512 // MiB of resident memory
	slack      = 4   // files that may come and go
)

// OK tells that all holds.
func (r *Report) OK() bool {
	for _, c := range r.Checks {
		if !c.OK {
			return false
		}
	}
	return true
}

func (r *Report) String() string {
	var b strings.Builder
	for _, c := range r.Checks {
		verdict := "ok   "
		if !c.OK {
			verdict = "WRONG"
		}
		fmt.Fprintf(&b, "%s %s\n", verdict, c.Sentence)
	}
	return b.String()
}

func (r *Report) check(ok bool, format string, args ...any) {
	r.Checks = append(r.Checks, Check{ok, fmt.Sprintf(format, args...)})
}

// checkIf is check for what can only be judged with time and a machine to oneself.
func (r *Report) checkIf(judged, ok bool, format string, args ...any) {
	if !judged {
		ok, format = true, format+" (not judged in so short a run)"
	}
	r.check(ok, format, args...)
}

// note takes a sample in.
func (r *Report) note(load string, s state) {
	if load == "steady" {
		r.steady = append(r.steady, s)
	}
	r.peak.RSS, r.peak.Threads, r.peak.Files = max(r.peak.RSS, s.RSS), max(r.peak.Threads, s.Threads), max(r.peak.Files, s.Files)
}

// judge looks at everything that was seen while the server ran.
func (r *Report) judge() {
	a, b, c := r.Steady, r.Overload, r.After
	r.check(a.Lines > 0 && b.Admitted > 0 && c.Lines > 0, "%.0f lines/s steady, %.0f under overload, %.0f after it", a.rate(a.Lines), b.rate(b.Lines), c.rate(c.Lines))
	r.check(a.failures+b.failures+c.failures == 0, "%d answers were neither a success nor a refusal: %v", a.failures+b.failures+c.failures, slices.Concat(a.Failed, b.Failed, c.Failed))
	r.check(b.Refused > 0, "refused with 503, Retry-After and a problem: %.1f/s steady, %.1f/s under overload beside %.1f/s admitted", a.rate(a.Refused), b.rate(b.Refused), b.rate(b.Admitted))
	r.slower("writes", &a.waits, &b.waits, &c.waits)
	r.slower("reads", &a.reads, &b.reads, &c.reads)
	r.level()
}

// slower compares the waits under overload to those before and after it.
func (r *Report) slower(what string, before, under, after *waits) {
	normal := *before
	for i, n := range after {
		normal[i] += n
	}
	was, is := normal.at(99), under.at(99)
	r.checkIf(!r.short, is < 2*was, "%s: p99 %.1f ms under overload, %.1f ms before and after: %.2f times, at most 2 (p50 %.1f and %.1f ms)", what, ms(is), ms(was), over(is, was), ms(under.at(50)), ms(normal.at(50)))
}

// level looks for what grows: the last third of the steady load beside the middle one.
func (r *Report) level() {
	r.check(r.peak.RSS < mostMemory, "peak memory %d MiB, below %d; peak %d threads, %d files", r.peak.RSS, mostMemory, r.peak.Threads, r.peak.Files)
	n := len(r.steady)
	middle, last := mean(r.steady[n/3:2*n/3]), mean(r.steady[2*n/3:])
	r.checkIf(r.settled, last.RSS*10 <= middle.RSS*11, "memory %d MiB in the last third, %d in the middle one, at most a tenth more", last.RSS, middle.RSS)
	r.check(last.Files <= middle.Files+slack, "files %d in the last third, %d in the middle one", last.Files, middle.Files)
	r.check(last.Threads <= middle.Threads+slack, "threads %d in the last third, %d in the middle one", last.Threads, middle.Threads)
}

func mean(list []state) state {
	var sum state
	for _, s := range list {
		sum.RSS, sum.Threads, sum.Files = sum.RSS+s.RSS, sum.Threads+s.Threads, sum.Files+s.Files
	}
	n := max(1, len(list))
	return state{RSS: sum.RSS / int64(n), Threads: sum.Threads / int64(n), Files: sum.Files / n}
}

func (t *tally) rate(n int) float64 { return float64(n) / t.took.Seconds() }

func over(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }
