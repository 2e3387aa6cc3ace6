package web

import (
	"context"
	"net/url"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/words/day"
)

// closeRoutes are the pages of the month's end.
func closeRoutes() []route {
	return []route{
		get("/close/{id}", access.SeeMoney, monthPage),
		get("/statements", access.SeeMoney, listing("statements", statementList)),
	}
}

var ledgers = []string{"stock", "receivables", "general"}

var ledgerNames = map[string]string{"stock": "stock", "receivables": "receivables", "general": "the general ledger"}

// closing are the states of ledgers by month.
type closing map[[2]string]string

func (v *visit) closing() (closing, error) {
	periods, err := report.Periods(v.q)
	out := closing{}
	for _, p := range periods {
		out[[2]string{p.Ledger, string(p.Month)}] = p.State
	}
	return out, err
}

// cell is how far a month is in a ledger, with the way to close it.
func (c closing) cell(v *visit, ledger string, m day.Month) cell {
	switch s := c[[2]string{ledger, string(m)}]; {
	case s == "closed":
		return cell{State: &state{"good", "lock", "Closed"}, Raw: s}
	case m.Last() >= v.today:
		return cell{Text: "Runs until " + dayText(m.Last(), v.today), Tone: "muted"}
	case v.may(access.Close):
		return cell{Act: &link{Word: "Close…", Href: "/close/" + string(m) + "/" + ledger, Sheet: true}, Raw: "open"}
	}
	return cell{Text: "Open"}
}

// mostMonths bounds the list; older ones are found by their address.
const mostMonths = 24

// closePage lists the months of the books, and how far each is closed.
func closePage(v *visit) (page, error) {
	c, err := v.closing()
	if err != nil {
		return nil, err
	}
	first, err := report.FirstMonth(v.q)
	if err != nil {
		return nil, err
	}
	t := table{Caption: "Months", Columns: []column{{"Month", false, "first"}, {"Stock", false, "whole"}, {"Receivables", false, "whole"}, {"General ledger", false, "whole"}}}
	for m := v.today.Month(); first != "" && m >= first && len(t.Rows) < mostMonths; m = m.First().AddDays(-1).Month() {
		cells := []cell{named(monthText(m), "/close/"+string(m)).and("Checklist")}
		for _, l := range ledgers {
			cells = append(cells, c.cell(v, l, m))
		}
		t.Rows = append(t.Rows, row{ID: string(m), Cells: cells})
	}
	return draw(listPage(v, list{Title: "Close", Lead: "A closed month takes no more postings, and stays closed. Stock first, then receivables, then the general ledger.", Table: t, Empty: "Nothing is posted yet."})), nil
}

func monthText(m day.Month) string { return m.First().Time().Format("January 2006") }

// monthCheck says in words what a check is about, and leads to its rows.
type monthCheck struct {
	open, done string
	href       func(m day.Month) string
	soft       bool // it does not have to be done
}

func to(path string) func(day.Month) string { return func(day.Month) string { return path } }

// monthChecks by the codes of report.MonthChecks.
var monthChecks = map[string]monthCheck{
	"planned":    {"Deliveries planned in the month that have not left", "All planned deliveries have left", to("/shipments?state=planned"), true},
	"unbilled":   {"Delivered, not billed: the general ledger accrues it, a billing run is better", "Everything delivered is billed", func(m day.Month) string { return "/billing?on=" + string(m.Last()) }, true},
	"proof":      {"Sent, not reported as delivered: it cannot be billed yet", "No bill waits for a delivery", to("/billing?tab=blocked"), true},
	"money":      {"Money that settles nothing: it is shown as owed to customers", "All money is matched", to("/matching"), true},
	"out":        {"Money that went out and is not explained", "All money that went out is explained", to("/matching?tab=out"), false},
	"statements": {"Bank statements that are not reconciled", "All bank statements are reconciled", to("/statements"), false},
	"customers":  {"Open items differ from the ledger", "Open items equal the ledger", func(m day.Month) string { return "/ageing?on=" + string(m.Last()) }, false},
	"ledger":     {"Debit and credit differ", "Debit equals credit", func(m day.Month) string { return "/ledger?on=" + string(m.Last()) }, false},
}

