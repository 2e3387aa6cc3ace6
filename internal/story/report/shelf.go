package report

import (
	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// ShelfView is what should lie on the shelf of a product in a warehouse: what the
// books have, less what is picked and has not left.
type ShelfView struct {
	Product   ProductView    `json:"product"`
	Warehouse string         `json:"warehouse" doc:"code"`
	OnHand    string         `json:"on_hand"`
	InHand    string         `json:"in_hand" doc:"picked, and not left yet"`
	Expected  string         `json:"expected" doc:"on hand less in hand"`
	Free      string         `json:"free"`
	Currency  money.Currency `json:"currency"`
	Value     string         `json:"value" doc:"of what is on hand"`

	expected int64
}

// Far tells whether a count, in the base unit, is so far from what should lie
// there that somebody counts again.
func (v ShelfView) Far(counted string) (bool, error) {
	n, err := qty.Parse(counted, int(v.Product.Scale))
	return err == nil && stock.Far(v.expected, n), err
}

// Less gives counted − expected, in the base unit.
func (v ShelfView) Less(counted string) string {
	n, _ := qty.Parse(counted, int(v.Product.Scale))
	return qty.Format(n-v.expected, int(v.Product.Scale))
}

// Shelf tells what should lie there of sellable goods; of what never lay there, nothing.
func Shelf(q db.Querier, warehouse, sku string) (ShelfView, error) {
	c, _, err := today(q)
	if err != nil {
		return ShelfView{}, err
	}
	v := ShelfView{Warehouse: warehouse, Currency: c.Currency}
	w, err := FindWarehouse(q, warehouse)
	if err != nil {
		return v, err
	}
	p, err := FindProduct(q, sku)
	if err != nil {
		return v, err
	}
	found, err := catalog.ByID(q, []id.Product{p})
	if err != nil {
		return v, err
	}
	v.Product = productView(found[p])
	spot := stock.Spot{Warehouse: w, Product: p, Status: stock.Sellable}
	pots, err := stock.Find(q, []stock.Spot{spot})
	if err != nil {
		return v, err
	}
	hand, err := shipping.InHand(q)
	pot := pots[spot]
	if pot == nil {
		pot = &stock.Pot{}
	}
	scale := int(v.Product.Scale)
	v.expected = pot.OnHand - hand[pot.ID]
	v.OnHand, v.InHand, v.Expected, v.Free, v.Value = qty.Format(pot.OnHand, scale), qty.Format(hand[pot.ID], scale), qty.Format(v.expected, scale), qty.Format(pot.Free(), scale), money.Format(pot.Value, c.Currency)
	return v, err
}
