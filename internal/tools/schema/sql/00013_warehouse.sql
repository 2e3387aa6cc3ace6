-- +goose Up
-- A scanner reads an article's GTIN (GS1): what carries it is found by it.
CREATE INDEX product_gtin ON product (gtin) WHERE gtin<>'';
CREATE INDEX product_unit_gtin ON product_unit (gtin) WHERE gtin<>'';

-- +goose Down
SELECT 1;
