package crash

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/tools/idem"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Chain is one order on its way to cash, as far as its steps were
// acknowledged. The next step follows from it alone, and so does its
// idempotency key: whoever resumes a chain asks exactly what was asked before
// the kill.
type Chain struct {
	ID   int64 // counts from 1 in each database
	Done int   // steps acknowledged

	Goods        id.StockDoc
	Order        id.Order
	Number       string
	Gross        string
	Lines        []id.Line
	Reserved     int64
	Confirmed    bool
	Cancelled    bool
	Closed       bool
	Shipments    []Shipment
	Papers       []Paper
	Return       id.Return
	ReturnNumber string
	TakenBack    bool
	Statement    id.Statement
	Receipt      id.Receipt
	Credit       id.Item // the receipt's
	Amount       string
	Reconciled   bool
	Applied      []Applied
}

// Shipment is one that a chain planned and, with Shipped, sent.
type Shipment struct {
	ID      id.Shipment
	Lines   []id.ShipLine
	Shipped bool
	Number  string
	Cost    string
}

// Paper is an invoice or credit note that a chain got.
type Paper struct {
	ID                       id.Invoice
	Item                     id.Item
	Number, Kind             string
	Net, Tax, Gross, Payable string
}

// Applied is a settlement; Back when it was taken back.
type Applied struct {
	ID   id.Application
	Back bool
}

// The ways that chains go, by their number: the eight steps, and side roads.
var plans = [][]string{
	{"capture", "confirm", "release", "ship", "bill", "receive", "apply", "reconcile"},
	{"capture", "confirm", "release", "ship", "bill", "receive", "apply", "unapply", "apply", "reconcile"},
	{"capture", "confirm", "release", "cancel"},
	{"capture", "confirm", "release-part", "ship", "bill", "release", "ship", "bill", "receive", "apply", "reconcile"},
	{"capture", "confirm", "release", "ship", "bill", "return", "take-back", "bill", "net", "receive", "apply", "reconcile"},
	{"goods-in", "capture", "confirm", "release", "ship", "bill", "credit", "net"},
}

func (c *Chain) plan() []string { return plans[c.ID%int64(len(plans))] }

// next is the step that is due, "" at the end.
func (c *Chain) next() string {
	if p := c.plan(); c.Done < len(p) {
		return p[c.Done]
	}
	return ""
}

// ask runs one step under the chain's key.
func ask[C, T any](ctx context.Context, c *Chain, s *flow.Step[C, T], cmd C) (T, error) {
	body, err := json.Marshal(cmd)
	if err != nil {
		panic(err)
	}
	h := sha256.Sum256(body)
	return s.One(flow.WithKey(ctx, idem.Key{Client: 1, Key: fmt.Sprintf("chain-%d-%d", c.ID, c.Done), Body: hex.EncodeToString(h[:])}), clerk, cmd)
}

// advance runs the next step and takes its answer into the chain.
func (c *Chain) advance(ctx context.Context, o *flow.Office) error {
	err := c.step(ctx, o)
	if err == nil {
		c.Done++
	}
	return err
}

func (c *Chain) step(ctx context.Context, o *flow.Office) error {
	switch c.next() {
	case "goods-in":
		v, err := ask(ctx, c, o.GoodsIn, flow.GoodsIn{Reference: fmt.Sprintf("G-%d", c.ID), Lines: []flow.GoodsLine{{SKU: sku(int(c.ID)), Qty: "9", Cost: "3.5"}}})
		c.Goods = v.Doc
		return err
	case "capture":
		v, err := ask(ctx, c, o.Capture, c.Draft())
		c.Order, c.Number, c.Gross, c.Lines = v.Order, v.Number, v.Gross, v.Lines
		return err
	case "confirm":
		v, err := ask(ctx, c, o.Confirm, flow.Confirm{Order: c.Order})
		if err == nil && v.Decision != order.Confirmed {
			return fmt.Errorf("chain %d: order %s was not confirmed: %s", c.ID, c.Number, v.Held)
		}
		c.Confirmed = err == nil
		for _, l := range v.Lines {
			c.Reserved += l.Reserved
		}
		return err
	case "release", "release-part":
		return c.release(ctx, o)
	case "ship":
		s := &c.Shipments[len(c.Shipments)-1]
		v, err := ask(ctx, c, o.Ship, flow.Ship{Shipment: s.ID})
		s.Shipped, s.Number, s.Cost = err == nil, v.Number, v.Cost
		return err
	case "bill":
		v, err := ask(ctx, c, o.Bill, flow.Bill{Order: c.Order})
		c.got(v)
		return err
	case "credit":
		v, err := ask(ctx, c, o.Credit, flow.Credit{Invoice: c.Papers[0].ID, Full: true, Reason: "not as ordered"})
		c.got(v)
		return err
	case "cancel":
		v, err := ask(ctx, c, o.Cancel, flow.Cancel{Order: c.Order, Reason: "not wanted"})
		c.Cancelled = v.Decision == order.Cancelled
		return err
	case "return":
		v, err := ask(ctx, c, o.Return, flow.Return{Order: c.Order, Reason: "broken", Lines: []flow.ReturnLine{{Line: c.Shipments[0].Lines[0], Qty: 1}}})
		c.Return, c.ReturnNumber = v.Return, v.Number
		return err
	case "take-back":
		_, err := ask(ctx, c, o.TakeBack, flow.TakeBack{Return: c.Return})
		c.TakenBack = err == nil
		return err
	}
	return c.money(ctx, o)
}

