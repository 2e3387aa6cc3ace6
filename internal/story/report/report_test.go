package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/order"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/day"
)

func read(t *testing.T, d *db.DB, f func(r *db.Reader) error) {
	t.Helper()
	if err := d.Read(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if !bytes.Equal(g, w) {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

func TestAnOrderShowsItsCountersHoldsAndStages(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			v, err := report.Order(r, s.order)
			if err != nil {
				return err
			}
			want(t, "head", []string{v.Number, v.Customer.Code, v.Gross, v.Status, v.ShipState, v.ShipToName, v.TermsCode, v.WarehouseCode}, []string{"SO-1", "C1", "124.95", "short", "part", "Alpha, dock 3", "N30", "HAM"})
			want(t, "nut", []string{v.Lines[0].Shipped, v.Lines[0].Open, v.Lines[0].Stage, v.Lines[0].Unit, v.Lines[0].Schedules[0].Reserved}, []string{"4", "6", "reserved", "C62", "6"})
			want(t, "oil", []string{v.Lines[1].Ordered, v.Lines[1].Stage, v.Lines[1].Unit}, []string{"1.5", "short", "KGM"})
			want(t, "freight", []string{v.Lines[2].Ordered, v.Lines[2].Unit}, []string{"5.00", "EUR"})
			h, err := report.Order(r, s.held)
			if err != nil {
				return err
			}
			want(t, "hold", []any{h.Held, h.Status, h.Holds[0].Sentence, h.Holds[0].Stops}, []any{true, "held", "there is no price for NUT", []string{"confirm"}})
			if _, err := report.Order(r, 42); !errors.Is(err, order.ErrUnknown) {
				t.Errorf("an unknown order: %v", err)
			}
			o, err := report.FindOrder(r, "SO-2")
			want(t, "found", o, s.held)
			return err
		})
	})
}

func TestListsFilterAndPage(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			first, err := report.Orders(r, report.OrderFilter{}, report.Page{Limit: 1})
			if err != nil {
				return err
			}
			want(t, "first", []any{first.Items[0].Number, first.Next}, []any{"SO-2", first.Items[0].ID})
			rest, err := report.Orders(r, report.OrderFilter{}, report.Page{Limit: 1, After: first.Next})
			want(t, "rest", []any{len(rest.Items), rest.Items[0].Number, rest.Next}, []any{1, "SO-1", ""})
			if err != nil {
				return err
			}
			for _, f := range []report.OrderFilter{{Customer: "C1"}, {PO: "PO-7"}, {Number: "SO-1"}, {Status: "short"}} {
				l, err := report.Orders(r, f, report.Page{})
				if err != nil {
					return err
				}
				if len(l.Items) != 1 || l.Items[0].ID != s.order {
					t.Errorf("%+v finds %+v", f, l.Items)
				}
			}
			if _, err := report.Orders(r, report.OrderFilter{}, report.Page{After: "inv_1"}); !errors.Is(err, report.ErrCursor) {
				t.Errorf("a foreign cursor: %v", err)
			}
			if _, err := report.Orders(r, report.OrderFilter{Customer: "nobody"}, report.Page{}); !errors.Is(err, customer.ErrUnknown) {
				t.Errorf("an unknown customer: %v", err)
			}
			return nil
		})
	})
}

func TestATimelineTellsTheWholeStory(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			v, err := report.Timeline(r, s.order.String())
			if err != nil {
				return err
			}
			got := []string{}
			for _, e := range v {
				got = append(got, e.Sentence)
			}
			want(t, "sentences", got, []string{"Order SO-1 was captured from purchase order PO-7 with 3 lines, 124.95 EUR", "Shipment LS-1 left the warehouse with 1 line",
				"Invoice INV-2026-000001 was issued over 47.60 EUR", "A payment arrived: 30.00 EUR", "A settlement was posted"})
			want(t, "actor", []string{v[0].Actor, v[0].At}, []string{"demo", "2026-11-22T12:00:00Z"})
			v, err = report.Timeline(r, s.held.String())
			want(t, "held", []string{v[0].Sentence, v[1].Sentence}, []string{"Put on hold (price): there is no price for NUT", "Order odd thing"})
			if err != nil {
				return err
			}
			v, err = report.Timeline(r, s.invoice.String())
			want(t, "invoice", len(v), 3)
			return err
		})
	})
}

