package api

import (
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
)

// route is one line of the table.
type route struct {
	Method, Path, Summary string
	add                   adder
}

// section gathers the routes about one thing.
type section struct {
	Name   string
	Routes []route
}

// routes is the whole API. docs/routes.md is printed from it, and a test holds
// the OpenAPI document to it.
func routes(o *flow.Office) []section {
	return []section{
		{"Orders", []route{
			{"POST", "/v1/orders", "Capture an order", create(o.Capture)},
			{"POST", "/v1/orders/batch", "Capture up to 500 orders, each with its own answer", many(o.Capture)},
			{"GET", "/v1/orders", "List orders, the newest first", get(orders)},
			{"GET", "/v1/orders/{id}", "Show an order with its lines, counters and holds", one(report.FindOrder, report.Order)},
			{"GET", "/v1/orders/{id}/timeline", "Tell what happened to an order and all its papers", story(report.FindOrder, report.Timeline)},
			{"POST", "/v1/orders/{id}/confirm", "Accept an order: reserve credit and stock", on(o.Confirm, "order", anOrder)},
			{"POST", "/v1/orders/{id}/reserve", "Reserve stock that came in since", on(o.Reserve, "order", anOrder)},
			{"POST", "/v1/orders/{id}/release", "Send what is reserved to the warehouse: plan a shipment", on(o.Release, "order", anOrder)},
			{"POST", "/v1/orders/{id}/bill", "Issue the invoices of what is due", on(o.Bill, "order", anOrder)},
			{"POST", "/v1/orders/{id}/change", "Change quantities, prices, days; add lines", on(o.Change, "order", anOrder)},
			{"POST", "/v1/orders/{id}/cancel", "Cancel what is not shipped", on(o.Cancel, "order", anOrder)},
			{"POST", "/v1/orders/{id}/hold", "Stop steps until a person lets the order go", on(o.Hold, "order", anOrder)},
			{"POST", "/v1/orders/{id}/advance", "Run every step that is due", advance},
			{"POST", "/v1/holds/{id}/release", "Release a hold", on(o.Unhold, "hold", aHold)},
			{"GET", "/v1/queue", "List what waits for a person, the longest first", get(queue)},
		}},
		{"Shipments", []route{
			{"GET", "/v1/shipments", "List shipments, the newest first", get(shipments)},
			{"GET", "/v1/shipments/{id}", "Show a shipment with its lines", one(report.FindShipment, report.Shipment)},
			{"GET", "/v1/shipments/{id}/timeline", "Tell what happened to a shipment", story(report.FindShipment, report.Timeline)},
			{"POST", "/v1/shipments/{id}/pick", "Report what was taken from the shelf", on(o.Pick, "shipment", aShipment)},
			{"POST", "/v1/shipments/{id}/pack", "Report that it is in boxes", on(o.Pack, "shipment", aShipment)},
			{"POST", "/v1/shipments/{id}/ship", "Dispatch: book the goods out", on(o.Ship, "shipment", aShipment)},
			{"POST", "/v1/shipments/{id}/deliver", "Record what the receiver took", on(o.Deliver, "shipment", aShipment)},
			{"POST", "/v1/shipments/{id}/unplan", "Take a planned shipment back", on(o.Unplan, "shipment", aShipment)},
			{"POST", "/v1/returns", "Authorise the way back for goods", create(o.Return)},
			{"GET", "/v1/returns", "List returns, the newest first", get(returns)},
			{"GET", "/v1/returns/{id}", "Show a return with its lines", one(report.FindReturn, report.Return)},
			{"POST", "/v1/returns/{id}/receive", "Record that returned goods came in", on(o.TakeBack, "return", aReturn)},
		}},
		{"Invoices", []route{
			{"POST", "/v1/billing-runs", "Bill everything that is due; a second run makes nothing", billingRun},
			{"GET", "/v1/invoices", "List invoices and credit notes, the newest first", get(invoices)},
			{"GET", "/v1/invoices/{id}", "Show an invoice or credit note", one(report.FindInvoice, report.Invoice)},
			{"GET", "/v1/invoices/{id}/timeline", "Tell what happened to an invoice", story(report.FindInvoice, report.Timeline)},
			{"POST", "/v1/invoices/{id}/credit", "Issue a credit note", on(o.Credit, "invoice", anInvoice)},
			{"GET", "/v1/items", "List what is owed, or to a customer's credit", get(items)},
			{"GET", "/v1/items/{id}", "Show one open item", one(findItem, report.Item)},
			{"GET", "/v1/items/{id}/applications", "List the settlements of an item", one(findItem, settlingsOf)},
			{"POST", "/v1/write-offs", "Give an item up", create(o.WriteOff)},
		}},
		{"Money", []route{
			{"POST", "/v1/bank-statements", "Import bank statements, JSON or bank CSV", bankStatements},
			{"GET", "/v1/bank-statements", "List bank statements, the newest first", get(statements)},
			{"GET", "/v1/bank-statements/{id}", "Show a bank statement with its lines", one(findStatement, report.Statement)},
			{"POST", "/v1/statements/{id}/reconcile", "Tie a statement to the books", on(o.Reconcile, "statement", aStatement)},
			{"GET", "/v1/bank-lines", "List bank lines, the newest first", get(bankLines)},
			{"GET", "/v1/receipts", "List money received, the newest first", get(receipts)},
			{"GET", "/v1/receipts/{id}", "Show a receipt", one(findReceipt, report.Receipt)},
			{"POST", "/v1/receipts/{id}/bounce", "Record that the bank took the money back", on(o.Bounce, "receipt", aReceipt)},
			{"POST", "/v1/applications", "Settle items with money or a credit note", create(o.Apply)},
			{"GET", "/v1/applications/{id}", "Show a settlement", one(findSettling, report.Application)},
			{"POST", "/v1/applications/{id}/unapply", "Take a settlement back, exactly", on(o.Unapply, "application", aSettling)},
			{"POST", "/v1/refunds", "Send money back", create(o.Refund)},
		}},
		{"Stock", []route{
			{"GET", "/v1/stock", "List stock per warehouse, product and status", get(pots)},
			{"GET", "/v1/stock/{sku}", "Show a product's stock at the end of a day", get(stockOn)},
			{"POST", "/v1/goods-receipts", "Take goods in", create(o.GoodsIn)},
			{"POST", "/v1/scraps", "Write goods off the shelf", create(o.Scrap)},
			{"POST", "/v1/counts", "Set stock to what was counted", create(o.Count)},
			{"POST", "/v1/moves", "Bring goods to another warehouse or status", create(o.Move)},
		}},
		{"Books", []route{
			{"GET", "/v1/ageing", "What customers owe, by age; also as CSV", rows(ageing)},
			{"GET", "/v1/trial-balance", "Balances of all accounts; also as CSV", rows(balance)},
			{"GET", "/v1/journal/{id}", "List the postings of a document", get(journal)},
			{"GET", "/v1/timeline/{id}", "Tell what happened to any document", get(timeline)},
			{"GET", "/v1/events", "Follow the event log", get(feed)},
			{"GET", "/v1/summary", "The company at a glance", get(summary)},
			{"GET", "/v1/periods", "List months that are closed or closing", listed(report.Periods)},
			{"POST", "/v1/periods/{month}/close", "Close a month in one ledger", closeMonth},
		}},
		{"Master data", []route{
			{"GET", "/v1/company", "Show the company", get(showCompany)},
			{"PUT", "/v1/company", "Create or change the company", saveCompany},
			{"POST", "/v1/customers", "Create a customer with its sites", add(addCustomer)},
			{"GET", "/v1/customers", "List customers, the oldest first", get(customers)},
			{"GET", "/v1/customers/{id}", "Show a customer with sites, credit and debts", one(report.FindCustomer, report.Customer)},
			{"PUT", "/v1/customers/{id}", "Change a customer", set(changeCustomer)},
			{"POST", "/v1/customers/{id}/sites", "Add a site", set(addSite)},
			{"GET", "/v1/customers/{id}/timeline", "Tell what happened to a customer", story(report.FindCustomer, report.Timeline)},
			{"POST", "/v1/products", "Create a product", add(addProduct)},
			{"GET", "/v1/products", "List products, the oldest first", get(products)},
			{"GET", "/v1/products/{id}", "Show a product", one(report.FindProduct, report.Product)},
			{"PUT", "/v1/products/{id}", "Change a product", set(changeProduct)},
			{"PUT", "/v1/products/{id}/bom", "Save what a product is made of", set(saveBOM)},
			{"GET", "/v1/products/{id}/bom", "Show what a product is made of, and what it goes into", one(report.FindProduct, report.BOM)},
			{"GET", "/v1/products/{id}/promise", "Say when a quantity could leave, and what stops it being sooner", get(promised)},
			{"GET", "/v1/products/{id}/explosion", "Take a product apart over all levels", get(explosion)},
			{"POST", "/v1/price-lists", "Create a price list", add(addPriceList)},
			{"GET", "/v1/price-lists", "List price lists", listed(report.PriceLists)},
			{"POST", "/v1/prices", "Add prices to lists", add(addPrices)},
			{"GET", "/v1/prices", "List prices, the oldest first", get(prices)},
			{"POST", "/v1/tax", "Save tax rates and rules", add(addTax)},
			{"GET", "/v1/tax", "Show tax rates and rules", get(showTax)},
			{"POST", "/v1/terms", "Create terms of payment", add(addTerms)},
			{"GET", "/v1/terms", "List terms of payment", listed(report.Terms)},
			{"POST", "/v1/holidays", "Add holidays to a calendar", add(addHolidays)},
			{"GET", "/v1/holidays", "List holidays", get(holidays)},
			{"POST", "/v1/warehouses", "Create a warehouse", add(addWarehouse)},
			{"GET", "/v1/warehouses", "List warehouses", listed(report.Warehouses)},
			{"POST", "/v1/bank-accounts", "Create a bank account", add(addBankAccount)},
			{"GET", "/v1/bank-accounts", "List bank accounts with their balances", listed(report.BankAccounts)},
			{"POST", "/v1/credit-accounts", "Create a credit account", add(addCredit)},
			{"GET", "/v1/credit-accounts", "List credit accounts, the oldest first", get(credits)},
			{"GET", "/v1/credit-accounts/{id}", "Show a credit account", one(report.FindCredit, report.Credit)},
			{"PUT", "/v1/credit-accounts/{id}", "Change a limit", set(setLimit)},
			{"POST", "/v1/fx-rates", "Save a day's rate of exchange", add(saveRate)},
			{"GET", "/v1/fx-rates", "List the newest rate of each currency", listed(report.Rates)},
		}},
	}
}
