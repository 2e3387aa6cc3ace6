package web

import "kontor/internal/rooms/workplace"

// key is a keyboard way: what is pressed, what it does, and where. The sheet of
// keys and the hints read this table; app.js and keys.js do what it says.
type key struct{ Key, Word string }

var keys = []key{
	{"Ctrl K", "search, or jump to a page"}, {"g d", "order desk"}, {"g o", "orders"}, {"g c", "customers"}, {"g a", "stock"}, {"g p", "picking"}, {"g i", "invoices"}, {"g b", "bank"}, {"g h", "home"},
	{"j, k", "next row, row before"}, {"Enter", "open the row"}, {"x", "select the row"}, {"Shift x", "select up to the row"}, {"f", "filter the list"}, {"s", "sort the list"}, {"e", "CSV of a list; change what is open"},
	{"[, ]", "earlier part of the list, later part"}, {"n", "new order; a note on what is open"}, {"Alt 1 … 6", "tabs of what is open"}, {"u", "undo what was done last"}, {"F1", "help of the page"}, {"s, a, u", "in matching: choose items, leave on account, take the last one back"}, {"Ctrl Enter", "do what the sheet is about"}, {"Esc", "close what is on top"}, {"?", "these keys"},
}

// keysOf tells the script whether single letters do something.
func keysOf(v *visit) string {
	if v.keysOff() {
		return "off"
	}
	return "on"
}

func viewIcon(w workplace.View) string {
	if w.Shared {
		return "users"
	}
	return "circle-user"
}

func sortIcon(way string) string {
	if way == "ascending" {
		return "arrow-up"
	}
	return "arrow-down"
}
