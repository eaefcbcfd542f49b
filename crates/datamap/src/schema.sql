-- The data map, version 1. Common subset of SQLite and PostgreSQL: TEXT ids (UUID v7),
-- BIGINT microseconds UTC and 0/1 flags, JSON in TEXT.

-- A system is what people name: "CRM", "Web shop". It is a room in the data-flow picture.
CREATE TABLE system (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,              -- stable name used by privacy as code
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  owner TEXT NOT NULL DEFAULT '',        -- a team or function, not a person's private data
  purpose TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL DEFAULT '',      -- ISO 3166-1 alpha-2 of the hosting place
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- A source is one database or folder that can be scanned; it belongs to a system.
CREATE TABLE source (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  system_id TEXT REFERENCES system (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                    -- sqlite | postgres | mysql | files
  address TEXT NOT NULL,                 -- without the password
  password_sealed TEXT,
  tls TEXT NOT NULL DEFAULT 'prefer',    -- disable | prefer | require | verify-full
  tls_ca TEXT NOT NULL DEFAULT '',
  rows_per_store BIGINT NOT NULL DEFAULT 1000,
  tables_glob TEXT NOT NULL DEFAULT '',
  cron TEXT NOT NULL DEFAULT '',         -- empty: only by hand
  zone TEXT NOT NULL DEFAULT 'UTC',
  last_scan_id TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Where the data of a source came from: directly (touchpoint) or from a third party (provider, contract).
CREATE TABLE origin (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  kind TEXT NOT NULL,                    -- direct | third_party
  touchpoint TEXT NOT NULL DEFAULT '',   -- direct: "registration form", "app", "shop counter"
  provider TEXT NOT NULL DEFAULT '',     -- third party: who
  contract TEXT NOT NULL DEFAULT '',     -- third party: under which contract
  country TEXT NOT NULL DEFAULT ''
);
CREATE INDEX origin_by_source ON origin (source_id);

CREATE TABLE scan (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  job_id TEXT,
  state TEXT NOT NULL,                   -- queued | running | finished | failed | cancelled
  started_by TEXT NOT NULL,              -- person | schedule | demo | api
  started_at BIGINT,
  finished_at BIGINT,
  stores_total BIGINT NOT NULL DEFAULT 0,
  stores_done BIGINT NOT NULL DEFAULT 0,
  stores_failed BIGINT NOT NULL DEFAULT 0,
  fields_seen BIGINT NOT NULL DEFAULT 0,
  fields_personal BIGINT NOT NULL DEFAULT 0,
  error_code TEXT NOT NULL DEFAULT '',
  error_subject TEXT NOT NULL DEFAULT '',   -- what the code is about: host, file, store
  error_why TEXT NOT NULL DEFAULT '',       -- the cause where the code leaves it open; never a value
  created_at BIGINT NOT NULL
);
CREATE INDEX scan_by_source ON scan (source_id, created_at);

-- One table, view or file that a scan could not read; the rest of the scan went on.
CREATE TABLE scan_problem (
  scan_id TEXT NOT NULL REFERENCES scan (id),
  store_name TEXT NOT NULL,
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (scan_id, store_name)
);

-- A table, view or file.
CREATE TABLE data_store (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                    -- table | view | file
  comment TEXT NOT NULL DEFAULT '',
  rows_estimate BIGINT,
  rows_sampled BIGINT NOT NULL DEFAULT 0,
  people TEXT NOT NULL DEFAULT '',       -- people category found: customers | employees | …
  people_decided TEXT NOT NULL DEFAULT '', -- set by a person; wins over `people`
  reads_from TEXT NOT NULL DEFAULT '[]', -- a view's tables
  seen_scan_id TEXT NOT NULL,            -- the last scan that saw it
  first_seen_at BIGINT NOT NULL,
  vanished_at BIGINT,
  UNIQUE (source_id, name)
);

-- A foreign key seen in a source.
CREATE TABLE store_link (
  source_id TEXT NOT NULL REFERENCES source (id),
  from_store TEXT NOT NULL,
  from_columns TEXT NOT NULL,            -- JSON array
  to_store TEXT NOT NULL,
  to_columns TEXT NOT NULL,              -- JSON array
  PRIMARY KEY (source_id, from_store, from_columns, to_store)
);

CREATE TABLE field (
  id TEXT PRIMARY KEY,
  store_id TEXT NOT NULL REFERENCES data_store (id),
  source_id TEXT NOT NULL REFERENCES source (id),
  name TEXT NOT NULL,
  position BIGINT NOT NULL,
  data_type TEXT NOT NULL,
  nullable BIGINT NOT NULL DEFAULT 1,
  primary_key BIGINT NOT NULL DEFAULT 0,
  comment TEXT NOT NULL DEFAULT '',
  -- what the last scan found
  found_category TEXT NOT NULL DEFAULT '',
  found_sensitivity TEXT NOT NULL DEFAULT 'none',
  found_confidence DOUBLE PRECISION NOT NULL DEFAULT 0,
  found_minor BIGINT NOT NULL DEFAULT 0,
  evidence TEXT NOT NULL DEFAULT '{}',
  samples TEXT NOT NULL DEFAULT '[]',    -- masked
  sketch TEXT NOT NULL DEFAULT '',       -- keyed; reveals no value
  -- what a person decided; survives every later scan
  decision TEXT NOT NULL DEFAULT '',     -- '' | confirmed | corrected | dismissed
  decided_category TEXT NOT NULL DEFAULT '',
  decided_sensitivity TEXT NOT NULL DEFAULT '',
  decided_by TEXT NOT NULL DEFAULT '',
  decided_at BIGINT,
  decided_note TEXT NOT NULL DEFAULT '',
  -- what counts: the decision if there is one, else the finding
  category TEXT NOT NULL DEFAULT '',
  sensitivity TEXT NOT NULL DEFAULT 'none',
  level BIGINT NOT NULL DEFAULT 0,       -- sensitivity as a number, 0 (none) to 3, for sorting
  minor BIGINT NOT NULL DEFAULT 0,
  search TEXT NOT NULL DEFAULT '',       -- lower-case "source store field comment"
  seen_scan_id TEXT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  vanished_at BIGINT,
  UNIQUE (store_id, name)
);
-- The list's orders: most sensitive first, as a whole, in one source, in one category.
CREATE INDEX field_by_level ON field (level DESC, category, id);
CREATE INDEX field_by_source ON field (source_id, level DESC, category, id);
CREATE INDEX field_by_category ON field (category, id);
CREATE INDEX field_by_name ON field (search, id);
CREATE INDEX field_by_decision ON field (decision, level DESC, category, id);

-- One row, counted up with every change of a field, a store or a source: tells caches of counts,
-- in this process and in others, that they are old.
CREATE TABLE map_version (
  id TEXT PRIMARY KEY,                   -- always 'map'
  version BIGINT NOT NULL
);
INSERT INTO map_version (id, version) VALUES ('map', 1);

-- What changed since the scan before: the inbox.
CREATE TABLE drift (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL REFERENCES source (id),
  scan_id TEXT NOT NULL REFERENCES scan (id),
  kind TEXT NOT NULL,                    -- new_store | vanished_store | new_field | vanished_field | changed_type | changed_category
  store_name TEXT NOT NULL,
  field_name TEXT NOT NULL DEFAULT '',
  field_id TEXT NOT NULL DEFAULT '',
  before_value TEXT NOT NULL DEFAULT '',
  after_value TEXT NOT NULL DEFAULT '',
  sensitivity TEXT NOT NULL DEFAULT 'none',
  at BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',    -- open | acknowledged
  handled_by TEXT NOT NULL DEFAULT '',
  handled_at BIGINT
);
CREATE INDEX drift_open ON drift (state, at);
CREATE INDEX drift_by_scan ON drift (scan_id);

-- Who receives data: processors, other controllers, authorities.
CREATE TABLE recipient (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                    -- processor | controller | joint_controller | authority
  country TEXT NOT NULL DEFAULT '',
  safeguard TEXT NOT NULL DEFAULT '',    -- transfer mechanism: adequacy | scc | bcr | pipl_standard_contract | pipl_assessment | pipl_certification | derogation | ''
  contract TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- An arrow of the data-flow picture. Ends: system:ID | recipient:ID | origin:ID
CREATE TABLE flow (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  from_end TEXT NOT NULL,
  to_end TEXT NOT NULL,
  found TEXT NOT NULL,                   -- declared | discovered
  reason TEXT NOT NULL DEFAULT '',       -- discovered: equal_values | view | foreign_key
  evidence TEXT NOT NULL DEFAULT '{}',   -- JSON: fields, overlap estimate …
  confidence DOUBLE PRECISION NOT NULL DEFAULT 1,
  categories TEXT NOT NULL DEFAULT '[]', -- JSON array of category keys
  description TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'active',  -- active | dismissed
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE activity (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,                    -- controller | joint_controller | processor
  on_behalf_of TEXT NOT NULL DEFAULT '', -- processor: the controllers (GDPR Art 30(2)(a))
  purpose TEXT NOT NULL DEFAULT '',
  legal_basis TEXT NOT NULL DEFAULT '',  -- JSON: {"gdpr":"contract","pipl":"consent"…}
  people TEXT NOT NULL DEFAULT '[]',     -- JSON array of people categories
  retention TEXT NOT NULL DEFAULT '',
  security TEXT NOT NULL DEFAULT '',
  owner TEXT NOT NULL DEFAULT '',
  assessment TEXT NOT NULL DEFAULT '',   -- where the impact assessment is kept
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE activity_system (
  activity_id TEXT NOT NULL REFERENCES activity (id),
  system_id TEXT NOT NULL REFERENCES system (id),
  PRIMARY KEY (activity_id, system_id)
);
-- Empty for an activity: all categories found in its systems count.
CREATE TABLE activity_category (
  activity_id TEXT NOT NULL REFERENCES activity (id),
  category TEXT NOT NULL,
  PRIMARY KEY (activity_id, category)
);
CREATE TABLE activity_recipient (
  activity_id TEXT NOT NULL REFERENCES activity (id),
  recipient_id TEXT NOT NULL REFERENCES recipient (id),
  PRIMARY KEY (activity_id, recipient_id)
);

-- Who we are, for the head of the records (GDPR Art 30(1)(a)): controller, representative, officer.
CREATE TABLE organisation (
  id TEXT PRIMARY KEY,                   -- always 'self'
  name TEXT NOT NULL DEFAULT '',
  contact TEXT NOT NULL DEFAULT '',
  representative TEXT NOT NULL DEFAULT '',
  officer TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL
);

-- What decisions changed, for a week, so that a slip of the hand can be taken back.
CREATE TABLE decision_batch (
  id TEXT PRIMARY KEY,
  made_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  before_states TEXT NOT NULL            -- JSON: states before and after, ids and categories only
);
CREATE INDEX decision_batch_by_at ON decision_batch (at);
