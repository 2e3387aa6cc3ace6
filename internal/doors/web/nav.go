package web

import (
	"net/url"
	"strings"

	"kontor/internal/rooms/access"
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
	{"Fulfil", "Picking", "/picking", "scan-barcode", "", access.Pick, false},
	{"Fulfil", "Shipments", "/shipments", "truck", "", access.SeeOrders, false},
	{"Money", "Billing", "/billing", "receipt", "", access.Bill, false},
	{"Money", "Invoices", "/invoices", "file-text", "", access.SeeMoney, false},
	{"Money", "Open items", "/items", "clock", "", access.SeeMoney, false},
	{"Money", "Ageing", "/ageing", "layers", "", access.SeeMoney, false},
	{"Money", "Bank", "/bank", "landmark", "", access.SeeMoney, false},
	{"Money", "Receipts", "/receipts", "banknote", "", access.SeeMoney, false},
	{"Money", "Credit", "/credit", "shield", "", access.SeeMoney, false},
	{"Control", "Close", "/close", "lock", "", access.SeeMoney, false},
	{"Control", "Ledger", "/ledger", "scale", "", access.SeeMoney, false},
	{"Admin", "People", "/people", "circle-user", "", access.Administer, false},
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

// counted is how much waits at a place for somebody who can do it; "" when nothing does.
func (v *visit) counted(href string) string {
	n := int64(0)
	switch {
	case href == "/desk":
		n = v.waiting.Waiting
	case href == "/picking":
		n = v.waiting.ToPick
	case href == "/billing":
		n = v.waiting.Billable
	case href == "/bank":
		n = v.waiting.BankLines
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
