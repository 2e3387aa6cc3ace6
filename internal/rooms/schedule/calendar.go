package schedule

// calendar answers questions about the open time of one machine. from[i] and
// to[i] bound the closed times, sorted and apart; worked[i] is the open minutes
// before from[i], counted from minute 0; lost[i] the closed ones before it, with
// one more entry for all.
type calendar struct {
	from, to, worked ladder
	lost             []int32
}

func newCalendar(closed []Interval) *calendar {
	c := &calendar{lost: []int32{0}}
	var from, to, worked []int32
	var lost int32
	for _, i := range closed {
		from, to = append(from, int32(i.From)), append(to, int32(i.To))
		worked = append(worked, int32(i.From)-lost)
		lost += int32(i.To - i.From)
		c.lost = append(c.lost, lost)
	}
	c.from, c.to, c.worked = newLadder(from), newLadder(to), newLadder(worked)
	return c
}

// ladder is an ascending list of times that are not negative, with the place of
// the first one of each stretch of time, so that a look-up takes a step or two.
type ladder struct {
	at    []int32
	first []int32 // by t >> shift
	shift int
}

func newLadder(at []int32) ladder {
	l := ladder{at: at}
	if len(at) == 0 {
		return l
	}
	last := at[len(at)-1]
	for int(last>>l.shift) > 4*len(at) {
		l.shift++
	}
	i := int32(0)
	for stretch := range last>>l.shift + 1 {
		for at[i]>>l.shift < stretch {
			i++
		}
		l.first = append(l.first, i)
	}
	return l
}

// below counts the entries that are less than t.
func (l *ladder) below(t int32) int {
	if t <= 0 {
		return 0
	}
	stretch := int(t >> l.shift)
	if stretch >= len(l.first) {
		return len(l.at)
	}
	i := int(l.first[stretch])
	for i < len(l.at) && l.at[i] < t {
		i++
	}
	return i
}

// open is the open minutes from 0 to t; before 0 all is open.
func (c *calendar) open(t int32) int32 {
	i := c.from.below(t)
	if i > 0 && c.to.at[i-1] > t {
		return c.worked.at[i-1]
	}
	return t - c.lost[i]
}

// advance is the first time at which work has been possible for w minutes since t.
func (c *calendar) advance(t, w int32) int32 {
	if w == 0 || len(c.from.at) == 0 {
		return t + w
	}
	goal := c.open(t) + w
	return goal + c.lost[c.worked.below(goal)]
}

// retreat is the last time from which work is possible for w minutes until t.
func (c *calendar) retreat(t, w int32) int32 {
	if w == 0 || len(c.from.at) == 0 {
		return t - w
	}
	goal := c.open(t) - w
	return goal + c.lost[c.worked.below(goal+1)]
}

// start is the first time from t on at which an operation of p minutes can begin.
func (c *calendar) start(t, p int32, split bool) int32 {
	if p == 0 {
		return t
	}
	need := p
	if split {
		need = 1
	}
	for i := c.to.below(t + 1); i < len(c.from.at) && c.from.at[i] < t+need; i++ {
		t = c.to.at[i]
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
	if split || p == 0 {
		return c.retreat(t, p)
	}
	for i := c.from.below(t) - 1; i >= 0 && c.to.at[i] > t-p; i-- {
		t = c.from.at[i]
	}
	return t - p
}
