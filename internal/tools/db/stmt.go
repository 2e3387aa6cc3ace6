package db

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A statement text is plain SQL of the common subset with three additions:
//
//	$1, $2 …            scalar arguments
//	{a: id BIGINT, …}   a list as a common table expression named a
//	{lock o}            FOR UPDATE OF o on PostgreSQL, nothing on SQLite
//
// The list becomes unnest over arrays on PostgreSQL and VALUES in a few fixed
// chunk sizes on SQLite, so that the texts stay few and prepared. There, a
// statement runs once for each chunk of its list: ORDER BY, LIMIT, DISTINCT and
// totals over the whole list hold within a chunk only, and a key that stands
// twice in the list may be written twice.
type stmt struct {
	text    string
	cols    []column // of the list; empty without one
	pg      string
	parts   []part // for SQLite
	scalars int

	row       string // for SQLite: the text for one row of the list, "" when it has no such form
	update    bool   // the row form is an UPDATE
	returning bool
}

type column struct {
	name string
	text bool // TEXT, else BIGINT
}

// part is a piece of the SQLite text: literal SQL, a scalar, or the list.
type part struct {
	lit    string
	scalar int // 1…; 0 none
	list   bool
}

var compiled sync.Map // text → *stmt; a cache, its content follows from the key

func compile(sql string) *stmt {
	if s, ok := compiled.Load(sql); ok {
		return s.(*stmt)
	}
	s := parse(sql)
	compiled.Store(sql, s)
	return s
}

// PostgresText gives the text that PostgreSQL is asked for a statement. Its
// parameters are the scalars, then the columns of the list as arrays, then the
// list's length.
func PostgresText(sql string) string { return compile(sql).pg }

func parse(sql string) *stmt {
	s := &stmt{text: sql}
	var pg, lit strings.Builder
	lits := func() {
		if lit.Len() > 0 {
			s.parts = append(s.parts, part{lit: lit.String()})
			lit.Reset()
		}
	}
	quoted := false
	listAt, listName := -1, ""
	for i := 0; i < len(sql); {
		ch := sql[i]
		switch {
		case ch == '\'':
			quoted = !quoted
			pg.WriteByte(ch)
			lit.WriteByte(ch)
			i++
		case !quoted && ch == '$' && i+1 < len(sql) && sql[i+1] >= '0' && sql[i+1] <= '9':
			j := i + 1
			for j < len(sql) && sql[j] >= '0' && sql[j] <= '9' {
				j++
			}
			n, _ := strconv.Atoi(sql[i+1 : j])
			s.scalars = max(s.scalars, n)
			pg.WriteString(sql[i:j])
			lits()
			s.parts = append(s.parts, part{scalar: n})
			i = j
		case !quoted && ch == '{':
			j := strings.IndexByte(sql[i:], '}')
			if j < 0 {
				panic("db: unclosed { in: " + sql)
			}
			body := sql[i+1 : i+j]
			i += j + 1
			if of, ok := strings.CutPrefix(body, "lock "); ok {
				pg.WriteString("FOR UPDATE OF " + of)
				continue
			}
			name, cols, ok := strings.Cut(body, ":")
			if !ok || s.cols != nil {
				panic("db: bad or second list macro in: " + sql)
			}
			for _, c := range strings.Split(cols, ",") {
				f := strings.Fields(c)
				if len(f) != 2 || (f[1] != "BIGINT" && f[1] != "TEXT") {
					panic("db: bad list column " + c + " in: " + sql)
				}
				s.cols = append(s.cols, column{f[0], f[1] == "TEXT"})
			}
			listName = name
			listAt = pg.Len()
			lit.WriteString(name + "(" + names(s.cols) + ") AS (VALUES ")
			lits()
			s.parts = append(s.parts, part{list: true})
			lit.WriteString(")")
		default:
			pg.WriteByte(ch)
			lit.WriteByte(ch)
			i++
		}
	}
	lits()
	text := pg.String()
	if listAt >= 0 {
		var arrays []string
		for k, c := range s.cols {
			typ := "bigint"
			if c.text {
				typ = "text"
			}
			arrays = append(arrays, fmt.Sprintf("$%d::%s[]", s.scalars+k+1, typ))
		}
		// The limit is the length of the list and takes nothing away. It makes the
		// planner expect a single row, so that it always drives from the list into
		// an index: with ten, its habit, it would rather walk through a whole index
		// of a table that was small when the plan was made.
		text = fmt.Sprintf("%s%s(%s) AS (SELECT * FROM unnest(%s) LIMIT $%d::bigint)%s", text[:listAt],
			listName, names(s.cols), strings.Join(arrays, ","), s.scalars+len(s.cols)+1, text[listAt:])
	}
	s.pg = text
	s.returning = strings.Contains(sql, "RETURNING")
	s.rowForm(listName)
	return s
}

var (
	rowWrite = regexp.MustCompile(`(?s)^\s*WITH \{[^}]*\}\s*((?:INSERT INTO|UPDATE)\s.*)$`)
	rowFrom  = regexp.MustCompile(`\sFROM a(\s+WHERE\s|\s*$)`)
	rowName  = regexp.MustCompile(`\ba\b`)
	rowCol   = regexp.MustCompile(`\ba\.(\w+)`)
	rowParam = regexp.MustCompile(`\$(\d+)`)
)

