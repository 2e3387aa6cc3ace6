package tour

import "kontor/internal/tools/db"

// Of reads how far a person is; the zero value means never begun.
func Of(q db.Querier, user int64) (p Progress, err error) {
	_, err = q.One(`SELECT step, began_at, ended_at, left_at FROM tour WHERE user_id=$1`, []any{user}, &p.Step, &p.BeganAt, &p.EndedAt, &p.LeftAt)
	return p, err
}

// Begin starts the tour of the transaction's actor from its first step.
func Begin(tx *db.Tx) {
	tx.Do(`INSERT INTO tour(user_id, step, began_at, tx_id) VALUES ($1, 0, $2, $3)
		ON CONFLICT (user_id) DO UPDATE SET step=0, began_at=$2, ended_at=0, left_at=0, tx_id=$3`, nil, tx.Who().ID, tx.Stamp(), tx.ID())
}

// Resume goes on where the actor has left.
func Resume(tx *db.Tx) {
	tx.Do(`UPDATE tour SET left_at=0, tx_id=$2 WHERE user_id=$1 AND ended_at=0`, nil, tx.Who().ID, tx.ID())
}

// Leave keeps the place for later.
func Leave(tx *db.Tx) {
	tx.Do(`UPDATE tour SET left_at=$2, tx_id=$3 WHERE user_id=$1 AND left_at=0 AND ended_at=0`, nil, tx.Who().ID, tx.Stamp(), tx.ID())
}

// Advance goes from a step to the next, once however often it is asked; behind
// the last step the tour is at its end.
func Advance(tx *db.Tx, from, last int64) {
	tx.Do(`UPDATE tour SET step=$2+1, ended_at=CASE WHEN $2>=$3 THEN CAST($4 AS BIGINT) ELSE 0 END, tx_id=$5 WHERE user_id=$1 AND step=$2 AND ended_at=0`, nil,
		tx.Who().ID, from, last, tx.Stamp(), tx.ID())
}
