package ledger

import (
	"testing"

	"kontor/internal/words/day"
)

func TestAnUnbalancedEntryPanics(t *testing.T) {
	for name, lines := range map[string][]Line{
		"company currency":  {{Role: "bank", Amount: 100, Doc: 100, Currency: "EUR"}, {Role: "unapplied", Amount: -99, Doc: -100, Currency: "EUR"}},
		"document currency": {{Role: "bank", Amount: 100, Doc: 100, Currency: "USD"}, {Role: "unapplied", Amount: -100, Doc: -100, Currency: "EUR"}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: an unbalanced entry was taken", name)
				}
			}()
			mustBalance(&Entry{Lines: lines})
		}()
	}
}

func TestCompactMergesAndDropsButKeepsTaxBases(t *testing.T) {
	got := Compact([]Line{{Role: "revenue", TaxCode: "A", Amount: -5, Doc: -5}, {Role: "revenue", TaxCode: "A", Amount: -7, Doc: -7}, {Role: "revenue", TaxCode: "B", Amount: -1, Doc: -1},
		{Role: "receivable", Sub: 1, Amount: 13, Doc: 13}, {Role: "cogs"}, {Role: "output_vat", TaxCode: "Z", TaxBase: -100}})
	if len(got) != 4 || got[0].Amount != -12 || got[3].TaxBase != -100 {
		t.Errorf("%+v", got)
	}
}

func TestAPostingIntoAClosedMonthLandsOnTheFirstOpenDay(t *testing.T) {
	c := &Calendar{shut: map[string]map[day.Month]bool{Stock: {"2026-01": true, "2026-02": true}, General: {"2026-03": true}}}
	for _, x := range []struct {
		ledger    string
		ask, want day.Day
	}{{Stock, "2026-01-15", "2026-04-01"}, {Receivables, "2026-01-15", "2026-01-15"}, {Receivables, "2026-03-31", "2026-04-01"}, {Stock, "2026-04-09", "2026-04-09"}} {
		if got := c.Open(x.ledger, x.ask); got != x.want {
			t.Errorf("%s %s: %s, want %s", x.ledger, x.ask, got, x.want)
		}
	}
}

func TestEveryRoleHasAnAccountInEveryTemplate(t *testing.T) {
	for _, template := range Templates() {
		for _, r := range roleTable {
			if r.in(template) == "" || r.in(template) == "own" {
				t.Errorf("%s has no account in %s", r.role, template)
			}
		}
	}
}
