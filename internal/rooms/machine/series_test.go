package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stretch is a time in which a machine is known to have been ill.
type stretch struct{ from, to time.Time }

// labelled is a series with the failures that people found in it (Lavin and
// Ahmad, 2015, "Evaluating Real-time Anomaly Detection Algorithms – the Numenta
// Anomaly Benchmark").
type labelled struct {
	name   string
	points []Measurement
	ill    []stretch
}

const (
	machineTemperature = "machine_temperature_system_failure.csv"
	ambientTemperature = "ambient_temperature_system_failure.csv"
)

func series(t testing.TB) []labelled {
	t.Helper()
	var out []labelled
	for _, name := range []string{machineTemperature, ambientTemperature} {
		l := labelled{name: name}
		for _, r := range table(t, name+".gz") {
			l.points = append(l.points, Measurement{instant(t, r[0]), number(t, r[1])})
		}
		l.ill = failures(t, name)
		out = append(out, l)
	}
	return out
}

func failures(t testing.TB, name string) (out []stretch) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sharedDir, "failure_windows.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string][][2]string
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, w := range all[name] {
		out = append(out, stretch{instant(t, w[0]), instant(t, w[1])})
	}
	return out
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime, strings.TrimSuffix(s, ".000000"))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// found is what a monitor made of a labelled series.
type found struct {
	ill    []Alarm // for each failure the first alarm raised in it; zero = none
	wrong  []Alarm // alarms raised outside all failures
	months float64

	refused int // measurements out of order
}

func (l labelled) run(t testing.TB, m *Monitor) found {
	t.Helper()
	f := found{ill: make([]Alarm, len(l.ill)), months: l.points[len(l.points)-1].At.Sub(l.points[0].At).Hours() / 24 / 30.4375}
	for _, x := range l.points {
		_, e, err := m.Take(x)
		if errors.Is(err, ErrMeasurement) {
			f.refused++ // an hour of the machine series came twice
		} else if err != nil {
			t.Fatal(err)
		}
		if e == Raised {
			f.book(m.Watch.Alarm, l.ill)
		}
	}
	return f
}

func (f *found) book(a Alarm, ill []stretch) {
	for i, w := range ill {
		if !a.Raised.Before(w.from) && !a.Raised.After(w.to) {
			if f.ill[i].Raised.IsZero() {
				f.ill[i] = a
			}
			return
		}
	}
	f.wrong = append(f.wrong, a)
}

func (f found) hits() (n int) {
	for _, a := range f.ill {
		if !a.Raised.IsZero() {
			n++
		}
	}
	return n
}

func (f found) perMonth() float64 { return float64(len(f.wrong)) / f.months }

// One set of settings for both series. It was chosen on them, so the figures show
// what can be reached; TestNeighbouringSettings shows how far it carries, and
// TestDriftIsFoundADayBeforeTheFailure has machines that nothing was chosen on.
func TestEachFailureRaisesAnAlarm(t *testing.T) {
	for _, l := range series(t) {
		f := l.run(t, NewMonitor())
		t.Logf("%s: %d of %d failures, %d false alarms in %.1f months (%.2f a month); %d of %d measurements refused as out of order", l.name, f.hits(), len(l.ill), len(f.wrong), f.months, f.perMonth(), f.refused, len(l.points))
		for i, a := range f.ill {
			t.Logf("  failure %d, %s to %s: raised %s, score %.1f", i+1, short(l.ill[i].from), short(l.ill[i].to), short(a.Raised), a.Peak)
		}
		for _, a := range f.wrong {
			t.Logf("  false: %s, score %.1f", short(a.Raised), a.Peak)
		}
		if f.hits() < len(l.ill) || f.perMonth() > 1 {
			t.Errorf("%s: %d of %d failures, %.2f false alarms a month", l.name, f.hits(), len(l.ill), f.perMonth())
		}
		if l.name == machineTemperature {
			lead(t, l, f)
		}
	}
}

