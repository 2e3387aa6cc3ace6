package gs1

import (
	"reflect"
	"strings"
	"testing"
)

// TestWhatScannersSend: plain codes, marked and unmarked element strings, with
// the examples of the General Specifications where it has some.
func TestWhatScannersSend(t *testing.T) {
	for raw, want := range map[string]Code{
		"GM-063-05":        {Text: "GM-063-05"},
		"]C0GM-063-05":     {Text: "GM-063-05"},
		"]C1WRONG-CODE":    {Text: "WRONG-CODE"},
		" SO-100482 ":      {Text: "SO-100482"},
		"4006381333931":    {Text: "4006381333931", GTIN: "04006381333931"},
		"]E04006381333931": {Text: "4006381333931", GTIN: "04006381333931"},
		"4006381333932":    {Text: "4006381333932"}, // wrong check digit
		"96385074":         {Text: "96385074", GTIN: "00000096385074"},
		"036000291452":     {Text: "036000291452", GTIN: "00036000291452"},
		"]C10109521234543213" + "17291231" + "10ABC123" + FNC1 + "21S-1": {Text: "01095212345432131729123110ABC12321S-1", GTIN: "09521234543213", Expires: "2029-12-31", Lot: "ABC123", Serial: "S-1"},
		"]d20109521234543213" + "17260200" + "10L-2611":                  {Text: "01095212345432131726020010L-2611", GTIN: "09521234543213", Expires: "2026-02-28", Lot: "L-2611"},
		"0109521234543213" + "37" + "12":                                 {Text: "01095212345432133712", GTIN: "09521234543213", Count: "12"},
		"00340123450000000000":                                           {Text: "00340123450000000000", SSCC: "340123450000000000"},
		"(01)09521234543213(10)ABC(17)991231":                            {Text: "(01)09521234543213(10)ABC(17)991231", GTIN: "09521234543213", Lot: "ABC", Expires: "1999-12-31"},
		"]C110A1" + FNC1 + "3103001750":                                  {Text: "10A13103001750", Lot: "A1", Other: []Element{{"3103", "001750"}}},
		"10A1" + FNC1 + "2400XY":                                         {Text: "10A12400XY", Lot: "A1", Other: []Element{{"240", "0XY"}}},
		"]C117261301":                                                    {Text: "17261301"}, // no month 13
		"]C10109521234543210":                                            {Text: "0109521234543210"},
		"]C1" + "10" + strings.Repeat("X", 21):                           {Text: "10" + strings.Repeat("X", 21)},
		"0109521234543213" + "9":                                         {Text: "01095212345432139"},
		"":                                                               {},
		"]C1":                                                            {},
	} {
		if got := Read(raw, 2026); !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %+v\nwant %+v", raw, got, want)
		}
	}
}

// TestTheCenturyIsTheNearest: General Specifications 7.12.
func TestTheCenturyIsTheNearest(t *testing.T) {
	for _, x := range []struct {
		year int
		in   string
		want string
	}{{2026, "760101", "2076-01-01"}, {2026, "770101", "1977-01-01"}, {2080, "010101", "2101-01-01"}, {2049, "000229", "2000-02-29"}, {2026, "250230", ""}, {2026, "2501", ""}} {
		if got, ok := date(x.in, x.year); string(got) != x.want && ok || ok != (x.want != "") {
			t.Errorf("%s in %d: %s, %v", x.in, x.year, got, ok)
		}
	}
}

// FuzzRead: no read, however broken, stops the program, and a GTIN has always 14 digits.
func FuzzRead(f *testing.F) {
	f.Add("]C10109521234543213\x1d10A")
	f.Fuzz(func(t *testing.T, raw string) {
		if c := Read(raw, 2026); c.GTIN != "" && len(c.GTIN) != 14 || c.SSCC != "" && len(c.SSCC) != 18 {
			t.Errorf("%q: %+v", raw, c)
		}
	})
}
