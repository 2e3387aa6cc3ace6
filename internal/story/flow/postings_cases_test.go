package flow_test

import (
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/customer"
	"kontor/internal/story/flow"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// line is one position to sell: net of one unit, tax code.
type line struct{ net, code string }

// sell brings goods in at no value and sells them up to the shipment.
func (s *stage) sell(on day.Day, currency string, lines ...line) id.Order {
	d := flow.Draft{Customer: "MUELLER", OrderedOn: on, Currency: currency}
	for _, l := range lines {
		d.Lines = append(d.Lines, flow.DraftLine{SKU: "BOLT", Qty: "1", Price: l.net, TaxCode: l.code})
		_, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "BEFORE-" + id.Text("x", s.DB.NewID()), On: on, Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "1", Value: "0"}}})
		s.must(err)
	}
	p := s.order(d)
	s.dispatch(p.Order, on, "")
	return p.Order
}

// dispatch confirms, releases and ships all of an order; ref names the shipment's entries.
func (s *stage) dispatch(o id.Order, on day.Day, ref string) id.Shipment {
	c, err := s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: o, On: on})
	s.must(err)
	if c.Held != "" {
		s.t.Fatal(c.Held)
	}
	return s.ship(o, on, ref)
}

func (s *stage) ship(o id.Order, on day.Day, ref string) id.Shipment {
	r, err := s.Release.One(s.ctx, s.who, flow.Release{Order: o, On: on})
	s.must(err)
	sh, err := s.Ship.One(s.ctx, s.who, flow.Ship{Shipment: r.Shipment, On: on})
	s.must(err)
	if ref != "" {
		s.docs[ref] = []int64{int64(sh.Shipment)}
	}
	return sh.Shipment
}

// bill bills an order and names its item after the invoice.
func (s *stage) bill(o id.Order, on day.Day, ref string) flow.Issued {
	b, err := s.Bill.One(s.ctx, s.who, flow.Bill{Order: o, On: on})
	s.must(err)
	return s.issued(b.Invoices[0], ref)
}

func (s *stage) issued(i flow.Issued, ref string) flow.Issued {
	s.docs[ref] = []int64{int64(i.Invoice)}
	s.subs[ref] = int64(i.Items[0])
	return i
}

// sale sells and bills in one go.
func sale(ref, currency string, lines ...line) func(*stage, day.Day) {
	return func(s *stage, on day.Day) { s.bill(s.sell(on, currency, lines...), on, ref) }
}

// pay brings money in on an account.
func pay(ref, account, amount, charge string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		st, err := s.Receive.One(s.ctx, s.who, flow.Statement{Account: account, Number: ref, Opening: "0", Closing: amount, Entries: []flow.BankEntry{{BookedOn: on, Amount: amount, Charge: charge, Customer: "MUELLER", Text: ref}}})
		s.must(err)
		s.docs[ref] = []int64{int64(st.Receipts[0].Receipt)}
		s.subs[ref] = int64(st.Receipts[0].Item)
	}
}

// apply settles invoice with money or a credit note.
func apply(ref, money, invoice string, l flow.ApplyLine) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		l.Item = id.Item(s.subs[invoice])
		a, err := s.Apply.One(s.ctx, s.who, flow.Apply{Credit: id.Item(s.subs[money]), On: on, Lines: []flow.ApplyLine{l}})
		s.must(err)
		s.docs[ref] = []int64{int64(a.Application)}
		s.subs[ref] = int64(a.Application)
	}
}

func unapply(ref, of string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		a, err := s.Unapply.One(s.ctx, s.who, flow.Unapply{Application: id.Application(s.subs[of]), On: on, Reason: "wrong"})
		s.must(err)
		s.docs[ref] = []int64{int64(a.Application)}
	}
}

// note credits an invoice; edit fills in what.
func note(ref, invoice string, edit func(*stage, *flow.Credit)) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		c := flow.Credit{Invoice: id.Invoice(s.paperOf(invoice)), On: on, Reason: "agreed"}
		edit(s, &c)
		b, err := s.Credit.One(s.ctx, s.who, c)
		s.must(err)
		s.issued(b.Invoices[0], ref)
	}
}

// both runs two actions.
func both(a, b func(*stage, day.Day)) func(*stage, day.Day) {
	return func(s *stage, on day.Day) { a(s, on); b(s, on) }
}

func rate(currency, rate string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) { s.rate(on, moneyCur(currency), rate) }
}

func receive(ref, po, sku, n, cost string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		g, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: po, On: on, Lines: []flow.GoodsLine{{SKU: sku, Qty: n, Cost: cost}}})
		s.must(err)
		s.docs[ref] = []int64{int64(g.Doc)}
		s.subs[po] = int64(g.Doc)
	}
}

