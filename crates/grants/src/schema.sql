-- The access standard, version 1. Common subset of SQLite and PostgreSQL: TEXT ids (UUID v7),
-- BIGINT microseconds UTC and 0/1 flags, JSON in TEXT. Names of roles, tables, columns and
-- categories only; no data of a customer's database.

-- What a role of a source is for.
CREATE TABLE grant_line (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL,
  holder TEXT NOT NULL,                  -- as the database names it
  exempt BIGINT NOT NULL DEFAULT 0,      -- not judged; the reason says why
  purposes TEXT NOT NULL DEFAULT '[]',   -- keys of purposes, JSON array
  activities TEXT NOT NULL DEFAULT '[]', -- keys of activities, JSON array
  extra TEXT NOT NULL DEFAULT '[]',      -- categories beside those of its purposes, JSON array
  writes BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL,
  UNIQUE (source_id, holder)
);

-- The last look at a source's grants, and what came of it.
CREATE TABLE grant_check (
  source_id TEXT PRIMARY KEY,
  state TEXT NOT NULL,                   -- done | none (has no accounts) | failed
  looked_at BIGINT NOT NULL,             -- the last look that succeeded
  tried_at BIGINT NOT NULL,
  error_code TEXT NOT NULL DEFAULT '',
  error_subject TEXT NOT NULL DEFAULT '',
  error_why TEXT NOT NULL DEFAULT '',
  blind BIGINT NOT NULL DEFAULT 0,       -- the account that looked does not see all grants
  judged BIGINT NOT NULL DEFAULT 0,
  excess BIGINT NOT NULL DEFAULT 0,
  missing BIGINT NOT NULL DEFAULT 0,
  unbound BIGINT NOT NULL DEFAULT 0,
  look TEXT NOT NULL DEFAULT '',         -- roles, grants, tables, columns, categories, JSON
  findings TEXT NOT NULL DEFAULT '[]'    -- the judgement's, JSON
);
