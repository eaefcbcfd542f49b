-- What early warning found, and what people said about it.
CREATE TABLE alarm (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    hits BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    note_sealed TEXT NOT NULL,
    ended_by TEXT NOT NULL,
    ended_at BIGINT NOT NULL,
    incident TEXT NOT NULL
);
CREATE INDEX alarm_state ON alarm (state, last_at);
CREATE INDEX alarm_same ON alarm (rule, actor, last_at);
-- One row for each time; the key makes finding it again harmless.
CREATE TABLE alarm_hit (
    id TEXT PRIMARY KEY,
    alarm TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    why TEXT NOT NULL,
    measured BIGINT NOT NULL,
    usual BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    evidence TEXT NOT NULL
);
CREATE INDEX alarm_hit_alarm ON alarm_hit (alarm, seq);
CREATE TABLE alarm_mute (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    actor TEXT NOT NULL,
    until BIGINT NOT NULL,
    reason_sealed TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE TABLE warn_rule (
    rule TEXT PRIMARY KEY,
    watched BIGINT NOT NULL,
    severity TEXT NOT NULL,
    floor BIGINT NOT NULL,
    k DOUBLE PRECISION NOT NULL
);
-- How far the ledger was followed. Everything before is read again at a start, but raises nothing.
CREATE TABLE warn_state (
    id BIGINT PRIMARY KEY,
    position BIGINT NOT NULL
);
INSERT INTO warn_state (id, position) SELECT 1, seq FROM ledger_head WHERE id = 1;
-- Planted customers. Who they are is sealed; found by their number in consent.
CREATE TABLE canary (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    sealed TEXT NOT NULL,
    place_sealed TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    planted_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL
);
