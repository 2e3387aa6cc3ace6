package promise

// asking is a line that is being settled.
type asking struct {
	*Book
	Line
	group   string
	to      string
	product int
	ways    []way
	from    int              // first day on which it may arrive
	alone   map[[2]int]int64 // by site and day: bound of one work order
	frozen  bool             // others have booked: no new bounds
	spent   map[[2]int]bool  // by site and day: a work order that can be no larger, as things are booked
	choices map[choice][]Choice
	others  []other // substitutes allowed
}

// other is a substitute: step base steps of the line need taken of its product.
type other struct {
	product     int
	step, taken int64
}

// choice names a decision between sites: of which product for which arrival.
type choice struct{ on, product int }

// grab is a quantity from one source, booked.
type grab struct {
	site, leave, arrive int
	qty                 int64
	source              Source
	product             int
	taken               int64
	until, ready, start int
	pieces              []piece
}

func total(gs []grab) int64 {
	n := int64(0)
	for _, g := range gs {
		n += g.qty
	}
	return n
}

func substituted(gs []grab) int64 {
	n := int64(0)
	for _, g := range gs {
		if g.source == FromSubstitute {
			n += g.qty
		}
	}
	return n
}

func (b *Book) ask(r *Request, l Line) *asking {
	a := &asking{Book: b, Line: l, group: r.Group, to: r.To, product: b.products[l.Product], ways: b.ways[r.To], alone: map[[2]int]int64{}, spent: map[[2]int]bool{}, choices: map[choice][]Choice{}}
	if l.Wish != "" {
		a.from = max(0, b.at(l.Wish))
	}
	if l.Substitutes {
		for _, s := range b.world.Products[a.product].Substitutes {
			g := gcd(s.Num, s.Den)
			a.others = append(a.others, other{b.products[s.Product], s.Den / g, s.Num / g})
		}
	}
	return a
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// settle books what the line gets.
func (a *asking) settle() []grab {
	switch {
	case a.SplitTime && a.SplitSites:
		return a.daily(a.day)
	case a.SplitTime:
		return a.oneSite()
	}
	for on := a.from; on < len(a.days); on++ {
		if gs := a.whole(on); gs != nil {
			return gs
		}
	}
	return nil
}

// daily takes as much as there is, day by day.
func (a *asking) daily(take func(on int, want int64) []grab) []grab {
	var out []grab
	rest := a.Qty
	for on := a.from; on < len(a.days) && rest > 0; on++ {
		gs := take(on, rest)
		rest -= total(gs)
		out = append(out, gs...)
	}
	return out
}

// whole books everything on one day, or nothing.
func (a *asking) whole(on int) []grab {
	if !a.possible(on) {
		return nil
	}
	if a.SplitSites {
		m := a.mark()
		gs := a.day(on, a.Qty)
		if total(gs) < a.Qty {
			a.undo(m)
			return nil
		}
		return gs
	}
	return a.best(func(s int) []grab { return a.site(s, on, a.Qty) }, func(gs []grab) bool { return total(gs) == a.Qty })
}

// possible is false when not even work orders that have all to themselves would do.
func (a *asking) possible(on int) bool {
	sum, top := int64(0), int64(0)
	for s := range a.ways {
		n := a.bound(s, on)
		sum += n
		top = max(top, n)
	}
	return top >= a.Qty || a.SplitSites && sum >= a.Qty
}

// bound is at least what a site can give on a day, and at most the line's quantity.
func (a *asking) bound(s, on int) int64 {
	leave := a.leaves(s, on)
	if leave < 0 {
		return 0
	}
	n := min(a.Qty, a.pool(place{s, a.product}).free(leave, on+a.Remaining))
	for _, o := range a.others {
		n += min(a.Qty, a.pool(place{s, o.product}).free(leave, on+a.Remaining)/o.taken*o.step)
	}
	a.orders(s, leave, on, func(r *recipe, ready int) bool {
		k := [2]int{s, ready}
		q, ok := a.alone[k]
		if !ok && a.frozen {
			q = a.Qty
		} else if !ok && n < a.Qty {
			q = a.largest(s, r, ready, a.Qty)
			a.alone[k] = q
		}
		n += q
		return n < a.Qty
	})
	return min(n, a.Qty)
}

// leaves is the departure from a site that arrives on a day, or -1.
func (a *asking) leaves(s, on int) int {
	if w := &a.ways[s]; w.ok {
		return w.leave[on]
	}
	return -1
}

// orders visits the days on which a work order for a departure may be ready.
func (a *asking) orders(s, leave, on int, visit func(*recipe, int) bool) {
	r := a.recipes[place{s, a.product}]
	if !a.Make || r == nil {
		return
	}
	shelf := a.world.Products[a.product].Shelf
	last := a.sites[s].rank[leave] - 1
	for n := last; n >= max(0, last-r.Ahead); n-- {
		ready := a.sites[s].work[n]
		if shelf > 0 && ready+shelf < on+a.Remaining || !visit(r, ready) {
			return
		}
	}
}

// own books a site's stock of the product, then what it can make.
func (a *asking) own(s, on int, want int64) []grab {
	leave := a.leaves(s, on)
	if leave < 0 || want <= 0 {
		return nil
	}
	g := grab{site: s, leave: leave, arrive: on, source: FromStock, product: a.product, until: on + a.Remaining}
	var out []grab
	p := a.pool(place{s, a.product})
	if n := min(want, p.free(leave, g.until)); n > 0 {
		a.takePool(p, leave, g.until, n)
		g.qty, g.taken = n, n
		out = append(out, g)
		want -= n
	}
	a.orders(s, leave, on, func(r *recipe, ready int) bool {
		if q := a.grow(s, r, ready, want); q > 0 {
			a.explode(s, r, ready, q, false)
			g.qty, g.taken = q, q
			out = append(out, a.made(s, r, ready, g))
			want -= q
		}
		return want > 0
	})
	return out
}

// grow is largest, asked once for a work order that can be no larger.
func (a *asking) grow(s int, r *recipe, ready int, want int64) int64 {
	k := [2]int{s, ready}
	if a.spent[k] {
		return 0
	}
	q := a.largest(s, r, ready, want)
	if q < want { // and what is booked later can only make it less
		a.spent[k] = true
		a.journal = append(a.journal, entry{spent: a.spent, order: k})
	}
	return q
}

func (a *asking) made(s int, r *recipe, ready int, g grab) grab {
	at := &a.sites[s]
	g.source, g.ready, g.start = FromMake, ready, ready
	if r.buys() {
		g.source = FromBuy
	}
	if !r.Phantom {
		g.start = at.work[at.rank[ready]-1-r.Lead]
	}
	return g
}

// substitute books a site's stock of another product.
func (a *asking) substitute(s, on int, o other, want int64) []grab {
	leave := a.leaves(s, on)
	if leave < 0 || want < o.step {
		return nil
	}
	until := on + a.Remaining
	p := a.pool(place{s, o.product})
	n := min(want/o.step, p.free(leave, until)/o.taken)
	if n == 0 {
		return nil
	}
	a.takePool(p, leave, until, n*o.taken)
	return []grab{{site: s, leave: leave, arrive: on, qty: n * o.step, source: FromSubstitute, product: o.product, taken: n * o.taken, until: until}}
}

// room is what the quota of the group leaves for a product on a day, in base
// steps of it.
func (a *asking) room(product, on int) int64 {
	if q := a.quota(product, on); q != nil {
		return max(0, q.limit-q.used)
	}
	return most
}

func (a *asking) quota(product, on int) *quota {
	if len(a.quotas) == 0 {
		return nil
	}
	return a.quotas[quotaKey{a.group, product, a.days[on].Month()}]
}

// booked notes what was grabbed on quotas and shipments.
func (a *asking) booked(gs []grab) []grab {
	for _, g := range gs {
		if q := a.quota(g.product, g.arrive); q != nil {
			q.used += g.taken
			a.journal = append(a.journal, entry{quota: q, qty: g.taken})
		}
		if k := (ship{g.site, g.leave}); !a.ships[k] {
			a.ships[k] = true
			a.journal = append(a.journal, entry{ship: k})
		}
	}
	return gs
}

// site books what one site can give on a day.
func (a *asking) site(s, on int, want int64) []grab {
	out := a.booked(a.own(s, on, min(want, a.room(a.product, on))))
	for _, o := range a.others {
		rest := min(want-total(out), a.room(o.product, on)/o.taken*o.step)
		out = append(out, a.booked(a.substitute(s, on, o, rest))...)
	}
	return out
}

// oneSite splits in time only.
func (a *asking) oneSite() []grab {
	return a.best(func(s int) []grab {
		return a.daily(func(on int, want int64) []grab { return a.site(s, on, want) })
	}, func(gs []grab) bool { return len(gs) > 0 })
}

// day books what all sites together can give on a day.
func (a *asking) day(on int, want int64) []grab {
	out := a.several(on, a.product, min(want, a.room(a.product, on)), 1, func(s int, n int64) []grab { return a.own(s, on, n) })
	for _, o := range a.others {
		rest := min(want-total(out), a.room(o.product, on)/o.taken*o.step)
		out = append(out, a.several(on, o.product, rest, o.step, func(s int, n int64) []grab { return a.substitute(s, on, o, n) })...)
	}
	return out
}
