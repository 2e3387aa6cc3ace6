package report

import (
	"kontor/internal/rooms/ledger"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// TrialBalanceView is the balance of every account at the end of a day.
type TrialBalanceView struct {
	On       day.Day        `json:"on"`
	Currency money.Currency `json:"currency"`
	Accounts []AccountView  `json:"accounts" doc:"all that were posted to, by account"`
	Debit    string         `json:"debit"`
	Credit   string         `json:"credit"`
	Balanced bool           `json:"balanced" doc:"debit and credit are equal"`
}

// AccountView is one account; debit balances are positive.
type AccountView struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Kind    string `json:"kind" enum:"asset,liability,income,expense,technical"`
	Debit   string `json:"debit"`
	Credit  string `json:"credit"`
	Balance string `json:"balance" doc:"debit - credit"`
}

// posted is, within a statement, what was posted until the end of day $1: the
// sums per day, and the lines that are not rolled up yet; $2 is from rolledUp.
var posted = `(SELECT d.account, d.role, d.debit, d.credit FROM account_day d WHERE d.day<=$1
	UNION ALL SELECT l.account, l.role, CASE WHEN l.amount>0 THEN l.amount ELSE 0 END, CASE WHEN l.amount<0 THEN -l.amount ELSE 0 END
		FROM ledger_entry e JOIN ledger_line l ON l.entry_id=e.id WHERE e.id>=$2 AND e.id>=` + rolledTo("account_day") + ` AND e.posted_on<=$1)`

// TrialBalance sums what was posted until the end of a day.
func TrialBalance(q db.Querier, on day.Day) (TrialBalanceView, error) {
	v := TrialBalanceView{On: on}
	if err := mustBeDay(on); err != nil {
		return v, err
	}
	c, _, err := today(q)
	if err != nil {
		return v, err
	}
	young, err := rolledUp(q, "account_day")
	if err != nil {
		return v, err
	}
	v.Currency = c.Currency
	f := func(n int64) string { return money.Format(n, c.Currency) }
	var debits, credits int64
	v.Accounts, err = collect(q, `SELECT s.account, COALESCE(a.name, ''), COALESCE(a.kind, ''), s.debit, s.credit FROM (
			SELECT t.account, CAST(SUM(t.debit) AS BIGINT) AS debit, CAST(SUM(t.credit) AS BIGINT) AS credit FROM `+posted+` t GROUP BY t.account) s
		LEFT JOIN account a ON a.account=s.account ORDER BY s.account`, nil, []any{string(on), young}, func(r *db.Rows, a *AccountView) error {
		var debit, credit int64
		err := r.Scan(&a.Account, &a.Name, &a.Kind, &debit, &credit)
		a.Debit, a.Credit, a.Balance = f(debit), f(credit), f(debit-credit)
		debits, credits = debits+debit, credits+credit
		return err
	})
	v.Debit, v.Credit, v.Balanced = f(debits), f(credits), debits == credits
	return v, err
}

// EntryView is one balanced posting.
type EntryView struct {
	ID         id.Entry       `json:"id"`
	Document   DocRef         `json:"document" doc:"the source; every entry has exactly one"`
	Journal    string         `json:"journal"`
	Kind       string         `json:"kind"`
	Step       string         `json:"step"`
	PostedOn   day.Day        `json:"posted_on" doc:"decides the period"`
	DocumentOn day.Day        `json:"document_on"`
	ValueOn    day.Day        `json:"value_on,omitempty"`
	FxRate     string         `json:"fx_rate"`
	Reverses   id.Entry       `json:"reverses,omitempty"`
	Currency   money.Currency `json:"currency" doc:"the company's"`
	Lines      []PostingView  `json:"lines"`
}

// PostingView is one side of an entry: debit or credit is filled.
type PostingView struct {
	Role        string         `json:"role"`
	Account     string         `json:"account"`
	Name        string         `json:"name"`
	Debit       string         `json:"debit,omitempty"`
	Credit      string         `json:"credit,omitempty"`
	DocCurrency money.Currency `json:"document_currency"`
	DocAmount   string         `json:"document_amount" doc:"debit positive, in the document's currency"`
	Customer    id.Customer    `json:"customer,omitempty"`
	TaxCode     string         `json:"tax_code,omitempty"`
	TaxBase     string         `json:"tax_base,omitempty"`
	TaxPointOn  day.Day        `json:"tax_point_on,omitempty" doc:"decides the tax return"`
}

// Journal lists the entries of a document with their lines, oldest first; of an
// entry's own id, those of its document. What posts nothing has none.
func Journal(q db.Querier, ref string) ([]EntryView, error) {
	prefix, doc, err := id.Split(ref)
	if err != nil {
		return nil, ErrAsk.Because("%.60q is not the id of a document: write one such as inv_0000000000001", ref).At("id")
	}
	if prefix == "ent" {
		if _, err := q.One(`SELECT doc_id FROM ledger_entry WHERE id=$1`, []any{doc}, &doc); err != nil {
			return nil, err
		}
	}
	found, err := ledger.Of(q, []int64{doc})
	if err != nil {
		return nil, err
	}
	return entries(q, found[doc])
}

func entries(q db.Querier, list []ledger.Entry) ([]EntryView, error) {
	c, _, err := today(q)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	err = q.Each(`SELECT account, name FROM account`, nil, nil, func(r *db.Rows) error {
		var a, n string
		err := r.Scan(&a, &n)
		names[a] = n
		return err
	})
	if err != nil {
		return nil, err
	}
	var nums numbers
	for _, e := range list {
		nums.add(e.DocType, e.Doc)
	}
	if err := nums.load(q); err != nil {
		return nil, err
	}
	out := make([]EntryView, 0, len(list))
	for _, e := range list {
		v := EntryView{ID: e.ID, Document: nums.ref(e.DocType, e.Doc), Journal: e.Journal, Kind: e.Kind, Step: e.Step, PostedOn: e.PostedOn, DocumentOn: e.DocumentOn, ValueOn: e.ValueOn,
			FxRate: e.FxRate, Reverses: e.Reverses, Currency: c.Currency, Lines: make([]PostingView, 0, len(e.Lines))}
		for _, l := range e.Lines {
			p := PostingView{Role: l.Role, Account: l.Account, Name: names[l.Account], DocCurrency: l.Currency, DocAmount: money.Format(l.Doc, l.Currency), Customer: l.Customer, TaxCode: l.TaxCode,
				TaxPointOn: l.TaxPointOn}
			if l.Amount < 0 || l.Amount == 0 && l.Doc < 0 {
				p.Credit = money.Format(-l.Amount, c.Currency)
			} else {
				p.Debit = money.Format(l.Amount, c.Currency)
			}
			if l.TaxBase != 0 {
				p.TaxBase = money.Format(l.TaxBase, c.Currency)
			}
			v.Lines = append(v.Lines, p)
		}
		out = append(out, v)
	}
	return out, nil
}
