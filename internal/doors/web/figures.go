package web

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// amount writes decimal text as people read it: 12,345.60, with a true minus.
func amount(s string) string {
	if s == "" {
		return "—"
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, frac, point := strings.Cut(s, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if point {
		b.WriteString("." + frac)
	}
	return sign + b.String()
}

// isZero tells whether decimal text is nothing.
func isZero(s string) bool { return strings.Trim(s, "-0.") == "" }

// quantity drops decimals that say nothing.
func quantity(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return amount(s)
}

var errNumber = fault.Rule{Kind: fault.Invalid, Code: "web.number"}

var (
	grouped = regexp.MustCompile(`^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)
	dotted  = regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$`)
)

// number reads a number as a person types it: 1000, 1000.5, 1000,5, 1,000.50
// or 1.000,50. "1,000" alone could be a thousand or one, and is asked for again:
// nobody shall get one piece who wanted a thousand.
func number(s, field string) (string, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "−", "-")
	switch {
	case !strings.Contains(s, ","):
		return s, nil
	case dotted.MatchString(s):
		return strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", "."), nil
	case grouped.MatchString(s) && (strings.Contains(s, ".") || strings.Count(s, ",") > 1):
		return strings.ReplaceAll(s, ",", ""), nil
	case grouped.MatchString(s):
		return "", errNumber.Because("%s can be read in two ways: write %s, or %s", s, strings.ReplaceAll(s, ",", ""), strings.ReplaceAll(s, ",", ".")).At(field)
	case strings.Count(s, ",") == 1 && !strings.Contains(s, "."):
		return strings.ReplaceAll(s, ",", "."), nil
	}
	return "", errNumber.Because("%q is no number: write one such as 1000 or 2.5", s).At(field)
}

// price writes a price with the currency's decimals at least.
func price(s string) string {
	if s == "" {
		return "—"
	}
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) < 2 {
		frac += "0"
	}
	return amount(whole + "." + frac)
}

// units gives the words for the codes of UN/ECE recommendation 20 that goods
// are mostly counted in; another code is shown as it stands.
var units = map[string]string{"C62": "pcs", "H87": "pcs", "EA": "pcs", "KGM": "kg", "GRM": "g", "MTR": "m", "CMT": "cm", "MMT": "mm", "LTR": "l", "MTK": "m²", "MTQ": "m³", "HUR": "h", "SET": "set", "PR": "pair", "BX": "box", "CT": "ctn", "PK": "pack"}

func unit(code string) string {
	if u, ok := units[code]; ok {
		return u
	}
	return code
}

var money = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}

// inMoney puts the sign of a currency before an amount, else its code.
func inMoney(s, currency string) string {
	a := amount(s)
	if sign, ok := money[currency]; ok {
		if rest, minus := strings.CutPrefix(a, "−"); minus {
			return "−" + sign + rest
		}
		return sign + a
	}
	return currency + "\u00a0" + a
}

// dayText writes a day as people say it: today and tomorrow by word, near ones
// with their weekday, others with the month; the year only when it is another.
func dayText(d, today day.Day) string {
	if d == "" || !d.Valid() {
		return "—"
	}
	t := d.Time()
	switch n := today.DaysUntil(d); {
	case n == 0:
		return "today"
	case n == 1:
		return "tomorrow"
	case n == -1:
		return "yesterday"
	case n > -7 && n < 7:
		return t.Format("Mon 2 Jan")
	case d.Year() == today.Year():
		return t.Format("2 Jan")
	}
	return t.Format("2 Jan 2006")
}

// instantText writes an RFC 3339 instant in the company's zone.
func (v *visit) instantText(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return v.clockText(t)
}

// instant reads an RFC 3339 instant in the company's zone.
func (v *visit) instant(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return v.company.Local(t)
}

func (v *visit) clockText(t time.Time) string {
	t = v.company.Local(t)
	return sentence(dayText(v.company.Day(t), v.today)) + " " + t.Format("15:04")
}

// inList is how a fault names a row of a list: lines[3].qty.
var inList = regexp.MustCompile(`^[a-z_]+\[([0-9]+)\][a-z_.]*: `)

// sentence begins with a capital letter and ends with a stop where it is long.
// A row of a list is counted from one, as people do.
func sentence(s string) string {
	if m := inList.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		s = fmt.Sprintf("line %d: %s", n+1, s[len(m[0]):])
	}
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	s = string(unicode.ToUpper(r)) + s[n:]
	if strings.Count(s, " ") > 2 && !strings.ContainsAny(s[len(s)-1:], ".:!?") {
		s += "."
	}
	return s
}

// words makes words of a code: part_paid → Part paid.
func words(code string) string {
	s := strings.NewReplacer("_", " ", "-", " ").Replace(code)
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// count writes a number with its noun.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return amount(fmt.Sprint(n)) + " " + many
}

// initials are what an avatar shows.
func initials(name string) string {
	out := ""
	for _, f := range strings.Fields(name) {
		r, _ := utf8.DecodeRuneInString(f)
		if out += string(unicode.ToUpper(r)); utf8.RuneCountInString(out) == 2 {
			break
		}
	}
	return out
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func decode(s string) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(b) || len(b) > 500 {
		return ""
	}
	return string(b)
}

var errWhole = fault.Rule{Kind: fault.Invalid, Code: "web.whole-number"}

// whole reads a number without decimals, zero or above.
func whole(s, field string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, errWhole.Because("%.40q is no whole number: write digits only, 0 or more", s).At(field)
	}
	return n, nil
}

// optionalDay reads a day, or none.
func optionalDay(s, field string) (day.Day, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", nil
	}
	d, err := day.Parse(s)
	return d, fault.At(err, "%s", field)
}
