// Package gs1 reads what a scanner sends: plain codes, and element strings of
// the GS1 General Specifications (chapter 3, application identifiers; 7.8,
// processing; 7.9, check digits; 7.12, the century of a date). It knows no
// products and no shipments.
package gs1

import (
	"fmt"
	"regexp"
	"strings"

	"kontor/internal/words/day"
)

// FNC1 ends an element of variable length; scanners send it as this character.
const FNC1 = "\x1d"

// Code is what one read says. Fields are empty when the code does not tell them.
type Code struct {
	Text    string  // the code as it stands on the label, without the scanner's prefix
	SSCC    string  // (00), 18 digits: a logistic unit
	GTIN    string  // (01), or a plain EAN, UPC or ITF-14: always 14 digits
	Lot     string  // (10)
	Expires day.Day // (17)
	Serial  string  // (21)
	Count   string  // (30), (37): pieces of a unit
	Other   []Element
}

// Element is an application identifier with its value.
type Element struct{ AI, Value string }

var (
	prefix  = regexp.MustCompile(`^\][A-Za-z][0-9A-Za-z]`)
	bracket = regexp.MustCompile(`^(\([0-9]{2,4}\)[^()]+)+$`)
	parts   = regexp.MustCompile(`\(([0-9]{2,4})\)([^()]+)`)
)

// elementStrings are the AIM prefixes of carriers whose data begin with FNC1:
// GS1-128, GS1 DataBar, GS1 DataMatrix, GS1 QR Code, GS1 DotCode.
var elementStrings = map[string]bool{"]C1": true, "]e0": true, "]d2": true, "]Q3": true, "]J1": true}

// Read takes a read apart. What is no element string is a plain code; digits
// with a right check digit are a GTIN as well. The year decides the century of dates.
func Read(raw string, year int) Code {
	sent := prefix.FindString(raw)
	text := strings.TrimSpace(strings.TrimPrefix(raw, sent))
	c := Code{Text: strings.ReplaceAll(text, FNC1, "")}
	list, ok := split(text, elementStrings[sent])
	if ok {
		if full, good := c.with(list, year); good {
			return full
		}
	}
	if n := len(text); (n == 8 || n == 12 || n == 13 || n == 14) && checked(text) {
		c.GTIN = strings.Repeat("0", 14-n) + text
	}
	return c
}

// split finds the elements: written in brackets, marked by the scanner or by an
// FNC1 in them, or recognisable by a checked GTIN or SSCC at the beginning.
func split(text string, marked bool) ([]Element, bool) {
	if bracket.MatchString(text) {
		var out []Element
		for _, m := range parts.FindAllStringSubmatch(text, -1) {
			out = append(out, Element{m[1], m[2]})
		}
		return out, true
	}
	body := strings.TrimPrefix(text, FNC1)
	plain := len(body) >= 16 && body[:2] == "01" && checked(body[2:16]) || len(body) >= 20 && body[:2] == "00" && checked(body[2:20])
	if !marked && !plain && !strings.Contains(text, FNC1) {
		return nil, false
	}
	var out []Element
	for body != "" {
		e, rest, ok := first(body)
		if !ok {
			return nil, false
		}
		out = append(out, e)
		body = strings.TrimPrefix(rest, FNC1)
	}
	return out, len(out) > 0
}

// fixed gives the whole length, with the identifier, of elements that need no
// FNC1 behind them (General Specifications, figure 7.8.5-2).
var fixed = map[string]int{"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8, "18": 8, "19": 8,
	"20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16}

// long gives how many digits an identifier has by its first two; the rest has two.
var long = map[string]int{"23": 3, "24": 3, "25": 3, "40": 3, "41": 3, "42": 3, "71": 3, "31": 4, "32": 4, "33": 4, "34": 4, "35": 4, "36": 4, "39": 4, "43": 4, "70": 4, "72": 4, "80": 4, "81": 4, "82": 4}

// first takes one element off.
func first(s string) (e Element, rest string, ok bool) {
	if len(s) < 3 || !digits(s[:2]) {
		return e, "", false
	}
	n := max(2, long[s[:2]])
	end := strings.Index(s, FNC1)
	if end < 0 {
		end = len(s)
	}
	if f := fixed[s[:2]]; f > 0 {
		if end < f {
			return e, "", false
		}
		end = f
	}
	if end <= n || !digits(s[:n]) {
		return e, "", false
	}
	return Element{s[:n], s[n:end]}, s[end:], true
}

// with puts elements to their fields; one that is impossible spoils the code.
func (c Code) with(list []Element, year int) (Code, bool) {
	ok := true
	for _, e := range list {
		switch e.AI {
		case "00":
			c.SSCC, ok = e.Value, len(e.Value) == 18 && checked(e.Value)
		case "01", "02":
			c.GTIN, ok = e.Value, len(e.Value) == 14 && checked(e.Value)
		case "10":
			c.Lot, ok = e.Value, len(e.Value) <= 20
		case "17":
			c.Expires, ok = date(e.Value, year)
		case "21":
			c.Serial, ok = e.Value, len(e.Value) <= 20
		case "30", "37":
			c.Count, ok = strings.TrimLeft(e.Value, "0"), digits(e.Value) && len(e.Value) <= 8
		default:
			c.Other = append(c.Other, e)
		}
		if !ok {
			return c, false
		}
	}
	return c, true
}

// date reads YYMMDD: the century is the nearest, day 00 is the month's last.
func date(s string, year int) (day.Day, bool) {
	if len(s) != 6 || !digits(s) {
		return "", false
	}
	y := int(s[0]-'0')*10 + int(s[1]-'0')
	switch diff := y - year%100; {
	case diff >= 51:
		y -= 100
	case diff <= -50:
		y += 100
	}
	m, err := day.ParseMonth(fmt.Sprintf("%04d-%s", year-year%100+y, s[2:4]))
	if err != nil {
		return "", false
	}
	if s[4:] == "00" {
		return m.Last(), true
	}
	d, err := day.Parse(string(m) + "-" + s[4:])
	return d, err == nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// checked tells whether the last digit is the check digit of those before it.
func checked(s string) bool {
	if !digits(s) {
		return false
	}
	sum := 0
	for i := range s {
		n := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			n *= 3
		}
		sum += n
	}
	return sum%10 == 0
}
