package access

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// User finds or creates a user by name.
func User(tx *db.Tx, name, kind string) (id.User, error) {
	tx.Do(`INSERT INTO app_user(id, name, kind, tx_id) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING`, nil, tx.NewID(), name, kind, tx.ID())
	var u id.User
	_, err := tx.One(`SELECT id FROM app_user WHERE name=$1`, []any{name}, (*int64)(&u))
	return u, err
}

// Grant stores a token for a user.
func Grant(tx *db.Tx, user id.User, token, scope, label string) id.Token {
	t := id.Token(tx.NewID())
	tx.Want(1, `INSERT INTO token(id, user_id, hash, scope, label, created_at, tx_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`, nil,
		int64(t), int64(user), hash(token), scope, label, tx.Stamp(), tx.ID())
	return t
}

// Revoke ends a token.
func Revoke(tx *db.Tx, t id.Token) error {
	n, err := tx.Exec(`UPDATE token SET revoked_at=$2 WHERE id=$1 AND revoked_at=0`, nil, int64(t), tx.Stamp())
	if err == nil && n == 0 {
		return ErrToken.Because("there is no valid token %s", t)
	}
	return err
}

// Find gives the caller behind a token's text.
func Find(q db.Querier, token string) (Caller, error) {
	var c Caller
	ok, err := q.One(`SELECT t.id, t.user_id, u.name, t.scope FROM token t JOIN app_user u ON u.id=t.user_id WHERE t.hash=$1 AND t.revoked_at=0`, []any{hash(token)},
		(*int64)(&c.Token), (*int64)(&c.User), &c.Name, &c.Scope)
	if err == nil && !ok {
		return c, ErrToken.Because("this token is not known or was revoked; make one with `kontor user token`")
	}
	return c, err
}

// Listed is a token as an admin sees it.
type Listed struct {
	Token     id.Token `json:"id"`
	User      string   `json:"user"`
	Scope     string   `json:"scope"`
	Label     string   `json:"label"`
	CreatedAt int64    `json:"created_at" doc:"microseconds since 1970"`
	RevokedAt int64    `json:"revoked_at,omitempty"`
}

// List reads all tokens.
func List(q db.Querier) ([]Listed, error) {
	var out []Listed
	err := q.Each(`SELECT t.id, u.name, t.scope, t.label, t.created_at, t.revoked_at FROM token t JOIN app_user u ON u.id=t.user_id ORDER BY t.id`, nil, nil, func(r *db.Rows) error {
		var l Listed
		err := r.Scan((*int64)(&l.Token), &l.User, &l.Scope, &l.Label, &l.CreatedAt, &l.RevokedAt)
		out = append(out, l)
		return err
	})
	return out, err
}
