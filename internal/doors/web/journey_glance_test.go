package web

// feedbackIsHeard: somebody says what is bad, from the page where it is; an
// admin finds it, takes it and closes it.
func feedbackIsHeard(b *play) {
	service := b.as("service")
	service.open("/")
	service.clicks("#side a[href='/orders']")
	service.sees("Order, PO")
	service.follows("Send feedback")
	service.until("the sheet", `document.querySelector("dialog#sheet[open] form")`)
	service.follows("Send note")
	service.refused("Note is missing")
	service.types("note", "The list does not show who captured an order.")
	service.follows("Send note")
	service.sees("The note is sent")
	if at := service.at(); at != "/orders" {
		b.t.Errorf("after the note one stands at %s", at)
	}

	admin := b.as("admin")
	admin.open("/")
	admin.until("the count of what nobody has taken", `document.querySelector("#side a[href='/feedback'] b")?.innerText === "1"`)
	admin.clicks("#side a[href='/feedback']")
	admin.sees("Nobody yet")
	admin.follows("The list does not show who captured an order.")
	admin.sees("Where it was")
	admin.sheet("Take note…", "Others then see", "Take note", "You see to this note")
	admin.follows("Close note…")
	admin.until("the sheet", `document.querySelector("dialog#sheet[open] form")`)
	admin.follows("Close note")
	admin.refused("Answer is missing")
	admin.types("answer", "It is on the order's timeline.")
	admin.follows("Close note")
	admin.sees("The note is closed")
	admin.sees("It is on the order's timeline.")
	admin.clicks("#side a[href='/feedback']")
	admin.sees("No note is open")
	admin.follows("Done")
	admin.sees("The list does not show who captured an order.")
}

// helpIsFound: what a page is for, what a word means, and a theme that stays.
func helpIsFound(b *play) {
	p := b.as("receivables")
	p.open("/")
	p.clicks("#side a[href='/items']")
	p.sees("Open items")
	p.keys("\u0801") // F1
	p.until("the help", `document.querySelector("dialog#sheet[open]")?.innerText.includes("What is owed, item by item")`)
	p.sees("Money of a customer that settles nothing yet.")
	p.follows("Glossary")
	p.until("the glossary", `location.pathname === "/glossary"`)
	p.types("q", "qwertz\r")
	p.refused("Nothing matches what you ask for.")
	p.follows("Clear filters")
	p.sees("Write-off")
	p.types("q", "dso\r")
	p.sees("Days sales outstanding")
	p.until("only that", `document.querySelectorAll("#list tbody tr").length === 1`)
	theme := func() string { return value[string](p, `getComputedStyle(document.documentElement).colorScheme`) }
	before := value[string](p, `getComputedStyle(document.body).backgroundColor`)
	p.clicks("[data-act=theme]")
	p.until("other colours", `document.documentElement.dataset.theme && getComputedStyle(document.documentElement).backgroundColor !== "`+before+`"`)
	now := theme()
	p.clicks("#side a[href='/']")
	p.sees("Good")
	p.ready()
	if theme() != now {
		b.t.Error("the theme is forgotten on the next page")
	}
	p.keys("?")
	p.sees("help of the page")
}
