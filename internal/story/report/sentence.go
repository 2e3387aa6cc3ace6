package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// sentences says in plain words what an event is. {name} stands for a field of
// the event's body, a list for how many it has; {subject} for the number of the
// document, {reason} for why. A part in brackets falls away when one of its fields is missing.
var sentences = map[string]string{
	"intake.received":   "A document arrived[ by {channel}]",
	"intake.understood": "The document was understood",
	"intake.refused":    "The document could not become an order[: {sentence}]",
	"intake.merged":     "The document was merged with an earlier one",

	"order.captured":              "Order {subject} was captured[ from purchase order {po}][ with {lines} lines][, {gross} {currency}]",
	"order.confirmed":             "Order {subject} was confirmed[ with {lines} lines]",
	"order.withdrawn":             "The confirmation of order {subject} was withdrawn",
	"order.changed":               "Order {subject} was changed[, revision {revision}][: {reason}]",
	"order.cancelled":             "Order {subject} was cancelled[: {reason}]",
	"order.remainder_cancelled":   "What was left of order {subject} was cancelled[: {reason}]",
	"order.reinstated":            "A cancelled part of order {subject} was taken back",
	"order.closed":                "Order {subject} was closed: everything is shipped, billed and paid",
	"order.reopened":              "Order {subject} was opened again[: {reason}]",
	"order.duplicate":             "The same purchase order arrived again for order {subject}",
	"order_confirmation.sent":     "The confirmation of order {subject} was sent",
	"order_line.promised":         "A delivery day was promised[: {promised_on}]",
	"order_line.repromised":       "The promised day moved[ from {old}][ to {new}]",
	"order_line.reserved":         "Stock was reserved",
	"order_line.unreserved":       "A reservation was given back",
	"order_line.short":            "Stock is missing[ for line {line}][: {reason}]",
	"order_line.price_overridden": "A price was overridden[ to {price}]",

	"hold.opened":   "Put on hold[ ({kind})][: {reason}]",
	"hold.released": "The hold was released[ ({kind})][, good until {until}][, up to {cap}][: {reason}]",
	"hold.expired":  "The hold expired",

	"credit.reserved":      "Credit was checked and reserved[: {amount}]",
	"credit.refused":       "The credit check refused[: {reason}]",
	"credit.limit_changed": "The credit limit was changed[: {reason}]",

	"approval.requested":   "A second person was asked to {sentence}[: {reason}]",
	"approval.granted":     "It was granted to {sentence}[: {reason}]",
	"approval.denied":      "It was denied to {sentence}[: {reason}]",
	"approval.withdrawn":   "The request to {sentence} was taken back",
	"authority.changed":    "What {role} may decide was changed[: {kind}][, {alone} alone][, {grants} for others]",
	"bank_account.changed": "Bank account {code} was changed[ from {old}][ to {new}][: {reason}]",
	"access.reviewed":      "Who may do what was reviewed",

	"shipment.planned":    "A shipment was planned[ for {planned_on}][, {lines} lines]",
	"shipment.unplanned":  "A planned shipment was taken back[: {reason}]",
	"pick.started":        "Picking started",
	"pick.finished":       "Picking finished[, {lines} lines]",
	"pick.taken":          "Goods were picked[, {lines} lines]",
	"pick.short":          "Less was found than planned[: {reason}]",
	"shipment.packed":     "The shipment was packed",
	"shipment.dispatched": "Shipment {subject} left the warehouse[ on {on}][ with {lines} lines]",
	"shipment.delivered":  "Shipment {subject} was delivered[ on {on}]",
	"shipment.refused":    "The receiver refused shipment {subject}[, {lines} lines]",
	"pod.recorded":        "Proof of delivery of shipment {subject} was recorded",

	"return.authorised": "Return {subject} was authorised[ with {lines} lines]",
	"return.received":   "Goods of return {subject} came back[, worth {value}]",
	"return.inspected":  "Goods of return {subject} were inspected",
	"return.closed":     "Return {subject} was closed",
	"return.refused":    "Return {subject} was refused",

	"invoice.posted":     "Invoice {subject} was issued[ over {gross} {currency}][, due on {due_on}]",
	"credit_note.posted": "Credit note {subject} was issued[ over {gross} {currency}]",
	"deposit.requested":  "Deposit {subject} was requested[ over {gross} {currency}]",
	"invoice.reversed":   "Invoice {subject} was taken back in full",
	"invoice.sent":       "Invoice {subject} was sent[ by {channel}]",

	"item.opened":     "An item was opened[ over {amount} {currency}]",
	"item.overdue":    "Item {subject} is overdue",
	"item.closed":     "Item {subject} was settled in full",
	"item.reopened":   "Item {subject} is open again",
	"dispute.opened":  "Item {subject} is disputed[: {amount}]",
	"dispute.settled": "The dispute about item {subject} was settled",

	"bank_statement.imported":   "Bank statement {subject} was imported[ with {entries} entries]",
	"bank_statement.reconciled": "Bank statement {subject} was reconciled",
	"bank_line.reconciled":      "The bank line was reconciled",
	"receipt.recorded":          "A payment arrived[: {amount}][ {currency}]",
	"user.signed_in":            "Signed in",
	"password.set":              "A password was set",
	"factor.added":              "A second step by an app was turned on",
	"factor.taken":              "The second step was taken away",
	"recovery.renewed":          "New recovery codes were made",
	"recovery.used":             "A recovery code was used",
	"passkey.added":             "A passkey was added",
	"passkey.taken":             "A passkey was taken away",
	"company.linked":            "The company sign-in was tied to this person",
	"company.untied":            "The company sign-in was untied",
	"sessions.ended":            "Sessions were ended",
	"role.granted":              "The role {role} was given",
	"role.taken":                "The role {role} was taken away",
	"receipt.bounced":           "A payment went back[: {amount}][ {currency}]",
	"receipt.refunded":          "Money was sent back[: {amount}][ {currency}]",
	"receipt.kept":              "Money was left on account[: {amount}][ {currency}][, {reason}]",
	"refund.sent":               "Money was sent back[: {amount}][ {currency}]",
	"match.proposed":            "A match was proposed[: {reason}]",
	"application.posted":        "A settlement was posted[ with {rows} rows][, {left} {currency} stay on account]",
	"application.reversed":      "A settlement was taken back[: {reason}]",
	"discount.taken":            "A cash discount was taken[: {amount}]",
	"deduction.recorded":        "A deduction was recorded[: {amount}]",
	"difference.posted":         "A payment difference was posted[: {amount}]",
	"fx.realised":               "An exchange difference was realised[: {amount}]",
	"writeoff.posted":           "Written off[: {amount}][ {currency}]",
	"writeoff.recovered":        "A written-off amount was recovered[: {amount}][ {currency}]",

	"stock.received":    "Goods were received[ ({reference})][, {lines} lines]",
	"stock.adjusted":    "Stock was adjusted[ ({reference})][, {lines} lines]",
	"stock.transferred": "Stock was transferred[ ({reference})][, {lines} lines]",
	"stock.counted":     "Stock was counted[ ({reference})][, {lines} lines]",
	"stock.scrapped":    "Stock was scrapped[ ({reference})][, {lines} lines]",
	"stock.revalued":    "Stock was revalued[ ({reference})][, {lines} lines]",

	"feedback.sent":     "A note was sent",
	"feedback.taken":    "Somebody sees to it",
	"feedback.closed":   "The note was closed[: {reason}]",
	"feedback.reopened": "The note was opened again",

	"ledger.reversed":       "A posting was reversed",
	"period.closed":         "The month {month} was closed[ in {ledger}]",
	"period.reopened":       "The month {month} was opened again[ in {ledger}]",
	"customer.created":      "Customer {subject} was created",
	"customer.changed":      "Customer {subject} was changed",
	"product.created":       "Product {subject} was created",
	"product.changed":       "Product {subject} was changed",
	"bom.changed":           "What {subject} is made of was changed[: {lines} lines]",
	"price.changed":         "Prices were changed[: {prices}]",
	"terms.changed":         "Terms were changed",
	"import.finished":       "An import finished",
	"note.written":          "A note was written",
	"note.removed":          "A note was taken back",
	"work.assigned":         "{name} takes care of this now",
	"work.freed":            "Nobody takes care of this now",
	"reconciliation.passed": "Bank statement {subject} agrees with the books",
	"reconciliation.failed": "The books do not agree with what is behind them",
}

