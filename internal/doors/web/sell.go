package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
	"kontor/internal/words/dec"
)

func customerList(v *visit, p report.Page) (list, error) {
	rows, err := report.Customers(v.q, report.CustomerFilter{Name: v.ask("q")}, p)
	if err != nil {
		return list{Title: "Customers"}, err
	}
	total, err := report.CountCustomers(v.q, report.CustomerFilter{Name: v.ask("q")})
	l := list{Title: "Customers", Ask: "Part of the name", Next: rows.Next, Prev: rows.Prev, Total: total, Sorts: [][2]string{{"Customer", "name"}, {"Code", "code"}}, Empty: "No customers yet. They come by the API or an import.", Chips: v.chips([2]string{"q", "Name"})}
	l.Table = table{Caption: "Customers", Columns: []column{{"Customer", false, "first"}, {"Code", false, "amount"}, {"Terms", false, "whole"}, {"Price group", false, "up"}, {"Currency", false, "up"}, {"VAT id", false, "up"}, {"State", false, "whole"}}}
	for _, c := range rows.Items {
		st := cell{Text: "Active"}
		if c.Held {
			st = pill("held")
		}
		l.Table.Rows = append(l.Table.Rows, row{ID: c.ID.String(), Cells: []cell{linked(c.Name, "/customers/"+c.Code), named(c.Code, ""), text(c.TermsCode), text(c.PriceGroup), text(string(c.Currency)), text(c.VATID), st}})
	}
	return l, err
}

// exposure says what stands under a limit.
func exposure(a *report.CreditView) []fact {
	f := func(name, s string) fact { return fact{Name: name, Value: inMoney(s, string(a.Currency))} }
	out := []fact{f("Confirmed, not shipped", a.Ordered), f("Shipped, not billed", a.Shipped), f("Billed, not paid", a.Items), f("Credit notes", "-"+a.Credits), f("Secured", "-"+a.Secured), f("Used", a.Exposure), f("Limit", a.Limit), f("Free", a.Free)}
	return slices.DeleteFunc(out, func(x fact) bool {
		return isZero(x.Value) && (x.Name == "Credit notes" || x.Name == "Secured") || x.Value == inMoney("-0.00", string(a.Currency))
	})
}

func productList(v *visit, p report.Page) (list, error) {
	f := report.ProductFilter{Name: v.ask("q")}
	rows, err := report.Products(v.q, f, p)
	if err == nil && len(rows.Items) == 0 && f.Name != "" {
		rows, err = report.Products(v.q, report.ProductFilter{SKU: f.Name}, p)
	}
	l := list{Title: "Products", Ask: "Item code, or part of the name", Next: rows.Next, Prev: rows.Prev, Empty: "No products yet. They come by the API or an import.", Chips: v.chips([2]string{"q", "Item"})}
	l.Table = table{Caption: "Products", Columns: []column{{"Item", false, "first"}, {"Unit", false, "amount"}, {"Kind", false, "up"}, {"Tax class", false, "up"}, {"GTIN", false, "up"}, {"Sold", false, "whole"}}}
	for _, x := range rows.Items {
		sold := "Yes"
		if !x.Sellable {
			sold = "No"
		}
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID.String(), Cells: []cell{coded(x.SKU, "/products/"+url.PathEscape(x.SKU)).and(x.Name), text(unit(x.Unit)), text(words(x.Kind)), text(x.TaxClass), coded(x.GTIN, ""), text(sold)}})
	}
	return l, err
}

