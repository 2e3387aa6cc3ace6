// Package payment owns what banks say and the money recognised as a
// customer's: bank accounts, statements, bank lines, receipts, refunds. It
// proposes which items a receipt pays; it does not settle them.
package payment

import (
	"sort"
	"strings"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrAccount   = fault.Rule{Kind: fault.NotFound, Code: "bank-account.unknown"}
	ErrTaken     = fault.Rule{Kind: fault.Conflict, Code: "bank-account.code-taken"}
	ErrIBAN      = fault.Rule{Kind: fault.Invalid, Code: "bank-account.iban"}
	ErrStatement = fault.Rule{Kind: fault.Invalid, Code: "statement.balance"}
	ErrKnown     = fault.Rule{Kind: fault.Conflict, Code: "statement.known"}
	ErrUnknown   = fault.Rule{Kind: fault.NotFound, Code: "receipt.unknown"}
	ErrBounced   = fault.Rule{Kind: fault.Conflict, Code: "receipt.bounced"}
	ErrRefund    = fault.Rule{Kind: fault.Refused, Code: "refund.exceeds"}
	ErrLine      = fault.Rule{Kind: fault.NotFound, Code: "bank-line.unknown"}
	ErrPayer     = fault.Rule{Kind: fault.Refused, Code: "receipt.payer-unknown"}
	ErrSpent     = fault.Rule{Kind: fault.Conflict, Code: "receipt.spent"}
	ErrOpenLine  = fault.Rule{Kind: fault.Refused, Code: "statement.unexplained"}
)

// Account is one bank account of the company (BT-84).
type Account struct {
	ID       id.BankAccount `json:"id"`
	Code     string         `json:"code"`
	Name     string         `json:"name"`
	IBAN     string         `json:"iban,omitempty"`
	Currency money.Currency `json:"currency"`
}

// ParseIBAN reads an International Bank Account Number as people write it and
// checks its two digits (ISO 13616-1, clause 7: the number, its first four
// characters moved to the end and letters read as 10 to 35, leaves 1 by 97).
func ParseIBAN(s string) (string, error) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	bad := ErrIBAN.Because("%.40q is no IBAN: write it as it stands on the bank's letter, such as DE89 3704 0044 0532 0130 00", s)
	if len(s) < 15 || len(s) > 34 {
		return "", bad
	}
	rest := 0
	for i, c := range s[4:] + s[:4] {
		switch at := (i + 4) % len(s); {
		case c >= '0' && c <= '9' && at >= 2:
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z' && (at < 2 || at >= 4):
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return "", bad
		}
	}
	if rest != 1 {
		return "", ErrIBAN.Because("the check digits of IBAN %s do not fit: a digit is wrong or two are swapped", s)
	}
	return s, nil
}

// Statement is what the bank says about a time.
type Statement struct {
	ID       id.Statement
	Account  id.BankAccount
	Number   string
	From, To day.Day
	Opening  int64
	Closing  int64
	Decision string
	Version  int64
}

// Line is one entry of a statement (camt.053 Ntry).
type Line struct {
	ID           id.BankLine
	Account      id.BankAccount
	Statement    id.Statement
	Key          string // bank's reference, or hash of the entry + its ordinal on the day
	Amount       int64  // signed; credits positive
	Charge       int64  // kept by the bank on the way, beside the amount
	Currency     money.Currency
	BookedOn     day.Day
	ValueOn      day.Day
	PayerName    string
	PayerAccount string
	Text         string
	State        string
}

// Receipt is money recognised as a customer's; what of it is not applied stands on its open item.
type Receipt struct {
	ID         id.Receipt
	BankLine   id.BankLine
	Customer   id.Customer
	Amount     int64
	Currency   money.Currency
	ReceivedOn day.Day
	Bounced    bool
	Version    int64
}

// Refund is money sent back.
type Refund struct {
	ID        id.Refund
	Item      id.Item
	Customer  id.Customer
	Amount    int64
	Currency  money.Currency
	AmountFC  int64
	On        day.Day
	Reference string
	BankLine  id.BankLine
}

// Candidate is an open item as the matcher sees it.
type Candidate struct {
	Item     id.Item
	Customer id.Customer
	Number   string // of the paper
	Open     int64
	Discount int64 // what may be taken off on the value day
	DueOn    day.Day
}

// Share is what the matcher proposes for one item.
type Share struct {
	Item         id.Item
	Amount       int64 // of the item, discount included where one is taken
	TakeDiscount bool
	Discount     int64 // what of the amount is discount; only Propose tells it
}

// Match proposes how an amount settles candidates, from what the payer wrote:
// papers that are named come first, in full or less their discount; when
// nothing is named, one item of exactly the amount, or all open items when
// they add up to it. It proposes nothing rather than guess. It is pure.
func Match(amount int64, text string, candidates []Candidate) ([]Share, string) {
	words := strings.ToUpper(text)
	var named []Candidate
	for _, c := range candidates {
		if c.Number != "" && containsWord(words, strings.ToUpper(c.Number)) {
			named = append(named, c)
		}
	}
	sort.SliceStable(named, func(a, b int) bool { return named[a].DueOn < named[b].DueOn })
	if len(named) > 0 {
		return take(amount, named), "named in the remittance text"
	}
	for _, c := range candidates {
		if c.Open == amount {
			return []Share{{Item: c.Item, Amount: amount}}, "the only item of this amount"
		}
		if c.Discount > 0 && c.Open-c.Discount == amount {
			return []Share{{Item: c.Item, Amount: c.Open, TakeDiscount: true}}, "the item less its discount"
		}
	}
	all := int64(0)
	for _, c := range candidates {
		all += c.Open
	}
	if all == amount && len(candidates) > 0 {
		return take(amount, candidates), "all open items together"
	}
	return nil, ""
}

// take settles named items: all with their discounts when that is exactly the
// amount, else oldest first as far as the money goes.
func take(amount int64, items []Candidate) []Share {
	less, full := int64(0), int64(0)
	for _, c := range items {
		less += c.Open - c.Discount
		full += c.Open
	}
	var out []Share
	if less == amount && less != full {
		for _, c := range items {
			out = append(out, Share{Item: c.Item, Amount: c.Open, TakeDiscount: c.Discount > 0})
		}
		return out
	}
	for _, c := range items {
		n := min(amount, c.Open)
		if n > 0 {
			out = append(out, Share{Item: c.Item, Amount: n})
			amount -= n
		}
	}
	return out
}

// containsWord finds needle where neither neighbour is a letter or digit.
func containsWord(s, needle string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], needle)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(needle)
		if (i == 0 || !alnum(s[i-1])) && (end == len(s) || !alnum(s[end])) {
			return true
		}
		from = i + 1
	}
}

func alnum(b byte) bool { return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' }
