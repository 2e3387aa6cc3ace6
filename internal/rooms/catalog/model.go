// Package catalog owns what is sold or stocked: products, their units as exact
// rationals, their tax class. It does not own prices, stock or bills of material.
package catalog

import (
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// Rules of the room.
var (
	ErrUnknown = fault.Rule{Kind: fault.NotFound, Code: "product.unknown"}
	ErrTaken   = fault.Rule{Kind: fault.Conflict, Code: "product.sku-taken"}
	ErrInvalid = fault.Rule{Kind: fault.Invalid, Code: "product.invalid"}
	ErrStale   = fault.Rule{Kind: fault.Stale, Code: "product.stale"}
	ErrUnit    = fault.Rule{Kind: fault.Invalid, Code: "product.unit-unknown"}
	ErrBlocked = fault.Rule{Kind: fault.Refused, Code: "product.not-sellable"}
)

// Product is one article or service (EN 16931 BG-31).
type Product struct {
	ID       id.Product
	SKU      string // BT-155
	Name     string // BT-153
	Kind     string // goods, service, kit, text
	Unit     string // base unit, UN/ECE Rec 20 code such as C62 or KGM
	Scale    int64  // decimals of the base step, 0…6
	Track    string
	TaxClass string
	GTIN     string // BT-157
	WeightG  int64
	Sellable bool
	Units    []Unit
	Version  int64
}

// Unit is a further unit: one of it is Num/Den base units.
type Unit struct {
	Unit string `json:"unit"`
	Num  int64  `json:"num"`
	Den  int64  `json:"den"`
	GTIN string `json:"gtin,omitempty"`
	Role string `json:"role,omitempty"`
}

// Check fills defaults and refuses what cannot be used.
func (p *Product) Check() error {
	if p.SKU == "" || p.Name == "" {
		return ErrInvalid.Because("a product needs a SKU and a name").At("sku")
	}
	if p.Kind == "" {
		p.Kind = "goods"
	}
	if p.Unit == "" {
		p.Unit = "C62"
	}
	if p.Track == "" {
		p.Track = "none"
	}
	if p.TaxClass == "" {
		p.TaxClass = "standard"
	}
	if p.Scale < 0 || p.Scale > 6 {
		return ErrInvalid.Because("the quantity scale of %s must be between 0 and 6", p.SKU).At("qty_scale")
	}
	for i, u := range p.Units {
		if u.Num <= 0 || u.Den <= 0 || u.Unit == "" {
			return fault.At(ErrInvalid.Because("unit %q of %s needs a positive numerator and denominator", u.Unit, p.SKU), "units[%d]", i)
		}
	}
	return nil
}

// Ratio gives base units per unit; "" is the base unit.
func (p *Product) Ratio(unit string) (qty.Ratio, error) {
	if unit == "" || unit == p.Unit {
		return qty.Ratio{Num: 1, Den: 1}, nil
	}
	for _, u := range p.Units {
		if u.Unit == unit {
			return qty.Ratio{Num: u.Num, Den: u.Den}, nil
		}
	}
	return qty.Ratio{}, ErrUnit.Because("%s is not sold by %s; its units are %s", p.SKU, unit, p.unitNames())
}

func (p *Product) unitNames() string {
	s := p.Unit
	for _, u := range p.Units {
		s += ", " + u.Unit
	}
	return s
}
