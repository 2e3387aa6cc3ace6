-- +goose Up
CREATE TABLE company (
  id BIGINT PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, currency TEXT NOT NULL, country TEXT NOT NULL,
  vat_id TEXT NOT NULL, zone TEXT NOT NULL, chart TEXT NOT NULL, policy TEXT NOT NULL,
  version BIGINT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE terms (
  id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, rule TEXT NOT NULL, calendar TEXT NOT NULL,
  version BIGINT NOT NULL, tx_id BIGINT NOT NULL);
CREATE TABLE holiday (
  calendar TEXT NOT NULL, day TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (calendar, day)) /*clustered*/;

CREATE TABLE fx_rate (
  day TEXT NOT NULL, kind TEXT NOT NULL, from_cur TEXT NOT NULL, to_cur TEXT NOT NULL, rate TEXT NOT NULL,
  PRIMARY KEY (kind, from_cur, to_cur, day)) /*clustered*/;

CREATE TABLE customer (
  id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, parent_id BIGINT NOT NULL,
  credit_account_id BIGINT NOT NULL, payer_id BIGINT NOT NULL, currency TEXT NOT NULL, terms_id BIGINT NOT NULL,
  price_group TEXT NOT NULL, tax_status TEXT NOT NULL, vat_id TEXT NOT NULL, vat_checked_on TEXT NOT NULL,
  language TEXT NOT NULL, incoterm TEXT NOT NULL, hold_mask BIGINT NOT NULL DEFAULT 0,
  ship_rules TEXT NOT NULL, bill_rules TEXT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX customer_parent ON customer (parent_id) WHERE parent_id <> 0;

CREATE TABLE site (
  id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL REFERENCES customer(id), code TEXT NOT NULL, gln TEXT NOT NULL,
  name TEXT NOT NULL, street TEXT NOT NULL, city TEXT NOT NULL, postcode TEXT NOT NULL, region TEXT NOT NULL,
  country TEXT NOT NULL, calendar TEXT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (customer_id, code));

CREATE TABLE product (
  id BIGINT PRIMARY KEY, sku TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('goods','service','kit','text')), base_unit TEXT NOT NULL,
  qty_scale BIGINT NOT NULL CHECK (qty_scale BETWEEN 0 AND 6),
  track TEXT NOT NULL CHECK (track IN ('none','lot','serial')), tax_class TEXT NOT NULL, gtin TEXT NOT NULL,
  weight_g BIGINT NOT NULL, sellable BIGINT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE product_unit (
  product_id BIGINT NOT NULL, unit TEXT NOT NULL, num BIGINT NOT NULL CHECK (num > 0),
  den BIGINT NOT NULL CHECK (den > 0), gtin TEXT NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (product_id, unit)) /*clustered*/;

CREATE TABLE price_list (
  id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, currency TEXT NOT NULL, incl_tax BIGINT NOT NULL,
  price_group TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL,
  version BIGINT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE price (
  id BIGINT PRIMARY KEY, list_id BIGINT NOT NULL REFERENCES price_list(id),
  key_kind TEXT NOT NULL CHECK (key_kind IN ('product','customer')),
  product_id BIGINT NOT NULL, customer_id BIGINT NOT NULL, unit TEXT NOT NULL, min_qty BIGINT NOT NULL,
  price TEXT NOT NULL, discount TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX price_key ON price (product_id, customer_id, list_id, unit, min_qty, valid_from);

CREATE TABLE tax_rate (
  id BIGINT PRIMARY KEY, code TEXT NOT NULL, category TEXT NOT NULL CHECK (category IN ('S','Z','E','AE','K','G','O')),
  rate TEXT NOT NULL, country TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL,
  discount_tax TEXT NOT NULL CHECK (discount_tax IN ('correct','leave')), deemed_code TEXT NOT NULL,
  reason TEXT NOT NULL, tx_id BIGINT NOT NULL, UNIQUE (code, valid_from));

CREATE TABLE tax_rule (
  id BIGINT PRIMARY KEY, from_country TEXT NOT NULL, to_place TEXT NOT NULL, party_status TEXT NOT NULL,
  tax_class TEXT NOT NULL, code TEXT NOT NULL, tx_id BIGINT NOT NULL,
  UNIQUE (from_country, to_place, party_status, tax_class));

CREATE TABLE warehouse (
  id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, gln TEXT NOT NULL, country TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('own','consignment','transit','supplier')), calendar TEXT NOT NULL,
  cutoff TEXT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL);

-- +goose Down
SELECT 1;
