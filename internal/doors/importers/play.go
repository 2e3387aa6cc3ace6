package importers

import (
	"fmt"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// capture takes one batch of orders in.
func (p *player) capture(jobs []*job) error {
	fresh := in(jobs, arrived)
	if len(fresh) > 0 {
		if err := p.receive(fresh); err != nil {
			return err
		}
	}
	return ask(p, p.Capture, fresh, func(j *job) flow.Draft {
		j.draft.Intake = j.intake
		return j.draft
	}, func(j *job, v flow.Placed) {
		j.order, j.status = v.Order, order.Captured
		if len(v.Holds) > 0 {
			j.status = held
		}
	})
}

// confirm confirms one batch of captured orders.
func (p *player) confirm(jobs []*job) error {
	return ask(p, p.Confirm, in(jobs, order.Captured), func(j *job) flow.Confirm {
		return flow.Confirm{Order: j.order, On: j.draft.OrderedOn}
	}, func(j *job, v flow.Confirmed) {
		j.status = v.Status
		j.short, j.fresh = j.missing(v), true
	})
}

// missing lists what an order still lacks, by the lines of its draft.
func (j *job) missing(v flow.Confirmed) []flow.GoodsLine {
	var out []flow.GoodsLine
	for i, l := range v.Lines {
		if n := l.Ordered - l.Reserved; n > 0 && i < len(j.draft.Lines) {
			out = append(out, flow.GoodsLine{SKU: j.draft.Lines[i].SKU, Qty: qty.Format(n, 0)})
		}
	}
	return out
}

// cover gives orders the stock that they still lack: what has come in since,
// and the rest by a receipt for migration, one per order.
func (p *player) cover(jobs []*job, receipt func(*job) flow.GoodsIn) error {
	open := in(jobs, "short", "promised")
	for n := 1; len(open) > 0; n++ {
		stale := make([]*job, 0, len(open))
		for _, j := range open {
			if !j.fresh {
				stale = append(stale, j)
			}
		}
		if err := p.reserve(stale); err != nil {
			return err
		}
		open = in(open, "short", "promised")
		err := ask(p, p.GoodsIn, open, func(j *job) flow.GoodsIn {
			g := receipt(j)
			g.On, g.Migration = j.shipOn, true
			if n > 1 { // an earlier receipt was taken by somebody else
				g.Reference = fmt.Sprintf("%s-%d", g.Reference, n)
			}
			return g
		}, func(j *job, _ flow.Stocked) { j.fresh = false })
		if err == nil {
			err = p.reserve(in(open, "short", "promised"))
		}
		if err != nil {
			return err
		}
		open = in(open, "short", "promised")
	}
	return nil
}

func (p *player) reserve(jobs []*job) error {
	return ask(p, p.Reserve, jobs, func(j *job) flow.Reserve { return flow.Reserve{Order: j.order} }, func(j *job, v flow.Confirmed) {
		j.status, j.short, j.fresh = v.Status, j.missing(v), true
	})
}

// dispatch releases and ships one batch of covered orders on their day.
func (p *player) dispatch(jobs []*job) error {
	err := ask(p, p.Release, in(jobs, "reserved"), func(j *job) flow.Release {
		return flow.Release{Order: j.order, On: j.shipOn}
	}, func(j *job, v flow.Released) { j.shipment, j.status = v.Shipment, "released" })
	if err != nil {
		return err
	}
	if err := p.findShipments(in(jobs, "released")); err != nil {
		return err
	}
	return ask(p, p.Ship, in(jobs, "released"), func(j *job) flow.Ship {
		return flow.Ship{Shipment: j.shipment, On: j.shipOn, Carrier: j.carrier, Tracking: j.tracking}
	}, func(j *job, _ flow.Shipped) { j.status = "shipped" })
}

// bill bills one batch of shipped orders on their day.
func (p *player) bill(jobs []*job) error {
	return ask(p, p.Bill, in(jobs, "shipped"), func(j *job) flow.Bill {
		return flow.Bill{Order: j.order, On: j.shipOn}
	}, func(j *job, _ flow.Billed) { j.status = "billed" })
}

// findShipments looks for shipments that an earlier run planned.
func (p *player) findShipments(jobs []*job) error {
	var orders []id.Order
	for _, j := range jobs {
		if j.shipment == 0 {
			orders = append(orders, j.order)
		}
	}
	if len(orders) == 0 {
		return nil
	}
	return p.DB.Read(p.ctx, func(r *db.Reader) error {
		of, err := shipping.OfOrders(r, orders)
		if err != nil {
			return err
		}
		var all []id.Shipment
		for _, list := range of {
			all = append(all, list...)
		}
		found, err := shipping.Read(r, all)
		for _, j := range jobs {
			for _, s := range of[j.order] {
				if found[s] != nil && found[s].Decision == shipping.Planned {
					j.shipment = s
				}
			}
		}
		return err
	})
}

// stocked books supply that is not known yet.
func (p *player) stocked(docs []flow.GoodsIn) error {
	if len(docs) == 0 {
		return nil
	}
	results, err := p.GoodsIn.Many(p.ctx, p.who, docs)
	for i, r := range results {
		if r.Fault != nil {
			return fmt.Errorf("goods receipt %s: %w", docs[i].Reference, r.Fault)
		}
	}
	return err
}

// piece is a product that is counted in whole pieces.
func piece(tx *db.Tx, sku, name string) catalog.Product {
	return catalog.Product{ID: id.Product(tx.NewID()), SKU: sku, Name: name, Sellable: true}
}

// later gives the later of two days.
func later(a, b day.Day) day.Day { return max(a, b) }
