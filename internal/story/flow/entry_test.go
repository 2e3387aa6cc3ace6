package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

func (s *shop) draft() id.Draft { return id.Draft(s.DB.NewID()) }

func (s *shop) types(d id.Draft, lines ...order.DraftLine) flow.Reckoning {
	s.t.Helper()
	r, err := s.Type.One(s.ctx, s.who, flow.Typed{Draft: d, Lines: lines})
	s.must(err)
	return r
}

func (s *shop) heads(d id.Draft, version int64, customer, po string) flow.Reckoning {
	s.t.Helper()
	r, err := s.Type.One(s.ctx, s.who, flow.Typed{Draft: d, Head: &order.Draft{Customer: customer, PONumber: po, Version: version}})
	s.must(err)
	return r
}

func flaws(l flow.Reckoned) string {
	var out []string
	for _, f := range l.Flaws {
		out = append(out, f.At+": "+f.Sentence)
	}
	return strings.Join(out, "; ")
}

func TestADraftIsReckonedRowByRowAndBecomesTheOrderThatItShows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.stock("BOLT", "60", "4")
		x := s.draft()
		r := s.types(x, order.DraftLine{Line: 1, Pos: 1, Item: "bolt", Qty: "100", Version: 1})
		if l := r.Lines[0]; l.SKU != "BOLT" || l.Amount != "" || r.Sum.Currency != "" || len(r.Faults) != 1 {
			t.Errorf("without a customer nothing has a price: %+v %+v", l, r.Sum)
		}
		if r = s.heads(x, 1, "mueller", "PO-1"); !r.All || r.Lines[0].Amount != "950.00" || r.Lines[0].Short != "40" || r.Sum.Gross != "1130.50" || r.Name != "Müller KG" {
			t.Errorf("with one all rows have: %+v %+v", r.Lines[0], r.Sum)
		}
		r = s.types(x, order.DraftLine{Line: 2, Pos: 2, Item: "BOOK", Qty: "3", Price: "10", Version: 1}, order.DraftLine{Line: 3, Pos: 3, Item: "BOTL", Qty: "2", Version: 1}, order.DraftLine{Line: 4, Pos: 4, Item: "NUT", Version: 1})
		if r.All || len(r.Lines) != 3 || r.Sum.Net != "980.00" || r.Sum.Tax != "182.60" || r.Sum.Lines != 4 || r.Sum.Faulty != 2 {
			t.Errorf("two tax rates, two rows to fix: %+v", r.Sum)
		}
		if got := flaws(r.Lines[1]); !strings.Contains(got, "no item is called “BOTL”") || len(r.Lines[1].Proposals) == 0 || r.Lines[1].Proposals[0].SKU != "BOLT" {
			t.Errorf("an unknown item: %s, %+v", got, r.Lines[1].Proposals)
		}
		if got := flaws(r.Lines[2]); !strings.Contains(got, "how many is missing") {
			t.Error(got)
		}
		_, err := s.Place.One(s.ctx, s.who, flow.PlaceDraft{Draft: x})
		if f, ok := fault.Of(err); !ok || !strings.Contains(fmt.Sprint(f, f.Also), "line 3: no item is called") || !strings.Contains(fmt.Sprint(f, f.Also), "line 4: how many") {
			t.Errorf("what is to fix is told by row: %v", err)
		}
		r = s.types(x, order.DraftLine{Line: 3, Pos: 3, Item: "SETUP", Qty: "2", Version: 2}, order.DraftLine{Line: 4, Pos: 4, Item: "NUT", Qty: "1", Gone: true, Version: 2})
		if got := flaws(r.Lines[0]); !strings.Contains(got, "no price list has SETUP") || !r.Lines[0].Flaws[0].Holds {
			t.Errorf("a missing price holds, and is told: %s", got)
		}
		placed, err := s.Place.One(s.ctx, s.who, flow.PlaceDraft{Draft: x})
		s.must(err)
		if placed.Gross != r.Sum.Gross || len(placed.Lines) != 3 || len(placed.Holds) != 1 {
			t.Errorf("the order is what the draft showed: %+v, %+v", placed, r.Sum)
		}
		for name, err := range map[string]error{
			"placed again": second(s.Place.One(s.ctx, s.who, flow.PlaceDraft{Draft: x})), "typed into": second(s.Type.One(s.ctx, s.who, flow.Typed{Draft: x, Lines: []order.DraftLine{{Line: 9, Item: "NUT", Version: 1}}})),
			"scanned into": second(s.Scan.One(s.ctx, s.who, flow.ScanDraft{Draft: x, Code: "NUT"})), "dropped": second(s.Drop.One(s.ctx, s.who, flow.DropDraft{Draft: x}))} {
			if !errors.Is(err, order.ErrDraft) {
				t.Errorf("a draft that is an order cannot be %s: %v", name, err)
			}
		}
		if _, err := s.Place.One(s.ctx, s.who, flow.PlaceDraft{Draft: s.draft()}); !errors.Is(err, order.ErrNoDraft) {
			t.Errorf("one that never was: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestAnswersOutOfOrderDoNoHarm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		x := s.draft()
		s.heads(x, 3, "MUELLER", "NEW")
		if r := s.heads(x, 2, "", "OLD"); r.Draft.PONumber != "NEW" || !r.HeadOld {
			t.Errorf("an old head: %+v", r.Draft)
		}
		at := func(v int64, qty string) flow.Reckoning {
			return s.types(x, order.DraftLine{Line: 1, Pos: 1, Item: "NUT", Qty: qty, Version: v})
		}
		at(3, "30")
		if r := at(2, "20"); r.Lines[0].Qty != "30" || r.Lines[0].Version != 3 || !r.Stale[1] || r.Sum.Net != "70.35" {
			t.Errorf("what comes late is not written: %+v", r.Lines[0])
		}
		if r := at(3, "30"); r.Lines[0].Qty != "30" || r.Stale[1] {
			t.Errorf("what comes twice is the same: %+v", r)
		}
		if r := at(4, ""); r.Sum.Faulty != 1 || r.Sum.Net != "0.00" {
			t.Errorf("%+v", r.Sum)
		}
		r := s.types(x, order.DraftLine{Line: 1, Pos: 1, Version: 5})
		if r.Sum.Lines != 0 || r.Sum.Faulty != 0 {
			t.Errorf("an empty row is none: %+v", r.Sum)
		}
		if r = at(6, "7"); r.Sum.Lines != 1 {
			t.Errorf("a deleted row comes back: %+v", r.Sum)
		}
		again, err := s.DraftAsIs(s.ctx, s.who, x)
		s.must(err)
		if len(again.Lines) != 1 || again.Lines[0].Qty != "7" || again.Sum != r.Sum {
			t.Errorf("another device sees the same: %+v", again)
		}
	})
}

