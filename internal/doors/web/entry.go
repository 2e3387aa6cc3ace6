package web

import (
	"context"

	"net/http"
	"regexp"
	"strings"

	"kontor/internal/story/flow"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// orderForm is a new order as it is being typed.
type orderForm struct {
	Customer, PO, Wished, Lines, Note string
	Fault                             *faults
	Would                             *consequences
	Priced                            *flow.Placed
	Read                              []flow.DraftLine
}

// newOrderNow checks the order or captures it. Checking runs the very step and
// rolls it back, so that what is shown is what would be.
func newOrderNow(v *visit) (page, error) {
	get := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	f := orderForm{Customer: get("customer"), PO: get("po"), Wished: get("wished"), Lines: v.PostForm.Get("lines"), Note: get("note")}
	lines, err := readLines(f.Lines)
	f.Read = lines
	draft := flow.Draft{Customer: f.Customer, PONumber: f.PO, Note: f.Note, Lines: lines}
	if err == nil && f.Wished != "" {
		if draft.RequestedOn, err = day.Parse(f.Wished); err != nil {
			err = fault.At(err, "wished")
		}
	}
	if err == nil && f.Customer == "" {
		err = errDraft.Because("a customer is missing: write the code, such as C-1001").At("customer")
	}
	status := http.StatusOK
	if err == nil && get("do") == "capture" {
		placed, failed := v.site.office.Capture.One(flow.WithKey(v.Context(), v.key()), v.actor(), draft)
		if failed == nil {
			return onward{"/orders/" + placed.Number, placed.Number + " is captured, " + v.money(placed.Net, placed.Currency)}, nil
		}
		err = failed
	} else if err == nil {
		changes, failed := flow.Simulate(v.Context(), func(ctx context.Context) error {
			placed, err := v.site.office.Capture.One(ctx, v.actor(), draft)
			f.Priced = &placed
			return err
		})
		if err = failed; err == nil {
			c := v.consequencesFrom(changes)
			f.Would = &c
		}
	}
	if err != nil {
		var x faults
		x, status = v.faultOf(err)
		x.Title = "The order is not captured yet"
		f.Fault = &x
	}
	return drawing{status, newOrderView(v, f)}, nil
}

var (
	errDraft = fault.Rule{Kind: fault.Invalid, Code: "web.draft"}
	between  = regexp.MustCompile(`;|,?\s+`)
)

// readLines reads pasted rows: item, quantity, and where they are given the
// unit and the price, divided as a spreadsheet or a person divides them.
func readLines(text string) ([]flow.DraftLine, error) {
	var out []flow.DraftLine
	var bad []error
	for i, row := range strings.Split(text, "\n") {
		row = strings.TrimSpace(row)
		if row == "" {
			continue
		}
		cells := between.Split(row, -1)
		if strings.Contains(row, "\t") {
			cells = strings.Split(row, "\t")
		}
		for n := range cells {
			cells[n] = strings.TrimSpace(cells[n])
		}
		if len(cells) < 2 || cells[1] == "" {
			bad = append(bad, errDraft.Because("row %d, %.60q, has no quantity: write the item, a space and how many", i+1, row).At("lines"))
			continue
		}
		l := flow.DraftLine{SKU: cells[0]}
		var err error
		if l.Qty, err = number(cells[1], "lines"); err != nil {
			bad = append(bad, err)
		}
		rest := cells[2:]
		if len(rest) > 0 && !strings.ContainsAny(rest[0], "0123456789") {
			l.Unit, rest = rest[0], rest[1:]
		}
		if len(rest) > 0 {
			if l.Price, err = number(rest[0], "lines"); err != nil {
				bad = append(bad, err)
			}
		}
		out = append(out, l)
	}
	if len(out) == 0 && len(bad) == 0 {
		bad = append(bad, errDraft.Because("lines are missing: paste rows with an item and a quantity").At("lines"))
	}
	return out, fault.All(bad...)
}

// at gives the sentence of a field's fault.
func (f orderForm) at(name string) string {
	if f.Fault == nil {
		return ""
	}
	return f.Fault.of(name)
}
