package web

import (
	"context"
	"fmt"
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

func invoiceList(v *visit, p report.Page) (list, error) {
	rows, err := report.Invoices(v.q, report.InvoiceFilter{Number: v.ask("q"), Customer: v.ask("customer"), Kind: v.ask("kind")}, p)
	l := list{Title: "Invoices", Ask: "Invoice number", Next: rows.Next, Empty: "No invoices yet. A billing run, or the order itself, issues them.",
		Views: v.tabs("kind", [2]string{"", "All"}, [2]string{"invoice", "Invoices"}, [2]string{"credit_note", "Credit notes"}), Chips: v.chips([2]string{"customer", "Customer"}, [2]string{"q", "Number"})}
	if v.may(access.Bill) {
		l.Acts = []link{{Word: "Billing run", Href: "/billing", Icon: "receipt", Primary: true}}
	}
	l.Table = table{Caption: "Invoices", Columns: []column{{"Invoice, PO", false, "first"}, {"Customer", false, "whole"}, {"State", false, "whole"}, {"Gross", true, "amount"}, {"Open", true, "up"}, {"Issued", true, "up"}, {"Due", true, "whole"}}}
	for _, x := range rows.Items {
		st := x.PaymentState
		if st != "paid" && x.DueOn != "" && !isZero(x.Open) && x.DueOn < v.today && x.Kind == "invoice" {
			st = "overdue"
		}
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID.String(), Cells: []cell{named(x.Number, "/invoices/"+x.Number).and(x.PONumber), linked(x.Customer.Name, "/customers/"+x.Customer.Code), pill(st), {Text: inMoney(x.Gross, string(x.Currency)), Raw: x.Gross}, cash(x.Open), v.dayCell(x.IssuedOn), v.dueCell(x.DueOn, !isZero(x.Open) && x.Kind == "invoice")}})
	}
	return l, err
}

