package machine

import (
	"math"
	"time"
)

// ChartSettings says what the classic detectors, RobustZ, EWMA and CUSUM, call
// usual: the hours of the reference, freed of the season of the day.
type ChartSettings struct {
	Reference time.Duration
	Warmup    time.Duration // nothing is scored before
	Days      int           // over which the season of the day is learned; 0 = none
}

// DefaultChart looks as far back as DefaultLevel.
func DefaultChart() ChartSettings {
	const day = 24 * time.Hour
	return ChartSettings{Reference: 42 * day, Warmup: 4 * day, Days: 14}
}

// RobustZ is the distance of a measurement from the median of the hours of the
// reference, in median absolute deviations made comparable with standard ones
// (Hampel, 1974, "The Influence Curve and its Role in Robust Estimation").
type RobustZ struct{ base }

// NewRobustZ makes the detector.
func NewRobustZ(s ChartSettings) *RobustZ { return &RobustZ{newBase(s)} }

// Take scores the next measurement.
func (d *RobustZ) Take(m Measurement) (score float64, ready bool) {
	z, _, ready := d.take(m)
	return z, ready
}

// EWMA is an exponentially weighted moving average of robust distances, in its
// own standard deviations when hours are independent (Roberts, 1959, "Control
// Chart Tests Based on Geometric Moving Averages"). Hours of real machines are
// not, so a limit of 3 gives more false alarms than the textbook says.
type EWMA struct {
	base
	Weight float64 // of the youngest hour, 0 to 1
	mean   float64
}

// NewEWMA makes the detector.
func NewEWMA(s ChartSettings, weight float64) *EWMA { return &EWMA{base: newBase(s), Weight: weight} }

// Take scores the next measurement; the score changes once an hour.
func (d *EWMA) Take(m Measurement) (score float64, ready bool) {
	_, closed, ready := d.take(m)
	if closed && ready {
		d.mean += d.Weight * (d.hourZ - d.mean)
	}
	return d.mean / math.Sqrt(d.Weight/(2-d.Weight)), ready
}

// CUSUM sums up what hours are beyond the allowance on either side of the
// reference (Page, 1954, "Continuous Inspection Schemes"). Sums are held below
// Most, so that a machine that is well again does not stay under suspicion for
// as long as it was ill.
type CUSUM struct {
	base
	Allowance float64 // half of the shift to be found, in robust standard deviations
	Most      float64
	up, down  float64
}

// NewCUSUM makes the detector.
func NewCUSUM(s ChartSettings, allowance, most float64) *CUSUM {
	return &CUSUM{base: newBase(s), Allowance: allowance, Most: most}
}

// Take scores the next measurement by the larger sum, below 0 when it is the
// lower one; the score changes once an hour.
func (d *CUSUM) Take(m Measurement) (score float64, ready bool) {
	if _, closed, ready := d.take(m); !ready {
		return 0, false
	} else if closed {
		d.up = min(max(0, d.up+d.hourZ-d.Allowance), d.Most)
		d.down = min(max(0, d.down-d.hourZ-d.Allowance), d.Most)
	}
	if d.down > d.up {
		return -d.down, true
	}
	return d.up, true
}

// base is what the classic detectors share: hours, their season and reference.
type base struct {
	ChartSettings
	hourly    hourly
	season    season
	usual     *window
	closed    int
	hourZ     float64 // of the last full hour, by the reference before it
	middle    float64
	deviation float64
}

func newBase(s ChartSettings) base {
	return base{ChartSettings: s, season: season{days: float64(s.Days)}, usual: newWindow(hours(s.Reference))}
}

// take gives the distance of a measurement and whether it closed an hour.
func (b *base) take(m Measurement) (z float64, closed, ready bool) {
	at := m.At.Unix()
	mean, of, closed := b.hourly.take(at, m.Value)
	if closed {
		b.close(mean, of)
	}
	return distance(m.Value-b.season.at(at)-b.middle, b.deviation), closed, b.closed > hours(b.Warmup)
}

func (b *base) close(mean float64, of int64) {
	b.closed++
	x := mean - b.season.at(of*hour)
	b.hourZ = distance(x-b.middle, b.deviation)
	b.season.learn(of, mean)
	b.usual.push(x)
	b.middle = b.usual.quantile(0.5)
	b.deviation = normalMAD * b.usual.mad(b.middle)
}