// shipNew orders and ships n of a product.
func shipNew(ref, order, sku, n, price, code string) func(*stage, day.Day) {
	return func(s *stage, on day.Day) {
		p := s.order(flow.Draft{OrderedOn: on, Lines: []flow.DraftLine{{SKU: sku, Qty: n, Price: price, TaxCode: code}}})
		s.subs[order] = int64(p.Order)
		s.subs[ref] = int64(s.dispatch(p.Order, on, ref))
	}
}

// closing runs the entries of a month's end; the step's entry and its reversal have one document.
func closing(ref, reversal string, month day.Month) func(*stage, day.Day) {
	return func(s *stage, _ day.Day) {
		_, err := s.CloseEntries(s.ctx, s.who, month)
		s.must(err)
		doc := int64(0)
		for _, c := range string(month) {
			if c != '-' {
				doc = doc*10 + int64(c-'0')
			}
		}
		s.subs[reversal+" doc"] = doc
		s.docs[ref] = []int64{doc}
	}
}

func reversed(ref string) func(*stage, day.Day) {
	return func(s *stage, _ day.Day) { s.docs[ref] = []int64{s.subs[ref+" doc"]} }
}

const twoPercent = `{"kind":"net","days":30,"discounts":[{"percent":"2","days":10}]}`

var discount = flow.ApplyLine{Discount: true}

