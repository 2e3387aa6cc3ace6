package stock

import (
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

const columns = `p.id, p.warehouse_id, p.product_id, p.status, p.on_hand, p.reserved, p.value_amt`

func scan(r *db.Rows) (*Pot, error) {
	p := &Pot{}
	err := r.Scan((*int64)(&p.ID), (*int64)(&p.Warehouse), (*int64)(&p.Product), &p.Status, &p.OnHand, &p.Reserved, &p.Value)
	return p, err
}

const (
	findSpots = `WITH {a: w BIGINT, p BIGINT, s TEXT} SELECT ` + columns + `
		FROM a JOIN stock_pot p ON p.warehouse_id=a.w AND p.product_id=a.p AND p.owner_id=0 AND p.status=a.s`
	lockSpots = findSpots + ` ORDER BY p.id {lock p}`
)

func bySpot(q db.Querier, sql string, spots []Spot) (map[Spot]*Pot, error) {
	out := make(map[Spot]*Pot, len(spots))
	l := db.NewList(len(spots))
	seen := make(map[Spot]bool, len(spots))
	for _, s := range spots {
		if !seen[s] {
			seen[s] = true
			l.Add(int64(s.Warehouse), int64(s.Product), s.Status)
		}
	}
	if l.Len() == 0 {
		return out, nil
	}
	err := q.Each(sql, l, nil, func(r *db.Rows) error {
		p, err := scan(r)
		out[p.Spot] = p
		return err
	})
	return out, err
}

// Find reads pots by their natural key without locking them.
func Find(q db.Querier, spots []Spot) (map[Spot]*Pot, error) { return bySpot(q, findSpots, spots) }

// Ensure makes sure that pots exist and reads them without locking.
func Ensure(tx *db.Tx, spots []Spot) (map[Spot]*Pot, error) {
	if len(spots) == 0 {
		return nil, nil
	}
	found, err := bySpot(tx, findSpots, spots)
	if err != nil {
		return nil, err
	}
	return found, Create(tx, spots, found)
}

// LockSpots makes sure that the pots exist, then locks them in ascending order.
func LockSpots(tx *db.Tx, spots []Spot) (map[Spot]*Pot, error) {
	out, err := bySpot(tx, lockSpots, spots)
	if err != nil {
		return nil, err
	}
	return out, Create(tx, spots, out)
}

// AskSpots locks those of the pots that exist, in ascending order; q belongs to
// a Tx. Create makes the others, locked as well.
func AskSpots(q db.Querier, spots []Spot) (map[Spot]*Pot, error) { return bySpot(q, lockSpots, spots) }

// BySpot arranges pots by their natural key.
func BySpot(pots map[id.Pot]*Pot) map[Spot]*Pot {
	out := make(map[Spot]*Pot, len(pots))
	for _, p := range pots {
		out[p.Spot] = p
	}
	return out
}

// Create inserts the pots that are not in found, sorted by key, and adds them.
func Create(tx *db.Tx, spots []Spot, found map[Spot]*Pot) error {
	var missing []Spot
	seen := map[Spot]bool{}
	for _, s := range spots {
		if found[s] == nil && !seen[s] {
			seen[s] = true
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	sort.Slice(missing, func(i, j int) bool {
		a, b := missing[i], missing[j]
		if a.Warehouse != b.Warehouse {
			return a.Warehouse < b.Warehouse
		}
		if a.Product != b.Product {
			return a.Product < b.Product
		}
		return a.Status < b.Status
	})
	l := db.NewList(len(missing))
	for _, s := range missing {
		l.Add(tx.NewID(), int64(s.Warehouse), int64(s.Product), s.Status)
	}
	tx.Do(`WITH {a: id BIGINT, w BIGINT, p BIGINT, s TEXT}
		INSERT INTO stock_pot(id, warehouse_id, product_id, owner_id, status, on_hand, reserved, value_amt, allow_negative, tx_id)
		SELECT a.id, a.w, a.p, 0, a.s, 0, 0, 0, 0, $1 FROM a WHERE true
		ON CONFLICT (warehouse_id, product_id, owner_id, status) DO NOTHING`, l, tx.ID())
	made, err := bySpot(tx, lockSpots, missing)
	for s, p := range made {
		found[s] = p
	}
	return err
}

// Lock locks pots in ascending order and reads them; q belongs to a Tx.
func Lock(q db.Querier, ids []id.Pot) (map[id.Pot]*Pot, error) {
	out := make(map[id.Pot]*Pot, len(ids))
	sorted := append([]id.Pot(nil), ids...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	l := db.NewList(len(ids))
	var last id.Pot
	for _, p := range sorted {
		if p != 0 && p != last {
			l.Add(int64(p))
			last = p
		}
	}
	err := q.Each(`WITH {a: id BIGINT} SELECT `+columns+` FROM a JOIN stock_pot p ON p.id=a.id ORDER BY p.id {lock p}`, l, nil, func(r *db.Rows) error {
		p, err := scan(r)
		out[p.ID] = p
		return err
	})
	return out, err
}

// sums adds per pot, ascending: a list must name a target once.
func sums(qty map[id.Pot]int64) *db.List {
	ids := make([]id.Pot, 0, len(qty))
	for p, q := range qty {
		if q != 0 {
			ids = append(ids, p)
		}
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	l := db.NewList(len(ids))
	for _, p := range ids {
		l.Add(int64(p), qty[p])
	}
	return l
}

// Reserve promises quantities: the guard is in the statement.
func Reserve(tx *db.Tx, qty map[id.Pot]int64) {
	tx.Put(`WITH {a: id BIGINT, qty BIGINT} UPDATE stock_pot SET reserved=stock_pot.reserved+a.qty, tx_id=$1
		FROM a WHERE stock_pot.id=a.id AND stock_pot.on_hand-stock_pot.reserved >= a.qty`, sums(qty), tx.ID())
}

// Unreserve gives promised quantities back.
func Unreserve(tx *db.Tx, qty map[id.Pot]int64) {
	tx.Put(`WITH {a: id BIGINT, qty BIGINT} UPDATE stock_pot SET reserved=stock_pot.reserved-a.qty, tx_id=$1
		FROM a WHERE stock_pot.id=a.id AND stock_pot.reserved >= a.qty`, sums(qty), tx.ID())
}

// Book writes moves and changes their pots, which the caller has locked.
func Book(tx *db.Tx, moves []Move) {
	type sum struct{ qty, value, release int64 }
	per := map[id.Pot]*sum{}
	var ids []id.Pot
	l := db.NewList(len(moves))
	for i := range moves {
		m := &moves[i]
		s := per[m.Pot]
		if s == nil {
			s = &sum{}
			per[m.Pot] = s
			ids = append(ids, m.Pot)
		}
		s.qty += m.Qty
		s.value += m.Value
		s.release += m.Release
		m.ID = tx.NewID()
		l.Add(m.ID, int64(m.Pot), m.Kind, m.Qty, m.Value, m.DocType, m.Doc, m.DocLine, string(m.ValidOn))
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	u := db.NewList(len(ids))
	for _, p := range ids {
		u.Add(int64(p), per[p].qty, per[p].release, per[p].value)
	}
	tx.Put(`WITH {a: id BIGINT, q BIGINT, res BIGINT, val BIGINT} UPDATE stock_pot SET on_hand=stock_pot.on_hand+a.q,
		reserved=stock_pot.reserved-a.res, value_amt=stock_pot.value_amt+a.val, tx_id=$1
		FROM a WHERE stock_pot.id=a.id AND (stock_pot.allow_negative=1 OR stock_pot.on_hand+a.q >= stock_pot.reserved-a.res) AND stock_pot.reserved >= a.res`, u, tx.ID())
	tx.Put(`WITH {a: id BIGINT, pot BIGINT, kind TEXT, q BIGINT, v BIGINT, dt TEXT, doc BIGINT, dl BIGINT, d TEXT}
		INSERT INTO stock_move(id, pot_id, kind, qty, value_amt, doc_type, doc_id, doc_line_id, valid_on, tx_id)
		SELECT a.id, a.pot, a.kind, a.q, a.v, a.dt, a.doc, a.dl, a.d, $1 FROM a`, l, tx.ID())
}

// AddDocs writes the papers of moves.
func AddDocs(tx *db.Tx, docs []Doc) {
	l := db.NewList(len(docs))
	for _, d := range docs {
		l.Add(int64(d.ID), d.Kind, d.Reference, d.Partner, string(d.PostedOn), string(d.DocumentOn), d.Reason, d.Migration)
	}
	tx.Put(`WITH {a: id BIGINT, kind TEXT, ref TEXT, partner TEXT, p TEXT, d TEXT, reason TEXT, mig BIGINT}
		INSERT INTO stock_doc(id, kind, reference, partner, posted_on, document_on, reason, migration, tx_id)
		SELECT a.id, a.kind, a.ref, a.partner, a.p, a.d, a.reason, a.mig, $1 FROM a`, l, tx.ID())
}

// Reference is the outside number of a paper, unique within its kind.
type Reference struct{ Kind, Number string }

// DocsByReference finds papers by their outside numbers.
func DocsByReference(q db.Querier, refs []Reference) (map[Reference]id.StockDoc, error) {
	l := db.NewList(len(refs))
	for _, r := range refs {
		l.Add(r.Kind, r.Number)
	}
	out := map[Reference]id.StockDoc{}
	err := q.Each(`WITH {a: k TEXT, n TEXT} SELECT d.kind, d.reference, d.id FROM a JOIN stock_doc d ON d.kind=a.k AND d.reference=a.n`, l, nil, func(r *db.Rows) error {
		var ref Reference
		var v id.StockDoc
		err := r.Scan(&ref.Kind, &ref.Number, (*int64)(&v))
		out[ref] = v
		return err
	})
	return out, err
}

// MovesOf reads the moves of a paper.
func MovesOf(q db.Querier, docType string, docs []int64) ([]Move, error) {
	var out []Move
	err := q.Each(`WITH {a: id BIGINT} SELECT m.id, m.pot_id, m.kind, m.qty, m.value_amt, m.doc_type, m.doc_id, m.doc_line_id, m.valid_on
		FROM a JOIN stock_move m ON m.doc_id=a.id WHERE m.doc_type=$1 ORDER BY m.id`, db.Ints(docs), []any{docType}, func(r *db.Rows) error {
		var m Move
		err := r.Scan(&m.ID, (*int64)(&m.Pot), &m.Kind, &m.Qty, &m.Value, &m.DocType, &m.Doc, &m.DocLine, (*string)(&m.ValidOn))
		out = append(out, m)
		return err
	})
	return out, err
}

// AddWarehouses creates warehouses; codes that exist stay.
func AddWarehouses(tx *db.Tx, list []Warehouse) (map[string]id.Warehouse, error) {
	l := db.NewList(len(list))
	for _, w := range list {
		kind := w.Kind
		if kind == "" {
			kind = "own"
		}
		l.Add(int64(w.ID), w.Code, w.Name, w.GLN, w.Country, kind)
	}
	tx.Touch()
	tx.Do(`WITH {a: id BIGINT, code TEXT, name TEXT, gln TEXT, ctry TEXT, kind TEXT}
		INSERT INTO warehouse(id, code, name, gln, country, kind, calendar, cutoff, version, tx_id)
		SELECT a.id, a.code, a.name, a.gln, a.ctry, a.kind, '', '', 1, $1 FROM a WHERE true ON CONFLICT (code) DO NOTHING`, l, tx.ID())
	ws, err := Warehouses(tx)
	out := map[string]id.Warehouse{}
	for _, w := range ws {
		out[w.Code] = w.ID
	}
	return out, err
}

// Warehouses reads all warehouses.
func Warehouses(q db.Querier) ([]Warehouse, error) {
	var out []Warehouse
	err := q.Each(`SELECT id, code, name, gln, country, kind FROM warehouse ORDER BY id`, nil, nil, func(r *db.Rows) error {
		var w Warehouse
		err := r.Scan((*int64)(&w.ID), &w.Code, &w.Name, &w.GLN, &w.Country, &w.Kind)
		out = append(out, w)
		return err
	})
	return out, err
}
