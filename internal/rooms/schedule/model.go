// Package schedule owns when which work centre does which operation: the
// problem of a shop with finite capacity, plans for it, the proof that a plan
// can be worked, rules that make a first plan and searches that improve one.
// It does not own routings, work orders, calendars of a company or the promises
// that hang on a plan: who asks brings the operations and takes the starts.
//
// Time is whole minutes from an origin that the caller chooses. Everything is
// deterministic: the same problem, options and seed give the same plan, unless
// a context ends the search first.
package schedule

import (
	"cmp"
	"slices"

	"kontor/internal/words/fault"
)

// Rules of the room.
var (
	ErrProblem    = fault.Rule{Kind: fault.Invalid, Code: "schedule.problem"}
	ErrTooLong    = fault.Rule{Kind: fault.Invalid, Code: "schedule.too-long"}
	ErrShape      = fault.Rule{Kind: fault.Invalid, Code: "schedule.shape"}
	ErrRelease    = fault.Rule{Kind: fault.Conflict, Code: "schedule.release"}
	ErrPrecedence = fault.Rule{Kind: fault.Conflict, Code: "schedule.precedence"}
	ErrOverlap    = fault.Rule{Kind: fault.Conflict, Code: "schedule.overlap"}
	ErrSetup      = fault.Rule{Kind: fault.Conflict, Code: "schedule.setup"}
	ErrClosed     = fault.Rule{Kind: fault.Conflict, Code: "schedule.closed"}
)

// Problem is what is to be planned.
type Problem struct {
	Machines []Machine
	Jobs     []Job
}

// Machine is a work centre that does one operation at a time. What runs when the
// plan begins is a closed time from 0 to its end, with its family mounted.
type Machine struct {
	Name    string
	Closed  []Interval // when it does not work, in any order; they may touch and overlap
	Setup   [][]int64  // minutes [from family][to family]; families beyond it need none; nil: no setups
	Mounted int        // the family it is set up for at minute 0
}

// Interval is the time from minute From up to, not including, minute To.
type Interval struct{ From, To int64 }

// Job is one piece of work that goes from operation to operation.
type Job struct {
	Name       string
	Release    int64 // no operation may start before
	Due        int64 // when it should be finished; 0 = nobody waits
	Weight     int64 // what a minute of lateness counts; 0 = nothing
	Operations []Operation
}

// Operation is one step of a job on one machine.
type Operation struct {
	Machine int   // index in Problem.Machines
	Minutes int64 // of open time that it takes; 0, on a machine without setups, may be at any time
	Family  int   // setup family, from 0
	// After lists the operations of the job, by index, that must be finished
	// before. nil stands for the one before it in the list; an empty list that
	// is not nil for none.
	After []int
	// Split lets the operation pause while the machine is closed; otherwise it
	// runs in one piece.
	Split bool
}

// Plan says when each operation starts: Start[job][operation], in minutes. The
// order on each machine follows from it.
type Plan struct{ Start [][]int64 }

// limit is the last minute that may matter, far inside what an int32 holds, so
// that sums of a head and a tail do too.
const limit = 1 << 29

// Validate refuses a problem that cannot be planned, with ErrProblem, or one
// whose time does not fit (about 1,000 years of minutes), with ErrTooLong.
func (p *Problem) Validate() error {
	for m := range p.Machines {
		if err := p.Machines[m].validate(); err != nil {
			return fault.At(err, "machines[%d]", m)
		}
	}
	for j := range p.Jobs {
		if err := p.Jobs[j].validate(p.Machines); err != nil {
			return fault.At(err, "jobs[%d]", j)
		}
	}
	var weight int64
	for _, j := range p.Jobs {
		weight = min(weight+j.Weight, 1<<33)
	}
	if weight >= 1<<33 {
		return ErrProblem.Because("the weights of all jobs add up to more than %d; write smaller ones", int64(1<<33))
	}
	if p.latest() >= limit {
		return ErrTooLong.Because("the work and the closed times reach beyond minute %d; plan a shorter stretch of time", int64(limit))
	}
	return nil
}

