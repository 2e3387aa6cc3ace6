package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// Table is a report that can be written as rows.
type Table interface {
	Head() []string
	Records() [][]string
}

var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// CSV writes a table as comma-separated values: UTF-8 with a byte order mark,
// decimal points, ISO dates. Text that a spreadsheet would run as a formula
// gets an apostrophe in front; numbers never.
func CSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(t.Head()); err != nil {
		return err
	}
	for _, row := range t.Records() {
		if err := out.Write(Plain(row)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Head of an ageing.
func (v AgeingView) Head() []string {
	return []string{"customer", "name", "currency", "not_due", "days_1_30", "days_31_60", "days_61_90", "over_90", "credits", "unapplied", "total", "overdue"}
}

// Records of an ageing; the total comes last.
func (v AgeingView) Records() [][]string {
	out := make([][]string, 0, len(v.Rows)+1)
	for _, r := range append(slices.Clone(v.Rows), v.Total) {
		who := Party{Name: "total"}
		if r.Customer != nil {
			who = *r.Customer
		}
		out = append(out, []string{who.Code, who.Name, string(v.Currency), r.NotDue, r.Days30, r.Days60, r.Days90, r.Over90, r.Credits, r.Unapplied, r.Total, r.Overdue})
	}
	return out
}

// Head of a trial balance.
func (v TrialBalanceView) Head() []string {
	return []string{"account", "name", "kind", "currency", "debit", "credit", "balance"}
}

// Records of a trial balance; the sums come last.
func (v TrialBalanceView) Records() [][]string {
	out := make([][]string, 0, len(v.Accounts)+1)
	for _, a := range v.Accounts {
		out = append(out, []string{a.Account, a.Name, a.Kind, string(v.Currency), a.Debit, a.Credit, a.Balance})
	}
	return append(out, []string{"", "total", "", string(v.Currency), v.Debit, v.Credit, ""})
}

// ItemTable is a list of items as rows.
type ItemTable []ItemView

// Head of items.
func (ItemTable) Head() []string {
	return []string{"id", "customer", "name", "kind", "number", "part", "side", "currency", "original", "open", "disputed", "company_currency", "company_open", "dated_on", "due_on", "overdue_days", "state"}
}

// Records of items.
func (t ItemTable) Records() [][]string {
	out := make([][]string, 0, len(t))
	for _, i := range t {
		out = append(out, []string{i.ID.String(), i.Customer.Code, i.Customer.Name, i.Kind, i.Number, fmt.Sprint(i.PartNo), i.Side, string(i.Currency), i.Original, i.Open, i.Disputed,
			string(i.CompanyCurrency), i.CompanyOpen, string(i.DatedOn), string(i.DueOn), fmt.Sprint(i.OverdueDays), i.State})
	}
	return out
}

// Plain puts an apostrophe before text that a spreadsheet would run.
func Plain(row []string) []string {
	for i, s := range row {
		if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@') && !number.MatchString(s) {
			row[i] = "'" + s
		}
	}
	return row
}
