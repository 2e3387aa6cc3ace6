package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/customer"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Master data names its relations by code, as people do. These are the only
// bodies that are not structs of a flow or a room.

// add registers a route that makes master data, in one transaction.
func add[C, T any](f func(tx *db.Tx, c *C) (T, error)) adder {
	return func(d *door, op huma.Operation) {
		op.DefaultStatus = http.StatusCreated
		write(d, op, func(ctx context.Context, in *posted[C]) (T, error) {
			return maintain(ctx, d, func(tx *db.Tx) (T, error) { return f(tx, &in.Body) })
		})
	}
}

// set registers a route that changes master data; version is what If-Match says, 0 for none.
func set[C, T any](f func(tx *db.Tx, ref string, version int64, c *C) (T, error)) adder {
	return func(d *door, op huma.Operation) {
		write(d, op, func(ctx context.Context, in *PostedIf[C]) (T, error) {
			n, err := version(in.Match)
			if err != nil {
				var none T
				return none, err
			}
			return maintain(ctx, d, func(tx *db.Tx) (T, error) { return f(tx, in.ID, n, &in.Body) })
		})
	}
}

// saveCompany needs the version once there is a company, since all books rest on it.
func saveCompany(d *door, op huma.Operation) {
	bodyWithout[company.Company](d, &op, "version")
	write(d, op, func(ctx context.Context, in *struct {
		Writing
		Match string `header:"If-Match" doc:"the ETag that you read; needed once there is a company"`
		Body  company.Company
	}) (*company.Company, error) {
		n, err := version(in.Match)
		if err != nil {
			return nil, err
		}
		in.Body.Version = n
		return maintain(ctx, d, func(tx *db.Tx) (*company.Company, error) {
			c := in.Body // a copy: the closure may run again
			return &c, flow.SaveCompany(tx, &c)
		})
	})
}

func showCompany(q db.Querier, _ *Nothing) (*company.Company, error) { return company.Load(q) }

// CustomerTerms is how a customer trades; it may change.
type CustomerTerms struct {
	Name          string             `json:"name" minLength:"1" doc:"BT-44"`
	Parent        string             `json:"parent,omitempty" doc:"code of the head office"`
	Payer         string             `json:"payer,omitempty" doc:"code of the customer that pays; itself when empty"`
	CreditAccount string             `json:"credit_account,omitempty" doc:"code of the credit account whose limit its orders use; none: no limit is watched"`
	Terms         string             `json:"terms" doc:"code of payment terms"`
	PriceGroup    string             `json:"price_group,omitempty"`
	TaxStatus     string             `json:"tax_status,omitempty" doc:"as tax rules call it, such as business, business-eu, consumer"`
	VATID         string             `json:"vat_id,omitempty" doc:"BT-48"`
	Language      string             `json:"language,omitempty" doc:"en when empty"`
	Incoterm      string             `json:"incoterm,omitempty"`
	ShipRules     customer.ShipRules `json:"ship_rules,omitempty"`
	BillRules     customer.BillRules `json:"bill_rules,omitempty"`
}

// NewCustomer is a customer with its first sites.
type NewCustomer struct {
	Code     string         `json:"code" minLength:"1" maxLength:"64" doc:"BT-46"`
	Currency money.Currency `json:"currency" doc:"of its orders, unless they say another"`
	CustomerTerms
	Sites []NewSite `json:"sites,omitempty" doc:"the first is the usual one"`
}

