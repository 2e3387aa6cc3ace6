package machine

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// naiveQuantile sorts a copy.
func naiveQuantile(xs []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	at := q * float64(len(s)-1)
	low, high := int(math.Floor(at)), int(math.Ceil(at))
	return s[low] + (at-math.Floor(at))*(s[high]-s[low])
}

func TestAWindowKnowsItsQuantilesAndDeviation(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		size := 1 + r.IntN(40)
		w := newWindow(size)
		var all []float64
		for range 150 {
			x := float64(r.IntN(20)) / 4
			w.push(x)
			all = append(all, x)
			last := all[max(0, len(all)-size):]
			centre, q := naiveQuantile(last, 0.5), r.Float64()
			far := make([]float64, len(last))
			for i, y := range last {
				far[i] = math.Abs(y - centre)
			}
			if got, want := w.quantile(q), naiveQuantile(last, q); math.Abs(got-want) > 1e-12 {
				t.Fatalf("seed %d, %v: the %.3f-quantile is %v, want %v", seed, last, q, got, want)
			}
			if got, want := w.mad(centre), naiveQuantile(far, 0.5); math.Abs(got-want) > 1e-12 {
				t.Fatalf("seed %d, %v: the deviation is %v, want %v", seed, last, got, want)
			}
		}
	}
}

// uneven gives a series with gaps, a season and steps.
func uneven(seed uint64, n int) []Measurement {
	r := rand.New(rand.NewPCG(seed, 2))
	at, level := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 50.0
	var out []Measurement
	for range n {
		at = at.Add(time.Duration(r.IntN(5400)) * time.Second)
		if r.IntN(200) == 0 {
			at = at.Add(time.Duration(r.IntN(100)) * time.Hour)
		}
		if r.IntN(100) == 0 {
			level += r.NormFloat64() * 4
		}
		out = append(out, Measurement{at, level + 3*math.Sin(float64(at.Hour())/24*2*math.Pi) + r.NormFloat64()})
	}
	return out
}

// naiveLevel scores the last of some measurements by going through all of them
// again with lists that keep everything.
func naiveLevel(s LevelSettings, points []Measurement) (score float64, ready bool) {
	var levels, usual, inHour []float64
	var off, seen [24]float64
	var slow, level float64
	closed := 0
	for i, x := range points {
		if i > 0 && x.At.Unix()/3600 != points[i-1].At.Unix()/3600 {
			sum := 0.0
			for _, y := range inHour {
				sum += y
			}
			mean, h := sum/float64(len(inHour)), points[i-1].At.UTC().Hour()
			if closed == 0 {
				slow = mean
			}
			slow = slow*math.Exp(-1.0/36) + mean*(1-math.Exp(-1.0/36))
			seen[h] = min(seen[h]+1, float64(s.Days))
			off[h] += (mean - slow - off[h]) / (seen[h] + 1)
			inHour, levels = nil, append(levels, level)
			closed++
		}
		inHour = append(inHour, x.Value)
		free := x.Value - off[x.At.UTC().Hour()]
		if i == 0 {
			level = free
		} else if keep := math.Exp(-x.At.Sub(points[i-1].At).Seconds() / s.Memory.Seconds()); true {
			level = keep*level + (1-keep)*free
		}
	}
	usual = levels[:max(0, len(levels)-int(s.Lag.Hours()))]
	usual = usual[max(0, len(usual)-int(s.Reference.Hours())):]
	if float64(closed) < s.Warmup.Hours() || len(usual) < 2 {
		return 0, false
	}
	middle, z := naiveQuantile(usual, 0.5), normalQuantile(1-s.Tail)
	side := naiveQuantile(usual, 1-s.Tail) - middle
	if level < middle {
		side = middle - naiveQuantile(usual, s.Tail)
	}
	return (level - middle) / (side / z), true
}

func TestALevelScoresLikeOneThatRemembersAll(t *testing.T) {
	s := LevelSettings{Memory: 5 * time.Hour, Reference: 100 * time.Hour, Lag: 7 * time.Hour, Warmup: 30 * time.Hour, Days: 6, Tail: 0.15}
	scored := 0
	for seed := range uint64(6) {
		l, points := NewLevel(s), uneven(seed, 700)
		for i, x := range points {
			got, ready := l.Take(x)
			if i%9 != 0 {
				continue
			}
			want, wantReady := naiveLevel(s, points[:i+1])
			if ready != wantReady || ready && math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				t.Fatalf("seed %d, measurement %d: %v %v, want %v %v", seed, i, got, ready, want, wantReady)
			}
			if ready {
				scored++
			}
		}
	}
	if scored < 300 {
		t.Errorf("only %d scores were compared", scored)
	}
}

// A detector sees only the past: what comes later does not change a score.
func TestScoresDoNotDependOnTheFuture(t *testing.T) {
	for name, make := range map[string]func() Detector{
		"level": func() Detector { return NewLevel(DefaultLevel()) }, "robust z": func() Detector { return NewRobustZ(DefaultChart()) },
		"EWMA": func() Detector { return NewEWMA(DefaultChart(), 0.1) }, "CUSUM": func() Detector { return NewCUSUM(DefaultChart(), 1, 80) },
	} {
		a, b := make(), make()
		points, moved := uneven(3, 3000), false
		for i, x := range points {
			one, _ := a.Take(x)
			if i >= 2000 {
				x.Value = 1e6
			}
			other, _ := b.Take(x)
			if i < 2000 && one != other {
				t.Fatalf("%s: measurement %d scores %v and %v", name, i, one, other)
			}
			moved = moved || one != other
		}
		if !moved {
			t.Errorf("%s: a million does not change a score", name)
		}
	}
}

