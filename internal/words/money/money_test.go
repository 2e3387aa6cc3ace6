package money_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/internal/words/dec"
	"kontor/internal/words/money"
)

const (
	eur = money.Currency("EUR")
	jpy = money.Currency("JPY")
	kwd = money.Currency("KWD")
	clf = money.Currency("CLF")
)

func TestCurrenciesHaveTheDecimalsOfISO4217(t *testing.T) {
	for code, want := range map[string]int{
		"EUR": 2, "USD": 2, "HUF": 2, "TWD": 2, "MRU": 2, "MGA": 2, "XCG": 2, "ZWG": 2, "SLE": 2,
		"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "XOF": 0, "UGX": 0,
		"KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3, "IQD": 3, "LYD": 3, "CLF": 4, "UYW": 4,
	} {
		c, err := money.ParseCurrency(code)
		if err != nil || c.Decimals() != want {
			t.Errorf("%s: %v, %d decimals, want %d", code, err, c.Decimals(), want)
		}
	}
	for _, bad := range []string{"", "eur", "EURO", "EU", "DEM", "HRK", "BGN", "XXX", "XAU", "€", " EUR", "EUR ", "jpy"} {
		if c, err := money.ParseCurrency(bad); !errors.Is(err, money.UnknownCurrency) || c != "" {
			t.Errorf("ParseCurrency(%q) = %q, %v", bad, c, err)
		}
	}
	for small, big := range map[string]string{"eur": "EUR", "jpy": "JPY"} {
		if _, err := money.ParseCurrency(small); !strings.Contains(err.Error(), big) {
			t.Errorf("%q does not propose %s", err, big)
		}
	}
	panics(t, func() { money.Currency("EURO").Decimals() })
	panics(t, func() { _ = money.Amount{Units: 1}.String() })
}

func TestParseReadsMinorUnits(t *testing.T) {
	for _, c := range []struct {
		in   string
		c    money.Currency
		want int64
		out  string
	}{
		{"0", eur, 0, "0.00"}, {"-0", eur, 0, "0.00"}, {"-0.00", eur, 0, "0.00"}, {"1", eur, 100, "1.00"},
		{"-1234.5", eur, -123450, "-1234.50"}, {"0.01", eur, 1, "0.01"}, {"-0.01", eur, -1, "-0.01"}, {"0007.10", eur, 710, "7.10"},
		{"1234", jpy, 1234, "1234"}, {"-1", jpy, -1, "-1"}, {"1.234", kwd, 1234, "1.234"}, {"0.0001", clf, 1, "0.0001"},
		{"92233720368547758.07", eur, math.MaxInt64, "92233720368547758.07"},
		{"-92233720368547758.08", eur, math.MinInt64, "-92233720368547758.08"},
		{"9223372036854775807", jpy, math.MaxInt64, "9223372036854775807"},
	} {
		got, err := money.Parse(c.in, c.c)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q, %s) = %d, %v; want %d", c.in, c.c, got, err, c.want)
		}
		if out := money.Format(got, c.c); out != c.out {
			t.Errorf("Format(%d, %s) = %s, want %s", got, c.c, out, c.out)
		}
	}
}

