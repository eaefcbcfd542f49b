-- Moving a customer from one controller to another, version 1. Nobody is named here in clear.

-- Somebody lets another company send their data here.
CREATE TABLE rights_ticket (
  id TEXT PRIMARY KEY,
  code_hash TEXT NOT NULL,
  person_sealed TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state TEXT NOT NULL,                   -- open | receiving | arrived | imported | declined | revoked | gone
  manifest TEXT NOT NULL DEFAULT '',     -- signed by the sender; names nobody
  sender TEXT NOT NULL DEFAULT '',       -- the organisation, as it calls itself
  place TEXT NOT NULL DEFAULT '',        -- its server
  sender_key TEXT NOT NULL DEFAULT '',
  bytes BIGINT NOT NULL DEFAULT 0,
  pieces BIGINT NOT NULL DEFAULT 0,
  arrived_at BIGINT NOT NULL DEFAULT 0,
  receipt TEXT NOT NULL DEFAULT '',
  reason_sealed TEXT NOT NULL DEFAULT ''
);
CREATE INDEX rights_ticket_state ON rights_ticket (state, arrived_at);

CREATE TABLE rights_ticket_person (
  ticket TEXT NOT NULL REFERENCES rights_ticket (id),
  blind TEXT NOT NULL,
  PRIMARY KEY (blind, ticket)
);

-- A person's copy is sent to another company.
CREATE TABLE rights_move (
  request TEXT PRIMARY KEY REFERENCES rights_request (id),
  state TEXT NOT NULL,                   -- queued | sending | arrived | refused | failed
  error TEXT NOT NULL DEFAULT '',
  host TEXT NOT NULL,
  sealed TEXT NOT NULL,                  -- address and code
  asked_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0,
  sent BIGINT NOT NULL DEFAULT 0,        -- bytes the other side has
  bytes BIGINT NOT NULL DEFAULT 0,
  receipt TEXT NOT NULL DEFAULT ''
);