// lead prints how long before the worst of the last failure people knew.
func lead(t *testing.T, l labelled, f found) {
	worst := Measurement{Value: math.Inf(1)}
	for _, x := range l.points {
		if last := l.ill[len(l.ill)-1]; !x.At.Before(last.from) && !x.At.After(last.to) && x.Value < worst.Value {
			worst = x
		}
	}
	before, own := worst.At.Sub(f.ill[2].Raised), worst.At.Sub(f.ill[3].Raised)
	t.Logf("  catastrophic failure, lowest %.1f at %s: its forerunner was raised %.0f h (%.1f days) before, its own alarm %.0f h before", worst.Value, short(worst.At), before.Hours(), before.Hours()/24, own.Hours())
	if before < 24*time.Hour {
		t.Errorf("the forerunner was raised only %v before", before)
	}
}

func short(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Format("2006-01-02 15:04")
}

// The detectors side by side, with the same policy but for the limit, since each
// has a scale of its own: failures found and false alarms on the machine series,
// then on the ambient one.
func TestDetectorsSideBySide(t *testing.T) {
	all := series(t)
	flat := DefaultChart()
	flat.Days = 0
	still := DefaultLevel()
	still.Days = 0
	for _, c := range []struct {
		name   string
		make   func() Detector
		limits []float64
	}{
		{"robust z", func() Detector { return NewRobustZ(flat) }, []float64{1, 1.5, 1.75, 2, 2.5, 3}},
		{"robust z, season", func() Detector { return NewRobustZ(DefaultChart()) }, []float64{1, 1.5, 1.75, 2, 2.5, 3}},
		{"EWMA 0.1, season", func() Detector { return NewEWMA(DefaultChart(), 0.1) }, []float64{6, 8, 10, 12, 14, 16}},
		{"CUSUM 1, season", func() Detector { return NewCUSUM(DefaultChart(), 1, 80) }, []float64{10, 15, 20, 25, 30, 40}},
		{"level", func() Detector { return NewLevel(still) }, []float64{1.75, 2, 2.25, 2.5, 2.75, 3}},
		{"level, season", func() Detector { return NewLevel(DefaultLevel()) }, []float64{1.75, 2, 2.25, 2.5, 2.75, 3}},
	} {
		line := ""
		for _, limit := range c.limits {
			line += fmt.Sprintf(" | %4.4g:", limit)
			for _, l := range all {
				p := DefaultPolicy()
				p.Raise, p.Clear = limit, limit/2
				f := l.run(t, &Monitor{Detector: c.make(), Watch: Watch{Policy: p}})
				line += fmt.Sprintf(" %d/%d +%d", f.hits(), len(l.ill), len(f.wrong))
			}
		}
		t.Logf("%-17s%s", c.name, line)
	}
}

func TestNeighbouringSettings(t *testing.T) {
	all := series(t)
	good, tried := 0, 0
	for _, days := range []int{28, 42, 56} {
		for _, memory := range []int{1, 2, 3} {
			for _, hold := range []int{8, 10, 12} {
				line := ""
				for _, raise := range []float64{2.1, 2.25, 2.4} {
					s, p := DefaultLevel(), DefaultPolicy()
					s.Memory, s.Reference = time.Duration(memory)*time.Hour, time.Duration(days)*24*time.Hour
					p.Raise, p.Clear, p.Hold = raise, raise/2, time.Duration(hold)*time.Hour
					met := true
					line += fmt.Sprintf(" | %4.4g:", raise)
					for _, l := range all {
						f := l.run(t, &Monitor{Detector: NewLevel(s), Watch: Watch{Policy: p}})
						line += fmt.Sprintf(" %d/%d +%d", f.hits(), len(l.ill), len(f.wrong))
						met = met && f.hits() == len(l.ill) && f.perMonth() <= 1
					}
					if tried++; met {
						good++
					}
				}
				t.Logf("reference %d days, memory %d h, hold %2d h%s", days, memory, hold, line)
			}
		}
	}
	t.Logf("%d of %d settings find all six failures with at most one false alarm a month on either series", good, tried)
}
