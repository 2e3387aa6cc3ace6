package report

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// sortPart is a column that a list can be sorted by.
type sortPart struct {
	expr   string
	number bool   // else text
	way    string // newest or ascending when it does not follow what was asked
}

// sortings are the ways to sort a list by the name that people ask with. None of
// them may make the database sort more than an index, or a list that stays short, gives.
type sortings map[string][]sortPart

// paged reads one part of a list that is sorted by a key column.
func paged[T any](q db.Querier, p Page, prefix, sel, key, order string, w where, scan func(*db.Rows) (T, int64, error)) (List[T], error) {
	p.Sort = ""
	return pagedBy(q, p, nil, prefix, sel, key, order, w, scan)
}

// pagedBy reads one part of a list that may be sorted in other ways, too. Its
// cursor holds the values of the last row, so that what changes between two
// parts neither hides a row nor shows one twice.
func pagedBy[T any](q db.Querier, p Page, can sortings, prefix, sel, key, order string, w where, scan func(*db.Rows) (T, int64, error)) (List[T], error) {
	out := List[T]{Items: []T{}}
	parts, err := sortedBy(p.Sort, can, key, order)
	if err != nil {
		return out, err
	}
	back := p.Before != ""
	if cursor := p.After + p.Before; cursor != "" {
		if err := w.behind(parts, prefix, cursor, back); err != nil {
			return out, err
		}
	}
	n := p.limit()
	sql := sel + w.sql() + " ORDER BY " + orderOf(parts, back) + " LIMIT " + w.arg(n+1)
	more := false
	var keys []int64
	err = q.Each(sql, nil, w.args, func(r *db.Rows) error {
		v, k, err := scan(r)
		if more = len(out.Items) == n; more || err != nil {
			return err
		}
		out.Items, keys = append(out.Items, v), append(keys, k)
		return nil
	})
	if err != nil || len(keys) == 0 {
		return out, err
	}
	if back {
		slices.Reverse(out.Items)
		slices.Reverse(keys)
	}
	_, from, _ := strings.Cut(strings.Join(strings.Fields(sel), " "), " FROM ")
	cursor := func(k int64) (string, error) { return cursorOf(q, parts, prefix, from, k) }
	if more || back {
		if out.Next, err = cursor(keys[len(keys)-1]); err != nil {
			return out, err
		}
	}
	if p.After != "" || back && more {
		out.Prev, err = cursor(keys[0])
	}
	return out, err
}

// sortedBy gives the columns of a way to sort, the key last.
func sortedBy(ask string, can sortings, key, order string) ([]sortPart, error) {
	last := sortPart{expr: key, number: true, way: order}
	if ask == "" {
		return []sortPart{last}, nil
	}
	name, down := strings.CutPrefix(ask, "-")
	asked, ok := can[name]
	if !ok {
		return nil, ErrAsk.Because("this list cannot be sorted by %.40q", name).At("sort")
	}
	way := ascending
	if down {
		way = newest
	}
	if len(asked) == 0 { // by the key itself
		last.way = way
	}
	var out []sortPart
	for _, x := range asked {
		if x.way == "" {
			x.way = way
		}
		out = append(out, x)
	}
	return append(out, last), nil
}

func orderOf(parts []sortPart, back bool) string {
	var out []string
	for _, x := range parts {
		if (x.way == newest) != back {
			x.expr += newest
		}
		out = append(out, x.expr)
	}
	return strings.Join(out, ", ")
}

// behind asks for the rows on the far side of a cursor.
func (w *where) behind(parts []sortPart, prefix, cursor string, back bool) error {
	row, rest, _ := strings.Cut(cursor, ".")
	n, err := id.Parse(prefix, row)
	values, ok := readCursor(rest, parts)
	if err != nil || !ok {
		return badCursor(cursor)
	}
	values = append(values, n)
	var either []string
	for i, x := range parts {
		op := ">"
		if (x.way == newest) != back {
			op = "<"
		}
		var all []string
		for j := range i {
			all = append(all, parts[j].expr+"="+w.arg(values[j]))
		}
		either = append(either, strings.Join(append(all, x.expr+" "+op+" "+w.arg(values[i])), " AND "))
	}
	if len(either) == 1 {
		w.text = append(w.text, either[0])
	} else {
		w.text = append(w.text, "(("+strings.Join(either, ") OR (")+"))")
	}
	return nil
}

func readCursor(text string, parts []sortPart) ([]any, bool) {
	if len(parts) == 1 {
		return nil, text == ""
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	var raw []json.RawMessage
	if err != nil || json.Unmarshal(b, &raw) != nil || len(raw) != len(parts)-1 {
		return nil, false
	}
	var out []any
	for i, x := range raw {
		var n int64
		var s string
		if parts[i].number {
			err = json.Unmarshal(x, &n)
			out = append(out, n)
		} else {
			err = json.Unmarshal(x, &s)
			out = append(out, s)
		}
		if err != nil || strings.ContainsRune(s, 0) {
			return nil, false
		}
	}
	return out, true
}

// cursorOf names a row with the values that it is sorted by.
func cursorOf(q db.Querier, parts []sortPart, prefix, from string, k int64) (string, error) {
	if len(parts) == 1 {
		return id.Text(prefix, k), nil
	}
	last := len(parts) - 1
	var exprs []string
	numbers, texts := make([]int64, last), make([]string, last)
	dest := make([]any, last)
	for i, x := range parts[:last] {
		exprs = append(exprs, x.expr)
		if dest[i] = &texts[i]; x.number {
			dest[i] = &numbers[i]
		}
	}
	if _, err := q.One("SELECT "+strings.Join(exprs, ", ")+" FROM "+from+" WHERE "+parts[last].expr+"=$1", []any{k}, dest...); err != nil {
		return "", err
	}
	values := make([]any, last)
	for i, x := range parts[:last] {
		if values[i] = any(texts[i]); x.number {
			values[i] = numbers[i]
		}
	}
	b, err := json.Marshal(values)
	return id.Text(prefix, k) + "." + base64.RawURLEncoding.EncodeToString(b), err
}

// MostCounted is how far lists are counted: beyond it there are "more than" so many.
const MostCounted = 10_000

// counted counts the rows of a list, MostCounted + 1 at most.
func counted(q db.Querier, from string, w where) (n int64, err error) {
	_, err = q.One("SELECT COUNT(*) FROM (SELECT 1 FROM "+from+w.sql()+" LIMIT "+w.arg(MostCounted+1)+") t", w.args, &n)
	return n, err
}
