// Package onlineretail reads the UCI Online Retail data, a UK wholesaler's
// invoice lines of 2010 and 2011: plain or gzipped CSV with the columns
// InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice,
// CustomerID and Country.
//
// It streams rows, groups them to one document per InvoiceNo and says of each
// row why it cannot be invoiced or credited, if so. A row that cannot be read
// is not lost: it comes with its bytes and the reason "retail.unreadable".
// Prices stay decimal text (some have three decimals), nothing is rounded or
// summed here, and a credit is not tied to a sale.
package onlineretail

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kontor/internal/words/fault"
)

// Malformed is the rule that a file breaks when it cannot be read as a whole:
// a column is missing in its first line, its gzip is cut, a quote never ends.
var Malformed = fault.Rule{Kind: fault.Invalid, Code: "retail.malformed"}

// maxRow is the longest row in bytes and maxLines the most lines that a quoted
// field may take it over; a longer one ends the reading.
const (
	maxRow   = 1 << 18
	maxLines = 100
)

// Row is one line of a file.
type Row struct {
	No          int    // 1-based number of the row over all files read together, header lines not counted
	File        string // base name of the file
	Line        int    // 1-based line of the file where the row begins
	InvoiceNo   string // 536365, C536379
	StockCode   string // as written: 85123A and 85123a are both there
	Description string // without surrounding blanks; may be empty
	Quantity    int64  // units; negative in credits and stock adjustments
	InvoicedAt  string // 2010-12-01 08:26:00, local time of the seller
	Day         string // 2010-12-01
	Month       string // 2010-12
	UnitPrice   string // pounds sterling per unit, decimal text with sign, any number of decimals
	CustomerID  string // 17850, or empty
	Country     string // English name: United Kingdom, EIRE …
	Raw         []byte // the row's bytes as in the file, without the line end; the caller may keep them
	Unreadable  string // what is wrong with the row, else empty; the other fields are then what could be read
}

// Credit reports whether the row belongs to a credit note (InvoiceNo C…).
func (r *Row) Credit() bool { return isCredit(r.InvoiceNo) }

// Document is all rows of one InvoiceNo.
type Document struct {
	InvoiceNo  string
	Credit     bool   // InvoiceNo begins with C
	InvoicedAt string // of the first row; 35 documents of the shared half go on into the next minute
	Day        string // of the first row
	CustomerID string // of the first row that has one, or empty
	Country    string // of the first row
	Rows       []Row  // in the file's order
}

// isCredit is the rule of the data set: C before the number.
func isCredit(invoice string) bool {
	return strings.HasPrefix(invoice, "C") || strings.HasPrefix(invoice, "c")
}

// The reasons for which a row is held. They are stable codes of the exception queue.
const (
	Unreadable      = "retail.unreadable"       // not eight columns, or a number or time that is none
	ZeroQuantity    = "retail.zero-quantity"    // nothing was sold
	PositiveCredit  = "retail.positive-credit"  // a credit note that takes nothing back
	NegativePrice   = "retail.negative-price"   // a price below zero
	StockAdjustment = "retail.stock-adjustment" // goods counted, damaged, thrown away: no sale
	ZeroPrice       = "retail.zero-price"       // given away, or a price that was never set
	NoCustomer      = "retail.no-customer"      // nobody to invoice; the only reason that a default customer cures
)

// Reasons gives all reason codes in the order in which Reason looks for them.
func Reasons() []string {
	return []string{Unreadable, ZeroQuantity, PositiveCredit, NegativePrice, StockAdjustment, ZeroPrice, NoCustomer}
}

// Reason gives the code of the first reason for which the row can be neither
// invoiced nor credited, or "" when it can. A row without a customer is held
// unless there is a default customer that adopts it. Which rows are held
// follows from customer, price, quantity and InvoiceNo alone; the description
// only tells an adjustment from a gift.
func Reason(r *Row, hasDefaultCustomer bool) string {
	price := sign(r.UnitPrice)
	switch {
	case r.Unreadable != "":
		return Unreadable
	case r.Quantity == 0:
		return ZeroQuantity
	case r.Credit() && r.Quantity > 0:
		return PositiveCredit
	case price < 0:
		return NegativePrice
	case r.Quantity < 0 && !r.Credit():
		return StockAdjustment
	case price == 0 && r.CustomerID == "" && goods(r.StockCode) && isNote(r.Description):
		return StockAdjustment
	case price == 0:
		return ZeroPrice
	case r.CustomerID == "" && !hasDefaultCustomer:
		return NoCustomer
	}
	return ""
}

// goods reports whether a stock code is that of goods, not of postage, fees or vouchers.
func goods(code string) bool { return code != "" && code[0] >= '0' && code[0] <= '9' }

