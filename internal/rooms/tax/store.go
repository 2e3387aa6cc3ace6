package tax

import "kontor/internal/tools/db"

// Load reads all rates and rules.
func Load(q db.Querier) (*Book, error) {
	b := &Book{}
	err := q.Each(`SELECT code, category, rate, country, valid_from, valid_to, discount_tax, deemed_code, reason FROM tax_rate ORDER BY code, valid_from`, nil, nil, func(r *db.Rows) error {
		var t Rate
		err := r.Scan(&t.Code, &t.Category, &t.Percent, &t.Country, (*string)(&t.ValidFrom), (*string)(&t.ValidTo), &t.DiscountTax, &t.DeemedCode, &t.Reason)
		b.Rates = append(b.Rates, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.Each(`SELECT from_country, to_place, party_status, tax_class, code FROM tax_rule ORDER BY id`, nil, nil, func(r *db.Rows) error {
		var t Rule
		err := r.Scan(&t.FromCountry, &t.ToPlace, &t.PartyStatus, &t.TaxClass, &t.Code)
		b.Rules = append(b.Rules, t)
		return err
	})
	return b, err
}

// Save adds rates and rules; a rate that exists for the code and start is changed only in its end and texts.
func Save(tx *db.Tx, rates []Rate, rules []Rule) error {
	tx.Touch()
	l := db.NewList(len(rates))
	for i := range rates {
		t := &rates[i]
		if err := t.Check(); err != nil {
			return err
		}
		l.Add(tx.NewID(), t.Code, t.Category, t.Percent, t.Country, string(t.ValidFrom), string(t.ValidTo), t.DiscountTax, t.DeemedCode, t.Reason)
	}
	tx.Do(`WITH {a: id BIGINT, code TEXT, cat TEXT, rate TEXT, ctry TEXT, f TEXT, t TEXT, dt TEXT, dc TEXT, reason TEXT}
		INSERT INTO tax_rate(id, code, category, rate, country, valid_from, valid_to, discount_tax, deemed_code, reason, tx_id)
		SELECT a.id, a.code, a.cat, a.rate, a.ctry, a.f, a.t, a.dt, a.dc, a.reason, $1 FROM a WHERE true
		ON CONFLICT (code, valid_from) DO UPDATE SET valid_to=excluded.valid_to, reason=excluded.reason, tx_id=excluded.tx_id`, l, tx.ID())
	k := db.NewList(len(rules))
	for _, t := range rules {
		k.Add(tx.NewID(), t.FromCountry, t.ToPlace, t.PartyStatus, t.TaxClass, t.Code)
	}
	tx.Do(`WITH {a: id BIGINT, f TEXT, p TEXT, s TEXT, c TEXT, code TEXT}
		INSERT INTO tax_rule(id, from_country, to_place, party_status, tax_class, code, tx_id)
		SELECT a.id, a.f, a.p, a.s, a.c, a.code, $1 FROM a WHERE true
		ON CONFLICT (from_country, to_place, party_status, tax_class) DO UPDATE SET code=excluded.code, tx_id=excluded.tx_id`, k, tx.ID())
	return nil
}
