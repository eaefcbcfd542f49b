CREATE TABLE web_passkey (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    credential_index TEXT NOT NULL UNIQUE,
    credential_sealed TEXT NOT NULL,
    public_key TEXT NOT NULL,
    name_sealed TEXT NOT NULL,
    counter BIGINT NOT NULL,
    synced BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    stopped_at BIGINT NOT NULL
);
CREATE INDEX web_passkey_user ON web_passkey (user_id);
CREATE TABLE web_passkey_spent (
    challenge TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
)
