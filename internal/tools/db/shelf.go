package db

import (
	"fmt"
	"reflect"
	"sync"
)

// Master data is read by every step and hardly ever changed. Whoever changes it
// says so by Touch, which moves the epoch on in the same transaction; what one
// transaction has read, the next ones of this process need not read again while
// the epoch, which each of them reads at its beginning, is the same.

// shelfLimit is how many things a shelf holds before it is emptied.
const shelfLimit = 60000

// Shelf holds master data of one epoch. The zero Shelf takes nothing.
type Shelf struct {
	mu     sync.Mutex
	epoch  int64
	things map[any]any
	doubts bool
}

func newShelf(epoch int64, doubts bool) *Shelf {
	return &Shelf{epoch: epoch, things: map[any]any{}, doubts: doubts}
}

// Epoch is the number of changes of master data that this transaction sees.
func (t *Tx) Epoch() (int64, error) {
	if t.epoch != 0 {
		return t.epoch, nil
	}
	n, err := t.c.epoch(t.ctx)
	t.epoch = n
	return n, err
}

// Touch tells that this transaction changes master data.
func (t *Tx) Touch() {
	if !t.touched {
		t.touched = true
		t.Do(`UPDATE epoch SET n=n+1 WHERE id=1`, nil)
	}
}

// Shelf gives the shelf of this transaction's epoch; an empty one when it
// changes master data itself.
func (t *Tx) Shelf() *Shelf {
	epoch, err := t.Epoch()
	if err != nil || t.touched {
		return &Shelf{}
	}
	for {
		s := t.d.shelf.Load()
		if s != nil && s.epoch == epoch {
			return s
		}
		fresh := newShelf(epoch, t.d.doubts)
		if s != nil && s.epoch > epoch { // others have seen a newer one already
			return fresh
		}
		if t.d.shelf.CompareAndSwap(s, fresh) {
			return fresh
		}
	}
}

// Shelf of a Reader takes nothing: reports read what is stored.
func (r *Reader) Shelf() *Shelf { return &Shelf{} }

// Shelf is that of the transaction.
func (q *Together) Shelf() *Shelf {
	if q.t == nil {
		return q.r.Shelf()
	}
	return q.t.Shelf()
}

// Then calls f at once.
func (t *Tx) Then(f func()) { f() }

// Then calls f at once.
func (r *Reader) Then(f func()) { f() }

// Then calls f when the answers are there.
func (q *Together) Then(f func()) { q.after = append(q.after, f) }

// on is the place of a thing on the shelf: things of two types never meet.
type on[K comparable, V any] struct{ key K }

// Known brings to out copies of what lies on the shelf for the keys, and gives
// the keys that must be read, in their order.
func Known[K comparable, V any](q Querier, keys []K, out map[K]V, copied func(V) V) (missing []K) {
	s := q.Shelf()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.things == nil || s.doubts {
		return keys
	}
	missing = make([]K, 0, len(keys))
	for _, k := range keys {
		if v, ok := s.things[on[K, V]{k}]; ok {
			out[k] = copied(v.(V))
		} else {
			missing = append(missing, k)
		}
	}
	return missing
}

// Learn lays copies of what was read for the keys on the shelf, once it is read.
// Keys that are not in out are nothing to remember. In a test's database it
// panics when something else lies there: somebody changed it without Touch.
func Learn[K comparable, V any](q Querier, keys []K, out map[K]V, copied func(V) V) {
	q.Then(func() {
		s := q.Shelf()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.things == nil {
			return
		}
		if len(s.things)+len(keys) > shelfLimit {
			clear(s.things)
		}
		for _, k := range keys {
			v, ok := out[k]
			if !ok {
				continue
			}
			if was, ok := s.things[on[K, V]{k}]; ok && s.doubts && !reflect.DeepEqual(was, v) {
				panic(fmt.Sprintf("db: master data was changed without Touch: %v: %+v, now %+v", k, was, v))
			}
			s.things[on[K, V]{k}] = copied(v)
		}
	})
}

// Copied copies what a pointer points to.
func Copied[T any](p *T) *T {
	v := *p
	return &v
}

// Same copies a slice that nobody changes by sharing it.
func Same[T any](list []T) []T { return list[:len(list):len(list)] }
