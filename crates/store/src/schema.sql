-- One row: which key file this database belongs to, and a marker that the ledger was once begun.
CREATE TABLE deployment (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    key_check TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- The ledger: append-only, each entry holds the hash of the one before it.
CREATE TABLE ledger_entry (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    before_digest TEXT,
    after_digest TEXT,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX ledger_entry_object ON ledger_entry (object_kind, object_id, seq);
CREATE INDEX ledger_entry_actor ON ledger_entry (actor, seq);

-- The newest entry, authenticated with a key that is not in the database: entries can neither be
-- cut off the end nor be written anew by someone who only has the database.
CREATE TABLE ledger_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    mac TEXT NOT NULL
);

CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    dedupe_key TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL,
    -- How often the process died while the job ran; such runs use up no attempt.
    crashes BIGINT NOT NULL DEFAULT 0,
    run_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    leased_by TEXT NOT NULL DEFAULT '',
    cancel_requested BIGINT NOT NULL DEFAULT 0,
    -- When the handler's `ended` hook is due; 0 when it is not.
    ended_due BIGINT NOT NULL DEFAULT 0,
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_ended ON job (ended_due) WHERE ended_due > 0;
CREATE UNIQUE INDEX job_dedupe ON job (dedupe_key)
    WHERE dedupe_key IS NOT NULL AND state IN ('queued', 'running');

CREATE TABLE schedule (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    payload TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    last_at BIGINT
);
CREATE INDEX schedule_due ON schedule (next_at);
