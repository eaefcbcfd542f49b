-- Telling customers of a version: how far it is. Of all tellings at most one is not finished.
CREATE TABLE policy_telling (
    id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    version BIGINT NOT NULL,
    unfinished BIGINT UNIQUE,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    without BIGINT NOT NULL,
    actor TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    reached TEXT NOT NULL,
    last TEXT NOT NULL
);
CREATE UNIQUE INDEX policy_telling_of ON policy_telling (policy, version);
-- Proof: whom a letter was written to, and which letter of the outgoing mail that is.
CREATE TABLE policy_told (
    telling TEXT NOT NULL,
    subject TEXT NOT NULL,
    mail TEXT NOT NULL,
    PRIMARY KEY (telling, subject)
);
