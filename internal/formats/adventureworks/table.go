package adventureworks

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"kontor/internal/words/fault"
)

var (
	// Malformed is the rule that a file of the set breaks when a line cannot be
	// read: wrong number of columns, not a number, not a day, a reference to a
	// row that is not there. The fault's path names file, line and column.
	Malformed = fault.Rule{Kind: fault.Invalid, Code: "adventureworks.malformed"}
	// Missing is the rule that a directory breaks when a file is not in it.
	Missing = fault.Rule{Kind: fault.NotFound, Code: "adventureworks.missing"}
)

// maxLine is the longest record in bytes that is read, and maxLines the most
// lines that a quoted field may take it over; longer ones are malformed.
const (
	maxLine  = 1 << 18
	maxLines = 1000
)

// layouts are the columns of the header-less tables that are read, as in the
// set's own columns.csv, which wins over them where it is present.
var layouts = map[string]string{
	"Address":                 "AddressId AddressLine1 AddressLine2 City StateProvinceId PostalCode SpatialLocation rowguid ModifiedDate",
	"BusinessEntityAddress":   "BusinessEntityId AddressId AddressTypeId rowguid ModifiedDate",
	"CountryRegion":           "CountryRegionCode Name ModifiedDate",
	"CurrencyRate":            "CurrencyRateId CurrencyRateDate FromCurrencyCode ToCurrencyCode AverageRate EndOfDayRate ModifiedDate",
	"Customer":                "CustomerId PersonId StoreId TerritoryId AccountNumber rowguid ModifiedDate",
	"BillOfMaterials":         "BillOfMaterialsId ProductAssemblyId ComponentId StartDate EndDate UnitMeasureCode BOMLevel PerAssemblyQty ModifiedDate",
	"Product":                 "ProductId Name ProductNumber MakeFlag FinishedGoodsFlag Color SafetyStockLevel ReorderPoint StandardCost ListPrice Size SizeUnitMeasureCode WeightUnitMeasureCode Weight DaysToManufacture ProductLine Class Style ProductSubcategoryId ProductModelId SellStartDate SellEndDate DiscontinuedDate rowguid ModifiedDate",
	"ProductCategory":         "ProductCategoryId Name rowguid ModifiedDate",
	"ProductCostHistory":      "ProductId StartDate EndDate StandardCost ModifiedDate",
	"ProductInventory":        "ProductId LocationId Shelf Bin Quantity rowguid ModifiedDate",
	"ProductListPriceHistory": "ProductId StartDate EndDate ListPrice ModifiedDate",
	"ProductSubcategory":      "ProductSubcategoryId ProductCategoryId Name rowguid ModifiedDate",
	"PurchaseOrderDetail":     "PurchaseOrderID PurchaseOrderDetailID DueDate OrderQty ProductID UnitPrice LineTotal ReceivedQty RejectedQty StockedQty ModifiedDate",
	"PurchaseOrderHeader":     "PurchaseOrderID RevisionNumber Status EmployeeID VendorID ShipMethodID OrderDate ShipDate SubTotal TaxAmt Freight TotalDue ModifiedDate",
	"SalesTerritory":          "TerritoryId Name CountryRegionCode Group SalesYTD SalesLastYear CostYTD CostLastYear rowguid ModifiedDate",
	"ShipMethod":              "ShipMethodId Name ShipBase ShipRate rowguid ModifiedDate",
	"SpecialOffer":            "SpecialOfferId Description DiscountPct Type Category StartDate EndDate MinQty MaxQty rowguid ModifiedDate",
	"StateProvince":           "StateProvinceId StateProvinceCode CountryRegionCode IsOnlyStateProvinceFlag Name TerritoryId rowguid ModifiedDate",
	"Store":                   "BusinessEntityId Name SalesPersonId Demographics rowguid ModifiedDate",
}

// record is one row of a table, with getters that remember the first thing
// that is wrong with it. It is valid until the next row is read.
type record struct {
	file   string
	line   int
	names  map[string]int // lower-case column name → position
	fields []string
	err    error
}

