-- Erasures, version 1: what was planned and done of them. Names and counts; keys of rows are sealed.
CREATE TABLE rights_erasure (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  stage TEXT NOT NULL,                    -- planning | planned | queued | running | stopping | stopped | partial | done | failed
  asked_at BIGINT NOT NULL,
  asked_by TEXT NOT NULL,
  planned_at BIGINT NOT NULL DEFAULT 0,
  begun_at BIGINT NOT NULL DEFAULT 0,
  begun_by TEXT NOT NULL DEFAULT '',
  ended_at BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  triggers BIGINT NOT NULL DEFAULT 0,     -- tables with triggers may be changed
  unreached TEXT NOT NULL DEFAULT '[]',
  customers BIGINT NOT NULL DEFAULT 0,    -- customers of Privet's own whose keys were destroyed
  again BIGINT NOT NULL DEFAULT 0,        -- rows that came back and were erased again
  looks BIGINT NOT NULL DEFAULT 0,        -- looks after it so far
  looked_at BIGINT NOT NULL DEFAULT 0,
  looked TEXT NOT NULL DEFAULT '',        -- clean | back | fresh | partly
  back BIGINT NOT NULL DEFAULT 0,
  fresh BIGINT NOT NULL DEFAULT 0,
  next_look BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX rights_erasure_stage ON rights_erasure (stage);
CREATE INDEX rights_erasure_look ON rights_erasure (next_look);

-- One table of a database.
CREATE TABLE rights_erasure_step (
  request TEXT NOT NULL REFERENCES rights_erasure (request),
  at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (request, at)
);

-- Keys of the rows that were planned: what a killed server goes on with, and what a database that was
-- put back is held against. Pieces of at most ten thousand, sealed.
CREATE TABLE rights_erasure_keys (
  request TEXT NOT NULL REFERENCES rights_erasure (request),
  at BIGINT NOT NULL,
  shared BIGINT NOT NULL,
  round BIGINT NOT NULL,
  n BIGINT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (request, at, shared, round, n)
);

-- Who received the data and has to be told (GDPR Art 19; PIPL Art 47; 11 CCR §7022).
CREATE TABLE rights_told (
  request TEXT NOT NULL REFERENCES rights_request (id),
  recipient TEXT NOT NULL,
  name TEXT NOT NULL,
  told_at BIGINT NOT NULL DEFAULT 0,
  confirmed_at BIGINT NOT NULL DEFAULT 0,
  chased_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (request, recipient)
);
