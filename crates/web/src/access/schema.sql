CREATE TABLE access_purpose (
    user_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, purpose)
);
CREATE TABLE access_approval (
    id TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX access_approval_state ON access_approval (state, asked_at);
CREATE TABLE access_glass (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    reviewed_by TEXT NOT NULL,
    reviewed_at BIGINT NOT NULL
);
CREATE INDEX access_glass_open ON access_glass (ended_at, expires_at);
CREATE TABLE access_decision (
    day TEXT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    emergency BIGINT NOT NULL,
    approved BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (day, actor, role, action, kind, purpose, emergency, approved, allowed)
);
CREATE TABLE access_policy (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    cases TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE TABLE access_active (
    id BIGINT PRIMARY KEY,
    policy TEXT NOT NULL,
    since BIGINT NOT NULL
);
CREATE TABLE access_review (
    id TEXT PRIMARY KEY,
    started_by TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL
);
CREATE TABLE access_review_item (
    id TEXT PRIMARY KEY,
    review TEXT NOT NULL,
    kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    what TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL
);
CREATE INDEX access_review_item_review ON access_review_item (review, verdict);
INSERT INTO access_active (id, policy, since) VALUES (1, '', 0);
INSERT INTO access_purpose (user_id, purpose, given_by, given_at)
SELECT id, 'customer_support', 'system:upgrade', created_at FROM web_user
WHERE role IN ('owner', 'privacy_officer') AND disabled_at = 0
