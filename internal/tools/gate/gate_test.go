package gate

import (
	"context"
	"testing"
	"time"
)

// fixed is a gate with a clock that the test turns.
func fixed(most int) (*Gate, *time.Time) {
	now := time.Unix(1e9, 0)
	g := New(most)
	g.clock = func() time.Time { return now }
	g.seen.began = now
	return g, &now
}

func enter(t *testing.T, g *Gate, c *Caller) *Visit {
	t.Helper()
	v, err := g.Enter(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAFullGateRefuses(t *testing.T) {
	g, _ := fixed(2)
	var c [3]Caller
	a := enter(t, g, &c[0])
	enter(t, g, &c[1])
	if _, err := g.Enter(context.Background(), &c[2]); err != ErrFull {
		t.Errorf("a third of two: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Enter(ctx, &c[2]); err != ErrFull {
		t.Errorf("one who is gone: %v", err)
	}
	a.caller.since = time.Time{} // his term is over
	a.Leave()
	enter(t, g, &c[2])
}

func TestWhoWaitsIsLetInFirst(t *testing.T) {
	g, now := fixed(1)
	g.usual = time.Hour // much patience
	v := enter(t, g, &Caller{})
	in := make(chan error)
	go func() {
		v, err := g.Enter(context.Background(), &Caller{})
		if err == nil {
			v.Leave()
		}
		in <- err
	}()
	for standing := false; !standing; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		standing = len(g.line) == 1
		g.mu.Unlock()
	}
	*now = now.Add(2 * term)
	v.Leave()
	if err := <-in; err != nil {
		t.Error(err)
	}
	if g.inside != 0 || len(g.line) != 0 {
		t.Errorf("left over: %d inside, %d in line", g.inside, len(g.line))
	}
}

func TestACallerComesBackForATerm(t *testing.T) {
	g, now := fixed(4)
	var c [4]Caller
	stay := []*Visit{enter(t, g, &c[1]), enter(t, g, &c[2]), enter(t, g, &c[3])}
	enter(t, g, &c[0]).Leave()
	if _, err := g.Enter(context.Background(), &Caller{}); err != ErrFull {
		t.Errorf("a newcomer took a place that was kept: %v", err)
	}
	v := enter(t, g, &c[0])
	*now = now.Add(term)
	v.Leave()
	v = enter(t, g, &Caller{}) // the term is over
	v.Leave()
	*now = now.Add(guess)
	enter(t, g, &Caller{}) // nobody came back in time
	if len(stay) != 3 || g.inside != 4 {
		t.Errorf("%d inside", g.inside)
	}
}

// TestManyWhoComeSeldomAreNotRefused: places are not kept for them when hardly
// anybody is inside.
func TestManyWhoComeSeldomAreNotRefused(t *testing.T) {
	g, _ := fixed(8)
	for range 1000 {
		enter(t, g, &Caller{}).Leave()
	}
}

// visit makes n visits that take so long and gives the width after them;
// crowded adds refusals.
func visit(g *Gate, now *time.Time, n int, took time.Duration, crowded bool) int {
	for range n {
		*now = now.Add(window / enough)
		g.inside++
		if crowded {
			g.seen.waited++
			g.seen.refused++
		}
		(&Visit{gate: g, caller: &Caller{}, began: now.Add(-took)}).Leave()
	}
	return g.width
}

func TestTheWidthFollowsTheTimeOfAVisit(t *testing.T) {
	g, now := fixed(128)
	if w := visit(g, now, 100, 50*time.Millisecond, true); w != 128 {
		t.Errorf("without anything to compare with: %d", w)
	}
	if visit(g, now, 1000, 10*time.Millisecond, false); g.usual < 9*time.Millisecond || g.usual > 11*time.Millisecond {
		t.Errorf("usual is %v", g.usual)
	}
	if w := visit(g, now, 500, 12*time.Millisecond, true); w != 128 {
		t.Errorf("a crowd that is served as fast as ever: %d", w)
	}
	if w := visit(g, now, 200, 40*time.Millisecond, true); w != 16 {
		t.Errorf("a crowd that is served slowly: %d", w)
	}
	if w := visit(g, now, 200, 5*time.Millisecond, true); w <= 16 || w > 32 {
		t.Errorf("… and faster again: %d", w)
	}
	if w := visit(g, now, 2000, 10*time.Millisecond, false); w != 128 {
		t.Errorf("when the crowd is gone: %d", w)
	}
}

func TestALongVisitSaysLittle(t *testing.T) {
	g, now := fixed(128)
	visit(g, now, 1000, 10*time.Millisecond, false)
	visit(g, now, 1, time.Hour, false)
	if visit(g, now, 40, 10*time.Millisecond, false); g.usual > 12*time.Millisecond {
		t.Errorf("usual is %v", g.usual)
	}
}
