// Package dec holds exact decimals for prices, rates and factors.
//
// Everything except the two rounding functions is exact: sums, products and
// percentages never lose a digit, so that rounding happens once, where the
// caller asks for it. "Half up" in the papers of tax and invoicing means half
// away from zero; that is the only rounding there is here.
//
// Amounts of money are not decimals but whole minor units (package money);
// quantities in stock are whole steps (package qty).
package dec

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"kontor/internal/words/fault"
)

// Invalid is the rule that a decimal is written in plain digits and is not
// longer than MaxWhole and MaxFraction.
var Invalid = fault.Rule{Kind: fault.Invalid, Code: "decimal.invalid"}

// The longest decimal that Parse takes: digits before and after the point.
// Twelve fraction digits cover unit prices of raw materials and exchange rates;
// fifteen before the point cover any price in any currency.
const (
	MaxWhole    = 15
	MaxFraction = 12
)

// D is an immutable exact decimal. The zero value is 0. Compare with Cmp, not
// with ==: a value too long for 64 bits is held behind a pointer.
//
// The value is coef / 10^scale, or wide / 10^scale when wide is set. It is kept
// in lowest form (scale ≥ 0, no trailing zero unless scale is 0, wide only when
// the coefficient does not fit in 64 bits), because short coefficients keep the
// arithmetic on the fast path without memory allocation.
type D struct {
	coef  int64
	scale int32
	wide  *big.Int // never changed once set
}

// Parse reads a plain decimal such as "1234.5" or "-0.07": an optional minus,
// 1 to 15 digits, and optionally a point with 1 to 12 digits. Exponents, plus
// signs, spaces, commas and thousands marks are refused with Invalid, because
// "1.234" and "1,234" mean different things to different senders.
func Parse(s string) (D, error) {
	neg, whole, fraction, ok := Digits(s)
	if !ok {
		return D{}, Invalid.Because("cannot read %.40q as a number: write plain digits with a point before the decimals, such as 1234.5", s)
	}
	if len(whole) > MaxWhole || len(fraction) > MaxFraction {
		return D{}, Invalid.Because("cannot take the number %.40q: at most %d digits before and %d after the point are possible", s, MaxWhole, MaxFraction)
	}
	if len(whole)+len(fraction) <= 18 { // always below 2^63
		n, _ := strconv.ParseInt(whole+fraction, 10, 64)
		if neg {
			n = -n
		}
		return small(n, int32(len(fraction))), nil
	}
	n, _ := new(big.Int).SetString(whole+fraction, 10)
	if neg {
		n.Neg(n)
	}
	return large(n, int32(len(fraction))), nil
}

