package bench

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	"modernc.org/sqlite"
)

// statement is one set-based write of the yardstick. cols are the columns of
// its rows, in order; the text's VALUES or FROM is made of them per engine.
type statement struct {
	table string
	cols  []col
	set   string // of an UPDATE, its rows are called a; "" for an INSERT
}

type col struct {
	name    string
	text    bool
	literal string // of an INSERT: the same in every row
}

// insert reads a list such as "id, number:t, version=1": a colon marks a text,
// an equals sign what is the same in every row; $1 is the transaction's id.
func insert(table, list string) *statement { return &statement{table: table, cols: columns(list)} }

// update changes the rows whose first column is that of a row a.
func update(table, list, set string) *statement {
	return &statement{table: table, cols: columns(list), set: set}
}

func columns(list string) []col {
	var out []col
	for _, f := range strings.Split(list, ",") {
		name, literal, _ := strings.Cut(strings.TrimSpace(f), "=")
		name, text := strings.CutSuffix(name, ":t")
		out = append(out, col{name, text, literal})
	}
	return out
}

// bound are the columns that have a value per row.
func (s *statement) bound() []col {
	var out []col
	for _, c := range s.cols {
		if c.literal == "" {
			out = append(out, c)
		}
	}
	return out
}

func names(cols []col) string {
	var out []string
	for _, c := range cols {
		out = append(out, c.name)
	}
	return strings.Join(out, ", ")
}

// tx is where a text wants the transaction's id.
const tx = "$1"

// wantsTx tells whether the statement stores the transaction's id.
func (s *statement) wantsTx() bool {
	for _, c := range s.cols {
		if c.literal == tx {
			return true
		}
	}
	return strings.Contains(s.set, tx)
}

// text gives the statement around its rows, which are called a.
func (s *statement) text() (head, tail string) {
	if s.set != "" {
		key := s.cols[0].name
		return "UPDATE " + s.table + " SET " + s.set, " WHERE " + s.table + "." + key + "=a." + key
	}
	var all, vals []string
	for _, c := range s.cols {
		all = append(all, c.name)
		if c.literal != "" {
			vals = append(vals, c.literal)
		} else {
			vals = append(vals, "a."+c.name)
		}
	}
	return "INSERT INTO " + s.table + " (" + strings.Join(all, ", ") + ") SELECT " + strings.Join(vals, ", "), ""
}

// sqlite gives the text for n rows; the transaction's id comes behind them.
func (s *statement) sqlite(n int) string {
	cols := s.bound()
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(cols)), ",") + ")"
	values := strings.TrimSuffix(strings.Repeat(row+",", n), ",")
	head, tail := s.text()
	return "WITH a(" + names(cols) + ") AS (VALUES " + values + ") " + strings.ReplaceAll(head, tx, fmt.Sprintf("?%d", n*len(cols)+1)) + " FROM a" + tail
}

// postgres gives the text; the rows come as one array per column.
func (s *statement) postgres() string {
	var arrays []string
	at := 1
	if s.wantsTx() {
		at = 2
	}
	for i, c := range s.bound() {
		kind := "bigint"
		if c.text {
			kind = "text"
		}
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+at, kind))
	}
	head, tail := s.text()
	return strings.ReplaceAll(head, tx, tx+"::bigint") + " FROM unnest(" + strings.Join(arrays, ",") + ") AS a(" + names(s.bound()) + ")" + tail
}

// bare is one connection without anything of ours around it. Rows are put
// together per statement and written by commit, in one transaction.
type bare interface {
	put(s *statement, row ...any)
	commit(ctx context.Context, txID int64) error
	close()
}

// rows are what is put, per statement in the order in which they came.
type rows struct {
	order []*statement
	flat  map[*statement][]any
}

func (r *rows) put(s *statement, row ...any) {
	if r.flat == nil {
		r.flat = map[*statement][]any{}
	}
	list := r.flat[s]
	if len(list) == 0 {
		r.order = append(r.order, s)
	}
	r.flat[s] = append(list, row...)
}

// done forgets the rows and keeps their room.
func (r *rows) done() {
	for _, s := range r.order {
		r.flat[s] = r.flat[s][:0]
	}
	r.order = r.order[:0]
}

type bareSQLite struct {
	rows
	c        driver.Conn
	prepared map[*statement]map[int]driver.Stmt
	fixed    map[string]driver.Stmt
	args     []driver.NamedValue
}

