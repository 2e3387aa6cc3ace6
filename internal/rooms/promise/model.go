package promise

import (
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Rules of the room.
var (
	ErrWorld   = fault.Rule{Kind: fault.Invalid, Code: "promise.world"}
	ErrRequest = fault.Rule{Kind: fault.Invalid, Code: "promise.request"}
	ErrCycle   = fault.Rule{Kind: fault.Invalid, Code: "promise.bom-cycle"}
)

// World is all that a promise depends on, as read at one instant.
type World struct {
	Today        day.Day
	Minute       int // time of day, minutes since midnight; compared with cut-offs
	Days         int // the horizon: today is day 0, the last is Days-1
	Sites        []Site
	Destinations []Destination
	Lanes        []Lane
	Products     []Product
	Pools        []Pool
	Recipes      []Recipe
	Centres      []Centre
	Quotas       []Quota
	TransitCents int64 // what a day of transit counts in the choice of a site
	AgeCents     int64 // what a day of age of the oldest stock counts for a site
}

// Calendar says on which days there is work. The zero Calendar works every day.
type Calendar struct {
	Off    [7]bool          // by time.Weekday
	Closed map[day.Day]bool // holidays and shut-downs
}

// Weekdays is a calendar without Saturdays, Sundays and the days given.
func Weekdays(closed ...day.Day) Calendar {
	c := Calendar{Off: [7]bool{0: true, 6: true}, Closed: map[day.Day]bool{}}
	for _, d := range closed {
		c.Closed[d] = true
	}
	return c
}

// Works reports whether d is a working day.
func (c Calendar) Works(d day.Day) bool { return !c.Off[d.Weekday()] && !c.Closed[d] }

// Site is a place that goods leave from.
type Site struct {
	ID       id.Warehouse
	Code     string
	Calendar Calendar
	Cutoff   int  // minute of the day from which on nothing leaves today; 0 = never
	Blocked  bool // a hard rule says no
}

// Destination is where goods are received.
type Destination struct {
	Code     string
	Calendar Calendar
}

// Lane is a way from a site to a destination; without one the site cannot serve it.
type Lane struct {
	Site        id.Warehouse
	To          string
	Transit     int      // days of the carrier; 0 = arrives on the day it leaves
	Carrier     Calendar // days that count as transit
	PerShipment int64    // cents
	PerUnit     int64    // cents for each base step ordered
}

// Product is something that can be promised or goes into it.
type Product struct {
	ID          id.Product
	Code        string
	Shelf       int // days that a batch lasts after the day it is ready; 0 = it does not expire
	Substitutes []Substitute
}

// Substitute serves one base step of the product with Num/Den of another, in
// quantities for which that comes out whole.
type Substitute struct {
	Product  id.Product
	Num, Den int64
}

// Pool is what a site has and gets of a product, and whom it owes it.
type Pool struct {
	Site     id.Warehouse
	Product  id.Product
	Lots     []Lot
	Promised []Promised
}

// Lot is a quantity on hand or a dated receipt.
type Lot struct {
	Ref     string
	On      day.Day // "" = on hand; a day that has passed counts as today
	Qty     int64   // base steps
	Expires day.Day // last day on which it may be used; "" = never
	Since   day.Day // when it came in; for the age of stock
}

// Promised is demand that has been promised and keeps its cover.
type Promised struct {
	Ref   string
	On    day.Day // leaves
	Qty   int64   // base steps
	Until day.Day // its lots must not expire before; "" = the day it leaves
}

// Recipe says how a site makes or, without components and operations, buys a product.
type Recipe struct {
	Site       id.Warehouse
	Product    id.Product
	Phantom    bool  // never stocked: its components stand for it; Lead, Batch and Operations do not count
	Lead       int   // working days of the site
	Batch      int64 // least quantity of a work order, base steps
	Ahead      int   // how many working days earlier than needed it may be ready
	Components []Component
	Operations []Operation
}

// Component goes into a product: Per for each PerOf base steps made, with Scrap
// ten-thousandths more.
type Component struct {
	Product    id.Product
	Per, PerOf int64
	Scrap      int64
}

// Operation loads a work centre of the site: Setup minutes, and Run for each RunOf base steps.
type Operation struct {
	Centre     string
	Setup      int64
	Run, RunOf int64
}

// Centre is a work centre with its minutes on each working day of its site.
type Centre struct {
	Site    id.Warehouse
	Code    string
	Minutes int64
	Booked  []Load
}

// Load is minutes of a day that are taken; negative ones are overtime.
type Load struct {
	On      day.Day
	Minutes int64
}

// Quota limits what a customer group gets of a product in a month of arrival.
type Quota struct {
	Group   string
	Product id.Product
	Month   day.Month
	Limit   int64 // base steps
	Used    int64
}

// Request is one order to be promised.
type Request struct {
	To       string // destination
	Group    string // customer group
	Complete bool   // all lines arrive on one day
	Lines    []Line
}

// Line asks for a quantity on a day.
type Line struct {
	Product     id.Product
	Qty         int64   // base steps
	Wish        day.Day // arrival; "" or a past day = as soon as possible
	Together    int     // lines of the same number above 0 arrive on one day
	SplitTime   bool
	SplitSites  bool
	Substitutes bool
	Make        bool
	Remaining   int // days that must remain of the shelf life on arrival
}

// Source says where a confirmed quantity comes from. An order schedule calls make
// production, and a receipt what its lot is: purchase, production or transfer.
type Source string

// The sources of a confirmation.
const (
	FromStock      Source = "stock"
	FromReceipt    Source = "receipt"
	FromSubstitute Source = "substitute"
	FromMake       Source = "make"
	FromBuy        Source = "buy"
)

// Answer is what can be promised.
type Answer struct {
	Lines   []Answered
	Freight int64 // cents
}

// Answered is what one line gets.
type Answered struct {
	Confirmed []Confirmation
	Open      int64    // base steps that nothing is promised for
	Limit     *Limit   // what stops it being sooner; nil when all arrives on the day wished for
	Better    []Option // what would bring it sooner, soonest first
	Trace     *Node    // how the quantity came about; its value is what is confirmed
	Choices   []Choice // the sites that could have given it, on each day on which it arrives
}

// Choice is what a site could give of a product on a day of arrival, and what that
// would cost; a site that could not do what the line asks for is not there.
type Choice struct {
	Site    id.Warehouse
	Product id.Product // the line's, or a substitute when that is asked of several sites
	On      day.Day    // arrival; of the last part, when one site gives several
	Can     int64      // base steps of the line
	Gives   int64      // 0 when it was not chosen
	Freight int64      // cents, for all that it can give
	Transit int        // days
	Age     int        // days, of the oldest stock
}

// Confirmation is a quantity from one source on one day.
type Confirmation struct {
	Site    id.Warehouse
	Leaves  day.Day
	Arrives day.Day
	Qty     int64 // base steps of the product ordered
	Source  Source
	Product id.Product // what arrives; differs from the line's for a substitute
	Taken   int64      // base steps of Product
	Lots    []Peg      // what covers it, for stock, receipts and substitutes
	Ready   day.Day    // when the work order is ready, for make and buy
	Starts  day.Day
}

// Peg is a part of a lot.
type Peg struct {
	Ref string
	On  day.Day
	Qty int64
}
