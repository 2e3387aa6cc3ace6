package web

import (
	"encoding/json"

	"kontor/internal/rooms/shipping"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/qty"
)

// picking is a shipment as a picker sees it: one stop after the other.
type picking struct {
	Shipment report.ShipmentView
	At       int                // the stop at hand; −1 when all are done
	Product  report.ProductView // of that stop
	Count    string             // what is taken so far, base unit
	Hit      *scanned
	Fault    *faults
}

// beenAt tells whether somebody has been at a stop.
func beenAt(l report.ShipmentLineView) bool { return !isZero(l.Picked) || l.ShortReason != "" }

func (p picking) stop() report.ShipmentLineView { return p.Shipment.Lines[p.At] }

func (p picking) path() string { return "/shipments/" + p.Shipment.ID.String() }

func (p picking) done() (n int64) {
	for _, l := range p.Shipment.Lines {
		if beenAt(l) {
			n++
		}
	}
	return n
}

// following is the next stop at which nobody was, after a stop and then from the first; −1 for none.
func following(lines []report.ShipmentLineView, at int) int {
	for i := range lines {
		if n := (at + 1 + i) % len(lines); !beenAt(lines[n]) {
			return n
		}
	}
	return -1
}

// codes are what a label of the stop's item may say, with how many base units
// one read counts: script counts along with them before the server answers.
func (p picking) codes() string {
	out := map[string]string{p.Product.SKU: "1"}
	if p.Product.GTIN != "" {
		out[p.Product.GTIN] = "1"
	}
	for _, u := range p.Product.Units {
		if u.GTIN != "" && u.Num%u.Den == 0 {
			out[u.GTIN] = itoa(u.Num / u.Den)
		}
	}
	text, _ := json.Marshal(out)
	return string(text)
}

// main is the word on the main button, for what is counted so far.
func (p picking) main() string {
	l, scale := p.stop(), int(p.Product.Scale)
	planned, _ := qty.Parse(l.Planned, scale)
	n, err := qty.Parse(p.Count, scale)
	switch {
	case err != nil || n >= planned:
		return "Take these"
	case n == 0:
		return "Take all " + quantity(l.Planned)
	}
	return "Take the other " + quantity(qty.Format(planned-n, scale))
}

// all tells whether the main button takes all that is planned.
func (p picking) all() bool { return p.main() != "Take these" }

// picks reads a shipment for its picker; stop is the number of a line, "" for the next one.
func picks(q db.Querier, ref, stop string) (picking, error) {
	p := picking{At: -1}
	s, err := report.FindShipment(q, ref)
	if err != nil {
		return p, err
	}
	if p.Shipment, err = report.Shipment(q, s); err != nil || len(p.Shipment.Lines) == 0 {
		return p, err
	}
	p.At = following(p.Shipment.Lines, -1)
	for i, l := range p.Shipment.Lines {
		if stop != "" && (stop == itoa(l.No) || stop == l.ID.String()) {
			p.At = i
		}
	}
	if p.At < 0 {
		return p, nil
	}
	p.Count = quantityText(p.stop().Picked)
	p.Product, err = report.Product(q, p.stop().Product)
	return p, err
}

func pickPage(v *visit) (page, error) {
	p, err := picks(v.q, v.PathValue("id"), v.ask("stop"))
	if err != nil {
		return nil, err
	}
	if p.Shipment.Decision != shipping.Planned {
		return onward{p.path(), "Nothing to pick: it is " + plain(stateOf(p.Shipment.Decision).word)}, nil
	}
	if v.ask("qty") != "" && p.At >= 0 {
		p.Count = plusSteps(v.ask("qty"), 0, p.Product)
	}
	if v.ask("scan") != "" && p.At >= 0 {
		if err := p.scan(v); err != nil {
			return nil, err
		}
	}
	return draw(pickView(v, p)), nil
}

