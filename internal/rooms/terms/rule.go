// Package terms owns payment terms and business calendars: when something is
// due, in which parts, and what is off for paying early. It knows nothing of
// orders or invoices; they ask with an amount and a base day and keep the answer.
//
// All dates are civil days in the company's zone (package day), computed from
// the base day each time and never from an earlier result.
package terms

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/money"
)

// Invalid is the rule that terms of payment make sense; the path names the field.
var Invalid = fault.Rule{Kind: fault.Invalid, Code: "terms.invalid"}

// The kinds of Rule.
const (
	Net        = "net"    // base + Days
	EndOfMonth = "eom"    // the end of the month that is Months after the base's, + Days
	Nth        = "nth"    // the Nth day of the month that is Months after the base's
	InMonths   = "months" // base + Months
)

// Bounds that no real terms reach; they keep a typing error from making a date
// in another century.
const (
	maxDays        = 3660
	maxMonths      = 120
	maxInstalments = 120
)

// Rule says when money is due, counted from a base day (the invoice date, the
// delivery date: the caller decides). It is stored as JSON.
type Rule struct {
	// Kind is Net, EndOfMonth, Nth or InMonths.
	Kind string `json:"kind"`
	// Days counts calendar days, of Net and EndOfMonth.
	Days int `json:"days,omitempty"`
	// Months counts calendar months, of EndOfMonth, Nth and InMonths.
	Months int `json:"months,omitempty"`
	// Nth is the day of the month, of kind Nth; months that are shorter have
	// their last day instead. With Months 0 a base later in the month than
	// this is due next month.
	Nth int `json:"nth,omitempty"`
	// Convention moves a due day that is no business day; "" leaves it.
	Convention day.Convention `json:"convention,omitempty"`
	// Weekday, "monday" to "friday", is the only day on which the customer
	// pays: after the convention the due day moves on to the next such day,
	// and further by weeks past holidays when there is a convention. "" is
	// any day.
	Weekday string `json:"weekday,omitempty"`
	// Discounts are what is off for paying early, none or several tiers.
	Discounts []Discount `json:"discounts,omitempty"`
	// Instalments are the parts to pay in; none means one part of everything.
	Instalments []Instalment `json:"instalments,omitempty"`
}

// Discount is one tier: Percent off when paid within Days days of the base.
type Discount struct {
	Percent string `json:"percent"` // decimal text, "2.5"
	Days    int    `json:"days"`    // calendar days from the base
}

// Instalment is one part: Percent of the whole, by the rule counted from a base
// that is Days days later.
type Instalment struct {
	Percent string `json:"percent"` // decimal text; all together 100
	Days    int    `json:"days"`    // calendar days added to the base
}

