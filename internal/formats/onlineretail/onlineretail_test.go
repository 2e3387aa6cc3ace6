package onlineretail

import (
	"bytes"
	"compress/gzip"
	"errors"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"kontor/internal/words/fault"
)

const head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n"

func sharedFile(t testing.TB) string {
	t.Helper()
	files, err := filepath.Glob("../../../../shared/data/uci-online-retail/*.csv.gz")
	if err != nil || len(files) == 0 {
		t.Skip("the shared data is not here")
	}
	return files[0]
}

// net gives quantity × price in cents, half away from zero.
func net(r *Row) int64 {
	x, ok := new(big.Rat).SetString(r.UnitPrice)
	if !ok {
		panic(r.UnitPrice)
	}
	x.Mul(x, big.NewRat(r.Quantity*100, 1))
	n := new(big.Int).Mul(x.Num(), big.NewInt(2))
	if x.Sign() < 0 {
		n.Sub(n, x.Denom())
	} else {
		n.Add(n, x.Denom())
	}
	return n.Quo(n, new(big.Int).Mul(x.Denom(), big.NewInt(2))).Int64()
}

func TestShared(t *testing.T) {
	path := sharedFile(t)
	type sums struct {
		reasons map[string]int
		months  map[string]int64
	}
	var by [2]sums // without and with a default customer
	for i := range by {
		by[i] = sums{map[string]int{}, map[string]int64{}}
	}
	rows, last, docs, credits, apart := 0, 0, 0, 0, 0
	long := 0
	seen := map[string]bool{}
	for d, err := range Documents(path) {
		if err != nil {
			t.Fatal(err)
		}
		docs++
		if d.Credit {
			credits++
		}
		if seen[d.InvoiceNo] {
			t.Errorf("%s came twice", d.InvoiceNo)
		}
		seen[d.InvoiceNo] = true
		for i := range d.Rows {
			r := &d.Rows[i]
			rows++
			last = max(last, r.No)
			if r.Line != r.No+1 || r.InvoiceNo != d.InvoiceNo || r.CustomerID != d.CustomerID || r.Country != d.Country || !bytes.HasPrefix(r.Raw, []byte(d.InvoiceNo+",")) || r.Month != d.Day[:7] {
				t.Fatalf("row %+v of %+v", r, d)
			}
			if i > 0 && r.No != d.Rows[i-1].No+1 {
				apart++
			}
			if len(r.UnitPrice)-strings.IndexByte(r.UnitPrice, '.') > 3 {
				long++
			}
			for k := range by {
				why := Reason(r, k == 1)
				by[k].reasons[why]++
				if why == "" {
					by[k].months[r.Month] += net(r)
				}
			}
		}
	}
	t.Logf("%d rows, %d documents, %d credit notes, %d gaps inside documents, %d prices of more than 2 decimals", rows, docs, credits, apart, long)
	if rows != 245903 || last != rows || docs != 12795 || apart != 1 {
		t.Error("not what the shared file holds")
	}
	for k, s := range by {
		total := 0
		for _, why := range slices.Sorted(maps.Keys(s.reasons)) {
			t.Logf("default customer %v: %-24q %d", k == 1, why, s.reasons[why])
			total += s.reasons[why]
		}
		var all int64
		for _, m := range slices.Sorted(maps.Keys(s.months)) {
			t.Logf("default customer %v: %s %d.%02d", k == 1, m, s.months[m]/100, s.months[m]%100)
			all += s.months[m]
		}
		t.Logf("default customer %v: revenue %d.%02d", k == 1, all/100, all%100)
		if total != rows {
			t.Errorf("%d of %d rows accounted for", total, rows)
		}
	}
	if by[0].reasons[NoCustomer] != 67549 || by[1].reasons[NoCustomer] != 0 || by[0].reasons[""]+67549 != by[1].reasons[""] {
		t.Errorf("held rows: %v", by)
	}
}

