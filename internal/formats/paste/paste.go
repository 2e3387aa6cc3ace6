// Package paste reads rows that come out of a spreadsheet, an e-mail or a
// person's hands: it divides them into cells, finds out which column means what
// and how its numbers and days are written, in English or in German.
//
// It never guesses where a guess could cost: 1.000 among numbers that do not
// tell how they are written stays as it was pasted, with a question mark.
package paste

import (
	"encoding/csv"
	"io"
	"regexp"
	"slices"
	"strings"

	"kontor/internal/words/day"
	"kontor/internal/words/unit"
)

// Meaning is what a column holds.
type Meaning string

// The meanings; "" is a column that says nothing that an order needs.
const (
	Nothing Meaning = ""
	Item    Meaning = "item"
	Qty     Meaning = "qty"
	Unit    Meaning = "unit"
	Wished  Meaning = "wished"
	Price   Meaning = "price"
)

// Meanings are all of them, in the order of the grid.
var Meanings = []Meaning{Item, Qty, Unit, Wished, Price}

// Table is what was pasted, as cells. Rows have as many cells as they have.
type Table struct {
	Head []string // nil = the rows have none
	Rows [][]string
	wide int
}

// Row is one row by the meaning of its cells. Numbers and days that were
// understood stand in plain form, others as they were pasted.
type Row struct{ Item, Qty, Unit, Wished, Price string }

var (
	gaps   = regexp.MustCompile(`\t|[ \x{00a0}]{2,}`)
	blanks = regexp.MustCompile(`[ \x{00a0}]+`)
)

// Read divides text into cells: at tabs where there are any, else at semicolons,
// else at several blanks, else at single ones. Empty rows are left out.
func Read(text string) Table {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff"))
	var t Table
	switch lines := strings.Split(strings.TrimSpace(text), "\n"); {
	case strings.Contains(text, "\t"):
		t.Rows = cells(text, '\t')
	case most(lines, func(s string) bool { return strings.Contains(s, ";") }):
		t.Rows = cells(text, ';')
	case most(lines, func(s string) bool { return gaps.MatchString(strings.TrimSpace(s)) }):
		t.Rows = divided(lines, gaps)
	default:
		t.Rows = divided(lines, blanks)
	}
	t.Rows = slices.DeleteFunc(t.Rows, func(r []string) bool { return strings.Join(r, "") == "" })
	if len(t.Rows) > 1 && isHead(t.Rows[0]) {
		t.Head, t.Rows = t.Rows[0], t.Rows[1:]
	}
	for _, r := range append([][]string{t.Head}, t.Rows...) {
		t.wide = max(t.wide, len(r))
	}
	return t
}

// Again makes the table of rows that were kept as Text wrote them.
func Again(rows []string) Table {
	var t Table
	for _, r := range rows {
		c := strings.Split(r, "\t")
		t.Rows, t.wide = append(t.Rows, c), max(t.wide, len(c))
	}
	return t
}

// Text is row i in one line, as it is kept.
func (t Table) Text(i int) string { return strings.Join(t.Rows[i], "\t") }

// Wide is how many columns there are.
func (t Table) Wide() int { return t.wide }

func most(lines []string, is func(string) bool) bool {
	n := 0
	for _, l := range lines {
		if is(l) {
			n++
		}
	}
	return n*2 > len(lines)
}

func cells(text string, comma rune) [][]string {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	var out [][]string
	for {
		row, err := r.Read()
		if err == io.EOF {
			return out
		}
		if err != nil { // with lazy quotes only a reader's error is left
			return divided(strings.Split(text, "\n"), regexp.MustCompile(regexp.QuoteMeta(string(comma))))
		}
		out = append(out, clean(row))
	}
}

func divided(lines []string, at *regexp.Regexp) [][]string {
	var out [][]string
	for _, l := range lines {
		out = append(out, clean(at.Split(strings.TrimSpace(l), -1)))
	}
	return out
}

// clean takes off what spreadsheets put around cells.
func clean(row []string) []string {
	for i, c := range row {
		row[i] = strings.TrimSpace(strings.NewReplacer("\n", " ", "\t", " ", "\u00a0", " ").Replace(c))
	}
	return row
}

// heads are words that head columns, without marks and blanks.
var heads = map[string]Meaning{
	"item": Item, "itemno": Item, "itemnumber": Item, "itemcode": Item, "sku": Item, "article": Item, "articleno": Item, "product": Item, "productcode": Item, "part": Item, "partno": Item, "partnumber": Item, "code": Item, "gtin": Item, "ean": Item, "material": Item,
	"artikel": Item, "artikelnr": Item, "artikelnummer": Item, "artnr": Item, "materialnr": Item, "materialnummer": Item, "teilenummer": Item, "bestellnummer": Item, "bestellnr": Item, "sachnummer": Item, "produkt": Item, "yourpartno": Item, "ihreartikelnr": Item,
	"qty": Qty, "quantity": Qty, "pieces": Qty, "ordered": Qty, "orderqty": Qty, "menge": Qty, "anzahl": Qty, "stückzahl": Qty, "bestellmenge": Qty,
	"unit": Unit, "uom": Unit, "einheit": Unit, "me": Unit, "mengeneinheit": Unit,
	"date": Wished, "wished": Wished, "wishedfor": Wished, "delivery": Wished, "deliverydate": Wished, "requested": Wished, "requesteddate": Wished, "duedate": Wished, "needby": Wished, "termin": Wished, "liefertermin": Wished, "wunschtermin": Wished, "datum": Wished, "lieferdatum": Wished,
	"price": Price, "unitprice": Price, "preis": Price, "einzelpreis": Price, "stückpreis": Price, "ep": Price,
	"description": Nothing, "name": Nothing, "text": Nothing, "bezeichnung": Nothing, "beschreibung": Nothing, "pos": Nothing, "position": Nothing, "no": Nothing, "nr": Nothing, "line": Nothing, "amount": Nothing, "total": Nothing, "betrag": Nothing, "gesamt": Nothing, "gesamtpreis": Nothing,
}