func invoicePage(v *visit) (page, error) {
	ref, err := report.FindInvoice(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	x, err := report.Invoice(v.q, ref)
	if err != nil {
		return nil, err
	}
	cur := string(x.Currency)
	d := document{ID: x.ID.String(), Title: x.Number, States: []state{stateOf(x.PaymentState)}, Lead: []link{{Word: words(x.Kind)}, {Word: x.Customer.Name, Href: "/customers/" + x.Customer.Code}, {Word: "issued " + dayText(x.IssuedOn, v.today)}}}
	if x.PONumber != "" {
		d.Lead = append(d.Lead, link{Word: "PO " + x.PONumber})
	}
	if x.Kind == "invoice" && x.Decision == "issued" {
		d.Acts = v.buttons("/invoices/"+x.Number, &creditNoteStep)
	}
	due := v.dueCell(x.DueOn, !isZero(x.Open))
	d.Facts = []fact{{Name: "Net", Value: inMoney(x.Net, cur)}, {Name: "Tax", Value: inMoney(x.Tax, cur)}, {Name: "To pay", Value: inMoney(x.Payable, cur)}, {Name: "Open", Value: inMoney(x.Open, cur)}, {Name: "Due", Value: due.Text, Sub: due.Sub, Tone: due.SubTone}}
	t := table{Caption: "Lines", Columns: []column{{"#", true, "up"}, {"Item", false, "first"}, {"Quantity", true, "whole"}, {"Price", true, "up"}, {"Tax", true, "up"}, {"Net, " + cur, true, "amount"}}}
	for _, l := range x.Lines {
		t.Rows = append(t.Rows, row{ID: l.ID.String(), Cells: []cell{text(itoa(l.No)), coded(orDash(l.SKU), productPath(l.SKU)).and(l.Text), pieces(l.EnteredQty, l.Unit), text(price(l.Price)), {Text: quantity(l.TaxRate) + "%", Sub: l.TaxCategory}, cash(l.Net)}})
	}
	for _, e := range x.Extras {
		net := e.Amount
		if e.Kind == "allowance" {
			net = "-" + net
		}
		t.Rows = append(t.Rows, row{ID: fmt.Sprintf("extra-%d", e.No), Cells: []cell{text(""), text(words(e.Role)).and(e.Reason), text(""), text(""), {Text: quantity(e.TaxRate) + "%", Sub: e.TaxCategory}, cash(net)}})
	}
	t.Foot = []cell{text(""), text("Net"), text(""), text(""), text(""), cash(x.Net)}
	d.Sections = []section{{Title: "Lines", Table: t, Empty: "No lines."}}
	tax := table{Caption: "Tax", Columns: []column{{"Rate", false, "first"}, {"Base, " + cur, true, "whole"}, {"Tax, " + cur, true, "amount"}}}
	for _, b := range x.Taxes {
		tax.Rows = append(tax.Rows, row{ID: "tax-" + b.Code, Cells: []cell{text(quantity(b.Rate) + "%").and(b.Reason), cash(b.Base), cash(b.Tax)}})
	}
	d.Sections = append(d.Sections, section{Title: "Tax", Table: tax, Empty: "No tax."}, section{Title: "What is owed", Table: itemRows(v, x.Items, false), Empty: "Nothing."})
	entries, err := report.Journal(v.q, x.ID.String())
	if err != nil {
		return nil, err
	}
	d.Sections = append(d.Sections, section{Title: "Postings", Table: postingRows(v, entries), Empty: "Nothing was posted."})
	if x.Order != 0 {
		o, err := report.Order(v.q, x.Order)
		if err != nil {
			return nil, err
		}
		d.Papers = append(d.Papers, paper{Kind: "Order ", Number: o.Number, Href: "/orders/" + o.Number, Amount: amount(o.Gross), State: stateOf("confirmed"), Sub: "Asked for it"})
	}
	d.Papers = append(d.Papers, paper{Kind: words(x.Kind) + " ", Number: x.Number, Href: "/invoices/" + x.Number, Amount: amount(x.Gross), State: stateOf(x.PaymentState), Sub: stateOf(x.PaymentState).word})
	if x.Original != nil {
		d.Papers = append(d.Papers, paper{Kind: "Corrects ", Number: x.Original.Number, Href: "/invoices/" + x.Original.Number, State: stateOf("issued"), Sub: x.Reason})
	}
	d.Story, err = v.storyOf(x.ID.String())
	return draw(documentPage(v, d)), err
}

func productPath(sku string) string {
	if sku == "" {
		return ""
	}
	return "/products/" + url.PathEscape(sku)
}

func postingRows(v *visit, entries []report.EntryView) table {
	t := table{Caption: "Postings", Columns: []column{{"Account", false, "first"}, {"On", true, "whole"}, {"Debit, " + string(v.company.Currency), true, "amount"}, {"Credit", true, "whole"}}}
	for _, e := range entries {
		for i, p := range e.Lines {
			t.Rows = append(t.Rows, row{ID: fmt.Sprintf("%s-%d", e.ID, i), Cells: []cell{coded(p.Account, "").and(p.Name), v.dayCell(e.PostedOn), {Text: blank(p.Debit), Raw: p.Debit}, {Text: blank(p.Credit), Raw: p.Credit}}})
		}
	}
	return t
}

func blank(s string) string {
	if s == "" {
		return ""
	}
	return amount(s)
}

func invoiceSteps() []*step { return []*step{&creditNoteStep} }

var creditNoteStep = step{Name: "credit", Word: "Credit note", Title: "Issue a credit note", Verb: "Issue credit note", Right: access.Bill,
	Say: "All that is not credited yet is taken back. It cannot be undone.", Fields: []field{reason},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		i, err := found(ctx, v, ref, report.FindInvoice)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Credit.One(ctx, v.actor(), flow.Credit{Invoice: i, Reason: form.Get("reason"), Full: true})
		if err == nil && len(r.Invoices) > 0 {
			return r.Invoices[0].Number + " is issued, " + inMoney(r.Invoices[0].Gross, r.Invoices[0].Currency), nil
		}
		return "Nothing was left to credit", err
	}}

// billing is the page of the billing run: what can go out, then what did.
type billing struct {
	On    day.Day
	Due   table
	Count int64
	Fault *faults
	Done  *flow.RunReport
}