func TestReason(t *testing.T) {
	for _, c := range []struct {
		row           Row
		without, with string
	}{
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: 1, UnitPrice: "1.00", CustomerID: "7"}, "", ""},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: 1, UnitPrice: "0.001"}, NoCustomer, ""},
		{Row{InvoiceNo: "C1", StockCode: "1", Quantity: -1, UnitPrice: "1.00", CustomerID: "7"}, "", ""},
		{Row{InvoiceNo: "C1", StockCode: "1", Quantity: -1, UnitPrice: "1.00"}, NoCustomer, ""},
		{Row{InvoiceNo: "C1", StockCode: "1", Quantity: 1, UnitPrice: "1.00", CustomerID: "7"}, PositiveCredit, PositiveCredit},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: 0, UnitPrice: "1.00", CustomerID: "7"}, ZeroQuantity, ZeroQuantity},
		{Row{InvoiceNo: "A1", StockCode: "B", Quantity: 1, UnitPrice: "-11062.06"}, NegativePrice, NegativePrice},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: 1, UnitPrice: "0.00", CustomerID: "7"}, ZeroPrice, ZeroPrice},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: 1, UnitPrice: "0.0", Description: "OWL DOORSTOP"}, ZeroPrice, ZeroPrice},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: 1, UnitPrice: "0.0", Description: "found"}, StockAdjustment, StockAdjustment},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: 1, UnitPrice: "0.0"}, StockAdjustment, StockAdjustment},
		{Row{InvoiceNo: "1", StockCode: "M", Quantity: 1, UnitPrice: "0.0"}, ZeroPrice, ZeroPrice},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: -5, UnitPrice: "0.0"}, StockAdjustment, StockAdjustment},
		{Row{InvoiceNo: "1", StockCode: "1", Quantity: -5, UnitPrice: "2.0", CustomerID: "7"}, StockAdjustment, StockAdjustment},
		{Row{Unreadable: "x"}, Unreadable, Unreadable},
	} {
		if a, b := Reason(&c.row, false), Reason(&c.row, true); a != c.without || b != c.with {
			t.Errorf("%+v: %q and %q, want %q and %q", c.row, a, b, c.without, c.with)
		}
		for _, why := range []string{c.without, c.with} {
			if why != "" && !slices.Contains(Reasons(), why) {
				t.Errorf("%q is not in Reasons", why)
			}
		}
	}
}

func file(t *testing.T, name, text string, pack bool) string {
	t.Helper()
	data := []byte(text)
	if pack {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Documents that do not stand together, go on in the next file, or hold rows
// that cannot be read.
func TestDocuments(t *testing.T) {
	a := file(t, "a.csv", head+
		"1,10,\"LAMP, \"\"OLD\"\"\",2,2020-01-31 10:00:00,1.125,7.0,EIRE\r\n"+
		"2,10,LAMP,1,2020-01-31 10:00:00,1,,EIRE\r\n"+
		"1,11,\"TWO\r\nLINES\",1,2020-01-31 10:01:00,-1.5,7.0,EIRE\r\n"+
		",11,X,1,2020-01-31 10:01:00,1,7.0,EIRE\r\n"+
		",11,X,1,2020-01-31 10:01:00,1,7.0,EIRE\r\n"+
		"\r\n"+
		"C3,11,X,-1,31/01/2020,1,7,EIRE\r\n"+
		"3,11,X\r\n"+
		"4,1,5\" NAIL,1,2020-01-31 10:01:00,1e3,7,EIRE", false)
	b := file(t, "b.csv.gz", "\xef\xbb\xbf"+strings.ToLower(head)+"2,12,CAF\xc9,3,2020-02-01 10:00:00,2.00,8,EIRE\n", true)
	var got []string
	rows := 0
	for d, err := range Documents(a, b) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d.InvoiceNo)
		rows += len(d.Rows)
		switch d.InvoiceNo {
		case "1":
			if r := d.Rows; len(r) != 2 || r[0].Description != `LAMP, "OLD"` || r[0].CustomerID != "7" || r[1].Description != "TWO\r\nLINES" || r[1].No != 3 || r[1].Line != 4 || r[1].UnitPrice != "-1.5" || string(r[1].Raw) != "1,11,\"TWO\r\nLINES\",1,2020-01-31 10:01:00,-1.5,7.0,EIRE" {
				t.Errorf("%+v", d)
			}
		case "2":
			if len(d.Rows) != 2 || d.Rows[1].File != "b.csv.gz" || d.Rows[1].No != 9 || d.Rows[1].Month != "2020-02" || d.Rows[1].Description != "CAFÉ" || d.Day != "2020-01-31" || d.CustomerID != "8" {
				t.Errorf("%+v", d)
			}
		default:
			if len(d.Rows) != 1 || d.Rows[0].Unreadable == "" || Reason(&d.Rows[0], true) != Unreadable {
				t.Errorf("%+v", d)
			}
		}
	}
	if strings.Join(got, " ") != "1   C3 3 4 2" || rows != 9 {
		t.Errorf("documents %q, %d rows", got, rows)
	}
}

