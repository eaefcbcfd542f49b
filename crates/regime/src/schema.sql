-- What the organisation says of itself; sealed, because reasons are words of people.
CREATE TABLE regime_profile (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    body_sealed TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- Rule packs that were loaded beside those that come with Privet. One of a pack's key is in use.
CREATE TABLE regime_pack (
    id TEXT PRIMARY KEY,
    pack TEXT NOT NULL,
    version TEXT NOT NULL,
    -- staged | in_use | past
    state TEXT NOT NULL,
    file TEXT NOT NULL,
    body TEXT NOT NULL,
    loaded_by TEXT NOT NULL,
    loaded_at BIGINT NOT NULL,
    switched_by TEXT NOT NULL,
    switched_at BIGINT NOT NULL
);
CREATE INDEX regime_pack_of ON regime_pack (pack, switched_at);
-- Counted up whenever the law in use changes: tells other servers that theirs is old.
CREATE TABLE regime_version (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO regime_version (id, version) VALUES (1, 1);
-- Since which day (ISO 8601) a duty applies here.
CREATE TABLE regime_duty_begun (
    fact TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    -- told by a person (1) or noticed (0)
    told BIGINT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
-- A duty done: for which due day ('' for one without), when, by whom, with what evidence.
CREATE TABLE regime_duty_done (
    id TEXT PRIMARY KEY,
    fact TEXT NOT NULL,
    due TEXT NOT NULL,
    day TEXT NOT NULL,
    evidence_sealed TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX regime_duty_done_of ON regime_duty_done (fact, day);
-- Reminders that were sent, so that none comes twice.
CREATE TABLE regime_reminder (
    fact TEXT NOT NULL,
    due TEXT NOT NULL,
    stage TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (fact, due, stage)
);
