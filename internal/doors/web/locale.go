package web

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	digits "golang.org/x/text/number"

	"kontor/internal/words/fault"
)

// locale is how somebody writes numbers. The marks come from the CLDR (by
// x/text); pages stay in English, so days keep their English words.
type locale struct {
	Code, Name   string
	group, point string
	after        bool   // a currency's sign stands behind the amount
	gap          string // between amount and sign, and before %
}

// locales are those that a person can choose, the first is the usual one.
var locales = []*locale{
	newLocale("en", "English", false, ""),
	newLocale("de", "German", true, "\u00a0"),
	newLocale("fr", "French", true, "\u00a0"),
	newLocale("de-CH", "German, Switzerland", false, "\u00a0"),
	newLocale("sv", "Swedish", true, "\u00a0"),
}

func newLocale(code, name string, after bool, gap string) *locale {
	l := &locale{Code: code, Name: name, after: after, gap: gap}
	marks := strings.FieldsFunc(message.NewPrinter(language.MustParse(code)).Sprint(digits.Decimal(1234567.5)), unicode.IsDigit)
	l.group, l.point = marks[0], marks[len(marks)-1]
	if code == "fr" { // since CLDR 34; x/text has an older one
		l.group = "\u202f"
	}
	return l
}

// Sample shows a number as the locale writes it.
func (l *locale) Sample() string { return l.Name + ", " + l.amount("-1234567.89") }

// localeOf finds a locale by its code; the usual one when there is none.
func localeOf(code string) *locale {
	for _, l := range locales {
		if l.Code == code {
			return l
		}
	}
	return locales[0]
}

// amount writes decimal text with a true minus; an em dash for nothing.
func (l *locale) amount(s string) string {
	return l.marked(amount(s))
}

// marked puts this locale's marks into a number in the usual form.
func (l *locale) marked(s string) string {
	return strings.NewReplacer(",", l.group, ".", l.point).Replace(s)
}

func (l *locale) money(s, currency string) string {
	if s == "" {
		return amount(s)
	}
	sign, known := money[currency]
	if !known {
		sign = currency
	}
	a := l.amount(s)
	rest, minus := strings.CutPrefix(a, "−")
	switch {
	case l.after:
		return a + l.gap + sign
	case !minus:
		return sign + l.gapOf(known) + a
	}
	return "−" + sign + l.gapOf(known) + rest
}

// gapOf stands between a sign in front and the amount; a code always has one.
func (l *locale) gapOf(sign bool) string {
	if sign {
		return l.gap
	}
	return "\u00a0"
}

func (l *locale) percent(s string) string { return l.marked(quantity(s)) + l.gap + "%" }

var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// read takes a number as people of this locale type it, or with a plain point.
// What could be read in two ways is asked for again: nobody shall get one piece
// who wanted a thousand.
func (l *locale) read(s, field string) (string, error) {
	if l == locales[0] {
		return number(s, field)
	}
	s = strings.ReplaceAll(strings.TrimSpace(s), "−", "-")
	bare := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "").Replace(s)
	if plainNumber.MatchString(bare) {
		whole, frac, has := strings.Cut(bare, ".")
		if l.group == "." && has && len(frac) == 3 && len(strings.TrimPrefix(whole, "-")) <= 3 {
			return "", twoWays(s, whole+frac, whole+","+frac, field)
		}
		return bare, nil
	}
	if l.point == "," && localGrouped.MatchString(bare) {
		return strings.ReplaceAll(strings.ReplaceAll(bare, ".", ""), ",", "."), nil
	}
	return number(bare, field)
}

// localGrouped are numbers with a decimal comma, grouped by points or not at all.
var localGrouped = regexp.MustCompile(`^-?([0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?|[0-9]+,[0-9]+)$`)

func twoWays(s, one, other, field string) *fault.Fault {
	return errNumber.Because("%s can be read in two ways: write %s, or %s", s, one, other).At(field)
}

// The person's way of writing, for pages.
func (v *visit) locale() *locale {
	if v.numbers == nil {
		return locales[0]
	}
	return v.numbers
}

func (v *visit) amount(s string) string          { return v.locale().amount(s) }
func (v *visit) quantity(s string) string        { return v.locale().marked(quantity(s)) }
func (v *visit) money(s, currency string) string { return v.locale().money(s, currency) }
func (v *visit) count(n int64) string            { return v.locale().amount(fmt.Sprint(n)) }

// number reads a number from a form by the person's locale.
func (v *visit) number(s, field string) (string, error) { return v.locale().read(s, field) }

// written is a cell's text as the person writes numbers. Cells are made in the
// usual form; one whose text is its raw number, dressed, is dressed anew.
func (v *visit) written(c cell) string {
	l := v.locale()
	if l == locales[0] || !plainNumber.MatchString(c.Raw) {
		return c.Text
	}
	switch c.Text {
	case amount(c.Raw):
		return l.amount(c.Raw)
	case quantity(c.Raw):
		return l.marked(quantity(c.Raw))
	case price(c.Raw):
		return l.marked(price(c.Raw))
	}
	for currency := range money {
		if c.Text == inMoney(c.Raw, currency) {
			return l.money(c.Raw, currency)
		}
	}
	if code, _, ok := strings.Cut(c.Text, "\u00a0"); ok && c.Text == inMoney(c.Raw, code) {
		return l.money(c.Raw, code)
	}
	return c.Text
}