func TestParseRefusesWhatCouldMeanSomethingElse(t *testing.T) {
	for _, c := range []struct {
		in string
		c  money.Currency
	}{
		{"", eur}, {"1.005", eur}, {"1.000", eur}, {"1,00", eur}, {"1.000,00", eur}, {"1 000", eur}, {"+1", eur}, {"1.", eur},
		{".5", eur}, {"1e2", eur}, {"EUR 1", eur}, {"1 EUR", eur}, {"-", eur}, {"1.0", jpy}, {"1.2345", kwd},
		{"92233720368547758.08", eur}, {"-92233720368547758.09", eur}, {strings.Repeat("9", 10_000), eur},
	} {
		if n, err := money.Parse(c.in, c.c); !errors.Is(err, money.Invalid) || n != 0 {
			t.Errorf("Parse(%.40q, %s) = %d, %v", c.in, c.c, n, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("the sentence repeats the whole input: %d bytes", len(err.Error()))
		}
	}
}

func TestAmountsAddOnlyInOneCurrency(t *testing.T) {
	if s := (money.Amount{Units: 123450, Currency: eur}).Add(money.Amount{Units: -1, Currency: eur}).String(); s != "1234.49 EUR" {
		t.Error(s)
	}
	panics(t, func() { money.Amount{Units: 1, Currency: eur}.Add(money.Amount{Units: 1, Currency: jpy}) })
}

func TestAddPanicsInsteadOfWrapping(t *testing.T) {
	if money.Add(math.MaxInt64, math.MinInt64) != -1 || money.Add(math.MaxInt64, 0) != math.MaxInt64 || money.Add(math.MinInt64, 0) != math.MinInt64 {
		t.Error("the ends do not add")
	}
	panics(t, func() { money.Add(math.MaxInt64, 1) })
	panics(t, func() { money.Add(1, math.MaxInt64) })
	panics(t, func() { money.Add(math.MinInt64, -1) })
	panics(t, func() { money.Add(math.MinInt64, math.MinInt64) })
}

func TestShareRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ amount, part, total, want int64 }{
		{100, 1, 3, 33}, {100, 2, 3, 67}, {100, 3, 3, 100}, {1, 1, 2, 1}, {-1, 1, 2, -1}, {3, 1, 2, 2}, {-3, 1, 2, -2},
		{100, 0, 3, 0}, {0, 2, 3, 0}, {100, -1, 3, -33}, {100, 1, -3, -33}, {-100, -1, 3, 33}, {-100, -2, -3, -67}, {100, 4, 3, 133},
		{7, 0, 0, 7}, {0, 0, 0, 0},
		{math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64, math.MaxInt64 - 1}, {math.MinInt64, math.MinInt64, math.MinInt64, math.MinInt64},
		{math.MinInt64, 1, 2, -1 << 62}, {math.MaxInt64, 1, 2, 1 << 62}, {math.MinInt64, 1, math.MinInt64, 1},
	} {
		if got := money.Share(c.amount, c.part, c.total); got != c.want {
			t.Errorf("Share(%d, %d, %d) = %d, want %d", c.amount, c.part, c.total, got, c.want)
		}
	}
	panics(t, func() { money.Share(100, 1, 0) })
	panics(t, func() { money.Share(math.MaxInt64, 2, 1) })
	panics(t, func() { money.Share(math.MinInt64, 1, -1) })
	panics(t, func() { money.Share(math.MaxInt64, math.MaxInt64, 1) })
}

func TestShareAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount, part, total := rapid.Int64().Draw(t, "amount"), rapid.Int64().Draw(t, "part"), rapid.Int64().Draw(t, "total")
		if total == 0 {
			return
		}
		want := new(big.Rat).SetFrac(big.NewInt(part), big.NewInt(total))
		want.Mul(want, new(big.Rat).SetInt64(amount))
		n, fits := half(want)
		if !fits {
			panics(t, func() { money.Share(amount, part, total) })
			return
		}
		if got := money.Share(amount, part, total); got != n {
			t.Fatalf("got %d, want %d", got, n)
		}
	})
}

func TestSharesOfPartsThatFollowOneAnotherSumToTheAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64().Draw(t, "amount")
		parts := rapid.SliceOfN(rapid.Int64Range(0, 1<<50), 1, 30).Draw(t, "parts")
		var total int64
		for _, p := range parts {
			total += p
		}
		if total == 0 {
			return
		}
		var upTo, before, sum int64
		for _, p := range parts {
			upTo += p
			now := money.Share(amount, upTo, total)
			one := now - before
			if one != 0 && (one < 0) != (amount < 0) {
				t.Fatalf("a part of %d got %d", amount, one)
			}
			before = now
			sum += one
		}
		if sum != amount {
			t.Fatalf("the parts sum to %d, not %d", sum, amount)
		}
	})
}

