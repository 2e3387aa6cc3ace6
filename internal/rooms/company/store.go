package company

import (
	"encoding/json"

	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// Load reads the company.
func Load(q db.Querier) (*Company, error) {
	c := &Company{}
	var policy string
	ok, err := q.One(`SELECT name, currency, country, vat_id, zone, chart, policy, version FROM company WHERE id=1`, nil,
		&c.Name, &c.Currency, &c.Country, &c.VATID, &c.Zone, &c.Chart, &policy, &c.Version)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrMissing.Because("this database has no company yet: create one with PUT /v1/company, or start `kontor demo`")
	}
	if err := json.Unmarshal([]byte(policy), &c.Policy); err != nil {
		return nil, err
	}
	return c, c.Check()
}

// Save creates or changes the company; version must be the one that was read.
func Save(tx *db.Tx, c *Company) error {
	if err := c.Check(); err != nil {
		return err
	}
	tx.Touch()
	if c.Version == 0 {
		n, err := tx.Exec(`INSERT INTO company(id, name, currency, country, vat_id, zone, chart, policy, version, tx_id)
			VALUES (1, $1, $2, $3, $4, $5, $6, $7, 1, $8) ON CONFLICT (id) DO NOTHING`, nil,
			c.Name, string(c.Currency), c.Country, c.VATID, c.Zone, c.Chart, c.Policy.text(), tx.ID())
		if err == nil && n == 0 {
			return fault.Rule{Kind: fault.Conflict, Code: "company.exists"}.Because("this database already holds a company; read it and send its version to change it")
		}
		c.Version = 1
		return err
	}
	n, err := tx.Exec(`UPDATE company SET name=$1, country=$2, vat_id=$3, zone=$4, policy=$5, version=version+1, tx_id=$6
		WHERE id=1 AND version=$7 AND currency=$8 AND chart=$9`, nil,
		c.Name, c.Country, c.VATID, c.Zone, c.Policy.text(), tx.ID(), c.Version, string(c.Currency), c.Chart)
	if err == nil && n == 0 {
		return fault.Rule{Kind: fault.Stale, Code: "company.stale"}.Because("the company was changed meanwhile, or currency or chart would change, which books do not allow; read it again")
	}
	c.Version++
	return err
}
