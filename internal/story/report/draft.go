package report

import (
	"slices"
	"strings"

	"kontor/internal/rooms/order"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Meant is the product that somebody means by what was typed for an item.
type Meant struct {
	SKU  string
	Unit string // of the pack whose code it is; "" = the base unit
	Part string // the customer's number, when that is what was typed
}

// MeantItems finds what people mean by what they type: our item code, the number
// that this customer's latest order has for an item, or the code on the goods
// or on a pack (GTIN). What is found by none is not in the answer.
func MeantItems(q db.Querier, customer id.Customer, typed []string) (map[string]Meant, error) {
	out := make(map[string]Meant, len(typed))
	ask := func(sql string, args []any, texts func(string) []string, meant func(r *db.Rows, t *string) (Meant, error)) error {
		l, none := db.NewList(len(typed)), true
		for _, t := range typed {
			if _, ok := out[t]; ok {
				continue
			}
			for _, x := range texts(t) {
				l.Add(t, x)
				none = false
			}
		}
		if none {
			return nil
		}
		return q.Each(sql, l, args, func(r *db.Rows) error {
			var t string
			m, err := meant(r, &t)
			if _, known := out[t]; err == nil && !known {
				out[t] = m
			}
			return err
		})
	}
	err := ask(`WITH {a: t TEXT, x TEXT} SELECT a.t, p.sku FROM a JOIN product p ON p.sku=a.x`, nil, spellings, func(r *db.Rows, t *string) (m Meant, err error) {
		return m, r.Scan(t, &m.SKU)
	})
	if err == nil && customer != 0 {
		err = ask(`WITH {a: t TEXT, x TEXT} SELECT a.t, p.sku FROM a JOIN order_line l ON l.id=(SELECT b.id FROM order_line b JOIN sales_order o ON o.id=b.order_id
			WHERE b.buyer_part=a.x AND b.buyer_part<>'' AND o.customer_id=$1 AND b.product_id<>0 ORDER BY b.id DESC LIMIT 1) JOIN product p ON p.id=l.product_id`,
			[]any{int64(customer)}, asTyped, func(r *db.Rows, t *string) (m Meant, err error) {
				err = r.Scan(t, &m.SKU)
				m.Part = *t
				return m, err
			})
	}
	if err == nil {
		err = ask(`WITH {a: t TEXT, x TEXT} SELECT a.t, p.sku, '' FROM a JOIN product p ON p.gtin=a.x AND p.gtin<>''
			UNION ALL SELECT a.t, p.sku, u.unit FROM a JOIN product_unit u ON u.gtin=a.x AND u.gtin<>'' JOIN product p ON p.id=u.product_id`,
			nil, gtins, func(r *db.Rows, t *string) (m Meant, err error) {
				return m, r.Scan(t, &m.SKU, &m.Unit)
			})
	}
	return out, err
}

// spellings are the forms under which a code may be kept.
func spellings(s string) []string {
	out := []string{s}
	if up := strings.ToUpper(s); up != s {
		out = append(out, up)
	}
	return out
}

func asTyped(s string) []string { return []string{s} }

// gtins are the forms of a code on goods: it is padded with zeros to 14 digits
// in scanners' messages, and kept as it is printed.
func gtins(s string) []string {
	if len(s) < 8 || len(s) > 14 || strings.Trim(s, "0123456789") != "" {
		return nil
	}
	out := []string{s}
	for n := len(s) - 1; n >= 8 && s[len(s)-n-1] == '0'; n-- {
		out = append(out, s[len(s)-n:])
	}
	for n := len(s) + 1; n <= 14; n++ {
		out = append(out, strings.Repeat("0", n-len(s))+s)
	}
	return out
}

// Proposal is a product that may be meant.
type Proposal struct {
	SKU  string
	Name string
	Part string // the customer's number of it, where one is known
	near int
}

// proposed is how many products are proposed for one text.
const proposed = 3

// Proposals gives, for texts that name no product, products that may be meant:
// those whose code begins alike or whose name does, the nearest first.
func Proposals(q db.Querier, typed []string) (map[string][]Proposal, error) {
	l := db.NewList(2 * len(typed))
	for _, t := range typed {
		for _, from := range spellings(beginning(t)) {
			if len(from) > 1 {
				l.Add(t, from, from+"\U0010ffff")
			}
		}
	}
	out := map[string][]Proposal{}
	if l.Len() == 0 {
		return out, nil
	}
	err := q.Each(`WITH {a: t TEXT, lo TEXT, hi TEXT} SELECT a.t, p.sku, p.name FROM a JOIN product p ON p.sku>=a.lo AND p.sku<a.hi WHERE p.sellable=1
		UNION SELECT a.t, p.sku, p.name FROM a JOIN product p ON p.name>=a.lo AND p.name<a.hi WHERE p.sellable=1`, l, nil, func(r *db.Rows) error {
		var t string
		var v Proposal
		err := r.Scan(&t, &v.SKU, &v.Name)
		v.near = min(distance(strings.ToUpper(t), strings.ToUpper(v.SKU)), distance(strings.ToUpper(t), strings.ToUpper(v.Name)))
		out[t] = append(out[t], v)
		return err
	})
	for t, list := range out {
		slices.SortFunc(list, func(a, b Proposal) int {
			if a.near != b.near {
				return a.near - b.near
			}
			return strings.Compare(a.SKU, b.SKU)
		})
		list = slices.CompactFunc(list, func(a, b Proposal) bool { return a.SKU == b.SKU })
		out[t] = list[:min(proposed, len(list))]
	}
	return out, err
}

// beginning is the part of a text in which a slip is least likely.
func beginning(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), max(2, len(r)/2))])
}

