package db

import "sync"

// news remembers the oldest transaction of this process that a sequencer has
// not been told of yet.
type news struct {
	mu     sync.Mutex
	oldest int64
}

func (n *news) add(txID int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.oldest == 0 || txID < n.oldest {
		n.oldest = txID
	}
}

// Announce tells, once this transaction has committed, that it left rows for a
// follower of the journal.
func (t *Tx) Announce() { t.news = true }

// News gives the id of the oldest transaction of this process that announced
// something since the last call, 0 for none. All ids that it and younger ones
// made are larger.
func (d *DB) News() int64 {
	d.news.mu.Lock()
	defer d.news.mu.Unlock()
	was := d.news.oldest
	d.news.oldest = 0
	return was
}
