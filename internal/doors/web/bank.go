package web

import (
	"context"
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// bankList shows bank lines: what came in, and what it was for.
func bankList(v *visit, p report.Page) (list, error) {
	rows, err := report.BankLines(v.q, report.BankLineFilter{Account: v.ask("account"), State: v.ask("state")}, p)
	l := list{Title: "Bank", Next: rows.Next, Empty: "No bank lines yet. A bank statement brings them.",
		Views: v.tabs("state", [2]string{"", "All"}, [2]string{"new", "Not matched"}, [2]string{"matched", "Matched"}, [2]string{"reconciled", "Reconciled"}, [2]string{"excluded", "Not ours"}), Chips: v.chips([2]string{"account", "Account"})}
	l.Acts = []link{{Word: "Bank accounts", Href: "/bank/accounts"}, {Word: "Statements", Href: "/statements"}}
	if v.may(access.Collect) {
		l.Acts = []link{{Word: "Bank accounts", Href: "/bank/accounts"}, {Word: "Statements", Href: "/statements"}, {Word: "Matching", Href: "/matching", Icon: "list-checks"}, {Word: "Take a statement in", Href: "/bank/import", Icon: "landmark", Primary: true}}
	}
	l.Table = lineRows(v, rows.Items)
	return l, err
}

func lineRows(v *visit, rows []report.BankLineView) table {
	t := table{Caption: "Bank lines", Columns: []column{{"Payer", false, "first"}, {"Text", false, "whole"}, {"State", false, "whole"}, {"Amount", true, "amount"}, {"Booked", true, "whole"}, {"Statement", false, "up"}}}
	for _, x := range rows {
		first := text(x.PayerName)
		if x.Receipt != 0 {
			first = linked(orDash(x.PayerName), "/receipts/"+x.Receipt.String())
		}
		st := cell{Text: "—"}
		if x.Statement != 0 {
			st = linked("Open", "/statements/"+x.Statement.String())
		}
		t.Rows = append(t.Rows, row{ID: x.ID.String(), Cells: []cell{first.and(x.PayerAccount), text(x.Text), pill(x.State), {Text: v.money(x.Amount, string(x.Currency)), Raw: x.Amount}, v.dayCell(x.BookedOn), st}})
	}
	return t
}

func statementPage(v *visit) (page, error) {
	var ref id.Statement
	if err := ref.UnmarshalText([]byte(v.PathValue("id"))); err != nil {
		return nil, errNoPage
	}
	s, err := report.Statement(v.q, ref)
	if err != nil {
		return nil, err
	}
	cur := string(s.Currency)
	d := document{ID: s.ID.String(), Title: "Statement " + s.Number, States: []state{stateOf(s.Decision)}, Lead: []link{{Word: s.Account}, {Word: dayText(s.FromOn, v.today) + " to " + dayText(s.ToOn, v.today)}}}
	if s.Decision == "imported" {
		d.Acts = v.buttons("/statements/"+s.ID.String(), &reconcileStep)
	}
	d.Facts = []fact{{Name: "Opening", Value: v.money(s.Opening, cur)}, {Name: "Lines", Value: v.money(s.Total, cur)}, {Name: "Closing", Value: v.money(s.Closing, cur)}}
	d.Sections = []section{{Title: "Lines", Table: lineRows(v, s.Lines).without(5), Empty: "No lines."}}
	d.Story, err = v.storyOf(s.ID.String())
	return draw(documentPage(v, d)), err
}

func statementSteps() []*step { return []*step{&reconcileStep} }

var reconcileStep = step{Name: "reconcile", Word: "Reconcile", Title: "Tie the statement to the books", Verb: "Reconcile statement", Right: access.Collect,
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		var s id.Statement
		if err := s.UnmarshalText([]byte(ref)); err != nil {
			return "", errNoPage
		}
		r, err := v.site.office.Reconcile.One(ctx, v.actor(), flow.Reconcile{Statement: s})
		if err == nil && len(r.Left) > 0 {
			return count(int64(len(r.Left)), "line is left that nothing explains", "lines are left that nothing explains"), nil
		}
		return "The statement is reconciled", err
	}}