func TestSplitGivesLeftUnitsToTheLargestRemaindersFirstOfEqualOnesFirst(t *testing.T) {
	for _, c := range []struct {
		amount  int64
		weights []int64
		want    []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}}, {-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{101, []int64{1, 1, 1}, []int64{34, 34, 33}}, {1, []int64{1, 2, 3}, []int64{0, 0, 1}}, {2, []int64{1, 2, 3}, []int64{0, 1, 1}},
		{10, []int64{0, 1, 0}, []int64{0, 10, 0}}, {7, []int64{0, 0}, []int64{7, 0}}, {-7, []int64{0, 0, 0}, []int64{-7, 0, 0}},
		{0, []int64{3, 4}, []int64{0, 0}}, {5, []int64{9}, []int64{5}}, {0, nil, []int64{}}, {1000, []int64{333, 333, 334}, []int64{333, 333, 334}},
		{math.MaxInt64, []int64{1, 1}, []int64{1 << 62, 1<<62 - 1}}, {math.MinInt64, []int64{1, 1}, []int64{-1 << 62, -1 << 62}},
		{math.MinInt64, []int64{0, 5}, []int64{0, math.MinInt64}}, {math.MaxInt64, []int64{math.MaxInt64, 0}, []int64{math.MaxInt64, 0}},
		{17, []int64{19, 7}, []int64{12, 5}},
	} {
		if got := money.Split(c.amount, c.weights); !slices.Equal(got, c.want) {
			t.Errorf("Split(%d, %v) = %v, want %v", c.amount, c.weights, got, c.want)
		}
	}
	panics(t, func() { money.Split(1, nil) })
	panics(t, func() { money.Split(1, []int64{1, -1}) })
	panics(t, func() { money.Split(1, []int64{math.MaxInt64, 1}) })
}

func TestSplitSumsAndNoPartIsAUnitOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64().Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, 1<<50)), 1, 40).Draw(t, "weights")
		var total int64
		for _, w := range weights {
			total += w
		}
		parts := money.Split(amount, weights)
		sum := new(big.Int)
		for i, p := range parts {
			sum.Add(sum, big.NewInt(p))
			if total == 0 {
				continue
			}
			if weights[i] == 0 && p != 0 {
				t.Fatalf("weight 0 got %d", p)
			}
			off := new(big.Rat).SetFrac(big.NewInt(weights[i]), big.NewInt(total))
			off.Mul(off, new(big.Rat).SetInt64(amount))
			off.Sub(off, new(big.Rat).SetInt64(p))
			if off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("part %d is %s off", i, off.FloatString(5))
			}
		}
		if sum.Cmp(big.NewInt(amount)) != 0 {
			t.Fatalf("%v sum to %s, not %d", parts, sum, amount)
		}
		if amount == math.MinInt64 {
			return
		}
		for i, p := range money.Split(-amount, weights) {
			if p != -parts[i] {
				t.Fatalf("a credit is split differently: %d and %d", p, parts[i])
			}
		}
	})
}

func TestTaxRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		base int64
		rate string
		want int64
	}{
		{10000, "19", 1900}, {50, "19", 10}, {-50, "19", -10}, {50, "7", 4}, {-50, "7", -4}, {100, "0.5", 1}, {99, "0.5", 0},
		{0, "19", 0}, {100, "0", 0}, {12345, "7.7", 951}, {1, "50", 1}, {-1, "50", -1}, {10000, "8.875", 888},
		{math.MaxInt64, "100", math.MaxInt64}, {math.MinInt64, "100", math.MinInt64},
	} {
		if got := money.Tax(c.base, dec.Must(c.rate)); got != c.want {
			t.Errorf("Tax(%d, %s) = %d, want %d", c.base, c.rate, got, c.want)
		}
	}
	panics(t, func() { money.Tax(math.MaxInt64, dec.Must("101")) })
}

