-- +goose Up
-- What products are made of. All bills are read by their assembly, and backwards by their component.
CREATE TABLE bom (
  product_id BIGINT PRIMARY KEY REFERENCES product(id), yield_ppm BIGINT NOT NULL CHECK (yield_ppm BETWEEN 1 AND 1000000),
  phantom BIGINT NOT NULL, version BIGINT NOT NULL, tx_id BIGINT NOT NULL);
CREATE TABLE bom_line (
  id BIGINT PRIMARY KEY, assembly_id BIGINT NOT NULL REFERENCES bom(product_id), line_no BIGINT NOT NULL,
  component_id BIGINT NOT NULL REFERENCES product(id), role TEXT NOT NULL CHECK (role = 'component' OR role = 'co_product'),
  take BIGINT NOT NULL CHECK (take > 0), per BIGINT NOT NULL CHECK (per > 0),
  scrap_ppm BIGINT NOT NULL CHECK (scrap_ppm BETWEEN 0 AND 999999), valid_from TEXT NOT NULL, valid_to TEXT NOT NULL,
  tx_id BIGINT NOT NULL, UNIQUE (assembly_id, line_no), CHECK (component_id <> assembly_id), CHECK (valid_to = '' OR valid_to >= valid_from));
CREATE INDEX bom_line_component ON bom_line (component_id);

-- +goose Down
SELECT 1;
