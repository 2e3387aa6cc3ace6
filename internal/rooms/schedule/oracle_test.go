package schedule

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// The oracles here know nothing of the code under test: they go minute by minute.

// shopSize says what a random problem may have.
type shopSize struct {
	machines, jobs, steps int
	minutes               int64
	setups, closed, trees bool
	releases, splits      bool
	zeros                 bool // operations that take no time
	full, routes          bool // as many of all as there may be; each job once on each machine
}

// randomProblem draws a problem with what size allows.
func randomProblem(r *rand.Rand, s shopSize) *Problem {
	p := &Problem{}
	draw := func(n int) int {
		if s.full {
			return n
		}
		return 1 + r.IntN(n)
	}
	for m := range draw(s.machines) {
		p.Machines = append(p.Machines, randomMachine(r, s, m))
	}
	for j := range draw(s.jobs) {
		job := Job{Name: fmt.Sprint("J", j), Weight: r.Int64N(4)}
		if s.releases {
			job.Release = r.Int64N(4 * s.minutes)
		}
		if r.IntN(4) > 0 {
			job.Due = 1 + r.Int64N(int64(s.steps*s.jobs)*s.minutes/2)
		}
		route := r.Perm(len(p.Machines))
		for o := range draw(s.steps) {
			op := randomOperation(r, s, len(p.Machines), o)
			if s.routes {
				op.Machine = route[o%len(route)]
			}
			if s.zeros && r.IntN(8) == 0 && p.Machines[op.Machine].Setup == nil {
				op.Minutes = 0
			}
			job.Operations = append(job.Operations, op)
		}
		p.Jobs = append(p.Jobs, job)
	}
	return p
}

func randomMachine(r *rand.Rand, s shopSize, m int) Machine {
	one := Machine{Name: fmt.Sprint("M", m)}
	if s.setups && r.IntN(4) > 0 {
		one.Mounted = r.IntN(4)
		for a := range 3 {
			one.Setup = append(one.Setup, make([]int64, 2+r.IntN(3)))
			for b := range one.Setup[a] {
				if a != b {
					one.Setup[a][b] = r.Int64N(s.minutes)
				}
			}
		}
	}
	if s.closed {
		for t := r.Int64N(30); t < 30*s.minutes; t += 1 + r.Int64N(6*s.minutes) {
			one.Closed = append(one.Closed, Interval{t, t + 1 + r.Int64N(3*s.minutes)})
		}
		r.Shuffle(len(one.Closed), func(i, j int) { one.Closed[i], one.Closed[j] = one.Closed[j], one.Closed[i] })
	}
	return one
}

func randomOperation(r *rand.Rand, s shopSize, machines, o int) Operation {
	op := Operation{Machine: r.IntN(machines), Minutes: 1 + r.Int64N(s.minutes)}
	if s.setups {
		op.Family = r.IntN(5)
	}
	op.Split = s.splits && r.IntN(3) == 0
	if s.trees && r.IntN(2) == 0 {
		op.After = []int{}
		for b := range o {
			if r.IntN(3) == 0 {
				op.After = append(op.After, b)
			}
		}
	}
	return op
}

// shut tells whether a machine is closed in a minute.
func shut(m Machine, t int64) bool {
	return slices.ContainsFunc(m.Closed, func(c Interval) bool { return c.From <= t && t < c.To })
}

// setupOf reads the setup of a machine.
func setupOf(m Machine, from, to int) int64 {
	if from >= len(m.Setup) || to >= len(m.Setup[from]) {
		return 0
	}
	return m.Setup[from][to]
}

// minutesOf lists the minutes in which an operation that starts at t is worked;
// nil when it cannot be.
func minutesOf(m Machine, op Operation, t int64) []int64 {
	if shut(m, t) {
		return nil
	}
	var out []int64
	for ; int64(len(out)) < op.Minutes; t++ {
		switch {
		case !shut(m, t):
			out = append(out, t)
		case !op.Split:
			return nil
		}
	}
	return out
}

// span is when an operation that starts at t begins and ends.
func span(m Machine, op Operation, t int64) (worked []int64, end int64, ok bool) {
	if op.Minutes == 0 {
		return nil, t, true
	}
	worked = minutesOf(m, op, t)
	if worked == nil {
		return nil, 0, false
	}
	return worked, worked[len(worked)-1] + 1, true
}

