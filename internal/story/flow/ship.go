package flow

import (
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/number"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Ship asks to dispatch a planned shipment. What nobody picked line by line
// counts as picked now.
type Ship struct {
	Shipment id.Shipment `json:"shipment"`
	On       day.Day     `json:"on,omitempty" doc:"day the goods leave; today when empty"`
	Carrier  string      `json:"carrier,omitempty"`
	Tracking string      `json:"tracking,omitempty"`
	Lines    []PickLine  `json:"lines,omitempty" doc:"quantities that leave, when they differ from what was planned or picked"`
}

// ship books the goods out: stock, counters, billables, exposure, cost.
func (o *Office) ship(tx *db.Tx, cmds []Ship) ([]Result[Shipped], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Shipment, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Shipment
	}
	orders, shipments, err := lockShipments(tx, ids)
	if err != nil {
		return nil, err
	}
	w := &dispatching{books: b, tx: tx, today: b.Day(tx.Now()), orders: orders, giveBack: map[id.Pot]int64{}, hit: map[id.Order]bool{}}
	if err := w.lock(shipments); err != nil {
		return nil, err
	}
	out := make([]Result[Shipped], len(cmds))
	seen := once[id.Shipment]{}
	for i, c := range cmds {
		s := shipments[c.Shipment]
		if err := w.may(s, c, seen); err != nil {
			out[i].Fault = err
			continue
		}
		if err := w.one(s, c); err != nil {
			out[i].Fault = err
			continue
		}
		out[i].Value = shippedView(s)
	}
	if err := w.write(); err != nil {
		return nil, err
	}
	for i, c := range cmds {
		if s := shipments[c.Shipment]; out[i].Fault == nil && s != nil {
			out[i].Value.Number = s.Number
			cost := int64(0)
			for _, l := range s.Lines {
				cost += l.Cost
			}
			out[i].Value.Cost = money.Format(cost, b.Currency)
		}
	}
	return out, nil
}

// dispatching is the state of one batch of shipments.
type dispatching struct {
	*books
	tx        *db.Tx
	today     day.Day
	orders    map[id.Order]*order.Order
	pots      map[id.Pot]*stock.Pot
	transit   map[stock.Spot]*stock.Pot
	customers map[id.Customer]*customer.Customer
	ahead     map[int64][]*invoice.Billable // of lines billed ahead
	liability map[id.Line]bookedAhead
	calendar  *ledger.Calendar

	hit       map[id.Order]bool
	ships     []*shipping.Shipment
	lines     []*shipping.Line
	moves     []stock.Move
	giveBack  map[id.Pot]int64 // reservation of short lines that is not there
	counts    []order.Counts
	commits   []order.Commit
	billables []*invoice.Billable
	exposure  []credit.Move
	entries   []ledger.Entry
	events    []event.Event
}

// lock reads what shipping needs, in the ladder's order: pots come after the
// shipments, credit accounts last.
func (w *dispatching) lock(shipments map[id.Shipment]*shipping.Shipment) error {
	var pots []id.Pot
	var spots []stock.Spot
	var customers []id.Customer
	var accounts []id.Credit
	var ahead []int64
	for _, s := range shipments {
		customers = append(customers, s.Customer)
		for _, l := range s.Lines {
			pots = append(pots, l.Pot)
			if s.Transit {
				spots = append(spots, stock.Spot{Warehouse: s.Warehouse, Product: l.Product, Status: stock.Transit})
			}
			x := w.orders[l.Order]
			accounts = append(accounts, x.Credit)
			for _, ol := range x.Lines {
				if ol.BillPolicy == "order" {
					ahead = append(ahead, int64(ol.ID))
				}
			}
		}
	}
	road, err := stock.Ensure(w.tx, spots)
	if err != nil {
		return err
	}
	for _, p := range road {
		pots = append(pots, p.ID)
	}
	ask := w.tx.Together()
	w.calendar, _ = ledger.LoadCalendar(ask)
	w.customers, _ = customer.ByID(ask, credit.Sorted(customers))
	w.ahead, _ = invoice.BySource(ask, "order", credit.Sorted(ahead))
	w.pots, _ = stock.Lock(ask, pots)
	if err := ask.Go(); err != nil {
		return err
	}
	if err := w.loadLiabilities(); err != nil {
		return err
	}
	w.transit = stock.BySpot(w.pots)
	credit.Hold(w.tx, accounts)
	return nil
}

