package flow

import (
	"fmt"

	"kontor/internal/rooms/order"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// PlaceDraft asks to make an order of a draft.
type PlaceDraft struct{ Draft id.Draft }

// ScanDraft asks to add one of the item that a code names: to its row, or as a
// new row.
type ScanDraft struct {
	Draft id.Draft
	Code  string
}

// DropDraft asks to put a draft away.
type DropDraft struct{ Draft id.Draft }

// ErrCode says that a code names no item.
var ErrCode = fault.Rule{Kind: fault.NotFound, Code: "draft.code"}

// placeDrafts captures drafts; each becomes an order once.
func (o *Office) placeDrafts(tx *db.Tx, cmds []PlaceDraft) ([]Result[Placed], error) {
	out := make([]Result[Placed], len(cmds))
	var drafts []Draft
	var from []int
	for i, c := range cmds {
		d, err := o.stated(tx, c.Draft)
		if _, ok := fault.Of(err); ok {
			out[i].Fault = err
			continue
		}
		if err != nil {
			return nil, err
		}
		drafts, from = append(drafts, d), append(from, i)
	}
	placed, err := o.capture(tx, drafts)
	for n, p := range placed {
		if out[from[n]] = p; p.Fault == nil {
			order.SettleDraft(tx, cmds[from[n]].Draft, p.Value.Order)
		}
	}
	return out, err
}

// stated is a locked draft as an order is stated; what is still to fix is told
// row by row.
func (o *Office) stated(tx *db.Tx, draft id.Draft) (Draft, error) {
	d, err := order.LockDraft(tx, draft)
	if err != nil {
		return Draft{}, err
	}
	lines, err := order.DraftLines(tx, draft)
	if err != nil {
		return Draft{}, err
	}
	r, err := o.reckon(tx, d, lines)
	if err != nil {
		return Draft{}, err
	}
	out := Draft{PONumber: d.PONumber, ShipTo: d.ShipTo, RequestedOn: day.Day(d.Wished), Note: d.Note}
	var bad []error
	for _, f := range r.Faults {
		bad = append(bad, fault.Rule{Kind: fault.Invalid, Code: f.Code}.Because("%s", f.Sentence).At(f.At))
	}
	if r.customer != nil {
		out.Customer = r.customer.Code
	}
	for i, l := range r.Lines {
		for _, f := range l.Flaws {
			if !f.Holds {
				bad = append(bad, fault.Rule{Kind: fault.Invalid, Code: f.Code}.Because("line %d: %s", i+1, f.Sentence).At(fmt.Sprintf("lines[%d].%s", i, f.At)))
			}
		}
		m := r.means[l.typed()]
		out.Lines = append(out.Lines, DraftLine{SKU: m.SKU, Qty: l.Qty, Unit: l.UsedUnit, Price: l.Price, RequestedOn: day.Day(l.Wished), BuyerPart: m.Part})
	}
	if len(out.Lines) == 0 {
		bad = append(bad, order.ErrEmpty.Because("no line is typed yet: type an item and a quantity, or paste the rows of a spreadsheet").At("lines"))
	}
	return out, fault.All(bad...)
}

// scanDraft adds one of an item. The draft is locked, so that two scanners add two.
func (o *Office) scanDraft(tx *db.Tx, cmds []ScanDraft) ([]Result[Reckoning], error) {
	return eachOf(cmds, func(c ScanDraft) (Reckoning, error) {
		d, err := order.OpenDraft(tx, c.Draft)
		if err != nil {
			return Reckoning{}, err
		}
		lines, err := order.DraftLines(tx, c.Draft)
		if err != nil {
			return Reckoning{}, err
		}
		r, err := o.reckon(tx, d, append(lines, order.DraftLine{Item: c.Code, Qty: "1"}))
		if err != nil {
			return Reckoning{}, err
		}
		m, ok := r.means[c.Code]
		if !ok {
			return Reckoning{}, ErrCode.Because("no item has the code %s: nothing was added", c.Code).At("code")
		}
		l, err := oneMore(tx, r, m)
		if err != nil {
			return Reckoning{}, err
		}
		return o.typed(tx, d, Typed{Draft: c.Draft, Lines: []order.DraftLine{l}})
	})
}

// oneMore is the row of an item with one more, or a new one.
func oneMore(tx *db.Tx, r *reckoning, m report.Meant) (order.DraftLine, error) {
	rows := r.Lines[:len(r.Lines)-1]
	for i := len(rows) - 1; i >= 0; i-- {
		l := rows[i]
		if n, err := dec.Parse(l.Qty); err == nil && l.SKU == m.SKU && l.UsedUnit == or(m.Unit, l.BaseUnit) {
			x := l.DraftLine
			x.Qty, x.Version = n.Add(dec.FromInt(1)).String(), x.Version+1
			return x, nil
		}
	}
	last, err := order.LastPos(tx, r.Draft.ID)
	item := m.SKU
	if m.Part != "" {
		item = m.Part
	}
	return order.DraftLine{Line: tx.NewID(), Pos: last + 1, Item: item, Qty: "1", Unit: m.Unit, Version: 1}, err
}

// dropDrafts puts drafts away.
func (o *Office) dropDrafts(tx *db.Tx, cmds []DropDraft) ([]Result[order.Draft], error) {
	return eachOf(cmds, func(c DropDraft) (order.Draft, error) {
		d, err := order.LockDraft(tx, c.Draft)
		if err == nil {
			order.SettleDraft(tx, c.Draft, 0)
		}
		return d, err
	})
}
