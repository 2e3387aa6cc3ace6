// Package invoice owns what waits to be billed and the papers that were sent:
// billables, invoices, credit notes with their lines, allowances, charges and
// tax breakdown. It does not own what is owed (receivable) or how it is booked.
//
// A paper exists only with its number, which is drawn when it is posted; it is
// never changed afterwards. A mistake is corrected by a credit note.
package invoice

import (
	"sort"

	"kontor/internal/words/day"
	"kontor/internal/words/dec"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Rules of the room.
var (
	ErrUnknown  = fault.Rule{Kind: fault.NotFound, Code: "invoice.unknown"}
	ErrNothing  = fault.Rule{Kind: fault.Conflict, Code: "invoice.nothing-due"}
	ErrNegative = fault.Rule{Kind: fault.Refused, Code: "invoice.negative"}
	ErrCredit   = fault.Rule{Kind: fault.Refused, Code: "credit-note.exceeds"}
	ErrReversed = fault.Rule{Kind: fault.Conflict, Code: "invoice.move"}
	ErrLine     = fault.Rule{Kind: fault.NotFound, Code: "invoice.line-unknown"}
	ErrMixed    = fault.Rule{Kind: fault.Invalid, Code: "credit-note.mixed"}
)

// Moves is the whole life of an invoice; docs/states.md is printed from it.
var Moves = map[string][]string{"issued": {"reversed"}, "reversed": {}}

// Series of numbers.
const (
	SeriesInvoice = "INV"
	SeriesCredit  = "CN"
)

// Billable is one amount waiting for an invoice.
type Billable struct {
	ID           id.Billable
	Kind         string // delivery, order, return, freight …
	Source       int64
	SourceNo     int64
	Order        id.Order
	Line         id.Line
	Shipment     id.Shipment
	Customer     id.Customer
	BillTo       id.Site
	Payer        id.Customer
	Credit       id.Credit
	Currency     money.Currency
	GroupKey     string
	BillOn       day.Day
	SuppliedOn   day.Day
	Sign         int64
	Qty          int64
	Billed       int64
	Net          int64 // signed, document currency
	Allowance    int64
	TaxGiven     bool
	Tax          int64 // given, or computed when billed
	Exposed      int64 // company currency, while not billed
	TaxCode      string
	Price        string
	Text         string
	OriginalLine id.InvoiceLine // of returns: the line that billed the goods
	InvoiceLine  id.InvoiceLine // the line that billed this
	HoldMask     int64
}

// Invoice is the posted paper (BT-1 …), amounts in document currency.
type Invoice struct {
	ID             id.Invoice
	Kind           string // invoice, credit_note
	TypeCode       string // BT-3, UNTDID 1001: 380, 381
	Series, Scope  string
	Seq            int64
	Number         string // BT-1
	Customer       id.Customer
	BillTo         id.Site
	Payer          id.Customer
	Order          id.Order // 0 when several
	Currency       money.Currency
	FxRate         string
	IssuedOn       day.Day // BT-2
	SuppliedFrom   day.Day // BT-73
	SuppliedTo     day.Day // BT-74 / BT-72
	DueOn          day.Day // BT-9
	Terms          string  // BT-20
	BuyerReference string  // BT-10
	PONumber       string  // BT-13
	LineAmt        int64   // BT-106
	AllowanceAmt   int64   // BT-107
	ChargeAmt      int64   // BT-108
	Net            int64   // BT-109
	Tax            int64   // BT-110
	Gross          int64   // BT-112
	Prepaid        int64   // BT-113
	Rounding       int64   // BT-114
	Payable        int64   // BT-115
	Original       id.Invoice
	Reason         string
	Decision       string
	TaxSource      string
	Parties        string // names and addresses as printed, JSON
	Version        int64
	TxID           int64
	Lines          []*Line
	Extras         []*Extra
	Taxes          []*Tax
}

// Line is one position (BG-25).
type Line struct {
	ID          id.InvoiceLine
	No          int64
	Billable    id.Billable
	Order       id.Order
	OrderLine   id.Line
	Shipment    id.Shipment
	Product     id.Product
	Original    id.InvoiceLine
	Qty         int64  // base steps
	Unit        string // BT-130
	EnteredQty  string // BT-129
	Price       string // BT-148, before the line's allowance
	Net         int64  // BT-131
	Allowance   int64  // BT-136
	TaxCode     string
	Category    string // BT-151
	Rate        string // BT-152
	Tax         int64  // this line's part of the breakdown
	Text        string // BT-153
	CreditedQty int64
	CreditedNet int64
	CreditedTax int64
}

// Extra is an allowance (sign −1, BG-20) or charge (sign 1, BG-21) on document level.
type Extra struct {
	ID          int64
	No          int64
	Sign        int64
	Billable    id.Billable
	OrderLine   id.Line
	Role        string // freight, charge, allowance
	Amount      int64
	Tax         int64 // its part of the breakdown, without sign
	TaxCode     string
	Category    string
	Rate        string
	Reason      string // BT-97, BT-104
	ReasonCode  string // UNTDID 5189, 7161
	CreditedNet int64
	CreditedTax int64
}

// Tax is one row of the breakdown (BG-23).
type Tax struct {
	Code     string
	Category string // BT-118
	Rate     string // BT-119
	Base     int64  // BT-116
	Tax      int64  // BT-117
	BaseAcc  int64  // company currency
	TaxAcc   int64  // BT-111 per code
	Reason   string // BT-120
}

// Total adds an invoice up as EN 16931 says: line nets are summed (BR-CO-10),
// allowances and charges applied (BR-CO-13), tax is base × rate per category
// and rate, rounded half away from zero (BR-CO-17), or per line when lineMode.
// Tax that a migrated document states is taken as given. The part of tax that
// each line carries is split by largest remainder, ties by line number.
// step is the cash rounding of the payable amount (BT-114), 0 for none.
func (i *Invoice) Total(lineMode bool, step int64) {
	i.LineAmt, i.AllowanceAmt, i.ChargeAmt = 0, 0, 0
	per := map[string]*taxGroup{}
	group := func(code, cat, rate string) *taxGroup {
		g := per[code]
		if g == nil {
			g = &taxGroup{row: &Tax{Code: code, Category: cat, Rate: rate}}
			per[code] = g
		}
		return g
	}
	for _, l := range i.Lines {
		i.LineAmt += l.Net
		group(l.TaxCode, l.Category, l.Rate).add(l.Net, &l.Tax)
	}
	signed := make([]int64, len(i.Extras))
	for k, x := range i.Extras {
		if x.Sign < 0 {
			i.AllowanceAmt += x.Amount
		} else {
			i.ChargeAmt += x.Amount
		}
		signed[k] = x.Sign * x.Tax
		group(x.TaxCode, x.Category, x.Rate).add(x.Sign*x.Amount, &signed[k])
	}
	i.Net = i.LineAmt - i.AllowanceAmt + i.ChargeAmt
	i.Taxes, i.Tax = nil, 0
	codes := make([]string, 0, len(per))
	for c := range per {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	for _, c := range codes {
		g := per[c]
		g.total(i.TaxSource == "given", lineMode)
		i.Taxes = append(i.Taxes, g.row)
		i.Tax += g.row.Tax
	}
	for k, x := range i.Extras {
		x.Tax = x.Sign * signed[k]
	}
	i.Gross = i.Net + i.Tax
	i.Rounding = cashRounding(i.Gross-i.Prepaid, step)
	i.Payable = i.Gross - i.Prepaid + i.Rounding
}

type taxGroup struct {
	row   *Tax
	nets  []int64
	parts []*int64
}

func (g *taxGroup) add(net int64, part *int64) {
	g.row.Base += net
	g.nets = append(g.nets, net)
	g.parts = append(g.parts, part)
}

func (g *taxGroup) total(given, lineMode bool) {
	if given {
		for _, p := range g.parts {
			g.row.Tax += *p
		}
		return
	}
	rate := dec.Must(g.row.Rate)
	if lineMode {
		for k, p := range g.parts {
			*p = money.Tax(g.nets[k], rate)
			g.row.Tax += *p
		}
		return
	}
	g.row.Tax = money.Tax(g.row.Base, rate)
	// Each line gets its exact tax rounded down in magnitude; the cents left go
	// to the largest remainders. Done by hand as the nets may be of both signs.
	spread(g.row.Tax, g.nets, rate, g.parts)
}

func spread(tax int64, nets []int64, rate dec.D, parts []*int64) {
	type rest struct {
		k    int
		frac dec.D
	}
	rests := make([]rest, len(nets))
	left := tax
	for k, n := range nets {
		exact := dec.FromInt(n).Mul(rate).Percent()
		v, _ := exact.Round(0)
		if dec.FromInt(v).Cmp(exact) > 0 {
			v-- // floor
		}
		*parts[k] = v
		left -= v
		rests[k] = rest{k, exact.Sub(dec.FromInt(v))}
	}
	sort.SliceStable(rests, func(a, b int) bool { return rests[a].frac.Cmp(rests[b].frac) > 0 })
	for j := 0; left > 0; j = (j + 1) % len(rests) {
		*parts[rests[j].k]++
		left--
	}
	for j := len(rests) - 1; left < 0; j-- {
		*parts[rests[j].k]--
		left++
		if j == 0 {
			j = len(rests)
		}
	}
}

// cashRounding is what brings an amount to the next multiple of step, half away from zero.
func cashRounding(amount, step int64) int64 {
	if step <= 1 {
		return 0
	}
	d, _ := dec.FromInt(amount).QuoRound(dec.FromInt(step), 0)
	return d*step - amount
}
