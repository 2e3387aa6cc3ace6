package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/story/verify"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// fan is a forecast as a picture, as a sentence, and as the rows of a table.
type fan struct {
	Data string // JSON for the script
	Say  string
	Rows table
}

// fanOf draws 13 weeks: the line of the median, the band around it.
func (v *visit) fanOf(c report.CashView) fan {
	var data struct {
		From     []string `json:"from"`
		P10      []int64  `json:"p10"`
		P50      []int64  `json:"p50"`
		P90      []int64  `json:"p90"`
		Currency string   `json:"currency"`
	}
	data.Currency = string(c.Currency)
	t := table{Caption: "Cash expected by week", Columns: []column{{"Week from", false, "first"}, {"At least (p10), " + string(c.Currency), true, "whole"}, {"Expected (p50)", true, "amount"}, {"At most (p90)", true, "whole"}}}
	best := 0
	for i, w := range c.Weeks {
		p10, p50, p90 := w.Cents()
		data.From = append(data.From, w.From.Time().Format("2 Jan"))
		data.P10, data.P50, data.P90 = append(data.P10, p10), append(data.P50, p50), append(data.P90, p90)
		if _, most, _ := c.Weeks[best].Cents(); p50 > most {
			best = i
		}
		mid := cash(w.P50)
		mid.Href = "/cash" + query("week", itoa(int64(i+1)))
		t.Rows = append(t.Rows, row{ID: "week-" + string(w.From), Cells: []cell{{Text: sentence(dayText(w.From, v.today)), Raw: string(w.From)}, cash(w.P10), mid, cash(w.P90)}})
	}
	b, _ := json.Marshal(data) // strings and whole numbers
	say := "Nothing is expected."
	if len(c.Rows) > 0 {
		say = fmt.Sprintf("%s this week, between %s and %s. Most, %s, in the week from %s.", v.money(short(c.Weeks[0].P50), data.Currency), v.money(short(c.Weeks[0].P10), data.Currency), v.money(short(c.Weeks[0].P90), data.Currency),
			v.money(short(c.Weeks[best].P50), data.Currency), dayText(c.Weeks[best].From, v.today))
	}
	return fan{string(b), say, t}
}

// fourWeeks adds up what is expected in four weeks.
func fourWeeks(c report.CashView) string {
	sum := int64(0)
	for _, w := range c.Weeks[:4] {
		sum += thousandths(w.P50)
	}
	return decimalLike(sum, c.Weeks[0].P50)
}

// decimalLike writes thousandths with as many decimals as another amount has.
func decimalLike(n int64, like string) string {
	_, frac, _ := strings.Cut(like, ".")
	s, sign := fmt.Sprint(n), ""
	if n < 0 {
		s, sign = s[1:], "-"
	}
	for len(s) < 4 {
		s = "0" + s
	}
	whole, part := s[:len(s)-3], s[len(s)-3:]
	if len(frac) == 0 {
		return sign + whole
	}
	return sign + whole + "." + part[:min(3, len(frac))]
}

// cashPage shows the forecast, or the amounts of one of its weeks.
func cashPage(v *visit) (page, error) {
	c, err := report.Cash(v.q)
	if err != nil {
		return nil, err
	}
	if v.ask("week") != "" {
		return v.cashWeek(c)
	}
	f := v.fanOf(c)
	if v.ask("format") == "csv" {
		return csvOf("cash", func(string) (list, error) { return list{Table: f.Rows}, nil })
	}
	return draw(cashView(v, c, f)), nil
}

var errWeek = fault.Rule{Kind: fault.Invalid, Code: "web.week"}

