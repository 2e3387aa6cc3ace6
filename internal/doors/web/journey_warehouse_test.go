package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// toPick brings an order with so many of two items onto the floor and gives the
// shipment's address and the items.
func (b *play) toPick(quantity int) (shipment string, skus [2]string) {
	b.t.Helper()
	customer, _ := b.trade()
	skus = b.spare()
	lines := fmt.Sprintf("%s %d\n%s 2", skus[0], quantity, skus[1])
	must := func(path string, form url.Values) string {
		w := b.ask("service", "POST", path, form)
		if w.Code != 303 {
			b.t.Fatalf("%s: %d\n%s", path, w.Code, tail(w.Body.String()))
		}
		return w.Header().Get("Location")
	}
	order := must("/orders/new", url.Values{"customer": {customer}, "po": {"FLOOR"}, "lines": {lines}, "do": {"capture"}})
	must(order+"/confirm", url.Values{})
	must(order+"/release", url.Values{})
	page := b.ask("service", "GET", order, nil).Body.String()
	_, rest, _ := strings.Cut(page, `href="/shipments/`)
	ref, _, _ := strings.Cut(rest, `"`)
	return "/shipments/" + ref, skus
}

// spare finds two items in Bremen of which much is free, nothing is reserved
// and nothing stands picked, so that a count may find less.
func (b *play) spare() (out [2]string) {
	b.t.Helper()
	n := 0
	err := b.office.DB.Read(context.Background(), func(q *db.Reader) error {
		l, err := report.Stock(q, report.StockFilter{Warehouse: "HB"}, report.Page{Limit: 200})
		for _, p := range l.Items {
			if n < 2 && p.Status == "sellable" && isZero(p.Reserved) && len(p.Free) > 1 && !strings.ContainsAny(p.Free, ".-") && p.Unit == "C62" {
				out[n] = p.SKU
				n++
			}
		}
		return err
	})
	if err != nil || n < 2 {
		b.t.Fatalf("only %d items are free (%v)", n, err)
	}
	return out
}

// aPick gives the address of a shipment that nobody has begun to pick, and its first line.
func (k *house) aPick() (shipment, line string) {
	k.t.Helper()
	err := k.office.DB.Read(context.Background(), func(q *db.Reader) error {
		all, err := report.Floor(q)
		for _, x := range all {
			if err != nil || x.Waits != report.ToPick || x.Held {
				continue
			}
			s, err := report.Shipment(q, x.ID)
			shipment, line = "/shipments/"+x.ID.String(), s.Lines[0].ID.String()
			return err
		}
		return err
	})
	if err != nil || line == "" {
		k.t.Fatalf("nothing waits to be picked (%v)", err)
	}
	return shipment, line
}

// shortPick: less lies there than planned; the three questions are answered, the
// place is counted at once, the order desk sees it, and the rest leaves.
func shortPick(b *play) {
	shipment, skus := b.toPick(5)
	p := b.as("warehouse")
	p.phone()
	p.open("/")
	p.sees("Next to pick")
	p.scans(strings.TrimPrefix(shipment, "/shipments/"))
	p.sees("Stop 1 of 2")
	p.scans(skus[1])
	p.refused(skus[1] + " belongs to stop 2")
	p.scans(skus[0])
	p.sees("Right item, 1 of 5")
	p.scans(skus[0])
	p.sees("Right item, 2 of 5")
	p.sees("Take the other 3")
	p.follows("Short…")
	p.sees("How many are there?")
	p.follows("Take what is there")
	p.refused("Choose a reason")
	p.ticks("The place is empty")
	p.ticks("Yes, count it next")
	p.sees("Stock is missing for line 1")
	p.follows("Take what is there")
	p.sees("Count what lies there now")
	p.types("counted", "0")
	p.follows("Go on")
	p.sees("Count once more")
	p.types("counted", "0")
	p.follows("Go on")
	p.sees("Picked, not gone yet")
	p.follows("Book count")
	p.sees("Stop 2 of 2")
	p.follows("Take all 2")
	p.sees("It is picked")

	desk := b.as("service")
	desk.open("/desk")
	desk.sees("The picker found 2 of 5 " + skus[0])

	p.follows("Pack")
	p.sees("Correct the pick")
	for i, sku := range []string{skus[0], skus[1], skus[0], skus[1]} {
		p.scans(sku)
		p.sees(fmt.Sprintf("%s, %d of 2 in", sku, i/2+1))
	}
	p.follows("Pack shipment")
	p.sees("It is packed")
	p.sheet("Ship…", "This will happen", "Ship goods", "has left")
	desk.open("/orders?status=short")
	desk.until("the order that is short", `document.querySelector("#list").innerText.includes("Short")`)
}

