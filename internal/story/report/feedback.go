package report

import (
	"kontor/internal/rooms/feedback"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// FeedbackView is what somebody said of the product, and who sees to it.
type FeedbackView struct {
	ID      id.Feedback `json:"id"`
	Note    string      `json:"note"`
	By      string      `json:"by"`
	Role    string      `json:"role" doc:"names of the writer's roles then"`
	Path    string      `json:"path" doc:"of the page"`
	Version string      `json:"version" doc:"of the program"`
	Fault   string      `json:"fault,omitempty" doc:"code of the fault that the writer saw"`
	State   string      `json:"state" enum:"open,done"`
	Owner   string      `json:"owner,omitempty"`
	OwnerID int64       `json:"owner_id,omitempty"`
	Answer  string      `json:"answer,omitempty"`
	SentAt  string      `json:"sent_at" doc:"RFC 3339, UTC"`
	DoneAt  string      `json:"done_at,omitempty" doc:"RFC 3339, UTC"`
}

const feedbackColumns = `SELECT f.id, f.note, u.name, f.role, f.path, f.version, f.fault, f.state, COALESCE(w.name, ''), f.owner_id, f.answer, f.sent_at, f.done_at
	FROM feedback f JOIN app_user u ON u.id=f.user_id LEFT JOIN app_user w ON w.id=f.owner_id`

func scanFeedback(r *db.Rows) (v FeedbackView, key int64, err error) {
	var sent, done int64
	err = r.Scan(&v.ID, &v.Note, &v.By, &v.Role, &v.Path, &v.Version, &v.Fault, &v.State, &v.Owner, &v.OwnerID, &v.Answer, &sent, &done)
	v.SentAt, v.DoneAt = instant(sent), instant(done)
	return v, int64(v.ID), err
}

// Feedbacks lists notes, newest first; state "" means all, "new" those that are
// open and that nobody has taken.
func Feedbacks(q db.Querier, state string, p Page) (List[FeedbackView], error) {
	var w where
	switch state {
	case "":
	case "new":
		w.and("f.state='open' AND f.owner_id=0")
	case feedback.Open:
		w.and("f.state='open'") // as the partial index has it
	default:
		w.and("f.state=?", state)
	}
	return paged(q, p, "fbk", feedbackColumns, "f.id", newest, w, scanFeedback)
}

// Feedback shows one note.
func Feedback(q db.Querier, ref string) (v FeedbackView, err error) {
	n, err := id.Parse("fbk", ref)
	if err == nil {
		err = q.Each(feedbackColumns+` WHERE f.id=$1`, nil, []any{n}, func(r *db.Rows) (err error) {
			v, _, err = scanFeedback(r)
			return err
		})
	} else {
		err = nil
	}
	if err == nil && v.ID == 0 {
		err = feedback.ErrUnknown.Because("there is no note %.40q: look for it in the queue", ref)
	}
	return v, err
}
