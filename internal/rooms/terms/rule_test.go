package terms_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kontor/internal/rooms/terms"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// dueCases are base and due days, pair by pair, for one rule each. They were
// written by a program outside of this repository that steps day by day with
// Python's datetime, and are kept as text so that neither the code nor the oracle
// below can move them. TestDueDaysThatWereCheckedByHand says why for a few.
var dueCases = []struct {
	name  string
	rule  terms.Rule
	pairs string
}{
	{"at once", terms.Rule{Kind: terms.Net}, `
		2024-01-31 2024-01-31  2024-02-28 2024-02-28  2024-02-29 2024-02-29  2025-01-31 2025-01-31  2025-02-28 2025-02-28
		2025-12-31 2025-12-31  2026-01-01 2026-01-01  2026-01-29 2026-01-29  2026-01-30 2026-01-30  2026-01-31 2026-01-31
		2026-02-28 2026-02-28  2026-03-31 2026-03-31  2026-11-22 2026-11-22  2027-12-31 2027-12-31  2028-01-31 2028-01-31
		2028-02-29 2028-02-29`},
	{"30 days", terms.Rule{Kind: terms.Net, Days: 30}, `
		2024-01-31 2024-03-01  2024-02-28 2024-03-29  2024-02-29 2024-03-30  2025-01-31 2025-03-02  2025-02-28 2025-03-30
		2025-12-31 2026-01-30  2026-01-01 2026-01-31  2026-01-29 2026-02-28  2026-01-30 2026-03-01  2026-01-31 2026-03-02
		2026-02-28 2026-03-30  2026-03-31 2026-04-30  2026-11-22 2026-12-22  2027-12-31 2028-01-30  2028-01-31 2028-03-01
		2028-02-29 2028-03-30`},
	{"end of month + 45", terms.Rule{Kind: terms.EndOfMonth, Days: 45}, `
		2024-01-31 2024-03-16  2024-02-28 2024-04-14  2024-02-29 2024-04-14  2025-01-31 2025-03-17  2025-02-28 2025-04-14
		2025-12-31 2026-02-14  2026-01-01 2026-03-17  2026-01-29 2026-03-17  2026-01-30 2026-03-17  2026-01-31 2026-03-17
		2026-02-28 2026-04-14  2026-03-31 2026-05-15  2026-11-22 2027-01-14  2027-12-31 2028-02-14  2028-01-31 2028-03-16
		2028-02-29 2028-04-14`},
	{"end of month", terms.Rule{Kind: terms.EndOfMonth}, `
		2024-01-31 2024-01-31  2024-02-28 2024-02-29  2024-02-29 2024-02-29  2025-01-31 2025-01-31  2025-02-28 2025-02-28
		2025-12-31 2025-12-31  2026-01-01 2026-01-31  2026-01-29 2026-01-31  2026-01-30 2026-01-31  2026-01-31 2026-01-31
		2026-02-28 2026-02-28  2026-03-31 2026-03-31  2026-11-22 2026-11-30  2027-12-31 2027-12-31  2028-01-31 2028-01-31
		2028-02-29 2028-02-29`},
	{"end of next month", terms.Rule{Kind: terms.EndOfMonth, Months: 1}, `
		2024-01-31 2024-02-29  2024-02-28 2024-03-31  2024-02-29 2024-03-31  2025-01-31 2025-02-28  2025-02-28 2025-03-31
		2025-12-31 2026-01-31  2026-01-01 2026-02-28  2026-01-29 2026-02-28  2026-01-30 2026-02-28  2026-01-31 2026-02-28
		2026-02-28 2026-03-31  2026-03-31 2026-04-30  2026-11-22 2026-12-31  2027-12-31 2028-01-31  2028-01-31 2028-02-29
		2028-02-29 2028-03-31`},
	{"end of the 3rd month after + 10", terms.Rule{Kind: terms.EndOfMonth, Days: 10, Months: 3}, `
		2024-01-31 2024-05-10  2024-02-28 2024-06-10  2024-02-29 2024-06-10  2025-01-31 2025-05-10  2025-02-28 2025-06-10
		2025-12-31 2026-04-10  2026-01-01 2026-05-10  2026-01-29 2026-05-10  2026-01-30 2026-05-10  2026-01-31 2026-05-10
		2026-02-28 2026-06-10  2026-03-31 2026-07-10  2026-11-22 2027-03-10  2027-12-31 2028-04-10  2028-01-31 2028-05-10
		2028-02-29 2028-06-10`},
	{"10th of next month", terms.Rule{Kind: terms.Nth, Months: 1, Nth: 10}, `
		2024-01-31 2024-02-10  2024-02-28 2024-03-10  2024-02-29 2024-03-10  2025-01-31 2025-02-10  2025-02-28 2025-03-10
		2025-12-31 2026-01-10  2026-01-01 2026-02-10  2026-01-29 2026-02-10  2026-01-30 2026-02-10  2026-01-31 2026-02-10
		2026-02-28 2026-03-10  2026-03-31 2026-04-10  2026-11-22 2026-12-10  2027-12-31 2028-01-10  2028-01-31 2028-02-10
		2028-02-29 2028-03-10`},
	{"the next 10th", terms.Rule{Kind: terms.Nth, Nth: 10}, `
		2024-01-31 2024-02-10  2024-02-28 2024-03-10  2024-02-29 2024-03-10  2025-01-31 2025-02-10  2025-02-28 2025-03-10
		2025-12-31 2026-01-10  2026-01-01 2026-01-10  2026-01-29 2026-02-10  2026-01-30 2026-02-10  2026-01-31 2026-02-10
		2026-02-28 2026-03-10  2026-03-31 2026-04-10  2026-11-22 2026-12-10  2027-12-31 2028-01-10  2028-01-31 2028-02-10
		2028-02-29 2028-03-10`},
	{"the next 31st", terms.Rule{Kind: terms.Nth, Nth: 31}, `
		2024-01-31 2024-01-31  2024-02-28 2024-02-29  2024-02-29 2024-02-29  2025-01-31 2025-01-31  2025-02-28 2025-02-28
		2025-12-31 2025-12-31  2026-01-01 2026-01-31  2026-01-29 2026-01-31  2026-01-30 2026-01-31  2026-01-31 2026-01-31
		2026-02-28 2026-02-28  2026-03-31 2026-03-31  2026-11-22 2026-11-30  2027-12-31 2027-12-31  2028-01-31 2028-01-31
		2028-02-29 2028-02-29`},
	{"30th of the 2nd month after", terms.Rule{Kind: terms.Nth, Months: 2, Nth: 30}, `
		2024-01-31 2024-03-30  2024-02-28 2024-04-30  2024-02-29 2024-04-30  2025-01-31 2025-03-30  2025-02-28 2025-04-30
		2025-12-31 2026-02-28  2026-01-01 2026-03-30  2026-01-29 2026-03-30  2026-01-30 2026-03-30  2026-01-31 2026-03-30
		2026-02-28 2026-04-30  2026-03-31 2026-05-30  2026-11-22 2027-01-30  2027-12-31 2028-02-29  2028-01-31 2028-03-30
		2028-02-29 2028-04-30`},
	{"1 month", terms.Rule{Kind: terms.InMonths, Months: 1}, `
		2024-01-31 2024-02-29  2024-02-28 2024-03-28  2024-02-29 2024-03-29  2025-01-31 2025-02-28  2025-02-28 2025-03-28
		2025-12-31 2026-01-31  2026-01-01 2026-02-01  2026-01-29 2026-02-28  2026-01-30 2026-02-28  2026-01-31 2026-02-28
		2026-02-28 2026-03-28  2026-03-31 2026-04-30  2026-11-22 2026-12-22  2027-12-31 2028-01-31  2028-01-31 2028-02-29
		2028-02-29 2028-03-29`},
	{"12 months", terms.Rule{Kind: terms.InMonths, Months: 12}, `
		2024-01-31 2025-01-31  2024-02-28 2025-02-28  2024-02-29 2025-02-28  2025-01-31 2026-01-31  2025-02-28 2026-02-28
		2025-12-31 2026-12-31  2026-01-01 2027-01-01  2026-01-29 2027-01-29  2026-01-30 2027-01-30  2026-01-31 2027-01-31
		2026-02-28 2027-02-28  2026-03-31 2027-03-31  2026-11-22 2027-11-22  2027-12-31 2028-12-31  2028-01-31 2029-01-31
		2028-02-29 2029-02-28`},
	{"30 days, following", terms.Rule{Kind: terms.Net, Days: 30, Convention: day.Following}, `
		2025-11-27 2025-12-29  2025-12-02 2026-01-02  2026-03-04 2026-04-07  2026-04-01 2026-05-04  2026-04-14 2026-05-15
		2026-04-26 2026-05-26  2026-05-05 2026-06-05  2026-06-30 2026-07-30  2026-09-03 2026-10-05  2026-10-02 2026-11-02
		2026-11-26 2026-12-28  2026-12-02 2027-01-04  2027-01-01 2027-02-01  2027-02-26 2027-03-30  2028-03-31 2028-05-02`},
	{"end of month + 45, following", terms.Rule{Kind: terms.EndOfMonth, Days: 45, Convention: day.Following}, `
		2025-11-27 2026-01-14  2025-12-02 2026-02-16  2026-03-04 2026-05-15  2026-04-01 2026-06-15  2026-04-14 2026-06-15
		2026-04-26 2026-06-15  2026-05-05 2026-07-15  2026-06-30 2026-08-14  2026-09-03 2026-11-16  2026-10-02 2026-12-15
		2026-11-26 2027-01-14  2026-12-02 2027-02-15  2027-01-01 2027-03-17  2027-02-26 2027-04-14  2028-03-31 2028-05-15`},
	{"end of next month, following", terms.Rule{Kind: terms.EndOfMonth, Months: 1, Convention: day.Following}, `
		2025-11-27 2025-12-31  2025-12-02 2026-02-02  2026-03-04 2026-04-30  2026-04-01 2026-06-01  2026-04-14 2026-06-01
		2026-04-26 2026-06-01  2026-05-05 2026-06-30  2026-06-30 2026-07-31  2026-09-03 2026-11-02  2026-10-02 2026-11-30
		2026-11-26 2026-12-31  2026-12-02 2027-02-01  2027-01-01 2027-03-01  2027-02-26 2027-03-31  2028-03-31 2028-05-02`},
	{"1st of next month, following", terms.Rule{Kind: terms.Nth, Months: 1, Nth: 1, Convention: day.Following}, `
		2025-11-27 2025-12-01  2025-12-02 2026-01-02  2026-03-04 2026-04-01  2026-04-01 2026-05-04  2026-04-14 2026-05-04
		2026-04-26 2026-05-04  2026-05-05 2026-06-01  2026-06-30 2026-07-01  2026-09-03 2026-10-01  2026-10-02 2026-11-02
		2026-11-26 2026-12-01  2026-12-02 2027-01-04  2027-01-01 2027-02-01  2027-02-26 2027-03-01  2028-03-31 2028-04-03`},
	{"1 month, following", terms.Rule{Kind: terms.InMonths, Months: 1, Convention: day.Following}, `
		2025-12-31 2026-02-02  2026-01-01 2026-02-02  2026-01-29 2026-03-02  2026-01-30 2026-03-02  2026-01-31 2026-03-02
		2026-02-28 2026-03-30  2026-03-31 2026-04-30  2025-11-27 2025-12-29  2025-12-02 2026-01-02  2026-03-04 2026-04-07
		2026-04-01 2026-05-04  2026-04-14 2026-05-15  2026-04-26 2026-05-26  2026-05-05 2026-06-05  2026-06-30 2026-07-30
		2026-09-03 2026-10-05  2026-10-02 2026-11-02  2026-11-26 2026-12-28  2026-12-02 2027-01-04  2027-01-01 2027-02-01
		2027-02-26 2027-03-30  2028-03-31 2028-05-02`},
	{"30 days, modified-following", terms.Rule{Kind: terms.Net, Days: 30, Convention: day.ModifiedFollowing}, `
		2025-11-27 2025-12-29  2025-12-02 2026-01-02  2026-03-04 2026-04-07  2026-04-01 2026-05-04  2026-04-14 2026-05-15
		2026-04-26 2026-05-26  2026-05-05 2026-06-05  2026-06-30 2026-07-30  2026-09-03 2026-10-05  2026-10-02 2026-11-02
		2026-11-26 2026-12-28  2026-12-02 2027-01-04  2027-01-01 2027-01-29  2027-02-26 2027-03-30  2028-03-31 2028-04-28`},
	{"end of month + 45, modified-following", terms.Rule{Kind: terms.EndOfMonth, Days: 45, Convention: day.ModifiedFollowing}, `
		2025-11-27 2026-01-14  2025-12-02 2026-02-16  2026-03-04 2026-05-15  2026-04-01 2026-06-15  2026-04-14 2026-06-15
		2026-04-26 2026-06-15  2026-05-05 2026-07-15  2026-06-30 2026-08-14  2026-09-03 2026-11-16  2026-10-02 2026-12-15
		2026-11-26 2027-01-14  2026-12-02 2027-02-15  2027-01-01 2027-03-17  2027-02-26 2027-04-14  2028-03-31 2028-05-15`},
	{"end of next month, modified-following", terms.Rule{Kind: terms.EndOfMonth, Months: 1, Convention: day.ModifiedFollowing}, `
		2025-11-27 2025-12-31  2025-12-02 2026-01-30  2026-03-04 2026-04-30  2026-04-01 2026-05-29  2026-04-14 2026-05-29
		2026-04-26 2026-05-29  2026-05-05 2026-06-30  2026-06-30 2026-07-31  2026-09-03 2026-10-30  2026-10-02 2026-11-30
		2026-11-26 2026-12-31  2026-12-02 2027-01-29  2027-01-01 2027-02-26  2027-02-26 2027-03-31  2028-03-31 2028-04-28`},
	{"1st of next month, modified-following", terms.Rule{Kind: terms.Nth, Months: 1, Nth: 1, Convention: day.ModifiedFollowing}, `
		2025-11-27 2025-12-01  2025-12-02 2026-01-02  2026-03-04 2026-04-01  2026-04-01 2026-05-04  2026-04-14 2026-05-04
		2026-04-26 2026-05-04  2026-05-05 2026-06-01  2026-06-30 2026-07-01  2026-09-03 2026-10-01  2026-10-02 2026-11-02
		2026-11-26 2026-12-01  2026-12-02 2027-01-04  2027-01-01 2027-02-01  2027-02-26 2027-03-01  2028-03-31 2028-04-03`},
	{"1 month, modified-following", terms.Rule{Kind: terms.InMonths, Months: 1, Convention: day.ModifiedFollowing}, `
		2025-12-31 2026-01-30  2026-01-01 2026-02-02  2026-01-29 2026-02-27  2026-01-30 2026-02-27  2026-01-31 2026-02-27
		2026-02-28 2026-03-30  2026-03-31 2026-04-30  2025-11-27 2025-12-29  2025-12-02 2026-01-02  2026-03-04 2026-04-07
		2026-04-01 2026-05-04  2026-04-14 2026-05-15  2026-04-26 2026-05-26  2026-05-05 2026-06-05  2026-06-30 2026-07-30
		2026-09-03 2026-10-05  2026-10-02 2026-11-02  2026-11-26 2026-12-28  2026-12-02 2027-01-04  2027-01-01 2027-02-01
		2027-02-26 2027-03-30  2028-03-31 2028-04-28`},
	{"30 days, preceding", terms.Rule{Kind: terms.Net, Days: 30, Convention: day.Preceding}, `
		2025-11-27 2025-12-24  2025-12-02 2025-12-31  2026-03-04 2026-04-02  2026-04-01 2026-04-30  2026-04-14 2026-05-13
		2026-04-26 2026-05-26  2026-05-05 2026-06-03  2026-06-30 2026-07-30  2026-09-03 2026-10-02  2026-10-02 2026-10-30
		2026-11-26 2026-12-24  2026-12-02 2026-12-31  2027-01-01 2027-01-29  2027-02-26 2027-03-25  2028-03-31 2028-04-28`},
	{"end of month + 45, preceding", terms.Rule{Kind: terms.EndOfMonth, Days: 45, Convention: day.Preceding}, `
		2025-11-27 2026-01-14  2025-12-02 2026-02-13  2026-03-04 2026-05-15  2026-04-01 2026-06-12  2026-04-14 2026-06-12
		2026-04-26 2026-06-12  2026-05-05 2026-07-15  2026-06-30 2026-08-14  2026-09-03 2026-11-13  2026-10-02 2026-12-15
		2026-11-26 2027-01-14  2026-12-02 2027-02-12  2027-01-01 2027-03-17  2027-02-26 2027-04-14  2028-03-31 2028-05-15`},
	{"end of next month, preceding", terms.Rule{Kind: terms.EndOfMonth, Months: 1, Convention: day.Preceding}, `
		2025-11-27 2025-12-31  2025-12-02 2026-01-30  2026-03-04 2026-04-30  2026-04-01 2026-05-29  2026-04-14 2026-05-29
		2026-04-26 2026-05-29  2026-05-05 2026-06-30  2026-06-30 2026-07-31  2026-09-03 2026-10-30  2026-10-02 2026-11-30
		2026-11-26 2026-12-31  2026-12-02 2027-01-29  2027-01-01 2027-02-26  2027-02-26 2027-03-31  2028-03-31 2028-04-28`},
	{"1st of next month, preceding", terms.Rule{Kind: terms.Nth, Months: 1, Nth: 1, Convention: day.Preceding}, `
		2025-11-27 2025-12-01  2025-12-02 2025-12-31  2026-03-04 2026-04-01  2026-04-01 2026-04-30  2026-04-14 2026-04-30
		2026-04-26 2026-04-30  2026-05-05 2026-06-01  2026-06-30 2026-07-01  2026-09-03 2026-10-01  2026-10-02 2026-10-30
		2026-11-26 2026-12-01  2026-12-02 2026-12-31  2027-01-01 2027-02-01  2027-02-26 2027-03-01  2028-03-31 2028-03-31`},
	{"1 month, preceding", terms.Rule{Kind: terms.InMonths, Months: 1, Convention: day.Preceding}, `
		2025-12-31 2026-01-30  2026-01-01 2026-01-30  2026-01-29 2026-02-27  2026-01-30 2026-02-27  2026-01-31 2026-02-27
		2026-02-28 2026-03-27  2026-03-31 2026-04-30  2025-11-27 2025-12-24  2025-12-02 2026-01-02  2026-03-04 2026-04-02
		2026-04-01 2026-04-30  2026-04-14 2026-05-13  2026-04-26 2026-05-26  2026-05-05 2026-06-05  2026-06-30 2026-07-30
		2026-09-03 2026-10-02  2026-10-02 2026-11-02  2026-11-26 2026-12-24  2026-12-02 2026-12-31  2027-01-01 2027-02-01
		2027-02-26 2027-03-25  2028-03-31 2028-04-28`},
	{"30 days, only Thursdays", terms.Rule{Kind: terms.Net, Days: 30, Weekday: "thursday"}, `
		2025-11-27 2026-01-01  2025-12-02 2026-01-01  2026-03-04 2026-04-09  2026-04-01 2026-05-07  2026-04-14 2026-05-14
		2026-04-26 2026-05-28  2026-05-05 2026-06-04  2026-06-30 2026-07-30  2026-09-03 2026-10-08  2026-10-02 2026-11-05
		2026-11-26 2026-12-31  2026-12-02 2027-01-07  2027-01-01 2027-02-04  2027-02-26 2027-04-01  2028-03-31 2028-05-04`},
	{"30 days, following, only Thursdays", terms.Rule{Kind: terms.Net, Days: 30, Convention: day.Following, Weekday: "thursday"}, `
		2025-11-27 2026-01-08  2025-12-02 2026-01-08  2026-03-04 2026-04-09  2026-04-01 2026-05-07  2026-04-14 2026-05-21
		2026-04-26 2026-05-28  2026-05-05 2026-06-11  2026-06-30 2026-07-30  2026-09-03 2026-10-08  2026-10-02 2026-11-05
		2026-11-26 2026-12-31  2026-12-02 2027-01-07  2027-01-01 2027-02-04  2027-02-26 2027-04-01  2028-03-31 2028-05-04`},
	{"30 days, preceding, only Fridays", terms.Rule{Kind: terms.Net, Days: 30, Convention: day.Preceding, Weekday: "friday"}, `
		2025-11-27 2026-01-02  2025-12-02 2026-01-02  2026-03-04 2026-04-10  2026-04-01 2026-05-08  2026-04-14 2026-05-15
		2026-04-26 2026-05-29  2026-05-05 2026-06-05  2026-06-30 2026-07-31  2026-09-03 2026-10-02  2026-10-02 2026-10-30
		2026-11-26 2027-01-08  2026-12-02 2027-01-08  2027-01-01 2027-01-29  2027-02-26 2027-04-02  2028-03-31 2028-04-28`},
	{"end of next month, modified-following, only Mondays", terms.Rule{Kind: terms.EndOfMonth, Months: 1, Convention: day.ModifiedFollowing, Weekday: "monday"}, `
		2025-11-27 2026-01-05  2025-12-02 2026-02-02  2026-03-04 2026-05-04  2026-04-01 2026-06-01  2026-04-14 2026-06-01
		2026-04-26 2026-06-01  2026-05-05 2026-07-06  2026-06-30 2026-08-03  2026-09-03 2026-11-02  2026-10-02 2026-11-30
		2026-11-26 2027-01-04  2026-12-02 2027-02-01  2027-01-01 2027-03-01  2027-02-26 2027-04-05  2028-03-31 2028-05-08`},
}

