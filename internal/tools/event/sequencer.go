package event

import (
	"context"
	"sync"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// lookBack bounds how far the sequencer searches for events without a place:
// no write transaction lives longer (db's limit), so none can appear behind it.
const lookBack = 90 * time.Second

// Sequence gives every committed event its place in the log and tells how many
// it placed. One sequencer works at a time: the cursor's row is its lease. It
// looks back the whole way on a snapshot that keeps nobody from writing, and
// takes the writer only from the first event on that has no place.
func Sequence(ctx context.Context, d *db.DB) (int64, error) {
	var first, newest, low int64
	err := d.Read(ctx, func(r *db.Reader) error {
		_, err := r.One(`SELECT last_seq FROM cursor WHERE subscriber='sequencer'`, nil, &low)
		if err == nil {
			_, err = r.One(`SELECT e.id FROM event e WHERE e.id > $1 AND NOT EXISTS (SELECT 1 FROM log_leaf l WHERE l.event_id = e.id AND l.event_id > $1) ORDER BY e.id LIMIT 1`, []any{low}, &first)
		}
		if err == nil && first == 0 {
			_, err = r.One(`SELECT id FROM event ORDER BY id DESC LIMIT 1`, nil, &newest)
		}
		return err
	})
	if err != nil || first == 0 && newest <= low {
		return 0, err
	}
	var placed int64
	err = d.Write(ctx, db.Actor{}, func(tx *db.Tx) error {
		low, err := lease(tx)
		if err != nil {
			return err
		}
		if first > 0 {
			placed, err = place(tx, max(low, first-1))
		}
		tx.Do(`UPDATE cursor SET last_seq=$1 WHERE subscriber='sequencer' AND last_seq<$1`, nil, id.At(tx.Now().Add(-lookBack)))
		return err
	})
	return placed, err
}

// lease locks the sequencer's cursor and gives its mark: no event without a
// place has a smaller id.
func lease(tx *db.Tx) (low int64, err error) {
	tx.Do(`INSERT INTO cursor(subscriber, last_seq) VALUES ('sequencer', 0) ON CONFLICT (subscriber) DO NOTHING`, nil)
	_, err = tx.One(`SELECT c.last_seq FROM cursor c WHERE c.subscriber='sequencer' {lock c}`, nil, &low)
	return low, err
}

// place gives the events behind an id that have no place the next ones. The
// bound stands on both sides, so that a join walks through neither table.
func place(tx *db.Tx, after int64) (int64, error) {
	return tx.Exec(`INSERT INTO log_leaf(seq, event_id)
		SELECT (SELECT COALESCE(MAX(seq), 0) FROM log_leaf) + ROW_NUMBER() OVER (ORDER BY e.id), e.id
		FROM event e WHERE e.id > $1 AND NOT EXISTS (SELECT 1 FROM log_leaf l WHERE l.event_id = e.id AND l.event_id > $1)`, nil, after)
}

// thorough is how often a pass looks back the whole way, for what a process
// left that ended before its next pass.
const thorough = 30 * time.Second

// Sequencer places the events of a running server. Looking at every event of
// the whole look-back in each pass would cost more than all else under load, so
// most passes begin with the oldest transaction that this process committed
// since the last one; every process places its own.
type Sequencer struct {
	d *db.DB

	mu   sync.Mutex
	full time.Time // of the last pass that looked back the whole way
}

// NewSequencer works on a database; its first pass is a thorough one.
func NewSequencer(d *db.DB) *Sequencer { return &Sequencer{d: d} }

// Pass places what was committed, tells how many events that were, and rings
// for those who follow the log.
func (s *Sequencer) Pass(ctx context.Context) (int64, error) {
	n, err := s.pass(ctx)
	if n > 0 {
		s.d.Ring()
	}
	return n, err
}

func (s *Sequencer) pass(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.d.Now()
	if age := now.Sub(s.full); age < 0 || age >= thorough {
		n, err := Sequence(ctx, s.d)
		if err == nil {
			s.full = now
		}
		return n, err
	}
	oldest := s.d.News()
	if oldest == 0 {
		return 0, nil
	}
	n, err := s.quick(ctx, oldest)
	if err != nil {
		s.full = time.Time{} // a thorough pass finds them again
	}
	return n, err
}

// quick places the events that transactions from oldest on have made.
func (s *Sequencer) quick(ctx context.Context, oldest int64) (int64, error) {
	var placed int64
	err := s.d.Write(ctx, db.Actor{}, func(tx *db.Tx) error {
		low, err := lease(tx)
		if err == nil {
			placed, err = place(tx, max(low, oldest))
		}
		return err
	})
	return placed, err
}
