package web

import (
	"fmt"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// billingRoutes are the pages of the billing run.
func billingRoutes() []route {
	return []route{
		{Method: "GET", Path: "/billing", Right: access.Bill, do: billingPage, free: true}, // the preview is a dry run
		post("/billing", access.Bill, billingNow),
		{Method: "GET", Path: "/billing/runs/{id}", Right: access.Bill, do: billingRunPage, free: true},
	}
}

// billing is the page of the billing run: what it would issue, what keeps the
// rest, and what the last run did.
type billing struct {
	On      day.Day
	Tab     string
	Key     string
	Tiles   []fact
	Tabs    []viewTab
	Table   table
	Papers  int
	Empty   string
	CSV     bool
	Run     *billRun
	Running bool
}

// dry is what a run up to a day would do: the run itself, rolled back.
type dry struct {
	papers  []dryPaper
	refused []flow.BilledOrder
	orders  map[id.Order]report.BillingOrder
	blocked []report.BlockedView
}

// dryPaper is an invoice or credit note that a run would issue, and the orders on it.
type dryPaper struct {
	flow.Issued
	of []report.BillingOrder
}

// mostBlocked bounds the list of what cannot be billed.
const mostBlocked = 500

func (v *visit) dryRun(on day.Day) (dry, error) {
	d := dry{orders: map[id.Order]report.BillingOrder{}}
	at := map[id.Invoice]int{}
	var list []flow.BilledOrder
	err := v.site.office.BillEach(db.Simulated(v.Context()), v.actor(), on, func(part []flow.BilledOrder) { list = append(list, part...) })
	if err != nil {
		return d, err
	}
	ids := make([]id.Order, len(list))
	for i, x := range list {
		ids[i] = x.Order
	}
	slices.Sort(ids)
	err = v.read(func(q *db.Reader) (err error) {
		if d.orders, err = report.BillingOrders(q, ids, on); err == nil {
			d.blocked, err = report.Blocked(q, on, mostBlocked)
		}
		return err
	})
	for _, x := range list {
		if x.Fault != nil {
			d.refused = append(d.refused, x)
		}
		for _, p := range x.Invoices {
			if _, ok := at[p.Invoice]; !ok {
				at[p.Invoice] = len(d.papers)
				d.papers = append(d.papers, dryPaper{Issued: p})
			}
			k := at[p.Invoice]
			d.papers[k].of = append(d.papers[k].of, d.orders[x.Order])
		}
	}
	return d, err
}

// payer is who a paper goes to.
func (p dryPaper) payer() report.Party {
	if len(p.of) == 0 {
		return report.Party{}
	}
	return p.of[0].Customer
}

// split is a customer who gets several papers, and why.
type split struct {
	who    report.Party
	orders int
	papers []dryPaper
	why    string
}

// splits finds customers with more than one paper.
func (d dry) splits() []split {
	at := map[id.Customer]int{}
	var all []split
	for _, p := range d.papers {
		who := p.payer()
		k, ok := at[who.ID]
		if !ok {
			k = len(all)
			at[who.ID], all = k, append(all, split{who: who})
		}
		all[k].papers = append(all[k].papers, p)
	}
	out := slices.DeleteFunc(all, func(s split) bool { return len(s.papers) < 2 })
	for i := range out {
		out[i].orders, out[i].why = out[i].reason()
	}
	return out
}

// reason says in words why papers of one customer are apart.
func (s split) reason() (orders int, why string) {
	seen := map[string]map[string]bool{}
	note := func(what, value string) {
		if seen[what] == nil {
			seen[what] = map[string]bool{}
		}
		seen[what][value] = true
	}
	for _, p := range s.papers {
		note("kind", p.Kind)
		note("currency", p.Currency)
		note("due", string(p.DueOn))
		for _, o := range p.of {
			note("order", o.Number)
			note("address", o.BillTo)
			note("terms", o.Terms)
			note("shares", o.Shares)
		}
	}
	var out []string
	add := func(cond bool, words string) {
		if cond {
			out = append(out, words)
		}
	}
	several := func(what string) bool { return len(seen[what]) > 1 }
	add(seen["shares"]["order"] && several("order"), "one invoice per order, as agreed with the customer")
	add(seen["shares"]["shipment"], "one invoice per delivery, as agreed with the customer")
	add(seen["kind"]["credit_note"], "goods that came back become a credit note")
	add(several("address"), count(int64(len(seen["address"])), "address", "addresses")+" to bill")
	add(several("currency"), "orders in "+joined(sortedKeys(seen["currency"])))
	add(several("terms"), "payment terms differ: "+joined(sortedKeys(seen["terms"])))
	if len(out) == 0 {
		out = []string{"their tax or their deliveries cannot share a paper"}
	}
	return len(seen["order"]), sentence(strings.Join(out, "; "))
}

func sortedKeys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// sums adds what papers come to, per currency.
func sums(papers []dryPaper) string {
	per := map[string]int64{}
	for _, p := range papers {
		n := thousandths(p.Gross)
		if p.Kind == "credit_note" {
			n = -n
		}
		per[p.Currency] += n
	}
	return inAll(per)
}

// inAll writes sums of thousandths, one per currency.
func inAll(per map[string]int64) string {
	var out []string
	keys := make([]string, 0, len(per))
	for c := range per {
		keys = append(keys, c)
	}
	slices.Sort(keys)
	for _, c := range keys {
		out = append(out, inMoney(fixed(per[c]), c))
	}
	if len(out) == 0 {
		return "0.00"
	}
	return strings.Join(out, " + ")
}

// fixed writes thousandths with two decimals: for sums that are only looked at.
func fixed(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/1000, n%1000/10)
}