// holidays are those of Bavaria. The movable ones follow from Easter: 5 Apr
// 2026, 28 Mar 2027, 16 Apr 2028.
const holidays = `
	2023-01-01 2023-01-06 2023-04-07 2023-04-10 2023-05-01 2023-05-18 2023-05-29 2023-06-08 2023-10-03 2023-11-01 2023-12-25 2023-12-26
	2024-01-01 2024-01-06 2024-03-29 2024-04-01 2024-05-01 2024-05-09 2024-05-20 2024-05-30 2024-10-03 2024-11-01 2024-12-25 2024-12-26
	2025-01-01 2025-01-06 2025-04-18 2025-04-21 2025-05-01 2025-05-29 2025-06-09 2025-06-19 2025-10-03 2025-11-01 2025-12-25 2025-12-26
	2026-01-01 2026-01-06 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-06-04 2026-10-03 2026-11-01 2026-12-25 2026-12-26
	2027-01-01 2027-01-06 2027-03-26 2027-03-29 2027-05-01 2027-05-06 2027-05-17 2027-05-27 2027-10-03 2027-11-01 2027-12-25 2027-12-26
	2028-01-01 2028-01-06 2028-04-14 2028-04-17 2028-05-01 2028-05-25 2028-06-05 2028-06-15 2028-10-03 2028-11-01 2028-12-25 2028-12-26
	2029-01-01 2029-01-06 2029-03-30 2029-04-02 2029-05-01 2029-05-10 2029-05-21 2029-05-31 2029-10-03 2029-11-01 2029-12-25 2029-12-26
	2030-01-01 2030-01-06 2030-04-19 2030-04-22 2030-05-01 2030-05-30 2030-06-10 2030-06-20 2030-10-03 2030-11-01 2030-12-25 2030-12-26
`

