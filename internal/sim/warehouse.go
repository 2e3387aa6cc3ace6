package sim

import (
	"fmt"

	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// parcel is one shipment on its way.
type parcel struct {
	id      id.Shipment
	deal    *deal
	planned int // index of the day
	refuse  bool
}

// twice doubles a quantity as it was entered.
func twice(q string) string {
	d := dec.Must(q)
	return d.Add(d).String()
}

// supplyOrders gives what came in to the orders that wait for it.
func (s *sim) supplyOrders() error {
	orders, err := s.orders(func(d *deal) bool { return d.confirmed })
	if err != nil {
		return err
	}
	var cmds []flow.Reserve
	clear(s.lacking)
	for _, x := range orders {
		if x.Decision == order.Confirmed && x.Derive().Status == "short" {
			cmds = append(cmds, flow.Reserve{Order: x.ID})
			s.lack(x)
		}
	}
	return ask(s, s.office.Reserve, s.staff.stock, cmds, nil)
}

// release sends to the warehouse what is due to leave within two days: whole
// orders at once, parts of those that wait for goods.
func (s *sim) release() error {
	orders, err := s.orders(func(d *deal) bool { return d.confirmed })
	if err != nil {
		return err
	}
	horizon := s.today.AddDays(2)
	var cmds []flow.Release
	for _, x := range orders {
		d := s.deals[x.ID]
		reserved, open := reservedOf(x)
		whole := reserved == open
		if x.Decision != order.Confirmed || x.HoldMask&hold.OnRelease != 0 || reserved == 0 || x.RequestedOn > horizon {
			continue
		}
		if whole || x.Rule != "complete" && (s.index-d.ready >= 2 || s.luck.stock.chance(300)) {
			cmds = append(cmds, flow.Release{Order: x.ID})
		}
	}
	return ask(s, s.office.Release, s.staff.stock, cmds, func(_ int, v flow.Released) error {
		s.floor = append(s.floor, &parcel{id: v.Shipment, deal: s.deals[v.Order], planned: s.index})
		return nil
	})
}

// reservedOf gives what is reserved of an order's goods, and what is open and
// not in the warehouse's hands yet.
func reservedOf(x *order.Order) (reserved, open int64) {
	for _, l := range x.Lines {
		if !l.Goods() {
			continue
		}
		open += l.Open()
		for _, c := range l.Schedules {
			reserved += c.Reserved
			open -= max(0, c.Released)
		}
		open += min(l.Shipped, l.Ordered)
	}
	return reserved, open
}

// ship picks and sends what was planned yesterday and most of today's. A few
// shipments are taken back, in some the picker finds less than the books say.
func (s *sim) ship() error {
	d := s.luck.stock
	now := 700
	if s.ends {
		now = 250
	}
	var leaving, stay []*parcel
	var back []flow.Unplan
	for _, p := range s.floor {
		switch {
		case d.chance(6):
			back = append(back, flow.Unplan{Shipment: p.id, Reason: "The lorry was full"})
		case p.planned < s.index && !(s.ends && d.chance(400)) || d.chance(now):
			leaving = append(leaving, p)
		default:
			stay = append(stay, p)
		}
	}
	s.floor = stay
	if err := ask(s, s.office.Unplan, s.staff.stock, back, nil); err != nil {
		return err
	}
	papers, err := s.shipments(leaving)
	if err != nil {
		return err
	}
	var picks []flow.Pick
	var packs []flow.Pack
	var ships []flow.Ship
	var of []*parcel
	for _, p := range leaving {
		x := papers[p.id]
		if x == nil || x.Decision != shipping.Planned {
			continue // the order was cancelled meanwhile
		}
		c := flow.Ship{Shipment: p.id, Carrier: pick(d, carriers[p.deal.party.country])}
		s.number++
		c.Tracking = fmt.Sprintf("%s%09d", c.Carrier[:2], 310000000+s.number*17)
		if lines := s.pickList(p, x); lines != nil {
			picks, packs = append(picks, flow.Pick{Shipment: p.id, Lines: lines}), append(packs, flow.Pack{Shipment: p.id})
		} else if p.deal.party.is("tolerance") {
			c.Lines = s.cut(x)
		}
		ships, of = append(ships, c), append(of, p)
	}
	if err := ask(s, s.office.Pick, s.staff.stock, picks, nil); err != nil {
		return err
	}
	if err := ask(s, s.office.Pack, s.staff.stock, packs, nil); err != nil {
		return err
	}
	gone := map[*parcel]bool{}
	err = ask(s, s.office.Ship, s.staff.stock, ships, func(i int, _ flow.Shipped) error {
		p := of[i]
		gone[p] = true
		s.stats.Shipments++
		p.refuse = p.deal.usual() && d.chance(15)
		road := roadDays[p.deal.party.country]
		in(s, s.agenda.deliver, d.between(road[0], road[1])*7/5+1, p)
		return nil
	})
	for _, p := range of { // what was refused is tried again
		if !gone[p] {
			s.floor = append(s.floor, p)
		}
	}
	return err
}

// pickList is what the picker reports line by line; nil when nobody scans.
func (s *sim) pickList(p *parcel, x *shipping.Shipment) []flow.PickLine {
	d := s.luck.stock
	if !d.chance(350) {
		return nil
	}
	out := make([]flow.PickLine, 0, len(x.Lines))
	total := int64(0)
	for _, l := range x.Lines {
		n := flow.PickLine{Line: l.ID, Qty: l.Planned}
		if l.Planned > 1 && d.chance(35) {
			n.Qty = l.Planned * int64(d.between(0, 80)) / 100
			if n.Reason = pick(d, []string{"not found", "damaged", "box opened, pieces missing"}); n.Reason == "not found" {
				s.missing[s.skuOf(l.Product)+" "+s.house(p.deal)] = true
			}
		}
		total += n.Qty
		out = append(out, n)
	}
	if total == 0 {
		return nil
	}
	return out
}

// cut is what leaves of things sold by the metre: never quite what was ordered.
func (s *sim) cut(x *shipping.Shipment) []flow.PickLine {
	var out []flow.PickLine
	for _, l := range x.Lines {
		if g := s.good(l.Product); g != nil && g.unit == "MTR" && l.Planned > 100 {
			out = append(out, flow.PickLine{Line: l.ID, Qty: l.Planned * int64(s.luck.stock.between(96, 104)) / 100})
		}
	}
	return out
}

// deliver is the carriers' proofs of delivery that come in today.
func (s *sim) deliver() error {
	parcels := due(s, s.agenda.deliver)
	if s.ends {
		parcels = parcels[:len(parcels)/2]
	}
	papers, err := s.shipments(parcels)
	if err != nil {
		return err
	}
	d := s.luck.stock
	var cmds []flow.Deliver
	for _, p := range parcels {
		c := flow.Deliver{Shipment: p.id, Signer: pick(d, []string{"Bauer", "Schulte", "Novak", "Martin", "Hughes", "Kaya", "Rossi"})}
		if x := papers[p.id]; p.refuse && x != nil && len(x.Lines) > 0 {
			l := x.Lines[d.r.IntN(len(x.Lines))]
			if n := l.Shipped * int64(d.between(20, 100)) / 100; n > 0 {
				c.Lines = []flow.DeliverLine{{Line: l.ID, Refused: n, Reason: pick(d, []string{"carton crushed", "wrong version", "ordered twice"})}}
			}
		}
		cmds = append(cmds, c)
	}
	return ask(s, s.office.Deliver, s.staff.stock, cmds, func(i int, _ flow.Shipped) error {
		if p := parcels[i]; p.deal.usual() && !p.refuse && d.chance(30) {
			in(s, s.agenda.send, d.between(3, 16), p)
		}
		return nil
	})
}

// sentBack is goods on their way back to us.
type sentBack struct {
	id id.Return
	to string // status of the place where they go
}

// takeReturns authorises what customers want to send back, takes in what has
// come, and leaves its credit to the next billing.
func (s *sim) takeReturns() error {
	d := s.luck.stock
	var arrived []flow.TakeBack
	for _, r := range due(s, s.agenda.receive) {
		arrived = append(arrived, flow.TakeBack{Return: r.id, Status: r.to})
	}
	if err := ask(s, s.office.TakeBack, s.staff.stock, arrived, nil); err != nil {
		return err
	}
	wishes := due(s, s.agenda.send)
	papers, err := s.shipments(wishes)
	if err != nil {
		return err
	}
	var cmds []flow.Return
	for _, p := range wishes {
		c := flow.Return{Order: p.deal.id, Reason: pick(d, []string{"Does not fit", "Ordered too much", "Faulty on arrival", "Wrong article sent"})}
		if x := papers[p.id]; x != nil {
			l := x.Lines[d.r.IntN(len(x.Lines))]
			if n := (l.Shipped - l.Returned) * int64(d.between(20, 100)) / 100; n > 0 {
				c.Lines = []flow.ReturnLine{{Line: l.ID, Qty: n, Reason: c.Reason}}
				cmds = append(cmds, c)
			}
		}
	}
	return ask(s, s.office.Return, s.staff.sales, cmds, func(_ int, v flow.Returned) error {
		if d.chance(900) {
			in(s, s.agenda.receive, d.between(3, 9), sentBack{v.Return, pick(d, []string{"returned", "returned", "sellable", "quality"})})
		}
		return nil
	})
}

// shipments reads the papers of parcels.
func (s *sim) shipments(list []*parcel) (map[id.Shipment]*shipping.Shipment, error) {
	ids := make([]id.Shipment, len(list))
	for i, p := range list {
		ids[i] = p.id
	}
	var out map[id.Shipment]*shipping.Shipment
	err := s.read(func(r *db.Reader) error {
		var err error
		out, err = shipping.Read(r, ids)
		return err
	})
	return out, err
}

func (s *sim) good(p id.Product) *good {
	if i := s.place[p]; i > 0 {
		return s.goods[i-1]
	}
	return nil
}

func (s *sim) skuOf(p id.Product) string {
	if g := s.good(p); g != nil {
		return g.sku
	}
	return ""
}

func (s *sim) house(d *deal) string { return s.houses[s.houseOf(d.party)] }

// houseOf gives the place of the warehouse that serves a customer.
func (s *sim) houseOf(p *party) int {
	if p.is("south") {
		return 1
	}
	return 0
}

// lack notes what an order waits for, so that somebody buys it.
func (s *sim) lack(x *order.Order) {
	for _, l := range x.Lines {
		i := s.place[l.Product]
		if !l.Goods() || i == 0 {
			continue
		}
		for _, c := range l.Schedules {
			if n := s.goods[i-1].units(c.Qty - c.Reserved - c.Released); n > 0 {
				s.lacking[stockKey{s.houseOf(s.deals[x.ID].party), i - 1}] += n
			}
		}
	}
}

// steps writes a whole number of base units as the text that flows read.
func (g *good) steps(units int64) string {
	for range g.scale {
		units *= 10
	}
	return qty.Format(units, g.scale)
}
