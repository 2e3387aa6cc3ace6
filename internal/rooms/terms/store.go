package terms

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Rules of the room's rows.
var (
	ErrUnknown = fault.Rule{Kind: fault.NotFound, Code: "terms.unknown"}
	ErrTaken   = fault.Rule{Kind: fault.Conflict, Code: "terms.code-taken"}
)

// Terms is a named rule.
type Terms struct {
	ID       id.Terms
	Code     string
	Rule     Rule
	Calendar string
}

// Book is all terms and holidays: small, read whole.
type Book struct {
	ByID     map[id.Terms]Terms
	ByCode   map[string]Terms
	holidays map[string]map[day.Day]bool
}

// Holidays of a calendar; nil when it has none.
func (b *Book) Holidays(calendar string) day.Holidays {
	m := b.holidays[calendar]
	if m == nil {
		return nil
	}
	return func(d day.Day) bool { return m[d] }
}

// Load reads all terms and holidays.
func Load(q db.Querier) (*Book, error) {
	b := &Book{ByID: map[id.Terms]Terms{}, ByCode: map[string]Terms{}, holidays: map[string]map[day.Day]bool{}}
	err := q.Each(`SELECT id, code, rule, calendar FROM terms ORDER BY id`, nil, nil, func(r *db.Rows) error {
		var t Terms
		var rule string
		if err := r.Scan((*int64)(&t.ID), &t.Code, &rule, &t.Calendar); err != nil {
			return err
		}
		var err error
		t.Rule, err = Parse(rule)
		b.ByID[t.ID], b.ByCode[t.Code] = t, t
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.Each(`SELECT calendar, day FROM holiday`, nil, nil, func(r *db.Rows) error {
		var c string
		var d day.Day
		err := r.Scan(&c, (*string)(&d))
		if b.holidays[c] == nil {
			b.holidays[c] = map[day.Day]bool{}
		}
		b.holidays[c][d] = true
		return err
	})
	return b, err
}

// Add creates terms; codes that exist stay. It gives the id per code.
func Add(tx *db.Tx, list []Terms) (map[string]id.Terms, error) {
	tx.Touch()
	l := db.NewList(len(list))
	for _, t := range list {
		if err := t.Rule.Validate(); err != nil {
			return nil, err
		}
		l.Add(int64(t.ID), t.Code, t.Rule.JSON(), t.Calendar)
	}
	tx.Do(`WITH {a: id BIGINT, code TEXT, rule TEXT, cal TEXT}
		INSERT INTO terms(id, code, rule, calendar, version, tx_id) SELECT a.id, a.code, a.rule, a.cal, 1, $1 FROM a WHERE true
		ON CONFLICT (code) DO NOTHING`, l, tx.ID())
	out := map[string]id.Terms{}
	err := tx.Each(`SELECT code, id FROM terms`, nil, nil, func(r *db.Rows) error {
		var c string
		var v id.Terms
		err := r.Scan(&c, (*int64)(&v))
		out[c] = v
		return err
	})
	return out, err
}

// AddHolidays names the days of a calendar on which no business is done.
func AddHolidays(tx *db.Tx, calendar string, days map[day.Day]string) {
	tx.Touch()
	l := db.NewList(len(days))
	for d, name := range days {
		l.Add(string(d), name)
	}
	tx.Do(`WITH {a: d TEXT, n TEXT} INSERT INTO holiday(calendar, day, name) SELECT $1, a.d, a.n FROM a WHERE true
		ON CONFLICT (calendar, day) DO NOTHING`, l, calendar)
}

// Holiday is a day on which a calendar does no business.
type Holiday struct {
	Calendar string  `json:"calendar" doc:"code of the calendar, as terms name it"`
	Day      day.Day `json:"day"`
	Name     string  `json:"name"`
}

// HolidaysOf lists the holidays of all calendars, or of one.
func HolidaysOf(q db.Querier, calendar string) ([]Holiday, error) {
	out := []Holiday{}
	err := q.Each(`SELECT calendar, day, name FROM holiday WHERE calendar=$1 OR $1='' ORDER BY calendar, day`, nil, []any{calendar}, func(r *db.Rows) error {
		var h Holiday
		err := r.Scan(&h.Calendar, (*string)(&h.Day), &h.Name)
		out = append(out, h)
		return err
	})
	return out, err
}
