package ledger

import (
	"context"

	"kontor/internal/tools/db"
	"kontor/internal/tools/outbox"
)

// RollUp adds the lines of entries that have settled since the last time to the
// balances per account and day. What is younger is read from the lines themselves.
func RollUp(ctx context.Context, d *db.DB, who db.Actor) error { return days.RollUp(ctx, d, who) }

var days = outbox.Journal{
	Sums: "account_day",
	Edge: `SELECT id FROM ledger_entry WHERE id>=$1 AND id<$2 ORDER BY id LIMIT 1 OFFSET $3`,
	Read: func(q *db.Reader, from, to int64) (*db.List, error) {
		out := db.NewList(0)
		err := q.Each(`SELECT l.account, e.posted_on, l.role, l.currency_doc, CAST(SUM(CASE WHEN l.amount>0 THEN l.amount ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN l.amount<0 THEN -l.amount ELSE 0 END) AS BIGINT)
			FROM ledger_entry e JOIN ledger_line l ON l.entry_id=e.id WHERE e.id>=$1 AND e.id<$2 GROUP BY l.account, e.posted_on, l.role, l.currency_doc`, nil, []any{from, to}, func(r *db.Rows) error {
			var account, day, role, currency string
			var debit, credit int64
			err := r.Scan(&account, &day, &role, &currency, &debit, &credit)
			out.Add(account, day, role, currency, debit, credit)
			return err
		})
		return out, err
	},
	Add: func(tx *db.Tx, sums *db.List) {
		tx.Do(`WITH {a: account TEXT, day TEXT, role TEXT, currency TEXT, debit BIGINT, credit BIGINT}
			INSERT INTO account_day(account, day, role, currency, debit, credit) SELECT a.account, a.day, a.role, a.currency, a.debit, a.credit FROM a WHERE true
			ON CONFLICT (day, account, role, currency) DO UPDATE SET debit=account_day.debit+excluded.debit, credit=account_day.credit+excluded.credit`, sums)
	},
}
