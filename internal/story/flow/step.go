package flow

import (
	"context"
	"encoding/json"
	"fmt"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
)

// Result is what a flow answers for one command: a value, or the fault of that one.
type Result[T any] struct {
	Value T
	Fault error
}

// eachOf asks f for every command: a fault is that command's answer, any other error ends the batch.
func eachOf[C, T any](cmds []C, f func(C) (T, error)) ([]Result[T], error) {
	out := make([]Result[T], len(cmds))
	for i, c := range cmds {
		v, err := f(c)
		if err == nil {
			out[i].Value = v
			continue
		}
		if _, ok := fault.Of(err); !ok {
			return nil, err
		}
		out[i].Fault = err
	}
	return out, nil
}

// Step is one flow with its gatherer.
type Step[C, T any] struct {
	name    string
	office  *Office
	do      func(*db.Tx, []C) ([]Result[T], error)
	prepare func(ctx context.Context, n int) error
	gather  *db.Gatherer[request[C], reply[T]]
}

// request is what one caller asks for: one command, or a list under one key.
type request[C any] struct {
	who  db.Actor
	key  idem.Key
	cmds []C
}

type reply[T any] struct {
	results []Result[T]
	err     error
}

func step[C, T any](o *Office, name string, do func(*db.Tx, []C) ([]Result[T], error)) *Step[C, T] {
	s := &Step[C, T]{name: name, office: o, do: do}
	s.gather = db.NewGatherer(o.DB.Turns(), MaxBatch, func(r request[C]) string { return fmt.Sprint(r.who.ID) }, s.runRequests)
	return s
}

type keyOf struct{}

// WithKey puts an idempotency key into a context: the next step takes it.
func WithKey(ctx context.Context, k idem.Key) context.Context {
	return context.WithValue(ctx, keyOf{}, k)
}

type simulationOf struct{}

// Simulate runs f with a context in which every step is rolled back, and gives
// what the last one would have written.
func Simulate(ctx context.Context, f func(context.Context) error) (*report.Changes, error) {
	c := &report.Changes{}
	err := f(db.Simulated(context.WithValue(ctx, simulationOf{}, c)))
	return c, err
}

// One runs the flow for a single command, sharing a transaction with whoever
// else asks at the same time.
func (s *Step[C, T]) One(ctx context.Context, who db.Actor, cmd C) (T, error) {
	rs, err := s.ask(ctx, who, []C{cmd})
	if err != nil {
		var zero T
		return zero, err
	}
	return rs[0].Value, rs[0].Fault
}

// Many runs the flow for a list of commands in one transaction (or one by one
// when the list as a whole fails); each gets its own answer.
func (s *Step[C, T]) Many(ctx context.Context, who db.Actor, cmds []C) ([]Result[T], error) {
	if len(cmds) == 0 {
		return nil, nil
	}
	return s.ask(ctx, who, cmds)
}

// Alone runs the flow for a single command in a transaction of its own, past
// the gatherer: what a step costs when nobody shares it.
func (s *Step[C, T]) Alone(ctx context.Context, who db.Actor, cmd C) (T, error) {
	key, _ := ctx.Value(keyOf{}).(idem.Key)
	rep := s.run(ctx, []request[C]{{who, key, []C{cmd}}})[0]
	if rep.err != nil {
		var zero T
		return zero, rep.err
	}
	return rep.results[0].Value, rep.results[0].Fault
}

func (s *Step[C, T]) ask(ctx context.Context, who db.Actor, cmds []C) ([]Result[T], error) {
	key, _ := ctx.Value(keyOf{}).(idem.Key)
	r := request[C]{who, key, cmds}
	if len(cmds) > 1 || db.IsSimulated(ctx) {
		rep := s.run(ctx, []request[C]{r})[0]
		return rep.results, rep.err
	}
	rep, err := s.gather.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	return rep.results, rep.err
}

// runRequests is what the gatherer calls. Two requests with one key never
// share a transaction: the twin goes to the next.
func (s *Step[C, T]) runRequests(ctx context.Context, all []request[C]) []reply[T] {
	out := make([]reply[T], len(all))
	left := make([]int, len(all))
	for i := range all {
		left[i] = i
	}
	for len(left) > 0 {
		var now, next []int
		seen := map[[2]any]bool{}
		for _, i := range left {
			k := [2]any{all[i].key.Client, all[i].key.Key}
			if all[i].key.Key != "" && seen[k] {
				next = append(next, i)
				continue
			}
			seen[k] = true
			now = append(now, i)
		}
		batch := make([]request[C], len(now))
		for j, i := range now {
			batch[j] = all[i]
		}
		for j, r := range s.run(ctx, batch) {
			out[now[j]] = r
		}
		left = next
	}
	return out
}

// run does requests in one transaction; when that fails in a way that one
// document may have caused, each goes alone.
func (s *Step[C, T]) run(ctx context.Context, reqs []request[C]) []reply[T] {
	replies, err := s.once(ctx, reqs)
	if err == nil {
		return replies
	}
	if db.Again(err) { // also one alone: it may have met a twin that committed first
		return s.apart(ctx, reqs)
	}
	out := make([]reply[T], len(reqs))
	for i, r := range reqs {
		out[i].err = err
		if f, ok := fault.Of(err); ok {
			out[i].err, out[i].results = nil, faults[T](len(r.cmds), f)
		}
	}
	return out
}

