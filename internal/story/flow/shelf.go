package flow

import (
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// What people do at a shelf beside orders: they count it, clear it, move what lies there.

func (o *Office) scrap(tx *db.Tx, cmds []Scrap) ([]Result[Stocked], error) {
	w, err := o.stocking(tx, textsOf(cmds, func(c Scrap) string { return c.SKU }))
	if err != nil {
		return nil, err
	}
	papers := make([]*paper, len(cmds))
	for i, c := range cmds {
		r, err := w.row(c.SKU, c.Qty, c.Warehouse, c.Status, stock.Scrap, false)
		r.qty = -r.qty
		papers[i] = &paper{kind: "scrap", debit: "scrap", doc: w.doc("scrap", c.Reference, "", c.Reason, c.On, "", false), rows: []paperRow{r}, fault: err}
	}
	return w.book(papers)
}

func (o *Office) count(tx *db.Tx, cmds []Count) ([]Result[Stocked], error) {
	w, err := o.stocking(tx, textsOf(cmds, func(c Count) string { return c.SKU }))
	if err != nil {
		return nil, err
	}
	papers := make([]*paper, len(cmds))
	for i, c := range cmds {
		r, err := w.row(c.SKU, c.Counted, c.Warehouse, c.Status, stock.Count, true)
		r.counted, r.shelf = true, c.Shelf
		papers[i] = &paper{kind: "adjustment", debit: "stock_adjustment", doc: w.doc("count", c.Reference, "", c.Reason, c.On, "", false), rows: []paperRow{r}, fault: err}
	}
	return w.book(papers)
}

func (o *Office) move(tx *db.Tx, cmds []Move) ([]Result[Stocked], error) {
	w, err := o.stocking(tx, textsOf(cmds, func(c Move) string { return c.SKU }))
	if err != nil {
		return nil, err
	}
	papers := make([]*paper, len(cmds))
	for i, c := range cmds {
		out, e1 := w.row(c.SKU, c.Qty, c.From, c.FromStatus, stock.TransferOut, false)
		in, e2 := w.row(c.SKU, c.Qty, c.To, c.ToStatus, stock.TransferIn, false)
		out.qty = -out.qty
		in.paired = true
		p := &paper{kind: "transfer", doc: w.doc("transfer", c.Reference, "", c.Reason, c.On, "", false), rows: []paperRow{out, in}, fault: fault.All(e1, e2)}
		if p.fault == nil && out.spot == in.spot {
			p.fault = stock.ErrQty.Because("from and to are the same place").At("to")
		}
		papers[i] = p
	}
	return w.book(papers)
}

// addInHand adds to what was counted on shelves what stands picked on the floor.
func (w *stocking) addInHand(papers []*paper, pots map[stock.Spot]*stock.Pot) error {
	var rows []*paperRow
	for _, p := range papers {
		for i := range p.rows {
			if p.fault == nil && p.rows[i].shelf {
				rows = append(rows, &p.rows[i])
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	hand, err := shipping.InHand(w.tx)
	for _, r := range rows {
		r.qty += hand[pots[r.spot].ID]
	}
	return err
}

// textsOf takes one text of each command, such as its SKU.
func textsOf[C any](cmds []C, f func(C) string) []string {
	out := make([]string, len(cmds))
	for i, c := range cmds {
		out[i] = f(c)
	}
	return out
}
