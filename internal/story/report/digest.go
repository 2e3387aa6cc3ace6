package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"

	"kontor/internal/rooms/invoice"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// InvoiceDigest is one hash over everything that readers of the invoices and
// credit notes see, in the order of their numbers: no ids, nothing that differs
// between engines or runs. Two databases with the same digest have sent the
// same papers. It reads 500 papers at a time.
func InvoiceDigest(q db.Querier) (string, error) {
	type series struct{ series, scope string }
	all, err := collect(q, `SELECT DISTINCT series, scope FROM invoice`, nil, nil, func(r *db.Rows, s *series) error { return r.Scan(&s.series, &s.scope) })
	if err != nil {
		return "", err
	}
	slices.SortFunc(all, func(a, b series) int { // by bytes: collations differ
		return cmp.Or(cmp.Compare(a.series, b.series), cmp.Compare(a.scope, b.scope))
	})
	d := digest{sha256.New()}
	for _, s := range all {
		for after := int64(-1); ; {
			part, err := collect(q, `SELECT id, seq FROM invoice WHERE series=$1 AND scope=$2 AND seq>$3 ORDER BY seq LIMIT 500`, nil, []any{s.series, s.scope, after}, func(r *db.Rows, i *id.Invoice) error {
				return r.Scan(i, &after)
			})
			if err != nil {
				return "", err
			}
			if len(part) == 0 {
				break
			}
			papers, err := invoice.Read(q, part)
			if err != nil {
				return "", err
			}
			for _, i := range part {
				d.paper(papers[i])
			}
		}
	}
	return hex.EncodeToString(d.h.Sum(nil)), nil
}

// digest writes fields so that no two papers look the same: each with its length.
type digest struct{ h hash.Hash }

func (d digest) text(fields ...string) {
	for _, s := range fields {
		d.h.Write(strconv.AppendInt(nil, int64(len(s)), 10))
		d.h.Write([]byte{':'})
		d.h.Write([]byte(s))
	}
}

func (d digest) ints(fields ...int64) {
	for _, n := range fields {
		d.h.Write(append(strconv.AppendInt(nil, n, 10), ';'))
	}
}

func (d digest) paper(x *invoice.Invoice) {
	d.text(x.Kind, x.TypeCode, x.Number, string(x.IssuedOn), string(x.SuppliedFrom), string(x.SuppliedTo), string(x.DueOn), x.Terms, string(x.Currency), x.Parties, x.BuyerReference, x.PONumber, x.Reason)
	d.ints(int64(len(x.Lines)), int64(len(x.Extras)), int64(len(x.Taxes)))
	for _, l := range x.Lines {
		d.text(l.Text, l.EnteredQty, l.Unit, l.Price, l.Category, l.Rate)
		d.ints(l.No, l.Qty, l.Allowance, l.Net, l.Tax)
	}
	for _, e := range x.Extras {
		d.text(e.Role, e.Category, e.Rate, e.Reason, e.ReasonCode)
		d.ints(e.No, e.Sign, e.Amount, e.Tax)
	}
	taxes := slices.Clone(x.Taxes)
	slices.SortFunc(taxes, func(a, b *invoice.Tax) int { return cmp.Compare(a.Code, b.Code) })
	for _, t := range taxes {
		d.text(t.Category, t.Rate, t.Reason)
		d.ints(t.Base, t.Tax, t.BaseAcc, t.TaxAcc)
	}
	d.ints(x.LineAmt, x.AllowanceAmt, x.ChargeAmt, x.Net, x.Tax, x.Gross, x.Prepaid, x.Rounding, x.Payable)
}