// text gives a column without surrounding blanks, as UTF-8.
func (r *record) text(column string) string {
	i, ok := r.names[strings.ToLower(column)]
	if !ok || i >= len(r.fields) {
		r.fail(column, "the column is not there")
		return ""
	}
	s := strings.TrimSpace(strings.TrimPrefix(asUTF8(r.fields[i]), "\ufeff"))
	if s == `\N` || s == "NULL" {
		return ""
	}
	return strings.Clone(s)
}

// fail remembers the first fault of the row.
func (r *record) fail(column, format string, args ...any) {
	if r.err == nil {
		r.err = Malformed.Because(format, args...).At(fmt.Sprintf("%s line %d: %s", r.file, r.line, column))
	}
}

// optionalWhole gives a whole number, 0 when the column is empty; "12.0" is 12.
func (r *record) optionalWhole(column string) int64 {
	s := r.text(column)
	if s == "" {
		return 0
	}
	whole, frac, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(frac, "0") != "" {
		r.fail(column, "%q is not a whole number", s)
		return 0
	}
	return n
}

// whole gives a whole number that must be there.
func (r *record) whole(column string) int64 {
	if r.text(column) == "" {
		r.fail(column, "a whole number is missing")
		return 0
	}
	return r.optionalWhole(column)
}

// id gives a positive whole number that must be there.
func (r *record) id(column string) int {
	n := r.whole(column)
	if r.err == nil && (n <= 0 || n > 1<<31-1) {
		r.fail(column, "%d is not an id", n)
	}
	return int(n)
}

// optionalID gives a positive whole number, or 0 when the column is empty.
func (r *record) optionalID(column string) int {
	if r.text(column) == "" {
		return 0
	}
	return r.id(column)
}

// decimal gives a decimal number as its text.
func (r *record) decimal(column string) string {
	s := r.text(column)
	if !isDecimal(s) {
		r.fail(column, "%q is not a decimal number", s)
		return "0"
	}
	return s
}

// amount gives a decimal number that is not negative, as its text.
func (r *record) amount(column string) string {
	s := r.decimal(column)
	if strings.HasPrefix(s, "-") {
		r.fail(column, "%s is negative", s)
		return "0"
	}
	return s
}

// optionalDay gives a day as YYYY-MM-DD, or "" when the column is empty. The
// file writes 2011-05-31 00:00:00, 2011-05-31T00:00:00 or 20110531.
func (r *record) optionalDay(column string) string {
	s := r.text(column)
	if s == "" {
		return ""
	}
	d := s
	switch {
	case len(s) == 8 && !strings.Contains(s, "-"):
		d = s[:4] + "-" + s[4:6] + "-" + s[6:]
	case len(s) > 10 && (s[10] == ' ' || s[10] == 'T'):
		d = s[:10]
	}
	if _, err := time.Parse(time.DateOnly, d); err != nil {
		r.fail(column, "%q is not a day", s)
		return ""
	}
	return d
}

// day gives a day as YYYY-MM-DD that must be there.
func (r *record) day(column string) string {
	d := r.optionalDay(column)
	if d == "" {
		r.fail(column, "a day is missing")
	}
	return d
}

// flag gives a yes or no: 1/0, true/false, t/f, b'\x01'/b'\x00' or the bare byte 1 or 0.
func (r *record) flag(column string) bool {
	i, ok := r.names[strings.ToLower(column)]
	if ok && i < len(r.fields) {
		switch strings.ToLower(strings.Trim(r.fields[i], " ")) {
		case "1", "true", "t", "\x01", `\x01`, `b'\x01'`:
			return true
		case "0", "false", "f", "\x00", `\x00`, `b'\x00'`:
			return false
		}
		r.fail(column, "%q is neither true nor false", r.fields[i])
		return false
	}
	r.fail(column, "the column is not there")
	return false
}

// isDecimal reports whether s is digits with an optional sign and point.
func isDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || (point && frac == "") || len(s) > 38 {
		return false
	}
	for _, part := range [2]string{whole, frac} {
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return false
			}
		}
	}
	return true
}

