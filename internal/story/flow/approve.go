package flow

import (
	"encoding/json"

	"kontor/internal/rooms/approval"
	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
)

// Ask opens a request: a step that one may not do alone waits for a second
// person. Only Second makes one, so that nobody asks for what no flow would do.
type Ask struct {
	Kind     string
	Subject  Subject
	Amount   int64  // company currency, smallest units
	Sentence string // what would be done
	Reason   string
	command  any
}

// Asked is a request that waits.
type Asked struct {
	Approval id.Approval `json:"approval"`
}

func (o *Office) ask(tx *db.Tx, cmds []Ask) ([]Result[Asked], error) {
	b, err := o.read(tx)
	if err != nil {
		return nil, err
	}
	out := make([]Result[Asked], len(cmds))
	list := make([]*approval.Request, 0, len(cmds))
	at := make([]*approval.Request, len(cmds))
	for i, c := range cmds {
		if c.Reason == "" {
			out[i].Fault = approval.ErrReason.Because("say why: who decides reads it").At("reason")
			continue
		}
		text, err := c.text()
		if err != nil {
			return nil, err
		}
		at[i] = &approval.Request{ID: id.Approval(tx.NewID()), Kind: c.Kind, SubjectType: c.Subject.Type, Subject: c.Subject.ID, Amount: c.Amount, Command: text, Sentence: c.Sentence, Reason: c.Reason}
		list = append(list, at[i])
	}
	fresh, err := approval.Add(tx, list)
	if err != nil {
		return nil, err
	}
	var events []event.Event
	for i, r := range at {
		if r == nil {
			continue
		}
		if !fresh[r.ID] {
			out[i].Fault = approval.ErrAsked.Because("somebody asked for this already: the request waits for a decision")
			continue
		}
		out[i].Value = Asked{r.ID}
		events = append(events, event.Event{Type: "approval.requested", Subject: event.About("approval", int64(r.ID)), Reason: r.Reason,
			Refs: []event.Ref{{Type: r.SubjectType, ID: r.Subject, Qualifier: "about"}}, Body: map[string]string{"kind": r.Kind, "sentence": r.Sentence, "amount": money.Format(r.Amount, b.Currency)}})
	}
	return out, event.Record(tx, events...)
}

// Decide grants or denies a request, or takes back one's own.
type Decide struct {
	Approval id.Approval `json:"approval"`
	Decision string      `json:"decision" enum:"granted,denied,withdrawn"`
	Reason   string      `json:"reason,omitempty" doc:"needed to deny"`
}

// Decided is a request with its end; what was granted is done in the same transaction.
type Decided struct {
	Approval id.Approval `json:"approval"`
	Decision string      `json:"decision"`
	Sentence string      `json:"sentence"`
}

func (o *Office) decide(tx *db.Tx, cmds []Decide) ([]Result[Decided], error) {
	_, p, err := o.empowered(tx)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Approval, len(cmds))
	for i, c := range cmds {
		ids[i] = c.Approval
	}
	found, err := approval.Lock(tx, sortedApprovals(ids))
	if err != nil {
		return nil, err
	}
	out := make([]Result[Decided], len(cmds))
	granted := map[string][]int{} // commands per kind
	seen := once[id.Approval]{}
	for i, c := range cmds {
		r := found[c.Approval]
		switch err := p.mayDecide(r, c, tx.Who().ID); {
		case err != nil:
			out[i].Fault = err
		case seen.again(c.Approval):
			out[i].Fault = twice("request " + c.Approval.String())
		case c.Decision == "granted":
			granted[r.Kind] = append(granted[r.Kind], i)
		}
	}
	for _, kind := range approval.Kinds { // in one order, as locks are
		list := make([]*approval.Request, len(granted[kind]))
		for k, i := range granted[kind] {
			list[k] = found[cmds[i].Approval]
		}
		faults, err := o.carryOut(tx, kind, list)
		if err != nil {
			return nil, err
		}
		for k, i := range granted[kind] {
			out[i].Fault = faults[k]
		}
	}
	var closed []*approval.Request
	var events []event.Event
	for i, c := range cmds {
		if out[i].Fault != nil {
			continue
		}
		r := found[c.Approval]
		r.Decision, r.Answer = c.Decision, c.Reason
		closed = append(closed, r)
		out[i].Value = Decided{r.ID, r.Decision, r.Sentence}
		events = append(events, event.Event{Type: "approval." + c.Decision, Subject: event.About("approval", int64(r.ID)), Reason: c.Reason,
			Refs: []event.Ref{{Type: r.SubjectType, ID: r.Subject, Qualifier: "about"}}, Body: map[string]string{"kind": r.Kind, "sentence": r.Sentence}})
	}
	approval.Close(tx, closed)
	return out, event.Record(tx, events...)
}

