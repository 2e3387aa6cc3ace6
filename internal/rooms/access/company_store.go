package access

import (
	"strings"

	"kontor/internal/tools/db"
)

// Claim is what the company's own sign-in says of somebody (OpenID Connect).
type Claim struct {
	Issuer, Subject string
	Email           string
	Verified        bool // the issuer vouches for the address
}

// ByCompany opens a session for whom the company's sign-in knows. The first time
// an invited person is found by his address, later by the subject alone.
func ByCompany(tx *db.Tx, c Claim, agent string) (secret string, err error) {
	user, err := linkedTo(tx, c)
	if err == nil && user == 0 {
		user, err = link(tx, c)
	}
	if err != nil {
		return "", err
	}
	return SignIn(tx, user, agent)
}

func linkedTo(q db.Querier, c Claim) (user int64, err error) {
	_, err = q.One(`SELECT u.id FROM company_identity i JOIN app_user u ON u.id=i.user_id WHERE i.issuer=$1 AND i.subject=$2 AND u.closed_at=0`, []any{c.Issuer, c.Subject}, &user)
	return user, err
}

func link(tx *db.Tx, c Claim) (int64, error) {
	email := strings.ToLower(strings.TrimSpace(c.Email))
	if email == "" || !c.Verified {
		return 0, ErrCompany.Because("the company sign-in does not say which e-mail address is yours and confirmed: ask who runs it to confirm the address, or sign in with your password")
	}
	n, err := tx.Exec(`INSERT INTO company_identity(issuer, subject, user_id, made_at, tx_id) SELECT $1, $2, u.id, $4, $5 FROM app_user u WHERE u.email=$3 AND u.email<>'' AND u.closed_at=0
		ON CONFLICT DO NOTHING`, nil, c.Issuer, c.Subject, email, tx.Stamp(), tx.ID())
	if err != nil {
		return 0, err
	}
	user, err := linkedTo(tx, c) // also when two came at the same moment
	if err != nil {
		return 0, err
	}
	if user == 0 {
		return 0, notLinked(tx, email)
	}
	if n == 0 {
		return user, nil
	}
	return user, told(tx, user, "company.linked")
}

func notLinked(q db.Querier, email string) error {
	var name string
	ok, err := q.One(`SELECT name FROM app_user WHERE email=$1 AND email<>'' AND closed_at=0`, []any{email}, &name)
	if err != nil {
		return err
	}
	if ok {
		return ErrCompany.Because("the address %s is tied to another account of the company sign-in: ask an admin to untie it", email)
	}
	return ErrCompany.Because("the address %s was not invited here: ask an admin of this company to invite it, then come again", email)
}

// CompanySince tells since when a person is tied to the company's sign-in, in
// microseconds since 1970; 0 = not.
func CompanySince(q db.Querier, user int64) (at int64, err error) {
	_, err = q.One(`SELECT COALESCE(MAX(made_at), 0) FROM company_identity WHERE user_id=$1`, []any{user}, &at)
	return at, err
}

// Untie ends what ties a person to the company's sign-in, and his sessions.
func Untie(tx *db.Tx, user int64) error {
	n, err := tx.Exec(`DELETE FROM company_identity WHERE user_id=$1`, nil, user)
	if err == nil && n == 0 {
		err = ErrFactor.Because("the company sign-in is not tied to this person: there is nothing to untie")
	}
	if err != nil {
		return err
	}
	endOthers(tx, user, 0)
	return told(tx, user, "company.untied")
}
