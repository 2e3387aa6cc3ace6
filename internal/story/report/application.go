package report

import (
	"slices"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// applications reads settlements with their rows, oldest first.
func applications(q db.Querier, list []id.Application) ([]ApplicationView, error) {
	c, _, err := today(q)
	if err != nil {
		return nil, err
	}
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	var who ids[int64]
	by := map[id.Application]*ApplicationView{}
	actor := map[id.Application]int64{}
	err = q.Each(`WITH {a: id BIGINT} SELECT p.id, p.kind, p.applied_on, p.actor_id, p.reverses_id, p.reversed FROM a JOIN application p ON p.id=a.id`, db.Ints(sorted), nil, func(r *db.Rows) error {
		v := &ApplicationView{Rows: []AllocationView{}}
		var by1 int64
		err := r.Scan(&v.ID, &v.Kind, &v.AppliedOn, &by1, &v.Reverses, &v.Reversed)
		who.add(by1)
		by[v.ID], actor[v.ID] = v, by1
		return err
	})
	if err != nil {
		return nil, err
	}
	names, err := actors(q, who.list)
	if err != nil {
		return nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT x.application_id, x.kind, x.debit_item_id, COALESCE(d.number, ''), COALESCE(d.currency, ''), x.credit_item_id, COALESCE(c.number, ''), COALESCE(c.currency, ''),
		x.amount, x.credit_amount, x.amount_fc, x.credit_fc, x.tax_code, x.tax_part, x.reason_code
		FROM a JOIN allocation x ON x.application_id=a.id LEFT JOIN open_item d ON d.id=x.debit_item_id LEFT JOIN open_item c ON c.id=x.credit_item_id ORDER BY x.id`, db.Ints(sorted), nil, func(r *db.Rows) error {
		var a id.Application
		var debit, credit id.Item
		var dn, cn string
		var amount, creditAmount, fc, creditFC, taxPart int64
		v := AllocationView{CompanyCurrency: c.Currency}
		if err := r.Scan(&a, &v.Kind, &debit, &dn, &v.Currency, &credit, &cn, &v.CreditCurrency, &amount, &creditAmount, &fc, &creditFC, &v.TaxCode, &taxPart, &v.Reason); err != nil {
			return err
		}
		if debit != 0 {
			v.Debit = &DocRef{Type: "item", ID: debit.String(), Number: dn}
		}
		if v.Currency == "" { // only a credit item: it is in its currency
			v.Currency = v.CreditCurrency
		}
		v.Amount = money.Format(amount, v.Currency)
		if credit != 0 {
			v.Credit = &DocRef{Type: "item", ID: credit.String(), Number: cn}
			v.CreditAmount = money.Format(creditAmount, v.CreditCurrency)
		}
		v.CompanyAmount, v.CompanyCredit = money.Format(fc, c.Currency), money.Format(creditFC, c.Currency)
		if taxPart != 0 {
			v.TaxPart = money.Format(taxPart, v.Currency)
		}
		if p := by[a]; p != nil {
			p.Rows = append(p.Rows, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := []ApplicationView{}
	for _, a := range sorted {
		if v := by[a]; v != nil {
			v.Actor = names[actor[a]]
			out = append(out, *v)
		}
	}
	return out, nil
}
