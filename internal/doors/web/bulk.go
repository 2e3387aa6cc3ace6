package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// bulkStep is something that can be done with several orders at once. Each is
// done or refused by itself; the refused stay selected.
type bulkStep struct {
	Name, Word, Title, Say string
	Right                  access.Right
	Reason                 bool // asks why
	Run                    func(ctx context.Context, v *visit, orders []id.Order, reason string) ([]error, error)
}

// bulkSteps are those of the lists of orders.
var bulkSteps = []*bulkStep{
	{Name: "confirm", Word: "Confirm", Title: "Confirm orders", Say: "Each customer gets a promise: credit and stock are reserved. A rule that says no holds the order and names its reason.", Right: access.Confirm, Run: confirmMany},
	{Name: "release", Word: "Release holds of", Title: "Release holds", Say: "The steps that waited can go on. Credit holds are released by who may give credit.", Right: access.SeeOrders, Reason: true, Run: releaseMany},
	{Name: "mine", Word: "Take on", Title: "Take orders on", Say: "They stand in your view Mine of the order desk.", Right: access.SeeOrders, Run: takeMany},
}

// bulkRoutes ask what would happen to the orders that are selected, and do it.
func bulkRoutes() []route {
	var out []route
	for _, b := range bulkSteps {
		at := "/orders/bulk/" + b.Name
		out = append(out, route{Method: "GET", Path: at, Right: b.Right, do: bulkAsked(b), free: true}, post(at, b.Right, bulkDone(b)))
	}
	return out
}

// bulkLinks are the commands of a list that the person may use.
func (v *visit) bulkLinks(names ...string) []link {
	var out []link
	for _, b := range bulkSteps {
		if slices.Contains(names, b.Name) && v.may(b.Right) && (b.Name != "release" || v.may(access.Enter) || v.may(access.GiveCredit)) {
			out = append(out, link{Word: b.Word, Href: "/orders/bulk/" + b.Name})
		}
	}
	return out
}

// bulk is the page of a command over several orders, before and after.
type bulk struct {
	*bulkStep
	Rows   []bulkRow
	Back   string
	Reason string
	Fault  *faults
	Done   bool
	Good   int
}

// bulkRow is one order with what will happen, or happened, to it.
type bulkRow struct {
	ID, Number, Href, Customer, Value string
	State                             state
	Say                               string
	Bad                               bool
}

const mostPicked = 100

var errPick = fault.Rule{Kind: fault.Invalid, Code: "web.nothing-selected"}

// pickedOrders reads the orders that a form names.
func (v *visit) pickedOrders(picks []string) ([]bulkRow, []id.Order, error) {
	if len(picks) > mostPicked {
		return nil, nil, errPick.Because("%d orders are selected: select at most %d at a time", len(picks), mostPicked)
	}
	var orders []id.Order
	for _, p := range picks {
		if n, err := id.Parse("ord", p); err == nil && !slices.Contains(orders, id.Order(n)) {
			orders = append(orders, id.Order(n))
		}
	}
	if len(orders) == 0 {
		return nil, nil, errPick.Because("no order is selected: select rows in the list first, with the box or the key x")
	}
	var rows []bulkRow
	err := v.read(func(q *db.Reader) error {
		found, err := report.OrdersByID(q, orders)
		orders = orders[:0]
		for _, o := range found {
			orders = append(orders, o.ID)
			rows = append(rows, bulkRow{ID: o.ID.String(), Number: o.Number, Href: "/orders/" + o.Number, Customer: o.Customer.Name, Value: v.money(o.Net, string(o.Currency)), State: stateOf(statusOf(o))})
		}
		return err
	})
	return rows, orders, err
}

// run does a command for the rows and tells of each what came of it.
func (b *bulk) run(ctx context.Context, v *visit, orders []id.Order) error {
	refused, err := b.Run(ctx, v, orders, b.Reason)
	if err != nil {
		return err
	}
	for i, r := range refused {
		if r == nil {
			b.Good++
			continue
		}
		f, _ := v.faultOf(r)
		b.Rows[i].Bad, b.Rows[i].Say = true, f.Sentence
	}
	return nil
}

func bulkAsked(step *bulkStep) func(*visit) (page, error) {
	return func(v *visit) (page, error) {
		b := bulk{bulkStep: step, Back: inside(v.ask("back"))}
		rows, orders, err := v.pickedOrders(v.URL.Query()["pick"])
		if err != nil {
			return nil, err
		}
		b.Rows, b.Reason = rows, "preview"
		_, err = flow.Simulate(v.Context(), func(ctx context.Context) error { return b.run(ctx, v, orders) })
		b.Reason = ""
		return draw(bulkView(v, b)), err
	}
}

func bulkDone(step *bulkStep) func(*visit) (page, error) {
	return func(v *visit) (page, error) {
		b := bulk{bulkStep: step, Back: inside(v.PostForm.Get("back")), Reason: strings.TrimSpace(v.PostForm.Get("reason"))}
		rows, orders, err := v.pickedOrders(v.PostForm["pick"])
		if err != nil {
			return nil, err
		}
		b.Rows = rows
		if step.Reason && b.Reason == "" {
			f, status := v.faultOf(errMissing.Because("Reason is missing: %s", reason.Help).At("reason"))
			b.Fault = &f
			return drawing{status, bulkView(v, b)}, nil
		}
		b.Done = true
		if err := b.run(flow.WithKey(v.Context(), v.key()), v, orders); err != nil {
			return nil, err
		}
		return drawing{http.StatusOK, bulkView(v, b)}, nil
	}
}