func TestInnerTaxIsWhatAPriceWithTaxContains(t *testing.T) {
	for _, c := range []struct {
		gross int64
		rate  string
		want  int64
	}{
		{11900, "19", 1900}, {75800, "21", 13155}, {-75800, "21", -13155}, {100, "19", 16}, {100, "0", 0}, {3, "100", 2}, {-3, "100", -2},
		{107, "7", 7}, {99, "7.7", 7},
	} {
		if got := money.InnerTax(c.gross, dec.Must(c.rate)); got != c.want {
			t.Errorf("InnerTax(%d, %s) = %d, want %d", c.gross, c.rate, got, c.want)
		}
	}
	panics(t, func() { money.InnerTax(100, dec.Must("-100")) })
}

func TestTaxOnTheNetIsWithinAUnitOfTheInnerTax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gross := rapid.Int64Range(-1<<50, 1<<50).Draw(t, "gross")
		rate := dec.FromUnits(rapid.Int64Range(0, 10000).Draw(t, "rate"), 2)
		inner := money.InnerTax(gross, rate)
		if d := money.Tax(gross-inner, rate) - inner; d < -1 || d > 1 {
			t.Fatalf("%d apart", d)
		}
		if money.InnerTax(-gross, rate) != -inner || money.Tax(-gross, rate) != -money.Tax(gross, rate) {
			t.Fatal("a credit is taxed differently")
		}
	})
}

func TestConvertRespectsTheDecimalsOfBothCurrencies(t *testing.T) {
	for _, c := range []struct {
		units    int64
		from, to money.Currency
		rate     string
		want     int64
	}{
		{100, eur, "USD", "1.0835", 108}, {1000, eur, jpy, "162.35", 1624}, {1624, jpy, eur, "0.00616", 1000}, {100, eur, kwd, "0.3345", 335},
		{335, kwd, eur, "2.99", 100}, {-1000, eur, jpy, "162.35", -1624}, {1, eur, jpy, "50", 1}, {1, eur, jpy, "49", 0}, {0, eur, jpy, "162.35", 0},
	} {
		if got := money.Convert(c.units, c.from, c.to, dec.Must(c.rate)); got != c.want {
			t.Errorf("%d %s at %s = %d %s, want %d", c.units, c.from, c.rate, got, c.to, c.want)
		}
	}
	panics(t, func() { money.Convert(math.MaxInt64, jpy, kwd, dec.Must("1")) })
}

func TestConvertAtOneThereAndBackIsIdentity(t *testing.T) {
	all := []money.Currency{jpy, eur, kwd, clf}
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.SampledFrom(all).Draw(t, "from"), rapid.SampledFrom(all).Draw(t, "to")
		if to.Decimals() < from.Decimals() {
			from, to = to, from
		}
		n := rapid.Int64Range(-1<<40, 1<<40).Draw(t, "units")
		if back := money.Convert(money.Convert(n, from, to, dec.Must("1")), to, from, dec.Must("1")); back != n {
			t.Fatalf("%d %s comes back from %s as %d", n, from, to, back)
		}
		if same := money.Convert(n, from, from, dec.Must("1")); same != n {
			t.Fatalf("%d became %d", n, same)
		}
	})
}

func TestLineNetRoundsOnce(t *testing.T) {
	for _, c := range []struct {
		qty, price, off string
		c               money.Currency
		net, allowance  int64
	}{
		{"1", "10", "0", eur, 1000, 0}, {"3", "0.0661", "0", eur, 20, 0}, {"2", "379", "0", eur, 75800, 0},
		{"1", "0.005", "0", eur, 1, 0}, {"-1", "0.005", "0", eur, -1, 0}, {"1", "0.0049", "0", eur, 0, 0},
		{"1", "10", "100", eur, 0, 1000}, {"1", "9.99", "10", eur, 899, 100}, {"-1", "9.99", "10", eur, -899, -100},
		// Rounding before the discount would give 0.01 × 0.5 = 0.01; exactly it is 0.0045 × 0.5.
		{"1", "0.0045", "50", eur, 0, 0}, {"1", "0.01", "50", eur, 1, 0}, {"3", "1.115", "33.333", eur, 223, 112},
		{"2.5", "3.333", "2.5", jpy, 8, 0}, {"1000", "0.0015", "0", kwd, 1500, 0}, {"0", "5", "10", eur, 0, 0}, {"5", "0", "10", eur, 0, 0},
		{"1", "10", "-5", eur, 1050, -50},
		{"92233720368547", "1", "0", eur, 9223372036854700, 0},
	} {
		net, allowance, err := money.LineNet(dec.Must(c.qty), dec.Must(c.price), dec.Must(c.off), c.c)
		if err != nil || net != c.net || allowance != c.allowance {
			t.Errorf("%s × %s − %s %% = %d, %d, %v; want %d, %d", c.qty, c.price, c.off, net, allowance, err, c.net, c.allowance)
		}
	}
	for _, c := range [][3]string{
		{"999999999999999", "999999999999999", "0"}, {"999999999999999", "1000", "99.9999999"}, {"999999999999999", "90", "-999"},
	} {
		if net, _, err := money.LineNet(dec.Must(c[0]), dec.Must(c[1]), dec.Must(c[2]), eur); !errors.Is(err, money.Overflow) || net != 0 {
			t.Errorf("%v = %d, %v", c, net, err)
		}
	}
}

