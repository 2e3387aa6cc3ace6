package db

import "sync"

// bell wakes those of this process who follow the log.
type bell struct {
	mu   sync.Mutex
	rung chan struct{} // closed at the next ring; nil when nobody waits
}

// Ring tells everybody who waits on Rung that the log has grown.
func (d *DB) Ring() {
	d.bell.mu.Lock()
	defer d.bell.mu.Unlock()
	if d.bell.rung != nil {
		close(d.bell.rung)
		d.bell.rung = nil
	}
}

// Rung gives a channel that is closed when this process makes the log grow. Who
// takes it before he reads the log misses nothing; what other processes write
// does not ring here.
func (d *DB) Rung() <-chan struct{} {
	d.bell.mu.Lock()
	defer d.bell.mu.Unlock()
	if d.bell.rung == nil {
		d.bell.rung = make(chan struct{})
	}
	return d.bell.rung
}

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
