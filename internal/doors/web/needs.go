package web

import (
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/words/day"
)

func needsRoutes() []route {
	return []route{get("/products/{id}/needs", access.SeeOrders, listing("needs", needsList))}
}

// needsList takes an item apart over all levels, beside what is free.
func needsList(v *visit, p report.Page) (list, error) {
	item, err := report.FindProduct(v.q, v.PathValue("id"))
	if err != nil {
		return list{}, err
	}
	n, err := v.number(or(v.ask("qty"), "1"), "qty")
	if err != nil {
		return list{}, err
	}
	on := day.Day(or(v.ask("on"), string(v.today)))
	x, err := report.Explosion(v.q, item, n, on)
	if err != nil {
		return list{}, err
	}
	self := x.Needs[0]
	missing := 0
	l := list{Title: "What " + self.SKU + " takes", Top: needsForm(v, v.quantity(self.Qty), string(on)), Empty: "It takes nothing by the bills of this day."}
	l.Acts = []link{{Word: self.SKU, Href: "/products/" + url.PathEscape(self.SKU), Icon: "package"}}
	l.Table = table{Caption: "Needs", Columns: []column{{"Item", false, "first"}, {"Level", true, "up"}, {"How it comes", false, "whole"}, {"Needed", true, "amount"}, {"Free", true, "whole"}, {"Missing", true, "whole"}}}
	for _, y := range x.Needs[1:] {
		if !isZero(y.Missing) && !y.Phantom {
			missing++
		}
	}
	there := "all there"
	if missing > 0 {
		there = count(int64(missing), "is", "are") + " not there in full"
	}
	l.Lead = v.quantity(self.Qty) + " " + unit(self.Unit) + " by the bills of " + dayText(on, v.today) + ": " + count(int64(len(x.Needs)-1), "item", "items") + ", " + there
	for _, y := range partOf(&l, x.Needs[1:], p, func(y report.NeedView) string { return y.SKU }) {
		l.Table.Rows = append(l.Table.Rows, needRow(y))
	}
	return l, nil
}

func needRow(y report.NeedView) row {
	comes := "Bought"
	switch {
	case y.Phantom:
		comes = "Passed through, never stocked"
	case y.Made:
		comes = "Made"
	}
	short := cell{Text: ""}
	if !isZero(y.Missing) && !y.Phantom {
		short = pieces(y.Missing, y.Unit)
		short.Tone = "late"
	}
	return row{ID: "need-" + y.SKU, Cells: []cell{coded(y.SKU, "/products/"+url.PathEscape(y.SKU)).and(y.Name), text(itoa(int64(y.Level))), text(comes), pieces(y.Qty, y.Unit), pieces(y.Free, y.Unit), short}}
}
