package machine

import (
	"math"
	"slices"
)

// normalMAD makes the median absolute deviation comparable with a standard
// deviation when the data are normal (Rousseeuw and Croux, 1993, "Alternatives
// to the Median Absolute Deviation").
const normalMAD = 1.4826

// window holds the last values of a series twice: in order of time, to forget
// the oldest, and sorted, so that a rank is read at once. Its memory is fixed
// when it is made; a push moves at most its length.
type window struct {
	ring   []float64
	sorted []float64
	next   int
}

func newWindow(size int) *window {
	return &window{ring: make([]float64, 0, size), sorted: make([]float64, 0, size)}
}

func (w *window) len() int { return len(w.sorted) }

// push adds the youngest value and drops the oldest when the window is full.
func (w *window) push(x float64) {
	if len(w.ring) < cap(w.ring) {
		w.ring = append(w.ring, x)
		i, _ := slices.BinarySearch(w.sorted, x)
		w.sorted = slices.Insert(w.sorted, i, x)
		return
	}
	old := w.ring[w.next]
	w.ring[w.next] = x
	w.next = (w.next + 1) % len(w.ring)
	from, _ := slices.BinarySearch(w.sorted, old)
	to, _ := slices.BinarySearch(w.sorted, x)
	if to > from {
		to-- // the place is counted without the old value
		copy(w.sorted[from:to], w.sorted[from+1:to+1])
	} else {
		copy(w.sorted[to+1:from+1], w.sorted[to:from])
	}
	w.sorted[to] = x
}

// quantile gives the q-quantile, 0 ≤ q ≤ 1, between neighbours by straight line
// (type 7 of Hyndman and Fan, 1996, "Sample Quantiles in Statistical Packages").
// The window must not be empty.
func (w *window) quantile(q float64) float64 {
	at := q * float64(len(w.sorted)-1)
	i := int(at)
	if i+1 >= len(w.sorted) {
		return w.sorted[len(w.sorted)-1]
	}
	return w.sorted[i] + (at-float64(i))*(w.sorted[i+1]-w.sorted[i])
}

// mad gives the median absolute distance from centre. The distances of a sorted
// list are two sorted lists, one on either side; the middle of their union is
// found by walking both from the centre outward.
func (w *window) mad(centre float64) float64 {
	n := len(w.sorted)
	right, _ := slices.BinarySearch(w.sorted, centre)
	left := right - 1
	var last, before float64
	for range n/2 + 1 {
		before = last
		if left < 0 || right < n && w.sorted[right]-centre < centre-w.sorted[left] {
			last = w.sorted[right] - centre
			right++
		} else {
			last = centre - w.sorted[left]
			left--
		}
	}
	if n%2 == 0 {
		return (before + last) / 2
	}
	return last
}

// farthest bounds scores: a signal that never moved before is far away when it
// moves, but not infinitely so.
const farthest = 100

// distance gives how many deviations off is, 0 for no way and at most farthest.
func distance(off, deviation float64) float64 {
	switch {
	case off == 0:
		return 0
	case deviation <= 0:
		return math.Copysign(farthest, off)
	}
	return min(max(off/deviation, -farthest), farthest)
}

// normalQuantile is the value that a standard normal variable is below with
// probability p, 0 < p < 1.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