// isNote reports whether a description is a note of the warehouse ("found",
// "?", nothing) rather than the name of an article, which is in capitals.
func isNote(description string) bool {
	lower, upper := 0, 0
	for _, r := range description {
		switch {
		case unicode.IsLower(r):
			lower++
		case unicode.IsUpper(r):
			upper++
		}
	}
	return lower >= upper
}

// sign gives −1, 0 or 1 of decimal text.
func sign(s string) int {
	switch {
	case strings.Trim(s, "-+.0") == "":
		return 0
	case s[0] == '-':
		return -1
	}
	return 1
}

// Rows streams the rows of files, one file after the other. Row numbers go on
// from file to file. An error (of the file system, or the fault Malformed) ends it.
func Rows(paths ...string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		no := 0
		for _, path := range paths {
			f, err := os.Open(path)
			if err != nil {
				yield(Row{}, fmt.Errorf("online retail: %w", err))
				return
			}
			on := true
			for r, err := range Read(f, filepath.Base(path)) {
				if err == nil {
					no++
					r.No = no
				}
				if on = yield(r, err) && err == nil; !on {
					break
				}
			}
			_ = f.Close()
			if !on {
				return
			}
		}
	}
}

// Read streams the rows of one file, gzipped or not; name stands in rows and
// errors. An error ends it.
func Read(in io.Reader, name string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		b := bufio.NewReaderSize(in, 64<<10)
		if head, _ := b.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
			z, err := gzip.NewReader(b)
			if err != nil {
				yield(Row{}, broken(name, 0, err))
				return
			}
			b = bufio.NewReaderSize(z, 64<<10)
		}
		if head, _ := b.Peek(3); bytes.Equal(head, []byte{0xef, 0xbb, 0xbf}) {
			_, _ = b.Discard(3)
		}
		c := &cutter{in: b, name: name}
		raw, fields, _, err := c.next()
		if err == io.EOF {
			yield(Row{}, Malformed.Because("the file is empty; a line with the column names is missing").At(name))
			return
		}
		if err != nil {
			yield(Row{}, err)
			return
		}
		var at [8]int
		for i, want := range columns {
			at[i] = slices.IndexFunc(fields, func(f string) bool { return strings.EqualFold(strings.TrimSpace(f), want) })
			if at[i] < 0 {
				yield(Row{}, Malformed.Because("the column %s is missing; the first line is %.120q", want, raw).At(name+" line 1"))
				return
			}
		}
		width := len(fields)
		for no := 1; ; {
			raw, fields, line, err := c.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
			r := Row{No: no, File: name, Line: line, Raw: raw}
			r.fill(fields, &at, width)
			if !yield(r, nil) {
				return
			}
			no++
		}
	}
}

// columns are the names in the header, in the order of Row.fill.
var columns = [8]string{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"}

// fill sets the row's fields, and Unreadable when one of them is wrong.
func (r *Row) fill(fields []string, at *[8]int, width int) {
	get := func(i int) string {
		if at[i] >= len(fields) {
			return ""
		}
		return strings.TrimSpace(fields[at[i]])
	}
	wrong := func(format string, args ...any) {
		if r.Unreadable == "" {
			r.Unreadable = fmt.Sprintf(format, args...)
		}
	}
	if len(fields) != width {
		wrong("%d columns, %d expected", len(fields), width)
	}
	r.InvoiceNo, r.StockCode, r.Description, r.Country = get(0), get(1), get(2), get(7)
	if r.InvoiceNo == "" {
		wrong("InvoiceNo is missing")
	}
	if r.StockCode == "" {
		wrong("StockCode is missing")
	}
	var err error
	if r.Quantity, err = strconv.ParseInt(strings.TrimSuffix(get(3), ".0"), 10, 64); err != nil {
		r.Quantity = 0
		wrong("Quantity %q is not a whole number", get(3))
	}
	if at, err := time.Parse(time.DateTime, get(4)); err != nil {
		wrong("InvoiceDate %q is not like 2010-12-01 08:26:00", get(4))
	} else {
		r.InvoicedAt = at.Format(time.DateTime)
		r.Day, r.Month = r.InvoicedAt[:10], r.InvoicedAt[:7]
	}
	if r.UnitPrice = get(5); !isDecimal(r.UnitPrice) {
		wrong("UnitPrice %q is not a decimal number", r.UnitPrice)
		r.UnitPrice = "0"
	}
	r.CustomerID = strings.TrimSuffix(get(6), ".0")
}

// isDecimal reports whether s is digits with an optional minus and point, at
// most 18 before and 9 behind it.
func isDecimal(s string) bool {
	whole, frac, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if whole == "" || len(whole) > 18 || len(frac) > 9 || point && frac == "" {
		return false
	}
	return strings.Trim(whole, "0123456789") == "" && strings.Trim(frac, "0123456789") == ""
}

// cutter cuts a CSV stream into rows and keeps the bytes of each.
type cutter struct {
	in   *bufio.Reader
	name string
	line int // lines read
}

// next gives the bytes of the next row, its fields and the line where it begins.
// Empty lines are passed over. The end is io.EOF.
func (c *cutter) next() (raw []byte, fields []string, line int, err error) {
	for {
		raw, err = c.more(nil)
		if err != nil {
			return nil, nil, 0, err
		}
		line = c.line
		if len(bytes.TrimRight(raw, "\r\n")) > 0 {
			break
		}
	}
	for {
		fields, open := split(raw)
		if !open {
			return bytes.TrimRight(raw, "\r\n"), fields, line, nil
		}
		if c.line-line >= maxLines {
			return nil, nil, line, Malformed.Because("a quote is opened and not closed within %d lines", maxLines).At(fmt.Sprintf("%s line %d", c.name, line))
		}
		if raw, err = c.more(raw); err == io.EOF {
			return nil, nil, line, Malformed.Because("a quote is opened and never closed").At(fmt.Sprintf("%s line %d", c.name, line))
		} else if err != nil {
			return nil, nil, line, err
		}
	}
}

// more appends the next line of the file, with its end, to raw.
func (c *cutter) more(raw []byte) ([]byte, error) {
	for begun := false; ; begun = true {
		part, err := c.in.ReadSlice('\n')
		raw = append(raw, part...)
		if len(raw) > maxRow {
			return nil, Malformed.Because("the row is longer than %d bytes", maxRow).At(fmt.Sprintf("%s line %d", c.name, c.line+1))
		}
		switch {
		case err == nil, err == io.EOF && (begun || len(part) > 0):
			c.line++
			return raw, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF:
			return nil, io.EOF
		default:
			return nil, broken(c.name, c.line+1, err)
		}
	}
}

// broken makes a fault of a cut or damaged gzip file; other errors stay.
func broken(name string, line int, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.EOF) {
		return Malformed.Because("the file is not a whole gzip file: %v", err).At(fmt.Sprintf("%s line %d", name, line))
	}
	return fmt.Errorf("read %s: %w", name, err)
}