func (v *visit) cashWeek(c report.CashView) (page, error) {
	n := 0
	if _, err := fmt.Sscan(v.ask("week"), &n); err != nil || n < 1 || n > len(c.Weeks) {
		return nil, errWeek.Because("%.40q is no week of the forecast: choose one from 1 to %d", v.ask("week"), len(c.Weeks)).At("week")
	}
	w := c.Weeks[n-1]
	l := list{Title: "Cash expected, week from " + dayText(w.From, v.today), Lead: "Amounts that come in this week if everybody pays as he mostly does: " + v.money(w.P50, string(c.Currency)) + ".", CSV: true, Empty: "Nothing is expected in this week.",
		Chips: []chip{{"Week from " + dayText(w.From, v.today), "/cash"}}}
	l.Table = table{Caption: "Amounts", Columns: []column{{"Document", false, "first"}, {"Customer", false, "whole"}, {"Kind", false, "whole"}, {"Due", true, "up"}, {"Expected", true, "whole"}, {"Amount, " + string(c.Currency), true, "amount"}}}
	for i, r := range c.Rows {
		if r.Week == n-1 {
			kind := map[string]string{"invoice": "Invoice", "unbilled": "Not billed yet"}[r.Kind]
			l.Table.Rows = append(l.Table.Rows, row{ID: fmt.Sprintf("amount-%d", i), Cells: []cell{named(orDash(r.Document.Number), placeOf(r.Document)), linked(r.Customer.Name, "/customers/"+r.Customer.Code), text(kind), v.dayCell(r.DueOn), v.dayCell(r.Expected), cash(r.Amount)}})
		}
	}
	if v.ask("format") == "csv" {
		return csvOf("cash-"+string(w.From), func(string) (list, error) { return l, nil })
	}
	return draw(listPage(v, l)), nil
}

// dsoPage shows why days sales outstanding moved.
func dsoPage(v *visit) (page, error) {
	d, err := report.DSO(v.q)
	if err != nil {
		return nil, err
	}
	t := v.dsoRows(d)
	if v.ask("format") == "csv" {
		return csvOf("dso", func(string) (list, error) { return list{Table: t}, nil })
	}
	l := list{Title: "Days sales outstanding", Lead: tenthsText(d.Is) + " days now, " + tenthsText(d.Was) + " on " + dayText(d.Before, v.today) + ".", Top: waterfall(v, bars(d)), Table: t, CSV: true}
	return draw(listPage(v, l)), nil
}

var causes = map[string]string{"not_due": "Not due yet", "overdue": "Overdue", "credits": "Credits and money on account", "sales": "Sales of 90 days"}

func (v *visit) dsoRows(d report.DSOView) table {
	t := table{Caption: "Causes", Columns: []column{{"Cause", false, "first"}, {"30 days ago, " + string(d.Currency), true, "whole"}, {"Now", true, "whole"}, {"Days", true, "amount"}}}
	t.Rows = append(t.Rows, row{ID: "was", Cells: []cell{text("30 days ago"), text(""), text(""), {Text: tenthsText(d.Was), Raw: tenthsText(d.Was)}}})
	for _, c := range d.Causes {
		t.Rows = append(t.Rows, row{ID: c.Name, Cells: []cell{text(causes[c.Name]), cash(c.Before), cash(c.Now), {Text: signedTenths(c.Days), Raw: strings.ReplaceAll(tenthsText(c.Days), "−", "-")}}})
	}
	t.Foot = []cell{text("Now"), text(""), text(""), {Text: tenthsText(d.Is), Raw: tenthsText(d.Is)}}
	return t
}

func tenthsText(n int64) string {
	if n < 0 {
		return "−" + tenthsText(-n)
	}
	return fmt.Sprintf("%d.%d", n/10, n%10)
}

func signedTenths(n int64) string {
	if n > 0 {
		return "+" + tenthsText(n)
	}
	return tenthsText(n)
}

// fall is one bar of a waterfall.
type fall struct{ Word, Value, From, Width, Fill string }

func bars(d report.DSOView) []fall {
	all := max(d.Was, d.Is, 1)
	at := d.Was
	for _, c := range d.Causes {
		at += c.Days
		all = max(all, at)
	}
	out := []fall{{"30 days ago", tenthsText(d.Was), "0%", percent(max(0, d.Was), all), "bill"}}
	at = d.Was
	for _, c := range d.Causes {
		from, fill := max(0, min(at, at+c.Days)), "short"
		if c.Days < 0 {
			fill = "good"
		}
		out = append(out, fall{causes[c.Name], signedTenths(c.Days), percent(from, all), percent(max(at, at+c.Days)-from, all), fill})
		at += c.Days
	}
	return append(out, fall{"Now", tenthsText(d.Is), "0%", percent(max(0, d.Is), all), "bill"})
}

// checking is what is known of the books' rules: the last look, and one that runs.
type checking struct {
	mu          sync.Mutex
	running     bool
	done, total int
	at          time.Time
	last        *verify.Report
	fault       string
}

