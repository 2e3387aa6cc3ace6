package promise

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
)

// recipe is a Recipe with its whole tree below: stages[0] is the product, and
// each stage comes after all that contain it.
type recipe struct {
	Recipe
	centres []*centre // by operation
	stages  []stage
}

type stage struct {
	product int
	pool    *pool
	recipe  *recipe // nil: only from stock
	parts   []part
	needs   []need // of the explosion at hand, by day
}

// part is a component, by its stage.
type part struct {
	stage int
	*Component
}

type need struct {
	day       int
	qty, took int64 // base steps; took is what stock covers
}

func (n need) rest() int64 { return n.qty - n.took }

// buys reports whether the recipe stands for an order with a supplier.
func (r *recipe) buys() bool { return len(r.Components) == 0 && len(r.Operations) == 0 }

func (b *Book) readRecipes() error {
	for i, c := range b.world.Centres {
		if err := b.readCentre(i, c); err != nil {
			return err
		}
	}
	for i, r := range b.world.Recipes {
		if err := b.readRecipe(i, r); err != nil {
			return err
		}
	}
	for at, r := range b.recipes {
		if err := b.stage(at, r); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) readRecipe(i int, r Recipe) error {
	at, err := b.find(r.Site, r.Product, "recipe", i)
	if err != nil {
		return err
	}
	if r.Lead < 0 || r.Batch < 0 || r.Ahead < 0 {
		return ErrWorld.Because("recipe %d has a lead time, batch or days ahead below 0", i)
	}
	x := &recipe{Recipe: r}
	for _, o := range r.Operations {
		c := b.sites[at.site].centres[o.Centre]
		if c == nil || o.Setup < 0 || o.Run < 0 || o.RunOf <= 0 {
			return ErrWorld.Because("recipe %d has an operation on work centre %q, which the site does not have, or minutes that cannot be", i, o.Centre)
		}
		x.centres = append(x.centres, c)
	}
	b.recipes[at] = x
	return nil
}

func (b *Book) readCentre(i int, c Centre) error {
	s, ok := b.siteAt[c.Site]
	if !ok || c.Minutes < 0 {
		return ErrWorld.Because("work centre %d is at an unknown site, or has less than no time", i)
	}
	x := &centre{code: c.Code, free: make([]int64, len(b.days))}
	for _, d := range b.sites[s].work {
		x.free[d] = c.Minutes
	}
	for _, l := range c.Booked {
		if d := b.at(l.On); d >= 0 && d < len(b.days) {
			x.free[d] -= l.Minutes
		}
	}
	for d := range x.free {
		x.free[d] = max(0, x.free[d])
		if !b.sites[s].open[d] {
			x.free[d] = 0
		}
	}
	b.sites[s].centres[c.Code] = x
	return nil
}

// stage lists the products below a recipe by low-level code.
func (b *Book) stage(at place, r *recipe) error {
	level := map[int]int{}
	if err := b.below(at, 0, level); err != nil {
		return err
	}
	order := slices.Collect(maps.Keys(level))
	slices.SortFunc(order, func(p, q int) int { return cmp.Or(level[p]-level[q], p-q) })
	r.stages = b.stages(at.site, order)
	return nil
}

// below notes the longest way down to a product and to all that it contains.
func (b *Book) below(at place, depth int, level map[int]int) error {
	if depth > len(b.products) {
		return ErrCycle.Because("%s contains itself at site %s; take it out of its bill of materials", b.world.Products[at.product].Code, b.sites[at.site].Code)
	}
	if was, seen := level[at.product]; seen && was >= depth {
		return nil
	}
	level[at.product] = depth
	x := b.recipes[at]
	if x == nil {
		return nil
	}
	for _, c := range x.Components {
		q, ok := b.products[c.Product]
		if !ok || c.Per <= 0 || c.PerOf <= 0 || c.Scrap < 0 || max(c.Per, c.PerOf, c.Scrap*1_000_000) > 1_000_000_000_000 {
			return ErrWorld.Because("the bill of materials of %s has a component that is unknown, not above 0 or beyond counting", b.world.Products[at.product].Code)
		}
		if err := b.below(place{at.site, q}, depth+1, level); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) stages(site int, order []int) []stage {
	where := map[int]int{}
	out := make([]stage, len(order))
	for i, p := range order {
		where[p] = i
	}
	for i, p := range order {
		at := place{site, p}
		out[i] = stage{product: p, pool: b.pool(at), recipe: b.recipes[at]}
		if x := out[i].recipe; x != nil {
			for j := range x.Components {
				out[i].parts = append(out[i].parts, part{where[b.products[x.Components[j].Product]], &x.Components[j]})
			}
		}
	}
	return out
}

// most is larger than any quantity in use, and may be added to itself.
const most = int64(1) << 60

// scaled is ⌈a×b/c⌉, at most most.
func scaled(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return most
	}
	q, rest := bits.Div64(hi, lo, uint64(c))
	if rest > 0 {
		q++
	}
	return int64(min(q, uint64(most)))
}

// lack says why an explosion failed.
type lack struct {
	kind       LimitKind // LimitLead, LimitComponent, LimitCapacity
	stage      *stage
	centre     *centre
	day, until int   // of the need; for capacity the last day of the window
	from       int   // capacity: its first day
	want, have int64 // base steps, minutes or working days
}

// explode books a work order of q that is ready on a day, with all below it, or
// books a part and says what is lacking; the caller takes that back.
//
// A trial books only what it must know again: stock of a product with a later
// need, and minutes.
func (b *Book) explode(s int, r *recipe, ready int, q int64, trial bool) *lack {
	for i := range r.stages {
		r.stages[i].needs = r.stages[i].needs[:0]
	}
	r.stages[0].needs = append(r.stages[0].needs, need{day: ready, qty: q})
	for i := range r.stages {
		x := &r.stages[i]
		for j := range x.needs {
			n := &x.needs[j]
			if i > 0 && (x.recipe == nil || !x.recipe.Phantom) {
				n.took = min(n.qty, x.pool.free(n.day, ready))
				if !trial || j+1 < len(x.needs) {
					b.takePool(x.pool, n.day, ready, n.took)
				}
			}
			if n.rest() == 0 {
				continue
			}
			if x.recipe == nil {
				return &lack{kind: LimitComponent, stage: x, day: n.day, until: ready, want: n.qty, have: n.took}
			}
			if l := b.order(s, r, x, n.day, n.rest()); l != nil {
				return l
			}
		}
	}
	return nil
}

// order books a work order of a stage and hands its needs down.
func (b *Book) order(s int, top *recipe, x *stage, by int, q int64) *lack {
	r, at := x.recipe, &b.sites[s]
	if r.Phantom {
		b.needs(top, x, by, q)
		return nil
	}
	made := max(q, r.Batch)
	last := at.rank[by] - 1
	if last-r.Lead < 0 || last < 0 {
		return &lack{kind: LimitLead, stage: x, day: by, want: int64(r.Lead), have: int64(max(0, last))}
	}
	ready, start := at.work[last], at.work[last-r.Lead]
	if l := b.work(x, start, ready, made); l != nil {
		return l
	}
	b.needs(top, x, start, made)
	if made > q {
		l := lot{ref: "surplus", day: ready, expires: never, qty: made - q}
		if shelf := b.world.Products[x.product].Shelf; shelf > 0 {
			l.expires = ready + shelf
		}
		b.surplus = append(b.surplus, surplus{x.pool, l})
	}
	return nil
}

// work books the operations of a work order.
func (b *Book) work(x *stage, start, ready int, made int64) *lack {
	end := ready - 1
	if x.recipe.Lead == 0 {
		end = ready
	}
	for i, o := range x.recipe.Operations {
		c := x.recipe.centres[i]
		minutes := o.Setup + scaled(made, o.Run, o.RunOf)
		if short := b.load(c, start, end, minutes); short > 0 {
			return &lack{kind: LimitCapacity, stage: x, centre: c, from: start, day: end, want: minutes, have: minutes - short}
		}
	}
	return nil
}

// needs adds the components of what is made to their stages.
func (b *Book) needs(top *recipe, x *stage, on int, made int64) {
	for _, c := range x.parts {
		q := most
		if made < most/(10000+c.Scrap) {
			q = scaled(made*(10000+c.Scrap), c.Per, c.PerOf*10000)
		}
		y := &top.stages[c.stage]
		i, found := slices.BinarySearchFunc(y.needs, on, func(n need, d int) int { return n.day - d })
		if found {
			y.needs[i].qty = min(most, y.needs[i].qty+q)
		} else {
			y.needs = slices.Insert(y.needs, i, need{day: on, qty: q})
		}
	}
}

// load books minutes on the days of a window, latest first, and says how many
// did not fit.
func (b *Book) load(c *centre, from, to int, minutes int64) int64 {
	for d := to; d >= from && minutes > 0; d-- {
		if n := min(minutes, c.free[d]); n > 0 {
			c.free[d] -= n
			minutes -= n
			b.journal = append(b.journal, entry{centre: c, day: d, qty: n})
		}
	}
	return minutes
}

// largest is the most, up to want, of a work order that is ready on a day. More
// is never easier: each need, load and rest grows with the quantity.
func (b *Book) largest(s int, r *recipe, ready int, want int64) int64 {
	can := func(q int64) bool {
		m := b.mark()
		l := b.explode(s, r, ready, q, true)
		b.undo(m)
		return l == nil
	}
	switch {
	case want <= 0:
		return 0
	case can(want):
		return want
	case want == 1 || !can(1):
		return 0
	}
	low, high := int64(1), want
	for high-low > 1 {
		if mid := low + (high-low)/2; can(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}
