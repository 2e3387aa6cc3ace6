package machine

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestOEETable(t *testing.T) {
	const minute = 60_000
	for _, c := range []struct {
		name string
		s    Shift
		want Effectiveness
	}{
		{"all as ideal", Shift{Planned: 480 * minute, Run: 480 * minute, IdealCycle: minute, Total: 480, Good: 480}, Effectiveness{1000, 1000, 1000, 1000}},
		// 420 minutes planned, 47 down, ideally a step a second, 19,271 out, 423 of them bad:
		// 373/420, 19271/22380, 18848/19271, 18848/25200.
		{"the shift of the textbooks", Shift{Planned: 420 * minute, Run: 373 * minute, IdealCycle: 1000, Total: 19271, Good: 18848}, Effectiveness{888, 861, 978, 748}},
		{"nothing ran", Shift{Planned: 480 * minute}, Effectiveness{}},
		{"ran empty", Shift{Planned: 100, Run: 50, IdealCycle: 1}, Effectiveness{Availability: 500}},
		{"all scrap", Shift{Planned: 100, Run: 100, IdealCycle: 10, Total: 10}, Effectiveness{1000, 1000, 0, 0}},
		{"faster than ideal is shown", Shift{Planned: 100, Run: 100, IdealCycle: 10, Total: 12, Good: 12}, Effectiveness{1000, 1200, 1000, 1200}},
		{"half up", Shift{Planned: 2000, Run: 1, IdealCycle: 1, Total: 1, Good: 1}, Effectiveness{1, 1000, 1000, 1}},
		{"rounded once: 0.3335 cubed is not 0.334 cubed", Shift{Planned: 10_000, Run: 3335, IdealCycle: 1, Total: 1112, Good: 371}, Effectiveness{334, 333, 334, 37}},
		{"counts and times beyond 63 bits together", Shift{Planned: math.MaxInt64, Run: math.MaxInt64, IdealCycle: math.MaxInt64, Total: 1, Good: 1}, Effectiveness{1000, 1000, 1000, 1000}},
	} {
		got, err := c.s.OEE()
		if err != nil || got != c.want {
			t.Errorf("%s: got %v (%v), want %v", c.name, got, err, c.want)
		}
	}
}

func TestImpossibleShiftsAreRefused(t *testing.T) {
	for name, s := range map[string]Shift{
		"no plan": {}, "negative": {Planned: 1, Good: -1}, "ran longer": {Planned: 1, Run: 2},
		"more good than all": {Planned: 1, Run: 1, Total: 1, Good: 2}, "out of nothing": {Planned: 1, Total: 1},
	} {
		if _, err := s.OEE(); !errors.Is(err, ErrShift) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The product of the exact factors is OEE, within the rounding of one per mille.
func TestOEEIsTheProductOfItsFactors(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for range 2000 {
		s := Shift{Planned: 1 + r.Int64N(1e8), IdealCycle: r.Int64N(5000), Total: 1 + r.Int64N(1e5)}
		s.Run, s.Good = 1+r.Int64N(s.Planned), r.Int64N(s.Total+1)
		e, err := s.OEE()
		if err != nil {
			t.Fatal(err)
		}
		exact := big.NewRat(s.Run, s.Planned)
		exact.Mul(exact, new(big.Rat).Mul(big.NewRat(s.IdealCycle, s.Run), big.NewRat(s.Total, 1)))
		exact.Mul(exact, big.NewRat(s.Good, s.Total)).Mul(exact, big.NewRat(1000, 1))
		off := exact.Sub(exact, new(big.Rat).SetInt64(e.OEE))
		if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%+v: %d per mille is off by %s", s, e.OEE, off.FloatString(4))
		}
	}
}
