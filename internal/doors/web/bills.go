package web

import (
	"fmt"
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/words/day"
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
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID.String(), Cells: []cell{named(x.Number, "/invoices/"+x.Number).and(x.PONumber), linked(x.Customer.Name, "/customers/"+x.Customer.Code), pill(st), {Text: v.money(x.Gross, string(x.Currency)), Raw: x.Gross}, cash(x.Open), v.dayCell(x.IssuedOn), v.dueCell(x.DueOn, !isZero(x.Open) && x.Kind == "invoice")}})
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
	d.Acts = v.invoiceButtons(x)
	due := v.dueCell(x.DueOn, !isZero(x.Open))
	d.Facts = []fact{{Name: "Net", Value: v.money(x.Net, cur)}, {Name: "Tax", Value: v.money(x.Tax, cur)}, {Name: "To pay", Value: v.money(x.Payable, cur)}, {Name: "Open", Value: v.money(x.Open, cur)}, {Name: "Due", Value: due.Text, Sub: due.Sub, Tone: due.SubTone}}
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
