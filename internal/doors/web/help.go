package web

import (
	"strings"

	"kontor/internal/story/report"
)

// help is what a page is for, in one or two sentences, how it is used, the words
// that it takes for granted, and the keys that work there besides those of all pages.
type help struct {
	Is    string
	How   []string
	Words []string
	Keys  []key
}

var (
	listKeys  = []key{{"j, k", "next row, row before"}, {"Enter", "open the row"}, {"f", "filter the list"}, {"e", "CSV of the list"}}
	sheetKeys = []key{{"Ctrl Enter", "do what the sheet is about"}, {"Esc", "leave it, nothing is done"}}
)

// helps by the pattern of the route. A page below another – a step, a form –
// takes the help of the nearest one above it that stands here.
var helps = map[string]help{
	"/": {Is: "Your home answers the first questions of your day. Each tile is a question with its number; it opens exactly the rows that make it.",
		How: []string{"Open a tile to see its rows, and from a row the document.", "The page renews itself while it stands open."}, Words: []string{"Late", "Overdue", "On account", "Billable", "DSO"}, Keys: []key{{"n, r, m", "new order, billing run, match bank lines: where the button stands"}, {"g h", "back to this page"}}},
	"/rows/{id}": {Is: "These are the rows behind one number of a home page. Their sum is that number.",
		How: []string{"Open a row to get to its document, where the next step is.", "Where there is a month field, it chooses which month is counted."}, Words: []string{"At risk", "Late", "Billable", "Blocked", "Overdue", "On account", "Exposure"}, Keys: listKeys},
	"/cash": {Is: "The money that should come in over the next 13 weeks, if customers go on paying as they did.",
		How: []string{
			"Every open item, everything billable and everything shipped and not yet billable is one amount with a due day.",
			"How late a customer pays is measured from settled invoices of the last 24 months: days between due day and last settlement. With fewer than eight of them, the delays of all customers together are taken.",
			"From these delays nine values stand for the customer, the 10th to the 90th percentile. With each of them all his amounts fall into weeks, and a week's p10, p50 and p90 are the tenth, the half and the nine tenths of what these nine forecasts say. Amounts that should have come already are taken to come this week.",
			"All of it is counted in whole cents: the same data give the same forecast."},
		Words: []string{"p10, p50, p90", "Due", "Open item", "Billable", "Overdue"}},
	"/dso":       {Is: "How many days of sales customers owe us, and why that moved since a month ago.", How: []string{"The first cause is what is not due yet: longer terms, or more sales on terms.", "The second is what is overdue: customers pay later, or disputes last.", "The third is sales: the same debt weighs less when more was sold."}, Words: []string{"DSO", "Overdue", "Due"}},
	"/checks":    {Is: "The rules that must hold in the books at any time, and when they were last checked.", How: []string{"A check reads all data once; others can go on working meanwhile.", "A rule that is broken names the first documents that break it."}, Words: []string{"Invariant", "Ledger"}},
	"/shortages": {Is: "Items of which more is promised than there is, or of which less is free than the safety stock.", How: []string{"Open an item to see who waits for it.", "The safety stock is what left in the last 90 days, for seven days."}, Words: []string{"Available", "Short", "Safety stock", "Pot"}, Keys: listKeys},
	"/health":    {Is: "Whether the program does its background work, and who signed in.", How: []string{"A dead job was tried as often as it may be; its last fault says why it failed."}},

	"/account":  {Is: "Your password, and where you are signed in.", How: []string{"End a session that you do not know, then set a new password."}},
	"/search":   {Is: "Finds orders, customers, items, invoices and pages.", How: []string{"A number is found whole, a name by its beginning."}, Keys: []key{{"Ctrl K", "the same from any page"}}},
	"/help":     {Is: "What each page is for.", How: []string{"Open it from the page that you want to know about."}, Keys: []key{{"F1", "help of the page"}, {"?", "all keys"}}},
	"/glossary": {Is: "The words of the trade as they are used here.", How: []string{"Type a part of a word or of what it means."}},
	"/tour":     {Is: "The guided tour takes you from an order to its money, on real pages, in about 20 minutes.", How: []string{"Each step says where to go and what to do. It goes on when the data show that it was done.", "Leave it when you like: it waits where you left it."}, Words: []string{"Captured", "Confirmed", "Released", "Billable", "Settle", "Reconciled"}},
	"/feedback": {Is: "What people say about the product, with the page where they said it.", How: []string{"Take a note so that others see who is at it, then close it with an answer."}, Keys: listKeys},
	"/people":   {Is: "Who may sign in, and what for.", How: []string{"A person sees what his roles allow. Roles that should be apart are named as a conflict."}, Keys: listKeys},

	"/approvals":    {Is: "What takes a second person: releases past a credit limit, raised limits, credit notes, write-offs, refunds and bank details above what one may do alone.", How: []string{"Open a request to see why it is asked for. Granting it does it at once; denying it says why.", "Nobody decides what he asked for himself. What you asked for stands under You asked."}, Words: []string{"Credit limit"}, Keys: listKeys},
	"/authority":    {Is: "Up to which amount each role decides alone, and what it may grant when another asks.", How: []string{"A change holds at once, also for what waits already."}, Keys: listKeys},
	"/review":       {Is: "The access review: what each person may do, which of it clashes, and when somebody last looked at it.", How: []string{"Look at the roles of a person, take what does not fit the job, then let the rest stand.", "It is due every 90 days, and after each change of roles."}, Keys: listKeys},
	"/drafts":       {Is: "Orders that are typed and not captured yet. Nothing is promised to anybody.", How: []string{"A draft is kept from the first key: open it here, or on another device, and go on.", "Rows that need a look say why; the button counts them and leads to the next.", "Capture order shows first what would happen."}, Words: []string{"Captured", "Available"}, Keys: []key{{"F2, Enter, Tab", "edit the cell, commit and go down, go right"}, {"Ctrl D", "copy the cell above"}, {"Ctrl Backspace", "delete the row"}, {"Ctrl Enter", "capture the order"}}},
	"/scan":         {Is: "Leads to what a scanned code stands for.", How: []string{"Scan an item, a place, an order or a shipment."}},
	"/packing":      {Is: "Shipments that are picked and wait for their box.", How: []string{"Open one and scan what goes into the box; every piece is counted off."}, Keys: listKeys},
	"/receive":      {Is: "Takes goods in: item after item, then one paper for all.", How: []string{"Scan an item, enter how many, and go on with the next.", "The last line can be taken back until all is booked."}, Words: []string{"Pot"}},
	"/count":        {Is: "Counts what lies on a shelf.", How: []string{"Choose the place, scan the item, and enter what lies there: what the books say is shown afterwards.", "What is far off is counted again before it is booked."}, Words: []string{"Pot"}},
	"/move":         {Is: "Moves goods from one place to another.", How: []string{"Say from where, scan the item, enter how many, say where to."}, Words: []string{"Pot"}},
	"/statements":   {Is: "What our banks said, statement by statement.", How: []string{"Open one to see its lines and to reconcile it."}, Words: []string{"Reconciled"}, Keys: listKeys},
	"/matching":     {Is: "Money that came in and settles nothing yet, with what it may be for.", How: []string{"Each proposal says how sure it is and why. The sure ones can be accepted together.", "Choose items by hand, leave money on account, or send it back."}, Words: []string{"Settle", "On account", "Open item"}, Keys: []key{{"Enter, s, a, u", "accept, choose items, leave on account, take the last one back"}}},
	"/applications": {Is: "A settlement: which money paid which item.", How: []string{"Taking it back restores both sides exactly."}, Words: []string{"Settle"}},
	"/lines":        {Is: "A line of a bank statement.", How: []string{"Money that went out can be booked as the bank's charge."}, Words: []string{"Reconciled"}},
	"/lists":        {Is: "How you look at a list: its filter, order and columns under a name.", How: []string{"A view is yours, or shared with all."}},
	"/notices":      {Is: "What colleagues wrote to you, gave to you, or decided for you.", How: []string{"Open one to get to its place; it counts as read then."}},
	"/assign":       {Is: "Who sees to something.", How: []string{"The person you choose gets a notice."}},

	"/desk":                  {Is: "What waits for a person: orders that a rule stopped, messages that could not become an order, and what is late.", How: []string{"Each row says why it is here and offers the next step.", "What costs most to leave alone stands first."}, Words: []string{"Hold", "Credit hold", "Late", "Captured"}, Keys: listKeys},
	"/orders":                {Is: "All orders, the newest first.", How: []string{"The tabs show one state; the field finds our number or the customer's."}, Words: []string{"Captured", "Confirmed", "Short", "Reserved", "Released"}, Keys: listKeys},
	"/orders/new":            {Is: "A new order. It is checked and priced before it is written.", How: []string{"Choose the customer, write or paste the lines, then check.", "Nothing is promised by capturing it: that is what confirming does."}, Words: []string{"Captured", "Confirmed", "Available"}, Keys: sheetKeys},
	"/orders/{id}":           {Is: "One order: what was agreed, how far each line is, what came of it, and what happened.", How: []string{"The button on the right is the next step. It shows first what would happen.", "The bar of a line shows what is reserved, shipped, billed and paid."}, Words: []string{"Hold", "Promised", "Reserved", "Released", "Short"}, Keys: sheetKeys},
	"/customers":             {Is: "All customers.", How: []string{"Open one to see his orders, his money and his terms."}, Words: []string{"Credit limit"}, Keys: listKeys},
	"/customers/{id}":        {Is: "One customer: his orders, what he owes, his prices and people.", How: []string{"What waits for us stands on top."}, Words: []string{"Exposure", "Credit limit", "Open item", "Overdue"}},
	"/products":              {Is: "All items that are sold.", How: []string{"Open one to see its stock and its prices."}, Words: []string{"Available"}, Keys: listKeys},
	"/products/{id}":         {Is: "One item: stock by place, what it is made of and goes into, and prices.", How: []string{"Stock that is reserved belongs to an order already.", "A line of a bill counts on its days: from the first to the last, both included."}, Words: []string{"Pot", "Reserved", "Available"}},
	"/products/{id}/promise": {Is: "When a quantity of an item could leave, from where, and what stops it being sooner.", How: []string{"Write how many, and the day before which nothing shall leave.", "In several parts lets it leave from several warehouses and on several days.", "What was promised to others keeps its cover. Asking reserves nothing: enter the order to have it."}, Words: []string{"Available", "Reserved"}},
	"/products/{id}/needs":   {Is: "What a quantity of an item takes over all levels of its bills of material, beside what is free.", How: []string{"Write how many, and the day whose bills count.", "Each item stands once, with all places where it is taken added up, and rounded up to what can be counted.", "What is passed through is never stocked: its own components stand there, too."}, Words: []string{"Available"}, Keys: listKeys},

	"/stock":          {Is: "What lies where, what of it is reserved, and what it is worth.", How: []string{"Receive, count, move and scrap are papers with a reference: the same one twice is refused."}, Words: []string{"Pot", "Reserved", "Available"}, Keys: listKeys},
	"/picking":        {Is: "Shipments that wait in the warehouse.", How: []string{"Open one and take the goods; a scanner counts by itself."}, Words: []string{"Released"}, Keys: listKeys},
	"/shipments":      {Is: "All shipments, the newest first.", How: []string{"Planned ones can be picked, shipped ones delivered."}, Words: []string{"Released", "Proof of delivery"}, Keys: listKeys},
	"/shipments/{id}": {Is: "One shipment: what is in it, where it goes, what happened to it.", How: []string{"Ship it when it is picked; record the delivery when the customer has it."}, Words: []string{"Proof of delivery", "Billable"}, Keys: sheetKeys},

	"/billing":         {Is: "What can be billed now, and the run that does it.", How: []string{"A run issues one invoice for what belongs together. What is refused stays, with its reason."}, Words: []string{"Billable", "Blocked"}},
	"/invoices":        {Is: "All invoices and credit notes, the newest first.", How: []string{"An invoice that was sent is corrected by a credit note."}, Words: []string{"Due", "Overdue", "Credit note"}, Keys: listKeys},
	"/invoices/{id}":   {Is: "One invoice: lines, tax, what is still owed, and what was posted.", How: []string{"The credit note takes back what is not credited yet."}, Words: []string{"Open item", "Credit note", "Settle"}, Keys: sheetKeys},
	"/items":           {Is: "What is owed, item by item.", How: []string{"Items of customers are debits; credit notes and money on account stand against them."}, Words: []string{"Open item", "On account", "Overdue", "Due"}, Keys: listKeys},
	"/ageing":          {Is: "Who owes what, and since when, on any day.", How: []string{"The total equals the ledger; where it does not, the difference is named."}, Words: []string{"Ageing", "Overdue", "On account", "Ledger"}},
	"/bank":            {Is: "What came in and went out on the bank accounts.", How: []string{"A line is matched when we know whose money it is."}, Words: []string{"Bank line", "Matched", "Statement"}, Keys: listKeys},
	"/bank/import":     {Is: "Takes a bank's file in.", How: []string{"Lines that can be recognised become receipts and settle what their text names. The same file twice does nothing."}, Words: []string{"Statement", "Bank line", "Receipt"}},
	"/statements/{id}": {Is: "One bank statement with its lines.", How: []string{"Reconcile it when every line is explained."}, Words: []string{"Statement", "Reconciled"}, Keys: sheetKeys},
	"/receipts":        {Is: "Money that was recognised as a customer's.", How: []string{"On account shows what settles nothing yet."}, Words: []string{"Receipt", "On account", "Settle"}, Keys: listKeys},
	"/receipts/{id}":   {Is: "One payment: what it settled, and what the customer still owes.", How: []string{"Settle invoices with what is left of it."}, Words: []string{"Settle", "On account", "Open item"}, Keys: sheetKeys},
	"/credit":          {Is: "Credit limits, and what stands under them.", How: []string{"Orders that would go over a limit are held and wait on the order desk."}, Words: []string{"Credit limit", "Exposure", "Credit hold"}, Keys: listKeys},
	"/close":           {Is: "The month's end, ledger by ledger.", How: []string{"Close stock first, then receivables, then the general ledger."}, Words: []string{"Close", "Ledger"}},
	"/ledger":          {Is: "The balances of all accounts on one day.", How: []string{"Debit and credit are equal, always."}, Words: []string{"Trial balance", "Ledger"}},
	"/holds":           {Is: "Ends a reason to wait.", How: []string{"Say why: the reason stays with the document."}, Words: []string{"Hold", "Credit hold"}, Keys: sheetKeys},
	"/styleguide":      {Is: "The parts that pages are made of."},
}

