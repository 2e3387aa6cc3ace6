package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// glanceRoutes are the pages behind the homes.
func glanceRoutes() []route {
	return []route{
		get("/rows/{id}", access.SeeOrders, listing("rows", rowsList)),
		get("/shortages", access.SeeOrders, listing("shortages", shortageList)),
		get("/cash", access.SeeMoney, cashPage),
		get("/dso", access.SeeMoney, dsoPage),
		get("/checks", access.SeeMoney, checksPage),
		post("/checks", access.Close, checksNow),
		get("/health", access.Administer, listing("health", healthList)),
	}
}

// question is one number of a home: what it is called, who may see it, and which
// days it is about.
type question struct {
	Title, Sub, Lead, Empty string
	Right                   access.Right
	Days                    int  // so many from today on, or, negative, up to today
	Month                   bool // of a month, which can be chosen
}

// questions by the names that report.Measure knows.
var questions = map[string]question{
	"waits":        {Title: "Needs a person", Sub: "orders and messages", Lead: "What a rule stopped, and what could not become an order", Empty: "Nothing waits.", Right: access.SeeOrders},
	"late":         {Title: "Late orders", Sub: "should have left already", Lead: "Orders of which something should have left by now", Empty: "Nothing is late.", Right: access.SeeOrders},
	"risk":         {Title: "Promises at risk", Sub: "due in 14 days, not covered", Lead: "Promises of the next 14 days whose goods are neither reserved nor handed to the warehouse", Empty: "Every promise of these days is covered.", Right: access.SeeOrders, Days: 14},
	"to-release":   {Title: "To release", Sub: "all goods are reserved", Lead: "Orders that can be sent to the warehouse", Empty: "Nothing waits for a release.", Right: access.SeeOrders},
	"orders-in":    {Title: "Orders in", Sub: "net, in 7 days", Lead: "Orders that came in and were not cancelled", Empty: "No order came in.", Right: access.SeeOrders, Days: -7, Month: true},
	"goods-out":    {Title: "Goods out", Sub: "net, in 7 days", Lead: "Shipments that left, at the prices of their orders", Empty: "Nothing left.", Right: access.SeeOrders, Days: -7, Month: true},
	"late-out":     {Title: "Left late", Sub: "in this month", Lead: "Shipments of which something left after its promised day", Empty: "Everything left in time.", Right: access.SeeOrders, Month: true},
	"billable":     {Title: "Can be billed now", Sub: "net", Lead: "Orders with amounts that the next billing run takes", Empty: "All that can be billed is billed.", Right: access.SeeMoney},
	"blocked":      {Title: "Cannot be billed yet", Sub: "net", Lead: "Amounts that wait: for a day, for a proof of delivery, or behind a hold", Empty: "Nothing is held back.", Right: access.SeeMoney},
	"last-run":     {Title: "Last issued", Sub: "gross, on one day", Lead: "Invoices and credit notes of the last day on which some were issued", Empty: "Nothing was issued in the last two months.", Right: access.SeeMoney},
	"invoiced":     {Title: "Invoiced", Sub: "net", Lead: "Invoices less credit notes", Empty: "Nothing was invoiced.", Right: access.SeeMoney, Month: true},
	"received":     {Title: "Received", Sub: "customers' money", Lead: "Payments that came in and did not go back", Empty: "No money came in.", Right: access.SeeMoney, Month: true},
	"bank-lines":   {Title: "Bank lines without a match", Sub: "nobody knows yet whose", Lead: "Bank lines of which nobody knows yet whose money it is", Empty: "Every bank line is matched.", Right: access.SeeMoney},
	"overdue":      {Title: "Overdue", Sub: "past the due day", Lead: "Items that should have been paid by now", Empty: "Nothing is overdue.", Right: access.SeeMoney},
	"due":          {Title: "Due in 7 days", Sub: "by their terms", Lead: "Items that are due in the next seven days", Empty: "Nothing is due in these days.", Right: access.SeeMoney, Days: 7},
	"on-account":   {Title: "On account", Sub: "settles nothing yet", Lead: "Money of customers that settles nothing yet", Empty: "All money is settled.", Right: access.SeeMoney},
	"disputed":     {Title: "Disputed", Sub: "by the customers", Lead: "What customers dispute", Empty: "Nothing is disputed.", Right: access.SeeMoney},
	"credit-holds": {Title: "Held for credit", Sub: "gross", Lead: "Orders that would go over a limit", Empty: "No order waits for a decision about credit.", Right: access.SeeMoney},
	"limits":       {Title: "Limits near or over", Sub: "80 % or more is used", Lead: "Credit accounts of which four fifths or more are used", Empty: "Every limit has room.", Right: access.SeeMoney},
}

