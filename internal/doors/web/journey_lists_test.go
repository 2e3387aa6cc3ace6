package web

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/chromedp"
)

// searchAndOpen: somebody on the phone has a PO number, a name, or nothing that helps.
func searchAndOpen(b *play) {
	order := csvRows(b.ask("service", "GET", "/orders?status=reserved&format=csv", nil).Body.String())[0]
	number := order[0]
	page := b.ask("service", "GET", "/orders?status=reserved", nil).Body.String()
	_, rest, _ := strings.Cut(page, ">"+number+"</a>")
	_, rest, _ = strings.Cut(rest, "<small")
	_, rest, _ = strings.Cut(rest, ">")
	po, _, _ := strings.Cut(rest, "<")

	p := b.as("service")
	p.open("/")
	p.keys("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	field := `document.querySelector("#palette[open] input")`
	p.until("the palette", field+" === document.activeElement")
	p.typesInto("the palette", field, "NO-SUCH-NUMBER")
	p.refused("Nothing is called “NO-SUCH-NUMBER”")
	p.typesInto("the palette", field, "desk")
	p.until("a place", `document.querySelector("#hits [aria-selected=true]")?.innerText.includes("Order desk")`)
	p.typesInto("the palette", field, po+"\r") // who knows the number does not wait for the list
	p.until("the order of this PO number", fmt.Sprintf("location.pathname === %q", "/orders/"+number))
	p.sees("PO " + po)
	p.keys("/")
	p.until("the palette", field+" === document.activeElement")
	p.typesInto("the palette", field, "custom")
	p.until("a place", field+`.dataset.answered === "custom" && `+`document.querySelector("#hits [aria-selected=true]")?.innerText.includes("Customers")`)
	p.keys("\r")
	p.until("the customers", `location.pathname === "/customers"`)
}

// keepAView: what one looks for every morning is kept under a name, with its
// order and columns, and its file is the same.
func keepAView(b *play) {
	p := b.as("service")
	p.open("/")
	p.follows("Orders")
	p.sees("1–50 of")
	p.follows("Open")
	p.until("what is open", `location.search.includes("status=open")`)
	p.follows("Net")
	p.until("the small ones first", `document.querySelector("th[aria-sort=ascending]")?.innerText.trim() === "Net"`)
	p.follows("Net")
	p.until("the large ones first", `document.querySelector("th[aria-sort=descending]")?.innerText.trim() === "Net"`)
	p.follows("Columns")
	p.ticks("Ordered")
	p.follows("Show these columns")
	p.until("one column less", `document.querySelector("#list th") && ![...document.querySelectorAll("#list th")].some(e => e.innerText.trim() === "Ordered")`)
	p.follows("Save view…")
	p.types("name", "Large open")
	p.follows("Save view")
	p.sees("The view Large open is saved")
	p.clicks(".views a[href*='status=held']")
	p.until("another view", `location.search.includes("status=held") && !location.search.includes("saved=")`)
	p.follows("Save view…")
	p.types("name", "large  OPEN")
	p.follows("Save view")
	p.refused("There is a view large OPEN already")
	p.follows("Leave it")
	p.follows("Large open")
	p.until("the view as it was", `location.search.includes("saved=") && document.querySelector("th[aria-sort=descending]")?.innerText.trim() === "Net"`)
	text := b.ask("service", "GET", p.at()+"&format=csv", nil).Body.String()
	head, _, _ := strings.Cut(strings.TrimPrefix(text, "\ufeff"), "\n")
	if strings.TrimSpace(head) != `"Order, PO",Customer,State,Net,Currency,Wished` {
		b.t.Errorf("the file has %s", head)
	}
	p.follows("Delete view")
	p.sees("The view Large open is gone")
	p.keys("u")
	p.sees("The view Large open is back")
}

// workTheDesk: a hold is released from its row, which was too early, and stands again.
func workTheDesk(b *play) {
	p := b.as("service")
	p.open("/")
	p.follows("Orders")
	p.clicks(".views a[href*='status=reserved']")
	p.until("what is reserved", `location.search.includes("status=reserved")`)
	p.keys("j\r")
	p.until("an order", `location.pathname.startsWith("/orders/SO-")`)
	number := strings.TrimPrefix(p.at(), "/orders/")
	p.follows("Hold…")
	p.until("the sheet", `document.querySelector("dialog#sheet[open] form")`)
	p.follows("Hold order")
	p.refused("Reason is missing")
	p.types("reason", "Wrong delivery address")
	p.follows("Hold order")
	p.sees("The order is held")
	p.clicks(".side a[href='/desk']")
	p.clicks(".views a[href='/desk?view=manual']")
	row := fmt.Sprintf(`[...document.querySelectorAll("#list tbody tr")].find(r => r.innerText.includes(%q))`, number)
	p.until("the row with its reason", row+`?.innerText.includes("Wrong delivery address")`)
	p.uses("its button", row+`.querySelector("a[href^='/holds/']")`)
	p.types("reason", "Address is right")
	p.follows("Release hold")
	p.sees("The hold is released")
	p.until("the list as it was, without the row", `location.search === "?view=manual" && !`+row)
	p.keys("u")
	p.sees("The hold stands again")
	p.until("the row again", row)
}

// tellAColleague: a note on a customer names somebody, who hears of it at once.
func tellAColleague(b *play) {
	anna := b.as("credit")
	anna.open("/customers")
	anna.until("the live dot", `document.querySelector("#live").dataset.state === "live"`)
	p := b.as("service")
	p.open("/")
	p.follows("Customers")
	p.clicks("#list tbody a")
	p.sees("Timeline")
	p.types("text", "@nobody look at this")
	p.follows("Add note")
	p.refused("There is no colleague @nobody")
	p.types("text", "@Anna Weber they want to order more than the limit")
	p.follows("Add note")
	p.sees("Anna Weber is told")
	p.sees("they want to order more than the limit")
	anna.until("the bell", `document.querySelector("#bell b")?.innerText === "1"`)
	anna.clicks("#bell")
	anna.sees("Katrin Moll wrote to you on customer")
	anna.clicks(".notices a.key")
	anna.until("the customer", `location.pathname.startsWith("/customers/cus_")`)
	anna.sees("they want to order more than the limit")
	anna.until("nothing left to read", `!document.querySelector("#bell b")`)
}

// confirmSeveral: of two orders that are confirmed together one is on hold; it
// says why, stays selected, and goes on when its hold is released.
func confirmSeveral(b *play) {
	free := csvRows(b.ask("service", "GET", "/orders?status=captured&format=csv", nil).Body.String())[0][0]
	customer, sku := b.trade()
	at := b.ask("service", "POST", "/orders/new", url.Values{"customer": {customer}, "lines": {sku + " 2"}, "do": {"capture"}}).Header().Get("Location")
	held := strings.TrimPrefix(at, "/orders/")

	p := b.as("service")
	p.open(at)
	p.follows("Hold…")
	p.types("reason", "The price is not agreed")
	p.follows("Hold order")
	p.sees("The order is held")
	p.clicks(".side a[href='/orders']")
	p.follows("Open")
	p.until("what is open", `location.search.includes("status=open")`)
	p.ticks("Select " + held)
	p.ticks("Select " + free)
	p.sees("2 selected, EUR ")
	p.follows("Confirm…")
	p.sees("What will happen")
	p.follows("Confirm 2 orders")
	p.refused("it is on hold")
	p.sees("1 of 2 orders done")
	p.follows("Back to the list, 1 order stays selected")
	p.until("what was refused, selected", fmt.Sprintf(`document.querySelector("[name=pick]:checked")?.getAttribute("aria-label") === %q && document.querySelectorAll("[name=pick]:checked").length === 1`, "Select "+held))
	p.follows("Release holds of…")
	p.types("reason", "It is agreed now")
	p.follows("Release holds of 1 order")
	p.sees("1 of 1 order done")
}
