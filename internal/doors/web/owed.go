package web

import (
	"net/url"
	"slices"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	currency "kontor/internal/words/money"
)

// owedRoutes are the pages of what customers owe.
func owedRoutes() []route {
	return []route{
		get("/customers/{id}/statement", access.SeeMoney, statementOfPage),
	}
}

// itemList shows what is open, as things are; or as they were at the end of a
// day, then all of it that fits one page.
func itemList(v *visit, p report.Page) (list, error) {
	l := list{Title: "Open items", Empty: "Nothing is open.",
		Views: v.tabs("kind", [2]string{"", "All kinds"}, [2]string{"invoice", "Invoices"}, [2]string{"credit_note", "Credit notes"}, [2]string{"receipt", "Money on account"}),
		Chips: v.chips([2]string{"customer", "Customer"}, [2]string{"family", "With its branches"}, [2]string{"unknown", "Payer not known"}, [2]string{"on", "As of"}, [2]string{"age", "Age in days"}, [2]string{"currency", "Currency"})}
	if c := v.ask("customer"); c != "" {
		l.Acts = []link{{Word: "Statement", Href: "/customers/" + url.PathEscape(c) + "/statement" + query("on", v.ask("on")), Icon: "file-text"}}
	}
	if v.ask("on") == "" && v.ask("age") == "" && v.ask("currency") == "" && v.ask("unknown") == "" && v.ask("family") == "" {
		rows, err := report.Items(v.q, report.ItemFilter{Customer: v.ask("customer"), OnlyOpen: v.ask("all") == "", Kind: v.ask("kind")}, p)
		l.Next, l.Table = rows.Next, itemRows(v, rows.Items, true)
		return l, err
	}
	on, err := v.dayAsked("on")
	if err != nil {
		return l, err
	}
	a := report.ItemAsk{On: on, Customer: v.ask("customer"), Family: v.ask("family") != "", Unknown: v.ask("unknown") != "", Currency: v.ask("currency"), Kind: v.ask("kind"), Age: v.ask("age"), Most: mostItems}
	if v.ask("format") == "csv" {
		a.Most = 0
	}
	items, err := report.ItemsOn(v.q, a)
	l.Lead = "As it stood at the end of " + dayText(on, v.today) + ", " + itemSums(items)
	if a.Most > 0 && len(items) == a.Most {
		l.Lead += "; these are the first " + v.count(mostItems) + ", the CSV file has all"
	}
	if a.Most > 0 {
		items = partOf(&l, items, p, func(x report.ItemView) string { return x.ID.String() })
	}
	l.Table = itemRows(v, items, true)
	return l, err
}

// mostItems bounds a list of items of a past day.
const mostItems = 5000

// itemSums adds items per currency, credits taken off.
func itemSums(items []report.ItemView) string {
	per := map[string]int64{}
	for _, x := range items {
		n := thousandths(x.Open)
		if x.Side == "credit" {
			n = -n
		}
		per[string(x.Currency)] += n
	}
	return inAll(per)
}

func itemRows(v *visit, items []report.ItemView, who bool) table {
	t := table{Caption: "Items", Columns: []column{{"Item", false, "first"}, {"Customer", false, "whole"}, {"State", false, "whole"}, {"Original", true, "up"}, {"Open", true, "amount"}, {"Dated", true, "up"}, {"Due", true, "whole"}}}
	for _, x := range items {
		name := x.Number
		if name == "" || x.Kind == "receipt" {
			name = words(x.Kind)
		}
		state := map[string]string{"open": "open", "part": "part", "closed": "paid"}[x.State]
		if x.OverdueDays > 0 {
			state = "overdue"
		}
		open, original := x.Open, x.Original
		if x.Side == "credit" {
			open, original = "-"+open, "-"+original
			if x.Kind == "receipt" && x.State != "closed" {
				state = "unapplied"
			}
		}
		owing := cell{Text: v.money(open, string(x.Currency)), Raw: open}
		if !isZero(x.Disputed) {
			owing.Sub = v.money(x.Disputed, string(x.Currency)) + " disputed"
		}
		t.Rows = append(t.Rows, row{ID: x.ID.String(), Cells: []cell{named(name, placeOf(x.Document)).and(kindWords(x)), debtor(&x.Customer), pill(state), {Text: v.money(original, string(x.Currency)), Raw: original}, owing, v.dayCell(x.DatedOn), v.dueCell(x.DueOn, x.State != "closed" && x.Side == "debit")}})
	}
	if !who {
		t = t.without(1)
	}
	return t
}

