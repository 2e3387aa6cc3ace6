// Package number draws human numbers. A series counts per scope (a fiscal
// year); a number is drawn in the transaction that posts the document, as its
// last lock, so that a rollback leaves no gap.
package number

import (
	"fmt"

	"kontor/internal/tools/db"
)

// Draw takes n numbers of a series and gives the first.
func Draw(tx *db.Tx, series, scope string, n int) (int64, error) {
	const take = `UPDATE number_range SET last=last+$3 WHERE series=$1 AND scope=$2 RETURNING last`
	var last int64
	ok, err := tx.One(take, []any{series, scope, n}, &last)
	if err != nil {
		return 0, err
	}
	if !ok {
		tx.Do(`INSERT INTO number_range(series, scope, last) VALUES ($1, $2, 0) ON CONFLICT (series, scope) DO NOTHING`, nil, series, scope)
		if _, err := tx.One(take, []any{series, scope, n}, &last); err != nil {
			return 0, err
		}
	}
	return last - int64(n) + 1, nil
}

// Text prints a number: INV-2026-000123; without a scope SO-000123.
func Text(series, scope string, seq int64) string {
	if scope == "" {
		return fmt.Sprintf("%s-%06d", series, seq)
	}
	return fmt.Sprintf("%s-%s-%06d", series, scope, seq)
}