// checked is a copy that a page may read.
type checked struct {
	Running     bool
	Done, Total int
	At          time.Time
	Last        *verify.Report
	Fault       string
}

func (c *checking) look() checked {
	c.mu.Lock()
	defer c.mu.Unlock()
	return checked{c.running, c.done, c.total, c.at, c.last, c.fault}
}

// state is the look in a word and a sentence.
func (c checked) state() (value, sub, tone string) {
	switch {
	case c.Running:
		return "Checking", fmt.Sprintf("%d of %d done", c.Done, c.Total), ""
	case c.Fault != "":
		return "Not checked", "the last check broke off", "late"
	case c.Last == nil:
		return "Not checked", "since the program started", ""
	case c.Last.OK():
		return fmt.Sprintf("%d hold", len(c.Last.Checks)), "all that were checked", ""
	}
	return fmt.Sprintf("%d broken", len(c.Last.Bad())), fmt.Sprintf("of %d", len(c.Last.Checks)), "late"
}

func checksPage(v *visit) (page, error) {
	c := v.site.checks.look()
	t := checkRows(c)
	if v.ask("format") == "csv" {
		return csvOf("checks", func(string) (list, error) { return list{Table: t}, nil })
	}
	return draw(checksView(v, c, t)), nil
}

func checkRows(c checked) table {
	t := table{Caption: "Rules", Columns: []column{{"Rule", false, "first"}, {"State", false, "whole"}, {"Looked at", true, "amount"}}}
	if c.Last == nil {
		return t
	}
	for _, x := range c.Last.Checks {
		s, sub := state{"good", "circle-check", "Holds"}, ""
		if !x.OK() {
			s, sub = state{"bad", "circle-alert", "Broken"}, count(x.Bad, "time: ", "times: ")+strings.Join(x.First, "; ")
		}
		t.Rows = append(t.Rows, row{ID: x.ID, Cells: []cell{text(sentence(x.Title)).and(x.ID), {State: &s, Sub: sub, Raw: s.word}, text(amount(itoa(x.Count)))}})
	}
	return t
}

// checksNow begins a look at all rules, unless one runs.
func checksNow(v *visit) (page, error) {
	c := &v.site.checks
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		return onward{"/checks", "A check runs already"}, nil
	}
	c.running, c.done, c.total, c.fault = true, 0, 0, ""
	go v.site.check(context.WithoutCancel(v.Context()))
	return onward{"/checks", "The check has begun"}, nil
}

func (s *site) check(ctx context.Context) {
	c := &s.checks
	r, err := verify.Run(ctx, s.office.DB, func(done, total int) {
		c.mu.Lock()
		c.done, c.total = done, total
		c.mu.Unlock()
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running, c.at = false, s.clock()
	if err != nil {
		slog.Error("the check of the books broke off", "error", err)
		c.fault = "The check broke off; the server's log says why."
		return
	}
	c.last = &r
}

// notClosed lists the ledgers in which the last month is not closed yet.
func (v *visit) notClosed() (open []string, err error) {
	c, err := v.closing()
	m := v.today.Month().First().AddDays(-1).Month()
	for _, l := range ledgers {
		if c[[2]string{l, string(m)}] != "closed" {
			open = append(open, l)
		}
	}
	return open, err
}

func monthWord(m day.Month) string { return m.First().Time().Format("January 2006") }

// delayText tells a delay in words.
func delayText(days int) string {
	switch {
	case days == 0:
		return "on the due day"
	case days < 0:
		return count(int64(-days), "day early", "days early")
	}
	return count(int64(days), "day late", "days late")
}

func checksLead(v *visit, c checked) string {
	if c.Running {
		return fmt.Sprintf("A check runs: %d of %d rules are looked at.", c.Done, c.Total)
	}
	if c.Last == nil {
		return "The rules that must hold in the books at any time"
	}
	value, _, _ := c.state()
	return value + ", " + plain(v.clockText(c.At)) + "."
}

func checksEmpty(v *visit, c checked) string {
	if c.Running {
		return "The rules stand here when all are looked at."
	}
	return "Nothing was checked since the program started. " + map[bool]string{true: "Check the books.", false: "A controller can check the books."}[v.may(access.Close)]
}
