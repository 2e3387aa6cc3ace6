package flow_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"sync"
	"testing"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// raceVariable makes the test binary a worker of a race instead of a test run.
const raceVariable = "KONTOR_RACE_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(raceVariable) != "" {
		os.Exit(raceWorker())
	}
	os.Exit(m.Run())
}

// raceJob is one process's part of a race.
type raceJob struct {
	Race     string     // the work, by the name in races
	DSN      string     // where
	Gathered bool       // all callers share one office; else each has its own, and so a transaction per document
	Process  int        // which of the processes this is, from 0
	Callers  int        // goroutines in this process
	Rounds   int        // what each does how often
	Orders   []id.Order // what it works on
	Seed     uint64
}

// raceResult is what happened to the callers of one process.
type raceResult struct {
	Count  map[string]int    // answers by kind; a fault counts under its code
	Failed []string          // errors that are no faults, and panics: there must be none
	Answer map[string]string // answers that the parent compares
	mu     sync.Mutex
}

// races are the works that a process can be given.
var races = map[string]func(*racer){"reserve": raceReserve, "confirm": raceConfirm, "bill": raceBill, "same-key": raceSameKey, "same-paper": raceSamePaper, "chaos": raceChaos}

// racer is a process at work.
type racer struct {
	raceJob
	*raceResult
	db     *db.DB
	shared *flow.Office
	ctx    context.Context
	who    db.Actor
}

func runRace(j raceJob, d *db.DB) *raceResult {
	r := &racer{j, &raceResult{Count: map[string]int{}, Answer: map[string]string{}}, d, flow.Open(d), context.Background(), db.Actor{ID: int64(10 + j.Process)}}
	races[j.Race](r)
	return r.raceResult
}

// each runs f in one goroutine per caller and waits for all.
func (r *racer) each(f func(caller int, o *flow.Office)) {
	start := make(chan bool)
	var all sync.WaitGroup
	for i := range r.Callers {
		o := r.shared
		if !r.Gathered {
			o = flow.Open(r.db)
		}
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					r.fail(fmt.Sprintf("panic: %v\n%s", p, debug.Stack()))
				}
			}()
			<-start
			f(i, o)
		})
	}
	close(start)
	all.Wait()
}

// got counts an answer; an error that is no fault is what a caller must never
// see, nor that others were in his way.
func (r *racer) got(what string, err error) {
	if f, ok := fault.Of(err); ok && f.Code != flow.ErrBusy.Code {
		what = f.Code
	} else if err != nil {
		r.fail(what + ": " + err.Error())
		return
	}
	r.mu.Lock()
	r.Count[what]++
	r.mu.Unlock()
}

func (r *racer) fail(sentence string) {
	r.mu.Lock()
	r.Failed = append(r.Failed, sentence)
	r.mu.Unlock()
}

func (r *racer) answer(key, v string) {
	r.mu.Lock()
	r.Answer[key] = v
	r.mu.Unlock()
}

// raceWorker is the life of a child process: a job comes in by standard input,
// "ready" goes out, "go" comes in, the result goes out.
func raceWorker() int {
	in := bufio.NewReader(os.Stdin)
	var j raceJob
	line, err := in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &j)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "read the job:", err)
		return 2
	}
	ctx := context.Background()
	d, err := db.Open(ctx, j.DSN, db.Options{})
	if err == nil {
		defer d.Close()
		err = d.Lease(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "open the database:", err)
		return 2
	}
	fmt.Println("ready")
	if _, err := in.ReadString('\n'); err != nil {
		return 2
	}
	if err := json.NewEncoder(os.Stdout).Encode(runRace(j, d)); err != nil {
		return 2
	}
	return 0
}

// raced runs jobs at the same time: one in this process, several in a child
// process each. It fails the test when a caller saw an error that is no fault.
func raced(t *testing.T, d *db.DB, jobs ...raceJob) *raceResult {
	t.Helper()
	var results []*raceResult
	if len(jobs) == 1 {
		results = append(results, runRace(jobs[0], d))
	} else {
		results = inProcesses(t, jobs)
	}
	sum := &raceResult{Count: map[string]int{}, Answer: map[string]string{}}
	for _, r := range results {
		for k, n := range r.Count {
			sum.Count[k] += n
		}
		for k, v := range r.Answer {
			sum.Answer[k] = v
		}
		sum.Failed = append(sum.Failed, r.Failed...)
	}
	for i, f := range sum.Failed {
		if i == 5 {
			t.Errorf("… and %d more", len(sum.Failed)-i)
			break
		}
		t.Errorf("a caller saw what is no fault: %s", f)
	}
	return sum
}

// inProcesses starts a child for each job, lets them go together and reads their results.
func inProcesses(t *testing.T, jobs []raceJob) []*raceResult {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var start []func()
	results := make([]*raceResult, len(jobs))
	var all sync.WaitGroup
	for i, j := range jobs {
		c := exec.Command(self)
		c.Env = append(os.Environ(), raceVariable+"=1")
		c.Stderr = os.Stderr
		in, err1 := c.StdinPipe()
		out, err2 := c.StdoutPipe()
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(in).Encode(j); err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewReader(out)
		if _, err := answers.ReadString('\n'); err != nil {
			t.Fatalf("process %d did not get ready: %v", i, err)
		}
		start = append(start, func() { fmt.Fprintln(in, "go") })
		all.Go(func() {
			r := &raceResult{}
			if err := json.NewDecoder(answers).Decode(r); err != nil {
				t.Errorf("process %d gave no result: %v", i, err)
			}
			results[i] = r
			if err := c.Wait(); err != nil {
				t.Errorf("process %d: %v", i, err)
			}
		})
	}
	for _, f := range start {
		f()
	}
	all.Wait()
	return results
}

// raceWays are the ways in which every race is run.
var raceWays = []struct {
	name      string
	engine    db.Engine
	processes int
	gathered  bool
}{
	{"sqlite gathered", db.SQLite, 1, true},
	{"sqlite per document", db.SQLite, 1, false},
	{"sqlite with two processes", db.SQLite, 2, true},
	{"postgres with two processes gathered", db.Postgres, 2, true},
	{"postgres with two processes per document", db.Postgres, 2, false},
}

// eachRace runs f in each way on a fresh shop; jobs splits work over the processes.
func eachRace(t *testing.T, rules shopRules, f func(s *shop, jobs func(race string, callers, rounds int, orders []id.Order) []raceJob)) {
	for _, w := range raceWays {
		t.Run(w.name, func(t *testing.T) {
			dsn := ""
			if w.engine == db.SQLite {
				dsn = dbtest.SQLite(t)
			} else {
				dsn = dbtest.Postgres(t)
			}
			s := openShop(t, dbtest.Open(t, dsn, db.Options{}), rules)
			f(s, func(race string, callers, rounds int, orders []id.Order) []raceJob {
				var out []raceJob
				for p := range w.processes {
					from, to := len(orders)*p/w.processes, len(orders)*(p+1)/w.processes
					if race == "chaos" || race == "same-key" || race == "same-paper" { // all work on the same
						from, to = 0, len(orders)
					}
					out = append(out, raceJob{Race: race, DSN: dsn, Gathered: w.gathered, Process: p, Callers: callers / w.processes, Rounds: rounds, Orders: orders[from:to], Seed: uint64(p + 1)})
				}
				return out
			})
		})
	}
}

// withKey is a context with an idempotency key.
func withKey(ctx context.Context, key, body string) context.Context {
	return flow.WithKey(ctx, idem.Key{Client: 3, Key: key, Body: body})
}
