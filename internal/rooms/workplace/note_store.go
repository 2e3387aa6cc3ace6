package workplace

import (
	"kontor/internal/tools/db"
)

// Write keeps notes of the actor. Their ids are set where they are 0.
func Write(tx *db.Tx, notes []Note) {
	l := db.NewList(len(notes))
	for i := range notes {
		n := &notes[i]
		if n.ID == 0 {
			n.ID = tx.NewID()
		}
		l.Add(n.ID, n.Type, n.Subject, n.Text)
	}
	if l.Len() > 0 {
		tx.Put(`WITH {a: id BIGINT, kind TEXT, subject BIGINT, say TEXT} INSERT INTO note(id, subject_type, subject_id, text, author_id, at, tx_id)
			SELECT a.id, a.kind, a.subject, a.say, $1, $2, $3 FROM a`, l, tx.Who().ID, tx.Stamp(), tx.ID())
	}
}

// TakeBack takes notes of the actor away, with the notices that they caused,
// and gives those that it met.
func TakeBack(tx *db.Tx, notes []int64) ([]Note, error) {
	var out []Note
	err := tx.Each(`WITH {a: id BIGINT} UPDATE note SET gone_at=$1, tx_id=$3 WHERE id IN (SELECT a.id FROM a) AND author_id=$2 AND gone_at=0 RETURNING id, subject_type, subject_id`,
		db.Ints(notes), []any{tx.Stamp(), tx.Who().ID, tx.ID()}, func(r *db.Rows) error {
			var n Note
			err := r.Scan(&n.ID, &n.Type, &n.Subject)
			out = append(out, n)
			return err
		})
	tx.Do(`WITH {a: id BIGINT} UPDATE notice SET gone_at=$1, tx_id=$2 WHERE cause_id IN (SELECT a.id FROM a) AND kind='mention' AND gone_at=0 AND EXISTS (SELECT 1 FROM note n WHERE n.id=notice.cause_id AND n.gone_at<>0)`,
		db.Ints(notes), tx.Stamp(), tx.ID())
	return out, err
}

// Told tells whom notes were told to, per note.
func Told(q db.Querier, notes []int64) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	err := q.Each(`WITH {a: id BIGINT, kind TEXT} SELECT n.cause_id, n.user_id FROM a JOIN notice n ON n.cause_id=a.id AND n.kind=a.kind`, pairs(notes, Mention), nil, func(r *db.Rows) error {
		var note, user int64
		err := r.Scan(&note, &user)
		out[note] = append(out[note], user)
		return err
	})
	return out, err
}

func pairs(ids []int64, kind string) *db.List {
	l := db.NewList(len(ids))
	for _, v := range ids {
		l.Add(v, kind)
	}
	return l
}

// Tell gives notices to people who can still sign in; whoever was told of the
// same cause already is not told again.
func Tell(tx *db.Tx, notices []Notice) {
	l := db.NewList(len(notices))
	for _, n := range notices {
		say := []rune(n.Say)
		l.Add(tx.NewID(), n.User, n.Kind, n.Cause, n.Type, n.Subject, n.From, string(say[:min(len(say), 300)]))
	}
	if l.Len() > 0 {
		tx.Do(`WITH {a: id BIGINT, person BIGINT, kind TEXT, cause BIGINT, st TEXT, sid BIGINT, sender BIGINT, say TEXT}
			INSERT INTO notice(id, user_id, kind, cause_id, subject_type, subject_id, from_id, say, at, tx_id)
			SELECT a.id, a.person, a.kind, a.cause, a.st, a.sid, a.sender, a.say, $1, $2 FROM a JOIN app_user u ON u.id=a.person WHERE u.email<>'' AND u.closed_at=0
			ON CONFLICT (user_id, kind, cause_id) DO NOTHING`, l, tx.Stamp(), tx.ID())
	}
}

// Unread counts what a person has not read.
func Unread(q db.Querier, user int64) (n int64, err error) {
	_, err = q.One(`SELECT COUNT(*) FROM notice WHERE user_id=$1 AND read_at=0 AND gone_at=0`, []any{user}, &n)
	return n, err
}

// Read marks one notice of a person as read, all of them when it is 0.
func Read(tx *db.Tx, user, notice int64) {
	tx.Do(`UPDATE notice SET read_at=$3, tx_id=$4 WHERE user_id=$1 AND (id=$2 OR $2=0) AND read_at=0`, nil, user, notice, tx.Stamp(), tx.ID())
}

// Unsee marks one notice of a person as not read.
func Unsee(tx *db.Tx, user, notice int64) {
	tx.Do(`UPDATE notice SET read_at=0, tx_id=$3 WHERE user_id=$1 AND id=$2`, nil, user, notice, tx.ID())
}

// Place is where a notice of a person leads: the document it is about; 0 when there is none.
func Place(q db.Querier, user, notice int64) (kind string, subject int64, err error) {
	_, err = q.One(`SELECT subject_type, subject_id FROM notice WHERE id=$1 AND user_id=$2`, []any{notice, user}, &kind, &subject)
	return kind, subject, err
}

// Assign makes documents people's and gives those that it did, each with the id
// of this one assignment. Where somebody else has taken one meanwhile, it stays.
func Assign(tx *db.Tx, wanted []Assignment) (map[int64]int64, error) {
	out := map[int64]int64{}
	l := db.NewList(len(wanted))
	for _, w := range wanted {
		l.Add(w.Subject, w.Type, w.User, w.Was, tx.NewID())
	}
	if l.Len() == 0 {
		return out, nil
	}
	err := tx.Each(`WITH {a: sid BIGINT, st TEXT, person BIGINT, was BIGINT, cause BIGINT}
		INSERT INTO assignment(subject_id, subject_type, user_id, was, cause_id, by_id, at, tx_id)
		SELECT a.sid, a.st, a.person, a.was, a.cause, $1, $2, $3 FROM a WHERE a.was<=0 OR EXISTS (SELECT 1 FROM assignment x WHERE x.subject_id=a.sid)
		ON CONFLICT (subject_id) DO UPDATE SET user_id=excluded.user_id, was=excluded.was, cause_id=excluded.cause_id, by_id=excluded.by_id, at=excluded.at, tx_id=excluded.tx_id
		WHERE excluded.was=-1 OR excluded.was=assignment.user_id RETURNING subject_id, cause_id`, l, []any{tx.Who().ID, tx.Stamp(), tx.ID()}, func(r *db.Rows) error {
		var s, c int64
		err := r.Scan(&s, &c)
		out[s] = c
		return err
	})
	return out, err
}

// Assignees tells whose documents are, as far as they are somebody's.
func Assignees(q db.Querier, subjects []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	err := q.Each(`WITH {a: id BIGINT} SELECT x.subject_id, x.user_id FROM a JOIN assignment x ON x.subject_id=a.id WHERE x.user_id<>0`, db.Ints(subjects), nil, func(r *db.Rows) error {
		var s, u int64
		err := r.Scan(&s, &u)
		out[s] = u
		return err
	})
	return out, err
}