func (w *dispatching) may(s *shipping.Shipment, c Ship, seen once[id.Shipment]) error {
	if err := mayMove(s, c.Shipment, shipping.Shipped); err != nil {
		return err
	}
	if seen.again(c.Shipment) {
		return twice("shipment " + c.Shipment.String())
	}
	mask := s.HoldMask
	for _, l := range s.Lines {
		mask |= w.orders[l.Order].HoldMask
	}
	if mask&hold.OnShip != 0 {
		return hold.Refuse("ship", "shipment "+s.ID.String(), mask)
	}
	return nil
}

// leaving says how much of each line goes, and checks it before anything is changed.
func (w *dispatching) leaving(s *shipping.Shipment, c Ship) (map[id.ShipLine]int64, error) {
	told := map[id.ShipLine]int64{}
	reason := map[id.ShipLine]string{}
	for _, p := range c.Lines {
		if s.Line(p.Line) == nil {
			return nil, shipping.ErrLine.Because("shipment %s has no line %s", s.ID, p.Line)
		}
		told[p.Line], reason[p.Line] = p.Qty, p.Reason
	}
	picked := false
	for _, l := range s.Lines {
		picked = picked || l.Picked > 0 || l.ShortReason != ""
	}
	out, total := map[id.ShipLine]int64{}, int64(0)
	free := map[id.Pot]int64{}
	room := map[id.Line]int64{}
	for _, l := range s.Lines {
		n, given := told[l.ID]
		if !given {
			if n = l.Planned; picked {
				n = l.Picked
			}
		}
		ol := w.orders[l.Order].Line(l.OrderLine)
		if _, ok := room[ol.ID]; !ok {
			room[ol.ID] = ol.MaxShip - ol.Shipped - ol.Cancelled
		}
		if room[ol.ID] -= n; room[ol.ID] < 0 {
			return nil, shipping.ErrQty.Because("cannot ship %d on line %d of order %s: %d ordered, %d shipped, %d cancelled, and %d is the most its tolerance allows",
				n, ol.No, w.orders[l.Order].Number, ol.Ordered, ol.Shipped, ol.Cancelled, ol.MaxShip)
		}
		if extra := n - l.Reserved; extra > 0 {
			p := w.pots[l.Pot]
			if _, ok := free[p.ID]; !ok {
				free[p.ID] = p.Free()
			}
			if free[p.ID] -= extra; free[p.ID] < 0 {
				return nil, stock.ErrShort.Because("cannot ship %d of %s: %d are reserved for it and only %d more are free", n, ol.Text, l.Reserved, p.Free())
			}
		}
		if reason[l.ID] != "" {
			l.ShortReason = reason[l.ID]
		}
		out[l.ID] = n
		total += n
	}
	if total == 0 {
		return nil, shipping.ErrQty.Because("nothing would leave with this shipment; unplan it instead")
	}
	return out, nil
}

