package customer

import (
	"encoding/json"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Add creates customers and their sites. Codes that exist stay as they are;
// the result tells, per customer, the id that holds the code and whether it is new.
func Add(tx *db.Tx, customers []Customer, sites []Site) (ids map[string]id.Customer, fresh map[string]bool, err error) {
	l := db.NewList(len(customers))
	ids, fresh = map[string]id.Customer{}, map[string]bool{}
	codes := make([]string, 0, len(customers))
	for i := range customers {
		c := &customers[i]
		if err := c.Check(); err != nil {
			return nil, nil, err
		}
		codes = append(codes, c.Code)
		l.Add(int64(c.ID), c.Code, c.Name, int64(c.Parent), int64(c.Credit), int64(c.Payer), string(c.Currency), int64(c.Terms),
			c.PriceGroup, c.TaxStatus, c.VATID, c.Language, c.Incoterm, text(c.Ship), text(c.Bill))
	}
	if len(customers) == 0 {
		return ids, fresh, nil
	}
	tx.Touch()
	err = tx.Each(`WITH {a: id BIGINT, code TEXT, name TEXT, parent BIGINT, credit BIGINT, payer BIGINT, cur TEXT, terms BIGINT,
		pg TEXT, ts TEXT, vat TEXT, lang TEXT, inco TEXT, ship TEXT, bill TEXT}
		INSERT INTO customer(id, code, name, parent_id, credit_account_id, payer_id, currency, terms_id, price_group, tax_status,
			vat_id, vat_checked_on, language, incoterm, ship_rules, bill_rules, version, tx_id)
		SELECT a.id, a.code, a.name, a.parent, a.credit, a.payer, a.cur, a.terms, a.pg, a.ts, a.vat, '', a.lang, a.inco, a.ship, a.bill, 1, $1
		FROM a WHERE true ORDER BY a.code ON CONFLICT (code) DO NOTHING RETURNING customer.code`, l, []any{tx.ID()}, func(r *db.Rows) error {
		var code string
		err := r.Scan(&code)
		fresh[code] = true
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	found, err := ByCode(tx, codes)
	if err != nil {
		return nil, nil, err
	}
	for code, c := range found {
		ids[code] = c.ID
	}
	return ids, fresh, AddSites(tx, sites)
}

// AddSites creates sites; codes that the customer already has stay as they are.
func AddSites(tx *db.Tx, sites []Site) error {
	l := db.NewList(len(sites))
	for _, s := range sites {
		l.Add(int64(s.ID), int64(s.Customer), s.Code, s.GLN, s.Name, s.Street, s.City, s.Postcode, s.Region, s.Country)
	}
	tx.Touch()
	tx.Do(`WITH {a: id BIGINT, cus BIGINT, code TEXT, gln TEXT, name TEXT, street TEXT, city TEXT, pc TEXT, reg TEXT, ctry TEXT}
		INSERT INTO site(id, customer_id, code, gln, name, street, city, postcode, region, country, calendar, version, tx_id)
		SELECT a.id, a.cus, a.code, a.gln, a.name, a.street, a.city, a.pc, a.reg, a.ctry, '', 1, $1 FROM a WHERE true
		ON CONFLICT (customer_id, code) DO NOTHING`, l, tx.ID())
	return nil
}

// Update changes a customer that has not been changed since it was read.
func Update(tx *db.Tx, c *Customer) error {
	if err := c.Check(); err != nil {
		return err
	}
	tx.Touch()
	n, err := tx.Exec(`UPDATE customer SET name=$3, parent_id=$4, credit_account_id=$5, payer_id=$6, terms_id=$7, price_group=$8,
		tax_status=$9, vat_id=$10, language=$11, incoterm=$12, ship_rules=$13, bill_rules=$14, version=version+1, tx_id=$15
		WHERE id=$1 AND version=$2`, nil, int64(c.ID), c.Version, c.Name, int64(c.Parent), int64(c.Credit), int64(c.Payer),
		int64(c.Terms), c.PriceGroup, c.TaxStatus, c.VATID, c.Language, c.Incoterm, text(c.Ship), text(c.Bill), tx.ID())
	if err == nil && n == 0 {
		return ErrStale.Because("customer %s was changed meanwhile; read it again", c.Code)
	}
	c.Version++
	return err
}

const columns = `c.id, c.code, c.name, c.parent_id, c.credit_account_id, c.payer_id, c.currency, c.terms_id, c.price_group, c.tax_status,
	c.vat_id, c.language, c.incoterm, c.hold_mask, c.ship_rules, c.bill_rules, c.version, c.tx_id`

func scan(r *db.Rows) (*Customer, error) {
	c := &Customer{}
	var ship, bill string
	err := r.Scan((*int64)(&c.ID), &c.Code, &c.Name, (*int64)(&c.Parent), (*int64)(&c.Credit), (*int64)(&c.Payer), (*string)(&c.Currency),
		(*int64)(&c.Terms), &c.PriceGroup, &c.TaxStatus, &c.VATID, &c.Language, &c.Incoterm, &c.HoldMask, &ship, &bill, &c.Version, &c.TxID)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(ship), &c.Ship); err != nil {
		return nil, err
	}
	return c, json.Unmarshal([]byte(bill), &c.Bill)
}

// ByID reads customers.
func ByID(q db.Querier, ids []id.Customer) (map[id.Customer]*Customer, error) {
	out := make(map[id.Customer]*Customer, len(ids))
	ids = db.Known(q, ids, out, db.Copied)
	err := q.Each(`WITH {a: id BIGINT} SELECT `+columns+` FROM a JOIN customer c ON c.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		c, err := scan(r)
		if err == nil {
			out[c.ID] = c
		}
		return err
	})
	if err == nil {
		db.Learn(q, ids, out, db.Copied)
	}
	return out, err
}

// ByCode reads customers by their code.
func ByCode(q db.Querier, codes []string) (map[string]*Customer, error) {
	out := make(map[string]*Customer, len(codes))
	codes = db.Known(q, codes, out, db.Copied)
	err := q.Each(`WITH {a: code TEXT} SELECT `+columns+` FROM a JOIN customer c ON c.code=a.code`, db.Texts(codes), nil, func(r *db.Rows) error {
		c, err := scan(r)
		if err == nil {
			out[c.Code] = c
		}
		return err
	})
	if err == nil {
		db.Learn(q, codes, out, db.Copied)
	}
	return out, err
}

// Sites reads all sites of customers.
func Sites(q db.Querier, ids []id.Customer) (map[id.Customer][]Site, error) {
	out := make(map[id.Customer][]Site, len(ids))
	ids = db.Known(q, ids, out, db.Same)
	for _, c := range ids {
		out[c] = nil
	}
	err := q.Each(`WITH {a: id BIGINT} SELECT s.id, s.customer_id, s.code, s.gln, s.name, s.street, s.city, s.postcode, s.region, s.country
		FROM a JOIN site s ON s.customer_id=a.id ORDER BY s.customer_id, s.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		var s Site
		err := r.Scan((*int64)(&s.ID), (*int64)(&s.Customer), &s.Code, &s.GLN, &s.Name, &s.Street, &s.City, &s.Postcode, &s.Region, &s.Country)
		out[s.Customer] = append(out[s.Customer], s)
		return err
	})
	if err == nil {
		db.Learn(q, ids, out, db.Same)
	}
	return out, err
}

// SitesByID reads sites.
func SitesByID(q db.Querier, ids []id.Site) (map[id.Site]Site, error) {
	out := make(map[id.Site]Site, len(ids))
	ids = db.Known(q, ids, out, itself)
	err := q.Each(`WITH {a: id BIGINT} SELECT s.id, s.customer_id, s.code, s.gln, s.name, s.street, s.city, s.postcode, s.region, s.country
		FROM a JOIN site s ON s.id=a.id`, db.Ints(ids), nil, func(r *db.Rows) error {
		var s Site
		err := r.Scan((*int64)(&s.ID), (*int64)(&s.Customer), &s.Code, &s.GLN, &s.Name, &s.Street, &s.City, &s.Postcode, &s.Region, &s.Country)
		out[s.ID] = s
		return err
	})
	if err == nil {
		db.Learn(q, ids, out, itself)
	}
	return out, err
}

func itself(s Site) Site { return s }
