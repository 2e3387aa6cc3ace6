package sim

import (
	"fmt"

	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// deal is one order as the simulation follows it.
type deal struct {
	id        id.Order
	number    string
	party     *party
	placed    int // index of the civil day
	ready     int // index of the day on which it was confirmed
	confirmed bool
	over      bool // nothing is left to ship
	changed   bool
	lines     int
	heldFor   int // days that a person will take to look at its holds
}

// usual tells whether it is billed by deliveries.
func (d *deal) usual() bool { return !d.party.is("ahead") }

// newOrders captures what customers send today.
func (s *sim) newOrders() error {
	n := s.busy()
	n = s.luck.orders.between(n*6/10, n*14/10)
	weights := make([]int, len(s.parties))
	for i, p := range s.parties {
		weights[i] = p.weight
	}
	var drafts []flow.Draft
	var of []*party
	for range n {
		p := s.parties[s.luck.orders.weighted(weights)]
		drafts, of = append(drafts, s.draft(p)), append(of, p)
	}
	if s.luck.orders.chance(60) && len(drafts) > 0 { // a mail that was sent twice
		drafts, of = append(drafts, drafts[0]), append(of, of[0])
	}
	return ask(s, s.office.Capture, s.staff.sales, drafts, func(i int, v flow.Placed) error {
		d := &deal{id: v.Order, number: v.Number, party: of[i], placed: s.index, lines: len(drafts[i].Lines), heldFor: s.luck.orders.between(1, 6)}
		if len(v.Holds) > 0 && s.luck.orders.chance(250) {
			d.heldFor = s.luck.orders.between(9, 28) // nobody gets round to it
		}
		s.deals[d.id] = d
		s.open = append(s.open, d.id)
		s.stats.Orders++
		s.stats.Lines += d.lines
		return nil
	})
}

// seasons are how busy a month is, in per cent of a usual one: the trade sleeps
// in August and over the turn of the year.
var seasons = [12]int{88, 96, 108, 102, 98, 104, 96, 80, 110, 112, 108, 78}

// busy is how many orders are usual today. Over a year the company grew by a
// fifth; a history too short for that stays even.
func (s *sim) busy() int {
	if s.opt.Days < 60 {
		return s.opt.OrdersPerDay
	}
	season := seasons[s.today.Time().Month()-1]
	grown := 100 - 17*s.today.DaysUntil(s.opt.last())/365
	return max(1, (s.opt.OrdersPerDay*season*grown+5000)/10000)
}

// draft is one order of a customer.
func (s *sim) draft(p *party) flow.Draft {
	d := s.luck.orders
	p.po += d.between(1, 4)
	x := flow.Draft{Customer: p.code, PONumber: fmt.Sprintf("%d-%d", 45000+int(p.code[1]-'0')*1000, p.po), ShipTo: pick(d, p.sites), BillTo: p.sites[0]}
	if p.country == "DE" && len(p.code)%2 == 1 {
		x.PONumber = "B" + x.PONumber
	}
	if p.is("south") {
		x.Warehouse = "UL"
	}
	switch n := d.between(1, 100); {
	case n <= 55:
		x.RequestedOn = s.today.AddDays(d.between(1, 4))
	case n <= 88:
		x.RequestedOn = s.today.AddDays(d.between(5, 14))
	default:
		x.RequestedOn = s.today.AddDays(d.between(15, 40))
	}
	if d.chance(8) && !p.is("ahead") {
		x.Kind, x.Note = "free", "samples for a trial run"
	} else if d.chance(60) {
		x.Discount, x.Note = fmt.Sprint(d.between(2, 5)), "frame agreement"
	}
	taken := map[int]bool{}
	for range 2 + d.skewed(11) {
		i := d.skewed(len(s.goods))
		if len(s.goods) > 6 && d.chance(120) {
			i = d.r.IntN(len(s.goods))
		}
		if free := x.Kind == "free"; !taken[i] && (!free || s.goods[i].stocked()) {
			taken[i] = true
			x.Lines = append(x.Lines, s.line(s.goods[i]))
			s.asked[stockKey{s.houseOf(p), i}] += s.goods[i].whole(x.Lines[len(x.Lines)-1])
		}
	}
	if len(x.Lines) == 0 {
		x.Lines = append(x.Lines, s.line(s.goods[0]))
	}
	if x.Kind == "" && d.chance(380) {
		x.Charges = append(x.Charges, flow.DraftCharge{Role: "freight", Amount: fmt.Sprintf("%d.%d0", d.between(9, 180), d.between(0, 9))})
	}
	if d.chance(18) {
		x.Hold = pick(d, []string{"The customer checks the drawing first", "Delivery address to be confirmed by phone", "New end use: export control looks at it"})
	}
	return x
}

// line is one wished position.
func (s *sim) line(g *good) flow.DraftLine {
	d := s.luck.orders
	l := flow.DraftLine{SKU: g.sku}
	n := g.lot * int64(1+d.skewed(5)) / int64(d.between(1, 2))
	if g.stocked() && d.chance(40) {
		n *= int64(d.between(4, 12))
	}
	n = max(1, n)
	switch {
	case len(g.packs) > 0 && d.chance(250):
		u := pick(d, g.packs)
		l.Unit, l.Qty = u.unit, fmt.Sprint(max(1, n*u.den/u.num))
	case g.scale > 0 && d.chance(500):
		l.Qty = fmt.Sprintf("%d.%d", n, d.between(1, 9))
	default:
		l.Qty = fmt.Sprint(n)
	}
	if d.chance(25) && l.Unit == "" {
		l.Price = money.Format(max(1, g.price*int64(d.between(88, 99))/100), "EUR")
	}
	if d.chance(8) && g.stocked() {
		l.Free = true
	}
	if d.chance(120) {
		l.BuyerPart = fmt.Sprintf("%06d", d.between(100000, 999999))
	}
	return l
}

// freeHolds is a person who works off the exception queue: prices are agreed,
// limits overruled, papers found; some orders are given up, some wait on.
func (s *sim) freeHolds() error {
	if s.ends {
		return nil // today it is still to be done
	}
	orders, err := s.orders(func(d *deal) bool { return !d.confirmed && s.index-d.placed >= d.heldFor })
	if err != nil {
		return err
	}
	var held []*order.Order
	var subjects []int64
	for _, x := range orders {
		if x.HoldMask != 0 && x.Decision == order.Captured {
			held, subjects = append(held, x), append(subjects, int64(x.ID))
		}
	}
	var reasons map[int64][]hold.Hold
	if err := s.read(func(r *db.Reader) error {
		reasons, err = hold.Of(r, subjects)
		return err
	}); err != nil {
		return err
	}
	var agreed []flow.Change
	var given []flow.Cancel
	var free []flow.Unhold
	for _, x := range held {
		if s.hopeless(x, reasons[int64(x.ID)]) {
			given = append(given, flow.Cancel{Order: x.ID, Reason: "The customer orders anew"})
			continue
		}
		if c := s.agreePrices(x); len(c.Lines) > 0 {
			agreed = append(agreed, c)
		}
		for _, h := range reasons[int64(x.ID)] {
			free = append(free, flow.Unhold{Hold: h.ID, Reason: map[string]string{hold.Credit: "Money promised for Friday, agreed with the management", hold.Price: "Price agreed by phone"}[h.Kind] + ""})
			if free[len(free)-1].Reason == "" {
				free[len(free)-1].Reason = "Checked"
			}
		}
	}
	if err := ask(s, s.office.Cancel, s.staff.sales, given, s.cancelled); err != nil {
		return err
	}
	if err := ask(s, s.office.Change, s.staff.sales, agreed, nil); err != nil {
		return err
	}
	return ask(s, s.office.Unhold, s.staff.sales, free, nil)
}

// hopeless tells orders that are not worth waiting for.
func (s *sim) hopeless(x *order.Order, reasons []hold.Hold) bool {
	for _, h := range reasons {
		if h.Kind == hold.Tax {
			return true
		}
	}
	return s.luck.orders.chance(80)
}

// agreePrices fills in what no list had.
func (s *sim) agreePrices(x *order.Order) flow.Change {
	c := flow.Change{Order: x.ID, Reason: "Price agreed by phone"}
	for _, l := range x.Lines {
		if l.Trace == "no price found" {
			c.Lines = append(c.Lines, flow.ChangeLine{Line: l.ID, Price: money.Format(s.listPrice(l.Product, x.Currency), x.Currency)})
		}
	}
	return c
}

func (s *sim) listPrice(p id.Product, cur money.Currency) int64 {
	for _, g := range s.goods {
		if g.id == p {
			return g.price * map[money.Currency]int64{"EUR": 100, "USD": 114, "GBP": 91}[cur] / 100
		}
	}
	return 100
}

func (s *sim) cancelled(_ int, v flow.Changed) error {
	if d := s.deals[v.Order]; v.Decision == order.Cancelled {
		d.over = true
	}
	return nil
}

// confirm accepts what is captured: most of it the same day, of the last day's
// post the half.
func (s *sim) confirm() error {
	orders, err := s.orders(func(d *deal) bool { return !d.confirmed })
	if err != nil {
		return err
	}
	var cmds []flow.Confirm
	for _, x := range orders {
		wait := 120
		if s.ends {
			wait = 550
		}
		if x.HoldMask&hold.OnConfirm == 0 && x.Decision == order.Captured && (s.index > s.deals[x.ID].placed && !s.ends || !s.luck.orders.chance(wait)) {
			cmds = append(cmds, flow.Confirm{Order: x.ID})
		}
	}
	return ask(s, s.office.Confirm, s.staff.sales, cmds, func(_ int, v flow.Confirmed) error {
		d := s.deals[v.Order]
		if d.confirmed = v.Decision == order.Confirmed; d.confirmed {
			d.ready = s.index
		} else if s.luck.orders.chance(300) {
			d.heldFor = s.index - d.placed + s.luck.orders.between(8, 20)
		} else {
			d.heldFor = s.index - d.placed + s.luck.orders.between(1, 4)
		}
		return nil
	})
}

// change is customers who think again: more, less, other days, or nothing at all.
func (s *sim) change() error {
	d := s.luck.orders
	orders, err := s.orders(func(x *deal) bool { return x.confirmed && !x.changed && x.usual() && d.chance(22) })
	if err != nil {
		return err
	}
	var changes []flow.Change
	var cancels []flow.Cancel
	for _, x := range orders {
		s.deals[x.ID].changed = true
		var open []*order.Line
		for _, l := range x.Lines {
			if l.Goods() && l.Open() > 0 && l.Shipped == 0 && l.Role == order.Item {
				open = append(open, l)
			}
		}
		if len(open) == 0 || x.Decision != order.Confirmed {
			continue
		}
		l := pick(d, open)
		switch n := d.between(1, 10); {
		case n <= 3:
			changes = append(changes, flow.Change{Order: x.ID, Reason: "The customer needs more", Lines: []flow.ChangeLine{{Line: l.ID, Qty: twice(l.EnteredQty)}}})
		case n <= 5:
			changes = append(changes, flow.Change{Order: x.ID, Reason: "The customer needs it later", Lines: []flow.ChangeLine{{Line: l.ID, RequestedOn: s.today.AddDays(d.between(7, 20))}}})
		case n == 6:
			changes = append(changes, flow.Change{Order: x.ID, Reason: "Forgotten on the order", Add: []flow.DraftLine{s.line(s.goods[d.skewed(len(s.goods))])}})
		case n <= 9:
			cancels = append(cancels, flow.Cancel{Order: x.ID, Reason: "No longer needed", Lines: []flow.PlanLine{{Line: l.ID, Qty: l.Open()}}})
		default:
			cancels = append(cancels, flow.Cancel{Order: x.ID, Reason: "The project was stopped"})
		}
	}
	if err := ask(s, s.office.Change, s.staff.sales, changes, nil); err != nil {
		return err
	}
	return ask(s, s.office.Cancel, s.staff.sales, cancels, s.cancelled)
}

// orders reads those that f takes of which something is still to ship, in the
// order they came, and forgets the others.
func (s *sim) orders(f func(*deal) bool) ([]*order.Order, error) {
	var ids, left []id.Order
	for _, o := range s.open {
		if d := s.deals[o]; !d.over {
			left = append(left, o)
			if f(d) {
				ids = append(ids, o)
			}
		}
	}
	s.open = left
	var found map[id.Order]*order.Order
	err := s.read(func(r *db.Reader) error {
		var err error
		found, err = order.Read(r, ids)
		return err
	})
	out := make([]*order.Order, 0, len(ids))
	for _, o := range ids {
		x := found[o]
		if x == nil {
			continue
		}
		if x.Decision == order.Closed || x.Decision == order.Cancelled || x.Decision == order.Confirmed && !toShip(x) {
			s.deals[o].over = true
		}
		out = append(out, x)
	}
	return out, err
}

func toShip(x *order.Order) bool {
	for _, l := range x.Lines {
		if l.Goods() && l.Open() > 0 {
			return true
		}
	}
	return false
}
