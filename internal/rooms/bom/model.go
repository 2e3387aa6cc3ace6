// Package bom owns bills of material: which components go into a product, how
// many, on which days, and what else comes out beside it. It explodes them over
// all levels. It does not own stock, routings, work orders or what anything
// costs.
package bom

import (
	"cmp"
	"math/big"
	"slices"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Rules of the room.
var (
	ErrInvalid = fault.Rule{Kind: fault.Invalid, Code: "bom.invalid"}
	ErrOverlap = fault.Rule{Kind: fault.Invalid, Code: "bom.overlap"}
	ErrCycle   = fault.Rule{Kind: fault.Refused, Code: "bom.cycle"}
	ErrStale   = fault.Rule{Kind: fault.Stale, Code: "bom.stale"}
	ErrNone    = fault.Rule{Kind: fault.NotFound, Code: "bom.none"}
)

// Roles of a line.
const (
	Component = "component"  // goes in
	CoProduct = "co_product" // comes out beside the assembly
)

// Million is the whole of a share in parts per million.
const Million = 1_000_000

// Bill is what a product is made of. The lines are all there is: saving a bill
// replaces the one before it.
type Bill struct {
	Product id.Product
	Yield   int64 // good pieces of those begun, parts per million; 0 = all
	Phantom bool  // never stocked: what it is made of is taken in its place
	Lines   []Line
	Version int64 // that is to be replaced; 0 = whatever stands there
}

// Line is a component on the days from From to To.
type Line struct {
	ID        id.BOMLine
	Component id.Product
	Role      string  // Component when empty
	Take      int64   // so many base steps of the component …
	Per       int64   // … for so many base steps of the assembly
	Scrap     int64   // of what is taken, what is lost as a rule, parts per million
	From      day.Day // the first day
	To        day.Day // the last day; "" = open
}

// on tells whether the line is valid on a day.
func (l Line) on(d day.Day) bool { return l.From <= d && (l.To == "" || d <= l.To) }

// Check fills defaults and refuses what cannot be made.
func (b *Bill) Check() error {
	if b.Yield == 0 {
		b.Yield = Million
	}
	if b.Yield < 1 || b.Yield > Million {
		return ErrInvalid.Because("the yield must be above 0 and at most 1").At("yield")
	}
	var all []error
	for i := range b.Lines {
		all = append(all, fault.At(b.Lines[i].check(b.Product), "lines[%d]", i))
	}
	if err := fault.All(all...); err != nil {
		return err
	}
	return b.overlap()
}

func (l *Line) check(assembly id.Product) error {
	if l.Role == "" {
		l.Role = Component
	}
	switch {
	case l.Role != Component && l.Role != CoProduct:
		return ErrInvalid.Because("%.20q is no role of a line: write %s or %s", l.Role, Component, CoProduct).At("role")
	case l.Take <= 0 || l.Per <= 0:
		return ErrInvalid.Because("a line needs a quantity above 0").At("qty")
	case l.Scrap < 0 || l.Scrap >= Million:
		return ErrInvalid.Because("scrap must be a share of 0 up to, but not, 1").At("scrap")
	case l.Component == assembly:
		return ErrCycle.Because("a product cannot be made of itself").At("component")
	case !l.From.Valid():
		return ErrInvalid.Because("a line needs the first day on which it is valid").At("valid_from")
	case l.To != "" && (!l.To.Valid() || l.To < l.From):
		return ErrInvalid.Because("the last day %s is before the first, %s", l.To, l.From).At("valid_to")
	}
	return nil
}

// overlap refuses the same component twice on one day: nobody could say which line counts.
func (b *Bill) overlap() error {
	at := map[id.Product][]int{}
	for i, l := range b.Lines {
		for _, j := range at[l.Component] {
			o := b.Lines[j]
			if l.Role == o.Role && (o.To == "" || l.From <= o.To) && (l.To == "" || o.From <= l.To) {
				return fault.At(ErrOverlap.Because("the component of this line stands in line %d already, on some of the same days: end one of them, or add their quantities up", j+1), "lines[%d]", i)
			}
		}
		at[l.Component] = append(at[l.Component], i)
	}
	return nil
}

// Book is bills as they were read together, by product.
type Book map[id.Product]*Bill

// Need is how much of a product an explosion takes, over all places where it is taken.
type Need struct {
	Product id.Product
	Level   int      // the lowest at which it stands: 0 is what is made, its components follow
	Exact   *big.Rat // base steps
	Steps   int64    // … rounded up: half a screw is a screw
	Made    bool     // it has a bill itself on that day
	Phantom bool     // passed through, never stocked
}

// Explode says what steps base steps of a product take, over all levels, by the
// bills of one day: sorted by level, then product. Quantities are exact until
// the end and rounded once per product, as one pick for all would be.
func (b Book) Explode(p id.Product, steps int64, on day.Day) ([]Need, error) {
	order, err := b.topological(p, on)
	if err != nil {
		return nil, err
	}
	needs := map[id.Product]*Need{p: {Product: p, Exact: big.NewRat(steps, 1)}}
	for _, x := range order {
		n := needs[x]
		lines := b.valid(x, on)
		n.Made, n.Phantom = len(lines) > 0, b[x] != nil && b[x].Phantom
		for _, l := range lines {
			c := needs[l.Component]
			if c == nil {
				c = &Need{Product: l.Component, Exact: new(big.Rat)}
				needs[l.Component] = c
			}
			c.Level = max(c.Level, n.Level+1)
			c.Exact.Add(c.Exact, b.taken(x, l, n.Exact))
		}
	}
	return sorted(needs), nil
}

func sorted(needs map[id.Product]*Need) []Need {
	out := make([]Need, 0, len(needs))
	for _, n := range needs {
		n.Steps = ceil(n.Exact)
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b Need) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Product, b.Product))
	})
	return out
}

