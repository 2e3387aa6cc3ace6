package day_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kontor/internal/words/day"
)

func TestParseTakesRealDaysInISOFormOnly(t *testing.T) {
	for _, good := range []string{"1900-01-01", "2999-12-31", "2026-11-22", "2024-02-29", "2000-02-29", "2400-02-29"} {
		if d, err := day.Parse(good); err != nil || string(d) != good || !d.Valid() {
			t.Errorf("Parse(%q) = %q, %v", good, d, err)
		}
	}
	for _, bad := range []string{
		"", "2026", "2026-11", "2026-1-2", "2026-11-22 ", " 2026-11-22", "2026-11-22T00:00:00Z", "22.11.2026", "11/22/2026", "2026/11/22",
		"20261122", "2026-11-00", "2026-00-10", "2026-13-01", "2026-11-31", "2026-02-29", "1900-02-29", "2100-02-29", "2026-01-32",
		"1899-12-31", "3000-01-01", "0000-01-01", "9999-12-31", "-026-11-22", "+2026-1-22", "2026-W47-7", "２０２６-11-22", "2026-11-2a", "2026-11-2\x00",
	} {
		if d, err := day.Parse(bad); !errors.Is(err, day.Invalid) || d != "" || day.Day(bad).Valid() {
			t.Errorf("Parse(%q) = %q, %v", bad, d, err)
		}
	}
	panics(t, func() { day.Must("2026-02-29") })
	if day.Must("2026-02-28") != "2026-02-28" {
		t.Error("Must changes the day")
	}
}

func TestEveryDayOfElevenCenturiesAgreesWithTheStandardLibrary(t *testing.T) {
	clock := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	d, n := day.Must("1900-01-01"), 0
	for ; clock.Year() < 3000; clock, n = clock.Add(24*time.Hour), n+1 {
		if string(d) != clock.Format(time.DateOnly) || !d.Valid() {
			t.Fatalf("%s is not %s", d, clock)
		}
		if !d.Time().Equal(clock) || d.Weekday() != clock.Weekday() || d.Year() != clock.Year() || string(d.Month()) != clock.Format("2006-01") {
			t.Fatalf("%s: %s %s %d %s", d, d.Time(), d.Weekday(), d.Year(), d.Month())
		}
		if day.Of(clock.Add(24*time.Hour-1), time.UTC) != d {
			t.Fatalf("the last nanosecond of %s is another day", d)
		}
		next := d.AddDays(1)
		if next <= d || next.AddDays(-1) != d || d.DaysUntil(next) != 1 || next.DaysUntil(d) != -1 {
			t.Fatalf("after %s comes %s", d, next)
		}
		if last := next.Month() != d.Month(); last != (d.EndOfMonth() == d) || last != (d.Month().Last() == d) || last && (d.Month().Next() != next.Month() || next.Month().First() != next) {
			t.Fatalf("%s: the end of its month is %s", d, d.EndOfMonth())
		}
		d = next
	}
	if d != "3000-01-01" || n != 401767 || day.Day("1900-01-01").DaysUntil(d) != n || day.Day("1900-01-01").AddDays(n) != d {
		t.Fatalf("ended on %s after %d days", d, n)
	}
}

func TestAnInstantIsTheDayOnTheWallOfItsZone(t *testing.T) {
	for _, c := range []struct{ zone, instant, want string }{
		{"UTC", "2026-11-22T23:59:59Z", "2026-11-22"}, {"Europe/Berlin", "2026-11-22T23:59:59Z", "2026-11-23"},
		{"America/New_York", "2026-01-01T04:59:59Z", "2025-12-31"}, {"America/New_York", "2026-01-01T05:00:00Z", "2026-01-01"},
		{"Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29"}, {"Europe/Berlin", "2026-03-29T21:59:59Z", "2026-03-29"}, // 23 hours
		{"Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25"}, {"Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25"}, // 25 hours
		{"Pacific/Kiritimati", "2026-11-22T10:00:00Z", "2026-11-23"}, {"Pacific/Pago_Pago", "2026-11-22T10:59:59Z", "2026-11-21"},
		{"Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29"}, {"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31"}, // it had no 30th
		{"Asia/Kathmandu", "2026-11-22T18:15:00Z", "2026-11-23"},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.Of(at, loc); string(got) != c.want {
			t.Errorf("%s in %s is %s, want %s", c.instant, c.zone, got, c.want)
		}
	}
}

