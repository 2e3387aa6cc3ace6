package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// matchingRoutes are the pages on which money finds what it pays.
func matchingRoutes() []route {
	out := []route{
		{Method: "GET", Path: "/matching", Right: access.Collect, do: matchingPage, free: true},
		post("/matching/sure", access.Collect, sureNow),
		post("/matching/{id}", access.Collect, acceptNow),
		{Method: "GET", Path: "/receipts/{id}/allocate", Right: access.Collect, do: allocatePage, free: true},
		post("/receipts/{id}/allocate", access.Collect, allocateNow),
	}
	out = append(out, steps("/matching/{id}", "/matching", &keepStep, &refundStep)...)
	out = append(out, steps("/applications/{id}", "/matching", &unapplyStep)...)
	return append(out, steps("/lines/{id}", "/matching?tab=out", &chargeStep)...)
}

// matching is the page of money that waits to be matched: what came in, and
// for the chosen receipt what it may pay.
type matching struct {
	Left     report.LeftView
	Tab      string
	Tabs     []viewTab
	Rows     []report.MoneyView
	Next     string
	Out      table
	Chosen   *report.MoneyView
	Options  []flow.Proposal
	Key      string
	Sure     int
	Undo     string // the application that was made last
	Receipts bool
}

func (m *matching) load(q *db.Reader, v *visit) (err error) {
	if m.Left, err = report.Left(q); err != nil {
		return err
	}
	if m.Tab == "out" {
		rows, err := report.BankLines(q, report.BankLineFilter{State: "new"}, report.Page{After: v.ask("after")})
		m.Next, m.Out = rows.Next, outRows(v, rows.Items)
		return err
	}
	rows, err := report.Unmatched(q, m.Tab == "kept", report.Page{After: v.ask("after")})
	m.Rows, m.Next = rows.Items, rows.Next
	if err != nil {
		return err
	}
	if ref := v.ask("line"); ref != "" {
		x, err := receiptID(ref)
		if err != nil {
			return err
		}
		one, err := report.MoneyOf(q, x)
		m.Chosen = &one
		return err
	}
	if len(m.Rows) > 0 {
		m.Chosen = &m.Rows[0]
	}
	return nil
}

func receiptID(ref string) (id.Receipt, error) {
	var x id.Receipt
	if err := x.UnmarshalText([]byte(ref)); err != nil || x == 0 {
		return x, errNoPage
	}
	return x, nil
}

func matchingPage(v *visit) (page, error) {
	m := matching{Tab: v.ask("tab"), Key: access.NewSecret()[:22], Undo: v.ask("done")}
	if err := v.read(func(q *db.Reader) error { return m.load(q, v) }); err != nil {
		return nil, err
	}
	m.Tabs = v.tabs("tab", [2]string{"", "Money in"}, [2]string{"out", "Money out"}, [2]string{"kept", "On account"})
	for i, n := range []int64{m.Left.In, m.Left.Out, m.Left.Kept} {
		m.Tabs[i].Count, m.Tabs[i].Href = itoa(n), "/matching"+query("tab", []string{"", "out", "kept"}[i])
	}
	var items []id.Item
	for _, x := range m.Rows {
		items = append(items, x.Item)
	}
	if m.Chosen != nil && m.Chosen.Item != 0 {
		items = append(items, m.Chosen.Item)
	}
	if m.Tab == "out" || len(items) == 0 {
		return draw(matchingView(v, m)), nil
	}
	slices.Sort(items)
	all, err := v.site.office.Propose(v.Context(), v.actor(), slices.Compact(items))
	if err != nil {
		return nil, err
	}
	m.Options = all[m.Chosen.Item]
	for _, x := range m.Rows {
		if m.Tab == "" && flow.Sure(all[x.Item]) {
			m.Sure++
		}
	}
	return draw(matchingView(v, m)), nil
}

// outRows lists money that went out, and what may explain it.
func outRows(v *visit, rows []report.BankLineView) table {
	t := table{Caption: "Money that went out", Columns: []column{{"To", false, "first"}, {"Text", false, "whole"}, {"Amount", true, "amount"}, {"Booked", true, "whole"}, {"Statement", false, "up"}, {"Next step", false, "act"}}}
	for _, x := range rows {
		t.Rows = append(t.Rows, row{ID: x.ID.String(), Cells: []cell{text(orDash(x.PayerName)).and(x.Account), text(x.Text), {Text: v.money(x.Amount, string(x.Currency)), Raw: x.Amount}, v.dayCell(x.BookedOn), linked("Open", "/statements/"+x.Statement.String()),
			{Act: &link{Word: "Bank's charge…", Href: "/lines/" + x.ID.String() + "/charge", Sheet: true}}}})
	}
	return t
}

