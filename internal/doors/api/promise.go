package api

import (
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
)

// PromiseQuery asks when a quantity could leave.
type PromiseQuery struct {
	ByID
	Qty   string  `query:"qty" doc:"in the base unit; 1 when empty"`
	Wish  day.Day `query:"wish" doc:"not before this day; as soon as possible when empty"`
	Split bool    `query:"split" doc:"may leave from several warehouses and on several days"`
}

func promised(q db.Querier, in *PromiseQuery) (report.PromiseView, error) {
	p, err := report.FindProduct(q, in.ID)
	if err != nil {
		return report.PromiseView{}, err
	}
	return report.Promise(q, p, report.PromiseAsk{Qty: or(in.Qty, "1"), Wish: in.Wish, Split: in.Split})
}
