package feedback

import (
	"strings"

	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/id"
)

// Send writes a note of the transaction's actor. The same key again gives the
// note that is there.
func Send(tx *db.Tx, n Note) (id.Feedback, error) {
	if err := n.check(); err != nil {
		return 0, err
	}
	n.ID = id.Feedback(tx.NewID())
	if n.Key == "" {
		n.Key = n.ID.String()
	}
	written, err := tx.Exec(`INSERT INTO feedback(id, user_id, key, note, path, version, role, fault, state, sent_at, tx_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)
		ON CONFLICT (user_id, key) DO NOTHING`, nil, int64(n.ID), tx.Who().ID, n.Key, n.Text, n.Path, n.Version, n.Role, n.Fault, tx.Stamp(), tx.ID())
	if err != nil {
		return 0, err
	}
	if written == 0 {
		_, err = tx.One(`SELECT id FROM feedback WHERE user_id=$1 AND key=$2`, []any{tx.Who().ID, n.Key}, (*int64)(&n.ID))
		return n.ID, err
	}
	return n.ID, note(tx, n.ID, "feedback.sent", "")
}

// Take makes the transaction's actor the owner of an open note. Who has it
// already keeps it; somebody else's is not taken away.
func Take(tx *db.Tx, f id.Feedback) error {
	n, err := tx.Exec(`UPDATE feedback SET owner_id=$2, tx_id=$3 WHERE id=$1 AND state='open' AND owner_id=0`, nil, int64(f), tx.Who().ID, tx.ID())
	if err != nil {
		return err
	}
	if n == 1 {
		return note(tx, f, "feedback.taken", "")
	}
	state, owner, err := stand(tx, f)
	switch {
	case err != nil:
		return err
	case state == Done:
		return ErrState.Because("the note %s is closed already: open it again to see to it", f)
	case owner != tx.Who().ID:
		return ErrState.Because("somebody else has taken the note %s meanwhile: look who, and ask", f)
	}
	return nil
}

// Close ends a note that the transaction's actor owns, with an answer.
func Close(tx *db.Tx, f id.Feedback, answer string) error {
	answer = strings.TrimSpace(answer)
	if answer == "" {
		return ErrNote.Because("the answer is empty: write what was done about it, or why nothing will be").At("answer")
	}
	n, err := tx.Exec(`UPDATE feedback SET state='done', done_at=$3, answer=$4, tx_id=$5 WHERE id=$1 AND state='open' AND owner_id=$2`, nil,
		int64(f), tx.Who().ID, tx.Stamp(), clip(answer, longest), tx.ID())
	if err != nil {
		return err
	}
	if n == 1 {
		return note(tx, f, "feedback.closed", answer)
	}
	state, owner, err := stand(tx, f)
	switch {
	case err != nil:
		return err
	case owner == 0:
		return ErrState.Because("nobody has taken the note %s yet: take it first, so that others see who is at it", f)
	case owner != tx.Who().ID:
		return ErrState.Because("the note %s belongs to somebody else: who owns it closes it", f)
	case state == Done:
		return nil // it is what was asked for
	}
	return nil
}

// Reopen takes the closing back.
func Reopen(tx *db.Tx, f id.Feedback) error {
	n, err := tx.Exec(`UPDATE feedback SET state='open', done_at=0, owner_id=$2, tx_id=$3 WHERE id=$1 AND state='done'`, nil, int64(f), tx.Who().ID, tx.ID())
	if err == nil && n == 0 {
		_, _, err = stand(tx, f)
		return err
	}
	if err != nil {
		return err
	}
	return note(tx, f, "feedback.reopened", "")
}

func stand(tx *db.Tx, f id.Feedback) (state string, owner int64, err error) {
	ok, err := tx.One(`SELECT state, owner_id FROM feedback WHERE id=$1`, []any{int64(f)}, &state, &owner)
	if err == nil && !ok {
		err = ErrUnknown.Because("there is no note %s: look for it in the queue", f)
	}
	return state, owner, err
}

func note(tx *db.Tx, f id.Feedback, what, reason string) error {
	return event.Record(tx, event.Event{Type: what, Subject: event.About("feedback", int64(f)), Reason: reason})
}

// Unowned counts the open notes that nobody has taken.
func Unowned(q db.Querier) (n int64, err error) {
	_, err = q.One(`SELECT COUNT(*) FROM feedback WHERE state='open' AND owner_id=0`, nil, &n)
	return n, err
}
