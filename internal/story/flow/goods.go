package flow

import (
	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// GoodsIn asks to take goods into stock.
type GoodsIn struct {
	Reference  string      `json:"reference" doc:"number of the delivery, purchase order or count; once per kind" minLength:"1"`
	Kind       string      `json:"kind,omitempty" enum:"receipt,opening"`
	Partner    string      `json:"partner,omitempty" doc:"who delivered"`
	Warehouse  string      `json:"warehouse,omitempty" doc:"warehouse code; the first when empty"`
	On         day.Day     `json:"on,omitempty" doc:"day of the movement; today when empty"`
	DocumentOn day.Day     `json:"document_on,omitempty" doc:"day on the paper"`
	Migration  bool        `json:"migration,omitempty" doc:"brought in so that history could be replayed"`
	Lines      []GoodsLine `json:"lines" minItems:"1"`
}

// GoodsLine is one product taken in.
type GoodsLine struct {
	SKU    string `json:"sku"`
	Qty    string `json:"qty" doc:"decimal, base unit"`
	Cost   string `json:"cost,omitempty" doc:"per base unit, company currency"`
	Value  string `json:"value,omitempty" doc:"of the whole line, company currency; instead of cost"`
	Status string `json:"status,omitempty" enum:"sellable,quality,blocked"`

	Average bool `json:"average,omitempty" doc:"without cost and value: worth what the same goods there are worth now"`
}

// Scrap asks to write goods off the shelf.
type Scrap struct {
	Reference string  `json:"reference" minLength:"1"`
	Warehouse string  `json:"warehouse,omitempty"`
	SKU       string  `json:"sku"`
	Qty       string  `json:"qty" doc:"decimal, base unit"`
	Status    string  `json:"status,omitempty" enum:"sellable,quality,blocked,returned"`
	On        day.Day `json:"on,omitempty"`
	Reason    string  `json:"reason" minLength:"1"`
}

// Count asks to set what is on the shelf to what was counted.
type Count struct {
	Reference string  `json:"reference" minLength:"1"`
	Warehouse string  `json:"warehouse,omitempty"`
	SKU       string  `json:"sku"`
	Counted   string  `json:"counted" doc:"decimal, base unit"`
	Status    string  `json:"status,omitempty" enum:"sellable,quality,blocked,returned"`
	On        day.Day `json:"on,omitempty"`
	Reason    string  `json:"reason,omitempty"`
	Shelf     bool    `json:"shelf,omitempty" doc:"only what lies on the shelf was counted: what is picked and has not left is added"`
}

// Move asks to bring goods to another warehouse or status; into the status
// transit they stay on the road until a second move brings them in.
type Move struct {
	Reference  string  `json:"reference" minLength:"1"`
	SKU        string  `json:"sku"`
	Qty        string  `json:"qty" doc:"decimal, base unit"`
	From       string  `json:"from,omitempty" doc:"warehouse code"`
	To         string  `json:"to,omitempty" doc:"warehouse code"`
	FromStatus string  `json:"from_status,omitempty" enum:"sellable,quality,blocked,returned,transit"`
	ToStatus   string  `json:"to_status,omitempty" enum:"sellable,quality,blocked,returned,transit"`
	On         day.Day `json:"on,omitempty"`
	Reason     string  `json:"reason,omitempty"`
}

// Stocked is a booked stock paper.
type Stocked struct {
	Doc   id.StockDoc   `json:"doc"`
	Known bool          `json:"known,omitempty" doc:"the reference was booked before: nothing changed"`
	Lines []StockedLine `json:"lines,omitempty"`
}

// StockedLine is what a line changed.
type StockedLine struct {
	SKU    string `json:"sku"`
	Qty    string `json:"qty" doc:"signed, base unit"`
	Value  string `json:"value" doc:"signed, company currency"`
	OnHand string `json:"on_hand"`
	Free   string `json:"free"`
}

// paper is one stock paper that a command became: lines that take from and put into spots.
type paper struct {
	doc   stock.Doc
	rows  []paperRow
	kind  string // of the entry
	debit string // role opposite inventory
	fault error
}

type paperRow struct {
	product *catalog.Product
	spot    stock.Spot
	kind    string
	qty     int64
	value   int64 // given for what comes in; −1 = take the pot's cost
	counted bool  // qty is what should be there
	paired  bool  // comes in at what the row before took out
	average bool  // comes in at what the pot's goods are worth
	shelf   bool  // counted without what is picked and has not left
}

// stocking is the state of one batch of stock papers.
type stocking struct {
	*books
	tx       *db.Tx
	today    day.Day
	houses   []stock.Warehouse
	products map[string]*catalog.Product
	calendar *ledger.Calendar
}

func (o *Office) stocking(tx *db.Tx, skus []string) (*stocking, error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	w := &stocking{books: b, tx: tx, today: b.Day(tx.Now())}
	if w.products, err = catalog.BySKU(tx, uniqueText(skus)); err != nil {
		return nil, err
	}
	if w.houses, err = stock.Warehouses(tx); err != nil {
		return nil, err
	}
	w.calendar, err = ledger.LoadCalendar(tx)
	return w, err
}

func (w *stocking) house(code string) (id.Warehouse, error) {
	for _, h := range w.houses {
		if code == "" || h.Code == code {
			return h.ID, nil
		}
	}
	return 0, stock.ErrWarehouse.Because("there is no warehouse %q", code).At("warehouse")
}

// row reads SKU, quantity and place of a line.
func (w *stocking) row(sku, text, house, status, kind string, zeroOK bool) (paperRow, error) {
	p := w.products[sku]
	if p == nil {
		return paperRow{}, catalog.ErrUnknown.Because("there is no product %q", sku).At("sku")
	}
	n, err := qty.Parse(text, int(p.Scale))
	if err != nil {
		return paperRow{}, fault.At(err, "qty")
	}
	if n < 0 || n == 0 && !zeroOK {
		return paperRow{}, fault.At(stock.ErrQty.Because("a quantity of %s must be above zero, not %s", sku, text), "qty")
	}
	h, err := w.house(house)
	return paperRow{product: p, spot: stock.Spot{Warehouse: h, Product: p.ID, Status: or(status, stock.Sellable)}, kind: kind, qty: n, value: -1}, err
}

func (w *stocking) doc(kind, reference, partner, reason string, on, documentOn day.Day, migration bool) stock.Doc {
	on = or(on, w.today)
	return stock.Doc{ID: id.StockDoc(w.tx.NewID()), Kind: kind, Reference: reference, Partner: partner, PostedOn: w.calendar.Open(ledger.Stock, on), DocumentOn: or(documentOn, on), Reason: reason, Migration: migration}
}

// book writes papers: pots are locked, rows applied in order, each paper gets its entry.
func (w *stocking) book(papers []*paper) ([]Result[Stocked], error) {
	out := make([]Result[Stocked], len(papers))
	var spots []stock.Spot
	known, err := w.known(papers)
	if err != nil {
		return nil, err
	}
	for i, p := range papers {
		ref := stock.Reference{Kind: p.doc.Kind, Number: p.doc.Reference}
		if d, ok := known[ref]; ok && p.fault == nil {
			out[i].Value = Stocked{Doc: d, Known: true}
			p.fault = errKnown
		}
		if p.fault != nil {
			continue // its rows may name no place at all
		}
		for _, r := range p.rows {
			spots = append(spots, r.spot)
		}
	}
	pots, err := stock.LockSpots(w.tx, spots)
	if err != nil {
		return nil, err
	}
	if err := w.addInHand(papers, pots); err != nil {
		return nil, err
	}
	var docs []stock.Doc
	var moves []stock.Move
	var entries []ledger.Entry
	var events []event.Event
	for i, p := range papers {
		if p.fault != nil {
			if p.fault != errKnown {
				out[i].Fault = p.fault
			}
			continue
		}
		ms, e, v, err := w.apply(p, pots)
		if err != nil {
			out[i].Fault = err
			continue
		}
		docs, moves, entries = append(docs, p.doc), append(moves, ms...), append(entries, e)
		out[i].Value = v
		events = append(events, event.Event{Type: eventOf[p.doc.Kind], Subject: event.About("stock_doc", int64(p.doc.ID)), Reason: p.doc.Reason, Body: map[string]any{"reference": p.doc.Reference, "lines": len(p.rows), "migration": p.doc.Migration}})
	}
	stock.AddDocs(w.tx, docs)
	stock.Book(w.tx, moves)
	ledger.Post(w.tx, w.chart, entries)
	return out, event.Record(w.tx, events...)
}

// known finds papers that were booked before.
func (w *stocking) known(papers []*paper) (map[stock.Reference]id.StockDoc, error) {
	refs := make([]stock.Reference, 0, len(papers))
	for _, p := range papers {
		if p.fault == nil {
			refs = append(refs, stock.Reference{Kind: p.doc.Kind, Number: p.doc.Reference})
		}
	}
	return stock.DocsByReference(w.tx, refs)
}

var errKnown = fault.Rule{Kind: fault.Conflict, Code: "stock.known"}

var eventOf = map[string]string{"receipt": "stock.received", "opening": "stock.received", "scrap": "stock.scrapped", "count": "stock.counted", "transfer": "stock.transferred"}

// apply works one paper on the locked figures: first all checks, then the changes.
func (w *stocking) apply(p *paper, pots map[stock.Spot]*stock.Pot) ([]stock.Move, ledger.Entry, Stocked, error) {
	e := ledger.Entry{Journal: "stock", Kind: p.kind, DocType: "stock_doc", Doc: int64(p.doc.ID), Step: p.doc.Kind, PostedOn: p.doc.PostedOn, DocumentOn: p.doc.DocumentOn}
	v := Stocked{Doc: p.doc.ID}
	taken := map[id.Pot]int64{}
	for _, r := range p.rows {
		pot := pots[r.spot]
		if r.counted && r.qty < pot.Reserved {
			return nil, e, v, stock.ErrReserved.Because("%s of %s are reserved, more than the %s counted: take reservations off orders first", qty.Format(pot.Reserved, int(r.product.Scale)), r.product.SKU, qty.Format(r.qty, int(r.product.Scale)))
		}
		if r.average && pot.OnHand <= 0 {
			return nil, e, v, stock.ErrCost.Because("no %s lies there, so what it is worth is not known: write its cost", r.product.SKU).At("cost")
		}
		if taken[pot.ID] += max(0, -r.qty); !r.counted && taken[pot.ID] > pot.Free() && r.qty < 0 {
			return nil, e, v, stock.ErrShort.Because("cannot take %s of %s: only %s are free", qty.Format(-r.qty, int(r.product.Scale)), r.product.SKU, qty.Format(pot.Free(), int(r.product.Scale)))
		}
	}
	var moves []stock.Move
	last := int64(0)
	for n, r := range p.rows {
		pot := pots[r.spot]
		q, value := r.qty, r.value
		if r.counted {
			q -= pot.OnHand
			value = money.Share(pot.Value, q, max(1, pot.OnHand))
		}
		if r.average {
			value = money.Share(pot.Value, q, pot.OnHand)
		}
		switch {
		case r.paired:
			value = -last
			pot.Receive(q, value)
		case q < 0:
			value = -pot.Issue(-q)
		default:
			pot.Receive(q, value)
		}
		last = value
		if q != 0 || value != 0 {
			moves = append(moves, stock.Move{Pot: pot.ID, Kind: r.kind, Qty: q, Value: value, DocType: "stock_doc", Doc: int64(p.doc.ID), DocLine: int64(n + 1), ValidOn: p.doc.PostedOn})
		}
		w.lines(&e, p, r, value)
		scale := int(r.product.Scale)
		v.Lines = append(v.Lines, StockedLine{r.product.SKU, qty.Format(q, scale), money.Format(value, w.Currency), qty.Format(pot.OnHand, scale), qty.Format(pot.Free(), scale)})
	}
	return moves, e, v, nil
}

// lines books one row: inventory or goods on the road, against the paper's role.
func (w *stocking) lines(e *ledger.Entry, p *paper, r paperRow, value int64) {
	role := "inventory"
	if r.spot.Status == stock.Transit {
		role = "stock_in_transit"
	}
	e.Lines = append(e.Lines, ledger.Line{Role: role, Amount: value, Doc: value, Currency: w.Currency})
	if p.debit == "" {
		return // a transfer: the other row is the other side
	}
	sub := int64(0)
	if p.debit == "grni" {
		sub = int64(p.doc.ID)
	}
	e.Lines = append(e.Lines, ledger.Line{Role: p.debit, Sub: sub, Amount: -value, Doc: -value, Currency: w.Currency})
}

func (o *Office) goodsIn(tx *db.Tx, cmds []GoodsIn) ([]Result[Stocked], error) {
	var skus []string
	for _, c := range cmds {
		for _, l := range c.Lines {
			skus = append(skus, l.SKU)
		}
	}
	w, err := o.stocking(tx, skus)
	if err != nil {
		return nil, err
	}
	papers := make([]*paper, len(cmds))
	for i, c := range cmds {
		p := &paper{kind: "goods-receipt", debit: "grni"}
		kind := or(c.Kind, "receipt")
		if kind == "opening" {
			p.kind, p.debit = "opening", "opening_balance"
		}
		p.doc = w.doc(kind, c.Reference, c.Partner, "", c.On, c.DocumentOn, c.Migration)
		var errs []error
		for n, l := range c.Lines {
			r, err := w.incoming(l, c.Warehouse, kind)
			errs = append(errs, fault.At(err, "lines[%d]", n))
			p.rows = append(p.rows, r)
		}
		p.fault = fault.All(errs...)
		papers[i] = p
	}
	return w.book(papers)
}

func (w *stocking) incoming(l GoodsLine, house, kind string) (paperRow, error) {
	r, err := w.row(l.SKU, l.Qty, house, l.Status, kind, false)
	if err != nil {
		return r, err
	}
	r.value = 0
	switch {
	case l.Value != "":
		r.value, err = money.Parse(l.Value, w.Currency)
		err = fault.At(err, "value")
	case l.Cost != "":
		var cost dec.D
		if cost, err = dec.Parse(l.Cost); err != nil {
			return r, fault.At(err, "cost")
		}
		r.value, _, err = money.LineNet(dec.FromUnits(r.qty, int(r.product.Scale)), cost, dec.FromInt(0), w.Currency)
		err = fault.At(err, "cost")
	case l.Average:
		r.average = true
	}
	if err == nil && r.value < 0 {
		err = stock.ErrQty.Because("the value of goods taken in cannot be negative")
	}
	return r, err
}
