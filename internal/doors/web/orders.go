package web

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// orderList shows orders, the newest first.
func orderList(v *visit, p report.Page) (list, error) {
	f := report.OrderFilter{Status: v.ask("status"), Customer: v.ask("customer")}
	if f.Status == "open" {
		f.Status, f.Open = "", true
	}
	if by := strings.TrimPrefix(p.Sort, "-"); by != "" && !f.CanSort(by) {
		p.Sort = "" // another view could be sorted so
	}
	var rows report.List[report.OrderRow]
	var err error
	if q := v.ask("q"); q != "" { // what a person types may be our number or theirs
		f.Number = q
		if rows, err = report.Orders(v.q, f, p); err == nil && len(rows.Items) == 0 {
			f.Number, f.PO = "", q
			rows, err = report.Orders(v.q, f, p)
		}
	} else {
		rows, err = report.Orders(v.q, f, p)
	}
	if err != nil {
		return list{Title: "Orders"}, err
	}
	l := list{Title: "Orders", Ask: "Order or PO number", Next: rows.Next, Prev: rows.Prev, Empty: "No orders yet. The first one that comes in stands here.", Bulk: v.bulkLinks("confirm", "release", "mine"),
		Views: v.tabs("status", [2]string{"", "All"}, [2]string{"open", "Open"}, [2]string{"captured", "Captured"}, [2]string{"held", "On hold"}, [2]string{"short", "Short"}, [2]string{"reserved", "Reserved"}, [2]string{"released", "Picking"}, [2]string{"shipped", "Shipped"}, [2]string{"billed", "Billed"}, [2]string{"closed", "Closed"}),
		Chips: v.chips([2]string{"customer", "Customer"}, [2]string{"q", "Number"})}
	if l.Total, err = report.CountOrders(v.q, f); err != nil {
		return l, err
	}
	for _, s := range [][2]string{{"Ordered", "ordered"}, {"Wished", "wished"}, {"Net", "net"}, {"Customer", "customer"}} {
		if f.CanSort(s[1]) {
			l.Sorts = append(l.Sorts, s)
		}
	}
	if v.may(access.Enter) {
		l.Acts = []link{{Word: "Drafts", Href: "/drafts"}, {Word: "New order", Href: "/orders/new", Icon: "plus", Key: "N", Primary: true}}
	}
	l.Table = table{Caption: "Orders", Columns: []column{{"Order, PO", false, "first"}, {"Customer", false, "whole"}, {"State", false, "whole"}, {"Net", true, "amount"}, {"Currency", false, "up"}, {"Ordered", true, "up"}, {"Wished", true, "whole"}}, Needs: atPrices("Net", "Currency")}
	for _, o := range rows.Items {
		l.Table.Rows = append(l.Table.Rows, row{ID: o.ID.String(), Pick: o.ID.String(), Sum: o.Net, Unit: string(o.Currency), Cells: []cell{
			named(o.Number, "/orders/"+o.Number).and(o.PONumber), linked(o.Customer.Name, "/customers/"+o.Customer.Code), pill(statusOf(o)), cash(o.Net), text(string(o.Currency)),
			v.dayCell(o.OrderedOn), v.dayCell(o.RequestedOn)}})
	}
	return l, err
}

func statusOf(o report.OrderRow) string {
	if o.Held && o.Decision != "cancelled" && o.Decision != "closed" {
		return "held"
	}
	return o.Status
}

func (v *visit) dayCell(d day.Day) cell {
	if d == "" {
		return cell{Text: "—"}
	}
	return cell{Text: sentence(dayText(d, v.today)), Raw: string(d)}
}

// dueCell is a day that matters when it is past.
func (v *visit) dueCell(d day.Day, live bool) cell {
	c := v.dayCell(d)
	if d == "" || !live {
		return c
	}
	switch n := v.today.DaysUntil(d); {
	case n < 0:
		c.Sub, c.SubTone = count(int64(-n), "day", "days")+" late", "late"
	case n <= 1:
		c.SubTone = "soon"
	}
	return c
}

