package bench

import (
	"context"
	"fmt"
	"strconv"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// perTransaction is how many documents share a transaction of the yardstick.
const perTransaction = 100

// yardstick measures the bare loop on a database of its own and gives its CPU
// per line; nil when the server's cannot be seen.
func (o Options) yardstick(ctx context.Context, e db.Engine) (*float64, error) {
	h, err := o.open(ctx, e)
	if err != nil {
		return nil, err
	}
	defer h.close()
	co, err := found(ctx, h.db, o.Catalog)
	if err != nil {
		return nil, err
	}
	y, err := newYard(ctx, h, co)
	if err != nil {
		return nil, err
	}
	defer y.bare.close()
	if err := y.play(0, 2*perTransaction); err != nil {
		return nil, err
	}
	orders := o.linesFor(64) / LinesPerOrder
	m, err := h.measure(ctx, func() error { return y.play(2*perTransaction, orders) })
	if err != nil {
		return nil, err
	}
	cpu, _ := m.perLine(orders * LinesPerOrder)
	return cpu, nil
}

// yard replays the rows of the chain: the same tables, the same number of
// inserts and updates at each step, in transactions of 100 documents, each
// table by one statement. It decides nothing: prices, taxes and states are
// literals. A test counts that it writes what the chain writes.
type yard struct {
	ctx      context.Context
	bare     bare
	catalog  Catalog
	last     int64   // id
	products []place // by rank
	parties  []party // by rank
	house    int64
	terms    int64
	account  int64
}

// place is a product and its pot; party a customer with its site and limit.
type place struct{ product, pot int64 }
type party struct{ customer, site, limit int64 }

func newYard(ctx context.Context, h *house, co *trader) (*yard, error) {
	y := &yard{ctx: ctx, catalog: co.Catalog, last: h.db.NewID()}
	err := h.db.Read(ctx, func(r *db.Reader) error {
		err := r.Each(`SELECT p.product_id, p.id FROM stock_pot p JOIN product x ON x.id=p.product_id ORDER BY x.sku`, nil, nil, func(r *db.Rows) error {
			var p place
			err := r.Scan(&p.product, &p.pot)
			y.products = append(y.products, p)
			return err
		})
		if err != nil {
			return err
		}
		err = r.Each(`SELECT c.id, s.id, c.credit_account_id FROM customer c JOIN site s ON s.customer_id=c.id ORDER BY c.code`, nil, nil, func(r *db.Rows) error {
			var p party
			err := r.Scan(&p.customer, &p.site, &p.limit)
			y.parties = append(y.parties, p)
			return err
		})
		if err != nil {
			return err
		}
		_, err = r.One(`SELECT (SELECT MIN(id) FROM warehouse), (SELECT MIN(id) FROM terms), (SELECT MIN(id) FROM bank_account)`, nil, &y.house, &y.terms, &y.account)
		return err
	})
	if err != nil {
		return nil, err
	}
	if h.admin != nil {
		y.bare, err = openBarePostgres(ctx, h.dsn)
	} else {
		y.bare, err = openBareSQLite(h.file)
	}
	if err != nil {
		return nil, err
	}
	for _, series := range []string{"SO", "SHP", "INV"} {
		y.bare.put(insertNumbers, series)
	}
	return y, y.commit()
}

func (y *yard) id() int64 {
	y.last += 512 // as far apart as ids of one maker are
	return y.last
}

// paper is an order with all that follows it: its ids and amounts.
type paper struct {
	party
	n                                int // number of the order
	order, shipment, invoice, item   int64
	statement, line, receipt, credit int64
	goods                            [LinesPerOrder]good
	net, tax, gross                  int64
}

type good struct {
	place
	line, schedule, leaving, billable, position int64
	qty, net, cost                              int64
	price                                       string
}

// play writes n orders, from order number from on.
func (y *yard) play(from, n int) error {
	for at := from; at < from+n; at += perTransaction {
		list := make([]*paper, 0, perTransaction)
		for i := at; i < min(at+perTransaction, from+n); i++ {
			list = append(list, y.paper(i))
		}
		for _, step := range []func([]*paper){y.capture, y.confirm, y.release, y.ship, y.issue, y.receive, y.apply, y.reconcile} {
			step(list)
			if err := y.commit(); err != nil {
				return err
			}
		}
	}
	return nil
}

// commit writes what was put, in one transaction.
func (y *yard) commit() error { return y.bare.commit(y.ctx, y.id()) }

func (y *yard) paper(i int) *paper {
	b := y.catalog.basket(i)
	p := &paper{n: i, party: y.parties[b.customer], order: y.id()}
	for k, rank := range b.products {
		c := cents(rank)
		p.goods[k] = good{place: y.products[rank], line: y.id(), qty: b.qty[k], net: b.qty[k] * c, cost: b.qty[k] * 150, price: fmt.Sprintf("%d.%02d", c/100, c%100)}
		p.net += p.goods[k].net
	}
	p.tax = (p.net*19 + 50) / 100
	p.gross = p.net + p.tax
	return p
}

// today is the day on all papers of the yardstick.
const today = "2026-03-02"

func (y *yard) number(series string, n int) {
	y.bare.put(drawNumbers, series, int64(n))
}

func (y *yard) event(kind, about string, subject int64, body string) int64 {
	e := y.id()
	y.bare.put(insertEvent, e, kind, about, subject, body)
	return e
}

func (y *yard) exposure(p *paper, kind string, doc, ordered, shipped, items, credits int64, cause string) {
	y.bare.put(insertExposure, y.id(), p.limit, kind, doc, ordered, shipped, items, credits, cause)
}

// sum adds figures per key, so that a row is updated once per transaction.
type sum struct {
	keys []int64
	by   map[int64][]int64
}

func (s *sum) add(key int64, figures ...int64) {
	if s.by == nil {
		s.by = map[int64][]int64{}
	}
	f := s.by[key]
	if f == nil {
		f = make([]int64, len(figures))
		s.by[key] = f
		s.keys = append(s.keys, key)
	}
	for i, v := range figures {
		f[i] += v
	}
}

func (s *sum) put(b bare, st *statement) {
	for _, k := range s.keys {
		row := []any{k}
		for _, v := range s.by[k] {
			row = append(row, v)
		}
		b.put(st, row...)
	}
}

func (y *yard) capture(list []*paper) {
	y.number("SO", len(list))
	for _, p := range list {
		y.bare.put(insertOrder, p.order, fmt.Sprintf("SO-%06d", p.n), p.customer, p.site, p.site, p.customer, p.limit, y.house, "PO-"+strconv.Itoa(p.n), today, today, y.terms, p.net, p.tax, p.gross)
		for k := range p.goods {
			g := &p.goods[k]
			y.bare.put(insertLine, g.line, p.order, int64(k+1), g.product, "Bench product 1234", strconv.FormatInt(g.qty, 10), g.qty, g.qty, g.price,
				"list price LIST: "+g.price+" per C62, from 2020-01-01", g.net, g.net*19/100, g.net+g.net*19/100, today)
		}
		y.event("order.captured", "order", p.order, `{"currency":"EUR","gross":"1234.56","lines":5,"number":"SO-001234","po":"PO-1234"}`)
	}
}

// decide updates the heads of orders, as four of the steps do.
func (y *yard) decide(list []*paper, decision, status, ship, bill string) {
	for _, p := range list {
		y.bare.put(updateOrder, p.order, decision, status, ship, bill, p.net, p.tax, today)
	}
}

func (y *yard) confirm(list []*paper) {
	y.decide(list, "confirmed", "open", "none", "none")
	var pots, limits sum
	for _, p := range list {
		for k := range p.goods {
			g := &p.goods[k]
			g.schedule = y.id()
			y.bare.put(insertSchedule, g.schedule, g.line, y.house, g.pot, g.product, today, today, g.qty, g.qty)
			pots.add(g.pot, g.qty)
		}
		limits.add(p.limit, p.net, 0, 0, 0)
		y.exposure(p, "order", p.order, p.net, 0, 0, 0, "confirm")
		y.event("order.confirmed", "order", p.order, `{"lines":[[1,5,5,"2026-03-02"],[2,5,5,"2026-03-02"],[3,5,5,"2026-03-02"],[4,5,5,"2026-03-02"],[5,5,5,"2026-03-02"]]}`)
	}
	pots.put(y.bare, reservePot)
	limits.put(y.bare, updateLimit)
}

func (y *yard) release(list []*paper) {
	for _, p := range list {
		p.shipment = y.id()
		y.bare.put(insertShipment, p.shipment, y.house, p.customer, p.site, today)
		for k := range p.goods {
			g := &p.goods[k]
			g.leaving = y.id()
			y.bare.put(updateSchedule, g.schedule, -g.qty, g.qty)
			y.bare.put(insertLeaving, g.leaving, p.shipment, int64(k+1), p.order, g.line, g.schedule, g.product, g.pot, g.qty, g.qty)
		}
		e := y.event("shipment.planned", "shipment", p.shipment, `{"lines":[[1,5],[2,5],[3,5],[4,5],[5,5]],"planned_on":"2026-03-02"}`)
		y.bare.put(insertRef, p.order, e, "for", "order")
	}
	y.decide(list, "confirmed", "open", "none", "none")
}

func (y *yard) ship(list []*paper) {
	y.number("SHP", len(list))
	var pots, limits sum
	for _, p := range list {
		y.bare.put(updateShipment, p.shipment, "SHP-001234", today)
		cost := int64(0)
		for k := range p.goods {
			g := &p.goods[k]
			g.billable = y.id()
			y.bare.put(updateLeaving, g.leaving, g.qty, g.cost)
			y.bare.put(insertMove, y.id(), g.pot, -g.qty, -g.cost, p.shipment, g.leaving, today)
			y.bare.put(countShipped, g.line, g.qty)
			y.bare.put(insertBillable, g.billable, g.leaving, p.order, g.line, p.shipment, p.customer, p.site, p.customer, p.limit, "o"+id.Order(p.order).String(), today, today, g.qty, g.net, g.net, g.price, "Bench product 1234")
			pots.add(g.pot, g.qty, g.cost)
			cost += g.cost
		}
		limits.add(p.limit, -p.net, p.net, 0, 0)
		y.exposure(p, "shipment", p.shipment, -p.net, p.net, 0, 0, "ship")
		y.entry(p, "stock", "shipment", "shipment", p.shipment, "ship", row4{"cogs", cost, 0, ""}, row4{"inventory", -cost, 0, ""})
		e := y.event("shipment.dispatched", "shipment", p.shipment, `{"lines":[[1,5],[2,5],[3,5],[4,5],[5,5]],"on":"2026-03-02","tracking":""}`)
		y.bare.put(insertRef, p.order, e, "fulfils", "order")
	}
	pots.put(y.bare, issuePot)
	limits.put(y.bare, updateLimit)
	y.decide(list, "confirmed", "shipped", "full", "none")
}

// row4 is a ledger line: role, amount, sub-ledger item, tax code.
type row4 struct {
	role   string
	amount int64
	sub    int64
	code   string
}

func (y *yard) entry(p *paper, journal, kind, docType string, doc int64, step string, lines ...row4) {
	e := y.id()
	y.bare.put(insertEntry, e, journal, kind, docType, doc, step, today, today)
	for i, l := range lines {
		y.bare.put(insertEntryLine, e, int64(i+1), l.role, "1200", l.amount, l.amount, l.sub, p.customer, l.code)
	}
}

func (y *yard) issue(list []*paper) {
	y.number("INV", len(list))
	var limits sum
	for _, p := range list {
		p.invoice, p.item = y.id(), y.id()
		number := fmt.Sprintf("INV-2026-%06d", p.n)
		y.bare.put(insertInvoice, p.invoice, int64(p.n), number, p.customer, p.site, p.customer, p.order, today, today, today, today, "PO-1234", p.net, p.net, p.tax, p.gross, p.gross, parties)
		for k := range p.goods {
			g := &p.goods[k]
			g.position = y.id()
			y.bare.put(updateBillable, g.billable, g.qty, g.net*19/100, g.position)
			y.bare.put(insertPosition, g.position, p.invoice, int64(k+1), g.billable, p.order, g.line, p.shipment, g.product, g.qty, strconv.FormatInt(g.qty, 10), g.price, g.net, g.net*19/100, "Bench product 1234")
			y.bare.put(countBilled, g.line, g.qty)
		}
		y.bare.put(insertTax, p.invoice, p.net, p.tax, p.net, p.tax)
		y.bare.put(insertItem, p.item, p.customer, p.limit, "invoice", "invoice", p.invoice, number, int64(1), p.gross, p.gross, p.gross, p.gross, today, today)
		y.exposure(p, "invoice", p.invoice, 0, -p.net, p.gross, 0, "bill")
		limits.add(p.limit, 0, -p.net, p.gross, 0)
		y.entry(p, "sales", "invoice", "invoice", p.invoice, "issue", row4{"receivable", p.gross, p.item, ""}, row4{"output_vat", -p.tax, 0, "DE19"}, row4{"revenue", -p.net, 0, "DE19"})
		e := y.event("invoice.posted", "invoice", p.invoice, `{"currency":"EUR","due_on":"2026-04-01","gross":"1234.56","net":"1037.45","number":"INV-2026-001234","tax":"197.11"}`)
		y.bare.put(insertRef, p.order, e, "bills", "order")
		y.bare.put(insertRef, p.shipment, e, "bills", "shipment")
	}
	limits.put(y.bare, updateLimit)
	y.decide(list, "confirmed", "billed", "full", "full")
}

// parties is what an invoice keeps of names and addresses.
const parties = `{"buyer":{"address":{"city":"Hamburg","country":"DE","name":"Bench customer 123","postcode":"20457","region":"","street":"Hafenstr. 1"},"code":"C-0123","name":"Bench customer 123","vat_id":""},` +
	`"deliver_to":{"city":"Hamburg","country":"DE","name":"Bench customer 123","postcode":"20457","region":"","street":"Hafenstr. 1"},"seller":{"country":"DE","name":"Bench GmbH","vat_id":"DE123456789"}}`

func (y *yard) receive(list []*paper) {
	for _, p := range list {
		p.statement, p.line, p.receipt, p.credit = y.id(), y.id(), y.id(), y.id()
		y.bare.put(insertStatement, p.statement, y.account, strconv.Itoa(p.n), today, today, p.gross, p.gross)
		key := fmt.Sprintf("sha256:%060d:0", p.n)
		y.bare.put(insertBankLine, p.line, y.account, p.statement, key, p.gross, today, today, "Bench payer", fmt.Sprintf("invoice INV-2026-%06d", p.n))
		y.bare.put(insertReceipt, p.receipt, p.line, p.customer, p.gross, today)
		y.bare.put(insertItem, p.credit, p.customer, p.limit, "receipt", "receipt", p.receipt, key, int64(-1), p.gross, p.gross, p.gross, p.gross, today, today)
		y.entry(p, "cash", "receipt", "receipt", p.receipt, "receive", row4{"bank", p.gross, 0, ""}, row4{"unapplied", -p.gross, p.credit, ""})
		e := y.event("receipt.recorded", "receipt", p.receipt, `{"amount":"1234.56","currency":"EUR","key":"sha256:0000000000000000000000000000000000000000000000000000000000001234:0"}`)
		y.bare.put(insertRef, p.line, e, "from", "bank_line")
		y.bare.put(insertRef, p.credit, e, "opens", "item")
		y.event("bank_statement.imported", "statement", p.statement, `{"closing":"1234.56","entries":1,"number":"1234","opening":"0.00"}`)
	}
}

func (y *yard) apply(list []*paper) {
	var limits sum
	for _, p := range list {
		a := y.id()
		y.bare.put(settleItem, p.item, p.gross)
		y.bare.put(settleItem, p.credit, p.gross)
		y.bare.put(insertApplication, a, today)
		y.bare.put(insertAllocation, y.id(), a, p.item, p.credit, p.gross, p.gross, p.gross, p.gross, today)
		y.exposure(p, "application", a, 0, 0, -p.gross, 0, "apply")
		limits.add(p.limit, 0, 0, -p.gross, 0)
		y.entry(p, "allocation", "allocation", "application", a, "apply", row4{"unapplied", p.gross, p.credit, ""}, row4{"receivable", -p.gross, p.item, ""})
		e := y.event("application.posted", "application", a, `{"currency":"EUR","left":"0.00","rows":[{"difference":"","discount":"","item":"INV-2026-001234","open":"0.00","paid":"1234.56"}]}`)
		y.bare.put(insertRef, p.credit, e, "credit", "item")
		y.bare.put(insertRef, p.receipt, e, "credit", "receipt")
		y.bare.put(insertRef, p.item, e, "debit", "item")
		y.bare.put(insertRef, p.invoice, e, "debit", "invoice")
	}
	limits.put(y.bare, updateLimit)
}

func (y *yard) reconcile(list []*paper) {
	for _, p := range list {
		y.bare.put(tieLine, p.line)
		y.bare.put(tieStatement, p.statement)
		y.event("reconciliation.passed", "statement", p.statement, `{"lines":1,"number":"1234"}`)
		y.event("order.closed", "order", p.order, `{"number":"SO-001234"}`)
	}
	y.decide(list, "closed", "closed", "full", "full")
}