// scan counts the right item; anything else changes nothing, and says what was expected.
func (p *picking) scan(v *visit) error {
	l := p.stop()
	m, err := report.Scanned(v.q, v.ask("scan"))
	expected := "Expected here: " + l.SKU + ", " + l.Name + ". Nothing was counted."
	if f, ok := fault.Of(err); ok && f.Code == report.ErrUnknownCode.Code {
		p.Hit = scanWrong(v.ask("scan")+" is not on this list", expected)
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case m.Kind == "item" && m.Product.ID == l.Product && more(plusSteps(p.Count, m.Each, p.Product), l.Planned, p.Product):
		p.Hit = scanWrong("All "+quantity(l.Planned)+" are counted", "Nothing was added: only "+quantity(l.Planned)+" are planned.")
	case m.Kind == "item" && m.Product.ID == l.Product:
		p.Count = plusSteps(p.Count, m.Each, p.Product)
		p.Hit = scanRight("Right item, "+quantity(p.Count)+" of "+quantity(l.Planned), "")
	case m.Kind == "place" && m.Ref == p.Shipment.WarehouseCode:
		p.Hit = scanRight("Right place, "+m.Name, "")
	default:
		p.Hit = scanWrong(m.Ref+" is not wanted here", expected)
		for _, x := range p.Shipment.Lines {
			if m.Kind == "item" && x.Product == m.Product.ID {
				p.Hit.Say = m.Ref + " belongs to stop " + itoa(x.No)
			}
		}
	}
	return nil
}

// more tells whether a quantity is above another.
func more(a, b string, p report.ProductView) bool {
	x, err1 := qty.Parse(a, int(p.Scale))
	y, err2 := qty.Parse(b, int(p.Scale))
	return err1 == nil && err2 == nil && x > y
}

var errPicked = fault.Rule{Kind: fault.Invalid, Code: "web.picked"}

// pickNow takes what was found at one stop and goes on to the next.
func pickNow(v *visit) (page, error) {
	p, line, err := v.stopOf(v.PostForm.Get("line"), v.PostForm.Get("qty"))
	if err == nil && v.PostForm.Get("all") != "" {
		line.Qty, err = qty.Parse(p.stop().Planned, int(p.Product.Scale))
	}
	if err == nil {
		_, err = v.site.office.Pick.One(flow.WithKey(v.Context(), v.key()), v.actor(), flow.Pick{Shipment: p.Shipment.ID, Lines: []flow.PickLine{line}})
	}
	if err != nil {
		if p.At < 0 || p.Shipment.ID == 0 {
			return nil, err
		}
		f, status := v.faultOf(err)
		p.Fault = &f
		return drawing{status, pickView(v, p)}, nil
	}
	return v.goOnPicking(p, quantity(qty.Format(line.Qty, int(p.Product.Scale)))+" of "+p.stop().SKU+" taken")
}

// stopOf reads the stop that a form is about, and the quantity that somebody typed.
func (v *visit) stopOf(line, typed string) (p picking, out flow.PickLine, err error) {
	err = v.read(func(q *db.Reader) (err error) {
		p, err = picks(q, v.PathValue("id"), line)
		return err
	})
	if err != nil {
		return p, out, err
	}
	if p.At < 0 || p.stop().ID.String() != line {
		p.At = -1
		return p, out, shipping.ErrLine.Because("this stop is not on the list any more: go back to the list and choose one")
	}
	out.Line = p.stop().ID
	p.Count = typed
	if typed, err = number(typed, "qty"); err != nil {
		return p, out, err
	}
	if out.Qty, err = qty.Parse(typed, int(p.Product.Scale)); err != nil || out.Qty < 0 {
		err = errPicked.Because("%q is no quantity of %s: write a number such as %s", p.Count, p.Product.SKU, quantityText(p.stop().Planned)).At("qty")
	}
	return p, out, err
}

// goOnPicking leads to the next stop, or back to the shipment after the last.
func (v *visit) goOnPicking(p picking, said string) (page, error) {
	err := v.read(func(q *db.Reader) (err error) {
		p.Shipment, err = report.Shipment(q, p.Shipment.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if n := following(p.Shipment.Lines, p.At); n >= 0 {
		return onward{p.path() + "/pick?stop=" + itoa(p.Shipment.Lines[n].No), said}, nil
	}
	return onward{p.path(), "It is picked"}, nil
}
