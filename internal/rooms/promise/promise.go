package promise

import (
	"slices"

	"kontor/internal/words/fault"
)

// Promise answers a request and leaves the Book as it was.
func (b *Book) Promise(r Request) (Answer, error) {
	out, err := b.run(r)
	b.undo(mark{})
	return out, err
}

// Keep answers a request and keeps what it promises, so that the next request
// does not get it.
func (b *Book) Keep(r Request) (Answer, error) {
	out, err := b.run(r)
	b.journal = b.journal[:0]
	return out, err
}

func (b *Book) run(r Request) (Answer, error) {
	if err := b.check(r); err != nil {
		return Answer{}, err
	}
	clear(b.ships)
	out := Answer{Lines: make([]Answered, len(r.Lines))}
	for _, set := range groups(r) {
		asked := make([]*asking, len(set))
		for i, n := range set {
			asked[i] = b.ask(&r, r.Lines[n])
		}
		for i, x := range b.answer(asked, r) {
			out.Lines[set[i]] = x
		}
		b.offerSurplus()
	}
	for k := range b.ships {
		out.Freight += b.ways[r.To][k.site].PerShipment
	}
	for _, l := range out.Lines {
		for _, c := range l.Confirmed {
			out.Freight += c.Qty * b.ways[r.To][b.siteAt[c.Site]].PerUnit
		}
	}
	return out, nil
}

func (b *Book) check(r Request) error {
	if _, ok := b.ways[r.To]; !ok {
		return ErrRequest.Because("cannot promise anything for %q: it is not a known destination", r.To).At("to")
	}
	for i, l := range r.Lines {
		if _, ok := b.products[l.Product]; !ok {
			return fault.At(ErrRequest.Because("cannot promise an unknown product; create it first"), "lines[%d].product", i)
		}
		if l.Qty <= 0 || l.Qty > most/10000 || l.Remaining < 0 || l.Wish != "" && !l.Wish.Valid() {
			return fault.At(ErrRequest.Because("a line needs a quantity above 0, no negative days of shelf life, and a real date"), "lines[%d]", i)
		}
	}
	return nil
}

// groups lists which lines go together, by their positions.
func groups(r Request) [][]int {
	var out [][]int
	where := map[int]int{}
	for i, l := range r.Lines {
		key := l.Together
		if r.Complete {
			key = 1
		}
		if at, ok := where[key]; ok && key > 0 {
			out[at] = append(out[at], i)
			continue
		}
		where[key] = len(out)
		out = append(out, []int{i})
	}
	return out
}

// settleAll books lines that go together, or one line by itself.
func (b *Book) settleAll(asked []*asking, together bool) [][]grab {
	out := make([][]grab, len(asked))
	if !together {
		out[0] = asked[0].settle()
		return out
	}
	from, suspect := 0, asked[0]
	for _, a := range asked {
		from = max(from, a.from)
	}
	for on := from; on < len(b.days); on++ {
		// Alone a line does no worse than after others: who failed last is asked
		// first. Not so with substitutes: what is left for them need not be whole.
		m := b.mark()
		ok := len(suspect.others) > 0 || suspect.whole(on) != nil
		b.undo(m)
		ok = ok && !slices.ContainsFunc(asked, func(a *asking) bool { return !a.possible(on) })
		if ok && b.together(asked, on, out, &suspect) {
			return out
		}
		b.undo(m)
	}
	clear(out)
	return out
}

// together books all lines for one day, or says who failed.
func (b *Book) together(asked []*asking, on int, out [][]grab, failed **asking) bool {
	for i, a := range asked {
		a.frozen = true
		out[i] = a.whole(on)
		a.frozen = false
		if out[i] == nil {
			*failed = a
			return false
		}
	}
	return true
}

// answer settles lines that go together. What is booked is taken back and booked
// again line by line, so that limits, options and traces are told from the state
// that the line met.
func (b *Book) answer(asked []*asking, r Request) []Answered {
	together := r.Complete || asked[0].Together > 0
	out := make([]Answered, len(asked))
	m := b.mark()
	got := b.settleAll(asked, together)
	b.undo(m)
	for i, a := range asked {
		out[i] = Answered{Open: a.Qty - total(got[i]), Choices: a.chosen(got[i])}
		if out[i].Limit = a.limit(got[i], together); out[i].Limit != nil {
			out[i].Better = a.better(got[i], together)
		}
		out[i].Trace = &Node{Op: OpSum, What: "confirmed"}
		for _, g := range got[i] {
			n := a.again(&g, a.Qty-out[i].Trace.Value)
			out[i].Trace.In = append(out[i].Trace.In, n)
			out[i].Trace.Value += n.Value
			out[i].Confirmed = append(out[i].Confirmed, b.confirmations(g)...)
		}
	}
	return out
}

// chosen lists the decisions between sites that the grabs follow, by day.
func (a *asking) chosen(gs []grab) []Choice {
	var out []Choice
	told := map[choice]bool{}
	for _, g := range gs {
		k := choice{g.arrive, g.product}
		if a.choices[k] == nil { // one site, that gave a substitute too
			k.product = a.product
		}
		if !told[k] {
			out = append(out, a.choices[k]...)
		}
		told[k] = true
	}
	return out
}

// again books what was grabbed before, of what was still wanted, and tells what
// it comes from.
func (a *asking) again(g *grab, wanted int64) Node {
	r := a.recipes[place{g.site, g.product}]
	made := g.source == FromMake || g.source == FromBuy
	var n Node
	if made {
		a.explode(g.site, r, g.ready, g.qty, false)
		n = a.traceMake(g, r, wanted)
	} else {
		p := a.pool(place{g.site, g.product})
		g.pieces = p.pieces(g.leave, g.until, g.taken)
		n = a.traceStock(g, p, wanted)
		a.takePool(p, g.leave, g.until, g.taken)
	}
	a.booked([]grab{*g})
	return n
}

// confirmations are a grab by where it comes from: what is on hand, and each
// receipt. A substitute stays one.
func (b *Book) confirmations(g grab) []Confirmation {
	c := Confirmation{Site: b.sites[g.site].ID, Leaves: b.on(g.leave), Arrives: b.on(g.arrive), Qty: g.qty, Source: g.source,
		Product: b.world.Products[g.product].ID, Taken: g.taken}
	switch g.source {
	case FromMake, FromBuy:
		c.Ready, c.Starts = b.on(g.ready), b.on(g.start)
		return []Confirmation{c}
	case FromSubstitute:
		for _, p := range g.pieces {
			c.Lots = append(c.Lots, Peg{p.ref, b.on(p.day), p.part})
		}
		return []Confirmation{c}
	}
	c.Qty, c.Taken = 0, 0
	out := []Confirmation{c}
	for _, p := range g.pieces {
		x := &out[0]
		if p.day > 0 {
			out = append(out, c)
			x = &out[len(out)-1]
			x.Source = FromReceipt
		}
		x.Qty += p.part
		x.Taken += p.part
		x.Lots = append(x.Lots, Peg{p.ref, b.on(p.day), p.part})
	}
	return slices.DeleteFunc(out, func(c Confirmation) bool { return c.Qty == 0 })
}
