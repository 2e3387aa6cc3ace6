-- +goose Up
-- What a chain updates again and again. An index over a column that changes, in
-- its key or in its condition, makes every change of the row write to all of
-- the table's indexes; PostgreSQL then needs room in the page as well to keep a
-- changed row where it is.
DROP INDEX shipment_line_schedule;
DROP INDEX order_schedule_open;
DROP INDEX sales_order_work;
CREATE INDEX sales_order_open ON sales_order (id) WHERE decision IN ('captured','confirmed');

/*postgres*/ ALTER TABLE sales_order SET (fillfactor = 50);
/*postgres*/ ALTER TABLE order_line SET (fillfactor = 50);
/*postgres*/ ALTER TABLE order_schedule SET (fillfactor = 50);
/*postgres*/ ALTER TABLE shipment SET (fillfactor = 50);
/*postgres*/ ALTER TABLE shipment_line SET (fillfactor = 50);
/*postgres*/ ALTER TABLE open_item SET (fillfactor = 50);
/*postgres*/ ALTER TABLE bank_line SET (fillfactor = 50);
/*postgres*/ ALTER TABLE statement SET (fillfactor = 50);
/*postgres*/ ALTER TABLE stock_pot SET (fillfactor = 50);
/*postgres*/ ALTER TABLE credit_account SET (fillfactor = 50);
/*postgres*/ ALTER TABLE number_range SET (fillfactor = 50);

-- +goose Down
SELECT 1;