func TestAddMonthsKeepsTheDayOrTakesTheLastOfAShorterMonth(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-01-31", 2, "2026-03-31"}, {"2026-01-31", 3, "2026-04-30"},
		{"2026-01-30", 1, "2026-02-28"}, {"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"}, {"2026-03-31", -1, "2026-02-28"},
		{"2026-12-31", 1, "2027-01-31"}, {"2026-01-15", -1, "2025-12-15"}, {"2026-01-31", -13, "2024-12-31"}, {"2026-11-30", 3, "2027-02-28"},
		{"2026-11-22", 0, "2026-11-22"}, {"2026-02-28", 1, "2026-03-28"}, {"1899-12-31", 2, "1900-02-28"},
	} {
		if got := day.Day(c.from).AddMonths(c.n); string(got) != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestMonthsCountedFromTheAnchorDoNotDrift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay().Draw(t, "day")
		n := rapid.IntRange(-1200, 1200).Draw(t, "months")
		got := d.AddMonths(n)
		// The month is counted one by one; within it, the day is the anchor's or the last.
		want := time.Date(d.Time().Year(), d.Time().Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		if string(got.Month()) != want.Format("2006-01") {
			t.Fatalf("%s + %d months = %s", d, n, got)
		}
		if got[8:] != d[8:] && (got[8:] > d[8:] || got != got.EndOfMonth()) {
			t.Fatalf("%s + %d months = %s", d, n, got)
		}
		if d[8:] <= "28" && got.AddMonths(-n) != d {
			t.Fatalf("%s + %d months comes back as %s", d, n, got.AddMonths(-n))
		}
	})
}

func TestAddDaysAndDaysUntilAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDay().Draw(t, "a"), anyDay().Draw(t, "b")
		n := a.DaysUntil(b)
		if a.AddDays(n) != b || b.DaysUntil(a) != -n || (n > 0) != (b > a) {
			t.Fatalf("from %s to %s are %d days, which lead to %s", a, b, n, a.AddDays(n))
		}
	})
}

func TestMonthsParseInISOFormOnly(t *testing.T) {
	m, err := day.ParseMonth("2024-02")
	if err != nil || m.First() != "2024-02-01" || m.Last() != "2024-02-29" || m.Next() != "2024-03" || day.Month("2026-12").Next() != "2027-01" {
		t.Errorf("%s: %s to %s, then %s, %v", m, m.First(), m.Last(), m.Next(), err)
	}
	for _, bad := range []string{"", "2026-13", "2026-00", "2026-1", "2026-11-22", "1899-12", "3000-01", "2026/11", "202611", "2026-11 "} {
		if m, err := day.ParseMonth(bad); !errors.Is(err, day.Invalid) || m != "" {
			t.Errorf("ParseMonth(%q) = %q, %v", bad, m, err)
		}
	}
}

func TestCountingWithNoDayIsABug(t *testing.T) {
	none := day.Day("")
	if !none.IsZero() || none.Valid() || day.Day("2026-11-22").IsZero() {
		t.Error("no day is taken for one")
	}
	for _, bad := range []day.Day{none, "2026-02-30", "soon"} {
		for _, f := range []func(){
			func() { bad.AddDays(1) }, func() { bad.AddMonths(1) }, func() { bad.EndOfMonth() }, func() { bad.Month() }, func() { bad.Year() },
			func() { bad.Weekday() }, func() { bad.DaysUntil("2026-11-22") }, func() { day.Day("2026-11-22").DaysUntil(bad) }, func() { bad.Time() },
			func() { day.AddBusinessDays(bad, 1, nil) }, func() { day.Adjust(bad, day.Following, nil) },
		} {
			panics(t, f)
		}
	}
	panics(t, func() { day.Month("").First() })
	panics(t, func() { day.Day("9999-12-31").AddDays(1) })
	panics(t, func() { day.Day("2026-01-01").AddMonths(-12 * 2027) })
	panics(t, func() { day.Adjust("2026-11-22", "backwards", nil) })
	panics(t, func() { day.Adjust("2026-11-22", day.Following, func(day.Day) bool { return true }) })
}

// christmas is a calendar around Christmas 2026: Friday 25 Dec is a holiday, and
// so is Friday 1 Jan 2027.
func christmas(d day.Day) bool { return d == "2026-12-25" || d == "2027-01-01" }

func TestConventionsMoveOnlyWhatIsNoBusinessDay(t *testing.T) {
	for _, c := range []struct {
		d                                    day.Day
		h                                    day.Holidays
		following, modifiedFollowing, before day.Day
	}{
		{"2026-11-20", nil, "2026-11-20", "2026-11-20", "2026-11-20"},       // a Friday
		{"2026-11-21", nil, "2026-11-23", "2026-11-23", "2026-11-20"},       // a Saturday
		{"2026-11-22", nil, "2026-11-23", "2026-11-23", "2026-11-20"},       // a Sunday
		{"2026-10-31", nil, "2026-11-02", "2026-10-30", "2026-10-30"},       // a Saturday at the end of its month
		{"2026-08-01", nil, "2026-08-03", "2026-08-03", "2026-07-31"},       // a Saturday at the beginning
		{"2026-12-25", christmas, "2026-12-28", "2026-12-28", "2026-12-24"}, // holiday, then weekend
		{"2026-12-25", nil, "2026-12-25", "2026-12-25", "2026-12-25"},
		{"2027-01-01", christmas, "2027-01-04", "2027-01-04", "2026-12-31"},
		{"2027-01-03", christmas, "2027-01-04", "2027-01-04", "2026-12-31"},
		{"2026-12-31", func(d day.Day) bool { return d >= "2026-12-31" && d <= "2027-01-03" }, "2027-01-04", "2026-12-30", "2026-12-30"},
	} {
		for conv, want := range map[day.Convention]day.Day{"": c.d, day.None: c.d, day.Following: c.following, day.ModifiedFollowing: c.modifiedFollowing, day.Preceding: c.before} {
			if got := day.Adjust(c.d, conv, c.h); got != want {
				t.Errorf("%s by %q = %s, want %s", c.d, conv, got, want)
			}
			if !conv.Valid() {
				t.Errorf("%q is not valid", conv)
			}
		}
	}
	if day.Convention("backwards").Valid() {
		t.Error("an unknown convention is valid")
	}
}

