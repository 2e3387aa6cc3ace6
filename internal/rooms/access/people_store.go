package access

import (
	"slices"
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

	tries = 10 // wrong passwords before a pause
	pause = 15 * time.Minute
)

// Invite finds or creates a person by e-mail and gives the roles.
func Invite(tx *db.Tx, name, email string, roles ...string) (user int64, err error) {
	email = strings.ToLower(strings.TrimSpace(email))
	ok, err := tx.One(`SELECT id FROM app_user WHERE email=$1 AND email<>''`, []any{email}, &user)
	if err != nil {
		return 0, err
	}
	if !ok {
		u, err := User(tx, name, "person")
		if err != nil {
			return 0, err
		}
		user = int64(u)
		n, err := tx.Exec(`UPDATE app_user SET email=$2 WHERE id=$1 AND email=''`, nil, user, email)
		if err == nil && n == 0 { // somebody else has this name, and keeps his address
			err = ErrName.Because("%s is the name of somebody with another e-mail address: add something that tells the two apart", name).At("name")
		}
		if err != nil {
			return 0, err
		}
	}
	return user, Give(tx, user, roles...)
}

// Give grants roles; one that the person has already stays.
func Give(tx *db.Tx, user int64, roles ...string) error {
	return noted(tx, user, "role.granted", `WITH {a: role TEXT} INSERT INTO role_grant(user_id, role, tx_id) SELECT $1, a.role, $2 FROM a WHERE true
		ON CONFLICT (user_id, role) DO NOTHING RETURNING role_grant.role`, roles, user, tx.ID())
}

// Take ends roles of a person.
func Take(tx *db.Tx, user int64, roles ...string) error {
	return noted(tx, user, "role.taken", `WITH {a: role TEXT} DELETE FROM role_grant WHERE user_id=$1 AND role IN (SELECT a.role FROM a) RETURNING role_grant.role`, roles, user)
}

// noted runs a statement over roles and records an event for each that changed.
func noted(tx *db.Tx, user int64, what, sql string, roles []string, args ...any) error {
	if len(roles) == 0 {
		return nil
	}
	var events []event.Event
	err := tx.Each(sql, db.Texts(slices.Compact(slices.Sorted(slices.Values(roles)))), args, func(r *db.Rows) error {
		var role string
		err := r.Scan(&role)
		events = append(events, event.Event{Type: what, Subject: event.About("user", user), Body: map[string]string{"role": role}})
		return err
	})
	if err != nil || len(events) == 0 {
		return err
	}
	return event.Record(tx, events...)
}

// SetPassword keeps the hash of NewPassword and ends all other sessions.
func SetPassword(tx *db.Tx, user, session int64, hash string) {
	tx.Do(`INSERT INTO password(user_id, hash, changed_at, tx_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) DO UPDATE SET hash=$2, changed_at=$3, failed=0, locked_until=0, tx_id=$4`, nil, user, hash, tx.Stamp(), tx.ID())
	tx.Do(`UPDATE session SET ended_at=$3, tx_id=$4 WHERE user_id=$1 AND id<>$2 AND ended_at=0`, nil, user, session, tx.Stamp(), tx.ID())
}

// Proof is what is known of a person before the password is compared, which
// takes a tenth of a second and therefore happens outside of a transaction.
type Proof struct {
	User   int64
	hash   string
	locked int64
}

// Lookup finds a person's proof; of one who does not exist it is somebody
// whose password never fits.
func Lookup(q db.Querier, email string) (Proof, error) {
	p := Proof{hash: nobody}
	_, err := q.One(`SELECT u.id, p.hash, p.locked_until FROM app_user u JOIN password p ON p.user_id=u.id WHERE u.email=$1 AND u.email<>'' AND u.closed_at=0`,
		[]any{strings.ToLower(strings.TrimSpace(email))}, &p.User, &p.hash, &p.locked)
	return p, err
}

// Fits compares the password; now is in microseconds since 1970.
func (p Proof) Fits(text string, now int64) error {
	if p.locked > now {
		return ErrLocked.Because("there were %d wrong passwords: try again in %d minutes, or ask for a link to set a new one", tries, (p.locked-now)/time.Minute.Microseconds()+1).At("password")
	}
	if !matches(p.hash, text) || p.User == 0 {
		return ErrSignIn.Because("this e-mail address and this password do not belong together: check both, or ask for a link to set a new password").At("password")
	}
	return nil
}

// Failed counts a wrong password; after some the person has to wait.
func Failed(tx *db.Tx, user int64) {
	tx.Do(`UPDATE password SET failed=CASE WHEN failed+1>=$2 THEN 0 ELSE failed+1 END, locked_until=CASE WHEN failed+1>=$2 THEN $3 ELSE locked_until END WHERE user_id=$1`,
		nil, user, tries, tx.Now().Add(pause).UnixMicro())
}

// Proved ends the count of wrong passwords. It refuses when the person was
// locked, or the password was changed, since the proof was read: of many who
// guess at a time only so many are heard.
func Proved(tx *db.Tx, p Proof) error {
	n, err := tx.Exec(`UPDATE password SET failed=0 WHERE user_id=$1 AND hash=$2 AND locked_until<=$3`, nil, p.User, p.hash, tx.Stamp())
	if err == nil && n == 0 {
		err = ErrLocked.Because("there were too many wrong passwords, or the password was changed this moment: try again in %d minutes, or ask for a link to set a new one", pause/time.Minute).At("password")
	}
	return err
}

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

// UseLink signs in by a link's secret; all but those of the demo work once. One
// for a forgotten password takes that away, so that a new one can be set.
func UseLink(tx *db.Tx, link, agent string) (secret string, err error) {
	var user int64
	var purpose string
	ok, err := tx.One(`UPDATE entry_link SET used_at=$2, tx_id=$3 WHERE hash=$1 AND until>$2 AND (used_at=0 OR purpose='demo') RETURNING user_id, purpose`, []any{digest(link), tx.Stamp(), tx.ID()}, &user, &purpose)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", ErrLink.Because("this link was used already or is too old: ask an admin for a new one")
	}
	if purpose == ForReset {
		tx.Do(`DELETE FROM password WHERE user_id=$1`, nil, user)
	}
	return SignIn(tx, user, agent)
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

// PersonView is a person as an admin sees him.
type PersonView struct {
	Person
	SeenAt int64 // microseconds since 1970; 0 = never
}

// People lists everybody who may sign in.
func People(q db.Querier) ([]PersonView, error) {
	var out []PersonView
	at := map[int64]int{}
	err := q.Each(`SELECT u.id, u.name, u.email, COALESCE(MAX(s.seen_at), 0) FROM app_user u LEFT JOIN session s ON s.user_id=u.id WHERE u.email<>'' AND u.closed_at=0
		GROUP BY u.id, u.name, u.email ORDER BY u.name`, nil, nil, func(r *db.Rows) error {
		var p PersonView
		err := r.Scan(&p.User, &p.Name, &p.Email, &p.SeenAt)
		at[p.User] = len(out)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, q.Each(`SELECT user_id, role FROM role_grant ORDER BY user_id, role`, nil, nil, func(r *db.Rows) error {
		var user int64
		var code string
		err := r.Scan(&user, &code)
		if i, ok := at[user]; ok {
			if role, ok := RoleOf(code); ok {
				out[i].Roles = append(out[i].Roles, role)
			}
		}
		return err
	})
}
