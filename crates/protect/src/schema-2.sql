-- A program that may open for some purposes only. Without a row: for all that a policy names.
CREATE TABLE protect_program (
    token TEXT PRIMARY KEY,
    -- Purposes, one after another with spaces between.
    purposes TEXT NOT NULL,
    updated_at BIGINT NOT NULL
)