func (w *dispatching) one(s *shipping.Shipment, c Ship) error {
	leaving, err := w.leaving(s, c)
	if err != nil {
		return err
	}
	on := or(c.On, w.today)
	posted := w.calendar.Open(ledger.Stock, on)
	s.Decision, s.ShippedOn, s.Carrier, s.Tracking = shipping.Shipped, on, or(c.Carrier, s.Carrier), or(c.Tracking, s.Tracking)
	e := ledger.Entry{Journal: "stock", Kind: "shipment", DocType: "shipment", Doc: int64(s.ID), Step: "ship", PostedOn: posted, DocumentOn: on}
	refs, body := []event.Ref{}, []any{}
	var touched []*order.Order
	for _, l := range s.Lines {
		x := w.orders[l.Order]
		w.line(s, l, x, x.Line(l.OrderLine), leaving[l.ID], on, posted, &e)
		if len(touched) == 0 || touched[len(touched)-1] != x {
			touched = append(touched, x)
		}
		body = append(body, []any{l.No, l.Shipped})
	}
	seen := map[id.Order]bool{}
	for _, x := range touched {
		if seen[x.ID] {
			continue
		}
		seen[x.ID] = true
		w.hit[x.ID] = true
		w.follow(s, x, on, &e)
		if w.underTolerance(x) {
			w.follow(s, x, on, &e) // what was billed ahead has nothing more to wait for
		}
		refs = append(refs, event.Ref{Type: "order", ID: int64(x.ID), Qualifier: "fulfils"})
	}
	w.ships = append(w.ships, s)
	w.entries = append(w.entries, e)
	w.events = append(w.events, event.Event{Type: "shipment.dispatched", Subject: event.About("shipment", int64(s.ID)), Refs: refs, Body: map[string]any{"lines": body, "on": on, "tracking": s.Tracking}})
	return nil
}

// line books one line out.
func (w *dispatching) line(s *shipping.Shipment, l *shipping.Line, x *order.Order, ol *order.Line, n int64, on, posted day.Day, e *ledger.Entry) {
	pot := w.pots[l.Pot]
	rest := l.Reserved - n // reservation that does not leave with the goods
	release := min(l.Reserved, n)
	back := int64(0)
	if rest > 0 && l.ShortReason == "" {
		back = rest // the goods are there: the schedule holds them again
	} else if rest > 0 {
		w.giveBack[l.Pot] += rest
		pot.Reserved -= rest
		w.events = append(w.events, event.Event{Type: "order_line.short", Subject: event.About("order", int64(x.ID)), Reason: l.ShortReason, Body: map[string]any{"line": ol.No, "qty": rest}})
	}
	released := min(n, l.Planned) - l.Planned
	w.commits = append(w.commits, order.Commit{Schedule: l.Schedule, Reserved: back, Released: released})
	for _, sch := range ol.Schedules {
		if sch.ID == l.Schedule {
			sch.Reserved += back
			sch.Released += released
		}
	}
	pot.Reserved -= release
	cost := pot.Issue(n)
	l.Picked, l.Packed, l.Shipped, l.Reserved, l.Cost = n, n, n, 0, cost
	w.lines = append(w.lines, l)
	if n == 0 {
		return
	}
	w.issue(s, l, x, ol, n, cost, release, posted, e)
	before := exposedFC(w.books, x, ol)
	from := ol.Shipped
	c := order.Counts{Line: ol.ID, Shipped: n}
	ol.Apply(c)
	w.counts = append(w.counts, c)
	switch ol.BillPolicy {
	case "delivery":
		moved := before - exposedFC(w.books, x, ol)
		w.bill(s, x, ol, int64(l.ID), "delivery", n, ol.NetBetween(from, from+n), ol.AllowanceBetween(from, from+n), given(x, ol.TaxBetween(from, from+n)), moved, on)
	case "order":
		w.earn(x, ol, from, on, e)
	}
}

// issue writes the moves and the cost: out of the warehouse, or onto the road
// when control passes at delivery.
func (w *dispatching) issue(s *shipping.Shipment, l *shipping.Line, x *order.Order, ol *order.Line, n, cost, release int64, posted day.Day, e *ledger.Entry) {
	out := stock.Move{Pot: l.Pot, Kind: stock.Issue, Qty: -n, Value: -cost, DocType: "shipment", Doc: int64(s.ID), DocLine: int64(l.ID), ValidOn: posted, Release: release}
	line := func(role string, amount int64) ledger.Line {
		return ledger.Line{Role: role, Amount: amount, Doc: amount, Currency: w.Currency, Customer: x.Customer}
	}
	debit := "cogs"
	switch {
	case s.Transit:
		out.Kind = stock.TransferOut
		road := w.transit[stock.Spot{Warehouse: s.Warehouse, Product: l.Product, Status: stock.Transit}]
		road.Receive(n, cost)
		w.moves = append(w.moves, stock.Move{Pot: road.ID, Kind: stock.TransferIn, Qty: n, Value: cost, DocType: "shipment", Doc: int64(s.ID), DocLine: int64(l.ID), ValidOn: posted})
		debit = "stock_in_transit"
	case x.Kind != "standard":
		debit = "samples_promotion"
		e.Kind = x.Kind
	}
	w.moves = append(w.moves, out)
	e.Lines = append(e.Lines, line(debit, cost), line("inventory", -cost))
	if x.Kind == "gift" {
		w.deemed(x, ol, cost, e)
	}
}

