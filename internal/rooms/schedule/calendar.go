package schedule

import "sort"

// calendar answers questions about the open time of one machine. from[i] and
// to[i] bound the closed times, sorted and apart; worked[i] is the open minutes
// before from[i], counted from minute 0; lost[i] the closed ones before it, with
// one more entry for all.
type calendar struct {
	from, to, worked, lost []int32
}

func newCalendar(closed []Interval) *calendar {
	c := &calendar{lost: []int32{0}}
	var lost int32
	for _, i := range closed {
		c.from, c.to = append(c.from, int32(i.From)), append(c.to, int32(i.To))
		c.worked = append(c.worked, int32(i.From)-lost)
		lost += int32(i.To - i.From)
		c.lost = append(c.lost, lost)
	}
	return c
}

// below counts the entries of an ascending list that are less than t.
func below(list []int32, t int32) int {
	return sort.Search(len(list), func(i int) bool { return list[i] >= t })
}

// open is the open minutes from 0 to t; before 0 all is open.
func (c *calendar) open(t int32) int32 {
	i := below(c.from, t)
	if i > 0 && c.to[i-1] > t {
		return c.worked[i-1]
	}
	return t - c.lost[i]
}

// advance is the first time at which work has been possible for w minutes since t.
func (c *calendar) advance(t, w int32) int32 {
	if w == 0 || len(c.from) == 0 {
		return t + w
	}
	goal := c.open(t) + w
	return goal + c.lost[below(c.worked, goal)]
}

// retreat is the last time from which work is possible for w minutes until t.
func (c *calendar) retreat(t, w int32) int32 {
	if w == 0 || len(c.from) == 0 {
		return t - w
	}
	goal := c.open(t) - w
	return goal + c.lost[below(c.worked, goal+1)]
}

// start is the first time from t on at which an operation of p minutes can begin.
func (c *calendar) start(t, p int32, split bool) int32 {
	need := p
	if split {
		need = 1
	}
	for i := below(c.to, t+1); i < len(c.from) && c.from[i] < t+need; i++ {
		t = c.to[i]
	}
	return t
}

// finish is the end of an operation of p minutes that begins at t.
func (c *calendar) finish(t, p int32, split bool) int32 {
	if split {
		return c.advance(t, p)
	}
	return t + p
}

// latest is the last time at which an operation of p minutes can begin so that
// it ends by t.
func (c *calendar) latest(t, p int32, split bool) int32 {
	if split {
		return c.retreat(t, p)
	}
	for i := below(c.from, t) - 1; i >= 0 && c.to[i] > t-p; i-- {
		t = c.from[i]
	}
	return t - p
}
