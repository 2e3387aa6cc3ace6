package flow

import (
	"context"

	"kontor/internal/rooms/customer"
	"kontor/internal/rooms/order"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Typed is what somebody has typed into a draft: rows, the head, or both. What
// is older than what stands there is not written, so that it may be sent twice
// and may come late.
type Typed struct {
	Draft id.Draft
	Head  *order.Draft // nil = the head stays
	Lines []order.DraftLine
	Ask   string // what the columns of the pasted rows among Lines mean: somebody is to look at it
	Paste int64  // of these rows; 0 leaves open what is asked
	Done  bool   // nothing is asked any more
}

// Reckoning is a draft as it would be ordered: the rows that were asked for, and
// what all come to.
type Reckoning struct {
	Draft   order.Draft
	All     bool // Lines are all rows that there are
	Lines   []Reckoned
	Stale   map[int64]bool // of Lines: a younger row stood there, and that is shown
	HeadOld bool           // a younger head stood there
	Name    string         // of the customer
	Sites   []customer.Site
	Sum     Sum
	Faults  []Flaw // of the head
	Last    int64  // place of the last row
}

// Sum is what a draft comes to.
type Sum struct {
	Currency        money.Currency // "" while there is no customer
	Net, Tax, Gross string
	Lines, Faulty   int64
}

// Reckoned is a row with what it comes to. What could not be reckoned is empty.
type Reckoned struct {
	order.DraftLine
	SKU, Name, BaseUnit, UsedUnit string
	UnitPrice, Discount, Trace    string
	Amount                        string
	Free                          string // what may still be promised, in the base unit
	Short                         string // what of it is missing now, in the base unit; "" = nothing
	Flaws                         []Flaw
	Proposals                     []report.Proposal

	ordered int64 // base steps
}

// Flaw is something to fix in a draft.
type Flaw struct {
	At       string // item, qty, unit, wished, price; customer, ship_to
	Sentence string
	Code     string
	Holds    bool // it can be ordered so, and then waits for a person
}

// DraftAsIs gives an open draft as it would be ordered now; nothing is written.
func (o *Office) DraftAsIs(ctx context.Context, who db.Actor, draft id.Draft) (Reckoning, error) {
	var out Reckoning
	err := o.DB.Write(db.Simulated(ctx), who, func(tx *db.Tx) (err error) {
		out, err = o.reckonAll(tx, draft)
		return err
	})
	return out, err
}

// typeDraft writes what was typed and reckons the rows that it touches.
func (o *Office) typeDraft(tx *db.Tx, cmds []Typed) ([]Result[Reckoning], error) {
	return eachOf(cmds, func(c Typed) (Reckoning, error) {
		d, err := order.OpenDraft(tx, c.Draft)
		if err != nil {
			return Reckoning{}, err
		}
		return o.typed(tx, d, c)
	})
}

func (o *Office) typed(tx *db.Tx, d order.Draft, c Typed) (Reckoning, error) {
	out := Reckoning{Stale: map[int64]bool{}}
	lines := c.Lines
	if c.Head != nil {
		h := *c.Head
		h.ID = d.ID
		done, err := order.WriteHead(tx, h)
		if err != nil {
			return out, err
		}
		out.All = done && (h.Customer != d.Customer || h.ShipTo != d.ShipTo || h.Wished != d.Wished)
		if out.HeadOld = !done && h.Version != d.Version; done {
			h.State, h.Paste, h.Meaning = d.State, d.Paste, d.Meaning
			d = h
		}
	}
	if c.Ask != "" || c.Done {
		d.Paste, d.Meaning = c.Paste, c.Ask
		order.AskMeaning(tx, d.ID, c.Paste, c.Ask)
	}
	r, err := o.reckon(tx, d, lines)
	if err != nil {
		return out, err
	}
	r.Stale, r.All, r.HeadOld = out.Stale, out.All, out.HeadOld
	if err := r.write(tx); err != nil {
		return out, err
	}
	if out.All { // another customer, other prices: every row is looked at anew
		all, err := order.DraftLines(tx, d.ID)
		if err != nil {
			return out, err
		}
		if r, err = o.reckon(tx, d, all); err != nil {
			return out, err
		}
		r.All, r.Stale = true, out.Stale
		order.Reckoned(tx, d.ID, r.kept())
	}
	return *r.Reckoning, r.sum(tx)
}

// reckonAll reads a draft and reckons it as things are now; it writes nothing.
func (o *Office) reckonAll(tx *db.Tx, draft id.Draft) (Reckoning, error) {
	d, err := order.ReadDraft(tx, draft)
	if err != nil {
		return Reckoning{}, err
	}
	lines, err := order.DraftLines(tx, draft)
	if err != nil {
		return Reckoning{}, err
	}
	r, err := o.reckon(tx, d, lines)
	if err != nil {
		return Reckoning{}, err
	}
	r.All = true
	order.Reckoned(tx, draft, r.kept()) // the sums are those of now; rolled back with all else
	return *r.Reckoning, r.sum(tx)
}

// reckoning is one at work.
type reckoning struct {
	*Reckoning
	o        *Office
	f        *facts
	means    map[string]report.Meant // by what was typed
	customer *customer.Customer
	head     order.Order // as far as it is known
	ready    bool        // the head is good enough to price lines
}

// write writes the rows that were reckoned; those of which a younger one stands
// are answered with that.
func (r *reckoning) write(tx *db.Tx) error {
	if len(r.Lines) == 0 {
		return nil
	}
	done, err := order.WriteLines(tx, r.Draft.ID, r.kept())
	if err != nil || len(done) == len(r.Lines) {
		return err
	}
	var old []int64
	at := map[int64]int{}
	for i, l := range r.Lines {
		if !done[l.Line] {
			old, at[l.Line] = append(old, l.Line), i
		}
	}
	stand, err := order.DraftLines(tx, r.Draft.ID, old...)
	if err != nil {
		return err
	}
	again, err := r.o.reckon(tx, r.Draft, stand)
	if err != nil {
		return err
	}
	for _, l := range again.Lines {
		sent := &r.Lines[at[l.Line]]
		r.Stale[l.Line] = !sameTyped(l.DraftLine, sent.DraftLine)
		*sent = l
	}
	return nil
}

func sameTyped(a, b order.DraftLine) bool {
	return a.Item == b.Item && a.Qty == b.Qty && a.Unit == b.Unit && a.Wished == b.Wished && a.Price == b.Price && a.Gone == b.Gone
}

func (r *reckoning) kept() []order.DraftLine {
	out := make([]order.DraftLine, 0, len(r.Lines))
	for _, l := range r.Lines {
		out = append(out, l.DraftLine)
	}
	return out
}

// sum adds up all rows, with the tax that one invoice over all of it would have.
func (r *reckoning) sum(tx *db.Tx) error {
	parts, err := order.SumDraft(tx, r.Draft.ID)
	if err != nil {
		return err
	}
	r.Sum = Sum{}
	x := r.head
	for _, p := range parts {
		r.Sum.Lines += p.Lines
		r.Sum.Faulty += p.Faulty
		if p.TaxCode != "" {
			x.Lines = append(x.Lines, &order.Line{Net: p.Net, TaxCode: p.TaxCode})
			x.Net += p.Net
		}
	}
	if r.Last, err = order.LastPos(tx, r.Draft.ID); err != nil || x.Currency == "" {
		return err
	}
	if err := taxOrder(&x, r.f.tax); err != nil {
		return err
	}
	f := func(n int64) string { return money.Format(n, x.Currency) }
	r.Sum.Currency, r.Sum.Net, r.Sum.Tax, r.Sum.Gross = x.Currency, f(x.Net), f(x.Tax), f(x.Gross())
	return nil
}
