package report

import (
	"strings"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/shipping"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/terms"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// find resolves what a person writes for a thing: its external id, or the code
// or number in a column.
func find(q db.Querier, prefix, table, column, ref string, unknown fault.Rule, thing string) (int64, error) {
	var v int64
	if strings.HasPrefix(ref, prefix+"_") {
		if n, err := id.Parse(prefix, ref); err == nil {
			ok, err := q.One(`SELECT id FROM `+table+` WHERE id=$1`, []any{n}, &v)
			if err != nil || ok {
				return v, err
			}
		}
	}
	ok, err := q.One(`SELECT id FROM `+table+` WHERE `+column+`=$1 AND `+column+`<>'' ORDER BY id LIMIT 1`, []any{ref}, &v)
	if err == nil && !ok {
		err = unknown.Because("there is no %s %.60q: write its %s, or its id, which starts with %s_", thing, ref, column, prefix)
	}
	return v, err
}

// FindOrder resolves an order's id or number.
func FindOrder(q db.Querier, ref string) (id.Order, error) {
	v, err := find(q, "ord", "sales_order", "number", ref, order.ErrUnknown, "order")
	return id.Order(v), err
}

// FindCustomer resolves a customer's id or code.
func FindCustomer(q db.Querier, ref string) (id.Customer, error) {
	v, err := find(q, "cus", "customer", "code", ref, customer.ErrUnknown, "customer")
	return id.Customer(v), err
}

// FindProduct resolves a product's id or SKU.
func FindProduct(q db.Querier, ref string) (id.Product, error) {
	v, err := find(q, "prd", "product", "sku", ref, catalog.ErrUnknown, "product")
	return id.Product(v), err
}

// FindWarehouse resolves a warehouse's id or code.
func FindWarehouse(q db.Querier, ref string) (id.Warehouse, error) {
	v, err := find(q, "whs", "warehouse", "code", ref, stock.ErrWarehouse, "warehouse")
	return id.Warehouse(v), err
}

// FindInvoice resolves the id or number of an invoice or credit note.
func FindInvoice(q db.Querier, ref string) (id.Invoice, error) {
	v, err := find(q, "inv", "invoice", "number", ref, invoice.ErrUnknown, "invoice or credit note")
	return id.Invoice(v), err
}

// FindShipment resolves a shipment's id or number.
func FindShipment(q db.Querier, ref string) (id.Shipment, error) {
	v, err := find(q, "shp", "shipment", "number", ref, shipping.ErrUnknown, "shipment")
	return id.Shipment(v), err
}

// FindReturn resolves a return's id or number.
func FindReturn(q db.Querier, ref string) (id.Return, error) {
	v, err := find(q, "ret", "return_order", "number", ref, order.ErrReturn, "return")
	return id.Return(v), err
}

// FindPriceList resolves a price list's id or code.
func FindPriceList(q db.Querier, ref string) (id.PriceList, error) {
	v, err := find(q, "pls", "price_list", "code", ref, pricing.ErrUnknown, "price list")
	return id.PriceList(v), err
}

// FindBankAccount resolves a bank account's id or code.
func FindBankAccount(q db.Querier, ref string) (id.BankAccount, error) {
	v, err := find(q, "bac", "bank_account", "code", ref, payment.ErrAccount, "bank account")
	return id.BankAccount(v), err
}

// FindCredit resolves a credit account's id or code.
func FindCredit(q db.Querier, ref string) (id.Credit, error) {
	v, err := find(q, "cra", "credit_account", "code", ref, credit.ErrUnknown, "credit account")
	return id.Credit(v), err
}

// FindTerms resolves the id or code of payment terms.
func FindTerms(q db.Querier, ref string) (id.Terms, error) {
	v, err := find(q, "trm", "terms", "code", ref, terms.ErrUnknown, "terms of payment")
	return id.Terms(v), err
}

// prefixes gives the external prefix of what events, entries and holds call a
// thing; docs what the documents behind them are called in the tables.
var prefixes = map[string]string{
	"customer": "cus", "site": "sit", "product": "prd", "price_list": "pls", "terms": "trm", "warehouse": "whs",
	"order": "ord", "sales_order": "ord", "order_line": "oln", "schedule": "sch", "order_schedule": "sch", "intake": "itk", "hold": "hld", "approval": "apv",
	"shipment": "shp", "shipment_line": "sln", "return": "ret", "return_order": "ret", "return_line": "rtl",
	"stock_doc": "std", "pot": "pot", "stock_pot": "pot", "billable": "bil",
	"invoice": "inv", "credit_note": "inv", "invoice_line": "inl", "item": "itm", "open_item": "itm", "application": "app",
	"bank_account": "bac", "statement": "stm", "bank_statement": "stm", "bank_line": "bln", "receipt": "rcp", "refund": "rfd",
	"credit": "cra", "credit_account": "cra", "entry": "ent", "ledger_entry": "ent", "event": "evt", "user": "usr", "token": "tok", "feedback": "fbk", "note": "nte", "notice": "ntc",
}

// external writes the id of a thing whose type is known by name only.
func external(kind string, v int64) string {
	p, ok := prefixes[kind]
	if !ok {
		p = kind
	}
	return id.Text(p, v)
}

// known is what a line of text says about a document.
type known struct {
	Number   string
	State    string
	Customer id.Customer
}

// numbered lists, by prefix, where number, state and customer of a document stand.
var numbered = []struct{ prefix, sql string }{
	{"ord", `WITH {a: id BIGINT} SELECT x.id, x.number, x.status, x.customer_id FROM a JOIN sales_order x ON x.id=a.id`},
	{"shp", `WITH {a: id BIGINT} SELECT x.id, x.number, x.decision, x.customer_id FROM a JOIN shipment x ON x.id=a.id`},
	{"ret", `WITH {a: id BIGINT} SELECT x.id, x.number, x.decision, x.customer_id FROM a JOIN return_order x ON x.id=a.id`},
	{"inv", `WITH {a: id BIGINT} SELECT x.id, x.number, x.decision, x.customer_id FROM a JOIN invoice x ON x.id=a.id`},
	{"itm", `WITH {a: id BIGINT} SELECT x.id, x.number, CASE WHEN x.open=0 THEN 'closed' WHEN x.open<x.original THEN 'part' ELSE 'open' END, x.customer_id FROM a JOIN open_item x ON x.id=a.id`},
	{"cus", `WITH {a: id BIGINT} SELECT x.id, x.code, '', x.id FROM a JOIN customer x ON x.id=a.id`},
	{"prd", `WITH {a: id BIGINT} SELECT x.id, x.sku, '', 0 FROM a JOIN product x ON x.id=a.id`},
	{"rcp", `WITH {a: id BIGINT} SELECT x.id, '', CASE WHEN x.bounced=1 THEN 'bounced' ELSE '' END, x.customer_id FROM a JOIN receipt x ON x.id=a.id`},
	{"std", `WITH {a: id BIGINT} SELECT x.id, x.reference, x.kind, 0 FROM a JOIN stock_doc x ON x.id=a.id`},
	{"stm", `WITH {a: id BIGINT} SELECT x.id, x.number, x.decision, 0 FROM a JOIN statement x ON x.id=a.id`},
	{"cra", `WITH {a: id BIGINT} SELECT x.id, x.code, '', 0 FROM a JOIN credit_account x ON x.id=a.id`},
	{"bac", `WITH {a: id BIGINT} SELECT x.id, x.code, '', 0 FROM a JOIN bank_account x ON x.id=a.id`},
	{"rfd", `WITH {a: id BIGINT} SELECT x.id, x.reference, '', x.customer_id FROM a JOIN refund x ON x.id=a.id`},
}

// numbers gathers things by their type's name and looks them up together.
type numbers struct {
	by    map[string]*ids[int64] // per prefix
	found map[int64]known
}

func (n *numbers) add(kind string, v int64) {
	if n.by == nil {
		n.by = map[string]*ids[int64]{}
	}
	p := prefixes[kind]
	if n.by[p] == nil {
		n.by[p] = &ids[int64]{}
	}
	n.by[p].add(v)
}

func (n *numbers) load(q db.Querier) error {
	n.found = map[int64]known{}
	for _, x := range numbered {
		s := n.by[x.prefix]
		if s == nil || len(s.list) == 0 {
			continue
		}
		err := q.Each(x.sql, db.Ints(s.list), nil, func(r *db.Rows) error {
			var v int64
			var k known
			err := r.Scan(&v, &k.Number, &k.State, &k.Customer)
			n.found[v] = k
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *numbers) ref(kind string, v int64) DocRef {
	return DocRef{Type: kind, ID: external(kind, v), Number: n.found[v].Number}
}

// FoundView is something that a person may have meant.
type FoundView struct {
	Type   string `json:"type" enum:"order,customer,product,invoice,shipment"`
	Number string `json:"number" doc:"number or code"`
	Name   string `json:"name" doc:"of the customer or product"`
}

// searches find by what an index can serve: whole numbers and codes, the
// customer's PO number, and names by their beginning. $1 is what was typed, $2
// and $3 bound what begins so, $4 is how many.
var searches = []struct{ kind, sql string }{
	{"order", `SELECT o.number, c.name FROM sales_order o JOIN customer c ON c.id=o.customer_id WHERE o.number=$1 OR (o.po_number=$1 AND o.po_number<>'') ORDER BY o.id DESC LIMIT $4`},
	{"customer", `SELECT c.code, c.name FROM customer c WHERE c.code=$1 OR (LOWER(c.code)>=$2 AND LOWER(c.code)<$3) OR (LOWER(c.name)>=$2 AND LOWER(c.name)<$3) ORDER BY c.name LIMIT $4`},
	{"product", `SELECT p.sku, p.name FROM product p WHERE p.sku=$1 OR (LOWER(p.sku)>=$2 AND LOWER(p.sku)<$3) OR (LOWER(p.name)>=$2 AND LOWER(p.name)<$3) ORDER BY p.sku LIMIT $4`},
	{"invoice", `SELECT i.number, c.name FROM invoice i JOIN customer c ON c.id=i.customer_id WHERE i.number=$1 ORDER BY i.id DESC LIMIT $4`},
	{"shipment", `SELECT s.number, c.name FROM shipment s JOIN customer c ON c.id=s.customer_id WHERE s.number=$1 AND s.number<>'' ORDER BY s.id DESC LIMIT $4`},
}

// Search finds up to n things of each kind.
func Search(q db.Querier, ask string, n int) ([]FoundView, error) {
	from := strings.ToLower(ask)
	out := []FoundView{}
	for _, s := range searches {
		args := []any{ask, from, from + "\U0010ffff", n}
		if !strings.Contains(s.sql, "$2") {
			s.sql = strings.ReplaceAll(s.sql, "$4", "$2")
			args = []any{ask, n}
		}
		found, err := collect(q, s.sql, nil, args, func(r *db.Rows, v *FoundView) error {
			v.Type = s.kind
			return r.Scan(&v.Number, &v.Name)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
