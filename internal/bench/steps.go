package bench

import (
	"context"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
)

// Steps is who does the chain's eight steps for a client: the office in this
// process, or a door in front of one. A step that is refused is an error.
type Steps interface {
	Capture(context.Context, flow.Draft) (flow.Placed, error)
	Confirm(context.Context, flow.Confirm) (flow.Confirmed, error)
	Release(context.Context, flow.Release) (flow.Released, error)
	Ship(context.Context, flow.Ship) (flow.Shipped, error)
	Bill(context.Context, flow.Bill) (flow.Billed, error)
	Receive(context.Context, flow.Statement) (flow.Received, error)
	Apply(context.Context, flow.Apply) (flow.Applied, error)
	Reconcile(context.Context, flow.Reconcile) (flow.Reconciled, error)
}

// inside calls the flows of this process.
type inside struct {
	office *flow.Office
	who    db.Actor
	alone  bool // each step in a transaction of its own
}

// call runs one step, through the gatherer or past it.
func call[C, T any](ctx context.Context, i inside, s *flow.Step[C, T], cmd C) (T, error) {
	if i.alone {
		return s.Alone(ctx, i.who, cmd)
	}
	return s.One(ctx, i.who, cmd)
}

func (i inside) Capture(ctx context.Context, c flow.Draft) (flow.Placed, error) {
	return call(ctx, i, i.office.Capture, c)
}

func (i inside) Confirm(ctx context.Context, c flow.Confirm) (flow.Confirmed, error) {
	return call(ctx, i, i.office.Confirm, c)
}

func (i inside) Release(ctx context.Context, c flow.Release) (flow.Released, error) {
	return call(ctx, i, i.office.Release, c)
}

func (i inside) Ship(ctx context.Context, c flow.Ship) (flow.Shipped, error) {
	return call(ctx, i, i.office.Ship, c)
}

func (i inside) Bill(ctx context.Context, c flow.Bill) (flow.Billed, error) {
	return call(ctx, i, i.office.Bill, c)
}

func (i inside) Receive(ctx context.Context, c flow.Statement) (flow.Received, error) {
	return call(ctx, i, i.office.Receive, c)
}

func (i inside) Apply(ctx context.Context, c flow.Apply) (flow.Applied, error) {
	return call(ctx, i, i.office.Apply, c)
}

func (i inside) Reconcile(ctx context.Context, c flow.Reconcile) (flow.Reconciled, error) {
	return call(ctx, i, i.office.Reconcile, c)
}
