// Package flow tells the business steps: capture, confirm, release, ship,
// bill, receive, apply, reconcile, and the side roads. A flow takes many
// documents, asks the rooms in order inside one transaction, and is the only
// place where rooms meet. One order is a batch of one.
//
// Every flow has the same shape: lock – decide – write. Roots and pots are
// locked in one fixed ladder (natural keys, orders, shipments and returns,
// billables, items, pots, credit accounts, number ranges; ascending ids), a
// document that breaks a rule gets its own fault and leaves its neighbours
// untouched, and guarded writes go out last. What the books need is done in
// the same transaction. A flow never waits for an event.
package flow

import (
	"sync"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/tools/db"
)

// MaxBatch is how many concurrent single callers of one flow share a transaction.
const MaxBatch = 128

// Office is where business steps are asked for. It is made once per process
// and database and is safe for concurrent use.
type Office struct {
	DB *db.DB

	Capture     *Step[Draft, Placed]
	Confirm     *Step[Confirm, Confirmed]
	Reserve     *Step[Reserve, Confirmed]
	Release     *Step[Release, Released]
	Unplan      *Step[Unplan, Shipped]
	Pick        *Step[Pick, Shipped]
	Pack        *Step[Pack, Shipped]
	Ship        *Step[Ship, Shipped]
	Deliver     *Step[Deliver, Shipped]
	Bill        *Step[Bill, Billed]
	Credit      *Step[Credit, Billed]
	CreditAlone *Step[CreditAlone, Billed]
	Receive     *Step[Statement, Received]
	Apply       *Step[Apply, Applied]
	Unapply     *Step[Unapply, Applied]
	Keep        *Step[Keep, Kept]
	Refund      *Step[Refund, Refunded]
	Bounce      *Step[Bounce, Bounced]
	Reconcile   *Step[Reconcile, Reconciled]

	Change   *Step[Change, Changed]
	Cancel   *Step[Cancel, Changed]
	Hold     *Step[Hold, Held]
	Unhold   *Step[Unhold, Held]
	Return   *Step[Return, Returned]
	TakeBack *Step[TakeBack, Returned]
	GoodsIn  *Step[GoodsIn, Stocked]
	Scrap    *Step[Scrap, Stocked]
	Count    *Step[Count, Stocked]
	Move     *Step[Move, Stocked]
	WriteOff *Step[WriteOff, Applied]
	Limit    *Step[Limit, Limited]
	Bank     *Step[Bank, Banked]
	Ask      *Step[Ask, Asked]
	Decide   *Step[Decide, Decided] // ask it Alone: what is granted locks as its kind does

	Type  *Step[Typed, Reckoning]
	Scan  *Step[ScanDraft, Reckoning]
	Place *Step[PlaceDraft, Placed]
	Drop  *Step[DropDraft, order.Draft]

	Note   *Step[Note, Noted]
	Unnote *Step[Unnote, Noted]
	Assign *Step[Assign, Assigned]

	orderNumbers block
}

