package report

import (
	"slices"
	"strings"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// ApprovalView is a decision that takes a second person.
type ApprovalView struct {
	ID        id.Approval    `json:"id"`
	Kind      string         `json:"kind"`
	About     DocRef         `json:"about"`
	Amount    string         `json:"amount" doc:"what it counts as, company currency"`
	Currency  money.Currency `json:"currency"`
	Sentence  string         `json:"sentence" doc:"what would be done"`
	Reason    string         `json:"reason"`
	AskedBy   string         `json:"asked_by"`
	AskedAt   string         `json:"asked_at" doc:"RFC 3339, UTC"`
	Decision  string         `json:"decision" enum:"open,granted,denied,withdrawn"`
	DecidedBy string         `json:"decided_by,omitempty"`
	DecidedAt string         `json:"decided_at,omitempty"`
	Answer    string         `json:"answer,omitempty"`
	Asker     int64          `json:"-"`

	amount, subject int64
	kind            string
}

// ApprovalFilter says which; empty fields match all.
type ApprovalFilter struct {
	ID       id.Approval
	Open     bool
	Asker    int64           // asked by this user
	Decider  int64           // open, and within what this user may decide …
	Powers   approval.Powers // … by these limits
	Decided  bool
	Currency money.Currency // of the limits
}

// Approvals lists requests, the newest first.
func Approvals(q db.Querier, f ApprovalFilter, p Page) (List[ApprovalView], error) {
	w := f.where()
	out, err := paged(q, p, "apv", `SELECT x.id, x.kind, x.subject_type, x.subject_id, x.amount, x.sentence, x.reason, x.asked_by, a.name, x.asked_at, x.decision, COALESCE(d.name, ''), x.decided_at, x.answer
		FROM approval x JOIN app_user a ON a.id=x.asked_by LEFT JOIN app_user d ON d.id=x.decided_by`, "x.id", newest, w, func(r *db.Rows) (ApprovalView, int64, error) {
		var v ApprovalView
		var asked, decided int64
		err := r.Scan(&v.ID, &v.Kind, &v.kind, &v.subject, &v.amount, &v.Sentence, &v.Reason, &v.Asker, &v.AskedBy, &asked, &v.Decision, &v.DecidedBy, &decided, &v.Answer)
		v.AskedAt = instantOf(asked)
		if decided != 0 {
			v.DecidedAt = instantOf(decided)
		}
		return v, int64(v.ID), err
	})
	if err != nil || len(out.Items) == 0 {
		return out, err
	}
	c, err := company.Load(q)
	if err != nil {
		return out, err
	}
	var n numbers
	for _, v := range out.Items {
		n.add(v.kind, v.subject)
	}
	if err := n.load(q); err != nil {
		return out, err
	}
	for i := range out.Items {
		v := &out.Items[i]
		v.About, v.Currency, v.Amount = n.ref(v.kind, v.subject), c.Currency, money.Format(v.amount, c.Currency)
	}
	return out, nil
}

func instantOf(micro int64) string { return time.UnixMicro(micro).UTC().Format(time.RFC3339) }

func (f ApprovalFilter) where() where {
	var w where
	if f.ID != 0 {
		w.and("x.id=?", int64(f.ID))
	}
	if f.Open {
		w.and("x.decision='open'")
	}
	if f.Decided {
		w.and("x.decision<>'open'")
	}
	if f.Asker != 0 {
		w.and("x.asked_by=?", f.Asker)
	}
	if f.Decider != 0 {
		w.and("x.decision='open'")
		w.and("x.asked_by<>?", f.Decider)
		var any []string
		for _, kind := range approval.Kinds {
			if most := f.Powers[kind].Grants; most > 0 {
				any = append(any, "x.kind="+w.arg(kind)+" AND x.amount<="+w.arg(approval.Cap(most, f.Currency.Decimals())))
			}
		}
		if any == nil {
			any = []string{"1=0"}
		}
		w.and("(" + strings.Join(any, " OR ") + ")")
	}
	return w
}

// ToDecide counts the open requests that a user may decide.
func ToDecide(q db.Querier, f ApprovalFilter) (n int64, err error) {
	w := f.where()
	_, err = q.One(`SELECT COUNT(*) FROM approval x`+w.sql(), w.args, &n)
	return n, err
}

// Deciders names who may grant a request of a kind and amount (smallest units
// of the company's currency) that somebody else asks for, those with the
// smallest sufficient limit first.
func Deciders(q db.Querier, asker int64, kind string, amount int64, limits []approval.Limit, cur money.Currency) ([]string, error) {
	people, err := access.People(q)
	if err != nil {
		return nil, err
	}
	type one struct {
		name string
		most int64
	}
	var able []one
	for _, p := range people {
		roles := make([]string, len(p.Roles))
		for i, r := range p.Roles {
			roles[i] = r.Code
		}
		most := approval.Of(limits, roles)[kind].Grants
		if p.User != asker && amount <= approval.Cap(most, cur.Decimals()) {
			able = append(able, one{p.Name, most})
		}
	}
	slices.SortStableFunc(able, func(a, b one) int { return int(min(1, max(-1, a.most-b.most))) })
	out := make([]string, len(able))
	for i, a := range able {
		out[i] = a.name
	}
	return out, nil
}

// FindApproval resolves the id of a request.
func FindApproval(q db.Querier, ref string) (id.Approval, error) {
	v, err := find(q, "apv", "approval", "command", ref, approval.ErrUnknown, "request")
	return id.Approval(v), err
}

// HoldFacts are a hold with what somebody who releases it must know.
type HoldFacts struct {
	Kind     string
	Sentence string
	Order    id.Order
	Number   string
	Account  id.Credit
}

// HoldOf reads an open or released hold of an order.
func HoldOf(q db.Querier, ref string) (HoldFacts, error) {
	var f HoldFacts
	v, err := id.Parse("hld", ref)
	if err != nil {
		return f, ErrAsk.Because("%.60q is not the id of a hold", ref)
	}
	ok, err := q.One(`SELECT h.kind, h.sentence, o.id, o.number, o.credit_account_id FROM hold h JOIN sales_order o ON o.id=h.subject_id WHERE h.id=$1`, []any{v},
		&f.Kind, &f.Sentence, (*int64)(&f.Order), &f.Number, (*int64)(&f.Account))
	if err == nil && !ok {
		err = ErrAsk.Because("there is no hold %.60q of an order", ref)
	}
	return f, err
}

// CreditPart is a document under a credit account.
type CreditPart struct {
	Number, Customer, Code string
	Amount                 string // company currency
	Status                 string
	Held                   bool
}

// CreditOrders lists the orders that use an account, or wait for it, the dearest first.
func CreditOrders(q db.Querier, a id.Credit, cur money.Currency, n int) ([]CreditPart, error) {
	return collect(q, `SELECT o.number, c.name, c.code, o.gross_amt, o.currency, o.status, o.hold_mask FROM sales_order o JOIN customer c ON c.id=o.customer_id
		WHERE o.credit_account_id=$1 AND o.decision IN ('captured','confirmed') AND o.status IN ('captured','held','promised','short','reserved','released') ORDER BY o.gross_amt DESC, o.id LIMIT $2`, nil, []any{int64(a), n}, func(r *db.Rows, v *CreditPart) error {
		var gross, mask int64
		var c money.Currency
		err := r.Scan(&v.Number, &v.Customer, &v.Code, &gross, &c, &v.Status, &mask)
		v.Amount, v.Held = money.Format(gross, c)+" "+string(c), mask != 0
		return err
	})
}

// CreditCustomers lists who uses an account.
func CreditCustomers(q db.Querier, a id.Credit) ([]Party, error) {
	return collect(q, `SELECT c.id, c.code, c.name FROM customer c WHERE c.credit_account_id=$1 ORDER BY c.name`, nil, []any{int64(a)}, func(r *db.Rows, v *Party) error {
		return r.Scan((*int64)(&v.ID), &v.Code, &v.Name)
	})
}