// money runs the steps about it.
func (c *Chain) money(ctx context.Context, o *flow.Office) error {
	switch c.next() {
	case "receive":
		amount, text := c.owed()
		v, err := ask(ctx, c, o.Receive, flow.Statement{Account: "BANK", Number: fmt.Sprint(c.ID), Opening: "0", Closing: amount,
			Entries: []flow.BankEntry{{BookedOn: "2026-03-20", Amount: amount, Text: text}}})
		if err != nil {
			return err
		}
		c.Statement, c.Amount = v.Statement, amount
		if len(v.Receipts) != 1 {
			return fmt.Errorf("chain %d: %d receipts for one entry", c.ID, len(v.Receipts))
		}
		c.Receipt, c.Credit = v.Receipts[0].Receipt, v.Receipts[0].Item
		return nil
	case "apply":
		a := flow.Apply{Credit: c.Credit}
		for _, p := range c.Papers {
			if p.Kind == "invoice" {
				a.Lines = append(a.Lines, flow.ApplyLine{Item: p.Item})
			}
		}
		v, err := ask(ctx, c, o.Apply, a)
		return c.settled(v, err)
	case "net":
		note := c.Papers[len(c.Papers)-1]
		v, err := ask(ctx, c, o.Apply, flow.Apply{Credit: note.Item, Lines: []flow.ApplyLine{{Item: c.Papers[0].Item}}})
		return c.settled(v, err)
	case "unapply":
		last := &c.Applied[len(c.Applied)-1]
		v, err := ask(ctx, c, o.Unapply, flow.Unapply{Application: last.ID, Reason: "wrong"})
		last.Back = err == nil
		return c.settled(v, err)
	case "reconcile":
		v, err := ask(ctx, c, o.Reconcile, flow.Reconcile{Statement: c.Statement})
		c.Reconciled, c.Closed = v.Decision == "reconciled", len(v.Closed) > 0
		return err
	}
	panic("crash: no step " + c.next())
}

// Draft is the order that a chain begins with.
func (c *Chain) Draft() flow.Draft {
	d := flow.Draft{Customer: customerCode(int(c.ID))}
	if c.ID%3 == 0 {
		d.PONumber = fmt.Sprintf("PO-%d", c.ID)
	}
	if c.ID%4 == 0 {
		d.Charges = []flow.DraftCharge{{Role: "freight", Amount: "4.90"}}
	}
	for k := range 3 {
		d.Lines = append(d.Lines, flow.DraftLine{SKU: sku(int(c.ID)*7 + k*5), Qty: fmt.Sprint(2 + (int(c.ID)+k)%4)})
	}
	return d
}

func (c *Chain) release(ctx context.Context, o *flow.Office) error {
	r := flow.Release{Order: c.Order}
	if c.next() == "release-part" {
		r.Lines = []flow.PlanLine{{Line: c.Lines[0], Qty: 1}, {Line: c.Lines[1], Qty: 2}}
	}
	v, err := ask(ctx, c, o.Release, r)
	if err == nil {
		c.Shipments = append(c.Shipments, Shipment{ID: v.Shipment, Lines: v.Lines})
	}
	return err
}

func (c *Chain) got(v flow.Billed) {
	for _, x := range v.Invoices {
		p := Paper{ID: x.Invoice, Number: x.Number, Kind: x.Kind, Net: x.Net, Tax: x.Tax, Gross: x.Gross, Payable: x.Payable}
		if len(x.Items) > 0 {
			p.Item = x.Items[0]
		}
		c.Papers = append(c.Papers, p)
	}
}

// owed is what the customer pays: the invoices less the credit notes.
func (c *Chain) owed() (amount, text string) {
	sum := int64(0)
	var names []string
	for _, p := range c.Papers {
		v, err := money.Parse(p.Payable, "EUR")
		if err != nil {
			panic(err)
		}
		if p.Kind != "invoice" {
			v = -v
		}
		sum += v
		names = append(names, p.Number)
	}
	return money.Format(sum, "EUR"), strings.Join(names, " ")
}

func (c *Chain) settled(v flow.Applied, err error) error {
	if err == nil {
		c.Applied = append(c.Applied, Applied{ID: v.Application})
	}
	return err
}
