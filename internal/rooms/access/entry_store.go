package access

import (
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// Purposes of questions that wait for an answer.
const (
	ForCode       = "code"        // of the app, behind a password or a link
	ForPasskey    = "passkey"     // a challenge for signing in
	ForNewPasskey = "new-passkey" // a challenge for adding one
	ForCompany    = "company"     // the way back from the company's sign-in
)

// waits is how long a question waits for its answer.
const waits = 5 * time.Minute

// Ask keeps a question on this side and gives the secret that answers to it.
// What nobody answered in time goes.
func Ask(tx *db.Tx, purpose string, user int64, body string) (secret string) {
	secret = NewSecret()
	tx.Do(`DELETE FROM entry_question WHERE until<=$1`, nil, tx.Stamp())
	tx.Want(1, `INSERT INTO entry_question(hash, purpose, user_id, body, until, tx_id) VALUES ($1, $2, $3, $4, $5, $6)`, nil,
		digest(secret), purpose, user, body, tx.Now().Add(waits).UnixMicro(), tx.ID())
	return secret
}

// Asked tells whether a question waits still, for whom, and what it holds.
func Asked(q db.Querier, purpose, secret string) (user int64, body string, err error) {
	ok, err := q.One(`SELECT user_id, body FROM entry_question WHERE hash=$1 AND purpose=$2 AND until>$3`, []any{digest(secret), purpose, q.Now().UnixMicro()}, &user, &body)
	return user, body, late(ok, err)
}

// Answer takes a question away: it is answered once.
func Answer(tx *db.Tx, purpose, secret string) (user int64, body string, err error) {
	ok, err := tx.One(`DELETE FROM entry_question WHERE hash=$1 AND purpose=$2 AND until>$3 RETURNING user_id, body`, []any{digest(secret), purpose, tx.Stamp()}, &user, &body)
	return user, body, late(ok, err)
}

func late(ok bool, err error) error {
	if err == nil && !ok {
		err = ErrQuestion.Because("this took longer than %d minutes, or was answered already: begin again", waits/time.Minute)
	}
	return err
}

// Entry is what somebody has who proved the first thing: a session, or a
// question for a code.
type Entry struct {
	Secret string
	Code   bool   // a code is asked for, and Secret answers to that question
	Next   string // where to go on
}

// LetIn opens a session for who gave a password or used a link, or asks for the
// code where the person has an app.
func LetIn(tx *db.Tx, user int64, agent, next string) (Entry, error) {
	f, err := FactorOf(tx, user)
	if err != nil {
		return Entry{}, err
	}
	if f.On {
		return Entry{Ask(tx, ForCode, user, next), true, next}, nil
	}
	secret, err := SignIn(tx, user, agent)
	return Entry{secret, false, next}, err
}

// EnterCode answers the question for a code and opens the session. When refused
// is not nil, commit: the try is counted, and the question waits on.
func EnterCode(tx *db.Tx, question, code, agent string) (e Entry, refused *fault.Fault, err error) {
	user, _, err := Asked(tx, ForCode, question)
	if err != nil {
		return e, nil, err
	}
	if refused, err = CheckCode(tx, user, code); err != nil || refused != nil {
		return e, refused, err
	}
	if _, e.Next, err = Answer(tx, ForCode, question); err != nil {
		return e, nil, err
	}
	e.Secret, err = SignIn(tx, user, agent)
	return e, nil, err
}
