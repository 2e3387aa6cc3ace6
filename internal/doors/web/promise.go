package web

import (
	"fmt"
	"net/url"

	"github.com/a-h/templ"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

func promiseRoutes() []route {
	return []route{get("/products/{id}/promise", access.SeeOrders, promisePage)}
}

// promising is the page on which somebody at the telephone asks when.
type promising struct {
	Title, Lead, SKU, Back, Qty, Wish string
	Split                             bool
	Fault                             *faults
	Sections                          []section
}

// changeWords are the rules that could be given up, as one says them to a customer.
var changeWords = map[string]string{"split-sites": "From several warehouses", "split-time": "On several days", "whole": "All on one day"}

func promisePage(v *visit) (page, error) {
	p, err := report.FindProduct(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	item, err := report.Product(v.q, p)
	if err != nil {
		return nil, err
	}
	d := promising{Title: "When could " + item.SKU + " leave?", SKU: item.SKU, Back: "/products/" + url.PathEscape(item.SKU), Qty: or(v.ask("qty"), "1"), Wish: v.ask("wish"), Split: v.ask("split") != ""}
	n, err := v.number(d.Qty, "qty")
	var x report.PromiseView
	if err == nil {
		x, err = report.Promise(v.q, p, report.PromiseAsk{Qty: n, Wish: day.Day(d.Wish), Split: d.Split})
	}
	if _, known := fault.Of(err); known {
		told, status := v.faultOf(err)
		told.Title = "This cannot be answered as it is asked"
		d.Fault, d.Lead = &told, item.Name
		return drawing{status, promiseView(v, d)}, nil
	}
	if err != nil {
		return nil, err
	}
	d.Lead = item.Name + ". Nothing is reserved by asking."
	d.Sections = v.promiseParts(x)
	return draw(promiseView(v, d)), nil
}

// promiseParts are what can be promised, why not sooner, and what there is.
func (v *visit) promiseParts(x report.PromiseView) []section {
	parts := table{Caption: "Can be promised", Columns: []column{{"Leaves", false, "first"}, {"From", false, "whole"}, {"Quantity", true, "amount"}}}
	for i, y := range x.Parts {
		parts.Rows = append(parts.Rows, row{ID: fmt.Sprintf("part-%d", i), Cells: []cell{{Text: sentence(dayText(y.LeavesOn, v.today)), Raw: string(y.LeavesOn)}, text(y.Warehouse), pieces(y.Qty, x.Unit)}})
	}
	out := []section{{Title: "Can be promised", Table: parts, Empty: "Nothing of this can be promised as it is asked for."}}
	why := []fact{}
	if x.Limit != nil {
		why = append(why, fact{Name: "Why not sooner", Value: sentence(x.Limit.Sentence)})
	}
	if !isZero(x.Open) {
		why = append(why, fact{Name: "Stays open", Value: v.quantity(x.Open) + " " + unit(x.Unit), Tone: "late"})
	}
	for _, o := range x.Options {
		why = append(why, fact{Name: or(changeWords[o.Change], words(o.Change)), Value: v.optionText(o, x.Unit)})
	}
	if len(why) > 0 {
		out = append(out, section{Title: "What stops it, and what helps", Pairs: why})
	}
	sites := table{Caption: "In the warehouses", Columns: []column{{"Warehouse", false, "first"}, {"Free", true, "amount"}, {"Owed to others", true, "whole"}}}
	for _, y := range x.Sites {
		sites.Rows = append(sites.Rows, row{ID: "site-" + y.Warehouse, Cells: []cell{text(y.Warehouse), pieces(y.Free, x.Unit), pieces(y.Owed, x.Unit)}})
	}
	return append(out, section{Title: "In the warehouses", Table: sites, Empty: "No warehouse has ever had it."})
}

func (v *visit) optionText(o report.PromiseOption, u string) string {
	if o.Done != "" {
		return "all by " + dayText(o.Done, v.today)
	}
	return "all but " + v.quantity(o.Open) + " " + unit(u)
}

// wrong marks a field that was not understood.
func wrong(is bool) templ.Attributes {
	if !is {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true"}
}
