-- The ledger becomes a Merkle tree: its head holds the tree's right edge (`form` 2) instead of the
-- last link of a chain. The first entry written after this step turns an existing chain into leaves.
ALTER TABLE ledger_head ADD COLUMN form BIGINT NOT NULL DEFAULT 1;
ALTER TABLE ledger_head ADD COLUMN peaks TEXT NOT NULL DEFAULT '';

-- How far the log is published, with the tree's edge there. `epoch` counts up when an operator
-- accepts a damaged log: it then goes on under another name.
CREATE TABLE ledger_published (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    peaks TEXT NOT NULL,
    mac TEXT NOT NULL
);

-- Tiles of at most 256 hashes (base64), level 0 from the leaves.
CREATE TABLE ledger_tile (
    level BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    hashes TEXT NOT NULL,
    PRIMARY KEY (level, idx)
);

-- Signed checkpoints of the last hour: one for a size, ever. `cosignatures` are witnesses' lines.
CREATE TABLE ledger_checkpoint (
    size BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    note TEXT NOT NULL,
    cosignatures TEXT NOT NULL DEFAULT ''
);

-- What a check found. While there is a row that nobody accepted, nothing is written.
CREATE TABLE ledger_damage (
    id TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    why TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    accepted_at BIGINT,
    reason TEXT NOT NULL DEFAULT '',
    last_checkpoint TEXT NOT NULL DEFAULT ''
);
