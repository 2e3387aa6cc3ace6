// Package pricing owns price lists and prices: by product, by product and
// customer, with validity and quantity breaks. It finds the price of a line
// and says how it found it. It does not own what was agreed: the order does.
package pricing

import (
	"fmt"

	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrBelow    = fault.Rule{Kind: fault.Refused, Code: "price.below-list"}
	ErrMissing  = fault.Rule{Kind: fault.Refused, Code: "price.missing"}
	ErrOverlap  = fault.Rule{Kind: fault.Conflict, Code: "price.overlap"}
	ErrInvalid  = fault.Rule{Kind: fault.Invalid, Code: "price.invalid"}
	ErrUnknown  = fault.Rule{Kind: fault.NotFound, Code: "price-list.unknown"}
	ErrListCode = fault.Rule{Kind: fault.Conflict, Code: "price-list.code-taken"}
)

// List is a dated list of prices in one currency, for all customers or a price group.
type List struct {
	ID        id.PriceList   `json:"id"`
	Code      string         `json:"code"`
	Currency  money.Currency `json:"currency"`
	Group     string         `json:"price_group,omitempty" doc:"only customers of this group; empty = all"`
	ValidFrom day.Day        `json:"valid_from"`
	ValidTo   day.Day        `json:"valid_to,omitempty" doc:"last day; empty = open"`
	Version   int64          `json:"version"`
}

// Price is one price: per unit, from a quantity on, within a validity.
type Price struct {
	ID        int64
	List      id.PriceList
	Product   id.Product
	Customer  id.Customer // 0 = for all customers of the list
	Unit      string
	MinQty    int64 // base steps
	Price     string
	Discount  string // percent, "" = none
	ValidFrom day.Day
	ValidTo   day.Day
}

// Check refuses what cannot be used.
func (p Price) Check() error {
	d, err := dec.Parse(p.Price)
	if err != nil {
		return fault.At(err, "price")
	}
	if d.Sign() < 0 || p.MinQty < 0 {
		return ErrInvalid.Because("a price and its quantity break cannot be negative").At("price")
	}
	if p.ValidTo != "" && p.ValidTo < p.ValidFrom {
		return ErrInvalid.Because("the price ends on %s, before it starts on %s", p.ValidTo, p.ValidFrom).At("valid_to")
	}
	if p.Discount != "" {
		pc, err := dec.Parse(p.Discount)
		if err != nil {
			return fault.At(err, "discount")
		}
		if pc.Sign() < 0 || pc.Cmp(dec.FromInt(100)) > 0 {
			return ErrInvalid.Because("a discount is between 0 and 100 percent, not %s", p.Discount).At("discount")
		}
	}
	return nil
}

// Ask is a question for a price.
type Ask struct {
	Product  id.Product
	Customer id.Customer
	Group    string
	Currency money.Currency
	Unit     string
	Qty      int64 // base steps
	On       day.Day
}

// Found is an answer, with its derivation.
type Found struct {
	Price    string
	Discount string
	Trace    string
}

// Book holds the candidates for a batch of questions.
type Book struct {
	lists  map[id.PriceList]*List
	prices map[key][]Price
}

type key struct {
	product  id.Product
	customer id.Customer
}

func within(on, from, to day.Day) bool { return on >= from && (to == "" || on <= to) }

// Find answers one question: a customer's own price before a group's list
// before the general list; within that the highest quantity break reached,
// then the younger validity. It is a pure function of the book.
func (b *Book) Find(a Ask) (Found, bool) {
	var best *Price
	var bestRank int
	consider := func(p *Price) {
		l := b.lists[p.List]
		if l == nil || l.Currency != a.Currency || p.Unit != a.Unit || p.MinQty > a.Qty ||
			!within(a.On, p.ValidFrom, p.ValidTo) || !within(a.On, l.ValidFrom, l.ValidTo) || (l.Group != "" && l.Group != a.Group) {
			return
		}
		rank := 0
		if l.Group != "" {
			rank = 1
		}
		if p.Customer != 0 {
			rank = 2
		}
		if best == nil || rank > bestRank || rank == bestRank && (p.MinQty > best.MinQty ||
			p.MinQty == best.MinQty && (p.ValidFrom > best.ValidFrom || p.ValidFrom == best.ValidFrom && p.ID > best.ID)) {
			best, bestRank = p, rank
		}
	}
	for _, k := range []key{{a.Product, a.Customer}, {a.Product, 0}} {
		for i := range b.prices[k] {
			consider(&b.prices[k][i])
		}
	}
	if best == nil {
		return Found{}, false
	}
	why := [...]string{"list price", "group price", "customer price"}[bestRank]
	trace := fmt.Sprintf("%s %s: %s per %s, from %s", why, b.lists[best.List].Code, best.Price, best.Unit, best.ValidFrom)
	if best.MinQty > 0 {
		trace += fmt.Sprintf(", quantity break %d", best.MinQty)
	}
	if best.Discount != "" && best.Discount != "0" {
		trace += ", less " + best.Discount + " %"
	}
	return Found{best.Price, best.Discount, trace}, true
}