// asUTF8 gives s when it is UTF-8, else s read as Latin-1.
func asUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// columns reads columns.csv (table,position,column,type) over the known layouts.
func columns(dir string) (map[string]map[string]int, error) {
	all := make(map[string]map[string]int, len(layouts))
	for table, names := range layouts {
		m := map[string]int{}
		for i, n := range strings.Fields(names) {
			m[strings.ToLower(n)] = i
		}
		all[table] = m
	}
	if _, err := os.Stat(filepath.Join(dir, "columns.csv")); errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	fresh := map[string]map[string]int{}
	for r, err := range withHeader(dir, "columns.csv") {
		if err != nil {
			return nil, err
		}
		table, column, at := r.text("table"), strings.ToLower(r.text("column")), r.id("position")
		if r.err != nil {
			return nil, r.err
		}
		if fresh[table] == nil {
			fresh[table] = map[string]int{}
		}
		fresh[table][column] = at - 1
	}
	for table := range layouts {
		if fresh[table] != nil {
			all[table] = fresh[table]
		}
	}
	return all, nil
}

// open gives the text of a file of the set as UTF-8 (or bytes that asUTF8
// mends field by field), unpacked when it is there only as name.gz.
func open(dir, name string) (io.Reader, io.Closer, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) && !strings.HasSuffix(name, ".gz") {
		f, err = os.Open(filepath.Join(dir, name+".gz"))
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, Missing.Because("%s is not in %s; is this the folder of the AdventureWorks data?", name, dir).At(name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", name, err)
	}
	var in io.Reader = bufio.NewReaderSize(f, 64<<10)
	if head, _ := in.(*bufio.Reader).Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		gz, err := gzip.NewReader(in)
		if err != nil {
			_ = f.Close()
			return nil, nil, Malformed.Because("the file is not a whole gzip file: %v", err).At(name)
		}
		in = bufio.NewReaderSize(gz, 64<<10)
	}
	b := in.(*bufio.Reader)
	head, _ := b.Peek(3)
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		_, _ = b.Discard(3)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		_, _ = b.Discard(2)
		return &utf16Reader{in: b, order: binary.LittleEndian}, f, nil
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		_, _ = b.Discard(2)
		return &utf16Reader{in: b, order: binary.BigEndian}, f, nil
	}
	return b, f, nil
}

// utf16Reader turns UTF-16 into UTF-8, one code unit after the other.
type utf16Reader struct {
	in    *bufio.Reader
	order binary.ByteOrder
	left  []byte
}

// Read implements io.Reader.
func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.left) == 0 {
		c, err := u.unit()
		if err != nil {
			return 0, err
		}
		r := rune(c)
		if utf16.IsSurrogate(r) {
			low, err := u.unit()
			if err != nil && err != io.EOF {
				return 0, err
			}
			r = utf16.DecodeRune(r, rune(low))
		}
		u.left = utf8.AppendRune(u.left[:0], r)
	}
	n := copy(p, u.left)
	u.left = u.left[n:]
	for n < len(p) && u.in.Buffered() >= 4 { // fill while that needs no waiting
		c, err := u.unit()
		if err != nil || utf16.IsSurrogate(rune(c)) || c >= utf8.RuneSelf {
			if err == nil {
				r := rune(c)
				if utf16.IsSurrogate(r) {
					low, _ := u.unit()
					r = utf16.DecodeRune(r, rune(low))
				}
				u.left = utf8.AppendRune(u.left[:0], r)
			}
			break
		}
		p[n] = byte(c)
		n++
	}
	return n, nil
}

