-- +goose Up
-- Whose money a receipt may be is asked by the account and the name of who paid.
CREATE INDEX bank_line_payer ON bank_line (payer_account) WHERE payer_account <> '';

-- Holds of orders that were cancelled stop nothing any more.
UPDATE hold SET released_at = opened_at, release_reason = 'the order is cancelled' WHERE released_at = 0 AND scope <> 128
  AND EXISTS (SELECT 1 FROM sales_order c WHERE c.id = hold.subject_id AND c.decision = 'cancelled');
UPDATE sales_order SET hold_mask = 0 WHERE decision = 'cancelled' AND hold_mask <> 0
  AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.subject_id = sales_order.id AND h.released_at = 0);

-- +goose Down
SELECT 1;
