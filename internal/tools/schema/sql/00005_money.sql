-- +goose Up
CREATE TABLE billable (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('delivery','order','return','deposit','milestone','usage','time','freight','price_diff','rebate')),
  source_id BIGINT NOT NULL, source_no BIGINT NOT NULL, order_id BIGINT NOT NULL, order_line_id BIGINT NOT NULL,
  shipment_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, bill_to_id BIGINT NOT NULL, payer_id BIGINT NOT NULL,
  credit_account_id BIGINT NOT NULL, currency TEXT NOT NULL, group_key TEXT NOT NULL, bill_on TEXT NOT NULL,
  supplied_on TEXT NOT NULL, sign BIGINT NOT NULL CHECK (sign IN (1,-1)), qty BIGINT NOT NULL CHECK (qty >= 0),
  billed BIGINT NOT NULL DEFAULT 0 CHECK (billed >= 0), net_amt BIGINT NOT NULL, allowance_amt BIGINT NOT NULL,
  tax_given BIGINT NOT NULL, tax_amt BIGINT NOT NULL, exposed_amt BIGINT NOT NULL, tax_code TEXT NOT NULL, price TEXT NOT NULL,
  text TEXT NOT NULL, original_invoice_line_id BIGINT NOT NULL, invoice_line_id BIGINT NOT NULL DEFAULT 0, hold_mask BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (source_id, kind, source_no), CHECK (billed <= qty));
CREATE INDEX billable_due ON billable (bill_on, id) WHERE billed < qty;
CREATE INDEX billable_order ON billable (order_id, id);

CREATE TABLE invoice (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('invoice','credit_note','deposit','final','correction','self_billed')),
  type_code TEXT NOT NULL, series TEXT NOT NULL, scope TEXT NOT NULL, seq BIGINT NOT NULL, number TEXT NOT NULL UNIQUE,
  customer_id BIGINT NOT NULL, bill_to_id BIGINT NOT NULL, payer_id BIGINT NOT NULL, order_id BIGINT NOT NULL,
  currency TEXT NOT NULL, fx_rate TEXT NOT NULL, issued_on TEXT NOT NULL, supplied_from TEXT NOT NULL, supplied_to TEXT NOT NULL,
  due_on TEXT NOT NULL, terms TEXT NOT NULL, buyer_reference TEXT NOT NULL, po_number TEXT NOT NULL,
  line_amt BIGINT NOT NULL, allowance_amt BIGINT NOT NULL, charge_amt BIGINT NOT NULL, net_amt BIGINT NOT NULL,
  tax_amt BIGINT NOT NULL, gross_amt BIGINT NOT NULL, prepaid_amt BIGINT NOT NULL, rounding_amt BIGINT NOT NULL,
  payable_amt BIGINT NOT NULL, original_invoice_id BIGINT NOT NULL, reason TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('issued','reversed')), delivery_state TEXT NOT NULL,
  tax_source TEXT NOT NULL CHECK (tax_source IN ('computed','given')), parties TEXT NOT NULL,
  version BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (series, scope, seq), CHECK (gross_amt = net_amt + tax_amt),
  CHECK (net_amt = line_amt - allowance_amt + charge_amt), CHECK (payable_amt = gross_amt - prepaid_amt + rounding_amt));
CREATE INDEX invoice_customer ON invoice (customer_id, id);

CREATE TABLE invoice_line (
  id BIGINT PRIMARY KEY, invoice_id BIGINT NOT NULL, line_no BIGINT NOT NULL, billable_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL, order_line_id BIGINT NOT NULL, shipment_id BIGINT NOT NULL, product_id BIGINT NOT NULL,
  original_line_id BIGINT NOT NULL, qty BIGINT NOT NULL, unit TEXT NOT NULL, entered_qty TEXT NOT NULL, price TEXT NOT NULL,
  net_amt BIGINT NOT NULL, allowance_amt BIGINT NOT NULL, tax_code TEXT NOT NULL, tax_category TEXT NOT NULL,
  tax_rate TEXT NOT NULL, tax_amt BIGINT NOT NULL, text TEXT NOT NULL,
  credited_qty BIGINT NOT NULL DEFAULT 0, credited_net BIGINT NOT NULL DEFAULT 0, credited_tax BIGINT NOT NULL DEFAULT 0,
  tx_id BIGINT NOT NULL, UNIQUE (invoice_id, line_no),
  CHECK (credited_qty >= 0 AND credited_qty <= qty),
  CHECK ((net_amt >= 0 AND credited_net BETWEEN 0 AND net_amt) OR (net_amt < 0 AND credited_net BETWEEN net_amt AND 0)));

