package machine

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// History is what a Risk is learned from: records in the order of time, whether
// each was a failure, and what the repair found to be its cause. A failure may
// have several causes or none that is known.
type History struct {
	Features []Feature
	Records  [][]float64
	Failed   []bool
	Causes   []Cause
}

// Cause is one cause of failures, for each record of a History: was it found?
// It is known only after a failure and is never a feature.
type Cause struct {
	Name  string
	Found []bool
	Looks []int // the features that can have to do with it; none = all
}

// Risk gives records the probability of a failure of any cause: one minus the
// product of what each cause leaves, as if causes came independently.
type Risk struct {
	Limit  float64 // a record with at least this score is worth a look
	names  []string
	models []*Model
}

// Learn fits a model for each cause and sets the limit so low as the history
// allows when the share of right alarms is to stay at least precision. Scores for
// the limit come from models that did not see the record (folds parts, drawn by
// the seed), and the share is averaged over as many stretches of time, since
// failures come in bursts: a pooled share would be that of the worst burst. It
// refuses what Fit refuses, and histories in which no limit keeps the precision
// (machine.training-invalid).
func (l Learner) Learn(h History, precision float64, folds int) (*Risk, error) {
	if err := h.check(folds); err != nil {
		return nil, err
	}
	limit, ok := Limit(l.blind(h, folds), h.Failed, folds, precision)
	if !ok {
		return nil, ErrTraining.Because("no limit lets %.0f of 100 alarms be right in this history; add features that tell failures apart, or ask for less", 100*precision)
	}
	risk := l.causes(h, func(int) bool { return true })
	risk.Limit = limit
	return risk, nil
}

// blind scores each record by models of the parts that it is not in.
func (l Learner) blind(h History, folds int) []float64 {
	scores := make([]float64, len(h.Records))
	part := rand.New(rand.NewPCG(l.Seed, 1)).Perm(len(h.Records))
	for k := range folds {
		others := l.causes(h, func(i int) bool { return part[i]%folds != k })
		for i, x := range h.Records {
			if part[i]%folds == k {
				scores[i] = others.Score(x)
			}
		}
	}
	return scores
}

func (h History) check(folds int) error {
	if err := checkRecords(h.Features, h.Records); err != nil {
		return err
	}
	if err := checkOutcomes(len(h.Records), h.Failed); err != nil {
		return err
	}
	if folds < 2 || folds > len(h.Records) {
		return ErrTraining.Because("%d folds of %d records are not possible; take between 2 and the number of records", folds, len(h.Records))
	}
	if len(h.Causes) == 0 {
		return ErrTraining.Because("the history names no cause; name at least one, such as any failure")
	}
	for _, c := range h.Causes {
		if err := checkOutcomes(len(h.Records), c.Found); err != nil {
			return ErrTraining.Because("cause %s: %s", c.Name, err)
		}
		for _, f := range c.Looks {
			if f < 0 || f >= len(h.Features) {
				return ErrTraining.Because("cause %s looks at feature %d of %d; count them from 0", c.Name, f, len(h.Features))
			}
		}
	}
	return nil
}

// causes fits the models on the records that may be seen.
func (l Learner) causes(h History, see func(int) bool) *Risk {
	var seen [][]float64
	for i, x := range h.Records {
		if see(i) {
			seen = append(seen, x)
		}
	}
	r := &Risk{}
	for _, c := range h.Causes {
		var found []bool
		for i, f := range c.Found {
			if see(i) {
				found = append(found, f)
			}
		}
		r.names = append(r.names, c.Name)
		r.models = append(r.models, l.fit(h.Features, c.Looks, seen, found))
	}
	return r
}

// Score gives the probability of a failure, 0 to 1.
func (r *Risk) Score(x []float64) float64 {
	left := 1.0
	for _, m := range r.models {
		left *= 1 - m.Score(x)
	}
	return 1 - left
}

// Likely is one cause with its own score and explanation.
type Likely struct {
	Cause string
	Explanation
}

// Explain lists the causes, the likeliest first, each with what pushed its score.
func (r *Risk) Explain(x []float64) []Likely {
	var out []Likely
	for k, m := range r.models {
		out = append(out, Likely{r.names[k], m.Explain(x)})
	}
	slices.SortStableFunc(out, func(a, b Likely) int { return cmp.Compare(b.Score, a.Score) })
	return out
}

// Limit gives the lowest score from which on the share of failures among the
// records with at least that score, averaged over stretches of equal length in
// time, is at least precision; stretches without such a record do not count.
// ok is false when no score keeps the precision.
func Limit(scores []float64, failed []bool, stretches int, precision float64) (limit float64, ok bool) {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	right, all := make([]float64, stretches), make([]float64, stretches)
	for n, i := range order {
		s := i * stretches / len(scores)
		all[s]++
		if failed[i] {
			right[s]++
		}
		if n+1 < len(order) && scores[order[n+1]] == scores[i] {
			continue
		}
		if meanShare(right, all) >= precision {
			limit, ok = scores[i], true
		}
	}
	return limit, ok
}

func meanShare(right, all []float64) float64 {
	var sum, n float64
	for s := range all {
		if all[s] > 0 {
			sum += right[s] / all[s]
			n++
		}
	}
	return sum / n
}
