// Package bankcsv reads and writes Kontor's own bank statement file, a CSV
// that a person can type, a spreadsheet can save and a program can make:
//
//	# H,account,statement,currency,opening,closing,from,to
//	# E,booked_on,value_on,amount,payer_name,payer_account,reference,text,charge
//	H,BANK-1,2025-042,EUR,1000.00,1104.00,2025-03-20,2025-03-20
//	E,2025-03-20,2025-03-20,119.00,Muster GmbH,DE02120300000000202051,2025032000017,INV-2025-0042,
//	E,2025-03-20,,-15.00,,,,account fee March,
//
// The first column says what a line is: H begins a statement, the E after it
// are its entries. A file may hold several statements. Lines that begin with #
// are notes and empty lines are passed over. Columns at the end of a line that
// would be empty may be left out.
//
//	account        H  code of the bank account, as the receiver knows it
//	statement      H  the bank's number of the statement
//	currency       H  ISO 4217, of all amounts of the statement
//	opening        H  balance before the first entry
//	closing        H  balance after the last entry = opening + Σ amount
//	from, to       H  first and last booking day
//	booked_on      E  day on which the bank booked, between from and to
//	value_on       E  day from which interest runs; empty: booked_on
//	amount         E  signed: what came in is positive
//	payer_name     E  who sent, or got, the money; may be empty
//	payer_account  E  their IBAN or account number; may be empty
//	reference      E  the bank's own key of the entry, unique in its account; may be empty
//	text           E  remittance information; may be empty, may have several lines
//	charge         E  what a bank kept back on the way, not negative; amount is
//	                  after it, so that amount + charge is what was sent; empty: none
//
// Amounts are plain decimals with a point (-1234.50), days are YYYY-MM-DD, the
// encoding is UTF-8, the separator a comma. Anything else is refused with the
// line and the column, so that no money is guessed.
//
// The package does not know currencies' decimals, accounts or customers, and
// it does not detect an entry that came before: the keys of Keys are for that.
package bankcsv

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"kontor/internal/words/fault"
)

var (
	// Malformed is the rule of the form: columns, numbers, days, lengths.
	Malformed = fault.Rule{Kind: fault.Invalid, Code: "bank.csv"}
	// Unbalanced is the rule that opening + Σ amount = closing. The fault has
	// the figures opening, entries, closing and difference.
	Unbalanced = fault.Rule{Kind: fault.Invalid, Code: "bank.balance"}
)

// maxFaults is how many faults of a file are told at once.
const maxFaults = 20

// hashed begins the keys that Keys makes up; no bank's reference may.
const hashed = "sha256:"

// Statement is what a bank booked on one account from one day to another.
type Statement struct {
	Account  string // code of the bank account, as the receiver knows it
	Number   string // the bank's number of the statement
	Currency string // ISO 4217, three capitals
	Opening  string // balance before, decimal text with sign
	Closing  string // balance after, decimal text with sign
	From     string // first booking day, YYYY-MM-DD
	To       string // last booking day, YYYY-MM-DD
	Entries  []Entry
}

// Entry is one booking of a bank.
type Entry struct {
	BookedOn     string // YYYY-MM-DD, within the statement
	ValueOn      string // YYYY-MM-DD; when read, never empty
	Amount       string // decimal text with sign, not zero; positive = money came in
	PayerName    string // the other party; may be empty
	PayerAccount string // IBAN or account number without blanks; may be empty
	Reference    string // the bank's own key of the entry; may be empty
	Text         string // remittance information; may be empty
	Charge       string // decimal text, not negative, or empty; Amount + Charge was sent
}

// column is the name and the longest text, in characters, of a column.
type column struct {
	name string
	most int
}

var (
	headColumns  = []column{{"account", 64}, {"statement", 64}, {"currency", 3}, {"opening", 24}, {"closing", 24}, {"from", 10}, {"to", 10}}
	entryColumns = []column{{"booked_on", 10}, {"value_on", 10}, {"amount", 24}, {"payer_name", 140}, {"payer_account", 34}, {"reference", 140}, {"text", 2000}, {"charge", 24}}
)

// head gives pointers to the fields in the order of headColumns.
func (s *Statement) head() []*string {
	return []*string{&s.Account, &s.Number, &s.Currency, &s.Opening, &s.Closing, &s.From, &s.To}
}

