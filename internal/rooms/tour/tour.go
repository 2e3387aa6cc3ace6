// Package tour owns how far each person is in the guided tour. What a step asks
// for is looked up in the documents; here stands only which step comes next.
package tour

import "kontor/internal/words/fault"

// ErrStep says that a step is not done yet.
var ErrStep = fault.Rule{Kind: fault.Refused, Code: "tour.step"}

// Progress is how far somebody is.
type Progress struct {
	Step    int64 // that comes next, from 0
	BeganAt int64 // microseconds since 1970
	EndedAt int64 // 0 = not at its end
	LeftAt  int64 // 0 = he is in it
}

// On tells whether the person is in the tour now.
func (p Progress) On() bool { return p.BeganAt != 0 && p.EndedAt == 0 && p.LeftAt == 0 }
