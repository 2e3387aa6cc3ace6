package web

import (
	"context"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/words/qty"
)

// shortage is what a picker tells who finds less than planned.
type shortage struct {
	picking
	Why, CountNow string
	Would         *consequences
}

// whys are the reasons why a shelf holds less.
var whys = [][2]string{{"empty", "The place is empty"}, {"damaged", "It is damaged"}, {"wrong item", "Another item lies there"}}

func whyWord(code string) string {
	for _, w := range whys {
		if w[0] == code {
			return w[1]
		}
	}
	return ""
}

// rest is what stays open of the order's line.
func (s shortage) rest() string {
	n, err := qty.Parse(s.Count, int(s.Product.Scale))
	planned, _ := qty.Parse(s.stop().Planned, int(s.Product.Scale))
	if err != nil || n < 0 || n >= planned {
		return "The rest stays"
	}
	return quantity(qty.Format(planned-n, int(s.Product.Scale))) + " " + unit(s.stop().Unit) + " stay"
}

// shortPage asks three things and shows what follows, as soon as they are answered.
func shortPage(v *visit) (page, error) {
	line := v.ask("line")
	p, out, err := v.stopOf(line, v.ask("qty"))
	if p.At < 0 {
		return nil, err
	}
	s := shortage{picking: p, Why: whyWord(v.ask("why")), CountNow: v.ask("count")}
	if v.ask("qty") == "" || v.ask("why") == "" {
		return draw(shortView(v, s)), nil
	}
	if err == nil {
		err = enough(p, out.Qty)
	}
	out.Reason = plain(s.Why)
	if err == nil {
		var c *report.Changes
		c, err = flow.Simulate(v.Context(), func(ctx context.Context) error {
			_, err := v.site.office.Pick.One(ctx, v.actor(), flow.Pick{Shipment: p.Shipment.ID, Lines: []flow.PickLine{out}})
			return err
		})
		if err == nil {
			would := v.consequencesFrom(c)
			s.Would = &would
		}
	}
	if err != nil {
		f, status := v.faultOf(err)
		s.Fault = &f
		return drawing{status, shortView(v, s)}, nil
	}
	return draw(shortView(v, s)), nil
}

// enough refuses a shortage where nothing is missing.
func enough(p picking, n int64) error {
	planned, _ := qty.Parse(p.stop().Planned, int(p.Product.Scale))
	if n >= planned {
		return errPicked.Because("%s of %s are planned, so nothing is missing: take these, or write how many are there", quantity(p.stop().Planned), p.Product.SKU).At("qty")
	}
	return nil
}

// shortNow takes what is there and says why it is less; the count of the place,
// when it is wanted, comes next.
func shortNow(v *visit) (page, error) {
	p, line, err := v.stopOf(v.PostForm.Get("line"), v.PostForm.Get("qty"))
	s := shortage{picking: p, Why: whyWord(v.PostForm.Get("why")), CountNow: v.PostForm.Get("count")}
	if err == nil {
		err = enough(p, line.Qty)
	}
	switch {
	case err != nil:
	case s.Why == "":
		err = errMissing.Because("Why is it less? Choose a reason: the order desk tells the customer").At("why")
	case s.CountNow == "":
		err = errMissing.Because("Count this place now? Choose yes or no: a count keeps others from promising what is not there").At("count")
	default:
		line.Reason = plain(s.Why)
		_, err = v.site.office.Pick.One(flow.WithKey(v.Context(), v.key()), v.actor(), flow.Pick{Shipment: p.Shipment.ID, Lines: []flow.PickLine{line}})
	}
	if err != nil {
		if p.At < 0 {
			return nil, err
		}
		f, status := v.faultOf(err)
		s.Fault = &f
		return drawing{status, shortView(v, s)}, nil
	}
	if s.CountNow == "yes" && v.may(access.Keep) {
		return onward{"/count" + query("warehouse", p.Shipment.WarehouseCode, "sku", p.Product.SKU, "shipment", p.Shipment.ID.String()), "The order desk knows. Count what lies there now"}, nil
	}
	return v.goOnPicking(p, "The order desk knows that "+s.rest()+" open")
}