// works tells whether a plan can be worked, and when it ends and how late it is.
func works(p *Problem, plan Plan) (ok bool, makespan, tardiness int64) {
	type slot struct {
		family    int
		busy      int64
		from, end int64
	}
	floor := make([]map[int64]int, len(p.Machines)) // minute → family that is worked
	slots := make([][]slot, len(p.Machines))
	for m := range floor {
		floor[m] = map[int64]int{}
	}
	for j, job := range p.Jobs {
		ends, last := make([]int64, len(job.Operations)), int64(0)
		for o, op := range job.Operations {
			worked, end, ok := span(p.Machines[op.Machine], op, plan.Start[j][o])
			if !ok || plan.Start[j][o] < job.Release {
				return false, 0, 0
			}
			for _, t := range worked {
				if _, taken := floor[op.Machine][t]; taken {
					return false, 0, 0
				}
				floor[op.Machine][t] = op.Family
			}
			ends[o] = end
			last = max(last, ends[o])
			slots[op.Machine] = append(slots[op.Machine], slot{family: op.Family, from: plan.Start[j][o], end: end})
		}
		for o, op := range job.Operations {
			before := op.After
			if before == nil && o > 0 {
				before = []int{o - 1}
			}
			for _, b := range before {
				if plan.Start[j][o] < ends[b] {
					return false, 0, 0
				}
			}
		}
		makespan = max(makespan, last)
		if job.Due > 0 && last > job.Due {
			tardiness += job.Weight * (last - job.Due)
		}
	}
	for m, list := range slots {
		slices.SortFunc(list, func(a, b slot) int { return cmp.Or(int(a.from-b.from), int(a.end-b.end)) })
		family, end := p.Machines[m].Mounted, int64(0)
		for _, s := range list {
			if s.from < end {
				return false, 0, 0 // inside a pause of a split operation
			}
			free := int64(0)
			for t := end; t < s.from; t++ {
				if !shut(p.Machines[m], t) {
					free++
				}
			}
			if free < setupOf(p.Machines[m], family, s.family) {
				return false, 0, 0
			}
			family, end = s.family, s.end
		}
	}
	return true, makespan, tardiness
}

// best tries all plans in which nothing could start earlier without a change of
// order, and gives the least makespan and the least tardiness.
func best(p *Problem) (makespan, tardiness int64) {
	makespan, tardiness = 1<<60, 1<<60
	plan := Plan{}
	for _, job := range p.Jobs {
		plan.Start = append(plan.Start, slices.Repeat([]int64{-1}, len(job.Operations)))
	}
	type state struct {
		family int
		end    int64
	}
	machines := make([]state, len(p.Machines))
	for m := range machines {
		machines[m].family = p.Machines[m].Mounted
	}
	var grow func(left int, late, end int64)
	place := func(j, o int, left int, late, end int64) {
		job, op := p.Jobs[j], p.Jobs[j].Operations[o]
		m, was := p.Machines[op.Machine], machines[op.Machine]
		t := job.Release
		before := op.After
		if before == nil && o > 0 {
			before = []int{o - 1}
		}
		for _, b := range before {
			if plan.Start[j][b] < 0 {
				return
			}
			_, end, _ := span(p.Machines[job.Operations[b].Machine], job.Operations[b], plan.Start[j][b])
			t = max(t, end)
		}
		ready := was.end
		for need := setupOf(m, was.family, op.Family); need > 0; ready++ {
			if !shut(m, ready) {
				need--
			}
		}
		t = max(t, ready)
		_, finish, ok := span(m, op, t)
		for !ok {
			t++
			_, finish, ok = span(m, op, t)
		}
		plan.Start[j][o] = t
		machines[op.Machine] = state{op.Family, finish}
		grow(left-1, late, max(end, finish))
		machines[op.Machine], plan.Start[j][o] = was, -1
	}
	grow = func(left int, late, end int64) {
		if left == 0 {
			_, m, d := works(p, plan)
			makespan, tardiness = min(makespan, m), min(tardiness, d)
			return
		}
		for j, job := range p.Jobs {
			for o := range job.Operations {
				if plan.Start[j][o] < 0 {
					place(j, o, left, late, end)
				}
			}
		}
	}
	left := 0
	for _, job := range p.Jobs {
		left += len(job.Operations)
	}
	grow(left, 0, 0)
	return makespan, tardiness
}

// operations counts what a problem has.
func operations(p *Problem) int {
	n := 0
	for _, j := range p.Jobs {
		n += len(j.Operations)
	}
	return n
}