func billingPage(v *visit) (page, error) {
	on := v.today
	if s := v.ask("on"); s != "" {
		d, err := day.Parse(s)
		if err != nil {
			return nil, err
		}
		on = d
	}
	due, err := report.Billable(v.q, on, 200)
	if err != nil {
		return nil, err
	}
	waits, err := report.Waiting(v.q, on, false, false, true, false)
	if err != nil {
		return nil, err
	}
	b := billing{On: on, Count: waits.Billable}
	b.Due = table{Caption: "Due", Columns: []column{{"Order", false, "first"}, {"Customer", false, "whole"}, {"Amounts", true, "up"}, {"Net", true, "amount"}, {"Since", true, "whole"}}}
	for _, x := range due {
		b.Due.Rows = append(b.Due.Rows, row{ID: x.Order.String(), Cells: []cell{named(x.Number, "/orders/"+x.Number), linked(x.Customer.Name, "/customers/"+x.Customer.Code), text(itoa(x.Parts)), {Text: inMoney(x.Net, string(x.Currency)), Raw: x.Net}, v.dayCell(x.Since)}})
	}
	return draw(billingView(v, b)), nil
}

func billingNow(v *visit) (page, error) {
	on := v.today
	if s := v.PostForm.Get("on"); s != "" {
		d, err := day.Parse(s)
		if err != nil {
			return nil, fault.At(err, "on")
		}
		on = d
	}
	r, err := v.site.office.BillRun(v.Context(), v.actor(), on, nil)
	if err != nil {
		return nil, err
	}
	done := count(int64(r.Invoices), "invoice is issued", "invoices are issued")
	if len(r.Refused) > 0 {
		done += ", " + count(int64(len(r.Refused)), "order was refused: ", "orders were refused, the first: ") + r.Refused[0].Sentence
	}
	return onward{"/billing", done}, nil
}

func itemList(v *visit, p report.Page) (list, error) {
	rows, err := report.Items(v.q, report.ItemFilter{Customer: v.ask("customer"), OnlyOpen: v.ask("all") == "", Kind: v.ask("kind")}, p)
	l := list{Title: "Open items", Next: rows.Next, Empty: "Nothing is open.",
		Views: v.tabs("kind", [2]string{"", "All kinds"}, [2]string{"invoice", "Invoices"}, [2]string{"credit_note", "Credit notes"}, [2]string{"receipt", "Money on account"}), Chips: v.chips([2]string{"customer", "Customer"})}
	l.Table = itemRows(v, rows.Items, true)
	return l, err
}

