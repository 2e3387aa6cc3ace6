package flow

import (
	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/payment"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Limit asks to change what a credit account may owe. A person who raises it
// needs a second one; lowering it does not.
type Limit struct {
	Account   id.Credit `json:"account"`
	Limit     string    `json:"limit"`
	TempLimit string    `json:"temp_limit,omitempty" doc:"instead of the limit until temp_until"`
	TempUntil day.Day   `json:"temp_until,omitempty"`
	Reason    string    `json:"reason" minLength:"1"`
	signed    bool
}

// Limited is an account with its limits.
type Limited struct {
	Account id.Credit `json:"account"`
	Code    string    `json:"code"`
	Limit   string    `json:"limit"`
}

func (o *Office) limit(tx *db.Tx, cmds []Limit) ([]Result[Limited], error) {
	_, p, err := o.empowered(tx)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Credit, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Account
	}
	accounts, err := credit.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	seen := once[id.Credit]{}
	var events []event.Event
	var list []credit.Account
	out, err := eachOf(cmds, func(c Limit) (Limited, error) {
		a := accounts[c.Account]
		if a == nil {
			return Limited{}, credit.ErrUnknown.Because("there is no credit account %s", c.Account)
		}
		if seen.again(c.Account) {
			return Limited{}, twice("credit account " + a.Code)
		}
		limit, temp, err := c.amounts(a.Currency)
		if err != nil {
			return Limited{}, err
		}
		if !c.signed {
			if err := p.raises(a, limit, temp, c); err != nil {
				return Limited{}, err
			}
		}
		a.Limit, a.TempLimit, a.TempUntil = limit, temp, string(c.TempUntil)
		list = append(list, *a)
		events = append(events, limitEvent(a.ID, limit, temp, string(c.TempUntil), c.Reason))
		return Limited{a.ID, a.Code, money.Format(limit, a.Currency)}, nil
	})
	if err != nil {
		return nil, err
	}
	credit.SetLimits(tx, list)
	return out, event.Record(tx, events...)
}

func (c Limit) amounts(cur money.Currency) (limit, temp int64, err error) {
	limit, err = money.Parse(c.Limit, cur)
	if err == nil && limit < 0 {
		err = credit.ErrAmount.Because("a limit cannot be negative")
	}
	if err != nil {
		return 0, 0, fault.At(err, "limit")
	}
	if (c.TempLimit == "") != (c.TempUntil == "") {
		return 0, 0, credit.ErrAmount.Because("a temporary limit takes an amount and a last day").At("temp_until")
	}
	if c.TempLimit != "" {
		if temp, err = money.Parse(c.TempLimit, cur); err != nil {
			return 0, 0, fault.At(err, "temp_limit")
		}
		if temp < 0 {
			return 0, 0, credit.ErrAmount.Because("a limit cannot be negative").At("temp_limit")
		}
		if _, err = day.Parse(string(c.TempUntil)); err != nil {
			return 0, 0, fault.At(err, "temp_until")
		}
	}
	return limit, temp, nil
}

// raises refuses a person who raises a limit alone by more than he may.
func (p *powers) raises(a *credit.Account, limit, temp int64, cmd any) error {
	by := max(limit, temp) - a.Limit
	if by <= 0 {
		return nil
	}
	return p.second(approval.CreditLimit, by, Subject{"credit_account", int64(a.ID)}, cmd, "raise the credit limit of "+a.Code+" from "+money.Format(a.Limit, a.Currency)+" to "+money.Format(max(limit, temp), a.Currency)+" "+string(a.Currency))
}

// SetLimit changes the limits of a locked credit account, as an integration does.
func SetLimit(tx *db.Tx, a *credit.Account, limit, temp int64, until string) error {
	p, err := powersOf(tx, a.Currency)
	if err == nil {
		err = p.raises(a, limit, temp, nil)
	}
	if err != nil {
		if f, ok := fault.Of(err); ok {
			return f // who calls here has no way to ask
		}
		return err
	}
	x := *a
	x.Limit, x.TempLimit, x.TempUntil = limit, temp, until
	credit.SetLimits(tx, []credit.Account{x})
	return event.Record(tx, limitEvent(a.ID, limit, temp, until, ""))
}

func limitEvent(a id.Credit, limit, temp int64, until, reason string) event.Event {
	return event.Event{Type: "credit.limit_changed", Subject: event.About("credit_account", int64(a)), Reason: reason, Body: map[string]any{"limit": limit, "temporary": temp, "until": until}}
}

// Bank asks to change one of our own bank accounts: where customers pay to. It
// always takes two people.
type Bank struct {
	Account id.BankAccount `json:"account"`
	Name    string         `json:"name" minLength:"1"`
	IBAN    string         `json:"iban" doc:"ISO 13616"`
	Reason  string         `json:"reason" minLength:"1"`
	signed  bool
}

// Banked is the account as it stands then.
type Banked struct {
	Account id.BankAccount `json:"account"`
	Code    string         `json:"code"`
	IBAN    string         `json:"iban"`
}

func (o *Office) bank(tx *db.Tx, cmds []Bank) ([]Result[Banked], error) {
	b, p, err := o.empowered(tx)
	if err != nil {
		return nil, err
	}
	known := map[id.BankAccount]payment.Account{}
	for _, a := range b.accounts {
		known[a.ID] = a
	}
	seen := once[id.BankAccount]{}
	var events []event.Event
	var list []payment.Account
	out, err := eachOf(cmds, func(c Bank) (Banked, error) {
		a, ok := known[c.Account]
		if !ok {
			return Banked{}, payment.ErrAccount.Because("there is no bank account %s", c.Account)
		}
		if seen.again(c.Account) {
			return Banked{}, twice("bank account " + a.Code)
		}
		iban, err := payment.ParseIBAN(c.IBAN)
		if err != nil {
			return Banked{}, fault.At(err, "iban")
		}
		if !c.signed {
			if err := p.second(approval.BankDetails, approval.Cap(1, b.Currency.Decimals()), Subject{"bank_account", int64(a.ID)}, c, "change bank account "+a.Code+" to "+c.Name+", IBAN "+iban); err != nil {
				return Banked{}, err
			}
		}
		events = append(events, event.Event{Type: "bank_account.changed", Subject: event.About("bank_account", int64(a.ID)), Reason: c.Reason, Body: map[string]string{"code": a.Code, "old": a.IBAN, "new": iban}})
		a.Name, a.IBAN = c.Name, iban
		list = append(list, a)
		return Banked{a.ID, a.Code, iban}, nil
	})
	if err != nil {
		return nil, err
	}
	payment.ChangeAccounts(tx, list)
	return out, event.Record(tx, events...)
}
