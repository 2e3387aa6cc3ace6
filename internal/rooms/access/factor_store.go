package access

import (
	"strings"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// Factor is what asks a person for a code besides the password.
type Factor struct {
	On     bool
	Since  int64  // microseconds since 1970; 0 = off
	Secret string // for the app, in base32, while the first code is waited for; "" else
	Left   int64  // recovery codes that were not used
}

// FactorOf reads how a person's second step stands.
func FactorOf(q db.Querier, user int64) (Factor, error) {
	var f Factor
	_, err := q.One(`SELECT t.since, CASE WHEN t.since=0 THEN t.secret ELSE '' END, (SELECT COUNT(*) FROM recovery_code r WHERE r.user_id=t.user_id AND r.used_at=0) FROM totp t WHERE t.user_id=$1`,
		[]any{user}, &f.Since, &f.Secret, &f.Left)
	f.On = f.Since > 0
	return f, err
}

// StartFactor makes the secret for an app; it counts for nothing until a first
// code shows that the app has it.
func StartFactor(tx *db.Tx, user int64) error {
	n, err := tx.Exec(`INSERT INTO totp(user_id, secret, tx_id) SELECT p.user_id, $2, $3 FROM password p WHERE p.user_id=$1 AND p.hash<>''
		ON CONFLICT (user_id) DO UPDATE SET secret=$2, tx_id=$3 WHERE totp.since=0`, nil, user, randomLetters(secretBytes), tx.ID())
	if err == nil && n == 0 {
		err = ErrFactor.Because("no app can be set up: either one asks you for codes already, or you have no password, behind which the code is asked for. Set a password first")
	}
	return err
}

// ConfirmFactor turns the second step on by the first code of the app, ends the
// person's other sessions, and gives the recovery codes, which are shown once.
func ConfirmFactor(tx *db.Tx, user, session int64, code string) ([]string, error) {
	f, err := FactorOf(tx, user)
	if err != nil {
		return nil, err
	}
	step := stepOf(f.Secret, typed(code), tx.Now())
	if f.Secret != "" && step == 0 {
		return nil, ErrCode.Because("this code does not fit: type the one that the app shows now. If none fits, the clock of the phone is wrong").At("code")
	}
	n, err := tx.Exec(`UPDATE totp SET since=$3, step=$4, tx_id=$5 WHERE user_id=$1 AND secret=$2 AND since=0`, nil, user, f.Secret, tx.Stamp(), step, tx.ID())
	if err == nil && n == 0 {
		err = ErrFactor.Because("nothing waits for a code here: the app was set up already, or somewhere else at this moment. Look at your account again")
	}
	if err != nil {
		return nil, err
	}
	endOthers(tx, user, session)
	return recoveryCodes(tx, user), told(tx, user, "factor.added")
}

// NewRecoveryCodes puts new ones in the place of those that there were.
func NewRecoveryCodes(tx *db.Tx, user int64) ([]string, error) {
	n, err := tx.Exec(`UPDATE totp SET tx_id=$2 WHERE user_id=$1 AND since>0`, nil, user, tx.ID())
	if err == nil && n == 0 {
		err = ErrFactor.Because("no app asks you for codes: set one up, then you get recovery codes")
	}
	if err != nil {
		return nil, err
	}
	return recoveryCodes(tx, user), told(tx, user, "recovery.renewed")
}

func recoveryCodes(tx *db.Tx, user int64) []string {
	codes := newRecovery()
	rows := db.NewList(len(codes))
	for _, c := range codes {
		rows.Add(digest(typed(c)))
	}
	tx.Do(`DELETE FROM recovery_code WHERE user_id=$1`, nil, user)
	tx.Put(`WITH {a: hash TEXT} INSERT INTO recovery_code(user_id, hash, tx_id) SELECT $1, a.hash, $2 FROM a`, rows, user, tx.ID())
	return codes
}

// EndFactor takes the second step away, with its recovery codes, and ends the
// person's sessions but for one; 0 ends all.
func EndFactor(tx *db.Tx, user, session int64) error {
	n, err := tx.Exec(`DELETE FROM totp WHERE user_id=$1`, nil, user)
	if err == nil && n == 0 {
		err = ErrFactor.Because("no app asks for codes: there is nothing to take away")
	}
	if err != nil {
		return err
	}
	tx.Do(`DELETE FROM recovery_code WHERE user_id=$1`, nil, user)
	endOthers(tx, user, session)
	return told(tx, user, "factor.taken")
}

// Forget takes all away that a person lost with a device – app, recovery codes,
// passkeys – and ends his sessions.
func Forget(tx *db.Tx, email string) error {
	var user int64
	ok, err := tx.One(`SELECT id FROM app_user WHERE email=$1 AND email<>'' AND closed_at=0`, []any{strings.ToLower(strings.TrimSpace(email))}, &user)
	if err == nil && !ok {
		err = ErrUser.Because("nobody here has the e-mail address %q", email)
	}
	if err != nil {
		return err
	}
	nothing := 0
	for _, err := range []error{EndFactor(tx, user, 0), RemovePasskeys(tx, user, 0, 0)} {
		switch f, ok := fault.Of(err); {
		case ok && (f.Code == ErrFactor.Code || f.Code == ErrPasskey.Code):
			nothing++
		case err != nil:
			return err
		}
	}
	if nothing == 2 {
		return ErrFactor.Because("%s has neither an app nor a passkey: there is nothing to take away", email)
	}
	return nil
}

// CheckCode takes a code of the app, each once, or a recovery code. It counts
// the try before it looks, so that of many who guess at a time only so many are
// heard. When refused is not nil, commit: the count must stay.
func CheckCode(tx *db.Tx, user int64, code string) (refused *fault.Fault, err error) {
	n, err := tx.Exec(countTry+` AND locked_until<=$4`, nil, user, tries, tx.Now().Add(pause).UnixMicro(), tx.Stamp())
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return ErrLocked.Because("there were %d wrong passwords or codes: try again in %d minutes, or ask an admin to take your second step away", tries, pause/time.Minute).At("code"), nil
	}
	ok, err := useCode(tx, user, typed(code))
	if err != nil {
		return nil, err
	}
	if !ok {
		return ErrCode.Because("this code does not fit, or was used already: wait for the next one of your app, or type a recovery code. If none fits, the clock of the phone is wrong").At("code"), nil
	}
	tx.Do(`UPDATE password SET failed=0, locked_until=0 WHERE user_id=$1`, nil, user)
	return nil, nil
}

// countTry counts a wrong password or code of $1; at $2 of them the person waits until $3.
const countTry = `UPDATE password SET failed=CASE WHEN failed+1>=$2 THEN 0 ELSE failed+1 END, locked_until=CASE WHEN failed+1>=$2 THEN $3 ELSE locked_until END WHERE user_id=$1`

func useCode(tx *db.Tx, user int64, code string) (bool, error) {
	var secret string
	if _, err := tx.One(`SELECT secret FROM totp WHERE user_id=$1 AND since>0`, []any{user}, &secret); err != nil {
		return false, err
	}
	if step := stepOf(secret, code, tx.Now()); step > 0 {
		n, err := tx.Exec(`UPDATE totp SET step=$2, tx_id=$3 WHERE user_id=$1 AND since>0 AND step<$2`, nil, user, step, tx.ID())
		return n == 1, err
	}
	n, err := tx.Exec(`UPDATE recovery_code SET used_at=$3, tx_id=$4 WHERE user_id=$1 AND hash=$2 AND used_at=0`, nil, user, digest(code), tx.Stamp(), tx.ID())
	if err == nil && n == 1 {
		err = told(tx, user, "recovery.used")
	}
	return n == 1, err
}
