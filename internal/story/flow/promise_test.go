package flow_test

import (
	"strings"
	"testing"

	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/id"
)

// TestWhenCouldItLeave: what is free can be promised at once, what others wait
// for cannot, and the answer names what stops it and what would help.
func TestWhenCouldItLeave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
			_, err := flow.AddWarehouses(tx, []stock.Warehouse{{ID: id.Warehouse(tx.NewID()), Code: "W2", Name: "North", Country: "DE"}})
			return err
		}))
		ask := func(qty string, split bool) (v report.PromiseView) {
			s.must(d.Read(s.ctx, func(r *db.Reader) error {
				p, err := report.FindProduct(r, "BOLT")
				if err == nil {
					v, err = report.Promise(r, p, report.PromiseAsk{Qty: qty, Split: split})
				}
				return err
			}))
			return v
		}
		s.stock("BOLT", "4", "1")
		if v := ask("4", false); len(v.Parts) != 1 || v.Parts[0].Qty != "4" || v.Open != "0" || v.Limit != nil {
			t.Errorf("4 of 4: %+v", v)
		}
		v := ask("10", false)
		if len(v.Parts) != 0 || v.Open != "10" || v.Limit == nil || v.Limit.Kind != "stock" || !strings.Contains(v.Limit.Sentence, "has 4 of BOLT") {
			t.Errorf("10 of 4: %+v %+v", v, v.Limit)
		}
		if len(v.Options) == 0 || v.Options[0].Open != "6" {
			t.Errorf("options of 10 of 4: %+v", v.Options)
		}
		if v := ask("10", true); len(v.Parts) != 1 || v.Parts[0].Qty != "4" || v.Open != "6" {
			t.Errorf("10 of 4 in parts: %+v", v)
		}
		_, err := s.GoodsIn.One(s.ctx, s.who, flow.GoodsIn{Reference: "GR-W2", Warehouse: "W2", Lines: []flow.GoodsLine{{SKU: "BOLT", Qty: "7", Cost: "1"}}})
		s.must(err)
		if v := ask("10", true); len(v.Parts) != 2 || v.Open != "0" || len(v.Sites) != 2 {
			t.Errorf("10 of 4 and 7: %+v", v)
		}
		p := s.order(bolts("9")) // takes the 4 that are there, and waits for 5
		_, err = s.Confirm.One(s.ctx, s.who, flow.Confirm{Order: p.Order})
		s.must(err)
		if v := ask("1", false); len(v.Parts) != 1 || v.Parts[0].Warehouse != "W2" || v.Sites[0].Owed != "5" || v.Sites[0].Free != "0" {
			t.Errorf("1 beside an order that waits: %+v", v)
		}
		s.stock("BOLT", "3", "1") // comes in for who waits
		if v := ask("8", true); v.Open != "1" || len(v.Parts) != 1 || v.Parts[0].Warehouse != "W2" {
			t.Errorf("what came in for an order was promised away: %+v", v)
		}
		s.must(d.Read(s.ctx, func(r *db.Reader) error {
			p, err := report.FindProduct(r, "BOLT")
			s.must(err)
			_, err = report.Promise(r, p, report.PromiseAsk{Qty: "0"})
			s.refused(err, report.ErrAsk, "above 0")
			return nil
		}))
	})
}
