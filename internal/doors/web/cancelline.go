package web

import (
	"context"
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// lineRoutes are those of one line of an order.
func lineRoutes() []route {
	return steps("/orders/{id}/lines/{line}", "/orders/{id}", &cancelLineStep)
}

// cancelLineStep ends what is open of one line; the rest of the order stays.
var cancelLineStep = step{Name: "cancel", Word: "Cancel line", Title: "Cancel the line", Verb: "Cancel line", Right: access.Enter,
	Say:    "What is not shipped of this line is cancelled. Its stock and credit become free for others; the other lines stay.",
	Fields: []field{reason},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		var o report.OrderView
		var open flow.PlanLine
		var line report.LineView
		err := v.site.office.DB.Read(ctx, func(q *db.Reader) (err error) {
			if o, err = v.orderView(q); err == nil {
				line, open, err = openOf(q, o, v.PathValue("line"))
			}
			return err
		})
		if err != nil {
			return "", err
		}
		_, err = v.site.office.Cancel.One(ctx, v.actor(), flow.Cancel{Order: o.ID, Reason: form.Get("reason"), Lines: []flow.PlanLine{open}})
		return "Line " + itoa(line.No) + " of " + o.Number + " is cancelled", err
	}}

// openOf is what is still to ship of a line.
func openOf(q db.Querier, o report.OrderView, ref string) (report.LineView, flow.PlanLine, error) {
	var want id.Line
	if err := want.UnmarshalText([]byte(ref)); err != nil {
		return report.LineView{}, flow.PlanLine{}, errNoPage
	}
	for _, l := range o.Lines {
		if l.ID != want {
			continue
		}
		p, err := report.Product(q, l.Product)
		if err != nil {
			return l, flow.PlanLine{}, err
		}
		n, err := qty.Parse(l.Open, int(p.Scale))
		if err == nil && n == 0 {
			err = order.ErrNothing.Because("nothing of line %d is open: what is shipped comes back by a return", l.No)
		}
		return l, flow.PlanLine{Line: l.ID, Qty: n}, err
	}
	return report.LineView{}, flow.PlanLine{}, order.ErrUnknown.Because("order %s has no such line", o.Number)
}
