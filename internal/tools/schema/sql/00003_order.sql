-- +goose Up
CREATE TABLE sales_order (
  id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('standard','free','gift')),
  customer_id BIGINT NOT NULL, ship_to_id BIGINT NOT NULL, bill_to_id BIGINT NOT NULL, payer_id BIGINT NOT NULL,
  credit_account_id BIGINT NOT NULL, warehouse_id BIGINT NOT NULL,
  po_number TEXT NOT NULL, po_year BIGINT NOT NULL, po_seq BIGINT NOT NULL, currency TEXT NOT NULL, fx_rate TEXT NOT NULL,
  ordered_on TEXT NOT NULL, requested_on TEXT NOT NULL, terms_id BIGINT NOT NULL, incoterm TEXT NOT NULL,
  delivery_rule TEXT NOT NULL CHECK (delivery_rule IN ('partial','complete')),
  source_type TEXT NOT NULL, source_id BIGINT NOT NULL, buyer_reference TEXT NOT NULL, note TEXT NOT NULL,
  tax_source TEXT NOT NULL CHECK (tax_source IN ('computed','given')),
  decision TEXT NOT NULL CHECK (decision IN ('captured','confirmed','cancelled','closed')),
  hold_mask BIGINT NOT NULL, status TEXT NOT NULL, ship_state TEXT NOT NULL, bill_state TEXT NOT NULL,
  net_amt BIGINT NOT NULL, tax_amt BIGINT NOT NULL, gross_amt BIGINT NOT NULL,
  revision BIGINT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (customer_id, po_year, po_number, po_seq), CHECK (gross_amt = net_amt + tax_amt));
CREATE INDEX sales_order_work ON sales_order (status, requested_on) WHERE decision IN ('captured','confirmed');

CREATE TABLE order_line (
  id BIGINT PRIMARY KEY, order_id BIGINT NOT NULL, line_no BIGINT NOT NULL, parent_line_id BIGINT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('item','kit','component','free','freight','charge','allowance','substitute','text')),
  product_id BIGINT NOT NULL, text TEXT NOT NULL, buyer_part TEXT NOT NULL,
  entered_qty TEXT NOT NULL, entered_unit TEXT NOT NULL, unit_num BIGINT NOT NULL, unit_den BIGINT NOT NULL,
  ordered BIGINT NOT NULL CHECK (ordered >= 0), max_ship BIGINT NOT NULL, min_close BIGINT NOT NULL,
  cancelled BIGINT NOT NULL DEFAULT 0 CHECK (cancelled >= 0), shipped BIGINT NOT NULL DEFAULT 0 CHECK (shipped >= 0),
  delivered BIGINT NOT NULL DEFAULT 0 CHECK (delivered >= 0), refused BIGINT NOT NULL DEFAULT 0 CHECK (refused >= 0),
  returned BIGINT NOT NULL DEFAULT 0 CHECK (returned >= 0), billed BIGINT NOT NULL DEFAULT 0 CHECK (billed >= 0),
  credited BIGINT NOT NULL DEFAULT 0 CHECK (credited >= 0),
  decision TEXT NOT NULL CHECK (decision IN ('open','cancelled')),
  bill_policy TEXT NOT NULL CHECK (bill_policy IN ('order','delivery','pod','milestone','never')),
  price TEXT NOT NULL, discount TEXT NOT NULL, price_trace TEXT NOT NULL,
  allowance_amt BIGINT NOT NULL, net_amt BIGINT NOT NULL, tax_code TEXT NOT NULL, tax_amt BIGINT NOT NULL,
  gross_amt BIGINT NOT NULL, requested_on TEXT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (order_id, line_no),
  CHECK (shipped + cancelled <= max_ship), CHECK (delivered + refused <= shipped),
  CHECK (refused <= returned AND returned <= shipped), CHECK (credited <= billed),
  CHECK (billed - credited <= CASE WHEN bill_policy IN ('order','milestone') THEN ordered ELSE shipped END),
  CHECK (gross_amt = net_amt + tax_amt));