// kindWords is the second line of an item: what it is, unless its name says so.
func kindWords(x report.ItemView) string {
	if x.Kind == "receipt" || x.Number == "" {
		return ""
	}
	return words(x.Kind)
}

// without leaves a column out.
func (t table) without(i int) table {
	out := table{Caption: t.Caption, Columns: append(append([]column{}, t.Columns[:i]...), t.Columns[i+1:]...)}
	for _, r := range t.Rows {
		out.Rows = append(out.Rows, row{ID: r.ID, Cells: append(append([]cell{}, r.Cells[:i]...), r.Cells[i+1:]...)})
	}
	return out
}

// ageingAsked is what the ageing page is asked for.
type ageingAsked struct {
	On         day.Day
	Parent     bool
	Currency   string
	Currencies []string
}

// ageingPage shows who owes what since when, as of any day.
func ageingPage(v *visit) (page, error) {
	on, err := v.dayAsked("on")
	if err != nil {
		return nil, err
	}
	ask := ageingAsked{On: on, Parent: v.ask("by") == "parent", Currency: v.ask("currency")}
	a, err := report.AgeingOf(v.q, report.AgeingAsk{On: on, By: "due", Parent: ask.Parent, Currency: currency.Currency(ask.Currency)})
	if err != nil {
		return nil, err
	}
	if ask.Currencies, err = v.currencies(ask.Currency); err != nil {
		return nil, err
	}
	t := ask.table(a)
	if v.ask("format") == "csv" {
		return csvOf("ageing-"+string(on), func(string) (list, error) {
			t.Rows = append(t.Rows, row{ID: "all", Cells: t.Foot})
			return list{Table: t}, nil
		})
	}
	l := list{Title: "Ageing", Lead: v.money(a.Total.Total, string(a.Currency)) + " as of " + dayText(on, v.today) + ", " + agrees(a), Top: ageingTop(v, ask, ageParts(a.Total)), Table: t, CSV: true, Empty: "Nobody owes anything."}
	return draw(listPage(v, l)), nil
}

