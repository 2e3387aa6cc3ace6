package web

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	minor "kontor/internal/words/money"
)

// home is the first page of a person: what waits for the roles that he has.
type home struct {
	Greeting, Lead string
	Acts           []link
	Tiles          []tile
	Flow           fragment
	Sections       []section
	Tour           bool
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// homes answer each role's question: what needs me now, what can go out, who
// owes us, are we on track. Who has several roles sees them one after the other.
var homes = map[string]func(v *visit, h *home) error{
	"service": serviceHome, "planner": plannerHome, "warehouse": warehouseHome, "billing": billingHome, "receivables": receivablesHome,
	"credit": creditHome, "controller": controllerHome, "admin": adminHome, "head": headHome,
}

func homePage(v *visit) (page, error) {
	if worksOnTheFloor(v.who) {
		return v.warehouseHome(nil)
	}
	h := home{Greeting: v.greeting(), Lead: v.company.Name + ", " + v.today.Time().Format("Monday 2 January 2006"), Tour: v.site.Tour != ""}
	for _, r := range v.who.Roles {
		if err := homes[r.Code](v, &h); err != nil {
			return nil, err
		}
	}
	for _, a := range []struct {
		right access.Right
		link  link
	}{{access.Close, link{Word: "Close checklist", Href: "/close", Icon: "lock"}}, {access.Collect, link{Word: "Match bank lines", Href: "/bank?state=new", Icon: "landmark", Key: "M"}},
		{access.Bill, link{Word: "Billing run", Href: "/billing", Icon: "receipt", Key: "R"}}, {access.Enter, link{Word: "New order", Href: "/orders/new", Icon: "plus", Key: "N"}}} {
		if v.may(a.right) {
			h.Acts = append(h.Acts, a.link)
		}
	}
	if n := len(h.Acts); n > 0 { // the main one stands last, at the edge
		h.Acts[n-1].Primary = true
		h.Acts = h.Acts[max(0, n-2):]
	}
	return draw(homeView(v, h)), nil
}

// sums and counts add tiles of questions that the home does not show yet.
func (h *home) sums(v *visit, names ...string) error   { return h.tiles(v, false, names) }
func (h *home) counts(v *visit, names ...string) error { return h.tiles(v, true, names) }

func (h *home) tiles(v *visit, counted bool, names []string) error {
	for _, n := range names {
		t, err := v.tileOf(n, counted)
		if err != nil {
			return err
		}
		h.add(t)
	}
	return nil
}

func (h *home) add(t tile) {
	for _, x := range h.Tiles {
		if x.Href == t.Href {
			return
		}
	}
	h.Tiles = append(h.Tiles, t)
}

// section adds a part of the page, once.
func (h *home) section(s section) {
	for _, x := range h.Sections {
		if x.Title == s.Title {
			return
		}
	}
	h.Sections = append(h.Sections, s)
}

// rows adds the first rows behind a question.
func (h *home) rows(v *visit, name string) error {
	x, _ := asked(name)
	from, to, err := v.span(question{Days: x.Days, Month: x.Month})
	if err != nil {
		return err
	}
	m, err := report.Measure(v.q, name, from, to)
	if err != nil {
		return err
	}
	if len(m.Rows) == 0 && len(h.Sections) > 0 {
		return nil // the tile says so, and there is more to see
	}
	t := table{Caption: x.Title, Columns: []column{{"Document", false, "first"}, {"Customer", false, "whole"}, {"State", false, "whole"}, {"In " + string(m.Currency), true, "amount"}, {"Day", true, "whole"}}}
	for i, r := range m.Rows[:min(7, len(m.Rows))] {
		full := v.measureRow(r, i)
		full.ID = name + "-" + full.ID
		full.Cells = append(full.Cells[:3:3], full.Cells[4:]...)
		t.Rows = append(t.Rows, full)
	}
	h.section(section{Title: x.Title, Table: t, Empty: x.Empty, More: &link{Word: "All " + itoa(int64(len(m.Rows))), Href: "/rows/" + name}})
	return nil
}

func (h *home) flow(v *visit) (err error) {
	if h.Flow == nil {
		h.Flow, err = v.stageFlow()
	}
	return err
}

// desk is the order desk's head: what needs a decision.
func (h *home) desk(v *visit) error {
	l, err := deskList(v, report.Page{})
	l.Table.Rows = l.Table.Rows[:min(7, len(l.Table.Rows))]
	h.section(section{Title: "Needs a decision", Table: l.Table, Empty: l.Empty, More: &link{Word: "Order desk", Href: "/desk"}})
	return err
}

func serviceHome(v *visit, h *home) error {
	return first(h.counts(v, "waits", "late"), h.sums(v, "orders-in", "goods-out"), h.flow(v), h.desk(v))
}

func plannerHome(v *visit, h *home) error {
	if err := first(h.sums(v, "risk"), h.counts(v, "late", "to-release")); err != nil {
		return err
	}
	short, err := report.Shortages(v.q)
	if err != nil {
		return err
	}
	h.add(tile{fact: fact{Name: "Shortages", Value: itoa(int64(len(short))), Sub: "items, too little or nothing left", Href: "/shortages"}, Exact: count(int64(len(short)), "row", "rows")})
	if err := h.riskByDay(v); err != nil {
		return err
	}
	h.section(section{Title: "Shortages", Table: v.shortageRows(short[:min(7, len(short))]), Empty: "There is enough of everything.", More: &link{Word: "All " + itoa(int64(len(short))), Href: "/shortages"}})
	return h.rows(v, "late")
}

// riskByDay adds up which promises break on which day.
func (h *home) riskByDay(v *visit) error {
	m, err := report.Measured(v.q, "risk", v.today, v.today.AddDays(13))
	if err != nil {
		return err
	}
	t := table{Caption: "Promises at risk by day", Columns: []column{{"Day", false, "first"}, {"Promises", true, "whole"}, {"Not covered, " + string(m.Currency), true, "amount"}}}
	for i := 0; i < len(m.Rows); {
		on, n, sum := m.Rows[i].On, int64(0), int64(0)
		for ; i < len(m.Rows) && m.Rows[i].On == on; i++ {
			n, sum = n+1, sum+m.Rows[i].Cents()
		}
		t.Rows = append(t.Rows, row{ID: "risk-" + string(on), Cells: []cell{{Text: sentence(dayText(on, v.today)), Raw: string(on), Href: "/rows/risk" + query("on", string(on)), Whole: true}, text(itoa(n)), cash(minor.Format(sum, m.Currency))}})
	}
	h.section(section{Title: "Promises at risk by day", Table: t, Empty: "Every promise of the next 14 days is covered.", More: &link{Word: "All rows", Href: "/rows/risk"}})
	return nil
}

func warehouseHome(v *visit, h *home) error {
	h.add(tile{fact: fact{Name: "To pick", Value: itoa(v.toDo().ToPick), Sub: "shipments", Href: "/picking"}, Exact: count(v.toDo().ToPick, "row", "rows")})
	if err := h.counts(v, "late"); err != nil {
		return err
	}
	l, err := pickingList(v, report.Page{Limit: 8})
	h.section(section{Title: "Next to pick", Table: l.Table, Empty: l.Empty, More: &link{Word: "Picking", Href: "/picking"}})
	return err
}

func billingHome(v *visit, h *home) error {
	return first(h.sums(v, "billable", "blocked", "last-run", "invoiced"), h.rows(v, "billable"), h.rows(v, "blocked"))
}

func receivablesHome(v *visit, h *home) error {
	return first(h.sums(v, "bank-lines", "on-account", "due", "overdue", "disputed", "received"), h.ageing(v), h.rows(v, "bank-lines"), h.rows(v, "on-account"), h.cash(v))
}

// ageing is one bar of what is owed.
func (h *home) ageing(v *visit) error {
	a, err := report.Ageing(v.q, v.today, "due")
	if err == nil {
		h.section(section{Title: "What they owe, by age, " + string(a.Currency), Draw: agesOf(ageParts(a.Total)), More: &link{Word: "Ageing", Href: "/ageing"}})
	}
	return err
}

const cashTitle = "Cash, 13 weeks"

// cash is the fan of 13 weeks, and what comes in four of them.
func (h *home) cash(v *visit) error {
	for _, x := range h.Sections {
		if x.Title == cashTitle {
			return nil
		}
	}
	c, err := report.Cash(v.q)
	if err != nil {
		return err
	}
	h.section(section{Title: cashTitle, Draw: fanBody(v, v.fanOf(c), false), More: &link{Word: "Cash expected", Href: "/cash"}})
	four := fourWeeks(c)
	h.add(tile{fact: fact{Name: "Cash expected", Value: v.money(short(four), string(c.Currency)), Sub: "in four weeks, as customers mostly pay", Href: "/cash"}, Exact: v.money(four, string(c.Currency))})
	return nil
}

func creditHome(v *visit, h *home) error {
	return first(h.sums(v, "credit-holds"), h.counts(v, "limits"), h.sums(v, "overdue"), h.rows(v, "credit-holds"), h.rows(v, "limits"), h.ageing(v))
}

func controllerHome(v *visit, h *home) error {
	last := v.today.Month().First().AddDays(-1).Month()
	left, err := v.notClosed()
	if err != nil {
		return err
	}
	t := tile{fact: fact{Name: "Close of " + last.First().Time().Format("January"), Value: fmt.Sprintf("%d of %d", len(ledgers)-len(left), len(ledgers)), Sub: "ledgers are closed", Href: "/close"}}
	if len(left) > 0 {
		t.Sub = "next: " + left[0]
	}
	h.add(t)
	value, sub, tone := v.site.checks.look().state()
	h.add(tile{fact: fact{Name: "Rules of the books", Value: value, Sub: sub, Tone: tone, Href: "/checks"}})
	d, err := report.DSO(v.q)
	if err != nil {
		return err
	}
	h.add(tile{fact: fact{Name: "Days sales outstanding", Value: tenthsText(d.Is), Sub: signedTenths(d.Is-d.Was) + " in 30 days", Href: "/dso"}, Exact: tenthsText(d.Is) + " days"})
	if err := first(h.cash(v), h.sums(v, "overdue", "blocked")); err != nil {
		return err
	}
	h.section(section{Title: "Why days sales outstanding moved", Table: v.dsoRows(d), More: &link{Word: "More", Href: "/dso"}})
	return nil
}

func headHome(v *visit, h *home) error {
	if err := first(h.sums(v, "orders-in", "goods-out", "late"), h.cash(v), h.sums(v, "overdue"), h.flow(v)); err != nil {
		return err
	}
	return h.kpis(v)
}

// kpis are five numbers of the month, each with a line of twelve.
func (h *home) kpis(v *visit) error {
	k, err := v.site.past.kpis(v.q)
	if err != nil {
		return err
	}
	m := k.Months[len(k.Months)-1]
	var in, invoiced, received, ontime, dso []int64
	for _, x := range k.Months {
		a, b, c := x.Cents()
		in, invoiced, received, ontime, dso = append(in, a), append(invoiced, b), append(received, c), append(ontime, x.OnTime()), append(dso, x.DSO)
	}
	cur, month := string(k.Currency), monthWord(m.Month)
	at := query("month", string(m.Month))
	worth := func(name, s, href string, line []int64) {
		h.add(tile{fact: fact{Name: name, Value: v.money(short(s), cur), Sub: month, Href: href + at}, Exact: v.money(s, cur), Spark: sparkOf(name+" in twelve months", line, false)})
	}
	worth("Order intake", m.OrdersIn, "/rows/orders-in", in)
	worth("Invoiced, net", m.Invoiced, "/rows/invoiced", invoiced)
	worth("Received", m.Received, "/rows/received", received)
	share, sub := "—", month
	if m.OnTime() >= 0 {
		share, sub = itoa(m.OnTime())+"%", fmt.Sprintf("%s, %d of %d late", month, m.LateOut, m.Shipments)
	}
	h.add(tile{fact: fact{Name: "Left in time", Value: share, Sub: sub, Href: "/rows/late-out" + at}, Exact: count(m.LateOut, "row", "rows"), Spark: sparkOf("Left in time in twelve months", ontime, true)})
	d, err := report.DSO(v.q)
	h.add(tile{fact: fact{Name: "Days sales outstanding", Value: tenthsText(d.Is), Sub: "now", Href: "/dso"}, Exact: tenthsText(d.Is) + " days", Spark: sparkOf("Days sales outstanding in twelve months", dso, true)})
	return err
}

// pastMonths remembers for some minutes what the months before this one came to:
// on a home page they are a small line beside the number of the month that runs.
type pastMonths struct {
	mu     sync.Mutex
	months []report.KPIMonth
	at     time.Time
}

const pastHolds = 10 * time.Minute

func (p *pastMonths) kpis(q db.Querier) (report.KPIView, error) {
	p.mu.Lock()
	past, now := p.months, q.Now()
	if age := now.Sub(p.at); age < 0 || age > pastHolds {
		past = nil
	}
	p.mu.Unlock()
	k, err := report.KPIs(q, past)
	if err == nil && past == nil {
		p.mu.Lock()
		p.months, p.at = k.Months[:11], now
		p.mu.Unlock()
	}
	return k, err
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) greeting() string {
	first, _, _ := strings.Cut(v.who.Name, " ")
	switch hour := v.company.Local(v.q.Now()).Hour(); {
	case hour < 12:
		return "Good morning, " + first
	case hour < 18:
		return "Good afternoon, " + first
	}
	return "Good evening, " + first
}

// short drops the cents of what is large.
func short(s string) string {
	whole, _, _ := strings.Cut(s, ".")
	if len(strings.TrimPrefix(whole, "-")) > 4 {
		return whole
	}
	return s
}

func adminHome(v *visit, h *home) error {
	all, err := access.People(v.q)
	if err != nil {
		return err
	}
	conflicts := 0
	for _, p := range all {
		if len(p.Conflicts()) > 0 {
			conflicts++
		}
	}
	failed, err := report.Failed(v.q)
	if err != nil {
		return err
	}
	events, err := report.AccessEvents(v.q, 7)
	if err != nil {
		return err
	}
	n := func(i int) string { return itoa(int64(i)) }
	rows := func(i int) string { return count(int64(i), "row", "rows") }
	h.add(tile{fact: fact{Name: "Failed work", Value: n(len(failed)), Sub: "jobs and deliveries given up", Href: "/health"}, Exact: rows(len(failed))})
	h.add(tile{fact: fact{Name: "Sign-ins and roles", Value: n(len(events)), Sub: "events of 7 days", Href: "/health?view=access"}, Exact: rows(len(events))})
	h.add(tile{fact: fact{Name: "People", Value: n(len(all)), Sub: "may sign in, " + count(int64(conflicts), "with roles that clash", "with roles that clash"), Href: "/people"}, Exact: rows(len(all))})
	l, err := feedbackList(v, report.Page{})
	if err != nil {
		return err
	}
	h.add(tile{fact: fact{Name: "Feedback", Value: itoa(v.toDo().Notes), Sub: "notes that nobody has taken", Href: "/feedback?state=new"}, Exact: count(v.toDo().Notes, "row", "rows")})
	l.Table.Rows = l.Table.Rows[:min(7, len(l.Table.Rows))]
	h.section(section{Title: "Feedback", Table: l.Table, Empty: l.Empty, More: &link{Word: "Queue", Href: "/feedback"}})
	h.section(section{Title: "Sign-ins and roles", Table: v.accessRows(events[:min(7, len(events))]), Empty: "Nobody came in.", More: &link{Word: "All", Href: "/health?view=access"}})
	return nil
}

// agePart is one age of what is owed.
type agePart struct {
	part
	Word, Value string
}

func ageParts(r report.AgeingRow) []agePart {
	names := []string{"Not due", "1–30 days", "31–60", "61–90", "Over 90"}
	values := []string{r.NotDue, r.Days30, r.Days60, r.Days90, r.Over90}
	var all int64
	for _, x := range values {
		all += max(0, thousandths(x))
	}
	var out []agePart
	at := int64(0)
	for i, x := range values {
		n := max(0, thousandths(x))
		out = append(out, agePart{part{fmt.Sprintf("a%d", i), percent(at, all), percent(n, all)}, names[i], x})
		at += n
	}
	return out
}

func agesInWords(list []agePart) string {
	var out []string
	for _, p := range list {
		out = append(out, plain(p.Word)+" "+amount(p.Value))
	}
	return strings.Join(out, ", ")
}
