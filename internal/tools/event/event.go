// Package event owns the event journal: one line per document and step, with
// references to every other document touched, the actor and the reason. Five
// readers live on it: the order's timeline, the audit trail, webhooks, process
// mining and the verifiable log.
//
// An event gets its place in the log (a dense sequence number) after commit,
// by the sequencer: numbers drawn inside transactions would either hold a lock
// until the flush ends or let a reader overtake an open transaction.
package event

import (
	"encoding/json"
	"fmt"

	"kontor/internal/tools/db"
)

// Ref names an object an event touched.
type Ref struct {
	Type      string
	ID        int64
	Qualifier string
}

// Event is what happened to one document in one step.
type Event struct {
	Type    string // subject.verb_past
	Subject Ref
	Refs    []Ref
	Reason  string
	Body    any // ids, what changed, figures; never personal data
}

// About makes the subject of an event.
func About(kind string, id int64) Ref { return Ref{Type: kind, ID: id} }

// Record writes events into the caller's transaction.
func Record(tx *db.Tx, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	rows, refs := db.NewList(len(events)), db.NewList(len(events))
	for _, e := range events {
		body := "{}"
		if e.Body != nil {
			b, err := json.Marshal(e.Body)
			if err != nil {
				return fmt.Errorf("event %s: %w", e.Type, err)
			}
			body = string(b)
		}
		eid := tx.NewID()
		rows.Add(eid, e.Type, e.Subject.Type, e.Subject.ID, e.Reason, body)
		seen := map[Ref]bool{}
		for _, r := range e.Refs {
			if r.ID != 0 && !seen[r] {
				seen[r] = true
				refs.Add(r.ID, eid, r.Qualifier, r.Type)
			}
		}
	}
	if len(events) > 0 {
		tx.Announce()
	}
	tx.Put(`WITH {a: id BIGINT, type TEXT, st TEXT, sid BIGINT, reason TEXT, body TEXT}
		INSERT INTO event(id, tx_id, type, at, actor_id, subject_type, subject_id, reason, body)
		SELECT a.id, $1, a.type, $2, $3, a.st, a.sid, a.reason, a.body FROM a`, rows, tx.ID(), tx.Stamp(), tx.Who().ID)
	tx.Put(`WITH {a: oid BIGINT, eid BIGINT, q TEXT, t TEXT}
		INSERT INTO event_ref(object_id, event_id, qualifier, object_type) SELECT a.oid, a.eid, a.q, a.t FROM a`, refs)
	return nil
}
