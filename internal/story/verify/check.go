package verify

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// check is one rule. Most are two statements: how many things there are, and
// which of them break the rule, with what has to be said about them. The
// others are a function.
type check struct {
	id    string
	title string // begins with what is counted
	count string
	bad   string
	say   string // sentence over the columns of bad, see say
	warn  bool   // what bad finds is odd, not wrong
	run   func(w *work) error
}

// all gives every check, in the order of the report.
func all() []check {
	var out []check
	for _, part := range [][]check{orders(), billing(), pots(), books(), items(), papers(), settlements(), numbers(), returns(), exposure(), banks(), dates(), promises(), logs(), references()} {
		out = append(out, part...)
	}
	return out
}

// work is a check being made.
type work struct {
	Check
	r       *db.Reader
	company *company.Company
}

func (c check) make(w *work) error {
	if c.run != nil {
		return c.run(w)
	}
	if _, err := w.r.One(c.count, nil, &w.Count); err != nil {
		return err
	}
	sentence, err := parseSay(c.say)
	if err != nil {
		return err
	}
	return w.r.Each(c.bad, nil, nil, func(r *db.Rows) error {
		text, err := sentence.row(w, r)
		if err != nil {
			return err
		}
		if c.warn {
			w.odd("%s", text)
		} else {
			w.wrong("%s", text)
		}
		return nil
	})
}

// wrong notes one offender.
func (w *work) wrong(format string, args ...any) {
	w.Bad++
	if len(w.First) < firsts {
		w.First = append(w.First, fmt.Sprintf(format, args...))
	}
}

// odd notes one thing to look at.
func (w *work) odd(format string, args ...any) {
	w.Warned++
	if len(w.Warnings) < firsts {
		w.Warnings = append(w.Warnings, fmt.Sprintf(format, args...))
	}
}

// fc writes an amount in the company's currency.
func (w *work) fc(v int64) string { return amount(v, string(w.company.Currency)) }

// amount writes minor units; an unknown currency leaves them as they are.
func amount(v int64, currency string) string {
	c, err := money.ParseCurrency(currency)
	if err != nil {
		return strconv.FormatInt(v, 10) + " minor units " + currency
	}
	return money.Format(v, c) + " " + currency
}

// safely runs arithmetic of the words on figures that may be nonsense: what
// would be a bug elsewhere is an offender here.
func safely(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	f()
	return nil
}

func missing(err error) bool { return errors.Is(err, company.ErrMissing) }

// sentence is a text with verbs in braces, each of which eats columns of a row:
//
//	{ord}   an id, written with the prefix       {#}     a whole number
//	{fc}    an amount in the company's currency  {$}     a text
//	{doc}   a document's type and id             {amt}   an amount and its currency
type sentence struct {
	lits  []string
	verbs []string
}

func parseSay(text string) (sentence, error) {
	var s sentence
	for {
		lit, rest, found := strings.Cut(text, "{")
		s.lits = append(s.lits, lit)
		if !found {
			return s, nil
		}
		verb, after, closed := strings.Cut(rest, "}")
		if !closed {
			return s, fmt.Errorf("unclosed { in %q", text)
		}
		s.verbs = append(s.verbs, verb)
		text = after
	}
}

func (s sentence) row(w *work, r *db.Rows) (string, error) {
	dest := make([]any, 0, 2*len(s.verbs))
	for _, v := range s.verbs {
		switch v {
		case "$":
			dest = append(dest, new(string))
		case "doc":
			dest = append(dest, new(string), new(int64))
		case "amt":
			dest = append(dest, new(int64), new(string))
		default:
			dest = append(dest, new(int64))
		}
	}
	if err := r.Scan(dest...); err != nil {
		return "", err
	}
	var b strings.Builder
	at := 0
	number := func() int64 { at++; return *dest[at-1].(*int64) }
	text := func() string { at++; return *dest[at-1].(*string) }
	for i, v := range s.verbs {
		b.WriteString(s.lits[i])
		switch v {
		case "#":
			b.WriteString(strconv.FormatInt(number(), 10))
		case "$":
			if t := text(); t == "" {
				b.WriteString("(none)")
			} else {
				b.WriteString(t)
			}
		case "fc":
			b.WriteString(w.fc(number()))
		case "amt":
			n := number()
			b.WriteString(amount(n, text()))
		case "doc":
			t := text()
			b.WriteString(document(t, number()))
		default:
			b.WriteString(orNone(id.Text(v, number())))
		}
	}
	b.WriteString(s.lits[len(s.verbs)])
	return b.String(), nil
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// prefixes of documents by the type that journals carry.
var prefixes = map[string]string{
	"order": "ord", "shipment": "shp", "invoice": "inv", "credit_note": "inv", "receipt": "rcp", "application": "app",
	"refund": "rfd", "return": "ret", "return_order": "ret", "stock_doc": "std", "item": "itm", "open_item": "itm",
	"bank_line": "bln", "statement": "stm", "customer": "cus", "hold": "hld", "intake": "itk",
}

func document(kind string, v int64) string {
	if p, ok := prefixes[kind]; ok {
		return id.Text(p, v)
	}
	return kind + " " + orNone(id.Text("id", v))
}
