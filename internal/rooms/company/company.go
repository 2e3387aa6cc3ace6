// Package company owns the one legal entity whose books a database holds: its
// name, currency, country, civil zone and the policies where law or custom
// leaves a choice (the switches of the posting cookbook). It does not own
// users, charts or periods.
package company

import (
	"encoding/json"
	"time"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/money"
)

// ErrMissing says that the database has no company yet.
var ErrMissing = fault.Rule{Kind: fault.NotFound, Code: "company.missing"}

// ErrInvalid says that a field of the company is not usable.
var ErrInvalid = fault.Rule{Kind: fault.Invalid, Code: "company.invalid"}

// Company is the legal entity (EN 16931 seller, BG-4).
type Company struct {
	Name     string         `json:"name" doc:"BT-27"`
	Currency money.Currency `json:"currency" doc:"functional currency of the books, ISO 4217"`
	Country  string         `json:"country" doc:"ISO 3166-1 alpha-2, BT-40"`
	VATID    string         `json:"vat_id,omitempty" doc:"BT-31"`
	Zone     string         `json:"zone" doc:"time zone of civil days, such as Europe/Berlin"`
	Chart    string         `json:"chart" doc:"chart of accounts template: US, SKR03 or SKR04"`
	Policy   Policy         `json:"policy"`
	Version  int64          `json:"version"`

	loc *time.Location
}

// Policy holds the switches of the books.
type Policy struct {
	VATChargeableOn string `json:"vat_chargeable_on,omitempty" enum:"supply,invoice" doc:"when tax on an invoice before delivery falls due"`
	TaxMode         string `json:"tax_mode,omitempty" enum:"document,line" doc:"tax rounded per document and rate, or per line"`
	ToleranceAmt    int64  `json:"tolerance_minor,omitempty" doc:"largest payment difference written off by itself, minor units"`
	ToleranceBP     int64  `json:"tolerance_bp,omitempty" doc:"the same in hundredths of a percent of the item"`
	CashRounding    int64  `json:"cash_rounding_minor,omitempty" doc:"step of the payable amount in minor units (BT-114); 0 = none"`
	GraceDays       int    `json:"grace_days,omitempty" doc:"days after a discount window that still count"`
}

// Check fills defaults and refuses what cannot be used.
func (c *Company) Check() error {
	var err1, err2, err3 error
	if c.Name == "" {
		err1 = ErrInvalid.Because("the company needs a name").At("name")
	}
	if _, err := money.ParseCurrency(string(c.Currency)); err != nil {
		err2 = fault.At(err, "currency")
	}
	if c.Zone == "" {
		c.Zone = "UTC"
	}
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		err3 = ErrInvalid.Because("%q is not a time zone; write one such as Europe/Berlin", c.Zone).At("zone")
	}
	c.loc = loc
	if c.Policy.VATChargeableOn == "" {
		c.Policy.VATChargeableOn = "supply"
	}
	if c.Policy.TaxMode == "" {
		c.Policy.TaxMode = "document"
	}
	return fault.All(err1, err2, err3)
}

// Day is the civil day of an instant in the company's zone.
func (c *Company) Day(t time.Time) day.Day { return day.Of(t, c.loc) }

// Local is an instant on the wall of the company's zone.
func (c *Company) Local(t time.Time) time.Time { return t.In(c.loc) }

func (p Policy) text() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(b)
}
