-- A company's own detectors, version 1. Common subset of SQLite and PostgreSQL: TEXT ids (UUID v7),
-- BIGINT microseconds UTC and 0/1 flags.

CREATE TABLE detector (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,             -- the type of its findings, e.g. LOYALTY_CARD
  body TEXT NOT NULL,                    -- one [[detector]] table as TOML
  enabled BIGINT NOT NULL DEFAULT 1,
  version BIGINT NOT NULL DEFAULT 1,     -- counts its changes; the newest line of its history
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- What it was, change by change; stays when a detector is deleted.
CREATE TABLE detector_history (
  detector_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  what TEXT NOT NULL,                    -- created | changed | enabled | disabled | deleted
  body TEXT NOT NULL,
  actor TEXT NOT NULL,                   -- as the ledger writes it
  at BIGINT NOT NULL,
  PRIMARY KEY (detector_id, version)
);

-- One row, counted up with every change: tells caches, in this process and in others, that they are old.
CREATE TABLE detector_set (
  id TEXT PRIMARY KEY,                   -- always 'own'
  version BIGINT NOT NULL
);
INSERT INTO detector_set (id, version) VALUES ('own', 1);
