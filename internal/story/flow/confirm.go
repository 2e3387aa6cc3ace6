package flow

import (
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Confirm asks to accept a captured order: credit is reserved, stock is
// reserved as far as there is any.
type Confirm struct {
	Order   id.Order `json:"order"`
	Version int64    `json:"version,omitempty" doc:"refuse when the order was changed since"`
	All     bool     `json:"all,omitempty" doc:"refuse unless everything can be reserved at once"`
	On      day.Day  `json:"on,omitempty" doc:"day of the confirmation; today when empty"`
}

// Reserve asks to reserve stock for what a confirmed order still lacks.
type Reserve struct {
	Order id.Order `json:"order"`
}

// Confirmed is what an order holds after Confirm or Reserve.
type Confirmed struct {
	Order    id.Order        `json:"order"`
	Number   string          `json:"number"`
	Decision string          `json:"decision"`
	Status   string          `json:"status"`
	Held     string          `json:"held,omitempty" doc:"why it was not confirmed"`
	Lines    []ConfirmedLine `json:"lines,omitempty"`
}

// ConfirmedLine says what is reserved for a line, in base steps.
type ConfirmedLine struct {
	Line     id.Line `json:"line"`
	Ordered  int64   `json:"ordered" doc:"base steps"`
	Reserved int64   `json:"reserved" doc:"base steps held for it, on the schedule or in shipments"`
}

// exposedFC is a line's share of the ordered exposure in company currency: its
// gross at the order's rate, less the cumulative share of what is used.
func exposedFC(b *books, x *order.Order, l *order.Line) int64 {
	gross := toFC(b, l.Gross(), x.Currency, x.FxRate)
	if l.Ordered == 0 {
		return 0
	}
	used := l.Shipped
	if l.BillPolicy == "order" {
		used = l.Billed
	}
	return gross - money.Share(gross, min(l.Ordered, used+l.Cancelled), l.Ordered)
}

func toFC(b *books, amount int64, cur money.Currency, rate string) int64 {
	if cur == b.Currency {
		return amount
	}
	return money.Convert(amount, cur, b.Currency, dec.Must(rate))
}

// orderIDs names the orders of commands once each: a list must not name a row twice.
func orderIDs[C any](cmds []C, f func(C) id.Order) []id.Order {
	out := make([]id.Order, 0, len(cmds))
	seen := make(map[id.Order]bool, len(cmds))
	for _, c := range cmds {
		if x := f(c); !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return out
}

func unknownOrder(o id.Order) error { return order.ErrUnknown.Because("there is no order %s", o) }

// once refuses a second command for the same document in one batch, since the
// locked copy would be changed twice.
type once[K comparable] map[K]bool

func (s once[K]) again(k K) bool {
	if s[k] {
		return true
	}
	s[k] = true
	return false
}

var errTwice = fault.Rule{Kind: fault.Conflict, Code: "batch.twice"}

func twice(what string) error {
	return errTwice.Because("%s stands twice in this list; send it once", what)
}

// confirm locks orders, pots and credit accounts, walks the orders in the order
// they came, and gives each what the locked figures allow.
func (o *Office) confirm(tx *db.Tx, cmds []Confirm) ([]Result[Confirmed], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	today := b.Day(tx.Now())
	orders, err := order.Lock(tx, orderIDs(cmds, func(c Confirm) id.Order { return c.Order }))
	if err != nil {
		return nil, err
	}
	out := make([]Result[Confirmed], len(cmds))
	ready := make([]*order.Order, len(cmds))
	seen := once[id.Order]{}
	var spots []stock.Spot
	var accounts []id.Credit
	var capped []int64
	for i, c := range cmds {
		x := orders[c.Order]
		if err := mayConfirm(x, c, seen); err != nil {
			out[i].Fault = err
			continue
		}
		ready[i] = x
		accounts = append(accounts, x.Credit)
		capped = append(capped, int64(x.ID))
		for _, l := range x.Lines {
			if l.Goods() {
				spots = append(spots, stock.Spot{Warehouse: x.Warehouse, Product: l.Product, Status: stock.Sellable})
			}
		}
	}
	ask := tx.Together()
	covered, _ := hold.Covered(ask, capped, hold.Credit, string(today))
	pots, _ := stock.AskSpots(ask, spots)
	limits, _ := credit.Lock(ask, accounts)
	if err := ask.Go(); err != nil {
		return nil, err
	}
	if err := stock.Create(tx, spots, pots); err != nil {
		return nil, err
	}
	w := confirming{books: b, tx: tx, today: today, pots: pots, limits: limits, covered: covered, reserved: map[id.Pot]int64{}, beyond: map[id.Credit]int64{}}
	for i, x := range ready {
		if x == nil {
			continue
		}
		out[i] = w.one(x, cmds[i])
	}
	return out, w.write()
}

func mayConfirm(x *order.Order, c Confirm, seen once[id.Order]) error {
	switch {
	case x == nil:
		return unknownOrder(c.Order)
	case seen.again(c.Order):
		return twice("order " + x.Number)
	case c.Version != 0 && c.Version != x.Version:
		return order.ErrStale.Because("order %s was changed meanwhile (version %d, you have %d); read it again", x.Number, x.Version, c.Version)
	case x.Decision == order.Closed: // only a return reopens it, with what was promised before
		return order.ErrMove.Because("order %s is closed; what is to be delivered again needs a new order", x.Number)
	case x.Decision != order.Captured:
		return x.Move(order.Confirmed)
	case x.HoldMask&hold.OnConfirm != 0:
		return hold.Refuse("confirm", "order "+x.Number, x.HoldMask)
	}
	return nil
}

// confirming is the state of one batch: locked figures that shrink as orders take from them.
type confirming struct {
	*books
	tx       *db.Tx
	today    day.Day
	pots     map[stock.Spot]*stock.Pot
	limits   map[id.Credit]*credit.Account
	covered  map[int64]int64
	reserved map[id.Pot]int64
	beyond   map[id.Credit]int64

	decided   []*order.Order
	schedules []*order.Schedule
	moves     []credit.Move
	holds     []hold.Hold
	billables []*invoice.Billable
	events    []event.Event
}

func (w *confirming) one(x *order.Order, c Confirm) Result[Confirmed] {
	if c.All {
		if err := w.short(x); err != nil {
			return Result[Confirmed]{Fault: err}
		}
	}
	amount := int64(0)
	for _, l := range x.Lines {
		amount += exposedFC(w.books, x, l)
	}
	if a := w.limits[x.Credit]; a != nil {
		if free := a.Free(string(w.today)); amount > free && amount > w.covered[int64(x.ID)] {
			return w.refuse(x, a, amount)
		}
		a.OrderOpen += amount
		w.beyond[a.ID] = max(w.beyond[a.ID], -a.Free(string(w.today))) // what a released hold allows
		w.moves = append(w.moves, credit.Move{Account: a.ID, DocType: "order", Doc: int64(x.ID), Order: amount, Cause: "confirm"})
	}
	x.Decision = order.Confirmed
	on := or(c.On, w.today)
	body := []any{}
	res := Confirmed{Order: x.ID, Number: x.Number, Decision: x.Decision}
	for _, l := range x.Lines {
		if l.Goods() {
			s := w.commit(x, l, on)
			body = append(body, []any{l.No, s.Qty, s.Reserved, s.Promised})
			res.Lines = append(res.Lines, ConfirmedLine{l.ID, l.Ordered, s.Reserved})
		}
		if l.BillPolicy == "order" {
			w.billables = append(w.billables, orderBillable(w.tx, w.books, x, l, on))
		}
	}
	w.decided = append(w.decided, x)
	w.events = append(w.events, event.Event{Type: "order.confirmed", Subject: event.About("order", int64(x.ID)), Body: map[string]any{"lines": body}})
	res.Status = x.Derive().Status
	return Result[Confirmed]{Value: res}
}

// short refuses an order that must be complete.
func (w *confirming) short(x *order.Order) error {
	need := map[id.Product]int64{}
	for _, l := range x.Lines {
		if l.Goods() {
			need[l.Product] += l.Ordered - l.Cancelled
			if p := w.pots[stock.Spot{Warehouse: x.Warehouse, Product: l.Product, Status: stock.Sellable}]; need[l.Product] > p.Free() {
				return stock.ErrShort.Because("cannot reserve %d of %s for order %s: only %d free; wait for the next receipt, or confirm without all to take what is there",
					need[l.Product], l.Text, x.Number, p.Free())
			}
		}
	}
	return nil
}

// refuse keeps the order captured, with a hold that names the figures.
func (w *confirming) refuse(x *order.Order, a *credit.Account, amount int64) Result[Confirmed] {
	f := a.Refuse("order "+x.Number, amount, string(w.today))
	h := hold.Hold{ID: id.Hold(w.tx.NewID()), SubjectType: "order", Subject: int64(x.ID), Scope: hold.OnConfirm, Kind: hold.Credit, Code: f.Code, Sentence: f.Sentence, Detail: f.Figures}
	x.HoldMask |= hold.OnConfirm
	w.holds = append(w.holds, h)
	w.decided = append(w.decided, x)
	w.events = append(w.events, event.Event{Type: "credit.refused", Subject: event.About("order", int64(x.ID)), Reason: f.Sentence, Body: f.Figures}, heldEvent(h))
	return Result[Confirmed]{Value: Confirmed{Order: x.ID, Number: x.Number, Decision: x.Decision, Status: "held", Held: f.Sentence}}
}

// commit makes the schedule of a line and reserves what is free.
func (w *confirming) commit(x *order.Order, l *order.Line, on day.Day) *order.Schedule {
	p := w.pots[stock.Spot{Warehouse: x.Warehouse, Product: l.Product, Status: stock.Sellable}]
	open := l.Ordered - l.Cancelled
	take := max(0, min(open, p.Free()))
	p.Reserved += take
	w.reserved[p.ID] += take
	promised := l.RequestedOn
	if promised < on {
		promised = on
	}
	s := &order.Schedule{ID: id.Schedule(w.tx.NewID()), Line: l.ID, No: int64(len(l.Schedules) + 1), Source: "stock", Warehouse: x.Warehouse, Pot: p.ID, Product: l.Product,
		Promised: promised, First: promised, Firm: "hard", Qty: open, Reserved: take}
	l.Schedules = append(l.Schedules, s)
	w.schedules = append(w.schedules, s)
	return s
}

// orderBillable is what waits for an invoice when an order is billed ahead of delivery.
func orderBillable(tx *db.Tx, b *books, x *order.Order, l *order.Line, on day.Day) *invoice.Billable {
	return &invoice.Billable{ID: id.Billable(tx.NewID()), Kind: "order", Source: int64(l.ID), SourceNo: 1, Order: x.ID, Line: l.ID, Customer: x.Customer, BillTo: x.BillTo, Payer: x.Payer,
		Credit: x.Credit, Currency: x.Currency, GroupKey: "o" + x.ID.String(), BillOn: on, SuppliedOn: on, Sign: 1, Qty: l.Ordered - l.Cancelled, Net: l.NetBetween(0, l.Ordered-l.Cancelled),
		Allowance: l.AllowanceBetween(0, l.Ordered-l.Cancelled), TaxGiven: x.TaxSource == "given", Tax: given(x, l.TaxBetween(0, l.Ordered-l.Cancelled)), TaxCode: l.TaxCode, Price: l.Price, Text: l.Text}
}

// given is the tax of a share when the order states its tax, else 0: it is computed on the invoice.
func given(x *order.Order, tax int64) int64 {
	if x.TaxSource == "given" {
		return tax
	}
	return 0
}

func (w *confirming) write() error {
	order.Decide(w.tx, w.decided)
	order.InsertSchedules(w.tx, w.schedules)
	stock.Reserve(w.tx, w.reserved)
	credit.Reserve(w.tx, w.moves, w.beyond, string(w.today))
	hold.Open(w.tx, w.holds)
	invoice.AddBillables(w.tx, w.billables)
	return event.Record(w.tx, w.events...)
}

// reserve gives confirmed orders stock that has come in since, in the order asked.
func (o *Office) reserve(tx *db.Tx, cmds []Reserve) ([]Result[Confirmed], error) {
	orders, err := order.Lock(tx, orderIDs(cmds, func(c Reserve) id.Order { return c.Order }))
	if err != nil {
		return nil, err
	}
	var ids []id.Pot
	for _, x := range orders {
		for _, l := range x.Lines {
			for _, s := range l.Schedules {
				ids = append(ids, s.Pot)
			}
		}
	}
	pots, err := stock.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Confirmed], len(cmds))
	reserved := map[id.Pot]int64{}
	var commits []order.Commit
	var decided []*order.Order
	var events []event.Event
	seen := once[id.Order]{}
	for i, c := range cmds {
		x := orders[c.Order]
		switch {
		case x == nil:
			out[i].Fault = unknownOrder(c.Order)
			continue
		case seen.again(c.Order):
			out[i].Fault = twice("order " + x.Number)
			continue
		case x.Decision != order.Confirmed:
			out[i].Fault = order.ErrMove.Because("order %s is %s; only a confirmed order can reserve stock", x.Number, x.Decision)
			continue
		}
		taken := int64(0)
		v := Confirmed{Order: x.ID, Number: x.Number, Decision: x.Decision}
		for _, l := range x.Lines {
			held := int64(0)
			for _, s := range l.Schedules {
				p := pots[s.Pot]
				if p != nil {
					if take := min(s.Qty-s.Reserved-s.Released, p.Free()); take > 0 {
						p.Reserved += take
						s.Reserved += take
						reserved[p.ID] += take
						taken += take
						commits = append(commits, order.Commit{Schedule: s.ID, Reserved: take})
					}
				}
				held += s.Reserved + s.Released
			}
			if l.Goods() {
				v.Lines = append(v.Lines, ConfirmedLine{l.ID, l.Ordered, held})
			}
		}
		v.Status = x.Derive().Status
		out[i].Value = v
		if taken > 0 {
			decided = append(decided, x)
			events = append(events, event.Event{Type: "order_line.reserved", Subject: event.About("order", int64(x.ID)), Body: map[string]any{"qty": taken}})
		}
	}
	order.AddCommits(tx, commits)
	stock.Reserve(tx, reserved)
	order.Decide(tx, decided)
	return out, event.Record(tx, events...)
}
