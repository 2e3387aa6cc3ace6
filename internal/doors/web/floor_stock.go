package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/words/fault"
)

// shelfForm is a page on which goods come in, are counted or moved: what is
// known so far stands in the address, and each scan adds to it.
type shelfForm struct {
	Path, Title string
	Ask         string // what is to be scanned or typed next
	Form        url.Values
	Places      [][2]string
	Product     *report.ProductView
	Shelf       *report.ShelfView
	Lines       []arrival // of a delivery
	Far         bool      // the count is to be done again
	Hit         *scanned
	Fault       *faults
	Would       *consequences
	Verb        string // of the button that books it; "" while something is missing
}

// arrival is one line of a delivery that is not booked yet.
type arrival struct{ SKU, Qty, Cost string }

func (f shelfForm) get(name string) string { return f.Form.Get(name) }

// shelf reads what the address says and what was scanned; take puts a scan where it belongs.
func (v *visit) shelf(title string, take func(f *shelfForm, m report.MeantView)) (*shelfForm, error) {
	f := &shelfForm{Path: v.URL.Path, Title: title, Form: clone(v.Form)}
	var err error
	if f.Places, err = v.warehouses(); err != nil {
		return f, err
	}
	if raw := strings.TrimSpace(f.get("scan")); raw != "" {
		f.Form.Del("do") // Enter in the scan field means the scan
		m, err := v.meant(raw)
		switch _, unknown := unread(err); {
		case err == nil:
			take(f, m)
		case unknown == nil && aNumber(raw) && f.get("sku") != "":
			f.Form.Set(f.amountField(), raw)
			f.Hit = scanRight(raw+" of "+f.get("sku"), "")
		case unknown == nil:
			f.Hit, _ = unread(err)
		default:
			return f, err
		}
	}
	f.Form.Del("scan")
	return f, v.product(f)
}

// amountField is where a number goes that somebody types into the scan field.
func (f *shelfForm) amountField() string {
	if f.Path == "/count" {
		return "counted"
	}
	return "qty"
}

// product reads the item at hand; one that is not there is a wrong scan.
func (v *visit) product(f *shelfForm) error {
	if f.get("sku") == "" {
		return nil
	}
	m, err := v.meant(f.get("sku"))
	if err == nil && m.Kind == "item" {
		f.Product = &m.Product
		f.Form.Set("sku", m.Ref)
		return nil
	}
	hit, err := unread(err)
	if hit == nil {
		hit = scanWrong(f.get("sku")+" is no item", "Scan the label of the goods.")
	}
	f.Hit = hit
	f.Form.Del("sku")
	return err
}

// item takes an item: the same again counts one read more.
func (f *shelfForm) item(m report.MeantView, say string) {
	if f.get("sku") == m.Ref {
		f.Form.Set("qty", plusSteps(f.get("qty"), m.Each, m.Product))
		f.Hit = scanRight(m.Ref+", now "+quantity(f.get("qty")), "")
		return
	}
	f.Form.Set("sku", m.Ref)
	f.Form.Del("qty")
	if m.Each > plusOne(m.Product) { // a carton tells how much is in it
		f.Form.Set("qty", plusSteps("", m.Each, m.Product))
	}
	f.Hit = scanRight(m.Ref+", "+m.Name, say)
}

// plusOne is one base unit in base steps.
func plusOne(p report.ProductView) int64 {
	n := int64(1)
	for range p.Scale {
		n *= 10
	}
	return n
}

// numbers brings what was typed into the form that flows take; what is no
// number is told at its field.
func (f *shelfForm) numbers(names ...string) error {
	var all []error
	for _, name := range names {
		n, err := number(f.get(name), name)
		all = append(all, err)
		if err == nil && n != "" {
			f.Form.Set(name, n)
		}
	}
	return fault.All(all...)
}

