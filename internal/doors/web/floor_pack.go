package web

import (
	"net/url"
	"slices"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/shipping"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// packing is a shipment whose goods go into boxes: every piece is counted off.
type packing struct {
	Shipment report.ShipmentView
	Products map[id.Product]*catalog.Product
	Typed    url.Values // counted so far, per line
	Weight   string
	Hit      *scanned
	Fault    *faults
}

func (p packing) path() string { return "/shipments/" + p.Shipment.ID.String() }

// any tells whether something is picked.
func (p packing) any() bool {
	return slices.ContainsFunc(p.Shipment.Lines, func(l report.ShipmentLineView) bool { return !isZero(l.Picked) })
}

func (p packing) counted(l report.ShipmentLineView) string {
	if s := p.Typed.Get(l.ID.String()); s != "" {
		return s
	}
	if !isZero(l.Packed) {
		return quantityText(l.Packed)
	}
	return "0"
}

// codes are what a label of a line's item may say.
func (p packing) codes(l report.ShipmentLineView) string {
	x := p.Products[l.Product]
	if x == nil {
		return "{}"
	}
	return picking{Product: report.ProductView{SKU: x.SKU, GTIN: x.GTIN, Units: x.Units}}.codes()
}

func packed(q db.Querier, ref string) (packing, error) {
	var p packing
	s, err := report.FindShipment(q, ref)
	if err != nil {
		return p, err
	}
	if p.Shipment, err = report.Shipment(q, s); err != nil {
		return p, err
	}
	var goods []id.Product
	for _, l := range p.Shipment.Lines {
		goods = append(goods, l.Product)
	}
	p.Products, err = catalog.ByID(q, goods)
	return p, err
}

func packPage(v *visit) (page, error) {
	p, err := packed(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if p.Shipment.Decision != shipping.Planned {
		return onward{p.path(), "Nothing to pack: it is " + plain(stateOf(p.Shipment.Decision).word)}, nil
	}
	p.Typed, p.Weight = v.URL.Query(), v.ask("weight")
	if v.ask("scan") != "" {
		if err := p.scan(v); err != nil {
			return nil, err
		}
	}
	return draw(packView(v, p)), nil
}

// scan counts an item into the box, on the first line of it that is not full.
func (p *packing) scan(v *visit) error {
	m, err := report.Scanned(v.q, v.ask("scan"))
	if f, ok := fault.Of(err); ok && f.Code == report.ErrUnknownCode.Code {
		p.Hit = scanWrong(v.ask("scan")+" does not belong to this shipment", "Nothing was counted. Put it back on its shelf.")
		return nil
	}
	if err != nil {
		return err
	}
	p.Hit = scanWrong(m.Ref+" does not belong to this shipment", "Nothing was counted. Put it back on its shelf.")
	for _, l := range p.Shipment.Lines {
		if m.Kind != "item" || l.Product != m.Product.ID {
			continue
		}
		n, more := plusSteps(p.counted(l), 0, m.Product), plusSteps(p.counted(l), m.Each, m.Product)
		p.Hit = scanWrong("All "+quantity(l.Picked)+" of "+l.SKU+" are in already", "Nothing was counted: this one was not picked for the shipment.")
		have, _ := qty.Parse(more, int(m.Product.Scale))
		if most, _ := qty.Parse(l.Picked, int(m.Product.Scale)); have <= most && n != more {
			p.Typed = clone(p.Typed)
			p.Typed.Set(l.ID.String(), more)
			p.Hit = scanRight(l.SKU+", "+quantity(more)+" of "+quantity(l.Picked)+" in", "")
			return nil
		}
	}
	return nil
}

func clone(f url.Values) url.Values {
	out := url.Values{}
	for k, v := range f {
		out[k] = v
	}
	return out
}

// packNow closes the boxes when all that was picked is in them.
func packNow(v *visit) (page, error) {
	var p packing
	cmd := flow.Pack{}
	err := v.read(func(q *db.Reader) (err error) {
		if p, err = packed(q, v.PathValue("id")); err != nil {
			return err
		}
		p.Typed, p.Weight = v.PostForm, v.PostForm.Get("weight")
		cmd.Shipment = p.Shipment.ID
		cmd.Lines, err = p.lines()
		return err
	})
	if err == nil {
		cmd.WeightG, err = grams(p.Weight)
	}
	if err == nil {
		_, err = v.site.office.Pack.One(flow.WithKey(v.Context(), v.key()), v.actor(), cmd)
	}
	if err != nil {
		if p.Shipment.ID == 0 {
			return nil, err
		}
		f, status := v.faultOf(err)
		p.Fault = &f
		return drawing{status, packView(v, p)}, nil
	}
	return onward{p.path(), "It is packed"}, nil
}

// lines are what was counted into boxes, as the form has it.
func (p packing) lines() ([]flow.PickLine, error) {
	var out []flow.PickLine
	for _, l := range p.Shipment.Lines {
		name := l.ID.String()
		typed, err := number(p.counted(l), name)
		if err != nil {
			return nil, err
		}
		n, err := qty.Parse(typed, int(p.Products[l.Product].Scale))
		if err != nil || n < 0 {
			return nil, errPicked.Because("%q is no quantity of %s: write a number such as %s", p.counted(l), l.SKU, quantityText(l.Picked)).At(name)
		}
		out = append(out, flow.PickLine{Line: l.ID, Qty: n})
	}
	return out, nil
}

// grams reads kilograms; nothing typed is nothing weighed.
func grams(kg string) (int64, error) {
	if kg == "" {
		return 0, nil
	}
	typed, err := number(kg, "weight")
	if err != nil {
		return 0, err
	}
	n, err := qty.Parse(typed, 3)
	if err != nil || n <= 0 || n > 1e9 {
		return 0, errPicked.Because("%q is no weight: write kilograms, such as 12.5", kg).At("weight")
	}
	return n, nil
}
