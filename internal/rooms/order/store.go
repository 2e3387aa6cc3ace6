package order

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// Place inserts orders with their lines. An order whose customer, year, PO
// number and sequence exist already is not inserted; the result names the
// orders that went in, and for the others the order that holds the number.
func Place(tx *db.Tx, orders []*Order) (placed map[id.Order]bool, holder map[id.Order]id.Order, err error) {
	sorted := append([]*Order(nil), orders...)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i], sorted[j]
		if a.Customer != b.Customer {
			return a.Customer < b.Customer
		}
		if a.POYear != b.POYear {
			return a.POYear < b.POYear
		}
		if a.PONumber != b.PONumber {
			return a.PONumber < b.PONumber
		}
		return a.POSeq < b.POSeq
	})
	l := db.NewList(len(sorted))
	for _, o := range sorted {
		s := o.Derive()
		o.Status, o.ShipState, o.BillState = s.Status, s.Ship, s.Bill
		l.Add(int64(o.ID), o.Number, o.Kind, int64(o.Customer), int64(o.ShipTo), int64(o.BillTo), int64(o.Payer), int64(o.Credit), int64(o.Warehouse),
			o.PONumber, o.POYear, o.POSeq, string(o.Currency), o.FxRate, string(o.OrderedOn), string(o.RequestedOn), int64(o.Terms), o.Incoterm, o.Rule,
			o.SourceType, o.Source, o.BuyerReference, o.Note, o.TaxSource, o.HoldMask, o.Status, o.ShipState, o.BillState, o.Net, o.Tax)
	}
	placed = make(map[id.Order]bool, len(orders))
	err = tx.Each(`WITH {a: id BIGINT, number TEXT, kind TEXT, cus BIGINT, st BIGINT, bt BIGINT, payer BIGINT, cr BIGINT, wh BIGINT, po TEXT, py BIGINT, ps BIGINT,
		cur TEXT, fx TEXT, oon TEXT, ron TEXT, terms BIGINT, inco TEXT, rule TEXT, srct TEXT, src BIGINT, bref TEXT, note TEXT, taxsrc TEXT, mask BIGINT,
		status TEXT, ss TEXT, bs TEXT, net BIGINT, tax BIGINT}
		INSERT INTO sales_order(id, number, kind, customer_id, ship_to_id, bill_to_id, payer_id, credit_account_id, warehouse_id, po_number, po_year, po_seq, currency, fx_rate,
			ordered_on, requested_on, terms_id, incoterm, delivery_rule, source_type, source_id, buyer_reference, note, tax_source, decision, hold_mask, status, ship_state, bill_state,
			net_amt, tax_amt, gross_amt, revision, version, tx_id)
		SELECT a.id, a.number, a.kind, a.cus, a.st, a.bt, a.payer, a.cr, a.wh, a.po, a.py, a.ps, a.cur, a.fx, a.oon, a.ron, a.terms, a.inco, a.rule, a.srct, a.src, a.bref, a.note,
			a.taxsrc, 'captured', a.mask, a.status, a.ss, a.bs, a.net, a.tax, a.net+a.tax, 0, 1, $1 FROM a WHERE true
		ON CONFLICT (customer_id, po_year, po_number, po_seq) DO NOTHING RETURNING sales_order.id`, l, []any{tx.ID()}, func(r *db.Rows) error {
		var o id.Order
		err := r.Scan((*int64)(&o))
		placed[o] = true
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var lines []*Line
	missing := db.NewList(0)
	byKey := map[[4]any]id.Order{}
	for _, o := range orders {
		if placed[o.ID] {
			o.Version, o.TxID = 1, tx.ID()
			lines = append(lines, o.Lines...)
			keep(tx, o)
			continue
		}
		missing.Add(int64(o.Customer), o.POYear, o.PONumber, o.POSeq)
		byKey[[4]any{o.Customer, o.POYear, o.PONumber, o.POSeq}] = o.ID
	}
	InsertLines(tx, lines)
	holder = map[id.Order]id.Order{}
	err = tx.Each(`WITH {a: c BIGINT, y BIGINT, n TEXT, s BIGINT} SELECT o.id, o.customer_id, o.po_year, o.po_number, o.po_seq FROM a
		JOIN sales_order o ON o.customer_id=a.c AND o.po_year=a.y AND o.po_number=a.n AND o.po_seq=a.s`, missing, nil, func(r *db.Rows) error {
		var o id.Order
		var c id.Customer
		var y, s int64
		var n string
		err := r.Scan((*int64)(&o), (*int64)(&c), &y, &n, &s)
		holder[byKey[[4]any{c, y, n, s}]] = o
		return err
	})
	return placed, holder, err
}

// Resembling names orders, not cancelled, that a customer placed in a time with the same net.
func Resembling(q db.Querier, customers []id.Customer, nets []int64, from, to []day.Day) ([]id.Order, error) {
	l := db.NewList(len(customers))
	for i := range customers {
		l.Add(int64(customers[i]), nets[i], string(from[i]), string(to[i]))
	}
	var out []id.Order
	err := q.Each(`WITH {a: c BIGINT, net BIGINT, f TEXT, t TEXT} SELECT o.id FROM a JOIN sales_order o ON o.customer_id=a.c
		WHERE o.net_amt=a.net AND o.ordered_on>=a.f AND o.ordered_on<=a.t AND o.decision<>'cancelled'`, l, nil, func(r *db.Rows) error {
		var o id.Order
		err := r.Scan((*int64)(&o))
		out = append(out, o)
		return err
	})
	return out, err
}

// InsertLines writes lines.
func InsertLines(tx *db.Tx, lines []*Line) {
	l := db.NewList(len(lines))
	for _, x := range lines {
		l.Add(int64(x.ID), int64(x.Order), x.No, x.Role, int64(x.Product), x.Text, x.BuyerPart, x.EnteredQty, x.EnteredUnit, x.Num, x.Den,
			x.Ordered, x.MaxShip, x.MinClose, x.BillPolicy, x.Price, x.Discount, x.Trace, x.AllowanceAmt, x.Net, x.TaxCode, x.Tax, string(x.RequestedOn))
	}
	tx.Put(`WITH {a: id BIGINT, o BIGINT, no BIGINT, role TEXT, p BIGINT, text TEXT, bp TEXT, eq TEXT, eu TEXT, num BIGINT, den BIGINT, ordered BIGINT, mx BIGINT, mc BIGINT,
		pol TEXT, price TEXT, disc TEXT, trace TEXT, allow BIGINT, net BIGINT, tc TEXT, tax BIGINT, ron TEXT}
		INSERT INTO order_line(id, order_id, line_no, parent_line_id, role, product_id, text, buyer_part, entered_qty, entered_unit, unit_num, unit_den, ordered, max_ship, min_close,
			decision, bill_policy, price, discount, price_trace, allowance_amt, net_amt, tax_code, tax_amt, gross_amt, requested_on, tx_id)
		SELECT a.id, a.o, a.no, 0, a.role, a.p, a.text, a.bp, a.eq, a.eu, a.num, a.den, a.ordered, a.mx, a.mc, 'open', a.pol, a.price, a.disc, a.trace, a.allow, a.net, a.tc, a.tax,
			a.net+a.tax, a.ron, $1 FROM a`, l, tx.ID())
}

const orderColumns = `o.id, o.number, o.kind, o.customer_id, o.ship_to_id, o.bill_to_id, o.payer_id, o.credit_account_id, o.warehouse_id, o.po_number, o.po_year, o.po_seq, o.currency, o.fx_rate,
	o.ordered_on, o.requested_on, o.terms_id, o.incoterm, o.delivery_rule, o.source_type, o.source_id, o.buyer_reference, o.note, o.tax_source, o.decision, o.hold_mask, o.status, o.ship_state, o.bill_state,
	o.net_amt, o.tax_amt, o.revision, o.version, o.tx_id`

func scanOrder(r *db.Rows) (*Order, error) {
	o := &Order{}
	err := r.Scan((*int64)(&o.ID), &o.Number, &o.Kind, (*int64)(&o.Customer), (*int64)(&o.ShipTo), (*int64)(&o.BillTo), (*int64)(&o.Payer), (*int64)(&o.Credit), (*int64)(&o.Warehouse),
		&o.PONumber, &o.POYear, &o.POSeq, (*string)(&o.Currency), &o.FxRate, (*string)(&o.OrderedOn), (*string)(&o.RequestedOn), (*int64)(&o.Terms), &o.Incoterm, &o.Rule,
		&o.SourceType, &o.Source, &o.BuyerReference, &o.Note, &o.TaxSource, &o.Decision, &o.HoldMask, &o.Status, &o.ShipState, &o.BillState, &o.Net, &o.Tax, &o.Revision, &o.Version, &o.TxID)
	return o, err
}

// Lock locks order roots in ascending order and gives them with lines and
// schedules. Whoever changes anything of an order, lines and schedules
// included, must Decide it in the same transaction.
func Lock(tx *db.Tx, ids []id.Order) (map[id.Order]*Order, error) {
	sorted := append([]id.Order(nil), ids...)
	slices.Sort(sorted)
	sorted = slices.DeleteFunc(slices.Compact(sorted), func(o id.Order) bool { return o == 0 })
	out := make(map[id.Order]*Order, len(sorted))
	var unknown []id.Order
	err := tx.Each(`WITH {a: id BIGINT} SELECT o.id, o.tx_id FROM a JOIN sales_order o ON o.id=a.id ORDER BY o.id {lock o}`, db.Ints(sorted), nil, func(r *db.Rows) error {
		var o id.Order
		var mark int64
		err := r.Scan((*int64)(&o), &mark)
		tx.Saw(mark)
		if x, ok := tx.Recall(int64(o), mark).(*Order); ok {
			out[o] = x
		} else {
			unknown = append(unknown, o)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if tx.Doubts() {
		if err := doubt(tx, out); err != nil {
			return nil, err
		}
	}
	read, err := Read(tx, unknown)
	maps.Copy(out, read)
	return out, err
}

// keep remembers an order as it stands after this transaction.
func keep(tx *db.Tx, o *Order) { tx.Keep(int64(o.ID), 1+2*len(o.Lines), o) }

// doubt panics when an order in memory is not the one that is stored: somebody
// changed a part of it and did not decide it, or wrote something else than he
// brought to his copy.
func doubt(tx *db.Tx, kept map[id.Order]*Order) error {
	stored, err := Read(tx, slices.Collect(maps.Keys(kept)))
	for o, x := range kept {
		if err == nil && !reflect.DeepEqual(x, stored[o]) {
			panic(fmt.Sprintf("order: memory and database differ:\n%s\n%s", x.dump(), stored[o].dump()))
		}
	}
	return err
}

func (o *Order) dump() string {
	s := fmt.Sprintf("%+v", *o)
	for _, l := range o.Lines {
		s += fmt.Sprintf("\n  %+v", *l)
		for _, x := range l.Schedules {
			s += fmt.Sprintf("\n    %+v", *x)
		}
	}
	return s
}

// Read reads orders with lines and schedules.
func Read(q db.Querier, ids []id.Order) (map[id.Order]*Order, error) {
	out := make(map[id.Order]*Order, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	l := db.Ints(ids)
	err := q.Each(`WITH {a: id BIGINT} SELECT `+orderColumns+` FROM a JOIN sales_order o ON o.id=a.id`, l, nil, func(r *db.Rows) error {
		o, err := scanOrder(r)
		out[o.ID] = o
		return err
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	lines := make(map[id.Line]*Line, 8*len(ids))
	err = q.Each(`WITH {a: id BIGINT} SELECT l.id, l.order_id, l.line_no, l.role, l.product_id, l.text, l.buyer_part, l.entered_qty, l.entered_unit, l.unit_num, l.unit_den,
		l.ordered, l.max_ship, l.min_close, l.cancelled, l.shipped, l.delivered, l.refused, l.returned, l.billed, l.credited, l.decision, l.bill_policy, l.price, l.discount, l.price_trace,
		l.allowance_amt, l.net_amt, l.tax_code, l.tax_amt, l.requested_on FROM a JOIN order_line l ON l.order_id=a.id ORDER BY l.order_id, l.line_no`, l, nil, func(r *db.Rows) error {
		x := &Line{}
		err := r.Scan((*int64)(&x.ID), (*int64)(&x.Order), &x.No, &x.Role, (*int64)(&x.Product), &x.Text, &x.BuyerPart, &x.EnteredQty, &x.EnteredUnit, &x.Num, &x.Den,
			&x.Ordered, &x.MaxShip, &x.MinClose, &x.Cancelled, &x.Shipped, &x.Delivered, &x.Refused, &x.Returned, &x.Billed, &x.Credited, &x.Decision, &x.BillPolicy, &x.Price, &x.Discount, &x.Trace,
			&x.AllowanceAmt, &x.Net, &x.TaxCode, &x.Tax, (*string)(&x.RequestedOn))
		lines[x.ID] = x
		if o := out[x.Order]; o != nil {
			o.Lines = append(o.Lines, x)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT s.id, s.line_id, s.schedule_no, s.source, s.warehouse_id, s.pot_id, s.product_id, s.promised_on, s.first_promised_on, s.firm, s.qty, s.reserved, s.released
		FROM a JOIN order_line l ON l.order_id=a.id JOIN order_schedule s ON s.line_id=l.id ORDER BY s.line_id, s.schedule_no`, l, nil, func(r *db.Rows) error {
		s := &Schedule{}
		err := r.Scan((*int64)(&s.ID), (*int64)(&s.Line), &s.No, &s.Source, (*int64)(&s.Warehouse), (*int64)(&s.Pot), (*int64)(&s.Product), (*string)(&s.Promised), (*string)(&s.First), &s.Firm,
			&s.Qty, &s.Reserved, &s.Released)
		if x := lines[s.Line]; x != nil {
			x.Schedules = append(x.Schedules, s)
		}
		return err
	})
	return out, err
}

// Head is where an order stands, without its lines.
type Head struct {
	Decision, Status string
	HoldMask         int64
}

// Heads reads where orders stand.
func Heads(q db.Querier, ids []id.Order) (map[id.Order]Head, error) {
	out := make(map[id.Order]Head, len(ids))
	err := q.Each(`WITH {a: id BIGINT} SELECT o.id, o.decision, o.status, o.hold_mask FROM a JOIN sales_order o ON o.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		var o id.Order
		var h Head
		err := r.Scan((*int64)(&o), &h.Decision, &h.Status, &h.HoldMask)
		out[o] = h
		return err
	})
	return out, err
}

// Decide writes decisions, masks, totals and derived states of orders that the
// caller holds locked; every order must still stand at the version it was read with.
func Decide(tx *db.Tx, orders []*Order) {
	l := db.NewList(len(orders))
	for _, o := range orders {
		s := o.Derive()
		o.Status, o.ShipState, o.BillState = s.Status, s.Ship, s.Bill
		l.Add(int64(o.ID), o.Version, o.Decision, o.HoldMask, o.Status, o.ShipState, o.BillState, o.Net, o.Tax, o.Revision, string(o.RequestedOn))
		o.Version, o.TxID = o.Version+1, tx.ID()
		keep(tx, o)
	}
	tx.Put(`WITH {a: id BIGINT, v BIGINT, d TEXT, mask BIGINT, st TEXT, ss TEXT, bs TEXT, net BIGINT, tax BIGINT, rev BIGINT, ron TEXT}
		UPDATE sales_order SET decision=a.d, hold_mask=a.mask, status=a.st, ship_state=a.ss, bill_state=a.bs, net_amt=a.net, tax_amt=a.tax, gross_amt=a.net+a.tax,
			revision=a.rev, requested_on=a.ron, version=sales_order.version+1, tx_id=$1 FROM a WHERE sales_order.id=a.id AND sales_order.version=a.v`, l, tx.ID())
}

// InsertSchedules writes commitments.
func InsertSchedules(tx *db.Tx, list []*Schedule) {
	l := db.NewList(len(list))
	for _, s := range list {
		l.Add(int64(s.ID), int64(s.Line), s.No, s.Source, int64(s.Warehouse), int64(s.Pot), int64(s.Product), string(s.Promised), string(s.First), s.Firm, s.Qty, s.Reserved, s.Released)
	}
	tx.Put(`WITH {a: id BIGINT, line BIGINT, no BIGINT, src TEXT, wh BIGINT, pot BIGINT, p BIGINT, prom TEXT, f TEXT, firm TEXT, qty BIGINT, res BIGINT, rel BIGINT}
		INSERT INTO order_schedule(id, line_id, schedule_no, source, warehouse_id, pot_id, product_id, promised_on, first_promised_on, firm, qty, reserved, released, tx_id)
		SELECT a.id, a.line, a.no, a.src, a.wh, a.pot, a.p, a.prom, a.f, a.firm, a.qty, a.res, a.rel, $1 FROM a`, l, tx.ID())
}

// Commit is a change of one schedule's quantities.
type Commit struct {
	Schedule                id.Schedule
	Qty, Reserved, Released int64
}

// AddCommits changes what schedules promise, hold and have released.
func AddCommits(tx *db.Tx, list []Commit) {
	per := map[id.Schedule]*Commit{}
	var ids []id.Schedule
	for _, c := range list {
		if c.Qty == 0 && c.Reserved == 0 && c.Released == 0 {
			continue
		}
		s := per[c.Schedule]
		if s == nil {
			s = &Commit{Schedule: c.Schedule}
			per[c.Schedule] = s
			ids = append(ids, c.Schedule)
		}
		s.Qty += c.Qty
		s.Reserved += c.Reserved
		s.Released += c.Released
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	l := db.NewList(len(ids))
	for _, s := range ids {
		c := per[s]
		l.Add(int64(s), c.Qty, c.Reserved, c.Released)
	}
	tx.Put(`WITH {a: id BIGINT, q BIGINT, res BIGINT, rel BIGINT} UPDATE order_schedule SET qty=order_schedule.qty+a.q, reserved=order_schedule.reserved+a.res,
		released=order_schedule.released+a.rel, tx_id=$1 FROM a WHERE order_schedule.id=a.id AND order_schedule.reserved+a.res >= 0 AND order_schedule.released+a.rel >= 0`, l, tx.ID())
}

// Counts is a change of one line's counters.
type Counts struct {
	Line                                                               id.Line
	Cancelled, Shipped, Delivered, Refused, Returned, Billed, Credited int64
}

// AddCounts changes counters; the CHECKs of the table are the guard.
func AddCounts(tx *db.Tx, list []Counts) {
	l := db.NewList(len(list))
	for _, c := range list {
		if c == (Counts{Line: c.Line}) {
			continue
		}
		l.Add(int64(c.Line), c.Cancelled, c.Shipped, c.Delivered, c.Refused, c.Returned, c.Billed, c.Credited)
	}
	tx.Put(`WITH {a: id BIGINT, can BIGINT, shp BIGINT, del BIGINT, ref BIGINT, ret BIGINT, bil BIGINT, cre BIGINT}
		UPDATE order_line SET cancelled=order_line.cancelled+a.can, shipped=order_line.shipped+a.shp, delivered=order_line.delivered+a.del, refused=order_line.refused+a.ref,
			returned=order_line.returned+a.ret, billed=order_line.billed+a.bil, credited=order_line.credited+a.cre, tx_id=$1 FROM a WHERE order_line.id=a.id
			AND order_line.shipped+order_line.cancelled+a.shp+a.can <= order_line.max_ship`, l, tx.ID())
}

// Apply brings counters to the locked copy, so that states are derived from what will stand.
func (l *Line) Apply(c Counts) {
	l.Cancelled += c.Cancelled
	l.Shipped += c.Shipped
	l.Delivered += c.Delivered
	l.Refused += c.Refused
	l.Returned += c.Returned
	l.Billed += c.Billed
	l.Credited += c.Credited
}

// Rewrite stores the agreed part of lines (quantity, price, amounts) after a change.
func Rewrite(tx *db.Tx, lines []*Line) {
	l := db.NewList(len(lines))
	for _, x := range lines {
		l.Add(int64(x.ID), x.EnteredQty, x.EnteredUnit, x.Num, x.Den, x.Ordered, x.MaxShip, x.MinClose, x.Price, x.Discount, x.Trace, x.AllowanceAmt, x.Net, x.TaxCode, x.Tax, string(x.RequestedOn))
	}
	tx.Put(`WITH {a: id BIGINT, eq TEXT, eu TEXT, num BIGINT, den BIGINT, ordered BIGINT, mx BIGINT, mc BIGINT, price TEXT, disc TEXT, trace TEXT, allow BIGINT, net BIGINT, tc TEXT, tax BIGINT, ron TEXT}
		UPDATE order_line SET entered_qty=a.eq, entered_unit=a.eu, unit_num=a.num, unit_den=a.den, ordered=a.ordered, max_ship=a.mx, min_close=a.mc, price=a.price, discount=a.disc,
			price_trace=a.trace, allowance_amt=a.allow, net_amt=a.net, tax_code=a.tc, tax_amt=a.tax, gross_amt=a.net+a.tax, requested_on=a.ron, tx_id=$1 FROM a WHERE order_line.id=a.id`, l, tx.ID())
}

// AddChange writes a revision to the journal.
func AddChange(tx *db.Tx, o id.Order, revision int64, diff, reason string) {
	tx.Want(1, `INSERT INTO order_change(id, order_id, revision, diff, reason, tx_id) VALUES ($1, $2, $3, $4, $5, $6)`, nil, tx.NewID(), int64(o), revision, diff, reason, tx.ID())
}

// OfLines gives the order of each line.
func OfLines(q db.Querier, lines []id.Line) (map[id.Line]id.Order, error) {
	out := make(map[id.Line]id.Order, len(lines))
	err := q.Each(`WITH {a: id BIGINT} SELECT l.id, l.order_id FROM a JOIN order_line l ON l.id=a.id`, db.Ints(lines), nil, func(r *db.Rows) error {
		var l id.Line
		var o id.Order
		err := r.Scan((*int64)(&l), (*int64)(&o))
		out[l] = o
		return err
	})
	return out, err
}
