package bench

import (
	"context"
	"os"
	"sync/atomic"
	"testing"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
)

// fakeDoor passes the steps to an office here and counts.
type fakeDoor struct {
	office  *flow.Office
	asked   map[int]bool // clients
	closed  int
	pids    []int
	invoked *atomic.Int64
}

type counting struct {
	Steps
	n *atomic.Int64
}

func (c counting) Reconcile(ctx context.Context, r flow.Reconcile) (flow.Reconciled, error) {
	c.n.Add(1)
	return c.Steps.Reconcile(ctx, r)
}

func (d *fakeDoor) Client(n int) Steps {
	d.asked[n] = true
	return counting{inside{d.office, db.Actor{ID: 1}, false}, d.invoked}
}
func (d *fakeDoor) Processes() []int { return d.pids }
func (d *fakeDoor) Close() error     { d.closed++; return nil }

// Every step of HTTP goes through the door that was given, and it is closed in the end.
func TestADoorDoesTheSteps(t *testing.T) {
	d := &fakeDoor{asked: map[int]bool{}, invoked: &atomic.Int64{}, pids: []int{os.Getpid()}}
	var place Place
	w := way{HTTP, 0, 3}
	o := Options{Lines: 100, Dir: t.TempDir(), Catalog: Catalog{Products: 50, Customers: 5},
		Doors: func(_ context.Context, at Place) (Door, error) {
			place, d.office = at, flow.Open(at.DB)
			return d, nil
		}}
	r, err := o.run(t.Context(), db.SQLite, w)
	if err != nil {
		t.Fatal(err)
	}
	if r.Mode != HTTP || r.CPU == nil || r.LinesPerSecond <= 0 {
		t.Errorf("%+v", r)
	}
	if n := d.invoked.Load(); n != warmUp+100/LinesPerOrder || len(d.asked) != warmClients || d.closed != 1 || place.Processes != 0 {
		t.Errorf("%d orders by %d clients, closed %d times, %+v", n, len(d.asked), d.closed, place)
	}
	o.Doors = nil
	if _, err := o.run(t.Context(), db.SQLite, w); err == nil {
		t.Error("HTTP without a door")
	}
}

// The processor time of a live process is seen, that of a missing one is not guessed.
func TestLiveCPU(t *testing.T) {
	if _, seen := liveCPU(nil); !seen {
		t.Error("no process to see is none that is hidden")
	}
	if _, seen := liveCPU([]int{os.Getpid(), 1 << 30}); seen {
		t.Error("a process that is not there was seen")
	}
}