// priced are fields of events that tell prices and amounts.
var priced = []string{"gross", "amount", "price", "prices", "value", "left", "cap", "alone", "grants", "currency"}

// Unpriced is the sentence of an event without prices and amounts.
func (e EventView) Unpriced() string {
	fields := fieldsOf(e.Body)
	for _, name := range priced {
		delete(fields, name)
	}
	return say(e.Type, e.Subject, e.Reason, fields)
}

func fieldsOf(body json.RawMessage) map[string]any {
	fields := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	_ = d.Decode(&fields) // a body that is no object has no fields
	return fields
}

// sentence makes the plain words of an event; a type without words gives itself.
func sentence(kind string, subject DocRef, reason string, body json.RawMessage) string {
	return say(kind, subject, reason, fieldsOf(body))
}

func say(kind string, subject DocRef, reason string, fields map[string]any) string {
	if _, ok := fields["reason"]; !ok && reason != "" {
		fields["reason"] = reason
	}
	if _, ok := fields["subject"]; !ok {
		fields["subject"] = subject.Number
		if n, ok := fields["number"].(string); ok && n != "" {
			fields["subject"] = n // as it was called then
		}
	}
	text, ok := sentences[kind]
	if !ok {
		text = strings.NewReplacer(".", " ", "_", " ").Replace(kind)
		return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
	}
	var out strings.Builder
	for text != "" {
		open := strings.IndexByte(text, '[')
		if open < 0 {
			open = len(text)
		}
		s, _ := fill(text[:open], fields)
		out.WriteString(s)
		text = text[open:]
		if text == "" {
			break
		}
		end := strings.IndexByte(text, ']')
		if s, full := fill(text[1:end], fields); full {
			out.WriteString(s)
		}
		text = text[end+1:]
	}
	return singular.Replace(strings.Join(strings.Fields(out.String()), " "))
}

var singular = strings.NewReplacer(" 1 lines", " 1 line", " 1 rows", " 1 row", " 1 entries", " 1 entry")

// fill puts fields into their places and tells whether all were there.
func fill(text string, fields map[string]any) (string, bool) {
	full := true
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		out.WriteString(before)
		if !ok {
			return out.String(), full
		}
		name, after, _ := strings.Cut(rest, "}")
		text = after
		s := plain(fields[name])
		full = full && s != ""
		out.WriteString(s)
	}
}

// plain writes a field: a list as how many it has.
func plain(v any) string {
	switch x := v.(type) {
	case nil, map[string]any:
		return ""
	case []any:
		return fmt.Sprint(len(x))
	default:
		return fmt.Sprint(x)
	}
}