// currencies are those in which the company trades by its bank accounts, and the one asked for.
func (v *visit) currencies(also string) ([]string, error) {
	all, err := report.BankAccounts(v.q)
	out := []string{string(v.company.Currency)}
	for _, a := range all {
		out = append(out, string(a.Currency))
	}
	if also != "" {
		out = append(out, also)
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

// agrees compares the total with the books.
func agrees(a report.AgeingView) string {
	switch {
	case a.Difference == "":
		return "documents in " + string(a.Currency) + " only; the ledger is not kept in it apart"
	case isZero(a.Difference):
		return "equals the ledger"
	}
	return "differs from the ledger by " + inMoney(a.Difference, string(a.Currency))
}

func (k ageingAsked) table(a report.AgeingView) table {
	cur := string(a.Currency)
	t := table{Caption: "Ageing", Columns: []column{{"Customer", false, "first"}, {"Total, " + cur, true, "amount"}, {"By age", false, "whole"}, {"Not due", true, "up"}, {"1–30", true, "up"}, {"31–60", true, "up"}, {"61–90", true, "up"}, {"Over 90", true, "up"}, {"Credits, on account", true, "up"}, {"Overdue", true, "whole"}}}
	for _, r := range a.Rows {
		if isZero(r.Total) && isZero(r.Unapplied) && isZero(r.Credits) {
			continue
		}
		t.Rows = append(t.Rows, row{ID: "age-" + r.Customer.ID.String(), Cells: append([]cell{k.debtor(r.Customer)}, k.cells(r, r.Customer)...)})
	}
	t.Foot = append([]cell{text("All customers")}, k.cells(a.Total, nil)...)
	return t
}

// drill is the way to the items behind a figure.
func (k ageingAsked) drill(c *report.Party, age string) string {
	pairs := []string{"on", string(k.On), "currency", k.Currency, "age", age}
	switch {
	case c == nil:
	case c.Code == "":
		pairs = append(pairs, "unknown", "yes")
	default:
		pairs = append(pairs, "customer", c.Code)
		if k.Parent {
			pairs = append(pairs, "family", "yes")
		}
	}
	return "/items" + query(pairs...)
}

func (k ageingAsked) debtor(c *report.Party) cell {
	d := debtor(c)
	d.Sub, d.Href = c.Code, k.drill(c, "")
	return d
}

// debtor names a customer; money whose payer nobody knows yet stands under none.
func debtor(c *report.Party) cell {
	if c == nil || c.Name == "" {
		return text("Payer not known yet")
	}
	return linked(c.Name, "/customers/"+c.Code)
}

func (k ageingAsked) cells(r report.AgeingRow, c *report.Party) []cell {
	zero := func(s string) cell {
		x := cash(s)
		if isZero(s) {
			x.Tone = "muted"
		}
		return x
	}
	out := []cell{cash(r.Total), {Bar: ageBar(r), Raw: " "}}
	for i, s := range []string{r.NotDue, r.Days30, r.Days60, r.Days90, r.Over90} {
		x := zero(s)
		if !isZero(s) {
			x.Href = k.drill(c, report.Ages[i])
		}
		out = append(out, x)
	}
	over := zero(r.Overdue)
	if !isZero(r.Overdue) {
		over.Tone = "late"
	}
	return append(out, zero(lessBoth(r.Unapplied, r.Credits)), over)
}

// lessBoth is two amounts together, taken off.
func lessBoth(a, b string) string {
	switch {
	case isZero(a) && isZero(b):
		return "0.00"
	case isZero(a):
		return "-" + b
	case isZero(b):
		return "-" + a
	}
	return fixed(-thousandths(a) - thousandths(b))
}

// ageBar is the picture of one row.
func ageBar(r report.AgeingRow) *progress {
	ages := ageParts(r)
	p := &progress{Name: agesInWords(ages)}
	for _, a := range ages {
		p.Parts = append(p.Parts, a.part)
	}
	return p
}

// accountPaper is the page of a statement of account, made to be printed and sent.
type accountPaper struct {
	report.AccountStatement
	Table   table
	Address []string
}

func statementOfPage(v *visit) (page, error) {
	on, err := v.dayAsked("on")
	if err != nil {
		return nil, err
	}
	c, err := report.FindCustomer(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	s, err := report.StatementOf(v.q, c, on)
	if err != nil {
		return nil, err
	}
	a := accountPaper{AccountStatement: s, Table: owingRows(v, s)}
	if v.ask("format") == "csv" {
		return csvOf("statement-"+s.Customer.Code+"-"+string(on), func(string) (list, error) { return list{Table: a.Table}, nil })
	}
	if len(s.Customer.Sites) > 0 {
		x := s.Customer.Sites[0]
		a.Address = slices.DeleteFunc([]string{x.Street, x.Postcode + " " + x.City, x.Country}, func(s string) bool { return s == "" || s == " " })
	}
	return draw(owingView(v, a)), nil
}

func owingRows(v *visit, s report.AccountStatement) table {
	t := table{Caption: "Open items", Columns: []column{{"Item", false, "first"}, {"Dated", true, "up"}, {"Due", true, "whole"}, {"Days late", true, "up"}, {"Original", true, "up"}, {"Open", true, "amount"}}}
	for _, x := range s.Items {
		name, late, open, original := x.Number, "", x.Open, x.Original
		if x.Kind == "receipt" || name == "" {
			name = words(x.Kind)
		}
		if x.OverdueDays > 0 {
			late = itoa(int64(x.OverdueDays))
		}
		if x.Side == "credit" {
			open, original = "-"+open, "-"+original
		}
		t.Rows = append(t.Rows, row{ID: x.ID.String(), Cells: []cell{named(name, placeOf(x.Document)).and(kindWords(x)), fullDay(x.DatedOn), fullDay(x.DueOn), text(late), {Text: v.money(original, string(x.Currency)), Raw: original}, {Text: v.money(open, string(x.Currency)), Raw: open}}})
	}
	return t
}

// fullDay writes a day with its year: on paper today is soon another day.
func fullDay(d day.Day) cell {
	if !d.Valid() {
		return cell{Text: "—"}
	}
	return cell{Text: d.Time().Format("2 Jan 2006"), Raw: string(d)}
}

// mostPlaced bounds the items of a form that places money.
const mostPlaced = 500

// itemsNow lists what a customer owes as things are, the longest due first.
func itemsNow(q db.Querier, customer, cur string, today day.Day) ([]report.ItemView, error) {
	all, err := report.ItemsOn(q, report.ItemAsk{On: today, Customer: customer, Currency: cur, Most: mostPlaced})
	return slices.DeleteFunc(all, func(x report.ItemView) bool { return x.Side == "credit" }), err
}
