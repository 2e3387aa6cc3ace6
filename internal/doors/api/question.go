package api

import (
	"strconv"

	"kontor/internal/rooms/company"
	"kontor/internal/rooms/terms"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// What lists can be asked for. The filters of the reports carry no names for
// the outside, so they stand here.
type (
	orderQuery struct {
		Paging
		Customer string `query:"customer" doc:"code or id"`
		Status   string `query:"status" doc:"such as held, short, reserved, shipped, billed"`
		PO       string `query:"po_number" doc:"the customer's order number"`
		Number   string `query:"number"`
	}
	shipmentQuery struct {
		Paging
		Order     string `query:"order" doc:"number or id"`
		Customer  string `query:"customer" doc:"code or id"`
		Warehouse string `query:"warehouse" doc:"code or id"`
		State     string `query:"state" enum:"planned,shipped,delivered,void,returned_to_sender"`
		Number    string `query:"number"`
	}
	returnQuery struct {
		Paging
		Order    string `query:"order" doc:"number or id"`
		Customer string `query:"customer" doc:"code or id"`
		State    string `query:"state" enum:"authorised,closed,refused"`
	}
	invoiceQuery struct {
		Paging
		Order    string `query:"order" doc:"number or id"`
		Customer string `query:"customer" doc:"code or id"`
		Kind     string `query:"kind" enum:"invoice,credit_note,deposit,final,correction,self_billed"`
		Number   string `query:"number"`
	}
	itemQuery struct {
		Paging
		Customer string `query:"customer" doc:"code or id"`
		Kind     string `query:"kind" enum:"invoice,credit_note,deposit,receipt,fee,interest,chargeback,recovery,opening"`
		Number   string `query:"number" doc:"of the paper"`
		Open     bool   `query:"open" doc:"only what is not settled"`
	}
	receiptQuery struct {
		Paging
		Customer  string `query:"customer" doc:"code or id"`
		Unapplied bool   `query:"unapplied" doc:"only those of which something is not applied"`
	}
	statementQuery struct {
		Paging
		Account string `query:"account" doc:"code or id of the bank account"`
	}
	bankLineQuery struct {
		Paging
		Account string `query:"account" doc:"code or id of the bank account"`
		State   string `query:"state" enum:"new,matched,reconciled,excluded"`
	}
	customerQuery struct {
		Paging
		Code string `query:"code"`
		Name string `query:"name" doc:"a part of it"`
	}
	productQuery struct {
		Paging
		SKU  string `query:"sku"`
		Name string `query:"name" doc:"a part of it"`
	}
	priceQuery struct {
		Paging
		List     string `query:"list" doc:"code or id"`
		SKU      string `query:"sku"`
		Customer string `query:"customer" doc:"code or id"`
	}
	stockQuery struct {
		Paging
		SKU       string `query:"sku"`
		Warehouse string `query:"warehouse" doc:"code or id"`
	}
	stockOnQuery struct {
		SKU string `path:"sku"`
		On  string `query:"on" doc:"at the end of this day; today when empty"`
	}
	ageingQuery struct {
		Format
		On string `query:"on" doc:"at the end of this day; today when empty"`
		By string `query:"by" enum:"due,document" default:"due" doc:"age counts from the due day or from the document"`
	}
	balanceQuery struct {
		Format
		On string `query:"on" doc:"at the end of this day; today when empty"`
	}
	feedQuery struct {
		After string `query:"after" doc:"the seq of the last event that you have; from the first when empty"`
		Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	}
	holidayQuery struct {
		Calendar string `query:"calendar"`
	}
)

func orders(q db.Querier, in *orderQuery) (report.List[report.OrderRow], error) {
	return report.Orders(q, report.OrderFilter{Status: in.Status, Customer: in.Customer, PO: in.PO, Number: in.Number}, in.page())
}

func shipments(q db.Querier, in *shipmentQuery) (report.List[report.ShipmentRow], error) {
	o, err := orderOf(q, in.Order)
	if err != nil {
		return report.List[report.ShipmentRow]{}, err
	}
	return report.Shipments(q, report.ShipmentFilter{State: in.State, Warehouse: in.Warehouse, Customer: in.Customer, Order: o, Number: in.Number}, in.page())
}

func returns(q db.Querier, in *returnQuery) (report.List[report.ReturnRow], error) {
	o, err := orderOf(q, in.Order)
	if err != nil {
		return report.List[report.ReturnRow]{}, err
	}
	return report.Returns(q, report.ReturnFilter{State: in.State, Customer: in.Customer, Order: o}, in.page())
}

func invoices(q db.Querier, in *invoiceQuery) (report.List[report.InvoiceRow], error) {
	o, err := orderOf(q, in.Order)
	if err != nil {
		return report.List[report.InvoiceRow]{}, err
	}
	return report.Invoices(q, report.InvoiceFilter{Customer: in.Customer, Number: in.Number, Kind: in.Kind, Order: o}, in.page())
}

func orderOf(q db.Querier, ref string) (id.Order, error) {
	if ref == "" {
		return 0, nil
	}
	return report.FindOrder(q, ref)
}

func items(q db.Querier, in *itemQuery) (report.List[report.ItemView], error) {
	return report.Items(q, report.ItemFilter{Customer: in.Customer, OnlyOpen: in.Open, Kind: in.Kind, Number: in.Number}, in.page())
}

func receipts(q db.Querier, in *receiptQuery) (report.List[report.ReceiptView], error) {
	return report.Receipts(q, report.ReceiptFilter{Customer: in.Customer, Unapplied: in.Unapplied}, in.page())
}

func statements(q db.Querier, in *statementQuery) (report.List[report.StatementRow], error) {
	return report.Statements(q, in.Account, in.page())
}

func bankLines(q db.Querier, in *bankLineQuery) (report.List[report.BankLineView], error) {
	return report.BankLines(q, report.BankLineFilter{Account: in.Account, State: in.State}, in.page())
}

func customers(q db.Querier, in *customerQuery) (report.List[report.CustomerRow], error) {
	return report.Customers(q, report.CustomerFilter{Code: in.Code, Name: in.Name}, in.page())
}

func products(q db.Querier, in *productQuery) (report.List[report.ProductView], error) {
	return report.Products(q, report.ProductFilter{SKU: in.SKU, Name: in.Name}, in.page())
}

func prices(q db.Querier, in *priceQuery) (report.List[report.PriceView], error) {
	return report.Prices(q, report.PriceFilter{List: in.List, SKU: in.SKU, Customer: in.Customer}, in.page())
}

func pots(q db.Querier, in *stockQuery) (report.List[report.PotView], error) {
	return report.Stock(q, report.StockFilter{SKU: in.SKU, Warehouse: in.Warehouse}, in.page())
}

func stockOn(q db.Querier, in *stockOnQuery) (report.List[report.StockOnView], error) {
	on, err := dayOr(q, in.On)
	if err != nil {
		return report.List[report.StockOnView]{}, err
	}
	list, err := report.StockOn(q, in.SKU, on)
	return report.List[report.StockOnView]{Items: list}, err
}

func credits(q db.Querier, in *struct{ Paging }) (report.List[report.CreditView], error) {
	return report.Credits(q, in.page())
}

func queue(q db.Querier, in *struct{ Paging }) (report.QueueView, error) {
	return report.Queue(q, in.page())
}

func summary(q db.Querier, _ *Nothing) (report.SummaryView, error) { return report.Summary(q) }

func holidays(q db.Querier, in *holidayQuery) (report.List[terms.Holiday], error) {
	list, err := terms.HolidaysOf(q, in.Calendar)
	return report.List[terms.Holiday]{Items: list}, err
}

func ageing(q db.Querier, in *ageingQuery) (report.AgeingView, error) {
	on, err := dayOr(q, in.On)
	if err != nil {
		return report.AgeingView{}, err
	}
	return report.Ageing(q, on, in.By)
}

func balance(q db.Querier, in *balanceQuery) (report.TrialBalanceView, error) {
	on, err := dayOr(q, in.On)
	if err != nil {
		return report.TrialBalanceView{}, err
	}
	return report.TrialBalance(q, on)
}

// dayOr reads a day; without one it is the company's today.
func dayOr(q db.Querier, text string) (day.Day, error) {
	if text != "" {
		d, err := day.Parse(text)
		return d, at(err, "query.on")
	}
	c, err := company.Load(q)
	if err != nil {
		return "", err
	}
	return c.Day(q.Now()), nil
}

func feed(q db.Querier, in *feedQuery) (report.List[report.FeedView], error) {
	after := int64(0)
	if in.After != "" {
		var err error
		if after, err = strconv.ParseInt(in.After, 10, 64); err != nil || after < 0 {
			return report.List[report.FeedView]{}, report.ErrCursor.Because("cannot go on after %.40q: send the seq of the last event that you have", in.After).At("query.after")
		}
	}
	list, err := report.Feed(q, after, in.Limit)
	out := report.List[report.FeedView]{Items: list}
	if n := len(list); n > 0 {
		out.Next = strconv.FormatInt(list[n-1].Seq, 10)
	}
	return out, err
}

// one shows a thing whose id or number stands in the path.
func one[K ~int64, T any](find func(db.Querier, string) (K, error), show func(db.Querier, K) (T, error)) adder {
	return get(func(q db.Querier, in *ByID) (T, error) {
		v, err := find(q, in.ID)
		if err != nil {
			var none T
			return none, err
		}
		return show(q, v)
	})
}

// story tells what happened to a thing whose id or number stands in the path.
func story[K interface {
	~int64
	String() string
}](find func(db.Querier, string) (K, error), tell func(db.Querier, string) ([]report.EventView, error)) adder {
	return get(func(q db.Querier, in *ByID) (report.List[report.EventView], error) {
		v, err := find(q, in.ID)
		if err != nil {
			return report.List[report.EventView]{}, err
		}
		list, err := tell(q, v.String())
		return report.List[report.EventView]{Items: list}, err
	})
}

func timeline(q db.Querier, in *ByID) (report.List[report.EventView], error) {
	list, err := report.Timeline(q, in.ID)
	return report.List[report.EventView]{Items: list}, err
}

func journal(q db.Querier, in *ByID) (report.List[report.EntryView], error) {
	list, err := report.Journal(q, in.ID)
	return report.List[report.EntryView]{Items: list}, err
}

func findReceipt(_ db.Querier, ref string) (id.Receipt, error) {
	return parsed[id.Receipt]("receipt", ref)
}

func findItem(_ db.Querier, ref string) (id.Item, error) { return parsed[id.Item]("item", ref) }

func findStatement(_ db.Querier, ref string) (id.Statement, error) {
	return parsed[id.Statement]("bank statement", ref)
}

func findSettling(_ db.Querier, ref string) (id.Application, error) {
	return parsed[id.Application]("settlement", ref)
}

func settlingsOf(q db.Querier, i id.Item) (report.List[report.ApplicationView], error) {
	list, err := report.ApplicationsOf(q, i)
	return report.List[report.ApplicationView]{Items: list}, err
}