func TestPapersItemsAndMoneyAgree(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			v, err := report.Invoice(r, s.invoice)
			if err != nil {
				return err
			}
			want(t, "invoice", []any{v.Number, v.Gross, v.Open, v.PaymentState, v.Lines[0].SKU, v.Lines[0].Qty, v.Taxes[0].Tax, v.Items[0].State}, []any{"INV-2026-000001", "47.60", "27.60", "part_paid", "NUT", "4", "7.60", "part"})
			c, err := report.Invoice(r, s.credit)
			if err != nil {
				return err
			}
			want(t, "credit note", []any{c.PaymentState, c.Original.Number}, []any{"open", "INV-2026-000002"})
			l, err := report.Invoices(r, report.InvoiceFilter{Order: s.order}, report.Page{})
			if err != nil {
				return err
			}
			want(t, "of the order", []any{len(l.Items), l.Items[0].ID}, []any{1, s.invoice})
			items, err := report.Items(r, report.ItemFilter{OnlyOpen: true, Customer: "C2"}, report.Page{})
			if err != nil {
				return err
			}
			want(t, "items", []any{len(items.Items), items.Items[0].Side, items.Items[1].OverdueDays}, []any{2, "credit", 83})
			x, err := report.Receipt(r, s.receipt)
			if err != nil {
				return err
			}
			want(t, "receipt", []string{x.State, x.Unapplied}, []string{"part_applied", "10.00"})
			a, err := report.Application(r, s.applied)
			if err != nil {
				return err
			}
			want(t, "application", []any{a.Actor, a.Rows[0].Amount, a.Rows[0].Debit.Number}, []any{"demo", "20.00", "INV-2026-000001"})
			of, err := report.ApplicationsOf(r, s.item)
			want(t, "applications", len(of), 1)
			return err
		})
	})
}

func TestAgeingUndoesWhatCameLaterAndAgreesWithTheLedger(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			for _, c := range []struct {
				on   day.Day
				by   string
				want []string // total: not due, 1–30, 31–60, 61–90, over 90, credits, unapplied, total
			}{
				{"2026-11-22", "due", []string{"27.60", "0.00", "0.00", "11.90", "0.00", "1.19", "10.00", "28.31"}},
				{"2026-11-22", "document", []string{"0.00", "27.60", "0.00", "0.00", "11.90", "1.19", "10.00", "28.31"}},
				{"2026-11-15", "due", []string{"47.60", "0.00", "0.00", "11.90", "0.00", "1.19", "30.00", "28.31"}},
				{"2026-11-14", "due", []string{"47.60", "0.00", "0.00", "11.90", "0.00", "1.19", "0.00", "58.31"}},
				{"2026-08-31", "due", []string{"11.90", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "11.90"}},
				{"2026-07-31", "due", []string{"0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"}},
			} {
				v, err := report.Ageing(r, c.on, c.by)
				if err != nil {
					return err
				}
				n := v.Total
				want(t, string(c.on)+" "+c.by, []string{n.NotDue, n.Days30, n.Days60, n.Days90, n.Over90, n.Credits, n.Unapplied, n.Total}, c.want)
				want(t, "difference on "+string(c.on), v.Difference, "0.00")
			}
			if _, err := report.Ageing(r, "2026-11-22", "colour"); !errors.Is(err, report.ErrAsk) {
				t.Errorf("by colour: %v", err)
			}
			v, err := report.Ageing(r, "2026-11-22", "due")
			if err != nil {
				return err
			}
			var out bytes.Buffer
			if err := report.CSV(&out, v); err != nil {
				return err
			}
			if !strings.Contains(out.String(), "\nC2,Beta KG,EUR,0.00,0.00,0.00,11.90,0.00,1.19,0.00,10.71,11.90\n") {
				t.Error(out.String())
			}
			return nil
		})
	})
}

