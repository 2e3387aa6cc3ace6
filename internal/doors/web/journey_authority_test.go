package web

import (
	"context"
	"strings"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
)

// captured places an order as somebody of a role and tries to confirm it.
func (b *play) captured(role string, l flow.DraftLine) (number, held string) {
	b.t.Helper()
	customer, sku := b.trade()
	if l.SKU == "" {
		l.SKU = sku
	}
	who := db.Actor{ID: b.user[role]}
	p, err := b.office.Capture.One(context.Background(), who, flow.Draft{Customer: customer, Lines: []flow.DraftLine{l}})
	if err != nil {
		b.t.Fatal(err)
	}
	if len(p.Holds) > 0 {
		return p.Number, p.Holds[0]
	}
	c, err := b.office.Confirm.One(context.Background(), who, flow.Confirm{Order: p.Order})
	if err != nil {
		b.t.Fatal(err)
	}
	return p.Number, c.Held
}

// creditByTwo: a large order over the limit. Credit may not release it alone and
// asks the head of the company, who sees the exposure and grants it; then the
// order can be confirmed.
func creditByTwo(b *play) {
	number, held := b.captured("service", flow.DraftLine{Qty: "60000"})
	if !strings.Contains(held, "credit account") {
		b.t.Fatalf("%s is not held for credit: %q", number, held)
	}
	credit := b.as("credit")
	credit.open("/orders/" + number)
	credit.follows("Release…")
	credit.sees("Why " + number + " waits")
	credit.sees(" now\n")
	credit.follows("Release hold")
	credit.refused("Reason is missing")
	credit.types("reason", "They pay on Friday")
	credit.follows("Release hold")
	credit.refused("takes a second person")
	credit.sees("Ruth Hallmoor may grant it")
	credit.follows("Ask Ruth Hallmoor")
	credit.sees("done when somebody grants it")

	head := b.as("head")
	head.open("/")
	head.follows("Approvals 1")
	head.follows("Look at it")
	head.sees("They pay on Friday")
	head.sheet("Grant…", "It is written down", "Grant", "It is granted to release order "+number)
	head.follows(number)
	head.sees("Captured")

	service := b.as("service")
	service.open("/orders/" + number)
	service.sheet("Confirm order…", "This will happen", "Confirm order", "is confirmed")
}

// limitByTwo: a limit is raised by two, lowered by one; what is denied says why.
func limitByTwo(b *play) {
	credit := b.as("credit")
	credit.open("/")
	credit.follows("Credit")
	credit.clicks("#list tbody a[href^='/credit/']")
	credit.sees("What stands under the limit")
	account := credit.at()
	credit.follows("Change limit…")
	credit.types("limit", "1,000")
	credit.types("reason", "grows")
	credit.follows("Change limit")
	credit.refused("can be read in two ways")
	credit.types("limit", "900000")
	credit.follows("Change limit")
	credit.refused("takes a second person")
	credit.follows("Ask Ruth Hallmoor")
	credit.sees("done when somebody grants it")

	head := b.as("head")
	head.open("/approvals")
	head.follows("Look at it")
	head.follows("Deny…")
	head.follows("Deny")
	head.refused("Reason is missing")
	head.types("reason", "Not before the accounts are in")
	head.follows("Deny")
	head.sees("It is denied to raise")

	credit.open("/approvals?view=asked")
	credit.sees("Denied")
	credit.open(account)
	credit.follows("Change limit…")
	credit.types("limit", "1")
	credit.types("reason", "The accounts are late")
	credit.sheetDoes("Change limit", "The limit of")
	credit.sees("Over the limit")
}

// priceByAnother: what a rep agrees below the list waits for somebody else, who
// is not the rep.
func priceByAnother(b *play) {
	number, held := b.captured("service", flow.DraftLine{Qty: "3", Price: "1"})
	if !strings.Contains(held, "below the list") {
		b.t.Fatalf("%s is not held for its price: %q", number, held)
	}
	rep := b.as("service")
	rep.open("/orders/" + number)
	rep.follows("Release…")
	rep.types("reason", "I promised it")
	rep.follows("Release hold")
	rep.refused("You brought order " + number + " here yourself")
	head := b.as("head")
	head.open("/desk")
	head.follows(number)
	head.follows("Release…")
	head.sees("below the list")
	head.types("reason", "A first order")
	head.sheetDoes("Release hold", "The hold is released")
	rep.open("/orders/" + number)
	rep.sheet("Confirm order…", "This will happen", "Confirm order", "is confirmed")
}

// accessReviewed: an admin sets a limit of authority, which holds at once, and
// looks at what each person may do; not at himself.
func accessReviewed(b *play) {
	admin := b.as("admin")
	admin.open("/")
	admin.follows("Authority")
	admin.follows("Set a limit…")
	admin.chooses("role", "Credit")
	admin.chooses("kind", "Release past the credit limit")
	admin.types("alone", "-5")
	admin.types("grants", "5000")
	admin.follows("Set the limit")
	admin.refused("is no whole number")
	admin.types("alone", "5000")
	admin.sheetDoes("Set the limit", "The limit is set")
	admin.follows("Access review")
	admin.sees("reviews are due")
	admin.follows("Review…")
	admin.types("note", "As the job says")
	admin.sheetDoes("Let them stand", "is reviewed")
	admin.sees("by Ben Okafor")
	if w := b.ask("admin", "GET", "/review?format=csv", nil); !strings.Contains(w.Body.String(), "Reviewed") {
		b.t.Error("the review is not in the CSV")
	}
}