// orderPage shows an order with its lines, papers and story.
func orderPage(v *visit) (page, error) {
	ref, err := report.FindOrder(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	o, err := report.Order(v.q, ref)
	if err != nil {
		return nil, err
	}
	d := document{ID: o.ID.String(), Title: o.Number, States: []state{stateOf(statusOf(o.OrderRow))}, Waits: v.waits(o.Holds)}
	if o.Decision == "confirmed" && o.ShipState == "part" {
		d.States = append(d.States, state{"busy", "circle-dot", "Partly shipped"})
	}
	d.Lead = []link{{Word: o.Customer.Name, Href: "/customers/" + o.Customer.Code}}
	if o.PONumber != "" {
		d.Lead = append(d.Lead, link{Word: "PO " + o.PONumber})
	}
	d.Lead = append(d.Lead, link{Word: "placed " + dayText(o.OrderedOn, v.today)}, link{Word: "from " + o.WarehouseCode}, link{Word: "to " + o.ShipToName})
	d.Acts = v.orderActs(o)
	cur := string(o.Currency)
	if v.may(access.SeePrices) {
		d.Facts = []fact{{Name: "Order value", Value: v.money(o.Net, cur), Sub: v.money(o.Gross, cur) + " with tax"}}
	}
	d.Facts = append(d.Facts, v.promiseOf(o), fact{Name: "Shipped", Value: stateWord(o.ShipState)}, fact{Name: "Billed", Value: stateWord(o.BillState)}, fact{Name: "Terms", Value: o.TermsCode})
	paid, err := v.papersOf(o, &d)
	if err != nil {
		return nil, err
	}
	d.Sections = []section{{Title: "Lines", Table: v.orderLines(o, paid), Key: progressKey()}}
	if d.Story, err = v.storyOf(o.ID.String()); err != nil {
		return nil, err
	}
	return draw(documentPage(v, d)), nil
}

func stateWord(s string) string {
	switch s {
	case "part":
		return "In part"
	case "full":
		return "All"
	case "nothing_due":
		return "Nothing due"
	}
	return "Nothing yet"
}

// promiseOf is the last promised day of what is still to ship.
func (v *visit) promiseOf(o report.OrderView) fact {
	last, first := day.Day(""), day.Day("")
	for _, l := range o.Lines {
		for _, s := range l.Schedules {
			if s.PromisedOn > last && !isZero(l.Open) {
				last, first = s.PromisedOn, s.FirstPromise
			}
		}
	}
	f := fact{Name: "Promised", Value: "—"}
	if last != "" {
		f.Value = sentence(dayText(last, v.today))
		if first != "" && first != last {
			f.Sub = "was " + dayText(first, v.today)
		}
		if v.today.DaysUntil(last) < 0 {
			f.Tone = "late"
		}
	}
	return f
}

// papersOf lists what came of an order, and tells whether all that was billed is paid.
func (v *visit) papersOf(o report.OrderView, d *document) (paid bool, err error) {
	cur := string(o.Currency)
	d.Papers = []paper{{Kind: "Order ", Number: o.Number, Href: "/orders/" + o.Number, State: stateOf(o.Decision), Sub: stateOf(o.Decision).word + ", revision " + fmt.Sprint(o.Revision)}}
	if v.may(access.SeePrices) {
		d.Papers[0].Amount = amount(o.Gross)
	}
	ships, err := report.Shipments(v.q, report.ShipmentFilter{Order: o.ID}, report.Page{Limit: 500})
	if err != nil {
		return false, err
	}
	for i := len(ships.Items) - 1; i >= 0; i-- {
		s := ships.Items[i]
		on, number := s.PlannedOn, s.Number
		if s.ShippedOn != "" {
			on = s.ShippedOn
		}
		if number == "" {
			number = "open"
		}
		d.Papers = append(d.Papers, paper{Kind: "Shipment ", Number: number, Href: "/shipments/" + s.ID.String(), State: stateOf(s.Decision), Sub: stateOf(s.Decision).word + " " + dayText(on, v.today)})
	}
	bills, err := report.Invoices(v.q, report.InvoiceFilter{Order: o.ID}, report.Page{Limit: 500})
	if err != nil {
		return false, err
	}
	paid = len(bills.Items) > 0
	for i := len(bills.Items) - 1; i >= 0; i-- {
		b := bills.Items[i]
		paid = paid && isZero(b.Open)
		if !v.may(access.SeeMoney) {
			continue
		}
		p := paper{Kind: words(b.Kind) + " ", Number: b.Number, Href: "/invoices/" + b.Number, Amount: amount(b.Gross), State: stateOf(b.PaymentState), Sub: stateOf(b.PaymentState).word}
		if !isZero(b.Open) {
			p.Sub += ", due " + dayText(b.DueOn, v.today) + ", " + v.money(b.Open, cur) + " open"
		}
		d.Papers = append(d.Papers, p)
	}
	return paid, nil
}

func (v *visit) orderLines(o report.OrderView, paid bool) table {
	t := table{Caption: "Order lines", Columns: []column{{"#", true, "up"}, {"Item", false, "first"}, {"Ordered", true, "whole"}, {"Progress", false, "whole"}, {"Promised", true, "whole"}, {"Price", true, "up"}, {"Net, " + string(o.Currency), true, "amount"}}, Needs: atPrices("Price", "Net, "+string(o.Currency))}
	for _, l := range o.Lines {
		name, href := l.SKU, "/products/"+url.PathEscape(l.SKU)
		if name == "" {
			name, href = words(l.Role), ""
		}
		promised := cell{Text: "—"}
		for _, s := range l.Schedules {
			if s.PromisedOn != "" {
				promised = v.dueCell(s.PromisedOn, !isZero(l.Open))
			}
		}
		qty := pieces(l.Ordered, l.Unit)
		if href == "" {
			qty = cell{Text: ""}
		}
		t.Long = len(o.Lines) > 100
		t.Rows = append(t.Rows, row{ID: l.ID.String(), Cells: []cell{text(strconv.FormatInt(l.No, 10)), coded(name, href).and(l.Text), qty, {Bar: lineProgress(l, paid), Raw: l.Stage}, promised, {Text: price(l.Price), Raw: l.Price, Sub: off(l.Discount)}, cash(l.Net)}})
	}
	return t
}

func off(discount string) string {
	if isZero(discount) {
		return ""
	}
	return "−" + quantity(discount) + "%"
}

// lineProgress draws paid, billed, shipped, reserved and short as parts of what was ordered.
func lineProgress(l report.LineView, paid bool) *progress {
	n := thousandths
	ordered := n(l.Ordered) - n(l.Cancelled)
	held := int64(0)
	for _, s := range l.Schedules {
		held += n(s.Reserved) + n(s.Released)
	}
	shipped, billed := n(l.Shipped), min(n(l.Billed), n(l.Ordered))
	reserved := max(0, min(held-shipped, ordered-shipped))
	short := int64(0)
	if l.Stage == "short" {
		short = max(0, ordered-shipped-reserved)
	}
	p := &progress{Name: fmt.Sprintf("Ordered %s, reserved %s, shipped %s, billed %s", quantity(l.Ordered), quantity(decimal(reserved)), quantity(l.Shipped), quantity(l.Billed)), Word: stateOf(l.Stage).word}
	fill := "bill"
	if paid {
		fill = "paid"
	}
	p.Parts = stacked(ordered, fill, billed, "ship", max(0, shipped-billed), "res", reserved, "short", short)
	switch {
	case short > 0:
		p.Word, p.Tone = "Short by "+quantity(decimal(short)), "late"
	case l.Decision == "cancelled" || ordered == 0:
		p.Word = "Cancelled"
	case paid && billed >= ordered:
		p.Word = "Paid"
	case billed >= ordered:
		p.Word = "Billed"
	case shipped > 0 && shipped < ordered:
		p.Word = quantity(l.Shipped) + " shipped"
	case shipped >= ordered:
		p.Word = "Shipped"
	}
	return p
}

// thousandths reads decimal text for a picture; it is no sum that anybody books.
func thousandths(s string) int64 {
	d, err := dec.Parse(s)
	if err != nil {
		return 0
	}
	n, _ := d.Round(3)
	return n
}

func decimal(n int64) string { return dec.FromUnits(n, 3).String() }

// orderActs are the steps that an order is ready for, the next one last.
func (v *visit) orderActs(o report.OrderView) []link {
	live := o.Decision == "captured" || o.Decision == "confirmed"
	reserved, due, missing := false, false, false
	for _, l := range o.Lines {
		due = due || !isZero(l.DueToBill)
		missing = missing || l.Stage == "short" || l.Stage == "promised"
		for _, s := range l.Schedules {
			reserved = reserved || !isZero(s.Reserved)
		}
	}
	at := "/orders/" + o.Number
	out := v.buttons(at,
		when(o.Decision == "captured" && !o.Held, &confirmStep),
		when(o.Decision == "confirmed" && reserved, &releaseStep),
		when(o.Decision == "confirmed" && missing, &reserveStep),
		when(live && due, &billStep),
		when(live && !o.Held, &holdStep),
		when(live && o.ShipState == "none", &cancelStep),
	)
	if live && v.may(access.Enter) {
		out = append([]link{{Word: "Change order", Href: at + "/change"}}, out...)
	}
	return out
}

var reason = field{Name: "reason", Label: "Reason", Help: "A few words; everybody who reads the timeline sees them."}

func orderOf(v *visit, ctx context.Context, ref string) (id.Order, error) {
	return found(ctx, v, ref, report.FindOrder)
}

func orderSteps() []*step {
	return []*step{&confirmStep, &reserveStep, &releaseStep, &billStep, &holdStep, &cancelStep}
}

var confirmStep = step{Name: "confirm", Word: "Confirm order", Title: "Confirm the order", Verb: "Confirm order", Right: access.Confirm,
	Say: "The customer gets a promise: credit and stock are reserved. A rule that says no holds the order and names its reason.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		o, err := orderOf(v, ctx, ref)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Confirm.One(ctx, v.actor(), flow.Confirm{Order: o})
		if err == nil && r.Held != "" {
			return r.Number + " is held: " + r.Held, nil
		}
		return r.Number + " is confirmed", err
	}}