func TestBroken(t *testing.T) {
	for _, c := range []struct{ text, path string }{
		{"", "x.csv"},
		{"InvoiceNo,StockCode\n", "x.csv line 1"},
		{head + "1,2,\"open\n\n", "x.csv line 2"},
		{head + "1,2,\"open" + strings.Repeat("\n", maxRow), "x.csv line 2"},
		{head + strings.Repeat("x", maxRow+1), "x.csv line 2"},
	} {
		var last error
		for _, err := range Rows(file(t, "x.csv", c.text, false)) {
			last = err
		}
		if f, ok := fault.Of(last); !ok || !errors.Is(last, Malformed) || f.Path != c.path {
			t.Errorf("%.40q: %v", c.text, last)
		}
	}
	whole, err := os.ReadFile(file(t, "x.csv.gz", head+strings.Repeat("1,2,X,1,2020-01-31 10:01:00,1,7,EIRE\n", 100), true))
	if err != nil {
		t.Fatal(err)
	}
	last := error(nil)
	for _, err := range Read(bytes.NewReader(whole[:len(whole)-9]), "cut.gz") {
		last = err
	}
	if !errors.Is(last, Malformed) {
		t.Errorf("cut gzip: %v", last)
	}
	for _, err := range Rows(filepath.Join(t.TempDir(), "none.csv")) {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("missing file: %v", err)
		}
	}
	for range Rows(file(t, "x.csv", head+"1,2,X,1,2020-01-31 10:01:00,1,7,EIRE\n2,2,X,1,2020-01-31 10:01:00,1,7,EIRE\n", false)) {
		break // stopping early is fine
	}
}

func TestMemory(t *testing.T) {
	path := sharedFile(t)
	var m runtime.MemStats
	most := uint64(0)
	n := 0
	for d, err := range Documents(path) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%1000 == 0 {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		_ = d
	}
	t.Logf("at most %d MiB of heap", most>>20)
	if most > 100<<20 {
		t.Error("not streaming")
	}
}

// Whatever the bytes, every row is found once and nothing panics.
func FuzzRead(f *testing.F) {
	f.Add([]byte(head + "1,10,\"LAMP, \"\"OLD\"\"\",2,2020-01-31 10:00:00,1.125,7.0,EIRE\r\n"))
	f.Add([]byte(head + "\n\n,,,\n\"\",\"a\nb\",,,"))
	f.Add([]byte{0x1f, 0x8b, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		no := 0
		for r, err := range Read(bytes.NewReader(data), "x") {
			if err != nil {
				break
			}
			no++
			if r.No != no || len(r.Raw) == 0 {
				t.Fatalf("row %d: %+v", no, r)
			}
			if why := Reason(&r, true); why == NoCustomer || (why != "" && !slices.Contains(Reasons(), why)) {
				t.Fatalf("reason %q", why)
			}
			if r.Unreadable == "" && (len(r.Month) != 7 || !isDecimal(r.UnitPrice)) {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func BenchmarkRows(b *testing.B) {
	path := sharedFile(b)
	for b.Loop() {
		for _, err := range Rows(path) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