// fields gives pointers to the fields in the order of entryColumns.
func (e *Entry) fields() []*string {
	return []*string{&e.BookedOn, &e.ValueOn, &e.Amount, &e.PayerName, &e.PayerAccount, &e.Reference, &e.Text, &e.Charge}
}

// lines are the lines of a file on which a statement and its entries stand.
type lines struct {
	head    int
	entries []int
}

// Read reads all statements of a file and checks them. What is wrong with the
// file comes as *fault.Fault of Malformed or Unbalanced with a path such as
// "line 3: amount"; the first twenty come together, in Also. Other errors are
// those of the reader.
func Read(in io.Reader) ([]Statement, error) {
	b := bufio.NewReader(in)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	c := csv.NewReader(b)
	c.Comment = '#'
	c.FieldsPerRecord = -1
	var (
		statements []Statement
		where      []lines
		faults     faults
	)
	for {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if p := (*csv.ParseError)(nil); errors.As(err, &p) {
			faults.add(p.Line, "", "%v; a text with a quote or a line end stands between quotes, and its quotes are doubled", p.Err)
			break // what follows would be read from a wrong place
		}
		if err != nil {
			return nil, fmt.Errorf("read bank file: %w", err)
		}
		line, _ := c.FieldPos(0)
		switch kind := strings.TrimSpace(record[0]); {
		case kind == "H":
			var s Statement
			faults.fill(line, record[1:], headColumns, s.head())
			statements = append(statements, s)
			where = append(where, lines{head: line})
		case kind == "E" && len(statements) == 0:
			faults.add(line, "", "an entry (E) before the first statement (H)")
		case kind == "E":
			var e Entry
			faults.fill(line, record[1:], entryColumns, e.fields())
			if e.ValueOn == "" {
				e.ValueOn = e.BookedOn
			}
			s, w := &statements[len(statements)-1], &where[len(where)-1]
			s.Entries = append(s.Entries, e)
			w.entries = append(w.entries, line)
		case kind == "" && strings.TrimSpace(strings.Join(record, "")) == "":
			// a spreadsheet's empty row
		default:
			faults.add(line, "type", "a line begins with H (statement) or E (entry), not with %.40q%s", kind, hint(kind))
		}
		if faults.full() {
			break
		}
	}
	if len(statements) == 0 && len(faults) == 0 {
		faults.add(1, "", "no statement: the file needs a line that begins with H")
	}
	if len(faults) == 0 { // a half-read file has no balance
		for i := range statements {
			faults.check(&statements[i], &where[i])
		}
	}
	if err := faults.join(); err != nil {
		return nil, err
	}
	return statements, nil
}

// hint helps with the two usual mistakes.
func hint(kind string) string {
	switch {
	case strings.Contains(kind, ";"):
		return "; the columns are separated by commas"
	case kind == "h" || kind == "e":
		return "; write it as a capital"
	}
	return ""
}

// Write writes statements so that Read gives them back, after two lines of
// notes that name the columns. Blanks around values are dropped. It gives the
// faults of Read for what Read would refuse, and then writes nothing; lines
// in their paths are those that the file would have.
func Write(out io.Writer, statements ...Statement) error {
	var (
		faults faults
		b      strings.Builder
	)
	note := func(kind string, columns []column) {
		b.WriteString("# " + kind)
		for _, c := range columns {
			b.WriteString("," + c.name)
		}
		b.WriteByte('\n')
	}
	note("H", headColumns)
	note("E", entryColumns)
	w := csv.NewWriter(&b)
	line := 3
	put := func(kind string, columns []column, from, to []*string) int {
		at, record := line, []string{kind}
		for _, f := range from {
			record = append(record, *f)
		}
		faults.fill(at, record[1:], columns, to)
		for i, f := range to {
			record[i+1] = *f
		}
		_ = w.Write(record) // into memory
		line += 1 + strings.Count(strings.Join(record, ""), "\n")
		return at
	}
	for i := range statements {
		given, s, at := &statements[i], Statement{}, lines{}
		at.head = put("H", headColumns, given.head(), s.head())
		for k := range given.Entries {
			var e Entry
			at.entries = append(at.entries, put("E", entryColumns, given.Entries[k].fields(), e.fields()))
			if e.ValueOn == "" {
				e.ValueOn = e.BookedOn
			}
			s.Entries = append(s.Entries, e)
		}
		if len(faults) == 0 {
			faults.check(&s, &at)
		}
	}
	w.Flush()
	if err := faults.join(); err != nil {
		return err
	}
	if _, err := io.WriteString(out, b.String()); err != nil {
		return fmt.Errorf("write bank file: %w", err)
	}
	return nil
}

