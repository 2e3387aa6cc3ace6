package sim

import (
	"fmt"
	"sort"
	"strings"

	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/money"
)

// stockKey names an article in a warehouse.
type stockKey struct {
	house int
	good  int
}

// purchase is one delivery that a supplier owes us.
type purchase struct {
	house   int
	partner string
	lines   []bought
}

type bought struct {
	good  int
	units int64
}

// suppliers deliver one family each, after so many days.
var suppliers = map[string]struct {
	name        string
	least, most int
}{
	"Gear motors": {"Motorenwerk Ahrtann GmbH", 9, 21}, "Couplings": {"Kupplungsbau Siegquell KG", 4, 10}, "Bearings": {"Bohemia Ložiska a. s.", 6, 14}, "Hydraulics": {"Oleomeccanica Padova S.p.A.", 8, 20},
	"Belts, chains and hoses": {"Riemen-Union Weserbergland GmbH", 3, 8}, "Operating supplies": {"Schmierstoffe Hellwig & Sohn", 2, 6},
}

// pots reads all stock of one status, by article and warehouse.
func (s *sim) pots(status string) (map[stockKey]*stock.Pot, error) {
	out := map[stockKey]*stock.Pot{}
	err := s.read(func(r *db.Reader) error {
		houses, err := stock.Warehouses(r)
		if err != nil {
			return err
		}
		var spots []stock.Spot
		at := map[stock.Spot]stockKey{}
		for h, code := range s.houses {
			for _, w := range houses {
				for g := range s.goods {
					if w.Code == code && s.goods[g].stocked() {
						spot := stock.Spot{Warehouse: w.ID, Product: s.goods[g].id, Status: status}
						spots, at[spot] = append(spots, spot), stockKey{h, g}
					}
				}
			}
		}
		found, err := stock.Find(r, spots)
		for spot, p := range found {
			out[at[spot]] = p
		}
		return err
	})
	return out, err
}

// whole is what a wished line comes to in base units, packs unpacked.
func (g *good) whole(l flow.DraftLine) int64 {
	n, _ := dec.Must(l.Qty).Round(0)
	for _, u := range g.packs {
		if u.unit == l.Unit {
			n = n * u.num / u.den
		}
	}
	return n
}

// units of a pot in whole base units.
func (g *good) units(steps int64) int64 {
	for range g.scale {
		steps /= 10
	}
	return steps
}

// goodsIn books what suppliers bring today.
func (s *sim) goodsIn() error {
	var cmds []flow.GoodsIn
	for _, p := range due(s, s.agenda.arrive) {
		s.number++
		c := flow.GoodsIn{Reference: fmt.Sprintf("PO-%05d", 30000+s.number), Partner: p.partner, Warehouse: s.houses[p.house]}
		for _, b := range p.lines {
			g := s.goods[b.good]
			s.ordered[stockKey{p.house, b.good}] -= b.units
			got := b.units
			if s.luck.stock.chance(60) {
				got = max(1, got*int64(s.luck.stock.between(70, 98))/100) // the rest never comes
			}
			cost := g.price * g.cost * int64(s.luck.stock.between(97, 104)) / 10000
			c.Lines = append(c.Lines, flow.GoodsLine{SKU: g.sku, Qty: g.steps(got), Cost: money.Format(max(1, cost), "EUR")})
		}
		cmds = append(cmds, c)
	}
	return ask(s, s.office.GoodsIn, s.staff.stock, cmds, nil)
}

// reference makes a number for a paper of the warehouse.
func (s *sim) reference(kind string) string {
	s.number++
	return fmt.Sprintf("%s-%05d", kind, s.number)
}

// buy orders what runs low: what customers asked for lately must last until the
// supplier can deliver, and what orders wait for comes on top. A buyer looks at
// half of the list a day, and suppliers keep their days no better than others do.
func (s *sim) buy() error {
	pots, err := s.pots(stock.Sellable)
	if err != nil {
		return err
	}
	want := map[string]*purchase{}
	var index []string
	for h := range s.houses {
		for i, g := range s.goods {
			if !g.stocked() {
				continue
			}
			k := stockKey{h, i}
			free := int64(0)
			if p := pots[k]; p != nil {
				free = g.units(p.Free())
			}
			s.asked[k] -= s.asked[k] / 20
			usual := s.usual(i, h)
			days := int64(suppliers[g.family.name].most)
			point := max(usual*6, s.asked[k]*days/36) // asked is of twenty working days; a fifth less than would always do
			if free+s.ordered[k]-s.lacking[k] > point || s.luck.stock.chance(550) {
				continue
			}
			n := max(usual, s.asked[k]/12)*int64(s.luck.stock.between(10, 14)) + s.lacking[k]/2
			s.ordered[k] += n
			key := fmt.Sprint(h, g.family.name)
			if want[key] == nil {
				want[key] = &purchase{house: h, partner: suppliers[g.family.name].name}
				index = append(index, key)
			}
			want[key].lines = append(want[key].lines, bought{i, n})
		}
	}
	sort.Strings(index)
	for _, k := range index {
		p := want[k]
		x := suppliers[s.goods[p.lines[0].good].family.name]
		in(s, s.agenda.arrive, s.luck.stock.between(x.least, x.most), *p)
	}
	return nil
}

