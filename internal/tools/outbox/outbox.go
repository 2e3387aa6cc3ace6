// Package outbox is how work leaves a transaction: jobs are rows written in
// the caller's transaction and done later, at a time and until they succeed;
// subscribers read the event log behind a cursor in the sequencer's order, and
// a delivery keeps one row per event and receiver.
package outbox

import (
	"context"
	"time"

	"kontor/internal/tools/db"
)

// Logged is one event as a subscriber reads it.
type Logged struct {
	Seq, ID, At, Actor int64
	Type               string
	SubjectType        string
	SubjectID          int64
	Reason, Body       string
}

// After reads up to n events behind seq.
func After(r *db.Reader, seq int64, n int) ([]Logged, error) {
	var out []Logged
	err := r.Each(`SELECT l.seq, e.id, e.at, e.actor_id, e.type, e.subject_type, e.subject_id, e.reason, e.body
		FROM log_leaf l JOIN event e ON e.id=l.event_id WHERE l.seq > $1 ORDER BY l.seq LIMIT $2`, nil, []any{seq, n}, func(rows *db.Rows) error {
		var e Logged
		err := rows.Scan(&e.Seq, &e.ID, &e.At, &e.Actor, &e.Type, &e.SubjectType, &e.SubjectID, &e.Reason, &e.Body)
		out = append(out, e)
		return err
	})
	return out, err
}

// Follow calls f with the events behind the subscriber's cursor until there is
// none left, and moves the cursor after each batch: at least once, in order.
func Follow(ctx context.Context, d *db.DB, subscriber string, batch int, f func([]Logged) error) (int, error) {
	total := 0
	for {
		var events []Logged
		err := d.Read(ctx, func(r *db.Reader) error {
			var last int64
			if _, err := r.One(`SELECT last_seq FROM cursor WHERE subscriber=$1`, []any{subscriber}, &last); err != nil {
				return err
			}
			var err error
			events, err = After(r, last, batch)
			return err
		})
		if err != nil || len(events) == 0 {
			return total, err
		}
		if err := f(events); err != nil {
			return total, err
		}
		total += len(events)
		err = d.Write(ctx, db.Actor{}, func(tx *db.Tx) error {
			tx.Do(`INSERT INTO cursor(subscriber, last_seq) VALUES ($1, $2)
				ON CONFLICT (subscriber) DO UPDATE SET last_seq=$2 WHERE cursor.last_seq<$2`, nil, subscriber, events[len(events)-1].Seq)
			return nil
		})
		if err != nil {
			return total, err
		}
	}
}

// Job is work due.
type Job struct {
	ID      int64
	Kind    string
	Subject int64
	DueKey  string // one job per kind, subject and due key
	DueAt   time.Time
	Tries   int64
}

// maxTries is after how many failures a job waits for a person.
const maxTries = 12

// Enqueue writes jobs into the caller's transaction; one that exists stays.
func Enqueue(tx *db.Tx, jobs ...Job) {
	l := db.NewList(len(jobs))
	for _, j := range jobs {
		l.Add(tx.NewID(), j.Kind, j.Subject, j.DueKey, j.DueAt.UnixMicro())
	}
	tx.Do(`WITH {a: id BIGINT, kind TEXT, sub BIGINT, k TEXT, due BIGINT}
		INSERT INTO job(id, kind, subject_id, due_key, due_at, state) SELECT a.id, a.kind, a.sub, a.k, a.due, 'due' FROM a WHERE true
		ON CONFLICT (kind, subject_id, due_key) DO NOTHING`, l)
}

// Claim leases up to n due jobs; a lease that ran out makes a job due again.
func Claim(ctx context.Context, d *db.DB, n int, lease time.Duration) ([]Job, error) {
	var out []Job
	err := d.Write(ctx, db.Actor{}, func(tx *db.Tx) error {
		out = nil
		now := tx.Stamp()
		tx.Do(`UPDATE job SET state='due' WHERE state='running' AND lease_until < $1`, nil, now)
		return tx.Each(`UPDATE job SET state='running', lease_until=$2, tries=tries+1
			WHERE id IN (SELECT id FROM job WHERE state='due' AND due_at<=$1 ORDER BY due_at LIMIT $3) AND state='due'
			RETURNING job.id, kind, subject_id, due_key, due_at, tries`, nil, []any{now, tx.Now().Add(lease).UnixMicro(), n}, func(r *db.Rows) error {
			var j Job
			var due int64
			err := r.Scan(&j.ID, &j.Kind, &j.Subject, &j.DueKey, &due, &j.Tries)
			j.DueAt = time.UnixMicro(due)
			out = append(out, j)
			return err
		})
	})
	return out, err
}

// Done ends a job; with a failure it becomes due again later, or dead.
func Done(ctx context.Context, d *db.DB, j Job, failure error) error {
	return d.Write(ctx, db.Actor{}, func(tx *db.Tx) error {
		switch {
		case failure == nil:
			tx.Want(1, `UPDATE job SET state='done' WHERE id=$1`, nil, j.ID)
		case j.Tries >= maxTries:
			tx.Want(1, `UPDATE job SET state='dead', last_fault=$2 WHERE id=$1`, nil, j.ID, failure.Error())
		default:
			wait := time.Duration(1<<min(j.Tries, 10)) * time.Second
			tx.Want(1, `UPDATE job SET state='due', due_at=$2, last_fault=$3 WHERE id=$1`, nil, j.ID, tx.Now().Add(wait).UnixMicro(), failure.Error())
		}
		return nil
	})
}

// lookBack is longer than any write transaction may live.
const lookBack = 90 * time.Second