func itemRows(v *visit, items []report.ItemView, who bool) table {
	t := table{Caption: "Items", Columns: []column{{"Item", false, "first"}, {"Customer", false, "whole"}, {"State", false, "whole"}, {"Original", true, "up"}, {"Open", true, "amount"}, {"Dated", true, "up"}, {"Due", true, "whole"}}}
	for _, x := range items {
		name := x.Number
		if name == "" {
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
		t.Rows = append(t.Rows, row{ID: x.ID.String(), Cells: []cell{named(name, placeOf(x.Document)).and(words(x.Kind)), linked(x.Customer.Name, "/customers/"+x.Customer.Code), pill(state), {Text: inMoney(original, string(x.Currency)), Raw: original}, {Text: inMoney(open, string(x.Currency)), Raw: open}, v.dayCell(x.DatedOn), v.dueCell(x.DueOn, x.State != "closed" && x.Side == "debit")}})
	}
	if !who {
		t = t.without(1)
	}
	return t
}

// without leaves a column out.
func (t table) without(i int) table {
	out := table{Caption: t.Caption, Columns: append(append([]column{}, t.Columns[:i]...), t.Columns[i+1:]...)}
	for _, r := range t.Rows {
		out.Rows = append(out.Rows, row{ID: r.ID, Cells: append(append([]cell{}, r.Cells[:i]...), r.Cells[i+1:]...)})
	}
	return out
}

// ageingPage shows who owes what since when, as of any day.
func ageingPage(v *visit) (page, error) {
	on := v.today
	if s := v.ask("on"); s != "" {
		d, err := day.Parse(s)
		if err != nil {
			return nil, err
		}
		on = d
	}
	a, err := report.Ageing(v.q, on, "due")
	if err != nil {
		return nil, err
	}
	cur := string(a.Currency)
	t := table{Caption: "Ageing", Columns: []column{{"Customer", false, "first"}, {"Total, " + cur, true, "amount"}, {"Not due", true, "up"}, {"1–30", true, "up"}, {"31–60", true, "up"}, {"61–90", true, "up"}, {"Over 90", true, "up"}, {"Credits, on account", true, "up"}, {"Overdue", true, "whole"}}}
	for _, r := range a.Rows {
		if isZero(r.Total) && isZero(r.Unapplied) && isZero(r.Credits) {
			continue
		}
		t.Rows = append(t.Rows, row{ID: r.Customer.ID.String(), Cells: append([]cell{debtor(r.Customer)}, ageCells(r)...)})
	}
	t.Foot = append([]cell{text("All customers")}, ageCells(a.Total)...)
	if v.ask("format") == "csv" {
		return csvOf("ageing-"+string(on), func(string) (list, error) {
			t.Rows = append(t.Rows, row{ID: "all", Cells: t.Foot})
			return list{Table: t}, nil
		})
	}
	say := "equals the ledger"
	if !isZero(a.Difference) {
		say = "differs from the ledger by " + inMoney(a.Difference, cur)
	}
	l := list{Title: "Ageing", Lead: inMoney(a.Total.Total, cur) + " as of " + dayText(on, v.today) + ", " + say, Top: ageingTop(v, on, ageParts(a.Total)), Table: t, CSV: true, Empty: "Nobody owes anything."}
	return draw(listPage(v, l)), nil
}

// debtor names a customer; money whose payer nobody knows yet stands under none.
func debtor(c *report.Party) cell {
	if c == nil || c.Name == "" {
		return text("Payer not known yet")
	}
	return linked(c.Name, "/customers/"+c.Code)
}

func ageCells(r report.AgeingRow) []cell {
	zero := func(s string) cell {
		c := cash(s)
		if isZero(s) {
			c.Tone = "muted"
		}
		return c
	}
	credits := zero("-" + r.Unapplied)
	if isZero(r.Unapplied) && !isZero(r.Credits) {
		credits = zero("-" + r.Credits)
	}
	if isZero(r.Unapplied) && isZero(r.Credits) {
		credits = zero("0.00")
	}
	over := zero(r.Overdue)
	if !isZero(r.Overdue) {
		over.Tone = "late"
	}
	return []cell{cash(r.Total), zero(r.NotDue), zero(r.Days30), zero(r.Days60), zero(r.Days90), zero(r.Over90), credits, over}
}

func ledgerPage(v *visit) (page, error) {
	on := v.today
	if s := v.ask("on"); s != "" {
		d, err := day.Parse(s)
		if err != nil {
			return nil, err
		}
		on = d
	}
	b, err := report.TrialBalance(v.q, on)
	if err != nil {
		return nil, err
	}
	t := table{Caption: "Trial balance", Columns: []column{{"Account", false, "first"}, {"Kind", false, "whole"}, {"Debit", true, "whole"}, {"Credit", true, "up"}, {"Balance, " + string(v.company.Currency), true, "amount"}}}
	for _, a := range b.Accounts {
		t.Rows = append(t.Rows, row{ID: a.Account, Cells: []cell{coded(a.Account, "").and(a.Name), text(words(a.Kind)), cash(a.Debit), cash(a.Credit), cash(a.Balance)}})
	}
	t.Foot = []cell{text("All accounts"), text(""), cash(b.Debit), cash(b.Credit), cash("0.00")}
	if v.ask("format") == "csv" {
		return csvOf("trial-balance-"+string(on), func(string) (list, error) { return list{Table: t}, nil })
	}
	l := list{Title: "Ledger", Lead: "Balances of all accounts as of " + dayText(on, v.today), Table: t, CSV: true, Empty: "Nothing is posted yet."}
	return draw(listPage(v, l)), nil
}
