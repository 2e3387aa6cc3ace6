package report

import (
	"slices"

	"kontor/internal/rooms/hold"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// OrdersByID shows orders in a given order; one that does not exist is left out.
func OrdersByID(q db.Querier, orders []id.Order) ([]OrderRow, error) {
	found := map[id.Order]OrderRow{}
	list := slices.Compact(slices.Sorted(slices.Values(orders)))
	err := q.Each(`WITH {a: id BIGINT} `+orderColumns+` FROM a JOIN sales_order o ON o.id=a.id JOIN customer c ON c.id=o.customer_id`, db.Ints(list), nil, func(r *db.Rows) error {
		o, _, err := scanOrder(r)
		found[o.ID] = o
		return err
	})
	var out []OrderRow
	for _, o := range orders {
		if x, ok := found[o]; ok {
			out = append(out, x)
		}
	}
	return out, err
}

// OpenHold is an open hold of an order.
type OpenHold struct {
	ID    id.Hold
	Order id.Order
	Kind  string
}

// OpenHolds lists the open holds of orders, the oldest first.
func OpenHolds(q db.Querier, orders []id.Order) ([]OpenHold, error) {
	var subjects []int64
	for _, o := range orders {
		subjects = append(subjects, int64(o))
	}
	slices.Sort(subjects)
	by, err := hold.Of(q, slices.Compact(subjects))
	var out []OpenHold
	for _, o := range orders {
		for _, h := range by[int64(o)] {
			if h.Scope&hold.OnAll != 0 {
				out = append(out, OpenHold{h.ID, o, h.Kind})
			}
		}
	}
	return out, err
}

// ReleasedHold is a hold of an order that somebody ended.
type ReleasedHold struct {
	Order          id.Order
	Kind, Sentence string
	Stops          []string // the steps that waited
	By             int64    // user
}

// Released shows a hold that was ended, while its order is on its way.
func Released(q db.Querier, ref string) (ReleasedHold, error) {
	var v ReleasedHold
	n, err := id.Parse("hld", ref)
	if err != nil {
		return v, hold.ErrUnknown.Because("there is no hold %.40s", ref)
	}
	var scope, order int64
	ok, err := q.One(`SELECT h.kind, h.sentence, h.scope, h.released_by, o.id FROM hold h JOIN sales_order o ON o.id=h.subject_id
		WHERE h.id=$1 AND h.released_at<>0 AND o.decision IN ('captured','confirmed')`, []any{n}, &v.Kind, &v.Sentence, &scope, &v.By, &order)
	if err == nil && !ok {
		err = hold.ErrUnknown.Because("this hold cannot stand again: it was not released, or its order is cancelled or closed by now")
	}
	v.Order, v.Stops = id.Order(order), stops(scope&hold.OnAll)
	return v, err
}
