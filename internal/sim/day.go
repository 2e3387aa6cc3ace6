package sim

import (
	"time"

	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// today is one civil day of the plan.
type civil struct {
	on    day.Day
	works bool
}

// plan lists the civil days; Saturdays, Sundays and holidays are quiet.
func (s *sim) plan() []civil {
	out := make([]civil, s.opt.Days)
	off := holidays(s.opt.first().Year(), s.opt.last().Year())
	for i := range out {
		d := s.opt.first().AddDays(i)
		out[i] = civil{d, day.Holidays(func(d day.Day) bool { return off[d] != "" }).Business(d)}
	}
	return out
}

// holidays are those of all of Germany.
func holidays(from, to int) map[day.Day]string {
	out := map[day.Day]string{}
	for y := from; y <= to+1; y++ {
		first := day.Of(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC)
		easter := easterOf(y)
		out[first] = "New Year"
		out[easter.AddDays(-2)] = "Good Friday"
		out[easter.AddDays(1)] = "Easter Monday"
		out[first.AddMonths(4)] = "Labour Day"
		out[easter.AddDays(39)] = "Ascension Day"
		out[easter.AddDays(50)] = "Whit Monday"
		out[first.AddMonths(9).AddDays(2)] = "German Unity Day"
		out[first.AddMonths(11).AddDays(24)] = "Christmas Day"
		out[first.AddMonths(11).AddDays(25)] = "Second day of Christmas"
	}
	return out
}

// easterOf gives Easter Sunday of a Gregorian year (Meeus, Jones, Butcher).
func easterOf(y int) day.Day {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return day.Of(time.Date(y, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC), time.UTC)
}

// live plays one working day, from the mail in the morning to the last van.
// The last day of all ends at noon: nothing is billed, half is shipped.
func (s *sim) live(i int, d civil) error {
	s.start(i, d)
	steps := []func() error{
		s.closeMonths,
		s.bankMorning, s.settleOpen, s.expect,
		s.goodsIn, s.countMissing, s.supplyOrders,
		s.freeHolds, s.newOrders, s.change, s.confirm,
		s.letBill, s.bill, s.stopBill, s.correct,
		s.release, s.ship, s.deliver, s.takeReturns,
		s.tidy, s.buy, s.pay,
	}
	for _, f := range steps {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// start sets the clock to the morning: the day has 200 moments from six to
// six, the last one fits between midnight and the end.
func (s *sim) start(i int, d civil) {
	s.today, s.index = d.on, i
	left := 0
	for _, later := range s.days[i+1:] {
		if later.works {
			left++
		}
	}
	s.ends, s.eve = left == 0, left == 1
	open := midnight(d.on).Add(6 * time.Hour)
	s.close = open.Add(12 * time.Hour)
	if s.close.After(s.opt.End) {
		s.close = s.opt.End
	}
	if !open.Before(s.close) {
		open = midnight(d.on)
	}
	s.tick = max(s.close.Sub(open)/200, time.Microsecond)
	s.clock.set(open)
}

// agenda keeps what somebody intends to do on a later civil day.
type agenda struct {
	pay      map[int][]intent
	arrive   map[int][]purchase
	deliver  map[int][]*parcel
	send     map[int][]*parcel // goods that a customer sends back
	receive  map[int][]sentBack
	complain map[int][]complaint
	bounce   map[int][]bounced
	explain  map[int][]mystery
	redo     map[int][]redo
	refund   map[int][]back
	settle   map[int][]dispute
	letBill  map[int][]id.Hold
}

func newAgenda() agenda {
	return agenda{map[int][]intent{}, map[int][]purchase{}, map[int][]*parcel{}, map[int][]*parcel{}, map[int][]sentBack{}, map[int][]complaint{}, map[int][]bounced{}, map[int][]mystery{},
		map[int][]redo{}, map[int][]back{}, map[int][]dispute{}, map[int][]id.Hold{}}
}

// due takes what was planned for today or for the quiet days before it.
func due[T any](s *sim, m map[int][]T) []T {
	var out []T
	for i := max(0, s.index-14); i <= s.index; i++ {
		out = append(out, m[i]...)
		delete(m, i)
	}
	return out
}

// in plans something for a number of civil days from today.
func in[T any](s *sim, m map[int][]T, days int, v T) {
	m[s.index+days] = append(m[s.index+days], v)
}