var reserveStep = step{Name: "reserve", Word: "Reserve again", Title: "Reserve what came in", Verb: "Reserve stock", Right: access.Confirm,
	Say: "What the order still lacks is taken from free stock, as far as there is any.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		o, err := orderOf(v, ctx, ref)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Reserve.One(ctx, v.actor(), flow.Reserve{Order: o})
		return "Stock is reserved for " + r.Number, err
	}}

var releaseStep = step{Name: "release", Word: "Send to the warehouse", Title: "Send to the warehouse", Verb: "Send to the warehouse", Right: access.Confirm,
	Say: "What is reserved becomes a shipment that can be picked.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		o, err := orderOf(v, ctx, ref)
		if err != nil {
			return "", err
		}
		_, err = v.site.office.Release.One(ctx, v.actor(), flow.Release{Order: o})
		return "The warehouse has it", err
	}}

var billStep = step{Name: "bill", Word: "Bill", Title: "Issue the invoice", Verb: "Issue invoice", Right: access.Bill,
	Say: "What is due becomes an invoice with a number of its own. It cannot be undone; the way back is a credit note.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		o, err := orderOf(v, ctx, ref)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Bill.One(ctx, v.actor(), flow.Bill{Order: o})
		if err == nil && len(r.Invoices) > 0 {
			return r.Invoices[0].Number + " is issued, " + v.money(r.Invoices[0].Gross, r.Invoices[0].Currency), nil
		}
		return "Nothing was due", err
	}}