// rowForm makes a plain statement of a write that takes nothing but its list,
// which must be called a:
//
//	WITH {a: id BIGINT, n BIGINT} UPDATE t SET n=t.n+a.n FROM a WHERE t.id=a.id
//	UPDATE t SET n=t.n+?2 WHERE t.id=?1
//
// SQLite keeps a copy of the rows that an UPDATE … FROM will touch and sets up a
// list for every run: a plain update for each row takes a third less, and so do
// inserts of a row or two. The columns are the first parameters, the scalars
// follow.
func (s *stmt) rowForm(list string) {
	m := rowWrite.FindStringSubmatch(s.text)
	if m == nil || list != "a" || s.returning {
		return
	}
	text := m[1]
	if quotedName(text) || len(rowFrom.FindAllString(text, -1)) != 1 {
		return
	}
	s.update = strings.HasPrefix(text, "UPDATE")
	text = rowFrom.ReplaceAllString(text, "$1")
	ok := true
	text = rowCol.ReplaceAllStringFunc(text, func(ref string) string {
		k := slices.IndexFunc(s.cols, func(c column) bool { return c.name == ref[2:] })
		ok = ok && k >= 0
		return fmt.Sprintf("?%d", k+1)
	})
	if !ok || rowName.MatchString(text) || !s.update && s.bare(text) {
		return // the list is used otherwise, too
	}
	s.row = rowParam.ReplaceAllStringFunc(text, func(p string) string {
		n, _ := strconv.Atoi(p[1:])
		return fmt.Sprintf("?%d", len(s.cols)+n)
	})
}

// bare tells whether the values of an INSERT … SELECT name a column of the list
// without the list's name.
func (s *stmt) bare(text string) bool {
	_, vals, _ := strings.Cut(text, "SELECT")
	vals, _, _ = strings.Cut(vals, "ON CONFLICT")
	return slices.ContainsFunc(s.cols, func(c column) bool {
		return regexp.MustCompile(`\b` + c.name + `\b`).MatchString(vals)
	})
}

// quotedName tells whether a literal holds what looks like the list's name.
func quotedName(text string) bool {
	for i, piece := range strings.Split(text, "'") {
		if i%2 == 1 && rowName.MatchString(piece) {
			return true
		}
	}
	return false
}

func names(cols []column) string {
	n := make([]string, len(cols))
	for i, c := range cols {
		n[i] = c.name
	}
	return strings.Join(n, ",")
}

// sqlite gives the text for a chunk of n list rows.
func (s *stmt) sqlite(n int) string {
	if n == oneRow {
		return s.row
	}
	var b strings.Builder
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(s.cols)), ",") + ")"
	for _, p := range s.parts {
		switch {
		case p.list:
			for i := range n {
				if i > 0 {
					b.WriteByte(',')
				}
				b.WriteString(row)
			}
		case p.scalar > 0:
			b.WriteByte('?')
		default:
			b.WriteString(p.lit)
		}
	}
	return b.String()
}

// check panics when the scalars do not fit: a bug.
func (s *stmt) check(args []any) {
	if len(args) != s.scalars {
		panic(fmt.Sprintf("db: %d arguments for %d in: %s", len(args), s.scalars, brief(s.text)))
	}
}

// List is a list parameter: rows of BIGINT and TEXT values.
type List struct {
	n    int
	room int
	cols []listCol
}

type listCol struct {
	ints []int64
	strs []string
}

// NewList makes an empty list with room for n rows.
func NewList(n int) *List { return &List{room: n} }

// Len is the number of rows.
func (l *List) Len() int { return l.n }

// size is Len, 0 for no list.
func (l *List) size() int {
	if l == nil {
		return 0
	}
	return l.n
}

// Add appends one row; values are int64 or string in the order of the macro.
// Nothing in it lets a value escape: the row would be put on the heap.
func (l *List) Add(vals ...any) {
	if l.cols == nil {
		l.cols = make([]listCol, len(vals))
	}
	if len(vals) != len(l.cols) {
		panic(fmt.Sprintf("db: list row has %d values, the one before %d", len(vals), len(l.cols)))
	}
	for i, v := range vals {
		c := &l.cols[i]
		switch x := v.(type) {
		case int64:
			c.addInt(x, l.room)
		case string:
			if c.strs == nil {
				c.strs = make([]string, 0, l.room)
			}
			c.strs = append(c.strs, x)
		case int:
			c.addInt(int64(x), l.room)
		case bool:
			n := int64(0)
			if x {
				n = 1
			}
			c.addInt(n, l.room)
		default:
			panic(fmt.Sprintf("db: list value %d is %s; only int64 and string are known", i, reflect.TypeOf(v)))
		}
		if c.ints != nil && c.strs != nil {
			panic(fmt.Sprintf("db: list value %d is %s, in the rows before it was another type", i, reflect.TypeOf(v)))
		}
	}
	l.n++
}

func (c *listCol) addInt(x int64, room int) {
	if c.ints == nil {
		c.ints = make([]int64, 0, room)
	}
	c.ints = append(c.ints, x)
}

// check panics when the list does not fit the statement: a bug.
func (l *List) check(s *stmt) {
	if l == nil {
		panic("db: no list for: " + brief(s.text))
	}
	if l.n == 0 {
		return
	}
	if len(l.cols) != len(s.cols) {
		panic(fmt.Sprintf("db: list has %d columns, the statement %d: %s", len(l.cols), len(s.cols), brief(s.text)))
	}
	for i, c := range s.cols {
		if c.text != (l.cols[i].ints == nil) {
			panic(fmt.Sprintf("db: list column %s has the wrong type: %s", c.name, brief(s.text)))
		}
	}
}

// Ints makes a list of one BIGINT column.
func Ints[T ~int64](vals []T) *List {
	c := make([]int64, len(vals))
	for i, v := range vals {
		c[i] = int64(v)
	}
	return &List{n: len(vals), cols: []listCol{{ints: c}}}
}

// Texts makes a list of one TEXT column.
func Texts[T ~string](vals []T) *List {
	c := make([]string, len(vals))
	for i, v := range vals {
		c[i] = string(v)
	}
	return &List{n: len(vals), cols: []listCol{{strs: c}}}
}
