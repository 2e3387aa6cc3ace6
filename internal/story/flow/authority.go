package flow

import (
	"encoding/json"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/money"
)

// powers are what the actor of a transaction may decide. A program – a token of
// nobody in particular, an importer – acts within its token's scope and has no limits.
type powers struct {
	person   bool
	held     approval.Powers
	currency money.Currency
}

// empowered reads the books, and what the actor may decide alone.
func (o *Office) empowered(tx *db.Tx) (*books, *powers, error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, nil, err
	}
	p, err := powersOf(tx, b.Currency)
	return b, p, err
}

func powersOf(tx *db.Tx, cur money.Currency) (*powers, error) {
	p := &powers{currency: cur}
	if tx.Who().ID <= access.Demo {
		return p, nil
	}
	roles, person, err := access.RolesOf(tx, tx.Who().ID)
	if err != nil || !person {
		return p, err
	}
	set, err := approval.Limits(tx)
	p.person, p.held = true, approval.Of(approval.With(set), roles)
	return p, err
}

// cap is an amount of the limits in the smallest units of the company's currency.
func (p *powers) cap(units int64) int64 { return approval.Cap(units, p.currency.Decimals()) }

func (p *powers) alone(kind string) int64 { return p.cap(p.held[kind].Alone) }

// grants tells whether the actor may grant what another asks for.
func (p *powers) grants(kind string, amount int64) bool {
	return p.person && amount <= p.cap(p.held[kind].Grants)
}

// second refuses what the actor may not do alone; nil when he may.
func (p *powers) second(kind string, amount int64, about Subject, cmd any, what string) error {
	if !p.person || amount <= p.alone(kind) {
		return nil
	}
	return p.needed(kind, amount, about, cmd, what)
}

func (p *powers) needed(kind string, amount int64, about Subject, cmd any, what string) error {
	say := "to %s takes a second person"
	if kind != approval.BankDetails {
		say += ": it counts as " + money.Format(amount, p.currency) + " " + string(p.currency) + ", and you may do " + p.upTo(kind) + " alone"
	}
	return &Second{fault: approval.ErrSecond.Because(say, what), Request: Ask{Kind: kind, Subject: about, Amount: amount, Sentence: what, command: cmd}}
}

func (p *powers) upTo(kind string) string {
	if n := p.alone(kind); n > 0 {
		return "up to " + money.Format(n, p.currency)
	}
	return "none"
}

// Subject is what a request is about.
type Subject struct {
	Type string
	ID   int64
}

// Second is the refusal of a step that takes a second person, with the request
// that would bring one: Ask it with a reason.
type Second struct {
	fault   *fault.Fault
	Request Ask
}

// Error gives the sentence.
func (s *Second) Error() string { return s.fault.Error() }

// Unwrap gives the fault, for doors that cannot ask.
func (s *Second) Unwrap() error { return s.fault }

// text is the command as it is kept until somebody decides.
func (a Ask) text() (string, error) {
	b, err := json.Marshal(a.command)
	return string(b), err
}

// SetAuthority changes what a role may decide alone and grant to others, in
// whole units of the company's currency.
func SetAuthority(tx *db.Tx, l approval.Limit) error {
	if _, ok := access.RoleOf(l.Role); !ok || !known(l.Kind) {
		return approval.ErrLimit.Because("there is no limit of %s for the role %q", l.Kind, l.Role)
	}
	if l.Alone < 0 || l.Alone > approval.Unlimited || l.Grants < 0 || l.Grants > approval.Unlimited {
		return approval.ErrLimit.Because("a limit is between 0 and %d", int64(approval.Unlimited))
	}
	approval.SetLimit(tx, l)
	return recordAuthority(tx, l)
}

func known(kind string) bool {
	for _, k := range approval.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// Authority reads what roles may decide, the house's limits and the company's own.
func Authority(q db.Querier) ([]approval.Limit, *company.Company, error) {
	c, err := company.Load(q)
	if err != nil {
		return nil, nil, err
	}
	set, err := approval.Limits(q)
	return approval.With(set), c, err
}
