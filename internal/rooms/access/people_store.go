package access

import (
	"slices"
	"strings"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
)

const (
	tries = 10 // wrong passwords and codes before a pause
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

// Take ends roles of a person. Somebody stays admin: of two who take each
// other's role at a moment, the second is refused.
func Take(tx *db.Tx, user int64, roles ...string) error {
	admin := slices.Contains(roles, "admin")
	if admin { // one after the other, so that the second counts without the first
		tx.Lock(`SELECT g.user_id FROM role_grant g WHERE g.role='admin' ORDER BY g.user_id {lock g}`, nil)
	}
	err := noted(tx, user, "role.taken", `WITH {a: role TEXT} DELETE FROM role_grant WHERE user_id=$1 AND role IN (SELECT a.role FROM a)
		AND (role<>'admin' OR EXISTS (SELECT 1 FROM role_grant o JOIN app_user u ON u.id=o.user_id WHERE o.role='admin' AND o.user_id<>$1 AND u.closed_at=0)) RETURNING role_grant.role`, roles, user)
	if err != nil || !admin {
		return err
	}
	var still int64
	if ok, err := tx.One(`SELECT user_id FROM role_grant WHERE user_id=$1 AND role='admin'`, []any{user}, &still); err != nil || !ok {
		return err
	}
	return ErrLastAdmin.Because("nobody else is admin: make somebody admin first, then take the role away").At("role")
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
func SetPassword(tx *db.Tx, user, session int64, hash string) error {
	tx.Do(`INSERT INTO password(user_id, hash, changed_at, tx_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) DO UPDATE SET hash=$2, changed_at=$3, failed=0, locked_until=0, tx_id=$4`, nil, user, hash, tx.Stamp(), tx.ID())
	endOthers(tx, user, session)
	return told(tx, user, "password.set")
}

// endOthers ends all sessions of a person but one; 0 ends all.
func endOthers(tx *db.Tx, user, session int64) {
	tx.Do(`UPDATE session SET ended_at=$3, tx_id=$4 WHERE user_id=$1 AND id<>$2 AND ended_at=0`, nil, user, session, tx.Stamp(), tx.ID())
}

// told records an event of a person.
func told(tx *db.Tx, user int64, what string) error {
	return event.Record(tx, event.Event{Type: what, Subject: event.About("user", user)})
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
	_, err := q.One(`SELECT u.id, p.hash, p.locked_until FROM app_user u JOIN password p ON p.user_id=u.id WHERE u.email=$1 AND u.email<>'' AND u.closed_at=0 AND p.hash<>''`,
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
	tx.Do(countTry, nil, user, tries, tx.Now().Add(pause).UnixMicro())
}

// Proved ends the count of wrong passwords, but not where a code is asked for
// besides: else who knows the password could guess codes for ever. It refuses
// when the person was locked, or the password was changed, since the proof was
// read: of many who guess at a time only so many are heard.
func Proved(tx *db.Tx, p Proof) error {
	n, err := tx.Exec(`UPDATE password SET failed=CASE WHEN EXISTS (SELECT 1 FROM totp t WHERE t.user_id=$1 AND t.since>0) THEN failed ELSE 0 END
		WHERE user_id=$1 AND hash=$2 AND locked_until<=$3`, nil, p.User, p.hash, tx.Stamp())
	if err == nil && n == 0 {
		err = ErrLocked.Because("there were too many wrong passwords, or the password was changed this moment: try again in %d minutes, or ask for a link to set a new one", pause/time.Minute).At("password")
	}
	return err
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
