package web

import (
	"context"
	"net/url"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

func shipmentList(v *visit, p report.Page) (list, error) {
	rows, err := report.Shipments(v.q, report.ShipmentFilter{State: v.ask("state"), Customer: v.ask("customer"), Warehouse: v.ask("warehouse"), Number: v.ask("q")}, p)
	l := list{Title: "Shipments", Ask: "Delivery note", Next: rows.Next, Empty: "No shipments yet. An order that is sent to the warehouse becomes one.",
		Views: v.tabs("state", [2]string{"", "All"}, [2]string{"planned", "To pick"}, [2]string{"shipped", "Shipped"}, [2]string{"delivered", "Delivered"}, [2]string{"void", "Void"}),
		Chips: v.chips([2]string{"customer", "Customer"}, [2]string{"warehouse", "Warehouse"}, [2]string{"q", "Number"})}
	l.Table = shipmentRows(v, rows.Items)
	return l, err
}

func shipmentRows(v *visit, rows []report.ShipmentRow) table {
	t := table{Caption: "Shipments", Columns: []column{{"Shipment", false, "first"}, {"Customer", false, "whole"}, {"State", false, "amount"}, {"Warehouse", false, "up"}, {"Planned", true, "whole"}, {"Shipped", true, "up"}, {"Carrier", false, "up"}}}
	for _, s := range rows {
		state := s.Decision
		if s.Held {
			state = "held"
		}
		t.Rows = append(t.Rows, row{ID: s.ID.String(), Cells: []cell{named(shipmentName(s), "/shipments/"+s.ID.String()), linked(s.Customer.Name, "/customers/"+s.Customer.Code), pill(state), text(s.WarehouseCode),
			v.dueCell(s.PlannedOn, s.Decision == "planned"), v.dayCell(s.ShippedOn), text(s.Carrier)}})
	}
	return t
}

// shipmentName is the number, which a shipment gets when it leaves, or its id's end.
func shipmentName(s report.ShipmentRow) string {
	if s.Number != "" {
		return s.Number
	}
	ref := s.ID.String()
	return "Pick " + strings.ToUpper(ref[len(ref)-6:])
}

func shipmentPage(v *visit) (page, error) {
	ref, err := report.FindShipment(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	s, err := report.Shipment(v.q, ref)
	if err != nil {
		return nil, err
	}
	d := document{ID: s.ID.String(), Title: shipmentName(s.ShipmentRow), States: []state{stateOf(s.Decision)}, Waits: v.waits(s.Holds)}
	d.Lead = []link{{Word: s.Customer.Name, Href: "/customers/" + s.Customer.Code}, {Word: "from " + s.WarehouseCode}, {Word: "to " + s.ShipToName}}
	picked, all, packed := false, true, true
	for _, l := range s.Lines {
		picked = picked || beenAt(l)
		all = all && beenAt(l)
		packed = packed && l.Packed == l.Picked
	}
	at := "/shipments/" + s.ID.String()
	d.Acts = v.buttons(at, when(s.Decision == "planned", &shipStep), when(s.Decision == "shipped", &deliverStep), when(s.Decision == "planned" && !picked, &unplanStep))
	if s.Decision == "planned" {
		d.States = []state{stateOf(floorState(picked, all, packed))}
	}
	if s.Decision == "planned" && v.may(access.Pick) {
		d.Acts = withFloor(d.Acts, at, all, packed)
	} else if s.Decision != "void" {
		d.Acts = append([]link{{Word: "Packing list", Href: at + "/packing-list", Icon: "printer"}}, d.Acts...)
	}
	d.Facts = []fact{{Name: "Planned", Value: sentence(dayText(s.PlannedOn, v.today))}, {Name: "Shipped", Value: sentence(dayText(s.ShippedOn, v.today))}, {Name: "Delivered", Value: sentence(dayText(s.DeliveredOn, v.today))},
		{Name: "Carrier", Value: orDash(s.Carrier), Sub: s.Tracking}, {Name: "Weight", Value: weightText(s.WeightG)}}
	t := table{Caption: "Lines", Columns: []column{{"Item", false, "first"}, {"Order", false, "whole"}, {"Planned", true, "amount"}, {"Picked", true, "whole"}, {"Packed", true, "up"}, {"Shipped", true, "up"}, {"Delivered", true, "up"}}}
	orders := map[string]bool{}
	for _, l := range s.Lines {
		t.Rows = append(t.Rows, row{ID: l.ID.String(), Cells: []cell{coded(l.SKU, "/products/"+url.PathEscape(l.SKU)).and(l.Name), linked(l.OrderNumber, "/orders/"+l.OrderNumber), pieces(l.Planned, l.Unit), {Text: quantity(l.Picked), Raw: l.Picked, Sub: l.ShortReason, SubTone: "late"},
			text(quantity(l.Packed)), text(quantity(l.Shipped)), text(quantity(l.Delivered))}})
		if !orders[l.OrderNumber] {
			orders[l.OrderNumber] = true
			d.Papers = append(d.Papers, paper{Kind: "Order ", Number: l.OrderNumber, Href: "/orders/" + l.OrderNumber, State: stateOf("confirmed"), Sub: "Asked for it"})
		}
	}
	d.Papers = append(d.Papers, paper{Kind: "Shipment ", Number: shipmentName(s.ShipmentRow), Href: at, State: stateOf(s.Decision), Sub: stateOf(s.Decision).word})
	for _, p := range s.Proofs {
		d.Papers = append(d.Papers, paper{Kind: "Proof of delivery", State: stateOf("delivered"), Sub: v.instantText(p.At) + ", " + orDash(p.Signer)})
	}
	d.Sections = []section{{Title: "Lines", Table: t, Empty: "No lines."}}
	d.Story, err = v.storyOf(s.ID.String())
	return draw(documentPage(v, d)), err
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func shipmentSteps() []*step { return []*step{&shipStep, &deliverStep, &unplanStep} }

func shipment(v *visit, ctx context.Context, ref string) (id.Shipment, error) {
	return found(ctx, v, ref, report.FindShipment)
}

var shipStep = step{Name: "ship", Word: "Ship", Title: "Ship the goods", Verb: "Ship goods", Right: access.Pick,
	Say:    "The goods leave the stock, and what they are worth can be billed. It cannot be undone; the way back is a return.",
	Fields: []field{{Name: "carrier", Label: "Carrier", Optional: true, Short: true}, {Name: "tracking", Label: "Tracking number", Optional: true, Short: true}},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		s, err := shipment(v, ctx, ref)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Ship.One(ctx, v.actor(), flow.Ship{Shipment: s, Carrier: form.Get("carrier"), Tracking: form.Get("tracking")})
		return r.Number + " has left", err
	}}

var deliverStep = step{Name: "deliver", Word: "Delivered", Title: "The receiver has the goods", Verb: "Record delivery", Right: access.Pick,
	Fields: []field{{Name: "signer", Label: "Signed by", Optional: true}},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		s, err := shipment(v, ctx, ref)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Deliver.One(ctx, v.actor(), flow.Deliver{Shipment: s, Signer: form.Get("signer")})
		return r.Number + " is delivered", err
	}}

var unplanStep = step{Name: "unplan", Word: "Take back", Title: "Take the shipment back", Verb: "Take shipment back", Right: access.Pick,
	Say: "The goods stay reserved for the order, which can be sent again.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		s, err := shipment(v, ctx, ref)
		if err != nil {
			return "", err
		}
		_, err = v.site.office.Unplan.One(ctx, v.actor(), flow.Unplan{Shipment: s})
		return "The shipment is taken back", err
	}}

