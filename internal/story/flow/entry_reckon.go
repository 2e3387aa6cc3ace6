package flow

import (
	"strings"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
	"kontor/internal/words/unit"
)

// reckon prices rows as they would be ordered now.
func (o *Office) reckon(tx *db.Tx, d order.Draft, lines []order.DraftLine) (*reckoning, error) {
	r := &reckoning{Reckoning: &Reckoning{Draft: d}, o: o}
	code := strings.TrimSpace(d.Customer)
	found, err := customer.ByCode(tx, unique([]string{code, strings.ToUpper(code)}))
	if err != nil {
		return nil, err
	}
	if r.customer = found[code]; r.customer == nil {
		r.customer = found[strings.ToUpper(code)]
	}
	if r.means, err = r.meant(tx, lines); err != nil {
		return nil, err
	}
	draft := Draft{ShipTo: d.ShipTo, RequestedOn: day.Day(d.Wished)}
	if r.customer != nil {
		draft.Customer, r.Name = r.customer.Code, r.customer.Name
	}
	for _, m := range r.means {
		draft.Lines = append(draft.Lines, DraftLine{SKU: m.SKU})
	}
	if r.f, err = o.facts(tx, []Draft{draft}); err != nil {
		return nil, err
	}
	if err := r.openHead(draft); err != nil {
		return nil, err
	}
	r.Lines, err = r.lines(lines)
	return r, err
}

func (r *reckoning) meant(tx *db.Tx, lines []order.DraftLine) (map[string]report.Meant, error) {
	var typed []string
	for _, l := range lines {
		if t := strings.TrimSpace(l.Item); t != "" && !l.Gone {
			typed = append(typed, t)
		}
	}
	of := id.Customer(0)
	if r.customer != nil {
		of = r.customer.ID
	}
	return report.MeantItems(tx, of, unique(typed))
}

// openHead fills the head of the order that this would be.
func (r *reckoning) openHead(draft Draft) error {
	c := r.customer
	if c == nil {
		f := Flaw{At: "customer", Code: customer.ErrUnknown.Code, Sentence: "a customer is missing: type the code or the beginning of the name"}
		if r.Draft.Customer != "" {
			f.Sentence = "there is no customer “" + r.Draft.Customer + "”: type the beginning of the name and choose one"
		}
		r.Faults = append(r.Faults, f)
		return nil
	}
	r.Sites = r.f.sites[c.ID]
	r.head = order.Order{Customer: c.ID, Currency: c.Currency, OrderedOn: r.f.today, Kind: "standard", RequestedOn: or(draft.RequestedOn, r.f.today)}
	err := r.f.head(&r.head, c, &draft)
	r.ready = err == nil
	if f, ok := fault.Of(err); ok {
		at := f.Path
		if at == "requested_on" {
			at = "wished"
		}
		r.Faults = append(r.Faults, Flaw{At: at, Sentence: f.Sentence, Code: f.Code})
		return nil
	}
	return err
}

// most is for how many unknown items proposals are looked for at once.
const most = 20

// lines looks at rows; the database is asked for all of them together.
func (r *reckoning) lines(lines []order.DraftLine) ([]Reckoned, error) {
	out := make([]Reckoned, 0, len(lines))
	var spots []stock.Spot
	var unknown []string
	for _, l := range lines {
		x, err := r.line(l)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
		if spot, ok := r.spot(x); ok {
			spots = append(spots, spot)
		}
		if t := x.typed(); x.SKU == "" && t != "" && !x.Gone && len(unknown) < most {
			unknown = append(unknown, t)
		}
	}
	pots, err := stock.Find(r.f.tx, unique(spots))
	if err != nil {
		return nil, err
	}
	near, err := report.Proposals(r.f.tx, unique(unknown))
	for i := range out {
		x := &out[i]
		if x.Proposals = near[x.typed()]; len(x.Proposals) > 0 && x.SKU == "" && len(x.Flaws) > 0 {
			x.Flaws[0].Sentence = "no item is called “" + x.typed() + "”: choose one that is proposed, or type another code"
		}
		if spot, ok := r.spot(*x); ok {
			x.Proposals = nil
			x.available(int(r.f.products[x.SKU].Scale), pots[spot])
		}
	}
	return out, err
}