func TestTheBooksTheQueueAndTheSummary(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			b, err := report.TrialBalance(r, "2026-11-15")
			if err != nil {
				return err
			}
			want(t, "trial balance", []any{b.Balanced, b.Debit, b.Accounts[0].Account, b.Accounts[0].Balance}, []any{true, "90.69", "1010", "30.00"})
			j, err := report.Journal(r, s.invoice.String())
			if err != nil {
				return err
			}
			want(t, "journal", []any{len(j), j[0].Document.Number, j[0].Lines[0].Debit, j[0].Lines[1].Credit}, []any{1, "INV-2026-000001", "47.60", "47.60"})
			q, err := report.Queue(r, report.Page{Limit: 1})
			if err != nil {
				return err
			}
			want(t, "queue", []any{q.Items[0].Document.Number, q.Items[0].Customer.Code, q.Next, len(q.Counts)}, []any{"SO-2", "C2", s.hold, 2})
			q, err = report.Queue(r, report.Page{After: q.Next})
			if err != nil {
				return err
			}
			want(t, "rest", []any{len(q.Items), q.Items[0].Sentence, q.Items[0].Since}, []any{1, "row 9 has no lines", "2026-11-22T12:00:00Z"})
			v, err := report.Summary(r)
			if err != nil {
				return err
			}
			want(t, "lines", v.Lines, report.LineCount{Open: 2, Late: 1, Short: 1})
			want(t, "summary", []any{len(v.Orders), v.Stock.Units, v.Stock.Value, v.Owed.Open, v.Owed.Overdue, v.Owed.Unapplied, v.Bank, v.Papers[0].Kind, v.Papers[0].Count, v.Holds[0].Count, v.Intakes, v.Ledger.Balanced},
				[]any{2, "6", "30.00", "38.31", "11.90", "10.00", "30.00", "invoice", 2, 1, 1, true})
			return nil
		})
	})
}

