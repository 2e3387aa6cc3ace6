package report

import (
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// OrderRow is an order in a list.
type OrderRow struct {
	ID          id.Order       `json:"id"`
	Number      string         `json:"number" doc:"our number, BT-14"`
	Customer    Party          `json:"customer"`
	PONumber    string         `json:"po_number,omitempty" doc:"the customer's number, BT-13"`
	OrderedOn   day.Day        `json:"ordered_on"`
	RequestedOn day.Day        `json:"requested_on,omitempty"`
	Decision    string         `json:"decision" enum:"captured,confirmed,cancelled,closed" doc:"what a person decided"`
	Status      string         `json:"status" doc:"the decision, held, or the stage of the least advanced open line"`
	ShipState   string         `json:"ship_state" enum:"none,part,full,nothing_due"`
	BillState   string         `json:"bill_state" enum:"none,part,full,nothing_due"`
	Held        bool           `json:"held"`
	Currency    money.Currency `json:"currency" doc:"BT-5"`
	Net         string         `json:"net"`
	Tax         string         `json:"tax"`
	Gross       string         `json:"gross"`
	Version     int64          `json:"version" doc:"rises with every change; the ETag"`
}

// OrderFilter says which orders; empty fields match all.
type OrderFilter struct {
	Status   string
	Customer string // code or id
	PO       string
	Number   string
	Open     bool // captured or confirmed
}

// short tells that few orders are asked for, so that they may be sorted by anything.
func (f OrderFilter) short() bool {
	return f.Open || f.Customer != "" || f.Status != "" && f.Status != order.Cancelled && f.Status != order.Closed
}

// CanSort tells by what the orders of a filter can be sorted: all of them only
// by their age, since other columns have no index; what is open, or one
// customer's, by more.
func (f OrderFilter) CanSort(by string) bool { _, ok := f.sortings()[by]; return ok }

func (f OrderFilter) sortings() sortings {
	out := sortings{"ordered": {}}
	if f.short() {
		out["wished"] = []sortPart{{expr: "o.requested_on"}}
		out["net"] = []sortPart{{expr: "o.currency", way: ascending}, {expr: "o.net_amt", number: true}}
		out["customer"] = []sortPart{{expr: "c.name"}}
	}
	return out
}

const orderTables = `sales_order o JOIN customer c ON c.id=o.customer_id`

// where gives the conditions of the filter.
func (f OrderFilter) where(q db.Querier) (w where, err error) {
	if f.Customer != "" {
		c, err := FindCustomer(q, f.Customer)
		if err != nil {
			return w, err
		}
		w.and("o.customer_id=?", int64(c))
	}
	if f.Status != "" {
		w.and("o.status=?", f.Status)
	}
	if f.Open || f.Status != "" && f.Status != order.Cancelled && f.Status != order.Closed {
		w.and("o.decision IN ('captured','confirmed')") // lets the partial index serve
	}
	if f.PO != "" {
		w.and("o.po_number=?", f.PO)
	}
	if f.Number != "" {
		w.and("o.number=?", f.Number)
	}
	return w, nil
}

// CountOrders counts the orders of a filter, MostCounted + 1 at most.
func CountOrders(q db.Querier, f OrderFilter) (int64, error) {
	w, err := f.where(q)
	if err != nil {
		return 0, err
	}
	return counted(q, "sales_order o", w)
}

// Orders lists orders, newest first, or as Page.Sort says: ordered, wished, net
// (within each currency), customer; see CanSort.
func Orders(q db.Querier, f OrderFilter, p Page) (List[OrderRow], error) {
	w, err := f.where(q)
	if err != nil {
		return List[OrderRow]{}, err
	}
	return pagedBy(q, p, f.sortings(), "ord", orderColumns+" FROM "+orderTables, "o.id", newest, w, scanOrder)
}

const orderColumns = `SELECT o.id, o.number, c.id, c.code, c.name, o.po_number, o.ordered_on, o.requested_on, o.decision, o.status, o.ship_state, o.bill_state, o.hold_mask, o.currency,
		o.net_amt, o.tax_amt, o.version`

func scanOrder(r *db.Rows) (OrderRow, int64, error) {
	var o OrderRow
	var mask, net, tax int64
	err := r.Scan(&o.ID, &o.Number, &o.Customer.ID, &o.Customer.Code, &o.Customer.Name, &o.PONumber, &o.OrderedOn, &o.RequestedOn, &o.Decision, &o.Status, &o.ShipState, &o.BillState, &mask, &o.Currency,
		&net, &tax, &o.Version)
	if err == nil {
		o.Held = mask&hold.OnAll != 0
		o.Net, o.Tax, o.Gross = money.Format(net, o.Currency), money.Format(tax, o.Currency), money.Format(net+tax, o.Currency)
	}
	return o, int64(o.ID), err
}

// OrderView is an order with everything that a page about it shows.
type OrderView struct {
	OrderRow
	Kind           string       `json:"kind" enum:"standard,free,gift"`
	ShipTo         id.Site      `json:"ship_to" doc:"BG-13"`
	ShipToName     string       `json:"ship_to_name" doc:"BT-70"`
	BillTo         id.Site      `json:"bill_to" doc:"BG-8"`
	BillToName     string       `json:"bill_to_name"`
	Payer          Party        `json:"payer"`
	CreditAccount  id.Credit    `json:"credit_account,omitempty"`
	Warehouse      id.Warehouse `json:"warehouse"`
	WarehouseCode  string       `json:"warehouse_code"`
	FxRate         string       `json:"fx_rate" doc:"company currency per unit of the order's"`
	Terms          id.Terms     `json:"terms"`
	TermsCode      string       `json:"terms_code"`
	Incoterm       string       `json:"incoterm,omitempty"`
	DeliveryRule   string       `json:"delivery_rule" enum:"partial,complete"`
	Source         DocRef       `json:"source" doc:"what the order came from"`
	BuyerReference string       `json:"buyer_reference,omitempty" doc:"BT-10"`
	Note           string       `json:"note,omitempty"`
	TaxSource      string       `json:"tax_source" enum:"computed,given"`
	Revision       int64        `json:"revision" doc:"how often the agreement was changed"`
	Holds          []HoldView   `json:"holds" doc:"open holds"`
	Lines          []LineView   `json:"lines"`
}

// HoldView is one reason why a step waits.
type HoldView struct {
	ID       id.Hold           `json:"id"`
	Kind     string            `json:"kind" doc:"credit, price, duplicate, data, manual, tax, quality, customer"`
	Code     string            `json:"code" doc:"code of the rule"`
	Sentence string            `json:"sentence" doc:"what cannot go on, why, and what would help"`
	Stops    []string          `json:"stops" doc:"steps that wait: confirm, release, pick, ship, bill, dun, refund, retain"`
	Figures  map[string]string `json:"figures,omitempty" doc:"the figures at that moment"`
	OpenedAt string            `json:"opened_at" doc:"RFC 3339, UTC"`
}

// LineView is one agreed position with its counters. Quantities are in the
// product's base unit; those of freight, charges and allowances are amounts of
// the order's currency.
type LineView struct {
	ID          id.Line        `json:"id"`
	No          int64          `json:"no"`
	Role        string         `json:"role"`
	Product     id.Product     `json:"product,omitempty"`
	SKU         string         `json:"sku,omitempty" doc:"BT-155"`
	Text        string         `json:"text" doc:"BT-153"`
	BuyerPart   string         `json:"buyer_part,omitempty" doc:"BT-156"`
	EnteredQty  string         `json:"entered_qty" doc:"as ordered"`
	EnteredUnit string         `json:"entered_unit" doc:"unit as ordered, UN/ECE Rec 20"`
	Unit        string         `json:"unit" doc:"unit of the counters: the base unit, or the currency"`
	Ordered     string         `json:"ordered"`
	Cancelled   string         `json:"cancelled"`
	Shipped     string         `json:"shipped"`
	Delivered   string         `json:"delivered"`
	Refused     string         `json:"refused"`
	Returned    string         `json:"returned"`
	Billed      string         `json:"billed"`
	Credited    string         `json:"credited"`
	Open        string         `json:"open" doc:"still to ship"`
	DueToBill   string         `json:"due_to_bill"`
	Stage       string         `json:"stage" enum:"text,cancelled,promised,short,reserved,released,shipped,billed"`
	Decision    string         `json:"decision" enum:"open,cancelled"`
	BillPolicy  string         `json:"bill_policy"`
	Price       string         `json:"price" doc:"per entered unit, before the discount; BT-148"`
	Discount    string         `json:"discount,omitempty" doc:"percent"`
	PriceTrace  string         `json:"price_trace,omitempty" doc:"how the price was found"`
	Allowance   string         `json:"allowance" doc:"BT-136"`
	Net         string         `json:"net" doc:"BT-131 when all is billed"`
	TaxCode     string         `json:"tax_code"`
	Tax         string         `json:"tax"`
	Gross       string         `json:"gross"`
	RequestedOn day.Day        `json:"requested_on,omitempty"`
	Schedules   []ScheduleView `json:"schedules"`
}

// ScheduleView is a dated commitment of part of a line.
type ScheduleView struct {
	ID            id.Schedule  `json:"id"`
	No            int64        `json:"no"`
	Source        string       `json:"source"`
	Warehouse     id.Warehouse `json:"warehouse,omitempty"`
	WarehouseCode string       `json:"warehouse_code,omitempty"`
	PromisedOn    day.Day      `json:"promised_on,omitempty"`
	FirstPromise  day.Day      `json:"first_promised_on,omitempty"`
	Firm          string       `json:"firm" enum:"hard,soft,later"`
	Qty           string       `json:"qty"`
	Reserved      string       `json:"reserved" doc:"held in stock for this line"`
	Released      string       `json:"released" doc:"handed to the warehouse"`
}
