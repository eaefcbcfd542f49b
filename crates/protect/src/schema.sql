-- What may be done with values of a category: the body is JSON, its versions stay.
CREATE TABLE protect_policy (
    category TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE protect_policy_version (
    category TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- '' when the policy was removed.
    body TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (category, version)
);
-- What makes a customer's tokens: a random key of their own, sealed with the customer's key.
CREATE TABLE protect_key (
    subject TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
-- A token and, sealed with the customer's key, what it stands for. The blind index finds it by value;
-- it goes when the customer is erased.
CREATE TABLE protect_token (
    category TEXT NOT NULL,
    token TEXT NOT NULL,
    subject TEXT NOT NULL,
    format TEXT NOT NULL,
    blind TEXT,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (category, token)
);
CREATE INDEX protect_token_of ON protect_token (subject);
CREATE INDEX protect_token_blind ON protect_token (category, blind) WHERE blind IS NOT NULL;
-- Counts what was done, a row for each request and category. No value, no customer.
CREATE TABLE protect_use (
    id TEXT PRIMARY KEY,
    category TEXT NOT NULL,
    act TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reveal TEXT NOT NULL,
    amount BIGINT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX protect_use_at ON protect_use (at);
CREATE INDEX protect_use_of ON protect_use (category, act);
