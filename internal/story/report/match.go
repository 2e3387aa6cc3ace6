package report

import (
	"strings"

	"kontor/internal/rooms/payment"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// MoneyView is money that came in and is not applied to its end, with what the
// payer wrote.
type MoneyView struct {
	ReceiptView
	PayerName    string       `json:"payer_name,omitempty"`
	PayerAccount string       `json:"payer_account,omitempty"`
	Text         string       `json:"text,omitempty"`
	ValueOn      day.Day      `json:"value_on"`
	Statement    id.Statement `json:"statement,omitempty"`
	Kept         bool         `json:"kept,omitempty" doc:"somebody decided that it stays on account"`
}

// wasKept is, within a statement, whether somebody left the money of receipt x on account.
const wasKept = `EXISTS (SELECT 1 FROM event e WHERE e.subject_id=x.id AND e.type='receipt.kept')`

// Unmatched lists money of which something is left, the longest waiting first:
// what nobody has decided about, or what was kept on account.
func Unmatched(q db.Querier, kept bool, p Page) (List[MoneyView], error) {
	var w where
	w.and("i.kind='receipt'")
	w.and("i.open>0")
	if kept {
		w.and(wasKept)
	} else {
		w.and("NOT " + wasKept)
	}
	return moneyRows(q, w, p)
}

// MoneyOf shows the money of one receipt, also when nothing is left of it.
func MoneyOf(q db.Querier, x id.Receipt) (MoneyView, error) {
	v := MoneyView{}
	var err error
	if v.ReceiptView, err = Receipt(q, x); err != nil {
		return v, err
	}
	var w where
	w.and("x.id=?", int64(x))
	list, err := moneyRows(q, w, Page{Limit: 1})
	if err == nil && len(list.Items) == 1 {
		v = list.Items[0]
	}
	return v, err
}

func moneyRows(q db.Querier, w where, p Page) (List[MoneyView], error) {
	sel := strings.Replace(receiptColumns, "\n\tFROM receipt x", `, b.payer_name, b.payer_account, b.text, b.value_on, b.statement_id, CASE WHEN `+wasKept+` THEN 1 ELSE 0 END FROM receipt x JOIN bank_line b ON b.id=x.bank_line_id`, 1)
	return paged(q, p, "rcp", sel, "x.id", oldest, w, func(r *db.Rows) (MoneyView, int64, error) {
		var v MoneyView
		var amount, open int64
		var bounced bool
		err := r.Scan(&v.ID, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.BankLine, &v.ReceivedOn, &v.Currency, &amount, &bounced, &v.Version, &v.Item, &open,
			&v.PayerName, &v.PayerAccount, &v.Text, &v.ValueOn, &v.Statement, &v.Kept)
		v.show(amount, open, bounced)
		return v, int64(v.ID), err
	})
}

// LeftView counts what is left to match.
type LeftView struct {
	In    int64    `json:"in" doc:"receipts that nobody decided about"`
	InBy  []Amount `json:"in_by" doc:"what is left of them, per currency"`
	Kept  int64    `json:"kept" doc:"receipts on account by a decision"`
	Out   int64    `json:"out" doc:"money that went out and is not explained"`
	Lines int64    `json:"lines" doc:"lines of statements that are not reconciled"`
	Done  int64    `json:"done" doc:"of these, lines that are explained"`
}

// Left counts what is left to match, by the indexes over what is open.
func Left(q db.Querier) (LeftView, error) {
	v := LeftView{InBy: []Amount{}}
	err := q.Each(`SELECT i.currency, k.kept, COUNT(*), CAST(SUM(i.open) AS BIGINT) FROM open_item i
		JOIN (SELECT x.id, CASE WHEN `+wasKept+` THEN 1 ELSE 0 END AS kept FROM receipt x WHERE x.id IN (SELECT o.doc_id FROM open_item o WHERE o.open>0 AND o.kind='receipt')) k ON k.id=i.doc_id
		WHERE i.open>0 AND i.kind='receipt' GROUP BY i.currency, k.kept ORDER BY i.currency`, nil, nil, func(r *db.Rows) error {
		var a Amount
		var kept bool
		var n, sum int64
		err := r.Scan(&a.Currency, &kept, &n, &sum)
		if kept {
			v.Kept += n
			return err
		}
		a.Amount = money.Format(sum, a.Currency)
		v.In, v.InBy = v.In+n, append(v.InBy, a)
		return err
	})
	if err == nil {
		_, err = q.One(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN state='matched' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state='new' THEN 1 ELSE 0 END), 0) FROM bank_line WHERE state IN ('new','matched')`, nil, &v.Lines, &v.Done, &v.Out)
	}
	v.Done = max(0, v.Done-v.In)
	return v, err
}

// PayerHint is somebody whose money a receipt may be.
type PayerHint struct {
	Customer id.Customer
	Why      string
	Worth    int // percent that it adds
}

// Where money of nobody may come from, per receipt of list a: the bank account
// paid before, the name is a customer's, an item has exactly the amount.
var payerHints = []struct {
	why   string
	worth int
	sql   string
}{
	{"this bank account has paid for them before", 28, `SELECT DISTINCT a.id, o.customer_id FROM a JOIN receipt x ON x.id=a.id JOIN bank_line b ON b.id=x.bank_line_id
		JOIN bank_line p ON p.payer_account=b.payer_account AND p.payer_account<>'' AND p.id<>b.id JOIN receipt o ON o.bank_line_id=p.id WHERE b.payer_account<>'' AND o.customer_id<>0`},
	{"the payer's name is theirs", 20, `SELECT DISTINCT a.id, c.id FROM a JOIN receipt x ON x.id=a.id JOIN bank_line b ON b.id=x.bank_line_id JOIN customer c ON UPPER(c.name)=UPPER(b.payer_name) WHERE b.payer_name<>''`},
	{"", 0, `SELECT DISTINCT a.id, i.customer_id FROM a JOIN open_item m ON m.doc_id=a.id JOIN open_item i ON i.open=m.open AND i.currency=m.currency WHERE m.kind='receipt' AND i.sign>0 AND i.open>0`},
}

// mostHints bounds how many customers one receipt is looked at for.
const mostHints = 12

// PayerHints says whose money receipts may be, the best hint first.
func PayerHints(q db.Querier, receipts []int64) (map[int64][]PayerHint, error) {
	out := map[int64][]PayerHint{}
	if len(receipts) == 0 {
		return out, nil
	}
	seen := map[[2]int64]bool{}
	for _, h := range payerHints {
		err := q.Each(`WITH {a: id BIGINT} `+h.sql, db.Ints(receipts), nil, func(r *db.Rows) error {
			var doc int64
			var c id.Customer
			err := r.Scan(&doc, &c)
			if k := [2]int64{doc, int64(c)}; !seen[k] && len(out[doc]) < mostHints {
				seen[k] = true
				out[doc] = append(out[doc], PayerHint{c, h.why, h.worth})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Parties names customers by their ids.
func Parties(q db.Querier, customers []id.Customer) (map[id.Customer]Party, error) {
	return parties(q, customers)
}

// StatementOfLine is the statement that brought a bank line.
func StatementOfLine(q db.Querier, l id.BankLine) (id.Statement, error) {
	var s id.Statement
	ok, err := q.One(`SELECT statement_id FROM bank_line WHERE id=$1`, []any{int64(l)}, (*int64)(&s))
	if err == nil && !ok {
		err = payment.ErrLine.Because("there is no bank line %s: look for it on its statement", l)
	}
	return s, err
}
