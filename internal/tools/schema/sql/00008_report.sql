-- +goose Up
-- Reports ask for the pots of one product, and for what moved in a pot after a day.
CREATE INDEX stock_pot_product ON stock_pot (product_id);
CREATE INDEX stock_day_pot ON stock_day (pot_id, day);

-- +goose Down
SELECT 1;