var players = map[string]player{
	"C01": {shopRules{terms: twoPercent}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"1000.00", "DE19"}), 2: pay("PAY-1", "BANK", "1166.20", ""), 3: apply("ALC-1", "PAY-1", "INV-1", discount)}},
	"C02": {shopRules{terms: `{"kind":"net","days":30,"discounts":[{"percent":"3","days":10}]}`}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"123.45", "DE19"}, line{"67.89", "DE7"}), 2: pay("PAY-1", "BANK", "212.96", ""), 3: apply("ALC-1", "PAY-1", "INV-1", discount)}},
	"C03": {shopRules{terms: `{"kind":"net","days":40,"discounts":[{"percent":"2","days":30}]}`}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"1000.00", "DE19"}), 2: pay("PAY-1", "BANK", "1166.20", ""),
		3: apply("ALC-1", "PAY-1", "INV-1", discount), 4: both(closeMarch, unapplyIn("ALC-1R", "ALC-1")), 5: apply("ALC-2", "PAY-1", "INV-1", flow.ApplyLine{})}},
	"C06": {shopRules{}, map[int]func(*stage, day.Day){1: both(rate("USD", "6"), pay("PAY-1", "USD", "100.00", "")), 2: both(rate("USD", "8"), sale("INV-1", "USD", line{"200.00", "EXP0"})), 3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{})}},
	"C08": {shopRules{}, map[int]func(*stage, day.Day){1: both(rate("USD", "0.90"), sale("INV-1", "USD", line{"1000.00", "EXP0"})), 2: both(rate("USD", "0.92"), pay("PAY-1", "USD", "300.00", "")),
		3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{}), 4: both(rate("USD", "0.91"), closing("VAL-02", "VAL-02R", "2025-02")), 5: reversed("VAL-02R"),
		6: both(rate("USD", "0.88"), pay("PAY-2", "USD", "333.33", "")), 7: apply("ALC-2", "PAY-2", "INV-1", flow.ApplyLine{}), 8: both(rate("USD", "0.95"), pay("PAY-3", "USD", "366.67", "")), 9: apply("ALC-3", "PAY-3", "INV-1", flow.ApplyLine{})}},
	"C09": {shopRules{}, map[int]func(*stage, day.Day){1: both(rate("USD", "0.90"), sale("INV-1", "USD", line{"100.00", "EXP0"})), 2: both(rate("GBP", "1.17"), pay("PAY-1", "GBP", "80.00", "")),
		3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{Amount: "100.00", CreditAmount: "80.00"})}},
	"C10": {shopRules{}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"1000.00", "DE19"}), 2: pay("PAY-1", "BANK", "1190.00", ""), 3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{}),
		4: note("CN-1", "INV-1", func(s *stage, c *flow.Credit) {
			c.Lines = []flow.CreditLine{{Line: s.firstLine("INV-1"), Net: "200.00"}}
		}), 5: refund("REF-1", "CN-1"), 6: bankOut("STM-88", "-238.00", "REF-1")}},
	"C11": {shopRules{}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"500.00", "DE19"}), 2: note("CN-1", "INV-1", func(_ *stage, c *flow.Credit) { c.Cancel = true }), 3: apply("ALC-1", "CN-1", "INV-1", flow.ApplyLine{})}},
	"C12": {shopRules{}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"1000.00", "DE19"}), 2: pay("PAY-1", "BANK", "1090.00", ""), 3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{Disputed: "100.00", Reason: "DMG-1"}),
		4: note("CN-1", "INV-1", func(s *stage, c *flow.Credit) {
			c.Lines = []flow.CreditLine{{Line: s.firstLine("INV-1"), Gross: "100.00"}}
		}), 5: apply("ALC-2", "CN-1", "INV-1", flow.ApplyLine{})}},
	"C13": {shopRules{policy: company.Policy{ToleranceAmt: 10, ToleranceBP: 50}}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"100.00", "DE19"}), 2: pay("PAY-1", "BANK", "118.92", ""), 3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{Tolerance: true})}},
	"C14": {shopRules{}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"200.00", "DE19"}), 2: pay("PAY-1", "BANK", "300.00", ""), 3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{}), 4: closing("RCL-03", "RCL-03R", "2025-03"),
		5: reversed("RCL-03R"), 6: sale("INV-2", "", line{"100.00", "DE19"}), 7: apply("ALC-2", "PAY-1", "INV-2", flow.ApplyLine{})}},
	"C17": {shopRules{}, map[int]func(*stage, day.Day){1: receive("GR-1", "PO-1", "BOLT", "10", "10.00"), 2: shipNew("SHP-1", "SO-1", "BOLT", "4", "25.00", "DE19"), 3: billOf("INV-1", "SO-1"), 4: receive("GR-2", "PO-2", "BOLT", "6", "14.00"),
		5: giveBack("RMA-1", "SO-1", 2, "sellable"), 6: billOf("CN-1", "SO-1"), 7: shipNew("SHP-2", "SO-2", "BOLT", "7", "25.00", "DE19")}},
	"C18": {shopRules{}, map[int]func(*stage, day.Day){1: opening("OPN", "NUT", "10", "12.50"), 2: shipNew("SHP-1", "SO-1", "NUT", "3", "20.00", "DE19"), 3: giveBack("RMA-1", "SO-1", 3, "quality"), 4: scrapped("SCR-1", "NUT", "3", "quality")}},
	"C27": {shopRules{customer: func(c *customer.Customer) { c.Incoterm = "DAP" }}, map[int]func(*stage, day.Day){1: both(valued("BOLT", "400.00"), shipNew("SHP-1", "SO-1 order", "BOLT", "1", "650.00", "DE19")), 2: delivered("SHP-1"),
		3: both(nameLine("SO-1", "SO-1 order"), closing("ACR-03", "ACR-03R", "2025-03")), 4: reversed("ACR-03R"), 5: billOf("INV-1", "SO-1 order")}},
	"C28": {shopRules{customer: func(c *customer.Customer) { c.Bill.Policy = "order" }}, map[int]func(*stage, day.Day){1: billedAhead, 2: shipAhead}},
	"C37": {shopRules{terms: twoPercent}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"1000.00", "USX1"}), 2: pay("PAY-1", "BANK", "1062.50", ""), 3: apply("ALC-1", "PAY-1", "INV-1", discount),
		4: sale("INV-2", "", line{"1000.00", "USX2"}), 5: pay("PAY-2", "BANK", "1060.85", ""), 6: apply("ALC-2", "PAY-2", "INV-2", discount)}},
	"C38": {shopRules{}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"2500.00", "EXP0"}), 2: pay("PAY-1", "BANK", "2485.00", "15.00"), 3: apply("ALC-1", "PAY-1", "INV-1", flow.ApplyLine{})}},
	"C39": {shopRules{}, map[int]func(*stage, day.Day){1: soldWithOneFree, 2: billOf("INV-1", "SO-1"), 3: gift}},
	"C40": {shopRules{policy: company.Policy{CashRounding: 5}}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"99.85", "CH81"})}},
	"C41": {shopRules{terms: twoPercent}, map[int]func(*stage, day.Day){1: sale("INV-1", "", line{"1000.00", "DE19"}), 2: pay("PAY-1", "BANK", "1166.20", ""), 3: apply("ALC-1", "PAY-1", "INV-1", discount),
		4: note("CN-1", "INV-1", func(_ *stage, c *flow.Credit) { c.Full = true })}},
	"C42": {shopRules{}, map[int]func(*stage, day.Day){1: both(valued2("BOLT", "9", "10.00"), moved("TRF-1", "OUT", flow.Move{SKU: "BOLT", Qty: "9", From: "W1", To: "W1", ToStatus: "transit"})),
		2: moved("TRF-1", "IN", flow.Move{SKU: "BOLT", Qty: "9", From: "W1", FromStatus: "transit", To: "W2"})}},
}