// packAndShip: a wrong piece changes nothing, a missing one is not packed over;
// then the boxes are weighed and leave.
func packAndShip(b *play) {
	shipment, skus := b.toPick(3)
	p := b.as("warehouse")
	p.phone()
	p.open("/")
	p.scans(strings.TrimPrefix(shipment, "/shipments/"))
	p.follows("Take all 3")
	p.sees("Stop 2 of 2")
	p.follows("Take all 2")
	p.sees("It is picked")
	p.follows("Menu")
	p.follows("Home")
	p.sees("Next to pick")
	p.scans(strings.TrimPrefix(shipment, "/shipments/"))
	p.sees("Correct the pick")
	p.scans("]C1NOT-OURS")
	p.refused("NOT-OURS does not belong to this shipment")
	for n := 1; n <= 3; n++ {
		p.scans("]C1" + skus[0])
		p.sees(fmt.Sprintf("%s, %d of 3 in", skus[0], n))
	}
	p.scans(skus[1])
	p.sees(skus[1] + ", 1 of 2 in")
	p.follows("Pack shipment")
	p.refused("Line 2 has 2 picked and 1 counted into boxes")
	p.scans(skus[1])
	p.sees(skus[1] + ", 2 of 2 in")
	p.scans(skus[1])
	p.refused("All 2 of " + skus[1] + " are in already")
	p.types("weight", "12.5")
	p.follows("Pack shipment")
	p.sees("It is packed")
	p.sees("12.5 kg")
	p.sheet("Ship…", "This will happen", "Ship goods", "has left")
	p.follows("Packing list")
	p.sees("Packing list SHP-")
	p.until("barcodes", `document.querySelectorAll("figure.barcode path").length === 3`)
}

// receiveGoods: a delivery is noted by scans, its last line is taken back, and
// it is booked once.
func receiveGoods(b *play) {
	skus := b.spare()
	p := b.as("warehouse")
	p.phone()
	p.open("/")
	p.follows("Receive")
	p.scans("NO-SUCH-LABEL")
	p.refused("is no item, place, order or shipment here")
	p.scans(skus[0])
	p.sees("How many came?")
	p.scans("12")
	p.sees("12 of " + skus[0])
	p.follows("Note it")
	p.sees("12 of " + skus[0] + " noted")
	p.scans(skus[1])
	p.sees("How many came?")
	p.follows("Note it")
	p.refused("Write the quantity")
	p.types("qty", "3")
	p.types("cost", "4,50")
	p.follows("Note it")
	p.sees("Take in 2 lines")
	p.follows("Take the last back")
	p.sees("Take in 1 line")
	p.sees("This will happen")
	p.follows("Take in 1 line")
	p.refused("The number of the delivery note is missing")
	p.types("reference", "DN-77-1")
	p.follows("Take in 1 line")
	p.sees("1 line of DN-77-1 taken in")
	p.scans(skus[0])
	p.sees("How many came?")
	p.types("qty", "1")
	p.follows("Note it")
	p.types("reference", "DN-77-1")
	p.follows("Take in 1 line")
	p.refused("DN-77-1 was booked before")
}

