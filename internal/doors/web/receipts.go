package web

import (
	"context"
	"fmt"
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// why is asked for by steps with money; the preview need not wait for it.
var why = field{Name: "reason", Label: "Reason", Help: "A few words; everybody who reads the timeline sees them.", Try: "…"}

func receiptSteps() []*step {
	return []*step{&applyStep, &keepStep, &refundStep, &bounceStep}
}

// receiptButtons are the steps that fit a receipt; the main one stands last.
func (v *visit) receiptButtons(x report.ReceiptView) []link {
	at := "/receipts/" + x.ID.String()
	left := x.Item != 0 && !isZero(x.Unapplied) && x.State != "bounced"
	out := v.buttons(at, when(left && x.Customer.ID != 0, &applyStep), when(left, &refundStep), when(x.State != "bounced", &bounceStep), when(left && x.Customer.ID != 0, &keepStep))
	hand := link{Word: "Place by hand", Href: at + "/allocate"}
	switch {
	case !left || !v.may(access.Collect):
	case x.Customer.ID != 0:
		out = append([]link{hand}, out...)
	default: // nobody knows the payer: finding the items is the way on
		for i := range out {
			out[i].Primary = false
		}
		hand.Primary = true
		out = append(out, hand)
	}
	return out
}

// wouldSettle shows what placing money by the form would do.
func (v *visit) wouldSettle() (*consequences, error) {
	changes, err := flow.Simulate(v.Context(), func(ctx context.Context) error {
		x, err := receiptID(v.PathValue("id"))
		if err != nil {
			return err
		}
		m, err := found(ctx, v, v.PathValue("id"), func(q db.Querier, _ string) (report.MoneyView, error) { return report.MoneyOf(q, x) })
		if err != nil {
			return err
		}
		lines, err := linesOf(v.PostForm)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			return errNothingChosen.Because("no amount is placed: write how much of the %s %s goes to which item", m.Unapplied, m.Currency)
		}
		_, err = v.site.office.Apply.One(ctx, v.actor(), flow.Apply{Credit: m.Item, Lines: lines})
		return err
	})
	if err != nil {
		return nil, err
	}
	c := v.consequencesFrom(changes)
	return &c, nil
}

// settled lists what a receipt settled, each with the way to take it back.
func (v *visit) settled(x report.ReceiptView) (table, error) {
	t := table{Caption: "Settled", Columns: []column{{"Item", false, "first"}, {"On", true, "whole"}, {"State", false, "whole"}, {"Amount", true, "amount"}, {"Next step", false, "act"}}}
	apps, err := report.ApplicationsOf(v.q, x.Item)
	if err != nil {
		return t, err
	}
	for _, a := range apps {
		for i, l := range a.Rows {
			name := coded(words(a.Kind), "")
			if l.Debit != nil && l.Debit.Number != "" {
				name = named(l.Debit.Number, "/invoices/"+l.Debit.Number).and(words(l.Kind))
			}
			st, act := pill("applied"), cell{}
			switch {
			case a.Reversed:
				st = pill("reversed")
			case a.Reverses != 0:
				st = cell{State: &state{"quiet", "undo-2", "Taken back"}}
			case i == 0 && v.may(access.Collect) && a.Kind != "refund" && a.Kind != "bounce":
				act = cell{Act: &link{Word: "Take back…", Href: "/applications/" + a.ID.String() + "/unapply", Sheet: true}}
			}
			paid := l.Amount
			if isZero(paid) && l.CreditAmount != "" {
				paid = l.CreditAmount
			}
			t.Rows = append(t.Rows, row{ID: fmt.Sprintf("%s-%d", a.ID, i), Cells: []cell{name, v.dayCell(a.AppliedOn), st, {Text: v.money(paid, string(l.Currency)), Raw: paid}, act}})
		}
	}
	return t, nil
}

// moneyOf finds a receipt by its address.
func moneyOf(ctx context.Context, v *visit, ref string) (report.MoneyView, error) {
	x, err := receiptID(ref)
	if err != nil {
		return report.MoneyView{}, err
	}
	return found(ctx, v, ref, func(q db.Querier, _ string) (report.MoneyView, error) { return report.MoneyOf(q, x) })
}

var applyStep = step{Name: "apply", Word: "Settle invoices", Title: "Settle what the customer owes", Verb: "Settle invoices", Right: access.Collect,
	Say: "Without an invoice number the payer's text decides, then the oldest invoices that make up the amount.",
	Fields: []field{{Name: "invoice", Label: "Invoice", Help: "Its number, such as INV-2026-000017", Optional: true, Short: true},
		{Name: "amount", Label: "Amount", Help: "As much as both sides have when empty", Number: true, Optional: true, Short: true},
		{Name: "rest", Label: "What stays open of the invoice", Kind: "choice", Optional: true, Help: "Only with an invoice",
			Choices: [][2]string{{"", "Leave it open"}, {"discount", "Take the cash discount"}, {"tolerance", "Write it off as a small difference"}}},
		{Name: "disputed", Label: "Disputed part of what stays open", Help: "Reminders leave it out", Number: true, Optional: true, Short: true}},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		m, err := moneyOf(ctx, v, ref)
		if err != nil {
			return "", err
		}
		if m.Item == 0 {
			return "", errNoItem.Because("nothing of this receipt stands on account: it settled something already")
		}
		cmd := flow.Apply{Credit: m.Item}
		if number := form.Get("invoice"); number != "" {
			items, err := found(ctx, v, number, func(q db.Querier, n string) (report.List[report.ItemView], error) {
				return report.Items(q, report.ItemFilter{Customer: m.Customer.Code, OnlyOpen: true, Number: n}, report.Page{})
			})
			if err != nil {
				return "", err
			}
			if len(items.Items) == 0 || m.Customer.ID == 0 {
				return "", errNoItem.Because("%s has no open invoice %q: look at what the customer owes", or(m.Customer.Name, "nobody we know"), number).At("invoice")
			}
			first := items.Items[len(items.Items)-1] // of several instalments the one due first
			cmd.Lines = []flow.ApplyLine{{Item: first.ID, Amount: form.Get("amount"), Discount: form.Get("rest") == "discount", Tolerance: form.Get("rest") == "tolerance", Disputed: form.Get("disputed")}}
		} else if form.Get("rest") != "" || form.Get("disputed") != "" {
			return "", errNoItem.Because("the number of the invoice is missing: a discount, a small difference or a dispute is one invoice's").At("invoice")
		}
		a, err := v.site.office.Apply.One(ctx, v.actor(), cmd)
		if err != nil {
			return "", err
		}
		return count(int64(len(a.Settled)), "item is settled", "items are settled") + ", " + amount(a.CreditLeft) + " stays on account", nil
	}}