// linesOf reads the lines of a settlement from a form: item-…, each with an
// amount or a mark.
func linesOf(form url.Values) ([]flow.ApplyLine, error) {
	var out []flow.ApplyLine
	var all []error
	for _, ref := range form["item"] {
		var it id.Item
		if err := it.UnmarshalText([]byte(ref)); err != nil || it == 0 {
			return nil, errForm.Because("%.40q names no item: open the page again", ref)
		}
		n := strings.TrimSpace(form.Get("amount-" + ref))
		less, off := form.Get("discount-"+ref) != "", form.Get("tolerance-"+ref) != ""
		if n == "" && !less {
			continue
		}
		if n != "" {
			var err error
			if n, err = number(n, "amount-"+ref); err != nil {
				all = append(all, err)
				continue
			}
			if isZero(n) {
				continue
			}
		}
		out = append(out, flow.ApplyLine{Item: it, Amount: n, Discount: less, Tolerance: off, Reason: form.Get("why")})
	}
	return out, fault.All(all...)
}

var errNothingChosen = fault.Rule{Kind: fault.Invalid, Code: "web.nothing-chosen"}

// settleBy applies a receipt's money to the lines of the form.
func (v *visit) settleBy(ref string) (flow.Applied, report.MoneyView, error) {
	var m report.MoneyView
	x, err := receiptID(ref)
	if err != nil {
		return flow.Applied{}, m, err
	}
	if err := v.read(func(q *db.Reader) (err error) {
		m, err = report.MoneyOf(q, x)
		return err
	}); err != nil {
		return flow.Applied{}, m, err
	}
	lines, err := linesOf(v.PostForm)
	if err != nil {
		return flow.Applied{}, m, err
	}
	if len(lines) == 0 {
		return flow.Applied{}, m, errNothingChosen.Because("no amount is placed: write how much of the %s %s goes to which item, or leave the money on account", m.Unapplied, m.Currency)
	}
	a, err := v.site.office.Apply.One(flow.WithKey(v.Context(), v.key()), v.actor(), flow.Apply{Credit: m.Item, Lines: lines})
	return a, m, err
}

// settledWords says what a settlement did.
func settledWords(a flow.Applied, cur string) string {
	var names []string
	for _, s := range a.Settled {
		names = append(names, s.Number)
	}
	out := joined(names[:min(3, len(names))])
	if n := len(names) - 3; n > 0 {
		out += " and " + itoa(int64(n)) + " more"
	}
	out += map[bool]string{true: " is settled", false: " are settled"}[len(names) == 1]
	if left := a.CreditLeft; !isZero(left) {
		out += ", " + inMoney(left, cur) + " stays on account"
	}
	return out
}

