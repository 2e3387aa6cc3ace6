package promise

import (
	"fmt"

	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// LimitKind names a constraint.
type LimitKind string

// What can stop a line being sooner.
const (
	LimitLane      LimitKind = "lane"       // no site may serve the destination
	LimitCutoff    LimitKind = "cut-off"    // it has passed for today
	LimitClosed    LimitKind = "closed"     // the destination does not receive, or the site does not ship
	LimitTransit   LimitKind = "transit"    // it travels that long
	LimitStock     LimitKind = "stock"      // too little, and no receipt that would do
	LimitReceipt   LimitKind = "receipt"    // it comes on a later day
	LimitShelf     LimitKind = "shelf-life" // what is there expires too soon
	LimitQuota     LimitKind = "quota"      // the customer group has had its share
	LimitLead      LimitKind = "lead-time"  // it would have had to start before today
	LimitComponent LimitKind = "component"  // a part is missing
	LimitCapacity  LimitKind = "capacity"   // a work centre is full
	LimitTogether  LimitKind = "together"   // it waits for lines that it must arrive with
	LimitHorizon   LimitKind = "horizon"    // it is wished for after the last day that is looked at
	LimitRule      LimitKind = "rule"       // as much as possible as soon as possible leaves less for later
)

// Limit is what stops a line being sooner: the first thing that fails when the
// whole line is tried one arrival day earlier than the last of it was promised.
type Limit struct {
	Kind     LimitKind
	Sentence string
	Site     id.Warehouse
	Product  id.Product // what is lacking
	Ref      string     // receipt, work centre, customer group or destination
	On       day.Day    // when it ends to bind; "" when that is not known
	Want     int64      // base steps, or minutes of a work centre
	Have     int64
}

// lastDay is the day on which the last of a line arrives, len(days) when some of
// it does not.
func (a *asking) lastDay(gs []grab) int {
	if total(gs) < a.Qty {
		return len(a.days)
	}
	last := 0
	for _, g := range gs {
		last = max(last, g.arrive)
	}
	return last
}

// limit says what stops a line being sooner, from the state it met.
func (a *asking) limit(gs []grab, together bool) *Limit {
	last := a.lastDay(gs)
	if a.from >= len(a.days) {
		return &Limit{Kind: LimitHorizon, Product: a.Line.Product, Want: a.Qty, Sentence: fmt.Sprintf("%s is wished for on %s, after the last day that is looked at, %s", a.code(a.product), a.Wish, a.on(len(a.days)-1))}
	}
	if last <= a.from {
		return nil
	}
	s, on := a.before(gs, last)
	if on < 0 {
		return a.late(s, last)
	}
	if together {
		m := a.mark()
		alone := a.whole(on) != nil
		a.undo(m)
		if alone {
			return &Limit{Kind: LimitTogether, Site: a.sites[s].ID, Product: a.Line.Product, Want: a.Qty, Have: a.Qty,
				Sentence: fmt.Sprintf("%s could arrive on %s, but waits for the lines that it must arrive with", a.code(a.product), a.on(on))}
		}
	}
	m := a.mark()
	defer a.undo(m)
	return a.lacks(s, on, gs)
}

// before finds where and when to ask: the last arrival before the line's last,
// at the site of its last part, or else at the site that has most then. The day
// is -1 when nothing can arrive before.
func (a *asking) before(gs []grab, last int) (s, on int) {
	if len(gs) > 0 && total(gs) == a.Qty {
		s = gs[len(gs)-1].site
		for on = last - 1; on >= a.from; on-- {
			if a.leaves(s, on) >= 0 {
				return s, on
			}
		}
		return s, -1
	}
	s, on = a.nearest(), -1
	most := int64(-1)
	for x := range a.ways {
		for d := last - 1; d >= a.from; d-- {
			if a.leaves(x, d) < 0 {
				continue
			}
			m := a.mark()
			n := total(a.site(x, d, a.Qty))
			a.undo(m)
			if n > most {
				s, on, most = x, d, n
			}
			break
		}
	}
	return s, on
}

// nearest is the first site that may serve the destination, or 0.
func (a *asking) nearest() int {
	for s, w := range a.ways {
		if w.ok {
			return s
		}
	}
	return 0
}

func (a *asking) code(product int) string { return a.world.Products[product].Code }

// late says why nothing can arrive before a day from a site.
func (a *asking) late(s, last int) *Limit {
	l := &Limit{Site: a.sites[s].ID, Product: a.Line.Product}
	w := a.ways[s]
	code := a.sites[s].Code
	if last < len(a.days) {
		l.On = a.on(last)
	}
	switch {
	case !w.ok:
		l.Kind, l.Sentence = LimitLane, "no site may serve this destination; open a lane or release a site"
	case a.cutoff(s) && a.sites[s].open[0] && a.sooner(s, 0, last):
		l.Kind = LimitCutoff
		l.Sentence = fmt.Sprintf("the cut-off %02d:%02d at %s has passed for today", a.sites[s].Cutoff/60, a.sites[s].Cutoff%60, code)
	case a.closedBefore(w.To, last):
		l.Kind, l.Ref = LimitClosed, w.To
		l.Sentence = fmt.Sprintf("destination %s does not receive on %s, the day before it can arrive", w.To, a.on(last-1))
	case a.closedSite(s, last):
		l.Kind = LimitClosed
		l.Sentence = fmt.Sprintf("site %s is closed on the days from which it would arrive before %s", code, a.ahead(last))
	default:
		l.Kind, l.Want = LimitTransit, int64(w.Transit)
		l.Sentence = fmt.Sprintf("from %s it is %d days on the way, so nothing arrives before %s", code, w.Transit, a.ahead(last))
	}
	return l
}

// ahead writes a day that may be the end of the horizon.
func (a *asking) ahead(d int) string {
	if d >= len(a.days) {
		return "the end of the horizon, " + string(a.on(d-1))
	}
	return string(a.on(d))
}

// sooner reports whether a departure would arrive as wished and before a day, if
// it took place and the destination received on every day.
func (a *asking) sooner(s, leave, last int) bool {
	w := a.ways[s]
	on := leave
	for n := 0; n < w.Transit && on < last; {
		if on++; w.Carrier.Works(a.on(on)) {
			n++
		}
	}
	receives := a.receives(w.To)
	for on < len(a.days) && !receives[on] {
		on++
	}
	return on < last && on >= a.from
}

func (a *asking) closedBefore(to string, last int) bool { return !a.receives(to)[last-1] }

func (a *asking) closedSite(s, last int) bool {
	for d := 1; d < min(last, len(a.days)); d++ {
		if !a.sites[s].open[d] && a.sooner(s, d, last) {
			return true
		}
	}
	return !a.sites[s].open[0] && a.sooner(s, 0, last)
}

// lacks books what a site can give on a day and says why it is not all.
func (a *asking) lacks(s, on int, gs []grab) *Limit {
	l := &Limit{Site: a.sites[s].ID, Product: a.Line.Product, Want: a.Qty}
	leave := a.leaves(s, on)
	room := a.room(a.product, on)
	m := a.mark()
	l.Have = total(a.own(s, on, a.Qty))
	if room < l.Have {
		q := a.quota(a.product, on)
		l.Kind, l.Ref, l.Have = LimitQuota, a.group, room
		l.Sentence = fmt.Sprintf("quota of group %s of %s for %s is used: %d of %d; %d are wanted", a.group, a.code(a.product), a.on(on).Month(), q.used, q.limit, a.Qty)
		return l
	}
	if l.Have >= a.Qty {
		l.Kind = LimitRule
		l.Sentence = fmt.Sprintf("%s has %d of %s for %s only while nothing of it comes sooner: what is made first takes what the rest would need", a.sites[s].Code, l.Have, a.code(a.product), a.on(on))
		return l
	}
	p := a.pool(place{s, a.product})
	if x := a.expiring(p, leave, on+a.Remaining); x != nil {
		l.Kind, l.Ref, l.On = LimitShelf, x.ref, ""
		l.Sentence = fmt.Sprintf("lot %s of %s at %s expires on %s; on arrival on %s it must last %d days more", x.ref, a.code(a.product), a.sites[s].Code, a.on(x.expires), a.on(on), a.Remaining)
		return l
	}
	if x := a.receipt(p, leave, gs); x != nil {
		l.Kind, l.Ref, l.On = LimitReceipt, x.ref, a.on(x.day)
		l.Sentence = fmt.Sprintf("only %d of %d of %s at %s can leave by %s; receipt %s of %d arrives on %s", l.Have, a.Qty, a.code(a.product), a.sites[s].Code, a.on(leave), x.ref, x.qty, a.on(x.day))
		return l
	}
	a.undo(m)
	if x := a.unmade(s, leave, on); x != nil {
		return a.short(l, s, x)
	}
	l.Kind = LimitStock
	l.Sentence = fmt.Sprintf("only %d of %d of %s at %s are free by %s, and no receipt that is known brings more", l.Have, a.Qty, a.code(a.product), a.sites[s].Code, a.on(leave))
	return l
}

// expiring finds a lot that could leave, but would not last long enough.
func (a *asking) expiring(p *pool, leave, until int) *lot {
	if !p.expiring || p.free(leave, leave) == 0 {
		return nil
	}
	for i := range p.lots {
		if l := &p.lots[i]; l.qty > 0 && l.day <= leave && l.expires >= leave && l.expires < until {
			return l
		}
	}
	return nil
}

// receipt is the one that the last part of the line waits for: the last of its
// lots, if that comes after a day.
func (a *asking) receipt(p *pool, leave int, gs []grab) *lot {
	if len(gs) == 0 {
		return nil
	}
	g := gs[len(gs)-1]
	if g.source != FromStock || total(gs) < a.Qty {
		return nil
	}
	var out *lot
	for i := range p.lots {
		if l := &p.lots[i]; l.qty > 0 && l.day > leave && l.day <= g.leave && l.expires >= g.until && (out == nil || l.day > out.day) {
			out = l
		}
	}
	return out
}

// unmade says what stops one unit more being made for a departure, with the
// figures of all that is wanted where that meets the same lack; nil when the
// product is not made there.
func (a *asking) unmade(s, leave, on int) *lack {
	p := a.pool(place{s, a.product})
	stock := min(a.Qty, p.free(leave, on+a.Remaining))
	a.takePool(p, leave, on+a.Remaining, stock)
	want := a.Qty - stock
	var out *lack
	a.orders(s, leave, on, func(r *recipe, ready int) bool {
		if q := a.largest(s, r, ready, want); q < want {
			out = a.why(s, r, ready, q+1)
			if all := a.why(s, r, ready, want); all.kind == out.kind && all.stage == out.stage && all.centre == out.centre {
				out = all
			}
		}
		return false
	})
	return out
}

// why is what a work order lacks that cannot be.
func (b *Book) why(s int, r *recipe, ready int, q int64) *lack {
	m := b.mark()
	defer b.undo(m)
	return b.explode(s, r, ready, q, true)
}

// short tells a lack of an explosion.
func (a *asking) short(l *Limit, s int, x *lack) *Limit {
	l.Kind, l.Product, l.Want, l.Have = x.kind, a.world.Products[x.stage.product].ID, x.want, x.have
	code, at := a.code(x.stage.product), a.sites[s].Code
	switch x.kind {
	case LimitLead:
		l.Sentence = fmt.Sprintf("%s takes %d working days at %s: to be ready by %s it would have had to start before today", code, x.want, at, a.on(x.day))
	case LimitCapacity:
		l.Ref = x.centre.code
		l.Sentence = fmt.Sprintf("work centre %s at %s has %d of the %d minutes that %s needs from %s to %s", l.Ref, at, x.have, x.want, code, a.on(x.from), a.on(x.day))
		for d := x.day + 1; d < len(a.days); d++ {
			if x.centre.free[d] > 0 {
				l.On = a.on(d)
				l.Sentence += fmt.Sprintf("; it is free again on %s", l.On)
				break
			}
		}
	default:
		l.Sentence = fmt.Sprintf("component %s: %d of the %d needed at %s are free on %s", code, x.have, x.want, at, a.on(x.day))
		if n := next(x.stage.pool, x.day, x.until); n != nil {
			l.Ref, l.On = n.ref, a.on(n.day)
			l.Sentence += fmt.Sprintf("; receipt %s of %d comes on %s", n.ref, n.qty, l.On)
		}
	}
	return l
}

// next is the first lot that comes after a day.
func next(p *pool, day, until int) *lot {
	var out *lot
	for i := range p.lots {
		if l := &p.lots[i]; l.qty > 0 && l.day > day && l.expires >= until && (out == nil || l.day < out.day) {
			out = l
		}
	}
	return out
}
