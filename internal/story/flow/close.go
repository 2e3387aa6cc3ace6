package flow

import (
	"context"
	"sort"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Closed is what closing a month did.
type Closed struct {
	Month    day.Month `json:"month"`
	Ledger   string    `json:"ledger"`
	State    string    `json:"state"`
	Postings []string  `json:"postings,omitempty" doc:"entries of the close: accrual, reclassification, valuation"`
}

// monthDoc is the document behind the postings of a month's close: its number, as 202503.
func monthDoc(m day.Month) int64 {
	n := int64(0)
	for _, c := range string(m) {
		if c >= '0' && c <= '9' {
			n = n*10 + int64(c-'0')
		}
	}
	return n
}

// CloseEntries writes what a month's end needs and reverses it on the first
// day of the next: revenue delivered and not invoiced, customers with credit
// balances shown as a liability, open items in foreign currency at the closing
// rate. Each is written once per month.
func (o *Office) CloseEntries(ctx context.Context, who db.Actor, m day.Month) ([]string, error) {
	var done []string
	err := o.DB.Write(ctx, who, func(tx *db.Tx) error {
		done = nil
		b, err := o.read(tx)
		if err != nil {
			return err
		}
		old, err := ledger.Of(tx, []int64{monthDoc(m)})
		if err != nil {
			return err
		}
		written := map[string]bool{}
		for _, e := range old[monthDoc(m)] {
			written[e.Step] = true
		}
		for _, f := range []struct {
			step string
			make func(*books, *db.Tx, day.Day) ([]ledger.Line, error)
		}{{"accrual", accrue}, {"reclassification", reclassify}, {"valuation", revalue}} {
			if written[f.step] {
				continue
			}
			lines, err := f.make(b, tx, m.Last())
			if err != nil {
				return err
			}
			if lines = ledger.Compact(lines); len(lines) == 0 {
				continue
			}
			entries := []ledger.Entry{{Journal: "close", Kind: f.step, DocType: "month", Doc: monthDoc(m), Step: f.step, PostedOn: m.Last(), Lines: lines}}
			ledger.Post(tx, b.chart, entries)
			back := []ledger.Entry{{Journal: "close", Kind: f.step + "-reversal", DocType: "month", Doc: monthDoc(m), Step: f.step + "-reversal", PostedOn: m.Next().First(), Reverses: entries[0].ID,
				Lines: ledger.Inverse(entries[0].Lines, "")}}
			ledger.Post(tx, b.chart, back)
			done = append(done, f.step)
		}
		if err := event.Record(tx, event.Event{Type: "ledger.posted", Subject: event.About("month", monthDoc(m)), Body: map[string]any{"entries": done}}); err != nil {
			return err
		}
		return tell(ctx, tx)
	})
	return done, err
}

// accrue books what is delivered and not invoiced at the month's end, per order line.
func accrue(b *books, tx *db.Tx, on day.Day) ([]ledger.Line, error) {
	due, err := invoice.Unbilled(tx, on)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Order, 0, len(due))
	for _, x := range due {
		ids = append(ids, x.Order)
	}
	orders, err := order.Read(tx, ids)
	if err != nil {
		return nil, err
	}
	var out []ledger.Line
	for _, x := range due {
		if x.Kind == "order" {
			continue // billed ahead: nothing is earned before the delivery
		}
		fx := orders[x.Order].FxRate
		rate, err := b.tax.On(x.TaxCode, x.SuppliedOn)
		if err != nil {
			return nil, err
		}
		tax := x.Tax
		if !x.TaxGiven {
			tax = money.Tax(x.Net, rate.Rate())
		}
		net, vat := toFC(b, x.Net, x.Currency, fx), toFC(b, tax, x.Currency, fx)
		role := "revenue"
		if x.Sign < 0 {
			role = "sales_allowance"
		}
		line := func(role, code string, sub, doc, fc int64) ledger.Line {
			return ledger.Line{Role: role, TaxCode: code, Sub: sub, Doc: doc, Amount: fc, Currency: x.Currency, Customer: x.Customer}
		}
		if b.Policy.VATChargeableOn != "supply" {
			tax, vat = 0, 0
		}
		out = append(out, line("unbilled_receivable", "", int64(x.Line), x.Net+tax, net+vat), line(role, x.TaxCode, 0, -x.Net, -net))
		if tax != 0 {
			v := line("output_vat", x.TaxCode, 0, -tax, -vat)
			v.TaxBase, v.TaxPointOn = -x.Net, x.SuppliedOn
			out = append(out, v)
		}
	}
	return out, nil
}

