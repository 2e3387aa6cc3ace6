package schedule

import (
	"cmp"
	"slices"
	"strconv"

	"kontor/internal/words/fault"
)

func number(i int) string { return strconv.Itoa(i) }

// Check proves that a plan can be worked: every operation starts after its
// job's release and after all that it follows, in open time and, unless it may
// be split, without running over closed time; and between two operations of a
// machine, and before its first, is at least the setup in open minutes. A setup
// may pause while the machine is closed and may run before the operation's
// predecessor is finished.
//
// It is written apart from the searches and shares only Finish with them. The
// fault names the job and the operation; ErrShape stands for a plan that is not
// one of this problem.
func Check(p *Problem, plan Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := p.fits(plan); err != nil {
		return err
	}
	for j := range p.Jobs {
		if err := p.checkJob(plan, j); err != nil {
			return fault.At(err, "jobs[%d]", j)
		}
	}
	for m, list := range p.sequences(plan) {
		if err := p.checkMachine(plan, m, list); err != nil {
			return fault.At(err, "machines[%d]", m)
		}
	}
	return nil
}

func (p *Problem) fits(plan Plan) error {
	if len(plan.Start) != len(p.Jobs) {
		return ErrShape.Because("the plan has %d jobs and the problem %d; plan again", len(plan.Start), len(p.Jobs))
	}
	for j, starts := range plan.Start {
		if len(starts) != len(p.Jobs[j].Operations) {
			return ErrShape.Because("the plan has %d operations for job %s, which has %d; plan again", len(starts), p.Jobs[j].Name, len(p.Jobs[j].Operations))
		}
		for _, s := range starts {
			if s < 0 || s >= limit {
				return ErrShape.Because("an operation of job %s starts at minute %d; it must be from 0 to %d", p.Jobs[j].Name, s, int64(limit))
			}
		}
	}
	return nil
}

func (p *Problem) checkJob(plan Plan, j int) error {
	job := &p.Jobs[j]
	for o, op := range job.Operations {
		start := plan.Start[j][o]
		if start < job.Release {
			return ErrRelease.Because("operation %d of job %s starts at %d, before the job is released at %d", o, job.Name, start, job.Release)
		}
		for _, b := range job.before(o) {
			if end := p.Finish(plan, j, b); start < end {
				return ErrPrecedence.Because("operation %d of job %s starts at %d, before operation %d is finished at %d", o, job.Name, start, b, end)
			}
		}
		if c, over := p.runsOver(op, start); over {
			return ErrClosed.Because("operation %d of job %s starts at %d and needs machine %s for %d minutes, which is closed from %d to %d",
				o, job.Name, start, p.Machines[op.Machine].Name, op.Minutes, c.From, c.To)
		}
	}
	return nil
}

// runsOver finds the closed time that an operation must not meet.
func (p *Problem) runsOver(op Operation, start int64) (Interval, bool) {
	last := start + op.Minutes
	if op.Minutes == 0 {
		return Interval{}, false
	}
	if op.Split {
		last = min(last, start+1)
	}
	for _, c := range p.Machines[op.Machine].Closed {
		if c.From < last && start < c.To {
			return c, true
		}
	}
	return Interval{}, false
}

// spot is an operation by its place in the problem.
type spot struct{ job, op int }

// sequences lists the operations of each machine in the order of the plan.
func (p *Problem) sequences(plan Plan) [][]spot {
	out := make([][]spot, len(p.Machines))
	for j := range p.Jobs {
		for o, op := range p.Jobs[j].Operations {
			out[op.Machine] = append(out[op.Machine], spot{j, o})
		}
	}
	for m := range out {
		slices.SortStableFunc(out[m], func(a, b spot) int {
			return cmp.Or(cmp.Compare(plan.Start[a.job][a.op], plan.Start[b.job][b.op]),
				cmp.Compare(p.Finish(plan, a.job, a.op), p.Finish(plan, b.job, b.op)))
		})
	}
	return out
}

func (p *Problem) checkMachine(plan Plan, m int, list []spot) error {
	machine, closed := &p.Machines[m], p.Machines[m].closed()
	family, end := machine.Mounted, int64(0)
	for i, s := range list {
		op, start := p.Jobs[s.job].Operations[s.op], plan.Start[s.job][s.op]
		if start < end {
			b := list[i-1]
			return ErrOverlap.Because("machine %s does operation %d of job %s until %d and operation %d of job %s from %d; it does one at a time",
				machine.Name, b.op, p.Jobs[b.job].Name, end, s.op, p.Jobs[s.job].Name, start)
		}
		if need, have := machine.setup(family, op.Family), openMinutes(closed, end, start); have < need {
			return ErrSetup.Because("machine %s has %d open minutes before operation %d of job %s at %d; the setup from family %d to %d takes %d",
				machine.Name, have, s.op, p.Jobs[s.job].Name, start, family, op.Family, need)
		}
		family, end = op.Family, p.Finish(plan, s.job, s.op)
	}
	return nil
}

// openMinutes counts the minutes from a to b outside the closed times.
func openMinutes(closed []Interval, a, b int64) int64 {
	open := b - a
	for _, c := range closed {
		open -= max(0, min(b, c.To)-max(a, c.From))
	}
	return open
}

// Finish is the minute at which an operation of a plan is finished: its minutes
// after its start, not counting closed time when it may be split.
func (p *Problem) Finish(plan Plan, job, operation int) int64 {
	op, t := p.Jobs[job].Operations[operation], plan.Start[job][operation]
	left := op.Minutes
	if !op.Split {
		return t + left
	}
	for _, c := range p.Machines[op.Machine].closed() {
		if c.To <= t || left == 0 {
			continue
		}
		run := min(left, max(0, c.From-t))
		left, t = left-run, t+run
		if left > 0 {
			t = c.To
		}
	}
	return t + left
}

// Value is what a plan is judged by.
type Value struct {
	Makespan  int64 // the minute at which the last job is finished
	Tardiness int64 // Σ weight × minutes after the due time
	Late      int   // jobs that finish after their due time, also those of weight 0
}

// Value judges a plan of the problem.
func (p *Problem) Value(plan Plan) Value {
	var v Value
	for j, job := range p.Jobs {
		end := job.Release
		for o := range job.Operations {
			end = max(end, p.Finish(plan, j, o))
		}
		if len(job.Operations) > 0 {
			v.Makespan = max(v.Makespan, end)
		}
		if job.Due > 0 && end > job.Due {
			v.Late++
			v.Tardiness += job.Weight * (end - job.Due)
		}
	}
	return v
}