func stockList(v *visit, p report.Page) (list, error) {
	f := report.StockFilter{SKU: v.ask("q"), Warehouse: v.ask("warehouse")}
	rows, err := report.Stock(v.q, f, p)
	if known, ok := fault.Of(err); ok && known.Kind == fault.NotFound {
		err = nil // a filter that finds nothing is no error
	}
	l := list{Title: "Stock", Ask: "Item code", Next: rows.Next, Empty: "Nothing is in stock. Goods that come in stand here.", Chips: v.chips([2]string{"warehouse", "Warehouse"}, [2]string{"q", "Item"})}
	l.Acts = v.buttons("/stock", &receiveStep, &countStep, &moveStep, &scrapStep)
	l.Table = stockRows(rows.Items)
	return l, err
}

func stockRows(pots []report.PotView) table {
	t := table{Caption: "Stock", Columns: []column{{"Item", false, "first"}, {"Warehouse", false, "whole"}, {"State", false, "whole"}, {"On hand", true, "whole"}, {"Reserved", true, "up"}, {"Free", true, "amount"}, {"Value", true, "up"}}, Needs: map[string]access.Right{"Value": access.SeeCosts}}
	for _, x := range pots {
		free := pieces(x.Free, x.Unit)
		if isZero(x.Free) {
			free.Tone = "muted"
		}
		t.Rows = append(t.Rows, row{ID: x.ID.String(), Cells: []cell{coded(x.SKU, "/products/"+url.PathEscape(x.SKU)).and(x.Name), text(x.Warehouse), pill(x.Status), text(quantity(x.OnHand)), text(quantity(x.Reserved)), free, {Text: inMoney(x.Value, string(x.Currency)), Raw: x.Value}}})
	}
	return t
}
