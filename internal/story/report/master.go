package report

import (
	"cmp"
	"slices"

	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

func cmpText[T ~string](a, b T) int { return cmp.Compare(a, b) }

// TaxView is all tax codes with their dated rates, and the rules that find them.
type TaxView struct {
	Rates []tax.Rate `json:"rates"`
	Rules []tax.Rule `json:"rules"`
}

// Taxes shows the tax codes and rules.
func Taxes(q db.Querier) (TaxView, error) {
	b, err := tax.Load(q)
	if err != nil {
		return TaxView{}, err
	}
	return TaxView{Rates: append([]tax.Rate{}, b.Rates...), Rules: append([]tax.Rule{}, b.Rules...)}, nil
}

// TermsView is one named rule of payment.
type TermsView struct {
	ID       id.Terms   `json:"id"`
	Code     string     `json:"code"`
	Rule     terms.Rule `json:"rule"`
	Calendar string     `json:"calendar,omitempty"`
}

// Terms lists all terms by code.
func Terms(q db.Querier) ([]TermsView, error) {
	b, err := terms.Load(q)
	if err != nil {
		return nil, err
	}
	out := []TermsView{}
	for _, t := range b.ByCode {
		out = append(out, TermsView{ID: t.ID, Code: t.Code, Rule: t.Rule, Calendar: t.Calendar})
	}
	slices.SortFunc(out, func(a, b TermsView) int { return cmpText(a.Code, b.Code) })
	return out, nil
}

// Warehouses lists all warehouses.
func Warehouses(q db.Querier) ([]stock.Warehouse, error) {
	out, err := stock.Warehouses(q)
	return append([]stock.Warehouse{}, out...), err
}