// split cuts a row at the commas outside of quotes; a field is quoted when it
// begins with ", and "" in it stands for one. Quotes inside a bare field are
// ordinary characters. open means that a quoted field is not closed yet.
// Bytes that are not UTF-8 are read as Latin-1.
func split(raw []byte) (fields []string, open bool) {
	text := strings.TrimRight(string(raw), "\r\n")
	if !utf8.Valid(raw) {
		runes := make([]rune, 0, len(text))
		for i := range len(text) {
			runes = append(runes, rune(text[i]))
		}
		text = string(runes)
	}
	fields = make([]string, 0, 8)
	for {
		if !strings.HasPrefix(text, `"`) {
			before, after, more := strings.Cut(text, ",")
			fields = append(fields, before)
			if !more {
				return fields, false
			}
			text = after
			continue
		}
		var b strings.Builder
		rest := text[1:]
		for {
			before, after, found := strings.Cut(rest, `"`)
			if !found {
				return nil, true
			}
			b.WriteString(before)
			if after == "" {
				return append(fields, b.String()), false
			}
			if after[0] == ',' {
				text = after[1:]
				break
			}
			b.WriteByte('"')
			rest = strings.TrimPrefix(after, `"`)
		}
		fields = append(fields, b.String())
	}
}

// Documents streams the documents of files, read together: one per InvoiceNo
// with all its rows, also where they do not stand together or go on in the next
// file. A document comes when its last row is read, so documents come by their
// last rows and only unfinished ones are held in memory. The files are read
// twice: once to count. Rows that are unreadable and have no InvoiceNo come as
// documents of their own, with an empty number. An error ends it.
func Documents(paths ...string) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		left := map[string]int{} // rows to come of a number
		for r, err := range Rows(paths...) {
			if err != nil {
				yield(Document{}, err)
				return
			}
			left[r.InvoiceNo]++
		}
		unfinished := map[string]*Document{}
		for r, err := range Rows(paths...) {
			if err != nil {
				yield(Document{}, err)
				return
			}
			d := unfinished[r.InvoiceNo]
			if d == nil || r.InvoiceNo == "" {
				d = &Document{InvoiceNo: r.InvoiceNo, Credit: r.Credit(), InvoicedAt: r.InvoicedAt, Day: r.Day, Country: r.Country}
				unfinished[r.InvoiceNo] = d
			}
			if d.CustomerID == "" {
				d.CustomerID = r.CustomerID
			}
			d.Rows = append(d.Rows, r)
			if left[r.InvoiceNo]--; left[r.InvoiceNo] > 0 && r.InvoiceNo != "" {
				continue
			}
			delete(unfinished, r.InvoiceNo)
			if !yield(*d, nil) {
				return
			}
		}
	}
}
