package payment

import (
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// AddAccounts creates bank accounts; codes that exist stay.
func AddAccounts(tx *db.Tx, list []Account) (map[string]Account, error) {
	l := db.NewList(len(list))
	for _, a := range list {
		l.Add(int64(a.ID), a.Code, a.Name, a.IBAN, string(a.Currency))
	}
	tx.Touch()
	tx.Do(`WITH {a: id BIGINT, code TEXT, name TEXT, iban TEXT, cur TEXT} INSERT INTO bank_account(id, code, name, iban, currency, account, version, tx_id)
		SELECT a.id, a.code, a.name, a.iban, a.cur, '', 1, $1 FROM a WHERE true ON CONFLICT (code) DO NOTHING`, l, tx.ID())
	return Accounts(tx)
}

// ChangeAccounts writes name and IBAN of accounts.
func ChangeAccounts(tx *db.Tx, list []Account) {
	if len(list) == 0 {
		return
	}
	l := db.NewList(len(list))
	for _, a := range list {
		l.Add(int64(a.ID), a.Name, a.IBAN)
	}
	tx.Touch()
	tx.Want(len(list), `WITH {a: id BIGINT, name TEXT, iban TEXT} UPDATE bank_account SET name=a.name, iban=a.iban, version=version+1, tx_id=$1 FROM a WHERE bank_account.id=a.id`, l, tx.ID())
}

// Accounts reads all bank accounts by code.
func Accounts(q db.Querier) (map[string]Account, error) {
	out := map[string]Account{}
	err := q.Each(`SELECT id, code, name, iban, currency FROM bank_account ORDER BY code`, nil, nil, func(r *db.Rows) error {
		var a Account
		err := r.Scan((*int64)(&a.ID), &a.Code, &a.Name, &a.IBAN, (*string)(&a.Currency))
		out[a.Code] = a
		return err
	})
	return out, err
}

// AddStatements writes statements whose account and number are new and tells which went in.
func AddStatements(tx *db.Tx, list []*Statement) (map[id.Statement]bool, error) {
	sorted := append([]*Statement(nil), list...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if sorted[i].Account != sorted[j].Account {
			return sorted[i].Account < sorted[j].Account
		}
		return sorted[i].Number < sorted[j].Number
	})
	l := db.NewList(len(list))
	for _, s := range sorted {
		l.Add(int64(s.ID), int64(s.Account), s.Number, string(s.From), string(s.To), s.Opening, s.Closing)
	}
	out := map[id.Statement]bool{}
	err := tx.Each(`WITH {a: id BIGINT, acc BIGINT, n TEXT, f TEXT, t TEXT, o BIGINT, c BIGINT}
		INSERT INTO statement(id, account_id, number, from_on, to_on, opening, total, closing, decision, version, tx_id)
		SELECT a.id, a.acc, a.n, a.f, a.t, a.o, a.c-a.o, a.c, 'imported', 1, $1 FROM a WHERE true ON CONFLICT (account_id, number) DO NOTHING RETURNING statement.id`, l, []any{tx.ID()}, func(r *db.Rows) error {
		var s id.Statement
		err := r.Scan((*int64)(&s))
		out[s] = true
		return err
	})
	return out, err
}

// Known gives the statements that hold the accounts and numbers of others.
func Known(q db.Querier, list []*Statement) (map[*Statement]id.Statement, error) {
	type key struct {
		account int64
		number  string
	}
	at := map[key][]*Statement{}
	l := db.NewList(len(list))
	for _, s := range list {
		k := key{int64(s.Account), s.Number}
		if at[k] == nil {
			l.Add(k.account, k.number)
		}
		at[k] = append(at[k], s)
	}
	out := map[*Statement]id.Statement{}
	err := q.Each(`WITH {a: acc BIGINT, n TEXT} SELECT s.account_id, s.number, s.id FROM a JOIN statement s ON s.account_id=a.acc AND s.number=a.n`, l, nil, func(r *db.Rows) error {
		var k key
		var v id.Statement
		err := r.Scan(&k.account, &k.number, &v)
		for _, s := range at[k] {
			out[s] = v
		}
		return err
	})
	return out, err
}