func (r *reckoning) spot(x Reckoned) (stock.Spot, bool) {
	p := r.f.products[x.SKU]
	if p == nil || p.Kind != "goods" || !r.ready || x.Gone {
		return stock.Spot{}, false
	}
	return stock.Spot{Warehouse: r.head.Warehouse, Product: p.ID, Status: stock.Sellable}, true
}

func (x *Reckoned) available(scale int, pot *stock.Pot) {
	free := int64(0)
	if pot != nil {
		free = max(0, pot.Free())
	}
	x.Free = qty.Format(free, scale)
	if x.ordered > free {
		x.Short = qty.Format(x.ordered-free, scale)
	}
}

// line reckons one row, by the very code that captures it.
func (r *reckoning) line(l order.DraftLine) (Reckoned, error) {
	l.Net, l.TaxCode, l.Faults, l.Gone = 0, "", 0, l.Gone || l.Empty()
	x := Reckoned{DraftLine: l}
	if l.Gone {
		return x, nil
	}
	typed := x.typed()
	m, known := r.means[typed]
	switch {
	case typed == "":
		x.flaw("item", catalog.ErrUnknown.Code, "an item is missing: type its code, the customer’s number of it, or the beginning of its name")
	case !known:
		x.flaw("item", catalog.ErrUnknown.Code, "no item is called “"+typed+"”: type its code, the customer’s number of it, or the beginning of its name")
	}
	if l.Wished != "" {
		if _, err := day.Parse(l.Wished); err != nil {
			x.fault("wished", err)
		}
	}
	if strings.TrimSpace(l.Qty) == "" {
		x.flaw("qty", order.ErrInvalid.Code, "how many is missing: type a quantity")
	}
	var err error
	if p := r.f.products[m.SKU]; known && p != nil {
		x.SKU, x.Name, x.BaseUnit, x.UsedUnit = p.SKU, p.Name, p.Unit, or(unit.Among(unitsOf(p), l.Unit), or(m.Unit, p.Unit))
		if r.ready && l.Qty != "" {
			err = r.price(&x, m)
		}
	}
	x.Faults = int64(len(x.Flaws))
	return x, err
}

func unitsOf(p *catalog.Product) []string {
	out := []string{p.Unit}
	for _, u := range p.Units {
		out = append(out, u.Unit)
	}
	return out
}

// price makes the line of an order and takes over what it costs.
func (r *reckoning) price(x *Reckoned, m report.Meant) error {
	d := DraftLine{SKU: m.SKU, Qty: x.Qty, Unit: x.UsedUnit, Price: x.Price, BuyerPart: m.Part}
	l, stops, err := r.f.line(&r.head, r.customer, &d, r.f.place(&r.head, r.customer), r.customer.Bill.Policy)
	if _, ok := fault.Of(err); ok {
		x.fault("", err)
		return nil
	}
	if err != nil {
		return err
	}
	x.ordered, x.Net, x.TaxCode = l.Ordered, l.Net, l.TaxCode
	x.UnitPrice, x.Discount, x.Trace, x.Amount = l.Price, l.Discount, l.Trace, money.Format(l.Net, r.head.Currency)
	for _, s := range stops {
		x.fault("", s.err)
		x.Flaws[len(x.Flaws)-1].Holds = true
	}
	return nil
}

func (x *Reckoned) flaw(at, code, sentence string) {
	x.Flaws = append(x.Flaws, Flaw{At: at, Sentence: sentence, Code: code})
}

// fault notes a fault at its own place, or at another.
func (x *Reckoned) fault(at string, err error) {
	f, ok := fault.Of(err)
	if !ok {
		x.flaw(at, "", err.Error())
		return
	}
	if at == "" {
		if at = f.Path; at == "sku" || at == "" {
			at = "item"
		}
	}
	x.flaw(at, f.Code, f.Sentence)
}

// typed is what stands for the item.
func (x Reckoned) typed() string { return strings.TrimSpace(x.Item) }

// unique is a list with each of its values once.
func unique[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	var out []T
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