// preview shows what a step would do; when it cannot be done, why.
func (v *visit) preview(f *shelfForm, verb string, run func(context.Context) error) error {
	c, err := flow.Simulate(v.Context(), run)
	if err != nil {
		return v.fault(f, err)
	}
	would := v.consequencesFrom(c)
	f.Would, f.Verb = &would, verb
	return nil
}

// fault puts an error onto the page; a bug goes on.
func (v *visit) fault(f *shelfForm, err error) error {
	if _, ok := fault.Of(err); !ok {
		return err
	}
	told, _ := v.faultOf(err)
	told.Title = "This cannot be done as things are"
	f.Fault = &told
	return nil
}

// refusedShelf draws the page again after a step was refused, with all that was typed.
func (v *visit) refusedShelf(f *shelfForm, err error) (page, error) {
	if err := v.product(f); err != nil {
		return nil, err
	}
	told, status := v.faultOf(err)
	f.Fault = &told
	if status == http.StatusInternalServerError {
		return nil, err
	}
	return drawing{status, shelfView(v, *f)}, nil
}

// booked refuses a paper that was booked before under its number.
func booked(s flow.Stocked, err error, number string) error {
	if err == nil && s.Known {
		return errBooked.Because("%s was booked before, so nothing changed: write another number when it is another delivery", number).At("reference")
	}
	return err
}

// movePage asks from where, what, how many and to where, in any order that a
// scanner tells them.
func movePage(v *visit) (page, error) {
	f, err := v.shelf("Move", func(f *shelfForm, m report.MeantView) {
		switch {
		case m.Kind == "item":
			f.item(m, "How many?")
		case m.Kind != "place":
			f.Hit = scanWrong(m.Ref+" is an "+m.Kind+", no item and no place", "Scan the label of the goods, or of the place.")
		case f.get("from") == "":
			f.Form.Set("from", m.Ref)
			f.Hit = scanRight("From "+m.Name, "")
		case m.Ref == f.get("from"):
			f.Hit = scanWrong("The goods come from "+m.Ref+" already", "Scan the place to which they go.")
		default:
			f.Form.Set("to", m.Ref)
			f.Hit = scanRight("To "+m.Name, "")
		}
	})
	if err != nil {
		return nil, err
	}
	err = f.numbers("qty")
	switch {
	case err != nil:
		err = v.fault(f, err)
	case f.get("from") == "":
		f.Ask = "Scan the place they come from"
	case f.Product == nil:
		f.Ask = "Scan the item"
	case f.get("qty") == "":
		f.Ask = "Scan each piece, or type how many"
	case f.get("to") == "":
		f.Ask = "Scan the place they go to"
	default:
		f.Ask = "Scan to change something"
		if f.get("reference") == "" {
			f.Form.Set("reference", v.paperNumber("MOVE"))
		}
		err = v.preview(f, "Move goods", func(ctx context.Context) error {
			_, err := v.site.office.Move.One(ctx, v.actor(), f.move())
			return err
		})
	}
	return draw(shelfView(v, *f)), err
}

func (f shelfForm) move() flow.Move {
	return flow.Move{Reference: f.get("reference"), SKU: f.get("sku"), Qty: f.get("qty"), From: f.get("from"), To: f.get("to")}
}

// moveNow moves the goods.
func moveNow(v *visit) (page, error) {
	f := &shelfForm{Path: "/move", Title: "Move", Ask: "Scan to change something", Form: clone(v.PostForm)}
	var err error
	if f.Places, err = v.warehouses(); err != nil {
		return nil, err
	}
	if err = f.numbers("qty"); err == nil {
		var s flow.Stocked
		s, err = v.site.office.Move.One(flow.WithKey(v.Context(), v.key()), v.actor(), f.move())
		err = booked(s, err, "This move")
	}
	if err != nil {
		return v.refusedShelf(f, err)
	}
	return onward{"/move" + query("from", f.get("from")), quantity(f.get("qty")) + " of " + f.get("sku") + " moved to " + f.get("to")}, nil
}
