package machine

import "math"

// Milling is what is measured while a milling machine works on one piece.
type Milling struct {
	Grade   string  // of the product: L, M or H
	Air     float64 // kelvin
	Process float64 // kelvin
	Speed   float64 // of the spindle, revolutions per minute
	Torque  float64 // newton metres
	Wear    float64 // of the tool: minutes in use
}

// The places of the features in a record of Milling.
const (
	grade = iota
	airTemperature
	processTemperature
	speed
	torque
	wear
	power
	aboveAir
	strain
)

// MillingCauses names the causes of failures that Matzka, 2020, describes, each
// with the features that an engineer would look at. How much of them is too much
// is not said: that is learned.
func MillingCauses() []Cause {
	return []Cause{{Name: "tool wear", Looks: []int{wear}}, {Name: "heat dissipation", Looks: []int{aboveAir, speed}},
		{Name: "power", Looks: []int{power}}, {Name: "overstrain", Looks: []int{strain, grade}}}
}

// Features gives the record as a Learner takes it; MillingFeatures names them.
// Beside the measurements stand what an engineer works out of them: the power at
// the spindle (torque × angular speed), how much warmer the process is than the
// air (what carries the heat away), and the strain of a worn tool (wear ×
// torque). Matzka, 2020, "Explainable Artificial Intelligence for Predictive
// Maintenance Applications", describes machines that fail by them. A grade that
// is not known counts as M.
func (m Milling) Features() []float64 {
	g := 1.0
	switch m.Grade {
	case "L":
		g = 0
	case "H":
		g = 2
	}
	return []float64{g, m.Air, m.Process, m.Speed, m.Torque, m.Wear,
		m.Torque * m.Speed * 2 * math.Pi / 60, m.Process - m.Air, m.Wear * m.Torque}
}

// MillingFeatures names the features of Milling, with their units. A more worn
// tool never lowers the risk.
func MillingFeatures() []Feature {
	return []Feature{{Name: "grade (L 0, M 1, H 2)"}, {Name: "air temperature (K)"}, {Name: "process temperature (K)"}, {Name: "spindle speed (1/min)"},
		{Name: "torque (Nm)"}, {Name: "tool wear (min)", Trend: 1}, {Name: "spindle power (W)"}, {Name: "process above air (K)"}, {Name: "wear × torque (min·Nm)"}}
}
