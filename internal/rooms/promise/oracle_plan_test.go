package promise

import (
	"fmt"
	"slices"

	"kontor/internal/words/id"
)

func shipKey(s id.Warehouse, leave int) string { return fmt.Sprint(s, leave) }

func (o *oracle) age(s *Site, p id.Product) int64 {
	age := int64(0)
	for _, x := range o.w.Pools {
		for _, l := range x.Lots {
			if x.Site == s.ID && x.Product == p && l.On == "" && l.Since != "" && l.Qty > 0 {
				age = max(age, int64(-o.days(l.Since)))
			}
		}
	}
	return age
}

func (o *oracle) substitutes(l Line) []Substitute {
	if l.Substitutes {
		return o.product(l.Product).Substitutes
	}
	return nil
}

// oneSite gives what a site can on a day.
func (o *oracle) oneSite(l Line, s *Site, on int, want int64) []got {
	out := o.note(o.own(l, s, on, min(want, o.left(l.Product, on))))
	for _, sub := range o.substitutes(l) {
		rest := want - count(out)
		for rest > 0 && rest*sub.Num > o.left(sub.Product, on)*sub.Den {
			rest--
		}
		out = append(out, o.note(o.other(l, s, on, sub, rest))...)
	}
	return out
}

// allSites gives what all sites can on a day.
func (o *oracle) allSites(l Line, on int, want int64) []got {
	out := o.shared(l, on, min(want, o.left(l.Product, on)), 1, 1, func(o *oracle, s *Site, n int64) []got { return o.own(l, s, on, n) })
	for _, sub := range o.substitutes(l) {
		rest := want - count(out)
		for rest > 0 && (rest*sub.Num > o.left(sub.Product, on)*sub.Den || rest*sub.Num%sub.Den != 0) {
			rest--
		}
		out = append(out, o.shared(l, on, rest, sub.Num, sub.Den, func(o *oracle, s *Site, n int64) []got { return o.other(l, s, on, sub, n) })...)
	}
	return out
}

// shared tries every way to take as much as possible up to want from the sites.
func (o *oracle) shared(l Line, on int, want, num, den int64, give func(*oracle, *Site, int64) []got) []got {
	n := len(o.w.Sites)
	most := make([]int64, n)
	sum := int64(0)
	for i := range o.w.Sites {
		most[i] = count(give(o.clone(), &o.w.Sites[i], want))
		sum += most[i]
	}
	sum = min(sum, want)
	var best, rank []int64
	take := make([]int64, n)
	var try func(i int, rest int64)
	try = func(i int, rest int64) {
		if i == n {
			if rest == 0 {
				if r := o.rank(l, on, take); best == nil || slices.Compare(r, rank) < 0 {
					best, rank = slices.Clone(take), r
				}
			}
			return
		}
		for k := int64(0); k <= min(rest, most[i]); k++ {
			if k*num%den == 0 {
				take[i] = k
				try(i+1, rest-k)
			}
		}
		take[i] = 0
	}
	try(0, sum)
	var out []got
	for i, k := range best {
		if k > 0 {
			out = append(out, o.note(give(o, &o.w.Sites[i], k))...)
		}
	}
	return out
}

// rank orders ways to share: sites, cost, freight, transit, age, then place in the World.
func (o *oracle) rank(l Line, on int, take []int64) []int64 {
	var used []int64
	sites, freight, transit, age := int64(0), int64(0), int64(0), int64(0)
	for i, k := range take {
		if k == 0 {
			continue
		}
		s := &o.w.Sites[i]
		lane := o.lane(s)
		sites++
		used = append(used, int64(i))
		freight += k * lane.PerUnit
		if !o.ships[shipKey(s.ID, o.leaves(s, on))] {
			freight += lane.PerShipment
		}
		transit += int64(lane.Transit)
		age += o.age(s, l.Product)
	}
	r := append([]int64{sites, freight + o.w.TransitCents*transit - o.w.AgeCents*age, freight, transit, -age}, used...)
	for _, k := range take {
		r = append(r, -k)
	}
	return r
}

