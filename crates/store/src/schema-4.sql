-- A running job that was asked for once more: it runs again when it has ended.
ALTER TABLE job ADD COLUMN again BIGINT NOT NULL DEFAULT 0;
