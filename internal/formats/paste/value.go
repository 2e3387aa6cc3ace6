package paste

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"kontor/internal/words/day"
)

// style is how numbers are written: which mark stands before the decimals.
type style byte

const (
	unsure style = 0
	point  style = '.'
	comma  style = ','
)

var numberFirst = regexp.MustCompile(`^(?:EUR|USD|GBP|CHF|[€$£])?\s*([-−]?[0-9][0-9.,'’\x{202f} ]*)\s*(.*)$`)

// split takes a number off the front of a cell, without blanks and apostrophes,
// and gives what stands behind it; a sign of money is dropped.
func split(s string) (number, rest string) {
	m := numberFirst.FindStringSubmatch(s)
	if m == nil {
		return "", s
	}
	number = strings.NewReplacer(" ", "", "\u202f", "", "'", "", "’", "", "−", "-").Replace(m[1])
	rest = strings.TrimSpace(strings.TrimPrefix(m[2], ",-"))
	switch rest {
	case "€", "$", "£", "EUR", "USD", "GBP", "CHF":
		rest = ""
	}
	return strings.TrimRight(number, ".,"), rest
}

// styleOf tells which mark stands before the decimals of a number, as far as it
// tells by itself; plain digits and 1.000 tell nothing.
func styleOf(n string) style {
	p, c := strings.Count(n, "."), strings.Count(n, ",")
	switch {
	case p == 0 && c == 0:
		return unsure
	case p > 0 && c > 0:
		if strings.LastIndex(n, ".") > strings.LastIndex(n, ",") {
			return point
		}
		return comma
	case p > 1:
		return comma
	case c > 1:
		return point
	}
	mark := point
	if c == 1 {
		mark = comma
	}
	before, after, _ := strings.Cut(n, string(rune(mark)))
	if len(after) != 3 || len(before) > 3 || before == "0" || before == "-0" || before == "" {
		return mark
	}
	return unsure
}

// style is that of the table: what its numbers tell together. Where they say
// nothing, days and heads in German do.
func (t Table) style(m []Meaning, of ...Meaning) style {
	points, commas := 0, 0
	german := false
	for _, r := range t.Rows {
		for k, what := range m {
			s := at(r, k)
			if what == Wished && dotted.MatchString(s) {
				german = true
			}
			for _, x := range of {
				if what == x {
					n, _ := split(s)
					switch styleOf(n) {
					case point:
						points++
					case comma:
						commas++
					}
				}
			}
		}
	}
	for _, h := range t.Head {
		switch noWord.ReplaceAllString(strings.ToLower(h), "") {
		case "menge", "artikel", "artikelnr", "artikelnummer", "einheit", "termin", "liefertermin", "wunschtermin", "preis", "anzahl", "bezeichnung", "artnr":
			german = true
		}
	}
	switch {
	case points > 0 && commas > 0: // mixed: each number tells for itself
		return unsure
	case points > 0:
		return point
	case commas > 0 || german:
		return comma
	}
	return unsure
}

// plain writes a number with a point and nothing else; one that can be read in
// two ways comes back as pasted, with a question mark.
func plain(n, pasted string, s style) string {
	if n == "" {
		return pasted
	}
	own := styleOf(n)
	if own == unsure {
		own = s
	}
	switch {
	case !strings.ContainsAny(n, ".,"):
		return n
	case own == unsure:
		return n + "?"
	case own == point:
		return strings.ReplaceAll(n, ",", "")
	}
	return strings.ReplaceAll(strings.ReplaceAll(n, ".", ""), ",", ".")
}

var (
	dotted  = regexp.MustCompile(`^([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4}|[0-9]{2})?$`)
	slashed = regexp.MustCompile(`^([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4}|[0-9]{2})$`)
	worded  = regexp.MustCompile(`^([0-9]{1,2})\.?[ -]+(\p{L}{3,})\.?[ -]*([0-9]{4})?$`)
)

var months = map[string]time.Month{"jan": 1, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12}

// For 3/4/2026: which number is the day.
const (
	dayFirst   = comma
	monthFirst = point
)

// dayOrder tells which of two numbers is the day, by those that can be only one.
func (t Table) dayOrder(m []Meaning) style {
	first, second := false, false
	for _, r := range t.Rows {
		for k, what := range m {
			if x := slashed.FindStringSubmatch(at(r, k)); what == Wished && x != nil {
				first, second = first || atoi(x[1]) > 12, second || atoi(x[2]) > 12
			}
		}
	}
	switch {
	case first && !second:
		return dayFirst
	case second && !first:
		return monthFirst
	}
	return unsure
}

// Day reads a day as people write it: 2026-12-01, 1.12., 1.12.26, 1 Dec. It is
// false for what is no day, and for one that can be read in two ways.
func Day(s string, today day.Day) (day.Day, bool) {
	d, ok := dayOf(strings.TrimSpace(s), unsure, today)
	return day.Day(d), ok && d != ""
}

// dayOf reads a day. One that can be read in two ways is a day, but which is not said.
func dayOf(s string, order style, today day.Day) (string, bool) {
	if d, err := day.Parse(s); err == nil {
		return string(d), true
	}
	if m := dotted.FindStringSubmatch(s); m != nil {
		return civil(m[3], atoi(m[2]), atoi(m[1]), today)
	}
	if m := worded.FindStringSubmatch(s); m != nil {
		if month, ok := months[string([]rune(strings.ToLower(m[2]))[:3])]; ok {
			return civil(m[3], int(month), atoi(m[1]), today)
		}
	}
	m := slashed.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	a, b := atoi(m[1]), atoi(m[2])
	switch {
	case order == monthFirst || b > 12:
		return civil(m[3], a, b, today)
	case order == dayFirst || a > 12 || a == b:
		return civil(m[3], b, a, today)
	}
	return "", true
}

// civil is a day; without a year it is the next such day, counted from a month ago.
func civil(year string, month, d int, today day.Day) (string, bool) {
	make := func(y int) (day.Day, error) {
		return day.Parse(time.Date(y, time.Month(month), d, 0, 0, 0, 0, time.UTC).Format("2006-01-02"))
	}
	if month < 1 || month > 12 || d < 1 || d > 31 {
		return "", false
	}
	y := atoi(year)
	if len(year) == 2 {
		y += 2000
	}
	if year == "" {
		if today == "" {
			return "", true
		}
		y = today.Year()
		if x, err := make(y); err == nil && x.DaysUntil(today) > 31 {
			y++
		}
	}
	x, err := make(y)
	if err != nil || x.Time().Day() != d { // 31 February
		return "", false
	}
	return string(x), true
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