var holdStep = step{Name: "hold", Word: "Hold", Title: "Hold the order", Verb: "Hold order", Right: access.Enter,
	Say:    "No step goes on until somebody releases the hold.",
	Fields: []field{reason},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		o, err := orderOf(v, ctx, ref)
		if err != nil {
			return "", err
		}
		h, err := v.site.office.Hold.One(ctx, v.actor(), flow.Hold{Order: o, Scopes: []string{"all"}, Reason: form.Get("reason")})
		if err == nil {
			v.undoBy("/holds/" + h.Hold.String() + "/undo-hold")
		}
		return "The order is held", err
	}}

var cancelStep = step{Name: "cancel", Word: "Cancel", Title: "Cancel what is not shipped", Verb: "Cancel order", Right: access.Enter,
	Say:    "Stock and credit become free for others.",
	Fields: []field{reason},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		o, err := orderOf(v, ctx, ref)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Cancel.One(ctx, v.actor(), flow.Cancel{Order: o, Reason: form.Get("reason")})
		return r.Number + " is cancelled", err
	}}

// mayRelease tells whether the person may end a hold: one for credit belongs to
// credit, all others to those who enter orders.
func (v *visit) mayRelease(kind string) bool {
	switch kind {
	case "credit":
		return v.may(access.GiveCredit)
	case "price":
		return v.may(access.Enter) || v.may(access.SeeMoney) // the flow asks for authority besides
	}
	return v.may(access.Enter)
}

