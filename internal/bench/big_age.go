package bench

import (
	"fmt"
	"time"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

const (
	pastDays = 10  // so far back lies the past day of a report
	itemDays = 400 // before it, in which the items came
)

// ages measures the ageing of today and of a past day. On both days as many
// items are open: those that were billed today are settled by money of today.
func (b *big) ages() error {
	b.tell("%d open items", b.size.Items)
	if err := b.filler.together(b.ctx, b.fillItems); err != nil {
		return err
	}
	if err := b.settle(b.size.Billables / LinesPerOrder); err != nil {
		return err
	}
	if err := b.house.rollUp(b.ctx, b.house.db.Now().Add(2*time.Minute)); err != nil {
		return err
	}
	if err := b.filler.tidy(b.ctx); err != nil {
		return err
	}
	if err := b.owed(b.size.Items); err != nil {
		return err
	}
	if err := b.age("age what is open today", b.today); err != nil {
		return err
	}
	return b.age("age what was open on a past day", b.today.AddDays(-pastDays))
}

func (b *big) age(what string, on day.Day) error {
	return b.measure(Case{What: what, Size: b.size.Items, Of: "items", Runs: 5, Target: 500}, func(int) (took time.Duration, err error) {
		err = b.house.db.Read(b.ctx, func(r *db.Reader) error {
			took, err = timed(func() error { return age(r, on) })
			return err
		})
		return took, err
	})
}

func age(r *db.Reader, on day.Day) error {
	v, err := report.Ageing(r, on, "due")
	if err == nil && (len(v.Rows) == 0 || v.Difference != "0.00") {
		err = fmt.Errorf("ageing on %s: %d customers, it differs from the books by %s", on, len(v.Rows), v.Difference)
	}
	return err
}

// strangers is where, within a millisecond, ids begin that no maker of this run makes.
const strangers = 256 << 12

// fillItems writes items that were brought along from elsewhere: each with its
// entry in the books and under its customer's limit.
func (b *big) fillItems() error {
	days := daysFor(b.size.Items, itemDays)
	first := id.At(b.house.db.Now()) + strangers
	for d := range days {
		on := b.today.AddDays(d - days - pastDays)
		from, to := b.size.Items*d/days, b.size.Items*(d+1)/days
		if err := b.fillItemsOf(on, first, from, to); err != nil {
			return err
		}
	}
	err := b.filler.do(b.ctx, `INSERT INTO exposure_move(id, account_id, doc_type, doc_id, order_amt, shipped_amt, item_amt, credit_amt, cause, tx_id)
		SELECT %d+ROW_NUMBER() OVER (ORDER BY i.credit_account_id), i.credit_account_id, 'item', MIN(i.id), 0, 0, SUM(i.open_fc), 0, 'opening', %d
		FROM open_item i WHERE i.kind='opening' GROUP BY i.credit_account_id`, first, first)
	if err != nil {
		return err
	}
	return b.filler.do(b.ctx, `UPDATE credit_account SET item_open=item_open+s.n
		FROM (SELECT i.credit_account_id AS id, SUM(i.open_fc) AS n FROM open_item i WHERE i.kind='opening' GROUP BY i.credit_account_id) s WHERE credit_account.id=s.id`)
}

// fillItemsOf writes the items of one day, and their entries under the same ids.
func (b *big) fillItemsOf(on day.Day, first int64, from, to int) error {
	if from == to {
		return nil
	}
	err := b.filler.do(b.ctx, `WITH RECURSIVE n(i) AS (SELECT %[1]d UNION ALL SELECT i+1 FROM n WHERE i+1<%[2]d),
		c AS (SELECT x.id, x.credit_account_id, ROW_NUMBER() OVER (ORDER BY x.id)-1 AS k FROM customer x)
		INSERT INTO open_item(id, customer_id, credit_account_id, kind, doc_type, doc_id, part_no, number, currency, sign, original, open, original_fc, open_fc, dated_on, due_on, tiers, tx_id)
		SELECT %[3]d+n.i, c.id, c.credit_account_id, 'opening', 'item', %[3]d+n.i, 1, 'OLD-' || n.i, 'EUR', 1, 5000+n.i%%977, 5000+n.i%%977, 5000+n.i%%977, 5000+n.i%%977, '%[4]s', '%[5]s', '[]', %[3]d
		FROM n JOIN c ON c.k=n.i%%%[6]d`, from, to, first, on, on.AddDays(30), b.size.Catalog.Customers)
	if err != nil {
		return err
	}
	err = b.filler.do(b.ctx, `INSERT INTO ledger_entry(id, journal, kind, doc_type, doc_id, step, posted_on, document_on, value_on, period, fx_rate, rate_on, reverses_id, corrects_id, tx_id)
		SELECT i.id, 'sales', 'opening', 'item', i.id, 'opening', i.dated_on, i.dated_on, i.dated_on, substr(i.dated_on, 1, 7), '1', i.dated_on, 0, 0, i.tx_id
		FROM open_item i WHERE i.id>=%d AND i.id<%d`, first+int64(from), first+int64(to))
	if err != nil {
		return err
	}
	return b.filler.do(b.ctx, `INSERT INTO ledger_line(entry_id, line_no, role, account, amount, amount_doc, currency_doc, sub_id, customer_id, cost_object, tax_code, tax_base, tax_point_on)
		SELECT i.id, s.no, r.role, r.account, s.sign*i.open, s.sign*i.open, i.currency, CASE WHEN s.no=1 THEN i.id ELSE 0 END, i.customer_id, '', '', 0, ''
		FROM open_item i CROSS JOIN (SELECT 1 AS no, 1 AS sign, 'receivable' AS role UNION ALL SELECT 2, -1, 'opening_balance') s
		JOIN account_role r ON r.role=s.role AND r.tax_code='' WHERE i.id>=%d AND i.id<%d`, first+int64(from), first+int64(to))
}

// settle pays n of the items brought along, by a payment of each customer, so
// that the past day has settlements to undo.
func (b *big) settle(n int) error {
	lines := map[string][]flow.ApplyLine{}
	sums := map[string]int64{}
	err := b.house.db.Read(b.ctx, func(r *db.Reader) error {
		return r.Each(`SELECT i.id, i.open, c.code FROM open_item i JOIN customer c ON c.id=i.customer_id WHERE i.kind='opening' ORDER BY i.id LIMIT $1`, nil, []any{n}, func(r *db.Rows) error {
			var item id.Item
			var open int64
			var code string
			err := r.Scan(&item, &open, &code)
			lines[code] = append(lines[code], flow.ApplyLine{Item: item})
			sums[code] += open
			return err
		})
	})
	if err != nil {
		return err
	}
	st := flow.Statement{Account: "BANK", Number: "SETTLE", Opening: "0.00"}
	total := int64(0)
	for i := range b.size.Catalog.Customers {
		code := customerCode(i)
		if sums[code] > 0 {
			total += sums[code]
			st.Entries = append(st.Entries, flow.BankEntry{Key: "SETTLE-" + code, BookedOn: b.today, Amount: money.Format(sums[code], "EUR"), Customer: code, Text: "old debts"})
		}
	}
	st.Closing = money.Format(total, "EUR")
	received, err := b.company.Receive.One(b.ctx, b.company.who, st)
	if err != nil {
		return err
	}
	var applies []flow.Apply
	for i, r := range received.Receipts {
		applies = append(applies, flow.Apply{Credit: r.Item, Lines: lines[st.Entries[i].Customer]})
	}
	for from := 0; from < len(applies) && err == nil; from += perTransaction {
		_, err = all(b, b.company.Apply, applies[from:min(from+perTransaction, len(applies))])
	}
	return err
}

// owed fails unless so many items are owed; money on account comes on top.
func (b *big) owed(want int) error {
	return b.house.db.Read(b.ctx, func(r *db.Reader) error {
		var n int
		_, err := r.One(`SELECT COUNT(*) FROM open_item i WHERE i.open>0 AND i.sign>0`, nil, &n)
		if err == nil && n != want {
			err = fmt.Errorf("%d items are open instead of %d", n, want)
		}
		return err
	})
}