var free = func() map[day.Day]bool {
	m := map[day.Day]bool{}
	for _, d := range strings.Fields(holidays) {
		m[day.Must(d)] = true
	}
	return m
}()

func bavaria(d day.Day) bool { return free[d] }

func TestDueDaysAreThoseOfTheTable(t *testing.T) {
	n := 0
	for _, c := range dueCases {
		if err := c.rule.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		days := strings.Fields(c.pairs)
		for i := 0; i < len(days); i += 2 {
			base, want := day.Must(days[i]), day.Must(days[i+1])
			if got := c.rule.Due(base, bavaria); got != want {
				t.Errorf("%s from %s: due %s, want %s", c.name, base, got, want)
			}
			if got := oracle(c.rule, base, bavaria); got != want {
				t.Errorf("%s from %s: the oracle says %s, the table %s", c.name, base, got, want)
			}
			n++
		}
	}
	if n < 300 {
		t.Errorf("the table has only %d cases", n)
	}
}

func TestDueDaysThatWereCheckedByHand(t *testing.T) {
	for _, c := range []struct {
		why       string
		rule      terms.Rule
		base, due day.Day
	}{
		{"the month has 30 days, so 30 days later is the same day", terms.Rule{Kind: terms.Net, Days: 30}, "2026-11-22", "2026-12-22"},
		{"30 days from 31 Jan pass a short February", terms.Rule{Kind: terms.Net, Days: 30}, "2026-01-31", "2026-03-02"},
		{"in a leap year they end a day earlier", terms.Rule{Kind: terms.Net, Days: 30}, "2024-01-31", "2024-03-01"},
		{"a year of days over a leap day", terms.Rule{Kind: terms.Net, Days: 365}, "2024-02-28", "2025-02-27"},
		{"31 Jan + 45: 28 in February leave 17 in March", terms.Rule{Kind: terms.EndOfMonth, Days: 45}, "2026-01-15", "2026-03-17"},
		{"29 in February leave 16", terms.Rule{Kind: terms.EndOfMonth, Days: 45}, "2024-01-15", "2024-03-16"},
		{"the end of the month is its own end", terms.Rule{Kind: terms.EndOfMonth, Days: 45}, "2026-01-31", "2026-03-17"},
		{"the end of the month after February is the 31st, not the 28th", terms.Rule{Kind: terms.EndOfMonth, Months: 1}, "2026-02-28", "2026-03-31"},
		{"the end of next month seen from 31 Jan is not in March", terms.Rule{Kind: terms.EndOfMonth, Months: 1}, "2026-01-31", "2026-02-28"},
		{"over the year's end", terms.Rule{Kind: terms.EndOfMonth, Months: 2}, "2026-12-10", "2027-02-28"},
		{"10th of next month from the first", terms.Rule{Kind: terms.Nth, Nth: 10, Months: 1}, "2026-11-01", "2026-12-10"},
		{"10th of next month from the last", terms.Rule{Kind: terms.Nth, Nth: 10, Months: 1}, "2026-11-30", "2026-12-10"},
		{"on the 10th, the next 10th is today", terms.Rule{Kind: terms.Nth, Nth: 10}, "2026-11-10", "2026-11-10"},
		{"on the 11th it is next month", terms.Rule{Kind: terms.Nth, Nth: 10}, "2026-11-11", "2026-12-10"},
		{"past the 10th does not matter when a month is given", terms.Rule{Kind: terms.Nth, Nth: 10, Months: 1}, "2026-11-11", "2026-12-10"},
		{"the 31st of a month of 30", terms.Rule{Kind: terms.Nth, Nth: 31, Months: 1}, "2026-10-31", "2026-11-30"},
		{"the 30th of February", terms.Rule{Kind: terms.Nth, Nth: 30, Months: 1}, "2028-01-30", "2028-02-29"},
		{"31 Jan + 1 month", terms.Rule{Kind: terms.InMonths, Months: 1}, "2026-01-31", "2026-02-28"},
		{"31 Jan + 1 month in a leap year", terms.Rule{Kind: terms.InMonths, Months: 1}, "2024-01-31", "2024-02-29"},
		{"31 Jan + 2 months does not remember February", terms.Rule{Kind: terms.InMonths, Months: 2}, "2026-01-31", "2026-03-31"},
		{"the leap day a year later", terms.Rule{Kind: terms.InMonths, Months: 12}, "2024-02-29", "2025-02-28"},
		{"22 Nov 2026 is a Sunday", terms.Rule{Kind: terms.Net, Convention: day.Following}, "2026-11-22", "2026-11-23"},
		{"and by default stays one", terms.Rule{Kind: terms.Net}, "2026-11-22", "2026-11-22"},
		{"Good Friday to Easter Monday 2026 are all free", terms.Rule{Kind: terms.Net, Convention: day.Following}, "2026-04-03", "2026-04-07"},
		{"before Good Friday", terms.Rule{Kind: terms.Net, Convention: day.Preceding}, "2026-04-06", "2026-04-02"},
		{"Saturday 31 Oct: the next business day would be in November", terms.Rule{Kind: terms.Net, Convention: day.ModifiedFollowing}, "2026-10-31", "2026-10-30"},
		{"Sunday 22 Nov: the next business day is in November", terms.Rule{Kind: terms.Net, Convention: day.ModifiedFollowing}, "2026-11-22", "2026-11-23"},
		{"New Year's Day back over the year's end", terms.Rule{Kind: terms.Net, Convention: day.Preceding}, "2027-01-01", "2026-12-31"},
		{"a Sunday moves to the next Thursday", terms.Rule{Kind: terms.Net, Weekday: "thursday"}, "2026-11-22", "2026-11-26"},
		{"a Thursday is one", terms.Rule{Kind: terms.Net, Weekday: "thursday"}, "2026-11-26", "2026-11-26"},
		{"a Friday waits six days", terms.Rule{Kind: terms.Net, Weekday: "thursday"}, "2026-11-27", "2026-12-03"},
		{"Ascension is a Thursday: with a convention the week after", terms.Rule{Kind: terms.Net, Weekday: "thursday", Convention: day.Following}, "2026-05-12", "2026-05-21"},
		{"without one it stays", terms.Rule{Kind: terms.Net, Weekday: "thursday"}, "2026-05-12", "2026-05-14"},
		{"two Fridays in a row are free, 25 Dec 2026 and 1 Jan 2027", terms.Rule{Kind: terms.Net, Weekday: "friday", Convention: day.Following}, "2026-12-21", "2027-01-08"},
	} {
		if err := c.rule.Validate(); err != nil {
			t.Errorf("%s: %v", c.why, err)
		}
		if got := c.rule.Due(c.base, bavaria); got != c.due {
			t.Errorf("%s: from %s due %s, want %s", c.why, c.base, got, c.due)
		}
		if got := oracle(c.rule, c.base, bavaria); got != c.due {
			t.Errorf("%s: the oracle says %s, want %s", c.why, got, c.due)
		}
	}
	if got := (terms.Rule{Kind: terms.Net, Days: 1, Convention: day.Following}).Due("2026-04-02", nil); got != "2026-04-03" {
		t.Errorf("without a calendar Good Friday is a Friday, got %s", got)
	}
}

