package verify

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// dates: INV-19, civil days.
func dates() []check {
	return []check{
		{
			id:    "INV-19.days",
			title: "Day columns of documents hold days that exist",
			run:   days,
		}, {
			id:    "INV-19.due",
			title: "Items of invoices are due on the day of the invoice or later",
			count: `SELECT COUNT(*) FROM open_item WHERE kind='invoice'`,
			bad:   `SELECT id, number, due_on, dated_on FROM open_item WHERE kind='invoice' AND due_on<dated_on ORDER BY id`,
			say:   "{itm} {$}: due on {$}, dated {$}",
			warn:  true,
		},
	}
}

// later is the day of what waits for an event, such as a billable for the
// proof of delivery.
const later = "9999-12-31"

// dayColumns are the columns that hold days; some may hold none, or later.
var dayColumns = []struct {
	table, column, prefix string
	none                  bool
}{
	{"invoice", "issued_on", "inv", false}, {"invoice", "due_on", "inv", true}, {"invoice", "supplied_from", "inv", true}, {"invoice", "supplied_to", "inv", true},
	{"open_item", "dated_on", "itm", false}, {"open_item", "due_on", "itm", false}, {"open_item", "dun_block_until", "itm", true},
	{"sales_order", "ordered_on", "ord", false}, {"sales_order", "requested_on", "ord", false}, {"order_line", "requested_on", "oln", true},
	{"order_schedule", "promised_on", "sch", false}, {"order_schedule", "first_promised_on", "sch", false},
	{"shipment", "planned_on", "shp", true}, {"shipment", "shipped_on", "shp", true}, {"shipment", "delivered_on", "shp", true},
	{"billable", "bill_on", "bil", false}, {"billable", "supplied_on", "bil", false}, {"stock_move", "valid_on", "mov", false},
	{"application", "applied_on", "app", false}, {"receipt", "received_on", "rcp", false}, {"bank_line", "booked_on", "bln", false}, {"bank_line", "value_on", "bln", false},
	{"ledger_entry", "posted_on", "ent", false}, {"ledger_entry", "document_on", "ent", false}, {"ledger_entry", "value_on", "ent", true},
}

func days(w *work) error {
	for _, c := range dayColumns {
		err := w.r.Each(`SELECT `+c.column+`, CAST(COUNT(*) AS BIGINT), MIN(id) FROM `+c.table+` GROUP BY `+c.column+` ORDER BY MIN(id)`, nil, nil, func(r *db.Rows) error {
			var d day.Day
			var n, first int64
			if err := r.Scan((*string)(&d), &n, &first); err != nil {
				return err
			}
			w.Count += n
			if !d.Valid() && !(d == "" && c.none) && !(d == later && c.table == "billable") {
				w.wrong("%s %s = %q, in %d rows", id.Text(c.prefix, first), c.column, string(d), n)
				w.Bad += n - 1
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
