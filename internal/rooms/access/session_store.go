package access

import (
	"strings"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
)

const (
	// Stay is how long a session lasts, idle how long without a visit.
	Stay = 30 * 24 * time.Hour
	idle = 14 * 24 * time.Hour
	// fresh is how exact the last visit of a session is kept.
	fresh = 5 * time.Minute
)

// SignIn opens a session and gives its secret.
func SignIn(tx *db.Tx, user int64, agent string) (secret string, err error) {
	secret = NewSecret()
	if len(agent) > 200 {
		agent = agent[:200]
	}
	now := tx.Stamp()
	tx.Want(1, `INSERT INTO session(id, user_id, hash, agent, made_at, seen_at, until, tx_id) VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`, nil,
		tx.NewID(), user, digest(secret), strings.ToValidUTF8(agent, ""), now, tx.Now().Add(Stay).UnixMicro(), tx.ID())
	return secret, event.Record(tx, event.Event{Type: "user.signed_in", Subject: event.About("user", user)})
}

// SignOut ends one session, which is the person's own.
func SignOut(tx *db.Tx, user, session int64) {
	tx.Do(`UPDATE session SET ended_at=$3, tx_id=$4 WHERE id=$1 AND user_id=$2 AND ended_at=0`, nil, session, user, tx.Stamp(), tx.ID())
}

// EndSessions ends where a person is signed in, but for one session; 0 ends all.
func EndSessions(tx *db.Tx, user, session int64) error {
	endOthers(tx, user, session)
	return told(tx, user, "sessions.ended")
}

// Known gives the person behind a session's secret, nil when there is none. Seen
// tells that the session's last visit should be written down.
func Known(q db.Querier, secret string, now time.Time) (p *Person, seen bool, err error) {
	p = &Person{}
	var at int64
	ok, err := q.One(`SELECT s.id, u.id, u.name, u.email, s.seen_at FROM session s JOIN app_user u ON u.id=s.user_id
		WHERE s.hash=$1 AND s.ended_at=0 AND s.until>$2 AND s.seen_at>$3 AND u.closed_at=0`, []any{digest(secret), now.UnixMicro(), now.Add(-idle).UnixMicro()},
		&p.Session, &p.User, &p.Name, &p.Email, &at)
	if err != nil || !ok {
		return nil, false, err
	}
	has := map[string]bool{}
	err = q.Each(`SELECT role FROM role_grant WHERE user_id=$1`, nil, []any{p.User}, func(r *db.Rows) error {
		var code string
		err := r.Scan(&code)
		has[code] = true
		return err
	})
	for _, r := range Roles {
		if has[r.Code] {
			p.Roles = append(p.Roles, r)
		}
	}
	return p, now.Sub(time.UnixMicro(at)) > fresh, err
}

// See writes down that a session was used.
func See(tx *db.Tx, session int64) {
	tx.Do(`UPDATE session SET seen_at=$2 WHERE id=$1 AND seen_at<$2`, nil, session, tx.Stamp())
}

// Purposes of links.
const (
	ForStart  = "start" // the first person of a new company
	ForInvite = "invite"
	ForReset  = "reset"
	ForDemo   = "demo" // of the sample company: may be used again
)

// Link makes a link that signs a person in, and gives its secret.
func Link(tx *db.Tx, user int64, purpose string, lasts time.Duration) string {
	secret := NewSecret()
	tx.Want(1, `INSERT INTO entry_link(id, user_id, hash, purpose, until, tx_id) VALUES ($1, $2, $3, $4, $5, $6)`, nil,
		tx.NewID(), user, digest(secret), purpose, tx.Now().Add(lasts).UnixMicro(), tx.ID())
	return secret
}

// UseLink lets in by a link's secret; all but those of the demo work once. One
// for a forgotten password takes that away, so that a new one can be set; a
// code is asked for all the same.
func UseLink(tx *db.Tx, link, agent string) (Entry, error) {
	var user int64
	var purpose string
	ok, err := tx.One(`UPDATE entry_link SET used_at=$2, tx_id=$3 WHERE hash=$1 AND until>$2 AND (used_at=0 OR purpose='demo') RETURNING user_id, purpose`, []any{digest(link), tx.Stamp(), tx.ID()}, &user, &purpose)
	if err != nil {
		return Entry{}, err
	}
	if !ok {
		return Entry{}, ErrLink.Because("this link was used already or is too old: ask an admin for a new one")
	}
	if purpose == ForReset { // the row stays: wrong codes are counted there
		tx.Do(`UPDATE password SET hash='', tx_id=$2 WHERE user_id=$1`, nil, user, tx.ID())
	}
	return LetIn(tx, user, agent, "/")
}

// SessionView is a place where a person is signed in.
type SessionView struct {
	ID             int64
	Agent          string
	MadeAt, SeenAt int64 // microseconds since 1970
}

// Sessions lists where a person is signed in, the newest first.
func Sessions(q db.Querier, user int64, now time.Time) ([]SessionView, error) {
	var out []SessionView
	err := q.Each(`SELECT id, agent, made_at, seen_at FROM session WHERE user_id=$1 AND ended_at=0 AND until>$2 AND seen_at>$3 ORDER BY id DESC`, nil,
		[]any{user, now.UnixMicro(), now.Add(-idle).UnixMicro()}, func(r *db.Rows) error {
			var s SessionView
			err := r.Scan(&s.ID, &s.Agent, &s.MadeAt, &s.SeenAt)
			out = append(out, s)
			return err
		})
	return out, err
}
