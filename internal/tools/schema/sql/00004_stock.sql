-- +goose Up
CREATE TABLE stock_pot (
  id BIGINT PRIMARY KEY, warehouse_id BIGINT NOT NULL, product_id BIGINT NOT NULL, owner_id BIGINT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('sellable','quality','blocked','returned','transit')),
  on_hand BIGINT NOT NULL, reserved BIGINT NOT NULL, value_amt BIGINT NOT NULL, allow_negative BIGINT NOT NULL,
  tx_id BIGINT NOT NULL, UNIQUE (warehouse_id, product_id, owner_id, status), CHECK (reserved >= 0),
  CHECK (allow_negative = 1 OR (on_hand >= 0 AND reserved <= on_hand)), CHECK (on_hand <> 0 OR value_amt = 0));

CREATE TABLE stock_move (
  id BIGINT PRIMARY KEY, pot_id BIGINT NOT NULL, bin_id BIGINT NOT NULL DEFAULT 0, lot_id BIGINT NOT NULL DEFAULT 0,
  hu_id BIGINT NOT NULL DEFAULT 0,
  kind TEXT NOT NULL CHECK (kind IN ('opening','receipt','issue','return','transfer_out','transfer_in','count','scrap','consume','produce','revalue')),
  qty BIGINT NOT NULL, value_amt BIGINT NOT NULL, doc_type TEXT NOT NULL, doc_id BIGINT NOT NULL, doc_line_id BIGINT NOT NULL,
  valid_on TEXT NOT NULL, reverses_id BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);

CREATE TABLE stock_doc (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('opening','receipt','count','scrap','transfer','bill')),
  reference TEXT NOT NULL, partner TEXT NOT NULL, posted_on TEXT NOT NULL, document_on TEXT NOT NULL,
  reason TEXT NOT NULL, migration BIGINT NOT NULL, tx_id BIGINT NOT NULL, UNIQUE (kind, reference));

CREATE TABLE stock_day (
  pot_id BIGINT NOT NULL, day TEXT NOT NULL, qty_in BIGINT NOT NULL, qty_out BIGINT NOT NULL,
  value_in BIGINT NOT NULL, value_out BIGINT NOT NULL, PRIMARY KEY (day, pot_id)) /*clustered*/;

CREATE TABLE shipment (
  id BIGINT PRIMARY KEY, number TEXT NOT NULL, direction TEXT NOT NULL CHECK (direction IN ('out','in')),
  warehouse_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, ship_to_id BIGINT NOT NULL, carrier TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('planned','shipped','delivered','void','returned_to_sender')),
  hold_mask BIGINT NOT NULL, planned_on TEXT NOT NULL, shipped_on TEXT NOT NULL, delivered_on TEXT NOT NULL,
  transit BIGINT NOT NULL, tracking TEXT NOT NULL, weight_g BIGINT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX shipment_planned ON shipment (warehouse_id, planned_on) WHERE decision = 'planned';

CREATE TABLE shipment_line (
  id BIGINT PRIMARY KEY, shipment_id BIGINT NOT NULL, line_no BIGINT NOT NULL, order_id BIGINT NOT NULL,
  order_line_id BIGINT NOT NULL, schedule_id BIGINT NOT NULL, return_line_id BIGINT NOT NULL DEFAULT 0,
  product_id BIGINT NOT NULL, pot_id BIGINT NOT NULL, pick_list_id BIGINT NOT NULL DEFAULT 0,
  lot_id BIGINT NOT NULL DEFAULT 0, hu_id BIGINT NOT NULL DEFAULT 0,
  planned BIGINT NOT NULL CHECK (planned >= 0), reserved BIGINT NOT NULL CHECK (reserved >= 0),
  picked BIGINT NOT NULL DEFAULT 0 CHECK (picked >= 0), packed BIGINT NOT NULL DEFAULT 0 CHECK (packed >= 0 AND packed <= picked),
  shipped BIGINT NOT NULL DEFAULT 0 CHECK (shipped >= 0), delivered BIGINT NOT NULL DEFAULT 0 CHECK (delivered >= 0),
  refused BIGINT NOT NULL DEFAULT 0 CHECK (refused >= 0), returned BIGINT NOT NULL DEFAULT 0 CHECK (returned >= 0),
  cost_amt BIGINT NOT NULL DEFAULT 0, returned_cost BIGINT NOT NULL DEFAULT 0,
  short_reason TEXT NOT NULL DEFAULT '', tx_id BIGINT NOT NULL,
  UNIQUE (shipment_id, line_no), CHECK (delivered + refused <= shipped), CHECK (returned <= shipped));
CREATE INDEX shipment_line_schedule ON shipment_line (schedule_id) WHERE shipped = 0;
CREATE INDEX shipment_line_order ON shipment_line (order_id);

CREATE TABLE pick_list (
  id BIGINT PRIMARY KEY, warehouse_id BIGINT NOT NULL, picker BIGINT NOT NULL, wave TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','started','finished')), tx_id BIGINT NOT NULL);

CREATE TABLE pod (
  id BIGINT PRIMARY KEY, shipment_id BIGINT NOT NULL, at BIGINT NOT NULL, signer TEXT NOT NULL, blob_hash TEXT NOT NULL,
  lines TEXT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX pod_shipment ON pod (shipment_id);

-- +goose Down
SELECT 1;