func acceptNow(v *visit) (page, error) {
	a, m, err := v.settleBy(v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return onward{"/matching" + query("done", a.Application.String()), settledWords(a, string(m.Currency))}, nil
}

// sureNow takes every proposal that stands out; one that is refused meanwhile
// stays in the list.
func sureNow(v *visit) (page, error) {
	var items []id.Item
	if err := v.read(func(q *db.Reader) error {
		rows, err := report.Unmatched(q, false, report.Page{After: v.ask("after")})
		for _, x := range rows.Items {
			items = append(items, x.Item)
		}
		return err
	}); err != nil {
		return nil, err
	}
	all, err := v.site.office.Propose(v.Context(), v.actor(), items)
	if err != nil {
		return nil, err
	}
	var cmds []flow.Apply
	for _, it := range items {
		if p := all[it]; flow.Sure(p) {
			cmds = append(cmds, flow.Apply{Credit: it, Lines: p[0].Lines()})
		}
	}
	rs, err := v.site.office.Apply.Many(flow.WithKey(v.Context(), v.key()), v.actor(), cmds)
	if err != nil {
		return nil, err
	}
	done, refused := int64(0), ""
	for _, r := range rs {
		if f, ok := fault.Of(r.Fault); ok {
			refused = ", one was refused: " + f.Sentence
		} else {
			done++
		}
	}
	return onward{"/matching", count(done, "receipt is matched", "receipts are matched") + refused}, nil
}

// allocating is the page on which somebody places money by hand.
type allocating struct {
	Money  report.MoneyView
	Items  []report.ItemView
	Typed  url.Values
	Who    string // whose items are shown, when nobody knows the payer
	Key    string
	Fault  *faults
	Would  *consequences
	Placed string
}

func (v *visit) allocating(form url.Values) (allocating, error) {
	a := allocating{Typed: form, Key: access.NewSecret()[:22], Who: or(form.Get("customer"), v.ask("customer"))}
	x, err := receiptID(v.PathValue("id"))
	if err != nil {
		return a, err
	}
	return a, v.read(func(q *db.Reader) (err error) {
		if a.Money, err = report.MoneyOf(q, x); err != nil {
			return err
		}
		who := a.Money.Customer.Code
		if a.Money.Customer.ID == 0 {
			who = a.Who
		}
		if who == "" {
			return nil
		}
		a.Items, err = itemsNow(q, who, string(a.Money.Currency), v.today)
		return err
	})
}

func allocatePage(v *visit) (page, error) {
	a, err := v.allocating(url.Values{})
	if f, ok := fault.Of(err); ok && a.Money.ID != 0 { // no customer of that code
		told, status := v.faultOf(f)
		told.Title, a.Fault = "Nobody has this code", &told
		return drawing{status, allocateView(v, a)}, nil
	}
	if err != nil {
		return nil, err
	}
	return draw(allocateView(v, a)), nil
}

func allocateNow(v *visit) (page, error) {
	look := v.PostForm.Get("do") == "look"
	var done flow.Applied
	var m report.MoneyView
	var err error
	var would *consequences
	if look {
		would, err = v.wouldSettle()
	} else {
		done, m, err = v.settleBy(v.PathValue("id"))
	}
	if err == nil && !look {
		return onward{"/matching" + query("done", done.Application.String()), settledWords(done, string(m.Currency))}, nil
	}
	if _, ok := fault.Of(err); err != nil && !ok {
		return nil, err
	}
	a, failed := v.allocating(v.PostForm)
	if failed != nil {
		return nil, failed
	}
	status := 200
	if a.Would = would; err != nil {
		var f faults
		f, status = v.faultOf(err)
		f.Title = "The money is not placed"
		a.Fault = &f
	}
	return drawing{status, allocateView(v, a)}, nil
}

// typed is what stands in a field of an item.
func (a allocating) typed(name string, x report.ItemView) string {
	return a.Typed.Get(name + "-" + x.ID.String())
}

// percentWords tells how sure a proposal is.
func percentWords(p flow.Proposal) string { return fmt.Sprintf("%d %%", p.Score) }

func scoreTone(p flow.Proposal) string {
	switch {
	case p.Score >= 90:
		return "good"
	case p.Score >= 60:
		return "warn"
	}
	return "quiet"
}

func payerWords(x report.MoneyView) string {
	switch {
	case x.Customer.Name != "":
		return x.Customer.Name
	case x.PayerName != "":
		return x.PayerName + " (payer not known)"
	}
	return "payer not known"
}

func matchingLead(m matching) string {
	if m.Left.In == 0 {
		return "Nothing waits to be matched."
	}
	per := map[string]int64{}
	for _, a := range m.Left.InBy {
		per[string(a.Currency)] = thousandths(a.Amount)
	}
	return count(m.Left.In, "receipt is", "receipts are") + " left, " + inAll(per) + ". Enter accepts, Tab goes to the next proposal."
}

func matchedAll(m matching) string {
	if m.Tab == "kept" {
		return "No money stands on account by a decision."
	}
	return "All money is matched. The next bank statement brings more."
}

// proposedWords is the sum of a proposal: 12,734.69 − 254.69 discount = 12,480.00.
func proposedWords(x flow.ProposedItem, cur string) string {
	switch {
	case x.Discount != "":
		return amount(x.Open) + " − " + amount(x.Discount) + " discount = " + amount(x.Pays)
	case x.Pays != x.Open:
		return inMoney(x.Pays, cur) + " of " + amount(x.Open)
	}
	return inMoney(x.Pays, cur)
}

func proposalWhy(p flow.Proposal, cur string) string {
	if isZero(p.Left) {
		return sentence(p.Why)
	}
	return sentence(p.Why) + " " + inMoney(p.Left, cur) + " stays on account."
}
