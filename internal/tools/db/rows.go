package db

import (
	"database/sql/driver"
	"fmt"
	"io"
	"reflect"

	"github.com/jackc/pgx/v5"
)

// Rows is the answer of a query, the same on both engines.
type Rows struct {
	pg pgx.Rows // PostgreSQL

	lite driver.Rows // SQLite, streamed
	vals []driver.Value

	kept  []driver.Value // SQLite, read whole
	width int
	at    int

	c *sqliteConn // SQLite, until read or closed

	err error
}

// Next goes to the next row.
func (r *Rows) Next() bool {
	switch {
	case r.pg != nil:
		return r.pg.Next()
	case r.lite != nil:
		err := r.lite.Next(r.vals)
		if err == io.EOF {
			r.Close()
			return false
		}
		if err != nil {
			r.err = err
			r.Close()
			return false
		}
		return true
	case r.width > 0 && (r.at+1)*r.width <= len(r.kept):
		r.vals = r.kept[r.at*r.width : (r.at+1)*r.width]
		r.at++
		return true
	}
	r.Close()
	return false
}

// Scan reads the row into pointers to int64 and string, or to types whose
// underlying type is one of them; NULL gives the zero value.
func (r *Rows) Scan(dest ...any) error {
	if r.pg != nil {
		return r.scanPostgres(dest)
	}
	if len(dest) != len(r.vals) {
		return fmt.Errorf("scan of %d columns into %d", len(r.vals), len(dest))
	}
	for i, v := range r.vals {
		switch x := v.(type) {
		case int64:
			if !setInt(dest[i], x) {
				return fmt.Errorf("scan of an integer into %T (column %d)", dest[i], i)
			}
		case string:
			if !setText(dest[i], x) {
				return fmt.Errorf("scan of a text into %T (column %d)", dest[i], i)
			}
		case []byte:
			b, ok := dest[i].(*[]byte)
			if !ok {
				return fmt.Errorf("scan of bytes into %T (column %d)", dest[i], i)
			}
			*b = append([]byte(nil), x...)
		case nil:
			reflect.ValueOf(dest[i]).Elem().SetZero()
		default:
			return fmt.Errorf("scan of %T (column %d)", v, i)
		}
	}
	return nil
}

// Err is the error that ended the rows, if any.
func (r *Rows) Err() error {
	if r.pg != nil {
		return r.pg.Err()
	}
	return r.err
}

// Close ends the rows early; it may be called twice.
func (r *Rows) Close() {
	switch {
	case r.pg != nil:
		r.pg.Close()
	case r.lite != nil:
		_ = r.lite.Close()
		r.lite = nil
	}
	r.kept = nil
	if r.c != nil {
		r.c.reading = nil
		r.c = nil
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

func setText(dest any, x string) bool {
	if d, ok := dest.(*string); ok {
		*d = x
		return true
	}
	v := reflect.ValueOf(dest).Elem()
	if v.Kind() != reflect.String {
		return false
	}
	v.SetString(x)
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
		if fields[i].Format != pgx.BinaryFormatCode {
			if err := r.pg.Conn().TypeMap().Scan(fields[i].DataTypeOID, fields[i].Format, b, dest[i]); err != nil {
				return err
			}
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
			ok = setText(dest[i], string(b))
		default:
			if err := r.pg.Conn().TypeMap().Scan(fields[i].DataTypeOID, fields[i].Format, b, dest[i]); err != nil {
				return fmt.Errorf("column %s: %w", fields[i].Name, err)
			}
		}
		if !ok {
			return fmt.Errorf("scan of column %s into %T", fields[i].Name, dest[i])
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
