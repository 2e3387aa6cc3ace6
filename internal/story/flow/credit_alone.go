package flow

import (
	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// CreditAlone asks for one credit note that stands beside the invoices: its
// lines give back goods of shipments, amounts of invoice lines, or what no
// paper of ours is known for. Goods come back in the same transaction.
type CreditAlone struct {
	Customer  string            `json:"customer" doc:"customer code" minLength:"1"`
	BillTo    string            `json:"bill_to,omitempty" doc:"site code; the customer's first site when empty"`
	On        day.Day           `json:"on,omitempty" doc:"issue date; today when empty"`
	Reason    string            `json:"reason" minLength:"1" doc:"printed on the note"`
	Reference string            `json:"reference,omitempty" doc:"the customer's own number, BT-10"`
	Lines     []CreditAloneLine `json:"lines" minItems:"1"`
	Goods     *GoodsIn          `json:"goods,omitempty" doc:"goods that come back and belong to no shipment"`
	Intake    id.Intake         `json:"-"`
}

// CreditAloneLine is one position of the note. With shipped the goods of a
// shipment line come back and its invoice line is credited; with line an
// invoice line is credited without goods; with neither it stands alone.
type CreditAloneLine struct {
	Shipped id.ShipLine    `json:"shipment_line,omitempty"`
	Line    id.InvoiceLine `json:"invoice_line,omitempty"`
	SKU     string         `json:"sku,omitempty" doc:"of a line that stands alone"`
	Qty     int64          `json:"qty" minimum:"1" doc:"base steps"`
	Price   string         `json:"price,omitempty" doc:"printed; the invoice's when empty"`
	Net     string         `json:"net,omitempty" doc:"amount without tax; the share of the invoice line when empty"`
	TaxCode string         `json:"tax_code,omitempty" doc:"of a line that stands alone; found by the tax rules when empty"`
}

// creditAlone takes goods back, then writes the papers. A command that cannot
// be understood is refused before anything is written for it.
func (o *Office) creditAlone(tx *db.Tx, cmds []CreditAlone) ([]Result[Billed], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	n := &noting{billing: &billing{books: b, tx: tx, today: b.Day(tx.Now())}, out: make([]Result[Billed], len(cmds))}
	if err := n.read(cmds); err != nil {
		return nil, err
	}
	for i := range cmds {
		n.out[i].Fault = n.check(&cmds[i])
	}
	if err := n.goods(o, cmds); err != nil {
		return nil, err
	}
	if err := n.papers(cmds); err != nil {
		return nil, err
	}
	if err := n.number(); err != nil {
		return nil, err
	}
	understood := map[id.Intake]int64{}
	for k, doc := range n.docs {
		i := n.owner[k][0]
		n.out[i].Value.Invoices = append(n.out[i].Value.Invoices, issuedView(doc, n.items[doc.ID]))
		if cmds[i].Intake != 0 {
			understood[cmds[i].Intake] = int64(doc.ID)
		}
	}
	if err := n.write(); err != nil {
		return nil, err
	}
	order.UnderstandIntakes(tx, "invoice", understood)
	return n.out, nil
}

// noting is the state of one batch.
type noting struct {
	*billing
	out      []Result[Billed]
	buyers   map[string]*customer.Customer
	places   map[id.Customer][]customer.Site
	articles map[string]*catalog.Product
	shipped  map[id.ShipLine]*shipping.Line
	houses   []stock.Warehouse
	back     map[id.ShipLine][]*invoice.Billable // what waits for a note
}

func (n *noting) read(cmds []CreditAlone) error {
	n.blank()
	var codes, skus []string
	var lines []id.ShipLine
	for _, c := range cmds {
		codes = append(codes, c.Customer)
		for _, l := range c.Lines {
			lines = append(lines, l.Shipped)
			if l.SKU != "" {
				skus = append(skus, l.SKU)
			}
		}
	}
	var err error
	if n.buyers, err = customer.ByCode(n.tx, uniqueText(codes)); err != nil {
		return err
	}
	ids := make([]id.Customer, 0, len(n.buyers))
	for _, c := range n.buyers {
		ids = append(ids, c.ID)
	}
	if n.places, err = customer.Sites(n.tx, ids); err != nil {
		return err
	}
	if n.articles, err = catalog.BySKU(n.tx, uniqueText(skus)); err != nil {
		return err
	}
	if n.houses, err = stock.Warehouses(n.tx); err != nil {
		return err
	}
	n.shipped, err = shipping.LinesByID(n.tx, credit.Sorted(lines))
	return err
}

func (n *noting) site(c *CreditAlone) (customer.Site, bool) {
	for _, s := range n.places[n.buyers[c.Customer].ID] {
		if c.BillTo == "" || s.Code == c.BillTo {
			return s, true
		}
	}
	return customer.Site{}, false
}

// check refuses what cannot be understood.
func (n *noting) check(c *CreditAlone) error {
	if n.buyers[c.Customer] == nil {
		return customer.ErrUnknown.Because("there is no customer %q; create it first", c.Customer).At("customer")
	}
	if _, ok := n.site(c); !ok {
		return customer.ErrSite.Because("customer %s has no site %q to send the note to", c.Customer, c.BillTo).At("bill_to")
	}
	if len(c.Lines) == 0 {
		return invoice.ErrMixed.Because("a credit note needs a line").At("lines")
	}
	for i := range c.Lines {
		if err := n.checkLine(&c.Lines[i], n.buyers[c.Customer]); err != nil {
			return fault.At(err, "lines[%d]", i)
		}
	}
	return nil
}

func (n *noting) checkLine(l *CreditAloneLine, c *customer.Customer) error {
	named := 0
	for _, set := range []bool{l.Shipped != 0, l.Line != 0, l.SKU != ""} {
		if set {
			named++
		}
	}
	switch {
	case named != 1:
		return invoice.ErrMixed.Because("name exactly one of shipment_line, invoice_line and sku")
	case l.Qty <= 0:
		return order.ErrReturnQty.Because("a quantity must be above zero, not %d", l.Qty).At("qty")
	case l.Shipped != 0 && n.shipped[l.Shipped] == nil:
		return shipping.ErrLine.Because("there is no shipment line %s", l.Shipped).At("shipment_line")
	case l.SKU != "" && n.articles[l.SKU] == nil:
		return catalog.ErrUnknown.Because("there is no product %q", l.SKU).At("sku")
	case l.SKU != "" && l.Net == "":
		return invoice.ErrMixed.Because("a line that stands alone needs its amount").At("net")
	}
	if l.Net != "" {
		if v, err := money.Parse(l.Net, c.Currency); err != nil || v < 0 {
			return fault.At(fault.All(err, invoice.ErrCredit.Because("an amount to credit cannot be negative")), "net")
		}
	}
	return nil
}

// goods takes them back: to their shipment lines, and what belongs to none as a receipt.
func (n *noting) goods(o *Office, cmds []CreditAlone) error {
	var returns []Return
	var of []int
	var receipts []GoodsIn
	for i, c := range cmds {
		if n.out[i].Fault != nil {
			continue
		}
		at := map[id.Order]int{}
		for _, l := range c.Lines {
			if l.Shipped == 0 {
				continue
			}
			x := n.shipped[l.Shipped].Order
			if _, ok := at[x]; !ok {
				at[x] = len(returns)
				returns, of = append(returns, Return{Order: x, Reason: c.Reason}), append(of, i)
			}
			r := &returns[at[x]]
			r.Lines = append(r.Lines, ReturnLine{Line: l.Shipped, Qty: l.Qty})
		}
		if c.Goods != nil {
			receipts = append(receipts, *c.Goods)
		}
	}
	authorised, err := o.authorise(n.tx, returns)
	if err != nil {
		return err
	}
	backs := make([]TakeBack, 0, len(returns))
	for k, r := range authorised {
		if r.Fault != nil {
			return r.Fault // the batch is undone: its other goods must not stay
		}
		backs = append(backs, TakeBack{Return: r.Value.Return, On: cmds[of[k]].On, Status: stock.Sellable})
	}
	taken, err := o.takeBack(n.tx, backs)
	if err != nil {
		return err
	}
	booked, err := o.goodsIn(n.tx, receipts)
	if err != nil {
		return err
	}
	for _, r := range taken {
		err = fault.All(err, r.Fault)
	}
	for _, r := range booked {
		err = fault.All(err, r.Fault)
	}
	return err
}

// papers reads what the lines refer to, locked, and makes the notes.
func (n *noting) papers(cmds []CreditAlone) error {
	var orders []id.Order
	var lines []id.InvoiceLine
	for i, c := range cmds {
		for _, l := range c.Lines {
			if n.out[i].Fault == nil && l.Shipped != 0 {
				orders = append(orders, n.shipped[l.Shipped].Order)
			}
			if l.Line != 0 {
				lines = append(lines, l.Line)
			}
		}
	}
	var err error
	if n.orders, err = order.Lock(n.tx, credit.Sorted(orders)); err != nil {
		return err
	}
	due, err := invoice.LockDue(n.tx, credit.Sorted(orders), invoice.Later)
	if err != nil {
		return err
	}
	n.back = map[id.ShipLine][]*invoice.Billable{}
	for _, b := range due {
		if b.Kind == "return" && b.OriginalLine != 0 {
			lines = append(lines, b.OriginalLine)
			n.back[id.ShipLine(b.Source)] = append(n.back[id.ShipLine(b.Source)], b)
		}
	}
	if err := n.loadOriginals(credit.Sorted(lines)); err != nil {
		return err
	}
	if n.calendar, err = ledger.LoadCalendar(n.tx); err != nil {
		return err
	}
	var accounts []id.Credit
	for _, c := range n.buyers {
		accounts = append(accounts, c.Credit)
	}
	credit.Hold(n.tx, accounts)
	for i := range cmds {
		if n.out[i].Fault == nil {
			if err := n.paper(&cmds[i], i); err != nil {
				return err // goods are back already: all or nothing
			}
		}
	}
	return nil
}

// paper makes the note of one command: a part for each invoice that it
// corrects, and one for the lines that stand alone, joined to one paper.
func (n *noting) paper(c *CreditAlone, cmd int) error {
	on := or(c.On, n.today)
	parts, taken := map[id.Invoice][]taking{}, map[id.InvoiceLine]claim{}
	var index []id.Invoice
	alone := &invoice.Invoice{Kind: "credit_note", TaxSource: "computed", FxRate: "1", Currency: n.buyers[c.Customer].Currency, SuppliedFrom: on, SuppliedTo: on}
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.SKU != "" {
			if err := n.standing(alone, c, l, on); err != nil {
				return fault.At(err, "lines[%d]", i)
			}
			continue
		}
		p, inv, err := n.part(c, l, taken)
		if err != nil {
			return fault.At(err, "lines[%d]", i)
		}
		if parts[inv] == nil {
			index = append(index, inv)
		}
		parts[inv] = append(parts[inv], p)
	}
	var subs []*invoice.Invoice
	for _, v := range index {
		sub, err := n.draftNote(n.originals[v], parts[v], on, c.Reason, true)
		if err != nil {
			return err
		}
		subs = append(subs, sub)
	}
	if len(alone.Lines) > 0 {
		rate, err := ledger.Rate(n.tx, alone.Currency, n.Currency, on)
		if err != nil {
			return err
		}
		alone.FxRate = rate.String()
		alone.Total(n.Policy.TaxMode == "line", 0)
		subs = append(subs, alone)
	}
	doc, err := n.join(c, subs, on)
	if err != nil {
		return err
	}
	n.postNote(doc)
	n.docs, n.owner = append(n.docs, doc), append(n.owner, []int{cmd})
	return nil
}
