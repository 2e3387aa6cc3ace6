package verify

// relation is a column that names a row of another table. Hot tables carry no
// foreign keys; this is where the references are proven.
type relation struct {
	table, prefix string // that refers
	column        string
	to, toPrefix  string
	none          bool   // 0 is allowed: names nothing
	where         string // of the rows that must refer
}

var relations = []relation{
	{"order_line", "oln", "order_id", "sales_order", "ord", false, ""},
	{"order_line", "oln", "product_id", "product", "prd", false, "role IN ('item','free','kit','component','substitute')"},
	{"order_schedule", "sch", "line_id", "order_line", "oln", false, ""},
	{"order_schedule", "sch", "pot_id", "stock_pot", "pot", true, ""},
	{"sales_order", "ord", "customer_id", "customer", "cus", false, ""},
	{"sales_order", "ord", "credit_account_id", "credit_account", "cra", true, ""},
	{"sales_order", "ord", "payer_id", "customer", "cus", false, ""},
	{"sales_order", "ord", "ship_to_id", "site", "sit", true, ""},
	{"sales_order", "ord", "bill_to_id", "site", "sit", true, ""},
	{"sales_order", "ord", "warehouse_id", "warehouse", "whs", true, ""},
	{"sales_order", "ord", "terms_id", "terms", "trm", true, ""},
	{"draft", "drf", "order_id", "sales_order", "ord", true, ""},
	{"order_change", "chg", "order_id", "sales_order", "ord", false, ""},
	{"shipment", "shp", "customer_id", "customer", "cus", true, ""},
	{"shipment", "shp", "ship_to_id", "site", "sit", true, ""},
	{"pod", "pod", "shipment_id", "shipment", "shp", false, ""},
	{"shipment_line", "sln", "shipment_id", "shipment", "shp", false, ""},
	{"shipment_line", "sln", "order_id", "sales_order", "ord", false, ""},
	{"shipment_line", "sln", "order_line_id", "order_line", "oln", false, ""},
	{"shipment_line", "sln", "schedule_id", "order_schedule", "sch", true, ""},
	{"shipment_line", "sln", "pot_id", "stock_pot", "pot", true, ""},
	{"stock_pot", "pot", "product_id", "product", "prd", false, ""},
	{"stock_pot", "pot", "warehouse_id", "warehouse", "whs", false, ""},
	{"stock_move", "mov", "pot_id", "stock_pot", "pot", false, ""},
	{"stock_move", "mov", "doc_id", "stock_doc", "std", false, "doc_type='stock_doc'"},
	{"stock_move", "mov", "doc_id", "shipment", "shp", false, "doc_type='shipment'"},
	{"stock_move", "mov", "doc_id", "return_order", "ret", false, "doc_type='return'"},
	{"billable", "bil", "order_id", "sales_order", "ord", true, ""},
	{"billable", "bil", "order_line_id", "order_line", "oln", true, ""},
	{"billable", "bil", "shipment_id", "shipment", "shp", true, ""},
	{"billable", "bil", "original_invoice_line_id", "invoice_line", "inl", true, ""},
	{"billable", "bil", "invoice_line_id", "invoice_line", "inl", true, ""},
	{"billable", "bil", "credit_account_id", "credit_account", "cra", true, ""},
	{"invoice", "inv", "customer_id", "customer", "cus", false, ""},
	{"invoice", "inv", "original_invoice_id", "invoice", "inv", true, ""},
	{"invoice_line", "inl", "invoice_id", "invoice", "inv", false, ""},
	{"invoice_line", "inl", "billable_id", "billable", "bil", true, ""},
	{"invoice_line", "inl", "order_line_id", "order_line", "oln", true, ""},
	{"invoice_line", "inl", "original_line_id", "invoice_line", "inl", true, ""},
	{"invoice_allowance", "ext", "invoice_id", "invoice", "inv", false, ""},
	{"invoice_allowance", "ext", "billable_id", "billable", "bil", true, ""},
	{"open_item", "itm", "doc_id", "invoice", "inv", false, "kind IN ('invoice','credit_note')"},
	{"open_item", "itm", "doc_id", "receipt", "rcp", false, "kind='receipt'"},
	{"open_item", "itm", "customer_id", "customer", "cus", true, ""},
	{"open_item", "itm", "credit_account_id", "credit_account", "cra", true, ""},
	{"allocation", "alc", "application_id", "application", "app", false, ""},
	{"allocation", "alc", "debit_item_id", "open_item", "itm", true, ""},
	{"allocation", "alc", "credit_item_id", "open_item", "itm", true, ""},
	{"allocation", "alc", "reverses_id", "allocation", "alc", true, ""},
	{"application", "app", "reverses_id", "application", "app", true, ""},
	{"receipt", "rcp", "bank_line_id", "bank_line", "bln", false, ""},
	{"bank_line", "bln", "account_id", "bank_account", "bac", false, ""},
	{"bank_line", "bln", "statement_id", "statement", "stm", true, ""},
	{"refund", "rfd", "item_id", "open_item", "itm", false, ""},
	{"refund", "rfd", "bank_line_id", "bank_line", "bln", true, ""},
	{"statement", "stm", "account_id", "bank_account", "bac", false, ""},
	{"return_order", "ret", "order_id", "sales_order", "ord", false, ""},
	{"return_line", "rtl", "return_id", "return_order", "ret", false, ""},
	{"return_line", "rtl", "shipment_line_id", "shipment_line", "sln", true, ""},
	{"return_line", "rtl", "order_line_id", "order_line", "oln", false, ""},
	{"exposure_move", "exp", "account_id", "credit_account", "cra", false, ""},
	{"ledger_entry", "ent", "reverses_id", "ledger_entry", "ent", true, ""},
	{"ledger_entry", "ent", "corrects_id", "ledger_entry", "ent", true, ""},
}

// references: every key that a row carries names a row.
func references() []check {
	out := make([]check, 0, len(relations)+1)
	for _, r := range relations {
		where := "1=1"
		if r.where != "" {
			where = r.where
		}
		if r.none {
			where += ` AND ` + r.column + `<>0`
		}
		name := r.column
		if r.where != "" {
			name += "." + r.to
		}
		out = append(out, check{
			id:    "REF." + r.table + "." + name,
			title: "Rows of " + r.table + " name a row of " + r.to + " in " + r.column,
			count: `SELECT COUNT(*) FROM ` + r.table + ` WHERE ` + where,
			bad: `SELECT x.id, x.` + r.column + ` FROM ` + r.table + ` x WHERE ` + where + `
				AND NOT EXISTS (SELECT 1 FROM ` + r.to + ` y WHERE y.id=x.` + r.column + `) ORDER BY x.id`,
			say: "{" + r.prefix + "}: there is no {" + r.toPrefix + "}",
		})
	}
	return append(out, check{
		id:    "REF.ledger_line.account",
		title: "Ledger lines post to an account of the chart",
		count: `SELECT COUNT(*) FROM ledger_line`,
		bad: `SELECT l.account, l.role, CAST(COUNT(*) AS BIGINT) FROM ledger_line l LEFT JOIN account a ON a.account=l.account
			WHERE a.account IS NULL GROUP BY l.account, l.role ORDER BY l.account, l.role`,
		say: "account {$} of role {$}, in {#} lines, is not in the chart",
	})
}