// madeOf shows the bill of material of an item and those that it stands in, as
// far as there are some.
func (v *visit) madeOf(b report.BOMView) (out []section) {
	for _, s := range []struct {
		title string
		lines []report.BOMLineView
	}{{"Made of", b.Lines}, {"Goes into", b.UsedIn}} {
		if len(s.lines) == 0 {
			continue
		}
		t := table{Caption: s.title, Columns: []column{{"Item", false, "first"}, {"Quantity", true, "amount"}, {"For", true, "up"}, {"Lost", true, "up"}, {"Valid from", true, "whole"}, {"To", true, "whole"}}}
		for i, l := range s.lines {
			t.Rows = append(t.Rows, row{ID: fmt.Sprintf("%s-%d", strings.ToLower(s.title[:4]), i), Cells: []cell{coded(l.SKU, "/products/"+url.PathEscape(l.SKU)).and(l.Name), pieces(l.Qty, l.Unit), text(quantity(l.Per)), lost(l.Scrap), v.dayCell(l.ValidFrom), v.dayCell(l.ValidTo)}})
		}
		x := section{Title: s.title, Table: t}
		if s.title == "Made of" {
			x.More = &link{Word: "What many take", Href: "/products/" + url.PathEscape(b.SKU) + "/needs?qty=10"}
		}
		out = append(out, x)
	}
	return out
}

// lost is a share of scrap in percent.
func lost(share string) cell {
	if share == "" {
		return text("")
	}
	p := dec.Must(share).Mul(dec.FromInt(100)).String()
	return cell{Text: quantity(p) + " %", Raw: p}
}

// productPage shows an item: where it lies, what it costs.
func productPage(v *visit) (page, error) {
	ref, err := report.FindProduct(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	x, err := report.Product(v.q, ref)
	if err != nil {
		return nil, err
	}
	pots, err := report.Stock(v.q, report.StockFilter{SKU: x.SKU}, report.Page{Limit: 100})
	if err != nil {
		return nil, err
	}
	var onHand, reserved, free dec.D
	for _, p := range pots.Items {
		if p.Status == "sellable" {
			onHand, reserved, free = onHand.Add(dec.Must(p.OnHand)), reserved.Add(dec.Must(p.Reserved)), free.Add(dec.Must(p.Free))
		}
	}
	d := document{ID: x.ID.String(), Title: x.SKU, Lead: []link{{Word: x.Name}}}
	u := unit(x.Unit)
	d.Facts = []fact{{Name: "On hand", Value: quantity(onHand.String()), Sub: u}, {Name: "Reserved", Value: quantity(reserved.String()), Sub: u}, {Name: "Free", Value: quantity(free.String()), Sub: u}, {Name: "Tracked by", Value: words(x.Track)}, {Name: "Tax class", Value: x.TaxClass}}
	d.Sections = []section{{Title: "Stock", Table: stockRows(pots.Items), Empty: "None is in stock.", More: &link{Word: "When could it leave?", Href: "/products/" + url.PathEscape(x.SKU) + "/promise?qty=10"}}}
	made, err := report.BOM(v.q, x.ID)
	if err != nil {
		return nil, err
	}
	d.Sections = append(d.Sections, v.madeOf(made)...)
	d.Story, err = v.storyOf(x.ID.String())
	if err != nil || !v.may(access.SeePrices) {
		return draw(documentPage(v, d)), err
	}
	prices, err := report.Prices(v.q, report.PriceFilter{SKU: x.SKU}, report.Page{Limit: 50})
	if err != nil {
		return nil, err
	}
	t := table{Caption: "Prices", Columns: []column{{"List", false, "first"}, {"From quantity", true, "whole"}, {"Price", true, "amount"}, {"Discount", true, "up"}, {"Valid from", true, "whole"}}}
	for _, p := range prices.Items {
		t.Rows = append(t.Rows, row{ID: p.ID, Cells: []cell{text(p.List), text(quantity(p.MinQty)), {Text: price(p.Price), Raw: p.Price, Sub: string(p.Currency)}, text(off(p.Discount)), v.dayCell(p.ValidFrom)}})
	}
	d.Sections = append(d.Sections, section{Title: "Prices", Table: t, Empty: "No price list has it."})
	return draw(documentPage(v, d)), nil
}
