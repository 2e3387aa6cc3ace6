package report

import (
	"slices"

	"kontor/internal/rooms/bom"
	"kontor/internal/rooms/catalog"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// BOMView is what a product is made of, and what it goes into.
type BOMView struct {
	SKU     string        `json:"sku"`
	Yield   string        `json:"yield,omitempty" doc:"share of good pieces of those begun: 0.98; empty without a bill"`
	Phantom bool          `json:"phantom,omitempty" doc:"never stocked: its components are taken in its place"`
	Lines   []BOMLineView `json:"lines" doc:"in the order in which they were written"`
	UsedIn  []BOMLineView `json:"used_in" doc:"the bills that take it, by SKU"`
	Version int64         `json:"version" doc:"of the bill; 0 = it never had one"`
}

// BOMLineView is one line of a bill, seen from the assembly or from the component.
type BOMLineView struct {
	SKU       string  `json:"sku" doc:"of the component; of the assembly in used_in"`
	Name      string  `json:"name"`
	Role      string  `json:"role" enum:"component,co_product"`
	Qty       string  `json:"qty" doc:"in the component's base unit …"`
	Unit      string  `json:"unit"`
	Per       string  `json:"per" doc:"… for so many base units of the assembly"`
	Scrap     string  `json:"scrap,omitempty" doc:"share that is lost as a rule: 0.02"`
	ValidFrom day.Day `json:"valid_from"`
	ValidTo   day.Day `json:"valid_to,omitempty" doc:"last day; empty = open"`
}

// BOM shows the bill of a product, and the bills that it stands in.
func BOM(q db.Querier, p id.Product) (BOMView, error) {
	self, err := Product(q, p)
	if err != nil {
		return BOMView{}, err
	}
	v := BOMView{SKU: self.SKU, Lines: []BOMLineView{}, UsedIn: []BOMLineView{}}
	of, err := bom.Of(q, []id.Product{p})
	if err != nil {
		return v, err
	}
	if b := of[p]; b != nil {
		v.Yield, v.Phantom, v.Version = share(b.Yield), b.Phantom, b.Version
		parts := make([]id.Product, len(b.Lines))
		for i, l := range b.Lines {
			parts[i] = l.Component
		}
		known, err := catalog.ByID(q, parts)
		if err != nil {
			return v, err
		}
		for _, l := range b.Lines {
			v.Lines = append(v.Lines, bomLine(known[l.Component], l, known[l.Component], self.Scale))
		}
	}
	v.UsedIn, err = usedIn(q, p, self)
	return v, err
}

// usedIn lists the bills that take a product.
func usedIn(q db.Querier, p id.Product, self ProductView) ([]BOMLineView, error) {
	in, err := bom.With(q, p)
	if err != nil {
		return nil, err
	}
	over := make([]id.Product, 0, len(in))
	for x := range in {
		over = append(over, x)
	}
	known, err := catalog.ByID(q, over)
	out := []BOMLineView{}
	for x, b := range in {
		for _, l := range b.Lines {
			if a := known[x]; a != nil {
				out = append(out, bomLine(a, l, &catalog.Product{Unit: self.Unit, Scale: self.Scale}, a.Scale))
			}
		}
	}
	slices.SortFunc(out, func(a, b BOMLineView) int {
		return cmpText(a.SKU+string(a.ValidFrom), b.SKU+string(b.ValidFrom))
	})
	return out, err
}

// bomLine shows a line under the name of one of its ends.
func bomLine(named *catalog.Product, l bom.Line, component *catalog.Product, scale int64) BOMLineView {
	v := BOMLineView{SKU: named.SKU, Name: named.Name, Role: l.Role, Qty: qty.Format(l.Take, int(component.Scale)), Unit: component.Unit, Per: qty.Format(l.Per, int(scale)), ValidFrom: l.From, ValidTo: l.To}
	if l.Scrap > 0 {
		v.Scrap = share(l.Scrap)
	}
	return v
}

// share writes parts per million as a share: 980000 is 0.98.
func share(ppm int64) string {
	d, _ := dec.FromInt(ppm).Quo(dec.FromInt(bom.Million)) // a million divides without rest
	return d.String()
}

// NeedView is how much of a product an explosion takes.
type NeedView struct {
	Level   int    `json:"level" doc:"the lowest at which it stands: 0 is what is made"`
	SKU     string `json:"sku"`
	Name    string `json:"name"`
	Qty     string `json:"qty" doc:"over all places where it is taken, rounded up once to what can be counted"`
	Free    string `json:"free" doc:"that may be sold and belongs to no order, in all warehouses"`
	Missing string `json:"missing" doc:"needed above what is free; 0 when there is enough"`
	Unit    string `json:"unit"`
	Made    bool   `json:"made" doc:"it has a bill itself on that day"`
	Phantom bool   `json:"phantom,omitempty"`
}

// ExplosionView is what a quantity of a product takes over all levels.
type ExplosionView struct {
	On    day.Day    `json:"on"`
	Needs []NeedView `json:"needs" doc:"by level, then SKU"`
}

// Explosion takes a product apart over all levels by the bills of a day; "" is today.
func Explosion(q db.Querier, p id.Product, quantity string, on day.Day) (ExplosionView, error) {
	if on == "" {
		_, now, err := today(q)
		if err != nil {
			return ExplosionView{}, err
		}
		on = now
	}
	if err := mustBeDay(on); err != nil {
		return ExplosionView{}, err
	}
	v := ExplosionView{On: on, Needs: []NeedView{}}
	self, err := Product(q, p)
	if err != nil {
		return v, err
	}
	steps, err := qty.Parse(quantity, int(self.Scale))
	if err == nil && steps <= 0 {
		err = ErrAsk.Because("write a quantity above 0")
	}
	if err != nil {
		return v, fault.At(err, "qty")
	}
	book, err := bom.Under(q, []id.Product{p})
	if err != nil {
		return v, err
	}
	if book[p] == nil || len(book[p].Lines) == 0 {
		return v, bom.ErrNone.Because("%s has no bill of material: save one, or ask for a product that is made", self.SKU)
	}
	needs, err := book.Explode(p, steps, on)
	if err != nil {
		return v, err
	}
	return v, v.name(q, needs)
}

// freeOf adds up what may be sold and belongs to no order, per product.
func freeOf(q db.Querier, products []id.Product) (map[id.Product]int64, error) {
	out := map[id.Product]int64{}
	err := q.Each(`WITH {a: id BIGINT} SELECT z.product_id, CAST(SUM(z.on_hand-z.reserved) AS BIGINT) FROM a JOIN stock_pot z ON z.product_id=a.id WHERE z.status='sellable' GROUP BY z.product_id`, db.Ints(products), nil, func(r *db.Rows) error {
		var p id.Product
		var n int64
		err := r.Scan((*int64)(&p), &n)
		out[p] = n
		return err
	})
	return out, err
}

func (v *ExplosionView) name(q db.Querier, needs []bom.Need) error {
	all := make([]id.Product, len(needs))
	for i, n := range needs {
		all[i] = n.Product
	}
	known, err := catalog.ByID(q, all)
	if err != nil {
		return err
	}
	free, err := freeOf(q, all)
	if err != nil {
		return err
	}
	for _, n := range needs {
		x := known[n.Product]
		in := func(steps int64) string { return qty.Format(steps, int(x.Scale)) }
		v.Needs = append(v.Needs, NeedView{Level: n.Level, SKU: x.SKU, Name: x.Name, Qty: in(n.Steps), Free: in(free[n.Product]), Missing: in(max(0, n.Steps-free[n.Product])), Unit: x.Unit, Made: n.Made, Phantom: n.Phantom})
	}
	slices.SortFunc(v.Needs, func(a, b NeedView) int {
		if a.Level != b.Level {
			return a.Level - b.Level
		}
		return cmpText(a.SKU, b.SKU)
	})
	return nil
}
