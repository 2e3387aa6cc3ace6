package web

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
)

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

// tourist opens the door of a sample company for the guest of the tour.
func (b *play) tourist() *tab {
	b.t.Helper()
	b.write(func(tx *db.Tx) error {
		user, err := access.Invite(tx, "Guest of the tour", "tour@example.com", "service", "warehouse", "billing", "receivables")
		if err == nil {
			b.cookie["tour"], err = access.SignIn(tx, user, "test")
		}
		return err
	})
	done := make(chan struct{})
	b.t.Cleanup(func() { close(done) })
	b.h = Handler(b.office, Options{Done: done, Tour: "/enter/guest"})
	return b.as("tour")
}

// tourToItsEnd: somebody new goes from an order to its money by what the tour
// says, tries to go on too early, leaves and comes back.
func tourToItsEnd(b *play) {
	p := b.tourist()
	step := func(n int) { p.t.Helper(); p.sees(fmt.Sprintf("Step %d of %d", n, len(stops))); p.ready() }
	next := func(n int) { p.t.Helper(); p.follows("Next step"); step(n) }
	p.open("/")
	p.follows("Guided tour")
	p.follows("Begin the tour")
	step(1)
	p.until("what is meant is marked", `document.querySelector(".tiles.toured")`)
	next(2)
	p.follows("Check and go on")
	p.refused("you have not captured an order since the tour began")
	p.follows("Go there")
	p.until("the form", `document.querySelector("[name=customer]")`)
	words := strings.FieldsFunc(value[string](p, `document.querySelector(".tour p b").innerText`), func(r rune) bool { return strings.ContainsRune(" ,.", r) })
	p.types("customer", words[2])
	p.types("po", "TOUR-1")
	p.cell(0, "item", words[slices.Index(words, "item")+1])
	p.keys("\r")
	p.cell(0, "qty", "3")
	p.keys("\r")
	p.until("nothing to fix", `document.querySelector("#sum dl") && !document.querySelector("[data-grid=fix]") && document.querySelector("#sum").innerText.includes("With tax")`)
	p.sheet("Capture order…", "This will happen", "Capture order", "is captured")
	next(3)
	p.follows("Leave the tour")
	p.sees("The tour waits where you left it")
	p.sees("You stand at step 3 of")
	p.follows("Go on")
	step(3)
	p.sheet("Confirm order…", "This will happen", "Confirm order", "is confirmed")
	next(4)
	p.sheet("Send to the warehouse…", "This will happen", "Send to the warehouse", "The warehouse has it")
	next(5)
	p.follows("Take all 3")
	p.sees("It is picked")
	next(6)
	p.sheet("Ship…", "This will happen", "Ship goods", "has left")
	next(7)
	p.sheet("Delivered…", "This will happen", "Record delivery", "is delivered")
	next(8)
	p.sheet("Bill…", "Postings", "Issue invoice", "is issued")
	next(9)
	p.sees("Download the statement")
	file := filepath.Join(b.t.TempDir(), "statement.csv")
	if err := os.WriteFile(file, b.ask("tour", "GET", "/tour/statement", nil).Body.Bytes(), 0o600); err != nil {
		b.t.Fatal(err)
	}
	p.gives("file", file)
	p.follows("Take statement in")
	p.sees("1 statement is taken in with 1 receipt")
	next(10)
	p.sheet("Settle invoices…", "", "Settle invoices", "1 item is settled")
	next(11)
	p.sheet("Reconcile…", "", "Reconcile statement", "is reconciled")
	next(12)
	p.sees("Paid")
	p.follows("Next step")
	p.sees("You went all the way, with order SO-")
}

// headDrills: each tile of the head's home opens rows whose sum is the tile's.
func headDrills(b *play) {
	p := b.as("head")
	p.open("/")
	p.sees("Orders in")
	p.ready()
	p.until("the fan is drawn", `document.querySelector("[data-fan] canvas")`)
	for _, t := range value[[][]string](p, `[...document.querySelectorAll(".tile")].map(t => [t.getAttribute("href"), t.title])`) {
		if !strings.HasPrefix(t[0], "/rows/") {
			continue
		}
		p.clicks(fmt.Sprintf(".tile[href='%s']", t[0]))
		p.until("the rows", fmt.Sprintf("location.pathname + location.search === %q", t[0]))
		p.sees(strings.Split(t[1], ", ")[0])
		text, _ := json.Marshal(strings.Split(t[1], ", ")[len(strings.Split(t[1], ", "))-1])
		sum := `[...document.querySelectorAll("#list tbody td.amount")].reduce((n, c) => n + Math.round(Number(c.innerText.trim().replaceAll(",", "").replace("−", "-")) * 100), 0)`
		if strings.Contains(t[1], "€") && !value[bool](p, `!!document.querySelector("a[rel=next]")`) {
			p.until("a sum of the rows that is the tile's", fmt.Sprintf(`%s === Math.round(Number(%s.replace("€", "").replaceAll(",", "").replace("−", "-")) * 100)`, sum, text))
		}
		p.clicks("#side a[href='/']")
		p.sees("Left in time")
	}
	p.clicks(".tile[href^='/rows/orders-in?month']")
	p.sees("Show month")
	p.types("month", "2026-13")
	p.follows("Show month")
	p.refused("is no month: write one such as")
	p.follows("Go home")
	p.clicks("#side a[href='/cash']")
	p.sees("They mostly pay")
	p.until("the fan is drawn", `document.querySelector("[data-fan] canvas")`)
	p.clicks("tbody a[href='/cash?week=1']")
	p.sees("Amounts that come in this week")
}
