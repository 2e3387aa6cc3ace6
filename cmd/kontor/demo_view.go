package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"kontor/internal/doors/web"

	"kontor/internal/app"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/sim"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// demoView is the company as the demo prints it.
type demoView struct {
	Database string  `json:"database"`
	Seconds  float64 `json:"seconds,omitempty"`
	Docs     string  `json:"docs,omitempty"`
	OpenAPI  string  `json:"openapi,omitempty"`
	Tokens   struct {
		Full string `json:"full"`
		Read string `json:"read"`
	} `json:"tokens"`
	Stats    *sim.Stats               `json:"stats,omitempty"`
	Summary  report.SummaryView       `json:"summary"`
	ToBill   int                      `json:"orders_to_bill"`
	Ageing   report.AgeingRow         `json:"ageing"`
	Accounts []report.BankAccountView `json:"bank_accounts"`
	Late     []report.LateOrder       `json:"late_orders"`

	orders []demoOrders
}

// demoOrders is the orders of one status in the company's currency.
type demoOrders struct {
	status string
	count  int64
	net    int64
}

// stages is the order in which an order goes through its life.
var stages = []string{"captured", "held", "promised", "short", "reserved", "released", "shipped", "billed", "closed", "cancelled"}

func (d *demo) view(ctx context.Context, a *app.App) (*demoView, error) {
	v := &demoView{}
	err := a.DB.Read(ctx, func(r *db.Reader) error {
		var err error
		if v.Summary, err = report.Summary(r); err != nil {
			return err
		}
		aged, err := report.Ageing(r, v.Summary.On, "due")
		if err != nil {
			return err
		}
		v.Ageing = aged.Total
		if v.Accounts, err = report.BankAccounts(r); err != nil {
			return err
		}
		if v.Late, err = report.LateOrders(r, 5); err != nil {
			return err
		}
		due, _, err := invoice.Due(r, v.Summary.On, invoice.Place{}, 1000000)
		if err != nil {
			return err
		}
		seen := map[id.Order]bool{}
		for _, o := range due {
			seen[o] = true
		}
		v.ToBill = len(seen)
		return v.convert(r)
	})
	return v, err
}

// convert sums the orders per status, at today's rates.
func (v *demoView) convert(r *db.Reader) error {
	at := map[string]int{}
	for _, o := range v.Summary.Orders {
		rate, err := ledger.Rate(r, o.Currency, v.Summary.Currency, v.Summary.On)
		if err != nil {
			return err
		}
		net, err := money.Parse(o.Net, o.Currency)
		if err != nil {
			return err
		}
		i, ok := at[o.Status]
		if !ok {
			i = len(v.orders)
			at[o.Status] = i
			v.orders = append(v.orders, demoOrders{status: o.Status})
		}
		v.orders[i].count += o.Count
		v.orders[i].net += money.Convert(net, o.Currency, v.Summary.Currency, rate)
	}
	slices.SortFunc(v.orders, func(a, b demoOrders) int { return slices.Index(stages, a.status) - slices.Index(stages, b.status) })
	return nil
}

// page writes tables of fixed width.
type page struct {
	w    io.Writer
	bold bool
}

