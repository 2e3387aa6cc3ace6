package verify

// receivable roles are the control accounts of open items that are no receipts.
const receivableRoles = `('receivable','ic_receivable')`

// allocationRoles may stand in an entry that settles items (L9), with what refunds need.
const allocationRoles = `('unapplied','receivable','ic_receivable','deposit_received','deposit_requested','sales_discount','output_vat','small_difference',
	'bank_charges','bad_debt','bad_debt_recovered','loss_allowance','fx_gain','fx_loss','fx_bridge','customer_credit','cash_in_transit')`

// books: INV-04, double entry and tie-out (L1–L5, L8, L9, L12, L17, L21, L22, L25).
func books() []check {
	return []check{
		{
			id:    "INV-04.balance",
			title: "Entries balance in the company's currency",
			count: `SELECT COUNT(*) FROM ledger_entry`,
			bad: `SELECT t.entry_id, COALESCE(e.doc_type, 'entry without head'), COALESCE(e.doc_id, 0), t.s FROM (
				SELECT entry_id, CAST(SUM(amount) AS BIGINT) s FROM ledger_line GROUP BY entry_id HAVING SUM(amount)<>0) t
				LEFT JOIN ledger_entry e ON e.id=t.entry_id ORDER BY t.entry_id`,
			say: "{ent} of {doc}: debit exceeds credit by {fc}",
		}, {
			id:    "INV-04.balance-document",
			title: "Entries balance in each document currency",
			count: `SELECT COUNT(*) FROM ledger_entry`,
			bad: `SELECT t.entry_id, COALESCE(e.doc_type, 'entry without head'), COALESCE(e.doc_id, 0), t.s, t.currency_doc FROM (
				SELECT entry_id, currency_doc, CAST(SUM(amount_doc) AS BIGINT) s FROM ledger_line GROUP BY entry_id, currency_doc HAVING SUM(amount_doc)<>0) t
				LEFT JOIN ledger_entry e ON e.id=t.entry_id ORDER BY t.entry_id, t.currency_doc`,
			say: "{ent} of {doc}: debit exceeds credit by {amt}",
		}, {
			id:    "INV-04.bridge",
			title: "Bridges between currencies are zero in their entry",
			count: `SELECT COUNT(*) FROM ledger_line WHERE role='fx_bridge'`,
			bad: `SELECT entry_id, CAST(SUM(amount) AS BIGINT) FROM ledger_line WHERE role='fx_bridge'
				GROUP BY entry_id HAVING SUM(amount)<>0 ORDER BY entry_id`,
			say: "{ent}: fx_bridge leaves {fc}",
		}, {
			id:    "INV-04.same-currency",
			title: "Lines in the company's currency have one amount, save bridges and exchange differences",
			count: `SELECT COUNT(*) FROM ledger_line l JOIN company c ON c.currency=l.currency_doc`,
			bad: `SELECT l.entry_id, l.line_no, l.role, l.amount, l.amount_doc FROM ledger_line l JOIN company c ON c.currency=l.currency_doc
				WHERE l.amount<>l.amount_doc AND l.role NOT IN ('fx_bridge','fx_gain','fx_loss') ORDER BY l.entry_id, l.line_no`,
			say: "{ent} line {#} ({$}): {fc} in the books, {fc} on the document",
		}, {
			id:    "INV-04.entry-has-lines",
			title: "Entries have lines",
			count: `SELECT COUNT(*) FROM ledger_entry`,
			bad: `SELECT e.id, e.doc_type, e.doc_id FROM ledger_entry e
				WHERE NOT EXISTS (SELECT 1 FROM ledger_line l WHERE l.entry_id=e.id) ORDER BY e.id`,
			say: "{ent} of {doc} has no lines",
		}, {
			id:    "INV-04.line-has-entry",
			title: "Ledger lines have an entry",
			count: `SELECT COUNT(*) FROM ledger_line`,
			bad: `SELECT l.entry_id, l.line_no, l.role, l.amount FROM ledger_line l
				WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id=l.entry_id) ORDER BY l.entry_id, l.line_no`,
			say: "{ent} line {#} ({$} {fc}) has no entry",
		}, {
			id:    "INV-04.days",
			title: "Balances per account and day equal the lines that are rolled up",
			count: `SELECT COUNT(*) FROM account_day`,
			bad: `SELECT account, role, day, CAST(SUM(d) AS BIGINT), CAST(SUM(c) AS BIGINT), CAST(SUM(ld) AS BIGINT), CAST(SUM(lc) AS BIGINT) FROM (
				SELECT account, role, day, currency, debit AS d, credit AS c, 0 AS ld, 0 AS lc FROM account_day
				UNION ALL SELECT l.account, l.role, e.posted_on, l.currency_doc, 0, 0, CASE WHEN l.amount>0 THEN l.amount ELSE 0 END, CASE WHEN l.amount<0 THEN -l.amount ELSE 0 END
				FROM ledger_entry e JOIN ledger_line l ON l.entry_id=e.id WHERE e.id<COALESCE((SELECT last_seq FROM cursor WHERE subscriber='account_day'), 0)) t
				GROUP BY account, role, day, currency HAVING SUM(d)<>SUM(ld) OR SUM(c)<>SUM(lc) ORDER BY account, role, day, currency`,
			say: "account {$} ({$}) on {$}: rolled up are {fc} and {fc}, the lines make {fc} and {fc}",
		}, {
			id:    "INV-04.control-keys",
			title: "Lines of control accounts name their item or order line",
			count: `SELECT COUNT(*) FROM ledger_line WHERE role IN ('receivable','ic_receivable','unapplied','contract_liability','unbilled_receivable')`,
			bad: `SELECT l.entry_id, l.line_no, l.role, l.amount FROM ledger_line l
				WHERE l.role IN ('receivable','ic_receivable','unapplied','contract_liability','unbilled_receivable') AND l.sub_id=0 ORDER BY l.entry_id, l.line_no`,
			say: "{ent} line {#} ({$} {fc}) names nothing",
		}, {
			id:    "INV-04.receivable",
			title: "Items that are no receipts stand open as the receivable account has them",
			count: `SELECT COUNT(*) FROM open_item WHERE kind<>'receipt' AND noted=0`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown item'), t.o, COALESCE(i.currency, ''), t.d, COALESCE(i.currency, ''), t.f, t.a FROM (
				SELECT id, CAST(SUM(o) AS BIGINT) o, CAST(SUM(f) AS BIGINT) f, CAST(SUM(d) AS BIGINT) d, CAST(SUM(a) AS BIGINT) a FROM (
					SELECT id, sign*open AS o, sign*open_fc AS f, 0 AS d, 0 AS a FROM open_item WHERE kind<>'receipt' AND noted=0
					UNION ALL SELECT sub_id, 0, 0, amount_doc, amount FROM ledger_line WHERE role IN ` + receivableRoles + `) u
				GROUP BY id HAVING SUM(o)<>SUM(d) OR SUM(f)<>SUM(a)) t LEFT JOIN open_item i ON i.id=t.id ORDER BY t.id`,
			say: "{itm} {$}: open {amt}, account {amt}; in the books open {fc}, account {fc}",
		}, {
			id:    "INV-04.unapplied",
			title: "Receipts stand open as the account of unapplied money has them",
			count: `SELECT COUNT(*) FROM open_item WHERE kind='receipt' AND noted=0`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown item'), t.o, COALESCE(i.currency, ''), t.d, COALESCE(i.currency, ''), t.f, t.a FROM (
				SELECT id, CAST(SUM(o) AS BIGINT) o, CAST(SUM(f) AS BIGINT) f, CAST(SUM(d) AS BIGINT) d, CAST(SUM(a) AS BIGINT) a FROM (
					SELECT id, sign*open AS o, sign*open_fc AS f, 0 AS d, 0 AS a FROM open_item WHERE kind='receipt' AND noted=0
					UNION ALL SELECT sub_id, 0, 0, amount_doc, amount FROM ledger_line WHERE role='unapplied') u
				GROUP BY id HAVING SUM(o)<>SUM(d) OR SUM(f)<>SUM(a)) t LEFT JOIN open_item i ON i.id=t.id ORDER BY t.id`,
			say: "{itm} {$}: open {amt}, account {amt}; in the books open {fc}, account {fc}",
		}, {
			id:    "INV-04.control-currency",
			title: "Lines of receivable and unapplied are in the currency of their item",
			count: `SELECT COUNT(*) FROM ledger_line WHERE role IN ('receivable','ic_receivable','unapplied')`,
			bad: `SELECT l.entry_id, l.line_no, l.amount_doc, l.currency_doc, i.id, i.currency FROM ledger_line l JOIN open_item i ON i.id=l.sub_id
				WHERE l.role IN ('receivable','ic_receivable','unapplied') AND l.currency_doc<>i.currency AND l.amount_doc<>0 ORDER BY l.entry_id, l.line_no`,
			say: "{ent} line {#}: {amt} on {itm}, which is in {$}",
		}, {
			id:    "INV-04.contract-liability",
			title: "Order lines that delivered all they billed ahead leave no contract liability",
			count: `SELECT COUNT(*) FROM order_line WHERE bill_policy='order' AND billed>0`,
			bad: `SELECT l.id, t.d, t.a FROM (SELECT sub_id, CAST(SUM(amount_doc) AS BIGINT) d, CAST(SUM(amount) AS BIGINT) a FROM ledger_line
				WHERE role='contract_liability' GROUP BY sub_id HAVING SUM(amount_doc)<>0 OR SUM(amount)<>0) t JOIN order_line l ON l.id=t.sub_id
				WHERE l.shipped>=l.billed AND l.credited=0 ORDER BY l.id`,
			say: "{oln}: {#} minor units of its currency and {fc} in the books are left",
		}, {
			id:    "INV-04.inventory",
			title: "Stock accounts equal the value of the pots behind them",
			count: `SELECT COUNT(DISTINCT CASE WHEN status='transit' THEN 1 ELSE 0 END) FROM stock_pot`,
			bad: `SELECT role, CAST(SUM(a) AS BIGINT), CAST(SUM(v) AS BIGINT) FROM (
				SELECT role, amount AS a, 0 AS v FROM ledger_line WHERE role IN ('inventory','stock_in_transit')
				UNION ALL SELECT CASE WHEN status='transit' THEN 'stock_in_transit' ELSE 'inventory' END, 0, value_amt FROM stock_pot) t
				GROUP BY role HAVING SUM(a)<>SUM(v) ORDER BY role`,
			say: "{$}: account {fc}, pots {fc}",
		}, {
			id:    "INV-04.trial-balance",
			title: "Ledger lines sum to zero",
			count: `SELECT COUNT(*) FROM ledger_line`,
			bad:   `SELECT s FROM (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS s FROM ledger_line) t WHERE s<>0`,
			say:   "trial balance: debits exceed credits by {fc}",
		}, {
			id:    "INV-04.reversals",
			title: "Reversing entries are the exact inverse of what they reverse",
			count: `SELECT COUNT(*) FROM ledger_entry WHERE reverses_id<>0`,
			bad: `SELECT DISTINCT t.id, t.orig FROM (
				SELECT u.id, u.orig FROM (
					SELECT r.id, r.reverses_id AS orig, l.role, l.account, l.sub_id, l.tax_code, l.currency_doc, l.amount, l.amount_doc, l.tax_base
					FROM ledger_entry r JOIN ledger_line l ON l.entry_id=r.id WHERE r.reverses_id<>0
					UNION ALL SELECT r.id, r.reverses_id, l.role, l.account, l.sub_id, l.tax_code, l.currency_doc, l.amount, l.amount_doc, l.tax_base
					FROM ledger_entry r JOIN ledger_line l ON l.entry_id=r.reverses_id WHERE r.reverses_id<>0) u
				GROUP BY u.id, u.orig, u.role, u.account, u.sub_id, u.tax_code, u.currency_doc HAVING SUM(u.amount)<>0 OR SUM(u.amount_doc)<>0 OR SUM(u.tax_base)<>0) t ORDER BY t.id`,
			say: "{ent} does not undo {ent} exactly",
		}, {
			id:    "INV-04.reversed-once",
			title: "Entries are reversed at most once",
			count: `SELECT COUNT(*) FROM ledger_entry WHERE reverses_id<>0`,
			bad: `SELECT reverses_id, CAST(COUNT(*) AS BIGINT) FROM ledger_entry WHERE reverses_id<>0
				GROUP BY reverses_id HAVING COUNT(*)>1 ORDER BY reverses_id`,
			say: "{ent} is reversed {#} times",
		}, {
			id:    "INV-04.source-exists",
			title: "Entries have a source document",
			count: `SELECT COUNT(*) FROM ledger_entry`,
			bad: `SELECT e.id, e.doc_type, e.doc_id FROM ledger_entry e WHERE e.doc_type<>'month'
				AND NOT EXISTS (SELECT 1 FROM invoice x WHERE x.id=e.doc_id) AND NOT EXISTS (SELECT 1 FROM shipment x WHERE x.id=e.doc_id)
				AND NOT EXISTS (SELECT 1 FROM receipt x WHERE x.id=e.doc_id) AND NOT EXISTS (SELECT 1 FROM application x WHERE x.id=e.doc_id)
				AND NOT EXISTS (SELECT 1 FROM stock_doc x WHERE x.id=e.doc_id) AND NOT EXISTS (SELECT 1 FROM return_order x WHERE x.id=e.doc_id)
				AND NOT EXISTS (SELECT 1 FROM refund x WHERE x.id=e.doc_id) AND NOT EXISTS (SELECT 1 FROM open_item x WHERE x.id=e.doc_id)
				AND NOT EXISTS (SELECT 1 FROM bank_line x WHERE x.id=e.doc_id) AND NOT EXISTS (SELECT 1 FROM statement x WHERE x.id=e.doc_id)
				AND NOT EXISTS (SELECT 1 FROM bank_account x WHERE x.id=e.doc_id) ORDER BY e.id`,
			say: "{ent}: there is no {doc}",
		},
		posted("shipment", "Dispatched shipments with a cost are posted",
			`SELECT s.id, s.number, c.v FROM shipment s JOIN (SELECT shipment_id, CAST(SUM(cost_amt) AS BIGINT) v FROM shipment_line GROUP BY shipment_id HAVING SUM(cost_amt)<>0) c ON c.shipment_id=s.id
				WHERE s.direction='out' AND s.decision IN ('shipped','delivered','returned_to_sender')`,
			`SELECT COUNT(*) FROM shipment WHERE direction='out' AND decision IN ('shipped','delivered','returned_to_sender')`, "{shp} {$} at {fc}"),
		posted("invoice", "Papers with an amount are posted",
			`SELECT s.id, s.number, s.gross_amt, s.currency FROM invoice s WHERE s.gross_amt<>0`, `SELECT COUNT(*) FROM invoice WHERE gross_amt<>0`, "{inv} {$} over {amt}"),
		posted("receipt", "Receipts are posted",
			`SELECT s.id, s.amount, s.currency FROM receipt s WHERE s.amount<>0`, `SELECT COUNT(*) FROM receipt`, "{rcp} over {amt}"),
		posted("application", "Applications are posted",
			`SELECT s.id, s.kind FROM application s WHERE 1=1`, `SELECT COUNT(*) FROM application`, "{app} ({$})"),
		{
			id:    "INV-04.cash-in-transit",
			title: "Refunds that no bank line shows yet are cash in transit",
			count: `SELECT COUNT(*) FROM refund`,
			bad: `SELECT CAST(SUM(a) AS BIGINT), cur, CAST(SUM(r) AS BIGINT), cur FROM (
				SELECT currency_doc AS cur, -amount_doc AS a, 0 AS r FROM ledger_line WHERE role='cash_in_transit'
				UNION ALL SELECT currency, 0, amount FROM refund WHERE bank_line_id=0) t
				GROUP BY cur HAVING SUM(a)<>SUM(r) ORDER BY cur`,
			say: "cash_in_transit holds {amt}, refunds on their way are {amt}",
		}, {
			id:    "INV-04.bank",
			title: "Bank lines that are explained stand in the books, apart from bounces that the bank has yet to show",
			count: `SELECT COUNT(*) FROM bank_line WHERE state IN ('matched','reconciled')`,
			bad: `SELECT CAST(SUM(a) AS BIGINT), cur, CAST(SUM(r) AS BIGINT), cur FROM (
				SELECT currency_doc AS cur, amount_doc AS a, 0 AS r FROM ledger_line WHERE role='bank'
				UNION ALL SELECT currency, 0, amount FROM bank_line WHERE state IN ('matched','reconciled')) t
				GROUP BY cur HAVING SUM(a)<>SUM(r) ORDER BY cur`,
			say:  "bank holds {amt}, bank lines make {amt}",
			warn: true,
		}, {
			id:    "INV-04.allocation-roles",
			title: "Entries that settle items post to the roles of a settlement only",
			count: `SELECT COUNT(*) FROM ledger_entry WHERE kind='allocation'`,
			bad: `SELECT e.id, e.doc_type, e.doc_id, l.role, l.amount FROM ledger_entry e JOIN ledger_line l ON l.entry_id=e.id
				WHERE e.kind='allocation' AND l.role NOT IN ` + allocationRoles + ` ORDER BY e.id, l.line_no`,
			say: "{ent} of {doc} posts to {$}: {fc}",
		}, {
			id:    "INV-04.tax-point",
			title: "Tax lines have a tax point",
			count: `SELECT COUNT(*) FROM ledger_line WHERE role IN ('output_vat','input_vat')`,
			bad: `SELECT entry_id, line_no, tax_code, amount FROM ledger_line
				WHERE role IN ('output_vat','input_vat') AND (tax_point_on='' OR tax_code='') ORDER BY entry_id, line_no`,
			say: "{ent} line {#}: code {$}, {fc}, no tax point",
		},
	}
}

// posted says that documents have an entry.
func posted(what, title, from, count, say string) check {
	return check{
		id: "INV-04." + what + "-posted", title: title, count: count,
		bad: from + ` AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.doc_id=s.id) ORDER BY s.id`,
		say: say + " has no entry",
	}
}
