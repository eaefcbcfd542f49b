-- The passphrase of a person's copy, version 1: made when they choose to have it encrypted by itself.
-- Sealed, shown to them alone, and removed with the copy.
CREATE TABLE rights_bundle_lock (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  sealed TEXT NOT NULL,
  made_at BIGINT NOT NULL
)