func (p page) head(title string, right ...string) {
	text := title
	if len(right) > 0 {
		text = pad(title, 26)
	}
	for _, r := range right {
		text += left(r, 18)
	}
	if p.bold {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	fmt.Fprintf(p.w, "\n%s\n", text)
}

func (p page) row(name string, values ...string) {
	text := "  " + pad(name, 24)
	for _, v := range values {
		text += left(v, 18)
	}
	fmt.Fprintln(p.w, text)
}

func pad(s string, n int) string {
	if k := utf8.RuneCountInString(s); k < n {
		return s + strings.Repeat(" ", n-k)
	} else if k > n {
		return string([]rune(s)[:n-1]) + "…"
	}
	return s
}

func left(s string, n int) string {
	return strings.Repeat(" ", max(1, n-utf8.RuneCountInString(s))) + s
}

// grouped puts a comma behind every three digits of a decimal.
func grouped(s string) string {
	sign, digits := "", s
	if strings.HasPrefix(s, "-") {
		sign, digits = "-", s[1:]
	}
	whole, rest, point := strings.Cut(digits, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if point {
		b.WriteString("." + rest)
	}
	return sign + b.String()
}

func count(n int64) string { return grouped(fmt.Sprint(n)) }

// write prints the summary of the company.
func (v *demoView) write(w io.Writer, bold bool) {
	p := page{w, bold}
	s := v.Summary
	cur := string(s.Currency)
	p.head(fmt.Sprintf("%s, %s", s.Company, s.On.Time().Format("Monday 2 January 2006")))
	fmt.Fprintf(w, "%s customers, %s products, %s postings; amounts in %s\n", count(s.Customers), count(s.Products), count(s.Ledger.Entries), cur)

	p.head("ORDERS", "count", "net "+cur)
	var n, net int64
	for _, o := range v.orders {
		p.row(o.status, count(o.count), grouped(money.Format(o.net, s.Currency)))
		n, net = n+o.count, net+o.net
	}
	p.row("all", count(n), grouped(money.Format(net, s.Currency)))

	p.head("WAITING TODAY")
	for _, x := range v.waiting() {
		p.row(x[0], x[1])
	}

	p.head("STOCK", "", "value "+cur)
	p.row("articles × places", count(s.Stock.Pots), grouped(s.Stock.Value))
	p.head("RECEIVABLES", "", "open "+cur)
	for _, x := range [][2]string{{"not due", v.Ageing.NotDue}, {"1 to 30 days overdue", v.Ageing.Days30}, {"31 to 60 days overdue", v.Ageing.Days60}, {"61 to 90 days overdue", v.Ageing.Days90},
		{"over 90 days overdue", v.Ageing.Over90}, {"credit notes", minus(v.Ageing.Credits)}, {"money not applied yet", minus(v.Ageing.Unapplied)}, {"owed in all", v.Ageing.Total}} {
		p.row(x[0], "", grouped(x[1]))
	}

	p.head("CASH", "on statement of", "balance")
	for _, a := range v.Accounts {
		if a.StatementOn != "" {
			p.row(a.Name, string(a.StatementOn), grouped(a.Balance)+" "+string(a.Currency))
		}
	}
	p.row("in the books", "", grouped(s.Bank)+" "+cur)

	if len(v.Late) > 0 {
		p.head("LONGEST LATE", "days late", "net")
		for _, o := range v.Late {
			p.row(o.Number+"  "+o.Status, fmt.Sprint(o.Days), grouped(o.Net)+" "+string(o.Currency))
			fmt.Fprintln(w, "    "+o.Customer.Name)
		}
	}
}

func minus(s string) string {
	if strings.Trim(s, "0.") == "" {
		return s
	}
	return "-" + s
}

// waiting is what somebody has to do.
func (v *demoView) waiting() [][2]string {
	s := v.Summary
	at := func(status string) (n int64) {
		for _, o := range v.orders {
			if o.status == status {
				n = o.count
			}
		}
		return n
	}
	out := [][2]string{{"orders to confirm", count(at("captured"))}, {"orders to release", count(at("reserved"))}, {"lines without stock", count(s.Lines.Short)}, {"lines late", count(s.Lines.Late)}}
	for _, x := range s.Shipments {
		switch x.State {
		case "planned":
			out = append(out, [2]string{"shipments to pick", count(x.Count)})
		case "shipped":
			out = append(out, [2]string{"shipments on the road", count(x.Count)})
		}
	}
	out = append(out, [2]string{"orders to bill", count(int64(v.ToBill))}, [2]string{"overdue " + string(s.Currency), grouped(s.Owed.Overdue)}, [2]string{"money to apply " + string(s.Currency), grouped(s.Owed.Unapplied)})
	for _, h := range s.Holds {
		out = append(out, [2]string{"holds: " + h.State, count(h.Count)})
	}
	return out
}

// guide says in few lines what to do next: whom to be, and what to try as a program.
func (v *demoView) guide(w io.Writer, base string, people []web.Role) {
	s := v.Summary
	n := int64(0)
	for _, o := range v.orders {
		n += o.count
	}
	fmt.Fprintf(w, "\n%s, %s: %s orders, %s %s overdue.\n\nOpen one of these links in your browser, each is a person with today's work:\n\n",
		s.Company, s.On.Time().Format("Monday 2 January 2006"), count(n), grouped(s.Owed.Overdue), s.Currency)
	for _, p := range people {
		fmt.Fprintf(w, "  %-17s %-16s %s%s\n", p.Name, p.Who, base, p.Path)
	}
	fmt.Fprintf(w, `
For programs: %[1]s/docs explains the API. This works in your shell as it stands here:

  curl -H "Authorization: Bearer %[2]s" %[1]s/v1/summary   # may look only
  FULL=%[3]s   # may do everything

Ctrl-C ends the program; kontor demo goes on with this company, kontor demo --no-serve prints its figures.
`, base, v.Tokens.Read, v.Tokens.Full)
}
