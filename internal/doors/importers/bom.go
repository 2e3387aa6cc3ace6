package importers

import (
	"kontor/internal/formats/adventureworks"
	"kontor/internal/rooms/bom"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
)

// boms saves what products are made of. Goods are counted in pieces; ounces and
// inches are so many pieces of a component that is stocked by them. Bills that
// are there already were written whole.
func (h *history) boms(tx *db.Tx, products map[string]id.Product) error {
	var bills []bom.Bill
	var ids []id.Product
	for i, c := range h.set.Components {
		if i == 0 || h.set.Components[i-1].AssemblyID != c.AssemblyID {
			p, err := h.productOf(c, c.AssemblyID, products)
			if err != nil {
				return err
			}
			bills, ids = append(bills, bom.Bill{Product: p}), append(ids, p)
		}
		l, err := h.component(c, products)
		if err != nil {
			return err
		}
		b := &bills[len(bills)-1]
		b.Lines = append(b.Lines, l)
	}
	if known, err := bom.Of(tx, ids); err != nil || len(known) > 0 {
		return err
	}
	return flow.SaveBOMs(tx, bills)
}

func (h *history) component(c adventureworks.Component, products map[string]id.Product) (bom.Line, error) {
	p, err := h.productOf(c, c.ComponentID, products)
	if err != nil {
		return bom.Line{}, err
	}
	n, err := dec.Parse(c.PerAssembly)
	take, exact := n.Round(0)
	if err != nil || !exact || take <= 0 {
		return bom.Line{}, adventureworks.Malformed.Because("line %d takes %s, which is no whole number above 0", c.ID, c.PerAssembly).At("BillOfMaterials.csv")
	}
	return bom.Line{Component: p, Take: take, Per: 1, From: day.Day(c.From), To: day.Day(c.Until)}, nil
}

func (h *history) productOf(c adventureworks.Component, number int, products map[string]id.Product) (id.Product, error) {
	p, ok := h.set.Product(number)
	if !ok || products[p.Number] == 0 {
		return 0, adventureworks.Malformed.Because("line %d names product %d, which is not in Product.csv", c.ID, number).At("BillOfMaterials.csv")
	}
	return products[p.Number], nil
}
