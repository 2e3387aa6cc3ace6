package web

import (
	"context"
	"net/url"
	"strings"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// countPage counts blind: what the books say is shown when somebody has counted,
// and what is far from it is counted again first.
func countPage(v *visit) (page, error) {
	f, err := v.shelf("Count", func(f *shelfForm, m report.MeantView) {
		switch m.Kind {
		case "item":
			if f.get("sku") == m.Ref {
				f.Form.Set("counted", plusSteps(f.get("counted"), m.Each, m.Product))
				f.Form.Set("do", "scan")
				f.Hit = scanRight(m.Ref+", now "+quantity(f.get("counted")), "")
				return
			}
			f.Form.Set("sku", m.Ref)
			f.Form.Del("counted")
			f.Form.Del("first")
			f.Hit = scanRight(m.Ref+", "+m.Name, "How many lie on the shelf?")
		case "place":
			f.Form.Set("warehouse", m.Ref)
			f.Hit = scanRight(m.Name, "")
		default:
			f.Hit = scanWrong(m.Ref+" is an "+m.Kind+", no item and no place", "Scan the label of the goods, or of the place.")
		}
	})
	if err != nil {
		return nil, err
	}
	f.Ask = "Scan the item, or its place"
	if f.get("warehouse") == "" && len(f.Places) > 0 {
		f.Form.Set("warehouse", f.Places[0][0])
	}
	if f.Product != nil {
		f.Ask = "Scan each piece, or type how many"
		err = v.counting(f)
	}
	f.Form.Del("do")
	return draw(shelfView(v, *f)), err
}

// counting looks at what was counted, once somebody says that it is all.
func (v *visit) counting(f *shelfForm) error {
	if f.get("do") == "scan" || f.get("counted") == "" {
		return nil
	}
	if err := f.numbers("counted"); err != nil {
		return v.fault(f, err)
	}
	s, err := v.lies(f.get("warehouse"), f.get("sku"))
	far := false
	if err == nil {
		far, err = s.Far(f.get("counted"))
	}
	if err != nil {
		return v.fault(f, err)
	}
	if far && f.get("first") == "" {
		f.Form.Set("first", f.get("counted"))
		f.Form.Del("counted")
		f.Far = true
		f.Hit = scanWrong("That is far from what the books say", "Count once more, slowly, then write what you find.")
		return nil
	}
	f.Shelf = &s
	if f.get("reference") == "" {
		f.Form.Set("reference", v.paperNumber("COUNT"))
	}
	return v.preview(f, "Book count", func(ctx context.Context) error {
		_, err := v.site.office.Count.One(ctx, v.actor(), f.count())
		return err
	})
}

func (v *visit) lies(warehouse, sku string) (s report.ShelfView, err error) {
	err = v.read(func(q *db.Reader) (err error) {
		s, err = report.Shelf(q, warehouse, sku)
		return err
	})
	return s, err
}

func (f shelfForm) count() flow.Count {
	c := flow.Count{Reference: f.get("reference"), Warehouse: f.get("warehouse"), SKU: f.get("sku"), Counted: f.get("counted"), Shelf: true}
	if f.get("first") != "" && f.get("first") != f.get("counted") {
		c.Reason = "counted twice: first " + f.get("first") + ", then " + f.get("counted")
	}
	return c
}

// again is the address at which the same place is counted once more.
func (f shelfForm) again() string {
	return f.Path + query("warehouse", f.get("warehouse"), "sku", f.get("sku"), "shipment", f.get("shipment"))
}

// countNow books a count; who came from a pick goes on there.
func countNow(v *visit) (page, error) {
	f := &shelfForm{Path: "/count", Title: "Count", Ask: "Scan the item, or its place", Form: clone(v.PostForm)}
	var err error
	if f.Places, err = v.warehouses(); err != nil {
		return nil, err
	}
	if err = f.numbers("counted"); err == nil {
		var s flow.Stocked
		s, err = v.site.office.Count.One(flow.WithKey(v.Context(), v.key()), v.actor(), f.count())
		err = booked(s, err, "This count")
	}
	if err != nil {
		return v.refusedShelf(f, err)
	}
	said := f.get("sku") + " is counted: " + quantity(f.get("counted"))
	if s := f.get("shipment"); strings.HasPrefix(s, "shp_") && !strings.ContainsAny(s, "/?#\\") {
		return onward{"/shipments/" + url.PathEscape(s) + "/pick", said}, nil
	}
	return onward{"/count" + query("warehouse", f.get("warehouse")), said}, nil
}
