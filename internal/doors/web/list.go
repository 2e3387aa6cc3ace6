package web

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/a-h/templ"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// list is a page with one table: views, filters, rows, a way on and CSV.
type list struct {
	Title string
	Lead  string // a sentence under the title
	Acts  []link
	Views []viewTab
	Ask   string   // placeholder of the filter field; "" = no filter
	Chips []chip   // filters that are set
	Top   fragment // above the table
	Table table
	Next  string // cursor of the next part
	Prev  string // cursor of the part before
	Total int64  // rows of the whole list as far as it is counted; 0 = not counted
	CSV   bool
	Empty string      // what to say when there is nothing by nature
	Sorts [][2]string // head of a column, and what the report calls sorting by it
	Bulk  []link      // what can be done with the rows that are selected, each by a page that asks before
	kept  keptViews
}

// viewTab is a saved question.
type viewTab struct {
	Word    string
	Href    string
	Count   string // "" = not counted
	Current bool
}

// chip is a filter with the address without it.
type chip struct{ Word, Without string }

// link goes somewhere or, with Sheet, opens what a step would do.
type link struct {
	Word, Href, Icon, Key string
	Primary, Sheet        bool
}

// table is rows under columns; the same data make the page and the CSV file.
type table struct {
	Caption string
	Columns []column
	Rows    []row
	Foot    []cell
	Needs   map[string]access.Right // fields that not everybody may see, by the heads of their columns
	Wide    bool                    // stays a table on a phone, in a box that scrolls
	Long    bool                    // hundreds of rows: drawn with as few elements as it takes
	sorts   map[string]sortedHead
	picks   bool // rows can be selected
}

// column heads cells. Place says what a cell becomes on a phone: first, amount,
// whole (a line of its own), act, or up (not shown).
type column struct {
	Head  string
	Num   bool
	Place string
}

type row struct {
	ID    string // of the document, stable
	Cells []cell
	again int    // further reasons of the same kind that stand behind this row
	Pick  string // what a bulk command calls the row; "" = it cannot be selected
	Sum   string // decimal text that is summed over selected rows, …
	Unit  string // … of one unit: the code of a currency
}

// cell is what stands at one place: text, a second line, a state, a picture.
type cell struct {
	Text, Sub string
	Raw       string // for CSV, when the text is dressed up
	Href      string
	Code      bool // an item or a place: digits with a slashed zero
	Whole     bool // a number that stays on one line
	Tone      string
	SubTone   string
	State     *state
	Unit      string
	Bar       *progress
	Act       *link
}

func text(s string) cell         { return cell{Text: s} }
func coded(s, href string) cell  { return cell{Text: s, Href: href, Code: true} }
func named(s, href string) cell  { return cell{Text: s, Href: href, Whole: true} }
func linked(s, href string) cell { return cell{Text: s, Href: href} }
func cash(s string) cell         { return cell{Text: amount(s), Raw: s} }
func pieces(s, u string) cell    { return cell{Text: quantity(s), Raw: s, Unit: unit(u)} }
func pill(code string) cell {
	s := stateOf(code)
	return cell{State: &s, Raw: code}
}

// and adds a second line.
func (c cell) and(sub string) cell {
	c.Sub = sub
	return c
}

// record is the row as CSV has it.
func (r row) record() []string {
	out := make([]string, 0, len(r.Cells))
	for _, c := range r.Cells {
		s := c.Raw
		if s == "" {
			s = c.Text
		}
		if c.State != nil && c.Sub != "" {
			s = c.State.word + ": " + c.Sub
		}
		out = append(out, s)
	}
	return out
}

// csvOf writes all rows that a list would show, part after part: more asks for
// the part behind a cursor. The first is asked for at once, so that a question
// that cannot be answered is answered by a page.
func csvOf(name string, more func(after string) (list, error)) (page, error) {
	l, err := more("")
	if err != nil {
		return nil, err
	}
	return download{name + ".csv", func(w io.Writer) error {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil // nobody is there any more
		}
		out := csv.NewWriter(w)
		_ = out.Write(l.heads())
		for {
			for _, r := range l.Table.Rows {
				_ = out.Write(report.Plain(r.record()))
			}
			if l.Next == "" {
				out.Flush()
				return nil
			}
			if l, err = more(l.Next); err != nil {
				return err
			}
		}
	}}, nil
}

func (l list) heads() []string {
	out := make([]string, 0, len(l.Table.Columns))
	for _, c := range l.Table.Columns {
		out = append(out, c.Head)
	}
	return out
}

// listing makes the two pages of a list: the drawn one and its CSV.
func listing(name string, f func(v *visit, p report.Page) (list, error)) func(*visit) (page, error) {
	return func(v *visit) (page, error) {
		if v.ask("format") == "csv" {
			part := func(after string) (list, error) {
				l, err := f(v, report.Page{Limit: 500, After: after, Sort: v.ask("sort")})
				if err == nil {
					err = v.arrange(name, &l)
				}
				return l, err
			}
			return csvOf(name, func(after string) (l list, err error) {
				if v.q != nil { // the first part, on the snapshot of the request
					return part(after)
				}
				err = v.read(func(q *db.Reader) error {
					v.q = q
					defer func() { v.q = nil }()
					l, err = part(after)
					return err
				})
				return l, err
			})
		}
		l, err := f(v, report.Page{After: v.ask("after"), Before: v.ask("before"), Sort: v.ask("sort")})
		l.CSV = true
		if err == nil {
			err = v.arrange(name, &l)
		}
		if err != nil {
			return nil, err
		}
		return draw(listPage(v, l)), nil
	}
}

// tabs makes views of one parameter.
func (v *visit) tabs(name string, words ...[2]string) []viewTab {
	var out []viewTab
	for _, w := range words {
		out = append(out, viewTab{Word: w[1], Href: v.with(name, w[0]), Current: v.ask(name) == w[0]})
	}
	return out
}

// chips shows which filters are set.
func (v *visit) chips(names ...[2]string) []chip {
	var out []chip
	for _, n := range names {
		if s := v.ask(n[0]); s != "" {
			out = append(out, chip{n[1] + ": " + s, v.with(n[0], "")})
		}
	}
	return out
}

// progress is how far a line is, in shares of what was ordered.
type progress struct {
	Name  string // all numbers in words
	Parts []part
	Word  string // the furthest true sentence
	Tone  string
}

type part struct {
	Fill        string
	From, Width string // percent
}

// percent writes part of a whole for SVG.
func percent(n, of int64) string {
	if of <= 0 {
		return "0%"
	}
	t := (n*10000 + of/2) / of
	return fmt.Sprintf("%d.%02d%%", t/100, t%100)
}

// stacked makes parts that follow one another.
func stacked(of int64, fills ...any) []part {
	var out []part
	at := int64(0)
	for i := 0; i+1 < len(fills); i += 2 {
		n := fills[i+1].(int64)
		if n > 0 {
			out = append(out, part{fills[i].(string), percent(at, of), percent(n, of)})
			at += n
		}
	}
	return out
}

// fragment is something drawn by itself.
type fragment = templ.Component
