package money

import (
	"fmt"
	"strings"

	"kontor/internal/words/fault"
)

// UnknownCurrency is the rule that a currency is an active code of ISO 4217.
var UnknownCurrency = fault.Rule{Kind: fault.Invalid, Code: "money.currency"}

// Currency is an alphabetic code of ISO 4217, such as EUR.
type Currency string

// ParseCurrency reads a code in capital letters. Codes that are not active, and
// the X codes without minor units (gold, test, none), are refused with
// UnknownCurrency.
func ParseCurrency(s string) (Currency, error) {
	if c := Currency(s); c.known() {
		return c, nil
	}
	if up := Currency(strings.ToUpper(s)); up.known() {
		return "", UnknownCurrency.Because("there is no currency %.40q: write it in capitals, %s", s, up)
	}
	return "", UnknownCurrency.Because("there is no currency %.40q: write the three capital letters of ISO 4217, such as EUR", s)
}

// Decimals gives how many decimals the currency's minor unit has: 0 for JPY, 2
// for EUR, 3 for KWD, 4 for CLF. It panics when c did not come from
// ParseCurrency, because a guess would be wrong by a factor of a hundred.
func (c Currency) Decimals() int {
	n, ok := decimals[c]
	if !ok {
		panic(fmt.Sprintf("money: unknown currency %q", string(c)))
	}
	return n
}

// decimals is ISO 4217 list one as of 2026-01-01 (after BGN and ANG), without
// the codes whose minor unit is "N.A.".
var decimals = func() map[Currency]int {
	m := make(map[Currency]int, 180)
	for n, codes := range []string{
		0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
		2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
			"CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP " +
			"GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT " +
			"LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN " +
			"NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD " +
			"SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS " +
			"VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
		3: "BHD IQD JOD KWD LYD OMR TND",
		4: "CLF UYW",
	} {
		for _, c := range strings.Fields(codes) {
			m[Currency(c)] = n
		}
	}
	return m
}()

func (c Currency) known() bool {
	_, ok := decimals[c]
	return ok
}
