package access

import (
	"strings"

	"kontor/internal/tools/db"
)

// Passkey is a key pair whose public half is kept here.
type Passkey struct {
	ID             int64
	Credential     string // its id, in base64url
	Name           string // what the person calls it
	Record         string // the credential record of WebAuthn, as JSON
	MadeAt, UsedAt int64  // microseconds since 1970; 0 = never
}

// Passkeys lists those of a person, the oldest first.
func Passkeys(q db.Querier, user int64) ([]Passkey, error) {
	var out []Passkey
	err := q.Each(`SELECT id, credential, name, record, made_at, used_at FROM passkey WHERE user_id=$1 ORDER BY id`, nil, []any{user}, func(r *db.Rows) error {
		var p Passkey
		err := r.Scan(&p.ID, &p.Credential, &p.Name, &p.Record, &p.MadeAt, &p.UsedAt)
		out = append(out, p)
		return err
	})
	return out, err
}

// AddPasskey keeps a passkey under a name, "Passkey" when it has none.
func AddPasskey(tx *db.Tx, user int64, p Passkey, counter uint32) error {
	if p.Name = strings.TrimSpace(p.Name); p.Name == "" {
		p.Name = "Passkey"
	}
	if r := []rune(p.Name); len(r) > 60 {
		p.Name = string(r[:60])
	}
	n, err := tx.Exec(`INSERT INTO passkey(id, user_id, credential, name, record, counter, made_at, tx_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (credential) DO NOTHING`, nil,
		tx.NewID(), user, p.Credential, p.Name, p.Record, int64(counter), tx.Stamp(), tx.ID())
	if err == nil && n == 0 {
		err = ErrPasskey.Because("this passkey is kept already: use it, or add one on another device")
	}
	if err != nil {
		return err
	}
	return told(tx, user, "passkey.added")
}

// RemovePasskeys takes one passkey of a person away, all when id is 0, and ends
// the sessions but for one; 0 ends all.
func RemovePasskeys(tx *db.Tx, user, session, id int64) error {
	n, err := tx.Exec(`DELETE FROM passkey WHERE user_id=$1 AND (id=$2 OR $2=0)`, nil, user, id)
	if err == nil && n == 0 {
		err = ErrPasskey.Because("there is no such passkey: it was taken away already")
	}
	if err != nil {
		return err
	}
	endOthers(tx, user, session)
	return told(tx, user, "passkey.taken")
}

// PasskeyOwner finds the person of a credential.
func PasskeyOwner(q db.Querier, credential string) (p Person, k Passkey, err error) {
	ok, err := q.One(`SELECT u.id, u.name, u.email, k.id, k.credential, k.name, k.record FROM passkey k JOIN app_user u ON u.id=k.user_id WHERE k.credential=$1 AND u.closed_at=0`,
		[]any{credential}, &p.User, &p.Name, &p.Email, &k.ID, &k.Credential, &k.Name, &k.Record)
	if err == nil && !ok {
		err = ErrPasskey.Because("this passkey is not known here: it was taken away, or belongs to another company. Sign in with your password, then add it again on your account")
	}
	return p, k, err
}

// UsePasskey opens a session by a passkey whose signature fits. Its counter must
// have grown, unless it has none: else there are two of the key (WebAuthn, 6.1.1).
func UsePasskey(tx *db.Tx, p Passkey, counter uint32, agent string) (secret string, err error) {
	var user int64
	ok, err := tx.One(`UPDATE passkey SET record=$2, counter=$3, used_at=$4, tx_id=$5 WHERE id=$1 AND (counter<$3 OR counter=0 AND $3=0)
		AND EXISTS (SELECT 1 FROM app_user u WHERE u.id=passkey.user_id AND u.closed_at=0) RETURNING user_id`,
		[]any{p.ID, p.Record, int64(counter), tx.Stamp(), tx.ID()}, &user)
	if err == nil && !ok {
		err = ErrPasskey.Because("this passkey cannot be trusted any more: a copy of it was used. Sign in with your password, take the passkey away and add a new one")
	}
	if err != nil {
		return "", err
	}
	return SignIn(tx, user, agent)
}
