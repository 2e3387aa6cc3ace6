-- +goose Up
-- How often master data was changed: who has read it at one epoch need not read
-- it again before the next.
CREATE TABLE epoch (id BIGINT PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO epoch (id, n) VALUES (1, 1);

-- +goose Down
SELECT 1;