var keepStep = step{Name: "keep", Word: "Leave on account", Title: "Leave money on account", Verb: "Leave on account", Right: access.Collect, Fields: []field{why},
	Say: "Nothing is booked: the money stands to the customer's credit already. It leaves the list of what is to be matched, and can settle invoices at any time.",
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		x, err := receiptID(ref)
		if err != nil {
			return "", err
		}
		k, err := v.site.office.Keep.One(ctx, v.actor(), flow.Keep{Receipt: x, Reason: form.Get("reason")})
		return amount(k.Left) + " stays on account", err
	}}

var refundStep = step{Name: "refund", Word: "Send back", Title: "Send money back", Verb: "Send money back", Right: access.Collect,
	Say: "The money is booked as on its way back; the bank statement that shows it closes it. It cannot be undone: what comes in again is a new receipt.",
	Fields: []field{{Name: "amount", Label: "Amount", Help: "All that is left when empty", Number: true, Optional: true, Short: true},
		{Name: "reference", Label: "Reference", Help: "Goes into the payment order, and is found again on the statement; used once", Try: "…"}},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		m, err := moneyOf(ctx, v, ref)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Refund.One(ctx, v.actor(), flow.Refund{Item: m.Item, Amount: form.Get("amount"), Reference: form.Get("reference")})
		return v.money(r.Amount, string(m.Currency)) + " goes back, reference " + form.Get("reference"), err
	}}

var bounceStep = step{Name: "bounce", Word: "Bank took it back", Title: "The bank took the money back", Verb: "Record the return", Right: access.Collect,
	Say:    "What it had settled is open again with its first due day; the money and the bank's fee leave the bank account.",
	Fields: []field{{Name: "fee", Label: "The bank's fee", Help: "None when empty", Number: true, Optional: true, Short: true}, why},
	More: func(ctx context.Context, v *visit, ref string) ([]field, error) {
		lines, err := found(ctx, v, ref, func(q db.Querier, _ string) (report.List[report.BankLineView], error) {
			return report.BankLines(q, report.BankLineFilter{State: "new"}, report.Page{Limit: 50})
		})
		f := field{Name: "line", Label: "Line of the statement", Help: "Amount and fee must make it up", Kind: "choice", Optional: true, Choices: [][2]string{{"", "Not taken in yet"}}}
		for _, x := range lines.Items {
			f.Choices = append(f.Choices, [2]string{x.ID.String(), amount(x.Amount) + " " + string(x.Currency) + " on " + string(x.BookedOn) + ", " + or(x.Text, x.PayerName)})
		}
		return []field{f}, err
	},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		x, err := receiptID(ref)
		if err != nil {
			return "", err
		}
		cmd := flow.Bounce{Receipt: x, Fee: form.Get("fee"), Reason: form.Get("reason")}
		if l := form.Get("line"); l != "" {
			if err := cmd.BankLine.UnmarshalText([]byte(l)); err != nil {
				return "", errNoPage
			}
		}
		b, err := v.site.office.Bounce.One(ctx, v.actor(), cmd)
		return "The money went back, " + count(int64(len(b.Reopened)), "item is open again", "items are open again"), err
	}}

var unapplyStep = step{Name: "unapply", Word: "Take back", Title: "Take a settlement back", Verb: "Take settlement back", Right: access.Collect, Fields: []field{why},
	Say: "Items, discount, tax and exchange difference stand as before; the money is on account again and can settle something else.",
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		var a id.Application
		if err := a.UnmarshalText([]byte(ref)); err != nil {
			return "", errNoPage
		}
		r, err := v.site.office.Unapply.One(ctx, v.actor(), flow.Unapply{Application: a, Reason: form.Get("reason")})
		return "The settlement is taken back, " + amount(r.CreditLeft) + " stands on account again", err
	}}

var chargeStep = step{Name: "charge", Word: "Bank's charge", Title: "It is the bank's own charge", Verb: "Book the charge", Right: access.Collect,
	Say: "The amount becomes a bank charge, and the line is tied to the books with what else of its statement is explained.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		var l id.BankLine
		if err := l.UnmarshalText([]byte(ref)); err != nil || l == 0 {
			return "", errNoPage
		}
		s, err := found(ctx, v, ref, func(q db.Querier, _ string) (id.Statement, error) { return report.StatementOfLine(q, l) })
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Reconcile.One(ctx, v.actor(), flow.Reconcile{Statement: s, Charges: []id.BankLine{l}})
		if err == nil && len(r.Left) > 0 {
			return "The charge is booked, " + count(int64(len(r.Left)), "line of the statement is left", "lines of the statement are left"), nil
		}
		return "The charge is booked, the statement is reconciled", err
	}}
