package web

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/approval"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// decisions are the kinds of decision in words.
var decisions = map[string]string{
	approval.CreditRelease: "Release past the credit limit", approval.PriceRelease: "Price below the list", approval.CreditLimit: "Raise of a credit limit",
	approval.CreditNote: "Credit note", approval.WriteOff: "Write-off", approval.Refund: "Refund", approval.BankDetails: "Bank details",
}

func approvalRoutes() []route {
	out := []route{
		get("/approvals", access.SeeMoney, listing("approvals", approvalList)),
		get("/approvals/{id}", access.SeeMoney, approvalPage),
		get("/authority", access.Administer, listing("authority", authorityList)),
	}
	out = append(out, steps("/approvals/{id}", "/approvals/{id}", decideSteps()...)...)
	out = append(out, steps("/authority/{id}", "/authority", &authorityStep)...)
	out = append(out, steps("/credit/{id}", "/credit/{id}", &limitStep)...)
	return append(out, steps("/bank/accounts/{id}", "/bank/accounts", &bankStep)...)
}

// mine asks for what the person may decide.
func (v *visit) mine(q db.Querier) (report.ApprovalFilter, error) {
	set, err := approval.Limits(q)
	return report.ApprovalFilter{Decider: v.who.User, Powers: approval.Of(approval.With(set), v.roles()), Currency: v.company.Currency}, err
}

func (v *visit) roles() []string {
	var out []string
	for _, r := range v.who.Roles {
		out = append(out, r.Code)
	}
	return out
}

// offer turns a sheet that was refused for want of a second person into one
// that asks for him.
func (v *visit) offer(s *sheet, why error) error {
	var second *flow.Second
	if !errors.As(why, &second) {
		return nil
	}
	var names []string
	err := v.read(func(q *db.Reader) error {
		limits, c, err := flow.Authority(q)
		if err == nil {
			names, err = report.Deciders(q, v.who.User, second.Request.Kind, second.Request.Amount, limits, c.Currency)
		}
		return err
	})
	if err != nil {
		return err
	}
	s.Fault.Title = "This takes a second person"
	if len(names) == 0 {
		s.Fault.Sentence += " Nobody else has the authority for it: an admin sets it under Authority."
		return nil
	}
	s.Fault.Sentence += " " + strings.Join(names[:min(3, len(names))], " or ") + " may grant it."
	s.Verb = "Ask " + names[0]
	if len(names) > 1 {
		s.Verb = "Ask for approval"
	}
	s.Hidden["ask"] = "1"
	for _, f := range s.Fields {
		if f.Name == "reason" {
			return nil
		}
	}
	s.Fields = append(s.Fields, reason)
	return nil
}

// askFor asks for the second person that a step takes; a step that takes none
// any more is done.
func (v *visit) askFor(ctx context.Context, s *step) (string, error) {
	ref := v.PathValue("id")
	_, err := flow.Simulate(v.Context(), func(ctx context.Context) error {
		_, err := s.Run(ctx, v, ref, v.PostForm)
		return err
	})
	var second *flow.Second
	if !errors.As(err, &second) {
		return s.Run(ctx, v, ref, v.PostForm)
	}
	ask := second.Request
	ask.Reason = strings.TrimSpace(v.PostForm.Get("reason"))
	_, err = v.site.office.Ask.One(ctx, v.actor(), ask)
	return "It is asked for, and done when somebody grants it: see Approvals", err
}