var noWord = regexp.MustCompile(`[^\p{L}]+|\(.*\)`)

func headed(s string) (Meaning, bool) {
	m, ok := heads[noWord.ReplaceAllString(strings.ToLower(s), "")]
	return m, ok
}

func isHead(row []string) bool {
	known := 0
	for _, c := range row {
		if strings.Trim(c, "0123456789.,") == "" && c != "" {
			return false
		}
		if _, ok := headed(c); ok {
			known++
		}
	}
	return known > 0 && known*2 >= len(row)
}

// column is what can be told of one without knowing what it means.
type column struct {
	filled, numbers, days, units, codes, fractions, long int
	counts                                               bool // 1, 2, 3 … or 10, 20, 30 …
}

func (t Table) column(i int) column {
	c := column{counts: len(t.Rows) > 1}
	last, step := int64(0), int64(0)
	for _, r := range t.Rows {
		s := at(r, i)
		if s == "" {
			continue
		}
		c.filled++
		n, rest := split(s)
		_, isDay := dayOf(s, unsure, "")
		switch {
		case isDay:
			c.days++
		case n != "" && (rest == "" || len(unit.Codes(rest)) > 0):
			c.numbers++
			if strings.ContainsAny(n, ".,") {
				c.fractions++
			} else if len(n) >= 6 {
				c.long++
			}
		case len(unit.Codes(s)) > 0:
			c.units++
		case !strings.Contains(s, " ") && (strings.ContainsAny(s, "0123456789") || s == strings.ToUpper(s)):
			c.codes++
		}
		v := whole(s)
		if d := v - last; step == 0 {
			step = v
		} else if d != step {
			c.counts = false
		}
		c.counts, last = c.counts && v > 0, v
	}
	c.counts = c.counts && (step == 1 || step == 10)
	return c
}

func whole(s string) (n int64) {
	for _, d := range s {
		if d < '0' || d > '9' || n > 1<<40 {
			return 0
		}
		n = n*10 + int64(d-'0')
	}
	return n
}

func at(r []string, i int) string {
	if i < len(r) {
		return r[i]
	}
	return ""
}

// Guess tells what each column means: by its head, else by what stands in it.
func (t Table) Guess() []Meaning {
	out := make([]Meaning, t.wide)
	known := map[Meaning]bool{}
	sure := make([]bool, t.wide)
	for i := range out {
		if m, ok := headed(at(t.Head, i)); ok && t.Head != nil {
			sure[i] = true
			if !known[m] {
				out[i], known[m] = m, m != Nothing
			}
		}
	}
	cols := make([]column, t.wide)
	for i := range cols {
		cols[i] = t.column(i)
	}
	take := func(m Meaning, is func(i int, c column) bool) {
		for i, c := range cols {
			if !known[m] && !sure[i] && out[i] == Nothing && c.filled > 0 && is(i, c) {
				out[i], known[m] = m, true
			}
		}
	}
	mainly := func(n int, c column) bool { return n*5 > c.filled*3 }
	take(Wished, func(_ int, c column) bool { return mainly(c.days, c) })
	take(Unit, func(_ int, c column) bool { return mainly(c.units, c) })
	take(Item, func(_ int, c column) bool { return mainly(c.codes, c) || mainly(c.long, c) && !mainly(c.fractions, c) })
	numeric := 0
	for i, c := range cols {
		if !sure[i] && out[i] == Nothing && mainly(c.numbers, c) {
			numeric++
		}
	}
	take(Qty, func(i int, c column) bool {
		return mainly(c.numbers, c) && (numeric == 1 || !c.counts || i > 0)
	})
	take(Price, func(_ int, c column) bool { return mainly(c.numbers, c) && c.fractions > 0 })
	take(Item, func(int, column) bool { return true })
	return out
}

// Lines gives the rows by the meaning of their columns; today dates days
// without a year.
func (t Table) Lines(m []Meaning, today day.Day) []Row {
	number := t.style(m, Qty, Price)
	order := t.dayOrder(m)
	out := make([]Row, len(t.Rows))
	for i, r := range t.Rows {
		x := &out[i]
		for k, what := range m {
			s := at(r, k)
			switch what {
			case Item:
				x.Item = s
			case Qty:
				n, rest := split(s)
				x.Qty = plain(n, s, number)
				if len(unit.Codes(rest)) > 0 && x.Unit == "" {
					x.Unit = rest
				} else if rest != "" {
					x.Qty = s
				}
			case Unit:
				if s != "" {
					x.Unit = s
				}
			case Wished:
				if x.Wished, _ = dayOf(s, order, today); x.Wished == "" {
					x.Wished = s
				}
			case Price:
				n, _ := split(s)
				x.Price = plain(n, s, number)
			}
		}
		if x.Qty == "" && x.Item == "" {
			x.Item = strings.Join(strings.Fields(t.Text(i)), " ")
		}
	}
	return out
}
