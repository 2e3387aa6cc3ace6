// Package money counts in whole minor units: cents for EUR, yen for JPY, fils
// for KWD. An amount is an int64 beside a Currency; there is no float anywhere.
//
// Whatever is not a whole number of minor units is rounded once, half away from
// zero. What is distributed over parts is never lost: Split makes all parts at
// once, Share makes parts that follow one another, and both sum to the amount.
// Amounts beyond 64 bits are a bug and panic, except where the figures come
// straight from a user (Parse, LineNet): there they are a fault.
package money

import (
	"fmt"
	"math"
	"math/bits"
	"sort"
	"strconv"
	"strings"

	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
)

var (
	// Invalid is the rule that an amount is written in plain digits, with no
	// more decimals than its currency has, and fits in 64 bits.
	Invalid = fault.Rule{Kind: fault.Invalid, Code: "money.invalid"}
	// Overflow is the rule that what a quantity and a price make is an amount
	// that fits in 64 bits.
	Overflow = fault.Rule{Kind: fault.Invalid, Code: "money.overflow"}
)

// Parse reads an amount such as "-1234.5" into minor units (-123450 for EUR).
// More decimals than the currency has are refused with Invalid even when they
// are zeros, because "1.000" EUR is more often a thousand than one. It panics on
// an unknown currency.
func Parse(s string, c Currency) (int64, error) {
	places := c.Decimals()
	neg, whole, fraction, ok := dec.Digits(s)
	if !ok {
		return 0, Invalid.Because("cannot read %.40q as an amount: write plain digits with a point before the decimals, such as %s", s, Format(123450, c))
	}
	if len(fraction) > places {
		if places == 0 {
			return 0, Invalid.Because("cannot take the amount %.40q: %s has no decimals", s, c)
		}
		return 0, Invalid.Because("cannot take the amount %.40q: %s has at most %d decimals", s, c, places)
	}
	text := whole + fraction + strings.Repeat("0", places-len(fraction))
	if neg {
		text = "-" + text
	}
	units, err := strconv.ParseInt(text, 10, 64)
	if err != nil { // the digits were checked, so it can only be the range
		return 0, Invalid.Because("cannot take the amount %.40q: the largest possible is %s %s", s, Format(math.MaxInt64, c), c)
	}
	return units, nil
}

// Format writes minor units as decimal text with all decimals of the currency
// and no thousands marks: "-1234.50". It panics on an unknown currency.
func Format(units int64, c Currency) string {
	places := c.Decimals()
	s := strconv.FormatInt(units, 10)
	if places == 0 {
		return s
	}
	s, neg := strings.CutPrefix(s, "-")
	if missing := places + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	s = s[:len(s)-places] + "." + s[len(s)-places:]
	if neg {
		return "-" + s
	}
	return s
}

// Amount is a number of minor units of a currency.
type Amount struct {
	Units    int64
	Currency Currency
}

// String gives "1234.50 EUR".
func (a Amount) String() string {
	return Format(a.Units, a.Currency) + " " + string(a.Currency)
}

// Add gives a + b and panics when the currencies differ: nothing may add dollars
// to euros without Convert.
func (a Amount) Add(b Amount) Amount {
	if a.Currency != b.Currency {
		panic(fmt.Sprintf("money: adding %s and %s", a.Currency, b.Currency))
	}
	return Amount{Add(a.Units, b.Units), a.Currency}
}

// Add gives a + b in minor units and panics on overflow.
func Add(a, b int64) int64 {
	sum := a + b
	if (sum > a) != (b > 0) {
		panic(fmt.Sprintf("money: %d + %d does not fit in 64 bits", a, b))
	}
	return sum
}

// Share gives how much of amount belongs to the first part of total, rounded
// half away from zero: amount × part / total. Parts that follow one another (the
// third delivery of five) each get Share(amount, upToNow, total) less
// Share(amount, before, total), so that nothing is left over when part reaches
// total, where the share is exactly the amount. It panics when total is 0 and
// part is not, and when the result does not fit in 64 bits.
func Share(amount, part, total int64) int64 {
	if part == total {
		return amount
	}
	if total == 0 {
		panic(fmt.Sprintf("money: share of %d in a total of 0", part))
	}
	hi, lo := bits.Mul64(magnitude(amount), magnitude(part))
	den := magnitude(total)
	if hi < den {
		q, r := bits.Div64(hi, lo, den)
		up := uint64(0)
		if r >= den-r { // twice the rest reaches the divisor; written so it cannot overflow
			up = 1
		}
		neg := (amount < 0) != (part < 0) != (total < 0)
		if q, carry := bits.Add64(q, up, 0); carry == 0 {
			if n, ok := signed(neg, q); ok {
				return n
			}
		}
	}
	panic(fmt.Sprintf("money: %d × %d / %d does not fit in 64 bits", amount, part, total))
}