func receiptList(v *visit, p report.Page) (list, error) {
	rows, err := report.Receipts(v.q, report.ReceiptFilter{Customer: v.ask("customer"), Unapplied: v.ask("unapplied") != ""}, p)
	l := list{Title: "Receipts", Next: rows.Next, Empty: "No money came in yet.", Views: v.tabs("unapplied", [2]string{"", "All"}, [2]string{"yes", "On account"}), Chips: v.chips([2]string{"customer", "Customer"})}
	l.Table = table{Caption: "Receipts", Columns: []column{{"Customer", false, "first"}, {"State", false, "whole"}, {"Amount", true, "amount"}, {"On account", true, "whole"}, {"Received", true, "whole"}}}
	for _, x := range rows.Items {
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID.String(), Cells: []cell{linked(or(x.Customer.Name, "Payer not known yet"), "/receipts/"+x.ID.String()).and(x.Customer.Code), pill(x.State), {Text: v.money(x.Amount, string(x.Currency)), Raw: x.Amount}, cash(x.Unapplied), v.dayCell(x.ReceivedOn)}})
	}
	return l, err
}

func payerLink(x report.ReceiptView) link {
	if x.Customer.ID == 0 {
		return link{Word: "payer not known yet"}
	}
	return link{Word: x.Customer.Name, Href: "/customers/" + x.Customer.Code}
}

func receiptPage(v *visit) (page, error) {
	var ref id.Receipt
	if err := ref.UnmarshalText([]byte(v.PathValue("id"))); err != nil {
		return nil, errNoPage
	}
	x, err := report.Receipt(v.q, ref)
	if err != nil {
		return nil, err
	}
	cur := string(x.Currency)
	d := document{ID: x.ID.String(), Title: "Receipt of " + v.money(x.Amount, cur), States: []state{stateOf(x.State)}, Lead: []link{payerLink(x), {Word: "received " + dayText(x.ReceivedOn, v.today)}}}
	d.Acts = v.receiptButtons(x)
	d.Facts = []fact{{Name: "Amount", Value: v.money(x.Amount, cur)}, {Name: "On account", Value: v.money(x.Unapplied, cur)}}
	if x.Item != 0 {
		t, err := v.settled(x)
		if err != nil {
			return nil, err
		}
		d.Sections = append(d.Sections, section{Title: "What it settled", Table: t, Empty: "Nothing yet: the money stands on account."})
	}
	if x.Customer.ID != 0 {
		items, err := report.Items(v.q, report.ItemFilter{Customer: x.Customer.Code, OnlyOpen: true, Kind: "invoice"}, report.Page{Limit: 20})
		if err != nil {
			return nil, err
		}
		d.Sections = append(d.Sections, section{Title: "What the customer owes", Table: itemRows(v, items.Items, false), Empty: "Nothing is open.", More: &link{Word: "All open items", Href: "/items" + query("customer", x.Customer.Code)}})
	}
	d.Story, err = v.storyOf(x.ID.String())
	return draw(documentPage(v, d)), err
}

var errNoItem = fault.Rule{Kind: fault.Conflict, Code: "web.nothing-on-account"}

func creditList(v *visit, p report.Page) (list, error) {
	rows, err := report.Credits(v.q, p)
	l := list{Title: "Credit", Next: rows.Next, Empty: "No credit accounts. A customer without one has no limit.", Lead: "Limits, and what stands under them"}
	l.Table = table{Caption: "Credit accounts", Columns: []column{{"Account", false, "first"}, {"Used", false, "whole"}, {"Ordered", true, "up"}, {"Shipped", true, "up"}, {"Invoices", true, "up"}, {"Limit", true, "whole"}, {"Free", true, "amount"}}}
	for _, a := range rows.Items {
		free := cell{Text: v.money(a.Free, string(a.Currency)), Raw: a.Free}
		used, limit := thousandths(a.Exposure), thousandths(a.Limit)
		bar := &progress{Name: v.money(a.Exposure, string(a.Currency)) + " of " + v.money(a.Limit, string(a.Currency)), Word: v.money(a.Exposure, string(a.Currency))}
		if used > limit {
			free.Tone, bar.Tone = "late", "late"
			bar.Parts = stacked(used, "bill", limit, "short", used-limit)
		} else {
			bar.Parts = stacked(max(1, limit), "bill", max(0, used))
		}
		l.Table.Rows = append(l.Table.Rows, row{ID: a.ID.String(), Cells: []cell{named(a.Code, "/credit/"+url.PathEscape(a.Code)), {Bar: bar, Raw: a.Exposure}, cash(a.Ordered), cash(a.Shipped), cash(a.Items), cash(a.Limit), free}})
	}
	return l, err
}
