package verify

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// papers: INV-06 totals, INV-07 tax shares and credits, INV-11 papers that stay.
func papers() []check {
	return []check{
		{
			id:    "INV-06.totals",
			title: "Papers total their lines, allowances, charges and taxes (BR-CO-10 … 14)",
			count: `SELECT COUNT(*) FROM invoice`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown paper'), t.l, t.ll, t.a, t.aa, t.c, t.cc, t.t, t.tt FROM (
				SELECT id, CAST(SUM(l) AS BIGINT) l, CAST(SUM(a) AS BIGINT) a, CAST(SUM(c) AS BIGINT) c, CAST(SUM(t) AS BIGINT) t,
					CAST(SUM(ll) AS BIGINT) ll, CAST(SUM(aa) AS BIGINT) aa, CAST(SUM(cc) AS BIGINT) cc, CAST(SUM(tt) AS BIGINT) tt FROM (
					SELECT id, line_amt AS l, allowance_amt AS a, charge_amt AS c, tax_amt AS t, 0 AS ll, 0 AS aa, 0 AS cc, 0 AS tt FROM invoice
					UNION ALL SELECT invoice_id, 0, 0, 0, 0, net_amt, 0, 0, 0 FROM invoice_line
					UNION ALL SELECT invoice_id, 0, 0, 0, 0, 0, CASE WHEN sign=-1 THEN amount ELSE 0 END, CASE WHEN sign=1 THEN amount ELSE 0 END, 0 FROM invoice_allowance
					UNION ALL SELECT invoice_id, 0, 0, 0, 0, 0, 0, 0, tax_amt FROM invoice_tax) u
				GROUP BY id HAVING SUM(l)<>SUM(ll) OR SUM(a)<>SUM(aa) OR SUM(c)<>SUM(cc) OR SUM(t)<>SUM(tt)) t LEFT JOIN invoice i ON i.id=t.id ORDER BY t.id`,
			say: "{inv} {$}, in minor units: lines {#}, they sum to {#}; allowances {#}, sum {#}; charges {#}, sum {#}; tax {#}, sum {#}",
		}, {
			id:    "INV-06.sums",
			title: "Papers add up to their payable amount (BR-CO-13, 15, 16)",
			count: `SELECT COUNT(*) FROM invoice`,
			bad: `SELECT id, number, net_amt, currency, gross_amt, currency, payable_amt, currency FROM invoice
				WHERE net_amt<>line_amt-allowance_amt+charge_amt OR gross_amt<>net_amt+tax_amt OR payable_amt<>gross_amt-prepaid_amt+rounding_amt ORDER BY id`,
			say: "{inv} {$}: net {amt}, gross {amt}, payable {amt} do not follow from their parts",
		}, {
			id:    "INV-06.bases",
			title: "Tax rows of papers have the base of their lines, allowances and charges",
			count: `SELECT COUNT(*) FROM invoice_tax`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown paper'), t.code, t.b, COALESCE(i.currency, ''), t.s, COALESCE(i.currency, '') FROM (
				SELECT id, code, CAST(SUM(b) AS BIGINT) b, CAST(SUM(s) AS BIGINT) s FROM (
					SELECT invoice_id AS id, tax_code AS code, base_amt AS b, 0 AS s FROM invoice_tax
					UNION ALL SELECT invoice_id, tax_code, 0, net_amt FROM invoice_line
					UNION ALL SELECT invoice_id, tax_code, 0, sign*amount FROM invoice_allowance) u
				GROUP BY id, code HAVING SUM(b)<>SUM(s)) t LEFT JOIN invoice i ON i.id=t.id ORDER BY t.id, t.code`,
			say: "{inv} {$} code {$}: base {amt}, its lines make {amt}",
		}, {
			id:    "INV-06.tax",
			title: "Tax rows are base × rate, rounded half away from zero (BR-CO-17)",
			run:   taxes,
		}, {
			id:    "INV-06.line-tax",
			title: "Lines of papers carry their own tax where tax is rounded per line",
			run:   lineTaxes,
		}, {
			id:    "INV-06.rates",
			title: "Lines of papers have the rate and category of their tax row",
			count: `SELECT COUNT(*) FROM invoice_line`,
			bad: `SELECT i.id, i.number, p.no, p.code, p.category, p.rate, t.category, t.rate FROM (
				SELECT invoice_id, line_no AS no, tax_code AS code, tax_category AS category, tax_rate AS rate FROM invoice_line
				UNION ALL SELECT invoice_id, no, tax_code, category, rate FROM invoice_allowance) p
				JOIN invoice_tax t ON t.invoice_id=p.invoice_id AND t.tax_code=p.code JOIN invoice i ON i.id=p.invoice_id
				WHERE p.category<>t.category OR p.rate<>t.rate ORDER BY i.id, p.no`,
			say: "{inv} {$} line {#} code {$}: {$} {$} %, its tax row {$} {$} %",
		}, {
			id:    "INV-06.tax-booked",
			title: "Tax rows of papers stand in the books with their base, in both currencies",
			count: `SELECT COUNT(*) FROM invoice_tax`,
			bad: `SELECT t.id, i.number, t.code, t.d, i.currency, t.x, i.currency, t.a, t.y, t.b, i.currency, t.z, i.currency FROM (
				SELECT id, code, CAST(SUM(d) AS BIGINT) d, CAST(SUM(a) AS BIGINT) a, CAST(SUM(b) AS BIGINT) b, CAST(SUM(x) AS BIGINT) x, CAST(SUM(y) AS BIGINT) y, CAST(SUM(z) AS BIGINT) z FROM (
					SELECT i.id, t.tax_code AS code, CASE WHEN i.kind='credit_note' THEN -t.tax_amt ELSE t.tax_amt END AS d, CASE WHEN i.kind='credit_note' THEN -t.tax_acc ELSE t.tax_acc END AS a,
						CASE WHEN i.kind='credit_note' THEN -t.base_amt ELSE t.base_amt END AS b, 0 AS x, 0 AS y, 0 AS z FROM invoice i JOIN invoice_tax t ON t.invoice_id=i.id
					UNION ALL SELECT i.id, l.tax_code, 0, 0, 0, -l.amount_doc, -l.amount, -l.tax_base FROM invoice i JOIN ledger_entry e ON e.doc_id=i.id JOIN ledger_line l ON l.entry_id=e.id
					WHERE l.role IN ('output_vat','vat_not_due')) u
				GROUP BY id, code HAVING SUM(d)<>SUM(x) OR SUM(a)<>SUM(y) OR SUM(b)<>SUM(z)) t JOIN invoice i ON i.id=t.id ORDER BY t.id, t.code`,
			say: "{inv} {$} code {$}: tax {amt}, booked {amt}; in the books {fc} and {fc}; base {amt}, booked {amt}",
		}, {
			id:    "INV-09.tax-currency",
			title: "Tax rows of papers are converted at the rate of their paper",
			run:   converted,
		}, {
			id:    "INV-07.shares",
			title: "Tax rows of papers are shared out over their lines, allowances and charges",
			count: `SELECT COUNT(*) FROM invoice_tax`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown paper'), t.code, t.b, COALESCE(i.currency, ''), t.s, COALESCE(i.currency, '') FROM (
				SELECT id, code, CAST(SUM(b) AS BIGINT) b, CAST(SUM(s) AS BIGINT) s FROM (
					SELECT invoice_id AS id, tax_code AS code, tax_amt AS b, 0 AS s FROM invoice_tax
					UNION ALL SELECT invoice_id, tax_code, 0, tax_amt FROM invoice_line
					UNION ALL SELECT invoice_id, tax_code, 0, sign*tax_amt FROM invoice_allowance) u
				GROUP BY id, code HAVING SUM(b)<>SUM(s)) t LEFT JOIN invoice i ON i.id=t.id ORDER BY t.id, t.code`,
			say: "{inv} {$} code {$}: tax {amt}, its lines carry {amt}",
		}, {
			id:    "INV-07.credited",
			title: "Lines of invoices are credited by what credit notes take of them",
			count: `SELECT COUNT(*) FROM invoice_line`,
			bad: `SELECT t.id, COALESCE(i.number, 'unknown line'), t.q, t.n, t.t, t.qq, t.nn, t.tt FROM (
				SELECT id, CAST(SUM(q) AS BIGINT) q, CAST(SUM(n) AS BIGINT) n, CAST(SUM(t) AS BIGINT) t, CAST(SUM(qq) AS BIGINT) qq, CAST(SUM(nn) AS BIGINT) nn, CAST(SUM(tt) AS BIGINT) tt FROM (
					SELECT id, credited_qty AS q, credited_net AS n, credited_tax AS t, 0 AS qq, 0 AS nn, 0 AS tt FROM invoice_line WHERE credited_qty<>0 OR credited_net<>0 OR credited_tax<>0
					UNION ALL SELECT original_line_id, 0, 0, 0, qty, net_amt, tax_amt FROM invoice_line WHERE original_line_id<>0) u
				GROUP BY id HAVING SUM(q)<>SUM(qq) OR SUM(n)<>SUM(nn) OR SUM(t)<>SUM(tt)) t
				LEFT JOIN invoice_line l ON l.id=t.id LEFT JOIN invoice i ON i.id=l.invoice_id ORDER BY t.id`,
			say: "{inl} of {$}: credited {#} pieces, {#} net and {#} tax in minor units; its credit notes say {#}, {#}, {#}",
		}, {
			id:    "INV-07.credited-extras",
			title: "Charges and allowances are credited by what credit notes take of them",
			count: `SELECT COUNT(*) FROM invoice_allowance`,
			bad: `SELECT t.id, i.number, t.ol, t.n, i.currency, t.nn, i.currency, t.t, i.currency, t.tt, i.currency FROM (
				SELECT id, ol, CAST(SUM(n) AS BIGINT) n, CAST(SUM(t) AS BIGINT) t, CAST(SUM(nn) AS BIGINT) nn, CAST(SUM(tt) AS BIGINT) tt FROM (
					SELECT invoice_id AS id, order_line_id AS ol, sign, credited_net AS n, credited_tax AS t, 0 AS nn, 0 AS tt FROM invoice_allowance WHERE credited_net<>0 OR credited_tax<>0
					UNION ALL SELECT i.original_invoice_id, x.order_line_id, x.sign, 0, 0, x.amount, x.tax_amt FROM invoice i JOIN invoice_allowance x ON x.invoice_id=i.id
					WHERE i.kind='credit_note' AND x.role<>'discount') u
				GROUP BY id, ol, sign HAVING SUM(n)<>SUM(nn) OR SUM(t)<>SUM(tt)) t JOIN invoice i ON i.id=t.id ORDER BY t.id, t.ol`,
			say: "{inv} {$}, charge or allowance of {oln}: credited {amt}, its credit notes say {amt}; tax {amt} and {amt}",
		}, {
			id:    "INV-07.within",
			title: "Lines of invoices are credited within what they billed",
			count: `SELECT COUNT(*) FROM invoice_line`,
			bad: `SELECT l.id, i.number, l.credited_qty, l.qty, l.credited_net, l.net_amt FROM invoice_line l JOIN invoice i ON i.id=l.invoice_id
				WHERE l.credited_qty<0 OR l.credited_qty>l.qty OR (l.net_amt>=0 AND (l.credited_net<0 OR l.credited_net>l.net_amt)) OR (l.net_amt<0 AND (l.credited_net>0 OR l.credited_net<l.net_amt))
				ORDER BY l.id`,
			say: "{inl} of {$}: credited {#} of {#} pieces, {#} of {#} minor units",
		}, {
			id:    "INV-07.residual",
			title: "Tax rows of invoices that are credited in full are credited to the cent, and else not beyond",
			count: `SELECT COUNT(*) FROM invoice_tax t JOIN invoice i ON i.id=t.invoice_id WHERE i.kind<>'credit_note'`,
			bad: `SELECT i.id, i.number, t.code, t.credited, i.currency, t.tax, i.currency FROM (
				SELECT id, code, CAST(SUM(r) AS BIGINT) AS rest, CAST(SUM(c) AS BIGINT) AS credited, CAST(SUM(t) AS BIGINT) AS tax FROM (
					SELECT l.invoice_id AS id, l.tax_code AS code, ABS(l.net_amt-l.credited_net) AS r, l.credited_tax AS c, l.tax_amt AS t FROM invoice_line l
					UNION ALL SELECT x.invoice_id, x.tax_code, x.amount-x.credited_net, x.sign*x.credited_tax, x.sign*x.tax_amt FROM invoice_allowance x) u
				GROUP BY id, code HAVING SUM(c)<>0) t JOIN invoice i ON i.id=t.id
				LEFT JOIN (SELECT original_invoice_id AS id, COUNT(*) AS n FROM invoice WHERE kind='credit_note' GROUP BY original_invoice_id) n ON n.id=i.id
				WHERE i.kind<>'credit_note' AND ((t.rest=0 AND t.credited<>t.tax) OR (t.rest<>0 AND t.tax>=0 AND t.credited>t.tax+COALESCE(n.n, 0))) ORDER BY i.id, t.code`,
			say: "{inv} {$} code {$}: credit notes gave back {amt} of {amt} tax",
		}, {
			id:    "INV-11.items",
			title: "Papers have items of their payable amount, on the side of their kind",
			count: `SELECT COUNT(*) FROM invoice`,
			bad: `SELECT i.id, i.number, t.p, i.currency, t.o, i.currency FROM (SELECT id, CAST(SUM(p) AS BIGINT) p, CAST(SUM(o) AS BIGINT) o FROM (
					SELECT id, CASE WHEN kind='credit_note' THEN -payable_amt ELSE payable_amt END AS p, 0 AS o FROM invoice
					UNION ALL SELECT i.id, 0, x.sign*x.original FROM open_item x JOIN invoice i ON i.id=x.doc_id WHERE x.kind IN ('invoice','credit_note','deposit')) u
				GROUP BY id HAVING SUM(p)<>SUM(o)) t JOIN invoice i ON i.id=t.id ORDER BY i.id`,
			say: "{inv} {$}: payable {amt}, its items make {amt}",
		}, {
			id:    "INV-11.parties",
			title: "Papers name the customer, payer and currency of what they bill or correct",
			count: `SELECT COUNT(*) FROM invoice`,
			bad: `SELECT DISTINCT i.id, i.number FROM invoice i LEFT JOIN invoice_line l ON l.invoice_id=i.id LEFT JOIN billable b ON b.id=l.billable_id LEFT JOIN invoice o ON o.id=i.original_invoice_id
				WHERE i.customer_id<>b.customer_id OR i.payer_id<>b.payer_id OR i.bill_to_id<>b.bill_to_id OR i.currency<>b.currency OR (i.order_id<>0 AND l.order_id<>i.order_id)
				OR i.customer_id<>o.customer_id OR i.payer_id<>o.payer_id OR i.currency<>o.currency OR i.fx_rate<>o.fx_rate ORDER BY i.id`,
			say: "{inv} {$} names other parties or another currency than what it bills or corrects",
		}, {
			id:    "INV-11.unchanged",
			title: "Papers and their lines stand as they were posted",
			count: `SELECT COUNT(*) FROM invoice`,
			bad: `SELECT DISTINCT i.id, i.number, i.decision FROM invoice i LEFT JOIN ledger_entry e ON e.doc_id=i.id AND e.step='issue'
				LEFT JOIN (SELECT invoice_id, MIN(tx_id) AS a, MAX(tx_id) AS z FROM invoice_line GROUP BY invoice_id) l ON l.invoice_id=i.id
				LEFT JOIN (SELECT invoice_id, MIN(tx_id) AS a, MAX(tx_id) AS z FROM invoice_allowance GROUP BY invoice_id) x ON x.invoice_id=i.id
				WHERE i.decision NOT IN ('issued','reversed') OR l.a<>l.z OR x.a<>x.z OR l.a<>x.a OR l.a<>e.tx_id OR x.a<>e.tx_id OR i.tx_id<COALESCE(l.a, i.tx_id) ORDER BY i.id`,
			say: "{inv} {$} ({$}): lines were written at another time than the paper was posted",
		}, {
			id:    "INV-11.reversed",
			title: "Reversed invoices are credited in full",
			count: `SELECT COUNT(*) FROM invoice WHERE decision='reversed'`,
			bad: `SELECT i.id, i.number, i.gross_amt, i.currency, COALESCE(c.g, 0), i.currency FROM invoice i
				LEFT JOIN (SELECT original_invoice_id AS id, CAST(SUM(gross_amt) AS BIGINT) AS g FROM invoice WHERE kind='credit_note' GROUP BY original_invoice_id) c ON c.id=i.id
				WHERE i.decision='reversed' AND i.gross_amt<>COALESCE(c.g, 0) ORDER BY i.id`,
			say: "{inv} {$}: reversed, but {amt} gross stand against credits of {amt}",
		},
	}
}

// taxes recomputes the breakdown of papers whose tax is computed. Credit notes
// repeat the shares of their lines, and the last of them takes the rest: they
// may be a minor unit off per line.
func taxes(w *work) error {
	lineMode := w.company.Policy.TaxMode == "line"
	rates := map[string]dec.D{}
	return w.r.Each(`SELECT i.id, i.number, i.kind, i.currency, t.tax_code, t.rate, t.base_amt, t.tax_amt, COALESCE(n.n, 0), COALESCE(m.n, 0) FROM invoice i JOIN invoice_tax t ON t.invoice_id=i.id
		LEFT JOIN (SELECT original_invoice_id, COUNT(*) AS n FROM invoice WHERE kind='credit_note' GROUP BY original_invoice_id) m ON m.original_invoice_id=i.original_invoice_id AND i.kind='credit_note'
		LEFT JOIN (SELECT l.invoice_id, l.tax_code, COUNT(*) AS n FROM invoice i JOIN invoice_line l ON l.invoice_id=i.id WHERE i.kind='credit_note' GROUP BY l.invoice_id, l.tax_code) n
			ON n.invoice_id=t.invoice_id AND n.tax_code=t.tax_code
		WHERE i.tax_source='computed' ORDER BY i.id, t.tax_code`, nil, nil, func(r *db.Rows) error {
		var inv id.Invoice
		var number, kind, cur, code, rate string
		var base, tax, lines, notes int64
		if err := r.Scan((*int64)(&inv), &number, &kind, &cur, &code, &rate, &base, &tax, &lines, &notes); err != nil {
			return err
		}
		w.Count++
		slack := int64(0)
		if kind == "credit_note" {
			slack = max(1, lines, (notes+1)/2) // each note rounds up to half a cent away, and the last takes the sum of that
		} else if lineMode {
			return nil // INV-06.line-tax and INV-07.shares prove it together
		}
		want, err := taxOf(rates, base, rate)
		if diff := tax - want; err != nil || diff > slack || -diff > slack {
			w.wrong("%s %s code %s: tax %s on %s at %s %%, it is %s", inv, number, code, amount(tax, cur), amount(base, cur), rate, amount(want, cur))
		}
		return nil
	})
}

// converted recomputes the breakdown in the company's currency.
func converted(w *work) error {
	rates := map[string]dec.D{}
	return w.r.Each(`SELECT i.id, i.number, i.currency, i.fx_rate, t.tax_code, t.base_amt, t.tax_amt, t.base_acc, t.tax_acc FROM invoice i JOIN invoice_tax t ON t.invoice_id=i.id ORDER BY i.id, t.tax_code`, nil, nil, func(r *db.Rows) error {
		var inv id.Invoice
		var number, cur, rate, code string
		var base, tax, baseFC, taxFC, wantBase, wantTax int64
		if err := r.Scan((*int64)(&inv), &number, &cur, &rate, &code, &base, &tax, &baseFC, &taxFC); err != nil {
			return err
		}
		w.Count++
		err := safely(func() {
			d, ok := rates[rate]
			if !ok {
				d = dec.Must(rate)
				rates[rate] = d
			}
			wantBase, wantTax = money.Convert(base, money.Currency(cur), w.company.Currency, d), money.Convert(tax, money.Currency(cur), w.company.Currency, d)
		})
		if err != nil || baseFC != wantBase || taxFC != wantTax {
			w.wrong("%s %s code %s: %s and tax of %s at %s are %s and %s, not %s and %s", inv, number, code, amount(base, cur), amount(tax, cur), rate, w.fc(wantBase), w.fc(wantTax), w.fc(baseFC), w.fc(taxFC))
		}
		return nil
	})
}

func taxOf(rates map[string]dec.D, base int64, rate string) (want int64, err error) {
	d, ok := rates[rate]
	if !ok {
		if d, err = dec.Parse(rate); err != nil {
			return 0, err
		}
		rates[rate] = d
	}
	err = safely(func() { want = money.Tax(base, d) })
	return want, err
}

// lineTaxes recomputes the tax of each line, where the company rounds per line.
func lineTaxes(w *work) error {
	if w.company.Policy.TaxMode != "line" {
		return nil
	}
	rates := map[string]dec.D{}
	return w.r.Each(`SELECT i.id, i.number, i.currency, p.no, p.rate, p.net, p.tax FROM invoice i JOIN (
		SELECT invoice_id, line_no AS no, tax_rate AS rate, net_amt AS net, tax_amt AS tax FROM invoice_line
		UNION ALL SELECT invoice_id, no, rate, amount, tax_amt FROM invoice_allowance) p ON p.invoice_id=i.id
		WHERE i.tax_source='computed' AND i.kind<>'credit_note' ORDER BY i.id, p.no`, nil, nil, func(r *db.Rows) error {
		var inv id.Invoice
		var number, cur, rate string
		var no, net, tax int64
		if err := r.Scan((*int64)(&inv), &number, &cur, &no, &rate, &net, &tax); err != nil {
			return err
		}
		w.Count++
		if want, err := taxOf(rates, net, rate); err != nil || tax != want {
			w.wrong("%s %s line %d: tax %s on %s at %s %%, it is %s", inv, number, no, amount(tax, cur), amount(net, cur), rate, amount(want, cur))
		}
		return nil
	})
}
