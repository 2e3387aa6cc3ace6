package promise

import "slices"

// never is the day after all days.
const never = 1 << 30

// lot and demand are counted in days since today.
type lot struct {
	ref          string
	day, expires int
	qty          int64
}

type demand struct {
	day, until int
	qty        int64
}

// piece is a part of a lot.
type piece struct {
	lot
	part int64
}

// pool is the supply and demand of a product at a site. While no lot expires,
// it knows the least level from each day on; with expiry it matches.
type pool struct {
	lots     []lot    // by expiry, then day
	demands  []demand // by day
	expiring bool
	age      int // days since the oldest lot on hand came in
	days     []int
	net      []int64 // change of each of days
	level    []int64 // after each of days
	floor    []int64 // least level from each of days on
	memo     memo    // what was matched last, since the last change
}

type memo struct {
	known      bool
	day, until int
	free       int64
}

func (p *pool) addLot(l lot) {
	i, _ := slices.BinarySearchFunc(p.lots, l, func(a, b lot) int {
		if a.expires != b.expires {
			return a.expires - b.expires
		}
		return a.day - b.day
	})
	p.lots = slices.Insert(p.lots, i, l)
	p.change(l.day, l.qty)
}

func (p *pool) dropLot(l lot) {
	i := slices.Index(p.lots, l)
	p.lots = slices.Delete(p.lots, i, i+1)
	p.change(l.day, -l.qty)
}

// demand adds a demand, or takes one back when qty is negative.
func (p *pool) demand(day, until int, qty int64) {
	i, _ := slices.BinarySearchFunc(p.demands, day, func(d demand, on int) int { return d.day - on })
	for i < len(p.demands) && p.demands[i].day == day && p.demands[i].until != until {
		i++
	}
	switch {
	case i == len(p.demands) || p.demands[i].day != day:
		p.demands = slices.Insert(p.demands, i, demand{day, until, qty})
	case p.demands[i].qty+qty == 0:
		p.demands = slices.Delete(p.demands, i, i+1)
	default:
		p.demands[i].qty += qty
	}
	p.change(day, -qty)
}

func (p *pool) change(day int, by int64) {
	p.memo.known = false
	if p.expiring {
		return
	}
	i, found := slices.BinarySearch(p.days, day)
	if !found {
		p.days = slices.Insert(p.days, i, day)
		p.net = slices.Insert(p.net, i, 0)
		p.level = slices.Insert(p.level, i, 0)
		p.floor = slices.Insert(p.floor, i, 0)
	}
	p.net[i] += by
	p.refresh(i)
}

// refresh works the levels out again from one of days on.
func (p *pool) refresh(from int) {
	level := int64(0)
	if from > 0 {
		level = p.level[from-1]
	}
	for j := from; j < len(p.net); j++ {
		level += p.net[j]
		p.level[j] = level
	}
	low := level
	for j := len(p.level) - 1; j >= 0; j-- {
		low = min(low, p.level[j])
		if j < from && p.floor[j] == low {
			return // below nothing changed
		}
		p.floor[j] = low
	}
}

// free is the most that can leave on a day and last until another, while all
// demands keep their cover.
func (p *pool) free(day, until int) int64 {
	if p.expiring {
		if m := p.memo; !m.known || m.day != day || m.until != until {
			p.memo = memo{true, day, until, p.matched(day, until)}
		}
		return p.memo.free
	}
	i, found := slices.BinarySearch(p.days, day)
	if found {
		return max(0, p.floor[i])
	}
	if i == 0 { // nothing has come in by then
		return 0
	}
	least := p.level[i-1]
	if i < len(p.floor) {
		least = min(least, p.floor[i])
	}
	return max(0, least)
}

// matched is free by matching. Demands by day, each given the lots that expire
// first, is a largest matching: a lot that is there stays there, so only the
// expiry tells lots apart, and the shortest is the least use to whoever comes
// later. A boundless demand added on the day makes the matching grow by exactly
// what is free, since the demands before it could all be covered.
func (p *pool) matched(day, until int) int64 {
	var buf [32]int64
	left := buf[:0]
	for _, l := range p.lots {
		left = append(left, l.qty)
	}
	gain, asked := int64(0), false
	ask := func() {
		gain, asked = gain+p.take(left, day, until, 1<<62, nil), true
	}
	for _, d := range p.demands {
		if !asked && d.day > day {
			ask()
		}
		gain -= d.qty - p.take(left, d.day, d.until, d.qty, nil)
	}
	if !asked {
		ask()
	}
	return max(0, gain)
}

// take gives a demand lots, those that expire first, and says how much it got.
func (p *pool) take(left []int64, day, until int, qty int64, pegs *[]piece) int64 {
	got := int64(0)
	for i, l := range p.lots {
		if got == qty {
			break
		}
		if l.day > day || l.expires < until || left[i] == 0 {
			continue
		}
		n := min(left[i], qty-got)
		left[i] -= n
		got += n
		if pegs != nil {
			*pegs = append(*pegs, piece{l, n})
		}
	}
	return got
}

// pieces says which lots would cover a quantity that is free on a day.
func (p *pool) pieces(day, until int, qty int64) []piece {
	left := make([]int64, len(p.lots))
	for i, l := range p.lots {
		left[i] = l.qty
	}
	for _, d := range p.demands {
		if d.day <= day {
			p.take(left, d.day, d.until, d.qty, nil)
		}
	}
	var out []piece
	p.take(left, day, until, qty, &out)
	return out
}
