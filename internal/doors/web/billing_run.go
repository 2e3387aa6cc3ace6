package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

var errRunning = fault.Rule{Kind: fault.Conflict, Code: "web.billing-runs"}

// billRuns are the billing runs that this server has begun, one at a time. The
// books guard themselves – each amount is billed once, whoever runs – so that
// a run that is forgotten here when the server ends has lost nothing.
type billRuns struct {
	mu  sync.Mutex
	all []*billRun
}

// billRun is one of them; it tells how far it is while it goes on.
type billRun struct {
	mu      sync.Mutex
	id, who string
	on      day.Day
	began   time.Time
	left    time.Time // when it ended; zero while it runs
	Total   int64
	Orders  int64
	Papers  []flow.Issued
	Refused []flow.BilledOrder
	Names   map[id.Order]report.BillingOrder
	Failed  string
	done    chan struct{}
}

func (r *billRuns) last() *billRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.all) == 0 {
		return nil
	}
	return r.all[len(r.all)-1]
}

func (r *billRuns) find(key string) *billRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.all {
		if x.id == key {
			return x
		}
	}
	return nil
}

// begin starts a run unless its key is known – then that one is meant – or
// another is under way.
func (r *billRuns) begin(x *billRun) (*billRun, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, old := range r.all {
		if old.id == x.id {
			return old, false, nil
		}
	}
	if n := len(r.all); n > 0 && !r.all[n-1].ended() {
		return nil, false, errRunning.Because("a billing run is under way since %s: wait until it has ended, then look what is left", r.all[n-1].began.Format("15:04"))
	}
	r.all = append(r.all[max(0, len(r.all)-9):], x)
	return x, true, nil
}

func (x *billRun) ended() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return !x.left.IsZero()
}

// patience is how long a form waits for a run to end before it shows how far it is.
const patience = 1500 * time.Millisecond

func billingNow(v *visit) (page, error) {
	on, err := day.Parse(or(v.PostForm.Get("on"), string(v.today)))
	if err != nil {
		return nil, fault.At(err, "on")
	}
	key := v.key().Key
	if key == "" {
		key = access.NewSecret()[:22]
	}
	x := &billRun{id: fmt.Sprintf("%d-%s", v.who.User, key), who: v.who.Name, on: on, began: v.site.clock(), done: make(chan struct{})}
	if err := v.read(func(q *db.Reader) error {
		w, err := report.Waiting(q, on, false, false, true, false)
		x.Total = w.Billable
		return err
	}); err != nil {
		return nil, err
	}
	run, fresh, err := v.site.runs.begin(x)
	if err != nil {
		return nil, err
	}
	if fresh {
		go run.run(v.site, context.WithoutCancel(v.Context()), v.actor())
	}
	select {
	case <-run.done:
		return onward{"/billing?tab=last", run.said()}, nil
	case <-time.After(patience):
		return onward{path: "/billing?tab=last"}, nil
	}
}

// run bills, transaction by transaction.
func (x *billRun) run(s *site, ctx context.Context, who db.Actor) {
	defer close(x.done)
	err := s.office.BillEach(ctx, who, x.on, x.add)
	var refused []id.Order
	for _, r := range x.Refused {
		refused = append(refused, r.Order)
	}
	slices.Sort(refused)
	names := map[id.Order]report.BillingOrder{}
	if err == nil && len(refused) > 0 {
		err = s.office.DB.Read(ctx, func(q *db.Reader) (err error) {
			names, err = report.BillingOrders(q, refused, x.on)
			return err
		})
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.Names, x.left = names, s.clock()
	if err != nil {
		x.Failed = "It broke off: what is issued stays issued, and another run goes on where this one ended."
		if f, ok := fault.Of(err); ok {
			x.Failed += " " + sentence(f.Sentence)
		}
	}
}

func (x *billRun) add(part []flow.BilledOrder) {
	x.mu.Lock()
	defer x.mu.Unlock()
	seen := map[id.Invoice]bool{}
	for _, o := range part {
		x.Orders++
		if o.Fault != nil {
			x.Refused = append(x.Refused, o)
		}
		for _, p := range o.Invoices {
			if !seen[p.Invoice] {
				seen[p.Invoice] = true
				x.Papers = append(x.Papers, p)
			}
		}
	}
}

// said is how far a run is, in a sentence.
func (x *billRun) said() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	papers := make([]dryPaper, len(x.Papers))
	for i, p := range x.Papers {
		papers[i] = dryPaper{Issued: p}
	}
	out := count(int64(len(papers)), "invoice is issued", "invoices are issued")
	if len(papers) > 0 {
		out += ", " + sums(papers)
	} else if !x.left.IsZero() && len(x.Refused) == 0 && x.Failed == "" {
		out = "Nothing was due: no invoice is issued"
	}
	if n := len(x.Refused); n > 0 {
		out += ", " + count(int64(n), "order was refused", "orders were refused")
	}
	return out
}

// far is how far a run is, for the bar.
func (x *billRun) far() (done, total int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.Orders, max(x.Total, x.Orders)
}

func (x *billRun) failed() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.Failed
}

// table lists what a run issued and what it refused.
func (x *billRun) table() table {
	x.mu.Lock()
	defer x.mu.Unlock()
	t := table{Caption: "What the run did", Columns: []column{{"Paper", false, "first"}, {"State", false, "whole"}, {"Gross", true, "amount"}, {"Due", true, "whole"}}}
	for _, o := range x.Refused {
		n := x.Names[o.Order]
		f, _ := fault.Of(o.Fault)
		st, say := state{"bad", "circle-alert", "Refused"}, ""
		if f != nil {
			say = sentence(f.Sentence)
		}
		t.Rows = append(t.Rows, row{ID: o.Order.String(), Cells: []cell{named(or(n.Number, "Order"), "/orders/"+or(n.Number, o.Order.String())).and(n.Customer.Name), {State: &st, Sub: say}, {Text: inMoney(or(n.Net, "0.00"), string(n.Currency)), Raw: n.Net}, text("")}})
	}
	for _, p := range x.Papers {
		t.Rows = append(t.Rows, row{ID: p.Invoice.String(), Cells: []cell{named(p.Number, "/invoices/"+p.Number).and(words(p.Kind)), pill("issued"), {Text: inMoney(p.Gross, p.Currency), Raw: p.Gross}, text(string(p.DueOn))}})
	}
	return t
}

// billingRunPage is the part of the page that tells how far a run is; it asks
// for itself again until the run has ended.
func billingRunPage(v *visit) (page, error) {
	x := v.site.runs.find(v.PathValue("id"))
	if x == nil {
		return nil, errNoPage
	}
	if v.Header.Get("HX-Request") == "" || x.ended() {
		return onward{path: "/billing?tab=last"}, nil
	}
	return draw(runView(v, x)), nil
}

func farInWords(x *billRun) string {
	done, total := x.far()
	return fmt.Sprintf("%s of %s looked at", amount(itoa(done)), count(total, "order", "orders"))
}

func farInPercent(x *billRun) string { return percent(x.far()) }
