package outbox

import (
	"context"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Journal is an append-only table whose rows are added up in another one, so
// that sums as of a past day need neither an index on the journal nor a walk
// through it.
type Journal struct {
	Sums string // name of the table of sums and of its cursor, which is the first id that is not in them
	Edge string // SQL: the id of the row so many rows behind one; $1 that one, $2 end of what may be read, $3 how many
	// Read adds up the rows with from ≤ id < to.
	Read func(q *db.Reader, from, to int64) (*db.List, error)
	// Add adds them to the sums.
	Add func(tx *db.Tx, sums *db.List)
}

// portion is how many rows of the journal are added at a time. What is added up
// here is read without the writer, who would keep everybody waiting meanwhile;
// the portion bounds memory and the time of the write.
const portion = 10_000

// RollUp brings the sums to what has settled. Several processes may do it at a
// time: what one has added, the others leave out.
func (j Journal) RollUp(ctx context.Context, d *db.DB, who db.Actor) error {
	for {
		more, err := j.rollUp(ctx, d, who)
		if err != nil || !more {
			return err
		}
	}
}

func (j Journal) rollUp(ctx context.Context, d *db.DB, who db.Actor) (more bool, err error) {
	var from, to int64
	var sums *db.List
	err = d.Read(ctx, func(q *db.Reader) error {
		if _, err := q.One(`SELECT last_seq FROM cursor WHERE subscriber=$1`, []any{j.Sums}, &from); err != nil {
			return err
		}
		if to = settled(q); to <= from {
			return nil
		}
		if more, err = q.One(j.Edge, []any{from, to, portion}, &to); err != nil {
			return err
		}
		sums, err = j.Read(q, from, to)
		return err
	})
	if err != nil || to <= from {
		return false, err
	}
	return more, d.Write(ctx, who, func(tx *db.Tx) error {
		at, err := cursor(tx, j.Sums)
		if err != nil || at != from {
			return err
		}
		if sums.Len() > 0 {
			j.Add(tx, sums)
		}
		tx.Want(1, `UPDATE cursor SET last_seq=$2 WHERE subscriber=$1`, nil, j.Sums, to)
		return nil
	})
}

// cursor locks and reads a place; 0 when it is new.
func cursor(tx *db.Tx, subscriber string) (int64, error) {
	tx.Do(`INSERT INTO cursor(subscriber, last_seq) VALUES ($1, 0) ON CONFLICT (subscriber) DO NOTHING`, nil, subscriber)
	var last int64
	_, err := tx.One(`SELECT c.last_seq FROM cursor c WHERE c.subscriber=$1 {lock c}`, []any{subscriber}, &last)
	return last, err
}

// settled is the id below which no row can appear any more: no write
// transaction lives as long as the look-back.
func settled(q *db.Reader) int64 { return id.At(q.Now().Add(-lookBack)) }
