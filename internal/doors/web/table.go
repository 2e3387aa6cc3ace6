package web

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/workplace"
	"kontor/internal/story/report"
)

// sortedHead is a head of a column that sorts the list.
type sortedHead struct {
	Href string // sorts by it, or the other way round
	Way  string // ascending, descending, or none
}

// keptViews are what a person keeps of a list: views, columns, rows on the page.
type keptViews struct {
	List    string // name of the list; "" = none of this is offered
	Views   []workplace.View
	Open    *workplace.View // the view that the page was opened by
	Changed bool            // and what is shown is not that view any more
	Columns []pickedColumn
	Chosen  string // columns that are shown, as a view keeps them; "" = all
}

// pickedColumn is a column in the box where they are chosen.
type pickedColumn struct {
	Head        string
	Shown, Held bool // Held: it names the row and cannot go
}

// ofPlace are parameters that say where in a list somebody is, not what it shows.
var ofPlace = []string{"after", "before", "at", "pick", "saved", "format"}

// shown gives the parameters that make up a view.
func shown(q url.Values) url.Values {
	out := url.Values{}
	for name, values := range q {
		if !slices.Contains(ofPlace, name) && name != "cols" && len(values) > 0 && values[0] != "" {
			out[name] = values[:1]
		}
	}
	return out
}

// arrange puts the columns of a list into the order that the person wants, and
// adds the views that are kept of it.
func (v *visit) arrange(name string, l *list) error {
	l.Table = v.visible(l.Table)
	k := keptViews{List: name}
	var err error
	if k.Views, err = workplace.Views(v.q, v.who.User, name); err != nil {
		return err
	}
	k.Chosen = v.likes["columns."+name]
	if n, err := strconv.ParseInt(v.ask("saved"), 10, 64); err == nil {
		if i := slices.IndexFunc(k.Views, func(w workplace.View) bool { return w.ID == n }); i >= 0 {
			k.Open = &k.Views[i]
			k.Chosen = k.Open.Columns
		}
	}
	if v.URL.Query().Has("cols") {
		k.Chosen = v.ask("cols")
	}
	order := chosen(l.Table.Columns, k.Chosen)
	for i, c := range l.Table.Columns {
		k.Columns = append(k.Columns, pickedColumn{c.Head, slices.Contains(order, i), i == 0})
	}
	slices.SortStableFunc(k.Columns, func(a, b pickedColumn) int {
		return cmp.Compare(placeOfHead(l.Table.Columns, order, a.Head), placeOfHead(l.Table.Columns, order, b.Head))
	})
	for i := range l.Views { // what everybody has leaves a view of one's own
		l.Views[i].Href = without(l.Views[i].Href, "saved", "cols")
	}
	if k.Open != nil {
		k.Changed = shown(v.URL.Query()).Encode() != k.Open.Params || strings.Join(heads(l.Table.Columns, order), "|") != strings.Join(heads(l.Table.Columns, chosen(l.Table.Columns, k.Open.Columns)), "|")
		for i := range l.Views {
			l.Views[i].Current = false
		}
	}
	v.sortHeads(l)
	l.Table.choose(order)
	l.Table.picks = len(l.Bulk) > 0
	l.kept = k
	return nil
}

