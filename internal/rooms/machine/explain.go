package machine

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Push is what one feature did to a score.
type Push struct {
	Feature string
	Value   float64 // of the record, in the feature's unit
	LogOdds float64 // above 0: towards failure
}

// Explanation takes a score apart: the log-odds of Score are Base plus the sum of
// all pushes.
type Explanation struct {
	Score  float64 // probability of a failure
	Base   float64 // log-odds of a record about which nothing is known
	Pushes []Push  // the strongest first; features that did nothing are left out
}

// Explain says which features pushed the score of a record. The pushes are the
// Shapley values of the trees, where a feature that is not known follows both
// branches in the shares of the training (Lundberg, Erion and Lee, 2018,
// "Consistent Individualized Feature Attribution for Tree Ensembles"): a push
// never has the wrong sign only because a tree asked for the feature late.
func (m *Model) Explain(x []float64) Explanation {
	phi := make([]float64, len(m.features))
	for _, t := range m.trees {
		t.share(0, x, nil, phi)
	}
	odds := m.odds(x)
	e := Explanation{Score: logistic(odds), Base: odds}
	for f, p := range phi {
		e.Base -= p
		if p != 0 {
			e.Pushes = append(e.Pushes, Push{m.features[f].Name, x[f], p})
		}
	}
	slices.SortStableFunc(e.Pushes, func(a, b Push) int { return cmp.Compare(math.Abs(b.LogOdds), math.Abs(a.LogOdds)) })
	return e
}

// fork is one feature on the way to a leaf: does the record take the way when
// the feature is known (0 or 1), and which share takes it when it is not.
type fork struct {
	feature        int
	known, unknown float64
}

// share walks to all leaves and divides the value of each among the features on
// its way.
func (t tree) share(at int, x []float64, way []fork, phi []float64) {
	n := t[at]
	if n.feature < 0 {
		divide(n.value, way, phi)
		return
	}
	for _, next := range []int{n.left, n.right} {
		known := 0.0
		if (x[n.feature] <= n.cut) == (next == n.left) {
			known = 1
		}
		t.share(next, x, extend(way, fork{n.feature, known, t[next].cover / n.cover}), phi)
	}
}

// extend adds a fork to a copy of the way; a feature stands there once.
func extend(way []fork, f fork) []fork {
	out := append(make([]fork, 0, len(way)+1), way...)
	for i := range out {
		if out[i].feature == f.feature {
			out[i].known *= f.known
			out[i].unknown *= f.unknown
			return out
		}
	}
	return append(out, f)
}

// divide adds the Shapley values of the game in which a leaf pays value × the
// product of known over the features that take part and unknown over the others.
// A way has as many features as a tree is deep, so all 2^(d−1) coalitions are
// looked at.
func divide(value float64, way []fork, phi []float64) {
	d := len(way)
	for j, f := range way {
		sum := 0.0
		for in := range uint(1) << d {
			if in&(1<<j) != 0 {
				continue
			}
			pay := value * weight(bits.OnesCount(in), d)
			for k, g := range way {
				switch {
				case k == j:
				case in&(1<<k) != 0:
					pay *= g.known
				default:
					pay *= g.unknown
				}
			}
			sum += pay
		}
		phi[f.feature] += sum * (f.known - f.unknown)
	}
}

// weight is the share of the orders of d features in which exactly the s of a
// coalition come before one that is not in it: s! (d−s−1)! ÷ d!.
func weight(s, d int) float64 {
	w := 1 / float64(d)
	for k := 1; k <= s; k++ {
		w *= float64(k) / float64(d-k)
	}
	return w
}
