package machine

import (
	"math"
	"time"
)

// Policy says when scores become an alarm. Raise above Clear keeps an alarm from
// flickering, Hold keeps short peaks from people, Quiet keeps one fault from
// calling them again and again.
type Policy struct {
	Raise float64       // a score at least so far from 0 …
	Hold  time.Duration // … for so long without a break raises the alarm
	Clear float64       // a score nearer to 0 clears it
	Quiet time.Duration // for so long after that no other is raised
}

// DefaultPolicy is meant for the scores of a Level. Its limit is low and its Hold
// long: a machine that is ill stays unlike itself, noise does not (the thought of
// the run rules of control charts: Western Electric, 1956, "Statistical Quality
// Control Handbook").
func DefaultPolicy() Policy {
	return Policy{Raise: 2.25, Hold: 10 * time.Hour, Clear: 1.1, Quiet: 48 * time.Hour}
}

// SurePolicy is for what a false alarm must not do, such as taking capacity away:
// it finds drifts to a failure and misses what only worries.
func SurePolicy() Policy {
	return Policy{Raise: 3.5, Hold: 10 * time.Hour, Clear: 1.75, Quiet: 48 * time.Hour}
}

// Event is what a score did to the alarm.
type Event string

const (
	None    Event = ""
	Raised  Event = "raised"
	Cleared Event = "cleared"
)

// Alarm is a stretch of time in which a machine was unlike itself.
type Alarm struct {
	Since  time.Time // the first score beyond Raise
	Raised time.Time
	Until  time.Time // zero while it lasts
	Peak   float64   // the score farthest from 0, with its sign
}

// Watch turns the scores of one signal into alarms.
type Watch struct {
	Policy
	Alarm  Alarm // the current or the last one
	on     bool
	beyond time.Time // since when scores are beyond Raise; zero = they are not
}

// On tells whether there is an alarm now.
func (w *Watch) On() bool { return w.on }

// See takes the next score, in the order of time.
func (w *Watch) See(at time.Time, score float64) Event {
	far := math.Abs(score)
	switch {
	case far < w.Raise:
		w.beyond = time.Time{}
	case w.beyond.IsZero():
		w.beyond = at
	}
	if w.on {
		return w.during(at, score, far)
	}
	quiet := !w.Alarm.Until.IsZero() && at.Sub(w.Alarm.Until) <= w.Quiet
	if quiet || w.beyond.IsZero() || at.Sub(w.beyond) < w.Hold {
		return None
	}
	w.on = true
	w.Alarm = Alarm{Since: w.beyond, Raised: at, Peak: score}
	return Raised
}

func (w *Watch) during(at time.Time, score, far float64) Event {
	if far > math.Abs(w.Alarm.Peak) {
		w.Alarm.Peak = score
	}
	if far >= w.Clear {
		return None
	}
	w.on, w.Alarm.Until = false, at
	return Cleared
}
