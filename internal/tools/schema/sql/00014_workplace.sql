-- +goose Up
-- How people work: what each likes, views that they keep, notes on documents,
-- whose a document is, and what a person should know.
CREATE TABLE preference (
  user_id BIGINT NOT NULL REFERENCES app_user(id), name TEXT NOT NULL, value TEXT NOT NULL, tx_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, name)) /*clustered*/;

-- A name is taken once among a person's own views of a list, and once among those that all share.
CREATE TABLE saved_view (
  id BIGINT PRIMARY KEY, list TEXT NOT NULL, owner_id BIGINT NOT NULL REFERENCES app_user(id), shared BIGINT NOT NULL CHECK (shared IN (0,1)),
  name TEXT NOT NULL CHECK (name<>''), name_key TEXT NOT NULL, params TEXT NOT NULL, columns TEXT NOT NULL, gone_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);
CREATE UNIQUE INDEX saved_view_mine ON saved_view (owner_id, list, name_key) WHERE gone_at=0;
CREATE UNIQUE INDEX saved_view_shared ON saved_view (list, name_key) WHERE gone_at=0 AND shared=1;

CREATE TABLE note (
  id BIGINT PRIMARY KEY, subject_type TEXT NOT NULL, subject_id BIGINT NOT NULL, text TEXT NOT NULL CHECK (text<>''),
  author_id BIGINT NOT NULL, at BIGINT NOT NULL, gone_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);

CREATE TABLE assignment (
  subject_id BIGINT PRIMARY KEY, subject_type TEXT NOT NULL, user_id BIGINT NOT NULL,
  was BIGINT NOT NULL, cause_id BIGINT NOT NULL, by_id BIGINT NOT NULL, at BIGINT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX assignment_user ON assignment (user_id) WHERE user_id<>0;

-- One notice per person, kind and cause, however often the step is tried.
CREATE TABLE notice (
  id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES app_user(id), kind TEXT NOT NULL CHECK (kind IN ('mention','assigned','decided')),
  cause_id BIGINT NOT NULL, subject_type TEXT NOT NULL, subject_id BIGINT NOT NULL, from_id BIGINT NOT NULL, say TEXT NOT NULL,
  at BIGINT NOT NULL, read_at BIGINT NOT NULL DEFAULT 0, gone_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL,
  UNIQUE (user_id, kind, cause_id));
CREATE INDEX notice_user ON notice (user_id, id);
CREATE INDEX notice_unread ON notice (user_id) WHERE read_at=0 AND gone_at=0;

-- A customer's page shows what was last, whatever the years have piled up.
CREATE INDEX sales_order_customer ON sales_order (customer_id, id);
CREATE INDEX shipment_customer ON shipment (customer_id, id);
CREATE INDEX receipt_customer ON receipt (customer_id, id);

-- +goose Down
SELECT 1;
