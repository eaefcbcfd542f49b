-- Where customers are met: a site, an app, a shop.
CREATE TABLE property (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- What data is used for. The slot is its number in memory, never given twice.
CREATE TABLE purpose (
    key TEXT PRIMARY KEY,
    slot BIGINT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    retired_at BIGINT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE purpose_version (
    purpose TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (purpose, version)
);
-- What customers are shown before they choose. A draft becomes a version when it is published;
-- versions never change.
CREATE TABLE notice (
    key TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    draft TEXT,
    retired_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE notice_version (
    notice TEXT NOT NULL,
    version BIGINT NOT NULL,
    slot BIGINT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    actor TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (notice, version)
);
-- How a notice was shown: pictures, kept with the draft and fixed with the version.
CREATE TABLE notice_picture (
    id TEXT PRIMARY KEY,
    notice TEXT NOT NULL,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    media_type TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX notice_picture_of ON notice_picture (notice, version);
-- A customer. Its key is wrapped; when it is erased the key goes and what was sealed with it stays shut.
CREATE TABLE subject (
    id TEXT PRIMARY KEY,
    wrapped_key TEXT NOT NULL,
    merged_into TEXT,
    restricted_at BIGINT,
    erased_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX subject_merged ON subject (merged_into) WHERE merged_into IS NOT NULL;
-- An identifier of a customer: found by its blind index, readable only with the customer's key.
CREATE TABLE identifier (
    blind TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed TEXT NOT NULL,
    linked_at BIGINT NOT NULL
);
CREATE INDEX identifier_of ON identifier (subject);
-- A customer's choices at one time, with what they were shown. Never changed, only followed by another.
CREATE TABLE consent_record (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    property TEXT NOT NULL,
    notice TEXT NOT NULL,
    notice_version BIGINT NOT NULL,
    notice_slot BIGINT NOT NULL,
    language TEXT NOT NULL,
    -- {"purpose": "granted" | "denied" | "withdrawn" | "pending"}
    choices TEXT NOT NULL,
    channel TEXT NOT NULL,
    page TEXT NOT NULL,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    origin TEXT NOT NULL,
    -- When the person is a minor: until when (µs), and who stood up for them (JSON, sealed name).
    minor_until BIGINT,
    guardian TEXT NOT NULL,
    guardian_verified_at BIGINT,
    given_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    idempotency TEXT UNIQUE,
    request_digest TEXT NOT NULL
);
CREATE INDEX consent_record_of ON consent_record (subject, given_at);
CREATE INDEX consent_record_at ON consent_record (recorded_at);
