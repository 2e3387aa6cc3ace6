package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"kontor/internal/words/id"
)

// Reader may look and cannot write.
type Reader struct {
	ctx context.Context
	c   conn
	d   *DB
	now time.Time
}

// Tx is one open transaction: where, when and who.
type Tx struct {
	Reader
	id    int64
	who   Actor
	queue []queued
	keep  []kept
	news  bool

	epoch   int64 // 0 until read
	touched bool
}

type queued struct {
	st   *stmt
	list *List
	args []any
	want int64 // -1 = any
}

// Context is the context of the transaction.
func (r *Reader) Context() context.Context { return r.ctx }

// Now is the instant of the transaction; all its rows share it.
func (r *Reader) Now() time.Time { return r.now }

// Engine tells which database is behind.
func (r *Reader) Engine() Engine { return r.d.engine }

// Query runs a reading statement. l fills its list macro and may be nil.
func (r *Reader) Query(sql string, l *List, args ...any) (*Rows, error) {
	rows, err := r.c.query(r.ctx, compile(sql), l, args)
	if err != nil {
		return nil, fmt.Errorf("%w in: %s", err, brief(sql))
	}
	return rows, nil
}

// Each runs a reading statement and calls f for each row.
func (r *Reader) Each(sql string, l *List, args []any, f func(*Rows) error) error {
	rows, err := r.Query(sql, l, args...)
	if err != nil {
		return err
	}
	return each(rows, f)
}

