package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"kontor/internal/formats/paste"
	"kontor/internal/rooms/access"
	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// draftRoutes are those of the entry grid: an order while it is typed. What the
// grid sends is answered with the rows that changed, made here.
func draftRoutes() []route {
	table := []route{
		get("/drafts", access.Enter, listing("drafts", draftList)),
		{Method: "GET", Path: "/drafts/{id}", Right: access.Enter, do: draftPage, free: true},
		get("/drafts/{id}/items", access.Enter, draftItems),
		post("/drafts/{id}/head", access.Enter, draftHeadNow),
		post("/drafts/{id}/lines/{line}", access.Enter, draftLineNow),
		post("/drafts/{id}/paste", access.Enter, draftPasteNow),
		post("/drafts/{id}/meaning", access.Enter, draftMeaningNow),
		post("/drafts/{id}/add", access.Enter, draftAddNow),
	}
	return append(table, steps("/drafts/{id}", "/drafts/{id}", &placeStep, &dropStep)...)
}

// grid is what the page of a draft shows.
type grid struct {
	flow.Reckoning
	ID     id.Draft
	Fresh  bool // nothing of it is on the server yet
	Asking *asking
	Others []report.DraftRow // further open drafts
	Added  string            // what a scan did
	First  int               // number of the first row
}

// newOrderPage begins a draft: it gets its id now and is kept from the first key on.
func newOrderPage(v *visit) (page, error) {
	if v.ask("as") == "text" {
		return draw(newOrderView(v, orderForm{Customer: v.ask("customer")})), nil
	}
	g := grid{ID: id.Draft(v.site.office.DB.NewID()), Fresh: true}
	g.Draft.Customer = v.ask("customer")
	others, err := report.Drafts(v.q, report.Page{Limit: 6})
	g.Others = others.Items
	return draw(gridPage(v, g)), err
}

func draftOf(v *visit) (id.Draft, error) {
	var d id.Draft
	if err := d.UnmarshalText([]byte(v.PathValue("id"))); err != nil || d == 0 {
		return 0, errNoPage
	}
	return d, nil
}

// draftPage takes a draft up again. One that is an order already leads there.
func draftPage(v *visit) (page, error) {
	d, err := draftOf(v)
	if err != nil {
		return nil, err
	}
	r, err := v.site.office.DraftAsIs(v.Context(), v.actor(), d)
	if errors.Is(err, order.ErrNoDraft) { // nobody has typed into it yet
		return draw(gridPage(v, grid{ID: d, Fresh: true})), nil
	}
	if err != nil {
		return nil, err
	}
	switch {
	case r.Draft.State == "captured":
		n, err := found(v.Context(), v, "", func(q db.Querier, _ string) (string, error) { return report.OrderNumber(q, r.Draft.Order) })
		return onward{"/orders/" + n, v.told}, err
	case r.Draft.State != "open":
		return onward{"/orders/new", v.told}, nil
	}
	g := grid{Reckoning: r, ID: d}
	g.Asking, err = v.askingOf(r)
	return draw(gridPage(v, g)), err
}

// typed takes in what was typed and answers with what it changed.
func (v *visit) typed(t flow.Typed) (page, error) {
	r, err := v.site.office.Type.One(flow.WithKey(v.Context(), v.key()), v.actor(), t)
	if err != nil {
		return nil, err
	}
	return v.changedRows(r, "")
}

// changedRows draws rows, totals and what is asked, for the page that has them.
func (v *visit) changedRows(r flow.Reckoning, added string) (page, error) {
	g := grid{Reckoning: r, ID: r.Draft.ID, Added: added}
	var err error
	g.Asking, err = v.askingOf(r)
	return drawing{http.StatusOK, gridAnswer(v, g)}, err
}

func draftHeadNow(v *visit) (page, error) {
	d, err := draftOf(v)
	if err != nil {
		return nil, err
	}
	get := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	h := &order.Draft{Customer: get("customer"), PONumber: get("po"), ShipTo: get("ship_to"), Wished: v.dayTyped(get("wished")), Note: get("note"), Version: ordinal(get("v"))}
	return v.typed(flow.Typed{Draft: d, Head: h})
}

func draftLineNow(v *visit) (page, error) {
	d, err := draftOf(v)
	line := ordinal(v.PathValue("line"))
	if err != nil || line <= 0 {
		return nil, errNoPage
	}
	get := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	l := order.DraftLine{Line: line, Pos: ordinal(get("pos")), Item: get("item"), Qty: numberTyped(get("qty")), Unit: get("unit"), Wished: v.dayTyped(get("wished")), Price: numberTyped(get("price")),
		Gone: get("gone") != "", Version: ordinal(get("v"))}
	return v.typed(flow.Typed{Draft: d, Lines: []order.DraftLine{l}})
}

