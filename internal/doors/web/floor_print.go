package web

import (
	"fmt"

	"github.com/boombuler/barcode/code128"

	"kontor/internal/story/report"
)

// printed is a shipment on paper: what to pick, or what is in the boxes.
type printed struct {
	Title    string
	Shipment report.ShipmentView
	Packing  bool
}

// code is what the barcode of the paper says: the number, or the id before there is one.
func (p printed) code() string {
	if p.Shipment.Number != "" {
		return p.Shipment.Number
	}
	return p.Shipment.ID.String()
}

// amountOf is the quantity of a line on the paper.
func (p printed) amountOf(l report.ShipmentLineView) string {
	switch {
	case !p.Packing:
		return l.Planned
	case !isZero(l.Shipped):
		return l.Shipped
	}
	return l.Picked
}

func printedPage(v *visit, title string, packing bool) (page, error) {
	ref, err := report.FindShipment(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	s, err := report.Shipment(v.q, ref)
	return draw(printedView(v, printed{title, s, packing})), err
}

// pickListPage is the paper for who picks without a phone.
func pickListPage(v *visit) (page, error) { return printedPage(v, "Pick list", false) }

// packingListPage is the paper that lies in the box.
func packingListPage(v *visit) (page, error) { return printedPage(v, "Packing list", true) }

// barsOf draws a text as Code 128 (ISO/IEC 15417): one path, a module is one unit
// wide, with the quiet zone of ten modules at both ends; "" for what it has no
// characters for. Wide is the whole width.
func barsOf(text string) (path string, wide int) {
	code, err := code128.Encode(text)
	if err != nil {
		return "", 0
	}
	n := code.Bounds().Dx()
	for x := 0; x < n; x++ {
		if r, _, _, _ := code.At(x, 0).RGBA(); r == 0 {
			from := x
			for x+1 < n {
				if r, _, _, _ := code.At(x+1, 0).RGBA(); r != 0 {
					break
				}
				x++
			}
			path += fmt.Sprintf("M%d 0h%dv40h-%dz", from+10, x-from+1, x-from+1)
		}
	}
	return path, n + 20
}
