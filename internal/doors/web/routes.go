package web

import (
	"slices"
	"strings"

	"kontor/internal/rooms/access"
)

// route is one line of the table: what is asked for, who may, what answers.
// A route that shows what a step would do is free: it works in transactions of
// its own.
type route struct {
	Method, Path string
	Right        access.Right
	do           func(*visit) (page, error)
	free         bool
	limited      bool // an address may come here only so often
}

// Who may, beside those with a right.
const (
	anybody  access.Right = "anybody" // signed in or not
	signedIn access.Right = "signed in"
)

func allowed(p *access.Person, r access.Right) bool {
	return r == anybody || r == signedIn || p.May(r)
}

// holders names the roles that have a right: whom to ask.
func holders(r access.Right) string {
	var out []string
	for _, x := range access.Roles {
		if slices.Contains(x.Rights, r) {
			out = append(out, "somebody of "+strings.ToLower(x.Name))
		}
	}
	return strings.Join(out, " or ")
}

// routes is the table. A path that no line names is not there.
func routes() []route {
	table := []route{
		get("/styleguide", anybody, styleguidePage),

		get("/{$}", signedIn, homePage),
		get("/search", signedIn, searchPage),
		get("/suggest/customers", access.SeeOrders, suggestCustomers),
		get("/suggest/items", access.SeeOrders, suggestItems),
		{Method: "GET", Path: "/live", Right: access.SeeOrders, do: live, free: true},

		get("/desk", access.SeeOrders, listing("order-desk", deskList)),
		get("/orders", access.SeeOrders, listing("orders", orderList)),
		get("/orders/new", access.Enter, newOrderPage),
		post("/orders/new", access.Enter, newOrderNow),
		get("/orders/{id}", access.SeeOrders, orderPage),
		get("/orders/{id}/change", access.Enter, changePage),
		post("/orders/{id}/change", access.Enter, changeNow),
		get("/customers", access.SeeOrders, listing("customers", customerList)),
		get("/customers/{id}", access.SeeOrders, customerPage),
		get("/products", access.SeeOrders, listing("products", productList)),
		get("/products/{id}", access.SeeOrders, productPage),

		get("/stock", access.SeeOrders, listing("stock", stockList)),
		get("/shipments", access.SeeOrders, listing("shipments", shipmentList)),
		get("/shipments/{id}", access.SeeOrders, shipmentPage),
		get("/picking", access.Pick, listing("picking", pickingList)),

		get("/invoices", access.SeeMoney, listing("invoices", invoiceList)),
		get("/invoices/{id}", access.SeeMoney, invoicePage),
		get("/items", access.SeeMoney, listing("open-items", itemList)),
		get("/ageing", access.SeeMoney, ageingPage),
		get("/bank/import", access.Collect, bankImportPage),
		post("/bank/import", access.Collect, bankImportNow),
		get("/bank", access.SeeMoney, listing("bank-lines", bankList)),
		get("/statements/{id}", access.SeeMoney, statementPage),
		get("/receipts", access.SeeMoney, listing("receipts", receiptList)),
		get("/receipts/{id}", access.SeeMoney, receiptPage),
		get("/credit", access.SeeMoney, listing("credit", creditList)),
		get("/credit/{id}", access.SeeMoney, creditPage),
		get("/bank/accounts", access.SeeMoney, listing("bank-accounts", bankAccounts)),
		get("/close", access.SeeMoney, closePage),
		get("/ledger", access.SeeMoney, ledgerPage),

		get("/people", access.Administer, listing("people", peopleList)),
		get("/people/new", access.Administer, invitePage),
		post("/people/new", access.Administer, inviteNow),
		get("/people/{id}", access.Administer, personPage),
		post("/people/{id}/roles", access.Administer, rolesNow),
		post("/people/{id}/link", access.Administer, linkNow),
	}
	table = append(table, steps("/orders/{id}", "/orders/{id}", orderSteps()...)...)
	table = append(table, steps("/shipments/{id}", "/shipments/{id}", shipmentSteps()...)...)
	table = append(table, steps("/invoices/{id}", "/invoices/{id}", invoiceSteps()...)...)
	table = append(table, steps("/receipts/{id}", "/receipts/{id}", receiptSteps()...)...)
	table = append(table, steps("/statements/{id}", "/statements/{id}", statementSteps()...)...)
	table = append(table, needsRoutes()...)
	table = append(table, promiseRoutes()...)
	table = append(table, steps("/people/{id}", "/people/{id}", personSteps()...)...)
	table = append(table, steps("/stock", "/stock", stockSteps()...)...)
	table = append(table, holdRoutes()...)
	table = append(table, approvalRoutes()...)
	table = append(table, reviewRoutes()...)
	table = append(table, signinRoutes()...)
	table = append(table, draftRoutes()...)
	table = append(table, lineRoutes()...)
	table = append(table, floorRoutes()...)
	table = append(table, feedbackRoutes()...)
	table = append(table, helpRoutes()...)
	table = append(table, glanceRoutes()...)
	table = append(table, tourRoutes()...)
	table = append(table, steps("/close/{id}", "/close/{id}", closeSteps()...)...)
	table = append(table, billingRoutes()...)
	table = append(table, owedRoutes()...)
	table = append(table, closeRoutes()...)
	table = append(table, matchingRoutes()...)
	table = append(table, workplaceRoutes()...)
	table = append(table, bulkRoutes()...)
	return table
}

func get(path string, r access.Right, do func(*visit) (page, error)) route {
	return route{Method: "GET", Path: path, Right: r, do: do}
}

func post(path string, r access.Right, do func(*visit) (page, error)) route {
	return route{Method: "POST", Path: path, Right: r, do: do, free: true}
}

// steps makes the two routes of each step: what would happen, and that it
// happens; then the browser goes back.
func steps(path, back string, list ...*step) []route {
	var out []route
	for _, s := range list {
		at := path + "/" + s.Name
		out = append(out,
			route{Method: "GET", Path: at, Right: s.Right, do: opened(s, back), free: true},
			route{Method: "POST", Path: at, Right: s.Right, do: done(s, back), free: true})
	}
	return out
}