// ordinal reads a number that the page itself has written.
func ordinal(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// numberTyped writes a number in plain form; what is none, or could be read in
// two ways, stays as it was typed.
func numberTyped(s string) string {
	if n, err := number(s, ""); err == nil {
		return n
	}
	return s
}

// dayTyped reads a day as people write it, also counted from today; what is none
// stays as it was typed.
func (v *visit) dayTyped(s string) string {
	switch low := strings.ToLower(s); {
	case low == "today", low == "heute":
		return string(v.today)
	case low == "tomorrow", low == "morgen":
		return string(v.today.AddDays(1))
	case strings.HasPrefix(s, "+"):
		if n := ordinal(strings.TrimSuffix(s[1:], "d")); n > 0 && n < 1000 {
			return string(v.today.AddDays(int(n)))
		}
	}
	if d, ok := paste.Day(s, v.today); ok {
		return string(d)
	}
	return s
}

// draftItems answers while somebody types an item.
func draftItems(v *visit) (page, error) {
	ask := v.ask("q")
	if ask == "" {
		return draw(itemChoices(nil)), nil
	}
	customer := id.Customer(0)
	if c := v.ask("customer"); c != "" {
		customer, _ = report.FindCustomer(v.q, c) // without one, the customer's own numbers are not proposed
	}
	found, err := report.SuggestItems(v.q, customer, ask, 8)
	return draw(itemChoices(found)), err
}

// draftList shows the drafts that nobody has finished.
func draftList(v *visit, p report.Page) (list, error) {
	rows, err := report.Drafts(v.q, p)
	l := list{Title: "Drafts", Lead: "Orders that are being typed. Nothing is promised yet.", Next: rows.Next, Empty: "No drafts. An order that is begun stands here until it is captured or discarded.",
		Acts: []link{{Word: "New order", Href: "/orders/new", Icon: "plus", Key: "N", Primary: true}}}
	l.Table = table{Caption: "Drafts", Columns: []column{{"Customer", false, "first"}, {"PO number", false, "whole"}, {"Lines", true, "amount"}, {"To fix", true, "whole"}, {"Changed", true, "whole"}, {"By", false, "whole"}}}
	for _, d := range rows.Items {
		l.Table.Rows = append(l.Table.Rows, row{ID: d.ID.String(), Cells: []cell{linked(draftName(d), "/drafts/"+d.ID.String()).and(d.Customer), text(orDash(d.PONumber)), text(itoa(d.Lines)), text(itoa(d.Faulty)),
			{Text: v.instantText(d.At), Raw: d.At}, text(d.Who)}})
	}
	return l, err
}

func draftName(d report.DraftRow) string {
	if d.Name != "" {
		return d.Name
	}
	return "No customer yet"
}

// toFix is how many places of the draft are to be looked at.
func (g grid) toFix() int64 { return g.Sum.Faulty + int64(len(g.Faults)) }

// headFault is the sentence for a field of the head; an empty draft asks nothing yet.
func (g grid) headFault(at string) string {
	if g.Fresh {
		return ""
	}
	for _, f := range g.Faults {
		if f.At == at {
			return sentence(f.Sentence)
		}
	}
	return ""
}

// sites are the choices of where to ship.
func (g grid) sites() [][2]string {
	out := [][2]string{{"", "The first address"}}
	if len(g.Sites) == 0 {
		return [][2]string{{"", "—"}}
	}
	for _, s := range g.Sites {
		out = append(out, [2]string{s.Code, s.Code + ", " + s.City})
	}
	return out
}

// says is what is wrong with a row, in the words of the field.
func says(l flow.Reckoned) []flow.Flaw {
	out := make([]flow.Flaw, 0, len(l.Flaws))
	for _, f := range l.Flaws {
		if s := map[string]string{"qty": l.Qty, "price": l.Price}[f.At]; s != "" && !f.Holds {
			if _, err := number(strings.TrimSuffix(s, "?"), ""); err != nil {
				x, _ := fault.Of(err)
				f.Sentence = x.Sentence
			} else if strings.HasSuffix(s, "?") {
				plain := strings.TrimSuffix(s, "?")
				f.Sentence = plain + " can be read in two ways: write it without a mark for thousands"
			}
		}
		f.Sentence = sentence(f.Sentence)
		out = append(out, f)
	}
	return out
}

// shownQty is a quantity as people read it, where it is one.
func shownQty(s string) string {
	if _, err := dec.Parse(s); err != nil {
		return s
	}
	return quantity(s)
}

func (v *visit) shownDay(s string) string {
	if d := day.Day(s); d.Valid() {
		return sentence(dayText(d, v.today))
	}
	return s
}

func hasFlaw(l flow.Reckoned, at string) bool {
	for _, f := range l.Flaws {
		if f.At == at {
			return true
		}
	}
	return false
}

// priceWhy tells where a price comes from.
func priceWhy(l flow.Reckoned) string {
	if l.Trace == "" {
		return ""
	}
	return sentence(l.Trace)
}

func shownUnit(l flow.Reckoned) string {
	if l.UsedUnit == "" {
		return l.Unit
	}
	return unit(l.UsedUnit)
}

func flawIcon(f flow.Flaw) string {
	if f.Holds {
		return "circle-pause"
	}
	return "circle-alert"
}

// isMissing tells a fault that is nothing but an empty field.
func isMissing(l flow.Reckoned, f flow.Flaw) bool {
	return f.At == "qty" && l.Qty == "" || f.At == "item" && l.Item == ""
}

// rawShown is a row as it was pasted, where that says more than its cells.
func rawShown(l flow.Reckoned) string {
	raw := strings.Join(strings.Fields(l.Raw), " ")
	if l.SKU != "" || raw == l.Item || raw == l.Item+" "+l.Qty {
		return ""
	}
	return raw
}
