-- Where events go.
CREATE TABLE destination (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- webhook | nats | table
    kind TEXT NOT NULL,
    -- Without a password.
    address TEXT NOT NULL,
    -- Comma-separated event types; a table takes the state of everybody and has none.
    events TEXT NOT NULL,
    -- Comma-separated kinds of identifiers it is given.
    identifiers TEXT NOT NULL,
    -- JSON: what else this kind needs.
    config TEXT NOT NULL,
    secret_sealed TEXT,
    -- After a rotation the old secret signs beside the new one until then (µs).
    old_secret_sealed TEXT,
    old_secret_until BIGINT NOT NULL DEFAULT 0,
    -- draft (a table not yet approved) | active | paused | gone (the receiver answered 410)
    state TEXT NOT NULL,
    -- The ledger entries up to here have been dealt with.
    position BIGINT NOT NULL,
    -- The first filling of a table has come to this person; NULL when it is complete.
    filled_to TEXT,
    sent_at BIGINT NOT NULL DEFAULT 0,
    -- Code of the newest fault since the last success, or "".
    fault TEXT NOT NULL DEFAULT '',
    fault_at BIGINT NOT NULL DEFAULT 0,
    -- Faults in a row.
    failures BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What was sent, waits for another try, or was given up. Events not listed here and after the
-- destination's position are still to come: the ledger is the queue.
CREATE TABLE delivery (
    destination_id TEXT NOT NULL REFERENCES destination (id) ON DELETE CASCADE,
    -- Ledger position × 16 + part.
    place BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Deliveries with one key keep their order.
    order_key TEXT NOT NULL,
    -- waiting | sent | dead | discarded
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    -- HTTP status of the last answer, or 0.
    status BIGINT NOT NULL,
    fault TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    -- When it was sent, given up or discarded (µs); 0 while it waits.
    settled_at BIGINT NOT NULL,
    -- How long the last attempt took.
    millis BIGINT NOT NULL,
    PRIMARY KEY (destination_id, place)
);
CREATE INDEX delivery_waiting ON delivery (destination_id, order_key, place) WHERE state = 'waiting';
CREATE INDEX delivery_state ON delivery (state, place);

-- Views in a company's PostgreSQL that show one purpose's people and columns only.
CREATE TABLE purpose_view (
    id TEXT PRIMARY KEY,
    -- The state table it joins: same database.
    destination_id TEXT NOT NULL REFERENCES destination (id),
    purpose TEXT NOT NULL,
    base_schema TEXT NOT NULL,
    base_table TEXT NOT NULL,
    -- Column of the base table that holds the identifier, and its kind.
    match_column TEXT NOT NULL,
    identifier_kind TEXT NOT NULL,
    -- JSON list.
    columns TEXT NOT NULL,
    -- The database role the purpose is bound to.
    role TEXT NOT NULL,
    view_schema TEXT NOT NULL,
    view_name TEXT NOT NULL,
    -- planned | applied | removed
    state TEXT NOT NULL,
    -- JSON: definition as PostgreSQL keeps it, grants taken, roles made; for drift and undo.
    applied TEXT NOT NULL DEFAULT '',
    applied_at BIGINT NOT NULL DEFAULT 0,
    -- Comma-separated codes found at the last check.
    drift TEXT NOT NULL DEFAULT '',
    checked_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX purpose_view_name ON purpose_view (destination_id, view_schema, view_name)
    WHERE state <> 'removed';
