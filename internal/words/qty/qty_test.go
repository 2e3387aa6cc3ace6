package qty_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/qty"
)

var (
	piece = qty.Ratio{Num: 1, Den: 1}
	dozen = qty.Ratio{Num: 12, Den: 1}
	pound = qty.Ratio{Num: 45359237, Den: 100000000} // in kilograms, by definition
	third = qty.Ratio{Num: 1, Den: 3}
)

func TestParseReadsBaseUnitsIntoSteps(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
		want  int64
		out   string
	}{
		{"0", 0, 0, "0"}, {"-0", 3, 0, "0"}, {"5", 0, 5, "5"}, {"5.0000", 0, 5, "5"}, {"-2.5", 3, -2500, "-2.5"}, {"0.001", 3, 1, "0.001"},
		{"1.50", 1, 15, "1.5"}, {"100", 2, 10000, "100"}, {"007", 0, 7, "7"}, {"0.000000000001", 12, 1, "0.000000000001"},
		{"9223372036854775807", 0, math.MaxInt64, "9223372036854775807"}, {"-9223372036854775.808", 3, math.MinInt64, "-9223372036854775.808"},
	} {
		got, err := qty.Parse(c.in, c.scale)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q, %d) = %d, %v; want %d", c.in, c.scale, got, err, c.want)
		}
		if out := qty.Format(got, c.scale); out != c.out {
			t.Errorf("Format(%d, %d) = %s, want %s", got, c.scale, out, c.out)
		}
	}
}

func TestParseRefusesBadTextAndWhatIsFinerThanAStep(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
	}{
		{"", 0}, {"1.5", 0}, {"0.0001", 3}, {"1,5", 3}, {"1 kg", 3}, {"+1", 0}, {".5", 3}, {"5.", 3}, {"1e3", 0}, {"½", 3}, {"-", 0},
		{"9223372036854775808", 0}, {"-9223372036854775809", 0}, {"9223372036854776", 3}, {strings.Repeat("9", 10_000), 0},
	} {
		if n, err := qty.Parse(c.in, c.scale); !errors.Is(err, qty.Invalid) || n != 0 {
			t.Errorf("Parse(%.40q, %d) = %d, %v", c.in, c.scale, n, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("the sentence repeats the whole input: %d bytes", len(err.Error()))
		}
	}
	panics(t, func() { _, _ = qty.Parse("1", -1) })
	panics(t, func() { _, _ = qty.Parse("1", 13) })
}

func TestParsePositiveRefusesZeroAndLess(t *testing.T) {
	for _, bad := range []string{"0", "-0", "0.000", "-1", "-0.001", "x"} {
		if n, err := qty.ParsePositive(bad, 3); !errors.Is(err, qty.Invalid) || n != 0 {
			t.Errorf("ParsePositive(%q) = %d, %v", bad, n, err)
		}
	}
	if n, err := qty.ParsePositive("0.001", 3); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestToStepsConvertsExactly(t *testing.T) {
	for _, c := range []struct {
		in    string
		r     qty.Ratio
		scale int
		want  int64
	}{
		{"3", piece, 0, 3}, {"2", dozen, 0, 24}, {"0.5", dozen, 0, 6}, {"0.25", dozen, 0, 3}, {"-2", dozen, 0, -24}, {"0", dozen, 0, 0},
		{"1", pound, 8, 45359237}, {"100000", pound, 3, 45359237}, {"3", third, 0, 1}, {"1.5", third, 1, 5},
		{"9223372.036854775807", piece, 12, math.MaxInt64},
	} {
		if got, err := qty.ToSteps(dec.Must(c.in), c.r, c.scale); err != nil || got != c.want {
			t.Errorf("%s × %v = %d, %v; want %d", c.in, c.r, got, err, c.want)
		}
	}
	if _, err := qty.ToSteps(dec.Must("999999999999999"), dozen, 12); !errors.Is(err, qty.Invalid) {
		t.Errorf("too large: %v", err)
	}
	panics(t, func() { _, _ = qty.ToSteps(dec.Must("1"), qty.Ratio{}, 0) })
	panics(t, func() { _, _ = qty.ToSteps(dec.Must("1"), qty.Ratio{Num: 1, Den: -1}, 0) })
	panics(t, func() { qty.FromSteps(1, qty.Ratio{Num: -1, Den: 1}, 0) })
}

func TestToStepsProposesTheNearestPossibleQuantities(t *testing.T) {
	for _, c := range []struct {
		in            string
		r             qty.Ratio
		scale         int
		lower, higher string
	}{
		{"2.5", piece, 0, "2", "3"}, {"-2.5", piece, 0, "-3", "-2"}, {"0.3335", piece, 3, "0.333", "0.334"},
		// Of a dozen only quarters of a decimal can be written: 1/12 cannot, 3/12 can.
		{"1.3", dozen, 0, "1.25", "1.5"}, {"0.1", dozen, 0, "0", "0.25"}, {"-0.1", dozen, 0, "-0.25", "0"}, {"0.33", dozen, 0, "0.25", "0.5"},
		// A step of a gram divides no pound short of 100,000 of them.
		{"1", pound, 3, "0", "100000"}, {"150000", pound, 3, "100000", "200000"},
		{"4", third, 0, "3", "6"}, {"1", qty.Ratio{Num: 7, Den: 2}, 0, "0", "2"}, {"2.1", qty.Ratio{Num: 7, Den: 2}, 0, "2", "4"},
		{"0.3", qty.Ratio{Num: 20, Den: 80}, 1, "0", "0.4"},
	} {
		n, err := qty.ToSteps(dec.Must(c.in), c.r, c.scale)
		f, ok := fault.Of(err)
		if !ok || !errors.Is(err, qty.Inexact) || n != 0 {
			t.Errorf("%s × %v = %d, %v", c.in, c.r, n, err)
			continue
		}
		if f.Figures["lower"] != c.lower || f.Figures["higher"] != c.higher || f.Figures["entered"] != c.in {
			t.Errorf("%s × %v: %v, want %s and %s", c.in, c.r, f.Figures, c.lower, c.higher)
		}
		if !strings.HasPrefix(f.Sentence, c.in+" is not a whole number of the smallest step") {
			t.Error(f.Sentence)
		}
		for _, proposal := range []string{c.lower, c.higher} {
			if proposal != "0" && !strings.Contains(f.Sentence, " "+proposal) {
				t.Errorf("%q does not propose %s", f.Sentence, proposal)
			}
		}
	}
	_, err := qty.ToSteps(dec.Must("0.1"), dozen, 0)
	if want := "0.1 is not a whole number of the smallest step, which is 1 of the base unit; the nearest possible is 0.25"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	_, err = qty.ToSteps(dec.Must("1.3"), dozen, 0)
	if want := "1.3 is not a whole number of the smallest step, which is 1 of the base unit; the nearest possible are 1.25 and 1.5"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

func ratio() *rapid.Generator[qty.Ratio] {
	return rapid.Custom(func(t *rapid.T) qty.Ratio {
		side := rapid.OneOf(rapid.Int64Range(1, 144), rapid.SampledFrom([]int64{1, 10, 12, 100, 1000, 45359237, 100000000, math.MaxInt64}))
		return qty.Ratio{Num: side.Draw(t, "num"), Den: side.Draw(t, "den")}
	})
}

func TestProposalsArePossibleAndNothingBetweenThemIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := qty.Ratio{Num: rapid.Int64Range(1, 60).Draw(t, "num"), Den: rapid.Int64Range(1, 60).Draw(t, "den")}
		scale := rapid.IntRange(0, 2).Draw(t, "scale")
		entered := dec.Must(rapid.StringMatching(`-?[0-9]{1,3}(\.[0-9]{1,3})?`).Draw(t, "entered"))
		_, err := qty.ToSteps(entered, r, scale)
		if err == nil {
			return
		}
		f, _ := fault.Of(err)
		lower, higher := dec.Must(f.Figures["lower"]), dec.Must(f.Figures["higher"])
		if lower.Cmp(entered) >= 0 || higher.Cmp(entered) <= 0 {
			t.Fatalf("%s is not between %s and %s", entered, lower, higher)
		}
		low, err1 := qty.ToSteps(lower, r, scale)
		high, err2 := qty.ToSteps(higher, r, scale)
		if err1 != nil || err2 != nil {
			t.Fatalf("proposals %s, %s are not possible: %v, %v", lower, higher, err1, err2)
		}
		for n := low + 1; n < high; n++ {
			if d, ok := qty.FromSteps(n, r, scale); ok {
				t.Fatalf("%s is nearer to %s than %s or %s", d, entered, lower, higher)
			}
		}
	})
}

func TestConvertingThereAndBackIsIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, scale := ratio().Draw(t, "ratio"), rapid.IntRange(0, 12).Draw(t, "scale")
		steps := rapid.Int64().Draw(t, "steps")
		d, ok := qty.FromSteps(steps, r, scale)
		exact := new(big.Rat).SetFrac(big.NewInt(steps), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
		exact.Mul(exact, big.NewRat(r.Den, r.Num))
		if short := new(big.Rat).Mul(exact, big.NewRat(1e12, 1)).IsInt(); short != ok {
			t.Fatalf("%s: within 12 digits is %v, FromSteps says %v", exact, short, ok)
		}
		if !ok {
			return
		}
		if got, _ := new(big.Rat).SetString(d.String()); got.Cmp(exact) != 0 {
			t.Fatalf("got %s, want %s", d, exact)
		}
		back, err := qty.ToSteps(d, r, scale)
		if err != nil || back != steps {
			t.Fatalf("%d steps are %s and come back as %d, %v", steps, d, back, err)
		}
	})
}

func TestEnteredQuantitiesComeBackAsEntered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, scale := ratio().Draw(t, "ratio"), rapid.IntRange(0, 12).Draw(t, "scale")
		entered := dec.Must(rapid.StringMatching(`-?[0-9]{1,6}(\.[0-9]{1,4})?`).Draw(t, "entered"))
		steps, err := qty.ToSteps(entered, r, scale)
		if err != nil {
			return
		}
		if back, ok := qty.FromSteps(steps, r, scale); !ok || back.Cmp(entered) != 0 {
			t.Fatalf("%s comes back as %s, %v", entered, back, ok)
		}
	})
}

func TestParseAndFormatAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, scale := rapid.Int64().Draw(t, "steps"), rapid.IntRange(0, 12).Draw(t, "scale")
		if back, err := qty.Parse(qty.Format(n, scale), scale); err != nil || back != n {
			t.Fatalf("%d comes back as %d, %v", n, back, err)
		}
	})
}

// FuzzParse finds text whose value changes on the way in.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "-0.00", "1.50", "5.0000", "9223372036854775807", "-9223372036854775808", "1,5", "", "-", "0.0001"} {
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, s string, scale uint8) {
		places := int(scale % 13)
		n, err := qty.Parse(s, places)
		if err != nil {
			if !errors.Is(err, qty.Invalid) {
				t.Fatalf("%v is not qty.invalid", err)
			}
			return
		}
		want, ok := new(big.Rat).SetString(s)
		got, _ := new(big.Rat).SetString(qty.Format(n, places))
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("%q becomes %s", s, qty.Format(n, places))
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
