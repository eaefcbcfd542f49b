-- A privacy policy of a property for an audience. The draft holds only what people add to what is
-- computed; the candidate is a whole document that waits for a second person.
CREATE TABLE policy (
    id TEXT PRIMARY KEY,
    property TEXT NOT NULL,
    audience TEXT NOT NULL,
    draft TEXT NOT NULL,
    candidate TEXT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- What was published, whole, in both languages, with where each sentence came from. Never changed.
CREATE TABLE policy_version (
    policy TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    effective_at BIGINT NOT NULL,
    written_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (policy, version)
);
-- How a phrase of the map is said to customers in each language. The key is the phrase's digest.
CREATE TABLE policy_phrase (
    id TEXT PRIMARY KEY,
    original TEXT NOT NULL,
    en TEXT NOT NULL,
    zh TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