// NewSite is an address to ship to or to bill.
type NewSite struct {
	Code     string `json:"code" minLength:"1" maxLength:"64"`
	GLN      string `json:"gln,omitempty"`
	Name     string `json:"name" minLength:"1" doc:"BT-70"`
	Street   string `json:"street,omitempty"`
	City     string `json:"city,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Region   string `json:"region,omitempty" doc:"as tax rules call it, such as WA of US-WA"`
	Country  string `json:"country" pattern:"^[A-Z]{2}$" doc:"ISO 3166-1 alpha-2"`
}

func (s NewSite) of(tx *db.Tx, c id.Customer) customer.Site {
	return customer.Site{ID: id.Site(tx.NewID()), Customer: c, Code: s.Code, GLN: s.GLN, Name: s.Name, Street: s.Street, City: s.City, Postcode: s.Postcode, Region: s.Region, Country: s.Country}
}

// into puts terms into a customer, with the codes resolved.
func (t *CustomerTerms) into(q db.Querier, c *customer.Customer) error {
	c.Name, c.PriceGroup, c.TaxStatus, c.VATID, c.Language, c.Incoterm, c.Ship, c.Bill = t.Name, t.PriceGroup, t.TaxStatus, t.VATID, t.Language, t.Incoterm, t.ShipRules, t.BillRules
	c.Parent, c.Payer, c.Credit, c.Terms = 0, 0, 0, 0
	return fault.All(
		refer(q, report.FindCustomer, t.Parent, "parent", &c.Parent),
		refer(q, report.FindCustomer, t.Payer, "payer", &c.Payer),
		refer(q, report.FindCredit, t.CreditAccount, "credit_account", &c.Credit),
		refer(q, report.FindTerms, or(t.Terms, "?"), "terms", &c.Terms))
}

// refer resolves what a field names; what is wrong there is the request's fault, not a missing page.
func refer[T ~int64](q db.Querier, find func(db.Querier, string) (T, error), ref, path string, into *T) error {
	if ref == "" {
		return nil
	}
	v, err := find(q, ref)
	if f, ok := fault.Of(err); ok {
		return fault.Rule{Kind: fault.Invalid, Code: f.Code}.Because("%s", f.Sentence).At(path)
	}
	*into = v
	return err
}

func or[T comparable](a, b T) T {
	var zero T
	if a == zero {
		return b
	}
	return a
}

func addCustomer(tx *db.Tx, n *NewCustomer) (report.CustomerView, error) {
	c := customer.Customer{ID: id.Customer(tx.NewID()), Code: n.Code, Currency: n.Currency}
	if err := n.into(tx, &c); err != nil {
		return report.CustomerView{}, err
	}
	sites := make([]customer.Site, len(n.Sites))
	for i, s := range n.Sites {
		sites[i] = s.of(tx, c.ID)
	}
	_, fresh, err := flow.AddCustomers(tx, []customer.Customer{c}, sites)
	if err == nil && !fresh[n.Code] {
		err = customer.ErrTaken.Because("there is a customer %q already; change it with PUT, or take another code", n.Code).At("code")
	}
	if err != nil {
		return report.CustomerView{}, err
	}
	return report.Customer(tx, c.ID)
}

func changeCustomer(tx *db.Tx, ref string, version int64, t *CustomerTerms) (report.CustomerView, error) {
	v, err := report.FindCustomer(tx, ref)
	if err != nil {
		return report.CustomerView{}, err
	}
	found, err := customer.ByID(tx, []id.Customer{v})
	if err != nil {
		return report.CustomerView{}, err
	}
	c := found[v]
	c.Version = or(version, c.Version)
	if err := t.into(tx, c); err != nil {
		return report.CustomerView{}, err
	}
	if err := flow.ChangeCustomer(tx, c); err != nil {
		return report.CustomerView{}, err
	}
	return report.Customer(tx, v)
}

func addSite(tx *db.Tx, ref string, _ int64, s *NewSite) (report.CustomerView, error) {
	c, err := report.FindCustomer(tx, ref)
	if err != nil {
		return report.CustomerView{}, err
	}
	site := s.of(tx, c)
	if err := customer.AddSites(tx, []customer.Site{site}); err != nil {
		return report.CustomerView{}, err
	}
	found, err := customer.SitesByID(tx, []id.Site{site.ID})
	if err != nil {
		return report.CustomerView{}, err
	}
	if _, ok := found[site.ID]; !ok {
		return report.CustomerView{}, errSiteTaken.Because("this customer has a site %q already", s.Code).At("code")
	}
	return report.Customer(tx, c)
}

var errSiteTaken = fault.Rule{Kind: fault.Conflict, Code: "customer.site-taken"}

// ProductText is what may change of a product; quantities rest on the rest.
type ProductText struct {
	Name     string `json:"name" minLength:"1" doc:"BT-153"`
	TaxClass string `json:"tax_class,omitempty" doc:"as tax rules call it; standard when empty"`
	GTIN     string `json:"gtin,omitempty" doc:"BT-157"`
	WeightG  int64  `json:"weight_g,omitempty" minimum:"0"`
	Sellable *bool  `json:"sellable,omitempty" doc:"yes when empty; when not, order lines of it wait for a person"`
}

// NewProduct is an article or service.
type NewProduct struct {
	SKU   string `json:"sku" minLength:"1" maxLength:"64" doc:"BT-155"`
	Kind  string `json:"kind,omitempty" enum:"goods,service,kit,text" doc:"goods when empty"`
	Unit  string `json:"base_unit,omitempty" maxLength:"8" doc:"UN/ECE Rec 20, such as C62 or KGM; C62 (piece) when empty"`
	Scale int64  `json:"qty_scale,omitempty" minimum:"0" maximum:"6" doc:"decimals of the smallest step of the base unit"`
	Track string `json:"track,omitempty" enum:"none,lot,serial"`
	ProductText
	Units []catalog.Unit `json:"units,omitempty" doc:"further units, as exact ratios"`
}

func (t *ProductText) into(p *catalog.Product) {
	p.Name, p.TaxClass, p.GTIN, p.WeightG, p.Sellable = t.Name, t.TaxClass, t.GTIN, t.WeightG, t.Sellable == nil || *t.Sellable
}

func addProduct(tx *db.Tx, n *NewProduct) (report.ProductView, error) {
	p := catalog.Product{ID: id.Product(tx.NewID()), SKU: n.SKU, Kind: n.Kind, Unit: n.Unit, Scale: n.Scale, Track: n.Track, Units: n.Units}
	n.into(&p)
	_, fresh, err := flow.AddProducts(tx, []catalog.Product{p})
	if err == nil && !fresh[n.SKU] {
		err = catalog.ErrTaken.Because("there is a product %q already; change it with PUT, or take another SKU", n.SKU).At("sku")
	}
	if err != nil {
		return report.ProductView{}, err
	}
	return report.Product(tx, p.ID)
}

func changeProduct(tx *db.Tx, ref string, version int64, t *ProductText) (report.ProductView, error) {
	v, err := report.FindProduct(tx, ref)
	if err != nil {
		return report.ProductView{}, err
	}
	found, err := catalog.ByID(tx, []id.Product{v})
	if err != nil {
		return report.ProductView{}, err
	}
	p := found[v]
	p.Version = or(version, p.Version)
	t.into(p)
	if err := flow.ChangeProduct(tx, p); err != nil {
		return report.ProductView{}, err
	}
	return report.Product(tx, v)
}
