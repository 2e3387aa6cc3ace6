package report

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// NoticeView is something that one person should know.
type NoticeView struct {
	ID       string
	Kind     string // mention, assigned, decided
	From     string // name of who did it
	Say      string // the note, or the reason
	Document DocRef
	At       string // RFC 3339, UTC
	Read     bool

	key, from, subject int64
	kind               string
}

// Notices lists what one person should know, the newest first.
func Notices(q db.Querier, user int64, unread bool, p Page) (List[NoticeView], error) {
	var w where
	w.and("n.user_id=?", user)
	w.and("n.gone_at=0")
	if unread {
		w.and("n.read_at=0")
	}
	var who ids[int64]
	var nums numbers
	l, err := paged(q, p, "ntc", `SELECT n.id, n.kind, n.from_id, n.say, n.subject_type, n.subject_id, n.at, n.read_at FROM notice n`, "n.id", newest, w, func(r *db.Rows) (NoticeView, int64, error) {
		var v NoticeView
		var at, read int64
		err := r.Scan(&v.key, &v.Kind, &v.from, &v.Say, &v.kind, &v.subject, &at, &read)
		v.ID, v.At, v.Read = id.Text("ntc", v.key), instant(at), read != 0
		who.add(v.from)
		nums.add(v.kind, v.subject)
		return v, v.key, err
	})
	if err != nil {
		return l, err
	}
	names, err := actors(q, who.list)
	if err != nil {
		return l, err
	}
	if err := nums.load(q); err != nil {
		return l, err
	}
	for i := range l.Items {
		v := &l.Items[i]
		v.From, v.Document = names[v.from], nums.ref(v.kind, v.subject)
	}
	return l, nil
}
