package report

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// FailedView is background work that was given up.
type FailedView struct {
	ID      string `json:"id"`
	Kind    string `json:"kind" doc:"of the job, or the subscriber of a delivery"`
	Subject DocRef `json:"subject"`
	Tries   int64  `json:"tries"`
	Fault   string `json:"fault" doc:"why it failed last"`
}

// Failed lists dead jobs and dead deliveries, the oldest first.
func Failed(q db.Querier) ([]FailedView, error) {
	return collect(q, `SELECT 'job', j.id, j.kind, j.tries, j.last_fault FROM job j WHERE j.state='dead'
		UNION ALL SELECT 'delivery', d.id, d.subscriber, d.tries, d.answer FROM delivery d WHERE d.state='dead' ORDER BY 2`, nil, nil, func(r *db.Rows, v *FailedView) error {
		var kind string
		var n int64
		err := r.Scan(&kind, &n, &v.Kind, &v.Tries, &v.Fault)
		v.ID = id.Text(kind, n)
		return err
	})
}

// AccessEvent is something about who may come in.
type AccessEvent struct {
	At       string `json:"at" doc:"RFC 3339, UTC"`
	Person   string `json:"person" doc:"who it is about"`
	Actor    string `json:"actor"`
	Sentence string `json:"sentence"`
	Type     string `json:"type"`
}

// AccessEvents lists sign-ins and changes of roles of the last days, the newest first.
func AccessEvents(q db.Querier, days int) ([]AccessEvent, error) {
	from := now(q).AddDate(0, 0, -days)
	return collect(q, `SELECT e.type, e.at, e.body, COALESCE(u.name, ''), COALESCE(a.name, '') FROM event e LEFT JOIN app_user u ON u.id=e.subject_id LEFT JOIN app_user a ON a.id=e.actor_id
		WHERE e.id>=$1 AND e.subject_type='user' AND e.at>=$2 ORDER BY e.id DESC`, nil, []any{id.At(from), from.UnixMicro()}, func(r *db.Rows, v *AccessEvent) error {
		var at int64
		var body string
		err := r.Scan(&v.Type, &at, &body, &v.Person, &v.Actor)
		v.At, v.Sentence = instant(at), sentence(v.Type, DocRef{Type: "user"}, "", []byte(body))
		return err
	})
}
