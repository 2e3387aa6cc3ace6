package report_test

import (
	"context"
	"testing"
	"time"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/terms"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

const eur = "EUR"

// small is a company with one order on its way to cash, written by the rooms:
// 10 pieces and 1.5 kg ordered, 4 pieces shipped, billed and half paid; an old
// invoice, a credit note and an order on hold of another customer.
type small struct {
	order, held     id.Order
	shipment        id.Shipment
	invoice, credit id.Invoice
	item            id.Item
	receipt         id.Receipt
	applied         id.Application
	hold            id.Hold
	parties         string
}

var clock = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func each(t *testing.T, f func(t *testing.T, d *db.DB, s *small)) {
	dbtest.EachOptions(t, db.Options{Clock: func() time.Time { return clock }}, func(t *testing.T, d *db.DB) {
		s := &small{parties: `{"seller":{"name":"Kontor GmbH"}}`}
		if err := d.Write(context.Background(), db.Actor{ID: 3}, func(tx *db.Tx) error { return s.write(tx) }); err != nil {
			t.Fatal(err)
		}
		f(t, d, s)
	})
}

func (s *small) write(tx *db.Tx) error {
	if err := company.Save(tx, &company.Company{Name: "Kontor GmbH", Currency: eur, Country: "DE", Zone: "Europe/Berlin", Chart: "US"}); err != nil {
		return err
	}
	ledger.Seed(tx, "US")
	chart, err := ledger.LoadChart(tx)
	if err != nil {
		return err
	}
	term := id.Terms(tx.NewID())
	if _, err := terms.Add(tx, []terms.Terms{{ID: term, Code: "N30", Rule: terms.Rule{Kind: terms.Net, Days: 30}}}); err != nil {
		return err
	}
	limits, err := credit.Add(tx, []credit.Account{{ID: id.Credit(tx.NewID()), Code: "C1", Currency: eur, Limit: 100_000}})
	if err != nil {
		return err
	}
	c1, c2 := id.Customer(tx.NewID()), id.Customer(tx.NewID())
	site := id.Site(tx.NewID())
	if _, _, err := customer.Add(tx, []customer.Customer{
		{ID: c1, Code: "C1", Name: "Alpha AG", Currency: eur, Terms: term, Credit: limits["C1"]},
		{ID: c2, Code: "C2", Name: "Beta KG", Currency: eur, Terms: term},
	}, []customer.Site{{ID: site, Customer: c1, Code: "HQ", Name: "Alpha, dock 3", City: "Kiel", Country: "DE"}}); err != nil {
		return err
	}
	nut, oil := id.Product(tx.NewID()), id.Product(tx.NewID())
	if _, _, err := catalog.Add(tx, []catalog.Product{{ID: nut, SKU: "NUT", Name: "Nut", Sellable: true}, {ID: oil, SKU: "OIL", Name: "Oil", Unit: "KGM", Scale: 3, Sellable: true}}); err != nil {
		return err
	}
	house := id.Warehouse(tx.NewID())
	if _, err := stock.AddWarehouses(tx, []stock.Warehouse{{ID: house, Code: "HAM", Name: "Hamburg", Country: "DE"}}); err != nil {
		return err
	}
	spot := stock.Spot{Warehouse: house, Product: nut, Status: stock.Sellable}
	pots, err := stock.LockSpots(tx, []stock.Spot{spot})
	if err != nil {
		return err
	}
	pot := pots[spot].ID
	stock.Book(tx, []stock.Move{{Pot: pot, Kind: stock.Opening, Qty: 10, Value: 5000, DocType: "stock_doc", Doc: 1, ValidOn: "2026-11-01"}})
	stock.Reserve(tx, map[id.Pot]int64{pot: 10})

	head := order.Order{Kind: "standard", ShipTo: site, BillTo: site, Warehouse: house, Currency: eur, FxRate: "1", OrderedOn: "2026-11-02", RequestedOn: "2026-11-20", POYear: 2026, Terms: term, Rule: "partial", TaxSource: "computed"}
	x, y := head, head
	x.ID, x.Number, x.Customer, x.Payer, x.Credit, x.PONumber, x.Net, x.Tax = id.Order(tx.NewID()), "SO-1", c1, c1, limits["C1"], "PO-7", 10500, 1995
	y.ID, y.Number, y.Customer, y.Payer, y.PONumber, y.HoldMask = id.Order(tx.NewID()), "SO-2", c2, c2, "PO-8", hold.OnAll
	s.order, s.held = x.ID, y.ID
	line := order.Line{ID: id.Line(tx.NewID()), Order: x.ID, No: 1, Role: order.Item, Product: nut, Text: "Nut", EnteredQty: "10", EnteredUnit: "C62", Num: 1, Den: 1, Ordered: 10, MaxShip: 10, Decision: "open", BillPolicy: "delivery", Price: "10", Net: 10000, Tax: 1900, TaxCode: "S19"}
	oils := order.Line{ID: id.Line(tx.NewID()), Order: x.ID, No: 2, Role: order.Item, Product: oil, Text: "Oil", EnteredQty: "1.5", EnteredUnit: "KGM", Num: 1, Den: 1, Ordered: 1500, MaxShip: 1500, Decision: "open", BillPolicy: "delivery", Price: "0", TaxCode: "S19"}
	freight := order.Line{ID: id.Line(tx.NewID()), Order: x.ID, No: 3, Role: order.Freight, Text: "Freight", EnteredQty: "1", Num: 1, Den: 1, Ordered: 500, MaxShip: 500, Decision: "open", BillPolicy: "delivery", Price: "5", Net: 500, Tax: 95, TaxCode: "S19"}
	x.Lines = []*order.Line{&line, &oils, &freight}
	if _, _, err := order.Place(tx, []*order.Order{&x, &y}); err != nil {
		return err
	}
	plan := order.Schedule{ID: id.Schedule(tx.NewID()), Line: line.ID, No: 1, Source: "stock", Warehouse: house, Pot: pot, Product: nut, Promised: "2026-11-20", First: "2026-11-20", Firm: "hard", Qty: 10, Reserved: 6, Released: 4}
	missing := order.Schedule{ID: id.Schedule(tx.NewID()), Line: oils.ID, No: 1, Source: "stock", Warehouse: house, Product: oil, Promised: "2026-12-20", First: "2026-12-20", Firm: "hard", Qty: 1500}
	order.InsertSchedules(tx, []*order.Schedule{&plan, &missing})
	s.hold = id.Hold(tx.NewID())
	hold.Open(tx, []hold.Hold{{ID: s.hold, SubjectType: "order", Subject: int64(y.ID), Scope: hold.OnConfirm, Kind: hold.Price, Code: "price.missing", Sentence: "there is no price for NUT", Detail: map[string]string{"sku": "NUT"}}})
	if _, err := order.AddIntakes(tx, []order.Intake{{Source: "csv", Key: "row 9", State: "refused", Reason: "order.empty", Findings: `{"sentence":"row 9 has no lines"}`}}); err != nil {
		return err
	}

	s.shipment = id.Shipment(tx.NewID())
	ship := shipping.Shipment{ID: s.shipment, Direction: "out", Warehouse: house, Customer: c1, ShipTo: site, PlannedOn: "2026-11-10", Decision: "planned", Version: 1}
	sl := shipping.Line{ID: id.ShipLine(tx.NewID()), Shipment: ship.ID, No: 1, Order: x.ID, OrderLine: line.ID, Schedule: plan.ID, Product: nut, Pot: pot, Planned: 4, Reserved: 4}
	ship.Lines = []*shipping.Line{&sl}
	shipping.Plan(tx, []*shipping.Shipment{&ship})
	ship.Decision, ship.Number, ship.ShippedOn = "shipped", "LS-1", "2026-11-10"
	shipping.Decide(tx, []*shipping.Shipment{&ship})
	sl.Picked, sl.Shipped, sl.Reserved, sl.Cost = 4, 4, 0, 2000
	shipping.SaveLines(tx, []*shipping.Line{&sl})
	stock.Book(tx, []stock.Move{{Pot: pot, Kind: stock.Issue, Qty: -4, Value: -2000, DocType: "shipment", Doc: int64(ship.ID), DocLine: int64(sl.ID), ValidOn: "2026-11-10", Release: 4}})
	counts := order.Counts{Line: line.ID, Shipped: 4, Billed: 4}
	order.AddCounts(tx, []order.Counts{counts})
	line.Apply(counts)
	x.Decision, x.Version = order.Confirmed, 1
	line.Schedules, oils.Schedules = []*order.Schedule{&plan}, []*order.Schedule{&missing}
	order.Decide(tx, []*order.Order{&x})
	return s.money(tx, chart, &x, &line, &sl, c2, site, nut)
}

func (s *small) money(tx *db.Tx, chart *ledger.Chart, x *order.Order, l *order.Line, sl *shipping.Line, c2 id.Customer, site id.Site, nut id.Product) error {
	paper := func(kind, number, series string, seq, net, tax int64, who id.Customer, on, due day.Day) *invoice.Invoice {
		return &invoice.Invoice{ID: id.Invoice(tx.NewID()), Kind: kind, TypeCode: "380", Series: series, Scope: "2026", Seq: seq, Number: number, Customer: who, BillTo: site, Payer: who, Currency: eur, FxRate: "1",
			IssuedOn: on, SuppliedFrom: on, SuppliedTo: on, DueOn: due, Terms: "30 days", LineAmt: net, Net: net, Tax: tax, Gross: net + tax, Payable: net + tax, TaxSource: "computed", Parties: s.parties,
			Lines: []*invoice.Line{{ID: id.InvoiceLine(tx.NewID()), No: 1, Product: nut, Qty: 4, Unit: "C62", EnteredQty: "4", Price: "10", Net: net, TaxCode: "S19", Category: "S", Rate: "19", Tax: tax, Text: "Nut"}},
			Taxes: []*invoice.Tax{{Code: "S19", Category: "S", Rate: "19", Base: net, Tax: tax, BaseAcc: net, TaxAcc: tax}}}
	}
	now := paper("invoice", "INV-2026-000001", "INV", 1, 4000, 760, x.Customer, "2026-11-10", "2026-12-10")
	old := paper("invoice", "INV-2026-000002", "INV", 2, 1000, 190, c2, "2026-08-01", "2026-08-31")
	back := paper("credit_note", "CN-2026-000001", "CN", 1, 100, 19, c2, "2026-11-12", "2026-11-12")
	back.Original, back.TypeCode = old.ID, "381"
	s.invoice, s.credit = now.ID, back.ID
	b := invoice.Billable{ID: id.Billable(tx.NewID()), Kind: "delivery", Source: int64(sl.ID), Order: x.ID, Line: l.ID, Shipment: sl.Shipment, Customer: x.Customer, BillTo: site, Payer: x.Customer, Currency: eur,
		BillOn: "2026-11-10", SuppliedOn: "2026-11-10", Sign: 1, Qty: 4, Net: 4000, Tax: 760, TaxCode: "S19", Price: "10"}
	invoice.AddBillables(tx, []*invoice.Billable{&b})
	now.Lines[0].Billable, now.Lines[0].Order, now.Lines[0].OrderLine, b.InvoiceLine = b.ID, x.ID, l.ID, now.Lines[0].ID
	invoice.MarkBilled(tx, []*invoice.Billable{&b})
	invoice.Issue(tx, []*invoice.Invoice{now, old, back})

	item := func(i *invoice.Invoice, kind string, sign int64) *receivable.Item {
		return &receivable.Item{ID: id.Item(tx.NewID()), Customer: i.Customer, Kind: kind, DocType: "invoice", Doc: int64(i.ID), PartNo: 1, Number: i.Number, Currency: eur, Sign: sign, Original: i.Gross, OriginalFC: i.Gross,
			DatedOn: i.IssuedOn, DueOn: i.DueOn}
	}
	a, o, c := item(now, "invoice", 1), item(old, "invoice", 1), item(back, "credit_note", -1)
	s.item, s.receipt, s.applied = a.ID, id.Receipt(tx.NewID()), id.Application(tx.NewID())
	cash := &receivable.Item{ID: id.Item(tx.NewID()), Customer: x.Customer, Kind: "receipt", DocType: "receipt", Doc: int64(s.receipt), PartNo: 1, Currency: eur, Sign: -1, Original: 3000, OriginalFC: 3000, DatedOn: "2026-11-15", DueOn: "2026-11-15"}
	receivable.Open(tx, []*receivable.Item{a, o, c, cash})
	account := id.BankAccount(tx.NewID())
	if _, err := payment.AddAccounts(tx, []payment.Account{{ID: account, Code: "MAIN", Name: "Bank", Currency: eur}}); err != nil {
		return err
	}
	st := &payment.Statement{ID: id.Statement(tx.NewID()), Account: account, Number: "1", From: "2026-11-15", To: "2026-11-15", Closing: 3000}
	if _, err := payment.AddStatements(tx, []*payment.Statement{st}); err != nil {
		return err
	}
	bl := &payment.Line{ID: id.BankLine(tx.NewID()), Account: account, Statement: st.ID, Key: "k1", Amount: 3000, Currency: eur, BookedOn: "2026-11-15", ValueOn: "2026-11-15", Text: "INV-2026-000001", State: "matched"}
	if _, err := payment.AddLines(tx, []*payment.Line{bl}); err != nil {
		return err
	}
	payment.AddReceipts(tx, []*payment.Receipt{{ID: s.receipt, BankLine: bl.ID, Customer: x.Customer, Amount: 3000, Currency: eur, ReceivedOn: "2026-11-15"}})
	receivable.Settle(tx, map[id.Item][2]int64{a.ID: {2000, 2000}, cash.ID: {2000, 2000}})
	receivable.Add(tx, []*receivable.Application{{ID: s.applied, Kind: "receipt", On: "2026-11-16", Rows: []receivable.Allocation{{Kind: "principal", Debit: a.ID, CreditItem: cash.ID, Amount: 2000, CreditAmount: 2000, AmountFC: 2000, CreditFC: 2000}}}})
	post := func(doc int64, kind string, on day.Day, debit, credit string, n int64) ledger.Entry {
		return ledger.Entry{Journal: "sales", Kind: kind, DocType: kind, Doc: doc, Step: kind, PostedOn: on, Lines: []ledger.Line{{Role: debit, Amount: n, Doc: n, Currency: eur}, {Role: credit, Amount: -n, Doc: -n, Currency: eur}}}
	}
	ledger.Post(tx, chart, []ledger.Entry{post(int64(now.ID), "invoice", "2026-11-10", "receivable", "revenue", 4760), post(int64(old.ID), "invoice", "2026-08-01", "receivable", "revenue", 1190),
		post(int64(back.ID), "invoice", "2026-11-12", "revenue", "receivable", 119), post(int64(s.receipt), "receipt", "2026-11-15", "bank", "unapplied", 3000),
		post(int64(s.applied), "application", "2026-11-16", "unapplied", "receivable", 2000)})
	ref := func(t string, v int64) []event.Ref { return []event.Ref{{Type: t, ID: v, Qualifier: "for"}} }
	return event.Record(tx,
		event.Event{Type: "order.captured", Subject: event.About("order", int64(x.ID)), Body: map[string]any{"po": "PO-7", "lines": 3, "gross": "124.95", "currency": "EUR"}},
		event.Event{Type: "shipment.dispatched", Subject: event.About("shipment", int64(sl.Shipment)), Refs: ref("order", int64(x.ID)), Body: map[string]any{"lines": [][]int{{1, 4}}}},
		event.Event{Type: "invoice.posted", Subject: event.About("invoice", int64(now.ID)), Refs: ref("order", int64(x.ID)), Body: map[string]any{"number": now.Number, "gross": "47.60", "currency": "EUR"}},
		event.Event{Type: "receipt.recorded", Subject: event.About("receipt", int64(s.receipt)), Body: map[string]any{"amount": "30.00", "currency": "EUR"}},
		event.Event{Type: "application.posted", Subject: event.About("application", int64(s.applied)), Refs: ref("item", int64(a.ID))},
		event.Event{Type: "hold.opened", Subject: event.About("hold", int64(s.hold)), Refs: ref("order", int64(s.held)), Reason: "there is no price for NUT", Body: map[string]any{"kind": "price"}},
		event.Event{Type: "order.odd_thing", Subject: event.About("order", int64(s.held))})
}
