package report

import (
	"kontor/internal/rooms/payment"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ReceiptView is money recognised as a customer's.
type ReceiptView struct {
	ID         id.Receipt     `json:"id"`
	Customer   Party          `json:"customer"`
	BankLine   id.BankLine    `json:"bank_line,omitempty"`
	ReceivedOn day.Day        `json:"received_on"`
	Currency   money.Currency `json:"currency"`
	Amount     string         `json:"amount"`
	Item       id.Item        `json:"item,omitempty" doc:"the credit item that holds what is not applied"`
	Unapplied  string         `json:"unapplied"`
	State      string         `json:"state" enum:"unapplied,part_applied,applied,bounced"`
	Version    int64          `json:"version"`
}

// ReceiptFilter says which receipts; empty fields match all.
type ReceiptFilter struct {
	Customer  string // code or id
	Unapplied bool   // only those of which something is not applied
}

const receiptColumns = `SELECT x.id, x.customer_id, COALESCE(c.code, ''), COALESCE(c.name, ''), x.bank_line_id, x.received_on, x.currency, x.amount, x.bounced, x.version, COALESCE(i.id, 0), COALESCE(i.open, 0)
	FROM receipt x LEFT JOIN customer c ON c.id=x.customer_id LEFT JOIN open_item i ON i.doc_id=x.id AND i.kind='receipt'`

func scanReceipt(r *db.Rows) (ReceiptView, int64, error) {
	var v ReceiptView
	var amount, open int64
	var bounced bool
	err := r.Scan(&v.ID, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.BankLine, &v.ReceivedOn, &v.Currency, &amount, &bounced, &v.Version, &v.Item, &open)
	if err != nil {
		return v, 0, err
	}
	v.show(amount, open, bounced)
	return v, int64(v.ID), nil
}

// show writes the amounts, and the state that follows from them.
func (v *ReceiptView) show(amount, open int64, bounced bool) {
	v.Amount, v.Unapplied = money.Format(amount, v.Currency), money.Format(open, v.Currency)
	switch {
	case bounced:
		v.State = "bounced"
	case open == 0:
		v.State = "applied"
	case open < amount:
		v.State = "part_applied"
	default:
		v.State = "unapplied"
	}
}

// Receipts lists receipts, newest first; also those whose payer nobody knows.
func Receipts(q db.Querier, f ReceiptFilter, p Page) (List[ReceiptView], error) {
	var w where
	if f.Customer != "" {
		c, err := FindCustomer(q, f.Customer)
		if err != nil {
			return List[ReceiptView]{}, err
		}
		w.and("x.customer_id=?", int64(c))
	}
	if f.Unapplied {
		w.and("i.open>0")
	}
	return paged(q, p, "rcp", receiptColumns, "x.id", newest, w, scanReceipt)
}

// Receipt shows one receipt.
func Receipt(q db.Querier, x id.Receipt) (ReceiptView, error) {
	var v ReceiptView
	err := q.Each(receiptColumns+` WHERE x.id=$1`, nil, []any{int64(x)}, func(r *db.Rows) error {
		var err error
		v, _, err = scanReceipt(r)
		return err
	})
	if err == nil && v.ID == 0 {
		err = payment.ErrUnknown.Because("there is no receipt %s: look for it on its bank statement or its customer", x)
	}
	return v, err
}

// BankLineView is one entry of a statement (camt.053 Ntry).
type BankLineView struct {
	ID           id.BankLine    `json:"id"`
	Account      string         `json:"account" doc:"code of the bank account"`
	Statement    id.Statement   `json:"statement,omitempty"`
	Key          string         `json:"key" doc:"the bank's reference, or a hash of the entry"`
	Currency     money.Currency `json:"currency"`
	Amount       string         `json:"amount" doc:"credits positive"`
	Charge       string         `json:"charge" doc:"kept by the bank on the way, beside the amount"`
	BookedOn     day.Day        `json:"booked_on"`
	ValueOn      day.Day        `json:"value_on"`
	PayerName    string         `json:"payer_name,omitempty"`
	PayerAccount string         `json:"payer_account,omitempty"`
	Text         string         `json:"text,omitempty" doc:"remittance text, BT-83"`
	State        string         `json:"state" enum:"new,matched,reconciled,excluded"`
	Receipt      id.Receipt     `json:"receipt,omitempty"`
}

const bankLineColumns = `SELECT b.id, k.code, b.statement_id, b.entry_key, b.currency, b.amount, b.charge, b.booked_on, b.value_on, b.payer_name, b.payer_account, b.text, b.state, COALESCE(x.id, 0)
	FROM bank_line b JOIN bank_account k ON k.id=b.account_id LEFT JOIN receipt x ON x.bank_line_id=b.id`

func scanBankLine(r *db.Rows) (BankLineView, int64, error) {
	var v BankLineView
	var amount, charge int64
	err := r.Scan(&v.ID, &v.Account, &v.Statement, &v.Key, &v.Currency, &amount, &charge, &v.BookedOn, &v.ValueOn, &v.PayerName, &v.PayerAccount, &v.Text, &v.State, &v.Receipt)
	if err == nil {
		v.Amount, v.Charge = money.Format(amount, v.Currency), money.Format(charge, v.Currency)
	}
	return v, int64(v.ID), err
}

// BankLineFilter says which bank lines; empty fields match all.
type BankLineFilter struct {
	Account string // code or id
	State   string
}

// BankLines lists bank lines, newest first.
func BankLines(q db.Querier, f BankLineFilter, p Page) (List[BankLineView], error) {
	var w where
	if f.Account != "" {
		a, err := FindBankAccount(q, f.Account)
		if err != nil {
			return List[BankLineView]{}, err
		}
		w.and("b.account_id=?", int64(a))
	}
	if f.State != "" {
		w.and("b.state=?", f.State)
		if f.State == "new" || f.State == "matched" {
			w.and("b.state IN ('new','matched')") // lets the partial index serve
		}
	}
	return paged(q, p, "bln", bankLineColumns, "b.id", newest, w, scanBankLine)
}

// StatementRow is a bank statement in a list.
type StatementRow struct {
	ID       id.Statement   `json:"id"`
	Account  string         `json:"account" doc:"code of the bank account"`
	Number   string         `json:"number"`
	FromOn   day.Day        `json:"from_on"`
	ToOn     day.Day        `json:"to_on"`
	Currency money.Currency `json:"currency"`
	Opening  string         `json:"opening"`
	Total    string         `json:"total" doc:"sum of the lines"`
	Closing  string         `json:"closing"`
	Decision string         `json:"decision" enum:"imported,reconciled"`
	Version  int64          `json:"version"`
}

// StatementView is a bank statement with its lines.
type StatementView struct {
	StatementRow
	Lines []BankLineView `json:"lines"`
}

const statementColumns = `SELECT s.id, k.code, s.number, s.from_on, s.to_on, k.currency, s.opening, s.total, s.closing, s.decision, s.version FROM statement s JOIN bank_account k ON k.id=s.account_id`

func scanStatement(r *db.Rows) (StatementRow, int64, error) {
	var v StatementRow
	var opening, total, closing int64
	err := r.Scan(&v.ID, &v.Account, &v.Number, &v.FromOn, &v.ToOn, &v.Currency, &opening, &total, &closing, &v.Decision, &v.Version)
	if err == nil {
		v.Opening, v.Total, v.Closing = money.Format(opening, v.Currency), money.Format(total, v.Currency), money.Format(closing, v.Currency)
	}
	return v, int64(v.ID), err
}

// Statements lists bank statements, newest first; account is a code or id, or empty for all.
func Statements(q db.Querier, account string, p Page) (List[StatementRow], error) {
	var w where
	if account != "" {
		a, err := FindBankAccount(q, account)
		if err != nil {
			return List[StatementRow]{}, err
		}
		w.and("s.account_id=?", int64(a))
	}
	return paged(q, p, "stm", statementColumns, "s.id", newest, w, scanStatement)
}

// Statement shows one bank statement.
func Statement(q db.Querier, s id.Statement) (StatementView, error) {
	var v StatementView
	err := q.Each(statementColumns+` WHERE s.id=$1`, nil, []any{int64(s)}, func(r *db.Rows) error {
		var err error
		v.StatementRow, _, err = scanStatement(r)
		return err
	})
	if err != nil {
		return v, err
	}
	if v.ID == 0 {
		return v, ErrStatement.Because("there is no bank statement %s: look for it on its bank account", s)
	}
	v.Lines, err = collect(q, bankLineColumns+` WHERE b.statement_id=$1 ORDER BY b.id`, nil, []any{int64(s)}, func(r *db.Rows, l *BankLineView) error {
		var err error
		*l, _, err = scanBankLine(r)
		return err
	})
	return v, err
}

// BankAccountView is one bank account of the company.
type BankAccountView struct {
	payment.Account
	Balance     string  `json:"balance,omitempty" doc:"closing balance of the last statement"`
	StatementOn day.Day `json:"statement_on,omitempty" doc:"last day of that statement"`
}

// BankAccounts lists all bank accounts by code.
func BankAccounts(q db.Querier) ([]BankAccountView, error) {
	return collect(q, `SELECT k.id, k.code, k.name, k.iban, k.currency, COALESCE(s.to_on, ''), COALESCE(s.closing, 0) FROM bank_account k
		LEFT JOIN statement s ON s.id=(SELECT z.id FROM statement z WHERE z.account_id=k.id ORDER BY z.to_on DESC, z.id DESC LIMIT 1) ORDER BY k.code`, nil, nil, func(r *db.Rows, v *BankAccountView) error {
		var closing int64
		err := r.Scan(&v.ID, &v.Code, &v.Name, &v.IBAN, &v.Currency, &v.StatementOn, &closing)
		if err == nil && v.StatementOn != "" {
			v.Balance = money.Format(closing, v.Currency)
		}
		return err
	})
}
