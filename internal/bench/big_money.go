package bench

import (
	"fmt"
	"strconv"
	"time"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/money"
)

// receipts measures one bank line that pays many invoices of one customer,
// named one by one. Between two runs the settlement is taken back.
func (b *big) receipts() error {
	b.tell("%d invoices of one customer", b.size.Invoices)
	lines, total, err := b.invoices()
	if err != nil {
		return err
	}
	const runs = 3
	return b.measure(Case{What: "receive one payment and apply it to invoices", Size: b.size.Invoices, Of: "invoices", Runs: runs, Target: 2000}, func(run int) (time.Duration, error) {
		var applied flow.Applied
		took, err := timed(func() (err error) {
			applied, err = b.pay(run, lines, total)
			return err
		})
		if err == nil && run < runs-1 {
			_, err = b.company.Unapply.One(b.ctx, b.company.who, flow.Unapply{Application: applied.Application, Reason: "to apply it again"})
		}
		return took, err
	})
}

// invoices bills many small orders of one customer and gives what pays them.
func (b *big) invoices() (lines []flow.ApplyLine, total int64, err error) {
	err = b.ship(b.size.Invoices, func(i int) flow.Draft {
		return flow.Draft{Customer: customerCode(0), PONumber: fmt.Sprintf("PAID-%d", i), Lines: []flow.DraftLine{{SKU: productCode(i % b.size.Catalog.Products), Qty: "2"}}}
	}, func(bills []flow.Bill) error {
		billed, err := all(b, b.company.Bill, bills)
		if err != nil {
			return err
		}
		for _, x := range billed {
			amount, err := money.Parse(x.Invoices[0].Payable, "EUR")
			if err != nil {
				return err
			}
			total += amount
			lines = append(lines, flow.ApplyLine{Item: x.Invoices[0].Items[0]})
		}
		return nil
	})
	return lines, total, err
}

func (b *big) pay(run int, lines []flow.ApplyLine, total int64) (flow.Applied, error) {
	amount := money.Format(total, "EUR")
	received, err := b.company.Receive.One(b.ctx, b.company.who, flow.Statement{Account: "BANK", Number: "BIG-" + strconv.Itoa(run), Opening: "0.00", Closing: amount,
		Entries: []flow.BankEntry{{Key: "BIG-" + strconv.Itoa(run), BookedOn: b.today, Amount: amount, Customer: customerCode(0), Text: "see our list"}}})
	if err != nil {
		return flow.Applied{}, err
	}
	applied, err := b.company.Apply.One(b.ctx, b.company.who, flow.Apply{Credit: received.Receipts[0].Item, Lines: lines})
	if err == nil && (len(applied.Settled) != len(lines) || applied.CreditLeft != "0.00") {
		err = fmt.Errorf("%d of %d invoices are settled, %s is left", len(applied.Settled), len(lines), applied.CreditLeft)
	}
	return applied, err
}

// billing measures a billing run over shipped orders, and a second one, which
// must not find anything.
func (b *big) billing() error {
	b.tell("%d lines that wait for an invoice", b.size.Billables)
	orders := b.size.Billables / LinesPerOrder
	err := b.ship(orders, func(i int) flow.Draft { return b.company.draft(firstBig + i) }, func([]flow.Bill) error { return nil })
	if err != nil {
		return err
	}
	if err := b.waiting(orders * LinesPerOrder); err != nil {
		return err
	}
	for _, c := range []struct {
		what   string
		size   int
		target float64
	}{{"run the billing", orders, 60_000}, {"run it again, which bills nothing", 0, 0}} {
		err := b.measure(Case{What: c.what, Size: c.size * LinesPerOrder, Of: "lines", Runs: 1, Target: c.target}, func(int) (time.Duration, error) {
			return timed(func() error {
				rep, err := b.company.BillRun(b.ctx, b.company.who, b.today, nil)
				if err == nil && (rep.Invoices != c.size || len(rep.Refused) > 0) {
					err = fmt.Errorf("%d invoices instead of %d, %d refused", rep.Invoices, c.size, len(rep.Refused))
				}
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	return b.waiting(0)
}

// waiting fails unless so many amounts wait for an invoice.
func (b *big) waiting(want int) error {
	return b.house.db.Read(b.ctx, func(r *db.Reader) error {
		var n int
		_, err := r.One(`SELECT COUNT(*) FROM billable b WHERE b.billed<b.qty`, nil, &n)
		if err == nil && n != want {
			err = fmt.Errorf("%d amounts wait for an invoice instead of %d", n, want)
		}
		return err
	})
}
