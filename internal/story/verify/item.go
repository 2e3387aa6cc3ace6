package verify

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// items: INV-05, open items and what settles them; INV-08, tax in discounts.
func items() []check {
	return []check{
		{
			id:    "INV-05.open",
			title: "Items are open by what their allocations leave",
			count: `SELECT COUNT(*) FROM open_item`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown item'), t.a, COALESCE(i.currency, ''), t.x, COALESCE(i.currency, ''), t.b, t.y FROM (
				SELECT id, CAST(SUM(a) AS BIGINT) a, CAST(SUM(b) AS BIGINT) b, CAST(SUM(x) AS BIGINT) x, CAST(SUM(y) AS BIGINT) y FROM (
					SELECT id, original-open AS a, original_fc-open_fc AS b, 0 AS x, 0 AS y FROM open_item
					UNION ALL SELECT debit_item_id, 0, 0, amount, amount_fc FROM allocation WHERE debit_item_id<>0
					UNION ALL SELECT credit_item_id, 0, 0, credit_amount, credit_fc FROM allocation WHERE credit_item_id<>0) u
				GROUP BY id HAVING SUM(a)<>SUM(x) OR SUM(b)<>SUM(y)) t LEFT JOIN open_item i ON i.id=t.id ORDER BY t.id`,
			say: "{itm} {$}: settled by {amt}, its allocations say {amt}; in the books {fc} and {fc}",
		}, {
			id:    "INV-05.bounds",
			title: "Items are open between nothing and all, and closed in the books when closed",
			count: `SELECT COUNT(*) FROM open_item`,
			bad: `SELECT id, number, open, currency, original, currency, disputed, currency, open_fc FROM open_item
				WHERE open<0 OR open>original OR disputed<0 OR disputed>open OR (open=0 AND open_fc<>0) OR open_fc<0 OR open_fc>original_fc ORDER BY id`,
			say: "{itm} {$}: open {amt} of {amt}, disputed {amt}, in the books {fc}",
		}, {
			id:    "INV-05.sides",
			title: "Allocations settle debits with credits",
			count: `SELECT COUNT(*) FROM allocation`,
			bad: `SELECT a.id, a.application_id, a.kind FROM allocation a LEFT JOIN open_item d ON d.id=a.debit_item_id LEFT JOIN open_item c ON c.id=a.credit_item_id
				WHERE (d.id IS NOT NULL AND d.sign<>1) OR (c.id IS NOT NULL AND c.sign<>-1) OR (a.debit_item_id=0 AND a.credit_item_id=0)
				OR (a.debit_item_id=0 AND (a.amount<>0 OR a.amount_fc<>0)) OR (a.credit_item_id=0 AND (a.credit_amount<>0 OR a.credit_fc<>0)) ORDER BY a.id`,
			say: "{alc} of {app} ({$}) has an item or an amount on the wrong side",
		}, {
			id:    "INV-05.receipt-items",
			title: "Receipts have an item of their amount",
			count: `SELECT COUNT(*) FROM receipt`,
			bad: `SELECT t.id, t.a, COALESCE(r.currency, ''), t.b, COALESCE(r.currency, '') FROM (SELECT id, CAST(SUM(a) AS BIGINT) a, CAST(SUM(b) AS BIGINT) b FROM (
					SELECT id, amount AS a, 0 AS b FROM receipt
					UNION ALL SELECT doc_id, 0, -sign*original FROM open_item WHERE kind='receipt') u GROUP BY id HAVING SUM(a)<>SUM(b)) t
				LEFT JOIN receipt r ON r.id=t.id ORDER BY t.id`,
			say: "{rcp}: received {amt}, its item says {amt}",
		}, {
			id:    "INV-05.unapply",
			title: "Applications taken back are undone row by row, once",
			count: `SELECT COUNT(*) FROM application WHERE reversed<>0 OR reverses_id<>0`,
			bad: `SELECT id FROM (
				SELECT a.id FROM application a LEFT JOIN application r ON r.reverses_id=a.id AND r.reverses_id<>0 WHERE (a.reversed<>0)<>(r.id IS NOT NULL)
				UNION SELECT u.id FROM (
					SELECT r.reverses_id AS id, x.kind, x.debit_item_id, x.credit_item_id, x.tax_code, x.amount, x.credit_amount, x.amount_fc, x.credit_fc, x.tax_part
					FROM application r JOIN allocation x ON x.application_id=r.id WHERE r.reverses_id<>0
					UNION ALL SELECT r.reverses_id, x.kind, x.debit_item_id, x.credit_item_id, x.tax_code, x.amount, x.credit_amount, x.amount_fc, x.credit_fc, x.tax_part
					FROM application r JOIN allocation x ON x.application_id=r.reverses_id WHERE r.reverses_id<>0) u
				GROUP BY u.id, u.kind, u.debit_item_id, u.credit_item_id, u.tax_code
				HAVING SUM(u.amount)<>0 OR SUM(u.credit_amount)<>0 OR SUM(u.amount_fc)<>0 OR SUM(u.credit_fc)<>0 OR SUM(u.tax_part)<>0) t ORDER BY id`,
			say: "{app} and what takes it back do not cancel out",
		}, {
			id:    "INV-05.bounced",
			title: "Receipts that bounced are settled with the bank in full, and no other is",
			count: `SELECT COUNT(*) FROM receipt`,
			bad: `SELECT r.id, r.bounced, COALESCE(b.s, 0), r.currency FROM receipt r JOIN open_item i ON i.doc_id=r.id AND i.kind='receipt'
				LEFT JOIN (SELECT x.credit_item_id AS id, CAST(SUM(x.credit_amount) AS BIGINT) AS s FROM application a JOIN allocation x ON x.application_id=a.id WHERE a.kind='bounce' GROUP BY x.credit_item_id) b ON b.id=i.id
				WHERE COALESCE(b.s, 0)<>CASE WHEN r.bounced=1 THEN r.amount ELSE 0 END ORDER BY r.id`,
			say: "{rcp}: bounced {#}, the bank took {amt} back",
		}, {
			id:    "INV-05.customers",
			title: "Items are owed by the payer of their paper, or the customer of their receipt or refund",
			count: `SELECT COUNT(*) FROM open_item`,
			bad: `SELECT i.id, i.number FROM open_item i LEFT JOIN invoice v ON v.id=i.doc_id LEFT JOIN receipt r ON r.id=i.doc_id LEFT JOIN refund f ON f.item_id=i.id
				WHERE i.customer_id<>v.payer_id OR i.currency<>v.currency OR i.customer_id<>r.customer_id OR i.currency<>r.currency OR i.customer_id<>f.customer_id OR i.currency<>f.currency ORDER BY i.id`,
			say: "{itm} {$} names another customer or currency than its document or refund",
		}, {
			id:    "INV-08.no-tax",
			title: "Allocations carry tax only in discounts and write-offs",
			count: `SELECT COUNT(*) FROM allocation WHERE kind NOT IN ('discount','write_off')`,
			bad:   `SELECT id, application_id, kind, tax_part FROM allocation WHERE tax_part<>0 AND (kind NOT IN ('discount','write_off','tax_correction','deduction') OR tax_code='') ORDER BY id`,
			say:   "{alc} of {app} ({$}): tax of {#} minor units",
		}, {
			id:    "INV-08.discount-tax",
			title: "Discounts and write-offs correct the tax in them",
			run:   discounts,
		},
	}
}

// discounts checks that the tax part of a discount or write-off is what is
// inside its amount at the rate of the paper (L10), or nothing where the tax stays.
func discounts(w *work) error {
	return w.r.Each(`SELECT a.application_id, a.kind, a.amount, a.tax_part, t.rate, i.number, i.currency FROM allocation a JOIN open_item i ON i.id=a.debit_item_id
		JOIN invoice_tax t ON t.invoice_id=i.doc_id AND t.tax_code=a.tax_code WHERE a.kind IN ('discount','write_off') ORDER BY a.id`, nil, nil, func(r *db.Rows) error {
		var amt, part int64
		var app id.Application
		var kind, rate, number, cur string
		if err := r.Scan((*int64)(&app), &kind, &amt, &part, &rate, &number, &cur); err != nil {
			return err
		}
		w.Count++
		want := int64(0)
		err := safely(func() { want = money.InnerTax(amt, dec.Must(rate)) })
		if err != nil || part != 0 && part != want {
			w.wrong("%s on %s: %s of %s with %s tax in it, at %s %% it is %s", app, number, kind, amount(amt, cur), amount(part, cur), rate, amount(want, cur))
		}
		return nil
	})
}

// settlements: INV-10, the receipt equation, term by term.
func settlements() []check {
	return []check{
		{
			id:    "INV-10.booked",
			title: "Applications move each item in the books as their rows say",
			count: `SELECT COUNT(*) FROM application`,
			bad: `SELECT t.app, t.item, t.d, COALESCE(i.currency, ''), t.x, COALESCE(i.currency, ''), t.a, t.y FROM (
				SELECT app, item, CAST(SUM(d) AS BIGINT) d, CAST(SUM(a) AS BIGINT) a, CAST(SUM(x) AS BIGINT) x, CAST(SUM(y) AS BIGINT) y FROM (
					SELECT application_id AS app, debit_item_id AS item, -amount AS d, -amount_fc AS a, 0 AS x, 0 AS y FROM allocation WHERE debit_item_id<>0
					UNION ALL SELECT application_id, credit_item_id, credit_amount, credit_fc, 0, 0 FROM allocation WHERE credit_item_id<>0
					UNION ALL SELECT p.id, l.sub_id, 0, 0, l.amount_doc, l.amount FROM application p JOIN ledger_entry e ON e.doc_id=p.id JOIN ledger_line l ON l.entry_id=e.id
					WHERE l.role IN ('receivable','ic_receivable','unapplied')) u
				GROUP BY app, item HAVING SUM(d)<>SUM(x) OR SUM(a)<>SUM(y)) t LEFT JOIN open_item i ON i.id=t.item ORDER BY t.app, t.item`,
			say: "{app} on {itm}: rows {amt}, booked {amt}; in the books {fc} and {fc}",
		}, {
			id:    "INV-10.equation",
			title: "Applications settle with money, credits and differences that are booked by their kind",
			count: `SELECT COUNT(*) FROM application WHERE kind IN ('receipt','netting','write_off')`,
			bad: `SELECT id, CAST(SUM(t) AS BIGINT), CAST(SUM(lt) AS BIGINT), CAST(SUM(s) AS BIGINT), CAST(SUM(ls) AS BIGINT), CAST(SUM(b) AS BIGINT), CAST(SUM(lb) AS BIGINT), CAST(SUM(x) AS BIGINT), CAST(SUM(lx) AS BIGINT) FROM (
				SELECT p.id, CASE WHEN a.kind IN ('discount','deduction','write_off','tax_correction') THEN a.amount_fc ELSE 0 END AS t,
					CASE WHEN a.kind='tolerance' THEN a.amount_fc ELSE 0 END AS s, CASE WHEN a.kind='bank_charge' THEN a.amount_fc ELSE 0 END AS b,
					CASE WHEN a.kind IN ('principal','fx') THEN a.amount_fc ELSE 0 END-a.credit_fc AS x, 0 AS lt, 0 AS ls, 0 AS lb, 0 AS lx
				FROM application p JOIN allocation a ON a.application_id=p.id WHERE p.kind IN ('receipt','netting','write_off')
				UNION ALL SELECT p.id, 0, 0, 0, 0, CASE WHEN l.role IN ('small_difference','bank_charges','fx_gain','fx_loss') THEN 0 ELSE l.amount END,
					CASE WHEN l.role='small_difference' THEN l.amount ELSE 0 END, CASE WHEN l.role='bank_charges' THEN l.amount ELSE 0 END,
					CASE WHEN l.role IN ('fx_gain','fx_loss') THEN l.amount ELSE 0 END
				FROM application p JOIN ledger_entry e ON e.doc_id=p.id JOIN ledger_line l ON l.entry_id=e.id
				WHERE p.kind IN ('receipt','netting','write_off') AND l.role NOT IN ('receivable','ic_receivable','unapplied','fx_bridge')) u
				GROUP BY id HAVING SUM(t)<>SUM(lt) OR SUM(s)<>SUM(ls) OR SUM(b)<>SUM(lb) OR SUM(x)<>SUM(lx) ORDER BY id`,
			say: "{app}, rows against books: discounts and write-offs {fc} and {fc}, tolerance {fc} and {fc}, bank charges {fc} and {fc}, exchange {fc} and {fc}",
		}, {
			id:    "INV-10.refunds",
			title: "Refunds take from their item what was sent back",
			count: `SELECT COUNT(*) FROM refund`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown item'), t.a, COALESCE(i.currency, ''), t.x, COALESCE(i.currency, '') FROM (
				SELECT id, CAST(SUM(a) AS BIGINT) a, CAST(SUM(x) AS BIGINT) x FROM (
					SELECT item_id AS id, amount AS a, amount_fc AS b, 0 AS x, 0 AS y FROM refund
					UNION ALL SELECT r.credit_item_id, 0, 0, r.credit_amount, r.credit_fc FROM application p JOIN allocation r ON r.application_id=p.id WHERE p.kind='refund') u
				GROUP BY id HAVING SUM(a)<>SUM(x) OR SUM(b)<>SUM(y)) t LEFT JOIN open_item i ON i.id=t.id ORDER BY t.id`,
			say: "{itm} {$}: refunds of {amt}, its applications say {amt}",
		}, {
			id:    "INV-10.principal",
			title: "Allocations of principal take as much as they give in one currency",
			count: `SELECT COUNT(*) FROM allocation WHERE kind='principal'`,
			bad: `SELECT a.id, a.application_id, a.amount, d.currency, a.credit_amount, c.currency FROM allocation a JOIN open_item d ON d.id=a.debit_item_id JOIN open_item c ON c.id=a.credit_item_id
				WHERE a.kind='principal' AND d.currency=c.currency AND a.amount<>a.credit_amount ORDER BY a.id`,
			say: "{alc} of {app}: takes {amt}, gives {amt}",
		},
	}
}