// backWith is the list again, with the refused still selected.
func (b bulk) backWith() string {
	path, q, _ := strings.Cut(b.Back, "?")
	var keep []string
	for _, part := range strings.Split(q, "&") {
		if part != "" && !strings.HasPrefix(part, "pick=") {
			keep = append(keep, part)
		}
	}
	for _, r := range b.Rows {
		if r.Bad {
			keep = append(keep, "pick="+r.ID)
		}
	}
	if len(keep) == 0 {
		return path
	}
	return path + "?" + strings.Join(keep, "&")
}

// confirmMany confirms each; one that a rule holds counts as refused, with the rule's words.
func confirmMany(ctx context.Context, v *visit, orders []id.Order, _ string) ([]error, error) {
	var cmds []flow.Confirm
	for _, o := range orders {
		cmds = append(cmds, flow.Confirm{Order: o})
	}
	rs, err := v.site.office.Confirm.Many(ctx, v.actor(), cmds)
	out := make([]error, len(orders))
	for i, r := range rs {
		out[i] = r.Fault
		if r.Fault == nil && r.Value.Held != "" {
			out[i] = errHeldNow.Because("held: %s", r.Value.Held)
		}
	}
	return out, err
}

var (
	errHeldNow = fault.Rule{Kind: fault.Refused, Code: "web.held"}
	errNoHold  = fault.Rule{Kind: fault.Conflict, Code: "web.no-hold"}
)

// releaseMany releases all open holds of the orders that the person may release.
func releaseMany(ctx context.Context, v *visit, orders []id.Order, reason string) ([]error, error) {
	var holds []report.OpenHold
	err := v.read(func(q *db.Reader) (err error) {
		holds, err = report.OpenHolds(q, orders)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]error, len(orders))
	for i := range out {
		out[i] = errNoHold.Because("no hold is open on it: there is nothing to release")
	}
	var cmds []flow.Unhold
	var of []int
	for _, h := range holds {
		i := slices.Index(orders, h.Order)
		if !v.mayRelease(h.Kind) {
			continue
		}
		out[i] = nil
		cmds, of = append(cmds, flow.Unhold{Hold: h.ID, Reason: reason}), append(of, i)
	}
	for _, h := range holds {
		if i := slices.Index(orders, h.Order); !v.mayRelease(h.Kind) {
			out[i] = errNoRight.Because("a hold for %s stays on it: ask %s", plain(stateOf(h.Kind).word), holders(need(h.Kind)))
		}
	}
	rs, err := v.site.office.Unhold.Many(ctx, v.actor(), cmds)
	for n, r := range rs {
		if r.Fault != nil {
			out[of[n]] = r.Fault
		}
	}
	return out, err
}

// need is the right that ends a hold of a kind.
func need(kind string) access.Right {
	if kind == "credit" {
		return access.GiveCredit
	}
	return access.Enter
}

func takeMany(ctx context.Context, v *visit, orders []id.Order, _ string) ([]error, error) {
	var cmds []flow.Assign
	for _, o := range orders {
		cmds = append(cmds, flow.Assign{On: o.String(), To: v.who.User, Was: -1})
	}
	rs, err := v.site.office.Assign.Many(ctx, v.actor(), cmds)
	out := make([]error, len(orders))
	for i, r := range rs {
		out[i] = r.Fault
	}
	return out, err
}

func (b bulk) title() string {
	n := count(int64(len(b.Rows)), "order", "orders")
	if b.Done {
		return b.Title + ": " + itoa(int64(b.Good)) + " of " + n + " done"
	}
	return b.Word + " " + n
}

func (b bulk) lead() string {
	if b.Done {
		return "What was refused is as it was before, with the reason in its row."
	}
	return b.Say
}

func (b bulk) why() field {
	f := reason
	f.Value = b.Reason
	if b.Fault != nil {
		f.Fault = b.Fault.of("reason")
	}
	return f
}

// table shows each order with what will become, or has become, of it.
func (b bulk) table() table {
	head := "What will happen"
	if b.Done {
		head = "What happened"
	}
	t := table{Caption: "Orders", Columns: []column{{"Order", false, "first"}, {"Customer", false, "whole"}, {"State before", false, "whole"}, {head, false, "whole"}, {"Value", true, "amount"}}, Needs: atPrices("Value")}
	good, bad := state{"busy", "circle-dot", "Goes on"}, state{"bad", "circle-alert", "Stays"}
	if b.Done {
		good, bad = state{"good", "circle-check", "Done"}, state{"bad", "circle-alert", "Refused"}
	}
	for _, r := range b.Rows {
		s := &good
		if r.Bad {
			s = &bad
		}
		before := r.State
		t.Rows = append(t.Rows, row{ID: r.ID, Cells: []cell{named(r.Number, r.Href), text(r.Customer), {State: &before}, {State: s, Sub: r.Say}, {Text: r.Value}}})
	}
	return t
}
