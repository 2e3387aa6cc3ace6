-- +goose Up
-- Keys are made in the application; 0 means "none" in every key part.

-- A step that two processes run at once counts once: the second rolls back.
CREATE UNIQUE INDEX goose_once ON goose_db_version (version_id);

CREATE TABLE node (id BIGINT PRIMARY KEY, lease_until BIGINT NOT NULL);

CREATE TABLE number_range (
  series TEXT NOT NULL, scope TEXT NOT NULL, last BIGINT NOT NULL,
  PRIMARY KEY (series, scope)) /*clustered*/;

CREATE TABLE idem (
  client_id BIGINT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL,
  status BIGINT NOT NULL, answer TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (client_id, key)) /*clustered*/;

CREATE TABLE app_user (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, tx_id BIGINT NOT NULL);

CREATE TABLE token (
  id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES app_user(id), hash TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL CHECK (scope IN ('read','full')), label TEXT NOT NULL,
  created_at BIGINT NOT NULL, revoked_at BIGINT NOT NULL DEFAULT 0, tx_id BIGINT NOT NULL);

CREATE TABLE event (
  id BIGINT PRIMARY KEY, tx_id BIGINT NOT NULL, type TEXT NOT NULL, at BIGINT NOT NULL,
  actor_id BIGINT NOT NULL, subject_type TEXT NOT NULL, subject_id BIGINT NOT NULL,
  reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX event_subject ON event (subject_id, id);

CREATE TABLE event_ref (
  object_id BIGINT NOT NULL, event_id BIGINT NOT NULL, qualifier TEXT NOT NULL, object_type TEXT NOT NULL,
  PRIMARY KEY (object_id, event_id, qualifier)) /*clustered*/;

CREATE TABLE log_leaf (seq BIGINT PRIMARY KEY, event_id BIGINT NOT NULL UNIQUE);

CREATE TABLE cursor (subscriber TEXT NOT NULL, last_seq BIGINT NOT NULL, PRIMARY KEY (subscriber)) /*clustered*/;

CREATE TABLE job (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, subject_id BIGINT NOT NULL, due_key TEXT NOT NULL,
  due_at BIGINT NOT NULL, lease_until BIGINT NOT NULL DEFAULT 0, tries BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('due','running','done','dead')), last_fault TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, subject_id, due_key));
CREATE INDEX job_due ON job (due_at) WHERE state = 'due';

CREATE TABLE delivery (
  id BIGINT PRIMARY KEY, subscriber TEXT NOT NULL, event_id BIGINT NOT NULL, tries BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('due','running','done','dead')), answer TEXT NOT NULL,
  UNIQUE (subscriber, event_id));

CREATE TABLE blob (
  hash TEXT NOT NULL, size BIGINT NOT NULL, media_type TEXT NOT NULL, store TEXT NOT NULL, bytes TEXT NOT NULL,
  PRIMARY KEY (hash)) /*clustered*/;

CREATE TABLE attachment (
  id BIGINT PRIMARY KEY, object_type TEXT NOT NULL, object_id BIGINT NOT NULL, blob_hash TEXT NOT NULL,
  role TEXT NOT NULL, name TEXT NOT NULL, tx_id BIGINT NOT NULL);
CREATE INDEX attachment_object ON attachment (object_id);

-- +goose Down
SELECT 1;
