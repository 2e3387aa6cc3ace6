package web

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
)

// owing is an open invoice.
type owing struct{ number, customer, name, amount string }

// owed finds open invoices in euros that nobody has paid anything of, at least
// so much each, several of one customer first.
func (k *house) owed(least int64) []owing {
	k.t.Helper()
	per := map[string][]owing{}
	var order []string
	code := map[string]string{}
	for _, c := range csvRows(k.ask("receivables", "GET", "/customers?format=csv", nil).Body.String()) {
		code[c[0]] = c[1]
	}
	rows := csvRows(k.ask("receivables", "GET", "/items?kind=invoice&currency=EUR&format=csv", nil).Body.String())
	parts := map[string]int{} // of an invoice in instalments
	for _, r := range rows {
		parts[r[0]]++
	}
	for _, r := range rows {
		if len(r) != 7 || parts[r[0]] > 1 || r[3] != r[4] || thousandths(r[4]) < least*1000 || code[r[1]] == "" {
			continue
		}
		if per[r[1]] == nil {
			order = append(order, r[1])
		}
		per[r[1]] = append(per[r[1]], owing{r[0], code[r[1]], r[1], r[4]})
	}
	for _, name := range order {
		if len(per[name]) >= 3 {
			return per[name]
		}
	}
	k.t.Fatalf("nobody owes three invoices of %d euros or more", least)
	return nil
}