// TestManyHandsOnOneDraft: scanners, typists and the one who captures meet; each
// scan counts once, and there is one order.
func TestManyHandsOnOneDraft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		x := s.draft()
		s.heads(x, 1, "MUELLER", "")
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				ctx := flow.WithKey(s.ctx, idem.Key{Client: 7, Key: fmt.Sprint("scan", n/2), Body: "x"}) // each is sent twice
				if _, err := s.Scan.One(ctx, s.who, flow.ScanDraft{Draft: x, Code: "NUT"}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		r, err := s.DraftAsIs(s.ctx, s.who, x)
		s.must(err)
		if len(r.Lines) != 1 || r.Lines[0].Qty != "10" {
			t.Fatalf("ten scans: %+v", r.Lines)
		}
		if _, err := s.Scan.One(s.ctx, s.who, flow.ScanDraft{Draft: x, Code: "4711"}); !errors.Is(err, flow.ErrCode) {
			t.Errorf("an unknown code: %v", err)
		}
		placed := make(chan string, 8)
		for range 8 {
			all.Go(func() {
				if p, err := s.Place.One(s.ctx, s.who, flow.PlaceDraft{Draft: x}); err == nil {
					placed <- p.Number
				} else if !errors.Is(err, order.ErrDraft) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(placed) != 1 {
			t.Errorf("a draft becomes one order, not %d", len(placed))
		}
	})
}

// TestItemsAreFoundByWhatPeopleCallThem: our code, the customer's own number for
// it as his last order has it, the code on the goods and on a pack.
func TestItemsAreFoundByWhatPeopleCallThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
			_, _, err := flow.AddProducts(tx, []catalog.Product{{ID: id.Product(tx.NewID()), SKU: "PUMP", Name: "Pump", GTIN: "4006381333931", Sellable: true,
				Units: []catalog.Unit{{Unit: "BX", Num: 12, Den: 1, GTIN: "4006381333948"}}}})
			return err
		}))
		s.order(flow.Draft{Lines: []flow.DraftLine{{SKU: "NUT", Qty: "1", BuyerPart: "88-2"}}})
		s.order(flow.Draft{Lines: []flow.DraftLine{{SKU: "BOLT", Qty: "1", BuyerPart: "88-2"}}})
		x := s.draft()
		s.heads(x, 1, "MUELLER", "")
		r := s.types(x, order.DraftLine{Line: 1, Pos: 1, Item: "88-2", Qty: "5", Version: 1}, order.DraftLine{Line: 2, Pos: 2, Item: "04006381333931", Qty: "1", Version: 1}, order.DraftLine{Line: 3, Pos: 3, Item: "4006381333948", Qty: "2", Version: 1},
			order.DraftLine{Line: 4, Pos: 4, Item: "PUMP", Qty: "2", Unit: "Karton", Version: 1}, order.DraftLine{Line: 5, Pos: 5, Item: "PUMP", Qty: "2", Unit: "kg", Version: 1})
		if l := r.Lines; l[0].SKU != "BOLT" || l[0].Amount != "50.00" || l[1].SKU != "PUMP" || l[1].UsedUnit != "C62" || l[2].SKU != "PUMP" || l[2].UsedUnit != "BX" {
			t.Errorf("%+v", l)
		}
		if l := r.Lines; l[3].UsedUnit != "BX" || !strings.Contains(flaws(l[4]), "is not sold by kg") {
			t.Errorf("units as people write them: %+v", l[3:])
		}
		s.types(x, order.DraftLine{Line: 4, Pos: 4, Gone: true, Version: 2}, order.DraftLine{Line: 5, Pos: 5, Gone: true, Version: 2})
		r, err := s.Scan.One(s.ctx, s.who, flow.ScanDraft{Draft: x, Code: "4006381333948"})
		s.must(err)
		if r.Lines[0].Line != 3 || r.Lines[0].Qty != "3" {
			t.Errorf("a scanned box is one more box: %+v", r.Lines)
		}
		s.types(x, order.DraftLine{Line: 2, Pos: 2, Gone: true, Version: 2}, order.DraftLine{Line: 3, Pos: 3, Gone: true, Version: 9})
		p, err := s.Place.One(s.ctx, s.who, flow.PlaceDraft{Draft: x})
		s.must(err)
		s.must(d.Read(s.ctx, func(q *db.Reader) error {
			o, err := report.Order(q, p.Order)
			if o.Lines[0].BuyerPart != "88-2" || o.Lines[0].SKU != "BOLT" {
				t.Errorf("the order keeps the customer's number: %+v", o.Lines[0])
			}
			for ask, want := range map[string]string{"88": "BOLT", "bol": "BOLT", "4006381333931": "PUMP", "4006381333948": "PUMP", "nut m": "NUT", "xyz": ""} {
				got, err := report.SuggestItems(q, o.Customer.ID, ask, 5)
				if err != nil {
					return err
				}
				first := ""
				if len(got) > 0 {
					first = got[0].SKU
				}
				if first != want {
					t.Errorf("%s suggests %+v", ask, got)
				}
			}
			return err
		}))
	})
}