// Parse reads a stored rule and validates it. Text that is no JSON, unknown
// fields and rules that make no sense are refused with Invalid.
func Parse(jsonText string) (Rule, error) {
	in := json.NewDecoder(strings.NewReader(jsonText))
	in.DisallowUnknownFields()
	var r Rule
	if err := in.Decode(&r); err != nil {
		return Rule{}, Invalid.Because("cannot read the payment terms: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := in.Token(); err != io.EOF {
		return Rule{}, Invalid.Because("cannot read the payment terms: there is more text after them")
	}
	if err := r.Validate(); err != nil {
		return Rule{}, err
	}
	return r, nil
}

// JSON gives the form that Parse reads and the database stores.
func (r Rule) JSON() string {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(r); err != nil {
		panic("terms: " + err.Error()) // texts and numbers always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Validate gives all faults of the rule as one error, each with the path of its
// field, or nil.
func (r Rule) Validate() error {
	var errs []error
	no := func(path, format string, args ...any) {
		errs = append(errs, Invalid.Because(format, args...).At(path))
	}
	between := func(path string, n, low, high int) {
		if n < low || n > high {
			no(path, "%d is not possible: it must be between %d and %d", n, low, high)
		}
	}
	// A number that the kind does not use is refused, because whoever wrote it
	// expects it to count.
	unused := func(path string, n int) {
		if n != 0 {
			no(path, "terms of kind %q do not use %s", r.Kind, path)
		}
	}
	switch r.Kind {
	case Net:
		between("days", r.Days, 0, maxDays)
		unused("months", r.Months)
		unused("nth", r.Nth)
	case EndOfMonth:
		between("days", r.Days, 0, maxDays)
		between("months", r.Months, 0, maxMonths)
		unused("nth", r.Nth)
	case Nth:
		between("nth", r.Nth, 1, 31)
		between("months", r.Months, 0, maxMonths)
		unused("days", r.Days)
	case InMonths:
		between("months", r.Months, 0, maxMonths)
		unused("days", r.Days)
		unused("nth", r.Nth)
	default:
		no("kind", "there are no payment terms of kind %.40q: use net, eom, nth or months", r.Kind)
	}
	if !r.Convention.Valid() {
		no("convention", "there is no convention %.40q: use none, following, modified-following or preceding", string(r.Convention))
	}
	if _, ok := weekday(r.Weekday); !ok && r.Weekday != "" {
		no("weekday", "%.40q is not possible as the day of payment: use monday to friday, or leave it empty", r.Weekday)
	}

	percent := func(path, s string, most dec.D) dec.D {
		p, err := dec.Parse(s)
		if err != nil {
			no(path, "cannot read %.40q as a percentage: write plain digits such as 2.5", s)
		} else if p.Sign() <= 0 || p.Cmp(most) > 0 {
			no(path, "%s %% is not possible: it must be more than 0 and at most %s", p, most)
		}
		return p
	}
	offs := make([]dec.D, len(r.Discounts))
	for i, d := range r.Discounts {
		offs[i] = percent(fmt.Sprintf("discounts[%d].percent", i), d.Percent, hundred)
		between(fmt.Sprintf("discounts[%d].days", i), d.Days, 0, maxDays)
		for j, e := range r.Discounts[:i] {
			// Waiting longer must cost something, or one of the two is never used.
			if less := offs[i].Cmp(offs[j]); less == 0 || d.Days == e.Days || (d.Days > e.Days) != (less < 0) {
				no(fmt.Sprintf("discounts[%d]", i), "%s %% within %d days and %s %% within %d days cannot both apply: the shorter time must have the larger discount", d.Percent, d.Days, e.Percent, e.Days)
			}
		}
	}

	if len(r.Instalments) > maxInstalments {
		no("instalments", "%d instalments are not possible: there can be at most %d", len(r.Instalments), maxInstalments)
	}
	var sum dec.D
	for i, p := range r.Instalments {
		sum = sum.Add(percent(fmt.Sprintf("instalments[%d].percent", i), p.Percent, hundred))
		between(fmt.Sprintf("instalments[%d].days", i), p.Days, 0, maxDays)
		if i > 0 && p.Days <= r.Instalments[i-1].Days {
			no(fmt.Sprintf("instalments[%d].days", i), "%d days is not possible: each instalment must come later than the one before", p.Days)
		}
	}
	if len(r.Instalments) > 0 && sum.Cmp(hundred) != 0 {
		no("instalments", "the instalments make %s %%: together they must be 100 %%", sum)
	}
	return fault.All(errs...)
}

var hundred = dec.FromInt(100)

// Due gives the day on which what is counted from base is due. Instalments are
// not looked at; see Parts. It panics on a rule that Validate refuses and on an
// empty base.
func (r Rule) Due(base day.Day, h day.Holidays) day.Day {
	due := day.Adjust(r.nominal(base), r.Convention, h)
	want, ok := weekday(r.Weekday)
	if !ok {
		return due
	}
	due = due.AddDays((int(want-due.Weekday()) + 7) % 7)
	if r.Convention == "" || r.Convention == day.None {
		return due
	}
	for range 104 {
		if h.Business(due) {
			return due
		}
		due = due.AddDays(7)
	}
	panic("terms: the calendar has no business day on a " + r.Weekday + " near " + string(due))
}

// nominal is the due day before weekends, holidays and habits.
func (r Rule) nominal(base day.Day) day.Day {
	first := base.Month().First()
	switch r.Kind {
	case Net:
		return base.AddDays(r.Days)
	case EndOfMonth:
		return first.AddMonths(r.Months).EndOfMonth().AddDays(r.Days)
	case InMonths:
		return base.AddMonths(r.Months)
	case Nth:
		month := first.AddMonths(r.Months)
		if r.Months == 0 && base.DaysUntil(first.AddDays(r.Nth-1)) < 0 {
			month = first.AddMonths(1)
		}
		return min(month.AddDays(r.Nth-1), month.EndOfMonth())
	}
	panic("terms: unknown kind " + strconv.Quote(r.Kind))
}

// Part is one amount to pay and when.
type Part struct {
	No     int     `json:"no"`     // from 1
	Amount int64   `json:"amount"` // minor units
	DueOn  day.Day `json:"due_on"`
	Tiers  []Tier  `json:"tiers,omitempty"` // in the order of the rule's discounts
}

// Tier is a discount that a part allows: Percent off when the money's value date
// is not after Until. Until is a calendar day, not moved to a business day: the
// grace for weekends is the entity's to give (TierOn).
type Tier struct {
	Percent string  `json:"percent"` // decimal text
	Until   day.Day `json:"until"`
}

// Parts divides gross, in minor units, into the rule's instalments by largest
// remainder (money.Split), so that they sum to gross; without instalments there
// is one part. Every part has its own due day and discount windows, counted from
// base and the instalment's days. A negative gross (credit) makes negative parts.
func (r Rule) Parts(gross int64, base day.Day, h day.Holidays) []Part {
	instalments := r.Instalments
	if len(instalments) == 0 {
		instalments = []Instalment{{Percent: "100"}}
	}
	weights := make([]int64, len(instalments))
	for i, p := range instalments {
		w, ok := dec.Must(p.Percent).Round(dec.MaxFraction) // exact: text has no more digits
		if !ok {
			panic("terms: an instalment of " + p.Percent + " %")
		}
		weights[i] = w
	}
	amounts := money.Split(gross, weights)
	parts := make([]Part, len(instalments))
	for i, p := range instalments {
		from := base.AddDays(p.Days)
		parts[i] = Part{No: i + 1, Amount: amounts[i], DueOn: r.Due(from, h)}
		for _, d := range r.Discounts {
			parts[i].Tiers = append(parts[i].Tiers, Tier{Percent: d.Percent, Until: from.AddDays(d.Days)})
		}
	}
	return parts
}

// TierOn gives the largest discount whose window, made graceDays longer, still
// contains valueOn, the value date of the money; false when it came too late for
// any.
func TierOn(tiers []Tier, valueOn day.Day, graceDays int) (Tier, bool) {
	var best Tier
	var most dec.D
	for _, t := range tiers {
		if valueOn.DaysUntil(t.Until)+graceDays < 0 {
			continue
		}
		if p := dec.Must(t.Percent); p.Cmp(most) > 0 {
			best, most = t, p
		}
	}
	return best, most.Sign() > 0
}

// Text says the rule in English, as on an invoice: "30 days net, 2 % within 10
// days".
func (r Rule) Text() string {
	var b strings.Builder
	switch r.Kind {
	case Net:
		if r.Days == 0 {
			b.WriteString("due at once")
		} else {
			b.WriteString(count(r.Days, "day") + " net")
		}
	case EndOfMonth:
		b.WriteString("end of " + monthAfter(r.Months))
		if r.Days > 0 {
			b.WriteString(" + " + count(r.Days, "day"))
		}
	case Nth:
		if r.Months == 0 {
			b.WriteString("on the next " + ordinal(r.Nth) + " of a month")
		} else {
			b.WriteString(ordinal(r.Nth) + " of " + monthAfter(r.Months))
		}
	case InMonths:
		if r.Months == 0 {
			b.WriteString("due at once")
		} else {
			b.WriteString(count(r.Months, "month") + " net")
		}
	}
	for _, d := range r.Discounts {
		if d.Days == 0 {
			fmt.Fprintf(&b, ", %s %% at once", d.Percent)
		} else {
			fmt.Fprintf(&b, ", %s %% within %s", d.Percent, count(d.Days, "day"))
		}
	}
	for i, p := range r.Instalments {
		sep := ", "
		if i == 0 {
			sep = "; in instalments of "
		}
		b.WriteString(sep + p.Percent + " %")
		if p.Days > 0 {
			b.WriteString(" after " + count(p.Days, "day"))
		}
	}
	switch r.Convention {
	case day.Following:
		b.WriteString("; on the next business day")
	case day.ModifiedFollowing:
		b.WriteString("; on the next business day of the same month, or else the one before")
	case day.Preceding:
		b.WriteString("; on the business day before")
	}
	if r.Weekday != "" {
		b.WriteString("; paid on " + strings.ToUpper(r.Weekday[:1]) + r.Weekday[1:] + "s")
	}
	return b.String()
}

func monthAfter(n int) string {
	switch n {
	case 0:
		return "month"
	case 1:
		return "next month"
	}
	return "the " + ordinal(n) + " month after"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// weekday reads monday to friday. Saturday and Sunday are not among them,
// because banks do not book then.
func weekday(s string) (time.Weekday, bool) {
	for w := time.Monday; w <= time.Friday; w++ {
		if s == strings.ToLower(w.String()) {
			return w, true
		}
	}
	return 0, false
}
