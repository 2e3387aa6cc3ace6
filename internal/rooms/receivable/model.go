// Package receivable owns what customers owe and what they have to their
// credit: open items, and the applications that settle them against each
// other, with typed differences. It does not own papers or bank money.
//
// An item's open amount changes only together with an allocation row, in the
// item's own currency; un-apply writes the same rows with the opposite sign.
package receivable

import (
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrUnknown  = fault.Rule{Kind: fault.NotFound, Code: "item.unknown"}
	ErrExceeds  = fault.Rule{Kind: fault.Refused, Code: "item.exceeds-open"}
	ErrSide     = fault.Rule{Kind: fault.Invalid, Code: "application.side"}
	ErrSum      = fault.Rule{Kind: fault.Invalid, Code: "application.sum"}
	ErrApplied  = fault.Rule{Kind: fault.NotFound, Code: "application.unknown"}
	ErrReversed = fault.Rule{Kind: fault.Conflict, Code: "application.reversed"}
	ErrDiscount = fault.Rule{Kind: fault.Refused, Code: "application.discount"}
	ErrTol      = fault.Rule{Kind: fault.Refused, Code: "application.tolerance"}
)

// Item is one amount owed (sign 1) or to a customer's credit (sign −1).
type Item struct {
	ID         id.Item
	Customer   id.Customer
	Credit     id.Credit
	Kind       string
	DocType    string
	Doc        int64
	PartNo     int64
	Number     string
	Currency   money.Currency
	Sign       int64
	Original   int64
	Open       int64
	Disputed   int64
	OriginalFC int64
	OpenFC     int64
	DatedOn    day.Day
	DueOn      day.Day
	Tiers      string // JSON of discount tiers
}

// Control is the role of the item's control account.
func (i *Item) Control() string {
	if i.Kind == "receipt" {
		return "unapplied"
	}
	return "receivable"
}

// Release takes amount from the open amount and gives the company-currency
// share that goes with it: the last part takes the exact rest.
func (i *Item) Release(amount int64) (fc int64) {
	fc = money.Share(i.OpenFC, amount, i.Open)
	i.Open -= amount
	i.OpenFC -= fc
	return fc
}

// Application is one settlement.
type Application struct {
	ID       id.Application
	Kind     string
	On       day.Day
	Reverses id.Application
	Reversed bool
	Rows     []Allocation
}

// Allocation is one row of it. Principal rows name both items; differences name
// only the debit item.
type Allocation struct {
	ID           int64
	Application  id.Application
	Kind         string // principal, discount, tolerance, bank_charge, write_off …
	Debit        id.Item
	CreditItem   id.Item
	Amount       int64 // debit item's currency
	CreditAmount int64 // credit item's currency
	AmountFC     int64 // company currency released on the debit item
	CreditFC     int64 // … and on the credit item
	TaxCode      string
	TaxPart      int64 // of a discount: the tax in it
	Reason       string
	Reverses     int64
}