CREATE TABLE invoice_tax (
  invoice_id BIGINT NOT NULL, tax_code TEXT NOT NULL, category TEXT NOT NULL, rate TEXT NOT NULL,
  base_amt BIGINT NOT NULL, tax_amt BIGINT NOT NULL, base_acc BIGINT NOT NULL, tax_acc BIGINT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (invoice_id, tax_code)) /*clustered*/;

CREATE TABLE invoice_allowance (
  id BIGINT PRIMARY KEY, invoice_id BIGINT NOT NULL, no BIGINT NOT NULL, sign BIGINT NOT NULL CHECK (sign IN (1,-1)),
  billable_id BIGINT NOT NULL, order_line_id BIGINT NOT NULL, role TEXT NOT NULL, amount BIGINT NOT NULL,
  tax_amt BIGINT NOT NULL, tax_code TEXT NOT NULL, category TEXT NOT NULL, rate TEXT NOT NULL, reason TEXT NOT NULL,
  reason_code TEXT NOT NULL, credited_net BIGINT NOT NULL DEFAULT 0, credited_tax BIGINT NOT NULL DEFAULT 0,
  tx_id BIGINT NOT NULL, UNIQUE (invoice_id, no), CHECK (credited_net BETWEEN 0 AND amount));

CREATE TABLE open_item (
  id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL, credit_account_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('invoice','credit_note','deposit','receipt','fee','interest','chargeback','recovery','opening')),
  noted BIGINT NOT NULL DEFAULT 0, doc_type TEXT NOT NULL, doc_id BIGINT NOT NULL, part_no BIGINT NOT NULL, number TEXT NOT NULL,
  currency TEXT NOT NULL, sign BIGINT NOT NULL CHECK (sign IN (1,-1)), original BIGINT NOT NULL, open BIGINT NOT NULL,
  disputed BIGINT NOT NULL DEFAULT 0, original_fc BIGINT NOT NULL, open_fc BIGINT NOT NULL, dated_on TEXT NOT NULL,
  due_on TEXT NOT NULL, tiers TEXT NOT NULL, dun_level BIGINT NOT NULL DEFAULT 0, dun_block_until TEXT NOT NULL DEFAULT '',
  tx_id BIGINT NOT NULL, UNIQUE (doc_id, part_no), CHECK (open >= 0 AND open <= original),
  CHECK (disputed >= 0 AND disputed <= open), CHECK (open <> 0 OR open_fc = 0));
CREATE INDEX open_item_open ON open_item (customer_id, due_on) WHERE open > 0;

CREATE TABLE application (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('receipt','netting','deposit','write_off','refund','bounce')),
  applied_on TEXT NOT NULL, actor_id BIGINT NOT NULL, reverses_id BIGINT NOT NULL, reversed BIGINT NOT NULL DEFAULT 0,
  explain TEXT NOT NULL, tx_id BIGINT NOT NULL);
CREATE UNIQUE INDEX application_reverses ON application (reverses_id) WHERE reverses_id <> 0;

CREATE TABLE allocation (
  id BIGINT PRIMARY KEY, application_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('principal','discount','tolerance','deduction','bank_charge','fx','write_off','tax_correction')),
  debit_item_id BIGINT NOT NULL, credit_item_id BIGINT NOT NULL, amount BIGINT NOT NULL, credit_amount BIGINT NOT NULL,
  amount_fc BIGINT NOT NULL, credit_fc BIGINT NOT NULL, tax_code TEXT NOT NULL, tax_part BIGINT NOT NULL, reason_code TEXT NOT NULL,
  reverses_id BIGINT NOT NULL, applied_on TEXT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX allocation_debit ON allocation (debit_item_id, id);
CREATE INDEX allocation_credit ON allocation (credit_item_id, id);
CREATE INDEX allocation_application ON allocation (application_id);

CREATE TABLE bank_account (
  id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, iban TEXT NOT NULL, currency TEXT NOT NULL,
  account TEXT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE statement (
  id BIGINT PRIMARY KEY, account_id BIGINT NOT NULL, number TEXT NOT NULL, from_on TEXT NOT NULL, to_on TEXT NOT NULL,
  opening BIGINT NOT NULL, total BIGINT NOT NULL, closing BIGINT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('imported','reconciled')), version BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (account_id, number), CHECK (opening + total = closing));

