// Package machine owns what the signals of machines say: anomaly scores of series
// of measurements, alarms that do not flood people, the probability that a
// record is one of a failure and which features pushed it, and the overall
// equipment effectiveness of a shift. It does not own work orders, capacity or
// promises: it says that a machine is at risk, and flows ask what hangs on it.
//
// Scores are statistics of measurements, neither money nor quantities, and are
// floating-point numbers. Nothing here reads a clock: time is the time of the
// measurements.
package machine

import (
	"math"
	"time"

	"kontor/internal/words/fault"
)

// Rules of the room.
var (
	ErrMeasurement = fault.Rule{Kind: fault.Invalid, Code: "machine.measurement-invalid"}
	ErrShift       = fault.Rule{Kind: fault.Invalid, Code: "machine.shift-invalid"}
	ErrTraining    = fault.Rule{Kind: fault.Invalid, Code: "machine.training-invalid"}
)

// Measurement is one value of one signal of a machine, in the signal's unit.
type Measurement struct {
	At    time.Time
	Value float64
}

// Detector scores a series as it comes. A score is how far the series is from
// what was usual before, in robust standard deviations, below 0 when it is lower;
// a score of CUSUM is a sum of them. It is not ready while too little was seen.
// A detector sees only the past, holds a bounded number of values, and is meant
// for one signal of one machine and one goroutine.
type Detector interface {
	Take(m Measurement) (score float64, ready bool)
}

// Monitor is a detector with the alarms that are made of its scores.
type Monitor struct {
	Detector Detector
	Watch    Watch
	last     time.Time
}

// NewMonitor gives the monitor for a signal about which nothing is known: a Level
// with the usual settings.
func NewMonitor() *Monitor {
	return &Monitor{Detector: NewLevel(DefaultLevel()), Watch: Watch{Policy: DefaultPolicy()}}
}

// Take scores the next measurement and tells whether an alarm was raised or
// cleared by it; a measurement while the detector is not ready does neither. It
// refuses values that are no numbers and times before the last measurement
// (machine.measurement-invalid), and stays as it was.
func (m *Monitor) Take(x Measurement) (score float64, e Event, err error) {
	if math.IsNaN(x.Value) || math.IsInf(x.Value, 0) {
		return 0, None, ErrMeasurement.Because("the measurement of %s is not a number; check the sensor", x.At.Format(time.RFC3339)).At("value")
	}
	if x.At.Before(m.last) {
		return 0, None, ErrMeasurement.Because("the measurement of %s comes after the one of %s; send measurements of a signal in the order of time",
			x.At.Format(time.RFC3339), m.last.Format(time.RFC3339)).At("at")
	}
	m.last = x.At
	score, ready := m.Detector.Take(x)
	if !ready {
		return 0, None, nil
	}
	return score, m.Watch.See(x.At, score), nil
}