// helpRoutes are the pages that explain the others.
func helpRoutes() []route {
	return []route{get("/help", signedIn, helpPage), get("/glossary", signedIn, listing("glossary", glossaryList))}
}

// helpOf finds the help of a page, or of the nearest one above it.
func helpOf(pattern string) (help, bool) {
	pattern = strings.TrimSuffix(pattern, "{$}")
	if pattern == "" {
		pattern = "/"
	}
	for pattern != "" {
		if h, ok := helps[pattern]; ok {
			return h, true
		}
		pattern = pattern[:strings.LastIndexByte(pattern, '/')]
	}
	return helps["/help"], false
}

// helpLink is the way to the help of this page.
func (v *visit) helpLink() string {
	at := v.route.Path
	if at == "" {
		at = "/help"
	}
	return "/help" + query("of", at)
}

// helpPage shows the help of a page; in a panel where there is script.
func helpPage(v *visit) (page, error) {
	h, _ := helpOf(v.ask("of"))
	if v.Header.Get("HX-Request") != "" {
		return draw(helpPanel(v, h)), nil
	}
	return draw(helpView(v, h)), nil
}

// glossaryList is all words, or those that hold what was asked for.
func glossaryList(v *visit, _ report.Page) (list, error) {
	l := list{Title: "Glossary", Lead: "The words of the trade as they are used here", Ask: "A word, or a part of what it means", Chips: v.chips([2]string{"q", "Holds"})}
	l.Table = table{Caption: "Glossary", Columns: []column{{"Word", false, "first"}, {"Means", false, "whole"}}}
	ask := strings.ToLower(v.ask("q"))
	for _, t := range glossary {
		if strings.Contains(strings.ToLower(t.Word+" "+t.Means), ask) {
			l.Table.Rows = append(l.Table.Rows, row{ID: "term-" + strings.ReplaceAll(strings.ToLower(t.Word), " ", "-"), Cells: []cell{{Text: t.Word, Whole: true}, text(t.Means)}})
		}
	}
	return l, nil
}
