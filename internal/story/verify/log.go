package verify

// logs: PL-01, the event log.
func logs() []check {
	return []check{
		{
			id:    "PL-01.dense",
			title: "Places in the log are dense from 1",
			count: `SELECT COUNT(*) FROM log_leaf`,
			bad: `SELECT c, mn, mx FROM (SELECT CAST(COUNT(*) AS BIGINT) AS c, COALESCE(MIN(seq), 1) AS mn, COALESCE(MAX(seq), 0) AS mx FROM log_leaf) t
				WHERE mn<>1 OR mx<>c`,
			say: "the log has {#} places, from {#} to {#}",
		}, {
			id:    "PL-01.leaves",
			title: "Places in the log hold an event",
			count: `SELECT COUNT(*) FROM log_leaf`,
			bad:   `SELECT l.seq, l.event_id FROM log_leaf l WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.id=l.event_id) ORDER BY l.seq`,
			say:   "place {#}: there is no {evt}",
		}, {
			id:    "PL-01.unplaced",
			title: "Events older than two minutes have their place in the log",
			count: `SELECT COUNT(*) FROM event`,
			// Two minutes of an id: 120,000 ms before its 21 low bits.
			bad: `SELECT e.id, e.type FROM event e WHERE e.id<(SELECT MAX(id) FROM event)-251658240000
				AND NOT EXISTS (SELECT 1 FROM log_leaf l WHERE l.event_id=e.id) ORDER BY e.id`,
			say:  "{evt} ({$}) has no place",
			warn: true,
		}, {
			id:    "PL-01.refs",
			title: "References from events come from an event",
			count: `SELECT COUNT(*) FROM event_ref`,
			bad: `SELECT r.event_id, r.object_type, r.object_id, r.qualifier FROM event_ref r
				WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.id=r.event_id) ORDER BY r.event_id, r.object_id`,
			say: "{evt}, which refers to {doc} ({$}), does not exist",
		},
		told("order", "Orders that were confirmed have an event", `sales_order`, `decision IN ('confirmed','closed')`, `number`, "{ord} {$}"),
		told("shipment", "Dispatched shipments have an event", `shipment`, `decision IN ('shipped','delivered','returned_to_sender')`, `number`, "{shp} {$}"),
		told("invoice", "Papers have an event", `invoice`, `1=1`, `number`, "{inv} {$}"),
		told("receipt", "Receipts have an event", `receipt`, `1=1`, `received_on`, "{rcp} of {$}"),
		{
			id:    "PL-01.application",
			title: "Applications have an event, or one of the refund or bounce that made them",
			count: `SELECT COUNT(*) FROM application`,
			bad: `SELECT s.id, s.kind FROM application s WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.subject_id=s.id)
				AND NOT (s.kind IN ('refund','bounce') AND s.tx_id IN (SELECT tx_id FROM event WHERE type IN ('receipt.refunded','receipt.bounced'))) ORDER BY s.id`,
			say: "{app} ({$}) has no event",
		},
	}
}

// told says that documents are the subject of an event.
func told(what, title, table, where, name, say string) check {
	return check{
		id: "PL-01." + what, title: title,
		count: `SELECT COUNT(*) FROM ` + table + ` WHERE ` + where,
		bad: `SELECT s.id, s.` + name + ` FROM ` + table + ` s WHERE ` + where + `
			AND NOT EXISTS (SELECT 1 FROM event e WHERE e.subject_id=s.id) ORDER BY s.id`,
		say: say + " has no event",
	}
}