// Page's own sums, written as the largest rise above the lowest partial sum.
func TestCUSUMIsTheRiseAboveTheLowestSum(t *testing.T) {
	c := NewCUSUM(ChartSettings{Reference: 50 * time.Hour, Warmup: 20 * time.Hour}, 0.5, math.Inf(1))
	up, down := []float64{0}, []float64{0}
	last := -1
	for _, x := range uneven(8, 800) {
		got, ready := c.Take(x)
		if !ready || c.closed == last {
			continue
		}
		last = c.closed
		up, down = append(up, up[len(up)-1]+c.hourZ-0.5), append(down, down[len(down)-1]-c.hourZ-0.5)
		rise, fall := up[len(up)-1]-slices.Min(up), down[len(down)-1]-slices.Min(down)
		want := rise
		if fall > rise {
			want = -fall
		}
		if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
			t.Fatalf("after %d hours: %v, want %v", c.closed, got, want)
		}
	}
	if len(up) < 200 {
		t.Errorf("only %d sums were compared", len(up))
	}
}

// naiveAlarms finds alarms in a finished list of scores.
func naiveAlarms(p Policy, at []time.Time, scores []float64) (out []Alarm) {
	for i := 0; i < len(at); i++ {
		if n := len(out); n > 0 && at[i].Sub(out[n-1].Until) <= p.Quiet {
			continue
		}
		since := i
		for since >= 0 && math.Abs(scores[since]) >= p.Raise {
			since--
		}
		if since == i || at[i].Sub(at[since+1]) < p.Hold {
			continue
		}
		a := Alarm{Since: at[since+1], Raised: at[i], Peak: scores[i]}
		for i++; i < len(at) && math.Abs(scores[i]) >= p.Clear; i++ {
			if math.Abs(scores[i]) > math.Abs(a.Peak) {
				a.Peak = scores[i]
			}
		}
		if i < len(at) {
			a.Until = at[i]
		}
		out = append(out, a)
	}
	return out
}

func TestAWatchRaisesHoldsAndKeepsQuiet(t *testing.T) {
	seen := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		p := Policy{Raise: 3, Clear: 1 + 2*r.Float64(), Hold: time.Duration(r.IntN(4)) * time.Minute, Quiet: time.Duration(r.IntN(30)) * time.Minute}
		w, now, x := Watch{Policy: p}, time.Unix(1e9, 0), 0.0
		var at []time.Time
		var scores []float64
		var got []Alarm
		for range 300 {
			now, x = now.Add(time.Duration(30+r.IntN(90))*time.Second), x*0.8+r.NormFloat64()*1.6
			at, scores = append(at, now), append(scores, x)
			switch w.See(now, x) {
			case Raised:
				got = append(got, w.Alarm)
			case Cleared:
				got[len(got)-1] = w.Alarm
			}
		}
		if w.On() {
			got[len(got)-1] = w.Alarm
		}
		if want := naiveAlarms(p, at, scores); !slices.Equal(got, want) {
			t.Fatalf("seed %d, %+v:\n%v, want\n%v", seed, p, got, want)
		}
		seen += len(got)
	}
	if seen < 200 {
		t.Errorf("only %d alarms", seen)
	}
}

func TestUnusableMeasurementsAreRefusedAndForgotten(t *testing.T) {
	m, other := NewMonitor(), NewMonitor()
	points := uneven(1, 2000)
	for _, o := range []*Monitor{m, other} {
		if _, _, err := o.Take(points[0]); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range points[1:] {
		for _, bad := range []Measurement{{x.At, math.NaN()}, {x.At, math.Inf(-1)}, {x.At.Add(-100 * 24 * time.Hour), 1}} {
			if _, _, err := m.Take(bad); !errors.Is(err, ErrMeasurement) {
				t.Fatalf("%v: %v", bad, err)
			}
		}
		a, ea, err := m.Take(x)
		b, eb, _ := other.Take(x)
		if err != nil || a != b || ea != eb {
			t.Fatalf("%v: %v %v (%v), without the bad ones %v %v", x, a, ea, err, b, eb)
		}
	}
}

// A dead signal scores 0; the first movement is as far as can be.
func TestASignalThatNeverMoved(t *testing.T) {
	l, at := NewLevel(DefaultLevel()), time.Unix(1e9, 0)
	for range 24 * 20 {
		at = at.Add(time.Hour)
		if s, _ := l.Take(Measurement{at, 7}); s != 0 {
			t.Fatalf("a dead signal scores %v", s)
		}
	}
	if s, _ := l.Take(Measurement{at.Add(time.Hour), 7.1}); s != farthest {
		t.Errorf("the first movement scores %v", s)
	}
	if now, low, high := l.Usual(); now <= 7 || low != 7 || high != 7 {
		t.Errorf("usual: %v between %v and %v", now, low, high)
	}
}
