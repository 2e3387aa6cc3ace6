// Package id makes the keys of all rows: 63-bit, time-ordered, made in the
// application, one Go type per noun.
//
// 42 bits of milliseconds since 2020, 9 bits of node, 12 bits of counter. The
// millisecond runs ahead when a batch needs more than 4,096 ids in one, so an
// id is never a clock. Outside, an id is its noun's prefix and 13 characters
// of base 32 (Crockford's alphabet, lower case): ord_0d4k….
package id

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Epoch is the first instant that an id can name, in Unix milliseconds: 2020-01-01 UTC.
const Epoch = 1577836800000

const (
	counterBits = 12
	nodeBits    = 9
	// MaxNode is the largest node number.
	MaxNode = 1<<nodeBits - 1
)

// Noun is implemented by the marker types of this package.
type Noun interface{ prefix() string }

// ID is the key of a row of noun N. Zero means none.
type ID[N Noun] int64

// String gives the form that the outside sees; "" for none.
func (i ID[N]) String() string {
	if i == 0 {
		return ""
	}
	var n N
	return n.prefix() + "_" + encode(int64(i))
}

// MarshalText implements encoding.TextMarshaler.
func (i ID[N]) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (i *ID[N]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = 0
		return nil
	}
	var n N
	v, err := Parse(n.prefix(), string(b))
	*i = ID[N](v)
	return err
}

// Parse reads "prefix_body" and checks the prefix.
func Parse(prefix, s string) (int64, error) {
	body, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(body) != 13 {
		return 0, fmt.Errorf("%q is not an id that starts with %s_", s, prefix)
	}
	var v uint64
	for _, c := range []byte(body) {
		d := strings.IndexByte(alphabet, c)
		if d < 0 || v >= 1<<58 {
			return 0, fmt.Errorf("%q is not an id", s)
		}
		v = v<<5 | uint64(d)
	}
	if v == 0 || v >= 1<<63 {
		return 0, fmt.Errorf("%q is not an id", s)
	}
	return int64(v), nil
}

// Split takes any external id apart into prefix and number.
func Split(s string) (prefix string, v int64, err error) {
	prefix, _, ok := strings.Cut(s, "_")
	if !ok {
		return "", 0, fmt.Errorf("%q is not an id", s)
	}
	v, err = Parse(prefix, s)
	return prefix, v, err
}

// Text gives the external form of a number whose noun is known by prefix only.
func Text(prefix string, v int64) string {
	if v == 0 {
		return ""
	}
	return prefix + "_" + encode(v)
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

func encode(v int64) string {
	var b [13]byte
	u := uint64(v)
	for i := 12; i >= 0; i-- {
		b[i] = alphabet[u&31]
		u >>= 5
	}
	return string(b[:])
}

// Maker makes ids that only rise. It is safe for concurrent use.
type Maker struct {
	mu   sync.Mutex
	node int64
	last int64 // milliseconds since Epoch << counterBits | counter
}

// NewMaker returns a maker for one node number (0 … MaxNode).
func NewMaker(node int64) *Maker { return &Maker{node: node & MaxNode} }

// Next returns a new id made at the instant now.
func (m *Maker) Next(now time.Time) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := (now.UnixMilli() - Epoch) << counterBits
	if at <= m.last {
		at = m.last + 1
	}
	m.last = at
	return m.compose(at)
}

// After makes sure that the next id is larger than seen, an id that another
// process made: the clocks of two processes differ.
func (m *Maker) After(seen int64) {
	at := seen >> (counterBits + nodeBits) << counterBits
	at |= 1<<counterBits - 1
	m.mu.Lock()
	defer m.mu.Unlock()
	if at > m.last {
		m.last = at
	}
}

func (m *Maker) compose(at int64) int64 {
	ms, n := at>>counterBits, at&(1<<counterBits-1)
	return ms<<(counterBits+nodeBits) | m.node<<counterBits | n
}

// At gives the smallest id of an instant, for searches by time.
func At(t time.Time) int64 {
	ms := t.UnixMilli() - Epoch
	if ms < 0 {
		ms = 0
	}
	return ms << (counterBits + nodeBits)
}