// monthPage is the checklist of one month, and its three ledgers.
func monthPage(v *visit) (page, error) {
	m, err := day.ParseMonth(v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	c, err := v.closing()
	if err != nil {
		return nil, err
	}
	checks, err := report.MonthChecks(v.q, m)
	if err != nil {
		return nil, err
	}
	t, open := v.checkRows(checks, m)
	d := document{ID: "month-" + string(m), Title: monthText(m), Lead: []link{{Word: "All months", Href: "/close"}, {Word: openWords(open)}}}
	books := table{Caption: "Ledgers", Columns: []column{{"Ledger", false, "first"}, {"State", false, "whole"}}}
	for _, l := range ledgers {
		books.Rows = append(books.Rows, row{ID: l, Cells: []cell{text(sentence(ledgerNames[l])), c.cell(v, l, m)}})
	}
	d.Sections = []section{{Title: "Before closing", Table: t}, {Title: "Ledgers, in the order in which they close", Table: books}}
	if v.ask("format") == "csv" {
		return csvOf("close-"+string(m), func(string) (list, error) { return list{Table: t}, nil })
	}
	d.Acts = []link{{Word: "CSV", Href: v.with("format", "csv"), Icon: "download"}}
	return draw(documentPage(v, d)), nil
}

func openWords(n int) string {
	if n == 0 {
		return "nothing is open"
	}
	return count(int64(n), "thing is open", "things are open")
}

func (v *visit) checkRows(checks []report.MonthCheck, m day.Month) (t table, open int) {
	t = table{Caption: "Checklist", Columns: []column{{"What", false, "first"}, {"State", false, "whole"}, {"How many", true, "up"}, {"Amount", true, "amount"}, {"Next step", false, "act"}}}
	for _, c := range checks {
		w := monthChecks[c.Code]
		cells := []cell{text(w.done), {State: &state{"good", "circle-check", "Done"}}, text("0"), text(""), {}}
		if c.Count > 0 {
			open++
			st := state{"bad", "circle-alert", "Open"}
			if w.soft {
				st = state{"warn", "triangle-alert", "Open"}
			}
			per := map[string]int64{}
			for _, a := range c.Amounts {
				per[string(a.Currency)] = thousandths(a.Amount)
			}
			sum := ""
			if len(per) > 0 {
				sum = inAll(per)
			}
			cells = []cell{text(w.open), {State: &st}, text(itoa(c.Count)), text(sum), {Act: &link{Word: "Look", Href: w.href(m)}}}
			if right := rightFor(w.href(m)); !v.may(right) {
				cells[4] = cell{Text: sentence(holders(right)), Tone: "muted"}
			}
		}
		t.Rows = append(t.Rows, row{ID: "check-" + c.Code, Cells: cells})
	}
	return t, open
}

// rightFor is the right that a page of the checklist takes.
func rightFor(path string) access.Right {
	switch path, _, _ := strings.Cut(path, "?"); path {
	case "/billing":
		return access.Bill
	case "/matching":
		return access.Collect
	}
	return access.SeeMoney
}

var closeSays = map[string][2]string{
	"stock":       {"Goods movements of the month end. Later ones are posted on the first open day after it.", "Nothing is posted now; only the month's state changes, as soon as every transaction that began before has ended."},
	"receivables": {"Invoices, payments and settlements of the month end. Later ones are posted on the first open day after it.", "Nothing is posted now; only the month's state changes, as soon as every transaction that began before has ended."},
	"general":     {"Revenue that is delivered and not billed, credit balances and open items in foreign currency are posted on the last day, and taken back on the first of the next month. Then the month closes.", "The month's end needs no postings; only the month's state changes."},
}

func closeSteps() []*step {
	var out []*step
	for _, l := range ledgers {
		out = append(out, &step{Name: l, Title: "Close the month in " + ledgerNames[l], Verb: "Close month", Right: access.Close, Say: closeSays[l][0] + " It cannot be opened again.", Nothing: closeSays[l][1],
			Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
				m, err := day.ParseMonth(ref)
				if err != nil {
					return "", err
				}
				_, err = v.site.office.ClosePeriod(ctx, v.actor(), l, m)
				return monthText(m) + " is closed in " + ledgerNames[l], err
			}})
	}
	return out
}

// statementList shows bank statements, the newest first.
func statementList(v *visit, p report.Page) (list, error) {
	rows, err := report.Statements(v.q, v.ask("account"), p)
	l := list{Title: "Bank statements", Next: rows.Next, Empty: "No bank statement was taken in yet.", Chips: v.chips([2]string{"account", "Account"})}
	l.Table = table{Caption: "Bank statements", Columns: []column{{"Statement", false, "first"}, {"State", false, "whole"}, {"Opening", true, "up"}, {"Lines", true, "up"}, {"Closing", true, "amount"}, {"Until", true, "whole"}}}
	for _, s := range rows.Items {
		cur := string(s.Currency)
		l.Table.Rows = append(l.Table.Rows, row{ID: s.ID.String(), Cells: []cell{named(s.Number, "/statements/"+s.ID.String()).and(s.Account), pill(s.Decision), {Text: v.money(s.Opening, cur), Raw: s.Opening}, {Text: v.money(s.Total, cur), Raw: s.Total}, {Text: v.money(s.Closing, cur), Raw: s.Closing}, v.dayCell(s.ToOn)}})
	}
	return l, err
}
