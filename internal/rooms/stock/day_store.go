package stock

import (
	"context"

	"kontor/internal/tools/db"
	"kontor/internal/tools/outbox"
)

// RollUp adds the moves that have settled since the last time to the sums per
// pot and day, which give quantities as of a past day without an index on the
// journal. What is younger is read from the journal itself.
func RollUp(ctx context.Context, d *db.DB, who db.Actor) error { return days.RollUp(ctx, d, who) }

var days = outbox.Journal{
	Sums: "stock_day",
	Edge: `SELECT id FROM stock_move WHERE id>=$1 AND id<$2 ORDER BY id LIMIT 1 OFFSET $3`,
	Read: func(q *db.Reader, from, to int64) (*db.List, error) {
		out := db.NewList(0)
		err := q.Each(`SELECT m.pot_id, m.valid_on, CAST(SUM(CASE WHEN m.qty>0 THEN m.qty ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN m.qty<0 THEN -m.qty ELSE 0 END) AS BIGINT),
				CAST(SUM(CASE WHEN m.value_amt>0 THEN m.value_amt ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN m.value_amt<0 THEN -m.value_amt ELSE 0 END) AS BIGINT)
			FROM stock_move m WHERE m.id>=$1 AND m.id<$2 GROUP BY m.pot_id, m.valid_on`, nil, []any{from, to}, func(r *db.Rows) error {
			var pot, in, outgoing, valueIn, valueOut int64
			var day string
			err := r.Scan(&pot, &day, &in, &outgoing, &valueIn, &valueOut)
			out.Add(pot, day, in, outgoing, valueIn, valueOut)
			return err
		})
		return out, err
	},
	Add: func(tx *db.Tx, sums *db.List) {
		tx.Do(`WITH {a: pot BIGINT, day TEXT, i BIGINT, o BIGINT, vi BIGINT, vo BIGINT}
			INSERT INTO stock_day(pot_id, day, qty_in, qty_out, value_in, value_out) SELECT a.pot, a.day, a.i, a.o, a.vi, a.vo FROM a WHERE true
			ON CONFLICT (day, pot_id) DO UPDATE SET qty_in=stock_day.qty_in+excluded.qty_in, qty_out=stock_day.qty_out+excluded.qty_out,
				value_in=stock_day.value_in+excluded.value_in, value_out=stock_day.value_out+excluded.value_out`, sums)
	},
}