// distance counts the letters to change, add or drop (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			cost := last
			if x[i] != y[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}

// SuggestItems answers while somebody types an item: what begins so by code or
// name, what this customer calls so, and the code on goods that is this one.
func SuggestItems(q db.Querier, customer id.Customer, ask string, n int) ([]Proposal, error) {
	lo := strings.ToLower(ask)
	args := []any{lo, lo + "\U0010ffff", ask, ask + "\U0010ffff", int64(customer), int64(n)}
	found, err := collect(q, `SELECT p.sku, p.name, MAX(x.part) FROM (
		SELECT * FROM (SELECT b.product_id AS id, b.buyer_part AS part FROM order_line b JOIN sales_order o ON o.id=b.order_id
			WHERE b.buyer_part>=$3 AND b.buyer_part<$4 AND b.buyer_part<>'' AND o.customer_id=$5 ORDER BY b.buyer_part, b.id DESC LIMIT $6) c
		UNION ALL SELECT id, '' FROM product WHERE gtin=$3 AND gtin<>''
		UNION ALL SELECT product_id, '' FROM product_unit WHERE gtin=$3 AND gtin<>''
		UNION ALL SELECT * FROM (SELECT id, '' FROM product WHERE (LOWER(sku)>=$1 AND LOWER(sku)<$2) OR (LOWER(name)>=$1 AND LOWER(name)<$2) ORDER BY sku LIMIT $6) d) x
		JOIN product p ON p.id=x.id WHERE p.sellable=1 GROUP BY p.sku, p.name ORDER BY p.sku LIMIT $6`, nil, args, func(r *db.Rows, v *Proposal) error {
		return r.Scan(&v.SKU, &v.Name, &v.Part)
	})
	return found, err
}

// DraftRow is an open draft in the list of drafts.
type DraftRow struct {
	ID       id.Draft
	Customer string // code as typed
	Name     string // of the customer, where there is one
	PONumber string
	Lines    int64
	Faulty   int64
	Who      string // changed it last
	At       string // RFC 3339
}

// Drafts lists open drafts, the youngest first.
func Drafts(q db.Querier, p Page) (List[DraftRow], error) {
	var w where
	w.and("d.state='open'")
	return paged(q, p, "drf", `SELECT d.id, d.customer, COALESCE(c.name, ''), d.po_number,
		(SELECT COUNT(*) FROM draft_line l WHERE l.draft_id=d.id AND l.gone=0), (SELECT COUNT(*) FROM draft_line l WHERE l.draft_id=d.id AND l.gone=0 AND l.faults>0),
		COALESCE(u.name, ''), d.changed_at FROM draft d LEFT JOIN customer c ON c.code=d.customer LEFT JOIN app_user u ON u.id=d.changed_by`, "d.id", newest, w, func(r *db.Rows) (DraftRow, int64, error) {
		var d DraftRow
		var at int64
		err := r.Scan(&d.ID, &d.Customer, &d.Name, &d.PONumber, &d.Lines, &d.Faulty, &d.Who, &at)
		d.At = instant(at)
		return d, int64(d.ID), err
	})
}

// DraftHead reads the head of a draft in whatever state.
func DraftHead(q db.Querier, draft id.Draft) (order.Draft, error) { return order.ReadDraft(q, draft) }

// DraftEnd is the place of the last row that a draft ever had.
func DraftEnd(q db.Querier, draft id.Draft) (int64, error) { return order.LastPos(q, draft) }

// PastedLines are the rows of the paste of which somebody is still to say
// whether it was read well.
func PastedLines(q db.Querier, d order.Draft) ([]order.DraftLine, error) {
	if d.Paste == 0 {
		return nil, nil
	}
	all, err := order.DraftLines(q, d.ID)
	return slices.DeleteFunc(all, func(l order.DraftLine) bool { return l.Paste != d.Paste }), err
}

// OrderNumber is the number that people use for an order.
func OrderNumber(q db.Querier, o id.Order) (string, error) {
	var n string
	_, err := q.One(`SELECT number FROM sales_order WHERE id=$1`, []any{int64(o)}, &n)
	return n, err
}