// reclassify shows money on account as a liability to customers.
func reclassify(b *books, tx *db.Tx, on day.Day) ([]ledger.Line, error) {
	var out []ledger.Line
	err := receivable.OpenOn(tx, on, func(it *receivable.Item, open, fc int64) error {
		if it.Kind == "receipt" && open > 0 {
			out = append(out, ledger.Line{Role: "unapplied", Sub: int64(it.ID), Doc: open, Amount: fc, Currency: it.Currency, Customer: it.Customer},
				ledger.Line{Role: "customer_credit", Doc: -open, Amount: -fc, Currency: it.Currency, Customer: it.Customer})
		}
		return nil
	})
	return out, err
}

// revalue brings open items in foreign currency to the closing rate, beside the control account.
func revalue(b *books, tx *db.Tx, on day.Day) ([]ledger.Line, error) {
	type sum struct{ doc, fc int64 }
	sums := map[money.Currency]*sum{}
	var currencies []string
	err := receivable.OpenOn(tx, on, func(it *receivable.Item, open, fc int64) error {
		if it.Currency == b.Currency || open == 0 {
			return nil
		}
		s := sums[it.Currency]
		if s == nil {
			s = &sum{}
			sums[it.Currency] = s
			currencies = append(currencies, string(it.Currency))
		}
		s.doc += it.Sign * open
		s.fc += it.Sign * fc
		return nil
	})
	if err != nil {
		return nil, err
	}
	sort.Strings(currencies)
	var out []ledger.Line
	for _, c := range currencies {
		cur := money.Currency(c)
		rate, err := ledger.Rate(tx, cur, b.Currency, on)
		if err != nil {
			return nil, err
		}
		diff := money.Convert(sums[cur].doc, cur, b.Currency, rate) - sums[cur].fc
		role := "fx_unrealised_gain"
		if diff < 0 {
			role = "fx_unrealised_loss"
		}
		out = append(out, ledger.Line{Role: "ar_revaluation", Amount: diff, Currency: cur}, ledger.Line{Role: role, Amount: -diff, Currency: cur})
	}
	return out, nil
}

// closeOrder says which ledger closes before which.
var closeOrder = map[string]string{ledger.Receivables: ledger.Stock, ledger.General: ledger.Receivables}

// ClosePeriod closes a month in one ledger: open → soft (new postings go to the
// next open month) → waits until no transaction that began before is open →
// checks → closed. The ledgers close in order: stock, receivables, general.
func (o *Office) ClosePeriod(ctx context.Context, who db.Actor, name string, m day.Month) (Closed, error) {
	v := Closed{Month: m, Ledger: name}
	if name != ledger.Stock && name != ledger.Receivables && name != ledger.General {
		return v, fault.Rule{Kind: fault.Invalid, Code: "period.ledger"}.Because("%q is no ledger; use stock, receivables or general", name).At("ledger")
	}
	if err := o.mayClose(ctx, name, m); err != nil {
		return v, err
	}
	if name == ledger.General {
		var err error
		if v.Postings, err = o.CloseEntries(ctx, who, m); err != nil {
			return v, err
		}
	}
	if v.State = "closed"; db.IsSimulated(ctx) { // what follows only moves the month's own state
		return v, nil
	}
	if err := o.setPeriod(ctx, who, name, m, "open", "soft"); err != nil {
		return v, err
	}
	if err := o.DB.WaitForOlder(ctx); err != nil {
		return v, err
	}
	return v, o.setPeriod(ctx, who, name, m, "soft", "closed")
}

func (o *Office) mayClose(ctx context.Context, name string, m day.Month) error {
	return o.DB.Read(ctx, func(r *db.Reader) error {
		state, err := ledger.PeriodState(r, name, m)
		if err != nil {
			return err
		}
		if state == "closed" {
			return ledger.ErrMonth.Because("%s is closed in %s already", m, name)
		}
		if before := closeOrder[name]; before != "" {
			if s, err := ledger.PeriodState(r, before, m); err != nil || s != "closed" {
				if err == nil {
					err = ledger.ErrMonth.Because("close %s of %s first: the ledgers close in the order stock, receivables, general", before, m)
				}
				return err
			}
		}
		first, err := ledger.OpenBefore(r, name, m)
		if err == nil && first != "" {
			err = ledger.ErrMonth.Because("%s still has postings in %s that is not closed; close the months in order", name, first)
		}
		return err
	})
}

func (o *Office) setPeriod(ctx context.Context, who db.Actor, name string, m day.Month, from, to string) error {
	return o.DB.Write(ctx, who, func(tx *db.Tx) error {
		ok, err := ledger.SetPeriod(tx, name, m, from, to, "")
		if err != nil {
			return err
		}
		if !ok && !(from == "open" && to == "soft") { // soft already: an earlier close stopped half way
			return ledger.ErrMonth.Because("%s of %s was changed by somebody else meanwhile", m, name)
		}
		if to != "closed" {
			return nil
		}
		return event.Record(tx, event.Event{Type: "period.closed", Subject: event.About("month", monthDoc(m)), Body: map[string]string{"ledger": name, "month": string(m)}})
	})
}
