package importers

import (
	"context"
	"encoding/json"
	"strings"

	"kontor/internal/formats/onlineretail"
	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/stock"
	"kontor/internal/rooms/tax"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

const (
	orSource   = "online-retail"
	orCurrency = money.Currency("GBP")
	orTax      = "OOS" // the file knows no tax
)

// OnlineRetail imports files of the UCI Online Retail data: one invoice or
// credit note per InvoiceNo. adopt is the code of the customer that takes the
// rows without one; when empty they wait in the exception queue.
func OnlineRetail(ctx context.Context, o *flow.Office, files []string, adopt string, progress Progress) (*OnlineRetailReport, error) {
	r := &retail{player: newPlayer(ctx, o, orSource, progress), files: files, adopt: adopt, names: map[string]string{}, countries: map[string][]string{}, wanted: map[pair]bool{},
		sales: map[pair][]*sale{}, seq: map[string]int{}, mine: map[string]bool{}}
	if err := r.survey(); err != nil {
		return nil, err
	}
	if err := r.master(); err != nil {
		return nil, err
	}
	var batch []*sheet
	rows := 0
	for d, err := range onlineretail.Documents(files...) {
		if err != nil {
			return nil, err
		}
		s := r.sheet(d)
		batch = append(batch, s)
		if rows += len(d.Rows); rows >= batchLines {
			if err := r.batch(batch); err != nil {
				return nil, err
			}
			if err := r.pause(rows); err != nil {
				return nil, err
			}
			batch, rows = nil, 0
		}
	}
	if err := r.batch(batch); err != nil {
		return nil, err
	}
	if err := r.pause(rows); err != nil {
		return nil, err
	}
	return r.report()
}

// pair is what a credit is tied by: customer and stock code.
type pair struct{ customer, sku string }

// retail is the state of one run.
type retail struct {
	*player
	files     []string
	adopt     string
	names     map[string]string   // stock code → description
	countries map[string][]string // customer code → codes of countries, the first seen first
	products  map[string]id.Product
	codes     map[id.Product]string
	customers map[id.Customer]string
	house     id.Warehouse

	wanted map[pair]bool    // pairs that some credit names
	sales  map[pair][]*sale // of wanted pairs, oldest first
	seeded bool
	news   []id.Order     // billed since sales were read
	seq    map[string]int // place of a document in the files

	rows int64
	mine map[string]bool // keys of intakes that this run's files hold
}

// survey reads the files once: what is sold, to whom, and what is credited.
func (r *retail) survey() error {
	for x, err := range onlineretail.Rows(r.files...) {
		if err != nil {
			return err
		}
		r.rows++
		if onlineretail.Reason(&x, r.adopt != "") != "" {
			continue
		}
		if r.names[x.StockCode] == "" {
			r.names[x.StockCode] = x.Description
		}
		code, at := r.buyer(x.CustomerID), country(x.Country)
		known := false
		for _, c := range r.countries[code] {
			known = known || c == at
		}
		if !known {
			r.countries[code] = append(r.countries[code], at)
		}
		if x.Credit() {
			r.wanted[pair{code, x.StockCode}] = true
		}
	}
	r.total = r.rows
	return nil
}

func (r *retail) buyer(id string) string {
	if id == "" {
		return r.adopt
	}
	return id
}

// master makes the company and all that the rows name. What is there stays.
func (r *retail) master() error {
	return r.Maintain(r.ctx, r.who, func(tx *db.Tx) error {
		ts, err := found(tx, company.Company{Name: "Online Retail", Currency: orCurrency, Country: "GB", Zone: "Europe/London", Chart: "US"}, "NET30", 30)
		if err != nil {
			return err
		}
		houses, err := stock.Warehouses(tx)
		if err != nil {
			return err
		}
		r.house = houses[0].ID
		if book, err := tax.Load(tx); err != nil {
			return err
		} else if _, err := book.On(orTax, "2010-01-01"); err != nil {
			if err := flow.SaveTax(tx, []tax.Rate{{Code: orTax, Category: "O", Percent: "0", Reason: "Not subject to VAT: the source states no tax"}}, []tax.Rule{{Code: orTax}}); err != nil {
				return err
			}
		}
		if err := r.buyers(tx, ts); err != nil {
			return err
		}
		return r.articles(tx)
	})
}

// buyers makes the customers, with a site for each country that they bought from.
func (r *retail) buyers(tx *db.Tx, t id.Terms) error {
	var list []customer.Customer
	for _, code := range sorted(r.countries) {
		list = append(list, customer.Customer{ID: id.Customer(tx.NewID()), Code: code, Name: code, Currency: orCurrency, Terms: t, TaxStatus: "business"})
	}
	ids, _, err := flow.AddCustomers(tx, list, nil)
	if err != nil {
		return err
	}
	r.customers = make(map[id.Customer]string, len(ids))
	var sites []customer.Site
	for _, c := range list {
		r.customers[ids[c.Code]] = c.Code
		for _, at := range r.countries[c.Code] {
			sites = append(sites, customer.Site{ID: id.Site(tx.NewID()), Customer: ids[c.Code], Code: at, Name: c.Code, Country: at})
		}
	}
	return customer.AddSites(tx, sites)
}

func (r *retail) articles(tx *db.Tx) error {
	skus := sorted(r.names)
	products := make([]catalog.Product, 0, len(skus))
	for _, sku := range skus {
		name := r.names[sku]
		if name == "" {
			name = sku
		}
		products = append(products, piece(tx, sku, name))
	}
	var err error
	r.products, _, err = flow.AddProducts(tx, products)
	r.codes = make(map[id.Product]string, len(r.products))
	for sku, p := range r.products {
		r.codes[p] = sku
	}
	return err
}

// report counts from the papers and the queue what became of each row.
func (r *retail) report() (*OnlineRetailReport, error) {
	out := &OnlineRetailReport{Rows: r.rows, HeldByReason: map[string]int64{}, RevenueByMonth: map[string]string{}}
	hold := func(reason string, n int64) {
		if n > 0 {
			out.HeldRows += n
			out.HeldByReason[reason] += n
		}
	}
	err := r.DB.Read(r.ctx, func(q *db.Reader) error {
		err := report.ImportedDocs(q, orSource, func(d report.ImportedDoc) error {
			switch {
			case !r.mine[d.Key]:
			case d.State == "refused" && strings.HasPrefix(d.Key, rowKey):
				hold(d.Reason, 1)
			case d.State == "refused":
				var f struct{ Lines int64 }
				if err := json.Unmarshal([]byte(d.Findings), &f); err != nil {
					return err
				}
				hold(d.Reason, f.Lines)
			case d.DocType == "order":
				out.InvoicedRows += d.Billed
				if d.Billed > 0 {
					out.Invoices++
				}
				if d.HoldMask != 0 {
					hold("order.held", d.Lines-d.Billed)
				}
			case d.DocType == "invoice":
				out.CreditedRows += d.Lines
				out.CreditNotes++
			}
			return nil
		})
		if err != nil {
			return err
		}
		months, err := report.RevenueByMonth(q)
		for m, v := range months {
			out.RevenueByMonth[m] = money.Format(v, orCurrency)
		}
		if err != nil {
			return err
		}
		out.Digest, err = report.InvoiceDigest(q)
		return err
	})
	out.Lost = out.Rows - out.InvoicedRows - out.CreditedRows - out.HeldRows
	return out, err
}