// asked finds a question; the stages of orders are questions, too.
func asked(name string) (question, bool) {
	if x, ok := questions[name]; ok {
		return x, true
	}
	for _, s := range report.StageNames {
		if s == name {
			return question{Title: stateOf(s).word, Lead: "Live orders of this stage. What is held before it was confirmed stands in the first.", Empty: "No order is in this stage.", Right: access.SeeOrders}, true
		}
	}
	return question{}, false
}

var errMonth = fault.Rule{Kind: fault.Invalid, Code: "web.month"}

// span gives the days that a question is about, as the address has it.
func (v *visit) span(x question) (from, to day.Day, err error) {
	if s := v.ask("on"); s != "" {
		d, err := day.Parse(s)
		return d, d, fault.At(err, "on")
	}
	if s := v.ask("month"); s != "" && x.Month {
		m, err := day.ParseMonth(s)
		if err != nil {
			return "", "", errMonth.Because("%.40q is no month: write one such as %s", s, v.today.Month()).At("month")
		}
		return m.First(), m.Last(), nil
	}
	switch {
	case x.Days > 0:
		return v.today, v.today.AddDays(x.Days - 1), nil
	case x.Days < 0:
		return v.today.AddDays(x.Days + 1), v.today, nil
	case x.Month:
		return v.today.Month().First(), v.today.Month().Last(), nil
	}
	return "", "", nil
}

// rowsList shows the rows behind one number.
func rowsList(v *visit, p report.Page) (list, error) {
	name := v.PathValue("id")
	x, ok := asked(name)
	if !ok {
		return list{}, report.ErrMeasure.Because("there is no number called %.40q: open it from a home page", name)
	}
	if !v.may(x.Right) {
		return list{}, errNoRight.Because("%s may not see this: it takes the right %s. Ask %s.", v.who.Name, x.Right, holders(x.Right))
	}
	from, to, err := v.span(x)
	if err != nil {
		return list{}, err
	}
	m, err := report.Measure(v.q, name, from, to)
	if err != nil {
		return list{}, err
	}
	l := list{Title: x.Title, Empty: x.Empty, Lead: x.Lead + ". " + count(int64(len(m.Rows)), "row", "rows") + v.sumText(m.Sum, string(m.Currency)) + v.spanText(from, to) + "."}
	if x.Month {
		l.Top = monthForm(v, string(from.Month()))
	}
	at, n := offsetOf(p)
	rows := m.Rows[min(at, len(m.Rows)):min(at+n, len(m.Rows))]
	if at+n < len(m.Rows) {
		l.Next = strconv.Itoa(at + n)
	}
	l.Table = table{Caption: x.Title, Columns: []column{{"Document", false, "first"}, {"Customer", false, "whole"}, {"State", false, "whole"}, {"Amount", true, "up"}, {"In " + string(m.Currency), true, "amount"}, {"Day", true, "whole"}}, Needs: atPrices("Amount", "In "+string(m.Currency))}
	for i, r := range rows {
		l.Table.Rows = append(l.Table.Rows, v.measureRow(r, at+i))
	}
	return l, nil
}

// offsetOf reads where a part of a list begins that is counted, not keyed.
func offsetOf(p report.Page) (at, n int) {
	if n = p.Limit; n == 0 {
		n = 50
	}
	at, _ = strconv.Atoi(p.After)
	return max(0, at), n
}

// sumText is a sum for who may see amounts.
func (v *visit) sumText(s, currency string) string {
	if !v.may(access.SeePrices) {
		return ""
	}
	return ", " + v.money(s, currency)
}

func (v *visit) spanText(from, to day.Day) string {
	switch {
	case from == "":
		return ""
	case from == to:
		return ", on " + dayText(from, v.today)
	case from == from.Month().First() && to == from.Month().Last():
		return ", in " + from.Time().Format("January 2006")
	}
	return ", from " + dayText(from, v.today) + " to " + dayText(to, v.today)
}