// without gives an address without some of its parameters.
func without(href string, names ...string) string {
	path, text, _ := strings.Cut(href, "?")
	q, err := url.ParseQuery(text)
	if err != nil || text == "" {
		return href
	}
	for _, n := range names {
		q.Del(n)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// chosen gives the places of the columns that are named, in their order; the
// first column always stands first, and a name that is none is passed over.
func chosen(all []column, names string) []int {
	var out []int
	if names == "" {
		for i := range all {
			out = append(out, i)
		}
		return out
	}
	if len(all) > 0 {
		out = append(out, 0)
	}
	for _, n := range strings.Split(names, "|") {
		i := slices.IndexFunc(all, func(c column) bool { return c.Head == n })
		if i > 0 && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

func heads(all []column, order []int) []string {
	var out []string
	for _, i := range order {
		out = append(out, all[i].Head)
	}
	return out
}

// placeOfHead is where a column stands in the box: the shown ones first.
func placeOfHead(all []column, order []int, head string) int {
	for at, i := range order {
		if all[i].Head == head {
			return at
		}
	}
	return len(order)
}

// visible leaves out the fields that the person may not see.
func (v *visit) visible(t table) table {
	if len(t.Needs) == 0 {
		return t
	}
	t.Rows = slices.Clone(t.Rows)
	order := chosen(t.Columns, "")
	t.choose(slices.DeleteFunc(order, func(i int) bool {
		r, ok := t.Needs[t.Columns[i].Head]
		return ok && !v.may(r)
	}))
	t.Needs = nil
	return t
}

// atPrices marks columns that show prices or amounts of orders.
func atPrices(heads ...string) map[string]access.Right {
	out := map[string]access.Right{}
	for _, h := range heads {
		out[h] = access.SeePrices
	}
	return out
}

var amountInText = regexp.MustCompile(`(?:[A-Z]{3} )?-?[0-9][0-9,]*\.[0-9]{2}(?: [A-Z]{3})?`)

// say gives a sentence of the house to the person: without its amounts when he
// may not see them.
func (v *visit) say(s string) string {
	if !v.may(access.SeePrices) {
		s = amountInText.ReplaceAllString(s, "…")
	}
	return sentence(s)
}

// sentenceOf gives the sentence of an event in the same way.
func (v *visit) sentenceOf(e report.EventView) string {
	if !v.may(access.SeePrices) {
		return v.say(e.Unpriced())
	}
	return sentence(e.Sentence)
}

// choose keeps the columns at some places, in that order.
func (t *table) choose(order []int) {
	whole := len(order) == len(t.Columns)
	for at, i := range order {
		whole = whole && at == i
	}
	if whole {
		return
	}
	t.Columns = picked(t.Columns, order)
	for i := range t.Rows {
		t.Rows[i].Cells = picked(t.Rows[i].Cells, order)
	}
	if len(t.Foot) > 0 {
		t.Foot = picked(t.Foot, order)
	}
}

func picked[T any](all []T, order []int) []T {
	out := make([]T, 0, len(order))
	for _, i := range order {
		out = append(out, all[i])
	}
	return out
}

// sortHeads makes links of the heads that sort: first upwards, then the other
// way, then as the list is by itself.
func (v *visit) sortHeads(l *list) {
	l.Table.sorts = map[string]sortedHead{}
	for _, s := range l.Sorts {
		h := sortedHead{v.with("sort", s[1]), "none"}
		switch v.ask("sort") {
		case s[1]:
			h = sortedHead{v.with("sort", "-"+s[1]), "ascending"}
		case "-" + s[1]:
			h = sortedHead{v.with("sort", ""), "descending"}
		}
		l.Table.sorts[s[0]] = h
	}
}

// at is how many rows stand before the part that is shown, as far as is known.
func (v *visit) at() int64 {
	n, err := strconv.ParseInt(v.ask("at"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// onto is the address of the part behind a cursor, before that of the part in front of one.
func (v *visit) onto(l list) string {
	return v.turned("after", l.Next, v.at()+int64(len(l.Table.Rows)))
}

func (v *visit) before(l list) string {
	return v.turned("before", l.Prev, max(0, v.at()-usualPart))
}

// usualPart is how many rows a part has.
const usualPart = 50

func (v *visit) turned(name, cursor string, at int64) string {
	q := v.URL.Query()
	for _, x := range []string{"after", "before", "at", "pick"} {
		q.Del(x)
	}
	q.Set(name, cursor)
	if at > 0 {
		q.Set("at", itoa(at))
	}
	return v.URL.Path + "?" + q.Encode()
}

// shownRows says which rows of how many are on the page.
func shownRows(v *visit, l list) string {
	n := int64(len(l.Table.Rows))
	if l.Total > 0 {
		last := v.at() + n
		if l.Next == "" && l.Total <= report.MostCounted {
			last = l.Total // others may have come or gone while somebody turned the pages
		}
		return v.count(max(1, last-n+1)) + "–" + v.count(last) + " of " + v.totalOf(l.Total)
	}
	switch {
	case (v.ask("after") != "" || v.ask("before") != "") && l.Next != "":
		return v.count(n) + " more"
	case v.ask("after") != "":
		return "the last " + v.count(n)
	case l.Next != "":
		return "the first " + v.count(n)
	}
	return "all " + v.count(n)
}

func (v *visit) totalOf(n int64) string {
	if n > report.MostCounted {
		return "more than " + v.count(report.MostCounted)
	}
	return v.count(n)
}

// picksOf tells which rows are selected already, by the address.
func (v *visit) picked(r row) bool {
	return r.Pick != "" && slices.Contains(v.URL.Query()["pick"], r.Pick)
}