// Digits takes a plain decimal apart into sign, digits before and digits after
// the point, of any length; ok is false when s is not one. It is the one grammar
// of decimal text, used by packages money and qty as well.
func Digits(s string) (negative bool, whole, fraction string, ok bool) {
	s, negative = strings.CutPrefix(s, "-")
	whole, fraction, point := strings.Cut(s, ".")
	if !digits(whole) || point && !digits(fraction) {
		return false, "", "", false
	}
	return negative, whole, fraction, true
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Must is Parse for constants in the program; it panics on bad text.
func Must(s string) D {
	d, err := Parse(s)
	if err != nil {
		panic("dec.Must: " + err.Error())
	}
	return d
}

// FromInt gives the decimal n.
func FromInt(n int64) D { return D{coef: n} }

// FromUnits gives units / 10^scale: FromUnits(12345, 2) is 123.45. A negative
// scale multiplies.
func FromUnits(units int64, scale int) D {
	if scale < 0 {
		return large(new(big.Int).Mul(big.NewInt(units), tens(-scale)), 0)
	}
	return small(units, int32(scale))
}

// String writes the decimal in canonical form: no exponent, no trailing zeros,
// "0" for zero, a minus only before something that is not zero.
func (d D) String() string {
	var s string
	if d.wide != nil {
		s = d.wide.String()
	} else {
		s = strconv.FormatInt(d.coef, 10)
	}
	if d.scale == 0 {
		return s
	}
	s, neg := strings.CutPrefix(s, "-")
	if missing := int(d.scale) + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	point := len(s) - int(d.scale)
	s = s[:point] + "." + s[point:]
	if neg {
		return "-" + s
	}
	return s
}

// MarshalText writes the canonical form, so that a D in JSON is a text and never
// a float.
func (d D) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads like Parse, with its limits and its fault.
func (d *D) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Add gives d + o, exactly.
func (d D) Add(o D) D {
	if d.wide == nil && o.wide == nil {
		a, b, scale := d.coef, o.coef, d.scale
		ok := true
		switch {
		case d.scale < o.scale:
			scale = o.scale
			a, ok = timesTen(a, o.scale-d.scale)
		case d.scale > o.scale:
			b, ok = timesTen(b, d.scale-o.scale)
		}
		if sum := a + b; ok && (sum > a) == (b > 0) {
			return small(sum, scale)
		}
	}
	scale := max(d.scale, o.scale)
	a, b := d.at(scale), o.at(scale)
	return large(a.Add(a, b), scale)
}

// Sub gives d − o, exactly.
func (d D) Sub(o D) D { return d.Add(o.Neg()) }

// Mul gives d × o, exactly; the result can have more digits than Parse takes.
func (d D) Mul(o D) D {
	if d.wide == nil && o.wide == nil {
		hi, lo := bits.Mul64(magnitude(d.coef), magnitude(o.coef))
		if n, ok := signed((d.coef < 0) != (o.coef < 0), lo); ok && hi == 0 {
			return small(n, d.scale+o.scale)
		}
	}
	return large(new(big.Int).Mul(d.coefficient(), o.coefficient()), d.scale+o.scale)
}

// Neg gives −d.
func (d D) Neg() D {
	if d.wide == nil && d.coef != math.MinInt64 {
		return D{coef: -d.coef, scale: d.scale}
	}
	return large(new(big.Int).Neg(d.coefficient()), d.scale)
}

// Cmp is -1 when d < o, 0 when they are equal, +1 when d > o.
func (d D) Cmp(o D) int {
	if d.wide == nil && o.wide == nil && d.scale == o.scale {
		switch {
		case d.coef < o.coef:
			return -1
		case d.coef > o.coef:
			return 1
		}
		return 0
	}
	if a, b := d.Sign(), o.Sign(); a != b {
		if a < b {
			return -1
		}
		return 1
	}
	return d.Sub(o).Sign()
}

// Sign is -1, 0 or +1.
func (d D) Sign() int {
	if d.wide != nil {
		return d.wide.Sign()
	}
	switch {
	case d.coef < 0:
		return -1
	case d.coef > 0:
		return 1
	}
	return 0
}

// IsZero reports whether d is 0.
func (d D) IsZero() bool { return d.wide == nil && d.coef == 0 }

// Percent gives d / 100, exactly: the factor of a rate in percent.
func (d D) Percent() D {
	if d.wide != nil {
		return large(d.wide, d.scale+2)
	}
	return small(d.coef, d.scale+2)
}

// Round gives d × 10^scale as a whole number, half away from zero: with scale 2,
// 1.005 gives 101 and -1.005 gives -101. It is false when the result does not
// fit in 64 bits.
func (d D) Round(scale int) (int64, bool) { return d.QuoRound(one, scale) }

var one = FromInt(1)

// QuoRound gives d / o × 10^scale as a whole number, rounded once, half away
// from zero. It is false when the result does not fit in 64 bits, and panics
// when o is 0.
func (d D) QuoRound(o D, scale int) (int64, bool) {
	if o.IsZero() {
		panic("dec: division by zero")
	}
	neg := d.Sign()*o.Sign() < 0
	shift := scale + int(o.scale) - int(d.scale)
	if hi, lo, den, ok := d.over(o, shift); ok {
		if hi >= den { // the quotient has more than 64 bits
			return 0, false
		}
		q, r := bits.Div64(hi, lo, den)
		if r >= den-r { // twice the rest reaches the divisor; written so it cannot overflow
			if q++; q == 0 {
				return 0, false
			}
		}
		return signed(neg, q)
	}
	num, den := d.wideOver(o, shift)
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	if r.Lsh(r, 1).Cmp(den) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if neg {
		q.Neg(q)
	}
	return q.Int64(), q.IsInt64()
}

// Quo gives the exact d / o; it is false when the quotient has more than
// MaxFraction fraction digits. It panics when o is 0.
func (d D) Quo(o D) (D, bool) {
	if o.IsZero() {
		panic("dec: division by zero")
	}
	neg := d.Sign()*o.Sign() < 0
	shift := MaxFraction + int(o.scale) - int(d.scale)
	if hi, lo, den, ok := d.over(o, shift); ok && hi < den {
		q, r := bits.Div64(hi, lo, den)
		if r != 0 {
			return D{}, false
		}
		if n, ok := signed(neg, q); ok {
			return small(n, MaxFraction), true
		}
	}
	num, den := d.wideOver(o, shift)
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	if r.Sign() != 0 {
		return D{}, false
	}
	if neg {
		q.Neg(q)
	}
	return large(q, MaxFraction), true
}

// over writes |d.coef| × 10^shift / |o.coef| as a fraction with a numerator of
// 128 and a denominator of 64 bits, when that is possible.
func (d D) over(o D, shift int) (hi, lo, den uint64, ok bool) {
	if d.wide != nil || o.wide != nil || shift > 19 || shift < -19 {
		return 0, 0, 0, false
	}
	num, den := magnitude(d.coef), magnitude(o.coef)
	if shift >= 0 {
		hi, lo = bits.Mul64(num, pow10[shift])
		return hi, lo, den, true
	}
	over, den := bits.Mul64(den, pow10[-shift])
	return 0, num, den, over == 0
}

// wideOver is over without limits.
func (d D) wideOver(o D, shift int) (num, den *big.Int) {
	num, den = new(big.Int).Abs(d.coefficient()), new(big.Int).Abs(o.coefficient())
	if shift >= 0 {
		num.Mul(num, tens(shift))
	} else {
		den.Mul(den, tens(-shift))
	}
	return num, den
}

// at gives the coefficient of d at a scale that is not below its own, as a
// number the caller may change.
func (d D) at(scale int32) *big.Int {
	return new(big.Int).Mul(d.coefficient(), tens(int(scale-d.scale)))
}

func (d D) coefficient() *big.Int {
	if d.wide != nil {
		return d.wide
	}
	return big.NewInt(d.coef)
}

// small makes the lowest form.
func small(coef int64, scale int32) D {
	if coef == 0 {
		return D{}
	}
	for scale > 0 && coef%10 == 0 {
		coef /= 10
		scale--
	}
	return D{coef: coef, scale: scale}
}

// large makes the lowest form and takes ownership of n without changing it.
func large(n *big.Int, scale int32) D {
	for ten := big.NewInt(10); scale > 0 && !n.IsInt64(); scale-- {
		q, r := new(big.Int).QuoRem(n, ten, new(big.Int))
		if r.Sign() != 0 {
			break
		}
		n = q
	}
	if n.IsInt64() {
		return small(n.Int64(), scale)
	}
	return D{wide: n, scale: scale}
}

// pow10 holds every power of ten that fits in 64 bits.
var pow10 = func() (p [20]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func tens(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func timesTen(n int64, times int32) (int64, bool) {
	if n == 0 {
		return 0, true
	}
	if times > 18 {
		return 0, false
	}
	hi, lo := bits.Mul64(magnitude(n), pow10[times])
	m, ok := signed(n < 0, lo)
	return m, ok && hi == 0
}

// magnitude is |n|, right for the smallest number too.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// signed puts the sign back; false when the result needs more than 64 bits.
func signed(neg bool, m uint64) (int64, bool) {
	if neg {
		return int64(-m), m <= 1<<63
	}
	return int64(m), m < 1<<63
}
