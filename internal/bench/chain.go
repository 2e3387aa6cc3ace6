package bench

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kontor/internal/story/flow"
)

// steps are the names of the chain's steps, in their order.
var steps = [...]string{"capture", "confirm", "release", "ship", "bill", "receive", "apply", "reconcile"}

// waits are how long the callers of each step waited.
type waits [len(steps)][]time.Duration

// work plays orders with a number of clients.
type work struct {
	company *trader
	steps   func(client int) Steps
	next    int // number of the next order

	mu    sync.Mutex
	waits *waits
}

// play takes n orders from order to cash, with clients that each take one
// order after the other. The first error ends it.
func (w *work) play(ctx context.Context, clients, n int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var taken atomic.Int64
	var all sync.WaitGroup
	for k := range clients {
		c := client{work: w, ctx: ctx, steps: w.steps(k)}
		all.Go(func() {
			for i := range c.waits {
				c.waits[i] = make([]time.Duration, 0, n/clients+1)
			}
			for ctx.Err() == nil {
				i := int(taken.Add(1)) - 1
				if i >= n {
					break
				}
				if err := c.order(w.next + i); err != nil {
					cancel(fmt.Errorf("order %d: %w", w.next+i, err))
				}
			}
			w.collect(&c.waits)
		})
	}
	all.Wait()
	w.next += n
	return context.Cause(ctx)
}

func (w *work) collect(c *waits) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits == nil {
		w.waits = &waits{}
	}
	for i := range c {
		w.waits[i] = append(w.waits[i], c[i]...)
	}
}

// client is one caller, who waits for each answer before he asks again.
type client struct {
	*work
	ctx   context.Context
	steps Steps
	waits waits
}

// ask runs one step and notes how long it took.
func ask[C, T any](c *client, step int, do func(context.Context, C) (T, error), cmd C) (T, error) {
	start := time.Now()
	v, err := do(c.ctx, cmd)
	c.waits[step] = append(c.waits[step], time.Since(start))
	if err != nil {
		err = fmt.Errorf("%s: %w", steps[step], err)
	}
	return v, err
}

// order takes one order through all steps and looks at what each answered.
func (c *client) order(i int) error {
	o := c.steps
	placed, err := ask(c, 0, o.Capture, c.company.draft(i))
	if err == nil && len(placed.Holds) > 0 {
		err = fmt.Errorf("held: %v", placed.Holds)
	}
	if err != nil {
		return err
	}
	if _, err := ask(c, 1, o.Confirm, flow.Confirm{Order: placed.Order, All: true}); err != nil {
		return err
	}
	released, err := ask(c, 2, o.Release, flow.Release{Order: placed.Order})
	if err != nil {
		return err
	}
	if _, err := ask(c, 3, o.Ship, flow.Ship{Shipment: released.Shipment}); err != nil {
		return err
	}
	billed, err := ask(c, 4, o.Bill, flow.Bill{Order: placed.Order})
	if err == nil && len(billed.Invoices) != 1 {
		err = fmt.Errorf("bill: %d invoices", len(billed.Invoices))
	}
	if err != nil {
		return err
	}
	return c.money(i, placed, billed.Invoices[0])
}

// money is the second half: the bank says that the invoice was paid in full,
// and the payer named it.
func (c *client) money(i int, placed flow.Placed, paper flow.Issued) error {
	o := c.steps
	received, err := ask(c, 5, o.Receive, flow.Statement{Account: "BANK", Number: strconv.Itoa(i), Opening: "0.00", Closing: paper.Payable,
		Entries: []flow.BankEntry{{BookedOn: paper.IssuedOn, Amount: paper.Payable, PayerName: "Bench payer", Text: "invoice " + paper.Number}}})
	if err == nil && len(received.Receipts) != 1 {
		err = fmt.Errorf("receive: %d receipts", len(received.Receipts))
	}
	if err != nil {
		return err
	}
	applied, err := ask(c, 6, o.Apply, flow.Apply{Credit: received.Receipts[0].Item})
	if err == nil && (len(applied.Settled) != 1 || applied.Settled[0].Number != paper.Number || applied.Settled[0].Open != "0.00") {
		err = fmt.Errorf("apply: %+v", applied)
	}
	if err != nil {
		return err
	}
	tied, err := ask(c, 7, o.Reconcile, flow.Reconcile{Statement: received.Statement})
	if err == nil && (tied.Decision != "reconciled" || !slices.Contains(tied.Closed, placed.Order)) {
		err = fmt.Errorf("reconcile: %+v", tied)
	}
	return err
}

// percentiles gives the median and the 99th percentile of the waits in
// milliseconds, over all steps and per step.
func (w *work) percentiles() (p50, p99 float64, per map[string]Step) {
	per = map[string]Step{}
	var all []time.Duration
	for i, list := range w.waits {
		slices.Sort(list)
		per[steps[i]] = Step{ms(list, 50), ms(list, 99)}
		all = append(all, list...)
	}
	slices.Sort(all)
	return ms(all, 50), ms(all, 99), per
}

// ms is a percentile of sorted waits, in milliseconds.
func ms(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return *few(float64(sorted[(len(sorted)-1)*percent/100].Nanoseconds()) / 1e6)
}