func each(rows *Rows, f func(*Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// One scans the first row; it tells whether there was one.
func (r *Reader) One(sql string, args []any, dest ...any) (bool, error) {
	rows, err := r.Query(sql, nil, args...)
	if err != nil {
		return false, err
	}
	return one(rows, dest)
}

func one(rows *Rows, dest []any) (bool, error) {
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	for rows.Next() {
	}
	return true, rows.Err()
}

// ID is the id of the transaction, the same on every row it writes.
func (t *Tx) ID() int64 { return t.id }

// Who is the actor.
func (t *Tx) Who() Actor { return t.who }

// Stamp is the instant of the transaction in microseconds since 1970.
func (t *Tx) Stamp() int64 { return t.now.UnixMicro() }

// NewID makes a new id, larger than the transaction's own.
func (t *Tx) NewID() int64 { return t.d.ids.Next(t.now) }

// Saw makes the next ids larger than a transaction id that was read under
// lock, so that ids of one document rise although two clocks differ.
func (t *Tx) Saw(txID int64) { t.d.ids.After(txID) }

// New makes a new id of a noun.
func New[N id.Noun](t *Tx) id.ID[N] { return id.ID[N](t.NewID()) }

// Want queues a guarded write that must touch exactly n rows.
func (t *Tx) Want(n int, sql string, l *List, args ...any) {
	if l != nil && l.n == 0 {
		return
	}
	t.queue = append(t.queue, queued{compile(sql), l, args, int64(n)})
}

// Put queues an insert of a whole list: every row must arrive.
func (t *Tx) Put(sql string, l *List, args ...any) { t.Want(l.n, sql, l, args...) }

// Do queues a write whose count does not matter.
func (t *Tx) Do(sql string, l *List, args ...any) { t.Want(-1, sql, l, args...) }

// Flush sends what is queued.
func (t *Tx) Flush() error {
	if len(t.queue) == 0 {
		return nil
	}
	q := t.queue
	t.queue = nil
	return t.c.flush(t.ctx, q, nil)
}

// Lock queues a statement that locks rows for the writes behind it, where
// nothing needs to be read from them. On SQLite nothing is to be done: the
// transaction has the whole file.
func (t *Tx) Lock(sql string, l *List) {
	if t.Engine() != SQLite {
		t.Do(sql, l)
	}
}

// Together collects questions that do not need each other's answers. Go sends
// them in one round trip, behind the writes that are queued, and the answers
// are there when it returns: until then whatever they fill is empty. Locks are
// taken in the order of the questions.
type Together struct {
	r    *Reader
	t    *Tx // whose writes go first, nil for a Reader
	asks []asked

	after []func()
}

type asked struct {
	st   *stmt
	list *List
	args []any
	f    func(*Rows) error
}

// Together starts to collect questions.
func (t *Tx) Together() *Together { return &Together{r: &t.Reader, t: t} }

// Together starts to collect questions.
func (r *Reader) Together() *Together { return &Together{r: r} }

// Each asks a question whose rows f will get.
func (q *Together) Each(sql string, l *List, args []any, f func(*Rows) error) error {
	if l == nil || l.n > 0 {
		q.asks = append(q.asks, asked{compile(sql), l, args, f})
	}
	return nil
}

// One asks at once.
func (q *Together) One(sql string, args []any, dest ...any) (bool, error) {
	if q.t != nil {
		return q.t.One(sql, args, dest...)
	}
	return q.r.One(sql, args, dest...)
}

// Now is the instant of the transaction.
func (q *Together) Now() time.Time { return q.r.Now() }

// Go sends what was asked and waits for all answers.
func (q *Together) Go() error {
	if err := q.send(); err != nil {
		return err
	}
	after := q.after
	q.after = nil
	for _, f := range after {
		f()
	}
	return nil
}

func (q *Together) send() error {
	if len(q.asks) == 0 {
		return nil
	}
	var writes []queued
	if q.t != nil {
		writes, q.t.queue = q.t.queue, nil
	}
	asks := q.asks
	q.asks = nil
	return q.r.c.flush(q.r.ctx, writes, asks)
}

// Exec runs one write at once and tells how many rows it touched.
func (t *Tx) Exec(sql string, l *List, args ...any) (int64, error) {
	if l != nil && l.n == 0 {
		return 0, nil
	}
	if err := t.Flush(); err != nil {
		return 0, err
	}
	n, err := t.c.exec(t.ctx, compile(sql), l, args)
	if err != nil {
		return 0, fmt.Errorf("%w in: %s", err, brief(sql))
	}
	return n, nil
}

// Query sends what is queued and runs a statement that returns rows.
func (t *Tx) Query(sql string, l *List, args ...any) (*Rows, error) {
	if err := t.Flush(); err != nil {
		return nil, err
	}
	return t.Reader.Query(sql, l, args...)
}

// Each is Reader.Each behind a Flush.
func (t *Tx) Each(sql string, l *List, args []any, f func(*Rows) error) error {
	if l != nil && l.n == 0 {
		return nil
	}
	rows, err := t.Query(sql, l, args...)
	if err != nil {
		return err
	}
	return each(rows, f)
}

// One is Reader.One behind a Flush.
func (t *Tx) One(sql string, args []any, dest ...any) (bool, error) {
	rows, err := t.Query(sql, nil, args...)
	if err != nil {
		return false, err
	}
	return one(rows, dest)
}

// Look gives the transaction's own view for reading.
func (t *Tx) Look() (*Reader, error) {
	err := t.Flush()
	return &t.Reader, err
}

type simulateKey struct{}

// Simulated marks a context: Write runs everything and rolls back.
func Simulated(ctx context.Context) context.Context {
	return context.WithValue(ctx, simulateKey{}, true)
}

// IsSimulated tells whether Write would roll back.
func IsSimulated(ctx context.Context) bool { return ctx.Value(simulateKey{}) != nil }

// attempts bounds how often a write is run again after a passing failure.
const attempts = 12

// writeLimit is the longest a write transaction may live; the event
// sequencer's look-back rests on it.
const writeLimit = 60 * time.Second

// Write runs fn in one transaction of who and commits it. fn may be run again.
func (d *DB) Write(ctx context.Context, who Actor, fn func(*Tx) error) error {
	var err error
	for i := range attempts {
		err = d.writeOnce(ctx, who, fn)
		if err == nil || !passing(err) || ctx.Err() != nil {
			return err
		}
		time.Sleep(time.Duration(1+rand.IntN(1<<min(i, 6))) * time.Millisecond)
	}
	return err
}

func (d *DB) writeOnce(ctx context.Context, who Actor, fn func(*Tx) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	c, err := d.be.writer(ctx)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			c.rollback()
		}
		d.be.release(c, false)
	}()
	if err := c.begin(ctx, false); err != nil {
		return err
	}
	now := d.clock()
	t := &Tx{Reader: Reader{ctx: ctx, c: c, d: d, now: now}, who: who}
	t.id = t.NewID()
	if err := fn(t); err != nil {
		return err
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if IsSimulated(ctx) {
		return nil
	}
	err = c.commit(ctx)
	if done = err == nil; done {
		d.memory.put(t.keep)
		if t.news {
			d.news.add(t.id)
		}
	}
	return err
}

// Read runs fn on a snapshot.
func (d *DB) Read(ctx context.Context, fn func(*Reader) error) error {
	c, err := d.be.reader(ctx)
	if err != nil {
		return err
	}
	defer d.be.releaseReader(c)
	if err := c.begin(ctx, true); err != nil {
		return err
	}
	defer c.rollback()
	return fn(&Reader{ctx: ctx, c: c, d: d, now: d.clock()})
}

// NewID makes an id outside a transaction, for keys that a door hands out.
func (d *DB) NewID() int64 { return d.ids.Next(d.clock()) }

// passing tells whether running the same transaction again may help.
func passing(err error) bool {
	return isPostgresPassing(err) || isSQLiteBusy(err)
}

// IsDuplicate tells whether a write met a unique key.
func IsDuplicate(err error) bool { return isPostgresDuplicate(err) || isSQLiteDuplicate(err) }

// IsCheck tells whether a write was refused by a CHECK.
func IsCheck(err error) bool { return isPostgresCheck(err) || isSQLiteCheck(err) }

// Again tells whether a batch that failed with err should be run one document at a time.
func Again(err error) bool {
	return errors.Is(err, ErrCount) || IsDuplicate(err) || IsCheck(err) || passing(err)
}

func brief(sql string) string {
	if len(sql) > 160 {
		return sql[:160] + "…"
	}
	return sql
}

// Querier is what a reading function needs: a Reader, or a Tx that sees its own writes.
type Querier interface {
	Each(sql string, l *List, args []any, f func(*Rows) error) error
	One(sql string, args []any, dest ...any) (bool, error)
	Now() time.Time
	Shelf() *Shelf
	Then(f func()) // once the answers to what was asked are there
}

// Asker is a Querier that can ask several questions together.
type Asker interface {
	Querier
	Together() *Together
}
