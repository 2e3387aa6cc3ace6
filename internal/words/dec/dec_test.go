package dec_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/internal/words/dec"
)

func TestParseTakesPlainDecimalsAndStringIsCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "0.000": "0", "-0.0": "0", "00": "0",
		"1": "1", "007": "7", "-7": "-7", "100": "100", "1.50": "1.5", "-1.50": "-1.5",
		"0.1": "0.1", "0.000000000001": "0.000000000001", "-0.000000000001": "-0.000000000001",
		"10.0": "10", "999999999999999.999999999999": "999999999999999.999999999999",
		"-999999999999999.999999999999": "-999999999999999.999999999999",
		"999999999999999":               "999999999999999",
		"123456.789012345678":           "123456.789012345678",
		"9223372.036854775807":          "9223372.036854775807", // the largest 64-bit coefficient
		"9223372.036854775808":          "9223372.036854775808", // one more
		"100000000000000.000000000000":  "100000000000000",
	} {
		d, err := dec.Parse(in)
		if err != nil || d.String() != want {
			t.Errorf("Parse(%q) = %s, %v; want %s", in, d, err, want)
		}
	}
}

func TestParseRefusesEverythingElse(t *testing.T) {
	for _, in := range []string{
		"", " ", "-", "+1", "--1", "1 ", " 1", "1,5", "1.", ".5", "-.5", ".", "1.2.3", "1e3", "1E3", "0x10", "1_000",
		"1'000", "1.000,00", "NaN", "Inf", "-Inf", "١٢", "１", "1\n", "1\x00", "−1",
		"1000000000000000", "0000000000000001", "0.0000000000001", "1.0000000000000",
		strings.Repeat("9", 100_000),
	} {
		if d, err := dec.Parse(in); !errors.Is(err, dec.Invalid) {
			t.Errorf("Parse(%.40q) = %s, %v; want decimal.invalid", in, d, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("the sentence repeats the whole input: %d bytes", len(err.Error()))
		}
	}
}

func TestMustPanicsOnBadText(t *testing.T) {
	if dec.Must("2.5").String() != "2.5" {
		t.Error("Must changes the value")
	}
	panics(t, func() { dec.Must("2,5") })
}

func TestTheZeroValueIsZero(t *testing.T) {
	var d dec.D
	if d.String() != "0" || !d.IsZero() || d.Sign() != 0 || d.Cmp(dec.Must("0.0")) != 0 {
		t.Errorf("the zero value is %s", d)
	}
}

func TestRoundGoesHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
		want  int64
	}{
		{"0.5", 0, 1}, {"-0.5", 0, -1}, {"1.5", 0, 2}, {"2.5", 0, 3}, {"-2.5", 0, -3}, // not banker's
		{"0.49", 0, 0}, {"-0.49", 0, 0}, {"1.005", 2, 101}, {"-1.005", 2, -101}, {"1.00499", 2, 100},
		{"2", 2, 200}, {"-2", 3, -2000}, {"0", 5, 0}, {"1234", -2, 12}, {"1250", -2, 13}, {"-1250", -2, -13},
		{"0.000000000001", 0, 0}, {"0.000000000001", 12, 1}, {"0.0000000000005", 12, 1}, {"0.00000000000049", 12, 0},
		{"999999999999999.5", 0, 1000000000000000}, {"999999999999999.999999999999", 2, 100000000000000000},
		{"92233720368547.75807", 5, math.MaxInt64}, {"-92233720368547.75808", 5, math.MinInt64},
	} {
		d := long(c.in)
		if got, ok := d.Round(c.scale); !ok || got != c.want {
			t.Errorf("%s.Round(%d) = %d, %v; want %d", c.in, c.scale, got, ok, c.want)
		}
	}
}

// long makes decimals with more fraction digits than Parse takes.
func long(s string) dec.D {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) <= dec.MaxFraction {
		return dec.Must(s)
	}
	head := dec.Must(whole + "." + fraction[:dec.MaxFraction])
	tail := dec.FromUnits(1, dec.MaxFraction).Mul(dec.Must("0." + fraction[dec.MaxFraction:]))
	if strings.HasPrefix(s, "-") {
		return head.Sub(tail)
	}
	return head.Add(tail)
}

func TestRoundSaysWhenTheResultDoesNotFit(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
	}{
		{"92233720368547.75808", 5}, {"-92233720368547.75809", 5}, {"999999999999999", 12}, {"1", 19}, {"1", 40}, {"-1", 40},
		{"999999999999999.999999999999", 12}, {"92233720368547.758075", 5},
	} {
		if got, ok := dec.Must(c.in).Round(c.scale); ok {
			t.Errorf("%s.Round(%d) = %d, want overflow", c.in, c.scale, got)
		}
	}
	if n, ok := dec.FromInt(0).Round(400); n != 0 || !ok {
		t.Error("zero does not fit")
	}
}