// AddLines writes bank lines whose account and key are new and tells which went in.
func AddLines(tx *db.Tx, list []*Line) (map[id.BankLine]bool, error) {
	sorted := append([]*Line(nil), list...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if sorted[i].Account != sorted[j].Account {
			return sorted[i].Account < sorted[j].Account
		}
		return sorted[i].Key < sorted[j].Key
	})
	l := db.NewList(len(list))
	for _, b := range sorted {
		l.Add(int64(b.ID), int64(b.Account), int64(b.Statement), b.Key, b.Amount, b.Charge, string(b.Currency), string(b.BookedOn), string(b.ValueOn), b.PayerName, b.PayerAccount, b.Text, b.State)
	}
	out := make(map[id.BankLine]bool, len(list))
	err := tx.Each(`WITH {a: id BIGINT, acc BIGINT, st BIGINT, k TEXT, amt BIGINT, chg BIGINT, cur TEXT, b TEXT, v TEXT, pn TEXT, pa TEXT, t TEXT, state TEXT}
		INSERT INTO bank_line(id, account_id, statement_id, entry_key, amount, charge, currency, booked_on, value_on, payer_name, payer_account, text, state, reconciled_tx, tx_id)
		SELECT a.id, a.acc, a.st, a.k, a.amt, a.chg, a.cur, a.b, a.v, a.pn, a.pa, a.t, a.state, 0, $1 FROM a WHERE true
		ON CONFLICT (account_id, entry_key) DO NOTHING RETURNING bank_line.id`, l, []any{tx.ID()}, func(r *db.Rows) error {
		var b id.BankLine
		err := r.Scan((*int64)(&b))
		out[b] = true
		return err
	})
	return out, err
}

// AddReceipts writes receipts.
func AddReceipts(tx *db.Tx, list []*Receipt) {
	l := db.NewList(len(list))
	for _, x := range list {
		l.Add(int64(x.ID), int64(x.BankLine), int64(x.Customer), x.Amount, string(x.Currency), string(x.ReceivedOn))
	}
	tx.Put(`WITH {a: id BIGINT, bl BIGINT, cus BIGINT, amt BIGINT, cur TEXT, d TEXT} INSERT INTO receipt(id, bank_line_id, customer_id, amount, currency, received_on, version, tx_id)
		SELECT a.id, a.bl, a.cus, a.amt, a.cur, a.d, 1, $1 FROM a`, l, tx.ID())
}

// Receipts reads receipts, locking them when q is a Tx that will change them.
func Receipts(q db.Querier, ids []id.Receipt) (map[id.Receipt]*Receipt, error) {
	out := map[id.Receipt]*Receipt{}
	err := q.Each(`WITH {a: id BIGINT} SELECT x.id, x.bank_line_id, x.customer_id, x.amount, x.currency, x.received_on, x.bounced, x.version FROM a JOIN receipt x ON x.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		x := &Receipt{}
		err := r.Scan((*int64)(&x.ID), (*int64)(&x.BankLine), (*int64)(&x.Customer), &x.Amount, (*string)(&x.Currency), (*string)(&x.ReceivedOn), &x.Bounced, &x.Version)
		out[x.ID] = x
		return err
	})
	return out, err
}

// Bounce marks a receipt whose money went back.
func Bounce(tx *db.Tx, x *Receipt) {
	tx.Want(1, `UPDATE receipt SET bounced=1, version=version+1, tx_id=$3 WHERE id=$1 AND version=$2 AND bounced=0`, nil, int64(x.ID), x.Version, tx.ID())
}

// Lines reads bank lines.
func Lines(q db.Querier, ids []id.BankLine) (map[id.BankLine]*Line, error) {
	out := map[id.BankLine]*Line{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+lineColumns+` FROM a JOIN bank_line b ON b.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		b, err := scanLine(r)
		out[b.ID] = b
		return err
	})
	return out, err
}

const lineColumns = `b.id, b.account_id, b.statement_id, b.entry_key, b.amount, b.charge, b.currency, b.booked_on, b.value_on, b.payer_name, b.payer_account, b.text, b.state`

func scanLine(r *db.Rows) (*Line, error) {
	b := &Line{}
	err := r.Scan((*int64)(&b.ID), (*int64)(&b.Account), (*int64)(&b.Statement), &b.Key, &b.Amount, &b.Charge, (*string)(&b.Currency), (*string)(&b.BookedOn), (*string)(&b.ValueOn), &b.PayerName, &b.PayerAccount, &b.Text, &b.State)
	return b, err
}

