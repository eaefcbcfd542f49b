-- Retention, version 1. Common subset of SQLite and PostgreSQL: TEXT ids (UUID v7), BIGINT
-- microseconds UTC and 0/1 flags, JSON in TEXT.

-- A rule as it stands; its versions are below.
CREATE TABLE retention_rule (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,              -- stable name
  name TEXT NOT NULL,
  source_id TEXT NOT NULL,
  table_name TEXT NOT NULL,
  kind TEXT NOT NULL,                    -- limit | duty
  version BIGINT NOT NULL,
  state TEXT NOT NULL,                   -- on | off
  body TEXT NOT NULL,                    -- JSON
  agreed_version BIGINT NOT NULL DEFAULT 0, -- the version a second person agreed to
  due_rows BIGINT NOT NULL DEFAULT -1,   -- rows due when last counted; -1: never counted
  due_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE retention_rule_version (
  rule_id TEXT NOT NULL REFERENCES retention_rule (id),
  version BIGINT NOT NULL,
  body TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (rule_id, version)
);

-- What must not be touched, whatever rules say. Reason and scope may name a person: they are sealed.
CREATE TABLE retention_hold (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  source_id TEXT NOT NULL,               -- "" is every source (a customer's hold)
  table_name TEXT NOT NULL,              -- "" is every table
  scope TEXT NOT NULL,                   -- source | table | rows | customer
  sealed TEXT NOT NULL,                  -- JSON: reason, scope with its values
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,              -- 0 is open
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ended_by TEXT NOT NULL DEFAULT '',
  ended_at BIGINT NOT NULL DEFAULT 0
);

-- An account that may change rows of a source; apart from the one that only reads for scans.
CREATE TABLE retention_access (
  source_id TEXT PRIMARY KEY,
  address TEXT NOT NULL,                 -- without the password
  password_sealed TEXT NOT NULL,         -- "" is none
  state TEXT NOT NULL,                   -- ready | failed
  error TEXT NOT NULL DEFAULT '',        -- code
  tested_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- One plan and, when it is carried out, its run.
CREATE TABLE retention_run (
  id TEXT PRIMARY KEY,
  rule_id TEXT NOT NULL REFERENCES retention_rule (id),
  version BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  started_by TEXT NOT NULL,              -- actor
  by_schedule BIGINT NOT NULL,
  state TEXT NOT NULL,                   -- planning | planned | queued | running | pausing | stopping | paused | stopped | failed | finished | discarded
  waits TEXT NOT NULL DEFAULT '',        -- planned: first | bound | ''
  job_id TEXT NOT NULL DEFAULT '',
  cutoff BIGINT NOT NULL DEFAULT 0,      -- "now" of the plan: periods are counted back from it
  fingerprint TEXT NOT NULL DEFAULT '',
  plan TEXT NOT NULL DEFAULT '',         -- JSON: tables and steps, no value
  counts TEXT NOT NULL DEFAULT '',       -- JSON: what the dry run counted
  examples TEXT NOT NULL DEFAULT '',     -- JSON, masked
  held TEXT NOT NULL DEFAULT '[]',       -- JSON: duties and holds that stood in it
  done TEXT NOT NULL DEFAULT '',         -- JSON: what was done so far
  rows_planned BIGINT NOT NULL DEFAULT 0,
  rows_done BIGINT NOT NULL DEFAULT 0,
  rows_kept BIGINT NOT NULL DEFAULT 0,
  batches BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',        -- code
  error_why TEXT NOT NULL DEFAULT '',    -- names of tables and columns, never a value
  place_sealed TEXT NOT NULL DEFAULT '', -- how far it has come: holds the key of a row
  created_at BIGINT NOT NULL,
  planned_at BIGINT NOT NULL DEFAULT 0,
  begun_at BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0,
  undo TEXT NOT NULL DEFAULT '',         -- '' | kept | queued | restoring | restored | failed | gone
  undo_until BIGINT NOT NULL DEFAULT 0,
  undo_done TEXT NOT NULL DEFAULT ''     -- JSON: what was put back
);
CREATE INDEX retention_run_by_rule ON retention_run (rule_id, created_at);
CREATE INDEX retention_run_by_state ON retention_run (state, created_at);

-- Sealed copies of rows for an undo window, one a batch, and the key of a run's copies. The key is
-- destroyed when the window ends; without it the copies say nothing.
CREATE TABLE retention_copy (
  run_id TEXT NOT NULL REFERENCES retention_run (id),
  batch BIGINT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (run_id, batch)
);
CREATE TABLE retention_copy_key (
  run_id TEXT PRIMARY KEY REFERENCES retention_run (id),
  sealed TEXT NOT NULL
);