func openBareSQLite(file string) (*bareSQLite, error) {
	c, err := (&sqlite.Driver{}).Open("file:" + (&url.URL{Path: file}).EscapedPath())
	if err != nil {
		return nil, err
	}
	b := &bareSQLite{c: c, prepared: map[*statement]map[int]driver.Stmt{}, fixed: map[string]driver.Stmt{}}
	for _, p := range []string{"busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-32768", "wal_autocheckpoint=4000"} {
		if err := b.simple("PRAGMA " + p); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bareSQLite) close() { _ = b.c.Close() }

func (b *bareSQLite) simple(sql string) error {
	if b.fixed[sql] == nil {
		st, err := b.c.Prepare(sql)
		if err != nil {
			return err
		}
		b.fixed[sql] = st
	}
	_, err := b.fixed[sql].(driver.StmtExecContext).ExecContext(context.Background(), nil)
	return err
}

func (b *bareSQLite) commit(_ context.Context, txID int64) error {
	if err := b.simple("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, s := range b.order {
		if err := b.write(s, b.flat[s], txID); err != nil {
			_ = b.simple("ROLLBACK")
			return fmt.Errorf("%s: %w", s.table, err)
		}
	}
	b.done()
	return b.simple("COMMIT")
}

// write executes one statement in chunks of 100 rows and less.
func (b *bareSQLite) write(s *statement, flat []any, txID int64) error {
	width := len(s.bound())
	for len(flat) > 0 {
		n := 1
		for _, chunk := range []int{100, 25, 5} {
			if len(flat) >= chunk*width {
				n = chunk
				break
			}
		}
		st, err := b.statement(s, n)
		if err != nil {
			return err
		}
		b.args = b.args[:0]
		for i, v := range flat[:n*width] {
			b.args = append(b.args, driver.NamedValue{Ordinal: i + 1, Value: v})
		}
		if s.wantsTx() {
			b.args = append(b.args, driver.NamedValue{Ordinal: n*width + 1, Value: txID})
		}
		if _, err := st.(driver.StmtExecContext).ExecContext(context.Background(), b.args); err != nil {
			return err
		}
		flat = flat[n*width:]
	}
	return nil
}

func (b *bareSQLite) statement(s *statement, n int) (driver.Stmt, error) {
	per := b.prepared[s]
	if per == nil {
		per = map[int]driver.Stmt{}
		b.prepared[s] = per
	}
	if st := per[n]; st != nil {
		return st, nil
	}
	st, err := b.c.Prepare(s.sqlite(n))
	if err == nil {
		per[n] = st
	}
	return st, err
}

type barePostgres struct {
	rows
	c     *pgx.Conn
	texts map[*statement]string
}

func openBarePostgres(ctx context.Context, dsn string) (*barePostgres, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	// As our own writing connections: from a list into a primary key, whatever
	// the planner knew when the tables were empty.
	for _, s := range []string{"enable_hashjoin", "enable_mergejoin", "enable_seqscan", "jit"} {
		cfg.RuntimeParams[s] = "off"
	}
	cfg.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	c, err := pgx.ConnectConfig(ctx, cfg)
	return &barePostgres{c: c, texts: map[*statement]string{}}, err
}

func (b *barePostgres) close() { _ = b.c.Close(context.Background()) }

// commit sends everything as one batch.
func (b *barePostgres) commit(ctx context.Context, txID int64) error {
	batch := &pgx.Batch{}
	for _, s := range b.order {
		if b.texts[s] == "" {
			b.texts[s] = s.postgres()
		}
		batch.Queue(b.texts[s], arrays(s, b.flat[s], txID)...)
	}
	b.done()
	return pgx.BeginFunc(ctx, b.c, func(t pgx.Tx) error { return t.SendBatch(ctx, batch).Close() })
}

// arrays turns rows into one array per column, behind the transaction's id.
func arrays(s *statement, flat []any, txID int64) []any {
	cols := s.bound()
	var out []any
	if s.wantsTx() {
		out = append(out, txID)
	}
	n := len(flat) / len(cols)
	for k, c := range cols {
		if c.text {
			list := make([]string, n)
			for i := range list {
				list[i] = flat[i*len(cols)+k].(string)
			}
			out = append(out, list)
			continue
		}
		list := make([]int64, n)
		for i := range list {
			list[i] = flat[i*len(cols)+k].(int64)
		}
		out = append(out, list)
	}
	return out
}
