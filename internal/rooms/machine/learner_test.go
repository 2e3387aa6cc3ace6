package machine

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// made gives records whose failures follow two rules that act together.
func made(seed uint64, n int) (features []Feature, records [][]float64, failed []bool) {
	r := rand.New(rand.NewPCG(seed, 3))
	features = []Feature{{Name: "heat"}, {Name: "load"}, {Name: "age", Trend: 1}, {Name: "noise"}}
	for range n {
		x := []float64{r.NormFloat64(), r.Float64() * 10, float64(r.IntN(50)), r.NormFloat64()}
		records = append(records, x)
		failed = append(failed, x[0] > 1 && x[1] > 5 || x[2] > 45 && r.IntN(2) == 0)
	}
	return features, records, failed
}

func fitted(t *testing.T, seed uint64) (*Model, [][]float64) {
	t.Helper()
	f, x, y := made(seed, 1500)
	l := DefaultLearner()
	l.Trees = 40
	m, err := l.Fit(f, x, y)
	if err != nil {
		t.Fatal(err)
	}
	return m, x
}

// known gives what a tree says when only some features are known: at a cut on
// another both branches count, by how many records of the training took them.
func (t tree) known(at int, x []float64, known uint) float64 {
	n := t[at]
	switch {
	case n.feature < 0:
		return n.value
	case known&(1<<n.feature) == 0:
		l, r := t[n.left], t[n.right]
		return (l.cover*t.known(n.left, x, known) + r.cover*t.known(n.right, x, known)) / (l.cover + r.cover)
	case x[n.feature] <= n.cut:
		return t.known(n.left, x, known)
	}
	return t.known(n.right, x, known)
}

// naiveShapley averages what feature f adds over all coalitions of the others.
func naiveShapley(t tree, x []float64, f, features int) (sum float64) {
	fact := func(n int) float64 { return math.Gamma(float64(n + 1)) }
	for in := range uint(1) << features {
		if in&(1<<f) == 0 {
			s := bits.OnesCount(in)
			sum += fact(s) * fact(features-s-1) / fact(features) * (t.known(0, x, in|1<<f) - t.known(0, x, in))
		}
	}
	return sum
}

func TestPushesAreShapleyValuesAndAddUp(t *testing.T) {
	m, records := fitted(t, 11)
	for _, x := range records[:60] {
		e := m.Explain(x)
		sum, pushes := e.Base, map[string]float64{}
		for _, p := range e.Pushes {
			sum += p.LogOdds
			pushes[p.Feature] = p.LogOdds
		}
		for f, feature := range m.features {
			want := 0.0
			for _, tr := range m.trees {
				want += naiveShapley(tr, x, f, len(m.features))
			}
			if got := pushes[feature.Name]; math.Abs(got-want) > 1e-9 {
				t.Fatalf("%v: %s pushes %.6f, all coalitions say %.6f", x, feature.Name, got, want)
			}
		}
		if math.Abs(logistic(sum)-m.Score(x)) > 1e-12 || e.Score != m.Score(x) {
			t.Fatalf("%v: base and pushes give %.9f, the score is %.9f", x, logistic(sum), m.Score(x))
		}
	}
}

// The first cut gains as much as the best of all cuts between two records.
func TestTheFirstCutIsTheBestOfAll(t *testing.T) {
	for seed := range uint64(20) {
		f, x, y := made(seed, 300)
		f[2].Trend = 0
		l := Learner{Trees: 1, Depth: 1, Rate: 1, Lambda: 1, Least: 0.1, Sample: 1}
		m, err := l.Fit(f, x, y)
		if err != nil {
			t.Fatal(err)
		}
		root := m.trees[0][0]
		got, most := cutGain(l, m.base, x, y, root.feature, root.cut), 0.0
		for f := range x[0] {
			for _, r := range x {
				most = max(most, cutGain(l, m.base, x, y, f, r[f]))
			}
		}
		if math.Abs(got-most) > 1e-9 {
			t.Fatalf("seed %d: the cut of %s at %.3f gains %.6f, the best %.6f", seed, m.features[root.feature].Name, root.cut, got, most)
		}
	}
}

