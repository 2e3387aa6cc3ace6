package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// changing is an order while somebody changes its lines. Each value stands
// three times: as it was when the page was opened, as it is now, and as it was
// typed. What only one of two people has changed merges by itself; where both
// did, the person decides, and nothing that was typed is lost.
type changing struct {
	Order   report.OrderView
	Rows    []changeRow
	Add     string
	Reason  string
	Fault   *faults
	Clashes []clash
	Merged  []string // what somebody else changed meanwhile, and is kept
	Would   *consequences
}

// changeRow is a line of goods with what can be changed on it.
type changeRow struct {
	Line   report.LineView
	Fields []changeField
}

type changeField struct {
	Name, Label string // of the form: qty-oln_…
	What        string // qty, price, wished
	Base, Value string
	Fault       string
}

// clash is a value that two people changed.
type clash struct {
	Name, What          string
	Base, Theirs, Yours string
	Picked              string // theirs or yours
}

var changeable = []struct{ what, label string }{{"qty", "Quantity"}, {"price", "Price"}, {"wished", "Wished for"}}

// now gives the value of a line as the order has it.
func now(l report.LineView, what string) string {
	switch what {
	case "qty":
		return quantityText(l.EnteredQty)
	case "price":
		return l.Price
	}
	return string(l.RequestedOn)
}

// quantityText drops decimals that say nothing, and groups nothing: it is typed.
func quantityText(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func (v *visit) orderView(q db.Querier) (report.OrderView, error) {
	ref, err := report.FindOrder(q, v.PathValue("id"))
	if err != nil {
		return report.OrderView{}, err
	}
	return report.Order(q, ref)
}

func changePage(v *visit) (page, error) {
	o, err := v.orderView(v.q)
	if err != nil {
		return nil, err
	}
	c := changing{Order: o}
	c.fill(nil)
	return draw(changeView(v, c)), nil
}

// fill makes the rows: with what was typed, or as the order stands.
func (c *changing) fill(typed func(name string) (string, bool)) {
	for _, l := range c.Order.Lines {
		if l.SKU == "" || l.Decision == "cancelled" {
			continue
		}
		r := changeRow{Line: l}
		for _, f := range changeable {
			is := now(l, f.what)
			x := changeField{Name: f.what + "-" + l.ID.String(), Label: f.label + " of " + l.SKU, What: f.what, Base: is, Value: is}
			if typed != nil {
				if s, ok := typed(x.Name); ok {
					x.Value = s
				}
			}
			r.Fields = append(r.Fields, x)
		}
		c.Rows = append(c.Rows, r)
	}
}

func changeNow(v *visit) (page, error) {
	get := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	c := changing{Add: v.PostForm.Get("add"), Reason: get("reason")}
	if err := v.read(func(q *db.Reader) (err error) {
		c.Order, err = v.orderView(q)
		return err
	}); err != nil {
		return nil, err
	}
	c.fill(func(name string) (string, bool) { return get(name), v.PostForm.Has(name) })
	cmd := flow.Change{Order: c.Order.ID, Version: c.Order.Version, Reason: c.Reason}
	err := c.merge(get, &cmd)
	if err == nil && strings.TrimSpace(c.Add) != "" {
		cmd.Add, err = readLines(c.Add)
		err = fault.At(err, "add")
	}
	status := http.StatusOK
	switch {
	case err != nil:
	case len(c.Clashes) > 0 && slices.ContainsFunc(c.Clashes, func(x clash) bool { return x.Picked == "" }):
		status = http.StatusConflict
		return drawing{status, changeView(v, c)}, nil
	case len(cmd.Lines) == 0 && len(cmd.Add) == 0:
		err = errDraft.Because("nothing is changed yet: change a quantity, a price or a day, or add lines")
	case c.Reason == "":
		err = errMissing.Because("a reason is missing: a few words that others will understand").At("reason")
	case get("do") == "save":
		r, failed := v.site.office.Change.One(flow.WithKey(v.Context(), v.key()), v.actor(), cmd)
		if failed == nil {
			said := r.Number + " is changed, now " + v.money(r.Net, string(c.Order.Currency))
			if len(c.Merged) > 0 {
				said += "; " + strings.Join(c.Merged, ", ") + " was changed by somebody else meanwhile and is kept"
			}
			return onward{"/orders/" + r.Number, said}, nil
		}
		err = failed
	default:
		changes, failed := flow.Simulate(v.Context(), func(ctx context.Context) error {
			_, err := v.site.office.Change.One(ctx, v.actor(), cmd)
			return err
		})
		if err = failed; err == nil {
			w := v.consequencesFrom(changes)
			c.Would = &w
		}
	}
	if err != nil {
		f, n := v.faultOf(err)
		if status = n; f.Code == order.ErrStale.Code {
			f.Sentence = "Somebody changed the order this very moment. Save again: what both changed is then shown."
		}
		f.Title = "The order is not changed yet"
		c.Fault = &f
	}
	return drawing{status, changeView(v, c)}, nil
}

// merge compares what was typed with what was there and what is there now.
func (c *changing) merge(get func(string) string, cmd *flow.Change) error {
	var all []error
	for i := range c.Rows {
		r := &c.Rows[i]
		change := flow.ChangeLine{Line: r.Line.ID}
		changed := false
		for k := range r.Fields {
			f := &r.Fields[k]
			theirs := now(r.Line, f.What)
			if base := get("base-" + f.Name); base != "" || f.What == "wished" {
				f.Base = base
			}
			if f.Value == "" { // what is empty stays
				f.Value = f.Base
			}
			value := f.Value
			switch {
			case value == theirs:
			case value == f.Base: // only they changed it
				c.Merged = append(c.Merged, plain(f.Label))
				f.Value, value = theirs, theirs
			case theirs != f.Base: // both did
				x := clash{Name: f.Name, What: f.Label, Base: f.Base, Theirs: theirs, Yours: value, Picked: get("pick-" + f.Name)}
				c.Clashes = append(c.Clashes, x)
				if x.Picked == "theirs" {
					value = theirs
				}
			}
			if value == theirs {
				continue
			}
			changed = true
			var err error
			switch f.What {
			case "qty":
				change.Qty, err = number(value, f.Name)
			case "price":
				change.Price, err = number(value, f.Name)
			default:
				change.RequestedOn, err = day.Parse(value)
				err = fault.At(err, "%s", f.Name)
			}
			if err != nil {
				f.Fault = sentence(err.Error())
				all = append(all, err)
			}
		}
		if changed {
			cmd.Lines = append(cmd.Lines, change)
		}
	}
	return fault.All(all...)
}

// at gives the sentence of a field's fault.
func (c changing) at(name string) string {
	if c.Fault == nil {
		return ""
	}
	return c.Fault.of(name)
}

func saveWord(c changing) string {
	if n := len(c.Clashes); n > 0 {
		return "Save with " + count(int64(n), "choice", "choices")
	}
	return "Change order"
}

func changeType(f changeField) string {
	if f.What == "wished" {
		return "date"
	}
	return "text"
}

func joined(list []string) string { return strings.Join(list, ", ") }
