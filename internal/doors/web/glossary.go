package web

// term is a word of the trade and what it means here.
type term struct{ Word, Means string }

// glossary is sorted by word. Help pages name the words that they use.
var glossary = []term{
	{"Ageing", "What customers owe, sorted by how many days it is past its due day."},
	{"At risk", "A promise whose goods are not all reserved yet, with its day near."},
	{"Available", "Stock that lies there and is reserved for nobody."},
	{"Bank line", "One entry of a bank statement: an amount, a day, a payer and a text."},
	{"Billable", "One amount that waits for an invoice. It arises when goods leave or, by agreement, when they are ordered or delivered."},
	{"Blocked", "Billable, but held back by a hold. The sentence beside it says why."},
	{"Captured", "An order that is written down and priced. Nothing is promised to the customer yet."},
	{"Close", "A closed month takes no more postings. Stock closes first, then receivables, then the general ledger."},
	{"Confirmed", "An order that we have accepted: price, credit and stock were checked and a day is promised."},
	{"Credit hold", "The order would go over the customer's limit. Somebody of Credit decides."},
	{"Credit limit", "How much a customer may owe us, with orders that are on their way counted in."},
	{"Credit note", "The way back from an invoice. An invoice that was sent is never changed."},
	{"DSO", "Days sales outstanding: what customers owe, divided by what was invoiced in the last 90 days, times 90."},
	{"Due", "The day by which a customer should pay, by the terms of the invoice."},
	{"Exposure", "All that counts against a credit limit: orders, goods shipped and not billed, and open invoices, less credits."},
	{"Hold", "A reason why a step must wait. It names the step, the rule and what would help."},
	{"Invariant", "A rule that must hold in the books at any time, such as: a pot equals the sum of its moves."},
	{"Late", "Something should have left by its promised day, else by the wished day, and has not."},
	{"Ledger", "The books by double entry. Every document posts to it by itself."},
	{"Matched", "A bank line of which we know whose money it is and what it settles."},
	{"On account", "Money of a customer that settles nothing yet."},
	{"Open item", "One amount that is owed, by the customer or to him."},
	{"Overdue", "Open after its due day."},
	{"p10, p50, p90", "Three forecasts of one sum: with p10 it comes to less in one case of ten, with p50 in five, with p90 in nine."},
	{"Pot", "Stock of one item in one warehouse and one state that may be promised together."},
	{"Promised", "The day on which the customer was told that goods leave."},
	{"Proof of delivery", "Who took the goods, and when. Some customers are billed on it."},
	{"Receipt", "Money that was recognised as a customer's."},
	{"Reconciled", "A statement of which every line is explained by the books."},
	{"Released", "Handed to the warehouse: somebody may pick it."},
	{"Reserved", "Stock that is held for one order and for no other."},
	{"Safety stock", "What should always lie there, so that a late supplier does no harm."},
	{"Settle", "Bring money and an invoice together, so that both are closed by the same amount."},
	{"Short", "An order that was promised goods which are not there."},
	{"Statement", "What the bank says happened on an account over some days: opening, lines, closing."},
	{"Trial balance", "The balances of all accounts on one day. Debit and credit are equal."},
	{"Write-off", "An amount that we give up. It is posted, and can be recovered later."},
}

// meaning finds terms by their words.
func meaning(words ...string) []term {
	var out []term
	for _, t := range glossary {
		for _, w := range words {
			if t.Word == w {
				out = append(out, t)
			}
		}
	}
	return out
}
