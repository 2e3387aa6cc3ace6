// Package idem makes commands idempotent: a key stands in the table before the
// command's first effect and in the same transaction, so a twin waits for the
// first one's commit and then reads its answer.
package idem

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// ErrBody says that a key was used before with another request.
var ErrBody = fault.Rule{Kind: fault.Invalid, Code: "idempotency.other-body"}

// Key names one command of one client.
type Key struct {
	Client int64
	Key    string
	Body   string // hash of the request
}

// Claim inserts the keys and tells which are fresh; for the others it gives
// the stored answer or a fault. Empty keys are always fresh.
func Claim(tx *db.Tx, keys []Key) (fresh []bool, answers []string, faults []error, err error) {
	fresh, answers, faults = make([]bool, len(keys)), make([]string, len(keys)), make([]error, len(keys))
	type ck struct {
		client int64
		key    string
	}
	at := map[ck]int{}
	l := db.NewList(len(keys))
	for i, k := range keys {
		if k.Key == "" {
			fresh[i] = true
			continue
		}
		at[ck{k.Client, k.Key}] = i
		l.Add(k.Client, k.Key, k.Body)
	}
	if l.Len() == 0 {
		return
	}
	err = tx.Each(`WITH {a: client BIGINT, key TEXT, body TEXT}
		INSERT INTO idem(client_id, key, body_hash, status, answer, at)
		SELECT a.client, a.key, a.body, 0, '', $1 FROM a WHERE true ORDER BY a.client, a.key
		ON CONFLICT (client_id, key) DO NOTHING RETURNING client_id, idem.key`, l, []any{tx.Stamp()}, func(r *db.Rows) error {
		var c ck
		if err := r.Scan(&c.client, &c.key); err != nil {
			return err
		}
		fresh[at[c]] = true
		return nil
	})
	if err != nil {
		return
	}
	old := db.NewList(0)
	for i, k := range keys {
		if !fresh[i] {
			old.Add(k.Client, k.Key)
		}
	}
	err = tx.Each(`WITH {a: client BIGINT, key TEXT}
		SELECT i.client_id, i.key, i.body_hash, i.answer FROM a JOIN idem i ON i.client_id=a.client AND i.key=a.key`, old, nil, func(r *db.Rows) error {
		var c ck
		var body, answer string
		if err := r.Scan(&c.client, &c.key, &body, &answer); err != nil {
			return err
		}
		i := at[c]
		answers[i] = answer
		if body != keys[i].Body {
			faults[i] = otherBody(c.key)
		}
		return nil
	})
	return
}

// Look gives the stored answer of a key, "" when it was never used.
func Look(q db.Querier, k Key) (answer string, err error) {
	var body string
	ok, err := q.One(`SELECT body_hash, answer FROM idem WHERE client_id=$1 AND key=$2`, []any{k.Client, k.Key}, &body, &answer)
	if err == nil && ok && body != k.Body {
		err = otherBody(k.Key)
	}
	return answer, err
}

func otherBody(key string) error {
	return ErrBody.Because("the idempotency key %q was used before with another request; use a new key for a new request", key)
}

// Answer stores what the command answered, for its twins.
func Answer(tx *db.Tx, keys []Key, answers []string) {
	l := db.NewList(len(keys))
	for i, k := range keys {
		if k.Key != "" {
			l.Add(k.Client, k.Key, answers[i])
		}
	}
	if l.Len() > 0 {
		tx.Put(`WITH {a: client BIGINT, key TEXT, answer TEXT}
			UPDATE idem SET status=1, answer=a.answer FROM a WHERE idem.client_id=a.client AND idem.key=a.key`, l)
	}
}

// Forget takes a claim back, so that the key can be tried again.
func Forget(tx *db.Tx, k Key) {
	tx.Do(`DELETE FROM idem WHERE client_id=$1 AND key=$2 AND status=0`, nil, k.Client, k.Key)
}

// Prune forgets keys older than the instant (µs), 30 days by habit.
func Prune(tx *db.Tx, before int64) { tx.Do(`DELETE FROM idem WHERE at < $1`, nil, before) }
