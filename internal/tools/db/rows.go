package db

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"
)

// Rows is the answer of a query, the same on both engines.
type Rows struct {
	pg    pgx.Rows         // PostgreSQL
	batch pgx.BatchResults // that pg is the last of, if any
	lite  *liteRows        // SQLite, until read or closed
	err   error
	end   func() // tells who watches; nil once told
}

// liteRows are read from SQLite as they are asked for, one run of the statement
// for each chunk of its list.
type liteRows struct {
	c    *sqliteConn
	ctx  context.Context
	st   *stmt
	l    *List
	args []any

	at      *liteStmt // running, nil between runs
	from    int       // of the list, done with or running
	done    bool      // no further run
	waiting bool      // on a row that Next has not given yet
	count   int
}

// Next goes to the next row.
func (r *Rows) Next() bool {
	switch {
	case r.pg != nil:
		if r.pg.Next() {
			return true
		}
		r.Close()
		return false
	case r.lite == nil:
		return false
	case r.lite.waiting:
		r.lite.waiting = false
		return true
	}
	return r.step()
}

// step goes to SQLite's next row, over the ends of runs; at the end of all it
// closes.
func (r *Rows) step() bool {
	q := r.lite
	for !q.done {
		if q.at == nil {
			s, n, err := q.c.start(q.ctx, q.st, q.l, q.from, q.args)
			if err != nil {
				r.fail(err)
				return false
			}
			q.at, q.from = s, q.from+n
		}
		more, err := q.c.step(q.at)
		if q.count++; err == nil && more && q.count%256 == 0 {
			err = q.ctx.Err() // a long report that nobody waits for any more
		}
		switch {
		case err != nil:
			r.fail(err)
			return false
		case more:
			return true
		}
		q.c.reset(q.at)
		q.at, q.done = nil, q.from >= q.l.size()
	}
	r.Close()
	return false
}

func (r *Rows) fail(err error) {
	r.err = err
	r.lite.done = true
	r.Close()
}

// Scan reads the row into pointers to int64 and string, or to types whose
// underlying type is one of them; NULL gives the zero value.
func (r *Rows) Scan(dest ...any) error {
	switch {
	case r.pg != nil:
		return r.scanPostgres(dest)
	case r.lite == nil:
		return errors.New("scan without a row")
	}
	c, s := r.lite.c, r.lite.at
	if len(dest) != s.cols {
		return fmt.Errorf("scan of %d columns into %d", s.cols, len(dest))
	}
	for i, d := range dest {
		switch k := c.kind(s, i); k {
		case liteInt:
			if !setInt(d, c.int(s, i)) {
				return fmt.Errorf("scan of an integer into %s (column %d)", reflect.TypeOf(d), i)
			}
		case liteText:
			if !setText(d, c.view(s, i)) {
				return fmt.Errorf("scan of a text into %s (column %d)", reflect.TypeOf(d), i)
			}
		case liteNull:
			reflect.ValueOf(d).Elem().SetZero()
		default:
			return fmt.Errorf("scan of a value of kind %d (column %d)", k, i)
		}
	}
	return nil
}

// Err is the error that ended the rows, if any.
func (r *Rows) Err() error {
	if r.pg != nil && r.err == nil {
		return r.pg.Err()
	}
	return r.err
}

// Close ends the rows early; it may be called twice. What a statement writes is
// written all the same.
func (r *Rows) Close() {
	if r.pg != nil {
		r.pg.Close()
		if r.batch != nil {
			if err := r.batch.Close(); err != nil && r.err == nil {
				r.err = err
			}
			r.batch = nil
		}
		r.ended()
	}
	q := r.lite
	if q == nil {
		return
	}
	if q.st.returning && !q.done {
		for r.lite != nil && r.step() {
		}
		if r.lite == nil { // the last step closed
			return
		}
	}
	if q.at != nil {
		q.c.reset(q.at)
	}
	q.c.reading = nil
	r.lite = nil
	r.ended()
}

func (r *Rows) ended() {
	if r.end != nil {
		r.end()
		r.end = nil
	}
}

func setInt(dest any, x int64) bool {
	switch d := dest.(type) {
	case *int64:
		*d = x
	case *int:
		*d = int(x)
	case *bool:
		*d = x != 0
	default:
		v := reflect.ValueOf(dest).Elem()
		if v.Kind() != reflect.Int64 {
			return false
		}
		v.SetInt(x)
	}
	return true
}

// setText copies x.
func setText(dest any, x []byte) bool {
	if d, ok := dest.(*string); ok {
		*d = string(x)
		return true
	}
	v := reflect.ValueOf(dest).Elem()
	if v.Kind() != reflect.String {
		return false
	}
	v.SetString(string(x))
	return true
}

// scanPostgres reads the binary wire values itself: two types are all there is.
func (r *Rows) scanPostgres(dest []any) error {
	raw := r.pg.RawValues()
	fields := r.pg.FieldDescriptions()
	if len(dest) != len(raw) {
		return fmt.Errorf("scan of %d columns into %d", len(raw), len(dest))
	}
	for i, b := range raw {
		if b == nil {
			reflect.ValueOf(dest[i]).Elem().SetZero()
			continue
		}
		ok := true
		switch fields[i].DataTypeOID {
		case 20: // int8
			ok = setInt(dest[i], be(b, 8))
		case 23: // int4
			ok = setInt(dest[i], int64(int32(be(b, 4))))
		case 16: // bool
			ok = setInt(dest[i], int64(b[0]))
		case 25, 1043, 19: // text, varchar, name
			ok = setText(dest[i], b)
		default: // a sum is numeric
			var n int64
			if err := r.pg.Conn().TypeMap().Scan(fields[i].DataTypeOID, fields[i].Format, b, &n); err != nil {
				return fmt.Errorf("column %s: %w", fields[i].Name, err)
			}
			ok = setInt(dest[i], n)
		}
		if !ok {
			return fmt.Errorf("scan of column %s into %s", fields[i].Name, reflect.TypeOf(dest[i]))
		}
	}
	return nil
}

func be(b []byte, n int) int64 {
	var v uint64
	for i := range n {
		v = v<<8 | uint64(b[i])
	}
	return int64(v)
}