func cutGain(l Learner, base float64, x [][]float64, y []bool, f int, cut float64) float64 {
	var s, c [2]float64
	p := logistic(base)
	for i, r := range x {
		side := 0
		if r[f] > cut {
			side = 1
		}
		c[side] += p * (1 - p)
		s[side] += p
		if y[i] {
			s[side]--
		}
	}
	if min(c[0], c[1]) < l.Least {
		return 0
	}
	return s[0]*s[0]/(c[0]+l.Lambda) + s[1]*s[1]/(c[1]+l.Lambda) - (s[0]+s[1])*(s[0]+s[1])/(c[0]+c[1]+l.Lambda)
}

func TestATrendHoldsEverywhere(t *testing.T) {
	free := 0
	for seed := range uint64(5) {
		m, records := fitted(t, 20+seed)
		for _, x := range records[:100] {
			last, lastNoise := 0.0, 0.0
			for age := range 60 {
				y := []float64{x[0], x[1], float64(age), x[3]}
				if now := m.Score(y); now < last-1e-12 {
					t.Fatalf("seed %d: %v at age %d: the risk falls from %.6f to %.6f", seed, x, age, last, now)
				} else {
					last = now
				}
				y = []float64{float64(age)/10 - 3, x[1], x[2], x[3]}
				if now := m.Score(y); now < lastNoise {
					free++
				} else {
					lastNoise = now
				}
			}
		}
	}
	if free == 0 {
		t.Error("a feature without a trend never falls either: the test sees nothing")
	}
}

func TestTheSameSeedGivesTheSameModel(t *testing.T) {
	a, _ := fitted(t, 5)
	b, _ := fitted(t, 5)
	if fmt.Sprint(a.trees) != fmt.Sprint(b.trees) {
		t.Error("two trainings differ")
	}
}

func TestUselessHistoriesAreRefused(t *testing.T) {
	f, x, y := made(1, 50)
	none := make([]bool, 50)
	nan := [][]float64{{1, 2, 3, math.NaN()}, {1, 2, 3, 4}}
	l := DefaultLearner()
	learn := func(h History, folds int) error { _, err := l.Learn(h, 0.5, folds); return err }
	fit := func(x [][]float64, y []bool) error { _, err := l.Fit(f, x, y); return err }
	for name, err := range map[string]error{
		"no records": fit(nil, nil), "no outcomes": fit(x, y[:10]), "no failures": fit(x, none), "short record": fit([][]float64{{1}, {2}}, []bool{true, false}),
		"no number": fit(nan, []bool{true, false}), "no cause": learn(History{f, x, y, nil}, 5), "one fold": learn(History{f, x, y, []Cause{{"any", y, nil}}}, 1),
		"no such feature":     learn(History{f, x, y, []Cause{{"any", y, []int{4}}}}, 5),
		"a cause never found": learn(History{f, x, y, []Cause{{"any", none, nil}}}, 5),
	} {
		if !errors.Is(err, ErrTraining) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// naiveLimit tries each score as the limit.
func naiveLimit(scores []float64, failed []bool, stretches int, precision float64) (limit float64, ok bool) {
	for _, try := range scores {
		sum, n := 0.0, 0.0
		for s := range stretches {
			right, all := 0.0, 0.0
			for i := range scores {
				if i*stretches/len(scores) == s && scores[i] >= try {
					all++
					if failed[i] {
						right++
					}
				}
			}
			if all > 0 {
				sum, n = sum+right/all, n+1
			}
		}
		if sum/n >= precision && (!ok || try < limit) {
			limit, ok = try, true
		}
	}
	return limit, ok
}

func TestTheLimitIsTheLowestThatKeepsThePrecision(t *testing.T) {
	found := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 9))
		scores, failed := make([]float64, 40), make([]bool, 40)
		for i := range scores {
			scores[i] = float64(r.IntN(15)) / 15
			failed[i] = r.Float64() < scores[i]
		}
		stretches, precision := 1+r.IntN(5), 0.3+r.Float64()*0.7
		got, ok := Limit(scores, failed, stretches, precision)
		want, wantOK := naiveLimit(scores, failed, stretches, precision)
		if got != want || ok != wantOK {
			t.Fatalf("seed %d: %v %v, want %v %v", seed, got, ok, want, wantOK)
		}
		if ok {
			found++
		}
	}
	if found < 100 {
		t.Errorf("only %d limits were found", found)
	}
}
