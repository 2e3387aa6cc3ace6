package flow

import (
	"context"
	"encoding/json"
	"sort"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/tools/number"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// Bill asks for the invoices of what an order has due.
type Bill struct {
	Order   id.Order `json:"order"`
	On      day.Day  `json:"on,omitempty" doc:"issue date, BT-2; today when empty"`
	Collect bool     `json:"collect,omitempty" doc:"share invoices with other orders of the list where the customer wants it"`
}

// Billed is what was issued for one command.
type Billed struct {
	Order    id.Order `json:"order,omitempty"`
	Invoices []Issued `json:"invoices"`
}

// Issued is one posted paper.
type Issued struct {
	Invoice  id.Invoice `json:"invoice"`
	Number   string     `json:"number"`
	Kind     string     `json:"kind"`
	Currency string     `json:"currency"`
	Net      string     `json:"net"`
	Tax      string     `json:"tax"`
	Gross    string     `json:"gross"`
	Payable  string     `json:"payable"`
	IssuedOn day.Day    `json:"issued_on"`
	DueOn    day.Day    `json:"due_on"`
	Items    []id.Item  `json:"items"`
}

func issuedView(i *invoice.Invoice, items []*receivable.Item) Issued {
	f := func(v int64) string { return money.Format(v, i.Currency) }
	v := Issued{Invoice: i.ID, Number: i.Number, Kind: i.Kind, Currency: string(i.Currency), Net: f(i.Net), Tax: f(i.Tax), Gross: f(i.Gross), Payable: f(i.Payable), IssuedOn: i.IssuedOn, DueOn: i.DueOn}
	for _, x := range items {
		v.Items = append(v.Items, x.ID)
	}
	return v
}

// bill issues what is due of orders, grouped; returns of billed goods become
// credit notes. Numbers are drawn last, when nothing can fail any more.
func (o *Office) bill(tx *db.Tx, cmds []Bill) ([]Result[Billed], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &billing{books: b, tx: tx, today: b.Day(tx.Now())}
	last := w.today
	ids := orderIDs(cmds, func(c Bill) id.Order { return c.Order })
	for _, c := range cmds {
		last = max(last, c.On)
	}
	if w.orders, err = order.Lock(tx, ids); err != nil {
		return nil, err
	}
	candidates, err := invoice.OfOrders(tx, ids, last) // under the lock: a return must not slip in between
	if err != nil {
		return nil, err
	}
	names := make([]id.Billable, len(candidates))
	for i, x := range candidates {
		names[i] = x.ID
	}
	due, err := invoice.LockDue(tx, names)
	if err != nil {
		return nil, err
	}
	if err := w.load(due); err != nil {
		return nil, err
	}
	out := make([]Result[Billed], len(cmds))
	groups, index := w.group(cmds, due, out)
	for _, k := range index {
		if err := w.issue(groups[k]); err != nil {
			for _, i := range groups[k].cmds {
				out[i].Fault = err
			}
		}
	}
	if err := w.number(); err != nil {
		return nil, err
	}
	for k, doc := range w.docs {
		for _, i := range w.owner[k] {
			out[i].Value.Invoices = append(out[i].Value.Invoices, issuedView(doc, w.items[doc.ID]))
		}
	}
	for i, c := range cmds {
		out[i].Value.Order = c.Order
		if out[i].Fault == nil && len(out[i].Value.Invoices) == 0 {
			out[i].Fault = w.nothing(c.Order)
		}
	}
	return out, w.write()
}

func (w *billing) nothing(o id.Order) error {
	x := w.orders[o]
	if x == nil {
		return unknownOrder(o)
	}
	if x.HoldMask&hold.OnBill != 0 {
		return hold.Refuse("bill", "order "+x.Number, x.HoldMask)
	}
	return invoice.ErrNothing.Because("nothing of order %s is due to be billed: it is billed already, not shipped yet, or waits for a later day", x.Number)
}

// billing is the state of one batch of papers.
type billing struct {
	*books
	tx        *db.Tx
	today     day.Day
	orders    map[id.Order]*order.Order
	customers map[id.Customer]*customer.Customer
	sites     map[id.Site]customer.Site
	products  map[id.Product]*catalog.Product
	originals map[id.Invoice]*invoice.Invoice
	origin    map[id.InvoiceLine]id.Invoice
	calendar  *ledger.Calendar
	rates     map[rateKey]dec.D

	docs     []*invoice.Invoice
	owner    [][]int // commands behind each paper
	items    map[id.Invoice][]*receivable.Item
	taken    []*invoice.Billable
	counts   []order.Counts
	hit      map[id.Order]bool
	exposure []credit.Move
	entries  []ledger.Entry
	credited map[int64]invoice.Credited
	extras   map[int64]invoice.Credited
	fresh    []*invoice.Billable
	events   []event.Event
}

// load reads what papers print and what credit notes refer to.
func (w *billing) load(due []*invoice.Billable) error {
	w.items, w.hit, w.rates = map[id.Invoice][]*receivable.Item{}, map[id.Order]bool{}, map[rateKey]dec.D{}
	w.credited, w.extras = map[int64]invoice.Credited{}, map[int64]invoice.Credited{}
	var customers []id.Customer
	var sites []id.Site
	var products []id.Product
	var back []id.InvoiceLine
	var accounts []id.Credit
	for _, x := range w.orders {
		customers = append(customers, x.Customer, x.Payer)
		sites = append(sites, x.BillTo, x.ShipTo)
		accounts = append(accounts, x.Credit)
		for _, l := range x.Lines {
			products = append(products, l.Product)
		}
	}
	for _, b := range due {
		if b.OriginalLine != 0 {
			back = append(back, b.OriginalLine)
		}
	}
	var err error
	if w.customers, err = customer.ByID(w.tx, credit.Sorted(customers)); err != nil {
		return err
	}
	if w.sites, err = customer.SitesByID(w.tx, credit.Sorted(sites)); err != nil {
		return err
	}
	if w.products, err = catalog.ByID(w.tx, credit.Sorted(products)); err != nil {
		return err
	}
	if w.calendar, err = ledger.LoadCalendar(w.tx); err != nil {
		return err
	}
	if err := w.loadOriginals(back); err != nil {
		return err
	}
	_, err = credit.Lock(w.tx, accounts)
	return err
}

func (w *billing) loadOriginals(lines []id.InvoiceLine) error {
	if len(lines) == 0 {
		return nil
	}
	var err error
	if w.origin, err = invoice.OfLines(w.tx, lines); err != nil {
		return err
	}
	var ids []id.Invoice
	for _, v := range w.origin {
		ids = append(ids, v)
	}
	w.originals, err = invoice.Lock(w.tx, credit.Sorted(ids))
	return err
}

// group is what becomes one paper.
type group struct {
	on       day.Day
	original id.Invoice
	parts    []*invoice.Billable
	cmds     []int
}

func (w *billing) group(cmds []Bill, due []*invoice.Billable, out []Result[Billed]) (map[string]*group, []string) {
	of := map[id.Order]int{}
	for i, c := range cmds {
		if _, ok := of[c.Order]; ok {
			out[i].Fault = twice("order " + c.Order.String())
			continue
		}
		of[c.Order] = i
	}
	groups := map[string]*group{}
	var index []string
	for _, b := range due {
		i, ok := of[b.Order]
		x := w.orders[b.Order]
		on := or(cmds[i].On, w.today)
		if !ok || x == nil || x.HoldMask&hold.OnBill != 0 || b.BillOn > on {
			continue
		}
		key := b.GroupKey
		if !cmds[i].Collect {
			key = b.Order.String() + b.GroupKey
		}
		key += "|" + b.Payer.String() + "|" + b.BillTo.String() + "|" + string(b.Currency) + "|" + x.Terms.String() + "|" + string(on)
		if b.TaxGiven {
			key += "|given"
		}
		original := id.Invoice(0)
		if b.OriginalLine != 0 {
			original = w.origin[b.OriginalLine]
			key += "|" + original.String()
		}
		g := groups[key]
		if g == nil {
			g = &group{on: on, original: original}
			groups[key] = g
			index = append(index, key)
		}
		if len(g.cmds) == 0 || g.cmds[len(g.cmds)-1] != i {
			g.cmds = append(g.cmds, i)
		}
		g.parts = append(g.parts, b)
	}
	sort.SliceStable(index, func(a, z int) bool { return groups[index[a]].on < groups[index[z]].on })
	return groups, index
}

// issue makes one paper of a group.
func (w *billing) issue(g *group) error {
	if g.original != 0 {
		return w.creditReturn(g)
	}
	first := w.orders[g.parts[0].Order]
	doc := &invoice.Invoice{ID: id.Invoice(w.tx.NewID()), Kind: "invoice", TypeCode: "380", Series: invoice.SeriesInvoice, Customer: first.Customer, BillTo: first.BillTo, Payer: first.Payer,
		Order: first.ID, Currency: first.Currency, IssuedOn: g.on, SuppliedFrom: "9999-12-31", BuyerReference: first.BuyerReference, PONumber: first.PONumber, TaxSource: first.TaxSource}
	rate, err := w.rate(first, g.on)
	if err != nil {
		return err
	}
	doc.FxRate = rate.String()
	for _, b := range g.parts {
		if err := w.position(doc, b); err != nil {
			return err
		}
		if b.Order != doc.Order {
			doc.Order = 0
			if w.orders[b.Order].PONumber != doc.PONumber {
				doc.PONumber = ""
			}
		}
	}
	doc.Total(w.Policy.TaxMode == "line", w.Policy.CashRounding)
	if doc.Gross < 0 {
		return invoice.ErrNegative.Because("what is due for order %s is negative (%s %s): it waits until new deliveries outweigh the returns, or make a credit note", first.Number, money.Format(doc.Gross, doc.Currency), doc.Currency)
	}
	w.convert(doc)
	w.open(doc, first)
	doc.Parties = w.parties(first)
	w.post(doc, g)
	w.docs, w.owner = append(w.docs, doc), append(w.owner, g.cmds)
	return nil
}

// rate of a document on a day: the order's own for migrated ones.
func (w *billing) rate(x *order.Order, on day.Day) (dec.D, error) {
	if x.Currency == w.Currency {
		return dec.FromInt(1), nil
	}
	if x.TaxSource == "given" {
		return dec.Parse(x.FxRate)
	}
	k := rateKey{x.Currency, on}
	if r, ok := w.rates[k]; ok {
		return r, nil
	}
	r, err := ledger.Rate(w.tx, x.Currency, w.Currency, on)
	w.rates[k] = r
	return r, err
}

// position adds one billable as a line, or as a charge or allowance of the document.
func (w *billing) position(doc *invoice.Invoice, b *invoice.Billable) error {
	x := w.orders[b.Order]
	l := x.Line(b.Line)
	rate, err := w.tax.On(b.TaxCode, b.SuppliedOn)
	if err != nil {
		return err
	}
	doc.SuppliedFrom, doc.SuppliedTo = min(doc.SuppliedFrom, b.SuppliedOn), max(doc.SuppliedTo, b.SuppliedOn)
	if l.Follows() && l.Product == 0 {
		sign, amount := int64(1), b.Net
		if l.Role == order.Allowance {
			sign, amount = -1, -b.Net
		}
		e := &invoice.Extra{ID: w.tx.NewID(), No: int64(len(doc.Extras) + 1), Sign: sign, Billable: b.ID, OrderLine: l.ID, Role: l.Role, Amount: amount, Tax: b.Tax, TaxCode: b.TaxCode,
			Category: rate.Category, Rate: rate.Percent, Reason: b.Text, ReasonCode: reasonCode(l.Role)}
		if sign < 0 {
			e.Tax = -b.Tax
		}
		doc.Extras = append(doc.Extras, e)
		return nil
	}
	line := &invoice.Line{ID: id.InvoiceLine(w.tx.NewID()), No: int64(len(doc.Lines) + 1), Billable: b.ID, Order: x.ID, OrderLine: l.ID, Shipment: b.Shipment, Product: l.Product, Qty: b.Qty,
		Unit: l.EnteredUnit, EnteredQty: w.entered(l, b), Price: b.Price, Net: b.Net, Allowance: b.Allowance, TaxCode: b.TaxCode, Category: rate.Category, Rate: rate.Percent, Tax: b.Tax, Text: b.Text}
	b.InvoiceLine = line.ID
	doc.Lines = append(doc.Lines, line)
	return nil
}

// reasonCode gives the code of an allowance (UNTDID 5189) or charge (UNTDID 7161).
func reasonCode(role string) string {
	switch role {
	case order.Freight:
		return "FC"
	case order.Allowance:
		return "95"
	}
	return "ABL"
}

// entered prints a quantity in the unit the line was ordered in.
func (w *billing) entered(l *order.Line, b *invoice.Billable) string {
	if l.Follows() {
		return l.EnteredQty
	}
	scale := 0
	if p := w.products[l.Product]; p != nil {
		scale = int(p.Scale)
	}
	n := b.Qty * b.Sign
	if d, ok := qty.FromSteps(n, qty.Ratio{Num: l.Num, Den: l.Den}, scale); ok {
		return d.String()
	}
	return qty.Format(n, scale)
}

// convert gives the breakdown in company currency.
func (w *billing) convert(doc *invoice.Invoice) {
	rate := dec.Must(doc.FxRate)
	for _, t := range doc.Taxes {
		t.BaseAcc, t.TaxAcc = money.Convert(t.Base, doc.Currency, w.Currency, rate), money.Convert(t.Tax, doc.Currency, w.Currency, rate)
		if r, err := w.tax.On(t.Code, doc.SuppliedTo); err == nil {
			t.Reason = r.Reason
		}
	}
}

// open makes the items of an invoice, one per instalment.
func (w *billing) open(doc *invoice.Invoice, x *order.Order) {
	t := w.terms.ByID[x.Terms]
	parts := t.Rule.Parts(doc.Payable, doc.IssuedOn, w.terms.Holidays(t.Calendar))
	weights := make([]int64, len(parts))
	for i, p := range parts {
		weights[i] = p.Amount
		doc.DueOn = max(doc.DueOn, p.DueOn)
	}
	doc.Terms = t.Rule.Text()
	fc := money.Convert(doc.Payable, doc.Currency, w.Currency, dec.Must(doc.FxRate))
	if doc.Payable == 0 {
		return
	}
	split := money.Split(fc, weights)
	for i, p := range parts {
		tiers, err := json.Marshal(p.Tiers)
		if err != nil || p.Tiers == nil {
			tiers = []byte("[]")
		}
		w.items[doc.ID] = append(w.items[doc.ID], &receivable.Item{ID: id.Item(w.tx.NewID()), Customer: doc.Payer, Credit: x.Credit, Kind: "invoice", DocType: "invoice", Doc: int64(doc.ID), PartNo: int64(i + 1),
			Currency: doc.Currency, Sign: 1, Original: p.Amount, Open: p.Amount, OriginalFC: split[i], OpenFC: split[i], DatedOn: doc.IssuedOn, DueOn: p.DueOn, Tiers: string(tiers)})
	}
}

// parties prints names and addresses as they stand today, for ever.
func (w *billing) parties(x *order.Order) string {
	c, bill, ship := w.customers[x.Customer], w.sites[x.BillTo], w.sites[x.ShipTo]
	address := func(s customer.Site) map[string]string {
		return map[string]string{"name": s.Name, "street": s.Street, "city": s.City, "postcode": s.Postcode, "region": s.Region, "country": s.Country}
	}
	p := map[string]any{"seller": map[string]string{"name": w.Name, "vat_id": w.VATID, "country": w.Country},
		"buyer": map[string]any{"code": c.Code, "name": c.Name, "vat_id": c.VATID, "address": address(bill)}, "deliver_to": address(ship)}
	b, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// post counts, moves exposure and books one invoice.
func (w *billing) post(doc *invoice.Invoice, g *group) {
	e := ledger.Entry{Journal: "sales", Kind: "invoice", DocType: "invoice", Doc: int64(doc.ID), Step: "issue", PostedOn: w.calendar.Open(ledger.Receivables, doc.IssuedOn), DocumentOn: doc.IssuedOn, FxRate: doc.FxRate}
	p := &posting{books: w.books, doc: doc, entry: &e, point: doc.SuppliedTo}
	if w.Policy.VATChargeableOn == "invoice" {
		p.point = doc.IssuedOn
	}
	taxOf := map[id.Billable]int64{}
	for _, l := range doc.Lines {
		taxOf[l.Billable] = l.Tax
	}
	for _, x := range doc.Extras {
		taxOf[x.Billable] = x.Sign * x.Tax
	}
	refs := []event.Ref{}
	for _, b := range g.parts {
		x := w.orders[b.Order]
		l := x.Line(b.Line)
		before := exposedFC(w.books, x, l)
		from := l.Billed
		p.part(b, l, taxOf[b.ID], from)
		c := order.Counts{Line: l.ID}
		if b.Sign > 0 {
			c.Billed = b.Qty
			if l.BillPolicy == "order" && l.Follows() && !hasGoods(x) {
				c.Shipped = b.Qty // services: performed when billed
			}
		} else {
			c.Credited, c.Billed = 0, 0
		}
		w.net(b, l, &c)
		l.Apply(c)
		w.counts = append(w.counts, c)
		w.hit[x.ID] = true
		b.Tax = taxOf[b.ID]
		w.taken = append(w.taken, b)
		w.exposure = append(w.exposure, credit.Move{Account: x.Credit, DocType: "invoice", Doc: int64(doc.ID), Order: exposedFC(w.books, x, l) - before, Shipped: -b.Exposed, Cause: "bill"})
		refs = append(refs, event.Ref{Type: "order", ID: int64(x.ID), Qualifier: "bills"}, event.Ref{Type: "shipment", ID: int64(b.Shipment), Qualifier: "bills"})
	}
	p.finish(w.items[doc.ID])
	for _, it := range w.items[doc.ID] {
		w.exposure = append(w.exposure, credit.Move{Account: it.Credit, DocType: "invoice", Doc: int64(doc.ID), Item: it.OriginalFC, Cause: "bill"})
	}
	w.entries = append(w.entries, e)
	w.events = append(w.events, event.Event{Type: "invoice.posted", Subject: event.About("invoice", int64(doc.ID)), Refs: refs,
		Body: &papers{doc: doc}})
}

// net nets goods that came back before they were billed: billed and credited
// rise together, so that neither the goods nor the return is due any more.
func (w *billing) net(b *invoice.Billable, l *order.Line, c *order.Counts) {
	if b.Sign < 0 {
		c.Credited = b.Qty
	}
}

func hasGoods(x *order.Order) bool {
	for _, l := range x.Lines {
		if l.Goods() {
			return true
		}
	}
	return false
}

// papers is the body of an event about a paper; the number is known when it is written.
type papers struct{ doc *invoice.Invoice }

// MarshalJSON prints number, totals and due day.
func (p *papers) MarshalJSON() ([]byte, error) {
	d := p.doc
	return json.Marshal(map[string]any{"number": d.Number, "net": money.Format(d.Net, d.Currency), "tax": money.Format(d.Tax, d.Currency), "gross": money.Format(d.Gross, d.Currency),
		"currency": d.Currency, "due_on": d.DueOn, "reason": d.Reason})
}

// number draws the numbers of all papers, series by series in a fixed order.
func (w *billing) number() error {
	type k struct{ series, scope string }
	per := map[k][]*invoice.Invoice{}
	var keys []k
	for _, d := range w.docs {
		d.Scope = string(d.IssuedOn[:4])
		key := k{d.Series, d.Scope}
		if per[key] == nil {
			keys = append(keys, key)
		}
		per[key] = append(per[key], d)
	}
	sort.Slice(keys, func(a, z int) bool {
		if keys[a].series != keys[z].series {
			return keys[a].series < keys[z].series
		}
		return keys[a].scope < keys[z].scope
	})
	for _, key := range keys {
		first, err := number.Draw(w.tx, key.series, key.scope, len(per[key]))
		if err != nil {
			return err
		}
		for i, d := range per[key] {
			d.Seq = first + int64(i)
			d.Number = number.Text(d.Series, d.Scope, d.Seq)
			for _, it := range w.items[d.ID] {
				it.Number = d.Number
			}
		}
	}
	return nil
}

func (w *billing) write() error {
	var decided []*order.Order
	for o := range w.hit {
		decided = append(decided, w.orders[o])
	}
	var items []*receivable.Item
	for _, d := range w.docs {
		items = append(items, w.items[d.ID]...)
	}
	invoice.MarkBilled(w.tx, w.taken)
	invoice.AddBillables(w.tx, w.fresh)
	order.AddCounts(w.tx, sumCounts(w.counts))
	order.Decide(w.tx, decided)
	invoice.Issue(w.tx, w.docs)
	invoice.CreditLines(w.tx, sortedCredits(w.credited))
	invoice.CreditExtras(w.tx, sortedCredits(w.extras))
	receivable.Open(w.tx, items)
	credit.Shift(w.tx, w.exposure)
	ledger.Post(w.tx, w.chart, w.entries)
	return event.Record(w.tx, w.events...)
}

func sortedCredits(m map[int64]invoice.Credited) []invoice.Credited {
	out := make([]invoice.Credited, 0, len(m))
	for _, c := range m {
		out = append(out, c)
	}
	sort.Slice(out, func(a, z int) bool { return out[a].ID < out[z].ID })
	return out
}

// RunReport is what a billing run did.
type RunReport struct {
	Invoices int            `json:"invoices"`
	Refused  []*fault.Fault `json:"refused,omitempty"`
}

// runBatch is how many waiting amounts a billing run looks at together.
const runBatch = 2000

// BillRun bills everything due up to a day, in batches. It ends when the
// unlocked list of waiting amounts is read to its end; a second run creates
// nothing. Orders that share an invoice share a batch as far as its size goes.
func (o *Office) BillRun(ctx context.Context, who db.Actor, on day.Day, progress func(invoices int)) (RunReport, error) {
	var rep RunReport
	done := map[id.Order]bool{}
	for place := (invoice.Place{}); ; {
		var todo []Bill
		read := 0
		err := o.DB.Read(ctx, func(r *db.Reader) error {
			orders, last, err := invoice.Due(r, on, place, runBatch)
			place, read = last, len(orders)
			for _, x := range orders {
				if !done[x] {
					done[x] = true
					todo = append(todo, Bill{Order: x, On: on, Collect: true})
				}
			}
			return err
		})
		if err != nil || read == 0 {
			return rep, err
		}
		results, err := o.Bill.Many(ctx, who, todo)
		if err != nil {
			return rep, err
		}
		rep.add(results)
		if progress != nil {
			progress(rep.Invoices)
		}
	}
}

func (r *RunReport) add(results []Result[Billed]) {
	docs := map[id.Invoice]bool{}
	for _, x := range results {
		if f, ok := fault.Of(x.Fault); ok {
			r.Refused = append(r.Refused, f)
		}
		for _, d := range x.Value.Invoices {
			docs[d.Invoice] = true
		}
	}
	r.Invoices += len(docs)
}
