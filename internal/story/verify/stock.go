package verify

// pots: INV-03, stock.
func pots() []check {
	return []check{
		{
			id:    "INV-03.pot-equals-moves",
			title: "Pots equal the sum of their moves, in quantity and value",
			count: `SELECT COUNT(*) FROM stock_pot`,
			bad: `SELECT id, CAST(SUM(q) AS BIGINT), CAST(SUM(v) AS BIGINT), CAST(SUM(mq) AS BIGINT), CAST(SUM(mv) AS BIGINT) FROM (
				SELECT id, on_hand AS q, value_amt AS v, 0 AS mq, 0 AS mv FROM stock_pot
				UNION ALL SELECT pot_id, 0, 0, qty, value_amt FROM stock_move) t
				GROUP BY id HAVING SUM(q)<>SUM(mq) OR SUM(v)<>SUM(mv) ORDER BY id`,
			say: "{pot}: on hand {#} worth {fc}, its moves make {#} worth {fc}",
		}, {
			id:    "INV-03.days",
			title: "Sums per pot and day equal the moves that are rolled up",
			count: `SELECT COUNT(*) FROM stock_day`,
			bad: `SELECT pot_id, day, CAST(SUM(q) AS BIGINT), CAST(SUM(v) AS BIGINT), CAST(SUM(mq) AS BIGINT), CAST(SUM(mv) AS BIGINT) FROM (
				SELECT pot_id, day, qty_in-qty_out AS q, value_in-value_out AS v, 0 AS mq, 0 AS mv FROM stock_day
				UNION ALL SELECT pot_id, valid_on, 0, 0, qty, value_amt FROM stock_move
				WHERE id<COALESCE((SELECT last_seq FROM cursor WHERE subscriber='stock_day'), 0)) t
				GROUP BY pot_id, day HAVING SUM(q)<>SUM(mq) OR SUM(v)<>SUM(mv) ORDER BY pot_id, day`,
			say: "{pot} on {$}: rolled up are {#} worth {fc}, the moves make {#} worth {fc}",
		}, {
			id:    "INV-03.reserved",
			title: "Pots hold what schedules and shipment lines have reserved",
			count: `SELECT COUNT(*) FROM stock_pot`,
			bad: `SELECT id, CAST(SUM(r) AS BIGINT), CAST(SUM(a) AS BIGINT), CAST(SUM(b) AS BIGINT) FROM (
				SELECT id, reserved AS r, 0 AS a, 0 AS b FROM stock_pot
				UNION ALL SELECT pot_id, 0, reserved, 0 FROM order_schedule WHERE reserved<>0
				UNION ALL SELECT pot_id, 0, 0, reserved FROM shipment_line WHERE reserved<>0) t
				GROUP BY id HAVING SUM(r)<>SUM(a)+SUM(b) ORDER BY id`,
			say: "{pot}: reserved {#}; schedules hold {#}, shipment lines {#}",
		}, {
			id:    "INV-03.bounds",
			title: "Pots are not negative, hold no more than they have, and have no value without quantity",
			count: `SELECT COUNT(*) FROM stock_pot`,
			bad: `SELECT id, on_hand, reserved, value_amt FROM stock_pot WHERE reserved<0 OR (on_hand=0 AND value_amt<>0) OR (on_hand>=0 AND value_amt<0)
				OR (allow_negative=0 AND (on_hand<0 OR reserved>on_hand)) ORDER BY id`,
			say: "{pot}: on hand {#}, reserved {#}, worth {fc}",
		}, {
			id:    "INV-03.issues",
			title: "Shipment lines took from stock what they shipped, at their cost",
			count: `SELECT COUNT(*) FROM shipment_line`,
			bad: `SELECT id, CAST(SUM(q) AS BIGINT), CAST(SUM(v) AS BIGINT), CAST(SUM(mq) AS BIGINT), CAST(SUM(mv) AS BIGINT) FROM (
				SELECT sl.id, sl.shipped AS q, sl.cost_amt AS v, 0 AS mq, 0 AS mv FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id WHERE s.direction='out'
				UNION ALL SELECT m.doc_line_id, 0, 0, -m.qty, -m.value_amt FROM stock_move m JOIN stock_pot p ON p.id=m.pot_id
				WHERE m.doc_type='shipment' AND m.kind IN ('issue','transfer_out') AND p.status<>'transit') t
				GROUP BY id HAVING SUM(q)<>SUM(mq) OR SUM(v)<>SUM(mv) ORDER BY id`,
			say: "{sln}: shipped {#} at {fc}, its moves took {#} at {fc}",
		}, {
			id:    "INV-03.on-the-road",
			title: "Shipment lines have left on the road what is neither delivered nor back",
			count: `SELECT COUNT(*) FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id WHERE s.transit=1 AND s.decision IN ('shipped','delivered')`,
			bad: `SELECT id, CAST(SUM(q) AS BIGINT), CAST(SUM(mq) AS BIGINT) FROM (
				SELECT sl.id, CASE WHEN s.decision='shipped' THEN sl.shipped-sl.returned ELSE 0 END AS q, 0 AS mq
				FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id WHERE s.transit=1 AND s.decision IN ('shipped','delivered')
				UNION ALL SELECT m.doc_line_id, 0, m.qty FROM stock_move m JOIN stock_pot p ON p.id=m.pot_id
				WHERE m.doc_type='shipment' AND p.status='transit') t
				GROUP BY id HAVING SUM(q)<>SUM(mq) ORDER BY id`,
			say: "{sln}: {#} should be on the road, its moves leave {#}",
		},
	}
}
