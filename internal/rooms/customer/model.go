// Package customer owns partners that buy and their sites: who they are, where
// goods and invoices go, in which currency and under which rules they trade.
// It does not own their debts (receivable), their limits (credit), their
// prices (pricing) or natural persons.
package customer

import (
	"encoding/json"

	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrUnknown = fault.Rule{Kind: fault.NotFound, Code: "customer.unknown"}
	ErrTaken   = fault.Rule{Kind: fault.Conflict, Code: "customer.code-taken"}
	ErrInvalid = fault.Rule{Kind: fault.Invalid, Code: "customer.invalid"}
	ErrStale   = fault.Rule{Kind: fault.Stale, Code: "customer.stale"}
	ErrSite    = fault.Rule{Kind: fault.NotFound, Code: "customer.site-unknown"}
)

// Customer is one partner that buys (EN 16931 buyer, BG-7).
type Customer struct {
	ID         id.Customer
	Code       string
	Name       string
	Parent     id.Customer // head office; 0 none
	Credit     id.Credit   // the account whose limit its orders use; 0 = no limit is watched
	Payer      id.Customer // who pays; 0 = itself
	Currency   money.Currency
	Terms      id.Terms
	PriceGroup string
	TaxStatus  string // consumer, business, business-eu, resale, exempt …: matched by tax rules
	VATID      string // BT-48
	Language   string
	Incoterm   string
	HoldMask   int64
	Ship       ShipRules
	Bill       BillRules
	Version    int64
	TxID       int64
}

// ShipRules say how goods may leave for a customer.
type ShipRules struct {
	Complete bool  `json:"complete,omitempty" doc:"ship only complete orders"`
	OverBP   int64 `json:"over_bp,omitempty" doc:"over-delivery allowed, hundredths of a percent"`
	UnderBP  int64 `json:"under_bp,omitempty" doc:"an open rest up to this share closes the line"`

	DuplicateDays int `json:"duplicate_days,omitempty" minimum:"0" maximum:"60" doc:"an order with the same products and quantities within so many days waits for a person; 0 = not looked at"`
}

// BillRules say when and how invoices are made.
type BillRules struct {
	Policy  string `json:"policy,omitempty" enum:"delivery,order" doc:"what becomes billable: deliveries, or the order when confirmed"`
	GroupBy string `json:"group_by,omitempty" enum:"order,shipment,customer" doc:"what shares an invoice"`
}

// PayerID is who owes the invoices.
func (c *Customer) PayerID() id.Customer {
	if c.Payer != 0 {
		return c.Payer
	}
	return c.ID
}

// Site is an address of a customer (GLN: GS1 (410)/(414)).
type Site struct {
	ID       id.Site     `json:"id"`
	Customer id.Customer `json:"customer"`
	Code     string      `json:"code"`
	GLN      string      `json:"gln,omitempty"`
	Name     string      `json:"name"`
	Street   string      `json:"street"`
	City     string      `json:"city"`
	Postcode string      `json:"postcode"`
	Region   string      `json:"region,omitempty"`
	Country  string      `json:"country"`
}

// Place is what tax rules look at: country, or country and region (US-WA).
func (s Site) Place() string {
	if s.Region == "" {
		return s.Country
	}
	return s.Country + "-" + s.Region
}

// Check fills defaults and refuses what cannot be used.
func (c *Customer) Check() error {
	var e1, e2 error
	if c.Code == "" || c.Name == "" {
		e1 = ErrInvalid.Because("a customer needs a code and a name").At("code")
	}
	if _, err := money.ParseCurrency(string(c.Currency)); err != nil {
		e2 = fault.At(err, "currency")
	}
	if c.Bill.Policy == "" {
		c.Bill.Policy = "delivery"
	}
	if c.Bill.GroupBy == "" {
		c.Bill.GroupBy = "order"
	}
	if c.Language == "" {
		c.Language = "en"
	}
	return fault.All(e1, e2)
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
