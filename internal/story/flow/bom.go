package flow

import (
	"fmt"
	"strings"

	"kontor/internal/rooms/bom"
	"kontor/internal/rooms/catalog"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/id"
)

// SaveBOMs brings bills of material to what is given; one without lines goes. A
// product that would go into itself, over whatever levels and days, is refused:
// those who change bills at the same moment wait for each other.
func SaveBOMs(tx *db.Tx, bills []bom.Bill) error {
	if err := bom.Save(tx, bills); err != nil {
		return err
	}
	products := make([]id.Product, len(bills))
	events := make([]event.Event, len(bills))
	for i, b := range bills {
		products[i] = b.Product
		events[i] = event.Event{Type: "bom.changed", Subject: event.About("product", int64(b.Product)), Body: map[string]int{"lines": len(b.Lines)}}
	}
	under, err := bom.Under(tx, products)
	if err != nil {
		return err
	}
	if way := under.Cycle(); way != nil {
		return cycleOf(tx, way)
	}
	return event.Record(tx, events...)
}

// cycleOf names the products of a way around.
func cycleOf(tx *db.Tx, way []id.Product) error {
	known, err := catalog.ByID(tx, way)
	if err != nil {
		return err
	}
	names := make([]string, len(way))
	for i, p := range way {
		names[i] = fmt.Sprint(p)
		if x := known[p]; x != nil {
			names[i] = x.SKU
		}
	}
	return bom.ErrCycle.Because("%s would go into itself: %s; take one of these out of the bill of the one before it", names[0], strings.Join(names, " takes "))
}