// oracle finds the due day by walking a time.Time day by day; it does no
// arithmetic on months and uses nothing of package day but the names.
func oracle(r terms.Rule, base day.Day, h day.Holidays) day.Day {
	at, err := time.Parse(time.DateOnly, string(base))
	if err != nil {
		panic(err)
	}
	step := func(n int) { at = at.Add(time.Duration(n) * 24 * time.Hour) }
	last := func() bool { return at.Add(24*time.Hour).Month() != at.Month() }
	walkToEnd := func() {
		for !last() {
			step(1)
		}
	}
	open := func() bool {
		return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && !h(day.Day(at.Format(time.DateOnly)))
	}

	switch r.Kind {
	case terms.Net:
		for range r.Days {
			step(1)
		}
	case terms.EndOfMonth:
		walkToEnd()
		for range r.Months {
			step(1)
			walkToEnd()
		}
		for range r.Days {
			step(1)
		}
	case terms.Nth, terms.InMonths:
		want := r.Nth
		if r.Kind == terms.InMonths {
			want = at.Day()
		}
		for range r.Months {
			walkToEnd()
			step(1)
		}
		for at.Day() != want && (!last() || at.Day() > want) {
			step(1)
		}
	}

	if moves := r.Convention != "" && r.Convention != day.None; moves || r.Weekday != "" {
		if moves && !open() {
			from := at
			back := r.Convention == day.Preceding
			for !back && !open() {
				step(1)
			}
			if r.Convention == day.ModifiedFollowing && at.Month() != from.Month() {
				back = true
			}
			if back {
				for at = from; !open(); {
					step(-1)
				}
			}
		}
		for r.Weekday != "" && (strings.ToLower(at.Weekday().String()) != r.Weekday || moves && !open()) {
			step(1)
		}
	}
	return day.Day(at.Format(time.DateOnly))
}

