-- Generated documents, kept as they were made. The text may name people: it is sealed.
CREATE TABLE comply_document (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,                  -- accountability | cn-audit
    number BIGINT NOT NULL,              -- 1, 2, 3 … of its kind
    lang TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    sha256 TEXT NOT NULL,                -- of the file
    bytes BIGINT NOT NULL,               -- of the file
    unknown BIGINT NOT NULL,             -- statements that wait for somebody
    entry BIGINT NOT NULL,               -- position of its entry in the ledger; 0 until that is written
    file_sealed TEXT NOT NULL,
    UNIQUE (kind, number)
);
-- What people say where no program can see.
CREATE TABLE comply_answer (
    point TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,               -- met | partly | unmet | not_applicable
    text_sealed TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at BIGINT NOT NULL
)
;
-- Weeks about which people were written to.
CREATE TABLE comply_digest (
    week TEXT PRIMARY KEY,               -- 2026-W48
    at BIGINT NOT NULL
)
