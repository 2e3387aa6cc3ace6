// Package order owns what customers want and what was agreed: orders, lines
// with their counters, schedules with what is committed, changes, returns and
// intakes. It does not own stock, shipments, invoices or money; it only counts
// what they did.
//
// A person decides (captured, confirmed, cancelled, closed); counting follows:
// status, ship_state and bill_state are written by one pure function at every
// save and exist for searching only.
package order

import (
	"fmt"
	"sort"
	"strings"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Decisions about an order.
const (
	Captured  = "captured"
	Confirmed = "confirmed"
	Cancelled = "cancelled"
	Closed    = "closed"
)

// Moves is the whole life of an order; docs/states.md is printed from it.
var Moves = map[string][]string{
	Captured:  {Confirmed, Cancelled},
	Confirmed: {Captured, Cancelled, Closed},
	Cancelled: {},
	Closed:    {Confirmed},
}

// Roles of a line.
const (
	Item      = "item"
	Free      = "free"
	Freight   = "freight"
	Charge    = "charge"
	Allowance = "allowance"
	Text      = "text"
)

// Rules of the room.
var (
	ErrUnknown   = fault.Rule{Kind: fault.NotFound, Code: "order.unknown"}
	ErrMove      = fault.Rule{Kind: fault.Conflict, Code: "order.move"}
	ErrDuplicate = fault.Rule{Kind: fault.Conflict, Code: "order.duplicate-po"}
	ErrTwin      = fault.Rule{Kind: fault.Refused, Code: "order.twin"}
	ErrStale     = fault.Rule{Kind: fault.Stale, Code: "order.stale"}
	ErrInvalid   = fault.Rule{Kind: fault.Invalid, Code: "order.invalid"}
	ErrEmpty     = fault.Rule{Kind: fault.Invalid, Code: "order.empty"}
	ErrQty       = fault.Rule{Kind: fault.Refused, Code: "order.qty"}
	ErrNothing   = fault.Rule{Kind: fault.Conflict, Code: "order.nothing-due"}
)

// Order is one accepted wish of a customer (BT-13 theirs, BT-14 ours).
type Order struct {
	ID             id.Order
	Number         string
	Kind           string // standard, free, gift
	Customer       id.Customer
	ShipTo, BillTo id.Site
	Payer          id.Customer
	Credit         id.Credit
	Warehouse      id.Warehouse
	PONumber       string
	POYear, POSeq  int64
	Currency       money.Currency
	FxRate         string // company currency per unit of the order's
	OrderedOn      day.Day
	RequestedOn    day.Day
	Terms          id.Terms
	Incoterm       string
	Rule           string // delivery rule: partial, complete
	SourceType     string
	Source         int64
	BuyerReference string
	Note           string
	TaxSource      string // computed, given
	Decision       string
	HoldMask       int64
	Status         string
	ShipState      string
	BillState      string
	Net, Tax       int64
	Revision       int64
	Version        int64
	TxID           int64
	Lines          []*Line
}

// Gross is what the customer owes when all is delivered.
func (o *Order) Gross() int64 { return o.Net + o.Tax }

// Line is one agreed position. Goods and services count base steps. Freight,
// charges and document allowances count minor units of their own amount, so
// that "part of it" means the same for every line.
type Line struct {
	ID           id.Line
	Order        id.Order
	No           int64
	Role         string
	Product      id.Product
	Text         string
	BuyerPart    string
	EnteredQty   string
	EnteredUnit  string
	Num, Den     int64
	Ordered      int64
	MaxShip      int64
	MinClose     int64
	Cancelled    int64
	Shipped      int64
	Delivered    int64
	Refused      int64
	Returned     int64
	Billed       int64
	Credited     int64
	Decision     string
	BillPolicy   string // delivery, order, never
	Price        string
	Discount     string
	Trace        string
	AllowanceAmt int64
	Net          int64
	TaxCode      string
	Tax          int64
	RequestedOn  day.Day
	Schedules    []*Schedule
}

// Gross of the whole line.
func (l *Line) Gross() int64 { return l.Net + l.Tax }

// Goods tells lines that leave a warehouse.
func (l *Line) Goods() bool { return l.Role == Item || l.Role == Free }

// Follows tells lines whose amount follows the goods (freight, charges, allowances).
func (l *Line) Follows() bool { return l.Role == Freight || l.Role == Charge || l.Role == Allowance }

// Part is the cumulative share of an amount for c of the line's quantity.
func (l *Line) Part(amount, c int64) int64 {
	if l.Ordered == 0 {
		return 0
	}
	if c > l.Ordered {
		c = l.Ordered
	}
	return money.Share(amount, c, l.Ordered)
}

// Net of the quantities between two counts. Beyond the ordered quantity
// (tolerance) the price goes on in proportion.
func (l *Line) NetBetween(from, to int64) int64 { return l.between(l.Net, from, to) }

// AllowanceBetween is the same for the line's allowance.
func (l *Line) AllowanceBetween(from, to int64) int64 { return l.between(l.AllowanceAmt, from, to) }

// TaxBetween is the same for tax given with the order.
func (l *Line) TaxBetween(from, to int64) int64 { return l.between(l.Tax, from, to) }

func (l *Line) between(amount, from, to int64) int64 {
	if l.Ordered == 0 || to == from {
		return 0
	}
	return money.Share(amount, to, l.Ordered) - money.Share(amount, from, l.Ordered)
}

// Open is what still has to be shipped, never below zero.
func (l *Line) Open() int64 { return max(0, l.Ordered-l.Cancelled-l.Shipped) }

// DueToBill is what the policy allows to bill beyond what is billed.
func (l *Line) DueToBill() int64 {
	base := l.Shipped - l.Returned
	switch l.BillPolicy {
	case "order":
		base = l.Ordered - l.Cancelled - l.Returned
	case "never":
		return 0
	}
	return base - (l.Billed - l.Credited)
}

// Final tells that nothing is left to ship or bill on the line.
func (l *Line) Final() bool { return l.Role == Text || l.Open() == 0 && l.DueToBill() == 0 }

// Exposed is the line's share of the ordered exposure, in the order's
// currency: what is neither shipped, billed ahead, nor cancelled.
func (l *Line) Exposed() int64 {
	used := min(l.Ordered, max(l.Shipped, l.Billed)+l.Cancelled)
	return l.Gross() - l.Part(l.Gross(), used)
}

// Schedule is a dated commitment of part of a line from one source.
type Schedule struct {
	ID        id.Schedule
	Line      id.Line
	No        int64
	Source    string
	Warehouse id.Warehouse
	Pot       id.Pot
	Product   id.Product
	Promised  day.Day
	First     day.Day
	Firm      string
	Qty       int64
	Reserved  int64
	Released  int64
}

// Stage of a line, from its counters and schedules: the worst open one counts.
func (l *Line) Stage() string {
	switch {
	case l.Role == Text:
		return "text"
	case l.Cancelled >= l.Ordered:
		return "cancelled"
	case l.Open() > 0:
		reserved, released, qty := int64(0), int64(0), int64(0)
		for _, s := range l.Schedules {
			reserved, released, qty = reserved+s.Reserved, released+s.Released, qty+s.Qty
		}
		switch {
		case l.Follows() || qty == 0:
			return "promised"
		case released-l.Shipped+reserved < l.Open():
			return "short"
		case reserved > 0:
			return "reserved"
		}
		return "released"
	case l.DueToBill() > 0:
		return "shipped"
	}
	return "billed"
}

// States are the derived columns of an order.
type States struct{ Status, Ship, Bill string }

// Derive computes the states from decision, mask and counters: the one function that does.
func (o *Order) Derive() States {
	s := States{Ship: "nothing_due", Bill: "nothing_due"}
	var due, shipped, open, billable, billed, left int64
	for _, l := range o.Lines {
		if l.Role == Text {
			continue
		}
		if l.Goods() {
			due += l.Ordered - l.Cancelled
			shipped += l.Shipped
			open += l.Open()
		}
		if l.BillPolicy != "never" {
			billable += l.Ordered - l.Cancelled - l.Returned
			billed += l.Billed - l.Credited
			left += max(0, l.Ordered-l.Cancelled-l.Returned-(l.Billed-l.Credited))
		}
	}
	s.Ship = progress(due, shipped, open)
	s.Bill = progress(billable, billed, left)
	switch {
	case o.Decision == Cancelled || o.Decision == Closed:
		s.Status = o.Decision
	case o.HoldMask&127 != 0:
		s.Status = "held"
	case o.Decision == Captured:
		s.Status = Captured
	default:
		s.Status = o.leastStage()
	}
	return s
}

func progress(due, done, open int64) string {
	switch {
	case due <= 0 && done == 0:
		return "nothing_due" // "0 of 0" must not read as complete
	case done == 0:
		return "none"
	case open > 0:
		return "part"
	}
	return "full"
}

var stageOrder = []string{"short", "promised", "reserved", "released", "shipped", "billed"}

func (o *Order) leastStage() string {
	least := len(stageOrder)
	for _, l := range o.Lines {
		if l.Follows() {
			continue
		}
		st := l.Stage()
		for i, s := range stageOrder {
			if s == st && i < least {
				least = i
			}
		}
	}
	if least == len(stageOrder) {
		return "billed"
	}
	return stageOrder[least]
}

// Final tells that all lines are final.
func (o *Order) Final() bool {
	for _, l := range o.Lines {
		if !l.Final() {
			return false
		}
	}
	return true
}

// Move checks a decision against the table.
func (o *Order) Move(to string) error {
	for _, ok := range Moves[o.Decision] {
		if ok == to {
			return nil
		}
	}
	return ErrMove.Because("order %s is %s and cannot become %s", o.Number, o.Decision, to)
}

// Signature names what an order asks for: products and quantities, whatever their sequence.
func (o *Order) Signature() string {
	var parts []string
	for _, l := range o.Lines {
		if l.Product != 0 {
			parts = append(parts, fmt.Sprintf("%d×%d", l.Product, l.Ordered))
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, " ")
}

// Line finds a line by id.
func (o *Order) Line(l id.Line) *Line {
	for _, x := range o.Lines {
		if x.ID == l {
			return x
		}
	}
	return nil
}

// GoodsNet sums, over the goods lines, the net share of a count that f picks, and the whole.
func (o *Order) GoodsNet(f func(*Line) int64) (part, whole int64) {
	for _, l := range o.Lines {
		if l.Goods() {
			part += l.Part(l.Net, f(l))
			whole += l.Net
		}
	}
	return part, whole
}

// Follow gives the count that a following line (freight, charge, allowance)
// should have reached when the goods lines have reached f: the share rule.
func (o *Order) Follow(l *Line, f func(*Line) int64) int64 {
	part, whole := o.GoodsNet(f)
	if whole == 0 { // free goods: all of it with the first that moves
		for _, g := range o.Lines {
			if g.Goods() && f(g) > 0 {
				return l.Ordered
			}
		}
		return 0
	}
	return max(0, min(l.Ordered, money.Share(l.Ordered, part, whole)))
}
