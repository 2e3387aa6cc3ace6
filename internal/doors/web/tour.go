package web

import (
	"fmt"
	"io"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/tour"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// tourRoutes are the guided tour: its page, its steps, and the bank's file that it needs.
func tourRoutes() []route {
	return []route{
		get("/tour", signedIn, tourPage),
		get("/tour/statement", signedIn, tourStatement),
		post("/tour/begin", signedIn, tourStep(func(tx *db.Tx) { tour.Begin(tx) })),
		post("/tour/resume", signedIn, tourStep(func(tx *db.Tx) { tour.Resume(tx) })),
		post("/tour/leave", signedIn, tourLeave),
		post("/tour/next", signedIn, tourNext),
	}
}

// stop is one step of the tour: where, what to look at, what to do, and how the
// data show that it was done.
type stop struct {
	Title  string
	Path   string // {order} and the like stand for what was made so far; "" = there is no page yet
	Target string // selector of what is meant on that page
	Say    string // why
	Do     string // what
	Done   func(f report.TourView) bool
	Miss   string // what is not there yet
}

var stops = []stop{
	{Title: "Look around", Path: "/", Target: ".tiles", Say: "This is a home: each tile is a question with its number. Customer service sees what waits, and the stages that orders go through.", Do: "Open a tile if you like, see its rows, and come back. Then go on."},
	{Title: "Capture an order", Path: "/orders/new", Target: "main form", Say: "A customer has sent a purchase order. What is captured is priced and written down; nothing is promised yet.",
		Do: "Enter customer {customer} and PO number TOUR-1. In the first row write the item {sku} and the quantity 3, then press Capture order… and capture it.", Done: func(f report.TourView) bool { return f.Order != "" }, Miss: "you have not captured an order since the tour began"},
	{Title: "Confirm it", Path: "/orders/{order}", Target: ".head .acts", Say: "Confirming checks price, credit and stock, and promises a day. The sheet shows first what would happen.", Do: "Press Confirm order… and read the sheet, then confirm.",
		Done: func(f report.TourView) bool { return f.Decision == "confirmed" || f.Decision == "closed" }, Miss: "order {order} is captured, and not confirmed"},
	{Title: "Send it to the warehouse", Path: "/orders/{order}", Target: ".head .acts", Say: "The goods are reserved. Releasing hands the order to the warehouse, which gets a shipment to pick.", Do: "Press Send to the warehouse… and do it.",
		Done: func(f report.TourView) bool { return f.Shipment != "" }, Miss: "order {order} has no shipment yet"},
	{Title: "Pick the goods", Path: "/shipments/{shipment}/pick", Target: "main", Say: "Somebody goes to the shelf. A scanner counts by itself; here you take the numbers as they stand.", Do: "Press Take all 3.",
		Done: func(f report.TourView) bool { return f.Picked || f.Left == "shipped" || f.Left == "delivered" }, Miss: "nothing of the shipment is picked"},
	{Title: "Ship them", Path: "/shipments/{shipment}", Target: ".head .acts", Say: "When goods leave, stock and credit change, and an amount to bill arises.", Do: "Press Ship… and ship the goods.",
		Done: func(f report.TourView) bool { return f.Left == "shipped" || f.Left == "delivered" }, Miss: "the shipment has not left"},
	{Title: "Record the delivery", Path: "/shipments/{shipment}", Target: ".head .acts", Say: "The customer has the goods, and somebody signed for them.", Do: "Press Delivered… and record the delivery.",
		Done: func(f report.TourView) bool { return f.Left == "delivered" }, Miss: "the shipment is on the road"},
	{Title: "Bill the order", Path: "/orders/{order}", Target: ".head .acts", Say: "An invoice asks for what was delivered, with tax, and posts itself. A billing run does this for all orders at once.", Do: "Press Bill… and issue the invoice.",
		Done: func(f report.TourView) bool { return f.Invoice != "" }, Miss: "order {order} has no invoice"},
	{Title: "Take the money in", Path: "/bank/import", Target: "main form", Say: "Some days later the bank sends a statement with the customer's payment. The tour has made one for you.", Do: "Download the statement below, choose the file in this form, and take the statement in.",
		Done: func(f report.TourView) bool { return f.Statement != "" }, Miss: "no statement with the text {invoice} was taken in"},
	{Title: "Settle the invoice", Path: "/receipts/{receipt}", Target: ".head .acts", Say: "The money is recognised as the customer's and stands on account. Settling closes it against the invoice.", Do: "Press Settle invoices… and settle {invoice}.",
		Done: func(f report.TourView) bool { return f.Invoice != "" && isZero(f.Open) }, Miss: "{invoice} is still open"},
	{Title: "Reconcile the statement", Path: "/statements/{statement}", Target: ".head .acts", Say: "Every line of the statement is explained. Tying it to the books ends the way from order to cash.", Do: "Press Reconcile… and do it.",
		Done: func(f report.TourView) bool { return f.Tied }, Miss: "the statement is not reconciled"},
	{Title: "See the whole way", Path: "/orders/{order}", Target: "main", Say: "The order names its shipment, its invoice and what happened when. It closes by itself, since everything is shipped, billed and paid.", Do: "Read the documents and the timeline on the right. That was it: from an order to its money."},
}

// touring is where a person stands in the tour.
type touring struct {
	tour.Progress
	Facts report.TourView
	Stop  stop // that comes next
	Done  bool // what it asks for is there
	Here  bool // the page is the one that is meant
}

// told fills in what was made so far.
func (t touring) fill(s string) string {
	f := t.Facts
	return strings.NewReplacer("{customer}", f.Customer, "{sku}", f.SKU, "{order}", f.Order, "{shipment}", f.Shipment, "{invoice}", f.Invoice, "{receipt}", f.Receipt, "{statement}", f.Statement).Replace(s)
}

// number is which step it is, for people.
func (t touring) number() string {
	return fmt.Sprintf("%d of %d", min(int(t.Step)+1, len(stops)), len(stops))
}

// tourNow reads where the person stands; nil when he is not in the tour.
func (v *visit) tourNow() (*touring, error) {
	if v.site.Tour == "" || v.who == nil {
		return nil, nil
	}
	t := &touring{}
	look := func(q *db.Reader) (err error) {
		if t.Progress, err = tour.Of(q, v.who.User); err == nil && t.BeganAt != 0 {
			t.Facts, err = report.Tour(q, v.who.User, t.BeganAt)
		}
		return err
	}
	var err error
	if v.q != nil {
		err = look(v.q)
	} else {
		err = v.read(look)
	}
	if t.Step < int64(len(stops)) {
		t.Stop = stops[t.Step]
		t.Done = t.Stop.Done == nil || t.Stop.Done(t.Facts)
		t.Here = t.fill(t.Stop.Path) == v.URL.Path
	}
	return t, err
}

// tourShown is what a page shows of the tour: nothing when a person is not in it.
func (v *visit) tourShown() *touring {
	t, err := v.tourNow()
	if err != nil || t == nil || !t.On() || v.URL.Path == "/tour" {
		return nil
	}
	return t
}

// ready tells whether a person has all the rights that the tour needs.
func (v *visit) tourReady() bool {
	for _, r := range []access.Right{access.Enter, access.Confirm, access.Pick, access.Bill, access.Collect} {
		if !v.may(r) {
			return false
		}
	}
	return true
}

func tourPage(v *visit) (page, error) {
	t, err := v.tourNow()
	return draw(tourView(v, t)), err
}

// tourMay refuses the tour outside of the sample company, and to whom it would
// lead to pages that he may not use.
func (v *visit) tourMay() error {
	if v.site.Tour == "" {
		return tour.ErrStep.Because("the tour writes an order, an invoice and a payment: it is open in the sample company only, which kontor demo makes")
	}
	if !v.tourReady() {
		return tour.ErrStep.Because("the tour goes through the work of four roles, and %s does not have all of them: sign in as the tour's guest, the page of the tour has the link", v.who.Name)
	}
	return nil
}

// tourStep makes a step that only changes where the person stands.
func tourStep(f func(tx *db.Tx)) func(*visit) (page, error) {
	return func(v *visit) (page, error) {
		if err := v.tourMay(); err != nil {
			return nil, err
		}
		if err := v.write(func(tx *db.Tx) error { f(tx); return nil }); err != nil {
			return nil, err
		}
		t, err := v.tourNow()
		if err != nil {
			return nil, err
		}
		return onward{path: t.onto()}, nil
	}
}

// onto is the page of the step that comes next.
func (t touring) onto() string {
	path := t.fill(t.Stop.Path)
	if path == "" || strings.HasSuffix(path, "/") && path != "/" || strings.Contains(path, "//") {
		return "/tour"
	}
	return path
}

func tourLeave(v *visit) (page, error) {
	err := v.write(func(tx *db.Tx) error { tour.Leave(tx); return nil })
	return onward{"/tour", "The tour waits where you left it"}, err
}

// tourNext goes on when the data show that the step was done.
func tourNext(v *visit) (page, error) {
	if err := v.tourMay(); err != nil {
		return nil, err
	}
	t, err := v.tourNow()
	if err != nil {
		return nil, err
	}
	if !t.On() {
		return onward{path: "/tour"}, nil
	}
	if v.PostForm.Get("step") != itoa(t.Step) { // a second click, or an old page
		return onward{path: t.onto()}, nil
	}
	if !t.Done {
		return nil, tour.ErrStep.Because("step %s is not done yet: %s. %s", t.number(), t.fill(t.Stop.Miss), t.fill(t.Stop.Do))
	}
	if err := v.write(func(tx *db.Tx) error { tour.Advance(tx, t.Step, int64(len(stops)-1)); return nil }); err != nil {
		return nil, err
	}
	if t, err = v.tourNow(); err != nil {
		return nil, err
	}
	if !t.On() {
		return onward{"/tour", "You went all the way from an order to its money"}, nil
	}
	return onward{path: t.onto()}, nil
}

// tourStatement is a bank's file with the payment that the tour needs.
func tourStatement(v *visit) (page, error) {
	t, err := v.tourNow()
	if err != nil {
		return nil, err
	}
	if t == nil || t.Facts.Invoice == "" {
		return nil, tour.ErrStep.Because("there is no invoice of the tour yet: bill its order first")
	}
	all, err := report.BankAccounts(v.q)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Currency == t.Facts.Currency && a.StatementOn != "" {
			closing := decimalLike(thousandths(a.Balance)+thousandths(t.Facts.Open), a.Balance)
			text := fmt.Sprintf("H,%s,%s,%s,%s,%s,%[6]s,%[6]s\nE,%[6]s,,%[7]s,Guest of the tour,,,%[8]s,\n", a.Code, "TOUR-"+t.Facts.Invoice, a.Currency, a.Balance, closing, a.StatementOn, t.Facts.Open, t.Facts.Invoice)
			return download{"statement.csv", func(w io.Writer) error { _, err := io.WriteString(w, text); return err }}, nil
		}
	}
	return nil, tour.ErrStep.Because("no bank account takes %s: the sample company has one, make a new one with kontor demo --fresh", t.Facts.Currency)
}

// target is what is meant on this page; "" on another.
func (t touring) target() string {
	if !t.Here || t.Done && t.Stop.Done != nil {
		return ""
	}
	return t.Stop.Target
}

// brief is the first sentence about a step.
func (touring) brief(s stop) string {
	say, _, _ := strings.Cut(s.Say, ". ")
	return strings.TrimSuffix(say, ".") + "."
}
