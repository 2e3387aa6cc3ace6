package access

import (
	"strings"

	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/fault"
)

// ErrReview refuses a review that cannot be one.
var ErrReview = fault.Rule{Kind: fault.Forbidden, Code: "access.own-review"}

// Review is the last time somebody looked at what a person may do.
type Review struct {
	By    string
	At    int64  // microseconds since 1970
	Roles string // as they were, by code
	Note  string
}

// Reviewed writes down that the actor looked at a person's roles as they are
// now and let them stand. Nobody reviews himself.
func Reviewed(tx *db.Tx, user int64, note string) error {
	if user == tx.Who().ID {
		return ErrReview.Because("you cannot review yourself: another admin does")
	}
	roles, _, err := RolesOf(tx, user)
	if err != nil {
		return err
	}
	tx.Want(1, `INSERT INTO access_review(id, user_id, reviewed_by, roles, note, at, tx_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`, nil,
		tx.NewID(), user, tx.Who().ID, strings.Join(roles, " "), note, tx.Stamp(), tx.ID())
	return event.Record(tx, event.Event{Type: "access.reviewed", Subject: event.About("user", user), Reason: note})
}

// Reviews gives the last review of each person who has one.
func Reviews(q db.Querier) (map[int64]Review, error) {
	out := map[int64]Review{}
	err := q.Each(`SELECT r.user_id, u.name, r.at, r.roles, r.note FROM access_review r JOIN app_user u ON u.id=r.reviewed_by
		WHERE r.id=(SELECT MAX(x.id) FROM access_review x WHERE x.user_id=r.user_id)`, nil, nil, func(r *db.Rows) error {
		var user int64
		var v Review
		err := r.Scan(&user, &v.By, &v.At, &v.Roles, &v.Note)
		out[user] = v
		return err
	})
	return out, err
}
