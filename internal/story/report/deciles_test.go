package report

import "testing"

// TestDeciles: nearest rank, whole days, any order.
func TestDeciles(t *testing.T) {
	if got := decilesOf([]int{10, 3, 7, 1, 9, 2, 8, 4, 6, 5}); got != (deciles{1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("ten days: %v", got)
	}
	if got := decilesOf([]int{5, -3}); got != (deciles{-3, -3, -3, -3, -3, 5, 5, 5, 5}) {
		t.Errorf("two days: %v", got)
	}
	if got := decilesOf(nil); got != (deciles{}) {
		t.Errorf("nothing: %v", got)
	}
}

// TestCreditsComeOffTheEarliest amounts of their customer, and of nobody else's.
func TestCreditsComeOffTheEarliest(t *testing.T) {
	rows := []CashRow{{customer: 1, amount: 100}, {customer: 2, amount: 50}, {customer: 1, amount: -130}, {customer: 1, amount: 80}}
	got := offset(rows)
	if len(got) != 2 || got[0].customer != 2 || got[0].amount != 50 || got[1].amount != 50 {
		t.Errorf("%+v", got)
	}
}
