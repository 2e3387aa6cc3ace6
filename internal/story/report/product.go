package report

import (
	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/pricing"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ProductView is an article or service.
type ProductView struct {
	ID       id.Product     `json:"id"`
	SKU      string         `json:"sku" doc:"BT-155"`
	Name     string         `json:"name" doc:"BT-153"`
	Kind     string         `json:"kind" enum:"goods,service,kit,text"`
	Unit     string         `json:"base_unit" doc:"UN/ECE Rec 20, such as C62 or KGM"`
	Scale    int64          `json:"qty_scale" doc:"decimals of the smallest step of the base unit"`
	Track    string         `json:"track" enum:"none,lot,serial"`
	TaxClass string         `json:"tax_class"`
	GTIN     string         `json:"gtin,omitempty" doc:"BT-157"`
	WeightG  int64          `json:"weight_g"`
	Sellable bool           `json:"sellable"`
	Units    []catalog.Unit `json:"units" doc:"further units, as exact ratios"`
	Version  int64          `json:"version"`
}

// ProductFilter says which products; empty fields match all.
type ProductFilter struct {
	SKU  string
	Name string // part of the name, in any case
}

// Products lists products, oldest first.
func Products(q db.Querier, f ProductFilter, p Page) (List[ProductView], error) {
	var w where
	if f.SKU != "" {
		w.and("p.sku=?", f.SKU)
	}
	if f.Name != "" {
		w.and("LOWER(p.name) LIKE '%' || LOWER(?) || '%'", f.Name)
	}
	keys, err := paged(q, p, "prd", `SELECT p.id FROM product p`, "p.id", oldest, w, func(r *db.Rows) (id.Product, int64, error) {
		var v id.Product
		err := r.Scan(&v)
		return v, int64(v), err
	})
	out := List[ProductView]{Items: []ProductView{}, Next: keys.Next, Prev: keys.Prev}
	if err != nil || len(keys.Items) == 0 {
		return out, err
	}
	found, err := catalog.ByID(q, keys.Items)
	if err != nil {
		return out, err
	}
	for _, k := range keys.Items {
		out.Items = append(out.Items, productView(found[k]))
	}
	return out, nil
}

// Product shows one product.
func Product(q db.Querier, p id.Product) (ProductView, error) {
	found, err := catalog.ByID(q, []id.Product{p})
	if err == nil && found[p] == nil {
		err = catalog.ErrUnknown.Because("there is no product %s: look for it by its SKU or name", p)
	}
	if err != nil {
		return ProductView{}, err
	}
	return productView(found[p]), nil
}

func productView(x *catalog.Product) ProductView {
	return ProductView{ID: x.ID, SKU: x.SKU, Name: x.Name, Kind: x.Kind, Unit: x.Unit, Scale: x.Scale, Track: x.Track, TaxClass: x.TaxClass, GTIN: x.GTIN, WeightG: x.WeightG, Sellable: x.Sellable,
		Units: append([]catalog.Unit{}, x.Units...), Version: x.Version}
}

// PriceView is one price of a list.
type PriceView struct {
	ID        string         `json:"id"`
	List      string         `json:"list" doc:"code of the price list"`
	SKU       string         `json:"sku"`
	Customer  string         `json:"customer,omitempty" doc:"code; empty = for all customers of the list"`
	Unit      string         `json:"unit"`
	MinQty    string         `json:"min_qty" doc:"from this quantity on, in the base unit"`
	Currency  money.Currency `json:"currency"`
	Price     string         `json:"price" doc:"per unit, before the discount; BT-148"`
	Discount  string         `json:"discount,omitempty" doc:"percent"`
	ValidFrom day.Day        `json:"valid_from"`
	ValidTo   day.Day        `json:"valid_to,omitempty" doc:"last day; empty = open"`
}

// PriceFilter says which prices; empty fields match all.
type PriceFilter struct {
	List     string // code or id
	SKU      string
	Customer string // code or id
}

// PriceLists lists all price lists by code.
func PriceLists(q db.Querier) ([]pricing.List, error) {
	out, err := pricing.Lists(q)
	return append([]pricing.List{}, out...), err
}

// openEnd stands in the table for a price without a last day.
const openEnd = "2999-12-31"

// Prices lists prices, oldest first.
func Prices(q db.Querier, f PriceFilter, p Page) (List[PriceView], error) {
	var w where
	if f.List != "" {
		l, err := FindPriceList(q, f.List)
		if err != nil {
			return List[PriceView]{}, err
		}
		w.and("x.list_id=?", int64(l))
	}
	if f.SKU != "" {
		v, err := FindProduct(q, f.SKU)
		if err != nil {
			return List[PriceView]{}, err
		}
		w.and("x.product_id=?", int64(v))
	}
	if f.Customer != "" {
		c, err := FindCustomer(q, f.Customer)
		if err != nil {
			return List[PriceView]{}, err
		}
		w.and("x.customer_id=?", int64(c))
	}
	return paged(q, p, "prc", `SELECT x.id, l.code, p.sku, p.qty_scale, COALESCE(c.code, ''), x.unit, x.min_qty, l.currency, x.price, x.discount, x.valid_from, x.valid_to
		FROM price x JOIN price_list l ON l.id=x.list_id JOIN product p ON p.id=x.product_id LEFT JOIN customer c ON c.id=x.customer_id`, "x.id", oldest, w, func(r *db.Rows) (PriceView, int64, error) {
		var v PriceView
		var a article
		var key, least int64
		err := r.Scan(&key, &v.List, &v.SKU, &a.Scale, &v.Customer, &v.Unit, &least, &v.Currency, &v.Price, &v.Discount, &v.ValidFrom, &v.ValidTo)
		v.ID, v.MinQty = id.Text("prc", key), a.qty(least)
		if v.ValidTo == openEnd {
			v.ValidTo = ""
		}
		return v, key, err
	})
}