// countPlace: blind, twice when it is far off, with the difference before it is booked.
func countPlace(b *play) {
	skus := b.spare()
	free := quantity(b.free(skus[0], "HB"))
	p := b.as("warehouse")
	p.phone()
	p.open("/")
	p.follows("Count")
	p.scans("HB")
	p.sees("Bremen, main warehouse")
	p.scans(skus[0])
	p.sees("How many lie on the shelf?")
	p.until("a blind count", fmt.Sprintf(`!document.querySelector("main").innerText.includes("Should lie there") && !document.querySelector("main").innerText.includes(%q)`, free+" pcs"))
	p.types("counted", "two") // four letters as quick as this would be a scan
	p.follows("Go on")
	p.refused(`Cannot read "two"`)
	p.types("counted", "1")
	p.follows("Go on")
	p.sees("That is far from what the books say")
	p.types("counted", "2")
	p.follows("Go on")
	p.sees("Should lie there")
	p.sees(free + " pcs")
	p.sees("This will happen")
	p.follows("Book count")
	p.sees(skus[0] + " is counted: 2")
	if now := b.free(skus[0], "HB"); now != "2" {
		b.t.Errorf("after the count %s are free", now)
	}
}

// moveStock: from, item, how many, to; more than is free is refused.
func moveStock(b *play) {
	skus := b.spare()
	free := b.free(skus[0], "HB")
	p := b.as("warehouse")
	p.phone()
	p.open("/")
	p.follows("Move")
	p.sees("From")
	p.scans("HB")
	p.sees("From Bremen")
	p.scans(skus[0])
	p.sees("How many?")
	p.scans("HB")
	p.refused("The goods come from HB already")
	p.scans("UL")
	p.sees("To Ulm")
	p.types("qty", "90000")
	p.follows("Go on")
	p.refused("only " + free + " are free")
	p.types("qty", "4")
	p.follows("Go on")
	p.sees("This will happen")
	p.follows("Move goods")
	p.sees("4 of " + skus[0] + " moved to UL")
	if now := b.free(skus[0], "HB"); now != plusText(free, -4) {
		b.t.Errorf("%s were free, now %s", free, now)
	}
}

func plusText(s string, by int) string {
	var n int
	_, _ = fmt.Sscan(s, &n)
	return fmt.Sprint(n + by)
}

// free is how many of an item may be promised at a place.
func (k *house) free(sku, warehouse string) (out string) {
	k.t.Helper()
	err := k.office.DB.Read(context.Background(), func(q *db.Reader) error {
		s, err := report.Shelf(q, warehouse, sku)
		out = s.Free
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

// TestAScannerIsHeardWhereverTheFocusIs: fast keys that end with Enter are a
// scan, and what they typed into another field is taken out of it; slow ones
// are somebody who types. A label that is read twice at once counts once where
// nothing is counted.
func TestAScannerIsHeardWhereverTheFocusIs(t *testing.T) {
	b := openBrowser(t).serve(t, openHouse(t, sqliteHouse(t)), false)
	skus := b.spare()
	p := b.as("warehouse")
	types := func(where, code string, apart int) {
		t.Helper()
		p.ready()
		value[bool](p, fmt.Sprintf(`(() => {
			const at = document.querySelector(%q) ?? document.body;
			at.focus();
			let when = 1e6;
			for (const key of [...%q, "Enter"]) {
				const e = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
				Object.defineProperty(e, "timeStamp", {value: when += %d});
				if (at.dispatchEvent(e) && key.length === 1 && "value" in at) at.value += key;
			}
			return true })()`, where, code, apart))
	}
	p.open("/move?from=HB&sku=" + url.QueryEscape(skus[0]) + "&qty=5")
	p.until("the question", `document.querySelector("[data-act=scan]")?.placeholder === "Scan the place they go to"`)
	types("[name=qty]", "]C0"+skus[1], 12)
	p.until("the other item", fmt.Sprintf(`document.querySelector(".place")?.innerText === %q`, skus[1]))
	p.open("/move?from=HB&sku=" + url.QueryEscape(skus[0]) + "&qty=5")
	p.until("the question", `document.querySelector("[data-act=scan]")?.placeholder === "Scan the place they go to"`)
	types("[name=qty]", "1234", 90)
	if v := value[string](p, `document.querySelector("[name=qty]").value`); v != "51234" {
		t.Errorf("slow typing became %q", v)
	}
	p.open("/receive")
	p.ready()
	value[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector("[data-act=scan]");
		for (let i = 0; i < 2; i++) { s.value = %q; s.form.requestSubmit() }
		return true })()`, skus[0]))
	p.sees("How many came?")
	if v := value[string](p, `document.querySelector("[name=qty]").value`); v != "" {
		t.Errorf("a double read counted: %q", v)
	}
}