// single settles at the best single site by trying each; do says what it gives.
func (o *oracle) single(l Line, will func([]got) bool, do func(*oracle, *Site) []got) []got {
	var best *oracle
	var rank []int64
	var out []got
	for i := range o.w.Sites {
		s := &o.w.Sites[i]
		if s.Blocked || o.lane(s) == nil {
			continue
		}
		try := o.clone()
		gs := do(try, s)
		if !will(gs) {
			continue
		}
		lane := o.lane(s)
		last, subs, freight, visits := 0, int64(0), int64(0), map[int]bool{}
		for _, g := range gs {
			last = max(last, g.arrive)
			freight += g.qty * lane.PerUnit
			if !visits[g.leave] && !o.ships[shipKey(s.ID, g.leave)] {
				freight += lane.PerShipment
			}
			visits[g.leave] = true
			if g.product != l.Product {
				subs += g.qty
			}
		}
		age := o.age(s, l.Product)
		r := []int64{l.Qty - count(gs), int64(last), int64(len(visits)), subs, freight + o.w.TransitCents*int64(lane.Transit) - o.w.AgeCents*age, freight, int64(lane.Transit), -age}
		if best == nil || slices.Compare(r, rank) < 0 {
			best, rank, out = try, r, gs
		}
	}
	if best != nil {
		*o = *best
	}
	return out
}

// wholeOn settles a line on one day, or not at all.
func (o *oracle) wholeOn(l Line, on int) []got {
	if l.SplitSites {
		try := o.clone()
		gs := try.allSites(l, on, l.Qty)
		if count(gs) < l.Qty {
			return nil
		}
		*o = *try
		return gs
	}
	return o.single(l, func(gs []got) bool { return count(gs) == l.Qty }, func(o *oracle, s *Site) []got { return o.oneSite(l, s, on, l.Qty) })
}

func (o *oracle) line(l Line) []got {
	from := 0
	if l.Wish != "" {
		from = max(0, o.days(l.Wish))
	}
	byDay := func(o *oracle, take func(on int, rest int64) []got) []got {
		var out []got
		for on := from; on < o.w.Days && count(out) < l.Qty; on++ {
			out = append(out, take(on, l.Qty-count(out))...)
		}
		return out
	}
	switch {
	case l.SplitTime && l.SplitSites:
		return byDay(o, func(on int, rest int64) []got { return o.allSites(l, on, rest) })
	case l.SplitTime:
		return o.single(l, func(gs []got) bool { return len(gs) > 0 }, func(o *oracle, s *Site) []got {
			return byDay(o, func(on int, rest int64) []got { return o.oneSite(l, s, on, rest) })
		})
	}
	for on := from; on < o.w.Days; on++ {
		if gs := o.wholeOn(l, on); gs != nil {
			return gs
		}
	}
	return nil
}

// group settles lines that arrive together.
func (o *oracle) group(lines []Line) [][]got {
	for on := range o.w.Days {
		try := o.clone()
		out := make([][]got, len(lines))
		ok := true
		for i, l := range lines {
			if ok = ok && (l.Wish == "" || o.days(l.Wish) <= on); ok {
				out[i] = try.wholeOn(l, on)
				ok = out[i] != nil
			}
		}
		if ok {
			*o = *try
			return out
		}
	}
	return make([][]got, len(lines))
}

// answer settles a request.
func (o *oracle) answer(r *Request) [][]got {
	o.r = r
	o.ships = map[string]bool{}
	out := make([][]got, len(r.Lines))
	done := make([]bool, len(r.Lines))
	for i, l := range r.Lines {
		if done[i] {
			continue
		}
		set := []int{i}
		for j := i + 1; j < len(r.Lines); j++ {
			if r.Complete || l.Together > 0 && r.Lines[j].Together == l.Together {
				set = append(set, j)
			}
		}
		if r.Complete || l.Together > 0 {
			var lines []Line
			for _, j := range set {
				lines = append(lines, r.Lines[j])
				done[j] = true
			}
			for k, gs := range o.group(lines) {
				out[set[k]] = gs
			}
		} else {
			out[i] = o.line(l)
		}
		for _, f := range o.later {
			f(o)
		}
		o.later = nil
	}
	return out
}
