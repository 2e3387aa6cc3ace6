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
		{"one paper named", 5000, "inv-2026-000002", []Share{{2, 5000, false}}},
		{"two papers named, paid together", 16900, "INV-2026-000001, INV-2026-000002", []Share{{2, 5000, false}, {1, 11900, false}}},
		{"named, less its discount", 11662, "INV-2026-000001", []Share{{1, 11900, true}}},
		{"named, short: the oldest first", 6000, "INV-2026-000001 INV-2026-000002", []Share{{2, 5000, false}, {1, 1000, false}}},
		{"named, over: the rest stays", 800, "INV-2026-000003", []Share{{3, 700, false}}},
		{"a number inside a longer one is not named", 123, "INV-2026-0000019", nil},
		{"nothing named, one of the amount", 700, "thanks", []Share{{3, 700, false}}},
		{"nothing named, less a discount", 11662, "", []Share{{1, 11900, true}}},
		{"nothing named, all together", 17600, "", []Share{{1, 11900, false}, {2, 5000, false}, {3, 700, false}}},
		{"nothing fits", 4242, "deposit", nil},
	} {
		got, why := Match(c.amount, c.text, open)
		if !reflect.DeepEqual(got, c.want) || (len(got) > 0) != (why != "") {
			t.Errorf("%s: %v (%s), want %v", c.name, got, why, c.want)
		}
	}
}
