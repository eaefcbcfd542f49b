-- Links that open something once: a mail's, an app's, a code's, a confirmation's. Of a token only its
-- hash is kept; whom it is for, sealed.
CREATE TABLE preference_link (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    person_sealed TEXT NOT NULL,
    property TEXT NOT NULL,
    lang TEXT NOT NULL,
    code_mac TEXT NOT NULL,
    tries_left BIGINT NOT NULL,
    record TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX preference_link_record ON preference_link (record);
-- Somebody asked for a link or a code; gone once it is answered.
CREATE TABLE preference_request (
    id TEXT PRIMARY KEY,
    link TEXT NOT NULL,
    person_sealed TEXT NOT NULL,
    property TEXT NOT NULL,
    lang TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
-- Customers who are looking at their choices.
CREATE TABLE preference_session (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    person_sealed TEXT NOT NULL,
    undo_sealed TEXT NOT NULL,
    property TEXT NOT NULL,
    lang TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
-- How fast unsubscribing worked; no person in it.
CREATE TABLE preference_unsubscribed (
    record TEXT PRIMARY KEY,
    way TEXT NOT NULL,
    took_us BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX preference_unsubscribed_at ON preference_unsubscribed (at);
CREATE TABLE preference_setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
)
