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

// FeedEnd is the last place in the log; 0 when it is empty.
func FeedEnd(q db.Querier) (int64, error) {
	var seq int64
	_, err := q.One(`SELECT seq FROM log_leaf ORDER BY seq DESC LIMIT 1`, nil, &seq)
	return seq, err
}

// behind leads from what an event is about to the documents that people look
// at when it happens to them: the order of a hold, the orders of a shipment.
var behind = map[string]string{
	"hld": `WITH {a: id BIGINT} SELECT h.subject_type, h.subject_id FROM a JOIN hold h ON h.id=a.id`,
	"shp": `WITH {a: id BIGINT} SELECT DISTINCT 'order', l.order_id FROM a JOIN shipment_line l ON l.shipment_id=a.id`,
	"inv": `WITH {a: id BIGINT} SELECT DISTINCT 'order', l.order_id FROM a JOIN invoice_line l ON l.invoice_id=a.id`,
	"itm": `WITH {a: id BIGINT} SELECT DISTINCT i.doc_type, i.doc_id FROM a JOIN open_item i ON i.id=a.id`,
	"app": `WITH {a: id BIGINT} SELECT DISTINCT i.doc_type, i.doc_id FROM a JOIN allocation x ON x.application_id=a.id JOIN open_item i ON i.id=x.debit_item_id`,
}

// Behind gives the external ids of the documents behind some others.
func Behind(q db.Querier, refs []string) ([]string, error) {
	by := map[string]*ids[int64]{}
	for _, ref := range refs {
		prefix, n, err := id.Split(ref)
		if err != nil || behind[prefix] == "" {
			continue
		}
		if by[prefix] == nil {
			by[prefix] = &ids[int64]{}
		}
		by[prefix].add(n)
	}
	var out []string
	for prefix, list := range by {
		err := q.Each(behind[prefix], db.Ints(list.list), nil, func(r *db.Rows) error {
			var kind string
			var n int64
			err := r.Scan(&kind, &n)
			out = append(out, external(kind, n))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
