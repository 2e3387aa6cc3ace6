package flow

import (
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
	"kontor/internal/words/id"
	"kontor/internal/words/money"
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
	due, err := invoice.LockDue(tx, ids, last) // under the lock: a return must not slip in between
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
	discounts map[id.Invoice]map[string]int64 // net of cash discounts taken, per tax code
	posted    map[int64][]ledger.Entry        // of invoices that are cancelled
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
	ask := w.tx.Together()
	w.customers, _ = customer.ByID(ask, credit.Sorted(customers))
	w.sites, _ = customer.SitesByID(ask, credit.Sorted(sites))
	w.products, _ = catalog.ByID(ask, credit.Sorted(products))
	w.calendar, _ = ledger.LoadCalendar(ask)
	if err := ask.Go(); err != nil {
		return err
	}
	if err := w.loadOriginals(back); err != nil {
		return err
	}
	credit.Hold(w.tx, accounts)
	return nil
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
	return w.lockOriginals(ids)
}

// lockOriginals locks invoices that are credited, and their items: what a cash
// discount took of them must not change while it is given back.
func (w *billing) lockOriginals(ids []id.Invoice) error {
	var err error
	if w.originals, err = invoice.Lock(w.tx, credit.Sorted(ids)); err != nil {
		return err
	}
	docs := make([]int64, 0, len(w.originals))
	for _, inv := range w.originals {
		docs = append(docs, int64(inv.ID))
	}
	found, err := receivable.OfDocs(w.tx, docs)
	if err != nil {
		return err
	}
	of := map[id.Item]id.Invoice{}
	var items []id.Item
	for doc, list := range found {
		for _, it := range list {
			of[it.ID] = id.Invoice(doc)
			items = append(items, it.ID)
		}
	}
	if _, err := receivable.Lock(w.tx, items); err != nil {
		return err
	}
	taken, err := receivable.Discounts(w.tx, items)
	w.discounts = map[id.Invoice]map[string]int64{}
	for it, rows := range taken {
		inv := of[it]
		if w.discounts[inv] == nil {
			w.discounts[inv] = map[string]int64{}
		}
		for _, r := range rows {
			w.discounts[inv][r.TaxCode] += r.Amount - r.TaxPart
		}
	}
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