// valid are the components of a product on a day.
func (b Book) valid(p id.Product, on day.Day) []Line {
	if b[p] == nil {
		return nil
	}
	var out []Line
	for _, l := range b[p].Lines {
		if l.Role == Component && l.on(on) {
			out = append(out, l)
		}
	}
	return out
}

// taken is what n of an assembly take of a line: more is begun than becomes
// good, and more is taken than goes in.
func (b Book) taken(assembly id.Product, l Line, n *big.Rat) *big.Rat {
	out := new(big.Rat).Mul(n, big.NewRat(l.Take, l.Per))
	out.Mul(out, big.NewRat(Million, b[assembly].Yield))
	return out.Mul(out, big.NewRat(Million, Million-l.Scrap))
}

// ceil rounds up; what does not fit an int64 becomes the largest one.
func ceil(x *big.Rat) int64 {
	q, m := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	if m.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return 1<<63 - 1
	}
	return q.Int64()
}

// topological lists what stands under a product, each before its components. A
// product that would go into itself is a fault.
func (b Book) topological(p id.Product, on day.Day) ([]id.Product, error) {
	const open, done = 1, 2
	state := map[id.Product]int{}
	var order []id.Product
	var walk func(x id.Product) error
	walk = func(x id.Product) error {
		switch state[x] {
		case open:
			return ErrCycle.Because("product %s would go into itself", x)
		case done:
			return nil
		}
		state[x] = open
		for _, l := range b.valid(x, on) {
			if err := walk(l.Component); err != nil {
				return err
			}
		}
		state[x] = done
		order = append(order, x)
		return nil
	}
	err := walk(p)
	slices.Reverse(order)
	return order, err
}

// Cycle gives the way on which a product would go into itself, whatever the
// day; none when there is no such product.
func (b Book) Cycle() []id.Product {
	state := map[id.Product]int{}
	var way []id.Product
	var walk func(x id.Product) []id.Product
	walk = func(x id.Product) []id.Product {
		if at := slices.Index(way, x); at >= 0 {
			return append(slices.Clone(way[at:]), x)
		}
		if state[x] != 0 || b[x] == nil {
			return nil
		}
		state[x] = 1
		way = append(way, x)
		for _, l := range b[x].Lines {
			if l.Role != Component {
				continue
			}
			if found := walk(l.Component); found != nil {
				return found
			}
		}
		way = way[:len(way)-1]
		return nil
	}
	products := make([]id.Product, 0, len(b))
	for x := range b {
		products = append(products, x)
	}
	slices.Sort(products)
	for _, x := range products {
		if found := walk(x); found != nil {
			return found
		}
	}
	return nil
}