CREATE TABLE order_schedule (
  id BIGINT PRIMARY KEY, line_id BIGINT NOT NULL, schedule_no BIGINT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('stock','purchase','production','transfer','dropship','none')),
  warehouse_id BIGINT NOT NULL, pot_id BIGINT NOT NULL, product_id BIGINT NOT NULL,
  promised_on TEXT NOT NULL, first_promised_on TEXT NOT NULL,
  firm TEXT NOT NULL CHECK (firm IN ('hard','soft','later')), expires_at BIGINT NOT NULL DEFAULT 0,
  qty BIGINT NOT NULL CHECK (qty >= 0), reserved BIGINT NOT NULL CHECK (reserved >= 0),
  released BIGINT NOT NULL CHECK (released >= 0), tx_id BIGINT NOT NULL,
  UNIQUE (line_id, schedule_no), CHECK (reserved + released <= qty));
CREATE INDEX order_schedule_open ON order_schedule (pot_id, promised_on) WHERE reserved + released < qty;

CREATE TABLE intake (
  id BIGINT PRIMARY KEY, source TEXT NOT NULL, source_key TEXT NOT NULL, blob_hash TEXT NOT NULL,
  original TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('received','understood','refused','merged')),
  reason_code TEXT NOT NULL, findings TEXT NOT NULL, doc_type TEXT NOT NULL, doc_id BIGINT NOT NULL,
  version BIGINT NOT NULL, tx_id BIGINT NOT NULL, UNIQUE (source, source_key));
CREATE INDEX intake_open ON intake (id) WHERE state IN ('received','refused');

CREATE TABLE order_change (
  id BIGINT PRIMARY KEY, order_id BIGINT NOT NULL, revision BIGINT NOT NULL, diff TEXT NOT NULL,
  reason TEXT NOT NULL, tx_id BIGINT NOT NULL, UNIQUE (order_id, revision));

CREATE TABLE return_order (
  id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, customer_id BIGINT NOT NULL, order_id BIGINT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('authorised','closed','refused')), reason TEXT NOT NULL,
  hold_mask BIGINT NOT NULL DEFAULT 0, version BIGINT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX return_order_order ON return_order (order_id);

CREATE TABLE return_line (
  id BIGINT PRIMARY KEY, return_id BIGINT NOT NULL, shipment_line_id BIGINT NOT NULL, order_line_id BIGINT NOT NULL,
  lot_id BIGINT NOT NULL DEFAULT 0, reason TEXT NOT NULL, authorised BIGINT NOT NULL CHECK (authorised > 0),
  received BIGINT NOT NULL DEFAULT 0 CHECK (received >= 0), accepted BIGINT NOT NULL DEFAULT 0 CHECK (accepted >= 0),
  scrapped BIGINT NOT NULL DEFAULT 0 CHECK (scrapped >= 0), billed BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL,
  CHECK (received <= authorised), CHECK (accepted + scrapped <= received));
CREATE INDEX return_line_return ON return_line (return_id);

CREATE TABLE doc_link (
  from_type TEXT NOT NULL, from_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('reverses','substitutes','replaces','evidences','settles-by-netting','intercompany-twin')),
  to_type TEXT NOT NULL, to_id BIGINT NOT NULL, qty BIGINT NOT NULL,
  PRIMARY KEY (from_id, kind, to_id)) /*clustered*/;

CREATE TABLE hold (
  id BIGINT PRIMARY KEY, subject_type TEXT NOT NULL, subject_id BIGINT NOT NULL, scope BIGINT NOT NULL,
  kind TEXT NOT NULL, reason_code TEXT NOT NULL, sentence TEXT NOT NULL, detail TEXT NOT NULL, owner_id BIGINT NOT NULL,
  opened_at BIGINT NOT NULL, opened_by BIGINT NOT NULL, due_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  released_at BIGINT NOT NULL DEFAULT 0, released_by BIGINT NOT NULL DEFAULT 0, release_reason TEXT NOT NULL DEFAULT '',
  release_until TEXT NOT NULL DEFAULT '', release_cap BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);
CREATE INDEX hold_open ON hold (subject_id) WHERE released_at = 0;
CREATE INDEX hold_queue ON hold (owner_id, due_at) WHERE released_at = 0;
CREATE INDEX hold_released ON hold (subject_id) WHERE released_at <> 0;

-- +goose Down
SELECT 1;
