package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// orders is what the parent tells a child: where to work and what was left
// unfinished by the ones before.
type orders struct {
	DSN     string
	Workers int
	Chains  []Chain // to be resumed first
	Next    int64   // number of the first new chain
	Drain   bool    // only finish what is unfinished, then end
	Early   bool    // the canary: acknowledge before the commit
}

// line is what a child tells its parent; one line is one write.
type line struct {
	Begin    bool   `json:",omitempty"` // the load begins
	Start    int64  `json:",omitempty"` // a chain is about to begin
	Ack      *Chain `json:",omitempty"` // the step's call has returned
	Recalled bool   `json:",omitempty"` // … with an answer that a killed process had committed
	Fault    string `json:",omitempty"` // a rule refused a step: a bug here or there
	Error    string `json:",omitempty"` // a caller saw what is no fault
}

// Child is the life of a process that is to be killed: orders come in, lines go
// out. It returns when it has drained, or could not begin.
func Child(in io.Reader, out io.Writer) error {
	var todo orders
	text, err := bufio.NewReaderSize(in, 1<<20).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(text, &todo)
	}
	if err != nil {
		return fmt.Errorf("read the orders: %w", err)
	}
	ctx := context.Background()
	d, err := db.Open(ctx, todo.DSN, db.Options{Readers: 1, Writers: 3}) // few, as each has to prepare its statements first
	if err == nil {
		err = d.Lease(ctx)
	}
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	c := &child{orders: todo, office: flow.Open(d), node: d.NewID() >> 12 & id.MaxNode, out: out}
	c.say(line{Begin: true})
	var all sync.WaitGroup
	for range todo.Workers {
		all.Go(func() { c.work(ctx) })
	}
	all.Wait()
	d.Close()
	return nil
}

type child struct {
	orders
	office *flow.Office
	node   int64

	mu  sync.Mutex
	out io.Writer
}

func (c *child) say(l line) {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.out.Write(append(b, '\n')); err != nil {
		os.Exit(3) // the parent is gone
	}
}

// take gives a worker its next chain, nil when there is none.
func (c *child) take() *Chain {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.Chains) > 0 {
		x := c.Chains[0]
		c.Chains = c.Chains[1:]
		return &x
	}
	if c.Drain {
		return nil
	}
	c.Next++
	return &Chain{ID: c.Next - 1}
}

// work takes chains from one end to the other. After an error the same step
// is asked for again under the same key, as a careful client does.
func (c *child) work(ctx context.Context) {
	for x := c.take(); x != nil; x = c.take() {
		if x.Done == 0 {
			c.say(line{Start: x.ID})
		}
		for x.next() != "" {
			if c.Early {
				c.early(x)
			}
			err := x.advance(ctx, c.office)
			if _, refused := fault.Of(err); refused {
				c.say(line{Fault: fmt.Sprintf("chain %d, %s: %v", x.ID, x.next(), err)})
				break
			}
			if err != nil {
				c.say(line{Error: fmt.Sprintf("chain %d, %s: %v", x.ID, x.next(), err)})
				time.Sleep(5 * time.Millisecond)
				continue
			}
			c.say(line{Ack: x, Recalled: c.recalled(x)})
		}
	}
}

// early is the canary's lie: the step is acknowledged before it is asked for.
func (c *child) early(x *Chain) {
	b, err := json.Marshal(x)
	if err != nil {
		panic(err)
	}
	var lie Chain
	if err := json.Unmarshal(b, &lie); err != nil {
		panic(err)
	}
	switch x.next() {
	case "confirm":
		lie.Confirmed = true
	case "ship":
		lie.Shipments[len(lie.Shipments)-1].Shipped = true
	case "reconcile":
		lie.Reconciled = true
	default:
		return
	}
	lie.Done++
	c.say(line{Ack: &lie})
}

// recalled tells that the newest thing of a chain was made by another process:
// this one asked again and was given the stored answer.
func (c *child) recalled(x *Chain) bool {
	newest := int64(0)
	switch x.plan()[x.Done-1] {
	case "goods-in":
		newest = int64(x.Goods)
	case "capture":
		newest = int64(x.Order)
	case "release", "release-part":
		newest = int64(x.Shipments[len(x.Shipments)-1].ID)
	case "bill", "credit":
		newest = int64(x.Papers[len(x.Papers)-1].ID)
	case "return":
		newest = int64(x.Return)
	case "receive":
		newest = int64(x.Receipt)
	case "apply", "net", "unapply":
		newest = int64(x.Applied[len(x.Applied)-1].ID)
	}
	return newest != 0 && newest>>12&id.MaxNode != c.node
}
