package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
)

// newOrder captures an order as customer service, and gives its number.
func (b *play) newOrder(lines string) string {
	b.t.Helper()
	customer, _ := b.trade()
	w := b.ask("service", "POST", "/orders/new", url.Values{"customer": {customer}, "lines": {lines}, "do": {"capture"}})
	if w.Code != 303 {
		b.t.Fatalf("no order: %d\n%s", w.Code, tail(w.Body.String()))
	}
	return strings.TrimPrefix(w.Header().Get("Location"), "/orders/")
}

// twoOnOneOrder: the second save shows what the first has changed and loses
// nothing that was typed.
func twoOnOneOrder(b *play) {
	_, sku := b.trade()
	number := b.newOrder(sku + " 2\n" + sku + " 5")
	anna, tom := b.as("service"), b.as("service")
	for _, p := range []*tab{anna, tom} {
		p.open("/orders")
		p.follows(number)
		p.follows("Change order")
		p.sees("Add lines")
	}
	qty := value[string](anna, `document.querySelector("[name^='qty-oln_']").name`)
	price := strings.Replace(qty, "qty-", "price-", 1)
	other := value[string](anna, `document.querySelectorAll("[name^='qty-oln_']")[1].name`)

	anna.types(qty, "4")
	anna.types(price, "9.99")
	anna.types("reason", "The customer called")

	tom.types(qty, "3")
	tom.types(other, "6")
	tom.types("reason", "By mail")
	tom.follows("Change order")
	tom.sees(number + " is changed")

	anna.follows("Change order")
	anna.refused("Somebody else changed the same values")
	anna.sees("Somebody else changed this meanwhile, and it is kept")
	for name, typed := range map[string]string{price: "9.99", "reason": "The customer called", other: "6"} {
		if is := value[string](anna, fmt.Sprintf("document.querySelector(%q).value", "[name='"+name+"']")); is != typed {
			b.t.Errorf("%s is %q, not %q", name, is, typed)
		}
	}
	anna.ticks("4")
	anna.follows("Save with 1 choice")
	anna.sees(number + " is changed")
	anna.sees("9.99")
	anna.follows("Change order")
	anna.until("what both have made of it", fmt.Sprintf(`document.querySelector("[name='%s']").value === "4" && document.querySelector("[name='%s']").value === "6"`, qty, other))
}

// byPhone: somebody comes in by a link, finds an order and its shipment, and
// leaves; a link that was used opens nothing.
func byPhone(b *play) {
	number := csvRows(b.ask("service", "GET", "/orders?status=shipped&format=csv", nil).Body.String())[0][0]
	var demo, spent string
	b.write(func(tx *db.Tx) error {
		demo, spent = access.Link(tx, b.user["planner"], access.ForDemo, time.Hour), access.Link(tx, b.user["planner"], access.ForInvite, time.Hour)
		_, err := access.UseLink(tx, spent, "somebody else's phone")
		return err
	})
	p := b.as("")
	p.phone()
	p.open("/enter/" + spent)
	p.follows("Sign in")
	p.refused("This link was used already or is too old")
	p.open("/enter/" + demo)
	p.sees("This link signs you in on this device")
	p.follows("Sign in")
	p.sees("Late orders")
	p.follows("Menu")
	p.follows("Orders")
	p.until("the orders", `location.pathname === "/orders"`)
	p.follows("Search")
	p.typesInto("the search field", `document.querySelector("#palette[open] input")`, number)
	p.until("the order among the hits", fmt.Sprintf(`document.querySelector("#hits [aria-selected=true]")?.innerText.includes(%q)`, number))
	p.keys("\r")
	p.until("the order", fmt.Sprintf(`location.pathname === %q`, "/orders/"+number))
	p.clicks(".chain a[href^='/shipments/']")
	p.until("the shipment", `location.pathname.startsWith("/shipments/")`)
	p.sees(number)
	if w := value[int64](p, "document.documentElement.scrollWidth"); w > 390 {
		b.t.Errorf("the shipment scrolls sideways on a phone: %d", w)
	}
	p.follows("Sign out")
	p.until("the door", `location.pathname === "/sign-in"`)
	p.open("/shipments")
	p.until("the door again", `location.pathname === "/sign-in"`)
}

// cancelledForAnother: what an order had reserved is free for the next one that
// waits for it, once it is cancelled.
func cancelledForAnother(b *play) {
	sku := b.scarce(5)
	first, second := b.newOrder(sku+" 5"), b.newOrder(sku+" 2")
	p := b.as("service")
	p.open("/")
	for _, number := range []string{first, second} {
		p.follows("Orders")
		p.follows(number)
		p.sheet("Confirm order…", "This will happen", "Confirm order", number+" is confirmed")
	}
	p.sees("Short by")
	p.follows("Orders")
	p.follows(first)
	p.follows("Cancel…")
	p.sees("Stock and credit become free for others")
	p.follows("Cancel order")
	p.refused("Reason is missing")
	p.types("reason", "The project was stopped")
	p.follows("Cancel order")
	p.sees(first + " is cancelled")
	p.follows("Orders")
	p.follows(second)
	p.sheet("Reserve again…", "This will happen", "Reserve stock", "Stock is reserved for "+second)
	p.sees("Reserved")
	if strings.Contains(p.text(), "Short by") {
		b.t.Error("the second order is short still")
	}
}

// scarce leaves n free pieces of an article: somebody counts less than the books say.
func (b *play) scarce(n int) (sku string) {
	b.t.Helper()
	for _, p := range csvRows(b.ask("warehouse", "GET", "/stock?format=csv", nil).Body.String()) {
		if free, err := strconv.Atoi(p[5]); err != nil || free < 2*n || p[1] != "HB" || p[2] != "sellable" {
			continue
		}
		reserved, _ := strconv.Atoi(p[4])
		w := b.ask("warehouse", "POST", "/stock/count", url.Values{"reference": {"CNT-FEW"}, "sku": {p[0]}, "qty": {strconv.Itoa(reserved + n)}, "warehouse": {"HB"}, "reason": {"miscounted"}})
		if w.Code != 303 {
			b.t.Fatalf("no count: %d\n%s", w.Code, tail(w.Body.String()))
		}
		return p[0]
	}
	b.t.Fatal("nothing lies in Bremen")
	return ""
}
