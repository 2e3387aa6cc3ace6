package web

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
)

// deskList is the order desk: what waits for a person, with the reason and the
// way on in each row, and the orders that are late. A part of the queue is the
// longest waiting; within it stands first what costs most to leave alone.
func deskList(v *visit, p report.Page) (list, error) {
	view := v.ask("view")
	queue, err := report.Queue(v.q, p)
	if err != nil {
		return list{}, err
	}
	late, err := v.lateOrders()
	if err != nil {
		return list{}, err
	}
	total := int64(0)
	kinds := map[string]int64{}
	for _, c := range queue.Counts {
		total += c.Count
		kinds[c.Kind] += c.Count
	}
	l := list{Title: "Order desk", Empty: "Nothing waits. What a rule stops, or what cannot become an order, stands here.",
		Lead: count(total, "order needs", "orders need") + " a person. " + count(late, "order is", "orders are") + " late."}
	l.Views = []viewTab{{Word: "Needs a person", Href: v.with("view", ""), Count: fmt.Sprint(total), Current: view == ""}, {Word: "Late", Href: v.with("view", "late"), Count: fmt.Sprint(late), Current: view == "late"}}
	for _, k := range slices.SortedFunc(maps.Keys(kinds), func(a, b string) int { return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b)) }) {
		l.Views = append(l.Views, viewTab{Word: stateOf(k).word, Href: v.with("view", k), Count: fmt.Sprint(kinds[k]), Current: view == k})
	}
	if v.may(access.Enter) {
		l.Acts = []link{{Word: "New order", Href: "/orders/new", Icon: "plus", Key: "N", Primary: true}}
	}
	flow, err := v.stages()
	if err != nil {
		return l, err
	}
	l.Top = flow
	l.Table = table{Caption: "Order desk", Columns: []column{{"Document", false, "first"}, {"Customer", false, "whole"}, {"Why it is here", false, "whole"}, {"Next step", false, "whole act"}, {"Value", true, "amount"}, {"Since", true, "whole"}}}
	if view == "late" {
		all, err := report.LateOrders(v.q, 1<<20)
		if err != nil {
			return l, err
		}
		for _, o := range all {
			s := state{"bad", "circle-alert", "Late"}
			l.Table.Rows = append(l.Table.Rows, row{ID: o.Order.String(), Cells: []cell{named(o.Number, "/orders/"+o.Number), linked(o.Customer.Name, "/customers/"+o.Customer.Code),
				{State: &s, Sub: count(o.Lines, "line was", "lines were") + " due " + dayText(o.DueOn, v.today) + ", now " + plain(stateOf(o.Status).word)},
				{Act: &link{Word: "Open order", Href: "/orders/" + o.Number}}, {Text: inMoney(o.Net, string(o.Currency)), Raw: o.Net}, {Text: sentence(dayText(o.DueOn, v.today)), Raw: string(o.DueOn), Sub: count(int64(o.Days), "day", "days") + " late", SubTone: "late"}}})
		}
		return l, nil
	}
	l.Next = queue.Next
	values, err := v.values(queue.Items)
	if err != nil {
		return l, err
	}
	slices.SortStableFunc(queue.Items, func(a, b report.QueueRow) int { return cmp.Compare(weight(b, values), weight(a, values)) })
	seen := map[[2]string]int{} // one row for what stops one document for one kind of reason
	for _, r := range queue.Items {
		if view != "" && view != r.Kind {
			continue
		}
		k := [2]string{r.Document.ID, r.Kind}
		if at, again := seen[k]; again {
			l.Table.Rows[at].again++
			continue
		}
		seen[k] = len(l.Table.Rows)
		l.Table.Rows = append(l.Table.Rows, v.deskRow(r, values))
	}
	for i := range l.Table.Rows {
		if r := &l.Table.Rows[i]; r.again > 0 {
			r.Cells[2].Sub += " And " + count(int64(r.again), "more like it.", "more like it.")
			r.Cells[3] = cell{Act: &link{Word: "Open order", Href: r.Cells[0].Href}}
		}
	}
	return l, nil
}

// lateOrders counts them, once for all that a page says of it.
func (v *visit) lateOrders() (int64, error) {
	if v.late != nil {
		return *v.late, nil
	}
	n, err := report.CountLate(v.q)
	v.late = &n
	return n, err
}

// weight is age × value: what costs most to leave alone stands first.
func weight(r report.QueueRow, values map[string]report.Amount) int64 {
	return (r.AgeHours + 1) * max(1, thousandths(values[r.Document.ID].Amount)/1000)
}

// values gives the worth of the orders in the queue.
func (v *visit) values(rows []report.QueueRow) (map[string]report.Amount, error) {
	var docs []report.DocRef
	for _, r := range rows {
		docs = append(docs, r.Document)
	}
	return report.OrderValues(v.q, docs)
}

func (v *visit) deskRow(r report.QueueRow, values map[string]report.Amount) row {
	s := stateOf(r.Kind)
	name := r.Document.Number
	if name == "" {
		name = r.Document.ID
	}
	first := named(name, placeOf(r.Document))
	who := cell{Text: "—"}
	if r.Customer != nil {
		who = linked(r.Customer.Name, "/customers/"+r.Customer.Code)
	}
	act := link{Word: "Open", Href: placeOf(r.Document)}
	if strings.HasPrefix(r.ID, "hld_") && v.mayRelease(r.Kind) {
		act = link{Word: "Release…", Href: "/holds/" + r.ID + "/release", Sheet: true}
		if r.Kind == "credit" {
			act.Word = "Review credit…"
		}
	}
	next := cell{Act: &act}
	if act.Href == "" {
		next = cell{Text: "—"}
	}
	worth := cell{Text: "—"}
	if a, ok := values[r.Document.ID]; ok {
		worth = cell{Text: inMoney(a.Amount, string(a.Currency)), Raw: a.Amount}
	}
	return row{ID: r.ID, Cells: []cell{first, who, {State: &s, Sub: sentence(r.Sentence)}, next, worth, {Text: age(r.AgeHours), Raw: r.Since}}}
}

func age(hours int64) string {
	if hours < 48 {
		return count(hours, "hour", "hours")
	}
	return count(hours/24, "day", "days")
}

// stage is one cell of the flow of orders.
type stage struct {
	Word, Href, Sub, Value, Oldest, Exact string
	Count                                 int64
	Held, Late                            string // widths of the held and the late part, percent
}

// stages counts the orders in each stage of their life.
func (v *visit) stages() (fragment, error) { return v.stageFlow() }
