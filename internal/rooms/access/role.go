package access

import "slices"

// Right is leave to do one kind of thing. Routes name it; a role is a list of them.
type Right string

// The rights. "See" means to look at the documents of an area.
const (
	SeeOrders  Right = "orders.see"    // orders, customers, products, stock, shipments
	SeeMoney   Right = "money.see"     // invoices, open items, bank, ledger
	SeePrices  Right = "prices.see"    // fields: prices and amounts of orders, in their lists, rows and files
	SeeCosts   Right = "costs.see"     // fields: what goods in stock are worth
	Enter      Right = "orders.enter"  // capture, change, cancel, hold
	Confirm    Right = "orders.accept" // confirm, reserve, release to the warehouse
	Pick       Right = "goods.pick"    // pick, pack, ship, deliver, take returns in
	Keep       Right = "goods.keep"    // receive, count, move, scrap
	Bill       Right = "money.bill"    // billing runs and invoices
	Collect    Right = "money.collect" // bank statements, settlements, refunds
	GiveCredit Right = "credit.decide" // limits, and orders held for credit
	Close      Right = "books.close"   // months, write-offs
	Administer Right = "people.manage" // users, roles, sessions of others
)

// Field is a kind of figure that stands on pages which more people may open
// than may read it: to others it is left out, in files and sentences, too.
type Field struct {
	Right Right
	What  string
}

// Fields are those of the house.
var Fields = []Field{
	{SeePrices, "prices and amounts of orders"},
	{SeeCosts, "what goods in stock are worth"},
}

// Role is a job in the company with what it may do. A person may have several.
type Role struct {
	Code   string
	Name   string
	Rights []Right
}

// Roles are those of the house, in the order in which they are shown.
var Roles = []Role{
	{"service", "Customer service", []Right{SeeOrders, SeeMoney, SeePrices, Enter, Confirm}},
	{"planner", "Planner", []Right{SeeOrders, SeePrices, SeeCosts, Confirm}},
	{"warehouse", "Warehouse", []Right{SeeOrders, Pick, Keep}},
	{"billing", "Billing", []Right{SeeOrders, SeeMoney, SeePrices, Bill}},
	{"receivables", "Receivables", []Right{SeeOrders, SeeMoney, SeePrices, Collect}},
	{"credit", "Credit", []Right{SeeOrders, SeeMoney, SeePrices, GiveCredit}},
	{"controller", "Controller", []Right{SeeOrders, SeeMoney, SeePrices, SeeCosts, Close}},
	{"admin", "Admin", []Right{Administer}},
	{"head", "Head of company", []Right{SeeOrders, SeeMoney, SeePrices, SeeCosts}},
}

// RoleOf finds a role by its code.
func RoleOf(code string) (Role, bool) {
	i := slices.IndexFunc(Roles, func(r Role) bool { return r.Code == code })
	if i < 0 {
		return Role{}, false
	}
	return Roles[i], true
}

// Conflict is a pair of rights that one person should not have together, and
// what could happen if he did.
type Conflict struct {
	A, B Right
	Risk string
}

// Conflicts is segregation of duties as data: roles of the house hold none of
// these pairs, and an access review shows who has one by several roles.
var Conflicts = []Conflict{
	{Enter, Collect, "could enter an order and hide that it was never paid"},
	{Enter, Bill, "could sell below price and bill to match"},
	{Enter, GiveCredit, "could sell to whom the limit would stop"},
	{Enter, Pick, "could order goods and take them out"},
	{Enter, Close, "could enter sales into a month and close it over them"},
	{Confirm, GiveCredit, "could lift the limit of what he accepts"},
	{Confirm, Pick, "could release goods and take them out"},
	{Bill, Collect, "could bill, and settle the invoice with another customer's money"},
	{Bill, GiveCredit, "could bill past a limit that he sets"},
	{Bill, Pick, "could ship goods and never bill them"},
	{Bill, Keep, "could count goods away and bill them apart"},
	{Collect, GiveCredit, "could hide bad payers behind a limit"},
	{Collect, Close, "could take money and close the month over it"},
	{Pick, Close, "could take goods and close the month over it"},
	{Keep, Close, "could count goods away and close the month over it"},
	{GiveCredit, Close, "could lend to friends and write it off"},
	{Administer, Collect, "could make himself a helper who approves"},
	{Administer, Close, "could make himself a helper who approves"},
	{Administer, Bill, "could make himself a helper who approves"},
}

// Person is somebody who is signed in, with all that his roles allow.
type Person struct {
	User    int64
	Session int64
	Name    string
	Email   string
	Roles   []Role
}

// May tells whether one of the roles holds the right.
func (p *Person) May(r Right) bool {
	for _, x := range p.Roles {
		if slices.Contains(x.Rights, r) {
			return true
		}
	}
	return false
}

// Conflicts lists the pairs that the person's roles hold together.
func (p *Person) Conflicts() []Conflict {
	var out []Conflict
	for _, c := range Conflicts {
		if p.May(c.A) && p.May(c.B) {
			out = append(out, c)
		}
	}
	return out
}
