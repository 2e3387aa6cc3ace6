package web

import (
	"bytes"
	"context"
	"net/url"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/words/fault"
)

// What the warehouse does beside orders: goods come in, are counted, moved and
// thrown away. Each is one paper with a reference, so that doing it twice is refused.
func stockSteps() []*step { return []*step{&receiveStep, &countStep, &moveStep, &scrapStep} }

var (
	askRef  = field{Name: "reference", Label: "Reference", Help: "Delivery note, count sheet: once for each kind", Short: true, Auto: "off"}
	askItem = field{Name: "sku", Label: "Item", Help: "Scan or type its code", Short: true, Auto: "off", Suggest: "/suggest/items"}
	askQty  = field{Name: "qty", Label: "Quantity", Help: "In the item's base unit", Number: true, Short: true, Auto: "off"}
	askHome = field{Name: "warehouse", Label: "Warehouse", Help: "Code; the first one when empty", Optional: true, Short: true, Auto: "off"}
)

var receiveStep = step{Name: "receive", Word: "Receive", Title: "Take goods in", Verb: "Take goods in", Right: access.Keep,
	Fields: []field{askRef, askItem, askQty, {Name: "cost", Label: "Cost", Help: "Per base unit, in the company's currency", Number: true, Short: true, Auto: "off"}, askHome},
	Run: func(ctx context.Context, v *visit, _ string, f url.Values) (string, error) {
		_, err := v.site.office.GoodsIn.One(ctx, v.actor(), flow.GoodsIn{Reference: f.Get("reference"), Warehouse: f.Get("warehouse"), Lines: []flow.GoodsLine{{SKU: f.Get("sku"), Qty: f.Get("qty"), Cost: f.Get("cost")}}})
		return quantity(f.Get("qty")) + " of " + f.Get("sku") + " came in", err
	}}

var countStep = step{Name: "count", Word: "Count", Title: "Set stock to what was counted", Verb: "Book count", Right: access.Keep,
	Fields: []field{askRef, askItem, {Name: "qty", Label: "Counted", Help: "All that lies there, in the item's base unit", Number: true, Short: true, Auto: "off"}, askHome, {Name: "reason", Label: "Reason", Optional: true}},
	Run: func(ctx context.Context, v *visit, _ string, f url.Values) (string, error) {
		_, err := v.site.office.Count.One(ctx, v.actor(), flow.Count{Reference: f.Get("reference"), Warehouse: f.Get("warehouse"), SKU: f.Get("sku"), Counted: f.Get("qty"), Reason: f.Get("reason")})
		return f.Get("sku") + " is counted", err
	}}

var moveStep = step{Name: "move", Word: "Move", Title: "Move goods", Verb: "Move goods", Right: access.Keep,
	Fields: []field{askRef, askItem, askQty, {Name: "from", Label: "From warehouse", Help: "Its code", Short: true, Auto: "off"}, {Name: "to", Label: "To warehouse", Help: "Its code", Short: true, Auto: "off"}},
	Run: func(ctx context.Context, v *visit, _ string, f url.Values) (string, error) {
		_, err := v.site.office.Move.One(ctx, v.actor(), flow.Move{Reference: f.Get("reference"), SKU: f.Get("sku"), Qty: f.Get("qty"), From: f.Get("from"), To: f.Get("to")})
		return quantity(f.Get("qty")) + " of " + f.Get("sku") + " is moved", err
	}}

var scrapStep = step{Name: "scrap", Word: "Scrap", Title: "Write goods off the shelf", Verb: "Scrap goods", Right: access.Keep,
	Fields: []field{askRef, askItem, askQty, askHome, reason},
	Run: func(ctx context.Context, v *visit, _ string, f url.Values) (string, error) {
		_, err := v.site.office.Scrap.One(ctx, v.actor(), flow.Scrap{Reference: f.Get("reference"), Warehouse: f.Get("warehouse"), SKU: f.Get("sku"), Qty: f.Get("qty"), Reason: f.Get("reason")})
		return quantity(f.Get("qty")) + " of " + f.Get("sku") + " is scrapped", err
	}}

// bankImportPage takes a bank's file in.
func bankImportPage(v *visit) (page, error) { return draw(bankImportView(v, nil)), nil }

var errFile = fault.Rule{Kind: fault.Invalid, Code: "web.file"}

func bankImportNow(v *visit) (page, error) {
	text, err := v.file("file")
	var list []flow.Statement
	if err == nil {
		list, err = flow.BankFile(bytes.NewReader(text))
	}
	var rs []flow.Result[flow.Received]
	if err == nil {
		rs, err = v.site.office.Receive.Many(v.Context(), v.actor(), list)
	}
	for _, r := range rs {
		if err == nil {
			err = r.Fault
		}
	}
	if err != nil {
		if _, ok := fault.Of(err); !ok {
			return nil, err
		}
		f, status := v.faultOf(err)
		f.Title = "The file is not taken in"
		return drawing{status, bankImportView(v, &f)}, nil
	}
	receipts, known := 0, 0
	for _, r := range rs {
		receipts += len(r.Value.Receipts)
		if r.Value.Known {
			known++
		}
	}
	said := count(int64(len(rs)-known), "statement is taken in", "statements are taken in") + " with " + count(int64(receipts), "receipt", "receipts")
	if known > 0 {
		said += ", " + count(int64(known), "was known already", "were known already")
	}
	return onward{"/receipts?unapplied=yes", said}, nil
}
