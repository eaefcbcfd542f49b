-- Findings of the continuous audit: one row for a check and an object, for ever.
CREATE TABLE comply_finding (
    id TEXT PRIMARY KEY,                 -- from check and object, see model.rs
    check_id TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    object_name TEXT NOT NULL,           -- of things, never of people
    search TEXT NOT NULL,                -- lower-case names and titles in both languages
    system_id TEXT NOT NULL,
    system_name TEXT NOT NULL,
    href TEXT NOT NULL,
    severity TEXT NOT NULL,              -- info | warning | error
    weight BIGINT NOT NULL,              -- the same as a number, for sorting
    owner TEXT NOT NULL,                 -- dpo | marketing | engineering | security
    regimes TEXT NOT NULL,               -- ' eu-gdpr cn-pipl ', with spaces at both ends
    evidence TEXT NOT NULL,              -- JSON
    state TEXT NOT NULL,                 -- open | mended | accepted | fixed
    first_at BIGINT NOT NULL,            -- first found
    opened_at BIGINT NOT NULL,           -- found again after it was fixed
    changed_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    assignee TEXT NOT NULL,              -- a member of staff, or ''
    accepted_by TEXT NOT NULL,
    accepted_until BIGINT NOT NULL,
    reason_sealed TEXT NOT NULL
);
CREATE INDEX comply_finding_state ON comply_finding (state, weight DESC, due_at);
-- What happened to a finding.
CREATE TABLE comply_event (
    id TEXT PRIMARY KEY,
    finding TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,                  -- found | found_again | accepted | expired | mended | still | fixed | reopened | assigned | due | noted
    detail TEXT NOT NULL,                -- a person's id, or a time; never free text
    note_sealed TEXT NOT NULL
);
CREATE INDEX comply_event_of ON comply_event (finding, at);
-- Runs, for the trend.
CREATE TABLE comply_run (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    took_us BIGINT NOT NULL,
    reason TEXT NOT NULL,                -- change | schedule | asked | cli | api
    actor TEXT NOT NULL,
    checks BIGINT NOT NULL,
    passed BIGINT NOT NULL,
    errors BIGINT NOT NULL,              -- findings that stand, accepted ones not counted
    warnings BIGINT NOT NULL,
    infos BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    fixed BIGINT NOT NULL,
    scores TEXT NOT NULL,                -- JSON: regime → 0 to 100
    map_version BIGINT NOT NULL
);
CREATE INDEX comply_run_at ON comply_run (at);
-- How far the ledger was followed.
CREATE TABLE comply_state (
    id BIGINT PRIMARY KEY,
    position BIGINT NOT NULL
);
INSERT INTO comply_state (id, position) VALUES (1, 0)
