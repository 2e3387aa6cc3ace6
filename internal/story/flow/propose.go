package flow

import (
	"context"
	"slices"

	"kontor/internal/rooms/credit"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Proposal is one way to settle items with money, ready to be asked for.
type Proposal struct {
	Items []ProposedItem `json:"items"`
	Score int            `json:"score" doc:"percent: how sure it is"`
	Why   string         `json:"why"`
	Left  string         `json:"left" doc:"what would stay on account"`
}

// ProposedItem is what a proposal says about one item.
type ProposedItem struct {
	Item     id.Item      `json:"item"`
	Customer report.Party `json:"customer"`
	Number   string       `json:"number"`
	Open     string       `json:"open"`
	Pays     string       `json:"pays" doc:"of the money"`
	Discount string       `json:"discount,omitempty"`
	DueOn    day.Day      `json:"due_on,omitempty"`
}

// Sure tells that a proposal stands out: it is sure, takes all the money, and
// no other is as sure.
func Sure(list []Proposal) bool {
	return len(list) > 0 && list[0].Score >= payment.Sure && (len(list) == 1 || list[1].Score < payment.Sure) && isNothing(list[0].Left)
}

func isNothing(s string) bool {
	for _, c := range s {
		if c >= '1' && c <= '9' {
			return false
		}
	}
	return true
}

// Lines gives the lines with which a proposal is applied.
func (p Proposal) Lines() []ApplyLine {
	out := make([]ApplyLine, len(p.Items))
	for i, x := range p.Items {
		out[i] = ApplyLine{Item: x.Item, Amount: x.Pays, Discount: x.Discount != "", Reason: p.Why}
	}
	return out
}

// Propose says, per credit item, how it may settle what is owed, the surest
// first. It looks with the eyes of the settlement itself – which discount
// holds on the value day is its rule – and writes nothing.
func (o *Office) Propose(ctx context.Context, who db.Actor, credits []id.Item) (map[id.Item][]Proposal, error) {
	out := map[id.Item][]Proposal{}
	err := o.DB.Write(db.Simulated(ctx), who, func(tx *db.Tx) error {
		w, err := o.settling(tx)
		if err != nil {
			return err
		}
		p := &proposer{applying: w}
		if err := p.load(credits); err != nil {
			return err
		}
		for _, c := range p.credits {
			if out[c.ID], err = p.of(c); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

type proposer struct {
	*applying
	credits map[id.Item]*receivable.Item
	texts   map[int64]string
	open    map[id.Customer][]*receivable.Item
	hints   map[int64][]report.PayerHint // per receipt whose payer nobody knows
	names   map[id.Customer]report.Party
}

func (p *proposer) load(ids []id.Item) (err error) {
	if p.credits, err = receivable.ByID(p.tx, credit.Sorted(ids)); err != nil {
		return err
	}
	var customers []id.Customer
	var receipts, unknown []int64
	for _, it := range p.credits {
		switch {
		case it.DocType != "receipt":
			customers = append(customers, it.Customer)
		case it.Customer == 0:
			receipts, unknown = append(receipts, it.Doc), append(unknown, it.Doc)
		default:
			receipts, customers = append(receipts, it.Doc), append(customers, it.Customer)
		}
	}
	slices.Sort(receipts)
	slices.Sort(unknown)
	if p.hints, err = report.PayerHints(p.tx, unknown); err != nil {
		return err
	}
	for _, list := range p.hints {
		for _, h := range list {
			customers = append(customers, h.Customer)
		}
	}
	customers = credit.Sorted(customers)
	if p.texts, err = payment.Texts(p.tx, receipts); err != nil {
		return err
	}
	if p.open, err = receivable.OpenOf(p.tx, customers); err != nil {
		return err
	}
	if p.names, err = report.Parties(p.tx, customers); err != nil {
		return err
	}
	return p.discounts()
}

// discounts reads the papers of which a discount may be taken, together.
func (p *proposer) discounts() error {
	var tiered []*receivable.Item
	for _, list := range p.open {
		for _, it := range list {
			if it.Sign > 0 && it.Tiers != "[]" {
				tiered = append(tiered, it)
			}
		}
	}
	return p.readPapers(tiered)
}

// of proposes for one credit item: among its customer's items, or among those
// of whom it may be.
func (p *proposer) of(c *receivable.Item) ([]Proposal, error) {
	var all []payment.Proposal
	if c.Customer != 0 {
		list, err := p.candidates(c, c.Customer)
		if err != nil {
			return nil, err
		}
		all = payment.Propose(c.Open, p.texts[c.Doc], payment.Payer{Known: true}, list)
	} else {
		for _, h := range p.hints[c.Doc] {
			list, err := p.candidates(c, h.Customer)
			if err != nil {
				return nil, err
			}
			all = append(all, payment.Propose(c.Open, p.texts[c.Doc], payment.Payer{Hint: h.Why, Bonus: h.Worth}, list)...)
		}
		slices.SortStableFunc(all, func(a, b payment.Proposal) int { return b.Score - a.Score })
	}
	out := []Proposal{}
	for _, x := range all[:min(len(all), 6)] {
		out = append(out, p.view(c, x))
	}
	return out, nil
}

func (p *proposer) candidates(c *receivable.Item, who id.Customer) ([]payment.Candidate, error) {
	var out []payment.Candidate
	for _, it := range p.open[who] {
		if it.Sign < 0 || it.Currency != c.Currency {
			continue
		}
		d, err := p.discountOn(it, c.DueOn)
		if err != nil {
			return nil, err
		}
		if d >= it.Open || it.Open < it.Original { // the rest of a part payment has none
			d = 0
		}
		out = append(out, payment.Candidate{Item: it.ID, Customer: it.Customer, Number: it.Number, Open: it.Open, Discount: d, DueOn: it.DueOn})
	}
	return out, nil
}

func (p *proposer) view(c *receivable.Item, x payment.Proposal) Proposal {
	items := map[id.Item]*receivable.Item{}
	for _, list := range p.open {
		for _, it := range list {
			items[it.ID] = it
		}
	}
	v := Proposal{Score: x.Score, Why: x.Why, Left: money.Format(x.Left, c.Currency)}
	for _, s := range x.Shares {
		it := items[s.Item]
		i := ProposedItem{Item: s.Item, Customer: p.names[it.Customer], Number: it.Number, Open: money.Format(it.Open, it.Currency), Pays: money.Format(s.Amount-s.Discount, it.Currency), DueOn: it.DueOn}
		if s.TakeDiscount {
			i.Discount = money.Format(s.Discount, it.Currency)
		}
		v.Items = append(v.Items, i)
	}
	return v
}
