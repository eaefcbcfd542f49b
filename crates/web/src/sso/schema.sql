CREATE TABLE web_identity (
    subject_index TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX web_identity_user ON web_identity (user_id)
