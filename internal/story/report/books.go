package report

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/money"
)

// PeriodView is one month in one ledger that was closed, or whose close began.
type PeriodView struct {
	Ledger string    `json:"ledger"`
	Month  day.Month `json:"month"`
	State  string    `json:"state" enum:"open,soft,closed"`
}

// Periods lists the months that are not simply open, the youngest first.
func Periods(q db.Querier) ([]PeriodView, error) {
	out := []PeriodView{}
	err := q.Each(`SELECT ledger, month, state FROM period ORDER BY month DESC, ledger`, nil, nil, func(r *db.Rows) error {
		var p PeriodView
		err := r.Scan(&p.Ledger, (*string)(&p.Month), &p.State)
		out = append(out, p)
		return err
	})
	return out, err
}

// RateView is a rate of exchange: one unit of From is so much of To.
type RateView struct {
	On   day.Day        `json:"on"`
	From money.Currency `json:"from"`
	To   money.Currency `json:"to"`
	Rate string         `json:"rate"`
}

// Rates lists the newest rate of each currency.
func Rates(q db.Querier) ([]RateView, error) {
	out := []RateView{}
	err := q.Each(`SELECT f.day, f.from_cur, f.to_cur, f.rate FROM fx_rate f
		WHERE f.kind='daily' AND f.day=(SELECT MAX(x.day) FROM fx_rate x WHERE x.kind='daily' AND x.from_cur=f.from_cur AND x.to_cur=f.to_cur)
		ORDER BY f.from_cur, f.to_cur`, nil, nil, func(r *db.Rows) error {
		var v RateView
		err := r.Scan((*string)(&v.On), (*string)(&v.From), (*string)(&v.To), &v.Rate)
		out = append(out, v)
		return err
	})
	return out, err
}
