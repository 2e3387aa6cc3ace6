package pricing

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// AddLists creates price lists; codes that exist stay.
func AddLists(tx *db.Tx, lists []List) (map[string]id.PriceList, error) {
	l := db.NewList(len(lists))
	codes := make([]string, 0, len(lists))
	for _, p := range lists {
		codes = append(codes, p.Code)
		l.Add(int64(p.ID), p.Code, string(p.Currency), p.Group, string(p.ValidFrom), string(p.ValidTo))
	}
	tx.Touch()
	tx.Do(`WITH {a: id BIGINT, code TEXT, cur TEXT, grp TEXT, f TEXT, t TEXT}
		INSERT INTO price_list(id, code, currency, incl_tax, price_group, valid_from, valid_to, version, tx_id)
		SELECT a.id, a.code, a.cur, 0, a.grp, a.f, a.t, 1, $1 FROM a WHERE true ON CONFLICT (code) DO NOTHING`, l, tx.ID())
	out := map[string]id.PriceList{}
	err := tx.Each(`WITH {a: code TEXT} SELECT l.code, l.id FROM a JOIN price_list l ON l.code=a.code`, db.Texts(codes), nil, func(r *db.Rows) error {
		var c string
		var v id.PriceList
		err := r.Scan(&c, (*int64)(&v))
		out[c] = v
		return err
	})
	return out, err
}

// Lists reads all price lists.
func Lists(q db.Querier) ([]List, error) {
	var out []List
	err := q.Each(`SELECT id, code, currency, price_group, valid_from, valid_to, version FROM price_list ORDER BY code`, nil, nil, func(r *db.Rows) error {
		var p List
		err := r.Scan((*int64)(&p.ID), &p.Code, (*string)(&p.Currency), &p.Group, (*string)(&p.ValidFrom), (*string)(&p.ValidTo), &p.Version)
		out = append(out, p)
		return err
	})
	return out, err
}

// Add saves prices. Two prices of one list for the same key, unit and break
// must not be valid on the same day: the list row is locked and the statement
// refuses the second. It tells the index of the first refused price, or -1.
func Add(tx *db.Tx, prices []Price) (refused int, err error) {
	lists := map[id.PriceList]bool{}
	var ids []id.PriceList
	for i, p := range prices {
		if err := p.Check(); err != nil {
			return i, err
		}
		if !lists[p.List] {
			lists[p.List] = true
			ids = append(ids, p.List)
		}
	}
	if err := tx.Each(`WITH {a: id BIGINT} SELECT l.id FROM a JOIN price_list l ON l.id=a.id ORDER BY l.id {lock l}`, db.Ints(ids), nil,
		func(*db.Rows) error { return nil }); err != nil {
		return -1, err
	}
	tx.Touch()
	if i := overlapWithin(prices); i >= 0 {
		return i, ErrOverlap.Because("two of the prices sent are valid on the same day for the same product, customer, unit and quantity break")
	}
	l := db.NewList(len(prices))
	at := map[int64]int{}
	for i, p := range prices {
		kind := "product"
		if p.Customer != 0 {
			kind = "customer"
		}
		pid := p.ID
		if pid == 0 {
			pid = tx.NewID()
		}
		at[pid] = i
		to := string(p.ValidTo)
		if to == "" {
			to = forever
		}
		l.Add(pid, int64(p.List), kind, int64(p.Product), int64(p.Customer), p.Unit, p.MinQty, p.Price, p.Discount, string(p.ValidFrom), to)
	}
	done := map[int64]bool{}
	err = tx.Each(`WITH {a: id BIGINT, list BIGINT, kind TEXT, product BIGINT, customer BIGINT, unit TEXT, minq BIGINT, price TEXT, disc TEXT, f TEXT, t TEXT}
		INSERT INTO price(id, list_id, key_kind, product_id, customer_id, unit, min_qty, price, discount, valid_from, valid_to, tx_id)
		SELECT a.id, a.list, a.kind, a.product, a.customer, a.unit, a.minq, a.price, a.disc, a.f, a.t, $1 FROM a
		WHERE NOT EXISTS (SELECT 1 FROM price x WHERE x.list_id=a.list AND x.product_id=a.product AND x.customer_id=a.customer
			AND x.unit=a.unit AND x.min_qty=a.minq AND x.valid_from<=a.t AND x.valid_to>=a.f) RETURNING price.id`, l, []any{tx.ID()}, func(r *db.Rows) error {
		var v int64
		err := r.Scan(&v)
		done[v] = true
		return err
	})
	if err != nil {
		return -1, err
	}
	for pid, i := range at {
		if !done[pid] {
			return i, ErrOverlap.Because("a price for this product, customer, unit and quantity break is already valid between %s and %s; end that one first", prices[i].ValidFrom, prices[i].ValidTo)
		}
	}
	return -1, nil
}

// forever stands for an open end in the tables, so that ends compare as text.
const forever = "2999-12-31"

func overlapWithin(prices []Price) int {
	type k struct {
		list     id.PriceList
		product  id.Product
		customer id.Customer
		unit     string
		min      int64
	}
	seen := map[k][]int{}
	for i, p := range prices {
		key := k{p.List, p.Product, p.Customer, p.Unit, p.MinQty}
		for _, j := range seen[key] {
			o := prices[j]
			if (o.ValidTo == "" || p.ValidFrom <= o.ValidTo) && (p.ValidTo == "" || o.ValidFrom <= p.ValidTo) {
				return i
			}
		}
		seen[key] = append(seen[key], i)
	}
	return -1
}

// Open reads the candidates for a batch of questions, out of these lists.
func Open(q db.Querier, lists []List, asks []Ask) (*Book, error) {
	b := &Book{lists: map[id.PriceList]*List{}, prices: map[key][]Price{}}
	for i := range lists {
		b.lists[lists[i].ID] = &lists[i]
	}
	var keys []key
	for _, a := range asks {
		for _, k := range []key{{a.Product, a.Customer}, {a.Product, 0}} {
			if _, ok := b.prices[k]; !ok {
				b.prices[k] = nil
				keys = append(keys, k)
			}
		}
	}
	keys = db.Known(q, keys, b.prices, db.Same)
	if len(keys) == 0 {
		return b, nil
	}
	l := db.NewList(len(keys))
	for _, k := range keys {
		l.Add(int64(k.product), int64(k.customer))
	}
	err := q.Each(`WITH {a: product BIGINT, customer BIGINT} SELECT p.id, p.list_id, p.product_id, p.customer_id, p.unit, p.min_qty, p.price, p.discount,
		p.valid_from, p.valid_to FROM a JOIN price p ON p.product_id=a.product AND p.customer_id=a.customer`, l, nil, func(r *db.Rows) error {
		var p Price
		err := r.Scan(&p.ID, (*int64)(&p.List), (*int64)(&p.Product), (*int64)(&p.Customer), &p.Unit, &p.MinQty, &p.Price, &p.Discount,
			(*string)(&p.ValidFrom), (*string)(&p.ValidTo))
		k := key{p.Product, p.Customer}
		b.prices[k] = append(b.prices[k], p)
		return err
	})
	if err == nil {
		db.Learn(q, keys, b.prices, db.Same)
	}
	return b, err
}
