// Package importers plays the history of other systems through the business
// steps: their orders are captured, confirmed, shipped, billed and paid as ours
// are, on the days on which it happened, in batches of some thousand lines.
//
// What an order or a row became is written in the transaction that made it (the
// intake is its memory), and every step asks the facts what is left to do. A run
// that was killed at any moment goes on with the same command; a finished one
// changes nothing. What cannot be understood is not lost: it waits in the
// exception queue, with its bytes and a reason code.
package importers

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// ErrStopped ends a run that was asked to stop, between two batches.
var ErrStopped = errors.New("stopped between two batches: nothing is half-written; run the same command again to go on")

// errCompany says that the database keeps the books of a company that cannot take the import.
var errCompany = fault.Rule{Kind: fault.Conflict, Code: "import.other-company"}

// Progress hears after each batch how many of how many lines are done.
type Progress func(done, total int64)

// batchLines is how many lines one transaction carries.
const batchLines = 2000

// player plays orders forward through the steps.
type player struct {
	*flow.Office
	ctx      context.Context // of a batch: not cancelled half-way
	outside  context.Context // asks the run to stop
	who      db.Actor
	source   string // of its intakes
	progress Progress
	total    int64

	mu   sync.Mutex
	done int64
}

func newPlayer(ctx context.Context, o *flow.Office, source string, p Progress) *player {
	return &player{Office: o, ctx: context.WithoutCancel(ctx), outside: ctx, who: db.Actor{ID: access.Importer}, source: source, progress: p}
}

// pause stands between two batches.
func (p *player) pause(lines int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += int64(lines)
	if p.progress != nil {
		p.progress(p.done, p.total)
	}
	if p.outside.Err() != nil {
		return ErrStopped
	}
	return nil
}

// job is one order on its way.
type job struct {
	key      string     // of its intake
	intake   id.Intake  // 0 = nothing arrived yet
	order    id.Order   // 0 = not captured
	status   string     // of the order; held and refused ones stay
	draft    flow.Draft // what to capture
	shipOn   day.Day
	short    []flow.GoodsLine // what was not free
	fresh    bool             // short was told by the step before
	shipment id.Shipment
	carrier  string
	tracking string
	original string // the bytes that arrived
	lines    int
}

// Statuses that a job has beside those of orders.
const (
	arrived = ""        // not captured yet
	refused = "refused" // its intake stands in the exception queue
	held    = "held"
)

// in picks the jobs of some statuses.
func in(jobs []*job, statuses ...string) []*job {
	var out []*job
	for _, j := range jobs {
		for _, s := range statuses {
			if j.status == s {
				out = append(out, j)
			}
		}
	}
	return out
}

// chunks cuts jobs into batches of about batchLines lines.
func chunks(jobs []*job) [][]*job {
	var out [][]*job
	from, lines := 0, 0
	for i, j := range jobs {
		if lines += j.lines; lines >= batchLines || i == len(jobs)-1 {
			out = append(out, jobs[from:i+1])
			from, lines = i+1, 0
		}
	}
	return out
}

// recall tells jobs what an earlier run made of them.
func (p *player) recall(q db.Querier, jobs []*job) error {
	keys := make([]string, len(jobs))
	for i, j := range jobs {
		keys[i] = j.key
	}
	known, err := order.KnownIntakes(q, p.source, keys)
	if err != nil {
		return err
	}
	var ids []id.Order
	for _, j := range jobs {
		in, ok := known[j.key]
		if !ok {
			continue
		}
		j.intake = in.ID
		switch {
		case in.State == "refused":
			j.status = refused
		case in.DocType == "order":
			j.order = id.Order(in.Doc)
			ids = append(ids, j.order)
		case in.DocType == "invoice":
			j.status = "credited"
		}
	}
	heads, err := order.Heads(q, ids)
	for _, j := range jobs {
		if h, ok := heads[j.order]; ok {
			j.status = h.Status
		}
	}
	return err
}

// receive writes what arrived down.
func (p *player) receive(jobs []*job) error {
	return p.Maintain(p.ctx, p.who, func(tx *db.Tx) error {
		var list []order.Intake
		for _, j := range jobs {
			if j.intake == 0 {
				list = append(list, order.Intake{ID: id.Intake(tx.NewID()), Source: p.source, Key: j.key, Original: j.original, State: "received"})
			}
		}
		if len(list) == 0 {
			return nil
		}
		fresh, err := order.AddIntakes(tx, list)
		if err != nil {
			return err
		}
		own, others := map[string]id.Intake{}, []string{}
		for _, x := range list {
			if own[x.Key] = x.ID; !fresh[x.Key] { // somebody else imports at the same time
				others = append(others, x.Key)
			}
		}
		known, err := order.KnownIntakes(tx, p.source, others)
		for _, j := range jobs {
			if k, ok := known[j.key]; ok {
				j.intake = k.ID
			} else if i := own[j.key]; i != 0 {
				j.intake = i
			}
		}
		return err
	})
}

// ask runs a step for jobs and hands the answers out. A job that breaks a rule
// waits in the queue; when all of them do, each is asked for on its own.
func ask[C, T any](p *player, s *flow.Step[C, T], jobs []*job, cmd func(*job) C, done func(*job, T)) error {
	if len(jobs) == 0 {
		return nil
	}
	cmds := make([]C, len(jobs))
	for i, j := range jobs {
		cmds[i] = cmd(j)
	}
	results, err := s.Many(p.ctx, p.who, cmds)
	if err != nil {
		return err
	}
	good := 0
	for _, r := range results {
		if r.Fault == nil {
			good++
		}
	}
	for i, r := range results {
		switch {
		case r.Fault == nil:
			done(jobs[i], r.Value)
		case good == 0 && len(jobs) > 1:
			err = ask(p, s, jobs[i:i+1], cmd, done)
		default:
			err = p.trouble(jobs[i], r.Fault)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// trouble sends a job to the exception queue: its intake when there is no order
// yet, else the order with a hold.
func (p *player) trouble(j *job, err error) error {
	f, ok := fault.Of(err)
	if !ok {
		return err
	}
	if j.order == 0 {
		j.status = refused
		return p.Maintain(p.ctx, p.who, func(tx *db.Tx) error {
			order.RefuseIntakes(tx, []order.Intake{{ID: j.intake, Reason: f.Code, Findings: findings(j.lines, f)}})
			return nil
		})
	}
	j.status = held
	_, err = p.Hold.One(p.ctx, p.who, flow.Hold{Order: j.order, Scopes: []string{"confirm", "release", "ship", "bill"}, Kind: "data", Reason: f.Error()})
	return err
}

// findings say why an intake was refused, and for how many lines it stands.
func findings(lines int, f *fault.Fault) string {
	b, err := json.Marshal(map[string]any{"lines": lines, "sentence": f.Error()})
	if err != nil {
		panic(err)
	}
	return string(b)
}
