package day

import (
	"fmt"
	"time"
)

// Holidays reports whether a day is a public holiday of the calendar in use; nil
// means that there are none. It is not asked about Saturdays and Sundays, which
// are never business days.
type Holidays func(Day) bool

// Business reports whether d is neither Saturday, Sunday nor holiday.
func (h Holidays) Business(d Day) bool {
	switch d.Weekday() {
	case time.Saturday, time.Sunday:
		return false
	}
	return h == nil || !h(d)
}

// Convention says where a date goes that falls on a day that is not a business
// day (the names are those of ISDA and ISO 20022).
type Convention string

const (
	None              Convention = "none"               // it stays; "" means the same
	Following         Convention = "following"          // to the next business day
	ModifiedFollowing Convention = "modified-following" // to the next, unless that is in the next month: then back
	Preceding         Convention = "preceding"          // to the business day before
)

// Valid reports whether c is one of the conventions, or "".
func (c Convention) Valid() bool {
	switch c {
	case "", None, Following, ModifiedFollowing, Preceding:
		return true
	}
	return false
}

// Adjust moves d to a business day by the convention; business days stay. It
// panics on an unknown convention, and on a calendar without any business day
// within two years.
func Adjust(d Day, c Convention, h Holidays) Day {
	switch c {
	case "", None:
		return d
	case Following:
		return roll(d, 1, h)
	case ModifiedFollowing:
		if to := roll(d, 1, h); to.Month() == d.Month() {
			return to
		}
		return roll(d, -1, h)
	case Preceding:
		return roll(d, -1, h)
	}
	panic(fmt.Sprintf("day: unknown business-day convention %q", string(c)))
}

// AddBusinessDays gives the n-th business day after d, or before d when n is
// negative. With n = 0 it is d itself or, when d is no business day, the next
// one.
func AddBusinessDays(d Day, n int, h Holidays) Day {
	if n == 0 {
		return roll(d, 1, h)
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for ; n > 0; n-- {
		d = roll(d.AddDays(step), step, h)
	}
	return d
}

// roll walks from d to the first business day, d included.
func roll(d Day, step int, h Holidays) Day {
	for range 2 * 366 {
		if h.Business(d) {
			return d
		}
		d = d.AddDays(step)
	}
	panic("day: the calendar has no business day near " + string(d))
}
