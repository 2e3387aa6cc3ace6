package machine

import (
	"math"
	"time"
)

const hour = 3600 // seconds

// hourly gathers measurements into means of clock hours, so that what a detector
// remembers does not depend on how often a machine speaks.
type hourly struct {
	of  int64 // hours since 1970; what is open
	sum float64
	n   int
}

// take adds a measurement; when it opens another hour, the one before is given
// back.
func (h *hourly) take(at int64, x float64) (mean float64, of int64, closed bool) {
	now := at / hour
	if h.n > 0 && now != h.of {
		mean, of, closed = h.sum/float64(h.n), h.of, true
		h.sum, h.n = 0, 0
	}
	h.of = now
	h.sum += x
	h.n++
	return mean, of, closed
}

// season is how the hours of a day differ from the level around them. Each hour
// is a mean over as many days as it forgets in; the level follows in a day and a
// half.
type season struct {
	days  float64 // 0 = no season
	seen  [24]float64
	off   [24]float64
	level float64
	begun bool
}

const levelMemory = 36 // hours

func (s *season) learn(of int64, mean float64) {
	if s.days == 0 {
		return
	}
	if !s.begun {
		s.level, s.begun = mean, true
	}
	s.level += (mean - s.level) * (1 - math.Exp(-1.0/levelMemory))
	h := of % 24
	s.seen[h] = min(s.seen[h]+1, s.days)
	s.off[h] += (mean - s.level - s.off[h]) / (s.seen[h] + 1) // one more, so that few days say little
}

func (s *season) at(unix int64) float64 { return s.off[unix/hour%24] }

// smooth is an exponentially weighted mean of a series at uneven times.
type smooth struct {
	tau   float64 // seconds
	mean  float64
	last  int64
	begun bool
}

func (s *smooth) take(at int64, x float64) float64 {
	if !s.begun {
		s.mean, s.last, s.begun = x, at, true
		return x
	}
	if pause := at - s.last; pause > 0 {
		s.mean += (x - s.mean) * (1 - math.Exp(-float64(pause)/s.tau))
		s.last = at
	}
	return s.mean
}

// delay hands values on after a number of others.
type delay struct {
	ring []float64
	next int
}

func (d *delay) take(x float64, after int) (old float64, ok bool) {
	if after == 0 {
		return x, true
	}
	if len(d.ring) < after {
		d.ring = append(d.ring, x)
		return 0, false
	}
	old = d.ring[d.next]
	d.ring[d.next] = x
	d.next = (d.next + 1) % after
	return old, true
}

func hours(d time.Duration) int { return int(d / time.Hour) }
