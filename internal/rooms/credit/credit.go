// Package credit owns credit accounts, their limits, and the exposure ledger:
// what is ordered, shipped and owed under a limit, each cent counted once. It
// does not own the documents whose shares it counts; they can recompute them.
//
// Amounts are in the company's currency. The account row is the serial point:
// the limit is checked in the statement that raises the exposure.
package credit

import (
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrLimit   = fault.Rule{Kind: fault.Refused, Code: "credit.limit"}
	ErrUnknown = fault.Rule{Kind: fault.NotFound, Code: "credit.unknown"}
	ErrAmount  = fault.Rule{Kind: fault.Invalid, Code: "credit.amount"}
	ErrTaken   = fault.Rule{Kind: fault.Conflict, Code: "credit.code-taken"}
)

// Account is one limit and what stands under it.
type Account struct {
	ID         id.Credit
	Code       string
	Currency   money.Currency
	Limit      int64
	TempLimit  int64
	TempUntil  string
	Secured    int64
	OrderOpen  int64
	ShipOpen   int64
	ItemOpen   int64
	CreditOpen int64
	Version    int64
}

// Exposure is what is at risk now.
func (a *Account) Exposure() int64 {
	return a.OrderOpen + a.ShipOpen + a.ItemOpen - a.CreditOpen - a.Secured
}

// LimitOn is the limit of a day: the temporary one while it runs.
func (a *Account) LimitOn(today string) int64 {
	if a.TempUntil >= today && a.TempUntil != "" {
		return a.TempLimit
	}
	return a.Limit
}

// Free is what may still be ordered.
func (a *Account) Free(today string) int64 { return a.LimitOn(today) - a.Exposure() }

// Refuse says why an order of an amount does not fit.
func (a *Account) Refuse(thing string, amount int64, today string) *fault.Fault {
	f := func(v int64) string { return money.Format(v, a.Currency) }
	return ErrLimit.Because("cannot confirm %s over %s %s: credit account %s has %s of its limit of %s free; collect, raise the limit, or release the hold",
		thing, f(amount), a.Currency, a.Code, f(a.Free(today)), f(a.LimitOn(today))).
		With("amount", f(amount)).With("limit", f(a.LimitOn(today))).With("free", f(a.Free(today))).
		With("ordered", f(a.OrderOpen)).With("shipped", f(a.ShipOpen)).With("items", f(a.ItemOpen)).
		With("credits", f(a.CreditOpen)).With("secured", f(a.Secured))
}

// Move is one change of exposure by one document.
type Move struct {
	Account                      id.Credit
	DocType                      string
	Doc                          int64
	Order, Shipped, Item, Credit int64
	Cause                        string
}