// approvalList is what waits for a second person.
func approvalList(v *visit, p report.Page) (list, error) {
	f, err := v.mine(v.q)
	if err != nil {
		return list{}, err
	}
	empty := "Nothing waits for you. What others may not do alone stands here, when your authority is enough for it."
	switch v.ask("view") {
	case "asked":
		f, empty = report.ApprovalFilter{Asker: v.who.User}, "You asked for nothing yet. A step that takes a second person asks by itself."
	case "open":
		f, empty = report.ApprovalFilter{Open: true}, "Nothing waits for a second person."
	case "decided":
		f, empty = report.ApprovalFilter{Decided: true}, "Nothing was decided yet."
	}
	rows, err := report.Approvals(v.q, f, p)
	l := list{Title: "Approvals", Lead: "What takes a second person: who asks never decides", Next: rows.Next, Empty: empty,
		Views: v.tabs("view", [2]string{"", "For you"}, [2]string{"asked", "You asked"}, [2]string{"open", "All open"}, [2]string{"decided", "Decided"})}
	l.Table = table{Caption: "Approvals", Columns: []column{{"Request", false, "first"}, {"About", false, "whole"}, {"State", false, "whole"}, {"Asked by", false, "whole"}, {"Counts as", true, "amount"}, {"Next step", false, "whole act"}}}
	for _, x := range rows.Items {
		s := stateOf("approval." + x.Decision)
		next := cell{Text: "—"}
		if x.Decision == "open" {
			next = cell{Act: &link{Word: "Look at it", Href: "/approvals/" + x.ID.String()}}
		}
		about := cell{Text: orDash(x.About.Number), Href: placeOf(x.About)}
		l.Table.Rows = append(l.Table.Rows, row{ID: x.ID.String(), Cells: []cell{linked(decisions[x.Kind], "/approvals/"+x.ID.String()).and(sentence(x.Sentence)), about,
			{State: &s, Sub: x.Reason, Raw: x.Decision}, text(x.AskedBy).and(v.instantText(x.AskedAt)), {Text: v.money(x.Amount, string(x.Currency)), Raw: x.Amount}, next}})
	}
	return l, err
}

// approvalOf reads the request that the address names.
func approvalOf(q db.Querier, ref string) (report.ApprovalView, error) {
	a, err := report.FindApproval(q, ref)
	if err != nil {
		return report.ApprovalView{}, err
	}
	rows, err := report.Approvals(q, report.ApprovalFilter{ID: a}, report.Page{Limit: 1})
	if err == nil && len(rows.Items) == 0 {
		err = approval.ErrUnknown.Because("there is no request %s", ref)
	}
	if err != nil {
		return report.ApprovalView{}, err
	}
	return rows.Items[0], nil
}

func approvalPage(v *visit) (page, error) {
	x, err := approvalOf(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	f, err := v.mine(v.q)
	if err != nil {
		return nil, err
	}
	f.ID = x.ID
	may, err := report.ToDecide(v.q, f)
	if err != nil {
		return nil, err
	}
	d := document{ID: x.ID.String(), Title: decisions[x.Kind], States: []state{stateOf("approval." + x.Decision)}, Lead: []link{{Word: "asked by " + x.AskedBy + ", " + v.instantText(x.AskedAt)}}}
	open := x.Decision == "open"
	d.Acts = v.buttons("/approvals/"+x.ID.String(), when(open && may > 0, &grantStep), when(open && may > 0, &denyStep), when(open && x.Asker == v.who.User, &withdrawStep))
	d.Facts = []fact{{Name: "Counts as", Value: v.money(x.Amount, string(x.Currency))}, {Name: "About", Value: orDash(x.About.Number), Href: placeOf(x.About)}}
	d.Sections = []section{{Title: "What is asked for", Pairs: []fact{{Name: "To do", Value: sentence(x.Sentence)}, {Name: "Why", Value: x.Reason}}}}
	if !open {
		d.Sections[0].Pairs = append(d.Sections[0].Pairs, fact{Name: "Decision", Value: stateOf("approval."+x.Decision).word + " by " + x.DecidedBy + ", " + v.instantText(x.DecidedAt)}, fact{Name: "Answer", Value: orDash(x.Answer)})
	} else if may == 0 && x.Asker != v.who.User {
		limits, c, err := flow.Authority(v.q)
		if err != nil {
			return nil, err
		}
		names, err := report.Deciders(v.q, x.Asker, x.Kind, thousandths(x.Amount)/approval.Cap(1, 3-c.Currency.Decimals()), limits, c.Currency)
		if err != nil {
			return nil, err
		}
		d.Sections[0].Pairs = append(d.Sections[0].Pairs, fact{Name: "Who decides", Value: orDash(strings.Join(names, ", "))})
	}
	d.Story, err = v.storyOf(x.ID.String())
	return draw(documentPage(v, d)), err
}

func decideSteps() []*step { return []*step{&grantStep, &denyStep, &withdrawStep} }

// deciding makes a step that decides a request.
func deciding(decision, said string) func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
	return func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		a, err := found(ctx, v, ref, report.FindApproval)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Decide.Alone(ctx, v.actor(), flow.Decide{Approval: a, Decision: decision, Reason: form.Get("reason")})
		return said + r.Sentence, err
	}
}

