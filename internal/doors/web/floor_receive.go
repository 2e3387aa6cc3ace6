package web

import (
	"context"
	"net/url"
	"strings"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
)

// receivePage takes a delivery line by line; nothing is booked before the end,
// so that the last line can be taken back.
func receivePage(v *visit) (page, error) {
	f, err := v.shelf("Receive", func(f *shelfForm, m report.MeantView) {
		switch m.Kind {
		case "item":
			f.item(m, "How many came?")
		case "place":
			f.Form.Set("warehouse", m.Ref)
			f.Hit = scanRight("Into "+m.Name, "")
		default:
			f.Hit = scanWrong(m.Ref+" is an "+m.Kind+", no item", "Scan the label of the goods.")
		}
	})
	if err != nil {
		return nil, err
	}
	f.arrivals()
	err = f.numbers("qty", "cost")
	switch {
	case err != nil:
	case f.Product != nil && f.get("do") == "add":
		err = v.add(f)
	case f.Product != nil && f.Hit == nil && f.get("qty") == "":
		f.Hit = scanRight(f.Product.SKU+", "+f.Product.Name, "How many came?")
	}
	f.Form.Del("do")
	f.Ask = "Scan an item"
	if err == nil && len(f.Lines) > 0 && f.Product == nil {
		f.Ask = "Scan the next item"
		err = v.preview(f, "Take in "+count(int64(len(f.Lines)), "line", "lines"), func(ctx context.Context) error {
			_, err := v.site.office.GoodsIn.One(ctx, v.actor(), f.delivery(orElse(f.get("reference"), "this delivery")))
			return err
		})
	} else if err != nil {
		err = v.fault(f, err)
	}
	return draw(shelfView(v, *f)), err
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// arrivals reads the lines of the delivery; what cannot be read is dropped.
func (f *shelfForm) arrivals() {
	f.Lines = nil
	for _, s := range f.Form["line"] {
		if parts := strings.Split(s, "|"); len(parts) == 3 {
			f.Lines = append(f.Lines, arrival{parts[0], parts[1], parts[2]})
		}
	}
}

// add puts the item at hand to the delivery, after the flow has tried it.
func (v *visit) add(f *shelfForm) error {
	if f.get("qty") == "" {
		return errMissing.Because("How many of %s came? Write the quantity, or scan each piece", f.Product.SKU).At("qty")
	}
	one := *f
	one.Lines = []arrival{{f.Product.SKU, f.get("qty"), f.get("cost")}}
	if _, err := flow.Simulate(v.Context(), func(ctx context.Context) error {
		_, err := v.site.office.GoodsIn.One(ctx, v.actor(), one.delivery("try"))
		return err
	}); err != nil {
		return err
	}
	f.Lines = append(f.Lines, one.Lines...)
	f.Form.Add("line", strings.Join([]string{f.Product.SKU, f.get("qty"), f.get("cost")}, "|"))
	f.Hit = scanRight(quantity(f.get("qty"))+" of "+f.Product.SKU+" noted", "Scan the next item, or take them in.")
	for _, name := range []string{"sku", "qty", "cost"} {
		f.Form.Del(name)
	}
	f.Product = nil
	return nil
}

// without is the address of the delivery without its last line.
func (f shelfForm) without() string {
	q := url.Values{"line": f.Form["line"][:len(f.Form["line"])-1]}
	for _, name := range []string{"reference", "warehouse"} {
		if f.get(name) != "" {
			q.Set(name, f.get(name))
		}
	}
	return f.Path + "?" + q.Encode()
}

func (f shelfForm) delivery(reference string) flow.GoodsIn {
	in := flow.GoodsIn{Reference: reference, Warehouse: f.get("warehouse")}
	for _, l := range f.Lines {
		in.Lines = append(in.Lines, flow.GoodsLine{SKU: l.SKU, Qty: l.Qty, Cost: l.Cost, Average: l.Cost == ""})
	}
	return in
}

// receiveNow books the delivery as one paper.
func receiveNow(v *visit) (page, error) {
	f := &shelfForm{Path: "/receive", Title: "Receive", Ask: "Scan the next item", Form: clone(v.PostForm)}
	var err error
	if f.Places, err = v.warehouses(); err != nil {
		return nil, err
	}
	f.arrivals()
	ref := strings.TrimSpace(f.get("reference"))
	f.Verb = "Take in " + count(int64(len(f.Lines)), "line", "lines")
	switch {
	case len(f.Lines) == 0:
		f.Verb = ""
		err = errMissing.Because("Nothing is noted yet: scan what came")
	case ref == "":
		err = errMissing.Because("The number of the delivery note is missing: it stands on the paper that came with the goods").At("reference")
	default:
		var s flow.Stocked
		s, err = v.site.office.GoodsIn.One(flow.WithKey(v.Context(), v.key()), v.actor(), f.delivery(ref))
		err = booked(s, err, ref)
	}
	if err != nil {
		return v.refusedShelf(f, err)
	}
	return onward{"/receive" + query("warehouse", f.get("warehouse")), count(int64(len(f.Lines)), "line", "lines") + " of " + ref + " taken in"}, nil
}
