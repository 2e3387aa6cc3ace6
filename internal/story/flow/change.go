package flow

import (
	"encoding/json"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// Change asks to change what was agreed: quantities, prices, days, new lines.
type Change struct {
	Order   id.Order     `json:"order"`
	Version int64        `json:"version,omitempty" doc:"refuse when the order was changed since"`
	Reason  string       `json:"reason" minLength:"1"`
	Lines   []ChangeLine `json:"lines,omitempty"`
	Add     []DraftLine  `json:"add,omitempty"`
}

// ChangeLine says what changes on a line; what is empty stays.
type ChangeLine struct {
	Line        id.Line `json:"line"`
	Qty         string  `json:"qty,omitempty" doc:"decimal, in the unit of the line"`
	Price       string  `json:"price,omitempty"`
	Discount    string  `json:"discount,omitempty" doc:"percent"`
	RequestedOn day.Day `json:"requested_on,omitempty"`
}

// Changed is an order after Change or Cancel.
type Changed struct {
	Order    id.Order      `json:"order"`
	Number   string        `json:"number"`
	Decision string        `json:"decision"`
	Status   string        `json:"status"`
	Revision int64         `json:"revision"`
	Net      string        `json:"net"`
	Gross    string        `json:"gross"`
	Voided   []id.Shipment `json:"voided,omitempty" doc:"planned shipments that were taken back"`
	Diff     []Diff        `json:"diff,omitempty"`
}

// Diff is one changed value of a line.
type Diff struct {
	Line  int64  `json:"line"`
	Field string `json:"field"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new"`
}

func changedView(x *order.Order) Changed {
	return Changed{Order: x.ID, Number: x.Number, Decision: x.Decision, Status: x.Derive().Status, Revision: x.Revision, Net: money.Format(x.Net, x.Currency), Gross: money.Format(x.Gross(), x.Currency)}
}

// changing is the state of one batch of changes and cancellations.
type changing struct {
	*books
	tx       *db.Tx
	pots     map[stock.Spot]*stock.Pot
	accounts map[id.Credit]*credit.Account
	today    day.Day

	reserve   map[id.Pot]int64
	unreserve map[id.Pot]int64
	fresh     []*order.Line
	rewritten []*order.Line
	schedules []*order.Schedule
	commits   []order.Commit
	decided   []*order.Order
	up        []credit.Move
	down      []credit.Move
	events    []event.Event
	holds     []hold.Hold
}

func (o *Office) change(tx *db.Tx, cmds []Change) ([]Result[Changed], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	orders, err := order.Lock(tx, orderIDs(cmds, func(c Change) id.Order { return c.Order }))
	if err != nil {
		return nil, err
	}
	f, customers, err := o.changeFacts(tx, cmds, orders)
	if err != nil {
		return nil, err
	}
	w := &changing{books: b, tx: tx, today: b.Day(tx.Now()), reserve: map[id.Pot]int64{}, unreserve: map[id.Pot]int64{}}
	var spots []stock.Spot
	var accounts []id.Credit
	for i, c := range cmds {
		x := orders[c.Order]
		if x == nil {
			continue
		}
		accounts = append(accounts, x.Credit)
		for _, l := range linesOf(x, c) {
			if l.Goods() {
				spots = append(spots, stock.Spot{Warehouse: x.Warehouse, Product: l.Product, Status: stock.Sellable})
			}
		}
		for _, d := range cmds[i].Add {
			if p := f.products[d.SKU]; p != nil {
				spots = append(spots, stock.Spot{Warehouse: x.Warehouse, Product: p.ID, Status: stock.Sellable})
			}
		}
	}
	if w.pots, err = stock.LockSpots(tx, spots); err != nil {
		return nil, err
	}
	if w.accounts, err = credit.Lock(tx, accounts); err != nil {
		return nil, err
	}
	out := make([]Result[Changed], len(cmds))
	seen := once[id.Order]{}
	for i, c := range cmds {
		x := orders[c.Order]
		if err := mayChange(x, c.Order, c.Version, seen); err != nil {
			out[i].Fault = err
			continue
		}
		holds, events := len(w.holds), len(w.events)
		out[i].Value, err = w.one(f, customers[x.Customer], x, c)
		if err != nil {
			if _, ok := fault.Of(err); !ok {
				return nil, err
			}
			out[i] = Result[Changed]{Fault: err}
			w.holds, w.events = w.holds[:holds], w.events[:events]
		}
	}
	return out, w.write()
}

// linesOf are the lines that a change names: stock and products of the others
// are not touched.
func linesOf(x *order.Order, c Change) []*order.Line {
	var out []*order.Line
	for _, ch := range c.Lines {
		if l := x.Line(ch.Line); l != nil {
			out = append(out, l)
		}
	}
	return out
}

// changeFacts reads the master data that changed and added lines need.
func (o *Office) changeFacts(tx *db.Tx, cmds []Change, orders map[id.Order]*order.Order) (*facts, map[id.Customer]*customer.Customer, error) {
	var ids []id.Customer
	var products []id.Product
	for _, c := range cmds {
		if x := orders[c.Order]; x != nil {
			ids = append(ids, x.Customer)
			for _, l := range linesOf(x, c) {
				products = append(products, l.Product)
			}
		}
	}
	customers, err := customer.ByID(tx, credit.Sorted(ids))
	if err != nil {
		return nil, nil, err
	}
	known, err := catalog.ByID(tx, credit.Sorted(products))
	if err != nil {
		return nil, nil, err
	}
	drafts := make([]Draft, len(cmds))
	for i, c := range cmds {
		if x := orders[c.Order]; x != nil && customers[x.Customer] != nil {
			drafts[i] = Draft{Customer: customers[x.Customer].Code, Lines: c.Add}
			for _, ch := range c.Lines { // whose prices are asked for, too
				if l := x.Line(ch.Line); l != nil && known[l.Product] != nil && (ch.Price != "" || ch.Discount != "") {
					drafts[i].Lines = append(drafts[i].Lines[:len(drafts[i].Lines):len(drafts[i].Lines)], DraftLine{SKU: known[l.Product].SKU, Price: ch.Price, Discount: ch.Discount})
				}
			}
		}
	}
	f, err := o.facts(tx, drafts)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range known {
		f.products[p.SKU] = p
	}
	return f, customers, nil
}

func mayChange(x *order.Order, want id.Order, version int64, seen once[id.Order]) error {
	switch {
	case x == nil:
		return unknownOrder(want)
	case seen.again(want):
		return twice("order " + x.Number)
	case version != 0 && version != x.Version:
		return order.ErrStale.Because("order %s was changed meanwhile (version %d, you have %d); read it again", x.Number, x.Version, version)
	case x.Decision != order.Captured && x.Decision != order.Confirmed:
		return order.ErrMove.Because("order %s is %s and cannot be changed any more", x.Number, x.Decision)
	}
	return nil
}

func (w *changing) one(f *facts, c *customer.Customer, x *order.Order, cmd Change) (Changed, error) {
	if x.TaxSource == "given" {
		return Changed{}, order.ErrInvalid.Because("order %s carries tax as charged elsewhere; it cannot be changed here", x.Number)
	}
	if len(cmd.Lines) == 0 && len(cmd.Add) == 0 {
		return Changed{}, order.ErrEmpty.Because("nothing to change: send lines or add")
	}
	before := int64(0)
	stored := make(map[*order.Line]agreed, len(x.Lines))
	for _, l := range x.Lines {
		before += exposedFC(w.books, x, l)
		stored[l] = agreedOf(l)
	}
	var diff []Diff
	var fresh []*order.Line
	type delta struct {
		line *order.Line
		by   int64
	}
	var deltas []delta
	for i, ch := range cmd.Lines {
		l := x.Line(ch.Line)
		old := int64(0)
		if l != nil {
			old = l.Ordered
		}
		d, err := w.edit(f, c, x, l, ch)
		if err != nil {
			return Changed{}, fault.At(err, "lines[%d]", i)
		}
		diff = append(diff, d...)
		deltas = append(deltas, delta{l, l.Ordered - old})
	}
	place := f.place(x, c)
	for i := range cmd.Add {
		l, stops, err := f.line(x, c, &cmd.Add[i], place, policyOf(x))
		if err == nil {
			err = w.stop(x, stops)
		}
		if err != nil {
			return Changed{}, fault.At(err, "add[%d]", i)
		}
		l.No = int64(len(x.Lines) + 1)
		x.Lines = append(x.Lines, l)
		fresh = append(fresh, l)
		diff = append(diff, Diff{l.No, "added", "", cmd.Add[i].SKU + " × " + cmd.Add[i].Qty})
		deltas = append(deltas, delta{l, l.Ordered})
	}
	followDiscount(x)
	x.Net, x.Tax = 0, 0
	for _, l := range x.Lines {
		x.Net += l.Net
	}
	if err := taxOrder(x, w.tax); err != nil {
		return Changed{}, err
	}
	if x.Decision == order.Confirmed {
		after := int64(0)
		for _, l := range x.Lines {
			after += exposedFC(w.books, x, l)
		}
		if err := w.charge(x, after-before); err != nil {
			return Changed{}, err
		}
		for _, d := range deltas {
			if d.line.Goods() {
				w.resize(x, d.line, d.by)
			}
		}
	}
	x.Revision++
	text, err := json.Marshal(diff)
	if err != nil {
		return Changed{}, err
	}
	order.AddChange(w.tx, x.ID, x.Revision, string(text), cmd.Reason)
	w.fresh = append(w.fresh, fresh...)
	for _, l := range x.Lines { // tax of any line may have moved by a cent
		if old, known := stored[l]; known && old != agreedOf(l) {
			w.rewritten = append(w.rewritten, l)
		}
	}
	w.decided = append(w.decided, x)
	w.events = append(w.events, event.Event{Type: "order.changed", Subject: event.About("order", int64(x.ID)), Reason: cmd.Reason, Body: map[string]any{"revision": x.Revision, "diff": diff}})
	v := changedView(x)
	v.Diff = diff
	return v, nil
}

// agreed is what order.Rewrite stores of a line.
type agreed struct {
	entered, unit, price, discount, trace, tax string
	num, den, ordered, maxShip, minClose       int64
	allowanceAmount, netAmount, taxAmount      int64
	requested                                  day.Day
}

func agreedOf(l *order.Line) agreed {
	return agreed{l.EnteredQty, l.EnteredUnit, l.Price, l.Discount, l.Trace, l.TaxCode, l.Num, l.Den, l.Ordered, l.MaxShip, l.MinClose, l.AllowanceAmt, l.Net, l.Tax, l.RequestedOn}
}

func policyOf(x *order.Order) string {
	for _, l := range x.Lines {
		if l.Goods() {
			return l.BillPolicy
		}
	}
	return "delivery"
}

// edit changes one line.
func (w *changing) edit(f *facts, c *customer.Customer, x *order.Order, l *order.Line, ch ChangeLine) ([]Diff, error) {
	if l == nil {
		return nil, order.ErrUnknown.Because("order %s has no line %s", x.Number, ch.Line).At("line")
	}
	if !l.Goods() {
		return nil, order.ErrInvalid.Because("line %d follows the goods and cannot be changed by itself", l.No).At("line")
	}
	if l.BillPolicy == "order" && x.Decision == order.Confirmed {
		return nil, order.ErrInvalid.Because("line %d is billed with the order; cancel it and order anew", l.No).At("line")
	}
	var diff []Diff
	note := func(field, old, neu string) { diff = append(diff, Diff{l.No, field, old, neu}) }
	if ch.Qty != "" {
		entered, err := dec.Parse(ch.Qty)
		if err != nil {
			return nil, fault.At(err, "qty")
		}
		scale := int64(0)
		for _, p := range f.products {
			if p.ID == l.Product {
				scale = p.Scale
			}
		}
		steps, err := qty.ToSteps(entered, qty.Ratio{Num: l.Num, Den: l.Den}, int(scale))
		if err != nil {
			return nil, fault.At(err, "qty")
		}
		least := l.Cancelled + max(l.Shipped, l.Billed)
		for _, s := range l.Schedules {
			least = max(least, l.Cancelled+s.Released)
		}
		if least == 0 && steps < 1 {
			return nil, order.ErrQty.Because("line %d needs a quantity above 0: cancel the line when nothing of it is wanted any more", l.No).At("qty")
		}
		if steps < max(least, 1) {
			return nil, order.ErrQty.Because("line %d cannot go below %s: that much is shipped, released to the warehouse, billed or cancelled", l.No, qty.Format(least, int(scale))).At("qty")
		}
		note("qty", l.EnteredQty, entered.String())
		l.EnteredQty, l.Ordered = entered.String(), steps
		tolerate(l, c.Ship)
	}
	if ch.Price != "" {
		note("price", l.Price, ch.Price)
		l.Price, l.Trace = ch.Price, "agreed by change"
	}
	if ch.Discount != "" {
		note("discount", l.Discount, ch.Discount)
		l.Discount = ch.Discount
	}
	if (ch.Price != "" || ch.Discount != "") && l.Billed > 0 {
		return nil, order.ErrQty.Because("line %d is billed in part: its price cannot change; make a credit note", l.No).At("price")
	}
	if ch.RequestedOn != "" {
		if _, err := day.Parse(string(ch.RequestedOn)); err != nil {
			return nil, fault.At(err, "requested_on")
		}
		note("requested_on", string(l.RequestedOn), string(ch.RequestedOn))
		l.RequestedOn = ch.RequestedOn
	}
	if len(diff) == 0 {
		return nil, order.ErrEmpty.Because("nothing changes on line %d", l.No)
	}
	if err := reprice(l, x.Currency); err != nil {
		return nil, err
	}
	if ch.Price == "" && ch.Discount == "" {
		return diff, nil
	}
	for _, p := range f.products {
		if p.ID == l.Product {
			below, err := f.belowList(x, c, p, l)
			if below != nil {
				w.below(x, *below)
			}
			return diff, err
		}
	}
	return diff, nil
}

// stop refuses a line that could not be captured as it stands; one below the
// price lists goes in and is held.
func (w *changing) stop(x *order.Order, stops []held) error {
	for _, s := range stops {
		if f, _ := fault.Of(s.err); f.Code != pricing.ErrBelow.Code {
			return s.err
		}
		w.below(x, s)
	}
	return nil
}

// below holds a changed order until another lets its prices stand.
func (w *changing) below(x *order.Order, s held) {
	f, _ := fault.Of(s.err)
	h := hold.Hold{ID: id.Hold(w.tx.NewID()), SubjectType: "order", Subject: int64(x.ID), Scope: hold.OnConfirm | hold.OnRelease | hold.OnShip | hold.OnBill, Kind: s.kind, Code: f.Code, Sentence: f.Error(), Detail: f.Figures}
	x.HoldMask |= h.Scope
	w.holds = append(w.holds, h)
	w.events = append(w.events, heldEvent(h))
}

// followDiscount recomputes document allowances by percent from the new nets.
func followDiscount(x *order.Order) {
	nets := map[string]int64{}
	for _, l := range x.Lines {
		if l.Goods() {
			nets[l.TaxCode] += l.Net
		}
	}
	for _, l := range x.Lines {
		if l.Role != order.Allowance || l.Discount == "0" {
			continue
		}
		n := max(money.Tax(nets[l.TaxCode], dec.Must(l.Discount)), l.Shipped+l.Cancelled)
		l.Net, l.Ordered, l.MaxShip, l.Price = -n, n, n, money.Format(n, x.Currency)
	}
}

// charge raises or lowers the exposure; more than is free is refused.
func (w *changing) charge(x *order.Order, delta int64) error {
	a := w.accounts[x.Credit]
	if a == nil || delta == 0 {
		return nil
	}
	m := credit.Move{Account: a.ID, DocType: "order", Doc: int64(x.ID), Order: delta, Cause: "change"}
	if delta < 0 {
		w.down = append(w.down, m)
		return nil
	}
	if delta > a.Free(string(w.today)) {
		return a.Refuse("the change of order "+x.Number, delta, string(w.today))
	}
	a.OrderOpen += delta
	w.up = append(w.up, m)
	return nil
}

// resize brings the schedules of a line to its new quantity: more is reserved
// as far as there is any, less gives back what is not reserved first.
func (w *changing) resize(x *order.Order, l *order.Line, by int64) {
	pot := w.pots[stock.Spot{Warehouse: x.Warehouse, Product: l.Product, Status: stock.Sellable}]
	if len(l.Schedules) == 0 {
		take := max(0, min(by, pot.Free()))
		pot.Reserved += take
		w.reserve[pot.ID] += take
		s := &order.Schedule{ID: id.Schedule(w.tx.NewID()), Line: l.ID, No: 1, Source: "stock", Warehouse: x.Warehouse, Pot: pot.ID, Product: l.Product, Promised: l.RequestedOn, First: l.RequestedOn, Firm: "hard", Qty: by, Reserved: take}
		l.Schedules = append(l.Schedules, s)
		w.schedules = append(w.schedules, s)
		return
	}
	if by > 0 {
		s := l.Schedules[0]
		take := max(0, min(by, pot.Free()))
		pot.Reserved += take
		w.reserve[pot.ID] += take
		s.Qty, s.Reserved = s.Qty+by, s.Reserved+take
		w.commits = append(w.commits, order.Commit{Schedule: s.ID, Qty: by, Reserved: take})
		return
	}
	w.shrink(l, -by, pot)
}

// shrink takes n off a line's schedules and gives its reservation back.
func (w *changing) shrink(l *order.Line, n int64, pot *stock.Pot) {
	for _, s := range l.Schedules {
		take := min(n, s.Qty-s.Released)
		if take <= 0 {
			continue
		}
		free := max(0, take-(s.Qty-s.Released-s.Reserved))
		s.Qty, s.Reserved = s.Qty-take, s.Reserved-free
		if pot != nil {
			pot.Reserved -= free
		}
		w.unreserve[s.Pot] += free
		w.commits = append(w.commits, order.Commit{Schedule: s.ID, Qty: -take, Reserved: -free})
		n -= take
	}
}

func (w *changing) write() error {
	order.InsertLines(w.tx, w.fresh)
	order.Rewrite(w.tx, w.rewritten)
	order.InsertSchedules(w.tx, w.schedules)
	order.AddCommits(w.tx, w.commits)
	hold.Open(w.tx, w.holds)
	order.Decide(w.tx, w.decided)
	stock.Unreserve(w.tx, w.unreserve)
	stock.Reserve(w.tx, w.reserve)
	credit.Shift(w.tx, w.down)
	credit.Reserve(w.tx, w.up, map[id.Credit]int64{}, string(w.today))
	return event.Record(w.tx, w.events...)
}
