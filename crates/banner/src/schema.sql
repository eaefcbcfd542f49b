-- The banner of a property: where it may run, what it says beside its notice, how it looks.
CREATE TABLE banner (
  property TEXT PRIMARY KEY,             -- a property of consents
  body TEXT NOT NULL,                    -- JSON
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- A file the operator supplies, e.g. the IAB's vendor list.
CREATE TABLE banner_file (
  property TEXT NOT NULL,
  kind TEXT NOT NULL,                    -- vendor-list | vendor-list-full
  bytes TEXT NOT NULL,
  digest TEXT NOT NULL,
  uploaded_at BIGINT NOT NULL,
  PRIMARY KEY (property, kind)
);
-- Which words are understood best: variants of texts, never of buttons' weight or order.
CREATE TABLE banner_experiment (
  id TEXT PRIMARY KEY,
  property TEXT NOT NULL,
  body TEXT NOT NULL,                    -- JSON: name, variants, goal, effect, base
  state TEXT NOT NULL,                   -- draft | running | ended
  started_at BIGINT,
  ended_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX banner_experiment_of ON banner_experiment (property, created_at);
-- Visitors who saw the banner, by variant; nobody is told apart here.
CREATE TABLE banner_count (
  experiment TEXT NOT NULL,
  variant TEXT NOT NULL,
  shown BIGINT NOT NULL,
  PRIMARY KEY (experiment, variant)
);
-- Which wording a recorded consent answered: part of what was shown, and the outcome that is counted.
CREATE TABLE banner_answer (
  consent TEXT PRIMARY KEY,
  experiment TEXT NOT NULL,
  variant TEXT NOT NULL,
  outcome TEXT NOT NULL,                 -- accepted | refused | partly
  at BIGINT NOT NULL
);
CREATE INDEX banner_answer_of ON banner_answer (experiment, variant, outcome);
CREATE TABLE banner_setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
