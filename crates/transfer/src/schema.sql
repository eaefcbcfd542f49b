-- What people say of a transfer that no map can know; sealed, because it holds words of people.
CREATE TABLE transfer_note (
    -- "system:ID>recipient:ID" or "system:ID>system:ID"
    crossing TEXT PRIMARY KEY,
    body_sealed TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