// countMissing counts the shelves on which a picker found less than the books say.
func (s *sim) countMissing() error {
	var names []string
	for k := range s.missing {
		names = append(names, k)
	}
	sort.Strings(names)
	if len(names) == 0 {
		return nil
	}
	s.missing = map[string]bool{}
	pots, err := s.pots(stock.Sellable)
	if err != nil {
		return err
	}
	var cmds []flow.Count
	for _, k := range names {
		sku, house, _ := strings.Cut(k, " ")
		if c, ok := s.counted(pots, sku, house, 0); ok {
			cmds = append(cmds, c)
		}
	}
	return ask(s, s.office.Count, s.staff.stock, cmds, nil)
}

// counted is the sheet of one shelf: a little less than the books say, or more.
func (s *sim) counted(pots map[stockKey]*stock.Pot, sku, house string, more int64) (flow.Count, bool) {
	for h := range s.houses {
		for i, g := range s.goods {
			p := pots[stockKey{h, i}]
			if p == nil || g.sku != sku || s.houses[h] != house || p.OnHand == 0 {
				continue
			}
			n := max(p.Reserved, p.OnHand*int64(s.luck.stock.between(970, 999)+int(more))/1000)
			return flow.Count{Reference: s.reference("CNT"), Warehouse: house, SKU: sku, Counted: g.text(n), Reason: "counted"}, true
		}
	}
	return flow.Count{}, false
}

// tidy is the warehouse's week: transfers on Tuesdays, counts on Wednesdays,
// returned and damaged goods on Thursdays.
func (s *sim) tidy() error {
	switch s.today.Weekday() {
	case 2:
		return s.transfer()
	case 3:
		return s.countShelves()
	case 4:
		return s.sortReturns()
	}
	return nil
}

func (s *sim) transfer() error {
	pots, err := s.pots(stock.Sellable)
	if err != nil {
		return err
	}
	var cmds []flow.Move
	for i, g := range s.goods {
		north, south := pots[stockKey{0, i}], pots[stockKey{1, i}]
		if north == nil || south == nil || len(cmds) >= 8 {
			continue
		}
		if n := g.units(north.Free()); n > s.usual(i, 0)*8 && g.units(south.Free()) < s.usual(i, 1)*2 {
			cmds = append(cmds, flow.Move{Reference: s.reference("TRF"), SKU: g.sku, Qty: g.steps(s.usual(i, 1) * 3), From: "HB", To: "UL", Reason: "short in the south"})
		}
	}
	return ask(s, s.office.Move, s.staff.stock, cmds, nil)
}

func (s *sim) countShelves() error {
	pots, err := s.pots(stock.Sellable)
	if err != nil {
		return err
	}
	var cmds []flow.Count
	seen := map[string]bool{}
	for range 4 {
		g, h := pick(s.luck.stock, s.goods), pick(s.luck.stock, s.houses)
		if seen[g.sku+h] {
			continue
		}
		seen[g.sku+h] = true
		if c, ok := s.counted(pots, g.sku, h, 15); ok {
			cmds = append(cmds, c)
		}
	}
	return ask(s, s.office.Count, s.staff.stock, cmds, nil)
}

// sortReturns puts what came back on the shelf again, or throws it away.
func (s *sim) sortReturns() error {
	d := s.luck.stock
	var moves []flow.Move
	var scraps []flow.Scrap
	for _, status := range []string{stock.Returned, stock.Quality} {
		pots, err := s.pots(status)
		if err != nil {
			return err
		}
		for h := range s.houses {
			for i, g := range s.goods {
				p := pots[stockKey{h, i}]
				if p == nil || p.Free() <= 0 || d.chance(300) {
					continue
				}
				if d.chance(700) {
					moves = append(moves, flow.Move{Reference: s.reference("TRF"), SKU: g.sku, Qty: g.text(p.Free()), From: s.houses[h], To: s.houses[h], FromStatus: status, Reason: "checked, as new"})
				} else {
					scraps = append(scraps, flow.Scrap{Reference: s.reference("SCR"), SKU: g.sku, Qty: g.text(p.Free()), Warehouse: s.houses[h], Status: status, Reason: "came back damaged"})
				}
			}
		}
	}
	pots, err := s.pots(stock.Sellable)
	if err != nil {
		return err
	}
	if i := d.r.IntN(len(s.goods)); d.chance(600) {
		if p := pots[stockKey{0, i}]; p != nil && p.Free() > 20 {
			scraps = append(scraps, flow.Scrap{Reference: s.reference("SCR"), SKU: s.goods[i].sku, Qty: s.goods[i].text(p.Free() / 20), Warehouse: "HB", Reason: "fork-lift damage"})
		}
	}
	if err := ask(s, s.office.Move, s.staff.stock, moves, nil); err != nil {
		return err
	}
	return ask(s, s.office.Scrap, s.staff.stock, scraps, nil)
}
