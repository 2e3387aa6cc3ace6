package report

import (
	"encoding/json"
	"strings"

	"kontor/internal/rooms/invoice"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// InvoiceRow is an invoice or credit note in a list.
type InvoiceRow struct {
	ID           id.Invoice     `json:"id"`
	Kind         string         `json:"kind" enum:"invoice,credit_note,deposit,final,correction,self_billed"`
	Number       string         `json:"number" doc:"BT-1"`
	Customer     Party          `json:"customer" doc:"BG-7"`
	IssuedOn     day.Day        `json:"issued_on" doc:"BT-2"`
	DueOn        day.Day        `json:"due_on,omitempty" doc:"BT-9"`
	PONumber     string         `json:"po_number,omitempty" doc:"BT-13"`
	Currency     money.Currency `json:"currency" doc:"BT-5"`
	Net          string         `json:"net" doc:"BT-109"`
	Tax          string         `json:"tax" doc:"BT-110"`
	Gross        string         `json:"gross" doc:"BT-112"`
	Payable      string         `json:"payable" doc:"BT-115"`
	Open         string         `json:"open" doc:"what is not settled yet"`
	Decision     string         `json:"decision" enum:"issued,reversed"`
	PaymentState string         `json:"payment_state" enum:"open,part_paid,paid,credited,part_applied,applied" doc:"derived from the open items; a credit note is applied"`
	Version      int64          `json:"version"`
}

// InvoiceFilter says which papers; empty fields match all.
type InvoiceFilter struct {
	Customer string // code or id
	Number   string
	Kind     string
	Order    id.Order
}

const invoiceColumns = `SELECT i.id, i.kind, i.number, c.id, c.code, c.name, i.issued_on, i.due_on, i.po_number, i.currency, i.net_amt, i.tax_amt, i.gross_amt, i.payable_amt, i.decision, i.version
	FROM invoice i JOIN customer c ON c.id=i.customer_id`

func scanInvoice(r *db.Rows) (InvoiceRow, int64, error) {
	var v InvoiceRow
	var net, tax, gross, payable int64
	err := r.Scan(&v.ID, &v.Kind, &v.Number, &v.Customer.ID, &v.Customer.Code, &v.Customer.Name, &v.IssuedOn, &v.DueOn, &v.PONumber, &v.Currency, &net, &tax, &gross, &payable, &v.Decision, &v.Version)
	if err == nil {
		v.Net, v.Tax, v.Gross, v.Payable = money.Format(net, v.Currency), money.Format(tax, v.Currency), money.Format(gross, v.Currency), money.Format(payable, v.Currency)
	}
	return v, int64(v.ID), err
}

// Invoices lists invoices and credit notes, newest first.
func Invoices(q db.Querier, f InvoiceFilter, p Page) (List[InvoiceRow], error) {
	var w where
	if f.Customer != "" {
		c, err := FindCustomer(q, f.Customer)
		if err != nil {
			return List[InvoiceRow]{}, err
		}
		w.and("i.customer_id=?", int64(c))
	}
	if f.Number != "" {
		w.and("i.number=?", f.Number)
	}
	if f.Kind != "" {
		w.and("i.kind=?", f.Kind)
	}
	if f.Order != 0 {
		w.and("i.id IN (SELECT l.invoice_id FROM billable b JOIN invoice_line l ON l.id=b.invoice_line_id WHERE b.order_id=?)", int64(f.Order))
	}
	out, err := paged(q, p, "inv", invoiceColumns, "i.id", newest, w, scanInvoice)
	if err != nil {
		return out, err
	}
	list := make([]*InvoiceRow, len(out.Items))
	for i := range out.Items {
		list[i] = &out.Items[i]
	}
	return out, settle(q, list)
}

// settle derives what is open and the payment state from the items.
func settle(q db.Querier, list []*InvoiceRow) error {
	docs := make([]int64, len(list))
	for i, v := range list {
		docs[i] = int64(v.ID)
	}
	items, err := receivable.OfDocs(q, docs)
	if err != nil {
		return err
	}
	credited := map[int64]int64{}
	err = q.Each(`WITH {a: id BIGINT} SELECT i.doc_id, x.amount FROM a JOIN open_item i ON i.doc_id=a.id JOIN allocation x ON x.debit_item_id=i.id JOIN open_item c ON c.id=x.credit_item_id
		WHERE c.kind='credit_note'`, db.Ints(docs), nil, func(r *db.Rows) error {
		var doc, amount int64
		err := r.Scan(&doc, &amount)
		credited[doc] += amount
		return err
	})
	if err != nil {
		return err
	}
	for _, v := range list {
		var original, open int64
		for _, i := range items[int64(v.ID)] {
			original, open = original+i.Original, open+i.Open
		}
		v.Open = money.Format(open, v.Currency)
		v.PaymentState = paymentState(v, original, open, credited[int64(v.ID)])
	}
	return nil
}

func paymentState(v *InvoiceRow, original, open, credited int64) string {
	part, whole := "part_paid", "paid"
	if v.Kind == "credit_note" {
		part, whole = "part_applied", "applied"
	}
	switch {
	case open == 0 && (v.Decision == "reversed" || original > 0 && credited == original):
		return "credited"
	case open == 0:
		return whole
	case open < original:
		return part
	}
	return "open"
}

// InvoiceView is a posted paper with everything that stands on it.
type InvoiceView struct {
	InvoiceRow
	TypeCode       string             `json:"type_code" doc:"BT-3, UNTDID 1001"`
	Series         string             `json:"series"`
	Scope          string             `json:"scope" doc:"fiscal year of the series"`
	Seq            int64              `json:"seq" doc:"gapless within series and scope"`
	BillTo         id.Site            `json:"bill_to" doc:"BG-8"`
	Payer          Party              `json:"payer"`
	Order          id.Order           `json:"order,omitempty" doc:"empty when several; BT-14"`
	FxRate         string             `json:"fx_rate" doc:"company currency per unit"`
	SuppliedFrom   day.Day            `json:"supplied_from,omitempty" doc:"BT-73"`
	SuppliedTo     day.Day            `json:"supplied_to,omitempty" doc:"BT-74, BT-72"`
	Terms          string             `json:"terms" doc:"BT-20"`
	BuyerReference string             `json:"buyer_reference,omitempty" doc:"BT-10"`
	LineTotal      string             `json:"line_total" doc:"BT-106"`
	Allowances     string             `json:"allowances" doc:"BT-107"`
	Charges        string             `json:"charges" doc:"BT-108"`
	Prepaid        string             `json:"prepaid" doc:"BT-113"`
	Rounding       string             `json:"rounding" doc:"BT-114"`
	Original       *DocRef            `json:"original,omitempty" doc:"the paper that this one corrects; BG-3"`
	Reason         string             `json:"reason,omitempty"`
	TaxSource      string             `json:"tax_source" enum:"computed,given"`
	Parties        json.RawMessage    `json:"parties" doc:"names and addresses as printed"`
	Lines          []InvoiceLineView  `json:"lines" doc:"BG-25"`
	Extras         []InvoiceExtraView `json:"extras" doc:"allowances and charges on document level, BG-20 and BG-21"`
	Taxes          []InvoiceTaxView   `json:"taxes" doc:"BG-23"`
	Items          []ItemView         `json:"items" doc:"what is owed, per instalment"`
}

// InvoiceLineView is one position.
type InvoiceLineView struct {
	ID          id.InvoiceLine `json:"id"`
	No          int64          `json:"no" doc:"BT-126"`
	Order       id.Order       `json:"order,omitempty"`
	OrderLine   id.Line        `json:"order_line,omitempty"`
	Shipment    id.Shipment    `json:"shipment,omitempty"`
	Product     id.Product     `json:"product,omitempty"`
	SKU         string         `json:"sku,omitempty" doc:"BT-155"`
	Text        string         `json:"text" doc:"BT-153"`
	EnteredQty  string         `json:"entered_qty" doc:"BT-129"`
	Unit        string         `json:"unit" doc:"BT-130"`
	Qty         string         `json:"qty" doc:"the same in the base unit"`
	BaseUnit    string         `json:"base_unit,omitempty"`
	Price       string         `json:"price" doc:"BT-148, before the line's allowance"`
	Allowance   string         `json:"allowance" doc:"BT-136"`
	Net         string         `json:"net" doc:"BT-131"`
	TaxCode     string         `json:"tax_code"`
	TaxCategory string         `json:"tax_category" doc:"BT-151"`
	TaxRate     string         `json:"tax_rate" doc:"percent, BT-152"`
	Tax         string         `json:"tax" doc:"the line's part of the breakdown"`
	CreditedQty string         `json:"credited_qty"`
	CreditedNet string         `json:"credited_net"`
	CreditedTax string         `json:"credited_tax"`
}

// InvoiceExtraView is an allowance or charge on document level.
type InvoiceExtraView struct {
	No          int64  `json:"no"`
	Kind        string `json:"kind" enum:"allowance,charge"`
	Role        string `json:"role"`
	Amount      string `json:"amount" doc:"BT-92, BT-99"`
	Tax         string `json:"tax"`
	TaxCode     string `json:"tax_code"`
	TaxCategory string `json:"tax_category" doc:"BT-95, BT-102"`
	TaxRate     string `json:"tax_rate" doc:"BT-96, BT-103"`
	Reason      string `json:"reason" doc:"BT-97, BT-104"`
	ReasonCode  string `json:"reason_code,omitempty" doc:"BT-98, BT-105"`
	CreditedNet string `json:"credited_net"`
}

// InvoiceTaxView is one row of the breakdown.
type InvoiceTaxView struct {
	Code            string         `json:"code"`
	Category        string         `json:"category" doc:"BT-118"`
	Rate            string         `json:"rate" doc:"percent, BT-119"`
	Base            string         `json:"base" doc:"BT-116"`
	Tax             string         `json:"tax" doc:"BT-117"`
	CompanyCurrency money.Currency `json:"company_currency" doc:"BT-6"`
	CompanyBase     string         `json:"company_base"`
	CompanyTax      string         `json:"company_tax" doc:"part of BT-111"`
	Reason          string         `json:"reason,omitempty" doc:"exemption reason, BT-120"`
}

// Invoice shows one invoice or credit note.
func Invoice(q db.Querier, i id.Invoice) (InvoiceView, error) {
	var v InvoiceView
	found, err := invoice.Read(q, []id.Invoice{i})
	if err != nil {
		return v, err
	}
	x := found[i]
	if x == nil {
		return v, invoice.ErrUnknown.Because("there is no invoice or credit note %s: look for it by its number or its customer", i)
	}
	err = q.Each(invoiceColumns+` WHERE i.id=$1`, nil, []any{int64(i)}, func(r *db.Rows) error {
		var err error
		v.InvoiceRow, _, err = scanInvoice(r)
		return err
	})
	if err != nil {
		return v, err
	}
	if err := settle(q, []*InvoiceRow{&v.InvoiceRow}); err != nil {
		return v, err
	}
	amt := func(n int64) string { return money.Format(n, x.Currency) }
	v.TypeCode, v.Series, v.Scope, v.Seq, v.BillTo, v.Order, v.FxRate = x.TypeCode, x.Series, x.Scope, x.Seq, x.BillTo, x.Order, x.FxRate
	v.SuppliedFrom, v.SuppliedTo, v.Terms, v.BuyerReference = x.SuppliedFrom, x.SuppliedTo, x.Terms, x.BuyerReference
	v.LineTotal, v.Allowances, v.Charges, v.Prepaid, v.Rounding = amt(x.LineAmt), amt(x.AllowanceAmt), amt(x.ChargeAmt), amt(x.Prepaid), amt(x.Rounding)
	v.Reason, v.TaxSource, v.Parties = x.Reason, x.TaxSource, json.RawMessage(x.Parties)
	if !json.Valid(v.Parties) {
		v.Parties = json.RawMessage("{}")
	}
	who, err := parties(q, []id.Customer{x.Payer})
	if err != nil {
		return v, err
	}
	v.Payer = who[x.Payer]
	if x.Original != 0 {
		var nums numbers
		nums.add("invoice", int64(x.Original))
		if err := nums.load(q); err != nil {
			return v, err
		}
		ref := nums.ref("invoice", int64(x.Original))
		v.Original = &ref
	}
	if err := v.rows(q, x); err != nil {
		return v, err
	}
	v.Items, err = itemsOf(q, int64(i))
	return v, err
}

// rows fills in lines, allowances, charges and taxes.
func (v *InvoiceView) rows(q db.Querier, x *invoice.Invoice) error {
	var goods ids[id.Product]
	for _, l := range x.Lines {
		goods.add(l.Product)
	}
	arts, err := articles(q, goods.list)
	if err != nil {
		return err
	}
	c, _, err := today(q)
	if err != nil {
		return err
	}
	amt := func(n int64) string { return money.Format(n, x.Currency) }
	v.Lines, v.Extras, v.Taxes = []InvoiceLineView{}, []InvoiceExtraView{}, []InvoiceTaxView{}
	for _, l := range x.Lines {
		a := arts[l.Product]
		v.Lines = append(v.Lines, InvoiceLineView{ID: l.ID, No: l.No, Order: l.Order, OrderLine: l.OrderLine, Shipment: l.Shipment, Product: l.Product, SKU: a.SKU, Text: l.Text,
			EnteredQty: l.EnteredQty, Unit: l.Unit, Qty: a.qty(l.Qty), BaseUnit: a.Unit, Price: l.Price, Allowance: amt(l.Allowance), Net: amt(l.Net), TaxCode: l.TaxCode,
			TaxCategory: l.Category, TaxRate: l.Rate, Tax: amt(l.Tax), CreditedQty: a.qty(l.CreditedQty), CreditedNet: amt(l.CreditedNet), CreditedTax: amt(l.CreditedTax)})
	}
	for _, e := range x.Extras {
		kind := "charge"
		if e.Sign < 0 {
			kind = "allowance"
		}
		v.Extras = append(v.Extras, InvoiceExtraView{No: e.No, Kind: kind, Role: e.Role, Amount: amt(e.Amount), Tax: amt(e.Tax), TaxCode: e.TaxCode, TaxCategory: e.Category, TaxRate: e.Rate,
			Reason: e.Reason, ReasonCode: e.ReasonCode, CreditedNet: amt(e.CreditedNet)})
	}
	for _, t := range x.Taxes {
		v.Taxes = append(v.Taxes, InvoiceTaxView{Code: t.Code, Category: t.Category, Rate: t.Rate, Base: amt(t.Base), Tax: amt(t.Tax), CompanyCurrency: c.Currency,
			CompanyBase: money.Format(t.BaseAcc, c.Currency), CompanyTax: money.Format(t.TaxAcc, c.Currency), Reason: t.Reason})
	}
	return nil
}

// DueView is an order of which something can be billed.
type DueView struct {
	Order    id.Order       `json:"order"`
	Number   string         `json:"number"`
	Customer Party          `json:"customer"`
	Parts    int64          `json:"parts" doc:"amounts that wait"`
	Currency money.Currency `json:"currency"`
	Net      string         `json:"net"`
	Since    day.Day        `json:"since" doc:"the day from which the first could be billed"`
}

// Steps reads a quantity in the base unit of a line, written as another
// quantity of it is, as whole base steps.
func Steps(s, like string) (int64, error) {
	_, frac, _ := strings.Cut(like, ".")
	return qty.Parse(s, len(frac))
}
