package receivable

import (
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// Open writes new items.
func Open(tx *db.Tx, items []*Item) {
	l := db.NewList(len(items))
	for _, i := range items {
		if i.Tiers == "" {
			i.Tiers = "[]"
		}
		l.Add(int64(i.ID), int64(i.Customer), int64(i.Credit), i.Kind, i.DocType, i.Doc, i.PartNo, i.Number, string(i.Currency), i.Sign, i.Original, i.OriginalFC, string(i.DatedOn), string(i.DueOn), i.Tiers)
	}
	tx.Put(`WITH {a: id BIGINT, cus BIGINT, cr BIGINT, kind TEXT, dt TEXT, doc BIGINT, part BIGINT, n TEXT, cur TEXT, sign BIGINT, orig BIGINT, ofc BIGINT, don TEXT, due TEXT, tiers TEXT}
		INSERT INTO open_item(id, customer_id, credit_account_id, kind, doc_type, doc_id, part_no, number, currency, sign, original, open, original_fc, open_fc, dated_on, due_on, tiers, tx_id)
		SELECT a.id, a.cus, a.cr, a.kind, a.dt, a.doc, a.part, a.n, a.cur, a.sign, a.orig, a.orig, a.ofc, a.ofc, a.don, a.due, a.tiers, $1 FROM a`, l, tx.ID())
}

const itemColumns = `i.id, i.customer_id, i.credit_account_id, i.kind, i.doc_type, i.doc_id, i.part_no, i.number, i.currency, i.sign, i.original, i.open, i.disputed, i.original_fc, i.open_fc, i.dated_on, i.due_on, i.tiers`

func scanItem(r *db.Rows) (*Item, error) {
	i := &Item{}
	err := r.Scan((*int64)(&i.ID), (*int64)(&i.Customer), (*int64)(&i.Credit), &i.Kind, &i.DocType, &i.Doc, &i.PartNo, &i.Number, (*string)(&i.Currency), &i.Sign, &i.Original, &i.Open, &i.Disputed,
		&i.OriginalFC, &i.OpenFC, (*string)(&i.DatedOn), (*string)(&i.DueOn), &i.Tiers)
	return i, err
}

// Lock locks items in ascending order and reads them; q belongs to a Tx.
func Lock(q db.Querier, ids []id.Item) (map[id.Item]*Item, error) {
	sorted := unique(ids)
	out := make(map[id.Item]*Item, len(sorted))
	err := q.Each(`WITH {a: id BIGINT} SELECT `+itemColumns+` FROM a JOIN open_item i ON i.id=a.id ORDER BY i.id {lock i}`, db.Ints(sorted), nil, func(r *db.Rows) error {
		i, err := scanItem(r)
		out[i.ID] = i
		return err
	})
	return out, err
}

func unique(ids []id.Item) []id.Item {
	seen := make(map[id.Item]bool, len(ids))
	out := make([]id.Item, 0, len(ids))
	for _, i := range ids {
		if i != 0 && !seen[i] {
			seen[i] = true
			out = append(out, i)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a] < out[b] })
	return out
}

