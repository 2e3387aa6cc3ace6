package stock

import (
	"kontor/internal/tools/db"
	"kontor/internal/tools/outbox"
)

// RollUp adds the moves that have settled since the last time to the sums per
// pot and day, which give quantities as of a past day without an index on the
// journal. What is younger is read from the journal itself.
func RollUp(tx *db.Tx) error {
	const name = "stock_day"
	from, err := outbox.Cursor(tx, name)
	if err != nil {
		return err
	}
	to := outbox.Settled(tx)
	if to <= from {
		return nil
	}
	tx.Do(`INSERT INTO stock_day(pot_id, day, qty_in, qty_out, value_in, value_out)
		SELECT m.pot_id, m.valid_on, SUM(CASE WHEN m.qty>0 THEN m.qty ELSE 0 END), SUM(CASE WHEN m.qty<0 THEN -m.qty ELSE 0 END),
			SUM(CASE WHEN m.value_amt>0 THEN m.value_amt ELSE 0 END), SUM(CASE WHEN m.value_amt<0 THEN -m.value_amt ELSE 0 END)
		FROM stock_move m WHERE m.id>=$1 AND m.id<$2 GROUP BY m.pot_id, m.valid_on
		ON CONFLICT (day, pot_id) DO UPDATE SET qty_in=stock_day.qty_in+excluded.qty_in, qty_out=stock_day.qty_out+excluded.qty_out,
			value_in=stock_day.value_in+excluded.value_in, value_out=stock_day.value_out+excluded.value_out`, nil, from, to)
	outbox.MoveCursor(tx, name, to)
	return nil
}