// unit reads one code unit; half a unit at the end counts as the end.
func (u *utf16Reader) unit() (uint16, error) {
	var b [2]byte
	if _, err := io.ReadFull(u.in, b[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		return 0, err
	}
	return u.order.Uint16(b[:]), nil
}

// withHeader reads a comma-separated file (plain or .gz) whose first line
// names the columns.
func withHeader(dir, name string) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		in, closer, err := open(dir, name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = closer.Close() }()
		c := csv.NewReader(in)
		c.ReuseRecord = true
		c.LazyQuotes = true
		c.FieldsPerRecord = -1
		r := &record{file: name, names: map[string]int{}}
		for first := true; ; first = false {
			fields, err := c.Read()
			if err == io.EOF {
				if first {
					yield(nil, Malformed.Because("the file is empty; a line with the column names is missing").At(name))
				}
				return
			}
			if err != nil {
				yield(nil, unreadable(name, err))
				return
			}
			if first {
				for i, n := range fields {
					r.names[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(n, "\ufeff")))] = i
				}
				continue
			}
			r.line, _ = c.FieldPos(0)
			r.fields, r.err = fields, nil
			if len(fields) != len(r.names) {
				yield(nil, Malformed.Because("%d columns, the header has %d", len(fields), len(r.names)).At(fmt.Sprintf("%s line %d", name, r.line)))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// unreadable makes a fault of a broken CSV or gzip file; other errors stay.
func unreadable(name string, err error) error {
	var p *csv.ParseError
	switch {
	case errors.As(err, &p):
		return Malformed.Because("%v", p.Err).At(fmt.Sprintf("%s line %d", name, p.Line))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return Malformed.Because("the file is not a whole gzip file: %v", err).At(name)
	}
	return fmt.Errorf("read %s: %w", name, err)
}

// rows reads a table without header: tab-separated, or comma-separated with
// quotes for the tables that are so.
func (s *Set) rows(table string) iter.Seq2[*record, error] {
	name := table + ".csv"
	return func(yield func(*record, error) bool) {
		in, closer, err := open(s.dir, name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = closer.Close() }()
		names := s.layout[table]
		r := &record{file: name, names: names}
		sep := splitter(splitTabs)
		if table == "Store" {
			sep = splitQuoted
		}
		lines := bufio.NewScanner(in)
		lines.Buffer(make([]byte, 0, 64<<10), maxLine)
		line := 0
		for lines.Scan() {
			line++
			r.line, r.err = line, nil
			text := lines.Text()
			if strings.TrimSpace(text) == "" {
				continue
			}
			fields, whole := sep(r.fields[:0], text)
			for !whole && line-r.line < maxLines && len(text) <= maxLine && lines.Scan() { // a quoted field goes on in the next line
				line++
				text += "\n" + lines.Text()
				fields, whole = sep(r.fields[:0], text)
			}
			r.fields = fields
			if !whole {
				yield(nil, Malformed.Because("a quoted field is not closed").At(fmt.Sprintf("%s line %d", name, r.line)))
				return
			}
			if len(fields) != len(names) {
				yield(nil, Malformed.Because("%d columns, %d expected", len(fields), len(names)).At(fmt.Sprintf("%s line %d", name, r.line)))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
		if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(nil, Malformed.Because("the line is longer than %d bytes", maxLine).At(fmt.Sprintf("%s line %d", name, line+1)))
		} else if err != nil {
			yield(nil, unreadable(name, err))
		}
	}
}

// splitter cuts a record into fields, appended to dst; whole is false when a
// quoted field is still open at the end.
type splitter func(dst []string, text string) (fields []string, whole bool)

// splitTabs cuts at every tab: these files know no quotes.
func splitTabs(dst []string, text string) ([]string, bool) {
	for {
		before, after, more := strings.Cut(text, "\t")
		dst = append(dst, before)
		if !more {
			return dst, true
		}
		text = after
	}
}

// splitQuoted cuts at commas outside of quotes. A field may begin and end with
// " or with ^ (Store.csv uses ^ for names with a comma); the quote doubled
// stands for itself; quotes inside a bare field are ordinary characters.
func splitQuoted(dst []string, text string) ([]string, bool) {
	for {
		if text == "" || (text[0] != '"' && text[0] != '^') {
			before, after, more := strings.Cut(text, ",")
			dst = append(dst, before)
			if !more {
				return dst, true
			}
			text = after
			continue
		}
		q, b, i := text[0], strings.Builder{}, 1
		for ; i < len(text); i++ {
			if text[i] != q {
				b.WriteByte(text[i])
				continue
			}
			if i+1 < len(text) && text[i+1] == q {
				b.WriteByte(q)
				i++
				continue
			}
			if i+1 == len(text) || text[i+1] == ',' {
				break
			}
			b.WriteByte(q)
		}
		if i >= len(text) {
			return dst, false
		}
		dst = append(dst, b.String())
		if i+1 == len(text) {
			return dst, true
		}
		text = text[i+2:]
	}
}
