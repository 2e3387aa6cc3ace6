package invoice

import (
	"math/rand/v2"
	"testing"

	"kontor/internal/words/dec"
	"kontor/internal/words/money"
)

var rates = []struct{ code, cat, rate string }{{"S19", "S", "19"}, {"S7", "S", "7"}, {"S05", "S", "0.5"}, {"S825", "S", "8.25"}, {"Z0", "Z", "0"}, {"G0", "G", "0"}}

func randomInvoice(r *rand.Rand) *Invoice {
	i := &Invoice{TaxSource: "computed"}
	for n := range 1 + r.IntN(12) {
		t := rates[r.IntN(len(rates))]
		net := r.Int64N(2_000_000)
		if r.IntN(8) == 0 {
			net = -net / 10
		}
		i.Lines = append(i.Lines, &Line{No: int64(n + 1), Net: net, TaxCode: t.code, Category: t.cat, Rate: t.rate})
	}
	for n := range r.IntN(4) {
		l := i.Lines[r.IntN(len(i.Lines))]
		sign := int64(1)
		if r.IntN(2) == 0 {
			sign = -1
		}
		i.Extras = append(i.Extras, &Extra{No: int64(n + 1), Sign: sign, Amount: r.Int64N(5000), TaxCode: l.TaxCode, Category: l.Category, Rate: l.Rate})
	}
	return i
}

// TestTenThousandInvoicesAddUp checks the rules BR-CO-10 … BR-CO-17 of EN 16931
// and that the parts of tax on lines, allowances and charges give the breakdown.
func TestTenThousandInvoicesAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 10_000 {
		i := randomInvoice(r)
		step := []int64{0, 5, 10}[r.IntN(3)]
		i.Total(false, step)
		lines, allowances, charges, tax := int64(0), int64(0), int64(0), int64(0)
		base, parts := map[string]int64{}, map[string]int64{}
		for _, l := range i.Lines {
			lines += l.Net
			base[l.TaxCode] += l.Net
			parts[l.TaxCode] += l.Tax
		}
		for _, x := range i.Extras {
			if x.Sign < 0 {
				allowances += x.Amount
			} else {
				charges += x.Amount
			}
			base[x.TaxCode] += x.Sign * x.Amount
			parts[x.TaxCode] += x.Sign * x.Tax
		}
		for _, b := range i.Taxes {
			tax += b.Tax
			if b.Base != base[b.Code] || b.Tax != money.Tax(b.Base, dec.Must(b.Rate)) || b.Tax != parts[b.Code] {
				t.Fatalf("invoice %d: breakdown %+v, base %d, parts %d", n, b, base[b.Code], parts[b.Code])
			}
		}
		switch {
		case i.LineAmt != lines, i.AllowanceAmt != allowances, i.ChargeAmt != charges, // BR-CO-10, -11, -12
			i.Net != lines-allowances+charges, i.Tax != tax, i.Gross != i.Net+tax, // BR-CO-13, -14, -15
			i.Payable != i.Gross-i.Prepaid+i.Rounding: // BR-CO-16
			t.Fatalf("invoice %d: %+v", n, i)
		case step > 0 && i.Payable%step != 0:
			t.Fatalf("invoice %d: payable %d is no multiple of %d", n, i.Payable, step)
		case max(i.Rounding, -i.Rounding) > step/2:
			t.Fatalf("invoice %d: rounding %d", n, i.Rounding)
		}
	}
}

func TestOneLineIsTheSameInLineAndDocumentMode(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		a := randomInvoice(r)
		a.Lines, a.Extras = a.Lines[:1], nil
		b := &Invoice{TaxSource: "computed", Lines: []*Line{{Net: a.Lines[0].Net, TaxCode: a.Lines[0].TaxCode, Category: a.Lines[0].Category, Rate: a.Lines[0].Rate}}}
		a.Total(false, 0)
		b.Total(true, 0)
		if a.Gross != b.Gross {
			t.Fatalf("%d in document mode, %d in line mode", a.Gross, b.Gross)
		}
	}
}

// TestLineModeRoundsEachLine: three lines of 0.05 at 19 % are 0.03 together and 0.03 = 3 × 0.01 apart.
func TestLineModeRoundsEachLine(t *testing.T) {
	for _, c := range []struct {
		line bool
		tax  int64
	}{{false, 3}, {true, 3}} {
		i := &Invoice{TaxSource: "computed"}
		for range 3 {
			i.Lines = append(i.Lines, &Line{Net: 5, TaxCode: "S19", Category: "S", Rate: "19"})
		}
		i.Total(c.line, 0)
		if i.Tax != c.tax {
			t.Errorf("line mode %v: tax %d, want %d", c.line, i.Tax, c.tax)
		}
	}
	i := &Invoice{TaxSource: "computed"}
	for range 3 {
		i.Lines = append(i.Lines, &Line{Net: 3, TaxCode: "S19", Category: "S", Rate: "19"}) // 0.57 cents each
	}
	i.Total(true, 0)
	if i.Tax != 3 {
		t.Errorf("line mode: tax %d, want 3", i.Tax)
	}
	i.Total(false, 0)
	if i.Tax != 2 {
		t.Errorf("document mode: tax %d, want 2", i.Tax)
	}
}

func TestGivenTaxIsTakenAsCharged(t *testing.T) {
	i := &Invoice{TaxSource: "given", Lines: []*Line{{Net: 1000, Tax: 77, TaxCode: "GIVEN", Rate: "0"}}, Extras: []*Extra{{Sign: -1, Amount: 100, Tax: 7, TaxCode: "GIVEN", Rate: "0"}}}
	i.Total(false, 0)
	if i.Tax != 70 || i.Extras[0].Tax != 7 || i.Lines[0].Tax != 77 {
		t.Errorf("tax %d, line %d, allowance %d", i.Tax, i.Lines[0].Tax, i.Extras[0].Tax)
	}
}
