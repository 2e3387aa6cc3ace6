package ledger

import (
	"kontor/internal/tools/db"
	"kontor/internal/tools/outbox"
)

// RollUp adds the lines of entries that have settled since the last time to the
// balances per account and day. What is younger is read from the lines themselves.
func RollUp(tx *db.Tx) error {
	const name = "account_day"
	from, err := outbox.Cursor(tx, name)
	if err != nil {
		return err
	}
	to := outbox.Settled(tx)
	if to <= from {
		return nil
	}
	tx.Do(`INSERT INTO account_day(account, day, role, currency, debit, credit)
		SELECT l.account, e.posted_on, l.role, l.currency_doc, SUM(CASE WHEN l.amount>0 THEN l.amount ELSE 0 END), SUM(CASE WHEN l.amount<0 THEN -l.amount ELSE 0 END)
		FROM ledger_entry e JOIN ledger_line l ON l.entry_id=e.id WHERE e.id>=$1 AND e.id<$2 GROUP BY l.account, e.posted_on, l.role, l.currency_doc
		ON CONFLICT (day, account, role, currency) DO UPDATE SET debit=account_day.debit+excluded.debit, credit=account_day.credit+excluded.credit`, nil, from, to)
	outbox.MoveCursor(tx, name, to)
	return nil
}
