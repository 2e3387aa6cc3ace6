package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// orderToCash is the main journey: from an empty form to the reconciled bank
// statement, each step by whom it belongs to, some first done wrong as a person
// would.
func orderToCash(b *play) {
	customer, sku := b.trade()

	service := b.as("service")
	service.open("/")
	service.sees("Good")
	service.keys("n") // the key that the button shows
	service.sees("paste the rows of a spreadsheet")
	service.types("customer", customer[:len(customer)-1])
	service.until("a customer to choose", fmt.Sprintf(`[...document.querySelector("[name=customer]").list.options].some(o => o.value === %q)`, customer))
	service.types("customer", customer)
	service.types("po", "BROWSER-1")
	service.cell(0, "item", sku)
	service.keys("\r")
	service.refused("How many is missing")
	service.cell(0, "qty", "3")
	service.keys("\r")
	service.until("nothing to fix", `document.querySelector("#sum dl") && !document.querySelector("[data-grid=fix]") && document.querySelector("#sum").innerText.includes("With tax")`)
	service.sheet("Capture order…", "This will happen", "Capture order", "is captured")
	order := service.at()
	service.sheet("Hold…", "", "Leave it", "BROWSER-1")
	service.sheet("Confirm order…", "This will happen", "Confirm order", "is confirmed")
	service.sheet("Send to the warehouse…", "This will happen", "Send to the warehouse", "The warehouse has it")

	warehouse := b.as("warehouse")
	warehouse.phone()
	warehouse.open(order)
	warehouse.clicks(".chain a[href^='/shipments/']")
	warehouse.follows("Pick")
	warehouse.sees("Take all 3")
	warehouse.ready()
	field := `document.querySelector(".stepvalue")`
	warehouse.scans("]C1WRONG-CODE")
	warehouse.refused("WRONG-CODE is not on this list")
	warehouse.scans(sku)
	warehouse.sees("Right item, 1 of 3")
	warehouse.clicks("[data-act=more]")
	if v := value[string](warehouse, field+".value"); v != "2" {
		b.t.Errorf("scanned once and one more: %s", v)
	}
	warehouse.clicks("[data-act=more]")
	warehouse.follows("Take these")
	warehouse.sees("It is picked")
	warehouse.sheet("Ship…", "This will happen", "Ship goods", "has left")
	warehouse.sheet("Delivered…", "This will happen", "Record delivery", "is delivered")

	service.open(order)
	service.sees("Delivered")
	if strings.Contains(service.text(), "Bill…") {
		b.t.Error("customer service may bill")
	}
	billing := b.as("billing")
	billing.open(order)
	billing.sheet("Bill…", "Postings", "Issue invoice", "is issued")
	invoice := value[string](billing, `document.querySelector(".chain a[href^='/invoices/']").innerText`)

	money := b.as("receivables")
	money.open("/invoices/" + invoice)
	gross := strings.NewReplacer("€", "", ",", "").Replace(value[string](money, `[...document.querySelectorAll(".facts div")].find(e => e.innerText.startsWith("To pay")).querySelector("dd").innerText.split("\n")[0].trim()`))
	account, opening, on := b.bank()
	file := filepath.Join(b.t.TempDir(), "bank.csv")
	closing := plus(opening, gross)
	text := fmt.Sprintf("H,%s,WEB-1,EUR,%s,%s,%s,%s\nE,%[5]s,,%[7]s,Payer,,,%[8]s,\n", account, opening, closing, on, on, "", gross, invoice)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	money.open("/bank/import")
	money.gives("file", file)
	money.follows("Take statement in")
	money.sees("1 statement is taken in with 1 receipt")
	money.clicks("tbody a[href^='/receipts/']")
	money.sees("What the customer owes")
	money.follows("Settle invoices…")
	money.types("invoice", "INV-0")
	money.follows("Settle invoices")
	money.refused("has no open invoice")
	money.types("invoice", invoice)
	money.follows("Settle invoices")
	money.sees("1 item is settled")
	money.open("/bank")
	money.clicks("tbody a[href^='/statements/']")
	money.sheet("Reconcile…", "", "Reconcile statement", "is reconciled")
	service.open(order)
	service.sees("Paid")
}
