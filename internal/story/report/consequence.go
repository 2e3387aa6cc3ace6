package report

import (
	"cmp"
	"slices"

	"kontor/internal/rooms/ledger"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Changes is what one step writes; a simulated step shows it and is rolled back.
type Changes struct {
	Documents []ChangedView  `json:"documents" doc:"all that the step touches, as they would stand"`
	Items     []ItemView     `json:"items" doc:"open items made or settled, as they would stand"`
	Entries   []EntryView    `json:"entries" doc:"postings"`
	Stock     []MoveView     `json:"stock" doc:"moves"`
	Exposure  []ExposureView `json:"exposure" doc:"changes of credit exposure"`
	Events    []EventView    `json:"events"`
}

// ChangedView is a document with the state that it would have.
type ChangedView struct {
	DocRef
	State string `json:"state,omitempty"`
}

// MoveView is one change of stock.
type MoveView struct {
	Warehouse string         `json:"warehouse" doc:"code"`
	SKU       string         `json:"sku"`
	Status    string         `json:"status" doc:"of the pot: sellable, transit …"`
	Kind      string         `json:"kind"`
	Unit      string         `json:"unit"`
	Qty       string         `json:"qty" doc:"what goes out is negative"`
	Currency  money.Currency `json:"currency"`
	Value     string         `json:"value"`
	ValidOn   day.Day        `json:"valid_on"`
	Document  DocRef         `json:"document"`

	kind string
	doc  int64
}

// ExposureView is one change of what is at risk under a limit.
type ExposureView struct {
	Account  string         `json:"account" doc:"code of the credit account"`
	Cause    string         `json:"cause"`
	Currency money.Currency `json:"currency"`
	Ordered  string         `json:"ordered"`
	Shipped  string         `json:"shipped"`
	Items    string         `json:"items"`
	Credits  string         `json:"credits"`
	Document DocRef         `json:"document"`

	kind string
	doc  int64
}

// Consequences reads what the running transaction has written. Its rows were
// made after the transaction's id, so that each table is read from there on and
// no index by transaction is needed.
func Consequences(tx *db.Tx) (Changes, error) {
	v := Changes{Documents: []ChangedView{}, Items: []ItemView{}, Entries: []EntryView{}, Stock: []MoveView{}, Exposure: []ExposureView{}, Events: []EventView{}}
	c, _, err := today(tx)
	if err != nil {
		return v, err
	}
	mine := []any{tx.ID()}
	v.Events, err = collect(tx, `SELECT `+eventColumns+` FROM event e WHERE e.id>$1 AND e.tx_id=$1 ORDER BY e.id`, nil, mine, scanEvent)
	if err != nil {
		return v, err
	}
	if err := tell(tx, v.Events); err != nil {
		return v, err
	}
	if v.Entries, err = newEntries(tx); err != nil {
		return v, err
	}
	v.Stock, err = collect(tx, `SELECT w.code, a.sku, p.status, m.kind, a.base_unit, a.qty_scale, m.qty, m.value_amt, m.valid_on, m.doc_type, m.doc_id FROM stock_move m
		JOIN stock_pot p ON p.id=m.pot_id JOIN warehouse w ON w.id=p.warehouse_id JOIN product a ON a.id=p.product_id WHERE m.id>$1 AND m.tx_id=$1 ORDER BY m.id`, nil, mine, func(r *db.Rows, x *MoveView) error {
		var a article
		var qty, value int64
		err := r.Scan(&x.Warehouse, &x.SKU, &x.Status, &x.Kind, &x.Unit, &a.Scale, &qty, &value, &x.ValidOn, &x.kind, &x.doc)
		x.Qty, x.Currency, x.Value = a.qty(qty), c.Currency, money.Format(value, c.Currency)
		return err
	})
	if err != nil {
		return v, err
	}
	v.Exposure, err = collect(tx, `SELECT c.code, c.currency, m.cause, m.order_amt, m.shipped_amt, m.item_amt, m.credit_amt, m.doc_type, m.doc_id FROM exposure_move m
		JOIN credit_account c ON c.id=m.account_id WHERE m.id>$1 AND m.tx_id=$1 ORDER BY m.id`, nil, mine, func(r *db.Rows, x *ExposureView) error {
		var n [4]int64
		if err := r.Scan(&x.Account, &x.Currency, &x.Cause, &n[0], &n[1], &n[2], &n[3], &x.kind, &x.doc); err != nil {
			return err
		}
		f := func(n int64) string { return money.Format(n, x.Currency) }
		x.Ordered, x.Shipped, x.Items, x.Credits = f(n[0]), f(n[1]), f(n[2]), f(n[3])
		return nil
	})
	if err != nil {
		return v, err
	}
	if v.Items, err = newItems(tx); err != nil {
		return v, err
	}
	return v, v.documents(tx)
}

func newEntries(tx *db.Tx) ([]EntryView, error) {
	mine := map[id.Entry]bool{}
	var docs ids[int64]
	err := tx.Each(`SELECT id, doc_id FROM ledger_entry WHERE id>$1 AND tx_id=$1`, nil, []any{tx.ID()}, func(r *db.Rows) error {
		var e id.Entry
		var doc int64
		err := r.Scan(&e, &doc)
		mine[e] = true
		docs.add(doc)
		return err
	})
	if err != nil || len(mine) == 0 {
		return []EntryView{}, err
	}
	found, err := ledger.Of(tx, docs.list)
	if err != nil {
		return nil, err
	}
	var list []ledger.Entry
	for _, es := range found {
		for _, e := range es {
			if mine[e.ID] {
				list = append(list, e)
			}
		}
	}
	slices.SortFunc(list, func(a, b ledger.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return entries(tx, list)
}

func newItems(tx *db.Tx) ([]ItemView, error) {
	var found ids[int64]
	for _, sql := range []string{
		`SELECT id FROM open_item WHERE id>$1 AND tx_id=$1 ORDER BY id`,
		`SELECT debit_item_id FROM allocation WHERE id>$1 AND tx_id=$1 ORDER BY id`,
		`SELECT credit_item_id FROM allocation WHERE id>$1 AND tx_id=$1 ORDER BY id`,
	} {
		err := tx.Each(sql, nil, []any{tx.ID()}, func(r *db.Rows) error {
			var v int64
			err := r.Scan(&v)
			found.add(v)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(found.list) == 0 {
		return []ItemView{}, nil
	}
	c, on, err := today(tx)
	if err != nil {
		return nil, err
	}
	scan := itemScan(c, on)
	out, err := collect(tx, `WITH {a: id BIGINT} `+itemColumns+` JOIN a ON a.id=i.id`, db.Ints(found.list), nil, func(r *db.Rows, v *ItemView) error {
		var err error
		*v, _, err = scan(r)
		return err
	})
	slices.SortFunc(out, func(a, b ItemView) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}

// documents names what the events are about and what they touch.
func (v *Changes) documents(tx *db.Tx) error {
	type key struct {
		kind string
		id   int64
	}
	var order []key
	seen := map[int64]bool{}
	add := func(kind string, n int64) {
		if !seen[n] {
			seen[n] = true
			order = append(order, key{kind, n})
		}
	}
	for _, e := range v.Events {
		add(e.kind, e.subject)
	}
	// The references of events are kept by object, so what a step touches beside
	// its subjects is found through them: the orders behind shipments and papers.
	behind := map[string]string{
		"shipment": `WITH {a: id BIGINT} SELECT DISTINCT l.order_id FROM a JOIN shipment_line l ON l.shipment_id=a.id`,
		"invoice":  `WITH {a: id BIGINT} SELECT DISTINCT l.order_id FROM a JOIN invoice_line l ON l.invoice_id=a.id`,
		"return":   `WITH {a: id BIGINT} SELECT x.order_id FROM a JOIN return_order x ON x.id=a.id`,
		"hold":     `WITH {a: id BIGINT} SELECT h.subject_id FROM a JOIN hold h ON h.id=a.id WHERE h.subject_type='order'`,
	}
	for _, kind := range []string{"shipment", "invoice", "return", "hold"} {
		var from, orders ids[int64]
		for _, k := range order {
			if k.kind == kind || kind == "invoice" && k.kind == "credit_note" {
				from.add(k.id)
			}
		}
		if len(from.list) == 0 {
			continue
		}
		err := tx.Each(behind[kind], db.Ints(from.list), nil, func(r *db.Rows) error {
			var n int64
			err := r.Scan(&n)
			orders.add(n)
			return err
		})
		if err != nil {
			return err
		}
		slices.Sort(orders.list)
		for _, n := range orders.list {
			add("order", n)
		}
	}
	var nums numbers
	for _, k := range order {
		nums.add(k.kind, k.id)
	}
	for _, m := range v.Stock {
		nums.add(m.kind, m.doc)
	}
	for _, m := range v.Exposure {
		nums.add(m.kind, m.doc)
	}
	if err := nums.load(tx); err != nil {
		return err
	}
	for _, k := range order {
		v.Documents = append(v.Documents, ChangedView{nums.ref(k.kind, k.id), nums.found[k.id].State})
	}
	for i := range v.Stock {
		v.Stock[i].Document = nums.ref(v.Stock[i].kind, v.Stock[i].doc)
	}
	for i := range v.Exposure {
		v.Exposure[i].Document = nums.ref(v.Exposure[i].kind, v.Exposure[i].doc)
	}
	return nil
}