CREATE TABLE bank_line (
  id BIGINT PRIMARY KEY, account_id BIGINT NOT NULL, statement_id BIGINT NOT NULL, entry_key TEXT NOT NULL,
  amount BIGINT NOT NULL, charge BIGINT NOT NULL, currency TEXT NOT NULL, booked_on TEXT NOT NULL, value_on TEXT NOT NULL,
  payer_name TEXT NOT NULL, payer_account TEXT NOT NULL, text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('new','matched','reconciled','excluded')), reconciled_tx BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (account_id, entry_key));
CREATE INDEX bank_line_statement ON bank_line (statement_id);
CREATE INDEX bank_line_open ON bank_line (account_id, id) WHERE state IN ('new','matched');

CREATE TABLE receipt (
  id BIGINT PRIMARY KEY, bank_line_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, amount BIGINT NOT NULL,
  currency TEXT NOT NULL, received_on TEXT NOT NULL, bounced BIGINT NOT NULL DEFAULT 0, version BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (bank_line_id));

CREATE TABLE refund (
  id BIGINT PRIMARY KEY, item_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL,
  amount_fc BIGINT NOT NULL, refunded_on TEXT NOT NULL, reference TEXT NOT NULL UNIQUE, bank_line_id BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);

CREATE TABLE credit_account (
  id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, currency TEXT NOT NULL, limit_amt BIGINT NOT NULL,
  temp_limit BIGINT NOT NULL DEFAULT 0, temp_until TEXT NOT NULL DEFAULT '', secured_amt BIGINT NOT NULL DEFAULT 0,
  order_open BIGINT NOT NULL DEFAULT 0 CHECK (order_open >= 0), shipped_open BIGINT NOT NULL DEFAULT 0 CHECK (shipped_open >= 0),
  item_open BIGINT NOT NULL DEFAULT 0, credit_open BIGINT NOT NULL DEFAULT 0, policy TEXT NOT NULL,
  version BIGINT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE exposure_move (
  id BIGINT PRIMARY KEY, account_id BIGINT NOT NULL, doc_type TEXT NOT NULL, doc_id BIGINT NOT NULL,
  order_amt BIGINT NOT NULL, shipped_amt BIGINT NOT NULL, item_amt BIGINT NOT NULL, credit_amt BIGINT NOT NULL,
  cause TEXT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE ledger_entry (
  id BIGINT PRIMARY KEY, journal TEXT NOT NULL, kind TEXT NOT NULL, doc_type TEXT NOT NULL, doc_id BIGINT NOT NULL,
  step TEXT NOT NULL, posted_on TEXT NOT NULL, document_on TEXT NOT NULL, value_on TEXT NOT NULL, period TEXT NOT NULL,
  fx_rate TEXT NOT NULL, rate_on TEXT NOT NULL, reverses_id BIGINT NOT NULL, corrects_id BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (doc_id, step));

CREATE TABLE ledger_line (
  entry_id BIGINT NOT NULL, line_no BIGINT NOT NULL, role TEXT NOT NULL, account TEXT NOT NULL, amount BIGINT NOT NULL,
  amount_doc BIGINT NOT NULL, currency_doc TEXT NOT NULL, sub_id BIGINT NOT NULL, customer_id BIGINT NOT NULL,
  cost_object TEXT NOT NULL, tax_code TEXT NOT NULL, tax_base BIGINT NOT NULL, tax_point_on TEXT NOT NULL,
  PRIMARY KEY (entry_id, line_no)) /*clustered*/;

CREATE TABLE account (
  account TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (account)) /*clustered*/;
CREATE TABLE account_role (
  role TEXT NOT NULL, tax_code TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (role, tax_code)) /*clustered*/;

CREATE TABLE account_day (
  account TEXT NOT NULL, day TEXT NOT NULL, role TEXT NOT NULL, currency TEXT NOT NULL,
  debit BIGINT NOT NULL, credit BIGINT NOT NULL, PRIMARY KEY (day, account, role, currency)) /*clustered*/;

CREATE TABLE period (
  ledger TEXT NOT NULL CHECK (ledger IN ('stock','receivables','general')), month TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','soft','closed')), closed_by BIGINT NOT NULL, closed_at BIGINT NOT NULL,
  note TEXT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL, PRIMARY KEY (ledger, month)) /*clustered*/;

-- +goose Down
SELECT 1;
