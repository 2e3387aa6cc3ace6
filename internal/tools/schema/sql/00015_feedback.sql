-- +goose Up
-- What people say about the product, where they stood when they said it, and who sees to it.
CREATE TABLE feedback (
  id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES app_user(id), key TEXT NOT NULL, note TEXT NOT NULL CHECK (note <> ''),
  path TEXT NOT NULL, version TEXT NOT NULL, role TEXT NOT NULL, fault TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open','done')), owner_id BIGINT NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT '',
  sent_at BIGINT NOT NULL, done_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL,
  UNIQUE (user_id, key), CHECK (state = 'open' OR (owner_id <> 0 AND done_at <> 0)));
CREATE INDEX feedback_open ON feedback (id) WHERE state = 'open';

-- How far a person is in the guided tour, and what he made in it.
CREATE TABLE tour (
  user_id BIGINT PRIMARY KEY REFERENCES app_user(id), step BIGINT NOT NULL CHECK (step >= 0), order_id BIGINT NOT NULL DEFAULT 0,
  began_at BIGINT NOT NULL, ended_at BIGINT NOT NULL DEFAULT 0, left_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);

-- +goose Down
SELECT 1;