func sortedApprovals(ids []id.Approval) []id.Approval {
	seen := once[id.Approval]{}
	var out []id.Approval
	for _, x := range ids {
		if !seen.again(x) {
			out = append(out, x)
		}
	}
	return out
}

// mayDecide refuses who asked himself, who has not the authority, and what is decided.
func (p *powers) mayDecide(r *approval.Request, c Decide, who int64) error {
	switch {
	case r == nil:
		return approval.ErrUnknown.Because("there is no request %s", c.Approval)
	case r.Decision != "open":
		return approval.ErrDecided.Because("this request is %s already", r.Decision)
	case c.Decision == "withdrawn" && r.AskedBy != who:
		return approval.ErrOwn.Because("only who asked can take the request back")
	case c.Decision == "withdrawn":
		return nil
	case r.AskedBy == who:
		return approval.ErrOwn.Because("you asked for this yourself: somebody else decides it")
	case !p.grants(r.Kind, r.Amount):
		return approval.ErrAuthority.Because("this is %s %s, above what you may grant: somebody with a higher limit of authority decides it", money.Format(r.Amount, p.currency), p.currency)
	case c.Decision == "denied" && c.Reason == "":
		return approval.ErrReason.Because("say why you deny it: who asked reads it").At("reason")
	case c.Decision != "granted" && c.Decision != "denied":
		return approval.ErrReason.Because("a request is granted, denied or withdrawn, not %q", c.Decision).At("decision")
	}
	return nil
}

// carryOut runs the commands of granted requests of one kind, each signed by
// the second person; a refusal of the flow is the answer to the decision.
func (o *Office) carryOut(tx *db.Tx, kind string, list []*approval.Request) ([]error, error) {
	if len(list) == 0 {
		return nil, nil
	}
	switch kind {
	case approval.CreditRelease:
		return signed(tx, list, o.unhold, func(c *Unhold) { c.signed = true })
	case approval.CreditLimit:
		return signed(tx, list, o.limit, func(c *Limit) { c.signed = true })
	case approval.CreditNote:
		return signed(tx, list, o.credit, func(c *Credit) { c.signed = true })
	case approval.WriteOff:
		return signed(tx, list, o.writeOff, func(c *WriteOff) { c.signed = true })
	case approval.Refund:
		return signed(tx, list, o.refund, func(c *Refund) { c.signed = true })
	default:
		return signed(tx, list, o.bank, func(c *Bank) { c.signed = true })
	}
}

func signed[C, T any](tx *db.Tx, list []*approval.Request, do func(*db.Tx, []C) ([]Result[T], error), sign func(*C)) ([]error, error) {
	cmds := make([]C, len(list))
	for i, r := range list {
		if err := json.Unmarshal([]byte(r.Command), &cmds[i]); err != nil {
			return nil, err
		}
		sign(&cmds[i])
	}
	rs, err := do(tx, cmds)
	if err != nil {
		return nil, err
	}
	out := make([]error, len(rs))
	for i, r := range rs {
		if out[i] = r.Fault; out[i] != nil {
			f, ok := fault.Of(out[i])
			if !ok {
				return nil, out[i]
			}
			out[i] = f
		}
	}
	return out, nil
}

func recordAuthority(tx *db.Tx, l approval.Limit) error {
	c, err := company.Load(tx)
	if err != nil {
		return err
	}
	return event.Record(tx, event.Event{Type: "authority.changed", Subject: event.About("company", 1),
		Body: map[string]any{"role": l.Role, "kind": l.Kind, "alone": l.Alone, "grants": l.Grants, "currency": c.Currency}})
}