func anyRule() *rapid.Generator[terms.Rule] {
	return rapid.Custom(func(t *rapid.T) terms.Rule {
		r := terms.Rule{
			Kind:       rapid.SampledFrom([]string{terms.Net, terms.EndOfMonth, terms.Nth, terms.InMonths}).Draw(t, "kind"),
			Convention: rapid.SampledFrom([]day.Convention{"", day.None, day.Following, day.ModifiedFollowing, day.Preceding}).Draw(t, "convention"),
			Weekday:    rapid.SampledFrom([]string{"", "", "monday", "tuesday", "wednesday", "thursday", "friday"}).Draw(t, "weekday"),
		}
		if r.Kind == terms.Net || r.Kind == terms.EndOfMonth {
			r.Days = rapid.IntRange(0, 120).Draw(t, "days")
		}
		if r.Kind != terms.Net {
			r.Months = rapid.IntRange(0, 14).Draw(t, "months")
		}
		if r.Kind == terms.Nth {
			r.Nth = rapid.IntRange(1, 31).Draw(t, "nth")
		}
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 90), 0, 3, rapid.ID[int]).Draw(t, "discounts")
		slices.Sort(days)
		for i, d := range days {
			r.Discounts = append(r.Discounts, terms.Discount{Percent: []string{"3", "2.25", "0.5"}[i], Days: d})
		}
		offsets := rapid.SliceOfNDistinct(rapid.IntRange(0, 365), 0, 4, rapid.ID[int]).Draw(t, "instalments")
		slices.Sort(offsets)
		for i, d := range offsets {
			percent := [][]string{{"100"}, {"33.3", "66.7"}, {"30", "30.5", "39.5"}, {"10", "20", "30", "40"}}[len(offsets)-1][i]
			r.Instalments = append(r.Instalments, terms.Instalment{Percent: percent, Days: d})
		}
		return r
	})
}

