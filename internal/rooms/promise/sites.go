package promise

import (
	"cmp"
	"slices"
)

// offer is what a site can give on a day, and what it costs.
type offer struct {
	site         int
	most         int64
	fixed, unit  int64 // cents
	other        int64 // cents for transit less age
	transit, age int64
}

// sets is how many sets of sites are compared before exchange takes over.
const sets = 200_000

// share says how much of want, which all offers together hold, each one gives:
// from as few as can do it, of those sets the cheapest.
func share(offers []offer, want int64) []int64 {
	if want <= 0 {
		return nil
	}
	size := fewest(offers, want)
	var best []int
	var worth []int64
	consider := func(set []int) {
		if v := value(offers, set, want); v != nil && (best == nil || slices.Compare(v, worth) < 0) {
			best, worth = slices.Clone(set), v
		}
	}
	if choices(len(offers), size) <= sets {
		combine(offers, size, want, consider)
	} else {
		exchange(offers, size, want, consider, func() []int { return best })
	}
	out := make([]int64, len(offers))
	spread(offers, best, want, func(i int, n int64) { out[i] = n })
	return out
}

// fewest is the least number of offers that hold want.
func fewest(offers []offer, want int64) int {
	by := bySize(offers)
	for n, i := range by {
		if want -= offers[i].most; want <= 0 {
			return n + 1
		}
	}
	return len(by)
}

func bySize(offers []offer) []int {
	by := make([]int, len(offers))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(i, j int) int { return cmp.Compare(offers[j].most, offers[i].most) })
	return by
}

// choices is n over k, or more than sets.
func choices(n, k int) int {
	c := 1
	for i := range min(k, n-k) {
		if c = c * (n - i) / (i + 1); c > sets {
			return sets + 1
		}
	}
	return c
}

// combine visits every set of a size that can hold want, in order.
func combine(offers []offer, size int, want int64, visit func([]int)) {
	by := bySize(offers)
	var top int64
	set := make([]int, 0, size)
	var grow func(from int, rest int64)
	grow = func(from int, rest int64) {
		missing := size - len(set)
		if missing == 0 {
			if rest <= 0 {
				visit(set)
			}
			return
		}
		if rest > top*int64(missing) {
			return
		}
		for i := from; i <= len(offers)-missing; i++ {
			set = append(set, i)
			grow(i+1, rest-offers[i].most)
			set = set[:len(set)-1]
		}
	}
	top = offers[by[0]].most
	grow(0, want)
}

// exchange starts from the largest offers and exchanges single sites while that
// makes the set better.
func exchange(offers []offer, size int, want int64, consider func([]int), best func() []int) {
	start := slices.Clone(bySize(offers)[:size])
	slices.Sort(start)
	consider(start)
	for {
		now := best()
		for at := range now {
			for i := range offers {
				if slices.Contains(now, i) {
					continue
				}
				next := slices.Clone(now)
				next[at] = i
				slices.Sort(next)
				consider(next)
			}
		}
		if slices.Equal(now, best()) {
			return
		}
	}
}

// value ranks a set of offers; less is better, nil when it does not hold want.
func value(offers []offer, set []int, want int64) []int64 {
	cost, freight, transit, age, sum := int64(0), int64(0), int64(0), int64(0), int64(0)
	for _, i := range set {
		o := &offers[i]
		freight += o.fixed
		cost += o.other
		transit += o.transit
		age += o.age
		sum += o.most
	}
	if sum < want {
		return nil
	}
	spread(offers, set, want, func(i int, n int64) { freight += n * offers[i].unit })
	return []int64{cost + freight, freight, transit, -age}
}

// spread gives want to the offers of a set, the cheapest unit first.
func spread(offers []offer, set []int, want int64, give func(i int, n int64)) {
	by := slices.Clone(set)
	slices.SortStableFunc(by, func(i, j int) int { return cmp.Compare(offers[i].unit, offers[j].unit) })
	for _, i := range by {
		n := min(want, offers[i].most)
		give(i, n)
		want -= n
	}
}
