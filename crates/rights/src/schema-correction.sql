-- Corrections, version 1: what is held of a person while somebody looks at it, and what was changed.
CREATE TABLE rights_held (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  stage TEXT NOT NULL,                    -- looking | ready | failed
  asked_at BIGINT NOT NULL,
  asked_by TEXT NOT NULL,
  looked_at BIGINT NOT NULL DEFAULT 0,
  lines BIGINT NOT NULL DEFAULT 0,        -- rows that are shown
  more BIGINT NOT NULL DEFAULT 0,         -- there are more than are shown
  error TEXT NOT NULL DEFAULT '',
  unreached TEXT NOT NULL DEFAULT '[]',   -- names and reasons
  triggers BIGINT NOT NULL DEFAULT 0,     -- tables with triggers may be changed
  sealed TEXT NOT NULL DEFAULT ''
);

-- One cell of the company's databases.
CREATE TABLE rights_correction (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL REFERENCES rights_request (id),
  at BIGINT NOT NULL,                     -- order
  source TEXT NOT NULL,
  place TEXT NOT NULL,                    -- the table
  field TEXT NOT NULL,                    -- the column
  category TEXT NOT NULL,
  row_key TEXT NOT NULL,                  -- sealed
  before TEXT NOT NULL,                   -- sealed
  after TEXT NOT NULL,                    -- sealed
  state TEXT NOT NULL,                    -- checking | proposed | refused | queued | written | failed | undoing | undone
  error TEXT NOT NULL DEFAULT '',
  warning TEXT NOT NULL DEFAULT '',
  proposed_at BIGINT NOT NULL,
  proposed_by TEXT NOT NULL,
  written_at BIGINT NOT NULL DEFAULT 0,
  undone_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX rights_correction_request ON rights_correction (request, at);
CREATE INDEX rights_correction_written ON rights_correction (written_at);
