package tax

import (
	"testing"

	"kontor/internal/words/day"
)

func TestTheMostExactRuleWins(t *testing.T) {
	b := &Book{Rules: []Rule{{Code: "EXP"}, {ToPlace: "DE", Code: "DE19"}, {ToPlace: "DE", TaxClass: "reduced", Code: "DE7"}, {FromCountry: "DE", ToPlace: "FR", PartyStatus: "business-eu", Code: "IC"},
		{ToPlace: "US", Code: "US0"}, {ToPlace: "US-WA", Code: "WA"}, {ToPlace: "US-WA", PartyStatus: "resale", Code: "RESALE"}, {PartyStatus: "exempt", Code: "EX"}}}
	for _, c := range []struct{ from, to, party, class, want string }{
		{"DE", "DE", "business", "standard", "DE19"}, {"DE", "DE", "business", "reduced", "DE7"}, {"DE", "FR", "business-eu", "standard", "IC"}, {"DE", "FR", "consumer", "standard", "EXP"},
		{"US", "US-WA", "business", "standard", "WA"}, {"US", "US-OR", "business", "standard", "US0"}, {"US", "US-WA", "resale", "standard", "RESALE"}, {"DE", "CH", "exempt", "standard", "EX"},
		{"AT", "FR", "business-eu", "standard", "EXP"},
	} {
		if got, err := b.Find(c.from, c.to, c.party, c.class); err != nil || got != c.want {
			t.Errorf("%+v: %s %v", c, got, err)
		}
	}
	if _, err := (&Book{}).Find("DE", "DE", "", ""); err == nil {
		t.Error("no rule gave a code")
	}
}

func TestTheRateOfTheDayOfSupplyCounts(t *testing.T) {
	b := &Book{Rates: []Rate{{Code: "DE19", Percent: "19", ValidFrom: "2007-01-01", ValidTo: "2020-06-30"}, {Code: "DE19", Percent: "16", ValidFrom: "2020-07-01", ValidTo: "2020-12-31"}, {Code: "DE19", Percent: "19", ValidFrom: "2021-01-01"}}}
	for on, want := range map[string]string{"2020-06-30": "19", "2020-07-01": "16", "2020-12-31": "16", "2021-01-01": "19"} {
		if r, err := b.On("DE19", day.Day(on)); err != nil || r.Percent != want {
			t.Errorf("%s: %s %v", on, r.Percent, err)
		}
	}
	if _, err := b.On("DE19", "2006-12-31"); err == nil {
		t.Error("a day before the first rate gave one")
	}
}
