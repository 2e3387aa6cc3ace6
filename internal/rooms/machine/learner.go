package machine

import (
	"math"
	"math/rand/v2"
)

// Learner says how failure models are learned: gradient boosting of small trees
// on the logistic loss (Friedman, 2001, "Greedy Function Approximation: A
// Gradient Boosting Machine"), each tree with second-order steps (Chen and
// Guestrin, 2016) on a random part of the records (Friedman, 2002, "Stochastic
// Gradient Boosting"). The same records, settings and seed give the same model.
type Learner struct {
	Trees  int
	Depth  int     // of a tree: how many features can act together
	Rate   float64 // how much of each tree is taken, 0 to 1
	Lambda float64 // draws leaves with few records towards 0
	Least  float64 // least curvature on either side of a cut
	Sample float64 // part of the records that each tree sees, 0 to 1
	Seed   uint64
}

// DefaultLearner fits some thousand records with some percent failures.
func DefaultLearner() Learner {
	return Learner{Trees: 150, Depth: 2, Rate: 0.05, Lambda: 1, Least: 0.3, Sample: 0.7, Seed: 1}
}

// Feature is one number of a record.
type Feature struct {
	Name  string // with its unit
	Trend int    // +1: more of it never lowers the risk; −1: more never raises it; 0: free
}

// Model gives a record of a machine the probability of a failure, and says why.
type Model struct {
	features []Feature
	base     float64 // log-odds before any tree
	trees    []tree
}

// Fit learns from records and whether each was a failure; a record has the
// features in their order. It refuses records of unequal length, values that are
// no numbers, and records that all ended alike (machine.training-invalid).
func (l Learner) Fit(features []Feature, records [][]float64, failed []bool) (*Model, error) {
	if err := checkRecords(features, records); err != nil {
		return nil, err
	}
	if err := checkOutcomes(len(records), failed); err != nil {
		return nil, err
	}
	return l.fit(features, nil, records, failed), nil
}

// fit learns from records that were checked, by the features in looks, or all. Half a record on either side keeps
// the odds of what was never or always seen finite.
func (l Learner) fit(features []Feature, looks []int, records [][]float64, failed []bool) *Model {
	n := float64(count(failed))
	m := &Model{features: features, base: math.Log((n + 0.5) / (float64(len(records)) - n + 0.5))}
	g := grower{Learner: l, bins: bin(records, looks), features: features, slope: make([]float64, len(records)), curve: make([]float64, len(records))}
	odds := make([]float64, len(records))
	for i := range odds {
		odds[i] = m.base
	}
	r := rand.New(rand.NewPCG(l.Seed, 0))
	for range l.Trees {
		t := g.next(odds, failed, r)
		m.trees = append(m.trees, t)
		for i, x := range records {
			odds[i] += t.value(x)
		}
	}
	return m
}

// next grows the tree that follows on what the trees before it got wrong.
func (g *grower) next(odds []float64, failed []bool, r *rand.Rand) tree {
	var sample []int
	for i, o := range odds {
		p := logistic(o)
		g.slope[i], g.curve[i] = p, p*(1-p)
		if failed[i] {
			g.slope[i] = p - 1
		}
		if r.Float64() < g.Sample {
			sample = append(sample, i)
		}
	}
	g.tree = nil
	g.grow(sample, g.Depth, span{math.Inf(-1), math.Inf(1)})
	return g.tree
}

func checkRecords(features []Feature, records [][]float64) error {
	if len(records) == 0 || len(features) == 0 {
		return ErrTraining.Because("there are no records to learn from; collect some, good and failed ones")
	}
	for i, r := range records {
		if len(r) != len(features) {
			return ErrTraining.Because("record %d has %d values for %d features; give each record all of them", i+1, len(r), len(features))
		}
		for f, x := range r {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return ErrTraining.Because("record %d has no usable number for %s; leave the record out or fill the value in", i+1, features[f].Name)
			}
		}
	}
	return nil
}

func checkOutcomes(records int, failed []bool) error {
	if len(failed) != records {
		return ErrTraining.Because("%d records came with %d outcomes; each record needs one", records, len(failed))
	}
	if n := count(failed); n == 0 || n == records {
		return ErrTraining.Because("%d of %d records are failures, so there is nothing to tell apart; wait until there are both kinds", n, records)
	}
	return nil
}

func count(failed []bool) (n int) {
	for _, f := range failed {
		if f {
			n++
		}
	}
	return n
}

// Score gives the probability of a failure, 0 to 1, for a record with the
// features of the training in their order.
func (m *Model) Score(x []float64) float64 { return logistic(m.odds(x)) }

func (m *Model) odds(x []float64) float64 {
	o := m.base
	for _, t := range m.trees {
		o += t.value(x)
	}
	return o
}

func logistic(o float64) float64 { return 1 / (1 + math.Exp(-o)) }
