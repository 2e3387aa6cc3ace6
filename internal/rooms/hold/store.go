package hold

import (
	"encoding/json"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Open writes holds. The caller ORs the scopes into its document's mask in the same transaction.
func Open(tx *db.Tx, holds []Hold) {
	l := db.NewList(len(holds))
	for i := range holds {
		h := &holds[i]
		if h.ID == 0 {
			h.ID = id.Hold(tx.NewID())
		}
		l.Add(int64(h.ID), h.SubjectType, h.Subject, h.Scope, h.Kind, h.Code, h.Sentence, h.detail())
	}
	tx.Put(`WITH {a: id BIGINT, st TEXT, sid BIGINT, scope BIGINT, kind TEXT, code TEXT, sentence TEXT, detail TEXT}
		INSERT INTO hold(id, subject_type, subject_id, scope, kind, reason_code, sentence, detail, owner_id, opened_at, opened_by, due_at, expires_at, tx_id)
		SELECT a.id, a.st, a.sid, a.scope, a.kind, a.code, a.sentence, a.detail, 0, $1, $2, 0, 0, $3 FROM a`, l, tx.Stamp(), tx.Who().ID, tx.ID())
}

const columns = `h.id, h.subject_type, h.subject_id, h.scope, h.kind, h.reason_code, h.sentence, h.detail, h.opened_at, h.opened_by, h.released_at, h.release_until, h.release_cap`

func scan(r *db.Rows) (Hold, error) {
	var h Hold
	var detail string
	err := r.Scan((*int64)(&h.ID), &h.SubjectType, &h.Subject, &h.Scope, &h.Kind, &h.Code, &h.Sentence, &detail, &h.OpenedAt, &h.OpenedBy, &h.ReleasedAt, &h.Until, &h.Cap)
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal([]byte(detail), &h.Detail)
}

// Of reads the open holds of subjects.
func Of(q db.Querier, subjects []int64) (map[int64][]Hold, error) {
	out := map[int64][]Hold{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+columns+` FROM a JOIN hold h ON h.subject_id=a.id WHERE h.released_at=0 ORDER BY h.id`, db.Ints(subjects), nil, func(r *db.Rows) error {
		h, err := scan(r)
		out[h.Subject] = append(out[h.Subject], h)
		return err
	})
	return out, err
}

// Covered reads, per subject, the largest amount up to which a released hold of a kind still covers it today.
func Covered(q db.Querier, subjects []int64, kind, today string) (map[int64]int64, error) {
	out := map[int64]int64{}
	err := q.Each(`WITH {a: id BIGINT} SELECT h.subject_id, MAX(h.release_cap) FROM a JOIN hold h ON h.subject_id=a.id
		WHERE h.released_at<>0 AND h.kind=$1 AND h.release_until>=$2 GROUP BY h.subject_id`, db.Ints(subjects), []any{kind, today}, func(r *db.Rows) error {
		var s, c int64
		err := r.Scan(&s, &c)
		out[s] = c
		return err
	})
	return out, err
}

// ByID reads holds; one that is not there is not in the answer.
func ByID(q db.Querier, ids []id.Hold) (map[id.Hold]Hold, error) {
	out := make(map[id.Hold]Hold, len(ids))
	err := q.Each(`WITH {a: id BIGINT} SELECT `+columns+` FROM a JOIN hold h ON h.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		h, err := scan(r)
		out[h.ID] = h
		return err
	})
	return out, err
}

// Lapse ends the holds that stop steps of subjects which will have none any more.
// What keeps rows from being archived stands.
func Lapse(tx *db.Tx, subjects []int64, reason string) {
	tx.Do(`WITH {a: id BIGINT} UPDATE hold SET released_at=$1, released_by=$2, release_reason=$3 FROM a WHERE hold.subject_id=a.id AND hold.released_at=0 AND hold.scope<>$4`,
		db.Ints(subjects), tx.Stamp(), tx.Who().ID, reason, int64(OnRetain))
}

// Uncover takes back what earlier releases of the kinds of these holds still allow.
func Uncover(tx *db.Tx, holds []Hold) {
	l := db.NewList(len(holds))
	for _, h := range holds {
		l.Add(h.Subject, h.Kind)
	}
	tx.Do(`WITH {a: sid BIGINT, kind TEXT} UPDATE hold SET release_until='' FROM a WHERE hold.subject_id=a.sid AND hold.kind=a.kind AND hold.released_at<>0 AND hold.release_until<>''`, l)
}

// Release ends a hold with a reason, good until a day and up to an amount.
func Release(tx *db.Tx, h id.Hold, reason, until string, upTo int64) error {
	n, err := tx.Exec(`UPDATE hold SET released_at=$2, released_by=$3, release_reason=$4, release_until=$5, release_cap=$6
		WHERE id=$1 AND released_at=0`, nil, int64(h), tx.Stamp(), tx.Who().ID, reason, until, upTo)
	if err == nil && n == 0 {
		return ErrReleased.Because("hold %s is released already", h)
	}
	return err
}