func anyBase() *rapid.Generator[day.Day] {
	return rapid.Map(rapid.IntRange(0, 4*365), func(n int) day.Day {
		return day.Day(time.Date(2024, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	})
}

func TestDueDaysAgreeWithWalkingTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, base := anyRule().Draw(t, "rule"), anyBase().Draw(t, "base")
		if got, want := r.Due(base, bavaria), oracle(r, base, bavaria); got != want {
			t.Fatalf("due %s, want %s", got, want)
		}
	})
}

func TestRulesComeBackFromJSONAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule().Draw(t, "rule")
		back, err := terms.Parse(r.JSON())
		if err != nil || back.JSON() != r.JSON() {
			t.Fatalf("%s comes back as %s, %v", r.JSON(), back.JSON(), err)
		}
	})
	const stored = `{"kind":"eom","days":10,"months":1,"convention":"following","weekday":"thursday","discounts":[{"percent":"2","days":10}],"instalments":[{"percent":"100","days":0}]}`
	r, err := terms.Parse(stored)
	if err != nil || r.JSON() != stored {
		t.Errorf("the stored form changed: %s, %v", r.JSON(), err)
	}
	if r, err := terms.Parse(` {"kind":"nth","nth":10,"months":1} `); err != nil || r.Nth != 10 {
		t.Errorf("%v, %v", r, err)
	}
}