func TestLineNetAgreesWithRationalsAndMirrorsForCredits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.StringMatching(`-?[0-9]{1,5}(\.[0-9]{1,4})?`).Draw(t, "qty")
		p := rapid.StringMatching(`[0-9]{1,6}(\.[0-9]{1,6})?`).Draw(t, "price")
		off := rapid.StringMatching(`[0-9]{1,2}(\.[0-9]{1,3})?`).Draw(t, "off")
		c := rapid.SampledFrom([]money.Currency{eur, jpy, kwd}).Draw(t, "currency")
		net, allowance, err := money.LineNet(dec.Must(q), dec.Must(p), dec.Must(off), c)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := new(big.Rat).SetString(q)
		x, _ := new(big.Rat).SetString(p)
		want.Mul(want, x)
		pow := new(big.Rat).SetInt64(int64(math.Pow10(c.Decimals())))
		full, _ := half(new(big.Rat).Mul(want, pow))
		x, _ = new(big.Rat).SetString(off)
		x.Sub(big.NewRat(100, 1), x)
		want.Mul(want, x.Mul(x, big.NewRat(1, 100)))
		n, _ := half(want.Mul(want, pow))
		if net != n || net+allowance != full {
			t.Fatalf("%d and %d, want %d of %d", net, allowance, n, full)
		}
		back, _, _ := money.LineNet(dec.Must(q).Neg(), dec.Must(p), dec.Must(off), c)
		if back != -net {
			t.Fatalf("the credit of %d is %d", net, back)
		}
	})
}

func TestParseAndFormatAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "units")
		c := rapid.SampledFrom([]money.Currency{jpy, eur, kwd, clf}).Draw(t, "currency")
		back, err := money.Parse(money.Format(n, c), c)
		if err != nil || back != n {
			t.Fatalf("%d comes back as %d, %v", n, back, err)
		}
	})
}

// FuzzParse finds text whose value changes on the way in.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "-0.00", "1.50", "1.000", "92233720368547758.07", "-92233720368547758.08", "92233720368547758.08", "1,5", "", "-"} {
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, s string, which uint8) {
		c := []money.Currency{jpy, eur, kwd, clf}[which%4]
		n, err := money.Parse(s, c)
		if err != nil {
			if !errors.Is(err, money.Invalid) {
				t.Fatalf("%v is not money.invalid", err)
			}
			return
		}
		want, ok := new(big.Rat).SetString(s)
		got, _ := new(big.Rat).SetString(money.Format(n, c))
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("%q becomes %s", s, money.Format(n, c))
		}
	})
}

// half is half away from zero by the definition: floor(|r| + 1/2), signed.
func half(r *big.Rat) (int64, bool) {
	a := new(big.Rat).Abs(r)
	a.Add(a, big.NewRat(1, 2))
	n := new(big.Int).Div(a.Num(), a.Denom())
	if r.Sign() < 0 {
		n.Neg(n)
	}
	return n.Int64(), n.IsInt64()
}

func panics(t interface {
	Helper()
	Errorf(string, ...any)
}, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("does not panic")
		}
	}()
	f()
}
