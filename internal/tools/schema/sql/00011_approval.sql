-- +goose Up
-- What takes a second person: limits of authority that differ from the house's,
-- requests that wait for a decision, what was given up alone, and the reviews of
-- who may do what.
CREATE TABLE authority (
  role TEXT NOT NULL, kind TEXT NOT NULL, alone BIGINT NOT NULL CHECK (alone >= 0), grants BIGINT NOT NULL CHECK (grants >= 0),
  tx_id BIGINT NOT NULL, PRIMARY KEY (role, kind)) /*clustered*/;

CREATE TABLE approval (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('credit_release','credit_limit','credit_note','write_off','refund','bank_details')),
  subject_type TEXT NOT NULL, subject_id BIGINT NOT NULL, amount BIGINT NOT NULL CHECK (amount >= 0),
  command TEXT NOT NULL, sentence TEXT NOT NULL, reason TEXT NOT NULL, asked_by BIGINT NOT NULL, asked_at BIGINT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('open','granted','denied','withdrawn')),
  decided_by BIGINT NOT NULL DEFAULT 0, decided_at BIGINT NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT '', tx_id BIGINT NOT NULL,
  CHECK ((decision = 'open') = (decided_by = 0)),
  CHECK (decision NOT IN ('granted','denied') OR decided_by <> asked_by),
  CHECK (decision <> 'withdrawn' OR decided_by = asked_by));
CREATE UNIQUE INDEX approval_open ON approval (subject_id, kind) WHERE decision = 'open';
CREATE INDEX approval_asked ON approval (asked_by, id);

CREATE TABLE authority_use (
  kind TEXT NOT NULL, customer_id BIGINT NOT NULL, month TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount >= 0),
  tx_id BIGINT NOT NULL, PRIMARY KEY (kind, customer_id, month)) /*clustered*/;

CREATE TABLE access_review (
  id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES app_user(id), reviewed_by BIGINT NOT NULL, roles TEXT NOT NULL,
  note TEXT NOT NULL, at BIGINT NOT NULL, tx_id BIGINT NOT NULL, CHECK (user_id <> reviewed_by));
CREATE INDEX access_review_of ON access_review (user_id, id);

-- +goose Down
SELECT 1;