func TestDivisionRoundsOnceAndQuoIsExactOrFalse(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		scale int
		want  int64
	}{
		{"1", "3", 2, 33}, {"2", "3", 2, 67}, {"-2", "3", 2, -67}, {"2", "-3", 2, -67}, {"-2", "-3", 2, 67},
		{"1", "8", 2, 13}, {"-1", "8", 2, -13}, {"1", "0.008", 0, 125}, {"0", "7", 3, 0},
		{"758", "121", 2, 626}, {"999999999999999", "0.000000001", -6, 999999999999999000},
		{"999999999999999.999999999999", "999999999999999.999999999999", 3, 1000},
	} {
		if got, ok := dec.Must(c.a).QuoRound(dec.Must(c.b), c.scale); !ok || got != c.want {
			t.Errorf("%s / %s at %d = %d, %v; want %d", c.a, c.b, c.scale, got, ok, c.want)
		}
	}
	for _, c := range []struct{ a, b, want string }{
		{"1", "8", "0.125"}, {"1", "3", ""}, {"-3", "12", "-0.25"}, {"0", "3", "0"}, {"1", "4096", "0.000244140625"}, {"1", "8192", ""},
		{"999999999999999", "0.000000000001", "999999999999999000000000000"}, {"1", "-7", ""},
	} {
		got, ok := dec.Must(c.a).Quo(dec.Must(c.b))
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("%s / %s = %s, %v; want %q", c.a, c.b, got, ok, c.want)
		}
	}
	panics(t, func() { dec.FromInt(1).QuoRound(dec.D{}, 0) })
	panics(t, func() { dec.FromInt(1).Quo(dec.D{}) })
}

