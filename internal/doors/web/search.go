package web

import (
	"net/url"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
)

// hit is one thing that was found.
type hit struct{ Group, Word, Sub, Href string }

// searchPage finds orders, customers, items and invoices by what people know of
// them, and pages by their name.
func searchPage(v *visit) (page, error) {
	ask := v.ask("q")
	var hits []hit
	if v.may(access.SeeOrders) && ask != "" {
		found, err := report.Search(v.q, ask, 8)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			switch f.Type {
			case "order":
				hits = append(hits, hit{"Orders", f.Number, f.Name, "/orders/" + f.Number})
			case "customer":
				hits = append(hits, hit{"Customers", f.Name, f.Number, "/customers/" + url.PathEscape(f.Number)})
			case "product":
				hits = append(hits, hit{"Products", f.Number, f.Name, "/products/" + url.PathEscape(f.Number)})
			case "invoice":
				if v.may(access.SeeMoney) {
					hits = append(hits, hit{"Invoices", f.Number, f.Name, "/invoices/" + f.Number})
				}
			case "shipment":
				hits = append(hits, hit{"Shipments", f.Number, f.Name, "/shipments/" + f.Number})
			}
		}
	}
	if v.ask("go") != "" && (len(hits) == 1 || len(hits) > 1 && hits[0].Group == "Orders" && hits[1].Group != "Orders") {
		return onward{path: hits[0].Href}, nil // a whole number, ours or theirs, means one thing
	}
	for _, e := range navigation {
		if allowed(v.who, e.Right) && (ask == "" || strings.Contains(strings.ToLower(e.Word), strings.ToLower(ask))) {
			hits = append(hits, hit{"Go to", e.Word, "", e.Href})
		}
	}
	if v.ask("go") != "" && len(hits) == 1 {
		return onward{path: hits[0].Href}, nil
	}
	if v.Header.Get("HX-Request") != "" {
		return draw(hitsOf(v, ask, hits)), nil
	}
	return draw(searchView(v, ask, hits)), nil
}

func nothingCalled(ask string) string {
	return "Nothing is called “" + ask + "”. Numbers are found whole, names by their beginning."
}

// suggestCustomers and suggestItems answer while somebody types in a field.
func suggestCustomers(v *visit) (page, error) { return v.suggest("customer") }
func suggestItems(v *visit) (page, error)     { return v.suggest("product") }

func (v *visit) suggest(kind string) (page, error) {
	var hits []hit
	if ask := v.ask("q"); ask != "" {
		found, err := report.Search(v.q, ask, 8)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if f.Type == kind {
				hits = append(hits, hit{Word: f.Number, Sub: f.Name})
			}
		}
	}
	return draw(suggestions(hits)), nil
}
