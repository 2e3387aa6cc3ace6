-- +goose Up
-- Orders while they are typed: what stands here was never promised to anybody
-- and becomes an order once. Lines keep what was typed, as text, and what the
-- last reckoning made of it, so that totals need no second one.
CREATE TABLE draft (
  id BIGINT PRIMARY KEY, customer TEXT NOT NULL, po_number TEXT NOT NULL, ship_to TEXT NOT NULL, wished TEXT NOT NULL, note TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','captured','discarded')), order_id BIGINT NOT NULL DEFAULT 0,
  paste BIGINT NOT NULL DEFAULT 0, meaning TEXT NOT NULL DEFAULT '',
  made_by BIGINT NOT NULL, changed_by BIGINT NOT NULL, changed_at BIGINT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  CHECK ((state = 'captured') = (order_id <> 0)));
CREATE INDEX draft_open ON draft (id) WHERE state = 'open';

CREATE TABLE draft_line (
  draft_id BIGINT NOT NULL REFERENCES draft(id), line BIGINT NOT NULL, pos BIGINT NOT NULL,
  item TEXT NOT NULL, qty TEXT NOT NULL, unit TEXT NOT NULL, wished TEXT NOT NULL, price TEXT NOT NULL,
  raw TEXT NOT NULL, paste BIGINT NOT NULL, gone BIGINT NOT NULL CHECK (gone IN (0, 1)),
  net_amt BIGINT NOT NULL, tax_code TEXT NOT NULL, faults BIGINT NOT NULL CHECK (faults >= 0),
  version BIGINT NOT NULL, tx_id BIGINT NOT NULL, PRIMARY KEY (draft_id, line)) /*clustered*/;

-- What people type for an item: the customer's number as its orders have it, and
-- the codes on the goods.
CREATE INDEX order_line_part ON order_line (buyer_part, id) WHERE buyer_part <> '';
CREATE INDEX product_gtin ON product (gtin) WHERE gtin <> '';
CREATE INDEX product_unit_gtin ON product_unit (gtin) WHERE gtin <> '';

-- +goose Down
SELECT 1;
