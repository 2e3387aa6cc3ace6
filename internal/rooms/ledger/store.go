package ledger

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// LoadChart reads the chart.
func LoadChart(q db.Querier) (*Chart, error) {
	c := &Chart{accounts: map[[2]string]string{}}
	err := q.Each(`SELECT role, tax_code, account FROM account_role`, nil, nil, func(r *db.Rows) error {
		var k [2]string
		var a string
		err := r.Scan(&k[0], &k[1], &a)
		c.accounts[k] = a
		return err
	})
	return c, err
}

// Seed writes a template's accounts and roles; those that exist stay.
func Seed(tx *db.Tx, template string) {
	tx.Touch()
	accounts, roles := db.NewList(len(roleTable)), db.NewList(len(roleTable))
	seen := map[string]bool{}
	for _, r := range roleTable {
		a := r.in(template)
		if !seen[a] {
			seen[a] = true
			accounts.Add(a, r.name, r.kind)
		}
		roles.Add(r.role, "", a)
	}
	tx.Do(`WITH {a: acc TEXT, name TEXT, kind TEXT} INSERT INTO account(account, name, kind) SELECT a.acc, a.name, a.kind FROM a WHERE true
		ON CONFLICT (account) DO NOTHING`, accounts)
	tx.Do(`WITH {a: role TEXT, code TEXT, acc TEXT} INSERT INTO account_role(role, tax_code, account) SELECT a.role, a.code, a.acc FROM a WHERE true
		ON CONFLICT (role, tax_code) DO NOTHING`, roles)
}

// Post writes entries. It compacts and checks them, and panics when one does
// not balance. Entries without lines are not written.
func Post(tx *db.Tx, chart *Chart, entries []Entry) {
	heads, lines := db.NewList(len(entries)), db.NewList(4*len(entries))
	for i := range entries {
		e := &entries[i]
		if e.Reverses == 0 {
			e.Lines = Compact(e.Lines)
		}
		if len(e.Lines) == 0 {
			continue
		}
		mustBalance(e)
		e.ID = id.Entry(tx.NewID())
		if e.DocumentOn == "" {
			e.DocumentOn = e.PostedOn
		}
		if e.FxRate == "" {
			e.FxRate = "1"
		}
		heads.Add(int64(e.ID), e.Journal, e.Kind, e.DocType, e.Doc, e.Step, string(e.PostedOn), string(e.DocumentOn), string(e.ValueOn),
			string(e.PostedOn.Month()), e.FxRate, int64(e.Reverses), int64(e.Corrects))
		for n, l := range e.Lines {
			account := l.Account
			if account == "" {
				account = chart.Account(l.Role, l.TaxCode)
			}
			lines.Add(int64(e.ID), int64(n+1), l.Role, account, l.Amount, l.Doc, string(l.Currency), l.Sub, int64(l.Customer), l.CostObject,
				l.TaxCode, l.TaxBase, string(l.TaxPointOn))
		}
	}
	tx.Put(`WITH {a: id BIGINT, j TEXT, k TEXT, dt TEXT, doc BIGINT, step TEXT, p TEXT, d TEXT, v TEXT, per TEXT, fx TEXT, rev BIGINT, cor BIGINT}
		INSERT INTO ledger_entry(id, journal, kind, doc_type, doc_id, step, posted_on, document_on, value_on, period, fx_rate, rate_on, reverses_id, corrects_id, tx_id)
		SELECT a.id, a.j, a.k, a.dt, a.doc, a.step, a.p, a.d, a.v, a.per, a.fx, a.p, a.rev, a.cor, $1 FROM a`, heads, tx.ID())
	tx.Put(`WITH {a: e BIGINT, n BIGINT, role TEXT, acc TEXT, amt BIGINT, doc BIGINT, cur TEXT, sub BIGINT, cus BIGINT, co TEXT, tc TEXT, tb BIGINT, tp TEXT}
		INSERT INTO ledger_line(entry_id, line_no, role, account, amount, amount_doc, currency_doc, sub_id, customer_id, cost_object, tax_code, tax_base, tax_point_on)
		SELECT a.e, a.n, a.role, a.acc, a.amt, a.doc, a.cur, a.sub, a.cus, a.co, a.tc, a.tb, a.tp FROM a`, lines)
}

