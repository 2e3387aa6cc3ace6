// Package approval owns what takes a second person: how much somebody of a role
// may do alone and what he may grant to others, the requests that wait for a
// decision, and what was given up alone per customer and month.
//
// It does not own what is decided – a request carries the command of a flow,
// which runs it when somebody grants it – nor roles (access).
package approval

import (
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Kinds of decision.
const (
	CreditRelease = "credit_release" // let an order pass its credit limit; the order's gross
	PriceRelease  = "price_release"  // let a price below the list stand; the order's gross
	CreditLimit   = "credit_limit"   // raise a limit; by how much
	CreditNote    = "credit_note"    // take back from an invoice; the net of all its notes
	WriteOff      = "write_off"      // give up an item; all that was given up of the customer in the month
	Refund        = "refund"         // send money back
	BankDetails   = "bank_details"   // change where money goes; counts as one
)

// Kinds lists them in the order in which they are shown.
var Kinds = []string{CreditRelease, PriceRelease, CreditLimit, CreditNote, WriteOff, Refund, BankDetails}

// Rules of the room.
var (
	ErrSecond    = fault.Rule{Kind: fault.Refused, Code: "approval.needed"}
	ErrOwn       = fault.Rule{Kind: fault.Forbidden, Code: "approval.own"}
	ErrAuthority = fault.Rule{Kind: fault.Forbidden, Code: "approval.authority"}
	ErrUnknown   = fault.Rule{Kind: fault.NotFound, Code: "approval.unknown"}
	ErrDecided   = fault.Rule{Kind: fault.Conflict, Code: "approval.decided"}
	ErrAsked     = fault.Rule{Kind: fault.Conflict, Code: "approval.asked"}
	ErrReason    = fault.Rule{Kind: fault.Invalid, Code: "approval.reason"}
	ErrLimit     = fault.Rule{Kind: fault.Invalid, Code: "approval.limit"}
)

// Unlimited is an amount that stands for any: as much as is asked for.
const Unlimited = 1_000_000_000_000

// Limit says, in whole units of the company's currency, up to which amount
// somebody of a role may decide alone, and up to which he may grant what
// another asks for.
type Limit struct {
	Role, Kind    string
	Alone, Grants int64
}

// House are the limits where a company has set no others. A role that is not
// named may neither.
var House = []Limit{
	{"credit", CreditRelease, 25_000, 25_000}, {"head", CreditRelease, 0, Unlimited},
	{"service", PriceRelease, 0, 1_000}, {"controller", PriceRelease, 0, 25_000}, {"head", PriceRelease, 0, Unlimited},
	{"credit", CreditLimit, 0, 50_000}, {"head", CreditLimit, 0, Unlimited},
	{"billing", CreditNote, 1_000, 1_000}, {"controller", CreditNote, 0, 25_000}, {"head", CreditNote, 0, Unlimited},
	{"receivables", WriteOff, 50, 50}, {"controller", WriteOff, 500, 10_000}, {"head", WriteOff, 0, Unlimited},
	{"controller", Refund, 0, 25_000}, {"head", Refund, 0, Unlimited},
	{"controller", BankDetails, 0, Unlimited}, {"head", BankDetails, 0, Unlimited},
}

// With gives the house's limits with those that a company has set in their place.
func With(set []Limit) []Limit {
	out := append([]Limit(nil), House...)
next:
	for _, s := range set {
		for i := range out {
			if out[i].Role == s.Role && out[i].Kind == s.Kind {
				out[i] = s
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

// Powers are the limits of somebody with several roles, per kind: of each the largest.
type Powers map[string]Limit

// Of adds up what roles may.
func Of(limits []Limit, roles []string) Powers {
	p := Powers{}
	for _, l := range limits {
		for _, r := range roles {
			if r == l.Role {
				have := p[l.Kind]
				p[l.Kind] = Limit{Kind: l.Kind, Alone: max(have.Alone, l.Alone), Grants: max(have.Grants, l.Grants)}
			}
		}
	}
	return p
}

// Cap turns whole units into the smallest ones of a currency with so many decimals.
func Cap(units int64, decimals int) int64 {
	for range decimals {
		units *= 10
	}
	return units
}

// Request is a decision that somebody asks for.
type Request struct {
	ID          id.Approval
	Kind        string
	SubjectType string
	Subject     int64
	Amount      int64  // company currency, smallest units
	Command     string // of the flow, as JSON
	Sentence    string // what would be done
	Reason      string
	AskedBy     int64
	Decision    string // open, granted, denied, withdrawn
	DecidedBy   int64
	Answer      string
}
