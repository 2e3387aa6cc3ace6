package importers

import (
	"strconv"

	"kontor/internal/formats/onlineretail"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/money"
)

// sale is a line that was sold, with what came back of it so far.
type sale struct {
	report.Sale
	place int // of its document in the files; −1 = in none of this run's
}

// takeBack makes the credit notes of a batch.
func (r *retail) takeBack(sheets []*sheet) error {
	var jobs []*job
	of := map[*job]*flow.CreditAlone{}
	for _, s := range sheets {
		if s.status != arrived {
			continue
		}
		if err := r.look(); err != nil {
			return err
		}
		c := r.note(s)
		of[s.job] = &c
		jobs = append(jobs, s.job)
	}
	if len(jobs) == 0 {
		return nil
	}
	if err := r.receive(jobs); err != nil {
		return err
	}
	err := ask(r.player, r.CreditAlone, jobs, func(j *job) flow.CreditAlone {
		of[j].Intake = j.intake
		return *of[j]
	}, func(j *job, _ flow.Billed) { j.status = "credited" })
	if len(in(jobs, refused)) > 0 {
		r.seeded, r.sales = false, map[pair][]*sale{} // what they had claimed is free
	}
	return err
}

// look brings the sales that credits may be tied to up to date.
func (r *retail) look() error {
	if r.seeded && len(r.news) == 0 {
		return nil
	}
	err := r.DB.Read(r.ctx, func(q *db.Reader) error {
		orders := r.news
		if !r.seeded {
			var err error
			if orders, err = report.OrdersFrom(q, orSource); err != nil {
				return err
			}
		}
		return report.Sales(q, orders, func(s report.Sale) {
			k := pair{r.customers[s.Customer], r.codes[s.Product]}
			if r.wanted[k] {
				place, ok := r.seq[s.PONumber]
				if !ok {
					place = -1
				}
				r.sales[k] = append(r.sales[k], &sale{s, place})
			}
		})
	})
	r.seeded, r.news = true, nil
	return err
}

// note ties each row to an earlier sale where there is one, and makes the command.
func (r *retail) note(s *sheet) flow.CreditAlone {
	c := flow.CreditAlone{Customer: s.buyer, BillTo: s.site, On: s.on, Reason: "Credit note " + s.number, Reference: s.number}
	goods := flow.GoodsIn{Reference: s.key + " back", Kind: "receipt", Partner: s.buyer, On: s.on}
	for i := range s.rows {
		x := &s.rows[i]
		n, value := -x.Quantity, amount(x)
		l := flow.CreditAloneLine{Qty: n, Price: x.UnitPrice, Net: money.Format(value, orCurrency)}
		from, shipped := r.tie(s, x, n, value)
		switch {
		case from == nil:
			l.SKU, l.TaxCode = x.StockCode, orTax
		case shipped:
			l.Shipped = from.Shipped
			from.Returned += n
		default:
			l.Line = from.Line
		}
		if from != nil {
			from.CreditedQty, from.CreditedNet = from.CreditedQty+n, from.CreditedNet+value
		}
		if !shipped {
			goods.Lines = append(goods.Lines, flow.GoodsLine{SKU: x.StockCode, Qty: strconv.FormatInt(n, 10), Value: money.Format(0, orCurrency)})
		}
		c.Lines = append(c.Lines, l)
	}
	if len(goods.Lines) > 0 {
		c.Goods = &goods
	}
	return c
}

// tie finds the sale that a credited row corrects: the latest earlier one of
// the same customer and item of which enough is left, at the same price before
// a higher one, and these before a lower one. shipped tells that the goods come
// back from its shipment; what is credited above its price is tied to the
// invoice line only.
func (r *retail) tie(s *sheet, x *onlineretail.Row, n, value int64) (found *sale, shipped bool) {
	best := 0
	for _, c := range r.sales[pair{s.buyer, x.StockCode}] {
		if value == 0 || c.place > s.place || c.Site != s.site || c.Qty-max(c.CreditedQty, c.Returned) < n || c.Net-c.CreditedNet < value {
			continue
		}
		share := money.Share(c.Net, c.Returned+n, c.Qty) - money.Share(c.Net, c.Returned, c.Qty)
		rank := 1
		switch {
		case share == value:
			rank = 3
		case share > value:
			rank = 2
		}
		if rank >= best {
			best, found, shipped = rank, c, rank > 1
		}
	}
	return found, shipped
}
