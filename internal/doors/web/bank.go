package web

import (
	"context"
	"fmt"
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// bankList shows bank lines: what came in, and what it was for.
func bankList(v *visit, p report.Page) (list, error) {
	rows, err := report.BankLines(v.q, report.BankLineFilter{Account: v.ask("account"), State: v.ask("state")}, p)
	l := list{Title: "Bank", Next: rows.Next, Empty: "No bank lines yet. A bank statement brings them.",
		Views: v.tabs("state", [2]string{"", "All"}, [2]string{"new", "Not matched"}, [2]string{"matched", "Matched"}, [2]string{"reconciled", "Reconciled"}, [2]string{"excluded", "Not ours"}), Chips: v.chips([2]string{"account", "Account"})}
	if v.may(access.Collect) {
		l.Acts = []link{{Word: "Take a statement in", Href: "/bank/import", Icon: "landmark", Primary: true}}
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
		t.Rows = append(t.Rows, row{ID: x.ID.String(), Cells: []cell{first.and(x.PayerAccount), text(x.Text), pill(x.State), {Text: inMoney(x.Amount, string(x.Currency)), Raw: x.Amount}, v.dayCell(x.BookedOn), st}})
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
	d.Facts = []fact{{Name: "Opening", Value: inMoney(s.Opening, cur)}, {Name: "Lines", Value: inMoney(s.Total, cur)}, {Name: "Closing", Value: inMoney(s.Closing, cur)}}
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
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID.String(), Cells: []cell{linked(x.Customer.Name, "/receipts/"+x.ID.String()).and(x.Customer.Code), pill(x.State), {Text: inMoney(x.Amount, string(x.Currency)), Raw: x.Amount}, cash(x.Unapplied), v.dayCell(x.ReceivedOn)}})
	}
	return l, err
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
	d := document{ID: x.ID.String(), Title: "Receipt of " + inMoney(x.Amount, cur), States: []state{stateOf(x.State)}, Lead: []link{{Word: x.Customer.Name, Href: "/customers/" + x.Customer.Code}, {Word: "received " + dayText(x.ReceivedOn, v.today)}}}
	if x.Item != 0 && !isZero(x.Unapplied) && x.State != "bounced" {
		d.Acts = v.buttons("/receipts/"+x.ID.String(), &applyStep)
	}
	d.Facts = []fact{{Name: "Amount", Value: inMoney(x.Amount, cur)}, {Name: "On account", Value: inMoney(x.Unapplied, cur)}}
	if x.Item != 0 {
		apps, err := report.ApplicationsOf(v.q, x.Item)
		if err != nil {
			return nil, err
		}
		t := table{Caption: "Settled", Columns: []column{{"Item", false, "first"}, {"On", true, "whole"}, {"Amount", true, "amount"}}}
		for _, a := range apps {
			for i, l := range a.Rows {
				name := coded(words(l.Kind), "")
				if l.Debit != nil && l.Debit.Number != "" {
					name = named(l.Debit.Number, "/invoices/"+l.Debit.Number).and(words(l.Kind))
				}
				t.Rows = append(t.Rows, row{ID: fmt.Sprintf("%s-%d", a.ID, i), Cells: []cell{name, v.dayCell(a.AppliedOn), {Text: inMoney(l.Amount, cur), Raw: l.Amount}}})
			}
		}
		d.Sections = append(d.Sections, section{Title: "What it settled", Table: t, Empty: "Nothing yet: the money stands on account."})
		items, err := report.Items(v.q, report.ItemFilter{Customer: x.Customer.Code, OnlyOpen: true, Kind: "invoice"}, report.Page{Limit: 20})
		if err != nil {
			return nil, err
		}
		d.Sections = append(d.Sections, section{Title: "What the customer owes", Table: itemRows(v, items.Items, false), Empty: "Nothing is open.", More: &link{Word: "All open items", Href: "/items" + query("customer", x.Customer.Code)}})
	}
	d.Story, err = v.storyOf(x.ID.String())
	return draw(documentPage(v, d)), err
}

func receiptSteps() []*step { return []*step{&applyStep} }

var errNoItem = fault.Rule{Kind: fault.Conflict, Code: "web.nothing-on-account"}

var applyStep = step{Name: "apply", Word: "Settle invoices", Title: "Settle what the customer owes", Verb: "Settle invoices", Right: access.Collect,
	Say: "Without an invoice number the payer's text decides, then the oldest invoices that make up the amount.",
	Fields: []field{{Name: "invoice", Label: "Invoice", Help: "Its number, such as INV-2026-000017", Optional: true, Short: true},
		{Name: "amount", Label: "Amount", Help: "As much as both sides have when empty", Number: true, Optional: true, Short: true}},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		var r id.Receipt
		if err := r.UnmarshalText([]byte(ref)); err != nil {
			return "", errNoPage
		}
		cmd := flow.Apply{}
		err := v.site.office.DB.Read(ctx, func(q *db.Reader) error {
			x, err := report.Receipt(q, r)
			if err != nil {
				return err
			}
			if cmd.Credit = x.Item; x.Item == 0 {
				return errNoItem.Because("nothing of this receipt stands on account: it settled something already")
			}
			number := form.Get("invoice")
			if number == "" {
				return nil
			}
			items, err := report.Items(q, report.ItemFilter{Customer: x.Customer.Code, OnlyOpen: true, Number: number}, report.Page{})
			if err != nil {
				return err
			}
			if len(items.Items) == 0 {
				return errNoItem.Because("%s has no open invoice %q: look at what the customer owes", x.Customer.Name, number).At("invoice")
			}
			cmd.Lines = []flow.ApplyLine{{Item: items.Items[0].ID, Amount: form.Get("amount")}}
			return nil
		})
		if err != nil {
			return "", err
		}
		a, err := v.site.office.Apply.One(ctx, v.actor(), cmd)
		if err != nil {
			return "", err
		}
		return count(int64(len(a.Settled)), "item is settled", "items are settled") + ", " + amount(a.CreditLeft) + " stays on account", nil
	}}

func creditList(v *visit, p report.Page) (list, error) {
	rows, err := report.Credits(v.q, p)
	l := list{Title: "Credit", Next: rows.Next, Empty: "No credit accounts. A customer without one has no limit.", Lead: "Limits, and what stands under them"}
	l.Table = table{Caption: "Credit accounts", Columns: []column{{"Account", false, "first"}, {"Used", false, "whole"}, {"Ordered", true, "up"}, {"Shipped", true, "up"}, {"Invoices", true, "up"}, {"Limit", true, "whole"}, {"Free", true, "amount"}}}
	for _, a := range rows.Items {
		free := cell{Text: inMoney(a.Free, string(a.Currency)), Raw: a.Free}
		used, limit := thousandths(a.Exposure), thousandths(a.Limit)
		bar := &progress{Name: inMoney(a.Exposure, string(a.Currency)) + " of " + inMoney(a.Limit, string(a.Currency)), Word: inMoney(a.Exposure, string(a.Currency))}
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
