package order

import (
	"strings"

	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Draft is an order while people type it. It stands on the server from the
// first key on, is shared by everybody who may enter orders, and becomes an
// order once. What stands in it is what was typed.
type Draft struct {
	ID       id.Draft
	Customer string // code
	PONumber string
	ShipTo   string // code of a site
	Wished   string // day
	Note     string
	State    string // open, captured, discarded
	Order    id.Order
	Paste    int64  // rows that wait for a word on what their columns mean; 0 = none
	Meaning  string // of these columns, as the door writes it
	Version  int64  // of the head; what is older than the one that stands is not written
}

// DraftLine is one row of the grid, as typed, with what it came to when it was
// last reckoned.
type DraftLine struct {
	Line    int64 // made by whoever adds the row; unique in the draft
	Pos     int64 // rows stand by this, then by Line
	Item    string
	Qty     string
	Unit    string
	Wished  string
	Price   string
	Raw     string // the row as it was pasted
	Paste   int64  // which paste it came with; 0 = typed
	Gone    bool   // deleted; it can come back
	Version int64

	Net     int64 // minor units
	TaxCode string
	Faults  int64 // what keeps it from being ordered as it stands
}

// Empty tells whether nothing stands in the row.
func (l DraftLine) Empty() bool {
	return strings.TrimSpace(l.Item+l.Qty+l.Unit+l.Wished+l.Price) == ""
}

// ErrDraft says that a draft is not open (any more), or never was.
var (
	ErrDraft   = fault.Rule{Kind: fault.Conflict, Code: "draft.settled"}
	ErrNoDraft = fault.Rule{Kind: fault.NotFound, Code: "draft.unknown"}
)

const draftColumns = `id, customer, po_number, ship_to, wished, note, state, order_id, paste, meaning, version`

func scanDraft(d *Draft) []any {
	return []any{(*int64)(&d.ID), &d.Customer, &d.PONumber, &d.ShipTo, &d.Wished, &d.Note, &d.State, (*int64)(&d.Order), &d.Paste, &d.Meaning, &d.Version}
}

// OpenDraft makes a draft if there is none yet, and locks it for this
// transaction: one that became an order or was discarded is a fault.
func OpenDraft(tx *db.Tx, draft id.Draft) (Draft, error) {
	tx.Do(`INSERT INTO draft(id, customer, po_number, ship_to, wished, note, state, made_by, changed_by, changed_at, version, tx_id)
		VALUES ($1, '', '', '', '', '', 'open', $2, $2, $3, 0, $4) ON CONFLICT (id) DO NOTHING`, nil, int64(draft), tx.Who().ID, tx.Stamp(), tx.ID())
	return LockDraft(tx, draft)
}

// LockDraft locks an open draft for this transaction and notes who is at it.
func LockDraft(tx *db.Tx, draft id.Draft) (Draft, error) {
	var d Draft
	ok, err := tx.One(`UPDATE draft SET changed_by=$2, changed_at=$3, tx_id=$4 WHERE id=$1 AND state='open' RETURNING `+draftColumns,
		[]any{int64(draft), tx.Who().ID, tx.Stamp(), tx.ID()}, scanDraft(&d)...)
	if err != nil || ok {
		return d, err
	}
	if d, err = ReadDraft(tx, draft); err != nil {
		return d, err
	}
	if d.State == "discarded" {
		return d, ErrDraft.Because("this draft was discarded meanwhile: begin a new order")
	}
	return d, ErrDraft.Because("this draft is an order already: open it, and change it there").With("order", d.Order.String())
}

// ReadDraft reads the head of a draft in whatever state.
func ReadDraft(q db.Querier, draft id.Draft) (Draft, error) {
	var d Draft
	ok, err := q.One(`SELECT `+draftColumns+` FROM draft WHERE id=$1`, []any{int64(draft)}, scanDraft(&d)...)
	if err == nil && !ok {
		err = ErrNoDraft.Because("there is no draft %s", draft)
	}
	return d, err
}

// WriteHead writes the head of a locked draft unless a younger one stands
// there; it tells whether it did.
func WriteHead(tx *db.Tx, d Draft) (bool, error) {
	n, err := tx.Exec(`UPDATE draft SET customer=$2, po_number=$3, ship_to=$4, wished=$5, note=$6, version=$7 WHERE id=$1 AND version<$7`,
		nil, int64(d.ID), d.Customer, d.PONumber, d.ShipTo, d.Wished, d.Note, d.Version)
	return n == 1, err
}

// AskMeaning notes which pasted rows wait for a word on what their columns mean.
func AskMeaning(tx *db.Tx, draft id.Draft, paste int64, meaning string) {
	tx.Do(`UPDATE draft SET paste=$2, meaning=$3 WHERE id=$1`, nil, int64(draft), paste, meaning)
}

// DraftLines reads rows of a draft as they stand: all that are not gone, or
// those that are named.
func DraftLines(q db.Querier, draft id.Draft, named ...int64) ([]DraftLine, error) {
	var out []DraftLine
	scan := func(r *db.Rows) error {
		var l DraftLine
		err := r.Scan(&l.Line, &l.Pos, &l.Item, &l.Qty, &l.Unit, &l.Wished, &l.Price, &l.Raw, &l.Paste, &l.Gone, &l.Version, &l.Net, &l.TaxCode, &l.Faults)
		out = append(out, l)
		return err
	}
	const columns = `l.line, l.pos, l.item, l.qty, l.unit, l.wished, l.price, l.raw, l.paste, l.gone, l.version, l.net_amt, l.tax_code, l.faults`
	if len(named) > 0 {
		return out, q.Each(`WITH {a: line BIGINT} SELECT `+columns+` FROM a JOIN draft_line l ON l.draft_id=$1 AND l.line=a.line`, db.Ints(named), []any{int64(draft)}, scan)
	}
	return out, q.Each(`SELECT `+columns+` FROM draft_line l WHERE l.draft_id=$1 AND l.gone=0 ORDER BY l.pos, l.line`, nil, []any{int64(draft)}, scan)
}

// WriteLines writes rows of a locked draft, each unless one as young stands
// there already; it tells which were written.
func WriteLines(tx *db.Tx, draft id.Draft, lines []DraftLine) (map[int64]bool, error) {
	l := db.NewList(len(lines))
	for _, x := range lines {
		l.Add(x.Line, x.Pos, x.Item, x.Qty, x.Unit, x.Wished, x.Price, x.Raw, x.Paste, x.Gone, x.Net, x.TaxCode, x.Faults, x.Version)
	}
	done := make(map[int64]bool, len(lines))
	err := tx.Each(`WITH {a: line BIGINT, pos BIGINT, item TEXT, qty TEXT, unit TEXT, wished TEXT, price TEXT, raw TEXT, paste BIGINT, gone BIGINT, net BIGINT, tax TEXT, f BIGINT, v BIGINT}
		INSERT INTO draft_line(draft_id, line, pos, item, qty, unit, wished, price, raw, paste, gone, net_amt, tax_code, faults, version, tx_id)
		SELECT $1, a.line, a.pos, a.item, a.qty, a.unit, a.wished, a.price, a.raw, a.paste, a.gone, a.net, a.tax, a.f, a.v, $2 FROM a WHERE true
		ON CONFLICT (draft_id, line) DO UPDATE SET pos=excluded.pos, item=excluded.item, qty=excluded.qty, unit=excluded.unit, wished=excluded.wished, price=excluded.price,
			gone=excluded.gone, net_amt=excluded.net_amt, tax_code=excluded.tax_code, faults=excluded.faults, version=excluded.version, tx_id=excluded.tx_id
		WHERE draft_line.version<excluded.version RETURNING draft_line.line`, l, []any{int64(draft), tx.ID()}, func(r *db.Rows) error {
		var line int64
		err := r.Scan(&line)
		done[line] = true
		return err
	})
	return done, err
}

// Reckoned notes what rows of a locked draft came to; what was typed stays.
func Reckoned(tx *db.Tx, draft id.Draft, lines []DraftLine) {
	l := db.NewList(len(lines))
	for _, x := range lines {
		l.Add(x.Line, x.Net, x.TaxCode, x.Faults)
	}
	tx.Do(`WITH {a: line BIGINT, net BIGINT, tax TEXT, f BIGINT} UPDATE draft_line SET net_amt=a.net, tax_code=a.tax, faults=a.f, tx_id=$2
		FROM a WHERE draft_line.draft_id=$1 AND draft_line.line=a.line`, l, int64(draft), tx.ID())
}

// DraftSum is what the rows of a draft under one tax code come to.
type DraftSum struct {
	TaxCode string
	Net     int64
	Lines   int64
	Faulty  int64 // rows with something to fix
}

// SumDraft adds up the rows of a draft, by tax code.
func SumDraft(q db.Querier, draft id.Draft) ([]DraftSum, error) {
	var out []DraftSum
	err := q.Each(`SELECT tax_code, SUM(net_amt), COUNT(*), SUM(CASE WHEN faults>0 THEN 1 ELSE 0 END) FROM draft_line
		WHERE draft_id=$1 AND gone=0 GROUP BY tax_code ORDER BY tax_code`, nil, []any{int64(draft)}, func(r *db.Rows) error {
		var s DraftSum
		err := r.Scan(&s.TaxCode, &s.Net, &s.Lines, &s.Faulty)
		out = append(out, s)
		return err
	})
	return out, err
}

// LastPos is the place of the last row that a draft ever had.
func LastPos(q db.Querier, draft id.Draft) (int64, error) {
	var n int64
	_, err := q.One(`SELECT COALESCE(MAX(pos), 0) FROM draft_line WHERE draft_id=$1`, []any{int64(draft)}, &n)
	return n, err
}

// SettleDraft ends a locked draft: it became an order, or it is discarded.
func SettleDraft(tx *db.Tx, draft id.Draft, by id.Order) {
	state := "discarded"
	if by != 0 {
		state = "captured"
	}
	l := db.NewList(1)
	l.Add(int64(draft))
	tx.Want(1, `WITH {a: id BIGINT} UPDATE draft SET state=$1, order_id=$2, tx_id=$3 FROM a WHERE draft.id=a.id AND draft.state='open'`, l, state, int64(by), tx.ID())
}