// faults collects what is wrong with a file.
type faults []error

// add notes a fault of a column on a line.
func (f *faults) add(line int, column, format string, args ...any) {
	path := fmt.Sprintf("line %d", line)
	if column != "" {
		path += ": " + column
	}
	*f = append(*f, Malformed.Because(format, args...).At(path))
}

// full reports whether enough is known to stop.
func (f *faults) full() bool { return len(*f) >= maxFaults }

// join makes one fault of the first twenty, or nil.
func (f *faults) join() error {
	if f.full() {
		*f = (*f)[:maxFaults]
	}
	return fault.All(*f...)
}

// fill puts a record's values into fields, without the blanks around them.
func (f *faults) fill(line int, record []string, columns []column, into []*string) {
	for i, v := range record {
		v = strings.TrimSpace(v)
		if i >= len(columns) {
			if v != "" {
				f.add(line, "", "%d columns, at most %d expected; %.40q is one too many", len(record)+1, len(columns)+1, v)
				return
			}
			continue
		}
		switch c := columns[i]; {
		case !utf8.ValidString(v):
			f.add(line, c.name, "the text is not UTF-8")
		case utf8.RuneCountInString(v) > c.most:
			f.add(line, c.name, "%d characters, at most %d are allowed", utf8.RuneCountInString(v), c.most)
		case strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && (r != '\n' || c.name != "text") || r == 0x7f }):
			f.add(line, c.name, "%.60q holds a control character", v)
		default:
			*into[i] = v
		}
	}
}