func TestRulesThatMakeNoSenseAreRefusedAtTheirField(t *testing.T) {
	for text, paths := range map[string]string{
		`{"kind":"net","days":-1}`:                                   "days",
		`{"kind":"net","days":3661}`:                                 "days",
		`{"kind":"net","months":1}`:                                  "months",
		`{"kind":"net","nth":1}`:                                     "nth",
		`{"kind":"eom","nth":1}`:                                     "nth",
		`{"kind":"eom","months":121}`:                                "months",
		`{"kind":"nth"}`:                                             "nth",
		`{"kind":"nth","nth":32}`:                                    "nth",
		`{"kind":"nth","nth":5,"days":1}`:                            "days",
		`{"kind":"months","days":1,"nth":2}`:                         "days nth",
		`{"kind":"weeks"}`:                                           "kind",
		`{}`:                                                         "kind",
		`{"kind":"net","convention":"backwards"}`:                    "convention",
		`{"kind":"net","weekday":"Thursday"}`:                        "weekday",
		`{"kind":"net","weekday":"sunday"}`:                          "weekday",
		`{"kind":"net","discounts":[{"percent":"2,5","days":10}]}`:   "discounts[0].percent",
		`{"kind":"net","discounts":[{"percent":"0","days":10}]}`:     "discounts[0].percent",
		`{"kind":"net","discounts":[{"percent":"-2","days":10}]}`:    "discounts[0].percent",
		`{"kind":"net","discounts":[{"percent":"100.1","days":10}]}`: "discounts[0].percent",
		`{"kind":"net","discounts":[{"percent":"2","days":-1}]}`:     "discounts[0].days",
		`{"kind":"net","discounts":[{"percent":"2","days":10},{"percent":"3","days":20}]}`:                                "discounts[1]",
		`{"kind":"net","discounts":[{"percent":"2","days":10},{"percent":"3","days":10}]}`:                                "discounts[1]",
		`{"kind":"net","discounts":[{"percent":"2","days":10},{"percent":"2.0","days":20}]}`:                              "discounts[1]",
		`{"kind":"net","discounts":[{"percent":"2","days":20},{"percent":"2.0","days":10}]}`:                              "discounts[1]",
		`{"kind":"net","discounts":[{"percent":"3","days":20},{"percent":"2","days":10}]}`:                                "discounts[1]",
		`{"kind":"net","instalments":[{"percent":"50","days":0}]}`:                                                        "instalments",
		`{"kind":"net","instalments":[{"percent":"60","days":0},{"percent":"60","days":1}]}`:                              "instalments",
		`{"kind":"net","instalments":[{"percent":"33.33","days":0},{"percent":"66.66","days":30}]}`:                       "instalments",
		`{"kind":"net","instalments":[{"percent":"50","days":0},{"percent":"50","days":0}]}`:                              "instalments[1].days",
		`{"kind":"net","instalments":[{"percent":"50","days":30},{"percent":"50","days":0}]}`:                             "instalments[1].days",
		`{"kind":"net","instalments":[{"percent":"100","days":-5}]}`:                                                      "instalments[0].days",
		`{"kind":"net","days":-1,"convention":"x","weekday":"y"}`:                                                         "days convention weekday",
		`{"kind":"net","instalments":[` + strings.Repeat(`{"percent":"1","days":1},`, 120) + `{"percent":"1","days":1}]}`: "instalments ...",
	} {
		_, err := terms.Parse(text)
		f, ok := fault.Of(err)
		if !ok || !errors.Is(err, terms.Invalid) {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := f.Path
		for _, also := range f.Also {
			got += " " + also.Path
		}
		if want, some := strings.CutSuffix(paths, " ..."); got != want && !(some && strings.HasPrefix(got, want+" ")) {
			t.Errorf("%s is refused at %s, want %s", text, got, paths)
		}
	}
	for _, text := range []string{``, `null`, `[]`, `"net"`, `{"kind":"net"} x`, `{"kind":"net"}{"kind":"net"}`, `{"kind":"net","day":30}`, `{"kind":"net","days":"30"}`, `{"kind":"net","days":1.5}`, `{"kind":"net","discounts":[{"percent":2,"days":10}]}`, `{`} {
		if r, err := terms.Parse(text); !errors.Is(err, terms.Invalid) || r.Kind != "" {
			t.Errorf("Parse(%s) = %v, %v", text, r, err)
		}
	}
}

func TestDiscountsMayStandInAnyOrder(t *testing.T) {
	for _, text := range []string{
		`{"kind":"net","days":30,"discounts":[{"percent":"3","days":10},{"percent":"2","days":20}]}`,
		`{"kind":"net","days":30,"discounts":[{"percent":"2","days":20},{"percent":"3","days":10}]}`,
	} {
		if _, err := terms.Parse(text); err != nil {
			t.Error(err)
		}
	}
}

func TestUsingARuleThatWasNotValidatedIsABug(t *testing.T) {
	for _, f := range []func(){
		func() { terms.Rule{}.Due("2026-11-22", nil) },
		func() { terms.Rule{Kind: terms.Net}.Due("", nil) },
		func() { terms.Rule{Kind: terms.Net}.Parts(100, "", nil) },
		func() {
			terms.Rule{Kind: terms.Net, Weekday: "friday", Convention: day.Following}.Due("2026-11-22", func(d day.Day) bool { return d.Weekday() == time.Friday })
		},
		func() {
			terms.Rule{Kind: terms.Net, Instalments: []terms.Instalment{{Percent: "x"}}}.Parts(100, "2026-11-22", nil)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("does not panic")
				}
			}()
			f()
		}()
	}
}

