package promise

import "kontor/internal/words/id"

func (o *oracle) recipe(s id.Warehouse, p id.Product) *Recipe {
	for i := range o.w.Recipes {
		if r := &o.w.Recipes[i]; r.Site == s && r.Product == p {
			return r
		}
	}
	return nil
}

func (o *oracle) product(p id.Product) *Product {
	for i := range o.w.Products {
		if o.w.Products[i].ID == p {
			return &o.w.Products[i]
		}
	}
	return nil
}

// depth is the longest way down from one product to another, or -1.
func (o *oracle) depth(s id.Warehouse, from, to id.Product) int {
	if from == to {
		return 0
	}
	deepest := -1
	if r := o.recipe(s, from); r != nil {
		for _, c := range r.Components {
			if d := o.depth(s, c.Product, to); d >= 0 {
				deepest = max(deepest, d+1)
			}
		}
	}
	return deepest
}

// back walks n working days back from the last one not after d; -1 before today.
func (o *oracle) back(s *Site, d, n int) int {
	for ; d >= 0; d-- {
		if o.works(s, d) {
			if n == 0 {
				return d
			}
			n--
		}
	}
	return -1
}

// build does a work order, or reports that it cannot be.
func (o *oracle) build(s *Site, p id.Product, ready int, q int64) bool {
	var order []id.Product
	for level := range len(o.w.Products) {
		for _, x := range o.w.Products {
			if o.depth(s.ID, p, x.ID) == level {
				order = append(order, x.ID)
			}
		}
	}
	needs := map[id.Product][]int64{p: make([]int64, o.w.Days)}
	needs[p][ready] = q
	for _, x := range order {
		for on, n := range needs[x] {
			if n > 0 && !o.serve(s, p, x, on, ready, n, needs) {
				return false
			}
		}
	}
	return true
}

func (o *oracle) serve(s *Site, top, x id.Product, on, ready int, n int64, needs map[id.Product][]int64) bool {
	r := o.recipe(s.ID, x)
	phantom := r != nil && r.Phantom
	if x != top && !phantom {
		for n > 0 && o.heaps[shelfPlace{s.ID, x}].add(wanted{on, ready}) {
			n--
		}
	}
	if n == 0 {
		return true
	}
	if r == nil {
		return false
	}
	start := on
	made := n
	if !phantom {
		end := o.back(s, on, 0)
		start = o.back(s, on, r.Lead)
		if start < 0 {
			return false
		}
		made = max(n, r.Batch)
		last := end - 1
		if r.Lead == 0 {
			last = end
		}
		for _, op := range r.Operations {
			minutes := op.Setup
			for done := int64(0); done*op.RunOf < made*op.Run; done++ {
				minutes++
			}
			m := o.minutes[s.ID.String()+op.Centre]
			for d := last; minutes > 0; {
				if d < start {
					return false
				}
				if m[d] == 0 {
					d--
					continue
				}
				m[d]--
				minutes--
			}
		}
		if made > n {
			u := unit{end, 9999}
			if shelf := o.product(x).Shelf; shelf > 0 {
				u.last = end + shelf
			}
			o.later = append(o.later, func(z *oracle) { z.heaps[shelfPlace{s.ID, x}].supply(made-n, u) })
		}
	}
	for _, c := range r.Components {
		if needs[c.Product] == nil {
			needs[c.Product] = make([]int64, o.w.Days)
		}
		k := int64(0) // the least k with k/1 ≥ made × Per/PerOf × (1+Scrap/10000)
		for k*c.PerOf*10000 < made*c.Per*(10000+c.Scrap) {
			k++
		}
		needs[c.Product][start] += k
	}
	return true
}
