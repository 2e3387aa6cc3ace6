package stock

import (
	"math/rand/v2"
	"testing"
)

// TestIssuesTakeTheirShareAndTheLastTheRest: moving average without a rounded unit cost.
func TestIssuesTakeTheirShareAndTheLastTheRest(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 2000 {
		p := &Pot{}
		in, out := int64(0), int64(0)
		for range 30 {
			if r.IntN(2) == 0 {
				v := r.Int64N(10000)
				p.Receive(1+r.Int64N(20), v)
				in += v
			} else if p.OnHand > 0 {
				out += p.Issue(1 + r.Int64N(p.OnHand))
			}
			if p.Value != in-out || p.Value < 0 || p.OnHand == 0 && p.Value != 0 {
				t.Fatalf("on hand %d, value %d, in %d, out %d", p.OnHand, p.Value, in, out)
			}
		}
	}
	p := &Pot{OnHand: 14, Value: 16400}
	if c := p.Issue(7); c != 8200 {
		t.Errorf("7 of 14 worth 164.00 cost %d", c)
	}
}

// TestFarCountsAreCountedAgain: more than a tenth away, both ways.
func TestFarCountsAreCountedAgain(t *testing.T) {
	for _, x := range []struct {
		expected, counted int64
		far               bool
	}{{100, 100, false}, {100, 90, false}, {100, 89, true}, {100, 111, true}, {5, 5, false}, {5, 4, true}, {0, 0, false}, {0, 1, true}, {19, 18, false}} {
		if got := Far(x.expected, x.counted); got != x.far {
			t.Errorf("%d expected, %d counted: %v", x.expected, x.counted, got)
		}
	}
}