func TestPartsHaveTheirOwnDueDaysAndWindows(t *testing.T) {
	r := terms.Rule{
		Kind: terms.Net, Days: 30, Convention: day.Following,
		Discounts:   []terms.Discount{{Percent: "3", Days: 10}, {Percent: "2", Days: 20}},
		Instalments: []terms.Instalment{{Percent: "33.33", Days: 0}, {Percent: "33.33", Days: 30}, {Percent: "33.34", Days: 60}},
	}
	got := r.Parts(10001, "2026-11-22", bavaria)
	want := []terms.Part{
		// 3333.3333 each and 3334.3334: the unit left over goes to the largest rest, the last part's.
		{No: 1, Amount: 3333, DueOn: "2026-12-22", Tiers: []terms.Tier{{Percent: "3", Until: "2026-12-02"}, {Percent: "2", Until: "2026-12-12"}}},
		{No: 2, Amount: 3333, DueOn: "2027-01-21", Tiers: []terms.Tier{{Percent: "3", Until: "2027-01-01"}, {Percent: "2", Until: "2027-01-11"}}},
		{No: 3, Amount: 3335, DueOn: "2027-02-22", Tiers: []terms.Tier{{Percent: "3", Until: "2027-01-31"}, {Percent: "2", Until: "2027-02-10"}}}, // 20 Feb is a Saturday
	}
	if !slices.EqualFunc(got, want, func(a, b terms.Part) bool {
		return a.No == b.No && a.Amount == b.Amount && a.DueOn == b.DueOn && slices.Equal(a.Tiers, b.Tiers)
	}) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	one := terms.Rule{Kind: terms.Net, Days: 14}.Parts(-500, "2026-11-22", nil)
	if len(one) != 1 || one[0].No != 1 || one[0].Amount != -500 || one[0].DueOn != "2026-12-06" || one[0].Tiers != nil {
		t.Errorf("%v", one)
	}
}

func TestPartsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, base := anyRule().Draw(t, "rule"), anyBase().Draw(t, "base")
		gross := rapid.Int64().Draw(t, "gross")
		var sum int64
		parts := r.Parts(gross, base, bavaria)
		for i, p := range parts {
			sum += p.Amount
			offset := 0
			if len(r.Instalments) > 0 {
				offset = r.Instalments[i].Days
			}
			if p.No != i+1 || len(p.Tiers) != len(r.Discounts) || p.DueOn != oracle(r, base.AddDays(offset), bavaria) {
				t.Fatalf("part %d is %v", i, p)
			}
		}
		if sum != gross || len(parts) != max(1, len(r.Instalments)) {
			t.Fatalf("%d parts sum to %d, not %d", len(parts), sum, gross)
		}
	})
}

func TestTheBestTierOpenOnTheValueDateApplies(t *testing.T) {
	tiers := []terms.Tier{{Percent: "2", Until: "2026-12-12"}, {Percent: "10", Until: "2026-12-02"}, {Percent: "9.5", Until: "2026-12-05"}}
	for _, c := range []struct {
		on    day.Day
		grace int
		want  string
	}{
		{"2026-11-22", 0, "10"}, {"2026-12-02", 0, "10"}, {"2026-12-03", 0, "9.5"}, {"2026-12-05", 0, "9.5"}, {"2026-12-06", 0, "2"},
		{"2026-12-12", 0, "2"}, {"2026-12-13", 0, ""}, {"2026-12-13", 1, "2"}, {"2026-12-14", 1, ""}, {"2026-12-05", 3, "10"}, {"2026-12-06", 3, "9.5"},
		{"2026-12-16", 3, ""}, {"2026-01-01", 0, "10"},
	} {
		got, ok := terms.TierOn(tiers, c.on, c.grace)
		if ok != (c.want != "") || got.Percent != c.want {
			t.Errorf("on %s with %d days of grace: %v, %v; want %q", c.on, c.grace, got, ok, c.want)
		}
	}
	if got, ok := terms.TierOn(nil, "2026-12-01", 9); ok || got != (terms.Tier{}) {
		t.Errorf("without tiers: %v", got)
	}
}

func TestTextSaysTheRuleInEnglish(t *testing.T) {
	for text, r := range map[string]terms.Rule{
		"30 days net, 2 % within 10 days":                     {Kind: terms.Net, Days: 30, Discounts: []terms.Discount{{Percent: "2", Days: 10}}},
		"30 days net, 3 % within 10 days, 2 % within 20 days": {Kind: terms.Net, Days: 30, Discounts: []terms.Discount{{Percent: "3", Days: 10}, {Percent: "2", Days: 20}}},
		"due at once":                            {Kind: terms.Net},
		"1 day net, 5 % at once":                 {Kind: terms.Net, Days: 1, Discounts: []terms.Discount{{Percent: "5"}}},
		"end of month":                           {Kind: terms.EndOfMonth},
		"end of month + 45 days":                 {Kind: terms.EndOfMonth, Days: 45},
		"end of next month":                      {Kind: terms.EndOfMonth, Months: 1},
		"end of the 2nd month after + 1 day":     {Kind: terms.EndOfMonth, Months: 2, Days: 1},
		"10th of next month":                     {Kind: terms.Nth, Nth: 10, Months: 1},
		"on the next 15th of a month":            {Kind: terms.Nth, Nth: 15},
		"23rd of the 11th month after":           {Kind: terms.Nth, Nth: 23, Months: 11},
		"1 month net":                            {Kind: terms.InMonths, Months: 1},
		"3 months net; on the next business day": {Kind: terms.InMonths, Months: 3, Convention: day.Following},
		"30 days net; on the business day before; paid on Thursdays":                                      {Kind: terms.Net, Days: 30, Convention: day.Preceding, Weekday: "thursday"},
		"end of month; on the next business day of the same month, or else the one before":                {Kind: terms.EndOfMonth, Convention: day.ModifiedFollowing},
		"30 days net, 2 % within 10 days; in instalments of 50 %, 25 % after 30 days, 25 % after 60 days": {Kind: terms.Net, Days: 30, Discounts: []terms.Discount{{Percent: "2", Days: 10}}, Instalments: []terms.Instalment{{"50", 0}, {"25", 30}, {"25", 60}}},
	} {
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got := r.Text(); got != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
}
