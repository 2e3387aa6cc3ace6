// Package ledger owns the books: balanced entries of named roles, the chart
// that turns a role into an account, rates of exchange, and the periods in
// which may be posted. It does not know why something is posted: the flows do.
//
// Nothing here is ever changed or deleted; a mistake is an exact inverse and a
// new entry. Debit is positive. Amounts are minor units: Amount in the
// company's currency, Doc in the document's.
package ledger

import (
	"fmt"
	"sort"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrClosed = fault.Rule{Kind: fault.Refused, Code: "period.closed"}
	ErrRate   = fault.Rule{Kind: fault.Refused, Code: "fx.no-rate"}
	ErrMonth  = fault.Rule{Kind: fault.Conflict, Code: "period.order"}
)

// The ledgers that close one after another.
const (
	Stock       = "stock"
	Receivables = "receivables"
	General     = "general"
)

// Entry is one balanced posting with exactly one source document and step.
type Entry struct {
	ID         id.Entry
	Journal    string // sales, stock, cash, allocation, tax, close
	Kind       string // invoice, receipt, allocation, goods-receipt …
	DocType    string
	Doc        int64
	Step       string // unique per document
	PostedOn   day.Day
	DocumentOn day.Day
	ValueOn    day.Day
	FxRate     string
	Reverses   id.Entry
	Corrects   id.Entry
	Lines      []Line
}

// Line is one side of an entry.
type Line struct {
	Role       string
	Account    string // resolved when posted
	Amount     int64  // company currency, debit positive
	Doc        int64  // document currency, debit positive
	Currency   money.Currency
	Sub        int64 // item, order line, purchase document …: what a control role demands
	Customer   id.Customer
	CostObject string
	TaxCode    string
	TaxBase    int64
	TaxPointOn day.Day
}

// key says which lines are one.
func (l Line) key() string {
	return fmt.Sprintf("%s|%s|%s|%d|%s|%d|%s", l.Role, l.TaxCode, l.Currency, l.Sub, l.TaxPointOn, l.Customer, l.CostObject)
}

// Compact merges lines of one role, tax code, currency and sub-ledger key, and
// drops those that vanish (a tax line with a base stays). Sides of the same
// control item that belong to different sub keys are never netted.
func Compact(lines []Line) []Line {
	out := make([]Line, 0, len(lines))
	at := make(map[string]int, len(lines))
	for _, l := range lines {
		k := l.key()
		if i, ok := at[k]; ok {
			out[i].Amount += l.Amount
			out[i].Doc += l.Doc
			out[i].TaxBase += l.TaxBase
			continue
		}
		at[k] = len(out)
		out = append(out, l)
	}
	kept := out[:0]
	for _, l := range out {
		if l.Amount != 0 || l.Doc != 0 || l.TaxBase != 0 {
			kept = append(kept, l)
		}
	}
	return kept
}

// mustBalance panics on an entry that does not balance: a bug, and the transaction rolls back.
func mustBalance(e *Entry) {
	sum, docs := int64(0), map[money.Currency]int64{}
	for _, l := range e.Lines {
		sum += l.Amount
		docs[l.Currency] += l.Doc
	}
	if sum != 0 {
		panic(fmt.Sprintf("ledger: entry %s of %s %d does not balance by %d: %+v", e.Kind, e.DocType, e.Doc, sum, e.Lines))
	}
	cur := make([]string, 0, len(docs))
	for c := range docs {
		cur = append(cur, string(c))
	}
	sort.Strings(cur)
	for _, c := range cur {
		if docs[money.Currency(c)] != 0 {
			panic(fmt.Sprintf("ledger: entry %s of %s %d does not balance in %s by %d: %+v", e.Kind, e.DocType, e.Doc, c, docs[money.Currency(c)], e.Lines))
		}
	}
}

// Inverse makes the exact inverse of lines; tax points become on, when given.
func Inverse(lines []Line, on day.Day) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		l.Amount, l.Doc, l.TaxBase = -l.Amount, -l.Doc, -l.TaxBase
		if l.TaxPointOn != "" && on != "" {
			l.TaxPointOn = on
		}
		out[i] = l
	}
	return out
}
