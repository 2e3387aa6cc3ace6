package verify

// numbers: INV-13 gapless numbers, INV-14 closed months.
func numbers() []check {
	return []check{
		{
			id:    "INV-13.gapless",
			title: "Series of papers are numbered from 1 without a gap, up to where the range stands",
			count: `SELECT COUNT(*) FROM (SELECT DISTINCT series, scope FROM invoice) t`,
			bad: `SELECT series, scope, CAST(SUM(c) AS BIGINT), CAST(SUM(mn) AS BIGINT), CAST(SUM(mx) AS BIGINT), CAST(SUM(last) AS BIGINT) FROM (
				SELECT series, scope, COUNT(*) AS c, MIN(seq) AS mn, MAX(seq) AS mx, 0 AS last FROM invoice GROUP BY series, scope
				UNION ALL SELECT series, scope, 0, 0, 0, last FROM number_range WHERE series IN ('INV','CN') OR series IN (SELECT series FROM invoice)) t
				GROUP BY series, scope HAVING SUM(c)<>SUM(mx) OR SUM(last)<>SUM(mx) OR (SUM(c)>0 AND SUM(mn)<>1) ORDER BY series, scope`,
			say: "{$} {$}: {#} papers, numbered {#} to {#}, the range stands at {#}",
		}, {
			id:    "INV-13.scope",
			title: "Papers are numbered in the year they were issued in",
			count: `SELECT COUNT(*) FROM invoice`,
			bad:   `SELECT id, number, scope, issued_on FROM invoice WHERE substr(issued_on, 1, 4)<>scope ORDER BY id`,
			say:   "{inv} {$}: numbered in {$}, issued on {$}",
		}, {
			id:    "INV-13.order",
			title: "Papers are dated no earlier than the number before",
			count: `SELECT COUNT(*) FROM invoice`,
			bad: `SELECT id, number, issued_on, prev FROM (
				SELECT id, number, issued_on, LAG(issued_on) OVER (PARTITION BY series, scope ORDER BY seq) AS prev FROM invoice) t WHERE prev>issued_on ORDER BY id`,
			say:  "{inv} {$}: issued on {$}, the number before on {$}",
			warn: true,
		}, {
			id:    "INV-14.closed",
			title: "Entries stand in months that were open when they were made",
			count: `SELECT COUNT(*) FROM ledger_entry`,
			// The top 42 bits of an id are milliseconds since 2020-01-01, see words/id.
			bad: `SELECT e.id, e.doc_type, e.doc_id, e.posted_on, p.month FROM period p JOIN ledger_entry e ON substr(e.posted_on, 1, 7)=p.month
				WHERE p.ledger='general' AND p.state='closed' AND e.tx_id>p.tx_id AND ((e.tx_id >> 21)+1577836800000)*1000>p.closed_at ORDER BY e.id`,
			say: "{ent} of {doc}: posted on {$} after {$} was closed",
		}, {
			id:    "INV-14.month",
			title: "Entries stand in the month of their day",
			count: `SELECT COUNT(*) FROM ledger_entry`,
			bad:   `SELECT id, doc_type, doc_id, posted_on, period FROM ledger_entry WHERE substr(posted_on, 1, 7)<>period ORDER BY id`,
			say:   "{ent} of {doc}: posted on {$}, in period {$}",
		}, {
			id:    "INV-14.order",
			title: "Months are closed in stock and receivables before in general",
			count: `SELECT COUNT(*) FROM period WHERE ledger='general' AND state='closed'`,
			bad: `SELECT g.month, COALESCE(s.state, 'open'), COALESCE(r.state, 'open') FROM period g LEFT JOIN period s ON s.ledger='stock' AND s.month=g.month
				LEFT JOIN period r ON r.ledger='receivables' AND r.month=g.month
				WHERE g.ledger='general' AND g.state='closed' AND (COALESCE(s.state, 'open')<>'closed' OR COALESCE(r.state, 'open')<>'closed') ORDER BY g.month`,
			say: "{$} is closed, while stock is {$} and receivables {$}",
		},
	}
}
