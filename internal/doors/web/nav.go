package web

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/feedback"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// entry is a place in the sidebar; the first of a group names it.
type entry struct {
	Group, Word, Href, Icon, Count string
	Right                          access.Right
	Current                        bool
}

var navigation = []entry{
	{"", "Home", "/", "house", "", signedIn, false},
	{"", "Order desk", "/desk", "inbox", "", access.SeeOrders, false},
	{"Sell", "Orders", "/orders", "clipboard-list", "", access.SeeOrders, false},
	{"Sell", "Customers", "/customers", "users", "", access.SeeOrders, false},
	{"Sell", "Products", "/products", "package", "", access.SeeOrders, false},
	{"Fulfil", "Stock", "/stock", "boxes", "", access.SeeOrders, false},
	{"Fulfil", "Shortages", "/shortages", "triangle-alert", "", access.SeeOrders, false},
	{"Fulfil", "Picking", "/picking", "scan-barcode", "", access.Pick, false},
	{"Fulfil", "Packing", "/packing", "package-check", "", access.Pick, false},
	{"Fulfil", "Receive", "/receive", "package-plus", "", access.Keep, false},
	{"Fulfil", "Count", "/count", "rows-3", "", access.Keep, false},
	{"Fulfil", "Move", "/move", "arrow-left-right", "", access.Keep, false},
	{"Fulfil", "Shipments", "/shipments", "truck", "", access.SeeOrders, false},
	{"Money", "Billing", "/billing", "receipt", "", access.Bill, false},
	{"Money", "Invoices", "/invoices", "file-text", "", access.SeeMoney, false},
	{"Money", "Open items", "/items", "clock", "", access.SeeMoney, false},
	{"Money", "Ageing", "/ageing", "layers", "", access.SeeMoney, false},
	{"Money", "Bank", "/bank", "landmark", "", access.SeeMoney, false},
	{"Money", "Matching", "/matching", "scale", "", access.Collect, false},
	{"Money", "Receipts", "/receipts", "banknote", "", access.SeeMoney, false},
	{"Money", "Credit", "/credit", "shield", "", access.SeeMoney, false},
	{"Money", "Cash expected", "/cash", "euro", "", access.SeeMoney, false},
	{"Control", "Approvals", "/approvals", "circle-check", "", access.SeeMoney, false},
	{"Control", "Close", "/close", "lock", "", access.SeeMoney, false},
	{"Control", "Ledger", "/ledger", "book-open", "", access.SeeMoney, false},
	{"Control", "Checks", "/checks", "list-checks", "", access.SeeMoney, false},
	{"Admin", "People", "/people", "circle-user", "", access.Administer, false},
	{"Admin", "Authority", "/authority", "settings", "", access.Administer, false},
	{"Admin", "Access review", "/review", "check", "", access.Administer, false},
	{"Admin", "Feedback", "/feedback", "message-square", "", access.Administer, false},
	{"Admin", "Health", "/health", "activity", "", access.Administer, false},
}

// navigation is the sidebar of the person: only what he may see, the group's
// name at its first place.
func (v *visit) navigation() []entry {
	var out []entry
	group := ""
	for _, e := range navigation {
		if !allowed(v.who, e.Right) {
			continue
		}
		e.Count = v.counted(e.Href)
		e.Current = e.Href == v.URL.Path || e.Href != "/" && strings.HasPrefix(v.URL.Path, e.Href+"/")
		if e.Group == group {
			e.Group = ""
		} else {
			group = e.Group
		}
		out = append(out, e)
	}
	return out
}

// todo is what waits for a person.
type todo struct {
	report.WaitView
	Decisions int64 // requests that he may decide
	Notes     int64 // feedback that nobody has taken
}

// toDo counts what waits for the person, once a page that shows it is drawn:
// on the page's own snapshot, or on one of its own where a step is shown. When
// it cannot be read, the page is drawn without.
func (v *visit) toDo() *todo {
	if v.waiting != nil {
		return v.waiting
	}
	v.waiting = &todo{}
	count := func(q *db.Reader) (err error) {
		w := v.waiting
		w.WaitView, err = report.Waiting(q, v.today, v.may(access.Enter) || v.may(access.GiveCredit), v.may(access.Pick), v.may(access.Bill), v.may(access.Collect))
		if err == nil && v.may(access.SeeMoney) {
			var f report.ApprovalFilter
			if f, err = v.mine(q); err == nil {
				w.Decisions, err = report.ToDecide(q, f)
			}
		}
		if err == nil && v.may(access.Administer) {
			w.Notes, err = feedback.Unowned(q)
		}
		return err
	}
	var err error
	if v.q != nil {
		err = count(v.q)
	} else {
		err = v.read(count)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		slog.Error("what waits could not be counted", "error", err)
	}
	return v.waiting
}

// counted is how much waits at a place for somebody who can do it; "" when nothing does.
func (v *visit) counted(href string) string {
	n := int64(0)
	switch {
	case href == "/desk":
		n = v.toDo().Waiting
	case href == "/picking":
		n = v.toDo().ToPick
	case href == "/billing":
		n = v.toDo().Billable
	case href == "/bank":
		n = v.toDo().BankLines
	case href == "/approvals":
		n = v.toDo().Decisions
	case href == "/feedback":
		n = v.toDo().Notes
	}
	if n == 0 {
		return ""
	}
	return amount(itoa(n))
}

func roleNames(p *access.Person) string {
	var out []string
	for _, r := range p.Roles {
		out = append(out, r.Name)
	}
	if len(out) == 0 {
		return "No role yet"
	}
	return strings.Join(out, ", ")
}

const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"attributesToSettle":["class"],"selfRequestsOnly":true,"historyCacheSize":0,"refreshOnHistoryMiss":true,"scrollBehavior":"instant","timeout":15000,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"403|404|409|412|422","swap":true},{"code":"[45]..","swap":false,"error":true}]}`

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}
