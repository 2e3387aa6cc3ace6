package promise

import "fmt"

// late says why nothing can arrive before a day from a site.
func (a *asking) late(s, last int) *Limit {
	l := &Limit{Site: a.sites[s].ID, Product: a.Line.Product}
	w := a.ways[s]
	code := a.sites[s].Code
	if last < len(a.days) {
		l.On = a.on(last)
	}
	switch {
	case !w.ok:
		l.Kind, l.Sentence = LimitLane, "no site may serve this destination; open a lane or release a site"
	case a.cutoff(s) && a.sites[s].open[0] && a.sooner(s, 0, last):
		l.Kind = LimitCutoff
		l.Sentence = fmt.Sprintf("the cut-off %02d:%02d at %s has passed for today", a.sites[s].Cutoff/60, a.sites[s].Cutoff%60, code)
	case a.closedBefore(w.To, last):
		l.Kind, l.Ref = LimitClosed, w.To
		l.Sentence = fmt.Sprintf("destination %s does not receive on %s, the day before it can arrive", w.To, a.on(last-1))
	case a.closedSite(s, last):
		l.Kind = LimitClosed
		l.Sentence = fmt.Sprintf("site %s is closed on the days from which it would arrive before %s", code, a.ahead(last))
	default:
		l.Kind, l.Want = LimitTransit, int64(w.Transit)
		l.Sentence = fmt.Sprintf("from %s it is %d days on the way, so nothing arrives before %s", code, w.Transit, a.ahead(last))
	}
	return l
}

// ahead writes a day that may be the end of the horizon.
func (a *asking) ahead(d int) string {
	if d >= len(a.days) {
		return "the end of the horizon, " + string(a.on(d-1))
	}
	return string(a.on(d))
}

// sooner reports whether a departure would arrive as wished and before a day, if
// it took place and the destination received on every day.
func (a *asking) sooner(s, leave, last int) bool {
	w := a.ways[s]
	on := leave
	for n := 0; n < w.Transit && on < last; {
		if on++; w.Carrier.Works(a.on(on)) {
			n++
		}
	}
	receives := a.receives(w.To)
	for on < len(a.days) && !receives[on] {
		on++
	}
	return on < last && on >= a.from
}

func (a *asking) closedBefore(to string, last int) bool { return !a.receives(to)[last-1] }

func (a *asking) closedSite(s, last int) bool {
	for d := 1; d < min(last, len(a.days)); d++ {
		if !a.sites[s].open[d] && a.sooner(s, d, last) {
			return true
		}
	}
	return !a.sites[s].open[0] && a.sooner(s, 0, last)
}