func (v *visit) measureRow(r report.MeasureRow, i int) row {
	number := r.Document.Number
	if number == "" {
		number = words(r.Document.Type)
	}
	first, who := named(number, placeOf(r.Document)), cell{Text: "—"}
	if r.Customer != nil && r.Customer.Code != "" {
		who = linked(r.Customer.Name, "/customers/"+url.PathEscape(r.Customer.Code))
	}
	s := stateOf(r.State)
	amt := cell{Text: "—"}
	if r.Amount != "" {
		amt = cell{Text: v.money(r.Amount, string(r.Currency)), Raw: r.Amount}
	}
	return row{ID: fmt.Sprintf("row-%s-%d", r.Document.ID, i), Cells: []cell{first, who, {State: &s, Sub: v.say(r.Why)}, amt, cash(r.Company), v.dayCell(r.On)}}
}

// tile is a question with its number and the way to its rows.
type tile struct {
	fact
	Exact string // count and sum of the rows, to the cent
	Spark *spark
}

// tileOf answers a question: by its sum, or by how many there are.
func (v *visit) tileOf(name string, counted bool) (tile, error) {
	x, _ := asked(name)
	from, to, err := v.span(question{Days: x.Days, Month: x.Month})
	if err != nil {
		return tile{}, err
	}
	m, err := report.Measured(v.q, name, from, to)
	if err != nil {
		return tile{}, err
	}
	n := int64(len(m.Rows))
	t := tile{fact: fact{Name: x.Title, Value: v.money(short(m.Sum), string(m.Currency)), Sub: count(n, "row", "rows") + ", " + x.Sub, Href: "/rows/" + name}, Exact: v.exactly(n, m.Sum, string(m.Currency))}
	if counted || !v.may(access.SeePrices) {
		t.Value, t.Sub = amount(itoa(n)), x.Sub
		if !isZero(m.Sum) && v.may(access.SeePrices) {
			t.Sub = v.money(short(m.Sum), string(m.Currency)) + ", " + x.Sub
		}
	}
	if n == 0 && !counted {
		t.Sub = "none, " + x.Sub
	}
	if n > 0 && (name == "late" || name == "overdue") {
		t.Tone = "late"
	}
	return t, nil
}

func (v *visit) exactly(n int64, sum, currency string) string {
	if !v.may(access.SeePrices) {
		return count(n, "row", "rows")
	}
	return exactly(n, sum, currency)
}

func exactly(n int64, sum, currency string) string {
	return count(n, "row", "rows") + ", " + inMoney(sum, currency)
}

// spark is a line of what a number was in twelve months.
type spark struct{ Points, X, Y, Title string }

// sparkOf draws values into 96 × 24; unknown ones (-1 where negative means so) are left out.
func sparkOf(title string, values []int64, unknown bool) *spark {
	lo, hi := int64(0), int64(0)
	seen := false
	for _, n := range values {
		if unknown && n < 0 {
			continue
		}
		if !seen {
			lo, hi, seen = n, n, true
		}
		lo, hi = min(lo, n), max(hi, n)
	}
	s := &spark{Title: title}
	var points []string
	for i, n := range values {
		if unknown && n < 0 {
			continue
		}
		y := int64(12)
		if hi > lo {
			y = 21 - (n-lo)/((hi-lo+17)/18)
		}
		s.X, s.Y = itoa(int64(2+i*92/max(1, len(values)-1))), itoa(y)
		points = append(points, s.X+","+s.Y)
	}
	s.Points = strings.Join(points, " ")
	return s
}

// stageFlow draws live orders by stage: how many, what they are worth, which
// part is held or late, and how old the oldest is.
func (v *visit) stageFlow() (fragment, error) {
	list, err := report.StageFlow(v.q)
	if err != nil {
		return nil, err
	}
	var out []stage
	for _, s := range list {
		x := stage{Word: stateOf(s.Stage).word, Href: "/rows/" + s.Stage, Count: s.Count, Value: v.money(short(s.Value), string(s.Currency)), Held: percent(s.Held, s.Count), Late: percent(s.Late, s.Count)}
		var sub []string
		if s.Held > 0 {
			sub = append(sub, itoa(s.Held)+" held")
		}
		if s.Late > 0 {
			sub = append(sub, itoa(s.Late)+" late")
		}
		x.Sub = strings.Join(sub, ", ")
		if s.Oldest != "" {
			x.Oldest = "oldest " + count(int64(s.Oldest.DaysUntil(v.today)), "day", "days")
		}
		x.Exact = v.exactly(s.Count, s.Value, string(s.Currency))
		if !v.may(access.SeePrices) {
			x.Value = ""
		}
		out = append(out, x)
	}
	return flowOf(out), nil
}