func billingPage(v *visit) (page, error) {
	on, err := v.dayAsked("on")
	if err != nil {
		return nil, err
	}
	b := billing{On: on, Tab: v.ask("tab"), Key: access.NewSecret()[:22], CSV: true, Run: v.site.runs.last()}
	b.Running = b.Run != nil && !b.Run.ended()
	d, err := v.dryRun(on)
	if err != nil {
		return nil, err
	}
	b.Papers = len(d.papers)
	lines, splits := int64(0), d.splits()
	for _, o := range d.orders {
		lines += o.Lines
	}
	held := map[string]int64{}
	for _, x := range d.blocked {
		held[string(x.Currency)] += thousandths(x.Net)
	}
	stuck := len(d.blocked) + len(d.refused)
	tone := map[bool]string{true: "late"}[stuck > 0]
	b.Tiles = []fact{{Name: "Due", Value: count(lines, "line", "lines"), Sub: count(int64(len(d.orders)), "order", "orders")}, {Name: "Would be issued", Value: count(int64(b.Papers), "paper", "papers"), Sub: sums(d.papers)},
		{Name: "Customers split", Value: itoa(int64(len(splits))), Sub: "more than one paper", Href: v.with("tab", "splits")}, {Name: "Blocked", Value: itoa(int64(stuck)), Sub: inAll(held), Tone: tone, Href: v.with("tab", "blocked")}}
	b.Tabs = v.tabs("tab", [2]string{"", "Invoices"}, [2]string{"splits", "Splits"}, [2]string{"blocked", "Blocked"}, [2]string{"last", "Last run"})
	for i, n := range []int{b.Papers, len(splits), stuck} {
		b.Tabs[i].Count = itoa(int64(n))
	}
	switch b.Tab {
	case "splits":
		b.Table, b.Empty = splitRows(splits), "No customer gets more than one paper."
	case "blocked":
		b.Table, b.Empty = v.blockedRows(d), "Nothing is blocked."
	case "last":
		b.CSV = b.Run != nil
		if b.Table = (table{Caption: "Refused"}); b.Run != nil {
			b.Table = b.Run.table()
		}
	default:
		b.Table, b.Empty = v.paperRows(d.papers), "Nothing is due. What is shipped, or ordered by customers who pay ahead, stands here."
	}
	if v.ask("format") == "csv" {
		return csvOf("billing-"+or(b.Tab, "invoices")+"-"+string(on), func(string) (list, error) { return list{Table: b.Table}, nil })
	}
	return draw(billingView(v, b)), nil
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// dayAsked reads a day of the address; today when there is none.
func (v *visit) dayAsked(name string) (day.Day, error) {
	s := v.ask(name)
	if s == "" {
		return v.today, nil
	}
	d, err := day.Parse(s)
	return d, fault.At(err, "%s", name)
}

func (v *visit) paperRows(papers []dryPaper) table {
	t := table{Caption: "What would be issued", Columns: []column{{"Customer", false, "first"}, {"From", false, "whole"}, {"Paper", false, "up"}, {"Net", true, "up"}, {"Gross", true, "amount"}, {"Due", true, "whole"}}}
	for i, p := range papers {
		var from []string
		lines, sent := int64(0), int64(0)
		for _, o := range p.of {
			from, lines, sent = append(from, o.Number), lines+o.Lines, sent+o.Deliveries
		}
		first := cell{Text: strings.Join(from[:min(3, len(from))], ", "), Sub: count(lines, "line", "lines") + " from " + count(sent, "delivery", "deliveries")}
		if len(from) > 3 {
			first.Text += " and " + count(int64(len(from)-3), "more", "more")
		}
		if len(from) == 1 {
			first.Href = "/orders/" + from[0]
		}
		if sent == 0 {
			first.Sub = count(lines, "line", "lines") + " billed ahead"
		}
		who := p.payer()
		t.Rows = append(t.Rows, row{ID: fmt.Sprintf("paper-%d", i), Cells: []cell{linked(who.Name, "/customers/"+who.Code).and(who.Code), first, text(words(p.Kind)), {Text: v.money(p.Net, p.Currency), Raw: p.Net}, {Text: v.money(p.Gross, p.Currency), Raw: p.Gross}, v.dayCell(p.DueOn)}})
	}
	return t
}

func splitRows(list []split) table {
	t := table{Caption: "Customers who get several papers", Columns: []column{{"Customer", false, "first"}, {"Papers", true, "whole"}, {"Why they are apart", false, "whole"}, {"Gross", true, "amount"}}}
	for _, s := range list {
		t.Rows = append(t.Rows, row{ID: "split-" + s.who.Code, Cells: []cell{linked(s.who.Name, "/customers/"+s.who.Code).and(s.who.Code), text(fmt.Sprintf("%s → %s", count(int64(s.orders), "order", "orders"), count(int64(len(s.papers)), "paper", "papers"))), text(s.why), text(sums(s.papers))}})
	}
	return t
}

func (v *visit) blockedRows(d dry) table {
	t := table{Caption: "What cannot be billed", Columns: []column{{"Order", false, "first"}, {"Customer", false, "whole"}, {"Why", false, "whole"}, {"Net", true, "amount"}, {"Next step", false, "act"}}}
	for _, x := range d.refused {
		o := d.orders[x.Order]
		f, _ := fault.Of(x.Fault)
		st, say := state{"bad", "circle-alert", "Refused"}, ""
		if f != nil {
			say = sentence(f.Sentence)
		}
		t.Rows = append(t.Rows, row{ID: "refused-" + x.Order.String(), Cells: []cell{named(o.Number, "/orders/"+o.Number).and(o.PONumber), linked(o.Customer.Name, "/customers/"+o.Customer.Code), {State: &st, Sub: say}, {Text: v.money(o.Net, string(o.Currency)), Raw: o.Net},
			{Act: &link{Word: "Open order", Href: "/orders/" + o.Number}}}})
	}
	for i, x := range d.blocked {
		why, act := v.blockedBy(x)
		t.Rows = append(t.Rows, row{ID: fmt.Sprintf("blocked-%d", i), Cells: []cell{named(x.Number, "/orders/"+x.Number), linked(x.Customer.Name, "/customers/"+x.Customer.Code), why, {Text: v.money(x.Net, string(x.Currency)), Raw: x.Net}, act}})
	}
	return t
}

// blockedBy says why something cannot be billed, and leads to what would help.
func (v *visit) blockedBy(x report.BlockedView) (why, act cell) {
	if x.Why == "hold" {
		st := stateOf(x.Kind)
		act = cell{Act: &link{Word: "Open order", Href: "/orders/" + x.Number}}
		if v.mayRelease(x.Kind) {
			act = cell{Act: &link{Word: "Release…", Href: "/holds/" + x.Hold.String() + "/release", Sheet: true}}
		}
		return cell{State: &st, Sub: sentence(x.Sentence)}, act
	}
	st := state{"warn", "truck", "On the road"}
	say := fmt.Sprintf("This customer is billed when the goods are there. Delivery %s left %s and is not reported as delivered.", x.Delivery, dayText(x.Since, v.today))
	return cell{State: &st, Sub: say}, cell{Act: &link{Word: "Open delivery", Href: "/shipments/" + x.Shipment.String()}}
}
