-- +goose Up
-- What proves a person besides a password, and what is under way while he signs
-- in. What lets somebody in is kept as a hash; the secret of an app cannot be,
-- since codes are made from it.
CREATE TABLE totp (
  user_id BIGINT PRIMARY KEY REFERENCES app_user(id), secret TEXT NOT NULL, since BIGINT NOT NULL DEFAULT 0, -- 0 = waits for its first code
  step BIGINT NOT NULL DEFAULT 0, -- of the last code that was taken: none counts twice
  tx_id BIGINT NOT NULL);

CREATE TABLE recovery_code (
  user_id BIGINT NOT NULL REFERENCES app_user(id), hash TEXT NOT NULL, used_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, hash)) /*clustered*/;

CREATE TABLE passkey (
  id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES app_user(id), credential TEXT NOT NULL UNIQUE, name TEXT NOT NULL, record TEXT NOT NULL,
  counter BIGINT NOT NULL CHECK (counter >= 0), made_at BIGINT NOT NULL, used_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);
CREATE INDEX passkey_of_user ON passkey (user_id, id);

-- Who the company's own sign-in says that a person is.
CREATE TABLE company_identity (
  issuer TEXT NOT NULL, subject TEXT NOT NULL, user_id BIGINT NOT NULL REFERENCES app_user(id), made_at BIGINT NOT NULL, tx_id BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)) /*clustered*/;
CREATE UNIQUE INDEX company_identity_of_user ON company_identity (user_id, issuer);

-- A question that waits for its answer: a code, a challenge, somebody's way back
-- from the company's sign-in. It goes when it is answered.
CREATE TABLE entry_question (
  hash TEXT PRIMARY KEY, purpose TEXT NOT NULL CHECK (purpose IN ('code','passkey','new-passkey','company')),
  user_id BIGINT NOT NULL, -- 0 = not known yet
  body TEXT NOT NULL, until BIGINT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX entry_question_until ON entry_question (until);

-- +goose Down
SELECT 1;
