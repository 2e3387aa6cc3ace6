package promise

import (
	"cmp"
	"fmt"
	"slices"

	"kontor/internal/words/day"
)

// Change is a rule of the line that could be given up.
type Change string

// What a better option gives up.
const (
	ChangeMake        Change = "make"        // let it be made
	ChangeSubstitutes Change = "substitutes" // take another product
	ChangeSites       Change = "split-sites" // from several sites
	ChangeTime        Change = "split-time"  // on several days
	ChangeWhole       Change = "whole"       // all on one day
	ChangeApart       Change = "apart"       // not with the other lines
)

// Option is what the line would get if one of its rules were given up, with
// the lines before it as they are.
type Option struct {
	Change   Change
	First    day.Day // the first part arrives
	FirstQty int64
	Done     day.Day // all has arrived; "" when some stays open
	Open     int64
	Sentence string
}

// better lists the single changes that bring some of the line sooner, or more.
func (a *asking) better(gs []grab, together bool) []Option {
	var out []Option
	try := func(c Change, allowed bool, l Line) {
		if allowed {
			return
		}
		if o, ok := a.option(c, l, gs, together && c != ChangeApart); ok {
			out = append(out, o)
		}
	}
	l := a.Line
	change := func(f func(*Line)) Line { x := l; f(&x); return x }
	try(ChangeMake, l.Make, change(func(x *Line) { x.Make = true }))
	try(ChangeSubstitutes, l.Substitutes || len(a.world.Products[a.product].Substitutes) == 0, change(func(x *Line) { x.Substitutes = true }))
	try(ChangeSites, l.SplitSites || len(a.ways) < 2, change(func(x *Line) { x.SplitSites = true }))
	try(ChangeTime, l.SplitTime || together, change(func(x *Line) { x.SplitTime = true }))
	try(ChangeWhole, !l.SplitTime || together, change(func(x *Line) { x.SplitTime = false }))
	try(ChangeApart, !together, l)
	slices.SortStableFunc(out, func(x, y Option) int {
		return cmp.Or(cmp.Compare(x.Open, y.Open), cmp.Compare(x.Done, y.Done), cmp.Compare(x.First, y.First))
	})
	return out
}

// option settles the line with a change and tells when that is sooner or more.
func (a *asking) option(c Change, l Line, gs []grab, together bool) (Option, bool) {
	r := Request{Group: a.group, To: a.to}
	x := a.ask(&r, l)
	if together {
		x.SplitTime = false
	}
	m := a.mark()
	got := x.settle()
	a.undo(m)
	if len(got) == 0 {
		return Option{}, false
	}
	open, last := a.Qty-total(got), x.lastDay(got)
	first, firstQty := a.first(got)
	was, _ := a.first(gs)
	if open > a.Qty-total(gs) || last >= a.lastDay(gs) && (first >= was && len(gs) > 0) && open >= a.Qty-total(gs) {
		return Option{}, false
	}
	o := Option{Change: c, First: a.on(first), FirstQty: firstQty, Open: open}
	if open == 0 {
		o.Done = a.on(last)
	}
	o.Sentence = a.tell(c, o)
	return o, true
}

// first is the day of the first part, and how much arrives on it.
func (a *asking) first(gs []grab) (int, int64) {
	on, qty := len(a.days), int64(0)
	for _, g := range gs {
		if g.arrive < on {
			on, qty = g.arrive, 0
		}
		if g.arrive == on {
			qty += g.qty
		}
	}
	return on, qty
}

func (a *asking) tell(c Change, o Option) string {
	what := map[Change]string{ChangeMake: "made to order", ChangeSubstitutes: "with a substitute", ChangeSites: "split over sites",
		ChangeTime: "split in time", ChangeWhole: "all on one day", ChangeApart: "without waiting for the other lines"}[c]
	switch {
	case o.Open > 0:
		return fmt.Sprintf("%s, %d arrive from %s on and %d stay open", what, a.Qty-o.Open, o.First, o.Open)
	case o.First < o.Done:
		return fmt.Sprintf("%s, %d arrive on %s and all by %s", what, o.FirstQty, o.First, o.Done)
	}
	return fmt.Sprintf("%s, all arrives on %s", what, o.Done)
}
