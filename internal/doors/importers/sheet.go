package importers

import (
	"fmt"
	"strconv"
	"strings"

	"kontor/internal/formats/onlineretail"
	"kontor/internal/rooms/order"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Keys of intakes: a document, and a row that is held.
const (
	docKey = "doc:"
	rowKey = "row:"
)

// sheet is one document of the files on its way.
type sheet struct {
	*job
	credit  bool
	number  string
	place   int // in the files
	buyer   string
	site    string
	on      day.Day
	rows    []onlineretail.Row // those that can be invoiced or credited
	held    []order.Intake
	adopted []string // keys of rows that waited for a default customer
}

// sheet sorts the rows of a document.
func (r *retail) sheet(d onlineretail.Document) *sheet {
	s := &sheet{job: &job{key: docKey + d.InvoiceNo}, credit: d.Credit, number: d.InvoiceNo, place: len(r.seq), buyer: r.buyer(d.CustomerID)}
	r.seq[d.InvoiceNo] = s.place
	var raw []string
	for i := range d.Rows {
		x := &d.Rows[i]
		key := fmt.Sprintf("%s%s/%d", rowKey, d.InvoiceNo, i+1)
		if d.InvoiceNo == "" {
			key = fmt.Sprintf("%s%s:%d", rowKey, x.File, x.Line)
		}
		if reason := onlineretail.Reason(x, r.adopt != ""); reason != "" {
			r.mine[key] = true
			s.held = append(s.held, order.Intake{Source: orSource, Key: key, Original: string(x.Raw), State: "refused", Reason: reason, Findings: finding(x.Unreadable)})
			continue
		}
		if x.CustomerID == "" {
			s.adopted = append(s.adopted, key)
		}
		s.rows = append(s.rows, *x)
		raw = append(raw, string(x.Raw))
	}
	if len(s.rows) > 0 {
		r.mine[s.key] = true
		s.original, s.lines = strings.Join(raw, "\n"), len(s.rows)
		s.on, s.site = day.Day(s.rows[0].Day), country(s.rows[0].Country)
		s.shipOn = s.on
		if !s.credit {
			s.draft = r.draft(s)
		}
	}
	return s
}

func finding(text string) string {
	if text == "" {
		return "{}"
	}
	return `{"sentence":` + strconv.Quote(text) + `}`
}

func (r *retail) draft(s *sheet) flow.Draft {
	d := flow.Draft{Customer: s.buyer, PONumber: s.number, OrderedOn: s.on, RequestedOn: s.on, ShipTo: s.site}
	for _, x := range s.rows {
		d.Lines = append(d.Lines, flow.DraftLine{SKU: x.StockCode, Qty: strconv.FormatInt(x.Quantity, 10), Price: x.UnitPrice, TaxCode: orTax})
	}
	return d
}

// amount is quantity × price of a row, without sign, rounded half away from zero.
func amount(x *onlineretail.Row) int64 {
	n, _ := dec.FromInt(max(x.Quantity, -x.Quantity)).Mul(dec.Must(x.UnitPrice)).Round(orCurrency.Decimals())
	return n
}

// batch plays some documents, in the order of the files: first what was sold,
// then what was credited.
func (r *retail) batch(sheets []*sheet) error {
	if len(sheets) == 0 {
		return nil
	}
	if err := r.arrive(sheets); err != nil {
		return err
	}
	var sold []*job
	var back []*sheet
	for _, s := range sheets {
		switch {
		case len(s.rows) == 0:
		case s.credit:
			back = append(back, s)
		default:
			sold = append(sold, s.job)
		}
	}
	if err := r.sell(sold); err != nil {
		return err
	}
	for _, s := range sheets {
		if s.order != 0 && s.status == "billed" && r.isWanted(s) {
			r.news = append(r.news, s.order)
		}
	}
	return r.takeBack(back)
}

func (r *retail) isWanted(s *sheet) bool {
	for i := range s.rows {
		if r.wanted[pair{s.buyer, s.rows[i].StockCode}] {
			return true
		}
	}
	return false
}

// arrive recalls what an earlier run has done, sends rows to the exception
// queue and takes adopted ones out of it.
func (r *retail) arrive(sheets []*sheet) error {
	var jobs []*job
	var rows []string
	for _, s := range sheets {
		if len(s.rows) > 0 {
			jobs = append(jobs, s.job)
		}
		for _, h := range s.held {
			rows = append(rows, h.Key)
		}
		rows = append(rows, s.adopted...)
	}
	var known map[string]order.Intake
	err := r.DB.Read(r.ctx, func(q *db.Reader) error {
		var err error
		if known, err = order.KnownIntakes(q, orSource, rows); err != nil {
			return err
		}
		return r.recall(q, jobs)
	})
	if err != nil {
		return err
	}
	var held []order.Intake
	adopting := false
	for _, s := range sheets {
		for _, h := range s.held {
			if _, ok := known[h.Key]; !ok {
				held = append(held, h)
			}
		}
		for _, k := range s.adopted {
			adopting = adopting || s.intake == 0 && known[k].State == "refused"
		}
	}
	if len(held) == 0 && !adopting {
		return nil
	}
	return r.Maintain(r.ctx, r.who, func(tx *db.Tx) error {
		list := append([]order.Intake(nil), held...)
		merged := map[id.Intake]id.Intake{}
		for _, s := range sheets {
			if s.intake != 0 || len(s.adopted) == 0 {
				continue
			}
			own := id.Intake(tx.NewID())
			list = append(list, order.Intake{ID: own, Source: orSource, Key: s.key, Original: s.original, State: "received"})
			for _, k := range s.adopted {
				if known[k].State == "refused" {
					merged[known[k].ID] = own
				}
			}
		}
		if _, err := order.AddIntakes(tx, list); err != nil {
			return err
		}
		order.MergeIntakes(tx, merged)
		return r.recall(tx, jobs)
	})
}

// sell receives what the sales need, captures, ships and bills them.
func (r *retail) sell(jobs []*job) error {
	if err := r.provide(in(jobs, arrived, order.Captured)); err != nil {
		return err
	}
	if err := r.capture(jobs); err != nil {
		return err
	}
	if err := r.confirm(jobs); err != nil {
		return err
	}
	if err := r.cover(jobs, func(j *job) flow.GoodsIn {
		return flow.GoodsIn{Reference: j.key + " more", Kind: "receipt", Partner: "migration", Lines: j.short}
	}); err != nil {
		return err
	}
	if err := r.dispatch(jobs); err != nil {
		return err
	}
	return r.bill(jobs)
}

// provide receives, at no value, what the stock does not cover.
func (r *retail) provide(jobs []*job) error {
	var spots []stock.Spot
	for _, j := range jobs {
		for _, l := range j.draft.Lines {
			spots = append(spots, stock.Spot{Warehouse: r.house, Product: r.products[l.SKU], Status: stock.Sellable})
		}
	}
	if len(spots) == 0 {
		return nil
	}
	free := map[string]int64{}
	err := r.DB.Read(r.ctx, func(q *db.Reader) error {
		pots, err := stock.Find(q, spots)
		for s, p := range pots {
			free[r.codes[s.Product]] = p.Free()
		}
		return err
	})
	if err != nil {
		return err
	}
	var docs []flow.GoodsIn
	for _, j := range jobs {
		g := flow.GoodsIn{Reference: j.key, Kind: "receipt", Partner: "migration", On: j.shipOn, Migration: true}
		short := map[string]int64{}
		for _, l := range j.draft.Lines {
			n, _ := strconv.ParseInt(l.Qty, 10, 64)
			if free[l.SKU] -= n; free[l.SKU] < 0 {
				short[l.SKU] -= free[l.SKU]
				free[l.SKU] = 0
			}
		}
		for _, sku := range sorted(short) {
			g.Lines = append(g.Lines, flow.GoodsLine{SKU: sku, Qty: strconv.FormatInt(short[sku], 10), Value: money.Format(0, orCurrency)})
		}
		if len(g.Lines) > 0 {
			docs = append(docs, g)
		}
	}
	return r.stocked(docs)
}
