package db

import (
	"encoding/binary"
	"fmt"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lib "modernc.org/sqlite/lib"
)

// lite is one SQLite connection, spoken to by the C interface that the driver
// stands on. database/sql's values would box every integer on both ways and ask
// for the name of every parameter, which took a fifth of a chain's time; here
// integers and texts go over as they are. One goroutine at a time uses it, so
// SQLite's own lock on the connection is off (SQLITE_OPEN_NOMUTEX).
type lite struct {
	tls  *libc.TLS
	db   uintptr
	text []byte  // memory of SQLite's side for bound texts
	at   uintptr // its address
}

// liteStmt is a prepared statement.
type liteStmt struct {
	p    uintptr
	cols int
}

// liteError is what SQLite answered, with its extended result code.
type liteError struct {
	code int
	text string
}

func (e *liteError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }

// Code is the extended result code, see https://sqlite.org/rescode.html.
func (e *liteError) Code() int { return e.code }

// openLite opens a file by its URI, see https://sqlite.org/uri.html.
func openLite(uri string) (*lite, error) {
	c := &lite{tls: libc.NewTLS()}
	name, err := libc.CString(uri)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	flags := int32(lib.SQLITE_OPEN_READWRITE | lib.SQLITE_OPEN_CREATE | lib.SQLITE_OPEN_NOMUTEX | lib.SQLITE_OPEN_URI)
	rc := c.out(func(to uintptr) int32 { return lib.Xsqlite3_open_v2(c.tls, name, to, flags, 0) }, &c.db)
	if rc == lib.SQLITE_OK {
		rc = lib.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	}
	if rc != lib.SQLITE_OK {
		err := c.fail(rc)
		c.close()
		return nil, err
	}
	return c, nil
}

// close ends the connection; its statements are finalized before.
func (c *lite) close() {
	if c.at != 0 {
		libc.Xfree(c.tls, c.at)
	}
	if c.db != 0 {
		lib.Xsqlite3_close_v2(c.tls, c.db)
	}
	c.tls.Close()
}

// out calls f with the address of a pointer and reads what f put there.
func (c *lite) out(f func(to uintptr) int32, p *uintptr) int32 {
	const size = 8
	to := libc.Xmalloc(c.tls, size)
	defer libc.Xfree(c.tls, to)
	b := libc.GoBytes(to, size)
	clear(b)
	rc := f(to)
	*p = uintptr(binary.NativeEndian.Uint64(b))
	return rc
}

func (c *lite) fail(rc int32) error {
	if c.db == 0 {
		return &liteError{int(rc), "cannot open"}
	}
	return &liteError{int(rc), libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))}
}

// prepare compiles one statement for repeated use.
func (c *lite) prepare(sql string) (*liteStmt, error) {
	text, err := libc.CString(sql)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	s := &liteStmt{}
	rc := c.out(func(to uintptr) int32 {
		return lib.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(sql)), lib.SQLITE_PREPARE_PERSISTENT, to, 0)
	}, &s.p)
	if rc != lib.SQLITE_OK {
		return nil, c.fail(rc)
	}
	s.cols = int(lib.Xsqlite3_column_count(c.tls, s.p))
	return s, nil
}

func (c *lite) finalize(s *liteStmt) { lib.Xsqlite3_finalize(c.tls, s.p) }

// reset ends a run, so that the statement can run again.
func (c *lite) reset(s *liteStmt) { lib.Xsqlite3_reset(c.tls, s.p) }

// step goes to the next row; false when there is none.
func (c *lite) step(s *liteStmt) (bool, error) {
	switch rc := lib.Xsqlite3_step(c.tls, s.p); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, c.fail(rc)
	}
}

// run steps to the end and resets.
func (c *lite) run(s *liteStmt) error {
	defer c.reset(s)
	for {
		if more, err := c.step(s); err != nil || !more {
			return err
		}
	}
}

// changes is how many rows the last write touched.
func (c *lite) changes() int64 { return lib.Xsqlite3_changes64(c.tls, c.db) }

// room makes place for n bytes of texts, all of one run: they must stay where
// they are until the statement is reset.
func (c *lite) room(n int) {
	if n < len(c.text) {
		return
	}
	if c.at != 0 {
		libc.Xfree(c.tls, c.at)
	}
	size := max(2*n, 1<<16)
	c.at = libc.Xmalloc(c.tls, types.Size_t(size))
	c.text = libc.GoBytes(c.at, size)
}

func (c *lite) bindInt(s *liteStmt, i int, v int64) error {
	if rc := lib.Xsqlite3_bind_int64(c.tls, s.p, int32(i), v); rc != lib.SQLITE_OK {
		return c.fail(rc)
	}
	return nil
}

func (c *lite) bindNull(s *liteStmt, i int) error {
	if rc := lib.Xsqlite3_bind_null(c.tls, s.p, int32(i)); rc != lib.SQLITE_OK {
		return c.fail(rc)
	}
	return nil
}

// bindText binds a text that is put at byte used of the room and gives where
// the next one goes.
func (c *lite) bindText(s *liteStmt, i int, v string, used int) (int, error) {
	copy(c.text[used:], v)
	if rc := lib.Xsqlite3_bind_text(c.tls, s.p, int32(i), c.at+uintptr(used), int32(len(v)), 0); rc != lib.SQLITE_OK {
		return used, c.fail(rc)
	}
	return used + len(v), nil
}

// The kinds of a column's value.
const (
	liteInt  = lib.SQLITE_INTEGER
	liteText = lib.SQLITE_TEXT
	liteNull = lib.SQLITE_NULL
)

func (c *lite) kind(s *liteStmt, i int) int {
	return int(lib.Xsqlite3_column_type(c.tls, s.p, int32(i)))
}

func (c *lite) int(s *liteStmt, i int) int64 {
	return lib.Xsqlite3_column_int64(c.tls, s.p, int32(i))
}

// view is a column's text in SQLite's own memory, valid until the next step.
func (c *lite) view(s *liteStmt, i int) []byte {
	p := lib.Xsqlite3_column_text(c.tls, s.p, int32(i))
	return libc.GoBytes(p, int(lib.Xsqlite3_column_bytes(c.tls, s.p, int32(i))))
}
