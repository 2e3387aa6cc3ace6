package verify

import (
	"fmt"
	"strings"
	"testing"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/ledger"
	"kontor/internal/tools/db"
)

// made is the transaction that the rows of the chain say they were written in.
const made = 9001

// rows inserts rows by column names; columns that are not named are 0 or empty.
type rows struct {
	t    *testing.T
	tx   *db.Tx
	cols map[string][][2]string // per table: name and type
}

func (r *rows) columns(table string) [][2]string {
	if c, ok := r.cols[table]; ok {
		return c
	}
	sql := `SELECT name, type FROM pragma_table_info($1)`
	if r.tx.Engine() == db.Postgres {
		sql = `SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema=current_schema() AND table_name=$1 ORDER BY ordinal_position`
	}
	var out [][2]string
	err := r.tx.Each(sql, nil, []any{table}, func(x *db.Rows) error {
		var c [2]string
		err := x.Scan(&c[0], &c[1])
		out = append(out, c)
		return err
	})
	if err != nil || len(out) == 0 {
		r.t.Fatalf("columns of %s: %v", table, err)
	}
	r.cols[table] = out
	return out
}

// add inserts one row: add("invoice", "id", 160, "number", "INV-2026-000001").
func (r *rows) add(table string, pairs ...any) {
	r.t.Helper()
	given := map[string]any{"tx_id": made, "version": 1}
	for i := 0; i < len(pairs); i += 2 {
		given[pairs[i].(string)] = pairs[i+1]
	}
	var names, marks []string
	var args []any
	for _, c := range r.columns(table) {
		v, ok := given[c[0]]
		if !ok {
			v = 0
			if strings.EqualFold(c[1], "text") {
				v = ""
			}
		}
		delete(given, c[0])
		names = append(names, c[0])
		marks = append(marks, fmt.Sprintf("$%d", len(args)+1))
		args = append(args, v)
	}
	delete(given, "tx_id")
	delete(given, "version")
	if len(given) > 0 {
		r.t.Fatalf("%s has no %v", table, given)
	}
	if _, err := r.tx.Exec(`INSERT INTO `+table+`(`+strings.Join(names, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`, nil, args...); err != nil {
		r.t.Fatal(err)
	}
}

// entry posts one entry; lines are role, amount, sub and tax base.
func (r *rows) entry(entry int, kind, docType string, doc int, step string, reverses int, lines ...[]any) {
	r.t.Helper()
	r.add("ledger_entry", "id", entry, "journal", "x", "kind", kind, "doc_type", docType, "doc_id", doc, "step", step, "posted_on", "2026-05-05", "document_on", "2026-05-05", "period", "2026-05",
		"fx_rate", "1", "rate_on", "2026-05-05", "reverses_id", reverses)
	for i, l := range lines {
		role := l[0].(string)
		code, point, base := "", "", 0
		if len(l) > 3 {
			base = l[3].(int)
		}
		if strings.HasSuffix(role, "_vat") || role == "vat_not_due" {
			code, point = "DE19", "2026-05-05"
		}
		account := ""
		if _, err := r.tx.One(`SELECT account FROM account_role WHERE role=$1 AND tax_code=''`, []any{role}, &account); err != nil {
			r.t.Fatal(err)
		}
		r.add("ledger_line", "entry_id", entry, "line_no", i+1, "role", role, "account", account, "amount", l[1], "amount_doc", l[1], "currency_doc", "EUR", "sub_id", l[2], "tax_code", code, "tax_base", base, "tax_point_on", point)
	}
}

func (r *rows) event(eid int, kind, subject string, sid int) {
	r.add("event", "id", eid, "type", kind, "subject_type", subject, "subject_id", sid, "body", "{}")
}

func (r *rows) order(oid int, number, decision, status, ship, bill string, net, tax, mask int) {
	r.add("draft", "id", oid+50, "state", "captured", "order_id", oid)
	r.add("sales_order", "id", oid, "number", number, "kind", "standard", "customer_id", 21, "payer_id", 21, "credit_account_id", 41, "ship_to_id", 23, "bill_to_id", 23, "terms_id", 22, "warehouse_id", 31, "po_seq", oid, "currency", "EUR", "fx_rate", "1",
		"ordered_on", "2026-05-01", "requested_on", "2026-05-05", "delivery_rule", "partial", "tax_source", "computed", "decision", decision, "hold_mask", mask, "revision", map[bool]int{oid == 600: 1}[true], "status", status, "ship_state", ship,
		"bill_state", bill, "net_amt", net, "tax_amt", tax, "gross_amt", net+tax)
}

func (r *rows) line(lid, oid, no int, role string, product, ordered int, policy string, net, tax int, counters ...any) {
	r.add("order_line", append([]any{"id", lid, "order_id", oid, "line_no", no, "role", role, "product_id", product, "unit_num", 1, "unit_den", 1, "ordered", ordered, "max_ship", ordered, "decision", "open",
		"bill_policy", policy, "price", "10", "discount", "0", "net_amt", net, "tax_code", "DE19", "tax_amt", tax, "gross_amt", net + tax, "requested_on", "2026-05-05"}, counters...)...)
}

func (r *rows) schedule(sid, lid, qty, reserved, released int) {
	r.add("order_schedule", "id", sid, "line_id", lid, "schedule_no", 1, "source", "stock", "warehouse_id", 31, "pot_id", 51, "product_id", 11, "promised_on", "2026-05-05", "first_promised_on", "2026-05-05",
		"firm", "hard", "qty", qty, "reserved", reserved, "released", released)
}

func (r *rows) shipment(sid int, number, decision string, transit int) {
	r.add("shipment", "id", sid, "number", number, "direction", "out", "warehouse_id", 31, "customer_id", 21, "ship_to_id", 23, "decision", decision, "planned_on", "2026-05-05", "transit", transit)
}

func (r *rows) shipLine(sl, sid, oid, lid, sch, planned, reserved, shipped, delivered, cost int, more ...any) {
	r.add("shipment_line", append([]any{"id", sl, "shipment_id", sid, "line_no", 1, "order_id", oid, "order_line_id", lid, "schedule_id", sch, "product_id", 11, "pot_id", 51, "planned", planned, "reserved", reserved,
		"picked", shipped, "packed", shipped, "shipped", shipped, "delivered", delivered, "cost_amt", cost}, more...)...)
}

func (r *rows) move(mid, pot int, kind string, qty, value int, docType string, doc, line int) {
	r.add("stock_move", "id", mid, "pot_id", pot, "kind", kind, "qty", qty, "value_amt", value, "doc_type", docType, "doc_id", doc, "doc_line_id", line, "valid_on", "2026-05-05")
}

func (r *rows) billable(bid int, kind string, source, no, oid, lid, sid, sign, qty, billed, net, tax, exposed, original, line int) {
	r.add("billable", "id", bid, "kind", kind, "source_id", source, "source_no", no, "order_id", oid, "order_line_id", lid, "shipment_id", sid, "customer_id", 21, "payer_id", 21, "bill_to_id", 23, "credit_account_id", 41, "currency", "EUR",
		"bill_on", "2026-05-05", "supplied_on", "2026-05-05", "sign", sign, "qty", qty, "billed", billed, "net_amt", net, "tax_amt", tax, "exposed_amt", exposed, "tax_code", "DE19", "price", "10",
		"original_invoice_line_id", original, "invoice_line_id", line)
}

func (r *rows) paper(iid int, kind, series string, seq, line, charge, tax, original int) {
	net := line + charge
	r.add("invoice", "id", iid, "kind", kind, "type_code", "380", "series", series, "scope", "2026", "seq", seq, "number", fmt.Sprintf("%s-2026-%06d", series, seq), "customer_id", 21, "payer_id", 21, "bill_to_id", 23,
		"currency", "EUR", "fx_rate", "1", "issued_on", "2026-05-05", "due_on", "2026-06-05", "line_amt", line, "charge_amt", charge, "net_amt", net, "tax_amt", tax, "gross_amt", net+tax, "payable_amt", net+tax,
		"original_invoice_id", original, "decision", "issued", "tax_source", "computed")
	r.add("invoice_tax", "invoice_id", iid, "tax_code", "DE19", "category", "S", "rate", "19", "base_amt", net, "tax_amt", tax, "base_acc", net, "tax_acc", tax)
}

func (r *rows) paperLine(il, iid, bid, oid, lid, original, qty, net, tax int, more ...any) {
	r.add("invoice_line", append([]any{"id", il, "invoice_id", iid, "line_no", 1, "billable_id", bid, "order_id", oid, "order_line_id", lid, "product_id", 11, "original_line_id", original, "qty", qty, "net_amt", net,
		"tax_code", "DE19", "tax_category", "S", "tax_rate", "19", "tax_amt", tax}, more...)...)
}

func (r *rows) item(iid int, kind, docType string, doc int, number string, sign, original, open int) {
	r.add("open_item", "id", iid, "customer_id", 21, "credit_account_id", 41, "kind", kind, "doc_type", docType, "doc_id", doc, "part_no", 1, "number", number, "currency", "EUR", "sign", sign,
		"original", original, "open", open, "original_fc", original, "open_fc", open, "dated_on", "2026-05-05", "due_on", "2026-06-05", "tiers", "[]")
}

func (r *rows) application(app int, kind string, reverses, reversed int) {
	r.add("application", "id", app, "kind", kind, "applied_on", "2026-05-05", "reverses_id", reverses, "reversed", reversed, "explain", "{}")
}

func (r *rows) allocation(a, app int, kind string, debit, credit, amount, creditAmount int, more ...any) {
	r.add("allocation", append([]any{"id", a, "application_id", app, "kind", kind, "debit_item_id", debit, "credit_item_id", credit, "amount", amount, "credit_amount", creditAmount, "amount_fc", amount,
		"credit_fc", creditAmount, "applied_on", "2026-05-05"}, more...)...)
}

// fixture fills a database with a small coherent company: an order that is half
// shipped, billed, returned in part, credited, netted, paid with a discount and
// refunded; one on the road that waits for its invoice; one billed ahead; one
// held; one cancelled.
func fixture(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), db.Actor{}, func(tx *db.Tx) error {
		r := &rows{t: t, tx: tx, cols: map[string][][2]string{}}
		if err := company.Save(tx, &company.Company{Name: "Kontor", Currency: "EUR", Country: "DE", Zone: "Europe/Berlin", Chart: "US"}); err != nil {
			return err
		}
		ledger.Seed(tx, "US")
		if err := tx.Flush(); err != nil {
			return err
		}
		r.master()
		r.halfShipped()
		r.settled()
		r.onTheRoad()
		r.billedAhead()
		r.heldAndCancelled()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rows) master() {
	r.add("product", "id", 11, "sku", "A", "kind", "goods", "track", "none")
	r.add("customer", "id", 21, "code", "C", "credit_account_id", 41, "currency", "EUR")
	r.add("terms", "id", 22, "code", "T", "rule", "{}")
	r.add("site", "id", 23, "customer_id", 21, "code", "S", "country", "DE")
	r.add("warehouse", "id", 31, "code", "W", "kind", "own")
	r.add("credit_account", "id", 41, "code", "C", "currency", "EUR", "order_open", 4998, "shipped_open", 2380, "item_open", 119)
	r.add("exposure_move", "id", 42, "account_id", 41, "order_amt", 4998, "shipped_amt", 2380, "item_amt", 119)
	r.add("stock_pot", "id", 51, "warehouse_id", 31, "product_id", 11, "status", "sellable", "on_hand", 11, "reserved", 4, "value_amt", 5500)
	r.add("stock_pot", "id", 52, "warehouse_id", 31, "product_id", 11, "status", "transit", "on_hand", 2, "value_amt", 1000)
	r.add("stock_pot", "id", 53, "warehouse_id", 31, "product_id", 11, "status", "returned", "on_hand", 1, "value_amt", 500)
	r.add("stock_doc", "id", 61, "kind", "receipt", "posted_on", "2026-05-01", "document_on", "2026-05-01")
	r.move(62, 51, "receipt", 20, 10000, "stock_doc", 61, 1)
	r.entry(63, "goods-receipt", "stock_doc", 61, "receipt", 0, []any{"inventory", 10000, 0}, []any{"grni", -10000, 61})
	r.add("number_range", "series", "INV", "scope", "2026", "last", 2)
	r.add("number_range", "series", "CN", "scope", "2026", "last", 1)
	r.add("idem", "client_id", 1, "key", "k", "status", 1, "answer", "{}")
	r.add("period", "ledger", "stock", "month", "2026-04", "state", "closed", "closed_at", 1)
	r.add("period", "ledger", "receivables", "month", "2026-04", "state", "closed", "closed_at", 1)
	r.add("period", "ledger", "general", "month", "2026-04", "state", "closed", "closed_at", 1)
}

func (r *rows) halfShipped() {
	r.order(100, "SO-000100", "confirmed", "reserved", "part", "part", 10500, 1995, 0)
	r.line(101, 100, 1, "item", 11, 10, "delivery", 10000, 1900, "shipped", 6, "delivered", 6, "returned", 1, "billed", 6, "credited", 1)
	r.line(102, 100, 2, "freight", 0, 500, "delivery", 500, 95, "shipped", 300, "billed", 300)
	r.schedule(111, 101, 10, 1, 9)
	r.shipment(120, "SHP-000001", "delivered", 0)
	r.shipLine(121, 120, 100, 101, 111, 6, 0, 6, 6, 3000, "returned", 1, "returned_cost", 500)
	r.add("pod", "id", 124, "shipment_id", 120, "lines", "[]")
	r.move(122, 51, "issue", -6, -3000, "shipment", 120, 121)
	r.entry(123, "shipment", "shipment", 120, "ship", 0, []any{"cogs", 3000, 0}, []any{"inventory", -3000, 0})
	r.shipment(130, "", "planned", 0)
	r.shipLine(131, 130, 100, 101, 111, 3, 3, 0, 0, 0)
	r.add("return_order", "id", 140, "number", "RET-000001", "customer_id", 21, "order_id", 100, "decision", "closed")
	r.add("return_line", "id", 141, "return_id", 140, "shipment_line_id", 121, "order_line_id", 101, "authorised", 1, "received", 1, "accepted", 1)
	r.move(142, 53, "return", 1, 500, "return", 140, 141)
	r.entry(143, "return", "return", 140, "receive", 0, []any{"inventory", 500, 0}, []any{"cogs", -500, 0})
	r.billable(150, "delivery", 121, 1, 100, 101, 120, 1, 6, 6, 6000, 1140, 7140, 0, 161)
	r.billable(151, "freight", 102, 300, 100, 102, 120, 1, 300, 300, 300, 57, 357, 0, 0)
	r.billable(152, "return", 121, 1, 100, 101, 120, -1, 1, 1, -1000, -190, 0, 161, 171)
	r.paper(160, "invoice", "INV", 1, 6000, 300, 1197, 0)
	r.paperLine(161, 160, 150, 100, 101, 0, 6, 6000, 1140, "shipment_id", 120, "credited_qty", 1, "credited_net", 1000, "credited_tax", 190)
	r.add("invoice_allowance", "id", 162, "invoice_id", 160, "no", 1, "sign", 1, "billable_id", 151, "order_line_id", 102, "role", "freight", "amount", 300, "tax_amt", 57, "tax_code", "DE19", "category", "S", "rate", "19")
	r.item(163, "invoice", "invoice", 160, "INV-2026-000001", 1, 7497, 0)
	r.entry(164, "invoice", "invoice", 160, "issue", 0, []any{"receivable", 7497, 163}, []any{"revenue", -6000, 0}, []any{"revenue_freight", -300, 0}, []any{"output_vat", -1197, 0, -6300})
	r.paper(170, "credit_note", "CN", 1, 1000, 0, 190, 160)
	r.paperLine(171, 170, 152, 100, 101, 161, 1, 1000, 190)
	r.item(173, "credit_note", "invoice", 170, "CN-2026-000001", -1, 1190, 0)
	r.entry(174, "credit-note", "invoice", 170, "issue", 0, []any{"sales_allowance", 1000, 0}, []any{"output_vat", 190, 0, 1000}, []any{"receivable", -1190, 173})
	r.event(901, "order.confirmed", "order", 100)
	r.event(902, "shipment.dispatched", "shipment", 120)
	r.event(903, "invoice.posted", "invoice", 160)
	r.event(904, "credit_note.posted", "invoice", 170)
	r.add("event_ref", "object_id", 100, "event_id", 903, "qualifier", "bills", "object_type", "order")
	for i := range 4 {
		r.add("log_leaf", "seq", i+1, "event_id", 901+i)
	}
}

func (r *rows) settled() {
	r.add("bank_account", "id", 301, "code", "B", "currency", "EUR")
	r.add("statement", "id", 302, "account_id", 301, "number", "1", "from_on", "2026-05-05", "to_on", "2026-05-05", "total", 6200, "closing", 6200, "decision", "reconciled")
	r.add("bank_line", "id", 303, "account_id", 301, "statement_id", 302, "entry_key", "key", "amount", 6200, "currency", "EUR", "booked_on", "2026-05-05", "value_on", "2026-05-05", "state", "reconciled")
	r.add("receipt", "id", 304, "bank_line_id", 303, "customer_id", 21, "amount", 6200, "currency", "EUR", "received_on", "2026-05-05")
	r.item(305, "receipt", "receipt", 304, "key", -1, 6200, 7)
	r.entry(306, "receipt", "receipt", 304, "receive", 0, []any{"bank", 6200, 0}, []any{"unapplied", -6200, 305})
	r.application(310, "netting", 0, 0)
	r.allocation(311, 310, "principal", 163, 173, 1190, 1190)
	r.entry(312, "allocation", "application", 310, "apply", 0, []any{"receivable", 1190, 173}, []any{"receivable", -1190, 163})
	r.application(330, "receipt", 0, 1)
	r.allocation(331, 330, "principal", 163, 305, 100, 100)
	r.entry(332, "allocation", "application", 330, "apply", 0, []any{"unapplied", 100, 305}, []any{"receivable", -100, 163})
	r.application(340, "receipt", 330, 0)
	r.allocation(341, 340, "principal", 163, 305, -100, -100, "reverses_id", 331)
	r.entry(342, "allocation-reversal", "application", 340, "apply", 332, []any{"unapplied", -100, 305}, []any{"receivable", 100, 163})
	r.application(320, "receipt", 0, 0)
	r.allocation(321, 320, "principal", 163, 305, 6188, 6188)
	r.allocation(322, 320, "discount", 163, 0, 119, 0, "tax_code", "DE19", "tax_part", 19)
	r.entry(323, "allocation", "application", 320, "apply", 0, []any{"unapplied", 6188, 305}, []any{"sales_discount", 100, 0}, []any{"output_vat", 19, 0}, []any{"receivable", -6307, 163})
	r.add("refund", "id", 350, "item_id", 305, "customer_id", 21, "amount", 5, "currency", "EUR", "amount_fc", 5, "refunded_on", "2026-05-05", "reference", "R1")
	r.application(351, "refund", 0, 0)
	r.allocation(352, 351, "principal", 0, 305, 0, 5)
	r.entry(353, "refund", "application", 351, "apply", 0, []any{"unapplied", 5, 305}, []any{"cash_in_transit", -5, 0})
	r.event(905, "receipt.recorded", "receipt", 304)
	r.event(906, "application.posted", "application", 310)
	r.event(907, "application.posted", "application", 320)
	r.event(908, "application.posted", "application", 330)
	r.event(909, "application.reversed", "application", 340)
	r.event(910, "receipt.refunded", "refund", 350)
}

func (r *rows) onTheRoad() {
	r.order(200, "SO-000200", "confirmed", "shipped", "full", "none", 2000, 380, 0)
	r.line(201, 200, 1, "item", 11, 2, "delivery", 2000, 380, "shipped", 2)
	r.schedule(211, 201, 2, 0, 2)
	r.shipment(220, "SHP-000002", "shipped", 1)
	r.shipLine(221, 220, 200, 201, 211, 2, 0, 2, 0, 1000)
	r.move(222, 51, "transfer_out", -2, -1000, "shipment", 220, 221)
	r.move(223, 52, "transfer_in", 2, 1000, "shipment", 220, 221)
	r.entry(224, "shipment", "shipment", 220, "ship", 0, []any{"stock_in_transit", 1000, 0}, []any{"inventory", -1000, 0})
	r.billable(250, "delivery", 221, 1, 200, 201, 220, 1, 2, 0, 2000, 0, 2380, 0, 0)
	r.event(911, "order.confirmed", "order", 200)
	r.event(912, "shipment.dispatched", "shipment", 220)
}

func (r *rows) billedAhead() {
	r.add("order_change", "id", 699, "order_id", 600, "revision", 1, "diff", "[]")
	r.order(600, "SO-000600", "confirmed", "billed", "full", "full", 100, 19, 0)
	r.line(601, 600, 1, "item", 11, 1, "order", 100, 19, "shipped", 1, "billed", 1)
	r.schedule(611, 601, 1, 0, 1)
	r.shipment(620, "SHP-000003", "shipped", 0)
	r.shipLine(621, 620, 600, 601, 611, 1, 0, 1, 0, 500)
	r.move(622, 51, "issue", -1, -500, "shipment", 620, 621)
	r.billable(650, "order", 601, 1, 600, 601, 0, 1, 1, 1, 100, 19, 0, 0, 661)
	r.paper(660, "invoice", "INV", 2, 100, 0, 19, 0)
	r.paperLine(661, 660, 650, 600, 601, 0, 1, 100, 19)
	r.item(663, "invoice", "invoice", 660, "INV-2026-000002", 1, 119, 119)
	r.entry(664, "invoice", "invoice", 660, "issue", 0, []any{"receivable", 119, 663}, []any{"contract_liability", -100, 601}, []any{"vat_not_due", -19, 0, -100})
	r.entry(623, "shipment", "shipment", 620, "ship", 0, []any{"cogs", 500, 0}, []any{"inventory", -500, 0}, []any{"contract_liability", 100, 601}, []any{"revenue", -100, 0},
		[]any{"vat_not_due", 19, 0}, []any{"output_vat", -19, 0})
	r.event(913, "order.confirmed", "order", 600)
	r.event(914, "shipment.dispatched", "shipment", 620)
	r.event(915, "invoice.posted", "invoice", 660)
}

func (r *rows) heldAndCancelled() {
	r.order(400, "SO-000400", "captured", "held", "none", "none", 100, 19, 17)
	r.line(401, 400, 1, "item", 11, 1, "delivery", 100, 19)
	r.add("hold", "id", 402, "subject_type", "order", "subject_id", 400, "scope", 1, "kind", "manual")
	r.add("hold", "id", 403, "subject_type", "order", "subject_id", 400, "scope", 17, "kind", "credit")
	r.add("hold", "id", 404, "subject_type", "order", "subject_id", 400, "scope", 127, "kind", "tax", "released_at", 5)
	r.order(500, "SO-000500", "cancelled", "cancelled", "nothing_due", "nothing_due", 200, 38, 0)
	r.line(501, 500, 1, "item", 11, 2, "delivery", 200, 38, "cancelled", 2)
	r.schedule(511, 501, 0, 0, 0)
	r.shipment(520, "", "void", 0)
	r.shipLine(521, 520, 500, 501, 511, 2, 0, 0, 0, 0)
}