func faults[T any](n int, f error) []Result[T] {
	out := make([]Result[T], n)
	for i := range out {
		out[i].Fault = f
	}
	return out
}

// ErrBusy says that the same rows were changed by others again and again.
var ErrBusy = fault.Rule{Kind: fault.Busy, Code: "busy"}

func (s *Step[C, T]) apart(ctx context.Context, reqs []request[C]) []reply[T] {
	out := make([]reply[T], len(reqs))
	for i, r := range reqs {
		if len(r.cmds) == 1 || r.key.Key != "" {
			rep, err := s.alone(ctx, r)
			out[i] = rep
			if err != nil {
				out[i].err = err
			}
			continue
		}
		for _, c := range r.cmds {
			rep, err := s.alone(ctx, request[C]{r.who, r.key, []C{c}})
			if err == nil {
				err = rep.err
			}
			switch f, ok := fault.Of(err); {
			case err == nil:
				out[i].results = append(out[i].results, rep.results...)
			case ok:
				out[i].results = append(out[i].results, faults[T](1, f)...)
			default:
				out[i].err = err
			}
		}
	}
	return out
}

// alone runs one request; a count that still differs means that a row changed
// between two statements, so it is tried again.
func (s *Step[C, T]) alone(ctx context.Context, r request[C]) (reply[T], error) {
	var err error
	for range 5 {
		var replies []reply[T]
		if replies, err = s.once(ctx, []request[C]{r}); err == nil {
			return replies[0], nil
		}
		if !db.Again(err) {
			break
		}
	}
	if db.Again(err) && !db.IsDuplicate(err) && !db.IsCheck(err) {
		err = ErrBusy.Because("%s could not be done now: others changed the same rows again and again; try again", s.name)
	}
	if f, ok := fault.Of(err); ok {
		return reply[T]{results: faults[T](len(r.cmds), f)}, nil
	}
	return reply[T]{}, fmt.Errorf("%s: %w", s.name, err)
}

// stored is how an answer lies in the table of idempotency keys.
type stored[T any] struct {
	Value T            `json:"value"`
	Fault *fault.Fault `json:"fault,omitempty"`
}

func (s *Step[C, T]) once(ctx context.Context, reqs []request[C]) ([]reply[T], error) {
	if s.prepare != nil {
		n := 0
		for _, r := range reqs {
			n += len(r.cmds)
		}
		if err := s.prepare(ctx, n); err != nil {
			return nil, err
		}
	}
	var out []reply[T]
	err := s.office.DB.Write(ctx, reqs[0].who, func(tx *db.Tx) error {
		out = make([]reply[T], len(reqs))
		keys := make([]idem.Key, len(reqs))
		for i, r := range reqs {
			keys[i] = r.key
		}
		fresh, answers, refused, err := idem.Claim(tx, keys)
		if err != nil {
			return err
		}
		var cmds []C
		for i, r := range reqs {
			switch {
			case fresh[i]:
				cmds = append(cmds, r.cmds...)
			case refused[i] != nil:
				out[i].results = faults[T](len(r.cmds), refused[i])
			default:
				if out[i].results, err = recall[T](answers[i]); err != nil {
					return err
				}
			}
		}
		if len(cmds) == 0 {
			return nil
		}
		results, err := s.do(tx, cmds)
		if err != nil {
			return err
		}
		for i, r := range reqs {
			if fresh[i] {
				out[i].results, results = results[:len(r.cmds):len(r.cmds)], results[len(r.cmds):]
				if r.key.Key != "" {
					if answers[i], err = remember(out[i].results); err != nil {
						return err
					}
				}
			} else {
				keys[i].Key = ""
			}
		}
		idem.Answer(tx, keys, answers)
		return tell(ctx, tx)
	})
	return out, err
}

// tell fills in what a simulated transaction has written.
func tell(ctx context.Context, tx *db.Tx) (err error) {
	if c, ok := ctx.Value(simulationOf{}).(*report.Changes); ok {
		*c, err = report.Consequences(tx)
	}
	return err
}

func remember[T any](rs []Result[T]) (string, error) {
	list := make([]stored[T], len(rs))
	for i, r := range rs {
		list[i].Value = r.Value
		if r.Fault != nil {
			f, ok := fault.Of(r.Fault)
			if !ok {
				return "", r.Fault
			}
			list[i].Fault = f
		}
	}
	b, err := json.Marshal(list)
	return string(b), err
}

func recall[T any](answer string) ([]Result[T], error) {
	var list []stored[T]
	if err := json.Unmarshal([]byte(answer), &list); err != nil {
		return nil, err
	}
	out := make([]Result[T], len(list))
	for i, s := range list {
		out[i].Value = s.Value
		if s.Fault != nil {
			out[i].Fault = s.Fault
		}
	}
	return out, nil
}
