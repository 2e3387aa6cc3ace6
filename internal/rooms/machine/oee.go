package machine

import "math/big"

// Shift is what a machine did in a stretch of time that was planned for
// production. Times are whole milliseconds, counts are whole base steps.
type Shift struct {
	Planned    int64 // time planned for production (ISO 22400-2: planned busy time)
	Run        int64 // time in which it produced (actual production time)
	IdealCycle int64 // shortest time for one step (planned run time per item)
	Total      int64 // what came out, good or not (produced quantity)
	Good       int64 // what was good at the first attempt (good quantity)
}

// Effectiveness is the overall equipment effectiveness of a Shift with its three
// factors, each in per mille, rounded half up. OEE is rounded once, from the
// shift and not from the rounded factors. Performance above 1000 says that the
// ideal cycle time is too long: it is shown, not capped.
type Effectiveness struct {
	Availability int64 `json:"availability_permille" doc:"run time of the planned time"`
	Performance  int64 `json:"performance_permille" doc:"ideal time for what came out, of the run time"`
	Quality      int64 `json:"quality_permille" doc:"good of all that came out"`
	OEE          int64 `json:"oee_permille" doc:"ideal time for what was good, of the planned time"`
}

// OEE measures a shift by ISO 22400-2:2014: availability = run ÷ planned,
// performance = ideal cycle × total ÷ run, quality = good ÷ total, and their
// product = ideal cycle × good ÷ planned. A factor without a base (nothing ran,
// nothing came out) is 0. It refuses shifts that cannot have been
// (machine.shift-invalid).
func (s Shift) OEE() (Effectiveness, error) {
	if err := s.check(); err != nil {
		return Effectiveness{}, err
	}
	return Effectiveness{
		Availability: permille(s.Run, 1, s.Planned),
		Performance:  permille(s.IdealCycle, s.Total, s.Run),
		Quality:      permille(s.Good, 1, s.Total),
		OEE:          permille(s.IdealCycle, s.Good, s.Planned),
	}, nil
}

func (s Shift) check() error {
	switch {
	case s.Planned <= 0:
		return ErrShift.Because("the shift has no planned time, so nothing can be measured against it; leave out shifts without a plan").At("planned")
	case s.Run < 0 || s.IdealCycle < 0 || s.Total < 0 || s.Good < 0:
		return ErrShift.Because("times and counts of a shift cannot be negative; check the counter of the machine")
	case s.Run > s.Planned:
		return ErrShift.Because("the machine ran %d ms, longer than the %d ms that were planned; plan the extra time or cut the run at the end of the shift", s.Run, s.Planned).At("run")
	case s.Good > s.Total:
		return ErrShift.Because("%d good steps are more than the %d that came out; check which counter counts what", s.Good, s.Total).At("good")
	case s.Run == 0 && s.Total > 0:
		return ErrShift.Because("%d steps came out of a machine that did not run; check the signal of its state", s.Total).At("run")
	}
	return nil
}

// permille gives 1000 × a × b ÷ base, half up, and 0 where there is no base. The
// product of a time and a count can be longer than 63 bits.
func permille(a, b, base int64) int64 {
	if base == 0 {
		return 0
	}
	n := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	n.Mul(n, big.NewInt(2000)).Add(n, big.NewInt(base))
	return n.Quo(n, new(big.Int).Lsh(big.NewInt(base), 1)).Int64()
}
