package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kontor/internal/tools/db"
)

// filled gives a PostgreSQL schema with the rows of so many order lines, and
// with statistics. Nine tenths of the orders went through all steps; of the rest
// each row is as the step left it that made it, so that the indexes of what is
// open are not empty. Autovacuum is off: what it has done so far would show in
// the plans.
func filled(t *testing.T, server string, c Catalog, lines int) *house {
	t.Helper()
	h, err := Options{Postgres: server}.open(t.Context(), db.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	tables := texts(t, h.admin, `SELECT relname FROM pg_class WHERE relnamespace=$1::regnamespace AND relkind='r' ORDER BY relname`, h.schema)
	for _, table := range tables {
		command(t, h.admin, "ALTER TABLE "+table+" SET (autovacuum_enabled=off)")
	}
	o, err := found(t.Context(), h.db, c)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, h, o, lines/LinesPerOrder)
	for _, sql := range beside {
		command(t, h.admin, sql)
	}
	command(t, h.admin, "ANALYZE "+strings.Join(tables, ", "))
	return h
}

// beside are rows that no order of the bench needs and every company has: a unit
// for each product, a hold for one order in five, every other one released.
var beside = []string{
	`INSERT INTO product_unit(product_id, unit, num, den, gtin, role) SELECT id, 'BX', 12, 1, '', 'sales' FROM product`,
	`INSERT INTO hold(id, subject_type, subject_id, scope, kind, reason_code, sentence, detail, owner_id, opened_at, opened_by, due_at, expires_at, released_at, release_until, tx_id)
		SELECT id+1, 'order', id, 1, 'credit', 'limit', '', '', 0, 1, 1, n, 0, n%2, '', 1
		FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM sales_order WHERE number LIKE '%0' OR number LIKE '%5') o`,
}

// fill copies the rows of orders, those of the last tenth as they were made.
func fill(t *testing.T, h *house, o *trader, orders int) {
	t.Helper()
	y, err := newYard(t.Context(), h, o)
	if err != nil {
		t.Fatal(err)
	}
	y.bare.close()
	copyOf := func(from, to int, ended bool) {
		f := &stuffer{c: h.admin, ended: ended, by: map[*statement]*copied{}}
		y.bare = f
		if err := errors.Join(y.play(from, to-from), f.send(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	most := orders * 9 / 10
	copyOf(0, most, true)
	copyOf(most, orders, false)
}

func command(t *testing.T, c *pgx.Conn, sql string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// texts reads one column.
func texts(t *testing.T, c *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// stuffer stands in for the yardstick's connection where rows are wanted and not
// the work: it copies each row once and leaves all updates out. Pots, credit
// accounts and number ranges stay as they were.
type stuffer struct {
	c     *pgx.Conn
	ended bool  // are rows as the last step leaves them, or as they were made?
	tx    int64 // id of the transaction that is being put together
	order []*statement
	by    map[*statement]*copied
	rows  int
}

// ends are the columns that the updates change, as they are in the end: a
// literal, or another column of the row.
var ends = map[string]string{
	"sales_order":    "decision='closed', status='closed', ship_state='full', bill_state='full'",
	"order_line":     "shipped=ordered, billed=ordered",
	"order_schedule": "reserved=0, released=qty",
	"shipment":       "decision='shipped', shipped_on=planned_on",
	"shipment_line":  "reserved=0, picked=planned, packed=planned, shipped=planned",
	"billable":       "billed=qty, invoice_line_id=id",
	"open_item":      "open=0, open_fc=0",
	"statement":      "decision='reconciled'",
	"bank_line":      "state='reconciled', reconciled_tx=1",
}

// copied are rows of one table on their way, and where each column comes from.
type copied struct {
	names []string
	from  []func(tx int64, row []any) any
	rows  [][]any
	begun bool
}

func newCopied(s *statement, ended bool) *copied {
	k := &copied{}
	cols := slices.Clone(s.cols)
	if end := ends[s.table]; ended && end != "" {
		for _, c := range columns(end) {
			cols = slices.DeleteFunc(cols, func(o col) bool { return o.name == c.name })
			cols = append(cols, c)
		}
	}
	for _, c := range cols {
		k.names = append(k.names, c.name)
		k.from = append(k.from, source(s.bound(), c))
	}
	return k
}

// source tells how to get the value of a column from the columns that are bound.
func source(bound []col, c col) func(tx int64, row []any) any {
	name := c.name
	if c.literal != "" {
		name = c.literal
	}
	if at := slices.IndexFunc(bound, func(b col) bool { return b.name == name }); at >= 0 {
		return func(_ int64, row []any) any { return row[at] }
	}
	if name == tx {
		return func(tx int64, _ []any) any { return tx }
	}
	var fixed any = strings.Trim(name, "'")
	if n, err := strconv.ParseInt(name, 10, 64); err == nil {
		fixed = n
	}
	return func(int64, []any) any { return fixed }
}

func (f *stuffer) put(s *statement, row ...any) {
	if s.set != "" {
		return
	}
	k := f.by[s]
	if k == nil {
		k = newCopied(s, f.ended)
		f.by[s] = k
		f.order = append(f.order, s)
	}
	vals := make([]any, len(k.from))
	for i, from := range k.from {
		vals[i] = from(f.tx, row)
	}
	k.rows = append(k.rows, vals)
	f.rows++
}

// commit sends what is put when it has become much.
func (f *stuffer) commit(ctx context.Context, txID int64) error {
	f.tx = txID
	if f.rows < 100_000 {
		return nil
	}
	return f.send(ctx)
}

func (f *stuffer) send(ctx context.Context) error {
	for _, s := range f.order {
		k := f.by[s]
		if !k.begun { // a quarter less work for the server, and nobody misses the log
			if _, err := f.c.Exec(ctx, "ALTER TABLE "+s.table+" SET UNLOGGED"); err != nil {
				return err
			}
			k.begun = true
		}
		if _, err := f.c.CopyFrom(ctx, pgx.Identifier{s.table}, k.names, pgx.CopyFromRows(k.rows)); err != nil {
			return fmt.Errorf("%s: %w", s.table, err)
		}
		k.rows = k.rows[:0]
	}
	f.rows = 0
	return nil
}

func (f *stuffer) close() {}
