package adventureworks

import "iter"

// WorkOrder is a lot that was made in house: a fact of supply.
type WorkOrder struct {
	ID         int
	ProductID  int
	OrderedQty int64  // units begun
	StockedQty int64  // good units put into stock = ordered − scrapped (the file's own column is empty)
	StartedOn  string // day
	EndedOn    string // day on which the units were there; empty while it runs
}

// PurchaseReceipt is one line of a purchase order of which something was put
// into stock: a fact of supply.
type PurchaseReceipt struct {
	OrderID     int
	DetailID    int // unique in the set
	VendorID    int
	ProductID   int
	Status      int    // of the purchase order: 1 pending, 2 approved, 3 rejected, 4 complete
	ReceivedQty int64  // units
	StockedQty  int64  // received − rejected, > 0
	UnitPrice   string // US dollars, decimal text
	OrderedOn   string // day
	ShippedOn   string // day on which the vendor shipped
	DueOn       string // day on which it was due; the file knows no day of receipt
}

// WorkOrders streams work_orders.csv in the file's order. An error ends it.
func (s *Set) WorkOrders() iter.Seq2[WorkOrder, error] {
	return func(yield func(WorkOrder, error) bool) {
		for r, err := range withHeader(s.dir, "work_orders.csv") {
			if err != nil {
				yield(WorkOrder{}, err)
				return
			}
			w := WorkOrder{
				ID:         r.id("work_order_id"),
				ProductID:  r.id("product_id"),
				OrderedQty: r.whole("order_qty"),
				StartedOn:  r.optionalDay("start_date_key"),
				EndedOn:    r.optionalDay("end_date_key"),
			}
			scrapped := r.optionalWhole("scrapped_qty")
			if w.StockedQty = w.OrderedQty - scrapped; r.text("stocked_qty") != "" {
				w.StockedQty = r.whole("stocked_qty")
			}
			if w.StockedQty < 0 {
				r.fail("scrapped_qty", "%d of %d were scrapped", scrapped, w.OrderedQty)
			}
			if r.err != nil {
				yield(WorkOrder{}, r.err)
				return
			}
			if !yield(w, nil) {
				return
			}
		}
	}
}

// PurchaseReceipts streams the lines of purchase orders of which something
// was put into stock, in the file's order. An error ends it.
func (s *Set) PurchaseReceipts() iter.Seq2[PurchaseReceipt, error] {
	return func(yield func(PurchaseReceipt, error) bool) {
		heads := map[int]PurchaseReceipt{} // 4,000 small ones
		err := s.each("PurchaseOrderHeader", func(r *record) {
			heads[r.id("PurchaseOrderID")] = PurchaseReceipt{
				VendorID:  r.id("VendorID"),
				Status:    r.id("Status"),
				OrderedOn: r.day("OrderDate"),
				ShippedOn: r.optionalDay("ShipDate"),
			}
		})
		if err != nil {
			yield(PurchaseReceipt{}, err)
			return
		}
		for r, err := range s.rows("PurchaseOrderDetail") {
			if err != nil {
				yield(PurchaseReceipt{}, err)
				return
			}
			id := r.id("PurchaseOrderID")
			p, ok := heads[id]
			if !ok {
				r.fail("PurchaseOrderID", "%d is not in PurchaseOrderHeader.csv", id)
			}
			p.OrderID, p.DetailID = id, r.id("PurchaseOrderDetailID")
			p.ProductID, p.DueOn = r.id("ProductID"), r.day("DueDate")
			p.ReceivedQty, p.StockedQty, p.UnitPrice = r.whole("ReceivedQty"), r.whole("StockedQty"), r.amount("UnitPrice")
			if p.StockedQty < 0 || p.StockedQty > p.ReceivedQty {
				r.fail("StockedQty", "%d of %d received", p.StockedQty, p.ReceivedQty)
			}
			if r.err != nil {
				yield(PurchaseReceipt{}, r.err)
				return
			}
			if p.StockedQty > 0 && !yield(p, nil) {
				return
			}
		}
	}
}
