package approval

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Limits reads what the company has set in place of the house's limits.
func Limits(q db.Querier) ([]Limit, error) {
	var out []Limit
	err := q.Each(`SELECT role, kind, alone, grants FROM authority ORDER BY role, kind`, nil, nil, func(r *db.Rows) error {
		var l Limit
		err := r.Scan(&l.Role, &l.Kind, &l.Alone, &l.Grants)
		out = append(out, l)
		return err
	})
	return out, err
}

// SetLimit sets a limit of a role.
func SetLimit(tx *db.Tx, l Limit) {
	tx.Do(`INSERT INTO authority(role, kind, alone, grants, tx_id) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (role, kind) DO UPDATE SET alone=$3, grants=$4, tx_id=$5`, nil, l.Role, l.Kind, l.Alone, l.Grants, tx.ID())
}

// Add writes requests; of two about one thing the first stays. It tells which
// were written.
func Add(tx *db.Tx, list []*Request) (map[id.Approval]bool, error) {
	l := db.NewList(len(list))
	for _, r := range list {
		l.Add(int64(r.ID), r.Kind, r.SubjectType, r.Subject, r.Amount, r.Command, r.Sentence, r.Reason)
	}
	out := map[id.Approval]bool{}
	err := tx.Each(`WITH {a: id BIGINT, kind TEXT, st TEXT, sid BIGINT, amt BIGINT, cmd TEXT, sentence TEXT, reason TEXT}
		INSERT INTO approval(id, kind, subject_type, subject_id, amount, command, sentence, reason, asked_by, asked_at, decision, tx_id)
		SELECT a.id, a.kind, a.st, a.sid, a.amt, a.cmd, a.sentence, a.reason, $1, $2, 'open', $3 FROM a WHERE true
		ON CONFLICT (subject_id, kind) WHERE decision='open' DO NOTHING RETURNING approval.id`, l, []any{tx.Who().ID, tx.Stamp(), tx.ID()}, func(r *db.Rows) error {
		var v id.Approval
		err := r.Scan((*int64)(&v))
		out[v] = true
		return err
	})
	return out, err
}

// Lock locks requests in ascending order and reads them.
func Lock(tx *db.Tx, ids []id.Approval) (map[id.Approval]*Request, error) {
	out := map[id.Approval]*Request{}
	err := tx.Each(`WITH {a: id BIGINT} SELECT p.id, p.kind, p.subject_type, p.subject_id, p.amount, p.command, p.sentence, p.reason, p.asked_by, p.decision, p.decided_by, p.answer
		FROM a JOIN approval p ON p.id=a.id ORDER BY p.id {lock p}`, db.Ints(ids), nil, func(r *db.Rows) error {
		x := &Request{}
		err := r.Scan((*int64)(&x.ID), &x.Kind, &x.SubjectType, &x.Subject, &x.Amount, &x.Command, &x.Sentence, &x.Reason, &x.AskedBy, &x.Decision, &x.DecidedBy, &x.Answer)
		out[x.ID] = x
		return err
	})
	return out, err
}

// Close writes decisions; each must still be open, and a granted or denied one
// must come from another than who asked (a CHECK of the table besides).
func Close(tx *db.Tx, list []*Request) {
	if len(list) == 0 {
		return
	}
	l := db.NewList(len(list))
	for _, r := range list {
		l.Add(int64(r.ID), r.Decision, r.Answer)
	}
	tx.Want(len(list), `WITH {a: id BIGINT, decision TEXT, answer TEXT} UPDATE approval SET decision=a.decision, decided_by=$1, decided_at=$2, answer=a.answer, tx_id=$3
		FROM a WHERE approval.id=a.id AND approval.decision='open' AND (a.decision='withdrawn')=(approval.asked_by=$1)`, l, tx.Who().ID, tx.Stamp(), tx.ID())
}

// Used locks what was done alone of customers in a month, and tells how much that is.
func Used(tx *db.Tx, kind, month string, customers []id.Customer) (map[id.Customer]int64, error) {
	out := map[id.Customer]int64{}
	err := tx.Each(`WITH {a: cus BIGINT} INSERT INTO authority_use(kind, customer_id, month, amount, tx_id) SELECT $1, a.cus, $2, 0, $3 FROM a WHERE true ORDER BY a.cus
		ON CONFLICT (kind, customer_id, month) DO UPDATE SET tx_id=$3 RETURNING authority_use.customer_id, authority_use.amount`, db.Ints(customers), []any{kind, month, tx.ID()}, func(r *db.Rows) error {
		var c id.Customer
		var amount int64
		err := r.Scan((*int64)(&c), &amount)
		out[c] = amount
		return err
	})
	return out, err
}

// Use counts what is done alone per customer and month; none may pass the cap.
func Use(tx *db.Tx, kind, month string, upTo int64, sums map[id.Customer]int64) {
	if len(sums) == 0 {
		return
	}
	l := db.NewList(len(sums))
	for c, amount := range sums {
		l.Add(int64(c), amount)
	}
	tx.Want(len(sums), `WITH {a: cus BIGINT, amt BIGINT} UPDATE authority_use SET amount=authority_use.amount+a.amt, tx_id=$3
		FROM a WHERE authority_use.kind=$1 AND authority_use.customer_id=a.cus AND authority_use.month=$2 AND authority_use.amount+a.amt<=$4`, l, kind, month, tx.ID(), upTo)
}
