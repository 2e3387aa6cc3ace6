package web

import (
	"fmt"
	"strconv"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
)

// home is the first page of a person: what waits for the roles that he has.
type home struct {
	Greeting, Lead string
	Acts           []link
	Tiles          []fact
	Flow           fragment
	Sections       []section
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// homePage answers each role's question: what needs me now, what can go out,
// who owes us, are we on track.
func homePage(v *visit) (page, error) {
	h := home{Greeting: v.greeting()}
	if !v.may(access.SeeOrders) {
		return v.adminHome(h)
	}
	g, err := report.Glance(v.q)
	if err != nil {
		return nil, err
	}
	v.late = &g.Late
	h.Lead = v.company.Name + ", " + v.today.Time().Format("Monday 2 January 2006")
	tile := func(right access.Right, name, value, sub, href, tone string) {
		if v.may(right) {
			h.Tiles = append(h.Tiles, fact{Name: name, Value: value, Sub: sub, Href: href, Tone: tone})
		}
	}
	late := ""
	if g.Late > 0 {
		late = "late"
	}
	if v.may(access.Enter) || v.may(access.Confirm) || v.may(access.GiveCredit) {
		tile(access.SeeOrders, "Needs a person", itoa(g.Waiting), "orders and messages", "/desk", "")
	}
	tile(access.SeeOrders, "Late orders", itoa(g.Late), "should have left already", "/desk?view=late", late)
	if v.may(access.Pick) {
		tile(access.Pick, "To pick", itoa(g.ToPick), "shipments", "/picking", "")
	} else {
		tile(access.SeeOrders, "In the warehouse", itoa(g.ToPick), "shipments to pick", "/shipments?state=planned", "")
	}
	if v.may(access.Bill) {
		tile(access.Bill, "Can be billed", itoa(g.Billable), "orders", "/billing", "")
	}
	overdue := ""
	if !isZero(g.Overdue) {
		overdue = "late"
	}
	tile(access.SeeMoney, "Overdue", inMoney(short(g.Overdue), string(g.Currency)), "of "+inMoney(g.Open, string(g.Currency))+" owed", "/ageing", overdue)
	tile(access.SeeMoney, "On account", inMoney(short(g.Unapplied), string(g.Currency)), "money that settles nothing yet", "/receipts?unapplied=yes", "")
	tile(access.SeeMoney, "Bank lines", itoa(g.BankLines), "without a match", "/bank?state=new", "")
	if v.may(access.Enter) || v.may(access.Confirm) || v.may(access.GiveCredit) {
		l, err := deskList(v, report.Page{})
		if err != nil {
			return nil, err
		}
		h.Flow, l.Table.Rows = l.Top, l.Table.Rows[:min(7, len(l.Table.Rows))]
		h.Sections = append(h.Sections, section{Title: "Needs a decision", Table: l.Table, Empty: l.Empty, More: &link{Word: "Order desk", Href: "/desk"}})
	}
	if h.Flow == nil {
		if h.Flow, err = v.stages(); err != nil {
			return nil, err
		}
	}
	if v.may(access.Pick) {
		l, err := pickingList(v, report.Page{Limit: 8})
		if err != nil {
			return nil, err
		}
		h.Sections = append(h.Sections, section{Title: "Next to pick", Table: l.Table, Empty: l.Empty, More: &link{Word: "Picking", Href: "/picking"}})
	}
	if v.may(access.SeeMoney) {
		a, err := report.Ageing(v.q, v.today, "due")
		if err != nil {
			return nil, err
		}
		h.Sections = append(h.Sections, section{Title: "What they owe, by age, " + string(a.Currency), Draw: agesOf(ageParts(a.Total)), More: &link{Word: "Ageing", Href: "/ageing"}})
	}
	if v.may(access.Collect) {
		l, err := receiptList(v, report.Page{Limit: 8})
		if err != nil {
			return nil, err
		}
		h.Sections = append(h.Sections, section{Title: "Money received", Table: l.Table, Empty: l.Empty, More: &link{Word: "Receipts", Href: "/receipts"}})
	}
	if v.may(access.Enter) {
		h.Acts = []link{{Word: "New order", Href: "/orders/new", Icon: "plus", Key: "N", Primary: true}}
	}
	return draw(homeView(v, h)), nil
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

func (v *visit) adminHome(h home) (page, error) {
	all, err := access.People(v.q)
	if err != nil {
		return nil, err
	}
	conflicts := 0
	for _, p := range all {
		if len(p.Conflicts()) > 0 {
			conflicts++
		}
	}
	h.Lead = "Who may do what in " + v.company.Name
	h.Tiles = []fact{{Name: "People", Value: fmt.Sprint(len(all)), Sub: "may sign in", Href: "/people"}, {Name: "Conflicts", Value: fmt.Sprint(conflicts), Sub: "people whose roles should be apart", Href: "/people"}}
	l, err := peopleList(v, report.Page{})
	h.Sections = []section{{Title: "People", Table: l.Table, Empty: l.Empty, More: &link{Word: "All people", Href: "/people"}}}
	return draw(homeView(v, h)), err
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
