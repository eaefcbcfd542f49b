-- Up to where somebody has looked at what changed.
CREATE TABLE desk_seen (
    person TEXT PRIMARY KEY,
    -- the ledger's position that was the newest when they looked
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL
);
