package promise

import "slices"

// best tries all sites and books the best of those that will do.
func (a *asking) best(try func(s int) []grab, will func([]grab) bool) []grab {
	best, at := -1, 0
	var worth []int64
	var seen []Choice
	for s, w := range a.ways {
		if !w.ok {
			continue
		}
		m := a.mark()
		gs := try(s)
		a.undo(m)
		if !will(gs) {
			continue
		}
		v := a.worth(s, gs)
		seen = append(seen, a.could(s, a.product, int(v[1]), total(gs), v[5]))
		if best < 0 || slices.Compare(v, worth) < 0 {
			best, at, worth = s, len(seen)-1, v
		}
	}
	if best < 0 {
		return nil
	}
	seen[at].Gives = seen[at].Can
	a.choices[choice{int(worth[1]), a.product}] = seen
	return try(best)
}

// could notes what a site can give.
func (a *asking) could(s, product, on int, can, freight int64) Choice {
	return Choice{Site: a.sites[s].ID, Product: a.world.Products[product].ID, On: a.on(on), Can: can, Freight: freight,
		Transit: a.ways[s].Transit, Age: a.pool(place{s, a.product}).age}
}

// worth ranks what one site gives; less is better.
func (a *asking) worth(s int, gs []grab) []int64 {
	last, deliveries, freight := 0, int64(0), int64(0)
	seen := map[int]bool{}
	w := &a.ways[s]
	for _, g := range gs {
		last = max(last, g.arrive)
		freight += g.qty * w.PerUnit
		if !seen[g.leave] {
			seen[g.leave] = true
			deliveries++
			freight += a.shipment(s, g.leave)
		}
	}
	age := int64(a.pool(place{s, a.product}).age)
	cost := freight + a.world.TransitCents*int64(w.Transit) - a.world.AgeCents*age
	return []int64{a.Qty - total(gs), int64(last), deliveries, substituted(gs), cost, freight, int64(w.Transit), -age}
}

// shipment is the freight of a departure that the request does not have yet.
func (a *asking) shipment(s, leave int) int64 {
	if a.ships[ship{s, leave}] {
		return 0
	}
	return a.ways[s].PerShipment
}

// giver books up to a quantity of a product from a site.
type giver func(s int, want int64) []grab

// several books up to want from the best set of sites.
func (a *asking) several(on, product int, want, step int64, give giver) []grab {
	want -= want % step
	if want <= 0 {
		return nil
	}
	offers := a.offers(on, want, give)
	sum := int64(0)
	seen := make([]Choice, len(offers))
	for i, o := range offers {
		sum += o.most
		seen[i] = a.could(o.site, product, on, o.most, o.fixed+o.most*o.unit)
	}
	var out []grab
	for i, n := range share(offers, min(want, sum)) {
		if n > 0 {
			out = append(out, a.booked(give(offers[i].site, n))...)
			seen[i].Gives = n
		}
	}
	a.choices[choice{on, product}] = seen
	return out
}

// offers lists the sites that can give something on a day.
func (a *asking) offers(on int, want int64, give giver) []offer {
	var out []offer
	for s, w := range a.ways {
		leave := a.leaves(s, on)
		if leave < 0 {
			continue
		}
		m := a.mark()
		n := total(give(s, want))
		a.undo(m)
		if n > 0 {
			age := int64(a.pool(place{s, a.product}).age)
			out = append(out, offer{site: s, most: n, fixed: a.shipment(s, leave), unit: w.PerUnit, transit: int64(w.Transit), age: age,
				other: a.world.TransitCents*int64(w.Transit) - a.world.AgeCents*age})
		}
	}
	return out
}