func TestBusinessDaysSkipWeekendsAndHolidays(t *testing.T) {
	for _, c := range []struct {
		d    day.Day
		n    int
		h    day.Holidays
		want day.Day
	}{
		{"2026-11-20", 1, nil, "2026-11-23"}, {"2026-11-21", 1, nil, "2026-11-23"}, {"2026-11-22", 1, nil, "2026-11-23"},
		{"2026-11-20", 0, nil, "2026-11-20"}, {"2026-11-21", 0, nil, "2026-11-23"}, {"2026-11-23", -1, nil, "2026-11-20"},
		{"2026-11-21", -1, nil, "2026-11-20"}, {"2026-11-20", 5, nil, "2026-11-27"}, {"2026-11-27", -5, nil, "2026-11-20"},
		{"2026-12-24", 1, christmas, "2026-12-28"}, {"2026-12-24", 5, christmas, "2027-01-04"}, {"2027-01-04", -5, christmas, "2026-12-24"},
		{"2026-11-23", 260, nil, "2027-11-22"},
	} {
		if got := day.AddBusinessDays(c.d, c.n, c.h); got != c.want {
			t.Errorf("%s + %d business days = %s, want %s", c.d, c.n, got, c.want)
		}
	}
}

func TestBusinessDaysAgreeWithAListOfThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		free := map[day.Day]bool{}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 399), 0, 60).Draw(t, "holidays") {
			free[day.Day(base.AddDate(0, 0, n).Format(time.DateOnly))] = true
		}
		h := func(d day.Day) bool { return free[d] }
		var open []day.Day // all business days, in order
		for at := base.AddDate(0, 0, -200); at.Before(base.AddDate(0, 0, 800)); at = at.AddDate(0, 0, 1) {
			d := day.Day(at.Format(time.DateOnly))
			if w := at.Weekday(); w != time.Saturday && w != time.Sunday && !free[d] {
				open = append(open, d)
			}
		}
		d := day.Day(base.AddDate(0, 0, rapid.IntRange(0, 399).Draw(t, "day")).Format(time.DateOnly))
		i, isOpen := slices.BinarySearch(open, d) // the first business day that is not before d
		n := rapid.IntRange(-60, 60).Draw(t, "n")
		want := open[i]
		switch {
		case n > 0 && isOpen:
			want = open[i+n]
		case n > 0:
			want = open[i+n-1]
		case n < 0:
			want = open[i+n]
		}
		if got := day.AddBusinessDays(d, n, h); got != want {
			t.Fatalf("%s + %d = %s, want %s", d, n, got, want)
		}
		if got := day.Adjust(d, day.Following, h); got != open[i] {
			t.Fatalf("after %s comes %s, want %s", d, got, open[i])
		}
		before := open[i]
		if !isOpen {
			before = open[i-1]
		}
		if got := day.Adjust(d, day.Preceding, h); got != before {
			t.Fatalf("before %s comes %s, want %s", d, got, before)
		}
		modified := open[i]
		if modified[:7] != d[:7] {
			modified = before
		}
		if got := day.Adjust(d, day.ModifiedFollowing, h); got != modified {
			t.Fatalf("%s is moved to %s, want %s", d, got, modified)
		}
	})
}

// FuzzParse finds text that is taken though no calendar has it, or the reverse.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-11-22", "2024-02-29", "2026-02-29", "1900-01-01", "2999-12-31", "3000-01-01", "0000-00-00", "", "2026-1-1", "2026-11-22T"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := day.Parse(s)
		at, stdErr := time.Parse(time.DateOnly, s)
		want := stdErr == nil && at.Year() >= 1900 && at.Year() < 3000 && at.Format(time.DateOnly) == s
		if (err == nil) != want {
			t.Fatalf("Parse(%q): %v", s, err)
		}
		if err != nil {
			if !errors.Is(err, day.Invalid) || d != "" {
				t.Fatalf("%q, %v", d, err)
			}
			return
		}
		if string(d) != s || day.Of(d.Time(), time.UTC) != d || !d.Time().Equal(at) {
			t.Fatalf("%q becomes %s", s, d)
		}
	})
}

func anyDay() *rapid.Generator[day.Day] {
	return rapid.Map(rapid.IntRange(0, 401766), func(n int) day.Day {
		return day.Day(time.Date(1900, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
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
