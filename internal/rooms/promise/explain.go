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

// lacks books what a site can give on a day and says why it is not all.
func (a *asking) lacks(s, on int, gs []grab) *Limit {
	leave, room, m := a.leaves(s, on), a.room(a.product, on), a.mark()
	l := &Limit{Site: a.sites[s].ID, Product: a.Line.Product, Want: a.Qty, Have: total(a.own(s, on, a.Qty))}
	p := a.pool(place{s, a.product})
	code, at := a.code(a.product), a.sites[s].Code
	if room < l.Have {
		q := a.quota(a.product, on)
		return l.is(LimitQuota, a.group, room, "quota of group %s of %s for %s is used: %d of %d; %d are wanted", a.group, code, a.on(on).Month(), q.used, q.limit, a.Qty)
	}
	if l.Have >= a.Qty {
		return l.is(LimitRule, "", l.Have, "%s has %d of %s for %s only while nothing of it comes sooner: what is made first takes what the rest would need", at, l.Have, code, a.on(on))
	}
	if x := a.expiring(p, leave, on+a.Remaining); x != nil {
		return l.is(LimitShelf, x.ref, l.Have, "lot %s of %s at %s expires on %s; on arrival on %s it must last %d days more", x.ref, code, at, a.on(x.expires), a.on(on), a.Remaining)
	}
	if x := a.receipt(p, leave, gs); x != nil {
		l.On = a.on(x.day)
		return l.is(LimitReceipt, x.ref, l.Have, "only %d of %d of %s at %s can leave by %s; receipt %s of %d arrives on %s", l.Have, a.Qty, code, at, a.on(leave), x.ref, x.qty, l.On)
	}
	a.undo(m)
	if x := a.unmade(s, leave, on); x != nil {
		return a.short(l, s, x)
	}
	return l.is(LimitStock, "", l.Have, "only %d of %d of %s at %s are free by %s, and no receipt that is known brings more", l.Have, a.Qty, code, at, a.on(leave))
}

// is fills in what a limit turned out to be.
func (l *Limit) is(kind LimitKind, ref string, have int64, sentence string, figures ...any) *Limit {
	l.Kind, l.Ref, l.Have, l.Sentence = kind, ref, have, fmt.Sprintf(sentence, figures...)
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
	l.Product, l.Want = a.world.Products[x.stage.product].ID, x.want
	code, at := a.code(x.stage.product), a.sites[s].Code
	switch x.kind {
	case LimitLead:
		return l.is(x.kind, "", x.have, "%s takes %d working days at %s: to be ready by %s it would have had to start before today", code, x.want, at, a.on(x.day))
	case LimitCapacity:
		l.is(x.kind, x.centre.code, x.have, "work centre %s at %s has %d of the %d minutes that %s needs from %s to %s", x.centre.code, at, x.have, x.want, code, a.on(x.from), a.on(x.day))
		if d := x.centre.next(x.day); d >= 0 {
			l.On = a.on(d)
			l.Sentence += fmt.Sprintf("; it is free again on %s", l.On)
		}
		return l
	}
	l.is(x.kind, "", x.have, "component %s: %d of the %d needed at %s are free on %s", code, x.have, x.want, at, a.on(x.day))
	if n := next(x.stage.pool, x.day, x.until); n != nil {
		l.Ref, l.On = n.ref, a.on(n.day)
		l.Sentence += fmt.Sprintf("; receipt %s of %d comes on %s", n.ref, n.qty, l.On)
	}
	return l
}

// next is the first day after one with minutes left, or -1.
func (c *centre) next(day int) int {
	for d := day + 1; d < len(c.free); d++ {
		if c.free[d] > 0 {
			return d
		}
	}
	return -1
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