func TestMasterDataAndStock(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *small) {
		read(t, d, func(r *db.Reader) error {
			who, err := report.FindCustomer(r, "C1")
			if err != nil {
				return err
			}
			c, err := report.Customer(r, who)
			if err != nil {
				return err
			}
			want(t, "customer", []any{c.TermsCode, c.CreditAccount.Free, c.Sites[0].Code, c.Open}, []any{"N30", "1000.00", "HQ", []report.Amount{{Currency: eur, Amount: "17.60"}}})
			p, err := report.Stock(r, report.StockFilter{SKU: "NUT", Warehouse: "HAM"}, report.Page{})
			if err != nil {
				return err
			}
			want(t, "stock", []string{p.Items[0].OnHand, p.Items[0].Reserved, p.Items[0].Free, p.Items[0].Value}, []string{"6", "6", "0", "30.00"})
			for on, n := range map[day.Day]string{"2026-11-22": "6", "2026-11-10": "6", "2026-11-09": "10", "2026-10-31": "0"} {
				v, err := report.StockOn(r, "NUT", on)
				if err != nil {
					return err
				}
				want(t, "stock on "+string(on), v[0].OnHand, n)
			}
			sh, err := report.Shipment(r, s.shipment)
			if err != nil {
				return err
			}
			want(t, "shipment", []string{sh.Number, sh.Lines[0].Shipped, sh.Cost, sh.Lines[0].OrderNumber}, []string{"LS-1", "4", "20.00", "SO-1"})
			for name, f := range map[string]func() (any, error){
				"customers": func() (any, error) { return report.Customers(r, report.CustomerFilter{Name: "alpha"}, report.Page{}) },
				"products":  func() (any, error) { return report.Products(r, report.ProductFilter{SKU: "OIL"}, report.Page{}) },
				"prices": func() (any, error) {
					return report.Prices(r, report.PriceFilter{SKU: "OIL", Customer: "C1"}, report.Page{})
				},
				"lists":      func() (any, error) { return report.PriceLists(r) },
				"taxes":      func() (any, error) { return report.Taxes(r) },
				"terms":      func() (any, error) { return report.Terms(r) },
				"warehouses": func() (any, error) { return report.Warehouses(r) },
				"banks":      func() (any, error) { return report.BankAccounts(r) },
				"statements": func() (any, error) { return report.Statements(r, "MAIN", report.Page{}) },
				"bank lines": func() (any, error) {
					return report.BankLines(r, report.BankLineFilter{State: "matched"}, report.Page{})
				},
				"receipts": func() (any, error) {
					return report.Receipts(r, report.ReceiptFilter{Customer: "C1", Unapplied: true}, report.Page{})
				},
				"shipments": func() (any, error) {
					return report.Shipments(r, report.ShipmentFilter{Order: s.order, Warehouse: "HAM", State: "shipped"}, report.Page{})
				},
				"returns": func() (any, error) { return report.Returns(r, report.ReturnFilter{Customer: "C1"}, report.Page{}) },
				"credits": func() (any, error) { return report.Credits(r, report.Page{}) },
			} {
				if v, err := f(); err != nil {
					t.Errorf("%s: %v", name, err)
				} else if b, err := json.Marshal(v); err != nil || name != "prices" && name != "lists" && name != "returns" && name != "taxes" && len(b) < 25 {
					t.Errorf("%s: %s, %v", name, b, err)
				}
			}
			return nil
		})
	})
}

func TestTheDigestIsTheSameOnBothEnginesAndSeesEveryChange(t *testing.T) {
	seen := map[string]bool{}
	each(t, func(t *testing.T, d *db.DB, s *small) {
		digest := func() (h string) {
			read(t, d, func(r *db.Reader) (err error) {
				h, err = report.InvoiceDigest(r)
				return err
			})
			return h
		}
		before := digest()
		seen[before] = true
		if len(seen) != 1 || len(before) != 64 {
			t.Errorf("digests differ: %v", seen)
		}
		if err := d.Write(context.Background(), db.Actor{}, func(tx *db.Tx) error {
			tx.Want(1, `UPDATE invoice_line SET text='Nuts' WHERE invoice_id=$1`, nil, int64(s.invoice))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if digest() == before {
			t.Error("a changed text is not seen")
		}
	})
}

func TestConsequencesAreWhatTheTransactionWrote(t *testing.T) {
	dbtest.EachOptions(t, db.Options{Clock: func() time.Time { return clock }}, func(t *testing.T, d *db.DB) {
		s := &small{parties: "{}"}
		err := d.Write(db.Simulated(context.Background()), db.Actor{ID: 3}, func(tx *db.Tx) error {
			if err := s.write(tx); err != nil {
				return err
			}
			c, err := report.Consequences(tx)
			if err != nil {
				return err
			}
			want(t, "changes", []any{len(c.Entries), len(c.Stock), len(c.Events), len(c.Items), c.Stock[1].Qty, c.Stock[1].Document.Number}, []any{5, 2, 7, 4, "-4", "LS-1"})
			states := map[string]string{}
			for _, x := range c.Documents {
				states[x.Number] = x.State
			}
			want(t, "states", []string{states["SO-1"], states["LS-1"], states["SO-2"]}, []string{"short", "shipped", "held"})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		read(t, d, func(r *db.Reader) error {
			if _, err := company.Load(r); !errors.Is(err, company.ErrMissing) {
				t.Errorf("something stayed: %v", err)
			}
			return nil
		})
	})
}
