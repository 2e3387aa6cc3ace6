package verify

import (
	"fmt"
	"sort"
	"strings"

	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// exposure: INV-17, each cent of credit exposure counted once.
func exposure() []check {
	return []check{
		{
			id:    "INV-17.moves",
			title: "Credit accounts equal the sum of their moves, by component",
			count: `SELECT COUNT(*) FROM credit_account`,
			bad: `SELECT t.id, COALESCE(c.code, 'unknown account'), t.a, t.aa, t.b, t.bb, t.c, t.cc, t.d, t.dd FROM (
				SELECT id, CAST(SUM(a) AS BIGINT) a, CAST(SUM(b) AS BIGINT) b, CAST(SUM(c) AS BIGINT) c, CAST(SUM(d) AS BIGINT) d,
					CAST(SUM(aa) AS BIGINT) aa, CAST(SUM(bb) AS BIGINT) bb, CAST(SUM(cc) AS BIGINT) cc, CAST(SUM(dd) AS BIGINT) dd FROM (
					SELECT id, order_open AS a, shipped_open AS b, item_open AS c, credit_open AS d, 0 AS aa, 0 AS bb, 0 AS cc, 0 AS dd FROM credit_account
					UNION ALL SELECT account_id, 0, 0, 0, 0, order_amt, shipped_amt, item_amt, credit_amt FROM exposure_move) u
				GROUP BY id HAVING SUM(a)<>SUM(aa) OR SUM(b)<>SUM(bb) OR SUM(c)<>SUM(cc) OR SUM(d)<>SUM(dd)) t LEFT JOIN credit_account c ON c.id=t.id ORDER BY t.id`,
			say: "{cra} {$}: ordered {fc}, moves {fc}; shipped {fc}, moves {fc}; items {fc}, moves {fc}; credits {fc}, moves {fc}",
		}, {
			id:    "INV-17.documents",
			title: "Credit accounts equal what the documents under them recompute",
			run:   exposed,
		},
	}
}

// parts of an exposure: ordered, shipped, items, credits.
type parts [4]int64

var partNames = [4]string{"ordered", "shipped", "items", "credits"}

// exposed recomputes every component of every account from the documents.
func exposed(w *work) error {
	want := map[int64]*parts{}
	of := func(account int64) *parts {
		p := want[account]
		if p == nil {
			p = &parts{}
			want[account] = p
		}
		return p
	}
	if err := ordered(w, of); err != nil {
		return err
	}
	for k, sql := range map[int]string{
		1: `SELECT credit_account_id, CAST(SUM(exposed_amt) AS BIGINT) FROM billable WHERE billed<qty AND credit_account_id<>0 GROUP BY credit_account_id`,
		2: `SELECT credit_account_id, CAST(SUM(open_fc) AS BIGINT) FROM open_item WHERE sign=1 AND credit_account_id<>0 GROUP BY credit_account_id`,
		3: `SELECT credit_account_id, CAST(SUM(open_fc) AS BIGINT) FROM open_item WHERE kind='credit_note' AND credit_account_id<>0 GROUP BY credit_account_id`,
	} {
		err := w.r.Each(sql, nil, nil, func(r *db.Rows) error {
			var account, v int64
			err := r.Scan(&account, &v)
			of(account)[k] = v
			return err
		})
		if err != nil {
			return err
		}
	}
	err := w.r.Each(`SELECT id, code, order_open, shipped_open, item_open, credit_open FROM credit_account ORDER BY id`, nil, nil, func(r *db.Rows) error {
		var account int64
		var code string
		var have parts
		if err := r.Scan(&account, &code, &have[0], &have[1], &have[2], &have[3]); err != nil {
			return err
		}
		w.Count++
		docs := *of(account)
		delete(want, account)
		if have != docs {
			w.wrong("%s %s: %s", id.Credit(account), code, w.differences(have, docs))
		}
		return nil
	})
	if err != nil {
		return err
	}
	left := make([]int64, 0, len(want))
	for account := range want {
		left = append(left, account)
	}
	sort.Slice(left, func(i, j int) bool { return left[i] < left[j] })
	for _, account := range left {
		w.wrong("%s does not exist: %s", id.Credit(account), w.differences(parts{}, *want[account]))
	}
	return nil
}

func (w *work) differences(have, docs parts) string {
	var out []string
	for k, name := range partNames {
		if have[k] != docs[k] {
			out = append(out, fmt.Sprintf("%s %s, documents make %s", name, w.fc(have[k]), w.fc(docs[k])))
		}
	}
	return strings.Join(out, "; ")
}

// ordered adds what confirmed orders still expose: the gross of a line less the
// cumulative share of what is shipped, billed ahead or cancelled.
func ordered(w *work, of func(int64) *parts) error {
	rates := map[string]dec.D{}
	return w.r.Each(`SELECT o.credit_account_id, o.currency, o.fx_rate, l.id, l.gross_amt, l.ordered, l.cancelled+CASE WHEN l.bill_policy='order' THEN l.billed ELSE l.shipped END
		FROM sales_order o JOIN order_line l ON l.order_id=o.id WHERE o.decision='confirmed' AND o.credit_account_id<>0
		AND l.ordered>l.cancelled+CASE WHEN l.bill_policy='order' THEN l.billed ELSE l.shipped END`, nil, nil, func(r *db.Rows) error {
		var account, gross, whole, used int64
		var line id.Line
		var cur, rate string
		if err := r.Scan(&account, &cur, &rate, (*int64)(&line), &gross, &whole, &used); err != nil {
			return err
		}
		err := safely(func() {
			fc := gross
			if money.Currency(cur) != w.company.Currency {
				d, ok := rates[rate]
				if !ok {
					d = dec.Must(rate)
					rates[rate] = d
				}
				fc = money.Convert(gross, money.Currency(cur), w.company.Currency, d)
			}
			of(account)[0] += fc - money.Share(fc, used, whole)
		})
		if err != nil {
			w.wrong("%s: its exposure cannot be computed from %d %s at %q: %v", line, gross, cur, rate, err)
		}
		return nil
	})
}
