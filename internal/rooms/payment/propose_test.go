package payment

import (
	"fmt"
	"strings"
	"testing"
)

// TestProposals: what a payer may have meant, the surest first.
func TestProposals(t *testing.T) {
	items := []Candidate{
		{Item: 1, Number: "INV-2026-000017", Open: 10000, DueOn: "2026-11-01"},
		{Item: 2, Number: "INV-2026-004402", Open: 20000, Discount: 400, DueOn: "2026-11-20"},
		{Item: 3, Number: "INV-2026-004403", Open: 30000, DueOn: "2026-11-10"},
	}
	known, hinted, nobody := Payer{Known: true}, Payer{Hint: "the payer's name is theirs", Bonus: 20}, Payer{}
	for _, x := range []struct {
		amount int64
		text   string
		who    Payer
		first  string // the surest: items, left, score
		why    string
	}{
		{10000, "inv-2026-000017", known, "1:10000 left 0, 98", "number in the text, amount fits"},
		{10000, "inv-2026-000017", nobody, "1:10000 left 0, 98", "number in the text, amount fits"},
		{19600, "RE 4402 SKONTO", known, "2:20000 less 400 left 0, 92", "end of the number in the text, amount fits less the discount"},
		{20000, "RE 4402, thanks", known, "2:20000 left 0, 92", "end of the number"},
		{12000, "INV-2026-000017", known, "1:10000 left 2000, 80", "more was paid"},
		{9000, "INV-2026-000017", known, "1:9000 left 0, 78", "less was paid"},
		{30000, "", known, "3:30000 left 0, 91", "the only item of this amount"},
		{30000, "", hinted, "3:30000 left 0, 80", "the payer's name is theirs"},
		{30000, "", nobody, "3:30000 left 0, 60", "the only item of this amount"},
		{19600, "", known, "2:20000 less 400 left 0, 90", "less the discount"},
		{60000, "", known, "1:10000 3:30000 2:20000 left 0, 90", "all open items together"},
		{50000, "", known, "3:30000 2:20000 left 0, 72", "two items add up"},
		{11000, "", known, "1:10000 3:1000 left 0, 30", "the longest due first"},
		{17, "17", known, "1:17 left 0, 30", "longest due"}, // two digits say nothing
	} {
		got := Propose(x.amount, x.text, x.who, items)
		if len(got) == 0 {
			t.Errorf("%d %q: nothing", x.amount, x.text)
			continue
		}
		var b strings.Builder
		for _, s := range got[0].Shares {
			fmt.Fprintf(&b, "%d:%d ", s.Item, s.Amount)
			if s.TakeDiscount {
				fmt.Fprintf(&b, "less %d ", s.Discount)
			}
		}
		fmt.Fprintf(&b, "left %d, %d", got[0].Left, got[0].Score)
		if b.String() != x.first || !strings.Contains(got[0].Why, x.why) {
			t.Errorf("%d %q: %s (%s), not %s (%s)", x.amount, x.text, b.String(), got[0].Why, x.first, x.why)
		}
		for i := 1; i < len(got); i++ {
			if got[i].Score > got[i-1].Score {
				t.Errorf("%d %q: not the surest first", x.amount, x.text)
			}
		}
	}
	if got := Propose(11000, "", nobody, items); len(got) != 0 {
		t.Errorf("money of nobody that fits nothing: %v", got)
	}
	twins := []Candidate{{Item: 1, Open: 500}, {Item: 2, Open: 500}}
	if got := Propose(500, "", known, twins); len(got) != 2 || got[0].Score >= Sure {
		t.Errorf("two items of one amount are not sure: %v", got)
	}
}
