package sim

import (
	"hash/fnv"
	"math/rand/v2"
)

// dice is the chance of one concern (orders, warehouse, money …), so that
// another decision in one does not change what happens in the others.
type dice struct{ r *rand.Rand }

func newDice(seed uint64, concern string) dice {
	h := fnv.New64a()
	_, _ = h.Write([]byte(concern))
	return dice{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// chance is true perMille times in a thousand.
func (d dice) chance(perMille int) bool { return d.r.IntN(1000) < perMille }

// between gives lo … hi.
func (d dice) between(lo, hi int) int { return lo + d.r.IntN(hi-lo+1) }

// skewed gives 0 … n−1, small numbers more often.
func (d dice) skewed(n int) int { return d.r.IntN(1 + d.r.IntN(n)) }

// pick chooses one of a list.
func pick[T any](d dice, list []T) T { return list[d.r.IntN(len(list))] }

// weighted chooses a place of a list by its weights.
func (d dice) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.r.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}