// check looks at one statement that was filled without a fault.
func (f *faults) check(s *Statement, at *lines) {
	for i, v := range s.head() {
		if *v == "" {
			f.add(at.head, headColumns[i].name, "the value is missing")
		}
	}
	if s.Currency != "" && (len(s.Currency) != 3 || strings.Trim(s.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		f.add(at.head, "currency", "%q is not a currency such as EUR", s.Currency)
	}
	sum, whole := new(big.Int), true
	plus := func(line int, name, v string) *big.Int {
		n, why := parse(v)
		if why != "" {
			whole = false
			if v != "" {
				f.add(line, name, "%s", why)
			}
			return new(big.Int)
		}
		return n
	}
	opening, closing := plus(at.head, "opening", s.Opening), plus(at.head, "closing", s.Closing)
	from, to := f.day(at.head, "from", s.From), f.day(at.head, "to", s.To)
	if from && to && s.From > s.To {
		f.add(at.head, "to", "%s is before the first day %s", s.To, s.From)
	}
	references := map[string]int{}
	for i := range s.Entries {
		e, line := &s.Entries[i], at.entries[i]
		switch {
		case e.BookedOn == "":
			f.add(line, "booked_on", "the day is missing")
		case f.day(line, "booked_on", e.BookedOn) && from && to && (e.BookedOn < s.From || e.BookedOn > s.To):
			f.add(line, "booked_on", "%s is not within the statement, %s to %s", e.BookedOn, s.From, s.To)
		}
		if e.ValueOn != e.BookedOn {
			f.day(line, "value_on", e.ValueOn)
		}
		amount := plus(line, "amount", e.Amount)
		sum.Add(sum, amount)
		if e.Amount == "" {
			f.add(line, "amount", "the amount is missing")
		} else if _, why := parse(e.Amount); why == "" && amount.Sign() == 0 {
			f.add(line, "amount", "an entry of %s moves nothing", e.Amount)
		}
		if e.Charge != "" {
			if n, why := parse(e.Charge); why != "" {
				f.add(line, "charge", "%s", why)
			} else if n.Sign() < 0 {
				f.add(line, "charge", "%s is negative; the charge is what the bank kept back", e.Charge)
			}
		}
		if strings.ContainsAny(e.PayerAccount, " \t") {
			f.add(line, "payer_account", "%q holds blanks; write the number without them", e.PayerAccount)
		}
		if strings.HasPrefix(e.Reference, hashed) {
			f.add(line, "reference", "a reference may not begin with %s", hashed)
		}
		if before, twice := references[e.Reference]; twice && e.Reference != "" {
			f.add(line, "reference", "%q is the reference of line %d already; the bank's key names one entry", e.Reference, before)
		}
		references[e.Reference] = line
		if f.full() {
			return
		}
	}
	if !whole {
		return
	}
	is := new(big.Int).Add(opening, sum)
	if off := new(big.Int).Sub(closing, is); off.Sign() != 0 {
		*f = append(*f, Unbalanced.Because("opening %s and entries of %s make %s, the statement says %s: %s is missing, or an entry too many",
			s.Opening, format(sum), format(is), s.Closing, format(off)).At(fmt.Sprintf("line %d: closing", at.head)).
			With("opening", s.Opening).With("entries", format(sum)).With("closing", s.Closing).With("difference", format(off)))
	}
}

// day notes a fault and gives false when v is not a day.
func (f *faults) day(line int, name, v string) bool {
	if v == "" {
		return false
	}
	if _, err := time.Parse(time.DateOnly, v); err != nil {
		f.add(line, name, "%.40q is not a day such as 2025-03-20", v)
		return false
	}
	return true
}

// digits is how many decimals an amount may have, and the scale of parse.
const digits = 4

// parse reads decimal text into ten-thousandths, or says why it cannot.
func parse(s string) (*big.Int, string) {
	body, minus := strings.CutPrefix(s, "-")
	whole, frac, point := strings.Cut(body, ".")
	switch {
	case strings.Contains(s, ","):
		return nil, fmt.Sprintf("%.40q: write amounts with a point and without separators, such as 1234.50", s)
	case whole == "" || point && frac == "" || strings.Trim(whole+frac, "0123456789") != "":
		return nil, fmt.Sprintf("%.40q is not an amount such as -1234.50", s)
	case len(whole) > 15:
		return nil, fmt.Sprintf("%.40q is too large", s)
	case len(frac) > digits:
		return nil, fmt.Sprintf("%.40q has more than %d decimals", s, digits)
	}
	n, ok := new(big.Int).SetString(whole+frac+strings.Repeat("0", digits-len(frac)), 10)
	if !ok {
		return nil, fmt.Sprintf("%.40q is not an amount such as -1234.50", s)
	}
	if minus {
		n.Neg(n)
	}
	return n, ""
}

// format writes ten-thousandths with two decimals, or more where needed.
func format(n *big.Int) string {
	s := new(big.Int).Abs(n).String()
	s = strings.Repeat("0", max(0, digits+1-len(s))) + s
	whole, frac := s[:len(s)-digits], s[len(s)-digits:]
	for len(frac) > 2 && strings.HasSuffix(frac, "0") {
		frac = frac[:len(frac)-1]
	}
	if n.Sign() < 0 {
		whole = "-" + whole
	}
	return whole + "." + frac
}

// Keys gives the key of each entry of a statement, in order: the bank's
// reference, or where there is none "sha256:", the hash of all that the entry
// says (64 hexadecimal digits), and its ordinal among the equal entries of its
// day, which begins at 1. Equal keys on one account are the same entry, whichever
// file it came in. Two honest payments that look alike on one day therefore keep
// apart only if they come in one statement: a bank that splits a day over
// several statements must give references. How an amount is written (10 or
// 10.00) makes no difference.
func Keys(s Statement) []string {
	keys := make([]string, len(s.Entries))
	seen := map[string]int{}
	for i := range s.Entries {
		e := &s.Entries[i]
		if e.Reference != "" {
			keys[i] = e.Reference
			continue
		}
		h := sha256.New()
		value := e.ValueOn
		if value == "" {
			value = e.BookedOn
		}
		for _, part := range []string{s.Currency, e.BookedOn, value, canonical(e.Amount), e.PayerName, e.PayerAccount, e.Text, canonical(e.Charge)} {
			fmt.Fprintf(h, "%d:%s,", len(part), part) //nolint:errcheck // a hash takes all
		}
		sum := hex.EncodeToString(h.Sum(nil))
		seen[sum]++
		keys[i] = fmt.Sprintf("%s%s:%d", hashed, sum, seen[sum])
	}
	return keys
}

// canonical writes an amount in one way; what is none stays as it is. No
// charge and a charge of zero are the same.
func canonical(s string) string {
	n, why := parse(s)
	if why != "" {
		return s
	}
	if n.Sign() == 0 {
		return ""
	}
	return format(n)
}