// holdRoutes are those of one hold; which right is needed depends on its kind.
func holdRoutes() []route {
	s := &step{Name: "release", Title: "Release the hold", Verb: "Release hold", Say: "The step that waited can go on.", Fields: []field{reason},
		About: func(ctx context.Context, v *visit, ref string) ([]consequence, error) {
			f, err := found(ctx, v, ref, report.HoldOf)
			if _, ok := fault.Of(err); ok {
				return nil, nil // the step itself tells what is wrong with the address
			} else if err != nil {
				return nil, err
			}
			why := consequence{Title: "Why " + f.Number + " waits", Rows: [][]string{{v.say(f.Sentence)}}}
			if f.Kind != "credit" || !v.may(access.SeeMoney) {
				return []consequence{why}, nil
			}
			parts, err := v.exposureOf(ctx, f.Account)
			return append([]consequence{why}, parts...), err
		},
		Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
			var h id.Hold
			if err := h.UnmarshalText([]byte(ref)); err != nil {
				return "", errNoPage
			}
			kind, err := found(ctx, v, h.String(), report.HoldKind)
			if err != nil {
				return "", err
			}
			if !v.mayRelease(kind) {
				return "", errNoRight.Because("%s may not release this hold: it takes the right %s. Ask %s.", v.who.Name, need(kind), holders(need(kind)))
			}
			_, err = v.site.office.Unhold.One(ctx, v.actor(), flow.Unhold{Hold: h, Reason: form.Get("reason")})
			if err == nil {
				v.then = v.came() // the list, as it was filtered, or the document
				v.undoBy("/holds/" + h.String() + "/undo-release")
			}
			return "The hold is released", err
		}}
	return []route{
		{Method: "GET", Path: "/holds/{id}/release", Right: access.SeeOrders, do: opened(s, "/desk"), free: true},
		{Method: "POST", Path: "/holds/{id}/release", Right: access.SeeOrders, do: done(s, "/desk"), free: true},
		post("/holds/{id}/undo-hold", access.Enter, undoHoldNow),
		post("/holds/{id}/undo-release", access.SeeOrders, undoReleaseNow),
	}
}

// undoHoldNow takes back a hold that the person has just opened.
func undoHoldNow(v *visit) (page, error) {
	h, err := id.Parse("hld", v.PathValue("id"))
	if err != nil {
		return nil, errNoPage
	}
	kind, err := found(v.Context(), v, v.PathValue("id"), report.HoldKind)
	if err != nil {
		return nil, err
	}
	if !v.mayRelease(kind) {
		return nil, errNoRight.Because("%s may not release this hold. Ask %s.", v.who.Name, holders(need(kind)))
	}
	_, err = v.site.office.Unhold.One(flow.WithKey(v.Context(), v.key()), v.actor(), flow.Unhold{Hold: id.Hold(h), Reason: "Taken back"})
	return v.afterwards("The hold is taken back", "/desk"), err
}

// undoReleaseNow opens a hold again that the person has released, with its
// reason, while its order is on its way.
func undoReleaseNow(v *visit) (page, error) {
	h, err := found(v.Context(), v, v.PathValue("id"), report.Released)
	if err != nil {
		return nil, err
	}
	if h.By != v.who.User || !v.mayRelease(h.Kind) {
		return nil, errNoRight.Because("only who released a hold can take that back: hold the order anew on its page")
	}
	_, err = v.site.office.Hold.One(flow.WithKey(v.Context(), v.key()), v.actor(), flow.Hold{Order: h.Order, Scopes: h.Stops, Kind: h.Kind, Reason: h.Sentence})
	return v.afterwards("The hold stands again", "/desk"), err
}
