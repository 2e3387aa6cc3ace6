-- +goose Up
-- People who sign in: how they are reached, what proves them, what they may do,
-- and where they are signed in. What lets somebody in is kept as a hash.
ALTER TABLE app_user ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE app_user ADD COLUMN closed_at BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX app_user_email ON app_user (email) WHERE email<>'';

CREATE TABLE password (
  user_id BIGINT PRIMARY KEY REFERENCES app_user(id), hash TEXT NOT NULL, failed BIGINT NOT NULL DEFAULT 0 CHECK (failed >= 0),
  locked_until BIGINT NOT NULL DEFAULT 0, changed_at BIGINT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE role_grant (
  user_id BIGINT NOT NULL REFERENCES app_user(id), role TEXT NOT NULL, tx_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, role)) /*clustered*/;

CREATE TABLE session (
  id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES app_user(id), hash TEXT NOT NULL UNIQUE, agent TEXT NOT NULL,
  made_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, until BIGINT NOT NULL, ended_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);
CREATE INDEX session_of_user ON session (user_id, id);

-- A link that signs in, for the first start, an invitation, a lost password, the demo.
CREATE TABLE entry_link (
  id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES app_user(id), hash TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL CHECK (purpose IN ('start','invite','reset','demo')),
  until BIGINT NOT NULL, used_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);

-- +goose Down
SELECT 1;
