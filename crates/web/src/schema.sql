CREATE TABLE web_user (
    id TEXT PRIMARY KEY,
    name_sealed TEXT NOT NULL,
    login_sealed TEXT NOT NULL,
    login_index TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_sealed TEXT NOT NULL,
    totp_step BIGINT NOT NULL,
    lang TEXT NOT NULL,
    theme TEXT NOT NULL,
    disabled_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE web_recovery_code (
    user_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (user_id, hash)
);
CREATE TABLE web_link (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE TABLE web_session (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL
);
CREATE INDEX web_session_user ON web_session (user_id);
CREATE TABLE web_setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
)
