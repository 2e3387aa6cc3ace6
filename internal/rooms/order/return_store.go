package order

import (
	"sort"

	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Rules of returns.
var (
	ErrReturn     = fault.Rule{Kind: fault.NotFound, Code: "return.unknown"}
	ErrReturnMove = fault.Rule{Kind: fault.Conflict, Code: "return.move"}
	ErrReturnQty  = fault.Rule{Kind: fault.Refused, Code: "return.qty"}
)

// ReturnMoves is the whole life of a return.
var ReturnMoves = map[string][]string{"authorised": {"closed", "refused"}, "closed": {}, "refused": {}}

// Return is an authorised way back for goods of one order.
type Return struct {
	ID       id.Return
	Number   string
	Customer id.Customer
	Order    id.Order
	Decision string
	Reason   string
	Version  int64
	Lines    []*ReturnLine
}

// ReturnLine counts what comes back of one shipment line.
type ReturnLine struct {
	ID                                    id.ReturnLine
	Return                                id.Return
	ShipLine                              id.ShipLine
	Line                                  id.Line
	Reason                                string
	Authorised, Received, Accepted, Scrap int64
}

// AddReturns writes returns with their lines.
func AddReturns(tx *db.Tx, list []*Return) {
	heads, lines := db.NewList(len(list)), db.NewList(len(list))
	for _, x := range list {
		heads.Add(int64(x.ID), x.Number, int64(x.Customer), int64(x.Order), x.Reason)
		for _, l := range x.Lines {
			lines.Add(int64(l.ID), int64(x.ID), int64(l.ShipLine), int64(l.Line), l.Reason, l.Authorised)
		}
	}
	tx.Put(`WITH {a: id BIGINT, n TEXT, c BIGINT, o BIGINT, r TEXT} INSERT INTO return_order(id, number, customer_id, order_id, decision, reason, version, tx_id)
		SELECT a.id, a.n, a.c, a.o, 'authorised', a.r, 1, $1 FROM a`, heads, tx.ID())
	tx.Put(`WITH {a: id BIGINT, ret BIGINT, sl BIGINT, ol BIGINT, r TEXT, q BIGINT} INSERT INTO return_line(id, return_id, shipment_line_id, order_line_id, reason, authorised, tx_id)
		SELECT a.id, a.ret, a.sl, a.ol, a.r, a.q, $1 FROM a`, lines, tx.ID())
}

// LockReturns locks returns in ascending order and reads them with their lines.
func LockReturns(tx *db.Tx, ids []id.Return) (map[id.Return]*Return, error) {
	return readReturns(tx, ids, `{lock x}`)
}

// ReadReturns reads returns with their lines.
func ReadReturns(q db.Querier, ids []id.Return) (map[id.Return]*Return, error) {
	return readReturns(q, ids, ``)
}

func readReturns(q db.Querier, ids []id.Return, lock string) (map[id.Return]*Return, error) {
	sorted := append([]id.Return(nil), ids...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	out := map[id.Return]*Return{}
	err := q.Each(`WITH {a: id BIGINT} SELECT x.id, x.number, x.customer_id, x.order_id, x.decision, x.reason, x.version FROM a JOIN return_order x ON x.id=a.id ORDER BY x.id `+lock, db.Ints(sorted), nil, func(r *db.Rows) error {
		x := &Return{}
		err := r.Scan((*int64)(&x.ID), &x.Number, (*int64)(&x.Customer), (*int64)(&x.Order), &x.Decision, &x.Reason, &x.Version)
		out[x.ID] = x
		return err
	})
	if err != nil {
		return nil, err
	}
	err = q.Each(`WITH {a: id BIGINT} SELECT l.id, l.return_id, l.shipment_line_id, l.order_line_id, l.reason, l.authorised, l.received, l.accepted, l.scrapped
		FROM a JOIN return_line l ON l.return_id=a.id ORDER BY l.id`, db.Ints(sorted), nil, func(r *db.Rows) error {
		l := &ReturnLine{}
		err := r.Scan((*int64)(&l.ID), (*int64)(&l.Return), (*int64)(&l.ShipLine), (*int64)(&l.Line), &l.Reason, &l.Authorised, &l.Received, &l.Accepted, &l.Scrap)
		if x := out[l.Return]; x != nil {
			x.Lines = append(x.Lines, l)
		}
		return err
	})
	return out, err
}

// CountReturn adds to the counters of return lines.
func CountReturn(tx *db.Tx, lines []ReturnLine) {
	l := db.NewList(len(lines))
	for _, x := range lines {
		l.Add(int64(x.ID), x.Received, x.Accepted, x.Scrap)
	}
	tx.Put(`WITH {a: id BIGINT, rec BIGINT, acc BIGINT, scr BIGINT} UPDATE return_line SET received=return_line.received+a.rec, accepted=return_line.accepted+a.acc,
		scrapped=return_line.scrapped+a.scr, tx_id=$1 FROM a WHERE return_line.id=a.id AND return_line.received+a.rec <= return_line.authorised`, l, tx.ID())
}

// DecideReturn moves a return from authorised to closed or refused.
func DecideReturn(tx *db.Tx, x *Return, to string) error {
	for _, ok := range ReturnMoves[x.Decision] {
		if ok == to {
			tx.Want(1, `UPDATE return_order SET decision=$3, version=version+1, tx_id=$4 WHERE id=$1 AND version=$2`, nil, int64(x.ID), x.Version, to, tx.ID())
			x.Decision = to
			x.Version++
			return nil
		}
	}
	return ErrReturnMove.Because("return %s is %s and cannot become %s", x.Number, x.Decision, to)
}

// PendingReturns sums, per shipment line, what is authorised and not received on open returns of orders.
func PendingReturns(q db.Querier, orders []id.Order) (map[id.ShipLine]int64, error) {
	out := map[id.ShipLine]int64{}
	err := q.Each(`WITH {a: id BIGINT} SELECT l.shipment_line_id, SUM(l.authorised-l.received) FROM a JOIN return_order x ON x.order_id=a.id JOIN return_line l ON l.return_id=x.id
		WHERE x.decision='authorised' GROUP BY l.shipment_line_id`, db.Ints(orders), nil, func(r *db.Rows) error {
		var s id.ShipLine
		var n int64
		err := r.Scan((*int64)(&s), &n)
		out[s] = n
		return err
	})
	return out, err
}
