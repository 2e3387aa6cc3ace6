package bench

// The yardstick's statements, one per table and kind of change. They are made
// by hand against the schema; what a column holds in every generated order
// alike stands as a literal.
var (
	insertNumbers = insert("number_range", "series:t, scope='', last=0")
	drawNumbers   = update("number_range", "series:t, n", "last=number_range.last+a.n")

	insertEvent = insert("event", "id, tx_id=$1, type:t, at=1772442000000000, actor_id=1, subject_type:t, subject_id, reason='', body:t")
	insertRef   = insert("event_ref", "object_id, event_id, qualifier:t, object_type:t")

	insertOrder = insert("sales_order", `id, number:t, kind='standard', customer_id, ship_to_id, bill_to_id, payer_id, credit_account_id, warehouse_id, po_number:t, po_year=2026, po_seq=0,
		currency='EUR', fx_rate='1', ordered_on:t, requested_on:t, terms_id, incoterm='', delivery_rule='partial', source_type='api', source_id=0, buyer_reference='', note='', tax_source='computed',
		decision='captured', hold_mask=0, status='captured', ship_state='none', bill_state='none', net_amt, tax_amt, gross_amt, revision=0, version=1, tx_id=$1`)
	updateOrder = update("sales_order", "id, decision:t, status:t, ship:t, bill:t, net, tax, day:t", `decision=a.decision, hold_mask=0, status=a.status, ship_state=a.ship, bill_state=a.bill,
		net_amt=a.net, tax_amt=a.tax, gross_amt=a.net+a.tax, revision=0, requested_on=a.day, version=sales_order.version+1, tx_id=$1`)
	insertLine = insert("order_line", `id, order_id, line_no, parent_line_id=0, role='item', product_id, text:t, buyer_part='', entered_qty:t, entered_unit='C62', unit_num=1, unit_den=1,
		ordered, max_ship, min_close=0, decision='open', bill_policy='delivery', price:t, discount='0', price_trace:t, allowance_amt=0, net_amt, tax_code='DE19', tax_amt, gross_amt,
		requested_on:t, tx_id=$1`)
	countShipped   = update("order_line", "id, n", "shipped=order_line.shipped+a.n, tx_id=$1")
	countBilled    = update("order_line", "id, n", "billed=order_line.billed+a.n, tx_id=$1")
	insertSchedule = insert("order_schedule", `id, line_id, schedule_no=1, source='stock', warehouse_id, pot_id, product_id, promised_on:t, first_promised_on:t, firm='hard', qty, reserved,
		released=0, tx_id=$1`)
	updateSchedule = update("order_schedule", "id, res, rel", "reserved=order_schedule.reserved+a.res, released=order_schedule.released+a.rel, tx_id=$1")

	reservePot = update("stock_pot", "id, n", "reserved=stock_pot.reserved+a.n, tx_id=$1")
	issuePot   = update("stock_pot", "id, n, cost", "on_hand=stock_pot.on_hand-a.n, reserved=stock_pot.reserved-a.n, value_amt=stock_pot.value_amt-a.cost, tx_id=$1")
	insertMove = insert("stock_move", "id, pot_id, kind='issue', qty, value_amt, doc_type='shipment', doc_id, doc_line_id, valid_on:t, tx_id=$1")

	insertShipment = insert("shipment", `id, number='', direction='out', warehouse_id, customer_id, ship_to_id, carrier='', decision='planned', hold_mask=0, planned_on:t, shipped_on='',
		delivered_on='', transit=0, tracking='', weight_g=0, version=1, tx_id=$1`)
	updateShipment = update("shipment", "id, number:t, day:t", "decision='shipped', number=a.number, shipped_on=a.day, version=shipment.version+1, tx_id=$1")
	insertLeaving  = insert("shipment_line", "id, shipment_id, line_no, order_id, order_line_id, schedule_id, product_id, pot_id, planned, reserved, tx_id=$1")
	updateLeaving  = update("shipment_line", "id, n, cost", "reserved=0, picked=a.n, packed=a.n, shipped=a.n, cost_amt=a.cost, tx_id=$1")

	insertBillable = insert("billable", `id, kind='delivery', source_id, source_no=1, order_id, order_line_id, shipment_id, customer_id, bill_to_id, payer_id, credit_account_id, currency='EUR',
		group_key:t, bill_on:t, supplied_on:t, sign=1, qty, net_amt, allowance_amt=0, tax_given=0, tax_amt=0, exposed_amt, tax_code='DE19', price:t, text:t, original_invoice_line_id=0,
		hold_mask=0, tx_id=$1`)
	updateBillable = update("billable", "id, n, tax, line", "billed=a.n, tax_amt=a.tax, invoice_line_id=a.line, tx_id=$1")
	insertInvoice  = insert("invoice", `id, kind='invoice', type_code='380', series='INV', scope='2026', seq, number:t, customer_id, bill_to_id, payer_id, order_id, currency='EUR', fx_rate='1',
		issued_on:t, supplied_from:t, supplied_to:t, due_on:t, terms='net 30 days', buyer_reference='', po_number:t, line_amt, allowance_amt=0, charge_amt=0, net_amt, tax_amt, gross_amt,
		prepaid_amt=0, rounding_amt=0, payable_amt, original_invoice_id=0, reason='', decision='issued', delivery_state='none', tax_source='computed', parties:t, version=1, tx_id=$1`)
	insertPosition = insert("invoice_line", `id, invoice_id, line_no, billable_id, order_id, order_line_id, shipment_id, product_id, original_line_id=0, qty, unit='C62', entered_qty:t, price:t,
		net_amt, allowance_amt=0, tax_code='DE19', tax_category='S', tax_rate='19', tax_amt, text:t, tx_id=$1`)
	insertTax = insert("invoice_tax", "invoice_id, tax_code='DE19', category='S', rate='19', base_amt, tax_amt, base_acc, tax_acc, reason=''")

	insertItem = insert("open_item", `id, customer_id, credit_account_id, kind:t, doc_type:t, doc_id, part_no=1, number:t, currency='EUR', sign, original, open, original_fc, open_fc, dated_on:t,
		due_on:t, tiers='[]', tx_id=$1`)
	settleItem        = update("open_item", "id, amt", "open=open_item.open-a.amt, open_fc=open_item.open_fc-a.amt, tx_id=$1")
	insertApplication = insert("application", "id, kind='receipt', applied_on:t, actor_id=1, reverses_id=0, explain='{}', tx_id=$1")
	insertAllocation  = insert("allocation", `id, application_id, kind='principal', debit_item_id, credit_item_id, amount, credit_amount, amount_fc, credit_fc, tax_code='', tax_part=0,
		reason_code='', reverses_id=0, applied_on:t, tx_id=$1`)

	insertStatement = insert("statement", "id, account_id, number:t, from_on:t, to_on:t, opening=0, total, closing, decision='imported', version=1, tx_id=$1")
	tieStatement    = update("statement", "id", "decision='reconciled', version=statement.version+1, tx_id=$1")
	insertBankLine  = insert("bank_line", `id, account_id, statement_id, entry_key:t, amount, charge=0, currency='EUR', booked_on:t, value_on:t, payer_name:t, payer_account='', text:t,
		state='matched', reconciled_tx=0, tx_id=$1`)
	tieLine       = update("bank_line", "id", "state='reconciled', reconciled_tx=$1, tx_id=$1")
	insertReceipt = insert("receipt", "id, bank_line_id, customer_id, amount, currency='EUR', received_on:t, version=1, tx_id=$1")

	updateLimit = update("credit_account", "id, o, s, i, c", `order_open=credit_account.order_open+a.o, shipped_open=credit_account.shipped_open+a.s, item_open=credit_account.item_open+a.i,
		credit_open=credit_account.credit_open+a.c, tx_id=$1`)
	insertExposure = insert("exposure_move", "id, account_id, doc_type:t, doc_id, order_amt, shipped_amt, item_amt, credit_amt, cause:t, tx_id=$1")

	insertEntry = insert("ledger_entry", `id, journal:t, kind:t, doc_type:t, doc_id, step:t, posted_on:t, document_on:t, value_on='', period='2026-03', fx_rate='1', rate_on='2026-03-02', reverses_id=0,
		corrects_id=0, tx_id=$1`)
	insertEntryLine = insert("ledger_line", "entry_id, line_no, role:t, account:t, amount, amount_doc, currency_doc='EUR', sub_id, customer_id, cost_object='', tax_code:t, tax_base=0, tax_point_on=''")
)