// Of reads the entries of documents with their lines, oldest first.
func Of(q db.Querier, docs []int64) (map[int64][]Entry, error) {
	out := map[int64][]Entry{}
	at := map[id.Entry][2]int64{}
	err := q.Each(`WITH {a: id BIGINT} SELECT e.id, e.journal, e.kind, e.doc_type, e.doc_id, e.step, e.posted_on, e.document_on, e.value_on, e.fx_rate, e.reverses_id,
		l.role, l.account, l.amount, l.amount_doc, l.currency_doc, l.sub_id, l.customer_id, l.cost_object, l.tax_code, l.tax_base, l.tax_point_on
		FROM a JOIN ledger_entry e ON e.doc_id=a.id JOIN ledger_line l ON l.entry_id=e.id ORDER BY e.id, l.line_no`, db.Ints(docs), nil, func(r *db.Rows) error {
		var e Entry
		var l Line
		err := r.Scan((*int64)(&e.ID), &e.Journal, &e.Kind, &e.DocType, &e.Doc, &e.Step, (*string)(&e.PostedOn), (*string)(&e.DocumentOn), (*string)(&e.ValueOn), &e.FxRate, (*int64)(&e.Reverses),
			&l.Role, &l.Account, &l.Amount, &l.Doc, (*string)(&l.Currency), &l.Sub, (*int64)(&l.Customer), &l.CostObject, &l.TaxCode, &l.TaxBase, (*string)(&l.TaxPointOn))
		p, ok := at[e.ID]
		if !ok {
			p = [2]int64{e.Doc, int64(len(out[e.Doc]))}
			at[e.ID] = p
			out[e.Doc] = append(out[e.Doc], e)
		}
		x := &out[p[0]][p[1]]
		x.Lines = append(x.Lines, l)
		return err
	})
	return out, err
}

// Calendar tells in which months may be posted, per ledger.
type Calendar struct {
	shut map[string]map[day.Month]bool
}

// LoadCalendar reads the months that are not open.
func LoadCalendar(q db.Querier) (*Calendar, error) {
	c := &Calendar{shut: map[string]map[day.Month]bool{}}
	err := q.Each(`SELECT ledger, month FROM period WHERE state<>'open'`, nil, nil, func(r *db.Rows) error {
		var l string
		var m day.Month
		err := r.Scan(&l, (*string)(&m))
		if c.shut[l] == nil {
			c.shut[l] = map[day.Month]bool{}
		}
		c.shut[l][m] = true
		return err
	})
	return c, err
}

// Open gives the day on which a posting asked for a day lands: that day, or
// the first day of the next month that is open in the ledger.
func (c *Calendar) Open(ledger string, d day.Day) day.Day {
	for m := d.Month(); ; m = m.Next() {
		if !c.shut[ledger][m] && !c.shut[General][m] {
			return d
		}
		d = m.Next().First()
	}
}

// Rate gives the company-currency value of one unit of a currency on a day:
// the newest rate of that day or before. kind is "daily" unless a document says otherwise.
func Rate(q db.Querier, from, to money.Currency, on day.Day) (dec.D, error) {
	if from == to {
		return dec.FromInt(1), nil
	}
	var text string
	ok, err := q.One(`SELECT rate FROM fx_rate WHERE kind='daily' AND from_cur=$1 AND to_cur=$2 AND day<=$3 ORDER BY day DESC LIMIT 1`,
		[]any{string(from), string(to), string(on)}, &text)
	if err != nil {
		return dec.D{}, err
	}
	if !ok {
		return dec.D{}, ErrRate.Because("there is no rate from %s to %s on %s or before; add one", from, to, on)
	}
	return dec.Parse(text)
}

// SaveRate stores a day's rate.
func SaveRate(tx *db.Tx, on day.Day, from, to money.Currency, rate dec.D) {
	tx.Do(`INSERT INTO fx_rate(day, kind, from_cur, to_cur, rate) VALUES ($1, 'daily', $2, $3, $4)
		ON CONFLICT (kind, from_cur, to_cur, day) DO UPDATE SET rate=excluded.rate`, nil, string(on), string(from), string(to), rate.String())
}

// PeriodState is the state of a month in a ledger.
func PeriodState(q db.Querier, ledger string, m day.Month) (string, error) {
	s := "open"
	_, err := q.One(`SELECT state FROM period WHERE ledger=$1 AND month=$2`, []any{ledger, string(m)}, &s)
	return s, err
}

// SetPeriod moves a month from one state to another; false when it stood elsewhere.
func SetPeriod(tx *db.Tx, ledger string, m day.Month, from, to, note string) (bool, error) {
	if from == "open" {
		tx.Do(`INSERT INTO period(ledger, month, state, closed_by, closed_at, note, version, tx_id) VALUES ($1, $2, 'open', 0, 0, '', 1, $3)
			ON CONFLICT (ledger, month) DO NOTHING`, nil, ledger, string(m), tx.ID())
	}
	n, err := tx.Exec(`UPDATE period SET state=$4, closed_by=$5, closed_at=$6, note=$7, version=version+1, tx_id=$8 WHERE ledger=$1 AND month=$2 AND state=$3`, nil,
		ledger, string(m), from, to, tx.Who().ID, tx.Stamp(), note, tx.ID())
	return n == 1, err
}

// OpenBefore tells the first month before m that has postings and is not closed in the ledger; "" when none.
func OpenBefore(q db.Querier, ledger string, m day.Month) (day.Month, error) {
	var first day.Month
	_, err := q.One(`SELECT COALESCE(MIN(e.period), '') FROM ledger_entry e WHERE e.period<$2
		AND NOT EXISTS (SELECT 1 FROM period p WHERE p.ledger=$1 AND p.month=e.period AND p.state='closed')`, []any{ledger, string(m)}, (*string)(&first))
	return first, err
}
