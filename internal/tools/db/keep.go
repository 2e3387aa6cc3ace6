package db

import (
	"container/list"
	"sync"
)

// A document that one transaction wrote is most often read by the next one of
// the same process. Memory keeps such documents whole. Whoever locks a document
// reads the mark of its last change from the locked row anyway; when it is the
// mark under which memory has the document, its parts need not be read again.
// Memory alone never says what is true: with another mark, after a change by
// another process, the document is read.
//
// What is recalled is taken out, so one transaction at a time has it and may
// change it; it comes back with the commit, if the transaction keeps it again.

// memoryLimit is the weight of all that is kept; one is about half a kilobyte.
const memoryLimit = 1 << 15

type memory struct {
	mu     sync.Mutex
	by     map[int64]*list.Element
	oldest list.List // of *kept
	weight int
}

type kept struct {
	key, mark int64
	weight    int
	v         any
}

func (m *memory) put(all []kept) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil {
		m.by = map[int64]*list.Element{}
	}
	for i := range all {
		m.drop(m.by[all[i].key])
		m.by[all[i].key] = m.oldest.PushBack(&all[i])
		m.weight += all[i].weight
	}
	for m.weight > memoryLimit {
		m.drop(m.oldest.Front())
	}
}

// drop forgets one; the mutex is held.
func (m *memory) drop(e *list.Element) *kept {
	if e == nil {
		return nil
	}
	k := m.oldest.Remove(e).(*kept)
	m.weight -= k.weight
	delete(m.by, k.key)
	return k
}

func (m *memory) take(key int64) *kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.drop(m.by[key])
}

// Keep remembers a document for later transactions of this process, once this
// one has committed. The mark must be what the locked row tells of its last
// change: the id of this transaction. From then on only who recalls v may touch
// it. Weight is its number of parts.
func (t *Tx) Keep(key int64, weight int, v any) {
	t.keep = append(t.keep, kept{key, t.id, weight, v})
}

// Recall takes a document out of memory, nil when it is not there or was changed
// since. The caller holds its row locked and has read from it that mark, the
// transaction of its last change.
func (t *Tx) Recall(key, mark int64) any {
	if k := t.d.memory.take(key); k != nil && k.mark == mark {
		return k.v
	}
	return nil
}

// Doubts tells that this database is a test's: whoever recalls something shall
// compare it to what is stored and panic when they differ.
func (t *Tx) Doubts() bool { return t.d.doubts }
