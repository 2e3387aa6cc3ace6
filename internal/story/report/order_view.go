package report

import (
	"kontor/internal/rooms/hold"
	"kontor/internal/rooms/order"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Order shows one order.
func Order(q db.Querier, o id.Order) (OrderView, error) {
	found, err := order.Read(q, []id.Order{o})
	if err != nil {
		return OrderView{}, err
	}
	x := found[o]
	if x == nil {
		return OrderView{}, order.ErrUnknown.Because("there is no order %s: look for it by its number, its customer or the customer's PO number", o)
	}
	v := OrderView{
		OrderRow: OrderRow{ID: x.ID, Number: x.Number, PONumber: x.PONumber, OrderedOn: x.OrderedOn, RequestedOn: x.RequestedOn, Decision: x.Decision, Status: x.Status,
			ShipState: x.ShipState, BillState: x.BillState, Held: x.HoldMask&hold.OnAll != 0, Currency: x.Currency,
			Net: money.Format(x.Net, x.Currency), Tax: money.Format(x.Tax, x.Currency), Gross: money.Format(x.Gross(), x.Currency), Version: x.Version},
		Kind: x.Kind, ShipTo: x.ShipTo, BillTo: x.BillTo, CreditAccount: x.Credit, Warehouse: x.Warehouse, FxRate: x.FxRate, Terms: x.Terms, Incoterm: x.Incoterm,
		DeliveryRule: x.Rule, BuyerReference: x.BuyerReference, Note: x.Note, TaxSource: x.TaxSource, Revision: x.Revision,
	}
	if x.SourceType != "" {
		v.Source = DocRef{Type: x.SourceType, ID: external(x.SourceType, x.Source)}
	}
	if err := v.name(q, x); err != nil {
		return v, err
	}
	if v.Holds, err = holdsOf(q, int64(o)); err != nil {
		return v, err
	}
	v.Lines, err = lineViews(q, x)
	return v, err
}

// name fills in what the ids of the header are called.
func (v *OrderView) name(q db.Querier, x *order.Order) error {
	who, err := parties(q, []id.Customer{x.Customer, x.Payer})
	if err != nil {
		return err
	}
	v.Customer, v.Payer = who[x.Customer], who[x.Payer]
	err = q.Each(`WITH {a: id BIGINT} SELECT s.id, s.name FROM a JOIN site s ON s.id=a.id`, db.Ints([]id.Site{x.ShipTo, x.BillTo}), nil, func(r *db.Rows) error {
		var s id.Site
		var name string
		err := r.Scan(&s, &name)
		if s == x.ShipTo {
			v.ShipToName = name
		}
		if s == x.BillTo {
			v.BillToName = name
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := q.One(`SELECT code FROM terms WHERE id=$1`, []any{int64(x.Terms)}, &v.TermsCode); err != nil {
		return err
	}
	_, err = q.One(`SELECT code FROM warehouse WHERE id=$1`, []any{int64(x.Warehouse)}, &v.WarehouseCode)
	return err
}

func lineViews(q db.Querier, x *order.Order) ([]LineView, error) {
	var goods ids[id.Product]
	for _, l := range x.Lines {
		goods.add(l.Product)
	}
	arts, err := articles(q, goods.list)
	if err != nil {
		return nil, err
	}
	sites, err := warehouseCodes(q)
	if err != nil {
		return nil, err
	}
	out := make([]LineView, 0, len(x.Lines))
	amt := func(n int64) string { return money.Format(n, x.Currency) }
	for _, l := range x.Lines {
		a := arts[l.Product]
		n, unit := a.qty, a.Unit
		if l.Follows() {
			n, unit = amt, string(x.Currency)
		}
		v := LineView{ID: l.ID, No: l.No, Role: l.Role, Product: l.Product, SKU: a.SKU, Text: l.Text, BuyerPart: l.BuyerPart, EnteredQty: l.EnteredQty, EnteredUnit: l.EnteredUnit,
			Unit: unit, Ordered: n(l.Ordered), Cancelled: n(l.Cancelled), Shipped: n(l.Shipped), Delivered: n(l.Delivered), Refused: n(l.Refused), Returned: n(l.Returned),
			Billed: n(l.Billed), Credited: n(l.Credited), Open: n(l.Open()), DueToBill: n(l.DueToBill()), Stage: l.Stage(), Decision: l.Decision, BillPolicy: l.BillPolicy,
			Price: l.Price, Discount: l.Discount, PriceTrace: l.Trace, Allowance: amt(l.AllowanceAmt), Net: amt(l.Net), TaxCode: l.TaxCode, Tax: amt(l.Tax), Gross: amt(l.Gross()),
			RequestedOn: l.RequestedOn, Schedules: make([]ScheduleView, 0, len(l.Schedules))}
		for _, s := range l.Schedules {
			v.Schedules = append(v.Schedules, ScheduleView{ID: s.ID, No: s.No, Source: s.Source, Warehouse: s.Warehouse, WarehouseCode: sites[s.Warehouse], PromisedOn: s.Promised,
				FirstPromise: s.First, Firm: s.Firm, Qty: n(s.Qty), Reserved: n(s.Reserved), Released: n(s.Released)})
		}
		out = append(out, v)
	}
	return out, nil
}

func holdsOf(q db.Querier, subject int64) ([]HoldView, error) {
	found, err := hold.Of(q, []int64{subject})
	out := []HoldView{}
	for _, h := range found[subject] {
		out = append(out, holdView(h))
	}
	return out, err
}

func holdView(h hold.Hold) HoldView {
	return HoldView{ID: h.ID, Kind: h.Kind, Code: h.Code, Sentence: h.Sentence, Stops: stops(h.Scope), Figures: h.Detail, OpenedAt: instant(h.OpenedAt)}
}

// stops names the steps of a scope.
func stops(mask int64) []string {
	out := []string{}
	for i, s := range []string{"confirm", "release", "pick", "ship", "bill", "dun", "refund", "retain"} {
		if mask&(1<<i) != 0 {
			out = append(out, s)
		}
	}
	return out
}

func warehouseCodes(q db.Querier) (map[id.Warehouse]string, error) {
	out := map[id.Warehouse]string{}
	err := q.Each(`SELECT id, code FROM warehouse`, nil, nil, func(r *db.Rows) error {
		var w id.Warehouse
		var code string
		err := r.Scan(&w, &code)
		out[w] = code
		return err
	})
	return out, err
}
