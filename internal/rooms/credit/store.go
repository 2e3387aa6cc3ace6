package credit

import (
	"slices"
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

const columns = `c.id, c.code, c.currency, c.limit_amt, c.temp_limit, c.temp_until, c.secured_amt, c.order_open, c.shipped_open, c.item_open, c.credit_open, c.version`

func scan(r *db.Rows) (*Account, error) {
	a := &Account{}
	err := r.Scan((*int64)(&a.ID), &a.Code, (*string)(&a.Currency), &a.Limit, &a.TempLimit, &a.TempUntil, &a.Secured, &a.OrderOpen, &a.ShipOpen, &a.ItemOpen, &a.CreditOpen, &a.Version)
	return a, err
}

// Lock locks accounts in ascending order and reads them; q belongs to a Tx.
func Lock(q db.Querier, ids []id.Credit) (map[id.Credit]*Account, error) {
	out := map[id.Credit]*Account{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+columns+` FROM a JOIN credit_account c ON c.id=a.id ORDER BY c.id {lock c}`, db.Ints(Sorted(ids)), nil, func(r *db.Rows) error {
		a, err := scan(r)
		out[a.ID] = a
		return err
	})
	return out, err
}

// Hold locks accounts in ascending order for the writes that follow; where they
// stand is not asked.
func Hold(tx *db.Tx, ids []id.Credit) {
	tx.Lock(`WITH {a: id BIGINT} SELECT c.id FROM a JOIN credit_account c ON c.id=a.id ORDER BY c.id {lock c}`, db.Ints(Sorted(ids)))
}

// Sorted gives ids once each, ascending, without zero: the order of locks.
func Sorted[T ~int64](ids []T) []T {
	seen := make(map[T]bool, len(ids))
	out := make([]T, 0, len(ids))
	for _, i := range ids {
		if i != 0 && !seen[i] {
			seen[i] = true
			out = append(out, i)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// Reserve raises the ordered exposure under the limit: guard and effect in one
// statement. beyond is what released holds allow above the limit, per account.
func Reserve(tx *db.Tx, moves []Move, beyond map[id.Credit]int64, today string) {
	sum := map[id.Credit]int64{}
	for _, m := range moves {
		sum[m.Account] += m.Order
	}
	l := db.NewList(len(sum))
	for _, a := range Sorted(keys(sum)) {
		l.Add(int64(a), sum[a], beyond[a])
	}
	tx.Put(`WITH {a: id BIGINT, amt BIGINT, beyond BIGINT} UPDATE credit_account SET order_open=credit_account.order_open+a.amt, tx_id=$1
		FROM a WHERE credit_account.id=a.id AND credit_account.order_open+credit_account.shipped_open+credit_account.item_open
			-credit_account.credit_open-credit_account.secured_amt+a.amt
			<= a.beyond + CASE WHEN credit_account.temp_until<>'' AND credit_account.temp_until>=$2 THEN credit_account.temp_limit ELSE credit_account.limit_amt END`,
		l, tx.ID(), today)
	journal(tx, moves)
}

func keys[V any](m map[id.Credit]V) []id.Credit {
	out := make([]id.Credit, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// Shift moves exposure between components; it never refuses, since what was
// shipped or billed is owed whatever the limit says. Moves without an account
// are dropped, and those of one document and cause are one.
func Shift(tx *db.Tx, moves []Move) {
	sum := map[id.Credit]*Move{}
	kept := together(moves)
	for _, m := range kept {
		s := sum[m.Account]
		if s == nil {
			s = &Move{}
			sum[m.Account] = s
		}
		s.add(m)
	}
	l := db.NewList(len(sum))
	for _, a := range Sorted(keys(sum)) {
		s := sum[a]
		l.Add(int64(a), s.Order, s.Shipped, s.Item, s.Credit)
	}
	tx.Put(`WITH {a: id BIGINT, o BIGINT, s BIGINT, i BIGINT, c BIGINT} UPDATE credit_account SET order_open=credit_account.order_open+a.o,
		shipped_open=credit_account.shipped_open+a.s, item_open=credit_account.item_open+a.i, credit_open=credit_account.credit_open+a.c, tx_id=$1
		FROM a WHERE credit_account.id=a.id`, l, tx.ID())
	journal(tx, kept)
}

func (m *Move) add(x Move) {
	m.Order += x.Order
	m.Shipped += x.Shipped
	m.Item += x.Item
	m.Credit += x.Credit
}

// together adds up the moves of one account, document and cause and leaves out
// what comes to nothing.
func together(moves []Move) []Move {
	type key struct {
		account id.Credit
		doc     int64
		cause   string
	}
	at := map[key]int{}
	var sums []Move
	for _, m := range moves {
		k := key{m.Account, m.Doc, m.Cause}
		i, ok := at[k]
		if !ok {
			at[k] = len(sums)
			sums = append(sums, m)
			continue
		}
		sums[i].add(m)
	}
	return slices.DeleteFunc(sums, func(m Move) bool {
		return m.Account == 0 || m.Order == 0 && m.Shipped == 0 && m.Item == 0 && m.Credit == 0
	})
}

func journal(tx *db.Tx, moves []Move) {
	l := db.NewList(len(moves))
	for _, m := range moves {
		l.Add(tx.NewID(), int64(m.Account), m.DocType, m.Doc, m.Order, m.Shipped, m.Item, m.Credit, m.Cause)
	}
	tx.Put(`WITH {a: id BIGINT, acc BIGINT, dt TEXT, doc BIGINT, o BIGINT, s BIGINT, i BIGINT, c BIGINT, cause TEXT}
		INSERT INTO exposure_move(id, account_id, doc_type, doc_id, order_amt, shipped_amt, item_amt, credit_amt, cause, tx_id)
		SELECT a.id, a.acc, a.dt, a.doc, a.o, a.s, a.i, a.c, a.cause, $1 FROM a`, l, tx.ID())
}

// Add creates accounts; codes that exist stay. It gives the id per code.
func Add(tx *db.Tx, accounts []Account) (map[string]id.Credit, error) {
	l := db.NewList(len(accounts))
	codes := make([]string, 0, len(accounts))
	for _, a := range accounts {
		codes = append(codes, a.Code)
		l.Add(int64(a.ID), a.Code, string(a.Currency), a.Limit)
	}
	tx.Do(`WITH {a: id BIGINT, code TEXT, cur TEXT, lim BIGINT} INSERT INTO credit_account(id, code, currency, limit_amt, policy, version, tx_id)
		SELECT a.id, a.code, a.cur, a.lim, '{}', 1, $1 FROM a WHERE true ON CONFLICT (code) DO NOTHING`, l, tx.ID())
	out := map[string]id.Credit{}
	err := tx.Each(`WITH {a: code TEXT} SELECT c.code, c.id FROM a JOIN credit_account c ON c.code=a.code`, db.Texts(codes), nil, func(r *db.Rows) error {
		var c string
		var v id.Credit
		err := r.Scan(&c, (*int64)(&v))
		out[c] = v
		return err
	})
	return out, err
}

// SetLimits writes the limits of locked accounts.
func SetLimits(tx *db.Tx, list []Account) {
	if len(list) == 0 {
		return
	}
	l := db.NewList(len(list))
	for _, a := range list {
		l.Add(int64(a.ID), a.Limit, a.TempLimit, a.TempUntil)
	}
	tx.Want(len(list), `WITH {a: id BIGINT, lim BIGINT, temp BIGINT, until TEXT} UPDATE credit_account SET limit_amt=a.lim, temp_limit=a.temp, temp_until=a.until, version=version+1, tx_id=$1
		FROM a WHERE credit_account.id=a.id`, l, tx.ID())
}

// ByID reads accounts without locking them.
func ByID(q db.Querier, ids []id.Credit) (map[id.Credit]*Account, error) {
	out := map[id.Credit]*Account{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+columns+` FROM a JOIN credit_account c ON c.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		a, err := scan(r)
		out[a.ID] = a
		return err
	})
	return out, err
}
