package web

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// wares are goods of the sample company, by code.
func (k *house) wares(n int) []report.ProductView {
	k.t.Helper()
	var out []report.ProductView
	k.read(func(q *db.Reader) error {
		l, err := report.Products(q, report.ProductFilter{}, report.Page{Limit: 500})
		for _, p := range l.Items {
			if p.Kind == "goods" && p.Sellable && len(out) < n {
				out = append(out, p)
			}
		}
		return err
	})
	return out
}

func (k *house) read(f func(q *db.Reader) error) {
	k.t.Helper()
	if err := k.office.DB.Read(context.Background(), f); err != nil {
		k.t.Fatal(err)
	}
}

// teach places an order in which a customer calls an item by a number of its own.
func (k *house) teach(customer, sku, part string) {
	k.t.Helper()
	_, err := k.office.Capture.One(context.Background(), db.Actor{ID: k.user["service"]}, flow.Draft{Customer: customer, PONumber: "TEACH-" + part, Lines: []flow.DraftLine{{SKU: sku, Qty: "1", BuyerPart: part}}})
	if err != nil {
		k.t.Fatal(err)
	}
}

// confirmed places and confirms an order.
func (k *house) confirmed(customer string, lines ...flow.DraftLine) string {
	k.t.Helper()
	ctx, who := context.Background(), db.Actor{ID: k.user["service"]}
	p, err := k.office.Capture.One(ctx, who, flow.Draft{Customer: customer, PONumber: "SHORTEN", Lines: lines})
	if err == nil {
		_, err = k.office.Confirm.One(ctx, who, flow.Confirm{Order: p.Order})
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return p.Number
}

// begins opens an empty order for a customer, from the list of orders.
func (p *tab) begins(customer, po string) {
	p.t.Helper()
	p.open("/orders")
	p.follows("New order N")
	p.sees("paste the rows of a spreadsheet")
	p.types("customer", customer)
	p.types("po", po)
	p.until("the customer's name", `document.querySelector("#headsay .muted")`)
}

const control = chromedp.ModifierCtrl

// threeHundredRows: a spreadsheet of 300 rows with four that cannot be read,
// pasted, mended by what is proposed, and captured.
func threeHundredRows(b *play) {
	customer, _ := b.trade()
	goods := b.wares(60)
	var rows []string
	for i := range 300 {
		g := goods[i%len(goods)]
		sku, qty := g.SKU, fmt.Sprint(10+i%7)
		switch i {
		case 40, 140:
			sku = sku[:len(sku)-1] + "X" // a slip of the pen
		case 200:
			sku = sku + "-"
		case 250:
			qty = "some"
		}
		rows = append(rows, strings.Join([]string{fmt.Sprint(i + 1), sku, g.Name, qty, "1.12." + fmt.Sprint(houseTime().Year()+1)}, "\t"))
	}
	p := b.as("service")
	p.begins(customer, "SHEET-300")
	p.cell(0, "item", "")
	p.keys("\u001b")
	p.pastes("Pos\tArtikel\tBezeichnung\tMenge\tTermin\n" + strings.Join(rows, "\n"))
	p.sees("300 rows: item, quantity, wished date. 296 understood, 4 not.")
	p.refused("No item is called")
	p.follows("Use rows")
	for left := 4; left > 1; left-- {
		p.until(fmt.Sprint(left, " to fix"), fmt.Sprintf(`document.querySelector("[data-grid=fix]")?.innerText.trim() === "%d to fix"`, left))
		p.follows(fmt.Sprint(left, " to fix"))
		p.until("a proposal", `document.activeElement.matches("[data-take]")`)
		p.uses("the proposal", "document.activeElement")
	}
	p.until("1 to fix", `document.querySelector("[data-grid=fix]")?.innerText.trim() === "1 to fix"`)
	p.follows("1 to fix")
	p.until("the cell", `document.activeElement.matches("td[data-f=qty]")`)
	p.keys("12\r")
	p.until("nothing to fix", `!document.querySelector("[data-grid=fix]")`)
	p.sheet("Capture order…", "This will happen", "Capture order", "is captured")
	p.until("all its lines", `document.querySelectorAll("main tr[id^=oln_]").length === 300`)
}

// typedByHand: an order typed with the customer's own numbers; a line is copied,
// one is deleted and comes back, and a page that is loaded again has lost nothing.
func typedByHand(b *play) {
	customer, sku := b.trade()
	other := b.wares(3)[2].SKU
	b.teach(customer, sku, "THEIR-88")
	p := b.as("service")
	p.begins(customer, "HAND-1")
	p.cell(0, "item", "THEIR-88\t")
	p.keys("24\r")
	p.until("the item", fmt.Sprintf(`document.querySelector("#rows").rows[0].innerText.includes(%q) && document.querySelector("#sum").innerText.includes("With tax")`, sku))
	p.cell(1, "item", other+"\t")
	p.do(chromedp.KeyEvent("d", chromedp.KeyModifiers(control))) // as many as above
	p.until("24 again", `document.querySelector("#rows").rows[1].querySelector("[data-f=qty]").innerText === "24"`)
	p.cell(2, "item", "NOSUCH\r")
	p.refused("No item is called “NOSUCH”")
	p.cell(2, "qty", "5\r")
	p.kept()
	p.cell(2, "item", "")
	p.keys(kb.Escape)
	p.do(chromedp.KeyEvent(kb.Backspace, chromedp.KeyModifiers(control)))
	p.sees("The line is deleted")
	p.until("two lines", `document.querySelector("#rows").rows.length === 3`)
	p.follows("Undo")
	p.until("three lines", `document.querySelector("#rows").rows.length === 4 && document.querySelector("#rows").rows[2].innerText.includes("NOSUCH")`)
	p.kept()
	p.cell(2, "item", "HALF-TYP")
	p.do(chromedp.Reload())
	p.until("what was typed", `document.querySelector("#rows")?.rows[2]?.querySelector("[data-f=item]").innerText.includes("HALF-TYP") && document.querySelector("#rows").rows.length === 4`)
	if v := value[string](p, `document.querySelector("[name=po]").value`); v != "HAND-1" {
		b.t.Errorf("the head has lost its PO number: %q", v)
	}
	p.cell(2, "item", "")
	p.keys(kb.Escape)
	p.do(chromedp.KeyEvent(kb.Backspace, chromedp.KeyModifiers(control)))
	p.until("nothing to fix", `document.querySelector("#sum").innerText.includes("With tax") && !document.querySelector("[data-grid=fix]")`)
	p.sheet("Capture order…", "This will happen", "Capture order", "is captured")
	p.sees("HAND-1")
	p.until("two lines", `document.querySelectorAll("main tr[id^=oln_]").length === 2`)
}

// scannedIn: codes on goods and packs, one by one, become lines.
func scannedIn(b *play) {
	customer, _ := b.trade()
	var piece, pack, unit string
	for _, g := range b.wares(400) {
		if piece == "" && g.GTIN != "" {
			piece = g.GTIN
		}
		for _, u := range g.Units {
			if pack == "" && u.GTIN != "" && g.GTIN != piece {
				pack, unit = u.GTIN, u.Unit
			}
		}
	}
	p := b.as("service")
	p.begins(customer, "SCAN-1")
	p.scans("]E0" + piece)
	p.until("one", `document.querySelector("#rows").rows[0].querySelector("[data-f=qty]").innerText === "1"`)
	p.scans("4006381333931")
	p.refused("No item has the code 4006381333931: nothing was added")
	p.scans("]C101" + strings.Repeat("0", 14-len(piece)) + piece)
	p.scans(piece)
	p.until("three", `document.querySelector("#rows").rows[0].querySelector("[data-f=qty]").innerText === "3"`)
	p.scans(pack)
	p.until("a pack", fmt.Sprintf(`document.querySelector("#rows").rows[1]?.querySelector("[data-f=unit]").dataset.value === %q`, unit))
	p.sheet("Capture order…", "This will happen", "Capture order", "is captured")
	p.until("two lines", `document.querySelectorAll("main tr[id^=oln_]").length === 2`)
}

// shortenedAfterwards: an order that is confirmed already loses a part of one
// line and all of another, with what that does shown before.
func shortenedAfterwards(b *play) {
	customer, sku := b.trade()
	order := b.confirmed(customer, flow.DraftLine{SKU: sku, Qty: "3"}, flow.DraftLine{SKU: b.wares(3)[2].SKU, Qty: "2"})
	p := b.as("service")
	p.open("/orders")
	p.follows(order)
	p.follows("Change order")
	p.until("the lines", `document.querySelector("input[name^=qty-]")`)
	field := value[string](p, `document.querySelector("input[name^=qty-]").name`)
	p.types(field, "1")
	p.follows("Show what happens")
	p.refused("A reason is missing")
	p.types("reason", "The customer needs less")
	p.follows("Show what happens")
	p.sees("This will happen")
	p.follows("Change order")
	p.sees("is changed, now")
	p.follows("Change order")
	p.until("the second line", `document.querySelectorAll("a[href$='/cancel'][href*='/lines/']").length === 2`)
	p.uses("the second line's button", `document.querySelectorAll("a[href$='/cancel'][href*='/lines/']")[1]`)
	p.until("the sheet", `document.querySelector("dialog#sheet[open] form")`)
	p.follows("Cancel line")
	p.refused("Reason is missing")
	p.types("reason", "No longer needed")
	p.follows("Cancel line")
	p.sees("Line 2 of " + order + " is cancelled")
	p.until("one line cancelled", `[...document.querySelectorAll("main tr[id^=oln_]")][1].innerText.includes("Cancelled")`)
}
