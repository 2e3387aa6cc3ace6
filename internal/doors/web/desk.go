package web

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
)

// deskList is the order desk: what waits for a person, with the reason and the
// way on in each row, what costs most to leave alone first; and the orders that are late.
func deskList(v *visit, p report.Page) (list, error) {
	view := v.ask("view")
	rows, err := report.Desk(v.q)
	if err != nil {
		return list{}, err
	}
	late, err := v.lateOrders()
	if err != nil {
		return list{}, err
	}
	kinds, mine := map[string]int64{}, int64(0)
	for _, r := range rows {
		kinds[r.Kind]++
		if r.Assigned == v.who.User {
			mine++
		}
	}
	l := list{Title: "Order desk", Empty: "Nothing waits. What a rule stops, or what cannot become an order, stands here.", Bulk: v.bulkLinks("release", "mine"),
		Lead: count(int64(len(rows)), "order needs", "orders need") + " a person. " + count(late, "order is", "orders are") + " late."}
	tab := func(word, code string, n int64) {
		l.Views = append(l.Views, viewTab{Word: word, Href: v.with("view", code), Count: v.count(n), Current: view == code})
	}
	tab("Needs a person", "", int64(len(rows)))
	tab("Mine", "mine", mine)
	tab("Late", "late", late)
	for _, k := range slices.SortedFunc(maps.Keys(kinds), func(a, b string) int { return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b)) }) {
		tab(stateOf(k).word, k, kinds[k])
	}
	if v.may(access.Enter) {
		l.Acts = []link{{Word: "New order", Href: "/orders/new", Icon: "plus", Key: "N", Primary: true}}
	}
	if l.Top, err = v.stageFlow(); err != nil {
		return l, err
	}
	if view == "late" {
		all, err := report.LateOrders(v.q, 1<<20)
		if err != nil {
			return l, err
		}
		return v.lateList(l, all, p), nil
	}
	l.Table = table{Caption: "Order desk", Columns: []column{{"Document", false, "first"}, {"Customer", false, "whole"}, {"Why it is here", false, "whole"}, {"Next step", false, "whole act"}, {"Value", true, "amount"}, {"Waits", true, "whole"}, {"Taken by", false, "up"}}, Needs: atPrices("Value")}
	rows = slices.DeleteFunc(rows, func(r report.DeskRow) bool {
		return view == "mine" && r.Assigned != v.who.User || view != "" && view != "mine" && r.Kind != view
	})
	if view == "mine" {
		l.Empty = "Nothing is yours. Take an order on in the view Needs a person, and it stands here."
	} else if view != "" {
		l.Empty = "Nothing waits for this reason."
	}
	for _, r := range partOf(&l, rows, p, func(r report.DeskRow) string { return r.ID }) {
		l.Table.Rows = append(l.Table.Rows, v.deskRow(r))
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

// lateList are the orders that should have left already.
func (v *visit) lateList(l list, late []report.LateOrder, p report.Page) list {
	l.Table = table{Caption: "Late orders", Columns: []column{{"Document", false, "first"}, {"Customer", false, "whole"}, {"Why it is here", false, "whole"}, {"Next step", false, "whole act"}, {"Value", true, "amount"}, {"Due", true, "whole"}}, Needs: atPrices("Value")}
	l.Empty = "No order is late."
	for _, o := range partOf(&l, late, p, func(o report.LateOrder) string { return o.Order.String() }) {
		s := state{"bad", "circle-alert", "Late"}
		l.Table.Rows = append(l.Table.Rows, row{ID: o.Order.String(), Pick: o.Order.String(), Sum: o.Net, Unit: string(o.Currency), Cells: []cell{named(o.Number, "/orders/"+o.Number), linked(o.Customer.Name, "/customers/"+o.Customer.Code),
			{State: &s, Sub: count(o.Lines, "line was", "lines were") + " due " + dayText(o.DueOn, v.today) + ", now " + plain(stateOf(o.Status).word)},
			{Act: &link{Word: "Open order", Href: "/orders/" + o.Number}}, {Text: v.money(o.Net, string(o.Currency)), Raw: o.Net}, {Text: sentence(dayText(o.DueOn, v.today)), Raw: string(o.DueOn), Sub: count(int64(o.Days), "day", "days") + " late", SubTone: "late"}}})
	}
	return l
}

// partOf gives the part of a list that is sorted in memory: it is short, since
// it holds only what waits. The cursor is the row before it, or its place if that has gone.
func partOf[T any](l *list, all []T, p report.Page, name func(T) string) []T {
	size := usualPart
	if p.Limit > 0 {
		size = p.Limit
	}
	l.Total = int64(len(all))
	from := 0
	if p.After != "" {
		from = slices.IndexFunc(all, func(x T) bool { return name(x) == p.After }) + 1
	} else if p.Before != "" {
		from = max(0, slices.IndexFunc(all, func(x T) bool { return name(x) == p.Before })-size)
	}
	to := min(len(all), from+size)
	if from > 0 && from < len(all) {
		l.Prev = name(all[from])
	}
	if to < len(all) && to > 0 {
		l.Next = name(all[to-1])
	}
	return all[from:to]
}

func (v *visit) deskRow(r report.DeskRow) row {
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
	if strings.HasPrefix(r.ID, "hld_") && r.Again == 0 && v.mayRelease(r.Kind) {
		act = link{Word: "Release…", Href: "/holds/" + r.ID + "/release", Sheet: true}
		if r.Kind == "credit" {
			act.Word = "Review credit…"
		}
	}
	why := cell{State: &s, Sub: v.say(r.Sentence)}
	if r.Again > 0 {
		why.Sub += " And " + count(int64(r.Again), "more like it.", "more like it.")
	}
	next := cell{Act: &act}
	if act.Href == "" {
		next = cell{Text: "—"}
	}
	out := row{ID: r.ID}
	worth, since := cell{Text: "—"}, cell{Text: age(r.AgeHours), Raw: r.Since}
	whose := cell{Text: "—"}
	if r.Value.Amount != "" {
		worth = cell{Text: v.money(r.Value.Amount, string(r.Value.Currency)), Raw: r.Value.Amount}
		out.Pick, out.Sum, out.Unit = r.Document.ID, r.Value.Amount, string(r.Value.Currency)
		whose = cell{Act: &link{Word: "Assign…", Href: "/assign/" + r.Document.ID + "/new", Sheet: true}}
		if r.Assignee != "" {
			whose.Text = r.Assignee
		}
	}
	if r.DaysLate > 0 {
		since.Sub, since.SubTone = count(int64(r.DaysLate), "day", "days")+" late", "late"
	}
	out.Cells = []cell{first, who, why, next, worth, since, whose}
	return out
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
