package machine

import "time"

// LevelSettings says how a Level remembers.
type LevelSettings struct {
	Memory    time.Duration // of the level: shorter is quicker and wilder
	Reference time.Duration // how far back what is usual reaches
	Lag       time.Duration // what is younger does not count as usual yet
	Warmup    time.Duration // nothing is scored before
	Days      int           // over which the season of the day is learned; 0 = none
	Tail      float64       // the quantile that measures how far is far, below 0.5
}

// DefaultLevel suits temperatures, pressures and currents that are measured every
// few seconds to every hour.
func DefaultLevel() LevelSettings {
	const day = 24 * time.Hour
	return LevelSettings{Memory: 2 * time.Hour, Reference: 42 * day, Lag: day, Warmup: 4 * day, Days: 14, Tail: 0.1}
}

// Level compares the level of a signal, freed of its season of the day, with the
// levels of the past weeks. Distances are measured on either side by that side's
// own tail quantile, since machines stop more often than they run hot: a signal
// that often dips is not unlike itself when it dips, but is when it rises (the
// thought of medcouple and adjusted boxplot: Hubert and Vandervieren, 2008, "An
// Adjusted Boxplot for Skewed Distributions"). It holds Reference ÷ 1 h values;
// a measurement costs a few multiplications, an hour one push into a sorted
// window.
type Level struct {
	LevelSettings
	hourly hourly
	season season
	level  smooth
	delay  delay
	usual  *window
	closed int // hours seen
	middle float64
	below  float64 // one robust standard deviation downward
	above  float64
}

// NewLevel makes a level detector. Settings must make sense: Memory > 0,
// Reference ≥ 2 h, 0 < Tail < 0.5.
func NewLevel(s LevelSettings) *Level {
	if s.Memory <= 0 || s.Reference < 2*time.Hour || s.Tail <= 0 || s.Tail >= 0.5 {
		panic("machine: a level detector with settings that make no sense")
	}
	return &Level{LevelSettings: s, season: season{days: float64(s.Days)}, level: smooth{tau: s.Memory.Seconds()}, usual: newWindow(hours(s.Reference))}
}

// Take scores the next measurement.
func (l *Level) Take(m Measurement) (score float64, ready bool) {
	at := m.At.Unix()
	if mean, of, closed := l.hourly.take(at, m.Value); closed {
		l.close(mean, of)
	}
	now := l.level.take(at, m.Value-l.season.at(at))
	if l.closed < hours(l.Warmup) || l.usual.len() < 2 {
		return 0, false
	}
	if now < l.middle {
		return distance(now-l.middle, l.below), true
	}
	return distance(now-l.middle, l.above), true
}

// close takes in what a full hour says about the season and about what is usual.
func (l *Level) close(mean float64, of int64) {
	l.closed++
	l.season.learn(of, mean)
	old, ok := l.delay.take(l.level.mean, hours(l.Lag))
	if !ok {
		return
	}
	l.usual.push(old)
	l.middle = l.usual.quantile(0.5)
	z := normalQuantile(1 - l.Tail)
	l.below = (l.middle - l.usual.quantile(l.Tail)) / z
	l.above = (l.usual.quantile(1-l.Tail) - l.middle) / z
}

// Usual tells what the level is now and between which two it was in nearly all
// (1 − 2 × Tail) of the reference, in the signal's unit and freed of the season.
func (l *Level) Usual() (now, low, high float64) {
	if l.usual.len() == 0 {
		return l.level.mean, l.level.mean, l.level.mean
	}
	return l.level.mean, l.usual.quantile(l.Tail), l.usual.quantile(1 - l.Tail)
}