// bill makes the amount that waits for an invoice and moves its exposure.
func (w *dispatching) bill(s *shipping.Shipment, x *order.Order, ol *order.Line, source int64, kind string, n, net, allowance, tax, moved int64, on day.Day) {
	billOn := on
	if s.Transit {
		billOn = invoice.Later
	}
	w.billables = append(w.billables, &invoice.Billable{ID: id.Billable(w.tx.NewID()), Kind: kind, Source: source, SourceNo: sourceNo(kind, ol), Order: x.ID, Line: ol.ID, Shipment: s.ID, Customer: x.Customer,
		BillTo: x.BillTo, Payer: x.Payer, Credit: x.Credit, Currency: x.Currency, GroupKey: w.groupKey(s, x), BillOn: billOn, SuppliedOn: on, Sign: 1, Qty: n, Net: net, Allowance: allowance,
		TaxGiven: x.TaxSource == "given", Tax: tax, Exposed: moved, TaxCode: ol.TaxCode, Price: ol.Price, Text: ol.Text})
	w.exposure = append(w.exposure, credit.Move{Account: x.Credit, DocType: "shipment", Doc: int64(s.ID), Order: -moved, Shipped: moved, Cause: "ship"})
}

// sourceNo tells the shares of one line apart: freight becomes due in parts.
func sourceNo(kind string, l *order.Line) int64 {
	if kind == "freight" {
		return l.Shipped
	}
	return 1
}

// groupKey says what may share an invoice.
func (w *dispatching) groupKey(s *shipping.Shipment, x *order.Order) string {
	c := w.customers[x.Customer]
	switch {
	case c != nil && c.Bill.GroupBy == "customer":
		return "c" + x.BillTo.String()
	case c != nil && c.Bill.GroupBy == "shipment":
		return "s" + s.ID.String()
	}
	return "o" + x.ID.String()
}

func (w *dispatching) write() error {
	if len(w.ships) == 0 {
		return nil
	}
	first, err := number.Draw(w.tx, "SHP", "", len(w.ships))
	if err != nil {
		return err
	}
	for i, s := range w.ships {
		s.Number = number.Text("SHP", "", first+int64(i))
	}
	var decided []*order.Order
	for o := range w.hit {
		decided = append(decided, w.orders[o])
	}
	shipping.SaveLines(w.tx, w.lines)
	shipping.Decide(w.tx, w.ships)
	order.AddCounts(w.tx, sumCounts(w.counts))
	order.AddCommits(w.tx, w.commits)
	order.Decide(w.tx, decided)
	stock.Unreserve(w.tx, w.giveBack)
	stock.Book(w.tx, w.moves)
	invoice.AddBillables(w.tx, w.billables)
	credit.Shift(w.tx, w.exposure)
	ledger.Post(w.tx, w.chart, w.entries)
	return event.Record(w.tx, w.events...)
}

// sumCounts adds up the changes per line: a list names a target once.
func sumCounts(list []order.Counts) []order.Counts {
	at := map[id.Line]int{}
	var out []order.Counts
	for _, c := range list {
		i, ok := at[c.Line]
		if !ok {
			at[c.Line] = len(out)
			out = append(out, c)
			continue
		}
		s := &out[i]
		s.Cancelled += c.Cancelled
		s.Shipped += c.Shipped
		s.Delivered += c.Delivered
		s.Refused += c.Refused
		s.Returned += c.Returned
		s.Billed += c.Billed
		s.Credited += c.Credited
	}
	return out
}