var (
	grantStep = step{Name: "grant", Word: "Grant", Title: "Grant the request", Verb: "Grant", Right: access.SeeMoney, Say: "It is done at once, in your name and on the request of who asked.",
		Fields: []field{{Name: "reason", Label: "Note", Help: "Who asked reads it.", Optional: true}}, Run: deciding("granted", "It is granted to ")}
	denyStep = step{Name: "deny", Word: "Deny", Title: "Deny the request", Verb: "Deny", Right: access.SeeMoney, Say: "Nothing is done.",
		Fields: []field{{Name: "reason", Label: "Reason", Help: "Who asked reads it."}}, Run: deciding("denied", "It is denied to ")}
	withdrawStep = step{Name: "withdraw", Word: "Take back", Title: "Take the request back", Verb: "Take the request back", Right: access.SeeMoney, Say: "Nobody is asked any more.", Run: deciding("withdrawn", "Nobody is asked any more to ")}
)

// authorityList is who may decide what, and up to which amount.
func authorityList(v *visit, _ report.Page) (list, error) {
	limits, c, err := flow.Authority(v.q)
	l := list{Title: "Authority", Lead: "Up to which amount a role decides alone, and what it grants to others. Amounts in " + string(c.Currency) + ".", Empty: "Nothing is set.",
		Acts: []link{{Word: "Set a limit…", Href: "/authority/new/set", Sheet: true}}}
	l.Table = table{Caption: "Limits of authority", Columns: []column{{"Decision", false, "first"}, {"Role", false, "whole"}, {"Alone up to", true, "whole"}, {"Grants up to", true, "amount"}, {"Next step", false, "whole act"}}}
	for _, kind := range approval.Kinds {
		for _, x := range limits {
			if x.Kind != kind {
				continue
			}
			role, _ := access.RoleOf(x.Role)
			at := x.Role + "." + x.Kind
			l.Table.Rows = append(l.Table.Rows, row{ID: at, Cells: []cell{text(decisions[kind]), text(role.Name), limitCell(x.Alone), limitCell(x.Grants), {Act: &link{Word: "Change…", Href: "/authority/" + at + "/set", Sheet: true}}}})
		}
	}
	return l, err
}

func limitCell(n int64) cell {
	switch {
	case n >= approval.Unlimited:
		return cell{Text: "any amount", Raw: itoa(n)}
	case n == 0:
		return cell{Text: "none", Raw: "0"}
	}
	return cell{Text: amount(itoa(n)), Raw: itoa(n)}
}

var authorityStep = step{Name: "set", Word: "Change", Title: "Set a limit of authority", Verb: "Set the limit", Right: access.Administer,
	Say: "Whole amounts of the company's currency. It holds from now on; what waits is decided by the new limits.",
	Fields: []field{
		{Name: "role", Label: "Role", Kind: "choice", Choices: roleChoices()}, {Name: "kind", Label: "Decision", Kind: "choice", Choices: kindChoices()},
		{Name: "alone", Label: "Alone up to", Help: "0 means that it always takes a second person.", Short: true, Number: true},
		{Name: "grants", Label: "Grants up to", Help: "What somebody of this role may grant when another asks; 0 means nothing.", Short: true, Number: true}},
	Prefill: func(v *visit, ref string, form url.Values) error {
		return v.read(func(q *db.Reader) error {
			limits, _, err := flow.Authority(q)
			for _, x := range limits {
				if x.Role+"."+x.Kind == ref {
					form.Set("role", x.Role)
					form.Set("kind", x.Kind)
					form.Set("alone", itoa(x.Alone))
					form.Set("grants", itoa(x.Grants))
				}
			}
			return err
		})
	},
	Run: func(ctx context.Context, v *visit, _ string, form url.Values) (string, error) {
		l := approval.Limit{Role: form.Get("role"), Kind: form.Get("kind")}
		var err error
		if l.Alone, err = whole(form.Get("alone"), "alone"); err != nil {
			return "", err
		}
		if l.Grants, err = whole(form.Get("grants"), "grants"); err != nil {
			return "", err
		}
		err = v.site.office.Maintain(ctx, v.actor(), func(tx *db.Tx) error { return flow.SetAuthority(tx, l) })
		return "The limit is set", err
	}}

func roleChoices() [][2]string {
	var out [][2]string
	for _, r := range access.Roles {
		out = append(out, [2]string{r.Code, r.Name})
	}
	return out
}

