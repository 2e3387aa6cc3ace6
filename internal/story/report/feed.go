package report

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// FeedView is one event with its place in the log.
type FeedView struct {
	Seq int64 `json:"seq" doc:"dense and rising: 1, 2, 3 …"`
	EventView
}

// Feed reads up to n events behind a place in the log, in the log's order. An
// event gets its place shortly after its commit, and never before another's.
func Feed(q db.Querier, after int64, n int) ([]FeedView, error) {
	var places []int64
	var list []int64
	err := q.Each(`SELECT seq, event_id FROM log_leaf WHERE seq>$1 ORDER BY seq LIMIT $2`, nil, []any{after, n}, func(r *db.Rows) error {
		var seq, e int64
		err := r.Scan(&seq, &e)
		places, list = append(places, seq), append(list, e)
		return err
	})
	if err != nil || len(list) == 0 {
		return []FeedView{}, err
	}
	found := map[id.Event]EventView{}
	var views []EventView
	err = q.Each(`WITH {a: id BIGINT} SELECT `+eventColumns+` FROM a JOIN event e ON e.id=a.id ORDER BY e.id`, db.Ints(list), nil, func(r *db.Rows) error {
		var v EventView
		err := scanEvent(r, &v)
		views = append(views, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := tell(q, views); err != nil {
		return nil, err
	}
	for _, v := range views {
		found[v.ID] = v
	}
	out := make([]FeedView, len(list))
	for i, e := range list {
		out[i] = FeedView{places[i], found[id.Event(e)]}
	}
	return out, nil
}
