package verify

// banks: INV-18, effects that happen once.
func banks() []check {
	return []check{
		{
			id:    "INV-18.lines",
			title: "Bank lines stand once per account and key",
			count: `SELECT COUNT(*) FROM bank_line`,
			bad: `SELECT MIN(id), account_id, entry_key, CAST(COUNT(*) AS BIGINT) FROM bank_line
				GROUP BY account_id, entry_key HAVING COUNT(*)>1 ORDER BY account_id, entry_key`,
			say: "{bln} of {bac}: the key {$} stands {#} times",
		}, {
			id:    "INV-18.receipts",
			title: "Bank lines that bring money have one receipt, and no other line has one",
			count: `SELECT COUNT(*) FROM bank_line`,
			bad: `SELECT b.id, b.entry_key, b.amount, b.currency, b.state, COALESCE(r.n, 0) FROM bank_line b LEFT JOIN (SELECT bank_line_id, COUNT(*) AS n FROM receipt GROUP BY bank_line_id) r ON r.bank_line_id=b.id
				WHERE COALESCE(r.n, 0)<>CASE WHEN b.amount>0 AND b.state IN ('matched','reconciled') THEN 1 ELSE 0 END ORDER BY b.id`,
			say: "{bln} {$} of {amt} ({$}) has {#} receipts",
		}, {
			id:    "INV-18.amounts",
			title: "Receipts are of the amount of their bank line and its charge",
			count: `SELECT COUNT(*) FROM receipt`,
			bad: `SELECT r.id, r.amount, r.currency, b.amount, b.currency, b.charge, b.currency FROM receipt r JOIN bank_line b ON b.id=r.bank_line_id
				WHERE r.amount<>b.amount+b.charge OR r.currency<>b.currency ORDER BY r.id`,
			say: "{rcp} over {amt}: the line is {amt} with a charge of {amt}",
		}, {
			id:    "INV-18.refunds",
			title: "Refunds are of the amount of the bank line that shows them, and no other refund's",
			count: `SELECT COUNT(*) FROM refund WHERE bank_line_id<>0`,
			bad: `SELECT f.id, f.amount, f.currency, b.id, b.amount, b.currency FROM refund f JOIN bank_line b ON b.id=f.bank_line_id
				LEFT JOIN refund o ON o.bank_line_id=f.bank_line_id AND o.id<>f.id WHERE b.amount<>-f.amount OR b.currency<>f.currency OR o.id IS NOT NULL ORDER BY f.id`,
			say: "{rfd} of {amt}: {bln} is of {amt}, or shows another refund",
		}, {
			id:    "INV-18.statements",
			title: "Statements add up, and are reconciled with all their lines",
			count: `SELECT COUNT(*) FROM statement`,
			bad: `SELECT s.id, s.number, s.opening, s.total, s.closing, s.decision, COALESCE(l.n, 0) FROM statement s
				LEFT JOIN (SELECT statement_id, COUNT(*) AS n FROM bank_line WHERE state IN ('new','matched') GROUP BY statement_id) l ON l.statement_id=s.id
				WHERE s.opening+s.total<>s.closing OR (s.decision='reconciled' AND l.n>0) ORDER BY s.id`,
			say: "{stm} {$}: opens with {#}, entries of {#}, closes with {#} minor units; {$} with {#} lines open",
		}, {
			id:    "INV-18.entries",
			title: "Statements have the entries that they total, unless another statement brought some",
			count: `SELECT COUNT(*) FROM statement`,
			bad: `SELECT s.id, s.number, s.total, COALESCE(l.s, 0) FROM statement s
				LEFT JOIN (SELECT statement_id, CAST(SUM(amount) AS BIGINT) AS s FROM bank_line GROUP BY statement_id) l ON l.statement_id=s.id
				WHERE s.total<>COALESCE(l.s, 0) ORDER BY s.id`,
			say:  "{stm} {$}: entries of {#}, its lines make {#} minor units",
			warn: true,
		}, {
			id:    "INV-18.answers",
			title: "Idempotency keys are answered",
			count: `SELECT COUNT(*) FROM idem`,
			bad:   `SELECT client_id, key, status FROM idem WHERE status<>1 ORDER BY client_id, key`,
			say:   "{usr} key {$}: status {#}",
		},
	}
}