func kindChoices() [][2]string {
	var out [][2]string
	for _, k := range approval.Kinds {
		out = append(out, [2]string{k, decisions[k]})
	}
	return out
}

// creditPage shows an account: its limit, and each part of what stands under it.
func creditPage(v *visit) (page, error) {
	ref, err := report.FindCredit(v.q, v.PathValue("id"))
	if err != nil {
		return nil, err
	}
	a, err := report.Credit(v.q, ref)
	if err != nil {
		return nil, err
	}
	cur := string(a.Currency)
	d := document{ID: a.ID.String(), Title: "Credit " + a.Code}
	tone := ""
	if strings.HasPrefix(a.Free, "-") {
		d.States, tone = []state{{"bad", "circle-alert", "Over the limit"}}, "late"
	}
	d.Acts = v.buttons("/credit/"+a.Code, &limitStep)
	d.Facts = []fact{{Name: "Limit today", Value: v.money(a.Limit, cur)}, {Name: "Used", Value: v.money(a.Exposure, cur)}, {Name: "Free", Value: v.money(a.Free, cur), Tone: tone}}
	if a.TempUntil != "" {
		d.Facts[0].Sub = "for a time, to " + dayText(a.TempUntil, v.today) + "; then " + v.money(a.BaseLimit, cur)
	}
	customers, err := report.CreditCustomers(v.q, ref)
	if err != nil {
		return nil, err
	}
	for _, c := range customers {
		d.Lead = append(d.Lead, link{Word: c.Name, Href: "/customers/" + c.Code})
	}
	d.Sections = []section{{Title: "What stands under the limit", Table: exposureTable(a)}}
	orders, err := report.CreditOrders(v.q, ref, v.company.Currency, 50)
	if err != nil {
		return nil, err
	}
	t := table{Caption: "Orders", Columns: []column{{"Order", false, "first"}, {"Customer", false, "whole"}, {"State", false, "whole"}, {"Gross", true, "amount"}}}
	for _, o := range orders {
		s := o.Status
		if o.Held {
			s = "held"
		}
		t.Rows = append(t.Rows, row{ID: o.Number, Cells: []cell{named(o.Number, "/orders/"+o.Number), linked(o.Customer, "/customers/"+o.Code), pill(s), text(o.Amount)}})
	}
	d.Sections = append(d.Sections, section{Title: "Open orders, the dearest first", Table: t, Empty: "No order is open."})
	d.Story, err = v.storyOf(a.ID.String())
	return draw(documentPage(v, d)), err
}

// exposureTable is each part of the exposure, in the order in which money moves.
func exposureTable(a report.CreditView) table {
	t := table{Caption: "Exposure", Columns: []column{{"Part", false, "first"}, {"Amount, " + string(a.Currency), true, "amount"}}}
	for _, p := range exposureParts(a) {
		t.Rows = append(t.Rows, row{ID: p[0], Cells: []cell{text(p[0]), cash(p[1])}})
	}
	t.Foot = []cell{text("Used"), cash(a.Exposure)}
	return t
}

func exposureParts(a report.CreditView) [][2]string {
	return [][2]string{{"Confirmed orders, not shipped", a.Ordered}, {"Shipped, not billed", a.Shipped}, {"Invoices, not paid", a.Items}, {"Credit notes, not used", minus(a.Credits)}, {"Secured", minus(a.Secured)}}
}

func minus(s string) string {
	if isZero(s) {
		return s
	}
	return "-" + s
}

var limitStep = step{Name: "limit", Word: "Change limit", Title: "Change the credit limit", Verb: "Change limit", Right: access.GiveCredit,
	Say: "It holds for what is confirmed from now on. To raise it takes a second person.",
	Fields: []field{{Name: "limit", Label: "Limit", Help: "In the company's currency.", Short: true, Number: true},
		{Name: "temp_limit", Label: "Limit for a time", Help: "Instead of the limit, until the day below.", Optional: true, Short: true, Number: true},
		{Name: "temp_until", Label: "Last day of it", Help: "As 2026-12-31.", Optional: true, Short: true}, reason},
	Prefill: func(v *visit, ref string, form url.Values) error {
		return v.read(func(q *db.Reader) error {
			c, err := report.FindCredit(q, ref)
			if err != nil {
				return err
			}
			a, err := report.Credit(q, c)
			form.Set("limit", a.BaseLimit)
			if a.TempUntil != "" {
				form.Set("temp_limit", a.TempLimit)
				form.Set("temp_until", string(a.TempUntil))
			}
			return err
		})
	},
	About: func(ctx context.Context, v *visit, ref string) ([]consequence, error) {
		c, err := found(ctx, v, ref, report.FindCredit)
		if err != nil {
			return nil, err
		}
		return v.exposureOf(ctx, c)
	},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		c, err := found(ctx, v, ref, report.FindCredit)
		if err != nil {
			return "", err
		}
		until, err := optionalDay(form.Get("temp_until"), "temp_until")
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Limit.One(ctx, v.actor(), flow.Limit{Account: c, Limit: form.Get("limit"), TempLimit: form.Get("temp_limit"), TempUntil: until, Reason: form.Get("reason")})
		return "The limit of " + r.Code + " is " + r.Limit, err
	}}

