// Package qty counts goods in whole steps: an item has a base unit (piece,
// kilogram, metre) and a scale, and a step is 10^-scale of the base unit. Three
// decimals of a kilogram make a step of one gram. Stock, reservations and
// deliveries add and compare steps, so that nothing is ever 0.9999 short.
//
// Other units of the item (box of 12, pound) convert by an exact Ratio; what
// does not come out as whole steps is refused, never rounded.
package qty

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
)

var (
	// Invalid is the rule that a quantity is written in plain digits, no finer
	// than a step, and fits in 64 bits of steps.
	Invalid = fault.Rule{Kind: fault.Invalid, Code: "qty.invalid"}
	// Inexact is the rule that a quantity of another unit converts into a whole
	// number of steps.
	Inexact = fault.Rule{Kind: fault.Invalid, Code: "qty.inexact"}
)

// MaxScale is the most decimals that a base unit can have.
const MaxScale = 12

// Ratio says how many base units one entered unit is, Num / Den, exactly: a box
// of 12 pieces is 12/1, a pound in kilograms 45359237/100000000. Both are
// positive; anything else, the zero value too, is a bug and panics.
type Ratio struct{ Num, Den int64 }

// Parse reads a quantity in base units, such as "-2.5", into steps (-2500 with
// scale 3). Zeros beyond the scale are taken, because messages of other systems
// pad ("5.0000" pieces); other digits there, bad text and what is too large are
// refused with Invalid. A scale outside 0 to MaxScale panics.
func Parse(s string, scale int) (int64, error) {
	check(scale)
	neg, whole, fraction, ok := dec.Digits(s)
	if !ok {
		return 0, Invalid.Because("cannot read %.40q as a quantity: write plain digits with a point before the decimals, such as 12.5", s)
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > scale {
		if scale == 0 {
			return 0, Invalid.Because("cannot take the quantity %.40q: this item is counted in whole units", s)
		}
		return 0, Invalid.Because("cannot take the quantity %.40q: the smallest step is %s", s, Format(1, scale))
	}
	text := whole + fraction + strings.Repeat("0", scale-len(fraction))
	if neg {
		text = "-" + text
	}
	steps, err := strconv.ParseInt(text, 10, 64)
	if err != nil { // the digits were checked, so it can only be the range
		return 0, tooLarge(s)
	}
	return steps, nil
}

// ParsePositive is Parse for what is ordered, moved or counted out: zero and
// less are refused with Invalid.
func ParsePositive(s string, scale int) (int64, error) {
	steps, err := Parse(s, scale)
	if err != nil {
		return 0, err
	}
	if steps <= 0 {
		return 0, Invalid.Because("cannot take the quantity %.40q: it must be more than 0", s)
	}
	return steps, nil
}

// ToSteps turns a quantity in the entered unit into steps: entered × Num / Den ×
// 10^scale. When that is not a whole number it is refused with Inexact; the
// sentence, and the figures "lower" and "higher", name the nearest quantities of
// the entered unit that are possible. What is too large is refused with Invalid.
func ToSteps(entered dec.D, r Ratio, scale int) (int64, error) {
	check(scale)
	r.check()
	base := entered.Mul(dec.FromInt(r.Num))
	den := dec.FromInt(r.Den)
	steps, ok := base.QuoRound(den, scale)
	if !ok {
		return 0, tooLarge(entered.String())
	}
	if dec.FromUnits(steps, scale).Mul(den).Cmp(base) == 0 {
		return steps, nil
	}
	step := Format(1, scale)
	f := Inexact.Because("%s is not a whole number of the smallest step, which is %s of the base unit", entered, step).
		With("entered", entered.String()).With("step", step)
	grain := possible(r, scale)
	n, ok := entered.QuoRound(grain, 0)
	if !ok {
		return 0, f
	}
	lower := grain.Mul(dec.FromInt(n))
	if lower.Cmp(entered) > 0 {
		lower = lower.Sub(grain)
	}
	higher := lower.Add(grain)
	f = f.With("lower", lower.String()).With("higher", higher.String())
	switch {
	case lower.IsZero(): // nobody wants to be told to order nothing
		f.Sentence += fmt.Sprintf("; the nearest possible is %s", higher)
	case higher.IsZero():
		f.Sentence += fmt.Sprintf("; the nearest possible is %s", lower)
	default:
		f.Sentence += fmt.Sprintf("; the nearest possible are %s and %s", lower, higher)
	}
	return 0, f
}

// possible gives the smallest positive quantity of the entered unit that can be
// written with dec.MaxFraction decimals and is a whole number of steps; all
// others are its multiples.
//
// A quantity of i / 10^12 makes i × Num × 10^scale / (Den × 10^12) steps. With
// g the common divisor of that numerator and denominator, i must be a multiple
// of Den × 10^12 / g. The divisor is taken out in two goes so that both factors
// stay within 64 bits.
func possible(r Ratio, scale int) dec.D {
	common := new(big.Int).GCD(nil, nil, big.NewInt(r.Num), big.NewInt(r.Den)).Int64()
	num, den := r.Num/common, r.Den/common
	up := new(big.Int).Mul(big.NewInt(num), tens(scale))
	a := new(big.Int).GCD(nil, nil, up, big.NewInt(den))
	up.Quo(up, a)
	b := new(big.Int).GCD(nil, nil, up, tens(dec.MaxFraction))
	rest := new(big.Int).Quo(tens(dec.MaxFraction), b)
	return dec.FromInt(den / a.Int64()).Mul(dec.FromUnits(rest.Int64(), dec.MaxFraction))
}

// FromSteps gives steps in the entered unit, the way back from ToSteps. It is
// false when that is no decimal of at most 12 digits after the point: a third of
// a box.
func FromSteps(steps int64, r Ratio, scale int) (dec.D, bool) {
	check(scale)
	r.check()
	return dec.FromUnits(steps, scale).Mul(dec.FromInt(r.Den)).Quo(dec.FromInt(r.Num))
}

// Format writes steps as a quantity in base units, without trailing zeros:
// 2500 with scale 3 is "2.5".
func Format(steps int64, scale int) string {
	check(scale)
	return dec.FromUnits(steps, scale).String()
}

func tooLarge(s string) error {
	return Invalid.Because("cannot take the quantity %.40q: it is too large to count in steps", s)
}

func check(scale int) {
	if scale < 0 || scale > MaxScale {
		panic(fmt.Sprintf("qty: a scale of %d is not between 0 and %d", scale, MaxScale))
	}
}

func (r Ratio) check() {
	if r.Num <= 0 || r.Den <= 0 {
		panic(fmt.Sprintf("qty: %d/%d is not a positive ratio", r.Num, r.Den))
	}
}

func tens(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
