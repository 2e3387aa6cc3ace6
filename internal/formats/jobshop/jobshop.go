// Package jobshop reads the text form in which the OR-Library (Beasley 1990,
// "OR-Library: distributing test problems by electronic mail") passes on
// instances of the job-shop problem, as Mattfeld and Vaessens put them together:
//
//	+++++++++++++++
//	instance ft06
//	+++++++++++++++
//	Fisher and Thompson 6x6 instance
//	6 6
//	2 1 0 3 1 6 …
//
// After the name come a line of description, a line with the numbers of jobs
// and machines, and a line for each job: machine and processing time of each
// step in the order of the route. Machines count from 0. What stands before the
// first "instance" and lines of plus signs are passed over.
//
// The package does not know what a good schedule is, nor who found the best.
package jobshop

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"kontor/internal/words/fault"
)

// Malformed is the rule of the form.
var Malformed = fault.Rule{Kind: fault.Invalid, Code: "job-shop.form"}

// limits keep a broken header from asking for all the memory there is.
const (
	maxJobs     = 10_000
	maxMachines = 10_000
	maxMinutes  = 1_000_000
)

// Step is one operation of a job.
type Step struct {
	Machine int   // from 0
	Minutes int64 // the processing time, in whatever unit the author meant
}

// Instance is one problem: Jobs[j] is the route of job j.
type Instance struct {
	Name     string
	About    string // the line of description
	Machines int
	Jobs     [][]Step
}

// Read gives all instances of a text, in its order. What cannot be read is
// refused with Malformed and the line.
func Read(r io.Reader) ([]Instance, error) {
	s := &scanner{in: bufio.NewScanner(r)}
	s.in.Buffer(nil, 1<<20)
	var all []Instance
	for s.next() {
		name, ok := strings.CutPrefix(s.text, "instance ")
		if !ok {
			continue
		}
		one, err := s.instance(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if err := s.in.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

// scanner goes from line to line and knows where it is.
type scanner struct {
	in   *bufio.Scanner
	text string
	line int
}

// next takes the next line that says something.
func (s *scanner) next() bool {
	for s.in.Scan() {
		s.line++
		s.text = strings.TrimSpace(s.in.Text())
		if s.text != "" && strings.Trim(s.text, "+") != "" {
			return true
		}
	}
	s.text = ""
	return false
}

func (s *scanner) malformed(name, format string, args ...any) error {
	return Malformed.Because("cannot read the job-shop instance "+name+": "+format, args...).
		With("line", strconv.Itoa(s.line))
}

func (s *scanner) instance(name string) (Instance, error) {
	one := Instance{Name: name}
	if !s.next() {
		return one, s.malformed(name, "its description is missing")
	}
	one.About = s.text
	size, err := s.numbers(name, 2)
	if err != nil {
		return one, err
	}
	if size[0] < 1 || size[0] > maxJobs || size[1] < 1 || size[1] > maxMachines {
		return one, s.malformed(name, "%d jobs and %d machines on line %d; there are between 1 and %d of each",
			size[0], size[1], s.line, min(maxJobs, maxMachines))
	}
	one.Machines = int(size[1])
	for range size[0] {
		route, err := s.route(name, one.Machines)
		if err != nil {
			return one, err
		}
		one.Jobs = append(one.Jobs, route)
	}
	return one, nil
}

// route reads the line of one job.
func (s *scanner) route(name string, machines int) ([]Step, error) {
	pairs, err := s.numbers(name, 2*machines)
	if err != nil {
		return nil, err
	}
	route := make([]Step, machines)
	for i := range route {
		m, p := pairs[2*i], pairs[2*i+1]
		if m < 0 || m >= int64(machines) {
			return nil, s.malformed(name, "machine %d on line %d does not exist, they count from 0 to %d", m, s.line, machines-1)
		}
		if p < 0 || p > maxMinutes {
			return nil, s.malformed(name, "a processing time of %d on line %d; it is between 0 and %d", p, s.line, maxMinutes)
		}
		route[i] = Step{int(m), p}
	}
	return route, nil
}

// numbers reads the next line, which must have n whole numbers and nothing else.
func (s *scanner) numbers(name string, n int) ([]int64, error) {
	if !s.next() {
		return nil, s.malformed(name, "the text ends after line %d, where %d numbers should follow", s.line, n)
	}
	fields := strings.Fields(s.text)
	if len(fields) != n {
		return nil, s.malformed(name, "line %d has %d numbers, not %d", s.line, len(fields), n)
	}
	out := make([]int64, n)
	for i, f := range fields {
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return nil, s.malformed(name, "%.20q on line %d is not a whole number", f, s.line)
		}
		out[i] = v
	}
	return out, nil
}
