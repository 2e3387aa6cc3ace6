// Package report shows what the company knows: documents with all their
// counters and states, lists, timelines, ageing, the trial balance, the
// exception queue, and what a simulated step would do. It reads across all
// tables and writes nothing.
//
// Its views are what the API, the command line and the web show: ids as
// external text, money and quantities as decimal text, days as civil days.
// Functions take a db.Querier, so that a Reader asks them about what is
// committed and a Tx also about its own writes.
package report

import (
	"fmt"
	"strings"
	"time"

	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// Rules of questions.
var (
	ErrCursor = fault.Rule{Kind: fault.Invalid, Code: "page.cursor"}
	ErrAsk    = fault.Rule{Kind: fault.Invalid, Code: "report.invalid"}
	// ErrStatement is here because a statement is only ever looked at.
	ErrStatement = fault.Rule{Kind: fault.NotFound, Code: "statement.unknown"}
)

// Page asks for a part of a list.
type Page struct {
	Limit  int    // rows, 1 … 500; 0 = 50
	After  string // Next of the part before; "" = from the start
	Before string // Prev of the part behind: the rows before it
	Sort   string // what a list offers to be sorted by, with - before it the other way round; "" = as it is
}

const (
	usualLimit = 50
	maxLimit   = 500
)

func (p Page) limit() int {
	if p.Limit <= 0 {
		return usualLimit
	}
	return min(p.Limit, maxLimit)
}

// List is one part of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"cursor of the next part: the id of the last row; empty at the end"`
	Prev  string `json:"-"` // cursor of the part before; "" at the start
}

// DocRef names a document.
type DocRef struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Number string `json:"number,omitempty" doc:"the number that people use"`
}

// Party names a customer.
type Party struct {
	ID   id.Customer `json:"id"`
	Code string      `json:"code"`
	Name string      `json:"name"`
}

// Amount is money in one currency.
type Amount struct {
	Currency money.Currency `json:"currency"`
	Amount   string         `json:"amount"`
}

// where gathers the conditions of a list; ? stands for the next argument.
type where struct {
	text []string
	args []any
}

func (w *where) and(cond string, args ...any) {
	for _, a := range args {
		cond = strings.Replace(cond, "?", w.arg(a), 1)
	}
	w.text = append(w.text, cond)
}

func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

func (w *where) sql() string {
	if len(w.text) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.text, " AND ")
}

// Order of a list by its key, which rises with time.
const (
	newest = " DESC"
	oldest = ""
	// ascending is oldest where "" would mean: as it was asked for.
	ascending = " ASC"
)

func badCursor(after string) error {
	return ErrCursor.Because("cannot go on after %.40q: send the field next of the page before, unchanged", after).At("after")
}

// now is the instant at which q looks.
func now(q db.Querier) time.Time {
	c, ok := q.(interface{ Now() time.Time })
	if !ok {
		panic(fmt.Sprintf("report: a %T does not tell the time", q))
	}
	return c.Now()
}

// today gives the company and its civil day.
func today(q db.Querier) (*company.Company, day.Day, error) {
	c, err := company.Load(q)
	if err != nil {
		return nil, "", err
	}
	return c, c.Day(now(q)), nil
}

// lookBack is how many days ahead of its making a row may at most be dated: no
// move or settlement is post-dated further.
const lookBack = 62

// since gives an id that is older than every row dated after a day, so that
// "what came after" is a range of the primary key.
func since(on, today day.Day) int64 { return id.At(min(on, today).AddDays(-lookBack).Time()) }

// rolledTo is, within a statement, the id below which the rows of a journal are
// in its sums per day. It must stand in the statement that reads these sums: a
// roll-up between two statements would be counted twice.
func rolledTo(sums string) string {
	return `COALESCE((SELECT k.last_seq FROM cursor k WHERE k.subscriber='` + sums + `'), 0)`
}

// rolledUp reads the same id ahead. It may be behind when the sums are read, so
// it only tells the planner how little of a journal is to be read.
func rolledUp(q db.Querier, sums string) (last int64, err error) {
	_, err = q.One(`SELECT k.last_seq FROM cursor k WHERE k.subscriber=$1`, []any{sums}, &last)
	return last, err
}

// instant writes microseconds since 1970 as RFC 3339 in UTC; "" for none.
func instant(micro int64) string {
	if micro == 0 {
		return ""
	}
	return time.UnixMicro(micro).UTC().Format(time.RFC3339)
}

// collect runs a statement and scans each row into a T.
func collect[T any](q db.Querier, sql string, l *db.List, args []any, scan func(*db.Rows, *T) error) ([]T, error) {
	out := []T{}
	err := q.Each(sql, l, args, func(r *db.Rows) error {
		var v T
		err := scan(r, &v)
		out = append(out, v)
		return err
	})
	return out, err
}

// ids gathers ids once each, without zero.
type ids[T ~int64] struct {
	seen map[T]bool
	list []T
}

func (s *ids[T]) add(vs ...T) {
	if s.seen == nil {
		s.seen = map[T]bool{}
	}
	for _, v := range vs {
		if v != 0 && !s.seen[v] {
			s.seen[v] = true
			s.list = append(s.list, v)
		}
	}
}

// article is what a view needs of a product.
type article struct {
	SKU, Name, Unit string
	Scale           int
}

func (a article) qty(steps int64) string { return qty.Format(steps, a.Scale) }

func articles(q db.Querier, products []id.Product) (map[id.Product]article, error) {
	out := make(map[id.Product]article, len(products))
	err := q.Each(`WITH {a: id BIGINT} SELECT p.id, p.sku, p.name, p.base_unit, p.qty_scale FROM a JOIN product p ON p.id=a.id`, db.Ints(products), nil, func(r *db.Rows) error {
		var p id.Product
		var x article
		err := r.Scan(&p, &x.SKU, &x.Name, &x.Unit, &x.Scale)
		out[p] = x
		return err
	})
	return out, err
}

func parties(q db.Querier, customers []id.Customer) (map[id.Customer]Party, error) {
	out := make(map[id.Customer]Party, len(customers))
	err := q.Each(`WITH {a: id BIGINT} SELECT c.id, c.code, c.name FROM a JOIN customer c ON c.id=a.id`, db.Ints(customers), nil, func(r *db.Rows) error {
		var c Party
		err := r.Scan(&c.ID, &c.Code, &c.Name)
		out[c.ID] = c
		return err
	})
	return out, err
}
