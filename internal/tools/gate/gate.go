// Package gate bounds how many callers are served at a time. Whoever finds the
// gate full waits in a short line for a short while and is then refused, so
// that those inside are served about as fast as ever, however many come.
//
// A caller who was let in may come back for a second without competing again.
// Without that, of a crowd that was answered together each would be let in again
// at another time or refused half way through his work: batches would be small,
// and much would be begun and little ended.
//
// A gate starts at its full width and learns how long a visit usually takes
// while nobody has to wait. When callers are refused and those inside take
// clearly longer than usual, it narrows, down to an eighth; it widens again when
// they are quick or the crowd is gone.
package gate

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// ErrFull says that too many are under way and the visit did not begin.
var ErrFull = errors.New("too many are under way")

const (
	term    = time.Second           // how long a caller may come back
	window  = 50 * time.Millisecond // how often the width is thought over, …
	enough  = 16                    // … but not with fewer visits than this
	outlier = 8                     // a visit counts as so many usual ones at most: one long run says nothing about the others
	guess   = 20 * time.Millisecond // usual time while nothing is known yet
)

// Gate lets a bounded number of callers in. It is safe for concurrent use.
type Gate struct {
	most, least int
	clock       func() time.Time

	mu     sync.Mutex
	width  int             // how many may be inside now, places that are kept included
	inside int             // may be above width for a while after the gate has narrowed
	kept   []*Caller       // whose places are kept until they come back, the oldest first
	line   []chan struct{} // those who wait, the first one first; closed to let him in
	usual  time.Duration   // of a visit while nobody waits; 0 = not known yet
	seen   visits
}

// visits are those of one window.
type visits struct {
	began   time.Time
	n       int
	took    time.Duration // all together
	waited  int           // found the gate full
	refused int
}

// Caller is somebody who makes one visit after the other, such as a connection.
// The zero value is ready; it belongs to one gate.
type Caller struct {
	since time.Time // when he was let in as a newcomer
	until time.Time // how long his place is kept
}

// Visit is a caller inside.
type Visit struct {
	gate   *Gate
	caller *Caller
	waited time.Duration
	began  time.Time
}

// New makes a gate for at most so many callers at a time.
func New(most int) *Gate {
	most = max(1, most)
	g := &Gate{most: most, least: (most + 7) / 8, width: most, clock: time.Now}
	g.seen.began = g.clock()
	return g
}

// Enter lets the caller in, at once or after a short wait. It returns ErrFull
// when that was in vain, or when ctx ended meanwhile. A visit ends with Leave.
func (g *Gate) Enter(ctx context.Context, c *Caller) (*Visit, error) {
	came := g.clock()
	g.mu.Lock()
	defer g.mu.Unlock()
	if at := slices.Index(g.kept, c); at >= 0 {
		g.kept = slices.Delete(g.kept, at, at+1)
		g.inside++
		return &Visit{gate: g, caller: c, began: came}, nil
	}
	g.admit(came)
	if len(g.line) == 0 && g.room(came) {
		g.inside++
	} else if g.seen.waited++; len(g.line) > g.width/4 || !g.wait(ctx) {
		g.seen.refused++
		g.think(came)
		return nil, ErrFull
	}
	c.since = g.clock()
	return &Visit{gate: g, caller: c, waited: c.since.Sub(came), began: c.since}, nil
}

// room tells whether a newcomer may enter. A place that is kept is given away
// when its time is over, and sooner when hardly anybody is inside: then the
// callers are many who come seldom, and keeping places would only refuse them.
func (g *Gate) room(now time.Time) bool {
	for len(g.kept) > 0 && !now.Before(g.kept[0].until) {
		g.kept = g.kept[1:]
	}
	if len(g.kept) > 0 && 2*g.inside < g.width && g.inside+len(g.kept) >= g.width {
		g.kept = g.kept[1:]
	}
	return g.inside+len(g.kept) < g.width
}

// admit lets in who stands in line as long as there is room.
func (g *Gate) admit(now time.Time) {
	for len(g.line) > 0 && g.room(now) {
		close(g.line[0])
		g.line = g.line[1:]
		g.inside++
	}
}

// wait stands in line as long as patience lasts and tells whether the caller
// was let in. The mutex is held before and after, not meanwhile.
func (g *Gate) wait(ctx context.Context) bool {
	turn := make(chan struct{})
	g.line = append(g.line, turn)
	late := time.NewTimer(g.patience())
	defer late.Stop()
	g.mu.Unlock()
	select {
	case <-turn:
	case <-late.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	at := slices.Index(g.line, turn)
	if at < 0 {
		return true
	}
	g.line = slices.Delete(g.line, at, at+1)
	return false
}

// patience is the longest wait in line: half of what a visit usually takes.
func (g *Gate) patience() time.Duration { return bounded(g.usual/2, time.Millisecond) }

// keep is how long a place is kept for its caller to come back.
func (g *Gate) keep() time.Duration { return bounded(g.usual, 5*time.Millisecond) }

func bounded(d, least time.Duration) time.Duration {
	if d == 0 {
		d = guess
	}
	return min(max(d, least), 100*time.Millisecond)
}

// Begin says that what was between entering and now, such as a body on a slow
// line, was the caller's own time.
func (v *Visit) Begin() { v.began = v.gate.clock() }

// Leave ends the visit. The place is kept for the caller if his term is not
// over, else it goes to the next.
func (v *Visit) Leave() {
	g := v.gate
	now := g.clock()
	took := v.waited + now.Sub(v.began)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.usual > 0 {
		took = min(took, outlier*g.usual)
	}
	g.seen.n++
	g.seen.took += took
	g.think(now)
	if now.Sub(v.caller.since) < term && g.inside+len(g.kept) < g.width {
		v.caller.until = now.Add(g.keep())
		g.kept = append(g.kept, v.caller)
	}
	g.admit(now)
}

// think sets the width when a window has gone by. It waits until those who
// came through a wider gate are gone, since they say nothing about this width.
func (g *Gate) think(now time.Time) {
	s := g.seen
	if now.Sub(s.began) < window || s.n < enough || g.inside > g.width {
		return
	}
	g.seen = visits{began: now}
	mean := s.took / time.Duration(s.n)
	if s.waited == 0 {
		g.learn(mean)
	}
	switch {
	case s.refused == 0: // slowly, since a crowd comes back
		g.width = min(g.most, g.width+g.width/32+1)
	case g.usual > 0:
		g.squeeze(mean)
	}
}

// learn takes a window without waiting into the usual time, which follows
// slowly: about a second of traffic.
func (g *Gate) learn(mean time.Duration) {
	if g.usual == 0 {
		g.usual = mean
	}
	g.usual += (mean - g.usual) / 16
}

// squeeze steers the width so that a visit takes a quarter longer than usual:
// enough to keep the work in big batches, and so that even the slowest of a
// hundred stays below twice as long.
func (g *Gate) squeeze(mean time.Duration) {
	goal := g.usual * 5 / 4
	switch {
	case mean > goal:
		narrow := int(int64(g.width) * int64(goal) / int64(mean))
		g.width = max(g.least, narrow, g.width*3/4)
	case mean < goal*7/8:
		g.width = min(g.most, g.width+1)
	}
}
