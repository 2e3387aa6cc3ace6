package machine

import "slices"

// A tree is a list of nodes; the first is its root. A record goes left when its
// value of the feature is at most the cut.
type tree []node

type node struct {
	feature     int // −1 = leaf
	cut         float64
	left, right int
	cover       float64 // how many records of the training came by
	value       float64 // of a leaf: what it adds to the log-odds
}

func (t tree) value(x []float64) float64 {
	at := 0
	for t[at].feature >= 0 {
		if x[t[at].feature] <= t[at].cut {
			at = t[at].left
		} else {
			at = t[at].right
		}
	}
	return t[at].value
}

// bins replaces each value by the number of its bin, so that the best cut is
// found by adding up at most maxBins numbers for each feature.
type bins struct {
	cuts [][]float64 // for each feature: bin b holds the values ≤ cuts[b] that are in no bin before
	of   [][]uint16  // for each feature, for each record
}

// maxBins is large, since what fails stands in the tails, where bins of equal
// count are wide.
const maxBins = 1024

// bin cuts the features in looks, or all; the others have one bin.
func bin(rows [][]float64, looks []int) bins {
	b := bins{cuts: make([][]float64, len(rows[0])), of: make([][]uint16, len(rows[0]))}
	for f := range rows[0] {
		if looks != nil && !slices.Contains(looks, f) {
			continue
		}
		column := make([]float64, len(rows))
		for i, r := range rows {
			column[i] = r[f]
		}
		b.cuts[f] = cuts(column)
		b.of[f] = make([]uint16, len(rows))
		for i, x := range column {
			n, _ := slices.BinarySearch(b.cuts[f], x)
			b.of[f][i] = uint16(n)
		}
	}
	return b
}

// cuts gives the borders between bins of about equal count, each halfway between
// two values that occur.
func cuts(column []float64) []float64 {
	sorted := slices.Sorted(slices.Values(column))
	var out []float64
	for k := 1; k < maxBins; k++ {
		i := k * len(sorted) / maxBins
		if i == 0 || sorted[i] == sorted[i-1] {
			continue
		}
		out = append(out, (sorted[i-1]+sorted[i])/2)
	}
	return out
}

// grower grows one tree on the slopes and curvatures of the loss.
type grower struct {
	Learner
	bins
	features     []Feature
	slope, curve []float64 // of each record: first and second derivative
	tree         tree
}

// span bounds what the leaves below a node may say, so that a trend holds across
// the whole tree and not only at one cut.
type span struct{ low, high float64 }

func (b span) clamp(x float64) float64 { return min(max(x, b.low), b.high) }

// grow adds the node for these records and all below it, and gives its number.
func (g *grower) grow(records []int, depth int, b span) int {
	at := len(g.tree)
	var s, c float64
	for _, i := range records {
		s, c = s+g.slope[i], c+g.curve[i]
	}
	g.tree = append(g.tree, node{feature: -1, cover: float64(len(records)), value: g.Rate * b.clamp(g.step(s, c))})
	if depth == 0 {
		return at
	}
	x, ok := g.best(records, s, c, b)
	if !ok {
		return at
	}
	left, right := g.part(records, x)
	g.tree[at].feature, g.tree[at].cut = x.feature, g.cuts[x.feature][x.bin]
	lb, rb := g.halves(b, x)
	l := g.grow(left, depth-1, lb)
	r := g.grow(right, depth-1, rb)
	g.tree[at].left, g.tree[at].right = l, r
	return at
}

// step is what a leaf says by itself: one step of Newton, drawn towards 0.
func (g *grower) step(s, c float64) float64 { return -s / (c + g.Lambda) }

// halves bounds both sides of a cut on a feature with a trend by the middle
// between them.
func (g *grower) halves(b span, x split) (left, right span) {
	left, right = b, b
	middle := (x.left + x.right) / 2
	switch {
	case g.features[x.feature].Trend > 0:
		left.high, right.low = middle, middle
	case g.features[x.feature].Trend < 0:
		left.low, right.high = middle, middle
	}
	return left, right
}

// split is a cut behind a bin, with what both sides would say.
type split struct {
	feature, bin int
	left, right  float64
}

func (g *grower) part(records []int, x split) (left, right []int) {
	for _, i := range records {
		if int(g.of[x.feature][i]) <= x.bin {
			left = append(left, i)
		} else {
			right = append(right, i)
		}
	}
	return left, right
}

// best finds the cut that gains most: the sum of slope² ÷ (curvature + lambda)
// over both sides, less that of the whole (Chen and Guestrin, 2016, "XGBoost: A
// Scalable Tree Boosting System", equation 7). Cuts against a trend do not count.
func (g *grower) best(records []int, s, c float64, b span) (best split, ok bool) {
	most := 1e-9
	for f := range g.cuts {
		if g.cuts[f] == nil {
			continue
		}
		sum := g.sums(records, f)
		var ls, lc float64
		for n := range g.cuts[f] {
			ls, lc = ls+sum[n][0], lc+sum[n][1]
			if lc < g.Least || c-lc < g.Least {
				continue
			}
			gain := ls*ls/(lc+g.Lambda) + (s-ls)*(s-ls)/(c-lc+g.Lambda) - s*s/(c+g.Lambda)
			if gain <= most {
				continue
			}
			x := split{f, n, b.clamp(g.step(ls, lc)), b.clamp(g.step(s-ls, c-lc))}
			if float64(g.features[f].Trend)*(x.right-x.left) >= 0 {
				most, best, ok = gain, x, true
			}
		}
	}
	return best, ok
}

// sums adds up slope and curvature of the records in each bin of a feature.
func (g *grower) sums(records []int, f int) *[maxBins][2]float64 {
	var sum [maxBins][2]float64
	for _, i := range records {
		x := &sum[g.of[f][i]]
		x[0] += g.slope[i]
		x[1] += g.curve[i]
	}
	return &sum
}
