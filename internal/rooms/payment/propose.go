package payment

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Proposal is one way to settle an amount, with how sure it is and why.
type Proposal struct {
	Shares []Share
	Left   int64  // of the amount, when all shares are taken; it stays on account
	Score  int    // percent: how sure this is
	Why    string // in words, without a stop
}

// Sure is the score from which a proposal is taken without looking at others.
const Sure = 90

// Payer is what is known of who paid: nothing, a hint, or the customer himself.
type Payer struct {
	Known bool
	Hint  string // such as "this bank account has paid for them before"
	Bonus int    // what the hint is worth
}

// mostTogether is how many items are looked at when some of them add up to an amount.
const mostTogether = 60

// Propose gives the ways in which an amount may settle the items of one
// customer, the surest first: papers that are named in the text, in full or by
// the end of their number; one item of exactly the amount, or less its
// discount; all items, or two or three that add up; and the oldest first. It
// is pure, and takes nothing.
func Propose(amount int64, text string, who Payer, items []Candidate) []Proposal {
	p := proposing{amount: amount, who: who}
	byDue := slices.Clone(items)
	sort.SliceStable(byDue, func(a, b int) bool { return byDue[a].DueOn < byDue[b].DueOn })
	p.named(strings.ToUpper(text), byDue)
	p.single(byDue)
	p.together(byDue)
	p.oldest(byDue)
	sort.SliceStable(p.out, func(a, b int) bool { return p.out[a].Score > p.out[b].Score })
	return p.out
}

type proposing struct {
	amount int64
	who    Payer
	out    []Proposal
	seen   map[string]bool
}

// add takes a proposal in unless the same shares stand there already.
func (p *proposing) add(shares []Share, score int, why string) {
	key, paid := "", int64(0)
	sorted := slices.Clone(shares)
	sort.Slice(sorted, func(a, b int) bool { return sorted[a].Item < sorted[b].Item })
	for _, s := range sorted {
		key += fmt.Sprintf("%d:%d:%t ", s.Item, s.Amount, s.TakeDiscount)
	}
	for _, s := range shares {
		paid += s.Amount - s.Discount
	}
	if len(shares) == 0 || paid > p.amount || p.seen[key] {
		return
	}
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[key] = true
	if !p.who.Known {
		score = score*2/3 + p.who.Bonus
		if p.who.Hint != "" {
			why += ", " + p.who.Hint
		}
	}
	p.out = append(p.out, Proposal{Shares: shares, Left: p.amount - paid, Score: min(score, 98), Why: why})
}

func whole(c Candidate) Share { return Share{Item: c.Item, Amount: c.Open} }

func reduced(c Candidate) Share {
	return Share{Item: c.Item, Amount: c.Open, Discount: c.Discount, TakeDiscount: true}
}

// named finds papers in the text: by number, else by the end of the number.
func (p *proposing) named(text string, items []Candidate) {
	var full, tail []Candidate
	for _, c := range items {
		switch number := strings.ToUpper(c.Number); {
		case number == "":
		case containsWord(text, number):
			full = append(full, c)
		case len(tailOf(number)) >= 3 && containsWord(text, tailOf(number)):
			tail = append(tail, c)
		}
	}
	known := p.who
	if len(full) > 0 { // who names our papers is who owes them
		p.who = Payer{Known: true}
	}
	p.take(full, 98, "number in the text")
	p.who = known
	p.take(tail, 92, "end of the number in the text")
}

// take proposes items that are named: exactly, less their discounts, or as far as the money goes.
func (p *proposing) take(items []Candidate, score int, why string) {
	if len(items) == 0 {
		return
	}
	sum, less := int64(0), int64(0)
	var all, allLess []Share
	for _, c := range items {
		sum, less = sum+c.Open, less+c.Open-c.Discount
		all = append(all, whole(c))
		if c.Discount > 0 {
			allLess = append(allLess, reduced(c))
		} else {
			allLess = append(allLess, whole(c))
		}
	}
	switch {
	case sum == p.amount:
		p.add(all, score, why+", amount fits")
	case less == p.amount:
		p.add(allLess, score, why+", amount fits less the discount")
	case p.amount > sum:
		p.add(all, score-18, why+", more was paid")
	default:
		p.add(asFar(p.amount, items), score-20, why+", less was paid")
	}
}

// asFar settles items in their order as far as an amount goes.
func asFar(amount int64, items []Candidate) []Share {
	var out []Share
	for _, c := range items {
		if n := min(amount, c.Open); n > 0 {
			out = append(out, Share{Item: c.Item, Amount: n})
			amount -= n
		}
	}
	return out
}

// tailOf is the number of a paper without its series, year and leading zeros.
func tailOf(number string) string {
	i := strings.LastIndexByte(number, '-')
	return strings.TrimLeft(number[i+1:], "0")
}

// single finds items of exactly the amount, or less their discount.
func (p *proposing) single(items []Candidate) {
	var same, less []Candidate
	for _, c := range items {
		if c.Open == p.amount {
			same = append(same, c)
		}
		if c.Discount > 0 && c.Open-c.Discount == p.amount {
			less = append(less, c)
		}
	}
	score, why := 91, "the only item of this amount"
	if len(same)+len(less) > 1 {
		score, why = 55, "one of several items of this amount"
	}
	for _, c := range same {
		p.add([]Share{whole(c)}, score, why)
	}
	for _, c := range less {
		p.add([]Share{reduced(c)}, score-1, why+" less the discount")
	}
}

// together finds all items, or two or three, that add up to the amount.
func (p *proposing) together(items []Candidate) {
	if len(items) < 2 {
		return
	}
	all := int64(0)
	var shares []Share
	for _, c := range items {
		all += c.Open
		shares = append(shares, whole(c))
	}
	if all == p.amount {
		p.add(shares, 90, "all open items together")
	}
	items = items[:min(len(items), mostTogether)]
	found := 0
	for a := range items {
		for b := a + 1; b < len(items) && found < 4; b++ {
			two := items[a].Open + items[b].Open
			if two == p.amount {
				found++
				p.add([]Share{whole(items[a]), whole(items[b])}, 72, "two items add up to it")
			}
			for c := b + 1; c < len(items) && two < p.amount && found < 4; c++ {
				if two+items[c].Open == p.amount {
					found++
					p.add([]Share{whole(items[a]), whole(items[b]), whole(items[c])}, 58, "three items add up to it")
				}
			}
		}
	}
}

// oldest settles the longest due first, of a payer who is known.
func (p *proposing) oldest(items []Candidate) {
	if p.who.Known {
		p.add(asFar(p.amount, items), 30, "the longest due first")
	}
}