// ByID reads items.
func ByID(q db.Querier, ids []id.Item) (map[id.Item]*Item, error) {
	out := make(map[id.Item]*Item, len(ids))
	err := q.Each(`WITH {a: id BIGINT} SELECT `+itemColumns+` FROM a JOIN open_item i ON i.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		i, err := scanItem(r)
		out[i.ID] = i
		return err
	})
	return out, err
}

// OfDocs reads the items of documents.
func OfDocs(q db.Querier, docs []int64) (map[int64][]*Item, error) {
	out := map[int64][]*Item{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+itemColumns+` FROM a JOIN open_item i ON i.doc_id=a.id ORDER BY i.doc_id, i.part_no`, db.Ints(docs), nil, func(r *db.Rows) error {
		i, err := scanItem(r)
		out[i.Doc] = append(out[i.Doc], i)
		return err
	})
	return out, err
}

// OpenOf reads what is open for customers, the oldest due first.
func OpenOf(q db.Querier, customers []id.Customer) (map[id.Customer][]*Item, error) {
	out := map[id.Customer][]*Item{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+itemColumns+` FROM a JOIN open_item i ON i.customer_id=a.id WHERE i.open>0 ORDER BY i.customer_id, i.due_on, i.id`, db.Ints(customers), nil, func(r *db.Rows) error {
		i, err := scanItem(r)
		out[i.Customer] = append(out[i.Customer], i)
		return err
	})
	return out, err
}

// Settle takes amounts from (or, negative, gives them back to) open items. A
// disputed amount never exceeds what stays open.
func Settle(tx *db.Tx, amounts map[id.Item][2]int64) {
	ids := make([]id.Item, 0, len(amounts))
	for i := range amounts {
		ids = append(ids, i)
	}
	ids = unique(ids)
	l := db.NewList(len(ids))
	for _, i := range ids {
		l.Add(int64(i), amounts[i][0], amounts[i][1])
	}
	tx.Put(`WITH {a: id BIGINT, amt BIGINT, fc BIGINT} UPDATE open_item SET open=open_item.open-a.amt, open_fc=open_item.open_fc-a.fc,
		disputed=CASE WHEN open_item.disputed>open_item.open-a.amt THEN open_item.open-a.amt ELSE open_item.disputed END, tx_id=$1
		FROM a WHERE open_item.id=a.id AND open_item.open>=a.amt AND open_item.open-a.amt<=open_item.original`, l, tx.ID())
}

// Dispute marks part of an item as disputed.
func Dispute(tx *db.Tx, i id.Item, amount int64) {
	tx.Want(1, `UPDATE open_item SET disputed=$2, tx_id=$3 WHERE id=$1 AND $2<=open`, nil, int64(i), amount, tx.ID())
}

// Add writes applications with their rows.
func Add(tx *db.Tx, list []*Application) {
	heads, rows := db.NewList(len(list)), db.NewList(2*len(list))
	for _, a := range list {
		heads.Add(int64(a.ID), a.Kind, string(a.On), int64(a.Reverses))
		for k := range a.Rows {
			r := &a.Rows[k]
			r.ID = tx.NewID()
			rows.Add(r.ID, int64(a.ID), r.Kind, int64(r.Debit), int64(r.CreditItem), r.Amount, r.CreditAmount, r.AmountFC, r.CreditFC, r.TaxCode, r.TaxPart, r.Reason, r.Reverses, string(a.On))
		}
	}
	tx.Put(`WITH {a: id BIGINT, kind TEXT, d TEXT, rev BIGINT} INSERT INTO application(id, kind, applied_on, actor_id, reverses_id, explain, tx_id)
		SELECT a.id, a.kind, a.d, $1, a.rev, '{}', $2 FROM a`, heads, tx.Who().ID, tx.ID())
	tx.Put(`WITH {a: id BIGINT, app BIGINT, kind TEXT, deb BIGINT, cre BIGINT, amt BIGINT, camt BIGINT, fc BIGINT, cfc BIGINT, tc TEXT, tp BIGINT, rc TEXT, rev BIGINT, d TEXT}
		INSERT INTO allocation(id, application_id, kind, debit_item_id, credit_item_id, amount, credit_amount, amount_fc, credit_fc, tax_code, tax_part, reason_code, reverses_id, applied_on, tx_id)
		SELECT a.id, a.app, a.kind, a.deb, a.cre, a.amt, a.camt, a.fc, a.cfc, a.tc, a.tp, a.rc, a.rev, a.d, $1 FROM a`, rows, tx.ID())
}

// Applications reads settlements with their rows.
func Applications(q db.Querier, ids []id.Application) (map[id.Application]*Application, error) {
	out := map[id.Application]*Application{}
	err := q.Each(`WITH {a: id BIGINT} SELECT p.id, p.kind, p.applied_on, p.reverses_id, p.reversed FROM a JOIN application p ON p.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		a := &Application{}
		err := r.Scan((*int64)(&a.ID), &a.Kind, (*string)(&a.On), (*int64)(&a.Reverses), &a.Reversed)
		out[a.ID] = a
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT x.id, x.application_id, x.kind, x.debit_item_id, x.credit_item_id, x.amount, x.credit_amount, x.amount_fc, x.credit_fc, x.tax_code, x.tax_part, x.reason_code
		FROM a JOIN allocation x ON x.application_id=a.id ORDER BY x.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		var x Allocation
		err := r.Scan(&x.ID, (*int64)(&x.Application), &x.Kind, (*int64)(&x.Debit), (*int64)(&x.CreditItem), &x.Amount, &x.CreditAmount, &x.AmountFC, &x.CreditFC, &x.TaxCode, &x.TaxPart, &x.Reason)
		if a := out[x.Application]; a != nil {
			a.Rows = append(a.Rows, x)
		}
		return err
	})
	return out, err
}