func (m *Machine) validate() error {
	if m.Mounted < 0 {
		return ErrProblem.Because("machine %s is set up for family %d; families count from 0", m.Name, m.Mounted)
	}
	for i, c := range m.Closed {
		if c.From < 0 || c.To <= c.From || c.To >= limit {
			return ErrProblem.Because("machine %s is closed from %d to %d; write a time from 0 on that ends after it starts", m.Name, c.From, c.To).At("closed").With("at", number(i))
		}
	}
	for _, row := range m.Setup {
		for _, s := range row {
			if s < 0 || s >= limit {
				return ErrProblem.Because("machine %s has a setup of %d minutes; it must be from 0 to %d", m.Name, s, int64(limit)).At("setup")
			}
		}
	}
	return nil
}

func (j *Job) validate(machines []Machine) error {
	if j.Release < 0 || j.Release >= limit || j.Due < 0 || j.Due >= limit || j.Weight < 0 || j.Weight >= limit {
		return ErrProblem.Because("job %s has release %d, due time %d and weight %d; each must be from 0 to %d", j.Name, j.Release, j.Due, j.Weight, int64(limit))
	}
	for o, op := range j.Operations {
		if op.Machine < 0 || op.Machine >= len(machines) || op.Minutes < 0 || op.Minutes >= limit || op.Family < 0 {
			return ErrProblem.Because("operation %d of job %s has machine %d, %d minutes and family %d; name a machine that exists and nothing negative",
				o, j.Name, op.Machine, op.Minutes, op.Family).At("operations[" + number(o) + "]")
		}
		if op.Minutes == 0 && machines[op.Machine].Setup != nil {
			return ErrProblem.Because("operation %d of job %s takes no time on machine %s, which has setups; give it a minute or take it off the machine",
				o, j.Name, machines[op.Machine].Name).At("operations[" + number(o) + "]")
		}
		for _, b := range op.After {
			if b < 0 || b >= len(j.Operations) {
				return ErrProblem.Because("operation %d of job %s follows operation %d, which does not exist", o, j.Name, b).At("operations[" + number(o) + "]")
			}
		}
	}
	if j.sequence() == nil && len(j.Operations) > 0 {
		return ErrProblem.Because("the operations of job %s follow each other in a ring; take one of the predecessors away", j.Name)
	}
	return nil
}

// before lists the direct predecessors of operation o.
func (j *Job) before(o int) []int {
	if after := j.Operations[o].After; after != nil {
		return after
	}
	if o == 0 {
		return nil
	}
	return []int{o - 1}
}

// sequence orders the operations so that each stands after all that it follows;
// nil when they form a ring.
func (j *Job) sequence() []int {
	open := make([]int, len(j.Operations))
	for o := range j.Operations {
		open[o] = len(j.before(o))
	}
	var out []int
	for len(out) < len(open) {
		o := slices.Index(open, 0)
		if o < 0 {
			return nil
		}
		out, open[o] = append(out, o), -1
		for next := range j.Operations {
			for _, b := range j.before(next) {
				if b == o {
					open[next]--
				}
			}
		}
	}
	return out
}

// latest is a minute by which every plan without idle waiting is finished: all
// is released and open, and the rest of the work done one by one.
func (p *Problem) latest() int64 {
	var start, work int64
	for _, m := range p.Machines {
		for _, c := range m.Closed {
			start = max(start, c.To)
		}
	}
	for _, j := range p.Jobs {
		start = max(start, j.Release)
		for _, op := range j.Operations {
			work = min(work+op.Minutes+p.Machines[op.Machine].longest(op.Family), limit)
		}
	}
	return start + work
}

// longest is the longest setup to a family.
func (m *Machine) longest(family int) int64 {
	var s int64
	for _, row := range m.Setup {
		if family < len(row) {
			s = max(s, row[family])
		}
	}
	return s
}

// setup is the minutes of work between two families.
func (m *Machine) setup(from, to int) int64 {
	if from < len(m.Setup) && to < len(m.Setup[from]) {
		return m.Setup[from][to]
	}
	return 0
}

// closed gives the closed times sorted and apart from each other.
func (m *Machine) closed() []Interval {
	in := slices.Clone(m.Closed)
	slices.SortFunc(in, func(a, b Interval) int { return cmp.Compare(a.From, b.From) })
	var out []Interval
	for _, c := range in {
		if last := len(out) - 1; last >= 0 && c.From <= out[last].To {
			out[last].To = max(out[last].To, c.To)
			continue
		}
		out = append(out, c)
	}
	return out
}