// exposureOf is how an account stands, for sheets.
func (v *visit) exposureOf(ctx context.Context, c id.Credit) ([]consequence, error) {
	if c == 0 {
		return nil, nil
	}
	var a report.CreditView
	err := v.site.office.DB.Read(ctx, func(q *db.Reader) (err error) {
		a, err = report.Credit(q, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	s := consequence{Title: "Credit " + a.Code + " now"}
	for _, p := range exposureParts(a) {
		if !isZero(p[1]) {
			s.Rows = append(s.Rows, []string{p[0], amount(p[1])})
		}
	}
	s.Rows = append(s.Rows, []string{"Used", v.money(a.Exposure, string(a.Currency))}, []string{"Limit", v.money(a.Limit, string(a.Currency))}, []string{"Free", v.money(a.Free, string(a.Currency))})
	return []consequence{s}, nil
}

// bankAccounts are ours: where customers pay to.
func bankAccounts(v *visit, _ report.Page) (list, error) {
	all, err := report.BankAccounts(v.q)
	l := list{Title: "Bank accounts", Lead: "Where customers pay to. A change always takes two people.", Empty: "No bank account yet."}
	l.Table = table{Caption: "Bank accounts", Columns: []column{{"Account", false, "first"}, {"IBAN", false, "whole"}, {"Currency", false, "up"}, {"Next step", false, "whole act"}}}
	for _, a := range all {
		next := cell{Text: "—"}
		if v.may(bankStep.Right) {
			next = cell{Act: &link{Word: "Change…", Href: "/bank/accounts/" + a.ID.String() + "/change", Sheet: true}}
		}
		l.Table.Rows = append(l.Table.Rows, row{ID: a.ID.String(), Cells: []cell{named(a.Code, "").and(a.Name), {Text: orDash(spaced(a.IBAN)), Raw: a.IBAN, Code: true}, text(string(a.Currency)), next}})
	}
	return l, err
}

// spaced writes an IBAN in groups of four (ISO 13616-1, clause 6).
func spaced(iban string) string {
	var b strings.Builder
	for i, c := range iban {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func bankAccountOf(q db.Querier, ref string) (report.BankAccountView, error) {
	all, err := report.BankAccounts(q)
	for _, a := range all {
		if a.ID.String() == ref {
			return a, err
		}
	}
	if err == nil {
		err = errNoPage
	}
	return report.BankAccountView{}, err
}

var bankStep = step{Name: "change", Word: "Change", Title: "Change a bank account", Verb: "Change bank account", Right: access.Close,
	Say:    "Invoices carry the new account from then on. Money that goes to a wrong account is rarely seen again: the second person checks the bank's own letter.",
	Fields: []field{{Name: "name", Label: "Name", Help: "How colleagues know the account."}, {Name: "iban", Label: "IBAN", Help: "As on the bank's letter."}, reason},
	Prefill: func(v *visit, ref string, form url.Values) error {
		return v.read(func(q *db.Reader) error {
			a, err := bankAccountOf(q, ref)
			form.Set("name", a.Name)
			form.Set("iban", spaced(a.IBAN))
			return err
		})
	},
	Run: func(ctx context.Context, v *visit, ref string, form url.Values) (string, error) {
		a, err := found(ctx, v, ref, bankAccountOf)
		if err != nil {
			return "", err
		}
		r, err := v.site.office.Bank.One(ctx, v.actor(), flow.Bank{Account: a.ID, Name: form.Get("name"), IBAN: form.Get("iban"), Reason: form.Get("reason")})
		return "Bank account " + r.Code + " is changed", err
	}}