// LockStatements locks statements in ascending order and reads them with their lines.
func LockStatements(q db.Querier, ids []id.Statement) (map[id.Statement]*Statement, map[id.Statement][]*Line, error) {
	sorted := append([]id.Statement(nil), ids...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	out, lines := map[id.Statement]*Statement{}, map[id.Statement][]*Line{}
	err := q.Each(`WITH {a: id BIGINT} SELECT s.id, s.account_id, s.number, s.from_on, s.to_on, s.opening, s.closing, s.decision, s.version FROM a JOIN statement s ON s.id=a.id ORDER BY s.id {lock s}`, db.Ints(sorted), nil, func(r *db.Rows) error {
		s := &Statement{}
		err := r.Scan((*int64)(&s.ID), (*int64)(&s.Account), &s.Number, (*string)(&s.From), (*string)(&s.To), &s.Opening, &s.Closing, &s.Decision, &s.Version)
		out[s.ID] = s
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT `+lineColumns+` FROM a JOIN bank_line b ON b.statement_id=a.id ORDER BY b.id`, db.Ints(sorted), nil, func(r *db.Rows) error {
		b, err := scanLine(r)
		lines[b.Statement] = append(lines[b.Statement], b)
		return err
	})
	return out, lines, err
}

// MoveLines brings bank lines to a state, from the one they were read in.
func MoveLines(tx *db.Tx, lines []*Line, to string) {
	l := db.NewList(len(lines))
	for _, b := range lines {
		l.Add(int64(b.ID), b.State)
		b.State = to
	}
	tx.Put(`WITH {a: id BIGINT, st TEXT} UPDATE bank_line SET state=$1, reconciled_tx=CASE WHEN $1='reconciled' THEN CAST($2 AS BIGINT) ELSE CAST(0 AS BIGINT) END, tx_id=$2 FROM a WHERE bank_line.id=a.id AND bank_line.state=a.st`, l, to, tx.ID())
}

// Reconcile ends statements.
func Reconcile(tx *db.Tx, list []*Statement) {
	l := db.NewList(len(list))
	for _, s := range list {
		l.Add(int64(s.ID), s.Version)
	}
	tx.Put(`WITH {a: id BIGINT, v BIGINT} UPDATE statement SET decision='reconciled', version=statement.version+1, tx_id=$1 FROM a WHERE statement.id=a.id AND statement.version=a.v`, l, tx.ID())
}

// AddRefund writes money sent back; its reference is unique.
func AddRefund(tx *db.Tx, x *Refund) error {
	n, err := tx.Exec(`INSERT INTO refund(id, item_id, customer_id, amount, currency, amount_fc, refunded_on, reference, tx_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (reference) DO NOTHING`, nil, int64(x.ID), int64(x.Item), int64(x.Customer), x.Amount, string(x.Currency), x.AmountFC, string(x.On), x.Reference, tx.ID())
	if err == nil && n == 0 {
		return ErrKnown.Because("a refund with the reference %q exists already", x.Reference)
	}
	return err
}

// OpenRefunds reads refunds that no bank line has confirmed yet.
func OpenRefunds(q db.Querier) ([]*Refund, error) {
	var out []*Refund
	err := q.Each(`SELECT id, item_id, customer_id, amount, currency, amount_fc, refunded_on, reference FROM refund WHERE bank_line_id=0 ORDER BY id`, nil, nil, func(r *db.Rows) error {
		x := &Refund{}
		err := r.Scan((*int64)(&x.ID), (*int64)(&x.Item), (*int64)(&x.Customer), &x.Amount, (*string)(&x.Currency), &x.AmountFC, (*string)(&x.On), &x.Reference)
		out = append(out, x)
		return err
	})
	return out, err
}

// ConfirmRefund ties a refund to the bank line that shows it.
func ConfirmRefund(tx *db.Tx, x *Refund, b id.BankLine) {
	tx.Want(1, `UPDATE refund SET bank_line_id=$2 WHERE id=$1 AND bank_line_id=0`, nil, int64(x.ID), int64(b))
}

// Texts gives what payers wrote with the money of receipts.
func Texts(q db.Querier, receipts []int64) (map[int64]string, error) {
	out := map[int64]string{}
	err := q.Each(`WITH {a: id BIGINT} SELECT x.id, b.text FROM a JOIN receipt x ON x.id=a.id JOIN bank_line b ON b.id=x.bank_line_id`, db.Ints(receipts), nil, func(r *db.Rows) error {
		var v int64
		var text string
		err := r.Scan(&v, &text)
		out[v] = text
		return err
	})
	return out, err
}

// LinesOf names the lines of statements.
func LinesOf(q db.Querier, ids []id.Statement) (map[id.Statement][]id.BankLine, error) {
	out := map[id.Statement][]id.BankLine{}
	err := q.Each(`WITH {a: id BIGINT} SELECT b.statement_id, b.id FROM a JOIN bank_line b ON b.statement_id=a.id ORDER BY b.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		var s id.Statement
		var b id.BankLine
		err := r.Scan((*int64)(&s), (*int64)(&b))
		out[s] = append(out[s], b)
		return err
	})
	return out, err
}

// ReceiptsOf gives the receipts that lines of statements became.
func ReceiptsOf(q db.Querier, ids []id.Statement) (map[id.Receipt]id.Statement, error) {
	out := map[id.Receipt]id.Statement{}
	err := q.Each(`WITH {a: id BIGINT} SELECT b.statement_id, x.id FROM a JOIN bank_line b ON b.statement_id=a.id JOIN receipt x ON x.bank_line_id=b.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		var s id.Statement
		var v id.Receipt
		err := r.Scan((*int64)(&s), (*int64)(&v))
		out[v] = s
		return err
	})
	return out, err
}

// LastClosing gives the balance with which the newest statement of an account ended.
func LastClosing(q db.Querier, account id.BankAccount) (int64, error) {
	var v int64
	_, err := q.One(`SELECT closing FROM statement WHERE account_id=$1 ORDER BY to_on DESC, id DESC LIMIT 1`, []any{int64(account)}, &v)
	return v, err
}