// takesIn brings a bank statement as somebody of receivables does: amount, name and text of each entry.
func (p *tab) takesIn(number string, entries ...[3]string) {
	p.t.Helper()
	account, opening, on := p.b.bank()
	closing, lines := opening, ""
	for _, e := range entries {
		closing = plus(closing, e[0])
		lines += fmt.Sprintf("E,%s,,%s,%s,,,%s,\n", on, e[0], e[1], e[2])
	}
	file := filepath.Join(p.t.TempDir(), number+".csv")
	if err := os.WriteFile(file, []byte(fmt.Sprintf("H,%s,%s,EUR,%s,%s,%s,%s\n%s", account, number, opening, closing, on, on, lines)), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.follows("Take a statement in")
	p.gives("file", file)
	p.follows("Take statement in")
	p.sees("1 statement is taken in")
}

// less takes one amount off another.
func less(a, b string) string { return money2(thousandths(a) - thousandths(b)) }

// billingRun: what a run would issue, why papers are apart, what is blocked and
// gets free, the run, and a second one that finds nothing. Somebody who bills an
// order that the run took meanwhile is told.
func billingRun(b *play) {
	p, other := b.as("billing"), b.as("billing")
	p.open("/")
	p.follows("Billing " + value[string](p, `document.querySelector("#side a[href='/billing'] b").innerText`))
	p.sees("nothing is issued yet")
	other.open("/billing")
	other.clicks("tbody td.whole a[href^='/orders/']")
	other.follows("Bill…")
	other.sees("This will happen")
	p.clicks(".views a[href$='tab=splits']")
	p.sees("Why they are apart")
	p.clicks(".views a[href$='tab=blocked']")
	p.sees("is not reported as delivered")
	delivery := value[string](p, `document.querySelector("tbody a[href^='/shipments/']").getAttribute("href")`)
	before := value[int64](p, `document.querySelectorAll("main tbody tr").length`)

	warehouse := b.as("warehouse")
	warehouse.open(delivery)
	warehouse.sheet("Delivered…", "This will happen", "Record delivery", "is delivered")
	p.clicks(".views a[href$='tab=blocked']")
	p.until("one blocked less", fmt.Sprintf(`document.querySelectorAll("main tbody tr").length === %d || document.body.innerText.includes("Nothing is blocked")`, before-1))
	p.clicks("form[method=post][action='/billing'] button")
	p.sees("invoices are issued")
	p.sees("Begun")
	other.follows("Issue invoice")
	other.refused("it is billed already")
	p.clicks(".views a[href='/billing']")
	p.sees("Nothing is due")
	p.until("a button that does nothing", `document.querySelector("form[method=post][action='/billing'] button").disabled`)
}

// overPayment: more came than was owed; the rest is left on account with a
// reason, and later settles another invoice.
func overPayment(b *play) {
	owed := b.owed(60)
	p := b.as("receivables")
	p.open("/bank")
	p.takesIn("OVER-1", [3]string{plus(owed[0].amount, "50.00"), owed[0].name, owed[0].number})
	p.follows("Matching")
	p.sees("more was paid")
	p.clicks(".options button")
	p.sees("€50.00 stays on account")
	p.follows("Leave on account… A")
	p.sees("Nothing is booked")
	p.follows("Leave on account")
	p.refused("Reason is missing")
	p.types("reason", "They will order again")
	p.follows("Leave on account")
	p.sees("All money is matched")
	p.clicks(".views a[href$='tab=kept']")
	p.follows("Choose items S")
	p.sees("Left to place")
	p.sees(owed[1].number)
	item := value[string](p, fmt.Sprintf(`[...document.querySelectorAll("main tbody tr")].find(r => r.innerText.includes(%q)).id`, owed[1].number))
	p.types("amount-"+item, "50.00")
	p.until("nothing left to place", `document.querySelector("[data-left]").innerText === "0.00"`)
	p.follows("Place money")
	p.sees(owed[1].number + " is settled")
	p.clicks(".views a[href$='tab=kept']")
	p.sees("No money stands on account")
}

// shortPayment: too little came; what is missing is too much for a small
// difference and stays open, and the last two euros are written off.
func shortPayment(b *play) {
	x := b.owed(1000)[0]
	rest := "102.00"
	p := b.as("receivables")
	p.open("/bank")
	p.takesIn("SHORT-1", [3]string{less(x.amount, rest), x.name, "first part of " + x.number}, [3]string{"100.00", x.name, "second part of " + x.number})
	pay := func(amount string) {
		p.follows("Receipts")
		p.clicks(".views a[href$='unapplied=yes']")
		p.uses("the receipt", fmt.Sprintf(`[...document.querySelectorAll("main tbody tr")].find(r => r.innerText.includes(%q))?.querySelector("a[href^='/receipts/']")`, amount))
		p.follows("Settle invoices…")
		p.types("invoice", x.number)
	}
	pay(inMoney(less(x.amount, rest), "EUR"))
	p.chooses("rest", "Write it off")
	p.follows("Settle invoices")
	p.refused("is above the tolerance of")
	p.chooses("rest", "Leave it open")
	p.follows("Settle invoices")
	p.sees("1 item is settled")
	p.clicks("main tbody a[href^='/invoices/']")
	p.sees("Partly paid")
	p.sees("€" + rest)
	pay("€100.00")
	p.chooses("rest", "Write it off")
	p.follows("Show what happens")
	p.sees("This will happen")
	p.sees("0.00 open")
	p.follows("Settle invoices")
	p.sees("1 item is settled")
	p.clicks("main tbody a[href^='/invoices/']")
	p.sees("Paid")
}

// bankMatching: proposals are accepted, the last is taken back by its key, one
// receipt is placed on two items by hand, and the sure ones go together.
func bankMatching(b *play) {
	owed := b.owed(60)
	all := plus(owed[0].amount, "25.00")
	p := b.as("receivables")
	p.open("/bank")
	p.takesIn("MATCH-1", [3]string{owed[2].amount, owed[2].name, "paper " + owed[2].number}, [3]string{all, owed[0].name, "we pay " + owed[0].number + " and some more"})
	p.follows("Matching")
	p.sees("2 receipts are left")
	p.uses("the receipt", fmt.Sprintf(`[...document.querySelectorAll(".moneylist a")].find(a => a.innerText.includes(%q))`, owed[2].number))
	p.sees("Number in the text, amount fits")
	p.clicks(".options button")
	p.sees(owed[2].number + " is settled")
	p.keys("u")
	p.sees("stand as before")
	p.types("reason", "Looked at the wrong line")
	p.follows("Take settlement back")
	p.sees("stands on account again")
	p.uses("the receipt", fmt.Sprintf(`[...document.querySelectorAll(".moneylist a")].find(a => a.innerText.includes("and some more"))`))
	p.sees("€" + amount(all) + " from")
	p.keys("s")
	p.sees("Left to place")
	row := func(number string) string {
		return value[string](p, fmt.Sprintf(`[...document.querySelectorAll("main tbody tr")].find(r => r.innerText.includes(%q)).id`, number))
	}
	p.types("amount-"+row(owed[0].number), owed[0].amount)
	p.types("amount-"+row(owed[1].number), "30.00")
	p.until("too much", `document.querySelector("[data-left]").innerText === "−5.00"`)
	p.follows("Place money")
	p.refused("The lines ask for more than")
	p.types("amount-"+row(owed[1].number), "25.00")
	p.follows("Show what happens")
	p.sees("This will happen")
	p.follows("Place money")
	p.sees("are settled")
	p.follows("Accept the 1 sure one")
	p.sees("1 receipt is matched")
	p.sees("All money is matched")
}

// creditByLine: one piece of a line goes back to the customer, and stands among
// what is open.
func creditByLine(b *play) {
	x := b.owed(60)[0]
	p := b.as("billing")
	p.open("/items?kind=invoice&customer=" + x.customer)
	p.uses("the invoice", fmt.Sprintf(`[...document.querySelectorAll("main tbody a[href^='/invoices/']")].find(a => a.innerText.includes(%q))`, x.number))
	p.follows("Credit lines…")
	p.types("reason", "One came broken")
	p.follows("Issue credit note")
	p.refused("No line is credited yet")
	line := value[string](p, `document.querySelector("dialog [name^='line-']").name`)
	p.types(line, "1")
	p.follows("Show what happens")
	p.sees("This will happen")
	p.sees("Credit note CN-")
	p.follows("Issue credit note")
	p.sees("is issued")
	note := value[string](p, `document.querySelector("#toasts").innerText.match(/CN-[0-9-]+/)[0]`)
	p.follows("Open items")
	p.clicks(".views a[href$='kind=credit_note']")
	p.uses("the note", fmt.Sprintf(`[...document.querySelectorAll("main tbody a[href^='/invoices/']")].find(a => a.innerText.includes(%q))`, note))
	p.sees("Corrects " + x.number)
}

// ageingOfAPastDay: who owed what at the end of a day gone by, down to the
// items, and the statement of one of them.
func ageingOfAPastDay(b *play) {
	past := day.Of(houseTime(), time.UTC).AddDays(-2)
	p := b.as("receivables")
	p.open("/ageing?on=yesterday") // as somebody types it
	p.refused("write year, month and day")
	p.follows("Ageing")
	p.sees("as of today, equals the ledger")
	p.types("on", past.Time().Format("01022006"))
	p.follows("Show")
	p.until("the day", fmt.Sprintf(`location.search.includes(%q)`, past))
	p.sees("equals the ledger")
	p.chooses("by", "head office")
	p.chooses("currency", "EUR")
	p.follows("Show")
	p.sees("documents in EUR only")
	total := value[string](p, `document.querySelector("main tbody tr td.amount").innerText`)
	p.clicks("main tbody td.first a[href*='customer=']")
	p.sees("As it stood at the end of")
	p.sees(total)
	p.clicks("main .acts a[href*='/statement']")
	p.sees("Statement of account")
	p.sees("as of " + past.Time().Format("2 January 2006"))
	value[bool](p, "(window.printed = 0, window.print = () => { window.printed++ }, true)")
	p.follows("Print")
	p.until("the printer", "window.printed === 1")
}

// closeOfAMonth: receivables cannot close before stock; then the three ledgers
// close in their order, and the month takes nothing more.
func closeOfAMonth(b *play) {
	m := day.Of(b.office.DB.Now(), time.UTC).Month()
	b.pass(m.Next().First().AddDays(3))
	p := b.as("controller")
	p.open("/")
	p.follows("Close")
	p.clicks(fmt.Sprintf("main tbody a[href='/close/%s']", m))
	p.sees("Before closing")
	p.sees("Open items equal the ledger")
	p.uses("the close of receivables", fmt.Sprintf(`document.querySelector("main a[href='/close/%s/receivables']")`, m))
	p.refused("Close stock of " + string(m) + " first")
	p.follows("Leave it")
	for _, x := range [][2]string{{"stock", "stock"}, {"receivables", "receivables"}, {"general", "the general ledger"}} {
		p.uses("the close of "+x[0], fmt.Sprintf(`document.querySelector("main a[href='/close/%s/%s']")`, m, x[0]))
		p.sees("It cannot be opened again")
		p.sees("This will happen")
		p.follows("Close month")
		p.sees("is closed in " + x[1])
	}
	p.until("three locks", `document.querySelectorAll("main .pill.good").length >= 3 && !document.querySelector("main a[href^='/close/2'][hx-get]")`)
	p.follows("All months")
	p.sees("Closed")
}

// pass lets time go on to the morning of a day; people sign in again.
func (b *play) pass(on day.Day) {
	b.t.Helper()
	b.ahead.Store(int64(time.Until(on.Time().Add(9 * time.Hour))))
	cookie := map[string]string{}
	for role := range b.cookie {
		b.write(func(tx *db.Tx) (err error) {
			cookie[role], err = access.SignIn(tx, b.user[role], "test")
			return err
		})
	}
	b.cookie = cookie
}
