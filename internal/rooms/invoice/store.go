package invoice

import (
	"cmp"
	"slices"
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// AddBillables writes amounts that wait for an invoice.
func AddBillables(tx *db.Tx, list []*Billable) {
	l := db.NewList(len(list))
	for _, b := range list {
		l.Add(int64(b.ID), b.Kind, b.Source, b.SourceNo, int64(b.Order), int64(b.Line), int64(b.Shipment), int64(b.Customer), int64(b.BillTo), int64(b.Payer), int64(b.Credit),
			string(b.Currency), b.GroupKey, string(b.BillOn), string(b.SuppliedOn), b.Sign, b.Qty, b.Net, b.Allowance, b.TaxGiven, b.Tax, b.Exposed, b.TaxCode, b.Price, b.Text, int64(b.OriginalLine))
	}
	tx.Put(`WITH {a: id BIGINT, kind TEXT, src BIGINT, no BIGINT, o BIGINT, ol BIGINT, s BIGINT, cus BIGINT, bt BIGINT, payer BIGINT, cr BIGINT, cur TEXT, gk TEXT, bon TEXT, son TEXT,
		sign BIGINT, qty BIGINT, net BIGINT, allow BIGINT, tg BIGINT, tax BIGINT, exp BIGINT, tc TEXT, price TEXT, text TEXT, ori BIGINT}
		INSERT INTO billable(id, kind, source_id, source_no, order_id, order_line_id, shipment_id, customer_id, bill_to_id, payer_id, credit_account_id, currency, group_key, bill_on, supplied_on,
			sign, qty, net_amt, allowance_amt, tax_given, tax_amt, exposed_amt, tax_code, price, text, original_invoice_line_id, hold_mask, tx_id)
		SELECT a.id, a.kind, a.src, a.no, a.o, a.ol, a.s, a.cus, a.bt, a.payer, a.cr, a.cur, a.gk, a.bon, a.son, a.sign, a.qty, a.net, a.allow, a.tg, a.tax, a.exp, a.tc, a.price, a.text, a.ori, 0, $1 FROM a`,
		l, tx.ID())
}

const billableColumns = `b.id, b.kind, b.source_id, b.source_no, b.order_id, b.order_line_id, b.shipment_id, b.customer_id, b.bill_to_id, b.payer_id, b.credit_account_id, b.currency, b.group_key,
	b.bill_on, b.supplied_on, b.sign, b.qty, b.billed, b.net_amt, b.allowance_amt, b.tax_given, b.tax_amt, b.exposed_amt, b.tax_code, b.price, b.text, b.original_invoice_line_id, b.invoice_line_id, b.hold_mask`

func scanBillable(r *db.Rows) (*Billable, error) {
	b := &Billable{}
	err := r.Scan((*int64)(&b.ID), &b.Kind, &b.Source, &b.SourceNo, (*int64)(&b.Order), (*int64)(&b.Line), (*int64)(&b.Shipment), (*int64)(&b.Customer), (*int64)(&b.BillTo), (*int64)(&b.Payer), (*int64)(&b.Credit),
		(*string)(&b.Currency), &b.GroupKey, (*string)(&b.BillOn), (*string)(&b.SuppliedOn), &b.Sign, &b.Qty, &b.Billed, &b.Net, &b.Allowance, &b.TaxGiven, &b.Tax, &b.Exposed, &b.TaxCode, &b.Price, &b.Text,
		(*int64)(&b.OriginalLine), (*int64)(&b.InvoiceLine), &b.HoldMask)
	return b, err
}

// Place is where a reader of the waiting amounts stands.
type Place struct {
	BillOn day.Day
	ID     id.Billable
}

// Due names, behind a place, up to n amounts that wait on a day, without
// locking them; it gives the place to go on from.
func Due(q db.Querier, on day.Day, after Place, n int) (orders []id.Order, last Place, err error) {
	last = after
	err = q.Each(`SELECT b.id, b.order_id, b.bill_on FROM billable b WHERE b.billed<b.qty AND b.bill_on<=$1 AND b.hold_mask=0
		AND (b.bill_on, b.id)>($2, $3) ORDER BY b.bill_on, b.id LIMIT $4`, nil, []any{string(on), string(after.BillOn), int64(after.ID), n}, func(r *db.Rows) error {
		var o id.Order
		err := r.Scan((*int64)(&last.ID), (*int64)(&o), (*string)(&last.BillOn))
		orders = append(orders, o)
		return err
	})
	return orders, last, err
}

// The test for "waiting" is written in two ways on purpose: only Due may use
// the partial index over waiting amounts, the others must come by their key.

// OfOrders reads the amounts of orders that wait on a day.
func OfOrders(q db.Querier, orders []id.Order, on day.Day) ([]*Billable, error) {
	var out []*Billable
	err := q.Each(`WITH {a: id BIGINT} SELECT `+billableColumns+` FROM a JOIN billable b ON b.order_id=a.id WHERE b.qty-b.billed>0 AND b.bill_on<=$1 ORDER BY b.id`, db.Ints(orders), []any{string(on)}, func(r *db.Rows) error {
		b, err := scanBillable(r)
		out = append(out, b)
		return err
	})
	return out, err
}

// Waiting tells of which orders something waits for an invoice, on whatever day.
func Waiting(q db.Querier, orders []id.Order, f func(id.Order)) error {
	return q.Each(`WITH {a: id BIGINT} SELECT b.order_id FROM a JOIN billable b ON b.order_id=a.id WHERE b.qty-b.billed>0`, db.Ints(orders), nil, func(r *db.Rows) error {
		var o id.Order
		err := r.Scan((*int64)(&o))
		f(o)
		return err
	})
}

// Unbilled reads all amounts that wait on a day.
func Unbilled(q db.Querier, on day.Day) ([]*Billable, error) {
	var out []*Billable
	err := q.Each(`SELECT `+billableColumns+` FROM billable b WHERE b.billed<b.qty AND b.bill_on<=$1 ORDER BY b.id`, nil, []any{string(on)}, func(r *db.Rows) error {
		b, err := scanBillable(r)
		out = append(out, b)
		return err
	})
	return out, err
}

// Later is the day of amounts that wait for a delivery: control has not passed yet.
const Later = "9999-12-31"

// Arrived makes the amounts of orders due that waited for the delivery of a shipment.
func Arrived(tx *db.Tx, orders []id.Order, shipment id.Shipment, on day.Day) {
	tx.Do(`WITH {a: id BIGINT} UPDATE billable SET bill_on=$1, tx_id=$2 FROM a WHERE billable.order_id=a.id AND billable.shipment_id=$3 AND billable.bill_on='9999-12-31'`,
		db.Ints(orders), string(on), tx.ID(), int64(shipment))
}

// LockDue locks, in ascending order, the amounts of orders that wait on a day.
// The orders must be locked: nothing can come to wait or be taken meanwhile.
func LockDue(tx *db.Tx, orders []id.Order, on day.Day) ([]*Billable, error) {
	var out []*Billable
	err := tx.Each(`WITH {a: id BIGINT} SELECT `+billableColumns+` FROM a JOIN billable b ON b.order_id=a.id WHERE b.qty-b.billed>0 AND b.bill_on<=$1 ORDER BY b.id {lock b}`, db.Ints(orders), []any{string(on)}, func(r *db.Rows) error {
		b, err := scanBillable(r)
		out = append(out, b)
		return err
	})
	slices.SortFunc(out, func(a, b *Billable) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// BySource reads the amounts of a kind that sources made.
func BySource(q db.Querier, kind string, sources []int64) (map[int64][]*Billable, error) {
	out := map[int64][]*Billable{}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+billableColumns+` FROM a JOIN billable b ON b.source_id=a.id AND b.kind=$1 ORDER BY b.id`, db.Ints(sources), []any{kind}, func(r *db.Rows) error {
		b, err := scanBillable(r)
		out[b.Source] = append(out[b.Source], b)
		return err
	})
	return out, err
}

// MarkBilled closes amounts with the tax that their invoice gave them.
func MarkBilled(tx *db.Tx, list []*Billable) {
	l := db.NewList(len(list))
	for _, b := range list {
		l.Add(int64(b.ID), b.Qty-b.Billed, b.Tax, int64(b.InvoiceLine))
	}
	tx.Put(`WITH {a: id BIGINT, q BIGINT, tax BIGINT, il BIGINT} UPDATE billable SET billed=billable.billed+a.q, tax_amt=a.tax, invoice_line_id=a.il, tx_id=$1 FROM a WHERE billable.id=a.id AND billable.billed+a.q<=billable.qty`, l, tx.ID())
}

// Shrink lowers amounts that wait (an order billed ahead was cancelled before its invoice).
func Shrink(tx *db.Tx, list []*Billable) {
	l := db.NewList(len(list))
	for _, b := range list {
		l.Add(int64(b.ID), b.Qty, b.Net, b.Allowance, b.Tax)
	}
	tx.Put(`WITH {a: id BIGINT, q BIGINT, net BIGINT, allow BIGINT, tax BIGINT} UPDATE billable SET qty=a.q, net_amt=a.net, allowance_amt=a.allow, tax_amt=a.tax, tx_id=$1
		FROM a WHERE billable.id=a.id AND billable.billed=0 AND a.q<=billable.qty`, l, tx.ID())
}

// Issue writes numbered papers.
func Issue(tx *db.Tx, list []*Invoice) {
	heads, lines, taxes, extras := db.NewList(len(list)), db.NewList(0), db.NewList(0), db.NewList(0)
	for _, i := range list {
		i.Decision, i.Version = "issued", 1
		heads.Add(int64(i.ID), i.Kind, i.TypeCode, i.Series, i.Scope, i.Seq, i.Number, int64(i.Customer), int64(i.BillTo), int64(i.Payer), int64(i.Order), string(i.Currency), i.FxRate,
			string(i.IssuedOn), string(i.SuppliedFrom), string(i.SuppliedTo), string(i.DueOn), i.Terms, i.BuyerReference, i.PONumber, i.LineAmt, i.AllowanceAmt, i.ChargeAmt, i.Net, i.Tax, i.Gross,
			i.Prepaid, i.Rounding, i.Payable, int64(i.Original), i.Reason, i.TaxSource, i.Parties)
		for _, x := range i.Lines {
			lines.Add(int64(x.ID), int64(i.ID), x.No, int64(x.Billable), int64(x.Order), int64(x.OrderLine), int64(x.Shipment), int64(x.Product), int64(x.Original), x.Qty, x.Unit, x.EnteredQty, x.Price,
				x.Net, x.Allowance, x.TaxCode, x.Category, x.Rate, x.Tax, x.Text)
		}
		for _, t := range i.Taxes {
			taxes.Add(int64(i.ID), t.Code, t.Category, t.Rate, t.Base, t.Tax, t.BaseAcc, t.TaxAcc, t.Reason)
		}
		for _, x := range i.Extras {
			extras.Add(x.ID, int64(i.ID), x.No, x.Sign, int64(x.Billable), int64(x.OrderLine), x.Role, x.Amount, x.Tax, x.TaxCode, x.Category, x.Rate, x.Reason, x.ReasonCode)
		}
	}
	tx.Put(`WITH {a: id BIGINT, kind TEXT, tcode TEXT, series TEXT, scope TEXT, seq BIGINT, number TEXT, cus BIGINT, bt BIGINT, payer BIGINT, o BIGINT, cur TEXT, fx TEXT, ion TEXT, sf TEXT, st TEXT, due TEXT,
		terms TEXT, bref TEXT, po TEXT, la BIGINT, aa BIGINT, ca BIGINT, net BIGINT, tax BIGINT, gross BIGINT, pre BIGINT, rnd BIGINT, pay BIGINT, ori BIGINT, reason TEXT, ts TEXT, parties TEXT}
		INSERT INTO invoice(id, kind, type_code, series, scope, seq, number, customer_id, bill_to_id, payer_id, order_id, currency, fx_rate, issued_on, supplied_from, supplied_to, due_on, terms,
			buyer_reference, po_number, line_amt, allowance_amt, charge_amt, net_amt, tax_amt, gross_amt, prepaid_amt, rounding_amt, payable_amt, original_invoice_id, reason, decision, delivery_state,
			tax_source, parties, version, tx_id)
		SELECT a.id, a.kind, a.tcode, a.series, a.scope, a.seq, a.number, a.cus, a.bt, a.payer, a.o, a.cur, a.fx, a.ion, a.sf, a.st, a.due, a.terms, a.bref, a.po, a.la, a.aa, a.ca, a.net, a.tax, a.gross,
			a.pre, a.rnd, a.pay, a.ori, a.reason, 'issued', 'none', a.ts, a.parties, 1, $1 FROM a`, heads, tx.ID())
	tx.Put(`WITH {a: id BIGINT, i BIGINT, no BIGINT, b BIGINT, o BIGINT, ol BIGINT, s BIGINT, p BIGINT, ori BIGINT, qty BIGINT, unit TEXT, eq TEXT, price TEXT, net BIGINT, allow BIGINT, tc TEXT, cat TEXT, rate TEXT, tax BIGINT, text TEXT}
		INSERT INTO invoice_line(id, invoice_id, line_no, billable_id, order_id, order_line_id, shipment_id, product_id, original_line_id, qty, unit, entered_qty, price, net_amt, allowance_amt, tax_code,
			tax_category, tax_rate, tax_amt, text, tx_id)
		SELECT a.id, a.i, a.no, a.b, a.o, a.ol, a.s, a.p, a.ori, a.qty, a.unit, a.eq, a.price, a.net, a.allow, a.tc, a.cat, a.rate, a.tax, a.text, $1 FROM a`, lines, tx.ID())
	tx.Put(`WITH {a: i BIGINT, code TEXT, cat TEXT, rate TEXT, base BIGINT, tax BIGINT, ba BIGINT, ta BIGINT, reason TEXT}
		INSERT INTO invoice_tax(invoice_id, tax_code, category, rate, base_amt, tax_amt, base_acc, tax_acc, reason) SELECT a.i, a.code, a.cat, a.rate, a.base, a.tax, a.ba, a.ta, a.reason FROM a`, taxes)
	tx.Put(`WITH {a: id BIGINT, i BIGINT, no BIGINT, sign BIGINT, b BIGINT, ol BIGINT, role TEXT, amt BIGINT, tax BIGINT, tc TEXT, cat TEXT, rate TEXT, reason TEXT, rc TEXT}
		INSERT INTO invoice_allowance(id, invoice_id, no, sign, billable_id, order_line_id, role, amount, tax_amt, tax_code, category, rate, reason, reason_code, tx_id)
		SELECT a.id, a.i, a.no, a.sign, a.b, a.ol, a.role, a.amt, a.tax, a.tc, a.cat, a.rate, a.reason, a.rc, $1 FROM a`, extras, tx.ID())
}

// Read reads papers whole.
func Read(q db.Querier, ids []id.Invoice) (map[id.Invoice]*Invoice, error) { return load(q, ids, ``) }

// Lock locks papers in ascending order (credits of one invoice stand in line here) and reads them whole.
func Lock(tx *db.Tx, ids []id.Invoice) (map[id.Invoice]*Invoice, error) {
	return load(tx, ids, `{lock i}`)
}

func load(q db.Querier, ids []id.Invoice, lock string) (map[id.Invoice]*Invoice, error) {
	sorted := append([]id.Invoice(nil), ids...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	list := db.Ints(sorted)
	out := make(map[id.Invoice]*Invoice, len(ids))
	err := q.Each(`WITH {a: id BIGINT} SELECT i.id, i.kind, i.type_code, i.series, i.scope, i.seq, i.number, i.customer_id, i.bill_to_id, i.payer_id, i.order_id, i.currency, i.fx_rate, i.issued_on, i.supplied_from,
		i.supplied_to, i.due_on, i.terms, i.buyer_reference, i.po_number, i.line_amt, i.allowance_amt, i.charge_amt, i.net_amt, i.tax_amt, i.gross_amt, i.prepaid_amt, i.rounding_amt, i.payable_amt,
		i.original_invoice_id, i.reason, i.decision, i.tax_source, i.parties, i.version, i.tx_id FROM a JOIN invoice i ON i.id=a.id ORDER BY i.id `+lock, list, nil, func(r *db.Rows) error {
		i := &Invoice{}
		err := r.Scan((*int64)(&i.ID), &i.Kind, &i.TypeCode, &i.Series, &i.Scope, &i.Seq, &i.Number, (*int64)(&i.Customer), (*int64)(&i.BillTo), (*int64)(&i.Payer), (*int64)(&i.Order), (*string)(&i.Currency), &i.FxRate,
			(*string)(&i.IssuedOn), (*string)(&i.SuppliedFrom), (*string)(&i.SuppliedTo), (*string)(&i.DueOn), &i.Terms, &i.BuyerReference, &i.PONumber, &i.LineAmt, &i.AllowanceAmt, &i.ChargeAmt, &i.Net, &i.Tax, &i.Gross,
			&i.Prepaid, &i.Rounding, &i.Payable, (*int64)(&i.Original), &i.Reason, &i.Decision, &i.TaxSource, &i.Parties, &i.Version, &i.TxID)
		out[i.ID] = i
		return err
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT l.invoice_id, l.id, l.line_no, l.billable_id, l.order_id, l.order_line_id, l.shipment_id, l.product_id, l.original_line_id, l.qty, l.unit, l.entered_qty, l.price, l.net_amt,
		l.allowance_amt, l.tax_code, l.tax_category, l.tax_rate, l.tax_amt, l.text, l.credited_qty, l.credited_net, l.credited_tax FROM a JOIN invoice_line l ON l.invoice_id=a.id ORDER BY l.invoice_id, l.line_no`, list, nil, func(r *db.Rows) error {
		var i id.Invoice
		x := &Line{}
		err := r.Scan((*int64)(&i), (*int64)(&x.ID), &x.No, (*int64)(&x.Billable), (*int64)(&x.Order), (*int64)(&x.OrderLine), (*int64)(&x.Shipment), (*int64)(&x.Product), (*int64)(&x.Original), &x.Qty, &x.Unit, &x.EnteredQty, &x.Price, &x.Net,
			&x.Allowance, &x.TaxCode, &x.Category, &x.Rate, &x.Tax, &x.Text, &x.CreditedQty, &x.CreditedNet, &x.CreditedTax)
		if out[i] != nil {
			out[i].Lines = append(out[i].Lines, x)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT t.invoice_id, t.tax_code, t.category, t.rate, t.base_amt, t.tax_amt, t.base_acc, t.tax_acc, t.reason FROM a JOIN invoice_tax t ON t.invoice_id=a.id ORDER BY t.invoice_id, t.tax_code`, list, nil, func(r *db.Rows) error {
		var i id.Invoice
		t := &Tax{}
		err := r.Scan((*int64)(&i), &t.Code, &t.Category, &t.Rate, &t.Base, &t.Tax, &t.BaseAcc, &t.TaxAcc, &t.Reason)
		if out[i] != nil {
			out[i].Taxes = append(out[i].Taxes, t)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT x.invoice_id, x.id, x.no, x.sign, x.billable_id, x.order_line_id, x.role, x.amount, x.tax_amt, x.tax_code, x.category, x.rate, x.reason, x.reason_code, x.credited_net, x.credited_tax
		FROM a JOIN invoice_allowance x ON x.invoice_id=a.id ORDER BY x.invoice_id, x.no`, list, nil, func(r *db.Rows) error {
		var i id.Invoice
		x := &Extra{}
		err := r.Scan((*int64)(&i), &x.ID, &x.No, &x.Sign, (*int64)(&x.Billable), (*int64)(&x.OrderLine), &x.Role, &x.Amount, &x.Tax, &x.TaxCode, &x.Category, &x.Rate, &x.Reason, &x.ReasonCode, &x.CreditedNet, &x.CreditedTax)
		if out[i] != nil {
			out[i].Extras = append(out[i].Extras, x)
		}
		return err
	})
	return out, err
}

// PayersOf finds who owes papers, by their number.
func PayersOf(q db.Querier, numbers []string) (map[string]id.Customer, error) {
	out := map[string]id.Customer{}
	err := q.Each(`WITH {a: n TEXT} SELECT i.number, i.payer_id FROM a JOIN invoice i ON i.number=a.n`, db.Texts(numbers), nil, func(r *db.Rows) error {
		var n string
		var c id.Customer
		err := r.Scan(&n, (*int64)(&c))
		out[n] = c
		return err
	})
	return out, err
}

// OfLines gives the paper of each line.
func OfLines(q db.Querier, lines []id.InvoiceLine) (map[id.InvoiceLine]id.Invoice, error) {
	out := map[id.InvoiceLine]id.Invoice{}
	err := q.Each(`WITH {a: id BIGINT} SELECT l.id, l.invoice_id FROM a JOIN invoice_line l ON l.id=a.id`, db.Ints(lines), nil, func(r *db.Rows) error {
		var l id.InvoiceLine
		var v id.Invoice
		err := r.Scan((*int64)(&l), (*int64)(&v))
		out[l] = v
		return err
	})
	return out, err
}

// OfOrder gives the papers that bill an order, oldest first.
func OfOrder(q db.Querier, o id.Order) ([]id.Invoice, error) {
	var out []id.Invoice
	err := q.Each(`SELECT DISTINCT l.invoice_id FROM billable b JOIN invoice_line l ON l.billable_id=b.id WHERE b.order_id=$1 ORDER BY l.invoice_id`, nil, []any{int64(o)}, func(r *db.Rows) error {
		var v id.Invoice
		err := r.Scan((*int64)(&v))
		out = append(out, v)
		return err
	})
	return out, err
}

// Credited is what a credit note takes back of one line or extra.
type Credited struct {
	ID            int64
	Qty, Net, Tax int64
}

// CreditLines raises what was credited of lines; the CHECKs refuse more than there was.
func CreditLines(tx *db.Tx, list []Credited) {
	l := db.NewList(len(list))
	for _, c := range list {
		l.Add(c.ID, c.Qty, c.Net, c.Tax)
	}
	tx.Put(`WITH {a: id BIGINT, q BIGINT, net BIGINT, tax BIGINT} UPDATE invoice_line SET credited_qty=invoice_line.credited_qty+a.q, credited_net=invoice_line.credited_net+a.net,
		credited_tax=invoice_line.credited_tax+a.tax FROM a WHERE invoice_line.id=a.id`, l)
}

// CreditExtras is the same for allowances and charges.
func CreditExtras(tx *db.Tx, list []Credited) {
	l := db.NewList(len(list))
	for _, c := range list {
		l.Add(c.ID, c.Net, c.Tax)
	}
	tx.Put(`WITH {a: id BIGINT, net BIGINT, tax BIGINT} UPDATE invoice_allowance SET credited_net=invoice_allowance.credited_net+a.net, credited_tax=invoice_allowance.credited_tax+a.tax
		FROM a WHERE invoice_allowance.id=a.id`, l)
}

// Reverse marks a paper that was taken back in full.
func Reverse(tx *db.Tx, i *Invoice) {
	tx.Want(1, `UPDATE invoice SET decision='reversed', version=version+1, tx_id=$3 WHERE id=$1 AND version=$2 AND decision='issued'`, nil, int64(i.ID), i.Version, tx.ID())
}

// OrdersOf gives the orders that papers bill.
func OrdersOf(q db.Querier, papers []int64) (map[int64][]id.Order, error) {
	out := map[int64][]id.Order{}
	err := q.Each(`WITH {a: id BIGINT} SELECT DISTINCT l.invoice_id, l.order_id FROM a JOIN invoice_line l ON l.invoice_id=a.id WHERE l.order_id<>0 ORDER BY l.invoice_id, l.order_id`, db.Ints(papers), nil, func(r *db.Rows) error {
		var p int64
		var o id.Order
		err := r.Scan(&p, (*int64)(&o))
		out[p] = append(out[p], o)
		return err
	})
	return out, err
}

// PapersOf gives the papers that bill orders.
func PapersOf(q db.Querier, orders []id.Order) (map[id.Order][]int64, error) {
	out := map[id.Order][]int64{}
	err := q.Each(`WITH {a: id BIGINT} SELECT DISTINCT b.order_id, l.invoice_id FROM a JOIN billable b ON b.order_id=a.id JOIN invoice_line l ON l.id=b.invoice_line_id
		WHERE b.invoice_line_id<>0 ORDER BY b.order_id, l.invoice_id`, db.Ints(orders), nil, func(r *db.Rows) error {
		var p int64
		var o id.Order
		err := r.Scan((*int64)(&o), &p)
		out[o] = append(out[o], p)
		return err
	})
	return out, err
}

// PapersOfExtras gives the papers on which billables stand as charges or allowances.
func PapersOfExtras(q db.Querier, billables map[int64][]*Billable) ([]id.Invoice, error) {
	var orders []id.Order
	seen := map[id.Order]bool{}
	for _, list := range billables {
		for _, b := range list {
			if b.Billed > 0 && b.InvoiceLine == 0 && !seen[b.Order] {
				seen[b.Order] = true
				orders = append(orders, b.Order)
			}
		}
	}
	papers, err := PapersOf(q, orders)
	var out []id.Invoice
	for _, list := range papers {
		for _, p := range list {
			out = append(out, id.Invoice(p))
		}
	}
	return out, err
}
