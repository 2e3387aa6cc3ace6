package payment

import (
	"reflect"
	"testing"
)

func TestMoneyIsMatchedOrLeftAlone(t *testing.T) {
	open := []Candidate{{Item: 1, Number: "INV-2026-000001", Open: 11900, Discount: 238, DueOn: "2026-04-01"}, {Item: 2, Number: "INV-2026-000002", Open: 5000, DueOn: "2026-03-15"}, {Item: 3, Number: "INV-2026-000003", Open: 700, DueOn: "2026-05-01"}}
	for _, c := range []struct {
		name   string
		amount int64
		text   string
		want   []Share
	}{
		{"one paper named", 5000, "inv-2026-000002", []Share{{2, 5000, false, 0}}},
		{"two papers named, paid together", 16900, "INV-2026-000001, INV-2026-000002", []Share{{2, 5000, false, 0}, {1, 11900, false, 0}}},
		{"named, less its discount", 11662, "INV-2026-000001", []Share{{1, 11900, true, 0}}},
		{"named, short: the oldest first", 6000, "INV-2026-000001 INV-2026-000002", []Share{{2, 5000, false, 0}, {1, 1000, false, 0}}},
		{"named, over: the rest stays", 800, "INV-2026-000003", []Share{{3, 700, false, 0}}},
		{"a number inside a longer one is not named", 123, "INV-2026-0000019", nil},
		{"nothing named, one of the amount", 700, "thanks", []Share{{3, 700, false, 0}}},
		{"nothing named, less a discount", 11662, "", []Share{{1, 11900, true, 0}}},
		{"nothing named, all together", 17600, "", []Share{{1, 11900, false, 0}, {2, 5000, false, 0}, {3, 700, false, 0}}},
		{"nothing fits", 4242, "deposit", nil},
	} {
		got, why := Match(c.amount, c.text, open)
		if !reflect.DeepEqual(got, c.want) || (len(got) > 0) != (why != "") {
			t.Errorf("%s: %v (%s), want %v", c.name, got, why, c.want)
		}
	}
}
