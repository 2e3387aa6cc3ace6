package sim

import (
	"sync"
	"time"
)

// Clock is the time of the simulated world. It stands still until the
// simulation sets it, and never goes back. Its Now is the Clock of db.Options.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock makes a clock that shows the first moment of a simulation, so that
// a database opened with it makes no id that is younger than the company.
func NewClock(o Options) *Clock { return &Clock{now: o.filled().begin()} }

// Now gives the simulated instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// set moves the clock forward; an earlier instant leaves it.
func (c *Clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}