// Split divides amount in proportion to the weights by largest remainder: each
// part gets its proportion rounded towards zero, and the units left over go one
// each to the largest remainders, the first of equal ones first. The parts sum to
// amount; a part of weight 0 gets nothing, except that when all weights are 0
// the first part gets everything. Callers who need a result that does not depend
// on order put the parts in a stable order before.
//
// It panics on a negative weight, on weights that sum beyond 64 bits, and when
// there is an amount but no part.
func Split(amount int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	if len(parts) == 0 {
		if amount != 0 {
			panic(fmt.Sprintf("money: no parts to split %d into", amount))
		}
		return parts
	}
	var total int64
	for _, w := range weights {
		if w < 0 {
			panic(fmt.Sprintf("money: split by the negative weight %d", w))
		}
		total = Add(total, w)
	}
	if total == 0 {
		parts[0] = amount
		return parts
	}
	size := magnitude(amount)
	left := size
	rests := make([]uint64, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(size, uint64(w))
		q, r := bits.Div64(hi, lo, uint64(total)) // cannot overflow: w ≤ total
		parts[i], _ = signed(amount < 0, q)
		left -= q
		rests[i] = r
		order[i] = i
	}
	if left == 0 {
		return parts
	}
	sort.SliceStable(order, func(a, b int) bool { return rests[order[a]] > rests[order[b]] })
	unit := int64(1)
	if amount < 0 {
		unit = -1
	}
	for _, i := range order[:left] { // the rests sum to left × total, each below total: fewer left than rests
		parts[i] += unit
	}
	return parts
}

var hundred = dec.FromInt(100)

// Tax gives the tax on base at rate percent ("19" is 19 %), in minor units, half
// away from zero (BT-117 = BT-116 × BT-119 / 100 in EN 16931). It panics when the
// result does not fit in 64 bits.
func Tax(base int64, rate dec.D) int64 {
	return fits(dec.FromInt(base).Mul(rate).QuoRound(hundred, 0))
}

// InnerTax gives the tax contained in gross at rate percent: gross × rate /
// (100 + rate), half away from zero. The net is gross less this, so that the two
// always sum to gross. It panics when the result does not fit in 64 bits and at
// the rate of -100 %.
func InnerTax(gross int64, rate dec.D) int64 {
	return fits(dec.FromInt(gross).Mul(rate).QuoRound(hundred.Add(rate), 0))
}

// Convert gives units of from in units of to, half away from zero; rate is how
// many whole to one whole from buys (EUR to JPY: "162.35"). Both are minor units,
// whatever decimals the two currencies have. It panics when the result does not
// fit in 64 bits.
func Convert(units int64, from, to Currency, rate dec.D) int64 {
	return fits(dec.FromUnits(units, from.Decimals()).Mul(rate).Round(to.Decimals()))
}

// LineNet gives the net amount of a line in minor units: quantity × price × (1 −
// discount/100), computed exactly and rounded once, half away from zero (BT-131
// in EN 16931). The quantity is in the unit the price is for; allowance is the
// discount in money, the rounded quantity × price less the net. What does not
// fit in 64 bits is refused with Overflow.
func LineNet(qty dec.D, price dec.D, discountPercent dec.D, c Currency) (net, allowance int64, err error) {
	places := c.Decimals()
	exact := qty.Mul(price)
	full, ok := exact.Round(places)
	if !ok {
		return 0, 0, tooLarge(qty, price, c)
	}
	if discountPercent.IsZero() {
		return full, 0, nil
	}
	net, ok = exact.Mul(hundred.Sub(discountPercent)).Percent().Round(places)
	if !ok {
		return 0, 0, tooLarge(qty, price, c)
	}
	allowance = full - net
	if (allowance < full) != (net > 0) {
		return 0, 0, tooLarge(qty, price, c)
	}
	return net, allowance, nil
}

func tooLarge(qty, price dec.D, c Currency) error {
	return Overflow.Because("cannot price the line: %s × %s %s is more than the largest possible amount, %s", qty, price, c, Format(math.MaxInt64, c))
}

func fits(n int64, ok bool) int64 {
	if !ok {
		panic("money: the amount does not fit in 64 bits")
	}
	return n
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
