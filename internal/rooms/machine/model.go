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

import "kontor/internal/words/fault"

// Rules of the room.
var (
	ErrShift    = fault.Rule{Kind: fault.Invalid, Code: "machine.shift-invalid"}
	ErrTraining = fault.Rule{Kind: fault.Invalid, Code: "machine.training-invalid"}
)
