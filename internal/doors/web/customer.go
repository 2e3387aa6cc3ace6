package web

import (
	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
)

// customer is a page about one customer: facts, what waits for us, and parts.
type customerView struct {
	document
	Tabs []viewTab
	Next string // cursor of the earlier part of the timeline
	On   string // code
}

// customerPage has everything about one customer: what waits, orders, money, story.
func customerPage(v *visit) (page, error) {
	ref, err := report.FindCustomer(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	c, err := report.Customer(v.q, ref)
	if err != nil {
		return nil, err
	}
	d := customerView{On: c.Code, document: document{ID: c.ID.String(), Title: c.Name, Waits: v.waits(c.Holds), Lead: []link{{Word: c.Code}}}}
	if c.Held {
		d.States = []state{stateOf("held")}
	}
	for _, s := range c.Sites[:min(1, len(c.Sites))] {
		d.Lead = append(d.Lead, link{Word: s.City + ", " + s.Country})
	}
	if v.may(access.Enter) {
		d.Acts = []link{{Word: "New order", Href: "/orders/new" + query("customer", c.Code), Icon: "plus", Primary: true}}
	}
	if err := v.customerFacts(&d, c); err != nil {
		return nil, err
	}
	tabs := [][2]string{{"", "Overview"}, {"orders", "Orders"}}
	if v.may(access.SeeMoney) {
		tabs = append(tabs, [2]string{"money", "Money"})
	}
	if v.may(access.SeePrices) {
		tabs = append(tabs, [2]string{"prices", "Prices"})
	}
	d.Tabs = v.tabs("tab", append(tabs, [2]string{"sites", "Addresses"})...)
	if err := v.customerPart(&d, c); err != nil {
		return nil, err
	}
	l, err := report.CustomerStory(v.q, c.ID, v.ask("told"), report.Page{Limit: 30, After: v.ask("after")})
	if err != nil {
		return nil, err
	}
	money := v.may(access.SeeMoney)
	for _, e := range l.Items {
		if money || !ofMoney[e.Subject.Type] {
			d.Story = v.toldOf(d.Story, e, d.ID)
		}
	}
	d.Next = l.Next
	return draw(customerDrawn(v, d)), nil
}

// customerFacts are the numbers on top, money for who may see it.
func (v *visit) customerFacts(d *customerView, c report.CustomerView) error {
	if v.may(access.SeeMoney) {
		s, err := report.Standing(v.q, c.ID)
		if err != nil {
			return err
		}
		cur := string(s.Currency)
		open := "0.00"
		if len(c.Open) > 0 {
			open = c.Open[0].Amount
		}
		items := "/items" + query("customer", c.Code)
		overdue := fact{Name: "Overdue", Value: v.money(short(s.Overdue), cur), Href: items}
		if !isZero(s.Overdue) {
			overdue.Tone = "late"
		}
		d.Facts = append(d.Facts, fact{Name: "Sales, 12 months", Value: v.money(short(s.Sales), cur), Draw: sparkline(salesLine(v, s.Months, cur))}, fact{Name: "Open", Value: v.money(short(open), string(c.Currency)), Href: items}, overdue)
		if a := c.CreditAccount; a != nil {
			d.Facts = append(d.Facts, limitFact(v, a))
		}
		pays := fact{Name: "Pays", Value: "—", Sub: "nothing paid yet"}
		if s.Paid > 0 {
			pays = fact{Name: "Pays", Value: lateness(s.Late), Sub: "median of the last " + itoa(int64(s.Paid))}
			if s.Late > 7 {
				pays.Tone = "late"
			}
		}
		d.Facts = append(d.Facts, pays)
	}
	d.Facts = append(d.Facts, fact{Name: "Terms", Value: orDash(c.TermsCode), Sub: c.PriceGroup})
	return nil
}

func lateness(days int) string {
	switch {
	case days > 0:
		return count(int64(days), "day", "days") + " late"
	case days < 0:
		return count(int64(-days), "day", "days") + " early"
	}
	return "On the day"
}

// limitFact is how much of a credit limit is used.
func limitFact(v *visit, a *report.CreditView) fact {
	f := fact{Name: "Limit used", Value: "—", Sub: "of " + v.money(short(a.Limit), string(a.Currency))}
	if limit := thousandths(a.Limit); limit > 0 {
		used := max(0, thousandths(a.Exposure)) * 100 / limit
		if f.Value = v.locale().percent(itoa(used)); used > 100 {
			f.Tone = "late"
		}
	}
	return f
}

// customerPart reads what the chosen tab shows.
func (v *visit) customerPart(d *customerView, c report.CustomerView) error {
	tab, money := v.ask("tab"), v.may(access.SeeMoney)
	if tab == "" || tab == "orders" {
		f, title, limit := report.OrderFilter{Customer: c.Code, Open: true}, "Open orders", 8
		if tab == "orders" {
			f.Open, title, limit = false, "Orders", 50
		}
		orders, err := report.Orders(v.q, f, report.Page{Limit: limit})
		if err != nil {
			return err
		}
		t := table{Caption: title, Columns: []column{{"Order, PO", false, "first"}, {"State", false, "whole"}, {"Net", true, "amount"}, {"Ordered", true, "up"}, {"Wished", true, "whole"}}, Needs: atPrices("Net")}
		for _, o := range orders.Items {
			t.Rows = append(t.Rows, row{ID: o.ID.String(), Cells: []cell{named(o.Number, "/orders/"+o.Number).and(o.PONumber), pill(statusOf(o)), {Text: v.money(o.Net, string(o.Currency)), Raw: o.Net}, v.dayCell(o.OrderedOn), v.dayCell(o.RequestedOn)}})
		}
		d.Sections = append(d.Sections, section{Title: title, Table: t, Empty: "No orders of this kind.", More: &link{Word: "All orders", Href: "/orders" + query("customer", c.Code)}})
	}
	if money && (tab == "" || tab == "money") {
		items, err := report.Items(v.q, report.ItemFilter{Customer: c.Code, OnlyOpen: true}, report.Page{Limit: 12})
		if err != nil {
			return err
		}
		d.Sections = append(d.Sections, section{Title: "Open items", Table: itemRows(v, items.Items, false), Empty: "Nothing is open.", More: &link{Word: "All open items", Href: "/items" + query("customer", c.Code)}})
		if a := c.CreditAccount; a != nil && tab == "money" {
			d.Sections = append(d.Sections, section{Title: "Credit", Pairs: exposure(a)})
		}
	}
	if tab == "prices" && v.may(access.SeePrices) {
		return v.customerPrices(d, c)
	}
	if tab == "sites" {
		var sites []fact
		for _, s := range c.Sites {
			sites = append(sites, fact{Name: s.Code + ", " + s.Name, Value: s.Street + ", " + s.Postcode + " " + s.City + ", " + s.Country})
		}
		d.Sections = append(d.Sections, section{Title: "Addresses", Pairs: sites, Empty: "No addresses."})
	}
	return nil
}

// customerPrices are those agreed with this customer alone.
func (v *visit) customerPrices(d *customerView, c report.CustomerView) error {
	prices, err := report.Prices(v.q, report.PriceFilter{Customer: c.Code}, report.Page{Limit: 50})
	t := table{Caption: "Prices", Columns: []column{{"Item", false, "first"}, {"From quantity", true, "whole"}, {"Price", true, "amount"}, {"Discount", true, "up"}, {"Valid from", true, "whole"}}}
	for _, p := range prices.Items {
		t.Rows = append(t.Rows, row{ID: p.ID, Cells: []cell{coded(p.SKU, "/products/"+p.SKU), text(quantity(p.MinQty)), {Text: price(p.Price), Raw: p.Price, Sub: string(p.Currency)}, text(off(p.Discount)), v.dayCell(p.ValidFrom)}})
	}
	d.Sections = append(d.Sections, section{Title: "Prices of this customer", Table: t, Empty: "No price is agreed with this customer alone: the lists of the price group " + orDash(c.PriceGroup) + " count."},
		section{Title: "Agreements", Pairs: []fact{{Name: "Terms of payment", Value: orDash(c.TermsCode)}, {Name: "Price group", Value: orDash(c.PriceGroup)}, {Name: "Delivery", Value: orDash(c.Incoterm)}, {Name: "Currency", Value: string(c.Currency)}, {Name: "VAT id", Value: orDash(c.VATID)}}})
	return err
}

// salesLine is what was sold in each month, from the oldest to the newest.
func salesLine(v *visit, months []string, currency string) spark {
	values := make([]int64, len(months))
	for i, m := range months {
		values[i] = thousandths(m)
	}
	title := ""
	if len(months) > 0 {
		title = "Sales per month over 12 months, the last " + v.money(months[len(months)-1], currency)
	}
	return *sparkOf(title, values, false)
}
