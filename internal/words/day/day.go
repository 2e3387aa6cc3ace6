// Package day holds civil dates: due dates, tax dates, delivery dates, periods.
//
// A day belongs to a calendar on a wall, not to a clock: it has no hour and no
// zone, and is never stored as an instant. Of is the only place where an instant
// becomes a day, and it asks for the zone.
//
// A Day that is empty or malformed is a bug in every function that counts with
// it, and panics; only Valid, IsZero and comparison take it.
package day

import (
	"fmt"
	"time"

	"kontor/internal/words/fault"
)

// Invalid is the rule that a day or month is written in ISO 8601 and exists.
var Invalid = fault.Rule{Kind: fault.Invalid, Code: "day.invalid"}

// Day is a civil date as ISO 8601 text, "2026-11-22"; "" means none. As all
// have the same length, text order is date order, in Go as in SQL.
type Day string

// The years that users may enter. Results of arithmetic may leave them.
const (
	firstYear = 1900
	lastYear  = 2999
)

// Parse reads a day: exactly yyyy-mm-dd, a day that exists, in the years 1900 to
// 2999. Anything else is refused with Invalid.
func Parse(s string) (Day, error) {
	y, m, d, ok := split(s)
	switch {
	case !ok:
		return "", Invalid.Because("cannot read %.40q as a date: write year, month and day as in 2026-11-22", s)
	case y < firstYear || y > lastYear:
		return "", Invalid.Because("cannot take the date %s: the year must be between %d and %d", s, firstYear, lastYear)
	case m < 1 || m > 12:
		return "", Invalid.Because("there is no date %s: the month must be between 01 and 12", s)
	case d < 1 || d > monthLength(y, m):
		return "", Invalid.Because("there is no date %s: that month has %d days", s, monthLength(y, m))
	}
	return Day(s), nil
}

// Must is Parse for constants in the program; it panics on bad text.
func Must(s string) Day {
	d, err := Parse(s)
	if err != nil {
		panic("day.Must: " + err.Error())
	}
	return d
}

// Of gives the day that the clock on the wall in loc shows at t.
func Of(t time.Time, loc *time.Location) Day {
	y, m, d := t.In(loc).Date()
	return text(y, int(m), d)
}

// Valid reports whether d is a day that Parse takes; "" is not.
func (d Day) Valid() bool {
	_, err := Parse(string(d))
	return err == nil
}

// IsZero reports whether d is "", no day.
func (d Day) IsZero() bool { return d == "" }

// Time gives midnight UTC of the day, for libraries that want a time.Time. It
// is not the instant at which the day begins anywhere in particular.
func (d Day) Time() time.Time {
	y, m, n := d.parts()
	return time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC)
}

// AddDays gives the day n days later, or earlier when n is negative.
func (d Day) AddDays(n int) Day { return Of(d.Time().AddDate(0, 0, n), time.UTC) }

// AddMonths gives the same day n months later (earlier when n is negative), or
// the last day of that month when it is shorter: 31 Jan + 1 is 28 or 29 Feb.
// Recurring dates are counted from the anchor (AddMonths(1), AddMonths(2), …),
// never from the date before, so that 31 Jan gives 31 Mar after 28 Feb.
func (d Day) AddMonths(n int) Day {
	y, m, day := d.parts()
	months := y*12 + m - 1 + n
	if months < 0 {
		panic(fmt.Sprintf("day: %s and %d months is before the year 0", d, n))
	}
	y, m = months/12, months%12+1
	return text(y, m, min(day, monthLength(y, m)))
}

// EndOfMonth gives the last day of d's month.
func (d Day) EndOfMonth() Day {
	y, m, _ := d.parts()
	return text(y, m, monthLength(y, m))
}

// Month gives the month that d lies in.
func (d Day) Month() Month {
	d.parts()
	return Month(d[:7])
}

// Year gives the calendar year.
func (d Day) Year() int {
	y, _, _ := d.parts()
	return y
}

// Weekday gives the day of the week.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// DaysUntil gives how many days after d the day o is; negative when it is before.
func (d Day) DaysUntil(o Day) int {
	const day = 24 * 60 * 60 // in UTC every day has as many; a time.Duration ends after 292 years
	return int((o.Time().Unix() - d.Time().Unix()) / day)
}

// Month is a calendar month as ISO 8601 text, "2026-11"; "" means none. Text
// order is time order.
type Month string

// ParseMonth reads a month: exactly yyyy-mm, in the years 1900 to 2999. Anything
// else is refused with Invalid.
func ParseMonth(s string) (Month, error) {
	if len(s) == 7 {
		if d, err := Parse(s + "-01"); err == nil {
			return d.Month(), nil
		}
	}
	return "", Invalid.Because("cannot read %.40q as a month: write year and month as in 2026-11, between %d and %d", s, firstYear, lastYear)
}

// First gives the first day of the month.
func (m Month) First() Day {
	d := Day(m) + "-01"
	d.parts()
	return d
}

// Last gives the last day of the month.
func (m Month) Last() Day { return m.First().EndOfMonth() }

// Next gives the month after m.
func (m Month) Next() Month { return m.First().AddMonths(1).Month() }

// parts gives year, month and day, and panics when d is not a real day of the
// years 0000 to 9999.
func (d Day) parts() (year, month, day int) {
	y, m, n, ok := split(string(d))
	if !ok || m < 1 || m > 12 || n < 1 || n > monthLength(y, m) {
		panic(fmt.Sprintf("day: %q is not a day", string(d)))
	}
	return y, m, n
}

// split reads dddd-dd-dd and checks nothing but the form.
func split(s string) (year, month, day int, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if i == 4 || i == 7 {
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n / 10000, n / 100 % 100, n % 100, true
}

// text writes a day, and panics when the year does not fit, because then text
// order would no longer be date order.
func text(y, m, d int) Day {
	if y < 0 || y > 9999 {
		panic(fmt.Sprintf("day: the year %d has no four digits", y))
	}
	b := [10]byte{4: '-', 7: '-'}
	for i := 3; i >= 0; i-- {
		b[i] = byte('0' + y%10)
		y /= 10
	}
	b[5], b[6] = byte('0'+m/10), byte('0'+m%10)
	b[8], b[9] = byte('0'+d/10), byte('0'+d%10)
	return Day(b[:])
}

func monthLength(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