// Touching gives the settlements, not reversed, that touch an item.
func Touching(q db.Querier, items []id.Item) ([]id.Application, error) {
	seen := map[id.Application]bool{}
	var out []id.Application
	f := func(r *db.Rows) error {
		var a id.Application
		err := r.Scan((*int64)(&a))
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
		return err
	}
	err := q.Each(`WITH {a: id BIGINT} SELECT x.application_id FROM a JOIN allocation x ON x.debit_item_id=a.id JOIN application p ON p.id=x.application_id WHERE p.reversed=0 AND p.reverses_id=0`, db.Ints(items), nil, f)
	if err != nil {
		return nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT x.application_id FROM a JOIN allocation x ON x.credit_item_id=a.id JOIN application p ON p.id=x.application_id WHERE p.reversed=0 AND p.reverses_id=0`, db.Ints(items), nil, f)
	sort.Slice(out, func(a, b int) bool { return out[a] < out[b] })
	return out, err
}

// MarkReversed ends settlements; each can be taken back once.
func MarkReversed(tx *db.Tx, list []id.Application) {
	tx.Put(`WITH {a: id BIGINT} UPDATE application SET reversed=1 FROM a WHERE application.id=a.id AND application.reversed=0 AND application.reverses_id=0`, db.Ints(list))
}

// Discounts reads, per item, what active settlements took as discount: amount and tax part per tax code.
func Discounts(q db.Querier, items []id.Item) (map[id.Item][]Allocation, error) {
	out := map[id.Item][]Allocation{}
	err := q.Each(`WITH {a: id BIGINT} SELECT x.debit_item_id, x.tax_code, SUM(x.amount), SUM(x.tax_part) FROM a JOIN allocation x ON x.debit_item_id=a.id WHERE x.kind='discount'
		GROUP BY x.debit_item_id, x.tax_code HAVING SUM(x.amount)<>0 ORDER BY x.debit_item_id, x.tax_code`, db.Ints(items), nil, func(r *db.Rows) error {
		x := Allocation{Kind: "discount"}
		err := r.Scan((*int64)(&x.Debit), &x.TaxCode, &x.Amount, &x.TaxPart)
		out[x.Debit] = append(out[x.Debit], x)
		return err
	})
	return out, err
}

// OpenOn gives what of each item was open on a past day, in its own and in the
// company's currency, from the allocations up to that day.
func OpenOn(q db.Querier, on day.Day, f func(i *Item, open, fc int64) error) error {
	return q.Each(`SELECT `+itemColumns+`, i.original - COALESCE(d.amt, 0) - COALESCE(c.amt, 0), i.original_fc - COALESCE(d.fc, 0) - COALESCE(c.fc, 0)
		FROM open_item i
		LEFT JOIN (SELECT debit_item_id item, CAST(SUM(amount) AS BIGINT) amt, CAST(SUM(amount_fc) AS BIGINT) fc FROM allocation WHERE applied_on<=$1 GROUP BY debit_item_id) d ON d.item=i.id
		LEFT JOIN (SELECT credit_item_id item, CAST(SUM(credit_amount) AS BIGINT) amt, CAST(SUM(credit_fc) AS BIGINT) fc FROM allocation WHERE applied_on<=$1 GROUP BY credit_item_id) c ON c.item=i.id
		WHERE i.dated_on<=$1 ORDER BY i.customer_id, i.id`, nil, []any{string(on)}, func(r *db.Rows) error {
		i := &Item{}
		var open, fc int64
		err := r.Scan((*int64)(&i.ID), (*int64)(&i.Customer), (*int64)(&i.Credit), &i.Kind, &i.DocType, &i.Doc, &i.PartNo, &i.Number, (*string)(&i.Currency), &i.Sign, &i.Original, &i.Open, &i.Disputed,
			&i.OriginalFC, &i.OpenFC, (*string)(&i.DatedOn), (*string)(&i.DueOn), &i.Tiers, &open, &fc)
		if err != nil {
			return err
		}
		return f(i, open, fc)
	})
}

// PaidBy gives, per receipt document, the documents of the items its money settled.
func PaidBy(q db.Querier, receipts []int64) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	err := q.Each(`WITH {a: id BIGINT} SELECT DISTINCT a.id, d.doc_id FROM a JOIN open_item c ON c.doc_id=a.id JOIN allocation x ON x.credit_item_id=c.id
		JOIN open_item d ON d.id=x.debit_item_id ORDER BY a.id, d.doc_id`, db.Ints(receipts), nil, func(r *db.Rows) error {
		var rc, doc int64
		err := r.Scan(&rc, &doc)
		out[rc] = append(out[rc], doc)
		return err
	})
	return out, err
}

// StillOpen tells which documents have an item that is not settled.
func StillOpen(q db.Querier, docs []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	err := q.Each(`WITH {a: id BIGINT} SELECT i.doc_id FROM a JOIN open_item i ON i.doc_id=a.id WHERE i.open>0`, db.Ints(docs), nil, func(r *db.Rows) error {
		var d int64
		err := r.Scan(&d)
		out[d] = true
		return err
	})
	return out, err
}
