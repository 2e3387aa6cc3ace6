package bench

import (
	"fmt"
	"strconv"
	"time"

	"kontor/internal/story/flow"
)

// orders measures a large order from its draft to its confirmation, and a
// change of one of its lines.
func (b *big) orders() error {
	b.tell("orders of %d lines", b.size.Lines)
	var placed flow.Placed
	err := b.measure(Case{What: "capture, price and confirm an order, reserving stock", Size: b.size.Lines, Of: "lines", Runs: 5, Target: 300}, func(run int) (time.Duration, error) {
		d := b.bigDraft(run)
		return timed(func() (err error) {
			placed, err = b.place(d)
			return err
		})
	})
	if err != nil {
		return err
	}
	return b.measure(Case{What: "change the quantity of one line of it", Size: b.size.Lines, Of: "lines", Runs: 9, Target: 100}, func(run int) (time.Duration, error) {
		line := placed.Lines[(run+1)*len(placed.Lines)/10]
		return timed(func() error {
			_, err := b.company.Change.One(b.ctx, b.company.who, flow.Change{Order: placed.Order, Reason: "as agreed", Lines: []flow.ChangeLine{{Line: line, Qty: "5"}}})
			return err
		})
	})
}

// bigDraft has a product of its own on every line.
func (b *big) bigDraft(run int) flow.Draft {
	d := flow.Draft{Customer: customerCode(1), PONumber: fmt.Sprintf("BIG-%d", run)}
	for i := range b.size.Lines {
		d.Lines = append(d.Lines, flow.DraftLine{SKU: productCode(i % b.size.Catalog.Products), Qty: strconv.Itoa(1 + i%4)})
	}
	return d
}

func (b *big) place(d flow.Draft) (flow.Placed, error) {
	placed, err := b.company.Capture.One(b.ctx, b.company.who, d)
	if err == nil && len(placed.Holds) > 0 {
		err = fmt.Errorf("held: %v", placed.Holds)
	}
	if err != nil {
		return placed, err
	}
	c, err := b.company.Confirm.One(b.ctx, b.company.who, flow.Confirm{Order: placed.Order, All: true})
	if err == nil && len(c.Lines) != len(d.Lines) {
		err = fmt.Errorf("%d of %d lines are confirmed", len(c.Lines), len(d.Lines))
	}
	return placed, err
}
