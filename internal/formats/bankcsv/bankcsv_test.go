package bankcsv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"kontor/internal/words/fault"
)

const good = `# H,account,statement,currency,opening,closing,from,to
# E,booked_on,value_on,amount,payer_name,payer_account,reference,text,charge
H,BANK-1,2025-042,EUR,1000.00,1104.00,2025-03-20,2025-03-21
E,2025-03-20,2025-03-21,119.00,Muster GmbH,DE02120300000000202051,REF-17,"INV-1, thanks
second line",15.00

E,2025-03-21,,-15.00,,,,account fee
H,BANK-2,1,USD,0,0,2025-03-20,2025-03-20,,
,,,
`

func TestRead(t *testing.T) {
	got, err := Read(strings.NewReader("\ufeff" + good))
	if err != nil {
		t.Fatal(err)
	}
	want := []Statement{
		{Account: "BANK-1", Number: "2025-042", Currency: "EUR", Opening: "1000.00", Closing: "1104.00", From: "2025-03-20", To: "2025-03-21", Entries: []Entry{
			{BookedOn: "2025-03-20", ValueOn: "2025-03-21", Amount: "119.00", PayerName: "Muster GmbH", PayerAccount: "DE02120300000000202051", Reference: "REF-17", Text: "INV-1, thanks\nsecond line", Charge: "15.00"},
			{BookedOn: "2025-03-21", ValueOn: "2025-03-21", Amount: "-15.00", Text: "account fee"},
		}},
		{Account: "BANK-2", Number: "1", Currency: "USD", Opening: "0", Closing: "0", From: "2025-03-20", To: "2025-03-20"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestRefused(t *testing.T) {
	const h = "H,B,1,EUR,0,10.00,2025-03-01,2025-03-31\n"
	for _, c := range []struct{ text, path, says string }{
		{"", "line 1", "no statement"},
		{"# note\n", "line 1", "no statement"},
		{"E,2025-03-01,,10\n", "line 1", "before the first statement"},
		{"h,B\n", "line 1: type", "capital"},
		{"H;B;1\n", "line 1: type", "separated by commas"},
		{h + "X,1\n", "line 2: type", "H (statement) or E (entry)"},
		{h + "E,2025-03-01,,\"10\n", "line 2", "quote"},
		{h + "E,2025-03-01,,10.00,,,,,,extra\n", "line 2", "one too many"},
		{h + "E,2025-03-01,,10.00,\xff\n", "line 2: payer_name", "not UTF-8"},
		{h + "E,2025-03-01,,10.00,a\x01b\n", "line 2: payer_name", "control character"},
		{h + "E,2025-03-01,,10.00," + strings.Repeat("é", 141) + "\n", "line 2: payer_name", "141 characters, at most 140"},
		{h + "E,2025-03-01,,10.00,,AT 12\n", "line 2: payer_account", "without them"},
		{h + "E,2025-03-01,,\"10,00\"\n", "line 2: amount", "with a point"},
		{h + "E,2025-03-01,,1e1\n", "line 2: amount", "not an amount"},
		{h + "E,2025-03-01,,+10\n", "line 2: amount", "not an amount"},
		{h + "E,2025-03-01,,.5\n", "line 2: amount", "not an amount"},
		{h + "E,2025-03-01,,5.\n", "line 2: amount", "not an amount"},
		{h + "E,2025-03-01,,--5\n", "line 2: amount", "not an amount"},
		{h + "E,2025-03-01,,1234567890123456\n", "line 2: amount", "too large"},
		{h + "E,2025-03-01,,1.00001\n", "line 2: amount", "more than 4 decimals"},
		{h + "E,2025-03-01,,\n", "line 2: amount", "missing"},
		{h + "E,2025-03-01\n", "line 2: amount", "missing"},
		{h + "E,2025-03-01,,10\nE,2025-03-01,,-0.00\n", "line 3: amount", "moves nothing"},
		{h + "E,,,10.00\n", "line 2: booked_on", "missing"},
		{h + "E,2025-02-30,,10.00\n", "line 2: booked_on", "not a day"},
		{h + "E,2025-04-01,,10.00\n", "line 2: booked_on", "not within"},
		{h + "E,2025-03-01,31.03.2025,10.00\n", "line 2: value_on", "not a day"},
		{h + "E,2025-03-01,,10.00,,,,,-1\n", "line 2: charge", "negative"},
		{h + "E,2025-03-01,,10.00,,,,,x\n", "line 2: charge", "not an amount"},
		{h + "E,2025-03-01,,5,,,R\nE,2025-03-02,,5,,,R\n", "line 3: reference", "line 2 already"},
		{h + "E,2025-03-01,,10,,,sha256:x\n", "line 2: reference", "may not begin"},
		{h + "E,2025-03-01,,9.99\n", "line 1: closing", "0.01 is missing"},
		{"H,,1,EUR,0,0,2025-03-01,2025-03-31\n", "line 1: account", "missing"},
		{"H,B,1,eur,0,0,2025-03-01,2025-03-31\n", "line 1: currency", "not a currency"},
		{"H,B,1,EUR,zero,0,2025-03-01,2025-03-31\n", "line 1: opening", "not an amount"},
		{"H,B,1,EUR,0,0,2025-03-31,2025-03-01\n", "line 1: to", "before the first day"},
		{"H,B,1,EUR,0,0,2025-03-01\n", "line 1: to", "missing"},
	} {
		got, err := Read(strings.NewReader(c.text))
		f, ok := fault.Of(err)
		if !ok || got != nil || f.Path != c.path || !strings.Contains(f.Sentence, c.says) {
			t.Errorf("%q: got %v %v", c.text, got, err)
			continue
		}
		if rule := f.Code; rule != "bank.csv" && !(rule == "bank.balance" && strings.Contains(c.says, "missing")) {
			t.Errorf("%q: code %s", c.text, rule)
		}
	}
}

// All that is wrong is told at once, up to twenty; the balance has its figures.
func TestFaultsTogether(t *testing.T) {
	text := "H,B,1,EUR,0,10.00,2025-03-01,2025-03-31\n" + strings.Repeat("E,nix,,x\n", 50)
	_, err := Read(strings.NewReader(text))
	f, ok := fault.Of(err)
	if !ok || len(f.Also) != maxFaults-1 || f.Also[0].Path != "line 2: amount" {
		t.Errorf("got %v with %d more", err, len(f.Also))
	}
	_, err = Read(strings.NewReader("H,B,1,EUR,5.00,10.00,2025-03-01,2025-03-31\nE,2025-03-01,,6.5\n"))
	f, ok = fault.Of(err)
	if !ok || !errors.Is(err, Unbalanced) || !reflect.DeepEqual(f.Figures, map[string]string{"opening": "5.00", "entries": "6.50", "closing": "10.00", "difference": "-1.50"}) {
		t.Errorf("got %v %v", err, f)
	}
	broken := errors.New("the line is cut")
	if _, err = Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestWriteRefused(t *testing.T) {
	s := Statement{Account: "B", Number: "1", Currency: "EUR", Opening: "0", Closing: "1", From: "2025-03-01", To: "2025-03-31"}
	var b bytes.Buffer
	if err := Write(&b, s); !errors.Is(err, Unbalanced) || b.Len() != 0 {
		t.Errorf("got %v, %d bytes", err, b.Len())
	}
	s.Entries = []Entry{{BookedOn: "2025-03-01", Amount: "1", Text: "a\nb"}, {BookedOn: "2025-03-01", Amount: "1 000"}}
	f, ok := fault.Of(Write(&b, s))
	if !ok || f.Path != "line 6: amount" || b.Len() != 0 {
		t.Errorf("got %v", f)
	}
	s.Entries = s.Entries[:1]
	if err := Write(iotest.TruncateWriter(io.Discard, 0), s); err != nil {
		t.Errorf("got %v", err)
	}
	if err := Write(full{}, s); err == nil {
		t.Error("a writer that fails was not noticed")
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestKeys(t *testing.T) {
	s := Statement{Currency: "EUR", Entries: []Entry{
		{BookedOn: "2025-03-01", ValueOn: "2025-03-01", Amount: "10.00", Text: "a"},
		{BookedOn: "2025-03-01", ValueOn: "2025-03-01", Amount: "10", Text: "a", Charge: "0.00"},
		{BookedOn: "2025-03-02", ValueOn: "2025-03-02", Amount: "10.00", Text: "a"},
		{BookedOn: "2025-03-01", Amount: "10.00", Text: "a", Reference: "R"},
		{BookedOn: "2025-03-01", ValueOn: "2025-03-01", Amount: "10.00", PayerName: "a"},
	}}
	k := Keys(s)
	if k[0][:len(k[0])-1] != k[1][:len(k[1])-1] || !strings.HasSuffix(k[0], ":1") || !strings.HasSuffix(k[1], ":2") || !strings.HasSuffix(k[2], ":1") || k[3] != "R" || len(k[0]) != 73 {
		t.Errorf("keys %q", k)
	}
	slices.Sort(k)
	if len(slices.Compact(k)) != 5 {
		t.Errorf("equal keys in %q", k)
	}
}

// amounts draws decimal text of up to four decimals.
func amounts(t *rapid.T, label string, low int64) string {
	n := rapid.Int64Range(low, 1e12).Filter(func(n int64) bool { return n != 0 }).Draw(t, label)
	d := rapid.IntRange(0, 4).Draw(t, label+" decimals")
	s := new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d)), nil))
	return s.FloatString(d)
}

// texts draws printable text, with commas, quotes, umlauts and hashes.
func texts(t *rapid.T, label, more string, most int) string {
	return strings.TrimSpace(rapid.StringOfN(rapid.RuneFrom([]rune("aZ09 ,;\"'#äß€/.+-HE"+more)), 0, most, -1).Draw(t, label))
}

// statement draws a statement that balances.
func statement(t *rapid.T) Statement {
	day := func(label string, low, high int) string {
		return time.Date(2025, 3, rapid.IntRange(low, high).Draw(t, label), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	s := Statement{
		Account:  "B" + texts(t, "account", "", 20),
		Number:   "N" + texts(t, "number", "", 20),
		Currency: rapid.StringMatching("[A-Z]{3}").Draw(t, "currency"),
		Opening:  amounts(t, "opening", -1e12),
		From:     "2025-03-01", To: "2025-03-31",
	}
	sum, _ := parse(s.Opening)
	for i := range rapid.IntRange(0, 6).Draw(t, "entries") {
		e := Entry{
			BookedOn:     day("booked", 1, 31),
			ValueOn:      day("value", -20, 60),
			Amount:       amounts(t, "amount", -1e12),
			PayerName:    texts(t, "name", "", 140),
			PayerAccount: rapid.StringMatching("[A-Z0-9]{0,34}").Draw(t, "iban"),
			Text:         texts(t, "text", "\n", 300),
		}
		if rapid.Bool().Draw(t, "has reference") {
			e.Reference = fmt.Sprintf("%d%s", i, texts(t, "reference", "", 30))
		}
		if rapid.Bool().Draw(t, "has charge") {
			e.Charge = amounts(t, "charge", 1)
		}
		n, _ := parse(e.Amount)
		sum.Add(sum, n)
		s.Entries = append(s.Entries, e)
	}
	s.Closing = format(sum)
	return s
}

// What is written is read back the same, keys included, and no two entries
// have the same key; one digit changed in an amount is noticed.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := []Statement{statement(t), statement(t)}
		var b bytes.Buffer
		if err := Write(&b, in...); err != nil {
			t.Fatal(err)
		}
		out, err := Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, out) {
			t.Fatalf("wrote %+v, read %+v", in, out)
		}
		for i := range in {
			k := Keys(in[i])
			if !slices.Equal(k, Keys(out[i])) {
				t.Fatal("keys differ")
			}
			slices.Sort(k)
			if len(slices.Compact(k)) != len(in[i].Entries) {
				t.Fatal("two entries, one key")
			}
		}
		if n := len(in[0].Entries); n > 0 {
			e := &in[0].Entries[rapid.IntRange(0, n-1).Draw(t, "changed")]
			v, _ := parse(e.Amount)
			e.Amount = format(v.Add(v, big.NewInt(3)))
			if err := Write(&b, in...); v.Sign() != 0 && !errors.Is(err, Unbalanced) {
				t.Fatalf("changed amount: %v", err)
			}
		}
	})
}

// Nothing panics; what is read is written and read again without a change;
// what is refused is refused with a fault that has a path.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("H,B,1,EUR,0,10.00,2025-03-01,2025-03-31\nE,2025-03-01,,\"1\"\"0\"\n"))
	f.Add([]byte("\ufeff#\n\nE,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(bytes.NewReader(data))
		if err != nil {
			if p, ok := fault.Of(err); !ok || !strings.HasPrefix(p.Path, "line ") {
				t.Fatalf("not a fault with a line: %v", err)
			}
			return
		}
		var b bytes.Buffer
		if err := Write(&b, s...); err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, err := Read(&b)
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Fatalf("%v: %+v became %+v", err, s, again)
		}
		for i := range s {
			if k := Keys(s[i]); len(k) != len(s[i].Entries) {
				t.Fatal("a key is missing")
			}
		}
	})
}
