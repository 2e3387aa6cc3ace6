package api

import (
	"kontor/internal/rooms/bom"
	"kontor/internal/rooms/catalog"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// BOMText is what a product is made of; it replaces the bill before it.
type BOMText struct {
	Yield   string    `json:"yield,omitempty" doc:"share of good pieces of those begun, such as 0.98; all when empty"`
	Phantom bool      `json:"phantom,omitempty" doc:"never stocked: its components are taken in its place"`
	Lines   []BOMLine `json:"lines" maxItems:"5000" doc:"none = it is not made any more"`
}

// BOMLine is a component on some days.
type BOMLine struct {
	SKU       string  `json:"sku" doc:"of the component"`
	Role      string  `json:"role,omitempty" doc:"component (the default), or co_product: it comes out beside the assembly"`
	Qty       string  `json:"qty" doc:"in the component's base unit …"`
	Per       string  `json:"per,omitempty" doc:"… for so many base units of the assembly; one when empty"`
	Scrap     string  `json:"scrap,omitempty" doc:"share of what is taken that is lost as a rule, such as 0.02"`
	ValidFrom day.Day `json:"valid_from"`
	ValidTo   day.Day `json:"valid_to,omitempty" doc:"last day; open when empty"`
}

func saveBOM(tx *db.Tx, ref string, version int64, t *BOMText) (report.BOMView, error) {
	p, err := report.FindProduct(tx, ref)
	if err != nil {
		return report.BOMView{}, err
	}
	b := bom.Bill{Product: p, Phantom: t.Phantom, Version: version}
	if b.Yield, err = millionths(t.Yield); err != nil {
		return report.BOMView{}, fault.At(err, "yield")
	}
	if b.Lines, err = t.resolve(tx, p); err != nil {
		return report.BOMView{}, err
	}
	if err := flow.SaveBOMs(tx, []bom.Bill{b}); err != nil {
		return report.BOMView{}, err
	}
	return report.BOM(tx, p)
}

// resolve finds the components, all at once, and reads the quantities.
func (t *BOMText) resolve(tx *db.Tx, assembly id.Product) ([]bom.Line, error) {
	skus := make([]string, len(t.Lines))
	for i, l := range t.Lines {
		skus[i] = l.SKU
	}
	known, err := catalog.BySKU(tx, skus)
	if err != nil {
		return nil, err
	}
	made, err := catalog.ByID(tx, []id.Product{assembly})
	if err != nil {
		return nil, err
	}
	out := make([]bom.Line, len(t.Lines))
	var all []error
	for i, l := range t.Lines {
		out[i], err = l.read(known[l.SKU], made[assembly])
		all = append(all, fault.At(err, "lines[%d]", i))
	}
	return out, fault.All(all...)
}

func (l BOMLine) read(component, assembly *catalog.Product) (bom.Line, error) {
	if component == nil {
		return bom.Line{}, catalog.ErrUnknown.Because("there is no product %.60q: create it first, or mend the SKU", l.SKU).At("sku")
	}
	out := bom.Line{Component: component.ID, Role: l.Role, From: l.ValidFrom, To: l.ValidTo}
	var errs [3]error
	out.Take, errs[0] = qty.Parse(l.Qty, int(component.Scale))
	out.Per, errs[1] = qty.Parse(or(l.Per, "1"), int(assembly.Scale))
	out.Scrap, errs[2] = millionths(l.Scrap)
	return out, fault.All(fault.At(errs[0], "qty"), fault.At(errs[1], "per"), fault.At(errs[2], "scrap"))
}

// millionths reads a share such as 0.98; "" is 0.
func millionths(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	d, err := dec.Parse(s)
	if err != nil || d.Sign() < 0 || d.Cmp(dec.FromInt(1)) > 0 {
		return 0, ErrRequest.Because("%.40q is no share: write one from 0 to 1, such as 0.98", s)
	}
	n, _ := d.Round(6)
	return n, nil
}

// ExplosionQuery asks what a quantity takes.
type ExplosionQuery struct {
	ByID
	Qty string  `query:"qty" doc:"in the base unit; 1 when empty"`
	On  day.Day `query:"on" doc:"whose bills count; today when empty"`
}

func explosion(q db.Querier, in *ExplosionQuery) (report.ExplosionView, error) {
	p, err := report.FindProduct(q, in.ID)
	if err != nil {
		return report.ExplosionView{}, err
	}
	return report.Explosion(q, p, or(in.Qty, "1"), in.On)
}
