package verify

import (
	"kontor/internal/rooms/order"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// goods are the roles of lines that leave a warehouse.
const goods = `('item','free')`

// orders: INV-01, the quantities of an order line.
func orders() []check {
	return []check{
		{
			id:    "INV-01.counters",
			title: "Order lines keep their counters in bounds",
			count: `SELECT COUNT(*) FROM order_line`,
			bad: `SELECT l.id, l.ordered, l.max_ship, l.cancelled, l.shipped, l.delivered, l.refused, l.returned, l.billed, l.credited
				FROM order_line l WHERE l.ordered<0 OR l.cancelled<0 OR l.shipped<0 OR l.delivered<0 OR l.refused<0 OR l.returned<0 OR l.billed<0 OR l.credited<0
				OR l.max_ship<l.ordered OR l.cancelled>l.ordered OR l.shipped+l.cancelled>l.max_ship OR l.delivered+l.refused>l.shipped
				OR l.refused>l.returned OR l.returned>l.shipped OR l.credited>l.billed ORDER BY l.id`,
			say: "{oln}: ordered {#}, at most {#}, cancelled {#}, shipped {#}, delivered {#}, refused {#}, returned {#}, billed {#}, credited {#}",
		}, {
			id:    "INV-01.promised",
			title: "Goods lines of confirmed and closed orders are promised as ordered less cancelled",
			count: `SELECT COUNT(*) FROM sales_order o JOIN order_line l ON l.order_id=o.id WHERE o.decision IN ('confirmed','closed') AND l.role IN ` + goods,
			bad: `SELECT l.id, o.number, COALESCE(s.q, 0), l.ordered-l.cancelled FROM sales_order o JOIN order_line l ON l.order_id=o.id
				LEFT JOIN (SELECT line_id, CAST(SUM(qty) AS BIGINT) q FROM order_schedule GROUP BY line_id) s ON s.line_id=l.id
				WHERE o.decision IN ('confirmed','closed') AND l.role IN ` + goods + `
				AND COALESCE(s.q, 0)<>l.ordered-l.cancelled ORDER BY l.id`,
			say: "{oln} of order {$}: schedules promise {#}, ordered less cancelled is {#}",
		}, {
			id:    "INV-01.committed",
			title: "Schedules hold and release no more than they promise",
			count: `SELECT COUNT(*) FROM order_schedule`,
			bad: `SELECT id, line_id, qty, reserved, released FROM order_schedule
				WHERE qty<0 OR reserved<0 OR released<0 OR reserved+released>qty ORDER BY id`,
			say: "{sch} of {oln}: promises {#}, holds {#}, released {#}",
		}, {
			id:    "INV-01.released",
			title: "Schedules released what their shipment lines plan or shipped",
			count: `SELECT COUNT(*) FROM order_schedule`,
			bad: `SELECT id, CAST(SUM(rel) AS BIGINT), CAST(SUM(ship) AS BIGINT) FROM (
				SELECT id, released AS rel, 0 AS ship FROM order_schedule
				UNION ALL SELECT sl.schedule_id, 0, CASE s.decision WHEN 'planned' THEN sl.planned WHEN 'void' THEN 0
					ELSE CASE WHEN sl.shipped<sl.planned THEN sl.shipped ELSE sl.planned END END
				FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id WHERE s.direction='out' AND sl.schedule_id<>0) t
				GROUP BY id HAVING SUM(rel)<>SUM(ship) ORDER BY id`,
			say: "{sch}: released {#}, its shipment lines say {#}",
		}, {
			id:    "INV-01.shipped",
			title: "Goods lines shipped, delivered and refused what their shipment lines did",
			count: `SELECT COUNT(*) FROM order_line WHERE role IN ` + goods,
			bad: `SELECT id, CAST(SUM(a) AS BIGINT), CAST(SUM(b) AS BIGINT), CAST(SUM(c) AS BIGINT), CAST(SUM(x) AS BIGINT), CAST(SUM(y) AS BIGINT), CAST(SUM(z) AS BIGINT) FROM (
				SELECT l.id, l.shipped AS a, l.delivered AS b, l.refused AS c, 0 AS x, 0 AS y, 0 AS z FROM order_line l
				WHERE l.role IN ` + goods + `
				UNION ALL SELECT sl.order_line_id, 0, 0, 0, sl.shipped, sl.delivered, sl.refused FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id
				WHERE s.direction='out' AND s.decision IN ('shipped','delivered','returned_to_sender')) t
				GROUP BY id HAVING SUM(a)<>SUM(x) OR SUM(b)<>SUM(y) OR SUM(c)<>SUM(z) ORDER BY id`,
			say: "{oln}: shipped {#}, delivered {#}, refused {#}; its shipment lines say {#}, {#}, {#}",
		}, {
			id:    "INV-01.shipment-lines",
			title: "Shipment lines keep their counters in bounds and ship only when dispatched",
			count: `SELECT COUNT(*) FROM shipment_line`,
			bad: `SELECT sl.id, s.decision, sl.planned, sl.picked, sl.packed, sl.shipped, sl.delivered, sl.refused, sl.returned FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id
				WHERE sl.planned<0 OR sl.picked<0 OR sl.packed<0 OR sl.packed>sl.picked OR sl.shipped<0 OR sl.delivered<0 OR sl.refused<0 OR sl.delivered+sl.refused>sl.shipped
				OR sl.returned<0 OR sl.returned>sl.shipped OR sl.shipped>sl.packed OR (s.decision IN ('planned','void') AND sl.shipped<>0) ORDER BY sl.id`,
			say: "{sln} of a {$} shipment: planned {#}, picked {#}, packed {#}, shipped {#}, delivered {#}, refused {#}, returned {#}",
		}, {
			id:    "INV-01.totals",
			title: "Orders total their lines",
			count: `SELECT COUNT(*) FROM sales_order`,
			bad: `SELECT o.id, o.number, o.net_amt, o.currency, COALESCE(l.n, 0), o.currency, o.tax_amt, o.currency, COALESCE(l.t, 0), o.currency, o.gross_amt, o.currency, COALESCE(l.g, 0), o.currency FROM sales_order o
				LEFT JOIN (SELECT order_id, CAST(SUM(net_amt) AS BIGINT) n, CAST(SUM(tax_amt) AS BIGINT) t, CAST(SUM(gross_amt) AS BIGINT) g FROM order_line GROUP BY order_id) l ON l.order_id=o.id
				WHERE o.net_amt<>COALESCE(l.n, 0) OR o.tax_amt<>COALESCE(l.t, 0) OR o.gross_amt<>COALESCE(l.g, 0) OR o.gross_amt<>o.net_amt+o.tax_amt ORDER BY o.id`,
			say: "{ord} {$}: net {amt}, lines {amt}; tax {amt}, lines {amt}; gross {amt}, lines {amt}",
		}, {
			id:    "INV-01.links",
			title: "Shipment lines name an order, a schedule and a pot that belong together",
			count: `SELECT COUNT(*) FROM shipment_line`,
			bad: `SELECT sl.id, s.id FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id JOIN order_line l ON l.id=sl.order_line_id
				LEFT JOIN order_schedule c ON c.id=sl.schedule_id LEFT JOIN stock_pot p ON p.id=sl.pot_id
				WHERE l.order_id<>sl.order_id OR c.line_id<>sl.order_line_id OR p.product_id<>sl.product_id OR p.warehouse_id<>s.warehouse_id ORDER BY sl.id`,
			say: "{sln} of {shp} names what belongs to another line, product or warehouse",
		}, {
			id:    "INV-01.places",
			title: "Schedules promise the product and warehouse of their pot",
			count: `SELECT COUNT(*) FROM order_schedule WHERE pot_id<>0`,
			bad: `SELECT c.id, c.line_id, p.id FROM order_schedule c JOIN stock_pot p ON p.id=c.pot_id
				WHERE p.product_id<>c.product_id OR p.warehouse_id<>c.warehouse_id ORDER BY c.id`,
			say: "{sch} of {oln} promises from {pot}, which holds another product or stands elsewhere",
		}, {
			id:    "INV-01.revisions",
			title: "Orders have a journal row for each revision",
			count: `SELECT COUNT(*) FROM sales_order`,
			bad: `SELECT o.id, o.number, o.revision, COALESCE(c.n, 0) FROM sales_order o
				LEFT JOIN (SELECT order_id, COUNT(*) AS n, MAX(revision) AS z FROM order_change GROUP BY order_id) c ON c.order_id=o.id
				WHERE o.revision<>COALESCE(c.n, 0) OR o.revision<>COALESCE(c.z, 0) ORDER BY o.id`,
			say: "{ord} {$}: revision {#}, {#} changes in the journal",
		}, {
			id:    "INV-01.states",
			title: "Orders carry the states that their counters derive",
			run:   derived,
		},
	}
}

// derived runs the one function that derives an order's states, on all orders.
func derived(w *work) error {
	var o *order.Order
	flush := func() {
		if o == nil {
			return
		}
		w.Count++
		s := o.Derive()
		if s.Status != o.Status || s.Ship != o.ShipState || s.Bill != o.BillState {
			w.wrong("%s %s: status %s, shipping %s, billing %s; its lines derive %s, %s, %s", o.ID, o.Number, o.Status, o.ShipState, o.BillState, s.Status, s.Ship, s.Bill)
		}
	}
	err := w.r.Each(`SELECT o.id, o.number, o.decision, o.hold_mask, o.status, o.ship_state, o.bill_state, l.role, l.ordered, l.cancelled, l.shipped, l.returned, l.billed, l.credited, l.bill_policy,
		COALESCE(s.q, 0), COALESCE(s.res, 0), COALESCE(s.rel, 0) FROM sales_order o JOIN order_line l ON l.order_id=o.id
		LEFT JOIN (SELECT line_id, CAST(SUM(qty) AS BIGINT) q, CAST(SUM(reserved) AS BIGINT) res, CAST(SUM(released) AS BIGINT) rel FROM order_schedule GROUP BY line_id) s ON s.line_id=l.id
		ORDER BY o.id, l.line_no`, nil, nil, func(r *db.Rows) error {
		var h order.Order
		l, s := &order.Line{}, &order.Schedule{}
		if err := r.Scan((*int64)(&h.ID), &h.Number, &h.Decision, &h.HoldMask, &h.Status, &h.ShipState, &h.BillState, &l.Role, &l.Ordered, &l.Cancelled, &l.Shipped, &l.Returned, &l.Billed, &l.Credited, &l.BillPolicy,
			&s.Qty, &s.Reserved, &s.Released); err != nil {
			return err
		}
		if o == nil || o.ID != h.ID {
			flush()
			o = &h
		}
		l.Schedules = []*order.Schedule{s}
		o.Lines = append(o.Lines, l)
		return nil
	})
	flush()
	return err
}

// billing: INV-02, what is billed of a line.
func billing() []check {
	return []check{
		{
			id:    "INV-02.policy",
			title: "Order lines bill no more, less credits, than their policy allows",
			count: `SELECT COUNT(*) FROM order_line`,
			bad: `SELECT l.id, l.billed, l.credited, CASE WHEN l.bill_policy IN ('order','milestone') THEN l.ordered ELSE l.shipped END, l.bill_policy FROM order_line l
				WHERE l.billed-l.credited>CASE WHEN l.bill_policy IN ('order','milestone') THEN l.ordered ELSE l.shipped END ORDER BY l.id`,
			say: "{oln}: billed {#}, credited {#}, allowed {#} by policy {$}",
		}, {
			id:    "INV-02.billed",
			title: "Order lines billed what their billables did",
			count: `SELECT COUNT(*) FROM order_line`,
			bad: `SELECT id, CAST(SUM(a) AS BIGINT), CAST(SUM(b) AS BIGINT) FROM (
				SELECT id, billed AS a, 0 AS b FROM order_line WHERE billed<>0
				UNION ALL SELECT order_line_id, 0, billed FROM billable WHERE billed<>0 AND order_line_id<>0 AND kind IN ('delivery','order','freight','milestone') AND sign=1) t
				GROUP BY id HAVING SUM(a)<>SUM(b) ORDER BY id`,
			say: "{oln}: billed {#}, its billables {#}",
		}, {
			id:    "INV-02.delivered",
			title: "Lines billed by delivery have billables for all that was shipped, or followed it",
			count: `SELECT COUNT(*) FROM order_line WHERE bill_policy='delivery'`,
			bad: `SELECT id, CAST(SUM(a) AS BIGINT), CAST(SUM(b) AS BIGINT) FROM (
				SELECT id, shipped AS a, 0 AS b FROM order_line WHERE bill_policy='delivery' AND shipped<>0
				UNION ALL SELECT b.order_line_id, 0, b.qty FROM billable b JOIN order_line l ON l.id=b.order_line_id JOIN shipment_line sl ON sl.id=b.source_id
				WHERE b.kind='delivery' AND b.sign=1 AND l.bill_policy='delivery' AND l.role IN ` + goods + `
				UNION ALL SELECT l.id, 0, b.qty FROM billable b JOIN order_line l ON l.id=b.source_id
				WHERE b.kind='freight' AND b.sign=1 AND l.bill_policy='delivery' AND l.role NOT IN ` + goods + `) t
				GROUP BY id HAVING SUM(a)<>SUM(b) ORDER BY id`,
			say: "{oln}: shipped {#}, its billables count {#}",
		}, {
			id:    "INV-02.ordered",
			title: "Goods lines billed with the order have a billable for all that is ordered and not cancelled",
			count: `SELECT COUNT(*) FROM sales_order o JOIN order_line l ON l.order_id=o.id WHERE o.decision IN ('confirmed','closed') AND l.bill_policy='order' AND l.role IN ` + goods,
			bad: `SELECT l.id, o.number, CASE WHEN l.billed-l.credited>l.ordered-l.cancelled THEN l.billed-l.credited ELSE l.ordered-l.cancelled END, COALESCE(b.q, 0) FROM sales_order o JOIN order_line l ON l.order_id=o.id
				LEFT JOIN (SELECT source_id, CAST(SUM(qty) AS BIGINT) AS q FROM billable WHERE kind='order' GROUP BY source_id) b ON b.source_id=l.id
				WHERE o.decision IN ('confirmed','closed') AND l.bill_policy='order' AND l.role IN ` + goods + ` AND COALESCE(b.q, 0)<>
				CASE WHEN l.billed-l.credited>l.ordered-l.cancelled THEN l.billed-l.credited ELSE l.ordered-l.cancelled END ORDER BY l.id`,
			say: "{oln} of order {$}: {#} to be billed, its billables count {#}",
		}, {
			id:    "INV-02.shares",
			title: "Order lines that kept their price have billables of the cumulative share of their net amount",
			run:   shares,
		}, {
			id:    "INV-02.parties",
			title: "Billables name the parties of their order",
			count: `SELECT COUNT(*) FROM billable`,
			bad: `SELECT b.id, o.number FROM billable b JOIN sales_order o ON o.id=b.order_id LEFT JOIN order_line l ON l.id=b.order_line_id
				WHERE b.customer_id<>o.customer_id OR b.payer_id<>o.payer_id OR b.bill_to_id<>o.bill_to_id OR b.credit_account_id<>o.credit_account_id OR b.currency<>o.currency OR l.order_id<>b.order_id ORDER BY b.id`,
			say: "{bil} names other parties, another currency or another line than order {$}",
		}, {
			id:    "INV-02.once",
			title: "Billables stand on one paper when billed, and on none before",
			count: `SELECT COUNT(*) FROM billable`,
			bad: `SELECT id, CAST(SUM(a) AS BIGINT), CAST(SUM(b) AS BIGINT) FROM (
				SELECT id, CASE WHEN billed>0 THEN 1 ELSE 0 END AS a, 0 AS b FROM billable
				UNION ALL SELECT billable_id, 0, 1 FROM invoice_line WHERE billable_id<>0
				UNION ALL SELECT billable_id, 0, 1 FROM invoice_allowance WHERE billable_id<>0) t
				GROUP BY id HAVING SUM(a)<>SUM(b) ORDER BY id`,
			say: "{bil}: should stand on {#} paper lines, stands on {#}",
		}, {
			id:    "INV-02.amounts",
			title: "Paper lines carry the net amount and the tax of their billable",
			count: `SELECT COUNT(*) FROM invoice_line WHERE billable_id<>0`,
			bad: `SELECT b.id, i.number, p.no, p.net, i.currency, p.tax, i.currency, b.net_amt, b.currency, b.tax_amt, b.currency FROM (
				SELECT invoice_id, line_no AS no, id, billable_id, net_amt AS net, tax_amt AS tax FROM invoice_line WHERE billable_id<>0
				UNION ALL SELECT invoice_id, no, 0, billable_id, sign*amount, sign*tax_amt FROM invoice_allowance WHERE billable_id<>0) p
				JOIN billable b ON b.id=p.billable_id JOIN invoice i ON i.id=p.invoice_id
				WHERE (i.kind<>'credit_note' AND (p.net<>b.net_amt OR p.tax<>b.tax_amt)) OR (i.kind='credit_note' AND p.net>-b.net_amt) OR b.currency<>i.currency OR (p.id<>0 AND b.invoice_line_id<>p.id) ORDER BY b.id`,
			say: "{bil} on {$} line {#}: the paper says {amt} with tax of {amt}, the billable {amt} with {amt} (or names another line)",
		}, {
			id:    "INV-02.lines",
			title: "Paper lines repeat their billable: order line, shipment, product, quantity, allowance",
			count: `SELECT COUNT(*) FROM invoice_line WHERE billable_id<>0`,
			bad: `SELECT x.id, i.number, x.line_no, b.id, x.qty, b.qty FROM invoice_line x JOIN billable b ON b.id=x.billable_id JOIN invoice i ON i.id=x.invoice_id LEFT JOIN order_line l ON l.id=b.order_line_id
				WHERE x.order_id<>b.order_id OR x.order_line_id<>b.order_line_id OR x.product_id<>l.product_id OR (i.kind<>'credit_note' AND (x.qty<>b.qty OR x.shipment_id<>b.shipment_id OR x.allowance_amt<>b.allowance_amt))
				OR (i.kind='credit_note' AND x.qty>b.qty) ORDER BY x.id`,
			say: "{inl}, {$} line {#}, for {bil}: quantity {#}, the billable {#} (or names other things)",
		}, {
			id:    "INV-02.credited",
			title: "Order lines count as credited what came back billed or netted, and what was billed again",
			count: `SELECT COUNT(*) FROM order_line`,
			bad: `SELECT id, CAST(SUM(a) AS BIGINT), CAST(SUM(b) AS BIGINT) FROM (
				SELECT id, credited AS a, 0 AS b FROM order_line WHERE credited<>0
				UNION ALL SELECT order_line_id, 0, billed FROM billable WHERE kind='return' AND billed<>0
				UNION ALL SELECT b.order_line_id, 0, b.qty FROM billable b JOIN invoice i ON i.id=b.source_id WHERE b.sign=1) t
				GROUP BY id HAVING SUM(a)<>SUM(b) ORDER BY id`,
			say: "{oln}: credited {#}, its returns and second billings make {#}",
		}, {
			id:    "INV-02.bounds",
			title: "Billables are billed up to their quantity",
			count: `SELECT COUNT(*) FROM billable`,
			bad:   `SELECT id, kind, qty, billed FROM billable WHERE qty<0 OR billed<0 OR billed>qty ORDER BY id`,
			say:   "{bil} ({$}): quantity {#}, billed {#}",
		},
	}
}

// shares recomputes what was made billable of lines whose price never changed:
// the cumulative share of the net amount for the quantity so far. What was
// billed a second time, and what shrank before it was billed, is left out.
func shares(w *work) error {
	return w.r.Each(`SELECT l.id, o.number, o.currency, l.net_amt, l.ordered, b.q, b.n FROM sales_order o JOIN order_line l ON l.order_id=o.id JOIN (
			SELECT b.order_line_id AS id, CAST(SUM(b.qty) AS BIGINT) AS q, CAST(SUM(b.net_amt) AS BIGINT) AS n FROM billable b LEFT JOIN invoice i ON i.id=b.source_id
			WHERE b.sign=1 AND b.kind IN ('delivery','order','freight') AND i.id IS NULL GROUP BY b.order_line_id) b ON b.id=l.id
		WHERE o.revision=0 AND l.ordered>0 AND NOT (l.bill_policy='order' AND l.cancelled>0) ORDER BY l.id`, nil, nil, func(r *db.Rows) error {
		var line id.Line
		var number, cur string
		var net, ordered, q, n int64
		if err := r.Scan((*int64)(&line), &number, &cur, &net, &ordered, &q, &n); err != nil {
			return err
		}
		w.Count++
		want := int64(0)
		if err := safely(func() { want = money.Share(net, q, ordered) }); err != nil || n != want {
			w.wrong("%s of order %s: %d of %d made billable at %s, its share is %s", line, number, q, ordered, amount(n, cur), amount(want, cur))
		}
		return nil
	})
}

// promises: INV-20, what is cancelled holds nothing, and holds stand in the mask.
func promises() []check {
	return []check{
		{
			id:    "INV-20.schedules-free",
			title: "Schedules hold reservations for confirmed orders only",
			count: `SELECT COUNT(*) FROM order_schedule`,
			bad: `SELECT s.id, o.number, o.decision, s.reserved FROM order_schedule s JOIN order_line l ON l.id=s.line_id JOIN sales_order o ON o.id=l.order_id
				WHERE s.reserved<>0 AND o.decision<>'confirmed' ORDER BY s.id`,
			say: "{sch} of order {$}, which is {$}, holds {#}",
		}, {
			id:    "INV-20.shipments-free",
			title: "Shipment lines hold reservations only while planned, and none of a cancelled order is planned",
			count: `SELECT COUNT(*) FROM shipment_line`,
			bad: `SELECT sl.id, s.decision, o.number, o.decision, sl.planned, sl.reserved FROM shipment s JOIN shipment_line sl ON sl.shipment_id=s.id JOIN sales_order o ON o.id=sl.order_id
				WHERE (sl.reserved<>0 AND s.decision<>'planned') OR (s.decision='planned' AND s.direction='out' AND sl.planned>0 AND o.decision<>'confirmed') ORDER BY sl.id`,
			say: "{sln} of a {$} shipment for order {$}, which is {$}: planned {#}, holds {#}",
		}, {
			id:    "INV-20.hold-mask",
			title: "Orders carry the mask of their open holds",
			count: `SELECT COUNT(*) FROM sales_order`,
			bad: `SELECT o.id, o.number, o.hold_mask, COALESCE(h.m, 0) FROM sales_order o LEFT JOIN (
				SELECT subject_id, MAX(scope & 1) | MAX(scope & 2) | MAX(scope & 4) | MAX(scope & 8) | MAX(scope & 16) | MAX(scope & 32) | MAX(scope & 64) | MAX(scope & 128) AS m
				FROM hold WHERE released_at=0 GROUP BY subject_id) h ON h.subject_id=o.id WHERE o.hold_mask<>COALESCE(h.m, 0) ORDER BY o.id`,
			say: "{ord} {$}: mask {#}, its open holds make {#}",
		}, {
			id:    "INV-20.hold-dead",
			title: "No cancelled order is on hold",
			count: `SELECT COUNT(*) FROM hold`,
			bad: `SELECT h.id, o.number, h.kind FROM hold h JOIN sales_order o ON o.id=h.subject_id
				WHERE h.released_at=0 AND h.scope<>128 AND o.decision='cancelled' ORDER BY h.id`,
			say: "{hld} stands on order {$}, which is cancelled, for {$}",
		},
	}
}

// returns: INV-16, what came back.
func returns() []check {
	return []check{
		{
			id:    "INV-16.returned",
			title: "Goods lines count as returned what was refused and what their returns received",
			count: `SELECT COUNT(*) FROM order_line WHERE role IN ` + goods,
			bad: `SELECT id, CAST(SUM(a) AS BIGINT), CAST(SUM(b) AS BIGINT) FROM (
				SELECT id, returned AS a, refused AS b FROM order_line WHERE role IN ` + goods + ` AND (returned<>0 OR refused<>0)
				UNION ALL SELECT order_line_id, 0, received FROM return_line WHERE received<>0) t
				GROUP BY id HAVING SUM(a)<>SUM(b) ORDER BY id`,
			say: "{oln}: returned {#}, refused and received back {#}",
		}, {
			id:    "INV-16.shipment-lines",
			title: "Shipment lines count as returned what was refused and received back, at the cost of those moves",
			count: `SELECT COUNT(*) FROM shipment_line`,
			bad: `SELECT id, CAST(SUM(a) AS BIGINT), CAST(SUM(c) AS BIGINT), CAST(SUM(b) AS BIGINT), CAST(SUM(d) AS BIGINT) FROM (
				SELECT id, returned AS a, refused AS b, returned_cost AS c, 0 AS d FROM shipment_line WHERE returned<>0 OR refused<>0 OR returned_cost<>0
				UNION ALL SELECT shipment_line_id, 0, received, 0, 0 FROM return_line WHERE received<>0 AND shipment_line_id<>0
				UNION ALL SELECT doc_line_id, 0, 0, 0, value_amt FROM stock_move WHERE doc_type='shipment' AND kind='return'
				UNION ALL SELECT rl.shipment_line_id, 0, 0, 0, m.value_amt FROM stock_move m JOIN return_line rl ON rl.id=m.doc_line_id WHERE m.doc_type='return' AND m.kind='return' AND rl.shipment_line_id<>0) t
				GROUP BY id HAVING SUM(a)<>SUM(b) OR SUM(c)<>SUM(d) ORDER BY id`,
			say: "{sln}: returned {#} worth {fc}; refused and received back {#}, moves worth {fc}",
		}, {
			id:    "INV-16.links",
			title: "Return lines name the order line and order of their shipment line",
			count: `SELECT COUNT(*) FROM return_line`,
			bad: `SELECT rl.id, r.number FROM return_order r JOIN return_line rl ON rl.return_id=r.id JOIN shipment_line sl ON sl.id=rl.shipment_line_id JOIN sales_order o ON o.id=sl.order_id
				WHERE sl.order_line_id<>rl.order_line_id OR sl.order_id<>r.order_id OR o.customer_id<>r.customer_id ORDER BY rl.id`,
			say: "{rtl} of return {$} names another line, order or customer",
		}, {
			id:    "INV-16.authorised",
			title: "Shipment lines get no more authorised to come back than was shipped",
			count: `SELECT COUNT(DISTINCT shipment_line_id) FROM return_line`,
			bad: `SELECT sl.id, sl.shipped, x.q FROM (SELECT rl.shipment_line_id AS id, CAST(SUM(CASE WHEN r.decision='authorised' THEN rl.authorised ELSE rl.received END) AS BIGINT) AS q
				FROM return_order r JOIN return_line rl ON rl.return_id=r.id WHERE rl.shipment_line_id<>0 GROUP BY rl.shipment_line_id) x
				JOIN shipment_line sl ON sl.id=x.id WHERE x.q+sl.refused>sl.shipped ORDER BY sl.id`,
			say: "{sln}: shipped {#}, coming back {#}",
		}, {
			id:    "INV-16.counters",
			title: "Return lines receive up to what is authorised and dispose up to what is received",
			count: `SELECT COUNT(*) FROM return_line`,
			bad: `SELECT id, authorised, received, accepted, scrapped FROM return_line
				WHERE authorised<=0 OR received<0 OR received>authorised OR accepted<0 OR scrapped<0 OR accepted+scrapped>received ORDER BY id`,
			say: "{rtl}: authorised {#}, received {#}, accepted {#}, scrapped {#}",
		},
	}
}
