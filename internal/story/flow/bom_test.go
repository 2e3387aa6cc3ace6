package flow_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"kontor/internal/rooms/bom"
	"kontor/internal/rooms/catalog"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/id"
)

// parts makes products P0 … and gives their ids.
func (s *shop) parts(n int) []id.Product {
	s.t.Helper()
	var list []catalog.Product
	for i := range n {
		list = append(list, catalog.Product{SKU: "P" + string(rune('0'+i)), Name: "Part", Sellable: true})
	}
	out := make([]id.Product, n)
	s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
		for i := range list {
			list[i].ID = id.Product(tx.NewID())
		}
		ids, _, err := flow.AddProducts(tx, list)
		for i, p := range list {
			out[i] = ids[p.SKU]
		}
		return err
	}))
	return out
}

func (s *shop) made(b bom.Bill) error {
	return s.Maintain(s.ctx, s.who, func(tx *db.Tx) error { return flow.SaveBOMs(tx, []bom.Bill{b}) })
}

func of(p id.Product, parts ...id.Product) bom.Bill {
	b := bom.Bill{Product: p}
	for _, c := range parts {
		b.Lines = append(b.Lines, bom.Line{Component: c, Take: 2, Per: 1, From: "2026-01-01"})
	}
	return b
}

func TestBillsOfMaterial(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		p := s.parts(4)
		s.must(s.made(of(p[0], p[1], p[2])))
		s.must(s.made(of(p[1], p[2], p[3])))
		s.refused(s.made(of(p[3], p[0])), bom.ErrCycle, "P0 takes P1 takes P3 takes P0")
		stale := of(p[0], p[1])
		stale.Version = 7
		s.refused(s.made(stale), bom.ErrStale, "changed meanwhile")
		s.must(d.Read(s.ctx, func(r *db.Reader) error {
			v, err := report.BOM(r, p[2])
			if err != nil || len(v.Lines) != 0 || len(v.UsedIn) != 2 || v.UsedIn[0].SKU != "P0" {
				t.Errorf("%+v %v", v, err)
			}
			x, err := report.Explosion(r, p[0], "3", "2026-06-01")
			if err != nil || len(x.Needs) != 4 || x.Needs[2].SKU != "P2" || x.Needs[2].Qty != "18" || x.Needs[3].Qty != "12" {
				t.Errorf("%+v %v", x, err)
			}
			_, err = report.Explosion(r, p[3], "3", "2026-06-01")
			s.refused(err, bom.ErrNone, "P3 has no bill")
			_, err = report.Explosion(r, p[0], "0", "2026-06-01")
			s.refused(err, report.ErrAsk, "above 0")
			return nil
		}))
		again := of(p[0], p[3])
		again.Version = 1
		s.must(s.made(again))
		s.must(s.made(bom.Bill{Product: p[1]}))
		s.must(s.made(of(p[3], p[1]))) // no way around any more
		s.must(d.Read(s.ctx, func(r *db.Reader) error {
			v, err := report.BOM(r, p[0])
			if err != nil || v.Version != 2 || len(v.Lines) != 1 || v.Lines[0].SKU != "P3" {
				t.Errorf("%+v %v", v, err)
			}
			return nil
		}))
		s.verified()
	})
}

// TestNoWayAroundByRacing: of callers whose bills make a circle together, at
// least one is refused, however they meet.
func TestNoWayAroundByRacing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d, shopRules{})
		p := s.parts(3)
		for range 10 {
			for _, x := range p {
				s.must(s.made(bom.Bill{Product: x}))
			}
			var wg sync.WaitGroup
			errs := make([]error, len(p))
			for i := range p {
				wg.Go(func() { errs[i] = s.made(of(p[i], p[(i+1)%len(p)])) })
			}
			wg.Wait()
			saved := 0
			for _, err := range errs {
				if err == nil {
					saved++
				} else if !errors.Is(err, bom.ErrCycle) || !strings.Contains(err.Error(), "would go into itself") {
					t.Error(err)
				}
			}
			if saved != 2 {
				t.Fatalf("%d of 3 bills stand", saved)
			}
		}
	})
}
