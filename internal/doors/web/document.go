package web

import (
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/report"
)

// document is a page about one thing.
type document struct {
	ID       string
	Title    string
	States   []state
	Lead     []link
	Acts     []link
	Facts    []fact
	Waits    []waiting
	Sections []section
	Papers   []paper
	Story    []told
}

// fact is a name with its value, and where the value comes from.
type fact struct {
	Name, Value, Sub, Tone, Href string
	Draw                         fragment // a small picture under the value
}

// waiting is a reason why the thing stands still, with the way on.
type waiting struct {
	State state
	Say   string
	Act   *link
}

// section is a part of the page: a table, pairs, or a drawing.
type section struct {
	Title string
	Table table
	Pairs []fact
	Draw  fragment
	Key   fragment
	More  *link
	Empty string
}

// paper is a document that came before or after this one.
type paper struct {
	Kind, Number, Href, Amount, Sub string
	State                           state
}

// fillWords name the colours of the bars.
var fillWords = map[string]string{"res": "reserved", "ship": "shipped", "bill": "billed", "paid": "paid", "short": "short"}

// places gives the page of a document by the prefix of its id.
var places = map[string]string{
	"ord": "/orders/", "shp": "/shipments/", "inv": "/invoices/", "cus": "/customers/", "prd": "/products/", "stm": "/statements/", "rcp": "/receipts/", "ret": "/returns/", "cra": "/credit/", "apv": "/approvals/", "fbk": "/feedback/",
}

// placeOf is the page of a document, "" when it has none.
func placeOf(d report.DocRef) string {
	prefix, _, _ := strings.Cut(d.ID, "_")
	if at, ok := places[prefix]; ok {
		return at + d.ID
	}
	return ""
}

// placeOf is the page of a document where the person may see it.
func (v *visit) placeOf(d report.DocRef) string {
	prefix, _, _ := strings.Cut(d.ID, "_")
	if strings.Contains("inv stm rcp cra apv", prefix) && !v.may(access.SeeMoney) {
		return ""
	}
	return placeOf(d)
}

var eventIcons = map[string]string{
	"order": "clipboard-list", "shipment": "truck", "invoice": "file", "credit_note": "file-minus", "receipt": "banknote", "application": "scale", "hold": "circle-pause", "return": "undo-2",
	"statement": "landmark", "customer": "users", "product": "package", "user": "circle-user", "stock_doc": "boxes", "refund": "wallet", "feedback": "message-square",
}

// waits shows the open holds of a document; release is the right that ends one.
func (v *visit) waits(holds []report.HoldView) []waiting {
	var out []waiting
	for _, h := range holds {
		w := waiting{State: stateOf(h.Kind), Say: v.say(h.Sentence)}
		if v.mayRelease(h.Kind) {
			w.Act = &link{Word: "Release…", Href: "/holds/" + h.ID.String() + "/release", Sheet: true}
		}
		out = append(out, w)
	}
	return out
}
