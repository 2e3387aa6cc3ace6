// Package stock owns quantities and their value: pots in which promises are
// made and guarded, and the move journal that only grows. It does not own
// products, shipments or the ledger; flows book what the moves are worth.
//
// A pot is warehouse × product × owner × status. On hand, reserved and value
// stand on the pot's row and are changed only with a move of the same
// transaction. Value is by moving average: an issue takes value × qty ÷ on
// hand, rounded once, and the last unit takes the rest.
package stock

import (
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrShort     = fault.Rule{Kind: fault.Refused, Code: "stock.short"}
	ErrReserved  = fault.Rule{Kind: fault.Refused, Code: "stock.reserved"}
	ErrWarehouse = fault.Rule{Kind: fault.NotFound, Code: "warehouse.unknown"}
	ErrQty       = fault.Rule{Kind: fault.Invalid, Code: "stock.qty"}
	ErrCost      = fault.Rule{Kind: fault.Refused, Code: "stock.cost"}
)

// Statuses of a pot.
const (
	Sellable = "sellable"
	Quality  = "quality"
	Blocked  = "blocked"
	Returned = "returned"
	Transit  = "transit"
)

// Spot names a pot by its natural key (owner 0: ours).
type Spot struct {
	Warehouse id.Warehouse
	Product   id.Product
	Status    string
}

// Pot is a quantity that may be promised together.
type Pot struct {
	ID id.Pot
	Spot
	OnHand   int64
	Reserved int64
	Value    int64
}

// Free is what may still be promised.
func (p *Pot) Free() int64 { return p.OnHand - p.Reserved }

// Issue takes a quantity from the locked figures and gives its cost.
func (p *Pot) Issue(qty int64) (cost int64) {
	cost = money.Share(p.Value, qty, p.OnHand)
	p.OnHand -= qty
	p.Value -= cost
	return cost
}

// Receive adds to the locked figures.
func (p *Pot) Receive(qty, value int64) {
	p.OnHand += qty
	p.Value += value
}

// Kinds of move.
const (
	Opening     = "opening"
	Receipt     = "receipt"
	Issue       = "issue"
	Return      = "return"
	TransferOut = "transfer_out"
	TransferIn  = "transfer_in"
	Count       = "count"
	Scrap       = "scrap"
	Revalue     = "revalue"
)

// Move is one change of quantity and value, for ever.
type Move struct {
	ID      int64
	Pot     id.Pot
	Kind    string
	Qty     int64 // signed, base steps
	Value   int64 // signed, company currency
	DocType string
	Doc     int64
	DocLine int64
	ValidOn day.Day
	Release int64 // how much of the pot's reserved goes with it (issues)
}

// Doc is the paper behind moves that no shipment makes: opening, receipt, count, scrap, transfer, bill.
type Doc struct {
	ID         id.StockDoc
	Kind       string
	Reference  string
	Partner    string
	PostedOn   day.Day
	DocumentOn day.Day
	Reason     string
	Migration  bool
}

// Far tells whether a count is so far from what the books say, more than a tenth
// of it, that somebody counts again before it is believed.
func Far(expected, counted int64) bool {
	diff := counted - expected
	return max(diff, -diff) > max(expected, -expected)/10
}

// Warehouse is a place with stock of its own.
type Warehouse struct {
	ID      id.Warehouse `json:"id"`
	Code    string       `json:"code"`
	Name    string       `json:"name"`
	GLN     string       `json:"gln,omitempty"`
	Country string       `json:"country"`
	Kind    string       `json:"kind,omitempty" enum:"own,consignment,transit,supplier"`
}