// Open makes the office of a database.
func Open(d *db.DB) *Office {
	o := &Office{DB: d}
	o.Capture = step(o, "capture", o.capture)
	o.Capture.prepare = o.takeOrderNumbers
	o.Type = step(o, "type", o.typeDraft)
	o.Scan = step(o, "scan", o.scanDraft)
	o.Place = step(o, "place", o.placeDrafts)
	o.Place.prepare = o.takeOrderNumbers
	o.Drop = step(o, "drop", o.dropDrafts)
	o.Confirm = step(o, "confirm", o.confirm)
	o.Reserve = step(o, "reserve", o.reserve)
	o.Release = step(o, "release", o.release)
	o.Unplan = step(o, "unplan", o.unplan)
	o.Pick = step(o, "pick", o.pick)
	o.Pack = step(o, "pack", o.pack)
	o.Ship = step(o, "ship", o.ship)
	o.Deliver = step(o, "deliver", o.deliver)
	o.Bill = step(o, "bill", o.bill)
	o.Credit = step(o, "credit", o.credit)
	o.CreditAlone = step(o, "credit-alone", o.creditAlone)
	o.Receive = step(o, "receive", o.receive)
	o.Apply = step(o, "apply", o.apply)
	o.Unapply = step(o, "unapply", o.unapply)
	o.Keep = step(o, "keep", o.keep)
	o.Refund = step(o, "refund", o.refund)
	o.Bounce = step(o, "bounce", o.bounce)
	o.Reconcile = step(o, "reconcile", o.reconcile)
	o.Change = step(o, "change", o.change)
	o.Cancel = step(o, "cancel", o.cancel)
	o.Hold = step(o, "hold", o.hold)
	o.Unhold = step(o, "unhold", o.unhold)
	o.Return = step(o, "return", o.authorise)
	o.TakeBack = step(o, "take-back", o.takeBack)
	o.GoodsIn = step(o, "goods-in", o.goodsIn)
	o.Scrap = step(o, "scrap", o.scrap)
	o.Count = step(o, "count", o.count)
	o.Move = step(o, "move", o.move)
	o.WriteOff = step(o, "write-off", o.writeOff)
	o.Limit = step(o, "limit", o.limit)
	o.Bank = step(o, "bank", o.bank)
	o.Ask = step(o, "ask", o.ask)
	o.Decide = step(o, "decide", o.decide)
	o.Note = step(o, "note", o.note)
	o.Unnote = step(o, "unnote", o.unnote)
	o.Assign = step(o, "assign", o.assign)
	return o
}

// books is the master data that every flow reads and hardly anybody changes.
type books struct {
	*company.Company
	tax   *tax.Book
	terms *terms.Book
	chart *ledger.Chart

	warehouses []stock.Warehouse
	lists      []pricing.List
	accounts   map[string]payment.Account // of ours at banks, by code

}

// wholeBooks is the place of the books on the shelf.
type wholeBooks struct{}

// read gives the books, read again only when somebody has changed master data.
func (o *Office) read(tx *db.Tx) (*books, error) {
	found := map[wholeBooks]*books{}
	if len(db.Known(tx, []wholeBooks{{}}, found, sameBooks)) == 0 {
		return found[wholeBooks{}], nil
	}
	b, err := readBooks(tx)
	if err == nil {
		found[wholeBooks{}] = b
		db.Learn(tx, []wholeBooks{{}}, found, sameBooks)
	}
	return b, err
}

// sameBooks shares them: nobody writes in them.
func sameBooks(b *books) *books { return b }

func readBooks(tx *db.Tx) (*books, error) {
	b := &books{}
	var err error
	if b.Company, err = company.Load(tx); err != nil {
		return nil, err
	}
	if b.tax, err = tax.Load(tx); err != nil {
		return nil, err
	}
	if b.terms, err = terms.Load(tx); err != nil {
		return nil, err
	}
	if b.chart, err = ledger.LoadChart(tx); err != nil {
		return nil, err
	}
	if b.warehouses, err = stock.Warehouses(tx); err != nil {
		return nil, err
	}
	if b.lists, err = pricing.Lists(tx); err != nil {
		return nil, err
	}
	if b.accounts, err = payment.Accounts(tx); err != nil {
		return nil, err
	}
	return b, nil
}

// block hands out human numbers that may have gaps. On PostgreSQL they are
// taken in a transaction of their own, ahead, so that no posting waits for
// another's order number.
type block struct {
	mu   sync.Mutex
	free []int64
}

// take gives n numbers; who only looks leaves them for the next.
func (b *block) take(n int, look bool) []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.free) < n {
		return nil
	}
	out := b.free[:n:n]
	if look {
		return out
	}
	b.free = b.free[n:]
	return out
}

func (b *block) add(first int64, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range n {
		b.free = append(b.free, first+int64(i))
	}
}
