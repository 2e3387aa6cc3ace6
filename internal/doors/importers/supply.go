package importers

import (
	"cmp"
	"slices"
	"strconv"

	"kontor/internal/formats/adventureworks"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
)

// supply puts the goods that came in on their days: the inventory table as the
// opening, work orders by the day they ended, purchase orders by the day they
// were due (the file knows no day of receipt). What came after the last
// shipment covers none and is left out.
func (h *history) supply(last day.Day) error {
	docs := []flow.GoodsIn{}
	if d := h.opening(); len(d.Lines) > 0 {
		docs = append(docs, d)
	}
	made, err := h.made(last)
	if err != nil {
		return err
	}
	bought, err := h.bought(last)
	if err != nil {
		return err
	}
	docs = append(append(docs, made...), bought...)
	refs := make([]stock.Reference, len(docs))
	for i, d := range docs {
		refs[i] = stock.Reference{Kind: d.Kind, Number: d.Reference}
	}
	return h.DB.Read(h.ctx, func(r *db.Reader) error {
		known, err := stock.DocsByReference(r, refs)
		for i, d := range docs {
			if _, ok := known[refs[i]]; !ok {
				t := h.today(d.On)
				t.supply = append(t.supply, d)
			}
		}
		return err
	})
}

// opening is what was there before the first order.
func (h *history) opening() flow.GoodsIn {
	on := h.jobs[0].draft.OrderedOn.AddDays(-1)
	d := flow.GoodsIn{Reference: "AW inventory", Kind: "opening", On: on}
	for _, s := range h.set.Stock {
		if s.Qty > 0 {
			d.Lines = append(d.Lines, h.atCost(s.ProductID, s.Qty, on))
		}
	}
	return d
}

// atCost values a quantity at the standard cost of a day.
func (h *history) atCost(product int, n int64, on day.Day) flow.GoodsLine {
	p, _ := h.set.Product(product)
	cost := p.StandardCost
	if c, ok := h.set.CostOn(product, string(on)); ok {
		cost = c.Amount
	}
	return flow.GoodsLine{SKU: p.Number, Qty: strconv.FormatInt(n, 10), Cost: cost}
}

// made groups work orders by day and product.
func (h *history) made(last day.Day) ([]flow.GoodsIn, error) {
	type key struct {
		on      day.Day
		product int
	}
	sums := map[key]int64{}
	for w, err := range h.set.WorkOrders() {
		if err != nil {
			return nil, err
		}
		if w.EndedOn != "" && day.Day(w.EndedOn) <= last && w.StockedQty > 0 {
			sums[key{day.Day(w.EndedOn), w.ProductID}] += w.StockedQty
		}
	}
	keys := make([]key, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.product, b.product)) })
	var docs []flow.GoodsIn
	for _, k := range keys {
		if len(docs) == 0 || docs[len(docs)-1].On != k.on {
			docs = append(docs, flow.GoodsIn{Reference: "AW work orders " + string(k.on), Kind: "receipt", Partner: "own production", On: k.on})
		}
		d := &docs[len(docs)-1]
		d.Lines = append(d.Lines, h.atCost(k.product, sums[k], k.on))
	}
	return docs, nil
}

// bought groups purchase orders by day.
func (h *history) bought(last day.Day) ([]flow.GoodsIn, error) {
	var list []adventureworks.PurchaseReceipt
	for r, err := range h.set.PurchaseReceipts() {
		if err != nil {
			return nil, err
		}
		if day.Day(r.DueOn) <= last {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b adventureworks.PurchaseReceipt) int {
		return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.DetailID, b.DetailID))
	})
	var docs []flow.GoodsIn
	for _, r := range list {
		on := day.Day(r.DueOn)
		if len(docs) == 0 || docs[len(docs)-1].On != on {
			docs = append(docs, flow.GoodsIn{Reference: "AW purchase orders " + r.DueOn, Kind: "receipt", Partner: "vendors", On: on})
		}
		p, ok := h.set.Product(r.ProductID)
		if !ok {
			return nil, adventureworks.Malformed.Because("product %d of purchase order %d is not in Product.csv", r.ProductID, r.OrderID).At("PurchaseOrderDetail.csv")
		}
		d := &docs[len(docs)-1]
		d.Lines = append(d.Lines, flow.GoodsLine{SKU: p.Number, Qty: strconv.FormatInt(r.StockedQty, 10), Cost: r.UnitPrice})
	}
	return docs, nil
}

// receipt is what a shipment lacks, at the standard cost of its day.
func (h *history) receipt(j *job) flow.GoodsIn {
	g := flow.GoodsIn{Reference: "AW migration " + j.key, Kind: "receipt", Partner: "migration"}
	for _, l := range j.short {
		l.Cost = h.atCost(h.numbers[l.SKU], 1, j.shipOn).Cost
		g.Lines = append(g.Lines, l)
	}
	return g
}
