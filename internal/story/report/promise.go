package report

import (
	"fmt"
	"strings"
	"time"

	"kontor/internal/rooms/promise"
	"kontor/internal/rooms/terms"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// PromiseAsk is the question when a quantity could leave.
type PromiseAsk struct {
	Qty   string  // base unit
	Wish  day.Day // "" = as soon as possible
	Split bool    // may leave from several warehouses and on several days
}

// PromiseView is what could be promised if the order came now. It reserves nothing.
type PromiseView struct {
	SKU     string          `json:"sku"`
	Unit    string          `json:"unit"`
	Qty     string          `json:"qty"`
	Parts   []PromisePart   `json:"parts" doc:"what leaves when and from where; none when nothing can be promised"`
	Open    string          `json:"open" doc:"what nothing can be promised for"`
	Limit   *PromiseLimit   `json:"limit,omitempty" doc:"what stops it being sooner; none when all can leave on the day wished for"`
	Options []PromiseOption `json:"options" doc:"what would bring it sooner, or more of it"`
	Sites   []PromiseSite   `json:"sites" doc:"what there is in each warehouse"`
}

// PromisePart is a quantity that leaves one warehouse on one day.
type PromisePart struct {
	Warehouse string  `json:"warehouse"`
	LeavesOn  day.Day `json:"leaves_on"`
	Qty       string  `json:"qty"`
}

// PromiseLimit is the first thing that stops a promise being sooner.
type PromiseLimit struct {
	Kind     string  `json:"kind" doc:"stock, receipt, cut-off, closed, horizon …"`
	Sentence string  `json:"sentence"`
	On       day.Day `json:"on,omitempty" doc:"when it ends to bind; empty when that is not known"`
}

// PromiseOption is a rule that could be given up, and what that would bring.
type PromiseOption struct {
	Change string  `json:"change" doc:"split-sites, split-time"`
	Done   day.Day `json:"done,omitempty" doc:"all has left; empty when some stays open"`
	Open   string  `json:"open"`
}

// PromiseSite is what a warehouse has of an item.
type PromiseSite struct {
	Warehouse string `json:"warehouse"`
	Free      string `json:"free" doc:"that may be sold and belongs to no order"`
	Owed      string `json:"owed" doc:"promised to orders that have no goods yet: what comes in covers them first"`
}

// promiseDays is how far ahead a promise is looked for.
const promiseDays = 180

// there stands for the buyer: how long goods travel to him is not known yet.
const there = "there"

// Promise answers when a quantity of an item could leave, by what is free, what
// was promised before, and on which days warehouses work; the definition is that
// of the room promise.
func Promise(q db.Querier, p id.Product, a PromiseAsk) (PromiseView, error) {
	self, err := Product(q, p)
	if err != nil {
		return PromiseView{}, err
	}
	v := PromiseView{SKU: self.SKU, Unit: self.Unit, Parts: []PromisePart{}, Options: []PromiseOption{}, Sites: []PromiseSite{}}
	steps, err := qty.Parse(a.Qty, int(self.Scale))
	if err == nil && steps <= 0 {
		err = ErrAsk.Because("write a quantity above 0")
	}
	if err == nil && a.Wish != "" {
		err = mustBeDay(a.Wish)
	}
	if err != nil {
		return v, fault.At(err, "qty")
	}
	w, codes, err := promiseWorld(q, p, self.SKU)
	if err != nil {
		return v, err
	}
	book, err := promise.New(w)
	if err != nil {
		return v, err
	}
	answer, err := book.Promise(promise.Request{To: there, Lines: []promise.Line{{Product: p, Qty: steps, Wish: a.Wish, SplitTime: a.Split, SplitSites: a.Split}}})
	if err != nil {
		return v, err
	}
	v.show(answer.Lines[0], steps, w, codes, self)
	return v, nil
}

func (v *PromiseView) show(x promise.Answered, steps int64, w promise.World, codes map[id.Warehouse]string, self ProductView) {
	in := func(n int64) string { return qty.Format(n, int(self.Scale)) }
	v.Qty, v.Open = in(steps), in(x.Open)
	for _, c := range x.Confirmed {
		v.Parts = append(v.Parts, PromisePart{codes[c.Site], c.Leaves, in(c.Qty)})
	}
	if l := x.Limit; l != nil {
		v.Limit = &PromiseLimit{Kind: string(l.Kind), Sentence: limitSentence(l, in, codes, self), On: l.On}
	}
	for _, o := range x.Better {
		v.Options = append(v.Options, PromiseOption{string(o.Change), o.Done, in(o.Open)})
	}
	for _, pool := range w.Pools {
		s := PromiseSite{Warehouse: codes[pool.Site]}
		free, owed := int64(0), int64(0)
		for _, l := range pool.Lots {
			free += l.Qty
		}
		for _, d := range pool.Promised {
			owed += d.Qty
		}
		s.Free, s.Owed = in(free), in(owed)
		v.Sites = append(v.Sites, s)
	}
}

// limitSentence says a limit in the item's unit.
func limitSentence(l *promise.Limit, in func(int64) string, codes map[id.Warehouse]string, self ProductView) string {
	if l.Kind != promise.LimitStock {
		return l.Sentence
	}
	where := "no warehouse"
	if c := codes[l.Site]; c != "" {
		where = c
	}
	return fmt.Sprintf("%s has %s of %s that nobody waits for, %s are asked for, and nothing more is on its way", where, in(l.Have), self.SKU, in(l.Want))
}

// promiseWorld reads what a promise of one item depends on.
func promiseWorld(q db.Querier, p id.Product, sku string) (promise.World, map[id.Warehouse]string, error) {
	c, on, err := today(q)
	if err != nil {
		return promise.World{}, nil, err
	}
	now := c.Local(q.Now())
	w := promise.World{Today: on, Minute: now.Hour()*60 + now.Minute(), Days: promiseDays, Products: []promise.Product{{ID: p, Code: sku}}, Destinations: []promise.Destination{{Code: there}}}
	codes := map[id.Warehouse]string{}
	holidays, err := terms.HolidaysOf(q, "")
	if err != nil {
		return w, nil, err
	}
	closed := map[string][]day.Day{}
	for _, h := range holidays {
		closed[h.Calendar] = append(closed[h.Calendar], h.Day)
	}
	err = q.Each(`SELECT id, code, calendar, cutoff FROM warehouse WHERE kind='own' ORDER BY id`, nil, nil, func(r *db.Rows) error {
		var s promise.Site
		var calendar, cutoff string
		err := r.Scan((*int64)(&s.ID), &s.Code, &calendar, &cutoff)
		if calendar != "" {
			s.Calendar = promise.Weekdays(closed[calendar]...)
		}
		if t, bad := time.Parse("15:04", strings.TrimSpace(cutoff)); bad == nil {
			s.Cutoff = t.Hour()*60 + t.Minute()
		}
		codes[s.ID] = s.Code
		w.Sites = append(w.Sites, s)
		w.Lanes = append(w.Lanes, promise.Lane{Site: s.ID, To: there})
		return err
	})
	if err == nil {
		w.Pools, err = promisePools(q, p, codes)
	}
	return w, codes, err
}

// promisePools reads what own warehouses have free of an item, and whom they owe it.
func promisePools(q db.Querier, p id.Product, codes map[id.Warehouse]string) ([]promise.Pool, error) {
	var out []promise.Pool
	at := map[id.Warehouse]int{}
	err := q.Each(`SELECT z.warehouse_id, CAST(SUM(z.on_hand-z.reserved) AS BIGINT) FROM stock_pot z WHERE z.product_id=$1 AND z.status='sellable' AND z.owner_id=0 GROUP BY z.warehouse_id ORDER BY z.warehouse_id`, nil, []any{int64(p)}, func(r *db.Rows) error {
		x := promise.Pool{Product: p}
		var free int64
		err := r.Scan((*int64)(&x.Site), &free)
		if codes[x.Site] == "" {
			return err
		}
		if free > 0 {
			x.Lots = []promise.Lot{{Ref: "on hand", Qty: free}}
		}
		at[x.Site] = len(out)
		out = append(out, x)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, q.Each(`SELECT s.warehouse_id, o.number, s.promised_on, s.qty-s.reserved-s.released FROM stock_pot z JOIN order_schedule s ON s.pot_id=z.id AND s.reserved+s.released<s.qty
		JOIN order_line l ON l.id=s.line_id JOIN sales_order o ON o.id=l.order_id
		WHERE z.product_id=$1 AND z.status='sellable' AND o.decision='confirmed' AND l.decision='open' AND l.ordered-l.cancelled-l.shipped>0 ORDER BY s.promised_on, s.id`, nil, []any{int64(p)}, func(r *db.Rows) error {
		var house id.Warehouse
		var d promise.Promised
		err := r.Scan((*int64)(&house), &d.Ref, (*string)(&d.On), &d.Qty)
		if i, ok := at[house]; ok {
			out[i].Promised = append(out[i].Promised, d)
		}
		return err
	})
}
