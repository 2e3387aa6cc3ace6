package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
)

func invoiceSteps() []*step { return []*step{&creditNoteStep, &creditLinesStep, &writeOffStep} }

// invoiceButtons are the steps that fit an invoice.
func (v *visit) invoiceButtons(x report.InvoiceView) []link {
	live := x.Kind == "invoice" && x.Decision == "issued" && x.PaymentState != "credited"
	return v.buttons("/invoices/"+x.Number, when(live, &creditNoteStep), when(live && len(x.Lines) > 0, &creditLinesStep), when(x.Kind == "invoice" && !isZero(x.Open), &writeOffStep))
}

// invoiceOf reads the invoice that an address names.
func invoiceOf(ctx context.Context, v *visit, ref string) (report.InvoiceView, error) {
	return found(ctx, v, ref, func(q db.Querier, ref string) (report.InvoiceView, error) {
		i, err := report.FindInvoice(q, ref)
		if err != nil {
			return report.InvoiceView{}, err
		}
		return report.Invoice(q, i)
	})
}

func issuedWords(r flow.Billed, err error) (string, error) {
	if err == nil && len(r.Invoices) > 0 {
		return r.Invoices[0].Number + " is issued, " + inMoney(r.Invoices[0].Gross, r.Invoices[0].Currency), nil
	}
	return "Nothing was left to credit", err
}

var creditNoteStep = step{Name: "credit", Word: "Credit all", Title: "Credit the whole invoice", Verb: "Issue credit note", Right: access.Bill,
	Say: "All that is not credited yet is taken back. It cannot be undone.", Fields: []field{why},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		i, err := found(ctx, v, ref, report.FindInvoice)
		if err != nil {
			return "", err
		}
		return issuedWords(v.site.office.Credit.One(ctx, v.actor(), flow.Credit{Invoice: i, Reason: form.Get("reason"), Full: true}))
	}}

// ways in which a line can be credited.
var creditWays = [][2]string{{"qty", "Quantity: the price follows"}, {"net", "Amount without tax"}, {"gross", "Amount with tax"}}

var errNoLines = fault.Rule{Kind: fault.Invalid, Code: "web.no-lines"}

var creditLinesStep = step{Name: "credit-lines", Word: "Credit lines", Title: "Credit lines of the invoice", Verb: "Issue credit note", Right: access.Bill, Asks: true,
	Say:    "Write a number only at the lines that are credited. It cannot be undone.",
	Fields: []field{why, {Name: "by", Label: "The numbers are", Kind: "choice", Value: "qty", Choices: creditWays}},
	More:   creditLineFields,
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		x, err := invoiceOf(ctx, v, ref)
		if err != nil {
			return "", err
		}
		lines, err := creditLines(x, form)
		if err != nil {
			return "", err
		}
		return issuedWords(v.site.office.Credit.One(ctx, v.actor(), flow.Credit{Invoice: x.ID, Reason: form.Get("reason"), Lines: lines}))
	}}

// creditLineFields asks for a number at each line of which something is left.
func creditLineFields(ctx context.Context, v *visit, ref string) ([]field, error) {
	x, err := invoiceOf(ctx, v, ref)
	var out []field
	for _, l := range x.Lines {
		left, whole := dec.Must(l.Net).Sub(dec.Must(l.CreditedNet)), dec.Must(l.Qty).Sub(dec.Must(l.CreditedQty))
		if left.IsZero() && whole.IsZero() {
			continue
		}
		out = append(out, field{Name: "line-" + l.ID.String(), Label: fmt.Sprintf("Line %d, %s", l.No, or(l.SKU, l.Text)), Number: true, Optional: true, Short: true,
			Help: quantity(whole.String()) + " " + unit(l.BaseUnit) + " and " + v.money(left.String(), string(x.Currency)) + " without tax are left"})
	}
	return out, err
}

// creditLines reads the numbers of the form.
func creditLines(x report.InvoiceView, form url.Values) ([]flow.CreditLine, error) {
	var out []flow.CreditLine
	for _, l := range x.Lines {
		name := "line-" + l.ID.String()
		s := strings.TrimSpace(form.Get(name))
		if s == "" {
			continue
		}
		c := flow.CreditLine{Line: l.ID}
		switch form.Get("by") {
		case "net":
			c.Net = s
		case "gross":
			c.Gross = s
		default:
			n, err := report.Steps(s, l.Qty)
			if err != nil {
				return nil, fault.At(err, "%s", name)
			}
			c.Qty = n
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errNoLines.Because("no line is credited yet: write at one how much of it the customer gets back")
	}
	return out, nil
}

var writeOffStep = step{Name: "write-off", Word: "Write off", Title: "Give up what is open", Verb: "Write off", Right: access.Close,
	Say: "The amount becomes a loss. It cannot be undone: money that comes after all is a recovery.",
	Fields: []field{{Name: "amount", Label: "Amount", Help: "All that is open when empty", Number: true, Optional: true, Short: true},
		{Name: "relief", Label: "Tax in it", Kind: "choice", Optional: true, Choices: [][2]string{{"", "Stays owed to the tax office"}, {"yes", "Is taken back: the test for relief is met"}}}, why},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		x, err := invoiceOf(ctx, v, ref)
		if err != nil {
			return "", err
		}
		for _, it := range x.Items {
			if it.State == "closed" || it.Side != "debit" {
				continue
			}
			a, err := v.site.office.WriteOff.One(ctx, v.actor(), flow.WriteOff{Item: it.ID, Amount: form.Get("amount"), Relief: form.Get("relief") != "", Reason: form.Get("reason")})
			if err != nil {
				return "", err
			}
			return v.money(a.Settled[0].Difference, string(x.Currency)) + " of " + x.Number + " is written off", nil
		}
		return "", errNoItem.Because("nothing of %s is open: there is nothing to write off", x.Number)
	}}