func TestTheEndsOf64BitsAreExact(t *testing.T) {
	low, high, one := dec.FromInt(math.MinInt64), dec.FromInt(math.MaxInt64), dec.FromInt(1)
	for got, want := range map[string]string{
		low.Neg().String():               "9223372036854775808",
		low.Neg().Neg().String():         "-9223372036854775808",
		low.Sub(one).String():            "-9223372036854775809",
		high.Add(one).String():           "9223372036854775808",
		high.Add(one).Sub(one).String():  "9223372036854775807",
		low.Mul(low).String():            "85070591730234615865843651857942052864",
		low.Mul(one.Neg()).String():      "9223372036854775808",
		low.Percent().String():           "-92233720368547758.08",
		dec.FromUnits(5, -3).String():    "5000",
		dec.FromUnits(12345, 2).String(): "123.45",
		dec.FromUnits(0, 9).String():     "0",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if back := high.Add(one).Sub(one); back != high {
		t.Error("a value that fits again is not held in 64 bits again")
	}
	if n, ok := low.Round(0); n != math.MinInt64 || !ok {
		t.Error("the smallest number does not round to itself")
	}
}

func TestJSONHoldsATextAndNeverANumber(t *testing.T) {
	b, err := json.Marshal(map[string]dec.D{"price": dec.Must("1.50")})
	if err != nil || string(b) != `{"price":"1.5"}` {
		t.Errorf("%s, %v", b, err)
	}
	var v struct{ Price dec.D }
	if err := json.Unmarshal([]byte(`{"Price":"0.10"}`), &v); err != nil || v.Price.String() != "0.1" {
		t.Errorf("%v, %v", v, err)
	}
	if err := json.Unmarshal([]byte(`{"Price":0.1}`), &v); err == nil {
		t.Error("a JSON number was taken")
	}
	if err := json.Unmarshal([]byte(`{"Price":"0,1"}`), &v); !errors.Is(err, dec.Invalid) {
		t.Errorf("%v is not decimal.invalid", err)
	}
}

// text draws decimals that reach over both representations.
func text() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,4}(\.[0-9]{1,3})?`),
		rapid.StringMatching(`-?[0-9]{1,15}(\.[0-9]{1,12})?`),
		rapid.StringMatching(`-?9{15}\.9{1,12}`),
	)
}

// exact reads the text with math/big, which shares no code with D.
func exact(t *rapid.T, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("big.Rat does not read %q", s)
	}
	return r
}

// rounded is half away from zero by the definition: floor(|r| + 1/2), signed.
func rounded(r *big.Rat, scale int) (int64, bool) {
	p := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(scale, -scale))), nil))
	if scale < 0 {
		p.Inv(p)
	}
	p.Mul(p, r)
	sign := p.Sign()
	p.Add(p.Abs(p), big.NewRat(1, 2))
	n := new(big.Int).Div(p.Num(), p.Denom())
	if sign < 0 {
		n.Neg(n)
	}
	return n.Int64(), n.IsInt64()
}

func TestArithmeticAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		as, bs := text().Draw(t, "a"), text().Draw(t, "b")
		a, b := dec.Must(as), dec.Must(bs)
		x, y := exact(t, as), exact(t, bs)
		same := func(what string, got dec.D, want *big.Rat) {
			if exact(t, got.String()).Cmp(want) != 0 {
				t.Fatalf("%s: got %s, want %s", what, got, want.FloatString(30))
			}
		}
		same("parse", a, x)
		same("add", a.Add(b), new(big.Rat).Add(x, y))
		same("sub", a.Sub(b), new(big.Rat).Sub(x, y))
		same("mul", a.Mul(b), new(big.Rat).Mul(x, y))
		same("mul mul", a.Mul(b).Mul(b), new(big.Rat).Mul(x, new(big.Rat).Mul(y, y)))
		same("neg", a.Neg(), new(big.Rat).Neg(x))
		same("percent", a.Percent(), new(big.Rat).Mul(x, big.NewRat(1, 100)))
		same("percent of product", a.Mul(b).Percent(), new(big.Rat).Mul(new(big.Rat).Mul(x, y), big.NewRat(1, 100)))
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() || a.IsZero() != (x.Sign() == 0) {
			t.Fatalf("%s and %s compare as %d, signs %d %v", a, b, a.Cmp(b), a.Sign(), a.IsZero())
		}
		if a.Mul(b).Cmp(b) != new(big.Rat).Mul(x, y).Cmp(y) {
			t.Fatalf("%s × %s compares wrongly with %s", a, b, b)
		}
		scale := rapid.IntRange(-5, 14).Draw(t, "scale")
		agree := func(what string, got int64, ok bool, want *big.Rat) {
			n, fits := rounded(want, scale)
			if ok != fits || ok && got != n {
				t.Fatalf("%s at %d: got %d %v, want %d %v", what, scale, got, ok, n, fits)
			}
		}
		n, ok := a.Round(scale)
		agree("round", n, ok, x)
		n, ok = a.Mul(b).Round(scale)
		agree("round product", n, ok, new(big.Rat).Mul(x, y))
		if y.Sign() != 0 {
			n, ok = a.QuoRound(b, scale)
			agree("divide", n, ok, new(big.Rat).Quo(x, y))
			n, ok = a.QuoRound(b.Mul(b), scale)
			agree("divide by square", n, ok, new(big.Rat).Quo(x, new(big.Rat).Mul(y, y)))
			if q, ok := a.Quo(b); ok {
				same("quo", q, new(big.Rat).Quo(x, y))
			} else if r := new(big.Rat).Mul(new(big.Rat).Quo(x, y), big.NewRat(1e12, 1)); r.IsInt() {
				t.Fatalf("%s / %s ends within 12 digits but Quo says no", a, b)
			}
			if q, ok := a.Mul(b).Quo(b); !ok || q.Cmp(a) != 0 {
				t.Fatalf("%s × %s / %s = %s, %v", a, b, b, q, ok)
			}
		}
	})
}

func TestParseAndStringAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dec.Must(text().Draw(t, "d"))
		again, err := dec.Parse(d.String())
		if err != nil || again.Cmp(d) != 0 || again.String() != d.String() {
			t.Fatalf("%s comes back as %s, %v", d, again, err)
		}
	})
}

func TestValuesAreNotChangedByUse(t *testing.T) {
	a, b := dec.Must("999999999999999.999999999999"), dec.Must("-123456789012345.123456789012")
	_, _, _, _, _ = a.Add(b), a.Sub(b), a.Mul(b), a.Neg(), a.Percent()
	a.Round(2)
	a.QuoRound(b, 2)
	a.Quo(b)
	a.Cmp(b)
	if a.String() != "999999999999999.999999999999" || b.String() != "-123456789012345.123456789012" {
		t.Errorf("changed to %s and %s", a, b)
	}
}

var (
	plain     = regexp.MustCompile(`\A-?[0-9]{1,15}(\.[0-9]{1,12})?\z`)
	canonical = regexp.MustCompile(`\A(0|-?[1-9][0-9]*|-?(0|[1-9][0-9]*)\.[0-9]*[1-9])\z`)
)

// FuzzParse finds text that is taken against the grammar, or that changes value.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.50", "-0.000000000001", "999999999999999.999999999999", "1,5", "1e9", ".5", "5.", "+1", "", "00.00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := dec.Parse(s)
		if (err == nil) != plain.MatchString(s) {
			t.Fatalf("Parse(%q): %v", s, err)
		}
		if err != nil {
			if !errors.Is(err, dec.Invalid) {
				t.Fatalf("%v is not decimal.invalid", err)
			}
			return
		}
		if !canonical.MatchString(d.String()) || d.String() == "-0" {
			t.Fatalf("%q becomes %s, which is not canonical", s, d)
		}
		want, _ := new(big.Rat).SetString(s)
		got, ok := new(big.Rat).SetString(d.String())
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("%q becomes %s", s, d)
		}
	})
}

func panics(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("does not panic")
		}
	}()
	f()
}

func BenchmarkLineOfAnInvoice(b *testing.B) {
	q, p, off := dec.Must("12.5"), dec.Must("3.4567"), dec.Must("97.5")
	for b.Loop() {
		if _, ok := q.Mul(p).Mul(off).Percent().Round(2); !ok {
			b.Fatal("does not fit")
		}
	}
}