// shortageList shows items of which there is too little.
func shortageList(v *visit, p report.Page) (list, error) {
	all, err := report.Shortages(v.q)
	if err != nil {
		return list{}, err
	}
	counts := map[string]int{}
	var rows []report.ShortageView
	for _, x := range all {
		counts[x.State]++
		if s := v.ask("state"); s == "" || s == x.State {
			rows = append(rows, x)
		}
	}
	l := list{Title: "Shortages", Lead: "Items of which more is promised than there is, and items below what leaves in a week", Empty: "There is enough of everything.",
		Views: []viewTab{{"All", v.with("state", ""), itoa(int64(len(all))), v.ask("state") == ""}, {"Short", v.with("state", "short"), itoa(int64(counts["short"])), v.ask("state") == "short"}, {"Low", v.with("state", "low"), itoa(int64(counts["low"])), v.ask("state") == "low"}}}
	at, n := offsetOf(p)
	if at+n < len(rows) {
		l.Next = strconv.Itoa(at + n)
	}
	l.Table = v.shortageRows(rows[min(at, len(rows)):min(at+n, len(rows))])
	return l, nil
}

func (v *visit) shortageRows(rows []report.ShortageView) table {
	t := table{Caption: "Shortages", Columns: []column{{"Item", false, "first"}, {"State", false, "whole"}, {"On hand", true, "up"}, {"Reserved", true, "up"}, {"Promised, not covered", true, "whole"}, {"Left then", true, "amount"}, {"Safety", true, "up"}, {"First promise", true, "whole"}}}
	for _, x := range rows {
		left := pieces(x.Projected, x.Unit)
		if x.State == "short" {
			left.Tone = "late"
		}
		say := "below what leaves in a week"
		if x.State == "short" {
			say = count(x.Orders, "order waits", "orders wait")
		}
		s := stateOf(x.State)
		t.Rows = append(t.Rows, row{ID: x.Product.String(), Cells: []cell{coded(x.SKU, productPath(x.SKU)).and(x.Name), {State: &s, Sub: say}, pieces(x.OnHand, x.Unit), pieces(x.Reserved, x.Unit), pieces(x.Missing, x.Unit), left, pieces(x.Safety, x.Unit), v.dayCell(x.First)}})
	}
	return t
}

// healthList shows background work that was given up, or who came in.
func healthList(v *visit, _ report.Page) (list, error) {
	failed, err := report.Failed(v.q)
	if err != nil {
		return list{}, err
	}
	events, err := report.AccessEvents(v.q, 7)
	if err != nil {
		return list{}, err
	}
	who := v.ask("view") == "access"
	l := list{Title: "Health", Lead: "What the program gave up, and who came in during the last seven days", Empty: "Nothing was given up.",
		Views: []viewTab{{"Failed work", v.with("view", ""), itoa(int64(len(failed))), !who}, {"Sign-ins and roles", v.with("view", "access"), itoa(int64(len(events))), who}}}
	if who {
		l.Table, l.Empty = v.accessRows(events), "Nobody came in."
		return l, nil
	}
	l.Table = table{Caption: "Failed work", Columns: []column{{"Work", false, "first"}, {"Why it failed last", false, "whole"}, {"Tries", true, "amount"}}}
	for _, x := range failed {
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID, Cells: []cell{text(words(x.Kind)).and(x.ID), text(orDash(x.Fault)), text(itoa(x.Tries))}})
	}
	return l, nil
}

func (v *visit) accessRows(events []report.AccessEvent) table {
	t := table{Caption: "Sign-ins and roles", Columns: []column{{"Person", false, "first"}, {"What", false, "whole"}, {"By", false, "whole"}, {"When", true, "amount"}}}
	for i, e := range events {
		t.Rows = append(t.Rows, row{ID: fmt.Sprintf("access-%d", i), Cells: []cell{text(e.Person), text(sentence(e.Sentence)), text(e.Actor), {Text: v.instantText(e.At), Raw: e.At}}})
	}
	return t
}
