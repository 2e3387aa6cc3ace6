// Package tax owns tax codes, their dated rates, and the rules that find a
// code by where goods leave, where they go, who buys and what is sold. It does
// not compute documents: the invoice does, with the rates from here.
package tax

import (
	"strings"

	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
)

// Rules of the room.
var (
	ErrRule    = fault.Rule{Kind: fault.Refused, Code: "tax.no-rule"}
	ErrRate    = fault.Rule{Kind: fault.Refused, Code: "tax.no-rate"}
	ErrInvalid = fault.Rule{Kind: fault.Invalid, Code: "tax.invalid"}
)

// Given is the code of tax that a migrated document states as charged.
const Given = "GIVEN"

// Rate is one code with its rate in a time.
type Rate struct {
	Code        string  `json:"code"`
	Category    string  `json:"category" enum:"S,Z,E,AE,K,G,O" doc:"EN 16931 category, BT-151 (UNCL5305)"`
	Percent     string  `json:"percent" doc:"BT-152"`
	Country     string  `json:"country,omitempty"`
	ValidFrom   day.Day `json:"valid_from"`
	ValidTo     day.Day `json:"valid_to,omitempty"`
	DiscountTax string  `json:"discount_tax,omitempty" enum:"correct,leave" doc:"whether a cash discount lowers the tax"`
	DeemedCode  string  `json:"deemed_code,omitempty" doc:"code for goods given away (deemed supply)"`
	Reason      string  `json:"reason,omitempty" doc:"exemption reason, BT-120"`
}

// Rate as a decimal, percent.
func (r Rate) Rate() dec.D { return dec.Must(r.Percent) }

// Check fills defaults and refuses what cannot be used.
func (r *Rate) Check() error {
	if r.Code == "" {
		return ErrInvalid.Because("a tax rate needs a code").At("code")
	}
	d, err := dec.Parse(r.Percent)
	if err != nil {
		return fault.At(err, "percent")
	}
	if d.Sign() < 0 || d.Sign() != 0 && r.Category != "S" {
		return ErrInvalid.Because("category %s cannot carry a rate of %s %%", r.Category, r.Percent).At("percent")
	}
	if r.DiscountTax == "" {
		r.DiscountTax = "correct"
	}
	if r.ValidFrom == "" {
		r.ValidFrom = "1900-01-01"
	}
	return nil
}

// Rule finds a code. Empty fields match everything; ToPlace is a country, or a
// country and region (US-WA).
type Rule struct {
	FromCountry string `json:"from_country,omitempty"`
	ToPlace     string `json:"to_place,omitempty"`
	PartyStatus string `json:"party_status,omitempty"`
	TaxClass    string `json:"tax_class,omitempty"`
	Code        string `json:"code"`
}

// Book is all codes and rules: small, read whole.
type Book struct {
	Rates []Rate
	Rules []Rule
}

// Find gives the code for a supply: the rule that matches on the most exact fields wins.
func (b *Book) Find(from, toPlace, party, class string) (string, error) {
	best, score := "", -1
	country, _, _ := strings.Cut(toPlace, "-")
	for _, r := range b.Rules {
		s := 0
		switch {
		case r.ToPlace == toPlace && r.ToPlace != country:
			s += 16
		case r.ToPlace == country:
			s += 8
		case r.ToPlace != "":
			continue
		}
		ok := true
		for _, f := range []struct {
			rule, fact string
			weight     int
		}{{r.PartyStatus, party, 4}, {r.TaxClass, class, 2}, {r.FromCountry, from, 1}} {
			if f.rule == f.fact && f.rule != "" {
				s += f.weight
			} else if f.rule != "" {
				ok = false
			}
		}
		if ok && s > score {
			best, score = r.Code, s
		}
	}
	if best == "" {
		return "", ErrRule.Because("no tax rule says how to tax class %q from %s to %s for a buyer of status %q; add one", class, from, toPlace, party)
	}
	return best, nil
}

// On gives the rate of a code on a day of supply.
func (b *Book) On(code string, on day.Day) (Rate, error) {
	for _, r := range b.Rates {
		if r.Code == code && on >= r.ValidFrom && (r.ValidTo == "" || on <= r.ValidTo) {
			return r, nil
		}
	}
	if code == Given {
		return Rate{Code: Given, Category: "S", Percent: "0", DiscountTax: "leave", Reason: "as charged"}, nil
	}
	return Rate{}, ErrRate.Because("tax code %s has no rate on %s; add one", code, on)
}
